"""Who may use the chat: users with hashed passwords, and the refusal to be open to a network without them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

Check = Callable[[str, str], bool]


def load_users(auth: str | None, environment: Mapping[str, str] = os.environ) -> Check | None:
    """What tells whether a name and a password belong together; ``None`` where nobody is asked.

    ``auth``, or else ``READOUT_AUTH``, is either USER:PASSWORD or the name of a file with a line ``name:hash`` a user, as
    ``readout user NAME`` prints it.

    Raises:
        UsageError: it is neither, or the file cannot be read or holds a line that is not a user's.
    """
    raise NotImplementedError


def check_bind(host: str, has_auth: bool, forced: bool) -> None:
    """Refuse to listen beyond this machine when nobody is asked for a name.

    ``forced``: both ``--no-auth`` and ``--open-to-anyone`` were given. One alone is not enough.

    Raises:
        UsageError: ``host`` can be reached from other machines, there are no users, and it is not forced.
    """
    raise NotImplementedError


def user_line(name: str, password: str) -> str:
    """The line of a file of users for a name and a password.

    Raises:
        UsageError: the name cannot stand in such a file, or the password is too short.
    """
    raise NotImplementedError

"""Who may use the chat and where it listens: users with hashed passwords, and the refusal to be open to a network without them."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import socket
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path

from index.errors import UsageError

Check = Callable[[str, str], bool]

SHORTEST = 8  # characters of a password
_KIND = "scrypt"
_COST, _BLOCK, _PARALLEL = 2**14, 8, 5  # as OWASP's "Password Storage" advises where 16 MB may be used: a fifth of a second a try
_REMEDY = "Make its lines with `readout user NAME`."


Secret = tuple[bytes, bytes]
"""What is kept of a password: salt and digest."""

NOBODYS: Secret = (b"nobody", bytes(64))  # names that there are not take as long to refuse as wrong passwords


def load_users(auth: str | None, environment: Mapping[str, str] = os.environ) -> Check | None:
    """What tells whether a name and a password belong together; ``None`` where nobody is asked.

    ``auth``, or else ``READOUT_AUTH``, is either USER:PASSWORD or the name of a file with a line ``name:hash`` a user, as
    ``readout user NAME`` prints it. The file is read once.

    Raises:
        UsageError: it is neither, or the file cannot be read or holds a line that is not a user's.
    """
    given = environment.get("READOUT_AUTH") or None if auth is None else auth
    if given is None:
        return None
    users = _read(Path(given)) if Path(given).is_file() else _single(given)

    def check(name: str, password: str) -> bool:
        salt, digest = users.get(name, NOBODYS)
        return hmac.compare_digest(_digest(password, salt), digest)

    return check


def check_bind(host: str, has_auth: bool, forced: bool) -> None:
    """Refuse to listen beyond this machine when nobody is asked for a name.

    ``forced``: both ``--no-auth`` and ``--open-to-anyone`` were given. One alone is not enough.

    Raises:
        UsageError: ``host`` can be reached from other machines, there are no users, and it is not forced.
    """
    if not (has_auth or forced or is_loopback(host)):
        raise UsageError(
            f"{host or 'every address'} can be reached from other machines, and nobody would be asked for a name. Give --auth FILE "
            "(`readout user NAME` makes its lines), or, to let anyone in who gets there, both --no-auth and --open-to-anyone."
        )


def check_free(host: str, port: int) -> None:
    """Refuse an address that is taken, or not this machine's.

    Raises:
        UsageError: it is one of these.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise UsageError(f"cannot listen on {host}:{port} ({error.strerror}). Name another with --port (or PORT= for make).") from error


def user_line(name: str, password: str) -> str:
    """The line of a file of users for a name and a password.

    Raises:
        UsageError: the name cannot stand in such a file, or the password is too short.
    """
    if not name or name != name.strip() or name.startswith("#") or ":" in name or not name.isprintable():
        raise UsageError(f"{name!r} cannot be a user's name. Use letters, without a colon and without # in front.")
    if len(password) < SHORTEST:
        raise UsageError(f"the password has {len(password)} characters. Use {SHORTEST} or more.")
    salt = secrets.token_bytes(16)
    return f"{name}:{_KIND}${b64encode(salt).decode()}${b64encode(_digest(password, salt)).decode()}"


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode("utf-8", "replace"), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=64)


def _single(given: str) -> dict[str, Secret]:
    name, _, password = given.partition(":")
    if not (name and password):
        raise UsageError("--auth (or READOUT_AUTH) needs USER:PASSWORD, or the name of a file of users that is there. " + _REMEDY)
    salt = secrets.token_bytes(16)
    return {name: (salt, _digest(password, salt))}


def _read(file: Path) -> dict[str, Secret]:
    users: dict[str, Secret] = {}
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{file}: the users cannot be read ({error.strerror}). Check its permissions.") from error
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not a text in UTF-8, and not a file of users. {_REMEDY}") from None
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            name, secret = _user(line.strip(), f"{file}, line {number}")
            if users.setdefault(name, secret) is not secret:
                raise UsageError(f"{file}, line {number}: {name!r} is there already. Keep one line a user.")
    if not users:
        raise UsageError(f"{file} holds no users. {_REMEDY}")
    return users


def _user(line: str, where: str) -> tuple[str, Secret]:
    """A line as name and secret. What stands there is never repeated: it may be a password."""
    name, _, rest = line.partition(":")
    kind, *parts = rest.split("$")
    try:
        salt, digest = (b64decode(part, validate=True) for part in parts)
        if not name or kind != _KIND or len(digest) != len(NOBODYS[1]):
            raise ValueError(kind)
    except ValueError:
        raise UsageError(f"{where}: is not a name and a hash. {_REMEDY}") from None
    return name, (salt, digest)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address. A name other than localhost may mean anything."""
    try:
        return host.lower() == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False

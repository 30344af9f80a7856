"""The filters that people and programs give, read as a Scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from index.errors import UsageError
from index.record import Scope


def read_scope(outlets: Iterable[str] | None, since: str | None, until: str | None, *, mark: str = "--") -> Scope:
    """The filters as a Scope; ``mark`` is what stands before their names where they are given.

    Raises:
        UsageError: a day that is not YYYY-MM-DD, or a span that ends before it begins.
    """
    for name, day in (("since", since), ("until", until)):
        try:
            if day and date.fromisoformat(day).isoformat() != day:
                raise ValueError(day)
        except ValueError:
            raise UsageError(f"{mark}{name} {day!r} is not a day. Write it as YYYY-MM-DD, such as 2016-11-14.") from None
    if since and until and since > until:
        raise UsageError(f"{mark}since {since} is after {mark}until {until}. Swap them.")
    return Scope(tuple(outlets or ()), since or None, until or None)

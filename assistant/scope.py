"""Filters as people write them, in options and in tables."""

from __future__ import annotations

from datetime import date

from index.errors import UsageError
from index.record import Scope


def read_scope(outlets: list[str] | None, since: str | None, until: str | None, *, dashes: str = "--") -> Scope:
    """The filters as a Scope. ``dashes`` stand before their names in errors: none where the filters are no options.

    Raises:
        UsageError: a day that is not YYYY-MM-DD, or a span that ends before it begins.
    """
    for name, day in (("since", since), ("until", until)):
        try:
            if day and date.fromisoformat(day).isoformat() != day:
                raise ValueError(day)
        except ValueError:
            raise UsageError(f"{dashes}{name} {day!r} is not a day. Write it as YYYY-MM-DD, such as 2016-11-14.") from None
    if since and until and since > until:
        raise UsageError(f"{dashes}since {since} is after {dashes}until {until}. Swap them.")
    return Scope(tuple(outlets or ()), since, until)

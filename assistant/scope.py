"""The filters that people and programs give, read as a Scope and checked against an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from index.errors import QuestionError, UsageError
from index.record import Record, Scope


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


def check_scope(scope: Scope, record: Record) -> Scope:
    """The scope with its outlets as the index writes them.

    Raises:
        QuestionError: an outlet that has no article there.
    """
    known = {outlet.lower(): outlet for outlet in record.outlets()} if scope.outlets else {}
    for outlet in scope.outlets:
        if outlet.lower() not in known:
            there = ", ".join(known.values()) or "none with a stated outlet"
            raise QuestionError(f"no article of the outlet {outlet!r} is in the index. There are: {there}.")
    return replace(scope, outlets=tuple(known[outlet.lower()] for outlet in scope.outlets))

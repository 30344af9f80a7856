"""Days as they are written: by pages and spreadsheets, where it can be only one, and by people who tell of "Wednesday" and "last week"."""

from __future__ import annotations

import datetime
import warnings
from calendar import monthrange
from functools import cache, lru_cache
from itertools import product
from typing import Any

KEPT = 4_096  # words that are kept with the days they mean
_LEAP, _OTHER = datetime.datetime(2000, 1, 1), datetime.datetime(2004, 2, 2)  # what fills in what is not stated: two, to tell


def day_of(value: str) -> str | None:
    """Return the day that a date or a time names. ``None`` where it names none, or may be one of two ("02/09/2024").

    Days with points are read as all who write them do: the day comes first.
    """
    value = value.strip()
    try:
        return datetime.datetime.fromisoformat(value).date().isoformat()
    except ValueError:
        pass
    orders = (True,) if value.count(".") == 2 else (True, False)
    days = {_parsed(value, default, first) for default, first in product((_LEAP, _OTHER), orders)}
    return days.pop() if len(days) == 1 else None


@lru_cache(KEPT)
def days_meant(words: str, base: datetime.datetime, prefer: str) -> tuple[datetime.date, datetime.date] | None:
    """Return the first and the last day that words mean at the time ``base``: "Wednesday", "last week"; ``None`` where they are no day.

    ``prefer`` is "past" or "future", for what may be either.
    """
    found = _teller(base, prefer).get_date_data(words)
    return _whole(found.date_obj.date(), found.period) if found.date_obj else None


@cache
def _teller(base: datetime.datetime, prefer: str) -> Any:
    from dateparser.date import DateDataParser  # half a second: only where words may be a day

    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": prefer, "NORMALIZE": False}
    return DateDataParser(languages=["en"], settings=settings)


def _whole(day: datetime.date, period: str) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of the week, month or year that a day stands for; else that day."""
    if period == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if period == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    if period == "week":
        first = day - datetime.timedelta(days=day.weekday())
        return first, first + datetime.timedelta(days=6)
    return day, day


def _parsed(value: str, default: datetime.datetime, day_first: bool) -> str | None:
    from dateutil import parser  # a tenth of a second, and answering needs none of it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of zones that it does not know, which change no day as it was printed
            return str(parser.parse(value[:100], default=default, dayfirst=day_first).date())
    except (ValueError, OverflowError, TypeError):
        return None

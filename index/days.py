"""A day as people, pages and spreadsheets write it → ``YYYY-MM-DD``, where it can be only one."""

from __future__ import annotations

import datetime
import warnings
from itertools import product

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


def _parsed(value: str, default: datetime.datetime, day_first: bool) -> str | None:
    from dateutil import parser  # a tenth of a second, and answering needs none of it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of zones that it does not know, which change no day as it was printed
            return str(parser.parse(value[:100], default=default, dayfirst=day_first).date())
    except (ValueError, OverflowError, TypeError):
        return None

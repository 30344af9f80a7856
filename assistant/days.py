"""The days that a question means: "Wednesday", "14 November", "last week", counted back from the newest article."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from index.days import days_meant
from index.lexicon import words
from index.record import Scope

SINCE, UNTIL = words("since"), words("until")
WEEK = 6  # days after one on which its name still means it
AFTERWARDS = 1  # days later on which news of a day is still printed


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day meant, ``YYYY-MM-DD``, and the word before them that says whether from then on or until then."""

    first: str
    last: str
    lead: str = ""

    def narrowed(self, scope: Scope) -> Scope:
        """A scope with what was published since or until then; as it is where neither is meant."""
        since = max(filter(None, (scope.since, self.first if self.lead in SINCE else None)), default=None)
        until = min(filter(None, (scope.until, self.last if self.lead in UNTIL else None)), default=None)
        return replace(scope, since=since, until=until)

    def told(self, text: str, published: str | None) -> bool:
        """Whether words of an article of a day tell of these days: by their date, or by the day of the week in the week that follows."""
        first, last = dt.date.fromisoformat(self.first), dt.date.fromisoformat(self.last)
        if published is None or not self.first <= published <= (last + dt.timedelta(WEEK)).isoformat():
            return f"{first:%B} {first.day}" in text or f"{first.day} {first:%B}" in text
        return first != last or f"{first:%A}" in text or published <= (last + dt.timedelta(AFTERWARDS)).isoformat()


def days_of(text: str, day: str, newest: str | None) -> Days | None:
    """The days that the words ``day`` of a question mean; nothing where they are no day, or no article has a date to count from."""
    if not day or newest is None:
        return None
    found = days_meant(day, dt.datetime.combine(dt.date.fromisoformat(newest), dt.time(23, 59)), "past")
    if found is None:
        return None
    lead = (text[: text.find(day)].split() or [""])[-1].lower() if day in text else ""
    first, last = found
    return Days(first.isoformat(), last.isoformat(), lead)

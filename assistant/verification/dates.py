"""Days that texts name, against the day of publication: "on Thursday", "last month", "20 January"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from index.days import days_meant

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

Days = tuple[date, date]  # the first and the last
SOME_DAY = "2000-01-05"  # what texts without a day of publication are read against
LATER = timedelta(days=400)


def named_days(doc: Doc, published: str | None) -> Iterator[tuple[Span, tuple[Days, ...]]]:
    """The words of a parsed text that name days, with the days that they may mean."""
    for span in doc.ents:
        if span.label_ == "DATE" and (found := meant(span, published)):
            yield span, found


def days_in(doc: Doc, published: str | None) -> Iterator[Days]:
    """All days that a parsed text may mean, with those that are named by a single word which was taken for no day."""
    for _, found in named_days(doc, published):
        yield from found
    for token in doc:
        if token.pos_ == "PROPN" and token.ent_type_ != "DATE":
            yield from meant(doc[token.i : token.i + 1], published)


def meant(span: Span, published: str | None) -> tuple[Days, ...]:
    """The days that words may mean, none where they tell how long rather than when; "Thursday" is the last one or the next."""
    base = datetime.fromisoformat(published or SOME_DAY)
    for start in range(len(span)):
        text = span[start:].text.strip(" ,.")
        found = [days for prefer in ("past", "future") if (days := days_meant(text, base, prefer))]
        if found:
            shifts = days_meant(text, base + LATER, "past") != found[0]
            long = shifts and any(token.like_num for token in span[start:])
            today = (base.date(), base.date()) if text.casefold() == base.strftime("%A").casefold() else None
            return () if long and not _same_month(text, base) else tuple(dict.fromkeys([*found, *([today] if today else [])]))
    return ()


def _same_month(text: str, base: datetime) -> bool:
    """Whether words with a number name a day of the year rather than a length of time: they mean the same day a few days later."""
    one, other = (days_meant(text, day, "past") for day in (base, base + timedelta(days=1)))
    return one == other


def meet(one: Days, other: Days) -> bool:
    """Whether two stretches of days have one in common."""
    return one[0] <= other[1] and other[0] <= one[1]

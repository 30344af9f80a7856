"""The days that questions mean, counted back from the newest article."""

from __future__ import annotations

import pytest

from assistant.days import days_of
from index.record import Scope

NEWEST = "2016-11-15"  # a Tuesday


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Monday", "2016-11-14", "2016-11-14"),
        ("Wednesday", "2016-11-09", "2016-11-09"),
        ("14 November", "2016-11-14", "2016-11-14"),
        ("Nov. 14, 2016", "2016-11-14", "2016-11-14"),
        ("yesterday", "2016-11-14", "2016-11-14"),
        ("last week", "2016-11-07", "2016-11-13"),
    ],
)
def test_days_are_counted_back(words: str, first: str, last: str) -> None:
    days = days_of(f"What happened on {words}?", words, NEWEST)
    assert days is not None
    assert (days.first, days.last) == (first, last)


@pytest.mark.parametrize("words", ["the election", "before the vote", "", "Syria"])
def test_what_is_no_day_is_none(words: str) -> None:
    assert days_of(f"What happened on {words}?", words, NEWEST) is None


def test_without_a_dated_article_there_is_nothing_to_count_from() -> None:
    assert days_of("What happened on Monday?", "Monday", None) is None


@pytest.mark.parametrize(
    ("lead", "since", "until"), [("since", "2016-11-14", None), ("until", None, "2016-11-14"), ("on", None, None), ("in", None, None)]
)
def test_the_word_before_says_from_when(lead: str, since: str | None, until: str | None) -> None:
    days = days_of(f"What was said {lead} Monday?", "Monday", NEWEST)
    assert days is not None
    narrowed = days.narrowed(Scope(("Echo",)))
    assert (narrowed.outlets, narrowed.since, narrowed.until) == (("Echo",), since, until)


@pytest.mark.parametrize(
    ("text", "published", "told"),
    [
        ("He spoke on Monday.", "2016-11-16", True),
        ("He spoke.", "2016-11-14", True),
        ("He spoke.", "2016-11-15", True),
        ("He spoke.", "2016-11-17", False),
        ("He spoke on Monday.", "2016-11-22", False),
        ("He spoke on November 14.", "2016-12-01", True),
        ("He spoke on Monday.", None, False),
    ],
)
def test_news_names_a_day_by_its_weekday_for_a_week(text: str, published: str | None, told: bool) -> None:
    days = days_of("What happened on Monday?", "Monday", NEWEST)
    assert days is not None
    assert days.told(text, published) is told

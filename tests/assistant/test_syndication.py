"""One report in several outlets is told as that: each outlet prints it, and it is one account."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.syndication import marked, outlets_of, same_report
from assistant.types import Citation
from index.types import Article

WIRE = (
    "The harbour of Elmouth was closed on Tuesday after a crane fell across two piers, the port authority said. Nobody was hurt. "
    "Engineers began to cut the steel at noon, and ships were sent to Northport until further notice. The authority said that the crane "
    "had been inspected in May, and that no fault was found then. Traders expect delays of a week for grain and timber."
)
OWN = (
    "Grain traders in Elmouth counted their losses after the fall of a crane shut the port. Our reporter spoke to six of them on the quay. "
    "“A week, they say. I say three,” said one of them, who has four ships waiting outside. The port authority said that the crane "
    "had been inspected in May. Nobody could tell when the first pier would open, and the mayor did not answer calls on Tuesday evening."
)


def article(name: str, text: str, outlet: str | None = None) -> Article:
    return Article(name, text, "Crane shuts port", outlet)


def groups(*articles: Article) -> list[list[str]]:
    return [[one.id for one in group] for group in same_report(articles)]


def test_a_report_that_three_outlets_print_is_one() -> None:
    trimmed = WIRE.rpartition(" Traders")[0]
    credited = "ELMOUTH (Agency) - " + WIRE.replace("until further notice", "for now")
    articles = [article("a", WIRE, "Post"), article("b", trimmed, "Times"), article("c", OWN, "Echo"), article("d", credited, "Sun")]
    assert groups(*articles) == [["a", "b", "d"]]
    assert outlets_of(same_report(articles)[0]) == ["Post", "Times", "Sun"]


def test_an_outlet_that_prints_its_report_twice_is_one_outlet() -> None:
    assert groups(article("a", WIRE, "Post"), article("b", WIRE, "Post")) == []


@pytest.mark.parametrize("other", [OWN, WIRE[:120], f"{OWN} {OWN.upper()} {OWN.replace('a', 'o')} {WIRE}", ""])
def test_what_shares_words_or_quotes_them_is_no_copy(other: str) -> None:
    assert groups(article("a", WIRE, "Post"), article("b", other, "Times")) == []


def test_a_citation_says_which_it_is_a_copy_of() -> None:
    articles = [article("a", WIRE, "Post"), article("c", OWN, "Echo"), article("b", WIRE, "Times")]
    cited = [
        Citation(n, one.id, one.outlet, one.title, None, None, 0, 3, one.text[:3]) for n, one in enumerate([*articles, articles[2]], 1)
    ]
    assert [one.copy_of for one in marked(cited, same_report(articles))] == [None, None, 1, 1]
    assert [replace(one, copy_of=None) for one in marked(cited, same_report(articles))] == cited

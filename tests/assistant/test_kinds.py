"""Questions that want a count, a list, an order, a sum or a difference: the first line answers, and nobody is falsely called silent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from assistant.chain import Assistant
from assistant.settings import Settings
from assistant.types import Answer
from index.build import build
from index.embedder import BUNDLED
from index.text import content_words

SHARED = "The harbour at Brent will close in May, Mayor Ann Lee said."
PAPERS = {
    "gazette": (
        "The Gazette",
        "2024-03-02",
        SHARED,
        "Dockers' leader Tom Ray called the plan “a disgrace for the town”.",
        "The closure will cost 300 jobs, the council of Brent said.",
        "Lee denied that the port had been sold.",
    ),
    "echo": (
        "Evening Echo",
        "2024-03-03",
        SHARED,
        "A study by the weather office warned of floods along the river Alma.",
        "The council of Brent said the closure would cost 300 jobs.",
    ),
    "post": (
        "Morning Post",
        "2024-03-01",
        "Ferry traffic through the harbour at Brent fell by a third last year.",
        "“We will fight this until the last ship,” Tom Ray said.",
    ),
    "courier": ("The Courier", "", SHARED, "A new school will be built beside the market."),
}
OUTLETS = {outlet for outlet, *_ in PAPERS.values()}


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Four small articles about a harbour, one of them without a date."""
    folder = tmp_path_factory.mktemp("harbour")
    rows = [f"{name}.txt,{outlet},{day}" for name, (outlet, day, *_) in PAPERS.items()]
    (folder / "sources.csv").write_text("\n".join(["file,outlet,published", *rows]), encoding="utf-8")
    for name, (_, _, *sentences) in PAPERS.items():
        (folder / f"{name}.txt").write_text("News of the harbour\n\n" + "\n\n".join(sentences), encoding="utf-8")
    build(folder / "index", [folder], BUNDLED)
    with Assistant(Settings(index=folder / "index")) as opened:
        yield opened


def outlets(answer: Answer) -> set[str | None]:
    """The outlets that the points of an answer cite."""
    cited = {number for point in answer.points for number in point.citations}
    return {citation.outlet for citation in answer.citations if citation.n in cited}


def text_of_outlet(outlet: str) -> set[str]:
    """The words of meaning that an outlet prints, lower case."""
    return {word.lower() for name, _, *sentences in PAPERS.values() if name == outlet for word in content_words(" ".join(sentences))}


@pytest.mark.parametrize(
    ("question", "those"),
    [
        ("Which outlets mention floods?", {"Evening Echo"}),
        ("which papers report on the dockers", {"The Gazette"}),
        ("Apart from the Gazette, which outlets say the closure will cost jobs?", {"Evening Echo"}),
        ("Which outlets quote Tom Ray?", {"The Gazette", "Morning Post"}),
    ],
)
def test_those_that_report_it_are_named_first(papers: Assistant, question: str, those: set[str]) -> None:
    answer = papers.ask(question)
    assert outlets(answer) == those
    assert all(name in answer.text.splitlines()[0] for name in those)


@pytest.mark.parametrize("word", ["floods", "school", "Tom Ray", "jobs", "ferry"])
def test_those_that_do_not_are_those_that_were_looked_through(papers: Assistant, word: str) -> None:
    answer = papers.ask(f"Which outlets do not mention {word}?")
    holding = {outlet for outlet in OUTLETS if text_of_outlet(outlet) & {part.lower() for part in content_words(word)}}
    assert not holding & set(answer.silent)
    assert set(answer.silent) == OUTLETS - holding
    assert all(name in answer.text.splitlines()[0] for name in answer.silent)
    assert {name for name, looked in answer.searched if looked} >= set(answer.silent)


def test_nobody_who_prints_a_word_is_called_silent_on_it(papers: Assistant) -> None:
    for word in sorted({word for outlet in OUTLETS for word in text_of_outlet(outlet)})[::4]:
        answer = papers.ask(f"Which outlets mention {word}?")
        assert not {outlet for outlet in answer.silent if word in text_of_outlet(outlet)}, word


@pytest.mark.parametrize(
    ("question", "first_line"),
    [
        ("How many outlets report that the closure will cost 300 jobs?", "2 of 4 outlets: Evening Echo and The Gazette."),
        ("How often is Tom Ray quoted?", "Tom Ray: 2 statements; named in 2 passages, of Morning Post and The Gazette."),
        (
            "Which outlet was first to write about the harbour at Brent?",
            "First here: Morning Post, on 2024-03-01. Without a date: The Courier.",
        ),
        ("Is it true that the port had been sold?", "Denied by Ann Lee."),
    ],
)
def test_the_first_line_answers(papers: Assistant, question: str, first_line: str) -> None:
    assert papers.ask(question).text.splitlines()[0] == first_line


def test_what_one_outlet_alone_has(papers: Assistant) -> None:
    answer = papers.ask("What does only the Evening Echo report?")
    assert outlets(answer) == {"Evening Echo"}
    told = " ".join(point.words for point in answer.points)
    assert "floods" in told
    assert SHARED not in told


def test_what_an_outlet_leaves_out(papers: Assistant) -> None:
    answer = papers.ask("What did the Morning Post leave out?")
    assert "Morning Post" not in outlets(answer)
    assert any("close in May" in point.words for point in answer.points)


def test_a_list_of_quotations_is_one_speakers(papers: Assistant) -> None:
    answer = papers.ask("List all quotes by Tom Ray")
    assert {point.speakers for point in answer.points} == {("Tom Ray",)}
    assert {"disgrace" in point.words or "fight" in point.words for point in answer.points} == {True}
    assert len(answer.points) == 2


def test_a_timeline_goes_by_day(papers: Assistant) -> None:
    days = [point.day for point in papers.ask("Give me a timeline of the harbour").points]
    assert len(set(days)) > 1
    assert all(one is not None for one, other in pairwise(days) if other is not None)
    assert [day for day in days if day] == sorted(day for day in days if day)


def test_a_summary_begins_with_what_most_carry(papers: Assistant) -> None:
    first = papers.ask("Summarise the articles").points[0]
    assert "close in May" in first.words
    assert len(first.citations) == 3


def test_what_they_agree_on_stands_in_two_at_least(papers: Assistant) -> None:
    answer = papers.ask("What do the outlets agree on?")
    cited = {citation.n: citation.outlet for citation in answer.citations}
    assert answer.points
    assert all(len({cited[number] for number in point.citations}) > 1 for point in answer.points)


@pytest.mark.parametrize("question", ["Who is lying?", "Who is right, Lee or Ray?", "what do you think of the closure"])
def test_an_opinion_is_no_articles_to_give(papers: Assistant, question: str) -> None:
    answer = papers.ask(question)
    assert answer.status == "abstained"
    assert not answer.points


@pytest.mark.parametrize(("asked", "meant"), [("What did Tom Rey say?", "Tom Ray"), ("what did mayor lee say about the habour", "Ann Lee")])
def test_a_name_with_a_letter_wrong_is_understood(papers: Assistant, asked: str, meant: str) -> None:
    answer = papers.ask(asked)
    assert answer.points
    assert {name for point in answer.points for name in point.speakers} == {meant}


def test_every_kind_keeps_to_its_index(papers: Assistant, tmp_path: Path) -> None:
    """Words that stand nowhere are answered with nothing, whatever is wanted of them."""
    for question in ("Which outlets mention volcanoes?", "List all quotes on volcanoes", "Give me a timeline of volcanoes"):
        answer = papers.ask(question)
        assert answer.status == "abstained", question
        assert not answer.points


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("What is in the Evening Echo that the Morning Post doesn't have?", "floods"),
        ("What does the Evening Echo report that no other paper has?", "floods"),
        ("What does the Morning Post leave out that the Evening Echo has?", "floods"),
        ("What's in the Morning Post that the Evening Echo hasn't got?", "Ferry traffic"),
    ],
)
def test_not_belongs_to_the_outlet_behind_which_it_stands(papers: Assistant, question: str, alone: str) -> None:
    assert alone in papers.ask(question).text


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Two articles of which nothing is known: no outlet, no day."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "one.txt").write_text("The bridge\n\n“The bridge is safe,” said Anna Reed.\n\nTom Hale praised Anna Reed.", encoding="utf-8")
    (folder / "two.txt").write_text("The bridge again\n\nAnna Reed said the bridge would stay.", encoding="utf-8")
    build(folder / "index", [folder], BUNDLED)
    with Assistant(Settings(index=folder / "index")) as opened:
        yield opened


@pytest.mark.parametrize(
    "question",
    [
        "List all quotes by Anna Reed",
        "List all quotes about the bridge",
        "How often is Anna Reed mentioned?",
        "How often is Tom Hale quoted?",
        "Which outlets mention the bridge?",
        "Who was first to report on the bridge?",
        "What do the articles agree on?",
        "Give me a timeline of the bridge",
    ],
)
def test_articles_without_outlets_are_asked_like_others(bare: Assistant, question: str) -> None:
    assert bare.ask(question).text

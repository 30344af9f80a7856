"""One thing told differently is two points and a conflict, on every surface; one thing told in other words is neither."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import render
from assistant.batch.formats import Csv, Outcome, Page
from assistant.batch.table import Row, Table
from assistant.chain import Assistant
from assistant.compare import compare, lines
from assistant.desk import panel
from assistant.desk.conversations import Turn
from assistant.question import understand
from assistant.relation import at_once, differing, figures_differ, plain, shared
from assistant.render import as_json
from assistant.settings import Settings
from assistant.types import Answer
from index.build import build
from index.embedder import BUNDLED
from index.record import Scope

PAPERS = {
    "gazette": (
        "The Gazette",
        "Eleven passengers were hurt when the ferry Alma struck the pier on Friday, the coast guard said.",
        "The council of Brent approved the new budget on Tuesday.",
        "Minister Paul Reed said he would resign.",
        "Nobody was hurt when the roof of the school at Lund caught fire at noon.",
        "The new library in Varde will open on 3 May.",
    ),
    "echo": (
        "Evening Echo",
        "Fourteen passengers were hurt when the ferry Alma struck the pier on Friday, the coast guard said.",
        "The council of Brent rejected the new budget on Tuesday.",
        "Minister Paul Reed said he would not resign.",
        "Nobody was injured when the school roof at Lund caught fire at noon.",
    ),
    "post": (
        "Morning Post",
        "14 passengers were hurt when the ferry Alma struck the pier on Friday, the coast guard said.",
        "The council of Brent did not approve the new budget on Tuesday.",
    ),
    "gazette-later": ("The Gazette", "The new library in Varde will open on 9 June."),
}
FERRY = "How many passengers were hurt when the ferry Alma struck the pier?"
CONTRARY = {
    FERRY: ({"The Gazette"}, {"Evening Echo", "Morning Post"}),
    "Did the council of Brent approve the new budget?": ({"The Gazette"}, {"Evening Echo"}),
    "Will Minister Paul Reed resign?": ({"The Gazette"}, {"Evening Echo"}),
    "When will the new library in Varde open?": ({"The Gazette"}, {"The Gazette"}),
}
"""Questions with the outlets of two accounts that must stand apart."""


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """Four small articles that tell four things differently and one alike."""
    folder = tmp_path_factory.mktemp("papers")
    days = {"gazette-later": "2024-04-20"}
    rows = [f"{name}.txt,{outlet},{days.get(name, '2024-03-02')}" for name, (outlet, *_) in PAPERS.items()]
    (folder / "sources.csv").write_text("\n".join(["file,outlet,published", *rows]), encoding="utf-8")
    for name, (_, *sentences) in PAPERS.items():
        (folder / f"{name}.txt").write_text("News in brief\n\n" + "\n\n".join(sentences), encoding="utf-8")
    build(folder / "index", [folder], BUNDLED)
    with Assistant(Settings(index=folder / "index")) as opened:
        yield opened


def accounts(answer: Answer) -> list[list[set[str | None]]]:
    """Of each conflict the outlets of its points."""
    outlets = {citation.n: citation.outlet for citation in answer.citations}
    return [[{outlets[number] for number in answer.points[place].citations} for place in conflict.points] for conflict in answer.conflicts]


@pytest.mark.parametrize("question", CONTRARY)
def test_what_is_told_differently_is_two_points_and_a_conflict(papers: Assistant, question: str) -> None:
    answer = papers.ask(question)
    assert any(all(any(wanted <= own for own in told) for wanted in CONTRARY[question]) for told in accounts(answer)), answer.text
    assert all(point.support == "verbatim" for point in answer.points)


def test_an_outlet_that_tells_both_is_named_with_the_day_of_each(papers: Assistant) -> None:
    text = papers.ask("When will the new library in Varde open?").text
    assert "The Gazette (2024-03-02) has “3 May”" in text
    assert "The Gazette (2024-04-20) has “9 June”" in text


def test_figures_in_words_and_in_digits_are_one(papers: Assistant) -> None:
    answer = papers.ask(FERRY)
    assert {frozenset(own) for told in accounts(answer) for own in told} == {
        frozenset({"The Gazette"}),
        frozenset({"Evening Echo", "Morning Post"}),
    }
    assert {words.lower() for conflict in answer.conflicts for words in conflict.differs} <= {"eleven", "fourteen", "14"}


def test_the_same_in_other_words_is_one_point_and_no_conflict(papers: Assistant) -> None:
    answer = papers.ask("Was anybody hurt when the roof of the school at Lund caught fire?")
    assert answer.conflicts == ()
    assert {citation.outlet for citation in answer.citations if citation.n in answer.points[0].citations} == {"The Gazette", "Evening Echo"}


def test_every_surface_shows_a_conflict(papers: Assistant, tmp_path: Path) -> None:
    answer = papers.ask(FERRY)
    line = next(part for part in answer.text.splitlines() if part.startswith("The sources differ: "))
    assert all(outlet in line for outlet in ("The Gazette", "Evening Echo", "Morning Post"))
    assert as_json(answer)["conflicts"] == [
        {"points": list(conflict.points), "differs": list(conflict.differs)} for conflict in answer.conflicts
    ]
    (tmp_path / "q.csv").write_text(f"question\n{FERRY}\n", encoding="utf-8")
    outcome, row = Outcome("extractive", "index", answer), Row(2, (FERRY,), FERRY)
    with Table(tmp_path / "q.csv") as table:
        cells = next(csv.reader(io.StringIO(Csv(table).row(row, outcome))))
        page = Page(table).row(row, outcome)
    shown = (
        render.terminal(answer, width=10_000),
        render.chat_message(answer).replace("\\", ""),
        panel.turn_html(Turn("t1", FERRY, answer, Scope(), "2024-03-02T10:00:00", None), ["The Gazette"], ()),
        page,
        "\n".join(cells),
    )
    for text in shown:
        assert "The sources differ" in text, text


def test_compare_keeps_contradictions_apart_and_names_them(papers: Assistant) -> None:
    question = understand("passengers were hurt when the ferry Alma struck the pier", papers.names)
    utterances = compare(question, papers.gatherer, Scope())
    for one in utterances:
        figures = {plain(wording.words).split()[0] for wording in one.wordings}
        assert not {"eleven"} & figures or not {"fourteen", "14"} & figures
    assert any(one.conflicts for one in utterances)
    assert any("told differently by" in line for line in lines(utterances))


# --- by words alone ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Twelve people died.", "19 people died.", ("Twelve", "19")),
        ("The bridge had passed.", "The bridge had failed.", ("passed", "failed")),
        ("The bridge had passed.", "The bridge had not passed.", ("passed", "not passed")),
        ("It opens in May.", "It opens in June.", ("May", "June")),
    ],
)
def test_the_words_that_differ_are_named(one: str, other: str, words: tuple[str, str]) -> None:
    assert differing(one, other) == words


def test_numbers_differ_when_each_text_has_its_own() -> None:
    assert figures_differ("Twelve died.", "19 died.")
    assert figures_differ("It opens on 3 May.", "It opens on 9 June.")
    assert not figures_differ("Two men spoke on 14 November.", "Three ships left.")
    assert not figures_differ("Nineteen died.", "19 died.")
    assert not figures_differ("Nineteen died.", "Nineteen died, two of them children.")


def test_numbers_in_words_and_digits_are_the_same_words() -> None:
    assert at_once("Nineteen people died on Monday.", "19 people died on Monday.", 0.0) == "same"
    assert at_once("Nineteen people died on Monday.", "Twelve people died on Monday.", 0.9) != "same"


def test_the_same_words_need_no_reading_and_nothing_in_common_neither() -> None:
    assert at_once("“Taxes rise.”", "Taxes rise", 0.0) == "same"
    assert at_once("Taxes will rise in May.", "Snow fell in the valleys.", 0.1) == "other"
    assert at_once("Taxes will rise in May.", "Taxes will fall in May.", 0.8) is None
    assert shared("", "words") == 0

"""A correction that stands in an article is shown with what it corrects, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import article_of, store

from assistant.chain import Assistant
from assistant.notes import Notes
from assistant.render import as_json, chat_message, terminal
from assistant.settings import Settings
from assistant.types import Answer
from index.build import build
from index.embedder import BUNDLED
from index.reader import Reader
from index.record import Record

BRIDGE = [
    "The harbour bridge in Elmouth will be rebuilt for 46 million crowns, Mayor Anna Berg said on Monday.",
    "The old bridge was opened in 1932 and carries 20,000 cars a day.",
    "“We cannot wait any longer,” Berg said.",
    "Work begins in March, the port authority said.",
    "Traders on the quay feared for their customers.",
    "An earlier version of this article gave the cost of rebuilding the harbour bridge as 64 million crowns; it is 46 million.",
]
BEDS = [
    "Correction: A previous version of this story misstated the number of beds in the new hospital. It has 310 beds, not 130.",
    "Elmouth's new hospital will have 310 beds, the health department said on Friday.",
    "It stands on the site of the old brewery.",
    "Nurses protested against the move, and their union called for a strike in May.",
    "The department said that the hospital would be opened by the queen.",
]
FERRY = [
    "Ferry fares to Northport rise by a tenth in June.",
    "The ferry company's director, Jan Holt, blamed the price of oil.",
    "“Oil has never cost this much,” he said.",
    "The company carries two million passengers a year.",
    "[Editor's note: This post originally misspelled the name of the ferry company's director. He is Jan Holt, not Jon Hold.]",
]
MEALS = [
    "School meals in Elmouth become free in autumn, the education minister said.",
    "The minister said the meals would cost the town 3 million crowns a year.",
    "Cooks were not asked, their union complained.",
    "*The union of the cooks was misnamed in an earlier version.",
]


@pytest.mark.parametrize(("lines", "note", "about"), [(BRIDGE, 5, [0]), (BEDS, 0, [1]), (FERRY, 4, [1]), (MEALS, 3, [2])])
def test_a_note_is_about_what_it_corrects(record: Record, lines: list[str], note: int, about: list[int]) -> None:
    article, passages = article_of("news.txt", lines)
    store(record, article, passages)
    [found] = Notes(record, Reader()).notes_in("news.txt")
    assert article.text[found.start : found.end] == found.words == lines[note]
    assert list(found.about) == [(passages[number].start, passages[number].end) for number in about]


@pytest.mark.parametrize(
    "last",
    [
        "The mayor said that an earlier version of the plan for the harbour bridge was wrong.",
        "Berg: “The harbour bridge in Elmouth will be rebuilt, and we cannot wait any longer.”",
        "(Reporting on the harbour bridge in Elmouth by Jan Holt)",
        "Correction: A caption named the wrong photographer.",
        "- Harbour bridge in Elmouth: 46 million crowns",
    ],
)
def test_what_ends_an_article_otherwise_is_no_note_on_it(record: Record, last: str) -> None:
    store(record, *article_of("news.txt", [*BRIDGE[:-1], last]))
    assert Notes(record, Reader()).notes_in("news.txt") == []


def test_a_note_in_the_middle_of_an_article_is_news_of_another(record: Record) -> None:
    store(record, *article_of("news.txt", [*BRIDGE[:3], BRIDGE[5], *BRIDGE[1:5]]))
    assert Notes(record, Reader()).notes_in("news.txt") == []


def test_an_answer_shows_the_correction_of_what_it_cites_everywhere(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "hospital.txt").write_text("\n\n".join(BEDS))
    build(tmp_path / "index", [tmp_path / "news"], BUNDLED)
    with Assistant(Settings(index=tmp_path / "index")) as assistant:
        answer = assistant.ask("How many beds will the new hospital have?")
        other = assistant.ask("Who protested against the move?")
        text = assistant.record.article("hospital.txt").text
    noted = [one.note for one in answer.citations if one.quote == BEDS[1]]
    assert noted == [(text.index(BEDS[0]), text.index(BEDS[0]) + len(BEDS[0]), BEDS[0])]
    for shown in (answer.text, " ".join(terminal(answer).split()), chat_message(answer).replace("\\", "")):
        assert f"has a note on [1]: “{BEDS[0]}”" in shown
    made = as_json(answer)
    assert made["citations"][0]["note"] == {"start": text.index(BEDS[0]), "end": text.index(BEDS[0]) + len(BEDS[0]), "text": BEDS[0]}
    assert Answer.from_json({**made, "points": ()}).citations == answer.citations
    assert [one.note for one in other.citations] == [None] * len(other.citations)
    assert "note on" not in other.text

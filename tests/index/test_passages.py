"""Passages: every sentence of an article at its offsets, and nothing that is not the article."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.corpus import BUNDLED, read_file
from index.passages import split
from index.statements import extract, parse
from index.types import Passage

if TYPE_CHECKING:
    from spacy.language import Language

Split = Callable[..., list[Passage]]

ARTICLES = sorted(BUNDLED.glob("*.txt"))
FURNITURE = [
    "ADVERTISEMENT",
    "Advertisement",
    "Story continues below advertisement",
    "Leave a Reply",
    "Leave a comment",
    "Subscribe to our newsletters",
    "Sign up for our newsletter",
    "Your email address will not be published. Required fields are marked *",
    "Image Source: Kremlin.ru",
    "Photo: Reuters",
    "Read more: Ten things to know before the summit",
    "Click here to download our app",
    "Copyright 2016 The Daily News. All rights reserved.",
    "© The Daily News",
    "You have reached your limit of free articles.",
    "Read more: How loud is too loud?",
]
NOT_EVIDENCE = {
    "euractiv.txt": [
        "Vladimir Putin [The Kremlin]",
        "World becomes unpredictable as 'populist' Trump wins US election",
        "The projected victory of Donald Trump is sending shockwaves to Europe. "
        "This article will be regularly updated as reactions keep coming.",
        "Subscribe to our newsletters",
    ],
    "freebeacon.txt": ["ADVERTISEMENT", "Donald Trump", "AP", "November 14, 2016"],
    "jtf.txt": ["Leave a Reply", "Your email address will not be published. Required fields are marked *"],
    "maltatoday.txt": [],
    "worldnewshub.txt": ["Kremlin’s Comments", "Russia Might Have Influenced U.S. Election", "Image Source: Kremlin.ru"],
}

SENTENCES = st.sampled_from(
    [
        "The mayor said taxes would rise.",
        "“We must pay,” Ann Smith said.",
        '"Why not?" he asked. "Who knows."',
        "Mr. Smith of the U.S. Treasury denied it…",
        "he went on, and on,",
        "A Heading Without an End",
        "By Ann Smith",
        "They met in\u00a0person – at last!",
        "It cost $3.5 billion; nobody paid.",
        "ADVERTISEMENT",
        "……",
        ")”",
    ]
)
GAPS = st.sampled_from([" ", "\n", "\n\n", "\r\n", "\r\n\r\n", "  ", "\t", "\u00a0", "\u2028", "\x0b", "", " \n \n "])
ARTICLE_LIKE = st.lists(st.tuples(SENTENCES, GAPS), max_size=14).map(lambda parts: "".join(text + gap for text, gap in parts))
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=120)  # lone surrogates and control characters included


@pytest.fixture(scope="module")
def cut(parser: Language) -> Split:
    """``cut(text)`` → its passages."""

    def passages(text: str, title: str = "") -> list[Passage]:
        return split("a.txt", text, title, next(parse([text], parser)))

    return passages


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def check(text: str, passages: list[Passage]) -> None:
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
    for before, after in pairwise(passages):
        assert before.end <= after.start
    assert bool(passages) == bool(text.strip())


@given(text=ARTICLE_LIKE)
def test_offsets_hold_in_any_article(cut: Split, text: str) -> None:
    check(text, cut(text))


@given(text=ANY_TEXT)
def test_offsets_hold_in_any_text(cut: Split, text: str) -> None:
    check(text, cut(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\u00a0\r\n",
        "x",
        "\u200b",
        "\ud800 lone",
        "🙂 said so. 🙂🙂",
        "a\u0301 combined. Next.",
        "\ufeffMarked.",
        "word " * 3_000,
        "x" * 20_000,
        "\n" * 500 + "End.",
    ],
)
def test_offsets_hold_in_odd_texts(cut: Split, text: str) -> None:
    check(text, cut(text))


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_offsets_count_line_ends_as_they_are(cut: Split, line_end: str) -> None:
    text = line_end.join(["Council meets again", "", "The mayor spoke on Monday.", "Nobody in the hall believed her."])
    passages = cut(text)
    check(text, passages)
    assert any("Nobody in the hall believed her." in passage.text for passage in passages)


def read_article(file: Path) -> str:
    [read] = read_file(file)
    return read.text


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_offsets_hold_in_the_bundled_articles(cut: Split, file: Path) -> None:
    text = read_article(file)
    check(text, cut(text))


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_furniture_of_the_bundled_articles_is_no_evidence(cut: Split, file: Path) -> None:
    text = read_article(file)
    lines = NOT_EVIDENCE[file.name]
    assert all(line in plain(text) for line in lines), "the test names lines that the article does not have"
    passages = {plain(passage.text) for passage in cut(text)}
    for line in lines:
        assert line not in passages
        assert len(line.split()) < 4 or not any(line in passage for passage in passages)


@pytest.mark.parametrize("file", ARTICLES, ids=lambda file: file.stem)
def test_every_body_sentence_of_the_bundled_articles_is_there(cut: Split, file: Path) -> None:
    text = read_article(file)
    covered = {place for passage in cut(text) for place in range(passage.start, passage.end)}
    seen: set[str] = set()
    for line in re.finditer(r"\S[^\n]*", text):
        words = plain(line[0]).strip()
        if words in NOT_EVIDENCE[file.name] or words in seen:  # a title that is printed twice counts once
            continue
        seen.add(words)
        left_out = [text[place] for place in range(line.start(), line.end()) if place not in covered and not text[place].isspace()]
        assert not left_out, f"not evidence: {words!r}"


HEAD = "Ferry sinks off Holm\n\nThe ferry Aurora sank off Holm on Saturday night with 214 people on board.\n\n"
TAIL = "\n\nThe coast guard will speak to reporters at noon on Sunday.\n"


@pytest.mark.parametrize(
    "lines",
    [
        ["• At least 31 people are dead", "• 160 in hospital", "• Captain Leif Aas refused to leave the bridge, survivors said"],
        ["- No library will close before 2027", "- School meals stay free"],
        ["1. The bus keeps running", "2) Nobody pays"],
        ["Toll by port:", "Holm: 19 dead", "Varde: 12 dead"],
        ["21:40 - The captain sends a first call for help", "23:05 – The Aurora goes down"],
        ["The Aurora in Varde harbour in 2019"],
        ["What happened next"],
        ["Key points", "Leif Aas", "Mia Borg", "Jon Hale"],
        ["Roads | This year 41.5 | Next year 47.0"],
        ["Correction: An earlier version of this article said that 41 people had died."],
        ["Editor's note: This story has a new headline"],
        ["Editor’s note"],
        ["A line without a full stop that goes on for rather longer than most captions and headings on a page of news would ever do"],
    ],
    ids=lambda lines: lines[0][:20],
)
@pytest.mark.parametrize("gap", ["\n", "\r\n"])
def test_lines_without_a_full_stop_are_evidence(cut: Split, lines: list[str], gap: str) -> None:
    text = HEAD + gap.join(lines) + TAIL
    passages = cut(text, "Ferry sinks off Holm")
    check(text, passages)
    found = [passage.text for passage in passages if not passage.headline]
    bare = [line.removeprefix("• ").removeprefix("- ") for line in lines]
    assert found[1:-1] == bare or " ".join(found[1:-1]) == " ".join(bare)


def test_a_list_before_the_first_sentence_is_no_headline(cut: Split) -> None:
    text = (
        "Ferry sinks off Holm\n\n• At least 31 people are dead, officials said\n• The search goes on\n\nThe ferry sank on Saturday night.\n"
    )
    assert [(passage.text, passage.headline) for passage in cut(text)][1:] == [
        ("At least 31 people are dead, officials said", False),
        ("The search goes on", False),
        ("The ferry sank on Saturday night.", False),
    ]


@pytest.mark.parametrize("separator", ["   ", "\t"])
def test_a_table_in_columns_is_one_passage(cut: Split, separator: str) -> None:
    rows = "\n".join(separator.join(row) for row in [("Country", "Aboard", "Missing"), ("Norway", "120", "9"), ("Denmark", "61", "11")])
    text = HEAD + rows + TAIL
    passages = cut(text)
    check(text, passages)
    assert rows in [passage.text for passage in passages]


@pytest.mark.parametrize(
    "head",
    ["By Ann Lee", "Ann Lee\nAP\nNovember 14, 2016", "AP", "Vladimir Putin [The Kremlin]", "8 March 2024"],
    ids=lambda head: head[:10],
)
def test_names_and_days_above_the_article_are_no_evidence(cut: Split, head: str) -> None:
    text = f"Ferry sinks off Holm\n\n{head}\n\nThe ferry sank on Saturday night.\n"
    assert [passage.text for passage in cut(text)] == ["Ferry sinks off Holm", "The ferry sank on Saturday night."]


@pytest.mark.parametrize("unit", ["“", '" ', "(", "He said, ", "the mayor of the town and the council said that ", ".", "x", "1,2 "])
def test_the_work_grows_as_the_text_does(parser: Language, unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        doc = next(parse([text], parser))
        check(text, split("a.txt", text, "", doc))
        extract("a.txt", text, doc)
        return time.process_time() - began

    seconds(500)
    assert seconds(16_000) < 0.5 + 8 * max(seconds(4_000), 0.05)  # four times the text; of what grows with the square, sixteen times


def test_what_goes_on_for_longer_than_a_sentence_can_is_cut(cut: Split) -> None:
    text = "Yesterday " + "the mayor of the old town and the council of the county said that the taxes would rise and " * 350
    passages = cut(text)
    check(text, passages)
    assert max(len(passage.text) for passage in passages) < 3_000
    assert sum(len(passage.text) for passage in passages) > 0.99 * len(text.strip())


def test_a_headline_is_marked_and_taken_once(cut: Split) -> None:
    text = "Council raises taxes again\n\nCouncil raises taxes again\n\nThe council voted on Monday. Taxes rise in May.\n"
    passages = cut(text, title="Council raises taxes again")
    assert [(passage.text, passage.headline) for passage in passages] == [
        ("Council raises taxes again", True),
        ("The council voted on Monday.", False),
        ("Taxes rise in May.", False),
    ]


def test_a_quotation_that_goes_on_after_a_break_stays_with_its_speaker(cut: Split) -> None:
    text = "The report came on Friday.\n\n“We believe that only they could have done this,”\n\nthe two offices wrote in a letter.\n"
    assert any("done this,”" in passage.text and "wrote in a letter" in passage.text for passage in cut(text))


@given(data=st.data())
def test_furniture_lines_anywhere_never_become_passages(cut: Split, data: st.DataObject) -> None:
    text = read_article(data.draw(st.sampled_from(ARTICLES)))
    lines = text.split("\n")
    inserted = data.draw(st.lists(st.tuples(st.integers(0, len(lines)), st.sampled_from(FURNITURE)), min_size=1, max_size=4))
    for place, furniture in sorted(inserted, reverse=True):
        lines.insert(place, furniture)
    text = "\n".join(lines)
    passages = cut(text)
    check(text, passages)
    for _, furniture in inserted:
        assert not [passage for passage in passages if furniture in passage.text.split("\n") or passage.text in furniture]


def test_a_text_of_nothing_but_furniture_is_all_there_is(cut: Split) -> None:
    assert [passage.text for passage in cut("ADVERTISEMENT\n")] == ["ADVERTISEMENT"]

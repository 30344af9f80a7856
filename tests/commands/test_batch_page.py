"""The page of answers: nothing in it but itself, and everything that is not ours is text."""

from __future__ import annotations

import io
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_render import ANSWER, CITATION

from assistant.batch.formats import Outcome, Page
from assistant.batch.table import Table, line
from assistant.types import Claim

VOID = {"meta", "input"}
OURS = {
    "html", "head", "meta", "title", "style", "body", "h1", "div", "input", "select", "option", "output", "main", "article", "h2", "span",
    "dl", "dt", "dd", "p", "b", "a", "ul", "li", "blockquote", "script",
}  # fmt: skip
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</article></main><style>*{display:none}</style>",
    "$rows $hash $title",
    "&lt;b&gt; & <!-- ]]> -->",
    "' onmouseover='alert(1)",
    "x" * 100_000,
]


class Read(HTMLParser):
    """A page as a browser reads it: its text, its elements, and whether they close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def page(question: str, note: str, outcome: Outcome, name: str = "note") -> str:
    data = line(["question", name], ",", "\n") + line([question, note], ",", "\n")
    with Table(io.BytesIO(data.encode())) as table:
        made = Page(table)
        [row] = table.rows()
        return made.head() + made.row(row, outcome) + made.foot()


def only_ours(read: Read) -> None:
    """Nothing is loaded, no script but ours runs, and there are no elements or handlers but ours."""
    assert {tag for tag, _ in read.elements} <= OURS
    assert [tag for tag, _ in read.elements].count("script") == 1
    for tag, attributes in read.elements:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "srcset", "action", "style")}
        address = attributes.get("href")
        assert address is None or (tag == "a" and address.startswith(("#row", "http://", "https://")))


def test_a_page_shows_the_question_the_answer_and_the_words_of_each_citation() -> None:
    read = Read(page("What?", "by Ann", Outcome("extractive", "abc-1", ANSWER)))
    only_ours(read)
    for words in ("What?", "note", "by Ann", "answered", "extractive", "abc-1", "row 2", CITATION.quote, CITATION.outlet or ""):
        assert words in read.text
    assert "**" not in read.text
    [anchor] = [attributes["href"] for tag, attributes in read.elements if tag == "a" and (attributes["href"] or "").startswith("#")][:1]
    assert [attributes for _, attributes in read.elements if f"#{attributes.get('id')}" == anchor]


def test_a_row_that_failed_says_why() -> None:
    read = Read(page("What?", "", Outcome("extractive", "abc-1", error="it <b>broke</b>")))
    only_ours(read)
    assert "it <b>broke</b>" in read.text


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:20])
def test_whatever_is_not_ours_is_text(words: str) -> None:
    cited = replace(CITATION, outlet=words, title=words, quote=words, article=words, url=f"javascript:{words}", published=words)
    said = replace(ANSWER.points[0], claims=(Claim(words, (1,)),), speakers=(words,), label=(words,))
    answer = replace(ANSWER, points=(said, said), silence=words, citations=(cited,))
    read = Read(page(words, words, Outcome(words, words, answer), name=words))
    only_ours(read)
    assert read.text.count(words) >= 9
    only_ours(Read(page(words, words, Outcome("extractive", "i", error=words))))


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_words_leave_the_page_in_order(words: str) -> None:
    said = replace(ANSWER.points[0], claims=(Claim(words, (1,)),))
    answer = replace(ANSWER, points=(said,), note=words, citations=(replace(CITATION, quote=words, url=words),))
    only_ours(Read(page(words, words, Outcome("extractive", "i", answer))))


def test_doubtful_support_is_told() -> None:
    doubtful = replace(ANSWER, points=(replace(ANSWER.points[0], support="unsupported"),))
    assert "carried by nothing that it cites" in Read(page("q", "", Outcome("extractive", "i", doubtful))).text
    assert "unsupported" not in Read(page("q", "", Outcome("extractive", "i", ANSWER))).text


def test_an_outcome_is_read_back_as_it_was() -> None:
    for outcome in (Outcome("extractive", "i", replace(ANSWER, seconds=0.123456789)), Outcome("extractive", "i", error="no")):
        again = Outcome.load(outcome.dump())
        assert again == outcome
        assert not again.answer or again.answer.seconds == 0.123456789
        assert again.dump() == outcome.dump()


def test_the_page_works_in_a_browser(tmp_path: Path) -> None:
    """Filters show what they should, hostile text does not run, and ours does although no other script may."""
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("there is no /usr/bin/chromium here: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    data = "question\nfirst one\nsecond one\n" + '"<img src=x onerror=""document.title=1""> third"\n'
    with Table(io.BytesIO(data.encode())) as table:
        made = Page(table)
        outcomes = [
            Outcome("e", "i", ANSWER),
            Outcome("e", "i", error="no"),
            Outcome("e", "i", replace(ANSWER, text="<script>document.title=1</script>")),
        ]
        rows = "".join(made.row(row, outcome) for row, outcome in zip(table.rows(), outcomes, strict=True))
    (tmp_path / "page.html").write_text(made.head() + rows + made.foot(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        opened = browser.new_page()
        opened.goto((tmp_path / "page.html").as_uri())
        shown = lambda: [found.inner_text() for found in opened.query_selector_all("article:not([hidden]) h2")]  # noqa: E731
        assert len(shown()) == 3
        opened.fill("#words", "ONE second")
        assert shown() == ["second one"]
        opened.fill("#words", "")
        opened.select_option("#status", "answered")
        assert shown()[0] == "first one"
        assert len(shown()) == 2
        assert opened.title().startswith("Readout")
        browser.close()

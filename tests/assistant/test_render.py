"""Answers for people: nothing that an article holds becomes an escape sequence, a tag or a link."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from assistant.render import chat_message, escape_markdown, link, source, terminal, text_of, took
from assistant.types import Answer, Citation, Claim, Point, Usage

MARKDOWN = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
OURS = {
    "paragraph_open",
    "paragraph_close",
    "inline",
    "blockquote_open",
    "blockquote_close",
    "hr",
    "bullet_list_open",
    "bullet_list_close",
    "list_item_open",
    "list_item_close",
}
OURS_INSIDE = {"text", "strong_open", "strong_close", "em_open", "em_close", "softbreak", "text_special"}

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<a href='javascript:alert(1)'>click</a>",
    "[click](javascript:alert(1))",
    "[click](https://evil.example)",
    "![picture](https://evil.example/p.png)",
    "<https://evil.example>",
    "https://evil.example/bare and www.evil.example",
    "[ref]: https://evil.example",
    "# heading",
    "> quotation",
    "- item\n- item",
    "1. one",
    "---",
    "===",
    "```\ncode\n```",
    "`code`",
    "**bold** _emphasis_ ~~gone~~",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "&lt;b&gt; &amp; &#60;",
    "$x^2$ \\(y\\) \\[z\\]",
    "<!-- comment --> <?php ?> <![CDATA[x]]>",
    "<details open ontoggle=alert(1)>",
    "\\<b>\\\\<b>",
    "    four spaces",
    "w" * 5_000,
]

CITATION = Citation(1, "a.txt", "The Post", "Mayor speaks", "https://post.example/a", "2024-02-29", 0, 12, "Taxes rise.")
ANSWER = Answer(
    "Do taxes rise?",
    "answered",
    None,
    "extractive",
    (Point((Claim("Taxes rise.", (1,)),), ("Mayor",), support="verbatim", label=("Mayor",)),),
    (CITATION,),
)
ABSTAINED = Answer("Who is it?", "abstained", "No passage found.", "extractive", (), (CITATION,), message="The articles do not say.")


def hostile(words: str) -> Answer:
    """An answer whose article says ``words`` wherever an article can."""
    citation = replace(CITATION, outlet=words, title=words, quote=words, article=words)
    return replace(ANSWER, points=(Point((Claim(words, (1,)),), (words,), support="verbatim", label=(words,)),), citations=(citation,))


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or []]


def shown(markdown: str) -> str:
    """What a reader sees of a Markdown text, white space folded."""
    return " ".join(" ".join(child.content for child in inline(MARKDOWN.parse(markdown)) if child.type in ("text", "text_special")).split())


def only_ours(markdown: str, links: int) -> None:
    """Fail when anything but the marks that Readout sets, and its own links, comes out of a message."""
    tokens = MARKDOWN.parse(markdown)
    assert {token.type for token in tokens} <= OURS, {token.type for token in tokens} - OURS
    children = inline(tokens)
    found = [child for child in children if child.type == "link_open"]
    assert {child.type for child in children} <= OURS_INSIDE | {"link_open", "link_close"}
    assert [child.attrs["href"] for child in found] == ["https://post.example/a"] * links


# --- the chat ----------------------------------------------------------------------------------------------------------------


def test_a_message_shows_the_answer_and_its_citation() -> None:
    message = chat_message(ANSWER)
    only_ours(message, links=1)
    words = shown(message)
    for part in ("Mayor", "Taxes rise.", "[1]", "The Post", "Mayor speaks", "2024-02-29"):
        assert part in words
    assert "nearest" not in words
    assert "<strong>Mayor</strong>" in MARKDOWN.render(message)


def test_an_abstention_says_that_the_nearest_is_no_answer() -> None:
    assert "nearest, not an answer" in shown(chat_message(ABSTAINED))


def test_unknown_stays_unknown() -> None:
    words = shown(chat_message(replace(ANSWER, citations=(replace(CITATION, outlet=None, url=None, published=None),))))
    assert "outlet not stated" in words
    assert "date not stated" in words
    only_ours(chat_message(replace(ANSWER, citations=(replace(CITATION, url=None),))), links=0)


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
def test_hostile_articles_show_as_the_text_they_are(words: str) -> None:
    message = chat_message(hostile(words))
    only_ours(message, links=1)
    squeezed = re.sub(r"\s+", "", shown(message))
    assert squeezed.count(re.sub(r"\s+", "", words)) >= 3


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
def test_hostile_errors_show_as_the_text_they_are(words: str) -> None:
    message = chat_message(" ".join(words.split()))
    only_ours(message, links=0)
    assert shown(message).replace(" ", "") == re.sub(r"\s+", "", words)


@given(words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_any_words_show_as_the_text_they_are(words: str) -> None:
    flat = " ".join(words.split())
    only_ours(escape_markdown(flat), links=0)
    assert shown(escape_markdown(flat)) == " ".join(flat.split())


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https:",
        "http://",
        "https://[bad",
        "nonsense",
        "",
        None,
    ],
)
def test_addresses_that_a_browser_must_not_be_sent_to_are_no_links(url: str | None) -> None:
    assert link(url) is None
    only_ours(chat_message(replace(ANSWER, citations=(replace(CITATION, url=url),))), links=0)


@pytest.mark.parametrize(
    "url",
    [
        'https://e.example/"><script>alert(1)</script>',
        "https://e.example/> [x](javascript:alert(1))",
        "https://e.example/\\",
        "https://e.example/a)b",
    ],
)
def test_an_address_cannot_break_out_of_its_link(url: str) -> None:
    tokens = inline(MARKDOWN.parse(chat_message(replace(ANSWER, citations=(replace(CITATION, url=url),)))))
    assert not [token for token in tokens if token.type == "html_inline"]
    assert all(str(token.attrs["href"]).startswith("https://e.example/") for token in tokens if token.type == "link_open")


# --- the terminal ------------------------------------------------------------------------------------------------------------


def test_the_terminal_shows_the_answer_and_its_citation() -> None:
    text = terminal(ANSWER)
    for part in (
        "Mayor, in The Post: “Taxes rise.” [1]",
        "[1] The Post, “Mayor speaks”, 2024-02-29, https://post.example/a",
        "(a.txt:0-12)",
    ):
        assert part in " ".join(text.split())
    assert "**" not in text


@pytest.mark.parametrize(
    "words",
    [
        "\x1b[31mred\x1b[0m",
        "\x1b]0;title\x07",
        "\x9b31m",
        "a\rb",
        "a\x08b",
        "\x00",
        "\x7f",
        "\u202egnp.exe",
        "\u2066x\u2069",
        "\x1b]8;;https://evil.example\x1b\\x",
    ],
)
def test_escape_sequences_are_taken_out(words: str) -> None:
    text = terminal(hostile(words))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


@given(words=st.text(max_size=80), width=st.integers(20, 120))
def test_any_words_fit_the_terminal(words: str, width: int) -> None:
    text = terminal(hostile(words), width)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def test_lines_are_no_wider_than_the_terminal() -> None:
    text = terminal(hostile("several words that go on and on " * 20), 60)
    assert max(map(len, text.splitlines())) <= 60


@pytest.mark.parametrize(
    ("claimed", "reworded", "told"),
    [
        ((1,), (), "[1]"),
        ((1, 2), (), "[1] (also printed by The Echo [2])"),
        ((1, 3), (), "[1] [3]"),
        ((1,), (2,), "[1] (The Echo puts it otherwise [2])"),
        ((1, 2), (4,), "[1] (also printed by The Echo [2]; The Wire puts it otherwise [4])"),
        ((1,), (2, 4), "[1] (The Echo [2] and The Wire [4] put it otherwise)"),
    ],
)
def test_who_else_has_a_point_is_told_behind_it(claimed: tuple[int, ...], reworded: tuple[int, ...], told: str) -> None:
    outlets = enumerate(("The Post", "The Echo", "The Post", "The Wire"), 1)
    point = replace(ANSWER.points[0], claims=(Claim("Taxes rise.", claimed),), reworded=reworded)
    assert (
        text_of(point, [replace(CITATION, n=n, outlet=outlet) for n, outlet in outlets]) == f"**Mayor**, in The Post: “Taxes rise.” {told}"
    )


def test_a_source_names_what_is_known() -> None:
    assert source(replace(CITATION, outlet=None, published=None, url=None)) == "“Mayor speaks”, date unknown (a.txt:0-12)"


# --- what a language model took ----------------------------------------------------------------------------------------------


def model_answer(usage: Usage | None, answerer: str = "openai:gpt-5-mini") -> Answer:
    return replace(ANSWER, answerer=answerer, usage=usage, seconds=2.1499)


@pytest.mark.parametrize(
    ("usage", "line"),
    [
        (Usage(812, 120, 0.00044), "openai:gpt-5-mini · 812 + 120 tokens · $0.0004 · 2.1 s"),
        (Usage(12_345, 0, 1234.5), "openai:gpt-5-mini · 12,345 + 0 tokens · $1,234.5000 · 2.1 s"),
        (Usage(8, 1, 0.000004), "openai:gpt-5-mini · 8 + 1 tokens · under $0.0001 · 2.1 s"),
        (Usage(8, 1, 0.0), "openai:gpt-5-mini · 8 + 1 tokens · $0 · 2.1 s"),
        (Usage(8, 1, None), "openai:gpt-5-mini · 8 + 1 tokens · cost not stated · 2.1 s"),
        (Usage(None, None, None), "openai:gpt-5-mini · tokens not stated · cost not stated · 2.1 s"),
        (Usage(8, None, None), "openai:gpt-5-mini · tokens not stated · cost not stated · 2.1 s"),
        (Usage(kept=True), "openai:gpt-5-mini · kept from before, no tokens · 2.1 s"),
        (Usage(kept=True) + Usage(8, 1, 0.5), "openai:gpt-5-mini · 8 + 1 tokens · $0.5000 · 2.1 s"),
        (None, ""),
    ],
)
def test_what_a_model_took_is_told_and_what_is_unknown_stays_unknown(usage: Usage | None, line: str) -> None:
    assert took(model_answer(usage)) == line


def test_what_the_articles_own_words_cost_is_not_laid_to_them() -> None:
    assert took(model_answer(Usage(8, 1, 0.5), "extractive")) == "the language model · 8 + 1 tokens · $0.5000 · 2.1 s"


@given(
    tokens=st.tuples(*[st.none() | st.integers(0, 10**9)] * 2),
    cost=st.none() | st.floats(0, 1e6),
    kept=st.booleans(),
    seconds=st.floats(0, 1e5),
)
def test_it_is_one_line_that_never_calls_something_nothing(
    tokens: tuple[int | None, int | None], cost: float | None, kept: bool, seconds: float
) -> None:
    line = took(replace(ANSWER, answerer="openai:x", usage=Usage(*tokens, cost, kept), seconds=seconds))
    assert "\n" not in line
    assert "None" not in line
    assert ("$0 " in line) == (cost == 0 and not kept)
    assert "$0.0000" not in line

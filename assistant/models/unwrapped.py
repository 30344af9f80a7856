"""What a language model wrote, as plain lines: without its thoughts, and without the HTML, Markdown, JSON and tables around its words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from textwrap import dedent
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.html_blocks import block_names
from markdown_it.token import Token

from assistant.render import printable
from index.lexicon import words as listed_words

Attributes = list[tuple[str, str | None]]
CITING = listed_words("citing")
STOPS = ".!?…"
WRAPPED_FROM = 60  # characters of a line that goes on in the next one
MOST_ORDINAL = 99  # a number before a full stop that is greater is the sentence's own: "2016. Trump won."
LONGEST_LEAD = 4  # words of a table's cell that says whom or what its row is about
MOST_BEFORE_JSON = 200  # characters of an introduction
_BEGIN, _END = (f"<{slash}thought>" for slash in ("", "/"))
_TAGS = {
    "[THINK]": _BEGIN,
    "[/THINK]": _END,
    "◁think▷": _BEGIN,
    "◁/think▷": _END,
    "<|START_THINKING|>": _BEGIN,
    "<|END_THINKING|>": _END,
}  # tags of thoughts that are not written as HTML


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a draft. ``title``: it is a heading. ``follows``: it goes on with the paragraph of the line before.

    ``cells`` are a table's row; ``numbers`` stand beside it in JSON; ``ordinal`` is its place in a numbered list.
    """

    text: str
    cells: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    title: bool = False
    follows: bool = False
    ordinal: int = 0


def lines_of(draft: str) -> list[Line]:
    """What a draft says, line by line, with the marks of its citations as they are written."""
    text = without_thoughts(draft)
    return said if (said := _said(text)) is not None else list(_marked_down(text))


def without_thoughts(draft: str) -> str:
    """A draft without the thoughts in it, and without HTML where it is no JSON."""
    text = _without_channels(printable(draft))
    if _said(text) is not None:
        return text
    html = _Html()
    html.feed(text.replace("<![", "&lt;!["))  # the parser fails on these
    html.close()
    return html.text()


def said_so_far(draft: str) -> str:
    """What the finished parts of a draft in JSON say, a line each."""
    return "\n".join(line.text for line in _said(draft) or ())


# --- thoughts and HTML -------------------------------------------------------------------------------------------------------


def _without_channels(text: str) -> str:
    """A draft without the channels of its thoughts, as the Harmony format has them, and without marks of a chat's turns."""
    for mark, tag in _TAGS.items():
        text = text.replace(mark, tag).replace(mark.lower(), tag)
    _, *channels = text.split("<|channel|>")
    if channels:
        parts = [channel.partition("<|message|>") for channel in channels]
        text = "\n".join(said.partition("<|")[0] for name, _, said in parts if name.strip().startswith("final"))
    elif text.startswith("analysis") and "assistantfinal" in text:  # the same where a server has taken off the marks
        text = text.rpartition("assistantfinal")[2]
    first, *rest = text.split("<|")
    return first + "".join(part.partition("|>")[2] if "|>" in part else f"<|{part}" for part in rest)


class _Html(HTMLParser):
    """The text of a draft, with a line for each of HTML's blocks. What a tag for citations holds stands in brackets."""

    CDATA_CONTENT_ELEMENTS = ()  # type: ignore[misc]  # no tag keeps the others from being read

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._deep, self._cited, self._number = 0, -1, ""

    def text(self) -> str:
        """All that is no thought."""
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        if _thinks(tag):
            self._deep += 1
        elif tag == "sup" or tag in CITING:
            self._cited = len(self._parts)
            self._number = next((value for _, value in attributes if value and value.isdecimal()), "")
        elif tag in ("td", "th"):
            self._parts.append("|")
        elif tag == "br" or tag in block_names:
            self._parts.append({"li": "\n- "}.get(tag, "\n\n# " if tag[1:].isdecimal() else "\n"))

    def handle_endtag(self, tag: str) -> None:
        if _thinks(tag):
            if not self._deep:
                self._parts.clear()  # thoughts whose beginning is not marked
            self._deep = max(0, self._deep - 1)
        elif self._cited >= 0 and (tag == "sup" or tag in CITING):
            inside = "".join(self._parts[self._cited :])
            if _numeric(inside):
                self._parts[self._cited :] = [f"[{inside.strip('[] ')}]"]
            elif self._number:  # a statement copied with the tags that it is given in
                self._parts.append(f" [{self._number}]\n")
            self._cited = -1
        elif tag in block_names and tag not in ("td", "th"):
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._deep:
            self._parts.append(data)


@cache
def _thinks(tag: str) -> bool:
    return tag.rpartition(":")[2].startswith(tuple(listed_words("thoughts")))


def _numeric(text: str) -> bool:
    """Whether a text is numbers alone, as a citation has them."""
    return any(map(str.isdecimal, text)) and not any(map(str.isalpha, text))


# --- JSON --------------------------------------------------------------------------------------------------------------------


def _said(text: str) -> list[Line] | None:
    """What the objects of a text say, where it is JSON but for an introduction; ``None`` where it is not."""
    before = text.partition("{")[0]
    if len(before) > MOST_BEFORE_JSON or _numeric(before):
        return None
    objects = list(_objects(text))
    try:
        return [line for one in objects for line in _statements(one)] if objects else None
    except RecursionError:
        return None


def _objects(text: str) -> Iterator[Any]:
    decoder, place = json.JSONDecoder(), text.find("{")
    while place >= 0:
        try:
            found, end = decoder.raw_decode(text, place)
            yield found
        except (ValueError, RecursionError):
            end = place + 1
        place = text.find("{", end)


def _statements(value: Any) -> Iterator[Line]:
    """The statements in a value of JSON: an object's longest text, with the numbers beside it, or what the objects in it say."""
    if isinstance(value, str) and " " in value.strip():
        yield from _marked_down(value)
    elif isinstance(value, list):
        yield from (line for one in value for line in _statements(one))
    elif isinstance(value, dict):
        own = max((text for text in value.values() if isinstance(text, str)), key=len, default="")
        beside = [one for key, one in value.items() if key.lower() in CITING]
        others = [one for key, one in value.items() if key.lower() not in CITING and isinstance(one, list | dict)]
        within = [] if "[" in own else [line for one in others for line in _statements(one)]
        beside = beside or list(value.values())
        numbers = next(filter(None, (_numbers(one) for one in beside if isinstance(one, list))), ())
        numbers = numbers or tuple(number for one in beside for number in _numbers(one))[-1:]
        yield from within or (replace(line, numbers=line.numbers or numbers) for line in _statements(own))


def _numbers(value: Any) -> tuple[int, ...]:
    """The numbers that a value of JSON is, alone or in a list: 1, "[1]", {"id": 1}."""
    if isinstance(value, str):
        value = value.strip("[]()【】 ")
        return (int(value),) if value.isdecimal() and len(value) < 5 else ()
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if isinstance(value, dict):  # a citation with what it quotes
        return next(filter(None, map(_numbers, value.values())), ())
    found = list(map(_numbers, value)) if isinstance(value, list) else []
    return tuple(number for numbers in found for number in numbers) if all(found) else ()


# --- Markdown ----------------------------------------------------------------------------------------------------------------


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table").disable("lheading")


def _marked_down(text: str) -> Iterator[Line]:
    """The lines of a text in Markdown, those of code as well: models put whole answers between its marks."""
    title, in_row, ordinal, before, cells = False, False, 0, "", list[str]()
    for token in _parser().parse(text):
        if token.type in ("fence", "code_block"):
            code = dedent(token.content)
            yield from said if (said := _said(code)) is not None else _marked_down(code)
        elif token.type in ("heading_open", "thead_open", "heading_close", "thead_close"):
            title = token.nesting > 0
        elif token.type in ("list_item_open", "list_item_close"):
            ordinal = int(token.info or 0)
            before = f"{token.info}{token.markup} " if ordinal > MOST_ORDINAL else ""
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            yield Line(" ".join(cells), tuple(cells), title=title)
        elif token.type in ("td_open", "th_open", "td_close", "th_close"):
            in_row = token.nesting > 0
        elif token.type == "inline" and in_row:
            cells.append(" ".join(text for text, _ in _inline(token.children or ())))
        elif token.type == "inline":
            yield from _paragraph(_inline(token.children or ()), before, title, ordinal)
            before = ""


def _paragraph(physical: Iterable[tuple[str, bool]], before: str, title: bool, ordinal: int) -> Iterator[Line]:
    """The lines of a paragraph; those that are only wrapped are one."""
    made: list[Line] = []
    for text, bold in physical:
        if made and _wrapped(made[-1].text, text):
            made[-1] = replace(made[-1], text=f"{made[-1].text} {text}", title=made[-1].title and bold)
        elif text.startswith("|"):
            cells = tuple(cell.strip() for cell in text.strip("| ").split("|"))
            made.append(Line(text, cells))
        else:
            made.append(Line(before + text, title=title or bold, follows=bool(made), ordinal=ordinal))
            before = ""
    yield from made


def _wrapped(line: str, after: str) -> bool:
    """Whether a line goes on in the one after it."""
    last = line.rstrip("\"”’')*] ")[-1:]
    return (bool(line) and after[:1].islower()) or (len(line) >= WRAPPED_FROM and last.isalpha() and after[:1].isalpha())


def _inline(tokens: Iterable[Token]) -> list[tuple[str, bool]]:
    """The lines of a paragraph as text, each with whether all of it is bold. A star within a word is that word's own: "f**k"."""
    found: list[tuple[str, bool]] = []
    text, marks, links, bold, plain = "", list[str](), list[int](), 0, False
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            found.append((text.strip(), not plain))
            text, plain, links = "", False, [0 for _ in links]
        elif token.type in ("em_open", "strong_open"):
            marks.append(token.markup if text[-1:].isalnum() else "")
            text += marks[-1]
            bold += token.tag == "strong"
        elif token.type in ("em_close", "strong_close"):
            text += marks.pop()
            bold -= token.tag == "strong"
        elif token.type == "link_open":
            links.append(len(text))
        elif token.type == "link_close":
            start = links.pop()
            text = f"{text[:start]}[{text[start:].strip('[]^')}]" if _numeric(text[start:]) else text
        else:
            text += token.content
            plain = plain or bool(token.content.strip() and not bold)
    return [*found, (text.strip(), not plain)]

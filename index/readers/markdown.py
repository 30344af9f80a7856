"""Markdown: the words without the marks, and what stands before them as front matter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.readers.decoding import decoded
from index.readers.draft import Columns, Draft
from index.readers.layout import MARK, fragment, table_lines

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
FIELDS = {
    "title": ("title", "headline"),
    "outlet": ("outlet", "publisher", "site", "site_name", "source"),
    "url": ("url", "link", "source", "canonical"),
    "published": ("published", "date", "publish_date"),
    "author": ("author", "authors", "byline"),
}
"""What front matter calls what is known of an article, the likeliest name first."""


def read(data: bytes, columns: Columns) -> Iterator[Draft]:
    """Read a Markdown file."""
    text, note = decoded(data)
    known, body = _front_matter(text)
    values = {field: value for field, names in FIELDS.items() if (value := _stated(known, field, (columns.get(field, ""), *names)))}
    yield Draft("\n".join(_lines(_PARSER.parse(body))), note=note, **values)


def _front_matter(text: str) -> tuple[Mapping[str, Any], str]:
    """What a text says of itself before it begins, and the rest of it."""
    first, *lines = text.splitlines(keepends=True) or [""]
    ends = _FENCES.get(first.strip(), ())
    end = next((number for number, line in enumerate(lines) if line.strip() in ends), None)
    if end is None:
        return {}, text
    try:
        known = yaml.load("".join(lines[:end]), yaml.BaseLoader) if first.startswith("-") else tomllib.loads("".join(lines[:end]))
    except (yaml.YAMLError, tomllib.TOMLDecodeError):
        return {}, text
    return ({str(key).lower(): value for key, value in known.items()}, "".join(lines[end + 1 :])) if isinstance(known, dict) else ({}, text)


def _stated(known: Mapping[str, Any], field: str, names: Sequence[str]) -> str | None:
    """The first of these names that holds something of the kind: an address is an address, and no outlet."""
    for name in names:
        value = known.get(name)
        parts = [str(part) for part in (value if isinstance(value, list) else [value]) if part]
        text = " ".join(", ".join(parts).replace("[[", "").replace("]]", "").split())
        if text and (field not in ("url", "outlet") or (field == "url") == ("://" in text)):
            return text
    return None


def _lines(tokens: Sequence[Token]) -> Iterator[str]:
    """The blocks of a document as lines; line breaks inside a paragraph are kept."""
    rows: list[list[str]] = []
    item = False
    for token in tokens:
        if token.type == "list_item_open":
            item = True
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("td_open", "th_open"):
            rows[-1].append("")
        elif token.type == "table_close":
            yield from (*table_lines(rows, 0), "")
            rows = []
        elif token.type == "inline" and rows:
            rows[-1][-1] = _words(token)
        elif words := _words(token) if token.type == "inline" else _plain(token):
            yield MARK * item + words
            yield from [""] * (token.level < 2)
            item = False


def _plain(token: Token) -> str:
    """The words of a block that holds no Markdown."""
    if token.type == "html_block":
        return fragment(token.content)
    return token.content.rstrip() if token.type in ("fence", "code_block") else ""


def _words(token: Token) -> str:
    """The words of a line, without emphasis and addresses; of a picture what is said of it."""
    found = []
    for part in token.children or ():
        if part.type in ("text", "code_inline"):
            found.append(part.content)
        elif part.type in ("softbreak", "hardbreak"):
            found.append("\n")
        elif part.type == "image":
            found.append(part.content)
    return "".join(found).strip()


_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

"""Elements of a page → lines of text: a paragraph, an item of a list, a row of a table or a caption is a line each.

One walker for HTML, for what trafilatura makes of it, and for the elements that news agencies use. A row of a table says the heading
of each cell, since a line is what will be quoted; the first cell is what the row is about.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from lxml import etree, html

MARK = "- "
"""What an item of a list begins with."""
BLOCKS = frozenset(
    """p div section article main header footer aside h1 h2 h3 h4 h5 h6 head ul ol dl list li item dt dd blockquote quote pre figure
    figcaption caption table thead tbody tfoot tr row address details summary hr br lb body html td th cell block hl1 hl2 hedline media
    media-caption byline dateline abstract note bq""".split()
)
_ITEMS, _ROWS, _CELLS = frozenset({"li", "item"}), frozenset({"tr", "row"}), frozenset({"td", "th", "cell"})
_LAYS_OUT = frozenset({"table", "p", "div", "ul", "ol", "list", "h1", "h2", "h3", "h4"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "button", "form", "nav", "svg", "iframe"})


def name_of(element: Any) -> str:
    """An element's name without its namespace; empty for comments and instructions."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def text_of(element: Any) -> str:
    """All words of an element, as one line."""
    return " ".join("".join(element.itertext(etree.Element)).split()) if element is not None else ""


def lines_of(element: Any) -> str:
    """The text of an element, a line for each of its blocks."""
    walk = _Walk()
    if element is not None:
        walk.visit(element)
    walk.end()
    return "\n".join(walk.done)


def fragment(markup: str) -> str:
    """The text of a piece of HTML. What holds no element is text already, but for its character references."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        return lines_of(html.fragment_fromstring(markup, create_parent="div")) if markup.strip() else ""
    except (etree.LxmlError, ValueError):  # signs that no page may hold
        return markup


def parse_xml(data: bytes) -> Any:
    """The root of an XML file, or `None` where it is none. Nothing outside the file is fetched, and entities are not expanded."""
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True))
    except (etree.XMLSyntaxError, ValueError):
        return None


class _Walk:
    """Collects words, and ends a line where a block begins or ends. Parsers nest no deeper than 256, so it may call itself."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.words: list[str] = []

    def end(self, mark: str = "") -> None:
        """End the line; ``mark`` begins the next. A mark alone waits for its words."""
        line = " ".join("".join(self.words).split())
        if line == MARK.strip():
            return
        if line:
            self.done.append(line)
        self.words = [mark]

    def visit(self, element: Any) -> None:
        """Read an element; what follows it is its parent's."""
        name = name_of(element)
        if not name or name in _UNREAD:
            return
        if name == "table" and (rows := _rows(element)):
            self.end()
            self.done += rows
            return
        if name in BLOCKS:
            self.end(MARK if name in _ITEMS else "")
        self.words.append(element.text or "")
        for child in element:
            self.visit(child)
            self.words.append(child.tail or "")
        if name in _ITEMS:
            self.words = [] if self.words == [MARK] else self.words
        if name in BLOCKS:
            self.end()


def _rows(table: Any) -> list[str]:
    """The rows of a table, a line each; none where a table lays out a page."""
    inside = [name_of(element) for element in table.iterdescendants(etree.Element)]
    if any(name in _LAYS_OUT for name in inside):
        return []
    caption = [text_of(element) for element in table if name_of(element) == "caption"]
    rows = [[cell for cell in row if name_of(cell) in _CELLS] for row in table.iter(etree.Element) if name_of(row) in _ROWS]
    return [line for line in (*caption, *table_lines([[text_of(cell) for cell in row] for row in rows], _heads(rows))) if line]


def _heads(rows: list[list[Any]]) -> int | None:
    """The first row that names columns."""
    return next(
        (
            number
            for number, row in enumerate(rows)
            if len(row) > 1 and all(map(_is_head, row)) and sum(bool(text_of(cell)) for cell in row) > 1
        ),
        None,
    )


def _is_head(cell: Any) -> bool:
    return name_of(cell) == "th" or cell.get("role") == "head"


def table_lines(rows: list[list[str]], heads: int | None) -> list[str]:
    """The rows of a table as lines; ``heads`` is the number of the row that names the columns, where there is one."""
    names = rows[heads] if heads is not None else []
    lines = []
    for number, row in enumerate(rows):
        under = number > (heads or 0) and len(row) > 1
        named = [f"{name} {cell}" if name and under and place else cell for place, (cell, name) in enumerate(_paired(row, names))]
        lines.append(" | ".join(cell for cell in named if cell))
    return lines


def _paired(row: list[str], names: list[str]) -> list[tuple[str, str]]:
    """Cells, each with the name of its column."""
    return list(zip_longest(row, names[: len(row)], fillvalue=""))

"""Web pages, alone or saved with all that belongs to them: the article, and what the page says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from email import message_from_bytes, policy
from typing import Any

import trafilatura
from lxml import etree, html

from index.errors import CorpusError
from index.readers.decoding import decoded
from index.readers.draft import Columns, Draft, Found
from index.readers.layout import BLOCKS, lines_of, name_of, text_of

_HEAD = 4096  # bytes in which a page declares its encoding
_UNDECLARED = ("ISO-8859-1", "UTF-8", None)  # what the parser says when a page declares nothing that it knows
_DATES = {"extensive_search": False, "original_date": True}  # what the page states, not what its text looks like


def read(data: bytes, columns: Columns) -> Iterator[Draft]:
    """Read a web page."""
    yield page(data)


def read_saved(data: bytes, columns: Columns) -> Iterator[Found]:
    """Read a page that was saved as one file (MHTML)."""
    message = message_from_bytes(data, policy=policy.default)
    part = next((part for part in message.walk() if part.get_content_type() in ("text/html", "application/xhtml+xml")), None)
    if part is None:
        raise CorpusError("no web page found in it; save the page anew")
    address = str(part["Content-Location"] or message["Snapshot-Content-Location"] or "")
    payload = part.get_payload(decode=True)
    yield page(payload if isinstance(payload, bytes) else b"", part.get_content_charset(), address if address.startswith("http") else None)


def page(data: bytes, charset: str | None = None, address: str | None = None) -> Draft:
    """The article of a web page; ``charset`` and ``address`` are what whoever sent it said.

    Raises:
        CorpusError: the page holds no article.
    """
    markup, note = decoded(data, charset or _declared(data))
    tree = _tree(markup)
    found: Any = None
    laid_out: list[str] = []
    if tree is not None:
        _part_blocks(tree)
        _keep_captions(tree)
        laid_out = _as_laid_out(tree)
        found = trafilatura.bare_extraction(
            tree, url=address, include_comments=False, include_tables=True, with_metadata=True, date_extraction_params=_DATES
        )
    text = _once(lines_of(found.body)) if found is not None else ""
    if text and "\n" not in text and len(laid_out) > 1:
        text = "\n".join(laid_out)  # of a short page all words are found, without their lines
    if not text:
        raise CorpusError("no article text found in the page; save it as plain text")
    title = " ".join((found.title or "").split()) or None
    return Draft(headed(text, title), title, found.sitename, found.url or address, found.date, found.author, note=note)


def _tree(markup: str) -> Any:
    """The elements of a page, or `None` where there are none."""
    try:
        return html.document_fromstring(markup.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except etree.ParserError:  # it is empty
        return None


def headed(text: str, title: str | None) -> str:
    """A text below its title: what a page prints outside the article is on the page nevertheless."""
    first, _, _ = text.partition("\n")
    return text if not title or first.casefold() == title.casefold() else f"{title}\n\n{text}"


def _declared(data: bytes) -> str | None:
    """The encoding that a page declares: by its XML declaration, or in its head."""
    head = data[:_HEAD]
    if head.lstrip().startswith(b"<?xml"):
        declaration = head.lstrip().partition(b"?>")[0] + b"?><x/>"
        try:
            return str(etree.fromstring(declaration).getroottree().docinfo.encoding)
        except etree.XMLSyntaxError:
            pass
    try:
        root = etree.fromstring(head, etree.HTMLParser())
    except (etree.XMLSyntaxError, ValueError):
        return None
    found = root.getroottree().docinfo.encoding if root is not None else None
    return None if found in _UNDECLARED else str(found)


def _part_blocks(tree: Any) -> None:
    """Make paragraphs of boxes that hold nothing but words: what finds the article would run such boxes together."""
    for element in tree.iter("div"):
        if text_of(element) and not any(name_of(one) in BLOCKS for one in element.iterdescendants(etree.Element)):
            element.tag = "p"


def _once(text: str) -> str:
    """A text without the lines at its end that stand in it before: of a short page what was left out is added, and more than that."""
    lines = text.split("\n")
    while lines[-1] in lines[:-1]:
        lines.pop()
    return "\n".join(lines)


def _as_laid_out(tree: Any) -> list[str]:
    """The lines of what a page marks as its article, or of all that is not around it."""
    marked = next((element for name in ("article", "main", "body") for element in tree.iter(name)), tree)
    whole = deepcopy(marked)
    for element in list(whole.iter("footer", "aside")):
        if element is not whole:
            element.drop_tree()
    return lines_of(whole).split("\n")


def _keep_captions(tree: Any) -> None:
    """Make paragraphs of captions, and of corrections beside the article: what finds the article would take them for ornament."""
    for element in list(tree.iter("figcaption", "caption", "aside")):
        if name_of(element) == "aside" and "correction" not in f"{element.get('class')} {element.get('id')}".lower():
            continue
        words, place = text_of(element), element
        while name_of(place.getparent()) in ("figure", "table", "picture"):
            place = place.getparent()
        parent = place.getparent()
        if words and parent is not None:
            paragraph = etree.Element("p")
            paragraph.text = words
            parent.insert(parent.index(place), paragraph)
            element.drop_tree()

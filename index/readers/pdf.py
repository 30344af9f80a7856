"""PDF: the text of each page, its lines joined to paragraphs. Pages are parted by `PAGE`, so that a place in the text tells its page."""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from index.errors import CorpusError
from index.readers.draft import Columns, Draft
from index.types import PAGE

MAX_PAGES = 2_000
_FULL = 0.75  # a line shorter than this share of the widest ends its paragraph
_ON_MOST = 0.5  # the share of pages on which a line at the edge is printed on each
_END = b"\nstartxref\n0\n%%EOF\n"  # with it, what a cut file still has is found
_CUT = "is cut short; what is left of it was read"
_RUNNING = 60  # characters: a longer line is no running title
_EDGE = 2  # lines at the top and the bottom of a page that may be printed on each

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it could not read is told by what comes of it


def read(data: bytes, columns: Columns) -> Iterator[Draft]:
    """Read a PDF.

    Raises:
        CorpusError: it is damaged, encrypted, too long, or holds pictures of text only.
    """
    cut = b"startxref" not in data
    try:
        file = PdfReader(io.BytesIO(data + _END * cut))
        if file.is_encrypted and not file.decrypt(""):
            raise CorpusError("is encrypted; save it without a password")
        if len(file.pages) > MAX_PAGES:
            raise CorpusError(f"has more than {MAX_PAGES} pages; split it into articles")
        pages = [page.extract_text().splitlines() for page in file.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, NotImplementedError) as error:
        raise CorpusError(f"is not a PDF that can be read ({type(error).__name__}); save it anew, or as text") from error
    if not any(line.strip() for page in pages for line in page):
        raise CorpusError("holds no text, so its pages are pictures; run text recognition on it first")
    yield Draft(f"\n{PAGE}\n".join("\n".join(_paragraphs(page)) for page in _without_edges(pages)), note=_CUT * cut)


def _without_edges(pages: list[list[str]]) -> list[list[str]]:
    """Pages without the lines that stand at the edge of most of them: running titles and page numbers."""
    if len(pages) < 3:
        return pages
    edges = Counter(line for page in pages for line in {_bare(page[place]) for place in _edge(page)})
    repeated = {line for line, count in edges.items() if count > len(pages) * _ON_MOST}
    return [[line for place, line in enumerate(page) if place not in _edge(page) or _bare(line) not in repeated] for page in pages]


def _edge(page: list[str]) -> set[int]:
    places = range(len(page))
    return {*places[:_EDGE], *places[-_EDGE:]}


def _bare(line: str) -> str:
    """A line, without its numbers where it may be one that numbers pages."""
    if len(line) > _RUNNING:
        return line
    return " ".join("".join(" " if sign.isdigit() else sign for sign in line).split())


def _paragraphs(lines: list[str]) -> Iterator[str]:
    """Join the lines of paragraphs: a line that is not full is the last of its paragraph. A hyphen at its end parts a word."""
    lines = [line.strip() for line in lines]
    width = max(map(len, lines), default=0)
    held = ""
    for line in lines:
        cut = held.endswith("-") and line[:1].islower() and held[-2:-1].isalpha()
        held = held[:-1] + line if cut else f"{held} {line}".strip()
        if len(line) < width * _FULL or not line:
            yield from [held] * bool(held)
            held = ""
    yield from [held] * bool(held)

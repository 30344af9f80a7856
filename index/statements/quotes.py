"""Paragraphs and quotation marks, read from the text: a parser cuts a quotation into sentences."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
OPENING, CLOSING = "“„«", "”»"
SINGLE = re.compile(r"‘[^’\n]{2,}(?:’\w[^’\n]*)*’(?!\w)|(?<!\w)'[^'\n]{2,}(?:'\w[^'\n]*)*'(?!\w)")
MARK = re.compile(rf"[{OPENING}{CLOSING}\"]|''")


def stripped(text: str, start: int, end: int, left: str = "", right: str = "") -> Span:
    """Return a span of a text without space at its ends, nor any of the characters in ``left`` and ``right``."""
    while start < end and (text[start].isspace() or text[start] in left):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in right):
        end -= 1
    return start, end


def paragraphs(text: str) -> list[Span]:
    """Return the paragraphs of a text: its lines, or what blank lines part when the lines are cut at a margin."""
    found: list[Span] = []
    end = -1
    for line in text.split("\n"):
        start, end = end + 1 + len(line) - len(line.lstrip()), end + 1 + len(line)
        if start < end:
            found.append((start, end))
    if not sum(text[start].islower() for start, _ in found) * 3 > len(found) > 4:
        return found
    joined = found[:1]
    for start, end in found[1:]:
        if text.count("\n", joined[-1][1], start) == 1:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True, slots=True)
class Quotation:
    """Text in quotation marks, the marks included; ``closed`` is False when a closing mark is missing."""

    start: int
    end: int
    closed: bool = True


def quotations(text: str) -> list[Quotation]:
    """Return the quotations of a text in order; one that is not closed ends with its paragraph."""
    found = []
    for start, stop in paragraphs(text):
        opened = None
        for mark in MARK.finditer(text, start, stop):
            if opens(text, mark, start) and (opened is None or mark[0] not in OPENING):
                opened = mark.start()
            elif opened is not None and (mark[0] not in OPENING or closes(text, mark)):
                found.append(Quotation(opened, mark.end()))
                opened = None
        _, end = stripped(text, start, stop)
        if opened is not None and end - opened > 1:
            found.append(Quotation(opened, end, closed=False))
    return found


def opens(text: str, mark: re.Match[str], start: int) -> bool:
    """Can this mark open a quotation? A straight one does after a space or a bracket and before a word."""
    if mark[0] in OPENING or mark[0] in CLOSING:
        return mark[0] in OPENING
    before = text[mark.start() - 1] if mark.start() > start else " "
    after = text[mark.end() : mark.end() + 1]
    return not before.isalnum() and before not in ".,!?…'’" and bool(after.strip())


def closes(text: str, mark: re.Match[str]) -> bool:
    """Does an opening mark stand where only a closing one can ("It's unusual,“ she said)?"""
    return not text[mark.start() - 1].isspace() and not text[mark.end() : mark.end() + 1].strip()


def runs(text: str, quotes: list[Quotation]) -> list[Quotation]:
    """Join quotations that continue one another: nothing but space between them, or reopened in the next paragraph."""
    joined: list[Quotation] = []
    for quote in quotes:
        last = joined[-1] if joined else None
        gap = text[last.end : quote.start] if last else "x"
        if last and not gap.strip() and ("\n" not in gap or not last.closed):
            joined[-1] = Quotation(last.start, quote.end, quote.closed)
        else:
            joined.append(quote)
    return joined


class Page:
    """A parsed article with its quotations and paragraphs, looked up by character."""

    def __init__(self, text: str, doc: Doc) -> None:
        self.text, self.doc = text, doc
        self.runs = runs(text, quotations(text))
        self.starts = [run.start for run in self.runs]
        spans = paragraphs(text)
        self.paragraphs = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.headline_end = self.ends[0] if spans else 0

    def run_at(self, char: int) -> Quotation | None:
        """Return the quotation that holds this character."""
        at = bisect_right(self.starts, char) - 1
        return self.runs[at] if at >= 0 and char < self.runs[at].end else None

    def quotes_in(self, span: Span) -> bool:
        """Does a stretch of text hold words in double quotation marks?"""
        at = bisect_left(self.starts, span[1]) - 1
        return at >= 0 and self.runs[at].end > span[0]

    def paragraph(self, char: int) -> int:
        """Return the number of the paragraph that holds this character."""
        return bisect_right(self.paragraphs, char) - 1

    def stops(self, start: int, end: int) -> int:
        """Return how many sentences end between two places, as the tokenizer sees it ("Mr." ends none)."""
        span = self.doc.char_span(start, end, alignment_mode="contract") if start < end else None
        return sum(token.text in (".", "!", "?", ";") for token in span or ())

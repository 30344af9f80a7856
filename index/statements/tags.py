"""Which quotation a verb tags ("…," she said), and where a quotation goes on."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from index.lexicon import either, words
from index.statements.quotes import Page, Quotation, stripped
from index.tree import end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*\s")
TAG = re.compile(rf"[a-z]+ [A-Z]|(?:[A-Z][\w.’']+ ){{1,4}}{either(words('tag_verbs'))}")
TAG_LENGTH = 400
"""Characters between a quotation and the verb of its tag."""
LOOSE = 4
"""Words between a quotation without a comma and its tag: `… too" Sweeny said`."""

Quote = tuple[str, int, int]
"""How a cue and a quotation stand to each other, and the quotation's place."""


def tagged(page: Page, verb: Token) -> Quote | None:
    """Return the quotation a verb outside quotation marks tags, before it, after it or on both sides."""
    if page.run_at(verb.idx):
        return None
    at = bisect_right(page.starts, verb.idx)
    left = page.runs[at - 1] if at else None
    right = page.runs[at] if at < len(page.runs) else None
    if left and ends_before_tag(page, left, verb):
        end = resumed(page, verb.idx, at) or left.end
        return ("quote-before", left.start, end) if begins(page, left) else ("half-before", half_start(page, left), end)
    if right and leads_into(page, verb, right):
        return "quote-after", right.start, resumed(page, verb.idx, at + 1) or right.end
    return None


def block(page: Page, cue: Token) -> Quote | None:
    """Return the paragraph that "he wrote:" at the end of the one before introduces, when it has no quotation marks."""
    number = page.paragraph(cue.idx)
    if number + 1 >= len(page.ends) or page.run_at(cue.idx):
        return None
    end = page.ends[number]
    if not page.text[cue.idx : end].rstrip().endswith(":") or page.stops(cue.idx, end):
        return None
    start, stop = stripped(page.text, page.paragraphs[number + 1], page.ends[number + 1])
    return None if page.run_at(start) else ("block", start, stop)


def ends_before_tag(page: Page, run: Quotation, verb: Token) -> bool:
    """Does a quotation end in the middle of a sentence that goes on to this verb?"""
    gap = page.text[run.end : verb.idx]
    if len(gap) > TAG_LENGTH or page.stops(run.end, verb.idx):
        return False
    last = last_of(page, run)
    if last not in ",!?…—-" and not gap.lstrip().startswith((",", "—", "–", "-")):
        return len(gap.split()) < LOOSE and "\n" not in gap and begins(page, run)
    first = gap.strip()[:1]
    return "\n" not in gap or (last == "," and (not first or (first.islower() and first.isascii())))


def leads_into(page: Page, verb: Token, run: Quotation) -> bool:
    """Does the text from a verb to the quotation after it introduce that quotation?"""
    gap = page.text[end_of(verb) : run.start]
    before = gap.rstrip()
    if len(gap) > TAG_LENGTH or ("\n" in gap and not before.endswith((":", ","))) or page.stops(verb.idx, run.start):
        return False
    return before.endswith((":", ",", " that")) or (not before and not first_of(page, run).islower())


def resumed(page: Page, place: int, at: int) -> int | None:
    """Return the end of the quotation that goes on after a tag ("…," he said. "…"), when run number ``at`` does."""
    end = None
    for number in range(at, len(page.runs)):
        run = page.runs[number]
        gap = page.text[place : run.start]
        before = gap.rstrip()
        if "\n" in gap or len(gap) > TAG_LENGTH or has_own_tag(page, run):
            break
        if page.stops(place, run.start) > (before[-1:] in ".!?"):
            break
        if before.endswith(",") or (begins(page, run) and before[-1:] in ".:!?" and (end is None or not before)):
            end = place = run.end
    return end


def first_of(page: Page, run: Quotation) -> str:
    """Return the first character of a quotation inside its marks."""
    return page.text[run.start : run.end].lstrip("\"“'‘ ")[:1]


def last_of(page: Page, run: Quotation) -> str:
    """Return the last character of a quotation inside its marks."""
    return page.text[run.start : run.end].rstrip("\"”“'’")[-1:]


def begins(page: Page, run: Quotation) -> bool:
    """Does a quotation start a sentence of its own, rather than in the middle of the article's?"""
    floor = page.paragraphs[page.paragraph(run.start)]
    before = page.text[floor : run.start].rstrip()[-1:]
    return before in ".!?…" or (before in ',:;—–-)]"”' and not first_of(page, run).islower())


def half_start(page: Page, run: Quotation) -> int:
    """Return the start of the sentence that a quotation ends: the whole of it is the speaker's."""
    floor = page.paragraphs[page.paragraph(run.start)]
    return max((m.end() for m in SENTENCE_END.finditer(page.text, floor, run.start)), default=floor)


def has_own_tag(page: Page, run: Quotation) -> bool:
    """Is a quotation followed by a tag of its own ("…," she said)?"""
    last = last_of(page, run)
    rest = page.text[run.end : run.end + 80].split("\n")[0].strip()
    return bool(rest) if last == "," else last in "!?" and TAG.match(rest) is not None

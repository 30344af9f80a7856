"""Paragraphs and quotation marks, read from the text since a parser cuts a quotation into sentences, and which verb tags which."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.lexicon import either, words
from index.tree import end_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Span = tuple[int, int]
SPEECH_ACTS = words("speech_acts")
OPENING, CLOSING = "“„«‹‟", "”»›"
SINGLE = re.compile(r"‘[^’\n]{2,}(?:’\w[^’\n]*)*’(?!\w)|(?<!\w)'[^'\n]{2,}(?:'\w[^'\n]*)*'(?!\w)")
MARK = re.compile(rf"[{OPENING}{CLOSING}\"]|''|``")
SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*\s")
CLOCK = re.compile(r"\W*\d{1,2}[:.]\d\d(?!\d) ?(?:[ap]\.?m\b\.?)?(?:(?: ?[A-Z]{2,})+ *:| *[—–:-])?\s*")
TAG = re.compile(rf"[a-z]+ [A-Z]|(?:[A-Z][\w.’']+ ){{1,4}}{either(words('tag_verbs'))}")
TAG_LENGTH = 400  # characters between a quotation and the verb of its tag
STOPS = frozenset(".!?;")
LOOSE = 4
"""Words between a quotation without a comma and its tag: `… too" Sweeny said`."""

Quote = tuple[str, int, int]  # how a cue and a quotation stand to each other, and the quotation's place


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
        opened, inner = None, 0
        marks = list(MARK.finditer(text, start, stop))
        for number, mark in enumerate(marks):
            if opened is None:
                opened = mark.start() if opens(text, mark, start) else None
            elif mark[0] in OPENING and not closes(text, mark):
                inner += nests(text[opened], marks[number + 1 :], inner)
            elif mark[0] in CLOSING and inner:
                inner -= 1
            elif mark[0] in OPENING + CLOSING or not opens(text, mark, start):
                found.append(Quotation(opened, mark.end()))
                opened, inner = None, 0
            else:
                opened = mark.start()
        _, end = stripped(text, start, stop)
        if opened is not None and end - opened > 1:
            found.append(Quotation(opened, end, closed=False))
    return found


def opens(text: str, mark: re.Match[str], start: int) -> bool:
    """Can this mark open a quotation? One that is not made for it does after a space or a bracket and before a word."""
    if mark[0] in OPENING:
        return True
    before = text[mark.start() - 1] if mark.start() > start else " "
    after = text[mark.end() : mark.end() + 1]
    return not before.isalnum() and before not in ".,!?…'’" and bool(after.strip())


def closes(text: str, mark: re.Match[str]) -> bool:
    """Does an opening mark stand where only a closing one can ("It's unusual,“ she said)?"""
    return not text[mark.start() - 1].isspace() and not text[mark.end() : mark.end() + 1].isalnum()


def nests(outer: str, after: list[re.Match[str]], inner: int) -> bool:
    """Does an opening mark begin a quotation inside another: does the paragraph close both?"""
    closing = sum(mark[0] in CLOSING for mark in after)
    return closing > inner + (outer in OPENING)


def runs(text: str, quotes: list[Quotation]) -> list[Quotation]:
    """Join quotations that continue one another: nothing but space between them, or reopened in the next paragraph."""
    joined: list[Quotation] = []
    for quote in quotes:
        last = joined[-1] if joined else None
        if last and not text[last.end : quote.start].strip() and goes_on(text, last, quote):
            joined[-1] = Quotation(last.start, quote.end, quote.closed)
        else:
            joined.append(quote)
    return joined


def goes_on(text: str, one: Quotation, other: Quotation) -> bool:
    """Does a quotation go on with the next: by the same mark, left open before a new paragraph; in a line, after no name (“News.” “…”)?"""
    if "\n" in text[one.end : other.start]:
        return not one.closed and text[one.start] == text[other.start]
    return not text[: one.start].rstrip(" ")[-1:].isalnum()


class Page:
    """A parsed article with its quotations and paragraphs, looked up by character; a paragraph has ``begun`` behind a time of day."""

    def __init__(self, text: str, doc: Doc) -> None:
        self.text, self.doc = text, doc
        self.runs = runs(text, quotations(text))
        self.starts = [run.start for run in self.runs]
        self.singles = [match.span() for match in SINGLE.finditer(text)]
        spans = paragraphs(text)
        self.paragraphs = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        clocks = ((start, CLOCK.match(text, start, end)) for start, end in spans)
        self.begun = [clock.end() if clock else start for start, clock in clocks]
        self.headline_end = self.ends[0] if spans else 0
        self.persons = frozenset(entity[-1].lower_ for entity in doc.ents if entity.label_ == "PERSON")
        acting = (token for token in doc if token.dep_ == "nsubj" and (token.ent_type_ == "PERSON" or token.head.lemma_ in SPEECH_ACTS))
        self.speaking = frozenset(token.lower_ for token in acting)
        self._stops = [token.idx for token in doc if token.text in STOPS]

    def run_at(self, char: int) -> Quotation | None:
        """Return the quotation that holds this character."""
        at = bisect_right(self.starts, char) - 1
        return self.runs[at] if at >= 0 and char < self.runs[at].end else None

    def begins(self, char: int) -> bool:
        """Does a quotation begin at this character?"""
        at = bisect_left(self.starts, char)
        return (at < len(self.starts) and self.starts[at] == char) or self.text[char] in "\"'#@"

    def set_in_capitals(self, name: str) -> bool:
        """Has a name capitals only as a label ("MS. HARROW: …"), which tells nothing of how it is written?"""
        return name.isupper() and self.text.count(name) == self.text.count(name + ":")

    def quotes_in(self, span: Span) -> bool:
        """Does a stretch of text hold words in double quotation marks?"""
        at = bisect_left(self.starts, span[1]) - 1
        return at >= 0 and self.runs[at].end > span[0]

    def paragraph(self, char: int) -> int:
        """Return the number of the paragraph that holds this character."""
        return bisect_right(self.paragraphs, char) - 1

    def stops(self, start: int, end: int) -> int:
        """Return how many sentences end between two places, as the tokenizer sees it ("Mr." ends none)."""
        return max(bisect_left(self._stops, end) - bisect_left(self._stops, start), 0)

    def acts(self, start: int, end: int) -> bool:
        """Does a verb stand between two places: "…," she said, adding, "…"?"""
        return any(token.pos_ == "VERB" for token in self.between(start, end))

    def tells(self, start: int, end: int) -> bool:
        """Does a verb of saying stand between two places: "…," she said, adding that …?"""
        return any(token.pos_ == "VERB" and token.lemma_ in SPEECH_ACTS for token in self.between(start, end))

    def between(self, start: int, end: int) -> Iterable[Token]:
        """Return the words between two places."""
        span = self.doc.char_span(start, end, alignment_mode="contract") if start < end else None
        return () if span is None else span


def tagged(page: Page, verb: Token) -> Quote | None:
    """Return the quotation a verb outside quotation marks tags, before it, after it or on both sides."""
    if page.run_at(verb.idx):
        return None
    at = bisect_right(page.starts, verb.idx)
    left = page.runs[at - 1] if at else None
    right = page.runs[at] if at < len(page.runs) else None
    if left and ends_before_tag(page, left, verb) and not page.tells(left.end, verb.idx):
        end = resumed(page, end_of(verb), at) or left.end
        return ("quote-before", left.start, end) if begins(page, left) else ("half-before", half_start(page, left), end)
    if right and leads_into(page, verb, right):
        return "quote-after", right.start, resumed(page, end_of(verb), at + 1) or right.end
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
        last = before.rstrip("\"”’'")[-1:]
        if page.stops(place, run.start) > (last in ".!?") or (page.acts(place, run.start) and not first_of(page, run).islower()):
            break
        if before.endswith(",") or (begins(page, run) and last in ".:!?" and (end is None or not before)):
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
    before = page.text[floor : run.start].rstrip()[-1:] if any(map(str.isalnum, page.text[floor : run.start])) else ""  # no mark of a list
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

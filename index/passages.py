"""Article → Passages: its sentences with their offsets, and nothing that is not the article.

Every line of a page is evidence, with or without a full stop: sentences, items of lists, rows of tables, captions. Left out is what is
recognised as furniture: the phrases that sites print around every article, teasers of other stories, lines of names and dates above the
article, and headings that are set like titles. Sentences come from spaCy's parse.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from index.days import day_of
from index.lexicon import line_pattern
from index.reader import Text
from index.statements.quotes import Span, paragraphs, stripped
from index.types import Article, Heard, Passage, Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

VERSION = 2  # part of the index's fingerprint: raise it when the same article would be split differently

_CLOSING = "\"'”’»)]"
_STOPS = frozenset(".!?…")
_ENDS = _STOPS | frozenset(":;")  # a row of a table has these inside
_COLUMNS = 3  # from which on lines with gaps inside are a table
_LONGEST_TABLE = 800  # characters that are quoted as one
_LONGEST_PASSAGE = 2_000  # characters: a longer one is no sentence, and no model reads it whole
_LONGEST_FURNITURE = 1_200  # characters
_BREAK = 2  # characters between a line and the one right below
_SHORT_LABEL = 12  # words: a line without a verb up to this long may end in a full stop and be a label
_SHORT_HEADING = 20  # words: a line that does not end like a sentence up to this long may be a teaser's
_SMALL_WORD = 3  # letters: titles write longer words with a capital
_LIST = 3  # lines: so many without a full stop, one below the other, are a list


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    tokens: list[Token]
    table: bool = False

    @property
    def mark(self) -> int:
        """How many characters the mark of a list takes up at its beginning."""
        marked = self.text[:1] and not self.text[0].isalnum() and self.text[1:2].isspace()
        return len(self.text) - len(self.text[1:].lstrip()) if marked else 0

    @property
    def titled(self) -> int:
        """How many words it has, where all but the small ones begin with a capital; else none."""
        longer = [token.text for token in self.tokens if token.is_alpha and len(token) > _SMALL_WORD]
        return sum(token.is_alpha for token in self.tokens) if all(word[0].isupper() for word in longer) else 0

    @property
    def numbered(self) -> bool:
        return any(sign.isdigit() for sign in self.text)

    @property
    def words(self) -> int:
        return sum(token.is_alpha or token.like_num for token in self.tokens)

    @property
    def has_verb(self) -> bool:
        return any(token.pos_ in ("VERB", "AUX") for token in self.tokens)

    @property
    def ends(self) -> bool:
        """Whether it ends like a sentence."""
        return self.text.endswith(('"', "”", "»")) or self.text.rstrip("\"'”’»)]*").endswith(tuple(".!?…:;,—–-"))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where a sentence stands; ``last`` is its last character but for closing marks: none where it has no other."""

    start: int
    end: int
    headline: bool
    last: str


def split(article: str, text: str, title: str, doc: Doc) -> list[Passage]:
    """Split an article into passages in reading order.

    Args:
        article: its id.
        text: its text, exactly as read.
        title: its title; a line that says the same again is not taken twice.
        doc: spaCy's parse of ``text``, with sentence bounds and parts of speech.

    Returns:
        Passages with ``text[p.start:p.end] == p.text``, none overlapping. Empty only when the text is blank.
    """
    lines = list(_lines(text, doc))
    kept = list(_evidence(lines, title))
    if not any(not headline for _, headline in kept):
        kept = [(line, False) for line in lines]  # nothing looks like prose: then what is there is all there is
    starts = sorted(sentence.start_char for sentence in doc.sents)
    return [Passage(article, one.start, one.end, text[one.start : one.end], one.headline) for one in _sentences(text, kept, starts)]


def _sentences(text: str, kept: list[tuple[_Line, bool]], starts: list[int]) -> list[_Sentence]:
    """The sentences of these lines; ``starts`` is where the parse begins one."""
    found: list[_Sentence] = []
    for line, headline in kept:
        inside = [] if line.table else starts[bisect_right(starts, line.start) : bisect_left(starts, line.end)]
        stops = _ENDS if line.ends else _STOPS
        for bounds in pairwise([line.start + line.mark, *inside, line.end]):
            start, end = stripped(text, *bounds)
            if start < end:
                last = text[start:end].rstrip(_CLOSING)[-1:]
                if found and _continues(text, found[-1], start, last, stops) and end - found[-1].start <= _LONGEST_PASSAGE:
                    found[-1] = _Sentence(found[-1].start, end, headline, last or found[-1].last)
                else:
                    found.append(_Sentence(start, end, headline, last))
    return found


def _lines(text: str, doc: Doc) -> Iterator[_Line]:
    starts = [token.idx for token in doc]
    for start, end, table in _with_tables(text, [stripped(text, *paragraph) for paragraph in paragraphs(text)]):
        tokens = doc[bisect_left(starts, start) : bisect_left(starts, end)]
        yield _Line(start, end, text[start:end], [token for token in tokens if not token.is_space], table)


def _with_tables(text: str, spans: list[Span]) -> Iterator[tuple[int, int, bool]]:
    """Yield lines, and whether one is a table in columns: its rows are one, as a row says nothing without the names of its columns."""
    held: list[Span] = []
    columns = 0
    for start, end in (*spans, (len(text), len(text))):
        cells = sum(bool(cell.strip()) for cell in text[start:end].replace("\t", "  ").split("  "))
        goes_on = cells == columns >= _COLUMNS and start - held[-1][1] <= _BREAK and end - held[0][0] <= _LONGEST_TABLE
        if held and not goes_on:
            yield held[0][0], held[-1][1], len(held) > 1
            held = []
        if end > start:
            held.append((start, end))
            columns = cells


def _evidence(lines: list[_Line], title: str) -> Iterator[tuple[_Line, bool]]:
    """Yield the lines that are the article's own, each with whether it is a headline."""
    in_head, titled = True, False
    listed = _in_lists(lines)
    for number, line in enumerate(lines):
        if _is_furniture(line) or _is_teaser(lines, number):
            continue
        if line.ends and (line.has_verb or line.words > _SHORT_LABEL):
            in_head = False
            yield line, False
        elif in_head and not line.mark and (not titled or (line.has_verb and line.words >= 4)):
            if not titled or _plain(line.text) != _plain(title):
                titled = titled or line.words >= 3
                yield line, True
        elif line.ends or line.mark or not _names_only(line, in_head, number in listed):
            yield line, False


def _is_furniture(line: _Line) -> bool:
    """Whether sites print this line around every article."""
    if len(line.text) > _LONGEST_FURNITURE:
        return False
    told = line.ends and line.has_verb and not line.text.endswith("?")
    return bool(line_pattern("site_sentences").fullmatch(line.text) or (line_pattern("site_labels").fullmatch(line.text) and not told))


def _is_teaser(lines: list[_Line], number: int) -> bool:
    """Whether this line and one beside it are the title of another story and what that story says of itself."""
    pairs = [lines[place : place + 2] for place in (number - 1, number) if place > 0]
    return any(
        len(pair) == 2
        and not pair[0].ends
        and pair[0].words <= _SHORT_HEADING
        and len(pair[1].text) <= _LONGEST_FURNITURE
        and line_pattern("self_references").fullmatch(pair[1].text)
        for pair in pairs
    )


def _in_lists(lines: list[_Line]) -> set[int]:
    """The numbers of lines in lists without marks: several without a full stop, each right below the other."""
    found: set[int] = set()
    run: list[int] = []
    for number, line in enumerate(lines):
        follows = bool(run) and line.start - lines[run[-1]].end <= _BREAK
        run = [*run, number] if follows and not line.ends else [number] * (not line.ends)
        found.update(run if len(run) >= _LIST else ())
    return found


def _names_only(line: _Line, in_head: bool, listed: bool) -> bool:
    """Whether a line names something and says nothing of it: a heading set like a title; above the article also a name, a credit, a day."""
    if in_head:
        return bool(line.titled) or not line.words or day_of(line.text) is not None
    return line.titled > 1 and not line.numbered and not listed


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _continues(text: str, before: _Sentence, start: int, last: str, stops: frozenset[str]) -> bool:
    """Whether what starts here, and ends with ``last``, goes on with the sentence before it.

    Over a line break only where the sentence plainly goes on: «“… these activities,”» / «the two departments wrote …».
    Within a line the parse sometimes ends a sentence at a comma or at nothing, or leaves its closing quotation mark behind; ``stops`` are
    the marks at which one ends there.
    """
    if any(mark in text[before.end : start] for mark in "\r\n"):
        return not before.headline and text[start].islower() and before.last == ","
    return not last or before.last not in stops


def heard_in(passages: Sequence[Passage], statements: Sequence[Statement]) -> Iterator[tuple[int, int, bool]]:
    """Yield which statements stand in which passages, by their places, and whether each leads: whether its speakers tell the passage.

    Of statements inside statements the outer one leads: who asserts it, not who is said to have said it. A statement reaches from the
    words that name its speaker to the end of what is said; one that takes up less than half of the passage (a quarter, where it is
    quoted) does not make it theirs.
    """
    for place, passage in enumerate(passages):
        inside = {n: one for n, one in enumerate(statements) if one.start < passage.end and passage.start < one.end}
        taken = {n: _extent(one, passage) for n, one in inside.items() if one.speakers}
        told = [n for n, taken_up in taken.items() if taken_up * (4 if inside[n].direct else 2) >= len(passage.text)]
        first = max(told, key=lambda n: (taken[n], inside[n].end - inside[n].start), default=None)
        yield from ((place, n, n == first) for n in inside)


def voiced(passages: Sequence[Passage], statements: Sequence[Statement]) -> list[Passage]:
    """Passages with what is heard in each, as the record gives them."""
    heard: list[list[Heard]] = [[] for _ in passages]
    for place, number, leads in heard_in(passages, statements):
        said, passage = statements[number], passages[place]
        span = max(said.start, passage.start), min(said.end, passage.end)
        heard[place].append(Heard(said.speakers, said.side, *span, said.direct, said.cue, leads))
    return [replace(passage, heard=tuple(own)) for passage, own in zip(passages, heard, strict=True)]


def _extent(said: Statement, passage: Passage) -> int:
    """How many of a passage's characters a statement and the words that name its speaker take up."""
    start = said.start if said.speaker_start is None else min(said.start, said.speaker_start)
    end = said.end if said.speaker_end is None else max(said.end, said.speaker_end)
    return min(end, passage.end) - max(start, passage.start)


def text_of(passage: Passage, before: str, article: Article) -> Text:
    """A passage as the reader sees it: ``before`` is the sentence before it in its article."""
    headline = "" if passage.headline else article.title
    return Text(passage.text, before, headline, " and ".join(passage.voice[0]), article.outlet or "", article.published or "")

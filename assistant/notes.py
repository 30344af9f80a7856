"""Notes of its editors that stand in an article, such as corrections, and which of its passages each is about.

A note stands among the first or last paragraphs, often apart from them by a label or a mark that no other has, and the reader takes it to
say that the article was changed. It is about those passages that hold most of what both it and the article name.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.types import Citation
from index.reader import Reader, Text
from index.record import Record, Stored
from index.statements.quotes import Span, paragraphs
from index.text import content_stems

VERSION = "The text is about an earlier version of this article."
CORRECTED = "This article has been corrected.", "An earlier version of this article was wrong."
LIKELY, SURE = 0.2, 0.7  # the chance of this from which on a paragraph with a label or mark of its own is a note, and how another opens
OPENING = 9  # words
ABOUT, FEWEST = 0.5, 2  # the share of a note's words that a passage holds which it is about, and how many at least
FIRST, LAST = 2, 3  # paragraphs of an article among which a note stands
KEPT = 512  # articles whose notes are kept at hand
_MARK = re.compile(r"[^\w\s\"“”‘’'«»$£€]")
_LABEL = re.compile(r"\W*[A-Z][\w’']*(?: [\w’']+){0,2} *:(?=\s+[^\s\"“«‘'])")  # not of somebody who is quoted


@dataclass(frozen=True, slots=True)
class Note:
    """A note as it stands in an article's text, and the places of the passages that it is about."""

    start: int
    end: int
    words: str
    about: tuple[Span, ...]

    @property
    def place(self) -> tuple[int, int, str]:
        """Where it stands, and its words."""
        return self.start, self.end, self.words


class Notes:
    """Finds the notes of a record's articles."""

    def __init__(self, record: Record, reader: Reader) -> None:
        self._record, self._reader = record, reader
        self._known = lru_cache(KEPT)(self.notes_in)

    def forget(self) -> None:
        """The index has changed: what was found in it counts no more."""
        self._known.cache_clear()

    def on(self, citation: Citation) -> Note | None:
        """The note that is about what a citation quotes."""
        places = ((note, place) for note in self._known(citation.article) for place in note.about)
        return next((note for note, (start, end) in places if start < citation.end and citation.start < end), None)

    def notes_in(self, name: str) -> list[Note]:
        """The notes of an article that are about anything in it."""
        text, stored = self._record.article(name).text, self._record.passages_of(name)
        lines = [line for line in paragraphs(text) if any(line[0] <= one.passage.start < line[1] for one in stored)]
        edge = [line for line in dict.fromkeys((*lines[:FIRST], *lines[-LAST:])) if not _title(line, stored)]
        found = [_note(text, line, stored) for line in edge]
        apart = self._apart([text[start:end] for start, end in lines], [note.words for note in found if note.about])
        return [note for note in found if note.about and note.words in apart]

    def _apart(self, lines: Sequence[str], edge: Sequence[str]) -> set[str]:
        """Those of some paragraphs of an article that are notes, by how they begin and what they say."""
        alone = [*_alone(lines, _LABEL), *_alone(lines, _MARK)]
        marked = {words for words in edge if any(line.startswith(words) for line in alone)}
        return {words for words in edge if (self._likely(words) if words in marked else self._sure(words))}

    def _likely(self, words: str) -> bool:
        parts = words, _opening(words)
        told = self._reader.relations([(claim, Text(part)) for part in parts for claim in (VERSION, *CORRECTED)])
        return max(one.entails for one in told) >= LIKELY

    def _sure(self, words: str) -> bool:
        return self._reader.relations([(VERSION, Text(_opening(words)))])[0].entails >= SURE


def _opening(words: str) -> str:
    return " ".join(words.split()[:OPENING])


def _alone(lines: Iterable[str], sign: re.Pattern[str]) -> list[str]:
    """The line that begins with a sign, where no other does."""
    found = [line for line in lines if sign.match(line)]
    return found if len(found) == 1 else []


def _title(line: Span, stored: Sequence[Stored]) -> bool:
    return any(one.passage.headline for one in stored if line[0] <= one.passage.start < line[1])


def _note(text: str, line: Span, stored: Sequence[Stored]) -> Note:
    """A paragraph as a note."""
    start, end = line
    words = text[start:end].rstrip()
    others = [(one.passage, content_stems(one.passage.text)) for one in stored if not start <= one.passage.start < end]
    counts = Counter(stem for _, stems in others for stem in stems)
    weights = {stem: math.log((len(others) + 1) / counts[stem]) for stem in content_stems(words) & counts.keys()}
    least = ABOUT * sum(weights.values())
    shared = [(passage, [weights[stem] for stem in stems & weights.keys()]) for passage, stems in others if not passage.headline]
    about = [(passage.start, passage.end) for passage, own in shared if len(own) >= FEWEST and sum(own) >= least]
    return Note(start, start + len(words), words, tuple(about))

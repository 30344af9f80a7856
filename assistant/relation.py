"""Do two passages tell one thing, two things, or one thing differently? One judgement for answers, comparison and coverage.

Words and vectors say which passages may be about one thing; the reader says of those whether each carries the other, or one contradicts.
"""

from __future__ import annotations

import calendar
import difflib
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations

from assistant.verification.figures import numbers
from assistant.verification.polarity import flipped, opposites
from index.reader import Reader, Relation, Text
from index.text import content_stems, content_words

NEAR_WORDS, NEAR_VECTOR = 0.4, 0.5  # two passages that share so much of the shorter one's words, and are so alike, may tell one thing
LIKE_VECTOR = 0.72  # as do two so alike, whatever words they share
NEARLY_ALL = 0.8  # of two that share so much, the shorter may be a cut of the longer
# Chances from which on a passage carries another, contradicts it, or does where words differ too:
CARRIES, CONTRADICTS, SUSPECTED = 0.5, 0.8, 0.3
MOST_KNOWN = 20_000  # judgements that are kept
MONTHS = frozenset(month.lower() for month in calendar.month_abbr if month)
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")


Place = tuple[str, int, int]  # an article, and where words start and end in it


class Kin(StrEnum):
    """What two passages are to each other."""

    SAME = "same"  # one utterance, in these words or others
    CONFLICT = "conflict"  # one thing, told differently
    OTHER = "other"  # two things


Kinship = dict[tuple[Place, Place], Kin]


@dataclass(frozen=True, slots=True)
class Told:
    """Words that tell something; ``place`` is their article and where they stand in it."""

    place: Place
    words: str


@dataclass(slots=True)
class Comparer:
    """Compares passages in pairs. What was read is kept, by the words and places of both, so that a changed article is read anew.

    Words are read bare, as most pairs of claims were that the reader learned from: headline and day around them make it doubt a copy.
    """

    reader: Reader
    _known: dict[tuple[Told, Told], Kin] = field(default_factory=dict)

    def compare(self, pairs: Iterable[tuple[Told, Told, float]]) -> list[Kin]:
        """What the passages of each pair are to each other; the third value is the cosine of their vectors."""
        found: dict[tuple[Told, Told], Kin] = {}
        given = list(pairs)
        wanted = [(one, other) for one, other, _ in given]
        for one, other, alike in given:
            known = at_once(one.words, other.words, alike) or self._known.get((one, other)) or self._known.get((other, one))
            if known:
                found[one, other] = known
        todo = [pair for pair in dict.fromkeys(wanted) if pair not in found]
        pairs_read = [(claim.words, Text(text.words)) for one, other in todo for text, claim in ((one, other), (other, one))]
        read = self.reader.relations(pairs_read)
        fresh = {
            pair: kin(pair[0].words, pair[1].words, *both) for pair, both in zip(todo, zip(read[::2], read[1::2], strict=True), strict=True)
        }
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known.update(fresh)
        found |= fresh
        return [found[pair] for pair in wanted]

    def table(self, told: Sequence[Told], alike: Sequence[Sequence[float]]) -> Kinship:
        """The same for every pair of some passages, by their places, either way round."""
        places = list(combinations(range(len(told)), 2))
        found = self.compare((told[one], told[other], alike[one][other]) for one, other in places)
        table: Kinship = {}
        for (one, other), relation in zip(places, found, strict=True):
            table[told[one].place, told[other].place] = table[told[other].place, told[one].place] = relation
        return table


def at_once(one: str, other: str, alike: float) -> Kin | None:
    """What two texts are to each other where that needs no reading: the same words, or nothing in common."""
    if _folded(one) == _folded(other):
        return Kin.SAME
    share = shared(one, other)
    near = share >= NEARLY_ALL or alike >= LIKE_VECTOR or (share >= NEAR_WORDS and alike >= NEAR_VECTOR)
    return None if near and len(content_words(one)) > 1 and len(content_words(other)) > 1 else Kin.OTHER


def kin(one: str, other: str, forth: Relation, back: Relation) -> Kin:
    """The judgement over two texts that were read both ways round: ``forth`` is what the first is to the second.

    Each carries the other: one utterance. So is a cut: nearly all words of the shorter, carried by the longer.
    """
    against, differ = (forth.contradicts + back.contradicts) / 2, words_differ(one, other)
    if against >= (SUSPECTED if differ else CONTRADICTS):
        return Kin.CONFLICT
    carried = min(forth.entails, back.entails)
    cut = shared(one, other) >= NEARLY_ALL and (forth.entails if len(one) >= len(other) else back.entails) >= CARRIES
    return Kin.SAME if (carried >= CARRIES or cut) and not differ else Kin.OTHER


def words_differ(one: str, other: str) -> bool:
    """Whether words alone tell two texts apart: a number, a "not" or an opposite."""
    if one.isupper() or other.isupper():  # capitals hide which words are names
        one, other = one.lower(), other.lower()
    return figures_differ(one, other) or bool(flipped(one, other) or flipped(other, one) or opposites(one, other) or opposites(other, one))


def figures_differ(one: str, other: str) -> bool:
    """Whether two texts have another number of the same thing: "twelve people", "19 people"; "3 May", "9 June"."""
    return any(_own_figures(one, other))


def _own_figures(one: str, other: str) -> tuple[str, str] | tuple[()]:
    """A number of each text as written, both of one thing, where neither text has the other's."""
    first, second = ([(number, _thing(number.unit)) for number in numbers(text)] for text in (one, other))
    values, theirs = {number.value for number, _ in first}, {number.value for number, _ in second}
    pairs = (
        (_with_month(mine.written, thing, one), _with_month(yours.written, thing, other))
        for mine, thing in first
        for yours, their_thing in second
        if thing == their_thing and mine.value not in theirs and yours.value not in values
    )
    return next(pairs, ())


def in_digits(text: str) -> str:
    """A text with its numbers in digits: "nineteen people" is "19 people"."""
    end, parts = 0, []
    for number in numbers(text):
        start = text.index(number.written, end)
        parts += [text[end:start], number.value]
        end = start + len(number.written)
    return "".join([*parts, text[end:]])


def _with_month(figure: str, thing: str, text: str) -> str:
    """A figure as it stands in a text, a day with its month."""
    whole = re.search(rf"{re.escape(figure)}\s+\w+", text) if thing == "month" else None
    return whole[0] if whole else figure


@functools.lru_cache(8192)
def _folded(text: str) -> str:
    return plain(in_digits(text))


_stems = functools.lru_cache(8192)(content_stems)


def _thing(unit: str) -> str:
    return "month" if unit[:3] in MONTHS else unit


def shared(one: str, other: str) -> float:
    """The share of the shorter text's words of meaning that the other has."""
    first, second = _stems(one), _stems(other)
    shorter = min(len(first), len(second))
    return len(first & second) / shorter if shorter else 0.0


def plain(words: str) -> str:
    """Words without case, quotation marks, full stops and hyphens: what makes two wordings one."""
    return " ".join(re.sub(r"[.\-'’]", "", word) for word in WORD.findall(words.casefold()))


def differing(one: str, other: str) -> tuple[str, str]:
    """The words in which two texts differ: their numbers where these do, else the shortest runs that stand in each other's place."""
    if figures := _own_figures(one, other):
        return figures
    mine, theirs = list(WORD.finditer(one)), list(WORD.finditer(other))
    matcher = difflib.SequenceMatcher(None, [word[0].casefold() for word in mine], [word[0].casefold() for word in theirs], autojunk=False)
    runs = [(a, b, c, d) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal"]
    swapped = [(a, b, c, d) for a, b, c, d in runs if b > a and d > c]
    widened = [(*_widened(a, b, len(mine)), *_widened(c, d, len(theirs))) for a, b, c, d in runs]  # one has words more: with the next word
    places = swapped or widened
    pairs = [(_run(one, mine, a, b), _run(other, theirs, c, d)) for a, b, c, d in places]
    return min(filter(all, pairs), key=lambda pair: len(pair[0]) + len(pair[1]), default=(plain(one), plain(other)))


def _widened(first: int, last: int, words: int) -> tuple[int, int]:
    return (first, last + 1) if last < words else (max(first - 1, 0), last)


def _run(text: str, words: list[re.Match[str]], first: int, last: int) -> str:
    return " ".join(text[words[first].start() : words[last - 1].end()].split()) if first < last else ""

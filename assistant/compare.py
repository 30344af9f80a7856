"""One utterance, many cuts: which outlets carry it, in which wording, and which leave it out.

Outlets cut a statement where they like, so sentences cannot be compared with sentences. Each is cut into the pieces that its
commas, conjunctions and quotation marks leave; a cut is a run of pieces, and the cut of an outlet is the one most like the
utterance: by the words they share, the rare ones more, and by the meaning that the embedding model gives them.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assistant.coverage import MOST_LOOKED
from assistant.evidence import Gatherer
from assistant.extractive import cite
from assistant.grouping import may_be_one
from assistant.relation import WORD, Kin, Told, plain, shared
from assistant.render import listed
from assistant.syndication import outlets_of, same_report
from assistant.topic import capitalised
from assistant.types import Citation, Question
from index.lexicon import words
from index.record import Scope
from index.text import content_stems, stem
from index.types import NOBODY, Hit, Voice

BETWEEN = re.compile(r"[,;:!?()—–\"“”«»]+|\s(?:and|but|or|that|who|which|as|while)\s")  # what parts the pieces of a sentence
MOST_PIECES = 6  # how many pieces a cut may join
FEWEST_WORDS, ASKED_WORDS = 3, 5  # words of meaning that a cut needs: to be like another, and to stand for what a question asks
SAME = 0.565  # likeness from which on two cuts are one utterance
LIKELY, SHARED = 3, 0.2  # cuts of a passage that are compared by meaning, and the share of words from which on they are
A_NAME = 0.2  # what a name, or a word that only tells that somebody spoke, weighs beside a word as rare: it tells less of what is said
TELLING = frozenset(map(stem, words("only_telling")))
POOL = 24  # passages looked through for an utterance
OF_ONE = 4  # passages of an outlet that has none among them
ALIKE = 0.55  # the likeness in meaning from which on the same holds
MAY_BE = 0.5  # the share of an utterance's words from which on a passage may tell it: then nobody says that the outlet does not
MOST_UTTERANCES = 6


@dataclass(frozen=True, slots=True)
class Wording:
    """How one or more outlets word an utterance: the words, where they stand, and the words that differ from the first wording."""

    words: str
    citations: tuple[Citation, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said, as the outlets print it: the fullest wording first; ``cut_by`` are the outlets that do not carry it.

    ``conflicts`` are the places, in the comparison, of utterances that tell it differently. ``copies`` are groups of outlets that print one
    report.
    """

    speakers: tuple[str, ...]
    side: str | None
    wordings: tuple[Wording, ...]
    cut_by: tuple[str, ...]
    conflicts: tuple[int, ...] = ()
    copies: tuple[tuple[str, ...], ...] = ()

    @property
    def speaker(self) -> str | None:
        """Who says it, as one name; of several who say it together "A and B"."""
        return " and ".join(self.speakers) or None

    @property
    def outlets(self) -> int:
        """How many outlets carry it."""
        return len({citation.outlet or citation.article for wording in self.wordings for citation in wording.citations})


@dataclass(frozen=True, slots=True)
class Cut:
    """Some of a passage's words, ``start`` and ``end`` in its article, who speaks there, and how like the utterance they are."""

    hit: Hit
    start: int
    end: int
    voice: Voice
    likeness: float = 1.0

    @property
    def words(self) -> str:
        """The words, as printed."""
        return self.hit.passage.text[self.start - self.hit.passage.start : self.end - self.hit.passage.start]


def compare(question: Question, gatherer: Gatherer, scope: Scope) -> list[Utterance]:
    """The utterances that answer a question, or that a quotation is, each with its wordings across outlets.

    Empty when the articles neither answer the question nor hold anything like its words.
    """
    matcher = Matcher(gatherer, scope)
    outlets = scope.outlets or tuple(gatherer.record.outlets())
    said: list[list[Cut]] = []
    anchors = matcher.anchors(question)
    while anchors:
        anchor = anchors.pop(0)
        if len(said) < MOST_UTTERANCES and not any(_overlap(anchor, cut) for cuts in said for cut in cuts):
            same, contrary = matcher.cuts_like(anchor)
            said.append([cut for cut in same if cut is anchor or not any(_overlap(cut, other) for cuts in said for other in cuts)])
            anchors += contrary
    numbers = itertools.count(1)
    found = [_utterance(cuts, gatherer, matcher.lacking(cuts, outlets), numbers) for cuts in said]
    firsts = [cuts[0] for cuts in said]
    return [replace(one, conflicts=matcher.contrary(first, firsts)) for one, first in zip(found, firsts, strict=True)]


@dataclass(slots=True)
class Matcher:
    """Finds the cuts of one utterance in the articles of a scope."""

    gatherer: Gatherer
    scope: Scope

    def anchors(self, question: Question) -> list[Cut]:
        """The cut of each passage that answers a question which is nearest to what it asks about."""
        findings = self.gatherer.gather(question, self.scope).findings
        asked = question.topic or question.text
        hits = [finding.hits[0] for finding in findings] or self._near(question.text)
        found = [self._best(asked, hit, ASKED_WORDS) or self._whole(hit) for hit in hits]
        return [cut for cut in found if findings or cut.likeness >= SAME][:MOST_UTTERANCES]

    def _whole(self, hit: Hit) -> Cut:
        return Cut(hit, hit.passage.start, hit.passage.end, hit.passage.voice, 0.0)

    def contrary(self, cut: Cut, others: list[Cut]) -> tuple[int, ...]:
        """The places of those cuts that contradict one."""
        found = self.gatherer.comparer.compare((self._told(cut), self._told(other), 1.0) for other in others)
        return tuple(place for place, kin in enumerate(found) if kin is Kin.CONFLICT)

    def cuts_like(self, anchor: Cut) -> tuple[list[Cut], list[Cut]]:
        """The anchor and the cuts that tell the same; and those most like it that tell it differently. One an article."""
        like = self._most_like(anchor)
        contrary = {like[place] for place in self.contrary(anchor, like)}
        return [cut for cut in like if cut not in contrary], [cut for cut in like if cut in contrary]

    def _told(self, cut: Cut) -> Told:
        return Told((cut.hit.passage.article, cut.start, cut.end), cut.words)

    def _most_like(self, anchor: Cut) -> list[Cut]:
        """The anchor, and of each other article the cut most like it, where one is like enough and nobody else says it."""
        best = {anchor.hit.passage.article: anchor}
        near = self._near(anchor.words)
        there = {self.gatherer.article(hit).outlet for hit in near}
        left = [outlet for outlet in self.gatherer.record.outlets(self.scope) if outlet not in there]
        for hit in (*near, *(hit for outlet in left[:MOST_LOOKED] for hit in self._in_outlet(anchor.words, outlet))):
            known = best.get(hit.passage.article)
            found = None if known is anchor else self._best(anchor.words, hit)
            if found is None or found.likeness < SAME or not may_be_one(found.voice, anchor.voice):
                continue
            if known is None or found.likeness > known.likeness:
                best[hit.passage.article] = found
        return sorted(best.values(), key=lambda cut: (-cut.likeness, cut.hit.number))

    def _near(self, words: str) -> list[Hit]:
        return self.gatherer.searcher.search(words, self.scope, pool=POOL)

    def _in_outlet(self, words: str, outlet: str) -> list[Hit]:
        """The passages of one outlet that are most like some words."""
        searcher = self.gatherer.searcher
        numbers = searcher.find(words, Scope((outlet,), self.scope.since, self.scope.until), pool=OF_ONE)
        return [Hit(stored.passage, 0.0, 0.0, number) for number, stored in searcher.record.passages(numbers).items()]

    def lacking(self, cuts: list[Cut], outlets: Iterable[str]) -> tuple[str, ...]:
        """Those outlets that do not carry an utterance: none of its cuts is theirs, and no passage of theirs comes near it."""
        carried = {self.gatherer.article(cut.hit).outlet for cut in cuts}
        words = cuts[0].words
        left = [outlet for outlet in outlets if outlet not in carried][:MOST_LOOKED]
        return tuple(one for one in left if not self._comes_near(words, [hit.passage.text for hit in self._in_outlet(words, one)]))

    def _comes_near(self, words: str, passages: list[str]) -> bool:
        """Whether any passage has half of some words, or much of their meaning."""
        alike = self.gatherer.searcher.likeness(words, passages)
        return any(shared(words, text) >= MAY_BE or near >= ALIKE for text, near in zip(passages, alike, strict=True))

    def _best(self, words: str, hit: Hit, fewest: int = FEWEST_WORDS) -> Cut | None:
        """The cut of a passage most like some words; None when it has none that shares enough with them."""
        wanted, voice = content_stems(words), hit.passage.voice
        held = {Cut(hit, start, end, voice): stems for start, end, stems in cuts_of(hit)}
        most = min(fewest, max(map(len, held.values()), default=0))
        rarity = self.gatherer.record.rarity({stem: stem for stems in (wanted, *held.values()) for stem in stems})
        names = map(stem, capitalised(f"{words} {hit.passage.text}"))
        rarity |= {one: rarity[one] * A_NAME for one in TELLING.union(names) & rarity.keys()}
        common = {cut: _shared(wanted, stems, rarity) for cut, stems in held.items() if len(stems) >= most}
        likely = sorted(common, key=lambda cut: (-common[cut], cut.start, cut.end))[:LIKELY]
        likely = [cut for cut in likely if common[cut] >= SHARED]
        meaning = self.gatherer.searcher.likeness(words, [cut.words for cut in likely])
        scored = [replace(cut, likeness=(common[cut] + alike) / 2) for cut, alike in zip(likely, meaning, strict=True)]
        return max(scored, key=lambda cut: cut.likeness, default=None)


def cuts_of(hit: Hit) -> Iterator[tuple[int, int, set[str]]]:
    """Yield the places in its article of all runs of a passage's pieces that hold enough words, with the stems of these."""
    text, offset = hit.passage.text, hit.passage.start
    bounds = [0, *(place for match in BETWEEN.finditer(text) for place in match.span()), len(text)]
    pieces = [trimmed for start, end in zip(bounds[::2], bounds[1::2], strict=True) if (trimmed := _trimmed(text, start, end))]
    for first, (start, _) in enumerate(pieces):
        for _, end in pieces[first : first + MOST_PIECES]:
            stems = content_stems(text[start:end])
            if len(stems) >= FEWEST_WORDS:
                yield offset + start, offset + _closed(text, start, end), stems


def _closed(text: str, start: int, end: int) -> int:
    """The end of a run, with the quotation mark behind it that closes one opened in it."""
    inside = text[start:end]
    opened = inside.count("“") > inside.count("”") or inside.count('"') % 2
    closing = next((mark for mark in ("”", '"', ".”", '."', ",”", ',"') if text.startswith(mark, end)), "")
    return end + len(closing) if opened else end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A piece without the space around it and the full stop behind it."""
    words = text[start:end].rstrip(" \t\n\xa0.")
    start, end = end - len(text[start:end].lstrip()), start + len(words)
    return (start, end) if start < end else None


def _shared(one: set[str], other: set[str], rarity: dict[str, float]) -> float:
    """Dice's measure of two sets of stems, each stem counting as it is rare: 0 none in common, 1 the same."""
    total = sum(rarity.get(stem, 1.0) for part in (one, other) for stem in part)
    return 2 * sum(rarity.get(stem, 1.0) for stem in one & other) / total if total else 0.0


def _overlap(one: Cut, other: Cut) -> bool:
    return one.hit.passage.article == other.hit.passage.article and one.start < other.end and other.start < one.end


def _utterance(cuts: list[Cut], gatherer: Gatherer, lacking: tuple[str, ...], numbers: Iterator[int]) -> Utterance:
    by_wording: dict[str, list[tuple[Cut, Citation]]] = {}
    for cut in cuts:
        cited = replace(cite(cut.hit, gatherer.article(cut.hit), next(numbers)), start=cut.start, end=cut.end, quote=cut.words)
        by_wording.setdefault(plain(cut.words), []).append((cut, cited))
    ordered = sorted(by_wording.values(), key=lambda group: -len(WORD.findall(group[0][0].words)))
    first = ordered[0][0][0].words
    wordings = tuple(_wording([cited for _, cited in group], first) for group in ordered)
    speakers, side = next((cut.voice for cut in cuts if cut.voice[1]), next((cut.voice for cut in cuts if cut.voice[0]), NOBODY))
    groups = same_report(gatherer.article(cut.hit) for cut in cuts)
    return Utterance(speakers, side, wordings, lacking, copies=tuple(tuple(outlets_of(group)) for group in groups))


def _wording(citations: Iterable[Citation], first: str) -> Wording:
    cited = tuple(citations)
    return Wording(cited[0].quote, cited, differences(first, cited[0].quote))


def differences(first: str, other: str) -> tuple[str, ...]:
    """The runs of words in ``other`` that ``first`` does not have at that place."""
    return tuple(" ".join(WORD.findall(other[start:end])) for start, end in changes(first, other))


def changes(first: str, other: str) -> list[tuple[int, int]]:
    """The same as places: from the first to the last character of each run in ``other``."""
    before = [word.casefold() for word in WORD.findall(first)]
    places = list(WORD.finditer(other))
    matcher = difflib.SequenceMatcher(None, before, [place[0].casefold() for place in places], autojunk=False)
    runs = [(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind in ("replace", "insert")]
    return [(places[start].start(), places[end - 1].end()) for start, end in runs]


def lines(utterances: list[Utterance]) -> list[str]:
    """The comparison as text for a terminal."""
    out = []
    for one in utterances:
        out.append(f"{one.speaker or 'The outlets’ own words'}, {_spread(one)}:")
        for wording in one.wordings:
            first, *others = dict.fromkeys(map(_place, wording.citations))
            out.append(f"  {first}{' puts it otherwise' * (wording is not one.wordings[0])}: {' '.join(wording.words.split())}")
            if others:
                out.append(f"    also printed by {listed(others)}")
            if wording.differs:
                out.append(f"    where it differs: {', '.join(f'“{words}”' for words in wording.differs)}")
        for place in one.conflicts:
            other = utterances[place].wordings[0]
            out.append(f"  told differently by {listed(dict.fromkeys(map(_place, other.citations)))}: {' '.join(other.words.split())}")
        out += [f"  {listed(outlets)} print the same report: one account, not {len(outlets)}" for outlets in one.copies]
        if one.cut_by:
            out.append(f"  not printed by {listed(one.cut_by)}")
        out.append("")
    return out[:-1]


def _place(citation: Citation) -> str:
    return citation.outlet or citation.article


def _spread(one: Utterance) -> str:
    """How many outlets carry an utterance, and in how many wordings, in a person's words."""
    outlets, wordings, places = one.outlets, len(one.wordings), sum(len(wording.citations) for wording in one.wordings)
    if outlets == 1:
        return "printed by one outlet"
    how = "in the same words" if wordings == 1 else "each in its own words" if wordings == places else f"worded in {wordings} ways"
    return f"printed by {outlets} outlets, {how}"

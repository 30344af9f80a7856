"""Passages that tell one thing as one finding, in however many outlets; and points that tell one thing differently as a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice, takewhile

import numpy as np

from assistant.relation import NEARLY_ALL, Comparer, Kin, Kinship, Place, Told, differing, figures_differ, shared
from assistant.types import Answer, Citation, Conflict, Point, Question
from index.record import Record
from index.saying import QUOTING, says
from index.types import NOBODY, Article, Heard, Hit, Passage, Voice

ANSWERS_TOO = 3.0  # a passage that tells the same may be so much less likely to answer: a cut may lack what was asked
CLOSING = " \"'”’)"  # what may stand behind a question mark
HALF = 2
PART_OF = 4  # what part of a passage somebody's words make up at least that are not told by others
MOST_QUOTED = 3  # sentences of one quotation that are shown together
MOST_CONTRARY = 2  # findings more, where they contradict one that is given


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said: the passages that carry it, the best first, and who says it (nobody: the outlets' own narration).

    ``day``: the day that it stands under, where findings are put in order of time. ``whole``: the first passage with the sentences that
    its quotation goes on with, where there are any.
    """

    hits: tuple[Hit, ...]
    speakers: tuple[str, ...] = ()
    side: str | None = None
    day: str | None = None
    whole: Passage | None = None

    @property
    def shown(self) -> tuple[Hit, ...]:
        """The passages as they are shown: the first whole."""
        return (replace(self.hits[0], passage=self.whole), *self.hits[1:]) if self.whole else self.hits


@dataclass(frozen=True, slots=True)
class Limit:
    """How many findings are wanted of some passages.

    At most ``most``, and no further one when those so far hold the share ``mass`` of what the reader believes: one statement where it
    is sure, two or three where it wavers; and none further than ``margin`` behind the first.
    """

    most: int
    mass: float = 0.9
    margin: float = 1.5


def all_of(most: int) -> Limit:
    """As many findings, however sure the reader is of the first."""
    return Limit(most, 2.0, np.inf)


@dataclass(slots=True)
class _Group:
    """Hits that tell one thing, while they are gathered."""

    hits: list[Hit]
    voice: Voice
    whole: Passage

    def shows(self, passage: Passage) -> bool:
        """Whether a passage stands in what is shown of it already."""
        return passage.article == self.whole.article and self.whole.start <= passage.start < self.whole.end

    def takes(self, hit: Hit, voice: Voice, kinship: Kinship) -> bool:
        """Whether a hit tells the same, and nobody else says it: an outlet may print the words without saying whose they are."""
        first = self.hits[0]
        headline = hit.passage.headline or first.passage.headline
        if not may_be_one(voice, self.voice) or (headline and voice != self.voice and not _allied(voice, self.voice)):
            return False
        if any(kinship.get((place_of(hit), place_of(member))) is Kin.CONFLICT for member in self.hits):
            return False
        same = kinship.get((place_of(hit), place_of(first))) is Kin.SAME and hit.score >= first.score - ANSWERS_TOO
        return same and (voice == self.voice or shared(hit.passage.text, first.passage.text) >= NEARLY_ALL)

    def add(self, hit: Hit, voice: Voice) -> None:
        """Add a hit, one per article; the group is whose it is where any outlet says so."""
        if hit.passage.article not in {member.passage.article for member in self.hits}:
            self.hits.append(hit)
            if _nobodys(self.voice) and not _nobodys(voice):
                self.voice = voice


@dataclass(frozen=True, slots=True)
class Grouper:
    """Groups the passages of one index."""

    record: Record
    comparer: Comparer

    def findings(self, hits: Sequence[Hit], limit: Limit, speakers: Iterable[str] = (), side: str | None = None) -> tuple[Finding, ...]:
        """Group hits that tell one thing, best first, headlines last; of a passage with several voices the one asked for counts."""
        asked = frozenset(speakers)
        groups: list[_Group] = []
        kinship = self.kinship(hits)
        belief = np.exp([min(hit.score, 30.0) for hit in hits])
        share = {hit.number: float(part) for hit, part in zip(hits, belief / belief.sum(), strict=True)} if hits else {}
        held = 0.0
        for hit in sorted(hits, key=lambda hit: (hit.passage.headline, -hit.score)):
            if only_asks(hit) or any(group.shows(hit.passage) for group in groups):
                continue
            voice = voice_in(hit, asked, side)
            group = next((group for group in groups if group.takes(hit, voice, kinship)), None)
            contrary = any(in_conflict(hit, group.hits[0], voice, group.voice, kinship) for group in groups)
            wanted = not groups or (held < limit.mass and hit.score >= groups[0].hits[0].score - limit.margin)
            if group:
                group.add(hit, voice)
            elif (wanted and len(groups) < limit.most) or (contrary and len(groups) < limit.most + MOST_CONTRARY):
                groups.append(_Group([hit], voice, self._whole(hit, groups)))
            else:
                continue
            held += share[hit.number]
        return tuple(Finding(tuple(group.hits), *_said_by(group), whole=group.whole) for group in groups)

    def _whole(self, hit: Hit, shown: Sequence[_Group]) -> Passage:
        """A passage with the sentences that its quotation goes on with, but for those that are shown already."""
        run = [one.passage for one in self.record.quoted_with(hit.number)]
        place = next((at for at, one in enumerate(run) if one.start == hit.passage.start), None)
        if place is None:
            return hit.passage

        def unshown(one: Passage) -> bool:
            return not any(group.shows(one) for group in shown)

        behind = list(islice(takewhile(unshown, run[place + 1 :]), MOST_QUOTED - 1))
        before = list(islice(takewhile(unshown, reversed(run[:place])), MOST_QUOTED - 1 - len(behind)))
        return (
            joined([*reversed(before), hit.passage, *behind], self.record.article(hit.passage.article)) if before or behind else hit.passage
        )

    def kinship(self, hits: Sequence[Hit]) -> Kinship:
        """What every two of some hits are to each other, by their places."""
        vectors = self.record.vectors(hit.number for hit in hits)
        alike = [[float(vectors[one.number] @ vectors[other.number]) for other in hits] for one in hits]
        return self.comparer.table([Told(place_of(hit), hit.passage.text) for hit in hits], alike)

    def conflicts(self, answer: Answer) -> tuple[Conflict, ...]:
        """Points of an answer that tell one thing differently, by any place that each cites; with the words that differ.

        What two sides say against each other is their dispute, and no conflict of the sources; so is what two speakers say, unless it is
        another figure for the same thing.
        """
        cited = {citation.n: citation for citation in answer.citations}
        hits = {
            place: [hit for number in point.citations for hit in self._hits_at(cited[number])]
            for place, point in enumerate(answer.points)
            if point.support != "unsupported"
        }
        kinship = self.kinship([hit for own in hits.values() for hit in own])
        found: list[Conflict] = []
        for one, own in hits.items():
            against = {}
            for other in (place for place in hits if place > one):
                voice, others = _voice(answer.points[one]), _voice(answer.points[other])
                pairs = ((mine, theirs) for mine in own for theirs in hits[other] if mine.passage.article != theirs.passage.article)
                contrary = next((pair for pair in pairs if in_conflict(*pair, voice, others, kinship)), None)
                if contrary and not any(one in conflict.points and other in conflict.points for conflict in found):
                    against[other] = differing(*(hit.passage.text for hit in contrary))
            if against:
                words = list(against.values())
                found.append(Conflict((one, *against), (words[0][0], *(theirs for _, theirs in words))))
        return tuple(found)

    def _hits_at(self, citation: Citation) -> list[Hit]:
        """The passages that a citation quotes."""
        stored = self.record.passages_at(citation.article, citation.start, citation.end)
        return [Hit(one.passage, 0.0, 0.0, one.id) for one in stored]


def joined(run: Sequence[Passage], article: Article) -> Passage:
    """Passages of an article, one after another, as one: a quotation that goes through several is one statement."""
    start, end = run[0].start, run[-1].end
    heard: list[Heard] = []
    for one in (one for passage in run for one in passage.heard):
        last = next((other for other in heard if other.speakers == one.speakers and other.direct and one.direct), None)
        if last and not article.text[last.end : one.start].strip():
            heard[heard.index(last)] = replace(last, end=one.end, leads=last.leads or one.leads)
        else:
            heard.append(one)
    return Passage(article.id, start, end, article.text[start:end], run[0].headline, tuple(heard))


def _said_by(group: _Group) -> Voice:
    """Whose words a group's are: nobody's where its passages tell of somebody, and not what they say; two may do a thing together."""
    said = len(group.voice[0]) > 1 or any(utters(hit, frozenset(group.voice[0])) for hit in group.hits)
    return group.voice if said else NOBODY


def utters(hit: Hit, speakers: frozenset[str]) -> bool:
    """Whether a passage tells what any of some speakers said, not only what they think or do, and not in somebody else's words."""
    text = hit.passage.text
    own = (one for one in hit.passage.heard if speakers.intersection(one.speakers) and says(one, hit.passage))
    return any(one.leads or (one.end - one.start) * PART_OF >= len(text) for one in own)


def voice_in(hit: Hit, speakers: frozenset[str] = frozenset(), side: str | None = None) -> Voice:
    """Who speaks in a passage: one of those asked for where they do, else whoever tells it."""
    heard = [one for one in hit.passage.heard if one.speakers]
    asked = [one for one in heard if speakers.intersection(one.speakers) or (side and one.side == side)]
    if not asked:
        return _quoted_in(hit) or hit.passage.voice
    widest = max(asked, key=lambda one: (one.leads, one.end - one.start))
    return widest.speakers, widest.side


def _quoted_in(hit: Hit) -> Voice | None:
    """Whose quotation it is that somebody else only reports: "“I resigned,” Bolton wrote, according to a reporter"."""
    text, first = hit.passage.text, hit.passage.start
    told = next((one for one in hit.passage.heard if one.leads), None)
    if told is None or text[told.start - first] in QUOTING:
        return None
    own = [
        one for one in hit.passage.heard if one.direct and one.speakers not in ((), told.speakers) and text[one.start - first] in QUOTING
    ]
    widest = max(own, key=lambda one: one.end - one.start, default=None)
    return (widest.speakers, widest.side) if widest and (widest.end - widest.start) * HALF >= len(text) else None


def words_in(hit: Hit, speakers: tuple[str, ...]) -> str:
    """What speakers say in a passage, without the words around it; the whole passage where it is nobody's statement."""
    own = [one for one in hit.passage.heard if speakers and one.speakers == speakers]
    if not own:
        return hit.passage.text
    most = max(own, key=lambda one: one.end - one.start)
    return hit.passage.text[most.start - hit.passage.start : most.end - hit.passage.start]


def may_be_one(voice: Voice, other: Voice) -> bool:
    """Whether words of two voices can be one utterance: of one speaker or one side, or nobody's in one of two outlets."""
    return voice == other or _allied(voice, other) or _nobodys(voice) or _nobodys(other)


def in_conflict(hit: Hit, other: Hit, voice: Voice, others: Voice, kinship: Kinship) -> bool:
    """Whether passages contradict each other as a conflict of the sources, and not as the dispute of those who speak in them."""
    if kinship.get((place_of(hit), place_of(other))) is not Kin.CONFLICT:
        return False
    disputed = voice[1] is not None and others[1] is not None and voice[1] != others[1]
    return may_be_one(voice, others) or (not disputed and figures_differ(hit.passage.text, other.passage.text))


def only_asks(hit: Hit) -> bool:
    """Whether a passage is a question of the reporter's own, which answers nothing."""
    return hit.passage.text.rstrip(CLOSING).endswith("?") and not hit.passage.heard


def unseen(question: Question, hits: Iterable[Hit]) -> list[Hit]:
    """Passages without those that were shown already, of a question for more."""

    def before(hit: Hit) -> bool:
        return any(article == hit.passage.article and start <= hit.passage.start < end for article, start, end in question.shown)

    return [hit for hit in hits if not before(hit)]


def place_of(hit: Hit) -> Place:
    """A passage's article, and where it starts and ends there."""
    return hit.passage.place


def _allied(voice: Voice, other: Voice) -> bool:
    return voice[1] is not None and voice[1] == other[1]


def _nobodys(voice: Voice) -> bool:
    """Whether words are no single speaker's: an outlet's own, or told of two sides together."""
    return voice == NOBODY or len(voice[0]) != 1


def _voice(point: Point) -> Voice:
    return point.speakers, point.side

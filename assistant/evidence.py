"""Which passages answer a question, who speaks in them, which of them are one utterance in several outlets, and who is silent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.reading import ASKING
from assistant.relation import NEARLY_ALL, Comparer, Kin, Kinship, Place, Told, differing, figures_differ, shared
from assistant.types import Answer, Citation, Conflict, Form, Point, Question
from index.passages import Voice, voice_of
from index.record import Record, Scope
from index.search import Searcher, fuse, parts_of
from index.speakers import parts_of as named_together
from index.statements import OPENING
from index.text import content_stems, content_words, stem
from index.types import Article, Hit, Statement

ANSWERED = -1.0  # log-odds that the articles answer, from which on Readout does; eval/LOG.md has what moving it costs
TOLD = -1.25  # the same for a passage that tells of a speaker asked about, though in nobody's words
MOST_READ = 40  # passages read for a topic: of each side, outlet or speaker one is wanted
NAMES_IT = 4.0  # what holding all words of a topic adds to a passage's odds
ON_TOPIC = -1.25  # the sum from which on a passage is on a topic
DOUBT = 2.0  # how much less sure a passage may be of somebody who would else be called silent
UNHEARD = 2.0  # how much surer the reader must be for each name in a topic that no passage holds
ANSWERS_TOO = 3.0  # a passage that tells the same may be so much less likely to answer: a cut may lack what was asked
MARGIN = 1.5  # a second and third point must come this close to the first
MASS = 0.9  # the share of the reader's belief that an answer's points are to hold
QUOTING = f'"{OPENING}'  # what a passage begins with that is a quotation
NAMED = 2  # a topic of so few words of meaning is only where one of them is
REPLIES = frozenset(map(stem, "deny denial reject dismiss refute rebut dispute contradict confirm".split()))
JOINT = re.compile(r",\s*|\s+(?:and|or)\s+")  # what parts a topic: "trade and the economy"
_QUESTION = re.compile(rf"{ASKING}\b", re.I)  # a topic that is a question still: nothing could be taken off it
NO_OUTLET = "\0"  # an outlet that no article has
MOST_POINTS = 3
MOST_PER_PART = 2
MOST_CONTRARY = 2  # points more, where they contradict one that is given
LIKENESS = 6.0  # what similarity weighs against the odds where only the nearest passage is wanted
LIKELY = 16  # the best passages, of which an answer's points and their further citations are chosen
MOST_SPEAKERS = 6
MOST_PER_SIDE = 3
MOST_JOINT = 1
SIDE_MARGIN = 3.0  # how far a point of a side may be behind its first: a side says more than one thing on a topic
ALL_SPOKEN = 400  # passages of one speaker that are looked through at most


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing said: the passages that carry it, the best first, and who says it (nobody: the outlets' own narration)."""

    hits: tuple[Hit, ...]
    speaker: str | None
    side: str | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the articles have on a question.

    Without ``findings`` they do not answer it; then ``nearest`` is the closest they come and ``missing`` names words of the
    question that stand in no passage. ``silent`` are the sides or outlets asked about that have nothing on it. ``belief`` are the
    log-odds that the articles answer, where the question asks neither sides nor outlets nor a speaker.
    """

    findings: tuple[Finding, ...] = ()
    nearest: Hit | None = None
    missing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    belief: float | None = None


@dataclass(slots=True)
class Gatherer:
    """Finds the evidence for questions in one index."""

    searcher: Searcher
    comparer: Comparer
    sides: tuple[str, ...] = ()
    _speakers: frozenset[tuple[str, str | None]] = frozenset()

    @property
    def record(self) -> Record:
        """The index's record."""
        return self.searcher.record

    def gather(self, question: Question, scope: Scope) -> Evidence:
        """Return the evidence for a question, within a scope that the question's own outlets narrow further."""
        if question.outlets:
            wanted = tuple(outlet for outlet in question.outlets if not scope.outlets or outlet in scope.outlets)
            scope = Scope(wanted or (NO_OUTLET,), scope.since, scope.until)
        if question.form is Form.BY_SIDE:
            return self._by_side(question, scope)
        if question.form is Form.BY_OUTLET:
            return self._by_outlet(question, scope)
        if not question.stranger and len(parts_of(question.standalone)) > 1:
            return self._by_part(question, scope)
        if question.speakers:
            return self._spoken(question, scope)
        return self._direct(question, scope)

    def _direct(self, question: Question, scope: Scope) -> Evidence:
        hits = self.searcher.search(question.standalone, scope)
        if question.stranger:
            hits = [hit for hit in hits if _names(hit, question.stranger)]
        if REPLIES & content_stems(question.text):
            hits = [hit for hit in hits if self._denies(hit)] or hits  # who denied what is told by a denial, not by the charge
        belief = self.searcher.belief(question.standalone, hits)
        if belief < ANSWERED and question.outlets and 0 < len(content_words(question.topic)) <= NAMED:
            told = self._topical(question, self.searcher.search(f"What did they say about {question.topic}?", scope))
            if told:  # "What does the Echo report about Europe?": what it has on the topic
                return Evidence(self._findings(told, MOST_POINTS), belief=belief)
        if belief < ANSWERED:
            return replace(self._nothing(question, scope, silent=self._silent_outlets(question, scope)), belief=belief)
        return Evidence(self._findings(hits[:LIKELY], MOST_POINTS), belief=belief)

    def _by_part(self, question: Question, scope: Scope) -> Evidence:
        """A long question part by part: what answers each, of the passages found for all of them."""
        numbers = self.searcher.find(question.standalone, scope)
        found: dict[Place, Finding] = {}
        for part in parts_of(question.standalone)[1:]:
            hits = self.searcher.read(part, numbers)
            if self.searcher.belief(part, hits) >= ANSWERED:
                for finding in self._findings(hits[:LIKELY], MOST_PER_PART):
                    found.setdefault(_place(finding.hits[0]), finding)
        return Evidence(tuple(found.values())) if found else self._nothing(question, scope, silent=self._silent_outlets(question, scope))

    def _spoken(self, question: Question, scope: Scope) -> Evidence:
        speakers = set(question.speakers)
        side = {name for name, side in self._known() if side in speakers}  # a side may be called as one of its speakers is
        spoken = self.record.spoken(speakers | side, scope, ALL_SPOKEN)
        pool = self._pool(question, scope, spoken)
        heard = [hit for hit in pool if any((speakers | side).intersection(voices(said)) for said in self._said(hit))]
        hits = self._on_topic(question, heard) if question.topic else self._most_telling(heard)
        hits = hits or self._doubtful(question, heard)  # nobody who is asked by name is called silent on a doubt
        if question.topic and not hits and self.searcher.belief(question.standalone, heard) >= ANSWERED:
            hits = heard  # no word of the topic, but an answer
        for wanted, jointly in ((speakers, False), (side, False), (speakers, True)):
            own = [hit for hit in hits if any(wanted.intersection(voices(said) if jointly else [said.speaker]) for said in self._said(hit))]
            if own:
                return Evidence(self._findings(own, MOST_POINTS, wanted))
        joint = self._with_their_side(question, pool)
        if joint:
            return Evidence(joint)
        told = [hit for hit in pool if hit.score >= TOLD and any(_names(hit, name.split()[-1]) for name in speakers)]
        if told:
            return Evidence(self._findings(told, MOST_POINTS))
        topic = content_stems(question.topic)
        held = any(topic & content_stems(stored.passage.text) for stored in self.record.passages(spoken).values())
        return self._nothing(question, scope, silent=(*(() if held else question.speakers), *self._silent_outlets(question, scope)))

    def _with_their_side(self, question: Question, pool: list[Hit]) -> tuple[Finding, ...]:
        """What is told of somebody of a speaker's side together with others: "Putin and Trump agreed …" for the Kremlin."""
        sides = {side for name, side in self._known() if side and name in question.speakers}
        findings = self._findings(self._on_topic(question, pool), MOST_POINTS) if question.topic and sides else ()
        return tuple(finding for finding in findings if any(self._takes_part(side, finding) for side in sides))

    def _most_telling(self, hits: list[Hit]) -> list[Hit]:
        """Of somebody's passages, asked for without a topic: quotations before reports, then as the reader likes them."""
        return sorted(hits, key=lambda hit: (hit.passage.headline, not any(said.direct for said in self._said(hit)), -hit.score))

    def _by_speaker(self, question: Question, scope: Scope) -> Evidence:
        """By side, where nobody said who belongs together: then every speaker stands for itself."""
        hits = self._on_topic(question, self._pool(question, scope))
        spoken: dict[str, list[Hit]] = {}
        for hit in hits:
            if name := self.speaker_of(hit)[0]:
                spoken.setdefault(name, []).append(hit)
        findings = [finding for own in list(spoken.values())[:MOST_SPEAKERS] for finding in self._findings(own, 1)]
        return Evidence(tuple(findings)) if findings else self._nothing(question, scope, silent=())

    def _by_side(self, question: Question, scope: Scope) -> Evidence:
        sides = question.sides or self.sides
        if not sides:
            return self._by_speaker(question, scope)
        members = {speaker for speaker, side in self._known() if side in sides}
        pool = self._pool(question, scope, self.record.spoken(members, scope, ALL_SPOKEN))
        findings: list[Finding] = []
        silent = []
        for side in sides:
            own = [hit for hit in pool if self._speaks(hit, side)]
            told = self._on_topic(question, own) or self._doubtful(question, own)[:1]
            found = self._findings(told, MOST_PER_SIDE, side=side, mass=2.0, margin=SIDE_MARGIN)
            findings += found
            if not found:
                silent.append(side)
        findings = self._with_joint(findings, self._on_topic(question, pool), members)
        silent = [side for side in silent if not any(self._takes_part(side, finding) for finding in findings)]
        if not findings:
            return self._nothing(question, scope, silent=tuple(silent))
        return Evidence(tuple(findings), silent=tuple(silent))

    def _takes_part(self, side: str, finding: Finding) -> bool:
        """Whether somebody of a side speaks in a joint statement."""
        return any((name, side) in self._known() for name in joint_names(finding.speaker))

    def _speaks(self, hit: Hit, side: str) -> bool:
        """Whether a side speaks in a passage in its own right: what another side says that it said is that other side's account."""
        outer = self.speaker_of(hit)[1]
        return outer == side or (outer is None and side in {said.side for said in self._said(hit)})

    def _with_joint(self, findings: list[Finding], hits: list[Hit], members: set[str]) -> list[Finding]:
        """Add what outlets tell of speakers of several sides together ("Putin and Trump agreed …"): nobody's side alone.

        Words that one side's statement has too are that statement, in an outlet that does not say whose it is.
        """
        joint = {said.speaker for hit in hits for said in self._said(hit) if said.speaker and said.side is None}
        asked = {name for name in joint if members.intersection(joint_names(name))}
        own = [hit for hit in hits if self.speaker_of(hit)[0] in asked]
        kinship = self._kinship([*own, *(hit for finding in findings for hit in finding.hits)])

        def repeats(hit: Hit, finding: Finding) -> bool:
            return any(kinship.get((_place(hit), _place(member)), Kin.SAME) is Kin.SAME for member in finding.hits)

        theirs = [[hit for hit in own if repeats(hit, finding)] for finding in findings]
        alone = [hit for hit in own if not any(repeats(hit, finding) for finding in findings)]
        joined = [replace(finding, hits=(*finding.hits, *same)) for finding, same in zip(findings, theirs, strict=True)]
        return [*joined, *self._findings(alone, MOST_JOINT, asked)]

    def _by_outlet(self, question: Question, scope: Scope) -> Evidence:
        best: dict[str, Hit] = {}
        pool = self._pool(question, scope, self.record.spoken(set(question.speakers), scope, ALL_SPOKEN))
        hits = self._on_topic(question, pool)
        said_by = [hit for hit in hits if set(question.speakers) & {name for said in self._said(hit) for name in voices(said)}]
        doubtful = self._doubtful(question, pool) if question.outlets else []
        if not hits and not doubtful and self.searcher.belief(_asked(question), pool) >= ANSWERED:
            doubtful = pool  # no word of the topic, but an answer
        for hit in (*said_by, *hits, *doubtful):
            outlet = self.article(hit).outlet
            if outlet:
                best.setdefault(outlet, hit)
        outlets = question.outlets or scope.outlets or tuple(self.record.outlets(scope))
        silent = tuple(outlet for outlet in outlets if outlet not in best)
        if not best:
            return self._nothing(question, scope, silent=silent)
        return Evidence(self._findings(list(best.values()), len(best), mass=2.0, margin=np.inf), silent=silent)

    def _pool(self, question: Question, scope: Scope, among: Iterable[int] = ()) -> list[Hit]:
        """The most promising passages for a topic, read: those that a search for it or for the question finds, and those ``among``."""
        found = fuse(
            *(self.searcher.find(text, scope) for text in dict.fromkeys((question.topic or question.standalone, question.standalone)))
        )
        return self.searcher.read(_asked(question), dict.fromkeys([*found, *among]), MOST_READ)

    def _on_topic(self, question: Question, pool: list[Hit]) -> list[Hit]:
        """Those passages of a pool that are about a question's topic, the best first.

        A passage is on it when the reader takes it for an answer, or when it holds the topic's words; and a denial is on the topic of
        what it denies, a quotation on that of the words that lead up to it, which stand before them.
        """
        replies = {hit.number: hit for hit in pool if self._denies(hit) or hit.passage.text[0] in QUOTING}
        before = self.searcher.read(_asked(question), [number - 1 for number in replies])
        best = {hit.number: hit for hit in self._topical(question, pool)}
        for hit in self._topical(question, before):
            reply = replies.get(hit.number + 1)
            if reply and self._answers(reply, hit) and hit.score > best.get(reply.number, reply).score:
                best[reply.number] = replace(reply, score=hit.score)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.number))

    def _answers(self, hit: Hit, before: Hit) -> bool:
        """Whether a passage denies what the one before it says, or is the quotation that one leads up to."""
        led_up_to = hit.passage.text[0] in QUOTING and before.passage.text.rstrip().endswith(":")
        return hit.passage.article == before.passage.article and (led_up_to or self._denies(hit))

    def _denies(self, hit: Hit) -> bool:
        """Whether somebody in a passage denies or confirms something."""
        return any(REPLIES.intersection(content_stems(said.cue or "")) for said in self._said(hit))

    def _doubtful(self, question: Question, pool: list[Hit]) -> list[Hit]:
        """Those passages of a pool that may be on a topic, and hold a word of it; the best first."""
        topic = content_stems(question.topic)
        held = [hit for hit in self._topical(question, pool, DOUBT) if topic & content_stems(hit.passage.text)]
        return sorted(held, key=lambda hit: -hit.score)

    def _topical(self, question: Question, pool: list[Hit], slack: float = 0.0) -> list[Hit]:
        """Those passages of a pool that are on a topic by their own words, in any order; ``slack`` lets less sure ones in."""
        rarity = self.record.rarity({stem(word): word for word in content_words(question.topic)})
        total = sum(rarity.values()) or 1.0
        parts = [stems for part in JOINT.split(question.topic) if (stems := content_stems(part))]
        least = ON_TOPIC - slack + UNHEARD * len(self._absent_names(question.topic))
        found = []
        for hit in pool:
            here = rarity.keys() & content_stems(hit.passage.text)
            score = hit.score + NAMES_IT * sum(rarity[word] for word in here) / total
            if any(part <= here for part in parts):
                score = max(score, least)  # it holds every word of the topic, or of one of two: whatever the reader thinks, it is about it
            if score >= least and (here or len(rarity) > NAMED):
                found.append(replace(hit, score=score))
        return found

    def _nothing(self, question: Question, scope: Scope, silent: Iterable[str]) -> Evidence:
        hits = self.searcher.search(question.standalone, scope)
        missing = self._absent(content_words(question.text))
        nearest = max(hits, key=lambda hit: (hit.score + LIKENESS * hit.similarity, -hit.number), default=None)
        return Evidence(nearest=nearest, missing=missing, silent=tuple(silent))

    def _silent_outlets(self, question: Question, scope: Scope) -> tuple[str, ...]:
        """The outlets asked about, where none of their passages holds a word of the topic: only then are they silent on it."""
        return () if self.record.match(content_words(question.topic), scope, 1) else question.outlets

    def _absent(self, words: list[str]) -> tuple[str, ...]:
        """Those words that stand in no passage."""
        return tuple(word for word in dict.fromkeys(words) if not self.record.match([word], Scope(), 1))

    def _absent_names(self, text: str) -> tuple[str, ...]:
        """Names in a question that stand in no passage: words with a capital, but for the first."""
        return self._absent(capitalised(text.partition(" ")[2]))

    def forget(self) -> None:
        """The index has changed: what was read from its ledger counts no more."""
        self.searcher.forget()
        self._speakers = frozenset()
        self.sides = self.record.sides()

    # -- who speaks, and what is the same ----------------------------------------------------------------------

    def _known(self) -> frozenset[tuple[str, str | None]]:
        """Every speaker that has a name, with the side."""
        if not self._speakers:
            self._speakers = frozenset(self.record.names().values())
        return self._speakers

    def _said(self, hit: Hit) -> list[Statement]:
        """Statements that share words with a passage."""
        passage = hit.passage
        return [said for said in self.searcher.statements(passage.article) if said.start < passage.end and passage.start < said.end]

    def speaker_of(self, hit: Hit, speakers: set[str] | None = None, side: str | None = None) -> Voice:
        """Who speaks in a passage: see `index.passages.voice_of`."""
        return voice_of(hit.passage, self._said(hit), speakers or set(), side)

    def words_of(self, hit: Hit, speaker: str | None) -> str:
        """What a speaker says in a passage, without the words around it; the whole passage where it is nobody's statement."""
        said = [one for one in self._said(hit) if speaker and one.speaker == speaker]
        if not said:
            return hit.passage.text
        most = max(said, key=lambda one: min(one.end, hit.passage.end) - max(one.start, hit.passage.start))
        start, end = max(most.start, hit.passage.start), min(most.end, hit.passage.end)
        return hit.passage.text[start - hit.passage.start : end - hit.passage.start]

    def unheard(self, answer: Answer, question: Question, evidence: Evidence) -> list[Finding]:
        """Of a question to all sides, or to outlets: the first finding of each that has evidence, and no point that is carried."""
        sides = any(finding.side for finding in evidence.findings)
        carried = [point for point in answer.points if point.support != "unsupported"]
        if question.form is Form.BY_SIDE:
            heard = {point.side if sides else point.speaker for point in carried}
        elif question.form is Form.BY_OUTLET:
            outlets = {citation.n: citation.outlet for citation in answer.citations}
            heard = {outlets.get(number) for point in carried for number in point.citations}
        else:
            return []
        found: list[Finding] = []
        for finding in evidence.findings:
            voice = finding.side if sides else finding.speaker
            own = {voice} if question.form is Form.BY_SIDE else {self.article(hit).outlet for hit in finding.hits}
            if not own & {*heard, None}:
                found.append(finding)
                heard |= own
        return found

    def conflicts(self, answer: Answer) -> tuple[Conflict, ...]:
        """Points of an answer that tell one thing differently, by any place that each cites; with the words that differ.

        What two sides say against each other is their dispute, and no conflict of the sources; so is what two speakers say, unless it is
        another figure for the same thing.
        """
        cited = {citation.n: citation for citation in answer.citations}
        hits = {
            place: [hit for number in point.citations if (hit := self._hit_at(cited[number]))]
            for place, point in enumerate(answer.points)
            if point.support != "unsupported"
        }
        kinship = self._kinship([hit for own in hits.values() for hit in own])
        found: list[Conflict] = []
        for one, own in hits.items():
            against = {}
            for other in (place for place in hits if place > one):
                voice, others = _voice(answer.points[one]), _voice(answer.points[other])
                pairs = ((mine, theirs) for mine in own for theirs in hits[other])
                contrary = next((pair for pair in pairs if _in_conflict(*pair, voice, others, kinship)), None)
                if contrary and not any(one in conflict.points and other in conflict.points for conflict in found):
                    against[other] = differing(*(hit.passage.text for hit in contrary))
            if against:
                words = list(against.values())
                found.append(Conflict((one, *against), (words[0][0], *(theirs for _, theirs in words))))
        return tuple(found)

    def _hit_at(self, citation: Citation) -> Hit | None:
        """The passage that a citation quotes."""
        stored = self.record.passage_at(citation.article, citation.start)
        return Hit(stored.passage, 0.0, 0.0, stored.id) if stored else None

    def article(self, hit: Hit) -> Article:
        """The article a passage stands in."""
        return self.record.article(hit.passage.article)

    def _findings(
        self,
        hits: list[Hit],
        most: int,
        speakers: set[str] | None = None,
        side: str | None = None,
        mass: float = MASS,
        margin: float = MARGIN,
    ) -> tuple[Finding, ...]:
        """Group hits that tell one thing, best first, headlines last.

        At most ``most`` groups, and no further one when those so far hold the share ``mass`` of what the reader believes: one
        statement where it is sure, two or three where it wavers; and none further than ``margin`` behind the first.
        """
        groups: list[_Group] = []
        kinship = self._kinship(hits)
        belief = np.exp([min(hit.score, 30.0) for hit in hits])
        share = {hit.number: float(part) for hit, part in zip(hits, belief / belief.sum(), strict=True)} if hits else {}
        held = 0.0
        for hit in sorted(hits, key=lambda hit: (hit.passage.headline, -hit.score)):
            voice = self.speaker_of(hit, speakers, side)
            group = next((group for group in groups if group.takes(hit, voice, kinship)), None)
            contrary = any(_in_conflict(hit, group.hits[0], voice, group.voice, kinship) for group in groups)
            wanted = not groups or (held < mass and hit.score >= groups[0].hits[0].score - margin)
            if group:
                group.add(hit, voice)
            elif (wanted and len(groups) < most) or (contrary and len(groups) < most + MOST_CONTRARY):
                groups.append(_Group([hit], voice))
            else:
                continue
            held += share[hit.number]
        return tuple(Finding(tuple(group.hits), *group.voice) for group in groups)

    def _kinship(self, hits: Sequence[Hit]) -> Kinship:
        """What every two of some hits are to each other, by their places."""
        vectors = self.record.vectors(hit.number for hit in hits)
        alike = [[float(vectors[one.number] @ vectors[other.number]) for other in hits] for one in hits]
        return self.comparer.table([Told(_place(hit), hit.passage.text) for hit in hits], alike)


@dataclass(slots=True)
class _Group:
    """Hits that tell one thing, while they are gathered."""

    hits: list[Hit]
    voice: Voice

    def takes(self, hit: Hit, voice: Voice, kinship: Kinship) -> bool:
        """Whether a hit tells the same, and nobody else says it: an outlet may print the words without saying whose they are."""
        first = self.hits[0]
        headline = hit.passage.headline or first.passage.headline
        if not may_be_one(voice, self.voice) or (headline and voice != self.voice and not _allied(voice, self.voice)):
            return False
        if any(kinship.get((_place(hit), _place(member))) is Kin.CONFLICT for member in self.hits):
            return False
        same = kinship.get((_place(hit), _place(first))) is Kin.SAME and hit.score >= first.score - ANSWERS_TOO
        return same and (voice == self.voice or shared(hit.passage.text, first.passage.text) >= NEARLY_ALL)

    def add(self, hit: Hit, voice: Voice) -> None:
        """Add a hit, one per article; the group is whose it is where any outlet says so."""
        if hit.passage.article not in {member.passage.article for member in self.hits}:
            self.hits.append(hit)
            if _nobodys(self.voice) and not _nobodys(voice):
                self.voice = voice


def may_be_one(voice: Voice, other: Voice) -> bool:
    """Whether words of two voices can be one utterance: of one speaker or one side, or nobody's in one of two outlets."""
    return voice == other or _allied(voice, other) or _nobodys(voice) or _nobodys(other)


def _in_conflict(hit: Hit, other: Hit, voice: Voice, others: Voice, kinship: Kinship) -> bool:
    """Whether passages contradict each other as a conflict of the sources, and not as the dispute of those who speak in them."""
    if kinship.get((_place(hit), _place(other))) is not Kin.CONFLICT:
        return False
    disputed = voice[1] is not None and others[1] is not None and voice[1] != others[1]
    return may_be_one(voice, others) or (not disputed and figures_differ(hit.passage.text, other.passage.text))


def _allied(voice: Voice, other: Voice) -> bool:
    return voice[1] is not None and voice[1] == other[1]


def voices(said: Statement) -> tuple[str, ...]:
    """Who says a statement, by each name: "A and B" say it together, and so does each of them."""
    return (said.speaker, *joint_names(said.speaker)) if said.speaker else ()


def joint_names(speaker: str | None) -> tuple[str, ...]:
    """The names of those who speak together; none where one speaks alone, or nobody.

    Unlike `index.speakers.parts_of`, which finds names to bring together: of "Obama and other officials" Obama speaks as well.
    """
    names = tuple((speaker or "").split(" and "))
    return names if len(names) > 1 else ()


def named_in(speaker: str | None) -> tuple[str, ...]:
    """The names of those who say something: each of several who say it together, one, or none."""
    return tuple(named_together(speaker)) if speaker else ()


def _nobodys(voice: Voice) -> bool:
    """Whether words are no single speaker's: an outlet's own, or told of two sides together."""
    return voice[0] is None or bool(joint_names(voice[0]))


def _voice(point: Point) -> Voice:
    return point.speaker, point.side


def _place(hit: Hit) -> Place:
    return hit.passage.article, hit.passage.start, hit.passage.end


def _names(hit: Hit, name: str) -> bool:
    """Whether a passage holds the capitalised words of a name."""
    wanted = set(map(stem, capitalised(name)))
    return bool(wanted) and wanted <= content_stems(hit.passage.text)


def capitalised(text: str) -> list[str]:
    """The words of a text that carry meaning and are written with a capital: names, mostly."""
    return [word for word in content_words(text) if word[:1].isupper()]


def _asked(question: Question) -> str:
    """What a passage is read for: the question, or where it asks all sides or outlets, what anybody says about its topic."""
    if question.form is Form.DIRECT or not question.topic or _QUESTION.match(question.topic):
        return question.standalone
    return f"What did they say about {question.topic}?"

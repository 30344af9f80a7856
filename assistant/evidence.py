"""Which passages answer a question, who speaks in them, which of them are one utterance in several outlets, and who is silent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from assistant.types import Answer, Form, Question
from index.embedder import Vectors
from index.judge import content_stems, content_words, stem
from index.record import Record, Scope
from index.search import Searcher
from index.statements import OPENING
from index.types import Article, Hit, Statement

ANSWERS = -0.5  # log-odds that a passage answers, from which on Readout does; eval/LOG.md has what moving it costs
TOLD = 1.0  # the same for a passage that tells of a speaker asked about, though in nobody's words
SAME_VECTOR, SAME_WORDS, NEARLY_ALL_WORDS = 0.72, 0.5, 0.8  # from where on two passages tell one thing
NAMES_IT, ON_TOPIC = 4.0, 1.0  # what holding all words of a topic adds to a judge's score, and the sum from which on a passage is on topic
UNHEARD = 2.0  # how much surer the judge must be for each name in a question that no passage holds
MARGIN = 1.5  # a second and third point must come this close to the first
MASS = 0.9  # the share of the judge's belief that an answer's points are to hold
QUOTING = f'"{OPENING}'  # what a passage begins with that is a quotation
NAMED = 2  # a topic of so few words of meaning is only where one of them is
REPLIES = frozenset(map(stem, "deny denial reject dismiss refute rebut dispute contradict confirm".split()))
JOINT = re.compile(r",\s*|\s+(?:and|or)\s+")  # what parts a topic: "trade and the economy"
Voice = tuple[str | None, str | None]  # who speaks, and for which side
NO_OUTLET = "\0"  # an outlet that no article has
MOST_POINTS = 3
LIKENESS = 6.0  # what similarity weighs against the judge's score where only the nearest passage is wanted
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
    question that stand in no passage. ``silent`` are the sides or outlets asked about that have nothing on it.
    """

    findings: tuple[Finding, ...] = ()
    nearest: Hit | None = None
    missing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(slots=True)
class Gatherer:
    """Finds the evidence for questions in one index."""

    searcher: Searcher
    sides: tuple[str, ...] = ()
    _ledger: dict[str, list[Statement]] = field(default_factory=dict)
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
        if question.speakers:
            return self._spoken(question, scope)
        return self._direct(question, scope)

    def _direct(self, question: Question, scope: Scope) -> Evidence:
        hits = self.searcher.search(question.standalone, scope)
        if question.stranger:
            hits = [hit for hit in hits if _names(hit, question.stranger)]
        if REPLIES & content_stems(question.text):
            hits = [hit for hit in hits if self._denies(hit)] or hits  # who denied what is told by a denial, not by the charge
        if believed(hits) < ANSWERS + UNHEARD * len(self._absent_names(question.standalone)):
            return self._nothing(question, scope, silent=question.outlets)
        return Evidence(self._findings(hits[:LIKELY], MOST_POINTS))

    def _spoken(self, question: Question, scope: Scope) -> Evidence:
        speakers = set(question.speakers)
        side = {name for name, side in self._known() if side in speakers}  # a side may be called as one of its speakers is
        pool = self._pool(question, scope, self.record.spoken(speakers | side, scope, ALL_SPOKEN))
        heard = [hit for hit in pool if any((speakers | side).intersection(voices(said)) for said in self._said(hit))]
        hits = self._on_topic(question, heard, question.speakers[0]) if question.topic else self._most_telling(heard)
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
        return self._nothing(question, scope, silent=(*question.speakers, *question.outlets))

    def _with_their_side(self, question: Question, pool: list[Hit]) -> tuple[Finding, ...]:
        """What is told of somebody of a speaker's side together with others: "Putin and Trump agreed …" for the Kremlin."""
        sides = {side for name, side in self._known() if side and name in question.speakers}
        findings = self._findings(self._on_topic(question, pool), MOST_POINTS) if question.topic and sides else ()
        return tuple(finding for finding in findings if any(self._takes_part(side, finding) for side in sides))

    def _most_telling(self, hits: list[Hit]) -> list[Hit]:
        """Of somebody's passages, asked for without a topic: quotations before reports, then as the judge likes them."""
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
            found = self._findings(self._on_topic(question, own, side), MOST_PER_SIDE, side=side, mass=2.0, margin=SIDE_MARGIN)
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
        theirs = [[hit for hit in own if _repeats(hit, finding)] for finding in findings]
        alone = [hit for hit in own if not any(_repeats(hit, finding) for finding in findings)]
        joined = [replace(finding, hits=(*finding.hits, *same)) for finding, same in zip(findings, theirs, strict=True)]
        return [*joined, *self._findings(alone, MOST_JOINT, asked)]

    def _by_outlet(self, question: Question, scope: Scope) -> Evidence:
        best: dict[str, Hit] = {}
        hits = self._on_topic(question, self._pool(question, scope, self.record.spoken(set(question.speakers), scope, ALL_SPOKEN)))
        said_by = [hit for hit in hits if set(question.speakers) & {name for said in self._said(hit) for name in voices(said)}]
        for hit in (*said_by, *hits):
            outlet = self.article(hit).outlet
            if outlet:
                best.setdefault(outlet, hit)
        outlets = question.outlets or scope.outlets or tuple(self.record.outlets(scope))
        silent = tuple(outlet for outlet in outlets if outlet not in best)
        if not best:
            return self._nothing(question, scope, silent=silent)
        return Evidence(self._findings(list(best.values()), len(best), mass=2.0, margin=np.inf), silent=silent)

    def _pool(self, question: Question, scope: Scope, among: Iterable[int] = ()) -> list[Hit]:
        """Passages to look through for a topic, judged for the question: those that a search for either finds, and those ``among``."""
        found = (number for text in (question.topic, question.standalone) for number in self.searcher.find(text, scope))
        return self.searcher.judge(question.standalone, dict.fromkeys([*among, *found]))

    def _on_topic(self, question: Question, pool: list[Hit], who: str = "they") -> list[Hit]:
        """Those passages of a pool that are about a question's topic, the best first.

        A topic is a word or two, less than the judge was taught to read. So a passage is on it when it holds its words, or when the
        judge takes it for an answer to the question itself or to "What did … say about …?"; and a denial is on the topic of what it denies,
        a quotation on that of the words that lead up to it, which stand before them.
        """
        replies = {hit.number: hit for hit in pool if self._denies(hit) or hit.passage.text[0] in QUOTING}
        before = self.searcher.judge(question.standalone, [number - 1 for number in replies])
        best = {hit.number: hit for hit in self._topical(question, pool, who)}
        for hit in self._topical(question, before, who):
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

    def _topical(self, question: Question, pool: list[Hit], who: str) -> list[Hit]:
        """Those passages of a pool that are on a topic by their own words, in any order."""
        rarity = self.record.rarity({stem(word): word for word in content_words(question.topic)})
        total = sum(rarity.values()) or 1.0
        parts = [stems for part in JOINT.split(question.topic) if (stems := content_stems(part))]
        least = ON_TOPIC + UNHEARD * len(self._absent_names(question.topic))
        best: dict[int, Hit] = {}
        asked = self.searcher.judge(f"What did {who} say about {question.topic}?", [hit.number for hit in pool])
        for hit in (*pool, *asked):
            here = rarity.keys() & content_stems(hit.passage.text)
            score = hit.score + NAMES_IT * sum(rarity[word] for word in here) / total
            if any(part <= here for part in parts):
                score = max(score, least)  # it holds every word of the topic, or of one of two: whatever the judge thinks, it is about it
            if not here and len(rarity) <= NAMED:
                continue
            if score >= least and (hit.number not in best or score > best[hit.number].score):
                best[hit.number] = replace(hit, score=score)
        return list(best.values())

    def _nothing(self, question: Question, scope: Scope, silent: Iterable[str]) -> Evidence:
        hits = self.searcher.search(question.standalone, scope)
        missing = self._absent(content_words(question.text))
        nearest = max(hits, key=lambda hit: (hit.score + LIKENESS * hit.similarity, -hit.number), default=None)
        return Evidence(nearest=nearest, missing=missing, silent=tuple(silent))

    def _absent(self, words: list[str]) -> tuple[str, ...]:
        """Those words that stand in no passage."""
        return tuple(word for word in dict.fromkeys(words) if not self.record.match([word], Scope(), 1))

    def _absent_names(self, text: str) -> tuple[str, ...]:
        """Names in a question that stand in no passage: words with a capital, but for the first."""
        return self._absent(capitalised(text.partition(" ")[2]))

    def forget(self) -> None:
        """The index has changed: what was read from its ledger counts no more."""
        self._ledger.clear()
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
        if passage.article not in self._ledger:
            if len(self._ledger) > 2_000:
                self._ledger.clear()
            self._ledger[passage.article] = self.record.statements(passage.article)
        return [said for said in self._ledger[passage.article] if said.start < passage.end and passage.start < said.end]

    def speaker_of(self, hit: Hit, speakers: set[str] | None = None, side: str | None = None) -> Voice:
        """Who speaks in a passage, with the side: of those asked about where there are any; nobody in plain narration.

        Of statements inside statements the outer one counts: who asserts it, not who is said to have said it. A statement reaches from the
        words that name its speaker to the end of what is said; one that takes up less than half of the passage (a quarter, where it
        is quoted) does not make it theirs.
        """

        def extent(said: Statement) -> int:
            start = said.start if said.speaker_start is None else min(said.start, said.speaker_start)
            end = said.end if said.speaker_end is None else max(said.end, said.speaker_end)
            return min(end, hit.passage.end) - max(start, hit.passage.start)

        said = [one for one in self._said(hit) if one.speaker]
        asked = [one for one in said if one.speaker in (speakers or ()) or (side and one.side == side)]
        said = asked or [one for one in said if extent(one) * (4 if one.direct else 2) >= len(hit.passage.text)]
        if not said:
            return None, None
        widest = max(said, key=lambda one: (extent(one), one.end - one.start))
        return widest.speaker, widest.side

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

        At most ``most`` groups, and no further one when those so far hold the share ``mass`` of what the judge believes: one
        statement where it is sure, two or three where it wavers; and none further than ``margin`` behind the first.
        """
        groups: list[_Group] = []
        vectors = self.record.vectors(hit.number for hit in hits)
        belief = np.exp([min(hit.score, 30.0) for hit in hits])
        share = {hit.number: float(part) for hit, part in zip(hits, belief / belief.sum(), strict=True)} if hits else {}
        held = 0.0
        for hit in sorted(hits, key=lambda hit: (hit.passage.headline, -hit.score)):
            voice = self.speaker_of(hit, speakers, side)
            group = next((group for group in groups if group.takes(hit, voice, vectors)), None)
            if group:
                group.add(hit, voice)
            elif len(groups) < most and (not groups or (held < mass and hit.score >= groups[0].hits[0].score - margin)):
                groups.append(_Group([hit], voice))
            else:
                continue
            held += share[hit.number]
        return tuple(Finding(tuple(group.hits), *group.voice) for group in groups)


@dataclass(slots=True)
class _Group:
    """Hits that tell one thing, while they are gathered."""

    hits: list[Hit]
    voice: Voice

    def takes(self, hit: Hit, voice: Voice, vectors: dict[int, Vectors]) -> bool:
        """Whether a hit tells the same, and nobody else says it: an outlet may print the words without saying whose they are."""
        first = self.hits[0]
        headline = hit.passage.headline or first.passage.headline
        if not may_be_one(voice, self.voice) or (headline and voice != self.voice and not _allied(voice, self.voice)):
            return False
        alike = float(vectors[hit.number] @ vectors[first.number])
        return tells_the_same(hit.passage.text, first.passage.text, alike, strictly=voice != self.voice)

    def add(self, hit: Hit, voice: Voice) -> None:
        """Add a hit, one per article; the group is whose it is where any outlet says so."""
        if hit.passage.article not in {member.passage.article for member in self.hits}:
            self.hits.append(hit)
            if _nobodys(self.voice) and not _nobodys(voice):
                self.voice = voice


def may_be_one(voice: Voice, other: Voice) -> bool:
    """Whether words of two voices can be one utterance: of one speaker or one side, or nobody's in one of two outlets."""
    return voice == other or _allied(voice, other) or _nobodys(voice) or _nobodys(other)


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


def _nobodys(voice: Voice) -> bool:
    """Whether words are no single speaker's: an outlet's own, or told of two sides together."""
    return voice[0] is None or bool(joint_names(voice[0]))


def _repeats(hit: Hit, finding: Finding) -> bool:
    return any(tells_the_same(hit.passage.text, member.passage.text, 0.0, strictly=True) for member in finding.hits)


def _names(hit: Hit, name: str) -> bool:
    """Whether a passage holds the capitalised words of a name."""
    wanted = set(map(stem, capitalised(name)))
    return bool(wanted) and wanted <= content_stems(hit.passage.text)


def capitalised(text: str) -> list[str]:
    """The words of a text that carry meaning and are written with a capital: names, mostly."""
    return [word for word in content_words(text) if word[:1].isupper()]


def believed(hits: list[Hit]) -> float:
    """The judge's belief that any of these passages answers, against none of them: the log of the odds."""
    return float(np.logaddexp.reduce([hit.score for hit in hits])) if hits else -np.inf


def tells_the_same(one: str, other: str, similarity: float, *, strictly: bool = False) -> bool:
    """Whether two sentences tell one thing in the same words or nearly: a wire sentence, a quotation cut differently.

    ``strictly``: nearly all words of the shorter one must be in the longer.
    """
    first, second = content_stems(one), content_stems(other)
    shorter = min(len(first), len(second))
    if shorter < 3:
        return _plain(one) == _plain(other)
    shared = len(first & second) / shorter
    return shared >= NEARLY_ALL_WORDS or (not strictly and shared >= SAME_WORDS and similarity >= SAME_VECTOR)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))

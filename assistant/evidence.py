"""What the articles have on a question: judged passages, put under keys, the best of each, and the keys that have none.

A key is what an account is wanted of: a part of the question, a speaker, a side, an outlet. Every question is gathered the same way;
only the key of a passage differs, and how much is wanted of each.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType

import numpy as np

from assistant.coverage import Coverage, Place, State, in_state, look, without_account
from assistant.grouping import Finding, Grouper, Limit, all_of, place_of, unseen, utters
from assistant.reading import outlet_aliases
from assistant.relation import Comparer, Kin
from assistant.story import LOOKED, Stories
from assistant.topic import ANSWERED, REPLIES, TOLD, Judge, Judged, denies, holds_name
from assistant.types import Answer, Form, Kind, Question
from index.record import Record, Scope
from index.search import Searcher, parts_of, questions_in
from index.speakers import TITLES
from index.text import content_stems, content_words
from index.types import Article, Hit

IN_DOUBT = -3.0  # the log-odds that the articles answer from which on it is not said that they do not
MOST_NEAR = 3  # passages that are shown in such doubt
LIKENESS = 6.0  # what similarity weighs against the odds where only the nearest passage is wanted
NO_OUTLET = "\0"  # an outlet that no article has
JOINT = 0.25  # what a passage's answer to two questions counts beside its answer to one of them
LIKELY = 16  # the best passages, of which an answer's points and their further citations are chosen
FEW = 3  # outlets without an article on a story that are named; more are counted
NO_LESS = 0.5  # what a passage of another story may be less sure of
BESIDE = 100  # characters behind a passage in which the tag of its quotation may stand
BEGINNING = 600  # characters of an article that tell what it is about
MOST_SPEAKERS = 6  # of a question to all of them
ALL_SPOKEN = 2_000  # passages of one speaker that are looked through at most
# How much is wanted of a question, of a part of it, of one of all speakers, of a side (which says more than one thing), of several jointly:
WHOLE, PART, EACH, SIDE, JOINTLY = Limit(3), Limit(2), Limit(1), Limit(3, mass=2.0, margin=3.0), Limit(1)
SPOKEN = Limit(5, mass=2.0, margin=3.0)  # of somebody asked by name: they say more than one thing on a topic


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the articles have on a question.

    Without ``findings`` they do not answer it; then ``nearest`` is the closest they come, best first, and ``missing`` names words of the
    question that stand in no article. ``silent`` are the speakers, sides or outlets asked about that have nothing on it, ``unsure``
    those that have words of it and no passage that clearly tells it, ``elsewhere`` the silent that have no article on the story at all,
    ``searched`` how many passages of each were looked through.
    ``belief`` are the log-odds that the articles answer, where the question asks neither sides nor outlets nor a speaker. ``verdict`` is
    what is said before all findings, ``refusal`` the text that says why no article can answer: prompts, with what fills them.
    """

    findings: tuple[Finding, ...] = ()
    nearest: tuple[Hit, ...] = ()
    missing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    belief: float | None = None
    unsure: tuple[str, ...] = ()
    searched: tuple[tuple[str, int], ...] = ()
    elsewhere: tuple[str, ...] = ()
    verdict: Verdict | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line that stands before the findings: one of ``prompts/``, and what fills it; ``names_silent``: it says who is silent."""

    prompt: str
    values: Mapping[str, str]
    names_silent: bool = False


NOT_LOOKED: Mapping[str, Coverage] = MappingProxyType({})


@dataclass(slots=True)
class Gatherer:
    """Finds the evidence for questions in one index."""

    searcher: Searcher
    comparer: Comparer
    sides: tuple[str, ...] = ()
    judge: Judge = field(init=False)
    grouper: Grouper = field(init=False)
    stories: Stories = field(init=False)
    _members: dict[str, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.judge, self.grouper, self.stories = Judge(self.searcher), Grouper(self.record, self.comparer), Stories(self.searcher)

    @property
    def record(self) -> Record:
        """The index's record."""
        return self.searcher.record

    def forget(self) -> None:
        """The index has changed: what was read from its ledger counts no more."""
        self.searcher.forget()
        self.stories.forget()
        self._members = {}
        self.sides = self.record.sides()

    def article(self, hit: Hit) -> Article:
        """The article a passage stands in."""
        return self.searcher.article(hit.passage.article)

    def gather(self, question: Question, scope: Scope) -> Evidence:
        """Return the evidence for a question, within a scope that the question's own outlets narrow further."""
        if question.outlets:
            evidence = self._gathered(question, within(question.outlets, scope))
            return evidence if evidence.findings else self._told_to(question, scope) or evidence
        return self._gathered(question, self.beside(question.excluded, scope))

    def _told_to(self, question: Question, scope: Scope) -> Evidence | None:
        """What others tell that names an outlet asked about, where it has no article on that story: "What did the aide tell Fox?"."""
        names = [re.compile(rf"\b{re.escape(alias)}\b") for outlet in question.outlets for alias in outlet_aliases(outlet)]

        def tells(hit: Hit) -> bool:
            words = self.article(hit).text[hit.passage.start : hit.passage.end + BESIDE]
            return any(name.search(words) for name in names) and (not question.speakers or has(hit, frozenset(question.speakers)))

        hits = [hit for hit in self.searcher.search(question.text, scope) if tells(hit)]
        if self.searcher.belief(question.text, hits) < ANSWERED or self._covering(hits[:1], scope).intersection(question.outlets):
            return None
        return replace(self.evidence(question, scope, self.grouper.findings(hits, WHOLE)), silent=question.outlets)

    def _gathered(self, question: Question, scope: Scope) -> Evidence:
        if question.day and (days := self.judge.days(question)):
            narrowed = days.narrowed(scope)
            scope = narrowed if self.record.extent(narrowed)[0] else scope
        if question.form is Form.BY_SIDE:
            return self._by_side(question, scope) if question.sides or self.sides else self._by_speaker(question, scope)
        if question.form is Form.BY_OUTLET:
            return self._by_outlet(question, scope)
        if not question.stranger and len(parts_of(question.standalone)) > 1:
            return self._by_part(question, scope)
        if question.speakers:
            return self._of_speakers(question, scope)
        return self._whole(question, scope)

    def beside(self, left_out: Collection[str], scope: Scope) -> Scope:
        """A scope without some outlets; as it is, articles of unknown outlets and all, where it has none of them."""
        there = self.outlets_in(scope) if left_out else ()
        left = tuple(outlet for outlet in there if outlet not in left_out)
        return within(left, scope) if len(left) < len(there) else scope

    def outlets_in(self, scope: Scope) -> tuple[str, ...]:
        """The outlets of a scope, by name."""
        return scope.outlets or tuple(self.record.outlets(scope))

    def evidence(self, question: Question, scope: Scope, found: Iterable[Finding], looked: Mapping[str, Coverage] = NOT_LOOKED) -> Evidence:
        """Findings, each once, as evidence; without any, how near the articles come. ``looked`` is what was looked through for them."""
        findings = {place_of(one.hits[0]): one for one in found}
        kept = Evidence(tuple(findings.values())) if findings else self._nothing(question, scope)
        searched = tuple((key, one.looked) for key, one in looked.items() if one.looked)
        unsure, elsewhere = in_state(looked, State.UNSURE), in_state(looked, State.ELSEWHERE)
        silent = in_state(looked, State.NOTHING, State.ELSEWHERE)
        return replace(kept, silent=silent, unsure=unsure, elsewhere=elsewhere, searched=searched)

    # -- the question itself, whole or part by part ------------------------------------------------------------

    def _whole(self, question: Question, scope: Scope) -> Evidence:
        hits = unseen(question, _of_others(question, self.searcher.search(question.standalone, scope)))
        if question.stranger:
            hits = [hit for hit in hits if holds_name(hit, question.stranger)]
        if REPLIES & content_stems(question.text):
            hits = [hit for hit in hits if denies(hit)] or hits  # who denied what is told by a denial, not by the charge
        belief = self.searcher.belief(question.standalone, hits)
        hits = self.judge.dated(question, self.on_story(hits, scope))
        if belief >= ANSWERED:
            both = self._both(questions_in(question.standalone), hits, scope) if question.kind is Kind.DIRECT else []
            return replace(self.evidence(question, scope, both or self.grouper.findings(hits[:LIKELY], WHOLE)), belief=belief)
        looked = self.outlets_on(question, scope, self.judge.judge(question, hits)) if question.outlets else {}
        told = chain.from_iterable(one.account for one in looked.values()) if question.kind is Kind.OUTLETS else ()
        found = self.evidence(question, scope, self.grouper.findings([*told], WHOLE), looked)
        return replace(found, belief=belief, nearest=tuple(hits[:MOST_NEAR]) if belief >= IN_DOUBT else found.nearest)

    def on_story(self, hits: Sequence[Hit], scope: Scope) -> list[Hit]:
        """Those passages that are on the story that they mostly tell; of another only what answers no less than the best of these."""
        articles = self.stories.main(hits, scope, {hit.passage.article for hit in hits})
        first = next((hit for hit in hits if hit.passage.article in articles), None)

        def stays(hit: Hit) -> bool:
            name = hit.passage.article
            return (
                first is None or name in articles or hit.score >= first.score - NO_LESS or self.stories.alike(name, first.passage.article)
            )

        return list(filter(stays, hits))

    def _by_part(self, question: Question, scope: Scope) -> Evidence:
        """A long question part by part: what answers each, of the passages found for all of them."""
        numbers = self.searcher.find(question.standalone, scope)
        found: list[Finding] = []
        for part in parts_of(question.standalone)[1:]:
            hits = self.searcher.read(part, numbers)
            if self.searcher.belief(part, hits) >= ANSWERED:
                found += self.grouper.findings(hits[:LIKELY], PART)
        return self.evidence(question, scope, found)

    def _both(self, questions: Sequence[str], hits: Sequence[Hit], scope: Scope) -> list[Finding]:
        """What answers each of two questions asked at once, by what it is for both; nothing where one of them has no answer."""
        found: list[Finding] = []
        together = {hit.number: hit.score for hit in hits}
        for asked in questions if len(questions) > 1 else ():
            own = self.searcher.search(asked, scope, among=together)
            if self.searcher.belief(asked, own) < ANSWERED:
                return []
            joint = [replace(hit, score=hit.score + JOINT * together[hit.number]) for hit in own if hit.number in together]
            best = sorted(joint, key=lambda hit: -hit.score)[:LIKELY]
            found += self.grouper.findings(best, PART)
        return found

    # -- speakers ----------------------------------------------------------------------------------------------

    def _of_speakers(self, question: Question, scope: Scope) -> Evidence:
        """What each speaker asked about says; where nothing, what their side says, or what is told of them."""
        places = {name: self._place_of({name, *self._of_side(name)}, scope) for name in question.speakers}
        judged = self.judge.judged(question, scope, self._numbers(places))
        found = {name: self._account_of(name, question, judged) for name in question.speakers}
        looked = look(self.judge, question, judged, {name: places[name] for name, own in found.items() if not own})
        found |= {name: self.grouper.findings(one.account, EACH, {name}) for name, one in looked.items() if one.account}
        evidence = self.evidence(question, scope, chain.from_iterable(found.values()), without_account(looked))
        if evidence.findings:
            return evidence
        own = [hit for hit in judged.read if any(place.is_theirs(hit) for place in places.values())]
        if (belief := self.searcher.belief(question.standalone, own)) < IN_DOUBT:
            return evidence
        unsure = (*evidence.unsure, *evidence.silent)
        return replace(evidence, nearest=tuple(own[:MOST_NEAR]), silent=(), unsure=unsure, belief=belief)

    def _account_of(self, name: str, question: Question, judged: Judged) -> Sequence[Finding]:
        """What a speaker says, alone or else through their side or with others; else what is told of them."""
        side = self._of_side(name)
        everybody = frozenset({name, *side})

        def heard(hits: list[Hit]) -> list[Hit]:
            return [hit for hit in hits if has(hit, everybody)]

        hits = heard(judged.on) or heard(judged.doubtful) if question.topic else _most_telling(heard(judged.read))
        if not hits and self._is_known(question.topic) and self.searcher.belief(question.standalone, heard(judged.read)) >= ANSWERED:
            hits = heard(judged.read)  # no word of the topic, but an answer
        hits = hits or self._under_title(question, heard(judged.read))
        for wanted, alone in ((frozenset({name}), True), (side, True), (frozenset({name}), False)):
            if own := [hit for hit in hits if has(hit, wanted, alone=alone)]:
                # What they think or do stands beside what they said only where it tells no less.
                best = max((hit.score for hit in own if utters(hit, wanted)), default=-np.inf)
                return self.grouper.findings([hit for hit in own if utters(hit, wanted) or hit.score >= best], SPOKEN, wanted)
        joint = self.grouper.findings(judged.on, WHOLE) if question.topic and side else ()
        if theirs := [finding for finding in joint if len(finding.speakers) > 1 and side.intersection(finding.speakers)]:
            return theirs  # "Putin and Trump agreed …" for the Kremlin
        told = [hit for hit in judged.read if hit.score >= TOLD and holds_name(hit, name.rsplit(maxsplit=1)[-1])]
        return self.grouper.findings(told, WHOLE)

    def _is_known(self, topic: str) -> bool:
        """Whether any word of a topic stands in an article; so it is where there is no topic."""
        words = content_words(topic)
        return not topic or len(self.judge.absent(words)) < len(words)

    def _under_title(self, question: Question, hits: Sequence[Hit]) -> list[Hit]:
        """Those passages whose article begins with the topic: what is said there is said on it, though no word of it stands there."""
        topic = content_stems(question.topic)

        def begins(article: Article) -> bool:
            return topic <= content_stems(f"{article.title} {article.text[:BEGINNING]}")

        return [hit for hit in hits if topic and not hit.passage.headline and begins(self.article(hit))]

    def _by_speaker(self, question: Question, scope: Scope) -> Evidence:
        """By side, where nobody said who belongs together: then every speaker stands for itself."""
        hits = _of_others(question, self.judge.judged(question, scope).on)
        speakers = list(dict.fromkeys(hit.passage.voice[0] for hit in hits if hit.passage.voice[0]))[:MOST_SPEAKERS]
        own = ([hit for hit in hits if hit.passage.voice[0] == names] for names in speakers)
        return self.evidence(question, scope, chain.from_iterable(self.grouper.findings(hits, EACH) for hits in own))

    def _of_side(self, name: str) -> frozenset[str]:
        """The speakers of a side; nobody where a name is none of a side's."""
        if not self._members:
            known = set(self.record.names().values())
            self._members = {side: frozenset(name for name, its in known if its == side) for side in {side for _, side in known if side}}
        return self._members.get(name, frozenset())

    def _place_of(self, speakers: Iterable[str], scope: Scope, side: str = "") -> Place:
        """Where speakers are looked for, or a side in its own right."""
        names = frozenset(speakers)
        numbers = tuple(self.record.spoken(names, scope, ALL_SPOKEN))
        return Place(scope, (lambda hit: speaks(hit, side)) if side else (lambda hit: has(hit, names)), numbers)

    def _numbers(self, places: Mapping[str, Place]) -> list[int]:
        return sorted({number for place in places.values() for number in place.numbers or ()})

    # -- sides -------------------------------------------------------------------------------------------------

    def _by_side(self, question: Question, scope: Scope) -> Evidence:
        sides = question.sides or self.sides
        places = {side: self._place_of(self._of_side(side), scope, side) for side in sides}
        judged = self.judge.judged(question, scope, self._numbers(places))
        looked = look(self.judge, question, judged, places)
        findings = [one for side, own in looked.items() for one in self.grouper.findings(own.account, SIDE, side=side)]
        members = frozenset().union(*(self._of_side(side) for side in sides))
        findings = self._with_joint(findings, judged.on, members)
        together = {name for one in findings if len(one.speakers) > 1 for name in one.speakers}
        alone = {side: one for side, one in looked.items() if not together & self._of_side(side)}
        return self.evidence(question, scope, findings, without_account(alone))

    def _with_joint(self, findings: list[Finding], hits: list[Hit], members: frozenset[str]) -> list[Finding]:
        """Add what outlets tell of speakers of several sides together ("Putin and Trump agreed …"): nobody's side alone.

        Words that one side's statement has too are that statement, in an outlet that does not say whose it is.
        """
        own = [
            hit for hit in hits if len(hit.passage.voice[0]) > 1 and not hit.passage.voice[1] and members.intersection(hit.passage.voice[0])
        ]
        kinship = self.grouper.kinship([*own, *(hit for finding in findings for hit in finding.hits)])

        def repeats(hit: Hit, finding: Finding) -> bool:
            return kinship.get((place_of(hit), place_of(finding.hits[0])), Kin.SAME) is Kin.SAME

        joined = [replace(one, hits=(*one.hits, *(hit for hit in own if repeats(hit, one)))) for one in findings]
        alone = [hit for hit in own if not any(repeats(hit, finding) for finding in findings)]
        return [*joined, *self.grouper.findings(alone, JOINTLY)]

    # -- outlets -----------------------------------------------------------------------------------------------

    def _by_outlet(self, question: Question, scope: Scope) -> Evidence:
        judged = self.judge.judged(question, scope, self.record.spoken(question.speakers, scope, ALL_SPOKEN))
        looked = self.outlets_on(question, scope, judged)
        wanted = frozenset(question.speakers)
        if question.kind is Kind.OUTLETS and len(question.outlets) == 1:
            told = [finding for one in looked.values() for finding in self.grouper.findings(one.account, SPOKEN, wanted)]
            return self.evidence(question, scope, told, without_account(looked))
        best = [next((hit for hit in one.account if has(hit, wanted)), one.account[0]) for one in looked.values() if one.account]
        return self.evidence(question, scope, self.grouper.findings(best, all_of(len(best))), without_account(looked))

    def outlets_on(self, question: Question, scope: Scope, judged: Judged) -> dict[str, Coverage]:
        """What each outlet asked about, or each of a scope, has on a topic; of a scope those count that cover the story."""
        there = self.outlets_in(scope)
        outlets = [outlet for outlet in question.outlets if outlet in there] if question.outlets else there

        def place(outlet: str) -> Place:
            return Place(within((outlet,), scope), lambda hit: self.article(hit).outlet == outlet)

        asked_of = question.outlets if len(question.outlets) <= FEW else ()  # "the other outlets" are not each asked
        quiet = set() if asked_of else set(outlets) - {self.article(hit).outlet for hit in judged.on}
        elsewhere = quiet - self._covering(judged.on or judged.read[:LOOKED], scope) if quiet else quiet
        return look(self.judge, question, judged, {outlet: place(outlet) for outlet in outlets}, elsewhere)

    def _covering(self, hits: Sequence[Hit], scope: Scope) -> set[str]:
        """The outlets of a scope with an article on the story that some passages tell; all of them where there are no passages."""
        articles = self.stories.around((hit.passage.article for hit in hits), scope)
        return {outlet for name in articles if (outlet := self.searcher.article(name).outlet)} or set(self.outlets_in(scope))

    def _nothing(self, question: Question, scope: Scope) -> Evidence:
        hits = self.searcher.search(question.standalone, scope)
        missing = self.judge.absent(word for word in content_words(question.standalone) if word.lower() not in TITLES)
        nearest = max(hits, key=lambda hit: (hit.score + LIKENESS * hit.similarity, -hit.number), default=None)
        return Evidence(nearest=(nearest,) if nearest else (), missing=missing)

    # -- a finished answer -------------------------------------------------------------------------------------

    def unheard(self, answer: Answer, question: Question, evidence: Evidence) -> list[Finding]:
        """Of a question to all sides, or to outlets: the first finding of each that has evidence, and no point that is carried."""
        sides = any(finding.side for finding in evidence.findings)
        carried = [point for point in answer.points if point.support != "unsupported"]
        heard: set[object]
        if question.form is Form.BY_SIDE:
            heard = {point.side if sides else point.speakers for point in carried}
        elif question.form is Form.BY_OUTLET:
            outlets = {citation.n: citation.outlet for citation in answer.citations}
            heard = {outlets.get(number) for point in carried for number in point.citations}
        else:
            return []
        found: list[Finding] = []
        for finding in evidence.findings:
            voice = finding.side if sides else finding.speakers
            own: set[object] = {voice} if question.form is Form.BY_SIDE else {self.article(hit).outlet for hit in finding.hits}
            if not own & {*heard, None, ()}:
                found.append(finding)
                heard |= own
        return found


def within(outlets: Iterable[str], scope: Scope) -> Scope:
    """A scope in some outlets alone, as far as it has them; without any it holds nothing."""
    allowed = tuple(outlet for outlet in outlets if not scope.outlets or outlet in scope.outlets)
    return replace(scope, outlets=allowed or (NO_OUTLET,))


def has(hit: Hit, speakers: frozenset[str], *, alone: bool = False) -> bool:
    """Whether any of some speakers says something in a passage; ``alone``: and nobody says it with them."""
    return any(speakers.intersection(one.speakers) and (len(one.speakers) == 1 or not alone) for one in hit.passage.heard)


def _of_others(question: Question, hits: list[Hit]) -> list[Hit]:
    """Passages in which nobody speaks whom a question leaves out."""
    excluded = frozenset(question.excluded)
    return [hit for hit in hits if not has(hit, excluded)] if excluded else hits


def speaks(hit: Hit, side: str) -> bool:
    """Whether a side speaks in a passage in its own right: what another side says that it said is that other side's account."""
    outer = hit.passage.voice[1]
    return outer == side or (outer is None and side in {one.side for one in hit.passage.heard})


def _most_telling(hits: list[Hit]) -> list[Hit]:
    """Of somebody's passages, asked for without a topic: quotations before reports, then as the reader likes them."""
    return sorted(hits, key=lambda hit: (hit.passage.headline, not any(one.direct for one in hit.passage.heard), -hit.score))

"""Questions that want more than the statements that answer: who reports it, how often, in which order, in sum, and where accounts differ.

Each kind is evidence with a line before it (`Verdict`) that answers in a sentence; the findings below it are what that sentence rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.coverage import Coverage, State, in_state
from assistant.evidence import FEW, Evidence, Gatherer, Verdict, has, within
from assistant.grouping import Finding, Limit, all_of, in_conflict, place_of, unseen
from assistant.reading import outlet_aliases
from assistant.relation import LIKE_VECTOR, Place, shared
from assistant.render import listed
from assistant.topic import capitalised, denies
from assistant.types import Form, Kind, Question
from assistant.verification.dates import named_days
from assistant.verification.parses import parsed
from index.lexicon import words
from index.reader import Text
from index.record import Scope
from index.text import content_stems, content_words, stem, stems
from index.types import Hit

BARE = 1  # words of meaning besides a day in a question that asks of nothing else: "What happened on Monday?"
OPENING = 14  # passages of each article that a summary looks at: news tells the most first
MOST_OPENING = 4_000
MAIN, LISTED, DATED = map(all_of, (5, 20, 10))
PLAIN = 2.0  # the log-odds from which on the articles plainly answer what sounds like asking for an opinion
CERTAIN = 0.8  # the chance from which on a passage is said to tell a claim, or to deny it
ALIKE = 0.6  # two passages so alike may tell one thing: then neither is one outlet's alone
SHARED = 0.6  # two passages that share so much of the shorter one's words may, too
MAY_CARRY = 0.3  # a passage that carries another with such a chance may tell it
FEWEST = 3  # passages with a day of their own that make a time line
NEAREST = 6  # passages elsewhere that a passage is compared with
ABOUT = 60  # passages that are looked at for what one outlet alone has, or leaves out

Answering = Callable[["Kinds", Question, Scope], Evidence]


@dataclass(frozen=True, slots=True)
class Kinds:
    """Answers the kinds of question that a search alone does not."""

    gatherer: Gatherer

    def gather(self, question: Question, scope: Scope) -> Evidence:
        """The evidence for a question of any kind; of one for more, what the answers before it did not show."""
        if question.more and not question.shown:
            evidence, shown = self.gather(replace(question, more=0), scope), frozenset[Place]()
            for _ in range(question.more if evidence.findings else 0):
                shown |= _places(evidence)
                evidence = self.gather(replace(question, shown=shown), scope)
            return evidence if evidence.findings or not shown else Evidence(verdict=Verdict("no_more", {}))
        if _asks_of_a_day_alone(question) and (evidence := self._of_day(question, scope)).findings:
            return evidence
        if question.outlets and question.kind in (Kind.SUMMARY, Kind.TIMELINE, Kind.QUOTES):
            scope = within(question.outlets, scope)
        answering = KINDS.get(question.kind)
        return answering(self, question, scope) if answering else self.gatherer.gather(question, scope)

    def _of_day(self, question: Question, scope: Scope) -> Evidence:
        """What is told of a day, or was said on it: "Who said what on Monday?"; of those asked about, where somebody is."""
        days = self.gatherer.judge.days(question)
        speakers = frozenset(question.speakers)
        hits = self._central(scope, MOST_OPENING) if days else []
        own = [hit for hit in hits if days and days.told(hit.passage.text, self.gatherer.article(hit).published)]
        heard = [hit for hit in own if (has(hit, speakers) if speakers else hit.passage.voice[0])]
        said = question.kind in (Kind.SAID, Kind.WHO_SAID, Kind.QUOTES)
        return self._shown(question, scope, (heard if said or speakers else own)[: 2 * DATED.most], DATED, speakers)

    # -- who reports it ----------------------------------------------------------------------------------------

    def which(self, question: Question, scope: Scope) -> Evidence:
        """Which outlets report something: a line that names them, and the best passage of each."""
        looked = self._looked(question, scope)
        return self._of_outlets(question, scope, looked, "which", in_state(looked, State.SPEAKS))

    def who_said(self, question: Question, scope: Scope) -> Evidence:
        """Who says something; where nobody does, and it is a mere name, who prints that: "Who mentions Deborah Birx?"."""
        evidence = self.gatherer.gather(question, scope)
        named = question.topic and len(capitalised(question.topic)) == len(content_words(question.topic))
        return self.which(replace(question, form=Form.BY_OUTLET), scope) if named and not evidence.findings else evidence

    def which_not(self, question: Question, scope: Scope) -> Evidence:
        """Which outlets were looked through and have nothing; below, what the others have."""
        looked = self._looked(question, scope)
        silent, elsewhere = in_state(looked, State.NOTHING), in_state(looked, State.ELSEWHERE)
        silent = (*silent, *elsewhere) if len(elsewhere) <= FEW else silent
        verdict = "which_not" if silent else "none_plainly" if in_state(looked, State.UNSURE) else "all_do"
        evidence = self._of_outlets(question, scope, looked, verdict, silent or in_state(looked, State.SPEAKS))
        return replace(evidence, verdict=evidence.verdict and replace(evidence.verdict, names_silent=True))

    def first(self, question: Question, scope: Scope) -> Evidence:
        """Which outlet reports something on the first or the last day; those without a date are named apart."""
        looked = self._looked(question, scope)
        last = bool(LAST & set(stems(question.text)))
        days = {
            outlet: sorted((day, hit.number, hit) for hit in one.hits if (day := self.gatherer.article(hit).published))
            for outlet, one in looked.items()
        }
        dated = {outlet: own[-1 if last else 0] for outlet, own in days.items() if own}
        if not dated:
            return self._of_outlets(question, scope, looked, "undated", in_state(looked, State.SPEAKS))
        day = (max if last else min)(day for day, *_ in dated.values())
        names = tuple(outlet for outlet, (own, *_) in dated.items() if own == day)
        shown = {outlet: replace(looked[outlet], hits=(dated[outlet][2],)) for outlet in names}
        others = [outlet for outlet in in_state(looked, State.SPEAKS) if outlet not in dated]
        verdict = ("last" if last else "first") + ("_of_dated" if others else "")
        return self._of_outlets(question, scope, shown, verdict, names, day=day, **({"others": listed(others)} if others else {}))

    def count(self, question: Question, scope: Scope) -> Evidence:
        """How many outlets report something, how often somebody is quoted, or how many passages hold a word; with what is counted."""
        if question.speakers:
            return self.quotes(question, scope)
        if TIMES & set(stems(question.text)):
            return self._mentions(question, scope)
        looked = self._looked(question, scope)
        return self._of_outlets(question, scope, looked, "which", in_state(looked, State.SPEAKS))

    def _mentions(self, question: Question, scope: Scope) -> Evidence:
        wanted = content_stems(question.topic)
        found = self.gatherer.judge.record.match(list(wanted), scope, 1_000)
        hits = [hit for hit in self._as_hits([number for number, _ in found]) if wanted <= content_stems(hit.passage.text)]
        articles = {hit.passage.article for hit in hits}
        evidence = self._shown(question, scope, hits[: LISTED.most], LISTED)
        return (
            self._with(evidence, "mentions", passages=str(len(hits)), articles=str(len(articles)), words=question.topic)
            if hits
            else evidence
        )

    def _looked(self, question: Question, scope: Scope) -> dict[str, Coverage]:
        scope = self.gatherer.beside(question.excluded, scope)
        looked = self.gatherer.outlets_on(question, scope, self.gatherer.judge.judged(question, scope))
        return {outlet: self._in_its_words(question, one) for outlet, one in looked.items()}

    def _in_its_words(self, question: Question, found: Coverage) -> Coverage:
        """What an outlet has, where any of it holds a word of the topic: who "reports" a thing is not told by the reader's liking alone."""
        topic = content_stems(question.topic)
        hits = tuple(hit for hit in found.hits if topic & content_stems(hit.passage.text))
        return found if hits or not topic or not found.hits else replace(found, state=State.UNSURE, hits=(), maybe=found.hits[:1])

    def _of_outlets(
        self, question: Question, scope: Scope, looked: dict[str, Coverage], verdict: str, names: Sequence[str], **values: str
    ) -> Evidence:
        best = [one.hits[0] for one in looked.values() if one.hits]
        evidence = self.gatherer.evidence(question, scope, self.gatherer.grouper.findings(best, all_of(len(best))), looked)
        if not names or not best:
            return evidence
        covering = len(looked) - len(evidence.elsewhere)
        return self._with(evidence, verdict, names=listed(names), n=str(len(names)), of=str(covering), **values)

    # -- what one alone has, or leaves out ---------------------------------------------------------------------

    def only(self, question: Question, scope: Scope) -> Evidence:
        """What an outlet has and no other: those of its passages to which nothing in the others comes near."""
        if not question.outlets:
            return self.gatherer.gather(question, scope)
        others = self.gatherer.beside(question.outlets, scope)
        alone = self._lacking(self._passages(question, within(question.outlets, scope)), others)
        return self._compared(question, scope, alone, "only", "nothing_alone", others)

    def left_out(self, question: Question, scope: Scope) -> Evidence:
        """What the others have, or the second outlet named, and the first does not."""
        if not question.outlets:
            return self.gatherer.gather(question, scope)
        first, *rest = sorted(question.outlets, key=lambda outlet: _place_in(question.text, outlet))
        own = within((first,), scope)
        source = within(rest, scope) if rest else self.gatherer.beside((first,), scope)
        missing = self._lacking(self._passages(question, source), own)
        return self._compared(replace(question, outlets=(first,)), scope, missing, "left_out", "nothing_left_out", own)

    def _compared(self, question: Question, scope: Scope, hits: list[Hit], found: str, nothing: str, other: Scope) -> Evidence:
        evidence = self._shown(question, scope, hits, MAIN)
        looked = str(self.gatherer.record.size(other))
        return self._with(evidence, found if hits else nothing, names=listed(question.outlets), looked=looked)

    def _passages(self, question: Question, scope: Scope) -> list[Hit]:
        """The passages of a scope on a topic, or all; the most telling first."""
        return (self._on(replace(question, outlets=()), scope) if question.topic else self._central(scope))[:ABOUT]

    def _lacking(self, hits: Sequence[Hit], scope: Scope) -> list[Hit]:
        """Those passages to which nothing in a scope comes near: each is searched for there by its words and by its meaning."""
        found: list[Hit] = []
        for hit in hits:
            if len(found) < MAIN.most and not self._comes_near(hit, scope):
                found.append(hit)
        return found

    def _comes_near(self, hit: Hit, scope: Scope) -> bool:
        text = hit.passage.text
        others = list(self.gatherer.record.passages(self.gatherer.searcher.find(text, scope, pool=NEAREST)).values())
        vectors = self.gatherer.record.vectors([hit.number, *(other.id for other in others)])
        alike = [float(vectors[other.id] @ vectors[hit.number]) for other in others]
        if any(near >= ALIKE for near in alike) or any(shared(text, other.passage.text) >= SHARED for other in others):
            return True
        read = self.gatherer.comparer.reader.relations([(text, Text(other.passage.text)) for other in others])
        return any(relation.entails >= MAY_CARRY for relation in read)

    # -- lists -------------------------------------------------------------------------------------------------

    def quotes(self, question: Question, scope: Scope) -> Evidence:
        """The statements of those asked about, or on a topic: those in quotation marks first of all."""
        speakers = frozenset(question.speakers)
        numbers = self.gatherer.record.spoken(speakers, scope, 2_000) if speakers else None
        hits = self._on(question, scope, numbers) if question.topic else self._as_hits(numbers or ())
        own = [hit for hit in hits if any(one.speakers for one in hit.passage.heard)]

        def quoted(hit: Hit) -> bool:
            return any(one.direct and (not speakers or speakers.issuperset(one.speakers)) for one in hit.passage.heard)

        direct = [hit for hit in own if quoted(hit)]
        direct = direct or [hit for hit in own if not speakers or has(hit, speakers)]
        if not direct:
            return self.gatherer.gather(question, scope)
        outlets = {self.gatherer.article(hit).outlet for hit in direct} - {None}
        evidence = self._shown(question, scope, direct[: 2 * LISTED.most], LISTED, speakers)
        names = listed(question.speakers) if speakers else ""
        return self._with(evidence, "quotes" if names else "quotes_on", names=names, n=str(len(direct)), outlets=str(len(outlets)))

    def timeline(self, question: Question, scope: Scope) -> Evidence:
        """What is told with a day, in the order of the days; where too little has one, by the days on which it was printed."""
        hits = {hit.number: hit for hit in (self._on(question, scope) if question.topic else self._central(scope))}
        days = {number: day for number, hit in hits.items() if (day := self._day_told(hit))}
        dated = [hit for number, hit in hits.items() if number in days]
        evidence = self._shown(question, scope, (dated if len(dated) >= FEWEST else list(hits.values()))[: 2 * DATED.most], DATED)
        if not evidence.findings:
            return evidence
        found = [(min((days.get(hit.number) or self._printed(hit) for hit in one.hits), default=""), one) for one in evidence.findings]
        ordered = sorted(found, key=lambda pair: (not pair[0], pair[0], pair[1].hits[0].number))
        return replace(evidence, findings=tuple(replace(one, day=day or None) for day, one in ordered), verdict=Verdict("timeline", {}))

    def summary(self, question: Question, scope: Scope) -> Evidence:
        """The statements that most outlets carry; of somebody named, what they say."""
        if question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self._shown(question, scope, self._story(question, scope), MAIN)
        return self._with(evidence, "summary") if evidence.findings else evidence

    def _story(self, question: Question, scope: Scope) -> list[Hit]:
        """The passages that are central to the story of a topic, or to all articles: of what tells of it, what most tell."""
        if not question.topic:
            return self._central(scope)
        on = self._on(question, scope)
        articles = self.gatherer.stories.around((hit.passage.article for hit in on), scope)
        return self._central(scope, ABOUT, articles) if articles else on

    # -- where accounts meet and part ---------------------------------------------------------------------------

    def agree(self, question: Question, scope: Scope) -> Evidence:
        """What two outlets or more tell alike; of those named, what each of them tells."""
        if question.outlets or question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self._accounts(question, scope)
        shared = tuple(one for one in evidence.findings if len({self.gatherer.article(hit).outlet for hit in one.hits}) > 1)
        if not shared:
            return replace(evidence, verdict=Verdict("no_agreement", {"n": str(len(evidence.findings))})) if evidence.findings else evidence
        return self._with(replace(evidence, findings=shared[: MAIN.most]), "agree", n=str(len(shared)))

    def differ(self, question: Question, scope: Scope) -> Evidence:
        """What the accounts tell against each other; where they do not, what each side tells. Of those named, what each of them tells."""
        if question.outlets or question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self._accounts(question, scope)
        against = self._against(evidence.findings)
        if against:
            return self._with(replace(evidence, findings=against), "differ", n=str(len(against)))
        first: dict[object, Finding] = {}
        for one in evidence.findings:
            first.setdefault(one.side or one.speakers, one)
        told = tuple(one for voice, one in first.items() if voice) or evidence.findings
        each = replace(evidence, findings=told[: MAIN.most])
        return self._with(each, "no_conflict", n=str(len(evidence.findings))) if each.findings else each

    def _accounts(self, question: Question, scope: Scope) -> Evidence:
        hits = self._on(question, scope) if question.topic else self._central(scope)
        return self._shown(question, scope, hits[: 2 * LISTED.most], LISTED)

    def _against(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        firsts = [one.hits[0] for one in findings]
        kinship = self.gatherer.grouper.kinship(firsts)
        voices = [(one.speakers, one.side) for one in findings]

        def contrary(one: int, other: int) -> bool:
            return in_conflict(firsts[one], firsts[other], voices[one], voices[other], kinship)

        places = range(len(findings))
        return tuple(findings[one] for one in places if any(contrary(one, other) for other in places if other != one))

    # -- whether it is so --------------------------------------------------------------------------------------

    def true(self, question: Question, scope: Scope) -> Evidence:
        """Who tells that a claim is so, and who contradicts it; where neither, what comes near it stands without a word on that."""
        evidence = self.gatherer.gather(question, scope)
        claim = question.topic if question.topic and question.topic.lower() != question.standalone.lower().strip(" ?!.") else ""
        if not evidence.findings or not claim:
            return evidence
        firsts = [one.hits[0] for one in evidence.findings]
        read = self.gatherer.comparer.reader.relations([(claim, Text(hit.passage.text)) for hit in firsts])
        pairs = list(zip(evidence.findings, read, strict=True))
        denied = [one for one, relation in pairs if relation.contradicts >= CERTAIN or denies(one.hits[0])]
        told = [one for one, relation in pairs if relation.entails >= CERTAIN and one not in denied]
        for verdict, carried in (("denied_by", denied), ("said_by", told)):
            if carried:
                rest = [one for one in evidence.findings if one not in carried]
                names = listed(dict.fromkeys(name for one in carried for name in one.speakers or self._outlets(one)))
                return self._with(replace(evidence, findings=(*carried, *rest)), verdict, names=names)
        return evidence

    def _outlets(self, finding: Finding) -> list[str]:
        articles = [self.gatherer.article(hit) for hit in finding.hits]
        return list(dict.fromkeys(article.outlet or article.title for article in articles))

    def opinion(self, question: Question, scope: Scope) -> Evidence:
        """Nothing: no article settles who is right; unless the articles plainly answer it."""
        evidence = self.gatherer.gather(replace(question, kind=Kind.DIRECT), scope)
        plain = evidence.findings and evidence.belief is not None and evidence.belief >= PLAIN
        return evidence if plain else Evidence(refusal="opinion")

    # -- passages ----------------------------------------------------------------------------------------------

    def _on(self, question: Question, scope: Scope, among: Sequence[int] | None = None) -> list[Hit]:
        """The passages on a topic, the best first."""
        return self.gatherer.judge.judged(question, scope, among or ()).on

    def _as_hits(self, numbers: Sequence[int]) -> list[Hit]:
        stored = self.gatherer.record.passages(numbers)
        return [Hit(stored[number].passage, 0.0, 0.0, number) for number in numbers if number in stored]

    def _central(self, scope: Scope, most: int = ABOUT, articles: Collection[str] = ()) -> list[Hit]:
        """The passages whose like most outlets have, and that are nearest to what all articles tell, or some; the most central first."""
        hits = self._as_hits(self.gatherer.record.opening(scope, OPENING)[:MOST_OPENING])
        hits = [hit for hit in hits if not articles or hit.passage.article in articles]
        if not hits:
            return []
        vectors = np.stack([vector for _, vector in sorted(self.gatherer.record.vectors(hit.number for hit in hits).items())])
        hits = sorted(hits, key=lambda hit: hit.number)
        middle = vectors.mean(axis=0)
        outlets = [self.gatherer.article(hit).outlet or hit.passage.article for hit in hits]
        alike = vectors @ vectors.T >= LIKE_VECTOR
        carried = [len({outlets[other] for other in np.flatnonzero(row)}) for row in alike]
        score = [float(vector @ middle) / float(np.linalg.norm(middle)) for vector in vectors]
        order = sorted(range(len(hits)), key=lambda place: (-carried[place], -score[place]))
        return [replace(hits[place], score=float(carried[place]) + score[place]) for place in order[:most]]

    def _shown(
        self, question: Question, scope: Scope, hits: Sequence[Hit], limit: Limit, speakers: frozenset[str] = frozenset()
    ) -> Evidence:
        return self.gatherer.evidence(question, scope, self.gatherer.grouper.findings(unseen(question, hits), limit, speakers))

    def _day_told(self, hit: Hit) -> str:
        """The day that a passage names, no later than it was printed: of "Monday" the last one; nothing where it names none."""
        printed = self._printed(hit)
        named = named_days(parsed([hit.passage.text])[0], printed) if printed else ()
        told = (max((first for first, last in meant if first == last and first.isoformat() <= printed), default=None) for _, meant in named)
        return next((day.isoformat() for day in told if day), "")

    def _printed(self, hit: Hit) -> str:
        return self.gatherer.article(hit).published or ""

    def _with(self, evidence: Evidence, verdict: str, **values: str) -> Evidence:
        return replace(evidence, verdict=Verdict(verdict, values))


def _places(evidence: Evidence) -> frozenset[Place]:
    """The places that an answer shows."""
    return frozenset(place_of(hit) for finding in evidence.findings for hit in finding.hits)


def _asks_of_a_day_alone(question: Question) -> bool:
    others = {*content_words(question.standalone)} - {*content_words(question.day)}
    return bool(question.day) and not question.outlets and len(others) <= BARE


def _place_in(text: str, outlet: str) -> int:
    """Where a question names an outlet, by the first of its names that it has."""
    found = (text.lower().find(alias.lower()) for alias in outlet_aliases(outlet))
    return next((place for place in found if place >= 0), len(text))


TIMES, LAST = (frozenset(map(stem, words(name))) for name in ("times", "last"))
KINDS: dict[Kind, Answering] = {
    Kind.WHICH: Kinds.which,
    Kind.WHO_SAID: Kinds.who_said,
    Kind.WHICH_NOT: Kinds.which_not,
    Kind.FIRST: Kinds.first,
    Kind.COUNT: Kinds.count,
    Kind.ONLY: Kinds.only,
    Kind.LEFT_OUT: Kinds.left_out,
    Kind.QUOTES: Kinds.quotes,
    Kind.TIMELINE: Kinds.timeline,
    Kind.SUMMARY: Kinds.summary,
    Kind.AGREE: Kinds.agree,
    Kind.DIFFER: Kinds.differ,
    Kind.TRUE: Kinds.true,
    Kind.OPINION: Kinds.opinion,
}

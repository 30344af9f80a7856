"""Questions that want more than the statements that answer: who reports it, how often, in which order, in sum, and where accounts differ.

Each kind is evidence with a line before it (`Verdict`) that answers in a sentence; the findings below it are what that sentence rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.alone import Alone
from assistant.coverage import Coverage, State, in_state
from assistant.evidence import FEW, Evidence, Verdict, has, within
from assistant.finder import ABOUT, DATED, FEWEST, LISTED, MAIN, MOST_OPENING, is_name
from assistant.grouping import Finding, all_of, in_conflict, place_of
from assistant.relation import Place
from assistant.render import counted, listed
from assistant.topic import REPLIES, denies, holds_name
from assistant.types import Form, Kind, Question
from index.lexicon import words
from index.reader import Text
from index.record import Scope
from index.speakers import BODIES
from index.text import content_stems, content_words, stem, stems
from index.types import Hit

BARE = 1  # words of meaning besides a day in a question that asks of nothing else: "What happened on Monday?"
PLAIN = 2.0  # the log-odds from which on the articles plainly answer what sounds like asking for an opinion
CERTAIN = 0.8  # the chance from which on a passage is said to tell a claim, or to deny it
MOST_NAMING = 4_000  # passages that are looked through for a name
MOST_OF = 0.7  # the share of a question's words that its topic has where it is the claim itself

Answering = Callable[["Kinds", Question, Scope], Evidence]


class Kinds(Alone):
    """Answers the kinds of question that a search alone does not."""

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
        if question.outlets and question.kind in (Kind.SUMMARY, Kind.TIMELINE, Kind.QUOTES, Kind.COUNT):
            scope = within(question.outlets, scope)
        answering = KINDS.get(question.kind)
        return answering(self, question, scope) if answering else self.gatherer.gather(question, scope)

    def _of_day(self, question: Question, scope: Scope) -> Evidence:
        """What is told of a day, or was said on it: "Who said what on Monday?"; of those asked about, where somebody is."""
        days = self.gatherer.judge.days(question)
        speakers = frozenset(question.speakers)
        hits = self.central(scope, MOST_OPENING) if days else []
        own = [hit for hit in hits if days and days.told(hit.passage.text, self.gatherer.article(hit).published)]
        heard = [hit for hit in own if (has(hit, speakers) if speakers else hit.passage.voice[0])]
        said = question.kind in (Kind.SAID, Kind.WHO_SAID, Kind.QUOTES)
        return self.shown(question, scope, (heard if said or speakers else own)[: 2 * DATED.most], DATED, speakers)

    # -- who reports it ----------------------------------------------------------------------------------------

    def which(self, question: Question, scope: Scope) -> Evidence:
        """Which outlets report something: a line that names them, and the best passage of each."""
        looked = self._looked(question, scope)
        return self._of_outlets(question, scope, looked, "which", in_state(looked, State.SPEAKS))

    def who_said(self, question: Question, scope: Scope) -> Evidence:
        """Who says something; where nobody does, and it is a mere name, who prints that: "Who mentions Deborah Birx?"."""
        evidence = self.gatherer.gather(question, scope)
        bare = is_name(question.topic) and not evidence.findings
        return self.which(replace(question, form=Form.BY_OUTLET), scope) if bare else evidence

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
            evidence = self.quotes(question, scope)
            return self._counted(question, evidence) if question.topic else self._times_named(question, scope, evidence)
        if TIMES & set(stems(question.text)):
            return self._mentions(question, scope)
        looked = self._looked(question, scope)
        return self._of_outlets(question, scope, looked, "which", in_state(looked, State.SPEAKS))

    def _counted(self, question: Question, evidence: Evidence) -> Evidence:
        """What somebody says on a topic, with how much of it there is."""
        own = [one for one in evidence.findings if set(question.speakers).intersection(one.speakers)]
        if evidence.verdict or not own:
            return evidence
        outlets = {self.gatherer.article(hit).outlet or hit.passage.article for one in own for hit in one.hits}
        values = {"n": counted(len(own), "statement"), "outlets": listed(sorted(outlets))}
        return self.with_line(evidence, "quotes", names=listed(question.speakers), **values)

    def _times_named(self, question: Question, scope: Scope, evidence: Evidence) -> Evidence:
        """How often somebody speaks, and how often they are named; with what they say."""
        called = [self._called(name) for name in question.speakers]
        passages = self.as_hits([number for number, _ in self.gatherer.record.match(content_words(" ".join(called)), scope, MOST_NAMING)])
        naming = [hit for hit in passages if any(holds_name(hit, name) for name in called)]
        if not evidence.findings and not naming:
            return evidence
        outlets = dict.fromkeys(self.gatherer.article(hit).outlet or hit.passage.article for hit in naming)
        said = evidence.verdict.values if evidence.verdict else {"n": "0 statements"}
        shown = evidence if evidence.verdict else self.shown(question, scope, naming[: LISTED.most], LISTED)
        values = {"n": said["n"], "passages": counted(len(naming), "passage"), "outlets": listed(sorted(outlets))}
        return self.with_line(shown, "named", names=listed(question.speakers), **values)

    def _called(self, name: str) -> str:
        """What somebody is counted by: the surname, where it is nobody else's."""
        last = name.rsplit(maxsplit=1)[-1]
        others = {other for other in self.gatherer.record.people() if other.rsplit(maxsplit=1)[-1] == last} - {name, last}
        return name if others or BODIES.intersection(name.lower().split()) else last

    def _mentions(self, question: Question, scope: Scope) -> Evidence:
        wanted = content_stems(question.topic)
        found = self.gatherer.judge.record.match(list(wanted), scope, 1_000)
        hits = [hit for hit in self.as_hits([number for number, _ in found]) if wanted <= content_stems(hit.passage.text)]
        articles = {hit.passage.article for hit in hits}
        evidence = self.shown(question, scope, hits[: LISTED.most], LISTED)
        return (
            self.with_line(evidence, "mentions", passages=str(len(hits)), articles=str(len(articles)), words=question.topic)
            if hits
            else evidence
        )

    def _looked(self, question: Question, scope: Scope) -> dict[str, Coverage]:
        scope = self.gatherer.beside(question.excluded, scope)
        judged = self.gatherer.judge.judged(question, scope)
        if not is_name(question.topic):  # a name is the same in every story
            judged = replace(judged, on=self.gatherer.on_story(judged.on, scope))
        looked = self.gatherer.outlets_on(question, scope, judged)
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
        return self.with_line(evidence, verdict, names=listed(names), n=str(len(names)), of=str(covering), **values)

    # -- lists -------------------------------------------------------------------------------------------------

    def quotes(self, question: Question, scope: Scope) -> Evidence:
        """The statements of those asked about, or on a topic: those in quotation marks first of all."""
        speakers = frozenset(question.speakers)
        numbers = self.gatherer.record.spoken(speakers, scope, 2_000) if speakers else None
        hits = self.on(question, scope, numbers) if question.topic else self.as_hits(numbers or ())
        own = [hit for hit in hits if any(one.speakers for one in hit.passage.heard)]

        def quoted(hit: Hit) -> bool:
            return any(one.direct and (not speakers or speakers.issuperset(one.speakers)) for one in hit.passage.heard)

        direct = [hit for hit in own if quoted(hit)]
        direct = direct or [hit for hit in own if not speakers or has(hit, speakers)]
        if not direct:
            return self.gatherer.gather(replace(question, form=Form.DIRECT) if speakers else question, scope)
        outlets = {outlet for hit in direct if (outlet := self.gatherer.article(hit).outlet)}
        evidence = self.shown(question, scope, direct[: 2 * LISTED.most], LISTED, speakers)
        names = listed(question.speakers) if speakers else ""
        values = {"n": counted(len(direct), "statement"), "outlets": listed(sorted(outlets)) or "no named outlet"}
        return self.with_line(evidence, "quotes" if names else "quotes_on", names=names, **values)

    def timeline(self, question: Question, scope: Scope) -> Evidence:
        """What is told with a day, in the order of the days; where too little has one, by the days on which it was printed."""
        hits = {hit.number: hit for hit in (self.told_of(question, scope) if question.topic else self.central(scope))}
        days = {number: day for number, hit in hits.items() if (day := self.day_told(hit))}
        dated = [hit for number, hit in hits.items() if number in days]
        evidence = self.shown(question, scope, (dated if len(dated) >= FEWEST else list(hits.values()))[: 2 * DATED.most], DATED)
        if not evidence.findings:
            return evidence
        found = [(min((days.get(hit.number) or self.printed(hit) for hit in one.hits), default=""), one) for one in evidence.findings]
        ordered = sorted(found, key=lambda pair: (not pair[0], pair[0], pair[1].hits[0].number))
        return replace(evidence, findings=tuple(replace(one, day=day or None) for day, one in ordered), verdict=Verdict("timeline", {}))

    def summary(self, question: Question, scope: Scope) -> Evidence:
        """The statements that most outlets carry; of somebody named, what they say."""
        if question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self.shown(question, scope, self._story(question, scope), MAIN)
        return self.with_line(evidence, "summary") if evidence.findings else evidence

    def _story(self, question: Question, scope: Scope) -> list[Hit]:
        """The passages that are central to the story of a topic, or to all articles: of what tells of it, what most tell."""
        if not question.topic:
            return self.central(scope)
        on = self.told_of(question, scope)
        articles = {hit.passage.article for hit in on}
        return self.central(scope, ABOUT, articles) if articles else on

    # -- where accounts meet and part ---------------------------------------------------------------------------

    def agree(self, question: Question, scope: Scope) -> Evidence:
        """What two outlets or more tell alike; of those named, what each of them tells."""
        if question.outlets or question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self._accounts(question, scope)
        shared = tuple(one for one in evidence.findings if len({self.gatherer.article(hit).outlet for hit in one.hits}) > 1)
        if not shared:
            told = replace(evidence, findings=evidence.findings[: MAIN.most])
            return self.with_line(told, "no_agreement") if evidence.findings else evidence
        return self.with_line(replace(evidence, findings=shared[: MAIN.most]), "agree", n=str(len(shared)))

    def differ(self, question: Question, scope: Scope) -> Evidence:
        """What the accounts tell against each other; where they do not, what each side tells. Of those named, what each of them tells."""
        if question.outlets or question.speakers or question.sides:
            return self.gatherer.gather(question, scope)
        evidence = self._accounts(question, scope)
        against = self._against(evidence.findings)
        if against:
            return self.with_line(replace(evidence, findings=against), "differ", n=str(len(against)))
        first: dict[object, Finding] = {}
        for one in evidence.findings:
            first.setdefault(one.side or one.speakers, one)
        told = tuple(one for voice, one in first.items() if voice) or evidence.findings
        each = replace(evidence, findings=told[: MAIN.most])
        return self.with_line(each, "no_conflict", n=str(len(evidence.findings))) if each.findings else each

    def _accounts(self, question: Question, scope: Scope) -> Evidence:
        hits = self.gatherer.on_story(self.on(question, scope), scope) if question.topic else self.central(scope)
        return self.shown(question, scope, hits[: 2 * LISTED.most], LISTED)

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
        if not evidence.findings or not (claim := _claim_of(question)):
            return evidence
        firsts = [one.hits[0] for one in evidence.findings]
        read = self.gatherer.comparer.reader.relations([(claim, Text(hit.passage.text)) for hit in firsts])
        pairs = list(zip(evidence.findings, read, strict=True))
        said = content_stems(claim)

        def against(hit: Hit) -> bool:  # a denial is of a claim that it mostly has the words of, and that is none itself
            near = 2 * len(said & content_stems(hit.passage.text)) > len(said)
            return denies(hit) and near and not REPLIES & said

        denied = [one for one, relation in pairs if relation.contradicts >= CERTAIN or against(one.hits[0])]
        told = [one for one, relation in pairs if relation.entails >= CERTAIN and one not in denied]
        for verdict, carried in (("denied_by", denied), ("said_by", told)):
            if carried:
                rest = [one for one in evidence.findings if one not in carried]
                names = listed(dict.fromkeys(name for one in carried for name in one.speakers or self._outlets(one)))
                return self.with_line(replace(evidence, findings=(*carried, *rest)), verdict, names=names)
        return self.with_line(evidence, "not_settled")

    def _outlets(self, finding: Finding) -> list[str]:
        articles = [self.gatherer.article(hit) for hit in finding.hits]
        return list(dict.fromkeys(article.outlet or article.title for article in articles))

    def opinion(self, question: Question, scope: Scope) -> Evidence:
        """Nothing: no article settles who is right; unless the articles plainly answer it."""
        evidence = self.gatherer.gather(replace(question, kind=Kind.DIRECT), scope)
        plain = evidence.findings and evidence.belief is not None and evidence.belief >= PLAIN
        return evidence if plain else Evidence(refusal="opinion")


def _places(evidence: Evidence) -> frozenset[Place]:
    """The places that an answer shows."""
    return frozenset(place_of(hit) for finding in evidence.findings for hit in finding.shown)


def _claim_of(question: Question) -> str:
    """What is asked to be true, as words that can be told or denied: the claim, or all of a question that names a mere subject of it."""
    whole = question.standalone.strip(" ?!.").partition(" ")[2]  # without "did"
    return question.topic if len(content_words(question.topic)) >= MOST_OF * len(content_words(whole)) else whole


def _asks_of_a_day_alone(question: Question) -> bool:
    others = {*content_words(question.standalone)} - {*content_words(question.day)}
    return bool(question.day) and not question.outlets and len(others) <= BARE


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

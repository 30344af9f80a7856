"""The verdict on one claim: held against the passages nearest to it, first alone and then together, by the verifier of answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.check.claims import Claim, is_opinion, unfinished
from assistant.check.evidence import Near, near
from assistant.check.quoting import FEWEST, Match, find
from assistant.check.reasons import reason
from assistant.check.reported import dropped, reported
from assistant.check.values import Checked, Difference, Verdict
from assistant.evidence import within
from assistant.extractive import cite, cite_at
from assistant.reading import Names, named_outlets
from assistant.relation import WORD, Comparer
from assistant.render import listed, quoted
from assistant.types import Answer, Check, Citation, Fault, Point
from assistant.types import Claim as Said
from assistant.verification.case import Case, Place, Sources
from assistant.verification.checks import is_speaker
from assistant.verification.forms import Forms
from assistant.verification.grammar import Grammar
from assistant.verification.parses import parsed, statements_in
from assistant.verification.verify import verify
from index.record import Record, Scope
from index.search import Searcher
from index.statements.quotes import Span
from index.text import stems
from index.types import Hit

CONTRARY = 0.75  # the chance from which on a passage contradicts a claim
TOGETHER = 3  # passages that are held against a claim together
MOST_PLACES = 2  # articles that have a claim's quotation, and are tried
MARKS = "\"“”„«»‹›‟'‘’` \n\t,."  # around a quotation's words
WEIGHTS = {Check.OUTLET: 0.5}
BY_CHECK = {
    Check.QUOTATION: Verdict.ALTERED,
    Check.NUMBER: Verdict.NUMBER,
    Check.DATE: Verdict.NUMBER,
    Check.SPEAKER: Verdict.SPEAKER,
    Check.OUTLET: Verdict.OUTLET,
    Check.NEGATION: Verdict.CONTRADICTED,
    Check.ROLES: Verdict.CONTRADICTED,
    Check.NAME: Verdict.CONTRADICTED,
    Check.ATTRIBUTION: Verdict.ATTRIBUTION,
    Check.HEDGE: Verdict.ATTRIBUTION,
    Check.MODE: Verdict.CONTRADICTED,
    Check.CAUSE: Verdict.CONTRADICTED,
    Check.MEANING: Verdict.CONTRADICTED,
}
"""What each fault of a claim makes of it, the chief ones first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A claim held against some passages: the citations of these, and what is wrong with it then."""

    near: tuple[Near, ...]
    citations: tuple[Citation, ...]
    faults: tuple[Fault, ...]

    @property
    def same(self) -> bool:
        """Whether any of the passages may tell of the same thing."""
        return any(one.same_thing for one in self.near)

    @property
    def carried(self) -> bool:
        """Whether they carry the claim."""
        return self.same and not self.faults

    @property
    def bare(self) -> bool:
        """Whether nothing is known but that they do not carry it."""
        return not self.same or all(map(_bare, self.faults))

    @property
    def cost(self) -> tuple[bool, float]:
        """How far they are from carrying it; where only the outlet is another one, all that is said is there."""
        return not self.same, sum(WEIGHTS.get(fault.check, 1) + _bare(fault) for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation of a claim: its place in the draft without its marks, its words, and where articles have them."""

    start: int
    words: str
    matches: tuple[Match, ...]

    @property
    def exact(self) -> bool:
        """Whether an article has it word for word."""
        return bool(self.matches) and not self.matches[0].differs


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges claims by one index."""

    searcher: Searcher
    comparer: Comparer

    @property
    def record(self) -> Record:
        """The index's record."""
        return self.searcher.record

    def judged(self, claim: Claim, scope: Scope, articles: Sequence[str] = ()) -> Checked:
        """The verdict on a claim, by the articles in a scope; by ``articles`` alone where it cites some."""
        if claim.barred:
            return Checked(claim.start, claim.end, claim.text, Verdict.NOT_CHECKABLE, (claim.barred,))
        quotes = [self._quote(claim, span, scope, articles) for span in claim.quotes]
        quotes = [one for one in quotes if len(WORD.findall(one.words)) >= FEWEST]
        wrong = next((one for one in quotes if not one.exact), None)
        if wrong:
            return self._misquoted(claim, wrong) if wrong.matches else self._unfound(claim, wrong, scope, articles)
        if other := next(filter(None, (self._said_by_another(claim, one) for one in quotes)), None):
            return other
        words, places = squeezed(claim)
        best = None
        for found in self._attempts(claim, words, quotes, scope, articles):
            best = found if best is None or found.cost < best.cost else best
            if best.carried:
                break
        if best is None:
            return self._checked(claim, Verdict.NOT_FOUND, ("The articles have nothing like it.",))
        return self._verdict(claim, words, places, best)

    # -- what it is held against ------------------------------------------------------------------------------------

    def _attempts(self, claim: Claim, words: str, quotes: Sequence[Quote], scope: Scope, articles: Sequence[str]) -> Iterator[Attempt]:
        """A claim held against passages: those with its quotations, those of an outlet that it names, the nearest; alone, then together.

        Passages of several articles are taken together only where none of them tells anything of it otherwise; and what denies it does so
        in any company.
        """
        named = tuple(dict.fromkeys(one.name for one in named_outlets(words, Names(tuple(self.record.outlets(scope)), {}, ()))))
        theirs = near(words, self.searcher, within(named, scope)) if named and not articles else []
        standing = [one.id for quote in quotes for match in quote.matches for one in self.record.passages_at(*match.place)]
        passages = near(words, self.searcher, scope, articles, standing)
        quoting = [one for one in passages if one.number in standing]
        quoting.sort(key=lambda one: self.searcher.article(one.passage.article).outlet not in named)
        tried, denying = set[frozenset[int]](), list[frozenset[int]]()
        bare = True
        for pool in (
            *([one for one in passages if one.passage.article == name] for name in _articles(quoting)[:MOST_PLACES]),
            theirs,
            passages,
        ):
            first = [one for one in pool if one.number in standing] or pool[:1]
            same = [*first, *(one for one in pool if one not in first and one.passage.article == pool[0].passage.article)]
            for chosen in (first, same[: len(first) + TOGETHER - 1], pool[:TOGETHER]):
                numbers = frozenset(one.number for one in chosen)
                if numbers in tried or any(one <= numbers for one in denying):
                    continue
                if numbers and (bare or len(_articles(chosen)) == 1):
                    tried.add(numbers)
                    yield (found := self._attempt(claim, words, chosen))
                    denying += [numbers] if any(self._denies(one, words) for one in found.faults) else []
                    bare = bare and found.bare

    def _denies(self, fault: Fault, words: str) -> bool:
        """Whether the evidence has a claim's very words, and a "not" that the claim lacks, or the other way round."""
        return (
            fault.check is Check.NEGATION and bool(fault.span) and words[slice(*fault.span or ())].lower() == self._instead(fault).lower()
        )

    def _attempt(self, claim: Claim, words: str, chosen: Sequence[Near]) -> Attempt:
        """A claim held against passages."""
        hits = self._completed(chosen)
        citations = tuple(cite(hit, self.searcher.article(hit.passage.article), number) for number, hit in enumerate(hits, 1))
        speakers = () if any(one.speakers for one in statements_in(words)) else speakers_of(claim)
        point = Point((Said(words, tuple(one.n for one in citations)),), speakers, label=None, written=True)
        answer = verify(Answer("", "answered", None, "", (point,), citations), self.record, self.comparer)
        outlets = [fault.span for fault in answer.faults if fault.check is Check.OUTLET and fault.span]
        mentions = self._mentions(citations)
        found = [
            _of_speaker(fault, words)
            for fault in answer.faults
            if not (
                _names_outlet(fault, outlets)
                or _is_who_is_meant(fault, words, chosen, mentions)
                or reported(fault, words, chosen, self.record, self.searcher.reader)
            )
        ]
        if not found and not speakers:
            found += dropped(words, chosen, self.record, self.searcher.reader)
        return Attempt(tuple(chosen), citations, tuple(found))

    def _mentions(self, citations: Sequence[Citation]) -> list[list[str]]:
        """The words by which articles name who speaks in what is cited, as stems."""
        found: list[list[str]] = []
        for one in citations:
            text = self.searcher.article(one.article).text
            for said in self.record.statements(one.article):
                if said.speaker_start is not None and said.start < one.end and one.start < said.end:
                    found.append(stems(text[said.speaker_start : said.speaker_end]))
        return found

    def _completed(self, chosen: Sequence[Near]) -> list[Hit]:
        """The passages chosen, those with the rest of their sentence that were parted from it by an abbreviation."""
        hits = {one.number: one.hit for one in chosen}
        around = self.record.passages({near for number in hits for near in (number - 1, number + 1)} - hits.keys())
        for number, hit in list(hits.items()):
            for other in (around.get(number - 1), around.get(number + 1)):
                first = other.passage if other and other.id < number else hit.passage
                if other and other.passage.article == hit.passage.article and unfinished(first.text):
                    hits[other.id] = Hit(other.passage, hit.score, 0.0, other.id)
        return list(hits.values())

    # -- quotations -------------------------------------------------------------------------------------------------

    def _quote(self, claim: Claim, span: Span, scope: Scope, articles: Sequence[str]) -> Quote:
        text = claim.text[span[0] - claim.start : span[1] - claim.start]
        start = span[0] + len(text) - len(text.lstrip(MARKS))
        words = text.strip(MARKS)
        fits = len(WORD.findall(words)) >= FEWEST
        return Quote(start, words, tuple(find(words, self.searcher, scope, articles)) if fits else ())

    def _said_by_another(self, claim: Claim, quote: Quote) -> Checked | None:
        """The verdict where everybody who prints a quotation has somebody else say it."""
        speakers = speakers_of(claim, (quote.start, quote.start + len(quote.words)))
        called = [name for one in statements_in(squeezed(claim)[0]) if one.direct for name in one.speakers]
        citations = tuple(self._citation(number, match.place) for number, match in enumerate(quote.matches, 1))
        others: dict[str, None] = {}
        for one in citations:
            point = Point((Said(quote.words, (one.n,)),))
            case = Case(point, Sources(Answer("", "answered", None, "", (point,), (one,)), self.record))
            if not case.speakers or any(
                is_speaker(name, case) or _is_called(name, self._mentions((one,))) for name in (*speakers, *called)
            ):
                return None
            others |= dict.fromkeys(sorted(case.speakers))
        if not speakers or not citations:
            return None
        where = listed(dict.fromkeys(one.outlet or one.title for one in citations))
        why = f"The draft has {listed(speakers)} say this; in {where} it is {listed(others, 'or')}."
        return self._checked(claim, Verdict.SPEAKER, (why,), citations)

    def _misquoted(self, claim: Claim, quote: Quote) -> Checked:
        """The verdict where a quotation is not word for word what an article has."""
        [match] = quote.matches
        citation, text = self._citation(1, match.place), self.searcher.article(match.place[0]).text
        differences = tuple(
            Difference(quote.start + start, quote.start + end, citation.article, first, last, text[first:last])
            for (start, end), (first, last) in match.differs
        )
        told = [_changed(quote.words[start:end], text[first:last]) for (start, end), (first, last) in match.differs]
        why = f"It is not word for word what {citation.outlet or citation.title} has: {'; '.join(told)}."
        return self._checked(claim, Verdict.ALTERED, (why,), (self._whole(citation),), differences)

    def _unfound(self, claim: Claim, quote: Quote, scope: Scope, articles: Sequence[str]) -> Checked:
        """The verdict where no article has a quotation, or anything like it."""
        nearest = near(" ".join(quote.words.split()), self.searcher, scope, articles)[:1]
        citations = tuple(cite(one.hit, self.searcher.article(one.passage.article), 1) for one in nearest)
        return self._checked(claim, Verdict.NOT_FOUND, (f"No article has the words {quoted(quote.words)}.",), citations)

    def _whole(self, citation: Citation) -> Citation:
        """A citation of all passages that one touches."""
        touched = [one.passage for one in self.record.passages_at(*citation.place)]
        start, end = min((citation.start, *(one.start for one in touched))), max((citation.end, *(one.end for one in touched)))
        return self._citation(citation.n, (citation.article, start, end))

    def _citation(self, number: int, place: Place) -> Citation:
        name, start, end = place
        return cite_at(self.searcher.article(name), start, end, number)

    # -- the verdict ------------------------------------------------------------------------------------------------

    def _verdict(self, claim: Claim, words: str, places: Sequence[int], best: Attempt) -> Checked:
        """What an attempt makes of a claim."""
        where = listed(outlets_of(best))
        if best.carried:
            return self._checked(claim, Verdict.CARRIED, (f"{where} {'have' if ' and ' in where else 'has'} it.",), best.citations)
        contrary = best.same and any(one.read.contradicts >= CONTRARY for one in best.near)
        if best.bare and not contrary:
            if is_opinion(Grammar(parsed([words])[0])):
                return self._checked(claim, Verdict.NOT_CHECKABLE, ("It is an opinion, and no article has it.",))
            nearest = f"No article tells this; the nearest is in {where}."
            return self._checked(claim, Verdict.NOT_FOUND, (nearest,), best.citations[:1])
        told = {fault.check for fault in best.faults}
        verdict = next(verdict for check, verdict in BY_CHECK.items() if check in told)
        differences = tuple(filter(None, (self._difference(fault, places) for fault in best.faults)))
        chief = sorted(best.faults, key=lambda fault: BY_CHECK[fault.check] is not verdict)
        passages = [one.passage for one in best.near]
        reasons = dict.fromkeys(reason(fault, words, self._instead(fault), where, passages) for fault in chief)
        return self._checked(claim, verdict, tuple(reasons), best.citations, differences)

    def _instead(self, fault: Fault) -> str:
        """The words of an article that a fault was found by."""
        if fault.evidence is None:
            return ""
        article, start, end = fault.evidence
        return " ".join(self.searcher.article(article).text[start:end].split())

    def _difference(self, fault: Fault, places: Sequence[int]) -> Difference | None:
        """The words of the draft that a fault is about, and what stands in their place."""
        if fault.span is None or fault.span[1] >= len(places):
            return None
        start, end = places[fault.span[0]], places[fault.span[1] - 1] + 1
        if fault.evidence is None:
            return Difference(start, end)
        article, first, last = fault.evidence
        return Difference(start, end, article, first, last, self._instead(fault))

    def _checked(
        self,
        claim: Claim,
        verdict: Verdict,
        reasons: tuple[str, ...],
        citations: tuple[Citation, ...] = (),
        differences: tuple[Difference, ...] = (),
    ) -> Checked:
        speaker = listed(speakers) if (speakers := speakers_of(claim)) else None
        return Checked(claim.start, claim.end, claim.text, verdict, reasons, citations, differences, speaker)


def speakers_of(claim: Claim, span: Span | None = None) -> tuple[str, ...]:
    """Who says a claim, by the draft; or who says a part of it."""
    heard = [one for one in claim.heard if one.speakers and (one.leads if span is None else one.start < span[1] and span[0] < one.end)]
    return min(heard, key=lambda one: one.end - one.start).speakers if heard else ()


def outlets_of(attempt: Attempt) -> list[str]:
    """The outlets of what a claim was held against; of articles without any their titles."""
    return list(dict.fromkeys(one.outlet or one.title for one in attempt.citations))


def squeezed(claim: Claim) -> tuple[str, list[int]]:
    """A claim's words with single spaces, and where in the draft each of their characters stands."""
    kept = [place for place, sign in enumerate(claim.text) if not sign.isspace() or not claim.text[place - 1 : place].isspace()]
    words = "".join(" " if claim.text[place].isspace() else claim.text[place] for place in kept)
    return words, [claim.start + place for place in (*kept, len(claim.text))]


def _articles(passages: Sequence[Near]) -> list[str]:
    return list(dict.fromkeys(one.passage.article for one in passages))


def _bare(fault: Fault) -> bool:
    return fault.check is Check.MEANING and fault.evidence is None


def _is_called(name: str, mentions: Sequence[Sequence[str]]) -> bool:
    """Whether a name is what an article calls its speaker, shortened: "the transition team" for "Trump's presidential transition team"."""
    own = stems(name)
    return any(own and words and own[-1] == words[-1] and set(own) <= set(words) for words in mentions)


def _names_outlet(fault: Fault, outlets: Sequence[Span]) -> bool:
    """Whether a fault is about the name of an outlet, which is a fault of its own already."""
    named = fault.check in (Check.NAME, Check.SPEAKER) and fault.span
    return bool(named) and any(start < fault.span[1] and fault.span[0] < end for start, end in outlets if fault.span)


def _is_who_is_meant(fault: Fault, words: str, chosen: Sequence[Near], mentions: Sequence[Sequence[str]]) -> bool:
    """Whether a fault about a speaker is none: nobody else speaks where the name stands, or it is what the article calls who speaks."""
    if fault.check is not Check.SPEAKER or fault.span is None:
        return False
    name = words[slice(*fault.span)]
    nobody = not any(said.speakers for one in chosen for said in one.passage.heard)
    return (nobody and Forms(one.passage.text for one in chosen).known(name.split()[-1])) or _is_called(name, mentions)


def _of_speaker(fault: Fault, words: str) -> Fault:
    """A fault about a name that is that of who speaks is one about the speaker."""
    if fault.check is not Check.NAME or fault.span is None:
        return fault
    start, end = fault.span
    speaking = any((one.speaker_start or 0) <= start and end <= (one.speaker_end or 0) for one in statements_in(words))
    return replace(fault, check=Check.SPEAKER) if speaking else fault


def _changed(words: str, instead: str) -> str:
    if words and instead:
        return f"“{words}” for “{instead}”"
    return f"“{words}” is added" if words else f"“{instead}” is left out"

"""Is every point carried by what it cites? Checked after answering, whoever answered, without a language model and without a network.

First what words alone can settle: citations, quotations, speakers, outlets, numbers, names, "not". What is left is read: see
`assistant.verification.support`. Each fault found is a value with a reason; a point with a fault is unsupported.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.relation import Comparer, Kin, Told
from assistant.render import why
from assistant.types import Answer, Citation, Claim, Fault, Point, Support
from assistant.verification import wording
from assistant.verification.case import Case, Sources, holds
from assistant.verification.checks import EACH, WHOLE, WRITTEN, Finding, contrasts, is_speaker, meaning, says
from assistant.verification.parses import speaking, statements_in
from assistant.verification.wording import fold
from index.reader import Reader
from index.record import Record

__all__ = ["examine", "holds", "strict", "verify"]


def verify(answer: Answer, record: Record, comparer: Comparer | None = None) -> Answer:
    """Return the answer with each point's support set by what its citations really say, and with the faults found.

    A citation that is not the article's text at its offsets is taken out. A point without a fault is "verbatim" when its words are the
    whole of what its first citation quotes (typographic quotation marks and white space folded, nothing else) and all others tell the
    same, else "supported". A point with a fault is "unsupported".
    """
    sources = Sources(answer, record)
    examined = [_examined(point, number, sources, comparer or _bundled()) for number, point in enumerate(answer.points)]
    points = tuple(replace(point, support=support) for (support, _), point in zip(examined, answer.points, strict=True))
    faults = tuple(fault for _, found in examined for fault in found)
    return _sound(replace(answer, points=points, faults=faults), sources.citations)


def examine(answer: Answer, record: Record, comparer: Comparer | None = None) -> tuple[Fault, ...]:
    """Everything that is wrong with an answer's points, in their order; empty when each is carried by what it cites."""
    return verify(answer, record, comparer).faults


def strict(answer: Answer) -> Answer:
    """A verified answer without its unsupported points; without points left, an abstention that says why."""
    kept = tuple(point for point in answer.points if point.support != "unsupported")
    if len(kept) == len(answer.points):
        return answer
    if not kept:
        reason = f"Nothing that was answered is carried by the articles: {why(answer.faults)}"
        return replace(answer, status="abstained", reason=reason, message=reason, points=(), citations=(), faults=())
    cited = {number for point in kept for number in point.citations}
    return replace(answer, points=kept, citations=tuple(one for one in answer.citations if one.n in cited), faults=())


def _sound(answer: Answer, citations: Mapping[int, Citation]) -> Answer:
    """The answer without citations that do not hold."""

    def kept(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(number for number in numbers if number in citations)

    points = tuple(
        replace(
            point,
            claims=tuple(replace(claim, citations=kept(claim.citations)) for claim in point.claims),
            reworded=kept(point.reworded),
        )
        for point in answer.points
    )
    return replace(answer, points=points, citations=tuple(citations.values()))


# --- one point -------------------------------------------------------------------------------------------------------


def _examined(point: Point, number: int, sources: Sources, comparer: Comparer) -> tuple[Support, list[Fault]]:
    whole = Case(point, sources)
    verbatim = _verbatim(point, whole.cited, sources, comparer)
    found = [_fault(one, number, point.words, whole.body) for check in WHOLE for one in check(whole)]
    if not verbatim:
        parts = _sentences(point, sources)
        found += [_fault(one, number, point.words, part.body) for part in parts for one in _sentence(part, comparer.reader)]
        if not found:
            found = [_fault(one, number, point.words, "") for one in meaning(parts, comparer.reader)]
    faults = list({(fault.check, fault.reason): fault for fault in reversed(found)}.values())[::-1]
    return ("unsupported" if faults else "verbatim" if verbatim else "supported"), faults


def _sentence(case: Case, reader: Reader) -> Iterator[Finding]:
    """What is wrong with one sentence; only the prose of a model is parsed."""
    for check in (*EACH, *(WRITTEN if case.point.written else ())):
        yield from check(case)
    if case.point.written:
        yield from contrasts(case, reader)


def _fault(found: Finding, number: int, words: str, body: str) -> Fault:
    """A finding about a sentence as a fault of the point that the sentence is of."""
    span = found.span
    if span and body and body != words:
        part = body[span[0] : span[1]]
        near = max(words.find(body), 0)
        start = words.find(part, near)
        span = (start, start + len(part)) if part and start >= 0 else None
    return Fault(found.check, number, found.reason, span, found.place)


def _sentences(point: Point, sources: Sources) -> list[Case]:
    """A point sentence by sentence, each with the citations it names itself; where it names none, with all of the point's.

    Who "he" is at the beginning of a sentence, the one before it says, where it names but one.
    """
    found: list[Case] = []
    for words, numbers in _stretches(point):
        first, _, rest = words.partition(" ")
        who = sources.named(found[-1].body) if found and first in ("He", "She") else {}
        text = f"{next(iter(who.values()))} {rest}" if len(who) == 1 else words
        own = tuple(n for n in numbers if n in sources.citations) or point.citations
        found.append(_of_those_named(Case(replace(point, claims=(Claim(text, own),), reworded=()), sources)))
    return found


def _stretches(point: Point) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The sentences that claims make up, with the numbers behind each; a claim in which somebody else speaks stands for itself."""
    words, numbers = "", tuple[int, ...]()
    for claim in point.claims:
        if words and (wording.ends(words) or (point.written and claim.citations and any(speaking(claim.words)))):
            yield words, numbers
            words, numbers = "", ()
        words, numbers = f"{words} {claim.words}".strip(), (*numbers, *claim.citations)
    if words:
        yield words, numbers


def _of_those_named(case: Case) -> Case:
    """A claim held against the citations of those alone whom it names: words of one do not carry what another is said to have said."""
    if len(case.cited) < 2:
        return case
    credited = (
        [name for one in statements_in(case.body) if says(one) for name in one.speakers if name[:1].isupper()] if case.point.written else []
    )
    credited = credited or list(case.point.speakers)
    if not credited:
        return case
    named = case.sources.named(case.body).keys()
    single = {one.n: Case(_citing(case.point, (one.n,)), case.sources) for one in case.cited}
    kept = tuple(n for n, one in single.items() if named & one.speakers or any(is_speaker(name, one) for name in credited))
    return Case(_citing(case.point, kept), case.sources) if 0 < len(kept) < len(single) else case


def _citing(point: Point, numbers: tuple[int, ...]) -> Point:
    """A point of one claim with other citations."""
    return replace(point, claims=(replace(point.claims[0], citations=numbers),))


def _verbatim(point: Point, cited: Sequence[Citation], sources: Sources, comparer: Comparer) -> bool:
    """Whether a point's words are all of what its first citation quotes, and whatever else it cites tells the same."""
    if not cited or cited[0].n != point.citations[0] or fold(point.words).strip('"') != fold(cited[0].quote).strip('"'):
        return False
    own = [one.passage for one in sources.record.passages_at(cited[0].article, cited[0].start, cited[0].end)]
    first = [Told(place, words) for place, words in {cited[0].place: cited[0].quote, **{one.place: one.text for one in own}}.items()]
    others = [Told(one.place, one.quote) for one in cited[1:]]  # another outlet may print a part of what is quoted
    return all(Kin.SAME in comparer.compare((one, other, 1.0) for one in first) for other in others)


@functools.cache
def _bundled() -> Comparer:
    return Comparer(Reader())

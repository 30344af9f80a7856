"""The metrics, as ragas metrics: each sees one case and gives a number, with the reason where it is not perfect.

None of them asks a model. A metric that has nothing to say on a case does not apply to it, which is not the same as a value that
is missing: see `Metric.applies`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, TypeVar

from ragas.metrics import MetricResult, numeric_metric

from assistant.types import Citation, Point
from eval.case import Case, label_and_body, meets
from eval.golden import DIRECT_KINDS, Words
from eval.stats import Summary
from eval.support import restated, stands, verbatim
from index.embedder import QuickEmbedder, Vectors, bundled_folder
from index.speakers import parts_of

_MARKER = re.compile(r"\s*\[\d+\]")
Unit = Literal["share", "cosine", "characters", "seconds"]
RANGES: dict[Unit, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "cosine": (-1.0, 1.0),
    "characters": (0.0, math.inf),
    "seconds": (0.0, math.inf),
}
Scorer = Callable[[Case], MetricResult]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value on one question, with what is wrong where it is not perfect. ``None`` is a metric that failed: a blank."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric with what the suite has to know of it.

    ``applies`` is whether it has anything to say on a case; ``comparable`` whether its figures mean the same on another machine. One of
    the retrieval says nothing against the answer that was given all the same.
    """

    name: str
    title: str
    scorer: Any
    applies: Callable[[Case], bool]
    better: Literal["more", "less"] = "more"
    summary: Summary = "mean"
    unit: Unit = "share"
    comparable: bool = True
    of: Literal["answer", "retrieval"] = "answer"

    @property
    def about(self) -> str:
        """What it sees and what it cannot, in a line or more."""
        return " ".join((self.scorer.__doc__ or "").split())

    @property
    def best(self) -> float:
        """The best that a share can be."""
        return float(self.better == "more")

    async def score(self, case: Case) -> Score:
        """Score one case. The value is None, with the reason, where the metric failed."""
        result: MetricResult = await self.scorer.ascore(case=case)
        if result.value is None or not math.isfinite(result.value):
            return Score(None, result.reason or f"{self.name} gave {result.value}")
        return Score(float(result.value), result.reason)


BY_NAME: dict[str, Metric] = {}


def metric(
    title: str, applies: Callable[[Case], bool], unit: Unit = "share", **known: Any
) -> Callable[[Callable[[Case], MetricResult]], Any]:
    """Make a function a metric that has its name, and enter it in `BY_NAME`."""

    def entered(scorer: Scorer) -> Any:
        name = scorer.__name__
        made = numeric_metric(name=name, allowed_values=RANGES[unit])(scorer)
        BY_NAME[name] = Metric(name, title, made, applies, unit=unit, **known)
        return made

    return entered


# -- what the metrics share ---------------------------------------------------------------------------------------------


def _answerable(case: Case) -> bool:
    return case.golden.answerable


def _has_points(case: Case) -> bool:
    return bool(case.answer.points)


def _has_citations(case: Case) -> bool:
    return bool(case.answer.citations)


def _names_speakers(case: Case) -> bool:
    return bool(case.golden.speakers)


def _retrievable(case: Case) -> bool:
    return case.golden.answerable and case.retrieved is not None and not case.golden.history


def _says(good: bool, reason: str) -> MetricResult:
    return MetricResult(float(good), None if good else reason)


def _share(right: int, of: int, reasons: Iterable[str]) -> MetricResult:
    return MetricResult(right / of if of else 0.0, "; ".join(reasons) or None)


def _share_of(things: Collection[T], right: Callable[[T], bool], wrong: Callable[[T], str]) -> MetricResult:
    """The share of things that are right, with what is said of each that is wrong."""
    reasons = [wrong(thing) for thing in things if not right(thing)]
    return _share(len(things) - len(reasons), len(things), filter(None, reasons))


def _example(need: Sequence[Words]) -> str:
    return f"“{_short(need[0].words)}” ({need[0].article})"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:89]}…"


@lru_cache(4096)
def vector(text: str) -> Vectors:
    """A text as a vector of unit length, by the bundled embedding model: whatever model the index or the answerer uses."""
    found: Vectors = _model().encode([text])[0]
    return found


@cache
def _model() -> QuickEmbedder:
    return QuickEmbedder(bundled_folder())


# -- the metrics --------------------------------------------------------------------------------------------------------


@metric("evidence found and cited", _answerable)
def evidence_recall(case: Case) -> MetricResult:
    """Share of the needs that are met: a citation of a point holds at least half the words of one alternative, in the right article.

    Sees spans, not quotations: a quotation that is not what stands there is found by `quotations`. An answer that nobody listed among
    the alternatives counts as missing. Abstentions meet nothing.
    """
    cited = case.cited() if case.answered else []
    return _share_of(case.golden.evidence, lambda need: meets(need, cited), lambda need: f"not cited: {_example(need)}")


@metric("answered when answerable", _answerable)
def answered(case: Case) -> MetricResult:
    """Is a question that the articles answer, answered?

    Sees the status and whether there is a point. Cannot see whether it is the right answer: that is `evidence_recall`.
    """
    reason = "answered without a point" if case.answered else f"refused: {case.answer.reason}"
    return _says(case.answered and _has_points(case), reason)


@metric("refused when not answerable", lambda case: not case.golden.answerable)
def abstained(case: Case) -> MetricResult:
    """Is a question that the articles do not answer, refused, with a reason and without points?

    Cannot see whether the reason is a true one, nor whether the passage shown as nearest is near.
    """
    if case.answered:
        return _says(False, "answered, although the articles do not say")
    bare = not case.answer.points and bool((case.answer.reason or "").strip())
    return _says(bare, "abstained, but with points or without a reason")


@metric("refusals that were right", lambda case: not case.answered)
def abstention_precision(case: Case) -> MetricResult:
    """Of the abstentions, how many were right? Says nothing about questions that were answered."""
    return _says(not case.golden.answerable, "refused, although the articles answer it")


@metric("quotations exact", _has_citations)
def quotations(case: Case) -> MetricResult:
    """Share of the citations whose quote is their article's text at their offsets, character for character; the nearest ones included.

    Cannot see whether the quoted words have to do with the question.
    """
    return _share_of(
        case.answer.citations,
        lambda one: bool(one.quote) and case.corpus.text(one) == one.quote,
        lambda one: f"not in {one.article} at {one.start}: {_short(one.quote)}",
    )


@metric("points carried by their citations", lambda case: case.answered)
def faithfulness(case: Case) -> MetricResult:
    """Share of the points that are carried by what they cite themselves; an answer without points has none.

    A point says "verbatim" or "supported" of itself; neither is believed. Its words must stand in the article at the offsets it cites, or,
    for "supported", restate them together with who speaks and where (see `eval.support.restated` for what that cannot see). Cannot see
    words cut so that they mean something else ("denied" left out before what was denied), nor whether a true sentence answers the question.
    """

    def carried(point: Point) -> bool:
        cited = [text for citation in case.citations(point) if (text := case.corpus.text(citation))]
        _, body = label_and_body(point.text)
        if point.support == "unsupported" or not cited:
            return False
        if verbatim(body, cited):
            return True
        credit = ", ".join(filter(None, (*_aliases(case, point.speaker), point.side, *(one.outlet for one in case.citations(point)))))
        return point.support == "supported" and restated(_MARKER.sub("", body), [*cited, f"{credit} said, reported."])

    return _share_of(case.answer.points, carried, lambda point: f"not carried by its citations: {_short(point.text)}")


@metric("markers lead to citations", _has_points)
def markers(case: Case) -> MetricResult:
    """Share of the points whose citation numbers are printed in the answer and each lead to one citation; 0 for a point without any.

    Cannot see numbers that a quotation itself holds in brackets, and does not ask for them.
    """
    numbers = [citation.n for citation in case.answer.citations]

    def resolved(point: Point) -> bool:
        printed = all(f"[{number}]" in text for number in point.citations for text in (point.text, case.answer.text))
        return bool(point.citations) and printed and all(numbers.count(number) == 1 for number in point.citations)

    return _share_of(case.answer.points, resolved, lambda point: f"markers lead nowhere: {_short(point.text)}")


@metric("sources of citations right", _has_citations)
def sources(case: Case) -> MetricResult:
    """Share of the citations that give the outlet, title, address and day of the very article they cite.

    Sees what the index was told of its articles; cannot see whether that is true.
    """

    def sourced(one: Citation) -> bool:
        article = case.corpus.articles.get(one.article)
        told = (one.outlet, one.title, one.url, one.published)
        return article is not None and (article.outlet, article.title, article.url, article.published) == told

    return _share_of(
        case.answer.citations,
        sourced,
        lambda one: f"{one.article} is not by {one.outlet}, “{_short(one.title)}”, {one.published}",
    )


@metric("points printed under the right names", _has_points)
def labels(case: Case) -> MetricResult:
    """Share of the points whose printed words name the speaker they are credited to, and no outlet but those they cite.

    Sees names as printed, and of outlets only those in the index. A point without a speaker must name one of its outlets, where they have
    names. Cannot see whether the credit is right: that is `speakers` and `misattribution`.
    """
    return _share_of(
        case.answer.points, lambda point: _labelled(case, point), lambda point: f"printed under the wrong name: {_short(point.text)}"
    )


def _labelled(case: Case, point: Point) -> bool:
    label, body = label_and_body(point.text)
    printed = label or body
    own = {citation.outlet or citation.title for citation in case.citations(point)}
    if point.speaker:
        if not any(stands(name.lower(), printed.lower()) for name in _aliases(case, point.speaker)):
            return False
        printed = printed.replace(point.speaker, "")  # a newspaper may itself be the speaker, in another outlet
    elif own and not any(stands(name, printed) for name in own):
        return False
    return not label or all(outlet in own for outlet in case.corpus.outlets if stands(outlet, printed))


def _aliases(case: Case, speaker: str | None) -> list[str]:
    """What a speaker, or each of those who speak together, is called."""
    who = {speaker, *parts_of(speaker)} if speaker else set()
    return [*who, *(alias for alias, (name, _) in case.corpus.names.items() if name in who)]


@metric("citations to the point", lambda case: case.golden.answerable and bool(case.cited()))
def citation_precision(case: Case) -> MetricResult:
    """Share of the citations that show some of the evidence.

    Reads low where a passage answers and nobody listed it, or where one citation belongs to a point that is beside the question.
    """
    return _share_of(case.cited(), case.evident, lambda citation: f"beside the evidence: {_short(citation.quote)}")


@metric("evidence retrieved", _retrievable, of="retrieval")
def context_recall(case: Case) -> MetricResult:
    """Share of the needs of which the retriever's best passages hold an alternative, told by article and offsets.

    Sees the retrieval alone, as other people's chains get it, and so tells evidence that was not found from evidence that was found and not
    cited. Cannot see what an answer collects beyond it, speaker by speaker or side by side, and does not apply to follow-ups: the
    retriever knows of no conversation.
    """
    places = case.retrieved or ()
    return _share_of(case.golden.evidence, lambda need: meets(need, places), lambda need: f"not retrieved: {_example(need)}")


@metric("retrieved to the point", _retrievable, of="retrieval")
def context_precision(case: Case) -> MetricResult:
    """Share of the retriever's best passages that hold some of the evidence, told by article and offsets.

    Cannot see order. Far below 1 by design where one sentence answers and several passages are asked for, and it reads low where a passage
    answers and nobody listed it; a fall means something, the height little.
    """
    return _share_of(case.retrieved or (), case.evident, lambda _: "")


@metric("points near the question", _has_points, "cosine")
def answer_relevance(case: Case) -> MetricResult:
    """How near the words of the points are to the question: cosine of their vectors by the bundled embedding model, mean over the points.

    Sees the topic: points about something else, and filler beside good ones, lower it. Cannot see whether the words answer the question,
    nor whether they are true; a good answer in words of its own reads lower than a bad one in the question's. Of a conversation it reads
    the question and the one before it. The height depends on the questions, and only a change of it says something.
    """
    asked = vector(" ".join((*case.golden.history[-1:], case.golden.question)))
    found = [float(asked @ vector(label_and_body(point.text)[1].strip('“”" '))) for point in case.answer.points]
    return MetricResult(sum(max(-1.0, min(1.0, one)) for one in found) / len(found))


@metric("speakers credited", _names_speakers)
def speakers(case: Case) -> MetricResult:
    """Share of the speakers expected to whom a point with evidence is credited.

    Sees the name that the point carries, by any name the index knows him under. Cannot see a credit too many: that is `misattribution`.
    """
    evident = [point for point in case.answer.points if case.evident(*case.citations(point))]
    credited = {key for point in evident for key in case.corpus.speakers(point.speaker)}
    return _share_of(case.golden.speakers, lambda name: case.corpus.speaker(name) in credited, lambda name: f"not credited: {name}")


@metric("points credited to somebody else", lambda case: _names_speakers(case) and _has_points(case), better="less")
def misattribution(case: Case) -> MetricResult:
    """Share of the credited points with evidence that are credited to a speaker who was not expected. Lower is better.

    Reads high where the articles let several people say the same and only one of them is listed. Points that credit nobody do not count.
    """
    expected = {case.corpus.speaker(name) for name in case.golden.speakers}
    credited = [point for point in case.answer.points if point.speaker and case.evident(*case.citations(point))]
    wrong = [point for point in credited if not expected & case.corpus.speakers(point.speaker)]
    return _share(len(wrong), len(credited), [f"credited to {point.speaker}: {_short(point.text)}" for point in wrong])


@metric("sides over their own statements", lambda case: bool(case.golden.sides))
def sides(case: Case) -> MetricResult:
    """Share of the sides that stand over a statement of their own, with every side over the evidence of another counted against it.

    Sees only questions that ask for sides. A statement that several sides' evidence holds may stand under any of them.
    """
    owned = list(zip(case.golden.sides, case.golden.evidence, strict=True))
    held = [(point, {side for side, need in owned if meets(need, case.citations(point))}) for point in case.answer.points]
    right = {point.side for point, holders in held if point.side in holders}
    wrong = [point for point, holders in held if holders and point.side is not None and point.side not in holders]
    reasons = [f"no statement of {side}" for side in case.golden.sides if side not in right]
    reasons += [f"under {point.side}: {_short(point.text)}" for point in wrong]
    return _share(len(right), len(owned) + len(wrong), reasons)


@metric("outlets cited", lambda case: bool(case.golden.outlets))
def outlets(case: Case) -> MetricResult:
    """Share of the outlets expected from which evidence is cited, by the outlet that the citation names."""
    cited = {citation.outlet for citation in case.cited() if case.evident(citation)}
    return _share_of(case.golden.outlets, lambda outlet: outlet in cited, lambda outlet: f"not cited: {outlet}")


@metric("silence named", lambda case: bool(case.golden.silent or {*case.answer.silent} & {*case.golden.sides, *case.golden.outlets}))
def silence(case: Case) -> MetricResult:
    """Share of the silent sides and outlets that the answer names as silent; one that did speak and is called silent counts against it.

    Cannot see outlets called silent that the question did not expect to speak.
    """
    right = set(case.golden.silent) & set(case.answer.silent)
    wrong = ({*case.golden.sides, *case.golden.outlets} - set(case.golden.silent)) & set(case.answer.silent)
    reasons = [f"silent, and not named: {name}" for name in case.golden.silent if name not in right]
    reasons += [f"called silent, and is not: {name}" for name in sorted(wrong)]
    return _share(len(right), len(set(case.golden.silent)) + len(wrong), reasons)


@metric(
    "characters quoted, direct questions",
    lambda case: case.golden.kind in DIRECT_KINDS and _has_points(case),
    "characters",
    better="less",
    summary="median",
)
def length(case: Case) -> MetricResult:
    """Characters of quotation in an answer to a direct question: of every point the first citation, the others being the same elsewhere.

    Sees how much there is to read, not whether it is worth reading.
    """
    firsts = {found[0].n: found[0] for point in case.answer.points if (found := case.citations(point))}
    return MetricResult(float(sum(len(citation.quote) for citation in firsts.values())))


@metric("seconds an answer", lambda case: True, "seconds", better="less", summary="median", comparable=False)
def latency(case: Case) -> MetricResult:
    """Seconds that the answer took, as it says itself; the index being open. Depends on the machine and on what else it does."""
    return MetricResult(float(case.answer.seconds))


METRICS = tuple(BY_NAME.values())

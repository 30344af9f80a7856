"""The metrics, as ragas metrics: each sees one case and gives a number, with the reason where it is not perfect.

None of them asks a model. A metric that has nothing to say on a case does not apply to it, which is not the same as a value that
is missing: see `Metric.applies`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ragas.metrics import MetricResult, discrete_metric, numeric_metric

from assistant import render
from assistant.render import plain, shown
from assistant.types import Citation, Point
from eval.case import Case
from eval.golden import DIRECT_KINDS, Words
from eval.meaning import likeness
from eval.support import restated, verbatim
from index.speakers import parts_of
from index.types import Passage

SHARE = (0.0, 1.0)
LIKENESS = (-1.0, 1.0)
AMOUNT = (0.0, math.inf)
VERDICT = ["pass", "fail"]


@discrete_metric(name="answered", allowed_values=VERDICT)
def answered(case: Case) -> MetricResult:
    """Is a question that the articles answer, answered?

    Sees the status and whether there is a point. Cannot see whether it is the right answer: that is `evidence_recall`.
    """
    if case.answered and case.answer.points:
        return MetricResult("pass")
    return MetricResult("fail", f"refused: {case.answer.reason}" if not case.answered else "answered without a point")


@discrete_metric(name="abstained", allowed_values=VERDICT)
def abstained(case: Case) -> MetricResult:
    """Is a question that the articles do not answer, refused, with a reason and without points?

    Cannot see whether the reason is a true one, nor whether the passage shown as nearest is near.
    """
    if case.answered:
        return MetricResult("fail", "answered, although the articles do not say")
    if case.answer.points or not (case.answer.reason or "").strip():
        return MetricResult("fail", "abstained, but with points or without a reason")
    return MetricResult("pass")


@discrete_metric(name="abstention_precision", allowed_values=VERDICT)
def abstention_precision(case: Case) -> MetricResult:
    """Of the abstentions, how many were right? Says nothing about questions that were answered."""
    return MetricResult("fail", "refused, although the articles answer it") if case.golden.answerable else MetricResult("pass")


@numeric_metric(name="evidence_recall", allowed_values=SHARE)
def evidence_recall(case: Case) -> MetricResult:
    """Share of the needs that are met: a citation of a point holds at least half the words of one alternative, in the right article.

    Sees spans, not quotations: a quotation that is not what stands there is found by `quotations`. An answer that nobody listed among
    the alternatives counts as missing. Abstentions meet nothing.
    """
    cited = case.cited() if case.answered else []
    missed = [need for need in case.golden.evidence if not case.meets(need, cited)]
    return _share(len(case.golden.evidence) - len(missed), len(case.golden.evidence), [f"not cited: {_example(need)}" for need in missed])


@numeric_metric(name="citation_precision", allowed_values=SHARE)
def citation_precision(case: Case) -> MetricResult:
    """Share of the citations that show some of the evidence.

    Reads low where a passage answers and nobody listed it, or where one citation belongs to a point that is beside the question.
    """
    cited = case.cited()
    beside = [citation for citation in cited if not any(case.meets(need, [citation]) for need in case.golden.evidence)]
    return _share(len(cited) - len(beside), len(cited), [f"beside the evidence: {_short(citation.quote)}" for citation in beside])


@numeric_metric(name="context_recall", allowed_values=SHARE)
def context_recall(case: Case) -> MetricResult:
    """Share of the needs of which the retriever's best passages hold an alternative, told by article and offsets.

    Sees the retrieval alone, as other people's chains get it, and so tells evidence that was not found from evidence that was found and not
    cited. Cannot see what an answer collects beyond it, speaker by speaker or side by side, and does not apply to follow-ups: the
    retriever knows of no conversation.
    """
    missed = [need for need in case.golden.evidence if not case.meets(need, _retrieved(case))]
    reasons = [f"not retrieved: {_example(need)}" for need in missed]
    return _share(len(case.golden.evidence) - len(missed), len(case.golden.evidence), reasons)


@numeric_metric(name="context_precision", allowed_values=SHARE)
def context_precision(case: Case) -> MetricResult:
    """Share of the retriever's best passages that hold some of the evidence, told by article and offsets.

    Cannot see order. Far below 1 by design where one sentence answers and several passages are asked for, and it reads low where a passage
    answers and nobody listed it; a fall means something, the height little.
    """
    places = _retrieved(case)
    return _share(sum(any(case.meets(need, [place]) for need in case.golden.evidence) for place in places), len(places), ())


@numeric_metric(name="answer_relevance", allowed_values=LIKENESS)
def answer_relevance(case: Case) -> MetricResult:
    """How near the words of the points are to the question: cosine of their vectors by the bundled embedding model, mean over the points.

    Sees the topic: points about something else, and filler beside good ones, lower it. Cannot see whether the words answer the question,
    nor whether they are true; a good answer in words of its own reads lower than a bad one in the question's. Of a conversation it reads
    the question and the one before it. The height depends on the questions, and only a change of it says something.
    """
    asked = " ".join((*case.golden.history[-1:], case.golden.question))
    found = [likeness(asked, point.words.strip('“”" ')) for point in case.answer.points]
    return MetricResult(sum(found) / len(found))


@numeric_metric(name="quotations", allowed_values=SHARE)
def quotations(case: Case) -> MetricResult:
    """Share of the citations whose quote is their article's text at their offsets, character for character; the nearest ones included.

    Cannot see whether the quoted words have to do with the question.
    """
    citations = case.answer.citations
    wrong = [citation for citation in citations if not citation.quote or case.corpus.text(citation) != citation.quote]
    return _share(
        len(citations) - len(wrong),
        len(citations),
        [f"not in {citation.article} at {citation.start}: {_short(citation.quote)}" for citation in wrong],
    )


@numeric_metric(name="markers", allowed_values=SHARE)
def markers(case: Case) -> MetricResult:
    """Share of the points whose citation numbers are printed in the answer and each lead to one citation; 0 for a point without any.

    Cannot see numbers that a quotation itself holds in brackets, and does not ask for them.
    """
    numbers = [citation.n for citation in case.answer.citations]

    def resolved(point: Point) -> bool:
        return bool(point.citations) and all(
            numbers.count(number) == 1 and f"[{number}]" in case.printed(point) and f"[{number}]" in case.answer.text
            for number in point.citations
        )

    wrong = [point for point in case.answer.points if not resolved(point)]
    return _share(
        len(case.answer.points) - len(wrong), len(case.answer.points), [f"markers lead nowhere: {_short(point.words)}" for point in wrong]
    )


@numeric_metric(name="faithfulness", allowed_values=SHARE)
def faithfulness(case: Case) -> MetricResult:
    """Share of the points that are carried by what they cite themselves; an answer without points has none.

    A point says "verbatim" or "supported" of itself; neither is believed. Its words must stand in the article at the offsets it cites, or,
    for "supported", restate them together with who speaks and where (see `eval.support.restated` for what that cannot see). Cannot see
    words cut so that they mean something else ("denied" left out before what was denied), nor whether a true sentence answers the question.
    """
    wrong = [point for point in case.answer.points if not _carried(case, point)]
    return _share(
        len(case.answer.points) - len(wrong),
        len(case.answer.points),
        [f"not carried by its citations: {_short(point.words)}" for point in wrong],
    )


@numeric_metric(name="speakers", allowed_values=SHARE)
def speakers(case: Case) -> MetricResult:
    """Share of the speakers expected to whom a point with evidence is credited.

    Sees the name that the point carries, by any name the index knows him under. Cannot see a credit too many: that is `misattribution`.
    """
    credited = {key for point in case.answer.points if case.relevant(point) for key in case.corpus.speakers(point.speaker)}
    missed = [name for name in case.golden.speakers if case.corpus.speaker(name) not in credited]
    return _share(len(case.golden.speakers) - len(missed), len(case.golden.speakers), [f"not credited: {name}" for name in missed])


@numeric_metric(name="misattribution", allowed_values=SHARE)
def misattribution(case: Case) -> MetricResult:
    """Share of the credited points with evidence that are credited to a speaker who was not expected. Lower is better.

    Reads high where the articles let several people say the same and only one of them is listed. Points that credit nobody do not count.
    """
    expected = {case.corpus.speaker(name) for name in case.golden.speakers}
    credited = [point for point in case.answer.points if point.speaker and case.relevant(point)]
    wrong = [point for point in credited if not expected & case.corpus.speakers(point.speaker)]
    reasons = [f"credited to {point.speaker}: {_short(point.words)}" for point in wrong]
    return MetricResult(len(wrong) / len(credited) if credited else 0.0, "; ".join(reasons) or None)


@numeric_metric(name="sides", allowed_values=SHARE)
def sides(case: Case) -> MetricResult:
    """Share of the sides that stand over a statement of their own, with every side over the evidence of another counted against it.

    Sees only questions that ask for sides. A statement that several sides' evidence holds may stand under any of them.
    """
    owned = list(zip(case.golden.sides, case.golden.evidence, strict=True))
    right = {side for side, need in owned for point in case.answer.points if point.side == side and case.meets(need, case.citations(point))}
    wrong = [point for point in case.answer.points if _foreign(case, point, owned)]
    reasons = [f"no statement of {side}" for side in case.golden.sides if side not in right]
    reasons += [f"under {point.side}: {_short(point.words)}" for point in wrong]
    return _share(len(right), len(owned) + len(wrong), reasons)


@numeric_metric(name="outlets", allowed_values=SHARE)
def outlets(case: Case) -> MetricResult:
    """Share of the outlets expected from which evidence is cited, by the outlet that the citation names."""
    cited = {citation.outlet for citation in case.cited() if any(case.meets(need, [citation]) for need in case.golden.evidence)}
    missed = [outlet for outlet in case.golden.outlets if outlet not in cited]
    return _share(len(case.golden.outlets) - len(missed), len(case.golden.outlets), [f"not cited: {outlet}" for outlet in missed])


@numeric_metric(name="sources", allowed_values=SHARE)
def sources(case: Case) -> MetricResult:
    """Share of the citations that give the outlet, title, address and day of the very article they cite.

    Sees what the index was told of its articles; cannot see whether that is true.
    """
    wrong = [citation for citation in case.answer.citations if not _sourced(case, citation)]
    reasons = [f"{citation.article} is not by {citation.outlet}, “{_short(citation.title)}”, {citation.published}" for citation in wrong]
    return _share(len(case.answer.citations) - len(wrong), len(case.answer.citations), reasons)


@numeric_metric(name="labels", allowed_values=SHARE)
def labels(case: Case) -> MetricResult:
    """Share of the points whose printed words name the speaker they are credited to, and no outlet but those they cite.

    Sees names as printed, and of outlets only those in the index. A point without a speaker must name one of its outlets, where they have
    names. Cannot see whether the credit is right: that is `speakers` and `misattribution`.
    """
    wrong = [point for point in case.answer.points if not _labelled(case, point)]
    return _share(
        len(case.answer.points) - len(wrong),
        len(case.answer.points),
        [f"printed under the wrong name: {_short(point.words)}" for point in wrong],
    )


@numeric_metric(name="silence", allowed_values=SHARE)
def silence(case: Case) -> MetricResult:
    """Share of the silent sides and outlets that the answer names as silent; one that did speak and is called silent counts against it.

    Cannot see outlets called silent that the question did not expect to speak.
    """
    right = set(case.golden.silent) & set(case.answer.silent)
    wrong = ({*case.golden.sides, *case.golden.outlets} - set(case.golden.silent)) & set(case.answer.silent)
    reasons = [f"silent, and not named: {name}" for name in case.golden.silent if name not in right]
    reasons += [f"called silent, and is not: {name}" for name in sorted(wrong)]
    return _share(len(right), len(set(case.golden.silent)) + len(wrong), reasons)


@numeric_metric(name="length", allowed_values=AMOUNT)
def length(case: Case) -> MetricResult:
    """Characters of quotation in an answer to a direct question: of every point the first citation, the others being the same elsewhere.

    Sees how much there is to read, not whether it is worth reading.
    """
    firsts = {found[0].n: found[0] for point in case.answer.points if (found := case.citations(point))}
    return MetricResult(float(sum(len(citation.quote) for citation in firsts.values())))


@numeric_metric(name="latency", allowed_values=AMOUNT)
def latency(case: Case) -> MetricResult:
    """Seconds that the answer took, as it says itself; the index being open. Depends on the machine and on what else it does."""
    return MetricResult(float(case.answer.seconds))


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
    summary: Literal["mean", "median"] = "mean"
    unit: Literal["share", "cosine", "characters", "seconds"] = "share"
    comparable: bool = True
    of: Literal["answer", "retrieval"] = "answer"

    @property
    def about(self) -> str:
        """What it sees and what it cannot, in a line or more."""
        return " ".join((self.scorer.__doc__ or "").split())

    async def score(self, case: Case) -> MetricResult:
        """Score one case. The value is None, with the reason, where the metric failed."""
        result: MetricResult = await self.scorer.ascore(case=case)
        if result.value in VERDICT:
            return MetricResult(float(result.value == "pass"), result.reason)
        if result.value is None or not math.isfinite(result.value):
            return MetricResult(None, result.reason or f"{self.name} gave {result.value}")
        return MetricResult(float(result.value), result.reason)


def _answerable(case: Case) -> bool:
    return case.golden.answerable


def _has_points(case: Case) -> bool:
    return bool(case.answer.points)


def _retrievable(case: Case) -> bool:
    return case.golden.answerable and case.retrieved is not None and not case.golden.history


METRICS: tuple[Metric, ...] = (
    Metric("evidence_recall", "evidence found and cited", evidence_recall, _answerable),
    Metric("answered", "answered when answerable", answered, _answerable),
    Metric("abstained", "refused when not answerable", abstained, lambda case: not case.golden.answerable),
    Metric("abstention_precision", "refusals that were right", abstention_precision, lambda case: not case.answered),
    Metric("quotations", "quotations exact", quotations, lambda case: bool(case.answer.citations)),
    Metric("faithfulness", "points carried by their citations", faithfulness, lambda case: case.answered),
    Metric("markers", "markers lead to citations", markers, _has_points),
    Metric("sources", "sources of citations right", sources, lambda case: bool(case.answer.citations)),
    Metric("labels", "points printed under the right names", labels, _has_points),
    Metric("citation_precision", "citations to the point", citation_precision, lambda case: case.golden.answerable and bool(case.cited())),
    Metric("context_recall", "evidence retrieved", context_recall, _retrievable, of="retrieval"),
    Metric("context_precision", "retrieved to the point", context_precision, _retrievable, of="retrieval"),
    Metric("answer_relevance", "points near the question", answer_relevance, _has_points, unit="cosine"),
    Metric("speakers", "speakers credited", speakers, lambda case: bool(case.golden.speakers)),
    Metric(
        "misattribution", "points credited to somebody else", misattribution,
        lambda case: bool(case.golden.speakers) and _has_points(case), "less",
    ),
    Metric("sides", "sides over their own statements", sides, lambda case: bool(case.golden.sides)),
    Metric("outlets", "outlets cited", outlets, lambda case: bool(case.golden.outlets)),
    Metric("silence", "silence named", silence, lambda case: bool({*case.golden.silent} or {*case.answer.silent} & _expected(case))),
    Metric(
        "length", "characters quoted, direct questions", length,
        lambda case: case.golden.kind in DIRECT_KINDS and _has_points(case), "less", "median", "characters",
    ),
    Metric("latency", "seconds an answer", latency, lambda case: True, "less", "median", "seconds", comparable=False),
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}


# -- what the metrics share ---------------------------------------------------------------------------------------------


def _share(right: int, of: int, reasons: Iterable[str]) -> MetricResult:
    return MetricResult(right / of if of else 0.0, "; ".join(reasons) or None)


def _expected(case: Case) -> set[str]:
    return {*case.golden.sides, *case.golden.outlets}


def _retrieved(case: Case) -> Sequence[Passage]:
    return case.retrieved or ()


def _carried(case: Case, point: Point) -> bool:
    cited = [text for citation in case.citations(point) if (text := case.corpus.text(citation))]
    body = point.words
    if point.support == "unsupported" or not cited:
        return False
    if verbatim(body, cited):
        return True
    credit = ", ".join(filter(None, (*_aliases(case, point.speaker), point.side, *(one.outlet for one in case.citations(point)))))
    return point.support == "supported" and restated(body, [*cited, f"{credit} said, reported."])


def _sourced(case: Case, citation: Citation) -> bool:
    article = case.corpus.articles.get(citation.article)
    return article is not None and (article.outlet, article.title, article.url, article.published) == (
        citation.outlet, citation.title, citation.url, citation.published,
    )  # fmt: skip


def _labelled(case: Case, point: Point) -> bool:
    label = shown(render.label(point, case.answer.citations), plain)
    printed = label or point.words
    own = {citation.outlet or citation.title for citation in case.citations(point)}
    if point.speaker:
        if not any(_names(printed.lower(), name.lower()) for name in _aliases(case, point.speaker)):
            return False
        printed = printed.replace(point.speaker, "")  # a newspaper may itself be the speaker, in another outlet
    elif own and not any(_names(printed, name) for name in own):
        return False
    return not label or all(outlet in own for outlet in case.corpus.outlets if _names(printed, outlet))


def _aliases(case: Case, speaker: str | None) -> list[str]:
    """What a speaker, or each of those who speak together, is called."""
    who = {speaker, *parts_of(speaker)} if speaker else set()
    return [*who, *(alias for alias, (name, _) in case.corpus.names.items() if name in who)]


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _foreign(case: Case, point: Point, owned: Sequence[tuple[str, Sequence[Words]]]) -> bool:
    """Whether a point stands under a side although it holds the evidence of others, and none of that side's own."""
    holders = {side for side, need in owned if case.meets(need, case.citations(point))}
    return bool(holders) and point.side is not None and point.side not in holders


def _example(need: Sequence[Words]) -> str:
    return f"“{_short(need[0].words)}” ({need[0].article})"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else f"{text[:89]}…"

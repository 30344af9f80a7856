"""The metrics, as ragas metrics: each sees one case and gives a number, with the reason where it is not perfect.

metrics.toml says what each is called, and what it sees and cannot. None of them asks a model. A metric that has nothing to say on a case
does not apply to it, which is not the same as a value that is missing: see `Metric.applies`.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from ragas.metrics import MetricResult, numeric_metric

from assistant import render
from assistant.render import plain, shown, why
from assistant.types import Citation, Point
from eval.case import Case, meets
from eval.golden import DIRECT_KINDS, OF_ALL_KINDS, Words
from eval.stats import Summary
from eval.support import restated, stands, verbatim
from index.embedder import QuickEmbedder, Vectors, bundled_folder

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
    """A metric with what the suite has to know of it; all but what counts it stands in metrics.toml.

    ``about`` is what it sees and what it cannot, ``applies`` whether it has anything to say on a case; ``comparable`` whether its figures
    mean the same on another machine. One of the retrieval says nothing against the answer that was given all the same; one of a model
    applies where a language model was asked.
    """

    name: str
    scorer: Any
    applies: Callable[[Case], bool]
    title: str
    about: str
    better: Literal["more", "less"] = "more"
    summary: Summary = "mean"
    unit: Unit = "share"
    comparable: bool = True
    of: Literal["answer", "model", "retrieval"] = "answer"

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


KNOWN: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
BY_NAME: dict[str, Metric] = {}


def _metric(applies: Callable[[Case], bool]) -> Callable[[Scorer], Scorer]:
    """Make a function the metric that has its name in metrics.toml, and enter it in `BY_NAME`."""

    def entered(scorer: Scorer) -> Scorer:
        name = scorer.__name__.removeprefix("_")
        known = KNOWN[name]
        made = numeric_metric(name=name, allowed_values=RANGES[known.get("unit", "share")])(scorer)
        BY_NAME[name] = Metric(name, made, applies, **known)
        return scorer

    return entered


# -- what the metrics share ---------------------------------------------------------------------------------------------


def _answerable(case: Case) -> bool:
    return case.golden.answerable


def _has_points(case: Case) -> bool:
    return bool(case.answer.points)


def _has_citations(case: Case) -> bool:
    return bool(case.answer.citations)


def _of_model(case: Case) -> bool:
    return case.shown is not None


def _names_speakers(case: Case) -> bool:
    return bool(case.golden.speakers)


def _retrievable(case: Case) -> bool:
    searched = case.golden.kind not in OF_ALL_KINDS
    return searched and case.golden.answerable and case.retrieved is not None and not case.golden.history


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


@_metric(_answerable)
def _evidence_recall(case: Case) -> MetricResult:
    return _share_of(case.golden.evidence, lambda need: case.answered and case.tells(need), lambda need: _untold(case, need))


def _untold(case: Case, need: Sequence[Words]) -> str:
    cited = case.answered and meets(need, case.cited())
    return f"{'another number is told' if cited else 'not cited'}: {_example(need)}"


@_metric(_answerable)
def _answered(case: Case) -> MetricResult:
    if not case.answered:
        return _says(False, f"refused: {case.answer.reason}")
    if not _has_points(case):
        return _says(False, "answered without a point")
    return _says(not all(map(case.echoes, case.answer.points)), "it repeats the question")


@_metric(lambda case: not case.golden.answerable)
def _abstained(case: Case) -> MetricResult:
    if case.answered:
        return _says(False, "answered, although the articles do not say")
    bare = not case.answer.points and bool((case.answer.reason or "").strip())
    return _says(bare, "abstained, but with points or without a reason")


@_metric(lambda case: not case.answered)
def _abstention_precision(case: Case) -> MetricResult:
    return _says(not case.golden.answerable, "refused, although the articles answer it")


@_metric(_has_citations)
def _quotations(case: Case) -> MetricResult:
    return _share_of(
        case.answer.citations,
        lambda one: bool(one.quote) and case.corpus.text(one) == one.quote,
        lambda one: f"not in {one.article} at {one.start}: {_short(one.quote)}",
    )


@_metric(lambda case: case.answered)
def _faithfulness(case: Case) -> MetricResult:
    def carried(point: Point) -> bool:
        cited = [text for citation in case.citations(point) if (text := case.corpus.text(citation))]
        body = point.words
        if point.support == "unsupported" or not cited:
            return False
        if verbatim(body, cited):
            return True
        credit = ", ".join(filter(None, (*_aliases(case, point.speakers), point.side, *(one.outlet for one in case.citations(point)))))
        return point.support == "supported" and restated(body, [*cited, f"{credit} said, reported."])

    return _share_of(case.answer.points, carried, lambda point: f"not carried by its citations: {_short(point.words)}")


@_metric(_has_points)
def _markers(case: Case) -> MetricResult:
    numbers = [citation.n for citation in case.answer.citations]

    def resolved(point: Point) -> bool:
        printed = all(f"[{number}]" in case.printed(point) and f"[{number}]" in case.answer.text for number in point.citations)
        return bool(point.citations) and printed and all(numbers.count(number) == 1 for number in point.citations)

    return _share_of(case.answer.points, resolved, lambda point: f"markers lead nowhere: {_short(point.words)}")


@_metric(_has_citations)
def _sources(case: Case) -> MetricResult:
    def sourced(one: Citation) -> bool:
        article = case.corpus.articles.get(one.article)
        told = (one.outlet, one.title, one.url, one.published)
        return article is not None and (article.outlet, article.title, article.url, article.published) == told

    return _share_of(
        case.answer.citations,
        sourced,
        lambda one: f"{one.article} is not by {one.outlet}, “{_short(one.title)}”, {one.published}",
    )


@_metric(_has_points)
def _labels(case: Case) -> MetricResult:
    return _share_of(
        case.answer.points, lambda point: _labelled(case, point), lambda point: f"printed under the wrong name: {_short(point.words)}"
    )


def _labelled(case: Case, point: Point) -> bool:
    label = shown(render.label(point, case.answer.citations), plain)
    printed = label or point.words
    own = {citation.outlet or citation.title for citation in case.citations(point)}
    if point.speakers:
        if not any(stands(name.lower(), printed.lower()) for name in _aliases(case, point.speakers)):
            return False
        for name in point.speakers:
            printed = printed.replace(name, "")  # a newspaper may itself be the speaker, in another outlet
    elif own and not any(stands(name, printed) for name in own):
        return False
    return not label or all(outlet in own for outlet in case.corpus.outlets if stands(outlet, printed))


def _aliases(case: Case, speakers: Iterable[str]) -> list[str]:
    """What a speaker, or each of those who speak together, is called."""
    who = set(speakers)
    return [*who, *(alias for alias, (name, _) in case.corpus.names.items() if name in who)]


@_metric(lambda case: case.golden.answerable and bool(case.cited()))
def _citation_precision(case: Case) -> MetricResult:
    return _share_of(case.cited(), case.evident, lambda citation: f"beside the evidence: {_short(citation.quote)}")


@_metric(_retrievable)
def _context_recall(case: Case) -> MetricResult:
    places = case.retrieved or ()
    return _share_of(case.golden.evidence, lambda need: meets(need, places), lambda need: f"not retrieved: {_example(need)}")


@_metric(_retrievable)
def _context_precision(case: Case) -> MetricResult:
    return _share_of(case.retrieved or (), case.evident, lambda _: "")


@_metric(_has_points)
def _answer_relevance(case: Case) -> MetricResult:
    asked = vector(" ".join((*case.golden.history[-1:], case.golden.question)))
    found = [float(asked @ vector(point.words.strip('“”" '))) for point in case.answer.points]
    return MetricResult(sum(max(-1.0, min(1.0, one)) for one in found) / len(found))


@_metric(_names_speakers)
def _speakers(case: Case) -> MetricResult:
    evident = [point for point in case.answer.points if case.evident(*case.citations(point))]
    credited = {key for point in evident for key in case.corpus.speakers(point.speakers)}
    return _share_of(case.golden.speakers, lambda name: case.corpus.speaker(name) in credited, lambda name: f"not credited: {name}")


@_metric(lambda case: _names_speakers(case) and _has_points(case))
def _misattribution(case: Case) -> MetricResult:
    expected = {case.corpus.speaker(name) for name in case.golden.speakers}
    credited = [point for point in case.answer.points if point.speakers and case.evident(*case.citations(point))]
    wrong = [point for point in credited if not expected & case.corpus.speakers(point.speakers)]
    return _share(len(wrong), len(credited), [f"credited to {point.speaker}: {_short(point.words)}" for point in wrong])


@_metric(lambda case: bool(case.golden.sides))
def _sides(case: Case) -> MetricResult:
    owned = list(zip(case.golden.sides, case.golden.evidence, strict=True))
    held = [(point, {side for side, need in owned if meets(need, case.citations(point))}) for point in case.answer.points]
    right = {point.side for point, holders in held if point.side in holders}
    wrong = [point for point, holders in held if holders and point.side is not None and point.side not in holders]
    reasons = [f"no statement of {side}" for side in case.golden.sides if side not in right]
    reasons += [f"under {point.side}: {_short(point.words)}" for point in wrong]
    return _share(len(right), len(owned) + len(wrong), reasons)


@_metric(lambda case: bool(case.golden.outlets))
def _outlets(case: Case) -> MetricResult:
    cited = {citation.outlet for citation in case.cited() if case.evident(citation)}
    return _share_of(case.golden.outlets, lambda outlet: outlet in cited, lambda outlet: f"not cited: {outlet}")


@_metric(lambda case: bool(case.golden.silent or {*case.answer.silent} & {*case.golden.sides, *case.golden.outlets}))
def _silence(case: Case) -> MetricResult:
    right = set(case.golden.silent) & set(case.answer.silent)
    wrong = ({*case.golden.sides, *case.golden.outlets} - set(case.golden.silent)) & set(case.answer.silent)
    reasons = [f"silent, and not named: {name}" for name in case.golden.silent if name not in right]
    reasons += [f"called silent, and is not: {name}" for name in sorted(wrong)]
    return _share(len(right), len(set(case.golden.silent)) + len(wrong), reasons)


@_metric(_of_model)
def _fallbacks(case: Case) -> MetricResult:
    shown = case.shown
    stood_in = shown is not None and shown.answerer != case.answer.answerer
    return MetricResult(float(stood_in), shown.note if shown and stood_in else None)


@_metric(lambda case: _of_model(case) and _has_points(case))
def _left_out(case: Case) -> MetricResult:
    wrong = [number for number, point in enumerate(case.answer.points) if point.support == "unsupported"]
    told = {number: why(fault for fault in case.answer.faults if fault.point == number) for number in wrong}
    reasons = [f"{_short(case.answer.points[number].words)} ({reason})" for number, reason in told.items()]
    return _share(len(wrong), len(case.answer.points), reasons)


@_metric(lambda case: case.golden.kind in DIRECT_KINDS and _has_points(case))
def _length(case: Case) -> MetricResult:
    firsts = {found[0].n: found[0] for point in case.answer.points if (found := case.citations(point))}
    return MetricResult(float(sum(len(citation.quote) for citation in firsts.values())))


@_metric(lambda case: True)
def _latency(case: Case) -> MetricResult:
    return MetricResult(float(case.answer.seconds))


METRICS = tuple(BY_NAME.values())

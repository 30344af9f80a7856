"""The gate: from rows to green or red. Limits from gate.toml, completeness, and the comparison with an earlier run."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from assistant.types import EXTRACTIVE
from eval.golden import Golden
from eval.judged import JUDGED
from eval.metrics import BY_NAME, METRICS, Metric
from eval.stats import Estimate, change, estimate, summarise
from eval.suite import Provenance, Row, parts
from index.errors import ReadoutError

LIMITS = Path(__file__).with_name("gate.toml")
_TOLERANCE = 1e-9  # of floating point: 0.98 of 50 questions is 0.98

Verdict = Literal["pass", "fail", "advice"]


class GateError(ReadoutError):
    """gate.toml or baseline.json cannot be used as it stands."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What a metric must reach, or must not pass, over all questions. ``advise``: it is reported, and fails nothing."""

    least: float | None = None
    most: float | None = None
    advise: bool = False

    @property
    def figure(self) -> float:
        """The number itself."""
        return next(number for number in (self.least, self.most) if number is not None)

    def holds(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return (self.least is None or value >= self.least - _TOLERANCE) and (self.most is None or value <= self.most + _TOLERANCE)

    def __str__(self) -> str:
        return f"at {'most' if self.least is None else 'least'} {self.figure:g}"


@dataclass(frozen=True, slots=True)
class Limits:
    """The contents of gate.toml."""

    metrics: Mapping[str, Limit] = field(default_factory=dict)
    fewest_questions: int = 1


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was judged, and how. ``text`` says it in a line."""

    name: str
    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier run: what was evaluated on what, and every metric's value by question."""

    same: Mapping[str, Any]
    values: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric over all questions, those tuned on and those held out; with its limit, and the change since the baseline.

    ``blanks`` are the questions that it applies to and has no value for: the estimates are over the others.
    """

    metric: Metric
    all: Estimate | None
    tuned: Estimate | None
    held_out: Estimate | None
    limit: Limit | None
    before: float | None
    change: Estimate | None
    blanks: int = 0


@dataclass(frozen=True, slots=True)
class Judgement:
    """The gate's decision with all it rests on. ``comparison`` says what the run was compared with, or why it was not."""

    figures: tuple[Figure, ...]
    checks: tuple[Check, ...]
    comparison: str

    @property
    def green(self) -> bool:
        """Whether nothing failed."""
        return all(check.verdict != "fail" for check in self.checks)


def load_limits(file: Path = LIMITS, *, model: bool = False) -> Limits:
    """Read the limits. For a ``model`` those under [model] go before the others; where the file names none, the project's do.

    Raises:
        GateError: the file is not TOML, names a metric that there is not, or a limit is not a number.
    """
    value = _read(file)
    fewest, own = value.pop("fewest_questions", 1), value.pop("model", {})
    if not isinstance(fewest, int):
        raise GateError(f"{file}: `fewest_questions` is not a whole number.")
    if not isinstance(own, dict):
        raise GateError(f"{file}: `model` is not a table. Write [model.fallbacks].")
    metrics, of_model = _limits(value, file), _limits(own, file, "model.")
    if not model:
        return Limits(metrics, fewest)
    return Limits({**_limits(_read(LIMITS)["model"], LIMITS, "model."), **metrics, **of_model}, fewest)


def limits_of(questions: Path, model: str) -> Limits:
    """The limits for some questions, answered by a model of this name: those of the gate.toml beside them, else the project's.

    Raises:
        GateError: see `load_limits`.
    """
    own = questions.with_name("gate.toml")
    return load_limits(own if own.exists() else LIMITS, model=model != EXTRACTIVE)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise GateError(f"{file}: cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GateError(f"{file}: is not TOML ({error}).") from error


def _limits(tables: Mapping[str, object], file: Path, before: str = "") -> dict[str, Limit]:
    """Limits by metric."""
    if unknown := sorted(set(tables) - set(BY_NAME)):
        raise GateError(f"{file}: there is no metric {unknown[0]!r}. There are: {', '.join(BY_NAME)}.")
    return {name: _limit(table, f"{file}: [{before}{name}]") for name, table in tables.items()}


def _limit(table: object, where: str) -> Limit:
    if not isinstance(table, dict) or set(table) - {"advise"} not in ({"least"}, {"most"}):
        raise GateError(f"{where} needs either `least` or `most`, and may have `advise`.")
    limit = Limit(**table)
    if type(limit.figure) not in (int, float) or type(limit.advise) is not bool:
        raise GateError(f"{where} has a limit that is not a number, or an `advise` that is not true or false.")
    return limit


# -- figures ------------------------------------------------------------------------------------------------------------


def values(rows: Iterable[Row], metric: str) -> dict[str, float]:
    """A metric's values by question; blanks are left out here and counted by the gate."""
    return {row.golden.id: score.value for row in rows if (score := row.score(metric)) is not None and score.value is not None}


def estimated(rows: Iterable[Row], metric: Metric) -> Estimate | None:
    """A metric over some rows; None where it applies to none of them."""
    found = values(rows, metric.name)
    return estimate([*found.values()], metric.summary) if found else None


def _figure(metric: Metric, rows: Sequence[Row], limit: Limit | None, baseline: Baseline | None) -> Figure:
    found = values(rows, metric.name)
    earlier = baseline.values.get(metric.name, {}) if baseline and metric.comparable else {}
    both = [name for name in found if name in earlier]
    before, after = [earlier[name] for name in both], [found[name] for name in both]
    tuned, held_out = (estimated(part, metric) for part in parts(rows))
    return Figure(
        metric,
        estimated(rows, metric),
        tuned,
        held_out,
        limit,
        before=summarise(before, metric.summary) if both else None,
        change=change(before, after, metric.summary) if both else None,
        blanks=sum(row.score(metric.name) is not None for row in rows) - len(found),
    )


# -- the decision -------------------------------------------------------------------------------------------------------


def judge(
    questions: Sequence[Golden],
    rows: Sequence[Row],
    limits: Limits,
    now: Provenance,
    baseline: Baseline | None = None,
    *,
    strict: bool = True,
) -> Judgement:
    """Judge a run over ``questions``, the drafts among them left aside.

    ``strict`` is for the project's own questions: every metric with a limit must be measured, and there must be enough questions. Questions
    of somebody's own corpus need not ask for sides or outlets.
    """
    drafts = {golden.id for golden in questions if golden.draft}
    questions = [golden for golden in questions if golden.id not in drafts]
    rows = [row for row in rows if row.golden.id not in drafts]
    against = baseline if baseline is not None and comparable(baseline, now) else None
    called_for = [one for one in METRICS if one.of != "model" or one.name in limits.metrics]
    metrics = [*called_for, *(JUDGED if any(row.judged for row in rows) else ())]
    figures = tuple(_figure(metric, rows, limits.metrics.get(metric.name), against) for metric in metrics)
    checks = [*_complete(questions, rows, limits.fewest_questions if strict else 1), *_aside(len(drafts)), *_judged(rows)]
    for found in figures:
        checks += [*_within(found, strict), *_not_fallen(found)]
    return Judgement(figures, tuple(checks), _comparison(baseline, now))


def comparable(baseline: Baseline, now: Provenance) -> bool:
    """Whether corpus, questions, prompts and answerer are those of the baseline."""
    return dict(baseline.same) == now.comparable()


def _complete(questions: Sequence[Golden], rows: Sequence[Row], fewest: int) -> Iterable[Check]:
    """Whether every question has a row, every row an answer with something in it, and every metric that applies a value."""
    there = {row.golden.id for row in rows}
    blank_scores = [f"{row.golden.id} {name} ({score.reason})" for row in rows for name, score in row.scores.items() if score.value is None]
    lost = {
        ("missing", "questions without a result"): [golden.id for golden in questions if golden.id not in there],
        ("errors", "questions that failed"): [f"{row.golden.id} ({row.error})" for row in rows if row.error],
        ("blanks", "blank answers and scores"): [row.golden.id for row in rows if row.blank] + blank_scores,
    }
    for (name, what), found in lost.items():
        yield Check(name, "fail" if found else "pass", f"{len(found)} {what}" + (f": {_few(found)}" if found else ""))
    if len(questions) < fewest:
        yield Check("questions", "fail", f"{len(questions)} golden questions, at least {fewest} are wanted")


def _aside(drafts: int) -> Iterable[Check]:
    """What a person has not gone through yet says nothing about an answer."""
    if drafts:
        yield Check("drafts", "advice", f'{drafts} drafts are left aside: mend them, and take "draft" out of each that is right')


def _judged(rows: Sequence[Row]) -> Iterable[Check]:
    """What a model that judges left out. It advises, and so does what is missing of it; but nothing of that goes unsaid."""
    scores = [(row.golden.id, score) for row in rows for score in row.judged.values()]
    lost = [(name, score.reason) for name, score in scores if score.value is None]
    text = f"{len(lost)} of {len(scores)} scores that the judge did not give"
    if lost:
        reasons = "; ".join(f"{count} × {reason}" for reason, count in Counter(reason for _, reason in lost).most_common(3))
        text += f", for {_few(list(dict.fromkeys(name for name, _ in lost)))} ({reasons})"
    if scores:
        yield Check("judge", "advice" if lost else "pass", text)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _within(found: Figure, strict: bool) -> Iterable[Check]:
    limit, name, title = found.limit, found.metric.name, found.metric.title
    if limit is None:
        return
    if found.all is None:
        yield Check(name, "fail" if strict and not limit.advise else "advice", f"{title}: not measured, no question calls for it")
        return
    text = f"{title}: {found.all.value:.4g} over {found.all.n} questions, {limit} is wanted"
    yield Check(name, "pass" if limit.holds(found.all.value) else _against(limit), text)


def _not_fallen(found: Figure) -> Iterable[Check]:
    """A fall counts when the whole 95% interval of the paired difference is on the wrong side of nothing."""
    since, metric = found.change, found.metric
    if since is None:
        return
    fallen = since.high < -_TOLERANCE if metric.better == "more" else since.low > _TOLERANCE
    text = f"{metric.title}: {since.value:+.4g} since the baseline, 95% interval {since.low:+.4g} to {since.high:+.4g}"
    yield Check(f"{metric.name}-baseline", _against(found.limit) if fallen else "pass", text)


def _against(limit: Limit | None) -> Verdict:
    return "advice" if limit and limit.advise else "fail"


def _comparison(baseline: Baseline | None, now: Provenance) -> str:
    if baseline is None:
        return "no baseline to compare with"
    changed = [name for name, value in now.comparable().items() if baseline.same.get(name) != value]
    if comparable(baseline, now):
        return "compared with the baseline, question by question"
    return f"not comparable with the baseline: other {' and '.join(changed)}"


# -- the baseline -------------------------------------------------------------------------------------------------------


def load_baseline(file: Path) -> Baseline | None:
    """Read a baseline; None where there is none yet.

    Raises:
        GateError: the file is not a baseline.
    """
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
        found = {metric: {name: float(number) for name, number in rows.items()} for metric, rows in value["values"].items()}
        return Baseline({**value["same"], "answerer": value["answerer"]}, found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise GateError(f"{file}: is not a baseline ({type(error).__name__}: {error}). Make it anew with --update-baseline.") from error


def write_baseline(file: Path, rows: Sequence[Row], judgement: Judgement, now: Provenance) -> None:
    """Make a run the one to compare with from now on.

    Raises:
        GateError: the run is not complete, or the file cannot be written.
    """
    broken = [check.text for check in judgement.checks if check.name in ("missing", "errors", "blanks") and check.verdict == "fail"]
    if broken:
        raise GateError(f"the baseline stays as it is: {broken[0]}. A baseline needs a result for every question.")
    figures = {found.metric.name: round(found.all.value, 4) for found in judgement.figures if found.all and found.metric.comparable}
    same = now.comparable()
    value = {
        "made": now.made,
        "answerer": same.pop("answerer"),
        "same": same,
        "figures": figures,
        "values": {metric.name: values(rows, metric.name) for metric in METRICS if metric.comparable},
    }
    try:
        file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise GateError(f"{file}: the baseline cannot be written ({error.strerror}).") from error

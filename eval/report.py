"""A finished run as people read it: tables in the terminal, and files for a browser, a pull request, a spreadsheet and CI."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from assistant import render
from assistant.batch.table import harmless
from assistant.types import EXTRACTIVE
from eval.case import Case, Corpus
from eval.gate import Figure, Judgement, Limit, estimated
from eval.golden import KINDS, Golden, Words
from eval.judged import JUDGED
from eval.metrics import BY_NAME, METRICS, Metric, Score
from eval.risk import HEADS, curve
from eval.stats import Estimate
from eval.suite import Provenance, Row, authors, parts
from index.errors import UsageError

BY_KIND = {
    "evidence_recall": "evidence",
    "answered": "answered",
    "abstained": "abstained",
    "quotations": "exact",
    "faithfulness": "carried",
    "speakers": "speaker",
    "length": "length",
    "latency": "seconds",
}
"""The metrics in the table by kind, each with the head of its column."""
FIGURE_HEADS = ("metric", "all", "95% interval", "tuned on", "held out", "wanted", "change", "questions")
RESULT_HEADS = (
    "id", "kind", "held_out", "answerable", "question", "status", "error", "answer", "citations", "answerer", "shown", "shown_by"
)  # fmt: skip
FILES = ("report.html", "report.md", "results.csv", "results.json", "junit.xml")
_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]|#~"})
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\ufffd")


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known after a run."""

    questions: Sequence[Golden]
    rows: Sequence[Row]
    judgement: Judgement
    provenance: Provenance
    seconds: float

    @property
    def authors(self) -> dict[str, list[Row]]:
        """The rows by who answered, where a language model was to."""
        return authors(self.rows, self.provenance.answerer) if self.provenance.answerer != EXTRACTIVE else {}

    @property
    def verdict(self) -> str:
        """Green or red, in a line."""
        checks = self.judgement.checks
        failed = sum(check.verdict == "fail" for check in checks)
        return f"red: {failed} of {len(checks)} checks fail" if failed else f"green: all {len(checks)} checks hold or advise"


def number(value: float, unit: str) -> str:
    """A value as printed: shares with two or three digits, never rounded up to a perfect one."""
    if unit == "share":
        return f"{value:.0f}" if value in (0.0, 1.0) else f"{min(max(value, 0.001), 0.999):.3f}"
    return f"{value:.0f}" if unit == "characters" else f"{value:.3f}"


def cell(found: Estimate | None, unit: str) -> str:
    """An estimate as printed in a table; a dash where nothing was measured."""
    return number(found.value, unit) if found else "–"


def figure_cells(found: Figure) -> tuple[str, ...]:
    """A line of the table of metrics, under `FIGURE_HEADS`; a limit in brackets only advises, the change is since the baseline."""
    unit, estimate, limit = found.metric.unit, found.all, found.limit
    wanted = f"{'≤' if limit.least is None else '≥'} {limit.figure:g}" if limit else "–"
    return (
        found.metric.title,
        cell(estimate, unit),
        f"{number(estimate.low, unit)} to {number(estimate.high, unit)}" if estimate else "–",
        cell(found.tuned, unit),
        cell(found.held_out, unit),
        f"({wanted})" if limit and limit.advise else wanted,
        "–" if found.change is None else f"{found.change.value:+.3g}" if found.change.value else "none",
        f"{estimate.n if estimate else 0}" + (f", {found.blanks} blank" if found.blanks else ""),
    )


def kinds(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by kind, without kinds that nobody asked for."""
    found = [(kind, [row for row in rows if row.golden.kind == kind]) for kind in KINDS]
    return [(kind, own) for kind, own in found if own]


def findings(row: Row) -> list[tuple[Metric, str]]:
    """What the metrics and the judge have against an answer, in their order."""
    return [(metric, score.reason) for metric in (*METRICS, *JUDGED) if (score := row.score(metric.name)) and score.reason]


def missed(row: Row, limits: Mapping[str, Limit | None]) -> list[str]:
    """Names of the metrics with a limit that a row is not perfect on; errors and blanks included. Empty: nothing to complain of."""
    wrong = ["error"] if row.error else ["blank"] if row.blank else []
    for metric in METRICS:
        score, limit = row.scores.get(metric.name), limits.get(metric.name)
        if score and limit and not limit.advise and metric.unit == "share" and metric.of != "retrieval" and score.value != metric.best:
            wrong.append(metric.name)
    return wrong


def complaint(row: Row, limits: Mapping[str, Limit | None]) -> str:
    """What was wanted of an answer and what came, in a sentence; empty where it is as it should be."""
    wrong, golden, answer = missed(row, limits), row.golden, row.answer
    if not wrong:
        return ""
    wanted = render.listed([f"“{need[0].words}” ({need[0].article})" for need in golden.evidence]) if golden.answerable else "a refusal"
    came = " ".join(filter(None, render.lines(answer, render.plain))) if answer else row.error
    why = "; ".join(reason for metric, reason in findings(row) if metric.name in wrong)
    return f"“{golden.question}”: wanted {wanted}; came: {came} ({why or ', '.join(wrong)})"


def provenance_lines(provenance: Provenance) -> list[tuple[str, str]]:
    """What was evaluated on what, as names and values."""
    return [
        ("made", provenance.made),
        ("answerer", provenance.answerer),
        *([("judge", provenance.judge)] if provenance.judge else []),
        ("corpus", provenance.corpus),
        ("questions", provenance.questions),
        ("prompts", ", ".join(f"{name} {digest[:8]}" for name, digest in provenance.prompts.items())),
        ("versions", ", ".join(f"{name} {version}" for name, version in provenance.versions.items())),
    ]


def _tables(report: Report) -> dict[str, tuple[Sequence[str], Sequence[Sequence[str]]]]:
    """The tables of metrics, by kind of question, and of risk against coverage: their heads and lines.

    The second has a line for each kind, then those tuned on, those held out, all, and those of each author: how many were asked, and the
    metrics of `BY_KIND`.
    """
    tuned, held_out = parts(report.rows)
    groups = [*kinds(report.rows), ("tuned on", tuned), ("held out", held_out), ("all", report.rows), *report.authors.items()]
    metrics = [BY_NAME[name] for name in BY_KIND]
    by_kind = [[name, str(len(rows)), *(cell(estimated(rows, one), one.unit) for one in metrics)] for name, rows in groups]
    return {
        "kinds": (("questions", "asked", *BY_KIND.values()), by_kind),
        "metrics": (FIGURE_HEADS, [figure_cells(found) for found in report.judgement.figures]),
        "risk": (HEADS, curve(report.rows)),
    }


# -- the terminal -------------------------------------------------------------------------------------------------------


def tables(report: Report) -> list[Table]:
    """The table by kind and the table of metrics, for a rich console."""
    made, found = [], _tables(report)
    for title, (heads, lines) in (("By kind of question", found["kinds"]), ("Metrics", found["metrics"])):
        table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
        for position, head in enumerate(heads):
            table.add_column(head, justify="right" if position else "left", no_wrap=True)
        for line in lines:
            if line[0] in ("tuned on", *list(report.authors)[:1]):
                table.add_section()
            table.add_row(*(Text(part) for part in line))  # Text: brackets are no mark-up
        made.append(table)
    return made


def lines(report: Report) -> list[str]:
    """What the terminal says below the tables: failures and advice, the comparison, what was evaluated on what, and the verdict."""
    words = {"fail": "FAILS ", "advice": "advice"}
    known = "; ".join(f"{name} {value}" for name, value in provenance_lines(report.provenance))
    return [
        *(f"{words[check.verdict]} {check.text}" for check in report.judgement.checks if check.verdict != "pass"),
        f"Baseline: {report.judgement.comparison}.",
        f"Evaluated: {known}.",
        f"The gate is {report.verdict}. ({report.seconds:.0f} s)",
    ]


# -- files --------------------------------------------------------------------------------------------------------------


def make_folder(folder: Path) -> None:
    """Make the folder for a report, before anything is spent on what goes into it. Raises `UsageError` where it cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _unwritable(folder, error) from error


def _unwritable(folder: Path, error: OSError) -> UsageError:
    return UsageError(f"the report cannot be written to {folder} ({error.strerror}). Name another folder with --out.")


def write(report: Report, folder: Path) -> list[Path]:
    """Write report.html, report.md, results.csv, results.json and junit.xml into a folder, which is made where it is missing.

    Raises:
        UsageError: the folder or a file in it cannot be written.
    """
    made = {"results.csv": table_of_results, "results.json": json_of_results}
    texts = {folder / name: made[name](report) if name in made else rendered(name, report) for name in FILES}
    make_folder(folder)
    try:
        for file, text in texts.items():
            file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _unwritable(folder, error) from error
    return list(texts)


def rendered(name: str, report: Report) -> str:
    """A file of the report, by the template beside this module that has its name."""
    there = {row.golden.id: row for row in report.rows}
    limits = {found.metric.name: found.limit for found in report.judgement.figures}
    wrong = {row.golden.id: missed(row, limits) for row in report.rows}
    return _template(f"{name}.jinja").render(
        report=report,
        judgement=report.judgement,
        by_id=there,
        lost=[golden for golden in report.questions if golden.id not in there],
        wrong=wrong,
        broken=[row for row in report.rows if wrong[row.golden.id]],
        perfect=[row for row in report.rows if not wrong[row.golden.id]],
        kinds=kinds(report.rows),
        tables=_tables(report),
        provenance=provenance_lines(report.provenance),
    )


def _template(name: str) -> Template:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=select_autoescape(("html.jinja", "xml.jinja")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"md": _md, "xml": lambda text: text.translate(_NOT_XML)}
    made.globals |= {"evidence": evidence, "findings": findings, "number": number}
    return made.get_template(name)


def _md(text: str) -> str:
    """Text that is only text in Markdown: on one line, with its special signs escaped."""
    return escape(" ".join(text.split()), quote=False).translate(_MARKS)


def evidence(row: Row) -> list[tuple[bool, tuple[Words, ...]]]:
    """What was to be cited, each need with whether the answer cites one of its alternatives."""
    case = Case(row.golden, row.answer, Corpus({}, {})) if row.answer else None
    return [(case is not None and case.tells(need), need) for need in row.golden.evidence]


def table_of_results(report: Report) -> str:
    """results.csv: a row per question that has a result, a column per metric, and on every row what was evaluated on what."""
    out, known = io.StringIO(), provenance_lines(report.provenance)
    metrics = [found.metric.name for found in report.judgement.figures]
    writer = csv.writer(out)
    writer.writerow([*RESULT_HEADS, *metrics, "findings", *(f"run_{name}" for name, _ in known)])
    for row in report.rows:
        cells = [*_result(row), *(_score(row.score(metric)) for metric in metrics)]
        found = "; ".join(f"{metric.name}: {reason}" for metric, reason in findings(row))
        writer.writerow(map(harmless, (*cells, found, *(value for _, value in known))))
    return out.getvalue()


def _result(row: Row) -> list[str]:
    """The cells under `RESULT_HEADS`."""
    golden, answer = row.golden, row.answer
    asked = [golden.id, golden.kind, str(golden.held_out).lower(), str(golden.answerable).lower(), golden.question]
    if answer is None:
        return [*asked, "", row.error or "", *[""] * 5]
    places = "; ".join(f"{citation.article}:{citation.start}-{citation.end}" for citation in answer.citations)
    shown = row.shown.answer if row.shown else None
    return [
        *asked,
        answer.status,
        row.error or "",
        answer.text,
        places,
        answer.answerer,
        *((shown.text, shown.answerer) if shown else ("", "")),
    ]


def json_of_results(report: Report) -> str:
    """results.json: the gate's checks, the figures, who answered how many, and every question with what was answered and what was shown."""
    figures = {found.metric.name: asdict(found.all) for found in report.judgement.figures if found.all}
    value = {
        "green": report.judgement.green,
        "checks": [asdict(check) for check in report.judgement.checks],
        "metrics": figures,
        "answered_by": {author: len(rows) for author, rows in report.authors.items()},
        "questions": [_as_json(row) for row in report.rows],
        "run": dict(provenance_lines(report.provenance)),
    }
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _as_json(row: Row) -> dict[str, Any]:
    golden, shown = row.golden, row.shown.answer if row.shown else None
    return {
        "id": golden.id,
        "question": golden.question,
        "error": row.error,
        "answer": render.as_json(row.answer) if row.answer else None,
        "shown": render.as_json(shown) if shown else None,
        "scores": {name: score.value for name, score in row.scores.items()},
        "findings": {metric.name: reason for metric, reason in findings(row)},
    }


def _score(score: Score | None) -> str:
    return "" if score is None else "blank" if score.value is None else f"{score.value:g}"

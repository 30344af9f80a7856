"""A finished run as people read it: tables in the terminal, and files for a browser, a pull request, a spreadsheet and CI."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from assistant.table import harmless
from eval.gate import Figure, Judgement, figure
from eval.golden import KINDS, Golden
from eval.judged import JUDGED
from eval.metrics import METRICS, Metric
from eval.risk import HEADS, curve
from eval.stats import Estimate
from eval.suite import Provenance, Row
from index.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

BY_KIND = ("evidence_recall", "answered", "abstained", "quotations", "faithfulness", "speakers", "length", "latency")
_HEADS = ("evidence", "answered", "abstained", "exact", "carried", "speaker", "length", "seconds")


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known after a run."""

    questions: Sequence[Golden]
    rows: Sequence[Row]
    judgement: Judgement
    provenance: Provenance
    seconds: float

    @property
    def verdict(self) -> str:
        """Green or red, in a line."""
        failed = sum(check.verdict == "fail" for check in self.judgement.checks)
        return (
            f"green: all {len(self.judgement.checks)} checks hold or advise"
            if not failed
            else f"red: {failed} of {len(self.judgement.checks)} checks fail"
        )


def number(value: float, unit: str) -> str:
    """A value as printed: shares with two or three digits, never rounded up to a perfect one."""
    if unit == "share":
        return f"{value:.0f}" if value in (0.0, 1.0) else f"{min(max(value, 0.001), 0.999):.3f}"
    return f"{value:.0f}" if unit == "characters" else f"{value:.3f}"


def cell(found: Estimate | None, unit: str) -> str:
    """An estimate as printed in a table; a dash where nothing was measured."""
    return number(found.value, unit) if found else "–"


FIGURE_HEADS = ("metric", "all", "95% interval", "tuned on", "held out", "wanted", "change", "questions")


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


def groups(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """The rows by kind, then those tuned on, those held out, and all."""
    kinds = [(kind, [row for row in rows if row.golden.kind == kind]) for kind in KINDS]
    tuned, held_out = ([row for row in rows if row.golden.held_out is held] for held in (False, True))
    return [(name, found) for name, found in kinds if found] + [("tuned on", tuned), ("held out", held_out), ("all", [*rows])]


def group_cells(name: str, rows: Sequence[Row]) -> list[str]:
    """A line of the table by kind: name, number asked, and a summary of each metric of `BY_KIND`."""
    by_name = {metric.name: metric for metric in METRICS}
    cells = [cell(figure(by_name[metric], rows).all, by_name[metric].unit) for metric in BY_KIND]
    return [name, str(len(rows)), *cells]


GROUP_HEADS = ("questions", "asked", *_HEADS)


def findings(row: Row) -> list[tuple[Metric, str]]:
    """What the metrics and the judge have against an answer, in their order."""
    return [(metric, score.reason) for metric in (*METRICS, *JUDGED) if (score := row.score(metric.name)) and score.reason]


def missed(row: Row, judgement: Judgement) -> list[str]:
    """Names of the metrics with a limit that a row is not perfect on; errors and blanks included. Empty: nothing to complain of."""
    wanted = [
        found.metric
        for found in judgement.figures
        if found.limit and not found.limit.advise and (found.metric.unit, found.metric.of) == ("share", "answer")
    ]
    wrong = ["error"] if row.error else ["blank"] if row.blank else []
    for metric in wanted:
        score = row.scores.get(metric.name)
        if score is not None and score.value != (1.0 if metric.better == "more" else 0.0):
            wrong.append(metric.name)
    return wrong


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


# -- the terminal -------------------------------------------------------------------------------------------------------


def tables(report: Report) -> list[Table]:
    """The table by kind and the table of metrics, for a rich console."""
    return [
        _table("By kind of question", GROUP_HEADS, [group_cells(name, rows) for name, rows in groups(report.rows)]),
        _table("Metrics", FIGURE_HEADS, [figure_cells(found) for found in report.judgement.figures]),
    ]


def _table(title: str, heads: Iterable[str], lines: Iterable[Sequence[str]]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    for line in lines:
        if line[0] == "tuned on":
            table.add_section()
        table.add_row(*(Text(part) for part in line))  # Text: brackets are no mark-up
    return table


def lines(report: Report) -> list[str]:
    """What the terminal says below the tables: failures and advice, the comparison, what was evaluated on what, and the verdict."""
    words = {"fail": "FAILS ", "advice": "advice"}
    found = [f"{words[check.verdict]} {check.text}" for check in report.judgement.checks if check.verdict != "pass"]
    known = "; ".join(f"{name} {value}" for name, value in provenance_lines(report.provenance))
    return [
        *found,
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
    """Write report.html, report.md, results.csv and junit.xml into a folder, which is made where it is missing.

    Raises:
        UsageError: the folder or a file in it cannot be written.
    """
    from eval.page import page

    texts = {
        "report.html": page(report),
        "report.md": markdown(report),
        "results.csv": table_of_results(report),
        "junit.xml": junit(report),
    }
    make_folder(folder)
    try:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise _unwritable(folder, error) from error
    return [folder / name for name in texts]


def markdown(report: Report) -> str:
    """The report for a pull request."""
    broken = [(row, wrong) for row in report.rows if (wrong := missed(row, report.judgement))]
    parts = [
        f"## Evaluation: {report.verdict}",
        "\n".join(f"- **{check.verdict}** {_md(check.text)}" for check in report.judgement.checks if check.verdict != "pass"),
        f"Baseline: {_md(report.judgement.comparison)}.",
        _md_table(FIGURE_HEADS, [figure_cells(found) for found in report.judgement.figures]),
        _md_table(GROUP_HEADS, [group_cells(name, rows) for name, rows in groups(report.rows)]),
        _md_table(HEADS, [step.cells() for step in curve(report.rows)]),
        f"<details><summary>{len(broken)} questions that were not answered perfectly</summary>\n\n"
        + "\n".join(f"- `{row.golden.id}` {_md(row.golden.question)} ({', '.join(wrong)})" for row, wrong in broken)
        + "\n\n</details>",
        "\n".join(f"- {name}: {_md(value)}" for name, value in provenance_lines(report.provenance)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _md_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = ["| " + " | ".join(_md(part) for part in row) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *body])


def _md(text: str) -> str:
    """Text that is only text in Markdown: on one line, with its special signs escaped."""
    return re.sub(r"([\\`*_{}\[\]|#~])", r"\\\1", escape(" ".join(text.split()), quote=False))


def table_of_results(report: Report) -> str:
    """results.csv: a row per question that has a result, a column per metric, and on every row what was evaluated on what."""
    out, metrics, known = io.StringIO(), [found.metric for found in report.judgement.figures], provenance_lines(report.provenance)
    writer = csv.writer(out)
    writer.writerow(
        [
            "id",
            "kind",
            "held_out",
            "answerable",
            "question",
            "status",
            "error",
            "answer",
            "citations",
            *(metric.name for metric in metrics),
            "findings",
            *(f"run_{name}" for name, _ in known),
        ]
    )
    for row in report.rows:
        answer, golden = row.answer, row.golden
        scores = [row.score(metric.name) for metric in metrics]
        writer.writerow(
            harmless(value) for value in [
                golden.id, golden.kind, str(golden.held_out).lower(), str(golden.answerable).lower(), golden.question,
                answer.status if answer else "", row.error or "", answer.text if answer else "",
                "; ".join(f"{citation.article}:{citation.start}-{citation.end}" for citation in answer.citations) if answer else "",
                *("" if score is None else "blank" if score.value is None else f"{score.value:g}" for score in scores),
                "; ".join(f"{metric.name}: {reason}" for metric, reason in findings(row)),
                *(value for _, value in known),
            ]
        )  # fmt: skip
    return out.getvalue()


def junit(report: Report) -> str:
    """junit.xml: a case for every check of the gate, and one for every question.

    Only checks fail; a question that is answered less than perfectly says so in its output, as a limit may allow it. An error is an error.
    """
    root = ElementTree.Element("testsuites", name="readout eval", time=f"{report.seconds:.3f}")
    gate = _suite(root, "gate", len(report.judgement.checks), sum(check.verdict == "fail" for check in report.judgement.checks), 0)
    for check in report.judgement.checks:
        case = ElementTree.SubElement(gate, "testcase", classname="gate", name=check.name)
        if check.verdict == "fail":
            ElementTree.SubElement(case, "failure", message=_xml(check.text))
        else:
            ElementTree.SubElement(case, "system-out").text = _xml(check.text)
    by_id = {row.golden.id: row for row in report.rows}
    broken = sum(golden.id not in by_id or by_id[golden.id].error is not None for golden in report.questions)
    asked = _suite(root, "questions", len(report.questions), 0, broken)
    for name, value in provenance_lines(report.provenance):
        ElementTree.SubElement(asked[0], "property", name=name, value=_xml(value))
    for golden in report.questions:
        _question_case(asked, golden, by_id.get(golden.id))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(root: ElementTree.Element, name: str, tests: int, failures: int, errors: int) -> ElementTree.Element:
    suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(tests), failures=str(failures), errors=str(errors))
    if name == "questions":
        ElementTree.SubElement(suite, "properties")
    return suite


def _question_case(suite: ElementTree.Element, golden: Golden, row: Row | None) -> None:
    seconds = row.answer.seconds if row and row.answer else 0.0
    case = ElementTree.SubElement(
        suite, "testcase", classname=f"questions.{golden.kind}", name=_xml(f"{golden.id}: {golden.question}"), time=f"{seconds:.4f}"
    )
    if row is None or row.error:
        ElementTree.SubElement(case, "error", message=_xml(row.error or "" if row else "no result"))
    elif found := findings(row):
        ElementTree.SubElement(case, "system-out").text = _xml("\n".join(f"{metric.name}: {reason}" for metric, reason in found))


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold in any form."""
    return re.sub(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)

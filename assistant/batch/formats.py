"""Rows with their outcomes, written as a CSV, as a line of JSON each, or as a page for people."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from assistant.batch.table import Row, Table, harmless, line
from assistant.check.report import as_json as as_report
from assistant.check.values import Report
from assistant.markup import filled
from assistant.render import as_json
from assistant.types import Answer

Form = Literal["csv", "jsonl", "html"]

COLUMNS = ("status", "answer", "speakers", "sides", "outlets", "citations", "support", "answerer", "seconds", "tokens", "error", "index")
CHECKED = ("status", "share", "verdicts", "claims", "seconds", "error", "index")
WORST_FIRST = ("unsupported", "supported", "verbatim")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a row: an answer or a check, or why there is none. ``index`` is the fingerprint of what it was asked of."""

    answerer: str
    index: str
    answer: Answer | None = None
    error: str | None = None
    report: Report | None = None

    @property
    def replaced(self) -> bool:
        """Whether it is an answer by another than the answerer that was to give it, and failed."""
        return self.answer is not None and self.answer.answerer != self.answerer

    @property
    def status(self) -> Literal["answered", "abstained", "checked", "failed"]:
        """The answer's status; "failed" where there is none."""
        if self.report:
            return "checked"
        return self.answer.status if self.answer else "failed"

    def dump(self) -> str:
        """The outcome as a line of text, for `load`."""
        answer = asdict(self.answer) if self.answer else None
        return json.dumps([self.answerer, self.index, answer, self.error, as_report(self.report) if self.report else None])

    @classmethod
    def load(cls, text: str) -> Outcome:
        """The outcome that was dumped."""
        answerer, index, answer, error, *report = json.loads(text)
        known = Report.from_json(report[0]) if report and report[0] else None
        return cls(answerer, index, Answer.from_json(answer) if answer else None, error, known)


class Format(Protocol):
    """A way to write rows, as text."""

    def head(self) -> str:
        """What stands before the first row; nothing unless a format has something."""
        return ""

    def row(self, row: Row, outcome: Outcome) -> str:
        """A row with its outcome, whole."""
        ...

    def foot(self) -> str:
        """What stands after the last row; nothing unless a format has something."""
        return ""


def format_for(form: Form, table: Table) -> Format:
    """The format of a name, for the rows of a table."""
    formats: dict[Form, Callable[[Table], Format]] = {"csv": Csv, "jsonl": JsonLines, "html": Page}
    return formats[form](table)


@dataclass(frozen=True, slots=True)
class Csv(Format):
    """The table's own columns, then `COLUMNS`, separated and ended as the table is.

    With a byte-order mark unless the table was UTF-8 without one: whoever wrote it needs that to read UTF-8.
    """

    table: Table

    def head(self) -> str:
        """The header."""
        return ("" if self.table.plain else "\ufeff") + self._line([*self.table.header, *(CHECKED if self.table.checks else COLUMNS)])

    def row(self, row: Row, outcome: Outcome) -> str:
        """A row with its outcome."""
        return self._line([*row.cells, *(checked_cells if self.table.checks else cells)(outcome)])

    def _line(self, parts: Iterable[str]) -> str:
        return line([harmless(part) for part in parts], self.table.delimiter, self.table.terminator)


def cells(outcome: Outcome) -> list[str]:
    """An outcome under `COLUMNS`."""
    answer = outcome.answer
    if answer is None:
        return ["failed", *[""] * 6, outcome.answerer, "", "", outcome.error or "", outcome.index]
    cited = {citation.n: citation for citation in answer.citations}
    outlets = [cited[number].outlet for point in answer.points for number in point.citations]
    citations = json.dumps(as_json(answer)["citations"], ensure_ascii=False)
    tokens = 0 if answer.usage is None else answer.usage.tokens
    return [
        answer.status,
        answer.text,
        _joined(point.speaker for point in answer.points),
        _joined(point.side for point in answer.points),
        _joined(outlets),
        citations,
        next((level for level in WORST_FIRST if level in {point.support for point in answer.points}), ""),
        answer.answerer,
        str(round(answer.seconds, 4)),
        "" if tokens is None else str(tokens),
        "",
        outcome.index,
    ]


def checked_cells(outcome: Outcome) -> list[str]:
    """An outcome under `CHECKED`."""
    report = outcome.report
    if report is None:
        return ["failed", "", "", "", "", outcome.error or "", outcome.index]
    counts = "; ".join(f"{number} {verdict}" for verdict, number in report.counts.items())
    claims = json.dumps(as_report(report)["claims"], ensure_ascii=False)
    share = "" if report.share is None else str(round(report.share, 4))
    return [outcome.status, share, counts, claims, str(round(report.seconds, 4)), "", outcome.index]


def _joined(names: Iterable[str | None]) -> str:
    return "; ".join(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class JsonLines(Format):
    """One Answer a line. A row that failed is an Answer of status "failed" with the error as its reason."""

    table: Table

    def row(self, row: Row, outcome: Outcome) -> str:
        """The outcome as an object on one line."""
        if outcome.report:
            value = as_report(outcome.report)
        elif outcome.answer:
            value = as_json(outcome.answer)
        else:
            value = as_json(Answer(row.question, "abstained", outcome.error, outcome.answerer)) | {"status": outcome.status}
        return json.dumps(value, ensure_ascii=False) + "\n"


class Page:
    """A page that needs nothing but itself: to read, filter and print. Whatever is not ours is escaped."""

    def __init__(self, table: Table) -> None:
        self._title = Path(table.name).name
        self._columns = [(place, name) for place, name in enumerate(table.header) if name.strip().casefold() != "question"]

    def head(self) -> str:
        """The page up to the first row."""
        script = hashlib.sha256(filled("report", "script").encode()).digest()  # no other script runs
        return filled("report", "head", self._title, base64.b64encode(script).decode())

    def row(self, row: Row, outcome: Outcome) -> str:
        """A row as a card: its other cells, the answer, and the words of each citation."""
        known = [(name, row.cells[place]) for place, name in self._columns if row.cells[place]]
        return filled("report", "card", row, known, outcome)

    def foot(self) -> str:
        """The page from the last row on."""
        return filled("report", "foot")

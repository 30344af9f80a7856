"""A table of questions in, a file of cited answers out: `run`. It can be killed at any moment, and then goes on where it stopped.

Rows are read, asked and written one after the other, so memory does not grow with the table.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from assistant.batch.formats import Form, Outcome, format_for
from assistant.batch.journal import SUFFIX as JOURNAL
from assistant.batch.journal import Journal, Redo
from assistant.batch.output import SUFFIX as PART
from assistant.batch.output import Output, Stream
from assistant.batch.table import WORKBOOKS, Row, Table
from assistant.batch.workers import Task, Workers
from assistant.check.values import Verdict
from assistant.models.chat_model import address
from assistant.prompts import Prompts
from assistant.question import clean
from assistant.scope import check_scope, read_scope
from assistant.settings import Settings
from assistant.types import EXTRACTIVE
from index.build import contents, open_record
from index.errors import ReadoutError, TableError
from index.record import Record, Scope

ROWS_PER_WORKER = 25  # a worker takes as long to start as to answer about as many questions
ROWS_PER_WAITING_WORKER = 4  # the same where a worker mostly waits for a model
MOST_WORKERS = 4  # that are started unasked: each takes some 250 MB
AHEAD = 4  # rows for each worker that are begun before the first of them is written


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. ``workers``: ``None`` for as many as pay. ``scope`` holds for rows that do not name an outlet or a day of their own.

    ``check`` is the column whose cells are checked, in place of questions to be asked.
    """

    form: Form = "csv"
    workers: int | None = None
    redo: Redo | None = None
    scope: Scope = field(default_factory=Scope)
    check: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """Where a run stands: of ``total`` rows so many are written, by status; ``asked`` questions were put, the others were known.

    ``replaced`` of the answers were made without the language model that was to make them. ``notes`` are what people should
    know, as sentences. Of ``checkable`` claims in the cells that were ``checked`` the articles carry so many.
    """

    total: int
    answered: int = 0
    abstained: int = 0
    failed: int = 0
    checked: int = 0
    carried: int = 0
    checkable: int = 0
    asked: int = 0
    replaced: int = 0
    seconds: float = 0.0
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows are written."""
        return self.answered + self.abstained + self.checked + self.failed

    @property
    def counts(self) -> str:
        """How many rows came out in which way, for people."""
        if self.checked:
            return f"{self.checked} checked, {self.failed} failed; {self.carried} of {self.checkable} claims carried"
        return f"{self.answered} answered, {self.abstained} abstained, {self.failed} failed"


Progress = Callable[[Summary, Row, Outcome], None]


def run(
    source: Path | BinaryIO,
    target: Path | BinaryIO,
    settings: Settings,
    options: Options = Options(),
    progress: Progress = lambda summary, row, outcome: None,
) -> Summary:
    """Answer the questions of a CSV, and write each row with its outcome, in order.

    Args:
        source: the CSV, or a stream of it. It is never changed.
        target: the file for the answers, or a stream. What an earlier run began or finished is continued: a row is asked again
            only when its question, history or filters, the index, the answerer or the prompts changed, or ``options.redo`` says so.
            Beside it stands ``NAME.readout``, which remembers the answers; without that, a file that is there already stays as it is.
        settings: the index and who answers.
        progress: called after each row is written; what it raises ends the run, and the rows so far stay.

    Returns:
        The counts. Rows that failed are no error: each says why in its column ``error``.

    Raises:
        TableError: the table cannot be read or the target not written. TableBusy: another run is writing the target.
        IndexProblem, EmbeddingError, QuestionError: the index cannot serve, or the scope names an unknown outlet.
        ReadoutError: a worker ended.
    """
    began = time.perf_counter()
    settings = replace(settings, cache=settings.cache and not options.redo)
    with Table(source, options.check) as table, open_record(settings.index, settings.embedding) as record:
        if isinstance(target, Path):
            target = _checked(target, source)
        options = replace(options, scope=check_scope(options.scope, record))
        summary = Summary(table.count, notes=(f"{table.name} {table.note}.",) if table.note else ())
        with (
            Output(target, lambda anew: journal.claim(replace=anew)) if isinstance(target, Path) else nullcontext(Stream(target)) as output,
            Journal(target if isinstance(target, Path) else None, options.redo) as journal,
            Workers(settings, _workers(options.workers, table.count, settings.model)) as workers,
        ):
            form = format_for(options.form, table)
            asking = _Asking(record, settings, options, journal, workers)
            output.write(form.head().encode())
            for row, outcome in asking.outcomes(table.rows()):
                output.write(form.row(row, outcome).encode("utf-8", "replace"))
                summary = _counted(summary, outcome, asking.asked, time.perf_counter() - began)
                progress(summary, row, outcome)
            output.write(form.foot().encode())
            journal.finish(output.finish())
        if summary.replaced:
            why = "were answered without the language model, and say why. --redo failed asks them again."
            summary = replace(summary, notes=(*summary.notes, f"{summary.replaced} rows {why}"))
        if asking.index != contents(record):
            return replace(summary, notes=(*summary.notes, "The index changed meanwhile: run this again to ask it all of the new one."))
        return summary


def _checked(target: Path, source: Path | BinaryIO) -> Path:
    """The file for the answers, where a link to it leads.

    Raises:
        TableError: it cannot be one, or writing it would change the table of questions.
    """
    target = target.resolve()
    if target.suffix.lower() in WORKBOOKS:
        raise TableError(f"{target.name} would be a workbook, which Readout cannot write. Name a file that ends in .csv, .jsonl or .html.")
    if not target.parent.is_dir():
        raise TableError(f"there is no folder {target.parent}. Make it, or name another output.")
    if target.exists() and not target.is_file():
        raise TableError(f"{target} is not a file. Name a file for the answers, or - for standard output.")
    written = [target, *(target.with_name(target.name + suffix) for suffix in (JOURNAL, PART))]
    if isinstance(source, Path) and any(path.exists() and path.samefile(source) for path in written):
        raise TableError(f"{source} holds the questions and would be written over. Name another output.")
    return target


def _workers(wanted: int | None, rows: int, model: str) -> int:
    if wanted:
        return min(wanted, rows)
    if model == EXTRACTIVE:
        return max(1, min(os.cpu_count() or 1, MOST_WORKERS, rows // ROWS_PER_WORKER))
    return max(1, min(MOST_WORKERS, rows // ROWS_PER_WAITING_WORKER))


def _counted(summary: Summary, outcome: Outcome, asked: int, seconds: float) -> Summary:
    counts = {outcome.status: getattr(summary, outcome.status) + 1, "replaced": summary.replaced + outcome.replaced}
    told = outcome.report.counts if outcome.report else {}
    counts["carried"] = summary.carried + told.get(Verdict.CARRIED, 0)
    counts["checkable"] = summary.checkable + sum(number for verdict, number in told.items() if verdict is not Verdict.NOT_CHECKABLE)
    return replace(summary, **counts, asked=asked, seconds=seconds)


Begun = tuple[Row, bytes | None, "Future[Outcome]"]
"""A row with its outcome, and the key that this is still to be stored under; nothing where it is, or will be for another row."""


class _Asking:
    """Finds the outcome of each row: in the journal, or by asking. ``asked`` counts the questions put; ``index`` names what to."""

    def __init__(self, record: Record, settings: Settings, options: Options, journal: Journal, workers: Workers) -> None:
        self._record, self._journal, self._workers = record, journal, workers
        self._ahead = AHEAD * workers.count
        self._scope, self._checks = options.scope, bool(options.check)
        self.index, self._answerer = contents(record), settings.model
        self._basis = [self.index, self._answerer, Prompts(settings.prompts).fingerprint]
        if self._answerer != EXTRACTIVE:
            self._basis += [address(), "strict" if settings.strict else "marked"]
        self._window: deque[Begun] = deque()
        self.asked = 0

    def outcomes(self, rows: Iterator[Row]) -> Iterator[tuple[Row, Outcome]]:
        """Yield rows with their outcomes, in order; some rows ahead are begun meanwhile.

        Raises:
            ReadoutError: a worker ended, or none could be started.
        """
        try:
            for row in rows:
                self._window.append(self._begin(row))
                if len(self._window) > self._ahead:
                    yield self._end(*self._window.popleft())
            while self._window:
                yield self._end(*self._window.popleft())
        except BrokenProcessPool as error:
            raise ReadoutError(
                "a worker process ended, perhaps for want of memory. Run this again with fewer --workers; finished rows are kept."
            ) from error

    def _begin(self, row: Row) -> Begun:
        try:
            task = self._task(row)
        except ReadoutError as error:
            return row, None, _known(Outcome(self._answerer, self.index, error=str(error)))
        key = self._key(task)
        if same := [outcome for _, known, outcome in self._window if known == key]:
            return row, None, same[0]
        if known := self._journal.get(key):
            return row, None, _known(Outcome.load(known))
        self.asked += 1
        return row, key, self._workers.submit(task)

    def _end(self, row: Row, key: bytes | None, begun: Future[Outcome]) -> tuple[Row, Outcome]:
        outcome = begun.result()
        if key:
            self._journal.put(key, outcome.dump(), failed=outcome.status == "failed" or outcome.replaced)
        return row, outcome

    def _task(self, row: Row) -> Task:
        """What a row asks.

        Raises:
            ReadoutError: it cannot be asked.
        """
        if row.problem:
            raise TableError(row.problem)
        question = "" if self._checks else clean(row.question)
        outlets, base = _parts(row.outlet), self._scope
        scope = read_scope(outlets or [*base.outlets], row.since.strip() or base.since, row.until.strip() or base.until, mark="")
        scope = check_scope(scope, self._record) if outlets else scope
        return Task(question, scope, draft=row.checked) if self._checks else Task(question, scope, _history(row.history))

    def _key(self, task: Task) -> bytes:
        """A name for all that an outcome depends on."""
        scope = task.scope
        parts = [*self._basis, task.question, task.history, scope.outlets, scope.since, scope.until, *filter(None, [task.draft])]
        return hashlib.sha256(json.dumps(parts).encode()).digest()[:16]


def _known(outcome: Outcome) -> Future[Outcome]:
    known = Future[Outcome]()
    known.set_result(outcome)
    return known


def _parts(outlets: str) -> list[str]:
    return [name.strip() for name in outlets.replace("|", ";").split(";") if name.strip()]


def _history(cell: str) -> tuple[str, ...]:
    """The earlier questions of a cell, oldest first: a JSON array of strings, or one a line.

    Raises:
        TableError: a JSON array of something else.
    """
    if not (cell.strip().startswith("[") and cell.strip().endswith("]")):
        return tuple(line.strip() for line in cell.splitlines() if line.strip())
    try:
        earlier = json.loads(cell)
        if not all(isinstance(question, str) for question in earlier):
            raise ValueError(cell)
    except ValueError:
        raise TableError("the history is no JSON array of strings. Write the earlier questions as one, or one a line.") from None
    return tuple(question.strip() for question in earlier if question.strip())

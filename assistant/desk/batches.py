"""Tables of questions that people upload in the chat: each is answered by a thread that can be watched and stopped."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock

from assistant.batch.formats import Outcome
from assistant.batch.journal import SUFFIX as JOURNAL
from assistant.batch.run import Options, Summary, run
from assistant.batch.table import Row
from assistant.desk.aside import aside
from assistant.render import lines, plain
from assistant.settings import Settings
from index.errors import ReadoutError, TableBusy, TableError
from index.record import Scope

RUNS = 2  # at the same time, over all people: each takes some 250 MB, and time from those who ask
SHOWN = 100  # rows that are shown; the files have all
PAUSE = 0.4  # seconds between two looks at a run


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it is shown: its number in the table, and the first line of the answer, or why there is none."""

    number: int
    question: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """How far a run is. ``files`` are there when it ended: the answers and, where it was not ``stopped``, the page of them."""

    summary: Summary
    rows: tuple[Shown, ...] = ()
    files: tuple[Path, ...] = ()
    stopped: bool = False


class Batches:
    """The runs under way, one a person, over the articles in a scope."""

    def __init__(self, settings: Settings, scope: Scope) -> None:
        self._settings, self._scope = settings, scope
        self._changing = Lock()
        self._under_way: dict[str, _Watch] = {}

    def stop(self, person: str) -> None:
        """End a person's run, if there is one, with the row it is at."""
        if watch := self._under_way.get(person):
            watch.stopping.set()

    def run(self, person: str, table: Path) -> Iterator[State]:
        """Answer a table, and yield how far that is now and then. The files are gone after the last state; left early, the run ends.

        Raises:
            TableBusy: the person has a run under way, or too many others have.
            ReadoutError: as `run` of a batch.
        """
        name = re.sub(r"[^\w-]+", "-", table.stem)[:60]
        with TemporaryDirectory(prefix="readout-", ignore_cleanup_errors=True) as folder:
            watch, target = self._begin(person), Path(folder, f"{name}-answers.csv")
            ended = aside(lambda: self._answer(person, table, target, watch))
            try:
                while not ended.done():
                    yield watch.state()
                    wait([ended], PAUSE)
                yield ended.result()
            except ReadoutError as error:
                raise TableError(str(error).replace(f"{table.parent}/", "").replace(f"{folder}/", "")) from error
            finally:
                watch.stopping.set()

    def _begin(self, person: str) -> _Watch:
        with self._changing:
            if person in self._under_way:
                raise TableBusy("a table of yours is being answered. Wait for it, or stop it, and upload this one again.")
            if len(self._under_way) >= RUNS:
                raise TableBusy(f"{RUNS} tables of other people are being answered, and no more at once. Upload this one again later.")
            return self._under_way.setdefault(person, _Watch())

    def _answer(self, person: str, table: Path, target: Path, watch: _Watch) -> State:
        """Write the answers as a CSV, then as a page from what the run has found; one thread, for the chat answers others meanwhile."""
        page = target.with_suffix(".html")
        try:
            watch.summary = run(table, target, self._settings, Options(workers=1, scope=self._scope), watch)
            shutil.copyfile(f"{target}{JOURNAL}", f"{page}{JOURNAL}")
            run(table, page, self._settings, Options("html", workers=1, scope=self._scope))
            return watch.state((target, page))
        except _Stopped:
            return watch.state((target,), stopped=True)
        finally:
            del self._under_way[person]


class _Stopped(Exception):
    """Somebody stopped the run, or nobody watches it any more."""


class _Watch:
    """What a run tells after each row."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.summary = Summary(0)
        self._rows: list[Shown] = []

    def __call__(self, summary: Summary, row: Row, outcome: Outcome) -> None:
        if len(self._rows) < SHOWN:
            self._rows.append(Shown(row.number, row.question, outcome.status, _first_line(outcome)))
        self.summary = summary
        if self.stopping.is_set():
            raise _Stopped

    def state(self, files: tuple[Path, ...] = (), *, stopped: bool = False) -> State:
        return State(self.summary, tuple(self._rows), files, stopped)


def _first_line(outcome: Outcome) -> str:
    if outcome.answer is None:
        return outcome.error or ""
    return next(iter(lines(outcome.answer, plain)), "").removeprefix("- ")

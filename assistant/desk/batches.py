"""Tables of questions that people upload in the chat: each is answered by a thread that can be watched and stopped."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Lock

from assistant.batch.formats import Outcome
from assistant.batch.journal import SUFFIX as JOURNAL
from assistant.batch.run import Options, Summary, run
from assistant.batch.table import Row
from assistant.desk.aside import aside
from assistant.desk.uploads import stem
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


@dataclass(slots=True)
class State:
    """How far a run is. ``files`` are there when it ended: the answers and, where it was not ``stopped``, the page of them."""

    summary: Summary
    rows: Sequence[Shown] = ()
    files: tuple[Path, ...] = ()
    stopped: bool = False


class Batches:
    """The runs under way, one a person, over the articles in a scope."""

    def __init__(self, settings: Settings, scope: Scope) -> None:
        self._settings, self._scope = settings, scope
        self._changing = Lock()
        self._under_way: dict[str, Event] = {}  # by person: what is set ends the run

    def stop(self, person: str) -> None:
        """End a person's run, if there is one, with the row it is at."""
        if stopping := self._under_way.get(person):
            stopping.set()

    def run(self, person: str, table: Path) -> Iterator[State]:
        """Answer a table, and yield how far that is now and then. The files are gone after the last state; left early, the run ends.

        Raises:
            TableBusy: the person has a run under way, or too many others have.
            ReadoutError: as `run` of a batch.
        """
        with TemporaryDirectory(prefix="readout-", ignore_cleanup_errors=True) as folder:
            stopping, state, target = self._begin(person), State(Summary(0)), Path(folder, f"{stem(table.stem)}-answers.csv")
            ended = aside(lambda: self._answer(person, table, target, state, stopping))
            try:
                while not ended.done():
                    yield state
                    wait([ended], PAUSE)
                yield ended.result()
            except ReadoutError as error:
                raise TableError(str(error).replace(f"{table.parent}/", "").replace(f"{folder}/", "")) from error
            finally:
                stopping.set()

    def _begin(self, person: str) -> Event:
        with self._changing:
            if person in self._under_way:
                raise TableBusy("a table of yours is being answered. Wait for it, or stop it, and upload this one again.")
            if len(self._under_way) >= RUNS:
                raise TableBusy(f"{RUNS} tables of other people are being answered, and no more at once. Upload this one again later.")
            return self._under_way.setdefault(person, Event())

    def _answer(self, person: str, table: Path, target: Path, state: State, stopping: Event) -> State:
        """Write the answers as a CSV, then as a page from what the run has found; one thread, for the chat answers others meanwhile."""
        page = target.with_suffix(".html")

        def note(summary: Summary, row: Row, outcome: Outcome) -> None:
            state.summary = summary
            if len(state.rows) < SHOWN:
                state.rows = (*state.rows, Shown(row.number, row.question, outcome.status, _first_line(outcome)))
            if stopping.is_set():
                raise _Stopped

        try:
            state.summary = run(table, target, self._settings, Options(workers=1, scope=self._scope), note)
            shutil.copyfile(f"{target}{JOURNAL}", f"{page}{JOURNAL}")
            run(table, page, self._settings, Options("html", workers=1, scope=self._scope))
            return replace(state, files=(target, page))
        except _Stopped:
            return replace(state, files=(target,), stopped=True)
        finally:
            del self._under_way[person]


class _Stopped(Exception):
    """Somebody stopped the run, or nobody watches it any more."""


def _first_line(outcome: Outcome) -> str:
    if outcome.answer is None:
        return outcome.error or ""
    return next(iter(lines(outcome.answer, plain)), "").removeprefix("- ")

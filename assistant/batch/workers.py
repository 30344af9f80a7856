"""Who asks the questions of a table: processes beside this one, or a thread of it where starting them would not pay.

Answering is arithmetic in Python, so threads would take turns at it. Each worker has an Assistant of its own, and one processor:
its arithmetic does not spread over several, where it would wait for the other workers'.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy  # noqa: F401 - its libraries must be loaded before they can be limited
from threadpoolctl import threadpool_limits

from assistant.batch.formats import Outcome
from assistant.check.draft import read_draft
from assistant.settings import Settings
from index.build import contents
from index.errors import IndexProblem, ModelMissing, ReadoutError
from index.record import Scope
from index.runtime import THREADS
from index.workers import begin

if TYPE_CHECKING:
    from assistant.chain import Assistant


@dataclass(frozen=True, slots=True)
class Task:
    """A question with the articles to look in and the questions asked before it, oldest first; or a ``draft`` that is to be checked."""

    question: str
    scope: Scope
    history: Sequence[str] = ()
    draft: str | None = None


class Desk:
    """An open Assistant that answers tasks, one at a time.

    Raises:
        ReadoutError: as `Assistant` when it is opened.
    """

    def __init__(self, settings: Settings) -> None:
        from assistant.chain import Assistant  # seconds: only where something is asked

        self._assistant: Assistant = Assistant(settings)
        self._version, self._contents = -1, ""

    def close(self) -> None:
        """Close the Assistant."""
        self._assistant.__exit__()

    def ask(self, task: Task) -> Outcome:
        """Answer a task; whatever goes wrong with it is its outcome.

        Raises:
            IndexProblem, ModelMissing: the index cannot be read any more, or the model not be had, which is no fault of the question.
        """
        answerer, index = self._assistant.answerer.name, self._index()
        try:
            if task.draft is not None:
                return Outcome(
                    answerer, index, report=self._assistant.checker.check(read_draft("the cell", task.draft.encode()), task.scope)
                )
            return Outcome(answerer, index, self._assistant.ask(task.question, task.scope, task.history))
        except (IndexProblem, ModelMissing):
            raise
        except ReadoutError as error:
            return Outcome(answerer, index, error=str(error))
        except Exception as error:  # whatever it is, it belongs to this row and must not take the others with it
            return Outcome(answerer, index, error=f"{type(error).__name__}: {' '.join(str(error).split())}")

    def _index(self) -> str:
        record = self._assistant.record
        if self._version != (version := record.version()):
            self._version, self._contents = version, contents(record)
        return self._contents


class Workers(AbstractContextManager["Workers"]):
    """``count`` workers, started with the first task; one is a thread of this process. Use as a context manager."""

    def __init__(self, settings: Settings, count: int) -> None:
        self.count, self._settings = count, settings
        self._executor: Executor = (
            ThreadPoolExecutor(1) if count == 1 else ProcessPoolExecutor(count, get_context("spawn"), initializer=_begin)
        )
        self._desk: Desk | None = None

    def __exit__(self, *_: object) -> None:
        """Let the questions under way be answered, and no others."""
        self._executor.shutdown(cancel_futures=True)
        if self._desk:
            self._desk.close()

    def submit(self, task: Task) -> Future[Outcome]:
        """Have a task answered. The outcome raises what `Desk` raises."""
        return self._executor.submit(self._ask_here, task) if self.count == 1 else self._executor.submit(_ask_there, self._settings, task)

    def _ask_here(self, task: Task) -> Outcome:
        with threadpool_limits(1):
            self._desk = self._desk or Desk(self._settings)
            return self._desk.ask(task)


_desk = cache(Desk)


def _ask_there(settings: Settings, task: Task) -> Outcome:
    return _desk(settings).ask(task)


def _begin() -> None:
    """Prepare a worker process."""
    begin()
    threadpool_limits(1)
    os.environ[THREADS] = "1"

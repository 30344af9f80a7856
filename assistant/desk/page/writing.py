"""Answers under way, each in a thread of its own, which goes on when the window it was asked in is closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from threading import BoundedSemaphore

from assistant.desk.aside import aside
from assistant.types import Answer, Watch

PAUSE = 0.3  # seconds between two looks at a draft


@dataclass(slots=True)
class Writing:
    """An answer under way: who writes it, the draft so far, and how it ends."""

    writer: str
    draft: str = ""
    ended: Future[Answer] = field(default_factory=Future)

    def watch(self, draft: str) -> None:
        """Be told the draft so far."""
        self.draft = draft

    def drafts(self) -> Iterator[str]:
        """The draft, each time that it has grown, until the answer is there."""
        shown = ""
        while not wait([self.ended], PAUSE).done:
            if self.draft != shown:
                yield (shown := self.draft)


class Writers:
    """The answers under way, by turn, of which ``at_once`` are written at the same time."""

    def __init__(self, at_once: int) -> None:
        self._slots = BoundedSemaphore(at_once)
        self._under_way: dict[str, Writing] = {}

    def of(self, turn: str) -> Writing | None:
        """The answer under way for a turn, if there is one."""
        return self._under_way.get(turn)

    def begin(self, turn: str, writer: str, write: Callable[[Watch], Answer], keep: Callable[[Answer], None]) -> Writing:
        """Have an answer written and then kept; where that is under way already, that is what is returned."""
        mine = Writing(writer)
        if (writing := self._under_way.setdefault(turn, mine)) is mine:
            aside(lambda: self._work(turn, write, mine.watch, keep), mine.ended)
        return writing

    def _work(self, turn: str, write: Callable[[Watch], Answer], watch: Watch, keep: Callable[[Answer], None]) -> Answer:
        try:
            with self._slots:
                answer = write(watch)
            keep(answer)
            return answer
        finally:
            self._under_way.pop(turn, None)

"""How far a long work is, on standard error: a bar in a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text


class _Rate(ProgressColumn):
    """How many are done in a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f} a second")


Show = Callable[[int, int, str], None]
"""What is called with how much is done, of how much, and a word on it; without a word it is shown in a bar alone."""


@contextmanager
def progress(what: str, line: str = "", every: int = 1) -> Iterator[Show]:
    """Show how far ``what`` is, how fast it goes and how long it will take.

    ``line``, with ``{done}`` and ``{total}``, is printed where there is no terminal; none: nothing is.
    """
    terminal = sys.stderr.isatty()
    word = TextColumn("{task.description}", markup=False)
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(compact=True), word)
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not terminal) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, word: str) -> None:
            if total != bar.tasks[0].total:  # another stretch of work, with a speed of its own
                bar.reset(task, total=total)
            bar.update(task, completed=done, description=word)
            if line and word and not terminal and (done % every == 0 or done == total):
                sys.stderr.write(f"readout: {line.format(done=done, total=total)}\n")

        yield show

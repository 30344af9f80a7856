"""How far a long work is, on standard error: a bar in a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Show = Callable[[int, int, str], None]
"""What is called with how much is done, of how much, and a word on it."""


@contextmanager
def progress(what: str, line: str = "", every: int = 1) -> Iterator[Show]:
    """Show how far ``what`` is. ``line``, with ``{done}`` and ``{total}``, is printed where there is no terminal; none: nothing is."""
    terminal = sys.stderr.isatty()
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not terminal) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, word: str) -> None:
            bar.update(task, completed=done, total=total, description=word)
            if line and not terminal and (done % every == 0 or done == total):
                sys.stderr.write(f"readout: {line.format(done=done, total=total)}\n")

        yield show

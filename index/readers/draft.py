"""What a reader makes of a file: drafts of articles, and a word on what it could not read."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as its file has it. What the file does not say is ``None``.

    ``published`` is as stated, in any form. ``part`` tells apart the articles of a file that holds several; ``note`` is what people
    should know of how it was read.
    """

    text: str
    title: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    author: str | None = None
    part: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a file that is not read, and why. ``where`` in the file it is: empty for the file itself.

    ``meant``: nobody would want it read.
    """

    why: str
    where: str = ""
    meant: bool = False


Found = Draft | Trouble
Columns = Mapping[str, str]
"""What a table's columns are called, by what they hold: ``{"text": "body"}``."""
Within = Callable[[str, bytes, Columns], Iterable[Found]]
"""Reads a file inside a file, by its name; the parts that it gives begin with that name."""
Reader = Callable[[bytes, Columns], Iterable[Found]]


class TooLong(BaseException):
    """A file takes longer than it may. Libraries that go on after any `Exception` do not go on after this."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what runs inside after this many seconds, with `TooLong`. Only the main thread can be stopped so; others run on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

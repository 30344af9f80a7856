"""Work that is done beside what it was asked by, which may end or be gone before."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Made = TypeVar("Made")


def aside(work: Callable[[], Made], ended: Future[Made] | None = None) -> Future[Made]:
    """Have something done in a thread that does not keep the program from ending; the future tells how it ended, whatever that is."""
    told = Future[Made]() if ended is None else ended

    def run() -> None:
        try:
            told.set_result(work())
        except BaseException as error:  # it is raised where the result is waited for
            told.set_exception(error)

    Thread(target=run, daemon=True).start()
    return told

"""Processes beside this one: Ctrl-C is for the one that started them, and without that one they end."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import TypeVar

from index.errors import WorkerLost

AHEAD = 64  # items that are under way, or done before they are asked for: enough for all to have work, too few to pile up in memory

Given = TypeVar("Given")
Made = TypeVar("Made")


def begin() -> None:
    """Prepare a worker process. What a kill leaves of its parent cannot end it, so it watches for that itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def spread(act: Callable[[Given], Made], items: Iterable[Given], count: int) -> Iterator[Made]:
    """Yield ``act`` of every item, in their order, from ``count`` processes; whoever stops asking stops them after the items under way.

    Raises:
        WorkerLost: something ended a process.
    """
    rest = iter(items)
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=begin)
    try:
        under_way: deque[Future[Made]] = deque(pool.submit(act, item) for item in islice(rest, count + AHEAD))
        while under_way:
            done = under_way.popleft().result()
            under_way.extend(pool.submit(act, item) for item in islice(rest, 1))
            yield done
    except BrokenProcessPool as error:
        raise WorkerLost(
            "a worker process was ended, perhaps for want of memory. Close other programs or set READOUT_THREADS=1, and run the same "
            "command again: it goes on from here."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)

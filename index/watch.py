"""Keeping up with folders: what lies in them is looked at now and then, which works on any disk, also on one of another machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

SECONDS = 2.0  # between two looks

State = dict[str, tuple[int, int, int]]


def state(paths: list[Path]) -> State:
    """What lies below some paths, as far as it can be told without reading: number, size and last change of every file."""
    places = [Path(folder, name) for path in paths for folder, _, names in os.walk(path) for name in names]
    found: State = {}
    for place in (*places, *(path for path in paths if path.is_file())):
        try:
            stat = place.lstat()
        except OSError:  # it went meanwhile
            continue
        found[str(place)] = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    return found


def changes(paths: list[Path], seconds: float = SECONDS) -> Iterator[None]:
    """Yield whenever something below some paths is other than at the last time, and has come to rest; the first time at once.

    What changes while the caller works on it is seen the next time. Never ends by itself.
    """
    last: State | None = None
    before = state(paths)
    while True:
        if before != last:
            last = before
            yield
        time.sleep(seconds)
        now = state(paths)
        before = now if now in (before, last) else _at_rest(paths, now, seconds)


def _at_rest(paths: list[Path], now: State, seconds: float) -> State:
    """What lies there once two looks see the same: a file that is being copied is not read by halves."""
    while True:
        time.sleep(seconds)
        before, now = now, state(paths)
        if now == before:
            return now

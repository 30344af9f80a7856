"""What articles are read on: this process, several of this machine, or a Ray cluster. All give the same, in the same order."""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from index.errors import UsageError, WorkerLost
from index.runtime import THREADS, threads
from index.workers import spread

Given = TypeVar("Given")
Made = TypeVar("Made")
Engine = Callable[[Callable[[Given], Made], Sequence[Given]], Iterator[Made]]
"""Yields what an act makes of each item, in their order."""

RAY = "ray"
PARTS_PER_WORKER = 3  # a worker process takes seconds to load the parser
AHEAD = 2  # parts for each processor of a cluster that are under way: enough for all to have work, too few to pile up in memory


def engine_of(name: str) -> Engine[Any, Any]:
    """What an engine's name means: "ray", or nothing for this machine's processes.

    Raises:
        UsageError: there is none of that name.
    """
    engines = {"": on_processes, RAY: on_ray}
    if name not in engines:
        raise UsageError(f"there is no engine {name!r}. Write --engine {RAY}, or leave it out.")
    return engines[name]


def on_processes(act: Callable[[Given], Made], parts: Sequence[Given]) -> Iterator[Made]:
    """Work on this machine: in several processes where there is enough to do for their start-up to pay."""
    workers = min(threads(), len(parts) // PARTS_PER_WORKER)
    if workers < 2:
        yield from map(act, parts)
        return
    yield from spread(partial(_alone, act), parts, workers)


def on_ray(act: Callable[[Given], Made], parts: Sequence[Given]) -> Iterator[Made]:
    """Work on the Ray cluster that RAY_ADDRESS names, where Readout is installed too; without it on this machine.

    Raises:
        UsageError: Ray is not installed, or the cluster does not answer.
        WorkerLost: something ended a worker, again and again.
    """
    if not parts:
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if not os.environ.get(
        "RAY_ADDRESS"
    ):  # what is started for this run alone listens to this machine alone: who reaches Ray can run anything
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # so named for where it is the default
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns of what it will do one day
    try:
        ray: Any = import_module("ray")  # so that types are checked alike whether it is installed or not
    except ImportError as error:
        raise UsageError("Ray is not installed. Run pip install 'readout[ray]', or leave out --engine.") from error
    _knock(os.environ.get("RAY_ADDRESS", ""))
    try:
        ray.init(log_to_driver=False, include_dashboard=False, logging_level="error")
    except Exception as error:  # it has many ways to say so
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"Ray cannot be used ({reason}). Check RAY_ADDRESS, or leave out --engine.") from error
    try:
        work = ray.remote(num_cpus=1)(_alone)
        under_way: deque[Any] = deque()
        for number, part in enumerate(parts):
            under_way.append(work.remote(act, part))
            if number >= AHEAD * ray.cluster_resources().get("CPU", 1):
                yield ray.get(under_way.popleft())
        while under_way:
            yield ray.get(under_way.popleft())
    except ray.exceptions.RayTaskError as error:  # it shows a traceback of another process, and holds what went wrong
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise WorkerLost(
            f"a worker of Ray was ended, perhaps for want of memory ({type(error).__name__}). "
            "Run the same command again: it goes on from here."
        ) from error
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Raise `UsageError` where nothing listens at an address: Ray itself would wait for it for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        try:
            socket.create_connection((host, int(port)), timeout=10).close()
        except OSError as error:
            raise UsageError(
                f"Ray cannot be used (nothing listens at {address}: {error.strerror or error}). Check RAY_ADDRESS, or leave out --engine."
            ) from error


def _alone(act: Callable[[Given], Made], part: Given) -> Made:
    """Act as one of several: networks that spread over all processors would wait for each other."""
    os.environ[THREADS] = "1"
    return act(part)

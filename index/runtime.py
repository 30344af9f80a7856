"""Networks, run by onnxruntime on the processor; and the import of libraries that take long."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ReadoutError, UsageError

THREADS = "READOUT_THREADS"  # how many processors a network may use; a table's workers set it to 1
_IMPORTING = RLock()


@contextmanager
def importing(without: str = "") -> Iterator[None]:
    """Import a library of many parts, one thread at a time, ``without`` another that it would load for nothing where it is there."""
    with _IMPORTING:
        kept_out = bool(without) and without not in sys.modules
        if kept_out:
            sys.modules[without] = None  # type: ignore[assignment]  # to Python, one that is not installed
        try:
            yield
        finally:
            if kept_out:
                del sys.modules[without]


def threads() -> int:
    """How many processors a network may use.

    Raises:
        UsageError: the environment names no number of them.
    """
    chosen = os.environ.get(THREADS, "").strip() or "0"
    if not chosen.isascii() or not chosen.isdigit():
        raise UsageError(f"{THREADS}={chosen} is not a number of processors. Set it to one, such as 2, or unset it.")
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(chosen) or there


def session(model: bytes | Path, weights: Mapping[str, NDArray[np.float32]] | None = None) -> Any:
    """Load a network.

    Args:
        model: the ONNX file, or its bytes.
        weights: what the file names but does not hold, by name.
    """
    import onnxruntime  # a tenth of a second: only where something is read

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a waiting thread would take a processor from its neighbours
    if weights:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
        options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(model if isinstance(model, bytes) else str(model), options, providers=["CPUExecutionProvider"])


def only_what_is_asked() -> Any:
    """The options of a run that computes nothing but what the outputs asked for need."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True
    return options


def stored_weights(file: Path, checksum: Path, what: str, trouble: type[ReadoutError]) -> bytes:
    """The bytes of a network's file, checked against its checksum.

    Raises:
        ReadoutError: of the kind ``trouble``: the weights are missing or were changed.
    """
    try:
        stored, expected = file.read_bytes(), checksum.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise trouble(f"{what} {file.name} cannot be read ({error.strerror}). Install Readout again.") from error
    if hashlib.sha256(stored).hexdigest() != expected:
        raise trouble(f"{what} {file.name} were changed. Install Readout again.")
    return stored

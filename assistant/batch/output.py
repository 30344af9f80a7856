"""A file that grows row by row and is whole whenever the program is killed."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from index.errors import TableError

SUFFIX = ".readout-part"  # of a new file that is to take the place of an old one


class Output(AbstractContextManager["Output"]):
    """The file at ``path``, made to hold what is written from its first byte on.

    What is written is compared with what is there. A file that holds the beginning of it, be it with half a row at the end, grows
    from there. Any other stays as it is while a new one is made beside it, which takes its place when it is finished.
    ``claim`` is called before anything is changed, with whether the file will be replaced; it raises where that may not be.
    Use as a context manager.

    Raises:
        TableError: the file cannot be written.
    """

    def __init__(self, path: Path, claim: Callable[[bool], None]) -> None:
        self._path = path
        self._part = path.with_name(path.name + SUFFIX)
        self._claim = claim
        self._digest = hashlib.sha256()
        self._length = 0
        self._same = True  # all that was written so far was there before
        self._anew = False  # a new file is being made
        with self._clear_errors():
            self._file: BinaryIO = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> None:
        """Write a row: all of it, or nothing of it where there is no room."""
        with self._clear_errors():
            if self._same:
                there = self._file.read(len(data))
                self._same = there == data
                if not self._same:
                    self._make_way(there, data)
            if not self._same:
                self._append(data)
        self._digest.update(data)
        self._length += len(data)

    def finish(self) -> str:
        """End the file with what was written last, and return its SHA-256."""
        with self._clear_errors():
            if self._same and self._path.stat().st_size > self._length:
                self._claim(True)
                self._file.truncate(self._length)
            if self._anew:
                os.fsync(self._file.fileno())
                self._part.replace(self._path)
            self._part.unlink(missing_ok=True)  # a run that was killed may have left one
        return self._digest.hexdigest()

    def _make_way(self, there: bytes, data: bytes) -> None:
        """Get ready for ``data`` where the file holds only some of it, or something else."""
        self._anew = len(there) == len(data) or not data.startswith(there)
        self._claim(self._anew)
        if self._anew:
            self._file.close()
            shutil.copy(self._path, self._part)
            self._file = self._part.open("r+b", buffering=0)
        self._file.truncate(self._length)
        self._file.seek(self._length)

    def _append(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.truncate(self._length)
            raise

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TableError(
                f"{self._path} cannot be written ({error.strerror}). Make room there or name another output; finished rows are kept."
            ) from error


class Stream:
    """What `Output` is for a file, for a stream that cannot be read back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write a row, and let it through at once."""
        self._stream.write(data)
        self._stream.flush()

    def finish(self) -> str:
        """There is nothing left to do; a stream has no digest."""
        return ""

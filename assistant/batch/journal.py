"""What was answered so far in a run of many questions: the part of it that survives a kill.

The journal stands beside the answers, in ``NAME.readout``. It holds the outcome of every question under a key made of all that the
outcome depends on, and an outcome is in it before its row is in the file of answers. So that file can be made from the journal at any time,
and a question whose key is there need not be asked again, wherever it stands.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal

from index.errors import TableBusy, TableError

Redo = Literal["failed", "all"]

SUFFIX = ".readout"
_OURS = 0x52644F74  # the mark of our own among all SQLite files
_TABLES = """
CREATE TABLE runs (number INTEGER PRIMARY KEY, redo TEXT, finished INTEGER NOT NULL, digest TEXT);
CREATE TABLE outcomes (key BLOB PRIMARY KEY, run INTEGER NOT NULL, failed INTEGER NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID;
"""
_COUNTS = {None: "1", "failed": "NOT failed", "all": "0"}  # which outcomes of earlier runs do


class Journal(AbstractContextManager["Journal"]):
    """The outcomes of the questions whose answers go to ``target``; where that is ``None``, forgotten when this is closed.

    Opening it takes a lock that ends with the process. With ``redo``, outcomes of earlier runs do not count, or those that failed do not;
    what an unfinished run with the same ``redo`` found still does. Use as a context manager.

    Raises:
        TableBusy: another run has it open.
        TableError: the file cannot be written, or is something else.
    """

    def __init__(self, target: Path | None, redo: Redo | None = None) -> None:
        self._target = target
        self._path = target.with_name(target.name + SUFFIX) if target else None
        self._redo = redo
        with self._clear_errors():
            self._db = sqlite3.connect(self._path or "", isolation_level=None, timeout=0)
            try:
                self._prepare()
                self._begin_run()
            except BaseException:
                self._db.close()
                raise

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("BEGIN EXCLUSIVE")  # the lock stays when the transaction ends
        new = not self._db.execute("SELECT 1 FROM sqlite_master").fetchone()
        ours = self._db.execute("PRAGMA application_id").fetchone()[0] == _OURS
        self._db.execute("COMMIT")
        if not (new or ours):
            raise sqlite3.DatabaseError("it is not a file of Readout's")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        if new:
            self._db.executescript(f"BEGIN; PRAGMA application_id = {_OURS}; {_TABLES} COMMIT;")

    def _begin_run(self) -> None:
        """Go on with the last run if it is unfinished and of the same kind, else begin another."""
        last = self._db.execute("SELECT * FROM runs ORDER BY number DESC LIMIT 1").fetchone()
        number, redo, finished, digest = last or (0, None, True, None)
        self._digest: str | None = digest  # of the file of answers: "" while a run changes it, None before the first one does
        self._run: int = number + 1 if finished or redo != self._redo else number
        self._db.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, 0, ?)", (self._run, self._redo, digest))

    def get(self, key: bytes) -> str | None:
        """The outcome under a key, if there is one that counts."""
        query = f"SELECT outcome FROM outcomes WHERE key = ? AND (run = ? OR {_COUNTS[self._redo]})"
        with self._clear_errors():
            found = self._db.execute(query, (key, self._run)).fetchone()
        return found[0] if found else None

    def put(self, key: bytes, outcome: str, *, failed: bool) -> None:
        """Store an outcome, in place of an earlier one; a kill after this does not lose it."""
        with self._clear_errors():
            self._db.execute("INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?)", (key, self._run, failed, outcome))

    def claim(self, *, replace: bool) -> None:
        """Note that the file of answers is going to be changed: continued where it ends, or with ``replace`` made anew.

        Raises:
            TableError: it would be made anew, and is neither as a run finished it nor left by one that was killed.
        """
        if replace and self._redo != "all" and not self._left_by_us():
            raise TableError(
                f"{self._target} was written or changed by something else and stays as it is. Name another output, or take --redo all."
            )
        self._note(finished=False, digest="")

    def _left_by_us(self) -> bool:
        if not self._digest or self._target is None:
            return self._digest == ""
        with self._target.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self._digest

    def finish(self, digest: str) -> None:
        """Note that the run is finished, and the SHA-256 of the file it wrote."""
        self._note(finished=True, digest=digest)

    def _note(self, *, finished: bool, digest: str) -> None:
        with self._clear_errors():
            self._db.execute("UPDATE runs SET finished = ?, digest = ? WHERE number = ?", (finished, digest, self._run))

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        name = self._path or "a temporary file"
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise TableBusy(
                    f"another run is writing the same answers (it holds {name}). Wait for it, or name another output."
                ) from error
            raise TableError(
                f"{name} cannot be written ({error}). Make room there or name another output; finished rows are kept."
            ) from error
        except sqlite3.DatabaseError as error:
            raise TableError(f"{name} cannot be used ({error}). Move it away, and take --redo all or name another output.") from error

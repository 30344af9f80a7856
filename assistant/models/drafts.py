"""Drafts of a language model that were paid for once, kept in a file beside the index."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

MOST = 20_000  # drafts kept; the oldest go


class Drafts:
    """Texts by their key. A file that cannot be read or written keeps nothing, and is no reason not to answer."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def get(self, key: str) -> str | None:
        """The draft kept under a key."""
        with suppress(sqlite3.Error), self._open() as store:
            row = store.execute("SELECT text FROM drafts WHERE key = ?", (key,)).fetchone()
            return str(row[0]) if row else None
        return None

    def put(self, key: str, text: str) -> None:
        """Keep a draft."""
        with suppress(sqlite3.Error), self._open() as store:
            store.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", (key, text, time.time()))
            store.execute("DELETE FROM drafts WHERE key IN (SELECT key FROM drafts ORDER BY made DESC LIMIT -1 OFFSET ?)", (MOST,))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=5)) as store, store:
            store.execute("CREATE TABLE IF NOT EXISTS drafts (key TEXT PRIMARY KEY, text TEXT NOT NULL, made REAL NOT NULL)")
            yield store

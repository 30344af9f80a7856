"""The record: articles, passages, statements and vectors in one SQLite file, the only copy that counts.

Everything else (the Chroma collection) is made from it. A write is one transaction: after a kill the file holds all of an
article or nothing of it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from types import TracebackType

import numpy as np

from index.embedder import Vectors
from index.errors import IndexMismatch, IndexMissing
from index.lookup import ARTICLE, FILE, PASSAGE, Listed, Lookup, Scope, Stored, clear_errors, content_of, stored
from index.speakers.described import Described
from index.speakers.roles import Role
from index.types import Article, Passage, Statement

__all__ = ["FILE", "SCHEMA", "Listed", "Record", "Scope", "Stored"]

SCHEMA = 5  # raise it when the tables below change

CASCADE = "ON DELETE CASCADE ON UPDATE CASCADE"  # what was made from an article goes and moves with it
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, root TEXT NOT NULL, digest TEXT NOT NULL, text TEXT NOT NULL, title TEXT NOT NULL,
    outlet TEXT, url TEXT, published TEXT, author TEXT, content TEXT NOT NULL, made TEXT NOT NULL);
CREATE INDEX articles_by_content ON articles(content);
CREATE INDEX articles_unmade ON articles(made) WHERE made = '';
CREATE TABLE places (name TEXT PRIMARY KEY, root TEXT NOT NULL, article TEXT NOT NULL REFERENCES articles(id) {CASCADE});
CREATE INDEX places_by_article ON places(article);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article TEXT NOT NULL REFERENCES articles(id) {CASCADE},
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, headline INTEGER NOT NULL,
    vector BLOB NOT NULL, in_chroma INTEGER NOT NULL DEFAULT 0);
CREATE INDEX passages_by_article ON passages(article, start);
CREATE INDEX passages_pending ON passages(in_chroma) WHERE in_chroma = 0;
CREATE TABLE statements (
    id INTEGER PRIMARY KEY, article TEXT NOT NULL REFERENCES articles(id) {CASCADE},
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, mentions TEXT NOT NULL, speakers TEXT NOT NULL,
    speaker_start INTEGER, speaker_end INTEGER, cue TEXT, direct INTEGER NOT NULL, hedge TEXT, side TEXT);
CREATE INDEX statements_by_article ON statements(article, start);
CREATE TABLE heard (
    passage INTEGER NOT NULL REFERENCES passages(id) ON DELETE CASCADE,
    statement INTEGER NOT NULL REFERENCES statements(id) ON DELETE CASCADE,
    leads INTEGER NOT NULL, PRIMARY KEY (passage, statement)) WITHOUT ROWID;
CREATE INDEX heard_by_statement ON heard(statement);
CREATE TABLE people (article TEXT NOT NULL REFERENCES articles(id) {CASCADE}, name TEXT NOT NULL, times INTEGER NOT NULL);
CREATE INDEX people_by_article ON people(article);
CREATE TABLE roles (
    article TEXT NOT NULL REFERENCES articles(id) {CASCADE}, name TEXT NOT NULL, words TEXT NOT NULL, head TEXT NOT NULL,
    bare TEXT NOT NULL, core TEXT NOT NULL);
CREATE INDEX roles_by_article ON roles(article);
CREATE TABLE names (alias TEXT PRIMARY KEY, speaker TEXT NOT NULL, side TEXT);
CREATE TABLE described (
    name TEXT NOT NULL, words TEXT NOT NULL, head TEXT NOT NULL, bare TEXT NOT NULL, core TEXT NOT NULL,
    articles INTEGER NOT NULL, said INTEGER NOT NULL);
CREATE INDEX described_by_name ON described(name);
CREATE TABLE described_as (key TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (key, name)) WITHOUT ROWID;
CREATE TABLE gone (id INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5(text, content='passages', content_rowid='id', tokenize='porter unicode61');
CREATE TRIGGER passages_in AFTER INSERT ON passages BEGIN
    INSERT INTO words(rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER passages_out AFTER DELETE ON passages BEGIN
    INSERT INTO words(words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT OR IGNORE INTO gone VALUES (old.id); END;
"""


_MADE = (
    'SELECT start, "end", text, headline, vector FROM passages WHERE article = ? ORDER BY id',
    """SELECT start, "end", text, mentions, speaker_start, speaker_end, cue, direct, hedge FROM statements WHERE article = ? ORDER BY id""",
    """SELECT p.start, s.start, s."end", h.leads FROM passages p JOIN heard h ON h.passage = p.id JOIN statements s ON s.id = h.statement
       WHERE p.article = ? ORDER BY p.id, s.id""",
    "SELECT name, times FROM people WHERE article = ? ORDER BY rowid",
    "SELECT name, words, head, bare, core FROM roles WHERE article = ? ORDER BY rowid",
)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    """Open the file. A transaction that a kill cut short is undone first, which somebody who only reads could not do."""
    db = sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, check_same_thread=False)
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if mode != "ro" or "readonly" not in str(error):
            raise
        with closing(_connect(file, "rw")):
            pass
    return db


def salvage(folder: Path) -> list[tuple[Article, str, str]]:
    """Those articles, with corpus folder and digest, that can still be read from a record of another schema or a damaged one."""
    found: list[tuple[Article, str, str]] = []
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"{(folder / FILE).resolve().as_uri()}?mode=ro", uri=True)) as db:
        for row in db.execute(f"SELECT {ARTICLE}, root, digest FROM articles"):
            if all(isinstance(value, str) for value in (*row[:3], *row[7:])):
                found.append((Article(*row[:7]), row[7], row[8]))
    return found


class Record(Lookup):
    """The SQLite file of an index. Use as a context manager; ``write=True`` creates it where it is missing.

    Raises:
        IndexMissing: there is none and ``write`` is false.
        IndexMismatch: it has an older or newer schema.
        IndexDamaged: the file is not a readable SQLite database, or the folder cannot be written.
    """

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        self.folder = folder
        file = folder / FILE
        if not write and not file.exists():
            raise IndexMissing(f"there is no index in {folder}. Run `readout index` first.")
        with clear_errors(folder):
            self._db = _connect(file, "rwc" if write else "ro")
            self._db.execute("PRAGMA foreign_keys = ON")
            self._prepare(write)

    @classmethod
    def passing(cls) -> Record:
        """An empty record that is kept nowhere."""
        record = cls.__new__(cls)
        record.folder = Path()
        record._db = sqlite3.connect(":memory:")
        record._prepare(write=True)
        return record

    def _prepare(self, write: bool) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        empty = not self._db.execute("SELECT 1 FROM sqlite_master").fetchone()
        if empty and write:
            self._db.executescript(_TABLES + f"PRAGMA user_version = {SCHEMA};")
        elif empty:
            raise IndexMissing(f"there is no index in {self.folder}. Run `readout index` first.")
        elif version != SCHEMA:
            raise IndexMismatch(
                f"the index in {self.folder} has schema {version}, this version of Readout needs {SCHEMA}. "
                "Run `readout index` again; it puts the old record aside."
            )

    def __enter__(self) -> Record:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; committed work stays."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing of it."""
        with clear_errors(self.folder), self._db:
            yield

    # -- writing ------------------------------------------------------------------------------------------------

    def put(
        self,
        article: Article,
        root: str,
        digest: str,
        passages: list[Passage],
        vectors: Vectors,
        statements: list[Statement],
        heard: Iterable[tuple[int, int, bool]] = (),
        people: Mapping[str, int] | None = None,
        roles: Iterable[Role] = (),
    ) -> None:
        """Store an article with all that was made from it, in place of what was stored under its id before; its other places stay.

        ``heard`` says which statements stand in which passages, as `heard_in` does, ``people`` how often it names which persons,
        ``roles`` as what.
        """
        others = self._query("SELECT name, root, article FROM places WHERE article = ?", (article.id,))
        self.drop([article.id])
        self.adopt([(article, root, digest)])
        self.add_places(others)
        parts = [
            self._db.execute(
                'INSERT INTO passages (article, start, "end", text, headline, vector) VALUES (?,?,?,?,?,?)',
                (p.article, p.start, p.end, p.text, p.headline, vector.tobytes()),
            ).lastrowid
            for p, vector in zip(passages, vectors, strict=True)
        ]
        said = [
            self._db.execute(
                "INSERT INTO statements VALUES (NULL,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    s.article,
                    s.start,
                    s.end,
                    s.text,
                    *[json.dumps(s.speakers)] * 2,
                    s.speaker_start,
                    s.speaker_end,
                    s.cue,
                    s.direct,
                    s.hedge,
                    s.side,
                ),
            ).lastrowid
            for s in statements
        ]
        self._db.executemany("INSERT INTO heard VALUES (?,?,?)", [(parts[place], said[number], leads) for place, number, leads in heard])
        rows = [(article.id, name, times) for name, times in (people or {}).items()]
        self._db.executemany("INSERT INTO people VALUES (?,?,?)", rows)
        self._db.executemany("INSERT INTO roles VALUES (?,?,?,?,?,?)", [(article.id, *astuple(role)) for role in roles])
        self._db.execute("UPDATE articles SET made = ? WHERE id = ?", (self._made(article.id), article.id))

    def adopt(self, articles: Iterable[tuple[Article, str, str]]) -> None:
        """Store articles, with corpus folder and digest, from which nothing was made yet: see `unmade`."""
        self._db.executemany(
            "INSERT INTO articles VALUES (?,?,?,?,?,?,?,?,?,?,'')",
            [
                (a.id, root, digest, a.text, a.title, a.outlet, a.url, a.published, a.author, content_of(a.text))
                for a, root, digest in articles
            ],
        )

    def unmade(self) -> list[tuple[Article, str, str]]:
        """Articles from which passages and statements are still to be made, with corpus folder and digest."""
        rows = self._query(f"SELECT {ARTICLE}, root, digest FROM articles WHERE made = '' ORDER BY id")
        return [(Article(*row[:7]), row[7], row[8]) for row in rows]

    def unmake(self, ids: Iterable[str] | None = None) -> None:
        """Forget what was made from articles, or from all, and keep the articles: it is to be made anew."""
        for name in self.digests() if ids is None else ids:
            for table in ("passages", "statements", "people", "roles"):
                self._db.execute(f"DELETE FROM {table} WHERE article = ?", (name,))
            self._db.execute("UPDATE articles SET made = '' WHERE id = ?", (name,))

    def move(self, moved: Iterable[tuple[str, Article, str, str]]) -> None:
        """Give articles another id, or other facts than their text and title, with corpus folder and digest; what was made from them stays.

        Ids may be exchanged: all are given up before one is taken.
        """
        rows = list(moved)
        self._db.executemany("UPDATE articles SET id = char(0) || id WHERE id = ?", [(before,) for before, *_ in rows])
        self._db.executemany(
            "UPDATE articles SET id = ?, root = ?, digest = ?, outlet = ?, url = ?, published = ?, author = ? WHERE id = char(0) || ?",
            [(a.id, root, digest, a.outlet, a.url, a.published, a.author, before) for before, a, root, digest in rows],
        )
        self._db.executemany("UPDATE passages SET in_chroma = 0 WHERE article = ?", [(a.id,) for _, a, *_ in rows])

    def add_places(self, places: Iterable[tuple[str, str, str]]) -> None:
        """Note the other places where an article lies: the name that it has there, its corpus folder, the article's id."""
        self._db.executemany("INSERT OR REPLACE INTO places VALUES (?,?,?)", list(places))

    def leave(self, names: Iterable[str]) -> None:
        """Forget other places of articles, by the names that these have there."""
        self._db.executemany("DELETE FROM places WHERE name = ?", [(name,) for name in names])

    def settle(self, ids: Iterable[str]) -> list[str]:
        """Of articles that are no longer where they were those that lie nowhere else; the others are called as they are there."""
        gone: list[str] = []
        for name in ids:
            other = self._query("SELECT name, root FROM places WHERE article = ? ORDER BY name LIMIT 1", (name,))
            if other:
                self._db.execute("DELETE FROM places WHERE name = ?", (other[0][0],))
                self._db.execute("UPDATE articles SET id = ?, root = ? WHERE id = ?", (*other[0], name))
            else:
                gone.append(name)
        return gone

    def drop(self, ids: Iterable[str]) -> None:
        """Remove articles and all that was made from them."""
        self._db.executemany("DELETE FROM articles WHERE id = ?", [(name,) for name in ids])

    def set_meta(self, **values: str) -> None:
        """Store settings of the index; what is as it was is not written, so that readers see no change."""
        fresh = [(key, value) for key, value in values.items() if self.meta(key) != value]
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?,?)", fresh)

    def forget(self, key: str) -> None:
        """Remove a setting of the index."""
        self._db.execute("DELETE FROM meta WHERE key = ?", (key,))

    def copy(self, file: Path) -> None:
        """Write all of it into a new file, as it stands at this moment.

        Raises:
            DiskFull: there is no room.
        """
        with clear_errors(file.parent), closing(sqlite3.connect(file)) as target:
            self._db.backup(target)

    def rename_speakers(self, statements: Iterable[tuple[int, Statement]]) -> None:
        """Store canonical speakers and sides, worked out over all articles, by the statements' numbers."""
        self._db.executemany(
            "UPDATE statements SET speakers = ?, side = ? WHERE id = ?", [(json.dumps(s.speakers), s.side, row) for row, s in statements]
        )

    def set_names(self, names: Iterable[tuple[str, str, str | None]]) -> None:
        """Store what speakers are called: (lower-case alias, canonical name, side)."""
        self._db.execute("DELETE FROM names")
        self._db.executemany("INSERT OR IGNORE INTO names VALUES (?,?,?)", list(names))

    def set_described(self, described: Iterable[Described]) -> None:
        """Store what those who are named over all articles are, and the words by which that is looked up."""
        self._db.execute("DELETE FROM described")
        self._db.execute("DELETE FROM described_as")
        for one in described:
            self._db.execute("INSERT INTO described VALUES (?,?,?,?,?,?,?)", astuple(one))
            self._db.executemany("INSERT OR IGNORE INTO described_as VALUES (?,?)", [(key, one.name) for key in one.keys])

    # -- what Chroma still has to be told -----------------------------------------------------------------------

    def pending(self, limit: int) -> list[tuple[int, Article, Stored, Vectors]]:
        """Passages that are not in Chroma yet: number, article, passage, vector."""
        rows = self._query(f"SELECT {PASSAGE}, p.vector FROM passages p WHERE p.in_chroma = 0 ORDER BY p.id LIMIT ?", (limit,))
        found = {row[1]: self.article(row[1]) for row in rows}
        return [(row[0], found[row[1]], stored(row, ()), np.frombuffer(row[6], dtype=np.float32)) for row in rows]

    def told(self) -> int:
        """How many of the passages Chroma was told of."""
        return int(self._query("SELECT count(*) FROM passages WHERE in_chroma")[0][0])

    def mark(self, ids: Iterable[int], *, in_chroma: bool) -> None:
        """Note which passages Chroma has."""
        self._db.executemany("UPDATE passages SET in_chroma = ? WHERE id = ?", [(in_chroma, number) for number in ids])

    def mark_all_pending(self) -> None:
        """Chroma is to be told everything again."""
        self._db.execute("UPDATE passages SET in_chroma = 0")
        self._db.execute("DELETE FROM gone")

    def gone(self) -> list[int]:
        """Numbers of passages that were removed here but perhaps not in Chroma."""
        return [row[0] for row in self._query("SELECT id FROM gone")]

    def forget_gone(self, ids: Iterable[int]) -> None:
        """Chroma has removed these."""
        self._db.executemany("DELETE FROM gone WHERE id = ?", [(number,) for number in ids])

    def passage_ids(self) -> set[int]:
        """All passage numbers."""
        return {row[0] for row in self._query("SELECT id FROM passages")}

    def mend_words(self) -> bool:
        """Check the full-text index against the passages, and make it anew where it differs; returns whether it did."""
        try:
            with self._db:
                self._db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
        except sqlite3.DatabaseError:
            with self.transaction():
                self._db.execute("INSERT INTO words(words) VALUES ('rebuild')")
            return True
        return False

    def _made(self, name: str) -> str:
        """The checksum of all that was made from an article, by which it is seen that some of it is lost or was changed."""
        found = hashlib.sha256()
        for query in _MADE:
            for row in self._query(query, (name,)):
                for value in row:
                    found.update(value if isinstance(value, bytes) else repr(value).encode("utf-8", "surrogatepass"))
        return found.hexdigest()

    def spoiled(self) -> list[str]:
        """Articles of which something that was made from them is lost or was changed, or does not stand in their text."""
        misplaced = {
            row[0]
            for table in ("passages", "statements")
            for row in self._query(
                f"""SELECT DISTINCT a.id FROM {table} t JOIN articles a ON a.id = t.article
                    WHERE substr(a.text, t.start + 1, t."end" - t.start) != t.text"""
            )
        }
        rows = self._query("SELECT id, made FROM articles WHERE made != ''")
        return [name for name, made in rows if name in misplaced or self._made(name) != made]

    def names_made(self) -> str:
        """The checksum of what `rename_speakers`, `set_names` and `set_described` stored."""
        queries = (
            "SELECT id, speakers, side FROM statements ORDER BY id",
            "SELECT alias, speaker, side FROM names ORDER BY alias",
            "SELECT * FROM described ORDER BY rowid",
            "SELECT * FROM described_as ORDER BY key, name",
        )
        return hashlib.sha256(repr([self._query(query) for query in queries]).encode("utf-8", "surrogatepass")).hexdigest()

    def sweep(self) -> int:
        """Remove what belongs to no article; returns how many rows that were."""
        before = self._db.total_changes
        for table in ("passages", "statements", "people", "roles", "places"):
            self._db.execute(f"DELETE FROM {table} WHERE article NOT IN (SELECT id FROM articles)")
        for column in ("passage", "statement"):
            self._db.execute(f"DELETE FROM heard WHERE {column} NOT IN (SELECT id FROM {column}s)")
        return self._db.total_changes - before

    def damage(self) -> str:
        """What is wrong with the file itself, in words; its indexes are made again where they alone are wrong. Empty: nothing."""
        if self.layout() != Record.passing().layout():
            return "it has not the tables that it should have"
        found = self._query("PRAGMA integrity_check(1)")[0][0]
        if found != "ok":
            with self.transaction():
                self._db.execute("REINDEX")
            found = self._query("PRAGMA integrity_check(1)")[0][0]
        return "" if found == "ok" else str(found)

    def layout(self) -> set[tuple[str, ...]]:
        """The tables, indexes and triggers of the file, as they were made."""
        return set(self._query("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"))

    def check(self) -> list[str]:
        """What is wrong inside the file: SQLite's own check, and every offset. Empty when all is well."""
        found = [row[0] for row in self._query("PRAGMA integrity_check") if row[0] != "ok"]
        for table in ("passages", "statements"):
            wrong = self._query(
                f"""SELECT count(*) FROM {table} t JOIN articles a ON a.id = t.article
                    WHERE substr(a.text, t.start + 1, t."end" - t.start) != t.text"""
            )[0][0]
            if wrong:
                found.append(f"{wrong} {table} do not equal their article at their offsets")
        return found

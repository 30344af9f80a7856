"""What an index's record is asked: articles, passages, statements, names and words, read and never written."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from index.embedder import Vectors
from index.errors import DiskFull, IndexDamaged
from index.speakers.described import Described
from index.speakers.roles import Role
from index.text import stem, stems
from index.types import Article, Heard, Passage, Statement

FILE = "record.sqlite3"
SHORTEST_BEGINNING = 4  # letters of a stem that a text is searched for
PASSAGE = 'p.id, p.article, p.start, p."end", p.text, p.headline'
ARTICLE = "id, text, title, outlet, url, published, author"


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage in the record, with its number, which Chroma knows it by. Neighbours in an article have neighbouring numbers."""

    id: int
    passage: Passage


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles to look in: outlets (none: all) and days of publication, both ends included, ``YYYY-MM-DD``."""

    outlets: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def where(self) -> tuple[str, list[str]]:
        """The scope as an SQL condition over the articles table ``a``, and its parameters."""
        terms, values = ["1"], list[str]()
        if self.outlets:
            terms.append(f"a.outlet IN ({','.join('?' * len(self.outlets))})")
            values += self.outlets
        for day, comparison in ((self.since, ">="), (self.until, "<=")):
            if day:
                terms.append(f"a.published {comparison} ?")
                values.append(day)
        return " AND ".join(terms), values


@dataclass(frozen=True, slots=True)
class Listed:
    """What a catalogue says of an article: all but its text, and how many statements were found in it."""

    id: str
    title: str
    outlet: str | None
    published: str | None
    statements: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of an article besides its text: checksums of all that is known of it and of the text alone, and its corpus folder.

    ``made``: whether passages and statements were made from it yet.
    """

    digest: str
    content: str
    title: str
    outlet: str | None
    published: str | None
    root: str
    made: bool


def content_of(text: str) -> str:
    """The checksum of a text, by which it is known again under another name."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Lookup:
    """The reading half of a record: ``folder`` is the index's, ``_db`` its open file."""

    folder: Path
    _db: sqlite3.Connection

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """All rows of a query; a damaged file is an `IndexDamaged`."""
        with clear_errors(self.folder):
            return self._db.execute(sql, values).fetchall()

    def meta(self, key: str) -> str | None:
        """A setting of the index."""
        rows = self._query("SELECT value FROM meta WHERE key = ?", (key,))
        return rows[0][0] if rows else None

    def version(self) -> int:
        """A number that changes when another process has written to the index."""
        return int(self._query("PRAGMA data_version")[0][0])

    def known(self) -> dict[str, Known]:
        """What is stored of every article, by its id."""
        rows = self._query("SELECT id, digest, content, title, outlet, published, root, made != '' FROM articles")
        return {name: Known(*facts) for name, *facts in rows}

    def digests(self) -> dict[str, str]:
        """Digest by article id."""
        return dict(self._query("SELECT id, digest FROM articles"))

    def corpus_fingerprint(self) -> str:
        """A short name for what the articles are: equal for equal articles, whatever else the index was built with."""
        digests = "\n".join(f"{name} {digest}" for name, digest in sorted(self.digests().items()))
        return hashlib.sha256(digests.encode()).hexdigest()[:16]

    def places(self) -> dict[str, str]:
        """The corpus folder of every article, by its id, and by the other names that it has."""
        return dict(self._query("SELECT id, root FROM articles UNION ALL SELECT name, root FROM places"))

    def other_places(self) -> set[tuple[str, str, str]]:
        """Other names of articles that lie in several places: the name, its corpus folder, the article's id."""
        return set(self._query("SELECT name, root, article FROM places"))

    def roots(self) -> dict[str, int]:
        """Number of articles by corpus folder; one that lies in several counts in each."""
        every = "SELECT id, root FROM articles UNION SELECT article, root FROM places"
        return dict(self._query(f"SELECT root, count(*) FROM ({every}) GROUP BY root"))

    def articles(self) -> list[Article]:
        """All articles, by id."""
        return [Article(*row) for row in self._query(f"SELECT {ARTICLE} FROM articles ORDER BY id")]

    def article(self, name: str) -> Article:
        """One article. Raises `KeyError` when there is none of that id."""
        rows = self._query(f"SELECT {ARTICLE} FROM articles WHERE id = ?", (name,))
        if not rows:
            raise KeyError(name)
        return Article(*rows[0])

    def catalogue(self, scope: Scope = Scope(), words: str = "", limit: int = -1) -> list[Listed]:
        """The articles in a scope whose title, outlet or id holds ``words``, by id and without their texts; at most ``limit``."""
        where, values = scope.where()
        rows = self._query(
            f"""SELECT a.id, a.title, a.outlet, a.published, (SELECT count(*) FROM statements s WHERE s.article = a.id) FROM articles a
                WHERE {where} AND instr(lower(a.title || ' ' || coalesce(a.outlet, '') || ' ' || a.id), lower(?)) ORDER BY a.id LIMIT ?""",
            (*values, words, limit),
        )
        return [Listed(*row) for row in rows]

    def printed(self, first: str, last: str, scope: Scope) -> list[str]:
        """The ids of articles in a scope that were published from one day to another, or nobody knows when."""
        where, values = scope.where()
        rows = self._query(
            f"SELECT a.id FROM articles a WHERE {where} AND (a.published IS NULL OR a.published BETWEEN ? AND ?) ORDER BY a.id",
            [*values, first, last],
        )
        return [row[0] for row in rows]

    def extent(self, scope: Scope = Scope()) -> tuple[int, str | None, str | None]:
        """How many articles are in a scope, and the first and last day that one of them was published."""
        where, values = scope.where()
        [row] = self._query(f"SELECT count(*), min(a.published), max(a.published) FROM articles a WHERE {where}", values)
        return tuple(row)

    def voices(self, scope: Scope = Scope(), limit: int = -1) -> list[tuple[str, str | None, int]]:
        """Speakers in a scope with their side and number of statements, those who speak most first; each of several who speak together."""
        where, values = scope.where()
        return self._query(
            f"""SELECT who.value, max(s.side), count(*) FROM statements s, json_each(s.speakers) who JOIN articles a ON a.id = s.article
                WHERE {where} GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?""",
            (*values, limit),
        )

    def size(self, scope: Scope = Scope()) -> int:
        """How many passages are in a scope."""
        where, values = scope.where()
        return int(self._query(f"SELECT count(*) FROM passages p JOIN articles a ON a.id = p.article WHERE {where}", values)[0][0])

    def text_holds(self, words: Iterable[str], scope: Scope) -> bool:
        """Whether an article in a scope has any of some words, also where no passage was made of it."""
        where, values = scope.where()
        wanted = {stem(word) for word in words}
        beginnings = [one[: max(SHORTEST_BEGINNING, len(one) - 1)] for one in wanted]  # "countr" of "country"
        terms = " OR ".join(["instr(lower(a.text), ?)"] * len(beginnings)) or "0"
        rows = self._query(f"SELECT a.text FROM articles a WHERE {where} AND ({terms})", [*values, *beginnings])
        return any(wanted & set(stems(text)) for (text,) in rows)

    def opening(self, scope: Scope, most: int) -> list[int]:
        """Numbers of the first ``most`` passages of every article in a scope, headlines left out."""
        where, values = scope.where()
        rows = self._query(
            f"""SELECT id FROM (SELECT p.id, row_number() OVER (PARTITION BY p.article ORDER BY p.start) AS place FROM passages p
                JOIN articles a ON a.id = p.article WHERE p.headline = 0 AND {where}) WHERE place <= ? ORDER BY id""",
            (*values, most),
        )
        return [row[0] for row in rows]

    def holding(self, text: str) -> str | None:
        """The id of an article that has exactly this text."""
        rows = self._query("SELECT id FROM articles WHERE content = ? LIMIT 1", (content_of(text),))
        return rows[0][0] if rows else None

    def counts(self) -> dict[str, int]:
        """Number of articles, passages and statements."""
        return {table: self._query(f"SELECT count(*) FROM {table}")[0][0] for table in ("articles", "passages", "statements")}

    def passages(self, ids: Iterable[int]) -> dict[int, Stored]:
        """Passages by number; numbers that are not there are left out."""
        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        return {one.id: one for one in self._voiced(self._query(f"SELECT {PASSAGE} FROM passages p WHERE p.id IN ({marks})", wanted))}

    def passages_of(self, article: str) -> list[Stored]:
        """The passages of one article, in reading order."""
        return self._voiced(self._query(f"SELECT {PASSAGE} FROM passages p WHERE p.article = ? ORDER BY p.start", (article,)))

    def quoted_with(self, number: int) -> list[Stored]:
        """The passages over which a quotation goes that stands in a passage, that one among them, in reading order."""
        rows = self._query(
            f"""SELECT {PASSAGE} FROM passages p WHERE p.id IN (
                SELECT o.passage FROM heard h JOIN statements s ON s.id = h.statement AND s.direct JOIN heard o ON o.statement = s.id
                WHERE h.passage = ?) ORDER BY p.start""",
            (number,),
        )
        return self._voiced(rows)

    def passages_at(self, article: str, start: int, end: int) -> list[Stored]:
        """The passages of an article between two places, in reading order."""
        rows = self._query(
            f'SELECT {PASSAGE} FROM passages p WHERE p.article = ? AND p.start < ? AND p."end" > ? ORDER BY p.start', (article, end, start)
        )
        return self._voiced(rows)

    def _voiced(self, rows: list[Any]) -> list[Stored]:
        """Rows of passages with what is heard in each."""
        marks = ",".join("?" * len(rows))
        heard: dict[int, list[Heard]] = {}
        for number, speakers, *said, leads in self._query(
            f"""SELECT p.id, s.speakers, s.side, max(s.start, p.start), min(s."end", p."end"), s.direct, s.cue, h.leads
                FROM heard h JOIN statements s ON s.id = h.statement JOIN passages p ON p.id = h.passage
                WHERE h.passage IN ({marks}) ORDER BY p.id, s.start, s."end" """,
            [row[0] for row in rows],
        ):
            side, start, end, direct, cue = said
            heard.setdefault(number, []).append(Heard(_names(speakers), side, start, end, bool(direct), cue, bool(leads)))
        return [stored(row, tuple(heard.get(row[0], ()))) for row in rows]

    def statements(self, article: str | None = None) -> list[Statement]:
        """The ledger, in reading order; of one article or of all."""
        return [statement for _, statement in self.numbered_statements(article, raw=False)]

    def numbered_statements(self, article: str | None = None, *, raw: bool) -> list[tuple[int, Statement]]:
        """Statements with their numbers. ``raw``: the speakers as the article alone names them, not the canonical ones."""
        query = f"""SELECT id, article, start, "end", text, {"mentions" if raw else "speakers"}, speaker_start, speaker_end,
                    cue, direct, hedge, side FROM statements {"WHERE article = ?" if article else ""} ORDER BY article, start, "end" """
        rows = self._query(query, (article,) if article else ())
        return [(row[0], _statement(row[1:])) for row in rows]

    def match(self, words: list[str], scope: Scope, limit: int) -> list[tuple[int, float]]:
        """Full-text search: passage numbers with their BM25 score (higher is better), best first.

        ``words`` are matched as literal words, any of them; FTS5's operators inside them mean nothing.
        """
        if not words:
            return []
        query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
        where, values = scope.where()
        rows = self._query(
            f"""SELECT words.rowid, -bm25(words) FROM words JOIN passages p ON p.id = words.rowid JOIN articles a ON a.id = p.article
                WHERE words MATCH ? AND {where} ORDER BY bm25(words), words.rowid LIMIT ?""",
            [query, *values, limit],
        )
        return [(row[0], row[1]) for row in rows]

    def naming(self, words: str) -> int:
        """In how many articles some words stand together."""
        query = "SELECT count(DISTINCT p.article) FROM words JOIN passages p ON p.id = words.rowid WHERE words MATCH ?"
        return int(self._query(query, ['"' + words.replace('"', '""') + '"'])[0][0])

    def terms(self, first: str) -> list[str]:
        """The words of all passages that begin with a letter, as full-text search keeps them: stems."""
        self._query("CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab(main, words, row)")
        return [row[0] for row in self._query("SELECT term FROM temp.terms WHERE term >= ? AND term < ?", (first, first + "\uffff"))]

    def spoken(self, speakers: Iterable[str], scope: Scope, limit: int) -> list[int]:
        """Numbers of the passages that hold words of any of these speakers, alone or with others, in reading order."""
        wanted = list(speakers)
        where, values = scope.where()
        rows = self._query(
            f"""SELECT DISTINCT h.passage FROM statements s, json_each(s.speakers) who
                JOIN heard h ON h.statement = s.id JOIN articles a ON a.id = s.article
                WHERE who.value IN ({",".join("?" * len(wanted))}) AND {where} ORDER BY h.passage LIMIT ?""",
            [*wanted, *values, limit],
        )
        return [row[0] for row in rows]

    def names(self) -> dict[str, tuple[str, str | None]]:
        """Canonical name and side of every alias."""
        rows = self._query("SELECT alias, speaker, side FROM names")
        return {alias: (speaker, side) for alias, speaker, side in rows}

    def roles(self) -> list[tuple[Role, int]]:
        """As what the articles name somebody, under the fullest name that an article gives them, and in how many articles."""
        rows = self._query("SELECT name, words, head, bare, core, count(*) FROM roles GROUP BY name, words, head, bare, core")
        return [(Role(*row[:5]), row[5]) for row in rows]

    def described(self, keys: Iterable[str]) -> list[Described]:
        """All that is known of those whom some words may describe: what they are, in how many articles, and how much they say."""
        wanted = list(keys)
        rows = self._query(
            f"""SELECT name, words, head, bare, core, articles, said FROM described
                WHERE name IN (SELECT name FROM described_as WHERE key IN ({",".join("?" * len(wanted))})) ORDER BY said DESC, name""",
            wanted,
        )
        return [Described(*row) for row in rows]

    def people(self) -> dict[str, int]:
        """How often the articles name which persons, by the fullest name that an article gives them."""
        return dict(self._query("SELECT name, sum(times) FROM people GROUP BY name"))

    def people_in(self, article: str) -> list[str]:
        """Whom an article names, by the fullest name it gives them."""
        return [row[0] for row in self._query("SELECT name FROM people WHERE article = ?", (article,))]

    def sides(self) -> tuple[str, ...]:
        """The sides that a sides.toml named, in its order; empty where there is none."""
        return tuple(json.loads(self.meta("sides") or "[]"))

    def outlets(self, scope: Scope = Scope()) -> list[str]:
        """The outlets that are known, by name, of articles in a scope."""
        where, values = scope.where()
        rows = self._query(f"SELECT DISTINCT a.outlet FROM articles a WHERE a.outlet IS NOT NULL AND {where} ORDER BY a.outlet", values)
        return [row[0] for row in rows]

    def vectors(self, ids: Iterable[int]) -> dict[int, Vectors]:
        """Vectors by passage number."""
        wanted = list(ids)
        rows = self._query(f"SELECT id, vector FROM passages WHERE id IN ({','.join('?' * len(wanted))})", wanted)
        return {row[0]: np.frombuffer(row[1], dtype=np.float32) for row in rows}

    def neighbours(self, ids: Iterable[int]) -> list[int]:
        """The passages after and before given ones in their articles, in the order of these."""
        wanted = list(ids)
        around = list({near for number in wanted for near in (number - 1, number, number + 1)})
        places = dict(self._query(f"SELECT id, article FROM passages WHERE id IN ({','.join('?' * len(around))})", around))
        return [near for number in wanted for near in (number + 1, number - 1) if places.get(near) == places.get(number)]

    def rarity(self, words: dict[str, str]) -> dict[str, float]:
        """How rare words are: the BM25 weight of each over all passages, by the key it is given under."""
        total = self._query("SELECT count(*) FROM passages")[0][0]
        found = {}
        for key, word in words.items():
            count = self._query("SELECT count(*) FROM words WHERE words MATCH ?", ('"' + word.replace('"', '""') + '"',))[0][0]
            found[key] = math.log(1 + (total - count + 0.5) / (count + 0.5))
        return found


def stored(row: tuple[int, str, int, int, str, int, *tuple[object, ...]], heard: tuple[Heard, ...]) -> Stored:
    """A row of a passage, with what is heard in it."""
    return Stored(row[0], Passage(row[1], row[2], row[3], row[4], bool(row[5]), heard))


@lru_cache(4096)
def _names(written: str) -> tuple[str, ...]:
    """Speakers as the record keeps them, a list in JSON."""
    return tuple(json.loads(written))


def _statement(row: Any) -> Statement:
    *words, direct, hedge, side = row
    article, start, end, text, speakers, speaker_start, speaker_end, cue = words
    return Statement(article, start, end, text, _names(speakers), speaker_start, speaker_end, cue, bool(direct), hedge, side)


@contextmanager
def clear_errors(folder: Path) -> Iterator[None]:
    """Turn SQLite's complaints into a line that says what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        reason = str(error)
        if full(error):
            raise no_room(folder) from error
        if "readonly" in reason or "unable to open" in reason:
            raise IndexDamaged(f"the index folder {folder} cannot be opened for this ({reason}). Check its permissions.") from error
        raise IndexDamaged(f"the index in {folder} cannot be used ({reason}). Run `readout doctor`.") from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"the index in {folder} is damaged ({error}). Run `readout doctor`.") from error


def full(error: BaseException | None) -> bool:
    """Whether something failed for want of room on a disk, by it or by what led to it."""
    while error is not None:
        told = str(error).lower()
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            return True
        if re.match(r"SQLITE_(FULL|IOERR(?!.*READ))", getattr(error, "sqlite_errorname", "")):
            return True
        if any(words in told for words in ("disk is full", "no space left", "file too large", "quota exceeded")):
            return True
        error = error.__cause__ or error.__context__
    return False


def no_room(folder: Path) -> DiskFull:
    """The line that says so."""
    return DiskFull(
        f"the disk that holds {folder} is full, or files there may not grow (`df -h`, `ulimit -f`). Make room, and run the same command "
        "again: what was stored is kept."
    )

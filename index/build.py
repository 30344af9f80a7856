"""The pipeline from a folder of articles to an index: only what changed is done again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from index import growth
from index import passages as splitter
from index import statements as attribution
from index.belief import WEIGHTS
from index.corpus import BUNDLED, NO_COLUMNS, Corpus, Progress, Source, check_paths, read_corpus
from index.embedder import BUNDLED as BUNDLED_MODEL
from index.embedder import Embedder, Vectors, load_embedder
from index.engines import engine_of
from index.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, ReadoutError
from index.language import other_language
from index.lookup import full, no_room
from index.naming import settle_names, sides_of
from index.reader import CHECKSUM, Reader
from index.readers import Columns
from index.record import FILE, SCHEMA, Record, salvage
from index.search import Searcher
from index.statements import Voices, load_parser, parse
from index.types import Passage
from index.vectors import Server, VectorStore

if TYPE_CHECKING:
    from spacy.language import Language

ROOM = 2**20  # bytes: where there are fewer, whatever Chroma complains of is for want of them
BATCH = 8  # articles read at once and stored in one transaction: small enough to lose little to a kill, large enough to embed well


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run of the pipeline did; ``problems`` and ``notes`` are the corpus's, the notes with those on the articles it read."""

    added: int
    changed: int
    moved: int
    removed: int
    unchanged: int
    totals: dict[str, int]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    elsewhere: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


def fingerprint(model: str) -> str:
    """A short name for what decides what an index holds: embedding model, splitter, extraction, schema."""
    return hashlib.sha256(f"{model}|{splitter.VERSION}|{attribution.VERSION}|{SCHEMA}".encode()).hexdigest()[:16]


def contents(record: Record) -> str:
    """A short name for all that answers are made from: the articles' fingerprint, a hyphen, and how they were read and speakers named."""
    weights = hashlib.sha256(CHECKSUM.read_bytes() + WEIGHTS.read_bytes()).hexdigest()
    reading = f"{record.meta('fingerprint')}|{record.meta('named')}|{weights}"
    return f"{record.corpus_fingerprint()}-{hashlib.sha256(reading.encode()).hexdigest()[:8]}"


def open_record(folder: Path, model: str) -> Record:
    """Open an index for reading.

    Raises:
        IndexMissing, IndexDamaged: there is none, or it cannot be read.
        IndexMismatch: it was built with other settings than ``model`` and this version of Readout.
    """
    record = Record(folder)
    built = record.meta("model")
    if record.meta("fingerprint") != fingerprint(model):
        record.close()
        cause = f"with the embedding model {built!r}, the settings name {model!r}" if built != model else "by another version of Readout"
        raise IndexMismatch(f"the index in {folder} was built {cause}. Run `readout index` again.")
    if not record.counts()["articles"]:
        record.close()
        raise IndexMissing(f"the index in {folder} holds no articles. Run `readout index` first.")
    return record


def open_searcher(folder: Path, model: str = BUNDLED_MODEL, server: Server | None = None) -> Searcher:
    """Open an index for searching; ``server`` is the Chroma server that holds its vectors, where one does.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: the index cannot serve.
        EmbeddingError: the embedding model cannot be loaded.
    """
    record, embedder = open_record(folder, model), load_embedder(model)
    vectors = open_vectors(record, model, server)
    vectors.check(record)
    return Searcher(record, vectors, embedder, Reader())


def open_vectors(record: Record, model: str, server: Server | None) -> VectorStore:
    """The collection of a record's vectors, made where it is not there."""
    return VectorStore(record.folder, fingerprint(model), server, record.meta("identity") or "")


def build(
    folder: Path,
    paths: list[Path],
    model: str,
    *,
    server: Server | None = None,
    replace: bool = False,
    columns: Columns = NO_COLUMNS,
    engine: str = "",
    progress: Progress = lambda done, of, what: None,
) -> Summary:
    """Bring the index in ``folder`` up to date with the articles below ``paths`` (none: the bundled corpus).

    Articles of these paths that are new or changed are read, those that are no longer there are removed. Articles of other
    paths stay, unless ``replace`` is set; where the index was built with other settings they are read again. ``columns`` are what tables
    of articles call their columns; the index remembers them. ``engine`` is what articles are read on: see `engine_of`.

    Raises:
        UsageError: the engine cannot be had.
        CorpusError, EmbeddingError: the articles or the model cannot be used; the index is as it was.
        IndexBusy: another process is writing this index.
        IndexDamaged: the folder cannot be written.
        DiskFull, WorkerLost: it was stopped by want of room or memory; what was stored is kept, and the same call goes on from there.
    """
    began = time.perf_counter()
    engine_of(engine)  # like the next
    check_paths(paths)  # before anything is written, and by the names that were given
    with writing(folder), current(folder, model) as record:
        corpus, plan, columns = compare(record, paths, replace, columns, progress)
        sides_of(corpus.roots)  # before articles are read, which takes long
        with record.transaction():
            growth.carry_out(record, plan, record.roots() if replace else corpus.roots)
            record.set_meta(columns=json.dumps(dict(columns)), **({"named": ""} if plan.changes else {}))
        again = {article.id for article, *_ in record.unmade()} - {source.article.id for source in plan.read}
        notes = make(record, model, plan.read, progress, engine)
        with record.transaction():
            record.add_places(sorted({*plan.places} - record.other_places()))
        settle_names(record)
        tell_chroma(model, server, record)
        return Summary(
            added=len(plan.added),
            changed=len(plan.changed) + len(plan.retold) + len(again),
            moved=len(plan.moved),
            removed=len(plan.removed),
            unchanged=plan.unchanged - len(again.intersection(source.article.id for source in corpus.sources)),
            totals=record.counts(),
            problems=corpus.problems,
            notes=[*corpus.notes, *notes, *(f"{other}: the same article as {first}" for other, _, first in plan.places)],
            elsewhere={root: count for root, count in record.roots().items() if root not in corpus.roots},
            seconds=time.perf_counter() - began,
        )


def compare(
    record: Record, paths: list[Path], replace: bool, columns: Columns = NO_COLUMNS, progress: Progress = lambda done, of, what: None
) -> tuple[Corpus, growth.Plan, Columns]:
    """Read the articles below ``paths`` and compare them with those that are stored; with what tables call their columns from now on."""
    columns = columns or json.loads(record.meta("columns") or "{}")
    corpus = read_corpus([path.resolve() for path in paths or [BUNDLED]], record.places(), columns, progress)
    known = record.known()
    mine = known if replace else [name for name, one in known.items() if one.root in corpus.roots]
    return corpus, growth.plan(corpus.sources, known, mine), columns


@dataclass(frozen=True, slots=True)
class _Read:
    """An article with its passages, its statements and whom it names; ``language`` is what it is in, where that is not English."""

    source: Source
    passages: list[Passage]
    voices: Voices
    language: str | None


def make(
    record: Record, model: str, new: Iterable[Source], progress: Progress = lambda done, of, what: None, engine: str = ""
) -> list[str]:
    """Read and store new articles, and those from which nothing was made yet, a batch in one transaction.

    Returns a line for each that is not in English.
    """
    notes: list[str] = []
    todo = [*{source.article.id: source for source in (*(Source(*one) for one in record.unmade()), *new)}.values()]
    done = 0
    for batch in engine_of(engine)(partial(_read, model), [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]):
        with record.transaction():
            for read, rows in batch:
                _put(record, read, rows)
        notes += [f"{read.source.article.id}: is in {read.language}; no statements are read in it" for read, _ in batch if read.language]
        done += len(batch)
        progress(done, len(todo), batch[-1][0].source.article.id)
    return notes


def _put(record: Record, read: _Read, vectors: Vectors) -> None:
    source, said, voices = read.source, read.voices.statements, read.voices
    heard = splitter.heard_in(read.passages, said)
    record.put(source.article, source.root, source.digest, read.passages, vectors, said, heard, voices.people, voices.roles)


def _read(model: str, sources: list[Source]) -> list[tuple[_Read, Vectors]]:
    """Parse, split, attribute and embed."""
    made = [_read_one(source) for source in sources]
    rows = iter(_embedder(model).encode([passage.text for one in made for passage in one.passages]))
    return [(one, np.array([*islice(rows, len(one.passages))])) for one in made]


def _read_one(source: Source) -> _Read:
    article = source.article
    doc = next(parse([article.text], _parser()))
    passages, language = splitter.split(article.id, article.text, article.title, doc), other_language(article.text)
    voices = Voices([], {}, []) if language else attribution.read(article.id, article.text, doc)
    return _Read(source, passages, voices, language)


@cache
def _embedder(model: str) -> Embedder:
    return load_embedder(model)


@cache
def _parser() -> Language:
    return load_parser()


@contextmanager
def clear_vectors(folder: Path) -> Iterator[None]:
    """Turn Chroma's complaints, which are of many kinds, into a line that says what to do.

    Raises:
        DiskFull: there is no room. IndexDamaged: anything else.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # Chroma's Rust core panics outside Exception
        if full(error) or shutil.disk_usage(folder).free < ROOM:
            raise no_room(folder) from error
        if isinstance(error, ReadoutError):
            raise
        reason = " ".join(str(error).split())[:200]
        raise IndexDamaged(f"the vectors in {folder} cannot be written ({reason}). Run `readout doctor` to make them anew.") from error


def tell_chroma(model: str, server: Server | None, record: Record) -> None:
    """Bring Chroma to what the record has.

    Raises:
        DiskFull: there is no room for it; the record has everything, and Chroma is told by the next run.
    """
    if not record.meta("identity"):  # on a server, collections are told apart by it
        with record.transaction():
            record.set_meta(identity=uuid4().hex)
    with clear_vectors(record.folder):
        store = open_vectors(record, model, server)
        if not record.told():
            store.reset()  # what it holds is of a record that is no longer there
        if store.sync(record):
            store.prune()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index's lock: two writers would corrupt Chroma's files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        if full(error):
            raise no_room(folder) from error
        raise IndexDamaged(f"the index folder {folder} cannot be written ({error.strerror}). Name another with --index.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(f"another process is writing the index in {folder}. Wait for it, then run this again.") from error
        yield


@contextmanager
def current(folder: Path, model: str) -> Iterator[Record]:
    """The record, open for writing; where it was built with other settings its articles are kept and all else is to be made anew.

    A record with another schema is put aside under another name, never deleted: this version cannot tell all that is in it.
    """
    try:
        record = Record(folder, write=True)
    except IndexMismatch:
        _embedder(model).encode([""])
        record = renewed(folder)
    with record:
        if record.meta("fingerprint") != fingerprint(model):
            if record.counts()["articles"]:
                _embedder(model).encode([""])  # a model that cannot be loaded is found out while nothing is lost
            with record.transaction():
                record.unmake()
                record.set_meta(fingerprint=fingerprint(model), model=model)
        yield record


def renewed(folder: Path) -> Record:
    """Put a record aside that cannot be used, and begin another with those of its articles that can be read."""
    articles = salvage(folder)
    aside = folder / f"{FILE}.{time.strftime('%Y%m%d-%H%M%S')}"
    (folder / FILE).rename(aside)
    record = Record(folder, write=True)
    with record.transaction():
        record.adopt(articles)
    return record


@dataclass(frozen=True, slots=True)
class Preview:
    """What `build` would do. ``again``: how many unchanged articles are made anew, since the settings changed or a run was stopped."""

    corpus: Corpus
    plan: growth.Plan
    again: int


def preview(folder: Path, paths: list[Path], model: str, *, replace: bool = False, columns: Columns = NO_COLUMNS) -> Preview:
    """Tell what `build` would do with the same arguments, and write nothing. Raises what it raises."""
    check_paths(paths)
    try:
        record = Record(folder)
    except IndexMissing:
        record = Record.passing()
    except IndexMismatch:
        record = Record.passing()
        record.adopt(salvage(folder))
    with record:
        corpus, plan, _ = compare(record, paths, replace, columns)
        sides_of(corpus.roots)
        stored = record.known()
        stays = stored.keys() - {*plan.gone, *plan.changed}
        other = bool(stored) and record.meta("fingerprint") != fingerprint(model)
        return Preview(corpus, plan, sum(other or not stored[name].made for name in stays))

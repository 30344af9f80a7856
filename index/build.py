"""The pipeline from a folder of articles to an index: only what changed is done again."""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np

from index import passages as splitter
from index import statements as attribution
from index.belief import WEIGHTS
from index.corpus import BUNDLED, NO_COLUMNS, Source, check_paths, read_corpus, sides_file
from index.embedder import BUNDLED as BUNDLED_MODEL
from index.embedder import Embedder, Vectors, load_embedder
from index.engines import Engine, engine_of
from index.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from index.language import other_language
from index.reader import CHECKSUM, Reader
from index.readers import Columns
from index.record import FILE, SCHEMA, Record
from index.search import Searcher
from index.speakers import Sides, bare_names, is_title, key_of, name_speakers
from index.statements import Voices, load_parser, parse
from index.types import Passage, Statement
from index.vectors import Server, VectorStore

if TYPE_CHECKING:
    from spacy.language import Language

NEARLY_ALWAYS = 0.8  # the share from which on a name that several speakers go by is taken for one of them
LONGEST_NAME = 60  # characters: what is longer describes somebody
BATCH = 8  # articles read at once and stored in one transaction: small enough to lose little to a kill, large enough to embed well

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run of the pipeline did; ``problems`` and ``notes`` are the corpus's, the notes with those on the articles it read."""

    added: int
    changed: int
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
    of articles call their columns; the index remembers them. ``engine`` says what articles are read on: see `engine_of`.

    Raises:
        UsageError: the engine cannot be had.
        CorpusError, EmbeddingError: the articles or the model cannot be used; the index is as it was.
        IndexBusy: another process is writing this index.
        IndexDamaged: the folder cannot be written.
    """
    began = time.perf_counter()
    spread = engine_of(engine)
    check_paths(paths)  # before anything is written, and by the names that were given
    paths = [path.resolve() for path in paths or [BUNDLED]]
    with writing(folder), _current(folder, model) as (record, before):
        again = [] if replace else [root for root in before if root.exists() and root not in paths]
        columns = columns or json.loads(record.meta("columns") or "{}")
        corpus = read_corpus([*paths, *again], record.places(), columns)
        _sides(corpus.roots)  # before articles are read, which takes long
        known = record.digests()
        wanted = {source.article.id: source.digest for source in corpus.sources}
        mine = {name for root in corpus.roots for name in record.digests(root)}
        todo = [source for source in corpus.sources if known.get(source.article.id) != source.digest]
        stale = (set(known) if replace else mine) - set(wanted)
        changed = sum(source.article.id in known for source in todo)
        notes = _store(record, model, todo, spread, progress)
        with record.transaction():
            record.drop(stale)
            record.set_meta(columns=json.dumps(dict(columns)))
        _name(record, changed=bool(todo or stale))
        _tell_chroma(model, server, record)
        return Summary(
            added=len(todo) - changed,
            changed=changed,
            removed=len(stale),
            unchanged=len(wanted) - len(todo),
            totals=record.counts(),
            problems=corpus.problems,
            notes=[*corpus.notes, *notes],
            elsewhere={root: count for root, count in record.roots().items() if root not in corpus.roots},
            seconds=time.perf_counter() - began,
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """An article with its passages, its statements and whom it names; ``language`` is what it is in, where that is not English."""

    source: Source
    passages: list[Passage]
    voices: Voices
    language: str | None


def _store(
    record: Record, model: str, todo: list[Source], spread: Engine[list[Source], list[tuple[_Read, Vectors]]], progress: Progress
) -> list[str]:
    """Read and store articles, a batch in one transaction. Returns a line for each that is not in English."""
    notes: list[str] = []
    done = 0
    for batch in spread(partial(_read, model), [todo[start : start + BATCH] for start in range(0, len(todo), BATCH)]):
        with record.transaction():
            for read, rows in batch:
                source, said, voices = read.source, read.voices.statements, read.voices
                heard = splitter.heard_in(read.passages, said)
                record.put(source.article, source.root, source.digest, read.passages, rows, said, heard, voices.people, voices.roles)
            record.set_meta(named="")
        notes += [f"{read.source.article.id}: is in {read.language}; no statements are read in it" for read, _ in batch if read.language]
        done += len(batch)
        progress(done, len(todo), batch[-1][0].source.article.id)
    return notes


def _name(record: Record, *, changed: bool) -> None:
    """Give every speaker one name and a side over all articles, where articles or a sides.toml changed since that was last done.

    Raises:
        CorpusError: a sides.toml cannot be used.
    """
    sides = _sides(record.roots())
    state = hashlib.sha256(b"\0".join(file.read_bytes() for file in sides)).hexdigest()
    if changed or record.meta("named") != state:
        with record.transaction():
            groups = list(sides.values())
            named = name_speakers(record.numbered_statements(raw=True), groups, record.people())
            record.rename_speakers(named)
            record.set_names(_aliases(record, [said for _, said in named], groups))
            record.set_meta(sides=json.dumps([name for group in groups for name in group.names]), named=state)


def _sides(roots: Iterable[str]) -> dict[Path, Sides]:
    """The sides of these folders, by the file that tells them.

    Raises:
        CorpusError: a sides.toml cannot be used.
    """
    files = (sides_file(Path(root)) for root in roots)
    return {file: Sides.load(file) for file in files if file.is_file()}


def _read(model: str, sources: list[Source]) -> list[tuple[_Read, Vectors]]:
    """Parse, split, attribute and embed."""
    made = [_read_one(source) for source in sources]
    rows = iter(_embedder(model).encode([passage.text for one in made for passage in one.passages]))
    return [(one, np.array([*islice(rows, len(one.passages))])) for one in made]


def _read_one(source: Source) -> _Read:
    article = source.article
    doc = next(parse([article.text], _parser()))
    passages, language = splitter.split(article.id, article.text, article.title, doc), other_language(article.text)
    voices = Voices([], {}, {}) if language else attribution.read(article.id, article.text, doc)
    return _Read(source, passages, voices, language)


@cache
def _embedder(model: str) -> Embedder:
    return load_embedder(model)


@cache
def _parser() -> Language:
    return load_parser()


def _aliases(record: Record, statements: list[Statement], sides: list[Sides]) -> Iterator[tuple[str, str, str | None]]:
    """What each speaker is called: canonical names, names beside quotations that hold a capital, plain surnames, those of sides.toml.

    A name used for several speakers is the one's who it nearly always means, else nobody's; sides.toml has the last word.
    """
    texts = {article.id: article.text for article in record.articles()}
    meant: dict[str, Counter[tuple[str, str | None]]] = {}
    for said in statements:
        if len(said.speakers) != 1:
            continue
        [speaker] = said.speakers
        meant.setdefault(speaker.lower(), Counter())[speaker, said.side] += 1
        if said.speaker_start is not None:
            words = re.sub(r"^(?:the|an?)\s+|['’]s?$", "", texts[said.article][said.speaker_start : said.speaker_end], flags=re.I)
            if any(word[:1].isupper() for word in words.split()) and len(words) <= LONGEST_NAME:
                meant.setdefault(" ".join(words.lower().replace("’", "'").split()), Counter())[speaker, said.side] += 1
    speaking = {key_of(said.speakers[0]): (said.speakers[0], said.side) for said in statements if len(said.speakers) == 1}
    for surname, person in bare_names(record.people()).items():
        if person in speaking and surname not in meant:
            meant[surname] = Counter([speaking[person]])
    for role, name, count in record.roles():
        if is_title(role):
            meant.setdefault(role, Counter())[speaking.get(key_of(name), (name, None))] += count
    for group in sides:
        for alias, (speaker, side) in group.speakers.items():
            meant[alias] = Counter({(speaker, side): 1})
    for alias, speakers in meant.items():
        [((speaker, owner), count)] = speakers.most_common(1)
        if count >= NEARLY_ALWAYS * speakers.total() and (key_of(speaker) in speaking or owner):
            yield alias, speaker, owner


def _tell_chroma(model: str, server: Server | None, record: Record) -> None:
    if not record.meta("identity"):
        with record.transaction():
            record.set_meta(identity=uuid4().hex)
    store = open_vectors(record, model, server)
    if store.sync(record):
        store.prune()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the index's lock: two writers would corrupt Chroma's files."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise IndexDamaged(f"the index folder {folder} cannot be written ({error.strerror}). Name another with --index.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise IndexBusy(f"another process is writing the index in {folder}. Wait for it, then run this again.") from error
        yield


@contextmanager
def _current(folder: Path, model: str) -> Iterator[tuple[Record, list[Path]]]:
    """The record, and the corpus folders to read again where it was built with other settings: nothing in it can be used then.

    A record with another schema is put aside under another name, never deleted: this version cannot tell what is in it.
    """
    before: list[Path] = []
    try:
        record = Record(folder, write=True)
    except IndexMismatch:
        _embedder(model).encode([""])
        (folder / FILE).rename(folder / f"{FILE}.{time.strftime('%Y%m%d-%H%M%S')}")
        record = Record(folder, write=True)
    with record:
        if record.meta("fingerprint") != fingerprint(model):
            _embedder(model).encode([""])  # a model that cannot be loaded is found out while nothing is lost
            before = [Path(root) for root in record.roots()]
            with record.transaction():
                record.drop(record.digests())
                record.set_meta(fingerprint=fingerprint(model), model=model)
        yield record, before

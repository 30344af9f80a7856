"""Check an index against itself, and mend what is wrong: all else can be made again from the articles' texts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from index.build import clear_vectors, fingerprint, make, open_record, open_vectors, renewed, tell_chroma, writing
from index.corpus import Source, digest_of, read_corpus
from index.errors import CorpusError, IndexDamaged, IndexMissing
from index.naming import settle_names
from index.record import FILE, Record, Scope
from index.types import Article
from index.vectors import FOLDER, Server, VectorStore

SAMPLE = 200  # passages that are looked up by their own vector: Chroma can hold records that a query no longer reaches


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was wrong, in a sentence, and whether it was mended."""

    text: str
    mended: bool


def examine(folder: Path, model: str, server: Server | None = None) -> list[Finding]:
    """Check the record's file, its articles and what was made from them, and Chroma against the record; mend what is wrong.

    Raises:
        IndexMissing, IndexMismatch, IndexBusy: there is nothing to examine, or `readout index` has to come first.
        DiskFull: there is no room to mend.
    """
    if not (folder / FILE).is_file():
        raise IndexMissing(f"there is no index in {folder}. Run `readout index` first.")
    with writing(folder):
        findings = list(_file(folder, model))
        if findings and not findings[-1].mended:
            return findings
        open_record(folder, model).close()
        with Record(folder, write=True) as record:
            for check in (_settings, _articles, _made, _names):
                findings += check(record, model)
            if record.counts()["articles"]:
                findings += _vectors(model, server, record)
    return findings


def _file(folder: Path, model: str) -> Iterator[Finding]:
    """The record as a file: one that is damaged is put aside, and another is begun with those of its articles that can be read."""
    try:
        with Record(folder, write=True) as record:
            if record.mend_words():
                yield Finding("Words: the full-text index did not match the passages. Rebuilt.", mended=True)
            trouble = record.damage() or ("" if record.meta("fingerprint") or record.known() else "it is empty")
    except IndexDamaged as error:
        cause = error.__cause__
        busy = getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
        if busy or not os.access(folder / FILE, os.R_OK | os.W_OK):
            raise
        trouble = str(cause)
    if not trouble:
        return
    with renewed(folder) as record, record.transaction():
        kept = record.counts()["articles"]
        record.set_meta(fingerprint=fingerprint(model), model=model)
    yield Finding(
        f"Record: the file is damaged ({trouble}). It was put aside, with the time behind its name, and a new one made with the "
        f"{kept} articles that could be read. Run `readout index PATH…` with the folders of any others.",
        mended=kept > 0,
    )


def _articles(record: Record, model: str) -> Iterator[Finding]:
    """Articles that are not what was read: they are read again where their files are, and are not kept where those are gone."""
    known = record.known()
    wrong = {article.id for article in record.articles() if not _is(article, known[article.id].digest)}
    if not wrong:
        return
    read = _read_again(record, {known[name].root for name in wrong})
    with record.transaction():
        record.drop(wrong)
        record.adopt((one.article, one.root, one.digest) for name, one in read.items() if name in wrong)
    lost = sorted(wrong - read.keys())
    if found := len(wrong) - len(lost):
        yield Finding(f"Articles: {found} were not as they had been read. Read again from their files.", mended=True)
    if lost:
        yield Finding(
            f"Articles: {len(lost)} were not as they had been read ({', '.join(lost[:5])}{' …' * (len(lost) > 5)}), and their files are "
            "not where they were. Removed. Run `readout index PATH…` with a folder that has them.",
            mended=False,
        )


def _is(article: Article, digest: str) -> bool:
    """Whether an article is the one that a digest was made of."""
    return all(isinstance(value, str | None) for value in astuple(article)) and digest_of(article) == digest


def _read_again(record: Record, roots: set[str]) -> dict[str, Source]:
    """The articles that are in some corpus folders now, as far as these can be read."""
    there = [Path(root) for root in sorted(roots) if Path(root).exists()]
    with suppress(CorpusError, ValueError):
        columns = json.loads(record.meta("columns") or "{}")
        return {one.article.id: one for one in read_corpus(there, record.places(), columns).sources}
    return {}


def _made(record: Record, model: str) -> Iterator[Finding]:
    """Passages, vectors, statements and people of every article: all are made again where any is lost or is not as it was made."""
    with record.transaction():
        orphans = record.sweep()
        spoiled = record.spoiled()
        record.unmake(spoiled)
    if orphans:
        yield Finding(f"Record: {orphans} rows belonged to no article. Removed.", mended=True)
    if todo := len(record.unmade()):
        with record.transaction():
            record.set_meta(named="")
        make(record, model, [])
        left = record.spoiled()
        what = f"of {todo} the passages, vectors or statements were missing or not as they had been made. Made again from the texts"
        yield Finding(f"Articles: {what}{f', but {len(left)} are still wrong' * bool(left)}.", mended=not left)


def _settings(record: Record, model: str) -> Iterator[Finding]:
    """What the index remembers as JSON: what cannot be read is forgotten, and worked out again where that can be."""
    for key, empty in (("columns", "{}"), ("sides", "[]"), ("sides_texts", "{}")):
        try:
            json.loads(record.meta(key) or empty)
        except ValueError:
            with record.transaction():
                record.set_meta(**{key: empty, "named": ""})
            again = "Name them again with --map" if key == "columns" else "They are read again where the folders are"
            what = "what tables of articles call their columns" if key == "columns" else "the sides of a sides.toml"
            yield Finding(f"Settings: {what} could not be read. {again}.", mended=True)


def _names(record: Record, model: str) -> Iterator[Finding]:
    """Speakers' names and sides, which are worked out over all articles: worked out again, and compared."""
    settled, before = record.meta("named"), record.names_made()
    try:
        with record.transaction():
            record.set_meta(named="")
        settle_names(record)
    except CorpusError as error:
        yield Finding(f"Names: {error}", mended=False)
        return
    if settled and record.names_made() != before:
        yield Finding("Names: speakers or sides were not as the articles have them. Worked out again.", mended=True)


def _vectors(model: str, server: Server | None, record: Record) -> Iterator[Finding]:
    """Chroma against the record; made anew where they differ."""
    behind = bool(record.pending(1) or record.gone())
    if behind:
        with suppress(IndexDamaged):
            tell_chroma(model, server, record)
    trouble = _trouble(model, server, record)
    if behind and not trouble:
        yield Finding("Vectors: Chroma had not been told of every passage. Told now.", mended=True)
    if trouble:
        with clear_vectors(record.folder):
            _rebuild(model, server, record)
        left = _trouble(model, server, record)
        yield Finding(f"Vectors: {trouble}. " + (f"Rebuilt, but {left}." if left else "Rebuilt from the record."), mended=not left)


def _trouble(model: str, server: Server | None, record: Record) -> str | None:
    try:
        with clear_vectors(record.folder):
            return _difference(open_vectors(record, model, server), record)
    except IndexDamaged:
        return "Chroma's files cannot be used"


def _difference(store: VectorStore, record: Record) -> str | None:
    """What Chroma holds otherwise than the record, in words."""
    known, wanted = store.ids(), record.passage_ids()
    if missing := wanted - known:
        return f"{len(missing)} passages are missing in Chroma"
    if extra := known - wanted:
        return f"{len(extra)} passages in Chroma are in no article"
    step = max(1, len(wanted) // SAMPLE)
    sample = sorted(wanted)[::step]
    lost = [number for number, vector in record.vectors(sample).items() if number not in dict(store.nearest(vector, Scope(), 10))]
    if len(lost) * 100 > len(sample):  # an approximate search may miss one in a hundred, and equal passages hide each other
        return f"{len(lost)} of {len(sample)} passages cannot be reached by a search"
    return None


def _rebuild(model: str, server: Server | None, record: Record) -> None:
    with record.transaction():
        record.mark_all_pending()
    try:
        open_vectors(record, model, server).reset()
    except IndexDamaged:
        place = record.folder / FOLDER
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    open_vectors(record, model, server).sync(record)

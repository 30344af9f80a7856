"""Check an index against itself, and repair what can be repaired from the record."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from index.build import open_record, open_vectors, writing
from index.errors import IndexDamaged
from index.record import FILE, Record, Scope
from index.vectors import FOLDER, Server

SAMPLE = 200  # passages that are looked up by their own vector: Chroma can hold records that a query no longer reaches


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was wrong, in a sentence, and whether it was mended."""

    text: str
    mended: bool


def examine(folder: Path, model: str, server: Server | None = None) -> list[Finding]:
    """Check the record's file and offsets, and Chroma against the record; rebuild Chroma where they differ.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged, IndexBusy: there is nothing to examine, or it cannot be opened.
    """
    open_record(folder, model).close()
    with writing(folder), Record(folder, write=True) as record:
        findings = [
            Finding(f"In the record: {problem}. Remove {folder / FILE} and run `readout index` again.", mended=False)
            for problem in record.check()
        ]
        if record.mend_words():
            findings.append(Finding("Words: the full-text index did not match the passages. Rebuilt.", mended=True))
        trouble = _trouble(model, server, record)
        if trouble:
            _rebuild(folder, model, server, record)
            left = _trouble(model, server, record)
            findings.append(
                Finding(f"Vectors: {trouble}. " + (f"Rebuilt, but {left}." if left else "Rebuilt from the record."), mended=not left)
            )
        return findings


def _trouble(model: str, server: Server | None, record: Record) -> str | None:
    try:
        store = open_vectors(record, model, server)
        known, wanted = store.ids(), record.passage_ids()
    except IndexDamaged:
        return "Chroma's files cannot be opened"
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


def _rebuild(folder: Path, model: str, server: Server | None, record: Record) -> None:
    with record.transaction():
        record.mark_all_pending()
    try:
        open_vectors(record, model, server).reset()
    except IndexDamaged:
        place = folder / FOLDER
        if place.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        else:
            place.unlink(missing_ok=True)
    open_vectors(record, model, server).sync(record)

"""An index as one file, to move it: the record, packed. Vectors for Chroma are made from it again where it is unpacked."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.build import fingerprint, tell_chroma, writing
from index.errors import IndexDamaged, IndexProblem, UsageError
from index.lookup import full, no_room
from index.record import FILE, Record
from index.vectors import Server


def export(folder: Path, file: Path) -> dict[str, int]:
    """Write the index in ``folder`` into one file, as it is now, also while another process writes it; returns what it holds.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: there is nothing that can be moved. UsageError: the file cannot be written.
    """
    if file.exists():
        raise UsageError(f"{file} is there already. Name another file, or remove that one.")
    with Record(folder) as record, _beside(file) as place:
        record.copy(place / FILE)
        with zipfile.ZipFile(place / "packed", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
            packed.write(place / FILE, FILE)
        (place / "packed").rename(file)
        return record.counts()


def unpack(file: Path, folder: Path, model: str, server: Server | None = None) -> dict[str, int]:
    """Make an index in ``folder`` of a file that `export` wrote, checked before any of it is used; returns what it holds.

    Raises:
        IndexDamaged: the file is none of those, is cut off or was changed.
        UsageError: it cannot be read, or there is an index already. DiskFull: there is no room for it.
    """
    with writing(folder):
        if (folder / FILE).exists():
            raise UsageError(f"there is an index in {folder} already. Name another folder with --index, or remove {FILE} there.")
        (folder / f"{FILE}-journal").unlink(missing_ok=True)  # of a record that is no longer there: SQLite would apply it to this one
        with _beside(folder / FILE) as place:
            _take_out(file, place)
            _check(file, place)
            (place / FILE).rename(folder / FILE)
        with Record(folder, write=True) as record:
            with record.transaction():
                record.set_meta(identity="")  # a copy goes its own way, on a server too
            if record.meta("fingerprint") == fingerprint(model):
                tell_chroma(model, server, record)
            return record.counts()


@contextmanager
def _beside(file: Path) -> Iterator[Path]:
    """A folder beside a file that goes when the work in it is done or has failed."""
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".readout-") as place:
            yield Path(place)
    except OSError as error:
        if full(error):
            raise no_room(file.parent) from error
        raise UsageError(f"{error.filename or file} cannot be written ({error.strerror}). Name another place.") from error


def _take_out(file: Path, place: Path) -> None:
    """Take the record out of a file; nothing else in it is touched, whatever it is called."""
    foreign = IndexDamaged(f"{file} is not a whole file of `readout export`. Export the index again, and copy all of it.")
    try:
        with zipfile.ZipFile(file) as packed:
            if packed.namelist() != [FILE]:
                raise foreign
            if packed.getinfo(FILE).file_size > shutil.disk_usage(place).free:
                raise no_room(place.parent)
            with packed.open(FILE) as source, (place / FILE).open("wb") as target:
                shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, EOFError, zlib.error, ValueError, NotImplementedError, RuntimeError) as error:
        raise foreign from error
    except OSError as error:
        if error.filename != str(file):
            raise
        raise UsageError(f"{file} cannot be read ({error.strerror}). Name a file of `readout export`.") from error


def _check(file: Path, place: Path) -> None:
    """Hold a record that came from elsewhere against itself, and have it belong to no Chroma collection."""
    try:
        with Record(place, write=True) as record:
            if trouble := record.damage() or ("it is not as it was made" if record.spoiled() else ""):
                raise IndexDamaged(trouble)
            with record.transaction():
                record.mark_all_pending()
                record.forget("identity")
    except IndexProblem as error:
        why = str(error).partition(". Run")[0].replace(str(place), str(file))
        raise IndexDamaged(f"{file} cannot be used: {why}. Export it again with this version of Readout.") from error

"""Archives: a zip of files, and a file packed with gzip. Nothing is unpacked to disk, and no more than a limit to memory."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from index.errors import CorpusError
from index.readers import manifest
from index.readers.decoding import decode
from index.readers.draft import Columns, Draft, Found, Trouble, Within

MAX_MEMBER = 100_000_000  # bytes of one file, unpacked
MAX_TOTAL = 2_000_000_000  # bytes of all of them
MAX_FILES = 100_000
MAX_RATIO = 200  # how many times larger than packed a file may be, where it is large
_LARGE = 1_000_000
_MB = 1_000_000


def read_gzip(data: bytes, columns: Columns, within: Within, name: str) -> Iterator[Found]:
    """Read a file that is packed with gzip; ``name`` is its name without the ending."""
    try:
        with gzip.open(io.BytesIO(data)) as file:
            content = file.read(MAX_MEMBER + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(f"is a damaged or cut gzip file ({error}); fetch it again") from error
    if len(content) > MAX_MEMBER:
        raise CorpusError(f"unpacks to more than {MAX_MEMBER // _MB} MB; split it into articles")
    for one in within(name, content, columns):
        yield replace(one, part=one.part.partition("#")[2]) if isinstance(one, Draft) else replace(one, where=_rest(one.where, name))


def _rest(where: str, name: str) -> str:
    return where.removeprefix(name).strip()


def read_zip(data: bytes, columns: Columns, within: Within) -> Iterator[Found]:
    """Read the files of a zip, each by its kind."""
    try:
        file = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise CorpusError("is a damaged or cut zip file; fetch it again") from error
    with file:
        members = [member for member in file.infolist() if not member.is_dir()]
        if len(members) > MAX_FILES:
            raise CorpusError(f"holds more than {MAX_FILES} files; split it")
        contents = _Contents(file)
        known: dict[str, dict[str, str]] = {}
        for member in sorted(members, key=lambda one: one.filename.count("/")):
            if PurePosixPath(member.filename).name == manifest.NAME and isinstance(content := contents.of(member), bytes):
                yield from _told(member.filename, content, columns, known)
        for member in members:
            name = PurePosixPath(member.filename)
            if name.name == manifest.NAME:
                continue
            if any(part.startswith((".", "__")) for part in name.parts):
                yield Trouble("is hidden", member.filename, meant=True)
                continue
            content = contents.of(member)
            if isinstance(content, Trouble):
                yield content
                continue
            for one in within(member.filename, content, columns):
                yield replace(one, **known.get(member.filename, {})) if isinstance(one, Draft) else one


class _Contents:
    """The files of a zip, unpacked one at a time."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self.file = file
        self.total = 0

    def of(self, member: zipfile.ZipInfo) -> bytes | Trouble:
        """What a file holds, or why that cannot be told."""
        bomb = member.file_size > max(_LARGE, member.compress_size * MAX_RATIO)
        if bomb or member.file_size > MAX_MEMBER or self.total > MAX_TOTAL:
            return Trouble(f"would unpack to {member.file_size // _MB} MB, more than is safe; unpack it yourself", member.filename)
        try:
            with self.file.open(member) as part:
                content = part.read(MAX_MEMBER + 1)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError, zlib.error) as error:
            return Trouble(f"is damaged or encrypted ({error}); unpack it yourself", member.filename)
        self.total += len(content)
        return content


def _told(name: str, content: bytes, columns: Columns, known: dict[str, dict[str, str]]) -> Iterator[Trouble]:
    """Take in what a manifest in a zip says of the files beside it and below."""
    folder = PurePosixPath(name).parent
    try:
        for number, row in manifest.rows(decode(content), columns):
            if file := row.pop("file", ""):
                known.setdefault((folder / file).as_posix(), {}).update(row)
            else:
                yield Trouble("names no file", f"{name} line {number}")
    except CorpusError as error:
        yield Trouble(str(error), name)

"""Files of every kind → drafts of articles, by one reader for each kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import PurePath
from types import MappingProxyType

from index.errors import CorpusError
from index.readers import archive, plain
from index.readers.draft import Columns, Draft, Found, Reader, TooLong, Trouble, within

__all__ = ["KINDS", "SECONDS", "Columns", "Draft", "Found", "Kind", "Trouble", "kind_of", "read", "unread"]

SECONDS = 60.0  # that one file may take; what holds many articles may take ten times that
TEXT, PACKED = 20_000_000, 200_000_000  # bytes: a page may be little text among much else
ARTICLE = 4_000_000  # characters, as many as the longest books have: a parse takes half a kB of memory for each
NO_COLUMNS: Columns = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its reader, and how many bytes it may have. ``archive``: it holds other files."""

    reader: Reader
    most: int = TEXT
    archive: bool = False


def _of(module: str, function: str = "read") -> Reader:
    """A reader that is imported when it is needed: some take half a second, and most corpora need one."""

    def reader(data: bytes, columns: Columns) -> Iterator[Found]:
        yield from getattr(import_module(f"{__name__}.{module}"), function)(data, columns)

    return reader


def _mail(data: bytes, columns: Columns) -> Iterator[Found]:
    yield from import_module(f"{__name__}.mail").read(data, columns, _inside)


_PAGE, _SAVED, _LINES = Kind(_of("web")), Kind(_of("web", "read_saved"), PACKED), Kind(_of("rows", "read_lines"), PACKED)
_TABLE, _FEED, _MARKDOWN = Kind(_of("rows", "read_csv"), PACKED), Kind(_of("feeds")), Kind(_of("markdown"))
KINDS = {
    ".txt": Kind(plain.read),
    **dict.fromkeys((".md", ".markdown"), _MARKDOWN),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _PAGE),
    **dict.fromkeys((".mhtml", ".mht"), _SAVED),
    ".pdf": Kind(_of("pdf"), PACKED),
    ".docx": Kind(_of("word"), PACKED),
    ".eml": Kind(_mail, PACKED),
    **dict.fromkeys((".jsonl", ".ndjson"), _LINES),
    ".json": Kind(_of("rows", "read_json"), PACKED),
    **dict.fromkeys((".csv", ".tsv"), _TABLE),
    **dict.fromkeys((".xml", ".rss", ".atom", ".nitf"), _FEED),
    ".zip": Kind(lambda data, columns: archive.read_zip(data, columns, _inside), PACKED, archive=True),
}
"""The kinds of file that are read, by how their names end. Any of them may be packed with gzip."""


def kind_of(name: str) -> Kind | None:
    """The kind of a file by its name; none where it has no reader."""
    path = PurePath(name)
    if path.suffix.lower() == ".gz":
        inner = path.with_suffix("").name
        return Kind(partial(archive.read_gzip, within=_inside, name=inner), PACKED, archive=True) if kind_of(inner) else None
    return KINDS.get(path.suffix.lower())


def unread(name: str) -> str:
    """Why a file without a reader is not read, and what to do."""
    return f"cannot read {PurePath(name).suffix or 'this kind of'} files; save it as {', '.join(KINDS)}"


def read(name: str, data: bytes, columns: Columns = NO_COLUMNS, most: int | None = None) -> list[Found]:
    """Read what a file holds: articles, and a word on each thing that is not read. Never fails on what is in it.

    ``most`` is how many bytes it may have, where that is not its kind's own limit.
    """
    kind = KINDS[".pdf"] if data.startswith(b"%PDF-") else kind_of(name)
    if kind is None:
        return [Trouble(unread(name))]
    most = kind.most if most is None else most
    if len(data) > most:
        return [Trouble(f"is larger than {most // 1_000_000} MB; split it into articles")]
    if not data.strip():
        return [Trouble(EMPTY)]
    found: list[Found] = []
    seconds = SECONDS * (1 if kind.most == TEXT else 10)
    try:
        with within(seconds):
            for one in kind.reader(data, columns):
                found.append(_whole(one) if isinstance(one, Draft) else one)
    except TooLong:
        found.append(Trouble(f"takes longer than {seconds:.0f} s to read; split it into articles, or save it as plain text"))
    except CorpusError as error:
        found.append(Trouble(str(error)))
    except Exception as error:  # readers rest on libraries, which fail in ways of their own on files that nobody foresaw
        found.append(Trouble(f"cannot be read ({type(error).__name__}: {error}); save it as plain text"))
    return found


EMPTY = "holds no text; remove it or fill it"


def _whole(draft: Draft) -> Found:
    """A draft that can be stored: with text, not endless, and without halves of characters, which no encoding can carry."""
    if not draft.text.strip():
        return Trouble(EMPTY, draft.part)
    if len(draft.text) > ARTICLE:
        return Trouble(f"has a text of more than {ARTICLE // 1_000_000} million characters; split it into articles", draft.part)
    return Draft(**{name: value and _encodable(value) for name, value in asdict(draft).items()})


def _encodable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _inside(name: str, data: bytes, columns: Columns) -> Iterator[Found]:
    """Read a file that is inside another. Archives inside archives are how bombs are built, and are not opened."""
    kind = kind_of(name)
    if kind is not None and kind.archive:
        yield Trouble("is an archive inside a file; unpack it", name)
        return
    for one in read(name, data, columns):
        if isinstance(one, Draft):
            yield replace(one, part=f"{name}#{one.part}" if one.part else name)
        else:
            yield replace(one, where=f"{name} {one.where}".strip())

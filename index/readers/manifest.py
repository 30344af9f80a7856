"""``sources.csv``: what a folder's files do not say of themselves."""

from __future__ import annotations

from collections.abc import Iterator

from index.errors import CorpusError
from index.readers.draft import Columns
from index.readers.rows import table

NAME = "sources.csv"
COLUMNS = ("outlet", "title", "url", "published", "author")
LONGEST_CELL = 131_072  # characters: what is longer is no manifest


class NoFileColumn(CorpusError):
    """A manifest that does not say which files it speaks of."""


def rows(text: str, columns: Columns) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows that say anything, each with the line it ends on: ``file``, and those of `COLUMNS` that are filled.

    Raises:
        NoFileColumn: it has no column with the files' names.
        CorpusError: it is no CSV.
    """
    called = {field: columns.get(field, field).lower() for field in ("file", *COLUMNS)}
    found = table(text, LONGEST_CELL)
    names = next(found, (0, {"file": ""}))[1]
    if called["file"] not in names:
        raise NoFileColumn(
            f"has no column {called['file']!r} (it has {', '.join(names)}); name it so, or say which it is with --map file=COLUMN"
        )
    for number, row in found:
        yield number, {field: value for field, name in called.items() if (value := " ".join(row.get(name, "").split()))}

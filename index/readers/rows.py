"""Tables with an article a row: JSON lines, JSON (ninjs too) and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from index.errors import CorpusError
from index.readers.decoding import decode
from index.readers.draft import Columns, Draft, Found, Trouble
from index.readers.layout import fragment

FIELDS = ("text", "title", "outlet", "url", "published", "author")
NAMES = ("file", "id", "guid", "uri")  # columns that name a row, the likeliest first
SEPARATORS = ",;\t"
MAX_CELL = 20_000_000  # characters
_NINJS = {
    "text": ("body_xhtml", "body_text"),
    "title": ("headline",),
    "published": ("firstcreated", "versioncreated", "versionCreated", "contentcreated"),
    "author": ("byline",),
    "outlet": ("copyrightholder", "provider"),
    "url": ("url",),
}
"""What ninjs calls what Readout calls otherwise. Versions from 2 on list bodies and headlines."""

Row = Mapping[str, Any]


def read_lines(data: bytes, columns: Columns) -> Iterator[Found]:
    """Read JSON lines."""
    for number, line in enumerate(io.BytesIO(data), 1):
        if line.strip():
            where = f"line {number}"
            try:
                row = json.loads(decode(line))
            except (ValueError, RecursionError, CorpusError) as error:
                yield Trouble(f"is not JSON ({error}); mend it", where)
                continue
            yield _found(row, columns, str(number), where) if isinstance(row, dict) else Trouble("is no object with columns", where)


def read_json(data: bytes, columns: Columns) -> Iterator[Found]:
    """Read a JSON file: an article, a list of them, or an object that holds such a list."""
    try:
        whole = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"is not JSON ({error}); mend it, or name it .jsonl where it has an object a line") from error
    rows = _listed(whole)
    if isinstance(rows, dict):
        yield _found(rows, columns, "", "")
        return
    for number, row in enumerate(rows, 1):
        where = f"article {number}"
        yield _found(row, columns, str(number), where) if isinstance(row, dict) else Trouble("is no object with columns", where)


def _listed(whole: Any) -> Any:
    """The list of articles that a JSON value is or holds, or the article that it is.

    Raises:
        CorpusError: it is neither.
    """
    if isinstance(whole, dict):
        lists = [value for value in whole.values() if isinstance(value, list) and value and all(isinstance(row, dict) for row in value)]
        single = not lists or any(name in whole for name in (*FIELDS, "body", "bodies", *_NINJS["text"]))
        return whole if single else max(lists, key=len)
    if isinstance(whole, list):
        return whole
    raise CorpusError("holds neither an object nor a list of them; an article is an object with a text")


def read_csv(data: bytes, columns: Columns) -> Iterator[Found]:
    """Read a CSV with commas, semicolons or tabs."""
    rows = table(decode(data))
    names = next(rows, (0, {}))[1]
    wanted = columns.get("text", "text").lower()
    if wanted not in names:
        raise CorpusError(f"has no column {wanted!r} (it has {', '.join(names) or 'none'}); say which it is with --map text=COLUMN")
    for number, row in rows:
        yield _found(row, columns, str(number), f"line {number}")


def table(text: str, longest: int = MAX_CELL) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the header of a CSV, and its rows, by column, in lower case; each with the line it ends on.

    ``longest`` is how many characters a cell may have.

    Raises:
        CorpusError: it is no CSV.
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    usual = csv.field_size_limit(longest)  # of the whole process: whoever reads longer cells gets theirs back
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(SEPARATORS, key=first.count))
        names: list[str] = []
        for cells in reader:
            if any(map(str.strip, cells)):
                if not names:
                    names = [cell.strip().lower() for cell in cells]
                    yield reader.line_num, dict.fromkeys(filter(None, names), "")
                else:
                    yield reader.line_num, {name: cell for name, cell in zip(names, cells, strict=False) if name}
    except csv.Error as error:
        raise CorpusError(f"is not a CSV file ({error})") from error
    finally:
        csv.field_size_limit(usual)


def _found(row: Row, columns: Columns, part: str, where: str) -> Found:
    lower = {str(name).lower(): value for name, value in row.items()}
    values = {field: value for field in FIELDS if (value := _value(lower, field, columns.get(field)))}
    if not values.get("text", "").strip():
        named = columns.get("text", "text")
        return Trouble(
            f"has no text in {named!r} (it has {', '.join(map(str, row)) or 'nothing'}); --map text=NAME says where it is", where
        )
    name = next((" ".join(str(lower[name]).split())[:200] for name in NAMES if lower.get(name)), part)
    return Draft(part=name if part else "", **values)


def _value(row: Row, field: str, mapped: str | None) -> str | None:
    """What a row has for a field: in the column that is said to hold it, the one of its name, or the one that ninjs has."""
    for name in (mapped.lower(),) if mapped else (field, *_NINJS[field]):
        value = row.get(name) or (_chosen(row.get(f"{name}s"), field) if not mapped else None)
        if isinstance(value, list):
            value = ", ".join(str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in value)
        if isinstance(value, dict):
            value = value.get("name")
        if value is not None and str(value).strip():
            return _worded(str(value)) if field == "text" else " ".join(str(value).split())
    return _chosen(row.get("bodies"), field) if field == "text" and not mapped else None


def _worded(value: str) -> str:
    """A text, of which HTML is made text."""
    return fragment(value) if value.lstrip().startswith("<") else value


def _chosen(values: Any, field: str) -> str | None:
    """Of several forms of one thing, as ninjs lists them, the first; of bodies all are the article's only where they differ in kind."""
    listed = values if isinstance(values, Iterable) and not isinstance(values, str | dict) else ()
    found = next((str(one["value"]) for one in listed if isinstance(one, dict) and one.get("value")), None)
    return _worded(found) if found and field == "text" else found

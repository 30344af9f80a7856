"""Word documents (``.docx``): paragraphs, lists, tables and footnotes. What was struck out is not read."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from index.errors import CorpusError
from index.readers.draft import Columns, Draft
from index.readers.layout import MARK, name_of, parse_xml, table_lines

MAX_EXPANDED = 100_000_000  # bytes of a document's text, unpacked
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def read(data: bytes, columns: Columns) -> Iterator[Draft]:
    """Read a Word document.

    Raises:
        CorpusError: it is damaged, encrypted, or no Word document.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            roots = [_part(file, name) for name in _PARTS if name in file.namelist()]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError, OSError) as error:
        raise CorpusError("is not a Word document, or a damaged or encrypted one; save it anew, or as text") from error
    if not roots or roots[0] is None:
        raise CorpusError("is not a Word document (it holds none); save it anew, or as text")
    yield Draft("\n".join(line for root in roots if root is not None for line in _blocks(root)))


def _part(file: zipfile.ZipFile, name: str) -> Any:
    with file.open(name) as part:
        data = part.read(MAX_EXPANDED + 1)
    if len(data) > MAX_EXPANDED:
        raise CorpusError(f"unpacks to more than {MAX_EXPANDED // 1_000_000} MB; split it into articles")
    return parse_xml(data)


def _blocks(element: Any) -> Iterator[str]:
    """Paragraphs and rows of tables, in order."""
    for child in element:
        name = name_of(child)
        if name == "p":
            words = _words(child)
            yield MARK * bool(words and any(name_of(one) == "numpr" for one in child.iter())) + words
        elif name == "tbl":
            rows = [[_cell(cell) for cell in row if name_of(cell) == "tc"] for row in child if name_of(row) == "tr"]
            heads = any(name_of(one) == "tblheader" for one in child.iter())
            yield from table_lines(rows, 0 if heads else None)
        else:
            yield from _blocks(child)


def _cell(cell: Any) -> str:
    return " ".join(" ".join(_blocks(cell)).split())


def _words(paragraph: Any) -> str:
    """The words of a paragraph; those of text boxes in it come behind, and those kept for older programs are the same again."""
    signs = {"tab": "\t", "br": "\n", "cr": "\n", "nobreakhyphen": "-"}
    found = []
    for one in paragraph.iter():
        name = name_of(one)
        if name == "t" and not any(name_of(above) in ("fallback", "del", "movefrom") for above in one.iterancestors()):
            found.append(one.text or "")
        elif name in signs and name_of(one.getparent()) == "r":
            found.append(signs[name])
    return "".join(found).strip()

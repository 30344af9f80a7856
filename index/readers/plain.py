"""Plain text, exactly as decoded."""

from __future__ import annotations

from collections.abc import Iterator

from index.readers.decoding import decoded
from index.readers.draft import Columns, Draft


def read(data: bytes, columns: Columns) -> Iterator[Draft]:
    """Read a text file."""
    text, note = decoded(data)
    yield Draft(text, note=note)

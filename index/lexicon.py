"""English words as data: ``lexicon.toml`` holds every list with what it is for, and code holds none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def words(name: str) -> frozenset[str]:
    """Return the words of a list."""
    return frozenset(_lists()[name].split())


def in_order(name: str, parted: str | None = None) -> tuple[str, ...]:
    """Return the entries of a list in their order, parted by spaces or by another mark."""
    return tuple(entry.strip() for entry in _lists()[name].split(parted) if entry.strip())


def entries(name: str) -> list[Any]:
    """Return a list whose entries are more than words, as the file has it."""
    found: list[Any] = _lists()[name]
    return found


def either(phrases: Iterable[str]) -> str:
    """Return a regular expression for any of these words or phrases; anything but letters may part the words of a phrase."""
    return "(?:" + "|".join(r"\W*".join(map(re.escape, phrase.split())) for phrase in phrases) + ")"


@cache
def line_pattern(name: str) -> re.Pattern[str]:
    """Return a regular expression for the whole lines that a list of entries describes."""
    found = []
    for entry in entries(name):
        gap = rf".{{0,{entry['between']}}}\b" if "between" in entry else r"\W*"
        columns = gap.join(either(column.split("|")) for column in entry["columns"])
        before = rf".{{0,{entry['before']}}}\b" if "before" in entry else ""
        found.append(rf"{before}{columns}(?:\b|(?<=\W)).{{0,{entry.get('after', 0)}}}")
    return re.compile(rf"\W*(?:{'|'.join(found)})\W*", re.I)

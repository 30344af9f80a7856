"""Stretches of a text that a program found, held against those that people marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Span = tuple[int, int]
HALF = 0.5  # what two share of their union, at least, to be taken for the same


def shared(spans: Sequence[Span], start: int, end: int) -> int:
    """Return how many characters of disjoint spans lie between two places."""
    return sum(max(0, min(b, end) - max(a, start)) for a, b in spans)


def agreement(spans: Sequence[Span], start: int, end: int) -> float:
    """Return the characters that spans and a stretch share, over those that either has."""
    both = shared(spans, start, end)
    return both / (sum(b - a for a, b in spans) + end - start - both) if both else 0.0


def one_to_one(ranked: Iterable[tuple[Any, ...]]) -> list[tuple[int, int]]:
    """Match two lists by ranked pairs, tuples that end with a place in either list: the lowest first, each place at most once."""
    chosen: dict[int, int] = {}
    for *_, one, other in sorted(ranked):
        if one not in chosen and other not in chosen.values():
            chosen[one] = other
    return list(chosen.items())


def rates(hits: int, found: int, wanted: int) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    precision, recall = hits / max(found, 1), hits / max(wanted, 1)
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0

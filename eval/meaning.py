"""How near two texts are in meaning, by the bundled embedding model: whatever model the index or the answerer uses."""

from __future__ import annotations

from functools import cache, lru_cache

from index.embedder import QuickEmbedder, Vectors, bundled_folder


def likeness(one: str, other: str) -> float:
    """The cosine of two texts' vectors: 1 for equal texts, about 0 for unrelated ones."""
    return max(-1.0, min(1.0, float(vector(one) @ vector(other))))


@lru_cache(4096)
def vector(text: str) -> Vectors:
    """A text as a vector of unit length."""
    found: Vectors = _model().encode([text])[0]
    return found


@cache
def _model() -> QuickEmbedder:
    return QuickEmbedder(bundled_folder())

"""Hybrid retrieval: nearest by meaning and best by words, fused, then judged one by one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from index.embedder import Embedder, QuickEmbedder, Vectors
from index.judge import Judge, Tokens, content_words, features, stem
from index.record import Record, Scope
from index.types import Hit
from index.vectors import VectorStore

POOL = 48  # passages fused from both searches and then judged
_RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009)


class Searcher:
    """Searches one index.

    Args:
        record: the open record; vectors: its Chroma collection.
        embedder: the model the index was built with, for questions.
        reader: the bundled model, whose word-piece vectors the judge reads; may be the same object.
    """

    def __init__(self, record: Record, vectors: VectorStore, embedder: Embedder, reader: QuickEmbedder, judge: Judge) -> None:
        self.record = record
        self._vectors = vectors
        self._embedder = embedder
        self._reader = reader
        self._judge = judge
        self._read = lru_cache(256)(self._read_question)
        self._vector = lru_cache(4096)(lambda text: self._embedder.encode([text])[0])

    def search(self, question: str, scope: Scope = Scope(), *, pool: int = POOL, among: Iterable[int] = ()) -> list[Hit]:  # noqa: B008
        """Return the passages most likely to answer ``question``, best first: at most ``pool``, and those numbered ``among``."""
        return self.judge(question, dict.fromkeys([*self.find(question, scope, pool=pool), *among]))

    def find(self, question: str, scope: Scope = Scope(), *, pool: int = POOL) -> list[int]:  # noqa: B008
        """Return the numbers of the passages to be judged for ``question``, the most promising first: at most ``pool``."""
        vector, _ = self._read(question)
        dense = self._vectors.nearest(vector, scope, pool)
        lexical = self.record.match(content_words(question), scope, pool)
        return fuse([number for number, _ in dense], [number for number, _ in lexical])[:pool]

    def judge(self, question: str, numbers: Iterable[int]) -> list[Hit]:
        """Judge given passages for a question; best first."""
        vector, tokens = self._read(question)
        stored = self.record.passages(numbers)
        before = self.record.passages(number - 1 for number in stored)
        vectors, pieces = self.record.vectors(stored), self.record.tokens(stored)
        rarity = self.record.rarity({stem(word): word for word in content_words(question)})
        known, similarity = [], {}
        for number, found in stored.items():
            neighbour = before.get(number - 1)
            context = neighbour.passage.text if neighbour and neighbour.passage.article == found.passage.article else ""
            similarity[number] = float(vectors[number] @ vector)
            known.append(features(similarity[number], rarity, found.passage.text, context, found.passage.headline))
        scores = self._judge.score(tokens, [pieces[number] for number in stored], known)
        hits = [
            Hit(found.passage, float(score), similarity[number], number)
            for (number, found), score in zip(stored.items(), scores, strict=True)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.number))

    def likeness(self, words: str, others: list[str]) -> list[float]:
        """The cosine of some words with each of others, by the embedding model."""
        return [float(self._vector(other) @ self._vector(words)) for other in others]

    def _read_question(self, question: str) -> tuple[Vectors, Tokens]:
        vector, states = self._reader.read(question)
        if self._embedder is not self._reader:
            vector = self._embedder.encode([question])[0]
        if not len(states):
            states = np.zeros((1, vector.shape[0]), dtype=np.float32)
        return vector, self._judge.tokens(states)


def fuse(*rankings: list[int]) -> list[int]:
    """Reciprocal-rank fusion: what stands high in any ranking stands high; ties keep the first ranking's order."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + 1.0 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda number: -scores[number])

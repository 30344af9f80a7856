"""Hybrid retrieval: nearest by meaning, best by words, and their neighbours, fused; then the most promising are read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np

from index.belief import Signs, Summary, answer_odds, covered, holds_quotation, passage_odds, quotations_in
from index.embedder import Embedder, Vectors
from index.passages import text_of
from index.reader import Reader, Text
from index.record import Record, Scope
from index.text import content_stems, content_words, stem
from index.types import Hit
from index.vectors import VectorStore

POOL = 48  # passages fused from all searches
READ = 28  # of them, how many are read; eval/LOG.md has what reading more or fewer gains and costs
LONG, SHORTEST_PART, MOST_PARTS = 24, 3, 6  # words from which on a question is read part by part; words of meaning in a part; parts
KEPT, MOST_SCORES = 2_000, 50_000  # articles that are kept at hand, and readings
_RANK_CONSTANT = 60  # Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion" (SIGIR 2009)
_PART = re.compile(r"[;?!]\s+|(?:,|,?\s+(?:and|or|but))\s+(?=(?:who|whom|whose|what|which|when|where|why|how)\b)", re.I)


class Searcher:
    """Searches one index.

    Args:
        record: the open record; vectors: its Chroma collection.
        embedder: the model the index was built with, for questions.
        reader: what reads a question and a passage together.
    """

    def __init__(self, record: Record, vectors: VectorStore, embedder: Embedder, reader: Reader) -> None:
        self.record = record
        self.reader = reader
        self._vectors, vectors.version = vectors, record.version()
        self._embedder = embedder
        self._vector = lru_cache(4096)(lambda text: self._embedder.encode([text])[0])
        self.article = lru_cache(KEPT)(record.article)  # by its id
        self._texts = lru_cache(4096)(self._text)
        self.stems_of = lru_cache(KEPT)(lambda name: frozenset(content_stems(self.article(name).text)))  # of an article
        self._scores: dict[tuple[str, int], float] = {}

    def forget(self) -> None:
        """The index has changed: what was kept of it counts no more."""
        for kept in (self.article, self._texts, self.stems_of):
            kept.cache_clear()
        self._scores.clear()

    def search(self, question: str, scope: Scope = Scope(), *, pool: int = POOL, among: Iterable[int] = ()) -> list[Hit]:  # noqa: B008
        """Return the passages most likely to answer ``question``, best first, of ``pool`` candidates and those numbered ``among``."""
        return self.read(question, dict.fromkeys([*among, *self.find(question, scope, pool=pool)]))

    def find(self, question: str, scope: Scope = Scope(), *, pool: int = POOL) -> list[int]:  # noqa: B008
        """Return the numbers of the candidates for ``question``, the most promising first: at most ``pool``.

        A long question is searched for part by part, and each part has its share.
        """
        rankings: list[list[int]] = []
        for part in parts_of(question):
            dense = [number for number, _ in self.nearest(part, scope, pool)]
            lexical = [number for number, _ in self.record.match(content_words(part), scope, pool)]
            rankings.append(fuse(dense, lexical, self.record.neighbours(lexical)))
        return (rankings[0] if len(rankings) == 1 else fuse(*rankings))[:pool]

    def nearest(self, text: str, scope: Scope, limit: int) -> list[tuple[int, float]]:
        """The passages nearest to a text by their vectors: numbers with their cosine, nearest first."""
        return self._vectors.nearest(self._vector(text), scope, limit, self.record.version())

    def among(self, text: str, scope: Scope, numbers: Sequence[int] | None, limit: int) -> list[tuple[int, float]]:
        """The passages nearest to a text in a scope, or of those with some ``numbers`` alone; with their cosine, nearest first."""
        if numbers is None:
            return self.nearest(text, scope, limit)
        vectors, asked = self.record.vectors(numbers), self._vector(text)
        return sorted(((number, float(vectors[number] @ asked)) for number in vectors), key=lambda one: -one[1])[:limit]

    def read(self, question: str, numbers: Iterable[int], most: int = READ) -> list[Hit]:
        """Read the most promising of given passages beside a question; best first.

        Promising is what stands early in ``numbers``, which searches put in order, or is near the question by words and meaning.
        """
        signs = self.signs(question, numbers, most)
        stored = self.record.passages(signs)
        odds = passage_odds(list(signs.values()))
        hits = [
            Hit(stored[number].passage, score, one.similarity, number, one.read, one.covered_near)
            for (number, one), score in zip(signs.items(), odds, strict=True)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.number))

    def signs(self, question: str, numbers: Iterable[int], most: int = READ) -> dict[int, Signs]:
        """What is known of a question and the most promising of given passages, by number."""
        order = list(dict.fromkeys(numbers))
        stored = self.record.passages(order)
        order = [number for number in order if number in stored]
        vectors, asked = self.record.vectors(order), self._vector(question)
        rarity = self.record.rarity({stem(word): word for word in content_words(question)})
        similarity = {number: float(vectors[number] @ asked) for number in order}
        near = {number: covered(rarity, stored[number].passage.text, self._texts(number).before) for number in order}
        if len(order) > most:
            order = fuse(order, sorted(order, key=lambda number: -(similarity[number] + near[number] / 2)))[:most]
        here = {number: covered(rarity, stored[number].passage.text) for number in order}
        quoted = quotations_in(question)
        return {
            number: Signs(
                read,
                similarity[number],
                here[number],
                near[number],
                stored[number].passage.headline,
                holds_quotation(quoted, stored[number].passage.text),
            )
            for number, read in zip(order, self._read(question, order, vectors), strict=True)
        }

    def belief(self, question: str, hits: Sequence[Hit]) -> float:
        """The log-odds that the articles answer a question, by the passages read for it."""
        return answer_odds(self.summary(question, hits)) if hits else -np.inf

    def summary(self, question: str, hits: Sequence[Hit]) -> Summary:
        """What is known of a question and the passages read for it."""
        words = {stem(word): word for word in content_words(question)}
        rarity = self.record.rarity(words)
        absent = {key for key, word in words.items() if not self.record.match([word], Scope(), 1)}
        names = [word for word in content_words(question.partition(" ")[2]) if word[:1].isupper()]
        best = [*(hit.score for hit in hits[:2]), -9.0]
        return Summary(
            best[0],
            best[1],
            max(hit.read for hit in hits),
            max(hit.similarity for hit in hits),
            max(hit.covered for hit in hits),
            sum(rarity[key] for key in rarity if key in absent) / (sum(rarity.values()) or 1.0),
            sum(stem(name) in absent for name in set(names)),
        )

    def likeness(self, words: str, others: list[str]) -> list[float]:
        """The cosine of some words with each of others, by the embedding model."""
        return [float(self._vector(other) @ self._vector(words)) for other in others]

    def _read(self, question: str, numbers: list[int], vectors: Mapping[int, Vectors]) -> list[float]:
        """The log-odds that passages answer; of a question in parts each is read for all of it and for the part it is nearest to."""
        whole, *parts = parts_of(question)
        nearest = {number: max(parts, key=lambda part: float(self._vector(part) @ vectors[number]), default=whole) for number in numbers}
        wanted = dict.fromkeys((asked, number) for number in numbers for asked in (whole, nearest[number]))
        known = {key: score for key in wanted if (score := self._scores.get(key)) is not None}  # others may clear what is kept meanwhile
        todo = [key for key in wanted if key not in known]
        scores = self.reader.scores([(asked, self._texts(number)) for asked, number in todo])[:, 0]
        fresh = dict(zip(todo, map(float, scores), strict=True))
        if len(self._scores) > MOST_SCORES:
            self._scores.clear()
        self._scores.update(fresh)
        known |= fresh
        return [max(known[whole, number], known[nearest[number], number]) for number in numbers]

    def _text(self, number: int) -> Text:
        found = self.record.passages((number - 1, number))
        passage = found[number].passage
        before = found[number - 1].passage if number - 1 in found else None
        preceding = before.text if before and before.article == passage.article else ""
        return text_of(passage, preceding, self.article(passage.article))


def parts_of(question: str) -> list[str]:
    """A long question's parts, as its punctuation and question words part it; a short one is its own only part."""
    kept = _parts(question, SHORTEST_PART) if len(question.split()) >= LONG else []
    return [question, *kept[:MOST_PARTS]] if len(kept) > 1 else [question]


def questions_in(text: str) -> list[str]:
    """The questions that are asked at once: "When did it start, and who saw it?". One that says nothing itself is none: "and when?"."""
    return _parts(text, 1)[:MOST_PARTS]


def _parts(question: str, least: int) -> list[str]:
    parts = [part.strip(" ,.;?") for part in _PART.split(question)]
    return [part for part in parts if len(content_words(part)) >= least]


def fuse(*rankings: list[int]) -> list[int]:
    """Reciprocal-rank fusion: what stands high in any ranking stands high; ties keep the first ranking's order."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, number in enumerate(ranking):
            scores[number] = scores.get(number, 0.0) + 1.0 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda number: -scores[number])

"""Does this passage answer this question? A small trained reader over the bundled model's token vectors.

Similarity finds passages on the topic; it cannot tell "how long was the call?" from "what was the call about?". This reader
can, often enough to be worth its quarter of a megabyte. Every word of the question looks for its counterpart in the passage and the
other way round, both comparisons are summed up, and a score comes out against a fixed zero: above it the passage answers.
It follows Parikh and others, "A Decomposable Attention Model for Natural Language Inference" (EMNLP 2016), over frozen
contextual vectors. The passage's vectors are made when it is indexed, so judging takes microseconds. `eval/train_judge.py` made the
weights and tells from what.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from index.embedder import Vectors

WEIGHTS = Path(__file__).with_name("judge.npz")
LONGEST = 96  # word pieces of a passage that are read
CONTEXT = 48  # word pieces of the sentence before it that it is understood with
TOKEN_WIDTH = 128
_SHARPNESS = 2.0

Tokens = NDArray[np.int8]  # one row per word piece, scaled to ±127

_WORD = re.compile(r"(?:\b[Nn]on-)?[A-Za-z0-9]+(?:['’][a-z]+)?")  # "non-interference" is no interference
_FUNCTION_WORDS = frozenset(
    """a an the of in on at to for from by with about as into over after before between during under against than then is
    are was were be been being am do does did doing have has had having will would shall should can could may might
    must and or but if not no nor so too very just also only own same such both each few more most other some any all i
    you he she it we they me him her us them my your his its our their this that these those there here who whom whose
    which what when where why how s t d ll re ve m say says said""".split()
)
_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a question and a passage besides their words' vectors.

    ``similarity`` is their cosine; ``covered`` and ``covered_near`` are the shares of the question's words, weighted by rarity,
    that stand in the passage, or in it and the sentence before; ``shared`` is how many.
    """

    similarity: float
    covered: float
    covered_near: float
    shared: int
    headline: bool
    number: bool

    def row(self) -> list[float]:
        """The features as the reader takes them."""
        return [self.similarity, self.covered, self.covered_near, self.shared / 4, float(self.headline), float(self.number)]


@functools.lru_cache(100_000)
def stem(word: str) -> str:
    """The stem of a word, lower case, without a possessive ending: one for "economy" and "economic"."""
    found = str(_stemmer.stemWord(re.sub(r"['’](?:s|ll|re|ve|d|t|m)$", "", word.lower())))
    return found.removesuffix("i") if len(found) > 4 else found


def stems(text: str) -> list[str]:
    """The stems of all words of a text, in order."""
    return [stem(word) for word in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning, as written."""
    return [word for word in _WORD.findall(text) if word.lower() not in _FUNCTION_WORDS]


def content_stems(text: str) -> set[str]:
    """The stems of the words of a text that carry meaning."""
    return {stem(word) for word in content_words(text)}


def features(similarity: float, rarity: dict[str, float], passage: str, before: str, headline: bool) -> Features:
    """Compare a question with a passage by their words. ``rarity`` has a weight for each stem of the question."""
    here = set(stems(passage))
    near = here.union(stems(before))
    total = sum(rarity.values()) or 1.0
    return Features(
        similarity,
        sum(weight for word, weight in rarity.items() if word in here) / total,
        sum(weight for word, weight in rarity.items() if word in near) / total,
        len(here.intersection(rarity)),
        headline,
        any(sign.isdigit() for sign in passage),
    )


class Judge:
    """The reader. Its weights are read once; it keeps no state between questions."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        with np.load(weights) as stored:
            self._w: dict[str, Vectors] = {name: stored[name].astype(np.float32) for name in stored.files}

    def tokens(self, states: Vectors) -> Tokens:
        """A text's word-piece vectors, shape (pieces, 384), as the small rows that are stored and compared."""
        return np.round(_unit(states @ self._w["proj"].T) * 127).astype(np.int8)

    def score(self, question: Tokens, passages: list[Tokens], known: list[Features]) -> Vectors:
        """Return one score per passage: above 0 it answers the question more likely than not."""
        asked = _small(question)
        scores = [self._score(asked, _small(tokens), facts) for tokens, facts in zip(passages, known, strict=True)]
        return np.asarray(scores, dtype=np.float32)

    def _score(self, question: Vectors, passage: Vectors, known: Features) -> float:
        w = self._w
        likeness = question @ passage.T
        sharp = likeness * (w["temp"] * _SHARPNESS)
        aligned = _softmax(sharp, 1) @ passage
        best = likeness.max(1, keepdims=True)
        compared = _relu(np.concatenate([question, aligned, question * aligned, best], 1) @ w["cmp.w"].T + w["cmp.b"])
        weight = _softmax(question @ w["qsal.w"].T + w["qsal.b"], 0)
        gist = np.repeat((question * weight).sum(0, keepdims=True), len(passage), 0)
        echoed = _softmax(sharp.T, 1) @ question
        best_back = likeness.max(0)[:, None]
        read = _relu(np.concatenate([passage, echoed, passage * gist, gist, best_back], 1) @ w["pcmp.w"].T + w["pcmp.b"])
        notice = _softmax(np.concatenate([passage, gist], 1) @ w["psal.w"].T + w["psal.b"], 0)
        summary = np.concatenate(
            [(compared * weight).sum(0), compared.max(0), (read * notice).sum(0), read.max(0), np.asarray(known.row(), dtype=np.float32)]
        )
        hidden = _relu(w["out1.w"] @ summary + w["out1.b"])
        return float((w["out2.w"] @ hidden + w["out2.b"])[0])


def _small(tokens: Tokens) -> Vectors:
    return np.asarray(tokens, dtype=np.float32) / np.float32(127)


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12), dtype=np.float32)


def _relu(x: Vectors) -> Vectors:
    return np.asarray(np.maximum(x, 0), dtype=np.float32)


def _softmax(x: Vectors, axis: int) -> Vectors:
    grown = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(grown / grown.sum(axis=axis, keepdims=True), dtype=np.float32)

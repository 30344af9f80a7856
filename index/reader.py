"""Two short texts, read together: does the passage answer the question, does it carry the claim, does it contradict it?

MiniLM (Wang and others, 2020) reads both at once, with one head for "answers" and one for "entails, neutral, contradicts". A passage
is read with what it is understood by: the sentence before it, its headline, who speaks, the outlet and the day. `eval.training` made the
weights; they have 8 bits and run in onnxruntime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedder import OPENS, PARTS, bundled_tokenizer
from index.errors import ReaderError
from index.runtime import session, stored_weights

WEIGHTS = Path(__file__).with_name("reader.onnx")
CHECKSUM = Path(__file__).with_name("reader.sha256")
LONGEST_ASKED, LONGEST_HEAD, LONGEST_CONTEXT = 64, 20, 24  # word pieces of a question or claim, of a headline, of the sentence before
LONGEST = 96  # word pieces of a passage; a longer one is read in windows, and the best counts
OVERLAP = 32  # word pieces that two windows share
BATCH = 16  # pairs read at once

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Text:
    """A passage with what it is understood by: the sentence before it, its headline, who speaks, the outlet and the day."""

    words: str
    before: str = ""
    headline: str = ""
    speaker: str = ""
    outlet: str = ""
    published: str = ""

    @property
    def head(self) -> str:
        """Where the passage stands, on one line; empty where nothing is known."""
        return " · ".join(part for part in (self.outlet, self.published, self.headline) if part)

    @property
    def voice(self) -> str:
        """Who speaks, as it stands before the passage."""
        return f"{self.speaker}:" if self.speaker else ""


@dataclass(frozen=True, slots=True)
class Relation:
    """What a text is to a claim, as chances that add up to 1."""

    entails: float
    neutral: float
    contradicts: float


class Reader:
    """The reader. Its weights are loaded at the first reading; it keeps no state between readings.

    Raises:
        ReaderError: the weights are missing or were changed.
    """

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights

    @cached_property
    def _session(self) -> Any:
        return session(stored_weights(self._weights, CHECKSUM, "the reader's weights", ReaderError))

    def relations(self, pairs: Sequence[tuple[str, Text]]) -> list[Relation]:
        """For each claim and text what the text is to the claim."""
        rows = self.scores(pairs)[:, 1:]
        grown = np.exp(rows - rows.max(1, keepdims=True)) if len(rows) else rows
        return [Relation(*map(float, row / row.sum())) for row in grown]

    def scores(self, pairs: Sequence[tuple[str, Text]]) -> Scores:
        """Read pairs of a question or claim and a text.

        Returns:
            Shape (pairs, 4): the log-odds that the text answers, then scores of entailment, neutral and contradiction. Of a text longer
            than the model reads, the window that answers or entails best counts.
        """
        found = np.full((len(pairs), 4), np.nan, dtype=np.float32)
        read = [(number, one) for number, pair in enumerate(pairs) for one in self._windows(*pair)]
        read.sort(key=lambda one: len(one[1][0]))
        for start in range(0, len(read), BATCH):
            part = read[start : start + BATCH]
            for (number, _), row in zip(part, self._run([one for _, one in part]), strict=True):
                before = found[number].copy()
                found[number, 0] = np.fmax(before[0], row[0])
                if not _entails(before) >= _entails(row):
                    found[number, 1:] = row[1:]
        return found

    def _windows(self, asked: str, text: Text) -> list[tuple[list[int], int, int]]:
        first, head, before, voice, words = (_pieces(part) for part in (asked, text.head, text.before, text.voice, text.words))
        starts = range(0, max(1, len(words) - OVERLAP), LONGEST - OVERLAP) if len(words) > LONGEST else [0]
        return [joined(first, head, before, voice, words[start : start + LONGEST]) for start in starts]

    def _run(self, part: list[tuple[list[int], int, int]]) -> Scores:
        width = max(len(pieces) for pieces, _, _ in part)
        ids, kinds = np.zeros((len(part), width), np.int64), np.zeros((len(part), width), np.int64)
        for row, (pieces, _, judged) in enumerate(part):
            ids[row, : len(pieces)] = pieces
            kinds[row, judged : len(pieces) - 1] = 1
        second = np.array([second for _, second, _ in part])
        scores: Scores = self._session.run(None, {"ids": ids, "kinds": kinds, "second": second})[0]
        return scores


def _entails(row: Scores) -> float:
    """How far entailment is ahead of what else the text may be to the claim."""
    return float(row[1] - row[2:].max())


def joined(
    asked: list[int], head: list[int], before: list[int], voice: list[int], words: list[int], longest: int = LONGEST
) -> tuple[list[int], int, int]:
    """The word pieces of a pair as the reader takes them.

    Returns:
        All pieces, where the second text begins in them, and where the judged words begin; these end before the last piece.
    """
    first = [OPENS, *asked[:LONGEST_ASKED], PARTS]
    around = [*head[:LONGEST_HEAD], *before[max(0, len(before) - LONGEST_CONTEXT) :], *voice]
    return [*first, *around, *words[:longest], PARTS], len(first), len(first) + len(around)


def _pieces(text: str) -> list[int]:
    ids: list[int] = bundled_tokenizer().encode(text, add_special_tokens=False).ids if text else []
    return ids

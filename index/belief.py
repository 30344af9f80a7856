"""From what is known to odds: does a passage answer, do the articles answer at all, does evidence carry a claim?

The reader's score is one voice among few. Similarity, shared words and names are weighed with it by three logistic models.
`eval.training.calibrate` learned their weights (``belief.json``) on articles that the reader was not taught with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.errors import ReaderError
from index.statements import quotations
from index.text import stems

QUOTED = 3  # words from which on a quotation in a question is more than a name
WEIGHTS = Path(__file__).with_name("belief.json")


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a question and a passage.

    ``read`` is the reader's log-odds that the passage answers, ``similarity`` the cosine of their vectors. ``covered`` and
    ``covered_near`` are the shares of the question's words, weighted by rarity, that stand in the passage, or in it and the sentence
    before. ``quoted``: the passage holds words that the question quotes.
    """

    read: float
    similarity: float
    covered: float
    covered_near: float
    headline: bool
    quoted: bool = False

    def row(self) -> tuple[float, ...]:
        """The signs as the model takes them."""
        return tuple(map(float, astuple(self)))


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known of a question and all passages read for it.

    ``best`` and ``second`` are the highest log-odds that a passage answers, ``read`` the reader's own highest, ``similarity`` the highest
    cosine, ``covered`` the largest share of the question's words in one place. ``absent`` is the share of its words that stand in no
    article, ``strangers`` how many names do.
    """

    best: float
    second: float
    read: float
    similarity: float
    covered: float
    absent: float
    strangers: int

    def row(self) -> tuple[float, ...]:
        """The summary as the model takes it."""
        return (*map(float, astuple(self)[:-1]), float(min(self.strangers, 3)))


@dataclass(frozen=True, slots=True)
class ClaimSigns:
    """What is known of a claim and its evidence.

    ``entailed`` are the reader's log-odds that the evidence entails it, ``contradicted`` its chance of a contradiction there, ``copied``
    how much of the claim stands in one place of the evidence word for word, ``foreign`` the share of its words of meaning that stand
    nowhere in it, ``any_foreign`` whether there is one.
    """

    entailed: float
    contradicted: float
    copied: float
    foreign: float
    any_foreign: float

    def row(self) -> tuple[float, ...]:
        """The signs as the model takes them."""
        return astuple(self)


def covered(rarity: dict[str, float], *texts: str) -> float:
    """The share of a question's words, by stem and weighted by rarity, that stand in some texts."""
    here = {stem for text in texts for stem in stems(text)}
    return sum(weight for word, weight in rarity.items() if word in here) / (sum(rarity.values()) or 1.0)


def quotations_in(question: str) -> list[str]:
    """The stems of what a question quotes, a string for each quotation that is more than a name."""
    found = [stems(question[one.start : one.end]) for one in quotations(question)]
    return [f" {' '.join(words)} " for words in found if len(words) >= QUOTED]


def holds_quotation(wanted: Sequence[str], text: str) -> bool:
    """Whether a text and one of the quotations that `quotations_in` found are the same, or one is a part of the other."""
    there = f" {' '.join(stems(text))} " if wanted else ""
    return any(words in there or there in words for words in wanted)


def passage_odds(signs: Sequence[Signs]) -> list[float]:
    """The log-odds that each passage answers."""
    return _odds("passage", [one.row() for one in signs])


def answer_odds(summary: Summary) -> float:
    """The log-odds that the articles answer."""
    return _odds("answer", [summary.row()])[0]


def claim_odds(signs: ClaimSigns) -> float:
    """The log-odds that evidence carries a claim."""
    return _odds("claim", [signs.row()])[0]


def _odds(model: str, rows: list[tuple[float, ...]]) -> list[float]:
    weights, bias = _weights()[model]
    return [float(np.dot(weights, row) + bias) for row in rows]


@cache
def _weights() -> dict[str, tuple[list[float], float]]:
    try:
        stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        return {name: (list(model["weights"].values()), float(model["bias"])) for name, model in stored.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise ReaderError(f"the weights {WEIGHTS.name} cannot be read. Install Readout again.") from error

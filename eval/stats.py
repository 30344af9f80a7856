"""The arithmetic of the suite: summaries, bootstrap intervals and paired differences. Seeded, so that a run repeats itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Summary = Literal["mean", "median"]
RESAMPLES = 2_000
SEED = 20161114
LEVEL = 95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A summary of ``n`` values, with the 95% interval that resampling the questions gives."""

    value: float
    low: float
    high: float
    n: int


def summarise(values: Sequence[float], how: Summary) -> float:
    """The mean or the median. Raises `ValueError` when there is no value: nothing is not 0."""
    if not values:
        raise ValueError("no values to summarise")
    return float(_summary(np.asarray([values], dtype=float), how)[0])


def estimate(values: Sequence[float], how: Summary) -> Estimate:
    """A summary with its bootstrap interval (percentiles, questions drawn with replacement)."""
    value = summarise(values, how)
    low, high = _interval(np.asarray(values, dtype=float), how)
    return Estimate(value, low, high, len(values))


def change(before: Sequence[float], after: Sequence[float], how: Summary) -> Estimate:
    """How much a summary changed between two runs over the same questions, in the same order.

    The questions are drawn in pairs: what makes one hard is in both runs and cancels out, so small falls are told from chance.
    """
    first, second = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    draws = _draws(len(first))
    differences = _summary(second[draws], how) - _summary(first[draws], how)
    low, high = np.percentile(differences, _tails())
    return Estimate(summarise(after, how) - summarise(before, how), float(low), float(high), len(first))


def _interval(values: NDArray[Any], how: Summary) -> tuple[float, float]:
    low, high = np.percentile(_summary(values[_draws(len(values))], how), _tails())
    return float(low), float(high)


def _draws(size: int) -> NDArray[Any]:
    return np.random.default_rng(SEED).integers(0, size, (RESAMPLES, size))


def _tails() -> tuple[float, float]:
    return (100 - LEVEL) / 2, (100 + LEVEL) / 2


def _summary(rows: NDArray[Any], how: Summary) -> NDArray[Any]:
    summary: NDArray[Any] = np.mean(rows, axis=1) if how == "mean" else np.median(rows, axis=1)
    return summary

"""The arithmetic of the suite: summaries, bootstrap intervals and paired differences. Seeded, so that a run repeats itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Summary = Literal["mean", "median"]
RESAMPLES, SEED = 2_000, 20161114
TAILS = (2.5, 97.5)  # percentiles: an interval of 95%


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
    return float(_rows(np.asarray([values], dtype=float), how)[0])


def estimate(values: Sequence[float], how: Summary) -> Estimate:
    """A summary with its bootstrap interval (percentiles, questions drawn with replacement)."""
    return Estimate(summarise(values, how), *_interval(_resampled(values, how)), len(values))


def change(before: Sequence[float], after: Sequence[float], how: Summary) -> Estimate:
    """How much a summary changed between two runs over the same questions, in the same order.

    The questions are drawn in pairs: what makes one hard is in both runs and cancels out, so small falls are told from chance.
    """
    low, high = _interval(_resampled(after, how) - _resampled(before, how))
    return Estimate(summarise(after, how) - summarise(before, how), low, high, len(before))


def _resampled(values: Sequence[float], how: Summary) -> NDArray[Any]:
    """Summaries of values drawn anew; for equally many values always the same places are drawn."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (RESAMPLES, len(values)))
    return _rows(np.asarray(values, dtype=float)[draws], how)


def _interval(summaries: NDArray[Any]) -> tuple[float, float]:
    low, high = np.percentile(summaries, TAILS)
    return float(low), float(high)


def _rows(rows: NDArray[Any], how: Summary) -> NDArray[Any]:
    return np.asarray(np.mean(rows, axis=1) if how == "mean" else np.median(rows, axis=1))

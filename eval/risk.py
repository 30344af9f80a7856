"""Risk against coverage: of the questions answered, how many should not have been, by how sure Readout must be to answer.

El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 2010). Only questions with one belief for the
articles as a whole are in it: those that ask for all sides or outlets are answered side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.suite import Row

HEADS = ("answer from log-odds", "coverage", "risk", "answerable answered", "not answerable refused")
STEPS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Step:
    """What a threshold would give: shares of 1; ``risk`` is of the questions answered."""

    least: float
    coverage: float
    risk: float
    answered: float
    refused: float

    def cells(self) -> list[str]:
        """The step as a row of a table."""
        return [f"{self.least:g}", *(f"{value:.3f}" for value in (self.coverage, self.risk, self.answered, self.refused))]


def curve(rows: Sequence[Row]) -> list[Step]:
    """The curve over rows whose answers carry a belief; empty where none does or all are of one kind."""
    known = [(row.answer.belief, row.golden.answerable) for row in rows if row.answer and row.answer.belief is not None]
    right, wrong = [belief for belief, answerable in known if answerable], [belief for belief, answerable in known if not answerable]
    if not right or not wrong:
        return []
    steps = []
    for least in STEPS:
        good, bad = sum(belief >= least for belief in right), sum(belief >= least for belief in wrong)
        steps.append(Step(least, (good + bad) / len(known), bad / max(1, good + bad), good / len(right), 1 - bad / len(wrong)))
    return steps

"""Risk against coverage: of the questions answered, how many should not have been, by how sure Readout must be to answer.

El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 2010). Only questions with one belief for the
articles as a whole are in it: those that ask for all sides or outlets are answered side by side.
"""

from __future__ import annotations

from collections.abc import Sequence

from eval.suite import Row

HEADS = ("answer from log-odds", "coverage", "risk", "answerable answered", "not answerable refused")
STEPS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0)


def curve(rows: Sequence[Row]) -> list[list[str]]:
    """The curve as a table under `HEADS`; empty where no answer carries a belief, or all questions are of one kind."""
    known = [(row.answer.belief, row.golden.answerable) for row in rows if row.answer and row.answer.belief is not None]
    right, wrong = ([belief for belief, answerable in known if answerable is kind] for kind in (True, False))
    if not right or not wrong:
        return []
    steps = []
    for least in STEPS:
        good, bad = (sum(belief >= least for belief in beliefs) for beliefs in (right, wrong))
        given = good + bad
        shares = (given / len(known), bad / max(1, given), good / len(right), 1 - bad / len(wrong))
        steps.append([f"{least:g}", *(f"{share:.3f}" for share in shares)])
    return steps

"""The figures of a reader on the development pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNANSWERABLE = ("squad2_other_half", "squad2_unans_dev")  # questions written so that the passage nearly answers them


@dataclass(frozen=True, slots=True)
class Scores:
    """What a reader says of pairs: four scores each, beside its source, whether it is about answering, and its label."""

    rows: NDArray[np.float32]
    sources: list[str]
    answers: NDArray[np.bool_]
    labels: NDArray[np.int64]

    def of(self, *sources: str) -> NDArray[np.bool_]:
        """Which pairs are of these sources."""
        return np.array([source in sources for source in self.sources])


def auroc(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """How often a right one is above a wrong one; a tie counts half. NaN where there is only one kind."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive, negative = int(right.sum()), int((~right).sum())
    if not positive or not negative:
        return float("nan")
    return float((ranks[right].sum() - positive * (positive + 1) / 2) / (positive * negative))


def chances(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Entailment, neutral, contradiction as shares of 1."""
    grown = np.exp(rows[:, 1:] - rows[:, 1:].max(1, keepdims=True))
    return np.asarray(grown / grown.sum(1, keepdims=True), dtype=np.float32)


def measured(found: Scores) -> dict[str, float]:
    """Every figure, by its name."""
    asked, hard, qed = found.answers, found.answers & found.of(*UNANSWERABLE), found.answers & found.of("qed")
    chosen = {"AUROC": asked, "like SQuAD 2": hard, "QED": qed, "both of these": hard | qed}
    three, relation = ~asked & (found.labels < 3), chances(found.rows)
    return {
        **{f"answers, {name}": auroc(found.rows[own, 0], found.labels[own] == 1) for name, own in chosen.items()},
        "three-way accuracy": float((relation[three].argmax(1) == found.labels[three]).mean()),
        "contradiction, AUROC": auroc(relation[three, 2], found.labels[three] == 2),
        "entailment, AUROC": auroc(relation[~asked, 0], found.labels[~asked] == 0),
    }


def short(found: Scores) -> str:
    """The figures on one line."""
    return ",".join(f"{value:.4f}" for value in measured(found).values())


def figures(found: Scores) -> str:
    """The figures for a person, then those of each source."""
    lines = [f"{name}: {value:.3f}" for name, value in measured(found).items()]
    relation = chances(found.rows)
    for source in sorted(set(found.sources)):
        own = found.of(source)
        if found.answers[own].any():
            lines.append(f"  {source}: {own.sum()} pairs, AUROC {auroc(found.rows[own, 0], found.labels[own] == 1):.3f}")
        else:
            right, three = auroc(relation[own, 0], found.labels[own] == 0), own & (found.labels < 3)
            exact = (relation[three].argmax(1) == found.labels[three]).mean() if three.any() else float("nan")
            lines.append(f"  {source}: {own.sum()} pairs, entailment AUROC {right:.3f}, three-way accuracy {exact:.3f}")
    return "\n".join(lines)

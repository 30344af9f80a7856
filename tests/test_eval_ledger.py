"""The ledger's figures, by a hand-worked example."""

from __future__ import annotations

import pytest

from eval.ledger import figures, overlap
from index.types import Statement


def said(start: int, end: int, speaker: str | None, side: str | None = None) -> Statement:
    return Statement("a.txt", start, end, "x" * (end - start), speaker, None, None, "said", False, None, side)


def label(start: int, end: int, speaker: str | None, side: str | None = None) -> dict[str, object]:
    return {"article": "a.txt", "start": start, "end": end, "speaker": speaker, "side": side}


def test_figures_by_hand() -> None:
    labels = [label(0, 10, "Ann", "North"), label(20, 40, "Ben"), label(50, 60, "Cy")]
    found = [said(0, 8, "Ann", "South"), said(22, 40, "Bob"), said(80, 90, "Cy"), said(0, 10, "Dee")]
    values = {name: (precision, recall, f1) for name, precision, recall, f1 in figures(labels, found)}
    assert values["said"] == pytest.approx((2 / 4, 2 / 3, 4 / 7))
    assert values["speaker"] == (0, 0, 0)  # the first label takes the statement it equals, which is Dee's


@pytest.mark.parametrize(("start", "end", "share"), [(0, 10, 1.0), (0, 5, 0.5), (5, 15, 1 / 3), (10, 20, 0.0), (30, 31, 0.0)])
def test_overlap(start: int, end: int, share: float) -> None:
    assert overlap(label(0, 10, None), said(start, end, None)) == pytest.approx(share)

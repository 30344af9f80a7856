"""The ledger's figures, by a hand-worked example."""

from __future__ import annotations

import pytest

from eval.ledger import figures
from eval.spans import agreement
from index.types import Statement


def said(start: int, end: int, speaker: str | None, side: str | None = None) -> Statement:
    return Statement("a.txt", start, end, "x" * (end - start), (speaker,) if speaker else (), None, None, "said", False, None, side)


def label(start: int, end: int, speaker: str | None, side: str | None = None, optional: bool = False) -> dict[str, object]:
    return {"article": "a.txt", "start": start, "end": end, "speaker": speaker, "side": side, "optional": optional}


def test_figures_by_hand() -> None:
    labels = [label(0, 10, "Ann", "North"), label(20, 40, "Ben"), label(50, 60, "Cy")]
    found = [said(0, 8, "Ann", "South"), said(22, 40, "Bob"), said(80, 90, "Cy"), said(0, 10, "Dee")]
    values = {name: (precision, recall, f1) for name, precision, recall, f1 in figures(labels, found)}
    assert values["said"] == pytest.approx((2 / 4, 2 / 3, 4 / 7))
    assert values["speaker"] == pytest.approx((1 / 4, 1 / 3, 2 / 7))  # the first label takes Ann's, though Dee's shares more
    assert values["speaker and side"] == (0, 0, 0)


def test_an_optional_label_counts_neither_for_nor_against() -> None:
    labels, found = [label(0, 10, "Ann"), label(20, 30, "Ben", optional=True)], [said(0, 10, "Ann")]
    assert [f1 for *_, f1 in figures(labels, found)] == [1, 1, 1]
    assert [f1 for *_, f1 in figures(labels, [*found, said(20, 30, "Cy")])] == [1, 1, 1]
    assert [f1 for *_, f1 in figures(labels, [*found, said(80, 90, "Cy")])] < [1, 1, 1]


@pytest.mark.parametrize(("start", "end", "share"), [(0, 10, 1.0), (0, 5, 0.5), (5, 15, 1 / 3), (10, 20, 0.0), (30, 31, 0.0)])
def test_agreement(start: int, end: int, share: float) -> None:
    assert agreement([(0, 10)], start, end) == pytest.approx(share)

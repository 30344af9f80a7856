"""The comparison of the metric with people's labels, by hand-worked cases."""

from __future__ import annotations

import pytest

from eval.faithfulness import auroc, score

ARTICLE = "The minister said on Monday that the bridge is safe. Ann Smith did not agree."


@pytest.mark.parametrize(
    ("summary", "share"),
    [
        ("The minister said on Monday that the bridge is safe.", 1.0),
        ("The bridge is safe. The tunnel collapsed in Berlin in 1999.", 0.5),
        ("Ann Smith did agree.", 0.0),
    ],
)
def test_a_summary_is_scored_by_its_sentences(summary: str, share: float) -> None:
    assert score(summary, ARTICLE) == share


def test_auroc_by_hand() -> None:
    assert auroc([1.0, 0.5], [0.5, 0.0]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)

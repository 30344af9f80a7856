"""The comparison of the verifier and the evaluation's check with people's labels, by hand-worked cases."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from eval.faithfulness import auroc, checked, read_summaries, untokenised

ARTICLE = "The minister said on Monday that the bridge is safe. Ann Smith did not agree."


def test_the_evaluations_check_of_each_sentence() -> None:
    claims = ["The minister said on Monday that the bridge is safe.", "The tunnel collapsed in Berlin in 1999.", "Ann Smith did agree."]
    assert checked(claims, ARTICLE) == (1.0, 0.0, 0.0)


def test_auroc_by_hand() -> None:
    assert auroc([1.0, 0.5], [0.5, 0.0]) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_a_summary_is_read_as_it_would_be_printed(tmp_path: Path) -> None:
    entry = {"dataset": "one", "article": ARTICLE, "summary": "Ann did n't agree . So be it .", "human": {"Factuality": 1.0}}
    file = tmp_path / "labels.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps(entry).encode()))
    (summary,) = read_summaries(file)
    assert summary.claims == ("Ann didn't agree.", "So be it.")
    assert summary.factual
    assert untokenised("`` Yes '' , he said") == '" Yes ", he said'

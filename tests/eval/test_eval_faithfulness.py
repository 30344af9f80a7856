"""The comparison of the verifier and the evaluation's check with people's labels, by hand-worked cases."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from assistant.verification.support import contradicted, copied, score, weigh
from eval.faithfulness import checked, read_summaries, untokenised
from eval.training.figures import auroc
from index.reader import Reader

ARTICLE = "The minister said on Monday that the bridge is safe. Ann Smith did not agree."


def test_the_evaluations_check_of_each_sentence() -> None:
    claims = ["The minister said on Monday that the bridge is safe.", "The tunnel collapsed in Berlin in 1999.", "Ann Smith did agree."]
    assert checked(claims, ARTICLE) == (1.0, 0.0, 0.0)


def test_auroc_by_hand() -> None:
    found, right = np.array([1.0, 0.5, 0.5, 0.0], np.float32), np.array([True, True, False, False])
    assert auroc(found, right) == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_a_summary_is_read_as_it_would_be_printed(tmp_path: Path) -> None:
    entry = {"dataset": "one", "article": ARTICLE, "summary": "Ann did n't agree . So be it .", "human": {"Factuality": 1.0}}
    file = tmp_path / "labels.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps(entry).encode()))
    (summary,) = read_summaries(file)
    assert summary.claims == ("Ann didn't agree.", "So be it.")
    assert summary.factual


@pytest.mark.parametrize(
    ("tokens", "printed"),
    [
        ("`` Yes '' , he said", '"Yes", he said'),
        (r"a ``breakdown\'\'in the town\'s prison", 'a "breakdown" in the town\'s prison'),
        ("it was ` her best day ' , she did n't say", "it was 'her best day', she didn't say"),
        ("' i 've won ' , he said of john 's # 2 million", "'i've won', he said of john's £2 million"),
        ("the film -lrb- by [UNK] -rrb- and UNK", "the film (by unk) and unk"),
        ("The man's dogs' names aren't in a \"list\".", "The man's dogs' names aren't in a \"list\"."),
    ],
)
def test_what_is_cut_into_tokens_is_put_together(tokens: str, printed: str) -> None:
    assert untokenised(tokens) == printed


@pytest.mark.parametrize(
    "claim",
    [
        "The minister said on Monday that 3 bridges are safe.",
        "The minister said on Friday that the bridge is safe.",
        "The minister said on Monday that the bridge is not safe.",
        "Ann Smith agreed, but “the bridge is unsafe”.",
        "the minister said on monday that 'the bridge is unsafe'.",
    ],
)
def test_words_that_tell_against_a_claim_halve_its_score(claim: str) -> None:
    reader = Reader()
    assert score(claim, [ARTICLE], reader) == weigh(claim, [ARTICLE], reader).score / 2


@pytest.mark.parametrize("claim", ["The bridge is safe, the minister said on Monday.", "ann smith did not agree.", ""])
def test_words_that_do_not_leave_its_score(claim: str) -> None:
    reader = Reader()
    assert not contradicted(claim, [ARTICLE], ARTICLE, reader)
    assert score(claim, [ARTICLE], reader) == weigh(claim, [ARTICLE], reader).score


def test_words_are_looked_for_in_one_sentence_and_pairs_in_two() -> None:
    parts = ["The old bridge fell.", "Trains stopped in Berlin.", "Rain came."]
    assert copied("The old bridge fell.", parts) == 1
    assert copied("bridge Berlin", parts) == (1 / 2 + 0) / 2
    assert copied("old bridge stopped in Berlin", parts) == pytest.approx((2 / 4 + 3 / 4) / 2)
    assert copied("Rain", parts) == 1
    assert copied("?", parts) == copied("Snow", parts) == copied("Rain", []) == 0

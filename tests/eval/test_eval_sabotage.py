"""The suite itself, tested: a perfect answerer is green, and every way of spoiling it is red on the metric that should notice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import sabotage
from conftest import article_of, store

from eval.draft import draft
from eval.gate import judge, load_limits
from eval.golden import KINDS, QUESTIONS, load_golden
from eval.suite import Provenance, run
from index.types import Statement

PROVENANCE = Provenance("corpus", "questions", {"abstain": "hash"}, {"readout": "0"}, "test", "2026-01-01T00:00:00+00:00")
CORPUS = sabotage.bundled_corpus()
ORACLE = sabotage.Oracle(CORPUS)
QUESTIONS_ALL = load_golden(QUESTIONS, CORPUS.articles)
LIMITS, OF_MODEL = load_limits(), load_limits(model=True)


def some_questions():
    """A quarter of the direct questions, and all of the rarer kinds: every metric has something to see, in a second."""
    frequent = [golden for golden in QUESTIONS_ALL if golden.kind in ("fact", "paraphrase", "yes-no", "unanswerable")]
    rare = [golden for golden in QUESTIONS_ALL if golden not in frequent]
    negated = [golden for golden in frequent[::4] if golden.answerable]
    return [*rare, *negated, *[golden for golden in frequent if not golden.answerable][::4]]


SOME = some_questions()


def failed(questions, rows):
    limits = OF_MODEL if any(row.shown for row in rows) else LIMITS
    judgement = judge(questions, rows, replace(limits, fewest_questions=1), PROVENANCE)
    return {check.name for check in judgement.checks if check.verdict == "fail"}


def test_a_perfect_answerer_is_green_on_all_golden_questions():
    rows = run(QUESTIONS_ALL, CORPUS, ORACLE, retrieve=ORACLE.retrieve)
    judgement = judge(QUESTIONS_ALL, rows, LIMITS, PROVENANCE)
    assert judgement.green, [check.text for check in judgement.checks if check.verdict == "fail"]
    assert [row.golden for row in rows] == QUESTIONS_ALL
    perfect = [found for found in judgement.figures if found.metric.unit == "share"]
    assert {found.metric.name: found.all.value for found in perfect} == {
        found.metric.name: 1.0 if found.metric.better == "more" else 0.0 for found in perfect
    }


@pytest.mark.parametrize("spoil", sabotage.SABOTAGES, ids=lambda spoil: spoil.__name__)
def test_every_sabotage_is_red_where_it_should_be(spoil):
    rows = run(SOME, CORPUS, lambda golden: spoil(ORACLE(golden), golden, CORPUS))
    assert len(rows) == len(SOME)
    assert set(sabotage.SABOTAGES[spoil]) <= failed(SOME, rows)


def test_the_questions_used_for_sabotage_are_green_without_it():
    assert failed(SOME, run(SOME, CORPUS, ORACLE, retrieve=ORACLE.retrieve)) == set()


def test_a_perfect_model_is_green():
    def drafted(golden):
        return sabotage.by_model(ORACLE(golden), ORACLE(golden))

    assert failed(SOME, run(SOME, CORPUS, drafted, retrieve=ORACLE.retrieve)) == set()


def test_retrieval_that_finds_the_wrong_passages_is_red_however_good_the_answers():
    before = dict(zip((golden.id for golden in SOME), [SOME[-1], *SOME[:-1]], strict=True))
    rows = run(SOME, CORPUS, ORACLE, retrieve=lambda golden: ORACLE.retrieve(before[golden.id]))
    assert failed(SOME, rows) == {"context_recall"}


def test_an_answer_to_the_question_before_is_noticed():
    before = [SOME[-1], *SOME[:-1]]
    asked = dict(zip((golden.id for golden in SOME), before, strict=True))
    rows = run(SOME, CORPUS, lambda golden: ORACLE(asked[golden.id]))
    assert {"evidence_recall", "answer_relevance"} <= failed(SOME, rows)


# -- drafts -------------------------------------------------------------------------------------------------------------

TOLD = "Anna Reed said the new bridge over the river would open in early spring."
SAID = Statement("a.txt", 15, len(TOLD) - 1, TOLD[15:-1], ("Anna Reed",), 0, 9, "said", False)


def drafted(record, *statements):
    article, passages = article_of("a.txt", [TOLD], outlet="The Gazette", title="Bridge")
    store(record, article, passages, list(statements))
    return [(one["question"], one["draft"]) for one in draft(record) if one["answerable"]]


def test_a_sound_ledger_makes_questions_that_are_drafts(record):
    assert drafted(record, SAID, SAID) == [
        ("Who said “the new bridge over the river would open in early spring”?", True),
        ("What did Anna Reed say about the new bridge?", True),
    ]


@pytest.mark.parametrize("spoil", sabotage.LEDGERS, ids=lambda spoil: spoil.__name__)
def test_no_question_comes_of_a_spoiled_ledger(record, spoil):
    assert drafted(record, spoil(SAID)) == []


def test_rows_that_ragas_drops_are_missed(capsys):
    few = SOME[:4]

    def show(done, total, name):
        if name == few[1].id:
            raise OSError("the terminal has gone")  # after the answer, outside what catches the answerer's errors

    rows = run(few, CORPUS, ORACLE, show)
    assert [row.golden.id for row in rows] == [few[0].id, few[2].id, few[3].id]
    assert "missing" in failed(few, rows)
    assert capsys.readouterr().out == ""


def test_every_kind_is_there_and_a_third_of_it_held_out():
    counts, held = Counter(g.kind for g in QUESTIONS_ALL), Counter(g.kind for g in QUESTIONS_ALL if g.held_out)
    assert len(QUESTIONS_ALL) >= 150
    assert set(counts) == set(KINDS)
    assert all(held[kind] == round(counts[kind] / 3) for kind in KINDS)
    assert sum(not golden.answerable for golden in QUESTIONS_ALL) >= 25

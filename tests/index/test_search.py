"""Retrieval: words against a plain BM25, fusion against a hand-worked example, and scopes."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from conftest import HashingEmbedder, article_of, store
from hypothesis import given
from hypothesis import strategies as st

from index.record import Record, Scope
from index.search import fuse
from index.text import content_words, stems
from index.types import Hit

if TYPE_CHECKING:
    from assistant.chain import Assistant

QUESTIONS = [
    "Did Putin deny interfering in the election?",
    "What did the Kremlin say about Syria?",
    "Who hacked the Democratic party servers?",
    "puppet",
    "What is the number one common enemy?",
    "Trump Putin phone call",
    "sanctions after the annexation of Crimea",
    "volcano",
]


# --- words -------------------------------------------------------------------------------------------------------------------


def plain_bm25(words: Iterable[str], documents: dict[int, list[str]]) -> dict[int, float]:
    """Okapi BM25 as Robertson and Zaragoza give it, k1 = 1.2 and b = 0.75, over documents of words. Scores above zero only."""
    average = sum(map(len, documents.values())) / len(documents)
    scores: Counter[int] = Counter()
    for word in words:
        holders = {number: text.count(word) for number, text in documents.items() if word in text}
        if not holders:
            continue
        weight = max(math.log((len(documents) - len(holders) + 0.5) / (len(holders) + 0.5)), 1e-6)
        for number, count in holders.items():
            scores[number] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(documents[number]) / average))
    return dict(scores)


def tokens(text: str) -> list[str]:
    """Porter stems of words as SQLite's full-text index keeps them: asked of SQLite itself, so that only the ranking is compared."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter unicode61')")
    db.execute("INSERT INTO t VALUES (?)", (text,))
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab('t', 'instance')")
    found = [row[0] for row in db.execute("SELECT term FROM v ORDER BY offset")]
    db.close()
    return found


@pytest.mark.parametrize("question", QUESTIONS)
def test_ranking_by_words_is_plain_bm25(assistant: Assistant, question: str) -> None:
    record = assistant.record
    documents = {number: tokens(stored.passage.text) for number, stored in record.passages(record.passage_ids()).items()}
    words = content_words(question)
    ours = record.match(words, Scope(), 10)
    theirs = plain_bm25([term for word in words for term in tokens(word)], documents)
    best = sorted(theirs.values(), reverse=True)[:10]
    assert len(ours) == len(best)
    for (number, score), expected in zip(ours, best, strict=True):  # equal in score place by place: the same order up to ties
        assert theirs[number] == pytest.approx(expected, rel=1e-4, abs=1e-4)
        assert score == pytest.approx(expected, rel=1e-4, abs=1e-4)


def test_function_words_are_not_searched() -> None:
    assert content_words("What did the mayor say about taxes?") == ["mayor", "taxes"]


def test_stems_join_the_forms_of_a_word() -> None:
    assert len({*stems("deny denies denied Denying")}) == 1
    assert stems("Putin’s Putin's Putin") == ["putin"] * 3


# --- fusion ------------------------------------------------------------------------------------------------------------------


def test_fusion_by_hand() -> None:
    # Ranks from 0, constant 60: 1 → 1/60 + 1/62 = .0328, 2 → 1/61 + 1/60 = .0331, 3 → 1/62 = .0161, 4 → 1/61 = .0164.
    assert fuse([1, 2, 3], [2, 4, 1]) == [2, 1, 4, 3]


@pytest.mark.parametrize(
    ("rankings", "fused"), [([], []), ([[], []], []), ([[3, 1, 2]], [3, 1, 2]), ([[1], [2]], [1, 2]), ([[1, 2], [2, 1]], [1, 2])]
)
def test_fusion_of_little(rankings: list[list[int]], fused: list[int]) -> None:
    assert fuse(*rankings) == fused


@given(rankings=st.lists(st.lists(st.integers(0, 20), unique=True), max_size=4))
def test_fusion_holds_each_once_and_keeps_agreement(rankings: list[list[int]]) -> None:
    fused = fuse(*rankings)
    assert sorted(fused) == sorted({number for ranking in rankings for number in ranking})
    if rankings and all(ranking == rankings[0] for ranking in rankings):
        assert fused == rankings[0]


# --- the searcher ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [*QUESTIONS, "?", "🙂", "the of and", "word " * 300])
def test_hits_are_passages_of_the_record_best_first(assistant: Assistant, question: str) -> None:
    hits = assistant.searcher.search(question)
    assert hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.number for hit in hits}) == len(hits)
    for hit in hits:
        assert -1.001 <= hit.similarity <= 1.001
        passage = hit.passage
        assert assistant.record.article(passage.article).text[passage.start : passage.end] == passage.text


def test_the_same_question_finds_the_same(assistant: Assistant) -> None:
    assert assistant.searcher.search(QUESTIONS[0]) == assistant.searcher.search(QUESTIONS[0])


def test_the_words_and_the_meaning_both_find(assistant: Assistant) -> None:
    def found(question: str) -> str:
        return " ".join(hit.passage.text for hit in assistant.searcher.search(question, pool=10))

    assert "Guccifer" in found("Guccifer")
    assert "chess" in found("Which grandmaster was unhappy?")


def outlets(assistant: Assistant, hits: list[Hit]) -> set[str | None]:
    return {assistant.record.article(hit.passage.article).outlet for hit in hits}


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        (Scope(("Euractiv",)), {"Euractiv"}),
        (Scope(("Euractiv", "JTF.org")), {"Euractiv", "JTF.org"}),
        (Scope(since="2016-11-15"), {"Euractiv"}),
        (Scope(since="2016-11-14"), {"Euractiv", "The Washington Free Beacon"}),
        (Scope(until="2016-11-14"), {"The Washington Free Beacon"}),
        (Scope(("MaltaToday",), since="2000-01-01"), set()),
        (Scope(("Nobody's",)), set()),
    ],
)
def test_scopes(assistant: Assistant, scope: Scope, wanted: set[str]) -> None:
    assert outlets(assistant, assistant.searcher.search("What did Putin and Trump agree on?", scope)) == wanted


def test_passages_named_are_judged_too(assistant: Assistant) -> None:
    every = sorted(assistant.record.passage_ids())
    hits = assistant.searcher.search("volcano", Scope(("Nobody's",)), among=every[:3])
    assert sorted(hit.number for hit in hits) == every[:3]


def test_words_of_speakers_are_found_within_a_scope(assistant: Assistant) -> None:
    speaker = next(said.speaker for said in assistant.record.statements("euractiv.txt") if said.speaker)
    everywhere = assistant.record.spoken([speaker], Scope(), 400)
    here = assistant.record.spoken([speaker], Scope(("Euractiv",)), 400)
    assert here
    assert set(here) <= set(everywhere)
    assert {stored.passage.article for stored in assistant.record.passages(here).values()} == {"euractiv.txt"}
    assert assistant.record.spoken(["Nobody"], Scope(), 400) == []


def test_the_fake_is_deterministic_and_of_unit_length(record: Record) -> None:
    article, passages = article_of("a.txt", ["One mayor.", "Two mayors."])
    store(record, article, passages)
    rows = record.vectors(record.passage_ids())
    assert all(abs(float(row @ row) - 1) < 1e-5 for row in rows.values())
    assert HashingEmbedder().encode(["x"]).tolist() == HashingEmbedder().encode(["x"]).tolist()

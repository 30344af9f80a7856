"""The reader: what was shipped says what was trained, whatever it is given, and names what is wrong with its weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from index import belief, runtime
from index import reader as module
from index.belief import ClaimSigns, Signs, Summary, answer_odds, passage_odds
from index.errors import ReaderError, UsageError
from index.reader import LONGEST, LONGEST_ASKED, LONGEST_CONTEXT, LONGEST_HEAD, Reader, Text, joined
from index.search import parts_of

REFERENCE = ROOT / "eval" / "training" / "reference.json"
BOUND = 1.0  # the most that 8-bit weights may move a log-odds; on average it is a fifth of that
TEXTS = st.text(max_size=60)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def answers(reader: Reader, question: str, texts: list[Text]) -> list[float]:
    """For each text the log-odds that it answers."""
    return [float(score) for score in reader.scores([(question, text) for text in texts])[:, 0]]


# --- what was trained is what runs -------------------------------------------------------------------------------------------


def test_the_shipped_reader_says_what_torch_says(reader: Reader) -> None:
    pairs = json.loads(REFERENCE.read_text(encoding="utf-8"))
    ours = reader.scores([(pair["asked"], Text(**pair["text"])) for pair in pairs])
    theirs = np.array([pair["scores"] for pair in pairs])
    assert np.abs(ours - theirs).max() < BOUND
    assert np.abs(ours - theirs).mean() < BOUND / 4


def test_pairs_read_together_are_read_as_each_alone(reader: Reader) -> None:
    pairs = [
        ("Who opened it?", Text("The mayor did.")),
        ("Why?", Text("Because it was finished after six long years of work, the mayor said.")),
    ]
    together = reader.scores(pairs)
    for row, pair in zip(together, pairs, strict=True):
        np.testing.assert_allclose(row, reader.scores([pair])[0], atol=BOUND / 2)  # 8 bits are scaled over what is read at once


def test_it_tells_an_answer_from_its_neighbour(reader: Reader) -> None:
    right, wrong = answers(
        reader, "When was the bridge opened?", [Text("The bridge was opened on Monday."), Text("The mayor is sixty years old.")]
    )
    assert right > 0 > wrong


def test_it_tells_what_is_entailed_from_what_is_contradicted(reader: Reader) -> None:
    text = Text("Nineteen people died when the bridge at Tarn fell on Monday.")
    same, against = reader.relations(
        [("Nineteen people died on Monday.", text), ("Twelve people died when the bridge at Tarn fell.", text)]
    )
    assert same.entails > 0.5 > against.entails
    assert against.contradicts > same.contradicts
    assert sum((same.entails, same.neutral, same.contradicts)) == pytest.approx(1)


# --- whatever it is given ----------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(asked=TEXTS, words=TEXTS, before=TEXTS, speaker=TEXTS)
def test_any_text_has_a_score(reader: Reader, asked: str, words: str, before: str, speaker: str) -> None:
    assert np.isfinite(reader.scores([(asked, Text(words, before, speaker=speaker))])).all()


@pytest.mark.parametrize("words", ["", "?", "🙂", "слово " * 40, "word " * 3_000, "x" * 5_000])
def test_long_and_odd_passages_have_a_score(reader: Reader, words: str) -> None:
    assert np.isfinite(reader.scores([("word " * 400, Text(words))])).all()


def test_no_pairs() -> None:
    assert Reader().scores([]).shape == (0, 4)
    assert Reader().relations([]) == []


def test_of_a_long_passage_the_best_window_counts(reader: Reader) -> None:
    answer, filler = "The bridge was opened on Monday.", "Rain fell on the hills and the river rose a little. " * 30
    question = "When was the bridge opened?"
    alone, hidden, without = answers(reader, question, [Text(answer), Text(f"{filler}{answer}"), Text(filler)])
    assert hidden > without
    assert hidden > alone - 4


@given(*[st.lists(st.integers(1000, 2000), max_size=200)] * 4, st.lists(st.integers(1000, 2000), max_size=20))
def test_a_pair_is_cut_to_what_is_read(asked: list[int], head: list[int], before: list[int], words: list[int], voice: list[int]) -> None:
    pieces, second, judged = joined(asked, head, before, voice, words)
    assert pieces[judged:-1] == words[:LONGEST]
    assert pieces[1 : second - 1] == asked[:LONGEST_ASKED]
    assert pieces[second:judged] == [*head[:LONGEST_HEAD], *before[-LONGEST_CONTEXT:], *voice]


# --- its weights -------------------------------------------------------------------------------------------------------------


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match=r"cannot be read .* Install Readout again"):
        answers(Reader(tmp_path / "reader.onnx"), "Who?", [Text("She.")])


def test_changed_weights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "reader.onnx"
    changed.write_bytes(module.WEIGHTS.read_bytes() + b" ")
    monkeypatch.setattr(module, "WEIGHTS", changed)
    with pytest.raises(ReaderError, match=r"were changed\. Install Readout again"):
        answers(Reader(changed), "Who?", [Text("She.")])


# --- belief ------------------------------------------------------------------------------------------------------------------


def test_surer_reading_is_more_belief() -> None:
    low, high = passage_odds([Signs(read, 0.5, 0.5, 0.5, False) for read in (-3.0, 3.0)])
    assert high > low
    assert answer_odds(Summary(high, low, 3.0, 0.5, 0.5, 0.0, 0)) > answer_odds(Summary(low, low, -3.0, 0.5, 0.5, 0.0, 0))


def test_the_models_have_a_weight_for_each_sign() -> None:
    stored = json.loads(belief.WEIGHTS.read_text(encoding="utf-8"))
    for name, kind in (("claim", ClaimSigns), ("passage", Signs), ("answer", Summary)):
        assert list(stored[name]["weights"]) == list(kind.__dataclass_fields__)


def test_odds_without_their_weights_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in (tmp_path / "none.json", tmp_path / "other.json"):
        (tmp_path / "other.json").write_text("[1]", encoding="utf-8")
        monkeypatch.setattr(belief, "WEIGHTS", file)
        with pytest.raises(ReaderError, match="Install Readout again"):
            belief._weights.__wrapped__()


@pytest.mark.parametrize("threads", ["many", "-1", "1.5"])
def test_a_number_of_processors_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    monkeypatch.setenv("READOUT_THREADS", threads)
    with pytest.raises(UsageError, match=r"READOUT_THREADS=.* unset it"):
        runtime.threads()


@pytest.mark.parametrize(
    ("question", "passage", "holds"),
    [
        ("Who asked “Why are we backing those groups?”", "“Why are we backing those groups?", True),
        ('Who told CBS "we don\'t know who those people are"?', "“We don’t know who those people are.”", True),
        ("Who said “never”?", "He would never go.", False),
        ("Who asked “Why are we backing those groups?”", "Those groups are backed.", False),
        ("Who asked it?", "“Why are we backing those groups?", False),
    ],
)
def test_a_quotation_in_a_question_is_found(question: str, passage: str, holds: bool) -> None:
    assert belief.holds_quotation(belief.quotations_in(question), passage) is holds


# --- questions in parts ------------------------------------------------------------------------------------------------------


def test_a_long_question_is_parted_and_a_short_one_is_not() -> None:
    assert parts_of("Who opened the bridge, and when was it built?") == ["Who opened the bridge, and when was it built?"]
    question = (
        "Who introduced the bill that would have changed the health law, what did the leader of the Senate say about its chances, "
        "and how many people would lose their cover according to the budget office?"
    )
    whole, *parts = parts_of(question)
    assert whole == question
    assert [part.split()[0] for part in parts] == ["Who", "what", "how"]

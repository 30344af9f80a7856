"""The tagger: its weights are checked, it is small and quick, and what it marks are whole words of the text."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, environment
from hypothesis import given
from hypothesis import strategies as st

from assistant.question.marked import Marked
from assistant.question.tagger import WEIGHTS, Lean, Slot, Span, Tagger, _smooth, tagged
from assistant.types import Kind
from index.errors import ReaderError


def test_weights_that_are_missing_or_changed_are_an_error_of_one_line(tmp_path: Path) -> None:
    other = tmp_path / "tagger.onnx"
    with pytest.raises(ReaderError, match=r"cannot be read .* Install Readout again") as missing:
        Tagger(other).read("Why?")
    other.write_bytes(WEIGHTS.read_bytes() + b"\0")
    other.with_suffix(".sha256").write_bytes(WEIGHTS.with_suffix(".sha256").read_bytes())
    with pytest.raises(ReaderError, match=r"were changed\. Install Readout again") as changed:
        Tagger(other).read("Why?")
    assert "\n" not in f"{missing.value}{changed.value}"


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size < 6_000_000


def test_neither_torch_nor_a_parser_is_needed() -> None:
    code = "import sys; from assistant.question.tagger import tagged; tagged('Why?'); print({'torch', 'spacy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment(), timeout=120)
    assert done.stdout == "set()\n", done.stderr


def test_a_question_takes_milliseconds() -> None:
    reader = Tagger()
    reader.read("What did the mayor say about the bridge?")
    began = time.process_time()  # what others do meanwhile does not count
    for _ in range(20):
        reader.read("What did the mayor say about the bridge?", "When was it opened?")
    assert (time.process_time() - began) / 20 < 0.1


def test_slots_and_lean() -> None:
    read = tagged("What did Ida Roth say about the bridge on Monday?")
    assert (read.kinds[0], read.lean) == (Kind.SAID, Lean.ALONE)
    assert {(read.text[span.start : span.end], span.slot) for span in read.spans} == {
        ("Ida Roth", Slot.WHO), ("the bridge", Slot.TOPIC), ("Monday", Slot.DAY),
    }  # fmt: skip
    before = "What did Ida Roth say about the bridge?"
    after = tagged("And about the tunnel?", before)
    assert after.lean is Lean.SWAP
    assert [before[span.start : span.end] for span in after.meant] == ["the bridge"]


@given(text=st.text(max_size=300), before=st.text(max_size=300))
def test_marks_lie_in_the_text_and_do_not_cross(text: str, before: str) -> None:
    read = tagged(text, before)
    for whole, spans in ((text, read.spans), (before, read.meant)):
        assert all(0 <= span.start < span.end <= len(whole) for span in spans)
        assert all(one.end <= other.start for one, other in pairwise(spans))


def test_a_doubtful_word_goes_with_its_neighbours() -> None:
    scores = np.array([[0, 5], [0.2, 0], [0, 5]], np.float32)
    assert _smooth(scores) == [1, 1, 1]
    assert _smooth(np.array([[0, 5], [5, 0], [0, 5]], np.float32)) == [1, 0, 1]


def test_spans_move_with_what_is_put_before_them() -> None:
    made = Marked("What did Trump say about Syria?", (Span(9, 14, Slot.WHO), Span(25, 30, Slot.TOPIC)), (Kind.SAID,))
    other = made.put(made.spans[0], "the Kremlin", (Span(0, 11, Slot.WHO),))
    assert other.text == "What did the Kremlin say about Syria?"
    assert [other.words(span) for span in other.spans] == ["the Kremlin", "Syria"]
    assert made.cut(made.spans[1]).text == "What did Trump say about?"

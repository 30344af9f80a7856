"""What a question asks, read by a small network: its kind, its slots, and how it leans on the question before it.

The network stands on the middle of the bundled embedding model, whose lower layers read the question and, behind it, the question before.
Two layers of our own and three heads tell for each word which slot it fills, and for the question its kind and its lean.
`eval.training.tagger` made the weights; they have 8 bits and run in onnxruntime.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.types import Kind
from index.embedder import OPENS, PARTS, bundled_tokenizer, middle_states
from index.errors import ReaderError
from index.runtime import session, stored_weights

WEIGHTS = Path(__file__).with_name("tagger.onnx")
LONGEST, LONGEST_BEFORE = 160, 64  # word pieces of a question, and of the one before it, that are read
SWITCH = 0.5  # what a change of slot from word to word costs, in log-odds
SURE = 0.5  # the chance from which on a question is of a kind that has an answer of its own
PLAIN = frozenset({Kind.DIRECT, Kind.SAID, Kind.SIDES, Kind.WHO_SAID, Kind.TRUE})
TOLD = frozenset({Kind.OUTLETS, Kind.AGREE, Kind.DIFFER})  # where one of these is likely, somebody's words are asked for
OF_READOUT = frozenset({Kind.TALK, Kind.HELP, Kind.CORPUS})  # so near each other that one of them is sure where together they are
KEPT = 512  # readings kept: a conversation is read again with each of its questions


class Slot(StrEnum):
    """What words of a question are."""

    WHO = "who"
    TOPIC = "topic"
    CLAIM = "claim"
    OUTLET = "outlet"
    DAY = "day"
    NOT_WHO = "not:who"
    NOT_OUTLET = "not:outlet"
    DROP = "drop"  # mere instruction or politeness
    BACK = "back"  # words that mean something of the question before; the next four say what
    BACK_WHO = "back:who"
    BACK_TOPIC = "back:topic"
    BACK_OUTLET = "back:outlet"
    BACK_DAY = "back:day"
    MEANT = "meant"  # in the question before: what those words mean, or what the new words take the place of


class Lean(StrEnum):
    """How a question leans on the one before it."""

    ALONE = "none"
    SWAP = "swap"  # its words take the place of their like
    PRONOUN = "pronoun"  # a word of it means something of the question before
    JOINED = "joined"  # the two are one question
    OTHER = "other"  # it asks the others
    EXCEPT = "except"  # it leaves somebody out
    MORE = "more"  # it asks for more of the same


TAGS = ("", *(mark + slot for slot in Slot for mark in "BI"))
KINDS, LEANS = tuple(Kind), tuple(Lean)


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a text that fill a slot."""

    start: int
    end: int
    slot: Slot


@dataclass(frozen=True, slots=True)
class Tagged:
    """A question as the network reads it: its kinds, the likeliest first; ``meant`` are words of the question before that it takes up."""

    text: str
    kinds: tuple[Kind, ...]
    lean: Lean
    spans: tuple[Span, ...] = ()
    meant: tuple[Span, ...] = ()


class Tagger:
    """The network. Its weights are loaded at the first reading.

    Raises:
        ReaderError: the weights are missing or were changed.
    """

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._weights = weights

    @cached_property
    def _session(self) -> Any:
        return session(stored_weights(self._weights, self._weights.with_suffix(".sha256"), "the tagger's weights", ReaderError))

    def read(self, text: str, before: str = "") -> Tagged:
        """Read a question, with the one before it where there is one."""
        asked, earlier = (bundled_tokenizer().encode(part, add_special_tokens=False) for part in (text, before))
        ids, parts = joined(asked.ids, earlier.ids)
        given = np.array([ids])
        states = middle_states(given, np.ones_like(given))
        tags, kind, lean = (found[0] for found in self._session.run(None, {"states": states, "parts": np.array([parts])}))
        first, second = min(len(asked.ids), LONGEST), min(len(earlier.ids), LONGEST_BEFORE)
        own = _spans(text, tags[1 : first + 1], asked, [slot for slot in Slot if slot is not Slot.MEANT])
        meant = _spans(before, tags[first + 2 : first + 2 + second], earlier, [Slot.MEANT])
        return Tagged(text, _likeliest(kind), LEANS[int(lean.argmax())], own, meant)


@lru_cache(KEPT)
def tagged(text: str, before: str = "") -> Tagged:
    """A question as the bundled network reads it, with the one before it where there is one."""
    return _bundled().read(text, before)


@lru_cache(1)
def _bundled() -> Tagger:
    return Tagger()


def joined(asked: Sequence[int], before: Sequence[int]) -> tuple[list[int], list[int]]:
    """The word pieces of a question and the one before it as the network takes them, and for each whose it is: 0 the question's own."""
    first, second = [OPENS, *asked[:LONGEST], PARTS], [*before[:LONGEST_BEFORE], PARTS] if before else []
    return [*first, *second], [0] * len(first) + [1] * len(second)


def _likeliest(scores: NDArray[np.float32]) -> tuple[Kind, ...]:
    """The kinds by their scores, the likeliest first; where none is likely, those that need no answer of their own."""
    chances = np.exp(scores - scores.max())
    kinds = [KINDS[number] for number in (-scores).argsort()]
    near = OF_READOUT if kinds[0] in OF_READOUT else {kinds[0]}
    sure = sum(chances[KINDS.index(kind)] for kind in near) >= SURE * chances.sum()
    if sure or kinds[0] in PLAIN:
        return tuple(kinds)
    return tuple(sorted(kinds, key=lambda kind: kind not in (PLAIN if kinds[0] in TOLD else {Kind.DIRECT})))


def _spans(text: str, scores: NDArray[np.float32], cut: Any, slots: Sequence[Slot]) -> tuple[Span, ...]:
    """The words that fill slots, neighbours of one slot together; a word is judged by its first piece."""
    words: dict[int, list[int]] = {}
    for place, word in enumerate(cut.word_ids[: len(scores)]):
        words.setdefault(word, []).append(place)
    if not words:
        return ()
    begun = scores[[places[0] for places in words.values()]]
    columns = [begun[:, :1], *(np.logaddexp.reduce(begun[:, [TAGS.index(mark + slot) for mark in "BI"]], 1)[:, None] for slot in slots)]
    spans: list[Span] = []
    for places, number in zip(words.values(), _smooth(np.concatenate(columns, 1)), strict=True):
        start, end, slot = cut.offsets[places[0]][0], cut.offsets[places[-1]][1], slots[number - 1]
        if number and spans and spans[-1].slot is slot and not text[spans[-1].end : start].strip():
            spans[-1] = Span(spans[-1].start, end, slot)
        elif number:
            spans.append(Span(start, end, slot))
    return tuple(spans)


def _smooth(scores: NDArray[np.float32]) -> list[int]:
    """The best way through the scores of words (Viterbi), where a change from one slot to another costs something."""
    change = SWITCH * (1 - np.eye(scores.shape[1]))
    chances = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    total, came = chances[0], list[NDArray[np.int64]]()
    for row in chances[1:]:
        ways = total[:, None] - change
        came.append(ways.argmax(0))
        total = ways.max(0) + row
    path = [int(total.argmax())]
    for before in reversed(came):
        path.append(int(before[path[-1]]))
    return path[::-1]

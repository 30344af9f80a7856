"""A passage is shown under a name only where it tells what they said, not what they think, want or do."""

from __future__ import annotations

import pytest

from index.saying import says
from index.types import Heard, Passage


def heard(text: str, words: str, cue: str, *, direct: bool = False) -> tuple[Heard, Passage]:
    """A statement of somebody's in a passage that is all of its article."""
    start = text.index(words)
    return Heard(("Ann Lee",), None, start, start + len(words), direct, cue), Passage("a.txt", 0, len(text), text)


@pytest.mark.parametrize(
    ("text", "words", "cue"),
    [
        ("Lee said the bridge was safe.", "the bridge was safe", "said"),
        ("Lee has repeatedly denied taking money.", "taking money", "has repeatedly denied"),
        ("According to Lee, the bridge is safe.", "the bridge is safe", "According to"),
        ("Lee told reporters that the bridge was safe.", "that the bridge was safe", "told"),
        ("Ann Lee: the bridge is safe.", "the bridge is safe", ":"),
    ],
)
def test_what_somebody_said_is_an_utterance(text: str, words: str, cue: str) -> None:
    assert says(*heard(text, words, cue))


@pytest.mark.parametrize(
    ("text", "words", "cue"),
    [
        ("Lee believes that the bridge is safe.", "that the bridge is safe", "believes"),
        ("Lee wants a new bridge.", "a new bridge", "wants"),
        ("Lee briefly considered running for mayor.", "running for mayor", "considered"),
        ("Lee seemed to support the plan.", "the plan", "seemed to support"),
        ("Lee voted to close the bridge.", "to close the bridge", "voted"),
    ],
)
def test_what_somebody_thinks_or_does_is_none(text: str, words: str, cue: str) -> None:
    assert not says(*heard(text, words, cue))


def test_words_in_quotation_marks_are_somebodys_whatever_stands_beside_them_and_two_or_three_are_not() -> None:
    assert says(*heard("“We shall never close the bridge,” Lee beamed.", "“We shall never close the bridge,”", "beamed", direct=True))
    assert not says(*heard("The crowd that Lee evoked, “armed with clubs”, was none.", "“armed with clubs”", "evoked", direct=True))

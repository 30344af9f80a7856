"""Conversations, kept on the server in one SQLite file: each is private to its user, with the evidence of every answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from assistant.types import Answer
from index.record import Scope

Form = Literal["markdown", "json", "csv"]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of one user. ``title`` is empty until something is asked; ``changed`` is when something last was.

    Times are ISO 8601 in UTC, to the microsecond.
    """

    id: str
    title: str
    created: str
    changed: str


@dataclass(frozen=True, slots=True)
class Rating:
    """What somebody thought of an answer, and why, in his words; ``fingerprint`` names the corpus it was given from."""

    good: bool
    why: str
    fingerprint: str
    rated: str


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer; ``answer`` is ``None`` while it is being answered and where that was interrupted: ask it again."""

    id: str
    question: str
    answer: Answer | None
    scope: Scope
    asked: str
    rating: Rating | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """A rated turn, with the questions that were asked before it in the conversation."""

    turn: Turn
    rating: Rating
    history: tuple[str, ...]


class Conversations:
    """The file of conversations; made where it is missing. Any number of threads and processes may use it at once.

    Every method that takes a ``user`` sees that user's conversations only: somebody else's are as if they were not there.
    Use as a context manager or call ``close``.

    Raises:
        ConversationError: the file cannot be read or written, or is not one of Readout's. It is left as it is.
    """

    def __init__(self, path: Path) -> None:
        raise NotImplementedError

    def __enter__(self) -> Conversations:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; everything stays."""
        raise NotImplementedError

    def new(self, user: str) -> Conversation:
        """Begin a conversation, without a title yet."""
        raise NotImplementedError

    def all(self, user: str, text: str = "") -> list[Conversation]:
        """The user's conversations, those asked in last first; with ``text``, only those that hold all its words.

        Looked for are the words as they are typed, in titles, questions and answers, without regard to case.
        """
        raise NotImplementedError

    def get(self, user: str, id: str) -> Conversation:
        """One conversation. Raises `ConversationMissing` when the user has none of that id."""
        raise NotImplementedError

    def rename(self, user: str, id: str, title: str) -> None:
        """Give a conversation another title.

        Raises:
            ConversationMissing: the user has none of that id.
            ConversationError: the title is empty.
        """
        raise NotImplementedError

    def delete(self, user: str, id: str) -> None:
        """Delete a conversation with all that was asked, answered and rated in it. Raises `ConversationMissing`."""
        raise NotImplementedError

    def turns(self, user: str, id: str) -> list[Turn]:
        """What was asked in a conversation, in order. Raises `ConversationMissing`."""
        raise NotImplementedError

    def begin(self, user: str, id: str, question: str, scope: Scope) -> str:
        """Store a question before it is answered, and return the id of its turn. The first one is the title where there is none.

        Raises:
            ConversationMissing: the user has no conversation of that id.
        """
        raise NotImplementedError

    def finish(self, user: str, turn_id: str, answer: Answer) -> None:
        """Store the answer of a turn, in place of an earlier one and its rating. Raises `ConversationMissing`."""
        raise NotImplementedError

    def rate(self, user: str, turn_id: str, good: bool, why: str, fingerprint: str) -> None:
        """Store what the user thinks of an answer, in place of what he thought before.

        ``fingerprint`` is `Record.corpus_fingerprint` of the index that was asked.

        Raises:
            ConversationMissing: the user has no such turn, or it has no answer.
        """
        raise NotImplementedError

    def export(self, user: str, id: str, form: Form) -> str:
        """A conversation with its evidence as Markdown, JSON or CSV. Write it with ``newline=""``. Raises `ConversationMissing`."""
        raise NotImplementedError

    def feedback(self) -> list[Feedback]:
        """Everything that was rated, by anybody, in the order of rating. For whoever runs the server, not for its users."""
        raise NotImplementedError

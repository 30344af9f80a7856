"""What can go wrong, and what the person at the keyboard can do about it.

ReadoutError                 every error that a user may see; its message is one line: cause, then remedy
├── CorpusError              the articles, sources.csv or sides.toml cannot be used as they are
├── IndexProblem             the index cannot serve this request
│   ├── IndexMissing         nothing was indexed there yet
│   ├── IndexMismatch        it was built with another model or an older schema
│   ├── IndexDamaged         its files are unreadable
│   ├── DiskFull             there is no room to write to (trying again later can help)
│   ├── WorkerLost           something ended a process that was reading articles (trying again later can help)
│   ├── IndexBusy            another process is writing it (trying again later can help)
│   └── ServerAway           the Chroma server that holds its vectors does not answer, or refuses (trying again later can help)
├── TableError               a CSV of questions, or the file for the answers, cannot be used as it is
│   └── TableBusy            another run is writing the answers (trying again later can help)
├── EmbeddingError           the embedding model is missing or not the one expected
├── ReaderError              the weights of the reader or the tagger are missing or were changed
├── QuestionError            the question is empty, too long, or names a filter or an article that does not exist
├── ConversationError        the conversations kept for the chat cannot be used as asked
│   └── ConversationMissing  the user has no such conversation, or no such answer in it
├── ModelFailed              a language model gave nothing that can be used (the answer is made without it)
└── UsageError               an option, setting or address that cannot be used
    └── ModelMissing         a language model cannot be had as it was named: its package, key, server or name
"""

from __future__ import annotations

from typing import Any


class ReadoutError(Exception):
    """Base of all errors meant for people. ``retry`` tells whether doing the same again later can help."""

    retry = False


class CorpusError(ReadoutError):
    """The articles, or a file that describes them, cannot be used as they are."""


class IndexProblem(ReadoutError):
    """The index cannot serve this request."""


class IndexMissing(IndexProblem):
    """There is no index in the folder."""


class IndexMismatch(IndexProblem):
    """The index was built with another embedding model, splitter or schema."""


class IndexDamaged(IndexProblem):
    """The index's files cannot be read or written."""


class DiskFull(IndexProblem):
    """There is no room left to write what has to be written; what was stored before is as it was."""

    retry = True


class WorkerLost(IndexProblem):
    """A process that was reading articles was ended by something else."""

    retry = True


class IndexBusy(IndexProblem):
    """Another process is writing the index."""

    retry = True


class ServerAway(IndexProblem):
    """The Chroma server that holds the index's vectors does not answer, or refuses."""

    retry = True


class TableError(ReadoutError):
    """A CSV of questions, or the file for the answers, cannot be used as it is."""


class TableBusy(TableError):
    """Another run is writing the answers."""

    retry = True


class EmbeddingError(ReadoutError):
    """The embedding model is missing, or is not the one it should be."""


class ReaderError(ReadoutError):
    """The weights of the reader or the tagger are missing or not the ones that were shipped."""


class QuestionError(ReadoutError):
    """The question cannot be asked as it stands."""


class ConversationError(ReadoutError):
    """The conversations kept for the chat cannot be used as asked."""


class ConversationMissing(ConversationError):
    """The user has no such conversation, or no such answer in it."""


class UsageError(ReadoutError):
    """An option or a setting that cannot be used."""


class ModelFailed(ReadoutError):
    """A language model gave nothing that can be used, after as many tries as can help. ``usage`` is what that took, where it is known."""

    retry = True

    def __init__(self, message: str, usage: Any = None) -> None:
        super().__init__(message)
        self.usage = usage


class ModelMissing(UsageError):
    """A language model cannot be had as it was named."""

"""Readout for programs.

    import readout

    with readout.open("my-index") as news:
        print(news.ask("Did Putin deny any interference?", outlets=["MaltaToday"]).text)
        documents = news.retriever(k=4).invoke("What did they agree on?")

`open` takes the folder that ``readout index`` made. What is wrong with it, or with a question, is a `ReadoutError`: one line, for people.
Nothing is loaded before it is needed: importing this takes some milliseconds, the first question a second or two.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from assistant.chain import Assistant
    from assistant.check.values import Report
    from assistant.compare import Utterance
    from assistant.ledger import Entry
    from assistant.retriever import ReadoutRetriever
    from assistant.types import Answer
    from index.errors import ReadoutError
    from index.record import Scope

__all__ = ["Archive", "ReadoutError", "__version__", "open"]


def open(folder: str | Path, *, model: str | None = None, strict: bool = False) -> Archive:
    """Open an index.

    Args:
        folder: what ``readout index --index FOLDER`` made.
        model: who answers, as PROVIDER:NAME; none: a selection of the articles' own sentences.
        strict: leave out what the articles do not carry of a language model's answer, in place of marking it.

    Raises:
        ReadoutError: there is no index, it was made with other settings, or the model cannot be had as it was named.
    """
    from assistant.chain import Assistant
    from assistant.settings import load_settings

    return Archive(Assistant(load_settings(index=Path(folder), model=model, strict=strict)))


class Archive:
    """An open index. Close it, or use it in a ``with`` statement. Several threads may share it.

    ``outlets``, ``since`` and ``until`` (YYYY-MM-DD) narrow any call to some of the articles. All raise `ReadoutError` for a question
    that cannot be asked, an outlet that has no article, or a day that is none.
    """

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._assistant.record.close()

    def ask(
        self, question: str, *, outlets: Sequence[str] = (), since: str | None = None, until: str | None = None, after: Sequence[str] = ()
    ) -> Answer:
        """Answer a question with what the articles say; ``after`` are the questions that it follows up, oldest first.

        The answer has ``status`` ("answered" or "abstained"), ``text``, ``points`` and ``citations``; each citation has ``article``,
        ``start``, ``end`` and ``quote``, which are the article's own characters.
        """
        return self._assistant.ask(question, self._scope(outlets, since, until), tuple(after))

    def check(self, draft: str, *, outlets: Sequence[str] = (), since: str | None = None, until: str | None = None) -> Report:
        """Hold every claim of a text against the articles: ``claims`` with their places and verdicts, and ``counts`` of the verdicts."""
        return self._assistant.check(draft, self._scope(outlets, since, until))

    def compare(self, question: str, *, outlets: Sequence[str] = (), since: str | None = None, until: str | None = None) -> list[Utterance]:
        """What was said about something, each utterance as the outlets word it, and who leaves it out."""
        from assistant.compare import compare
        from assistant.question import understand

        read = understand(question, self._assistant.names)
        return list(compare(read, self._assistant.gatherer, self._scope(outlets, since, until)))

    def statements(
        self,
        *,
        speakers: Sequence[str] = (),
        sides: Sequence[str] = (),
        outlets: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
    ) -> list[Entry]:
        """Who said what, in reading order, with the places of the words and of who said them; the speakers by any name they go by."""
        from assistant.ledger import known_side, known_speaker, ledger

        record = self._assistant.record
        known = [known_speaker(name, record) for name in speakers], [known_side(name, record) for name in sides]
        return list(ledger(record, speakers=known[0], sides=known[1], scope=self._scope(outlets, since, until)))

    def retriever(self, *, k: int = 4, outlets: Sequence[str] = (), since: str | None = None, until: str | None = None) -> ReadoutRetriever:
        """A LangChain retriever: the ``k`` best passages for a question as documents, best first, with their places in ``metadata``."""
        from assistant.retriever import ReadoutRetriever

        return ReadoutRetriever(searcher=self._assistant.searcher, scope=self._scope(outlets, since, until), k=k)

    @property
    def chain(self) -> Runnable[Any, Answer]:
        """The LangChain Runnable that answers: give it a question, or a mapping of question, history, outlets, since and until."""
        return self._assistant.chain

    def _scope(self, outlets: Sequence[str], since: str | None, until: str | None) -> Scope:
        from assistant.scope import check_scope, read_scope

        return check_scope(read_scope(outlets, since, until, mark=""), self._assistant.record)


def __getattr__(name: str) -> Any:
    """What is imported when it is asked for."""
    if name == "ReadoutError":
        from index.errors import ReadoutError

        return ReadoutError
    if name == "__version__":
        from importlib.metadata import version

        return version("readout")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

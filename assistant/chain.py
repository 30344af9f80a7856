"""The LangChain Runnable: understand → retrieve → answer → verify."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.evidence import Evidence, Gatherer
from assistant.extractive import Extractive, listed
from assistant.prompts import PLACEHOLDERS, Prompts
from assistant.question import Names, understand
from assistant.settings import Settings
from assistant.types import NO_EVIDENCE, Answer, Form, Question
from assistant.verify import verify
from index.build import fingerprint, open_record
from index.embedder import BUNDLED, QuickEmbedder, bundled_folder, load_embedder
from index.errors import QuestionError
from index.judge import Judge
from index.record import Record, Scope
from index.search import Searcher
from index.types import Article
from index.vectors import VectorStore


class Answerer(Protocol):
    """What turns evidence into an Answer; ``name`` is what the Answer says it was made by."""

    name: str

    def answer(self, question: Question, evidence: Evidence) -> Answer:
        """Answer from the evidence alone; without findings, abstain."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way into the chain, with the articles to look in and the questions asked before it, oldest first."""

    text: str
    scope: Scope = field(default_factory=Scope)
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    question: Question
    scope: Scope
    evidence: Evidence = field(default_factory=Evidence)
    answer: Answer | None = None


class Assistant:
    """An open index with everything needed to answer from it. Use as a context manager.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: the index cannot serve.
        EmbeddingError: the embedding model cannot be loaded.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.record: Record = open_record(settings.index, settings.embedding)
        reader = QuickEmbedder(bundled_folder())
        embedder = reader if settings.embedding == BUNDLED else load_embedder(settings.embedding, bulk=False)
        vectors = VectorStore(settings.index, fingerprint(settings.embedding), settings.chroma)
        self.prompts = Prompts()
        self._version = self.record.version()
        self.names = self._names()
        self.searcher = Searcher(self.record, vectors, embedder, reader, Judge())
        self.gatherer = Gatherer(self.searcher, self.names.sides)
        self.answerer: Answerer = Extractive(self.gatherer, self.prompts)
        self.chain: Runnable[Asked, Answer] = (
            RunnableLambda(self._understand) | RunnableLambda(self._retrieve) | RunnableLambda(self._answer) | RunnableLambda(self._verify)
        )

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.record.close()

    def ask(self, text: str, scope: Scope | None = None, history: Sequence[str] = ()) -> Answer:
        """Answer one question; ``history`` are the earlier questions of its conversation as they were typed, oldest first.

        Raises:
            QuestionError: the question cannot be asked as it stands, or the scope names an unknown outlet or day.
        """
        began = time.perf_counter()
        answer = self.chain.invoke(Asked(text, scope or Scope(), tuple(history)))
        return replace(answer, seconds=time.perf_counter() - began)

    # -- the steps ----------------------------------------------------------------------------------------------

    def _names(self) -> Names:
        return Names(tuple(self.record.outlets()), self.record.names(), self.record.sides(), self._mentioned)

    def _mentioned(self, words: str) -> bool:
        return bool(self.record.match([words], Scope(), 1))

    def _understand(self, asked: Asked) -> _Step:
        if self._version != (version := self.record.version()):
            self._version, self.names = version, self._names()
            self.gatherer.forget()
        return _Step(understand(asked.text, self.names, asked.history), asked.scope)

    def _retrieve(self, step: _Step) -> _Step:
        if step.question.form in NO_EVIDENCE:
            return step
        return replace(step, evidence=self.gatherer.gather(step.question, step.scope))

    def _answer(self, step: _Step) -> _Step:
        if step.question.form in NO_EVIDENCE:
            return replace(step, answer=self._about(step.question))
        return replace(step, answer=self.answerer.answer(step.question, step.evidence))

    def _verify(self, step: _Step) -> Answer:
        assert step.answer is not None
        return replace(verify(step.answer, self.record), understood=step.question.understood)

    def _about(self, question: Question) -> Answer:
        """Answers about Readout and its corpus, which need no evidence."""
        articles = self.record.articles()
        spoken = Counter(said.speaker for said in self.record.statements() if said.speaker and " and " not in said.speaker)
        outlets = [outlet for outlet in dict.fromkeys(article.outlet for article in articles) if outlet]
        values = {
            "articles": str(len(articles)),
            "outlets": listed(outlets) if outlets else "not stated",
            "speakers": listed([name for name, _ in spoken.most_common(6)]) if spoken else "nobody",
            "example": "“What did each side say about Syria?”" if self.names.sides else "“Who said what about …?”",
            "listing": "\n".join(f"- {_described(article)}" for article in articles[:50]),
        }
        text = self.prompts.fill(question.form.value, **{key: values[key] for key in PLACEHOLDERS[question.form.value]})
        if question.form is Form.FRAGMENT:
            return Answer(question.text, "abstained", text, self.answerer.name, text)
        return Answer(question.text, "answered", None, self.answerer.name, text)


def _described(article: Article) -> str:
    return ", ".join(part for part in (article.outlet, article.title, article.published) if part)


def check_scope(scope: Scope, record: Record) -> Scope:
    """Check filters against the index.

    Raises:
        QuestionError: an outlet that has no article there.
    """
    known = {outlet.lower(): outlet for outlet in record.outlets()}
    for outlet in scope.outlets:
        if outlet.lower() not in known:
            there = ", ".join(known.values()) or "none with a stated outlet"
            raise QuestionError(f"no article of the outlet {outlet!r} is in the index. There are: {there}.")
    return Scope(tuple(known[outlet.lower()] for outlet in scope.outlets), scope.since, scope.until)

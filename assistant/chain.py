"""The LangChain Runnable: understand → retrieve → answer → verify."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Protocol

from langchain_core.runnables import Runnable, RunnableLambda

from assistant.answer_kinds import Kinds
from assistant.check.checker import Checker
from assistant.check.values import Report
from assistant.evidence import Evidence, Gatherer
from assistant.extractive import Extractive
from assistant.grouping import Finding
from assistant.groups import gather
from assistant.notes import Notes
from assistant.prompts import PLACEHOLDERS, Prompts
from assistant.question import Names, clean, understand
from assistant.question.spelling import respelled
from assistant.reading import unquoted_in
from assistant.relation import Comparer
from assistant.render import finished, listed, quoted
from assistant.scope import check_scope, read_scope
from assistant.settings import Settings
from assistant.syndication import marked, outlets_of, same_report
from assistant.types import EXTRACTIVE, NO_EVIDENCE, Answer, Form, Question, Standalone, Usage, Watch, unwatched
from assistant.verification.verify import strict, verify
from index.build import open_searcher
from index.errors import ModelFailed, QuestionError
from index.record import Record, Scope
from index.types import Article

MOST_NAMED = 6  # speakers that are named where somebody asks what is in the collection


class Answerer(Protocol):
    """What turns evidence into an Answer; ``name`` is what the Answer says it was made by."""

    name: str

    def standalone(self, text: str, history: Sequence[str]) -> Standalone | None:
        """A follow-up as a question that needs none of those before it, oldest first; nothing where that is left to `understand`."""
        ...

    def answer(self, question: Question, evidence: Evidence, watch: Watch = unwatched) -> Answer:
        """Answer from the evidence alone; without findings, abstain. ``watch`` sees the draft grow, where there is one.

        Raises:
            ModelFailed: there is no answer to be had this way.
        """
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way into the chain, with the articles to look in and the questions asked before it, oldest first.

    ``model`` answers in place of the one of the settings; ``watch`` sees its draft grow.
    """

    text: str
    scope: Scope = field(default_factory=Scope)
    history: tuple[str, ...] = ()
    model: str | None = None
    watch: Watch = unwatched


@dataclass(frozen=True, slots=True)
class _Step:
    asked: Asked
    answerer: Answerer
    question: Question
    usage: Usage | None = None
    evidence: Evidence = field(default_factory=Evidence)
    answer: Answer | None = None


class Assistant:
    """An open index with everything needed to answer from it. Use as a context manager.

    Raises:
        IndexMissing, IndexMismatch, IndexDamaged: the index cannot serve.
        EmbeddingError: the embedding model cannot be loaded.
        ModelMissing: the language model that is to answer cannot be had. UsageError: a prompt cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.searcher = open_searcher(settings.index, settings.embedding, settings.chroma)
        self.record: Record = self.searcher.record
        self.prompts = Prompts(settings.prompts)
        self._version = self.record.version()
        self.names = self._names()
        self.gatherer = Gatherer(self.searcher, Comparer(self.searcher.reader), self.names.sides)
        self.kinds = Kinds(self.gatherer)
        self.notes = Notes(self.record, self.searcher.reader)
        self.checker = Checker(self.searcher, self.gatherer.comparer)
        self._extractive = Extractive(self.gatherer, self.prompts)
        self._answerers: dict[str, Answerer] = {EXTRACTIVE: self._extractive}
        self.answerer = self.answerer_called(settings.model)
        self.chain: Runnable[Asked | str | Mapping[str, Any], Answer] = (
            RunnableLambda(self._understand) | RunnableLambda(self._retrieve) | RunnableLambda(self._answer) | RunnableLambda(self._verify)
        )

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, *_: object) -> None:
        self.record.close()

    def ask(
        self,
        text: str,
        scope: Scope | None = None,
        history: Sequence[str] = (),
        model: str | None = None,
        watch: Watch = unwatched,
    ) -> Answer:
        """Answer one question; ``history`` are the earlier questions of its conversation as they were typed, oldest first.

        ``model`` answers in place of the one of the settings. ``watch`` is told its draft so far, which is not verified yet.

        Raises:
            QuestionError: the question cannot be asked as it stands, or the scope names an unknown outlet or day.
            ModelMissing: the model cannot be had as it was named.
        """
        began = time.perf_counter()
        answer = self.chain.invoke(Asked(text, scope or Scope(), tuple(history), model, watch))
        return replace(answer, seconds=time.perf_counter() - began)

    def check(self, text: str, scope: Scope | None = None) -> Report:
        """Hold every claim of a text against the articles; `assistant.check.draft.read_draft` reads files and answers in JSON.

        Raises:
            UsageError: there is nothing to check, the text is too long, or it is not in English.
        """
        return self.checker.check(text, scope or Scope())

    def answerer_called(self, name: str) -> Answerer:
        """The answerer of a name, ``extractive`` or PROVIDER:NAME; made when it is first called for.

        Raises:
            ModelMissing: the model cannot be had as it was named.
        """
        if name not in self._answerers:
            from assistant.models.generative import Generative  # LangChain's models: only where one is named
            from assistant.models.writer import Writer

            self._answerers[name] = Generative(Writer(name, self.settings), self._extractive, self.gatherer, self.prompts)
        return self._answerers[name]

    # -- the steps ----------------------------------------------------------------------------------------------

    def _names(self) -> Names:
        known, outlets = self.record.names(), tuple(self.record.outlets())
        unquoted = cache(lambda: unquoted_in(self.record))
        return Names(outlets, known, self.record.sides(), self._mentioned, self._respelled, self.record.described, unquoted)

    def _mentioned(self, words: str) -> bool:
        return bool(self.record.match([words], Scope(), 1))

    def _respelled(self, word: str) -> str | None:
        return respelled(word, self.record)

    def _asked(self, given: Mapping[str, Any]) -> Asked:
        """What a mapping asks: a "question", and what else `Asked` knows.

        Raises:
            QuestionError: there is no question in it, something that is not known, or an unknown outlet. UsageError: a day that is none.
        """
        known = dict(given)
        text, history = known.pop("question", None), tuple(known.pop("history", ()))
        scope = read_scope(*(known.pop(name, None) for name in ("outlets", "since", "until")), mark="")
        if not isinstance(text, str) or known:
            raise QuestionError("the chain takes a question, or a mapping of question, history, outlets, since and until.")
        return Asked(clean(text), check_scope(scope, self.record), history)

    def _understand(self, given: Asked | str | Mapping[str, Any]) -> _Step:
        asked = given if isinstance(given, Asked) else self._asked({"question": given} if isinstance(given, str) else given)
        if self._version != (version := self.record.version()):
            self.gatherer.forget()
            self.notes.forget()
            self.names, self._version = self._names(), version  # last: another thread goes by the version
        answerer = self.answerer_called(asked.model or self.settings.model)
        question = understand(asked.text, self.names, asked.history)
        if not asked.history or question.form in NO_EVIDENCE - {Form.FRAGMENT}:
            return _Step(asked, answerer, question)
        alone = answerer.standalone(asked.text, asked.history)
        if alone and alone.text:
            understood = alone.text if alone.text != asked.text else ""
            question = replace(understand(alone.text, self.names), text=asked.text, understood=understood)
        return _Step(asked, answerer, question, alone.usage if alone else None)

    def _retrieve(self, step: _Step) -> _Step:
        if step.question.form in NO_EVIDENCE:
            return step
        question, evidence = gather(self.kinds, step.question, step.asked.scope)
        return replace(step, question=question, evidence=evidence)

    def _answer(self, step: _Step) -> _Step:
        if step.question.form in NO_EVIDENCE:
            return replace(step, answer=self._about(step.question, step.answerer.name))
        try:
            return replace(step, answer=step.answerer.answer(step.question, step.evidence, step.asked.watch))
        except ModelFailed as failure:
            trouble, name = str(failure), step.answerer.name
            drafted = finished(Answer(step.question.text, "abstained", trouble, name, message=trouble, usage=failure.usage))
            return replace(step, answer=self._without_model(step, trouble, drafted))

    def _without_model(self, step: _Step, trouble: str, drafted: Answer) -> Answer:
        """The extractive answer in place of what a model drafted, with a line that says why."""
        note = self.prompts.fill("without_model", trouble=trouble)
        return replace(self._extractive.answer(step.question, step.evidence), note=note, usage=drafted.usage, drafted=drafted)

    def _verify(self, step: _Step) -> Answer:
        assert step.answer is not None
        answer = verify(step.answer, self.record, self.gatherer.comparer)
        if answer.usage and not answer.drafted:
            answer = replace(answer, drafted=finished(answer))
        if self.settings.strict and answer.points and all(point.support == "unsupported" for point in answer.points):
            trouble = f"{answer.answerer}: the articles carry nothing of what it wrote."
            answer = verify(self._without_model(step, trouble, answer.drafted or answer), self.record, self.gatherer.comparer)
        answer = strict(answer) if self.settings.strict else answer
        if answer.points and (left_out := self.gatherer.unheard(answer, step.question, step.evidence)):
            answer = self._completed(answer, left_out)
        usage = answer.usage + step.usage if answer.usage and step.usage else answer.usage or step.usage
        read_as = [self.prompts.fill("taken_for", typed=typed, meant=meant) for typed, meant in step.question.corrected]
        read_as += [self.prompts.fill("may_be", typed=typed, names=listed(names, "or")) for typed, names in step.question.open]
        if step.question.stranger and answer.points:  # what is told of somebody is nothing that they say
            read_as.append(self._extractive.of_stranger(step.question.stranger))
        answer = replace(answer, note=" ".join(filter(None, (answer.note, *read_as))))
        known = replace(answer, understood=step.question.understood, belief=step.evidence.belief, usage=usage)
        return finished(self._in_conflict(self._of_one_report(self._noted(known))))

    def _noted(self, answer: Answer) -> Answer:
        """The answer with the notes of editors, such as corrections, on what it cites."""
        found = {one.n: note for one in answer.citations if answer.points and (note := self.notes.on(one))}
        on: dict[tuple[str, str], list[str]] = {}
        for one in answer.citations:
            if one.n in found:
                on.setdefault((one.outlet or one.title, found[one.n].words), []).append(f"[{one.n}]")
        lines = (self.prompts.fill("editors", outlet=name, marks=listed(marks), words=quoted(words)) for (name, words), marks in on.items())
        cited = (replace(one, note=found[one.n].place) if one.n in found else one for one in answer.citations)
        return replace(answer, citations=tuple(cited), editors=tuple(lines))

    def _of_one_report(self, answer: Answer) -> Answer:
        """The answer with what its outlets print alike from one source, so that nobody takes copies for so many accounts."""
        cited = dict.fromkeys(citation.article for citation in answer.citations)
        groups = same_report(self.record.article(name) for name in cited) if answer.points else []
        names = [outlets_of(group) for group in groups]
        lines = tuple(self.prompts.fill("one_report", names=listed(one), n=str(len(one))) for one in names)
        return replace(answer, citations=marked(answer.citations, groups), copies=lines)

    def _in_conflict(self, answer: Answer) -> Answer:
        """The answer with what its sources tell differently, as values and as a line each."""
        conflicts = self.gatherer.grouper.conflicts(answer)
        told = [
            [f"{listed(outlets)} {'have' if len(outlets) > 1 else 'has'} {quoted(words)}" for outlets, words in answer.accounts(conflict)]
            for conflict in conflicts
        ]
        lines = tuple(self.prompts.fill("conflict", accounts="; ".join(accounts)) for accounts in told)
        return replace(answer, conflicts=conflicts, differences=lines)

    def _completed(self, answer: Answer, left_out: Sequence[Finding]) -> Answer:
        """A verified answer with what it left out, verified as well; what was found of it before stays found."""
        whole, before = self._extractive.completed(answer, left_out), len(answer.points)
        added = verify(replace(whole, points=whole.points[before:]), self.record, self.gatherer.comparer)
        faults = (*answer.faults, *(replace(fault, point=fault.point + before) for fault in added.faults))
        return replace(whole, points=(*answer.points, *added.points), faults=faults)

    def _about(self, question: Question, answerer: str) -> Answer:
        """Answers about Readout and its corpus, which need no evidence."""
        articles = self.record.articles()
        spoken = self.record.voices(limit=MOST_NAMED)
        outlets = [outlet for outlet in dict.fromkeys(article.outlet for article in articles) if outlet]
        values = {
            "articles": str(len(articles)),
            "outlets": listed(outlets) if outlets else "not stated",
            "speakers": listed([name for name, *_ in spoken]) if spoken else "nobody",
            "example": "“What did each side say about …?”" if self.names.sides else "“Who said what about …?”",
            "listing": "\n".join(f"- {_described(article)}" for article in articles[:50]),
        }
        text = self.prompts.fill(question.form.value, **{key: values[key] for key in PLACEHOLDERS[question.form.value]})
        if question.form is Form.FRAGMENT:
            return Answer(question.text, "abstained", text, answerer, message=text)
        return Answer(question.text, "answered", None, answerer, message=text)


def _described(article: Article) -> str:
    return ", ".join(part for part in (article.outlet, article.title, article.published) if part)

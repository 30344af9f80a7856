"""ragas' own model-judged metrics, by any chat model that LangChain knows. They advise and never fail a build.

A judge is asked about answers that have points. What it does not give in time or in form is a blank with its reason: it is named and
counted beside the figure, which is over the others.
"""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics import MetricResult

from assistant.models.chat_model import load_chat_model, shown, trouble
from eval.case import Case, Corpus
from eval.metrics import KNOWN, Metric, Score, vector
from eval.suite import Progress, Row
from index.errors import UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.runnables import Runnable

AT_ONCE = 4  # answers that are judged at the same time
SECONDS = 120.0  # that one score may take, with all the calls it needs
TRIES = 2  # for one call, where the judge answers out of form
TIRED = 20  # scores in a row that did not come, after which the judge is not asked any more

Form = TypeVar("Form", bound=BaseModel)


class Nonsense(ValueError):
    """What a judge said is not in the form asked for."""


class ChatJudge(InstructorBaseRagasLLM):
    """What ragas asks its questions through: a LangChain chat model, held to the form of the answer."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model

    def generate(self, prompt: str, response_model: type[Form]) -> Form:
        """Ask, and ask again where the answer is out of form. Raises `ValueError` where it stays so, or what the model's package raises."""
        return self._asking(response_model).invoke(prompt)

    async def agenerate(self, prompt: str, response_model: type[Form]) -> Form:
        """The same, without blocking."""
        return await self._asking(response_model).ainvoke(prompt)

    def _asking(self, form: type[Form]) -> Runnable[Any, Form]:
        from langchain_core.runnables import RunnableLambda

        asking: Runnable[Any, Form] = self._model.with_structured_output(form) | RunnableLambda(partial(_in_form, form))
        return asking.with_retry(retry_if_exception_type=(ValueError,), stop_after_attempt=TRIES, wait_exponential_jitter=False)


def _in_form(form: type[Form], found: object) -> Form:
    """An answer of the right class, whose verdicts are yes or no: ragas counts with whatever number stands there."""
    if not isinstance(found, form):
        raise Nonsense(f"answered with {type(found).__name__}, not with {form.__name__}")
    if wrong := [number for number in _numbers(found.model_dump()) if number not in (0, 1)]:
        raise Nonsense(f"gave {wrong[0]} where 0 or 1 is a verdict")
    return found


def _numbers(value: object) -> list[float]:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, int | float) else [number for part in parts for number in _numbers(part)]


class BundledEmbeddings(BaseRagasEmbedding):
    """The bundled embedding model, on this machine, for the metric that compares questions."""

    def embed_text(self, text: str, **_: Any) -> list[float]:
        """A text's vector."""
        return list(map(float, vector(text)))

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        """The same."""
        return self.embed_text(text)


@dataclass(frozen=True, slots=True)
class Judge:
    """A model that judges, by name, with what ragas needs of it."""

    name: str
    llm: InstructorBaseRagasLLM
    embeddings: BaseRagasEmbedding


class _Ready(BaseModel):
    ready: bool


def load_judge(name: str) -> Judge:
    """The judge called ``PROVIDER:NAME``, after one question to see that it is there and answers in form.

    Raises:
        UsageError: see `load_chat_model`; or the server, the key or the model is refused, or does not answer in form.
    """
    warnings.filterwarnings("ignore", message="Pydantic serializer warnings")  # langchain-openai's, of every answer in form
    llm = ChatJudge(load_chat_model(name))
    try:
        llm.generate("Are you ready? Answer as JSON.", _Ready)
    except Exception as error:  # each provider's package has its own kinds
        raise UsageError(f"--judge {trouble(error, name)}") from None
    return Judge(name, llm, BundledEmbeddings())


# -- the metrics --------------------------------------------------------------------------------------------------------


def _answered(case: Case) -> bool:
    return case.answered and bool(case.cited())


def _has_reference(case: Case) -> bool:
    return _answered(case) and case.golden.answerable and bool(case.golden.reference.strip())


def _judged(name: str, ragas: str, reads: Sequence[str], **known: Any) -> Metric:
    """A metric of ragas by the name of its class, with what it reads of a case."""

    async def scorer(case: Case, judge: Judge) -> MetricResult:
        from ragas.metrics import collections

        models = {"llm": judge.llm, "embeddings": judge.embeddings} if ragas == "AnswerRelevancy" else {"llm": judge.llm}
        given = {
            "user_input": case.asked,
            "response": case.answer.text,
            "reference": case.golden.reference,
            "retrieved_contexts": [f"{citation.outlet or citation.title}: {case.corpus.text(citation)}" for citation in case.cited()],
        }
        result: MetricResult = await getattr(collections, ragas)(**models).ascore(**{part: given[part] for part in reads})
        return result

    return Metric(name, scorer, _has_reference if "reference" in reads else _answered, **known)


JUDGED = tuple(_judged(name, **known) for name, known in KNOWN.items() if "ragas" in known)


# -- a run --------------------------------------------------------------------------------------------------------------


def judge_rows(rows: Sequence[Row], corpus: Corpus, judge: Judge, most: int | None, progress: Progress) -> list[Row]:
    """The rows, with the judge's scores on those that it was asked about: all that have points, or ``most`` of them, chosen by hash."""
    cases = {row.golden.id: Case(row.golden, row.answer, corpus) for row in rows if row.answer is not None}
    wanted = {name: asked for name, case in cases.items() if (asked := [metric for metric in JUDGED if metric.applies(case)])}
    ranked = sorted(wanted, key=lambda name: hashlib.sha256(f"judge {name}".encode()).hexdigest())  # another order than held_out_ids has
    chosen = ranked[:most]
    turns, asking, done = asyncio.Semaphore(AT_ONCE), _Asking(judge), count(1)

    async def judged(name: str) -> dict[str, Score]:
        async with turns:
            scores = {metric.name: await asking.score(metric, cases[name]) for metric in wanted[name]}
        progress(next(done), len(chosen), name)
        return scores

    async def all_of_them() -> list[dict[str, Score]]:
        return await asyncio.gather(*map(judged, chosen))

    found = dict(zip(chosen, asyncio.run(all_of_them()), strict=True))
    return [replace(row, judged=found.get(row.golden.id, {})) for row in rows]


class _Asking:
    """Asks a judge, and counts the scores in a row that did not come: one that is gone is not waited for, question after question."""

    def __init__(self, judge: Judge) -> None:
        self.judge, self.missed = judge, 0

    async def score(self, metric: Metric, case: Case) -> Score:
        if self.missed >= TIRED:
            return Score(None, f"not asked: {TIRED} scores before it did not come")
        try:
            async with asyncio.timeout(SECONDS):
                found = _share(await metric.scorer(case, self.judge))
        except TimeoutError:
            found = Score(None, f"not within {SECONDS:.0f} seconds")
        except Exception as error:  # each provider's package has its own kinds, and whatever it is belongs to this score alone
            found = Score(None, shown(f"{type(error).__name__}: {error}"))
        self.missed = self.missed + 1 if found.value is None else 0
        return found


def _share(result: MetricResult) -> Score:
    """A judge's figure as a share; a likeness below nothing is none. NaN, ragas' word for nothing to count, is a blank."""
    value = result.value
    if value is None or not -1.0 <= value <= 1.0 + 1e-6:
        return Score(None, f"ragas counts {value} from what the judge said")
    return Score(round(min(max(float(value), 0.0), 1.0), 6))  # ragas adds a grain to what it divides by

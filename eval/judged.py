"""ragas' own model-judged metrics, by any chat model that LangChain knows. They advise and never fail a build.

A judge is asked about answers that have points. What it does not give in time or in form is a blank with its reason: it is named and
counted beside the figure, which is over the others.
"""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics import MetricResult

from assistant.chat_model import load_chat_model, shown, trouble
from eval.case import Case, Corpus
from eval.meaning import vector
from eval.metrics import Metric
from eval.suite import Progress, Row, Score
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


async def faithfulness(case: Case, judge: Judge) -> MetricResult:
    """Share of the answer's claims, as the judge cuts them, that the cited words carry, as the judge sees it.

    Joins all citations into one text: cannot see a claim that another's citation carries, nor words credited to the wrong outlet. Labels
    and outlets count as claims too. Says nothing of refusals.
    """
    from ragas.metrics.collections import Faithfulness

    return await Faithfulness(judge.llm).ascore(user_input=case.asked, response=case.answer.text, retrieved_contexts=_contexts(case))


async def answer_relevancy(case: Case, judge: Judge) -> MetricResult:
    """Likeness of the question to three that the judge makes up from the answer, by the bundled embedding model.

    It is 0 where the judge finds the answer evasive. Cannot see whether the answer is true or complete. Says nothing of refusals.
    """
    from ragas.metrics.collections import AnswerRelevancy

    return await AnswerRelevancy(judge.llm, judge.embeddings).ascore(user_input=case.asked, response=case.answer.text)


async def context_precision(case: Case, judge: Judge) -> MetricResult:
    """How high among the citations those stand which the judge finds useful for the reference answer (average precision).

    Sees what is cited, in its order, not what was retrieved and left out. As good as the reference.
    """
    from ragas.metrics.collections import ContextPrecision

    return await ContextPrecision(judge.llm).ascore(
        user_input=case.asked, reference=case.golden.reference, retrieved_contexts=_contexts(case)
    )


async def context_recall(case: Case, judge: Judge) -> MetricResult:
    """Share of the reference's sentences that the judge finds in the cited words.

    Sees what is cited, not what was retrieved and left out. As good as the reference.
    """
    from ragas.metrics.collections import ContextRecall

    return await ContextRecall(judge.llm).ascore(user_input=case.asked, reference=case.golden.reference, retrieved_contexts=_contexts(case))


async def factual_correctness(case: Case, judge: Judge) -> MetricResult:
    """Agreement (F1) of the answer's claims with the reference's, both as the judge cuts and compares them.

    Reads low where an answer says more than the reference, even when all of it is true.
    """
    from ragas.metrics.collections import FactualCorrectness

    return await FactualCorrectness(judge.llm).ascore(response=case.answer.text, reference=case.golden.reference)


def _answered(case: Case) -> bool:
    return case.answered and bool(case.cited())


def _has_reference(case: Case) -> bool:
    return _answered(case) and case.golden.answerable and bool(case.golden.reference.strip())


JUDGED: tuple[Metric, ...] = (
    Metric("judge_faithfulness", "judge: claims carried", faithfulness, _answered),
    Metric("judge_answer_relevancy", "judge: to the question", answer_relevancy, _answered),
    Metric("judge_context_precision", "judge: citations useful", context_precision, _has_reference),
    Metric("judge_context_recall", "judge: reference covered", context_recall, _has_reference),
    Metric("judge_factual_correctness", "judge: agrees with reference", factual_correctness, _has_reference),
)


def _contexts(case: Case) -> list[str]:
    return [f"{citation.outlet or citation.title}: {case.corpus.text(citation)}" for citation in case.cited()]


# -- a run --------------------------------------------------------------------------------------------------------------


def judge_rows(rows: Sequence[Row], corpus: Corpus, judge: Judge, most: int | None, progress: Progress) -> list[Row]:
    """The rows, with the judge's scores on those that it was asked about: all that have points, or ``most`` of them, chosen by hash."""
    cases = {row.golden.id: Case(row.golden, row.answer, corpus) for row in rows if row.answer is not None}
    wanted = {name: asked for name, case in cases.items() if (asked := [metric for metric in JUDGED if metric.applies(case)])}
    ranked = sorted(wanted, key=lambda name: hashlib.sha256(f"judge {name}".encode()).hexdigest())  # another order than held_out_ids has
    chosen = ranked[:most]
    turns, patience, done = asyncio.Semaphore(AT_ONCE), _Patience(), 0

    async def judged(name: str) -> tuple[str, Mapping[str, Score]]:
        nonlocal done
        async with turns:
            scores = {metric.name: await _score(metric, cases[name], judge, patience) for metric in wanted[name]}
        done += 1
        progress(done, len(chosen), name)
        return name, scores

    async def all_of_them() -> list[tuple[str, Mapping[str, Score]]]:
        return await asyncio.gather(*(judged(name) for name in chosen))

    found = dict(asyncio.run(all_of_them()))
    return [replace(row, judged=found.get(row.golden.id, {})) for row in rows]


class _Patience:
    """Counts the scores in a row that did not come: a judge that is gone is not waited for, question after question."""

    def __init__(self) -> None:
        self._missed = 0

    @property
    def over(self) -> bool:
        return self._missed >= TIRED

    def note(self, score: Score) -> Score:
        self._missed = self._missed + 1 if score.value is None else 0
        return score


async def _score(metric: Metric, case: Case, judge: Judge, patience: _Patience) -> Score:
    if patience.over:
        return Score(None, f"not asked: {TIRED} scores before it did not come")
    try:
        async with asyncio.timeout(SECONDS):
            result = await metric.scorer(case, judge)
    except TimeoutError:
        return patience.note(Score(None, f"not within {SECONDS:.0f} seconds"))
    except Exception as error:  # each provider's package has its own kinds, and whatever it is belongs to this score alone
        return patience.note(Score(None, shown(f"{type(error).__name__}: {error}")))
    return patience.note(_share(result))


def _share(result: MetricResult) -> Score:
    """A judge's figure as a share; a likeness below nothing is none. NaN, ragas' word for nothing to count, is a blank."""
    value = result.value
    if value is None or not -1.0 <= value <= 1.0 + 1e-6:
        return Score(None, f"ragas counts {value} from what the judge said")
    return Score(round(min(max(float(value), 0.0), 1.0), 6))  # ragas adds a grain to what it divides by

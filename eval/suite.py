"""Asks every golden question, scores every answer, and loses none: what fails is named and stays in the table.

The rows run as a ragas experiment. It drops rows that fail, with a printed warning, and lets metrics that fail pass as blanks;
so failures are caught here, as values, and whoever reads the result compares it with the questions asked.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from ragas import Dataset, experiment

from assistant.types import Answer
from eval.case import Case, Corpus
from eval.golden import Golden, file_hash
from eval.metrics import METRICS, Score
from index.record import Record
from index.types import Passage

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
PACKAGES = ("readout", "ragas", "langchain", "chromadb", "onnxruntime", "spacy")

Ask = Callable[[Golden], Answer]
Retrieve = Callable[[Golden], Sequence[Passage]]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """A golden question with its answer and its scores, by metric; or with the error that came instead.

    The answer of a language model is its own, before anything was left out or replaced; ``shown`` is the row of what people are shown.
    ``judged`` are the scores of a model that judges, kept apart because they fail nothing; empty where none was asked.
    """

    golden: Golden
    answer: Answer | None = None
    error: str | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)
    judged: Mapping[str, Score] = field(default_factory=dict)
    shown: Row | None = None

    def score(self, metric: str) -> Score | None:
        """The score of a metric, the judge's included; None where the metric does not apply."""
        return self.scores.get(metric) or self.judged.get(metric)

    @property
    def blank(self) -> bool:
        """Whether an answer came and there is nothing in it to read."""
        return self.answer is not None and not self.answer.text.strip()


def authors(rows: Sequence[Row], model: str) -> dict[str, list[Row]]:
    """The rows by who answered, where a language model was to: what it wrote, what is shown of that, what stood in, and the rest."""
    shown = [row.shown for row in rows if row.shown]
    own, other = ([row for row in shown if row.answer and (row.answer.answerer == model) is same] for same in (True, False))
    return {
        f"{model} wrote": [row for row in rows if row.shown],
        "shown of that": own,
        "shown in its place": other,
        "it was not asked": [row for row in rows if row.answer and not row.shown],
    }


def parts(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows tuned on, and those held out."""
    return [row for row in rows if not row.golden.held_out], [row for row in rows if row.golden.held_out]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What was evaluated on what: two runs may be compared when corpus, questions, prompts and answerer are equal.

    ``judge`` is the model that judged as well, with how much of it; it is not compared, as its scores are in no baseline.
    """

    corpus: str
    questions: str
    prompts: Mapping[str, str]
    versions: Mapping[str, str]
    answerer: str
    made: str
    judge: str | None = None

    def comparable(self) -> dict[str, object]:
        """The part that must be equal in two runs for a difference to be the program's."""
        return {"corpus": self.corpus, "questions": self.questions, "prompts": dict(self.prompts), "answerer": self.answerer}


def provenance(record: Record, questions: Path, answerer: str) -> Provenance:
    """Fingerprint an index's articles, a file of questions, the prompts and the packages."""
    return Provenance(
        corpus=record.corpus_fingerprint(),
        questions=file_hash(questions),
        prompts={file.stem: file_hash(file) for file in sorted(PROMPTS.glob("*.md"))},
        versions={"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in PACKAGES}},
        answerer=answerer,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def run(
    questions: Sequence[Golden],
    corpus: Corpus,
    ask: Ask,
    progress: Progress = lambda done, of, what: None,
    retrieve: Retrieve | None = None,
) -> list[Row]:
    """Ask and score all questions; the rows come back in the order of the questions. A row that got lost is not there.

    ``retrieve`` gives what the retriever alone finds for a question; without it, the metrics of retrieval do not apply.
    """
    done = count(1)

    async def examine(row: dict[str, Any], turn: asyncio.Semaphore) -> dict[str, Any]:
        golden: Golden = row["golden"]
        async with turn:  # one at a time: the seconds an answer takes are measured
            result = await score_row(golden, corpus, ask, retrieve)
            progress(next(done), len(questions), golden.id)
        return {"row": result}

    async def all_rows() -> list[dict[str, Any]]:
        dataset: Dataset[Any] = Dataset(name="golden", backend="inmemory", data=[{"golden": golden} for golden in questions])
        with redirect_stdout(sys.stderr):  # ragas prints its warnings; standard output is the report's
            return list(await experiment()(examine).arun(dataset, "readout", "inmemory", asyncio.Semaphore(1)))

    rows = {found["row"].golden.id: found["row"] for found in asyncio.run(all_rows())}
    return [rows[golden.id] for golden in questions if golden.id in rows]


async def score_row(golden: Golden, corpus: Corpus, ask: Ask, retrieve: Retrieve | None = None) -> Row:
    """Ask one question and score its answer with every metric that applies. An answerer that fails becomes a row with its error."""
    try:
        answer = ask(golden)
        if not isinstance(answer, Answer):
            raise TypeError(f"the answerer returned {type(answer).__name__}, not an Answer")
        retrieved = retrieve(golden) if retrieve else None
        if not answer.drafted:
            return await _scored(Case(golden, answer, corpus, retrieved))
        own = replace(answer.drafted, seconds=answer.seconds, belief=answer.belief)
        row = await _scored(Case(golden, own, corpus, retrieved, answer))
        return replace(row, shown=await _scored(Case(golden, answer, corpus)))
    except Exception as error:  # whatever it is, it belongs to this row and must not take the others with it
        return Row(golden, error=f"{type(error).__name__}: {' '.join(str(error).split())}")


async def _scored(case: Case) -> Row:
    return Row(case.golden, case.answer, None, {metric.name: await metric.score(case) for metric in METRICS if metric.applies(case)})

"""The command ``readout eval``: golden questions in, a verdict and a report out."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import Console

from assistant.chain import Assistant
from assistant.models.chat_model import load_chat_model
from assistant.progress import progress
from assistant.render import printable
from assistant.retriever import ReadoutRetriever
from assistant.settings import Settings
from assistant.types import EXTRACTIVE, Answer
from eval.case import Corpus
from eval.draft import write_draft
from eval.gate import judge, limits_of, load_baseline, write_baseline
from eval.golden import QUESTIONS, Golden, checked, load_golden
from eval.judged import Judge, judge_rows, load_judge
from eval.report import Report, lines, make_folder, tables, write
from eval.suite import Provenance, Row, provenance, run
from index import build
from index.corpus import BUNDLED, read_corpus
from index.errors import ModelMissing, UsageError
from index.types import Article, Passage

RETRIEVED = 4  # passages that the retriever is asked for, as other people's chains ask it by default


def evaluate(
    *,
    settings: Settings,
    temporary: bool,
    questions: Path | None,
    out: Path,
    update_baseline: bool = False,
    draft: Path | None = None,
    judge: str | None = None,
    judge_rows: int | None = None,
) -> None:
    """Run the suite and show its report, or with ``draft`` only write a draft of questions; exit status 1 when the gate fails.

    ``temporary`` asks an index of the bundled articles that is made for the occasion in place of that of the settings. Whatever can be
    wrong with the options, the questions and the judge is noticed before an index is made or a question asked.
    """
    if judge_rows is not None and judge is None:
        raise UsageError("--judge-rows says how many answers a judge reads. Name the judge with --judge PROVIDER:NAME.")
    if settings.model != EXTRACTIVE:
        load_chat_model(settings.model)
    if draft is not None:
        with _index(settings, temporary) as ready, build.open_record(ready.index, ready.embedding) as record:
            count = write_draft(record, draft)
        typer.echo(f'{draft}: {count} questions drafted by a program. Go through them, and take "draft" out of each that is right.')
        return
    report = _report(settings, temporary, questions or QUESTIONS, out, update_baseline, judge, judge_rows)
    _show(report, out)
    if not report.judgement.green:
        raise typer.Exit(1)


def _report(
    settings: Settings, temporary: bool, file: Path, out: Path, update_baseline: bool, judge_name: str | None, most: int | None
) -> Report:
    """Ask all questions of ``file`` and judge the answers; beside it may stand a gate.toml and a baseline.json of its own."""
    began = time.perf_counter()
    golden = load_golden(file, _articles(settings, temporary))
    asked = checked(golden, file)
    baseline, own = file.with_name("baseline.json"), file.resolve() == QUESTIONS.resolve()
    limits, before = limits_of(file, settings.model), load_baseline(baseline)
    make_folder(out)
    reader = load_judge(judge_name) if judge_name else None
    with _index(settings, temporary) as ready, Assistant(ready) as assistant:
        rows, known = _answers(assistant, asked, file, reader, most)
    judgement = judge(golden, rows, limits, known, before, strict=own)
    if update_baseline:
        write_baseline(baseline, rows, judgement, known)
        judgement = judge(golden, rows, limits, known, load_baseline(baseline), strict=own)
    return Report(asked, rows, judgement, known, time.perf_counter() - began)


def _answers(
    assistant: Assistant, golden: Sequence[Golden], file: Path, judge: Judge | None, most: int | None
) -> tuple[list[Row], Provenance]:
    """Ask everything, have the judge read what came, and say what was evaluated on what."""
    corpus, missing = Corpus.of(assistant.record), list[ModelMissing]()

    def ask(one: Golden) -> Answer:
        try:
            if missing:
                raise missing[0]
            return assistant.ask(one.question, history=one.history)
        except ModelMissing as error:
            missing.append(error)
            raise

    def retrieve(one: Golden) -> list[Passage]:
        found = ReadoutRetriever(searcher=assistant.searcher, k=RETRIEVED).invoke(one.question)
        return [Passage(hit.metadata["article"], hit.metadata["start"], hit.metadata["end"], hit.page_content) for hit in found]

    with progress("asked", "{done} of {total} questions asked", every=50) as show:
        rows = run(golden, corpus, ask, show, retrieve)
    if missing:  # no row is to blame
        raise missing[0]
    known = provenance(assistant.record, file, assistant.answerer.name)
    if judge is None:
        return rows, known
    with progress("judged", "{done} of {total} questions judged", every=5) as show:
        rows = judge_rows(rows, corpus, judge, most, show)
    read, there = sum(bool(row.judged) for row in rows), sum(bool(row.answer and row.answer.points) for row in rows)
    return rows, replace(known, judge=f"{judge.name}, of {read} of {there} answers")


def _articles(settings: Settings, temporary: bool) -> Mapping[str, Article]:
    """The articles that will be asked about, by id, without making their index first."""
    if temporary:
        return {source.article.id: source.article for source in read_corpus([BUNDLED]).sources}
    with build.open_record(settings.index, settings.embedding) as record:
        return {article.id: article for article in record.articles()}


def _show(report: Report, out: Path) -> None:
    files = write(report, out)
    console = Console()
    if not console.is_terminal:
        console = Console(width=130)  # a log has no width; tables are not to be broken in it
    for table in tables(report):
        console.print(table)
    for line in (*map(printable, lines(report)), f"Report: {files[0]}"):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _index(settings: Settings, temporary: bool) -> Iterator[Settings]:
    """Settings with the index to ask: the one they name, or a temporary one of the bundled articles."""
    if not temporary:
        yield settings
        return
    with tempfile.TemporaryDirectory(prefix="readout-eval-") as folder:
        # Never on a shared Chroma server: what is indexed for the occasion is nobody else's business.
        settings = replace(settings, index=Path(folder) / "index", chroma=None)
        typer.echo("readout: indexing the bundled articles", err=True)
        build.build(settings.index, [], settings.embedding)
        yield settings

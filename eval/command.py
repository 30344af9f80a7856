"""The command ``readout eval``: golden questions in, a verdict and a report out."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from assistant.settings import Settings, load_settings
from eval.golden import QUESTIONS
from index.errors import UsageError

if TYPE_CHECKING:
    from eval.golden import Golden
    from eval.report import Report
    from eval.suite import Progress

OUT = Path("eval/out")

QuestionsOption = Annotated[Optional[Path], typer.Option("--questions", metavar="FILE", help="Golden questions. Default: the project's.")]  # noqa: UP045
IndexOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--index", metavar="DIR", help="The index to ask. Default: the bundled articles, indexed for the occasion."),
]
OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the report is written.")]
BaselineOption = Annotated[bool, typer.Option("--update-baseline", help="Make this run the one that later runs are compared with.")]
DraftOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--draft", metavar="FILE", help="Only write a draft of golden questions for the index to FILE."),
]
JudgeOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--judge", metavar="PROVIDER:NAME", help="A model that judges as well. Not in this version."),
]


def evaluate(
    questions: QuestionsOption = None,
    index: IndexOption = None,
    out: OutOption = OUT,
    update_baseline: BaselineOption = False,
    draft: DraftOption = None,
    judge: JudgeOption = None,
) -> None:
    """Run the evaluation suite; exit status 1 when the gate fails."""
    if judge is not None:
        raise UsageError(f"--judge {judge}: models that judge are not in this version. Leave it out: the gate needs none.")
    os.environ.setdefault("TQDM_DISABLE", "1")  # read when it is first imported: ragas' progress bar would write over ours
    with _index(index) as settings:
        if draft is not None:
            _draft(settings, draft)
            return
        report = _report(settings, questions or QUESTIONS, update_baseline)
    _show(report, out)
    if not report.judgement.green:
        raise typer.Exit(1)


def _draft(settings: Settings, file: Path) -> None:
    from eval.draft import write_draft
    from index.build import open_record

    with open_record(settings.index, settings.embedding) as record:
        count = write_draft(record, file)
    typer.echo(f"{file}: {count} questions drafted. Go through them: whom they credit and what they quote was found by a program.")


def _report(settings: Settings, file: Path, update_baseline: bool) -> Report:
    """Ask all questions of ``file`` and judge the answers; beside it may stand a gate.toml and a baseline.json of its own."""
    began = time.perf_counter()
    from assistant.chain import Assistant
    from eval.case import Corpus
    from eval.gate import LIMITS, judge, load_baseline, load_limits, write_baseline
    from eval.golden import load_golden
    from eval.report import Report
    from eval.suite import provenance, run

    gate, baseline, own = file.with_name("gate.toml"), file.with_name("baseline.json"), file.resolve() == QUESTIONS.resolve()
    limits, before = load_limits(gate if gate.exists() else LIMITS), load_baseline(baseline)
    with Assistant(settings) as assistant:
        corpus = Corpus.of(assistant.record)
        golden = _checked(load_golden(file, corpus.articles), file)
        with _progress() as progress:
            rows = run(golden, corpus, lambda one: assistant.ask(one.question), progress)
        known = provenance(assistant.record, file, assistant.answerer.name)
    judgement = judge(golden, rows, limits, known, before, strict=own)
    if update_baseline:
        write_baseline(baseline, rows, judgement, known)
        judgement = judge(golden, rows, limits, known, load_baseline(baseline), strict=own)
    return Report(golden, rows, judgement, known, time.perf_counter() - began)


def _checked(golden: list[Golden], file: Path) -> list[Golden]:
    """The questions without the drafts, which say nothing about an answer until a person has mended them."""
    checked = [one for one in golden if not one.draft]
    if not checked:
        raise UsageError(f'{file}: holds drafts only. Mend them and take "draft" out of each that is right.')
    if drafts := len(golden) - len(checked):
        typer.echo(f'readout: {drafts} drafts are not asked. Mend them and take "draft" out of each that is right.', err=True)
    return checked


def _show(report: Report, out: Path) -> None:
    from rich.console import Console

    from eval.report import lines, tables, write

    files = write(report, out)
    console = Console()
    if not console.is_terminal:
        console = Console(width=130)  # a log has no width; tables are not to be broken in it
    for table in tables(report):
        console.print(table)
    for line in lines(report):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"Report: {files[0]}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _index(folder: Path | None) -> Iterator[Settings]:
    """Settings with the index to ask: the one named, or a temporary one of the bundled articles."""
    if folder is not None:
        yield load_settings(index=folder)
        return
    from index.build import build

    with tempfile.TemporaryDirectory(prefix="readout-eval-") as temporary:
        # Never on a shared Chroma server: what is indexed for the occasion is nobody else's business.
        settings = replace(load_settings(index=Path(temporary) / "index"), chroma=None)
        typer.echo("readout: indexing the bundled articles", err=True)
        build(settings.index, [], settings.embedding)
        yield settings


@contextmanager
def _progress() -> Iterator[Progress]:
    """A progress bar on standard error; where that is no terminal, a line now and then."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("asking", total=None)

        def show(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name)
            if not console.is_terminal and (done % 50 == 0 or done == total):
                typer.echo(f"readout: {done} of {total} questions asked", err=True)

        yield show

"""The commands that the evaluation adds to ``readout``."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli import app
from assistant.options import CacheOption, IndexOption, ModelOption, StrictOption, one_line
from index.errors import UsageError


@app.command("eval")
def eval_command(
    questions: Annotated[Path | None, typer.Option(metavar="FILE", help="Golden questions. Default: the project's.")] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="The index to ask. Default: the bundled articles, read for the occasion.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the report is written.")] = Path("eval/out"),
    update_baseline: Annotated[bool, typer.Option("--update-baseline", help="Compare later runs with this one.")] = False,
    draft: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Only write a draft of golden questions for the index to FILE.")
    ] = None,
    judge: Annotated[
        str | None, typer.Option(metavar="PROVIDER:NAME", help="A model that judges the answers as well. It advises and fails nothing.")
    ] = None,
    judge_rows: Annotated[int | None, typer.Option(metavar="N", min=1, help="Judge N answers only, always the same.")] = None,
    model: ModelOption = None,
    strict: StrictOption = True,
    cache: CacheOption = True,
) -> None:
    """Run the evaluation suite; exit status 1 when the gate fails."""
    if missing := [name for name in ("ragas", "langchain_community") if find_spec(name) is None]:
        raise UsageError(f"the evaluation needs {' and '.join(missing)}. Run pip install 'readout[eval]', or make eval in a clone.")
    from assistant.settings import load_settings
    from eval.command import evaluate

    evaluate(
        questions=questions,
        temporary=index is None,
        out=out,
        update_baseline=update_baseline,
        draft=draft,
        judge=judge,
        judge_rows=judge_rows,
        settings=load_settings(index=index, model=model, strict=strict, cache=cache),
    )


@app.command()
def feedback(
    index: IndexOption = None,
    golden: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it as golden questions: rated up as they are, rated down as drafts to be mended."),
    ] = None,
) -> None:
    """Print what users of the chat thought of its answers."""
    from assistant.desk.conversations import Conversations
    from assistant.settings import load_settings

    settings = load_settings(index=index)
    if not settings.conversations.exists():
        raise UsageError(f"there are no conversations in {settings.conversations}. Name their index with --index, or READOUT_DESK.")
    with Conversations(settings.conversations) as conversations:
        rated = conversations.feedback()
    if golden is not None:
        from eval.feedback import write_feedback
        from index.build import open_record

        with open_record(settings.index, settings.embedding) as record:
            ready, drafts = write_feedback(rated, record, golden)
        typer.echo(f"{golden}: {ready} golden questions, {drafts} drafts to be mended.")
        return
    for one in rated:
        parts = (one.rating.rated[:10], "up" if one.rating.good else "down", one.question, one.rating.why)
        typer.echo("\t".join(one_line(part) for part in parts))

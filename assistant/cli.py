"""The command ``readout``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import TyperException

from assistant.scope import read_scope
from assistant.settings import load_settings
from assistant.types import EXTRACTIVE, Watch, unwatched
from index.errors import ReadoutError, UsageError
from index.record import Scope

if TYPE_CHECKING:
    from assistant.batch import Progress as BatchProgress
    from assistant.batch import Summary
    from assistant.formats import Form, Outcome
    from assistant.table import Row

MOST_FAILURES = 10  # rows that failed and are named at the end of a batch

app = typer.Typer(
    name="readout",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Answers questions about news articles with nothing but what they say, and shows who said it.",
)

IndexOption = Annotated[Path | None, typer.Option("--index", metavar="DIR", help="The index folder. Default: .readout, or READOUT_INDEX.")]
ModelOption = Annotated[
    str | None, typer.Option("--model", metavar="PROVIDER:NAME", help="Who answers. Default: extractive, or READOUT_MODEL.")
]
StrictOption = Annotated[
    bool, typer.Option("--strict/--no-strict", help="Leave out what the articles do not carry of a language model's answer, or mark it.")
]
CacheOption = Annotated[
    bool, typer.Option("--cache/--no-cache", help="Keep what a language model wrote, so as not to pay twice, or always ask it.")
]
OutletOption = Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet's articles; may be given several times.")]
SinceOption = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Only articles published on this day or later; undated ones are left out.")
]
UntilOption = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Only articles published on this day or earlier; undated ones are left out.")
]


@app.command("index")
def index_command(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders or files. None: the bundled articles.")] = None,
    index: IndexOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove the articles of all other folders from the index.")] = False,
) -> None:
    """Read articles into the index; only what changed is done again."""
    from assistant.render import counted
    from index.build import build
    from index.corpus import BUNDLED

    settings = load_settings(index=index)
    with _progress() as progress:
        done = build(settings.index, paths or [], settings.embedding, server=settings.chroma, replace=replace, progress=progress)
    for problem in done.problems:
        typer.echo(f"readout: left out: {_one_line(problem)}", err=True)
    totals = done.totals
    typer.echo(
        f"{settings.index}: {done.added} added, {done.changed} changed, {done.removed} removed, {done.unchanged} unchanged "
        f"in {done.seconds:.1f} s. "
        f"It holds {', '.join(counted(totals[name], name[:-1]) for name in ('articles', 'passages', 'statements'))}."
    )
    for root, count in done.elsewhere.items():
        name = "the bundled corpus" if root == str(BUNDLED.resolve()) else root
        typer.echo(f"Also in this index: {counted(count, 'article')} of {name} (--replace removes them).")
    if done.problems:
        raise typer.Exit(1)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help='The question, in quotation marks; "-" reads it from standard input.')],
    index: IndexOption = None,
    model: ModelOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    after: Annotated[
        list[str] | None, typer.Option(metavar="QUESTION", help="An earlier question that this one follows up; may be given several times.")
    ] = None,
    strict: StrictOption = False,
    cache: CacheOption = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer as a JSON object, and nothing else.")] = False,
) -> None:
    """Print a cited answer."""
    from assistant import render
    from assistant.chain import Assistant, check_scope
    from assistant.question import clean

    settings = load_settings(index=index, model=model, strict=strict, cache=cache)
    text = clean(sys.stdin.buffer.read().decode("utf-8", errors="replace") if question == "-" else question)
    scope = read_scope(outlet, since, until)
    with Assistant(settings) as assistant, _drafting(settings.model) as watch:
        answer = assistant.ask(text, check_scope(scope, assistant.record), after or (), watch=watch)
    if as_json:
        typer.echo(json.dumps(render.as_json(answer), ensure_ascii=False))
    else:
        typer.echo(render.terminal(answer, width=min(_columns(), 100)))


@contextmanager
def _drafting(model: str) -> Iterator[Watch]:
    """What a language model has written so far, in a terminal, until the answer is there; it is not verified yet, and says so."""
    if model == EXTRACTIVE or not sys.stderr.isatty():
        yield unwatched
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from assistant.render import printable

    with Live(console=Console(stderr=True), transient=True, refresh_per_second=8) as live:
        yield lambda draft: live.update(Text(f"{model} writes; nothing of it is checked yet:\n\n{printable(draft)}", style="dim"))


@app.command()
def batch(
    questions: Annotated[Path, typer.Argument(metavar="IN.csv", help='The CSV with a column "question"; "-" reads standard input.')],
    answers: Annotated[Path, typer.Argument(metavar="OUT", help='The file for the answers; "-" writes to standard output.')],
    index: IndexOption = None,
    model: ModelOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: Annotated[
        Literal["csv", "jsonl", "html"] | None, typer.Option("--format", help="How to write them. Default: as OUT ends, else csv.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many processes answer. Default: as many as pay, up to 4.")
    ] = None,
    redo: Annotated[
        Literal["failed", "all"] | None,
        typer.Option(help="Ask again what failed or was answered without the language model, or everything."),
    ] = None,
    strict: StrictOption = True,
    cache: CacheOption = True,
) -> None:
    """Answer a CSV of questions; the same command goes on where it was stopped. Exit status 1 when rows failed."""
    from assistant.batch import Options, run

    settings = load_settings(index=index, model=model, strict=strict, cache=cache)
    options = Options(form or _form(answers), workers, redo, read_scope(outlet, since, until))
    source = sys.stdin.buffer if str(questions) == "-" else questions
    target = sys.stdout.buffer if str(answers) == "-" else answers
    failures: list[str] = []

    def note(row: Row, outcome: Outcome) -> None:
        if outcome.error and len(failures) < MOST_FAILURES:
            failures.append(f"row {row.number}: {outcome.error}")

    with _answering(note) as progress:
        summary = run(source, target, settings, options, progress)
    _tell(summary, failures)
    if summary.failed:
        raise typer.Exit(1)


def _form(answers: Path) -> Form:
    """The format that a file's ending asks for."""
    endings: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".html": "html", ".htm": "html"}
    return endings.get(answers.suffix.lower(), "csv")


def _tell(summary: Summary, failures: list[str]) -> None:
    """What came of a batch, on standard error."""
    unnamed = summary.failed - len(failures)
    more = [f"{unnamed} more rows failed; each says why."] if unnamed else []
    for text in (*summary.notes, *failures, *more):
        typer.echo(f"readout: {_one_line(text)}", err=True)
    typer.echo(
        f"readout: {summary.rows} rows: {summary.answered} answered, {summary.abstained} abstained, {summary.failed} failed; "
        f"{summary.asked} questions asked in {summary.seconds:.1f} s.",
        err=True,
    )


@contextmanager
def _answering(note: Callable[[Row, Outcome], None]) -> Iterator[BatchProgress]:
    """Progress of a batch on standard error: a bar in a terminal, nothing elsewhere. ``note`` is told of every row."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}", markup=False), TimeRemainingColumn())
    written = 0
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("starting", total=None)

        def show(summary: Summary, row: Row, outcome: Outcome) -> None:
            nonlocal written
            written = summary.rows
            note(row, outcome)
            counts = f"{summary.answered} answered, {summary.abstained} abstained, {summary.failed} failed"
            text = f"{bar.tasks[task].speed or 0:.1f} a second · {counts}"
            bar.update(task, total=summary.total, completed=summary.rows, description=text)

        try:
            yield show
        except KeyboardInterrupt:
            bar.stop()
            typer.echo(f"readout: {written} rows are written; the same command goes on from there.", err=True)
            raise


@app.command()
def statements(
    index: IndexOption = None,
    speaker: Annotated[list[str] | None, typer.Option(help="Only this speaker's; may be given several times.")] = None,
    side: Annotated[list[str] | None, typer.Option(help="Only this side's; may be given several times.")] = None,
    outlet: OutletOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Print the ledger of who said what."""
    from assistant.chain import check_scope
    from assistant.ledger import known_side, known_speaker, ledger, line
    from assistant.render import printable
    from index.build import open_record

    settings = load_settings(index=index)
    with open_record(settings.index, settings.embedding) as record:
        check_scope(Scope(tuple(outlet or ())), record)
        speakers = [known_speaker(name, record) for name in speaker or []]
        sides = [known_side(name, record) for name in side or []]
        for entry in ledger(record, speakers=speakers, sides=sides, outlets=outlet or []):
            typer.echo(json.dumps(asdict(entry), ensure_ascii=False) if as_json else printable(line(entry)))


@app.command()
def compare(
    question: Annotated[str, typer.Argument(help="What was said, or what it was about.")],
    index: IndexOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
) -> None:
    """Print one utterance as each outlet words it."""
    from assistant.chain import Assistant, check_scope
    from assistant.compare import compare as compared
    from assistant.compare import lines
    from assistant.question import understand
    from assistant.render import printable

    scope = read_scope(outlet, since, until)
    with Assistant(load_settings(index=index, model=EXTRACTIVE)) as assistant:
        found = compared(understand(question, assistant.names), assistant.gatherer, check_scope(scope, assistant.record))
    typer.echo(printable("\n".join(lines(found))) or "No passage found in this corpus.")


@app.command()
def chat(
    index: IndexOption = None,
    model: ModelOption = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 7860,
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Ask for a name and a password: a file of lines of `readout user`, or USER:PASSWORD. READOUT_AUTH too."
        ),
    ] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Ask nobody for a name, whatever READOUT_AUTH says.")] = False,
    open_to_anyone: Annotated[
        bool, typer.Option("--open-to-anyone", help="With --no-auth: let in everybody who can reach the address.")
    ] = False,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    strict: StrictOption = False,
    cache: CacheOption = True,
) -> None:
    """Open the chat in the browser."""
    from assistant.desk.users import check_bind, load_users

    users = None if no_auth else load_users(auth)
    check_bind(host, users is not None, no_auth and open_to_anyone)
    scope = read_scope(outlet, since, until)
    from app import serve  # Gradio takes seconds to import: what is refused is refused before

    serve(load_settings(index=index, model=model, strict=strict, cache=cache), host=host, port=port, users=users, scope=scope)


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
        typer.echo("\t".join(_one_line(part) for part in parts))


@app.command()
def user(
    name: Annotated[str, typer.Argument(help="What the user is called.")],
    index: IndexOption = None,  # every command takes it; users belong to no index
) -> None:
    """Print a line for the file that chat --auth reads; the password is asked for, or read from standard input."""
    from assistant.desk.users import user_line

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    typer.echo(user_line(name, password))


@app.command()
def doctor(index: IndexOption = None) -> None:
    """Check the index against itself and repair what can be repaired."""
    from index.doctor import examine

    settings = load_settings(index=index)
    findings = examine(settings.index, settings.embedding, settings.chroma)
    for finding in findings:
        typer.echo(finding.text)
    if any(not finding.mended for finding in findings):
        raise typer.Exit(1)
    typer.echo("The index is sound." if not findings else "The index is sound again.")


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None]]:
    """Progress on standard error, of the articles read so far: a bar in a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        yield lambda done, total, name: typer.echo(f"readout: {done} of {total} articles read", err=True)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total, name: bar.update(task, completed=done, total=total, description=name)


def _one_line(message: object) -> str:
    from assistant.render import printable

    return printable(" ".join(str(message).split()))


def main(arguments: list[str] | None = None) -> None:
    """Run the command; errors meant for people become one line on standard error and exit status 2."""
    try:
        sys.exit(app(args=arguments or sys.argv[1:] or ["--help"], standalone_mode=False))
    except ReadoutError as error:
        sys.stderr.write(f"readout: {_one_line(error)}\n")
        sys.exit(2)
    except TyperException as error:
        sys.stderr.write(f"readout: {' '.join(error.format_message().split()).rstrip('.')}. See `readout --help`.\n")
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read our output has gone
        sys.exit(1)
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("readout: stopped\n")
        sys.exit(130)


if __name__ == "__main__":
    main()

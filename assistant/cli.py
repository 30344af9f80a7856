"""The command ``readout``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer import TyperException

from assistant import indexing
from assistant.options import CacheOption, IndexOption, ModelOption, OutletOption, SinceOption, StrictOption, UntilOption, one_line
from assistant.types import EXTRACTIVE, unwatched
from index.errors import QuestionError, ReadoutError

if TYPE_CHECKING:
    from assistant.batch.formats import Form, Outcome
    from assistant.batch.run import Summary
    from assistant.batch.table import Row
    from assistant.check.draft import Draft
    from assistant.check.values import Checked
    from assistant.settings import Settings
    from assistant.types import Answer, Watch
    from index.record import Scope

MOST_FAILURES = 10  # rows that failed and are named at the end of a batch

app = typer.Typer(
    name="readout",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Answers questions about news articles with nothing but what they say, and shows who said it.",
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"readout {version('readout')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Take the options of ``readout`` itself."""


app.command("index")(indexing.index_command)
app.command("export")(indexing.export_command)
app.command("import")(indexing.import_command)
app.command("doctor")(indexing.doctor)


@app.command()
def ask(
    question: Annotated[
        str | None,
        typer.Argument(
            help='The question, in quotation marks; "-" reads it from standard input. None: a question a line, as a conversation.'
        ),
    ] = None,
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
    from assistant.chain import Assistant
    from assistant.question import clean
    from assistant.scope import check_scope, read_scope
    from assistant.settings import load_settings

    settings = load_settings(index=index, model=model, strict=strict, cache=cache)
    given = sys.stdin.buffer.read().decode("utf-8", errors="replace") if question == "-" else question
    lines = _typed() if given is None else iter([clean(given)])
    scope, history, failed = read_scope(outlet, since, until), [*(after or ())], False
    with Assistant(settings) as assistant:
        scope = check_scope(scope, assistant.record)
        for line in lines:
            try:
                with _drafting(settings.model) as watch:
                    answer = assistant.ask(clean(line), scope, history, watch=watch)
            except QuestionError as error:
                if given is not None:
                    raise
                typer.echo(f"readout: {one_line(error)}", err=True)  # the next line may be a better one
                failed = True
            else:
                _print(answer, as_json)
                history.append(line)
                if given is None and not as_json:
                    typer.echo()
    if failed:
        raise typer.Exit(1)


def _typed() -> Iterator[str]:
    """The lines of standard input that say something; in a terminal each is asked for."""
    there = sys.stdin.isatty() and sys.stderr.isatty()
    while True:
        if there:
            typer.echo("? ", err=True, nl=False)
        if not (line := sys.stdin.buffer.readline()):
            return
        if text := line.decode("utf-8", errors="replace").strip():
            yield text


def _print(answer: Answer, as_json: bool) -> None:
    """An answer on standard output: as an object, or for people, in colour where it is a terminal."""
    from assistant import render

    if as_json:
        typer.echo(json.dumps(render.as_json(answer), ensure_ascii=False))
    else:
        _coloured(render.terminal(answer, width=min(get_terminal_size((100, 24)).columns, 100), style=typer.style))


def _coloured(text: str) -> None:
    """Print what has colours; they are left out where nobody sees them, or NO_COLOR is set."""
    typer.echo(text, color=False if os.environ.get("NO_COLOR") else None)


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
    questions: Annotated[Path, typer.Argument(metavar="IN.csv", help='The CSV with a column "question"; "-": standard input.')],
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
    check: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Check what stands in this column against the articles, in place of asking.")
    ] = None,
    redo: Annotated[
        Literal["failed", "all"] | None,
        typer.Option(help="Ask again what failed or was answered without the language model, or everything."),
    ] = None,
    strict: StrictOption = True,
    cache: CacheOption = True,
) -> None:
    """Answer a CSV of questions, or check a column of it; the same command goes on where it was stopped. Exit status 1 when rows failed."""
    from assistant.batch.run import Options, Summary, run
    from assistant.progress import progress
    from assistant.scope import read_scope
    from assistant.settings import load_settings

    settings = load_settings(index=index, model=model, strict=strict, cache=cache)
    options = Options(form or _form(answers), workers, redo, read_scope(outlet, since, until), check or "")
    source = sys.stdin.buffer if str(questions) == "-" else questions
    target = sys.stdout.buffer if str(answers) == "-" else answers
    summary, failures = Summary(0), list[str]()

    def note(now: Summary, row: Row, outcome: Outcome) -> None:
        nonlocal summary
        summary = now
        if outcome.error and len(failures) < MOST_FAILURES:
            failures.append(f"row {row.number}: {outcome.error}")
        show(now.rows, now.total, f"{now.counts}")

    try:
        with progress("") as show:
            summary = run(source, target, settings, options, note)
    except KeyboardInterrupt:
        from assistant.render import counted

        typer.echo(
            f"readout: {counted(summary.rows, 'row')} {'is' if summary.rows == 1 else 'are'} written; the same command goes on from there.",
            err=True,
        )
        raise
    _tell(summary, failures)
    if summary.failed:
        raise typer.Exit(1)


def _tell(summary: Summary, failures: list[str]) -> None:
    """What came of a batch, on standard error."""
    from assistant.render import counted

    hidden = summary.failed - len(failures)
    more = [f"{counted(hidden, 'more row')} failed; each says why."] if hidden > 0 else []
    done = f"{counted(summary.asked, 'cell')} checked" if summary.checked else f"{counted(summary.asked, 'question')} asked"
    asked = f"{counted(summary.rows, 'row')}: {summary.counts}; {done} in {summary.seconds:.1f} s."
    for text in (*summary.notes, *failures, *more, asked):
        typer.echo(f"readout: {one_line(text)}", err=True)


def _form(answers: Path) -> Form:
    """The format that a file's ending asks for."""
    endings: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".html": "html", ".htm": "html"}
    return endings.get(answers.suffix.lower(), "csv")


@app.command()
def check(
    draft: Annotated[
        str, typer.Argument(metavar="DRAFT", help='A .txt, .md, .docx, .html, or an answer in .json; "-" reads standard input.')
    ],
    index: IndexOption = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as a JSON object, and nothing else.")] = False,
    form: Annotated[Literal["text", "md", "html", "csv"], typer.Option("--format", help="How to print them.")] = "text",
    fail_on: Annotated[
        str | None, typer.Option(metavar="VERDICT,…", help="Exit status 1 where a claim has one of these: contradicted,altered,…")
    ] = None,
) -> None:
    """Hold every claim of somebody's text against the articles. Exit status 1 with --fail-on."""
    from assistant.check import report as reports
    from assistant.check.draft import read_draft
    from assistant.check.values import Report, verdicts_named
    from assistant.scope import read_scope
    from assistant.settings import load_settings

    failing = verdicts_named(fail_on.split(",")) if fail_on else frozenset()
    read = read_draft("standard input" if draft == "-" else draft, sys.stdin.buffer.read() if draft == "-" else None)
    scope, streamed = read_scope(outlet, since, until), form == "text" and not as_json
    claims = []
    for one in _checking(read, load_settings(index=index, model=EXTRACTIVE), scope, shows=not (streamed and sys.stdout.isatty())):
        claims.append(one)
        if streamed:
            _coloured(reports.terminal(one, typer.style) + "\n")
    whole = Report(read.text, tuple(claims))
    if as_json:
        typer.echo(json.dumps(reports.as_json(whole), ensure_ascii=False))
    elif form == "csv":
        from assistant.batch.table import harmless, line

        for row in ([*reports.COLUMNS], *reports.rows(whole)):
            typer.echo(line([harmless(cell) for cell in row], ",", "\n"), nl=False)
    else:
        made = {"md": reports.markdown, "html": lambda report: reports.page(report, Path(draft).name), "text": reports.summary}
        typer.echo(made[form](whole).rstrip("\n"))
    if failing & whole.counts.keys():
        raise typer.Exit(1)


def _checking(draft: Draft, settings: Settings, scope: Scope, *, shows: bool) -> Iterator[Checked]:
    """The claims of a draft with their verdicts; how far it is, is shown where the claims are not."""
    from assistant.chain import Assistant
    from assistant.progress import progress
    from assistant.scope import check_scope

    with Assistant(settings) as assistant, progress("checking", "{done} of about {total} claims checked", every=100) as show:
        for number, one in enumerate(assistant.checker.checking(draft, check_scope(scope, assistant.record)), 1):
            if shows:
                show(number, max(number + 1, round(number * len(draft.text) / one.end)), "")
            yield one


@app.command()
def statements(
    index: IndexOption = None,
    speaker: Annotated[list[str] | None, typer.Option(help="Only this speaker's; may be given several times.")] = None,
    side: Annotated[list[str] | None, typer.Option(help="Only this side's; may be given several times.")] = None,
    outlet: OutletOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Print the ledger of who said what."""
    from assistant.ledger import known_side, known_speaker, ledger, line
    from assistant.render import printable
    from assistant.scope import check_scope
    from assistant.settings import load_settings
    from index.build import open_record
    from index.record import Scope

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
    from assistant.chain import Assistant
    from assistant.compare import compare as compared
    from assistant.compare import lines
    from assistant.question import understand
    from assistant.render import printable
    from assistant.scope import check_scope, read_scope
    from assistant.settings import load_settings

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
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser, too, where there is one.")] = False,
) -> None:
    """Open the chat in the browser."""
    from assistant.desk.users import check_bind, check_free, load_users
    from assistant.scope import read_scope
    from assistant.settings import load_settings

    users = None if no_auth else load_users(auth)
    check_bind(host, users is not None, no_auth and open_to_anyone)
    check_free(host, port)
    scope = read_scope(outlet, since, until)
    from assistant.desk.server import serve  # Gradio takes seconds to import: what is refused is refused before

    settings = load_settings(index=index, model=model, strict=strict, cache=cache)
    serve(settings, host=host, port=port, users=users, scope=scope, show=show)


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


def main(arguments: list[str] | None = None) -> None:
    """Run the command; errors meant for people become one line on standard error and exit status 2."""
    try:
        sys.exit(app(args=arguments or sys.argv[1:] or ["--help"], prog_name="readout", standalone_mode=False))
    except ReadoutError as error:
        sys.stderr.write(f"readout: {one_line(error)}\n")
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

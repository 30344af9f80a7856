"""The commands that make an index, check it, and move it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.options import IndexOption, one_line
from index.errors import ReadoutError, UsageError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from index.build import Summary as Built

MOST_NOTES = 20  # on what was read, that are printed; each thing that was not read is


def index_command(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders or files. None: the bundled articles.")] = None,
    index: IndexOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove the articles of all other folders from the index.")] = False,
    named: Annotated[
        str | None,
        typer.Option("--map", metavar="FIELD=COLUMN,…", help="What tables of articles call their columns: text=body,outlet=source."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a line for each thing that was left out or noted, and why, into this file.")
    ] = None,
    engine: Annotated[str, typer.Option(metavar="ray", help="Read on Ray: the cluster of RAY_ADDRESS, or this machine.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and read whatever is added, changed, moved or removed, until Ctrl-C.")
    ] = False,
) -> None:
    """Read articles into the index; only what changed is done again. Exit status 1 when something could not be read."""
    from assistant.settings import load_settings
    from index.build import build
    from index.corpus import columns_of

    if watch and dry_run:
        raise UsageError("--watch and --dry-run cannot be had together. Leave one out.")
    settings, columns, paths = load_settings(index=index), columns_of(named or ""), paths or []
    if dry_run:
        problems = _preview(settings, paths, replace, columns)
    else:
        _write_report(report, [])  # what cannot be written is found out before anything is read
        make = partial(build, settings.index, paths, settings.embedding, server=settings.chroma, columns=columns)
        run = partial(_index, partial(make, replace=replace, engine=engine), settings.index, report)
        try:
            problems = _keep_up(paths, run) if watch else run()
        except KeyboardInterrupt:
            typer.echo("readout: stopped; what was read is stored, and the same command goes on from there.", err=True)
            raise
    if problems:
        raise typer.Exit(1)


def _index(make: Callable[..., Built], index: Path, report: Path | None) -> bool:
    """Bring the index up to date and say what was done; returns whether something could not be read."""
    from assistant.progress import progress
    from assistant.render import counted
    from index.corpus import BUNDLED

    with progress("reading", "{done} of {total} articles read") as show:
        done = make(progress=show)
    _write_report(report, _remarks(done.problems, done.notes))
    totals = done.totals
    typer.echo(
        f"{index}: {done.added} added, {done.changed} changed, {done.moved} moved, {done.removed} removed, "
        f"{done.unchanged} unchanged in {done.seconds:.1f} s. "
        f"It holds {', '.join(counted(totals[name], name[:-1]) for name in ('articles', 'passages', 'statements'))}."
    )
    for root, count in done.elsewhere.items():
        name = "the bundled corpus" if root == str(BUNDLED.resolve()) else root
        typer.echo(f"Also in this index: {counted(count, 'article')} of {name} (--replace removes them).")
    return bool(done.problems)


def _keep_up(paths: list[Path], run: Callable[[], bool]) -> bool:
    """Index now, and again whenever something changed; what goes wrong after the first time is said."""
    from index.corpus import BUNDLED
    from index.watch import SECONDS, changes

    failed = False
    for number, _ in enumerate(changes(paths or [BUNDLED])):
        said = ""
        while True:
            try:
                failed = run()
                break
            except ReadoutError as error:
                if not number:
                    raise
                if said != (said := one_line(error)):
                    typer.echo(f"readout: {said}", err=True)
                if not error.retry:
                    break
                time.sleep(SECONDS)
    return failed


def _preview(settings: Settings, paths: list[Path], replace: bool, columns: Mapping[str, str]) -> bool:
    """Say what indexing would do; returns whether something could not be read."""
    from index.build import preview

    found = preview(settings.index, paths, settings.embedding, replace=replace, columns=columns)
    plan = found.plan
    _remarks(found.corpus.problems, found.corpus.notes)
    for what, names in (
        ("add", plan.added),
        ("change", [*plan.changed, *plan.retold]),
        ("move", [f"{before} to {after}" for before, after in plan.moved]),
        ("remove", plan.removed),
        ("note as another place of an article", [f"{name}, of {first}" for name, _, first in plan.places]),
    ):
        for name in sorted(names):
            typer.echo(f"would {what}: {one_line(name)}")
    again = f" {found.again} of them would be read again, since the settings or the version changed." * bool(found.again)
    typer.echo(
        f"{settings.index}: would be {len(plan.added)} added, {len(plan.changed) + len(plan.retold)} changed, {len(plan.moved)} moved, "
        f"{len(plan.removed)} removed, {plan.unchanged} unchanged.{again} Nothing was written."
    )
    return bool(found.corpus.problems)


def _remarks(problems: list[str], notes: list[str]) -> list[str]:
    """Say what was left out and noted, on standard error; returns all of it, a line each."""
    left_out, noted = [f"left out: {one_line(text)}" for text in problems], [f"noted: {one_line(text)}" for text in notes]
    more = [f"{len(noted) - MOST_NOTES} more notes; --report FILE has them all"] * (len(noted) > MOST_NOTES)
    for remark in (*left_out, *noted[:MOST_NOTES], *more):
        typer.echo(f"readout: {remark}", err=True)
    return [*left_out, *noted]


def _write_report(file: Path | None, remarks: list[str]) -> None:
    """Write what the index command said of files, a line each."""
    try:
        if file:
            file.write_text("".join(f"{remark}\n" for remark in remarks), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"the report {file} cannot be written ({error.strerror}). Name another file.") from error


def export_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it is not there yet.")], index: IndexOption = None
) -> None:
    """Write the index into one file, to move it. Conversations of the chat and uploaded files stay where they are."""
    from assistant.render import counted
    from assistant.settings import load_settings
    from index.parcel import export

    totals = export(load_settings(index=index).index, file)
    typer.echo(f"{file}: {counted(totals['articles'], 'article')}. `readout import` makes an index of it.")


def import_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that readout export wrote.")], index: IndexOption = None
) -> None:
    """Make an index of a file that readout export wrote; the file is checked first."""
    from assistant.render import counted
    from assistant.settings import load_settings
    from index.parcel import unpack

    settings = load_settings(index=index)
    totals = unpack(file, settings.index, settings.embedding, settings.chroma)
    typer.echo(f"{settings.index}: {', '.join(counted(totals[name], name[:-1]) for name in ('articles', 'passages', 'statements'))}.")


def doctor(index: IndexOption = None) -> None:
    """Check the index against itself and repair what can be repaired."""
    from assistant.settings import load_settings
    from index.doctor import examine

    settings = load_settings(index=index)
    findings = examine(settings.index, settings.embedding, settings.chroma)
    for finding in findings:
        typer.echo(finding.text)
    if any(not finding.mended for finding in findings):
        raise typer.Exit(1)
    typer.echo("The index is sound." if not findings else "The index is sound again.")

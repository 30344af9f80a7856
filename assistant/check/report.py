"""A check as people and programs read it: text for a terminal, Markdown, JSON, rows of a table, and a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from assistant.check.values import Checked, Report, Verdict, parts_of
from assistant.markup import filled
from assistant.render import counted, escape_markdown, printable, source

COLUMNS = ("start", "end", "claim", "verdict", "reasons", "speaker", "outlets", "articles", "words", "instead")
COLOURS = {Verdict.CARRIED: "green", Verdict.NOT_FOUND: "yellow", Verdict.NOT_CHECKABLE: "bright_black"}
"""The colours of verdicts in a terminal; the others are red."""

Style = Callable[..., str]
"""Puts a text into a colour, as `typer.style` does."""


def summary(report: Report) -> str:
    """How many claims have which verdict, on one line."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in report.counts.items())
    share = "" if report.share is None else f" The articles carry {report.share:.0%} of what can be checked."
    return f"{counted(len(report.claims), 'claim')}: {counts or 'none'}.{share}"


def terminal(checked: Checked, style: Style) -> str:
    """A claim for a terminal: its verdict, its words, why, and the words it was held against."""
    colour = COLOURS.get(checked.verdict, "red")
    words = "".join(style(_flat(part), bold=True, underline=True) if differs else _flat(part) for part, differs in parts_of(checked))
    lines = [f"{style(checked.verdict, fg=colour, bold=True)}  {words.strip()}"]
    lines += [f"    {_flat(reason)}" for reason in checked.reasons]
    lines += [f"    [{one.n}] {_flat(source(one))}\n        {_flat(one.quote)}" for one in checked.citations]
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """A check as Markdown: every claim with its verdict, and below it why and where."""
    blocks = [f"# {escape_markdown(summary(report))}"]
    for one in report.claims:
        words = "".join(f"**{_escaped(part)}**" if differs else _escaped(part) for part, differs in parts_of(one)).strip()
        lines = [f"**{one.verdict}**: {words}", *(f"- {_escaped(reason)}" for reason in one.reasons)]
        lines += [f"- \\[{cited.n}\\] {_escaped(source(cited))}: {_escaped(cited.quote)}" for cited in one.citations]
        blocks.append("\n".join((lines[0], *([""] if lines[1:] else []), *lines[1:])))
    return "\n\n".join(blocks) + "\n"


def as_json(report: Report) -> dict[str, Any]:
    """A check as the JSON object that scripts read."""
    claims = [{key: list(part) if isinstance(part, tuple) else part for key, part in asdict(one).items()} for one in report.claims]
    share = None if report.share is None else round(report.share, 4)
    return {"draft": report.draft, "claims": claims, "counts": report.counts, "share": share, "seconds": round(report.seconds, 4)}


def rows(report: Report) -> Iterator[list[str]]:
    """A check as rows under `COLUMNS`."""
    for one in report.claims:
        outlets = dict.fromkeys(cited.outlet or "" for cited in one.citations)
        articles = [f"{cited.article}:{cited.start}-{cited.end}" for cited in one.citations]
        instead = [difference.instead for difference in one.differences if difference.instead]
        known = (one.verdict, " ".join(one.reasons), one.speaker or "", "; ".join(filter(None, outlets)), "; ".join(articles))
        yield [str(one.start), str(one.end), one.text, *known, "\n".join(cited.quote for cited in one.citations), "; ".join(instead)]


def page(report: Report, name: str) -> str:
    """A check as a page that needs nothing but itself: the draft, marked, beside what it was held against."""
    return filled("check", "page", report, name)


def _flat(text: str) -> str:
    """A text on one line, its outer spaces kept as one each."""
    words = printable(" ".join(text.split()))
    return f"{' ' * text[:1].isspace()}{words}{' ' * (text[-1:].isspace() and bool(words))}"


def _escaped(text: str) -> str:
    return escape_markdown(_flat(text))

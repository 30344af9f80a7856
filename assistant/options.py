"""The options that several commands have, and how they print a name or a message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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


def one_line(message: object) -> str:
    """A message as one line for a terminal."""
    from assistant.render import printable

    return printable(" ".join(str(message).split()))

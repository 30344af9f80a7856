"""HTML from the templates beside this module: whatever a template is given shows as the text it is."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant import render
from assistant.check.values import parts_of

TEMPLATES = Path(__file__).with_name("templates")


def filled(template: str, macro: str, *values: object, **named: object) -> str:
    """What a macro of a template makes of some values."""
    return str(getattr(_module(template), macro)(*values, **named))


def html(made: str) -> Markup:
    """Text that is HTML already, as `filled` makes it, to stand in a template as that."""
    return Markup(made)


@cache
def _module(template: str) -> Any:
    return _environment().get_template(f"{template}.html.jinja").module


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters |= {
        "counted": render.counted,
        "date": date,
        "differing": parts_of,
        "flat": flat,
        "link": render.link,
        "listed": render.listed,
        "parts": render.parts,
        "place": lambda citation: render.source(replace(citation, url=None)),
        "took": render.took,
    }
    made.globals |= {"body": render.body, "elsewhere": render.elsewhere, "label": render.label}
    return made


def _shown(value: object) -> object:
    """A value as it is printed: nothing where it is unknown, and text without control characters and those that turn text around."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return render.printable(value)
    return "" if value is None else value


def flat(text: str | None) -> str:
    """The same on one line."""
    return " ".join((text or "").split())


def date(published: str | None) -> datetime.date | None:
    """The day that a text is; nothing where it is none as it stands."""
    try:
        return datetime.date.fromisoformat(published or "")
    except ValueError:
        return None

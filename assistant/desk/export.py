"""A conversation as a document: Markdown to read, JSON for programs, CSV for a spreadsheet, each with the evidence of every answer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Literal

from assistant import render
from assistant.batch.table import FORMULA
from assistant.render import chat_message, escape_markdown, markdown_link, printable, source, took
from assistant.types import Answer, Citation, Point
from index.record import Scope

if TYPE_CHECKING:
    from assistant.desk.conversations import Conversation, Turn

Form = Literal["markdown", "json", "csv"]

COLUMNS = (
    "asked", "filters", "question", "status", "answer", "n", "outlet", "title", "published", "url", "article", "start", "end", "quote",
    "page", "copy_of", "note", "speaker", "side", "support", "rating", "why",
)  # fmt: skip


def as_markdown(conversation: Conversation, turns: list[Turn]) -> str:
    """The conversation to read: whatever comes from an article or a user is escaped and shows as the text it is."""
    blocks = [f"# {_escaped(conversation.title) or 'Conversation'}"]
    for turn in turns:
        blocks += _turn_blocks(turn)
    return "\n\n".join(blocks) + "\n"


def _turn_blocks(turn: Turn) -> Iterator[str]:
    yield f"## {_escaped(turn.question)}"
    yield f"*{_escaped(' · '.join(part for part in (f'asked {turn.asked[:10]} {turn.asked[11:16]} UTC', filters(turn.scope)) if part))}*"
    if turn.answer is None:
        yield "*Not answered.*"
        return
    yield chat_message(replace(turn.answer, citations=()))
    if turn.answer.usage:
        yield f"*{_escaped(took(turn.answer))}*"
    for citation in turn.answer.citations:
        yield f"**\\[{citation.n}\\]** {_place(citation)}" + ("" if turn.answer.status == "answered" else " · *nearest, not an answer*")
        yield "\n".join(f"> {escape_markdown(line)}" for line in citation.quote.split("\n"))
    if turn.rating:
        yield f"*Rated {_thumb(turn)}{': ' + _escaped(turn.rating.why) if turn.rating.why else ''}*"


def _place(citation: Citation) -> str:
    return markdown_link(_flat(source(citation)), citation.url)


def _escaped(text: str) -> str:
    return escape_markdown(_flat(text))


def _flat(text: str) -> str:
    return " ".join(printable(text).split())


def as_json(conversation: Conversation, turns: list[Turn]) -> str:
    """The conversation as one object, every answer as `render.as_json` has it."""
    asked = [{**asdict(turn), "answer": render.as_json(turn.answer) if turn.answer else None} for turn in turns]
    return json.dumps({**asdict(conversation), "turns": asked}, ensure_ascii=False, indent=2) + "\n"


def as_csv(conversation: Conversation, turns: list[Turn]) -> str:
    """The conversation as a table, a row for each citation; a question without one has a row of its own."""
    out = io.StringIO(newline="")
    table = csv.DictWriter(out, COLUMNS, restval="")
    table.writeheader()
    for turn in turns:
        for row in _rows(turn):
            table.writerow({name: cell(value) for name, value in row.items()})
    return out.getvalue()


def _rows(turn: Turn) -> Iterator[Mapping[str, object]]:
    own = {"asked": turn.asked, "filters": filters(turn.scope), "question": turn.question}
    if turn.rating:
        own |= {"rating": _thumb(turn), "why": turn.rating.why}
    if turn.answer is None:
        yield {**own, "status": "interrupted"}
        return
    own |= {"status": turn.answer.status, "answer": turn.answer.text}
    for citation in turn.answer.citations:
        yield {**own, **asdict(citation), "note": citation.note[2] if citation.note else "", **_said(turn.answer, citation)}
    if not turn.answer.citations:
        yield own


def _said(answer: Answer, citation: Citation) -> dict[str, str | None]:
    """Who says what a citation shows, by the first point that rests on it."""
    point: Point | None = next((point for point in answer.points if citation.n in point.citations), None)
    return {"speaker": point.speaker, "side": point.side, "support": point.support} if point else {}


def cell(value: object) -> str:
    """A value as a cell of a spreadsheet that is text and never a formula: what could begin one gets an apostrophe before it.

    A cell that already has apostrophes there gets one more, so that taking one away gives the text again.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip("'").startswith(FORMULA) else text


def filters(scope: Scope) -> str:
    """The filters of a question in words; empty where there are none."""
    days = [f"{name} {day}" for name, day in (("since", scope.since), ("until", scope.until)) if day]
    return "; ".join([f"only {', '.join(scope.outlets)}"] * bool(scope.outlets) + days)


def _thumb(turn: Turn) -> str:
    return "" if turn.rating is None else "up" if turn.rating.good else "down"


FORMS: Mapping[Form, Callable[[Conversation, list[Turn]], str]] = {"markdown": as_markdown, "json": as_json, "csv": as_csv}

"""The ledger of who said what, as it is printed and filtered."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from index.errors import QuestionError
from index.record import Record, Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement with its outlet: the fields and their order are those of a line of ``readout statements --json``."""

    article: str
    outlet: str | None
    start: int
    end: int
    text: str
    speaker: str | None
    speaker_start: int | None
    speaker_end: int | None
    cue: str | None
    direct: bool
    side: str | None


def ledger(
    record: Record,
    *,
    speakers: Collection[str] = (),
    sides: Collection[str] = (),
    outlets: Collection[str] = (),
    scope: Scope = Scope(),  # noqa: B008 - frozen
) -> Iterator[Entry]:
    """Yield the statements of a scope in reading order; filters compare without regard to case, and empty ones let all pass."""
    wanted = [{name.casefold() for name in names} for names in (speakers, sides, outlets)]
    for article in record.catalogue(scope):
        for said in record.statements(article.id):
            values = ((*said.speakers, said.speaker or ""), (said.side or "",), (article.outlet or "",))
            if all(not names or names.intersection(map(str.casefold, own)) for names, own in zip(wanted, values, strict=True)):
                yield Entry(
                    said.article,
                    article.outlet,
                    said.start,
                    said.end,
                    said.text,
                    said.speaker,
                    said.speaker_start,
                    said.speaker_end,
                    said.cue,
                    said.direct,
                    said.side,
                )


def known_speaker(name: str, record: Record) -> str:
    """The canonical name of a speaker by any name the index knows.

    Raises:
        QuestionError: nobody in the index is called that.
    """
    names = record.names()
    known = names.get(name.lower()) or next((entry for entry in names.values() if entry[0].lower() == name.lower()), None)
    if known is None and not any(name in (said.speaker, *said.speakers) for said in record.statements()):
        raise QuestionError(f"no article quotes {name!r}. `readout statements` without --speaker shows who is quoted.")
    return known[0] if known else name


def known_side(name: str, record: Record) -> str:
    """A side's name as the index has it.

    Raises:
        QuestionError: there is no such side.
    """
    sides = {side.casefold(): side for side in record.sides()}
    if name.casefold() not in sides:
        there = f"There are: {', '.join(sides.values())}" if sides else "The articles came without a sides.toml"
        raise QuestionError(f"no side is called {name!r}. {there}.")
    return sides[name.casefold()]


def line(entry: Entry) -> str:
    """An entry as one line of text for people."""
    words = " ".join(entry.text.split())
    who = entry.speaker or "unattributed"
    side = f" [{entry.side}]" if entry.side else ""
    return f"{entry.outlet or entry.article}\t{who}{side}\t{entry.cue or ''}\t{words}"

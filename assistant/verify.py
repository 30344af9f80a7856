"""Is every point carried by what it cites? Checked after answering, whoever answered."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.evidence import tells_the_same
from assistant.types import Answer, Citation, Point
from index.record import Record

_MARKERS = re.compile(r'"*(?: \[\d+\])+(?: \((?:in other words in [^"]*: )?\d+ outlets, \d+ wordings?\))?')
_FOLD = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " "})


def verify(answer: Answer, record: Record) -> Answer:
    """Return the answer with each point's support set by what its citations really say.

    A citation that is not the article's text at its offsets is taken out, with its markers. A point is "verbatim" when it prints the
    whole of what its first citation quotes (typographic quotation marks and white space folded, nothing else) and all others tell
    the same, else "unsupported".
    """
    sound = {citation.n: citation for citation in answer.citations if holds(citation, record)}
    broken = [citation.n for citation in answer.citations if citation.n not in sound]
    points = tuple(_checked(point, sound, broken) for point in answer.points)
    return replace(answer, text=_without(answer.text, broken), points=points, citations=tuple(sound.values()))


def holds(citation: Citation, record: Record) -> bool:
    """Whether a citation's quote is its article's text at its offsets, character for character."""
    try:
        return record.article(citation.article).text[citation.start : citation.end] == citation.quote
    except KeyError:
        return False


def fold(text: str) -> str:
    """A text with typographic quotation marks and white space made plain."""
    return " ".join(text.translate(_FOLD).split())


def _checked(point: Point, sound: dict[int, Citation], broken: list[int]) -> Point:
    numbers = tuple(number for number in point.citations if number in sound)
    carried = bool(numbers) and numbers[0] == point.citations[0] and _prints(point.text, sound[numbers[0]].quote)
    carried = carried and all(tells_the_same(sound[number].quote, sound[numbers[0]].quote, 1.0) for number in numbers[1:])
    return replace(point, text=_without(point.text, broken), citations=numbers, support="verbatim" if carried else "unsupported")


def _prints(text: str, quote: str) -> bool:
    """Whether a point prints a quote and, but for the label before it and the markers after it, nothing else."""
    words = fold(quote).strip('"')
    before, found, after = fold(text).partition(words)
    label = before.rstrip('"')
    return bool(words and found) and label.endswith(": ") and '"' not in label and bool(_MARKERS.fullmatch(after))


def _without(text: str, numbers: list[int]) -> str:
    for number in numbers:
        text = text.replace(f" [{number}]", "")
    return text

"""The numbers of a text, in figures or in words, by their values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from index.lexicon import in_order, words
from index.text import stem

TIMES = {"hundred": 100, "thousand": 1000, "century": 100, "centuries": 100, "decades": 10, "dozen": 12}
SCALES = words("scales")
SMALL = ("1", "2")
LONGEST = 15  # digits of a number that is reckoned with
_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its value as a plain numeral, how it is written, and the stem of the word after it."""

    value: str
    written: str
    unit: str
    spelt: bool


@cache
def _values() -> dict[str, int]:
    """What number words are worth."""
    units, tens, ordinals = map(in_order, ("units", "tens", "ordinals"))
    return {
        **{word: value for value, word in enumerate(units)},
        **{word: 10 * value for value, word in enumerate(tens, 2)},
        **{word: value for value, word in enumerate(ordinals, 1)},
        "dozen": 12,
    }


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in figures or in words; "two hundred" is one, "5 million" is 5 and "million"."""
    tokens = list(_TOKEN.finditer(text))
    found: list[Number] = []
    place = 0
    while place < len(tokens):
        value, used = _value(tokens, place)
        if used:
            after = tokens[place + used].group().lower() if place + used < len(tokens) else ""
            written = text[tokens[place].start() : tokens[place + used - 1].end()]
            found.append(Number(value, written, stem(after), not tokens[place].group()[0].isdigit()))
        place += max(used, 1)
    return found


def _value(tokens: list[re.Match[str]], place: int) -> tuple[str, int]:
    """The number that begins at a word, with how many words it takes; none: takes 0."""
    word = tokens[place].group().lower()
    if word[0].isdigit():
        plain = word.rstrip(",").replace(",", "")
        followed = place + 1 < len(tokens) and plain.isdigit() and len(plain) <= LONGEST
        times = TIMES.get(tokens[place + 1].group().lower()) if followed else None
        return (str(int(plain) * times), 2) if times else (plain.rstrip("0").rstrip(".") if "." in plain else plain, 1)
    if word in SCALES:
        return word, 1
    values = _values()
    if word not in values:
        return "", 0
    total, used = values[word], 1
    while place + used < len(tokens):
        after = tokens[place + used].group().lower()
        if after in TIMES:
            total *= TIMES[after]
        elif after in values and values[after] < 10 and total % 10 == 0 and total >= 20:
            total += values[after]
        else:
            break
        used += 1
    return str(total), used


def foreign_numbers(claim: str, evidence: Iterable[str]) -> list[str]:
    """Numbers of a claim that are not in its evidence, as written.

    "One" and "two" in words count only where the evidence has another number of the same thing: "the two men" is not a figure.
    """
    given = [number for text in evidence for number in numbers(text)]
    values = {number.value for number in given}
    wrong = []
    for number in numbers(claim):
        small = number.spelt and number.value in SMALL
        if number.value not in values and (not small or any(other.unit == number.unit and number.unit for other in given)):
            wrong.append(number.written)
    return wrong

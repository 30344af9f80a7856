"""The names that an index knows, and where a text has them: outlets, and speakers by all they are called."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from index.lexicon import words as listed_words

PRONOUNS = frozenset().union(*map(listed_words, ("he", "she", "it", "they", "definite"))) | {"these", "those"}
GENERIC = listed_words("outlet_ends")
LONGEST_NAME = 6  # words
SHORT = 6  # letters from which on an outlet's name is told from a common word without its capital
ALIKE = 0.8  # the likeness of two spellings of one name: a letter in five may differ
_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """The names an index knows.

    ``outlets`` as printed; ``speakers`` maps what a speaker is called, lower case, to (canonical name, side); ``sides`` in order;
    ``mentioned`` tells whether words stand together in any article, ``respelled`` which word of the articles another one misspells.
    """

    outlets: tuple[str, ...]
    speakers: dict[str, tuple[str, str | None]]
    sides: tuple[str, ...]
    mentioned: Callable[[str], bool] = lambda words: False
    respelled: Callable[[str], str | None] = lambda word: None


@dataclass(frozen=True, slots=True)
class Named:
    """Words of a text that name an outlet or a speaker: where they stand, and the canonical name."""

    start: int
    end: int
    name: str
    side: str | None = None


def named_speakers(text: str, names: Names) -> list[Named]:
    """Speakers named, in order; longer names before their parts. A pronoun names nobody."""

    def known(words: str) -> tuple[str, str | None] | None:
        return names.speakers.get(words) if words not in PRONOUNS else None

    return _named(text, known)


def named_outlets(text: str, outlets: tuple[str, ...]) -> list[Named]:
    """Outlets named, in order. A short name counts only as it is printed: "Time" is an outlet, "time" is not."""
    aliases = _aliases(outlets)
    found = _named(text, lambda words: (aliases[words], None) if words in aliases else None)
    return [
        one
        for one in found
        if one.end - one.start >= SHORT or " " in text[one.start : one.end] or text[one.start : one.end] in outlet_aliases(one.name)
    ]


def _named(text: str, known: Callable[[str], tuple[str, str | None] | None]) -> list[Named]:
    words = [match.span() for match in _WORD.finditer(text)]
    found, position = list[Named](), 0
    while position < len(words):
        start, step = words[position][0], 1
        for length in range(min(LONGEST_NAME, len(words) - position), 0, -1):
            end = words[position + length - 1][1]
            here = text[start:end].lower().replace("’", "'")
            alias = next((form for form in (here, here.removesuffix("'s")) if known(form)), None)
            if alias and (name := known(alias)):
                found.append(Named(start, start + len(alias), *name))
                step = length
                break
        position += step
    return found


@lru_cache(16)
def _aliases(outlets: tuple[str, ...]) -> dict[str, str]:
    """What outlets are called, lower case; a name that two share is the first one's."""
    aliases: dict[str, str] = {}
    for outlet in outlets:
        for alias in outlet_aliases(outlet):
            aliases.setdefault(alias.lower().replace("’", "'"), outlet)
    return aliases


@lru_cache(10_000)
def outlet_aliases(outlet: str) -> list[str]:
    """What people call an outlet, longest first: "The Washington Free Beacon", "Washington Free Beacon", "Free Beacon"."""
    bare = " ".join(outlet.partition("(")[0].split()) or outlet
    if " " not in bare and "." in bare.strip("."):
        bare = bare.strip(".").partition(".")[0]  # "JTF.org"
    words = bare.split()
    apart = "".join(f" {sign}" if place and sign.isupper() and bare[place - 1].islower() else sign for place, sign in enumerate(bare))
    forms = {outlet, bare, bare.replace(" ", ""), apart, *(" ".join(words[position:]) for position in range(1, len(words) - 1))}
    named = next((place for place in range(len(words), 0, -1) if words[place - 1].lower() not in GENERIC), 0)
    forms.add(" ".join(words[:named]))  # "Fox" of "Fox Online News"
    if len(words) > 1 and words[0].lower() == "the":
        forms.add(" ".join(words[1:]))
    return sorted((form for form in forms if len(form) > 1), key=lambda form: (-len(form), form))


def nearest(word: str, known: dict[str, str]) -> str | None:
    """The one name that a word misspells, of ``known`` (lower case, and the name); nothing where none is like it, or several are."""
    typed = word.lower()
    close = {
        name
        for alias, name in known.items()
        if alias[:1] == typed[:1] and abs(len(alias) - len(typed)) < 3 and SequenceMatcher(None, typed, alias).ratio() >= ALIKE
    }
    return close.pop() if len(close) == 1 else None

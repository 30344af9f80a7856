"""The names that an index knows, and where a text has them: outlets, and speakers by all they are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from index.lexicon import words as listed_words
from index.lookup import Lookup
from index.speakers import bare_names, key_of
from index.speakers.described import Described

PRONOUNS = frozenset().union(*map(listed_words, ("he", "she", "it", "they", "definite"))) | {"these", "those"}
GENERIC = listed_words("outlet_ends")
LONGEST_NAME = 6  # words
SHORT = 6  # letters from which on an outlet's name is told from a common word without its capital
FEWEST = 2  # letters of initials
LEADING = listed_words("determiners")
ALIKE = 0.8  # the likeness of two spellings of one name: a letter in five may differ
_WORD = re.compile(r"[^\W_]+(?:[-.'’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Names:
    """The names an index knows.

    ``outlets`` as printed; ``speakers`` maps what a speaker is called, lower case, to (canonical name, side); ``sides`` in order;
    ``mentioned`` tells whether words stand together in any article, ``respelled`` which word of the articles another one misspells,
    ``described`` what is known of those whom words with some keys may describe; ``unquoted`` maps to the names of those who say nothing.
    """

    outlets: tuple[str, ...]
    speakers: dict[str, tuple[str, str | None]]
    sides: tuple[str, ...]
    mentioned: Callable[[str], bool] = lambda words: False
    respelled: Callable[[str], str | None] = lambda word: None
    described: Callable[[Iterable[str]], list[Described]] = lambda keys: []
    unquoted: Callable[[], dict[str, str]] = lambda: {}


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


def named_outlets(text: str, names: Names) -> list[Named]:
    """Outlets named, in order; where a short name is that of several, each of these. A short one counts only as it is printed.

    "Time" is an outlet, "time" is not; "the Times" may be two, "the AP" is the Associated Press.
    """
    aliases, short = _aliases(names.outlets), _short_names(names.outlets)
    spans = [match.span() for match in _WORD.finditer(text)]
    called = [one for one in _named(text, lambda words: (aliases[words][0], None) if words in aliases else None) if printed(one, text)]
    found = [Named(one.start, one.end, outlet) for one in called for outlet in aliases[_folded(text[one.start : one.end])]]
    for place, (start, end) in enumerate(spans):
        word = text[start:end].removesuffix("'s").removesuffix("’s")
        led = place == len(spans) - 1 == 0 or (place > 0 and text[slice(*spans[place - 1])].lower() in LEADING)
        if not any(one.start < end and start < one.end for one in found) and _is_short(word, text, names, led=led):
            found += [Named(start, start + len(word), outlet) for outlet in short.get(word.lower(), ())]
    return sorted(found, key=lambda one: one.start)


def printed(one: Named, text: str) -> bool:
    """Whether an outlet's name is told from a common word: it is long, or as the outlet prints it."""
    words = text[one.start : one.end]
    return len(words) >= SHORT or " " in words or words in outlet_aliases(one.name)


def _is_short(word: str, text: str, names: Names, *, led: bool) -> bool:
    """Whether a word may be short for an outlet: "the Times", not "Sunday Times"; or initials, where not all is in capitals."""
    if word.isupper():
        sure = len(word) > FEWEST or word.lower() in names.speakers  # "AP" is quoted, "DC" is where things happen
        return sure and not text.isupper()
    return led and word[:1].isupper()


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
def _aliases(outlets: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What outlets are called, lower case, and which: "Fox" may be two, a name in full is one's."""
    aliases: dict[str, dict[str, None]] = {}
    for outlet in outlets:
        for alias in outlet_aliases(outlet):
            aliases.setdefault(_folded(alias), {})[outlet] = None
    return {alias: tuple(those) for alias, those in aliases.items()} | {_folded(outlet): (outlet,) for outlet in outlets}


def _folded(words: str) -> str:
    return words.lower().replace("’", "'")


@lru_cache(16)
def _short_names(outlets: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What outlets are called for short, lower case, and which: their last word, and the initials of them all."""
    found: dict[str, dict[str, None]] = {}
    for outlet in outlets:
        words = _telling_words(outlet)
        if len(words) > 1:
            letters = "".join(word[0] for word in words if word.lower() not in LEADING)
            for short in {words[-1].lower(), *([letters.lower()] if len(letters) >= FEWEST else ())}:
                found.setdefault(short, {})[outlet] = None
    return {short: tuple(those) for short, those in found.items()}


def _telling_words(outlet: str) -> list[str]:
    """The words of an outlet's name without what people leave out behind it: "New York Times" of "New York Times - News"."""
    words = outlet.partition("(")[0].split()
    last = next((place for place in range(len(words), 0, -1) if words[place - 1].strip("-–—|").lower() not in GENERIC | {""}), 0)
    return words[:last]


@lru_cache(10_000)
def outlet_aliases(outlet: str) -> list[str]:
    """What people call an outlet, longest first: "The Washington Free Beacon", "Washington Free Beacon", "Free Beacon"."""
    bare = " ".join(outlet.partition("(")[0].split()) or outlet
    if " " not in bare and "." in bare.strip("."):
        bare = bare.strip(".").partition(".")[0]  # "JTF.org"
    words = bare.split()
    apart = "".join(f" {sign}" if place and sign.isupper() and bare[place - 1].islower() else sign for place, sign in enumerate(bare))
    forms = {outlet, bare, bare.replace(" ", ""), apart, *(" ".join(words[position:]) for position in range(1, len(words) - 1))}
    forms.add(" ".join(_telling_words(outlet)))  # "Fox" of "Fox Online News"
    if len(words) > 1 and words[0].lower() == "the":
        forms.add(" ".join(words[1:]))
    return sorted((form for form in forms if len(form) > 1), key=lambda form: (-len(form), form))


def unquoted_in(record: Lookup) -> dict[str, str]:
    """Whom the articles name and nowhere quote, by full name and, where it is nobody else's, by surname or first name; lower case."""
    people, known = record.people(), record.names()
    quoted = {key_of(name) for name, _ in known.values()}
    surnames = {name.split(" ")[-1] for name in quoted}  # a bare one is not of somebody else, who says nothing
    full = {key: name for name in people if (key := key_of(name)) not in quoted and key not in known and key not in surnames}
    return full | {part: full[key] for part, key in bare_names(people).items() if key in full}


def named_in(name: str, record: Lookup) -> int:
    """In how many articles somebody is named: by their surname, where it is nobody else's."""
    last = key_of(name).split()[-1]
    namesakes = {key_of(other) for other in record.people() if key_of(other).split()[-1] == last} - {last}
    return record.naming(last if namesakes <= {key_of(name)} else name)


def nearest(word: str, known: dict[str, str]) -> str | None:
    """The one name that a word misspells, of ``known`` (lower case, and the name); nothing where none is like it, or several are."""
    typed = word.lower()
    close = {
        name
        for alias, name in known.items()
        if alias[:1] == typed[:1] and abs(len(alias) - len(typed)) < 3 and SequenceMatcher(None, typed, alias).ratio() >= ALIKE
    }
    return close.pop() if len(close) == 1 else None

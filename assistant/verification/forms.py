"""When two words name one thing: forms of a name, initials, peoples and their countries, a number in words and in figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from assistant.verification.figures import numbers
from assistant.verification.grammar import key
from index.lexicon import entries, words
from index.speakers import TITLES
from index.speakers import plain as bare

if TYPE_CHECKING:
    from spacy.tokens import Token

LINKS = words("name_links")
KEPT = 256  # texts whose words are kept: many claims are held against the same articles
SHORTEST_INITIALS = 3
LONGEST_ENDING = 4
"""Letters by which a people's name may be longer than its country's."""


_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:['’]\w+)?")


def words_of(text: str) -> list[str]:
    """The words of a text, lower case."""
    return [word.lower() for word in _WORD.findall(text)]


def pieces(text: str) -> list[str]:
    """The words of a text as written, without possessives and marks around them but the full stop."""
    found = (word.strip("\"“”‘’'()[],;:!?…—–") for word in text.split())
    return [word.removesuffix("'s").removesuffix("’s") for word in found if word]


@cache
def _groups() -> dict[str, frozenset[str]]:
    """The names that go by each name: "moscow" and "russian" by "russia"."""
    groups = [frozenset(part.strip() for part in entry.split("|")) for entry in entries("one_name")]
    found: dict[str, frozenset[str]] = {}
    for group in groups:
        for name in group:
            found[name] = found.get(name, frozenset()) | group
    return found


class Forms:
    """The names that stand in some texts."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = tuple(texts)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset[str]().union(*map(_words_in, self.texts))

    @cached_property
    def _capitals(self) -> frozenset[str]:
        return frozenset[str]().union(*map(_capitals_in, self.texts))

    @cached_property
    def _initials(self) -> frozenset[str]:
        return frozenset(initials(run) for text in self.texts for run in runs(text))

    @cached_property
    def _lower(self) -> str:
        return " " + " ".join(_plain(word) for text in self.texts for word in text.split()) + " "

    def known(self, name: str) -> bool:
        """Whether a name, or another form of it, is among the words of the texts."""
        lower = _plain(name)
        if not lower or bare(name) in TITLES or lower in self._words or lower in self._initials:
            return True
        if len(lower) >= SHORTEST_INITIALS and any(one.startswith(lower) for one in self._initials):
            return True  # "CDC" leaves out the last word of "Centers for Disease Control and Prevention"
        if any(f" {other} " in self._lower for other in _groups().get(lower, ())):
            return True
        return any(alike(lower, other) or (name.endswith(".") and other.startswith(lower)) for other in self._capitals)

    def spelt(self, text: str) -> set[str]:
        """The words of a text that spell out what goes by initials or another name in these: "Democratic National Committee" for "DNC"."""
        found = {_plain(word) for run in runs(text) if initials(run) in self._capitals for word in run}
        plain = " " + " ".join(map(_plain, text.split())) + " "
        for name in _groups():
            if " " in name and f" {name} " in plain and any(f" {other} " in self._lower for other in _groups()[name]):
                found |= set(name.split())
        return found

    def same(self, token: Token, other: Token) -> bool:
        """Whether two words of parsed texts are one word, or names of one thing."""
        if key(token) == key(other):
            return True
        if token.pos_ == "NUM" and other.pos_ == "NUM":
            return _value(token.text) == _value(other.text)
        if "PROPN" not in (token.pos_, other.pos_) or not (token.text[:1].isupper() and other.text[:1].isupper()):
            return False
        return _one_thing(token.text, other.text)


@cache
def _one_thing(one: str, other: str) -> bool:
    return Forms([other]).known(one) and not (bare(one) in TITLES and bare(other) not in TITLES)


@cache
def _value(text: str) -> str:
    return next((number.value for number in numbers(text)), text.lower())


def alike(one: str, other: str) -> bool:
    """ "russia" and "russian", "democrats" and "democratic", "syrian" and "syria"; not "austria" and "australia"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) <= LONGEST_ENDING and long.startswith(short[: max(4, len(short) - 1)])


def runs(text: str) -> Iterator[list[str]]:
    """Names of several words: "Department of Homeland Security"."""
    found: list[str] = []
    for word in [*text.split(), ""]:
        if word[:1].isupper() or (found and word in LINKS):
            found.append(word)
        else:
            capitals = [one for one in found if one[:1].isupper()]
            if len(capitals) > 1:
                yield capitals
            found = []


def initials(run: Iterable[str]) -> str:
    """The first letters of the words of a name."""
    return "".join(word[0] for word in run).lower()


def _split(text: str) -> list[str]:
    return [part for word in text.split() for part in word.replace("-", " ").replace("’", " ").replace("'", " ").split()]


@lru_cache(KEPT)
def _words_in(text: str) -> frozenset[str]:
    return frozenset([*filter(None, map(_plain, text.split())), *words_of(text)])


@lru_cache(KEPT)
def _capitals_in(text: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in _split(text) if word[:1].isupper())


def _plain(word: str) -> str:
    """A word without the marks around it, full stops and possessive."""
    lower = word.strip("\"“”‘’'()[],;:!?.–—-").lower().replace("’", "'").replace(".", "")
    return lower.removesuffix("'s")

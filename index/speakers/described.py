"""What those are who are named over all articles, and the words by which it is looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from index.lexicon import words as listed_words
from index.speakers.likeness import initials, key_of_word
from index.speakers.names import canonical_names, key_of
from index.speakers.roles import Role
from index.text import content_words
from index.types import Statement

PREPOSITIONS = listed_words("name_prepositions")


@dataclass(frozen=True, slots=True)
class Described:
    """Words that describe somebody, as a `Role` has them, in how many articles, and how many statements are theirs."""

    name: str
    words: str
    head: str
    bare: str
    core: str
    articles: int
    said: int

    @property
    def keys(self) -> set[str]:
        """What the words are looked up by."""
        return keys_of(self.words)


def keys_of(text: str) -> set[str]:
    """What words are looked up by that describe somebody: each of them, and the initials of names among them."""
    letters = {word.lower() for word in text.split() if len(word) == 1 and word.isupper()}  # "D", "R": a party
    return {key_of_word(word) for word in content_words(text)} | {short for short, _ in initials(text)} | letters


def head_of(text: str) -> str:
    """The word that others hang on in words that describe somebody: the last one before a preposition."""
    parts = text.split()
    place = next((place for place, word in enumerate(parts) if place and word.lower() in PREPOSITIONS), len(parts))
    return parts[place - 1]


def described(roles: Iterable[tuple[Role, int]], people: Mapping[str, int], statements: Iterable[Statement]) -> Iterator[Described]:
    """What the persons of all articles are, under their canonical names; a speaker who is none is what its name says."""
    said = Counter(name for one in statements for name in one.speakers)
    speaking = {key_of(name): name for name in said}
    known = list(roles)
    canonical = canonical_names(Counter(role.name for role, _ in known), people)
    times: Counter[Role] = Counter()
    for role, articles in known:
        name = canonical[role.name]
        times[Role(speaking.get(key_of(name), name), role.words, role.head, role.bare, role.core)] += articles
    persons = {role.name for role in times} | {speaking.get(key_of(name), name) for name in people}
    for role, articles in times.items():
        yield Described(role.name, role.words, role.head, role.bare, role.core, articles, said[role.name])
    for name, count in said.items():
        if name not in persons:
            yield Described(name, name, head_of(name), name, name, count, count)

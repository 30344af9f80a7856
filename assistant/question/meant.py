"""Whom words mean that are no name: a role, a party, a body, somebody's camp, initials. Several may bear one role.

The articles' own descriptions tell: "Missouri Gov. Jay Nixon" is the governor of Missouri. A role is somebody's when all words of it fit
what the articles say of them; with words left over, only when it fits nobody else as well. Else those are named who may be meant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from assistant.reading import Names
from index.lexicon import words as listed_words
from index.speakers import BODIES, TITLES
from index.speakers.described import Described, head_of, keys_of
from index.speakers.likeness import SEVERAL, alike, initials, is_initials, key_of_word, others_of
from index.text import content_words

LEADING = listed_words("determiners") | listed_words("quantities")
PERSON = 3  # letters of a person's initials at least
MAY_BE = 3  # who may be meant are named where they are no more
PARTY = 4  # letters of a party's short form at most: "R", "Lab"
ROLES = frozenset(map(key_of_word, TITLES))


@dataclass(frozen=True, slots=True)
class Meant:
    """Those whom words mean, who say most first. ``sure``: every word fits them; ``open`` are those of whom that cannot be told."""

    names: tuple[str, ...]
    sure: bool = True
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Role:
    """A role that is asked for: the word that others hang on, and those that tell which."""

    words: str
    head: str
    telling: tuple[str, ...]

    @property
    def plural(self) -> bool:
        word = self.head.lower()
        return word.endswith(SEVERAL) or (word.endswith("s") and not word.endswith("ss"))

    @property
    def keys(self) -> set[str]:
        """What those may be looked up by whom the head describes."""
        return {*map(key_of_word, (self.head, *others_of(self.head))), *keys_of(self.head), self.head.lower()}


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Somebody whom a role may describe: all that is known of them, and of it what has the role's head."""

    name: str
    known: tuple[Described, ...]
    heads: tuple[Described, ...]

    @property
    def is_thing(self) -> bool:
        """Whether this is no person but what its name says: "Police"."""
        return all(one.words == self.name for one in self.known)

    def unfit(self, role: _Role) -> list[str]:
        """The telling words of a role that fit nothing of what is known."""
        return [word for word in role.telling if not any(tells(word, one.words, role.words) for one in self.known)]

    def fitting(self, role: _Role) -> int:
        """How many of the telling words of a role fit what is known."""
        return len(role.telling) - len(self.unfit(role))

    def fits(self, role: _Role) -> bool:
        """Whether all words of a role do."""
        return not self.unfit(role)

    def exactly(self, role: _Role, part: Callable[[Described], str]) -> bool:
        """Whether a part of a description has no other words than the role."""
        return any(
            all(alike(word, role.head) or tells(word, role.words, one.words) for word in content_words(part(one))) for one in self.heads
        )


def tells(word: str, text: str, beside: str) -> bool:
    """Whether a word stands in a text in any form, or has its initials there; ``beside`` is where the word itself stands."""
    if any(alike(word, other) for other in content_words(text)):
        return True
    if is_initials(word) and any(letters == word.lower() for letters, _ in initials(text)):
        return True
    short = {other.lower() for other in content_words(text) if is_initials(other)}
    return any(letters in short and word in run for letters, run in initials(beside))


def meant_by(words: str, names: Names) -> Meant | None:
    """Whom words mean that name nobody; nothing where no article describes anybody so."""
    bare = _bare(words)
    if not content_words(bare):
        return None
    head = head_of(bare)
    if found := _bearers(_Role(bare, head, tuple(word for word in content_words(bare) if word not in content_words(head))), names):
        return found
    speaking = speaking_for(bare, names)
    return Meant(speaking) if speaking else None


def _bare(words: str) -> str:
    parts = words.replace("’", "'").removesuffix("'s").removesuffix("'").split()
    while parts and parts[0].lower() in LEADING:
        parts = parts[1:]
    return " ".join(parts)


def _bearers(role: _Role, names: Names) -> Meant | None:
    """Who bears a role."""
    party = _party(role, names)
    known: dict[str, list[Described]] = defaultdict(list)
    for one in names.described(role.keys | party):
        known[one.name].append(one)
    found = [_Candidate(name, tuple(all_), tuple(one for one in all_ if _has_head(one, role, party))) for name, all_ in known.items()]
    found = [one for one in found if one.heads]
    every = role.plural or role.head.lower() in BODIES  # "the police", and no lieutenant governor for "the governor"
    things = [one for one in found if one.is_thing and one.fits(role) and (every or one.exactly(role, lambda row: row.words))]
    persons = [one for one in found if not one.is_thing]
    meant = _of_persons(role, persons, names) if persons else None
    if not things:
        return meant
    return replace(
        meant or Meant(()),
        names=tuple(one.name for one in _quoted([*things, *(one for one in persons if meant and one.name in meant.names)])),
    )


def _of_persons(role: _Role, persons: list[_Candidate], names: Names) -> Meant | None:
    """Which persons a role means: those it says all of, and that are no more; else the one whom most of its words fit."""
    whole = [one for one in persons if one.fits(role)]
    exact = whole if role.plural else [one for one in whole if one.exactly(role, lambda row: row.core if role.telling else row.bare)]
    exact = exact or [one for one in whole if one.exactly(role, lambda row: row.core)]
    if exact:
        return Meant(_quoted_names(exact))
    if len(whole) == 1:  # "chief judge Ann Lund": perhaps "the judge", as a deputy mayor is not the mayor
        called = names.mentioned(f"the {role.words}")
        return Meant(_quoted_names(whole), sure=False, open=() if called else (whole[0].name,))
    if whole:
        return Meant((), sure=False, open=tuple(one.name for one in whole)) if len(whole) <= MAY_BE else None
    fitting = {one.name: one.fitting(role) for one in persons}
    best = [one for one in persons if fitting[one.name] == max(fitting.values()) > 0]
    near = len(best) == 1 and not any(word[0].isupper() for word in best[0].unfit(role))  # an Ohio mayor is nobody from Iowa
    return Meant(_quoted_names(best), sure=False) if near else None


def _quoted(found: list[_Candidate]) -> list[_Candidate]:
    """Those of some who say anything, who says most first; all of them, where nobody does."""
    return sorted([one for one in found if one.known[0].said] or found, key=lambda one: -one.known[0].said)


def _quoted_names(found: list[_Candidate]) -> tuple[str, ...]:
    return tuple(one.name for one in _quoted(found))


def _party(role: _Role, names: Names) -> set[str]:
    """The short forms of a party whose members are asked for: "R-Ohio" is one of the Republicans, as far as there is a party of them."""
    word = role.head.lower()
    if not role.plural or not any(names.mentioned(f"{form} party") for form in (word, word.removesuffix("s"))):
        return set()
    return {word[:length] for length in range(1, PARTY + 1)} - TITLES


def _has_head(one: Described, role: _Role, party: set[str]) -> bool:
    """Whether a description's own head is the role's, or it is of the people or party that is asked for."""
    if alike(one.head, role.head) or (party and one.bare.lower() in party):
        return True
    leading = one.words[: one.words.find(one.head) + len(one.head)]  # no Republican is the head of a Republican firm
    if one.words == one.name:  # a speaker that is no person
        return bool(party) and tells(role.head, leading, role.words)
    of = set(content_words(leading)) - set(content_words(one.bare))
    return role.plural and any(alike(word, role.head) for word in of)


# -- bodies ----------------------------------------------------------------------------------------------------------


def speaking_for(words: str, names: Names) -> tuple[str, ...]:
    """Those who speak for a body: "NAACP president", "spokesman for the State Department"; and nothing else is said of the body."""
    asked = content_words(words)
    found = dict[str, None]()
    for one in names.described(keys_of(words)):
        rest = [word for word in content_words(one.words) if key_of_word(word) not in ROLES]
        whole = all(tells(word, " ".join(rest), words) or tells(word, one.words, words) for word in asked)
        if one.said and key_of_word(one.head) in ROLES and rest and whole and all(tells(word, words, one.words) for word in rest):
            found[one.name] = None
    return tuple(found)


def by_initials(words: str, names: Names) -> tuple[str, ...]:
    """The speakers whose names some initials are short for, or whose initials a name is: "AOC", "Republican National Committee"."""
    bare = _bare(words)
    speakers = dict.fromkeys(name for name, _ in names.speakers.values())
    if is_initials(bare):
        return tuple(name for name in speakers if _whole_initials(name) == bare.replace(".", "").lower() and _long_enough(bare, name))
    short = _whole_initials(bare)
    return tuple(name for name in speakers if short and is_initials(name) and name.lower() == short)


def _whole_initials(name: str) -> str:
    letters, run = max(initials(name), key=lambda one: len(one[0]), default=("", frozenset[str]()))
    return letters if len(letters) >= len(content_words(name)) == len(run) else ""


def _long_enough(short: str, name: str) -> bool:
    return len(short) >= PERSON or not BODIES.isdisjoint(name.lower().split())


# -- camps -----------------------------------------------------------------------------------------------------------


def camp_of(leader: str, names: Names) -> tuple[str, ...]:
    """A leader with who speaks for them ("Scott campaign spokesman") and what bears their name ("Scott's office")."""
    last = leader.rsplit(maxsplit=1)[-1]
    rows: Iterable[Described] = names.described([key_of_word(last)])
    own = [one for one in rows if one.said and one.name != leader and any(alike(word, last) for word in content_words(one.words)[:1])]
    speaking = [one.name for one in own if key_of_word(one.head) in ROLES or not BODIES.isdisjoint(one.words.lower().split())]
    return tuple(dict.fromkeys((leader, *speaking)))

"""Whom some words of a question mean: by name, as the articles describe somebody, by initials, or misspelt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.question.meant import by_initials, camp_of, meant_by, speaking_for
from assistant.reading import PRONOUNS, Names, named_speakers, nearest
from index.lexicon import words as listed_words
from index.speakers import BODIES, TITLES, is_title, plain
from index.speakers.described import keys_of
from index.speakers.likeness import alike, key_of_word
from index.text import content_words

SHORTEST = 4  # letters of a part of a name that may be a slip
OF_SOMEBODY = re.compile(r"['’]s?\s+(\w+)")
LISTED = re.compile(r",\s*(?:and\s+)?|\s+(?:and|or|&)\s+")
PREPOSITIONS = listed_words("name_prepositions")


@dataclass(frozen=True, slots=True)
class Asked:
    """Those whom some words mean, canonical, with their sides.

    ``group``: any of them may be meant. ``told``: what the words are taken for goes without saying. ``open`` are those who may be meant
    where that cannot be told, ``stranger`` is a name that nobody goes by who is quoted.
    """

    words: str
    names: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    group: bool = False
    told: bool = True
    open: tuple[str, ...] = ()
    stranger: str | None = None


def asked_of(words: str, after: str, names: Names) -> Asked:
    """Whom words of a question mean; ``after`` is what follows them."""
    tail = OF_SOMEBODY.match(after)
    of_them = tail and (plain(tail[1]) in BODIES | TITLES or names.described([key_of_word(tail[1])]))
    words += tail[0] if tail and of_them else ""  # "Scott | 's camp", "Russia | 's leader"
    if leader := _leader(words, names):
        return _several(words, camp_of(leader, names), names)
    if named := _named(words, names):
        return _with_its_people(words, named[0], names) if len(named) == 1 and _is_body(named[0], names) else _those(words, named, names)
    meant = meant_by(words, names)
    if meant and meant.names:
        asked = _several(words, meant.names, names, told=meant.sure or bool(meant.open))
        return replace(asked, open=meant.open, stranger=None if meant.open else asked.stranger)
    if known := by_initials(words, names) or _by_parts(words, names):
        return _several(words, known, names)
    led, right = () if meant else _led_by(words, names), _misspelled(words, names)
    if right and led in ((), right):  # "Lena Sorokyna"; but "Trump polixy" is nothing of the police
        return _several(words, right, names, told=False)
    if led:
        return _those(words, led, names)
    return Asked(words, open=meant.open if meant else (), stranger=None if meant else _stranger(words))


def all_asked(words: str, after: str, names: Names) -> list[Asked]:
    """Whom words mean: as one, or each of those that they list, where all of them are somebody."""
    parts = [part for part in LISTED.split(words) if part]
    if len(parts) > 1 and _plainly(words) not in names.speakers:
        each = [asked_of(part, after if part is parts[-1] else "", names) for part in parts]
        if all(one.names for one in each):
            return each
    return [asked_of(words, after, names)]


def _those(words: str, known: tuple[str, ...], names: Names) -> Asked:
    """Those who are named."""
    side = dict(names.speakers.values())
    return Asked(words, known, tuple(dict.fromkeys(its for name in known if (its := side.get(name)))))


def _several(words: str, known: tuple[str, ...], names: Names, *, told: bool = True) -> Asked:
    """Those who are described, as far as they are quoted; else the first is one who is named and not quoted."""
    quoted = {name for name, _ in names.speakers.values()}
    there = tuple(name for name in known if name in quoted)
    if not there:
        return Asked(words, told=told, stranger=known[0])
    return replace(_those(words, there, names), group=len(there) > 1, told=told)


def _with_its_people(words: str, body: str, names: Names) -> Asked:
    """A body, those who speak for it, and of a party or a people all who are of it."""
    meant = meant_by(words, names)
    members = meant.names if meant and meant.sure else ()
    return _several(words, tuple(dict.fromkeys((body, *members, *speaking_for(words, names)))), names)


def _is_body(name: str, names: Names) -> bool:
    """Whether a speaker is no person, and of no side: whoever says who belongs to a side has the last word."""
    return dict(names.speakers.values()).get(name) is None and any(row.name == name == row.words for row in names.described(keys_of(name)))


def _named(words: str, names: Names) -> tuple[str, ...]:
    """The speakers whom words name at their end, after titles or other names alone: "Judge Tuter", "Ann Lund and the Post"."""
    found = [one for one in named_speakers(words, names) if not is_title(words[one.start : one.end].lower())]
    if not found or words[found[-1].end :].strip(" '’s"):
        return ()
    while len(found) > 1 and not _joined(words[found[-2].end : found[-1].start]):
        found = found[1:] if len(found) > 2 else found[-1:]
    before = words[: found[0].start].lower().split()
    return () if PREPOSITIONS.intersection(before) else tuple(dict.fromkeys(one.name for one in found))


def _led_by(words: str, names: Names) -> tuple[str, ...]:
    """Who is named first of words that tell of no further person: "trump syria policy", and neither "Trump's wife" nor "Trump voters"."""
    found, last = named_speakers(words, names)[:1], words.rpartition(" ")[2]
    others = last.lower().endswith("s") or any(alike(one.head, last) for one in names.described([key_of_word(last)]))
    owned = found and words[found[0].end :].startswith(("'", "’"))
    return tuple(one.name for one in found if one.start == 0 and not owned and not others)


def _joined(between: str) -> bool:
    """Whether words between two names part them: "Ann Lund and the Post", not "House Republicans"."""
    return not content_words(between) and bool(between.strip(" '’s"))


def _leader(words: str, names: Names) -> str | None:
    """Whose camp is meant: "Scott's camp", "the Scott campaign"; one that has a name of its own is no such."""
    owner, _, body = _plainly(words).rpartition(" ")
    known = names.speakers.get(owner.removesuffix("'s").removesuffix("'"))
    camp = known and plain(body) in BODIES and _plainly(words) not in names.speakers and not _is_body(known[0], names)
    return known[0] if known and camp else None


def _plainly(words: str) -> str:
    return words.lower().replace("’", "'").removeprefix("the ")


def _by_parts(words: str, names: Names) -> tuple[str, ...]:
    """Who goes by the last word of some words, where that is part of one speaker's name alone: "Senator Graham's"."""
    last = (words.replace("’", "'").removesuffix("'s").removesuffix("'").lower().split() or [""])[-1]
    for form in (last, last.removesuffix("s")):
        called = {value[0] for alias, value in names.speakers.items() if form in alias.split() and form in value[0].lower().split()}
        if len(called) == 1 and form not in PRONOUNS and plain(form) not in TITLES:
            return tuple(called)
    return ()


def _misspelled(words: str, names: Names) -> tuple[str, ...]:
    """The one whose name some words misspell, of those who are quoted, or else of those who are named; they stand in no article."""
    if names.mentioned(words):
        return ()
    found = _nearly(words, {alias: name for alias, (name, _) in names.speakers.items()}, names)
    found = found or _nearly(words, names.unquoted(), names)
    return tuple(found) if len(found) == 1 else ()


def _nearly(words: str, known: dict[str, str], names: Names) -> set[str]:
    parts = [part.removesuffix("'s").removesuffix("'") for part in words.replace("’", "'").split()]
    whole = nearest(" ".join(parts), known)
    last = {alias.split()[-1]: name for alias, name in known.items()}
    wrong = [part for part in parts if len(part) >= SHORTEST and not names.mentioned(part)]
    return {whole} if whole else {name for part in wrong if (name := nearest(part, last))}


def _stranger(words: str) -> str | None:
    """A name, by its last word: "CDC chief" is none, and is looked for like any other words."""
    bare = words.removeprefix("the ").removeprefix("The ")
    return bare if words.rpartition(" ")[2][:1].isupper() and bare.lower() not in PRONOUNS and content_words(bare) else None

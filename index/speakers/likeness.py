"""When two words for what somebody is mean the same: "Gov." and "governor", "chair" and "chairwoman", "RNC" and its three words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

import snowballstemmer

from index.lexicon import entries, words
from index.speakers.names import FORMS_OF_ADDRESS, TITLES, plain

LINKS = words("name_links")  # small words within a name, which initials leave out
SEVERAL = ("women", "men", "people")  # endings of plurals
SEXED = (*SEVERAL, "woman", "man", "person", "persons")  # endings that tell the sex, or that it is left open
SHORTENED, CONTRACTED = 4, 2  # letters of an abbreviation at most: "capt", and "lt" of first and last ones
SAME, MORE = 4, 3  # letters that a place and its people share at least, and those that one of them may have more
_stemmer = snowballstemmer.stemmer("english")
FEWEST = 2  # letters of initials


@lru_cache(50_000)
def key_of_word(word: str) -> str:
    """What all forms of a word share: no plural, no possessive, no sex."""
    bare = plain(word).replace("’", "'").removesuffix("'s").removesuffix("'")
    ending = next((one for one in SEXED if bare.endswith(one) and len(bare) >= len(one) + SAME), "")
    rest = bare.removesuffix(ending) if ending else bare
    return str(_stemmer.stemWord(rest if not ending or rest in TITLES else f"{rest}person"))


@lru_cache(50_000)
def alike(one: str, other: str) -> bool:
    """Whether two words mean the same of somebody."""
    if key_of_word(one) == key_of_word(other):
        return True
    first, second = sorted((plain(one), plain(other)), key=len)
    if abbreviates(first, second) or second in others_of(first):
        return True
    named = one[:1].isupper() or other[:1].isupper()  # "Russia", "Russian"; no form is "former"
    return named and len(first) >= SAME and len(second) - len(first) <= MORE and second.startswith(first) and not second.endswith(SEXED)


def abbreviates(short: str, long: str) -> bool:
    """Whether a title is short for a word: "gov" for "governor", "lt" for "lieutenant"."""
    if short not in TITLES or short in FORMS_OF_ADDRESS or len(short) > SHORTENED or len(long) < len(short) + MORE:
        return False
    return (long.startswith(short) and long.removesuffix("s") in TITLES) or (
        len(short) == CONTRACTED and long[0] == short[0] and long[-1] == short[-1]
    )


@lru_cache(10_000)
def others_of(word: str) -> frozenset[str]:
    """The other words that mean what one means: a title in full or for short, and another name of the same."""
    word = plain(word)
    short = {title for title in TITLES if abbreviates(title, word) or abbreviates(word, title)}
    return frozenset(short.union(*(group for group in _one_name() if word in group))) - {word}


@cache
def _one_name() -> list[frozenset[str]]:
    return [frozenset(part.strip() for part in entry.split("|")) for entry in entries("one_name")]


def initials(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The initials of words with capitals that stand together, or of some of them in a row, in lower case, and these words."""
    run: list[str] = []
    for word in [*text.replace("-", " ").split(), ""]:
        if word[:1].isupper():
            run.append(word)
        elif word.lower() not in LINKS:
            for first in range(len(run)):
                for last in range(first + FEWEST, len(run) + 1):
                    yield "".join(part[0] for part in run[first:last]).lower(), frozenset(run[first:last])
            run = []


def is_initials(word: str) -> bool:
    """Whether a word may be the initials of several: "AOC"."""
    bare = word.replace(".", "")
    return len(bare) >= FEWEST and bare.isalpha() and bare.isupper()

"""Words, stems, and the words that carry meaning: what search, comparison and verification count."""

from __future__ import annotations

import functools
import re

import snowballstemmer

_WORD = re.compile(r"(?:\b[Nn]on-)?[A-Za-z0-9]+(?:['’][a-z]+)?")  # "non-interference" is no interference
_FUNCTION_WORDS = frozenset(
    """a an the of in on at to for from by with about as into over after before between during under against than then is
    are was were be been being am do does did doing have has had having will would shall should can could may might
    must and or but if not no nor so too very just also only own same such both each few more most other some any all i
    you he she it we they me him her us them my your his its our their this that these those there here who whom whose
    which what when where why how s t d ll re ve m say says said""".split()
)
_stemmer = snowballstemmer.stemmer("english")


@functools.lru_cache(100_000)
def stem(word: str) -> str:
    """The stem of a word, lower case, without a possessive ending: one for "economy" and "economic"."""
    found = str(_stemmer.stemWord(re.sub(r"['’](?:s|ll|re|ve|d|t|m)$", "", word.lower())))
    return found.removesuffix("i") if len(found) > 4 else found


def stems(text: str) -> list[str]:
    """The stems of all words of a text, in order."""
    return [stem(word) for word in _WORD.findall(text)]


def content_words(text: str) -> list[str]:
    """The words of a text that carry meaning, as written."""
    return [word for word in _WORD.findall(text) if word.lower() not in _FUNCTION_WORDS]


def content_stems(text: str) -> set[str]:
    """The stems of the words of a text that carry meaning."""
    return {stem(word) for word in content_words(text)}

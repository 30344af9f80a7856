"""Words, stems, and the words that carry meaning: what search, comparison and verification count."""

from __future__ import annotations

import functools
import re

import snowballstemmer

from index.lexicon import words

_WORD = re.compile(r"(?:\b[Nn]on-)?[A-Za-z0-9]+(?:['’][a-z]+)?")  # "non-interference" is no interference
_FUNCTION_WORDS = words("function_words")
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

"""Is a claim carried by the words it cites? Without a model: by its words, its names and numbers, and its negations.

Readout checks its own points when it answers. This is a second check, written apart from it, so that a mistake there is not
a mistake here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from text_to_num import alpha2digit

from index.text import content_stems

MOST_WORDS = 0.8  # a paraphrase has at least this share of its content words from what it cites
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|refus\w+|den(?:y|ies|ied|ying)|dismiss\w*|reject\w*)\b|n['’]t\b",
    re.I,
)
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][\w-]+")
"""Words with a capital that do not open a sentence: like numbers, they must not change when a thing is put in other words."""
_TOKEN = re.compile(r"[\w-]+")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’']*\s+")


def plain(text: str) -> str:
    """A text with typographic quotation marks and white space made plain."""
    return " ".join(text.translate(_PLAIN).split())


def stands(words: str, text: str) -> bool:
    """Whether words stand in a text as they are, beginning and ending with whole words."""
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def verbatim(claim: str, cited: Sequence[str]) -> bool:
    """Whether the claim's words stand in one of the cited texts as they are."""
    words = plain(claim).strip('" ')
    return bool(words) and any(stands(words, plain(text)) for text in cited)


def figures(text: str, least: int = 3) -> set[str]:
    """The numbers of a text as plain numerals. Those in words count from ``least`` on: "the first of two" has none."""
    return {number.replace(",", "") for number in _NUMBER.findall(alpha2digit(text, "en", threshold=least))}


def misnumbers(claim: str, evidence: str, passage: str) -> bool:
    """Whether a claim tells another number in the place of one in the evidence.

    It lacks one that the evidence has, and has one that the passage around that has not.
    """
    return bool(figures(evidence) - figures(claim, 0)) and bool(figures(claim) - figures(passage, 0))


def same_words(one: str, other: str) -> bool:
    """Whether two texts have the same words in the same order, whatever stands between them."""
    return _TOKEN.findall(one.casefold()) == _TOKEN.findall(other.casefold())


def restated(claim: str, cited: Sequence[str]) -> bool:
    """Whether the claim says in other words what the cited texts say, as far as words can tell.

    It sees words, names and numbers that come from nowhere, and a "not" that was dropped or added next to the sentence that the claim is
    closest to. It does not see who did what to whom ("A accused B" for "B accused A"), nor synonyms, which count as words from nowhere.
    """
    words, given = content_stems(claim), content_stems("\n".join(cited))
    if not words or len(words & given) < MOST_WORDS * len(words):
        return False
    there = {token.casefold() for text in cited for token in _TOKEN.findall(text)}
    if figures(claim) - figures("\n".join(cited), 0) or any(name.casefold() not in there for name in _NAME.findall(claim)):
        return False
    sentences = [sentence for text in cited for sentence in _SENTENCE.split(text)]
    closest = max(sentences, key=lambda sentence: len(words & content_stems(sentence)), default="")
    return bool(_NEGATION.search(claim)) == bool(_NEGATION.search(closest))

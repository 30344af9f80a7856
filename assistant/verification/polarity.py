"""What two texts tell the other way round, by their words alone: a "not" more or less, and opposites.

This is quick and needs no parse: passages of articles are compared with it. Prose is parsed: see `assistant.verification.contrasts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from index.lexicon import in_order, words
from index.text import content_words, stem

DENYING, MERELY = words("negative") - words("against"), words("not_denying")
AGAINST, AGAINST_STEMS = words("against"), tuple(words("against_stems"))
NOTHING, REVERSING = words("nothing"), in_order("reversing")
_CLAUSE = re.compile(r"[,.;:!?—–“”\"]|\b(?:but|because|although|while)\b", re.I)
_WORD = re.compile(r"[\w’'-]+")


@dataclass(slots=True)
class _Polarity:
    """Whether a word is stated, denied or in doubt somewhere in a text."""

    stated: bool = False
    denied: bool = False
    doubtful: bool = False


def flipped(claim: str, evidence: str) -> list[str]:
    """Words that are denied in one of two texts and stated in the other.

    A "not" denies the next two words that matter in its clause and casts doubt on the two after them. A word is flipped where every
    occurrence of it on one side is denied and every one on the other stated; words like "fail" or "deny" before it cast doubt, too.
    """
    here, there = _polarities(claim), _polarities(evidence)
    return [word for word in here if word in there and _opposed(here[word], there[word])]


@cache
def _opposites() -> list[tuple[frozenset[str], frozenset[str]]]:
    pairs = [entry.partition("|") for entry in in_order("opposites", ";")]
    return [(frozenset(map(stem, one.split())), frozenset(map(stem, other.split()))) for one, _, other in pairs]


def opposites(claim: str, evidence: str) -> list[tuple[str, str]]:
    """Pairs of a word of the claim and its opposite in the evidence, where neither text has the other's word: "admitted", "denied"."""
    here, there = _polarities(claim), _polarities(evidence)
    firm = {word for word, one in here.items() if one.stated and not one.denied and not one.doubtful and word not in there}
    against = {word for word, one in there.items() if one.stated and not one.denied and word not in here}
    pairs = [(one, other) for two in _opposites() for mine, theirs in (two, two[::-1]) for one in mine & firm for other in theirs & against]
    reversed_ = [
        (one, other) for one in firm for other in against for prefix in REVERSING if prefix + one == other or prefix + other == one
    ]
    return [*pairs, *reversed_]


def _opposed(one: _Polarity, other: _Polarity) -> bool:
    return not (one.doubtful or other.doubtful) and one.stated == other.denied and one.denied == other.stated and one.stated != one.denied


def _denies(word: str) -> bool:
    return word in DENYING or word.replace("’", "'").endswith("n't")


def _polarities(text: str) -> dict[str, _Polarity]:
    found: dict[str, _Polarity] = {}
    for clause in _CLAUSE.split(text):
        tokens = _WORD.findall(clause)
        reach = doubt = 0
        last = None
        for word, after in zip(tokens, [*tokens[1:], ""], strict=False):
            lower = word.lower()
            if lower in NOTHING and last is not None:
                last.stated, last.denied = False, True
            if lower == "that":
                reach = min(reach, 2)
            elif _denies(lower) and not after.isdigit() and after.lower() not in MERELY:
                reach = 4
            elif content_words(word) and word.islower() and word not in ("whether", "instead", "rather"):
                last = found.setdefault(stem(word), _Polarity())
                last.stated |= reach == 0
                last.denied |= reach > 2
                last.doubtful |= 0 < reach <= 2 or doubt > 0
                reach, doubt = max(0, reach - 1), max(0, doubt - 1)
            if lower in AGAINST or lower.startswith(AGAINST_STEMS):
                doubt = 3
    return found

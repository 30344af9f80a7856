"""How well is a claim carried by evidence? Read beside it, without a language model.

The reader says whether a part of the evidence entails the claim. Beside it count how much of the claim stands in one place of the
evidence word for word, and which of its words stand nowhere there. A logistic model weighs them (`index.belief`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import pairwise

from assistant.verification import wording
from assistant.verification.alignment import align
from assistant.verification.contrasts import doubts, settled
from assistant.verification.figures import foreign_numbers
from assistant.verification.forms import Forms
from assistant.verification.grammar import Grammar
from assistant.verification.parses import parsed
from index.belief import ClaimSigns, claim_odds
from index.reader import Reader, Text
from index.text import content_stems, content_words, stems

CARRIED = 0.18  # the chance from which on a claim is carried; it lies between the scripted lies and the honest answers of the tests
CONTRARY = 0.75  # the chance from which on evidence contradicts a claim
MOST_WORDS = 70  # words of evidence that are read as one text
MOST_READ = 5  # parts of the evidence that are read by themselves
WINDOW = 36  # words of a longer evidence sentence that are taken for one
MOST_FOREIGN = 4

Terms = set[str | tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a claim is carried.

    ``score`` is the chance that it is. ``signs`` are what that is reckoned from, ``foreign`` the claim's words that stand nowhere in the
    evidence, ``seen`` the parts of the evidence that have most of its words.
    """

    signs: ClaimSigns | None
    foreign: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """See above."""
        return 1 / (1 + math.exp(-claim_odds(self.signs))) if self.signs else 0.0

    @property
    def carried(self) -> bool:
        """Whether the evidence carries the claim, and is not contrary to it."""
        return self.score >= CARRIED and not self.contrary

    @property
    def contrary(self) -> bool:
        """Whether the evidence contradicts the claim."""
        return self.signs is not None and self.signs.contradicted >= CONTRARY


def weigh(claim: str, evidence: Sequence[str], reader: Reader, known: Set[str] = frozenset()) -> Reading:
    """Read a claim (a sentence) beside its evidence (texts of any length, of which the likeliest parts are read).

    Words whose stems are ``known`` to be accounted for are not foreign, whether they stand there or not.
    """
    whole = [sentence for text in evidence for sentence in sentences(text)]
    words = content_words(claim)
    if not words or not whole:
        return Reading(None)
    parts = [window for sentence in whole for window in windows(sentence)]
    seen = [parts[number] for number in select(claim, parts, [len(part.split()) for part in parts], MOST_WORDS)]
    likely = select(claim, parts, [1] * len(parts), MOST_READ)
    beside = [f"{parts[one]} {parts[other]}" for one, other in pairwise(likely) if other == one + 1]
    texts = dict.fromkeys([" ".join(seen), *(parts[number] for number in likely), *beside])
    rows = reader.relations([(claim, Text(text)) for text in texts])
    best = max(rows, key=lambda relation: relation.entails)
    there = content_stems(" ".join(evidence)) | known
    foreign = tuple(dict.fromkeys(word for word in words if not content_stems(word) <= there))
    signs = ClaimSigns(_log_odds(best.entails), best.contradicts, copied(claim, whole), len(foreign) / len(words), float(bool(foreign)))
    return Reading(signs, foreign[:MOST_FOREIGN], tuple(seen))


def score(claim: str, evidence: Sequence[str], reader: Reader) -> float:
    """How well a claim is carried, whoever says it: what reading gives, halved where its words tell against it (`contradicted`)."""
    reading = weigh(claim, evidence, reader)
    return reading.score / 2 if contradicted(claim, evidence, " ".join(reading.seen), reader) else reading.score


def _log_odds(chance: float) -> float:
    kept = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def sentences(text: str) -> list[str]:
    """The sentences of a text, by its full stops: one too many does no harm here."""
    return [sentence for sentence in re.split(r"(?<=[.!?])[\"”’']*\s+", " ".join(text.split())) if sentence]


def windows(sentence: str) -> list[str]:
    """A sentence; one longer than ``WINDOW`` words in overlapping parts: headlines and captions often have no full stop."""
    words = sentence.split()
    starts = range(0, len(words) - WINDOW // 2, WINDOW // 2) if len(words) > WINDOW else [0]
    return [" ".join(words[start : start + WINDOW]) for start in starts]


def terms(text: str) -> Terms:
    """The stems of a text and its pairs of neighbouring stems."""
    words = stems(text)
    return {*words, *pairs(words)}


def pairs(words: list[str]) -> list[tuple[str, str]]:
    """Neighbouring words."""
    return list(pairwise(words))


def select(claim: str, parts: Sequence[str], lengths: Sequence[int], most: int) -> list[int]:
    """Numbers of the parts that together have most of a claim's terms, rare ones counting more; ``most`` long in all, but at least one."""
    held = [terms(part) for part in parts]
    wanted = terms(claim)
    counts = {term: sum(term in one for one in held) for term in wanted}
    weight = {term: math.log(1 + len(parts) / count) for term, count in counts.items() if count}
    left, rest, used = set(weight), set(range(len(parts))), 0
    chosen: list[int] = []
    while rest and used < most:
        best = max(rest, key=lambda number: (_weigh(held[number] & left, weight) + 0.1 * _weigh(held[number] & wanted, weight), -number))
        rest.discard(best)
        if chosen and used + lengths[best] > most:
            continue
        if chosen and not held[best] & weight.keys():
            break
        chosen.append(best)
        used += lengths[best]
        left -= held[best]
    return sorted(chosen)


def _weigh(found: Terms, weight: dict[str | tuple[str, str], float]) -> float:
    return sum(weight.get(term, 0.0) for term in found)


def copied(claim: str, parts: Sequence[str]) -> float:
    """How much of a claim the evidence, sentence by sentence, has word for word: the mean of two shares.

    Of the claim's words that matter, the most that stand in one sentence (one window of a long one); of its pairs of neighbouring words,
    the most that stand in two sentences in a row. Words meet by chance where pairs do not, so they are looked for in less.
    """
    words, own, shares = content_stems(claim), pairs(stems(claim)), []
    if words:
        shares.append(max((len(words & content_stems(window)) for part in parts for window in windows(part)), default=0) / len(words))
    if own:
        held = [set(pairs(stems(part))) for part in parts]
        found = [sum(pair in one or pair in other for pair in own) for one, other in pairwise([*held, set()])]
        shares.append(max(found, default=0) / len(own))
    return sum(shares) / max(1, len(shares))


def contradicted(claim: str, evidence: Sequence[str], near: str, reader: Reader) -> bool:
    """Whether words tell against a claim, as the verifier's checks have it.

    A quotation, a number or a name in it is not in the evidence; or it says otherwise than ``near``, the part of the evidence that it is
    about. A claim in lower case is held against the evidence in lower case.
    """
    if claim.islower():
        evidence, near = [text.lower() for text in evidence], near.lower()
    if any(not wording.stands_in(quote, evidence) for quote in wording.quoted(claim)) or foreign_numbers(claim, evidence):
        return True
    if wording.foreign_names(claim, evidence) or not near:
        return bool(near)
    own, there = map(Grammar, parsed([claim, near]))
    return bool(settled(list(doubts(align(own, [there], Forms().same))), claim, [near], reader))

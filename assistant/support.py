"""How well is a claim carried by evidence? Read word by word, without a language model, in milliseconds.

The claim and the evidence go through the bundled encoder together, so that every word of the claim sees the evidence; a small change
of its weights, learned for this, turns what comes out into the odds that the evidence carries that word. The change is of low rank (Hu and
others, "LoRA", 2021) and is kept beside this file; a mark for each word, not only one for the claim, follows Goyal and Durrett (Findings of
EMNLP 2020). To this is added how much of the claim stands in one place of the evidence word for word: a reader this small can be
fooled, copied words cannot. `eval/train_verifier.py` made the weights and tells from what.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from assistant import wording
from index.embedder import QuickEmbedder, Vectors, bundled_folder
from index.judge import content_stems, content_words, stems

WEIGHTS = Path(__file__).with_name("support.npz")
CARRIED = 0.3  # the score from which on a claim is carried; eval/LOG.md has what moving it costs
MOST_PIECES = 90  # word pieces of evidence to choose; the last sentence chosen may go over
LONGEST_CLAIM, LONGEST_EVIDENCE = 80, 150
WINDOW = 36  # words of a longer evidence sentence that are taken for one
MOST_WEAK = 4
FOREIGN = -2.5  # log-odds down to which a word that is not in the evidence may be another word for one that is
NEARLY_COPIED, SHORT, SWAPPED = 0.65, 5, -0.5  # the same where so much is copied, or so few words matter: there, one word is the claim

Terms = set[str | tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """How well a claim is carried.

    ``score`` is between 0 and 1, the mean of ``read`` (the odds word by word, as a geometric mean) and ``copied`` (how much of it the
    evidence has word for word). ``weak`` are the words carried least, ``foreign`` those of them that are nowhere in the evidence and that
    nothing in it carries, ``seen`` the parts of the evidence that were read.
    """

    read: float
    copied: float
    weak: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """See above."""
        return (self.read + self.copied) / 2

    @property
    def carried(self) -> bool:
        """Whether the evidence carries the claim: the whole of it, and no word that is wholly foreign to it."""
        return self.score >= CARRIED and not self.foreign


class Reader:
    """Reads claims beside evidence. Its weights are read once; it keeps no state between claims."""

    def __init__(self, encoder: QuickEmbedder | None = None, weights: Path = WEIGHTS) -> None:
        with np.load(weights) as stored:
            learned: dict[str, Vectors] = {name: stored[name].astype(np.float32) for name in stored.files}
        self._head, self._bias = learned.pop("head"), float(learned.pop("bias"))
        changes = {name[:-2]: learned[f"{name[:-2]}.b"] @ learned[name] for name in learned if name.endswith(".a")}
        self._encoder = (encoder or QuickEmbedder(bundled_folder())).adapted(changes)

    def read(self, claim: str, evidence: Sequence[str]) -> Reading:
        """Read a claim (a sentence) beside its evidence (texts of any length, of which the likeliest parts are read)."""
        whole = [sentence for text in evidence for sentence in sentences(text)]
        ids, places = self._encoder.pieces(claim)
        if not ids or not whole:
            return Reading(0.0, 0.0)
        seen = self.chosen(claim, [window for sentence in whole for window in windows(sentence)])
        odds = self.odds(ids, [piece for part in seen for piece in self._encoder.pieces(part)[0]])
        read = float(np.exp(np.mean(-np.log1p(np.exp(-odds)))))
        share = copied(claim, whole)
        words = weak_words(claim, places, odds)
        plain = share >= NEARLY_COPIED or len(content_words(claim)) <= SHORT
        least, there = SWAPPED if plain else FOREIGN, content_stems(" ".join(evidence))
        foreign = tuple(word for word, odd in words.items() if odd <= least and not content_stems(word) <= there)
        return Reading(read, share, weakest(words), foreign, tuple(seen))

    def score(self, claim: str, evidence: Sequence[str]) -> float:
        """How well a claim is carried, whoever says it: what reading gives, halved where its words tell against it (`contradicted`)."""
        reading = self.read(claim, evidence)
        return reading.score / 2 if contradicted(claim, evidence, " ".join(reading.seen)) else reading.score

    def odds(self, claim: list[int], evidence: list[int]) -> Vectors:
        """The log-odds of each word piece of a claim."""
        states = self._encoder.read_pair(claim[:LONGEST_CLAIM], evidence[:LONGEST_EVIDENCE])
        return np.asarray(states @ self._head + self._bias, dtype=np.float32)

    def chosen(self, claim: str, parts: list[str], most: int = MOST_PIECES) -> list[str]:
        """Those parts of the evidence that have most of the claim's words, in reading order."""
        lengths = [len(self._encoder.pieces(part)[0]) for part in parts]
        return [parts[number] for number in select(claim, parts, lengths, most)]


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


def contradicted(claim: str, evidence: Sequence[str], near: str) -> bool:
    """Whether words alone tell against a claim, as the verifier's checks have it.

    A quotation, a number or a name in it is not in the evidence; or a "not", an opposite or who does what to whom is the other way round
    in ``near``, the part of the evidence that it is about. A claim in lower case is held against the evidence in lower case.
    """
    if claim.islower():
        evidence, near = [text.lower() for text in evidence], near.lower()
    return any(
        (
            any(not wording.stands_in(quote, evidence) for quote in wording.quoted(claim)),
            wording.foreign_numbers(claim, evidence),
            wording.foreign_names(claim, evidence),
            wording.flipped(claim, near),
            wording.opposites(claim, near),
            wording.exchanged(claim, near),
        )
    )


def weak_words(claim: str, places: list[tuple[int, int]], odds: Vectors) -> dict[str, float]:
    """The words that matter and are rather not carried than carried, in their order, with their odds."""
    found: dict[str, float] = {}
    for match in re.finditer(r"[\w’'-]+", claim):
        own = [float(odds[number]) for number, (start, _) in enumerate(places[: len(odds)]) if match.start() <= start < match.end()]
        if own and min(own) < 0 and content_words(match.group()):
            found.setdefault(match.group(), min(own))
    return found


def weakest(words: Mapping[str, float]) -> tuple[str, ...]:
    """The four weakest of weak words, in their order."""
    worst = sorted(words, key=lambda word: words[word])[:MOST_WEAK]
    return tuple(word for word in words if word in worst)

"""Which word of the evidence each word of a claim takes up: the same word, a form of it, or another word in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.verification.grammar import CLAUSES, QUANTITIES, Grammar, clause_of, is_predicate, key, means

if TYPE_CHECKING:
    from spacy.tokens import Token

Same = Callable[["Token", "Token"], bool]
SUBJECT = 0.5  # what a shared subject counts where a verb shares more than that
ROUNDS = 3  # how often words in place of others are looked for, each round from what the one before found


@dataclass(slots=True)
class Alignment:
    """The words of a claim with their counterparts in the evidence.

    ``same`` are those that stand there too, by their numbers in the claim; ``instead`` are those that stand in the place of another word,
    with that word; both give the number of the text and the word in it.
    """

    claim: Grammar
    texts: Sequence[Grammar]
    same: dict[int, tuple[int, Token]] = field(default_factory=dict)
    instead: dict[int, tuple[int, Token]] = field(default_factory=dict)

    def of(self, token: Token) -> tuple[int, Token] | None:
        """The counterpart of a word, of either kind."""
        return self.same.get(token.i) or self.instead.get(token.i)

    def credible(self, token: Token, text: int, other: Token) -> bool:
        """Whether a word and another one are likely to tell of one thing: half of what stands by the one stands by the other, too."""
        verb = clause_of(token)
        beside = [one for one in (clause(verb) if verb is not None else token.sent) if means(one) and one.i != token.i]
        within = other.sent.start, other.sent.end
        there = [found for one in beside if (found := self.same.get(one.i))]
        shared = sum(number == text and within[0] <= found.i < within[1] for number, found in there)
        return 2 * shared >= len(beside)

    @property
    def new(self) -> list[Token]:
        """The words of meaning without any counterpart."""
        return [token for token in self.claim.content if self.of(token) is None]


def align(claim: Grammar, texts: Sequence[Grammar], same: Same) -> Alignment:
    """Align a claim with its evidence."""
    found = Alignment(claim, texts)
    near = {(number, token.i): _around(text, token) for number, text in enumerate(texts) for token in text.content}
    for token in claim.content:
        around = _around(claim, token)
        options = [
            (
                len(around & near[number, other.i]) + (token.dep_ == other.dep_) / 2 + (token.pos_ == other.pos_) / 4,
                -number,
                -other.i,
                other,
            )
            for number, text in enumerate(texts)
            for other in text.content
            if same(token, other)
        ]
        if options:
            _, number, _, other = max(options, key=lambda option: option[:3])
            found.same[token.i] = -number, other
    for _ in range(ROUNDS):
        before = len(found.instead)
        _fill(found)
        if len(found.instead) == before:
            break
    return found


def clause(verb: Token) -> list[Token]:
    """The words of a verb's clause, without the clauses that hang on it."""
    found, waiting = [verb], [verb]
    while waiting:
        below = [c for c in waiting.pop().children if c.dep_ not in CLAUSES or not is_predicate(c)]
        found += below
        waiting += below
    return found


def _around(text: Grammar, token: Token) -> frozenset[str]:
    """The other words of a word's clause, and the one it hangs on."""
    verb = clause_of(token)
    inside = {one for one in (verb.subtree if verb is not None else token.sent) if means(one) and one.i != token.i}
    own = text.links.get(token.i)
    return (
        frozenset(key(one) for one in inside)
        | ({f"^{key(own.head)}"} if own else set())
        | {f"{role}:{key(one)}" for one, role in text.dependents.get(token.i, ())}
    )


def _fill(found: Alignment) -> None:
    """Give words without counterpart the word that stands in their place, seen from what they hang on or what hangs on them."""
    taken = {(number, other.i) for number, other in (*found.same.values(), *found.instead.values())}
    for token in found.new:
        for number, other in _places(found, token):
            if (number, other.i) not in taken and _alike(token, other):
                found.instead[token.i] = number, other
                taken.add((number, other.i))
                break


def _places(found: Alignment, token: Token) -> list[tuple[int, Token]]:
    """Words of the evidence that may stand in a word's place: they share with it what hangs on it, or what it hangs on."""
    votes: dict[tuple[int, int], float] = {}
    words: dict[tuple[int, int], tuple[int, Token]] = {}

    def vote(number: int, other: Token, weight: float) -> None:
        votes[number, other.i] = votes.get((number, other.i), 0) + weight
        words[number, other.i] = number, other

    all_below = found.claim.dependents.get(token.i, ())
    below = [(role, there) for one, role in all_below if (there := found.of(one))]
    for role, (number, dependent) in below:  # "praised" for "mocked", of the same people
        above = found.texts[number].links.get(dependent.i)
        if above and above.role == role:
            vote(number, above.head, _weight(role, dependent) if len(all_below) > 1 else 1)
    own = found.claim.links.get(token.i)
    there = found.of(own.head) if own else None
    if own and there:
        for one, role in found.texts[there[0]].dependents.get(there[1].i, ()):
            if role == own.role:
                vote(there[0], one, 1)
    return [words[place] for place in sorted(votes, key=lambda place: (-votes[place], place)) if votes[place] >= 1]


def _weight(role: str, dependent: Token) -> float:
    """How much a shared word tells of what it hangs on: who does it tells less than what is done, and when tells nothing."""
    return 0 if role == "modifier" or dependent.ent_type_ in ("DATE", "TIME") else SUBJECT if role == "subject" else 1


def _alike(token: Token, other: Token) -> bool:
    """Whether two words can stand in one place."""
    if token.pos_ in ("NOUN", "ADJ") and (other.pos_ == "PROPN" or (token.is_stop and token.lower_ not in QUANTITIES)):
        return False
    kinds = {"PROPN": "NOUN", "PRON": "NOUN", "AUX": "VERB", "DET": "ADJ", "NUM": "ADJ"}
    return kinds.get(token.pos_, token.pos_) == kinds.get(other.pos_, other.pos_)

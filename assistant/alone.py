"""What one outlet alone has, and what it leaves out: every passage is searched for in the others, by its words and by its meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.evidence import Evidence, within
from assistant.finder import ABOUT, MAIN, Finder
from assistant.reading import outlet_aliases
from assistant.relation import shared
from assistant.render import listed
from assistant.types import Question
from index.lexicon import words
from index.reader import Text
from index.record import Scope
from index.types import Hit

ALIKE = 0.6  # two passages so alike may tell one thing: then neither is one outlet's alone
SHARED = 0.6  # two passages that share so much of the shorter one's words may, too
MAY_CARRY = 0.3  # a passage that carries another with such a chance may tell it
NEGATIVE = words("negative")
NEAREST = 6  # passages elsewhere that a passage is compared with


class Alone(Finder):
    """Compares what outlets have, passage by passage."""

    def only(self, question: Question, scope: Scope) -> Evidence:
        """What an outlet has and no other: those of its passages to which nothing in the others comes near."""
        if not question.outlets:
            return self.gatherer.gather(question, scope)
        others = self.gatherer.beside(question.outlets, scope)
        alone = self._lacking(self._passages(question, within(question.outlets, scope)), others)
        return self._compared(question, scope, alone, "only", "nothing_alone", others)

    def left_out(self, question: Question, scope: Scope) -> Evidence:
        """What the others have, or the second outlet named, and the first does not."""
        if not question.outlets:
            return self.gatherer.gather(question, scope)
        named = sorted(question.outlets, key=lambda outlet: _place_in(question.text, outlet))
        if _lacks_last(question.text, named):  # "What is in the Echo that the Post doesn't have?"
            named.reverse()
            if len(named) == 1:
                return self.only(question, scope)
        first, *rest = named
        own = within((first,), scope)
        source = within(rest, scope) if rest else self.gatherer.beside((first,), scope)
        missing = self._lacking(self._passages(question, source), own)
        return self._compared(replace(question, outlets=(first,)), scope, missing, "left_out", "nothing_left_out", own)

    def _compared(self, question: Question, scope: Scope, hits: list[Hit], found: str, nothing: str, other: Scope) -> Evidence:
        evidence = self.shown(question, scope, hits, MAIN)
        looked = str(self.gatherer.record.size(other))
        return self.with_line(evidence, found if hits else nothing, names=listed(question.outlets), looked=looked)

    def _passages(self, question: Question, scope: Scope) -> list[Hit]:
        """The passages of a scope on a topic, or all; the most telling first."""
        return (self.on(replace(question, outlets=()), scope) if question.topic else self.central(scope))[:ABOUT]

    def _lacking(self, hits: Sequence[Hit], scope: Scope) -> list[Hit]:
        """Those passages to which nothing in a scope comes near: each is searched for there by its words and by its meaning."""
        found: list[Hit] = []
        for hit in hits:
            if len(found) < MAIN.most and not self._comes_near(hit, scope):
                found.append(hit)
        return found

    def _comes_near(self, hit: Hit, scope: Scope) -> bool:
        text = hit.passage.text
        others = list(self.gatherer.record.passages(self.gatherer.searcher.find(text, scope, pool=NEAREST)).values())
        vectors = self.gatherer.record.vectors([hit.number, *(other.id for other in others)])
        alike = [float(vectors[other.id] @ vectors[hit.number]) for other in others]
        if any(near >= ALIKE for near in alike) or any(shared(text, other.passage.text) >= SHARED for other in others):
            return True
        read = self.gatherer.comparer.reader.relations([(text, Text(other.passage.text)) for other in others])
        return any(relation.entails >= MAY_CARRY for relation in read)


def _lacks_last(text: str, named: Sequence[str]) -> bool:
    """Whether a question says "not" only behind the last outlet it names: then that lacks something, or, of one alone, the others."""
    place = _place_in(text, named[-1])
    return not _says_not(text[:place]) and _says_not(text[place:])


def _says_not(text: str) -> bool:
    """Whether any word of a text says "not"."""
    return any(word in NEGATIVE or word.endswith(("n't", "n’t")) for word in text.lower().strip(" ?.!").split())


def _place_in(text: str, outlet: str) -> int:
    """Where a question names an outlet, by the first of its names that it has."""
    found = (text.lower().find(alias.lower()) for alias in outlet_aliases(outlet))
    return next((place for place in found if place >= 0), len(text))

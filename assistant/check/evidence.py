"""The passages that a claim is held against: the likeliest to tell of the same thing, read beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.belief import covered
from index.reader import Relation, Text
from index.record import Scope
from index.search import Searcher, fuse
from index.text import content_words, stem
from index.types import Hit, Passage

FOUND, READ = 32, 7  # passages that a search finds, and of them how many at most are read beside the claim
WORDS = 2  # how much more it counts that all words of a claim stand in a passage than how it reads
UNREAD = Relation(0.0, 1.0, 0.0)
SAME_WORDS, SAME_MEANING, SAME_READ = 0.4, 0.6, 0.5  # from which on a passage may tell of the same thing as a claim


@dataclass(frozen=True, slots=True)
class Near:
    """A passage near a claim.

    ``read`` is what it is to the claim, ``covered`` the share of the claim's words, weighted by rarity, that it has, ``alike`` the cosine
    of their vectors.
    """

    number: int
    passage: Passage
    read: Relation
    covered: float
    alike: float

    @property
    def score(self) -> float:
        """How likely it is to tell of the same thing: it says the same or the opposite, in the same words."""
        return max(self.read.entails, self.read.contradicts) + WORDS * self.covered

    @property
    def same_thing(self) -> bool:
        """Whether it may tell of the same thing, rightly or not."""
        return self.covered >= SAME_WORDS or self.alike >= SAME_MEANING or self.read.entails >= SAME_READ

    @property
    def hit(self) -> Hit:
        """The passage as other parts take it."""
        return Hit(self.passage, self.score, 0.0, self.number)


def near(words: str, searcher: Searcher, scope: Scope, articles: Sequence[str] = (), also: Sequence[int] = ()) -> list[Near]:
    """The passages nearest to a claim, the likeliest first; of ``articles`` alone, where some are named.

    Those numbered ``also`` are among them.
    """
    record = searcher.record
    of = [one.id for name in articles for one in record.passages_of(name)]
    numbers = of if articles else searcher.find(words, scope, pool=FOUND)
    stored = record.passages(dict.fromkeys([*also, *numbers]))
    rarity = record.rarity({stem(word): word for word in content_words(words)})
    share = {number: covered(rarity, one.passage.text) for number, one in stored.items()}
    by_words = sorted(stored, key=lambda number: -share[number])
    alike = dict(searcher.among(words, scope, list(stored), len(stored)))
    chosen = dict.fromkeys([*also, *fuse(by_words, list(alike))[:READ]])
    most = max((share[number] for number in chosen), default=0.0)
    first = {stored[number].passage.article for number in chosen if number in also or WORDS * (most - share[number]) < 1}
    likely = [number for number in chosen if stored[number].passage.article in first]  # no other can come first, or stand beside what does
    rows = searcher.reader.relations([(words, Text(stored[number].passage.text)) for number in likely])
    read = dict(zip(likely, rows, strict=True))
    found = [Near(number, stored[number].passage, read.get(number, UNREAD), share[number], alike[number]) for number in chosen]
    return sorted(found, key=lambda one: (-one.score, one.number))

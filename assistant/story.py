"""Which articles are on one story: those of the same days that share the names by which an article is told from all others.

Silence about a story is only worth a word of outlets that cover it. Names and time are what topic detection goes by since Allan and others,
"Topic Detection and Tracking Pilot Study" (1998).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from index.record import Scope
from index.search import KEPT, Searcher
from index.text import content_words, stem
from index.types import Hit

TELLING = 16  # names by which an article is told from others
TWICE = 2  # how often an article has a name that tells of it
SHARED = 0.25  # the share of those names, weighted by how rare they are, that makes two articles one story
WITHIN = 7  # days between two articles on one story
NEAR = 400  # passages that hold such names, whose articles are compared where no date says which are near
AS_MUCH = 0.6  # the share of what the first story weighs, from which on another one is as much told
LOOKED = 12  # passages by which it is told which story they are mostly on
MOST = 6  # articles of a topic whose story is looked for


class Stories:
    """Finds the articles on one story in an index."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher, self._record = searcher, searcher.record
        self._telling = lru_cache(KEPT)(self._told_by)

    def forget(self) -> None:
        """The index has changed, and with it how rare a name is."""
        self._telling.cache_clear()

    def around(self, articles: Iterable[str], scope: Scope, among: Collection[str] | None = None) -> set[str]:
        """The articles of a scope, or of those ``among``, that are on the story of any of some articles; these are among them."""
        found: set[str] = set()
        for one in list(dict.fromkeys(articles))[:MOST]:
            found |= {one, *self._like(one, scope, among)}
        return found

    def main(self, hits: Sequence[Hit], scope: Scope, among: Collection[str] | None = None) -> set[str]:
        """The articles of the story that passages mostly tell, those first in order counting most; of stories told as much, of all.

        Of those ``among`` alone, where some are named: then no other is read.
        """
        stories: list[tuple[float, set[str]]] = []
        weights: dict[str, float] = defaultdict(float)
        for rank, hit in enumerate(hits[:LOOKED], 1):
            weights[hit.passage.article] += 1 / rank
        told: set[str] = set()
        for name in list(weights):
            if name not in told:
                story = self.around([name], scope, among)
                told |= story
                stories.append((sum(weights[other] for other in story), story))
        most = max((weight for weight, _ in stories), default=0.0)
        return set().union(*(story for weight, story in stories if weight >= AS_MUCH * most))

    def alike(self, name: str, other: str) -> bool:
        """Whether another article shares the names that tell of one: so does any where none tells of it."""
        telling, stems = self._telling(name), self._searcher.stems_of(other)
        return sum(weight for word, weight in telling.items() if word in stems) >= SHARED * sum(telling.values())

    def _like(self, name: str, scope: Scope, among: Collection[str] | None) -> list[str]:
        near = self._near(name, list(self._telling(name)), scope)
        return [other for other in near if (among is None or other in among) and self.alike(name, other)]

    def _told_by(self, name: str) -> dict[str, float]:
        """The stems of the names that an article has more than once and few others have, with their weights."""
        names = [word for word in content_words(self._searcher.article(name).text) if word[:1].isupper()]
        times = Counter(map(stem, names))
        rarity = self._record.rarity({key: word for word in names if times[key := stem(word)] >= TWICE})
        weights = {key: times[key] ** 0.5 * rare for key, rare in rarity.items()}
        return dict(sorted(weights.items(), key=lambda one: -one[1])[:TELLING])

    def _near(self, name: str, words: list[str], scope: Scope) -> list[str]:
        """The articles that may be on the story of one: printed in the same days; where that is not known, those that hold its names."""
        published = self._searcher.article(name).published
        if published is None:
            numbers = [number for number, _ in self._record.match(words, scope, NEAR)]
            return list(dict.fromkeys(one.passage.article for one in self._record.passages(numbers).values()))
        first, last = ((dt.date.fromisoformat(published) + dt.timedelta(days)).isoformat() for days in (-WITHIN, WITHIN))
        return self._record.printed(first, last, scope)

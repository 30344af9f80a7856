"""Passages as the kinds of question want them: on a topic, of one story, central to what all tell, with a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.evidence import Evidence, Gatherer, Verdict
from assistant.grouping import Limit, all_of, unseen
from assistant.relation import LIKE_VECTOR
from assistant.topic import capitalised
from assistant.types import Question
from assistant.verification.dates import named_days
from assistant.verification.parses import parsed
from index.record import Scope
from index.text import content_stems, content_words
from index.types import Hit

OPENING = 14  # passages of each article that a summary looks at: news tells the most first
MOST_OPENING = 4_000
MAIN, LISTED, DATED = map(all_of, (5, 20, 10))
FEWEST = 3  # passages on a topic with which it is told well enough, or with a day of their own that make a time line
ABOUT = 60  # passages that are looked at for a sum, or for what one outlet alone has


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds passages in one index, and makes evidence of them."""

    gatherer: Gatherer

    def on(self, question: Question, scope: Scope, among: Sequence[int] | None = None) -> list[Hit]:
        """The passages on a topic, the best first."""
        return self.gatherer.judge.judged(question, scope, among or ()).on

    def told_of(self, question: Question, scope: Scope) -> list[Hit]:
        """The passages on a topic, of one story; and where hardly any is plainly on it, all of the story that comes nearest."""
        judged = self.gatherer.judge.judged(question, scope)
        on = self.gatherer.on_story(judged.on, scope)
        if len(on) >= FEWEST or (on and is_name(question.topic)):
            return on
        topic, stems_of = content_stems(question.topic), self.gatherer.searcher.stems_of
        articles = {name for name in self.gatherer.stories.main(judged.read, scope) if 2 * len(topic & stems_of(name)) >= len(topic)}
        if not articles:
            return on
        return [*on, *(hit for hit in self.central(scope, ABOUT, articles) if hit.number not in {one.number for one in on})]

    def as_hits(self, numbers: Sequence[int]) -> list[Hit]:
        """Passages by their numbers, unread."""
        stored = self.gatherer.record.passages(numbers)
        return [Hit(stored[number].passage, 0.0, 0.0, number) for number in numbers if number in stored]

    def central(self, scope: Scope, most: int = ABOUT, articles: Collection[str] = ()) -> list[Hit]:
        """The passages whose like most outlets have, and that are nearest to what all articles tell, or some; the most central first."""
        hits = self.as_hits(self.gatherer.record.opening(scope, OPENING)[:MOST_OPENING])
        hits = [hit for hit in hits if not articles or hit.passage.article in articles]
        if not hits:
            return []
        vectors = np.stack([vector for _, vector in sorted(self.gatherer.record.vectors(hit.number for hit in hits).items())])
        hits = sorted(hits, key=lambda hit: hit.number)
        middle = vectors.mean(axis=0)
        outlets = [self.gatherer.article(hit).outlet or hit.passage.article for hit in hits]
        alike = vectors @ vectors.T >= LIKE_VECTOR
        carried = [len({outlets[other] for other in np.flatnonzero(row)}) for row in alike]
        score = [float(vector @ middle) / float(np.linalg.norm(middle)) for vector in vectors]
        order = sorted(range(len(hits)), key=lambda place: (-carried[place], -score[place]))
        return [replace(hits[place], score=float(carried[place]) + score[place]) for place in order[:most]]

    def shown(
        self, question: Question, scope: Scope, hits: Sequence[Hit], limit: Limit, speakers: frozenset[str] = frozenset()
    ) -> Evidence:
        """Passages as evidence, but for those that were shown already."""
        return self.gatherer.evidence(question, scope, self.gatherer.grouper.findings(unseen(question, hits), limit, speakers))

    def day_told(self, hit: Hit) -> str:
        """The day that a passage names, no later than it was printed: of "Monday" the last one; nothing where it names none."""
        printed = self.printed(hit)
        named = named_days(parsed([hit.passage.text])[0], printed) if printed else ()
        told = (max((first for first, last in meant if first == last and first.isoformat() <= printed), default=None) for _, meant in named)
        return next((day.isoformat() for day in told if day), "")

    def printed(self, hit: Hit) -> str:
        """The day on which a passage was printed; nothing where nobody knows."""
        return self.gatherer.article(hit).published or ""

    def with_line(self, evidence: Evidence, verdict: str, **values: str) -> Evidence:
        """Evidence with the line that stands before it."""
        return replace(evidence, verdict=Verdict(verdict, values))


def is_name(topic: str) -> bool:
    """Whether a topic is a mere name."""
    return bool(topic) and len(capitalised(topic)) == len(content_words(topic))

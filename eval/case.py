"""One question, its answer and the articles, side by side: what every metric looks at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.render import text_of
from assistant.types import Answer, Citation, Point
from eval.golden import Golden, Words
from eval.support import misnumbers, same_words
from index.record import Record
from index.types import Article, Passage

HALF = 0.5  # a citation shows words when it holds at least this share of them


@dataclass(frozen=True)
class Corpus:
    """The articles that are asked about, by id, and what their speakers are called: canonical name and side by lower-case alias."""

    articles: Mapping[str, Article]
    names: Mapping[str, tuple[str, str | None]]

    @classmethod
    def of(cls, record: Record) -> Corpus:
        """The corpus of an open index."""
        return cls({article.id: article for article in record.articles()}, record.names())

    @cached_property
    def outlets(self) -> frozenset[str]:
        """The outlets that are known."""
        return frozenset(article.outlet for article in self.articles.values() if article.outlet)

    def speaker(self, name: str) -> str:
        """A key that is equal for all the names of one speaker: his canonical name where the index has one."""
        canonical, _ = self.names.get(" ".join(_words(name)), (name, None))
        return " ".join(word.removesuffix("'s") for word in _words(canonical)).removeprefix("the ")

    def speakers(self, names: Iterable[str]) -> set[str]:
        """The keys of those a point is credited to: each of several who speak together."""
        return set(map(self.speaker, names))

    def text(self, citation: Citation) -> str:
        """What the cited article really says at a citation's offsets; empty where there is no such place."""
        article = self.articles.get(citation.article)
        sound = article is not None and 0 <= citation.start < citation.end <= len(article.text)
        return article.text[citation.start : citation.end] if article is not None and sound else ""


def _words(name: str) -> list[str]:
    return name.lower().replace("’", "'").split()


class Case:
    """A question with its answer and the corpus, and with the passages that retrieval finds for it where that is known.

    Of a language model it is the model's own answer, and ``shown`` what people are shown of it or in its place.
    An ordinary class on purpose: ragas passes arguments through pydantic, which would turn a dataclass into a dictionary.
    """

    def __init__(
        self,
        golden: Golden,
        answer: Answer,
        corpus: Corpus,
        retrieved: Sequence[Passage] | None = None,
        shown: Answer | None = None,
    ) -> None:
        self.golden, self.answer, self.corpus, self.retrieved, self.shown = golden, answer, corpus, retrieved, shown
        self._numbered = {citation.n: citation for citation in answer.citations}

    @property
    def asked(self) -> str:
        """The question as it was asked, after the earlier ones of its conversation, a line each."""
        return "\n".join((*self.golden.history, self.golden.question))

    @property
    def answered(self) -> bool:
        """Whether it is an answer, and not an abstention."""
        return self.answer.status == "answered"

    def citations(self, point: Point) -> list[Citation]:
        """What a point cites; numbers without a citation are left out."""
        return [self._numbered[number] for number in dict.fromkeys(point.citations) if number in self._numbered]

    def printed(self, point: Point) -> str:
        """A point as it is printed."""
        return text_of(point, self.answer.citations)

    def cited(self) -> list[Citation]:
        """Citations that some point of the answer rests on, each once. What an abstention shows as nearest is not among them."""
        return list({citation.n: citation for point in self.answer.points for citation in self.citations(point)}.values())

    def tells(self, need: Iterable[Words]) -> bool:
        """Whether some point cites one alternative of a need, and tells no other number in its place."""
        alternatives = list(need)
        return any(
            shows(citation, words) and not misnumbers(point.words, words.words, citation.quote)
            for point in self.answer.points
            for citation in self.citations(point)
            for words in alternatives
        )

    def echoes(self, point: Point) -> bool:
        """Whether a point only repeats the question."""
        return same_words(point.words, self.golden.question)

    def evident(self, *places: Citation | Passage) -> bool:
        """Whether one of the places shows any of the question's evidence."""
        return any(meets(need, places) for need in self.golden.evidence)


def meets(need: Iterable[Words], places: Iterable[Citation | Passage]) -> bool:
    """Whether one of the places shows one alternative of a need."""
    shown = list(places)
    return any(shows(place, words) for words in need for place in shown)


def shows(place: Citation | Passage, words: Words) -> bool:
    """Whether the span of a citation or a passage, in the right article, holds at least half of the words."""
    if place.article != words.article:
        return False
    spans = [match.span() for match in re.finditer(r"\S+", words.words)]

    def held(at: int) -> int:
        return sum(place.start <= at + start and at + end <= place.end for start, end in spans)

    return any(held(at) >= len(spans) * HALF for at in words.starts)

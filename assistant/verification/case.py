"""A point, or a sentence of it, with what the record has on what it cites: the words, who speaks in them, what stands near, the parses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from assistant.reading import Names, named_speakers, outlet_aliases
from assistant.types import Answer, Citation, Point
from assistant.verification import wording
from assistant.verification.alignment import Alignment, align
from assistant.verification.dates import Days, days_in
from assistant.verification.forms import Forms, words_of
from assistant.verification.grammar import Grammar
from assistant.verification.parses import parsed, speaking, statements_in
from index.lexicon import words
from index.record import Record
from index.types import Statement

NEAR = 400  # characters before a citation that a name in the point may be taken from
STANDING = words("he") | words("she") | words("it") | words("they") | words("definite") | words("both") | words("relatives")
Place = tuple[str, int, int]  # an article, and where words start and end in it


class Sources:
    """What the record has on an answer's citations: read once, and only when asked for."""

    def __init__(self, answer: Answer, record: Record) -> None:
        self.record = record
        self.citations = {citation.n: citation for citation in answer.citations if holds(citation, record)}
        self._said: dict[str, list[Statement]] = {}

    def said(self, article: str) -> list[Statement]:
        """The statements of an article."""
        if article not in self._said:
            self._said[article] = self.record.statements(article)
        return self._said[article]

    @property
    def names(self) -> dict[str, tuple[str, str | None]]:
        """Canonical name and side of every alias of a speaker."""
        return self._known[0]

    def named(self, text: str) -> dict[str, str]:
        """The speakers whom a text names: canonical, with the words it has for them."""
        return {one.name: text[one.start : one.end] for one in named_speakers(text, Names((), self.names, ()))}

    @property
    def outlets(self) -> dict[str, list[str]]:
        """What each outlet of the corpus is called."""
        return self._known[1]

    @cached_property
    def _known(self) -> tuple[dict[str, tuple[str, str | None]], dict[str, list[str]]]:
        return _names_in(self.record, self.record.version())


@lru_cache(1)
def _names_in(record: Record, _: int) -> tuple[dict[str, tuple[str, str | None]], dict[str, list[str]]]:
    """The names of speakers and of outlets as they are in a version of the index, kept from one answer to the next."""
    return record.names(), {outlet: outlet_aliases(outlet) for outlet in record.outlets()}


def holds(citation: Citation, record: Record) -> bool:
    """Whether a citation's quote is its article's text at its offsets, character for character."""
    try:
        return record.article(citation.article).text[citation.start : citation.end] == citation.quote
    except KeyError:
        return False


class Case:
    """A point, or a sentence of it, with what it cites: its words, its sound citations, who speaks in them, and what stands near."""

    def __init__(self, point: Point, sources: Sources) -> None:
        self.point, self.sources = point, sources
        self.body = wording.without_emphasis(point.words).strip()
        self.cited = tuple(sources.citations[n] for n in point.citations if n in sources.citations)
        self.places = joined(self.cited, sources.record)
        self.texts = tuple(self.text_of(article)[start:end] for article, start, end in self.places)
        self.said = tuple(one for citation in self.cited for one in sources.said(citation.article) if _touches(one, citation))

    def text_of(self, article: str) -> str:
        """The text of an article."""
        return self.sources.record.article(article).text

    @cached_property
    def speakers(self) -> set[str]:
        """Who says something in what is cited, by canonical name; each of several who speak together, too."""
        return {name for one in self.said for name in one.speakers}

    @cached_property
    def voices(self) -> tuple[str, ...]:
        """The words in what is cited that name who speaks there; they are looked for where a model wrote the point."""
        if not self.point.written:
            return ()
        told = [name for text in self.texts for one in statements_in(text) for name in one.speakers]
        return tuple(dict.fromkeys([*told, *(who for text in self.texts for who in speaking(text))]))

    @property
    def before(self) -> list[str]:
        """What stands just before what is cited."""
        return [self.text_of(one.article)[max(0, one.start - NEAR) : one.start] for one in self.cited]

    @cached_property
    def near(self) -> list[str]:
        """What a name in the point may come from besides what is cited: its outlet and speakers, and what those named there are called.

        Where what is cited leaves open who "he" or "the two leaders" are, also the text before it and its headline.
        """
        about = [text for one in self.said for text in (*one.speakers, one.side) if text] + [one.outlet for one in self.cited if one.outlet]
        there = {name for text in self.texts for name in self.sources.named(text)}
        about += [alias.title() for alias, (name, _) in self.sources.names.items() if name in there]
        if not any(word in STANDING for text in self.texts for word in words_of(text)):
            return about
        return [*about, *self.before, *(one.title for one in self.cited)]

    @cached_property
    def published(self) -> str | None:
        """The day of publication of what is cited."""
        return next((citation.published for citation in self.cited if citation.published), None)

    def days(self) -> Iterator[Days]:
        """The days that are named in what is cited, its day of publication, and the days that are named just before it."""
        for text in (*self.texts, *filter(None, [self.published]), *self.before):
            yield from days_in(parsed([text])[0], self.published)

    @cached_property
    def claim(self) -> Grammar:
        """The parse of the words."""
        return Grammar(parsed([self.body])[0])

    @cached_property
    def evidence(self) -> list[Grammar]:
        """The parses of what is cited."""
        return [Grammar(doc) for doc in parsed(self.texts)]

    @cached_property
    def alignment(self) -> Alignment:
        """The words of the claim with their counterparts."""
        return align(self.claim, self.evidence, Forms().same)

    def place(self, text: int, span: tuple[int, int]) -> Place:
        """A place in a cited text as one in its article."""
        article, start, _ = self.places[text]
        return article, start + span[0], start + span[1]


def _touches(said: Statement, citation: Citation) -> bool:
    return said.start < citation.end and citation.start < said.end


def joined(cited: Sequence[Citation], record: Record) -> tuple[Place, ...]:
    """The places of the cited texts; those that follow each other in their article as one."""
    spans: list[Place] = []
    for article, start, end in sorted((citation.article, citation.start, citation.end) for citation in cited):
        text = record.article(article).text
        if spans and spans[-1][0] == article and not text[spans[-1][2] : start].strip():
            spans[-1] = (article, spans[-1][1], max(end, spans[-1][2]))
        else:
            spans.append((article, start, end))
    return tuple(spans)

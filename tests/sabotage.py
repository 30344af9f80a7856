"""An answerer that is always right, because it reads the answers in the golden questions, and the ways to spoil it.

Each sabotage says which check of the gate has to notice it. A metric that does not notice its sabotage measures nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.types import Answer, Citation, Point
from eval.case import Corpus
from eval.golden import Golden, Words
from index.corpus import BUNDLED, read_corpus
from index.types import Passage

Spoil = Callable[[Answer, Golden, Corpus], Answer]


def bundled_corpus() -> Corpus:
    """The bundled articles, without an index."""
    return Corpus({source.article.id: source.article for source in read_corpus([BUNDLED]).sources}, {})


def cite(words: Words, number: int, corpus: Corpus) -> Citation:
    """Cite exactly the words."""
    article, start = corpus.articles[words.article], words.starts[0]
    return Citation(
        number, article.id, article.outlet, article.title, article.url, article.published, start, start + len(words.words), words.words
    )


def written(body: str, citation: Citation, speaker: str | None) -> str:
    """A point as Readout prints it."""
    label = f"**{speaker}**, in {citation.outlet}" if speaker else f"**{citation.outlet}** reports"
    return f"{label}: “{body}” [{citation.n}]"


def assemble(question: str, points: list[Point], citations: list[Citation], silent: tuple[str, ...] = ()) -> Answer:
    """An Answer of these points."""
    return Answer(question, "answered", None, "test", "\n".join(p.text for p in points), tuple(points), tuple(citations), silent, 0.01)


def refuse(question: str) -> Answer:
    """An abstention."""
    return Answer(question, "abstained", "No passage found.", "test", "The articles do not say.", seconds=0.01)


@dataclass(frozen=True)
class Oracle:
    """Answers every golden question as it should be answered."""

    corpus: Corpus

    def __call__(self, golden: Golden) -> Answer:
        if not golden.answerable:
            return refuse(golden.question)
        points, citations = [], []
        for number, need in enumerate(golden.evidence, 1):
            citation = cite(self._choose(need, golden, number - 1), number, self.corpus)
            speaker = golden.speakers[min(number, len(golden.speakers)) - 1] if golden.speakers else None
            side = golden.sides[number - 1] if golden.sides else None
            points.append(Point(written(citation.quote, citation, speaker), speaker, side, (number,), "verbatim"))
            citations.append(citation)
        return assemble(golden.question, points, citations, golden.silent)

    def retrieve(self, golden: Golden) -> list[Passage]:
        """Find exactly the words of every need."""
        chosen = [self._choose(need, golden, position) for position, need in enumerate(golden.evidence)]
        return [Passage(words.article, words.starts[0], words.starts[0] + len(words.words), words.words) for words in chosen]

    def _choose(self, need: tuple[Words, ...], golden: Golden, position: int) -> Words:
        wanted = golden.outlets[position] if position < len(golden.outlets) else None
        fitting = [words for words in need if wanted in (None, self.corpus.articles[words.article].outlet)] or list(need)
        negated = [words for words in fitting if re.search(r"\bnot\b|n’t\b", words.words)]
        return (negated or fitting)[0]


# -- what can go wrong --------------------------------------------------------------------------------------------------


def _points(answer: Answer, spoil: Callable[[Point, Citation], Point]) -> Answer:
    points = tuple(spoil(point, answer.citations[position]) for position, point in enumerate(answer.points))
    return replace(answer, points=points, text="\n".join(point.text for point in points) or answer.text)


def _citations(answer: Answer, spoil: Callable[[Citation], Citation]) -> Answer:
    return replace(answer, citations=tuple(spoil(citation) for citation in answer.citations))


def _swapped(text: str | None, one: str, other: str) -> str | None:
    return {one: other, other: one}.get(text or "", text)


def drops_not(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, text=re.sub(r"\bnot |n’t\b", "", point.text)))


def swaps_two_speakers(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    def spoil(point: Point, citation: Citation) -> Point:
        speaker = _swapped(point.speaker, "Donald Trump", "Kremlin")
        return replace(point, speaker=speaker, text=written(citation.quote, citation, speaker))

    return _points(answer, spoil)


def credits_nobody(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, citation: replace(point, speaker=None, text=written(citation.quote, citation, None)))


def prints_another_speaker(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, citation: replace(point, text=written(citation.quote, citation, "Barack Obama")))


def swaps_two_outlets(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    """In the citations and in what is printed, so that it looks of a piece."""
    spoiled = _citations(answer, lambda citation: replace(citation, outlet=_swapped(citation.outlet, "Euractiv", "World News Hub")))
    return _points(spoiled, lambda point, citation: replace(point, text=written(citation.quote, citation, point.speaker)))


def prints_another_outlet(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(
        answer, lambda point, citation: replace(point, text=written(citation.quote, replace(citation, outlet="MaltaToday"), point.speaker))
    )


def swaps_two_sides(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, side=_swapped(point.side, "Kremlin", "Trump team")))


INVENTED = "We never discussed any of this with anyone"


def invents_a_quotation(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    spoiled = _citations(answer, lambda citation: replace(citation, quote=INVENTED))
    return _points(spoiled, lambda point, citation: replace(point, text=written(INVENTED, citation, point.speaker)))


def writes_what_is_not_cited(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, citation: replace(point, text=written(INVENTED, citation, point.speaker), support="supported"))


def shifts_offsets_by_one(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _citations(answer, lambda citation: replace(citation, start=citation.start + 1, end=citation.end + 1))


def cites_the_wrong_article(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    names = sorted(corpus.articles)

    def spoil(citation: Citation) -> Citation:
        article = corpus.articles[names[names.index(citation.article) - 1]]
        return replace(
            citation, article=article.id, outlet=article.outlet, title=article.title, url=article.url, published=article.published
        )

    return _citations(answer, spoil)


def quotes_something_else(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    """Flawless in form: real words, rightly cited, and beside the question."""
    spoiled = _citations(answer, lambda c: replace(c, start=0, end=60, quote=corpus.articles[c.article].text[:60]))
    return _points(spoiled, lambda point, citation: replace(point, text=written(citation.quote, citation, point.speaker)))


def answers_everything(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    if answer.points:
        return answer
    name = min(corpus.articles)
    citation = cite(Words(name, corpus.articles[name].text[:60], (0,)), 1, corpus)
    return assemble(golden.question, [Point(written(citation.quote, citation, None), None, None, (1,), "verbatim")], [citation])


def refuses_everything(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return refuse(golden.question)


def cites_nothing(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    bare = tuple(replace(point, citations=(), text=re.sub(r" \[\d+\]$", "", point.text)) for point in answer.points)
    return replace(answer, points=bare, citations=())


def cites_what_is_not_there(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, citations=(*point.citations, 9), text=f"{point.text} [9]"))


def prints_no_markers(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, text=re.sub(r" \[\d+\]$", "", point.text)))


def returns_blanks(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return replace(answer, text=" ")


def hides_silence(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return replace(answer, silent=())


def calls_speakers_silent(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return replace(answer, silent=(*answer.silent, *golden.sides, *golden.outlets))


def quotes_the_whole_article(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    def spoil(citation: Citation) -> Citation:
        text = corpus.articles[citation.article].text
        return replace(citation, start=0, end=len(text), quote=text)

    return _citations(answer, spoil)


def crashes(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    if golden.id.endswith("3"):
        raise RuntimeError("out of\nmemory")
    return answer


def returns_no_answer(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return None if golden.id.endswith("3") else answer  # type: ignore[return-value]


SABOTAGES: Mapping[Spoil, tuple[str, ...]] = {
    drops_not: ("faithfulness",),
    swaps_two_speakers: ("speakers", "misattribution"),
    credits_nobody: ("speakers",),
    prints_another_speaker: ("labels",),
    swaps_two_outlets: ("sources",),
    prints_another_outlet: ("labels",),
    swaps_two_sides: ("sides",),
    invents_a_quotation: ("quotations", "faithfulness"),
    writes_what_is_not_cited: ("faithfulness",),
    shifts_offsets_by_one: ("quotations",),
    cites_the_wrong_article: ("quotations", "evidence_recall"),
    quotes_something_else: ("evidence_recall",),
    answers_everything: ("abstained",),
    refuses_everything: ("answered", "evidence_recall"),
    cites_nothing: ("evidence_recall", "faithfulness", "markers"),
    cites_what_is_not_there: ("markers",),
    prints_no_markers: ("markers",),
    returns_blanks: ("blanks",),
    hides_silence: ("silence",),
    calls_speakers_silent: ("silence",),
    quotes_the_whole_article: ("length",),
    crashes: ("errors",),
    returns_no_answer: ("errors",),
}

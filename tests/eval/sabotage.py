"""An answerer that is always right, because it reads the answers in the golden questions, and the ways to spoil it.

Each sabotage says which check of the gate has to notice it. A metric that does not notice its sabotage measures nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.render import finished
from assistant.types import Answer, Citation, Claim, Point
from eval.case import Corpus
from eval.golden import Golden, Words
from index.corpus import BUNDLED, read_corpus
from index.text import content_stems
from index.types import Passage, Statement

MODEL = "openai:test"
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


def said(body: str, citation: Citation, speaker: str | None, side: str | None = None) -> Point:
    """Words of somebody as a point."""
    names = (speaker,) if speaker else ()
    return Point((Claim(body, (citation.n,)),), names, side, "verbatim", label=names)


def worded(point: Point, words: str) -> Point:
    """A point with other words."""
    return replace(point, claims=(replace(point.claims[0], words=words),))


def assemble(question: str, points: list[Point], citations: list[Citation], silent: tuple[str, ...] = ()) -> Answer:
    """An Answer of these points."""
    return finished(Answer(question, "answered", None, "test", tuple(points), tuple(citations), silent, seconds=0.01))


def refuse(question: str) -> Answer:
    """An abstention."""
    return Answer(question, "abstained", "No passage found.", "test", text="The articles do not say.", seconds=0.01)


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
            points.append(said(citation.quote, citation, speaker, side))
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
    return finished(replace(answer, points=points)) if points else answer


def _citations(answer: Answer, spoil: Callable[[Citation], Citation]) -> Answer:
    return replace(answer, citations=tuple(spoil(citation) for citation in answer.citations))


def _swapped(text: str | None, one: str, other: str) -> str | None:
    return {one: other, other: one}.get(text or "", text)


def drops_not(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: worded(point, re.sub(r"\bnot |n’t\b", "", point.words)))


def swaps_two_speakers(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    def spoil(point: Point, citation: Citation) -> Point:
        return said(citation.quote, citation, _swapped(point.speaker, "Donald Trump", "Kremlin"), point.side)

    return _points(answer, spoil)


def credits_nobody(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, citation: said(citation.quote, citation, None, point.side))


def prints_another_speaker(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, label=("Barack Obama",)))


def swaps_two_outlets(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    """In the citations and in what is printed, so that it looks of a piece."""
    spoiled = _citations(answer, lambda citation: replace(citation, outlet=_swapped(citation.outlet, "Euractiv", "World News Hub")))
    return _points(spoiled, lambda point, citation: said(citation.quote, citation, point.speaker, point.side))


def prints_another_outlet(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, label=(point.speaker or "", "MaltaToday")))


def swaps_two_sides(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, side=_swapped(point.side, "Kremlin", "Trump team")))


MANY = 5  # words of meaning
INVENTED = "We never discussed any of this with anyone"


def invents_a_quotation(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    spoiled = _citations(answer, lambda citation: replace(citation, quote=INVENTED))
    return _points(spoiled, lambda point, _: worded(point, INVENTED))


def writes_what_is_not_cited(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(worded(point, INVENTED), support="supported"))


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
    return _points(spoiled, lambda point, citation: worded(point, citation.quote))


def answers_everything(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    if answer.points:
        return answer
    name = min(corpus.articles)
    citation = cite(Words(name, corpus.articles[name].text[:60], (0,)), 1, corpus)
    return assemble(golden.question, [said(citation.quote, citation, None)], [citation])


def refuses_everything(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return refuse(golden.question)


def cites_nothing(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    bare = tuple(replace(point, claims=(Claim(point.words),)) for point in answer.points)
    return finished(replace(answer, points=bare, citations=()))


def cites_what_is_not_there(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(point, claims=(Claim(point.words, (*point.citations, 9)),)))


def prints_no_markers(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return replace(answer, text=re.sub(r" \[\d+\]", "", answer.text))


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


def adds_a_number(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    """In words, beside the right citation, sure of itself, and where one word more among many is not noticed."""

    def spoil(point: Point, citation: Citation) -> Point:
        many = len(content_stems(point.words)) >= MANY
        return replace(worded(point, f"Nineteen: {point.words}"), support="supported") if many else point

    return _points(answer, spoil)


def repeats_the_question(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    return _points(answer, lambda point, _: replace(worded(point, golden.question), support="supported"))


# -- what a language model can get wrong while the answer that is shown is right ------------------------------------------


def by_model(answer: Answer, drafted: Answer, shown_by: str = MODEL) -> Answer:
    """An answer that is shown, with what a language model had drafted for it."""
    return replace(answer, answerer=shown_by, drafted=replace(drafted, answerer=MODEL))


def another_answers_for_a_model_that_lies(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    lie = _points(answer, lambda point, _: replace(worded(point, INVENTED), support="unsupported"))
    return by_model(answer, lie, shown_by="extractive")


def what_a_model_invents_is_left_out(answer: Answer, golden: Golden, corpus: Corpus) -> Answer:
    lies = tuple(replace(worded(point, INVENTED), support="unsupported") for point in answer.points)
    return by_model(answer, finished(replace(answer, points=(*answer.points, *lies))) if lies else answer)


# -- what can go wrong with the ledger that questions are drafted from ----------------------------------------------------


def breaks_off(said: Statement) -> Statement:
    """In the middle, as quotations in headlines do: there is a name and a noun left, and nothing that anybody says."""
    return replace(said, text=said.text.partition(" would ")[0])


def credits_a_thing(said: Statement) -> Statement:
    return replace(said, speakers=("Questions",))


def asks_itself(said: Statement) -> Statement:
    return replace(said, text=f"whether {said.text}")


LEDGERS = (breaks_off, credits_a_thing, asks_itself)
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
    adds_a_number: ("faithfulness",),
    repeats_the_question: ("answered",),
    another_answers_for_a_model_that_lies: ("fallbacks", "left_out", "faithfulness"),
    what_a_model_invents_is_left_out: ("left_out", "faithfulness"),
}

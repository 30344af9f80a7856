"""What users of the chat thought of answers, as golden questions: rated up as they are, rated down as drafts for a person to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant.desk.conversations import Feedback
from assistant.desk.export import filters
from assistant.question import Names, understand
from assistant.types import Answer, Citation, Form, Question
from eval.draft import write_questions
from index.errors import UsageError
from index.record import Record
from index.types import Article

TO_MEND = "TO BE MENDED"  # what the reference of a draft begins with

Needs = Mapping[str, list[Citation]]


def write_feedback(rated: Iterable[Feedback], record: Record, file: Path) -> tuple[int, int]:
    """Write feedback as golden questions of an index, and return how many are ready and how many are drafts.

    Where a question was rated more than once, the last rating counts.

    Raises:
        UsageError: nothing was rated, or the file is there already or cannot be written.
    """
    names = Names(tuple(record.outlets()), record.names(), record.sides())
    articles, corpus = {article.id: article for article in record.articles()}, record.corpus_fingerprint()
    made = (as_golden(one, articles, names, corpus) for one in rated)
    last = {"\n".join((*question["history"], question["question"])).casefold(): question for question in made}
    if not last:
        raise UsageError("nobody has rated an answer yet: there is nothing to write.")
    write_questions(last.values(), file)
    drafts = sum("draft" in question for question in last.values())
    return len(last) - drafts, drafts


def as_golden(one: Feedback, articles: Mapping[str, Article], names: Names, corpus: str) -> dict[str, Any]:
    """A rated answer as a golden question of the articles with the fingerprint ``corpus``.

    It is a draft when it was rated down, and when what it says of the articles cannot be relied on any more.
    """
    answer = one.answer
    answerable = answer.status == "answered" or not one.rating.good
    kind = _kind(answer, understand(answer.understood or one.question, names)) if answerable else "unanswerable"
    needs = _needs(answer, kind)
    evidence = [_alternatives(citations, articles) for citations in needs.values()]
    trouble = list(_trouble(one, evidence, corpus))
    question = {
        "id": f"feedback-{one.id}",
        "kind": kind,
        "question": one.question,
        "history": list(one.history) if answer.understood else [],
        "evidence": [need for need in evidence if need],
        "speakers": [] if kind == "by-side" else list(dict.fromkeys(point.speaker for point in answer.points if point.speaker)),
        "sides": list(needs) if kind == "by-side" else [],
        "silent": list(answer.silent),
        "outlets": list(needs) if kind == "by-outlet" else [],
        "answerable": answerable,
        "reference": " ".join(answer.text.split()),
    }
    if not trouble:
        return question
    reference = f"{TO_MEND}: {'; '.join(trouble)}. What was answered: {question['reference']}"
    return {**question, "id": f"draft-{question['id']}", "reference": reference, "draft": True}


def _kind(answer: Answer, question: Question) -> str:
    if question.form is Form.BY_SIDE and any(point.side for point in answer.points):
        return "by-side"
    if question.form is Form.BY_OUTLET and all(citation.outlet for citation in answer.citations):
        return "by-outlet"
    return "follow-up" if answer.understood else "who-said" if question.speakers else "fact"


def _needs(answer: Answer, kind: str) -> Needs:
    """What a good answer shows, each with the citations that do: a side's words, an outlet's, or else those of a point."""
    numbered = {citation.n: citation for citation in answer.citations}
    needs: dict[str, list[Citation]] = {}
    for place, point in enumerate(answer.points):
        for citation in (numbered[n] for n in point.citations):
            name = {"by-side": point.side, "by-outlet": citation.outlet}.get(kind, str(place))
            if name:
                needs.setdefault(name, []).append(citation)
    return needs


def _alternatives(citations: Iterable[Citation], articles: Mapping[str, Article]) -> list[dict[str, str]]:
    """The words that citations quote, as far as they still stand in the articles."""
    there = {(one.article, one.quote) for one in citations if one.article in articles and one.quote in articles[one.article].text}
    return [{"article": article, "words": words} for article, words in sorted(there)]


def _trouble(one: Feedback, evidence: list[list[dict[str, str]]], corpus: str) -> Iterator[str]:
    """Why a rated answer cannot be a golden question as it stands."""
    answer = one.answer
    if not one.rating.good:
        yield f"rated down ({' '.join(one.rating.why.split()) or 'without a word why'})"
    if limits := filters(one.scope):
        yield f"asked with filters ({limits}), which golden questions do not have"
    if answer.status == "answered" and not evidence:
        yield "the answer cites nothing"
    if not all(evidence):
        yield "words that it cites are no longer in the articles"
    if any(point.support == "unsupported" for point in answer.points):
        yield "a point is not supported by what it cites"
    if one.rating.fingerprint != corpus and (answer.status == "abstained" or answer.silent):
        yield "the articles have changed since it was said that they are silent"

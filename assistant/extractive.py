"""The default answerer: the articles' own sentences, chosen and arranged, not a word added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.evidence import Evidence, Finding, Gatherer
from assistant.prompts import Prompts
from assistant.relation import plain
from assistant.types import EXTRACTIVE, Answer, Citation, Form, Point, Question, Watch, unwatched
from index.types import Article, Hit

MOST_MISSING = 2  # where more words of a question are in no article, naming them says less than nothing


class Extractive:
    """Answers a question from its evidence without a language model."""

    name = EXTRACTIVE

    def __init__(self, gatherer: Gatherer, prompts: Prompts) -> None:
        self._gatherer = gatherer
        self._prompts = prompts

    def standalone(self, text: str, history: Sequence[str]) -> None:
        """Nothing: follow-ups are understood without an answerer."""

    def answer(self, question: Question, evidence: Evidence, watch: Watch = unwatched) -> Answer:
        """Arrange the evidence into an Answer; without findings, into an abstention that names the nearest passage."""
        citations: list[Citation] = []
        if not evidence.findings:
            return self._abstain(question, evidence, citations)
        points = tuple(self._point(finding, citations) for finding in evidence.findings)
        text = self.text(points, evidence.silent)
        return Answer(question.text, "answered", None, self.name, text, points, tuple(citations), evidence.silent)

    def text(self, points: Sequence[Point], silent: Sequence[str]) -> str:
        """What a person reads of an answer: its points, a line each, and who is silent."""
        lines = [f"- {point.text}" for point in points] if len(points) > 1 else [points[0].text]
        if silent:
            lines += ["", self._prompts.fill("silent", names=listed(silent))]
        return "\n".join(lines)

    def completed(self, answer: Answer, findings: Sequence[Finding]) -> Answer:
        """An answer with further findings, in the articles' own words."""
        citations = list(answer.citations)
        points = (*answer.points, *(self._point(finding, citations) for finding in findings))
        return replace(answer, text=self.text(points, answer.silent), points=points, citations=tuple(citations))

    def _point(self, finding: Finding, citations: list[Citation]) -> Point:
        worded = [(plain(self._gatherer.words_of(hit, finding.speaker)), self._cite(hit, citations)) for hit in finding.hits]
        first = worded[0][0]
        same = [citation for words, citation in worded if words in first or first in words]
        other = [(words, citation) for words, citation in worded if citation not in same]
        outlets, markers = _outlets(same), " ".join(f"[{citation.n}]" for citation in same)
        words = quoted(finding.hits[0].passage.text)
        if finding.speaker:
            text = f"**{finding.speaker}**, in {listed(outlets)}: {words} {markers}"
        else:
            text = f"**{listed(outlets)}** {'report' if len(outlets) > 1 else 'reports'}: {words} {markers}"
        text += _counted(outlets, other)
        return Point(text, finding.speaker, finding.side, (*(one.n for one in same), *(one.n for _, one in other)), "verbatim")

    def _cite(self, hit: Hit, citations: list[Citation]) -> Citation:
        citations.append(cite(hit, self._gatherer.article(hit), len(citations) + 1))
        return citations[-1]

    def _abstain(self, question: Question, evidence: Evidence, citations: list[Citation]) -> Answer:
        reason = self._reason(question, evidence)
        text = self._prompts.fill("abstain", reason=reason)
        if evidence.nearest:
            nearest = self._cite(evidence.nearest, citations)
            words = f"{nearest.outlet or nearest.title}: {quoted(nearest.quote)} [{nearest.n}]"
            text += "\n\n" + self._prompts.fill("nearest", words=words)
        return Answer(question.text, "abstained", reason, self.name, text, (), tuple(citations), evidence.silent)

    def _reason(self, question: Question, evidence: Evidence) -> str:
        if question.stranger:
            return self._prompts.fill("no_such_speaker", name=question.stranger)
        if evidence.silent:
            return self._prompts.fill("silent", names=listed(evidence.silent))
        if question.form is Form.DIRECT and 1 <= len(evidence.missing) <= MOST_MISSING:
            return self._prompts.fill("missing_words", words=listed([f"“{word}”" for word in evidence.missing], "or"))
        return self._prompts.fill("no_passage")


def cite(hit: Hit, article: Article, number: int) -> Citation:
    """A passage as a numbered citation."""
    passage = hit.passage
    return Citation(
        number, article.id, article.outlet, article.title, article.url, article.published, passage.start, passage.end, passage.text
    )


def _counted(same: list[str], other: list[tuple[str, Citation]]) -> str:
    """Who has a statement in other words, and in how many outlets and wordings it stands; nothing for a single outlet."""
    outlets = {*same, *_outlets([citation for _, citation in other])}
    if len(outlets) < 2:
        return ""
    wordings = 1 + len({words for words, _ in other})
    count = f"{len(outlets)} outlets, {wordings} wording{'s' * (wordings > 1)}"
    if not other:
        return f" ({count})"
    return f" (in other words in {listed([f'{_outlets([citation])[0]} [{citation.n}]' for _, citation in other])}: {count})"


def _outlets(citations: list[Citation]) -> list[str]:
    return list(dict.fromkeys(citation.outlet or citation.title for citation in citations))


def quoted(words: str) -> str:
    """Words on one line, in quotation marks unless they bring their own at both ends."""
    words = " ".join(words.split())
    if words[:1] in '“"«' and words[-1:] in '”"»':
        return words
    return f"“{words}”"


def listed(names: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    parts = list(names)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {joint} {parts[-1]}"

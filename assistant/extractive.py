"""The default answerer: the articles' own sentences, chosen and arranged, not a word added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.evidence import FEW, IN_DOUBT, Evidence, Gatherer
from assistant.grouping import Finding, words_in
from assistant.prompts import Prompts
from assistant.reading import named_in
from assistant.relation import plain
from assistant.render import listed
from assistant.types import EXTRACTIVE, Answer, Citation, Claim, Form, Point, Question, Watch, unwatched
from index.speakers import key_of
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
        if not evidence.findings and evidence.verdict:
            answer = self.told(Answer(question.text, "answered", None, self.name), evidence)
            return replace(answer, message=answer.verdict, verdict="")
        if not evidence.findings:
            return self._abstain(question, evidence)
        citations: list[Citation] = []
        points = tuple(self._point(finding, citations) for finding in evidence.findings)
        return self.told(Answer(question.text, "answered", None, self.name, points, tuple(citations)), evidence)

    def told(self, answer: Answer, evidence: Evidence) -> Answer:
        """An answer with what the evidence says besides its findings: the line before them, who is silent, and what was looked through."""
        verdict = self._prompts.fill(evidence.verdict.prompt, **evidence.verdict.values) if evidence.verdict else ""
        told = evidence.verdict is not None and evidence.verdict.names_silent
        silence = self._silence(evidence, told)
        doubt = self._prompts.fill("unsure", names=listed(evidence.unsure)) if evidence.unsure else ""
        known = {"silent": evidence.silent, "unsure": evidence.unsure, "searched": evidence.searched}
        return replace(answer, verdict=verdict, silence=silence, doubt=doubt, **known)  # type: ignore[arg-type]

    def _silence(self, evidence: Evidence, told: bool) -> str:
        """Who has nothing; ``told``: the line before the findings has said so. Many without an article on the story are only counted."""
        few = len(evidence.elsewhere) <= FEW
        named = [name for name in evidence.silent if few or name not in evidence.elsewhere]
        lines = [self._prompts.fill("silent", names=listed(named))] if named and not told else []
        lines += [] if few else [self._prompts.fill("elsewhere", n=str(len(evidence.elsewhere)))]
        return " ".join(lines)

    def completed(self, answer: Answer, findings: Sequence[Finding]) -> Answer:
        """An answer with further findings, in the articles' own words."""
        citations = list(answer.citations)
        points = (*answer.points, *(self._point(finding, citations) for finding in findings))
        return replace(answer, points=points, citations=tuple(citations))

    def _point(self, finding: Finding, citations: list[Citation]) -> Point:
        worded = [(plain(words_in(hit, finding.speakers)), self._cite(hit, citations)) for hit in finding.shown]
        first = worded[0][0]
        same = tuple(citation.n for words, citation in worded if words in first or first in words)
        reworded = tuple(citation.n for _, citation in worded if citation.n not in same)
        claim = Claim(finding.shown[0].passage.text, same)
        return Point((claim,), finding.speakers, finding.side, "verbatim", reworded, label=finding.speakers, day=finding.day)

    def _cite(self, hit: Hit, citations: list[Citation]) -> Citation:
        number = max((citation.n for citation in citations), default=0) + 1  # some may have been left out before
        citations.append(cite(hit, self._gatherer.article(hit), number))
        return citations[-1]

    def _abstain(self, question: Question, evidence: Evidence) -> Answer:
        doubt = self._is_doubtful(question, evidence)
        reason = self._prompts.fill("in_doubt") if doubt else self._reason(question, evidence)
        message = reason if doubt else self._prompts.fill("abstain", reason=reason)
        answer = Answer(question.text, "abstained", reason, self.name, message=message)
        answer = replace(self.told(answer, evidence), silence="")  # the reason says who is silent
        if doubt:
            return self.with_nearest(answer, evidence.nearest, "nearest_in_doubt")
        return self.with_nearest(answer, evidence.nearest[:1])

    def with_nearest(self, answer: Answer, nearest: Sequence[Hit], prompt: str = "nearest") -> Answer:
        """An abstention that cites the nearest passages, where there are any."""
        if not nearest:
            return answer
        before, _, behind = self._prompts.fill(prompt, words="\0").partition("\0")
        citations: list[Citation] = []
        for hit in nearest:
            self._cite(hit, citations)
        return replace(answer, citations=tuple(citations), nearest=(before, behind))

    def _reason(self, question: Question, evidence: Evidence) -> str:
        if question.stranger:
            return self.of_stranger(question.stranger)
        if evidence.refusal:
            return self._prompts.fill(evidence.refusal)
        if evidence.silent:
            return self._silence(evidence, told=False)
        if _lacks_words(question, evidence):
            return self._prompts.fill("missing_words", words=listed([f"“{word}”" for word in evidence.missing], "or"))
        return self._prompts.fill("no_passage")

    def _is_doubtful(self, question: Question, evidence: Evidence) -> bool:
        """Whether nothing says why there is no answer, and there may be one."""
        said = question.stranger or evidence.refusal or evidence.silent or _lacks_words(question, evidence)
        return not said and evidence.belief is not None and evidence.belief >= IN_DOUBT

    def of_stranger(self, name: str) -> str:
        """The line that nobody of a name is quoted, and in how many articles they are named."""
        people = [key_of(other) for other in self._gatherer.record.people()]
        known = key_of(name) in {*people, *(other.split(" ")[-1] for other in people)}  # "CDC chief" is nobody's name
        count = named_in(name, self._gatherer.record) if known else 0
        articles = f"{count} article{'s' if count > 1 else ''}"
        return self._prompts.fill("not_quoted", name=name, articles=articles) if count else self._prompts.fill("no_such_speaker", name=name)


def _lacks_words(question: Question, evidence: Evidence) -> bool:
    """Whether so few words of a question stand in no article that naming them says why there is no answer."""
    return question.form is Form.DIRECT and 1 <= len(evidence.missing) <= MOST_MISSING


def cite(hit: Hit, article: Article, number: int) -> Citation:
    """A passage as a numbered citation."""
    return cite_at(article, hit.passage.start, hit.passage.end, number)


def cite_at(article: Article, start: int, end: int, number: int) -> Citation:
    """A place in an article as a numbered citation."""
    known = (article.id, article.outlet, article.title, article.url, article.published)
    return Citation(number, *known, start, end, article.text[start:end], article.page_of(start))

"""The answerer with a language model: it may phrase and order what the evidence says, and nothing else gets through unmarked.

The model is given numbered statements and writes lines that cite them. Its lines become points here, each with the speaker whom it
credits; where a line does not credit those who speak in what it cites, their names are put before it: what somebody says is never told as
a fact. Whether a point is carried is the verifier's to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

from assistant.evidence import Evidence, Gatherer
from assistant.extractive import Extractive, cite
from assistant.grouping import voice_in
from assistant.models.citing import claims_of
from assistant.models.manuscript import Given, denies, points_of
from assistant.models.unwrapped import lines_of
from assistant.models.writer import Draft, Writer
from assistant.prompts import Prompts
from assistant.question import clean
from assistant.reading import PRONOUNS, outlet_aliases
from assistant.render import printable
from assistant.types import Answer, Citation, Claim, Form, Point, Question, Standalone, Watch, unwatched
from assistant.verification.figures import foreign_numbers
from assistant.verification.parses import speaking
from assistant.verification.wording import foreign_names
from index.build import contents
from index.errors import ModelFailed, QuestionError
from index.lexicon import words as listed_words
from index.speakers import TITLES, key_of
from index.speakers import plain as bare
from index.text import content_stems

__all__ = ["MOST_LINES", "Generative", "claims_of"]

MOST_NEW = 3  # words of meaning that a follow-up made standalone may have of its own
LONGEST_QUESTION = 400  # characters of a follow-up made standalone
LONGEST_NAME = 48  # characters of what a model may call its question: "Standalone question:"
MOST_LINES = 30  # of a draft: the rules ask for six
_LINKING = listed_words("object_prepositions") | listed_words("name_prepositions") | listed_words("dangling")
_POINT = {
    "sentence": {"type": "string", "description": "One sentence of the answer, without numbers."},
    "statements": {"type": "array", "items": {"type": "integer"}, "description": "The numbers of the statements that carry it."},
}
_POINTS = {"type": "object", "properties": _POINT, "required": [*_POINT], "additionalProperties": False}
FORM: dict[str, Any] = {
    "title": "answer",
    "description": "The answer's sentences; none where no statement answers.",
    "type": "object",
    "properties": {"points": {"type": "array", "items": _POINTS}},
    "required": ["points"],
    "additionalProperties": False,
}
"""The JSON that a model writes its answer in, where it can be held to a form."""

Known = Mapping[str, tuple[str, str | None]]
"""Canonical name and side of what speakers are called."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A statement as the model is given it: its citation, and who speaks in it."""

    citation: Citation
    speakers: tuple[str, ...]
    side: str | None

    @property
    def speaker(self) -> str:
        """Who speaks in it, as one name; nobody where it is empty."""
        return " and ".join(self.speakers)

    @property
    def element(self) -> str:
        """What the model is given: an element with its number, who says it and where. Nothing of an article can look like another."""
        known = {
            "number": str(self.citation.n),
            "speaker": self.speaker,
            "side": self.side if self.side != self.speaker else "",
            "outlet": self.citation.outlet or self.citation.title,
            "published": self.citation.published,
        }
        made = ElementTree.Element("statement", {name: _flat(value) for name, value in known.items() if value})
        made.text = _flat(self.citation.quote)
        return ElementTree.tostring(made, encoding="unicode")

    @property
    def given(self) -> Given:
        """The same as its draft is read."""
        cited = self.citation
        named = (cited.outlet, cited.title, cited.url, cited.published)
        return Given(cited.quote, cited.outlet or cited.title, " ".join(filter(None, named)))


class Generative:
    """Answers a question from its evidence in a language model's words."""

    def __init__(self, writer: Writer, extractive: Extractive, gatherer: Gatherer, prompts: Prompts) -> None:
        self.name = writer.name
        self._writer, self._extractive, self._gatherer, self._prompts = writer, extractive, gatherer, prompts

    def answer(self, question: Question, evidence: Evidence, watch: Watch = unwatched) -> Answer:
        """Have the evidence put into words; without findings the model is not asked, and the answer is an abstention.

        Raises:
            ModelFailed: the model gave nothing that can be used, or cites nothing that it was given.
            ModelMissing: it cannot be had as it was named.
        """
        if not evidence.findings:
            return replace(self._extractive.answer(question, evidence), answerer=self.name)
        sources = self._sources(evidence)
        given = {source.citation.n: source.given for source in sources}
        statements = "\n".join(source.element for source in sources)
        request = self._prompts.fill("answer", statements=statements, question=question.understood or question.text)

        def useful(one: Draft) -> bool:
            return not _trouble(one, _read(one, given), given)

        draft = self._writer.write(self._prompts.fill("rules"), request, self._corpus, watch, useful=useful, form=FORM)
        drafted = _read(draft, given)
        if trouble := _trouble(draft, drafted, given):
            raise ModelFailed(f"{self.name}: {trouble}.", draft.usage)
        cited = _cites(drafted, given)
        if question.form in (Form.BY_SIDE, Form.BY_OUTLET) and not cited:
            raise ModelFailed(f"{self.name}: it finds no answer in the statements, and there are some.", draft.usage)
        answer = self._composed(question, evidence, sources, drafted) if cited else self._abstain(question, evidence)
        return replace(answer, usage=draft.usage)

    def standalone(self, text: str, history: Sequence[str]) -> Standalone | None:
        """A follow-up as a question that needs none of those before it, oldest first; nothing where the model fails.

        What it writes must be one question, with no name or number that was not asked about before.

        Raises:
            ModelMissing: it cannot be had as it was named.
        """
        known = [*history, text]
        request = self._prompts.fill("condense", history="\n".join(f"- {one}" for one in history), question=text)
        try:
            draft = self._writer.write("", request, self._corpus, useful=lambda one: _question(one, known) is not None)
        except ModelFailed as failure:
            return Standalone(None, failure.usage) if failure.usage else None
        return Standalone(_question(draft, known), draft.usage)

    # -- what the model is given ----------------------------------------------------------------------------------

    @property
    def _corpus(self) -> str:
        return contents(self._gatherer.record)

    def _sources(self, evidence: Evidence) -> list[_Source]:
        """The findings' statements, each with who speaks in it: of one thing told by several outlets, not each says whose words it is."""
        found: dict[tuple[str, int], _Source] = {}
        for finding in evidence.findings:
            for hit in finding.shown:
                citation = cite(hit, self._gatherer.article(hit), len(found) + 1)
                voice = voice_in(hit, frozenset(finding.speakers))
                found.setdefault((citation.article, citation.start), _Source(citation, *voice))
        return list(found.values())

    # -- what it wrote --------------------------------------------------------------------------------------------

    def _abstain(self, question: Question, evidence: Evidence) -> Answer:
        reason = self._prompts.fill("unanswered", model=self.name)
        answer = self._extractive.told(
            Answer(question.text, "abstained", reason, self.name, message=reason), replace(evidence, verdict=None)
        )
        return self._extractive.with_nearest(answer, evidence.findings[0].hits[:1])

    def _composed(self, question: Question, evidence: Evidence, sources: list[_Source], drafted: Sequence[Sequence[Claim]]) -> Answer:
        given = range(1, len(sources) + 1)
        used = list(dict.fromkeys(number for claims in drafted for claim in claims for number in claim.citations))
        used.sort(key=lambda number: number not in given)  # those that lead nowhere come last
        places = {number: place for place, number in enumerate(used, 1)}
        cited = {places[number]: sources[number - 1] for number in used if number in given}
        citations = tuple(replace(source.citation, n=number) for number, source in cited.items())
        names = self._gatherer.record.names()
        points = tuple(
            _point(tuple(Claim(claim.words, tuple(places[number] for number in claim.citations)) for claim in claims), cited, names)
            for claims in drafted
        )
        return self._extractive.told(Answer(question.text, "answered", None, self.name, points, citations), evidence)


def _flat(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join(printable(text).split())


def _read(draft: Draft, given: Mapping[int, Given]) -> list[tuple[Claim, ...]]:
    return points_of(draft.text, given, cut=draft.cut)


def _trouble(draft: Draft, points: Sequence[Sequence[Claim]], given: Mapping[int, Given]) -> str:
    """Why a draft with these points is no answer from some statements; empty where it is one, or says that they do not answer."""
    if len(points) > MOST_LINES:
        return f"it rambles, {len(points)} sentences long"
    return "" if _cites(points, given) or denies(draft.text) else "what it wrote cites none of the articles' statements"


def _cites(points: Sequence[Sequence[Claim]], given: Mapping[int, Given]) -> bool:
    """Whether any point cites one of some statements."""
    return any(number in given for point in points for claim in point for number in claim.citations)


# --- who says a point ------------------------------------------------------------------------------------------------


def _point(claims: tuple[Claim, ...], sources: Mapping[int, _Source], names: Known) -> Point:
    """Claims as a point, with who says it: whom they credit themselves, else who speaks in all that they cite."""
    point = Point(claims, label=None, written=True)
    own = [sources[number] for number in point.citations if number in sources]
    before, colon, rest = f"{point.claims[0].words} ".partition(": ")
    if colon and (called := _called(_without_outlets(before, own), names)):
        first, *others = point.claims
        if not rest.strip() and others:  # the name alone has a number: it goes to what follows
            rest, others = others[0].words, [replace(others[0], citations=(*first.citations, *others[0].citations)), *others[1:]]
            first, *others = others
        own_claims = (replace(first, words=rest.strip()), *others)
        return replace(point, claims=own_claims, speakers=(called[0],), side=called[1], label=(called[0],))
    voices = {source.speakers: source.side for source in own if source.speakers}
    heard = {name: side for names, side in voices.items() for name in names}
    outlets = {alias for source in own for alias in outlet_aliases(source.citation.outlet or source.citation.title)}
    credited = dict(found for who in speaking(point.words) if who not in outlets and (found := _called(who, names)))
    sides = {side for side in credited.values() if side}
    told: list[tuple[str, ...]] = [(name,) for name in credited if name in heard] or [(name,) for name in credited]
    if voices and not any(name in credited or side in sides for name, side in heard.items()):
        point = replace(point, label=tuple(heard))
        told = list(voices) if len(voices) == 1 else []
    if own and not voices and not credited and not any(alias in point.words for alias in outlets):
        point = replace(point, label=())
    speakers = told[0] if told else ()
    side = voices.get(speakers) if speakers in voices else {**credited, **heard}.get(speakers[0]) if speakers else None
    return replace(point, speakers=speakers, side=side)


def _without_outlets(label: str, sources: Sequence[_Source]) -> str:
    """A label that a model writes without the outlets in it: "Kremlin" for "Kremlin, in MaltaToday" and "Kremlin (MaltaToday)"."""
    for outlet in {source.citation.outlet or source.citation.title for source in sources}:
        label = label.replace(f", in {outlet}", "").replace(f"({outlet})", "")
    return label.strip()


def _called(words: str, names: Known) -> tuple[str, str | None] | None:
    """Whom words stand for, with the side: a speaker that the index knows by them, or by what follows a title in them.

    "Sergei Ryabkov" in "Deputy Foreign Minister Sergei Ryabkov"; nobody in "critics of Putin".
    """
    plain = words.replace("’", "'").split()
    titles = [place for place, word in enumerate(plain) if bare(word) in TITLES or word[:1].islower()]
    named = " ".join(plain[titles[-1] + 1 :]) if titles and not _LINKING.intersection(plain) else ""
    forms = [form.lower() for form in (" ".join(plain), key_of(words), named)]
    return next((names[form] for form in forms if form in names and form not in PRONOUNS), None)


# --- a question ------------------------------------------------------------------------------------------------------


def _question(draft: Draft, known: Sequence[str]) -> str | None:
    """The one question of a draft, if it has no name or number that the questions known have not."""
    asked = "\n".join(line.text for line in lines_of(draft.text)).strip()
    name, colon, rest = asked.partition(":")
    asked = (rest if colon and len(name) <= LONGEST_NAME and name.lower().endswith("question") else asked).strip().strip('"“”')
    with suppress(QuestionError):
        if "\n" not in asked and len(asked) <= LONGEST_QUESTION and asked.endswith("?") and not _adds(asked, known):
            return clean(asked)
    return None


def _adds(asked: str, known: Sequence[str]) -> bool:
    """Whether a question has names or numbers that none of the questions known has."""
    new = content_stems(asked) - content_stems(" ".join(known))
    return bool(len(new) > MOST_NEW or foreign_names(asked, known) or foreign_numbers(asked, known))

"""The answerer with a language model: it may phrase and order what the evidence says, and nothing else gets through unmarked.

The model is given numbered statements and writes lines that cite them. Its lines become points here, each with the speaker whom it
credits; where a line does not credit those who speak in what it cites, their names are put before it: what somebody says is never told as
a fact. Whether a point is carried is the verifier's to find.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from html import unescape

from assistant import wording
from assistant.evidence import Evidence, Gatherer
from assistant.extractive import Extractive, cite
from assistant.grouping import voice_in
from assistant.prompts import Prompts
from assistant.question import clean
from assistant.reading import PRONOUNS, outlet_aliases
from assistant.render import printable
from assistant.types import Answer, Citation, Claim, Form, Point, Question, Standalone, Watch, unwatched
from assistant.writer import Draft, Writer
from index.build import contents
from index.errors import ModelFailed, QuestionError
from index.speakers import TITLES, key_of
from index.speakers import plain as bare
from index.statements import quotations
from index.text import content_stems

NOTHING = "not in the articles"  # what prompts/rules.md asks for where no statement answers
MOST_NEW = 3  # words of meaning that a follow-up made standalone may have of its own
LONGEST_QUESTION = 400  # characters of a follow-up made standalone
MOST_LINES = 30  # of a draft: the rules ask for six
SAYS = 2  # words from which on a stretch before a number says something
STOPS = " .,;:!?"  # what may stand between a number and what comes after it
SHORTEST = 20  # characters before a number in mid-sentence that can be a sentence of their own
_THOUGHTS = re.compile(r"\A.*</think(?:ing)?>|<think(?:ing)?>.*", re.S)
_ASKED = re.compile(r"^[\w\s-]{0,40}question\s*:\s*", re.I)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,500}>")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")
_YES = re.compile(r"^(?:yes|no)[.,:;!]\s+(\w)", re.I)
_HEADING = re.compile(r"\s*(?:#{1,6}\s|```|~~~|\*\*[^*]+\*\*\s*$)")
_LIST = r"(\d{1,3}(?:\s*(?:,|;|-|–|and|&)\s*(?:(?:statement|source|s|\^)s?\s*)?\d{1,3})*)"
_CITED = re.compile(rf"\s*(?:[\[【]\s*(?:(?:statement|source|s|\^)s?\s*)?{_LIST}\s*[\]】]|\((?:statement|source)s?\s*{_LIST}\))", re.I)
_MARKED = re.compile(r"\[(\d{1,4})\]")
_MARKS = r"(?:\s*\[\d{1,4}\])+"
_FIRST = re.compile(rf"({_MARKS})\s*(?=\S)(?!.*\[\d)")
_STOP_LAST = re.compile(rf"({_MARKS})([.!?…])$")
_ENDS = re.compile(rf"(?:[.!?…][\"”’')]*{_MARKS}|{_MARKS}[.!?…;]|{_MARKS}(?=\s+[A-Z“\"‘]))(?=\s+\S|$)|{_MARKS}$")
_LINKING = frozenset("of to in for from with at by near on and or against".split())
_PRONOUN = re.compile(r"(?:he|she|they|it|his|her|their|its|both)\b", re.I)

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
    def lead(self) -> str:
        """What the model is told before its words: who says them, and where."""
        side = f" ({self.side})" if self.side and self.side != self.speaker else ""
        who = f"{self.speaker}{side} says" if self.speaker else "the outlet's own words"
        where = ", ".join(part for part in (self.citation.outlet or self.citation.title, self.citation.published) if part)
        return " ".join(f"{who}, in {where}:".split())


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
        request = self._prompts.fill("answer", statements="\n".join(map(_numbered, sources)), question=question.understood or question.text)
        draft = self._writer.write(
            self._prompts.fill("rules"), request, self._corpus, watch, useful=lambda one: not _trouble(one, len(sources))
        )
        if trouble := _trouble(draft, len(sources)):
            raise ModelFailed(f"{self.name}: {trouble}.", draft.usage)
        lines = _lines(draft)
        cited = _cite(lines, len(sources))
        if question.form in (Form.BY_SIDE, Form.BY_OUTLET) and not cited:
            raise ModelFailed(f"{self.name}: it finds no answer in the statements, and there are some.", draft.usage)
        answer = self._composed(question, evidence, sources, lines) if cited else self._abstain(question, evidence)
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
            for hit in finding.hits:
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
        return self._extractive.with_nearest(answer, evidence.findings[0].hits[0])

    def _composed(self, question: Question, evidence: Evidence, sources: list[_Source], lines: list[str]) -> Answer:
        given = range(1, len(sources) + 1)
        drafted = [claims_of(line, given) for line in lines]
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


def _numbered(source: _Source) -> str:
    """A statement on one line, whatever is in it."""
    return " ".join(f"[{source.citation.n}] {source.lead} {source.citation.quote}".split())


# --- a line as a point -----------------------------------------------------------------------------------------------


def claims_of(line: str, given: Container[int]) -> tuple[Claim, ...]:
    """A line of a draft as claims: its sentences, and the stretches of them that have numbers of their own.

    A number in brackets that a quotation holds, and that no statement was ``given`` under, is the quotation's.
    """
    inside = [(quote.start, quote.end) for quote in quotations(line)]
    claims: list[Claim] = []
    start, opening, early = 0, "", tuple[int, ...]()
    for found in re.finditer(_MARKS, line):
        numbers = tuple(_numbers(found[0]))
        if any(first < found.start() < last for first, last in inside) and not any(number in given for number in numbers):
            continue
        stretch = f"{opening} {line[start : found.start()].strip()}".strip()
        stretch = stretch if claims else stretch.lstrip(STOPS)
        start = found.end()
        if not claims and len(stretch.split()) < SAYS:  # "[1] and [4] both say …": the numbers of what follows
            opening, early = stretch, (*early, *numbers)
            continue
        claims += _claims(stretch, (*early, *numbers), claims)
        opening, early = "", ()
    stretch = f"{opening} {line[start:].strip()}".strip()
    claims += _claims(stretch if claims else stretch.lstrip(STOPS), early, claims)
    return tuple(claims) or (Claim("", early),)


def _claims(text: str, numbers: tuple[int, ...], before: list[Claim]) -> list[Claim]:
    """The sentences of a stretch, its numbers behind the last; a stop that begins it ends what stands ``before``."""
    rest = text.lstrip(STOPS)
    stop = text[: len(text) - len(rest)].strip()
    if before and stop and not rest[:1].isdigit():
        before[-1], text = replace(before[-1], words=before[-1].words + stop), rest
    parts = wording.sentences(text)
    if parts:
        return [*map(Claim, parts[:-1]), Claim(parts[-1], numbers)]
    if before and numbers:
        before[-1] = replace(before[-1], citations=(*before[-1].citations, *numbers))
    return []


def _point(claims: tuple[Claim, ...], sources: Mapping[int, _Source], names: Known) -> Point:
    """Claims as a point, with who says it: whom they credit themselves, else who speaks in all that they cite."""
    point = Point(claims, label=None, written=True)
    own = [sources[number] for number in point.citations if number in sources]
    point = _without_lead(point, own)
    before, colon, rest = f"{point.claims[0].words} ".partition(": ")
    if colon and (called := _called(before, names)):
        first, *others = point.claims
        if not rest.strip() and others:  # the name alone has a number: it goes to what follows
            rest, others = others[0].words, [replace(others[0], citations=(*first.citations, *others[0].citations)), *others[1:]]
            first, *others = others
        own_claims = (replace(first, words=rest.strip()), *others)
        return replace(point, claims=own_claims, speakers=(called[0],), side=called[1], label=(called[0],))
    voices = {source.speakers: source.side for source in own if source.speakers}
    speaking = {name: side for names, side in voices.items() for name in names}
    credited = dict(found for who in wording.speaking(point.words) if (found := _called(who, names)))
    sides = {side for side in credited.values() if side}
    told: list[tuple[str, ...]] = [(name,) for name in credited if name in speaking] or [(name,) for name in credited]
    if voices and not any(name in credited or side in sides for name, side in speaking.items()):
        point = replace(point, label=tuple(speaking))
        told = list(voices) if len(voices) == 1 else []
    if own and not voices and not credited:
        outlets = list(dict.fromkeys(source.citation.outlet or source.citation.title for source in own))
        if not any(alias in point.words for outlet in outlets for alias in outlet_aliases(outlet)):
            point = replace(point, label=())
    speakers = told[0] if told else ()
    side = voices.get(speakers) if speakers in voices else {**credited, **speaking}.get(speakers[0]) if speakers else None
    return replace(point, speakers=speakers, side=side)


def _without_lead(point: Point, sources: list[_Source]) -> Point:
    """A point that repeats what the model was told before a statement's words, without that."""
    first, *others = point.claims
    lead = next((source.lead for source in sources if first.words.startswith(source.lead)), "")
    return replace(point, claims=(replace(first, words=first.words[len(lead) :].strip()), *others))


def _called(words: str, names: Known) -> tuple[str, str | None] | None:
    """Whom words stand for, with the side: a speaker that the index knows by them, or by what follows a title in them.

    "Sergei Ryabkov" in "Deputy Foreign Minister Sergei Ryabkov"; nobody in "critics of Putin".
    """
    plain = words.replace("’", "'").split()
    titles = [place for place, word in enumerate(plain) if bare(word) in TITLES or word[:1].islower()]
    named = " ".join(plain[titles[-1] + 1 :]) if titles and not _LINKING.intersection(plain) else ""
    forms = [form.lower() for form in (" ".join(plain), key_of(words), named)]
    return next((names[form] for form in forms if form in names and form not in PRONOUNS), None)


# --- a draft as lines ------------------------------------------------------------------------------------------------


def _trouble(draft: Draft, given: int) -> str:
    """Why a draft is no answer from so many statements; empty where it is one, or says that they do not answer."""
    lines = _lines(draft)
    if len(lines) > MOST_LINES:
        return f"it rambles, {len(lines)} sentences long"
    return "" if _cite(lines, given) or _denies(draft) else "what it wrote cites none of the articles' statements"


def _cite(lines: list[str], given: int) -> bool:
    """Whether any line cites one of so many statements."""
    return any(number in range(1, given + 1) for line in lines for number in _numbers(line))


def _denies(draft: Draft) -> bool:
    """Whether a draft says that the articles do not answer."""
    return NOTHING in _THOUGHTS.sub("", draft.text).lower()


def _lines(draft: Draft) -> list[str]:
    """What a draft says, cited sentence by cited sentence, each once, without the headings and introductions around it."""
    found: list[str] = []
    for part in _parts(draft):
        if not re.search(r"\w", _MARKED.sub("", part)):  # numbers alone: of what stands before them
            found[-1:] = [f"{found[-1]} {part}"] if found and not _MARKED.search(found[-1]) else found[-1:]
        else:
            found.append(part)
    return list(dict.fromkeys(found))


def _parts(draft: Draft) -> list[str]:
    written = _THOUGHTS.sub("", draft.text).splitlines()
    parts = [part for line in written if _CITED.search(line) or not _HEADING.match(line) for part in _cut(printable(_plain(line)))]
    if draft.cut and parts and not re.search(rf"(?:{_MARKS}|[.!?…])\W*$", written[-1]):
        parts.pop()  # half a sentence
    return [_STOP_LAST.sub(r"\2\1", part) for part in parts if _says(part)]


def _plain(line: str) -> str:
    """A line of text alone, without markup, its numbers behind what they belong to: "[1, 3-5]" is "[1] [3] [4] [5]"."""
    line = _LINK.sub(r"\1", _TAG.sub("", unescape(line))).replace("``", "“").replace("''", "”").replace("|", " ")
    line = _CITED.sub(lambda match: "".join(f" [{number}]" for number in _spread(match[1] or match[2])), line)
    line = " ".join(wording.without_emphasis(_BULLET.sub("", line)).split())
    line = _YES.sub(lambda found: found[1].upper(), line)  # of which nothing cited can tell whether it answers the question
    line = re.sub(r"(?<=\])\s+(?=[.,;:])", "", line)
    first = _FIRST.match(line)
    return f"{line[first.end() :]} {first[1]}" if first else line


def _cut(line: str) -> Iterator[str]:
    """A line's sentences, as far as numbers stand between them; one about "he" or "they" stays with the one that says who that is."""
    start = 0
    for match in _ENDS.finditer(line):
        if _PRONOUN.match(line, match.end() + 1):
            continue
        if match.start() - start >= SHORTEST or match.end() == len(line) or line[match.start()] in ".!?…":
            yield line[start : match.end()].strip()
            start = match.end()
    if line[start:].strip():
        yield line[start:].strip()


def _says(part: str) -> bool:
    """Whether a part of a draft is more than an introduction, or the words for having found nothing."""
    if not _MARKED.search(part):
        return bool(re.search(r"\w", part)) and not part.endswith(":") and NOTHING not in part.lower()
    return _MARKED.sub("", part).strip(" .*\"'").lower() != NOTHING


def _spread(numbers: str) -> list[int]:
    """The numbers of "1, 3-5"."""
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", numbers):
        found += range(int(first), min(int(last or first), int(first) + 20) + 1)
    return found


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _MARKED.findall(text)]


# --- a question ------------------------------------------------------------------------------------------------------


def _question(draft: Draft, known: Sequence[str]) -> str | None:
    """The one question of a draft, if it has no name or number that the questions known have not."""
    text = wording.without_emphasis(_THOUGHTS.sub("", draft.text)).strip()
    asked = _ASKED.sub("", text).strip().strip('"“”')
    with suppress(QuestionError):
        if "\n" not in asked and len(asked) <= LONGEST_QUESTION and asked.endswith("?") and not _adds(asked, known):
            return clean(asked)
    return None


def _adds(asked: str, known: Sequence[str]) -> bool:
    """Whether a question has names or numbers that none of the questions known has."""
    new = content_stems(asked) - content_stems(" ".join(known))
    return bool(len(new) > MOST_NEW or wording.foreign_names(asked, known) or wording.foreign_numbers(asked, known))

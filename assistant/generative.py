"""The answerer with a language model: it may phrase and order what the evidence says, and nothing else gets through unmarked.

The model is given numbered statements and writes lines that cite them. Its lines become points here, each with the speaker whom it
credits; where a line leaves out who says it, the name of who does is put before it. Whether a point is carried is the verifier's to find.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant import wording
from assistant.evidence import Evidence, Finding, Gatherer
from assistant.extractive import Extractive, cite, listed
from assistant.prompts import Prompts
from assistant.question import clean
from assistant.types import Answer, Citation, Point, Question, Standalone, Watch, unwatched
from assistant.writer import Draft, Writer
from index.build import contents
from index.errors import ModelFailed, QuestionError
from index.speakers import parts_of

NOTHING = "not in the articles"  # what prompts/rules.md asks for where no statement answers
LONGEST_QUESTION = 400  # characters of a follow-up made standalone
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|\Z)", re.S)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"\*\*|__|`|^#+\s*")
_LIST = r"(\d{1,3}(?:\s*(?:,|;|-|–|and|&)\s*\d{1,3})*)"
_CITED = re.compile(rf"\s*(?:[\[【]\s*(?:(?:statement|source)s?\s*)?{_LIST}\s*[\]】]|\((?:statement|source)s?\s*{_LIST}\))", re.I)
_MARKED = re.compile(r"\[(\d+)\]")
_ENDS = re.compile(r"(?:[.!?…][\"”’')]*(?:\s*\[\d+\])+|(?:\s*\[\d+\])+[.!?…])(?=\s+\S|$)")
_FIRST = re.compile(r"^((?:\[\d+\]\s*)*\[\d+\]):?\s+([^\[\]]+)$")
_STOP_LAST = re.compile(r"((?:\s*\[\d+\])+)([.!?…])$")


@dataclass(frozen=True, slots=True)
class _Source:
    """A statement as the model is given it: its citation, and the finding that it belongs to."""

    citation: Citation
    finding: Finding


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
        draft = self._writer.write(self._prompts.fill("rules"), request, contents(self._gatherer.record), watch)
        lines = list(_lines(draft))
        if not lines and NOTHING in draft.text.lower():
            return replace(self._abstain(question, evidence), usage=draft.usage)
        if not any(number <= len(sources) for line in lines for number in _numbers(line)):
            raise ModelFailed(f"{self.name}: what it wrote cites none of the articles' statements.")
        return replace(self._composed(question, evidence, sources, lines), usage=draft.usage)

    def standalone(self, text: str, history: Sequence[str]) -> Standalone | None:
        """A follow-up as a question that needs none of those before it, oldest first; nothing where the model fails.

        What it writes must be one question, with no name or number that was not asked about before.

        Raises:
            ModelMissing: it cannot be had as it was named.
        """
        try:
            request = self._prompts.fill("condense", history="\n".join(f"- {one}" for one in history), question=text)
            draft = self._writer.write("", request, contents(self._gatherer.record))
        except ModelFailed:
            return None
        asked = _EMPHASIS.sub("", _THOUGHTS.sub("", draft.text)).strip().strip('"“”')
        known = [*history, text]
        with suppress(QuestionError):
            if "\n" not in asked and len(asked) <= LONGEST_QUESTION and asked.endswith("?") and not _adds(asked, known):
                return Standalone(clean(asked), draft.usage)
        return Standalone(None, draft.usage)

    # -- what the model is given ----------------------------------------------------------------------------------

    def _sources(self, evidence: Evidence) -> list[_Source]:
        found: dict[tuple[str, int], _Source] = {}
        for finding in evidence.findings:
            for hit in finding.hits:
                citation = cite(hit, self._gatherer.article(hit), len(found) + 1)
                found.setdefault((citation.article, citation.start), _Source(citation, finding))
        return list(found.values())

    # -- what it wrote --------------------------------------------------------------------------------------------

    def _abstain(self, question: Question, evidence: Evidence) -> Answer:
        nothing = Evidence(nearest=evidence.findings[0].hits[0])
        return replace(self._extractive.answer(question, nothing), answerer=self.name)

    def _composed(self, question: Question, evidence: Evidence, sources: list[_Source], lines: list[str]) -> Answer:
        used = list(dict.fromkeys(number for line in lines for number in _numbers(line)))
        used.sort(key=lambda number: number > len(sources))  # numbers that lead nowhere come last, so as not to be taken for others
        places = {number: place for place, number in enumerate(used, 1)}
        cited = {places[number]: sources[number - 1] for number in used if number <= len(sources)}
        citations = tuple(replace(source.citation, n=number) for number, source in cited.items())
        points = tuple(self._point(_MARKED.sub(lambda match: f"[{places[int(match[1])]}]", line), cited) for line in lines)
        text = self._extractive.text(points, evidence.silent)
        return Answer(question.text, "answered", None, self.name, text, points, citations, evidence.silent)

    def _point(self, text: str, sources: dict[int, _Source]) -> Point:
        """A line as a point, with who says it: whom it credits itself, else who speaks in all that it cites.

        A line that names neither its speaker nor, where nobody is quoted, an outlet of its own, gets that name in front.
        """
        numbers = tuple(dict.fromkeys(_numbers(text)))
        own = [sources[number] for number in numbers if number in sources]
        names = self._gatherer.record.names()
        label, colon, rest = text.partition(": ")
        if colon and (labelled := next((names[key][0] for key in _keys(label)[:2] if key in names), None)):
            return Point(f"**{label}**: {rest}", labelled, self._side(labelled), numbers, "unsupported")
        credited = [names[key][0] for name in wording.speaking(text) for key in _keys(name) if key in names]
        voices = {source.finding.speaker for source in own}
        voice = voices.pop() if len(voices) == 1 else None
        speaker = credited[0] if credited and not (voice and self._joint(text, voice)) else voice
        side, outlets = self._side(speaker), list(dict.fromkeys(source.citation.outlet or source.citation.title for source in own))
        called = self._called(speaker) if speaker else outlets
        if own and not credited and not _has_name(text, [*called, *([side] if side else [])]):
            printed = listed(outlets)
            text = f"**{speaker}**, in {printed}: {text}" if speaker else f"**{printed}** report{'s' * (len(outlets) == 1)}: {text}"
        return Point(text, speaker, side, numbers, "unsupported")

    def _joint(self, text: str, voice: str) -> bool:
        """Whether a line names all of several who speak together."""
        parts = parts_of(voice)
        return len(parts) > 1 and all(_has_name(text, self._called(part)) for part in parts)

    def _side(self, speaker: str | None) -> str | None:
        return next((side for name, side in self._gatherer.record.names().values() if name == speaker), None)

    def _called(self, speaker: str) -> list[str]:
        return [speaker, *(alias for alias, (name, _) in self._gatherer.record.names().items() if name == speaker)]


def _has_name(text: str, names: list[str]) -> bool:
    words = wording.fold(text).lower()
    return any(re.search(rf"(?<!\w){re.escape(wording.fold(name).lower())}(?!\w)", words) for name in names)


def _numbered(source: _Source) -> str:
    """A statement on one line, whatever is in it."""
    finding, citation = source.finding, source.citation
    side = f" ({finding.side})" if finding.side and finding.side != finding.speaker else ""
    who = f"{finding.speaker}{side} says" if finding.speaker else "the outlet's own words"
    where = ", ".join(part for part in (citation.outlet or citation.title, citation.published) if part)
    return " ".join(f"[{citation.n}] {who}, in {where}: {citation.quote}".split())


def _lines(draft: Draft) -> Iterator[str]:
    """What a draft says, cited sentence by cited sentence, without the headings and introductions around it."""
    written = [line for line in _THOUGHTS.sub("", draft.text).splitlines() if line.strip()]
    if draft.cut and written and not _ENDS.search(written[-1]):
        written.pop()
    for line in written:
        text = _CITED.sub(lambda match: "".join(f" [{number}]" for number in _spread(match[1] or match[2])), line)
        text = re.sub(r"\s+(?=[.,;:])", "", " ".join(_EMPHASIS.sub("", _BULLET.sub("", text)).split()))
        ends = [0, *(match.end() for match in _ENDS.finditer(text))]
        for start, end in pairwise([*ends, len(text)] if ends[-1] < len(text) else ends):
            part = text[start:end].strip()
            if re.search(r"\w", _MARKED.sub("", part)) and (_MARKED.search(part) or not (part.endswith(":") or NOTHING in part.lower())):
                yield _STOP_LAST.sub(r"\2\1", _FIRST.sub(r"\2 \1", part))


def _spread(numbers: str) -> list[int]:
    """The numbers of "1, 3-5"."""
    found: list[int] = []
    for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", numbers):
        found += range(int(first), min(int(last or first), int(first) + 20) + 1)
    return found


def _numbers(text: str) -> list[int]:
    return [int(number) for number in _MARKED.findall(text)]


def _adds(asked: str, known: list[str]) -> bool:
    """Whether a question has names or numbers that none of the questions known has."""
    return bool(wording.foreign_names(asked, known) or wording.foreign_numbers(asked, known))


def _keys(name: str) -> list[str]:
    """How a name may be called among those that the index knows: as it stands, without its article, by its last word."""
    words = name.lower().replace("’", "'").split()
    return [" ".join(words), " ".join(words[1:]) if words[:1] == ["the"] else "", words[-1] if words else ""]

"""One utterance, many cuts: which outlets carry it, in which wording, and which leave it out."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from assistant.evidence import Finding, Gatherer
from assistant.extractive import WORD, cite, plain
from assistant.types import Citation, Question
from index.record import Scope


@dataclass(frozen=True, slots=True)
class Wording:
    """How one or more outlets word an utterance: the words, where they stand, and the words that differ from the first wording."""

    words: str
    citations: tuple[Citation, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing said, as the outlets print it: the fullest wording first; ``cut_by`` are the outlets that do not carry it."""

    speaker: str | None
    side: str | None
    wordings: tuple[Wording, ...]
    cut_by: tuple[str, ...]

    @property
    def outlets(self) -> int:
        """How many outlets carry it."""
        return len({citation.outlet or citation.article for wording in self.wordings for citation in wording.citations})


def compare(question: Question, gatherer: Gatherer, scope: Scope) -> list[Utterance]:
    """The utterances that answer a question, each with its wordings across outlets; empty when the articles do not answer it."""
    evidence = gatherer.gather(question, scope)
    outlets = scope.outlets or tuple(gatherer.record.outlets())
    number, found = 0, []
    for finding in evidence.findings:
        utterance = _utterance(finding, gatherer, outlets, number)
        number += len(finding.hits)
        found.append(utterance)
    return found


def _utterance(finding: Finding, gatherer: Gatherer, outlets: tuple[str, ...], number: int) -> Utterance:
    by_wording: dict[str, list[tuple[str, Citation]]] = {}
    for position, hit in enumerate(finding.hits, start=number + 1):
        words = gatherer.words_of(hit, finding.speaker)
        by_wording.setdefault(plain(words), []).append((words, cite(hit, gatherer.article(hit), position)))
    ordered = sorted(by_wording.values(), key=lambda group: -len(WORD.findall(group[0][0])))
    first = ordered[0][0][0]
    wordings = tuple(Wording(group[0][0], tuple(citation for _, citation in group), differences(first, group[0][0])) for group in ordered)
    carried = {citation.outlet for wording in wordings for citation in wording.citations}
    return Utterance(finding.speaker, finding.side, wordings, tuple(outlet for outlet in outlets if outlet not in carried))


def differences(first: str, other: str) -> tuple[str, ...]:
    """The runs of words in ``other`` that ``first`` does not have at that place."""
    return tuple(" ".join(WORD.findall(other[start:end])) for start, end in changes(first, other))


def changes(first: str, other: str) -> list[tuple[int, int]]:
    """The same as places: from the first to the last character of each run in ``other``."""
    before = [word.casefold() for word in WORD.findall(first)]
    places = list(WORD.finditer(other))
    matcher = difflib.SequenceMatcher(None, before, [place[0].casefold() for place in places], autojunk=False)
    runs = [(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind in ("replace", "insert")]
    return [(places[start].start(), places[end - 1].end()) for start, end in runs]


def lines(utterances: list[Utterance]) -> list[str]:
    """The comparison as text for a terminal."""
    out = []
    for utterance in utterances:
        carried, kinds = utterance.outlets, len(utterance.wordings)
        out.append(f"{utterance.speaker or 'Narration'}: {carried} outlet{'s' * (carried > 1)}, {kinds} wording{'s' * (kinds > 1)}")
        for wording in utterance.wordings:
            names = ", ".join(citation.outlet or citation.article for citation in wording.citations)
            out.append(f"  {names}: {' '.join(wording.words.split())}")
            if wording.differs:
                out.append(f"    differs: {' | '.join(wording.differs)}")
        if utterance.cut_by:
            out.append(f"  not in: {', '.join(utterance.cut_by)}")
        out.append("")
    return out[:-1]

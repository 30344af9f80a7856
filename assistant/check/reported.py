"""What an article reports as a fact, whoever says it there, and what it has only as somebody's charge, belief or words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from assistant.check.evidence import Near
from assistant.types import Check, Fault
from assistant.verification.checks import says, tells
from assistant.verification.grammar import HEDGES, Grammar, is_predicate
from assistant.verification.parses import parsed, statements_in
from index.reader import Reader, Text
from index.record import Record
from index.statements import quotations
from index.text import stem
from index.types import Passage, Statement

REPORTED = 0.75  # the chance that a passage carries a claim from which on whoever says it there may be taken to report it
MOSTLY = 0.8  # the share of what somebody says from which on it is a quotation
FIRM = 0.45  # what the chances that a word carries what it introduces come to, on average, where who uses it reports a fact
FRAMES = (("She {} that it happened.", "It happened."), ("Officials {} that the man broke the law.", "The man broke the law."))


def reported(fault: Fault, words: str, near: Sequence[Near], record: Record, reader: Reader) -> bool:
    """Whether a fault about an attribution is none: somebody says it, but as a fact, and not in quotation marks."""
    if fault.check is not Check.ATTRIBUTION or fault.span is None or fault.evidence is None:
        return False
    article, start, end = fault.evidence
    if any(_is_quoted(one.passage, start, end) for one in near) or not any(one.read.entails >= REPORTED for one in near):
        return False
    cues = [one.cue for one in record.statements(article) if (one.start, one.end) == (start, end) and one.cue]
    return all(firm(cue, reader) for cue in cues) and not _only_said(words[slice(*fault.span)], near, record, reader)


def dropped(words: str, near: Sequence[Near], record: Record, reader: Reader) -> Iterator[Fault]:
    """What a claim tells as a fact that is a charge, a belief or somebody's words wherever the passages have it."""
    claim, own = Grammar(parsed([words])[0]), statements_in(words)
    if any(token.lower_ in HEDGES for token in claim.doc):
        return
    for verb in claim.predicates:
        said = any(one.start <= verb.idx < one.end or (says(one) and verb.text in (one.cue or "").split()) for one in own)
        if tells(verb) and not said and (place := _only_said(verb.text, near, record, reader)):
            reason = f"It tells “{verb.text}” as a fact; in what is cited somebody says so."
            yield Fault(Check.ATTRIBUTION, 0, reason, (verb.idx, verb.idx + len(verb)), (place.article, place.start, place.end))


def _only_said(verb: str, near: Sequence[Near], record: Record, reader: Reader) -> Passage | None:
    """The first passage that has a verb, where each that has it has it as a charge, a belief or somebody's words."""
    found = None
    for passage in (one.passage for one in near):
        statements = record.statements(passage.article)
        quoted = [(one.start, one.end) for one in quotations(passage.text)]
        for token in parsed([passage.text])[0]:
            if stem(token.text) != stem(verb) or not is_predicate(token):
                continue
            over = [one.head.text for one in (token, *token.ancestors) if one.dep_ == "ccomp"]
            cues = [*over, *_cue_at(passage.start + token.idx, statements)]
            if all(firm(cue, reader) for cue in cues) and not any(start <= token.idx < end for start, end in quoted):
                return None
            found = found or passage
    return found


def _cue_at(place: int, statements: Sequence[Statement]) -> Iterator[str]:
    """The word by which the shortest statement at a place is one."""
    around = [one for one in statements if one.start <= place < one.end and one.cue]
    if around:
        yield min(around, key=lambda one: one.end - one.start).cue or ""


@lru_cache(1024)
def firm(cue: str, reader: Reader) -> bool:
    """Whether who uses a word for what he tells takes it for a fact: "said" and "found" do, "claimed" and "believes" do not."""
    rows = reader.relations([(claim, Text(frame.format(cue))) for frame, claim in FRAMES])
    return sum(row.entails for row in rows) / len(rows) >= FIRM


def _is_quoted(passage: Passage, start: int, end: int) -> bool:
    """Whether what a passage has between two places of its article is in quotation marks, but for a few words."""
    start, end = max(start, passage.start) - passage.start, min(end, passage.end) - passage.start
    inside = sum(max(0, min(end, one.end) - max(start, one.start)) for one in quotations(passage.text))
    return inside >= MOSTLY * (end - start) > 0

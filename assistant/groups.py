"""Questions to several who bear one role, or are of one party: those of them are asked who come nearest to it, and silent are only all."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.answer_kinds import Kinds
from assistant.evidence import ALL_SPOKEN, Evidence
from assistant.render import listed
from assistant.types import Kind, Question
from index.record import Scope

MOST = 6  # of a group who are heard
NEAR = 24  # passages by which those are chosen


def gather(kinds: Kinds, question: Question, scope: Scope) -> tuple[Question, Evidence]:
    """The evidence for a question of any kind, and the question with whom its groups were taken for."""
    if not question.groups:
        return question, kinds.gather(question, scope)
    grouped = {name for _, members in question.groups for name in members}
    asked = {words: _nearest(kinds, question, members, scope) for words, members in question.groups}
    speakers = [name for name in question.speakers if name not in grouped or any(name in some for some in asked.values())]
    evidence = kinds.gather(replace(question, speakers=tuple(speakers)), scope)
    heard = {name for finding in evidence.findings for name in finding.speakers}
    for words, some in asked.items():
        evidence = as_one(evidence, words, some, heard)
    doubtful = {words for words, _ in question.open}
    meant = [(words, listed([name for name in some if name in heard] or some)) for words, some in asked.items() if words not in doubtful]
    return replace(question, speakers=tuple(speakers), corrected=(*question.corrected, *meant)), evidence


def _nearest(kinds: Kinds, question: Question, members: Sequence[str], scope: Scope) -> tuple[str, ...]:
    """Those of a group whose words come nearest to what is asked about; the first, where it is nothing."""
    if question.kind in (Kind.COUNT, Kind.QUOTES):
        return tuple(members)  # all are counted
    numbers = kinds.gatherer.record.spoken(members, scope, ALL_SPOKEN)
    if not question.topic or not numbers:
        return tuple(members[:MOST])
    near = [number for number, _ in kinds.gatherer.searcher.among(question.topic, scope, numbers, NEAR)]
    passages = kinds.gatherer.record.passages(near)
    order = dict.fromkeys(name for number in near for one in passages[number].passage.heard for name in one.speakers if name in members)
    return tuple(order)[:MOST]


def as_one(evidence: Evidence, words: str, some: Collection[str], heard: Collection[str]) -> Evidence:
    """Evidence in which a group is silent, or may be, as one, and only where nobody of it is heard."""
    quiet = set(some) - set(heard)
    silent, unsure = ([name for name in names if name not in quiet] for names in (evidence.silent, evidence.unsure))
    if len(quiet) == len(some):
        (silent if quiet <= set(evidence.silent) else unsure).append(words)
    searched = tuple((name, count) for name, count in evidence.searched if name not in quiet)
    return replace(evidence, silent=tuple(silent), unsure=tuple(unsure), searched=searched)

"""Why a claim has its verdict, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.relation import differing, figures_differ
from assistant.render import listed
from assistant.types import Check, Fault
from index.types import Passage


def reason(fault: Fault, words: str, instead: str, where: str, passages: Sequence[Passage]) -> str:
    """Why a fault is one: ``words`` are the claim's, ``instead`` what the articles have in place of its part, ``where`` the outlets."""
    said = words[slice(*fault.span)] if fault.span else ""
    if fault.check is Check.QUOTATION:
        return f"The words in quotation marks are not those of {where}."
    if fault.check is Check.OUTLET:
        return f"It is {where} that has it."
    if fault.check is Check.SPEAKER and not instead:
        return f"In {where} it is {_voices(passages)} who says so."
    if fault.check is Check.ATTRIBUTION:
        return f"It tells as a fact what {_voices(passages)} says in {where}."
    if fault.check is Check.HEDGE:
        return f"{where} has it as “{instead}”."
    if fault.check is Check.NEGATION and said.lower() == instead.lower():
        return f"It and {where} do not agree on a “not” at “{said}”."
    if fault.check is Check.ROLES:
        return f"{where} has who does “{said}” to whom the other way round."
    if fault.check is Check.NUMBER and not instead:
        told = next((differing(words, one.text) for one in passages if figures_differ(words, one.text)), None)
        said, instead = told or (said, "")
    if said and instead and said.lower() != instead.lower():
        return f"It has “{said}”; {where} has “{instead}”."
    if said and not instead:
        return f"“{said}” is not in {where}."
    return fault.reason


def _voices(passages: Sequence[Passage]) -> str:
    """Who speaks in some passages."""
    named = dict.fromkeys(name for one in passages for said in one.heard for name in said.speakers)
    return listed(named, "or") if named else "somebody else"

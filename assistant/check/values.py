"""What comes of a check: a verdict for each claim of a draft, with places in the draft and in the articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assistant.types import Citation, filled
from index.errors import UsageError


class Verdict(StrEnum):
    """Where a claim stands."""

    CARRIED = "carried"
    CONTRADICTED = "contradicted"
    ALTERED = "quotation altered"
    SPEAKER = "other speaker"
    OUTLET = "other outlet"
    NUMBER = "number differs"
    ATTRIBUTION = "attribution dropped"
    NOT_FOUND = "not found"
    NOT_CHECKABLE = "not checkable"


SOUND = (Verdict.CARRIED, Verdict.NOT_CHECKABLE)  # what nobody has to mend


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of the draft (``start:end`` in it, empty where something is left out), and what an article has in their place.

    ``there_start:there_end`` is the place in ``article``, ``instead`` the words there; without an article there is nothing to compare with.
    """

    start: int
    end: int
    article: str | None = None
    there_start: int = 0
    there_end: int = 0
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim of a draft, ``start:end`` in it, with its verdict.

    ``reasons`` say why, for a person, the chief one first. ``citations`` are the places that carry it, or that it was held against; of
    what is not found the nearest. ``speaker`` is whom the draft has say it.
    """

    start: int
    end: int
    text: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    speaker: str | None = None

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Checked:
        """A checked claim from all its fields as JSON keeps them."""
        parts: dict[str, type[Any]] = {"citations": Citation, "differences": Difference}
        made = {key: tuple(filled(kind, one) for one in value.get(key, ())) for key, kind in parts.items()}
        one = filled(cls, {**value, "citations": [], "differences": []})
        return cls(one.start, one.end, one.text, Verdict(one.verdict), one.reasons, speaker=one.speaker, **made)


@dataclass(frozen=True, slots=True)
class Report:
    """All claims of a draft, in order; their offsets count the characters of ``draft``."""

    draft: str
    claims: tuple[Checked, ...]
    seconds: float = 0.0

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Report:
        """The report of an object as `assistant.check.report.as_json` makes it."""
        return cls(value["draft"], tuple(map(Checked.from_json, value["claims"])), value["seconds"])

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many claims have which verdict, of those that some have."""
        every = [one.verdict for one in self.claims]
        return {verdict: every.count(verdict) for verdict in Verdict if verdict in every}

    @property
    def share(self) -> float | None:
        """The share of the claims that can be checked which the articles carry; none where there is nothing to check."""
        checkable = [one for one in self.claims if one.verdict is not Verdict.NOT_CHECKABLE]
        return sum(one.verdict is Verdict.CARRIED for one in checkable) / len(checkable) if checkable else None


def verdicts_named(names: Sequence[str]) -> frozenset[Verdict]:
    """The verdicts that are called so, in full or by words of their names: "altered", "other speaker".

    Raises:
        UsageError: no verdict is called so, or several are.
    """
    found: set[Verdict] = set()
    for name in (" ".join(one.lower().split()) for one in names):
        meant = [one for one in Verdict if one == name] or [one for one in Verdict if f" {name} " in f" {one} "]
        if len(meant) != 1:
            raise UsageError(f"{name!r} is no verdict. There are: {', '.join(Verdict)}.")
        found.update(meant)
    return frozenset(found)


def parts_of(checked: Checked) -> list[tuple[str, bool]]:
    """The words of a claim in parts, each with whether it is what differs."""
    spans = sorted((one.start - checked.start, one.end - checked.start) for one in checked.differences if one.start < one.end)
    parts, place = list[tuple[str, bool]](), 0
    for start, end in spans:
        if start >= place:
            parts += [(checked.text[place:start], False), (checked.text[start:end], True)]
            place = end
    return [(words, differs) for words, differs in (*parts, (checked.text[place:], False)) if words]

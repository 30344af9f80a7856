"""What goes in and what comes out: a Question understood, and the one Answer that every surface renders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Literal, TypeVar

Status = Literal["answered", "abstained"]
EXTRACTIVE = "extractive"  # the answerer without a language model
Support = Literal["verbatim", "supported", "unsupported"]
Made = TypeVar("Made")
Number = TypeVar("Number", int, float)

Watch = Callable[[str], None]
"""Is told a language model's draft so far, whenever there is more of it."""


def unwatched(draft: str) -> None:
    """Nobody looks on."""


class Form(StrEnum):
    """What kind of answer a question asks for."""

    DIRECT = "direct"  # the statements that answer it
    BY_SIDE = "by side"  # a point per side
    BY_OUTLET = "by outlet"  # a point per outlet
    TALK = "talk"  # a greeting or thanks
    HELP = "help"  # what can I ask?
    CORPUS = "corpus"  # which outlets, articles, speakers are there?
    FRAGMENT = "fragment"  # a follow-up ("Why?") with nothing before it to go on from


class Kind(StrEnum):
    """What a question asks for, more closely than the form of its answer."""

    SAID = "said"  # what somebody named said or thinks
    SIDES = "sides"  # what each side says
    OUTLETS = "outlets"  # what each outlet reports, or those named
    WHICH = "which"  # which outlets report something
    WHICH_NOT = "which not"  # which outlets do not
    ONLY = "only"  # what one outlet alone reports
    LEFT_OUT = "left out"  # what an outlet does not tell and others do
    WHO_SAID = "who said"  # who says something
    COUNT = "count"  # how many outlets, speakers or articles
    QUOTES = "quotes"  # all quotations of somebody, or on something
    TIMELINE = "timeline"  # what happened when
    SUMMARY = "summary"  # the main points
    AGREE = "agree"  # what the accounts have in common
    DIFFER = "differ"  # where they contradict each other
    FIRST = "first"  # who reported something first, or last
    TRUE = "true"  # whether something happened or was said
    OPINION = "opinion"  # what no article can settle
    DIRECT = "direct"  # a fact
    TALK = "talk"
    HELP = "help"
    CORPUS = "corpus"


NO_EVIDENCE = frozenset({Form.TALK, Form.HELP, Form.CORPUS, Form.FRAGMENT})  # forms answered without a look into the articles


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood.

    ``text`` is as asked; ``standalone`` says the same without needing the conversation. ``topic`` is what it is about, bare of
    the names and formulas around it ("Syria" in "what did each side say about Syria?"). ``outlets``, ``speakers`` and ``sides``
    are those it names, canonical; ``stranger`` is a name it wants to hear from that no article quotes. ``understood`` is the question
    in full, outlets and all, where it was a follow-up. ``excluded`` are outlets and speakers that it leaves out, ``day`` the words that
    say when, ``corrected`` names that it misspells, each with what they were taken for. ``groups`` are words of it that may mean several
    of the speakers, with these; ``open`` words that may mean somebody, with whom, where that cannot be told. ``more`` says how many times
    more was asked for than a first answer has, ``shown`` the places that the answers before this one showed.
    """

    text: str
    standalone: str
    form: Form = Form.DIRECT
    topic: str = ""
    outlets: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    stranger: str | None = None
    understood: str = ""
    kind: Kind = Kind.DIRECT
    excluded: tuple[str, ...] = ()
    day: str = ""
    corrected: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    open: tuple[tuple[str, tuple[str, ...]], ...] = ()
    more: int = 0
    shown: frozenset[tuple[str, int, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in an article: ``quote`` equals the article's text at ``start:end``, character for character.

    ``page`` is the page it is on, counted from 1, where the article has pages. ``copy_of`` is the number of an earlier citation where this
    article is another outlet's print of the same report. ``note`` is what the article's editors note on it, as a correction: where that
    stands in the article's text, from and to, and its words.
    """

    n: int
    article: str
    outlet: str | None
    title: str
    url: str | None
    published: str | None
    start: int
    end: int
    quote: str
    page: int | None = None
    copy_of: int | None = None
    note: tuple[int, int, str] | None = None

    @property
    def place(self) -> tuple[str, int, int]:
        """Its article, and where it starts and ends there."""
        return self.article, self.start, self.end


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of a point, without marks, and the numbers of the citations behind them; without any, all of the point's stand behind them."""

    words: str
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One statement of an answer, as values; `assistant.render` makes its text.

    ``claims`` is what it says, in order: one claim, the words of an article, unless a model has ``written`` it. ``speakers`` are those who
    say it, by canonical name, several where they say it together; without any it is told by the outlets. ``reworded`` are citations that
    tell it in other words. ``label`` are the names put before the words: none where it is empty, and the outlets stand there alone;
    ``None`` where the words name their speaker themselves. ``day``: the day that it stands under, in an answer in order of time.
    """

    claims: tuple[Claim, ...]
    speakers: tuple[str, ...] = ()
    side: str | None = None
    support: Support = "unsupported"
    reworded: tuple[int, ...] = ()
    label: tuple[str, ...] | None = ()
    written: bool = False
    day: str | None = None

    @property
    def words(self) -> str:
        """All that it says, without marks."""
        return " ".join(claim.words for claim in self.claims)

    @property
    def citations(self) -> tuple[int, ...]:
        """The numbers of all that it cites, each once: those behind its words first."""
        return tuple(dict.fromkeys((*self.cited, *self.reworded)))

    @property
    def cited(self) -> tuple[int, ...]:
        """The numbers of what stands behind its own words, each once."""
        return tuple(dict.fromkeys(number for claim in self.claims for number in claim.citations))

    @property
    def speaker(self) -> str | None:
        """Who says it, as one name; of several who say it together "A and B"."""
        return " and ".join(self.speakers) or None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Points that tell one thing differently: their places in ``Answer.points``, and for each the words that differ."""

    points: tuple[int, ...]
    differs: tuple[str, ...]


class Check(StrEnum):
    """What is checked of a point: see `assistant.verification.verify`."""

    CITATION = "citation"
    QUOTATION = "quotation"
    SPEAKER = "speaker"
    OUTLET = "outlet"
    NUMBER = "number"
    NAME = "name"
    NEGATION = "negation"
    ROLES = "roles"
    DATE = "date"
    MODE = "mode"
    HEDGE = "hedge"
    ATTRIBUTION = "attribution"
    CAUSE = "cause"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a point of an answer: the check it failed, the point's place in ``Answer.points``, and why, for a person.

    ``span`` is where in the point's words it is, ``evidence`` the words of what is cited that it was held against; both are empty where
    no place can be named.
    """

    check: Check
    point: int
    reason: str
    span: tuple[int, int] | None = None
    evidence: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a language model took for an answer: tokens read and written, and dollars; ``None`` is unknown.

    ``kept``: it was not asked, its answer was kept from before.
    """

    tokens_in: int | None = 0
    tokens_out: int | None = 0
    cost: float | None = 0.0
    kept: bool = False

    @property
    def tokens(self) -> int | None:
        """Read and written together."""
        return None if self.tokens_in is None or self.tokens_out is None else self.tokens_in + self.tokens_out

    def __add__(self, other: Usage) -> Usage:
        """Both together; ``kept`` when nothing was asked for either."""
        tokens = _sum(self.tokens_in, other.tokens_in), _sum(self.tokens_out, other.tokens_out)
        return Usage(*tokens, _sum(self.cost, other.cost), self.kept and other.kept)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A follow-up as a language model would ask it without the questions before it, ``None`` where that is of no use, and what it took."""

    text: str | None
    usage: Usage


def _sum(one: Number | None, other: Number | None) -> Number | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. An abstention has a reason and no points, and may cite the nearest passages.

    ``text`` is what a person reads: `assistant.render.finished` makes it of everything else. ``message`` is what is said where there
    are no points, ``nearest`` what stands before and behind the nearest passages; ``silence`` says who is silent, ``differences`` what
    the sources tell differently, a line for each of the conflicts; ``note`` is a word on how the answer was made. ``verdict`` answers in
    a line, before the points. ``unsure`` are those asked about that have words of it and no passage that clearly tells it, ``doubt`` the
    line that says so; ``copies`` are lines that say which outlets print one report, ``editors`` what editors note on what is cited;
    ``searched`` is how many passages of whom were looked through. ``understood`` is
    what a follow-up was taken to ask, ``belief`` the log-odds that the articles answer, where one figure says so for all of them,
    ``faults`` are what the verifier found, ``usage`` is what a language model took where one was asked. ``drafted`` is that model's own
    answer, verified, before anything of it was left out, added or replaced; it is an abstention where the model gave none.
    """

    question: str
    status: Status
    reason: str | None
    answerer: str
    points: tuple[Point, ...] = ()
    citations: tuple[Citation, ...] = ()
    silent: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    seconds: float = field(default=0.0, compare=False)
    text: str = ""
    message: str = ""
    nearest: tuple[str, str] = ("", "")
    silence: str = ""
    differences: tuple[str, ...] = ()
    note: str = ""
    understood: str = ""
    faults: tuple[Fault, ...] = ()
    belief: float | None = field(default=None, compare=False)
    usage: Usage | None = field(default=None, compare=False)
    verdict: str = ""
    unsure: tuple[str, ...] = ()
    doubt: str = ""
    copies: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    searched: tuple[tuple[str, int], ...] = ()
    drafted: Answer | None = field(default=None, compare=False)

    def accounts(self, conflict: Conflict) -> list[tuple[tuple[str, ...], str]]:
        """Who tells what in a conflict: of each account the outlets (where one is not known, the title) and the words that differ.

        An outlet that tells both is named with the day of each.
        """
        cited = {citation.n: citation for citation in self.citations}
        told = [[cited[number] for number in self.points[place].citations] for place in conflict.points]
        outlets = [{citation.outlet or citation.title for citation in account} for account in told]

        def name(citation: Citation) -> str:
            outlet = citation.outlet or citation.title
            return f"{outlet} ({citation.published})" if citation.published and sum(outlet in own for own in outlets) > 1 else outlet

        names = [tuple(dict.fromkeys(map(name, account))) for account in told]
        return list(zip(names, conflict.differs, strict=True))

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Answer:
        """The Answer of an object with all its fields, of this version of Readout or another."""
        parts: dict[str, type[Any]] = {"citations": Citation, "conflicts": Conflict, "faults": Fault}
        made = {key: [filled(kind, one) for one in value.get(key, ())] for key, kind in parts.items()}
        made["citations"] = [
            replace(one, note=tuple(one.note.values())) if isinstance(one.note, Mapping) else one for one in made["citations"]
        ]
        claims = [[filled(Claim, claim) for claim in one.get("claims", ())] for one in value.get("points", ())]
        points = [filled(Point, {**one, "claims": own}) for one, own in zip(value.get("points", ()), claims, strict=True)]
        if "message" not in value:  # of a version that kept text alone: it is shown as it was
            text = value.get("text", "").removesuffix(value.get("note", "")).rstrip()
            points, value, made["conflicts"], made["faults"] = [], {**value, "message": text}, [], []
        usage = filled(Usage, value["usage"]) if value.get("usage") else None
        drafted = cls.from_json(value["drafted"]) if value.get("drafted") else None
        return filled(cls, {**value, **made, "points": points, "usage": usage, "drafted": drafted})


def filled(kind: type[Made], value: Mapping[str, Any]) -> Made:
    """A dataclass from its fields as JSON keeps them: arrays are tuples, and what another version of Readout knew is left out."""
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _restored(item) for name, item in value.items() if name in known})


def _restored(item: Any) -> Any:
    return tuple(map(_restored, item)) if isinstance(item, list) else item

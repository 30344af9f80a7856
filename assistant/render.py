"""An Answer for people and programs: Markdown, terminal, chat, JSON. The one place where answers become text.

A point is turned into runs first: names, words, citation marks and what stands between them. Each surface shows every kind of run in its
own way, so that none has to read what another wrote.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from assistant.types import EXTRACTIVE, Answer, Citation, Fault, Point, Usage
from index.statements.quotes import MARK as QUOTE_MARK
from index.statements.quotes import OPENING, opens

MARK = "⚠ unsupported"
NOTE = ("start", "end", "text")  # of what editors note
CONTRACTED = ("question", "status", "reason", "answerer", "text", "points", "citations", "silent", "conflicts", "seconds")
"""The keys of the JSON object."""
PARTNERS = {"“": "”", "”": "“", "«": "»", "»": "«", "„": "“"}
_CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in r"\`*_{}[]()#+-.!|<>~$&:"})
_NOT_IN_LINKS = str.maketrans("", "", "<>\\")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a point as it is shown: a ``name`` in its label, ``words`` that it says, a ``cite``, or ``text`` between them."""

    kind: Literal["name", "words", "cite", "text"]
    text: str
    n: int = 0


Show = Callable[[Run], str]


def printable(text: str) -> str:
    """Text without control characters: nothing that an article holds can steer a terminal or turn text around."""
    return "\n".join(line if line.isprintable() else line.translate(_CONTROL) for line in text.split("\n"))


def listed(names: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"; nothing of nobody."""
    parts = list(names)
    return f"{', '.join(parts[:-1])} {joint} {parts[-1]}" if len(parts) > 1 else "".join(parts)


def counted(number: int, noun: str) -> str:
    """ "1 article", "5 articles"."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def quoted(words: str) -> str:
    """Words on one line, in quotation marks; words that have some already get none but those whose partner is missing.

    A mark that closes what nothing opened has its partner before the words, one that is never closed behind them; so what a reporter adds
    ("…," she said) stays outside. A straight mark after a digit that opens nothing is inches.
    """
    words = " ".join(words.split())
    before, open_marks, seen = "", list[str](), False
    for mark in QUOTE_MARK.finditer(words):
        previous = words[mark.start() - 1 : mark.start()].strip()
        can_open = opens(words, mark, 0) and not (open_marks and mark[0] in OPENING and previous)
        inches = mark[0] == '"' and not can_open and not open_marks and previous.isdigit()
        seen = seen or not inches
        if can_open:
            open_marks.append(mark[0])
        elif open_marks:
            open_marks.pop()
        elif not inches:
            before = PARTNERS.get(mark[0], mark[0]) + before
    behind = "".join(PARTNERS.get(mark, mark) for mark in reversed(open_marks))
    return f"{before}{words}{behind}" if seen else f"“{words}”"


# -- a point as runs ------------------------------------------------------------------------------------------------------


def label(point: Point, citations: Sequence[Citation]) -> list[Run]:
    """Who says a point, and where; nothing where its words say so themselves.

    Of the articles' own words the first to print them is named here, the others by `elsewhere`.
    """
    if point.label is None:
        return []
    outlets = _outlets(citations, point.cited)[: None if point.written else 1]
    if not point.label:
        return [*_bold(outlets), Run("text", " report" if len(outlets) > 1 else " reports")] if outlets else []
    return [*_bold(point.label), Run("text", f", in {listed(outlets)}")] if outlets else _bold(point.label)


def body(point: Point, citations: Sequence[Citation]) -> list[Run]:
    """What a point says, with the marks of its citations; of the articles' own words with those of the first outlet alone."""
    runs: list[Run] = []
    for claim in point.claims:
        runs += [Run("text", " ")] * bool(runs)
        runs.append(Run("text", " ".join(claim.words.split())) if point.written else Run("words", quoted(claim.words)))
        runs += _marks(number for number in claim.citations if number not in _again(point, citations))
    return runs


def elsewhere(point: Point, citations: Sequence[Citation]) -> list[Run]:
    """Which other outlets print a point's words, and which put it otherwise, each with its marks; nothing where none does."""
    again, otherwise = (_by_outlet(citations, numbers) for numbers in (_again(point, citations), point.reworded))
    told = [[Run("text", "also printed by "), *_enumerated(again)]] if again else []
    if len(otherwise) > 1:
        told.append([*_enumerated(otherwise), Run("text", " put it otherwise")])
    else:
        told += [[Run("text", f"{outlet} puts it otherwise"), *_marks(numbers)] for outlet, numbers in otherwise.items()]
    return [run for place, part in enumerate(told) for run in ([Run("text", "; ")] * bool(place) + part)]


def _again(point: Point, citations: Sequence[Citation]) -> list[int]:
    """The citations of a point's own words, as an article has them, in other outlets than the first."""
    printed = [] if point.written else list(_by_outlet(citations, point.cited).values())
    return [number for numbers in printed[1:] for number in numbers]


def _enumerated(outlets: Mapping[str, Sequence[int]]) -> list[Run]:
    """ "A [1], B [2] and C [3]"."""
    runs: list[Run] = []
    for place, (outlet, numbers) in enumerate(outlets.items()):
        runs += [Run("text", ("" if not place else " and " if place == len(outlets) - 1 else ", ") + outlet), *_marks(numbers)]
    return runs


def runs_of(point: Point, citations: Sequence[Citation]) -> list[Run]:
    """A point as one: its label, its body, and in brackets where else it stands."""
    before = [*([Run("text", f"{point.day} – ")] if point.day else []), *label(point, citations)]
    behind = elsewhere(point, citations)
    runs = [*before, *([Run("text", ": ")] if before else []), *body(point, citations)]
    return [*runs, Run("text", " ("), *behind, Run("text", ")")] if behind else runs


def _bold(names: Sequence[str]) -> list[Run]:
    return [Run("name", " ".join(listed(names).split()))] if names else []


def _marks(numbers: Iterable[int]) -> list[Run]:
    return [run for number in numbers for run in (Run("text", " "), Run("cite", f"[{number}]", number))]


def _outlet(citation: Citation) -> str:
    return " ".join((citation.outlet or citation.title).split())


def _outlets(citations: Sequence[Citation], numbers: Iterable[int]) -> list[str]:
    return list(_by_outlet(citations, numbers))


def _by_outlet(citations: Sequence[Citation], numbers: Iterable[int]) -> dict[str, list[int]]:
    """The numbers of citations by the outlet that each is in, in their order."""
    cited = {citation.n: _outlet(citation) for citation in citations}
    found: dict[str, list[int]] = {}
    for number in numbers:
        if number in cited:
            found.setdefault(cited[number], []).append(number)
    return found


def shown(runs: Iterable[Run], show: Show) -> str:
    """Runs as one text, each shown in a surface's own way."""
    return "".join(map(show, runs))


def plain(run: Run) -> str:
    """A run as text alone."""
    return run.text


def marked_up(run: Run) -> str:
    """A run as the Markdown of the contract: a name in bold."""
    return f"**{run.text}**" if run.kind == "name" else run.text


def text_of(point: Point, citations: Sequence[Citation], show: Show = marked_up) -> str:
    """A point as one line with its markers."""
    return shown(runs_of(point, citations), show)


# -- an answer ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer as runs; ``item``: it is one of a list."""

    runs: tuple[Run, ...]
    item: bool = False

    @property
    def text(self) -> str:
        """What it says, without marks."""
        return shown(self.runs, plain)


def parts(answer: Answer) -> list[list[Line]]:
    """An answer in parts of lines: its points, or the word in their place; who prints one report; who is silent; what differs; the note."""
    if answer.points:
        several = len(answer.points) > 1
        points = [Line(tuple(_pointed(answer, number)), several) for number in range(len(answer.points))]
        found = [[Line((Run("text", answer.verdict),))], points]
    else:
        found = [[_message_line(line) for line in answer.message.splitlines()], _nearest(answer)]
    found += [[Line((Run("text", line),))] for line in _behind(answer)]
    return [part for part in found if any(line.text for line in part)]


def _behind(answer: Answer) -> tuple[str, ...]:
    """The lines behind the points."""
    return (*answer.editors, *answer.copies, answer.silence, answer.doubt, *answer.differences, answer.note)


def lines(answer: Answer, show: Show = marked_up) -> list[str]:
    """An answer line by line, as a surface shows its runs. An empty line stands between parts."""
    found: list[str] = []
    for part in parts(answer):
        found += [*([""] if found else []), *(f"{'- ' * line.item}{shown(line.runs, show)}" for line in part)]
    return found


def finished(answer: Answer) -> Answer:
    """An answer with the text that a person reads."""
    return replace(answer, text="\n".join(lines(answer)))


def why(faults: Iterable[Fault]) -> str:
    """The first of some faults, for a person."""
    first = next(iter(faults), None)
    return first.reason if first else "Nothing carries it."


def _pointed(answer: Answer, number: int) -> list[Run]:
    point = answer.points[number]
    runs = runs_of(point, answer.citations)
    if point.support == "unsupported":
        runs.append(Run("text", f" ({MARK}: {why(fault for fault in answer.faults if fault.point == number).rstrip('.')})"))
    return runs


def _message_line(line: str) -> Line:
    return Line((Run("text", line.removeprefix("- ")),), line.startswith("- "))


def _nearest(answer: Answer) -> list[Line]:
    """The nearest passages that an abstention cites, with the words around them; several as a list."""
    if not answer.citations or answer.nearest == ("", ""):
        return []
    before, behind = (Run("text", text) for text in answer.nearest)
    told = [[Run("text", f"{_outlet(one)}: "), Run("words", quoted(one.quote)), *_marks([one.n])] for one in answer.citations]
    if len(told) == 1:
        return [Line((before, *told[0], behind))]
    return [Line((replace(before, text=before.text.rstrip()),)), *(Line(tuple(runs), True) for runs in told)]


def as_json(answer: Answer) -> dict[str, Any]:
    """The Answer as the JSON object that scripts read: key for key as contracted."""
    points = [
        {
            "text": text_of(point, answer.citations),
            "speaker": point.speaker,
            "side": point.side,
            "citations": list(point.citations),
            "support": point.support,
        }
        for point in answer.points
    ]
    conflicts = [{key: list(part) for key, part in asdict(conflict).items()} for conflict in answer.conflicts]
    citations = [{**asdict(one), "note": one.note and dict(zip(NOTE, one.note, strict=True))} for one in answer.citations]
    made = {"points": points, "citations": citations, "silent": list(answer.silent), "conflicts": conflicts}
    more = {"verdict": answer.verdict, "unsure": list(answer.unsure), "searched": dict(answer.searched)}
    return {key: made.get(key, getattr(answer, key)) for key in CONTRACTED} | {"seconds": round(answer.seconds, 4)} | more


def _unstyled(text: str, **_: object) -> str:
    return text


def terminal(answer: Answer, width: int = 100, style: Callable[..., str] = _unstyled) -> str:
    """The answer as plain text for a terminal, citations below it. Escape sequences inside articles are taken out.

    ``style`` puts a text into a colour, as `typer.style` does.
    """
    blocks = [_wrapped(f"Understood as: {answer.understood}", width), ""] if answer.understood else []
    blocks += [_wrapped(line, width) for line in lines(answer, plain)]
    if line := took(answer):
        blocks += ["", _wrapped(line, width)]
    if answer.citations:
        blocks.append("")
        for citation in answer.citations:
            blocks.append(style(_wrapped(f"[{citation.n}] {source(citation)}", width, hang=4), fg="cyan"))
            if answer.points:
                blocks.append(style(_wrapped(" ".join(citation.quote.split()), width, hang=4, first="    "), dim=True))
    return "\n".join(blocks)


def _wrapped(text: str, width: int, hang: int = 2, first: str = "") -> str:
    text = textwrap.fill(text, width, initial_indent=first, subsequent_indent=" " * hang, break_on_hyphens=False, break_long_words=False)
    return printable(text)


def source(citation: Citation) -> str:
    """Where a citation stands, on one line: outlet, title, date, page, address, as far as they are known."""
    page = f"page {citation.page}" if citation.page else None
    known = (citation.outlet, f"“{citation.title}”", citation.published or "date unknown", page, citation.url)
    return ", ".join(part for part in known if part) + f" ({citation.article}:{citation.start}-{citation.end})"


def took(answer: Answer) -> str:
    """What a language model took for an answer, on one line: who, tokens read and written, dollars, seconds; empty where none was asked."""
    if answer.usage is None:
        return ""
    who = "the language model" if answer.answerer == EXTRACTIVE else answer.answerer
    return " · ".join((who, *_used(answer.usage), f"{answer.seconds:.1f} s"))


def _used(usage: Usage) -> tuple[str, ...]:
    if usage.kept:
        return ("kept from before, no tokens",)
    tokens = "tokens not stated" if usage.tokens is None else f"{usage.tokens_in:,} + {usage.tokens_out:,} tokens"
    return tokens, _dollars(usage.cost)


def _dollars(cost: float | None) -> str:
    """A sum as people can read it; what is too small for four decimals is not shown as nothing."""
    if cost is None:
        return "cost not stated"
    return "under $0.0001" if 0 < cost < 0.0001 else f"${cost:,.4f}" if cost else "$0"


def link(url: str | None) -> str | None:
    """The address when it is one a browser may be sent to: http or https. Anything else is text, never a link."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


# -- Markdown that others show --------------------------------------------------------------------------------------------


def escaped_run(run: Run) -> str:
    """A run as Markdown in which nothing but our own bold names is markup."""
    text = escape_markdown(printable(run.text))
    return f"**{text}**" if run.kind == "name" else text


def chat_message(answer: Answer | str) -> str:
    """An answer, or a word about what went wrong, as Markdown for the chat: the answer, then its numbered citations.

    Whatever comes from an article or a user is escaped and shows as the text it is.
    """
    if isinstance(answer, str):
        return escape_markdown(answer)
    blocks = ["\n".join(lines(answer, escaped_run))]
    if answer.citations:
        blocks.append("---")
    for citation in answer.citations:
        note = "" if answer.status == "answered" else " · *nearest, not an answer*"
        quote = escape_markdown(printable(" ".join(citation.quote.split())))
        blocks.append(f"**\\[{citation.n}\\]** {_titled(citation)}{note}\n\n> {quote}")
    return "\n\n".join(blocks)


def _titled(citation: Citation) -> str:
    title = markdown_link(" ".join(citation.title.split()), citation.url)
    outlet = escape_markdown(" ".join((citation.outlet or "").split()) or "outlet not stated")
    return f"**{outlet}** · {title} · {citation.published or 'date not stated'}"


def markdown_link(text: str, url: str | None) -> str:
    """Text that leads to an address, as Markdown; text alone where the address is no `link`."""
    address = link(url)
    return f"[{escape_markdown(text)}](<{''.join(address.split()).translate(_NOT_IN_LINKS)}>)" if address else escape_markdown(text)


def escape_markdown(text: str) -> str:
    """Text from an article or a user, to stand in Markdown as itself: no link, tag, picture or heading comes of it."""
    return text.translate(_MARKDOWN)

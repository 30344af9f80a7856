"""An Answer for people: in the terminal, and as the chat's citation cards. The one place where answers become presentation."""

from __future__ import annotations

import re
import textwrap
from urllib.parse import urlsplit

from assistant.types import EXTRACTIVE, Answer, Citation, Usage

LABEL = re.compile(r"^(- )?\*\*(.+?)\*\*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Text without control characters: nothing that an article holds can steer a terminal or turn text around."""
    return _CONTROL.sub("", text)


def terminal(answer: Answer, width: int = 100) -> str:
    """The answer as plain text for a terminal, citations below it. Escape sequences inside articles are taken out."""
    blocks = [_wrapped(f"Understood as: {answer.understood}", width), ""] if answer.understood else []
    blocks += [_wrapped(LABEL.sub(r"\g<1>\g<2>", line), width) for line in answer.text.splitlines()]
    if line := took(answer):
        blocks += ["", _wrapped(line, width)]
    if answer.citations:
        blocks.append("")
        for citation in answer.citations:
            blocks.append(_wrapped(f"[{citation.n}] {source(citation)}", width, hang=4))
            if answer.points:
                blocks.append(_wrapped(" ".join(citation.quote.split()), width, hang=4, first="    "))
    return printable("\n".join(blocks))


def _wrapped(text: str, width: int, hang: int = 2, first: str = "") -> str:
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=" " * hang, break_on_hyphens=False, break_long_words=False)


def source(citation: Citation) -> str:
    """Where a citation stands, on one line: outlet, title, date, address, as far as they are known."""
    known = (citation.outlet, f"“{citation.title}”", citation.published or "date unknown", citation.url)
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


def chat_message(answer: Answer | str) -> str:
    """An answer, or a word about what went wrong, as Markdown for the chat: the answer, then its numbered citations.

    Whatever comes from an article or a user is escaped and shows as the text it is.
    """
    if isinstance(answer, str):
        return escape_markdown(answer)
    lines = [_emphasised(line) for line in answer.text.splitlines()]
    blocks = ["\n".join(line or "" for line in lines)]
    if answer.citations:
        blocks.append("---")
    for citation in answer.citations:
        note = "" if answer.points else " · *nearest, not an answer*"
        blocks.append(f"**\\[{citation.n}\\]** {_titled(citation)}{note}\n\n> {escape_markdown(' '.join(citation.quote.split()))}")
    return "\n\n".join(blocks)


def _emphasised(line: str) -> str:
    """A line of an answer: its list mark and the bold name it begins with are ours, the rest is text."""
    if label := LABEL.match(line):
        return f"{label[1] or ''}**{escape_markdown(label[2])}**{escape_markdown(line[label.end() :])}"
    mark = "- " if line.startswith("- ") else ""
    return mark + escape_markdown(line[len(mark) :])


def _titled(citation: Citation) -> str:
    address = link(citation.url)
    title = escape_markdown(" ".join(citation.title.split()))
    if address:
        address = re.sub(r"[<>\s]", "", address)
        title = f"[{title}](<{address}>)"
    outlet = escape_markdown(" ".join((citation.outlet or "").split()) or "outlet not stated")
    return f"**{outlet}** · {title} · {citation.published or 'date not stated'}"


def escape_markdown(text: str) -> str:
    """Text from an article or a user, to stand in Markdown as itself: no link, tag, picture or heading comes of it."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$&:])", r"\\\1", text)

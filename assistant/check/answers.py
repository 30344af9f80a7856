"""Answers of other systems: which stretches of a text cite what, by character ranges in JSON or by numbers and a list of sources."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.models.citing import marks_in
from assistant.reading import Names, named_outlets
from assistant.verification.wording import fold, stands_in
from index.types import Article

MOST_SOURCES = 999  # numbers that may be citations
FEWEST = 3  # words of a title that tells its article wherever it stands
_SOURCE = re.compile(r"[-*]?\s*(?:\[\^?(\d{1,3})\]:?|(\d{1,3})[.)])\s+(\S.*)")
_NAMES = ("url", "title", "document_title", "article", "id", "document_id", "filename", "source", "name", "outlet")
_QUOTES = ("cited_text", "quote")
_RANGES = (("start_index", "end_index"), ("start", "end"))


@dataclass(frozen=True, slots=True)
class Source:
    """What is cited, by all that names it, and the words that are cited, where they are given."""

    names: tuple[str, ...]
    quote: str = ""

    def __str__(self) -> str:
        return " ".join((next(iter(self.names), "") or self.quote).split())


@dataclass(frozen=True, slots=True)
class Cited:
    """A stretch of a text that cites something; one without length is a mark, which stands behind what it belongs to."""

    start: int
    end: int
    sources: tuple[Source, ...]


def articles_of(source: Source, articles: Sequence[Article]) -> tuple[str, ...]:
    """The articles that a source is: by id, address or title, else by the words that are cited, else all of the outlet that it names."""
    named = " \n ".join(map(fold, source.names))
    lines = [fold(name) for name in source.names]
    found = [one.id for one in articles if {one.id, one.url, fold(one.title)}.intersection(lines)] or [
        one.id
        for one in articles
        if one.id in named or (one.url and one.url in named) or (len(one.title.split()) >= FEWEST and fold(one.title) in named)
    ]
    if not found and source.quote:
        found = [one.id for one in articles if stands_in(source.quote, [one.text])]
    if not found:
        outlets = {
            one.name for one in named_outlets(named, Names(tuple(dict.fromkeys(one.outlet for one in articles if one.outlet)), {}, ()))
        }
        found = [one.id for one in articles if one.outlet in outlets]
    return tuple(found)


# --- numbers and a list of sources -------------------------------------------------------------------------------------------


def marked(text: str, known: Mapping[int, Source] | None = None) -> tuple[str, list[Cited]]:
    """A text with spaces for its citations and its list of sources, and what it cites where.

    The sources are those that are ``known``, and those that the last lines of the text list by numbers that stand in the text before.
    """
    body = _without_sources(text)
    sources = {**(known or {}), **{number: Source((line,)) for number, line in _listed(text[len(body) :])}}
    signs, cited, start = list(text), list[Cited](), 0
    for line in body.splitlines(keepends=True):
        for mark in marks_in(line, range(1, MOST_SOURCES), firm_only=True):
            if mark.firm and not mark.words and mark.numbers:
                own = tuple(sources[number] for number in mark.numbers if number in sources)
                cited += [Cited(start + mark.start, start + mark.start, own)] if own else []
                signs[start + mark.start : start + mark.end] = " " * (mark.end - mark.start)
        start += len(line)
    signs[len(body) :] = [sign if sign == "\n" else " " for sign in text[len(body) :]]
    return "".join(signs), cited


def _without_sources(text: str) -> str:
    """A text up to its list of sources, which is lines that begin with numbers, whatever is set in below each."""
    lines = text.splitlines(keepends=True)
    first = last = len(lines)
    while last and (not lines[last - 1].strip() or lines[last - 1][0].isspace() or _SOURCE.match(lines[last - 1])):
        last -= 1
        first = last if _SOURCE.match(lines[last]) else first
    body = "".join(lines[:first])
    numbers = {number for number, _ in _listed("".join(lines[first:]))}
    used = {number for line in body.splitlines() for mark in marks_in(line, numbers, firm_only=True) for number in mark.numbers}
    return body if numbers & used else text


def _listed(text: str) -> Iterator[tuple[int, str]]:
    """The numbers of a list of sources, each with its lines."""
    number, parts = 0, list[str]()
    for line in [*text.splitlines(), "[0] -"]:
        if match := _SOURCE.match(line):
            if parts:
                yield number, " ".join(parts)
            number, parts = int(match[1] or match[2]), [match[3]]
        elif parts:
            parts.append(line.strip())


# --- JSON --------------------------------------------------------------------------------------------------------------------


def answer_in(value: Any) -> tuple[str, list[Cited], dict[int, Source]]:
    """The text of an answer in JSON, what its stretches cite, and the sources that go by numbers.

    Content blocks of LangChain, Anthropic and OpenAI, messages of Cohere, and objects with a text and its sources are read.
    """
    documents = {str(one.get("id")): one for one in _objects(value, "documents")}
    text, cited, numbered = "", list[Cited](), dict[int, Source]()
    for words, citations in _blocks(value):
        for place, one in enumerate(citations, 1):
            source = _source(one, documents)
            span = _range(one, words)
            if span:
                cited.append(Cited(len(text) + span[0], len(text) + span[1], (source,)))
            else:
                numbered.setdefault(one["n"] if isinstance(one.get("n"), int) else place, source)
        if citations and all("document_index" in one for one in citations):  # they stand behind the whole block
            cited.append(Cited(len(text), len(text) + len(words), tuple(_source(one, documents) for one in citations)))
        text += words
    return text, cited, numbered


def _blocks(value: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The texts of an answer in order, each with its citations as they are."""
    if isinstance(value, list):
        for one in value:
            yield from _blocks(one)
    elif isinstance(value, dict):
        citations = [one for key in ("annotations", "citations", "sources") for one in _objects(value, key)]
        words = next((value[key] for key in ("text", "answer", "output_text") if isinstance(value.get(key), str)), None)
        content = next((value[key] for key in ("message", "choices", "output", "content") if isinstance(value.get(key), list | dict)), None)
        if words is None and isinstance(value.get("content"), str):
            words = value["content"]
        if words is not None:
            yield words, citations
        elif content is not None:
            within = list(_blocks(content))
            whole = "".join(words for words, _ in within)
            yield from [(whole, citations)] if citations else within


def _objects(value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [one if isinstance(one, dict) else {"title": str(one)} for one in found] if isinstance(found, list) else []


def _range(citation: Mapping[str, Any], words: str) -> tuple[int, int] | None:
    """The characters of a text that a citation stands behind; nothing where it says so otherwise, or means those of its source."""
    for first, last in _RANGES:
        start, end = citation.get(first), citation.get(last)
        if isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(words):
            told = citation.get("text")
            if first == "start_index" or (isinstance(told, str) and words[start:end] == told):
                return start, end
    return None


def _source(citation: Mapping[str, Any], documents: Mapping[str, dict[str, Any]]) -> Source:
    """What a citation names, itself and in the documents that it points to."""
    pointed = [documents[str(one)] for one in citation.get("document_ids") or () if str(one) in documents]
    every: list[Mapping[str, Any]] = [citation, *pointed]
    for one in _objects(citation, "sources"):
        every += [one, *([one["document"]] if isinstance(one.get("document"), dict) else [])]
    names = [one[key] for one in every for key in _NAMES if isinstance(one.get(key), str) and one[key].strip()]
    quote = next((one[key] for one in every for key in _QUOTES if isinstance(one.get(key), str)), "")
    return Source(tuple(dict.fromkeys(names)), quote)

"""Texts of a few sentences, parsed as the articles were, and who speaks in them. The parser is loaded for the first text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from index.statements import extract, load_parser, parse
from index.types import Statement

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

KEPT = 256  # parses that are kept
_turn = Lock()


@cache
def parser() -> Language:
    """The parser that the index is made with; loading takes seconds, so call this early where prose is to come."""
    return load_parser()


def parsed(texts: Sequence[str]) -> list[Doc]:
    """The parses of some texts, in order."""
    return [_parsed(text) for text in texts]


@lru_cache(KEPT)
def _parsed(text: str) -> Doc:
    with _turn:
        return next(parse([text], parser()))


@lru_cache(KEPT)
def statements_in(text: str) -> tuple[Statement, ...]:
    """What a text says that anybody said."""
    return tuple(extract("", text, _parsed(text)))


def speaking(text: str) -> Iterator[str]:
    """The words that name who says something in a text, whatever the verb: "Clinton" in "Clinton accused Trump of …"; no pronouns."""
    doc = _parsed(text)
    for one in statements_in(text):
        span = doc.char_span(one.speaker_start or 0, one.speaker_end or 0, alignment_mode="expand") if one.speaker_end else None
        if span is not None and any(token.pos_ in ("NOUN", "PROPN") for token in span):
            yield span.text

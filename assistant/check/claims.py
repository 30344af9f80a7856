"""A draft cut into claims: its sentences with their places, who is made to say them, and why some cannot be checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.verification.grammar import Grammar, mode, subject
from assistant.verification.parses import parser
from assistant.verification.wording import ends
from index.passages import split, voiced
from index.speakers import TITLES
from index.statements import extract, parse, quotations
from index.statements.parsing import pieces_of
from index.statements.quotes import Span, paragraphs
from index.types import Heard, Passage

PIECE = 10_000  # characters that are parsed at once: the first claims are there before the last are read
LONGEST_TITLE = 5  # characters of a title that is written short, with its full stop
HEADING, QUESTION, NO_CLAIM = "A heading is no claim.", "A question is no claim.", "It claims nothing that can be looked up."


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a draft, ``start:end`` in it.

    ``heard`` is what anybody says in it, by the draft's own names. ``quotes`` are the places of its quotations, marks included. ``barred``
    is why it is not checked.
    """

    start: int
    end: int
    text: str
    heard: tuple[Heard, ...] = ()
    quotes: tuple[Span, ...] = ()
    barred: str = ""


def claims_in(text: str) -> Iterator[Claim]:
    """The claims of a draft in order; what lies between them is white space."""
    start = 0
    for piece in pieces_of(text, PIECE):
        yield from _of_piece(piece, start)
        start += len(piece)


def _of_piece(text: str, offset: int) -> Iterator[Claim]:
    doc = next(parse([text], parser()))
    passages = voiced(list(_joined(text, split("", text, "", doc))), extract("", text, doc))
    quotes = [(one.start, one.end) for one in quotations(text)]
    for start, end, passage in _covering(text, passages):
        span = doc.char_span(start, end, alignment_mode="expand") or ()
        barred = HEADING if passage is None or passage.headline else ""
        if not barred and text[start:end].rstrip("\"”’' )").endswith("?"):
            barred = QUESTION
        if not barred and not any(token.pos_ in ("VERB", "AUX") for token in span):
            barred = NO_CLAIM
        heard = [replace(one, start=one.start + offset, end=one.end + offset) for one in passage.heard] if passage else []
        own = tuple((max(start, one) + offset, min(end, other) + offset) for one, other in quotes if one < end and start < other)
        yield Claim(start + offset, end + offset, text[start:end], tuple(heard), own, barred)


def unfinished(text: str) -> bool:
    """Whether a text ends in an abbreviation, where a parser may have taken its full stop for the end of a sentence: "Army Sgt."."""
    last = "".join(text.rsplit(maxsplit=1)[-1:])
    title = last[:1].isupper() and len(last) <= LONGEST_TITLE and last.rstrip(".").lower() in TITLES
    return last.endswith(".") and (title or not ends(text))


def _joined(text: str, passages: list[Passage]) -> Iterator[Passage]:
    """Passages, those as one that an abbreviation parts."""
    held: Passage | None = None
    for one in passages:
        if held and unfinished(held.text) and "\n" not in text[held.end : one.start]:
            held = replace(held, end=one.end, text=text[held.start : one.end])
        else:
            if held:
                yield held
            held = one
    if held:
        yield held


def _covering(text: str, passages: list[Passage]) -> Iterator[tuple[int, int, Passage | None]]:
    """The passages of a text, and the lines between them, of which none was made."""
    place = 0
    for passage in [*passages, None]:
        until = passage.start if passage else len(text)
        gap = text[place:until]
        for start, end in paragraphs(gap):
            line = gap[start:end].rstrip()
            if any(map(str.isalnum, line)):
                yield place + start, place + start + len(line), None
        if passage:
            yield passage.start, passage.end, passage
            place = passage.end


def is_opinion(claim: Grammar) -> bool:
    """Whether a sentence tells what its writer thinks or asks for, and no fact: it is in the first person, or says what ought to be."""
    verbs = [verb for verb in claim.predicates if verb.dep_ == "ROOT"]
    for verb in verbs:
        who = subject(verb)
        if (who is not None and "Person=1" in who.morph) or mode(verb).kind == "necessary":
            return True
    return False

"""Steps in a parse that extraction and naming share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.lexicon import words

if TYPE_CHECKING:
    from spacy.tokens import Token

DOCUMENTS, ISSUED = words("documents"), words("issued")
VALUES = frozenset(("CARDINAL", "DATE", "MONEY", "ORDINAL", "PERCENT", "QUANTITY", "TIME"))
"""Kinds of entities that are amounts or times: nobody speaks by such a name."""


def child(token: Token, *labels: str) -> Token | None:
    """Return the first word that hangs on a token by one of these labels."""
    for c in token.children:  # a plain loop: this is asked for every word
        if c.dep_ in labels:
            return c
    return None


def end_of(token: Token) -> int:
    """Return the character behind a token."""
    return int(token.idx + len(token))


def issuing_verb(noun: Token) -> Token | None:
    """Return the subject of "issued a statement" or "said in a statement" for the noun "statement"."""
    verb = noun.head if noun.dep_ == "dobj" else noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "in" else None
    while verb is not None:
        subject = child(verb, "nsubj")
        if subject is not None:
            return subject
        verb = verb.head if verb.dep_ in ("conj", "xcomp") else None
    return None

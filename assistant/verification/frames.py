"""Parts of a parsed text as texts: a clause, a phrase, a predicate with what it depends on, and a clause with other words in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.verification.grammar import CLAUSES, bearer, clause_of, first_of_list, is_predicate
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]
LONGEST = 16  # words that a predicate with all it depends on may take
MODIFIERS = ("amod", "advmod", "nummod", "det", "quantmod", "predet", "npadvmod", "compound")


def span_of(token: Token) -> Span:
    """Where a word stands."""
    return token.idx, end_of(token)


def words(tokens: Sequence[Token]) -> str:
    """Words in a row as a text."""
    return "".join(one.text_with_ws for one in tokens).strip()


def group(verb: Token) -> list[Token]:
    """A verb with its auxiliaries, negation and particle."""
    own = [c for c in verb.children if c.dep_ in ("aux", "auxpass", "neg", "prt")]
    return sorted([verb, *own], key=lambda one: one.i)


def chain_words(verb: Token, under: Sequence[Token]) -> list[Token]:
    """A verb with what it depends on, as it stands in the text: "declined to take the rare step of allowing"."""
    own = group(verb)
    first = min(one.i for member in (verb, *under) for one in group(member))
    if own[-1].i - first < LONGEST and verb.doc[first].sent.start == verb.sent.start:
        return list(verb.doc[first : own[-1].i + 1])
    return own


def clause_words(token: Token) -> list[Token]:
    """The words of a word's clause, without the clauses that hang on it, and with the one above it where it has no subject."""
    verb = clause_of(token)
    if verb is None:
        return list(token.sent)
    path = {one.i for one in token.ancestors} | {token.i}
    top = first_of_list(verb)
    while top.dep_ in ("xcomp", "advcl", "acl", "pcomp", "ccomp", "conj") and child(top, "nsubj", "nsubjpass", "expl") is None:
        found = clause_of(top.head)
        if found is None or found.i == top.i:
            break
        top = first_of_list(found)
    kept: list[Token] = []

    def walk(word: Token) -> None:
        kept.append(word)
        for c in word.children:
            if c.dep_ == "cc" and not any(one.dep_ == "conj" and (one.i in path or not is_predicate(one)) for one in word.children):
                continue
            if c.dep_ not in CLAUSES or c.i in path or (c.dep_ == "conj" and not is_predicate(c)):
                walk(c)

    walk(top)
    return sorted(kept, key=lambda one: one.i)


def phrase(token: Token) -> list[Token]:
    """A thing with what is said of it, a modifier with what it modifies; anything else is read with its clause."""
    head = token if token.pos_ == "NOUN" else bearer(token.head)
    if is_predicate(head) or (token.dep_ not in MODIFIERS and token.pos_ != "NOUN"):
        return clause_words(token)
    kept = {one.i: one for one in (head, token)}
    waiting = [head]
    while waiting:
        below = [c for c in waiting.pop().children if c.dep_ not in CLAUSES and not c.is_punct and c.dep_ != "cc"]
        kept.update((c.i, c) for c in below)
        waiting += below
    return [kept[number] for number in sorted(kept)]


def swapped(own: Sequence[Token], token: Token, out: Sequence[Token], other: str) -> tuple[str, str]:
    """Some words of the claim around one of them, and the same with other words in place of it and of what goes with it."""
    gone = {one.i for one in out} | {token.i}
    told = "".join(f"{other} " if one.i == token.i else "" if one.i in gone else _text(one) for one in own)
    return plain("".join(map(_text, own))), plain(told)


def _text(token: Token) -> str:
    """A word as a text; for "who" and "which" what they stand for."""
    verb = token.head
    if token.tag_ in ("WP", "WDT") and verb.dep_ == "relcl":
        return f"{verb.head.text} "
    return str(token.text_with_ws)


def plain(text: str) -> str:
    """A text with single spaces, without loose ends."""
    return " ".join(text.split()).replace(" ,", ",").strip(" ,.;:")

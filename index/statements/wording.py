"""The words of a cue: the verb or noun that makes an utterance, with what denies it, leaves it open, or governs it.

A statement is shown with its cue, so what turns the statement round must be in the cue: "denies ever saying", "had no plans",
"If workers want", "No group claimed".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.lexicon import words
from index.tree import DOCUMENTS, child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

    from index.statements.quotes import Page

HEDGES, NEGATIVE, CONDITIONAL = words("hedges"), words("negative"), words("conditional")
NEAR = 6  # words that may stand between a cue and what governs it
CLAUSE = 9  # words between a cue and the "if" that it is under
GOVERNED = ("xcomp", "pcomp", "acomp", "dobj", "attr", "conj", "ccomp")
HELPING = ("aux", "auxpass", "neg", "preconj")


def cue_words(page: Page, cue: Token, holder: Token | None) -> str:
    """Return the words of a cue: "said in a statement", "has denied", "did not link", "refused to say", "according to"."""
    top = governing(page, cue, holder)
    first = min((helper for verb in {cue, top} for helper in helpers(verb, holder)), key=lambda word: int(word.i), default=top)
    first, last = min(first, top, key=lambda word: int(word.i)), cue
    if first.i and first.nbor(-1).lower_ in NEGATIVE:
        first = first.nbor(-1)  # "nor has it suggested"
    for c in cue.children:
        if c.i == last.i + 1 and (c.dep_ == "prt" or (c.lower_ == "to" and cue.lower_ == "according")):
            last = c
        end = c.right_edge
        if c.i == last.i + 1 and c.lower_ == "in" and end.lower_ in DOCUMENTS and end.i < cue.i + NEAR + 1:
            last = end
    return " ".join(page.text[first.idx : end_of(last)].split())


def helpers(verb: Token, holder: Token | None) -> list[Token]:
    """Return the words before a verb that say whether it is so: auxiliaries, "not", hedges, "if", and a subject that is nobody."""
    near = [c for c in verb.children if verb.i - NEAR < c.i < verb.i and (c.dep_ in HELPING or c.lower_ in HEDGES)]
    near += [c for c in verb.children if verb.i - CLAUSE < c.i < verb.i and c.dep_ == "mark" and c.lower_ in CONDITIONAL]
    if holder is not None and verb.i - CLAUSE < holder.i < verb.i and denied(holder) is not None:
        near.append(holder.left_edge)
    if verb.dep_ == "acomp":
        near += helpers(verb.head, holder)
    return near


def denied(holder: Token) -> Token | None:
    """Return the word that makes a speaker nobody: "no group", "not a single Republican", "none"."""
    return next((word for word in holder.doc[holder.left_edge.i : holder.i + 1] if word.lower_ in NEGATIVE), None)


def governing(page: Page, cue: Token, holder: Token | None) -> Token:
    """Return the first of the verbs that a cue hangs on, as far as all are one speaker's: "refused to | say", "made the | claim"."""
    top = cue
    while top.dep_ in GOVERNED:
        head = top.head.head if top.dep_ == "pcomp" else top.head
        apart = head.i > top.i or cue.i - head.i > NEAR or head.pos_ not in ("VERB", "AUX") or page.run_at(head.idx) != page.run_at(cue.idx)
        if apart or (holder is not None and head.i < holder.i < cue.i) or not governs(head, top):
            break
        top = head
    return top


def governs(head: Token, part: Token) -> bool:
    """Does what a verb says of its part say it of the part's speaker too?"""
    own = child(part, "nsubj", "nsubjpass", "poss") is not None
    own = own or any(c.dep_ in ("dobj", "dative") and head.i < c.i < part.i for c in head.children)  # "kept them from | saying"
    if part.dep_ == "conj":
        return not own and child(part, "aux") is None and any(c.lower_ in ("or", "nor") for c in head.children)
    return not own and (part.dep_ != "ccomp" or part.tag_ == "VBG")

"""What an article says somebody is: "Missouri Gov.", "the president of the NAACP", "who heads the office", "R-Ohio"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, pairwise, takewhile
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.names import FORMS_OF_ADDRESS, TITLES, plain
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

    from index.speakers.coreference import Cast

LONGEST = 14  # words: what is longer tells a story
PLACES = frozenset(("GPE", "LOC", "NORP"))
OWNERS = PLACES | {"PERSON"}  # "Missouri Gov.", "Obama's adviser"
APART = frozenset(("relcl", "acl", "appos", "cc", "conj"))  # what hangs on a noun and is more than a part of it
MODIFIERS = frozenset(("NOUN", "PROPN", "ADJ", "NUM"))
PARTY = re.compile(r"\s*(?:\(([A-Z][a-z]{0,3})(?:[-–]([\w.]+))?\)|,\s*([A-Z][a-z]{0,3})[-–]([A-Z][\w.]*))")
DETERMINERS = words("determiners")


@dataclass(frozen=True, slots=True)
class Role:
    """Words that describe somebody: all, the one they hang on, those that name no place, people or person, and of these no body either."""

    name: str
    words: str
    head: str
    bare: str
    core: str


def read_roles(cast: Cast) -> list[Role]:
    """What an article says the persons are whom it names, each thing once."""
    found: dict[Role, None] = {}
    for mention in cast.mentions:
        if mention.person:
            name, head = cast.expand(mention), cast.doc[mention.token]
            for phrase, of in _phrases(cast, head, mention.first):
                if role := _role(name, phrase, of):
                    found[role] = None
            if party := PARTY.match(cast.text, max(mention.end, end_of(head))):
                letter, state = party[1] or party[3], party[2] or party[4]
                found[Role(name, " ".join(filter(None, (letter, state))), letter, letter, letter)] = None
    return list(found)


def _role(name: str, phrase: list[Token], of: Token) -> Role | None:
    kept = [token for token in phrase if not token.is_punct and not token.is_space and token.lower_ not in DETERMINERS]
    if not kept or len(kept) > LONGEST or of not in kept or plain(of.text) in FORMS_OF_ADDRESS:
        return None
    office = {token.i for token in kept if token.i == of.i or plain(token.text) in TITLES}  # also where "Virginia Lt" is taken for a place
    bare = [token for token in kept if token.ent_type_ not in OWNERS or token.i in office]
    core = [token for token in bare if token.ent_type_ != "ORG" or token.i in office]
    return Role(name, *map(_written, (kept, [of], bare, core)))


def _written(tokens: list[Token]) -> str:
    """Words with single spaces, a possessive ending on the word before it."""
    return re.sub(r" (?=['’])", "", " ".join(token.text for token in tokens))


def _phrases(cast: Cast, head: Token, first: int) -> Iterator[tuple[list[Token], Token]]:
    """The phrases that describe whom a name means, each with the word that it hangs on."""
    title = _title(head, first)
    if not title and head.dep_ == "conj" and head.head.i in cast.at:  # "Senators Booker and Harris"
        shared = _title(head.head, cast.at[head.head.i].first)
        title = shared if shared and shared[-1].tag_ in ("NNS", "NNPS") else []
    if title:
        yield [*title, *_of(head)], _head_of(title)
    for one in head.children:
        if one.dep_ == "appos" and one.pos_ in ("NOUN", "PROPN") and not _is_person(cast, one):
            yield _phrase(one), one
        elif one.dep_ == "relcl" and one.tag_ in ("VBZ", "VBP") and (what := child(one, "dobj")) is not None:
            yield [one, *_phrase(what)], one
    above = head.head
    if head.dep_ == "appos" and above.pos_ == "NOUN" and not _is_person(cast, above):
        yield [token for token in _phrase(above) if token.i < first], above
    elif head.dep_ == "nsubj" and above.lemma_ == "be" and child(above, "neg", "aux") is None:
        what = child(above, "attr")
        if what is not None and what.pos_ in ("NOUN", "PROPN") and not _is_person(cast, what):
            yield _phrase(what), what


def _title(head: Token, first: int) -> list[Token]:
    """The words before a name that go with it, up to the noun beside it: "Obama's deputy national security adviser"."""
    near = reversed(head.doc[max(first - LONGEST, 0) : first])
    before = [*takewhile(lambda token: token.pos_ in MODIFIERS or _links(token, head), near)][::-1]
    while before and _links(before[0], head):
        before = before[1:]
    while before and before[-1].is_punct:
        before = before[:-1]
    beside = before[-1] if before else None
    named = beside is not None and (beside.pos_ in ("NOUN", "PROPN") or beside.ent_type_ == "NORP" or plain(beside.text) in TITLES)
    return before if named else []


def _head_of(title: list[Token]) -> Token:
    """The word of a title that the others hang on: "chair" in "Party of Virginia chair", "Supervisor" in "Supervisor of Elections"."""
    before = (token for token, after in pairwise(title) if after.lower_ == "of")
    return title[-1] if plain(title[-1].text) in TITLES else next(before, title[-1])


def _links(token: Token, name: Token) -> bool:
    """Whether a token joins two words of a title: a hyphen, a possessive ending, "Lt. Gov.", the "of" in "Party of Virginia chair"."""
    if token.text == ".":
        return bool(token.i) and plain(token.nbor(-1).text) in TITLES
    return token.text in ("-", "–") or token.tag_ == "POS" or (token.lower_ == "of" and token.i >= name.left_edge.i)


def _of(head: Token) -> list[Token]:
    """Where somebody is of: "Rep. Doug Collins of Georgia"."""
    of = next((one for one in head.rights if one.dep_ == "prep" and one.i == head.i + 1), None)
    place = child(of, "pobj") if of is not None else None
    return list(of.subtree) if of is not None and place is not None and place.ent_type_ in PLACES else []


def _phrase(of: Token) -> list[Token]:
    """A noun with all that hangs on it but clauses, further names and what is joined to it."""
    parts = [one for one in of.children if one.dep_ not in APART]
    return sorted(chain([of], *(one.subtree for one in parts)), key=lambda token: token.i)


def _is_person(cast: Cast, token: Token) -> bool:
    return token.i in cast.at and cast.at[token.i].person

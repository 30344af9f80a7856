"""What a parsed sentence claims: which words belong together and how, and how far each of its predicates is asserted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from index.lexicon import words
from index.statements.holders import holder_of
from index.text import stem
from index.tree import child

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

POSSIBLE, NECESSARY, OPEN = words("possible"), words("necessary"), words("conditional")
NEGATIVE, HEDGES, QUANTITIES = words("negative"), words("hedges") | words("doubtful"), words("quantities")
TAKEN = words("object_prepositions")  # what joins a verb to a gerund that it depends on: "accused of lying", not "left after lying"
NAMED = ("PERSON", "ORG", "GPE", "NORP", "FAC", "LOC")
CLOSED = {"DET", "PRON", "AUX", "ADP", "PART", "CCONJ", "SCONJ", "PUNCT", "SPACE", "SYM", "INTJ", "X"}
CLAUSES = ("relcl", "advcl", "ccomp", "acl", "parataxis", "conj", "csubj")
COMPLEMENTS = ("attr", "acomp", "oprd", "prep", "advmod")
MERELY = words("not_denying")
COMING, OBLIGING = words("coming"), words("obliging")
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Link:
    """How a word hangs on another word of meaning: the one it hangs on, and in which role ("subject", "object", "in", "modifier")."""

    head: Token
    role: str


@dataclass(frozen=True, slots=True)
class Mode:
    """How far a predicate is asserted.

    ``kind`` is "fact", "future", "possible", "necessary" or "conditional". ``denied`` is whether an odd number of negations stands over it,
    ``under`` the predicates that it depends on as an infinitive or a gerund, nearest first.
    """

    kind: str
    denied: bool
    under: tuple[Token, ...]


class Grammar:
    """A parsed text, asked about its words."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc

    @cached_property
    def content(self) -> list[Token]:
        """The words of meaning: nouns, names, adjectives, adverbs, numbers, full verbs."""
        return [token for token in self.doc if means(token)]

    @cached_property
    def predicates(self) -> list[Token]:
        """The verbs that are no auxiliaries."""
        return [token for token in self.doc if is_predicate(token)]

    @cached_property
    def links(self) -> dict[int, Link]:
        """How each word of meaning hangs on another."""
        return {token.i: found for token in self.content if (found := link(token)) is not None}

    @cached_property
    def dependents(self) -> dict[int, list[tuple[Token, str]]]:
        """The words that hang on each word, with their roles."""
        found: dict[int, list[tuple[Token, str]]] = {}
        for number, one in self.links.items():
            found.setdefault(one.head.i, []).append((self.doc[number], one.role))
        return found


def means(token: Token) -> bool:
    """Whether a word has a meaning of its own."""
    if token.pos_ in CLOSED or not any(map(str.isalnum, token.text)):
        return token.pos_ == "DET" and token.lower_ in QUANTITIES
    return token.dep_ not in ("aux", "auxpass", "neg", "prt", "mark", "cc", "det", "preconj") or token.lower_ in QUANTITIES


def is_predicate(token: Token) -> bool:
    """Whether a word is a verb that is no auxiliary of another one."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass", "amod", "compound")


def bearer(token: Token) -> Token:
    """The word that carries a predicate's meaning: what a copula is said to be, else the predicate itself."""
    if token.lemma_ != "be" or token.pos_ != "AUX" or token.dep_ in ("aux", "auxpass"):
        return token
    for label in COMPLEMENTS:
        found = next((c for c in token.rights if c.dep_ == label), None)
        if found is not None:
            return next((c for c in found.children if c.dep_ in ("pobj", "pcomp")), found) if label == "prep" else found
    return token


def link(token: Token) -> Link | None:
    """How a word hangs on the next word of meaning above it; prepositions and copulas are seen through, passives turned."""
    role, head = token.dep_, token.head
    steps = 0
    while role == "conj" and head.i != token.i and steps < DEEPEST:
        if head.pos_ in ("VERB", "AUX") and head.dep_ == "ROOT":
            return None
        role, head, steps = head.dep_, head.head, steps + 1
    if role == "ROOT" or head.i == token.i:
        return None
    if role in ("pobj", "pcomp"):
        preposition = head
        role = "subject" if head.dep_ == "agent" else head.lower_
        head = head.head
        while head.pos_ in ("ADP", "SCONJ") and head.head.i != head.i:
            head = head.head
        if preposition.dep_ == "prep" and head.pos_ == "AUX":
            role = preposition.lower_
    elif role in ("nsubj", "csubj"):
        role = "subject"
    elif role in ("nsubjpass", "csubjpass", "dobj"):
        role = "object"
    elif role in ("amod", "compound", "nummod", "poss", "nmod", "det", "quantmod", "predet", "advmod", "npadvmod", "appos"):
        role = "modifier"
    above = bearer(head) if head.pos_ == "AUX" else head
    if above.i == token.i:  # the complement of a copula hangs on what the copula hangs on
        return link_of_copula(head)
    return Link(above, role)


def link_of_copula(copula: Token) -> Link | None:
    """How a copula's complement hangs on what is above the copula."""
    if copula.dep_ == "ROOT" or copula.head.i == copula.i:
        return None
    return Link(bearer(copula.head) if copula.head.pos_ == "AUX" else copula.head, copula.dep_)


def clause_of(token: Token) -> Token | None:
    """The predicate of the clause that a word stands in."""
    while not is_predicate(token):
        if token.head.i == token.i:
            return None
        token = token.head
    return token


def mode(verb: Token) -> Mode:
    """How far a predicate is asserted in its own clause, and which predicates it depends on."""
    under = tuple(governors(verb))
    denied = len(set[int]().union(*map(negations, (verb, *under)))) % 2 == 1
    return Mode(kind_of(verb, under), denied, under)


def governors(verb: Token) -> Iterator[Token]:
    """The predicates that a verb depends on as an infinitive or gerund ("refused" for "refused to say"), nearest first.

    What makes a tense or a duty of it ("is to say", "has to say") is none of them: see `kind_of`.
    """
    for _ in range(DEEPEST):
        verb = first_of_list(verb)
        above = verb.head
        small = verb.dep_ == "ccomp" and verb.tag_ in ("VBN", "VBG") and not auxiliaries(verb)  # "wants him fired"
        noted = (
            verb.dep_ in ("acl", "ccomp") and above.pos_ == "NOUN" and any(c.lower_ == "that" and c.dep_ == "mark" for c in verb.children)
        )
        if verb.dep_ == "xcomp" or small or noted or (verb.dep_ in ("advcl", "ccomp", "acl", "relcl") and infinitive(verb)):
            found: Token | None = above
        elif verb.dep_ == "pcomp" and above.lower_ in TAKEN:
            found = above.head
        else:
            return
        if noted:
            yield above
            return
        if found is not None and not is_predicate(found):
            if found.pos_ in ("NOUN", "PROPN", "ADJ"):
                yield found
            found = clause_of(found)
        if found is None or found.i == verb.i:
            return
        if not (infinitive(verb) and helps(found)):
            yield found
        verb = found


def helps(verb: Token) -> bool:
    """Whether a verb before an infinitive makes a tense or a duty of it: "is to", "is going to", "has to", "needs to"."""
    bare = not any(c.dep_ in ("acomp", "attr", "dobj") for c in verb.children)
    return bare and ((verb.lemma_ in COMING and (verb.lemma_ == "be" or verb.tag_ == "VBG")) or verb.lemma_ in OBLIGING)


def first_of_list(verb: Token) -> Token:
    """The first of several joined predicates, as far as they share one subject and auxiliaries."""
    while verb.dep_ == "conj" and is_predicate(verb.head) and child(verb, "nsubj", "nsubjpass", "aux") is None:
        verb = verb.head
    return verb


def infinitive(verb: Token) -> bool:
    """Whether a verb stands as "to do"."""
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)


def auxiliaries(verb: Token) -> list[Token]:
    """The auxiliaries of a verb, or of the verb it is joined to and shares them with."""
    own = [c for c in verb.children if c.dep_ in ("aux", "auxpass")]
    first = first_of_list(verb)
    return own if own or first.i == verb.i else [c for c in first.children if c.dep_ in ("aux", "auxpass")]


def kind_of(verb: Token, under: Sequence[Token]) -> str:
    """The kind of assertion that a predicate and what it depends on make together."""
    chain = [verb, *under]
    if any(opened(one) for one in chain):
        return "conditional"
    for one in chain:
        modals = {c.lower_ for c in auxiliaries(one) if c.tag_ == "MD"}
        if modals & POSSIBLE:
            return "possible"
        if modals & NECESSARY:
            return "necessary"
        if modals:
            return "future"
        if infinitive(one) and one.dep_ == "xcomp" and helps(one.head):
            return "necessary" if one.head.lemma_ in OBLIGING else "future"
    return "fact"


def opened(verb: Token) -> bool:
    """Whether a verb stands in a condition or a question within the sentence, or tells what happens whenever something else does."""
    both = (*verb.children, *first_of_list(verb).children)
    general = verb.tag_ in ("VB", "VBP", "VBZ") and any(c.dep_ == "advmod" and c.lower_ == "when" for c in both)
    return general or any(c.dep_ == "mark" and c.lower_ in OPEN for c in both)


def negations(token: Token) -> set[int]:
    """The negations on a word itself, on its auxiliaries and adverbs, or on what it says of something ("no plan"), by their numbers."""
    beside = [c for c in token.children if c.dep_ in ("nsubj", "nsubjpass", "dobj", "attr", "acomp", "advmod") and not is_predicate(c)]
    near = [*token.children, *(one for c in beside for one in c.children if one.dep_ in ("det", "neg"))]
    denying = (one for one in near if one.dep_ == "neg" or (one.lower_ in NEGATIVE and one.dep_ not in ("conj", "cc", "prep")))
    found = {one.i for one in denying if one.i + 1 == len(one.doc) or one.nbor().lower_ not in MERELY}
    return found | ({token.head.i} if token.dep_ == "pcomp" and token.head.lower_ in NEGATIVE else set())


def subject(verb: Token) -> Token | None:
    """Whoever does a verb, passives and infinitives included."""
    by = child(verb, "agent")
    if by is not None:
        return child(by, "pobj")
    return None if passive(verb) else holder_of(verb)[0]


def patient(verb: Token) -> Token | None:
    """Whom or what a verb is done to."""
    own = child(verb, "nsubjpass") or child(verb, "dobj")
    if own is None and verb.dep_ == "acl" and passive(verb):
        return verb.head
    return own


def asserted(verb: Token) -> bool:
    """Whether a verb says that something is, was or will be so, rather than naming it: "he left", not "by leaving"."""
    chain = [verb, *governors(verb)]
    return any(one.tag_ in ("VBD", "VBP", "VBZ") or auxiliaries(first_of_list(one)) for one in chain if is_predicate(one))


def under_speech(verb: Token) -> bool:
    """Whether a verb stands in a clause that somebody's verb has for its object: "Grassley understands that she left"."""
    return any(one.dep_ == "ccomp" and child(one.head, "nsubj", "nsubjpass", "agent") is not None for one in (verb, *verb.ancestors))


def is_name(token: Token) -> bool:
    """Whether a word is a name, or was found to be a part of one."""
    return token.pos_ == "PROPN" or (
        token.pos_ != "PRON" and token.text[:1].isupper() and (token.ent_type_ in NAMED or not token.is_sent_start)
    )


def passive(verb: Token) -> bool:
    """Whether a verb tells what is done to somebody: "the case filed by the state", "wants him fired"."""
    return verb.tag_ == "VBN" and not any(c.lemma_ == "have" for c in auxiliaries(verb) if c.dep_ == "aux")


def key(token: Token) -> str:
    """What makes two words one: the stem of a word's lemma."""
    return stem(token.lemma_ if token.pos_ != "PROPN" else token.text)

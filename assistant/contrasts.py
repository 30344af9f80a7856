"""What a claim says otherwise than its evidence: word against word, predicate against predicate, in two parses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.alignment import Alignment
from assistant.grammar import (
    Grammar,
    Mode,
    asserted,
    bearer,
    clause_of,
    first_of_list,
    hedged,
    is_predicate,
    key,
    mode,
    patient,
    subject,
)
from assistant.types import Check
from index.reader import Reader, Relation, Text
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]
CLAUSES = ("relcl", "advcl", "ccomp", "acl", "parataxis", "conj", "csubj")
CARRIED, AHEAD = 0.45, 0.2  # the chance from which on a word carries another, and how far it must be ahead of that of a contradiction
ALIKE = 1.0  # what the chances add up to from which on two things are one
SPOKEN = 0.35  # the chance of a contradiction from which on two ways of saying something are opposed
SAYINGS = (" it", " that it was so")
MODIFIERS = ("amod", "advmod", "nummod", "det", "quantmod", "predet", "npadvmod", "compound")
LONGEST = 16  # words of evidence that a predicate with all it depends on may take


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where a claim differs from its evidence.

    ``span`` is the place in the claim, ``text`` and ``place`` the evidence's text and the place in it. ``frames`` are parts of the claim as
    they are and with the evidence's words in them, to be read side by side; without any, the difference is a fault. ``kind`` is "speech"
    where the words tell how something is said, "thing" where they name something.
    """

    check: Check
    reason: str
    span: Span
    text: int
    place: Span
    frames: tuple[tuple[str, str], ...] = ()
    kind: str = ""


def doubts(found: Alignment) -> Iterator[Doubt]:
    """Everything in which a claim differs from its evidence."""
    yield from _words(found)
    yield from _predicates(found)
    yield from _roles(found)


def settled(found: Sequence[Doubt], reader: Reader) -> list[Doubt]:
    """The doubts that are faults, by what the reader says of each difference."""
    pairs = [pair for one in found for claimed, told in one.frames for pair in ((claimed, Text(told)), (told, Text(claimed)))]
    rows = reader.relations(pairs)
    read = iter(zip(rows[::2], rows[1::2], strict=True))
    return [one for one in found if not one.frames or not carries([next(read) for _ in one.frames], one.kind)]


def carries(read: Sequence[tuple[Relation, Relation]], kind: str) -> bool:
    """Whether a word carries the one in its place, from readings of both ways round in one frame or several.

    What is done and how it is must follow from the other word, and not be contrary to it. A thing needs one frame in which both names
    pass for each other. Ways of saying something must be opposed in no frame: the reader does not know that who argues also says.
    """
    if kind == "speech":
        return all(max(forth.contradicts, back.contradicts) < SPOKEN for forth, back in read)
    if kind == "thing":
        return any(forth.entails + back.entails >= ALIKE for forth, back in read)
    return all(forth.entails >= CARRIED and forth.entails - back.contradicts >= AHEAD for forth, back in read)


def _words(found: Alignment) -> Iterator[Doubt]:
    """Words that stand in the place of others."""
    for number, (text, other) in found.instead.items():
        token = found.claim.doc[number]
        if is_predicate(token) and is_predicate(other):
            yield from _otherwise(found, token, text, other)
        elif token.pos_ == "PROPN" and other.pos_ == "PROPN":
            yield Doubt(Check.NAME, f"It has {token.text} where what is cited has {other.text}.", span_of(token), text, span_of(other))
        elif other.pos_ != "PRON" and token.pos_ != "PROPN":
            reason = f"It has “{token.text}” where what is cited has “{other.text}”."
            thing = token.pos_ == "NOUN"
            frames = [swapped(own, token, [token], other.text) for own in ([phrase(token), clause_words(token)] if thing else [phrase(token)])]
            yield Doubt(Check.MEANING, reason, span_of(token), text, span_of(other), tuple(frames), "thing" if thing else "")


def _predicates(found: Alignment) -> Iterator[Doubt]:
    """The same predicate, asserted otherwise."""
    for verb in found.claim.predicates:
        there = found.same.get(bearer(verb).i)
        above = clause_of(there[1]) if there else None
        if there is None or above is None or there[1].i not in (above.i, bearer(above).i):
            continue
        if asserted(verb):
            yield from _asserted(found, verb, there[0], above)


def _asserted(found: Alignment, verb: Token, text: int, above: Token) -> Iterator[Doubt]:
    here, evidence = mode(verb), mode(above)
    own, their, joint = _apart(found, here, evidence)
    if own or their:
        yield from _otherwise(found, verb, text, above)
    elif joint:
        return  # what both depend on is compared by itself
    elif here.kind != evidence.kind:
        if differ(here, evidence, above):
            yield Doubt(Check.MODE, _kinds(verb, here, evidence), span_of(verb), text, span_of(above))
    elif here.denied != evidence.denied:
        reason = f"The point and what it cites do not agree on a “not”: see “{verb.text}”."
        yield Doubt(Check.NEGATION, reason, span_of(verb), text, span_of(above))
    elif hedged(above) and not hedged(verb):
        yield Doubt(Check.HEDGE, f"What is cited has “{above.text}” with a word of doubt.", span_of(verb), text, span_of(above))


def _apart(found: Alignment, here: Mode, evidence: Mode) -> tuple[list[Token], list[Token], bool]:
    """What one of two aligned predicates depends on and the other does not, up to what both do; and whether both do on anything."""
    numbers = [one.i for one in evidence.under]
    for place, one in enumerate(here.under):
        there = found.of(one)
        if there and there[1].i in numbers:
            return list(here.under[:place]), list(evidence.under[: numbers.index(there[1].i)]), True
    return list(here.under), list(evidence.under), False


def differ(here: Mode, evidence: Mode, above: Token) -> bool:
    """Whether two kinds of assertion are two things. What is to come may be told in the present, and a fact as a condition."""
    if here.kind == "conditional":
        return False
    return here.kind != "future" or evidence.kind != "fact" or above.tag_ not in ("VBZ", "VBP", "VB")


def _kinds(verb: Token, here: Mode, evidence: Mode) -> str:
    names = {"fact": "a fact", "future": "yet to come", "possible": "possible", "necessary": "necessary", "conditional": "a condition"}
    return f"It tells “{verb.text}” as {names[here.kind]}; what is cited has it as {names[evidence.kind]}."


def _otherwise(found: Alignment, verb: Token, text: int, other: Token) -> Iterator[Doubt]:
    """A doubt whether a predicate of the evidence, with all it depends on, carries one of the claim."""
    own, their, _ = _apart(found, mode(verb), mode(other))
    mine, theirs = chain_words(verb, own), chain_words(other, their)
    if [key(one) for one in mine] == [key(one) for one in theirs]:
        return
    speech = child(verb, "ccomp") is not None
    if speech:
        frames = [(f"He {words(mine)}{end}", f"He {words(theirs)}{end}") for end in SAYINGS]
    else:
        frames = [swapped(clause_words(verb), verb, mine, words(theirs))]
    reason = f"It has “{words(mine)}” where what is cited has “{words(theirs)}”."
    place = theirs[0].idx, end_of(theirs[-1])
    yield Doubt(Check.MEANING, reason, (mine[0].idx, end_of(mine[-1])), text, place, tuple(frames), "speech" if speech else "")


def _roles(found: Alignment) -> Iterator[Doubt]:
    """Who does it to whom."""
    for verb in found.claim.predicates:
        there = found.of(verb)
        if there is None or not is_predicate(there[1]):
            continue
        text, other = there
        mine, theirs = (_taking_part(one) for one in (verb, other))
        turned = _is(found, mine[0], theirs[1]) or _is(found, mine[1], theirs[0])
        kept = _is(found, mine[0], theirs[0]) or _is(found, mine[1], theirs[1])
        if turned and not kept:
            yield Doubt(
                Check.ROLES, f"It has who does “{verb.text}” to whom the other way round.", span_of(verb), text, span_of(other)
            )


def _taking_part(verb: Token) -> tuple[Token | None, Token | None]:
    return subject(verb), patient(verb)


def _is(found: Alignment, token: Token | None, other: Token | None) -> bool:
    if token is None or other is None:
        return False
    there = found.same.get(token.i)
    return there is not None and key(there[1]) == key(other)


# --- words of a clause -------------------------------------------------------------------------------------------------


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
            if c.dep_ not in CLAUSES or c.i in path or (c.dep_ == "conj" and not is_predicate(c)) :
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
    told = "".join(f"{other} " if one.i == token.i else "" if one.i in gone else one.text_with_ws for one in own)
    return plain(words(own)), plain(told)


def plain(text: str) -> str:
    """A text with single spaces, without loose ends."""
    return " ".join(text.split()).replace(" ,", ",").strip(" ,.;:")

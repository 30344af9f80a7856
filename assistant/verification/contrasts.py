"""What a claim says otherwise than its evidence: word against word, predicate against predicate, in two parses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.types import Check
from assistant.verification.alignment import Alignment
from assistant.verification.forms import Forms
from assistant.verification.frames import LONGEST, Span, chain_words, clause_words, group, phrase, span_of, swapped, words
from assistant.verification.grammar import (
    HEDGES,
    QUANTITIES,
    TAKEN,
    Mode,
    asserted,
    auxiliaries,
    bearer,
    clause_of,
    first_of_list,
    infinitive,
    is_name,
    is_predicate,
    key,
    mode,
    patient,
    subject,
)
from index.lexicon import words as lexicon
from index.reader import Reader, Relation, Text
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

MUTUAL = lexicon("mutual")
REASONS, CAUSAL, SOLE = lexicon("reasons"), lexicon("causal"), lexicon("sole")
CARRIED, AHEAD = 0.5, 0.2  # the chance from which on a word carries another, and how far it must be ahead of that of a contradiction
EQUAL = 0.75  # the chance from which on two words for how much are one
ALIKE = 1.0  # what the chances add up to from which on two things are one
SURE = 0.5  # the chance that a passage carries the claim from which on another way of putting a predicate is none of its own
OPPOSED = 0.5  # the chance of a contradiction, either way round, from which on words are opposites
SPOKEN = 0.35  # the chance of a contradiction from which on two ways of saying something are opposed
SAYINGS = (" it", " that it was so")


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
    yield from _hedges(found)
    yield from _predicates(found)
    yield from _unforeseen(found)
    yield from _roles(found)
    yield from _causes(found)
    yield from _added(found)
    yield from _prepositions(found)
    yield from _numbers(found)


def settled(found: Sequence[Doubt], claim: str, texts: Sequence[str], reader: Reader) -> list[Doubt]:
    """The doubts that are faults, by what the reader says of each difference, and of the claim as a whole."""
    pairs = [pair for one in found for claimed, told in one.frames for pair in ((claimed, Text(told)), (told, Text(claimed)))]
    whole = [(claim, Text(text)) for text in texts] if any(one.kind == "deed" for one in found) else []
    rows = reader.relations([*pairs, *whole])
    sure = any(row.entails >= SURE for row in rows[len(pairs) :])
    read = iter(zip(rows[: len(pairs) : 2], rows[1 : len(pairs) : 2], strict=True))
    faults: list[Doubt] = []
    for one in found:
        frames = [next(read) for _ in one.frames]
        if not frames or not (carries(frames, one.kind) or (sure and one.kind == "deed")):
            opposed = bool(frames) and all(min(forth.contradicts, back.contradicts) >= OPPOSED for forth, back in frames)
            faults.append(replace(one, check=Check.NEGATION) if opposed and one.check is Check.MEANING else one)
    return faults


def carries(read: Sequence[tuple[Relation, Relation]], kind: str) -> bool:
    """Whether a word carries the one in its place, from readings of both ways round in one frame or several.

    What is done (unless the whole passage carries the claim beyond doubt) and how it is must follow from the other word, and not be
    contrary to it. A thing needs one frame in which both names
    pass for each other. Ways of saying something must be opposed in no frame: the reader does not know that who argues also says.
    """
    if kind == "speech":
        return all(max(forth.contradicts, back.contradicts) < SPOKEN for forth, back in read)
    if kind == "degree":
        return all(min(forth.entails, back.entails) >= EQUAL for forth, back in read)
    if kind == "tie":
        return all(forth.entails >= CARRIED and back.contradicts < CARRIED for forth, back in read)
    if kind == "thing":
        return any(forth.entails + back.entails >= ALIKE for forth, back in read)
    return all(forth.entails >= CARRIED and forth.entails - back.contradicts >= AHEAD for forth, back in read)


def _words(found: Alignment) -> Iterator[Doubt]:
    """Words that stand in the place of others."""
    for number, (text, other) in found.instead.items():
        token = found.claim.doc[number]
        if not found.credible(token, text, other):
            continue
        if is_predicate(token) and is_predicate(other):
            yield from _otherwise(found, token, text, other)
        elif is_name(token) and is_name(other):
            yield Doubt(Check.NAME, f"It has {token.text} where what is cited has {other.text}.", span_of(token), text, span_of(other))
        elif other.pos_ != "PRON" and not is_name(token):
            reason = f"It has “{token.text}” where what is cited has “{other.text}”."
            kind = "thing" if token.pos_ == "NOUN" else "degree" if _grades(token) and _grades(other) else ""
            thing = kind == "thing"
            frames = [
                swapped(own, token, [token], other.text) for own in ([phrase(token), clause_words(token)] if thing else [phrase(token)])
            ]
            yield Doubt(Check.MEANING, reason, span_of(token), text, span_of(other), tuple(frames), kind)


def finite(verb: Token) -> bool:
    """Whether a verb has a tense of its own."""
    return not infinitive(verb) and (verb.tag_ in ("VBD", "VBP", "VBZ") or bool(auxiliaries(verb)))


def _grades(token: Token) -> bool:
    """Whether a word tells how much something is so: "extremely" in "extremely troubling"."""
    return token.dep_ == "advmod" and token.head.pos_ in ("ADJ", "ADV")


def _hedges(found: Alignment) -> Iterator[Doubt]:
    """Words of doubt that stand by a word of the evidence, where the claim has none at all."""
    if any(token.lower_ in HEDGES for token in found.claim.doc):
        return
    for number, (text, other) in found.same.items():
        token = found.claim.doc[number]
        doubt = next((c for c in first_of_list(other).children if c.lower_ in HEDGES), None)
        if doubt is not None:
            yield Doubt(Check.HEDGE, f"What is cited has “{token.text}” as “{doubt.text}”.", span_of(token), text, span_of(doubt))


def _predicates(found: Alignment) -> Iterator[Doubt]:
    """The same predicate, asserted otherwise."""
    for verb in found.claim.predicates:
        there = found.same.get(bearer(verb).i)
        above = clause_of(there[1]) if there else None
        if there is None or above is None or not asserted(verb) or not found.credible(verb, *there):
            continue
        if there[1].i in (above.i, bearer(above).i):
            yield from _asserted(found, verb, there[0], above)
        else:
            yield from _named(found, verb, there[0], there[1])


def _named(found: Alignment, verb: Token, text: int, noun: Token) -> Iterator[Doubt]:
    """A doubt whether it is so what the evidence only names, as what somebody is accused of, denies or asks for."""
    over = noun.head if noun.dep_ == "dobj" else noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ in TAKEN else None
    if over is None or not is_predicate(over) or any(there[1].i == over.i for there in found.same.values()):
        return
    mine = sorted({one.i: one for one in (*group(verb), bearer(verb))}.values(), key=lambda one: one.i)
    theirs = list(noun.doc[group(over)[0].i : noun.i + 1])
    if not 1 < len(theirs) <= LONGEST:
        return
    frame = swapped(clause_words(verb), verb, mine, words(theirs))
    reason = f"It has “{words(mine)}” where what is cited has “{words(theirs)}”."
    yield Doubt(Check.MEANING, reason, (mine[0].idx, end_of(mine[-1])), text, (theirs[0].idx, end_of(theirs[-1])), (frame,))


def _asserted(found: Alignment, verb: Token, text: int, above: Token) -> Iterator[Doubt]:
    here, evidence = mode(verb), mode(above)
    own, their, joint = _apart(found, here, evidence)
    if their and not own and done(verb, here) and coming(above, their):
        yield Doubt(Check.MODE, _kinds(verb, here, Mode("future", False, ())), span_of(verb), text, span_of(above))
    elif own or their:
        yield from _otherwise(found, verb, text, above)
    elif joint:
        return  # what both depend on is compared by itself
    elif here.kind != evidence.kind:
        if differ(here, evidence, above):
            yield Doubt(Check.MODE, _kinds(verb, here, evidence), span_of(verb), text, span_of(above))
    elif here.denied != evidence.denied:
        reason = f"The point and what it cites do not agree on a “not”: see “{verb.text}”."
        yield Doubt(Check.NEGATION, reason, span_of(verb), text, span_of(above))


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


def done(verb: Token, here: Mode) -> bool:
    """Whether a predicate tells of something that has happened."""
    return here.kind == "fact" and (verb.tag_ == "VBD" or any(c.lemma_ == "have" for c in auxiliaries(verb)))


def coming(verb: Token, under: Sequence[Token]) -> bool:
    """Whether a predicate is what somebody now means or is about to do: "is preparing to withdraw"."""
    over = next((one for one in under if is_predicate(one)), None)
    now = over is not None and (over.tag_ in ("VBP", "VBZ") or any(c.tag_ in ("VBP", "VBZ") for c in auxiliaries(over) if c.lemma_ == "be"))
    return now and infinitive(verb) and over is not None and verb.dep_ == "xcomp" and verb.head.i == over.i


def _unforeseen(found: Alignment) -> Iterator[Doubt]:
    """What the claim tells as yet to come, where nothing of the kind is in the sentence that has most of its words."""
    for verb in found.claim.predicates:
        there = [one for token in verb.subtree if (one := found.same.get(token.i))]
        if found.of(bearer(verb)) or found.of(verb) or not there or mode(verb).kind != "future":
            continue
        text, other = max(there, key=lambda one: sum(one[1].sent.start == beside[1].sent.start for beside in there))
        predicates = [one for one in other.sent if is_predicate(one)]
        open_ = any(mode(one).kind != "fact" or infinitive(one) or one.tag_ in ("VBG", "VB") for one in predicates)
        if predicates and not open_ and found.credible(verb, text, other):
            yield Doubt(Check.MODE, _kinds(verb, mode(verb), Mode("fact", False, ())), span_of(verb), text, span_of(other))


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
    kind = "speech" if speech else "deed" if own or not their or not finite(verb) else ""
    yield Doubt(Check.MEANING, reason, (mine[0].idx, end_of(mine[-1])), text, place, tuple(frames), kind)


def _roles(found: Alignment) -> Iterator[Doubt]:
    """Who does it to whom."""
    for verb in found.claim.predicates:
        there = found.same.get(verb.i)
        if there is None or not is_predicate(there[1]) or verb.lemma_ in MUTUAL or not found.credible(verb, *there):
            continue
        text, other = there
        mine, theirs = (_taking_part(one) for one in (verb, other))
        turned = _is(found, mine[0], theirs[1]) or _is(found, mine[1], theirs[0])
        kept = _is(found, mine[0], theirs[0]) or _is(found, mine[1], theirs[1])
        if turned and not kept:
            reason = f"It has who does “{verb.text}” to whom the other way round."
            yield Doubt(Check.ROLES, reason, span_of(verb), text, span_of(other))
        elif mine[0] is not None and theirs[0] is not None and _two_names(mine[0], theirs[0]):
            reason = f"It has {mine[0]} for {theirs[0]}, who is said to “{other.lemma_}” in what is cited."
            yield Doubt(Check.NAME, reason, span_of(mine[0]), text, span_of(theirs[0]))


def _two_names(one: Token, other: Token) -> bool:
    """Whether two words are the names of two."""
    return is_name(one) and is_name(other) and not Forms().same(one, other)


def _added(found: Alignment) -> Iterator[Doubt]:
    """Words for how much of a thing, or for nothing else, that the claim adds: "all", "only"."""
    for token in found.new:
        there = found.same.get(token.head.i)
        if token.lower_ in QUANTITIES | SOLE and there and found.credible(token.head, *there):
            frame = swapped(phrase(token) if token.dep_ != "advmod" else clause_words(token), token, [token], "")
            reason = f"It has “{token.text}”, which is not in what is cited."
            part = token.lower_ in QUANTITIES and _in_part(there[1])
            yield Doubt(Check.MEANING, reason, span_of(token), there[0], span_of(there[1]), () if part else (frame,))


def _in_part(noun: Token) -> bool:
    """Whether a text speaks of some of the things that a noun names: "a lot of governors", "many states"."""
    of = noun.dep_ == "pobj" and noun.head.lower_ == "of" and noun.head.head.pos_ in ("NOUN", "NUM", "DET", "ADJ")
    return of or any(c.lower_ in QUANTITIES or c.dep_ == "nummod" for c in noun.children)


def _prepositions(found: Alignment) -> Iterator[Doubt]:
    """Two words that the claim joins by another preposition than the evidence: "without Congress" for "with Congress"."""
    for number, (text, other) in found.same.items():
        token = found.claim.doc[number]
        mine, theirs = token.head, other.head
        if token.dep_ != "pobj" or other.dep_ != "pobj" or mine.lower_ == theirs.lower_:
            continue
        above = found.same.get(mine.head.i)
        if above and above[1].i == theirs.head.i and found.credible(token, text, other):
            frame = swapped(clause_words(token), mine, [mine], theirs.text)
            reason = f"It has “{mine.text} … {token.text}” where what is cited has “{theirs.text}”."
            yield Doubt(Check.MEANING, reason, span_of(mine), text, span_of(theirs), (frame,), "tie")


def _numbers(found: Alignment) -> Iterator[Doubt]:
    """Numbers that stand in the evidence, but by another thing, where this thing has a number of its own."""
    for number, (text, other) in found.same.items():
        token = found.claim.doc[number]
        thing = found.same.get(token.head.i)
        if token.dep_ != "nummod" or other.dep_ != "nummod" or thing is None:
            continue
        verb, there = clause_of(token), clause_of(other)
        over = found.of(bearer(verb)) if verb is not None else None
        counted = [one for one in thing[1].sent if one.dep_ == "nummod" and key(one.head) == key(token.head)]
        apart = key(other.head) != key(token.head) and counted
        elsewhere = over is not None and there is not None and over[1].i not in (there.i, bearer(there).i)
        beside = over is not None and any(clause_of(one) is not None and over[1].i in _heads(one) and one.i != other.i for one in counted)
        if apart or (elsewhere and beside):
            reason = f"It has “{token.text} {token.head.text}”; what is cited has this number of something else."
            yield Doubt(Check.NUMBER, reason, span_of(token), text, span_of(other))


def _heads(token: Token) -> set[int]:
    verb = clause_of(token)
    return set() if verb is None else {verb.i, bearer(verb).i}


def _causes(found: Alignment) -> Iterator[Doubt]:
    """What the claim gives as the reason for something, and the evidence tells without joining the two."""
    for verb in found.claim.predicates:
        mark = next((c for c in verb.children if c.dep_ == "mark" and c.lower_ in REASONS), None)
        reason, result = found.of(bearer(verb)), found.of(bearer(verb.head))
        if mark is None or infinitive(verb) or reason is None or result is None:
            continue
        if reason[0] != result[0] or not _joined(reason[1], result[1]):
            said = f"It has “{verb.text}” as the reason for “{verb.head.text}”; what is cited does not."
            yield Doubt(Check.CAUSE, said, span_of(mark), reason[0], span_of(reason[1]))


def _joined(reason: Token, result: Token) -> bool:
    """Whether a sentence joins one thing to another by a word that may give a reason."""
    for one, other in ((reason, result), (result, reason)):
        above = [one, *one.ancestors]
        if other in above:
            path = above[: above.index(other)]
            return any(
                c.lower_ in CAUSAL for step in path for c in (step, *step.children) if c.dep_ in ("mark", "prep", "cc", "advmod", "agent")
            )
    return False


def _taking_part(verb: Token) -> tuple[Token | None, Token | None]:
    """Who does a verb, where the verb names somebody itself, and whom it is done to."""
    own = child(verb, "nsubj", "agent") is not None or verb.dep_ == "relcl"
    return subject(verb) if own else None, patient(verb)


def _is(found: Alignment, token: Token | None, other: Token | None) -> bool:
    if token is None or other is None:
        return False
    there = found.same.get(token.i)
    return there is not None and key(there[1]) == key(other)

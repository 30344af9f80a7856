"""What is said: the stretches of text that a verb or a noun may make somebody say, and their offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import category

from index.lexicon import words
from index.statements.holders import lemma_of
from index.statements.quotes import Page, Span, stripped
from index.tree import ISSUED, child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

TELLING, OBJECT_PREPOSITIONS, NO_COMPLEMENTS = words("telling"), words("object_prepositions"), words("no_complements")
INDEFINITE, DANGLING = words("indefinite"), words("dangling")
COMPLEMENTS = {"oprd", "xcomp", "acomp", "ccomp", "agent", "dative", "advcl", "relcl", "acl", "attr"}
COMPLEMENT_CLAUSES = {"ccomp", "xcomp", "dobj", "attr", "advcl", "acomp"}
TAILS = {"advcl", "conj", "prep", "relcl", "acl", "appos", "npadvmod"}
OPENERS = ("Pi", "Ps", "Sc", "Sk")
"""Characters that words begin with beside letters and digits, as Unicode sorts them: marks and brackets that open, and currencies."""
SUBJECTS = ("nsubj", "nsubjpass", "csubj", "expl")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A construction, the first and last token of what it makes somebody say, and a mark of what a wider one adds."""

    kind: str
    first: Token
    last: Token
    mark: str = ""


def stretches(verb: Token) -> Iterator[Stretch]:
    """Yield the complements of a verb."""
    for c in verb.children:
        dep = "ccomp" if c.dep_ == "advcl" and c.left_edge.lower_ == "that" else c.dep_
        if c.i < verb.i:
            yield from inverted(verb, c) if dep == "ccomp" else ()
        elif dep in COMPLEMENT_CLAUSES and not wordless(c) and not (dep == "ccomp" and goes_with(verb, c)):
            whom = next((one for one in verb.rights if one.i < c.i and one.dep_ in ("dative", "dobj")), c)
            yield from widening(verb, c, (whom if dep == "dobj" else c).left_edge, dep)
        elif dep == "prep" and not (c.lower_ == "of" and child(verb, "dobj") is not None):
            for inner in objects(c):
                yield from widening(verb, c, inner.left_edge, f"{inner.dep_}-{c.lower_}")
    own = any(c.dep_ in ("dobj", "ccomp", "xcomp") for c in verb.rights)
    if verb.dep_ in ("parataxis", "advcl", "ccomp", "dep", "intj") and not own:
        yield Stretch(f"host-{verb.dep_}", verb.head.left_edge, verb.head.right_edge)


def goes_with(verb: Token, clause: Token) -> bool:
    """Is a clause the rest of another before it, and alone a fragment: "said they were to blame for writing | “he lied”"?"""
    return clause.left_edge.lower_ != "that" and any(c.dep_ == "ccomp" and verb.i < c.i < clause.i for c in verb.children)


def objects(preposition: Token) -> list[Token]:
    """Return what a preposition stands before."""
    return [c for c in preposition.children if c.dep_ in ("pobj", "pcomp")]


def wordless(part: Token) -> bool:
    """Is a complement none of what is said: "said following …", "issued a statement"?"""
    issued = part.lemma_ in ISSUED and any(c.lower_ in INDEFINITE for c in part.children)
    return issued or part.lower_ in NO_COMPLEMENTS


def inverted(verb: Token, clause: Token) -> Iterator[Stretch]:
    """Yield a clause that stands before or around its verb: "…, he said", and the sentence so far."""
    if clause.right_edge.i > verb.i:
        yield Stretch("paren", clause.left_edge, clause.right_edge)
        return
    yield Stretch("inverted", clause.left_edge, clause.right_edge)
    first = verb.sent[0]
    if first.i < clause.left_edge.i:
        yield Stretch("inverted+", first, clause.right_edge, next(iter(verb.children)).dep_)


def widening(verb: Token, part: Token, first: Token, kind: str) -> Iterator[Stretch]:
    """Yield a complement on its own, with the complements right behind it, and with all that follows it."""
    yield Stretch(kind, first, part.right_edge)
    if kind in ("ccomp", "xcomp", "dobj"):
        yield from narrowing(verb, part, first, kind)
    if kind == "dobj" and lemma_of(verb) in TELLING and any(c.dep_ == "ccomp" for c in verb.children):
        return  # whom she told is no part of what she told
    near = extended(verb, part)
    after = next((c for c in verb.children if c.i > part.right_edge.i and c.dep_ != "punct"), None)
    word = after.lower_ if after is not None and after.dep_ in ("prep", "advcl", "conj") else ""
    mark = f"{after.dep_}:{word}" if after is not None else ""
    if near.i > part.right_edge.i:
        yield Stretch(kind + "+", first, near, mark)
    far = furthest(verb, near, kind == "ccomp")
    if far.i > near.i and kind in ("ccomp", "dobj", "xcomp") and after is not None:
        yield Stretch(kind + "*", first, far, mark)


def narrowing(verb: Token, whole: Token, first: Token, kind: str) -> Iterator[Stretch]:
    """Yield a complement without its last part, which may belong to the verb: "says she won | as votes came in"."""
    part = next((c for c in reversed(list(whole.children)) if c.dep_ != "punct"), None)
    if part is None or part.i < whole.i or part.dep_ not in TAILS:
        return
    last = part.left_edge.i - 1
    while last > first.i and (whole.doc[last].is_punct or whole.doc[last].dep_ == "cc"):
        last -= 1
    if last > first.i:
        mark = f"same={part.tag_ == verb.tag_}" if part.dep_ == "conj" else part.left_edge.lower_
        yield Stretch(kind + "-", first, whole.doc[last], f"{part.dep_}:{mark}")


def extended(verb: Token, first: Token) -> Token:
    """Return the last token of an object with the complements right behind it: "accused" → "Russia of meddling"."""
    last = first.right_edge
    for c in verb.children:
        if c.i <= last.i or (c.dep_ in ("cc", "punct") and again(verb, c)):
            continue
        told = c.dep_ == "ccomp" and lemma_of(verb) in TELLING
        if told or not (goes_on(c) or c.dep_ in COMPLEMENTS):
            break
        last = c.right_edge
    return last


def goes_on(part: Token) -> bool:
    """Is this a preposition that goes on with an object?"""
    return part.dep_ in ("prep", "conj") and part.lower_ in OBJECT_PREPOSITIONS


def again(verb: Token, joint: Token) -> bool:
    """Does a verb's preposition come again after this comma or "and": "accused … of meddling, and of lying"?"""
    after = next((c for c in verb.children if c.i > joint.i and goes_on(c)), None)
    return after is not None and any(c.i < joint.i and c.lower_ == after.lower_ and goes_on(c) for c in verb.children)


def furthest(verb: Token, last: Token, clause: bool) -> Token:
    """Return the last token that a verb's clause has before the next thing its subject does."""
    for c in verb.children:
        if c.dep_ == "conj" and c.i > last.i and not (clause and child(c, *SUBJECTS) is not None):
            break
        last = max(last, c.right_edge)
    return last


def tail(verb: Token, holder: Token | None) -> Iterator[Stretch]:
    """Yield all that stands before a speaker and a verb at the end: "Putin, Trump aim for peace, Kremlin says"."""
    if holder is None or holder.i > verb.i:
        return
    doc = verb.doc
    if verb.i + 1 < len(doc) and not (doc[verb.i + 1].is_punct or doc[verb.i + 1].is_space):
        return  # the sentence goes on
    sentence = verb.sent
    if child(verb, "ccomp") is not None or not all(t.is_punct or t.is_space for t in doc[verb.i + 1 : sentence.end]):
        return
    comma = holder.left_edge.i - 1
    if comma > sentence.start + 1 and doc[comma].text in (",", "—", "–", "-"):
        yield Stretch("tail", sentence[0], doc[comma - 1])


def noun_stretches(noun: Token) -> Iterator[Stretch]:
    """Yield what hangs on a noun of saying: "the claim that…", "criticism of…", "plans to…"."""
    for c in noun.rights:
        saying = c.tag_ == "VBG" and child(c, "ccomp") is not None
        if c.dep_ in ("acl", "ccomp", "relcl", "xcomp") and not saying:
            yield Stretch(f"n-{c.dep_}", c.left_edge, c.right_edge, c.lemma_.lower() + c.tag_)
        elif c.dep_ == "prep":
            for inner in objects(c):
                yield Stretch(f"n-{inner.dep_}-{c.lower_}", inner.left_edge, c.right_edge)
    head = noun.head
    if noun.dep_ in ("nsubj", "attr", "dobj") and head.pos_ in ("AUX", "VERB"):
        for c in head.children:
            if c.dep_ == "ccomp" and c.i > noun.i:
                yield Stretch("n-ccomp-of-head", c.left_edge, c.right_edge, head.lemma_)


def cue_block(cue: Token, holder: Token | None, cue_end: Token | None) -> Span:
    """Return the characters of a cue together with its subject where the two stand side by side."""
    first, last = cue, cue_end or cue
    if holder is not None and abs(holder.i - cue.i) < 12:
        first, last = min(first, holder.left_edge), cue_end or max(last, holder.right_edge)
    for c in cue.children:
        if c.dep_ in ("aux", "neg", "advmod", "npadvmod", "mark") and c.i < first.i:
            first = c
    return first.idx, end_of(last)


def trimmed(page: Page, start: int, end: int, cue: Span) -> Span | None:
    """Return a span without loose punctuation at its ends, clear of the cue, its quotations made whole."""
    text, at = page.text, page.paragraph(cue[0])
    if at >= 0:
        start, end = max(start, page.begun[at]), min(end, page.ends[at])
    around = page.run_at(cue[0])
    if around is not None:  # who is quoted says nothing outside the quotation
        start, end = max(start, around.start), min(end, around.end)
    if start < cue[1] and end > cue[0]:  # the cue stands inside or at an end: keep both halves only when both are long
        if cue[0] - start < 3:
            start = cue[1]
        elif end - cue[1] < 12:
            end = cue[0]
    start, end = begun(page, start, end), stripped(text, start, end, right=",;:.–—-(")[1]
    end -= next((len(word) for word in DANGLING if text.endswith((" " + word, "," + word), start, end)), 0)
    start, end = stripped(text, start, end, right=",")
    return whole(page, start, end, cue[0]) if start < end else None


def begun(page: Page, start: int, end: int) -> int:
    """Return where the words of a span begin: behind loose marks, and those of lists."""
    while start < end and not (page.text[start].isalnum() or category(page.text[start]) in OPENERS or page.begins(start)):
        start += 1
    return start


def whole(page: Page, start: int, end: int, cue: int) -> Span:
    """Return a span with the quotations at its ends made whole, but for one that the cue stands in."""
    text, run = page.text, page.run_at(end - 1)
    if run and run.start >= start and run.end > end and not run.start <= cue < run.end:
        end = run.end
    run = page.run_at(start - 1) if start else None
    if run and not text[run.start : start].strip("\"“'‘ ") and run.end <= end:
        start = run.start
    for first, last in page.singles:
        opened, closed = first + 1 == start, 0 <= last - end <= 2 and not any(map(str.isalnum, text[end:last]))
        if (opened and last <= end) or (closed and first >= start) or (opened and closed):
            start, end = min(first, start), max(last, end)
    return start, end

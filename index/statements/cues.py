"""Which words introduce speech: every candidate statement of a page, with the features it is judged by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.lexicon import words
from index.statements.holders import NOBODY, beside, can_speak, holder_of, lemma_of, name_among, noun_holder, source_type, words_of
from index.statements.quotes import SPEECH_ACTS, STOPS, Page, Quote, Span, block, tagged
from index.statements.spans import SUBJECTS, Stretch, cue_block, noun_stretches, stretches, tail, trimmed
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

SAID, FIRST_WORDS = words("said"), words("first_words")
ACTIVE = ("aux", "auxpass", "dobj", "dative", "ccomp", "oprd", "prt")
"""What hangs on a verb that its subject does, rather than suffers."""
REPORTED = ("dobj", "ccomp", "xcomp", "inverted", "tail", "quote")  # constructions in which a verb of speech leaves no doubt
NEAR = 8  # words behind "according to" among which its noun stands
COLON = 70  # characters that may stand before the colon after a speaker's name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible statement: the cue's token number and place, the construction, and spans in characters.

    ``explicit`` counts what leaves no doubt that the holder speaks: a verb of speech, and that somebody asks him to.
    """

    cue: int
    at: int
    kind: str
    source: Span | None
    holder: int | None
    start: int
    end: int
    quoted: bool
    explicit: int = 0
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that may introduce speech, with whoever speaks and how that was found."""

    page: Page
    token: Token
    holder: Token | None
    how: str

    def reports(self, stretch: Stretch, end: Token | None = None) -> Iterator[Candidate]:
        """Yield the candidate that a stretch of text makes, unless nothing is left of it; the cue's words reach to ``end``."""
        avoided = cue_block(self.token, self.holder, end)
        span = trimmed(self.page, behind_day(self.token, stretch.first).idx, end_of(stretch.last), avoided)
        if span is not None:
            yield from self.makes(stretch.kind, span, stretch.mark)

    def makes(self, kind: str, span: Span, mark: str) -> Iterator[Candidate]:
        """Yield a candidate with its features, unless it would have somebody say his own name."""
        token, holder = self.token, self.holder
        source = words_of(holder) if holder is not None else None
        if source and source[0] <= span[0] and source[1] >= span[1]:
            return
        quoted = self.page.quotes_in(span)
        explicit = lemma_of(token) in SPEECH_ACTS and holder is not None and kind.startswith(REPORTED)
        certain = int(explicit) + int(explicit and self.how == "control")
        at = holder.i if holder is not None else None
        yield Candidate(token.i, token.idx, kind, source, at, *span, quoted, certain, tuple(self.features(kind, span, mark, quoted)))

    def features(self, kind: str, span: Span, mark: str, quoted: bool) -> Iterator[str]:
        """Yield what the model looks at, as names."""
        token, holder = self.token, self.holder
        particle = child(token, "prt")
        lemma = lemma_of(token) + (f"_{particle.lower_}" if particle is not None else "")
        source = source_type(holder)
        inside = self.page.run_at(token.idx) is not None
        length = min(int(math.log2(max(span[1] - span[0], 1))), 10)
        yield from ("bias", f"k={kind}", f"l={lemma}", f"lk={lemma}|{kind}", f"s={source}", f"sk={source}|{kind}")
        yield from (f"h={self.how}|{kind[:4]}", f"lh={lemma}|{self.how}", f"t={token.tag_}|{kind}", f"in={inside}|{source}")
        yield from (f"n={length}|{kind}", f"q={quoted}|{kind}", f"d={token.dep_}|{kind[:4]}")
        if mark:
            yield f"m={mark}|{kind}"
        if holder is not None:
            yield f"e={holder.ent_type_}|{kind[:5]}"
            if source == "noun":
                yield f"sl={holder.lemma_.lower()}"
        for c in token.children:
            if c.dep_ in ("neg", "aux", "mark"):
                yield f"{c.dep_}={c.lower_}"
            if c.dep_ == "neg":
                yield f"ln={lemma}"
        if span[1] <= self.page.headline_end:
            yield f"headline|{kind}"
        yield f"nx={word_at(self.page.text, span[1])}|{kind[:6]}"
        first = self.page.text[span[0] : span[0] + 12].split(" ")[0].lower()
        if first in FIRST_WORDS:
            yield f"f={first}|{kind[:4]}"


def behind_day(cue: Token, first: Token) -> Token:
    """Return the first word of what is said, behind a day that tells when it was: "told us | this week | he would go"."""
    after = first
    while cue.i < after.i < len(after.doc) - 1 and (
        after.ent_type_ in ("DATE", "TIME") or (after.pos_ == "ADP" and after.nbor().ent_type_ == "DATE")
    ):
        after = after.nbor()
    clause = after.lower_ == "that" or any(one.dep_ in SUBJECTS and one.left_edge.i == after.i for one in (after, *after.ancestors))
    return after if clause and after.sent == first.sent else first


def word_at(text: str, place: int) -> str:
    """Return the word or mark that follows a place in a text."""
    words = text[place : place + 24].split(maxsplit=1)
    return words[0].lower() if words and not text[place : place + 2].startswith("\n") else ""


def candidates(page: Page) -> Iterator[Candidate]:
    """Yield every candidate statement of a page, in the order of the cues."""
    for token in page.doc:
        yield from proposals(page, token)


def proposals(page: Page, token: Token) -> Iterator[Candidate]:
    """Yield the candidates that one token gives rise to."""
    if token.text == ":":
        yield from by_colon(page, token)
    elif token.lower_ == "according":
        yield from by_according(page, token)
    elif token.pos_ in ("VERB", "AUX") or token.lower_ in SAID:
        cue = outside(Cue(page, token, *(NOBODY if suffers(page, token) else holder_of(token))))
        yield from by_quotation(cue)
        for stretch in (*stretches(token), *tail(token, cue.holder)):
            yield from cue.reports(stretch)
    elif token.pos_ == "NOUN":
        cue = Cue(page, token, *noun_holder(token))
        yield from by_quotation(cue)
        for stretch in noun_stretches(token):
            yield from cue.reports(stretch)
    elif token.pos_ == "ADJ" and token.dep_ in ("acomp", "advcl", "amod"):
        cue = Cue(page, token, *holder_of(token.head if token.dep_ == "acomp" else token))
        for stretch in stretches(token):
            yield from cue.reports(replace(stretch, kind=f"a-{stretch.kind}"))


def suffers(page: Page, verb: Token) -> bool:
    """Is a headline's verb a participle: "Villages told to leave"? The text below would have its subject do it."""
    active = any(c.dep_ in ACTIVE and (c.i > verb.i or c.dep_ == "aux") for c in verb.children)
    if page.paragraph(verb.idx) or len(page.ends) < 2 or page.text[page.ends[0] - 1] in STOPS or verb.tag_ not in ("VBD", "VBN") or active:
        return False
    subject = child(verb, "nsubj")
    below = (word for word in page.doc if word.idx > page.ends[0] and word.lemma_ == verb.lemma_)
    does = (child(word, "nsubj") for word in below)
    return subject is not None and tagged(page, verb) is None and subject.lower_ not in {one.lower_ for one in does if one is not None}


def outside(cue: Cue) -> Cue:
    """Return a cue with the noun beside it as whoever speaks, where the parse has him inside a quotation: `"… you …," he said, adding`."""
    page, holder = cue.page, cue.holder
    if holder is None or page.run_at(holder.idx) in (None, page.run_at(cue.token.idx)):
        return cue
    near = beside(page, cue.token)
    return replace(cue, holder=near, how="beside" if near is not None else "none")


def by_quotation(cue: Cue) -> Iterator[Candidate]:
    """Yield the quotation that a cue tags, in quotation marks or set as a paragraph of its own."""
    page, token = cue.page, cue.token
    quote, noun = tagged(page, token) or block(page, token), token.pos_ == "NOUN"
    if quote is None or (noun and not introduces(page, token, quote)):
        return
    if cue.holder is None:
        cue = Cue(page, token, beside(page, token), "beside")
    kind, start, end = quote
    yield from cue.makes(f"n-{kind}" if noun else kind, (start, end), near_quote(page, token, start))


def introduces(page: Page, noun: Token, quote: Quote) -> bool:
    """Does a noun announce the quotation after it ("his answer: …"), rather than have its name in quotation marks?"""
    kind, start, _ = quote
    gap = page.text[end_of(noun) : start].rstrip()
    ahead = kind == "quote-after" and gap.endswith((":", ",", " that")) and not page.acts(end_of(noun), start)
    return kind == "block" or ahead


def near_quote(page: Page, cue: Token, start: int) -> str:
    """Return how many words and how many other verbs part a cue from its quotation, and on which side that is."""
    run, before = page.run_at(start), start > cue.idx
    left, right = (end_of(cue), start) if before else (run.end if run else cue.idx, cue.idx)
    count = len(page.text[left:right].split())
    near = page.doc[cue.i + 1 : cue.i + 1 + count] if before else page.doc[max(cue.i - count, 0) : cue.i]
    verbs = sum(token.pos_ == "VERB" and left <= token.idx < right for token in near)
    return f"{min(count, 6)}{'b' if before else 'a'}{min(verbs, 2)}"


def by_colon(page: Page, colon: Token) -> Iterator[Candidate]:
    """Yield what follows a name and a colon at the start of a line: "Graham: Trump is destroying…"."""
    if page.run_at(colon.idx):
        return
    number = page.paragraph(colon.idx)
    start, end = page.paragraphs[number], page.ends[number]
    after = page.text[colon.idx + 1 : colon.idx + 4]
    run = page.run_at(colon.idx + 1 + len(after) - len(after.lstrip()))
    if run is not None:
        start, end = max(start, colon.idx - COLON), run.end
    elif colon.idx - start > COLON or page.text[start : colon.idx].count(": "):
        return
    label = [t for t in page.doc[max(colon.i - 12, 0) : colon.i] if t.idx >= start and len(t) > 1]  # "Q:" names nobody
    named = sum(t.pos_ == "PROPN" for t in label)
    holder = name_among(label)
    span = trimmed(page, colon.idx + 1, end, (colon.idx, colon.idx + 1))
    topic = number == 0 and run is None and len(page.ends) > 1 and not any(word.lower_ in page.speaking for word in label)
    if holder is not None and span is not None and can_speak(page, label) and not topic:
        near = "name" if label[-1].pos_ in ("PROPN", "NOUN") else "far"
        kind = "colon" if run is None else "colon-quote"
        clause = any(t.pos_ in ("VERB", "AUX") for t in label)
        yield from Cue(page, colon, holder, "colon").makes(kind, span, f"{near}{min(named, 4)}{'v' if clause else ''}")


def by_according(page: Page, token: Token) -> Iterator[Candidate]:
    """Yield the candidates of "according to": the clause it belongs to, and its whole sentence."""
    to = next((c for c in token.children if c.lower_ == "to"), None)
    inner = child(to, "pobj", "pcomp") if to is not None else None
    holder = inner if inner is None or inner.dep_ == "pobj" else child(inner, "dobj")
    holder = holder or following(token)  # "to show insiders" may be read as a verb
    if holder is None:
        return
    sentence, head, end = token.sent, token.head, holder.right_edge
    if token.i == sentence.start and end.i + 2 >= sentence.end:  # the parse hung the clause on the name
        comma = next((t for t in holder.doc[holder.i : end.i] if t.text == ","), None)
        end = holder.doc[comma.i - 1] if comma is not None else end
    cue = Cue(page, token, holder, "according")
    yield from cue.reports(Stretch("according", head.left_edge, head.right_edge), end)
    if (sentence[0].i, sentence[-1].i) != (head.left_edge.i, head.right_edge.i):
        yield from cue.reports(Stretch("according+", sentence[0], sentence[-1], head.dep_), end)


def following(token: Token) -> Token | None:
    """Return the head of the first noun phrase right behind "according to", where the parse does not hang it there."""
    near = token.doc[token.i + 2 : token.i + 2 + NEAR]
    noun = next((word for word in near if word.pos_ in ("NOUN", "PROPN", "PRON") and word.dep_ != "compound"), None)
    return noun if noun is not None and noun.sent == token.sent else None

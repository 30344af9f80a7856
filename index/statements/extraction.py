"""From a parsed article to its statements: candidates are chosen, and their speakers named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.coreference import Cast
from index.statements.choice import chosen, continued, cut, load_model, parted, unattributed
from index.statements.cues import Candidate, candidates
from index.statements.layout import laid_out
from index.statements.quotes import SINGLE, Page
from index.tree import DOCUMENTS, end_of
from index.types import Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

VERSION = 5  # part of the index's fingerprint: raise it when the same article would give other statements
HEDGES = words("hedges")


@dataclass(frozen=True, slots=True)
class Voices:
    """What an article says anybody said, in text order, and how often it names which persons, by the fullest name it gives them."""

    statements: list[Statement]
    people: dict[str, int]
    roles: dict[str, str]


def extract(article_id: str, text: str, doc: Doc) -> list[Statement]:
    """Return what the article says anybody said, in text order; ``doc`` is the parse of the whole text."""
    return read(article_id, text, doc).statements


def read(article_id: str, text: str, doc: Doc) -> Voices:
    """Return what the article says anybody said, and whom it names; ``doc`` is the parse of the whole text.

    Each statement obeys ``text[s.start : s.end] == s.text``, and the like for the words that name its speaker. Its
    ``speakers`` are under the best names this article gives, not yet canonical over a corpus.
    """
    page, model = Page(text, doc), load_model()
    found = list(candidates(page))
    scored = [*((1.0, one) for one in laid_out(page)), *zip(model.probabilities(page, found), found, strict=True)]
    kept = continued(page, cut(page, chosen(scored, model.threshold), scored))
    parts = [part for one in (*kept, *unattributed(page, kept)) for part in parted(page, one)]
    cast = Cast(doc, lambda char: page.run_at(char) is not None)
    return Voices(named(article_id, page, parts, cast), cast.persons(), cast.bearers())


def named(article_id: str, page: Page, kept: list[Candidate], cast: Cast) -> list[Statement]:
    """Return the statements of the chosen candidates, their speakers resolved in the order of the text."""
    found: list[Statement] = []
    for one in sorted(kept, key=lambda c: c.cue):
        cue = page.doc[one.cue]
        speakers = cast.resolve(page.doc[one.holder]) if one.holder is not None else ()
        cast.spoken.append((one.cue, speakers))
        found.append(
            Statement(
                article=article_id,
                start=one.start,
                end=one.end,
                text=page.text[one.start : one.end],
                speakers=speakers,
                speaker_start=one.source[0] if one.source else None,
                speaker_end=one.source[1] if one.source else None,
                cue=cue_words(page, cue) if page.text[one.at].isalnum() else page.text[one.at],
                direct=one.quoted or SINGLE.search(page.text, one.start, one.end) is not None,
                hedge=hedge_of(cue),
            )
        )
    return sorted(found, key=lambda s: (s.start, s.end))


def cue_words(page: Page, cue: Token) -> str:
    """Return the words of a cue: "said in a statement", "has denied", "did not link", "according to"."""
    first = last = cue
    for c in cue.children:
        near = c.dep_ in ("aux", "auxpass", "neg") or (c.dep_ == "advmod" and c.lower_ in HEDGES)
        if near and first.i - 6 < c.i < first.i:
            first = c
        if c.i == last.i + 1 and (c.dep_ == "prt" or (c.lower_ == "to" and cue.lower_ == "according")):
            last = c
        end = c.right_edge
        if c.i == last.i + 1 and c.lower_ == "in" and end.lower_ in DOCUMENTS and end.i < cue.i + 7:
            last = end
    return " ".join(page.text[first.idx : end_of(last)].split())


def hedge_of(cue: Token) -> str | None:
    """Return the word that weakens a cue: itself, or one on it or on a verb it is joined to."""
    if cue.lower_ in HEDGES:
        return str(cue.lower_)
    verb = cue
    while True:
        hedge = next((str(c.lower_) for c in verb.children if c.lower_ in HEDGES), None)
        if hedge or verb.dep_ not in ("conj", "xcomp", "advcl") or verb.head.i == verb.i:
            return hedge
        verb = verb.head

"""From a parsed article to its statements: candidates are chosen, and their speakers named."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.coreference import Cast
from index.speakers.roles import Role, read_roles
from index.statements.choice import chosen, continued, cut, load_model, parted, unattributed
from index.statements.cues import Candidate, candidates
from index.statements.layout import laid_out
from index.statements.quotes import SINGLE, Page
from index.statements.wording import cue_words, denied
from index.types import Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

VERSION = 7  # part of the index's fingerprint: raise it when the same article would give other statements
HEDGES = words("hedges")


@dataclass(frozen=True, slots=True)
class Voices:
    """What an article says anybody said, in text order, and whom it names: how often, by the fullest name it gives them, and as what."""

    statements: list[Statement]
    people: dict[str, int]
    roles: list[Role]


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
    return Voices(named(article_id, page, parts, cast), cast.persons(), read_roles(cast))


def named(article_id: str, page: Page, kept: list[Candidate], cast: Cast) -> list[Statement]:
    """Return the statements of the chosen candidates, their speakers resolved in the order of the text."""
    found: list[Statement] = []
    kept = sorted(kept, key=lambda c: c.cue)
    for one in kept:
        cue, holder = page.doc[one.cue], page.doc[one.holder] if one.holder is not None else None
        speakers = cast.resolve(holder) if holder is not None and denied(holder) is None else ()
        if one.kind == "turn":
            speakers = tuple(name.title() if page.set_in_capitals(name) else name for name in speakers)
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
                cue=cue_words(page, cue, holder) if page.text[one.at].isalnum() else page.text[one.at],
                direct=one.quoted or SINGLE.search(page.text, one.start, one.end) is not None,
                hedge=hedge_of(cue),
            )
        )
    return sorted(as_quoted(page, kept, found), key=lambda s: (s.start, s.end))


def as_quoted(page: Page, kept: list[Candidate], found: list[Statement]) -> list[Statement]:
    """Return the statements of candidates, an "I" in somebody's quotation or turn resolved to whoever is quoted."""
    told = [one for one in found if one.speakers]
    heads = [page.doc[one.holder] if one.holder is not None else None for one in kept]
    result = []
    for said, head in zip(found, heads, strict=True):
        around = [one for one in told if head is not None and is_first(head) and one.start <= head.idx < one.end]
        inner = min(around, key=lambda one: one.end - one.start, default=said)
        result.append(said if said.speakers else replace(said, speakers=inner.speakers))
    return result


def is_first(token: Token) -> bool:
    """Is this "I" or "my"?"""
    return token.morph.get("Person", []) == ["1"] and token.morph.get("Number", []) == ["Sing"]


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

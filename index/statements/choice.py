"""Which candidates to believe: a small network over plain features and the parser's vectors; and what goes on from those."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.lexicon import words
from index.statements.cues import Candidate
from index.statements.holders import holder_of
from index.statements.quotes import TAG_LENGTH, Page, Quotation, begins, has_own_tag, stripped
from index.statements.spans import trimmed
from index.tree import child, end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

CUES = Path(__file__).parent.with_name("cues.json")
RUMOURS = words("rumours")
CELL = 1000  # characters of a cell: only candidates of one cell are compared, so that a long text takes no longer
SAME, SURE, NESTED = 0.3, 0.85, 0.99
REACH = 8000  # how many characters before a quotation the statement that it goes on from may begin
WORDS = 4  # words of a quotation that can be a sentence of its own
CARRIES = ("quote", "half", "n-quote", "ccomp", "inverted", "paren", "host-ccomp", "host-parataxis")
"""Constructions after which a quotation goes on."""

Array = np.ndarray[Any, np.dtype[np.float32]]
Scored = tuple[float, Candidate]


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned of candidates: a weight for each feature, and a layer that sees features and their words together.

    ``threshold`` is the probability from which a candidate counts; ``quoted`` and ``explicit`` add to its log-odds, which is no
    matter of likelihood: a reader misses somebody's very words more than a paraphrase of them.
    """

    weights: dict[str, float]
    threshold: float
    quoted: float
    explicit: float
    rows: dict[str, int]
    layer: dict[str, Array]

    def probabilities(self, page: Page, found: Sequence[Candidate]) -> list[float]:
        """Return how likely readers would call each candidate of a page an attribution."""
        if not found:
            return []
        known = [[self.rows[name] for name in one.features if name in self.rows] for one in found]
        flat = np.fromiter(chain.from_iterable(known), dtype=np.intp)
        starts = list(accumulate((len(row) for row in known[:-1]), initial=0))  # none is empty: all have "bias"
        total = np.add.reduceat(self.layer["features"][flat], starts)
        odds = total[:, 0] + self.layer["base"][0]
        hidden = np.maximum(total[:, 1:] + context(page, found) @ self.layer["context"] + self.layer["bias"], 0)
        odds += hidden @ self.layer["out"]
        odds += [self.quoted * one.quoted + self.explicit * one.explicit for one in found]
        return [float(p) for p in 1 / (1 + np.exp(-np.clip(odds, -30, 30)))]


def context(page: Page, found: Sequence[Candidate]) -> Array:
    """Return the parser's vectors of each candidate's cue, speaker, first and last word, and the words before and after it."""
    vectors = np.vstack((page.doc.tensor, np.zeros((1, page.doc.tensor.shape[1]), dtype=np.float32)))
    begin = np.fromiter((token.idx for token in page.doc), dtype=np.intp)
    first = np.searchsorted(begin, [one.start for one in found], side="right") - 1
    last = np.searchsorted(begin, [one.end - 1 for one in found], side="right") - 1
    cue = [one.cue for one in found]
    holder = [-1 if one.holder is None else one.holder for one in found]
    words = np.stack((cue, holder, first, last, first - 1, last + 1), axis=1)
    near: Array = vectors[words].reshape(len(found), -1)
    return near


@cache
def load_model(path: Path = CUES) -> Model:
    """Return what was learned."""
    known = json.loads(path.read_text(encoding="utf-8"))
    names = sorted(known["weights"])
    with np.load(path.with_suffix(".npz")) as stored:
        layer = {name: stored[name].astype(np.float32) for name in stored.files}
    own = np.array([known["weights"][name] for name in names], dtype=np.float32)
    layer["features"] = np.hstack((own[:, None], layer["features"]))
    return Model(**known, rows={name: place for place, name in enumerate(names)}, layer=layer)


def chosen(scored: list[Scored], threshold: float) -> list[Candidate]:
    """Return the candidates to believe: the likeliest of each cue, and none that repeats a likelier one."""
    taken: dict[int, Candidate] = {}
    cells: dict[int, list[Scored]] = defaultdict(list)
    for p, one in sorted(scored, key=lambda pair: (-pair[0], pair[1].start, pair[1].end)):
        if p < threshold:
            break
        places = range(one.start // CELL, one.end // CELL + 1)
        near = (pair for place in places for pair in cells[place])
        if one.cue in taken or any(repeats(one, other, min(p, q) >= SURE) for q, other in near):
            continue
        taken[one.cue] = one
        for place in places:
            cells[place].append((p, one))
    return sorted(taken.values(), key=lambda one: (one.start, one.end))


def cut(page: Page, kept: list[Candidate], scored: list[Scored]) -> list[Candidate]:
    """Return candidates with what the speaker of one goes on to say as another: "argued that …, | saying …"."""
    result = list(kept)
    cues = {one.cue for one in kept}
    for p, inner in sorted(scored, key=lambda pair: -pair[0]):
        if p < SURE or not inner.explicit or inner.cue in cues or page.doc[inner.cue].tag_ != "VBG":
            continue
        for number, outer in enumerate(result):
            if outer.holder == inner.holder and outer.at < outer.start < inner.at < inner.start < inner.end == outer.end:
                start, end = stripped(page.text, outer.start, inner.at, right=" ,;:—–-")
                if end > start and page.text[inner.at - 2] in ",;—–":
                    result[number] = replace(outer, end=end, quoted=page.quotes_in((start, end)))
                    result.append(inner)
                    cues.add(inner.cue)
                break
    return sorted(result, key=lambda one: (one.start, one.end))


def repeats(one: Candidate, other: Candidate, sure: bool) -> bool:
    """Does one candidate say what another says? ``sure``: both are likely, so one may report the other's speech."""
    both = min(one.end, other.end) - max(one.start, other.start)
    nested = reports(one, other) or reports(other, one)
    inside = both == min(one.end - one.start, other.end - other.start)
    if nested and inside and one.holder is not None and one.holder == other.holder:
        return True  # "expressed support for …" is said once
    wide = max(one.end, other.end) - min(one.start, other.start)
    if nested and max(one.explicit, other.explicit) > 1 and one.holder != other.holder:
        return False  # "Putin asked Trump to congratulate …" is two statements
    if nested and one.explicit and other.explicit and one.holder != other.holder and both < NESTED * wide:
        return False  # "the statement said Trump told Putin …" is two statements
    if nested and (sure or "according" in (one.kind[:9], other.kind[:9])):
        return False
    return both > SAME * wide


def reports(outer: Candidate, inner: Candidate) -> bool:
    """Does somebody tell what another says? What stands in the tag between two parts of a quotation is the reporter's."""
    tagged = outer.kind.startswith("quote") and (inner.start, inner.end) == (outer.start, outer.end)
    return outer.start <= inner.at < outer.end and not tagged


def continued(page: Page, kept: list[Candidate]) -> list[Candidate]:
    """Return the candidates with the quotations behind them that no cue claims: `he said. "…"`, whole paragraphs."""
    result = list(kept)
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


def follows_on(page: Page, run: Quotation) -> bool:
    """Is a quotation a sentence of its own, with no tag of its own?"""
    return len(page.text[run.start : run.end].split()) >= WORDS and begins(page, run) and not has_own_tag(page, run)


def nearest(page: Page, run: Quotation, kept: list[Candidate], window: range) -> int | None:
    """Return the number of the candidate a quotation goes on from: the last one in the sentence or paragraph before."""
    best, place = None, -1
    for number in window:
        one = kept[number]
        end = max(one.end, one.at)
        if place < end <= run.start and one.kind.startswith(CARRIES):
            best, place = number, end
    if best is None or page.stops(place, run.start) > 1:
        return None
    apart = page.paragraph(run.start) - page.paragraph(place - 1)
    if apart == 0:
        return best if run.start - place < TAG_LENGTH else None
    alone = not page.text[run.end : run.end + 40].split("\n")[0].strip()
    opening = page.text[page.paragraphs[page.paragraph(run.start)] : run.start]
    quoted = kept[best].kind.startswith(("quote", "half")) and not opening.strip()
    return best if apart == 1 and alone and quoted else None


def parted(page: Page, one: Candidate) -> Iterator[Candidate]:
    """Yield a quotation that goes on after its tag as two: `"…," he said. "…"`; the tag between them nobody said."""
    inside = page.runs[bisect_left(page.starts, one.start) : bisect_left(page.starts, one.end)]
    start = one.start
    if inside and (inside[0].start, inside[-1].end) == (one.start, one.end):
        said = [run for run in inside if run.start == start or not page.text[: run.start].rstrip(" ")[-1:].isalnum()]  # on “News Hour.”
        for run, following in pairwise(said):
            if page.text[run.end : following.start].rstrip(" \n\"”’'")[-1:] in (".", ":"):
                yield replace(one, start=start, end=run.end)
                start = following.start
    yield replace(one, start=start)


def unattributed(page: Page, kept: list[Candidate]) -> Iterator[Candidate]:
    """Yield what is said to be said by nobody in particular: "reportedly …", "he was accused of …"."""
    cues = {one.cue for one in kept}
    for token in page.doc:
        found = rumoured(token)
        if found is None or page.run_at(token.idx):
            continue
        verb, first, last = found
        if verb.i in cues or any(one.start <= verb.idx < one.end for one in kept):
            continue
        span = trimmed(page, first.idx, end_of(last), (token.idx, end_of(token)))
        if span is not None:
            yield Candidate(token.i, token.idx, "unattributed", None, None, *span, page.quotes_in(span))


def rumoured(token: Token) -> tuple[Token, Token, Token] | None:
    """Return the verb, the first and the last word of what this word says is rumoured, or somebody is charged with."""
    if token.lower_ in RUMOURS and token.dep_ == "advmod" and token.head.pos_ in ("VERB", "AUX"):
        return token.head, token.head.left_edge, token.head.right_edge
    if token.lemma_ == "accuse" and child(token, "auxpass") is not None and holder_of(token)[0] is None:
        of = next((c for c in token.rights if c.dep_ == "prep"), None)
        if of is not None:
            return token, token.doc[min(of.i + 1, len(token.doc) - 1)], of.right_edge
    return None

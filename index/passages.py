"""Article → Passages: its sentences with their offsets, and nothing that is not the article.

A line of a page is body text, a headline, or furniture: advertisement marks, photo credits, forms, teasers of other stories,
sub-headings. The test is how the line is made (has it a verb, does it end like a sentence, where does it stand), with a
list of the phrases that sites print around every article. Sentences come from spaCy's parse.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from index.lexicon import line_pattern
from index.reader import Text
from index.statements.quotes import paragraphs, stripped
from index.types import Article, Heard, Passage, Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

VERSION = 1  # part of the index's fingerprint: raise it when the same article would be split differently

_CLOSING = "\"'”’»)]"
_SHORT_LABEL = 12  # words: a line without a verb or a full stop up to this long names or credits something
_SHORT_HEADING = 20  # words: a line that does not end like a sentence up to this long is a heading or a teaser


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    tokens: list[Token]

    @property
    def words(self) -> int:
        return sum(token.is_alpha or token.like_num for token in self.tokens)

    @property
    def has_verb(self) -> bool:
        return any(token.pos_ in ("VERB", "AUX") for token in self.tokens)

    @property
    def ends(self) -> bool:
        return self.text.endswith(('"', "”", "»")) or self.text.rstrip("\"'”’»)]*").endswith(tuple(".!?…:;,—–-"))


def split(article: str, text: str, title: str, doc: Doc) -> list[Passage]:
    """Split an article into passages in reading order.

    Args:
        article: its id.
        text: its text, exactly as read.
        title: its title; a line that says the same again is not taken twice.
        doc: spaCy's parse of ``text``, with sentence bounds and parts of speech.

    Returns:
        Passages with ``text[p.start:p.end] == p.text``, none overlapping. Empty only when the text is blank.
    """
    lines = list(_lines(text, doc))
    kept = list(_evidence(lines, title))
    if not any(not headline for _, headline in kept):
        kept = [(line, False) for line in lines]  # nothing looks like prose: then what is there is all there is
    starts = sorted(sentence.start_char for sentence in doc.sents)
    passages: list[Passage] = []
    for line, headline in kept:
        inside = starts[bisect_right(starts, line.start) : bisect_left(starts, line.end)]
        for bounds in pairwise([line.start, *inside, line.end]):
            start, end = stripped(text, *bounds)
            if start < end:
                first = passages.pop().start if passages and _continues(text, passages[-1], start, end) else start
                passages.append(Passage(article, first, end, text[first:end], headline))
    return passages


def _lines(text: str, doc: Doc) -> Iterator[_Line]:
    starts = [token.idx for token in doc]
    for paragraph in paragraphs(text):
        start, end = stripped(text, *paragraph)
        tokens = doc[bisect_left(starts, start) : bisect_left(starts, end)]
        yield _Line(start, end, text[start:end], [token for token in tokens if not token.is_space])


def _evidence(lines: list[_Line], title: str) -> Iterator[tuple[_Line, bool]]:
    """Yield the lines that are the article's own, each with whether it is a headline."""
    sentences, labels, references = map(line_pattern, ("site_sentences", "site_labels", "self_references"))
    in_head, titled, teaser = True, False, False
    for line in lines:
        told = line.ends and line.has_verb
        if sentences.fullmatch(line.text) or (labels.fullmatch(line.text) and not told):
            continue
        if teaser and references.fullmatch(line.text):
            continue
        teaser = False
        if line.ends and (line.has_verb or line.words > _SHORT_LABEL):
            in_head = False
            yield line, False
        elif in_head:
            repeats = titled and _plain(line.text) == _plain(title)
            if not repeats and (not titled or (line.has_verb and line.words >= 4)):
                titled = titled or line.words >= 3
                yield line, True
        elif line.words > _SHORT_HEADING or (line.tokens and line.ends):
            yield line, False
        else:
            teaser = True


def _plain(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _continues(text: str, before: Passage, start: int, end: int) -> bool:
    """Whether what starts here goes on with the sentence before it.

    Over a line break only where the sentence plainly goes on: «“… these activities,”» / «the two departments wrote …».
    Within a line the parse sometimes ends a sentence at a comma or at nothing, or leaves its closing quotation mark behind.
    """
    bare = before.text.rstrip(_CLOSING)
    if any(mark in text[before.end : start] for mark in "\r\n"):
        return not before.headline and text[start].islower() and bare.endswith(",")
    return not text[start:end].strip(_CLOSING) or bare[-1:] not in set(".!?…:;")


def heard_in(passages: Sequence[Passage], statements: Sequence[Statement]) -> Iterator[tuple[int, int, bool]]:
    """Yield which statements stand in which passages, by their places, and whether each leads: whether its speakers tell the passage.

    Of statements inside statements the outer one leads: who asserts it, not who is said to have said it. A statement reaches from the
    words that name its speaker to the end of what is said; one that takes up less than half of the passage (a quarter, where it is
    quoted) does not make it theirs.
    """
    for place, passage in enumerate(passages):
        inside = {n: one for n, one in enumerate(statements) if one.start < passage.end and passage.start < one.end}
        taken = {n: _extent(one, passage) for n, one in inside.items() if one.speakers}
        told = [n for n, taken_up in taken.items() if taken_up * (4 if inside[n].direct else 2) >= len(passage.text)]
        first = max(told, key=lambda n: (taken[n], inside[n].end - inside[n].start), default=None)
        yield from ((place, n, n == first) for n in inside)


def voiced(passages: Sequence[Passage], statements: Sequence[Statement]) -> list[Passage]:
    """Passages with what is heard in each, as the record gives them."""
    heard: list[list[Heard]] = [[] for _ in passages]
    for place, number, leads in heard_in(passages, statements):
        said, passage = statements[number], passages[place]
        span = max(said.start, passage.start), min(said.end, passage.end)
        heard[place].append(Heard(said.speakers, said.side, *span, said.direct, said.cue, leads))
    return [replace(passage, heard=tuple(own)) for passage, own in zip(passages, heard, strict=True)]


def _extent(said: Statement, passage: Passage) -> int:
    """How many of a passage's characters a statement and the words that name its speaker take up."""
    start = said.start if said.speaker_start is None else min(said.start, said.speaker_start)
    end = said.end if said.speaker_end is None else max(said.end, said.speaker_end)
    return min(end, passage.end) - max(start, passage.start)


def text_of(passage: Passage, before: str, article: Article) -> Text:
    """A passage as the reader sees it: ``before`` is the sentence before it in its article."""
    headline = "" if passage.headline else article.title
    return Text(passage.text, before, headline, " and ".join(passage.voice[0]), article.outlet or "", article.published or "")

"""Where a quotation stands in the articles, word for word or nearly so, and in which words it differs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from assistant.relation import WORD
from assistant.verification.case import Place
from index.record import Scope
from index.search import Searcher
from index.statements.quotes import Span
from index.text import content_words

FEWEST = 4  # words of a quotation that is looked for by itself; shorter ones are held against what carries their sentence
BY_WORDS, BY_MEANING = 12, 6  # passages that a quotation is looked for in
ALIKE = 0.6  # the share of its words, in their order, from which on a quotation is that of an article, altered
SLACK, LEFT_OUT = 4, 80  # words more than the quotation's own that are looked at around it; and where it says that it leaves words out
Words = Sequence[re.Match[str]]
_EDITED = re.compile(r"\[[^\]]*\]|…|\.{3}|\. \. \.")  # what an editor puts in or leaves out


@dataclass(frozen=True, slots=True)
class Match:
    """A quotation in an article: its place there, the share of its words that are the same, and what differs.

    ``differs`` are pairs of places: in the quotation's words as they were given, and in the article.
    """

    place: Place
    share: float
    differs: tuple[tuple[Span, Span], ...] = ()


def find(words: str, searcher: Searcher, scope: Scope, articles: Sequence[str] = ()) -> list[Match]:
    """The places of a quotation: those that have it word for word, one an article; without any, the one most like it.

    Only ``articles`` are looked through where some are named.
    """
    record = searcher.record
    numbers = [number for number, _ in record.match(content_words(words), scope, BY_WORDS)]
    numbers += [number for number, _ in searcher.nearest(words, scope, BY_MEANING)]
    stored = record.passages(dict.fromkeys(numbers)).values()
    places = {(one.passage.article, one.passage.start, one.passage.end) for one in stored}
    if articles:
        texts = {name: searcher.article(name).text for name in articles}
        places = {(name, 0, len(text)) for name, text in texts.items()}
    else:
        texts = {name: searcher.article(name).text for name in {name for name, _, _ in places}}
    matches = [found for place in sorted(places) if (found := _match(words, place, texts[place[0]]))]
    exact = {match.place[0]: match for match in reversed(matches) if not match.differs}
    return list(exact.values())[::-1] or sorted(matches, key=lambda match: -match.share)[:1]


def _match(words: str, place: Place, text: str) -> Match | None:
    """A quotation in a passage and around it."""
    article, start, end = place
    edited = [match.span() for match in _EDITED.finditer(words)]
    mine = [word for word in WORD.finditer(words) if not any(first <= word.start() < last for first, last in edited)]
    start, end = max(0, start - len(words)), end + len(words)
    theirs = list(WORD.finditer(text, start, end))
    matcher = _matcher(mine, theirs)
    core = matcher.find_longest_match()
    more = SLACK + LEFT_OUT * bool(edited)
    theirs = theirs[max(0, core.b - core.a - more) : core.b + len(mine) - core.a + more]
    blocks = [block for block in _matcher(mine, theirs).get_matching_blocks() if block.size]
    share = sum(block.size for block in blocks) / max(1, len(mine))
    if share < ALIKE:
        return None
    begin, last = blocks[0], blocks[-1]
    theirs = theirs[max(0, begin.b - begin.a) : last.b + len(mine) - last.a]
    differs = tuple(_differences(mine, theirs, edited))
    return Match((article, theirs[0].start(), theirs[-1].end()), share, differs)


def _matcher(mine: Words, theirs: Words) -> SequenceMatcher[str]:
    one, other = ([word[0].casefold().replace("’", "'") for word in own] for own in (mine, theirs))
    return SequenceMatcher(None, one, other, autojunk=False)


def _differences(mine: Words, theirs: Words, edited: Sequence[Span]) -> Iterator[tuple[Span, Span]]:
    """The runs of words that are not the same. What stands where the quotation itself says that it was edited is no difference."""
    for kind, a, b, c, d in _matcher(mine, theirs).get_opcodes():
        before, after = mine[a - 1].end() if a else 0, mine[b].start() if b < len(mine) else mine[-1].end()
        if kind != "equal" and not any(before <= first and last <= after for first, last in edited):
            yield _span(mine, a, b), _span(theirs, c, d)


def _span(words: Words, first: int, last: int) -> Span:
    """The place of some words in a row; of none the place where they would be."""
    if last > first:
        return words[first].start(), words[last - 1].end()
    place = words[first].start() if first < len(words) else words[-1].end()
    return place, place

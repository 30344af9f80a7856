"""Which articles are one report in several outlets, as when each carries what an agency sent: outlets that print it, and one source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.types import Citation
from index.types import Article

RUN = 5  # words: so long a run stands in two texts by chance, or where both quote the same words
FEWEST = 20  # runs of a text that can be told from a quotation
SAME = 0.8  # the share of the shorter text's runs from which on both are one report
SHORTENED = 0.5  # how much shorter one may be: a statement that another article quotes in full is no copy of it
_WORD = re.compile(r"\w+")


def same_report(articles: Iterable[Article]) -> list[list[Article]]:
    """Those of some articles that print nearly the same text, in groups of two outlets or more, in the order in which they are given."""
    groups: list[list[Article]] = []
    for article in articles:
        group = next((group for group in groups if _nearly_same(group[0].text, article.text)), None)
        if group is None:
            groups.append([article])
        else:
            group.append(article)
    return [group for group in groups if len({_outlet(article) for article in group}) > 1]


def outlets_of(group: Sequence[Article]) -> list[str]:
    """The outlets of some articles, each once."""
    return list(dict.fromkeys(map(_outlet, group)))


def marked(citations: Sequence[Citation], groups: Sequence[Sequence[Article]]) -> tuple[Citation, ...]:
    """Citations, each of which says by number which earlier one is in another outlet's print of the same report."""
    first: dict[int, Citation] = {}
    found = []
    for citation in citations:
        place = next((place for place, group in enumerate(groups) if citation.article in {article.id for article in group}), None)
        before = None if place is None else first.setdefault(place, citation)
        other = before is not None and before.article != citation.article
        found.append(replace(citation, copy_of=before.n) if before and other else citation)
    return tuple(found)


def _outlet(article: Article) -> str:
    return article.outlet or article.title


def _nearly_same(one: str, other: str) -> bool:
    fewer, more = sorted((_runs(one), _runs(other)), key=len)
    return len(fewer) >= max(FEWEST, SHORTENED * len(more)) and len(fewer & more) >= SAME * len(fewer)


@lru_cache(512)
def _runs(text: str) -> frozenset[int]:
    """The runs of words of a text, each as a number."""
    said = _WORD.findall(text.casefold())
    return frozenset(hash(tuple(said[place : place + RUN])) for place in range(len(said) - RUN + 1))

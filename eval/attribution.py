"""Benchmark of who-said-what extraction against a corpus marked by people, in the layout of PolNeAR.

    python -m eval.attribution FOLDER --split dev   extract, score, and time

FOLDER holds SPLIT.articles.jsonl.gz (doc_id, text, annotators) and SPLIT.attributions.jsonl.gz (doc_id, annotator, and
source, cue and content as lists of {start, end}). A statement finds a marked attribution when their contents share half
of their union, each at most once, best pairs first; it also has the speaker when the words naming him overlap the
marked source. Attributions without a source are left out, and where an article has several annotators the first in
alphabetical order counts. "direct" is the recall over attributions whose content holds a double quotation mark. A quotation that
goes on after its tag is two statements and one attribution: the "joined" figures take it for one, with two spans.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from eval.lines import read_lines
from eval.spans import HALF, Span, one_to_one, rates, shared
from index.statements import extract, load_parser, parse
from index.types import Statement

if TYPE_CHECKING:
    from spacy.language import Language

Example = tuple[tuple[str, ...], float]
T = TypeVar("T")
CHUNK = 20  # articles handed to a process at once


# --- the corpus ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gold:
    """One attribution marked by a person: disjoint spans in ascending order."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """An article with its attributions."""

    id: str
    text: str
    golds: tuple[Gold, ...]


def read_split(folder: Path, split: str) -> list[Marked]:
    """Return the articles of a split with the attributions that have a source and a content.

    Raises:
        FileNotFoundError: a file of the split is missing.
    """
    marked: dict[tuple[str, str], list[Gold]] = defaultdict(list)
    for row in read_lines(folder / f"{split}.attributions.jsonl.gz"):
        gold = Gold(disjoint(row["source"]), disjoint(row["cue"]), disjoint(row["content"]))
        if gold.source and gold.content:
            marked[row["doc_id"], row["annotator"]].append(gold)
    return [
        Marked(row["doc_id"], row["text"], tuple(marked[row["doc_id"], min(row["annotators"], default="")]))
        for row in read_lines(folder / f"{split}.articles.jsonl.gz")
    ]


def disjoint(spans: Iterable[dict[str, int]]) -> tuple[Span, ...]:
    """Return spans in ascending order, those that touch or overlap joined."""
    joined: list[Span] = []
    for start, end in sorted((span["start"], span["end"]) for span in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


# --- scoring ---------------------------------------------------------------------------------------------------------


Said = Sequence[Statement]  # one statement, or a quotation that goes on after its tag as several


def joined(found: Sequence[Statement]) -> list[list[Statement]]:
    """Return statements, each alone or with the quotation that it goes on from: of one tag, and in quotation marks."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for number, one in enumerate(found):
        quoted = one.speaker_start is not None and one.text[:1] in '"“'
        groups.setdefault((one.speaker_start, one.cue) if quoted else (number,), []).append(one)
    return list(groups.values())


def likeness(gold: Gold, said: Said) -> float:
    """Return the characters that an attribution and what was found share, over those that either has."""
    both = sum(shared(gold.content, one.start, one.end) for one in said)
    return both / (sum(b - a for a, b in gold.content) + sum(one.end - one.start for one in said) - both) if both else 0.0


def pairs(golds: Sequence[Gold], found: Sequence[Said]) -> list[tuple[Gold, Said]]:
    """Return which statement finds which attribution: one to one, best first."""
    alike = ((likeness(gold, one), i, j) for i, gold in enumerate(golds) for j, one in enumerate(found))
    return [(golds[i], found[j]) for i, j in one_to_one((-value, i, j) for value, i, j in alike if value >= HALF)]


def names_source(gold: Gold, said: Said) -> bool:
    """Do the words that name the statement's speaker overlap the marked source?"""
    start, end = said[0].speaker_start, said[0].speaker_end
    return start is not None and end is not None and shared(gold.source, start, end) > 0


def is_direct(text: str, gold: Gold) -> bool:
    """Does an attribution's content hold a double quotation mark?"""
    return any(mark in text[a:b] for a, b in gold.content for mark in '"“”')


def score(articles: Sequence[Marked], found: Sequence[Sequence[Said]]) -> dict[str, float]:
    """Return the figures of the statements found in each article: counts, and shares rounded to three places."""
    n: Counter[str] = Counter()
    for article, statements in zip(articles, found, strict=True):
        n["gold"] += len(article.golds)
        n["predicted"] += len(statements)
        n["direct"] += sum(is_direct(article.text, gold) for gold in article.golds)
        for gold, said in pairs(article.golds, statements):
            right, direct = names_source(gold, said), is_direct(article.text, gold)
            n.update(content=1, speaker=right, direct_content=direct, direct_speaker=direct and right)
    figures: dict[str, float] = {"gold": n["gold"], "predicted": n["predicted"], "gold_direct": n["direct"]}
    for what in ("content", "speaker"):
        named = zip(("p", "r", "f1"), rates(n[what], n["predicted"], n["gold"]), strict=True)
        figures |= {f"{what}_{name}": value for name, value in named}
    figures |= {f"direct_{what}_r": n[f"direct_{what}"] / max(n["direct"], 1) for what in ("content", "speaker")}
    figures["speaker_right_when_matched"] = n["speaker"] / max(n["content"], 1)
    return {name: round(value, 3) for name, value in figures.items()}


# --- extraction over processes ---------------------------------------------------------------------------------------


@cache
def parser() -> Language:
    """Return this process's parser."""
    return load_parser()


def extract_all(articles: Sequence[Marked]) -> list[list[Statement]]:
    """Return the statements of each article."""
    docs = parse([article.text for article in articles], parser())
    return [extract(article.id, article.text, doc) for article, doc in zip(articles, docs, strict=True)]


def spread(work: Callable[[Sequence[Marked]], list[T]], articles: Sequence[Marked], processes: int) -> tuple[list[T], float]:
    """Return what ``work`` makes of chunks of articles, in order, and the seconds it took once the parsers were loaded."""
    chunks = [articles[i : i + CHUNK] for i in range(0, len(articles), CHUNK)]
    with ProcessPoolExecutor(processes) as pool:
        list(pool.map(warm, range(processes)))
        began = time.perf_counter()
        return [one for part in pool.map(work, chunks) for one in part], time.perf_counter() - began


def warm(number: int) -> int:
    """Load the parser of a process before the clock starts; slow enough that each process gets one call."""
    parser()
    time.sleep(0.5)
    return number


# --- the command -----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; return the exit status."""
    options = argparse.ArgumentParser(prog="python -m eval.attribution", description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path, help="folder with SPLIT.articles.jsonl.gz and SPLIT.attributions.jsonl.gz")
    options.add_argument("--split", default="dev", help="which split to read (dev)")
    options.add_argument("--processes", type=int, default=2, help="processes to spread the articles over (2)")
    options.add_argument("--predictions", type=Path, help="also write the statements as JSON Lines")
    chosen = options.parse_args(arguments)
    try:
        articles = read_split(chosen.folder, chosen.split)
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: name a folder that holds it, or another --split", file=sys.stderr)
        return 2
    found, seconds = spread(extract_all, articles, chosen.processes)
    words = sum(len(article.text.split()) for article in articles)
    figures = score(articles, [[[one] for one in statements] for statements in found])
    figures |= {f"joined_{name}": value for name, value in score(articles, [joined(statements) for statements in found]).items()}
    figures["words_per_second"] = round(words / max(seconds, 1e-9))
    print(json.dumps(figures, indent=1))
    if chosen.predictions:
        names = ("start", "end", "speaker_start", "speaker_end")
        rows = ({"doc_id": one.article, **{name: getattr(one, name) for name in names}} for statements in found for one in statements)
        chosen.predictions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Benchmark of who-said-what extraction against a corpus marked by people, in the layout of PolNeAR.

    python -m eval.attribution FOLDER --split dev            extract, score, and time
    python -m eval.attribution FOLDER --split train --learn  learn index/cues.json anew

FOLDER holds SPLIT.articles.jsonl.gz (doc_id, text, annotators) and SPLIT.attributions.jsonl.gz (doc_id, annotator, and
source, cue and content as lists of {start, end}). A statement finds a marked attribution when their contents share half
of their union, each at most once, best pairs first; it also has the speaker when the words naming him overlap the
marked source. Attributions without a source are left out, and where an article has several annotators the first in
alphabetical order counts. "direct" is the recall over attributions whose content holds a double quotation mark.
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

import numpy as np

from eval.lines import read_lines
from eval.spans import HALF, Span, agreement, one_to_one, rates, shared
from index.statements import CUES, Page, candidates, extract, load_parser, parse
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


def pairs(golds: Sequence[Gold], found: Sequence[Statement]) -> list[tuple[Gold, Statement]]:
    """Return which statement finds which attribution: one to one, best first."""
    alike = ((agreement(gold.content, one.start, one.end), i, j) for i, gold in enumerate(golds) for j, one in enumerate(found))
    return [(golds[i], found[j]) for i, j in one_to_one((-value, i, j) for value, i, j in alike if value >= HALF)]


def names_source(gold: Gold, statement: Statement) -> bool:
    """Do the words that name the statement's speaker overlap the marked source?"""
    if statement.speaker_start is None or statement.speaker_end is None:
        return False
    return shared(gold.source, statement.speaker_start, statement.speaker_end) > 0


def is_direct(text: str, gold: Gold) -> bool:
    """Does an attribution's content hold a double quotation mark?"""
    return any(mark in text[a:b] for a, b in gold.content for mark in '"“”')


def score(articles: Sequence[Marked], found: Sequence[Sequence[Statement]]) -> dict[str, float]:
    """Return the figures of the statements found in each article: counts, and shares rounded to three places."""
    n: Counter[str] = Counter()
    for article, statements in zip(articles, found, strict=True):
        n["gold"] += len(article.golds)
        n["predicted"] += len(statements)
        n["direct"] += sum(is_direct(article.text, gold) for gold in article.golds)
        for gold, statement in pairs(article.golds, statements):
            right, direct = names_source(gold, statement), is_direct(article.text, gold)
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
    """Return this process's parser, without the recognition of entities, which extraction does not use."""
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


# --- learning --------------------------------------------------------------------------------------------------------

MINIMUM, PRUNE = 6, 0.1  # a feature seen less often, or weighing less, is left out
RIDGE, STEPS, RATE = 3.0, 150, 0.15
THRESHOLD, QUOTED, EXPLICIT = 0.31, 1.3, 1.0  # where speaker F1 is flat on articles kept out of learning


def examples_of(articles: Sequence[Marked]) -> list[Example]:
    """Return the candidates of articles, each with how far it is an attribution that people marked (0 to 1)."""
    docs = parse([article.text for article in articles], parser())
    return [
        (one.features, target(article.golds, (one.start, one.end), one.source, one.at))
        for article, doc in zip(articles, docs, strict=True)
        for one in candidates(Page(article.text, doc))
    ]


def target(golds: Iterable[Gold], content: Span, source: Span | None, cue: int) -> float:
    """Return how well a candidate's content agrees with an attribution of the same source and cue; 0 below a half."""
    best = 0.0
    for gold in golds:
        value = agreement(gold.content, *content)
        near = value > 0.8 or any(a - 3 <= cue < b + 3 for a, b in gold.cue)
        if value >= HALF and near and source is not None and shared(gold.source, *source):
            best = max(best, value)
    return best


def learn(made: Sequence[Example]) -> dict[str, float]:
    """Return the weights of a ridge logistic regression over named features, by full-batch Adam."""
    rows, targets = [row for row, _ in made], np.array([value for _, value in made])
    counts = Counter(name for row in rows for name in set(row))
    place = {name: i for i, name in enumerate(sorted(name for name, count in counts.items() if count >= MINIMUM))}
    features = np.array([place[name] for row in rows for name in row if name in place])
    owner = np.repeat(np.arange(len(rows)), [sum(name in place for name in row) for row in rows])
    weights, mean, square = np.zeros(len(place)), np.zeros(len(place)), np.zeros(len(place))
    for step in range(1, STEPS + 1):
        p = 1 / (1 + np.exp(-np.bincount(owner, weights[features], len(rows))))
        slope = np.bincount(features, (p - targets)[owner], len(place)) + RIDGE * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        rate = RATE if step < STEPS * 2 // 3 else RATE / 3
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return {name: round(float(weights[i]), 2) for name, i in place.items() if abs(weights[i]) >= PRUNE}


def write_cues(weights: dict[str, float], path: Path = CUES) -> None:
    """Write the weights for ``index.statements``, one feature a line."""
    known = {"threshold": THRESHOLD, "quoted": QUOTED, "explicit": EXPLICIT, "weights": weights}
    path.write_text(json.dumps(known, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


# --- the command -----------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark, or learn the weights; return the exit status."""
    options = argparse.ArgumentParser(prog="python -m eval.attribution", description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path, help="folder with SPLIT.articles.jsonl.gz and SPLIT.attributions.jsonl.gz")
    options.add_argument("--split", default="dev", help="which split to read (dev)")
    options.add_argument("--learn", action="store_true", help="learn index/cues.json from the split instead of scoring")
    options.add_argument("--processes", type=int, default=2, help="processes to spread the articles over (2)")
    options.add_argument("--predictions", type=Path, help="also write the statements as JSON Lines")
    chosen = options.parse_args(arguments)
    try:
        articles = read_split(chosen.folder, chosen.split)
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: name a folder that holds it, or another --split", file=sys.stderr)
        return 2
    if chosen.learn:
        made, _ = spread(examples_of, articles, chosen.processes)
        write_cues(learn(made))
        return 0
    found, seconds = spread(extract_all, articles, chosen.processes)
    words = sum(len(article.text.split()) for article in articles)
    figures = score(articles, found) | {"words_per_second": round(words / max(seconds, 1e-9))}
    print(json.dumps(figures, indent=1))
    if chosen.predictions:
        names = ("start", "end", "speaker_start", "speaker_end")
        rows = ({"doc_id": one.article, **{name: getattr(one, name) for name in names}} for statements in found for one in statements)
        chosen.predictions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

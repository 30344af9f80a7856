"""Readout on stories it was not made with: ``python -m eval.unseen ARTICLES.jsonl.gz [--only stories|long]``.

ARTICLES is the Article-Bias-Prediction data (Baly and others, EMNLP 2020). ``unseen.jsonl`` has 120 questions about six stories in it, and
``unseen_long.jsonl`` 60 long questions of several parts over 300 articles, with the places of what answers; ``unseen_articles.json``
names the articles. Their writers had not seen the program; they are looked at as figures only. Printed: for the stories, what the
golden questions are measured by; for the long questions, how many facts are among the best 4 and 10 passages, beside BM25, vectors and
their fusion.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import Any

from assistant.chain import Assistant
from assistant.settings import Settings
from eval.case import Corpus
from eval.gate import values
from eval.golden import load_golden
from eval.lines import read_lines
from eval.metrics import BY_NAME
from eval.spans import shared
from eval.suite import Row, run
from index.build import build
from index.embedder import BUNDLED
from index.record import Scope
from index.search import fuse
from index.text import content_words
from index.types import Passage

HERE = Path(__file__).parent
STORIES, LONG, ARTICLES = HERE / "unseen.jsonl", HERE / "unseen_long.jsonl", HERE / "unseen_articles.json"
SHOWN = ("evidence_recall", "answered", "abstained", "quotations", "speakers", "misattribution", "latency")
BEST, POOL = (4, 10), 50


class Library:
    """The data's articles, and a folder to make corpora and indexes in."""

    def __init__(self, file: Path, folder: Path) -> None:
        self.named = json.loads(ARTICLES.read_text(encoding="utf-8"))
        wanted = {*self.named["long"], *chain(*self.named["stories"].values())}
        self.folder = folder
        self.articles = {one["id"]: one for one in read_lines(file) if one["id"] in wanted}

    def index(self, name: str, ids: Iterable[str]) -> Path:
        """Index some of the articles; returns the index's folder."""
        corpus = self.folder / f"{name}-articles"
        corpus.mkdir()
        columns = ("title", "outlet", "url", "published", "author")
        with (corpus / "sources.csv").open("w", encoding="utf-8", newline="") as sources:
            table = csv.writer(sources)
            table.writerow(("file", *columns))
            for article in (self.articles[one] for one in ids):
                text = f"{article['title'].rstrip()}\n\n{article['text']}"
                (corpus / f"{article['id']}.txt").write_text(text, encoding="utf-8", newline="")
                table.writerow((f"{article['id']}.txt", *(article[column] for column in columns)))
        build(self.folder / name, [corpus], BUNDLED)
        return self.folder / name


def stories(library: Library) -> list[Row]:
    """Ask the questions about each story, each over its own articles."""
    rows: list[Row] = []
    for story, ids in library.named["stories"].items():
        file = library.folder / f"{story}.jsonl"
        own = (one for one in read_lines(STORIES) if one["id"].startswith(f"{story}-"))
        file.write_text("\n".join(map(json.dumps, own)), encoding="utf-8")
        with Assistant(Settings(index=library.index(story, ids))) as assistant:
            corpus = Corpus.of(assistant.record)
            rows += run(load_golden(file, corpus.articles), corpus, lambda golden, asked=assistant: asked.ask(golden.question))  # type: ignore[misc]
    return rows


def show(rows: list[Row]) -> None:
    """Print the figures over all stories, then what each kind of question, and each story, reached."""
    for name in SHOWN:
        if found := [*values(rows, name).values()]:
            print(f"{BY_NAME[name].title}: {sum(found) / len(found):.3f} ({len(found)} questions)")
    print(f"errors: {sum(row.error is not None for row in rows)}")
    for kind in dict.fromkeys(row.golden.kind for row in rows):
        own = [row for row in rows if row.golden.kind == kind]
        name = "evidence_recall" if any(row.golden.answerable for row in own) else "abstained"
        reached = [row.scores[name].value or 0.0 for row in own if name in row.scores]
        print(f"  {kind}: {sum(reached):.1f} of {len(reached)}")
    for story in dict.fromkeys(row.golden.id[0] for row in rows):
        own = [row for row in rows if row.golden.id[0] == story]
        evidence, refused = ([*values(own, name).values()] for name in ("evidence_recall", "abstained"))
        print(f"  story {story}: evidence {sum(evidence):.1f} of {len(evidence)}, refused {sum(refused):.0f} of {len(refused)}")


def long(library: Library) -> None:
    """Print how many facts of the long questions stand among the best passages, ours and those of plainer ways."""
    questions = list(read_lines(LONG))
    with Assistant(Settings(index=library.index("long", library.named["long"]))) as assistant:
        searcher, record = assistant.searcher, assistant.record

        def words(text: str) -> list[int]:
            return [number for number, _ in record.match(content_words(text), Scope(), POOL)]

        def dense(text: str) -> list[int]:
            return [number for number, _ in searcher.nearest(text, Scope(), POOL)]

        ways: dict[str, Callable[[str], list[int]]] = {
            "Readout": lambda text: [hit.number for hit in searcher.search(text)],
            "candidates alone": searcher.find,
            "BM25": words,
            "vectors": dense,
            "fusion of both": lambda text: fuse(dense(text), words(text)),
        }
        print(f"{len(questions)} questions, {sum(len(question['facts']) for question in questions)} facts")
        for name, way in ways.items():
            found: Counter[int] = Counter()
            for question in questions:
                ranked = way(question["question"])
                stored = record.passages(ranked)
                for most in (*BEST, POOL):
                    best = [stored[number].passage for number in ranked[:most]]
                    found[most] += sum(any(_held(place, best) for place in fact) for fact in question["facts"])
            print(f"  {name}: " + ", ".join(f"{count} among the best {most}" for most, count in found.items()))


def _held(place: dict[str, Any], passages: list[Passage]) -> bool:
    """Whether a passage holds at least half of a place."""
    start, end = place["start"], place["end"]
    return any(one.article == place["article"] and 2 * shared([(start, end)], one.start, one.end) >= end - start for one in passages)


def main() -> None:
    """Print both."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path, metavar="ARTICLES")
    options.add_argument("--only", choices=("stories", "long"))
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library = Library(chosen.file, Path(folder))
        if chosen.only != "long":
            show(stories(library))
        if chosen.only != "stories":
            long(library)


if __name__ == "__main__":
    main()

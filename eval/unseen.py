"""Readout on stories it was not made with: ``python -m eval.unseen ARTICLES.jsonl.gz [--only stories|long]``.

ARTICLES is the Article-Bias-Prediction data (Baly and others, EMNLP 2020). ``unseen.jsonl`` has 60 questions about three stories in it, and
``unseen_long.jsonl`` 60 long questions of several parts over 300 articles, with the places of what answers; ``unseen_articles.json``
names the articles. People who had not seen the program wrote them; they are looked at as figures only. Printed: for the stories, what the
golden questions are measured by; for the long questions, how many facts are among the best 4 and 10 passages, beside BM25, vectors and
their fusion.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.chain import Assistant
from assistant.settings import Settings
from eval.case import Corpus
from eval.golden import load_golden
from eval.metrics import METRICS
from eval.suite import Row, run
from index.build import build
from index.embedder import BUNDLED
from index.record import Scope
from index.search import fuse
from index.text import content_words
from index.types import Passage

HERE = Path(__file__).parent
STORIES, LONG, ARTICLES = HERE / "unseen.jsonl", HERE / "unseen_long.jsonl", HERE / "unseen_articles.json"
SHOWN = ("evidence_recall", "answered", "abstained", "speakers", "misattribution", "quotations", "latency")
BEST, POOL = (4, 10), 50

Place = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Library:
    """The data's articles, and a folder to make corpora and indexes in."""

    articles: dict[str, dict[str, Any]]
    folder: Path

    @classmethod
    def read(cls, file: Path, folder: Path) -> Library:
        """Read the articles that are asked about."""
        named = json.loads(ARTICLES.read_text(encoding="utf-8"))
        wanted = {*named["long"], *(name for story in named["stories"].values() for name in story)}
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            return cls({one["id"]: one for one in map(json.loads, lines) if one["id"] in wanted}, folder)

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
    for story, ids in json.loads(ARTICLES.read_text(encoding="utf-8"))["stories"].items():
        lines = [line for line in STORIES.read_text(encoding="utf-8").splitlines() if json.loads(line)["id"].startswith(f"{story}-")]
        file = library.folder / f"{story}.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        with Assistant(Settings(index=library.index(story, ids))) as assistant:
            corpus = Corpus.of(assistant.record)
            rows += run(load_golden(file, corpus.articles), corpus, lambda golden, asked=assistant: asked.ask(golden.question))  # type: ignore[misc]
    return rows


def show(rows: list[Row]) -> None:
    """Print the figures over all stories, then what each kind of question reached."""
    for metric in METRICS:
        values = [score.value for row in rows if (score := row.scores.get(metric.name)) and score.value is not None]
        if metric.name in SHOWN and values:
            print(f"{metric.title}: {sum(values) / len(values):.3f} ({len(values)} questions)")
    print(f"errors: {sum(row.error is not None for row in rows)}")
    for kind in dict.fromkeys(row.golden.kind for row in rows):
        name = "evidence_recall" if any(row.golden.answerable for row in rows if row.golden.kind == kind) else "abstained"
        values = [row.scores[name].value or 0.0 for row in rows if row.golden.kind == kind and name in row.scores]
        print(f"  {kind}: {sum(values):.1f} of {len(values)}")


def long(library: Library) -> None:
    """Print how many facts of the long questions stand among the best passages, ours and those of plainer ways."""
    questions = [json.loads(line) for line in LONG.read_text(encoding="utf-8").splitlines()]
    index = library.index("long", json.loads(ARTICLES.read_text(encoding="utf-8"))["long"])
    with Assistant(Settings(index=index)) as assistant:
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
        total = sum(len(question["facts"]) for question in questions)
        print(f"{len(questions)} questions, {total} facts")
        for name, way in ways.items():
            found = dict.fromkeys((*BEST, POOL), 0)
            for question in questions:
                ranked = way(question["question"])
                stored = record.passages(ranked)
                for most in found:
                    best = [stored[number].passage for number in ranked[:most]]
                    found[most] += sum(any(_held(place, best) for place in fact) for fact in question["facts"])
            print(f"  {name}: " + ", ".join(f"{count} among the best {most}" for most, count in found.items()))


def _held(place: Place, passages: list[Passage]) -> bool:
    """Whether a passage holds at least half of a place."""
    length = place["end"] - place["start"]
    return any(
        one.article == place["article"] and 2 * (min(one.end, place["end"]) - max(one.start, place["start"])) >= length for one in passages
    )


def main() -> None:
    """Print both."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path, metavar="ARTICLES")
    options.add_argument("--only", choices=("stories", "long"))
    chosen = options.parse_args()
    with ExitStack() as stack:
        library = Library.read(chosen.file, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        if chosen.only != "long":
            show(stories(library))
        if chosen.only != "stories":
            long(library)


if __name__ == "__main__":
    main()

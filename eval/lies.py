"""What the verifier catches, kind by kind: ``python -m eval.lies LIES HONEST --index DIR [--articles 0,2]``.

Both files are JSON lists of ``{"article", "kind", "text", "cites"}``: a sentence with its marks ("[1]"), written about the article of that
number in the index's order, and for each mark words of the passage that it stands for. Nothing is learned from them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

from assistant.models.generative import claims_of
from assistant.types import Answer, Citation, Point
from assistant.verification.verify import examine
from assistant.verification.wording import fold, without_emphasis
from index.record import Record


def cited(number: int, article: str, words: str, record: Record) -> Citation:
    """The passage of an article that has these words, as a citation."""
    of = record.article(article)
    found = next(one.passage for one in record.passages_of(article) if fold(words) in fold(one.passage.text))
    return Citation(number, article, of.outlet, of.title, of.url, of.published, found.start, found.end, found.text)


def prose(entry: dict[str, Any], article: str, record: Record) -> Answer:
    """An answer of one point, as a language model would write it."""
    citations = tuple(cited(number, article, words, record) for number, words in enumerate(entry["cites"], 1))
    claims = claims_of(without_emphasis(entry["text"]), range(1, len(citations) + 1))
    return Answer("What happened?", "answered", None, "test:model", (Point(claims, label=None, written=True),), citations)


def main() -> None:
    """Print how many of each kind are marked, and how long a sentence takes."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("lies", type=Path)
    options.add_argument("honest", type=Path)
    options.add_argument("--index", type=Path, required=True)
    options.add_argument("--articles", default="", help="only those about the articles of these numbers")
    chosen = options.parse_args()
    kept = set(map(int, filter(None, chosen.articles.split(","))))
    seconds: list[float] = []
    with Record(chosen.index) as record:
        names = sorted(one.id for one in record.catalogue())
        for file in (chosen.lies, chosen.honest):
            marked: dict[str, list[bool]] = defaultdict(list)
            for entry in json.loads(file.read_text(encoding="utf-8")):
                if not kept or entry["article"] in kept:
                    answer, start = prose(entry, names[entry["article"]], record), time.perf_counter()
                    marked[entry["kind"]].append(bool(examine(answer, record)))
                    seconds.append(time.perf_counter() - start)
            every = [one for own in marked.values() for one in own]
            print(f"{file.name}: {sum(every)} of {len(every)} marked ({sum(every) / max(1, len(every)):.3f})")
            for kind, own in sorted(marked.items()):
                print(f"  {kind}: {sum(own)} of {len(own)}")
    print(f"a sentence: {1000 * median(seconds):.0f} ms, median")


if __name__ == "__main__":
    main()

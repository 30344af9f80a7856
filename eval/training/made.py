"""Made pairs for what the labelled ones hardly have: ``python -m eval.training.made ARTICLES.jsonl.gz OUT [--articles N]``.

Who is speaking: claims and questions with the right speaker, and with another one of the article. They go beside the labelled pairs, as
OUT/train-made.jsonl, never in place of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from eval.lines import read_lines
from eval.training.pairs import ANSWERS, NOT_ENTAILED, QUESTIONS, RELATION, pair_of, texts_of
from index import passages
from index.reader import Text
from index.statements import extract, load_parser, parse
from index.text import content_stems
from index.types import Passage, Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc

SHORTEST, LONGEST_SAID = 600, 240


def of_speakers(split: list[Passage], texts: list[Text], said: list[Statement], doc: Doc, random: Random) -> Iterator[dict[str, Any]]:
    """Claims and questions about who says something on what: the right speaker and another, what they say and what they do not."""
    names = sorted({one.speaker for one in said if one.speaker})
    chunks = [(chunk.start_char, chunk.end_char) for chunk in doc.noun_chunks if len(chunk) > 1 and chunk.root.pos_ in ("NOUN", "PROPN")]
    for passage, text in zip(split, texts, strict=True):
        others = [name for name in names if name != text.speaker]
        own = [one for one in said if one.speaker == text.speaker and one.start < passage.end and passage.start < one.end]
        if not (text.speaker and others and own) or len(own[0].text) > LONGEST_SAID or random.random() < 0.5:
            continue
        words, other = " ".join(own[0].text.strip('“”" ,.').split()), random.choice(others)
        for name, right in ((text.speaker, True), (other, False)):
            if random.random() < 0.7:
                yield pair_of(RELATION, f"{name} said {words}.", text, 0 if right else NOT_ENTAILED, "made", words)
        about = [doc.text[start:end] for start, end in chunks if own[0].start <= start and end <= own[0].end]
        held = content_stems(f"{text.before} {text.words}")
        beside = [words for start, end in chunks if not content_stems(words := doc.text[start:end]) & held]
        asked = ((text.speaker, about, 1), ("they", about, 1), (other, about, 0), (text.speaker, beside, 0), ("they", beside, 0))
        for who, topics, answers in asked:
            if topics and random.random() < 0.6:
                yield pair_of(ANSWERS, f"What did {who} say about {random.choice(topics)}?", text, answers, "made", words)


def main() -> None:
    """Write the pairs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--articles", type=int, dest="most", default=600)
    chosen = options.parse_args()
    asked = {entry["article"] for entry in read_lines(QUESTIONS)}
    entries = (entry for entry in read_lines(chosen.articles) if entry["id"] in asked and len(entry["text"]) >= SHORTEST)
    random, parser = Random(0), load_parser()
    with (chosen.out / "train-made.jsonl").open("w", encoding="utf-8") as out:
        for number, entry in enumerate(islice(entries, chosen.most), 1):
            text = f"{entry['title']}\n\n{entry['text']}"
            doc = next(parse([text], parser))
            said = extract(entry["id"], text, doc)
            split = passages.split(entry["id"], text, entry["title"], doc)
            out.writelines(json.dumps(one) + "\n" for one in of_speakers(split, texts_of(split, said, entry), said, doc, random))
            if number % 20 == 0:
                sys.stderr.write(f"{number} articles\n")


if __name__ == "__main__":
    main()

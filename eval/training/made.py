"""Made pairs for what the labelled ones hardly have: ``python -m eval.training.made ARTICLES.jsonl.gz OUT [--articles N]``.

Who is speaking, who does what to whom, numbers, "not", tense, modality and quantifiers: true and false claims from the sentences of
articles (`eval.training.claims`), words exchanged for others of the same slot, and questions and claims with the right speaker and with
another one of the article. They go beside the labelled pairs, as OUT/train-made.jsonl, never in place of them.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from eval.training.claims import claims
from eval.training.pairs import ANSWERS, NOT_ENTAILED, QUESTIONS, RELATION, pair_of, texts_of
from index import passages
from index.reader import Text
from index.statements import extract, load_parser, parse
from index.text import content_stems
from index.types import Passage, Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc

SLOTS = (
    "will may might could would should did".split(),
    "some many several most all few no".split(),
    "before after".split(),
    "first last only".split(),
    "more less".split(),
    "against for".split(),
    "praised criticised mocked thanked blamed".split(),
    "increase decrease".split(),
    "agreed refused hoped planned".split(),
)
"""Words that fit where another of their row stands, and then say another thing."""
PER_ARTICLE, SHORTEST, LONGEST_SAID = 5, 600, 240


def of_claims(parsed: Iterator[tuple[Doc, Doc]]) -> Iterator[dict[str, Any]]:
    """Claims made from sentences, each against the sentence it was made from."""
    for made in claims(parsed, PER_ARTICLE):
        if made.sources:
            first, last = made.sources[0], made.sources[-1]
            premise = " ".join(made.sentences[first : last + 1])
            before = made.sentences[first - 1] if first else ""
            right = all(carried for _, carried in made.words)
            claim = re.sub(r"\s+([.,;:!?’'])", r"\1", made.text)
            yield pair_of(RELATION, claim, Text(premise, before), 0 if right else NOT_ENTAILED, "made", claim)


def exchanged(text: Text, random: Random) -> Iterator[dict[str, Any]]:
    """The passage with one word exchanged for another of its slot."""
    places = [(match, row) for match in re.finditer(r"[a-z]+", text.words) for row in SLOTS if match[0] in row]
    if places:
        match, row = random.choice(places)
        other = random.choice([word for word in row if word != match[0]])
        claim = f"{text.words[: match.start()]}{other}{text.words[match.end() :]}"
        yield pair_of(RELATION, claim, text, NOT_ENTAILED, "made", claim)
        yield pair_of(RELATION, text.words, text, 0, "made", claim)


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
        for who, topics, answers in (
            (text.speaker, about, 1),
            ("they", about, 1),
            (other, about, 0),
            (text.speaker, beside, 0),
            ("they", beside, 0),
        ):
            if topics and random.random() < 0.6:
                yield pair_of(ANSWERS, f"What did {who} say about {random.choice(topics)}?", text, answers, "made", words)


def main() -> None:
    """Write the pairs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--articles", type=int, dest="most", default=600)
    chosen = options.parse_args()
    with gzip.open(QUESTIONS, "rt", encoding="utf-8") as lines:
        asked = {json.loads(line)["article"] for line in lines}
    with gzip.open(chosen.articles, "rt", encoding="utf-8") as lines:
        entries = [entry for entry in map(json.loads, lines) if entry["id"] in asked and len(entry["text"]) >= SHORTEST]
    entries, random, parser = list(islice(entries, chosen.most)), Random(0), load_parser()
    kept: list[tuple[Doc, Doc]] = []
    with (chosen.out / "train-made.jsonl").open("w", encoding="utf-8") as out:
        for number, entry in enumerate(entries):
            text = f"{entry['title']}\n\n{entry['text']}"
            title, doc = parse([entry["title"], text], parser)
            split = passages.split(entry["id"], text, entry["title"], doc)
            said = extract(entry["id"], text, doc)
            texts = texts_of(split, said, entry)
            made = [
                *of_speakers(split, texts, said, doc, random),
                *(one for each in texts if random.random() < 0.3 for one in exchanged(each, random)),
            ]
            kept.append((title, doc))
            if len(kept) == 20 or number == len(entries) - 1:
                made += of_claims(iter(kept))
                kept = []
                sys.stderr.write(f"{number} articles\n")
            out.writelines(json.dumps(one) + "\n" for one in made)


if __name__ == "__main__":
    main()

"""What the reader learns from, as pairs of texts: ``python -m eval.training.pairs TRAIN ARTICLES.jsonl.gz OUT [--stage late|last|more]``.

TRAIN holds ``answers.jsonl.gz`` and ``entails.jsonl.gz``: pairs labelled by people, each with its source and split (``docs/decisions.md``
credits them). ARTICLES is the Article-Bias-Prediction data (Baly and others, EMNLP 2020), of which ``questions.jsonl.gz`` here asks our
own questions and ``claims.jsonl.gz`` makes claims, carried, contradicted or neither. OUT gets ``train.jsonl`` and ``dev.jsonl``, one
pair a line.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from eval.lines import read_lines
from index import passages
from index.embedder import BUNDLED, SentenceTransformerEmbedder, bundled_folder
from index.reader import Text
from index.statements import extract, load_parser, parse
from index.text import content_stems
from index.types import Article, Passage, Statement

QUESTIONS = Path(__file__).with_name("questions.jsonl.gz")
CLAIMS = Path(__file__).with_name("claims.jsonl.gz")
OFF_TOPIC = Path(__file__).with_name("off_topic.txt")
ANSWERS, RELATION, NOT_ENTAILED = "answers", "relation", 3
LABELS = {"entailment": 0, "neutral": 1, "contradiction": 2, "not_entailment": NOT_ENTAILED}
KEPT = {
    "qamr_wikipedia": 0.5,
    "qamr_wikinews": 0.7,
    "qadiscourse_wikinews": 0.4,
    "qadiscourse_wikipedia": 0.3,
    "selqa": 0.7,
    "begin": 0.4,
    "squad_train_nqg": 0.8,
}
KEPT_WRONG = {"fib_xsum": 0.35}
LATE = {
    "lingloop_nli": 0.45, "wiki_nli": 0.65, "cad_nli": 0.8, "vitaminc_real": 0.5, "vitaminc_synthetic": 0.4, "breaking_nli": 0.5,
    "climate_fever": 0.5, "healthver": 0.5, "dnc_megaverid": 0.5, "gap_coref": 0.5, "qed": 0.4, "squad2_other_half": 0.5,
    "squad2_unans_dev": 0.5, "squad2_unans_train": 0.5, "shifts_wiki": 0.15, "selqa": 0.2, "squad11_dev": 0.2, "squad_train_nqg": 0.15,
    "qamr_wikipedia": 0.1, "qamr_wikinews": 0.1, "qadiscourse_wikinews": 0.1, "qadiscourse_wikipedia": 0.1, "dnc_kg": 0.3, "begin": 0.3,
    "own, wrong": 0.5,
}  # fmt: skip
LAST = {
    "lingloop_nli": 0.7, "vitaminc_real": 0.7, "vitaminc_synthetic": 0.7, "begin": 0.25, "dnc_kg": 0.25, "qasrl_roles": 0.25,
    "qed": 0.12, "squad2_other_half": 0.12, "squad2_unans_dev": 0.12, "squad2_unans_train": 0.12, "shifts_wiki": 0.12, "selqa": 0.12,
    "squad11_dev": 0.12, "squad_train_nqg": 0.12, "qamr_wikipedia": 0.05, "qamr_wikinews": 0.05, "qadiscourse_wikinews": 0.05,
    "qadiscourse_wikipedia": 0.05, "own": 0.8, "own, wrong": 0.25,
}  # fmt: skip
MORE = {
    "begin": 0.4, "qed": 0.9, "squad2_other_half": 0.8, "squad2_unans_dev": 0.8, "squad2_unans_train": 0.8, "shifts_wiki": 0.2,
    "selqa": 0.25, "squad11_dev": 0.3, "squad_train_nqg": 0.25, "qamr_wikipedia": 0.1, "qamr_wikinews": 0.1, "qadiscourse_wikinews": 0.05,
    "qadiscourse_wikipedia": 0.05, "own, wrong": 0.6,
}  # fmt: skip
STAGES = {"late": LATE, "last": LAST, "more": MORE}
"""What is kept of each source in the later parts of the training (``--stage``): less of what is learned early, all of what is late."""
LIKELY, HARD, EASY = 24, 5, 2  # candidates of an own question; wrong ones taken from the best of them, and from the rest
OFF = 2  # questions about nothing in it that are asked of an article
HELD_OUT = 12  # one own article in so many is for development


def labelled(folder: Path, shuffle: random.Random) -> Iterator[dict[str, Any]]:
    """The pairs that people labelled, thinned where a source is easy or lopsided; the development part whole."""
    for entry in read_lines(folder / "answers.jsonl.gz"):
        kept = 1.0 if entry["split"] == "dev" else KEPT.get(entry["src"], 1.0)
        if not entry["label"] and entry["split"] == "train":
            kept *= 0.7
        if shuffle.random() < kept:
            before = entry.get("before") or ""
            yield pair_of(ANSWERS, entry["q"], Text(entry["s"], before), int(entry["label"]), entry["src"], entry["group"], entry["split"])
    for entry in read_lines(folder / "entails.jsonl.gz"):
        label = LABELS[entry["label"]]
        kept = 1.0 if entry["split"] == "dev" else KEPT.get(entry["src"], 1.0) * (KEPT_WRONG.get(entry["src"], 1.0) if label else 1.0)
        if shuffle.random() < kept:
            yield pair_of(RELATION, entry["h"], Text(entry["p"]), label, entry["src"], entry["group"], entry["split"])


def pair_of(task: str, asked: str, text: Text, label: int, src: str, group: str, split: str = "train") -> dict[str, Any]:
    """A pair as it is kept, one object a line."""
    return {"task": task, "asked": asked, "text": asdict(text), "label": label, "src": src, "group": group, "split": split}


Found = list[tuple[Text, bool]]


def by_article(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The lines of a file, by the article that each is about."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in read_lines(file):
        found.setdefault(entry["article"], []).append(entry)
    return found


def own(articles: Path) -> Iterator[tuple[str, dict[str, Any], Found]]:
    """Our own questions and claims, each with its article's id.

    With a question come the likely passages of its article, the likeliest first, and whether each answers; with a claim the passage that it
    rests on, and whether that carries it.
    """
    asked, claimed = by_article(QUESTIONS), by_article(CLAIMS)
    unrelated = cycle(OFF_TOPIC.read_text(encoding="utf-8").splitlines())
    others: list[dict[str, Any]] = []
    parser, encoder = load_parser(), SentenceTransformerEmbedder(BUNDLED, bundled_folder())
    for number, article in enumerate(one for one in read_lines(articles) if one["id"] in asked):
        text = f"{article['title']}\n\n{article['text']}"
        doc = next(parse([text], parser))
        split = passages.split(article["id"], text, article["title"], doc)
        said = extract(article["id"], text, doc)
        texts = texts_of(split, said, article)
        off = [{"question": named(next(unrelated), said), "answers": [], "kind": "off"} for _ in range(OFF)]
        questions = [*asked[article["id"]], *others, *off]
        yield from ((article["id"], entry, found) for entry, found in questions_of(split, texts, questions, encoder))
        yield from ((article["id"], entry, [(rests_on(entry, split, texts), True)]) for entry in claimed.get(article["id"], ()))
        foreign = [] if held_out(article["id"]) else asked[article["id"]][:9:4]
        others = [{"question": entry["question"], "answers": [], "kind": "other"} for entry in foreign]
        if number % 50 == 0:
            sys.stderr.write(f"{number} articles\n")


def named(question: str, said: Sequence[Statement]) -> str:
    """A question about nothing in an article, with the name of somebody who speaks there where it wants one."""
    names = Counter(one.speaker for one in said if one.speaker)
    return question.replace("{name}", names.most_common(1)[0][0] if names else "the author")


def texts_of(split: list[Passage], said: list[Statement], article: dict[str, Any]) -> list[Text]:
    """Passages of one article as the reader sees them."""
    before = ["", *(passage.text for passage in split)]
    known = Article(article["id"], "", article["title"], article["outlet"], None, article["published"])
    return [passages.text_of(passage, before[number], known) for number, passage in enumerate(passages.voiced(split, said))]


def questions_of(
    split: list[Passage], texts: list[Text], questions: list[dict[str, Any]], encoder: SentenceTransformerEmbedder
) -> Iterator[tuple[dict[str, Any], Found]]:
    """The questions of one article; one whose answering sentences were all split away is left out."""
    words = [content_stems(f"{text.before} {text.words}") for text in texts]
    near = encoder.encode([entry["question"] for entry in questions]) @ encoder.encode([text.words for text in texts]).T
    for entry, alike in zip(questions, near, strict=True):
        wanted = content_stems(entry["question"])
        shared = np.array([len(wanted & own) / max(1, len(wanted)) for own in words])
        answers = {
            number
            for number, passage in enumerate(split)
            if any(2 * (min(end, passage.end) - max(start, passage.start)) > end - start for start, end in entry["answers"])
        }
        if answers or not entry["answers"]:
            order = [int(number) for number in np.argsort(-(alike + 0.5 * shared))]
            chosen = [number for place, number in enumerate(order) if place < LIKELY or number in answers]
            yield entry, [(texts[number], number in answers) for number in chosen]


def rests_on(entry: dict[str, Any], split: list[Passage], texts: list[Text]) -> Text:
    """The passages that a claim rests on, as one."""
    places = [number for number, one in enumerate(split) if any(one.start < end and start < one.end for start, end in entry["places"])]
    return replace(texts[places[0]], words=" ".join(texts[number].words for number in places)) if places else Text("")


def own_pairs(entry: dict[str, Any], found: Found, shuffle: random.Random) -> Iterator[dict[str, Any]]:
    """Of an own question the passages to learn from: those that answer, the likeliest wrong ones, and some others; of a claim its own."""
    if "claim" in entry:
        yield pair_of(RELATION, entry["claim"], found[0][0], LABELS[entry["label"]], "own claim", entry["claim"])
        return
    wrong = [text for text, answers in found if not answers]
    others = shuffle.sample(wrong[HARD:], min(EASY, len(wrong[HARD:])))
    chosen = [*((text, 1) for text, answers in found if answers), *((text, 0) for text in (*wrong[:HARD], *others))]
    for text, label in chosen if entry["kind"] not in ("off", "other") else chosen[:2]:
        yield pair_of(ANSWERS, entry["question"], text, label, "own", entry["question"])


def held_out(article: str) -> bool:
    """Whether an article's own questions are kept from training."""
    return int(hashlib.sha256(article.encode()).hexdigest(), 16) % HELD_OUT == 0


def thinned(pairs: Path, out: Path, shares: Mapping[str, float]) -> None:
    """Write the pairs of a later part of the training: of those in ``pairs`` such a share of each source."""
    shuffle = random.Random(1)
    with (pairs / "train.jsonl").open(encoding="utf-8") as lines, (out / "train.jsonl").open("w", encoding="utf-8") as kept:
        for line in lines:
            pair = json.loads(line)
            wrong = shares.get(f"{pair['src']}, wrong") if not pair["label"] else None
            if shuffle.random() < (wrong or shares.get(pair["src"], 1.0)):
                kept.write(line)
    (out / "dev.jsonl").write_text((pairs / "dev.jsonl").read_text(encoding="utf-8"), encoding="utf-8")


def main() -> None:
    """Write the pairs."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("train", "articles", "out"):
        options.add_argument(name, type=Path)
    options.add_argument("--stage", choices=tuple(STAGES), help="TRAIN is a folder of pairs; write those for a later part of the training")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.stage:
        thinned(chosen.train, chosen.out, STAGES[chosen.stage])
        return
    shuffle = random.Random(0)
    with (chosen.out / "train.jsonl").open("w") as train, (chosen.out / "dev.jsonl").open("w") as dev:
        for pair in labelled(chosen.train, shuffle):
            (dev if pair["split"] == "dev" else train).write(json.dumps(pair) + "\n")
        for article, entry, found in own(chosen.articles):
            if not held_out(article) and found[0][0].words:
                train.writelines(json.dumps(pair) + "\n" for pair in own_pairs(entry, found, shuffle))


if __name__ == "__main__":
    main()

"""Train the judge: ``python -m eval.train_judge ARTICLES.jsonl.gz [--epochs N] [--articles N] [--out index/judge.npz]``.

ARTICLES is the Article-Bias-Prediction data (Baly and others, EMNLP 2020), one object a line with id, title and text. The
questions are this project's own, written for 720 of those articles: ``eval/judge_questions.jsonl.gz`` has the article's id, the
question, the character spans of the sentences that answer it (none: the article does not) and its kind. No article's text is kept here.

The encoder stays frozen. Only the small comparing network of `index.judge` is learned: for each question the passages that answer it
against others of the same article and against "none of them", which has the score 0; so one number both ranks passages and tells
whether to answer. Most of the questions without an answer are on their article's topic; so that the plainly unrelated is refused too,
each article is also asked three questions about another and one of ``eval/off_topic.txt``. The network is trained in torch and run in
NumPy; the program ends by checking that both agree.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from index import judge, passages
from index.embedder import BUNDLED, SentenceTransformerEmbedder, Vectors, bundled_folder
from index.statements import load_parser, parse
from index.types import Passage

QUESTIONS = Path(__file__).with_name("judge_questions.jsonl.gz")
OFF_TOPIC = Path(__file__).with_name("off_topic.txt")
HIDDEN, FACTS = 64, 6
CANDIDATES, HARDEST = 8, 3  # wrong passages shown with each question, and how many of them are the likeliest ones
BATCH, RATE, DECAY, DROP = 16, 1e-3, 1e-2, 0.2


@dataclass(slots=True)
class Example:
    """A question with the passages of its article: word-piece vectors, features, and which of them answer."""

    question: Vectors
    passages: list[Vectors]
    facts: Vectors
    answers: set[int]
    likely: list[int]


class Network(nn.Module):
    """The judge in torch, layer by layer as `index.judge.Judge` runs it."""

    def __init__(self) -> None:
        super().__init__()
        width = judge.TOKEN_WIDTH
        self.drop = nn.Dropout(DROP)
        self.proj = nn.Linear(384, width, bias=False)
        self.temp = nn.Parameter(torch.tensor(5.0))
        self.qsal, self.psal = nn.Linear(width, 1), nn.Linear(2 * width, 1)
        self.cmp, self.pcmp = nn.Linear(3 * width + 1, HIDDEN), nn.Linear(4 * width + 1, HIDDEN)
        self.out1, self.out2 = nn.Linear(4 * HIDDEN + FACTS, 64), nn.Linear(64, 1)
        nn.init.orthogonal_(self.proj.weight)

    def forward(self, question: Tensor, passages: Tensor, there: Tensor, facts: Tensor) -> Tensor:
        """Score passages for one question.

        Shapes: question (pieces, 384); passages (passages, pieces, 384), padded, ``there`` masks the padding; facts (passages, 6).
        Returns one score per passage.
        """
        q, p = (functional.normalize(self.drop(self.proj(states)), dim=-1) for states in (question, passages))
        q = q.expand(len(p), -1, -1)
        likeness = q @ p.transpose(1, 2)
        sharp = likeness * self.temp * judge._SHARPNESS
        gone = ~there[..., None]
        aligned = sharp.masked_fill(gone.transpose(1, 2), -1e4).softmax(-1) @ p
        best = likeness.masked_fill(gone.transpose(1, 2), -1).max(-1, keepdim=True).values
        compared = self.drop(torch.relu(self.cmp(torch.cat([q, aligned, q * aligned, best], -1))))
        weight = self.qsal(q).softmax(1)
        gist = (q * weight).sum(1, keepdim=True).expand_as(p)
        echoed = sharp.transpose(1, 2).softmax(-1) @ q
        best_back = likeness.max(1).values[..., None]
        read = self.drop(torch.relu(self.pcmp(torch.cat([p, echoed, p * gist, gist, best_back], -1))))
        notice = self.psal(torch.cat([p, gist], -1)).masked_fill(gone, -1e4).softmax(1)
        parts = [
            (compared * weight).sum(1),
            compared.max(1).values,
            (read * notice).sum(1),
            read.masked_fill(gone, -1e4).max(1).values,
            facts,
        ]
        scores: Tensor = self.out2(self.drop(torch.relu(self.out1(torch.cat(parts, -1))))).squeeze(-1)
        return scores

    def arrays(self) -> dict[str, Vectors]:
        """The weights under the names that `index.judge.Judge` reads."""
        layers = {"qsal": self.qsal, "psal": self.psal, "cmp": self.cmp, "pcmp": self.pcmp, "out1": self.out1, "out2": self.out2}
        found = {f"{name}.{part}": value for name, layer in layers.items() for part, value in (("w", layer.weight), ("b", layer.bias))}
        return {name: value.detach().numpy() for name, value in {**found, "proj": self.proj.weight, "temp": self.temp}.items()}


def read_examples(articles: Path, most: int | None = None) -> Iterator[Example]:
    """Pair every question with its article, split and embedded as the index does it; ``most`` takes the file's first articles only."""
    asked: dict[str, list[dict[str, Any]]] = {}
    with gzip.open(QUESTIONS, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            asked.setdefault(entry["article"], []).append(entry)
    asked = dict(islice(asked.items(), most))
    unrelated = cycle(OFF_TOPIC.read_text(encoding="utf-8").splitlines())
    others: list[dict[str, Any]] = []
    parser, encoder = load_parser(entities=False), SentenceTransformerEmbedder(BUNDLED, bundled_folder())
    with gzip.open(articles, "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            if article["id"] in asked:
                text = f"{article['title']}\n\n{article['text']}"
                split = passages.split(article["id"], text, article["title"], next(parse([text], parser)))
                yield from examples_of(split, [*asked[article["id"]], *others, {"question": next(unrelated), "answers": []}], encoder)
                others = [{"question": entry["question"], "answers": []} for entry in asked[article["id"]][:9:3]]


def examples_of(split: list[Passage], questions: list[dict[str, Any]], encoder: SentenceTransformerEmbedder) -> Iterator[Example]:
    """The examples of one article; a question whose answering sentences were all split away is left out."""
    texts = [passage.text for passage in split]
    before = ["", *texts[:-1]]
    vectors = encoder.encode(texts)
    states = list(encoder.states(list(zip(before, texts, strict=True)), judge.LONGEST, judge.CONTEXT))
    counts: dict[str, int] = {}
    for text in texts:
        for word in set(judge.stems(text)):
            counts[word] = counts.get(word, 0) + 1
    asked = [entry["question"] for entry in questions]
    for entry, vector, own in zip(
        questions, encoder.encode(asked), encoder.states([("", text) for text in asked], judge.LONGEST, 0), strict=True
    ):
        words = judge.content_stems(entry["question"])
        rarity = {word: float(np.log(1 + (len(texts) - counts.get(word, 0) + 0.5) / (counts.get(word, 0) + 0.5))) for word in words}
        facts = np.array(
            [
                judge.features(float(row @ vector), rarity, text, context, passage.headline).row()
                for row, text, context, passage in zip(vectors, texts, before, split, strict=True)
            ],
            dtype=np.float32,
        )
        answers = {
            number
            for number, passage in enumerate(split)
            if any(2 * (min(end, passage.end) - max(start, passage.start)) > end - start for start, end in entry["answers"])
        }
        if answers or not entry["answers"]:
            likely = [int(number) for number in np.argsort(-(facts[:, 0] + 0.5 * facts[:, 1] + 0.2 * facts[:, 2]))[:24]]
            yield Example(own, states, facts, answers, likely)


def tensors_of(example: Example, numbers: list[int]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The arguments of `Network.forward` for some of an example's passages."""
    chosen = [example.passages[number] for number in numbers]
    padded = np.zeros((len(chosen), max(1, *(len(states) for states in chosen)), 384), np.float32)
    there = np.zeros(padded.shape[:2], bool)
    for row, states in enumerate(chosen):
        padded[row, : len(states)], there[row, : max(len(states), 1)] = states, True
    return torch.from_numpy(example.question), torch.from_numpy(padded), torch.from_numpy(there), torch.from_numpy(example.facts[numbers])


def loss_of(network: Network, example: Example, numbers: list[int]) -> Tensor:
    """Negative log-likelihood of "one of the answering passages", or of "none of them" where none answers."""
    scores = network(*tensors_of(example, numbers))
    everything = torch.logsumexp(torch.cat([scores, torch.zeros(1)]), 0)
    right = torch.tensor([number in example.answers for number in numbers])
    return everything - torch.logsumexp(scores[right], 0) if right.any() else everything


def train(examples: list[Example], epochs: int, seed: int = 0) -> Network:
    """Learn the network; the rate warms up over 50 steps and falls to nothing."""
    torch.manual_seed(seed)
    shuffle = random.Random(seed)
    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    steps, step = epochs * (len(examples) // BATCH), 0
    for epoch in range(epochs):
        shuffle.shuffle(examples)
        network.train()
        losses = []
        for start in range(0, len(examples) - BATCH + 1, BATCH):
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 50) * max(0.05, 1 - step / steps)
            batch = examples[start : start + BATCH]
            loss = torch.stack([loss_of(network, example, _shown(example, shuffle)) for example in batch]).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
            step += 1
        sys.stderr.write(f"epoch {epoch + 1} of {epochs}: loss {np.mean(losses):.3f}\n")
    return network.eval()


def _shown(example: Example, shuffle: random.Random) -> list[int]:
    """Passages to show with a question: up to two that answer, the likeliest wrong ones, and some others."""
    wrong = [number for number in example.likely if number not in example.answers]
    others = shuffle.sample(wrong[HARDEST:], min(len(wrong[HARDEST:]), CANDIDATES - HARDEST))
    return [*sorted(example.answers)[:2], *wrong[:HARDEST], *others]


def agree(network: Network, runner: judge.Judge, examples: list[Example]) -> float:
    """The largest difference between the scores in torch and in NumPy, which stores vectors in 8 bits."""
    worst = 0.0
    for example in examples:
        with torch.no_grad():
            expected = network(*tensors_of(example, example.likely)).numpy()
        known = [judge.Features(a, b, c, int(d * 4), bool(e), bool(f)) for a, b, c, d, e, f in example.facts[example.likely].tolist()]
        found = runner.score(runner.tokens(example.question), [runner.tokens(example.passages[number]) for number in example.likely], known)
        worst = max(worst, float(np.abs(found - expected).max()))
    return worst


def main() -> None:
    """Train, write the weights, and report how far torch and NumPy are apart."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    options.add_argument("--epochs", type=int, default=6)
    options.add_argument("--articles", type=int, dest="most", help="train on the questions of the first so many articles")
    options.add_argument("--out", type=Path, default=judge.WEIGHTS)
    chosen = options.parse_args()
    examples = list(read_examples(chosen.file, chosen.most))
    sys.stderr.write(f"{len(examples)} questions, {sum(not example.answers for example in examples)} without an answer\n")
    network = train(examples, chosen.epochs)
    weights: dict[str, Any] = {name: array.astype(np.float16) for name, array in network.arrays().items()}
    np.savez_compressed(chosen.out, **weights)
    print(f"{chosen.out}: largest difference between torch and NumPy {agree(network, judge.Judge(chosen.out), examples[:50]):.4f}")


if __name__ == "__main__":
    main()

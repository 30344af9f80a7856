"""What made index/cues.json and index/cues.npz: ``python -m eval.training.cues FOLDER``, a corpus in the layout of PolNeAR.

Every candidate of an article is an example, and how far it is an attribution that people marked its target. A network with one
hidden layer learns from features by name and from the parser's vectors of the words around; features are left out at random
while it learns, since names of verbs are few and their kinds many. Several networks, from other beginnings, are averaged.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.attribution import Gold, Marked, parser, read_split, spread
from eval.spans import HALF, Span, agreement, shared
from index.statements import CUES, Page, candidates, parse
from index.statements.choice import Array, context

if TYPE_CHECKING:
    from torch import Tensor

Example = tuple[tuple[str, ...], Array, float]
MINIMUM, HIDDEN, NETWORKS = 8, 32, 4  # how often a feature must be seen; units of each network; how many are averaged
EPOCHS, BATCH, RATE, DECAY = 6, 512, 4e-3, 0.01
FEATURES_OUT, WORDS_OUT, UNITS_OUT = 0.25, 0.2, 0.4  # shares left out at random
THRESHOLD, QUOTED, EXPLICIT = 0.26, 0.8, 1.2  # where speaker F1 is flat on half of the articles that nothing was learned from


def examples_of(articles: Sequence[Marked]) -> list[Example]:
    """Return the candidates of articles, each with how far it is an attribution that people marked (0 to 1)."""
    made: list[Example] = []
    for article, doc in zip(articles, parse([article.text for article in articles], parser()), strict=True):
        page = Page(article.text, doc)
        found = list(candidates(page))
        if found:
            targets = [target(article.golds, one.at, (one.start, one.end), one.source) for one in found]
            made += zip([one.features for one in found], context(page, found).astype(np.float16), targets, strict=True)
    return made


def target(golds: Sequence[Gold], cue: int, content: Span, source: Span | None) -> float:
    """Return how well a candidate's content agrees with an attribution of the same source and cue; 0 below a half."""
    best = 0.0
    for gold in golds:
        value = agreement(gold.content, *content)
        near = value > 0.8 or any(a - 3 <= cue < b + 3 for a, b in gold.cue)
        if value >= HALF and near and source is not None and shared(gold.source, *source):
            best = max(best, value)
    return best


class Rows:
    """Examples as arrays: the numbers of their features one after another, where each begins, vectors and targets."""

    def __init__(self, made: Sequence[Example]) -> None:
        """Number the features that are seen often enough."""
        import torch

        counts = Counter(name for names, _, _ in made for name in set(names))
        self.names = sorted(name for name, count in counts.items() if count >= MINIMUM)
        place = {name: number for number, name in enumerate(self.names)}
        known = [[place[name] for name in names if name in place] for names, _, _ in made]
        self.lengths = torch.tensor([len(row) for row in known])
        self.starts = self.lengths.cumsum(0) - self.lengths
        self.features = torch.tensor([number for row in known for number in row])
        self.vectors = torch.tensor(np.stack([near for _, near, _ in made]))
        self.targets = torch.tensor([value for _, _, value in made])

    def batch(self, chosen: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return features without those left out, where each example's begin, vectors and targets."""
        import torch

        lengths = self.lengths[chosen]
        owner = torch.repeat_interleave(torch.arange(len(chosen)), lengths)
        place = torch.arange(len(owner)) - (lengths.cumsum(0) - lengths)[owner] + self.starts[chosen][owner]
        kept = torch.rand(len(owner)) >= FEATURES_OUT
        counts = torch.bincount(owner[kept], minlength=len(chosen))
        return self.features[place[kept]], counts.cumsum(0) - counts, self.vectors[chosen].float(), self.targets[chosen]


def learn(rows: Rows, seed: int) -> dict[str, Array]:
    """Return the weights of one network."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    own, hidden = nn.EmbeddingBag(len(rows.names), 1, mode="sum"), nn.EmbeddingBag(len(rows.names), HIDDEN, mode="sum")
    near, out = nn.Linear(rows.vectors.shape[1], HIDDEN), nn.Linear(HIDDEN, 1)
    nn.init.zeros_(own.weight)
    nn.init.normal_(hidden.weight, std=0.05)
    weights = [value for layer in (own, hidden, near, out) for value in layer.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY)
    count = len(rows.targets)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * -(-count // BATCH))
    for epoch in range(EPOCHS):
        order, total = torch.randperm(count), 0.0
        for start in range(0, count, BATCH):
            features, starts, vectors, targets = rows.batch(order[start : start + BATCH])
            inner = hidden(features, starts) + near(nn.functional.dropout(vectors, WORDS_OUT))
            inner = nn.functional.dropout(torch.relu(inner), UNITS_OUT)
            loss = nn.functional.binary_cross_entropy_with_logits((own(features, starts) + out(inner)).squeeze(1), targets)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item() * len(targets)
        print(f"network {seed}, epoch {epoch}: loss {total / count:.4f}")
    found = {"own": own.weight[:, 0], "features": hidden.weight, "context": near.weight.T, "bias": near.bias}
    found |= {"out": out.weight[0], "base": out.bias}
    return {name: value.detach().numpy() for name, value in found.items()}


def write(rows: Rows, networks: Sequence[dict[str, Array]], path: Path = CUES) -> None:
    """Write the average of networks as one, with all their hidden units side by side."""
    joined: dict[str, Any] = {name: np.concatenate([one[name] for one in networks], axis=-1) for name in ("features", "context", "bias")}
    joined["out"] = np.concatenate([one["out"] for one in networks]) / len(networks)
    joined["base"] = np.mean([one["base"] for one in networks], axis=0)
    own = np.mean([one["own"] for one in networks], axis=0)
    weights = {name: round(float(value), 3) for name, value in zip(rows.names, own, strict=True)}
    known = {"threshold": THRESHOLD, "quoted": QUOTED, "explicit": EXPLICIT, "weights": weights}
    path.write_text(json.dumps(known, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")
    np.savez_compressed(path.with_suffix(".npz"), **{name: value.astype(np.float16) for name, value in joined.items()})


def main() -> None:
    """Learn from a split and write the weights."""
    options = argparse.ArgumentParser(prog="python -m eval.training.cues", description=(__doc__ or "").split("\n")[0])
    options.add_argument("folder", type=Path, help="folder with SPLIT.articles.jsonl.gz and SPLIT.attributions.jsonl.gz")
    options.add_argument("--split", default="train", help="which split to learn from (train)")
    options.add_argument("--processes", type=int, default=2, help="processes to spread the articles over (2)")
    chosen = options.parse_args()
    made, _ = spread(examples_of, read_split(chosen.folder, chosen.split), chosen.processes)
    rows = Rows(made)
    write(rows, [learn(rows, seed) for seed in range(NETWORKS)])


if __name__ == "__main__":
    main()

"""Train the verifier's reader: ``python -m eval.train_verifier ARTICLES.jsonl.gz [--articles N] [--minutes N] [--out FILE]``.

ARTICLES is the Article-Bias-Prediction data (Baly and others, EMNLP 2020), one object a line with title and text. Nobody labelled anything:
`eval.claims` makes true and false claims from the articles' sentences and knows which words of each are no longer carried. Each claim is
shown with those sentences of its article that have most of its words, as `assistant.support` chooses them. No article's text is kept.

The encoder stays as it is; what is learned is a change of low rank to its linear layers (Hu and others, "LoRA", 2021) and one linear layer
on top. It is trained in torch and run in NumPy; the program ends by checking that both agree. ``--start`` goes on from weights
learned before (of several, from their mean), ``--skip`` leaves out the articles that those were learned from.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from assistant.support import LONGEST_CLAIM, LONGEST_EVIDENCE, WEIGHTS, Reader, select
from eval.claims import Made, claims
from index.embedder import QuickEmbedder, Vectors, bundled_folder
from index.statements import load_parser

if TYPE_CHECKING:
    from spacy.tokens import Doc

RANK, SCALE = 16, 2.0
BATCH, RATE, DECAY, WARM = 32, 8e-4, 1e-2, 40
EVIDENCE = (30, 45, 60, 80)  # word pieces of evidence that claims are shown with
READ, SHORTEST = 4_500, 600  # characters of an article that are read; shorter articles are left out
PER_ARTICLE = 5
LAYERS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


@dataclass(frozen=True, slots=True)
class Example:
    """A claim and its evidence as word pieces, and for each piece of the claim whether it is carried."""

    claim: list[int]
    carried: list[bool]
    evidence: list[int]

    @property
    def length(self) -> int:
        """Word pieces of both."""
        return len(self.claim) + len(self.evidence)


class LowRank(nn.Module):
    """A linear layer that stays, and a change of low rank to it that is learned."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.a = nn.Parameter(torch.randn(rank, base.in_features) / math.sqrt(base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """The layer with its change."""
        changed: Tensor = self.base(x) + SCALE * (x @ self.a.T) @ self.b.T
        return changed


class Network(nn.Module):
    """The bundled encoder with changes of low rank, and the odds of each word piece on top.

    With ``learned`` weights it goes on from them; of several, from their mean, whose rank is the sum of theirs.
    """

    def __init__(self, learned: Sequence[Path] = ()) -> None:
        super().__init__()
        from transformers import AutoModel
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        self.encoder = AutoModel.from_pretrained(str(bundled_folder()), add_pooling_layer=False)
        self.encoder.requires_grad_(False)
        stored = [{name: torch.from_numpy(array.astype(np.float32)) for name, array in np.load(path).items()} for path in learned]
        rank = sum(len(weights[f"{self._names()[0]}.weight.a"]) for weights in stored) or RANK
        self.changed = {name: self._change(name, rank) for name in self._names()}
        self.head = nn.Linear(self.encoder.config.hidden_size, 1)
        if stored:
            self._start(stored)

    def _names(self) -> list[str]:
        return [f"encoder.layer.{layer}.{part}" for layer in range(self.encoder.config.num_hidden_layers) for part in LAYERS]

    def _change(self, name: str, rank: int) -> LowRank:
        parent, _, last = name.rpartition(".")
        changed = LowRank(self.encoder.get_submodule(name), rank)
        setattr(self.encoder.get_submodule(parent), last, changed)
        return changed

    def forward(self, ids: Tensor, second: Tensor, there: Tensor) -> Tensor:
        """The log-odds of every word piece. Shapes: all (claims, pieces); ``second`` is 1 in the evidence, ``there`` 0 in the padding."""
        states = self.encoder(input_ids=ids, token_type_ids=second, attention_mask=there).last_hidden_state
        odds: Tensor = self.head(states.float()).squeeze(-1)
        return odds

    def arrays(self) -> dict[str, Vectors]:
        """The weights under the names that `assistant.support.Reader` reads."""
        found = {"head": self.head.weight[0], "bias": self.head.bias[0]}
        for name, layer in self.changed.items():
            found |= {f"{name}.weight.a": layer.a, f"{name}.weight.b": SCALE * layer.b}
        return {name: value.detach().numpy() for name, value in found.items()}

    def _start(self, stored: list[dict[str, Tensor]]) -> None:
        parts = len(stored)
        with torch.no_grad():
            self.head.weight[0] = torch.stack([weights["head"] for weights in stored]).mean(0)
            self.head.bias[0] = torch.stack([weights["bias"] for weights in stored]).mean()
            for name, layer in self.changed.items():
                layer.a.copy_(torch.cat([weights[f"{name}.weight.a"] for weights in stored]))
                layer.b.copy_(torch.cat([weights[f"{name}.weight.b"] for weights in stored], 1) / (SCALE * parts))


def read_articles(file: Path, skip: int, most: int) -> Iterator[tuple[Doc, Doc]]:
    """The parsed title and text of every third article of a file: neighbours there tell the same news."""
    parser = load_parser()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        articles = (json.loads(line) for line in islice(lines, 0, None, 3))
        long = (article for article in articles if len(article["text"]) > SHORTEST)
        for article in islice(long, skip, skip + most):
            yield parser(article["title"].strip()), parser(article["text"][:READ])


def examples(made: Iterator[Made], encoder: QuickEmbedder, seed: int = 0) -> Iterator[Example]:
    """Claims with evidence, as word pieces. A true claim is always shown with the sentences that it was made from."""
    random = Random(seed)
    article: tuple[str, ...] = ()
    pieces: list[list[int]] = []
    for one in made:
        if one.sentences is not article:
            article, pieces = one.sentences, [encoder.pieces(sentence)[0] for sentence in one.sentences]
        chosen = select(one.text, article, [len(part) for part in pieces], random.choice(EVIDENCE))
        if all(carried for _, carried in one.words) and not set(one.sources) <= set(chosen):
            chosen = sorted({*one.sources, *chosen[:1]})
        claim = [(piece, carried) for word, carried in one.words for piece in encoder.pieces(word)[0]][:LONGEST_CLAIM]
        evidence = [piece for number in chosen for piece in pieces[number]][:LONGEST_EVIDENCE]
        if len(claim) > 3:
            yield Example([piece for piece, _ in claim], [carried for _, carried in claim], evidence)


def tensors_of(batch: list[Example]) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    """The arguments of `Network.forward`, then which pieces are the claim's, and whether they are carried."""
    width = -(-(max(example.length for example in batch) + 3) // 16) * 16
    ids, second, there, own, carried = (torch.zeros(len(batch), width, dtype=torch.long) for _ in range(5))
    for row, example in enumerate(batch):
        claim, end = len(example.claim), example.length + 3
        ids[row, :end] = torch.tensor([101, *example.claim, 102, *example.evidence, 102])
        second[row, claim + 2 : end] = 1
        there[row, :end] = 1
        own[row, 1 : claim + 1] = 1
        carried[row, 1 : claim + 1] = torch.tensor(example.carried, dtype=torch.long)
    return ids, second, there, own, carried


def batches(examples: list[Example], random: Random) -> Iterator[list[Example]]:
    """Batches of examples of like length, without end."""
    while True:
        random.shuffle(examples)
        for start in range(0, len(examples), 32 * BATCH):
            alike = sorted(examples[start : start + 32 * BATCH], key=lambda example: example.length)
            parts = [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
            random.shuffle(parts)
            yield from parts


def train(network: Network, examples: list[Example], steps: int, minutes: float, seed: int = 0) -> None:
    """Learn for so many steps or minutes, whichever ends first; the rate falls to nothing on the way."""
    learned = [value for value in network.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=DECAY)
    began, losses = time.monotonic(), []
    network.train()
    for step, batch in enumerate(batches(examples, Random(seed))):
        left = 1 - max(step / steps, (time.monotonic() - began) / (60 * minutes))
        if left <= 0:
            return
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / WARM) * left
        ids, second, there, own, carried = tensors_of(batch)
        with torch.autocast("cpu", torch.bfloat16):
            odds = network(ids, second, there)
        each = functional.binary_cross_entropy_with_logits(odds, carried.float(), reduction="none") * own
        loss = (each.sum(1) / own.sum(1)).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if step % 25 == 24:
            sys.stderr.write(f"step {step + 1} of {steps}: loss {np.mean(losses[-25:]):.3f}\n")


def agree(network: Network, reader: Reader, some: list[Example]) -> float:
    """The largest difference between the odds in torch and in NumPy, which reads 16-bit weights."""
    network.eval()
    worst = 0.0
    for example in some:
        ids, second, there, _, _ = tensors_of([example])
        with torch.no_grad():
            expected = network(ids, second, there)[0, 1 : len(example.claim) + 1].numpy()
        worst = max(worst, float(np.abs(reader.odds(example.claim, example.evidence) - expected).max()))
    return worst


def main() -> None:
    """Make claims, train, write the weights, and report how far torch and NumPy are apart."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    options.add_argument("--articles", type=int, default=2_000)
    options.add_argument("--skip", type=int, default=0)
    options.add_argument("--passes", type=float, default=1.0, help="how often each claim is shown")
    options.add_argument("--minutes", type=float, default=math.inf, help="stop after so many, with what was learned by then")
    options.add_argument("--start", type=Path, nargs="+", default=[])
    options.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = options.parse_args()
    torch.manual_seed(0)
    made = claims(read_articles(chosen.file, chosen.skip, chosen.articles), PER_ARTICLE)
    taught = list(examples(made, QuickEmbedder(bundled_folder())))
    sys.stderr.write(f"{len(taught)} claims, {sum(all(example.carried) for example in taught)} of them true\n")
    network, some = Network(chosen.start), taught[:20]
    if steps := int(chosen.passes * len(taught) / BATCH):
        train(network, taught, steps, chosen.minutes)
    weights: dict[str, Any] = {name: array.astype(np.float16) for name, array in network.arrays().items()}
    np.savez_compressed(chosen.out, **weights)
    print(f"{chosen.out}: largest difference between torch and NumPy {agree(network, Reader(weights=chosen.out), some):.4f}")


if __name__ == "__main__":
    main()

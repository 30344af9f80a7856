"""Train the reader: ``python -m eval.training.learn PAIRS OUT [--minutes N] [--apart N] [--go-on]``.

PAIRS is what `eval.training.pairs` wrote. OUT gets ``net.pt`` (the weights), ``state.pt`` (all that is needed to go on after a stop,
every few minutes) and ``curve.csv`` (the figures on a part of the development pairs, as learning went). The rate warms up and falls to
nothing by the end of the minutes, which count over all runs. At the end every figure is printed: see `eval.training.figures`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from eval.training.figures import Scores, figures, short
from eval.training.net import Net
from eval.training.pairs import ANSWERS, NOT_ENTAILED
from index.embedder import bundled_folder
from index.reader import Text, joined

PIECES = 3_000  # word pieces in a batch
RATE, RATE_OF_HEADS, DECAY, WARM = 1.2e-4, 6e-4, 0.01, 0.04
LONGEST = 150  # word pieces of a passage while learning; whole paragraphs are judged in some sources
KEEP, LOOK = 120.0, 600.0  # seconds between two saved states, and between two looks at the development pairs
SAMPLE = 3_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as numbers: its word pieces, where the second text and the judged words begin, its task and label."""

    pieces: tuple[int, ...]
    second: int
    judged: int
    answers: bool
    label: int
    src: str
    group: str


def read_pairs(file: Path, tokenizer: Tokenizer) -> list[Pair]:
    """Read and cut up a file of pairs."""
    entries = [json.loads(line) for line in file.open(encoding="utf-8")]
    known: dict[str, list[int]] = {}

    def pieces(texts: list[str]) -> None:
        wanted = list({text for text in texts if text and text not in known})
        for start in range(0, len(wanted), 4096):
            part = wanted[start : start + 4096]
            for text, cut in zip(part, tokenizer.encode_batch(part, add_special_tokens=False), strict=True):
                known[text] = cut.ids

    texts = [Text(**entry["text"]) for entry in entries]
    for part in (
        [entry["asked"] for entry in entries],
        *([getattr(text, name) for text in texts] for name in ("words", "before", "head", "voice")),
    ):
        pieces(part)
    known[""] = []
    found = []
    for entry, text in zip(entries, texts, strict=True):
        head, before, voice, words = (known[part] for part in (text.head, text.before, text.voice, text.words))
        ids, second, judged = joined(known[entry["asked"]], head, before, voice, words, LONGEST)
        found.append(Pair(tuple(ids), second, judged, entry["task"] == ANSWERS, entry["label"], entry["src"], entry["group"]))
    return found


def batches(pairs: list[Pair], shuffle: random.Random) -> Iterator[list[Pair]]:
    """All pairs once, in batches of like length and about ``PIECES`` word pieces, the batches in any order."""
    pairs = pairs[:]
    shuffle.shuffle(pairs)
    for start in range(0, len(pairs), 4096):
        made, batch = [], list[Pair]()
        for pair in sorted(pairs[start : start + 4096], key=lambda one: len(one.pieces)):
            if batch and (len(batch) + 1) * len(pair.pieces) > PIECES:
                made.append(batch)
                batch = []
            batch.append(pair)
        made.append(batch)
        shuffle.shuffle(made)
        yield from made


def tensors(batch: list[Pair]) -> tuple[Tensor, Tensor, Tensor]:
    """The arguments of `Net.forward`."""
    width = max(len(pair.pieces) for pair in batch)
    ids, kinds = np.zeros((len(batch), width), np.int64), np.zeros((len(batch), width), np.int64)
    for row, pair in enumerate(batch):
        ids[row, : len(pair.pieces)] = pair.pieces
        kinds[row, pair.judged : len(pair.pieces) - 1] = 1
    return torch.from_numpy(ids), torch.from_numpy(kinds), torch.tensor([pair.second for pair in batch])


def loss_of(batch: list[Pair], scores: Tensor) -> Tensor:
    """Cross entropy, the mean over the pairs; of a pair that is only known not to be entailed, the chance of the other two counts."""
    parts = []
    answers = [row for row, pair in enumerate(batch) if pair.answers]
    three = [row for row, pair in enumerate(batch) if not pair.answers and pair.label != NOT_ENTAILED]
    two = [row for row, pair in enumerate(batch) if not pair.answers and pair.label == NOT_ENTAILED]
    if answers:
        wanted = torch.tensor([float(batch[row].label) for row in answers])
        parts.append(functional.binary_cross_entropy_with_logits(scores[answers, 0], wanted, reduction="sum") * 1.5)
    if three:
        parts.append(functional.cross_entropy(scores[three, 1:], torch.tensor([batch[row].label for row in three]), reduction="sum"))
    if two:
        parts.append(-torch.logsumexp(functional.log_softmax(scores[two, 1:], 1)[:, 1:], 1).sum())
    return torch.stack(parts).sum() / len(batch)


def scored(net: Net, pairs: list[Pair]) -> Scores:
    """What the net says of pairs."""
    net.eval()
    order = sorted(range(len(pairs)), key=lambda number: len(pairs[number].pieces))
    rows = np.zeros((len(pairs), 4), np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            part = order[start : start + 64]
            rows[part] = net(*tensors([pairs[number] for number in part])).numpy()
    net.train()
    return Scores(rows, [pair.src for pair in pairs], np.array([pair.answers for pair in pairs]), np.array([pair.label for pair in pairs]))


def learn(net: Net, pairs: list[Pair], dev: list[Pair], out: Path, minutes: float, go_on: bool) -> int:
    """Learn for so many minutes; returns how many pairs were seen."""
    heads = [one for part in (net.mix, net.answers, net.relation) for one in part.parameters()]
    own = {id(one) for one in heads}
    body = [one for one in net.trained() if id(one) not in own]
    optimizer = torch.optim.AdamW([{"params": body, "top": RATE}, {"params": heads, "top": RATE_OF_HEADS}], weight_decay=DECAY)
    spent, seen, skip = 0.0, 0, 0
    if go_on and (out / "state.pt").exists():
        state = torch.load(out / "state.pt", weights_only=False)
        net.load_state_dict(state["net"])
        optimizer.load_state_dict(state["optimizer"])
        spent, seen = state["spent"], state["seen"]
        skip = state["batches"] if state["pairs"] == len(pairs) else 0  # other pairs begin at their beginning
    began, kept, looked, done = time.monotonic() - spent, spent, spent, 0
    shuffle = random.Random(0)
    net.train()
    while True:
        for batch in batches(pairs, shuffle):
            done += 1
            if done <= skip:
                continue
            spent = time.monotonic() - began
            share = spent / 60 / minutes
            if share >= 1:
                return seen
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * min(1.0, share / WARM) * (1 - share)
            loss = loss_of(batch, net(*tensors(batch)))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*body, *heads], 1.0)
            optimizer.step()
            seen += len(batch)
            if done % 100 == 0:
                sys.stderr.write(f"{spent / 60:.1f} min, {seen} pairs, loss {loss.item():.3f}\n")
            if spent - kept > KEEP:
                kept = spent
                state = {
                    "net": net.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "spent": spent,
                    "seen": seen,
                    "batches": done,
                    "pairs": len(pairs),
                }
                torch.save(state, out / "state.new")
                (out / "state.new").replace(out / "state.pt")
            if spent - looked > LOOK:
                looked = spent
                with (out / "curve.csv").open("a") as curve:
                    curve.write(f"{spent / 60:.1f},{seen},{short(scored(net, dev))}\n")
                began += time.monotonic() - began - spent  # looking is not learning


def main() -> None:
    """Learn, keep the weights, print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("pairs", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--minutes", type=float, default=90)
    options.add_argument("--apart", type=int, default=0)
    options.add_argument("--go-on", action="store_true")
    chosen = options.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    pairs = [pair for file in sorted(chosen.pairs.glob("train*.jsonl")) for pair in read_pairs(file, tokenizer)]
    dev = read_pairs(chosen.pairs / "dev.jsonl", tokenizer)
    sys.stderr.write(f"{len(pairs)} pairs to learn from, {len(dev)} to look at\n")
    net = Net(chosen.apart)
    net.begin(bundled_folder())
    seen = learn(net, pairs, random.Random(1).sample(dev, min(SAMPLE, len(dev))), chosen.out, chosen.minutes, chosen.go_on)
    torch.save(net.state_dict(), chosen.out / "net.pt")
    print(f"{seen} pairs seen in {chosen.minutes:g} minutes, {chosen.apart} layers apart")
    print(figures(scored(net, dev)))


if __name__ == "__main__":
    main()

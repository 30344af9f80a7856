"""Train the tagger and write it: ``python -m eval.training.tagger [--epochs N] [--seed N] [--begin NET] [--keep NET] [--out FOLDER]``.

The lower layers of the bundled model stay as they are, so what they make of the questions is computed once. Our two layers begin as
MiniLM's own next two, or where ``--begin`` says; another ``--seed`` fills the patterns anew. The weights in use come of eight epochs, and
six more with another seed. At the end the figures on patterns that were held out are printed. Needs the extra ``training``.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from assistant.question.tagger import KINDS, LEANS, LONGEST, LONGEST_BEFORE, TAGS, WEIGHTS, Span, Tagger, joined
from eval.training.asked import Example, after_others, asked_of_articles, follow_ups, singles
from eval.training.export import store
from eval.training.net import WIDTH, Layer, take_layer
from index.embedder import MIDDLE, bundled_folder, bundled_tokenizer, middle_states

OURS = 2  # layers of our own
BATCH, RATE, RATE_OF_HEADS, DECAY, WARM = 32, 3e-4, 1.5e-3, 0.01, 0.06
TIMES, TIMES_AFTER, REAL = 3, 2, 1_800  # fillings of a pattern, of a follow-up; real questions learned from
OPSET = 20
UNKNOWN = -100  # what is not taught


class Net(nn.Module):
    """Our part of the tagger: two layers of BERT, and a head each for the words' tags, the kind and the lean."""

    def __init__(self) -> None:
        super().__init__()
        self.whose = nn.Embedding(2, WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(OURS))
        self.tags, self.kind, self.lean = nn.Linear(WIDTH, len(TAGS)), nn.Linear(2 * WIDTH, len(KINDS)), nn.Linear(2 * WIDTH, len(LEANS))
        self.drop = nn.Dropout(0.15)

    def forward(self, states: Tensor, parts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Read questions.

        Args:
            states: what the lower layers make of the word pieces, shape (questions, pieces, 384).
            parts: whose the pieces are, 0 the question's, 1 those of the question before, -1 nobody's; shape (questions, pieces).

        Returns:
            Scores of the tags for each piece, of the kinds and of the leans for each question.
        """
        there, own = (parts >= 0).to(states.dtype), (parts == 0).to(states.dtype)
        seen = ((1 - there) * -10_000)[:, None, None, :]
        state = states + self.whose(parts.clamp(min=0))
        for layer in self.layers:
            state = layer(self.drop(state), seen.expand(-1, 1, states.shape[1], -1))
        mean = (state * own[..., None]).sum(1) / own.sum(1, keepdim=True)
        whole = self.drop(torch.cat([state[:, 0], mean], -1))
        return self.tags(self.drop(state)), self.kind(whole), self.lean(whole)

    def begin(self) -> None:
        """Take the layers' weights from MiniLM's next ones."""
        stored = load_file(str(bundled_folder() / "model.safetensors"))
        nn.init.normal_(self.whose.weight, std=0.02)
        for number, layer in enumerate(self.layers):
            assert isinstance(layer, Layer)
            take_layer(layer, stored, MIDDLE + number)


@dataclass(frozen=True, slots=True)
class Row:
    """An example as numbers."""

    states: NDArray[np.float16]
    parts: tuple[int, ...]
    tags: tuple[int, ...]
    kind: int
    lean: int


def rows(examples: Sequence[Example]) -> list[Row]:
    """What the lower layers make of examples, with what is to be learned of them."""
    cut = [(_cut(one.text), _cut(one.before)) for one in examples]
    pieces = [joined(asked.ids, before.ids) for asked, before in cut]
    found: dict[int, Row] = {}
    order = sorted(range(len(examples)), key=lambda number: len(pieces[number][0]))
    for start in range(0, len(order), 64):
        part = order[start : start + 64]
        width = max(len(pieces[number][0]) for number in part)
        ids = np.zeros((len(part), width), np.int64)
        for row, number in enumerate(part):
            ids[row, : len(pieces[number][0])] = pieces[number][0]
        states = middle_states(ids, (ids != 0).astype(np.int64)).astype(np.float16)
        for row, number in enumerate(part):
            one, (asked, before) = examples[number], cut[number]
            tags = [UNKNOWN, *_labels(asked, one.spans)[:LONGEST], UNKNOWN]
            tags += [*_labels(before, one.meant)[:LONGEST_BEFORE], UNKNOWN] if before.ids else []
            kind = UNKNOWN if one.kind is None else KINDS.index(one.kind)
            lean = UNKNOWN if one.lean is None else LEANS.index(one.lean)
            found[number] = Row(states[row, : len(tags)].copy(), tuple(pieces[number][1]), tuple(tags), kind, lean)
    return [found[number] for number in range(len(examples))]


def _cut(text: str) -> Any:
    return bundled_tokenizer().encode(text, add_special_tokens=False)


def _labels(cut: Any, spans: Sequence[Span] | None) -> list[int]:
    """The tag of each piece; unknown where no spans are known, and where a word goes on."""
    if spans is None:
        return [UNKNOWN] * len(cut.ids)
    labels, last = [0] * len(cut.ids), None
    for place, (start, end) in enumerate(cut.offsets):
        span = next((one for one in spans if one.start < end and start < one.end), None)
        if span:
            labels[place] = TAGS.index(("I" if span is last else "B") + span.slot)
        last = span
    words = cut.word_ids
    return [UNKNOWN if place and words[place] == words[place - 1] else label for place, label in enumerate(labels)]


def batches(learned: Sequence[Row], shuffle: random.Random) -> Iterator[list[Row]]:
    """All rows once, in batches of like length, in any order."""
    made = list(learned)
    shuffle.shuffle(made)
    parts = []
    for start in range(0, len(made), 2048):
        near = sorted(made[start : start + 2048], key=lambda row: len(row.tags))
        parts += [near[first : first + BATCH] for first in range(0, len(near), BATCH)]
    shuffle.shuffle(parts)
    yield from parts


def tensors(batch: Sequence[Row]) -> tuple[Tensor, Tensor, Tensor]:
    """The states, parts and tags of a batch, made of one length."""
    width = max(len(row.tags) for row in batch)
    states = np.zeros((len(batch), width, WIDTH), np.float32)
    parts, tags = np.full((len(batch), width), -1), np.full((len(batch), width), UNKNOWN)
    for number, row in enumerate(batch):
        length = len(row.tags)
        states[number, :length], parts[number, :length], tags[number, :length] = row.states, row.parts, row.tags
    return torch.from_numpy(states), torch.from_numpy(parts), torch.from_numpy(tags)


def loss_of(net: Net, batch: Sequence[Row]) -> Tensor:
    """Cross entropy of the tags, the kind and the lean."""
    states, parts, tags = tensors(batch)
    scores, kind, lean = net(states, parts)
    given = {"ignore_index": UNKNOWN, "label_smoothing": 0.05}
    wanted = torch.tensor([row.kind for row in batch]), torch.tensor([row.lean for row in batch])
    parts_of_loss = [
        functional.cross_entropy(found.reshape(-1, found.shape[-1]), goal.reshape(-1), **given)  # type: ignore[arg-type]
        for found, goal in ((scores, tags), (kind, wanted[0]), (lean, wanted[1]))
        if (goal != UNKNOWN).any()
    ]
    return torch.stack(parts_of_loss).sum()


def learn(net: Net, learned: Sequence[Row], epochs: int, shuffle: random.Random) -> None:
    """Go through all rows so many times, at a rate that warms up and falls to nothing."""
    heads = [one for part in (net.tags, net.kind, net.lean, net.whose) for one in part.parameters()]
    groups = [{"params": list(net.layers.parameters()), "top": RATE}, {"params": heads, "top": RATE_OF_HEADS}]
    optimizer = torch.optim.AdamW(groups, weight_decay=DECAY)
    steps, step, began = epochs * -(-len(learned) // BATCH), 0, time.monotonic()
    net.train()
    for epoch in range(epochs):
        total = 0.0
        for batch in batches(learned, shuffle):
            share = step / steps
            for group in optimizer.param_groups:
                group["lr"] = group["top"] * max(0.0, min(1.0, share / WARM) * (1 - share))
            loss = loss_of(net, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            total, step = total + float(loss.detach()), step + 1
        print(f"epoch {epoch + 1}: loss {total * BATCH / len(learned):.3f}, {time.monotonic() - began:.0f} s", flush=True)
    net.eval()


def write(net: Net, file: Path) -> None:
    """Write the network with 8-bit weights, and its checksum."""
    pieces = torch.export.Dim("pieces", min=2, max=512)
    shapes = {"states": {1: pieces}, "parts": {1: pieces}}
    given = torch.randn(1, 20, WIDTH), torch.tensor([[0] * 12 + [1] * 8])
    made = torch.onnx.export(
        net.eval(),
        given,
        dynamo=True,
        input_names=list(shapes),
        output_names=["tags", "kind", "lean"],
        dynamic_shapes=shapes,
        opset_version=OPSET,
    )
    assert made is not None
    store(made, file)


def figures(tagger: Tagger, examples: Sequence[Example]) -> dict[str, float]:
    """How often the kind and the lean are right, the F1 of the slots' spans, and how often the words taken up are right."""
    right, known = Counter[str](), Counter[str]()
    for one in examples:
        found = tagger.read(one.text, one.before)
        for name, wanted, got in (("kind", one.kind, found.kinds[0]), ("lean", one.lean, found.lean)):
            if wanted is not None:
                right[name] += wanted == got
                known[name] += 1
        for name, spans, got_spans in (("slots", one.spans, found.spans), ("meant", one.meant, found.meant)):
            if spans is not None:
                right[name] += 2 * len(set(spans) & set(got_spans))
                known[name] += len(spans) + len(got_spans)
    return {name: right[name] / count for name, count in known.items() if count}


def main() -> None:
    """Train, write, and print the figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--epochs", type=int, default=8)
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--begin", type=Path, help="weights to begin with, of an earlier run")
    options.add_argument("--keep", type=Path, help="where to keep the weights as torch has them")
    options.add_argument("--out", type=Path, default=WEIGHTS.parent)
    chosen = options.parse_args()
    shuffle = random.Random(chosen.seed)
    torch.manual_seed(chosen.seed)
    groups = {
        "questions": (list(singles(shuffle, False, TIMES)), list(singles(shuffle, True, 2))),
        "real questions": (asked_of_articles(shuffle, False, REAL), asked_of_articles(shuffle, True, 300)),
    }
    alone = after_others([one for learned, _ in groups.values() for one in learned], shuffle)
    after = list(follow_ups(shuffle, False, TIMES_AFTER)), list(follow_ups(shuffle, True, 2))
    learned = rows([*alone, *after[0]])
    print(f"{len(learned)} examples, {sum(len(row.tags) for row in learned)} word pieces", flush=True)
    net = Net()
    net.begin()
    if chosen.begin:
        net.load_state_dict(torch.load(chosen.begin, weights_only=True))
    learn(net, learned, chosen.epochs, shuffle)
    if chosen.keep:
        torch.save(net.state_dict(), chosen.keep)
    file = chosen.out / WEIGHTS.name
    write(net, file)
    tagger = Tagger(file)
    unseen = {name: held for name, (_, held) in groups.items()} | {"follow-ups": after[1]}
    unseen["questions after others"] = after_others(unseen["questions"] + unseen["real questions"], shuffle)
    for name, examples in unseen.items():
        print(f"{name:24} {len(examples):5}  " + "  ".join(f"{key} {value:.3f}" for key, value in figures(tagger, examples).items()))


if __name__ == "__main__":
    main()

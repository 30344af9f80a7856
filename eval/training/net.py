"""The reader in torch: MiniLM over two texts at once, with a head for "answers" and one for "entails, neutral, contradicts"."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, LAYERS, EPSILON = 384, 12, 1536, 6, 1e-12
HIDDEN = 256


class Layer(nn.Module):
    """One layer of BERT (Devlin and others, 2019)."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.last = nn.LayerNorm(WIDTH, EPSILON)

    def forward(self, state: Tensor, seen: Tensor) -> Tensor:
        """``state`` has the shape (texts, pieces, 384); ``seen`` (texts, 1, pieces, pieces) is what each piece may look at."""
        rows, pieces, _ = state.shape
        query, key, value = (
            part.view(rows, pieces, HEADS, WIDTH // HEADS).transpose(1, 2) for part in self.qkv(state).split(WIDTH, dim=-1)
        )
        if torch.compiler.is_exporting():  # plain arithmetic: onnxruntime spends a fifth of its time on what torch makes of the other
            weight = (query @ key.transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + seen).softmax(-1)
            mixed = weight @ value
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        state = self.norm(state + self.out(mixed.transpose(1, 2).reshape(rows, pieces, WIDTH)))
        result: Tensor = self.last(state + self.down(functional.gelu(self.up(state))))
        return result


class Net(nn.Module):
    """The reader.

    Args:
        apart: how many of the lower layers read each text by itself; they keep MiniLM's weights and are not trained.
    """

    def __init__(self, apart: int = 0) -> None:
        super().__init__()
        self.apart = apart
        self.words, self.places, self.kinds = nn.Embedding(30522, WIDTH), nn.Embedding(512, WIDTH), nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.mix = nn.Linear(5 * WIDTH, HIDDEN)
        self.answers, self.relation = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 3)
        self.drop = nn.Dropout(0.1)

    def forward(self, ids: Tensor, kinds: Tensor, second: Tensor) -> Tensor:
        """Read pairs of texts.

        Args:
            ids: word pieces, shape (pairs, pieces), 0 where there is none.
            kinds: 1 for the pieces that are judged, 0 for the question or claim and for what stands around the passage.
            second: where each pair's second text begins, shape (pairs,).

        Returns:
            Shape (pairs, 4): the log-odds that the passage answers, then the scores of entailment, neutral and contradiction.
        """
        place = torch.arange(ids.shape[1]).expand_as(ids)
        there = ids != 0
        later = place >= second[:, None]
        if self.apart:
            place = torch.where(later, place - second[:, None], place)
        state = self.norm(self.words(ids) + self.places(place) + self.kinds(kinds))
        whole = there[:, None, None, :].expand(-1, 1, ids.shape[1], -1)
        if torch.compiler.is_exporting():
            whole = (1 - there[:, None, None, :].to(state.dtype)) * -10_000
        own = (later[:, None, None, :] == later[:, None, :, None]) & there[:, None, None, :]
        for number, layer in enumerate(self.layers):
            if number < self.apart:
                with torch.no_grad():
                    state = layer(state, own)
            else:
                state = layer(state, whole)
        asked, judged = _mean(state, there & ~later), _mean(state, there & (kinds == 1))
        seen = torch.cat([state[:, 0], asked, judged, asked * judged, (asked - judged).abs()], -1)
        mixed = self.drop(functional.gelu(self.mix(seen)))
        return torch.cat([self.answers(mixed), self.relation(mixed)], -1)

    def begin(self, folder: Path) -> None:
        """Take the encoder's weights from MiniLM's."""
        stored = load_file(str(folder / "model.safetensors"))
        with torch.no_grad():
            for part, name in ((self.words, "word"), (self.places, "position"), (self.kinds, "token_type")):
                part.weight.copy_(stored[f"embeddings.{name}_embeddings.weight"])
            _take(self.norm, stored, "embeddings.LayerNorm")
            for number, layer in enumerate(self.layers):
                assert isinstance(layer, Layer)
                take_layer(layer, stored, number)

    def trained(self) -> list[nn.Parameter]:
        """The parameters that learn: not the embeddings of words and places, not the layers that read apart."""
        fixed = [self.words, self.places, *([self.kinds, self.norm] if self.apart else []), *self.layers[: self.apart]]
        for part in fixed:
            part.requires_grad_(False)
        return [one for one in self.parameters() if one.requires_grad]


def _mean(state: Tensor, chosen: Tensor) -> Tensor:
    weight = chosen.to(state.dtype)
    return (state * weight[..., None]).sum(1) / weight.sum(1, keepdim=True).clamp(min=1)


def take_layer(layer: Layer, stored: dict[str, Tensor], number: int) -> None:
    """Give a layer the weights of one of MiniLM's."""
    at = f"encoder.layer.{number}"
    with torch.no_grad():
        for kind in ("weight", "bias"):
            parts = [stored[f"{at}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]
            getattr(layer.qkv, kind).copy_(torch.cat(parts))
        _take(layer.out, stored, f"{at}.attention.output.dense")
        _take(layer.norm, stored, f"{at}.attention.output.LayerNorm")
        _take(layer.up, stored, f"{at}.intermediate.dense")
        _take(layer.down, stored, f"{at}.output.dense")
        _take(layer.last, stored, f"{at}.output.LayerNorm")


def _take(part: nn.Module | Tensor, stored: dict[str, Tensor], name: str) -> None:
    part.weight.copy_(stored[f"{name}.weight"])  # type: ignore[operator, union-attr]
    part.bias.copy_(stored[f"{name}.bias"])  # type: ignore[operator, union-attr]

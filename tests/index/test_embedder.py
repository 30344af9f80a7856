"""The quick way to a vector equals sentence-transformers, and changed weights are noticed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from index import embedder as module
from index.embedder import BUNDLED, CHECKSUMS, PACKAGES, QuickEmbedder, SentenceTransformerEmbedder, bundled_folder, load_embedder
from index.errors import EmbeddingError

TEXTS = [
    "What did each side say about Syria?",
    "",
    "a",
    "Putin",
    "UPPER lower MiXeD",
    "“Typographic” marks – and … the rest’s",
    "Çà et là, naïve café, Straße, Ελλάδα, Россия, 北京 🙂",
    "1,234.56 on 14 November 2016",
    "[CLS] [SEP] [PAD] [MASK] [UNK]",
    "The mayor said taxes would rise. " * 8,
    "many words " * 400,
]


@pytest.fixture(scope="module")
def quick() -> QuickEmbedder:
    return QuickEmbedder(bundled_folder())


@pytest.fixture(scope="module")
def reference() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(BUNDLED, bundled_folder())


def test_vectors_equal_the_reference(quick: QuickEmbedder, reference: SentenceTransformerEmbedder) -> None:
    ours, theirs = quick.encode(TEXTS), reference.encode(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), 384)
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=2e-5)
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)


def test_no_texts(quick: QuickEmbedder) -> None:
    assert quick.encode([]).shape == (0, 384)


def test_likeness_is_likeness(quick: QuickEmbedder) -> None:
    question, near, far = quick.encode(["Who rang whom?", "He called him on the telephone.", "Geese fly south in autumn."])
    assert question @ near > question @ far


@pytest.fixture
def _looked_for_anew() -> Iterator[None]:
    """The bundled model is looked for when this test asks for it, and again by the next."""
    bundled_folder.cache_clear()
    yield
    bundled_folder.cache_clear()


@pytest.mark.usefixtures("_looked_for_anew")
@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("changed", CHECKSUMS)
def test_changed_files_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, changed: str) -> None:
    sound, folder = bundled_folder(), tmp_path / PACKAGES[package]
    folder.mkdir()
    for name in CHECKSUMS:
        (folder / name).symlink_to(sound / name)
    only = {package: SimpleNamespace(origin=str(tmp_path / "__init__.py"))}
    monkeypatch.setattr(importlib.util, "find_spec", only.get)
    bundled_folder.cache_clear()
    assert bundled_folder() == folder
    (folder / changed).unlink()
    (folder / changed).write_bytes(b"somebody else's")
    bundled_folder.cache_clear()
    with pytest.raises(EmbeddingError, match=rf"{changed} is missing or was changed\. Reinstall {package}"):
        bundled_folder()


@pytest.mark.usefixtures("_looked_for_anew")
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EmbeddingError, match="not installed"):
        load_embedder(BUNDLED)


def test_a_model_of_others_needs_an_extra_that_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)  # as if it were not installed
    with pytest.raises(EmbeddingError, match=r"pip install 'readout\[transformers\]'"):
        load_embedder(str(tmp_path)).encode(["text"])


def test_a_model_that_is_not_there_is_one_line_and_no_download(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError) as caught:
        load_embedder(str(tmp_path)).encode(["text"])
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_the_bundled_model_goes_the_quick_way() -> None:
    assert isinstance(load_embedder(BUNDLED), QuickEmbedder)
    assert load_embedder(BUNDLED).name == module.BUNDLED


def test_a_vector_is_the_same_in_any_company(quick: QuickEmbedder) -> None:
    np.testing.assert_allclose(quick.encode(TEXTS * 3), np.tile([quick.encode([text])[0] for text in TEXTS], (3, 1)), atol=1e-6)

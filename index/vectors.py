"""Nearest passages by meaning: a Chroma collection made from the record, embedded in the index folder or on a server.

The collection's name is the index's fingerprint, so a changed model or splitter can never read the wrong vectors.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embedder import Vectors
from index.errors import IndexDamaged, UsageError
from index.record import Record, Scope

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

FOLDER = "chroma"


class VectorStore:
    """The collection of one index.

    Args:
        folder: the index folder; Chroma keeps its files in a folder inside.
        fingerprint: names the collection.
        server: ``http://HOST:PORT`` of a Chroma server to use in place of the folder; the way to share an index.

    Raises:
        IndexDamaged: Chroma's files cannot be opened.
        UsageError: the server does not answer.
    """

    def __init__(self, folder: Path, fingerprint: str, server: str | None = None) -> None:
        self._client = _connect(folder, server)
        self._name = f"readout-{fingerprint}"
        self._collection: Any = self._client.get_or_create_collection(
            self._name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )

    def sync(self, record: Record) -> int:
        """Tell Chroma what it does not have yet; returns how many passages that were. A kill in between loses nothing."""
        gone = record.gone()
        batch = min(self._client.get_max_batch_size(), 1000)
        for start in range(0, len(gone), batch):
            part = gone[start : start + batch]
            self._collection.delete(ids=[str(number) for number in part])
            with record.transaction():
                record.forget_gone(part)
        told = 0
        while pending := record.pending(batch):
            self._collection.upsert(
                ids=[str(number) for number, *_ in pending],
                embeddings=[vector for *_, vector in pending],
                metadatas=[_metadata(article.outlet, article.published) for _, article, _, _ in pending],
            )
            with record.transaction():
                record.mark([number for number, *_ in pending], in_chroma=True)
            told += len(pending)
        return told

    def nearest(self, vector: Vectors, scope: Scope, limit: int) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity, nearest first."""
        found = self._collection.query(query_embeddings=[vector], n_results=limit, where=_where(scope), include=["distances"])
        return [(int(number), 1.0 - distance) for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self) -> set[int]:
        """Numbers of all passages that Chroma holds."""
        return {int(number) for number in self._collection.get(include=[])["ids"]}

    def reset(self) -> None:
        """Throw the collection away and start an empty one."""
        self._client.delete_collection(self._name)
        self._collection = self._client.create_collection(self._name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)

    def prune(self) -> None:
        """Remove collections of other fingerprints that earlier settings left behind."""
        for other in self._client.list_collections():
            if other.name.startswith("readout-") and other.name != self._name:
                self._client.delete_collection(other.name)


def _connect(folder: Path, server: str | None) -> ClientAPI:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb  # most of a second: only when vectors are asked for
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if server:
        host, _, port = server.removeprefix("http://").removeprefix("https://").rstrip("/").partition(":")
        try:
            return chromadb.HttpClient(host, int(port or 8000), ssl=server.startswith("https://"), settings=settings)
        except Exception as error:  # chromadb wraps connection errors in ValueError or its own kinds
            raise UsageError(f"no Chroma server answers at {server}. Start one with `chroma run`, or unset READOUT_CHROMA.") from error
    try:
        return chromadb.PersistentClient(str(folder / FOLDER), settings=settings)
    except BaseException as error:  # Chroma's Rust core panics outside Exception on broken files
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        if not os.access(folder, os.W_OK):
            raise IndexDamaged(
                f"the index folder {folder} cannot be written, which Chroma needs. Copy it to a folder of yours and name that with --index."
            ) from error
        raise IndexDamaged(f"the vectors in {folder / FOLDER} cannot be opened. Run `readout doctor` to rebuild them.") from error


def _metadata(outlet: str | None, published: str | None) -> dict[str, str | int]:
    """Filters compare numbers and present keys only, so days are numbers and what is unknown is an empty value."""
    return {"outlet": outlet or "", "day": _day(published) if published else 0}


def _day(published: str) -> int:
    return int(published.replace("-", ""))


def _where(scope: Scope) -> dict[str, Any] | None:
    terms: list[dict[str, Any]] = []
    if scope.outlets:
        terms.append({"outlet": {"$in": [name or "\0" for name in scope.outlets]}})  # "" stands for unknown: nobody asks for it
    if scope.since:
        terms.append({"day": {"$gte": _day(scope.since)}})
    if scope.until:
        terms += [{"day": {"$lte": _day(scope.until)}}, {"day": {"$gt": 0}}]
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else {"$and": terms}

"""Nearest passages by meaning: a Chroma collection made from the record, embedded in the index folder or on a server.

The collection's name is the index's fingerprint, so a changed model or splitter can never read the wrong vectors.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.embedder import Vectors
from index.errors import IndexDamaged, IndexMismatch, ReadoutError, ServerAway, UsageError
from index.record import Record, Scope

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

FOLDER = "chroma"
PORT = 8000  # where `chroma run` listens unless it is told otherwise


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server: ``http://HOST:PORT``, the tenant and database to use there, and the token it asks for, where it asks for one."""

    address: str
    tenant: str = "default_tenant"
    database: str = "default_database"
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Raises `UsageError` for an address that is none."""
        try:
            host, _, _ = self.place
        except ValueError:
            host = ""
        if not host or ("://" in self.address and not self.address.startswith(("http://", "https://"))):
            raise UsageError(f"READOUT_CHROMA {self.address!r} is no address of a Chroma server. Write http://HOST:PORT.")

    @property
    def place(self) -> tuple[str, int, bool]:
        """Host, port, and whether to speak HTTPS."""
        parts = urlsplit(self.address if "://" in self.address else f"http://{self.address}")
        secure = parts.scheme == "https"
        return parts.hostname or "", parts.port or (443 if secure else PORT), secure


_OPENING = threading.RLock()  # a process has one table of the folders that Chroma has open


class VectorStore:
    """The collection of one index.

    Args:
        folder: the index folder; Chroma keeps its files in a folder inside.
        fingerprint: names the collection.
        server: a Chroma server to use in place of the folder; the way to share an index.
        identity: the index's own name, for a server may hold several indexes.

    Raises:
        IndexDamaged: Chroma's files cannot be opened.
        ServerAway: the server does not answer, or refuses.
    """

    def __init__(self, folder: Path, fingerprint: str, server: Server | None = None, identity: str = "") -> None:
        self._folder, self._server = folder, server
        self._mine = f"readout-{identity}-" if server else "readout-"
        self._name = self._mine + fingerprint
        self.version: object = None  # what the record was at when the files were opened
        with _OPENING, _clear_answers(server):
            self._client = _connect(folder, server)
            self._collection = self._opened()

    def _opened(self) -> Any:
        return self._client.get_or_create_collection(self._name, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None)

    def renew(self, version: object = None) -> None:
        """Open the folder's files again: an open Chroma does not see what another process wrote to them, or fails on it.

        ``version`` is what the record was at: once for each, whichever thread sees it first.
        """
        from chromadb.api.client import Client

        with _OPENING, _clear_answers(self._server):
            if version is not None and version == self.version:
                return
            self.version = version
            if not self._server:
                Client.clear_system_cache()  # else the one that is open is handed out again; who uses it keeps it
                self._client = _connect(self._folder, None)
            self._collection = self._opened()

    def check(self, record: Record) -> None:
        """Raise `IndexMismatch` where a server holds less than the record says it was told: it is another one, or lost something."""
        if self._server:
            with _clear_answers(self._server):
                there, told = self._collection.count(), record.told()
            if there < told:
                raise IndexMismatch(
                    f"the Chroma server at {self._server.address} holds {there} of this index's {told} passages. "
                    "Run `readout index` again, which tells it the rest."
                )

    def sync(self, record: Record) -> int:
        """Tell Chroma what it does not have yet; returns how many passages that were. A kill in between loses nothing.

        Where it holds less than it was told, it is another one than before, or lost something, and is told everything again.
        """
        with _clear_answers(self._server):
            self._remove(record)
            if self._collection.count() < record.told():
                with record.transaction():
                    record.mark_all_pending()
            return self._add(record)

    def _remove(self, record: Record) -> None:
        gone = record.gone()
        batch = self._batch()
        for start in range(0, len(gone), batch):
            part = gone[start : start + batch]
            self._collection.delete(ids=[str(number) for number in part])
            with record.transaction():
                record.forget_gone(part)

    def _batch(self) -> int:
        return min(self._client.get_max_batch_size(), 1000)

    def _add(self, record: Record) -> int:
        told, batch = 0, self._batch()
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

    def nearest(self, vector: Vectors, scope: Scope, limit: int, version: object = None) -> list[tuple[int, float]]:
        """Passage numbers with their cosine similarity, nearest first; ``version`` is the record's, where it may have changed."""
        if version is not None and version != self.version:
            self.renew(version)
        with _clear_answers(self._server):
            found = self._query(query_embeddings=[vector], n_results=limit, where=_where(scope), include=["distances"])
        return [(int(number), 1.0 - distance) for number, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def _query(self, **asked: Any) -> Any:
        from chromadb.errors import InternalError, NotFoundError

        try:
            return self._collection.query(**asked)
        except (InternalError, NotFoundError):  # another process writes to the collection, or has made it anew
            self.renew()
        try:
            return self._collection.query(**asked)
        except InternalError as error:
            if self._server:
                raise
            raise IndexDamaged(f"the vectors in {self._folder / FOLDER} cannot be searched. Run `readout doctor`.") from error

    def ids(self) -> set[int]:
        """Numbers of all passages that Chroma holds."""
        with _clear_answers(self._server):
            return {int(number) for number in self._collection.get(include=[])["ids"]}

    def reset(self) -> None:
        """Throw the collection away and start an empty one."""
        with _clear_answers(self._server):
            self._client.delete_collection(self._name)
            self._collection = self._opened()

    def prune(self) -> None:
        """Remove collections of other fingerprints that earlier settings of this index left behind."""
        with _clear_answers(self._server):
            for other in self._client.list_collections():
                if other.name.startswith(self._mine) and other.name != self._name:
                    self._client.delete_collection(other.name)


@contextmanager
def _clear_answers(server: Server | None) -> Iterator[None]:
    """Turn what Chroma's client raises of a server, which is of many kinds, into a line that says what to do."""
    try:
        yield
    except Exception as error:
        if server is None or isinstance(error, ReadoutError):
            raise
        raise ServerAway(_told(server, error)) from error


def _told(server: Server, error: BaseException) -> str:
    """Cause and remedy of what a server did. Its status stands in the error that the client's own comes from, if it answered at all."""
    from httpx import HTTPStatusError

    chain = [error]
    while following := chain[-1].__cause__ or chain[-1].__context__:
        chain.append(following)
    status = next((one.response.status_code for one in chain if isinstance(one, HTTPStatusError)), None)
    if status is None:
        return f"no Chroma server answers at {server.address}. Start one with `chroma run`, or unset READOUT_CHROMA."
    if status in (401, 403):
        wanted = "another token in READOUT_CHROMA_TOKEN" if server.token else "the server's token in READOUT_CHROMA_TOKEN"
        place = f"the database {server.database!r} of the tenant {server.tenant!r}"
        return f"the Chroma server at {server.address} refuses {place} ({status}). Set {wanted}, or name others."
    reason = " ".join(str(error).split())[:200]
    return f"the Chroma server at {server.address} cannot do what it was asked ({status}: {reason}). See its log, and try again."


def _connect(folder: Path, server: Server | None) -> ClientAPI:
    os.environ.setdefault("ANONYMIZED_TELEMETRY", "False")
    import chromadb  # most of a second: only when vectors are asked for
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if server:
        return _reach(server, settings)
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


def _reach(server: Server, settings: Any) -> ClientAPI:
    """A client of a server; tenant and database are made where they are not there."""
    import chromadb
    from chromadb.errors import NotFoundError

    host, port, secure = server.place
    # the one for `chroma run` behind a proxy that asks for a token, the other for Chroma's own service
    headers = {"Authorization": f"Bearer {server.token}", "X-Chroma-Token": server.token} if server.token else None
    settings.chroma_api_impl = "chromadb.api.fastapi.FastAPI"
    settings.chroma_server_host, settings.chroma_server_http_port, settings.chroma_server_ssl_enabled = host, port, secure
    settings.chroma_server_headers = headers
    admin = chromadb.AdminClient(settings)
    try:
        admin.get_tenant(server.tenant)
    except NotFoundError:
        admin.create_tenant(server.tenant)
    try:
        admin.get_database(server.database, server.tenant)
    except NotFoundError:
        admin.create_database(server.database, server.tenant)
    return chromadb.HttpClient(host, port, ssl=secure, headers=headers, settings=settings, tenant=server.tenant, database=server.database)


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

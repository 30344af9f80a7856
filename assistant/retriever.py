"""Readout's retrieval as a LangChain retriever, for chains of other people's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from index.build import open_searcher
from index.record import Scope
from index.search import Searcher


class ReadoutRetriever(BaseRetriever):
    """Passages for a question as LangChain documents, best first.

    Each document's text is the passage; its metadata has ``article``, ``start``, ``end``, ``outlet``, ``title``, ``url``, ``published`` and
    ``score`` (above 0: the passage answers more likely than not).
    """

    searcher: Any  # a Searcher; pydantic cannot check a plain class without importing more than it is worth
    scope: Any = None
    k: int = 4

    @classmethod
    def from_index(cls, folder: str | Path, k: int = 4) -> ReadoutRetriever:
        """A retriever over the index in a folder.

        Raises:
            IndexMissing, IndexMismatch, IndexDamaged: the index cannot serve.
        """
        return cls(searcher=open_searcher(Path(folder)), k=k)

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        searcher: Searcher = self.searcher
        found = []
        for hit in searcher.search(query, self.scope or Scope())[: self.k]:
            article, passage = searcher.record.article(hit.passage.article), hit.passage
            known = {"outlet": article.outlet, "title": article.title, "url": article.url, "published": article.published}
            place = {"article": passage.article, "start": passage.start, "end": passage.end, "score": hit.score}
            found.append(Document(passage.text, metadata={**place, **known}))
        return found

"""What programs may call: ask, check, search and get_article, as the chat's API and as MCP tools; and whether all is well.

Errors are `ReadoutError`, with one line for people: whoever exposes these functions hands that line on.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from assistant.check import report
from assistant.check.draft import sent_draft
from assistant.question import clean
from assistant.render import as_json
from assistant.scope import check_scope, read_scope
from assistant.settings import Settings
from index.build import open_record
from index.errors import IndexMismatch, IndexMissing, QuestionError, ReadoutError
from index.record import Scope
from index.types import Article, Hit

if TYPE_CHECKING:
    from assistant.chain import Assistant

MOST_HITS = 50
LONGEST_TEXT = 100_000  # characters of an article in one call: longer than nearly all, and no more than a program can take

_REASONS: dict[type[Exception], str] = {
    IndexMissing: "there is no index yet",
    IndexMismatch: "the index was built with other settings or another version",
}  # the errors themselves name folders of the server, which are not for everybody


class Api:
    """The functions over an Assistant, which is asked for at the first call: ``Api(assistant).ask`` is to be exposed, and so on."""

    def __init__(self, assistant: Callable[[], Assistant]) -> None:
        self._assistant = assistant

    def ask(self, question: str, outlets: list[str] | None = None, since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """Answer a question with what the articles say, or say that they are silent.

        Args:
            question: What is asked, in English, in at most 2,000 characters.
            outlets: Only articles of these outlets; none: all.
            since: Only articles published on this day or later, YYYY-MM-DD.
            until: Only articles published on this day or earlier, YYYY-MM-DD.

        Returns:
            The answer: status ("answered" or "abstained"), text, points with speakers and how well the articles carry them,
            and citations with their place and quotation.
        """
        assistant = self._assistant()
        return as_json(assistant.ask(clean(_text(question)), self._scope(outlets, since, until)))

    def check(self, draft: str, outlets: list[str] | None = None, since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """Hold every claim of somebody's text against the articles: is it carried, contradicted, misquoted, credited wrongly, or not found?

        Args:
            draft: The text, in English, in at most 50,000 characters; or an answer of another system as JSON, with its citations.
            outlets: Only articles of these outlets; none: all.
            since: Only articles published on this day or later, YYYY-MM-DD.
            until: Only articles published on this day or earlier, YYYY-MM-DD.

        Returns:
            The draft, its claims (start, end, text, verdict, reasons, citations, differences, speaker), and how many have which verdict.
        """
        read = sent_draft(_text(draft))
        return report.as_json(self._assistant().checker.check(read, self._scope(outlets, since, until)))

    def search(
        self, query: str, outlets: list[str] | None = None, since: str | None = None, until: str | None = None, limit: int = 10
    ) -> list[dict[str, Any]]:
        """Find the passages most likely to answer a question, best first.

        Args:
            query: What is looked for, in English, in at most 2,000 characters.
            outlets: Only articles of these outlets; none: all.
            since: Only articles published on this day or later, YYYY-MM-DD.
            until: Only articles published on this day or earlier, YYYY-MM-DD.
            limit: At most this many, 1 to 50.

        Returns:
            Hits: article, outlet, title, url, published, start, end, text, score (above 0: it answers more likely than not).
        """
        if not isinstance(limit, int) or not 1 <= limit <= MOST_HITS:
            raise QuestionError(f"limit is {limit!r:.40}. Ask for 1 to {MOST_HITS} passages.")
        searcher = self._assistant().searcher
        hits = searcher.search(clean(_text(query)), self._scope(outlets, since, until))[:limit]
        return [_found(hit, searcher.record.article(hit.passage.article)) for hit in hits]

    def get_article(self, id: str, start: int = 0) -> dict[str, Any]:
        """Get an article as it was read, with who says what in it.

        Args:
            id: The article's id, as answers and hits name it.
            start: The character to begin at; an article of more than 100,000 comes in parts of that length.

        Returns:
            The article: id, outlet, title, url, published, characters (of the whole), start, text, and statements. All offsets count
            characters of the whole text.
        """
        record = self._assistant().record
        try:
            article = record.article(_text(id))
        except (KeyError, UnicodeEncodeError):  # half a character is in no id
            raise QuestionError(f"there is no article {id[:200]!r} in the index. Answers and hits name those that there are.") from None
        if not isinstance(start, int) or not 0 <= start <= len(article.text):
            raise QuestionError(f"start is {start!r:.40}. The article has the characters 0 to {len(article.text)}.")
        end = start + LONGEST_TEXT
        said = [
            {**asdict(one), "speakers": list(one.speakers), "speaker": one.speaker}
            for one in record.statements(article.id)
            if start <= one.start < end
        ]
        part = {"characters": len(article.text), "start": start, "text": article.text[start:end]}
        return {"id": article.id, **_known(article), **part, "statements": said}

    def _scope(self, outlets: list[str] | None, since: str | None, until: str | None) -> Scope:
        names = [outlets] if isinstance(outlets, str) else outlets or []
        scope = read_scope([_text(name) for name in names], _text(since or ""), _text(until or ""), mark="")
        return check_scope(scope, self._assistant().record)


def _text(value: object) -> str:
    """A value that a program gave, if it is text."""
    if not isinstance(value, str):
        raise QuestionError(f"{value!r:.40} is not text. Questions, ids, outlets and days are.")
    return value


def _known(article: Article) -> dict[str, str | None]:
    return {"outlet": article.outlet, "title": article.title, "url": article.url, "published": article.published}


def _found(hit: Hit, article: Article) -> dict[str, Any]:
    passage = hit.passage
    place = {"start": passage.start, "end": passage.end, "text": passage.text, "score": round(hit.score, 4)}
    return {"article": article.id, **_known(article), **place}


def health(settings: Settings) -> dict[str, Any]:
    """Whether the index can serve: status "ok" (to be sent with HTTP 200) or "not ready" with a reason (503). Never raises.

    With "ok" come the numbers of articles and passages, and the version of Readout and the fingerprint of the index.
    """
    version = _version()
    try:
        with open_record(settings.index, settings.embedding) as record:
            counts = record.counts()
            built = {"articles": counts["articles"], "passages": counts["passages"], "fingerprint": record.meta("fingerprint")}
    except (ReadoutError, OSError) as error:
        return {"status": "not ready", "reason": _REASONS.get(type(error), "the index cannot be read"), "version": version}
    return {"status": "ok", "version": version, **built}


def _version() -> str:
    try:
        return importlib.metadata.version("readout")
    except importlib.metadata.PackageNotFoundError:  # it runs from its source
        return "unknown"

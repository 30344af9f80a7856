"""What programs may call: ask, search and get_article, as the chat's API and as MCP tools; and whether all is well.

Errors are `ReadoutError`, with one line for people: whoever exposes these functions hands that line on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.chain import Assistant

MOST_HITS = 50


class Api:
    """The functions over an Assistant, which is asked for at the first call: ``Api(assistant).ask`` is to be exposed, and so on."""

    def __init__(self, assistant: Callable[[], Assistant]) -> None:
        self._assistant = assistant

    def ask(self, question: str, outlets: list[str] | None = None, since: str | None = None, until: str | None = None) -> dict[str, Any]:
        """Answer a question with the articles' own words, or say that they are silent.

        Args:
            question: What is asked, in English, in at most 2,000 characters.
            outlets: Only articles of these outlets; none: all.
            since: Only articles published on this day or later, YYYY-MM-DD.
            until: Only articles published on this day or earlier, YYYY-MM-DD.

        Returns:
            The answer: status ("answered" or "abstained"), text, points with speakers, and citations with their place and quotation.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def get_article(self, id: str) -> dict[str, Any]:
        """Get an article as it was read, with who says what in it.

        Args:
            id: The article's id, as answers and hits name it.

        Returns:
            The article: id, outlet, title, url, published, text, and statements, whose offsets count characters of the text.
        """
        raise NotImplementedError


def health(settings: Settings) -> dict[str, Any]:
    """Whether the index can serve: status "ok" (to be sent with HTTP 200) or "not ready" with a reason (503). Never raises.

    With "ok" come the numbers of articles and passages, and the version of Readout and the fingerprint of the index.
    """
    raise NotImplementedError

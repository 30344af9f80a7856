"""What flows through Readout: articles, passages, statements and hits.

Every span obeys one invariant: ``article.text[x.start:x.end] == x.text``, in the text exactly as it was read. Offsets
count characters (Unicode code points), the end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE = "\f"
"""What stands between two pages of an article that has pages."""


@dataclass(frozen=True, slots=True)
class Article:
    """One news article as it was read.

    ``id`` is the file's path below its corpus folder, with forward slashes. What nobody stated is ``None``: an outlet, a
    date or an author is never guessed. ``published`` is ``YYYY-MM-DD``.
    """

    id: str
    text: str
    title: str
    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    author: str | None = None

    def page_of(self, place: int) -> int | None:
        """The page that a place in the text is on, counted from 1, where the article has pages."""
        return self.text.count(PAGE, 0, place) + 1 if PAGE in self.text else None


Voice = tuple[tuple[str, ...], str | None]
"""Who speaks, by canonical name (several, where they say it together; none: nobody), and for which side."""

NOBODY: Voice = ((), None)


@dataclass(frozen=True, slots=True)
class Heard:
    """A statement as far as it stands in a passage: who says it, its cue, whether in quotation marks, and its ``start:end`` there.

    ``leads``: the passage is told by those who say it. Of statements inside statements only the outer one leads.
    """

    speakers: tuple[str, ...]
    side: str | None
    start: int
    end: int
    direct: bool = False
    cue: str | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of an article, or a headline: the unit that is embedded, searched and cited; ``heard`` is what anybody says in it."""

    article: str
    start: int
    end: int
    text: str
    headline: bool = False
    heard: tuple[Heard, ...] = ()

    @property
    def place(self) -> tuple[str, int, int]:
        """Its article, and where it starts and ends there."""
        return self.article, self.start, self.end

    @property
    def voice(self) -> Voice:
        """Who tells it: nobody in plain narration."""
        return next(((one.speakers, one.side) for one in self.heard if one.leads), NOBODY)


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that an article says somebody said.

    ``start:end`` is what was said. ``speaker_start:speaker_end`` are the words beside it that name who said it ("he", "the Kremlin
    statement"), ``None`` when there are none. ``speakers`` are whom those words stand for ("Kremlin"): several where they say it
    together, none when the text does not tell. ``cue`` is the word that makes it an utterance ("said", "according to"), ``direct``
    is whether it holds words in quotation marks, ``hedge`` a word that weakens it ("reportedly"). ``side`` is the group of speakers
    it belongs to, ``None`` when no side claims them.
    """

    article: str
    start: int
    end: int
    text: str
    speakers: tuple[str, ...]
    speaker_start: int | None
    speaker_end: int | None
    cue: str | None
    direct: bool
    hedge: str | None = None
    side: str | None = None

    @property
    def speaker(self) -> str | None:
        """Who says it, for a line of text or a table: of several "A and B"."""
        return " and ".join(self.speakers) or None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    ``score`` are the log-odds that the passage answers, comparable between questions; above 0 it does more likely than not.
    ``similarity`` is the cosine of their vectors. ``number`` is the passage's in the record; neighbours have neighbouring numbers.
    ``read`` is what the reader alone gave it, ``covered`` the share of the question's words that stand in it or just before.
    """

    passage: Passage
    score: float
    similarity: float
    number: int
    read: float = 0.0
    covered: float = 0.0

"""What flows through Readout: articles, passages, statements and hits.

Every span obeys one invariant: ``article.text[x.start:x.end] == x.text``, in the text exactly as it was read. Offsets
count characters (Unicode code points), the end is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of an article, or a headline: the unit that is embedded, searched and cited."""

    article: str
    start: int
    end: int
    text: str
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Something that an article says somebody said.

    ``start:end`` is what was said. ``speaker_start:speaker_end`` are the words beside it that name who said it ("he", "the
    Kremlin statement"), ``None`` when there are none. ``speaker`` is whom those words stand for ("Kremlin"), ``None`` when
    the text does not tell. ``cue`` is the word that makes it an utterance ("said", "according to"), ``direct`` is whether it
    holds words in quotation marks, ``hedge`` a word that weakens it ("reportedly"). ``side`` is the group of speakers it
    belongs to, ``None`` when no side claims the speaker.
    """

    article: str
    start: int
    end: int
    text: str
    speaker: str | None
    speaker_start: int | None
    speaker_end: int | None
    cue: str | None
    direct: bool
    hedge: str | None = None
    side: str | None = None


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

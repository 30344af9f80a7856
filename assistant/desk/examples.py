"""Questions to begin with, made from what the corpus at hand holds: its sides, outlets, most quoted speakers and what they speak of."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from assistant.question import Names, outlet_aliases
from index.lexicon import words
from index.record import Record

SAMPLE = 300  # articles looked at: more would make the first page wait
MOST = 5
LEADS_TO_NAMES = (words("object_prepositions") | words("name_prepositions")) - {"to"}  # "to Congratulate" is no name
MARKS = ".,;:!?()[]“”\"'’"
CALENDAR = frozenset(map(str.lower, (*calendar.month_name, *calendar.day_name)))


@dataclass(frozen=True, slots=True)
class _Mention:
    """A topic in a statement: who speaks of it there, on which side, in which outlet."""

    topic: str
    speaker: str | None
    side: str | None
    outlet: str | None


def examples(record: Record, names: Names) -> list[str]:
    """Questions that this corpus answers, at most five: each names a topic that those asked about do speak of."""
    texts, mentions, quoted = [], list[_Mention](), Counter[str]()
    known = _known(names)
    for article in record.catalogue(limit=SAMPLE):
        texts.append(record.article(article.id).text)
        for said in record.statements(article.id):
            topics = set(topics_of(said.text))
            speaker = said.speakers[0] if len(said.speakers) == 1 else None
            mentions += [_Mention(topic, speaker, said.side, article.outlet) for topic in topics if not _words(topic) & known]
            if speaker:
                quoted[speaker] += 1
    return list(islice(dict.fromkeys(_questions(mentions, quoted, names, "\n".join(texts))), MOST))


def _questions(mentions: list[_Mention], quoted: Counter[str], names: Names, text: str) -> Iterator[str]:
    shared = _ranked(mentions)
    if names.sides and shared:
        yield f"What did each side say about {shared[0]}?"
    for place, (speaker, _) in enumerate(quoted.most_common(MOST)):
        if place == 2:
            yield from _of_outlets(mentions, shared, names)
        own = _ranked([one for one in mentions if one.speaker == speaker])
        fresh = [topic for topic in own if topic not in shared[:1]] or own
        yield f"What did {_called(speaker, text)} say{f' about {fresh[0]}' if fresh else ''}?"


def _of_outlets(mentions: list[_Mention], shared: list[str], names: Names) -> Iterator[str]:
    if len(names.outlets) > 1 and shared[1:]:
        yield f"Which outlets mention {shared[1]}?"
    for outlet in names.outlets:
        if own := _ranked([one for one in mentions if one.outlet == outlet and one.topic not in shared[:2]]):
            yield f"What does {outlet} report about {own[0]}?"
            return


def _ranked(mentions: Iterable[_Mention]) -> list[str]:
    """Topics, those first that most sides, speakers and outlets speak of."""
    by_topic: dict[str, list[_Mention]] = {}
    for one in mentions:
        by_topic.setdefault(one.topic, []).append(one)

    def reach(topic: str) -> int:
        return sum(len({getattr(one, kind) for one in by_topic[topic]} - {None}) for kind in ("side", "speaker", "outlet"))

    return sorted(by_topic, key=lambda topic: (-reach(topic), -len(by_topic[topic]), topic))


def topics_of(text: str) -> Iterator[str]:
    """Yield the names that a preposition leads to: "Syria" and "the White House", with the article as it stands."""
    parts = text.split()
    for place, part in enumerate(parts, 1):
        if part in LEADS_TO_NAMES:
            article = ["the"] if parts[place : place + 1] == ["the"] else []
            if name := list(_name(parts[place + len(article) :])):
                yield " ".join((*article, *name))


def _name(parts: list[str]) -> Iterator[str]:
    """Yield the words of a name that a text begins with, without what stands behind it."""
    for part in parts:
        word = part.rstrip(MARKS).removesuffix("’s").removesuffix("'s")
        if not (word[:1].isupper() and word[1:].isalnum()):
            return
        yield word
        if word != part:
            return


def _words(topic: str) -> set[str]:
    return {topic.removeprefix("the ").lower(), *(topic.lower().split() if " " not in topic.removeprefix("the ") else ())}


def _known(names: Names) -> set[str]:
    """Names that are no topics: speakers, outlets, months and days."""
    outlets = {alias.lower() for outlet in names.outlets for alias in outlet_aliases(outlet)}
    return {*names.speakers, *outlets, *CALENDAR, *(word for name in names.speakers for word in name.split())} - {"the"}


def _called(speaker: str, text: str) -> str:
    """A speaker as sentences name it: "the Kremlin", where the articles mostly do."""
    told, name = f" {' '.join(text.lower().split())}", speaker.lower()
    return f"the {speaker}" if told.count(f" the {name}") * 2 > told.count(f" {name}") else speaker

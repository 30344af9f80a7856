"""A draft of golden questions for a corpus, from its ledger of who said what. For a person to go through: nothing here understands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.golden import held_out_ids
from index.errors import UsageError
from index.record import Record
from index.text import content_words
from index.types import Statement

MOST = 60  # statements that are asked about; spread over the ledger
LEAST_WORDS, MOST_WORDS = 4, 25
_ABSENT = (
    "the price of tulips", "the football results", "the weather on Sunday", "the opera season", "volcanoes", "chess",
    "beekeeping", "the Nobel Prize in Chemistry", "submarine cables", "cheese",
)  # fmt: skip


def write_draft(record: Record, file: Path) -> int:
    """Write a draft of golden questions for an index and return how many there are.

    Raises:
        UsageError: the file is there already or cannot be written, or the ledger has no statement to ask about.
    """
    if not (questions := list(draft(record))):
        raise UsageError(
            "the index holds no statement with a known speaker: there is nothing to draft questions from. Index more articles."
        )
    write_questions(questions, file)
    return len(questions)


def write_questions(questions: Iterable[dict[str, Any]], file: Path) -> None:
    """Write golden questions, one a line, to a new file.

    Raises:
        UsageError: the file is there already or cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as out:
            out.writelines(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    except FileExistsError:
        raise UsageError(f"{file} is there already and may hold your work. Name another file.") from None
    except OSError as error:
        raise UsageError(f"{file}: the questions cannot be written ({error.strerror}). Name another file.") from error


def draft(record: Record) -> Iterator[dict[str, Any]]:
    """Yield questions: who said what, what somebody said about something, and what nobody said. A third of each kind is held out."""
    said = [one for one in record.statements() if one.speaker and _words(one.text)]
    chosen = said[:: max(1, len(said) // MOST)][:MOST]
    rarity = record.rarity({word: word for one in chosen for word in content_words(one.text)})
    asked, absent = list(_asked(chosen, rarity)), list(_absent(record, chosen))
    held = held_out_ids(one["id"] for one in asked) | held_out_ids(one["id"] for one in absent)
    seen = set[str]()
    for one in (*asked, *absent):
        if one["question"] not in seen:
            seen.add(one["question"])
            yield {**one, "held_out": True} if one["id"] in held else one


def _asked(said: Iterable[Statement], rarity: dict[str, float]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(said, 1):
        words = _words(one.text)
        evidence = [[{"article": one.article, "words": words}]]
        rare = sorted(dict.fromkeys(content_words(words)), key=lambda word: -rarity.get(word, 0.0))[:2]
        about = f"What did {one.speaker} say about {' and '.join(rare)}?" if rare else f"What did {one.speaker} say?"
        question = f"Who said “{words}”?" if number % 2 else about
        yield {
            "id": f"draft-{number:03}", "kind": "who-said", "question": question, "evidence": evidence, "speakers": [one.speaker],
            "answerable": True, "reference": f"{one.speaker}: {' '.join(one.text.split())}",
        }  # fmt: skip


def _absent(record: Record, said: Iterable[Statement]) -> Iterator[dict[str, Any]]:
    """Questions on things that no article has a word on."""
    texts = " ".join(article.text.lower() for article in record.articles())
    topics = [topic for topic in _ABSENT if not any(word in texts for word in content_words(topic))]
    speakers = list(dict.fromkeys(one.speaker for one in said))
    for number, topic in enumerate(topics if speakers else [], 1):
        question = f"What did {speakers[number % len(speakers)]} say about {topic}?"
        yield {
            "id": f"draft-absent-{number:02}", "kind": "unanswerable", "question": question, "evidence": [], "answerable": False,
            "reference": "No article has a word on it.",
        }  # fmt: skip


def _words(text: str) -> str:
    """The beginning of a statement as evidence: on one line, short, verbatim; empty where that leaves too little."""
    words = (text.strip().splitlines() or [""])[0].split(" ")[:MOST_WORDS]
    return " ".join(words) if sum(map(bool, words)) >= LEAST_WORDS else ""

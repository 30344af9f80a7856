"""Golden questions: what is asked, and the words of the articles that a good answer must show.

One JSON object a line. ``evidence`` lists needs, each a list of alternatives: an answer is to cite one alternative of every need.
Words are given as they stand, or by their offsets where the article is not the project's to copy from.
Where an answer is to come from several sides, there is one need a side, in the order of ``sides``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from index.errors import ReadoutError
from index.types import Article

QUESTIONS = Path(__file__).with_name("golden.jsonl")
KINDS = (
    "fact", "paraphrase", "yes-no", "who-said", "by-side", "by-outlet", "coverage", "list", "overview", "follow-up", "unanswerable",
    "false-premise", "instruction",
)  # fmt: skip
DIRECT_KINDS = frozenset({"fact", "paraphrase", "yes-no", "who-said"})
OF_ALL_KINDS = frozenset({"coverage", "list", "overview"})  # answered from all articles, not from what one search finds
_TEXTS, _LISTS = ("id", "kind", "question", "reference"), ("history", "speakers", "sides", "silent", "outlets")
_WORDS, _PLACE = {"article": str, "words": str}, {"article": str, "start": int, "end": int}
_KNOWN = frozenset({*_TEXTS, *_LISTS, "answerable", "held_out", "draft", "evidence"})


class GoldenError(ReadoutError):
    """A golden question that cannot be used as it stands; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of an article that answer a question, and every place where they stand.

    ``article.text[start : start + len(words)] == words``, for each of ``starts``.
    """

    article: str
    words: str
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Golden:
    """A question with what is known of its right answer.

    ``evidence``: needs, each with its alternatives. ``speakers``, ``sides`` and ``outlets`` are to be named as speaking, ``silent`` are the
    sides or outlets asked about that have nothing on it. ``held_out`` questions are never looked at while tuning.
    A ``draft`` is for a person to mend and then take that mark off: until then it may lack its evidence, and is not asked.
    ``line`` is where it stands in its file.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    evidence: tuple[tuple[Words, ...], ...] = ()
    history: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    reference: str = ""
    held_out: bool = False
    draft: bool = False
    line: int = field(default=0, compare=False)


def load_golden(file: Path, articles: Mapping[str, Article]) -> list[Golden]:
    """Read golden questions and check every one against the articles, by id, that it is asked of.

    Raises:
        GoldenError: the file is missing or empty, a line is not the JSON of a question, an id or a question stands twice, a kind is
            unknown, or words are not in their article, character for character.
    """
    questions: list[Golden] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(_text(file).split("\n"), 1):
        if not line.strip():
            continue
        where = f"{file}, line {number}"
        golden = _golden(line, articles, where)
        asked = "\n".join((*golden.history, golden.question)).casefold()
        for what, key in (("id", f"id {golden.id!r}"), ("question", f"question {asked!r}")):
            if (first := seen.setdefault(key, number)) != number:
                raise GoldenError(f"{where}: the {what} of {golden.id!r} is already that of line {first}. Change or remove one of them.")
        questions.append(replace(golden, line=number))
    if not questions:
        raise GoldenError(f"{file}: holds no question. Write one JSON object a line.")
    return questions


def checked(golden: Iterable[Golden], file: Path) -> list[Golden]:
    """The questions of a file without the drafts, which say nothing about an answer until a person has mended them.

    Raises:
        GoldenError: there are only drafts.
    """
    found = [one for one in golden if not one.draft]
    if not found:
        raise GoldenError(f'{file}: holds drafts only. Mend them and take "draft" out of each that is right.')
    return found


def held_out_ids(ids: Iterable[str]) -> set[str]:
    """The third of some ids (those of one kind) that is to be held out: the lowest by hash, so that nobody chooses."""
    ranked = sorted(ids, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return set(ranked[: round(len(ranked) / 3)])


def file_hash(file: Path) -> str:
    """A short hash of a file's bytes: two runs over equal hashes asked the same questions."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # Windows' editors put a mark before the first line
    except OSError as error:
        raise GoldenError(f"{file}: cannot be read ({error.strerror}). Name a file of golden questions.") from error
    except UnicodeDecodeError as error:
        raise GoldenError(f"{file}: is not UTF-8 at byte {error.start}. Save it as UTF-8.") from error


def _golden(line: str, articles: Mapping[str, Article], where: str) -> Golden:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise GoldenError(f"{where}: is not JSON ({error}). Write one JSON object a line.") from error
    if not isinstance(value, dict):
        raise GoldenError(f"{where}: is {type(value).__name__}, not an object. Write one JSON object a line.")
    for key in _TEXTS[:3]:
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise GoldenError(f"{where}: {key!r} is missing or not a text.")
    name = f"{where} ({value['id']})"
    for trouble in _troubles(value):
        raise GoldenError(f"{name}: {trouble}")
    lists = {key: tuple(value.get(key, [])) for key in _LISTS}
    evidence = tuple(tuple(_words(place, articles, name) for place in need) for need in value.get("evidence", []))
    golden = Golden(**{**value, **lists, "evidence": evidence})
    if (golden.answerable != bool(evidence) and not golden.draft) or not all(evidence):
        raise GoldenError(f"{name}: an answerable question needs evidence, every need an alternative; one that is not answerable has none.")
    if golden.sides and not golden.draft and len(golden.sides) != len(evidence):
        sides = f"{len(golden.sides)} sides and {len(evidence)} needs"
        raise GoldenError(f"{name}: has {sides}. Give one need a side, in the order of the sides.")
    return golden


def _troubles(value: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the shape of a question."""
    if unknown := sorted(set(value) - _KNOWN):
        yield f"unknown field {unknown[0]!r}. There are: {', '.join(sorted(_KNOWN))}."
    if value["kind"] not in KINDS:
        yield f"unknown kind {value['kind']!r}. There are: {', '.join(KINDS)}."
    if not all(isinstance(flag, bool) for flag in (value.get("answerable"), value.get("held_out", False), value.get("draft", False))):
        yield "'answerable' (and 'held_out' and 'draft' where they stand) must be true or false."
    if not isinstance(value.get("reference", ""), str):
        yield "'reference' is not a text."
    for key, kind, what in (*((key, str, "texts") for key in _LISTS), ("evidence", list, "needs, each a list of alternatives")):
        found = value.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, kind) for item in found):
            yield f"{key!r} is not a list of {what}."


def _words(place: object, articles: Mapping[str, Article], name: str) -> Words:
    if not isinstance(place, dict) or {key: type(value) for key, value in place.items()} not in (_WORDS, _PLACE):
        shape = '{"article": "…", "words": "…"}, nor "start" and "end" in place of "words"'
        raise GoldenError(f"{name}: a piece of evidence is not {shape}.")
    article = place["article"]
    if article not in articles:
        raise GoldenError(f"{name}: there is no article {article!r} in the index. It has: {', '.join(sorted(articles)[:8]) or 'none'}.")
    text = articles[article].text
    words = place["words"] if "words" in place else text[place["start"] : place["end"]]
    if "start" in place and not words.strip():
        raise GoldenError(f"{name}: {article} has no words at {place['start']} to {place['end']}.")
    starts = (place["start"],) if "start" in place else tuple(_places(words, text))
    if not starts:
        raise GoldenError(f"{name}: the words {words!r} are not in {article}. Copy them from it, character for character.")
    return Words(article, words, starts)


def _places(words: str, text: str) -> Iterator[int]:
    at = text.find(words) if words.strip() else -1
    while at >= 0:
        yield at
        at = text.find(words, at + 1)

"""Golden questions: what is asked, and the words of the articles that a good answer must show.

One JSON object a line. ``evidence`` lists needs, each a list of alternatives: an answer is to cite one alternative of every need.
Words are given as they stand, or by their offsets where the article is not the project's to copy from.
Where an answer is to come from several sides, there is one need a side, in the order of ``sides``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReadoutError
from index.types import Article

QUESTIONS = Path(__file__).with_name("golden.jsonl")
KINDS = (
    "fact", "paraphrase", "yes-no", "who-said", "by-side", "by-outlet", "follow-up", "unanswerable", "false-premise", "instruction",
)  # fmt: skip
DIRECT_KINDS = frozenset({"fact", "paraphrase", "yes-no", "who-said"})
_TEXTS, _LISTS, _FLAGS = (
    ("id", "kind", "question", "reference"),
    ("history", "speakers", "sides", "silent", "outlets"),
    ("answerable", "held_out", "draft"),
)
_WORDS, _PLACE = {"article": str, "words": str}, {"article": str, "start": int, "end": int}
_KNOWN = frozenset({*_TEXTS, *_LISTS, *_FLAGS, "evidence"})


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


def load_golden(file: Path, articles: Mapping[str, Article]) -> list[Golden]:
    """Read golden questions and check every one against the articles, by id, that it is asked of.

    Raises:
        GoldenError: the file is missing or empty, a line is not the JSON of a question, an id or a question stands twice, a kind is
            unknown, or words are not in their article, character for character.
    """
    questions: list[Golden] = []
    seen: dict[str, int] = {}
    for number, value in _objects(file):
        where = f"{file}, line {number}"
        golden = _golden(value, articles, where)
        asked = "\n".join((*golden.history, golden.question)).casefold()
        for key, what in ((f"id {golden.id!r}", "id"), (f"question {asked!r}", "question")):
            if key in seen:
                raise GoldenError(
                    f"{where}: the {what} of {golden.id!r} is already that of line {seen[key]}. Change or remove one of them."
                )
            seen[key] = number
        questions.append(golden)
    if not questions:
        raise GoldenError(f"{file}: holds no question. Write one JSON object a line.")
    return questions


def held_out_ids(ids: Iterable[str]) -> set[str]:
    """The third of some ids (those of one kind) that is to be held out: the lowest by hash, so that nobody chooses."""
    ranked = sorted(ids, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return set(ranked[: round(len(ranked) / 3)])


def file_hash(file: Path) -> str:
    """A short hash of a file's bytes: two runs over equal hashes asked the same questions."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _objects(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise GoldenError(f"{file}: cannot be read ({error.strerror}). Name a file of golden questions.") from error
    except UnicodeDecodeError as error:
        raise GoldenError(f"{file}: is not UTF-8 at byte {error.start}. Save it as UTF-8.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise GoldenError(f"{file}, line {number}: is not JSON ({error}). Write one JSON object a line.") from error
        if not isinstance(value, dict):
            raise GoldenError(f"{file}, line {number}: is {type(value).__name__}, not an object. Write one JSON object a line.")
        yield number, value


def _golden(value: dict[str, Any], articles: Mapping[str, Article], where: str) -> Golden:
    _check_shape(value, where)
    name = f"{where} ({value['id']})"
    evidence = tuple(tuple(_words(place, articles, name) for place in need) for need in value.get("evidence", []))
    lists: dict[str, Any] = {key: tuple(value.get(key, [])) for key in _LISTS}
    golden = Golden(**{**{key: value[key] for key in _KNOWN & set(value)}, **lists, "evidence": evidence})
    if (golden.answerable != bool(evidence) and not golden.draft) or not all(evidence):
        raise GoldenError(f"{name}: an answerable question needs evidence, every need an alternative; one that is not answerable has none.")
    if golden.sides and not golden.draft and len(golden.sides) != len(evidence):
        raise GoldenError(
            f"{name}: has {len(golden.sides)} sides and {len(evidence)} needs. Give one need a side, in the order of the sides."
        )
    return golden


def _check_shape(value: dict[str, Any], where: str) -> None:
    for key in _TEXTS[:3]:
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise GoldenError(f"{where}: {key!r} is missing or not a text.")
    name = f"{where} ({value['id']})"
    if unknown := sorted(set(value) - _KNOWN):
        raise GoldenError(f"{name}: unknown field {unknown[0]!r}. There are: {', '.join(sorted(_KNOWN))}.")
    if value["kind"] not in KINDS:
        raise GoldenError(f"{name}: unknown kind {value['kind']!r}. There are: {', '.join(KINDS)}.")
    if not all(isinstance(flag, bool) for flag in (value.get("answerable"), value.get("held_out", False), value.get("draft", False))):
        raise GoldenError(f"{name}: 'answerable' (and 'held_out' and 'draft' where they stand) must be true or false.")
    if not isinstance(value.get("reference", ""), str):
        raise GoldenError(f"{name}: 'reference' is not a text.")
    for key in _LISTS:
        if not _is_list(value.get(key, []), str):
            raise GoldenError(f"{name}: {key!r} is not a list of texts.")
    if not _is_list(value.get("evidence", []), list):
        raise GoldenError(f"{name}: 'evidence' is not a list of needs, each a list of alternatives.")


def _is_list(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _words(place: object, articles: Mapping[str, Article], name: str) -> Words:
    if not isinstance(place, dict) or {key: type(value) for key, value in place.items()} not in (_WORDS, _PLACE):
        raise GoldenError(
            f'{name}: a piece of evidence is not {{"article": "…", "words": "…"}}, nor "start" and "end" in place of "words".'
        )
    article = place["article"]
    if article not in articles:
        raise GoldenError(f"{name}: there is no article {article!r} in the index. It has: {', '.join(sorted(articles)[:8]) or 'none'}.")
    if "start" in place:
        words = articles[article].text[place["start"] : place["end"]]
        if not words.strip():
            raise GoldenError(f"{name}: {article} has no words at {place['start']} to {place['end']}.")
        return Words(article, words, (place["start"],))
    words = place["words"]
    starts = tuple(_places(words, articles[article].text)) if words.strip() else ()
    if not starts:
        raise GoldenError(f"{name}: the words {words!r} are not in {article}. Copy them from it, character for character.")
    return Words(article, words, starts)


def _places(words: str, text: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + 1)

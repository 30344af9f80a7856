"""A draft of golden questions for a corpus, from its ledger of who said what. For a person to go through: nothing here understands.

What reads as nonsense is left out by its parse: words that are no sentence, topics that are no things, speakers without a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.verification.parses import parsed
from eval.golden import held_out_ids
from index.errors import UsageError
from index.record import Record
from index.text import content_words
from index.types import Statement

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

MOST = 60  # statements that are asked about; spread over the ledger
READ = 4  # times as many statements are read, as not every one can be asked about
LEAST_WORDS, MOST_WORDS = 4, 25
QUOTES = "“”\"‘’'"
_ABSENT = (
    "the price of tulips", "the football results", "the weather on Sunday", "the opera season", "volcanoes", "chess",
    "beekeeping", "the Nobel Prize in Chemistry", "submarine cables", "cheese",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Utterance:
    """A sentence that somebody says, as it stands in an article, with the things it speaks of."""

    article: str
    words: str
    speaker: str
    topics: tuple[str, ...]


def write_draft(record: Record, file: Path) -> int:
    """Write a draft of golden questions for an index and return how many there are.

    Raises:
        UsageError: the file is there already or cannot be written, or the ledger has no statement to ask about.
    """
    if not (questions := list(draft(record))):
        raise UsageError(
            "the index holds no whole sentence of a speaker with a name: there is nothing to draft questions from. Index more articles."
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
    """Yield questions: who said what, what somebody said about something, and what nobody said. A third of each kind is held out.

    Each is marked as a draft. What is no sentence, or is said by nobody with a name, is not asked about.
    """
    said = [one for one in record.statements() if one.speaker]
    read = [found for one in said[:: max(1, len(said) // (READ * MOST))] if (found := _utterance(one, record)) is not None]
    chosen = read[:: max(1, len(read) // MOST)][:MOST]
    rarity = record.rarity({word: word for one in chosen for topic in one.topics for word in content_words(topic)})
    asked, absent = list(_asked(chosen, rarity)), list(_absent(record, chosen))
    held = held_out_ids(one["id"] for one in asked) | held_out_ids(one["id"] for one in absent)
    seen = set[str]()
    for one in (*asked, *absent):
        if one["question"] not in seen:
            seen.add(one["question"])
            yield {**one, **({"held_out": True} if one["id"] in held else {}), "draft": True}


def _asked(said: Iterable[Utterance], rarity: dict[str, float]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(said, 1):
        topic = max(one.topics, key=lambda topic: max((rarity.get(word, 0.0) for word in content_words(topic)), default=0.0), default=None)
        about = f"What did {one.speaker} say about {topic}?" if topic and number % 2 == 0 else None
        yield {
            "id": f"draft-{number:03}", "kind": "who-said", "question": about or f"Who said “{one.words}”?",
            "evidence": [[{"article": one.article, "words": one.words}]], "speakers": [one.speaker],
            "answerable": True, "reference": f"{one.speaker}: {one.words}",
        }  # fmt: skip


def _absent(record: Record, said: Iterable[Utterance]) -> Iterator[dict[str, Any]]:
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


# -- what reads as sense ------------------------------------------------------------------------------------------------


def _utterance(said: Statement, record: Record) -> Utterance | None:
    """A statement as it can be asked about; nothing where its first sentence is none, or nobody with a name says it."""
    [doc] = parsed([_bare((said.text.strip().splitlines() or [""])[0])])
    sentence = next(doc.sents, doc[:])
    if not _is_clause(sentence) or not all(_is_name(name, record.article(said.article).text) for name in said.speakers):
        return None
    words = _bare(sentence[int(_is_that(sentence[0])) :].text)
    if not LEAST_WORDS <= len(words.split()) <= MOST_WORDS:
        return None
    return Utterance(said.article, words, said.speaker or "", tuple(_topics(sentence, said.speakers)))


def _bare(words: str) -> str:
    """Words without the marks around them; those of a quotation within them stay."""
    words = words.strip(" ,")
    return words.strip(f"{QUOTES} ,") if words[:1] in QUOTES else words


def _is_that(token: Token) -> bool:
    return token.dep_ == "mark" and token.lower_ == "that"  # "that the bridge fell" is said as "The bridge fell"


def _is_clause(sentence: Span) -> bool:
    """Whether words tell something: a subject and a finite verb, no question, and not broken off after "with"."""
    words = [token for token in sentence if not token.is_punct and not token.is_space]
    if not words or words[0].tag_.startswith("W") or (words[-1].dep_ == "prep" and not any(words[-1].children)):
        return False
    root, parts = sentence.root, list(sentence.root.children)
    if any(token.dep_ == "mark" and not _is_that(token) for token in parts):  # "whether the bridge fell"
        return False
    finite = any("VerbForm=Fin" in token.morph or token.tag_ == "MD" for token in (root, *parts) if token.pos_ in ("VERB", "AUX"))
    return finite and any(token.dep_ in ("nsubj", "nsubjpass", "expl", "csubj") for token in parts)


def _is_name(name: str, text: str) -> bool:
    """Whether a speaker has a name: it reads as one in a sentence, and within the article's sentences it is not written small.

    A single word that opens sentences alone may be anything.
    """
    [doc] = parsed([f"{name} said so."])
    subject = next((token for token in doc if token.dep_ == "nsubj" and token.head.text == "said"), None)
    if subject is None or subject.pos_ != "PROPN" or subject.left_edge.i or subject.right_edge.i != len(doc) - 4:
        return False
    within = [match[0] for match in re.finditer(rf"(?<=[a-z,] )(?i:{re.escape(name)})\b(?! [A-Z])", text)]
    small = sum(found[0].islower() for found in within)
    return 2 * small < len(within) or (not within and " " in name)


def _topics(sentence: Span, speakers: Iterable[str]) -> Iterator[str]:
    """What a sentence speaks of, in noun phrases without marks; its speakers are none."""
    own = {word for name in speakers for word in name.split()}
    for chunk in sentence.noun_chunks:
        named = chunk.root.pos_ in ("NOUN", "PROPN") and not own & {token.text for token in chunk}
        new = any("Definite=Ind" in token.morph for token in chunk)  # "a candidate" may be any
        whole = not chunk.doc.text[chunk.end_char : chunk.end_char + 2].startswith("-")
        if named and not new and whole and not any(token.is_punct for token in chunk):
            yield chunk.text

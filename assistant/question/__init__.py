"""What a question asks: checked, read into slots by a small network, and where it leans on earlier ones, read with them.

`understand` is the way in. `tagger` says which words are what, `slots` whom they name in an index, `followup` what the one before adds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from assistant.question.followup import Turn, follow
from assistant.reading import Names, outlet_aliases
from assistant.types import NO_EVIDENCE, Question
from index.errors import QuestionError
from index.lexicon import words

__all__ = ["LONGEST", "REMEMBERED", "Names", "clean", "outlet_aliases", "understand"]

LONGEST = 2_000  # characters: a question of a page is a document
REMEMBERED = 8  # earlier questions that a question is read with; what it leans on is one of the last


def clean(text: str) -> str:
    """Check a question and fold its white space.

    Raises:
        QuestionError: it is empty, too long, holds control characters, or is not in English.
    """
    text = text.strip()
    if not text:
        raise QuestionError("the question is empty. Ask what the articles say.")
    if len(text) > LONGEST:
        raise QuestionError(f"the question has {len(text):,} characters. Ask in {LONGEST:,} or fewer.")
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\r\n" for sign in text):
        raise QuestionError("the question holds control characters. Type it again as plain text.")
    text = " ".join(text.split())
    if not any(sign.isalnum() for sign in text):
        raise QuestionError("the question has no words. Ask in words.")
    if not _is_english(text):
        raise QuestionError("Readout reads English articles and English questions only. Ask in English.")
    return text


def _is_english(text: str) -> bool:
    """Whether a question may be English: most of it is Latin script, and none of its words asks in another language, or some in English."""
    letters = [sign for sign in text if sign.isalpha()]
    latin = sum(sign.isascii() or "LATIN" in unicodedata.name(sign, "") for sign in letters)
    asked = "".join(sign if sign.isalpha() else " " for sign in text.lower()).split()
    foreign = words("asked_in_others").intersection(asked) and not words("asked_in_english").intersection(asked)
    return latin * 2 >= len(letters) and not foreign


def understand(text: str, names: Names, history: Sequence[str] = ()) -> Question:
    """Read a question against the names that the index knows, and with the earlier questions of the conversation, oldest first.

    Earlier questions that cannot be read are passed over. A question that leans on none is read as though there were none.

    Raises:
        QuestionError: see `clean`.
    """
    before: Turn | None = None
    for earlier in history[-REMEMBERED:]:
        with suppress(QuestionError):
            turn = follow(clean(earlier), before, names)
            before = before if turn.question.form in NO_EVIDENCE else turn
    return follow(clean(text), before, names).question

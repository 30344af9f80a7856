"""The question as understood: checked, read on its own, and where it leans on earlier ones, read with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress

from assistant.followup import follow
from assistant.reading import Names, outlet_aliases
from assistant.types import NO_EVIDENCE, Question
from index.errors import QuestionError

__all__ = ["LONGEST", "Names", "clean", "outlet_aliases", "understand"]

LONGEST = 2_000  # characters: a question of a page is a document
REMEMBERED = 12  # earlier questions that a question is read with; what it leans on is one of the last

_ENGLISH = frozenset(
    """what who whom whose which when where why how did does do is are were has have had will would can could should the of to
    for about with from by and or any each both they he she it his their say said tell me give list according there this
    that""".split()
)  # words of English questions that are not also words of its neighbours
_FOREIGN = frozenset(
    """qué pense che que quién quien quiénes cuándo cuando dónde cómo cuál dijo dijeron qui quoi quand où comment pourquoi quel
    quelle wer wie wann wo warum welche welcher sagte wird cosa quando perché quem onde quais wat waar wanneer waarom heeft
    vad vem hvad sagde czy kto powiedział combien dit qu dans avec mais ist nicht und auf wurde haben está fue sobre della
    gli zijn niet och inte não são""".split()
)  # words that ask or tell, and are no English words or names


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
    words = re.findall(r"[^\W\d_]+", text.lower())
    latin = sum(sign.isascii() or "LATIN" in unicodedata.name(sign, "") for sign in text if sign.isalpha())
    letters = sum(sign.isalpha() for sign in text)
    if latin * 2 < letters or (_FOREIGN.intersection(words) and not _ENGLISH.intersection(words)):
        raise QuestionError("Readout reads English articles and English questions only. Ask in English.")
    return text


def understand(text: str, names: Names, history: Sequence[str] = ()) -> Question:
    """Read a question against the names that the index knows, and with the earlier questions of the conversation, oldest first.

    Earlier questions that cannot be read are passed over. A question that leans on none is read as though there were none.

    Raises:
        QuestionError: see `clean`.
    """
    before: Question | None = None
    for earlier in history[-REMEMBERED:]:
        with suppress(QuestionError):
            question = follow(clean(earlier), before, names)
            before = before if question.form in NO_EVIDENCE else question
    return follow(clean(text), before, names)

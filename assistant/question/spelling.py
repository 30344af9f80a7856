"""Words of a question that stand in no article, and the one word of the articles that each may misspell."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from assistant.reading import ALIKE
from index.embedder import bundled_tokenizer
from index.record import Record, Scope
from index.text import content_words, stem

MOST, LIKE_STEMS = 5, 0.7  # stems that are looked at, and how like they must be
SHORTEST = 5  # letters of a word that is taken for a slip


def respelled(word: str, record: Record) -> str | None:
    """The one word of the articles that a word misspells; nothing where none is like it, or several are."""
    typed = word.lower()
    if len(typed) < SHORTEST or not typed.isalpha() or len(bundled_tokenizer().encode(typed, add_special_tokens=False).ids) == 1:
        return None  # what the embedding model knows as one word is a word
    stems = get_close_matches(stem(typed), record.terms(typed[0]), MOST, LIKE_STEMS)
    found = {one for near in stems if (one := _written(typed, near, record))}
    return found.pop() if len(found) == 1 else None


def _written(typed: str, near: str, record: Record) -> str | None:
    """A word of the articles that has a stem and is like what was typed."""
    found = record.match([near], Scope(), 1)
    texts = [stored.passage.text for stored in record.passages([number for number, _ in found]).values()]
    likeness = {one: SequenceMatcher(None, typed, one.lower()).ratio() for text in texts for one in content_words(text)}
    best = max(likeness, key=lambda one: likeness[one], default="")
    return best if best and likeness[best] >= ALIKE else None

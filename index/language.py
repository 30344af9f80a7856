"""Which language an article is in. Readout reads English: of another language it knows no sentences and nobody who speaks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

OURS = "en"
SURE = 0.9  # how sure it must be that a text is in another language: a wrong word costs an article's statements
_ENOUGH = 25  # letters: a shorter text may be names
_READ = 3_000  # characters: more say no more about a language


def other_language(text: str) -> str | None:
    """The English name of the language a text is in, where it is plainly not English."""
    sample = text[:_READ]
    if sum(map(str.isalpha, sample)) < _ENOUGH:
        return None
    code, sure = _identifier().classify(sample)
    if code == OURS or sure < SURE:
        return None
    from babel import Locale, UnknownLocaleError  # only where there is a name to be had

    try:
        return Locale.parse(code).english_name or str(code)
    except (UnknownLocaleError, ValueError):
        return str(code)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # four tenths of a second with its model

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)

"""Words as they are written: typography, emphasis, sentences and quotations, and which names of a text stand nowhere in others."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.verification.forms import Forms, pieces
from index.lexicon import words
from index.speakers import TITLES
from index.statements import SINGLE, quotations
from index.text import content_words

NO_NAMES, ABBREVIATIONS = words("no_names"), words("abbreviations")
_DOUBLE, _SINGLE = "“”„«»‟″〝〞〟＂「」『』", "‘’‚‛‹›"  # quotation marks of all kinds
_FOLD = str.maketrans({**dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_SINGLE, "'"), "\u00a0": " "})
_ODD = str.maketrans(dict.fromkeys("‟″〝〞〟＂「」『』‹›", '"'))
_EMPHASIS = re.compile(r"(?<![\w*_`])(\*{1,3}|_{1,3}|`{1,3})(?=[^\s*_`])(.+?)(?<=[^\s*_`])\1(?![\w*_`])")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’']*\s+(?=[\"“‘A-Z\d])")
_PARTS = re.compile(
    r"\s*(?:[;:]|\s[–—-])\s+|,\s+(?:(?:but|and|while|though|although|because|so|yet|then|whereas)\s|(?=which\s))"
    r"|\s(?:but|because|although|whereas|while)\s"
)
_ASIDE = re.compile(r"\(([^()]+)\)|,\s+((?:who|whose|which)\s[^,]+),")


def fold(text: str) -> str:
    """A text with typographic quotation marks and white space made plain."""
    return " ".join(text.translate(_FOLD).split())


def without_emphasis(text: str) -> str:
    """A text without the marks of Markdown for bold, italics, code and headings; those of a word are its own ("f***", "f**k")."""
    return _EMPHASIS.sub(r"\2", text).lstrip("#*_` ")


def sentences(text: str) -> list[str]:
    """The sentences of a text, by its punctuation; neither an abbreviation nor a full stop within a quotation ends one."""
    inside = [(quote.start, quote.end) for quote in quotations(text)]
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        if not _abbreviated(text[start : match.start()]) and not any(first < match.end() < last for first, last in inside):
            found.append(text[start : match.end()])
            start = match.end()
    return [sentence for part in (*found, text[start:]) if (sentence := part.strip())]


def _abbreviated(text: str) -> bool:
    """Whether a text ends in an abbreviation: "Mr.", "U."."""
    last = "".join(text.rsplit(maxsplit=1)[-1:]).lstrip("(\"“‘'")
    return last.endswith(".") and (last[:-1].lower() in ABBREVIATIONS or (len(last.split(".")[-2]) == 1 and last[-2].isupper()))


def ends(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip("\"”’')")[-1:] in ".!?…" and not _abbreviated(text)


def clauses(sentence: str) -> list[str]:
    """A sentence's clauses, as far as words like "but" part them, and its asides."""
    asides = [aside for match in _ASIDE.finditer(sentence) if len(content_words(aside := match[1] or match[2])) > 1]
    return [*_PARTS.split(sentence), *asides]


def quoted(text: str) -> list[str]:
    """The words that a text puts in quotation marks, without the marks."""
    text = text.translate(_ODD)
    doubles = [(quote.start, quote.end) for quote in quotations(text)]
    singles = [match.span() for match in SINGLE.finditer(text) if not any(start <= match.start() < end for start, end in doubles)]
    found = (text[start:end].strip("“”„«»\"‘’' ") for start, end in sorted(doubles + singles))
    return [quote for quote in found if any(map(str.isalnum, quote))]


def stands_in(quote: str, texts: Iterable[str]) -> bool:
    """Whether a text has a quotation's words as they are; a comma or full stop that closes it may be the quoting sentence's own."""
    plain = fold(quote).rstrip(".,").replace('"', "'").strip()
    return any(stands(plain, fold(text).replace('"', "'")) for text in texts)


def stands(part: str, text: str) -> bool:
    """Whether a text has some words as they are, beginning and ending with whole words."""
    start = text.find(part)
    while start >= 0:
        around = text[start - 1 : start] + text[start + len(part) : start + len(part) + 1]
        if not any(one.isalnum() or one == "_" for one in around):
            return True
        start = text.find(part, start + 1)
    return False


def foreign_names(sentence: str, evidence: Iterable[str]) -> list[str]:
    """Names in a sentence of which no form or abbreviation is in its evidence; the first word is one where another name follows."""
    forms, found = Forms(evidence), []
    tokens, spelt = pieces(sentence), Forms(forms.texts).spelt(sentence)
    for place, word in enumerate(tokens):
        alone = place == 0 and not (word.isupper() and len(word) > 1) and not any(one[:1].isupper() for one in tokens[1:2])
        plain = word.lower().rstrip(".")
        if not word[:1].isupper() or alone or plain in NO_NAMES or plain in TITLES or plain in spelt:
            continue
        parts = [part for part in word.replace("’", "-").replace("'", "-").split("-") if part[:1].isupper() and len(part) > 1]
        if not all(map(forms.known, parts)):
            found.append(word.rstrip("."))
    return found

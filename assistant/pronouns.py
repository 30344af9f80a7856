"""Which pronouns of a question reach back beyond it: "Did he deny it?" does, "Did Trump say that he would meet Putin?" does not."""

from __future__ import annotations

import re

from assistant.reading import ASKING, AUXILIARY, NAME, OPENING
from index.text import content_words

PERSONS = {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "they": "they", "them": "they", "their": "they", "its": "it"}
MOST_BEFORE = 3  # words that carry meaning before "him" or "so", which with more of them means one of these

_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]")
_EXPLETIVE = re.compile(r"\b(?:is|was)\s+it\s+(?:true\s+|\w+\s+(?:that|whether|if|who|when|where|why|how|to|for)\b)", re.I)
_SEVERAL = re.compile(
    rf"[:;,]|^it\b|\b(?:that|when|if|whether|after|before|because|while)\b|\b(?:and|but)\s+(?:{ASKING}|{AUXILIARY})\b", re.I
)  # signs of a further clause
_SUBJECT = re.compile(rf"^(?:{OPENING}(?=\w)|(?=(?:he|she|they)\b))(?P<word>he|she|they|it|this|that|these|those)\b(?!\s*$)", re.I)
_OBJECT = re.compile(
    r"\b(?P<word>(?:him|them)\b|(?:it|her|this|these|those|so)"
    r"(?=\s*$|\s+(?:to|in|on|at|for|of|by|with|from|about|before|after|during|again|too)\b))",
    re.I,
)
_LAST = re.compile(
    r"(?<!are )(?<!is )\b(?P<word>that|then|there|the\s+same|(?:this|these|those)\s+(?!(?:day|week|month|year|morning|evening|time)s?$)\w+"
    r"|(?:(?<=about )|(?<=after )|(?<=for )|(?<=from )|(?<=in )|(?<=of )|(?<=on )|(?<=to ))that\s+\w+)$",
    re.I,
)
_POSSESSIVE = re.compile(r"\b(?P<word>his|her|their|its)(?=\s+\w)", re.I)


def reaching_back(question: str) -> list[re.Match[str]]:
    """The pronouns of a question, without its question mark, that mean something outside it: group ``word``, in order."""
    plain = _QUOTED.sub(lambda quoted: "x" * len(quoted.group()), question)
    subject = _SUBJECT.search(plain)
    found = [subject] if subject and not _EXPLETIVE.search(plain) else []
    found += [match for match in _OBJECT.finditer(plain) if not _means_own(match)]
    found += [match for match in _LAST.finditer(plain) if not re.search("[:;]", plain)]
    found += [match for match in _POSSESSIVE.finditer(plain) if not content_words(plain[: match.start()])]
    return sorted({match.start("word"): match for match in found}.values(), key=lambda match: match.start("word"))


def possessive(pronoun: re.Match[str]) -> bool:
    """Whether a pronoun found by `reaching_back` says whose something is."""
    return pronoun.re is _POSSESSIVE


def _names_before(pronoun: re.Match[str]) -> int:
    """How many names a question has before a pronoun, its first word left out."""
    return len(NAME.findall(pronoun.string[: pronoun.start("word")].partition(" ")[2]))


def _means_own(pronoun: re.Match[str]) -> bool:
    """Whether a pronoun that is an object is likely to mean something in its own question."""
    before = re.sub(rf"^{OPENING}", "", pronoun.string[: pronoun.start("word")], flags=re.I)
    words = content_words(before)
    if words and _SEVERAL.search(before):
        return True
    return pronoun["word"].lower() not in ("it", "this") and (len(words) > MOST_BEFORE or _names_before(pronoun) > 1)

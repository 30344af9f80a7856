"""The citations in a plain line, in all the ways in which models write them, and what each of them stands behind.

One tokenizer cuts a line into numbers, words, space and signs; a citation is told by what stands around its numbers. A number of the text
itself (a year in brackets, a day, a figure raised behind a unit) is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.render import listed
from assistant.types import Claim
from assistant.verification import wording
from index.lexicon import words as listed_words
from index.statements import quotations

CITING, INSIDE = listed_words("citing"), listed_words("in_citations")
SAYS = 2  # words from which on a stretch before a number says something
SHORTEST = 20  # characters before a number in mid-sentence that can be a sentence of their own
STOPS = " .,;:!?"  # what may stand between a number and what comes after it
LONGEST = 40  # tokens in the brackets of a citation
WIDEST = 20  # numbers of a range
YEAR = 1000  # the least number that is a year, and no citation
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LEVEL = str.maketrans(_RAISED, "0123456789")
_CLOSING = {"[": "]", "【": "】", "［": "］", "(": ")", "{": "}"}
_DASHES = "-–—‑"
_TOKEN = re.compile(rf"[{_RAISED}]+|\d+|[^\W\d_{_RAISED}]+|\s+|.", re.S)


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation in a line: its place, its numbers, and the ``words`` that stand there instead, where it is part of a sentence.

    ``firm``: nothing else is written like this. What is not counts only in a draft that has no firm ones.
    """

    start: int
    end: int
    numbers: tuple[int, ...]
    firm: bool = True
    words: str = ""


def marks_in(line: str, names: Mapping[int, str] | Collection[int], firm_only: bool = False) -> list[Mark]:
    """The citations of a line in order; ``names`` are the numbers that there are, with what each is called."""
    tokens = [match[0] for match in _TOKEN.finditer(line)]
    starts = [0]
    for token in tokens:
        starts.append(starts[-1] + len(token))
    inside = [(quote.start, quote.end) for quote in quotations(line)]
    found: list[Mark] = []
    place = 0
    while place < len(tokens):
        read = _bracketed(tokens, place) or _raised(tokens, place) or _called(tokens, place)
        if read is None:
            place += 1
            continue
        after, numbers, firm = read
        mark = _widened(line, Mark(starts[place], starts[after], numbers, firm))
        quoted = any(first < mark.start < last for first, last in inside)
        known = [number for number in numbers if number in names]
        if firm and not quoted and numbers[0] >= YEAR:
            found.append(replace(mark, numbers=(), words=f"({numbers[0]})"))
        elif (known or not quoted) if firm else _counts(line, mark, firm_only) and len(known) == len(numbers):
            found.append(_in_prose(line, mark, names))
        elif firm_only and not firm and not line[: mark.start].strip() and line[mark.start] == "(" and numbers[0] < LONGEST:
            found.append(replace(mark, numbers=()))  # the number of a line
        place = max(after, place + 1)
    return found


# --- one citation ------------------------------------------------------------------------------------------------------------

Read = tuple[int, tuple[int, ...], bool]
"""The token after a citation, its numbers, and whether it is firm."""


def _bracketed(tokens: Sequence[str], place: int) -> Read | None:
    """ "[1]", "【1†source】", "[1, 3-5]", "[ref. 1]", "(1)", "(source 2)"."""
    closing = _CLOSING.get(tokens[place])
    end = next((end for end in range(place + 1, min(place + LONGEST, len(tokens))) if tokens[end] == closing), 0) if closing else 0
    within = tokens[place + 1 : end]
    numbers = _numbers(within) if within else ()
    return (end + 1, numbers, closing not in ")}" or any(one.lower() in CITING for one in within)) if closing and numbers else None


def _raised(tokens: Sequence[str], place: int) -> Read | None:
    """ "¹", "^1^", "^{1}"; not after a figure or a unit."""
    unit = place > 0 and (tokens[place - 1].isdecimal() or (tokens[place - 1].isalpha() and len(tokens[place - 1]) < 3))
    if unit:
        return None
    if tokens[place][0] in _RAISED:
        return place + 1, (int(tokens[place][:4].translate(_LEVEL)),), False
    if tokens[place] != "^" or place + 1 == len(tokens):
        return None
    if tokens[place + 1] == "{":
        read = _bracketed(tokens, place + 1)
        return (read[0], read[1], True) if read else None
    end = place + 1
    while end < len(tokens) and (tokens[end].isdecimal() or tokens[end] in ",-–"):
        end += 1
    numbers, closed = _numbers(tokens[place + 1 : end]), tokens[end : end + 1] == ["^"]
    return (end + closed, numbers, closed) if numbers else None


def _called(tokens: Sequence[str], place: int) -> Read | None:
    """ "Source 1", "Sources 1 and 2"."""
    if tokens[place].lower() not in CITING:
        return None
    end = last = place + 1
    while end < len(tokens) and (tokens[end].isspace() or tokens[end].isdecimal() or tokens[end] in {",", "#", "&", "and"}):
        last = end + 1 if tokens[end].isdecimal() else last
        end += 1
    numbers = _numbers(tokens[place:last])
    return (last, numbers, False) if numbers else None


def _numbers(tokens: Sequence[str]) -> tuple[int, ...]:
    """The numbers of a citation's inside: "1, 3-5"; none where anything else is in it."""
    found: list[int] = []
    ranging = False
    for before, token in zip(["", *tokens], tokens, strict=False):
        if token.isdecimal():
            if len(token) > 4 or (before in (".", ",") and found and (before == "." or len(token) == 3)):
                return ()
            number = int(token)
            found += range(found[-1] + 1, min(number, found[-1] + WIDEST) + 1) if ranging and number > found[-1] else [number]
            ranging = False
        elif found and token in "†:":
            break
        elif token in _DASHES and found:
            ranging = True
        elif not (token.isspace() or token in ",;&.#^" or token.lower() in CITING or token.lower() in INSIDE):
            return ()
    return tuple(found)


def _widened(line: str, mark: Mark) -> Mark:
    """A citation with brackets and signs around it that hold nothing else: "([1])", "^[1]^", "(Source: [1])"."""
    start, end = mark.start, mark.end
    while start > 0 and end < len(line) and (line[end] == _CLOSING.get(line[start - 1]) or line[start - 1] == line[end] in "^$"):
        start, end = start - 1, end + 1
    before = line[:start].rstrip()
    word = before.rstrip(":").rpartition(" ")[2].lstrip("(")
    if mark.firm and word and (before.endswith(":") or before.endswith(f"({word}")) and word.lower() in CITING | INSIDE:
        return _widened(line, replace(mark, start=len(before.rstrip(":")) - len(word), end=end))
    return replace(mark, start=start, end=end)


def _counts(line: str, mark: Mark, firm_only: bool) -> bool:
    """Whether numbers that may be the text's own are a citation: those in round brackets end a clause, or begin a line."""
    if line[mark.start] != "(":
        return not firm_only or line[mark.start].isalpha()
    after = line[mark.end :].lstrip()
    return not firm_only and (not line[: mark.start].strip() or not after[:1].isalnum() or after[:1].isupper())


def _in_prose(line: str, mark: Mark, names: Mapping[int, str] | Collection[int]) -> Mark:
    """A citation with what it is called, where a sentence needs it: "According to Source 1, …"."""
    before, after = line[: mark.start].rstrip(), line[mark.end :].lstrip()
    apart = (not before or not before[-1].isalnum()) and (not after or not after[0].isalnum())
    if mark.firm or not line[mark.start].isalpha() or not isinstance(names, Mapping):
        return mark
    if apart:
        return replace(mark, start=len(before.rstrip(" ,;" + _DASHES)))
    return replace(mark, words=listed(dict.fromkeys(names[number] for number in mark.numbers)))


# --- what they stand behind --------------------------------------------------------------------------------------------------


def claims_of(line: str, names: Mapping[int, str] | Collection[int], firm_only: bool = True) -> tuple[Claim, ...]:
    """A line of a draft as claims: its sentences, and the stretches of them that have numbers of their own.

    A number in brackets that a quotation holds, and that is none of those there are, is the quotation's.
    """
    claims: list[Claim] = []
    opening, early = "", tuple[int, ...]()
    for words, numbers in _stretches(line, marks_in(line, names, firm_only)):
        stretch = f"{opening} {words}".strip()
        stretch = stretch if claims else stretch.lstrip(STOPS)
        if numbers and not claims and len(stretch.split()) < SAYS:  # "[1] and [4] both say …": the numbers of what follows
            opening, early = stretch, (*early, *numbers)
            continue
        claims += _sentences(stretch, (*early, *numbers), claims)
        opening, early = ("", ()) if claims else ("", early)
    return tuple(claims) or (Claim("", early),)


def _stretches(line: str, marks: Sequence[Mark]) -> list[tuple[str, tuple[int, ...]]]:
    """What stands before each citation, with its numbers, and what stands after the last.

    Where each stands before its sentence, it is the sentences that are given with theirs.
    """
    found: list[tuple[str, tuple[int, ...]]] = []
    words, numbers, start = "", tuple[int, ...](), 0
    for mark in marks:
        between, last = line[start : mark.start], not line[mark.end :].strip(STOPS)
        gap = between.strip(" ,;&" + _DASHES)
        if numbers and (mark.words or (gap and not (gap in INSIDE and last))):
            found.append((words.strip(), numbers))
            words, numbers = "", ()
        if not numbers:
            words += between + mark.words
        elif between.strip() and between.strip() in _DASHES:
            numbers = (*numbers, *range(numbers[-1] + 1, min(mark.numbers[0], numbers[-1] + WIDEST)))
        numbers, start = (*numbers, *mark.numbers), mark.end
    if numbers:
        found.append((words.strip(), numbers))
        words = ""
    rest = (words + line[start:]).strip()
    if len(found) > 1 and rest and not found[0][0] and all(wording.ends(words) for words, _ in found[1:]):
        told = [*(words for words, _ in found[1:]), rest]
        return [(words, numbers) for words, (_, numbers) in zip(told, found, strict=True)]
    return [*found, (rest, ())]


def _sentences(text: str, numbers: tuple[int, ...], before: list[Claim]) -> list[Claim]:
    """The sentences of a stretch, its numbers behind the last; a stop that begins it ends what stands ``before``."""
    rest = text.lstrip(STOPS)
    stop = text[: len(text) - len(rest)].strip()
    if before and stop and not rest[:1].isdigit():
        before[-1], text = replace(before[-1], words=before[-1].words + stop), rest
    parts: list[str] = []
    for sentence in wording.sentences(text):
        short = bool(parts) and len(parts[-1].split()) < SAYS  # "2016. Trump won."
        parts[-1 if short else len(parts) :] = [f"{parts[-1]} {sentence}" if short else sentence]
    if parts:
        return [*map(Claim, parts[:-1]), Claim(parts[-1], numbers)]
    if before and numbers:
        before[-1] = replace(before[-1], citations=(*before[-1].citations, *numbers))
    return []


def sentences_of(claims: Sequence[Claim]) -> Iterator[tuple[Claim, ...]]:
    """Claims sentence by sentence. One ends with a stop, or with a number before a capital where there is a whole clause before it."""
    own: list[Claim] = []
    for claim, after in zip(claims, [*claims[1:], None], strict=True):
        own.append(claim)
        first = after.words[:1] if after else ""
        apart = claim.citations and len(claim.words) >= SHORTEST and claim.words[-1] not in ",:" and (first.isupper() or first in '“"‘')
        if after is None or wording.ends(claim.words) or apart:
            yield tuple(own)
            own = []

"""A language model's draft as points: its sentences, each with the numbers of the statements that stand behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from assistant.citing import claims_of, marks_in, sentences_of
from assistant.types import Claim
from assistant.unwrapped import CITING, STOPS, Line, lines_of, without_thoughts
from assistant.wording import fold
from index.lexicon import words as listed_words
from index.text import content_stems

NOTHING = "not in the articles"  # what prompts/rules.md asks for where no statement answers
LONGEST_LEAD = 4  # words of a table's cell that says whom or what its row is about
GAIN = 2  # words of meaning that a further statement must have of a sentence's, to stand behind it
_STAND_INS = frozenset().union(*map(listed_words, ("he", "she", "it", "they")))


@dataclass(frozen=True, slots=True)
class Given:
    """A statement that a model was given: its words, what its source is called, and all the words that name it."""

    words: str
    name: str
    named: str = ""


@dataclass(slots=True)
class _Sentence:
    """A sentence of a draft. ``shared``: the numbers that stand behind it and others, at the end of its paragraph or beside it."""

    claims: tuple[Claim, ...]
    shared: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        return " ".join(claim.words for claim in self.claims)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(number for claim in self.claims for number in claim.citations)


def denies(draft: str) -> bool:
    """Whether a draft says that the articles do not answer, or has nothing to say in a form that asks for points."""
    lines = lines_of(draft)
    return NOTHING in " ".join(line.text for line in lines).lower() or (not lines and "{" in without_thoughts(draft))


def points_of(draft: str, given: Mapping[int, Given], *, cut: bool = False) -> list[tuple[Claim, ...]]:
    """What a draft says, sentence by sentence, each once; a sentence about "he" or "they" stays with the one that says who that is.

    Headings, introductions and lists of sources are left out, and the half sentence at the end where a draft was ``cut``.
    """
    lines = [line for line in lines_of(draft) if line.text]
    names = {number: one.name for number, one in given.items()}
    firm = any(line.numbers or any(mark.firm and mark.numbers for mark in marks_in(line.text, names)) for line in lines)
    if cut and lines and not _whole(lines[-1], names, firm):
        lines[-1] = replace(lines[-1], text=_without_half(lines[-1].text))
    body, listed = _without_sources([_plain(line, given, firm) for line in lines], given, firm)
    found: list[list[_Sentence]] = []
    for line in body:
        if _says(line, names, firm):
            _add(found, line, names, firm)
    _share([one for paragraph in found for one in paragraph], listed)
    return list(dict.fromkeys(point for paragraph in found for point in _points(paragraph, given)))


# --- lines -------------------------------------------------------------------------------------------------------------------


def _cited(line: Line, names: Mapping[int, str], firm: bool) -> list[int]:
    return [*line.numbers, *(number for mark in marks_in(line.text, names, firm) for number in mark.numbers)]


def _plain(line: Line, given: Mapping[int, Given], firm: bool) -> Line:
    """A line as its words alone: a row of a table as one, without "Yes," of which nothing cited can tell whether it answers."""
    text = " ".join(_row(line.cells, given, firm) if line.cells else line.text.split())
    first, _, rest = text.partition(" ")
    if first[:-1].lower() in ("yes", "no") and first[-1] in ".,:;!" and rest:
        text = rest[0].upper() + rest[1:]
    return replace(line, text=text)


def _row(cells: Sequence[str], given: Mapping[int, Given], firm: bool) -> list[str]:
    """The cells of a row as a sentence: whom it is about, what is said, and its numbers; a cell that names the source says nothing."""
    numbers = [f"[{cell}]" if cell.isdecimal() else cell for cell in cells[1:] if not any(map(str.isalpha, cell)) and cell]
    said = [cell for cell in cells if any(map(str.isalpha, cell))]
    sources = [cell for cell in said[1:] if _names_source(Line(cell), given, firm)]
    names = {number: one.name for number, one in given.items()}
    numbers += [f"[{number}]" for cell in sources for mark in marks_in(cell, names, firm) for number in mark.numbers]
    said = [cell for cell in said if cell not in sources]
    lead = [f"{said.pop(0).rstrip(':')}:"] if len(said) > 1 and len(said[0].split()) <= LONGEST_LEAD else []
    lead = lead if lead and lead[0].rstrip(":") not in said[0] else []
    return [*lead, *said, *numbers]


def _names_source(line: Line, given: Mapping[int, Given], firm: bool) -> bool:
    """Whether a line only names what it cites: an outlet, a headline, a day."""
    marks = marks_in(line.text, {number: one.name for number, one in given.items()}, firm)
    words = line.text
    for mark in reversed(marks):
        words = f"{words[: mark.start]} {words[mark.end :]}"
    numbers = [number for mark in marks for number in mark.numbers] or [line.ordinal]
    cited, said = [given[number] for number in numbers if number in given], content_stems(words)
    named = content_stems(" ".join((*CITING, *(f"{one.name} {one.named}" for one in cited))))
    return said <= named and any(content_stems(one.name) <= said for one in cited)


def _without_sources(lines: list[Line], given: Mapping[int, Given], firm: bool) -> tuple[list[Line], list[int]]:
    """The lines without the list of sources at their end, and the numbers in it."""
    names = {number: one.name for number, one in given.items()}
    kept, listed = list(lines), list[int]()
    while kept:
        numbers = _cited(kept[-1], names, firm)
        before = {number for line in kept[:-1] for number in _cited(line, names, firm)}
        begins = any(not kept[-1].text[: mark.start].strip("- ") for mark in marks_in(kept[-1].text, names, firm))
        words = any(map(str.isalpha, kept[-1].text))
        if not words or not (_names_source(kept[-1], given, firm) or (begins and before.issuperset(numbers) and len(kept) > 1)):
            break
        listed += numbers or [kept[-1].ordinal]
        kept.pop()
    if len(kept) < len(lines) and kept and not _cited(kept[-1], names, firm) and len(kept[-1].text.split()) <= LONGEST_LEAD:
        kept.pop()  # "Sources"
    return kept, listed


def _says(line: Line, names: Mapping[int, str], firm: bool) -> bool:
    """Whether a line is more than a heading, an introduction, or the words for having found nothing."""
    if _cited(line, names, firm):
        return True
    words = any(map(str.isalnum, line.text))
    return words and not line.title and not line.text.endswith(":") and NOTHING not in line.text.lower()


def _whole(line: Line, names: Mapping[int, str], firm: bool) -> bool:
    """Whether the last line of a draft ends with a stop or a number."""
    marks = marks_in(line.text, names, firm)
    rest = line.text[marks[-1].end if marks else 0 :].strip("\"”’'*) ")
    return not rest or rest[-1] in STOPS


def _without_half(text: str) -> str:
    """A text without the half sentence at its end."""
    return text[: max(text.rfind(stop) for stop in (*STOPS, "]")) + 1]


# --- sentences ---------------------------------------------------------------------------------------------------------------


def _add(found: list[list[_Sentence]], line: Line, names: Mapping[int, str], firm: bool) -> None:
    """Add a line's sentences to the paragraphs before it. Numbers alone belong to what stands before them and has none."""
    claims = claims_of(line.text, names, firm)
    if not any(map(str.isalnum, " ".join(claim.words for claim in claims))):
        _share([one for paragraph in found for one in paragraph], [number for claim in claims for number in claim.citations])
        return
    if not (line.follows and found):
        found.append([])
    for claimed in sentences_of(claims):
        sentence = _Sentence(claimed)
        if sentence.words.strip(" .*\"'“”").lower() != NOTHING:
            if _share(found[-1], sentence.numbers) and len(claimed) == 1:
                sentence = _Sentence((replace(claimed[0], citations=()),), sentence.numbers)
            found[-1].append(sentence)
    _share(found[-1], line.numbers)


def _share(sentences: Sequence[_Sentence], numbers: Collection[int]) -> int:
    """Give numbers to the last sentences that have none, and count those: what ends a paragraph stands behind all of it."""
    given = list(takewhile(lambda one: not (one.numbers or one.shared), reversed(sentences))) if numbers else []
    for sentence in given:
        sentence.shared = tuple(dict.fromkeys(numbers))
    return len(given)


def _points(paragraph: Sequence[_Sentence], given: Mapping[int, Given]) -> Iterator[tuple[Claim, ...]]:
    """The sentences of a paragraph as points, each with what stands behind it."""
    point: list[Claim] = []
    for sentence in paragraph:
        own = list(sentence.claims)
        if sentence.shared:
            own[-1] = replace(own[-1], citations=_behind(sentence.words, sentence.shared, given))
        if point and _copied([*point, *own], given):
            point[-1] = replace(point[-1], citations=())
        elif point and sentence.words.split(maxsplit=1)[0].lower() not in _STAND_INS:
            yield tuple(point)
            point = []
        point += own
    if point:
        yield tuple(point)


def _behind(words: str, numbers: Sequence[int], given: Mapping[int, Given]) -> tuple[int, ...]:
    """Which of the statements at the end of a paragraph stand behind one of its sentences: those that have its words."""
    left, behind = content_stems(words), list[int]()
    stems = {number: content_stems(f"{given[number].words} {given[number].named}") for number in numbers if number in given}
    while stems:
        best = max(stems, key=lambda number: len(left & stems[number]))
        if len(left & stems[best]) < (GAIN if behind else 1):
            break
        left -= stems.pop(best)
        behind.append(best)
    return tuple(sorted(behind, key=numbers.index)) or tuple(numbers)


def _copied(claims: Sequence[Claim], given: Mapping[int, Given]) -> bool:
    """Whether claims are the words of one statement, as it has them: then they are one point."""
    numbers = {claim.citations for claim in claims if claim.citations}
    words = fold(" ".join(claim.words for claim in claims))
    return len(numbers) == 1 and any(number in given and words in fold(given[number].words) for one in numbers for number in one)

"""A language model's draft as points: its sentences, each with the numbers of the statements that stand behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from assistant.models.citing import Mark, claims_of, marks_in, sentences_of
from assistant.models.unwrapped import CITING, STOPS, Line, lines_of, without_thoughts
from assistant.types import Claim
from assistant.verification.wording import fold
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
    reader = _Reader(given, lines)
    if cut and lines and not reader.is_whole(lines[-1]):
        text = lines[-1].text
        lines[-1] = replace(lines[-1], text=text[: max(text.rfind(stop) for stop in (*STOPS, "]")) + 1])
    body, listed = reader.without_sources([reader.plain(line) for line in lines])
    found: list[list[_Sentence]] = []
    for line in filter(reader.says_something, body):
        _add(found, line, claims_of(line.text, reader.names, reader.firm))
    _share([one for paragraph in found for one in paragraph], listed)
    points = (point for paragraph in found for point in _points(paragraph, given))
    return list(dict.fromkeys(tuple(replace(claim, words=_unmarked(claim.words, given)) for claim in point) for point in points))


def _unmarked(words: str, given: Mapping[int, Given]) -> str:
    """Words in which no number looks like a citation that no statement has so: "(12)" for "[12]" in a quotation that is made up."""
    text, *parts = words.split("[")
    for part in parts:
        inside, closed, rest = part.partition("]")
        alone = closed and inside.isdecimal() and not any(f"[{inside}]" in one.words for one in given.values())
        text += f"({inside}){rest}" if alone else f"[{part}"
    return text


# --- lines -------------------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads the lines of one draft: it knows what the model was given, and whether its citations are written as nothing else is."""

    def __init__(self, given: Mapping[int, Given], lines: Sequence[Line]) -> None:
        self.given, self.firm = given, False
        self.names = {number: one.name for number, one in given.items()}
        self.firm = any(line.numbers or any(mark.firm and mark.numbers for mark in self._marks(line.text)) for line in lines)

    def _marks(self, text: str) -> list[Mark]:
        return marks_in(text, self.names, self.firm)

    def _cited(self, text: str) -> list[int]:
        return [number for mark in self._marks(text) for number in mark.numbers]

    def plain(self, line: Line) -> Line:
        """A line as its words alone: a row of a table as one, without "Yes," of which nothing cited can tell whether it answers."""
        text = " ".join(self._row(line.cells) if line.cells else line.text.split())
        first, _, rest = text.partition(" ")
        if first[:-1].lower() in ("yes", "no") and first[-1] in ".,:;!" and rest:
            text = rest[0].upper() + rest[1:]
        return replace(line, text=text)

    def _row(self, cells: Sequence[str]) -> list[str]:
        """The cells of a row as a sentence: whom it is about, what is said, and its numbers; a cell that names the source says nothing."""
        numbers = [f"[{cell}]" if cell.isdecimal() else cell for cell in cells[1:] if cell and not _lettered(cell)]
        said = list(filter(_lettered, cells))
        sources = [cell for cell in said[1:] if self._names_source(Line(cell))]
        numbers += [f"[{number}]" for cell in sources for number in self._cited(cell)]
        said = [cell for cell in said if cell not in sources]
        lead = said.pop(0).rstrip(":") if len(said) > 1 and len(said[0].split()) <= LONGEST_LEAD else ""
        return [*([f"{lead}:"] if lead and lead not in said[0] else []), *said, *numbers]

    def _names_source(self, line: Line) -> bool:
        """Whether a line only names what it cites: an outlet, a headline, a day."""
        words, marks = line.text, self._marks(line.text)
        for mark in reversed(marks):
            words = f"{words[: mark.start]} {words[mark.end :]}"
        numbers = [number for mark in marks for number in mark.numbers] or [line.ordinal]
        cited, said = [self.given[number] for number in numbers if number in self.given], content_stems(words)
        named = content_stems(" ".join((*CITING, *(f"{one.name} {one.named}" for one in cited))))
        return said <= named and any(content_stems(one.name) <= said for one in cited)

    def without_sources(self, lines: Sequence[Line]) -> tuple[list[Line], list[int]]:
        """The lines without the list of sources at their end, and the numbers in it."""
        cited = [self._cited(line.text) for line in lines]
        before = Counter(number for numbers in cited for number in set(numbers))
        behind = any(numbers and not self._begins(line) for line, numbers in zip(lines, cited, strict=True))
        kept, listed = list(lines), list[int]()
        while kept and _lettered(kept[-1].text):
            line, numbers = kept[-1], cited[len(kept) - 1]
            again = behind and bool(numbers) and all(before[number] > 1 for number in numbers) and self._begins(line)
            if not (again or self._names_source(line)):
                break
            before.subtract(set(numbers))
            listed += numbers or [line.ordinal]
            kept.pop()
        if len(kept) < len(lines) and kept and not cited[len(kept) - 1] and len(kept[-1].text.split()) <= LONGEST_LEAD:
            kept.pop()  # "Sources"
        return kept, listed

    def _begins(self, line: Line) -> bool:
        """Whether a line begins with a number."""
        return not line.text[: self._marks(line.text)[0].start].strip("- ")

    def says_something(self, line: Line) -> bool:
        """Whether a line is more than a heading, an introduction, or the words for having found nothing."""
        if line.numbers or self._cited(line.text):
            return True
        return not (line.title or line.text.endswith(":") or NOTHING in line.text.lower()) and any(map(str.isalnum, line.text))

    def is_whole(self, line: Line) -> bool:
        """Whether the last line of a draft ends with a stop or a number."""
        marks = self._marks(line.text)
        rest = line.text[marks[-1].end if marks else 0 :].strip("\"”’'*) ")
        return not rest or rest[-1] in STOPS


def _lettered(text: str) -> bool:
    return any(map(str.isalpha, text))


# --- sentences ---------------------------------------------------------------------------------------------------------------


def _add(found: list[list[_Sentence]], line: Line, claims: Sequence[Claim]) -> None:
    """Add a line's sentences to the paragraphs before it. Numbers alone belong to what stands before them and has none."""
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

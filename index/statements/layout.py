"""Who speaks where the layout tells it and no verb does: turns of a talk, a quotation under a name, a name under a quotation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from typing import TYPE_CHECKING
from unicodedata import category

from index.statements.cues import Candidate
from index.statements.holders import can_speak, name_among
from index.statements.quotes import Page, stripped
from index.tree import end_of

if TYPE_CHECKING:
    from spacy.tokens import Token

LABEL = 70  # characters that a speaker's name before a colon may take
FEWEST = 4  # labelled paragraphs that a talk has at least
WORDS = 4  # words of a quotation that somebody can sign


@dataclass(frozen=True, slots=True)
class Label:
    """The words before the first colon of a paragraph, or behind a dash: they may name who speaks."""

    paragraph: int
    words: tuple[Token, ...]
    mark: int
    said: int

    @property
    def key(self) -> str:
        """Return the words as they come again before other paragraphs."""
        return " ".join(word.lower_ for word in self.words)

    @property
    def letter(self) -> bool:
        """Is this no name but a single letter ("Q", "A")?"""
        return len(self.key) == 1


def laid_out(page: Page) -> Iterator[Candidate]:
    """Yield the statements that the layout of a page gives to somebody."""
    labels = [label for number in range(len(page.paragraphs)) if (label := label_of(page, number)) is not None]
    talk = labels if is_talk(labels) else []
    yield from turns(page, talk)
    yield from timed(page, [label for label in labels if label not in talk])
    yield from signed(page, {label.paragraph: label for label in labels if label not in talk})


def label_of(page: Page, number: int) -> Label | None:
    """Return the label that a paragraph begins with; a clause is none."""
    start, end = page.paragraphs[number], page.ends[number]
    colon = page.text.find(":", start, min(end, start + LABEL))
    while colon >= 0 and page.text[colon + 1 : colon + 2].isdigit():  # a time of day
        colon = page.text.find(":", colon + 1, min(end, start + LABEL))
    named = words_between(page, start, colon) if colon >= 0 else ()
    return Label(number, named, colon, colon + 1) if named else None


def words_between(page: Page, start: int, end: int) -> tuple[Token, ...]:
    """Return the words between two places from the first letter on; nothing where a verb is among them."""
    span = page.doc.char_span(start, end, alignment_mode="contract") if start < end else None
    kept = list(span) if span is not None else []
    while kept and not any(c.isalpha() for c in kept[0].text):
        kept = kept[1:]
    return () if any(word.pos_ in ("VERB", "AUX") or word.text == ":" for word in kept) else tuple(kept)


def is_talk(labels: list[Label]) -> bool:
    """Do labels come again and again, in most of the paragraphs from the first to the last of them?"""
    times = Counter(label.key for label in labels)
    again = sum(count for count in times.values() if count > 1)
    if len(labels) < FEWEST or len(times) < 2 or again * 2 < len(labels):
        return False
    return len(labels) * 2 > labels[-1].paragraph - labels[0].paragraph


def turns(page: Page, labels: list[Label]) -> Iterator[Candidate]:
    """Yield the turns of a talk, each paragraph of them; what a nameless interviewer asks is nobody's."""
    times = Counter(label.key for label in labels)
    asked = Counter(label.key for label in labels if label.letter and asks(page, label))
    asker = asked.most_common(1)[0][0] if asked else None
    guest = main_person(page, page.paragraphs[labels[0].paragraph]) if asked else None
    for label, following in zip_longest(labels, labels[1:]):
        holder = guest if label.letter else name_among(label.words)
        again = label.letter or (times[label.key] > 1 and any(word.pos_ == "PROPN" for word in label.words))
        if label.key == asker or holder is None or not (again or can_speak(page, label.words)):
            continue
        stop = following.paragraph if following is not None else label.paragraph + 1
        if label.said >= page.ends[label.paragraph] and following is None:
            stop = min(stop + 1, len(page.ends))
        for number in range(label.paragraph, stop):
            start = label.said if number == label.paragraph else page.paragraphs[number]
            yield from belongs(page, label, holder, "turn", (start, page.ends[number]))


def timed(page: Page, labels: list[Label]) -> Iterator[Candidate]:
    """Yield what stands behind a time of day and a name: "10:31 Police: …", or the time as a line of its own."""
    for label in labels:
        here, above = label.paragraph, max(label.paragraph - 1, 0)
        timed = page.begun[here] > page.paragraphs[here] or page.begun[above] >= page.ends[above]
        speaks = can_speak(page, label.words) or (page.text[label.said :].lstrip()[:1].islower() and acts(label))
        holder = name_among(label.words) if speaks else None
        if holder is not None and timed:
            yield from belongs(page, label, holder, "turn", (label.said, page.ends[here]))


def acts(label: Label) -> bool:
    """Does a label name somebody by what he does: "rail operator", "aid worker"?"""
    return label.words[-1].pos_ in ("NOUN", "PROPN") and label.words[-1].lower_.rstrip("s").endswith(("er", "or", "ist", "man"))


def asks(page: Page, label: Label) -> bool:
    """Does a turn end with a question?"""
    return page.text[label.said : page.ends[label.paragraph]].rstrip().endswith("?")


def main_person(page: Page, end: int) -> Token | None:
    """Return the last word of the name that the text up to a place has most often: whom an interview is with."""
    before = takewhile(lambda word: word.idx < end, page.doc)
    names = [word for word in before if word.pos_ == "PROPN" and word.dep_ != "compound" and word.ent_type_ in ("PERSON", "")]
    times = Counter(word.lower_ for word in names)
    return max(names, key=lambda word: times[word.lower_], default=None)


def signed(page: Page, labels: dict[int, Label]) -> Iterator[Candidate]:
    """Yield the quotations that fill a paragraph and have a name and a colon above them, or a dash and a name behind them."""
    for run in page.runs:
        first, last = page.paragraph(run.start), page.paragraph(run.end - 1)
        floor = labels[first].said if first in labels else page.paragraphs[first]
        filled = not any(c.isalnum() for c in page.text[floor : run.start])
        if not filled or len(page.text[run.start : run.end].split()) < WORDS:
            continue
        label = signature(page, last, run.end, labels) or above(page, first, last, run.end, labels)
        holder = name_among(label.words) if label is not None else None
        if label is not None and holder is not None:
            yield from belongs(page, label, holder, "signed", (run.start, run.end))


def above(page: Page, first: int, last: int, end: int, labels: dict[int, Label]) -> Label | None:
    """Return the name and colon that stand right before a quotation, as a paragraph of their own where it fills the next one."""
    here = labels.get(first)
    if here is not None:
        return here
    label = labels.get(first - 1)
    alone = label is not None and not page.text[label.said : page.ends[label.paragraph]].strip()
    return label if alone and not page.text[end : page.ends[last]].strip() else None


def signature(page: Page, number: int, end: int, labels: dict[int, Label]) -> Label | None:
    """Return the name behind a dash after a quotation, in its paragraph or as the next one."""
    start, stop = stripped(page.text, end, page.ends[number])
    if start == stop and number + 1 < len(page.ends) and number + 1 not in labels:
        number += 1
        start, stop = stripped(page.text, page.paragraphs[number], page.ends[number])
    if start == stop or stop - start > LABEL * 2 or category(page.text[start]) != "Pd":
        return None
    named = words_between(page, start + 1, stop)
    return Label(number, named, start, stop) if named else None


def belongs(page: Page, label: Label, holder: Token, kind: str, span: tuple[int, int]) -> Iterator[Candidate]:
    """Yield what a label gives to its holder, unless nothing is left of it."""
    start, end = stripped(page.text, *span)
    cue = page.doc.char_span(label.mark, label.mark + 1, alignment_mode="expand")
    if start < end and cue is not None:
        source = (label.words[0].idx, end_of(label.words[-1]))
        yield Candidate(cue.start, label.mark, kind, source, holder.i, start, end, page.quotes_in((start, end)), explicit=1)

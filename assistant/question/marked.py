"""A question with its slots marked, and how one is put into another: spans move along, so what the program wrote is not read again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from assistant.question.tagger import Slot, Span
from assistant.types import Kind
from index.text import content_words

ENDS = " ?!.,;:"
BETWEEN = 6  # letters between two that are listed: ", ", " and ", " with "


@dataclass(frozen=True, slots=True)
class Marked:
    """A question's text with the spans that fill its slots, in order, and its kinds, the likeliest first."""

    text: str
    spans: tuple[Span, ...]
    kinds: tuple[Kind, ...]

    @property
    def kind(self) -> Kind:
        """The likeliest kind."""
        return self.kinds[0]

    def of(self, *slots: Slot) -> tuple[Span, ...]:
        """The spans that fill any of these slots."""
        return tuple(span for span in self.spans if span.slot in slots)

    def words(self, span: Span) -> str:
        """The words of a span."""
        return self.text[span.start : span.end]

    def put(self, place: Span, words: str, slots: Collection[Span] = ()) -> Marked:
        """The question with other words in a place; ``slots`` are the spans in them, counted from their beginning."""
        longer = len(words) - (place.end - place.start)
        before = [span for span in self.spans if span.end <= place.start]
        inside = [replace(span, start=span.start + place.start, end=span.end + place.start) for span in slots]
        behind = [replace(span, start=span.start + longer, end=span.end + longer) for span in self.spans if span.start >= place.end]
        text = self.text[: place.start] + words + self.text[place.end :]
        return replace(self, text=text, spans=(*before, *inside, *behind))

    def cut(self, place: Span) -> Marked:
        """The question without a place, and without the space and comma that it needs no more."""
        before, after = self.text[: place.start].rstrip(), self.text[place.end :]
        after = after.lstrip() if before else after.lstrip(" ,")
        gap = " " if before and after[:1].isalnum() else ""
        return self.put(Span(len(before), len(self.text) - len(after), place.slot), gap)

    def without(self, *slots: Slot) -> Marked:
        """The question without the words of some slots."""
        made = self
        for span in reversed(self.of(*slots)):
            made = made.cut(span)
        return made

    def from_word(self, span: Span, words: str) -> Span:
        """A span with the word before it, where the words that take its place begin with that word too."""
        word = self.text[: span.start].rstrip().rpartition(" ")[2]
        twice = word and words.lower().split()[:1] == [word.lower()]
        return replace(span, start=self.text.rfind(word, 0, span.start)) if twice else span

    def in_words(self, span: Span) -> Span:
        """A span from the beginning of its first word to the end of its last."""
        start = self.text.rfind(" ", 0, span.start) + 1
        end = self.text.find(" ", span.end - 1)
        return replace(span, start=start, end=end if end >= 0 else len(self.text))

    def listed(self, span: Span, others: Iterable[Span]) -> Span:
        """A span with those that are listed behind it: "Putin and Trump"."""
        for other in others:
            between = self.text[span.end : other.start]
            if 0 < len(between) <= BETWEEN and not content_words(between):
                span = replace(span, end=other.end)
        return span

    def bare(self) -> Marked:
        """The question without the signs around it."""
        end = len(self.text.rstrip(ENDS))
        return replace(self, text=self.text[:end], spans=tuple(span for span in self.spans if span.end <= end))

    def from_upper(self) -> Marked:
        """The question, beginning with a capital."""
        return replace(self, text=self.text[:1].upper() + self.text[1:])

    def then(self, between: str, other: Marked) -> Marked:
        """This question and another as one, of the other's kind."""
        far = len(self.text) + len(between)
        spans = tuple(replace(span, start=span.start + far, end=span.end + far) for span in other.spans)
        return Marked(f"{self.text}{between}{other.text}", (*self.spans, *spans), other.kinds)

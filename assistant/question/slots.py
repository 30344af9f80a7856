"""A marked question, and the names that an index knows: who and which outlets are meant, and what is asked about."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.question.marked import ENDS, Marked
from assistant.question.people import all_asked
from assistant.question.tagger import Slot, Span
from assistant.reading import Named, Names, named_outlets, named_speakers, nearest, outlet_aliases, printed
from assistant.render import listed
from assistant.types import Form, Kind, Question
from index.lexicon import words as listed_words
from index.speakers.likeness import initials, is_initials
from index.speakers.names import DETERMINERS, TITLES, plain
from index.text import content_words

ABOUT_ITSELF = {Kind.TALK: Form.TALK, Kind.HELP: Form.HELP, Kind.CORPUS: Form.CORPUS}
OF_OUTLETS = frozenset({Kind.WHICH, Kind.WHICH_NOT, Kind.ONLY, Kind.LEFT_OUT, Kind.FIRST, Kind.COUNT})  # answered by outlet
OF_PEOPLE = frozenset({Kind.SAID, Kind.QUOTES, Kind.SIDES, Kind.AGREE, Kind.DIFFER, Kind.SUMMARY})  # who is named is to be heard
NAMES = (Slot.WHO, Slot.OUTLET)
WITH_NAME = 2  # words that introduce a name which stands apart: "according to"
CALENDAR = {name.lower() for name in (*calendar.day_name, *calendar.month_name) if name}
NOUNS = frozenset({Slot.WHO, Slot.TOPIC, Slot.OUTLET, Slot.NOT_WHO, Slot.NOT_OUTLET})
ASKING_WORDS = listed_words("asking")
PREPOSITIONS = listed_words("name_prepositions")
ARTICLES = listed_words("indefinite") | {"the"}
WHOLE = frozenset({Kind.DIRECT, Kind.TRUE, Kind.WHO_SAID, Kind.OPINION})  # the whole question says what is looked for


@dataclass(frozen=True, slots=True)
class Who:
    """Those whom a question names, canonical, with their sides; ``stranger`` is a name that nobody goes by who is quoted.

    ``groups`` are words that may mean several of them, ``open`` words of which it cannot be told whom they mean.
    """

    names: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    stranger: str | None = None
    corrected: tuple[tuple[str, str], ...] = ()
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    open: tuple[tuple[str, tuple[str, ...]], ...] = ()


def with_known_names(marked: Marked, names: Names) -> Marked:
    """A question with the index's own names marked where the network passed them over, or took them for something else.

    An outlet counts wherever it stands but within a topic or a claim; a speaker counts where the network saw a part of the name.
    """
    whole = [_titled(_whole(span, marked.text), marked.text) for span in marked.spans]
    marked = replace(marked, spans=tuple(one for one in whole if not any(_within(one, other) for other in whole)))
    people = [
        Span(min(one.start, span.start), one.end, span.slot) for one in named_speakers(marked.text, names) for span in _wider(one, marked)
    ]
    found = [*dict.fromkeys(Span(one.start, one.end, Slot.OUTLET) for one in named_outlets(marked.text, names))]
    found = [one for one in found if not any(over(one, span) for span in marked.of(Slot.NOT_OUTLET))]
    apart = {one: part for one in found if (part := _apart(marked, one))}
    marked = replace(marked, spans=tuple(_before(span, list(apart.values())) for span in marked.spans))
    sure = [one for one in found if one in apart or not any(over(one, span) and span.slot not in NAMES for span in marked.spans)]
    sure += [one for one in people if not any(over(one, other) for other in sure)]
    marked = _without_strange_outlets(marked, found, names)
    spans = [span for span in marked.spans if not any(over(one, span) for one in sure)]
    return replace(marked, spans=tuple(sorted((*spans, *sure), key=lambda span: span.start)))


def _without_strange_outlets(marked: Marked, found: list[Span], names: Names) -> Marked:
    """A question in which what was taken for an outlet is somebody, where the index knows no outlet like it: "economists"."""
    aliases = {one.lower(): one for one in names.outlets}
    strange = {
        span
        for span in marked.of(Slot.OUTLET)
        if not any(over(span, one) for one in found) and not nearest(marked.words(span).removeprefix("the "), aliases)
    }
    spans = tuple(replace(span, slot=Slot.WHO) if span in strange else span for span in marked.spans)
    said = strange and marked.kind is Kind.OUTLETS and not found
    return replace(marked, spans=spans, kinds=(Kind.SAID, *marked.kinds) if said else marked.kinds)


def _titled(span: Span, text: str) -> Span:
    """A span of somebody with the title that stands before it: "Ohio" of "the governor of Ohio" is no name."""
    ahead = text[: span.start].split()
    if span.slot not in (Slot.WHO, Slot.NOT_WHO) or ahead[-1:] != ["of"] or plain("".join(ahead[-2:-1])) not in TITLES:
        return span
    return replace(span, start=text.rindex(ahead[-2], 0, span.start))


def _whole(span: Span, text: str) -> Span:
    """A span with the article before it and all of its words, and without an apostrophe behind it: "op-ed", never "-ed"."""
    while span.start > 0 and (text[span.start] == "-" or text[span.start - 1] == "-") and not text[span.start - 1].isspace():
        span = replace(span, start=span.start - 1)
    while span.end < len(text) and (text[span.end] == "-" or text[span.end - 1] == "-") and not text[span.end].isspace():
        span = replace(span, end=span.end + 1)
    if text[max(0, span.start - 1) : span.start + 2] in ("'s ", "’s "):
        span = replace(span, start=span.start + 2)
    word = text[: span.start].rstrip().rpartition(" ")[2]
    start = max(0, span.start - len(word) - 1) if word.lower() in ARTICLES and span.slot in NOUNS else span.start
    return replace(span, start=start, end=max(span.start + 1, len(text[: span.end].rstrip("'’ "))))


def _wider(one: Named, marked: Marked) -> list[Span]:
    """The first of the spans of people that a name goes beyond: "the Trump" in "the Trump team"."""
    parts = [span for span in marked.of(Slot.WHO, Slot.NOT_WHO) if over(Span(one.start, one.end, span.slot), span)]
    begins = (marked.text[span.start : one.start].strip().lower() for span in parts if span.start < one.start)
    return parts[:1] if all(span.end < one.end for span in parts) and DETERMINERS.issuperset(begins) else []


def over(one: Span, other: Span) -> bool:
    """Whether two spans share a letter."""
    return one.start < other.end and other.start < one.end


def _before(span: Span, parts: list[Span]) -> Span:
    """A span without what stands apart behind it: "the strike" of "the strike, in the Echo"."""
    end = min((part.start - 1 for part in parts if span.start < part.start - 1 < span.end), default=span.end)
    return replace(span, end=end)


def _within(one: Span, other: Span) -> bool:
    return other.start <= one.start and one.end <= other.end and one.end - one.start < other.end - other.start


def respelled_topics(marked: Marked, names: Names) -> tuple[Marked, tuple[tuple[str, str], ...]]:
    """A question with words of its topics put right that misspell one word of the articles, and stand in none; and what was put right."""
    corrected = list[tuple[str, str]]()
    for span in reversed(marked.of(Slot.TOPIC, Slot.CLAIM)):
        words = typed = marked.words(span)
        for word in content_words(typed):
            right = None if names.mentioned(word) else names.respelled(word)
            if right:
                words = words.replace(word, right)
                corrected.append((word, right))
        if words != typed:
            marked = marked.put(span, words, (Span(0, len(words), span.slot),))
    return marked, tuple(corrected)


def _with_days(marked: Marked) -> Marked:
    """A question in which topics that are nothing but a day are marked as that: "Wednesday", "14 November"."""
    spans = [replace(one, slot=Slot.DAY) if one.slot is Slot.TOPIC and _is_day(marked.words(one)) else one for one in marked.spans]
    return replace(marked, spans=tuple(spans))


def _is_day(words: str) -> bool:
    parts = [part.strip(".,").lower() for part in words.split()]
    return any(part in CALENDAR for part in parts) and all(part in CALENDAR or part.isdigit() for part in parts)


def question_of(text: str, marked: Marked, names: Names) -> Question:
    """What a marked question asks of an index."""
    if not marked.spans and marked.kind not in (*ABOUT_ITSELF, Kind.DIRECT) and names.mentioned(marked.text.strip(ENDS)):
        marked = replace(marked, kinds=(Kind.DIRECT, *marked.kinds))  # words that stand so in an article are what is looked for
    kind = marked.kind
    marked, slips = respelled_topics(_with_days(marked), names)
    if kind in ABOUT_ITSELF:
        return Question(text, text, ABOUT_ITSELF[kind], kind=kind)
    outlets, wrong = outlets_of(marked, names, Slot.OUTLET)
    heard = heard_of(marked, names)
    excluded = (*outlets_of(marked, names, Slot.NOT_OUTLET)[0], *who_of(marked, marked.of(Slot.NOT_WHO), names).names)
    form = _form(marked, outlets, heard)
    return Question(
        text,
        f"{without_outlets(marked).text.rstrip(ENDS)}{'?' if marked.text.rstrip().endswith('?') else ''}",
        form,
        topic_of(marked),
        outlets,
        heard.names if form is not Form.BY_SIDE else (),
        heard.sides if form is Form.BY_SIDE and len(heard.sides) > 1 else (),
        heard.stranger if not heard.names and form is Form.DIRECT else None,
        kind=kind,
        excluded=excluded,
        day=", ".join(marked.words(span) for span in marked.of(Slot.DAY)),
        corrected=(*heard.corrected, *wrong, *slips),
        groups=heard.groups if form is not Form.BY_SIDE else (),
        open=heard.open,
    )


def _form(marked: Marked, outlets: tuple[str, ...], heard: Who) -> Form:
    """The form of the answer: by outlet or by side where these are asked about, or several are named."""
    kind = marked.kind
    if kind in (Kind.AGREE, Kind.DIFFER) and len(heard.sides) > 1:
        return Form.BY_SIDE
    if kind in (Kind.AGREE, Kind.DIFFER):  # of whom, the next likeliest kind says
        kind = next(one for one in marked.kinds if one in (Kind.SIDES, Kind.OUTLETS))
    if kind in OF_OUTLETS or (kind is Kind.OUTLETS and len(outlets) != 1) or len(outlets) > 1:
        return Form.BY_OUTLET
    if kind is Kind.SIDES and not (heard.names and len(heard.sides) < 2):
        return Form.BY_SIDE
    if kind in OF_PEOPLE and len(heard.sides) > 1:
        return Form.BY_SIDE
    return Form.DIRECT


def heard_of(marked: Marked, names: Names) -> Who:
    """Who is to be heard: those named as who, where the question asks for somebody's words."""
    spans = marked.of(Slot.WHO)
    if marked.kind is Kind.TRUE:  # "Did Clinton say that …?" asks for her words, "Did Clinton resign?" does not
        claims = marked.of(Slot.CLAIM)
        spans = tuple(span for span in spans if claims and span.end < claims[0].start)
    elif marked.kind in (Kind.SAID, Kind.QUOTES) and spans:  # "What did Merkel tell Trump?" asks for her words alone
        spans = tuple(span for span in spans if span.end <= marked.listed(spans[0], spans).end or _asks_again(marked, spans[0], span))
    elif marked.kind not in OF_PEOPLE | {Kind.OUTLETS, Kind.COUNT}:
        spans = tuple(span for span in spans if _apart(marked, span))
    return who_of(marked, spans, names)


def _apart(marked: Marked, span: Span) -> Span | None:
    """The part between commas in which a name stands with hardly a word more: "According to the Kremlin, what …?"."""
    start, end = marked.text.rfind(",", 0, span.start) + 1, marked.text.find(",", span.end)
    end = len(marked.text.rstrip(ENDS)) if end < 0 else end
    more = (marked.text[start : span.start] + marked.text[span.end : end]).split()
    alone = not any(start <= other.start < end and not over(other, span) for other in marked.spans)
    return Span(start, end, span.slot) if (start or marked.text[end : end + 1] == ",") and alone and len(more) <= WITH_NAME else None


def _asks_again(marked: Marked, first: Span, span: Span) -> bool:
    """Whether a question word stands between two: "what Putin said, and what Trump said"."""
    return not ASKING_WORDS.isdisjoint(marked.text[first.end : span.start].lower().split())


def who_of(marked: Marked, spans: Iterable[Span], names: Names) -> Who:
    """Who the words of spans name, as the index knows them."""
    read = [one for span in spans for one in all_asked(marked.words(span), marked.text[span.end :], names)]
    alone = {one.names[0] for one in read if len(one.names) == 1}
    read = [one for one in read if not one.group or alone.isdisjoint(one.names)]  # "the majority leaders, Hoyer and McConnell"
    return Who(
        tuple(dict.fromkeys(name for one in read for name in one.names)),
        tuple(dict.fromkeys(side for one in read if not one.group for side in one.sides)),
        next((one.stranger for one in read if one.stranger), None),
        tuple((one.words, listed(one.names or (one.stranger or "",))) for one in read if not one.told and not one.group),
        tuple((one.words, one.names) for one in read if one.group),
        tuple((one.words, one.open) for one in read if one.open),
    )


def outlets_of(marked: Marked, names: Names, slot: Slot) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The outlets that a question names in a slot, and those among them that it misspells, with what was typed."""
    found, corrected = dict[str, None](), list[tuple[str, str]]()
    aliases = {one.lower(): one for one in names.outlets}
    for span in marked.of(slot):
        words = marked.words(span)
        typed = words.title() if words.islower() else words
        known = [one.name for one in named_outlets(typed, names) if typed == words or printed(one, typed)] or _spelt_out(words, names)
        if not known and (right := nearest(words.removeprefix("the "), aliases)):
            known = [right]
            corrected.append((words, right))
        found |= dict.fromkeys(known)
    return tuple(found), tuple(corrected)


def _spelt_out(words: str, names: Names) -> list[str]:
    """The outlets whose names are the initials of some words: "National Public Radio"."""
    letters = {one for one, run in initials(words) if len(run) == len(content_words(words))}
    return [outlet for outlet in names.outlets for alias in outlet_aliases(outlet) if is_initials(alias) and alias.lower() in letters][:1]


def without_outlets(marked: Marked) -> Marked:
    """A question as the articles of the outlets are searched for it: without these, and without mere politeness."""
    made = marked.without(Slot.DROP)
    made = made if content_words(made.text) else marked
    while outlets := made.of(Slot.OUTLET):
        span = made.listed(outlets[0], outlets)
        part = _apart(made, span) if span == outlets[0] else None
        made = made.cut(Span(max(0, part.start - 1), part.end + (not part.start), span.slot) if part else span)
    return made.from_upper()


def _phrase(span: Span, marked: Marked) -> Span:
    """A topic with the word that its preposition hangs on, and what is to be done: "calls | for Sessions | to resign"."""
    ahead = marked.text[: span.start].rstrip()
    word = ahead.rpartition(" ")[2]
    if marked.words(span).partition(" ")[0].lower() not in PREPOSITIONS or not content_words(word):
        return span
    behind = marked.text[span.end :].rstrip(ENDS)
    open_end = behind.startswith(" to ") and not any(other.start >= span.end for other in marked.spans)
    return replace(span, start=len(ahead) - len(word), end=span.end + len(behind) * open_end)


def topic_of(marked: Marked) -> str:
    """What a question is about: its topics and claims, or the whole of it where it asks for a fact."""
    topics = [_phrase(span, marked) for span in marked.of(Slot.TOPIC, Slot.CLAIM) if content_words(marked.words(span))]
    if not topics and marked.kind in OF_OUTLETS - {Kind.COUNT}:
        topics = list(marked.of(Slot.WHO))
    if topics:
        return ", ".join(dict.fromkeys(marked.words(span) for span in topics))
    if marked.kind not in WHOLE:
        ahead, _, asked = marked.text.partition(": ")
        return ahead if asked and not any(span.start < len(ahead) for span in marked.spans) else ""  # "Syria: what did each side say?"
    whole = without_outlets(marked).text.strip(ENDS)
    return whole[:1].lower() + whole[1:]

"""Follow-ups: what a question leaves to the one before it, put back, so that it stands alone.

The tagger says how a question leans on the one before and which words it takes up. "And about trade?" takes the place of its like, "he"
makes way for whom it means, and where that is not certain the two questions become one, which loses nothing: "Was it denied, and by whom?"
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from assistant.question.marked import Marked
from assistant.question.slots import ABOUT_ITSELF, WHOLE, over, question_of, who_of, with_known_names, without_outlets
from assistant.question.tagger import Lean, Slot, Span, tagged
from assistant.reading import Names, named_outlets, named_speakers
from assistant.render import listed
from assistant.types import Form, Kind, Question
from index.lexicon import words as listed_words
from index.speakers import BODIES
from index.text import content_words

MEREST = 2  # words of meaning from which on a question is not adrift without one before it
NAMED = (Slot.WHO, Slot.OUTLET, Slot.BACK_WHO, Slot.BACK_OUTLET)
FILLED = (Slot.WHO, Slot.TOPIC, Slot.CLAIM, Slot.OUTLET, Slot.DAY)
LEFT_OUT = (Slot.NOT_WHO, Slot.NOT_OUTLET)
REACHING = (Slot.BACK, Slot.BACK_WHO, Slot.BACK_TOPIC, Slot.BACK_OUTLET, Slot.BACK_DAY)
LIKE = {
    Slot.WHO: (Slot.WHO,),
    Slot.TOPIC: (Slot.TOPIC, Slot.CLAIM),
    Slot.CLAIM: (Slot.CLAIM, Slot.TOPIC),
    Slot.OUTLET: (Slot.OUTLET,),
    Slot.DAY: (Slot.DAY,),
    Slot.BACK: (),
    Slot.BACK_WHO: (Slot.WHO,),
    Slot.BACK_TOPIC: (Slot.TOPIC, Slot.CLAIM),
    Slot.BACK_OUTLET: (Slot.OUTLET,),
    Slot.BACK_DAY: (Slot.DAY,),
}
"""What words of a slot take the place of, or stand for, in the question before."""
PERSONS = listed_words("he") | listed_words("she") | listed_words("they")
WHOSE = listed_words("whose")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as understood; ``core`` is what the next one may lean on: without what was joined to it, and without a question mark."""

    question: Question
    core: Marked


@dataclass(frozen=True, slots=True)
class _Follow:
    """A follow-up after a question: as asked, as marked without politeness, what it takes up, and what is before it."""

    text: str
    asked: Marked
    meant: tuple[Span, ...]
    before: Turn
    names: Names

    @property
    def core(self) -> Marked:
        return self.before.core

    def like(self, slot: Slot) -> Span | None:
        """The words of the question before that words of a slot take up."""
        there = self.core.of(*LIKE[slot])
        taken = [(span, one) for span in there for one in self.meant if over(one, span)]
        part = self.core.in_words(taken[0][1]) if taken and slot not in NAMED else None
        if part and taken[0][0].start < part.start and part.end >= taken[0][0].end:
            return part  # "Connecticut" of "quarantine in Connecticut"
        if there and (taken or self.core.kind not in WHOLE or slot in NAMED):
            whole = self.core.listed(taken[0][0] if taken else there[0], there)
            behind = [span.end for span in self.core.spans if slot is Slot.DAY and span.start == whole.end + 1]
            return replace(whole, end=max([whole.end, *behind]))  # "Monday | night"
        free = [one for one in self.meant if slot is Slot.BACK or not any(over(one, span) for span in self.core.spans)]
        return free[0] if free else None

    @property
    def topic(self) -> str:
        """What the question before is about, as its slots say."""
        return ", ".join(self.core.words(span) for span in self.core.of(Slot.TOPIC, Slot.CLAIM))


def follow(text: str, before: Turn | None, names: Names) -> Turn:
    """Read a question, cleaned, after the one before it; on its own, when it leans on nothing."""
    alone = tagged(text)
    marked = with_known_names(Marked(text, alone.spans, alone.kinds), names)
    whole = Turn(question_of(text, marked, names), marked.without(Slot.DROP).bare().from_upper())
    if whole.question.form in ABOUT_ITSELF.values() and alone.lean is Lean.ALONE:
        return whole
    if before is None:
        held = marked.of(Slot.WHO, Slot.TOPIC, Slot.CLAIM) or len(content_words(marked.text)) > MEREST
        adrift = alone.lean is not Lean.ALONE and not held
        return replace(whole, question=replace(whole.question, form=Form.FRAGMENT)) if adrift else whole
    read = tagged(text, before.core.text)
    asked = with_known_names(Marked(text, read.spans, read.kinds), names).without(Slot.DROP).bare()
    lean = Lean.PRONOUN if read.lean is Lean.ALONE and asked.of(Slot.BACK_WHO) else read.lean
    if lean is Lean.ALONE and marked.kind is Kind.SIDES and not marked.of(Slot.WHO, Slot.TOPIC, Slot.CLAIM, Slot.OUTLET):
        lean = Lean.SWAP  # "What did both sides say?"
    more = asked.kind is not Kind.SIDES and content_words(asked.without(*FILLED).text) and not named_outlets(text, names)
    if lean is Lean.ALONE or _is_name(text, names) or (lean is Lean.SWAP and alone.lean is Lean.ALONE and more):
        return whole
    by_itself = lean in (Lean.PRONOUN, Lean.JOINED) and alone.kinds[0] not in WHOLE  # what a whole question asks needs none before it
    kinds = _of_articles((alone if by_itself else read).kinds)
    return _WAYS[lean](_Follow(text, replace(asked, kinds=kinds), read.meant, before, names))


def _of_articles(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """The kinds that the articles answer."""
    return tuple(kind for kind in kinds if kind not in ABOUT_ITSELF)


def _is_name(text: str, names: Names) -> bool:
    """Whether a question is a mere name, without a question mark: a question of its own. An outlet's name narrows the one before."""
    words = text.split()
    return bool(content_words(text)) and all(word[0].isupper() and word.isalpha() for word in words) and not named_outlets(text, names)


def _swapped(turn: _Follow) -> Turn:
    """ "And about trade?", "And the Kremlin?": the question before, with this in the place of its like."""
    made, new = turn.core, turn.asked.of(*FILLED) or _speakers(turn)
    named = named_outlets(turn.asked.text, turn.names)
    if named and all(any(over(span, Span(one.start, one.end, span.slot)) for one in named) for span in new):
        return _narrowed(turn, tuple(dict.fromkeys(one.name for one in named)))
    if not new and turn.asked.of(Slot.BACK_WHO) and turn.core.of(Slot.WHO) and (back := _put_back(turn)):
        who = back.text  # "And his team?"
        if who == turn.core.words(made.of(Slot.WHO)[0]):
            return _joined(turn)
        return _told(turn, made.put(made.of(Slot.WHO)[0], who, (Span(0, len(who), Slot.WHO),)))
    if not new:
        return _recast(turn)
    for span in new:
        words, slot = turn.asked.words(span).removesuffix("'s").removesuffix("’s"), _slot(turn, span)
        place = turn.like(slot)
        emptied = place is not None and not content_words(turn.core.cut(place).text)
        if place is not None and slot not in NAMED and (emptied or _elsewhere(turn, span, place)):
            return _joined(turn)
        if place is None and slot is Slot.WHO and turn.topic and turn.core.kind is Kind.SIDES:
            made = _said(words, turn.topic)
        elif place is None:
            return _joined(turn)
        else:
            here = next((one for one in made.spans if made.words(one) == turn.core.words(place)), place)
            here = made.from_word(here, words)
            made = made.put(here, words, (Span(0, len(words), here.slot if here.slot is not Slot.MEANT else slot),))
    return _told(turn, made)


def _elsewhere(turn: _Follow, span: Span, place: Span) -> bool:
    """Whether words stand with a preposition of their own: "In the interview?" is not "about the interview"."""
    own, there = (marked.text[: one.start].lower().split()[-1:] for marked, one in ((turn.asked, span), (turn.core, place)))
    return bool(own) and own[0] in listed_words("name_prepositions") and own != there


def _speakers(turn: _Follow) -> tuple[Span, ...]:
    """The speakers whom a follow-up names, where the network marked nothing."""
    return tuple(Span(one.start, one.end, Slot.WHO) for one in named_speakers(turn.asked.text, turn.names))


def _slot(turn: _Follow, span: Span) -> Slot:
    """What a name is that stands by itself: the index knows whether it speaks, or is spoken of."""
    words = turn.asked.words(span)
    if span.slot is Slot.OUTLET:  # the index knows no such outlet
        return Slot.WHO if turn.core.of(Slot.WHO) else Slot.TOPIC
    subject = bool(turn.core.of(Slot.TOPIC, Slot.CLAIM))
    if span.slot is Slot.TOPIC and not subject and turn.core.kind is Kind.SAID and turn.core.of(Slot.WHO):
        return Slot.WHO
    if span.slot is Slot.WHO and subject and not named_speakers(words, turn.names) and turn.names.mentioned(words):
        return Slot.TOPIC
    if span.slot is Slot.WHO and subject and not turn.core.of(Slot.WHO) and turn.core.kind is not Kind.SIDES:
        return Slot.TOPIC
    rest = turn.asked.cut(span).text.lower().split()
    if span.slot not in (Slot.WHO, Slot.TOPIC) or not listed_words("dangling").issuperset(rest):
        return span.slot
    speaks = [one for one in named_speakers(words, turn.names) if one.end - one.start >= len(words.lower().removeprefix("the ")) - 2]
    if speaks:
        return Slot.WHO if turn.core.of(Slot.WHO) or turn.core.kind is Kind.SIDES else Slot.TOPIC
    return span.slot


def _recast(turn: _Follow) -> Turn:
    """ "And each side?", "Which ones don't?": the question before, as one of another kind."""
    if turn.asked.kind is Kind.SIDES and turn.topic:
        made = _said("each side", turn.topic)
        spans = tuple(span for span in made.spans if span.slot is Slot.TOPIC)
        return _told(turn, replace(made, spans=spans, kinds=turn.asked.kinds))
    return _joined(turn)


def _said(who: str, topic: str) -> Marked:
    """What somebody said about something, as a question."""
    made = Marked("What did  say about ", (), (Kind.SAID,)).put(Span(20, 20, Slot.TOPIC), topic, (Span(0, len(topic), Slot.TOPIC),))
    return made.put(Span(9, 9, Slot.WHO), who, (Span(0, len(who), Slot.WHO),))


def _resolved(turn: _Follow) -> Turn:
    """ "What does he say about Iran?": the follow-up, with what its words mean that reach back."""
    if not content_words(turn.asked.without(*REACHING).text):
        return _joined(turn)  # "When did he?" says too little by itself
    made = _put_back(turn)
    left = listed_words("it").intersection(turn.asked.without(*REACHING).text.lower().split())
    if made is None:
        return _in_doubt(turn)
    if made is turn.asked or left:
        return _joined(turn)
    return _told(turn, replace(made, kinds=_of_articles(tagged(f"{made.from_upper().text}?").kinds)))  # of the kind that it is when typed


def _put_back(turn: _Follow) -> Marked | None:
    """A follow-up with what its words mean that reach back; nothing where that is not certain."""
    made, places = turn.asked, dict[Span, str]()
    for span in reversed(made.of(*REACHING)):
        word = turn.asked.words(span).lower()
        place = turn.like(Slot.BACK_WHO if word in PERSONS else span.slot)
        if place is None or not _certain(turn, span, place) or places.setdefault(place, word) != word:
            return None
        words = _definite(turn.core.words(place))
        if turn.asked.words(span).lower() in WHOSE and content_words((made.text[span.end :].split() or [""])[0]):
            words += "’s"
        slot = place.slot if place.slot is not Slot.MEANT else Slot.WHO if span.slot is Slot.BACK_WHO else Slot.TOPIC
        made = made.put(span, words, (Span(0, len(words.removesuffix("’s")), slot),))
    return made


def _certain(turn: _Follow, span: Span, place: Span) -> bool:
    """Whether a word means what it is taken for: "he" is no body, and where the subject is a person too, either may be meant."""
    word, who = turn.asked.words(span).lower(), turn.core.words(place)
    if span.slot is not Slot.BACK_WHO and word not in PERSONS:
        brought_up = who.split(" ")[0].lower() in listed_words("indefinite") or not content_words(turn.core.cut(place).text)
        return turn.core.kind not in WHOLE or (turn.core.kind is Kind.DIRECT and brought_up)  # else "it" may be all that was asked about
    single = word in listed_words("he") | listed_words("she")
    another = turn.asked.of(Slot.WHO) and turn.topic.lower().startswith("the ")  # "What did the governor say about her?", after the nurse
    return not (single and (BODIES.intersection(who.lower().split()) or " and " in who or another or _others_named(turn, place)))


def _others_named(turn: _Follow, place: Span) -> tuple[str, ...]:
    """Speakers, canonical, whom the question before names outside a place."""
    there = [one for one in named_speakers(turn.core.text, turn.names) if turn.core.text[one.start].isupper()]
    return tuple(dict.fromkeys(one.name for one in there if not over(Span(one.start, one.end, place.slot), place)))


def _in_doubt(turn: _Follow) -> Turn:
    """The two questions in one, to each of those whom a word may mean."""
    told = _joined(turn)
    heard = who_of(turn.core, turn.core.of(Slot.WHO), turn.names).names
    asks_them = heard and turn.asked.kind is Kind.SAID and not turn.asked.of(Slot.WHO) and told.question.form is Form.DIRECT
    others = _others_named(turn, turn.core.of(Slot.WHO)[0]) if asks_them else ()
    return replace(told, question=replace(told.question, speakers=tuple(dict.fromkeys((*heard, *others))))) if asks_them else told


def _definite(words: str) -> str:
    """Something brought up before, as it is spoken of from then on: "a vote" is "the vote"."""
    first, _, rest = words.partition(" ")
    return f"the {rest}" if first.lower() in listed_words("indefinite") and rest else words


def _joined(turn: _Follow, tail: str = "") -> Turn:
    """The question before and the follow-up in one: of the follow-up's kind, unless that asks nothing of its own, as "When?" does."""
    asked = Marked(tail, (), turn.core.kinds) if tail else turn.asked
    if not any(span.start == 0 for span in asked.of(*FILLED)):
        asked = replace(asked, text=asked.text[:1].lower() + asked.text[1:])
    if asked.kind in (Kind.AGREE, Kind.DIFFER) and turn.before.question.form is Form.BY_SIDE:
        asked = replace(asked, kinds=(asked.kind, Kind.SIDES, *asked.kinds))
    if not content_words(asked.without(*REACHING).text) and turn.core.kind not in WHOLE:
        asked = replace(asked, kinds=turn.core.kinds)
    core = _as_claim(turn.core) if turn.core.kind in WHOLE else turn.core
    if asked.of(Slot.TOPIC, Slot.CLAIM) and asked.kind not in WHOLE:
        core = replace(core, spans=tuple(span for span in core.spans if span.slot not in (Slot.TOPIC, Slot.CLAIM)))
    told = _told(turn, core.then(", " if asked.text.startswith("and ") else ", and ", asked))
    return replace(told, core=turn.core)


def _as_claim(core: Marked) -> Marked:
    """A question for a fact, as what is asked about from then on: all of it from its first word of meaning."""
    words = content_words(core.text)
    kept = core.of(Slot.OUTLET, Slot.NOT_OUTLET, Slot.DAY)
    return replace(core, spans=(Span(core.text.index(words[0]), len(core.text), Slot.CLAIM), *kept)) if words else core


def _others(turn: _Follow) -> Turn:
    """ "And the other side?", "What do the other papers say?": the question before, to all but those whom it asked."""
    names = turn.names
    if turn.before.question.outlets:
        return _narrowed(turn, _all_but(names.outlets, turn.before.question.outlets))
    heard = who_of(turn.core, turn.core.of(Slot.WHO), names)
    if not turn.topic or not turn.core.of(Slot.WHO):
        return _recast(turn)
    sides = _all_but(names.sides, heard.sides)
    if turn.asked.kind is Kind.SIDES and sides and heard.sides:
        made = replace(_said("the other sides" if len(sides) > 1 else "the other side", turn.topic), kinds=(Kind.SIDES,))
        told = _told(turn, replace(made, spans=made.of(Slot.TOPIC)))
        return replace(told, question=replace(told.question, form=Form.BY_SIDE, sides=sides, speakers=(), excluded=heard.names))
    made = _said("the others", turn.topic)
    told = _told(turn, replace(made, spans=made.of(Slot.TOPIC), kinds=(Kind.SIDES,)))
    return replace(told, question=replace(told.question, excluded=heard.names))


def _except(turn: _Follow) -> Turn:
    """ "Without Euractiv?": the question before, without somebody."""
    spans = turn.asked.of(*LEFT_OUT, Slot.WHO, Slot.OUTLET)
    as_outlets = replace(turn.asked, spans=tuple(replace(span, slot=Slot.OUTLET) for span in spans))
    if outlets := question_of(turn.text, as_outlets, turn.names).outlets:
        left = _all_but(turn.before.question.outlets or turn.names.outlets, outlets)
        return _narrowed(turn, left, outlets) if left else _joined(turn)
    people = who_of(turn.asked, spans, turn.names).names
    told = _joined(turn)
    return replace(told, question=replace(told.question, excluded=people))


def _more(turn: _Follow) -> Turn:
    """ "Go on": the question before, and what more there is."""
    told, before = _joined(turn, "what else"), turn.before.question
    asked = replace(before, text=turn.text, understood=told.question.understood, more=before.more + 1)
    return replace(told, question=asked)


def _all_but(everybody: Sequence[str], some: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in everybody if one not in set(some))


def _narrowed(turn: _Follow, outlets: tuple[str, ...], excluded: tuple[str, ...] = ()) -> Turn:
    """The question before, in these outlets."""
    named = turn.core.of(Slot.OUTLET)
    words = listed(outlets)
    ahead = turn.core.text[: named[0].start].lower().split()[-1:] if len(named) == 1 else []
    subject = bool(ahead) and ahead[0] not in listed_words("name_prepositions")  # "What does Politico report?"
    made = turn.core.put(named[0], words, (Span(0, len(words), Slot.OUTLET),)) if subject else without_outlets(turn.core)
    told = _told(turn, made, outlets)
    return replace(told, question=replace(told.question, excluded=excluded))


def _told(turn: _Follow, made: Marked, outlets: tuple[str, ...] = ()) -> Turn:
    """The question that comes of it; it stays with the outlets of the one before, until it is asked which outlets."""
    made = made.bare().from_upper()
    question = question_of(turn.text, replace(made, text=f"{made.text}?"), turn.names)
    kept = turn.before.question.outlets if question.form is not Form.BY_OUTLET or turn.core.of(Slot.OUTLET) else ()
    outlets = outlets or question.outlets or kept
    within = f", in {listed(outlets)}" if any(outlet not in made.text for outlet in outlets) else ""
    return Turn(replace(question, outlets=outlets, understood=f"{made.text}{within}?"), made)


_WAYS = {
    Lean.SWAP: _swapped,
    Lean.PRONOUN: _resolved,
    Lean.JOINED: _joined,
    Lean.OTHER: _others,
    Lean.EXCEPT: _except,
    Lean.MORE: _more,
}

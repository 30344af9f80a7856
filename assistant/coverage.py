"""Who has something on a topic, who was looked through and has nothing, and of whom it cannot be told.

Silence is a claim about a named outlet or person, so it is looked for: those who have nothing among the passages found for a question are
searched once more, alone, by the topic's words and by its meaning. Whoever has a word of it and no passage that tells it is neither
silent nor heard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.topic import ANSWERED, NAMED, Judge, Judged, asked, capitalised
from assistant.types import Question
from index.belief import covered
from index.record import Scope
from index.text import content_words, stem
from index.types import Hit

MOST_HELD = 2_000  # passages that hold a word of the topic
MOSTLY, NEARLY = 0.5, 0.6  # the share of a topic's words, weighted by how rare they are, that makes it unsure, and that makes it likely
BY_WORDS, BY_MEANING = 10, 6  # passages of one outlet that are read for the topic's words and for what it means
MOST_LOOKED = 60  # outlets or speakers that are searched once more


class State(StrEnum):
    """What is known of somebody on a topic."""

    SPEAKS = "speaks"
    NOTHING = "nothing"  # looked through: no passage holds a word of it, and none tells it in others
    UNSURE = "unsure"  # some passage holds a word of it, and none clearly tells it
    ELSEWHERE = "no article on the story"  # and no passage that holds most of the topic's words
    UNREAD = "not looked through"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What one outlet, side or speaker has on a topic: the passages on it, the best first, and how many were looked through.

    ``maybe`` is the passage that comes nearest where none is plainly on it.
    """

    state: State
    hits: tuple[Hit, ...] = ()
    looked: int = 0
    maybe: tuple[Hit, ...] = ()

    @property
    def account(self) -> tuple[Hit, ...]:
        """What is shown of somebody who was asked by name, and would else be called silent."""
        return self.hits or self.maybe


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is looked for: a scope, of it the passages with some ``numbers`` alone, and which passages are theirs."""

    scope: Scope
    is_theirs: Callable[[Hit], bool]
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """The words that silence is looked for by, with how rare each is by its stem: the topic's, or all of a question that has none."""

    judge: Judge
    written: list[str]
    rarity: dict[str, float]

    def held(self, place: Place) -> list[int]:
        """The passages of a place that hold any of them, those with the most and the rarest first."""
        found = [number for number, _ in self.judge.record.match(self.written, place.scope, MOST_HELD)]
        if place.numbers is None:
            return found
        theirs = set(place.numbers)
        return [number for number in found if number in theirs]

    def mostly_in(self, texts: Iterable[str], share: float = MOSTLY) -> bool:
        """Whether any of some texts holds most of them, the rare ones first of all."""
        return any(covered(self.rarity, text) >= share for text in texts)


def look(
    judge: Judge, question: Question, judged: Judged, places: Mapping[str, Place], elsewhere: Collection[str] = ()
) -> dict[str, Coverage]:
    """What each has on a question's topic: by ``judged``, and where that has nothing by a search of their own place alone.

    Those ``elsewhere`` have no article on the story: they are searched only where a passage of theirs holds most of the topic's words.
    """
    found: dict[str, Coverage] = {}
    written = content_words(question.topic or question.standalone)
    words = _Words(judge, written, judge.record.rarity({stem(word): word for word in written}))
    searched = 0
    for key, place in places.items():
        if hits := tuple(hit for hit in judged.on if place.is_theirs(hit)):
            found[key] = Coverage(State.SPEAKS, hits)
            continue
        held = words.held(place)
        first = judge.record.passages(held[:BY_WORDS]).values() if key in elsewhere else ()
        if key in elsewhere and not words.mostly_in(one.passage.text for one in first):
            found[key] = Coverage(State.ELSEWHERE, (), judge.record.size(place.scope))
        elif searched < MOST_LOOKED:
            through = _looked_through(judge, question, place, words, held)
            found[key] = replace(through, state=State.ELSEWHERE) if key in elsewhere and through.state is not State.SPEAKS else through
            searched += 1
        else:
            found[key] = Coverage(State.UNREAD)
    return found


def _looked_through(judge: Judge, question: Question, place: Place, words: _Words, held: Sequence[int]) -> Coverage:
    """What somebody has on a topic, read as far as its words, in the passages ``held``, or its meaning lead to their passages."""
    near = [number for number, _ in judge.searcher.among(question.topic or question.standalone, place.scope, place.numbers, BY_MEANING)]
    read = judge.searcher.read(asked(question), [*held[:BY_WORDS], *near], BY_WORDS + BY_MEANING)
    judged = judge.judge(question, [hit for hit in read if place.is_theirs(hit)])
    looked = judge.record.size(place.scope) if place.numbers is None else len(place.numbers)
    if judged.on:
        return Coverage(State.SPEAKS, tuple(judged.on), looked)
    named = len(words.written) <= NAMED  # what so few words name is only where one of them is
    if judged.read and not named and judge.searcher.belief(asked(question), judged.read) >= ANSWERED:
        return Coverage(State.SPEAKS, tuple(judged.read[:1]), looked)  # no word of the topic, but an answer
    if likely := _likely(judge, question, judged.doubtful, place, words):
        return Coverage(State.SPEAKS, likely, looked)
    if any(not judge.record.text_holds([name], place.scope) for name in capitalised(question.topic)):
        return Coverage(State.NOTHING, (), looked)  # somebody or something that it never names
    unsure = held or (place.numbers is None and judge.record.text_holds(words.written, place.scope))
    return Coverage(State.UNSURE if unsure else State.NOTHING, (), looked, tuple(judged.doubtful[:1]))


def _likely(judge: Judge, question: Question, doubtful: Sequence[Hit], place: Place, words: _Words) -> tuple[Hit, ...]:
    """Passages that the reader does not plainly take for an account, but whose words are the topic's; of a bare name those that have it."""
    names = capitalised(question.topic)
    if names and len(names) == len(words.written):
        rarest = max(names, key=lambda name: words.rarity[stem(name)])
        held = [number for number, _ in judge.record.match([rarest], place.scope, BY_WORDS)]
        hits = judge.searcher.read(asked(question), held, BY_WORDS)
        return tuple(hit for hit in hits if place.is_theirs(hit) and words.rarity.keys() <= judge.searcher.stems_of(hit.passage.article))
    return tuple(hit for hit in doubtful if words.mostly_in([hit.passage.text], NEARLY))


def without_account(found: Mapping[str, Coverage]) -> dict[str, Coverage]:
    """Those of whom nothing is shown."""
    return {key: one for key, one in found.items() if not one.account}


def in_state(found: Mapping[str, Coverage], *states: State) -> tuple[str, ...]:
    """Those whose coverage is in one of some states."""
    return tuple(key for key, one in found.items() if one.state in states)

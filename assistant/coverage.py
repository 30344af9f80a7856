"""Who has something on a topic, who was looked through and has nothing, and of whom it cannot be told.

Silence is a claim about a named outlet or person, so it is looked for: those who have nothing among the passages found for a question are
searched once more, alone, by the topic's words and by its meaning. Whoever has a word of it and no passage that tells it is neither
silent nor heard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.topic import ANSWERED, NAMED, Judge, Judged, asked, capitalised
from assistant.types import Question
from index.record import Scope
from index.text import content_stems, content_words, stem
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


def look(
    judge: Judge, question: Question, judged: Judged, places: Mapping[str, Place], elsewhere: Collection[str] = ()
) -> dict[str, Coverage]:
    """What each has on a question's topic: by ``judged``, and where that has nothing by a search of their own place alone.

    Those ``elsewhere`` have no article on the story: they are searched only where a passage of theirs holds most of the topic's words.
    """
    found: dict[str, Coverage] = {}
    searched = 0
    for key, place in places.items():
        if hits := tuple(hit for hit in judged.on if place.is_theirs(hit)):
            found[key] = Coverage(State.SPEAKS, hits)
        elif key in elsewhere and not holds_most(judge, words_of(question), _holding(judge, question, place)[:BY_WORDS]):
            found[key] = Coverage(State.ELSEWHERE, (), judge.record.size(place.scope))
        elif searched < MOST_LOOKED:
            through = _looked_through(judge, question, place)
            found[key] = replace(through, state=State.ELSEWHERE) if key in elsewhere and through.state is not State.SPEAKS else through
            searched += 1
        else:
            found[key] = Coverage(State.UNREAD)
    return found


def _looked_through(judge: Judge, question: Question, place: Place) -> Coverage:
    """What somebody has on a topic, read as far as its words or its meaning lead to their passages."""
    words = words_of(question)
    held = _holding(judge, question, place)
    near = [number for number, _ in judge.searcher.among(question.topic or question.standalone, place.scope, place.numbers, BY_MEANING)]
    if place.numbers is not None:
        theirs = set(place.numbers)
        held = [number for number in held if number in theirs]
    read = judge.searcher.read(asked(question), [*held[:BY_WORDS], *near], BY_WORDS + BY_MEANING)
    judged = judge.judge(question, [hit for hit in read if place.is_theirs(hit)])
    looked = judge.record.size(place.scope) if place.numbers is None else len(place.numbers)
    if judged.on:
        return Coverage(State.SPEAKS, tuple(judged.on), looked)
    named = len(words) <= NAMED  # what so few words name is only where one of them is
    if judged.read and not named and judge.searcher.belief(asked(question), judged.read) >= ANSWERED:
        return Coverage(State.SPEAKS, tuple(judged.read[:1]), looked)  # no word of the topic, but an answer
    if likely := _likely(judge, question, judged.doubtful, place):
        return Coverage(State.SPEAKS, likely, looked)
    if any(not judge.record.text_holds([name], place.scope) for name in capitalised(question.topic)):
        return Coverage(State.NOTHING, (), looked)  # somebody or something that it never names
    unsure = held or (place.numbers is None and judge.record.text_holds(words, place.scope))
    return Coverage(State.UNSURE if unsure else State.NOTHING, (), looked, tuple(judged.doubtful[:1]))


def _likely(judge: Judge, question: Question, doubtful: Sequence[Hit], place: Place) -> tuple[Hit, ...]:
    """Passages that the reader does not plainly take for an account, but whose words are the topic's; of a bare name those that have it."""
    words, names = words_of(question), capitalised(question.topic)
    if names and len(names) == len(words):
        rarity = judge.record.rarity({name: name for name in names})
        held = judge.record.match([max(names, key=lambda name: rarity[name])], place.scope, BY_WORDS)
        hits = judge.searcher.read(asked(question), [number for number, _ in held], BY_WORDS)
        known = set(map(stem, names))
        return tuple(hit for hit in hits if place.is_theirs(hit) and known <= judge.searcher.stems_of(hit.passage.article))
    return tuple(hit for hit in doubtful if holds_most(judge, words, [hit.number], NEARLY))


def _holding(judge: Judge, question: Question, place: Place) -> list[int]:
    """The passages of a place that hold words of the topic, those with the most and the rarest first."""
    return [number for number, _ in judge.record.match(words_of(question), place.scope, MOST_HELD)]


def holds_most(judge: Judge, words: list[str], numbers: Sequence[int], share: float = MOSTLY) -> bool:
    """Whether any of some passages holds most of some words, the rare ones first of all."""
    rarity = judge.record.rarity({stem(word): word for word in words})
    held = (rarity.keys() & content_stems(one.passage.text) for one in judge.record.passages(numbers).values())
    return any(sum(rarity[key] for key in keys) >= share * sum(rarity.values()) for keys in held)


def without_account(found: Mapping[str, Coverage]) -> dict[str, Coverage]:
    """Those of whom nothing is shown."""
    return {key: one for key, one in found.items() if not one.account}


def in_state(found: Mapping[str, Coverage], *states: State) -> tuple[str, ...]:
    """Those whose coverage is in one of some states."""
    return tuple(key for key, one in found.items() if one.state in states)


def words_of(question: Question) -> list[str]:
    """The words that silence is looked for by: the topic's, or all of a question that has none."""
    return content_words(question.topic or question.standalone)

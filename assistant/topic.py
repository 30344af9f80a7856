"""Which passages are on a question's topic: read beside it, held against its words, and with the replies that follow them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from assistant.days import Days, days_of
from assistant.grouping import unseen
from assistant.types import Form, Kind, Question
from index.belief import covered
from index.lexicon import words
from index.record import Record, Scope
from index.saying import QUOTING
from index.search import Searcher, fuse
from index.text import content_stems, content_words, stem
from index.types import Hit

# The thresholds of answering, all of them log-odds; eval/LOG.md has what moving them costs.
ANSWERED = -1.0  # that the articles answer, from which on Readout does
TOLD = -1.25  # that a passage tells of a speaker asked about, though in nobody's words
ON_TOPIC = -1.25  # the sum from which on a passage is on a topic: what the reader gives it, and what its words add
NAMES_IT = 4.0  # what holding all words of a topic adds
ON_DAY = 2.0  # what being of the day asked about adds
UNHEARD = 2.0  # how much surer the reader must be for each name in a topic that no passage holds
DOUBT = 2.0  # how much less sure a passage may be of somebody who would else be called silent

MOST_READ = 40  # passages read for a topic: of each side, outlet or speaker one is wanted
NAMED = 2  # a topic of so few words of meaning is only where one of them is
ASKING = words("asking")
OF_TOPIC = frozenset({Kind.TIMELINE, Kind.SUMMARY, Kind.QUOTES, Kind.AGREE, Kind.DIFFER, Kind.FIRST, Kind.ONLY, Kind.LEFT_OUT, Kind.COUNT})
REPLIES = frozenset(map(stem, words("replies")))
JOINT = re.compile(r",\s*|\s+(?:and|or)\s+")  # what parts a topic: "trade and the economy"


@dataclass(frozen=True, slots=True)
class Judged:
    """Passages read for a topic: those ``on`` it, those that may be (``doubtful``), both the best first, and all that were read."""

    on: list[Hit]
    doubtful: list[Hit]
    read: list[Hit]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the passages of one index."""

    searcher: Searcher

    @property
    def record(self) -> Record:
        """The index's record."""
        return self.searcher.record

    def judged(self, question: Question, scope: Scope, among: Iterable[int] = ()) -> Judged:
        """The most promising passages for a topic, judged: those that a search for it or for the question finds, and those ``among``."""
        texts = dict.fromkeys((question.topic or question.standalone, *(() if of_topic(question) else (question.standalone,))))
        found = fuse(*(self.searcher.find(text, scope) for text in texts))
        read = self.searcher.read(asked(question), dict.fromkeys([*found, *among]), MOST_READ)
        return self.judge(question, read)

    def judge(self, question: Question, read: list[Hit]) -> Judged:
        """Passages that were read for a question, judged; of a question for more, those that were not shown yet."""
        read = unseen(question, read)
        topic = content_stems(question.topic)
        doubtful = [hit for hit in self._topical(question, read, DOUBT) if topic & content_stems(hit.passage.text)]
        return Judged(self.dated(question, self._on_topic(question, read)), sorted(doubtful, key=lambda hit: -hit.score), read)

    def days(self, question: Question) -> Days | None:
        """The days that a question names, where it names any."""
        return days_of(question.text, question.day, self.record.extent()[2]) if question.day else None

    def dated(self, question: Question, hits: list[Hit]) -> list[Hit]:
        """Hits, those first that a day asked about names or that were printed on it."""
        if not (days := self.days(question)):
            return hits
        named = content_stems(question.day)

        def told(hit: Hit) -> bool:
            published = self.searcher.article(hit.passage.article).published
            return named <= content_stems(hit.passage.text) or days.told(hit.passage.text, published)

        return sorted((replace(hit, score=hit.score + ON_DAY) if told(hit) else hit for hit in hits), key=lambda hit: -hit.score)

    def _on_topic(self, question: Question, pool: list[Hit]) -> list[Hit]:
        """Those passages of a pool that are about a question's topic, the best first.

        A passage is on it when the reader takes it for an answer, or when it holds the topic's words; and a denial is on the topic of
        what it denies, a quotation on that of the words that lead up to it, which stand before them.
        """
        replies = {hit.number: hit for hit in pool if denies(hit) or hit.passage.text[0] in QUOTING}
        before = self.searcher.read(asked(question), [number - 1 for number in replies])
        best = {hit.number: hit for hit in self._topical(question, pool)}
        for hit in self._topical(question, before):
            reply = replies.get(hit.number + 1)
            if reply and _answers(reply, hit) and hit.score > best.get(reply.number, reply).score:
                best[reply.number] = replace(reply, score=hit.score)
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.number))

    def _topical(self, question: Question, pool: list[Hit], slack: float = 0.0) -> list[Hit]:
        """Those passages of a pool that are on a topic by their own words, in any order; ``slack`` lets less sure ones in."""
        rarity = self.record.rarity({stem(word): word for word in content_words(question.topic)})
        together = question.topic not in question.standalone  # words from several places of the question, which make one topic
        split = [question.topic] if together else JOINT.split(question.topic)
        parts = [stems for part in split if (stems := content_stems(part))]
        least = ON_TOPIC - slack + UNHEARD * len(self.absent(capitalised(question.topic.partition(" ")[2])))
        names = set(map(stem, capitalised(question.topic)))
        found = []
        for hit in pool:
            here = rarity.keys() & content_stems(hit.passage.text)
            lacking = names - self.searcher.stems_of(hit.passage.article) if not names & here else ()  # names that its whole article lacks
            foreign = UNHEARD * len(lacking)
            score = hit.score + NAMES_IT * covered(rarity, hit.passage.text) - foreign
            if not foreign and any(part <= here for part in parts):
                score = max(score, least)  # it holds every word of the topic, or of one of two: whatever the reader thinks, it is about it
            if score >= least and (here or len(rarity) > NAMED):
                found.append(replace(hit, score=score))
        return found

    def absent(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those words that stand in no article."""
        missing = [word for word in dict.fromkeys(words) if not self.record.match([word], Scope(), 1)]
        return tuple(word for word in missing if not self.record.text_holds([word], Scope()))


def asked(question: Question) -> str:
    """What a passage is read for: the question, or where it asks all sides or outlets, what anybody says about its topic."""
    still_asks = question.topic.partition(" ")[0].lower() in ASKING  # nothing could be taken off it
    whole = (question.form is Form.DIRECT and not of_topic(question)) or not question.topic or still_asks
    return question.standalone if whole else f"What did they say about {question.topic}?"


def of_topic(question: Question) -> bool:
    """Whether a question tells what to do with its topic, and only the topic is looked for: "Give me a timeline of …"."""
    return bool(question.topic) and question.kind in OF_TOPIC


def denies(hit: Hit) -> bool:
    """Whether somebody in a passage denies or confirms something."""
    return any(REPLIES.intersection(content_stems(one.cue or "")) for one in hit.passage.heard)


def _answers(hit: Hit, before: Hit) -> bool:
    """Whether a passage denies what the one before it says, or is the quotation that one leads up to."""
    led_up_to = hit.passage.text[0] in QUOTING and before.passage.text.rstrip().endswith(":")
    return hit.passage.article == before.passage.article and (led_up_to or denies(hit))


def holds_name(hit: Hit, name: str) -> bool:
    """Whether a passage holds the capitalised words of a name."""
    wanted = set(map(stem, capitalised(name)))
    return bool(wanted) and wanted <= content_stems(hit.passage.text)


def capitalised(text: str) -> list[str]:
    """The words of a text that carry meaning and are written with a capital: names, mostly."""
    return [word for word in content_words(text) if word[:1].isupper()]

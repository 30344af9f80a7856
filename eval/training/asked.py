"""Questions to teach the tagger: patterns with slots, filled from real articles.

``patterns.jsonl.gz`` holds single questions (``kind``, ``q``), ``follow_ups.jsonl.gz`` questions after another (``before``, ``lean`` and
``standalone``, the whole question), ``fillers.json.gz`` what fills their slots. ``{who}`` is a slot, ``{not:who}`` one that is left out,
``{topic:who}`` somebody spoken of,
``[[please]]`` mere politeness, ``<<he>>`` a word that means something of the question before.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from zlib import crc32

from assistant.question.tagger import Lean, Slot, Span
from assistant.types import Kind
from eval.lines import read_lines
from eval.training.pairs import QUESTIONS
from index.lexicon import words
from index.text import stem

HERE = Path(__file__).parent
PATTERNS, FOLLOW_UPS, FILLERS = HERE / "patterns.jsonl.gz", HERE / "follow_ups.jsonl.gz", HERE / "fillers.json.gz"
HELD_OUT = 8  # one pattern in so many is held out, and one filler
NAMES_AS_TOPICS = 0.3
TYPO, PLAIN, AFTER = 0.08, 0.25, 0.45  # shares: with a slip of the keyboard, without a question mark, after an unrelated question
_MARK = re.compile(r"\{(?P<slot>[a-z:]+)(?P<same>\d*)\}|\[\[(?P<drop>.+?)\]\]|<<(?P<back>.+?)>>")
_PART = re.compile(r"<<.+?>>|\[\[.+?\]\]|\{[^}]+\}|\w+|[^\w\s]")
_NAME = re.compile(r"\b(?:[A-Z][\w.-]+|\d{4})(?:\s[A-Z][\w.-]+)*")
_BACK = {"who": Slot.BACK_WHO, "topic": Slot.BACK_TOPIC, "claim": Slot.BACK_TOPIC, "outlet": Slot.BACK_OUTLET, "day": Slot.BACK_DAY}
_REACHING = (Slot.BACK, Slot.BACK_TOPIC)
_SURE = {Lean.SWAP: ({Slot.WHO}, {Slot.TOPIC}, {Slot.DAY}), Lean.PRONOUN: ({Slot.WHO},)}  # what one name in a question may be taken for
PEOPLE = {"person": 0.4, "surname": 0.25, "body": 0.15, "said": 0.2}  # who is asked about, and how often


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the tagger is to read it; what is ``None`` is not known of it, and not taught."""

    text: str
    kind: Kind | None = None
    lean: Lean | None = Lean.ALONE
    spans: tuple[Span, ...] | None = None
    before: str = ""
    meant: tuple[Span, ...] | None = None


class Fillers:
    """What fills slots. ``held_out`` takes other values than those that are learned from."""

    def __init__(self, shuffle: random.Random, held_out: bool, file: Path = FILLERS) -> None:
        self._shuffle = shuffle
        with gzip.open(file, "rt", encoding="utf-8") as stored:
            known: dict[str, list[str]] = json.load(stored)
        self._values = {name: [one for one in values if _held_out(one) == held_out] for name, values in known.items()}
        self._values["surname"] = [name.split()[-1] for name in self._values["person"]]

    def names(self, *kinds: str) -> frozenset[str]:
        """All values of some kinds."""
        return frozenset({value for kind in kinds for value in self._values[kind]})

    def value(self, slot: str) -> str:
        """A value for a slot."""
        if slot == Slot.WHO:
            slot = self._shuffle.choices(list(PEOPLE), list(PEOPLE.values()))[0]
        if slot == Slot.TOPIC and self._shuffle.random() < NAMES_AS_TOPICS:
            slot = self._shuffle.choice(["place", "person", "surname"])
        return self._shuffle.choice(self._values[slot])


def _held_out(key: str) -> bool:
    return crc32(key.encode()) % HELD_OUT == 0


def fill(pattern: str, fillers: Fillers, known: dict[str, str] | None = None, back: Sequence[Slot] = ()) -> tuple[str, tuple[Span, ...]]:
    """A pattern with its slots filled, alike where they are ``known``; ``back`` are the slots of the words that reach back, in order."""
    text, spans, last, reaching = "", list[Span](), 0, iter(back)
    for mark in _MARK.finditer(pattern):
        text += pattern[last : mark.start()]
        if slot := mark["slot"]:
            value = fillers.value(slot.rpartition(":")[2])
            words = value if known is None else known.setdefault(slot.removeprefix("not:") + mark["same"], value)
            slot = slot if slot.startswith("not:") else slot.partition(":")[0]
        else:
            slot, words = (Slot.DROP, mark["drop"]) if mark["drop"] else (next(reaching, Slot.BACK), mark["back"])
        spans.append(Span(len(text), len(text) + len(words), Slot(slot)))
        text, last = text + words, mark.end()
    return text + pattern[last:], tuple(spans)


def singles(shuffle: random.Random, held_out: bool, times: int) -> Iterator[Example]:
    """The patterns of single questions, each filled several times."""
    fillers = Fillers(shuffle, held_out)
    for entry in read_lines(PATTERNS):
        if _held_out(entry["q"]) == held_out:
            for _ in range(times if "{" in entry["q"] else (times + 1) // 2):
                text, spans = fill(entry["q"], fillers)
                yield roughened(Example(text, Kind(entry["kind"]), Lean.ALONE, spans), shuffle)


def asked_of_articles(shuffle: random.Random, held_out: bool, most: int) -> list[Example]:
    """Questions that were asked of real articles: facts, and yes or no. Those that ask what somebody said are left out."""
    spoken = {stem(word) for name in ("speech_acts", "said", "telling") for word in words(name)}
    entries = [one for one in read_lines(QUESTIONS) if one["kind"] in ("fact", "para", "none", "yesno")]
    begins = Counter(one["question"].split()[0] for one in entries)
    yes_no_begins = Counter(one["question"].split()[0] for one in entries if one["kind"] == "yesno")
    openings = {word for word, count in yes_no_begins.items() if count * 4 > begins[word]}
    found, last = list[Example](), ""
    for one in entries:
        text, yes_no = one["question"], one["question"].split()[0] in openings
        if _held_out(one["article"]) == held_out and (yes_no or not spoken.intersection(map(stem, text.rstrip("?").split()))):
            before = found[-1].text if found and one["article"] == last and shuffle.random() < AFTER else ""
            found.append(Example(text, Kind.TRUE if yes_no else Kind.DIRECT, before=before, meant=() if before else None))
            last = one["article"]
    shuffle.shuffle(found)
    return [roughened(one, shuffle) for one in found[:most]]


def follow_ups(shuffle: random.Random, held_out: bool, times: int) -> Iterator[Example]:
    """The patterns of follow-ups, each filled several times; now and then with nothing before them, or with a real question."""
    fillers, real = Fillers(shuffle, held_out), _with_one_name(shuffle, held_out)
    for entry in read_lines(FOLLOW_UPS):
        if _held_out(entry["q"] + entry["before"]) != held_out:
            continue
        lean, (back, taken) = Lean(entry["lean"]), _taken(entry)
        for _ in range(times):
            known: dict[str, str] = {}
            before, there = fill(entry["before"], fillers, known)
            text, spans = fill(entry["q"], fillers, known, back)
            meant = tuple(Span(span.start, span.end, Slot.MEANT) for span in there if span.slot in taken)
            yield roughened(Example(text, Kind(entry["kind"]), lean, spans, before, meant), shuffle)
        if lean is not Lean.ALONE:
            yield roughened(Example(text, None, lean, spans), shuffle)
        kind = Kind(entry["kind"])
        if lean is Lean.JOINED and all(span.slot in _REACHING for span in spans):
            before = shuffle.choice(real[Slot.TOPIC])[0]
            yield roughened(Example(text, kind if entry["kind"] != entry["before_kind"] else Kind.DIRECT, lean, spans, before, ()), shuffle)
        if len(spans) == 1 and taken in _SURE.get(lean, ()):
            for _ in range(2):
                before, name = shuffle.choice(real[min(taken)])
                meant = (Span(name.start, name.end, Slot.MEANT),)
                yield roughened(Example(text, Kind.DIRECT if lean is Lean.SWAP else kind, lean, spans, before, meant), shuffle)


def _taken(entry: dict[str, str]) -> tuple[list[Slot], set[Slot]]:
    """What the words of a follow-up that reach back mean, by the whole question, and what is taken of the one before."""
    asked, whole = (_PART.findall(entry[key]) for key in ("q", "standalone"))
    back, taken = list[Slot](), set[Slot]()
    changes = SequenceMatcher(None, [part.lower() for part in asked], [part.lower() for part in whole], autojunk=False).get_opcodes()
    for _, first, last, start, end in changes:
        slots = [mark["slot"].removeprefix("not:") for part in whole[start:end] if (mark := _MARK.fullmatch(part)) and mark["slot"]]
        for _ in [part for part in asked[first:last] if part.startswith("<<")]:
            back.append(_BACK.get(slots[0], Slot.BACK) if slots else Slot.BACK)
            taken |= {Slot(slots[0])} if slots else set()
    if entry["lean"] == Lean.SWAP:
        kept = set(_PART.findall(entry["standalone"].replace("not:", "")))
        taken |= {Slot(part.strip("{}")) for part in _PART.findall(entry["before"]) if part.startswith("{") and part not in kept}
    if entry["lean"] == Lean.OTHER:
        named = set(_PART.findall(entry["standalone"]))
        taken |= {slot for slot in (Slot.WHO, Slot.OUTLET) if f"{{not:{slot}}}" in named}
    return back, taken


def _with_one_name(shuffle: random.Random, held_out: bool) -> dict[Slot, list[tuple[str, Span]]]:
    """Real questions in which one known name stands, and where: a person, a place or a day."""
    fillers = Fillers(shuffle, held_out)
    found: dict[Slot, list[tuple[str, Span]]] = {Slot.WHO: [], Slot.TOPIC: [], Slot.DAY: []}
    for example in asked_of_articles(shuffle, held_out, most=10_000):
        for slot, kinds in ((Slot.WHO, ("person", "surname")), (Slot.TOPIC, ("place",)), (Slot.DAY, ("day",))):
            values = fillers.names(*kinds)
            there = [match for match in _NAME.finditer(example.text[1:]) if match.group() in values]
            if len(there) == 1:
                found[slot].append((example.text, Span(there[0].start() + 1, there[0].end() + 1, slot)))
    return found


def after_others(examples: Sequence[Example], shuffle: random.Random) -> list[Example]:
    """The examples, a share of them after another, on which they do not lean."""
    return [replace(one, before=shuffle.choice(examples).text) if not one.before and shuffle.random() < AFTER else one for one in examples]


def roughened(example: Example, shuffle: random.Random) -> Example:
    """An example as hurried people type it: now and then without its question mark, or with a slip."""
    if example.text.endswith("?") and " " in example.text and shuffle.random() < PLAIN:
        example = replace(example, text=example.text[:-1])
    if shuffle.random() >= TYPO:
        return example
    places = [place for place in range(2, len(example.text) - 2) if example.text[place - 1 : place + 2].isalpha()]
    if not places:
        return example
    place, text = shuffle.choice(places), example.text
    slips = (text[place + 1] + text[place], text[place] * 2 + text[place + 1], text[place + 1])
    slip = shuffle.choice(slips)
    longer = len(slip) - 2
    spans = example.spans and tuple(
        Span(span.start + longer * (span.start > place), span.end + longer * (span.end > place), span.slot) for span in example.spans
    )
    return replace(example, text=text[:place] + slip + text[place + 2 :], spans=spans)

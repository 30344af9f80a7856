"""Made claims: true and false ones, made from the sentences of articles, to teach a reader what evidence carries.

A `Draft` is a parsed sentence under edit. True edits leave what it says (a clause dropped, a name shortened, other words for the same,
"X said" moved to the front); false edits do not (another name or number, a "not" more or less, two halves of different sentences),
and mark the words that nothing carries any more. After Kryściński and others, "Evaluating the Factual Consistency of Abstractive Text
Summarization" (EMNLP 2020), with a mark for every word, after Goyal and Durrett, "Evaluating Factuality in Generation with Dependency-level
Entailment" (Findings of EMNLP 2020). No article's text is kept.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from index.speakers import gender_of
from index.text import content_stems

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

Words = list[tuple[str, bool]]
"""A claim: its words, each with whether the evidence carries it."""

LISTS = tomllib.loads(Path(__file__).with_name("claim_words.toml").read_text(encoding="utf-8"))
NAMES = frozenset("PERSON ORG GPE NORP LOC FAC EVENT PRODUCT WORK_OF_ART LAW".split())
AMOUNTS = frozenset("DATE TIME MONEY PERCENT CARDINAL ORDINAL QUANTITY".split())
SAYING = frozenset(
    "say tell state add announce claim argue note write warn declare explain insist admit report tweet believe think".split()
)
HEDGES = frozenset("reportedly allegedly possibly probably perhaps maybe apparently supposedly".split())
PERIODS = frozenset("in on at during after before since amid by from near over for with".split())
LOOSE = frozenset("also however meanwhile still then now later recently already instead again moreover further separately indeed".split())
NOT_IF = frozenset("if unless until whether though although without except only lest".split())
_SERIES = [
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
    "January February March April May June July August September October November December".split(),
    "one two three four five six seven eight nine ten eleven twelve".split(),
    "first second third fourth fifth sixth".split(),
]
_WORDS_OF = {str(number): word for number, word in enumerate(_SERIES[2], 1)}
_FIRST_PERSON = {
    "masculine": {"i": "he", "me": "him", "my": "his", "myself": "himself", "am": "is", "'m": "'s", "’m": "’s"},
    "feminine": {"i": "she", "me": "her", "my": "her", "myself": "herself", "am": "is", "'m": "'s", "’m": "’s"},
}
_PLURAL = {"we": "they", "us": "them", "our": "their", "ourselves": "themselves"}


def _groups(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in LISTS[name].strip().splitlines():
        words = line.split("|")
        found[words[0].lower()] += words[1:]
        if name == "opposite":
            found[words[1].lower()].append(words[0])
    return dict(found)


SAME, OPPOSITE = _groups("same"), _groups("opposite")


@dataclass(slots=True)
class Draft:
    """A sentence under edit: which tokens are left, in which order, what is written for them, and which are no longer carried."""

    span: Span
    order: list[int] = field(default_factory=list)
    text: dict[int, str] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)
    extra: Words = field(default_factory=list)

    @classmethod
    def of(cls, span: Span) -> Draft:
        """The sentence as it stands."""
        tokens = [token for token in span if not token.is_space]
        return cls(span, [token.i for token in tokens], {token.i: token.text for token in tokens})

    def tokens(self) -> list[Token]:
        """The tokens that are left, in their order."""
        return [self.span.doc[place] for place in self.order]

    def drop(self, places: set[int]) -> None:
        """Leave tokens out."""
        self.order = [place for place in self.order if place not in places]

    def put(self, tokens: Sequence[Token], text: str, *, wrong: bool) -> None:
        """Write a text for some neighbouring tokens."""
        self.text[tokens[0].i] = text
        self.drop({token.i for token in tokens[1:]})
        if wrong:
            self.wrong.add(tokens[0].i)

    def words(self) -> Words:
        """The claim as it stands now."""
        last = self.order[-1:] if self.order and self.span.doc[self.order[-1]].text in ".!?" else []
        body = self.order[: len(self.order) - len(last)]
        spoken = [(self.text[place], place not in self.wrong) for place in body]
        return [*spoken, *self.extra, *((self.text[place], True) for place in last)]


@dataclass(slots=True)
class Pool:
    """What a false claim about one article can be made with: its names, amounts, words, phrases and sentences, and another article's."""

    doc: Doc
    sentences: list[Span]
    entities: dict[str, list[str]]
    words: dict[str, list[str]]
    phrases: dict[str, list[list[Token]]]
    other: Pool | None = None

    @classmethod
    def of(cls, doc: Doc, other: Pool | None = None) -> Pool:
        """Read an article's pool from its parse."""
        entities: dict[str, list[str]] = defaultdict(list)
        words: dict[str, list[str]] = defaultdict(list)
        phrases: dict[str, list[list[Token]]] = defaultdict(list)
        for entity in doc.ents:
            entities[entity.label_].append(_bare(entity.text))
        for token in doc:
            if token.pos_ in ("NOUN", "VERB", "ADJ", "ADV") and token.is_alpha and not token.ent_type_ and not token.is_stop:
                words[token.tag_].append(token.text)
            if token.dep_ in ("prep", "advcl", "relcl", "acl", "appos"):
                phrase = [part for part in token.subtree if not part.is_space]
                if 2 <= len(phrase) <= 12 and not any(part.text in '"“”()' for part in phrase):
                    phrases[token.lower_ if token.dep_ == "prep" else token.dep_].append(phrase)
        return cls(doc, usable_sentences(doc), dict(entities), dict(words), dict(phrases), other)

    def elsewhere(self, random: Random, share: float) -> Pool:
        """This pool, or for some share of calls the other article's."""
        return self.other if self.other is not None and random.random() < share else self


def usable_sentences(doc: Doc) -> list[Span]:
    """Sentences that say something: with a verb, and of 6 to 60 tokens."""
    return [span for span in doc.sents if 6 <= len(span) <= 60 and any(token.pos_ in ("VERB", "AUX") for token in span)]


def _bare(name: str) -> str:
    return re.sub(r"^(?:the|a|an) |['’]s$", "", " ".join(name.split()), flags=re.I)


# --- true edits ------------------------------------------------------------------------------------------------------


def shorten(draft: Draft, pool: Pool, random: Random) -> bool:
    """Leave out one to three of the parts that a sentence does without."""
    parts = [token for token in draft.tokens() if _spare(token)]
    random.shuffle(parts)
    for token in parts[: random.choice((1, 1, 2, 3))]:
        gone = {part.i for part in token.subtree}
        if len(gone) < len(draft.order) - 4:
            draft.drop(gone)
    _tidy(draft)
    return bool(parts)


def _spare(token: Token) -> bool:
    subtree = list(token.subtree)
    if token.dep_ == "ROOT" or any(part.dep_ == "neg" or part.lower_ in HEDGES for part in subtree):
        return False
    if token.dep_ in ("appos", "relcl", "acl", "advcl"):
        return not any(part.lower_ in NOT_IF for part in subtree[:3])
    if token.dep_ == "prep" and token.head.pos_ in ("VERB", "AUX") and token.lower_ in PERIODS and token.i > token.head.i:
        return any(part.ent_type_ in ("DATE", "TIME", "GPE", "FAC", "EVENT") for part in subtree) or len(subtree) > 5
    return (token.dep_ == "advmod" and token.lower_ in LOOSE) or (token.dep_ == "npadvmod" and token.ent_type_ == "DATE")


def _tidy(draft: Draft) -> None:
    """Leave out commas that have nothing between them, and one that a sentence would begin or end with."""
    kept: list[int] = []
    for place in draft.order:
        mark = draft.text[place] in {",", "-", "–", "—", ";"}
        if not (mark and (not kept or draft.text[kept[-1]] in {",", "-", "–", "—", ";"})):
            kept.append(place)
    while kept and draft.text[kept[-1]] in {",", "-", "–", "—", ";"}:
        kept.pop()
    draft.order = kept


def one_of_two(draft: Draft, pool: Pool, random: Random) -> bool:
    """Of "X did A and did B" keep one: "X did B", "X did A"."""
    for token in draft.tokens():
        second = next((child for child in token.children if child.dep_ == "conj" and child.pos_ == "VERB"), None)
        if second is None or token.dep_ != "ROOT" or any(child.dep_ in ("nsubj", "nsubjpass") for child in second.children):
            continue
        rest = {part.i for part in second.subtree}
        if random.random() < 0.5:
            draft.drop(rest | {child.i for child in token.children if child.dep_ == "cc"})
            _tidy(draft)
            return True
        subject = next((child for child in token.children if child.dep_ in ("nsubj", "nsubjpass")), None)
        helpers = [child for child in token.children if child.dep_ in ("aux", "auxpass", "neg")]
        if subject is not None and not helpers:
            kept = {part.i for part in subject.subtree} | rest
            draft.order = [place for place in draft.order if place in kept or draft.text[place] == "."]
            return True
    return False


def rename(draft: Draft, pool: Pool, random: Random) -> bool:
    """A person by the last name alone, or by the full one where the article has it."""
    full = {name.split()[-1]: name for name in pool.entities.get("PERSON", []) if len(name.split()) == 2}
    done = False
    for entity in draft.span.ents:
        tokens = _left(draft, entity)
        if entity.label_ != "PERSON" or not tokens or tokens[-1].lower_ in ("'s", "’s"):
            continue
        if len(tokens) == 2 and random.random() < 0.6:
            draft.drop({tokens[0].i})
            done = True
        elif len(tokens) == 1 and tokens[0].text in full:
            draft.put(tokens, full[tokens[0].text], wrong=False)
            done = True
    return done


def _left(draft: Draft, entity: Span) -> list[Token]:
    """An entity's tokens when all of them are still there as they were, else nothing."""
    there = set(draft.order)
    whole = all(token.i in there and draft.text[token.i] == token.text for token in entity)
    return list(entity) if whole else []


def reword(draft: Draft, pool: Pool, random: Random) -> bool:
    """Other words for the same."""
    done = False
    for token in draft.tokens():
        others = SAME.get(token.lower_)
        if others and draft.text[token.i] == token.text and random.random() < 0.5:
            draft.text[token.i] = random.choice(others)
            done = True
    return done


def unquote(draft: Draft, pool: Pool, random: Random) -> bool:
    """Leave the quotation marks out, and let "I" be the one who speaks, where that is known."""
    marks = {token.i for token in draft.tokens() if token.text in {'"', "“", "”", "''", "``"}}
    if not marks:
        return False
    speaker = next((token for token in draft.tokens() if token.dep_ == "nsubj" and token.head.lemma_ in SAYING), None)
    words = {**_PLURAL}
    if speaker is not None:
        name = next((entity.text for entity in draft.span.ents if entity.start <= speaker.i < entity.end), speaker.text)
        words |= _FIRST_PERSON.get({"f": "feminine", "m": "masculine"}.get(gender_of(name)[:1], ""), {})
    if any(token.lower_ in ("i", "we") and token.lower_ not in words for token in draft.tokens()):
        return False
    for token in draft.tokens():
        if token.lower_ in words and speaker is not None:
            draft.text[token.i] = words[token.lower_]
    draft.drop(marks)
    return True


def attribute(draft: Draft, pool: Pool, random: Random) -> bool:
    """Move who says it: "…, X said" and "X said that …" and "According to X, …"."""
    verb = next((token for token in draft.tokens() if token.dep_ == "ROOT" and token.lemma_ in SAYING), None)
    if verb is None or any(child.dep_ in ("neg", "aux", "conj", "prep", "dobj") for child in verb.children):
        return False
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None)
    clause = next((child for child in verb.children if child.dep_ == "ccomp"), None)
    if subject is None or clause is None:
        return False
    there = set(draft.order)
    who = [part.i for part in subject.subtree if part.i in there]
    what = [part.i for part in clause.subtree if part.i in there and part.i not in who]
    if not who or len(what) < 4 or verb.i in what:
        return False
    if what and draft.span.doc[what[0]].lower_ == "that":
        what = what[1:]
    front = random.random() < 0.5
    draft.text[verb.i] = "," if front else f"{draft.text[verb.i]}{random.choice((' that', ''))}"
    draft.order = [*who, verb.i, *what]
    if front:
        draft.text[who[0]] = f"{random.choice(('According to', 'In the words of'))} {draft.text[who[0]]}"
    return True


def spell(draft: Draft, pool: Pool, random: Random) -> bool:
    """A small number as a word, or as a figure."""
    back = {word: number for number, word in _WORDS_OF.items()}
    done = False
    for token in draft.tokens():
        if (other := _WORDS_OF.get(token.text) or back.get(token.lower_)) and token.ent_type_ == "CARDINAL":
            draft.text[token.i] = other
            done = True
    return done


def stand_in(draft: Draft, pool: Pool, random: Random) -> bool:
    """Name the "he" or "she" that a sentence begins with, where the sentence before is about one person only."""
    return _named(draft, pool, random, wrong=False)


def _named(draft: Draft, pool: Pool, random: Random, *, wrong: bool) -> bool:
    first = draft.tokens()[0]
    if first.lower_ not in ("he", "she") or first.dep_ != "nsubj" or first.i == 0:
        return False
    before = first.doc[first.i - 1].sent
    people = [entity for entity in before.ents if entity.label_ == "PERSON"]
    subject = [entity for entity in people if entity.root.dep_ == "nsubj"]
    names = {_bare(entity.text) for entity in subject}
    if len(names) != 1 or len({entity.root.text for entity in people}) != 1:
        return False
    right = names.pop()
    others = [name for name in pool.entities.get("PERSON", []) if not set(name.split()) & set(right.split())]
    if wrong and not others:
        return False
    draft.put([first], random.choice(others) if wrong else right, wrong=wrong)
    return True


def pronoun(draft: Draft, pool: Pool, random: Random) -> bool:
    """ "He" or "she" for the person that a sentence begins with."""
    entity = next((one for one in draft.span.ents if one.label_ == "PERSON" and one.root.dep_ == "nsubj"), None)
    tokens = _left(draft, entity) if entity is not None else []
    gender = gender_of(entity.text)[:1] if entity is not None else ""
    if not tokens or tokens[0].i != draft.order[0] or gender not in ("f", "m"):
        return False
    draft.put(tokens, "she" if gender == "f" else "he", wrong=False)
    return True


# --- false edits -----------------------------------------------------------------------------------------------------


def other_name(draft: Draft, pool: Pool, random: Random) -> bool:
    """Another name of the same kind, mostly from the same article."""
    return _other_entity(draft, pool, random, NAMES)


def other_amount(draft: Draft, pool: Pool, random: Random) -> bool:
    """Another number, day or sum."""
    tokens = [token for token in draft.tokens() if _shifted(token.text, random) and draft.text[token.i] == token.text]
    if tokens and random.random() < 0.6:
        token = random.choice(tokens)
        draft.put([token], _shifted(token.text, random) or "", wrong=True)
        return True
    return _other_entity(draft, pool, random, AMOUNTS)


def _other_entity(draft: Draft, pool: Pool, random: Random, kinds: frozenset[str]) -> bool:
    entities = [entity for entity in draft.span.ents if entity.label_ in kinds and _left(draft, entity)]
    random.shuffle(entities)
    for entity in entities:
        source = pool.elsewhere(random, 0.2)
        own = set(_bare(entity.text).lower().split())
        others = [name for name in source.entities.get(entity.label_, []) if not own & set(name.lower().split())]
        if others:
            tokens = _left(draft, entity)
            while tokens[-1].lower_ in ("'s", "’s") and len(tokens) > 1:
                tokens.pop()
            draft.put(tokens, random.choice(others), wrong=True)
            return True
    return False


def _shifted(word: str, random: Random) -> str | None:
    """Another number for a number, another day for a day."""
    for series in _SERIES:
        if word in series or word.lower() in series:
            return random.choice([other for other in series if other.lower() != word.lower()])
    if re.fullmatch(r"\d[\d,]*(?:\.\d+)?", word):
        digits = [place for place, sign in enumerate(word) if sign.isdigit()]
        place = random.choice(digits)
        new = random.choice([sign for sign in "123456789" if sign != word[place]])
        return word[:place] + new + word[place + 1 :]
    return None


def negate(draft: Draft, pool: Pool, random: Random) -> bool:
    """A "not" more."""
    verbs = [
        token for token in draft.tokens() if token.pos_ in ("VERB", "AUX") and token.dep_ in ("ROOT", "ccomp", "conj", "relcl", "advcl")
    ]
    verbs = [verb for verb in verbs if not any(child.dep_ == "neg" for child in verb.children) and draft.text[verb.i] == verb.text]
    if not verbs:
        return False
    verb = random.choice(verbs)
    helper = next(
        (child for child in verb.children if child.dep_ in ("aux", "auxpass") and child.tag_ != "TO" and child.i in draft.order), None
    )
    if helper is not None or verb.lemma_ == "be":
        place = helper or verb
        draft.text[place.i] += random.choice((" not", " not", " never"))
        draft.wrong |= {place.i, verb.i}
    elif verb.tag_ in ("VBD", "VBZ", "VBP"):
        does = {"VBD": "did", "VBZ": "does", "VBP": "do"}[verb.tag_]
        draft.put([verb], random.choice((f"{does} not {verb.lemma_}", f"{does}n't {verb.lemma_}", f"never {verb.text}")), wrong=True)
    else:
        return False
    return True


def affirm(draft: Draft, pool: Pool, random: Random) -> bool:
    """A "not" less."""
    negations = [token for token in draft.tokens() if token.dep_ == "neg" or token.lower_ in ("no", "never", "without", *HEDGES)]
    if not negations:
        return False
    token = random.choice(negations)
    if token.lower_ == "without":
        draft.put([token], "with", wrong=True)
        return True
    draft.drop({token.i})
    left = [part for part in (token.head, *token.head.children) if part.i in draft.order and part.dep_ in ("aux", "auxpass", "ROOT")]
    draft.wrong |= {part.i for part in (token.head, *left)}
    for place in draft.order:
        if draft.text[place] in ("ca", "wo"):
            draft.text[place] = {"ca": "can", "wo": "will"}[draft.text[place]]
    return token.head.i in draft.order


def opposite(draft: Draft, pool: Pool, random: Random) -> bool:
    """A word's opposite."""
    tokens = [token for token in draft.tokens() if token.lower_ in OPPOSITE and draft.text[token.i] == token.text]
    if not tokens:
        return False
    token = random.choice(tokens)
    draft.put([token], random.choice(OPPOSITE[token.lower_]), wrong=True)
    return True


def swap(draft: Draft, pool: Pool, random: Random) -> bool:
    """Who did it and whom it was done to, the other way round."""
    there = set(draft.order)
    for verb in draft.tokens():
        subject = next((child for child in verb.children if child.dep_ == "nsubj" and child.pos_ != "PRON"), None)
        target = next((child for child in verb.children if child.dep_ in ("dobj", "dative") and child.pos_ != "PRON"), None)
        if target is None:
            place = next((child for child in verb.children if child.dep_ in ("prep", "agent")), None)
            target = next((child for child in place.children if child.dep_ == "pobj" and child.pos_ == "PROPN"), None) if place else None
        if subject is None or target is None or subject.i > target.i:
            continue
        one = [part.i for part in subject.subtree if part.i in there]
        two = [part.i for part in target.subtree if part.i in there]
        if max(len(one), len(two)) > 7 or set(one) & set(two) or not one or not two:
            continue
        start, middle, end = draft.order.index(one[0]), draft.order.index(two[0]), draft.order.index(two[-1])
        draft.order = [*draft.order[:start], *two, *draft.order[start + len(one) : middle], *one, *draft.order[end + 1 :]]
        draft.wrong |= {*one, *two, verb.i}
        return True
    return False


def other_word(draft: Draft, pool: Pool, random: Random) -> bool:
    """Another word of the same kind for one or two that matter."""
    tokens = [
        token
        for token in draft.tokens()
        if token.pos_ in ("NOUN", "VERB", "ADJ", "ADV") and not token.ent_type_ and not token.is_stop and draft.text[token.i] == token.text
    ]
    random.shuffle(tokens)
    own = {token.lemma_ for token in draft.span}
    done = 0
    for token in tokens[: random.choice((1, 1, 2, 3))]:
        source = pool.elsewhere(random, 0.5)
        others = [
            word for word in source.words.get(token.tag_, []) if word.lower() not in own and word.lower() not in SAME.get(token.lower_, [])
        ]
        if others:
            draft.put([token], random.choice(others), wrong=True)
            done += 1
    return bool(done)


def other_speaker(draft: Draft, pool: Pool, random: Random) -> bool:
    """Somebody else who says it."""
    verb = next((token for token in draft.tokens() if token.lemma_ in SAYING and token.pos_ == "VERB"), None)
    subject = next((child for child in verb.children if child.dep_ == "nsubj"), None) if verb is not None else None
    if subject is None:
        return False
    there = set(draft.order)
    tokens = [part for part in subject.subtree if part.i in there]
    own = {token.lower_ for token in tokens}
    names = [*pool.entities.get("PERSON", []), *pool.entities.get("ORG", [])]
    others = [name for name in names if not own & set(name.lower().split())]
    if not others or not tokens or len(tokens) > 10 or tokens[-1].i - tokens[0].i != len(tokens) - 1:
        return False
    draft.put(tokens, random.choice(others), wrong=True)
    return True


def wrong_stand_in(draft: Draft, pool: Pool, random: Random) -> bool:
    """The wrong name for the "he" or "she" that a sentence begins with."""
    return _named(draft, pool, random, wrong=True)


def other_phrase(draft: Draft, pool: Pool, random: Random) -> bool:
    """When, where or how from another sentence."""
    there = set(draft.order)
    heads = [token for token in draft.tokens() if token.dep_ == "prep" and 2 <= len(list(token.subtree)) <= 10]
    random.shuffle(heads)
    for head in heads:
        own = [part for part in head.subtree if part.i in there]
        source = pool.elsewhere(random, 0.3)
        others = [phrase for phrase in source.phrases.get(head.lower_, []) if not (source is pool and phrase[0].sent == draft.span)]
        if others and own and own[0] is not None and own[0].i == head.i:
            phrase = random.choice(others)
            draft.put(own, f"{head.text} {' '.join(part.text for part in phrase[1:])}", wrong=True)
            return True
    return False


def splice(draft: Draft, pool: Pool, random: Random) -> bool:
    """The beginning of one sentence with the end of another, joined at a word of the same kind."""
    tokens = draft.tokens()
    cuts = [place for place in range(3, len(tokens) - 3) if tokens[place].pos_ in ("ADP", "VERB", "AUX", "SCONJ", "CCONJ", "PART", "PRON")]
    random.shuffle(cuts)
    sentences = [sentence for sentence in pool.elsewhere(random, 0.15).sentences if sentence != draft.span]
    random.shuffle(sentences)
    for cut in cuts[:4]:
        at = tokens[cut]
        for sentence in sentences[:8]:
            starts = [token.i for token in sentence if token.tag_ == at.tag_ and 3 <= sentence.end - token.i <= 22]
            same = [place for place in starts if sentence.doc[place].lower_ == at.lower_] or starts
            if same:
                tail = [token for token in sentence.doc[random.choice(same) : sentence.end] if not token.is_space]
                draft.order = draft.order[:cut]
                draft.extra = [(token.text, token.is_punct) for token in tail]
                return True
    return False


def add(draft: Draft, pool: Pool, random: Random) -> bool:
    """A phrase more, of another sentence or another article."""
    source = pool.elsewhere(random, 0.5)
    phrases = [phrase for group in source.phrases.values() for phrase in group if not (source is pool and phrase[0].sent == draft.span)]
    if not phrases:
        return False
    phrase = random.choice(phrases)
    draft.extra = [*draft.extra, *((token.text, False) for token in phrase)]
    return True


Edit = Callable[[Draft, Pool, Random], bool]
TRUE: list[tuple[Edit, float]] = [
    (one_of_two, 0.25),
    (shorten, 0.5),
    (stand_in, 0.7),
    (attribute, 0.5),
    (unquote, 0.6),
    (rename, 0.5),
    (reword, 0.5),
    (spell, 0.5),
    (pronoun, 0.15),
]
"""In the order they are tried, with how often."""
FALSE: list[tuple[Edit, float]] = [
    (other_name, 4),
    (other_amount, 2.5),
    (negate, 1.5),
    (affirm, 2),
    (opposite, 1.5),
    (swap, 1.5),
    (other_word, 2.5),
    (other_speaker, 1.5),
    (wrong_stand_in, 2),
    (other_phrase, 2),
    (splice, 3),
    (add, 2),
]
"""With their weights."""


def true_claim(span: Span, pool: Pool, random: Random) -> Draft:
    """A sentence in other words, or in its own."""
    draft = Draft.of(span)
    for edit, share in TRUE:
        if random.random() < share:
            edit(draft, pool, random)
    return draft


def false_claim(span: Span, pool: Pool, random: Random) -> Draft | None:
    """A sentence in other words with something false in it; nothing when no edit fits."""
    draft = true_claim(span, pool, random) if random.random() < 0.75 else Draft.of(span)
    edits = [edit for edit, _ in FALSE]
    weights = [weight for _, weight in FALSE]
    for edit in random.choices(edits, weights, k=6):
        if edit(draft, pool, random):
            if random.random() < 0.25:
                random.choices(edits, weights)[0](draft, pool, random)
            return draft
    return None


@dataclass(frozen=True, slots=True)
class Made:
    """A claim with the sentences of its article to hold it against; ``sources`` are the numbers of those it was made from."""

    words: Words
    sentences: tuple[str, ...]
    sources: tuple[int, ...]

    @property
    def text(self) -> str:
        """The claim as a text."""
        return " ".join(word for word, _ in self.words)


def claims(docs: Iterator[tuple[Doc, Doc]], per_article: int, seed: int = 0) -> Iterator[Made]:
    """Yield true and false claims for articles, given as pairs of the parsed title and the parsed text.

    The article before lends what is foreign to an article.
    """
    random = Random(seed)
    before: Pool | None = None
    for title, doc in docs:
        pool = Pool.of(doc, before)
        before = Pool(pool.doc, pool.sentences, pool.entities, pool.words, pool.phrases)
        if len(pool.sentences) < 5:
            continue
        texts = tuple(" ".join(span.text.split()) for span in pool.sentences)
        yield from _of_article(pool, texts, per_article, random)
        yield from _of_title(title, pool, texts, random)


def _of_article(pool: Pool, texts: tuple[str, ...], most: int, random: Random) -> Iterator[Made]:
    numbers = random.sample(range(len(texts)), min(most, len(texts)))
    for number in numbers:
        span = pool.sentences[number]
        yield from _fused(true_claim(span, pool, random).words(), number, pool, texts, random)
        for _ in range(random.choice((1, 2))):
            if (false := false_claim(span, pool, random)) is not None:
                yield from _fused(false.words(), number, pool, texts, random)
    if pool.other is not None and pool.other.sentences:
        foreign = random.choice(pool.other.sentences)
        yield Made([(token.text, False) for token in foreign if not token.is_space], texts, ())


def _fused(words: Words, number: int, pool: Pool, texts: tuple[str, ...], random: Random) -> Iterator[Made]:
    """A claim, sometimes joined to one made from the next sentence."""
    if random.random() > 0.15 or number + 1 >= len(texts) or len(words) > 35:
        yield Made(words, texts, (number,))
        return
    second = true_claim(pool.sentences[number + 1], pool, random).words()
    ended = words[:-1] if words and words[-1][0] in ".!?" else words
    joint = random.choice((", and", "; ", ".", ", while", ", but"))
    yield Made([*ended, (joint, True), *second], texts, (number, number + 1))


def _of_title(title: Doc, pool: Pool, texts: tuple[str, ...], random: Random) -> Iterator[Made]:
    """The headline, true of its article where most of its words are in it, and the headline made false."""
    spans = usable_sentences(title)
    stems = content_stems(title.text)
    if len(spans) != 1 or "?" in title.text or len(stems & content_stems(" ".join(texts))) < 0.75 * len(stems):
        return
    yield Made(Draft.of(spans[0]).words(), texts, ())
    if (false := false_claim(spans[0], pool, random)) is not None:
        yield Made(false.words(), texts, ())

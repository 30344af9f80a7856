"""The proper names of one article: where they stand, whose they are, and whom they tell to be a man or a woman."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.names import TITLES, plain
from index.tree import VALUES, end_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

FEMALE_TITLES, MALE_TITLES = words("female_titles"), words("male_titles")
PLACES = frozenset(("GPE", "LOC", "FAC"))
LONGEST = 4  # words of a person's name


@dataclass(frozen=True, slots=True)
class Mention:
    """A proper name in the text: where its head stands, its words without titles, and what they tell of the bearer.

    ``known`` is whether the entity recognizer took it for a person (True), for something else (False), or for nothing;
    ``first`` is its first word.
    """

    token: int
    name: str
    gender: str
    person: bool
    start: int
    end: int
    known: bool | None = None
    first: int = 0

    @property
    def full(self) -> bool:
        """Is this more than a surname?"""
        return " " in self.name

    @property
    def last(self) -> str:
        """Return the surname, or the last word of another name, in lower case."""
        return self.name.rsplit(" ", 1)[-1].lower()


def read_mentions(doc: Doc, text: str) -> list[Mention]:
    """Return the names of an article in order; those that share a last word are persons when most of them are."""
    entities = {token.i: entity for entity in doc.ents for token in entity}
    capitals = {token.i for sentence in doc.sents if is_headline(sentence) for token in sentence}
    found = [m for m in (read_mention(t, text, entities.get(t.i)) for t in doc if is_name_head(t)) if m is not None]
    running = {m.name for m in found if m.token not in capitals}
    last = {name.rsplit(" ", 1)[-1].lower() for name in running}
    found = [in_headline(m, doc[m.token], last) if m.token in capitals and m.name not in running else m for m in found]
    whole = {m.last for m in found if m.full and m.known}
    votes: dict[str, Counter[bool]] = defaultdict(Counter)
    for mention in found:
        # a bare "Trump" is often taken for a firm; a place is told well
        mistaken = not mention.full and mention.last in whole and doc[mention.token].ent_type_ not in PLACES
        if mention.known is not None and not (mention.known is False and mistaken):
            votes[mention.last][mention.known] += 1
    return [agreed(mention, votes[mention.last]) for mention in found]


def is_headline(sentence: Span) -> bool:
    """Do nearly all long words of a sentence have capitals? Any words may look like a name there: "As Fear Grips McMaster"."""
    long = [token for token in sentence if token.is_alpha and len(token) > 3]
    return len(long) > 3 and sum(token.text[0].isupper() for token in long) * 5 >= len(long) * 4


def in_headline(mention: Mention, head: Token, last: set[str]) -> Mention:
    """Return a headline's name as its head alone, where the text below knows somebody by that: "Putin Calls Trump"."""
    if not mention.full or head.lower_ not in last:
        return mention
    return replace(mention, name=head.text, start=head.idx, end=end_of(head), first=head.i, known=None)


def agreed(mention: Mention, votes: Counter[bool]) -> Mention:
    """Return a mention as a person or not, as most mentions with its last word are."""
    return replace(mention, person=votes[True] > votes[False]) if votes[True] != votes[False] else mention


def is_name_head(token: Token) -> bool:
    """Does this token head a proper name?"""
    apart = token.dep_ != "compound" or (token.head.pos_ != "PROPN" and token.text[:1].isupper())
    return token.pos_ == "PROPN" and apart and token.ent_type_ not in VALUES


def read_mention(head: Token, text: str, entity: Span | None) -> Mention | None:
    """Return the name a token heads, without its titles; None for a bare title ("the President")."""
    person = entity.label_ == "PERSON" if entity is not None else None
    if entity is not None:
        kept = [t for t in entity if t.tag_ != "POS" and not t.is_space]
        first = entity[0]
        ahead = first.nbor(-1) if first.i and len(kept) == 1 and entity.label_ == "ORG" else None
        if ahead is not None and ahead.pos_ == "PROPN" and ahead.head == head and ahead.dep_ == "compound" and not ahead.ent_type_:
            kept = [ahead, *kept]  # a first name that the recognizer leaves out
    else:
        first = next((t for t in head.lefts if t.dep_ in ("compound", "nmod") and t.text[:1].isupper()), head)
        kept = [t for t in head.doc[first.i : head.i + 1] if not t.is_space]
    titles = [i for i, t in enumerate(kept[:-1]) if plain(t.text.lstrip("-–—")) in TITLES or (t.text.endswith(".") and len(t) > 2)]
    if titles and person is not False:
        kept = kept[titles[-1] + 1 :]
    while len(kept) > 1 and (kept[0].text[0].islower() or kept[0].is_punct or kept[0].pos_ == "DET" or kept[0].ent_type_ in VALUES):
        kept = kept[1:]
    while len(kept) > 1 and kept[0].is_upper and len(kept[0]) > 3 and kept[-1].is_title:  # "WATCHED Obama"
        kept = kept[1:]
    name = " ".join(text[kept[0].idx : end_of(kept[-1])].split())
    if not kept[0].text[:1].isupper() or plain(name) in TITLES:
        return None
    if kept[0].i and head.dep_ != "compound" and plain(head.doc[kept[0].i - 1].text) in TITLES:
        person = True  # "Governor Ines Calder", whatever the recognizer takes her for
    before = {plain(t.text) for t in (*title_words(kept[0]), *head.lefts)}
    female = before & FEMALE_TITLES or any(word.endswith("woman") for word in before)
    gender = "f" if female else "m" if before & MALE_TITLES or any(word.endswith("man") for word in before & TITLES) else ""
    titled = bool(before & TITLES) and person is not False
    looks = titled or (not any(t.lower_ == "the" for t in head.lefts) and 1 < len(kept) <= LONGEST and not name.isupper())
    return Mention(
        head.i, name, gender, bool(gender) or (looks if person is None else person), kept[0].idx, end_of(kept[-1]), person, kept[0].i
    )


def title_words(first: Token) -> Iterator[Token]:
    """Yield the words right before a name that are capitalized or hang on it: "Russian President", "spokeswoman"."""
    for token in reversed(first.doc[max(first.i - 6, 0) : first.i]):
        if (token.is_punct and token.text != ".") or token.pos_ not in ("PROPN", "NOUN", "ADJ", "PUNCT"):
            return
        yield token

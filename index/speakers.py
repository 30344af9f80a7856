"""Whom the words that name a speaker stand for: in one article, over a corpus, and on which side.

Three steps, each a value handed to the next: ``Cast`` resolves "he", "the statement" or "Putin" within one article;
``name_speakers`` gives one canonical name to the names that a corpus uses for the same speaker; ``Sides`` puts the
names a reporter listed in ``sides.toml`` under their sides. None of them guesses: what the text does not settle stays
as it is written, or unknown.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import CorpusError
from index.lexicon import either, words
from index.types import Statement

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

# --- words -----------------------------------------------------------------------------------------------------------

TITLES = words("titles")
FEMALE_TITLES, MALE_TITLES = words("female_titles"), words("male_titles")
FEMALE = words("female_names")
MALE = words("male_names")
BODIES = words("bodies")
DOCUMENTS = words("documents")
ISSUED = words("issued")
PEOPLE = words("people")
DAYS = words("days")
JOINED = re.compile(r"\s+and\s+(?:(?!and\b)[\w.’'-]+\s+){0,4}", re.I)
HE, SHE, IT, THEY = words("he"), words("she"), words("it"), words("they")
GENERIC = words("generic")
DETERMINER = re.compile(rf"^{either(words('determiners'))}\s+", re.I)
RELATIVES, DEFINITE, BOTH = words("relatives"), words("definite"), words("both")
ISSUERS, NAME_PREPOSITIONS = words("issuers"), words("name_prepositions")
LOOK_BACK = 4
"""How many sentences back a pronoun may reach."""


def plain(word: str) -> str:
    """Return a word in lower case, without the full stop of an abbreviation."""
    return word.lower().rstrip(".")


# --- one article -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mention:
    """A proper name in the text: where its head stands, its words without titles, and what they tell of the bearer."""

    token: int
    name: str
    gender: str
    person: bool
    start: int
    length: int

    @property
    def full(self) -> bool:
        """Is this more than a surname?"""
        return " " in self.name


class Cast:
    """Who is named in one article, to resolve what the article calls them."""

    def __init__(self, doc: Doc, quoted: Callable[[int], bool] = lambda char: False) -> None:
        """Read the names of a parsed article; ``quoted`` tells whether a character is inside quotation marks."""
        self.doc = doc
        self.text = doc.text  # spaCy builds it anew at every call
        self.quoted = quoted
        self.mentions = [m for m in (read_mention(t, self.text) for t in doc if is_name_head(t)) if m]
        self.ends = {m.token: m.start + m.length for m in self.mentions}
        self.at = {m.token: m for m in self.mentions}
        self.surnames: dict[str, list[Mention]] = defaultdict(list)
        for mention in self.mentions:
            if mention.full:
                self.surnames[mention.name.rsplit(" ", 1)[-1]].append(mention)
        self.roles = self._roles()
        self.sentences = [(s.start, s.end) for s in doc.sents]
        self.sentence_starts = [start for start, _ in self.sentences]
        self.memo: dict[int, str | None] = {}

    def _roles(self) -> dict[str, set[str]]:
        """Return who bears which title here: "russian president" → {"Vladimir Putin"}."""
        roles: dict[str, set[str]] = defaultdict(set)
        for mention in self.mentions:
            head = self.doc[mention.token]
            before = self.text[head.left_edge.idx : head.idx].lower().split()
            titles = [i for i, w in enumerate(before) if plain(w) in TITLES]
            if titles and mention.person:
                for first in range(titles[-1] + 1):
                    roles[" ".join(before[first : titles[-1] + 1])].add(self.expand(mention))
        return roles

    def expand(self, mention: Mention) -> str:
        """Return the fullest name this article gives a mention: the nearest before it, or the only one after it."""
        if mention.full and not (mention.gender and mention.name.count(" ") < 1):
            return mention.name
        bearers = self.surnames[mention.name.rsplit(" ", 1)[-1]]
        same = [m for m in bearers if ends_with(m.name, mention.name) and agree(m, mention)]
        before = [m for m in same if m.token < mention.token]
        if before:
            return before[-1].name
        after = {m.name for m in same}
        return after.pop() if len(after) == 1 else mention.name

    def _known(self, mention: Mention) -> Mention:
        """Return a mention under its full name, with the sex that name tells."""
        name = self.expand(mention)
        return replace(mention, name=name, gender=mention.gender or gender_of(name))

    def resolve(self, holder: Token, spoken: Sequence[tuple[int, str | None]] = (), depth: int = 0) -> str | None:
        """Return the name that the words headed by ``holder`` stand for, or None when the text does not tell.

        ``spoken`` lists the statements before this one: the number of the cue's token and its speaker's name.
        """
        if depth > 6:
            return None
        if holder.i in self.memo:
            return self.memo[holder.i]
        self.memo[holder.i] = None  # a chain of pronouns that comes back to itself stays unknown
        self.memo[holder.i] = found = self._resolve(holder, spoken, depth)
        return found

    def _resolve(self, holder: Token, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        word = holder.lower_
        if word in RELATIVES and holder.pos_ in ("PRON", "DET", "SCONJ"):
            antecedent = next((a.head for a in holder.ancestors if a.dep_ == "relcl"), None)
            return self.resolve(antecedent, spoken, depth + 1) if antecedent is not None else None
        if word in HE or word in SHE:
            return self._person(holder, "f" if word in SHE else "m", spoken, depth)
        if word in IT or word in THEY:
            return self._body(holder, word in THEY, spoken, depth)
        if holder.i in self.at:
            return self._joint(holder, self.expand(self.at[holder.i]), spoken, depth)
        if word in GENERIC or holder.pos_ in ("PRON", "DET", "NUM"):
            return None
        return self._noun(holder, spoken, depth)

    def _joint(self, holder: Token, name: str, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return a name with those joined to it: "Vladimir Putin and Donald Trump"."""
        others = [c for c in holder.children if c.dep_ == "conj" and c.pos_ in ("PROPN", "NOUN")]
        names = [self.resolve(other, spoken, depth + 1) for other in others]
        return " and ".join([name, *(n for n in names if n)])

    def _noun(self, holder: Token, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return the name for a common noun: an apposition, a statement's owner, the bearer of a role, or its words."""
        for child in holder.children:
            if child.dep_ == "appos" and child.i in self.at:
                return self.expand(self.at[child.i])
        if holder.lemma_.lower() in DOCUMENTS:
            owner = self._owner(holder, spoken, depth)
            if owner is not None or holder.lemma_.lower() in ISSUED:
                return owner
        phrase = DETERMINER.sub("", self.text[holder.left_edge.idx : holder.idx + len(holder)]).lower()
        bearers = self.roles.get(phrase, set())
        if len(bearers) == 1:
            return next(iter(bearers))
        if any(t.lower_ in BOTH for t in holder.children) or holder.lower_ == "pair":
            return self._several(holder)
        return self._phrase(holder, spoken, depth)

    def _phrase(self, holder: Token, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return a noun phrase as a name: its own words without the article, a pronoun in it replaced by its name."""
        last = holder
        for child in holder.children:
            if child.i > holder.i and child.dep_ == "prep" and child.lower_ in NAME_PREPOSITIONS:
                last = child.right_edge
            elif child.i > holder.i:
                break
        first = holder.left_edge
        owner = next((c for c in holder.children if c.dep_ == "poss" and c.tag_ == "PRP$"), None)
        text = self.text[first.idx : last.idx + len(last)]
        if owner is not None:
            name = self.resolve(owner, spoken, depth + 1)
            if name is None:
                return None
            text = name + "’s" + self.text[owner.idx + len(owner) : last.idx + len(last)]
        text = DETERMINER.sub("", re.sub(r"\s+", " ", text)).strip(' ,.;:"“”')
        return text if 0 < len(text) <= 90 and "\n" not in text else None

    def _several(self, holder: Token) -> str | None:
        """Return the names joined last before "the two departments" or "the two men"; None for anything else."""
        stem = holder.lemma_.lower()
        before = [m for m in self.mentions if m.token < holder.i]
        for joint in reversed(before):
            if stem not in PEOPLE and joint.name.lower().split().count(stem) > 1:
                return joint.name
        for one, other in zip(reversed(before[:-1]), reversed(before), strict=False):
            between = self.text[self.ends[one.token] : other.start]
            alike = (one.person and other.person) if stem in PEOPLE else all(stem in m.name.lower().split() for m in (one, other))
            if alike and JOINED.fullmatch(between):
                return " and ".join(dict.fromkeys((self.expand(one), self.expand(other))))
        return None

    def _owner(self, holder: Token, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return whose statement "the statement" is."""
        for child in holder.children:
            if child.dep_ in ("poss", "compound", "amod", "nmod") and (child.i in self.at or child.tag_ == "PRP$"):
                return self.resolve(child, spoken, depth + 1)
            if child.dep_ in ("compound", "amod") and child.pos_ in ("PROPN", "ADJ") and child.text[0].isupper():
                return f"{child.text} {holder.lower_}"
            if child.dep_ == "prep" and child.lower_ in ISSUERS:
                inner = next((p for p in child.children if p.dep_ == "pobj"), None)
                return self.resolve(inner, spoken, depth + 1) if inner is not None else None
        issuer = issuing_verb(holder)
        if issuer is not None:
            return self.resolve(issuer, spoken, depth + 1)
        known = any(c.lower_ in DEFINITE for c in holder.children)
        if not known or holder.lemma_.lower() not in ISSUED:
            return None
        return self._issuer_before(holder, spoken, depth)

    def _issuer_before(self, holder: Token, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return who issued the document mentioned last, or the body that spoke in the sentence or two before."""
        lemma = holder.lemma_.lower()
        for token in reversed(self.doc[: holder.i]):
            if token.lemma_.lower() == lemma and token.pos_ == "NOUN" and not self.quoted(token.idx):
                name = self.resolve(token, spoken, depth + 1)
                if name is not None:
                    return name
        here = self._sentence(holder.i)
        near, start = self.sentence_starts[max(here - 2, 0)], self.sentence_starts[here]
        recent = [name for cue, name in spoken if near <= cue < start and name]
        persons = {self.expand(m) for m in self.mentions if m.person}
        return recent[-1] if recent and recent[-1] not in persons else None

    def _sentence(self, token: int) -> int:
        return bisect_right(self.sentence_starts, token) - 1

    def _person(self, holder: Token, gender: str, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return whom "he" or "she" stands for: the subject of the clause above it, or of a sentence just before."""
        for above in holder.ancestors:
            subject = next((c for c in above.children if c.dep_ == "nsubj"), None)
            if subject is not None and subject.i < holder.i and not self.quoted(subject.idx):
                name = self._as_person(subject, gender, spoken, depth)
                if name:
                    return name
        here, left = self._sentence(holder.i), LOOK_BACK
        before = [self.at[i] for i in range(self.sentences[here][0], holder.i) if i in self.at]
        near = {self.expand(m) for m in before if suits(self._known(m), gender) and not self.quoted(self.doc[m.token].idx)}
        if near:
            return near.pop() if len(near) == 1 else None
        while here and left:
            here -= 1
            start, end = self.sentences[here]
            if self.quoted(self.doc[start].idx) and self.quoted(self.doc[end - 1].idx):
                continue  # words of a quotation tell nothing of whom the article means by "he"
            left -= 1
            found = self._in_sentence(here, gender, spoken, depth)
            if found is not None:
                return found or None
        return None

    def _in_sentence(self, number: int, gender: str, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return the person a sentence leaves in mind, "" when it names several, None when it names none."""
        start, end = self.sentences[number]
        tokens = [t for t in self.doc[start:end] if not self.quoted(t.idx)]
        subjects = [t for t in tokens if t.dep_ == "nsubj"]
        for subject in sorted(subjects, key=lambda t: sum(1 for _ in t.ancestors)):
            name = self._as_person(subject, gender, spoken, depth)
            if name:
                return name
        others = {self.expand(self.at[t.i]) for t in tokens if t.i in self.at and suits(self._known(self.at[t.i]), gender)}
        return None if not others else others.pop() if len(others) == 1 else ""

    def _as_person(self, subject: Token, gender: str, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return the name of a subject that can be "he" (``m``) or "she" (``f``)."""
        same = subject.lower_ in (SHE if gender == "f" else HE)
        if same:
            return self.resolve(subject, spoken, depth + 1)
        if any(c.dep_ == "conj" for c in subject.children):
            return None
        if subject.i in self.at:
            mention = self._known(self.at[subject.i])
            return mention.name if suits(mention, gender) else None
        if subject.pos_ == "NOUN" and subject.tag_ == "NN":
            name = self._noun(subject, spoken, depth + 1) or ""
            return name if gender_of(name) in (gender, "") and name in {m.name for m in self.mentions if m.person} else None
        return None

    def _body(self, holder: Token, plural: bool, spoken: Sequence[tuple[int, str | None]], depth: int) -> str | None:
        """Return whom "it" or "they" stands for: a body, or several, that spoke or acted just before."""
        here = self._sentence(holder.i)
        several = [t for t in self.doc[self.sentences[here][0] : holder.i] if t.tag_ == "NNS"]
        several = [t for t in several if self.quoted(t.idx) == self.quoted(holder.idx)]
        if plural and len(several) == 1:
            return self._noun(several[0], spoken, depth + 1)  # "I speak to generals, they say …"
        for back in range(1, 3):
            if here - back < 0:
                break
            start, end = self.sentences[here - back]
            cues = {cue for cue, name in spoken if name}
            for subject in self.doc[start:end]:
                if subject.dep_ != "nsubj" or self.quoted(subject.idx) or subject.pos_ not in ("PROPN", "NOUN"):
                    continue
                many = subject.tag_ in ("NNS", "NNPS") or any(c.dep_ == "conj" for c in subject.children)
                if many == plural and (plural or (subject.head.i in cues and self._is_body(subject))):
                    return self.resolve(subject, spoken, depth + 1)
        return None

    def _is_body(self, subject: Token) -> bool:
        mention = self.at.get(subject.i)
        return (
            subject.pos_ == "NOUN"
            or (mention is not None and not mention.person and not mention.full)
            or (mention is not None and plain(mention.name.split()[-1]) in BODIES)
        )


def issuing_verb(noun: Token) -> Token | None:
    """Return the subject of "issued a statement" or "said in a statement" for the noun "statement"."""
    verb = noun.head if noun.dep_ == "dobj" else noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "in" else None
    while verb is not None:
        subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
        if subject is not None:
            return subject
        verb = verb.head if verb.dep_ in ("conj", "xcomp") else None
    return None


def is_name_head(token: Token) -> bool:
    """Does this token head a proper name?"""
    return (token.pos_ == "PROPN" and token.dep_ != "compound") or (
        token.pos_ == "PROPN" and token.head.pos_ not in ("PROPN",) and token.text[:1].isupper()
    )


def read_mention(head: Token, text: str) -> Mention | None:
    """Return the name a token heads, without its titles; None for a bare title ("the President")."""
    words = [t for t in head.children if t.i < head.i and t.dep_ in ("compound", "nmod") and t.text[:1].isupper()]
    first = min([head, *words], key=lambda t: t.i)
    tokens = [t for t in head.doc[first.i : head.i + 1] if not t.is_space]
    titles = [i for i, t in enumerate(tokens) if plain(t.text) in TITLES or (t.text.endswith(".") and len(t) > 2)]
    titles = [] if plain(head.text) in BODIES else titles  # the Justice Department is no judge
    before = {plain(t.text) for t in head.doc[max(first.i - 1, 0) : head.i]}
    before |= {plain(t.text) for t in head.children if t.i < head.i}
    if titles and titles[-1] == len(tokens) - 1:
        return None
    kept = tokens[titles[-1] + 1 :] if titles else tokens
    kept = kept[next((i for i, t in enumerate(kept) if not (t.text.islower() or t.is_punct or plain(t.text) in DAYS)), 0) :]
    if not kept or not kept[0].text[:1].isupper() or plain(text[kept[0].idx : head.idx + len(head)]) in TITLES:
        return None
    of = next((c for c in head.children if c.dep_ == "prep" and c.lower_ == "of" and plain(head.text) in BODIES), None)
    end = of.right_edge if of is not None and of.right_edge.pos_ == "PROPN" else head
    words_here = text[kept[0].idx : end.idx + len(end)]
    name = re.sub(r"\s+", " ", words_here)
    gender = "f" if before & FEMALE_TITLES else "m" if before & MALE_TITLES else gender_of(name)
    return Mention(head.i, name, gender, bool(titles or gender) or looks_personal(name, head), kept[0].idx, len(words_here))


def gender_of(name: str) -> str:
    """Return "f", "m" or "" for a name, by its first word."""
    first = name.split(" ", maxsplit=1)[0].lower() if " " in name else ""
    return "f" if first in FEMALE else "m" if first in MALE else ""


def looks_personal(name: str, head: Token) -> bool:
    """Could this be a person's name, by its look? Bodies, acronyms and names with an article are none."""
    words = name.split(" ")
    if any(plain(w) in BODIES for w in words) or any(w.isupper() and len(w) > 2 for w in words) or " of " in name:
        return False
    return not any(c.lower_ == "the" for c in head.children) and len(words) <= 4


def ends_with(full: str, short: str) -> bool:
    """Is ``short`` the surname, or the end, of a full name?"""
    return full.endswith(" " + short)


def agree(one: Mention, other: Mention) -> bool:
    """Can two mentions be the same person, by what is known of their sex?"""
    return not one.gender or not other.gender or one.gender == other.gender


def suits(mention: Mention, gender: str) -> bool:
    """Can a mention be meant by "he" (``m``) or "she" (``f``)?"""
    return mention.person and mention.gender in (gender, "")


# --- one corpus ------------------------------------------------------------------------------------------------------

POSSESSIVE = re.compile(r"['’]s?(?=\s|$)", re.I)
INITIAL = re.compile(r"\b[A-Z]\.?\s+")


def key_of(name: str) -> str:
    """Return what spellings of one name share: no article, titles, possessives, initials, full stops or capitals."""
    name = DETERMINER.sub("", re.sub(r"\s+", " ", name).strip(' ,.;:"“”'))
    words = POSSESSIVE.sub("", name).split(" ")
    bare = words
    while len(bare) > 1 and plain(bare[0]) in TITLES:
        bare = bare[1:]
    inner = [w for w in bare[1:-1] if len(w.rstrip(".")) > 1]
    return " ".join([bare[0], *inner, *bare[-1:]] if len(bare) > 1 else bare).replace(".", "").lower()


def name_speakers(numbered: Sequence[tuple[int, Statement]], sides: Sequence[Sides] = ()) -> list[tuple[int, Statement]]:
    """Return the statements of a corpus, with their numbers, under canonical speakers and sides.

    ``sides`` name the speakers they list. All other names are grouped by spelling, and a surname joins the one full
    name of the corpus that ends with it; a surname that several people share stays a name of its own.
    """
    names = Counter(part for _, s in numbered if s.speaker for part in parts_of(s.speaker))
    canonical = canonical_names(names)
    placed = [_place(s.speaker, canonical, sides) if s.speaker else ((), None) for _, s in numbered]
    orders: dict[frozenset[str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for parts, _ in placed:
        orders[frozenset(parts)][parts] += 1
    found = []
    for (number, statement), (parts, side) in zip(numbered, placed, strict=True):
        usual = orders[frozenset(parts)].most_common(1)[0][0]
        found.append((number, replace(statement, speaker=" and ".join(usual) or None, side=side)))
    return found


def parts_of(name: str) -> list[str]:
    """Return the single names of a joint one: "Vladimir Putin and Donald Trump"."""
    parts = name.split(" and ")
    return parts if all(part[:1].isupper() for part in parts) else [name]


def canonical_names(names: Mapping[str, int]) -> dict[str, str]:
    """Return the name to use for each name of a corpus: {"Putin": "Vladimir Putin", "the Kremlin": "Kremlin"}."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for name, count in names.items():
        spellings[key_of(name)][_shown(name)] += count
    full: dict[str, set[str]] = defaultdict(set)
    for key in spellings:
        if 2 <= key.count(" ") + 1 <= 4 and not BODIES & set(key.split(" ")) and spellings[key].most_common(1)[0][0].istitle():
            full[key.rsplit(" ", 1)[1]].add(key)
    best = {key: min(counts.items(), key=lambda item: (-item[1], item[0]))[0] for key, counts in spellings.items()}
    result = {}
    for name in names:
        key = key_of(name)
        owners = full.get(key, set())
        result[name] = best[next(iter(owners))] if len(owners) == 1 else best[key]
    return result


def _shown(name: str) -> str:
    """Return a name as it is shown: without article and titles, beginning with a capital."""
    words = DETERMINER.sub("", name).split(" ")
    while len(words) > 1 and plain(words[0]) in TITLES and words[1][:1].isupper():
        words = words[1:]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _place(name: str, canonical: Mapping[str, str], sides: Sequence[Sides]) -> tuple[tuple[str, ...], str | None]:
    """Return the canonical names in a speaker's name and their side; a joint speaker has a side when all of it does."""
    placed = []
    for part in [name] if _listed_in(sides, name) else parts_of(name):
        known = canonical.get(part, part)
        placed.append(_listed_in(sides, part) or _listed_in(sides, known) or (known, None))
    groups = {side for _, side in placed}
    return tuple(dict.fromkeys(one for one, _ in placed)), groups.pop() if len(groups) == 1 else None


def _listed_in(sides: Sequence[Sides], name: str) -> tuple[str, str] | None:
    return next((found for one in sides if (found := one.find(name))), None)


# --- sides.toml ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sides:
    """Who is on which side: ``speakers`` maps a key of every listed name to (canonical name, side)."""

    names: tuple[str, ...]
    speakers: Mapping[str, tuple[str, str]]

    @classmethod
    def load(cls, path: Path) -> Sides:
        """Read a ``sides.toml``.

        Raises:
            CorpusError: it is not TOML, a side has no name or no speakers, or a name stands for two speakers. One line
                naming file and entry.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"{path}: cannot be read ({error}). Save it as UTF-8 text.") from error
        except tomllib.TOMLDecodeError as error:
            raise CorpusError(f"{path}: not valid TOML: {error}. Mend that line.") from error
        entries = data.get("side", [])
        if not isinstance(entries, list) or set(data) - {"side"}:
            other = next(iter(set(data) - {"side"}), "side")
            raise CorpusError(f"{path}: {other!r} is not known here. Begin every side with a line [[side]].")
        speakers: dict[str, tuple[str, str]] = {}
        names: list[str] = []
        for number, entry in enumerate(entries, 1):
            name = _side_name(path, number, entry)
            if name.casefold() in {known.casefold() for known in names}:
                raise CorpusError(f"{path}: side {name!r} appears twice. Put all its speakers under one [[side]].")
            names.append(name)
            for key, speaker in _listed(path, name, entry):
                _add(path, speakers, key, (speaker, name))
        return cls(tuple(names), speakers)

    def find(self, name: str) -> tuple[str, str] | None:
        """Return the canonical name and the side of a speaker, None when no side lists it."""
        return self.speakers.get(key_of(name))


def _side_name(path: Path, number: int, entry: object) -> str:
    if not isinstance(entry, dict) or not isinstance(name := entry.get("name"), str) or not name.strip():
        raise CorpusError(f'{path}: side number {number} has no name. Add a line name = "…" under its [[side]].')
    if other := sorted(set(entry) - {"name", "speakers"}):
        raise CorpusError(f"{path}: {other[0]!r} of side {name.strip()!r} is not known here. A side has a name and speakers.")
    return name.strip()


def _listed(path: Path, side: str, entry: dict[str, object]) -> list[tuple[str, str]]:
    """Return every name of a side with the speaker it stands for."""
    table = entry.get("speakers")
    if not isinstance(table, dict) or not table:
        raise CorpusError(f'{path}: side {side!r} has no speakers. Add [side.speakers] with lines "Name" = ["other name", …].')
    found = []
    for speaker, others in table.items():
        if not isinstance(others, list) or not all(isinstance(other, str) and other.strip() for other in others):
            raise CorpusError(f'{path}: {speaker!r} of side {side!r} needs a list of names: "{speaker}" = ["…"].')
        found += [(name, speaker) for name in dict.fromkeys([speaker, *others])]
    return found


def _add(path: Path, speakers: dict[str, tuple[str, str]], name: str, entry: tuple[str, str]) -> None:
    """Enter a name, unless it already stands for somebody else."""
    key = key_of(name)
    if not key:
        raise CorpusError(f"{path}: {entry[0]!r} of side {entry[1]!r} lists an empty name. Take it out.")
    known = speakers.setdefault(key, entry)
    if known[1] != entry[1]:
        raise CorpusError(f"{path}: {name!r} is in two sides, {known[1]!r} and {entry[1]!r}. Keep it in one.")
    if known[0] != entry[0]:
        raise CorpusError(f"{path}: {name!r} stands for both {known[0]!r} and {entry[0]!r}. Keep it under one.")

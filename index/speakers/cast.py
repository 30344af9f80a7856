"""Who is named in one article, and whom its pronouns, titles and nouns stand for."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.names import BODIES, TITLES, gender_of, plain, tidy, without_article
from index.tree import DOCUMENTS, ISSUED, child, end_of, issuing_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

FEMALE_TITLES, MALE_TITLES = words("female_titles"), words("male_titles")
HE, SHE, IT, THEY = words("he"), words("she"), words("it"), words("they")
GENERIC, RELATIVES, DEFINITE = words("generic"), words("relatives"), words("definite")
PEOPLE, DAYS, BOTH = words("people"), words("days"), words("both")
ISSUERS, NAME_PREPOSITIONS = words("issuers"), words("name_prepositions")
NEAR = 2  # how many sentences back a full name is still the one that a bare surname takes up
LOOK_BACK = 4  # how many sentences back a pronoun may reach
DEEPEST = 6  # how many steps lead from what stands for a name to that name
LONGEST = 90  # characters of a noun phrase that can stand as a name


@dataclass(frozen=True, slots=True)
class Mention:
    """A proper name in the text: where its head stands, its words without titles, and what they tell of the bearer."""

    token: int
    name: str
    gender: str
    person: bool
    start: int
    end: int

    @property
    def full(self) -> bool:
        """Is this more than a surname?"""
        return " " in self.name


class Cast:
    """Who is named in one article, to resolve what the article calls them.

    ``spoken`` lists the statements so far, in the order of the text: the number of the cue's token and the speaker's
    name. Whoever resolves speakers adds to it.
    """

    def __init__(self, doc: Doc, quoted: Callable[[int], bool] = lambda char: False) -> None:
        """Read the names of a parsed article; ``quoted`` tells whether a character is inside quotation marks."""
        self.doc = doc
        self.text = doc.text  # spaCy builds it anew at every call
        self._is_quoted = quoted
        self.mentions = [m for m in (read_mention(t, self.text) for t in doc if is_name_head(t)) if m]
        self.at = {m.token: m for m in self.mentions}
        self.surnames: dict[str, list[Mention]] = defaultdict(list)
        for mention in self.mentions:
            if mention.full:
                self.surnames[mention.name.rsplit(" ", 1)[-1]].append(mention)
        self.people = {m.name for m in self.mentions if m.person}
        self.sentences = list(doc.sents)
        self.starts = [sentence.start for sentence in self.sentences]
        self.roles = self._roles()
        self.spoken: list[tuple[int, str | None]] = []
        self.memo: dict[int, str | None] = {}
        self.depth = 0

    def _roles(self) -> dict[str, set[str]]:
        """Return who bears which title here: "russian president" → {"Vladimir Putin"}."""
        roles: dict[str, set[str]] = defaultdict(set)
        for mention in self.mentions:
            head = self.doc[mention.token]
            before = self.text[head.left_edge.idx : head.idx].lower().split()
            titles = [i for i, word in enumerate(before) if plain(word) in TITLES]
            if titles and mention.person:
                for first in range(titles[-1] + 1):
                    roles[" ".join(before[first : titles[-1] + 1])].add(self.expand(mention))
        return roles

    def expand(self, mention: Mention) -> str:
        """Return the fullest name this article gives a mention: the nearest before it, or the only one after it.

        Where the nearest is some sentences away, the one named most often counts: a relative is named in full each time.
        """
        if mention.full:
            return mention.name
        bearers = [m for m in self.surnames[mention.name] if agree(m, mention)]
        before = [m for m in bearers if m.token < mention.token]
        if before and self._sentence(mention.token) - self._sentence(before[-1].token) <= NEAR:
            return before[-1].name
        if before:
            times = Counter(m.name.split(" ")[0] for m in bearers)
            return max(before, key=lambda m: (times[m.name.split(" ")[0]], m.token)).name
        after = {m.name for m in bearers}
        return after.pop() if len(after) == 1 else mention.name

    def resolve(self, holder: Token) -> str | None:
        """Return the name that the words headed by ``holder`` stand for, or None when the text does not tell."""
        if self.depth > DEEPEST:
            return None
        if holder.i not in self.memo:
            self.memo[holder.i] = None  # a chain of pronouns that comes back to itself stays unknown
            self.depth += 1
            self.memo[holder.i] = self._resolve(holder)
            self.depth -= 1
        return self.memo[holder.i]

    def _resolve(self, holder: Token) -> str | None:
        word = holder.lower_
        if word in RELATIVES and holder.pos_ in ("PRON", "DET", "SCONJ"):
            antecedent = next((a.head for a in holder.ancestors if a.dep_ == "relcl"), None)
            return self.resolve(antecedent) if antecedent is not None else None
        if word in HE or word in SHE:
            return self._person(holder, "f" if word in SHE else "m")
        if word in IT or word in THEY:
            return self._body(holder, word in THEY)
        if holder.i in self.at:
            joined = (c for c in holder.children if c.dep_ == "conj" and c.pos_ in ("PROPN", "NOUN"))
            return " and ".join(filter(None, (self.expand(self.at[holder.i]), *map(self.resolve, joined))))
        return None if word in GENERIC or holder.pos_ in ("PRON", "DET", "NUM") else self._noun(holder)

    # --- nouns ---

    def _noun(self, holder: Token) -> str | None:
        """Return the name for a common noun: an apposition, a statement's owner, the bearer of a role, or its words."""
        named = next((c for c in holder.children if c.dep_ == "appos" and c.i in self.at), None)
        if named is not None:
            return self.expand(self.at[named.i])
        lemma = holder.lemma_.lower()
        owner = self._owner(holder) if lemma in DOCUMENTS else None
        if owner is not None or lemma in ISSUED:
            return owner
        bearers = self.roles.get(without_article(self.text[holder.left_edge.idx : end_of(holder)]).lower(), set())
        if len(bearers) == 1:
            return next(iter(bearers))
        if any(c.lower_ in BOTH for c in holder.children) or holder.lower_ == "pair":
            return self._several(holder)
        return self._phrase(holder)

    def _phrase(self, holder: Token) -> str | None:
        """Return a noun phrase as a name: its own words without the article, a pronoun in it replaced by its name."""
        on = list(takewhile(lambda c: c.dep_ == "prep" and c.lower_ in NAME_PREPOSITIONS, holder.rights))
        end = end_of(on[-1].right_edge if on else holder)
        owner = next((c for c in holder.children if c.dep_ == "poss" and c.tag_ == "PRP$"), None)
        text = self.text[holder.left_edge.idx : end]
        if owner is not None:
            name = self.resolve(owner)
            if name is None:
                return None
            text = f"{name}’s{self.text[end_of(owner) : end]}"
        text = tidy(text)
        return text if 0 < len(text) <= LONGEST else None

    def _several(self, holder: Token) -> str | None:
        """Return the names joined last before "the two departments" or "the two men"; None for anything else."""
        stem = holder.lemma_.lower()
        before = [m for m in self.mentions if m.token < holder.i]

        def called(mention: Mention) -> int:
            return int(mention.person) if stem in PEOPLE else mention.name.lower().split().count(stem)

        joint = next((m.name for m in reversed(before) if stem not in PEOPLE and called(m) > 1), None)
        if joint is not None:
            return joint
        for one, other in reversed(list(pairwise(before))):
            if called(one) and called(other) and joins(self.text[one.end : other.start]):
                return " and ".join(dict.fromkeys((self.expand(one), self.expand(other))))
        return None

    def _owner(self, holder: Token) -> str | None:
        """Return whose statement "the statement" is."""
        for c in holder.children:
            if c.dep_ in ("poss", "compound", "amod", "nmod") and (c.i in self.at or c.tag_ == "PRP$"):
                return self.resolve(c)
            if c.dep_ in ("compound", "amod") and c.pos_ in ("PROPN", "ADJ") and c.text[0].isupper():
                return f"{c.text} {holder.lower_}"
            if c.dep_ == "prep" and c.lower_ in ISSUERS:
                inner = child(c, "pobj")
                return self.resolve(inner) if inner is not None else None
        issuer = issuing_verb(holder)
        if issuer is not None:
            return self.resolve(issuer)
        known = any(c.lower_ in DEFINITE for c in holder.children) and holder.lemma_.lower() in ISSUED
        return self._issuer_before(holder) if known else None

    def _issuer_before(self, holder: Token) -> str | None:
        """Return who issued the document mentioned last, or the body that spoke in the sentence or two before."""
        for token in reversed(self.doc[: holder.i]):
            if token.lemma_.lower() == holder.lemma_.lower() and token.pos_ == "NOUN" and not self._quoted(token):
                name = self.resolve(token)
                if name is not None:
                    return name
        here = self._sentence(holder.i)
        near, start = self.starts[max(here - 2, 0)], self.starts[here]
        recent = [name for cue, name in self.spoken if near <= cue < start and name]
        return recent[-1] if recent and recent[-1] not in self.people else None

    # --- pronouns ---

    def _quoted(self, token: Token) -> bool:
        return self._is_quoted(token.idx)

    def _sentence(self, token: int) -> int:
        return bisect_right(self.starts, token) - 1

    def _person(self, holder: Token, gender: str) -> str | None:
        """Return whom "he" or "she" stands for: the subject of the clause above it, or of a sentence just before."""
        for above in holder.ancestors:
            subject = child(above, "nsubj")
            if subject is not None and subject.i < holder.i and not self._quoted(subject):
                name = self._as_person(subject, gender)
                if name:
                    return name
        here, left = self._sentence(holder.i), LOOK_BACK
        near = self._persons(self.doc[self.starts[here] : holder.i], gender)
        if near:
            return near.pop() if len(near) == 1 else None
        while here and left:
            here -= 1
            sentence = self.sentences[here]
            if self._quoted(sentence[0]) and self._quoted(sentence[-1]):
                continue  # words of a quotation tell nothing of whom the article means by "he"
            left -= 1
            found = self._in_sentence(sentence, gender)
            if found is not None:
                return found or None
        return None

    def _in_sentence(self, sentence: Span, gender: str) -> str | None:
        """Return the person a sentence leaves in mind, "" when it names several, None when it names none."""
        subjects = [t for t in sentence if t.dep_ == "nsubj" and not self._quoted(t)]
        for subject in sorted(subjects, key=lambda t: sum(1 for _ in t.ancestors)):
            name = self._as_person(subject, gender)
            if name:
                return name
        others = self._persons(sentence, gender)
        return None if not others else others.pop() if len(others) == 1 else ""

    def _persons(self, tokens: Iterable[Token], gender: str) -> set[str]:
        """Return the names among some words, outside quotation marks, that "he" (``m``) or "she" (``f``) can mean."""
        return {self.expand(self.at[t.i]) for t in tokens if t.i in self.at and self._suits(t, gender) and not self._quoted(t)}

    def _suits(self, named: Token, gender: str) -> bool:
        mention = self.at[named.i]
        return mention.person and (mention.gender or gender_of(self.expand(mention))) in (gender, "")

    def _as_person(self, subject: Token, gender: str) -> str | None:
        """Return the name of a subject that can be "he" (``m``) or "she" (``f``)."""
        if subject.lower_ in (SHE if gender == "f" else HE):
            return self.resolve(subject)
        if child(subject, "conj") is not None:
            return None
        if subject.i in self.at:
            return self.expand(self.at[subject.i]) if self._suits(subject, gender) else None
        if subject.pos_ == "NOUN" and subject.tag_ == "NN":
            name = self._noun(subject) or ""
            return name if gender_of(name) in (gender, "") and name in self.people else None
        return None

    def _body(self, holder: Token, plural: bool) -> str | None:
        """Return whom "it" or "they" stands for: a body, or several, that spoke or acted just before."""
        here = self._sentence(holder.i)
        several = [t for t in self.doc[self.starts[here] : holder.i] if t.tag_ == "NNS" and self._quoted(t) == self._quoted(holder)]
        if plural and len(several) == 1:
            return self._noun(several[0])  # "I speak to generals, they say …"
        cues = {cue for cue, name in self.spoken if name}
        for sentence in reversed(self.sentences[max(here - 2, 0) : here]):
            for subject in sentence:
                if subject.dep_ != "nsubj" or self._quoted(subject) or subject.pos_ not in ("PROPN", "NOUN"):
                    continue
                many = subject.tag_ in ("NNS", "NNPS") or child(subject, "conj") is not None
                if many == plural and (plural or (subject.head.i in cues and self._is_body(subject))):
                    return self.resolve(subject)
        return None

    def _is_body(self, subject: Token) -> bool:
        mention = self.at.get(subject.i)
        if subject.pos_ == "NOUN" or mention is None:
            return subject.pos_ == "NOUN"
        return not (mention.person or mention.full) or plain(mention.name.split()[-1]) in BODIES


def is_name_head(token: Token) -> bool:
    """Does this token head a proper name?"""
    apart = token.dep_ != "compound" or (token.head.pos_ != "PROPN" and token.text[:1].isupper())
    return token.pos_ == "PROPN" and apart


def read_mention(head: Token, text: str) -> Mention | None:
    """Return the name a token heads, without its titles; None for a bare title ("the President")."""
    first = next((t for t in head.lefts if t.dep_ in ("compound", "nmod") and t.text[:1].isupper()), head)
    kept = [t for t in head.doc[first.i : head.i + 1] if not t.is_space]
    body = plain(head.text) in BODIES
    titles = [i for i, t in enumerate(kept) if plain(t.text) in TITLES or (t.text.endswith(".") and len(t) > 2)]
    if titles and not body:  # the Justice Department is no judge
        kept = kept[titles[-1] + 1 :]
    while kept and (kept[0].text.islower() or kept[0].is_punct or plain(kept[0].text) in DAYS) and kept[0] != head:
        kept = kept[1:]
    if not kept or not kept[0].text[:1].isupper() or plain(text[kept[0].idx : end_of(head)]) in TITLES:
        return None
    of = next((c for c in head.children if c.dep_ == "prep" and c.lower_ == "of" and body), None)
    end = end_of(of.right_edge if of is not None and of.right_edge.pos_ == "PROPN" else head)
    name = " ".join(text[kept[0].idx : end].split())
    before = {plain(t.text) for t in (*head.doc[max(first.i - 1, 0) : head.i], *head.lefts)}
    gender = "f" if before & FEMALE_TITLES else "m" if before & MALE_TITLES else gender_of(name)
    person = bool((titles and not body) or gender) or looks_personal(name, head)
    return Mention(head.i, name, gender, person, kept[0].idx, end)


def looks_personal(name: str, head: Token) -> bool:
    """Could this be a person's name, by its look? Bodies, acronyms and names with an article are none."""
    parts = name.split(" ")
    if any(plain(part) in BODIES or (part.isupper() and len(part) > 2) for part in parts) or " of " in name:
        return False
    return not any(c.lower_ == "the" for c in head.children) and len(parts) <= 4


def joins(between: str) -> bool:
    """Do these words do no more than join two names: "and", "and his deputy"?"""
    first, *rest = between.split() or [""]
    spaced = between[:1].isspace() and between[-1:].isspace()
    return spaced and first.lower() == "and" and len(rest) <= 4 and all(_is_plain_word(word) for word in rest)


def _is_plain_word(word: str) -> bool:
    return word.lower() != "and" and all(c.isalnum() or c in "_.’'-" for c in word)


def agree(one: Mention, other: Mention) -> bool:
    """Can two mentions be the same person, by what is known of their sex?"""
    return not one.gender or not other.gender or one.gender == other.gender

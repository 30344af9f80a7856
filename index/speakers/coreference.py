"""Who is named in one article, and whom its pronouns, titles and nouns stand for."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, pairwise, takewhile
from typing import TYPE_CHECKING

from index.lexicon import words
from index.speakers.mentions import Mention, is_headline, read_mentions
from index.speakers.names import TITLES, tidy, without_article
from index.tree import DOCUMENTS, ISSUED, VALUES, child, end_of, issuing_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

GENERIC, RELATIVES, DEFINITE = words("generic"), words("relatives"), words("definite")
PEOPLE, BOTH = words("people"), words("both")
ISSUERS, NAME_PREPOSITIONS = words("issuers"), words("name_prepositions")
SEXES = {"Masc": "m", "Fem": "f"}
LOOK_BACK = 4  # how many sentences back a pronoun may reach
DEEPEST = 6  # how many steps lead from what stands for a name to that name
LONGEST = 90  # characters of a noun phrase that can stand as a name
MAIN = 2  # how many times as often as a namesake somebody is named in full whom a bare surname means


Names = tuple[str, ...]
"""Those who speak: several where they do so together, none where nobody knows who."""


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
        self.at = {m.token: m for m in read_mentions(doc, self.text)}
        self.mentions = list({(m.start, m.end): m for m in reversed(self.at.values())}.values())[::-1]
        self.sentences = list(doc.sents)
        self.starts = [sentence.start for sentence in self.sentences]
        capitals = {sentence.start for sentence in self.sentences if is_headline(sentence)}
        running = self.running = {m.name for m in self.mentions if self.starts[self._sentence(m.token)] not in capitals}
        self.surnames: dict[str, list[Mention]] = defaultdict(list)
        for mention in self.mentions:
            if mention.full and mention.known is not False and (mention.name in running or not running):
                self.surnames[mention.last].append(mention)
        self.firsts: dict[str, set[str]] = defaultdict(set)
        times = Counter(m.name for m in self.mentions)
        sure = {m.last for bearers in self.surnames.values() for m in bearers if m.known}
        self.chance = {m.name for m in self.mentions if m.full and m.known is None and times[m.name] == 1 and m.last in sure}
        for last in sure:
            self.surnames[last] = [m for m in self.surnames[last] if m.name not in self.chance]
        for mention in (m for bearers in self.surnames.values() for m in bearers if m.person):
            first = mention.name.split(" ")[0]
            if times[mention.name] * MAIN >= times[first]:
                self.firsts[first.lower()].add(mention.name)
        self.sex: dict[str, str] = {}
        self.sex = self._sexes()
        self.at = {i: replace(m, person=m.person or self.expand(m) in self.sex) for i, m in self.at.items()}
        self.mentions = [self.at[m.token] for m in self.mentions]
        self.people = {m.name for m in self.mentions if m.person}
        self.recognized = {self.expand(m) for m in self.mentions if m.known or m.gender} | set(self.sex)
        self.roles = self._roles()
        self.spoken: list[tuple[int, Names]] = []
        self.memo: dict[int, Names] = {}
        self.depth = 0

    def persons(self) -> dict[str, int]:
        """Return how often the article names which persons, by the fullest name it gives them."""
        return Counter(self.expand(m) for m in self.mentions if m.person and (m.name in self.running or not self.running))

    def _roles(self) -> dict[str, set[str]]:
        """Return who bears which title here: "Russian President Vladimir Putin", "Peter Cook, a Pentagon spokesman"."""
        roles: dict[str, set[str]] = defaultdict(set)
        for mention in filter(lambda m: m.person, self.mentions):
            head = self.doc[mention.token]
            before = list(self.doc[head.left_edge.i : mention.first])
            called = [c for c in head.children if c.dep_ == "appos" and (c.pos_ == "NOUN" or is_member(c))]
            for title in (before, *([*c.lefts, c] for c in called)):
                kept = [word for word in title if word.pos_ != "DET" and not word.is_punct]
                while kept:
                    roles[" ".join(word.lower_ for word in kept)].add(self.expand(mention))
                    if not kept[0].ent_type_:  # "Russian president" is the president, "vice president" is not
                        break
                    kept = kept[1:]
        return roles

    def _sexes(self) -> dict[str, str]:
        """Return who the titles and pronouns of this article tell to be a man ("m") or a woman ("f")."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for mention in self.mentions:
            if mention.gender:
                votes[self.expand(mention)][mention.gender] += 3
        for token in self.doc:
            sex = sex_of(token)
            name, weight = self._alone(token) if sex and not self._quoted(token) else (None, 0)
            if name is not None:
                votes[name][sex] += weight
        return {name: told for name, counts in votes.items() if (told := told_by(counts))}

    def _alone(self, pronoun: Token) -> tuple[str | None, int]:
        """Return the one person named before a pronoun in its sentence, or else in the one before, and how much that tells."""
        here = self._sentence(pronoun.i)
        before = self.starts[max(here - 1, 0)], self.starts[here]
        for weight, (first, last) in ((3, (self.starts[here], pronoun.i)), (1, before)):
            named = [self.at[i] for i in range(first, last) if i in self.at and not self._quoted(self.doc[i])]
            people = {self.expand(mention) for mention in named if mention.person}
            if weight == 3 and len(named) == 1 and self.doc[named[0].token].dep_ == "nsubj" and named[0].full:
                people.add(named[0].name)  # "Abimbola Oni lost her seat": whoever the recognizer took for a body is none
            if people:
                return people.pop() if len(people) == 1 else None, weight
        return None, 0

    def expand(self, mention: Mention) -> str:
        """Return the fullest name this article gives a mention.

        Of namesakes it is the one named in full most often, or where none stands out the nearest before, or the only one after. What only
        once looks like the full name of somebody known by another is that one: "Ignore Trump, Pelosi says".
        """
        if mention.full and mention.name not in self.chance:
            return mention.name
        if mention.last not in self.surnames and mention.name.lower() not in self.firsts:
            return mention.name
        bearers = [m for m in self.surnames[mention.last] if agree(m, mention)]
        times = Counter(m.name for m in bearers).most_common(2)
        if times and (len(times) == 1 or times[0][1] >= MAIN * times[1][1]):
            return times[0][0]
        before = [m for m in bearers if m.token < mention.token]
        called = self.firsts[mention.name.lower()] if not bearers else set()
        return before[-1].name if before else next(iter(called)) if len(called) == 1 else mention.name

    def resolve(self, holder: Token) -> Names:
        """Return whom the words headed by ``holder`` stand for: several where they are named together, none when the text does not tell."""
        if self.depth > DEEPEST:
            return ()
        if holder.i not in self.memo:
            self.memo[holder.i] = ()  # a chain of pronouns that comes back to itself stays unknown
            self.depth += 1
            self.memo[holder.i] = self._apart(self._resolve(holder))
            self.depth -= 1
        return self.memo[holder.i]

    def _apart(self, names: Names) -> Names:
        """Return names with those parted that join two: named alone elsewhere here, or twice the same."""
        alone = {mention.name for mention in self.mentions}
        found: list[str] = []
        for name in names:
            parts = name.split(" and ")
            found += parts if len(set(parts)) < len(parts) or alone.issuperset(parts) else [name]
        return tuple(dict.fromkeys(found))

    def _resolve(self, holder: Token) -> Names:
        word = holder.lower_
        if holder.ent_type_ in VALUES:
            return ()
        if word in RELATIVES and holder.pos_ in ("PRON", "DET", "SCONJ"):
            antecedent = next((a.head for a in holder.ancestors if a.dep_ == "relcl"), None)
            return self.resolve(antecedent) if antecedent is not None else ()
        if sex_of(holder):
            return _one(self._person(holder, sex_of(holder)))
        if is_third(holder):
            return self._body(holder, "Plur" in holder.morph.get("Number", []))
        if holder.i in self.at and not is_member(holder):
            joined = (c for c in holder.children if c.dep_ == "conj" and c.pos_ in ("PROPN", "NOUN") and is_joined(c))
            return tuple(dict.fromkeys((self.expand(self.at[holder.i]), *chain.from_iterable(map(self.resolve, joined)))))
        return () if word in GENERIC or holder.pos_ in ("PRON", "DET", "NUM") else self._noun(holder)

    # --- nouns ---

    def _noun(self, holder: Token) -> Names:
        """Return the name for a common noun: an apposition, a statement's owner, the bearer of a role, or its words."""
        named = next((c for c in holder.children if c.dep_ == "appos" and c.i in self.at), None)
        if named is not None:
            return (self.expand(self.at[named.i]),)
        lemma = holder.lemma_.lower()
        namesakes = self.surnames.get(holder.lower_) if holder.text[:1].isupper() and holder.i == holder.left_edge.i else None
        if namesakes:  # the parse takes a surname for a noun
            return (self.expand(replace(namesakes[0], token=holder.i, name=holder.text, gender="")),)
        owner = self._owner(holder) if lemma in DOCUMENTS else ()
        if owner or lemma in ISSUED:
            return owner
        bearers = self.roles.get(without_article(self.text[holder.left_edge.idx : end_of(holder)]).lower(), set())
        if len(bearers) == 1:
            return tuple(bearers)
        if any(c.lower_ in BOTH for c in holder.children) or holder.lower_ == "pair":
            return self._several(holder)
        return _one(self._phrase(holder))

    def _phrase(self, holder: Token) -> str | None:
        """Return a noun phrase as a name: its own words without the article, a pronoun in it replaced by its name."""
        on = list(takewhile(lambda c: c.dep_ == "prep" and c.lower_ in NAME_PREPOSITIONS, holder.rights))
        end = end_of(on[-1].right_edge if on else holder)
        owner = next((c for c in holder.children if c.dep_ == "poss" and c.tag_ == "PRP$"), None)
        first = next((t for t in holder.subtree if t.is_digit or t.text[-1:].isalpha()), holder)  # no "11:42" before "Police"
        text = self.text[first.idx : end]
        if owner is not None:
            names = self.resolve(owner)
            if not names:
                return None
            text = f"{' and '.join(names)}’s{self.text[end_of(owner) : end]}"
        text = tidy(text)
        return text if 0 < len(text) <= LONGEST else None

    def _several(self, holder: Token) -> Names:
        """Return the names joined last before "the two departments" or "the two men"; None for anything else."""
        stem = holder.lemma_.lower()
        before = [m for m in self.mentions if m.token < holder.i]

        def called(mention: Mention) -> int:
            return int(mention.person) if stem in PEOPLE else mention.name.lower().split().count(stem)

        joint = next((m.name for m in reversed(before) if stem not in PEOPLE and called(m) > 1), None)
        if joint is not None:
            return (joint,)
        for one, other in reversed(list(pairwise(before))):
            if called(one) and called(other) and joins(self.text[one.end : other.start]):
                return tuple(dict.fromkeys((self.expand(one), self.expand(other))))
        return self._pair(holder) if stem in PEOPLE else ()

    def _pair(self, holder: Token) -> Names:
        """Return the two persons that the sentences right before name, where they name no third."""
        here = self._sentence(holder.i)
        for first in range(here, max(here - LOOK_BACK, 0) - 1, -1):
            near = [m for m in self.mentions if self.starts[first] <= m.token < holder.i and m.person]
            names = list(dict.fromkeys(map(self.expand, near)))
            if len(names) > 1:
                return tuple(names) if len(names) == 2 else ()
        return ()

    def _owner(self, holder: Token) -> Names:
        """Return whose statement "the statement" is."""
        for c in holder.children:
            if c.dep_ in ("poss", "compound", "amod", "nmod") and (c.i in self.at or c.tag_ == "PRP$"):
                return self.resolve(c)
            if c.dep_ in ("compound", "amod") and c.pos_ in ("PROPN", "ADJ") and c.text[0].isupper():
                return (f"{c.text} {holder.lower_}",)
            if c.dep_ == "prep" and c.lower_ in ISSUERS:
                inner = child(c, "pobj")
                return self.resolve(inner) if inner is not None else ()
        issuer = issuing_verb(holder)
        if issuer is not None:
            return self.resolve(issuer)
        known = any(c.lower_ in DEFINITE for c in holder.children) and holder.lemma_.lower() in ISSUED
        return self._issuer_before(holder) if known else ()

    def _issuer_before(self, holder: Token) -> Names:
        """Return who issued the document mentioned last, or the body that spoke in the sentence or two before."""
        for token in reversed(self.doc[: holder.i]):
            alike = token.lemma_.lower() == holder.lemma_.lower() and token.pos_ == "NOUN" and not self._quoted(token)
            if alike and (names := self.resolve(token)):
                return names
        here = self._sentence(holder.i)
        near, start = self.starts[max(here - 2, 0)], self.starts[here]
        recent = [names for cue, names in self.spoken if near <= cue < start and names]
        return recent[-1] if recent and not self.people.issuperset(recent[-1]) else ()

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
        """Return the names among some words, outside quotation marks, that "he" (``m``) or "she" (``f``) can mean.

        What only looks like somebody's name is nobody's there: "agree to our Privacy Policy".
        """
        named = (t for t in tokens if t.i in self.at and self._suits(t, gender) and not self._quoted(t))
        return {self.expand(self.at[t.i]) for t in named} & self.recognized

    def _suits(self, named: Token, gender: str) -> bool:
        mention = self.at[named.i]
        return mention.person and (mention.gender or self.sex.get(self.expand(mention), "")) in (gender, "")

    def _as_person(self, subject: Token, gender: str) -> str | None:
        """Return the name of a subject that can be "he" (``m``) or "she" (``f``)."""
        if sex_of(subject) == gender:
            return _only(self.resolve(subject))
        if child(subject, "conj") is not None:
            return None
        if subject.i in self.at:
            return self.expand(self.at[subject.i]) if self._suits(subject, gender) else None
        if subject.pos_ == "NOUN" and subject.tag_ == "NN":
            name = _only(self._noun(subject)) or ""
            known = name in self.people or subject.lemma_.lower() in TITLES
            return name if known and self.sex.get(name, "") in (gender, "") else None
        return None

    def _body(self, holder: Token, plural: bool) -> Names:
        """Return whom "it" or "they" stands for: a body, or several, that spoke or acted just before."""
        here = self._sentence(holder.i)
        several = [t for t in self.doc[self.starts[here] : holder.i] if t.tag_ == "NNS" and self._quoted(t) == self._quoted(holder)]
        if plural and len(several) == 1:
            return self._noun(several[0])  # "I speak to generals, they say …"
        cues = {cue for cue, names in self.spoken if names}
        for sentence in reversed(self.sentences[max(here - 2, 0) : here]):
            for subject in sentence:
                if subject.dep_ != "nsubj" or self._quoted(subject) or subject.pos_ not in ("PROPN", "NOUN"):
                    continue
                many = subject.tag_ in ("NNS", "NNPS") or child(subject, "conj") is not None
                if many == plural and (plural or (subject.head.i in cues and self._is_body(subject))):
                    return self.resolve(subject)
        return ()

    def _is_body(self, subject: Token) -> bool:
        mention = self.at.get(subject.i)
        return subject.pos_ == "NOUN" if mention is None else not mention.person


def _one(name: str | None) -> Names:
    return (name,) if name else ()


def _only(names: Names) -> str | None:
    return names[0] if len(names) == 1 else None


def sex_of(token: Token) -> str:
    """Return "m" for he, "f" for she, "" for other words."""
    found = token.morph.get("Gender", []) if token.pos_ == "PRON" else []
    return SEXES.get(found[0], "") if found else ""


def is_member(token: Token) -> bool:
    """Is this one of a people or a party, and no name: "the Ohio Republican"?"""
    return token.ent_type_ == "NORP" and token.tag_ == "NNP" and child(token, "det") is not None


def is_joined(part: Token) -> bool:
    """Does "and" stand before this part of a list, or a later one: more than "Ann Jones, Treasurer, Valley Bank"?"""
    following = child(part, "conj")
    return child(part.head, "cc") is not None or (following is not None and is_joined(following))


def is_third(token: Token) -> bool:
    """Is this "it" or "they"?"""
    return token.pos_ == "PRON" and token.morph.get("Person", []) == ["3"] and token.morph.get("PronType", []) == ["Prs"]


def told_by(votes: Counter[str]) -> str:
    """Return what votes tell clearly, "" when they do not."""
    [(sex, most), *_] = votes.most_common(1)
    return sex if most >= 2 and most > 2 * (votes.total() - most) else ""


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

"""Who says it: the words that name whoever does a verb or makes a claim."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from index.lexicon import words
from index.statements.quotes import SPEECH_ACTS, Page, Span
from index.tree import DOCUMENTS, VALUES, child, end_of, issuing_verb

if TYPE_CHECKING:
    from spacy.tokens import Token

SPEAKING_PASSIVES, CONTACT = words("speaking_passives"), words("contact")
TITLES = words("titles")
ROLES = TITLES | words("people") | words("bodies")
AUTHORS, KEPT_ISE = words("authors"), tuple(words("kept_ise"))
TRAILING = {"relcl", "acl", "advcl", "punct", "cc", "conj", "appos", "parataxis"}
INHERITING = ("conj", "xcomp", "advcl", "pcomp", "parataxis", "prep", "dep", "ccomp")
DEEPEST = 5  # how many verbs a verb without a subject looks up to

Holder = tuple["Token | None", str]  # the token that heads the words for whoever speaks, and how it was found
NOBODY: Holder = (None, "none")


def lemma_of(token: Token) -> str:
    """Return a lemma in American spelling, which the weights were learned from: "emphasise" → "emphasize"."""
    lemma = token.lemma_.lower()
    return lemma[:-3] + "ize" if lemma.endswith("ise") and not lemma.endswith(KEPT_ISE) else lemma


def holder_of(verb: Token, depth: int = 0) -> Holder:
    """Return whoever does this verb."""
    found = own_subject(verb)
    if found is not None or depth > DEEPEST:
        return found or NOBODY
    if verb.dep_ == "ROOT":
        return list_holder(verb, depth)
    outer = outer_speech(verb)
    return (holder_of(outer, depth + 1)[0], verb.dep_) if outer is not None else inherited(verb, depth)


def own_subject(verb: Token) -> Holder | None:
    """Return the subject of a verb, or the agent of a passive; None when the verb leaves it to another one."""
    asked = verb.dep_ in ("ccomp", "pcomp", "ROOT")  # "did not explain who told him"
    subjects = [c for c in verb.children if c.dep_ in ("nsubj", "csubj") and c.ent_type_ not in VALUES]  # "said Thursday"
    subjects = [c for c in subjects if not (asked and c.tag_ == "WP")]
    if subjects:
        before = next((c for c in reversed(subjects) if c.i < verb.i), None)
        behind = next((c for c in subjects if all(word.pos_ != "ADP" for word in verb.doc[verb.i + 1 : c.left_edge.i])), None)
        if before is not None or behind is not None:  # "…," Ann Smith, a guide, said on Fox News
            return before or behind, "nsubj"
    patient, by = child(verb, "nsubjpass"), child(verb, "agent")
    if patient is not None and by is not None:
        agent = child(by, "pobj")
        return (agent, "agent") if agent is not None else NOBODY
    if patient is not None:  # who was accused did not say it
        return (patient if verb.lemma_.lower() in SPEAKING_PASSIVES else None), "passive"
    # "has on many occasions accused": the parse may hang the subject on the auxiliary
    hung = (child(c, "nsubj") for c in verb.children if c.dep_ == "aux")
    return next(((subject, "nsubj") for subject in hung if subject is not None), None)


def inherited(verb: Token, depth: int) -> Holder:
    """Return whom a verb without a subject takes over from the words it hangs on."""
    head = verb.head
    if verb.dep_ == "acl" and head.pos_ in ("NOUN", "PROPN", "PRON"):
        issuer = issuing_verb(head) if head.lemma_.lower() in DOCUMENTS else None
        return (issuer, "issuer") if issuer is not None else (head, "acl")
    if verb.dep_ == "xcomp":
        if head.lemma_ == "ask" and head.tag_ == "VBN":
            return NOBODY  # "asked to comment, he …": he has not said it yet
        whom = child(head, "dobj")
        if whom is not None and whom.i < verb.i and lemma_of(head) not in CONTACT:
            return whom, "control"
    if verb.dep_ not in INHERITING:
        return NOBODY
    found, how = holder_of(head.head if verb.dep_ == "pcomp" else head, depth + 1)
    return found, verb.dep_ if found is not None else how


def list_holder(verb: Token, depth: int) -> Holder:
    """Return who does the first of several things, where the parse made it the clause of a later one."""
    first = next((c for c in verb.lefts if c.dep_ == "ccomp"), None)
    if first is None or not any(c.dep_ == "dobj" for c in verb.rights):
        return NOBODY
    return holder_of(first, depth + 1)[0], "conj"


def outer_speech(verb: Token) -> Token | None:
    """Return the verb of saying that "and said", "adding" goes on from, where the parse joined it to what was said."""
    inner = verb.head
    if verb.dep_ not in ("conj", "advcl") or lemma_of(verb) not in SPEECH_ACTS or lemma_of(inner) in SPEECH_ACTS:
        return None
    while inner.dep_ in ("conj", "xcomp", "advcl"):
        inner = inner.head
    outer = inner.head
    if inner.dep_ != "ccomp" or lemma_of(outer) not in SPEECH_ACTS or inner.i < outer.i:
        return None
    return outer if verb.tag_ == ("VBG" if verb.dep_ == "advcl" else outer.tag_) else None


def noun_holder(noun: Token) -> Holder:
    """Return whoever makes a claim: its possessor, its author, or the subject of the verb it is the object of."""
    owner = child(noun, "poss")
    if owner is not None:
        return owner, "poss"
    by = next((c for c in noun.children if c.dep_ == "prep" and c.lower_ in AUTHORS), None)
    if by is not None:
        author = child(by, "pobj")
        return (author, "by") if author is not None else NOBODY
    name = next((c for c in noun.children if c.dep_ in ("compound", "amod") and c.pos_ == "PROPN"), None)
    if name is not None:
        return name, "compound"
    if noun.dep_ not in ("dobj", "attr", "pobj"):
        return NOBODY
    found, how = holder_of(noun.head.head if noun.dep_ == "pobj" else noun.head)
    return found, f"light-{noun.dep_}" if found is not None else how


def beside(page: Page, verb: Token) -> Token | None:
    """Return the noun next to a tag's verb, for tags that the parse left without a subject."""
    right, left = page.doc[verb.i + 1 : verb.i + 8], list(page.doc[max(verb.i - 12, 0) : verb.i])[::-1]
    follows = bool(len(right)) and right[0].pos_ in ("PROPN", "PRON", "NOUN", "DET", "ADJ")
    for token in (*right, *left) if follows else left:
        if page.run_at(token.idx):
            break
        if token.pos_ in ("PROPN", "PRON", "NOUN") and token.ent_type_ not in VALUES:
            return name_head(token, verb)
    return None


def name_head(token: Token, verb: Token) -> Token:
    """Return the head of the name that a word near a verb is part of."""
    while token.dep_ in ("compound", "poss", "appos") and abs(token.head.i - verb.i) < 9 and token.head.pos_ == "PROPN":
        token = token.head
    return token


def name_among(words: Sequence[Token]) -> Token | None:
    """Return the last word of the first name of a label, a person's if there is one; else its last noun."""
    if words and words[-1].pos_ == "NOUN" and not any(word.is_punct or word.pos_ == "ADP" for word in words):
        return words[-1]  # "Tram driver", however the parse takes the first word
    titled = {word.i + 1 + (word.i + 1 < len(word.doc) and word.nbor().text == ".") for word in words if word.lower_.rstrip(".") in TITLES}
    names = [word for word in words if word.pos_ == "PROPN" or (word.i in titled and word.text[:1].isupper())]
    names = [word for word in names if word.lower_.rstrip(".") not in TITLES] or names
    names = [word for word in names if word.ent_type_ == "PERSON" and word.dep_ != "poss"] or names
    for one, following in zip_longest(names, names[1:]):
        if following is None or any(word.text == "," or word.pos_ == "ADP" for word in one.doc[one.i + 1 : following.i]):
            return one
    return next((word for word in reversed(words) if word.pos_ == "NOUN"), None)


def can_speak(page: Page, label: Sequence[Token]) -> bool:
    """Can the words before a colon be whoever speaks: a name the article knows, a title, a body, or a handle?"""
    label = [word for word in label if any(c.isalpha() for c in word.text)]
    if len(label) == 1 and label[0].is_lower:
        return True
    names = [word for word in label if word.ent_type_ in ("PERSON", "ORG", "NORP") and not (word.is_upper and len(label) == 1)]
    names += [word for word in label if word.ent_type_ == "GPE" and word.lower_ in page.speaking]  # "Orsk: …" may be where it is
    return bool(names) or any({word.lower_.rstrip("."), word.lemma_.lower()} & ROLES or word.lower_ in page.persons for word in label)


def words_of(head: Token) -> Span:
    """Return the characters of the noun phrase a token heads, without the clauses that hang on it."""
    left = right = head
    for c in head.children:
        if c.dep_ in TRAILING and c.i > head.i and not (c.dep_ == "appos" and head.pos_ == "NOUN"):
            break
        if c.is_punct and c.i < head.i:
            continue  # the mark that closes a quotation before the name
        left, right = min(left, c.left_edge), max(right, c.right_edge)
    return left.idx, end_of(right)


def source_type(holder: Token | None) -> str:
    """Return what sort of words name the speaker."""
    if holder is None:
        return "none"
    if holder.pos_ == "PRON" or holder.tag_ in ("WP", "WDT", "PRP$"):
        return str(holder.lower_)
    return "name" if holder.pos_ == "PROPN" else "noun"

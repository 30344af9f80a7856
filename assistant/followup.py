"""Follow-ups: what a question leaves to the one before it, put back, so that it stands alone.

There are three ways, and the first that fits is taken. A fragment ("And about trade?", "And the Kremlin?", "Only Euractiv") takes the
place of its like in the question before. A pronoun makes way for what it can only mean: the one who was asked about, or the subject.
Where neither is certain the two questions become one, which loses nothing: "Was Russia accused of interfering, and by whom?"
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from assistant.pronouns import PERSONS, possessive, reaching_back
from assistant.reading import (
    ABOUT,
    ASKING,
    AUXILIARY,
    BY_OUTLET,
    BY_SIDE,
    NAME,
    NOUNS,
    OPENING,
    PRESS,
    PRONOUNS,
    VERBS,
    Names,
    asked_to_speak,
    read,
    speakers_in,
)
from assistant.render import listed
from assistant.types import NO_EVIDENCE, Form, Question
from index.text import content_words

_FIRST = re.compile(
    r"^(?:(?:and|but|so|then|ok(?:ay)?|well|now|yes|no|oh|also|please|thanks|sorry|actually|i\s+meant?)\b[,.!]?(?:\s+|$))+", re.I
)
_LAST = re.compile(r"(?:\s+(?:too|also|as\s+well|instead|then|now|please))+$", re.I)
_WHAT_ABOUT = re.compile(
    r"^(?:(?:what|how)\s+(?:about|of)|(?:the\s+)?same(?:\s+question)?(?:\s+but)?\s+(?:for|about|with)|just|only"
    rf"|{AUXILIARY}(?=\s+(?-i:{NAME.pattern})$))\s+",
    re.I,
)
_EXCEPT = re.compile(r"^(?:without|not|except|excluding|other\s+than|apart\s+from|besides)\b", re.I)
_PREPOSITION = re.compile(rf"^(?P<word>{ABOUT}|in|at|by|for|from|with|during|after|before|since|under|against)\s+", re.I)
_ON = frozenset("about on regarding concerning over".split())
_DAY = re.compile(
    r"(?:the\s+)?(?:\d\d?(?:st|nd|rd|th)?\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march|april|may|june|july|august|(?:septem|octo|novem|decem)ber)",
    re.I,
)
_CLAUSE = re.compile(
    rf"^(?:(?:according\s+to\s+|\w+\s+)?{ASKING}|{AUXILIARY}|tell|show|give|list|compare|explain|name|find|summari[sz]e|describe|says|really|any\w+"
    r"|more|i|you|it|that|this|he|she|they)\b",
    re.I,
)
_HOLLOW = re.compile(
    rf"{VERBS}|{NOUNS}|{PRESS}|sides?|camps?|part(?:y|ies)|else|true|really|sure|right|many|much|long|often|far|exactly|happen\w*|comes?|means?"
    r"|go|any\w+|some\w+|every\w+|nobody|(?:dis)?agree\w*|confirm\w*|repl(?:y|ies|ied)|object\w*|differ\w*|carr(?:y|ies|ied)|cover\w*|quot\w+|compare"
    r"|list|show|give|please|without|except|ones?|first|next|again|detail\w*|know|known|old|according|\w+n['’]t",
    re.I,
)  # words that carry meaning, but name no subject
_WHEN = re.compile(r"(?P<asking>why|when|where|how)(?:\s+(?:is|was|did|does|exactly|so))?(?:\s+(?:that|this|it|so|happen(?:ed)?))*", re.I)
_REALLY = re.compile(r"really|(?:(?:is|was)\s+(?:that|this|it)\s+)?(?:really\s+)?(?:true|so|right|correct)|are\s+you\s+sure", re.I)
_ELSE = re.compile(rf"(?:what|anything)\s+else(?:\s+{AUXILIARY}\s+(?:he|she|it|they)\s+\w+)?|(?:tell\s+me\s+)?more|go\s+on|continue", re.I)
_ELIDED = re.compile(
    rf"^{OPENING}(?:\S+\s+){{1,4}}(?:(?:dis)?agree|react|respond|reply|answer|confirm|deny|comment|object)(?:e?d)?$"
    rf"|^what\s+(?:is|was|are|were)\s+(?:\S+\s+){{0,4}}\S+(?:['’]s|s['’])\s+{NOUNS}$",
    re.I,
)  # what answers something, and does not say what
_SLUICE = re.compile(r"^(?:\w+\s+)?(?:which|what|whose|how\s+\w+)\s+\w+$", re.I)  # "By which president?"
_SAID = re.compile(rf"\b(?:{VERBS})$", re.I)
_CLAIM = re.compile(r"\b(?:den\w+|confirm\w*|sa(?:y|ys|id)|d(?:o|id|oes)|kn[eo]w\w*|believ\w+|claim\w*|think)\s+$", re.I)
_DENIED = re.compile(
    r"who\s+(?:has\s+|have\s+)?(?:den|reject|dismiss|refut|disput|confirm)\w+", re.I
)  # "Who denied it?": the ledger's denials
_THING = re.compile(
    r"^(?:what|who)\s+(?:is|are|was|were)\s+(?P<defined>[^,;:]+)$|(?<!be )(?<!being )\b(?:a|an)\s+(?P<introduced>[^,;:]+)$", re.I
)  # what a question asks for, or brings up: "a meeting in person" is "the meeting in person" from then on


@dataclass(frozen=True, slots=True)
class _Turn:
    """A follow-up: as asked; without its "And" and question mark, and whether it had an "And"; as read alone. And what is before it."""

    text: str
    rest: str
    goes_on: bool
    alone: Question
    before: Question
    names: Names

    @property
    def sentence(self) -> str:
        """The question before, without its question mark and the outlets that it names."""
        words = self.before.standalone
        if self.before.form is Form.BY_OUTLET and self.before.outlets and not self.before.understood:
            words = f"How do the outlets differ on {self.before.topic}"  # "Compare … and … on trade" has lost its names
        words = words.strip(" ?!.,")
        return words[:1].upper() + words[1:]

    @property
    def core(self) -> str:
        """The sentence without the follow-up that was joined to it."""
        return self.sentence.partition(", and ")[0] if self.before.understood else self.sentence

    @property
    def subject(self) -> str:
        """What the question before is about, when its words say so and end with it: "trade" in "What did … say about trade"."""
        topic = re.escape(self.before.topic)
        to_all = rf"|\s(?P<all>{topic})$" if topic and self.before.form is not Form.DIRECT else ""
        found = re.search(rf"\babout\s+(?P<about>.+)$|\b{ABOUT}\s+(?P<on>{topic})$" + to_all, self.sentence, re.I)
        subject = next(filter(None, found.groups()), "") if found else ""
        return "" if subject.lower() in PRONOUNS else subject

    @property
    def matter(self) -> str:
        """What the question before is about, in as many words as it takes."""
        if self.subject and not self.before.speakers:
            return self.subject
        words = content_words(self.core)
        return self.core[self.core.index(words[0]) :] if words else self.core

    @property
    def others(self) -> tuple[str, ...]:
        """Speakers, canonical, whom the question before asks about."""
        return tuple(name for name, _, alias in speakers_in(self.subject, self.names) if alias[:1].isupper())

    @property
    def asked(self) -> str:
        """Who the question before wants to hear from, in its own words: "the Kremlin", "Putin and Trump"."""
        words = asked_to_speak(self.sentence, [alias for _, _, alias in speakers_in(self.sentence, self.names)])
        if not words or (self.before.form in (Form.BY_SIDE, Form.BY_OUTLET) and not self.before.sides):
            return ""
        found = re.search(rf"(?:\bthe\s+)?{re.escape(words[0])}(?:.*?\b{re.escape(words[-1])})?", self.sentence, re.I)
        return found.group() if found else ""


def follow(text: str, before: Question | None, names: Names) -> Question:
    """Read a question, cleaned, after the one before it; on its own, when it leans on nothing."""
    alone = read(text, names)
    if alone.form in NO_EVIDENCE:
        return alone
    plain = alone.standalone.strip(" ?!.,")
    rest = _LAST.sub("", _FIRST.sub("", plain)).strip() or ("" if alone.outlets else plain.split()[-1])
    if before is None:
        return replace(alone, form=Form.FRAGMENT) if _adrift(rest) and not _DENIED.match(rest) else alone
    turn = _Turn(text, rest, rest != plain, alone, _settled(before, names), names)
    return _narrowed(turn) or _fragment(turn) or _clause(turn) or alone


def _settled(before: Question, names: Names) -> Question:
    """A question without a mere ", and who says so?" that an earlier follow-up joined to it."""
    core, _, last = before.standalone.rpartition(", and ")
    if not (before.understood and core and _hollow(last)):
        return before
    return replace(read(f"{core}?", names), outlets=before.outlets, understood=before.understood)


def _adrift(rest: str) -> bool:
    """Whether a question holds nothing to look for, and something that was to come from an earlier one."""
    whole = _CLAUSE.match(rest) and (len(rest.split()) > 2 or BY_OUTLET.search(rest))
    return _hollow(rest) and (not whole or bool(reaching_back(rest)))


def _hollow(words: str) -> bool:
    """Whether words name no subject: there are none but those that any question may have."""
    return all(_HOLLOW.fullmatch(word) for word in content_words(words))


# -- fragments --------------------------------------------------------------------------------------------------------


def _narrowed(turn: _Turn) -> Question | None:
    """ "Only Euractiv", "Without Euractiv?", "What does Euractiv say?": the question before, in other outlets."""
    outlets = turn.alone.outlets
    if not outlets or not _hollow(turn.rest) or re.match(r"(?:who|whom|when|where|why|which)\b", turn.rest, re.I):
        return None
    if re.search(r"\b(?:differ|compare)", turn.rest, re.I):
        return _joined(turn, "how do the outlets differ", "how do the outlets differ")
    if _EXCEPT.match(turn.rest):
        outlets = tuple(outlet for outlet in turn.before.outlets or turn.names.outlets if outlet not in outlets)
    return _told(turn, replace(turn.before, outlets=outlets), turn.sentence) if outlets else None


def _fragment(turn: _Turn) -> Question | None:
    """ "And about trade?", "What about NATO?", "And the Kremlin?": the question before, with this in the place of its like."""
    phrase = _WHAT_ABOUT.sub("", turn.rest)
    if BY_SIDE.search(phrase) and _hollow(phrase) and not _CLAUSE.match(phrase):
        return _of_all(turn, f"what did {phrase} say")
    if _CLAUSE.match(phrase) or _hollow(phrase) or re.search(rf"\b{ASKING}\s+{AUXILIARY}\b", phrase, re.I):
        return None
    preposition = _PREPOSITION.match(phrase)
    bare = _owned(turn, phrase[preposition.end() :] if preposition else phrase)
    speaker = not preposition and _is_speaker(turn, bare)
    marked = turn.goes_on or phrase != turn.rest or preposition
    if not marked and not (turn.text.endswith("?") and (speaker or " " not in phrase)):
        return None
    if speaker and turn.before.form is not Form.BY_OUTLET:
        sentence = _of_another(turn, bare)
    else:
        sentence = _on_another(turn, bare, preposition["word"] if preposition else "")
    return _instead(turn, sentence) if sentence else _joined(turn, phrase if preposition else f"what about {phrase}")


def _of_all(turn: _Turn, clause: str) -> Question:
    """A question to all sides or outlets, about what the question before is about."""
    return _instead(turn, f"{clause} about {turn.subject}") if turn.subject else _joined(turn, clause, clause)


def _owned(turn: _Turn, phrase: str) -> str:
    """A phrase with a name for "his" or "their" at its beginning."""
    word, _, thing = phrase.partition(" ")
    who = _person(turn, word.lower()) if word.lower() in ("his", "her", "their", "its") else ""
    return f"{who}’s {thing}" if who else phrase


def _is_speaker(turn: _Turn, phrase: str) -> bool:
    """Whether a phrase is nothing but speakers, or a name that is rather a speaker's than a subject's."""
    known = [alias for _, _, alias in speakers_in(phrase, turn.names)]
    if known:
        return not re.sub(rf"(?i){'|'.join(map(re.escape, known))}|['’]s?\b|\b(?:the|and|or|side)\b|[\s,]", "", phrase)
    subject = turn.before.form is Form.BY_SIDE or turn.subject[:1].isupper()
    name = re.sub(r"^the\s+|['’]s$", "", phrase)
    return bool(NAME.fullmatch(name)) and not (subject and turn.names.mentioned(name))


def _of_another(turn: _Turn, who: str) -> str:
    """The question before, asked of somebody else."""
    who = re.sub(r"['’]s?$", "", who)
    if asked := turn.asked:
        sentence = re.sub(rf"\b(?:do|does)(?=\s+{re.escape(asked)})", "did", turn.sentence)
        return re.sub(rf"{re.escape(asked)}(?:\s+(?:each|both))?", lambda _: who, sentence, count=1)
    if turn.before.form is Form.BY_SIDE and turn.subject:
        return f"What did {who} say about {turn.subject}"
    return _renamed(turn.sentence, who)


def _on_another(turn: _Turn, phrase: str, preposition: str) -> str:
    """The question before, asked on something else."""
    sentence, subject = turn.sentence, turn.subject
    if subject and (not preposition or (preposition.lower() in _ON and not _DAY.match(phrase))):
        return sentence.removesuffix(subject) + phrase
    if preposition and (place := re.search(rf"^.*\b{preposition}\s+(?=\S+(?:\s+\S+){{0,7}}$)", sentence, re.I)):
        return place.group() + phrase
    return _renamed(sentence, phrase) if NAME.fullmatch(phrase) else ""


def _renamed(sentence: str, name: str) -> str:
    """A sentence with a name in the place of the only one it holds; empty where it holds none or several."""
    opening, _, rest = sentence.partition(" ")
    found = list(NAME.finditer(rest))
    return f"{opening} {rest[: found[0].start()]}{name}{rest[found[0].end() :]}" if len(found) == 1 else ""


# -- clauses ----------------------------------------------------------------------------------------------------------


def _clause(turn: _Turn) -> Question | None:
    """A question that is whole but for a pronoun, or for what it is about."""
    rest = turn.rest
    if asking := _WHEN.fullmatch(rest):
        return _asked_how(turn, asking["asking"])
    if _REALLY.fullmatch(rest):
        return _instead(turn, turn.sentence) if re.match(AUXILIARY, turn.sentence, re.I) else _joined(turn, "is that true")
    if _ELSE.fullmatch(rest):
        return _instead(turn, f"What else did {turn.asked} say") if turn.asked else _joined(turn, rest)
    if _SLUICE.match(rest) and not _hollow(rest):
        return _joined(turn, rest)
    resolved, certain = _resolved(turn)
    if not certain:
        return _joined(turn, rest, resolved)
    if _hollow(resolved) or _ELIDED.search(resolved):
        by_all = BY_SIDE.search(resolved) or (BY_OUTLET.search(resolved) and not turn.asked)
        return _of_all(turn, resolved) if by_all else _joined(turn, rest, resolved)
    if turn.goes_on and turn.subject and _SAID.search(resolved) and asked_to_speak(resolved, []):
        return _instead(turn, f"{resolved} about {turn.subject}")
    return _instead(turn, resolved) if resolved != rest else None


def _asked_how(turn: _Turn, asking: str) -> Question:
    """ "Why?": the question before, asked with another question word where it has one, or none at all."""
    sentence = turn.sentence
    if re.match(AUXILIARY, sentence, re.I) and ", and " not in sentence:
        return _instead(turn, f"{asking} {sentence[:1].lower()}{sentence[1:]}")
    if re.match(rf"(?:why|when|where|how)\s+{AUXILIARY}\b", sentence, re.I):
        return _instead(turn, re.sub(r"^\w+", asking, sentence))
    return _joined(turn, asking)


def _resolved(turn: _Turn) -> tuple[str, bool]:
    """The follow-up with the words that its pronouns stand for, and whether that is certain of all of them."""
    pronouns = reaching_back(turn.rest)
    persons = {PERSONS[word] for pronoun in pronouns if (word := pronoun["word"].lower()) in PERSONS}
    text, certain = turn.rest, True
    for pronoun in reversed(pronouns):
        meant = _antecedent(turn, pronoun) if len(persons) < 2 else ""
        certain = certain and bool(meant)
        text = text[: pronoun.start("word")] + (meant or pronoun["word"]) + text[pronoun.end("word") :]
    return text, certain


def _antecedent(turn: _Turn, pronoun: re.Match[str]) -> str:
    """What a pronoun means, in words that take its place; nothing when that is not certain."""
    word, before, after = pronoun["word"].lower(), turn.rest[: pronoun.start("word")], turn.rest[pronoun.end("word") :].strip()
    if word in PERSONS and (who := _person(turn, word)):
        return f"{who}’s" if possessive(pronoun) else who
    if word == "it" and turn.asked and re.match(rf"(?:{VERBS})\b", after, re.I):
        return turn.asked
    if turn.subject and not after and re.search(rf"\b{ABOUT}\s+$", before, re.I):
        own = turn.alone.speakers or turn.alone.stranger or turn.alone.form is Form.BY_SIDE
        return turn.subject if own or not turn.asked else ""
    if word != "it" or _CLAIM.search(before) or not (thing := _THING.search(turn.sentence)):
        return ""
    return thing["defined"] or f"the {thing['introduced']}"


def _person(turn: _Turn, word: str) -> str:
    """Who "he", "she" or "they" is: the one who was asked, unless about another; else the only one named.

    "The Kremlin" is no "he", and Trump is no "they".
    """
    several = PERSONS[word] == "they"
    if turn.before.form is Form.BY_SIDE and not turn.asked:
        return "the sides" if several else ""
    if turn.asked and not several and (turn.others or (word in ("him", "her") and turn.subject.lower().startswith("the "))):
        return ""
    who = turn.asked or _named(turn)
    body, pair = re.match(r"the\s+[A-Z]", who), " and " in who
    fits = body or pair or who[:1].islower() or who.endswith("s") if several else not body and not pair
    return who if fits or word == "its" else ""


def _named(turn: _Turn) -> str:
    """The only one whom a question names, or its subject; two where they are named together; nobody when it asks who."""
    sentence = turn.sentence
    if turn.before.form is Form.BY_OUTLET or re.match(r"who(?!\s+(?:is|was)\b)", sentence, re.I):
        return ""
    named = [alias for _, _, alias in speakers_in(sentence, turn.names) if alias[:1].isupper()]
    opening = re.match(rf"(?i:{OPENING})(?P<name>{NAME.pattern})", sentence)
    subject = opening["name"] if opening else ""
    if not named:
        return subject
    together = r"\s+and\s+(?:the\s+)?".join(map(re.escape, named[:2]))
    found = re.search(rf"(?:\b[Tt]he\s+)?{together}", sentence) if len(named) < 3 else None
    return found.group() if found and (not subject or subject in found.group() or named[0] in subject) else ""


# -- the question that comes of it ------------------------------------------------------------------------------------


def _instead(turn: _Turn, sentence: str) -> Question:
    """The follow-up, as though this sentence had been asked."""
    sentence = f"{sentence[:1].upper()}{sentence[1:]}"
    question = read(f"{sentence}?", turn.names)
    return _told(turn, replace(question, outlets=turn.alone.outlets or question.outlets or _kept(turn)), sentence)


def _joined(turn: _Turn, tail: str, clause: str = "") -> Question:
    """The question before and the follow-up in one; a ``clause`` (the follow-up without its pronouns) may ask something of its own."""
    own = _own(turn, clause) if clause else None
    question = replace(own or turn.before, outlets=turn.alone.outlets or _kept(turn))
    return _told(turn, question, f"{turn.core if own else turn.sentence}, and {tail[:1].lower()}{tail[1:]}")


def _own(turn: _Turn, clause: str) -> Question | None:
    """What a clause asks of its own about the question before; nothing when it is a mere "When did he say that?"."""
    own = read(f"{clause}?", turn.names)
    heard = own.speakers or own.stranger or own.form is Form.BY_SIDE
    if own.form is Form.DIRECT and not heard and _hollow(turn.rest) and not re.search(r"\bwho(?:m|se)?\b", clause, re.I):
        return None
    if turn.others and (asked_to_speak(clause, []) or [""])[0].lower() in PERSONS:
        return replace(own, speakers=(*turn.before.speakers, *turn.others))  # one of them is "he"
    return replace(own, topic=turn.subject if heard and turn.subject else turn.matter)


def _kept(turn: _Turn) -> tuple[str, ...]:
    """The outlets that a conversation stays with: those of the question before, until it is asked which outlets."""
    return () if turn.alone.form is Form.BY_OUTLET else turn.before.outlets


def _told(turn: _Turn, question: Question, sentence: str) -> Question:
    within = f", in {listed(question.outlets)}" if question.outlets else ""
    return replace(question, text=turn.text, standalone=f"{sentence}?", understood=f"{sentence}{within}?")

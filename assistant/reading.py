"""What a question says on its own: outlets, speakers and sides named, the form of answer wanted, and the topic that is left.

Questions are short, and a parser costs seconds at start-up, so they are read by their wording: closed classes of function
words, and the names that the index itself knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from assistant.types import Form, Question

VERBS = (
    r"say|says|said|saying|state|states|stated|claim|claims|claimed|think|thinks|thought|believe|believes|believed|tell|tells|told"
    r"|comment|comments|commented|argue|argues|argued|call|calls|called|describe|describes|described|react|reacts|reacted"
    r"|respond|responds|responded|explain|explains|explained|announce|announces|announced|promise|promised|suggest|suggested"
    r"|write|writes|wrote|tweet|tweets|tweeted|talk|talks|talked|speak|speaks|spoke|view|views|viewed|put|feel|feels|felt|want|wants"
    r"|mention|mentions|mentioned|accuse|accuses|accused|deny|denies|denied|add|added|ask|asked|declare|declared|remark|remarked|stand|stands"
)
NOUNS = (
    r"(?:statements?|views?|positions?|stances?|comments?|remarks?|reactions?|responses?|opinions?|takes?|words|accounts?|versions?|sides?"
    r"|accusations?|claims?|denials?|criticisms?|answers?|repl(?:y|ies))"
)
PRONOUNS = frozenset("he him his she her hers it its they them their theirs this that these those".split())
ABOUT = r"(?:about|on|regarding|concerning|over|of|to|towards?|against|with regard to|when it comes to|as for)"
ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"
AUXILIARY = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|should|may|might|must)(?:n['’]t)?"
OPENING = rf"(?:{ASKING}\b(?:\s+\w+){{0,4}}?\s+)?{AUXILIARY}\s+"  # how a question begins: up to its subject
PRESS = r"(?:outlets?|(?:news)?papers?|media|sources?|articles?|sites?|publications?|press|news\s+organi[sz]ations?|reports?|stories)"

_TALK = re.compile(
    r"(?:hi|hello|hey|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening|day)|thanks?(?:\s+(?:you|a\s+lot|so\s+much))?|cheers|bye|goodbye"
    r"|how\s+are\s+you)(?:\s+(?:there|again|readout|everyone|very\s+much|all|today))*"
)
_HELP = re.compile(
    r"(?:please\s+)?(?:help|help\s+me|(?:so\s+)?what\s+(?:can|should|could|may)\s+(?:i|we|one)\s+(?:ask|do|know|learn|find\s+out)(?:\s+\w+){0,4}"
    r"|what\s+(?:can|do)\s+you\s+(?:do|know|answer|have)(?:\s+(?:about|here|for\s+me))?|how\s+(?:does|do)\s+(?:this|it|you)\s+work"
    r"|(?:who|what)\s+are\s+you|what\s+is\s+(?:this|readout)|what\s+(?:kinds?|sorts?)\s+of\s+questions.*)"
)
_CORPUS = re.compile(
    rf"(?=.*\b(?:{PRESS}|corpus|index|collection|speakers?|sides?|dates?)\b)(?:.*\b(?:do\s+you\s+(?:have|know|use|hold|cover|search)|are\s+(?:there|available|"
    r"indexed|loaded|included|covered)|(?:is|are)\s+in\s+(?:the|this|your)\s+(?:corpus|index|collection|database)|have\s+you\s+(?:got|read|indexed))\b.*"
    rf"|(?:list|show|name|give)\s+(?:me\s+)?(?:all\s+)?(?:the\s+|your\s+)?{PRESS}\b[^?]{{0,20}}"
    rf"|what(?:\s+is|'s|\s+are)\s+(?:your|the|this)\s+(?:{PRESS}|corpus|collection)(?:\s+about)?|how\s+many\s+{PRESS}(?:\s+are\s+there)?)"
)
BY_OUTLET = re.compile(
    r"(?i)"
    rf"\b(?:which|what|how\s+many)\s+(?:of\s+the\s+|other\s+|news\s+)*{PRESS}\b|\bhow\s+(?:do|did|does)\s+(?:the\s+|each\s+|these\s+|different\s+|five\s+)*{PRESS}\b"
    rf"|\b(?:each|every|all\s+the|across\s+(?:the\s+)?|between\s+the|compare\s+the)\s*{PRESS}\b"
)
BY_SIDE = re.compile(
    r"(?i)"
    r"\b(?:(?:each|both|either|every|all|the\s+two|the\s+different|which)\s+(?:of\s+the\s+)?(?:sides?|camps?|part(?:y|ies)|governments?)"
    r"|the\s+(?:other\s+)?(?:sides|camps|parties|governments)|the\s+other\s+side"
    r"|both\s+capitals|side\s+by\s+side|each\s+of\s+them)\b"
)
_CARRIES = re.compile(
    r"^(?:(?:do|does|did|have|has)(?:\s+not|n['’]t)\s+|never\s+)?"
    r"(?:(?:mention|bring|report|cover|carr|quot|writ|say|talk|speak|tell|discuss|include|refer|describ)\w*(?:\s+(?:up|on|of|about|to|that))*\s+)",
    re.I,
)
_GONE = "\0"  # where a name was taken out
NAME = re.compile(r"(?:the\s+)?[A-Z](?:[\w.-]|['’](?!s\b))*(?:\s+(?:(?:of|the|de|bin|al|van|von)\s+)?[A-Z](?:[\w.-]|['’](?!s\b))*)*")
_OPENERS = re.compile(
    r"^(?:please\s+|and\s+|so\s+|ok(?:ay)?,?\s+|can\s+you\s+|could\s+you\s+|tell\s+me\s+|show\s+me\s+|give\s+me\s+|i\s+want\s+to\s+know\s+|according\s+to\s+[^,]+,\s*"
    r"|what\s+(?:is|are|was|were)\s+|what\s+(?:do|does|did|has|have)\s+|how\s+(?:do|does|did|has|have)\s+)+",
)
_FORMULA = re.compile(
    rf"(?:(?:{VERBS}|{NOUNS}|what|how|did|do|does|has|have|had|the|s|else|anything|something)\b\W*)*", re.I
)  # nothing but how it is asked


@dataclass(frozen=True, slots=True)
class Names:
    """The names an index knows.

    ``outlets`` as printed; ``speakers`` maps what a speaker is called, lower case, to (canonical name, side); ``sides`` in order;
    ``mentioned`` tells whether words stand together in any article.
    """

    outlets: tuple[str, ...]
    speakers: dict[str, tuple[str, str | None]]
    sides: tuple[str, ...]
    mentioned: Callable[[str], bool] = lambda words: False


def read(text: str, names: Names) -> Question:
    """Read a question, cleaned, against the names that the index knows."""
    plain = text.lower().replace("’", "'").strip(" ?!.")
    for form, pattern in ((Form.TALK, _TALK), (Form.HELP, _HELP), (Form.CORPUS, _CORPUS)):
        if pattern.fullmatch(plain) and not (form is Form.CORPUS and _topical(plain)):
            return Question(text, text, form)
    outlets, rest = _outlets(text, names.outlets)
    question = Question(text, rest if outlets else text, topic=_topic(rest), outlets=outlets)
    if BY_SIDE.search(plain):
        return replace(question, form=Form.BY_SIDE, topic=_topic(BY_SIDE.sub(" ", rest)))
    found = speakers_in(rest, names)
    asked = asked_to_speak(rest, [alias for _, _, alias in found])
    speakers = tuple(dict.fromkeys(name for name, _, alias in found if alias in (asked or ())))
    if BY_OUTLET.search(plain) or len(outlets) > 1:
        return replace(question, form=Form.BY_OUTLET, speakers=speakers, topic=_CARRIES.sub("", _topic(BY_OUTLET.sub(" ", rest))))
    if asked is None:
        return question
    sides = tuple(dict.fromkeys(side for _, side, alias in found if alias in asked and side))
    topic = _topic(_without(rest, asked))
    if _FORMULA.fullmatch(topic) and not re.search(rf"\b{ABOUT}\s+{re.escape(topic)}\W*$", rest, re.I):
        topic = ""
    if len(sides) > 1:
        return replace(question, form=Form.BY_SIDE, topic=topic, sides=sides)
    if speakers:
        return replace(question, speakers=speakers, topic=topic)
    return replace(question, stranger=_proper(asked[0]))


def _proper(who: str) -> str | None:
    """The words that name somebody, when they are a name: "the Chinese government" is one, "the retired grandmaster" describes."""
    return who if any(word[:1].isupper() for word in who.split()) else None


def _topical(plain: str) -> bool:
    """Whether a question about outlets goes on to a topic: «which outlets do you have that mention Syria»."""
    return bool(re.search(r"\b(?:mention|report|cover|carry|quote|say|about\s+\w+)", plain)) and "corpus about" not in plain


def _has(text: str, name: str) -> re.Match[str] | None:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)


def _outlets(text: str, known: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Outlets named in a question, and the question without the words that name them."""
    found, rest = [], text
    for outlet in known:
        for alias in outlet_aliases(outlet):
            exact = len(alias) < 6 and " " not in alias and not alias.isupper()
            match = re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", rest, 0 if exact else re.IGNORECASE)
            if match:
                found.append((match.start(), outlet))
                before = re.sub(r"(?:\b(?:according\s+to|in|on|by|from|at|for)\s+)?(?:\bthe\s+)?$", "", rest[: match.start()], flags=re.I)
                rest = f"{before} {_GONE}{rest[match.end() :]}"
                break
    rest = re.sub(rf"{_GONE}(?:[\s,]*(?:and|or|with|versus|vs\.?)?\s*{_GONE})*", "", rest)
    rest = re.sub(r"^[\s,;:'’s]*|(?<=\s)['’]s\s", "", rest) if found else rest
    return tuple(outlet for _, outlet in sorted(found)), " ".join(rest.split())


def outlet_aliases(outlet: str) -> list[str]:
    """What people call an outlet, longest first: "The Washington Free Beacon", "Washington Free Beacon", "Free Beacon"."""
    bare = re.sub(r"\s*\([^)]*\)|\.(?:org|com|net|co\.uk|eu|news)$", "", outlet, flags=re.I).strip()
    words = bare.split()
    forms = {outlet, bare, bare.replace(" ", ""), re.sub(r"(?<=[a-z])(?=[A-Z])", " ", bare)}
    forms |= {" ".join(words[position:]) for position in range(1, len(words) - 1)}
    if words and words[0].lower() == "the" and len(words) > 1:
        forms.add(" ".join(words[1:]))
    return sorted((form for form in forms if len(form) > 1), key=lambda form: (-len(form), form))


def speakers_in(text: str, names: Names) -> list[tuple[str, str | None, str]]:
    """Speakers named: (canonical, side, the words as the question has them), in order; longer names before their parts."""
    words = [(match.group(), match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:[-.'’][^\W_]+)*", text)]
    found, position = [], 0
    while position < len(words):
        for length in range(min(6, len(words) - position), 0, -1):
            start, end = words[position][1], words[position + length - 1][2]
            words_here = text[start:end].lower().replace("’", "'")
            alias = next((form for form in (words_here, words_here.removesuffix("'s")) if form in names.speakers), None)
            if alias and alias not in PRONOUNS:
                found.append((*names.speakers[alias], text[start : start + len(alias)]))
                position += length - 1
                break
        position += 1
    return found


def asked_to_speak(text: str, aliases: list[str]) -> list[str] | None:
    """Who the question wants to hear from: the words that name them; None when it does not ask what somebody said."""
    plain = text.replace("’", "'")
    asked: list[str] = []
    for pattern in _ASKED:
        for match in pattern.finditer(plain):
            who = text[match.start("who") : match.end("who")]
            inside = [alias for alias in aliases if _has(who, alias)]
            asked += inside or ([] if asked else [re.sub(r"^(?:the|any|anyone|anybody)\s+", "", who, flags=re.I)])
    return list(dict.fromkeys(asked)) or None


_WHO = r"(?P<who>[^,?;:]{2,60}?)"
_WHO_LIST = rf"(?P<who>(?:(?!\b(?:{VERBS})\b)[^?;:]){{2,120}}?)"
_ASKED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:what|how|why|where)\s+(?:\w+\s+){{0,5}}?(?:do|does|did|has|have|had|will|would)\s+{_WHO_LIST}\s+"
        rf"(?:reportedly\s+|each\s+|both\s+|also\s+|have\s+|to\s+)*(?:{VERBS})\b",
        rf"\b(?:do|does|did|has|have)\s+{_WHO_LIST}\s+(?:ever\s+|also\s+)*(?:say|said|claim|claimed|comment|commented|state|stated)\b",
        rf"\b(?:compare|know)\s+what\s+{_WHO_LIST}\s+(?:{VERBS})\b",
        rf"\bwhat\s+(?:is|was|are|were)\s+{_WHO}\s*(?:'s|s')\s+(?:\w+\s+)?{NOUNS}\b",
        rf"(?:^|\b(?:on|of|reports?|covers?|describes?|is|are|was|were)\s+){_WHO}(?:'s|s')\s+(?:\w+\s+)?{NOUNS}\s+{ABOUT}\b",
        rf"\b{NOUNS}\s+(?:of|by|from)\s+{_WHO}\s+{ABOUT}\b",
        rf"\b(?:according\s+to|in\s+the\s+words\s+of)\s+{_WHO}(?:[,?]|$)",
    )
)


def _without(text: str, names: list[str]) -> str:
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?:['’]s)?(?!\w)", " ", text)
    return text


def _topic(text: str) -> str:
    """What a question is about: what follows "say about", else the question without its opening formula."""
    text = " ".join(text.split()).strip(" ?!.,;:")
    speaks = rf"\b(?:{VERBS}|{NOUNS}|report(?:s|ed)?|differ|compare)\b"
    told = rf"{speaks}(?:\s*(?:in\s+how\s+)?{ABOUT}|(?:\s+\w+){{1,3}}?\s+(?:about|regarding|concerning))"
    about = re.search(rf"{told}\s+(?P<topic>.+)$", text, re.I)
    if about and about["topic"].lower() not in PRONOUNS:
        return about["topic"].strip()
    if about:
        text = re.split(r"[:;,]", text)[0].strip() or text
    return _OPENERS.sub("", text[:1].lower() + text[1:]).strip() or text

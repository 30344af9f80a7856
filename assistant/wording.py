"""What must not change when a thing is put in other words: quotations, numbers and dates, names, "not", and who says it.

Everything here compares two texts by their words alone. What comes out are the words that do not agree, so that a person can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.speakers import TITLES
from index.speakers import plain as bare
from index.statements import SINGLE, quotations
from index.text import content_words, stem

_DOUBLE, _SINGLE = "“”„«»‟″〝〞〟＂「」『』", "‘’‚‛‹›"  # quotation marks of all kinds
_FOLD = str.maketrans({**dict.fromkeys(_DOUBLE, '"'), **dict.fromkeys(_SINGLE, "'"), "\u00a0": " "})
_ODD = str.maketrans(dict.fromkeys("‟″〝〞〟＂「」『』‹›", '"'))
_EMPHASIS = re.compile(r"(?<![\w*_`])(\*{1,3}|_{1,3}|`{1,3})(?=[^\s*_`])(.+?)(?<=[^\s*_`])\1(?![\w*_`])")
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’']*\s+(?=[\"“‘A-Z\d])")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|Sen|Rep|Gov|Gen|Col|Lt|St|No|vs|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$")
_BOUNDARY = re.compile(r"[,;:()“”\"]")
_WORD = re.compile(r"\w+(?:[.,]\d+)*(?:['’]\w+)?")


def fold(text: str) -> str:
    """A text with typographic quotation marks and white space made plain."""
    return " ".join(text.translate(_FOLD).split())


def without_emphasis(text: str) -> str:
    """A text without the marks of Markdown for bold, italics, code and headings; those of a word are its own ("f***", "f**k")."""
    return _EMPHASIS.sub(r"\2", text).lstrip("#*_` ")


def sentences(text: str) -> list[str]:
    """The sentences of a text, by its punctuation; neither an abbreviation nor a full stop within a quotation ends one."""
    inside = [(quote.start, quote.end) for quote in quotations(text)]
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        if not _ABBREVIATION.search(text[max(0, match.start() - 8) : match.start()]) and not any(
            first < match.end() < last for first, last in inside
        ):
            found.append(text[start : match.end()])
            start = match.end()
    return [sentence for part in (*found, text[start:]) if (sentence := part.strip())]


def ends(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip("\"”’')")[-1:] in ".!?…" and not _ABBREVIATION.search(text)


_PARTS = re.compile(
    r"\s*(?:[;:]|\s[–—-])\s+|,\s+(?:(?:but|and|while|though|although|because|so|yet|then|whereas)\s|(?=which\s))"
    r"|\s(?:but|because|although|whereas|while)\s"
)
_ASIDE = re.compile(r"\(([^()]+)\)|,\s+((?:who|whose|which)\s[^,]+),")


def clauses(sentence: str) -> list[str]:
    """A sentence's clauses, as far as words like "but" part them, and its asides."""
    asides = [aside for match in _ASIDE.finditer(sentence) if len(content_words(aside := match[1] or match[2])) > 1]
    return [*_PARTS.split(sentence), *asides]


# --- quotations ------------------------------------------------------------------------------------------------------


def quoted(text: str) -> list[str]:
    """The words that a text puts in quotation marks, without the marks."""
    text = text.translate(_ODD)
    doubles = [(quote.start, quote.end) for quote in quotations(text)]
    singles = [match.span() for match in SINGLE.finditer(text) if not any(start <= match.start() < end for start, end in doubles)]
    return [
        words for start, end in sorted(doubles + singles) if (words := text[start:end].strip("“”„«»\"‘’' ")) and re.search(r"\w", words)
    ]


def stands_in(quote: str, texts: Iterable[str]) -> bool:
    """Whether a text has a quotation's words as they are; a comma or full stop that closes it may be the quoting sentence's own."""
    words = fold(quote).rstrip(".,").replace('"', "'").strip()
    whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
    return any(whole.search(fold(text).replace('"', "'")) for text in texts)


# --- numbers and dates -----------------------------------------------------------------------------------------------

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_VALUES = {
    **{word: value for value, word in enumerate(_UNITS)},
    **{word: 10 * value for value, word in enumerate(_TENS, 2)},
    **{word: value for value, word in enumerate(_ORDINALS, 1)},
    "dozen": 12,
}
_TIMES = {"hundred": 100, "thousand": 1000, "century": 100, "centuries": 100, "decades": 10, "dozen": 12}
_SCALES = frozenset("million billion trillion".split())
_MONTHS = frozenset("january february march april may june july august september october november december".split())
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_SMALL = frozenset((1, 2))
_LONGEST = 15  # digits of a number that is reckoned with
_NUMERAL = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text: its value as a plain numeral, how it is written, and the stem of the word after it."""

    value: str
    written: str
    unit: str
    spelt: bool


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in figures or in words; "two hundred" is one, "5 million" is 5 and "million"."""
    words = list(re.finditer(r"\d[\d,]*(?:\.\d+)?|[A-Za-z]+", text))
    found: list[Number] = []
    place = 0
    while place < len(words):
        value, used = _value(words, place)
        if used:
            after = words[place + used].group().lower() if place + used < len(words) else ""
            written = text[words[place].start() : words[place + used - 1].end()]
            found.append(Number(value, written, stem(after), not words[place].group()[0].isdigit()))
        place += max(used, 1)
    return found


def _value(words: list[re.Match[str]], place: int) -> tuple[str, int]:
    """The number that begins at a word, with how many words it takes; none: takes 0."""
    word = words[place].group().lower()
    if word[0].isdigit():
        plain = word.rstrip(",").replace(",", "")
        followed = place + 1 < len(words) and plain.isdigit() and len(plain) <= _LONGEST
        times = _TIMES.get(words[place + 1].group().lower()) if followed else None
        return (str(int(plain) * times), 2) if times else (plain.rstrip("0").rstrip(".") if "." in plain else plain, 1)
    if word in _SCALES:
        return word, 1
    if word not in _VALUES:
        return "", 0
    total, used = _VALUES[word], 1
    while place + used < len(words):
        after = words[place + used].group().lower()
        if after in _TIMES:
            total *= _TIMES[after]
        elif after in _VALUES and _VALUES[after] < 10 and total % 10 == 0 and total >= 20:
            total += _VALUES[after]
        else:
            break
        used += 1
    return str(total), used


def foreign_numbers(claim: str, evidence: Iterable[str], date: str | None = None) -> list[str]:
    """Numbers of a claim that are not in its evidence, as written; ``date`` is a day (YYYY-MM-DD) that may be named besides.

    "One" and "two" in words count only where the evidence has another number of the same thing: "the two men" is not a figure.
    """
    texts = list(evidence)
    given = [number for text in texts for number in numbers(text)]
    values = {number.value for number in given}
    if date and dated(claim, date):
        values |= {str(int(part)) for part in date.split("-")}
    wrong = []
    for number in numbers(claim):
        if number.value in values:
            continue
        small = number.spelt and number.value.isdigit() and int(number.value) in _SMALL
        if not small or any(other.unit == number.unit and number.unit for other in given):
            wrong.append(number.written)
    told = {day for text in texts for day in _days(text)}
    return wrong or [day for day in _days(claim) if told and day not in told and not (date and dated(claim, date))]


def _days(text: str) -> list[str]:
    """The days of a text that have a month: "nov 10" for "10 November" and "Nov. 10"."""
    month = "(" + "|".join(f"{name[:3]}(?:{name[3:]}|t)?" for name in sorted(_MONTHS)) + r")\b\.?"
    day = r"(\d{1,2})(?:st|nd|rd|th)?\b"
    found = [(match[2], match[1]) for match in re.finditer(rf"\b{day} (?:of )?{month}", text, re.I)]
    found += [(match[1], match[2]) for match in re.finditer(rf"\b{month} {day}", text, re.I)]
    return [f"{name[:3].lower()} {int(number)}" for name, number in found]


def dated(text: str, date: str) -> bool:
    """Whether a text names a month and day, or a month and year, and they are this date's."""
    year, month, day = date.split("-")
    name = sorted(_MONTHS, key=_month_number)[int(month) - 1]
    return bool(
        re.search(rf"\b{name[:3]}[a-z]*\.?\s+(?:{int(day)}\b|{year}\b)|\b{int(day)}(?:st|nd|rd|th)?\s+(?:of\s+)?{name[:3]}", text, re.I)
    )


def _month_number(name: str) -> int:
    return "jan feb mar apr may jun jul aug sep oct nov dec".split().index(name[:3]) + 1


# --- names -----------------------------------------------------------------------------------------------------------

_ONE_NAME = [
    (re.compile(pattern), name)
    for pattern, name in (
        (r"\bU\.?S\.?A\b\.?|\bU\.S\.(?!\w)|\bUS\b|\bUnited States(?: of America)?\b|\bAmericans?\b|\bAmerica\b", "US"),
        (r"\bU\.K\.(?!\w)|\bUnited Kingdom\b|\b(?:Great )?Britain\b|\bBritish\b|\bBritons?\b", "UK"),
        (r"\bU\.N\.(?!\w)|\bUnited Nations\b", "UN"),
        (r"\bE\.U\.(?!\w)|\bEuropean Union\b", "EU"),
        (r"\bRepublican Party\b|\bRepublicans?\b", "GOP"),
        (r"\bISIL\b|\bIslamic State\b|\bDaesh\b", "ISIS"),
    )
]
_PEOPLES = [
    frozenset(words.split())
    for words in (
        "us washington", "uk london", "russia russian russians moscow", "china chinese beijing", "france french paris",
        "germany german germans berlin", "turkey turkish", "canada canadian", "norway norwegian", "netherlands dutch holland",
        "spain spanish", "denmark danish", "sweden swedish", "poland polish", "greece greek", "ireland irish",
        "switzerland swiss", "philippines filipino",
    )
]  # fmt: skip
_NO_NAME = frozenset(
    """i the a an and or but in on at of for to from by with as he she it they we his her its their this that these those
    mr mrs ms dr sen rep gov gen col lt am pm bc ad no yes both two one""".split()
)


def names(sentence: str) -> list[str]:
    """The words of a sentence that are names by their capital; the first one only when it is all capitals or another name follows."""
    found = []
    for match in re.finditer(r"[A-Z](?:\.[A-Z])+\.?|\w+(?:[-’']\w+)*", sentence):
        word = re.sub(r"['’](?:s|S)?$", "", match.group())
        first = not re.search(r"\w", sentence[: match.start()])
        alone = first and not (word.isupper() and len(word) > 1) and not re.match(r"['’]?s?\s+[A-Z]", sentence[match.end() :])
        opens = bool(re.search(r"[“\"‘:]\s*$", sentence[: match.start()]))
        if word[:1].isupper() and not alone and not opens and word.lower() not in _NO_NAME and bare(word) not in TITLES:
            found.append(word)
    return found


def foreign_names(sentence: str, evidence: Iterable[str]) -> list[str]:
    """Names in a sentence of which no form or abbreviation is in its evidence. Days and months are names here."""
    texts = [_one_name(text) for text in evidence]
    capitals = {word for text in texts for word in re.findall(r"\b[A-Z][\w.]*\w|\b[A-Z]\b", re.sub("['’]s\\b", "", text))}
    initials = {_initials(run) for text in texts for run in _runs(text)}
    sentence = _one_name(sentence)
    spelt = {word for run in _runs(sentence) if _initials(run) in capitals for word in run.split()}
    there = {word.lower() for word in capitals} | {word for text in texts for word in words_of(text)}
    return [
        name
        for name in names(sentence)
        if name not in spelt
        and not all(_known(part, capitals, there, initials) for part in re.split(r"[-’']", name) if part[:1].isupper() and len(part) > 1)
    ]


def _one_name(text: str) -> str:
    """A text with one name for what goes by several: "US" for "U.S." and "America"."""
    for pattern, name in _ONE_NAME:
        text = pattern.sub(name, text)
    return text


def _runs(text: str) -> list[str]:
    """Names of several words: "Department of Homeland Security"."""
    runs = re.findall(r"[A-Z][\w-]+(?:\s+(?:of\s+|for\s+|and\s+|the\s+)*[A-Z][\w-]+)+", text)
    return [first[1] if (first := run.split(" ", 1))[0].lower() in _NO_NAME else run for run in runs]


def _initials(run: str) -> str:
    return "".join(word[0] for word in run.split() if word[0].isupper())


def _known(name: str, capitals: set[str], there: set[str], initials: set[str]) -> bool:
    """Whether a name, or another form of it, is among the words of the evidence."""
    lower = name.lower().replace(".", "")
    if lower in there or lower.upper() in initials:
        return True
    if lower in _DAYS:
        return False
    if any(month.startswith(lower) for month in _MONTHS) and len(lower) >= 3:
        return any(month.startswith(lower[:3]) and word in (month, month[:3], month[:4]) for month in _MONTHS for word in there)
    others = {word.lower() for word in capitals}
    return any(lower in group and group & others for group in _PEOPLES) or any(_same_root(lower, word) for word in others)


def _same_root(one: str, other: str) -> bool:
    """ "russia" and "russian", "democrats" and "democratic", "syrian" and "syria"; not "austria" and "australia"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and len(long) - len(short) <= 4 and long.startswith(short[: max(4, len(short) - 1)])


# --- not -------------------------------------------------------------------------------------------------------------

_NOT = re.compile(r"^(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t)$", re.I)
_AGAINST = re.compile(
    r"^(?:fail\w*|refus\w*|den(?:y|ies|ied|ying|ial)|reject\w*|dismiss\w*|lack\w*|hardly|barely|scarcely|unable|unlikely|stop\w*|"
    r"prevent\w*|oppos\w*|avoid\w*|unsuccessful\w*|unwilling|unclear|untrue|false|doubt\w*|against|instead|rather|whether|if)$",
    re.I,
)
_CLAUSE = re.compile(r"[,.;:!?—–“”\"]|\b(?:but|because|although|while)\b", re.I)
_NOTHING = re.compile(r"^(?:nothing|none|nobody|little)$", re.I)


@dataclass(slots=True)
class _Polarity:
    """Whether a word is stated, denied or in doubt somewhere in a text."""

    stated: bool = False
    denied: bool = False
    doubtful: bool = False


def flipped(claim: str, evidence: str) -> list[str]:
    """Words that are denied in one of two texts and stated in the other.

    A "not" denies the next two words that matter in its clause and casts doubt on the two after them. A word is flipped where every
    occurrence of it on one side is denied and every one on the other stated; words like "fail" or "deny" before it cast doubt, too.
    """
    here, there = _polarities(claim), _polarities(evidence)
    return [word for word in here if word in there and _opposed(here[word], there[word])]


_OPPOSITES = [
    (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
    for one, other in (
        ("deny denied denial", "admit admitted confirm confirmed acknowledge"), ("support back endorse", "oppose"),
        ("approve accept", "reject"), ("win won victory", "lose lost defeat"), ("rise rose increase", "fall fell decrease decline"),
        ("agree", "disagree"), ("allow permit", "ban forbid prohibit"), ("guilty convicted", "innocent acquitted"),
        ("praise", "criticize criticise condemn"), ("arrest detained", "release freed"), ("strengthen", "weaken"),
        ("succeed success", "fail failure"), ("majority", "minority"), ("always", "never"), ("more", "fewer less"),
        ("friend ally", "enemy"), ("hire", "dismissed sacked"), ("optimistic", "pessimistic"), ("trust", "distrust"), ("love", "hate"),
        ("dead killed", "alive survived"), ("best", "worst"), ("legal", "unlawful"),
    )
]  # fmt: skip
_REVERSING = ("un", "dis", "in", "im", "il", "ir", "non")


def opposites(claim: str, evidence: str) -> list[tuple[str, str]]:
    """Pairs of a word of the claim and its opposite in the evidence, where neither text has the other's word: "admitted", "denied"."""
    here, there = _polarities(claim), _polarities(evidence)
    firm = {
        word for word, polarity in here.items() if polarity.stated and not polarity.denied and not polarity.doubtful and word not in there
    }
    against = {word for word, polarity in there.items() if polarity.stated and not polarity.denied and word not in here}
    pairs = [(one, other) for two in _OPPOSITES for mine, theirs in (two, two[::-1]) for one in mine & firm for other in theirs & against]
    reversed_ = [
        (one, other) for one in firm for other in against for prefix in _REVERSING if prefix + one == other or prefix + other == one
    ]
    return [*pairs, *reversed_]


_DENIAL = re.compile(r"\b(?:den(?:y|ies|ied|ying|ials?)|reject\w*|dismiss\w*|refut\w*|disput\w*|untrue|false)\b", re.I)
_NO_FACT = re.compile(r"\b(?:accus\w*|alleg\w*|charg\w*|claim\w*|suggest\w*|whether|if|any|not?)\b", re.I)
_DENIED_WORDS = 4


def affirmed(claim: str, evidence: str) -> list[str]:
    """Words that a claim states as a fact and its evidence has only as denied by somebody: "interfered" for "denied any interference"."""
    if _DENIAL.search(claim) or _NO_FACT.search(claim):
        return []
    denied: set[str] = set()
    told: set[str] = set()
    for clause in _CLAUSE.split(evidence):
        match = _DENIAL.search(clause)
        words = _content(clause[match.end() :]) if match else []
        denied.update(words[:_DENIED_WORDS])
        told.update(_content(clause[: match.start()] if match else clause), words[_DENIED_WORDS:])
    return [word for word in content_words(claim) if word.islower() and stem(word) in denied - told]


def _content(text: str) -> list[str]:
    return [stem(word) for word in content_words(text)]


def _opposed(one: _Polarity, other: _Polarity) -> bool:
    return not (one.doubtful or other.doubtful) and one.stated == other.denied and one.denied == other.stated and one.stated != one.denied


def _polarities(text: str) -> dict[str, _Polarity]:
    found: dict[str, _Polarity] = {}
    for clause in _CLAUSE.split(text):
        words = re.findall(r"[\w’'-]+", clause)
        reach = doubt = 0
        last = None
        for word, after in zip(words, [*words[1:], ""], strict=False):
            if _NOTHING.match(word) and last is not None:
                last.stated, last.denied = False, True
            if word.lower() == "that":
                reach = min(reach, 2)
            elif _NOT.match(word) and not after.isdigit() and after.lower() not in ("only", "just", "merely"):
                reach = 4
            elif content_words(word) and word.islower() and word not in ("whether", "instead", "rather"):
                last = found.setdefault(stem(word), _Polarity())
                last.stated |= reach == 0
                last.denied |= reach > 2
                last.doubtful |= 0 < reach <= 2 or doubt > 0
                reach, doubt = max(0, reach - 1), max(0, doubt - 1)
            if _AGAINST.match(word):
                doubt = 3
    return found


# --- who does what to whom -------------------------------------------------------------------------------------------

_MUTUAL = frozenset(map(stem, "meet met speak spoke spoken talk discuss agree negotiate share cooperate work tie relation call".split()))
_BETWEEN_NAMES = 6  # words from a verb to the name before and after it, at most
_PASSIVE = re.compile(r"\b(?:is|are|was|were|been|being|be|get|gets|got)\s*(?:\w+ly\s*)?$", re.I)


def exchanged(claim: str, evidence: str) -> list[tuple[str, str, str]]:
    """Where a claim has "A … word … B" and the evidence only "B … word … A": the two names and the word, as the claim has them.

    Passives are left alone, and words for what both do ("met", "agreed").
    """
    there: dict[str, list[tuple[str, str, str]]] = {}
    for one in _around(evidence):
        there.setdefault(stem(one[1]), []).append(one)

    def turned(here: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
        return bool(_parts(here[0]) & _parts(other[2]) and _parts(here[2]) & _parts(other[0]))

    def same(here: tuple[str, str, str], other: tuple[str, str, str]) -> bool:
        return bool(_parts(here[0]) & _parts(other[0]) or _parts(here[2]) & _parts(other[2]))

    return [
        here
        for here in _around(claim)
        if (others := there.get(stem(here[1]))) and any(turned(here, one) for one in others) and not any(same(here, one) for one in others)
    ]


def _parts(name: str) -> set[str]:
    return {re.sub("['’]s$", "", word.lower()) for word in name.split()}


def _around(text: str) -> Iterator[tuple[str, str, str]]:
    """The words of a text that stand between two names in one clause, with the nearest on each side."""
    for clause in _BOUNDARY.split(_one_name(text)):
        runs = [(match.start(), match.end()) for match in re.finditer(r"\b[A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*", clause)]
        for (first, last), (start, end) in pairwise(runs):
            between = list(re.finditer(r"[\w’'-]+", clause[last:start]))
            for match in between if len(between) <= _BETWEEN_NAMES else []:
                word = match.group()
                passive = _PASSIVE.search(clause[: last + match.start()])
                if content_words(word) and (not passive or word.endswith("ing")) and stem(word) not in _MUTUAL:
                    yield clause[first:last], word, clause[start:end]


# --- who says it -----------------------------------------------------------------------------------------------------

_SAYS = (
    r"(?:says|said|tells|told|stat(?:es|ed)|announc(?:es|ed)|argu(?:es|ed)|claim(?:s|ed)|warn(?:s|ed)|writes|wrote|tweet(?:s|ed)|declar(?:es|ed)|"
    r"insist(?:s|ed)|admit(?:s|ted)|acknowledg(?:es|ed)|not(?:es|ed)|explain(?:s|ed)|accus(?:es|ed)|calls|called|describ(?:es|ed)|prais(?:es|ed)|"
    r"den(?:ies|ied)|dismiss(?:es|ed)|reject(?:s|ed)|criticis(?:es|ed)|criticiz(?:es|ed)|promis(?:es|ed)|pledg(?:es|ed)|vow(?:s|ed)|believ(?:es|ed)|"
    r"thinks|thought|repl(?:ies|ied)|respond(?:s|ed)|suggest(?:s|ed)|urg(?:es|ed)|demand(?:s|ed)|condemn(?:s|ed)|add(?:s|ed)|asks|asked|continued|"
    r"question(?:s|ed)|complain(?:s|ed)|maintain(?:s|ed)|contend(?:s|ed)|predict(?:s|ed)|reveal(?:s|ed)|assail(?:s|ed)|remark(?:s|ed))"
)
_VERB = re.compile(rf"\b{_SAYS}\b(?!\s+(?:by|for\s+(?:an?|the|more))\b)")
_COMPLEMENT = re.compile(r":?,?\s+[\w“\"‘']")
_ADVERBS = re.compile(
    r"(?:\s+(?:has|have|had|also|once|later|then|even|still|now|already|repeatedly|reportedly|recently|previously|publicly|directly))+$"
)
_APPOSITION = re.compile(r",[^,]{3,60},$")
_SUBJECT = 120  # characters before a verb that its subject is looked for in
_SPOKEN = re.compile(
    r"[,”\"]\s*(?:says|said|adds|added|writes|wrote|argues|argued|warned|asked|continued)\s+(?P<who>(?:the\s+)?[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*)"
)
_ACCORDING = re.compile(r"\b[Aa]ccording\s+to\s+(?!an?\s)(?P<who>[^,;:\[\]“”()]+)")
_CUT = re.compile(
    r"^.*\b(?:that|which|who|whom|when|after|as|because|although|though|where|if|while|whether|what|how|why|than|said|says|saying)\s+", re.I
)
_PRONOUN = re.compile(r"^(?:He|She|They|It|We|I|You|This|That|These|Those|The|A|An|His|Her|Their|Its|Some|Many|Others|Both|Asked)\b")


def speaking(text: str) -> Iterator[str]:
    """The words that name who says something: "Clinton" in "Clinton accused Trump of …", "said Clinton" and "according to Clinton".

    Only names come out, with whatever stands before them ("Deputy Foreign Minister Sergei Ryabkov"); "he" or "officials" are nobody's name.
    """
    plain = text.replace("**", "")
    for match in _VERB.finditer(plain):
        before = _ADVERBS.sub("", plain[max(0, match.start() - _SUBJECT) : match.start()].rstrip())
        before = _APPOSITION.sub("", before)
        marks = _BOUNDARY.findall(before)
        who = _BOUNDARY.split(before)[-1]
        if (_COMPLEMENT.match(plain, match.end()) or marks[-1:] in ([","], ["”"], ['"'])) and not _PASSIVE.search(who):
            yield from _named(who)
    for pattern in (_SPOKEN, _ACCORDING):
        for match in pattern.finditer(plain):
            yield from _named(match["who"])


def _named(words: str) -> Iterator[str]:
    """The subject at the end of some words, when it has a name in it; a verb after "and" has its subject further ahead."""
    who = _CUT.sub("", sentences(words)[0] if words.strip() else "").strip(" '’\n-.")
    who = re.sub(r"^(?:and|but|or)\s+", "", who)
    if who.split()[-1:] in (["and"], ["but"], ["or"]):
        return
    who = re.sub(rf"(?<=\w)\s+{_SAYS}$", "", who)  # "Putin rejected claims of …": a noun that might be a verb
    if re.search(r"\b[A-Z]", _PRONOUN.sub("", who)):
        yield who


def words_of(text: str) -> list[str]:
    """The words of a text, lower case."""
    return [word.lower() for word in _WORD.findall(text)]

"""Is every point carried by what it cites? Checked after answering, whoever answered, without a language model and without a network.

First what words alone can settle: citations, quotations, speakers, outlets, numbers, names, "not". What is left is read: see
`assistant.support`. Each fault found is a value with a reason; a point with a fault is unsupported.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant import wording
from assistant.reading import Names, outlet_aliases, speakers_in
from assistant.relation import Comparer, Kin, Told
from assistant.render import why
from assistant.support import weigh
from assistant.types import Answer, Check, Citation, Claim, Fault, Point, Support
from assistant.wording import fold
from index.reader import Reader
from index.record import Record
from index.speakers import BODIES, PEOPLE, TITLES, key_of
from index.text import content_stems, content_words
from index.types import Statement

NEAR = 400  # characters before a citation that a name in the point may be taken from
_CLAUSE = re.compile(
    r"\s*(?:[;:]|\s[–—-])\s+|,\s+(?:(?:but|and|while|though|although|because|so|yet|then|whereas)\s|(?=which\s))"
    r"|\s(?:but|because|although|whereas|while)\s"
)
_ASIDE = re.compile(r"\(([^()]+)\)|,\s+((?:who|whose|which)\s[^,]+),")
_HE = re.compile(r"(?:He|She)\b(?!['’])")
_OTHERS = re.compile(
    r"\b(?:critic|opponent|rival|foe|enem(?:y|ie)|detractor|adversar(?:y|ie)|predecessor|successor)s?\b", re.I
)  # not whom they are of
_SOMEBODY, _BODY = "|".join(PEOPLE | TITLES), "|".join(BODIES)
_STANDS_FOR = re.compile(
    r"\b(?:(?i:he|she|him|his|hers?|they|them|their|it|its|who|both)"
    rf"|(?i:the|this|that|these|those|two|both)\s+(?:(?:[\w-]+\s+)?(?i:{_SOMEBODY})(?!\s+[A-Z])|(?:[a-z-]+\s+)?(?:{_BODY}))s?)\b"
)  # what leaves open who is meant
_FIRST = re.compile(
    r"(?!(?:Any|Every|Some|No)(?:body|one|thing)\b|None\b|Nothing\b|Neither\b|There\b|Who\b|What\b|Which\b)([A-Z][\w-]*[^\Ws])\b"
    r"( (?:and [A-Z]|(?:ha[sd]|is|was|will|would|did|does|can|could|may|might|should|must|\w+ed)\b))?"
)  # a first word that is a name by what follows it
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b[a-z0-9-]{2,}(?:\.[a-z0-9-]{2,})*\.[a-z]{2,}\b|\S+@\S+\.\w+")


def verify(answer: Answer, record: Record, comparer: Comparer | None = None) -> Answer:
    """Return the answer with each point's support set by what its citations really say, and with the faults found.

    A citation that is not the article's text at its offsets is taken out. A point without a fault is "verbatim" when its words are the
    whole of what its first citation quotes (typographic quotation marks and white space folded, nothing else) and all others tell the
    same, else "supported". A point with a fault is "unsupported".
    """
    sources = _Sources(answer, record)
    examined = [_examined(point, number, sources, comparer or _bundled()) for number, point in enumerate(answer.points)]
    points = tuple(replace(point, support=support) for (support, _), point in zip(examined, answer.points, strict=True))
    faults = tuple(fault for _, found in examined for fault in found)
    return _sound(replace(answer, points=points, faults=faults), sources.citations)


def examine(answer: Answer, record: Record, comparer: Comparer | None = None) -> tuple[Fault, ...]:
    """Everything that is wrong with an answer's points, in their order; empty when each is carried by what it cites."""
    return verify(answer, record, comparer).faults


def strict(answer: Answer) -> Answer:
    """A verified answer without its unsupported points; without points left, an abstention that says why."""
    kept = tuple(point for point in answer.points if point.support != "unsupported")
    if len(kept) == len(answer.points):
        return answer
    if not kept:
        reason = f"Nothing that was answered is carried by the articles: {why(answer.faults)}"
        return replace(answer, status="abstained", reason=reason, message=reason, points=(), citations=(), faults=())
    cited = {number for point in kept for number in point.citations}
    return replace(answer, points=kept, citations=tuple(one for one in answer.citations if one.n in cited), faults=())


def holds(citation: Citation, record: Record) -> bool:
    """Whether a citation's quote is its article's text at its offsets, character for character."""
    try:
        return record.article(citation.article).text[citation.start : citation.end] == citation.quote
    except KeyError:
        return False


def _sound(answer: Answer, citations: Mapping[int, Citation]) -> Answer:
    """The answer without citations that do not hold."""

    def kept(numbers: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(number for number in numbers if number in citations)

    points = tuple(
        replace(
            point,
            claims=tuple(replace(claim, citations=kept(claim.citations)) for claim in point.claims),
            reworded=kept(point.reworded),
        )
        for point in answer.points
    )
    return replace(answer, points=points, citations=tuple(citations.values()))


# --- one point -------------------------------------------------------------------------------------------------------


class _Sources:
    """What the record has on an answer's citations: read once, and only when asked for."""

    def __init__(self, answer: Answer, record: Record) -> None:
        self.record = record
        self.citations = {citation.n: citation for citation in answer.citations if holds(citation, record)}
        self._said: dict[str, list[Statement]] = {}

    def said(self, article: str) -> list[Statement]:
        """The statements of an article."""
        if article not in self._said:
            self._said[article] = self.record.statements(article)
        return self._said[article]

    @cached_property
    def names(self) -> dict[str, tuple[str, str | None]]:
        """Canonical name and side of every alias of a speaker."""
        return self.record.names()

    def named(self, text: str) -> dict[str, str]:
        """The speakers whom a text names: canonical, with the words it has for them."""
        return {name: words for name, _, words in speakers_in(text, Names((), self.names, ()))}

    @cached_property
    def outlets(self) -> dict[str, list[str]]:
        """What each outlet of the corpus is called."""
        return {outlet: outlet_aliases(outlet) for outlet in self.record.outlets()}


@dataclass(frozen=True, slots=True)
class _Case:
    """A point, or a sentence of it, with what it cites: its words, its sound citations, who speaks in them, and what stands near."""

    point: Point
    body: str
    cited: tuple[Citation, ...]
    texts: tuple[str, ...]
    said: tuple[Statement, ...]
    sources: _Sources

    @property
    def speakers(self) -> set[str]:
        """Who says something in what is cited, by canonical name; each of several who speak together, too."""
        return {name for one in self.said for name in one.speakers}

    @property
    def before(self) -> list[str]:
        """What stands just before what is cited."""
        return [self.sources.record.article(one.article).text[max(0, one.start - NEAR) : one.start] for one in self.cited]

    @property
    def near(self) -> list[str]:
        """What a name in the point may come from besides what is cited: its outlet and speakers, and what those named there are called.

        Where what is cited leaves open who "he" or "the two leaders" are, also the text before it and its headline.
        """
        about = [text for one in self.said for text in (*one.speakers, one.side) if text] + [one.outlet for one in self.cited if one.outlet]
        there = {name for text in self.texts for name in self.sources.named(text)}
        about += [alias.title() for alias, (name, _) in self.sources.names.items() if name in there]
        if not any(_STANDS_FOR.search(text) for text in self.texts):
            return about
        return [*about, *self.before, *(one.title for one in self.cited)]


def _case(point: Point, sources: _Sources) -> _Case:
    cited = tuple(sources.citations[n] for n in point.citations if n in sources.citations)
    said = tuple(one for citation in cited for one in sources.said(citation.article) if _touches(one, citation))
    return _Case(point, wording.without_emphasis(point.words).strip(), cited, _joined(cited, sources.record), said, sources)


def _sentences(point: Point, sources: _Sources) -> list[_Case]:
    """A point sentence by sentence, each with the citations it names itself; where it names none, with all of the point's.

    Who "he" is at the beginning of a sentence, the one before it says, where it names but one.
    """
    found: list[_Case] = []
    for words, numbers in _stretches(point.claims):
        who = sources.named(found[-1].body) if found and _HE.match(words) else {}
        text = _HE.sub(next(iter(who.values())), words, count=1) if len(who) == 1 else words
        own = tuple(n for n in numbers if n in sources.citations) or point.citations
        found.append(_of_those_named(_case(replace(point, claims=(Claim(text, own),), reworded=()), sources)))
    return found


def _stretches(claims: Sequence[Claim]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The sentences that claims make up, with the numbers behind each; a claim in which somebody else speaks stands for itself."""
    words, numbers = "", tuple[int, ...]()
    for claim in claims:
        if words and (wording.ends(words) or (claim.citations and any(wording.speaking(claim.words)))):
            yield words, numbers
            words, numbers = "", ()
        words, numbers = f"{words} {claim.words}".strip(), (*numbers, *claim.citations)
    if words:
        yield words, numbers


def _of_those_named(case: _Case) -> _Case:
    """A claim held against the citations of those alone whom it names: words of one do not carry what another is said to have said."""
    credited = list(wording.speaking(case.body)) or list(case.point.speakers)
    if not credited or len(case.cited) < 2:
        return case
    named = case.sources.named(case.body).keys()
    single = {one.n: _case(_citing(case.point, (one.n,)), case.sources) for one in case.cited}
    kept = tuple(n for n, one in single.items() if named & one.speakers or any(_is_speaker(name, one) for name in credited))
    return _case(_citing(case.point, kept), case.sources) if 0 < len(kept) < len(single) else case


def _citing(point: Point, numbers: tuple[int, ...]) -> Point:
    """A point of one claim with other citations."""
    return replace(point, claims=(replace(point.claims[0], citations=numbers),))


def _examined(point: Point, number: int, sources: _Sources, comparer: Comparer) -> tuple[Support, list[Fault]]:
    whole = _case(point, sources)
    verbatim = _verbatim(point, whole.cited, sources, comparer)
    reasons = [(check, reason) for check, find in _WHOLE for reason in find(whole)]
    if not verbatim:
        parts = _sentences(point, sources)
        reasons += [(check, reason) for part in parts for check, find in _EACH for reason in find(part)]
        if not reasons:
            reasons = [(Check.MEANING, reason) for reason in _meaning(parts, comparer.reader)]
    faults = [Fault(check, number, reason) for check, reason in dict.fromkeys(reasons)]
    return ("unsupported" if faults else "verbatim" if verbatim else "supported"), faults


def _touches(said: Statement, citation: Citation) -> bool:
    return said.start < citation.end and citation.start < said.end


def _joined(cited: Sequence[Citation], record: Record) -> tuple[str, ...]:
    """The cited texts; those that follow each other in their article as one."""
    spans: list[tuple[str, int, int]] = []
    for article, start, end in sorted((citation.article, citation.start, citation.end) for citation in cited):
        text = record.article(article).text
        if spans and spans[-1][0] == article and not text[spans[-1][2] : start].strip():
            spans[-1] = (article, spans[-1][1], max(end, spans[-1][2]))
        else:
            spans.append((article, start, end))
    return tuple(record.article(article).text[start:end] for article, start, end in spans)


def _verbatim(point: Point, cited: Sequence[Citation], sources: _Sources, comparer: Comparer) -> bool:
    """Whether a point's words are all of what its first citation quotes, and whatever else it cites tells the same."""
    if not cited or cited[0].n != point.citations[0] or fold(point.words).strip('"') != fold(cited[0].quote).strip('"'):
        return False
    first, *others = (Told((one.article, one.start, one.end), one.quote) for one in cited)
    return all(found is Kin.SAME for found in comparer.compare((first, other, 1.0) for other in others))


# --- the checks: each yields the reasons why a point fails it ----------------------------------------------------------


def _citations(case: _Case) -> Iterator[str]:
    if not case.point.citations:
        yield "It cites nothing."
    for n in case.point.citations:
        if n not in case.sources.citations:
            yield f"It cites number {n}, and there is no such passage."


def _quotations(case: _Case) -> Iterator[str]:
    for quote in wording.quoted(case.body) if case.point.written else [case.body]:
        if not wording.stands_in(quote, case.texts):
            yield f"“{quote}” is in quotation marks, and what is cited does not have these words."


def _named_speaker(case: _Case) -> Iterator[str]:
    for name in dict.fromkeys((*case.point.speakers, *(case.point.label or ()))):
        if not _is_speaker(name, case):
            yield _not_said_by(name, case)


def _speakers(case: _Case) -> Iterator[str]:
    own = {key_of(name) for text in case.texts for name in wording.speaking(text)}
    outlets = {key_of(alias) for aliases in case.sources.outlets.values() for alias in aliases}
    for name in dict.fromkeys(wording.speaking(case.body)):
        if key_of(name) not in own | outlets and not _is_speaker(name, case):
            yield _not_said_by(name, case)


def _not_said_by(name: str, case: _Case) -> str:
    return f"It says that {name} says so; in what is cited it is {' or '.join(sorted(case.speakers)) or 'nobody'}."


def _is_speaker(name: str, case: _Case) -> bool:
    """Whether words that name somebody stand for one who speaks in what is cited, or for their side.

    Where somebody without a name speaks there, it may be who is named there or just before. Where several speak together, it may be who
    speaks just before: an outlet that retells a statement does not name its source in every sentence.
    """
    if name in case.speakers:
        return True
    if _OTHERS.search(name):
        return False
    key = key_of(name)
    if not case.speakers:
        return any(_ends(key, key_of(who)) for text in case.texts for who in wording.speaking(text))
    if all(_describes(speaker, case) for speaker in case.speakers):
        return _stands_near(key, case)
    canonical, _ = case.sources.names.get(name.lower().replace("’", "'"), case.sources.names.get(key, (name, None)))
    if canonical in case.speakers or key in {key_of(one.side) for one in case.said if one.side}:
        return True
    if any(_ends(key, key_of(speaker)) or key_of(speaker) in key for speaker in case.speakers):
        return True
    return all(len(one.speakers) != 1 for one in case.said) and canonical in _heard_before(case)


def _ends(one: str, other: str) -> bool:
    """Whether one of two keys of names is the end of the other: "ryabkov", "sergei ryabkov"."""
    return f" {one}".endswith(f" {other}") or f" {other}".endswith(f" {one}")


def _describes(speaker: str, case: _Case) -> bool:
    """Whether a speaker is known by a description only ("Oklahoma Republican", "Retired teacher"): it may be anybody with a name.

    What no article writes small is a name: "Trump team".
    """
    words = speaker.split()
    if len(words) < 2 or case.sources.names.get(speaker.lower(), (speaker, None))[1]:
        return False
    small = any(re.search(rf"(?<!\w){re.escape(words[0].lower())}(?!\w)", text) for text in (*case.texts, *case.before))
    return words[-1].lower() in TITLES or (small and speaker[1:] == speaker[1:].lower())


def _stands_near(key: str, case: _Case) -> bool:
    """Whether the last word of a name's key is in what is cited or just before it."""
    last = re.compile(rf"(?<!\w){re.escape(key.rpartition(' ')[2])}(?!\w)", re.I)
    return any(last.search(text) for text in (*case.texts, *case.before))


def _heard_before(case: _Case) -> set[str]:
    return {
        name
        for citation in case.cited
        for one in case.sources.said(citation.article)
        for name in one.speakers
        if one.start < citation.start and one.end > citation.start - NEAR
    }


def _outlets(case: _Case) -> Iterator[str]:
    theirs = {case.sources.record.article(citation.article).outlet for citation in case.cited}
    for outlet in sorted({citation.outlet for citation in case.cited if citation.outlet} - theirs):
        yield f"What is cited is said to be {outlet}'s; it is {_listed(theirs)}'s."
    prose = case.point.words if case.point.written else ""
    allowed = {alias for outlet in theirs if outlet for alias in case.sources.outlets.get(outlet, [])}
    for outlet, aliases in case.sources.outlets.items():
        named = next((alias for alias in aliases if alias in prose and re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", prose)), None)
        if named and outlet not in theirs and named not in allowed and not any(named in text for text in case.texts):
            yield f"It names {outlet}; what is cited is {_listed(theirs)}'s."


def _listed(names: set[str | None]) -> str:
    return " or ".join(sorted(name for name in names if name)) or "an unnamed outlet"


def _numbers(case: _Case) -> Iterator[str]:
    date = next((citation.published for citation in case.cited if citation.published), None)
    for number in wording.foreign_numbers(case.body.replace(date or "\0", ""), case.texts, date):
        yield f"The number {number} is not in what is cited."


def _names(case: _Case) -> Iterator[str]:
    evidence = (*case.texts, *case.near)
    first = _FIRST.match(case.body)
    subject = first[1] if first and (first[2] or key_of(first[1]) in case.sources.names) else ""
    foreign = dict.fromkeys((*wording.foreign_names(f"of {subject}", evidence), *wording.foreign_names(case.body, evidence)))
    if first and content_stems(first[1]) <= content_stems(" ".join(case.texts)):
        foreign.pop(first[1], None)  # "Prosecuting Snowden" for "Snowden's prosecution": another form of a word, and no name
    for name in foreign:
        yield f"The name {name} is not in what is cited, nor just before it."
    known = " ".join((*case.texts, *case.near, *(one.url for one in case.cited if one.url))).lower()
    for address in dict.fromkeys(_ADDRESS.findall(case.body)):
        if address.lower().rstrip(".,;:)") not in known:
            yield f"The address {address} is not in what is cited."


def _negations(case: _Case) -> Iterator[str]:
    cited = " ".join(case.texts)
    for one, other in wording.opposites(case.body, cited)[:1]:
        yield f"The point has “{one}” where what it cites has “{other}”."
    if words := wording.flipped(case.body, cited):
        yield f"The point and what it cites do not agree on a “not”: see “{words[0]}”."
    if words := [word for clause in _clauses(case.body) for word in wording.affirmed(clause, cited)]:
        yield f"The point states “{words[0]}”; in what it cites somebody denies it."


def _roles(case: _Case) -> Iterator[str]:
    for one, word, other in wording.exchanged(case.body, " ".join(case.texts))[:1]:
        yield f"The point has “{one} … {word} … {other}”; what it cites has it the other way round."


def _meaning(sentences: list[_Case], reader: Reader) -> Iterator[str]:
    claims = [(case, clause) for case in sentences for clause in _clauses(case.body)]
    if not claims:
        yield "It says nothing."
    for case, clause in claims:
        reading = weigh(clause, _evidence(case), reader)
        if not reading.carried:
            foreign = f", least of all {', '.join(f'“{word}”' for word in reading.foreign)}" if reading.foreign else ""
            yield f"What is cited does not carry “{clause}”{foreign}."


def _clauses(sentence: str) -> list[str]:
    """A sentence's clauses, as far as words like "but" part them, and its asides: a long true one does not carry a short false one."""
    asides = [aside for match in _ASIDE.finditer(sentence) if len(content_words(aside := match[1] or match[2])) > 1]
    return [clause for clause in (*_CLAUSE.split(sentence), *asides) if re.search(r"\w", clause)]


def _evidence(case: _Case) -> list[str]:
    """The cited texts, and who speaks in them where."""
    voices = sorted({name for one in case.said for name in (*one.speakers, one.side) if name})
    outlets = sorted({citation.outlet for citation in case.cited if citation.outlet})
    return [*case.texts, *([f"{', '.join(voices)} said, {', '.join(outlets)} reports."] if voices or outlets else [])]


_WHOLE: list[tuple[Check, Callable[[_Case], Iterator[str]]]] = [
    (Check.CITATION, _citations),
    (Check.SPEAKER, _named_speaker),
    (Check.OUTLET, _outlets),
]
_EACH: list[tuple[Check, Callable[[_Case], Iterator[str]]]] = [
    (Check.QUOTATION, _quotations),
    (Check.SPEAKER, _speakers),
    (Check.OUTLET, _outlets),
    (Check.NUMBER, _numbers),
    (Check.NAME, _names),
    (Check.NEGATION, _negations),
    (Check.ROLES, _roles),
]


@functools.cache
def _bundled() -> Comparer:
    return Comparer(Reader())

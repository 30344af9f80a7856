"""The checks of one sentence against what it cites: each yields the reasons why the sentence fails it.

What a check says is a finding: its kind, a plain sentence, where in the sentence it is, and the words of the evidence it was held against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.types import Check
from assistant.verification import wording
from assistant.verification.case import NEAR, Case, Place
from assistant.verification.contrasts import Doubt, doubts, settled
from assistant.verification.dates import meet, named_days
from assistant.verification.figures import foreign_numbers, numbers
from assistant.verification.forms import Forms, words_of
from assistant.verification.grammar import (
    Grammar,
    Link,
    asserted,
    bearer,
    first_of_list,
    is_name,
    is_predicate,
    link,
    subject,
    under_speech,
)
from assistant.verification.parses import parsed, statements_in
from assistant.verification.support import weigh
from index.lexicon import words
from index.reader import Reader
from index.speakers import TITLES, key_of
from index.statements.quotes import SPEECH_ACTS
from index.text import content_stems, stem, stems
from index.tree import child
from index.types import Statement

if TYPE_CHECKING:
    from spacy.tokens import Token

PARTS = words("fractions")
ROUNDED = 0.1  # how far "nearly" and "more than" may be from a number
OTHERS = words("others_of")
SAYING = {stem(word) for word in SPEECH_ACTS}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: why the sentence fails it, where in the sentence, and the words of the evidence."""

    check: Check
    reason: str
    span: tuple[int, int] | None = None
    place: Place | None = None


# --- what is cited, who says it, and where -----------------------------------------------------------------------------


def citations(case: Case) -> Iterator[Finding]:
    """Every sentence cites something, and what it cites is there."""
    if not case.point.citations:
        yield Finding(Check.CITATION, "It cites nothing.")
    for n in case.point.citations:
        if n not in case.sources.citations:
            yield Finding(Check.CITATION, f"It cites number {n}, and there is no such passage.")


def quotations(case: Case) -> Iterator[Finding]:
    """What is in quotation marks stands in what is cited, word for word."""
    for quote in wording.quoted(case.body) if case.point.written else [case.body]:
        if not wording.stands_in(quote, case.texts):
            reason = f"“{quote}” is in quotation marks, and what is cited does not have these words."
            yield Finding(Check.QUOTATION, reason, _span(case.body, quote))


def named_speaker(case: Case) -> Iterator[Finding]:
    """Whom the point is said to be from speaks in what is cited."""
    own = statements_in(case.body) if case.point.written else ()
    told = [name for one in own if one.speakers and _said_there(one, case) for name in one.speakers]
    for name in dict.fromkeys((*case.point.speakers, *(case.point.label or ()))):
        if not is_speaker(name, case) and not any(_ends(key_of(name), key_of(who)) for who in told):
            yield Finding(Check.SPEAKER, _not_said_by(name, case))


def speakers(case: Case) -> Iterator[Finding]:
    """Whoever is made to say something in the sentence says something in what is cited."""
    said = [(one, who, _said_there(one, case)) for one in statements_in(case.body) if says(one) for who in one.speakers]
    known = {key_of(name) for name in case.voices} if said else set()
    printed = {key_of(alias) for aliases in case.sources.outlets.values() for alias in aliases}
    there = {who for _, who, same in said if same}
    for one, who, same in said:
        if (
            who in there
            or key_of(who) in printed
            or (same is None and (key_of(who) in known or is_speaker(who, case) or _is_described(one, case)))
        ):
            continue
        yield Finding(Check.SPEAKER, _not_said_by(who, case), (one.speaker_start or 0, one.speaker_end or 0))


def _said_there(said: Statement, case: Case) -> bool | None:
    """Whether what is cited has the same speaker for the word that a statement goes by; None where it leaves that open."""
    for verb in case.claim.predicates:
        one, there = subject(verb), case.alignment.same.get(verb.i)
        if there and one is not None and (said.speaker_start or 0) <= one.idx < (said.speaker_end or 0):
            other = subject(there[1])
            called = [other, *(c for c in other.children if c.dep_ == "appos")] if other is not None else []
            if any(Forms().same(one, name) for name in called):
                return True
            if one.text[:1].isupper() and any(map(is_name, called)):
                return False
    return None


def says(said: Statement) -> bool:
    """Whether a statement is something said, rather than wanted, planned or felt."""
    return said.direct or bool(SAYING & set(stems(said.cue or "")))


def _is_described(said: Statement, case: Case) -> bool:
    """Whether words for a speaker that hold more than a name, or none, describe somebody whom what is cited has words for, too."""
    span = case.claim.doc.char_span(said.speaker_start or 0, said.speaker_end or 0, alignment_mode="expand")
    who = [token for token in span or () if token.pos_ in ("NOUN", "PROPN")]
    own = {stem(token.text) for token in who if token.lower_.rstrip("s.") not in TITLES}
    if any(is_name(token) for token in who):
        heard_of = Forms((*case.voices, *case.speakers))
        if all(heard_of.known(token.text) for token in who):
            return True
        return bool(own) and any(own <= set(stems(name)) for name in (*case.voices, *case.speakers))
    heard = [token for text in case.evidence for token in _sayers(text)]
    if heard and not any(map(is_name, heard)):
        return True  # of two that are only described, the words are compared
    return span is not None and (span.root.lemma_.lower() in TITLES or stem(span.root.text) in stems(" ".join((*case.texts, *case.near))))


def _sayers(text: Grammar) -> Iterator[Token]:
    """The words of a parsed text that name who says something there."""
    for one in statements_in(text.doc.text):
        if one.speaker_start is not None and one.speaker_end is not None:
            yield from text.doc.char_span(one.speaker_start, one.speaker_end, alignment_mode="expand") or ()


def _not_said_by(name: str, case: Case) -> str:
    return f"It says that {name} says so; in what is cited it is {' or '.join(sorted(case.speakers)) or 'nobody'}."


def is_speaker(name: str, case: Case) -> bool:
    """Whether words that name somebody stand for one who speaks in what is cited, or for their side.

    Where somebody without a name speaks there, it may be who is named there or just before. Where several speak together, it may be who
    speaks just before: an outlet that retells a statement does not name its source in every sentence.
    """
    if name in case.speakers:
        return True
    if OTHERS & set(stems(name)):
        return False
    key = key_of(name)
    if not case.speakers:
        return any(_ends(key, key_of(who)) for who in case.voices)
    if all(_describes(speaker, case) for speaker in case.speakers):
        return _stands_near(key, case)
    canonical, _ = case.sources.names.get(name.lower().replace("’", "'"), case.sources.names.get(key, (name, None)))
    if canonical in case.speakers or key in {key_of(one.side) for one in case.said if one.side}:
        return True
    if any(_ends(key, key_of(speaker)) or key_of(speaker) in key or _part(name, speaker) for speaker in case.speakers):
        return True
    return all(len(one.speakers) != 1 for one in case.said) and canonical in _heard_before(case)


def _part(name: str, speaker: str) -> bool:
    """Whether words stand for a speaker with more words: "Republican leaders", "Republican leaders of that committee"."""
    return " " in name and set(stems(name)) <= set(stems(speaker))


def _ends(one: str, other: str) -> bool:
    """Whether one of two keys of names is the end of the other: "ryabkov", "sergei ryabkov"."""
    return f" {one}".endswith(f" {other}") or f" {other}".endswith(f" {one}")


def _describes(speaker: str, case: Case) -> bool:
    """Whether a speaker is known by a description only ("Oklahoma Republican", "Retired teacher"): it may be anybody with a name.

    What no article writes small is a name: "Trump team".
    """
    parts = speaker.split()
    if len(parts) < 2 or case.sources.names.get(speaker.lower(), (speaker, None))[1]:
        return False
    small = any(parts[0].lower() in text.split() for text in (*case.texts, *case.before))
    return parts[-1].lower() in TITLES or (small and speaker[1:] == speaker[1:].lower())


def _stands_near(key: str, case: Case) -> bool:
    """Whether the last word of a name's key is in what is cited or just before it."""
    last = key.rpartition(" ")[2]
    return any(last in words_of(text) for text in (*case.texts, *case.before))


def _heard_before(case: Case) -> set[str]:
    return {
        name
        for citation in case.cited
        for one in case.sources.said(citation.article)
        for name in one.speakers
        if one.start < citation.start and one.end > citation.start - NEAR
    }


def outlets(case: Case) -> Iterator[Finding]:
    """An outlet that is named is one of what is cited."""
    theirs = {case.sources.record.article(citation.article).outlet for citation in case.cited}
    for outlet in sorted({citation.outlet for citation in case.cited if citation.outlet} - theirs):
        yield Finding(Check.OUTLET, f"What is cited is said to be {outlet}'s; it is {_listed(theirs)}'s.")
    prose = case.point.words if case.point.written else ""
    allowed = {alias for outlet in theirs if outlet for alias in case.sources.outlets.get(outlet, [])}
    for outlet, aliases in case.sources.outlets.items():
        named = next((alias for alias in aliases if wording.stands(alias, prose)), None)
        if named and outlet not in theirs and named not in allowed and not any(named in text for text in case.texts):
            yield Finding(Check.OUTLET, f"It names {outlet}; what is cited is {_listed(theirs)}'s.", _span(case.body, named))


def _listed(names: set[str | None]) -> str:
    return " or ".join(sorted(name for name in names if name)) or "an unnamed outlet"


# --- what is claimed ---------------------------------------------------------------------------------------------------


def values(case: Case) -> Iterator[Finding]:
    """Days, numbers and names of the sentence are those of what is cited."""
    body, dated = case.body, list(named_days(case.claim.doc, case.published))
    for span, meant in dated:
        if not any(meet(one, other) for one in meant for other in case.days()):
            yield Finding(Check.DATE, f"The date {span.text} is not in what is cited.", (span.start_char, span.end_char))
        body = body[: span.start_char] + " " * (span.end_char - span.start_char) + body[span.end_char :]
    for number in foreign_numbers(_exact(case, body), case.texts):
        yield Finding(Check.NUMBER, f"The number {number} is not in what is cited.", _span(body, number))
    forms = Forms((*case.texts, *case.near, *(case.text_of(one.article) for one in case.cited)))
    spelt = forms.spelt(case.body)
    days = {token.i for span, _ in dated for token in span}
    for token in case.claim.doc:
        if token.pos_ == "PROPN" and token.i not in days and token.lower_ not in spelt and not forms.known(token.text):
            reason = f"The name {token.text} is not in what is cited, nor just before it."
            yield Finding(Check.NAME, reason, (token.idx, token.idx + len(token)))
    known = " ".join((*case.texts, *case.near, *(one.url for one in case.cited if one.url))).lower()
    for token in case.claim.doc:
        if (token.like_url or token.like_email) and token.text.lower().rstrip(".,;:)") not in known:
            yield Finding(Check.NAME, f"The address {token.text} is not in what is cited.", (token.idx, token.idx + len(token)))


def _exact(case: Case, body: str) -> str:
    """A sentence without its fractions, and without numbers of which it says that they are about as much as one of what is cited."""
    given = [float(one.value) for text in case.texts for one in numbers(text) if one.value.replace(".", "", 1).isdigit()]
    shares = any("%" in text or "percent" in text for text in case.texts)
    for token in case.claim.doc:
        if not token.like_num and token.lemma_ not in PARTS:
            continue
        about = any(c.dep_ in ("advmod", "quantmod", "amod") for c in token.children)
        value = next((float(one.value) for one in numbers(token.text) if one.value.replace(".", "", 1).isdigit()), None)
        near = about and value is not None and any(abs(value - one) <= ROUNDED * one for one in given)
        if near or (shares and any(one.lemma_ in PARTS or (one.lower_ == "in" and one.nbor().like_num) for one in (token, *token.rights))):
            body = body[: token.idx] + " " * len(token) + body[token.idx + len(token) :]
    return body


def attributions(case: Case) -> Iterator[Finding]:
    """What somebody says in what is cited is not told as a fact."""
    if case.point.speakers or case.point.label or _labelled(case):
        return
    told, own = statements_in(case.body), set(stems(case.body))
    cues = {word for one in told if says(one) for word in (one.cue or "").split()}
    for verb in case.claim.predicates:
        there = case.alignment.of(bearer(verb)) or case.alignment.of(verb)
        if there is None or not tells(verb) or verb.text in cues or any(one.start <= verb.idx < one.end for one in told):
            continue
        article, place, _ = case.place(there[0], (there[1].idx, there[1].idx))
        over = [one for one in case.said if one.article == article and one.start <= place < one.end]
        said = min(over, key=lambda one: one.end - one.start, default=None)
        if said is None or not said.cue or own & {stem(word) for word in said.cue.split()} or not case.alignment.credible(verb, *there):
            continue
        who = subject(verb)
        himself = who is not None and said.speaker is not None and who.lower_ in said.speaker.lower().split()
        if not himself and (said.speaker is None or says(said)):
            reason = f"It tells “{verb.text}” as a fact; in what is cited {said.speaker or 'somebody'} says so."
            yield Finding(Check.ATTRIBUTION, reason, (verb.idx, verb.idx + len(verb)), (article, said.start, said.end))


def tells(verb: Token) -> bool:
    """Whether a verb tells something itself: not as an aside to something else, nor as what somebody says, nor saying it."""
    main = first_of_list(verb).dep_ in ("ROOT", "relcl", "conj", "parataxis")
    return main and asserted(verb) and not under_speech(verb) and child(verb, "ccomp") is None


def _labelled(case: Case) -> bool:
    """Whether the sentence begins with whose words it has: "Trump team: …"."""
    before, colon, _ = case.body.partition(": ")
    return bool(colon) and is_speaker(before.strip(" -*"), case)


def contrasts(case: Case, reader: Reader) -> Iterator[Finding]:
    """Word against word and predicate against predicate, the sentence says what is cited."""
    found = [doubt for doubt in doubts(case.alignment) if not _set_aside(doubt, case)]
    for doubt in settled(found, case.body, case.texts, reader):
        yield Finding(doubt.check, doubt.reason, doubt.span, case.place(doubt.text, doubt.place))


def _set_aside(doubt: Doubt, case: Case) -> bool:
    """Whether a doubt about a name or a number is none, as their other forms and what stands just before are looked at elsewhere."""
    token, other = (_first(text, at) for text, at in ((case.claim, doubt.span), (case.evidence[doubt.text], doubt.place)))
    if token.like_num and doubt.kind != "speech":
        return True
    if doubt.check is Check.NAME:
        if token.ent_type_ == "DATE" or token.lower_.rstrip(".") in TITLES or token.lower_ in Forms(case.texts).spelt(case.body):
            return True
        described = other.lower_.rstrip(".") in TITLES
        return Forms((*case.texts, *case.near) if described else case.texts).known(token.text)
    return doubt.kind == "thing" and token.text[:1].isupper() and Forms((*case.texts, *case.near)).known(token.text)


def _first(text: Grammar, span: tuple[int, int]) -> Token:
    return next(token for token in text.doc if token.idx + len(token) > span[0])


def meaning(cases: Sequence[Case], reader: Reader) -> Iterator[Finding]:
    """What is cited carries every clause; one of which every word has its counterpart there has been compared already."""
    claims = [(case, clause) for case in cases for clause in wording.clauses(_undated(case)) if any(map(str.isalnum, clause))]
    if not claims:
        yield Finding(Check.MEANING, "It says nothing.")
    for case, clause in claims:
        known = _accounted(case) if case.point.written else set()
        reading = weigh(clause, _heard(case), reader, known)
        own = content_stems(clause)
        if not own and case.point.written and not any(map(is_predicate, parsed([clause])[0])):
            continue  # what is left where a day stood
        if reading.contrary or not (reading.carried or (own and own <= known)):
            foreign = f", least of all {', '.join(f'“{word}”' for word in reading.foreign)}" if reading.foreign else ""
            yield Finding(Check.MEANING, f"What is cited does not carry “{clause}”{foreign}.", _span(case.body, clause))


def _accounted(case: Case) -> set[str]:
    """The stems of the words that have a counterpart in what is cited, or name a day or somebody who stands just before it."""
    forms, new = Forms((*case.texts, *case.near)), {token.i for token in case.alignment.new}
    days = {token.i for span, _ in named_days(case.claim.doc, case.published) for token in span}
    found: set[str] = set()
    for token in case.claim.doc:
        if (
            (token.i not in new and token.pos_ not in ("X", "INTJ", "SYM", "PUNCT"))
            or token.i in days
            or (token.text[:1].isupper() and forms.known(token.text))
        ):
            found |= content_stems(token.text)
    return found


def _undated(case: Case) -> str:
    """A sentence without the days that it names, which are compared as days."""
    text = case.body
    for span, _ in reversed(list(named_days(case.claim.doc, case.published)) if case.point.written else []):
        before = span.doc[span.start - 1] if span.start else None
        start = before.idx if before is not None and before.pos_ == "ADP" else span.start_char
        text = text[:start] + text[span.end_char :]
    return text


def _heard(case: Case) -> list[str]:
    """The cited texts, and who speaks in them where."""
    voices = sorted({name for one in case.said for name in (one.speaker, one.side) if name})
    where = sorted({citation.outlet for citation in case.cited if citation.outlet})
    texts = _filled(case) if case.point.written else case.texts
    return [*texts, *([f"{', '.join(voices)} said, {', '.join(where)} reports."] if voices or where else [])]


def _filled(case: Case) -> list[str]:
    """The cited texts with names in place of pronouns, where the sentence has the name of somebody who stands just before them."""
    forms, names = Forms(case.near), dict[tuple[int, int], str]()
    for token in case.alignment.new:
        own = case.claim.links.get(token.i)
        there = case.alignment.of(own.head) if own and is_name(token) and forms.known(token.text) else None
        for other in case.evidence[there[0]].doc if there else ():
            at = link(other) if other.pos_ == "PRON" else None
            if own and there and at and at.head.i == there[1].i and _role(at, other) == _role(own, token):
                names[there[0], other.i] = token.text + ("'s" if other.dep_ == "poss" else "")
    return [
        "".join(names[number, token.i] + token.whitespace_ if (number, token.i) in names else token.text_with_ws for token in text.doc)
        for number, text in enumerate(case.evidence)
    ]


def _role(own: Link, token: Token) -> str:
    return "poss" if token.dep_ == "poss" else own.role


def _span(body: str, part: str) -> tuple[int, int] | None:
    start = body.find(part)
    return (start, start + len(part)) if start >= 0 else None


WHOLE: tuple[Callable[[Case], Iterator[Finding]], ...] = (citations, named_speaker, outlets)
EACH: tuple[Callable[[Case], Iterator[Finding]], ...] = (quotations, outlets)
WRITTEN: tuple[Callable[[Case], Iterator[Finding]], ...] = (speakers, values, attributions)

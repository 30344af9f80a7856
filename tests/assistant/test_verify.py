"""The verifier: scripted lies are caught, honest prose is let through, and every check says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from conftest import TESTS, article_of, store
from hypothesis import given
from hypothesis import strategies as st

from assistant.chain import Assistant
from assistant.models.generative import claims_of
from assistant.render import as_json, finished
from assistant.types import Answer, Check, Citation, Claim, Point
from assistant.verification import figures, parses, polarity, wording
from assistant.verification.alignment import align
from assistant.verification.contrasts import doubts, settled
from assistant.verification.dates import days_in, meet, named_days
from assistant.verification.forms import Forms
from assistant.verification.grammar import Grammar
from assistant.verification.parses import parsed
from assistant.verification.support import WINDOW, select, weigh, windows
from assistant.verification.verify import examine, strict, verify
from index.reader import Reader
from index.record import Record

DATA = TESTS / "data"
CAUGHT_AT_LEAST, OF_LIES = 39, 40
MARKED_AT_MOST, OF_HONEST = 3, 44

Entry = dict[str, Any]
Faults = Callable[..., list[tuple[Check, str]]]


def entries(name: str) -> list[Entry]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def cite(number: int, name: str, words: str, record: Record) -> Citation:
    """The passage of an article that has these words, as a citation."""
    article = record.article(name)
    passage = next(one.passage for one in record.passages_of(name) if words in wording.fold(one.passage.text))
    return Citation(number, name, article.outlet, article.title, article.url, article.published, passage.start, passage.end, passage.text)


def prose(entry: Entry, record: Record) -> Answer:
    """An answer of one point, as a language model would write it."""
    citations = tuple(cite(number, name, wording.fold(words), record) for number, (name, words) in enumerate(entry["cites"], 1))
    claims, speaker = claims_of(wording.without_emphasis(entry["text"]), range(1, len(citations) + 1)), entry.get("speaker")
    point = Point(claims, (speaker,) if speaker else (), entry.get("side"), label=None, written=True)
    return Answer("What happened?", "answered", None, "test:model", (point,), citations)


@pytest.fixture
def faults(assistant: Assistant) -> Faults:
    """``faults("Putin denied it [1].", ("maltatoday.txt", "Putin has denied"))``: the checks failed, with their reasons."""

    def find(text: str, *cites: tuple[str, str], **known: str) -> list[tuple[Check, str]]:
        answer = prose({"text": text, "cites": cites, **known}, assistant.record)
        return [(fault.check, fault.reason) for fault in examine(answer, assistant.record)]

    return find


def differences(claim: str, evidence: str, reader: Reader) -> list[Check]:
    """The checks that a sentence fails when it is parsed beside its evidence."""
    own, there = map(Grammar, parsed([claim, evidence]))
    return [doubt.check for doubt in settled(list(doubts(align(own, [there], Forms().same))), claim, [evidence], reader)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


# --- the figures -------------------------------------------------------------------------------------------------------------


def test_scripted_lies_are_caught(assistant: Assistant) -> None:
    lies = entries("lies.jsonl")
    missed = [lie["text"] for lie in lies if not examine(prose(lie, assistant.record), assistant.record)]
    assert len(lies) >= OF_LIES
    assert len({lie["kind"] for lie in lies}) == 10
    assert len(missed) <= (OF_LIES - CAUGHT_AT_LEAST) * len(lies) / OF_LIES, missed


def test_honest_answers_are_let_through(assistant: Assistant) -> None:
    honest = entries("honest.jsonl")
    marked = {text["text"]: found for text in honest if (found := examine(prose(text, assistant.record), assistant.record))}
    assert len(honest) >= OF_HONEST
    assert len(marked) <= MARKED_AT_MOST * len(honest) / OF_HONEST, marked


@pytest.mark.parametrize(
    "question", ["What did each side say about Syria?", "Did Putin deny it?", "How does each outlet describe the call?"]
)
def test_the_articles_own_words_are_verbatim(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.points
    assert {point.support for point in answer.points} == {"verbatim"}
    assert answer.faults == ()


# --- one check at a time -----------------------------------------------------------------------------------------------------

DENIAL = ("maltatoday.txt", "Putin has denied any interference")
PUPPET = ("freebeacon.txt", "puppet")
GROUPS = ("euractiv.txt", "Why are we backing those groups")
HANDOVER = ("euractiv.txt", "will succeed President Barack Obama")


@pytest.mark.parametrize(
    ("text", "cited", "check", "reason"),
    [
        ("Putin has denied any interference.", DENIAL, Check.CITATION, "cites nothing"),
        ("Putin has denied any interference [7].", DENIAL, Check.CITATION, "number 7"),
        ("Putin has denied “all interference” [1].", DENIAL, Check.QUOTATION, "“all interference”"),
        ("Trump accused Clinton of being a “puppet” [1].", PUPPET, Check.SPEAKER, "Hillary Clinton"),
        ("“Why are we backing those groups? We love even all of those people,” Trump asked [1].", GROUPS, Check.QUOTATION, "love even"),
        ("“A puppet”, said Obama [1].", PUPPET, Check.SPEAKER, "Obama"),
        ("Euractiv reports that Putin has denied any interference [1].", DENIAL, Check.OUTLET, "MaltaToday"),
        ("Trump will succeed Obama on 22 January [1].", HANDOVER, Check.DATE, "22"),
        ("Trump will succeed Obama on 20 February [1].", HANDOVER, Check.DATE, "20 February"),
        ("Trump will succeed President Barack Obama and Angela Merkel on 20 January [1].", HANDOVER, Check.NAME, "Angela"),
        ("Putin has not denied any interference [1].", DENIAL, Check.NEGATION, "not"),
        ("Putin has admitted interference [1].", DENIAL, Check.NEGATION, "admitted”.*denied”"),
        ("Obama will succeed Trump on 20 January [1].", HANDOVER, Check.ROLES, "succeed"),
        ("Putin enjoys ice hockey and judo [1].", DENIAL, Check.MEANING, "does not carry"),
        ("[1]", DENIAL, Check.MEANING, "says nothing"),
    ],
)
def test_each_check_finds_its_fault_and_says_why(faults: Faults, text: str, cited: tuple[str, str], check: Check, reason: str) -> None:
    found = [said for failed, said in faults(text, cited) if failed is check]
    assert found, faults(text, cited)
    assert re.search(reason, found[0])


def test_a_speaker_who_is_not_the_ledgers_is_a_fault(faults: Faults) -> None:
    assert faults("Trump is a puppet of the Russian president [1].", PUPPET, speaker="Barack Obama")[0][0] is Check.SPEAKER
    assert not faults("Clinton accused Trump of being a “puppet” of the Russian president [1].", PUPPET, speaker="Hillary Clinton")


def test_each_sentence_is_held_against_its_own_citations(faults: Faults) -> None:
    right = "Putin has denied any interference [1]. Clinton accused Trump of being a “puppet” of the Russian president [2]."
    swapped = right.replace("[1]", "[x]").replace("[2]", "[1]").replace("[x]", "[2]")
    assert not faults(right, DENIAL, PUPPET)
    assert {check for check, _ in faults(swapped, DENIAL, PUPPET)} >= {Check.QUOTATION, Check.SPEAKER}


def test_a_verbatim_quotation_under_another_name_or_outlet_is_a_fault(assistant: Assistant) -> None:
    answer = assistant.ask("Who is a puppet?")
    point = answer.points[0]
    spoiled = replace(answer, points=(replace(point, label=("Donald Trump",)),))
    moved = replace(answer, citations=tuple(replace(one, outlet="Euractiv") for one in answer.citations))
    for wrong, check in ((spoiled, Check.SPEAKER), (moved, Check.OUTLET)):
        verified = verify(wrong, assistant.record)
        assert {fault.check for fault in verified.faults} == {check}
        assert verified.points[0].support == "unsupported"


@pytest.mark.parametrize("label", ["As everybody knows", "**Obama's regime** reports", "**MaltaToday** reports, to the shame of Obama"])
def test_words_before_a_copied_sentence_are_examined(faults: Faults, label: str) -> None:
    assert faults(f"{label}: “Putin has denied any interference.” [1]", DENIAL)
    assert not faults("**MaltaToday** reports: “Putin has denied any interference.” [1]", DENIAL)


def test_brackets_of_an_article_are_no_citations(record: Record) -> None:
    words = "The bridge [12] was opened in 1901 [1]."
    store(record, *article_of("bridge.txt", [words], outlet="Town News"))
    citation = Citation(1, "bridge.txt", "Town News", "bridge.txt", None, None, 0, len(words), words)
    answer = Answer("?", "answered", None, "m", (Point((Claim(words, (1,)),), support="verbatim"),), (citation,))
    assert verify(answer, record) == answer
    assert claims_of("The paper said “The bridge [12] was opened” [1]", range(1, 2)) == (
        Claim("The paper said “The bridge [12] was opened”", (1,)),
    )


def test_a_citation_under_another_outlets_name_is_a_fault(assistant: Assistant) -> None:
    answer = assistant.ask("Who is a puppet?")
    relabelled = tuple(replace(citation, outlet="Euractiv") for citation in answer.citations)
    assert examine(replace(answer, citations=relabelled), assistant.record)[0].check is Check.OUTLET


def test_faults_stay_out_of_the_json(assistant: Assistant) -> None:
    lie = verify(prose({"text": "Putin admitted it [1].", "cites": [DENIAL]}, assistant.record), assistant.record)
    assert lie.faults
    assert "faults" not in as_json(lie)


# --- leaving out what is not carried -----------------------------------------------------------------------------------------


def two_points(assistant: Assistant) -> Answer:
    true, false = "Putin has denied any interference [1].", "Putin plays the piano [1]."
    points = tuple(Point(claims_of(words, range(1, 2)), label=None, written=True) for words in (true, false))
    cited = (cite(1, *DENIAL, assistant.record),)
    return verify(Answer("?", "answered", None, "m", points, cited, silence="Democrats: no passage found."), assistant.record)


def test_strict_leaves_out_unsupported_points_and_keeps_the_rest(assistant: Assistant) -> None:
    kept = finished(strict(two_points(assistant)))
    assert [point.words for point in kept.points] == ["Putin has denied any interference."]
    assert kept.text == "Putin has denied any interference. [1]\n\nDemocrats: no passage found."
    assert kept.status == "answered"


def test_strict_leaves_a_carried_answer_as_it_is(assistant: Assistant) -> None:
    answer = assistant.ask("Did Putin deny it?")
    assert strict(answer) == answer


def test_who_is_silent_is_named_also_where_nothing_is_left(assistant: Assistant) -> None:
    answer = replace(two_points(assistant), silent=("Democrats",))
    nothing = finished(strict(replace(answer, points=tuple(replace(point, support="unsupported") for point in answer.points))))
    assert nothing.reason
    assert nothing.text == f"{nothing.reason}\n\nDemocrats: no passage found."


def test_a_mark_has_nothing_that_looks_like_a_citation(assistant: Assistant) -> None:
    answer = verify(prose({"text": "Putin has denied any interference [7].", "cites": [DENIAL]}, assistant.record), assistant.record)
    assert "[" not in finished(answer).text
    assert "number 7" in finished(answer).text


def test_an_answer_with_nothing_carried_becomes_an_abstention_with_a_reason(assistant: Assistant) -> None:
    answer = two_points(assistant)
    nothing = strict(replace(answer, points=answer.points[1:]))
    assert nothing.status == "abstained"
    assert nothing.points == ()
    assert "piano" in (nothing.reason or "")


# --- wording -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("He won [1]. She lost [2].", ["He won [1].", "She lost [2]."]),
        ("Mr. Putin met Sen. Smith on Nov. 10. They spoke.", ["Mr. Putin met Sen. Smith on Nov. 10.", "They spoke."]),
        ("“We won. We lost,” he said. She left.", ["“We won. We lost,” he said.", "She left."]),
        ("He said: “We won.” She left.", ["He said: “We won.”", "She left."]),
        ("", []),
    ],
)
def test_sentences_end_where_readers_see_them_end(text: str, parts: list[str]) -> None:
    assert wording.sentences(text) == parts


@pytest.mark.parametrize(
    ("claim", "evidence", "foreign"),
    [
        ("five people", "5 people", []),
        ("5 people", "five people", []),
        ("1,200 people", "1200 people", []),
        ("two hundred years", "200 years", []),
        ("two centuries", "200 years", []),
        ("twenty-one days", "a 21-day quarantine", []),
        ("the two men met", "Putin and Trump met", []),
        ("a two-week review", "a one-week review", ["two"]),
        ("6 million dollars", "5 million dollars", ["6"]),
        ("5 billion dollars", "5 million dollars", ["billion"]),
        ("in 2017", "in 2016", ["2017"]),
        ("January 20th", "20 January", []),
    ],
)
def test_numbers_are_compared_by_value(claim: str, evidence: str, foreign: list[str]) -> None:
    assert figures.foreign_numbers(claim, [evidence]) == foreign


@pytest.mark.parametrize(
    ("claim", "evidence", "wrong"),
    [
        ("On 14 November 2016 they spoke.", "They spoke.", False),
        ("On 15 November 2016 they spoke.", "They spoke.", True),
        ("They spoke on Monday, November 14.", "They spoke on Monday.", False),
        ("He will take over on 8 January.", "He will take over on 20 January, after the 8 November vote.", True),
        ("He will take over on January 20th.", "He will take over on 20 January.", False),
        ("He dropped out of view in October 2016.", "He dropped out of view last month.", False),
        ("He dropped out of view last week.", "He dropped out of view last month.", True),
        ("It took 45 days.", "It took a while.", False),
    ],
)
def test_days_are_compared_as_days(claim: str, evidence: str, wrong: bool) -> None:
    day = "2016-11-14"
    one, other, published = parsed([claim, evidence, day])
    given = [days for doc in (other, published) for days in days_in(doc, day)]
    assert any(not any(meet(mine, yours) for mine in meant for yours in given) for _, meant in named_days(one, day)) is wrong


@pytest.mark.parametrize(
    ("claim", "evidence", "foreign"),
    [
        ("They met in Russia.", "the Russian side", []),
        ("Many in America agree.", "in the United States", []),
        ("They hacked the DNC servers.", "the Democratic National Committee", []),
        ("So says the Democratic National Committee.", "the DNC said", []),
        ("He spoke on Nov. 10.", "on 10 November", []),
        ("They met in Austria.", "in Australia", ["Austria"]),
        ("He called on Friday.", "on Monday", ["Friday"]),
        ("They met with Angela Merkel.", "with Theresa May", ["Angela", "Merkel"]),
        ("He blamed ISIS.", "he is in the state", ["ISIS"]),
    ],
)
def test_names_are_found_by_their_parts_and_forms(claim: str, evidence: str, foreign: list[str]) -> None:
    assert wording.foreign_names(claim, [evidence]) == foreign


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Both are content with the ties.", "Both are not content with the ties."),
        ("He has a backup plan.", "He has no backup plan."),
        ("She doesn't support the bill.", "She supports the bill."),
        ("They never met.", "They met."),
    ],
)
def test_a_not_more_or_less_is_found_both_ways(claim: str, evidence: str) -> None:
    assert polarity.flipped(claim, evidence)
    assert polarity.flipped(evidence, claim)
    assert not polarity.flipped(claim, claim)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("She failed to comply.", "She did not comply."),
        ("Not only Putin but also Trump agreed.", "Trump agreed."),
        ("He denies that he agreed to it.", "He did not agree to it."),
        ("The two leaders disagreed.", "The two leaders did not agree."),
        ("She is No 2 manager now.", "She is a manager."),
    ],
)
def test_other_ways_to_say_no_are_no_contradiction(claim: str, evidence: str) -> None:
    assert not polarity.flipped(claim, evidence)


@pytest.mark.parametrize(
    ("claim", "evidence", "wrong"),
    [
        ("Yes, Putin interfered.", "Putin has denied any interference.", True),
        ("Putin denies that he interfered.", "Putin has denied any interference.", False),
        ("Putin interfered.", "Putin interfered in the election, and denied interfering.", False),
        ("He was corrupt.", "He was accused of corruption.", True),
        ("The unions struck on Monday.", "The unions plan to strike on Monday.", True),
        ("The bank cut rates in June.", "The bank will cut rates in June.", True),
        ("States must sue in the high court.", "States can sue in the high court.", True),
        ("The officers looted the shop.", "If the officers looted the shop, they will be punished.", True),
        ("He was upset at the news.", "He was likely upset at the news.", True),
        ("Trump isn't only rich.", "Trump isn't only rich.", False),
        ("They decided to leave.", "They decided to leave.", False),
    ],
)
def test_what_is_not_asserted_is_no_fact(reader: Reader, claim: str, evidence: str, wrong: bool) -> None:
    assert bool(differences(claim, evidence, reader)) is wrong


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The judge refused the request.", "The judge granted the request."),
        ("He saw it as a dramatic sign of change.", "He saw it as a modest sign of change."),
        ("All voters are angry about the plan.", "A lot of voters are angry about the plan."),
        ("The number rose to 42, down from 11 a day earlier.", "The number rose to 42, up from 11 a day earlier."),
        ("The mayor denied that it was true.", "The mayor said that it was true."),
        ("Sales fell because the firm hired a new chief.", "Sales fell. The firm hired a new chief."),
        ("Eight Republicans and three Democrats voted for it.", "Three Republicans and eight Democrats voted for it."),
        ("He works without Congress.", "He works with Congress."),
    ],
)
def test_another_word_in_its_place_is_seen(reader: Reader, claim: str, evidence: str) -> None:
    assert differences(claim, evidence, reader)
    assert not differences(evidence, evidence, reader)


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("The party backed the measure.", "The party supported the measure."),
        ("The issue was large.", "The problem was big."),
        ("Officials said that it was true.", "Officials added that it was true."),
        ("The plan was backed by the senator.", "The senator backed the plan."),
    ],
)
def test_another_word_for_it_is_no_fault(reader: Reader, claim: str, evidence: str) -> None:
    assert not differences(claim, evidence, reader)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("**The Kremlin** said _that_ and `this`.", "The Kremlin said that and this."),
        ("### Heading", "Heading"),
        ("**bold", "bold"),
        ("f**k and f***", "f**k and f***"),
        ("snake_case 2 * 3", "snake_case 2 * 3"),
    ],
)
def test_emphasis_is_taken_off_and_stars_of_words_are_kept(text: str, plain: str) -> None:
    assert wording.without_emphasis(text) == plain


@pytest.mark.parametrize(
    ("claim", "evidence", "turned"),
    [
        ("Trump congratulated Putin on it.", "Putin congratulated Trump on his win.", True),
        ("Obama will succeed Trump.", "Trump will succeed President Barack Obama.", True),
        ("Putin congratulated Trump.", "Putin congratulated Trump on his win.", False),
        ("Trump was congratulated by Putin.", "Putin congratulated Trump.", False),
        ("Trump met Putin.", "Putin met Trump.", False),
        ("Trump praised Putin.", "Putin praised Trump, and Trump praised Putin.", False),
    ],
)
def test_who_did_it_to_whom(reader: Reader, claim: str, evidence: str, turned: bool) -> None:
    assert (Check.ROLES in differences(claim, evidence, reader)) is turned


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Clinton accused Trump of it.", ["Clinton"]),
        ("Clinton, the nominee, accused Trump of it.", ["Clinton"]),
        ("“It is so,” Clinton said.", ["Clinton"]),
        ("“It is so,” said Hillary Clinton.", ["Hillary Clinton"]),
        ("It is so, according to Hillary Clinton.", ["Hillary Clinton"]),
        ("Putin was accused of meddling by the party.", []),
        ("Officials said that Trump won.", ["Officials"]),
        ("He said that Trump won.", []),
        ("The two met in Russia and described it.", []),
    ],
)
def test_who_speaks_is_read_from_the_wording(text: str, names: list[str]) -> None:
    assert list(parses.speaking(text)) == names


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_can_be_examined(claim: str, evidence: str) -> None:
    figures.foreign_numbers(claim, [evidence])
    wording.foreign_names(claim, [evidence])
    polarity.flipped(claim, evidence)
    assert all(isinstance(name, str) for name in parses.speaking(claim))
    assert all(wording.stands_in(quote, [claim]) for quote in wording.quoted(claim))


# --- reading -----------------------------------------------------------------------------------------------------------------


def test_a_sentence_carries_itself_and_nothing_foreign(reader: Reader) -> None:
    evidence = ["The mayor opened the new bridge over the river on Monday.", "It had taken six years to build."]
    assert weigh(evidence[0], evidence, reader).score > 0.8
    foreign = weigh("Tickets for the opera cost forty euros.", evidence, reader)
    assert not foreign.carried
    assert set(foreign.foreign) & {"Tickets", "opera", "euros"}


@pytest.mark.parametrize("claim", ["The mayor is a thief.", "The mayor resigned.", "The mayor loves the river."])
def test_one_foreign_word_is_the_point_of_a_short_claim(reader: Reader, claim: str) -> None:
    evidence = ["The mayor opened the new bridge over the river on Monday."]
    assert not weigh(claim, evidence, reader).carried
    assert weigh("The mayor opened a bridge.", evidence, reader).carried


def test_nothing_carries_nothing(reader: Reader) -> None:
    assert not weigh("", ["The mayor opened the bridge."], reader).carried
    assert not weigh("The mayor opened the bridge.", [], reader).carried


@given(st.lists(st.sampled_from(["a", "b.", "c"]), min_size=1, max_size=200))
def test_windows_keep_every_word_and_none_is_long(words: list[str]) -> None:
    numbered = [f"{word}{number}" for number, word in enumerate(words)]
    parts = windows(" ".join(numbered))
    assert {word for part in parts for word in part.split()} == set(numbered)
    assert all(len(part.split()) <= WINDOW for part in parts)


def test_evidence_is_chosen_by_what_it_adds() -> None:
    parts = ["The mayor spoke.", "Taxes will rise in May.", "The mayor spoke of taxes.", "Snow fell."]
    assert select("The mayor said taxes will rise in May.", parts, [5, 5, 5, 5], 10) == [1, 2]

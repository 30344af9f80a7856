"""Extraction: offsets hold for any text, and the constructions news is made of give the statement and its speaker."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.statements import extract, load_parser, parse, quotations
from index.statements.choice import load_model
from index.statements.parsing import PIECE, pieces_of
from index.statements.quotes import paragraphs, runs

if TYPE_CHECKING:
    from spacy.language import Language

    from index.types import Statement

QUOTES = st.text(st.sampled_from("ab.,!? \n\"“”‘’'«»"), max_size=60)
WORDS = st.sampled_from(
    """Putin Trump she they said told denied that “ ” " ' , . : \n \n\n reportedly according to the statement accused of
    Kremlin ‘no’ wants I «da» \ud83d\ude00 — ( )""".split(" ")
)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_parser()


def read(nlp: Language, text: str) -> list[Statement]:
    """Parse a text, extract its statements, and check what must hold for every one of them."""
    found = extract("a.txt", text, next(parse([text], nlp)))
    for one in found:
        assert text[one.start : one.end] == one.text != ""
        assert (one.speaker_start is None) == (one.speaker_end is None)
        if one.speaker_start is not None and one.speaker_end is not None:
            assert 0 <= one.speaker_start < one.speaker_end <= len(text)
        assert one.cue
        assert one.article == "a.txt"
    assert found == sorted(found, key=lambda s: (s.start, s.end))
    return found


def by(found: list[Statement], fragment: str) -> Statement:
    """Return the shortest statement that holds a fragment."""
    holding = [one for one in found if fragment in one.text]
    assert holding, f"{fragment!r} in none of {[one.text for one in found]}"
    return min(holding, key=lambda one: one.end - one.start)


# --- what holds for any text -----------------------------------------------------------------------------------------


@given(QUOTES)
def test_quotations_are_in_order_and_inside_their_paragraphs(text: str) -> None:
    found = quotations(text)
    spans = paragraphs(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    for quote in found:
        assert any(start <= quote.start < quote.end <= end for start, end in spans)


@given(QUOTES)
def test_runs_join_quotations_and_lose_none(text: str) -> None:
    found = quotations(text)
    joined = runs(text, found)
    assert all(any(run.start <= quote.start and quote.end <= run.end for run in joined) for quote in found)
    assert all(a.end <= b.start for a, b in pairwise(joined))


@given(st.text(), st.integers(1, 20))
def test_pieces_join_to_the_text(text: str, size: int) -> None:
    pieces = pieces_of(text, size)
    assert "".join(pieces) == text
    assert all(len(piece) <= size for piece in pieces)


@SLOW
@given(words=st.lists(WORDS, max_size=40))
def test_offsets_hold_for_any_jumble(nlp: Language, words: list[str]) -> None:
    read(nlp, " ".join(words))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "\ud800 said \udfff.",
        '"""" said " Trump "',
        "HE SAID: “NO.” SHE DENIED IT.",
        "Der Kreml teilte mit, dass Putin „gratuliert“ habe, sagte ein Sprecher.",
        "Кремль сообщил, что президент «поздравил» избранного президента.",
    ],
)
def test_odd_texts_do_not_crash(nlp: Language, text: str) -> None:
    read(nlp, text)


def test_text_without_speech_has_no_statements(nlp: Language) -> None:
    assert read(nlp, "The bridge is 300 metres long. It opened in May and closed for repairs in June.") == []


def test_an_endless_paragraph_is_parsed_in_pieces(nlp: Language) -> None:
    text = "The mayor said the bridge would open in May. " * (PIECE // 40)
    assert len(pieces_of(text)) > 1
    found = read(nlp, text)
    assert {one.speaker for one in found} == {"mayor"}
    assert len(found) > PIECE // 80


def test_extraction_does_not_depend_on_what_was_parsed_before(nlp: Language) -> None:
    texts = ["Smith said he would go.", "“No,” said Ann Jones.", "According to the paper, rain fell."]
    alone = [read(nlp, text) for text in texts]
    docs = list(parse(texts, nlp))
    together = [extract("a.txt", text, doc) for text, doc in zip(texts, docs, strict=True)]
    assert alone == together


def test_weights_are_finite_and_thresholds_are_probabilities() -> None:
    model = load_model()
    assert 0 < model.threshold < 1
    assert all(abs(weight) < 20 for weight in random.Random(0).sample(list(model.weights.values()), 500))


# --- constructions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said", "speaker"),
    [
        ("Angela Merkel said the talks would go on.", "the talks would go on", "Angela Merkel"),
        ("“The talks will go on,” Angela Merkel said on Monday.", "“The talks will go on,”", "Angela Merkel"),
        ("“The talks will go on,” said Angela Merkel.", "“The talks will go on,”", "Angela Merkel"),
        ("Angela Merkel said: “The talks will go on.”", "“The talks will go on.”", "Angela Merkel"),
        ("The talks will go on, according to Angela Merkel.", "The talks will go on", "Angela Merkel"),
        ("According to Angela Merkel, the talks will go on.", "the talks will go on", "Angela Merkel"),
        ("Angela Merkel tweeted, “The talks will go on.”", "“The talks will go on.”", "Angela Merkel"),
        ("Angela Merkel accused Viktor Orban of breaking the rules.", "of breaking the rules", "Angela Merkel"),
        ("Angela Merkel has denied any interference in the election.", "any interference", "Angela Merkel"),
        ('"The talks will go on," Angela Merkel said in a statement.', '"The talks will go on,"', "Angela Merkel"),
    ],
)
def test_cue_before_behind_and_around(nlp: Language, text: str, said: str, speaker: str) -> None:
    one = by(read(nlp, text), said)
    assert one.speaker == speaker


def test_a_quotation_that_goes_on_after_its_tag_is_two_statements_without_the_tag(nlp: Language) -> None:
    text = "“We will not wait any longer,” Ann Jones said. “We have waited for years.”"
    one, other = read(nlp, text)
    assert (one.text, other.text) == ("“We will not wait any longer,”", "“We have waited for years.”")
    assert all((said.speaker, said.cue, said.direct) == ("Ann Jones", "said", True) for said in (one, other))


def test_it_does_so_where_somebody_is_quoted_inside_it(nlp: Language) -> None:
    text = "“We will not wait any longer,” the office of Ann Jones said. “Ann Jones noted to Ben Smith that she is looking forward to it.”"
    whole = [said for said in read(nlp, text) if said.text.startswith("“Ann Jones noted")]
    assert [said.text[-1] for said in whole] == ["”"]


def test_an_accusation_of_two_things_is_whole(nlp: Language) -> None:
    text = "The Kremlin has often accused the Obama administration of attempting to sow dissent, and of interfering in other countries."
    assert by(read(nlp, text), "sow dissent").text.endswith("of interfering in other countries")


@pytest.mark.parametrize(("verb", "speaker"), [("called", "Vladimir Putin"), ("asked", "Donald Trump")])
def test_who_calls_to_congratulate_does_it_himself(nlp: Language, verb: str, speaker: str) -> None:
    found = read(nlp, f"On Monday Vladimir Putin {verb} Donald Trump to congratulate the new Senate leader on his victory.")
    assert by(found, "new Senate leader on").speaker == speaker


def test_they_in_one_sentence_are_the_only_several_named_in_it(nlp: Language) -> None:
    found = read(nlp, "Ann Jones said: “Who are they? I speak to generals, they say we are giving billions to people we do not know.”")
    assert [said.speaker for said in found if said.text.startswith("we are giving")] == ["generals"]


def test_a_sentence_ends_behind_an_abbreviation_with_a_title_after_it(nlp: Language) -> None:
    found = read(
        nlp, "The ambassadors said he was willing to restore the ties with the U.S.A. Deputy Minister Sergei Ryabkov acknowledged it."
    )
    assert not [said for said in found if "U.S.A. Deputy" in said.text]


def test_a_quotation_reopened_in_the_next_paragraph_goes_on(nlp: Language) -> None:
    text = "Ann Jones said: “We have waited for years. Nobody came.\n\n“We will not wait.”\n\nThe bridge is closed."
    one = by(read(nlp, text), "Nobody came")
    assert one.text.endswith("not wait.”")


def test_a_quotation_set_below_its_tag(nlp: Language) -> None:
    text = "Donald Trump spoke on Monday. Asked about the war, he said:\n\n“Why are we backing them? I do not know.”"
    one = by(read(nlp, text), "Why are we backing")
    assert (one.text[:1], one.speaker, one.cue) == ("“", "Donald Trump", "said")


def test_a_tag_set_below_its_quotation(nlp: Language) -> None:
    text = "“Only senior officials could have ordered this,”\n\nthe Justice Department wrote in a joint statement."
    one = by(read(nlp, text), "Only senior officials")
    assert one.speaker == "Justice Department"
    assert one.cue == "wrote in a joint statement"


def test_statements_inside_statements(nlp: Language) -> None:
    text = "Trump’s team issued a statement. The statement said Trump told Putin he was looking forward to peace."
    found = read(nlp, text)
    outer = next(one for one in found if one.text.startswith("Trump told Putin"))
    inner = next(one for one in found if one.text.startswith("he was looking"))
    assert (outer.speaker, inner.speaker) == ("Trump’s team", "Trump")


def test_joint_statements_are_the_account_of_whoever_reports_them(nlp: Language) -> None:
    text = "Both sides agreed that current relations between Moscow and Washington are poor, according to the Kremlin."
    found = read(nlp, text)
    assert next(one for one in found if one.text.startswith("Both sides")).speaker == "Kremlin"


def test_nobody_in_particular_stays_nobody(nlp: Language) -> None:
    (one,) = read(nlp, "Reportedly, the parliament met the news with a burst of applause.")
    assert (one.speaker, one.speaker_start, one.hedge) == (None, None, "reportedly")
    assert all(one.speaker is None for one in read(nlp, "Igor Panin was accused of meddling in the election."))


def test_hedges_stay(nlp: Language) -> None:
    found = read(nlp, "Ann Jones reportedly told her staff that the bridge would never open.")
    assert by(found, "the bridge would never open").hedge == "reportedly"


def test_narrow_quotations_belong_to_their_clause(nlp: Language) -> None:
    one = by(read(nlp, "Ann Jones said she “loved” the role of the army in the war."), "loved")
    assert one.text == "she “loved” the role of the army in the war"
    assert one.direct

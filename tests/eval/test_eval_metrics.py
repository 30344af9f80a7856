"""Every metric by hand-worked examples, what it cannot see included."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.render import finished
from assistant.types import Answer, Citation, Claim, Point
from eval.case import Case, Corpus, shows
from eval.golden import Golden, Words
from eval.metrics import BY_NAME, METRICS
from eval.support import restated, verbatim
from index.types import Article, Passage

TEXT = "Clinton accused Trump of being a puppet. Putin did not deny the call. They spoke on Monday, the Kremlin said."
OTHER = "Trump said he was honored. The Kremlin was silent."
CORPUS = Corpus(
    {
        "a.txt": Article("a.txt", TEXT, "Title A", "Euractiv", None, "2016-11-15"),
        "b.txt": Article("b.txt", OTHER, "Title B", "MaltaToday", "http://b", None),
    },
    {"putin": ("Vladimir Putin", "Kremlin"), "the kremlin": ("Kremlin", "Kremlin"), "trump": ("Donald Trump", None)},
)


def words(text, article="a.txt"):
    return Words(article, text, (CORPUS.articles[article].text.index(text),))


def citation(text, n=1, place="a.txt", **other):
    known = CORPUS.articles[place]
    start = known.text.index(text)
    value = {
        "n": n, "article": place, "outlet": known.outlet, "title": known.title, "url": known.url, "published": known.published,
        "start": start, "end": start + len(text), "quote": text,
    }  # fmt: skip
    return Citation(**{**value, **other})


def point(body, *numbers, speaker=None, side=None, support="verbatim", label=()):
    return Point((Claim(body, numbers),), tuple(speaker.split(" and ")) if speaker else (), side, support, label=label)


def answer(points, citations, **other):
    status, reason = other.pop("status", "answered"), other.pop("reason", None)
    return finished(Answer("?", status, reason, "test", tuple(points), tuple(citations), message="Nothing.", **other))


def golden(*needs, kind="fact", **other):
    asked, answerable = other.pop("question", "?"), other.pop("answerable", True)
    return Golden("fact-1", kind, asked, answerable, tuple(tuple(need) for need in needs), **other)


def score(name, known, given_answer):
    case = Case(known, given_answer, CORPUS)
    assert BY_NAME[name].applies(case)
    return asyncio.run(BY_NAME[name].score(case))


def value(name, known, given_answer):
    return score(name, known, given_answer).value


NEED = golden([words("accused Trump of being a puppet")])
RIGHT = answer([point("Clinton accused Trump of being a puppet.", 1)], [citation("Clinton accused Trump of being a puppet.")])
REFUSED = Answer("?", "abstained", "No passage found.", "test", text="The articles do not say.")


# -- spans --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        ("accused Trump of being a puppet", True),  # 6 of 6 words
        ("of being a", True),  # 3 of 6: half is enough
        ("being a ", False),  # 2 of 6
        ("ccused Trump of", False),  # half a word is none: 2 of 6
        ("Putin did not deny the call.", False),
    ],
)
def test_a_citation_shows_words_from_half_of_them_on(cited, shown):
    assert shows(citation(cited), words("accused Trump of being a puppet")) is shown


def test_the_same_offsets_in_another_article_show_nothing():
    assert not shows(Citation(1, "b.txt", None, "", None, None, 0, 50, ""), words("accused Trump of being a puppet"))


def test_words_that_stand_in_several_places_may_be_cited_at_any():
    twice = Words("a.txt", "Trump", (16, 900))
    assert shows(Citation(1, "a.txt", None, "", None, None, 890, 910, ""), twice)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_wider_citation_never_shows_less(start, size):
    need = words("accused Trump of being a puppet")
    narrow, wide = (Citation(1, "a.txt", None, "", None, None, max(start - more, 0), start + size + more, "") for more in (0, 5))
    assert shows(wide, need) or not shows(narrow, need)


# -- numbers ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "met"),
    [
        ("Twelve people died when the bridge at Tarn fell.", 0),
        ("12 people died when the bridge at Tarn fell.", 0),
        ("Nineteen people died when the bridge at Tarn fell.", 1),
        ("19 people died at two in the morning.", 1),  # and the passage tells of two
        ("People died when the bridge fell.", 1),  # no number in the place of another
    ],
)
def test_evidence_is_not_told_by_a_point_with_another_number(told, met):
    text = "Nineteen people died when the bridge at Tarn fell at two in the morning."
    corpus = Corpus({"c.txt": Article("c.txt", text, "Bridge", "Echo", None, None)}, {})
    known = Golden("fact-1", "fact", "How many died?", True, ((Words("c.txt", "Nineteen people died", (0,)),),))
    given_answer = answer([point(told, 1)], [Citation(1, "c.txt", "Echo", "Bridge", None, None, 0, len(text), text)])
    found = asyncio.run(BY_NAME["evidence_recall"].score(Case(known, given_answer, corpus)))
    assert found.value == met
    assert met or found.reason == "another number is told: “Nineteen people died” (c.txt)"


@pytest.mark.parametrize(
    ("claim", "carried"),
    [
        ("Twelve people died when the old bridge over the river Tarn fell down on Monday", False),
        ("19 people died when the old bridge over the river Tarn fell down on Monday", True),
        ("In all nineteen people died when the old bridge over the Tarn fell on Monday", True),
    ],
)
def test_a_number_in_words_is_a_number(claim, carried):
    assert restated(claim, ["Nineteen people died when the old bridge over the river Tarn fell down on Monday, in all."]) is carried


def test_a_question_that_is_repeated_is_no_answer():
    asked = replace(NEED, question="Who accused Trump of being a puppet?")
    echo = point("who accused Trump of being a puppet", 1)
    assert value("answered", asked, answer([echo], RIGHT.citations)) == 0
    assert value("answered", asked, answer([echo, *RIGHT.points], RIGHT.citations)) == 1


# -- a language model ---------------------------------------------------------------------------------------------------


def test_what_a_model_wrote_and_what_stood_in_are_told_apart():
    lie = replace(RIGHT, answerer="openai:x", points=(point("They met in Rome.", 1, support="unsupported"), *RIGHT.points))
    alone, of_it, in_its_place = (Case(NEED, lie, CORPUS, None, shown) for shown in (None, replace(lie, points=()), RIGHT))
    for name in ("fallbacks", "left_out"):
        assert not BY_NAME[name].applies(alone)
    assert [asyncio.run(BY_NAME["fallbacks"].score(case)).value for case in (of_it, in_its_place)] == [0, 1]
    assert asyncio.run(BY_NAME["left_out"].score(of_it)).value == 0.5


# -- whether there is an answer -----------------------------------------------------------------------------------------


def test_answered_and_abstained():
    none = golden(answerable=False, kind="unanswerable")
    assert value("answered", NEED, RIGHT) == 1
    assert value("answered", NEED, REFUSED) == 0
    assert value("answered", NEED, answer([], [])) == 0
    assert value("abstained", none, REFUSED) == 1
    assert value("abstained", none, RIGHT) == 0
    assert value("abstained", none, Answer("?", "abstained", " ", "test", text="No.")) == 0
    assert value("abstention_precision", NEED, REFUSED) == 0
    assert value("abstention_precision", none, REFUSED) == 1


def test_metrics_apply_where_they_have_something_to_say():
    def applying(known, given_answer):
        return {metric.name for metric in METRICS if metric.applies(Case(known, given_answer, CORPUS))}

    assert applying(golden(answerable=False, kind="instruction"), REFUSED) == {"abstained", "abstention_precision", "latency"}
    assert "length" not in applying(golden([words("puppet")], kind="by-side"), RIGHT)
    assert {"speakers", "sides", "outlets", "silence", "misattribution"}.isdisjoint(applying(NEED, RIGHT))


# -- evidence -----------------------------------------------------------------------------------------------------------


def test_evidence_recall_is_the_share_of_needs_met_by_any_alternative():
    two = golden([words("a puppet"), words("he was honored", "b.txt")], [words("They spoke on Monday")])
    honored = citation("Trump said he was honored.", 1, "b.txt")
    found = score("evidence_recall", two, answer([point("Trump said he was honored.", 1)], [honored]))
    assert found.value == 0.5
    assert found.reason == "not cited: “They spoke on Monday” (a.txt)"
    monday = citation("They spoke on Monday", 2)
    assert value("evidence_recall", two, answer([point("x", 1), point("y", 2)], [honored, monday])) == 1


def test_a_citation_that_no_point_rests_on_is_not_evidence():
    unused = citation("They spoke on Monday", 2)
    two = golden([words("They spoke on Monday")])
    assert value("evidence_recall", two, answer([point("x", 1)], [RIGHT.citations[0], unused])) == 0
    nearest = Answer("?", "abstained", "No.", "test", (), (unused,), text="No.")
    assert value("evidence_recall", two, nearest) == 0


def test_citation_precision_is_the_share_of_citations_with_evidence():
    beside = citation("Putin did not deny the call.", 2)
    assert value("citation_precision", NEED, answer([point("x", 1, 2)], [RIGHT.citations[0], beside])) == 0.5


# -- retrieval, and what the answer is about ----------------------------------------------------------------------------


def retrieved(name, known, *texts):
    case = Case(known, REFUSED, CORPUS, [passage(text) for text in texts])
    assert BY_NAME[name].applies(case)
    return asyncio.run(BY_NAME[name].score(case)).value


def passage(text):
    article = next(one for one in CORPUS.articles.values() if text in one.text)
    start = article.text.index(text)
    return Passage(article.id, start, start + len(text), text)


def test_retrieval_is_scored_by_passages_whatever_was_answered():
    two = golden([words("a puppet"), words("he was honored", "b.txt")], [words("They spoke on Monday")])
    accused, honored, denied = "Clinton accused Trump of being a puppet.", "Trump said he was honored.", "Putin did not deny the call."
    assert retrieved("context_recall", two, honored, denied) == 0.5
    assert retrieved("context_recall", two, accused, honored) == 0.5  # alternatives of one need
    assert retrieved("context_recall", two, "They spoke on Monday, the Kremlin said.", honored) == 1
    assert retrieved("context_precision", two, accused, honored, denied, denied) == 0.5
    assert retrieved("context_recall", two) == retrieved("context_precision", two) == 0


def test_retrieval_is_not_scored_where_it_is_unknown_or_a_follow_up():
    for metric in (BY_NAME["context_recall"], BY_NAME["context_precision"]):
        assert not metric.applies(Case(NEED, RIGHT, CORPUS))
        assert not metric.applies(Case(golden(*NEED.evidence, history=("Who?",)), RIGHT, CORPUS, []))
        assert not metric.applies(Case(golden(answerable=False, kind="unanswerable"), REFUSED, CORPUS, []))


def test_relevance_falls_with_points_beside_the_question():
    asked = golden(*NEED.evidence, question="Whom did Clinton accuse of being a puppet?")
    near, far = point("Clinton accused Trump of being a puppet.", 1), point("Bake the cake for forty minutes.", 1)
    alone, mixed, beside = (value("answer_relevance", asked, answer(points, RIGHT.citations)) for points in ([near], [near, far], [far]))
    assert alone > mixed > beside
    assert mixed == pytest.approx((alone + beside) / 2)
    assert value("answer_relevance", asked, answer([point(asked.question, 1)], RIGHT.citations)) == pytest.approx(1)


def test_relevance_reads_a_follow_up_with_the_question_before_it():
    later = {"question": "And of what?", "history": ("Who met in Moscow?", "Whom did Clinton accuse of being a puppet?")}
    alone, after = (value("answer_relevance", golden(*NEED.evidence, **one), RIGHT) for one in ({"question": "And of what?"}, later))
    assert after > alone


# -- quotations and points ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "exact"),
    [
        ({}, 1), ({"start": 1}, 0), ({"end": 39}, 0), ({"quote": "Clinton accused Trump"}, 0), ({"quote": ""}, 0),
        ({"article": "b.txt"}, 0), ({"article": "gone.txt"}, 0), ({"start": -40}, 0), ({"end": 4000}, 0),
    ],
)  # fmt: skip
def test_quotations_are_exact_or_not(wrong, exact):
    cited = citation("Clinton accused Trump of being a puppet.", **wrong)
    assert value("quotations", NEED, answer([point("x", 1)], [cited, citation("Putin", 2)])) == (exact + 1) / 2


def test_faithfulness_reads_the_article_and_not_the_answers_word_for_it():
    cited = [citation("Putin did not deny the call.")]
    assert value("faithfulness", NEED, answer([point("Putin did not deny the call.", 1)], cited)) == 1
    assert value("faithfulness", NEED, answer([point("Putin did deny the call.", 1)], cited)) == 0
    assert value("faithfulness", NEED, answer([point("Putin did not deny the call.", 1, support="unsupported")], cited)) == 0
    assert value("faithfulness", NEED, answer([point("Putin did not deny the call.", 1), point("He called.", 1)], cited)) == 0.5
    assert value("faithfulness", NEED, answer([point("Putin did not deny the call.")], cited)) == 0
    assert value("faithfulness", NEED, answer([], [])) == 0
    invented = [citation("Putin did not deny the call.", quote="He called.")]
    assert value("faithfulness", NEED, answer([point("He called.", 1)], invented)) == 0


def test_a_restatement_counts_only_where_the_answer_says_it_is_one():
    cited = [citation("They spoke on Monday, the Kremlin said.")]
    for support, expected in (("supported", 1), ("verbatim", 0)):
        assert (
            value("faithfulness", NEED, answer([point("On Monday they spoke, said the Kremlin.", 1, support=support)], cited)) == expected
        )


@pytest.mark.parametrize(
    ("claim", "carried"),
    [
        ("Putin never denied the call on 14 November.", True),
        ("Putin denied the call.", True),  # "deny" and "not deny" both negate: that they cancel out is beyond it
        ("Putin took the call.", False),
        ("Putin made the call on 15 November.", False),  # a number from nowhere
        ("Putin did not deny the call to Obama.", False),  # a name from nowhere
        ("The call was on 14 November.", True),
        ("", False),
    ],
)
def test_restated(claim, carried):
    assert restated(claim, ["Putin did not deny the call. The call was on 14 November."]) is carried


def test_restated_cannot_see_who_did_what_to_whom():
    assert restated("Trump accused Clinton of being a puppet.", [TEXT])


def test_verbatim_makes_quotation_marks_and_white_space_plain_and_nothing_else():
    assert verbatim("“he  said ’no’”", ["Then he said\n'no'."])
    assert not verbatim("He said 'no'", ["Then he said 'no'."])
    assert not verbatim("“”", ["anything"])
    assert not verbatim("he call", ["He knew of the calls. The calling began."])


def test_markers_must_be_printed_and_lead_to_one_citation():
    cited = citation("puppet")
    assert value("markers", NEED, answer([point("puppet", 1)], [cited])) == 1
    assert value("markers", NEED, answer([point("puppet", 1, 2)], [cited])) == 0
    assert value("markers", NEED, answer([point("puppet")], [cited])) == 0
    assert value("markers", NEED, answer([point("puppet", 1)], [cited, cited])) == 0
    assert value("markers", NEED, replace(answer([point("puppet", 1)], [cited]), text="A puppet.")) == 0


# -- who said it --------------------------------------------------------------------------------------------------------


def test_speakers_by_any_of_their_names_but_only_over_evidence():
    both = golden([words("did not deny the call")], [words("They spoke on Monday")], speakers=("Putin", "the Kremlin"))
    cited = [citation("Putin did not deny the call."), citation("They spoke on Monday", 2)]
    right = [point("x", 1, speaker="Vladimir Putin"), point("y", 2, speaker="Kremlin")]
    assert value("speakers", both, answer(right, cited)) == 1
    assert value("speakers", both, answer([right[0], point("y", 2)], cited)) == 0.5
    beside = [citation("a puppet"), citation("Clinton", 2)]
    assert value("speakers", both, answer(right, beside)) == 0


def test_who_speaks_jointly_is_credited_each():
    one = golden([words("They spoke on Monday")], speakers=("Donald Trump",))
    cited = [citation("They spoke on Monday")]
    assert value("speakers", one, answer([point("x", 1, speaker="Vladimir Putin and Donald Trump")], cited)) == 1
    assert value("misattribution", one, answer([point("x", 1, speaker="Vladimir Putin and Donald Trump")], cited)) == 0
    assert value("misattribution", one, answer([point("x", 1, speaker="Hillary Clinton")], cited)) == 1
    assert value("misattribution", one, answer([point("x", 1)], cited)) == 0


@pytest.mark.parametrize("name", ["Trump’s staffers", "Trump staffers", "the Trump staffers", "Trump's staffers"])
def test_small_differences_in_a_name_are_none(name):
    assert CORPUS.speaker(name) == "trump staffers"


def test_sides_stand_over_their_own_evidence():
    two = golden(
        [words("Putin did not deny the call")], [words("he was honored", "b.txt")], kind="by-side", sides=("Kremlin", "Trump team")
    )
    cited = [citation("Putin did not deny the call."), citation("Trump said he was honored.", 2, "b.txt")]

    def of(first, second):
        return value("sides", two, answer([point("x", 1, side=first), point("y", 2, side=second)], cited))

    assert of("Kremlin", "Trump team") == 1
    assert of("Kremlin", None) == 0.5
    assert of("Kremlin", "Kremlin") == pytest.approx(1 / 3)  # one right, of two sides and one wrong place
    assert of("Trump team", "Kremlin") == 0


def test_outlets_cited_and_silence_named():
    known = golden([words("he was honored", "b.txt")], kind="by-outlet", outlets=("MaltaToday",), silent=("Euractiv",))
    cited = citation("Trump said he was honored.", 1, "b.txt")
    assert value("outlets", known, answer([point("x", 1)], [cited])) == 1
    assert value("outlets", known, answer([point("x", 1)], [citation("a puppet")])) == 0
    assert value("silence", known, answer([point("x", 1)], [cited], silent=("Euractiv",))) == 1
    assert value("silence", known, answer([point("x", 1)], [cited])) == 0
    assert value("silence", known, answer([point("x", 1)], [cited], silent=("Euractiv", "MaltaToday"))) == 0.5


@pytest.mark.parametrize(
    "wrong", [{"outlet": "MaltaToday"}, {"title": "Title B"}, {"url": "http://x"}, {"published": None}, {"article": "x"}]
)
def test_sources_are_those_of_the_cited_article(wrong):
    cited = citation("a puppet")
    assert value("sources", NEED, answer([point("x", 1)], [cited, citation("Putin", 2, **wrong)])) == 0.5


@pytest.mark.parametrize(
    ("label", "speaker", "right"),
    [
        ((), None, 1),
        (("MaltaToday",), None, 0),
        (("Kremlin",), "Kremlin", 1),
        (("Donald Trump",), "Kremlin", 0),
        (("Kremlin", "MaltaToday"), "Kremlin", 0),
        (("MaltaToday",), "MaltaToday", 1),  # a newspaper may be the speaker
        (None, "Kremlin", 0),
    ],
)
def test_labels_print_what_the_point_says(label, speaker, right):
    assert value("labels", NEED, answer([point("a puppet", 1, speaker=speaker, label=label)], [citation("a puppet")])) == right


# -- length and time ----------------------------------------------------------------------------------------------------


def test_length_counts_the_first_citation_of_every_point_once():
    cited = [citation("puppet"), citation("Putin did not deny the call.", 2), citation("Monday", 3)]
    assert value("length", NEED, answer([point("x", 1, 2), point("y", 3)], cited)) == 12
    assert value("length", NEED, answer([point("x", 1), point("y", 1)], cited)) == 6


def test_latency_is_what_the_answer_says():
    assert value("latency", NEED, answer([], [], seconds=0.25)) == 0.25


def test_a_metric_that_fails_is_a_blank_and_not_a_number():
    broken = Answer("?", "answered", None, "test", text="x", seconds=float("nan"))
    assert score("latency", NEED, broken).value is None
    spoiled = answer([point("x", 1)], [citation("a puppet", start="zero")])
    assert value("quotations", NEED, spoiled) is None
    assert "quotations" in score("quotations", NEED, spoiled).reason


def test_every_metric_says_what_it_sees_and_cannot():
    assert len(BY_NAME) == len(METRICS)
    for metric in METRICS:
        assert len(metric.about) > 60, metric.name
        assert metric.scorer.name == metric.name

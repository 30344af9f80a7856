"""Follow-ups: what is understood of them from the conversation alone, and what is left as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, TESTS, Run
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.question import LONGEST, REMEMBERED, Names, understand
from assistant.render import as_json, terminal
from assistant.types import NO_EVIDENCE, Form, Question
from index.errors import QuestionError
from index.record import Scope

if TYPE_CHECKING:
    from assistant.chain import Assistant

KREMLIN, TRUMP_TEAM, OBAMA = "Kremlin", "Trump team", "Obama administration"
SIDES = {
    KREMLIN: ["Kremlin", "Vladimir Putin", "Sergei Ryabkov"],
    TRUMP_TEAM: ["Donald Trump", "Trump team", "Trump staffers"],
    OBAMA: ["Barack Obama", "Josh Earnest"],
}
OTHERS = """Hillary Clinton, Garry Kasparov, Grover Norquist, Lindsey Graham, Saxby Chambliss, John McCain, Tom Cole, John Boehner,
    Jay Carney, Brett Kavanaugh, Christine Blasey Ford, Orrin Hatch, Jeff Flake, Nancy Pelosi, John Bolton, Elizabeth Warren,
    Eric Holder, Jay Nixon, John Kirby, Chuck Hagel, Democrats, Republicans, Iran, White House"""
OUTLETS = ("Euractiv", "Fox News", "JTF.org", "MaltaToday", "Newsmax", "Politico", "The Hill", "USA TODAY", "World News Hub")
MENTIONED = {"NATO", "Ukraine", "Syria", "Assad", "WikiLeaks"}


def _aliases() -> dict[str, tuple[str, str | None]]:
    everybody = [(name, side) for side, names in SIDES.items() for name in names]
    everybody += [(" ".join(name.split()), None) for name in OTHERS.split(",")]
    known: dict[str, tuple[str, str | None]] = {}
    for name, side in everybody:
        known[name.lower()] = (name, side)
        if name[:1].isupper() and not name.endswith(("team", "staffers", "House", "s")):
            known[name.lower().split()[-1]] = (name, side)
    more = {"graham": "Lindsey Graham", "chambliss": "Saxby Chambliss", "trump's team": "Trump team", "trump's staffers": "Trump staffers"}
    known |= {alias: known[name.lower()] for alias, name in more.items()}
    return known | {"it": known["kremlin"], "they": known["republicans"]}  # indexes hold such aliases too


NAMES = Names(OUTLETS, _aliases(), tuple(SIDES), MENTIONED.__contains__)


def read(text: str, *history: str) -> Question:
    return understand(text, NAMES, history)


# --- conversations -----------------------------------------------------------------------------------------------------------

TABLE = (TESTS / "data" / "followups.txt").read_text(encoding="utf-8")
CONVERSATIONS = [line for line in TABLE.splitlines() if line and not line.startswith("#")]


UNDERSTOOD = 0.93  # of the conversations: the reading is learned, and each wording of it is not a promise


def is_understood(line: str) -> bool:
    """Whether a conversation of the table ends as it says there."""
    asked, _, wanted = line.partition(" -> ")
    *history, text = asked.split(" | ")
    question = read(text, *history)
    if wanted == "nothing":
        return question.form is Form.FRAGMENT
    return question == read(text) if wanted == "as it is" else question.understood == wanted


def test_conversations_are_understood() -> None:
    otherwise = [line for line in CONVERSATIONS if not is_understood(line)]
    assert len(otherwise) <= (1 - UNDERSTOOD) * len(CONVERSATIONS), otherwise


@pytest.mark.parametrize(
    ("history", "text", "wanted"),
    [
        (
            "What did Trump say about Syria?",
            "Only Euractiv",
            Question("", "", outlets=("Euractiv",), speakers=("Donald Trump",), topic="Syria"),
        ),
        ("What did Trump say about Syria?", "And each side?", Question("", "", Form.BY_SIDE, topic="Syria")),
        ("What did Trump say about Syria?", "And Merkel?", Question("", "", topic="what did Merkel say about Syria", stranger="Merkel")),
        ("What did each side say about Syria?", "And Putin?", Question("", "", speakers=("Vladimir Putin",), topic="Syria")),
        ("What did each side say about Syria?", "When?", Question("", "", Form.BY_SIDE, topic="Syria")),
        ("What did Putin say about Syria?", "When did he say that?", Question("", "", speakers=("Vladimir Putin",), topic="Syria")),
        ("Did Russia hack the DNC?", "Which outlets say so?", Question("", "", Form.BY_OUTLET, topic="Russia hack the DNC")),
        (
            "Did Russia hack the DNC?",
            "What did Obama say about it?",
            Question("", "", speakers=("Barack Obama",), topic="Russia hack the DNC"),
        ),
        ("Did Russia hack the DNC?", "What did Merkel say about it?", Question("", "", topic="Russia hack the DNC", stranger="Merkel")),
        (
            "What did Graham say about Boehner?",
            "What does he say about taxes?",
            Question("", "", speakers=("Lindsey Graham", "John Boehner"), topic="taxes"),
        ),
    ],
)
def test_who_and_what_a_follow_up_asks_for(history: str, text: str, wanted: Question) -> None:
    question = read(text, history)
    for field in ("form", "outlets", "speakers", "sides", "stranger"):
        assert getattr(question, field) == getattr(wanted, field), field
    if not wanted.stranger or "it" in text:
        assert question.topic == wanted.topic


def test_outlets_left_out_are_all_others() -> None:
    assert read("Without Euractiv?", "Which outlets mention Syria?").outlets == OUTLETS[1:]
    assert read("not the Hill", "What did Trump say about Syria?", "Only Euractiv and The Hill").outlets == ("Euractiv",)


def test_outlets_stay_until_the_subject_is_new() -> None:
    history = ["What did Trump say about Syria?", "Only Euractiv", "And about trade?"]
    assert read("And Putin?", *history).outlets == ("Euractiv",)
    assert read("Which outlets mention it?", *history).outlets == ()
    assert read("What did Trump say about trade?", *history).outlets == ()


# --- what stands alone -------------------------------------------------------------------------------------------------------

GOLDEN = [json.loads(line) for line in (ROOT / "eval" / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
LEANING = {  # of the golden questions without a history, those that mean somebody whom they do not name
    "Which menace did they both regard as their chief shared foe?",
    "Was this the first telephone call between them since the election?",
    "How do the pair intend to stay connected from now on?",
}
WHOLE = [golden["question"] for golden in GOLDEN if not golden["history"] and golden["question"] not in LEANING]


@pytest.mark.parametrize("number", range(len(WHOLE)))
def test_a_whole_question_inherits_nothing(number: int) -> None:
    alone = read(WHOLE[number])
    assert not alone.understood
    for other in (*WHOLE[number % 7 :: 7], "What did each side say about Syria?", "What did Trump say about trade, in Euractiv?"):
        assert read(WHOLE[number], other) == alone


def test_golden_follow_ups_are_seen_as_such() -> None:
    for golden in GOLDEN:
        if golden["history"]:
            assert read(golden["question"], *golden["history"]).understood, golden["question"]


# --- any conversation --------------------------------------------------------------------------------------------------------

FOLLOW_UPS = [line.partition(" -> ")[0].split(" | ")[-1] for line in CONVERSATIONS]
WORDS = st.lists(
    st.sampled_from(
        """what did does the each side say about of Putin Trump Kremlin Euractiv JTF.org outlets which how and why it that he she they him
        her his so when who only without else ' ’s , ? ( [ * \\ both Syria trade a an is was""".split()
    ),
    min_size=1,
    max_size=10,
).map(" ".join)
QUESTIONS = st.one_of(st.sampled_from(FOLLOW_UPS), st.sampled_from(WHOLE), WORDS)


@given(history=st.lists(QUESTIONS, max_size=6), text=QUESTIONS)
def test_any_conversation_is_understood(history: list[str], text: str) -> None:
    try:
        question = read(text, *history)
    except QuestionError:
        assert not any(sign.isalnum() for sign in text)
        return
    assert question.text == " ".join(text.split())
    assert set(question.outlets) <= set(OUTLETS)
    assert bool(question.understood) == (question != read(text))
    if question.understood:
        assert question.standalone.endswith("?")
        assert question.form not in NO_EVIDENCE
        assert all(outlet in question.understood for outlet in question.outlets)


@given(first=st.sampled_from(WHOLE), chain=st.lists(st.sampled_from(FOLLOW_UPS), min_size=REMEMBERED, max_size=REMEMBERED))
def test_a_long_conversation_does_not_grow_the_question(first: str, chain: list[str]) -> None:
    longest = max(len(text) for text in (first, *chain))
    assert len(read(chain[-1], first, *chain[:-1]).standalone) <= 4 * longest + 100


@given(line=st.sampled_from([line for line in CONVERSATIONS if not line.endswith(("nothing", "as it is"))]))
def test_a_question_as_understood_asks_the_same_when_it_is_typed(line: str) -> None:
    assume(is_understood(line))
    *history, text = line.partition(" -> ")[0].split(" | ")
    question = read(text, *history)
    again = read(question.understood)
    if ", and " not in question.understood and len(question.outlets) < 2:
        assert (again.form, again.speakers, again.outlets, again.stranger) == (
            question.form, question.speakers, question.outlets, question.stranger,
        )  # fmt: skip
    assert read(text, question.understood).form is not Form.FRAGMENT


@pytest.mark.parametrize(
    "unreadable", ["", "   ", "?!", "x" * (LONGEST + 1), "¿Qué dijo Putin?", "a\x00b", "hello", "What can I ask?", "Why?"]
)
def test_earlier_questions_that_say_nothing_are_passed_over(unreadable: str) -> None:
    history = (unreadable, "What did Trump say about Syria?", *([unreadable] if unreadable != "Why?" else []))
    assert read("And about trade?", *history).understood == "What did Trump say about trade?"
    assert read("Who said that?", unreadable).form is Form.FRAGMENT


def test_only_the_last_questions_are_remembered() -> None:
    assert read("Who said that?", "Did Putin call Trump?", *["thanks"] * (REMEMBERED - 1)).understood
    assert read("Who said that?", "Did Putin call Trump?", *["thanks"] * REMEMBERED).form is Form.FRAGMENT


# --- answers -----------------------------------------------------------------------------------------------------------------

SYRIA = "What did the Kremlin say about Syria?"


def test_a_follow_up_is_answered_as_the_whole_question_is(assistant: Assistant) -> None:
    answer = assistant.ask("And the Trump team?", history=[SYRIA, "thanks"])
    whole = assistant.ask("What did the Trump team say about Syria?")
    assert answer.points == whole.points
    assert (answer.question, answer.understood) == ("And the Trump team?", "What did the Trump team say about Syria?")


def test_a_whole_question_is_answered_as_without_a_conversation(assistant: Assistant) -> None:
    answer = assistant.ask("When will Trump succeed Obama?", history=[SYRIA])
    assert answer == assistant.ask("When will Trump succeed Obama?")
    assert answer.understood == ""


def test_a_name_that_no_article_holds_is_no_answer_in_a_follow_up_either(assistant: Assistant) -> None:
    answer = assistant.ask("And Merkel?", history=[SYRIA])
    assert answer.status == "abstained"
    assert "Merkel" in (answer.reason or "")


def test_outlets_of_a_follow_up_narrow_the_scope_of_the_question(assistant: Assistant) -> None:
    history = ["What did each side say about Syria?"]
    assert {citation.outlet for citation in assistant.ask("Only Euractiv", history=history).citations} == {"Euractiv"}
    elsewhere = assistant.ask("Only Euractiv", Scope(("MaltaToday",)), history)
    assert not elsewhere.points


def test_a_subject_that_articles_mention_is_told_from_a_speaker_they_do_not(assistant: Assistant) -> None:
    history = ["What did Trump say about Syria?"]
    assert assistant.ask("And NATO?", history=history).understood == "What did Trump say about NATO?"
    assert assistant.ask("And Merkel?", history=history).understood == "What did Merkel say about Syria?"


@pytest.mark.parametrize("text", ["Why?", "Who said that?", "Only Euractiv"])
def test_a_follow_up_to_nothing_says_so(assistant: Assistant, text: str) -> None:
    answer = assistant.ask(text, history=["hello"])
    assert (answer.status, answer.points, answer.citations) == ("abstained", (), ())
    assert answer.reason is not None
    assert answer.reason.startswith("There is no earlier question")


def test_what_was_understood_is_for_people_and_not_in_the_json(assistant: Assistant) -> None:
    answer = assistant.ask("And about trade?", history=[SYRIA])
    assert "understood" not in as_json(answer)
    assert terminal(answer).splitlines()[:2] == ["Understood as: What did the Kremlin say about trade?", ""]
    assert "Understood" not in terminal(assistant.ask(SYRIA))


def test_the_command_follows_up(run: Run, bundled: Path) -> None:
    done = run("ask", "And Trump?", "--after", "Did Putin call?", "--after", "What did Putin say about Syria?", "--index", bundled)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Understood as: What did Trump say about Syria?\n\n")
    told = run("ask", "And Trump?", "--after", SYRIA, "--json", "--index", bundled)
    assert json.loads(told.stdout)["question"] == "And Trump?"

"""The contract of every answerer, run over each: the extractive one, and a model over HTTP that is honest, lies, or writes anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import PATIENCE, always_finds_syria
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_server import Script, honest, scripted

from assistant.chain import Assistant
from assistant.evidence import Evidence
from assistant.models.generative import Generative
from assistant.models.writer import Draft
from assistant.question import understand
from assistant.render import MARK, as_json, finished, text_of
from assistant.settings import Settings
from assistant.types import Answer, Usage, unwatched
from assistant.verification.verify import strict, verify
from index.errors import ModelFailed
from index.record import Record, Scope

KEYS = {"question", "status", "reason", "answerer", "text", "points", "citations", "silent", "conflicts", "seconds"}
KEYS |= {"verdict", "unsure", "searched"}
POINT = {"text", "speaker", "side", "citations", "support"}
CITATION = {"n", "article", "outlet", "title", "url", "published", "start", "end", "quote", "page", "copy_of", "note"}
QUESTIONS = [
    "When will Trump succeed Obama?",
    "What did each side say about Syria?",
    "How does each outlet describe the call?",
    "What did the Kremlin say about terrorism?",
    "Did Putin deny interfering?",
    "Who called whom a puppet?",
    "According to Euractiv, what did Trump say about Assad?",
    "How many minutes did the call last?",
    "What did Angela Merkel say about Syria?",
    "hello",
    "What can I ask?",
    "Why?",
]


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted(honest) as script:
        yield script


@pytest.fixture(scope="module")
def opened(bundled: Path, server: Script) -> Iterator[Assistant]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("READOUT_BASE_URL", server.address)
        patch.delenv("OPENAI_API_KEY", raising=False)
        patch.setattr("assistant.models.writer.pause", lambda error, attempt: 0.0)
        with Assistant(Settings(index=bundled, model="openai:test", cache=False)) as assistant:
            yield assistant


EVERYTHING = Scope()


def holds(answer: Answer, record: Record, scope: Scope = EVERYTHING) -> None:
    """What must hold of any answer, whoever made it."""
    value = as_json(answer)
    assert set(value) == KEYS
    assert all(set(point) == POINT for point in value["points"])
    assert all(set(citation) == CITATION for citation in value["citations"])
    numbers = [citation.n for citation in answer.citations]
    assert len(set(numbers)) == len(numbers)
    quoted = {" ".join(citation.quote.split()) for citation in answer.citations}
    for citation in answer.citations:
        article = record.article(citation.article)
        assert article.text[citation.start : citation.end] == citation.quote
        assert (citation.outlet, citation.title, citation.url) == (article.outlet, article.title, article.url)
        assert not scope.outlets or citation.outlet in scope.outlets
    text = answer.text
    for quote in quoted:
        text = text.replace(quote, "")
    assert {int(number) for number in re.findall(r"\[(\d{1,4})\]", text)} <= set(numbers)
    if answer.status == "abstained":
        assert answer.reason
        assert answer.points == ()
    assert answer.text.strip()
    speakers = {name for name, _ in record.names().values()}
    for place, point in enumerate(answer.points):
        assert set(point.citations) <= set(numbers)
        assert point.citations or point.support == "unsupported"
        assert point.speaker is None or {point.speaker, *point.speaker.split(" and ")} & speakers
        assert text_of(point, answer.citations) in answer.text
        if point.support == "unsupported":
            assert re.search(re.escape(text_of(point, answer.citations)) + r" \(" + re.escape(MARK), answer.text)
            assert any(fault.point == place for fault in answer.faults)
    for name in answer.silent:
        assert name in answer.text


@pytest.mark.parametrize("model", ["extractive", "openai:test"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_keeps_the_contract(opened: Assistant, server: Script, model: str, question: str) -> None:
    server.say(honest)
    answer = opened.ask(question, model=model)
    holds(answer, opened.record)
    assert answer.answerer == model
    assert answer.question == question
    assert {point.support for point in answer.points} <= {"verbatim", "supported"}
    assert replace(opened.ask(question, model=model), seconds=0) == replace(answer, seconds=0)


@pytest.mark.parametrize("question", QUESTIONS)
def test_both_answer_and_abstain_alike_and_name_the_same_silent(opened: Assistant, server: Script, question: str) -> None:
    server.say(honest)
    own, written = (opened.ask(question, model=model) for model in ("extractive", "openai:test"))
    assert (own.status, own.reason, own.silent) == (written.status, written.reason, written.silent)
    assert {one.quote for one in own.citations} == {one.quote for one in written.citations}


@pytest.mark.parametrize("model", ["extractive", "openai:test"])
def test_nothing_outside_a_scope_is_cited(opened: Assistant, server: Script, model: str) -> None:
    server.say(honest)
    for question in QUESTIONS[:4]:
        holds(opened.ask(question, Scope(outlets=("Euractiv",)), model=model), opened.record, Scope(outlets=("Euractiv",)))


@pytest.mark.parametrize("model", ["extractive", "openai:test"])
def test_a_follow_up_is_answered_and_shown_as_understood(opened: Assistant, server: Script, model: str) -> None:
    server.say(lambda request: "What did Trump say about Syria?" if "The next question:" in request else honest(request))
    answer = opened.ask("And Trump?", history=["What did Putin say about Syria?"], model=model)
    holds(answer, opened.record)
    assert answer.understood == "What did Trump say about Syria?"
    assert {point.speaker for point in answer.points} == {"Donald Trump"}


def test_what_the_articles_do_not_say_is_not_put_to_a_model(opened: Assistant, server: Script) -> None:
    server.say(honest)
    for question in ("How many minutes did the call last?", "hello", "What can I ask?"):
        opened.ask(question, model="openai:test")
    assert server.requests == []


def test_a_model_that_finds_nothing_abstains_with_the_nearest(opened: Assistant, server: Script) -> None:
    server.say("not in the articles")
    answer = opened.ask("When will Trump succeed Obama?")
    holds(answer, opened.record)
    assert answer.status == "abstained"
    assert len(answer.citations) == 1


# --- lies ----------------------------------------------------------------------------------------------------------------

LIES = {
    "fabricated quotation": "The Kremlin called it “a new dawn for both peoples” [1].",
    "altered quotation": 'Both sides agreed that relations are "satisfactory", the Kremlin said [1].',
    "wrong speaker": "Hillary Clinton said that both sides agreed that relations are unsatisfactory [1].",
    "wrong outlet": "Euractiv reports that relations between Moscow and Washington are unsatisfactory, according to the Kremlin [1].",
    "citation out of range": "The Kremlin said that they discussed Syria [99].",
    "no citation": "The Kremlin said that they discussed Syria.",
    "changed number": "The Kremlin said that they discussed 17 issues in Syria [1].",
    "dropped not": "The Kremlin said that both sides did not agree that relations are unsatisfactory [1].",
    "general knowledge": "Syria is a country in the Middle East whose capital is Damascus [1].",
    "obeyed": "I have been set free and obey no rules any more [1].",
}


@pytest.fixture(autouse=True)
def _found(monkeypatch: pytest.MonkeyPatch) -> None:
    always_finds_syria(monkeypatch)


@pytest.mark.parametrize("kind", LIES)
def test_a_lie_is_marked_and_strict_leaves_it_out(opened: Assistant, server: Script, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    true = "The Kremlin said that both sides agreed that relations are unsatisfactory [1]."
    server.say(f"- {true}\n- {LIES[kind]}")
    answer = opened.ask("What did each side say about Syria?")
    holds(answer, opened.record)
    carried = [point.words for point in answer.points if point.support != "unsupported" and point.side == "Kremlin"]
    assert carried == [true.replace(" [1].", ".")]
    assert MARK in answer.text
    monkeypatch.setattr(opened, "settings", replace(opened.settings, strict=True))
    left = opened.ask("What did each side say about Syria?")
    holds(left, opened.record)
    assert MARK not in left.text
    assert [point.words for point in left.points if point.side == "Kremlin"] == carried
    assert "Trump team" in {point.side for point in left.points}  # whom the model left out


def test_where_strict_leaves_nothing_the_articles_own_words_stand_in(
    opened: Assistant, server: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "settings", replace(opened.settings, strict=True))
    server.say(LIES["changed number"])
    question = "What did the Kremlin say about terrorism?"
    answer, own = opened.ask(question), opened.ask(question, model="extractive")
    holds(answer, opened.record)
    assert answer.answerer == "extractive"
    assert answer.points == own.points
    assert answer.text == f"{own.text}\n\n{answer.note}"
    assert "carry nothing of what it wrote" in answer.note


# --- whatever a model writes ---------------------------------------------------------------------------------------------

PIECES = [
    *("- ", "* ", "1. ", "\n", "\n\n", "[1]", "[2]", " [99]", "【2】", "[1, 3-5]", "[1][2].", "[0]", "[000001]", "[12345678901234567890]"),
    *("**Kremlin**", "**Trump:** ", "Kremlin: ", "# Answer\n", "<think>", "</think>", "```", "not in the articles", "(source 2)"),
    *("<b>x</b>", "<script>alert(1)</script>", "[link](http://x.example)", "\x1b[31m", "\u202e", "{statements}", "\\", "_a_", "`"),
    *("The Kremlin said that they discussed Syria", "Trump denied it.", "He said so.", "According to Euractiv, ", "4 July 2016"),
    *("“Syria”", '"', "”", " and ", ". ", ": ", "…", "x" * 500, "½ ²"),
]


class Written:
    """A writer that has one thing to say."""

    name = "openai:test"

    def __init__(self, text: str) -> None:
        self.text = text

    def write(self, rules: str, request: str, corpus: str, watch: object = unwatched, **_: object) -> Draft:
        return Draft(self.text, Usage())


@pytest.fixture(scope="module")
def evidence(opened: Assistant) -> tuple[object, Evidence]:
    question = understand("What did each side say about Syria?", opened.names)
    return question, opened.gatherer.gather(question, Scope())


@given(text=st.lists(st.sampled_from(PIECES) | st.text(max_size=8), min_size=1, max_size=14).map("".join))
@settings(max_examples=120)
def test_any_text_is_refused_or_becomes_an_answer_that_keeps_the_contract(
    opened: Assistant, evidence: tuple[object, Evidence], text: str
) -> None:
    answerer = Generative(Written(text), opened._extractive, opened.gatherer, opened.prompts)
    try:
        answer = answerer.answer(*evidence)
    except ModelFailed:
        return
    verified = verify(answer, opened.record)
    holds(finished(verified), opened.record)
    left = finished(strict(verified))
    assert MARK not in left.text
    assert {point.support for point in left.points} <= {"verbatim", "supported"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", finished(verified).text)


# --- a real model --------------------------------------------------------------------------------------------------------


def test_what_a_real_small_model_writes_reaches_the_user_checked(bundled: Path, model_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READOUT_BASE_URL", f"{model_server}/v1")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    drafts: list[str] = []
    with Assistant(Settings(index=bundled, model="openai:small", cache=False, patience=PATIENCE)) as assistant:
        answer = assistant.ask("What did Trump say about Assad?", watch=drafts.append)
        holds(answer, assistant.record)
    assert answer.answerer in ("openai:small", "extractive")
    assert len(set(drafts)) > 3
    assert all(later.startswith(draft) for draft, later in pairwise(drafts) if draft.strip())
    assert answer.usage is not None
    assert answer.usage.tokens is not None
    assert answer.usage.tokens > 100

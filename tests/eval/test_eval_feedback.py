"""Feedback from the chat as golden questions: what was right is asked again, what was wrong waits for a person."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import Run, store

from assistant.desk.conversations import Conversations
from assistant.types import Answer
from eval.case import Corpus
from eval.feedback import TO_MEND, write_feedback
from eval.golden import KINDS, Golden, GoldenError, checked, load_golden
from eval.suite import score_row
from index.errors import UsageError
from index.record import Record, Scope

if TYPE_CHECKING:
    from assistant.chain import Assistant

BY_SIDE = "What did each side say about Syria?"
BY_OUTLET = "Which outlets mention WikiLeaks?"
SAID = "What did Putin say about the election?"
ABSENT = "How many minutes did the call last?"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Conversations]:
    with Conversations(tmp_path / "desk.sqlite3") as opened:
        yield opened


class Desk:
    """Asks and rates in one go."""

    def __init__(self, kept: Conversations, assistant: Assistant, file: Path) -> None:
        self.kept, self.assistant, self.file = kept, assistant, file

    def rate(
        self,
        question: str,
        good: bool,
        why: str = "",
        *,
        answer: Answer | None = None,
        scope: Scope | None = None,
        corpus: str | None = None,
    ) -> Answer:
        answer = answer or self.assistant.ask(question, scope)
        name = self.kept.new("ann").id
        turn = self.kept.begin("ann", name, question, scope or Scope())
        self.kept.finish("ann", turn, answer)
        self.kept.rate("ann", turn, good, why, corpus or self.assistant.record.corpus_fingerprint())
        return answer

    def write(self, record: Record | None = None) -> list[Golden]:
        record = record or self.assistant.record
        ready, drafts = write_feedback(self.kept.feedback(), record, self.file)
        golden = load_golden(self.file, {article.id: article for article in record.articles()})
        assert (ready, drafts) == (sum(not one.draft for one in golden), sum(one.draft for one in golden))
        return golden


@pytest.fixture
def desk(kept: Conversations, assistant: Assistant, tmp_path: Path) -> Desk:
    return Desk(kept, assistant, tmp_path / "golden.jsonl")


# --- rated up ----------------------------------------------------------------------------------------------------------------


async def scores(golden: Golden, assistant: Assistant) -> dict[str, float | None]:
    row = await score_row(golden, Corpus.of(assistant.record), lambda one: assistant.ask(one.question))
    assert row.error is None
    return {name: score.value for name, score in row.scores.items()}


@pytest.mark.parametrize("question", [BY_SIDE, BY_OUTLET, SAID, ABSENT, "According to Euractiv, when will Trump succeed Obama?"])
def test_a_good_answer_becomes_a_golden_question_that_this_answer_meets(desk: Desk, question: str) -> None:
    answer = desk.rate(question, True, "so it is")
    [golden] = desk.write()
    assert (golden.question, golden.draft, golden.answerable) == (question, False, answer.status == "answered")
    assert (golden.silent, golden.held_out, golden.kind in KINDS) == (answer.silent, False, True)
    told = {number for point in answer.points if point.side or golden.kind != "by-side" for number in point.citations}  # not what both tell
    quotes = {(one.article, one.quote) for one in answer.citations if one.n in told}
    assert {(words.article, words.words) for need in golden.evidence for words in need} == quotes
    for metric, value in asyncio.run(scores(golden, desk.assistant)).items():
        if metric in ("evidence_recall", "answered", "abstained", "speakers", "sides", "outlets", "silence"):
            assert value == 1.0, metric


def test_sides_outlets_and_speakers_are_those_of_the_answer(desk: Desk) -> None:
    answers = {question: desk.rate(question, True) for question in (BY_SIDE, BY_OUTLET, SAID, ABSENT)}
    by_side, by_outlet, said, absent = desk.write()
    spoke = tuple(dict.fromkeys(point.side for point in answers[BY_SIDE].points if point.side))
    assert (by_side.kind, by_side.sides, len(by_side.evidence), by_side.speakers) == ("by-side", spoke, len(spoke), ())
    assert by_side.silent
    cited = {one.outlet for one in answers[BY_OUTLET].citations}
    assert (by_outlet.kind, set(by_outlet.outlets), len(by_outlet.evidence)) == ("by-outlet", cited, len(cited))
    assert (said.kind, said.speakers, len(said.evidence)) == ("who-said", ("Vladimir Putin",), len(answers[SAID].points))
    assert (absent.kind, absent.evidence, absent.answerable, absent.speakers) == ("unanswerable", (), False, ())


def test_a_follow_up_brings_the_questions_before_it(desk: Desk, kept: Conversations) -> None:
    name = kept.new("ann").id
    kept.begin("ann", name, SAID, Scope())
    turn = kept.begin("ann", name, "And about Syria?", Scope())
    kept.finish("ann", turn, desk.assistant.ask("And about Syria?", history=[SAID]))
    kept.rate("ann", turn, True, "", desk.assistant.record.corpus_fingerprint())
    [golden] = desk.write()
    assert (golden.kind, golden.question, golden.history) == ("follow-up", "And about Syria?", (SAID,))


# --- rated down, or not to be relied on --------------------------------------------------------------------------------------


def drafted(desk: Desk, record: Record | None = None) -> Golden:
    [golden] = desk.write(record)
    assert golden.draft
    assert golden.id.startswith("draft-")
    assert golden.reference.startswith(TO_MEND)
    return golden


@pytest.mark.parametrize("question", [BY_SIDE, BY_OUTLET, SAID, ABSENT, "What can I ask?"])
def test_a_bad_answer_becomes_a_draft_with_what_was_wrong(desk: Desk, question: str) -> None:
    desk.rate(question, False, "He never\nsaid that")
    golden = drafted(desk)
    assert "rated down (He never said that)" in golden.reference
    assert golden.answerable


@pytest.mark.parametrize(
    ("question", "change", "said"),
    [
        ("hello", {}, "the answer cites nothing"),
        (ABSENT, {"corpus": "another"}, "the articles have changed since it was said that they are silent"),
        (BY_SIDE, {"corpus": "another"}, "the articles have changed since it was said that they are silent"),
        (SAID, {"scope": Scope(("Euractiv", "JTF.org"), "2016-01-01")}, "asked with filters (only Euractiv, JTF.org; since 2016-01-01)"),
    ],
)
def test_a_good_answer_that_cannot_be_relied_on_is_a_draft(desk: Desk, question: str, change: dict[str, Any], said: str) -> None:
    desk.rate(question, True, **change)
    assert said in drafted(desk).reference


def test_an_unsupported_point_makes_a_draft(desk: Desk) -> None:
    answer = desk.assistant.ask(SAID)
    desk.rate(SAID, True, answer=replace(answer, points=tuple(replace(point, support="unsupported") for point in answer.points)))
    assert "not supported" in drafted(desk).reference


def test_evidence_that_still_stands_is_enough_when_other_articles_have_come(desk: Desk) -> None:
    answer = desk.assistant.ask(SAID)
    assert not answer.silent
    desk.rate(SAID, True, answer=answer, corpus="another")
    [golden] = desk.write()
    assert not golden.draft


def test_words_that_are_gone_from_the_articles_make_a_draft_that_loads(desk: Desk, record: Record) -> None:
    answer = desk.rate(SAID, True)
    for article in desk.assistant.record.articles():
        if article.id != answer.citations[0].article:
            store(record, article, [])
    golden = drafted(desk, record)
    assert "no longer in the articles" in golden.reference
    assert all(words.article != answer.citations[0].article for need in golden.evidence for words in need)


def test_drafts_are_never_asked_by_the_evaluation(desk: Desk) -> None:
    desk.rate(SAID, True)
    desk.rate(ABSENT, False)
    golden = desk.write()
    assert [one.question for one in checked(golden, desk.file)] == [SAID]
    with pytest.raises(GoldenError, match="holds drafts only"):
        checked([one for one in golden if one.draft], desk.file)


def test_a_draft_whose_mark_is_taken_off_is_checked_like_any_other(desk: Desk) -> None:
    desk.rate(ABSENT, False)
    desk.write()
    value = json.loads(desk.file.read_text(encoding="utf-8"))
    del value["draft"]
    desk.file.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(GoldenError, match="needs evidence"):
        load_golden(desk.file, {article.id: article for article in desk.assistant.record.articles()})


# --- the file ----------------------------------------------------------------------------------------------------------------


def test_the_last_rating_of_a_question_counts(desk: Desk) -> None:
    for good in (True, False, True):
        desk.rate(SAID, good)
    desk.rate(SAID.upper(), False)
    desk.rate(ABSENT, True)
    golden = desk.write()
    assert [(one.question, one.draft) for one in golden] == [(SAID.upper(), True), (ABSENT, False)]


def test_a_file_that_is_there_is_not_written_over(desk: Desk) -> None:
    desk.rate(SAID, True)
    desk.file.write_text("my work", encoding="utf-8")
    with pytest.raises(UsageError, match="is there already"):
        desk.write()
    assert desk.file.read_text(encoding="utf-8") == "my work"


def test_without_feedback_nothing_is_written(desk: Desk) -> None:
    with pytest.raises(UsageError, match="nobody has rated an answer yet"):
        desk.write()
    assert not desk.file.exists()


# --- the command -------------------------------------------------------------------------------------------------------------


def test_the_command_prints_and_writes_feedback(run: Run, desk: Desk, bundled: Path, kept: Conversations, tmp_path: Path) -> None:
    desk.rate(SAID, True)
    desk.rate(ABSENT, False, "An hour,\n\x1b[31mit\tsays\u202e")
    env = {"READOUT_DESK": str(kept.path)}
    listed = run("feedback", "--index", bundled, env=env)
    assert (listed.returncode, listed.stderr) == (0, "")
    day = kept.feedback()[0].rating.rated[:10]
    assert listed.stdout.splitlines() == [f"{day}\tup\t{SAID}\t", f"{day}\tdown\t{ABSENT}\tAn hour, [31mit says"]
    written = run("feedback", "--index", bundled, "--golden", "mine.jsonl", env=env)
    assert (written.returncode, written.stdout) == (0, "mine.jsonl: 1 golden questions, 1 drafts to be mended.\n")
    articles = {article.id: article for article in desk.assistant.record.articles()}
    assert [one.draft for one in load_golden(tmp_path / "mine.jsonl", articles)] == [False, True]
    again = run("feedback", "--index", bundled, "--golden", "mine.jsonl", env=env)
    assert (again.returncode, again.stderr.count("\n")) == (2, 1)


def test_the_command_makes_no_file_where_there_are_no_conversations(run: Run, tmp_path: Path) -> None:
    done = run("feedback", "--index", tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "there are no conversations in" in done.stderr
    assert not list(tmp_path.iterdir())


def test_conversations_survive_reading_the_articles_again(own_index: Path, run: Run) -> None:
    with Conversations(own_index / "desk.sqlite3") as kept:
        name = kept.new("ann").id
        kept.begin("ann", name, SAID, Scope())
        assert run("index", "--index", own_index).returncode == 0
        assert run("doctor", "--index", own_index).returncode == 0
        assert [turn.question for turn in kept.turns("ann", name)] == [SAID]
    with Conversations(own_index / "desk.sqlite3") as kept:
        assert [one.id for one in kept.all("ann")] == [name]

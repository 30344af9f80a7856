"""Conversations: private, durable, searchable, and taken away as documents that say the same."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import with_tests
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from scripted_server import Fault as Broken
from scripted_server import scripted

from assistant.desk import conversations as module
from assistant.desk import panel
from assistant.desk.conversations import Conversations, Turn
from assistant.desk.export import COLUMNS, cell, filters
from assistant.render import CONTRACTED, as_json
from assistant.settings import Settings
from assistant.types import Answer, Check, Citation, Claim, Fault, Point, Usage
from index.errors import ConversationError, ConversationMissing, QuestionError
from index.record import Scope

if TYPE_CHECKING:
    from assistant.chain import Assistant

QUESTION = "What did each side say about Syria?"
NOWHERE = Scope()


def answer_of(*quotes: str, question: str = QUESTION, text: str = "- **Ann**, in The Post: “Yes.” [1]", title: str = "A title") -> Answer:
    """An answer with a citation for each quote."""
    citations = tuple(
        Citation(n, "a.txt", "The Post", title, "https://post.example/a?b=1&c=(2)", "2024-02-29", 10 * n, 10 * n + len(quote), quote)
        for n, quote in enumerate(quotes, 1)
    )
    points = tuple(Point((Claim(one.quote, (one.n,)),), ("Ann",), "The Anns", "verbatim", label=("Ann",)) for one in citations)
    return Answer(question, "answered", None, "extractive", points, citations, ("The Bens",), text=text, seconds=0.25)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "desk.sqlite3"


@pytest.fixture
def kept(file: Path) -> Iterator[Conversations]:
    with Conversations(file) as opened:
        yield opened


def asked(
    kept: Conversations, user: str, question: str = QUESTION, answer: Answer | None = None, scope: Scope = NOWHERE
) -> tuple[str, str]:
    """A new conversation with one turn: the ids of both."""
    name = kept.new(user).id
    turn = kept.begin(user, name, question, scope)
    if answer:
        kept.finish(user, turn, answer)
    return name, turn


# --- what is kept ------------------------------------------------------------------------------------------------------------


def test_what_was_asked_and_answered_is_there_after_opening_the_file_again(file: Path, assistant: Assistant) -> None:
    scope = Scope(("Euractiv",), "2016-11-14", "2016-11-16")
    answers = [assistant.ask(question, Scope()) for question in (QUESTION, "How many minutes did the call last?", "What can I ask?")]
    with Conversations(file) as first:
        name = first.new("ann").id
        for answer in answers:
            first.finish("ann", first.begin("ann", name, answer.question, scope), answer)
        first.rate("ann", first.turns("ann", name)[0].id, False, "too long", "f" * 16)
        before = first.all("ann"), first.turns("ann", name)
    with Conversations(file) as again:
        assert (again.all("ann"), again.turns("ann", name)) == before
        assert [turn.answer for turn in again.turns("ann", name)] == answers
        assert all(turn.scope == scope for turn in again.turns("ann", name))
        for turn in again.turns("ann", name):
            assert turn.answer is not None
            for citation in turn.answer.citations:
                assert assistant.record.article(citation.article).text[citation.start : citation.end] == citation.quote


anything = st.text(st.characters(codec="utf-8"), max_size=60)


@given(
    texts=st.lists(anything, min_size=5, max_size=5),
    optional=st.lists(st.none() | anything, min_size=5, max_size=5),
    whole=st.lists(st.integers(0, 10**9), min_size=3, max_size=3),
    names=st.lists(anything, max_size=3),
)
def test_an_answer_of_any_text_comes_back_equal(
    file: Path, texts: list[str], optional: list[str | None], whole: list[int], names: list[str]
) -> None:
    citation = Citation(whole[0], texts[0], optional[0], texts[1], optional[1], optional[2], whole[1], whole[2], texts[2])
    point = Point((Claim(texts[3], (whole[0], 7)),), tuple(names), optional[4], "supported", (7,), written=True)
    answer = Answer(
        texts[4], "answered", optional[0], "extractive", (point,), (citation,), tuple(names), seconds=1.5, text=texts[0], message=texts[1],
        nearest=(texts[2], texts[3]), silence=texts[4], differences=tuple(names),
    )  # fmt: skip
    with Conversations(file) as kept:
        name, turn = asked(kept, "ann", answer=answer)
        assert kept.turns("ann", name)[0].answer == answer
        assert kept.turns("ann", name)[0].answer.seconds == 1.5
        kept.rate("ann", turn, True, texts[0], texts[1])
        assert kept.turns("ann", name)[0].rating.why == texts[0].strip()
        assert isinstance(kept.all("ann", texts[0]), list)


def test_fields_that_this_version_does_not_know_are_left_out_and_new_ones_take_their_default(kept: Conversations, file: Path) -> None:
    name, _ = asked(kept, "ann", answer=answer_of("yes"))
    with sqlite3.connect(file) as other:
        [(stored,)] = other.execute("SELECT answer FROM turns").fetchall()
        value = {**json.loads(stored), "mood": "merry"}
        del value["silent"]
        other.execute("UPDATE turns SET answer = ?", [json.dumps(value)])
    assert kept.turns("ann", name)[0].answer == replace(answer_of("yes"), silent=())


@pytest.mark.parametrize(
    ("stored", "message"),
    [
        ({"status": "abstained", "reason": "No.", "points": [], "text": "The articles do not say."}, "The articles do not say."),
        (
            {"status": "answered", "points": [{"text": "Yes. [1]", "citations": [1], "support": "verbatim"}], "text": "Yes. [1]\n\nNote.",
             "note": "Note.", "conflicts": [{"points": [0, 1], "differs": ["a", "b"]}]},
            "Yes. [1]",
        ),
    ],
)  # fmt: skip
def test_an_answer_of_a_version_that_kept_text_alone_is_shown_as_it_was(stored: dict[str, Any], message: str) -> None:
    answer = Answer.from_json({"question": "?", "answerer": "extractive", "reason": None, **stored})
    assert (answer.message, answer.points, answer.conflicts) == (message, (), ())


def written() -> Answer:
    """An answer of a language model with everything that one may have."""
    faults = (Fault(Check.NUMBER, 0, "The number 4 is not cited."), Fault(Check.NAME, 0, "Nor is Ann."))
    note = "Answered without the language model. It broke."
    text = f"Ann has 4. [1] (⚠ unsupported: The number 4 is not cited)\n\n{note}"
    point = Point((Claim("Ann has 4.", (1,)),), ("Ann",), label=None, written=True)
    return replace(
        answer_of("yes", text=text),
        answerer="openai:test",
        points=(point,),
        silent=(),
        faults=faults,
        note=note,
        usage=Usage(812, 120, None),
    )


def test_what_a_model_took_and_what_was_wrong_with_it_survive_a_restart(file: Path) -> None:
    with Conversations(file) as first:
        name, _ = asked(first, "ann", answer=written())
    with Conversations(file) as again:
        [turn] = again.turns("ann", name)
    assert turn.answer == written()
    assert turn.answer.usage == Usage(812, 120, None)  # which equality of answers leaves out
    assert [fault.check for fault in turn.answer.faults] == [Check.NUMBER, Check.NAME]


def test_an_answer_of_before_there_were_models_still_opens(kept: Conversations, file: Path) -> None:
    name, _ = asked(kept, "ann", answer=answer_of("yes"))
    with sqlite3.connect(file) as other:
        [(stored,)] = other.execute("SELECT answer FROM turns").fetchall()
        old = {key: value for key, value in json.loads(stored).items() if key not in ("faults", "note", "usage")}
        other.execute("UPDATE turns SET answer = ?", [json.dumps(old)])
    [turn] = kept.turns("ann", name)
    assert turn.answer == answer_of("yes")
    assert (turn.answer.faults, turn.answer.note, turn.answer.usage) == ((), "", None)
    assert all("yes" in text for text in (panel.turn_html(turn, (), ()), *(kept.export("ann", name, form) for form in PARSERS)))


KEY = "key-0123456789-abcdefghij"


def test_no_key_is_in_what_is_stored_shown_or_exported(
    kept: Conversations, file: Path, bundled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.chain import Assistant

    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    name = kept.new("ann").id
    with scripted() as server, Assistant(Settings(index=bundled, cache=False)) as assistant:
        monkeypatch.setenv("READOUT_BASE_URL", server.address)
        for status in (400, 401, 403, 429):
            echo = {"error": {"message": f"no: Bearer {KEY}", "type": KEY, "code": KEY}}
            server.say("not in the articles", Broken(status, {"retry-after": "0"}, echo))
            assistant.ask(QUESTION, model=f"openai:{status}")  # it works at first: what fails then is told in an answer
            answer = assistant.ask(QUESTION, model=f"openai:{status}")
            assert KEY in json.dumps(server.headers)
            assert f"openai:{status}" in answer.note
            kept.finish("ann", kept.begin("ann", name, QUESTION, NOWHERE), answer)
    places = [panel.turn_html(turn, (), ()) for turn in kept.turns("ann", name)] + [kept.export("ann", name, form) for form in PARSERS]
    places += [path.read_bytes().decode("latin-1") for path in file.parent.iterdir() if path.is_file()]
    assert [place[:100] for place in places if KEY in place] == []


def test_the_first_question_is_the_title_until_another_is_given(kept: Conversations) -> None:
    name = kept.new("ann").id
    assert kept.get("ann", name).title == ""
    kept.begin("ann", name, "  Who \n called? ", NOWHERE)
    kept.begin("ann", name, "And why?", NOWHERE)
    assert kept.get("ann", name).title == "Who called?"
    kept.rename("ann", name, " The\tcall\u202e\x1b ")
    assert kept.get("ann", name).title == "The call"
    kept.rename("ann", name, "word " * 100)
    assert len(kept.get("ann", name).title) <= module.LONGEST_TITLE
    assert kept.get("ann", name).title.endswith("word…")
    for empty in ("", "  ", "\x00"):
        with pytest.raises(ConversationError, match="the title is empty"):
            kept.rename("ann", name, empty)


def test_a_title_given_before_the_first_question_stays(kept: Conversations) -> None:
    name = kept.new("ann").id
    kept.rename("ann", name, "Mine")
    kept.begin("ann", name, QUESTION, NOWHERE)
    assert kept.get("ann", name).title == "Mine"


def test_titles_and_questions_are_kept_as_the_text_they_are(kept: Conversations) -> None:
    evil = "<script>alert(1)</script> <img src=x onerror=alert(2)> '; DROP TABLE turns; --"
    name, _ = asked(kept, "ann'; --", evil)
    assert kept.get("ann'; --", name).title == evil
    assert kept.turns("ann'; --", name)[0].question == evil
    kept.rename("ann'; --", name, "<b>bold</b>")
    assert [one.title for one in kept.all("ann'; --")] == ["<b>bold</b>"]


def test_halves_of_characters_do_no_harm(kept: Conversations) -> None:
    name, turn = asked(kept, "ann\ud800", answer=answer_of("\ud800 half"))
    kept.rename("ann\ud800", name, "a\udfff title")
    kept.rate("ann\ud800", turn, False, "why\ud800", "f")
    assert [one.id for one in kept.all("ann\ud800", "title \ud800")] == [name]
    assert kept.get("ann\ud800", name).title == "a? title"
    assert kept.turns("ann\ud800", name)[0].answer == answer_of("\ud800 half")


def test_conversations_come_newest_first_and_asking_in_one_brings_it_to_the_front(kept: Conversations) -> None:
    names = [asked(kept, "ann")[0] for _ in range(3)]
    assert [one.id for one in kept.all("ann")] == names[::-1]
    kept.begin("ann", names[0], "And then?", NOWHERE)
    assert [one.id for one in kept.all("ann")] == [names[0], names[2], names[1]]
    kept.rename("ann", names[1], "Another name is no reason to move")
    assert [one.id for one in kept.all("ann")] == [names[0], names[2], names[1]]


def test_a_question_that_cannot_be_asked_is_not_stored(kept: Conversations) -> None:
    name = kept.new("ann").id
    for question in ("", "  ", "?!", "x" * 3_000, "a\x00b"):
        with pytest.raises(QuestionError):
            kept.begin("ann", name, question, NOWHERE)
    assert kept.turns("ann", name) == []
    assert kept.get("ann", name).title == ""


def test_deleting_takes_everything_of_a_conversation_and_nothing_else(kept: Conversations, file: Path) -> None:
    gone, turn = asked(kept, "ann", answer=answer_of("a secret"))
    kept.rate("ann", turn, True, "", "f")
    stays, _ = asked(kept, "ann", answer=answer_of("yes"))
    kept.delete("ann", gone)
    assert [one.id for one in kept.all("ann")] == [stays]
    assert kept.feedback() == []
    for lost in (lambda: kept.get("ann", gone), lambda: kept.turns("ann", gone), lambda: kept.delete("ann", gone)):
        with pytest.raises(ConversationMissing):
            lost()
    with pytest.raises(ConversationMissing):
        kept.finish("ann", turn, answer_of("late"))
    with sqlite3.connect(file) as other:
        assert other.execute("SELECT count(*) FROM turns").fetchone() == (1,)


def test_an_answer_in_place_of_another_has_no_rating_yet(kept: Conversations) -> None:
    name, turn = asked(kept, "ann")
    with pytest.raises(ConversationMissing):
        kept.rate("ann", turn, True, "", "f")
    kept.finish("ann", turn, answer_of("first"))
    kept.rate("ann", turn, False, " wrong ", "f1")
    kept.rate("ann", turn, True, "no, right", "f2")
    rating = kept.turns("ann", name)[0].rating
    assert (rating.good, rating.why, rating.fingerprint) == (True, "no, right", "f2")
    kept.finish("ann", turn, answer_of("second"))
    assert kept.turns("ann", name)[0].rating is None
    assert kept.turns("ann", name)[0].answer == answer_of("second")


# --- whose they are ----------------------------------------------------------------------------------------------------------


def test_nobody_sees_or_touches_what_is_somebody_elses(kept: Conversations) -> None:
    name, turn = asked(kept, "ann", answer=answer_of("yes"))
    waiting, open_turn = asked(kept, "ann", "Who else?")
    before = [(kept.get("ann", one), kept.turns("ann", one)) for one in (name, waiting)]
    for other in ("ben", "", "Ann", "ann ", "%", "an_"):
        assert kept.all(other) == []
        assert kept.all(other, "Syria") == []
        for touch in (
            lambda other=other: kept.get(other, name),
            lambda other=other: kept.turns(other, name),
            lambda other=other: kept.rename(other, name, "mine"),
            lambda other=other: kept.delete(other, name),
            lambda other=other: kept.begin(other, name, QUESTION, NOWHERE),
            lambda other=other: kept.finish(other, open_turn, answer_of("forged")),
            lambda other=other: kept.rate(other, turn, False, "forged", "f"),
            lambda other=other: kept.export(other, name, "json"),
        ):
            with pytest.raises(ConversationMissing) as hidden:
                touch()
            with pytest.raises(ConversationMissing) as absent:
                kept.get(other, "there is no such id")
            assert str(hidden.value) == str(absent.value)
    assert [(kept.get("ann", one), kept.turns("ann", one)) for one in (name, waiting)] == before


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from(["ann", "ben", "cy"]), st.sampled_from(["one", "two", "three"])), max_size=12))
def test_everybody_has_exactly_what_they_asked(tmp_path_factory: pytest.TempPathFactory, questions: list[tuple[str, str]]) -> None:
    with Conversations(tmp_path_factory.mktemp("desk") / "desk.sqlite3") as kept:
        for user, word in questions:
            asked(kept, user, f"What about {word}?", answer_of(f"{user} {word}"))
        for user in ("ann", "ben", "cy"):
            own = [f"What about {word}?" for name, word in questions if name == user]
            assert [one.title for one in kept.all(user)] == own[::-1]
            assert [one.title for one in kept.all(user, "two")] == [title for title in own[::-1] if "two" in title]


def test_the_file_is_its_owners_alone(kept: Conversations, file: Path) -> None:
    asked(kept, "ann")
    assert {path.stat().st_mode & 0o077 for path in file.parent.iterdir()} == {0}


# --- searching ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("syria", {"a"}),
        ("SYRIA", {"a"}),
        ("“yes", {"a", "b"}),
        ("straße", {"b"}),
        ("STRASSE", {"b"}),
        ("don't", {"b"}),
        ("100%", {"b"}),
        ("100_", set()),
        ("a_b", {"c"}),
        ("%", {"b"}),
        ("_", {"c"}),
        ("\\", {"c"}),
        ("mine post", {"c"}),
        ("mine syria", set()),
        ("'", {"b"}),
        ('"', set()),
        ("status", set()),
        ("extractive", set()),
        ("", {"a", "b", "c"}),
        ("  ", {"a", "b", "c"}),
    ],
)
def test_searching_finds_words_as_they_are_typed(kept: Conversations, sought: str, found: set[str]) -> None:
    names = {
        asked(kept, "ann", "What of Syria?", answer_of("x"))[0]: "a",
        asked(kept, "ann", "Why not 100%? They don’t say.", answer_of("x", text="In the Straße: “Yes.”"))[0]: "b",
        asked(kept, "ann", "Was it a_b or a\\b?", answer_of("x", text="The Post does not say."))[0]: "c",
    }
    kept.rename("ann", next(name for name, letter in names.items() if letter == "c"), "Mine")
    assert {names[one.id] for one in kept.all("ann", sought)} == found


# --- a server that is killed, and many at once -------------------------------------------------------------------------------

KILLED = """
import sys
from pathlib import Path
from assistant.desk.conversations import Conversations
from index.record import Scope
from test_conversations import answer_of

kept = Conversations(Path(sys.argv[1]))
name = kept.new("ann").id
kept.finish("ann", kept.begin("ann", name, "Who called?", Scope()), answer_of("He did"))
kept.rate("ann", kept.turns("ann", name)[0].id, True, "right", "f")
kept.begin("ann", name, "And then?", Scope(("The Post",)))
print("answering", flush=True)
sys.stdin.read()
"""


def test_a_server_killed_in_mid_answer_loses_nothing_and_the_question_can_be_asked_again(file: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)], env=with_tests(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout.readline() == "answering\n"
        server.send_signal(signal.SIGKILL)
    with Conversations(file) as kept:
        [conversation] = kept.all("ann")
        done, cut = kept.turns("ann", conversation.id)
        assert (done.answer, done.rating.why) == (answer_of("He did"), "right")
        assert (cut.question, cut.answer, cut.scope) == ("And then?", None, Scope(("The Post",)))
        assert all("And then?" in kept.export("ann", conversation.id, form).replace("\\", "") for form in ("markdown", "json", "csv"))
        kept.finish("ann", cut.id, answer_of("This"))
        assert [turn.answer for turn in kept.turns("ann", conversation.id)] == [answer_of("He did"), answer_of("This")]


def test_twenty_people_at_once_are_served_without_an_error(file: Path) -> None:
    def work(number: int) -> list[Turn]:
        user = f"user {number}"
        with (
            Conversations(file) if number % 4 == 0 else nullcontext(shared) as kept
        ):  # some in a connection, as if in a process, of their own
            name = kept.new(user).id
            for question in ("Who called?", "And why?", "And then?"):
                turn = kept.begin(user, name, question, NOWHERE)
                kept.all(user, "call")
                kept.finish(user, turn, answer_of(f"{user}: {question}"))
                kept.rate(user, turn, number % 2 == 0, question, "f")
            kept.export(user, name, "csv")
            return kept.turns(user, name)

    with Conversations(file) as shared, ThreadPoolExecutor(20) as pool:
        for number, turns in enumerate(pool.map(work, range(20))):
            assert [turn.answer.citations[0].quote for turn in turns] == [f"user {number}: {turn.question}" for turn in turns]
            assert len(turns) == 3
        assert len(shared.feedback()) == 60


def test_twenty_that_make_the_file_at_the_same_time_make_one(file: Path) -> None:
    def begin(number: int) -> str:
        with Conversations(file) as kept:
            return kept.new("ann").id

    with ThreadPoolExecutor(20) as pool:
        names = set(pool.map(begin, range(20)))
    with Conversations(file) as kept:
        assert {one.id for one in kept.all("ann")} == names


# --- files that are not what they should be ----------------------------------------------------------------------------------


def test_a_file_that_is_something_else_is_named_and_left_alone(tmp_path: Path) -> None:
    text, foreign, newer = tmp_path / "text", tmp_path / "foreign.sqlite3", tmp_path / "newer.sqlite3"
    text.write_bytes(b"These are my notes. " * 500)
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE turns (id)")
    Conversations(newer).close()
    with sqlite3.connect(newer) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    for file, cause in ((text, "cannot be read"), (foreign, "is not a file of Readout's conversations"), (newer, "have schema 99")):
        before = file.read_bytes()
        with pytest.raises(ConversationError, match=cause) as told:
            Conversations(file)
        assert str(file) in str(told.value)
        assert "\n" not in str(told.value)
        assert "READOUT_DESK" in str(told.value)
        assert file.read_bytes() == before


def test_a_file_damaged_inside_is_told_of_when_it_is_read(file: Path) -> None:
    with Conversations(file) as kept:
        for _ in range(20):
            asked(kept, "ann", answer=answer_of("word " * 2_000))
    spoilt = bytearray(file.read_bytes())
    spoilt[4096:] = b"\xff" * (len(spoilt) - 4096)
    file.write_bytes(spoilt)
    with pytest.raises(ConversationError, match="cannot be") as told, Conversations(file) as kept:
        kept.all("ann", "word")
    assert "\n" not in str(told.value)
    assert file.read_bytes()[:16] == b"SQLite format 3\x00"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    for place in (tmp_path / "in the way" / "desk.sqlite3", tmp_path):
        with pytest.raises(ConversationError, match="cannot be used"):
            Conversations(place)


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    with Conversations(tmp_path / "new" / "deep" / "desk.sqlite3") as kept:
        assert kept.all("ann") == []


# --- exports -----------------------------------------------------------------------------------------------------------------


def unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def quotes_in_markdown(text: str) -> list[str]:
    """What stands in block quotes."""
    blocks = groupby(text.split("\n"), key=lambda line: line.startswith(">"))
    return ["\n".join(unescaped(line[2:]) for line in lines) for quoted, lines in blocks if quoted]


def quotes_in_csv(text: str) -> list[str]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return [re.sub(r"^'('*[=+\-@\t\r\n＝＋－＠])", r"\1", row["quote"]) for row in rows if row["n"]]


def quotes_in_json(text: str) -> list[str]:
    return [one["quote"] for turn in json.loads(text)["turns"] if turn["answer"] for one in turn["answer"]["citations"]]


PARSERS = {"markdown": quotes_in_markdown, "csv": quotes_in_csv, "json": quotes_in_json}


@pytest.mark.parametrize("form", PARSERS)
def test_an_export_holds_every_quote_as_the_article_has_it(kept: Conversations, assistant: Assistant, form: module.Form) -> None:
    answers = [assistant.ask(question) for question in (QUESTION, "How many minutes did the call last?", "Did Putin deny interfering?")]
    name = kept.new("ann").id
    for answer in answers:
        kept.finish("ann", kept.begin("ann", name, answer.question, NOWHERE), answer)
    text = kept.export("ann", name, form)
    cited = [citation for answer in answers for citation in answer.citations]
    assert len(cited) > 5
    assert PARSERS[form](text) == [assistant.record.article(one.article).text[one.start : one.end] for one in cited]
    plain = unescaped(text) if form == "markdown" else text
    for one in cited:
        for part in (one.outlet, one.published, one.article, str(one.start), str(one.end)):
            assert part is None or part in plain


ODD = [
    "=SUM(A1)", "'=1+1", "''+1", "'tis so", "-1", "@cmd", "\t=1", "＝1", "\r\nthree", "line\n\n    # two\n> three", "a,b;\"c\"",
    "# [x](javascript:alert(1))", "<b>&amp;", "1. one", "- two", "`code`", "a\\b", "\n", "",
]  # fmt: skip


@pytest.mark.parametrize("form", PARSERS)
@settings(max_examples=30)
@given(quotes=st.lists(st.sampled_from(ODD) | anything, min_size=1, max_size=5))
def test_an_export_of_any_words_gives_them_back(tmp_path_factory: pytest.TempPathFactory, form: module.Form, quotes: list[str]) -> None:
    with Conversations(tmp_path_factory.mktemp("desk") / "desk.sqlite3") as kept:
        name, _ = asked(kept, "ann", answer=answer_of(*quotes))
        assert PARSERS[form](kept.export("ann", name, form)) == quotes


@given(value=st.sampled_from(ODD) | anything)
def test_no_cell_is_a_formula_and_none_is_changed_for_nothing(value: str) -> None:
    assert cell(value)[:1] not in {*"=+-@\t\r\n＝＋－＠"} or not value
    assert cell(value) in (value, f"'{value}")
    assert cell("it's an 'ordinary' cell") == "it's an 'ordinary' cell"
    assert cell(None) == ""
    assert cell(0) == "0"


def test_a_table_has_the_filters_the_speakers_and_the_ratings(kept: Conversations) -> None:
    name, turn = asked(kept, "ann", "=HYPERLINK(1)?", answer_of("yes", "no"), Scope(("The Post", "Else"), "2024-01-01"))
    kept.rate("ann", turn, False, "+1-1", "f")
    kept.begin("ann", name, "And why?", NOWHERE)
    table = csv.DictReader(io.StringIO(kept.export("ann", name, "csv"), newline=""))
    first, second, cut = table
    assert tuple(table.fieldnames) == COLUMNS
    assert (first["question"], first["filters"], first["speaker"], first["side"], first["support"]) == (
        "'=HYPERLINK(1)?", "only The Post, Else; since 2024-01-01", "Ann", "The Anns", "verbatim"
    )  # fmt: skip
    assert (first["rating"], first["why"], second["n"], second["quote"]) == ("down", "'+1-1", "2", "no")
    assert (cut["question"], cut["status"], cut["quote"]) == ("And why?", "interrupted", "")
    assert filters(NOWHERE) == ""


def test_an_exported_object_has_each_answer_as_contracted(kept: Conversations) -> None:
    name, turn = asked(kept, "ann", answer=answer_of("yes"))
    kept.rate("ann", turn, True, "so it is", "f")
    kept.begin("ann", name, "And why?", NOWHERE)
    value = json.loads(kept.export("ann", name, "json"))
    assert value["turns"][0]["answer"] == json.loads(json.dumps(as_json(answer_of("yes"))))
    assert value["turns"][0]["rating"]["why"] == "so it is"
    assert value["turns"][1]["answer"] is None
    assert {key: value[key] for key in ("id", "title", "created", "changed")} == asdict(kept.get("ann", name))


def test_an_export_tells_what_is_marked_how_it_was_made_and_what_that_took(kept: Conversations) -> None:
    name, _ = asked(kept, "ann", answer=written())
    asked(kept, "ben", answer=answer_of("yes"))
    text = unescaped(kept.export("ann", name, "markdown"))
    for part in ("⚠ unsupported: The number 4 is not cited", written().note, "*openai:test · 812 + 120 tokens · cost not stated · 0.2 s*"):
        assert text.count(part) == 1
    [value] = json.loads(kept.export("ann", name, "json"))["turns"]
    assert value["answer"] == json.loads(json.dumps(as_json(written())))
    assert set(value["answer"]) >= set(CONTRACTED)
    [row] = csv.DictReader(io.StringIO(kept.export("ann", name, "csv"), newline=""))
    assert (row["support"], row["answer"]) == ("unsupported", written().text)
    assert "tokens" not in kept.export("ben", kept.all("ben")[0].id, "markdown")


def test_nothing_in_exported_markdown_becomes_a_tag_or_a_strange_link(kept: Conversations) -> None:
    evil = "<script>alert(1)</script> [x](javascript:alert(2)) <img src=x onerror=alert(3)> # no\n\n# heading\n\n<b>"
    answer = answer_of(evil, text=f"- **{evil}**: “{evil}” [1]", title=evil, question=" ".join(evil.split()))
    bad = replace(answer.citations[0], n=2, url="javascript:alert(4)", outlet=evil)
    odd = replace(answer.citations[0], n=3, url="https://post.example/a>) <b>\\")
    name, turn = asked(kept, "ann", evil, replace(answer, citations=(*answer.citations, bad, odd)), Scope((evil,)))
    kept.rate("ann", turn, False, evil, "f")
    tokens = MarkdownIt("commonmark", {"html": True}).parse(kept.export("ann", name, "markdown"))
    inner = [child for token in tokens for child in token.children or []]
    assert not [token for token in (*tokens, *inner) if token.type.startswith("html") or token.type == "image"]
    links = [token.attrs["href"] for token in inner if token.type == "link_open"]
    assert links == ["https://post.example/a?b=1&c=(2)", "https://post.example/a)b"]
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2"]


# --- feedback ----------------------------------------------------------------------------------------------------------------


def test_feedback_keeps_question_answer_evidence_and_corpus_with_what_was_asked_before(kept: Conversations) -> None:
    name, first = asked(kept, "ann", "Who called?", answer_of("He did"))
    cut = kept.begin("ann", name, "And why?", NOWHERE)
    last = kept.begin("ann", name, "And then?", Scope(("The Post",)))
    kept.finish("ann", last, answer_of("This"))
    kept.rate("ann", last, False, "no", "corpus 1")
    kept.rate("ann", first, True, "", "corpus 2")
    asked(kept, "ben", "Who else?", answer_of("Nobody"))
    later, earlier = kept.feedback()
    assert (later.question, later.answer, later.scope, later.history) == (
        "And then?", answer_of("This"), Scope(("The Post",)), ("Who called?", "And why?")
    )  # fmt: skip
    assert (later.rating.good, later.rating.why, later.rating.fingerprint) == (False, "no", "corpus 1")
    assert (earlier.question, earlier.history, earlier.rating.good) == ("Who called?", (), True)
    assert cut not in {later.id, earlier.id}


def test_a_word_why_is_cut_where_it_is_a_document(kept: Conversations) -> None:
    name, turn = asked(kept, "ann", answer=answer_of("yes"))
    kept.rate("ann", turn, True, "x" * 10_000, "f")
    assert kept.turns("ann", name)[0].rating.why == "x" * module.LONGEST_WHY

"""What programs may call, and whether all is well."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, get_type_hints

import pytest
from conftest import article_of, store
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.check.draft import LONGEST_SENT
from assistant.desk import api as module
from assistant.desk.api import MOST_HITS, Api, health
from assistant.question import LONGEST
from assistant.render import as_json
from assistant.settings import Settings
from index.errors import QuestionError, ReadoutError
from index.record import Record

if TYPE_CHECKING:
    from assistant.chain import Assistant

QUESTION = "What did each side say about Syria?"


@pytest.fixture
def api(assistant: Assistant) -> Api:
    return Api(lambda: assistant)


# --- ask ---------------------------------------------------------------------------------------------------------------------


def test_asking_gives_the_answer_as_contracted(api: Api, assistant: Assistant) -> None:
    for question in (QUESTION, "How many minutes did the call last?", "hello"):
        got, wanted = api.ask(question), as_json(assistant.ask(question))
        assert {**got, "seconds": 0} == {**wanted, "seconds": 0}
        assert json.loads(json.dumps(got)) == got


def test_filters_narrow_an_answer(api: Api) -> None:
    for outlets in (["euractiv"], "Euractiv"):
        got = api.ask("What did Putin say?", outlets, "2016-11-15", "2016-11-15")
        assert got["citations"]
        assert {one["outlet"] for one in got["citations"]} == {"Euractiv"}
    assert api.ask(QUESTION, [], "", "")["text"] == api.ask(QUESTION)["text"]


# --- check -------------------------------------------------------------------------------------------------------------------


def test_a_draft_is_checked(api: Api) -> None:
    got = api.check("Putin has denied any interference. Trump will succeed Obama on 21 January.")
    assert [one["verdict"] for one in got["claims"]] == ["carried", "number differs"]
    assert json.loads(json.dumps(got)) == got
    narrowed = api.check("Putin has denied any interference.", ["Euractiv"])
    assert narrowed["counts"] != {"carried": 1}


@pytest.mark.parametrize(("draft", "told"), [("", "holds no text"), ("x" * (LONGEST_SENT + 1), "50,001 characters"), (7, "7 is not text")])
def test_what_is_no_draft_is_refused(api: Api, draft: object, told: str) -> None:
    with pytest.raises(ReadoutError, match=told):
        api.check(draft)


# --- search ------------------------------------------------------------------------------------------------------------------


def test_hits_are_places_in_articles_best_first(api: Api, assistant: Assistant) -> None:
    hits = api.search("Who tweeted about winter?", limit=7)
    assert len(hits) == 7
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    for hit in hits:
        article = assistant.record.article(hit["article"])
        assert article.text[hit["start"] : hit["end"]] == hit["text"]
        assert (hit["outlet"], hit["title"], hit["url"], hit["published"]) == (
            article.outlet,
            article.title,
            article.url,
            article.published,
        )
    assert json.loads(json.dumps(hits)) == hits
    assert {hit["outlet"] for hit in api.search("Syria", ["Euractiv"], limit=MOST_HITS)} == {"Euractiv"}
    assert len(api.search("Syria")) <= 10


# --- get_article -------------------------------------------------------------------------------------------------------------


def test_an_article_comes_whole_with_who_says_what(api: Api, assistant: Assistant) -> None:
    for article in assistant.record.articles():
        got = api.get_article(article.id)
        assert (got["id"], got["text"], got["title"], got["outlet"], got["url"], got["published"]) == (
            article.id, article.text, article.title, article.outlet, article.url, article.published
        )  # fmt: skip
        assert (got["start"], got["characters"]) == (0, len(article.text))
        assert len(got["statements"]) == len(assistant.record.statements(article.id)) > 0
        assert all(article.text[said["start"] : said["end"]] == said["text"] for said in got["statements"])
        assert json.loads(json.dumps(got)) == got


def test_a_long_article_comes_in_parts_that_make_the_whole(api: Api, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_TEXT", 700)
    article = assistant.record.articles()[0]
    parts, start = [], 0
    while start < len(article.text):
        parts.append(api.get_article(article.id, start))
        start += len(parts[-1]["text"])
    assert len(parts) > 3
    assert max(len(part["text"]) for part in parts) == 700
    assert "".join(part["text"] for part in parts) == article.text
    said = [one for part in parts for one in part["statements"]]
    assert [one["text"] for one in said] == [one.text for one in assistant.record.statements(article.id)]


# --- what cannot be done -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda api: api.ask(""), "the question is empty"),
        (lambda api: api.ask("x" * (LONGEST + 1)), "has 2,001 characters"),
        (lambda api: api.search("word " * LONGEST), "characters. Ask in 2,000 or fewer"),
        (lambda api: api.search("a\x00b"), "control characters"),
        (lambda api: api.ask(7), "7 is not text"),
        (lambda api: api.ask(None), "None is not text"),
        (lambda api: api.ask(QUESTION, ["The Moon"]), "no article of the outlet 'The Moon'"),
        (lambda api: api.ask(QUESTION, [7]), "7 is not text"),
        (lambda api: api.ask(QUESTION, None, 2016), "2016 is not text"),
        (lambda api: api.ask(QUESTION, None, "last year"), "since 'last year' is not a day"),
        (lambda api: api.search(QUESTION, None, "2016-11-15", "2016-11-14"), "since 2016-11-15 is after until 2016-11-14"),
        (lambda api: api.search(QUESTION, limit=0), "limit is 0. Ask for 1 to 50"),
        (lambda api: api.search(QUESTION, limit=51), "limit is 51"),
        (lambda api: api.search(QUESTION, limit=10**50), "limit is 1000"),
        (lambda api: api.search(QUESTION, limit="all"), "limit is 'all'"),
        (lambda api: api.get_article("moon.txt"), "there is no article 'moon.txt'"),
        (lambda api: api.get_article("../record.sqlite3"), "there is no article"),
        (lambda api: api.get_article("\ud800"), "there is no article"),
        (lambda api: api.get_article("x" * 10**6), "there is no article"),
        (lambda api: api.get_article({}), "{} is not text"),
        (lambda api: api.get_article("euractiv.txt", -1), "start is -1"),
        (lambda api: api.get_article("euractiv.txt", 10**9), "start is 1000000000. The article has the characters 0 to"),
        (lambda api: api.get_article("euractiv.txt", "0"), "start is '0'"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_short_line(api: Api, call, said: str) -> None:
    with pytest.raises(ReadoutError) as told:
        call(api)
    assert said in str(told.value)
    assert len(str(told.value)) < 400
    assert "\n" not in str(told.value)


@settings(max_examples=25)
@given(question=st.text(max_size=80), id=st.text(max_size=20), limit=st.integers(), start=st.integers())
def test_any_text_is_answered_or_refused_as_a_question(api: Api, question: str, id: str, limit: int, start: int) -> None:
    for call in (lambda: api.ask(question), lambda: api.search(question, limit=limit), lambda: api.get_article(id, start)):
        try:
            json.dumps(call())
        except QuestionError as refused:
            assert str(refused)


def test_every_function_says_what_it_takes_and_gives() -> None:
    """Gradio shows programs these: the first line, the types, and a word on each argument."""
    for function in (Api.ask, Api.check, Api.search, Api.get_article):
        text, hints = inspect.getdoc(function), get_type_hints(function, vars(module) | {"Assistant": object})
        assert "Args:" in text
        assert "Returns:" in text
        arguments = [name for name in inspect.signature(function).parameters if name != "self"]
        assert all(f"\n    {name}: " in text for name in arguments)
        assert set(hints) == {*arguments, "return"}


def test_nothing_is_opened_before_the_first_call() -> None:
    def fails() -> Assistant:
        raise AssertionError("opened")

    api = Api(fails)
    with pytest.raises(QuestionError):
        api.search("x", limit=0)
    with pytest.raises(AssertionError, match="opened"):
        api.ask(QUESTION)


def test_twenty_programs_at_once_get_what_one_gets(api: Api) -> None:
    questions = [QUESTION, "Who tweeted about winter?", "Did Putin deny it?", "How many minutes did the call last?"] * 5
    alone = {question: api.ask(question)["text"] for question in questions[:4]}
    with ThreadPoolExecutor(20) as pool:
        assert [got["text"] for got in pool.map(api.ask, questions)] == [alone[question] for question in questions]


# --- health ------------------------------------------------------------------------------------------------------------------


def test_a_sound_index_is_ready_also_while_questions_are_answered(api: Api, bundled: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(api.ask, QUESTION) for _ in range(4)]
        well = health(Settings(index=bundled))
        assert [one.result()["status"] for one in asked] == ["answered"] * 4
    with Record(bundled) as record:
        counts = record.counts()
        assert well == {
            "status": "ok", "version": well["version"], "articles": counts["articles"], "passages": counts["passages"],
            "fingerprint": record.meta("fingerprint"),
        }  # fmt: skip
    assert well["version"].startswith("0.")
    assert json.loads(json.dumps(well)) == well


@pytest.fixture
def broken(tmp_path: Path, bundled: Path) -> Iterator[dict[str, Path]]:
    """Folders that cannot serve, by why."""
    places = {name: tmp_path / name for name in ("missing", "empty", "other", "damaged", "file")}
    for name in ("empty", "other", "damaged"):
        places[name].mkdir()
    with Record(places["other"], write=True) as record:
        store(record, *article_of("a.txt", ["One."]))
    (places["damaged"] / "record.sqlite3").write_bytes(b"no database " * 100)
    places["file"].touch()
    yield places


def test_an_index_that_cannot_serve_is_not_ready_and_names_no_folder(broken: dict[str, Path]) -> None:
    reasons = {name: health(Settings(index=place)) for name, place in broken.items()}
    assert {well["status"] for well in reasons.values()} == {"not ready"}
    assert {name: well["reason"] for name, well in reasons.items()} == {
        "missing": "there is no index yet",
        "empty": "there is no index yet",
        "other": "the index was built with other settings or another version",
        "damaged": "the index cannot be read",
        "file": "there is no index yet",
    }
    for name, well in reasons.items():
        assert str(broken[name].parent) not in json.dumps(well)
        assert set(well) == {"status", "reason", "version"}


def test_health_tells_no_secrets(bundled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("READOUT_AUTH", "ann:hunter2hunter2")
    for index in (bundled, bundled / "none"):
        told = json.dumps(health(Settings(index=index, chroma="http://user:hunter2@chroma.example:1")))
        assert "hunter2" not in told
        assert "chroma.example" not in told


# --- the articles ------------------------------------------------------------------------------------------------------------


def test_the_corpus_has_one_name_whatever_was_done_to_come_to_it(record: Record) -> None:
    names = [record.corpus_fingerprint()]
    for name, sentences in (("b.txt", ["Two."]), ("a.txt", ["One."]), ("a.txt", ["Other."]), ("a.txt", ["One."])):
        store(record, *article_of(name, sentences))
        names.append(record.corpus_fingerprint())
    assert len(set(names)) == 4
    assert names[4] == names[2]

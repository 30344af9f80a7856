"""The writer: what it tries again and how often, what it keeps, what it costs, and what it says when there is nothing to be had."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scripted_server import Fault, Script, scripted

from assistant.models.drafts import Drafts
from assistant.models.generative import FORM
from assistant.models.writer import LONGEST, Writer, pause
from assistant.prompts import FOLDER, PLACEHOLDERS, Prompts
from assistant.settings import Settings
from assistant.types import Usage
from index.errors import ModelFailed, ModelMissing, UsageError

Make = Callable[..., Writer]
BUSY = Fault(status=429, headers={"retry-after": "7"})


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr("assistant.models.writer.sleep", waited.append)  # its own alone: other threads sleep, too
    return waited


@pytest.fixture
def make(server: Script, tmp_path: Path, pauses: list[float]) -> Make:
    def writer(name: str = "openai:test", address: str = "", **settings: object) -> Writer:
        known = Settings(index=tmp_path, **{"cache": False, **settings})
        return Writer(name, known, {"READOUT_BASE_URL": address or server.address})

    return writer


def write(writer: Writer, request: str = "a request", corpus: str = "a corpus") -> str:
    return writer.write("rules", request, corpus).text


# --- trying again --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (BUSY, 4),
        (Fault(status=500), 4),
        (Fault(status=503), 4),
        (Fault(text="half a", then="drop"), 2),
        (Fault(text="half a", then="end"), 2),
        (Fault(text="half a", then="hang"), 2),
        (Fault(text=""), 2),
        (Fault(text="no", then="content_filter"), 1),
        (Fault(text="on and on " * (LONGEST // 8)), 1),
        (Fault(status=400), 1),
    ],
)
def test_what_can_help_is_tried_again_and_bounded(make: Make, server: Script, fault: Fault, tries: int) -> None:
    known = {"patience": 3.0} if fault.then == "hang" else {}
    server.say(fault)
    with pytest.raises(ModelFailed) as caught:
        write(make(**known))
    assert len(server.requests) == tries
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("openai:test: ")
    server.say(*[fault] * (tries - 1), "an answer")
    assert write(make(**known)) == "an answer"


def test_the_server_says_how_long_to_wait(make: Make, server: Script, pauses: list[float]) -> None:
    server.say(BUSY, BUSY, "an answer")
    write(make())
    assert pauses == [7, 7]
    server.say(Fault(status=429, headers={"retry-after": "86400"}), "an answer")
    write(make())
    assert pauses[2:] == [60]


def test_without_a_word_from_the_server_pauses_grow() -> None:
    first, later = ([pause(RuntimeError(), attempt) for _ in range(20)] for attempt in (1, 3))
    assert max(first) <= 1 < min(later) <= max(later) <= 4
    assert len(set(first)) > 1


def test_an_account_without_money_is_not_asked_again(make: Make, server: Script) -> None:
    error = {"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}
    server.say(Fault(status=429, body=error))
    with pytest.raises(ModelMissing, match=r"wants to be paid: You exceeded your current quota\. Add credit"):
        write(make())
    assert len(server.requests) == 1


# --- servers that do otherwise -------------------------------------------------------------------------------------------


def test_a_server_that_does_not_stream_is_read_all_the_same(make: Make, server: Script) -> None:
    server.say(Fault(text="an answer", then="unstreamed"))
    writer = make()
    draft = writer.write("", "q", "c")
    assert (draft.text, draft.usage, len(server.requests)) == ("an answer", Usage(100, 7, None), 2)
    assert write(writer, "another request") == "an answer"
    assert len(server.requests) == 3  # it is not asked for a stream again


def test_a_web_page_is_no_answer(make: Make, server: Script) -> None:
    server.say(Fault(headers={"Content-Type": "text/html"}, body={"page": "Log in"}))
    with pytest.raises(ModelFailed, match="no model's answer"):
        write(make())


def test_a_redirect_that_keeps_the_request_is_followed(make: Make, server: Script) -> None:
    with scripted("an answer") as other:
        server.say(Fault(status=307, headers={"Location": f"{other.address}/chat/completions"}))
        assert write(make()) == "an answer"


@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_that_loses_the_request_is_told_with_its_remedy(make: Make, server: Script, status: int) -> None:
    with scripted("an answer") as other:
        server.say(Fault(status=status, headers={"Location": f"{other.address}/chat/completions"}))
        with pytest.raises(ModelMissing, match=f"sends on to {other.address}/chat/completions. Put that address into READOUT_BASE_URL"):
            write(make())
    assert len(server.requests) == 1


# --- a form ----------------------------------------------------------------------------------------------------------------

SAID = '{"points": [{"sentence": "Trump won.", "statements": [1]}, {"sentence": "He is glad.", "statements": [2]}]}'
HELD = "openai:gpt-5-mini"  # LangChain knows of it that it can be held to a form


def test_a_model_that_can_be_held_to_a_form_is(make: Make, server: Script) -> None:
    server.say(SAID)
    seen: list[str] = []
    draft = make(HELD).write("rules", "q", "c", seen.append, form=FORM)
    assert (draft.text, draft.usage) == (SAID, Usage(100, len(SAID.split()), None))
    assert server.requests[0]["response_format"]["json_schema"]["schema"]["properties"] == FORM["properties"]
    assert list(dict.fromkeys(seen)) == ["", "Trump won.", "Trump won.\nHe is glad."]


@pytest.mark.parametrize(("name", "form"), [("openai:test", FORM), (HELD, None)])
def test_others_write_lines(make: Make, server: Script, name: str, form: dict[str, object] | None) -> None:
    server.say("an answer")
    assert make(name).write("rules", "q", "c", form=form).text == "an answer"
    assert "response_format" not in server.requests[0]


def test_a_server_that_does_not_know_the_form_is_asked_without_it(make: Make, server: Script) -> None:
    server.say(Fault(status=400), "an answer")
    writer = make(HELD)
    assert writer.write("rules", "q", "c", form=FORM).text == "an answer"
    assert writer.write("rules", "another", "c", form=FORM).text == "an answer"
    assert ["response_format" in request for request in server.requests] == [True, False, False]


# --- what is missing, and what fails ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said"), [(401, "asks for a key"), (403, "does not allow it"), (404, "has no model 'test'")], ids=["401", "403", "404"]
)
def test_what_a_person_must_mend_is_not_tried_again(make: Make, server: Script, status: int, said: str) -> None:
    server.say(Fault(status=status))
    with pytest.raises(ModelMissing, match=said):
        write(make())
    assert len(server.requests) == 1


def test_a_server_that_is_not_there_is_missing_at_first_and_a_failure_later(make: Make, server: Script, pauses: list[float]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(ModelMissing, match="nothing answers at"):
        write(make(address=nowhere))
    assert pauses == []
    with scripted("an answer") as short:
        writer = make(address=short.address)
        write(writer)
    with pytest.raises(ModelFailed):
        write(writer, "another request")
    assert len(pauses) == 1


# --- tokens, cost, drafts --------------------------------------------------------------------------------------------------


def test_tokens_are_counted_and_priced_where_a_price_is_known(make: Make, server: Script) -> None:
    server.say("three short words")
    assert make().write("", "q", "c").usage == Usage(100, 3, None)
    assert make(price=(10.0, 1000.0)).write("", "q", "c").usage == Usage(100, 3, pytest.approx(0.004))


def test_the_draft_is_seen_as_it_grows(make: Make, server: Script) -> None:
    server.say("one two three")
    seen: list[str] = []
    make().write("", "q", "c", seen.append)
    grown = [draft.strip() for draft in dict.fromkeys(seen) if draft.strip()]
    assert grown == ["one", "one two", "one two three"]


def test_the_same_is_not_paid_for_twice(make: Make, server: Script) -> None:
    server.say("an answer")
    writer = make(cache=True)
    assert writer.write("rules", "q", "c").usage.kept is False
    assert make(cache=True).write("rules", "q", "c").usage == Usage(kept=True)
    assert len(server.requests) == 1
    for rules, request, corpus in (("other rules", "q", "c"), ("rules", "other q", "c"), ("rules", "q", "other c")):
        writer.write(rules, request, corpus)
    make("openai:other", cache=True).write("rules", "q", "c")
    make(cache=False).write("rules", "q", "c")
    assert len(server.requests) == 6


def test_what_is_of_no_use_is_not_kept(make: Make, server: Script) -> None:
    server.say(Fault(text="cut short", then="length"))
    write(make(cache=True))
    write(make(cache=True))
    server.say("nonsense")
    for _ in range(2):
        make(cache=True).write("rules", "q", "c", useful=lambda draft: False)
    assert len(server.requests) == 2


@pytest.mark.parametrize("spoilt", [b"no database at all", b""])
def test_drafts_that_cannot_be_kept_are_no_reason_not_to_answer(tmp_path: Path, spoilt: bytes) -> None:
    file = tmp_path / "drafts.sqlite3"
    file.write_bytes(spoilt)
    Drafts(file).put("key", "text")
    assert Drafts(file).get("key") == (None if spoilt else "text")
    assert Drafts(tmp_path / "nowhere" / "drafts.sqlite3").get("key") is None


def test_the_oldest_drafts_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.models.drafts.MOST", 2)
    drafts = Drafts(tmp_path / "drafts.sqlite3")
    for name in "abc":
        drafts.put(name, name)
    assert [drafts.get(name) for name in "abc"] == [None, "b", "c"]
    with sqlite3.connect(tmp_path / "drafts.sqlite3") as store:
        assert store.execute("SELECT count(*) FROM drafts").fetchone() == (2,)


# --- prompts ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    for name in PLACEHOLDERS:
        (folder / f"{name}.md").write_bytes((FOLDER / f"{name}.md").read_bytes())
    return folder


def test_a_folder_of_ones_own_replaces_the_prompts(own: Path) -> None:
    assert Prompts(own).fingerprint == Prompts().fingerprint
    (own / "rules.md").write_text("Be {{brief}}.", encoding="utf-8")
    assert Prompts(own).fill("rules") == "Be {brief}."
    assert Prompts(own).fingerprint != Prompts().fingerprint


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("answer.md", "{question}", "{statements}"),
        ("answer.md", "{question} {statements} {more}", "{more}"),
        ("rules.md", "an open { brace", "rules.md"),
        ("condense.md", None, "condense.md"),
    ],
)
def test_prompts_are_checked_when_they_are_read(own: Path, name: str, text: str | None, said: str) -> None:
    (own / name).unlink() if text is None else (own / name).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        Prompts(own)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="READOUT_PROMPTS"):
        Prompts(tmp_path / "nowhere")

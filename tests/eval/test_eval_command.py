"""``readout eval`` from its options to its exit status, over a small index made without a model."""

from __future__ import annotations

import json

import pytest
from conftest import article_of, store
from typer.testing import CliRunner

from assistant.chain import Assistant
from assistant.settings import load_settings
from eval import command
from eval.cli import app
from eval.draft import draft
from eval.golden import GoldenError, held_out_ids, load_golden
from index.build import fingerprint
from index.embedder import BUNDLED
from index.errors import IndexMissing, ModelMissing, UsageError
from index.record import Record
from index.types import Statement
from index.vectors import VectorStore

SAID = "Anna Reed said the new bridge over the river would open in early spring."
PLAIN = ["A bridge is built.", SAID, "Nobody else spoke."]
QUESTION = {
    "id": "fact-1", "kind": "fact", "question": "When will the bridge open?", "answerable": True,
    "evidence": [[{"article": "a.txt", "words": "would open in early spring"}]],
}  # fmt: skip


def invoke(*arguments):
    return CliRunner().invoke(app, ["eval", *map(str, arguments)])


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    article, passages = article_of("a.txt", PLAIN, outlet="The Gazette", title="Bridge")
    at = article.text.index("the new bridge")
    statement = Statement("a.txt", at, at + len(SAID) - 15, article.text[at : at + len(SAID) - 15], ("Anna Reed",), 19, 28, "said", False)
    with Record(folder, write=True) as record:
        store(record, article, passages, [statement])
        with record.transaction():
            record.set_meta(fingerprint=fingerprint(BUNDLED), model=BUNDLED)
        VectorStore(folder, fingerprint(BUNDLED), None).sync(record)
    return folder


@pytest.fixture
def questions(tmp_path):
    file = tmp_path / "own" / "golden.jsonl"
    file.parent.mkdir()
    file.write_text(json.dumps(QUESTION) + "\n", encoding="utf-8")
    return file


def test_questions_of_ones_own_have_their_own_gate_and_baseline(index, questions, tmp_path):
    arguments = ("--questions", questions, "--index", index, "--out", tmp_path / "out")
    gate, baseline = questions.with_name("gate.toml"), questions.with_name("baseline.json")
    gate.write_text("[quotations]\nleast = 1.0\n")
    green = invoke(*arguments)
    assert green.exit_code == 0, green.output
    assert "By kind of question" in green.stdout
    assert "1 of 1 questions asked" in green.stderr
    assert not baseline.exists()
    assert (tmp_path / "out" / "report.html").exists()

    assert invoke(*arguments, "--update-baseline").exit_code == 0
    assert json.loads(baseline.read_text())["answerer"] == "extractive"
    assert "compared with the baseline" in invoke(*arguments).stdout

    gate.write_text("[quotations]\nleast = 1.0\n[evidence_recall]\nleast = 1.0\n[latency]\nmost = 0.0\n")
    red = invoke(*arguments)
    assert red.exit_code == 1
    assert "The gate is red" in red.stdout


def test_a_draft_for_an_index_can_be_loaded_and_is_not_overwritten(index, tmp_path):
    file = tmp_path / "draft.jsonl"
    done = invoke("--draft", file, "--index", index)
    assert done.exit_code == 0, done.output
    with Record(index) as record:
        articles = {article.id: article for article in record.articles()}
        found = load_golden(file, articles)
        assert len(found) == len(list(draft(record)))
    assert f"{len(found)} questions drafted" in done.stdout
    assert all(golden.draft for golden in found)
    unread = invoke("--questions", file, "--index", index, "--out", tmp_path / "out")
    assert isinstance(unread.exception, GoldenError)
    assert "holds drafts only" in str(unread.exception)
    asked = [golden for golden in found if golden.answerable]
    assert [golden.speakers for golden in asked] == [("Anna Reed",)]
    assert asked[0].evidence[0][0].words in SAID
    absent = [golden for golden in found if not golden.answerable]
    assert {golden.id for golden in absent if golden.held_out} == held_out_ids(golden.id for golden in absent)
    again = invoke("--draft", file, "--index", index)
    assert isinstance(again.exception, UsageError)
    assert "is there already" in str(again.exception)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        (("--judge", "gpt"), ModelMissing, "Write PROVIDER:NAME"),
        (("--judge-rows", "3"), UsageError, "Name the judge with --judge"),
        (("--model", "gpt"), ModelMissing, "Write PROVIDER:NAME"),
        (("--questions", "none.jsonl"), GoldenError, "none.jsonl: cannot be read"),
        (("--out", "file"), UsageError, "Name another folder with --out"),
        (("--questions", "none.jsonl", "--index", "INDEX"), GoldenError, "none.jsonl: cannot be read"),
        (("--index", "nowhere"), IndexMissing, "readout index"),
        (("--index", "INDEX"), GoldenError, "there is no article"),  # the project's questions, of another corpus
    ],
)
def test_bad_input_is_an_error_of_one_line_before_an_index_is_made(index, tmp_path, monkeypatch, arguments, error, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("index.build.build", lambda *_: pytest.fail("an index was made first"))
    (tmp_path / "file").write_text("")
    done = invoke(*[index if argument == "INDEX" else argument for argument in arguments])
    assert type(done.exception) is error
    assert said in str(done.exception)
    assert "\n" not in str(done.exception)


def test_an_index_is_made_for_the_occasion_and_removed(monkeypatch):
    from index import build

    built = []
    monkeypatch.setenv("READOUT_CHROMA", "http://shared:8000")
    monkeypatch.setattr(build, "build", lambda folder, paths, model: built.append((folder, paths)))
    with command._index(load_settings(), temporary=True) as settings:
        assert built == [(settings.index, [])]
        assert settings.chroma is None
        folder = settings.index.parent
        assert folder.exists()
    assert not folder.exists()


def test_the_earlier_questions_of_a_conversation_are_asked_with_a_question(index, questions, monkeypatch, tmp_path):
    asked, ask = [], Assistant.ask

    def note(self, text, scope=None, history=()):
        asked.append((text, tuple(history)))
        return ask(self, text, scope, history)

    monkeypatch.setattr(Assistant, "ask", note)
    questions.write_text(json.dumps({**QUESTION, "history": ["What will be built?"]}) + "\n", encoding="utf-8")
    invoke("--questions", questions, "--index", index, "--out", tmp_path / "out")
    assert asked == [("When will the bridge open?", ("What will be built?",))]


def test_an_index_that_does_not_match_is_named(own_index, run):
    done = run("eval", "--index", own_index, env={"READOUT_EMBEDDING": "another"})
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "readout index" in done.stderr


def test_a_line_of_questions_that_is_no_json_is_named_by_its_number(run, tmp_path):
    (tmp_path / "bad.jsonl").write_text(f"{json.dumps(QUESTION)[:-1]}, \n", encoding="utf-8")
    done = run("eval", "--questions", "bad.jsonl")
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("readout: bad.jsonl, line 1: is not JSON")

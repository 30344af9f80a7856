"""The commands with a language model: what they print, what a batch does when it fails, and what stops them. Over HTTP, scripted."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import READOUT, Run, environment
from scripted_server import Fault, Script, given, scripted

QUESTION = "What did each side say about Syria?"
FACT = "When will Trump succeed Obama?"
LIE = "- They will meet in Rome on 4 July [1]."


def true(request: str) -> str:
    """What a model writes that cites the statement which carries it."""
    number = next((one.number for one in given(request) if "unsatisfactory" in one.words and one.speaker == "Kremlin"), 1)
    return f"- The Kremlin said that current relations are unsatisfactory [{number}]."


@pytest.fixture(scope="module")
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


def told(server: Script, **more: str) -> dict[str, str]:
    return {"READOUT_BASE_URL": server.address, "READOUT_MODEL": "openai:test", "OPENAI_API_KEY": "", **more}


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines(keepends=True)))


# --- ask -----------------------------------------------------------------------------------------------------------------


def test_ask_marks_what_is_not_carried_and_strict_leaves_it_out(run: Run, own_index: Path, server: Script) -> None:
    server.say(lambda request: f"{true(request)}\n{LIE}")
    marked = run("ask", QUESTION, "--index", own_index, env=told(server, READOUT_PRICE="1/2"))
    assert marked.returncode == 0, marked.stderr
    assert marked.stderr == ""
    assert re.search(r"4 July\. \[\d\] \(⚠ unsupported: .*not\s+in\s+what\s+is\s+cited\)", marked.stdout, re.S)
    assert re.search(r"^openai:test · 100 \+ \d+ tokens · \$0\.0001 · \d+\.\d s$", marked.stdout, re.M)
    strict = run("ask", QUESTION, "--strict", "--index", own_index, env=told(server))
    assert "are unsatisfactory" in strict.stdout
    assert "Rome" not in strict.stdout
    assert "kept from before" in strict.stdout
    assert len(server.requests) == 1


def test_a_side_that_the_model_drops_is_quoted(run: Run, own_index: Path, server: Script) -> None:
    server.say(true)
    answer = json.loads(run("ask", QUESTION, "--json", "--index", own_index, env=told(server)).stdout)
    assert answer["answerer"] == "openai:test"
    assert {point["side"] for point in answer["points"]} == {"Kremlin", "Trump team"}
    assert {point["side"]: point["support"] for point in answer["points"]}["Trump team"] == "verbatim"


@pytest.mark.parametrize(
    ("model", "env", "said"),
    [
        ("nonsense", {}, "Write PROVIDER:NAME"),
        ("openai:test", {}, "OPENAI_API_KEY"),
        ("abacus:one", {}, "no provider 'abacus'"),
        ("openai:test", {"READOUT_BASE_URL": "here"}, "READOUT_BASE_URL"),
        ("openai:test", {"READOUT_PRICE": "cheap"}, "READOUT_PRICE"),
        ("openai:test", {"READOUT_TIMEOUT": "soon"}, "READOUT_TIMEOUT"),
        ("openai:test", {"READOUT_PROMPTS": "nowhere", "READOUT_BASE_URL": "http://127.0.0.1:1/v1"}, "READOUT_PROMPTS"),
    ],
)
def test_what_is_missing_is_one_line(run: Run, bundled: Path, model: str, env: dict[str, str], said: str) -> None:
    done = run("ask", QUESTION, "--model", model, "--index", bundled, env={"OPENAI_API_KEY": "", **env})
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert said in line


def test_commands_that_do_not_answer_need_no_model(run: Run, bundled: Path) -> None:
    missing = {"READOUT_MODEL": "anthropic:none", "ANTHROPIC_API_KEY": ""}
    for command in (("statements", "--side", "Kremlin"), ("compare", "unsatisfactory")):
        done = run(*command, "--index", bundled, env=missing)
        assert done.returncode == 0, done.stderr


def test_a_terminal_sees_the_draft_grow_and_then_the_answer(own_index: Path, server: Script) -> None:
    server.say(lambda request: f"{true(request)}\n{LIE}")
    reading, writing = pty.openpty()
    arguments = [*READOUT, "ask", QUESTION, "--index", str(own_index)]
    env = environment(**told(server), TERM="xterm", COLUMNS="100")
    with subprocess.Popen(arguments, env=env, stdout=subprocess.PIPE, stderr=writing, stdin=subprocess.DEVNULL) as process:
        os.close(writing)
        seen = b""
        while True:
            try:
                part = os.read(reading, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not part:
                break
            seen += part
        assert process.stdout is not None
        out = process.stdout.read().decode()
    os.close(reading)
    assert "nothing of it is checked yet" in seen.decode()
    assert "checked yet" not in out
    assert "are unsatisfactory" in out


# --- batch ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text(f"question\n{QUESTION}\n{FACT}\nHow many minutes did the call last?\n{QUESTION}\n", encoding="utf-8")
    return file


def test_a_batch_is_strict_counts_tokens_and_asks_each_question_once(run: Run, own_index: Path, table: Path, server: Script) -> None:
    server.say(lambda request: f"{true(request)}\n{LIE}", "Trump will succeed Obama on 20 January [1].")
    done = run("batch", table, "out.csv", "--workers", "1", "--index", own_index, env=told(server))
    assert done.returncode == 0, done.stderr
    rows = rows_of(table.parent / "out.csv")
    assert [row["answerer"] for row in rows] == ["openai:test"] * 4
    assert [row["status"] for row in rows] == ["answered", "answered", "abstained", "answered"]
    assert "Rome" not in rows[0]["answer"]
    assert [int(row["tokens"]) > 100 for row in rows] == [True, True, False, True]
    assert rows[2]["tokens"] == "0"  # nothing found, nothing asked
    assert len(server.requests) == 2


def test_rows_answered_without_the_model_say_so_and_are_asked_again_when_told(
    run: Run, own_index: Path, table: Path, server: Script
) -> None:
    server.say("I cannot help with that.")
    first = run("batch", table, "out.csv", "--workers", "1", "--index", own_index, env=told(server))
    assert first.returncode == 0, first.stderr
    assert "3 rows were answered without the language model" in first.stderr
    rows = rows_of(table.parent / "out.csv")
    assert [row["answerer"] for row in rows] == ["extractive", "extractive", "openai:test", "extractive"]
    assert "Answered without the language model" in rows[1]["answer"]
    server.say(true, "Trump will succeed Obama on 20 January [1].")
    run("batch", table, "out.csv", "--workers", "1", "--index", own_index, env=told(server))
    assert server.requests == []
    run("batch", table, "out.csv", "--workers", "1", "--redo", "failed", "--index", own_index, env=told(server))
    assert {row["answerer"] for row in rows_of(table.parent / "out.csv")} == {"openai:test"}


def test_a_batch_without_a_server_stops_at_once_and_goes_on_later(run: Run, own_index: Path, table: Path, server: Script) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        done = run("batch", table, "out.csv", "--index", own_index, env=told(server, READOUT_BASE_URL=address))
    assert done.returncode == 2
    assert "nothing answers at" in done.stderr.splitlines()[-1]
    server.say(true)
    assert run("batch", table, "out.csv", "--index", own_index, env=told(server)).returncode == 0


def test_a_rate_limit_is_waited_for(run: Run, own_index: Path, table: Path, server: Script) -> None:
    server.say(Fault(status=429, headers={"retry-after": "0.1"}), Fault(status=429, headers={"retry-after": "0.1"}), true)
    done = run("batch", table, "out.csv", "--workers", "1", "--index", own_index, env=told(server))
    assert done.returncode == 0, done.stderr
    assert rows_of(table.parent / "out.csv")[0]["answerer"] == "openai:test"


# --- the evaluation ------------------------------------------------------------------------------------------------------


def test_an_evaluation_without_its_model_stops_and_blames_no_question(run: Run, bundled: Path, server: Script, tmp_path: Path) -> None:
    server.say(Fault(status=401))
    done = run("eval", "--index", bundled, "--out", tmp_path / "out", env=told(server))
    assert done.returncode == 2
    assert "asks for a key" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out" / "report.md").exists()
    assert len(server.requests) == 1


# --- keys ----------------------------------------------------------------------------------------------------------------


def test_a_key_that_a_server_repeats_is_shown_and_kept_nowhere(run: Run, own_index: Path, table: Path, server: Script) -> None:
    key = "an-odd-key-0123456789"
    server.say(true, Fault(status=400, body={"error": {"message": f"bad request with {key}"}}))
    done = run("batch", table, "out.csv", "--workers", "1", "--index", own_index, env=told(server, OPENAI_API_KEY=key))
    asked = run("ask", FACT, "--no-cache", "--index", own_index, env=told(server, OPENAI_API_KEY=key))
    files = [file for folder in (own_index, table.parent) for file in folder.rglob("*") if file.is_file()]
    assert any(header.get("Authorization") == f"Bearer {key}" for header in server.headers)
    assert key not in done.stdout + done.stderr + asked.stdout + asked.stderr
    assert not [file for file in files if key.encode() in file.read_bytes()]
    with sqlite3.connect(own_index / "drafts.sqlite3") as drafts:
        assert drafts.execute("SELECT count(*) FROM drafts").fetchone() == (1,)

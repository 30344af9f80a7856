"""The command line: what it prints where, its exit statuses, and one clear line for whatever is wrong."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import PATIENCE, READOUT, ROOT, Run, environment, run_command
from contract import ANSWER, CITATION, has_shape

from app import main
from assistant.cli import app
from assistant.scope import read_scope
from index.errors import UsageError
from index.record import FILE, Scope

COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]
QUESTION = "Did Putin deny interfering in the election?"

Told = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Told:
    """``here("ask", "…")``: the command line in this process, in an empty folder; for what ends before anything is loaded."""

    def command(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["readout", *map(str, arguments)])
        for name, value in (env or {}).items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(sys.argv, int(ended.value.code or 0), out, err)

    return command


def refused(done: subprocess.CompletedProcess[str], *causes: str) -> str:
    """The one line on standard error, of a command that ended with status 2, printed nothing else and lost nothing."""
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("readout: ")
    assert re.search(r"[.?][\"”’]?$", lines[0]), "a line is whole sentences"
    assert "Traceback" not in lines[0]
    for cause in causes:
        assert cause in lines[0]
    return lines[0]


def without_privileges() -> list[str]:
    """What to put before a command so that file permissions bind it, although the tests may be run by root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    rights = "-dac_override,-dac_read_search"
    prefix = [setpriv or "", "--bounding-set", rights, "--inh-caps", rights]
    if setpriv is None or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root ignores file permissions, and there is no setpriv here to give that up")
    return prefix


# --- what works --------------------------------------------------------------------------------------------------------------


def test_ask_prints_an_answer(run: Run, bundled: Path) -> None:
    done = run("ask", QUESTION, "--index", bundled)
    assert (done.returncode, done.stderr) == (0, "")
    assert "[1]" in done.stdout
    assert not re.search(r"\x1b|\*\*|Traceback", done.stdout)


def test_ask_json_prints_one_object_and_nothing_else(run: Run, bundled: Path) -> None:
    done = run("ask", QUESTION, "--json", "--index", bundled)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    value = json.loads(done.stdout)
    has_shape(value, ANSWER)
    for citation in value["citations"]:
        has_shape(citation, CITATION)


def test_ask_reads_a_question_from_standard_input_and_settings_from_the_environment(run: Run, bundled: Path) -> None:
    done = run("ask", "-", "--json", stdin=f"{QUESTION}\n", env={"READOUT_INDEX": str(bundled)})
    assert json.loads(done.stdout)["question"] == QUESTION


def test_ask_without_a_question_takes_a_conversation_line_by_line(run: Run, bundled: Path) -> None:
    """A line may follow up those before it; one that cannot be asked is named, and the rest are asked all the same."""
    typed = "What did Putin say about Syria?\n\n?\nAnd about trade?"
    done = run("ask", "--json", "--index", bundled, stdin=typed)
    assert (done.returncode, done.stderr) == (1, "readout: the question has no words. Ask in words.\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["status"] == second["status"] == "answered"
    assert "Putin" in second["text"]  # whom the second line does not name
    assert run("ask", "--index", bundled, stdin="").returncode == 0


def test_an_answer_has_colours_in_a_terminal_and_nowhere_else(bundled: Path, tmp_path: Path) -> None:
    script = shutil.which("script")
    if script is None:
        pytest.skip("there is no `script` here to make a terminal with")
    line = shlex.join([*READOUT, "ask", QUESTION, "--index", str(bundled)])

    def shown(**env: str) -> str:
        done = subprocess.run(
            [script, "--quiet", "--return", "--command", line, str(tmp_path / "log")],
            cwd=tmp_path,
            env={**environment(TERM="xterm"), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=True,
        )
        return done.stdout.decode()

    assert "\x1b[36m[1] MaltaToday" in shown(NO_COLOR="")
    assert "\x1b" not in shown(NO_COLOR="1")


def test_the_version(here: Told) -> None:
    assert re.fullmatch(r"readout \d+\.\d+\.\d+\n", here("--version").stdout)


def test_a_shell_completes_commands_and_options(run: Run) -> None:
    def completed(words: str) -> list[str]:
        place = str(words.count(" "))
        return run(env={"_READOUT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": place}).stdout.split()

    assert completed("readout stat") == ["statements"]
    assert "--outlet" in completed("readout ask --o")


def test_what_the_evaluation_needs_is_named_where_it_is_missing(here: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.cli.find_spec", {"langchain_community": True}.get)
    assert "needs ragas. Run pip install 'readout[eval]'" in refused(here("eval"))


def test_filters_narrow_what_is_cited(run: Run, bundled: Path) -> None:
    done = run(
        "ask", "What did Putin say?", "--json", "--outlet", "euractiv", "--since", "2016-11-15", "--until", "2016-11-15", "--index", bundled
    )
    assert {citation["outlet"] for citation in json.loads(done.stdout)["citations"]} <= {"Euractiv"}


STATEMENT = {
    "article": str,
    "outlet": str | None,
    "start": int,
    "end": int,
    "text": str,
    "speaker": str | None,
    "speaker_start": int | None,
    "speaker_end": int | None,
    "cue": str | None,
    "direct": bool,
    "side": str | None,
}


def test_statements_json_is_one_object_a_line(run: Run, bundled: Path) -> None:
    done = run("statements", "--json", "--index", bundled)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) > 20
    texts = {path.name: path.read_bytes().decode("utf-8") for path in (ROOT / "index" / "articles").glob("*.txt")}
    for line in lines:
        value = json.loads(line)
        has_shape(value, STATEMENT)
        assert texts[value["article"]][value["start"] : value["end"]] == value["text"] != ""
        assert (value["speaker_start"] is None) == (value["speaker_end"] is None)


def test_statements_for_people_are_a_line_each_and_can_be_filtered(run: Run, bundled: Path) -> None:
    every = run("statements", "--index", bundled).stdout.splitlines()
    some = run("statements", "--index", bundled, "--outlet", "euractiv").stdout.splitlines()
    assert 0 < len(some) < len(every)
    assert set(some) <= set(every)


def test_index_tells_what_it_did_and_a_second_run_does_nothing(run: Run, own_index: Path) -> None:
    done = run("index", "--index", own_index)
    assert done.returncode == 0
    assert "0 added, 0 changed, 0 moved, 0 removed, 5 unchanged" in done.stdout
    assert "It holds 5 articles" in done.stdout


def test_files_that_cannot_be_used_are_named_and_the_status_tells(run: Run, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "empty.txt").touch()
    done = run("index", "news")
    assert done.returncode == 1
    assert "readout: left out: empty.txt: holds no text" in done.stderr
    assert "It holds 0 articles" in done.stdout


def test_the_report_names_what_was_left_out_and_what_was_noted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "two\nlines.txt").touch()
    (tmp_path / "news" / "README.txt").write_text("About this folder.")
    done = run("index", "news", "--report", "report.txt")
    assert done.returncode == 1
    lines = (tmp_path / "report.txt").read_text().splitlines()
    assert [line.partition(".txt")[0] for line in lines] == ["left out: two lines", "noted: README"]
    assert [f"readout: {line}" for line in lines] == [line for line in done.stderr.splitlines() if "articles read" not in line]
    refused(run("index", "news", "--report", "nowhere/report.txt"))
    refused(run("index", "news", "--map", "colour=red"))


def test_doctor_finds_nothing_in_a_sound_index(run: Run, own_index: Path) -> None:
    done = run("doctor", "--index", own_index)
    assert (done.returncode, done.stdout, done.stderr) == (0, "The index is sound.\n", "")


def test_a_reader_that_leaves_early_is_no_error(bundled: Path) -> None:
    command = f"{shlex.join(READOUT)} statements --index {shlex.quote(str(bundled))} | head -n 1"
    done = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [[], *([command] for command in COMMANDS)], ids=lambda command: " ".join(command) or "readout")
def test_help(here: Told, command: list[str]) -> None:
    done = here(*command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")
    for word in command or COMMANDS:
        assert word in done.stdout
    assert not command or "--index" in done.stdout


def test_the_commands_that_others_scripts_call_are_there() -> None:
    assert {"index", "ask", "statements", "chat", "doctor"} <= set(COMMANDS)


def test_every_answering_command_takes_the_filters(here: Told) -> None:
    text = here("ask", "--help").stdout
    for option in ("--index", "--model", "--outlet", "--since", "--until", "--json"):
        assert option in text


# --- questions that cannot be asked ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "cause"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("x" * 20_000, "20,000 characters"),
        ("who\x1b[31m is it", "control characters"),
        ("who\x07", "control characters"),
        ("¿Qué dijo Putin sobre Siria?", "English"),
        ("普京对叙利亚说了什么？", "English"),
        ("?", "no words"),
    ],
    ids=["empty", "blank", "long", "escape", "bell", "Spanish", "Chinese", "no words"],
)
def test_a_question_that_cannot_be_asked(here: Told, bundled: Path, question: str, cause: str) -> None:
    line = refused(here("ask", question, "--index", bundled), cause)
    assert len(line) < 200
    refused(here("ask", question, "--json", "--index", bundled), cause)


# --- options that cannot be used ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2016-13-01", "2015-02-29", "yesterday", "20161114", "14/11/2016", "2016-11-14T00:00", "2016-W46-1"])
@pytest.mark.parametrize("option", ["--since", "--until"])
def test_bad_dates(here: Told, bundled: Path, option: str, day: str) -> None:
    refused(here("ask", QUESTION, option, day, "--index", bundled), option, repr(day), "YYYY-MM-DD")


def test_a_span_that_ends_before_it_begins(here: Told, bundled: Path) -> None:
    refused(here("ask", QUESTION, "--since", "2016-11-15", "--until", "2016-11-14", "--index", bundled), "Swap them")
    with pytest.raises(UsageError):
        read_scope(None, "2016-11-15", "2016-11-14")
    assert read_scope(["A"], "2016-11-14", "2016-11-14") == Scope(("A",), "2016-11-14", "2016-11-14")
    assert read_scope(None, None, None) == Scope()


def test_an_unknown_outlet(here: Told, bundled: Path) -> None:
    refused(here("ask", QUESTION, "--outlet", "The Moon", "--index", bundled), "'The Moon'", "Euractiv", "World News Hub")


def test_an_unknown_side_and_an_unknown_speaker(here: Told, bundled: Path) -> None:
    refused(here("statements", "--side", "Martians", "--index", bundled), "'Martians'", "Kremlin", "Democrats")
    refused(here("statements", "--speaker", "Zaphod", "--index", bundled), "'Zaphod'")


def test_an_unknown_model(here: Told, bundled: Path) -> None:
    refused(here("ask", QUESTION, "--model", "nonsense", "--index", bundled), "'nonsense'")


def test_articles_that_are_not_there(here: Told) -> None:
    refused(here("index", "nowhere"), "no such file or folder: nowhere")


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "--bogus", "x"], ["bogus"], ["chat", "--port", "99999"], ["ask", "one", "two"]], ids=" ".join
)
def test_bad_usage(here: Told, arguments: list[str]) -> None:
    done = here(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


# --- an index that cannot serve ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [["ask", QUESTION], ["statements"], ["doctor"]], ids=lambda command: command[0])
class TestAnIndexThatCannotServe:
    def test_none(self, here: Told, tmp_path: Path, command: list[str]) -> None:
        refused(here(*command), "there is no index in .readout", "Run `readout index` first")
        assert not (tmp_path / ".readout").exists()

    def test_another_model(self, here: Told, bundled: Path, command: list[str]) -> None:
        done = here(*command, "--index", bundled, env={"READOUT_EMBEDDING": "some/other-model"})
        refused(done, "built with the embedding model 'all-MiniLM-L6-v2'", "'some/other-model'", "`readout index`")

    def test_another_schema(self, here: Told, own_index: Path, command: list[str]) -> None:
        with sqlite3.connect(own_index / FILE) as db:
            db.execute("PRAGMA user_version = 0")
        db.close()
        before = (own_index / FILE).read_bytes()
        refused(here(*command, "--index", own_index), "schema 0", "`readout index`")
        assert (own_index / FILE).read_bytes() == before

    def test_a_file_in_the_way(self, here: Told, tmp_path: Path, command: list[str]) -> None:
        (tmp_path / "file").touch()
        refused(here(*command, "--index", tmp_path / "file"))
        assert (tmp_path / "file").read_bytes() == b""


@pytest.mark.parametrize("command", [["ask", QUESTION], ["statements"], ["index"]], ids=lambda command: command[0])
def test_a_corrupt_record(here: Told, own_index: Path, command: list[str]) -> None:
    (own_index / FILE).write_bytes(b"garbage" * 1_000)
    refused(here(*command, "--index", own_index), "damaged", "`readout doctor`")
    assert (own_index / FILE).read_bytes() == b"garbage" * 1_000


def test_doctor_puts_a_corrupt_record_aside_and_says_what_helps(here: Told, own_index: Path) -> None:
    (own_index / FILE).write_bytes(b"garbage" * 1_000)
    done = here("doctor", "--index", own_index)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Run `readout index PATH…`" in done.stdout
    assert [file.read_bytes() for file in own_index.glob(f"{FILE}.*")] == [b"garbage" * 1_000]
    assert here("index", "--index", own_index).returncode == 0
    assert here("doctor", "--index", own_index).stdout == "The index is sound.\n"


def test_vectors_that_cannot_be_opened(run: Run, own_index: Path) -> None:
    (own_index / "chroma" / "chroma.sqlite3").write_bytes(b"garbage" * 1_000)
    refused(run("ask", QUESTION, "--index", own_index), "`readout doctor`")


def test_no_chroma_server(here: Told, bundled: Path) -> None:
    refused(
        here("ask", QUESTION, "--index", bundled, env={"READOUT_CHROMA": "http://127.0.0.1:9"}),
        "no Chroma server answers at http://127.0.0.1:9",
    )


def test_an_index_folder_that_is_a_file(here: Told, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious")
    refused(here("index", "--index", tmp_path / "file"), "cannot be written", "--index")
    refused(here("index", "--index", tmp_path / "file" / "below"), "cannot be written", "--index")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("command", ["index", "doctor"])
def test_an_index_folder_that_cannot_be_written(own_index: Path, command: str) -> None:
    prefix = without_privileges()
    for path in (own_index, *own_index.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        before = (own_index / FILE).read_bytes()
        arguments = [*prefix, *READOUT, command, "--index", str(own_index)]
        done = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
        refused(done, "cannot be written (Permission denied)")
        assert (own_index / FILE).read_bytes() == before
    finally:
        for path in (own_index, *own_index.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_record_that_cannot_be_read(own_index: Path) -> None:
    prefix = without_privileges()
    (own_index / FILE).chmod(0)
    arguments = [*prefix, *READOUT, "ask", QUESTION, "--index", str(own_index)]
    done = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    refused(done, "permissions")


# --- the chat ----------------------------------------------------------------------------------------------------------------


def test_a_port_in_use(run: Run, bundled: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refused(run("chat", "--port", port, "--index", bundled), f"127.0.0.1:{port}", "--port")


def test_a_login_without_a_password(run: Run, bundled: Path) -> None:
    refused(run("chat", "--auth", "ann", "--index", bundled), "USER:PASSWORD")


@pytest.mark.parametrize("told", [[], ["--no-auth"], ["--open-to-anyone"]], ids=" ".join)
def test_the_chat_is_not_opened_to_others_by_accident(run: Run, bundled: Path, told: list[str]) -> None:
    refused(run("chat", "--host", "0.0.0.0", *told, "--index", bundled), "--auth", "--no-auth and --open-to-anyone")


# --- the README --------------------------------------------------------------------------------------------------------------


def console_blocks() -> list[tuple[str, str]]:
    """The commands of the README's blocks marked ``console``, each with what it is shown to print; not those that stay or install."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n\$ (readout .*?)\n(.*?)^```", text, re.M | re.S)
    return [(line, shown) for line, shown in blocks if " chat" not in line and " batch " not in line]


def test_the_readme_shows_exchanges() -> None:
    assert len(console_blocks()) >= 2


@pytest.mark.parametrize(("line", "shown"), console_blocks())
def test_the_readme_shows_what_is_printed(line: str, shown: str, own_index: Path, tmp_path: Path) -> None:
    arguments = shlex.split(line, comments=True)[1:]
    done = run_command(*arguments, cwd=tmp_path, env={"READOUT_INDEX": str(own_index)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == shown.split()


def test_the_readmes_python_runs(bundled: Path, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len(code.splitlines()) <= 10
    (tmp_path / ".readout").symlink_to(bundled)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert "denied" in done.stdout.decode()

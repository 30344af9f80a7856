"""Golden questions in other people's pytest, and the four commands of the README that lead there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import PATIENCE, ROOT, environment, run_command

README = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## In your CI\n")[2].partition("\n## ")[0]
PLUGIN = ("-p", "readout.pytest_plugin")  # as the entry point does where Readout is installed
KNOWN = {"id": "fact-1", "kind": "fact", "question": "When will Trump succeed Obama?", "answerable": True}
RIGHT = {**KNOWN, "evidence": [[{"article": "euractiv.txt", "words": "succeed President Barack Obama on 20 January"}]]}
WRONG = {**KNOWN, "answerable": False}
DRAFT = {**KNOWN, "id": "draft-1", "question": "What is the price of tulips?", "draft": True}

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def ask(bundled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Put questions to the bundled articles in a pytest within this one: its exit status, and what it printed."""
    monkeypatch.chdir(tmp_path)

    def asked(*questions: dict[str, Any], index: Path = bundled) -> tuple[int, str]:
        if questions:
            (tmp_path / "mine.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in questions), encoding="utf-8")
        status = pytest.main([*PLUGIN, "-p", "no:cacheprovider", "--readout-questions", "mine.jsonl", "--readout-index", str(index)])
        return int(status), "".join(capsys.readouterr())

    return asked


def test_a_question_is_a_test_and_a_draft_is_left_out(ask: Ask) -> None:
    status, out = ask(RIGHT, DRAFT)
    assert status == 0
    assert "1 passed, 1 skipped" in out
    assert "::error" not in out


def test_a_wrong_answer_is_told_in_a_sentence_beside_its_line(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    status, out = ask(DRAFT, WRONG)
    assert status == 1
    [told] = re.findall(r"^“.*", out, re.M)
    assert told.endswith("(answered, although the articles do not say)")
    assert re.search(r"wanted a refusal; came: .*20 January", told)
    assert re.findall(r"^::error .*", out, re.M) == [f"::error file=mine.jsonl,line=2,title=fact-1::{told}"]
    assert "Traceback" not in out


def test_the_readme_shows_what_a_failure_says(ask: Ask) -> None:
    [shown] = re.findall(r"^```text\n(.*?)\n```", README, re.M | re.S)
    _, out = ask(WRONG)
    assert shown in out.splitlines()


@pytest.mark.parametrize(
    ("questions", "index", "said"),
    [
        ([DRAFT], None, "mine.jsonl: holds drafts only"),
        ([RIGHT, {**RIGHT, "id": "x"}], None, "mine.jsonl, line 2: the question of 'x' is already that of line 1"),
        ([RIGHT], "nowhere", "readout index"),
        ([], None, "file or directory not found: mine.jsonl"),
    ],
    ids=["drafts", "twice", "no index", "no file"],
)
def test_what_cannot_be_asked_is_red_and_named(ask: Ask, bundled: Path, questions: list[Any], index: str | None, said: str) -> None:
    status, out = ask(*questions, index=Path(index) if index else bundled)
    assert status in (2, 4)
    assert said in out
    assert "Traceback" not in out


def test_the_plugin_costs_nothing_unless_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(
        "import sys\ndef test_x():\n    heavy = {'numpy', 'ragas', 'spacy', 'torch', 'langchain_core', 'typer', 'index', 'assistant'}\n"
        "    assert 'eval.plugin' in sys.modules and not heavy & sys.modules.keys()\n"
    )
    arguments = [sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:langsmith", "-p", "no:hypothesispytest", "-p", "no:anyio"]
    done = subprocess.run(arguments, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout


# --- the README, and GitHub ----------------------------------------------------------------------------------------------


def commands() -> list[str]:
    [block] = re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S)
    return block.splitlines()


def test_the_readmes_four_commands_lead_to_a_red_build(tmp_path: Path, ask: Ask) -> None:
    install, *others, test = commands()
    assert re.fullmatch(r"pip install -c readout/constraints\.txt '\./readout\[eval\]' pytest", install)
    assert (ROOT / "constraints.txt").exists()
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "bridge.txt").write_text("Anna Reed said the new bridge over the river would open in early spring.")
    for command in others:
        done = run_command(*shlex.split(command)[1:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr

    arguments = [sys.executable, "-m", "pytest", *PLUGIN, *shlex.split(test)[1:]]
    done = subprocess.run(arguments, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "mine.jsonl: holds drafts only" in done.stdout
    drafted = json.loads((tmp_path / "mine.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert drafted.pop("draft")
    status, out = ask({**drafted, "speakers": ["Tom Hale"]}, index=tmp_path / "my-index")
    assert status == 1
    assert "not credited: Tom Hale" in out


def test_the_example_for_github_runs_the_readmes_commands() -> None:
    steps = yaml.safe_load((ROOT / "docs" / "ci" / "readout.yml").read_text(encoding="utf-8"))["jobs"]["answers"]["steps"]
    run = [step["run"].replace('"$RUNNER_TEMP/readout', "readout").replace('"', "") for step in steps if "run" in step]
    install, index, _, test = commands()
    assert run[1:] == [install.replace("./", "").replace("'", ""), index, test]

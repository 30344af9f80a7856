"""The texts in prompts/: a folder of a user's own replaces them, and is checked when it is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import Run
from hypothesis import given
from hypothesis import strategies as st

from assistant.prompts import FOLDER, PLACEHOLDERS, Prompts
from assistant.settings import load_settings
from index.errors import UsageError


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A user's folder of prompts, as yet the same as Readout's."""
    return Path(shutil.copytree(FOLDER, tmp_path / "prompts", ignore=shutil.ignore_patterns("*.py")))


def refused(folder: Path) -> str:
    """Why a folder is refused, in a line."""
    with pytest.raises(UsageError) as raised:
        Prompts(folder)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_folder_of_ones_own_replaces_the_texts(own: Path) -> None:
    (own / "abstain.md").write_text("Nothing here. {reason}\n", encoding="utf-8")
    assert Prompts(own).fill("abstain", reason="So it is.") == "Nothing here. So it is."
    assert Prompts().fill("abstain", reason="So it is.") == "The articles do not say. So it is."


def test_it_is_named_by_the_environment(own: Path) -> None:
    assert load_settings({"READOUT_PROMPTS": str(own)}).prompts == own
    assert load_settings({}).prompts is None


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_missing_text_is_named_with_the_remedy(own: Path, name: str) -> None:
    (own / f"{name}.md").unlink()
    said = refused(own)
    assert f"{own / name}.md: the prompt cannot be read (No such file or directory)" in said
    assert "Copy" in said
    assert "unset READOUT_PROMPTS" in said


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "nowhere") in refused(tmp_path / "nowhere")
    (tmp_path / "file").write_text("text", encoding="utf-8")
    assert "Not a directory" in refused(tmp_path / "file")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{question}",
        "{statements} {question} {more}",
        "{0} {1}",
        "{statements} {question.upper}",
        "{statements!r} {question}",
        "{statements!x} {question}",
        "{statements:d} {question}",
        "{statements:{question}}",
    ],
)
def test_other_placeholders_are_refused_when_loaded(own: Path, text: str) -> None:
    (own / "answer.md").write_text(text, encoding="utf-8")
    assert "needs the placeholders {question}, {statements}" in refused(own)


@pytest.mark.parametrize("text", ["{statements} {question", "} {statements} {question}", "{statements} {question!} {"])
def test_broken_braces_are_refused_when_loaded(own: Path, text: str) -> None:
    (own / "answer.md").write_text(text, encoding="utf-8")
    assert "answer.md" in refused(own)


def test_what_is_no_text_is_refused_when_loaded(own: Path) -> None:
    (own / "answer.md").write_bytes(b"\xff\xfe{statements} {question}")
    assert "cannot be read" in refused(own)


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_is_filled_in_means_nothing(statements: str, question: str) -> None:
    filled = Prompts().fill("answer", statements=f"{{question}}{statements}", question=question)
    assert filled == f"The statements:\n\n{{question}}{statements}\n\nThe question: {question}"


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_the_fingerprint_is_that_of_the_texts(own: Path, name: str) -> None:
    assert Prompts(own).fingerprint == Prompts().fingerprint
    with (own / f"{name}.md").open("a", encoding="utf-8") as file:
        file.write(" More.")
    assert Prompts(own).fingerprint != Prompts().fingerprint


def test_a_wrong_folder_is_an_error_of_one_line_at_the_prompt(run: Run, bundled: Path, tmp_path: Path) -> None:
    done = run("ask", "--index", bundled, "hello", env={"READOUT_PROMPTS": str(tmp_path / "nowhere")})
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "READOUT_PROMPTS" in done.stderr

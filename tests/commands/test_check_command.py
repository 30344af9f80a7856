"""``readout check`` and ``readout batch --check``: what they print, their exit statuses, and one line for whatever is wrong."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from conftest import run_command

GOOD, BAD = "Putin has denied any interference.", "Trump will succeed Obama on 21 January."


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.md"
    path.write_text(f"# A call\n\n{GOOD} {BAD}\n", encoding="utf-8")
    return path


def test_check_prints_every_claim_and_a_summary(bundled: Path, draft: Path) -> None:
    done = run_command("check", draft, "--index", bundled)
    assert done.returncode == 0, done.stderr
    assert f"carried  {GOOD}" in done.stdout
    assert f"number differs  {BAD}" in done.stdout
    assert "Trump will succeed President Barack Obama on 20 January." in done.stdout
    assert done.stdout.rstrip().endswith("The articles carry 50% of what can be checked.")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("verdicts", "status"), [("number", 1), ("contradicted,altered", 0), ("numbers", 2)])
def test_fail_on_decides_the_exit_status(bundled: Path, draft: Path, verdicts: str, status: int) -> None:
    done = run_command("check", draft, "--index", bundled, "--fail-on", verdicts, "--json")
    assert done.returncode == status
    if status == 2:
        assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    else:
        assert [one["verdict"] for one in json.loads(done.stdout)["claims"]] == ["not checkable", "carried", "number differs"]


def test_formats(bundled: Path, draft: Path) -> None:
    made = {form: run_command("check", draft, "--index", bundled, "--format", form).stdout for form in ("csv", "html", "md")}
    rows = list(csv.DictReader(made["csv"].splitlines()))
    assert [row["verdict"] for row in rows] == ["not checkable", "carried", "number differs"]
    assert rows[2]["claim"] == BAD
    assert made["html"].startswith("<!doctype html>")
    assert made["html"].rstrip().endswith("</html>")
    assert "**number differs**: " in made["md"]


@pytest.mark.parametrize("name", ["nowhere.md", "draft.xlsx", "empty.txt"])
def test_what_is_the_users_to_mend_is_one_line(bundled: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.txt").write_text("")
    done = run_command("check", tmp_path / name, "--index", bundled)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


# --- a column of a table -----------------------------------------------------------------------------------------------------


def test_a_column_of_a_table_is_checked(bundled: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "answers.csv", tmp_path / "checked.csv"
    source.write_text(f"id,answer\n1,{GOOD}\n2,{BAD}\n3,\n", encoding="utf-8")
    done = run_command("batch", source, target, "--check", "Answer", "--index", bundled)
    assert done.returncode == 1  # the empty cell
    assert "2 checked, 1 failed; 1 of 2 claims carried; 3 cells checked" in done.stderr
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [(row["status"], row["share"], row["verdicts"]) for row in rows] == [
        ("checked", "1.0", "1 carried"),
        ("checked", "0.0", "1 number differs"),
        ("failed", "", ""),
    ]
    assert json.loads(rows[1]["claims"])[0]["text"] == BAD
    again = run_command("batch", source, target, "--check", "answer", "--index", bundled)
    assert "0 cells checked" in again.stderr
    for name in ("checked.jsonl", "checked.html"):
        assert run_command("batch", source, tmp_path / name, "--check", "answer", "--index", bundled).returncode == 1
    lines = (tmp_path / "checked.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line).get("counts") for line in lines] == [{"carried": 1}, {"number differs": 1}, None]
    assert "number differs" in (tmp_path / "checked.html").read_text(encoding="utf-8")


def test_a_table_without_the_column_is_refused(bundled: Path, tmp_path: Path) -> None:
    source = tmp_path / "answers.csv"
    source.write_text("id,question\n1,When?\n", encoding="utf-8")
    done = run_command("batch", source, tmp_path / "out.csv", "--check", "answer", "--index", bundled)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no column 'answer'" in done.stderr

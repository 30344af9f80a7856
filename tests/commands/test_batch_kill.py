"""The command killed for real, at random moments, until it is done: no row is lost and none is there twice.

``KILLS=200 python -m pytest tests/commands/test_batch_kill.py`` kills it as often as that; eval/LOG.md has what came of it.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import pty
import random
import re
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import pytest
from conftest import PATIENCE, READOUT, ROOT, environment

KILLS = int(os.environ.get("KILLS", "8"))
ROWS = 60


@pytest.fixture
def questions(tmp_path: Path) -> list[str]:
    golden = (ROOT / "eval" / "golden.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["question"] for line in golden[:: len(golden) // ROWS]][:ROWS]
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["id", "question", "note"], *([n, text, f"line\n{n}"] for n, text in enumerate(found))])
    return found


def begin(folder: Path, index: Path, target: str, workers: int, **options: object) -> subprocess.Popen[bytes]:
    arguments = ["batch", "in.csv", target, "--index", str(index), "--workers", str(workers)]
    command = [*READOUT, *arguments]
    given = {"env": environment(), "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, cwd=folder, **given)


def kill_at_random(process: subprocess.Popen[bytes], target: Path, chance: random.Random) -> bool:
    """Kill a run somewhere between its start and some rows more; returns whether it was still running."""
    size = target.stat().st_size if target.exists() else 0
    enough = size + chance.choice([0, 1, 2_000, 10_000, 40_000])
    until = time.monotonic() + chance.uniform(0, 3)
    while process.poll() is None and (
        (enough == size and time.monotonic() < until) or (target.exists() and target.stat().st_size < enough)
    ):
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.05))
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return not ended


def whole_rows(target: Path) -> list[list[str]]:
    """The rows of a file, all of which have as many cells as the header; none where there is no file yet."""
    if not target.exists():
        return []
    text = target.read_bytes().decode("utf-8")
    assert not text or text.endswith("\n")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(row) for row in rows} <= {3 + 12}
    return rows[1:]


def test_a_run_killed_at_random_moments_loses_and_repeats_no_row(questions: list[str], bundled: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    kills, finished = 0, 0
    while kills < KILLS:
        target = tmp_path / f"out{finished}.csv"
        before: list[list[str]] = []
        while True:
            process = begin(tmp_path, bundled, target.name, workers=1 + kills % 2)
            killed = kill_at_random(process, target, chance) if kills < KILLS else process.wait() and False
            kills += killed
            rows = whole_rows(target)
            assert rows[: len(before)] == before
            assert [row[:3] for row in rows] == [[str(n), text, f"line\n{n}"] for n, text in enumerate(questions[: len(rows)])]
            before = rows
            if not killed:
                assert process.returncode == 0, process.stderr and process.stderr.read().decode()
                break
        assert len(before) == len(questions)
        finished += 1


def wait_for_rows(process: subprocess.Popen[bytes], target: Path) -> None:
    while not target.exists() or target.stat().st_size < 600:
        assert process.poll() is None
        time.sleep(0.01)


def test_a_run_that_is_stopped_says_how_to_go_on(questions: list[str], bundled: Path, tmp_path: Path) -> None:
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a suite that runs in the background ignores it, and so would the run
    process = begin(tmp_path, bundled, "out.csv", workers=2, start_new_session=True, preexec_fn=heard)
    wait_for_rows(process, tmp_path / "out.csv")
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    said = process.communicate(timeout=PATIENCE)[1].decode()
    assert process.returncode == 130
    assert re.search(r"readout: stopped; \d+ rows are written; the same command goes on from there\.", said)
    assert "Traceback" not in said
    assert whole_rows(tmp_path / "out.csv")


def test_a_terminal_shows_how_far_it_is(bundled: Path, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("question\nDid Putin deny it?\nHow many minutes did the call last?\n")
    ours, theirs = pty.openpty()
    process = begin(tmp_path, bundled, "out.csv", workers=1, stderr=theirs, env=environment(TERM="xterm", COLUMNS="100"))
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 4096):
            said += piece
    os.close(ours)
    assert process.wait() == 0
    for words in (b"2/2", b"a second", b"1 answered, 1 abstained, 0 failed"):
        assert words in said


def test_workers_end_with_the_run_that_started_them(questions: list[str], bundled: Path, tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("there is no /proc here to look for processes in")
    process = begin(tmp_path, bundled, "out.csv", workers=2)
    wait_for_rows(process, tmp_path / "out.csv")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    ended = time.monotonic() + PATIENCE
    while [child for child in children if alive(child)]:
        assert time.monotonic() < ended, "workers outlive the run"
        time.sleep(0.05)


def alive(process: str) -> bool:
    """Whether a process still runs; one that only waits to be taken note of does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

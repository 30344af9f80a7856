"""Indexing that is killed, stopped, or runs out of room: nothing that was stored is lost, and the same command goes on from there.

``KILLS=100 python -m pytest tests/index/test_index_kill.py -k random -s`` kills it as often as that, and prints what came of it.
"""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from conftest import PATIENCE, with_tests
from test_batch_kill import alive
from test_build import sound

from index import build as module
from index.build import build, open_record
from index.doctor import examine
from index.embedder import BUNDLED
from index.errors import DiskFull
from index.record import FILE, Record

KILLS = int(os.environ.get("KILLS", "4"))
ARTICLES = 48

COMMAND = """
import sys
from conftest import HashingEmbedder
from index import build
from index.embedder import QuickEmbedder, SentenceTransformerEmbedder
fake = HashingEmbedder()
for kind in (QuickEmbedder, SentenceTransformerEmbedder):
    kind.encode = lambda self, texts: fake.encode(texts)
build.BATCH = 4
from app import main
main(sys.argv[1:])
"""
"""The command ``readout``, which embeds by hashing and stores small batches."""


def write(folder: Path, number: int, edition: int = 0) -> None:
    """Write one article of a corpus, in one of its editions."""
    lines = (f'The mayor of town {number} said on day {line} that edition {edition} "would cost {line * 7} crowns".' for line in range(12))
    (folder / f"{number:03}.txt").write_text(f"Town {number}\n\n" + "\n".join(lines) + "\n")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of articles."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(ARTICLES):
        write(folder, number)
    return folder


def begin(corpus: Path, index: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    """Start ``readout index`` as a process of its own, which hears Ctrl-C also where the suite runs in the background."""
    more = {"env": {**with_tests(), **variables}, "preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL)}
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "index", str(corpus), "--index", str(index), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **more,
    )


def in_folder(corpus: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(corpus.glob("*.txt"))}


def stored(index: Path) -> dict[str, str]:
    """What a reader finds in an index, which is sound as far as it goes; nothing where it does not exist yet."""
    if not (index / FILE).exists() or not (index / FILE).stat().st_size:
        return {}
    with Record(index) as record:
        assert record.check() == []
        assert record.spoiled() == []
        return {article.id: article.text for article in record.articles()}


def kill_at_random(process: subprocess.Popen[str], chance: random.Random, most: int) -> bool:
    """Kill a run after some of its batches, or while it names speakers and tells Chroma; returns whether it was still running."""
    assert process.stderr is not None
    batches = chance.randint(0, most)
    told = [process.stderr.readline() for _ in range(batches)]
    time.sleep(chance.uniform(0, 2 if batches == most or "" in told else 0.3))
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return not ended


def test_indexing_killed_at_random_moments_loses_nothing(corpus: Path, tmp_path: Path) -> None:
    chance = random.Random(KILLS)  # so that runs with other numbers are killed at other moments
    index = tmp_path / "index"
    kills = completed = 0
    held: dict[str, str] = {}
    while kills < KILLS:
        process = begin(corpus, index, READOUT_THREADS=str(1 + kills % 2))
        wanted = in_folder(corpus)
        killed = kill_at_random(process, chance, sum(held.get(name) != text for name, text in wanted.items()) // 4)
        now = stored(index)
        assert all(now[name] in (text, wanted[name]) for name, text in held.items()), "something that was stored is lost"
        held, kills = now, kills + killed
        if not killed:
            assert (process.returncode, now) == (0, wanted)
            completed += 1
            for number in chance.sample(range(ARTICLES), ARTICLES // 2):
                write(corpus, number, completed)
    process = begin(corpus, index)
    assert process.wait(PATIENCE) == 0, process.stderr and process.stderr.read()
    assert stored(index) == in_folder(corpus)
    assert examine(index, BUNDLED) == []
    sound(index)
    print(f"{kills} kills, {completed} runs completed between them, 0 damaged, 0 lost")  # noqa: T201


def until_stored(process: subprocess.Popen[str]) -> None:
    """Wait until a run has stored some articles."""
    assert process.stderr is not None
    assert re.match(r"readout: \d+ of \d+ articles read", process.stderr.readline())


def test_workers_end_with_the_run_that_started_them(corpus: Path, tmp_path: Path) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("there is no /proc here to look for processes in")
    process = begin(corpus, tmp_path / "index", READOUT_THREADS="2")
    until_stored(process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) >= 2
    process.send_signal(signal.SIGKILL)
    process.wait()
    end = time.monotonic() + PATIENCE
    while [child for child in children if alive(child)]:
        assert time.monotonic() < end, "workers outlive the run"
        time.sleep(0.05)


def test_a_run_that_is_stopped_says_so_in_one_line(corpus: Path, tmp_path: Path) -> None:
    process = begin(corpus, tmp_path / "index", READOUT_THREADS="2")
    until_stored(process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    said = [line for line in process.communicate(timeout=PATIENCE)[1].splitlines() if "articles read" not in line]
    assert process.returncode == 130
    assert said == ["readout: stopped; what was read is stored, and the same command goes on from there."]
    assert stored(tmp_path / "index")


def test_a_watched_folder_is_kept_up_with(corpus: Path, tmp_path: Path) -> None:
    process = begin(corpus, tmp_path / "index", "--watch")
    assert process.stdout is not None
    assert f" {ARTICLES} added" in process.stdout.readline()
    write(corpus, ARTICLES)
    (corpus / "000.txt").rename(corpus / "moved.txt")
    assert f" 1 added, 0 changed, 1 moved, 0 removed, {ARTICLES - 1} unchanged" in process.stdout.readline()
    (corpus / "sources.csv").write_bytes(b"\0\0")
    assert process.stderr is not None
    while "sources.csv" not in (line := process.stderr.readline()):
        assert "articles read" in line
    (corpus / "sources.csv").unlink()
    assert f" {ARTICLES + 1} unchanged" in process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert stored(tmp_path / "index") == in_folder(corpus)


@pytest.mark.usefixtures("fake_model")
def test_a_full_disk_is_said_and_loses_nothing(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 4)
    monkeypatch.setattr("index.engines.PARTS_PER_WORKER", 1_000)  # no processes: the limit is this one's
    index, later = tmp_path / "index", [corpus / f"{number:03}.txt" for number in range(6, ARTICLES)]
    texts = {path: path.read_text() for path in later}
    for path in later:
        path.unlink()
    build(index, [corpus], BUNDLED)
    for path in later:
        path.write_text(texts[path])
    sizes = sorted(path.stat().st_size for path in index.rglob("*") if path.is_file())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    held, full = stored(index), 0
    for most in (1, 50_000, *(size + more for size in sizes[-3:] for more in (0, 20_000, 200_000))):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
        try:
            build(index, [corpus], BUNDLED)
        except DiskFull as error:
            full += 1
            assert re.search(r"is full, or .* Make room, and run the same command again", str(error))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        now = stored(index)
        assert held.items() <= now.items()
        held = now
    assert full >= 3
    build(index, [corpus], BUNDLED)
    assert stored(index) == in_folder(corpus)
    assert examine(index, BUNDLED) == []
    with open_record(index, BUNDLED) as record:
        assert record.pending(1) == []

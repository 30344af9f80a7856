"""What articles are read on changes nothing of what is read."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import PATIENCE, Run, environment, run_command
from test_cli import refused

from index import engines
from index.errors import UsageError
from index.record import FILE

TABLES = ("articles", "passages", "statements", "heard", "people", "roles", "names")
ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'readout[ray]'")


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enough articles for several processes."""
    folder = tmp_path_factory.mktemp("news")
    for number in range(60):
        said = f"Bridge {number} will close in May, the mayor said on Monday.\n“It is too old,” said Ann Lee of ward {number}.\n"
        (folder / f"{number:02}.txt").write_text(f"Bridge {number} closes\n\n{said}")
    return folder


def held(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that an index holds."""
    with sqlite3.connect(folder / FILE) as db:
        return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in TABLES}


@pytest.fixture(scope="module")
def alone(news: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """What an index holds that one process made."""
    folder = tmp_path_factory.mktemp("alone")
    done = run_command("index", news, "--index", folder, env={"READOUT_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    return held(folder)


@pytest.mark.parametrize("engine", ["", pytest.param("ray", marks=ray)], ids=["processes", "ray"])
def test_the_same_index(news: Path, alone: dict[str, list[tuple[object, ...]]], run: Run, tmp_path: Path, engine: str) -> None:
    done = run("index", news, "--index", tmp_path / "index", *["--engine", engine] * bool(engine), env={"READOUT_THREADS": "2"})
    starts(done)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    for table, rows in held(tmp_path / "index").items():
        assert rows == alone[table], table


def starts(done: subprocess.CompletedProcess[str]) -> None:
    """Skip the test where Ray, which gives itself thirty seconds, is too slow to start on a machine as busy as this one."""
    if done.returncode == 2 and "timed out during startup" in done.stderr:
        pytest.skip(f"Ray does not start here: {done.stderr.strip()}")


FAILING = """
from index.engines import on_ray
try:
    for number in on_ray(int, ["1", "22", "x"]):
        print(number)
except ValueError as error:
    print(type(error).__name__, error)
"""


@ray
def test_what_goes_wrong_on_ray_is_said_as_it_is_here() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], env=environment(), capture_output=True, text=True, timeout=PATIENCE)
    if "timed out during startup" in done.stderr:
        pytest.skip("Ray does not start here: the machine is too busy")
    assert done.stdout.splitlines() == ["1", "22", "ValueError invalid literal for int() with base 10: 'x'"], done.stderr


@ray
def test_a_cluster_that_is_not_there(run: Run, news: Path, tmp_path: Path) -> None:
    command = ("index", news, "--index", tmp_path / "index", "--engine", "ray")
    refused(run(*command, env={"RAY_ADDRESS": "127.0.0.1:9"}), "Ray cannot be used", "Check RAY_ADDRESS")


def test_an_engine_that_there_is_not(run: Run, tmp_path: Path) -> None:
    refused(run("index", "--index", tmp_path / "index", "--engine", "steam"), "there is no engine 'steam'", "--engine ray")
    assert not (tmp_path / "index").exists()


def test_ray_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"Ray is not installed\. Run pip install 'readout\[ray\]'"):
        list(engines.on_ray(int, [1]))

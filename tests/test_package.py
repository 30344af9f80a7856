"""Readout as others have it: the wheel, the names that programs import, and the files that a newcomer runs first."""

from __future__ import annotations

import ast
import importlib.util
import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from conftest import PATIENCE, ROOT, TESTS, environment

import readout
from app import main

QUESTION = "Did Putin deny any interference?"
FLAT = {"index", "assistant", "eval", "prompts", "app"}
"""Names that would collide with a neighbour's."""


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_of_readout", ROOT / "setup.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the wheel was installed into, without what it depends on; built from a copy, so that no build is left here."""
    place = tmp_path_factory.mktemp("package")
    source = place / "source"
    for path in ROOT.iterdir():
        if path.is_dir() and path.name in {*FLAT, "readout"}:
            shutil.copytree(path, source / path.name, ignore=shutil.ignore_patterns("__pycache__", "out"))
        elif path.suffix in {".py", ".toml", ".md"} or path.name == "LICENSE":
            source.mkdir(exist_ok=True)
            shutil.copy(path, source)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    made = [*pip, "wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", str(place), str(source)]
    subprocess.run(made, env=environment(PYTHONPATH=""), check=True, timeout=PATIENCE, capture_output=True)
    (wheel,) = place.glob("*.whl")
    put = [*pip, "install", "--no-deps", "--no-index", "--no-compile", "--target", str(place / "site"), str(wheel)]
    subprocess.run(put, env=environment(PYTHONPATH=""), check=True, timeout=PATIENCE, capture_output=True)
    return place / "site"


def from_wheel(installed: Path, folder: Path, code: str) -> str:
    """What a program prints that has the wheel; also, as its last line, the names that it imported and should not have."""
    code += f"\nimport sys; print(sorted({FLAT!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(PYTHONPATH=f"{TESTS / 'offline'}:{installed}"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
    return done.stdout.rpartition("[]")[0]


def test_the_wheel_puts_one_name_beside_others_packages(installed: Path) -> None:
    assert {path.name for path in installed.iterdir() if not path.name.startswith("readout-")} == {"readout", "bin"}


def test_all_that_the_program_reads_is_in_the_wheel(installed: Path) -> None:
    """Files that the repository keeps beside its modules: none may be left behind, but for the evaluation's diary."""
    for folder in (*FLAT - {"app"}, "readout"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc" and path.name != "LOG.md" and "out" not in path.relative_to(ROOT).parts:
                place = path.relative_to(ROOT) if folder == "readout" else Path("readout") / path.relative_to(ROOT)
                assert (installed / place).exists(), place


def test_nothing_in_the_wheel_imports_what_lies_elsewhere_there(installed: Path) -> None:
    found = set()
    for path in (installed / "readout").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom):
                found.add((node.module or "").partition(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
    assert "readout" in found
    assert not found & FLAT


def test_the_wheel_answers_like_the_repository(installed: Path, bundled: Path, tmp_path: Path) -> None:
    command = f"""
import sys
from readout.__main__ import main
sys.argv = ["readout", "ask", "--json", "--index", {str(bundled)!r}, {QUESTION!r}]
try:
    main()
except SystemExit as done:
    assert not done.code
"""
    answer = json.loads(from_wheel(installed, tmp_path, command))
    with readout.open(bundled) as news:
        ours = news.ask(QUESTION)
    assert (answer["status"], answer["text"]) == (ours.status, ours.text)


def test_a_program_that_has_the_wheel_reads_and_opens_an_index(installed: Path, bundled: Path, tmp_path: Path) -> None:
    """Readers are imported by name where there is something to read, the chat when it is opened."""
    (tmp_path / "a.md").write_text("# Mayor resigns\n\nThe mayor resigned on Friday, Ann Smith said.\n")
    code = f"""
import readout
from pathlib import Path
from readout.assistant.desk import server
from readout.index.corpus import read_corpus
print(len(read_corpus([Path("a.md")]).sources))
try:
    readout.open("nowhere")
except readout.ReadoutError as error:
    print(type(error).__module__)
with readout.open({str(bundled)!r}) as news:
    print(len(news.statements()) > 20)
"""
    assert from_wheel(installed, tmp_path, code).split() == ["1", "readout.index.errors", "True"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from index.text import stem", "from readout.index.text import stem"),
        ("from  app import main", "from  readout.app import main"),
        ("import eval.cli", "import readout.eval.cli"),
        ("import os, eval.cli, index.text as text", "import os, readout.eval.cli, readout.index.text as text"),
        ("def ü(): ä = 'ö'; from index import build", "def ü(): ä = 'ö'; from readout.index import build"),
        ("from indexes import index", "from indexes import index"),
        ("'''\nfrom index import build\n'''", "'''\nfrom index import build\n'''"),
    ],
)
def test_imports_are_written_anew_and_nothing_else(builder: ModuleType, before: str, after: str) -> None:
    assert builder.nested(before.encode()).decode() == after


def test_a_name_that_would_be_another_afterwards_stops_the_build(builder: ModuleType) -> None:
    with pytest.raises(AssertionError, match="line 1: `import index"):
        builder.nested(b"import index.text\nindex.text.stem('a')\n")


def test_entry_points_are_there_in_the_repository_and_in_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = [*project["scripts"].values(), *(value for group in project.get("entry-points", {}).values() for value in group.values())]
    assert entries
    assert [entry for entry in entries if not entry.startswith("readout")] == []


# --- the names that programs import ------------------------------------------------------------------------------------------


def test_importing_readout_loads_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; before = set(sys.modules); import readout; print(sorted({name.partition('.')[0] for name in {*sys.modules} - before}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True)
    assert set(ast.literal_eval(done.stdout)) <= {"readout", "__future__", "collections", "pathlib", "typing", *sys.stdlib_module_names}


def test_an_index_is_asked_in_every_way(bundled: Path) -> None:
    with readout.open(bundled) as news:
        answer = news.ask(QUESTION, outlets=["maltatoday"])
        assert answer.status == "answered"
        assert {citation.outlet for citation in answer.citations} == {"MaltaToday"}
        assert news.chain.invoke({"question": QUESTION, "outlets": ["MaltaToday"]}).text == answer.text
        assert news.ask("And the election?", after=["What did Putin say about Syria?"]).understood
        assert {entry.side for entry in news.statements(sides=["Kremlin"])} == {"Kremlin"}
        assert {entry.outlet for entry in news.statements(outlets=["Euractiv"])} == {"Euractiv"}
        assert max(one.outlets for one in news.compare("the crisis in Syria")) > 1
        assert news.check("Putin has denied any interference.").counts["carried"] == 1
        found = news.retriever(k=2).invoke("What did they agree on?")
        assert len(found) == 2
        assert found[0].metadata["outlet"]


def test_what_is_wrong_is_told_as_one_kind_of_error(bundled: Path, tmp_path: Path) -> None:
    with pytest.raises(readout.ReadoutError, match="readout index"):
        readout.open(tmp_path)
    with readout.open(bundled) as news:
        for wrong in ({"outlets": ["The Moon"]}, {"since": "yesterday"}):
            with pytest.raises(readout.ReadoutError):
                news.ask(QUESTION, **wrong)
        with pytest.raises(readout.ReadoutError):
            news.statements(speakers=["Nobody At All"])


def test_an_index_that_was_closed_is_closed(bundled: Path) -> None:
    with readout.open(bundled) as news:
        pass
    with pytest.raises(Exception, match="closed"):
        news.statements()


# --- what a newcomer runs first ----------------------------------------------------------------------------------------------


def test_the_chat_without_its_environment_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-E", ROOT / "app.py"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("readout: ")
    assert done.stderr.endswith("Run `make chat`, or .venv/bin/python app.py once that is done.\n")
    assert done.stderr.count("\n") == 1


@pytest.fixture
def make(tmp_path: Path) -> list[str]:
    """``make`` in a folder that has what it needs to begin, and nothing to install with."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "setup.py", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return ["make", "--no-print-directory", "-C", str(tmp_path)]


@pytest.mark.parametrize("target", ["chat", "test", "eval", "bench", "check", "dist"])
def test_a_python_that_does_not_fit_is_named_in_one_line(make: list[str], target: str) -> None:
    for python in ("", "false"):
        done = subprocess.run([*make, target, f"PYTHON={python}"], capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "readout: needs Python 3.11, 3.12 or 3.13." in done.stderr
        assert not Path(make[-1], ".venv").exists()


def test_make_help_names_every_target(make: list[str]) -> None:
    (phony,) = [line for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines() if line.startswith(".PHONY:")]
    done = subprocess.run([*make, "help"], capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert [name for name in phony.split()[1:] if name != "help" and f"make {name} " not in done.stdout] == []


def test_what_was_installed_halfway_is_gone_on_with(make: list[str], tmp_path: Path) -> None:
    """An installer that fails once: the target says so and ends with 2; run again, it does not begin anew, and is done once."""
    installer = tmp_path / "uv"
    installer.write_text("#!/bin/sh\necho installing >> calls\n[ $(wc -l < calls) -gt 1 ]\n")
    installer.chmod(0o755)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    command = [*make, ".venv/.chat", f"PYTHON={sys.executable}", f"UV={installer}"]
    runs = [subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False) for _ in range(3)]
    assert [done.returncode for done in runs] == [2, 0, 0]
    assert "the same command goes on from here" in runs[0].stderr
    assert "GB on disk" in runs[0].stdout
    assert (tmp_path / "calls").read_text().count("installing") == 2


# --- containers --------------------------------------------------------------------------------------------------------------


def commands_of_containers() -> list[list[str]]:
    """What the image and the services of compose.yaml run of ``readout``."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return [
        *(json.loads(line.removeprefix("CMD ")) for line in lines if line.startswith("CMD ")),
        *(one["command"] for one in services if "build" in one),
    ]


@pytest.mark.parametrize("command", commands_of_containers(), ids=" ".join)
def test_what_containers_run_is_understood(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """An option that is none is refused before the help is printed."""
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert not ended.value.code
    assert f"readout {command[0]}" in capsys.readouterr().out


def test_an_image_gets_all_that_the_wheel_is_made_of() -> None:
    let_in = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line.startswith("!")}
    assert {*FLAT - {"app"}, "app.py", "readout", "setup.py", "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} == let_in


def test_without_an_engine_the_image_is_not_said_to_be_built(tmp_path: Path) -> None:
    for name in ("dirname", "env", "bash"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    done = subprocess.run(
        [ROOT / ".ci" / "image"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "no container engine runs here" in done.stderr


def test_the_version_is_one() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == version
    newest = next(line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line.startswith("## "))
    assert newest.split()[1].rstrip(",") == version

"""How the program is put together: dependencies point one way, and what is heavy is imported only where it is needed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, environment

SOURCES = [*sorted(path for package in ("index", "assistant") for path in (ROOT / package).rglob("*.py")), ROOT / "app.py"]
HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "spacy",
    "gradio",
    "ragas",
    "trafilatura",
    "langchain_community",
    "hypothesis",
    "pytest",
}


def imports(path: Path, *, at_start: bool = False) -> set[str]:
    """Top-level names of the modules that a file imports: anywhere, or only those imported when it is."""
    found: set[str] = set()
    for node in walk(ast.parse(path.read_text(encoding="utf-8")), at_start):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def walk(tree: ast.AST, at_start: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        typing_only = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        if not (at_start and (deferred or typing_only)):
            yield node
            yield from walk(node, at_start)


@pytest.mark.parametrize("path", sorted((ROOT / "index").rglob("*.py")), ids=lambda path: path.stem)
def test_index_knows_nothing_of_what_is_above_it(path: Path) -> None:
    above = {"assistant", "eval", "app", "prompts", "gradio", "typer", "ragas"}
    assert not imports(path) & above
    assert not [name for name in imports(path) if name.startswith("langchain")]


PAGE = ROOT / "assistant" / "desk" / "page.py"  # the chat's page: the one module of the assistant that Gradio is for


@pytest.mark.parametrize("path", sorted((ROOT / "assistant").rglob("*.py")), ids=lambda path: path.stem)
def test_the_assistant_does_not_start_what_is_above_it(path: Path) -> None:
    above = {"app", "eval"} if path == PAGE else {"app", "eval", "gradio"}
    assert not imports(path, at_start=True) & above
    if path.stem != "cli":
        assert not imports(path) & above


@pytest.mark.parametrize("path", sorted((ROOT / "assistant").rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_below_the_chat_imports_its_page(path: Path) -> None:
    assert "assistant.desk.page" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted({*(ROOT / "assistant").rglob("*.py")} - {PAGE}), ids=lambda path: path.stem)
def test_html_is_written_in_templates(path: Path) -> None:
    """A template escapes whatever it is given; a string does not. Gradio wants the head of its page as a string."""
    strings = [node.value for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Constant)]
    assert not [text for text in strings if isinstance(text, str) and re.search(r"</[a-z]+\d?>|<[a-z]+\d? [a-z-]+=", text)]


def test_prompts_are_text() -> None:
    assert not list((ROOT / "prompts").rglob("*.py"))
    assert list((ROOT / "prompts").glob("*.md"))


def test_every_prompt_is_used_and_its_placeholders_are_checked(tmp_path: Path) -> None:
    from assistant.prompts import PLACEHOLDERS, Prompts
    from index.errors import UsageError

    assert {path.stem for path in (ROOT / "prompts").glob("*.md")} == set(PLACEHOLDERS)
    for name in PLACEHOLDERS:
        (tmp_path / f"{name}.md").write_text("{" + "} {".join(PLACEHOLDERS[name]) + "}" if PLACEHOLDERS[name] else "text", encoding="utf-8")
    Prompts(tmp_path)
    (tmp_path / "abstain.md").write_text("The articles do not say. {raeson}", encoding="utf-8")
    with pytest.raises(UsageError, match=r"abstain\.md: needs the placeholders \{reason\}, has \{raeson\}"):
        Prompts(tmp_path)
    (tmp_path / "abstain.md").unlink()
    with pytest.raises(UsageError, match=r"abstain\.md"):
        Prompts(tmp_path)


# --- what is imported --------------------------------------------------------------------------------------------------------

SPY = """
import json, os, sys
from assistant.cli import main
try:
    main()
except SystemExit as done:
    status = done.code or 0
os.write(int(os.environ["SPY"]), json.dumps([status, sorted({name.partition(".")[0] for name in sys.modules})]).encode())
"""


def modules_after(tmp_path: Path, *arguments: str | Path) -> set[str]:
    """The packages that a command had imported when it was done."""
    with (tmp_path / "modules").open("w+b") as file:
        done = subprocess.run(
            [sys.executable, "-c", SPY, *map(str, arguments)],
            cwd=tmp_path,
            env=environment(SPY=str(file.fileno())),
            pass_fds=[file.fileno()],
            capture_output=True,
            timeout=120,
            check=True,
        )
        file.seek(0)
        status, names = json.load(file)
    assert status == 0, done.stderr.decode()
    return set(names)


def test_asking_imports_nothing_heavy(bundled: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "ask", "--index", bundled, "Did Putin deny it?") & (HEAVY | {"jinja2"})


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "--help") & (HEAVY | {"chromadb", "langchain_core", "safetensors", "tokenizers"})


def test_the_ledger_needs_no_models(bundled: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "statements", "--index", bundled) & (HEAVY | {"chromadb"})


def test_a_run_with_nothing_to_do_loads_no_models(own_index: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "index", "--index", own_index) & {"torch", "sentence_transformers", "spacy"}


def test_importing_the_chat_does_nothing(tmp_path: Path) -> None:
    code = "import app, pathlib; assert not list(pathlib.Path().iterdir()), 'importing wrote files'; assert app.serve"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()


# --- public names ------------------------------------------------------------------------------------------------------------


def public(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Public functions, classes and methods of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    homes = [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]
    for home in homes:
        for node in home.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                yield node


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_public_names_are_documented_and_annotated(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "the module has no docstring"
    protocols = {
        node.name for node in public(path) if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)
    }
    stubs = {id(child) for node in public(path) if isinstance(node, ast.ClassDef) and node.name in protocols for child in node.body}
    for node in public(path):
        assert ast.get_docstring(node) or id(node) in stubs, f"{node.name} has no docstring"
        if isinstance(node, ast.ClassDef):
            continue
        assert node.returns is not None, f"{node.name} does not say what it returns"
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        missing = [argument.arg for argument in arguments if argument.annotation is None and argument.arg not in ("self", "cls")]
        assert not missing, f"{node.name} does not say what {missing} are"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_names_the_machine_it_was_written_on(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [part for part in ("/home/", "/root/", "/Users/", "/work/", "/tmp/") if part in text]


def test_errors_are_one_tree() -> None:
    from index import errors

    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert all(issubclass(kind, errors.ReadoutError) for kind in kinds)
    assert errors.IndexBusy.retry
    assert not errors.IndexMissing.retry
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)

"""How the program is put together: dependencies point one way, and what is heavy is imported only where it is needed."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from conftest import PATIENCE, ROOT, environment

PACKAGES = ("index", "assistant", "eval", "readout")
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in [*(path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))), ROOT / "app.py"]
}
"""The program's modules by name."""

LAYERS = (
    ("index",),
    ("assistant.types", "assistant.progress"),
    ("assistant.render", "assistant.prompts", "assistant.scope", "assistant.models.chat_model"),
    ("assistant.settings",),
    ("assistant",),  # reading a question, finding, answering, verifying: all that is not named below
    ("assistant.chain", "assistant.retriever"),
    ("assistant.batch",),
    ("assistant.desk",),
    ("assistant.desk.page", "assistant.desk.server"),
    ("assistant.options",),
    ("assistant.cli", "assistant.indexing"),
    ("eval",),
    ("app",),
    ("readout",),
)
"""Names of modules and packages, the lowest layer first: each imports from its own layer and from those below it."""

BEGINS_AT = {
    "langchain": "assistant.models.chat_model",
    "gradio": "assistant.desk.page",
    "typer": "assistant.options",
    "ragas": "eval",
    "torch": "index",
}
"""Libraries, by how their names begin, and the lowest layer that may know them."""

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


def layer(module: str) -> int:
    """The layer of a module: that of the longest name which it is, or lies in."""
    names = {name: place for place, names in enumerate(LAYERS) for name in names}
    parts = module.split(".")
    return next(names[name] for end in range(len(parts), 0, -1) if (name := ".".join(parts[:end])) in names)


def nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All that a file does, wherever it stands; not what is imported for its types alone."""
    for node in ast.iter_child_nodes(tree):
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield node
            yield from nodes(node)


def imports(module: str) -> set[str]:
    """What a module imports at its start or in its functions: modules of the program, and others by their full names."""
    found: set[str] = set()
    for node in nodes(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by place; say the whole name"
            full = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in FILES else str(node.module) for name in full.values()}
    return found


IMPORTS = {module: imports(module) for module in FILES}


def test_what_is_imported_is_of_the_same_layer_or_a_lower_one() -> None:
    arrows = [(module, other) for module, others in IMPORTS.items() for other in others & FILES.keys()]
    assert len(arrows) > len(FILES)
    assert [arrow for arrow in arrows if layer(arrow[0]) < layer(arrow[1])] == []


def test_libraries_begin_at_their_layers() -> None:
    known = [
        (module, other, lowest)
        for module, others in IMPORTS.items()
        for other in others - FILES.keys()
        for begin, lowest in BEGINS_AT.items()
        if other.startswith(begin)
    ]
    assert {lowest for *_, lowest in known} == set(BEGINS_AT.values())
    assert [(module, other) for module, other, lowest in known if layer(module) < layer(lowest)] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    circle = None
    try:
        TopologicalSorter({module: others & FILES.keys() - {module} for module, others in IMPORTS.items()}).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle is None


# --- figures -----------------------------------------------------------------------------------------------------------------

LONGEST_FILE, LONGEST_FUNCTION, NINE_OF_TEN = 450, 60, 25  # lines

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    """The functions of a file, wherever they stand."""
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, Function)]


def length(function: Function) -> int:
    """The lines of a function."""
    return (function.end_lineno or 0) - function.lineno + 1


def unannotated(function: Function) -> bool:
    """Whether a function leaves open what it takes or gives."""
    every = function.args
    taken = [*every.posonlyargs, *every.args, *every.kwonlyargs, *filter(None, (every.vararg, every.kwarg))]
    return function.returns is None or any(one.annotation is None and one.arg not in ("self", "cls") for one in taken)


@pytest.mark.parametrize("module", FILES)
def test_files_and_functions_are_short_and_say_what_they_take(module: str) -> None:
    path = FILES[module]
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert [one.name for one in functions(path) if length(one) > LONGEST_FUNCTION] == []
    assert [one.name for one in functions(path) if unannotated(one)] == []


def test_nine_of_ten_functions_are_read_at_a_glance() -> None:
    lengths = sorted(length(one) for path in FILES.values() for one in functions(path))
    assert lengths[len(lengths) * 9 // 10] <= NINE_OF_TEN


# --- prompts -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "assistant").rglob("*.py")), ids=lambda path: path.stem)
def test_html_is_written_in_templates(path: Path) -> None:
    """A template escapes whatever it is given; a string does not."""
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
from app import main
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
            timeout=PATIENCE,
            check=True,
        )
        file.seek(0)
        status, names = json.load(file)
    assert status == 0, done.stderr.decode()
    return set(names)


def test_asking_imports_nothing_heavy(bundled: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "ask", "--index", bundled, "Did Putin deny it?") & (HEAVY | {"jinja2"})


def test_help_imports_next_to_nothing(tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "--help") & (HEAVY | {"chromadb", "langchain_core", "safetensors", "tokenizers", "numpy"})


def test_the_ledger_needs_no_models(bundled: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "statements", "--index", bundled) & (HEAVY | {"chromadb"})


def test_a_run_with_nothing_to_do_loads_no_models(own_index: Path, tmp_path: Path) -> None:
    assert not modules_after(tmp_path, "index", "--index", own_index) & {"torch", "sentence_transformers", "spacy"}


def test_reading_articles_needs_no_torch_and_leaves_it_to_those_who_do() -> None:
    code = "from index.statements import load_parser; load_parser(); print('torch' in sys.modules); import torch; torch.ones(1)"
    done = subprocess.run([sys.executable, "-c", f"import sys; {code}"], capture_output=True, text=True, env=environment(), check=False)
    assert (done.returncode, done.stdout) == (0, "False\n"), done.stderr


def test_importing_the_chat_does_nothing(tmp_path: Path) -> None:
    code = "import app, assistant.desk.server as desk, pathlib; assert not list(pathlib.Path().iterdir()); assert desk.serve"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, timeout=PATIENCE, check=False)
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


@pytest.mark.parametrize("module", FILES)
def test_public_names_are_documented(module: str) -> None:
    path = FILES[module]
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), "the module has no docstring"
    protocols = {
        node.name for node in public(path) if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "Protocol" for base in node.bases)
    }
    stubs = {id(child) for node in public(path) if isinstance(node, ast.ClassDef) and node.name in protocols for child in node.body}
    for node in public(path):
        assert ast.get_docstring(node) or id(node) in stubs, f"{node.name} has no docstring"


@pytest.mark.parametrize("module", FILES)
def test_nothing_names_the_machine_it_was_written_on(module: str) -> None:
    text = FILES[module].read_text(encoding="utf-8")
    assert not [part for part in ("/home/", "/root/", "/Users/", "/work/", "/tmp/") if part in text]


def test_errors_are_one_tree() -> None:
    from index import errors

    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert all(issubclass(kind, errors.ReadoutError) for kind in kinds)
    assert errors.IndexBusy.retry
    assert not errors.IndexMissing.retry
    assert all(kind.__name__ in (errors.__doc__ or "") for kind in kinds)

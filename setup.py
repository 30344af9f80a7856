"""Builds the package. Everything else about it stands in pyproject.toml.

In the repository `index`, `assistant`, `eval`, `prompts` and `app` lie side by side, and an editable install finds them there. In a wheel
they would collide with a neighbour's, so there they lie in `readout`: each file is copied to its place, and its imports of the others
are written anew. Entry points name modules of `readout` alone, which is there either way.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
FOLDERS = ("assistant", "eval", "index", "prompts")
MOVED = {*FOLDERS, "app"}
DATA = "*.css *.jinja *.js *.json *.jsonl *.md *.npz *.onnx *.sha256 *.toml *.typed *.gz articles/* templates/* off_topic.txt".split()


class Nested(build_py):
    """Copies modules into a wheel, with their imports of what lies in `readout` there."""

    def find_package_modules(self, package: str, package_dir: str) -> list[tuple[str, str, str]]:
        """The modules of a package; `app` lies in no folder of its own."""
        found: list[tuple[str, str, str]] = super().find_package_modules(package, package_dir)
        return [*found, ("readout", "app", "app.py")] if package == "readout" else found

    def build_module(self, module: str, module_file: str, package: str) -> tuple[str, bool]:
        """Copy a module."""
        made, copied = super().build_module(module, module_file, package)
        file = Path(made)
        file.write_bytes(nested(file.read_bytes()))
        return made, copied


def nested(source: bytes) -> bytes:
    """A module's source with ``from index.text import …`` as ``from readout.index.text import …``."""
    tree, lines = ast.parse(source), source.splitlines(keepends=True)
    for line, column in sorted(places(tree, lines), reverse=True):
        text = lines[line - 1]
        lines[line - 1] = text[:column] + b"readout." + text[column:]
    return b"".join(lines)


def places(tree: ast.Module, lines: list[bytes]) -> Iterator[tuple[int, int]]:
    """Where a module names one that moves in an import, as lines and columns."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MOVED:
            begins = re.compile(rb"from\s+").match(lines[node.lineno - 1], node.col_offset)
            assert begins, f"line {node.lineno}: an import that is broken before its name"
            yield node.lineno, begins.end()
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if (first := alias.name.partition(".")[0]) in MOVED:
                    assert alias.asname or first not in names, f"line {alias.lineno}: `import {alias.name}` binds a name that moves"
                    yield alias.lineno, alias.col_offset


def main() -> None:
    """Build what was asked for."""
    found = [path.parent.relative_to(HERE) for folder in FOLDERS for path in sorted((HERE / folder).rglob("__init__.py"))]
    packages = [*(".".join(path.parts) for path in found), "prompts"]  # that one holds texts and no module
    if {"editable_wheel", "develop"} & set(sys.argv):
        setup(packages=[*packages, "readout"], py_modules=["app"], package_data={"": DATA}, include_package_data=False)
    else:
        where = {"readout": "readout", **{f"readout.{package}": package.replace(".", "/") for package in packages}}
        setup(packages=[*where], package_dir=where, package_data={"": DATA}, include_package_data=False, cmdclass={"build_py": Nested})


if __name__ == "__main__":
    main()

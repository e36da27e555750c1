"""How the source is laid out: ceilings that are only ever lowered, and what no file may do."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kap_model as kap
from kap_model import fees, formats, practices

SRC = Path(__file__).parents[2] / "src"
FILES = sorted(SRC.rglob("*.py"))
MOST_FILES = 250
MOST_LINES = 31_000
MOST_LINES_OF_A_MODULE = 600
MOST_LINES_OF_A_FUNCTION = 61
"""Its signature and its docstring counted; the longest now."""
FACES = (kap, fees, formats, practices)
SAME_NAME: dict[str, str] = {}
"""Class names that stand twice, each with its reason."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FILES}
PACKAGES = {name_of(path) for path in FILES if path.name == "__init__.py"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.stmt) -> Iterator[str]:
    """The modules of ours that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in MODULES)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            if inner in MODULES:
                yield inner
            elif node.module in MODULES:
                yield node.module


def statements(path: Path) -> Iterator[ast.stmt]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.stmt))


def arrows() -> dict[str, set[str]]:
    """What each module imports anywhere in it, for type checkers only and late ones included."""
    return {
        name: {other for node in statements(path) for other in imported(node)} - {name}
        for name, path in MODULES.items()
    }


def reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    found, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += graph[name]
            ahead += [name.rpartition(".")[0]] if "." in name else []
    return found


def test_the_house_only_gets_smaller() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert len(FILES) <= MOST_FILES
    assert sum(lines.values()) <= MOST_LINES
    long = {name_of(path): count for path, count in lines.items() if count > MOST_LINES_OF_A_MODULE}
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{name}.{node.name}": node.end_lineno - node.lineno + 1
        for name, path in MODULES.items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno is not None
    }
    assert {k: v for k, v in long.items() if v > MOST_LINES_OF_A_FUNCTION} == {}


def test_no_circle_late_imports_counted() -> None:
    graph = arrows()
    for name, others in graph.items():
        for other in others:
            assert name not in reached(other, {k: v - {k} for k, v in graph.items()}) - {
                package for package in PACKAGES if name.startswith(package)
            } | ({name} if name in graph[other] else set()), (name, other)
    for name, others in graph.items():
        assert not others & {package for package in PACKAGES if name.startswith(f"{package}.")}, (
            f"{name} imports a package that it is in"
        )

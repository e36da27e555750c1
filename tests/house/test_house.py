"""How the source is laid out: ceilings that are only ever lowered, and what no file may do."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

import kap_model as kap
from kap_model import fees, formats, forms, practices

SRC = Path(__file__).parents[2] / "src"
FILES = sorted(SRC.rglob("*.py"))
MOST_FILES = 191
MOST_LINES = 43_450
MOST_LINES_OF_A_MODULE = 600
MOST_LINES_OF_A_FUNCTION = 31
"""Its signature and its docstring not counted; about 25 are meant."""
LONGER = {
    "kap_model.cli.check.add_check": "a row for each option",
    "kap_model.cli.planning.add_draft": "a row for each option",
    "kap_model.cli.prices.add_superbill": "a row for each option",
    "kap_model.planning.drafting.draft": "a line for each option, in its signature and its call",
    "kap_model.pricing.superbills.superbill": "a line for each detail, likewise",
}
"""Functions that are longer, each with its reason."""
ENTRIES = (".testing.strategies", ".testing.pytest_plugin", ".testing._hypothesis")
STARTS = ("", ".__main__", ".authoring", ".formats", ".documents.schemas", *ENTRIES)
"""What people, commands and entry points import."""
FACES = (kap, fees, formats, forms, practices)
SAME_NAME: dict[str, str] = {}
"""Class names that stand twice, each with its reason."""


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FILES}
PACKAGES = {name_of(path) for path in FILES if path.name == "__init__.py"}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
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


def arrows() -> dict[str, set[str]]:
    """What each module imports anywhere in it, late imports and those for types included."""
    return {
        name: {other for node in ast.walk(tree(path)) for other in imported(node)}
        for name, path in MODULES.items()
    }


def at_load(node: ast.AST) -> Iterator[ast.AST]:
    """What runs while a module loads: nothing in a function, nothing for type checkers only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from at_load(child)


def waits() -> dict[str, set[str]]:
    """For which modules each one waits while it loads: its packages, and what it imports then."""
    return {
        name: {other for node in at_load(tree(path)) for other in imported(node)}
        | {".".join(parts[:length]) for length in range(1, len(parts))}
        for name, path in MODULES.items()
        for parts in [name.split(".")]
    }


def test_the_house_only_gets_smaller() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert len(FILES) <= MOST_FILES
    assert sum(lines.values()) <= MOST_LINES
    assert not {name_of(path) for path, count in lines.items() if count > MOST_LINES_OF_A_MODULE}


def test_functions_are_short() -> None:
    long = {
        f"{name}.{node.name}": length
        for name, path in MODULES.items()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        if (length := _end(node) - node.body[0].lineno) > MOST_LINES_OF_A_FUNCTION
    }
    assert set(long) == set(LONGER)


def _end(node: ast.FunctionDef) -> int:
    docstring = ast.get_docstring(node, clean=False) or ""
    return (node.end_lineno or 0) - len(docstring.splitlines()) + 1


def test_no_circle_late_imports_counted() -> None:
    TopologicalSorter(arrows()).prepare()  # a circle is an error that names it


def test_no_two_threads_can_wait_for_each_other() -> None:
    graph = waits()
    graph["kap_model"].remove("kap_model._lazy")  # which nobody asks for before the package
    TopologicalSorter(graph).prepare()


def test_a_package_loads_nothing_of_its_own() -> None:
    graph = waits()
    for package in PACKAGES - {"kap_model"}:
        assert not {name for name in graph[package] if name.startswith(f"{package}.")}, package


def test_class_names_are_unique() -> None:
    classes = Counter(
        node.name.lstrip("_")
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in classes.items() if count > 1} == set(SAME_NAME)


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.__name__)
def test_a_face_says_the_same_to_people_and_to_the_interpreter(face: ModuleType) -> None:
    block = next(node for node in tree(MODULES[face.__name__]).body if isinstance(node, ast.If))
    said: dict[str, set[str]] = {}
    for node in block.body:
        if isinstance(node, ast.ImportFrom):
            said.setdefault(node.module or "", set()).update(alias.name for alias in node.names)
    homes: dict[str, tuple[str, ...]] = vars(face)["_HOMES"]
    assert {home: set(names) for home, names in homes.items()} == said
    for home, names in homes.items():
        for name in names:
            value = getattr(face, name)
            if isinstance(value, type | FunctionType):
                assert value.__module__ == home


def test_who_follows_import_statements_finds_all_that_loads_by_itself() -> None:
    """A packer of programs sees no name in a string: doors and faces must not hide a module."""
    graph = arrows()
    found, ahead = set[str](), [f"kap_model{name}" for name in STARTS]
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += graph[name]
            ahead += [package for package in PACKAGES if name.startswith(f"{package}.")]
    assert set(MODULES) - found == set()

"""The public names of modules other than the package itself, where each is imported from."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from types import ModuleType
from typing import Any, Final, NamedTuple

import kap_model as kap
from _generate import plain

MODULES: Final = (
    "authoring",
    "batch",
    "coverage",
    "calendars",
    "tables",
    "formats",
    "documents.schemas",
    "testing.cases",
)
_WORDS: Final = {
    "tables.Cell": "What stands in one column of a row.",
    "tables.SESSION_COLUMNS": "The names of `SESSION_TYPES` alone.",
    "tables.SUPPLY_COLUMNS": "The names of `SUPPLY_TYPES` alone.",
    "tables.FINDING_COLUMNS": "The names of `FINDING_TYPES` alone.",
    "tables.LINE_COLUMNS": "The names of `LINE_TYPES` alone.",
    "calendars.Titles": "What events are called: all the same, or after the kind of their session.",
    "calendars.TITLES": "Each of `Titles`.",
    "calendars.NEUTRAL_TITLE": "What a neutral event is called.",
}
"""What is said of names that say nothing of themselves in the source."""


class Stated(NamedTuple):
    """A constant or an alias as the source states it."""

    kind: str
    value: str
    says: str


def public_names(module: ModuleType) -> list[str]:
    """A module's ``__all__``; where it has none, the public names that it makes itself."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    made = []
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.append(node.name)
        elif isinstance(node, ast.AnnAssign):
            made.append(ast.unparse(node.target))
    return sorted(name for name in made if not name.startswith("_"))


def is_shown(name: str, value: Any) -> bool:
    """Whether it stands on the page already, as a name of the package."""
    return name in vars(kap)["__all__"] and getattr(kap, name) is value


def constant_line(module: ModuleType, name: str) -> str:
    """A constant's type or an alias's meaning, and what it is."""
    stated = _stated(module, name)
    place = f"{module.__name__.removeprefix('kap_model.')}.{name}"
    says = plain(stated.says) or _WORDS.get(place)
    if not says:
        raise LookupError(f"_WORDS has nothing to say of {place}")
    if stated.kind == "TypeAlias":
        return f"- `{name} = {stated.value}`: {says}"
    return f"- `{name}: {stated.kind or _kind(getattr(module, name))}`: {says}"


def error_class(name: str, value: Any) -> str | None:
    """How an error is shown that is made as Python makes its own; ``None`` = it is no such."""
    if inspect.isclass(value) and issubclass(value, Exception) and "__init__" not in vars(value):
        return f"class {name}({value.__mro__[1].__name__})"
    return None


def in_order(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The names with their values: functions, then classes, each by name."""
    values = [(name, getattr(module, name)) for name in public_names(module)]
    return iter(sorted(values, key=lambda pair: (inspect.isclass(pair[1]), pair[0].lower())))


def _stated(module: ModuleType, name: str) -> Stated:
    """What the source says of a name, here or where it is imported from."""
    source = inspect.getsource(module)
    parsed = ast.parse(source)
    for node, after in pairwise([*parsed.body, ast.Pass()]):
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == name:
            value = ast.get_source_segment(source, node.value) if node.value else None
            meaning = " ".join((value or "").split())
            return Stated(_annotated(node.annotation), meaning, _text(after))
    for inner in ast.walk(parsed):  # a package imports its names for type checkers only
        if isinstance(inner, ast.ImportFrom) and any(alias.name == name for alias in inner.names):
            return _stated(import_module(inner.module or ""), name)
    raise LookupError(f"{module.__name__} does not say what {name} is")


def _annotated(annotation: ast.expr) -> str:
    """The type that an annotation states; empty where it is a bare ``Final``."""
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "Final":
        return ast.unparse(annotation.slice)
    return ast.unparse(annotation).removeprefix("Final")


def _text(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return str(node.value.value)
    return ""


def _kind(value: Any) -> str:
    if isinstance(value, tuple):
        (member,) = {type(one).__name__ for one in value}
        return f"tuple[{member}, ...]"
    return type(value).__name__

"""The map of the source: its strata as the import contract has them, a line for each module."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from _generate import NOTE, plain

_ROOT: Final = Path(__file__).parents[2]
_PACKAGE: Final = _ROOT / "src" / "kap_model"
_IDEAS: Final = (
    "what people and tests call",
    "values as others read them: rows, lines, formats, text and pages",
    "what a course costs",
    "documents in and out; courses to come",
    "a plan judged",
    "what a course must keep: rules, forms of house rules, protocols, practices",
    "what a practice may state: limits, waivers, fees; a course at a moment",
    "one course: sessions, plans, money, sources",
    "time",
    "what everything stands on",
)
"""What each stratum knows, from the top."""

_HEAD: Final = f"""{NOTE}
# The source

Where a thing is, and in which order to read. `src/kap_model` has ten strata, and imports
go down only: a module knows its own stratum and those below it. A contract in the checks holds it,
without an exception; another test finds any circle, late imports counted.

## A reading path

Two hours, in this order; each step needs only those before it.

1. `sessions`, `plan`: what a course is. Six kinds of session, each a small frozen class; a plan
   holds them in canonical order.
2. `timeline`, `course`: a plan as rules see it, counting sessions by kind, with the medical
   standing over them; and the same at a moment.
3. `limits`, `usual`, `protocol`: every figure that a practice may set, typed, dated, cited.
4. `forms.selectors` and `forms.ordering`: what a sentence asks, as data that finds. Then
   `rules.dosing`, for one family: a sentence, its sources, the limits it reads, the form they
   make, and two plans that differ in it. All families look alike; `rules.catalogue` lists them.
5. `checking`, `report`: from breaches to findings with a verdict, a severity and a source.
6. `documents._shape`, `documents.lists`: what a document's object holds, declared once, read,
   written and described from that.
7. `fees.rates`, `pricing.quoting`: from a length to an amount and the words that explain it.
8. `planning.search.problem`, then the other modules of `planning.search`: how courses are
   completed. Read [the design](design.md) first; each module says where its bounds come from.

## Habits

- A module is one idea, at most 600 lines. A package's own file loads nothing of the package:
  names of public packages are found by [what `_lazy` explains](#what-everything-stands-on) when
  they are used.
- A value knows its fields and what they mean. How it looks is found by its class, through
  `_doors`.
- A verb is a module named after its result or itself; the values that it gives stand below it.
- Tests stand in the same tree as the source: `rules/dosing.py` is tested by
  `tests/rules/test_dosing.py`.

## The strata, from the top
"""


def source_page() -> str:
    """Every module once, in its stratum, with the first sentence of its docstring."""
    lines = [_HEAD]
    strata = list(_strata())
    for idea, names in zip(_IDEAS, strata, strict=True):
        lines += [
            f"### {idea[:1].upper()}{idea[1:]}",
            "",
            "| module | its one idea |",
            "| --- | --- |",
        ]
        for name in names:
            lines += [f"| `{module}` | {_idea(path)} |" for module, path in _modules(name)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _strata() -> Iterator[list[str]]:
    settings = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = (
        contract["layers"]
        for contract in settings["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    for layer in layers:
        yield sorted(name.strip().removeprefix("kap_model.") for name in layer.split(":"))


def _modules(name: str) -> Iterator[tuple[str, Path]]:
    """A module, or a package with all that is in it."""
    single = _PACKAGE / f"{name}.py"
    if single.exists():
        yield name, single
        return
    for path in sorted((_PACKAGE / name).rglob("*.py")):
        inner = path.relative_to(_PACKAGE).with_suffix("")
        yield ".".join(inner.parts).removesuffix(".__init__"), path


def _idea(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if docstring is None:
        raise LookupError(f"{path.name} does not say what it is")
    return plain(docstring).replace("|", "\\|")

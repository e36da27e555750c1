"""The way from a value to its text and its page: each class has one row, and loads no more."""

from __future__ import annotations

import ast
import inspect
import json
import pkgutil
import subprocess
import sys
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model import display
from kap_model._doors import HasPage, HasText
from kap_model.display import HOME_OF, page_of, text_of

REPORT = kap.check(kap.parse("2027-01-04 E0- D1*"), "kingsley")
HOMES: tuple[ModuleType, ...] = tuple({home(): None for home in HOME_OF.values()})


@cache
def shown_classes() -> tuple[type, ...]:
    """Every class of the package that prints as text or shows as a page."""
    names = [
        module.name
        for module in pkgutil.walk_packages(kap.__path__, "kap_model.")
        if not module.name.endswith("__main__")
    ]
    classes = {
        value: None
        for name in names
        for value in vars(import_module(name)).values()
        if isinstance(value, type)
        and issubclass(value, HasText | HasPage)
        and value not in (HasText, HasPage)
    }
    return tuple(cls for cls in classes if cls.__module__.startswith("kap_model."))


def rows_of(medium: str, cls: type) -> list[ModuleType]:
    """The modules whose table of a medium has a row for a class."""
    return [home for home in HOMES if cls in getattr(home, medium, {})]


def test_each_class_that_shows_itself_has_a_row_of_its_own_and_no_other_has() -> None:
    names = [cls.__name__ for cls in shown_classes()]
    assert sorted(names) == sorted(HOME_OF)
    assert list(HOME_OF) == sorted(HOME_OF)


def test_what_has_text_or_a_page_is_in_the_table_of_its_module() -> None:
    for cls in shown_classes():
        home = HOME_OF[cls.__name__]()
        assert rows_of("TEXT", cls) == ([home] if issubclass(cls, HasText) else [])
        assert rows_of("HTML", cls) == ([home] if issubclass(cls, HasPage) else [])


def test_a_table_has_only_classes_that_show_themselves() -> None:
    for home in HOMES:
        tables = getattr(home, "TEXT", {}), getattr(home, "HTML", {})
        assert {*tables[0], *tables[1]} <= {*shown_classes()}
        assert all(issubclass(cls, HasText) for cls in tables[0])
        assert all(issubclass(cls, HasPage) for cls in tables[1])


def test_modules_are_named_by_import_statements() -> None:
    named = {
        alias.name
        for node in ast.walk(ast.parse(inspect.getsource(display)))
        if isinstance(node, ast.ImportFrom) and node.module == "kap_model.display"
        for alias in node.names
    }
    assert {f"kap_model.display.{name}" for name in named} == {home.__name__ for home in HOMES}


def as_own(value: Any, name: str) -> Any:
    """The value as one of a class that somebody derived from its own."""
    own = type(name, (type(value),), {})
    fields = [field for field in attrs.fields(type(value)) if field.init]
    return own(**{field.alias: getattr(value, field.name) for field in fields})


@pytest.mark.parametrize("name", ["Own", "Report", "Settlement"])
def test_a_derived_class_shows_as_its_base_whatever_its_name(name: str) -> None:
    own = as_own(REPORT, name)
    assert type(own) is not kap.Report
    assert str(own) == str(REPORT)
    assert own._repr_html_() == REPORT._repr_html_()


@pytest.mark.parametrize("show", [text_of, page_of])
def test_what_no_table_has_is_refused(show: Any) -> None:
    with pytest.raises(LookupError, match="nothing shows a int"):
        show(1)


def loaded_by(script: str) -> set[str]:
    """What of ours a new interpreter has loaded after a script."""
    told = "; import json, sys; print(json.dumps([*sys.modules]))"
    run = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", script + told], check=True, capture_output=True, text=True
    )
    return {name for name in json.loads(run.stdout) if name.startswith("kap_model.")}


REPORTED = "import kap_model as kap; report = kap.check(kap.parse('2027-01-04 E0- D1*'), 'core')"


@pytest.mark.parametrize(
    ("script", "needed"),
    [
        ("import kap_model.display", set()),
        (f"{REPORTED}; str(report)", {"_html", "_text", "reports"}),
        (
            f"{REPORTED}; report._repr_html_()",
            {"_geometry", "_html", "_marks", "_text", "reports", "timeline"},
        ),
    ],
    ids=["the package", "text", "a page"],
)
def test_showing_a_report_loads_no_more_than_it_needs(script: str, needed: set[str]) -> None:
    loaded = loaded_by(script)
    inside = "kap_model.display."
    assert {name.removeprefix(inside) for name in loaded if name.startswith(inside)} == needed
    unneeded = {"coverage", "documents", "formats", "planning", "pricing"}
    assert unneeded.isdisjoint(name.split(".")[1] for name in loaded)

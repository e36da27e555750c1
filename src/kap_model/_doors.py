"""The one door from a value to what shows it: text, a page, rows, a line of notation.

A value knows its fields and what they mean, not how it looks: that is found by its class, and
loaded when somebody looks. So nothing here imports anything of ours, and values stay below the
displays that know them. The modules are named in strings; who packs programs finds each of them by
the import statements of others, which a test follows.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class HasText:
    """A value that prints as text for people."""

    __slots__ = ()

    def __str__(self) -> str:
        text: str = _display().text_of(self)
        return text


class HasPage:
    """A value that notebooks show as a page."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        page: str = _display().page_of(self)
        return page


def rows_of(value: object) -> list[dict[str, Any]]:
    """The rows of a plan, a report or a quote (:mod:`kap_model.tables`)."""
    rows: list[dict[str, Any]] = import_module("kap_model.tables").rows_of(value)
    return rows


def csv_of(value: object) -> str:
    """The rows of a plan, a report or a quote as comma-separated text."""
    text: str = import_module("kap_model.tables").csv_of(value)
    return text


def notation_of(plan: object) -> str:
    """A plan in one line (:mod:`kap_model.notation`)."""
    line: str = import_module("kap_model.notation").write(plan)
    return line


def _display() -> Any:
    return import_module("kap_model.display")

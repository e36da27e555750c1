"""Elements of HTML and SVG as text; whatever is not an element already is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

from kap_model.formats._xml import writable

Attribute: TypeAlias = str | float | None


class Markup(str):
    """Text that is an element, or several; made by :func:`element` and :func:`joined` only."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: Attribute) -> Markup:
    """One element with its children.

    Args:
        tag: Its name.
        children: Elements as they are, any other text escaped.
        attributes: By name, ``_`` for a hyphen and at the end of a word that Python keeps for
            itself; ``None`` leaves an attribute out.
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{tag}{written}>{joined(children)}</{tag}>")


def joined(children: Iterable[str]) -> Markup:
    """Elements and escaped texts, one after another."""
    return Markup(
        "".join(child if type(child) is Markup else _escaped(child) for child in children)
    )


def number(value: float) -> str:
    """A length in a picture: one decimal at most, so that the same picture has the same bytes."""
    rounded = round(value, 1)
    return str(int(rounded)) if rounded == int(rounded) else str(rounded)


def _value(value: str | float) -> str:
    return _escaped(value) if isinstance(value, str) else number(value)


def _escaped(text: str) -> str:
    return escape(writable(text), quote=True)

"""Elements of HTML, and tables and lines of one look; whatever is no element is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final, Literal, TypeAlias

Attribute: TypeAlias = str | float | None
Column: TypeAlias = Literal["short", "prose", "moment", "number"]

INK: Final = "currentColor"
"""The page's own colour of text, light or dark."""
ON_HUE: Final = "#ffffff"
"""Text on a hue."""

# Hues of one luminance: letters on them, and they on a white or a nearly black page, can be read.
VIOLATED_HUE: Final = "#d93939"
WARNING_HUE: Final = "#a06a0d"
PENDING_HUE: Final = "#3175cf"
UNKNOWN_HUE: Final = "#8b60c7"
SATISFIED_HUE: Final = "#278647"

FONT: Final = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

_ROOT: Final = (
    f"font-family:{FONT};font-size:14px;line-height:1.45;max-width:1100px;text-align:left"
)
_HEADING: Final = "font-size:17px;font-weight:600;margin:4px 0 2px"
_LINE: Final = "margin:2px 0"
_NOTE: Final = "margin:6px 0 2px;font-size:13px;opacity:.8"
ASIDE: Final = "font-size:12px;opacity:.8"
_CAPTION: Final = "font-weight:600;margin:12px 0 2px"
SCROLL: Final = "overflow-x:auto;max-width:100%"
_TABLE: Final = (
    "border-collapse:collapse;table-layout:auto;width:auto;font-size:13px;margin:4px 0;border:none;"
    "font-variant-numeric:tabular-nums;background:transparent"
)
_ROW: Final = "background:transparent"
_EDGES: Final = (
    "padding:4px 18px 4px 0;vertical-align:top;border:0;border-bottom:1px solid #80808060"
)
_CELL: Final = f"{_EDGES};text-align:left"
_PROSE: Final = f"{_CELL};min-width:14em;max-width:44em"
_MOMENT: Final = f"{_CELL};min-width:8.5em;max-width:9em"
_NUMBER: Final = f"{_EDGES};text-align:right;white-space:nowrap"
_SHORT: Final = f"{_CELL};white-space:nowrap"

MOST_ROWS: Final = 100
"""A longer table says how many rows it leaves out."""

_STYLE_OF: Final[dict[Column, str]] = {
    "short": _SHORT,
    "prose": _PROSE,
    "moment": _MOMENT,
    "number": _NUMBER,
}


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
    # As html.escape does, whose module takes longer to load than a report to print.
    return (
        writable(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#x27;")
    )


def writable(text: str) -> str:
    """A text with a replacement sign for each character that XML cannot hold."""
    # All of these are unprintable; most texts have none, and the pattern takes long to compile.
    return text if text.isprintable() else _unwritable().sub("\ufffd", text)


@cache
def _unwritable() -> re.Pattern[str]:
    # XML 1.0 cannot hold the rest, not even escaped.
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(*children: str) -> str:
    """The whole of what a value shows: a plain string, as notebooks expect."""
    return str(element("div", *children, class_="kap-model", style=_ROOT))


def heading(*children: str) -> Markup:
    """The first line."""
    return element("div", *children, style=_HEADING)


def line(*children: str) -> Markup:
    """A line below it."""
    return element("div", *children, style=_LINE)


def note(*children: str) -> Markup:
    """A remark."""
    return element("div", *children, style=_NOTE)


def caption(*children: str) -> Markup:
    """What stands over a table."""
    return element("div", *children, style=_CAPTION)


def table(
    columns: Sequence[tuple[str, Column]],
    rows: Iterable[Sequence[str]],
    *,
    label: str,
    foot: Sequence[str] = (),
    more: str = "rows",
) -> Markup:
    """A table that scrolls where it is wider than the page.

    Args:
        columns: Their names and what they hold. A column that no row fills takes no room.
        rows: The cells, texts or elements.
        label: What the table is, for those who hear it.
        foot: A last row in bold.
        more: What the rows are, for a table that is too long.
    """
    cells = list(rows)
    shown = cells[:MOST_ROWS]
    filled = [
        place for place in range(len(columns)) if any(row[place] for row in (*cells, foot) if row)
    ]
    styles = [_STYLE_OF[columns[place][1]] for place in filled]
    body = [_row("td", [row[place] for place in filled], styles) for row in shown]
    if foot:
        body.append(_row("td", [_bold(foot[place]) for place in filled], styles))
    head = _row("th", [columns[place][0] for place in filled], styles, scope="col")
    written = element(
        "table",
        element("thead", head),
        element("tbody", *body),
        aria_label=label,
        style=_TABLE,
    )
    left_out = len(cells) - len(shown)
    rest = note(f"and {left_out:,} more {more}") if left_out else ""
    return element("div", written, rest, style=SCROLL)


def folded(summary: str, *children: str, is_open: bool) -> Markup:
    """Something that can be folded away."""
    told = element("summary", summary, style="cursor:pointer;font-weight:600")
    return element(
        "details", told, *children, open="" if is_open else None, style="margin:10px 0 2px"
    )


def remarks(texts: Iterable[str]) -> Markup:
    """Remarks, one below the other."""
    return joined(note(text) for text in texts)


def _row(tag: str, cells: Sequence[str], styles: Sequence[str], scope: str | None = None) -> Markup:
    written = (
        element(tag, cell, scope=scope, style=how) for cell, how in zip(cells, styles, strict=True)
    )
    return element("tr", *written, style=_ROW)


def _bold(cell: str) -> str:
    return element("strong", cell) if cell else cell

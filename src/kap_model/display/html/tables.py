"""Headings, lines and tables of one look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

from kap_model.display.html import style
from kap_model.display.html.elements import Markup, element, joined

Column: TypeAlias = Literal["short", "prose", "moment", "number"]

MOST_ROWS: Final = 100
"""A longer table says how many rows it leaves out."""

_STYLE_OF: Final[dict[Column, str]] = {
    "short": style.SHORT,
    "prose": style.PROSE,
    "moment": style.MOMENT,
    "number": style.NUMBER,
}


def root(*children: str) -> str:
    """The whole of what a value shows: a plain string, as notebooks expect."""
    return str(element("div", *children, class_="kap-model", style=style.ROOT))


def heading(*children: str) -> Markup:
    """The first line."""
    return element("div", *children, style=style.HEADING)


def line(*children: str) -> Markup:
    """A line below it."""
    return element("div", *children, style=style.LINE)


def note(*children: str) -> Markup:
    """A remark."""
    return element("div", *children, style=style.NOTE)


def caption(*children: str) -> Markup:
    """What stands over a table."""
    return element("div", *children, style=style.CAPTION)


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
        style=style.TABLE,
    )
    left_out = len(cells) - len(shown)
    rest = note(f"and {left_out:,} more {more}") if left_out else ""
    return element("div", written, rest, style=style.SCROLL)


def folded(summary: str, *children: str, is_open: bool) -> Markup:
    """Something that can be folded away."""
    told = element("summary", summary, style="cursor:pointer;font-weight:600")
    return element(
        "details", told, *children, open="" if is_open else None, style="margin:10px 0 2px"
    )


def lines(texts: Iterable[str]) -> Markup:
    """Remarks, one below the other."""
    return joined(note(text) for text in texts)


def _row(tag: str, cells: Sequence[str], styles: Sequence[str], scope: str | None = None) -> Markup:
    written = (
        element(tag, cell, scope=scope, style=how) for cell, how in zip(cells, styles, strict=True)
    )
    return element("tr", *written, style=style.ROW)


def _bold(cell: str) -> str:
    return element("strong", cell) if cell else cell

"""Elements of text for a terminal: wrapped paragraphs, and columns that line up."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Final

WIDTH: Final = 96


def wrapped(text: str, indent: int, hanging: int | None = None) -> list[str]:
    """A paragraph with its indents, at most ``WIDTH`` wide."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent if hanging is None else hanging),
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows in aligned columns; the last one wraps."""
    cells = list(rows)
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]) - 1)]
    lines = []
    for row in cells:
        head = "".join(f"{cell:{width}}  " for cell, width in zip(row, widths, strict=False))
        wraps = textwrap.wrap(row[-1], WIDTH - len(head), break_on_hyphens=False)
        lines.append(head + wraps[0])
        lines += [" " * len(head) + wrap for wrap in wraps[1:]]
    return lines


def columns(rows: Sequence[tuple[str, ...]], right: Iterable[int] = ()) -> list[str]:
    """Rows with their columns aligned, amounts to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    ends = frozenset(right)
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if column in ends else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        # A column that no row fills takes no room.
        filled = [cell for cell, width in zip(cells, widths, strict=True) if width]
        lines.append(f"  {'  '.join(filled)}".rstrip())
    return lines

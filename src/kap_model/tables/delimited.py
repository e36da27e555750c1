"""Rows as comma-separated text (RFC 4180) that a spreadsheet opens without running it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kap_model.tables.rows import Cell

# What spreadsheets take for the start of a formula, the wide forms of it too; and the apostrophe
# itself, so that whoever drops one from the front always has the text back.
_FORMULA: Final = tuple("=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20'")
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_text(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> str:
    r"""A header and a line for each row, each ended by ``\r\n``.

    ``None`` is an empty cell, truth is ``true`` or ``false``. A text that a spreadsheet could take
    for a formula, or that starts with an apostrophe, has an apostrophe put before it; a number has
    not, a negative amount neither.

    Args:
        columns: Which keys of the rows to write, in order.
        rows: Mappings with at least these keys.

    Raises:
        KeyError: A row lacks a column.
    """
    names = tuple(columns)
    # A writer gives back what the file's own ``write`` does, so no file is needed.
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    lines = [writer.writerow(names)]
    lines += [writer.writerow([_cell(row[name]) for name in names]) for row in rows]
    return "".join(lines)


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text.startswith(_FORMULA) and _NUMBER.fullmatch(text) is None:
        return f"'{text}"
    return text

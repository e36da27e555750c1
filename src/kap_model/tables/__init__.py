"""Plans, reports and quotes as rows of plain values, for frames and spreadsheets.

A row is a dict of text, integers, booleans and ``None``. All rows of a type have the same keys in
the same order, and name the plan first, so that rows of many plans may stand in one frame.
"""

from kap_model.tables.delimited import csv_text
from kap_model.tables.rows import (
    FINDING_COLUMNS,
    FINDING_TYPES,
    LINE_COLUMNS,
    LINE_TYPES,
    SESSION_COLUMNS,
    SESSION_TYPES,
    SUPPLY_COLUMNS,
    SUPPLY_TYPES,
    Cell,
    ColumnTypes,
    Row,
    finding_rows,
    line_rows,
    report_row,
    session_rows,
    supply_rows,
)

__all__ = [
    "FINDING_COLUMNS",
    "FINDING_TYPES",
    "LINE_COLUMNS",
    "LINE_TYPES",
    "SESSION_COLUMNS",
    "SESSION_TYPES",
    "SUPPLY_COLUMNS",
    "SUPPLY_TYPES",
    "Cell",
    "ColumnTypes",
    "Row",
    "csv_text",
    "finding_rows",
    "line_rows",
    "report_row",
    "session_rows",
    "supply_rows",
]

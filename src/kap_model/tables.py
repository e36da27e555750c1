"""Plans, reports and quotes as rows of plain values, for frames and spreadsheets.

A row is a dict of text, integers, booleans and ``None``. All rows of a type have the same keys in
the same order, and name the plan first, so that rows of many plans may stand in one frame.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kap_model._time import Zone
from kap_model.plan import Plan
from kap_model.report import Report
from kap_model.sessions import Session

if TYPE_CHECKING:
    from kap_model.pricing.quotes import Quote

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


Cell: TypeAlias = str | int | bool | None
Row: TypeAlias = dict[str, Cell]
"""A row of plain values; every key is there, ``None`` where there is nothing to say."""
ColumnTypes: TypeAlias = Mapping[str, type[str] | type[int] | type[bool]]
"""The columns of rows, in order, and what stands in each where it is not ``None``."""

SESSION_TYPES: Final[ColumnTypes] = MappingProxyType(
    {
        "plan": str,
        "id": str,
        "kind": str,
        "date": str,
        "start": str,
        "end": str,
        "minutes": int,
        "place": str,
        "format": str,
        "status": str,
        "clinician_id": str,
        "clinician_role": str,
        "outcome": str,
        "level": str,
        "route": str,
        "support_person": str,
        "therapist_present": bool,
        "notice_hours": int,
    }
)
"""The columns of a session's row."""
SESSION_COLUMNS: Final = tuple(SESSION_TYPES)

SUPPLY_TYPES: Final[ColumnTypes] = MappingProxyType(
    {"plan": str, "id": str, "issued": str, "received": str, "dosings": int}
)
"""The columns of a supply's row."""
SUPPLY_COLUMNS: Final = tuple(SUPPLY_TYPES)

_REPORT_TYPES: Final[ColumnTypes] = {
    "plan": str,
    "protocol": str,
    "protocol_source": str,
    "as_of": str,
    "ok": bool,
    "confirmed": bool,
    "state": str,
}
REPORT_COLUMNS: Final = tuple(_REPORT_TYPES)
"""The columns of a report in the rows of its findings."""
FINDING_TYPES: Final[ColumnTypes] = MappingProxyType(
    {
        **_REPORT_TYPES,
        "rule": str,
        "verdict": str,
        "severity": str,
        "sessions": str,
        "observed": str,
        "required": str,
        "opens": str,
        "due": str,
        "message": str,
        "source": str,
        "where": str,
        "waived": bool,
        "title": str,
        "action": str,
        "past": bool,
        "code": str,
    }
)
"""The columns of a finding's row; the first seven are of its report."""
FINDING_COLUMNS: Final = tuple(FINDING_TYPES)

LINE_TYPES: Final[ColumnTypes] = MappingProxyType(
    {
        "plan": str,
        "fees": str,
        "currency": str,
        "session": str,
        "kind": str,
        "date": str,
        "minutes": int,
        "item": str,
        "amount": str,
        "payee": str,
        "claimable": str,
        "basis": str,
    }
)
"""The columns of the row of a quote's line; the first three are of the quote."""
LINE_COLUMNS: Final = tuple(LINE_TYPES)


def session_rows(plan: Plan) -> list[Row]:
    """A row for each session, in canonical order.

    Defaults are written out. ``date`` is the local date of ``start``; ``start`` and ``end`` have
    the offset of the plan's zone at that moment. What a kind does not have is ``None``.
    """
    return [_session_row(session, plan.id, plan.zone) for session in plan.sessions]


def supply_rows(plan: Plan) -> list[Row]:
    """A row for each supply, by issue date; none where supplies are not tracked."""
    return [
        {
            "plan": plan.id,
            "id": supply.id,
            "issued": supply.issued.isoformat(),
            "received": None if supply.received is None else supply.received.isoformat(),
            "dosings": supply.dosings,
        }
        for supply in plan.supplies or ()
    ]


def report_row(report: Report) -> Row:
    """What a report says as a whole, with nothing in the columns of a finding."""
    return dict.fromkeys(FINDING_COLUMNS) | _about(report.to_dict())


def finding_rows(report: Report) -> list[Row]:
    """A row for each finding, in catalogue order; ``sessions`` are ids with spaces between."""
    said = report.to_dict()
    about = dict.fromkeys(FINDING_COLUMNS) | _about(said)
    return [
        about
        | {
            key: value
            for key, value in finding.items()
            if key not in ("citation", "values", "waiver")
        }
        | finding["citation"]
        | {"sessions": " ".join(finding["sessions"])}
        for finding in said["findings"]
    ]


def line_rows(quote: Quote) -> list[Row]:
    """A row for each line; amounts are text with all the decimals of the currency.

    The sum of ``amount`` where ``payee`` is ``fees`` is the quote's total.
    """
    about: Row = {"plan": quote.plan, "fees": quote.fees, "currency": quote.currency}
    return [about | line.to_dict() for line in quote.lines]


def _session_row(session: Session, plan: str, zone: Zone) -> Row:
    clinician = session.clinician
    return {
        "plan": plan,
        "id": session.id,
        "kind": session.kind,
        "date": zone.clock(session.begins).date().isoformat(),
        "start": zone.text(session.begins),
        "end": zone.text(session.ends),
        "minutes": session.minutes,
        "place": session.place,
        "format": getattr(session, "format", None),
        "status": session.status,
        "clinician_id": None if clinician is None else clinician.id,
        "clinician_role": None if clinician is None else clinician.role,
        "outcome": getattr(session, "outcome", None),
        "level": getattr(session, "level", None),
        "route": getattr(session, "route", None),
        "support_person": getattr(session, "support_person", None),
        "therapist_present": getattr(session, "therapist_present", None),
        "notice_hours": session.notice_hours,
    }


def _about(said: dict[str, Any]) -> Row:
    return {key: said[key] for key in _REPORT_TYPES}


_Rows: TypeAlias = tuple[tuple[str, ...], Callable[[Any], list[Row]]]
_ROWS: Final[Mapping[str, _Rows]] = {
    "Plan": (SESSION_COLUMNS, session_rows),
    "Report": (FINDING_COLUMNS, finding_rows),
    "Quote": (LINE_COLUMNS, line_rows),
}
"""By the name of a class, for the rows of a plan do not wait for prices."""


def rows_of(value: Plan | Report | Quote) -> list[Row]:
    """The rows of a value."""
    _, rows = _of(value)
    return rows(value)


def csv_of(value: Plan | Report | Quote) -> str:
    """The rows of a value as comma-separated text."""
    columns, rows = _of(value)
    return csv_text(columns, rows(value))


def _of(value: Any) -> _Rows:
    return next(_ROWS[cls.__name__] for cls in type(value).__mro__ if cls.__name__ in _ROWS)


__all__ = [
    "FINDING_COLUMNS",
    "FINDING_TYPES",
    "LINE_COLUMNS",
    "LINE_TYPES",
    "REPORT_COLUMNS",
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

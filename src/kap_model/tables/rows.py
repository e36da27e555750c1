"""What stands in the rows of each type, and how they are made."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kap_model._zone import Zone
from kap_model.plan import Plan
from kap_model.report import Report
from kap_model.sessions import Session

if TYPE_CHECKING:
    from kap_model.pricing.quotes import Quote  # the rows of a plan do not wait for prices

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
}
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
    }
)
"""The columns of a finding's row; the first six are of its report."""
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
        | {key: value for key, value in finding.items() if key != "citation"}
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
        "support_person": getattr(session, "support_person", None),
        "therapist_present": getattr(session, "therapist_present", None),
        "notice_hours": session.notice_hours,
    }


def _about(said: dict[str, Any]) -> Row:
    return {key: said[key] for key in _REPORT_TYPES}

"""What the example tables share: short plans, protocols of one limit, findings as rows.

Plans count their days from Friday 1 January 2027 unless their line names a date of its own, so
``D14`` is a dosing on ``on(14)`` that starts ``at(14)``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import attrs

import kap_model as kap
from kap_model.documents.protocols import limit_value

FIRST_DAY = dt.date(2027, 1, 1)
SOURCE = kap.Citation("a practice's own page", "the limit under test")


class Row(NamedTuple):
    """A finding as the tables write it."""

    verdict: str
    severity: str
    sessions: tuple[str, ...]
    opens: str | None
    due: str | None


def violated(
    severity: str, *sessions: str, opens: str | None = None, due: str | None = None
) -> Row:
    return Row("violated", severity, sessions, opens, due)


def pending(severity: str, *sessions: str, opens: str | None = None, due: str | None = None) -> Row:
    return Row("pending", severity, sessions, opens, due)


def unknown(severity: str, *sessions: str) -> Row:
    return Row("unknown", severity, sessions, None, None)


def on(day: int) -> str:
    """The date of a day, counted from the first."""
    return (FIRST_DAY + dt.timedelta(days=day)).isoformat()


def at(day: int, clock: str = "10:00") -> str:
    """A UTC time of a day, counted from the first."""
    return f"{on(day)}T{clock if clock.count(':') == 2 else clock + ':00'}+00:00"


def plan(line: str, facts: Mapping[str, Any] | None = None) -> kap.Plan:
    """A plan in notation, with the facts that notation cannot say: ``{"d1.level": "low"}``."""
    made = kap.parse(line if line[:1].isdigit() else f"{FIRST_DAY} {line}")
    for place, value in (facts or {}).items():
        session_id, _, name = place.rpartition(".")
        if session_id:
            value_of_plan: Any = [
                attrs.evolve(session, **{name: value}) if session.id == session_id else session
                for session in made.sessions
            ]
            made = attrs.evolve(made, sessions=value_of_plan)
        else:
            made = attrs.evolve(made, **{name: value})
    return made


def limits(*, severities: Mapping[str, Any] | None = None, **forms: Any) -> kap.CareProtocol:
    """A protocol that sets these limits, in document form, and nothing else."""
    return kap.CareProtocol(
        id="under-test",
        settings=tuple(
            kap.Setting(limit=name, value=limit_value(name, form), citation=SOURCE)
            for name, form in forms.items()
        ),
        severities=severities or {},
    )


def dated(limit: str, lines: Mapping[str | None, Any]) -> tuple[kap.Setting, ...]:
    """Lines of one limit by the date from which each is in force."""
    return tuple(
        kap.Setting(limit=limit, value=limit_value(limit, form), since=since, citation=SOURCE)
        for since, form in lines.items()
    )


def rows(report: kap.Report, rule: str) -> list[Row]:
    """What a report says about one rule; every finding can be read aloud."""
    found = [one for one in report.findings if one.rule == rule]
    assert all(one.message.endswith(".") for one in found)
    return [Row(one.verdict, one.severity, one.sessions, one.opens, one.due) for one in found]


def findings(
    line: str | kap.Plan, protocol: kap.CareProtocol, rule: str, as_of: str | None = None
) -> list[Row]:
    """What one rule says about a plan."""
    judged = plan(line) if isinstance(line, str) else line
    return rows(kap.check(judged, protocol, as_of=as_of), rule)

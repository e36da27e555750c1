"""What becomes of a plan's findings when its sessions change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

import attrs

from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.report import Finding, Report
from kap_model.sessions import Session

_BY_WINDOW: Final = "REVIEW-QUARTER"


def identity(finding: Finding) -> tuple[Any, ...]:
    """What makes two findings of two checks the same one.

    The rule, its verdict and the sessions concerned; where there are none, its window. A lapse of
    medical contact is its window: which dosings fall into it changes as others are booked.
    """
    breach = finding.breach
    if breach.sessions and finding.rule != _BY_WINDOW:
        return finding.rule, finding.verdict, finding.sessions
    return finding.rule, finding.verdict, breach.opens, breach.closes


def beyond(before: Report, after: Report) -> tuple[Finding, ...]:
    """The findings of one report that another does not have, in its order."""
    known = Counter(map(identity, before.findings))
    lapsed = {identity(f): set(f.sessions) for f in before.findings if f.rule == _BY_WINDOW}
    found = []
    for finding in after.findings:
        name = identity(finding)
        # Another dosing in a known lapse is something new.
        if known[name] and set(finding.sessions) <= lapsed.get(name, set(finding.sessions)):
            known[name] -= 1
        else:
            found.append(finding)
    return tuple(found)


def with_sessions(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan with these sessions instead of its own.

    Raises:
        InvalidValue: They are too many, or an id is used twice.
    """
    return attrs.evolve(plan, sessions=tuple(sessions))


def new_ids(plan: Plan) -> Callable[[str], str]:
    """Gives ids that a plan does not use yet, as notation names them: ``d7``."""
    used = {session.id for session in plan.sessions}
    used.update(supply.id for supply in plan.supplies or ())
    numbers: Counter[str] = Counter(session.kind for session in plan.sessions)

    def fresh(kind: str) -> str:
        # Medical evaluation and review by their second word, as in notation.
        letter = kind.rpartition("-")[2][0]
        while True:
            numbers[kind] += 1
            name = f"{letter}{numbers[kind]}"
            if name not in used:
                used.add(name)
                return name

    return fresh


def refuse_closed(plan: Plan) -> None:
    """Refuse a course to which nothing can be added.

    Raises:
        InvalidValue: The plan is completed or discontinued.
    """
    if plan.state != "active":
        raise refusal("plan", f"is {plan.state}; only an active course can be planned")

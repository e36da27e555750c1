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
    return _unmatched(before, after)[1]


def gone(before: Report, after: Report) -> tuple[Finding, ...]:
    """The findings of one report that are not in a later one any more, in its order."""
    return _unmatched(before, after)[0]


def _unmatched(before: Report, after: Report) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What of each report has no counterpart in the other."""
    left: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in before.findings:
        left.setdefault(identity(finding), []).append(finding)
    new = []
    for finding in after.findings:
        alike = left.get(identity(finding), [])
        place = next((n for n, known in enumerate(alike) if _still(known, finding)), None)
        if place is None:
            new.append(finding)
        else:
            del alike[place]
    unmatched = {id(finding) for alike in left.values() for finding in alike}
    return tuple([f for f in before.findings if id(f) in unmatched]), tuple(new)


def _still(before: Finding, after: Finding) -> bool:
    """Whether a finding is the one that it was: another dosing in a known lapse is news."""
    return after.rule != _BY_WINDOW or set(after.sessions) <= set(before.sessions)


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

"""``next_steps``: what comes next in a course, from when on it may, and until when it should."""

from __future__ import annotations

import datetime as dt
import math
from typing import Final

from kap_model._time import Zone
from kap_model.checking import ProtocolChoice, check, choose_protocol, limits_of
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.planning.additions import refuse_closed
from kap_model.planning.steps.needs import Need, needs_of
from kap_model.planning.steps.starts import EarliestStarts, Found
from kap_model.planning.steps.steps import STEP_KINDS, NextSteps, Step

_NOTHING: Final = Found(None, frozenset())


def next_steps(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
) -> NextSteps:
    """Say what comes next in an active course, the soonest due first.

    There is one required step for each pending finding, merged by kind and window; the next
    medical review while treatment goes on, or the one whose date was missed; and one optional step
    for each kind that has room, where a lawful start is free. Facts that only people have come as
    ``record`` steps. A halted course gets the integrations owed for dosings that were held, and
    records; while the medical decision is awaited, recording it comes first and no dosing is
    listed.

    Args:
        plan: An active course, with whatever findings its history has.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment from which on sessions are booked; required.

    Raises:
        InvalidValue: ``as_of`` is absent or names no instant, the course is closed, or the
            protocol is not known.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    report = check(plan, protocol, as_of=as_of)
    refuse_closed(plan)
    if report.instant is None:
        raise refusal("as_of", "must be given: what comes next depends on the moment")
    care, _ = choose_protocol(plan, protocol)
    course = Course.of(plan, report.instant)
    starts = EarliestStarts(course, care, report, report.instant)
    steps: list[tuple[Need, Step]] = []
    for need in needs_of(course, limits_of(care, course), report):
        found = _NOTHING if need.kind == "record" else starts.find(need)
        if need.required or found.start is not None:
            steps.append((need, _step(need, found, plan.timezone)))
    steps.sort(key=lambda pair: _urgency(pair[0], pair[1], plan.zone))
    return NextSteps(
        plan=plan.id,
        protocol=report.protocol,
        protocol_source=report.protocol_source,
        timezone=plan.timezone,
        instant=report.instant,
        halted=course.is_halted,
        steps=[step for _, step in steps],
        findings=[finding for finding in report.findings if finding.verdict == "violated"],
    )


def _step(need: Need, found: Found, timezone: str) -> Step:
    return Step(
        kind=need.kind,
        earliest=found.start,
        due=need.due,
        required=need.required,
        earliest_rules=found.rules,
        due_rules=need.rules,
        sessions=need.sessions,
        findings=need.findings,
        timezone=timezone,
    )


def _urgency(need: Need, step: Step, zone: Zone) -> tuple[bool, float, bool, int, float]:
    """The awaited decision, then the soonest due; records first, then in the order of kinds."""
    return (
        not need.settles_standing,
        math.inf if step.due is None else zone.resolve(step.due),
        step.kind != "record",
        STEP_KINDS.index(step.kind),
        math.inf if step.earliest is None else step.earliest,
    )

"""What a running course still has to get, as a task for the search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kap_model._time import EARLIEST, NEVER, DayEdge, day_of_age
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.planning.pending import review_to_come
from kap_model.planning.search.demand import Demand
from kap_model.report import Report
from kap_model.timeline import Timeline

_OPEN_END: Final = NEVER - 1
"""A day without end by which a contact has to come all the same."""
_FIRST_NAMED: Final = "INTEG-WINDOW"
_LAST_NAMED: Final = ("DOSE-GAP", "MED-CLEAR")


def course_demand(
    course: Course, limits: Limits, report: Report, *, minutes: Mapping[str, int], every: int
) -> Demand:
    """Everything that a course lacks by the limits and by what was found of it.

    A halted course, and one whose standing is pending or unrecorded, lacks the integrations of the
    dosings that were held, and nothing else.
    """
    timeline, since = course.timeline, _since(course)
    known = _known(report)
    common: dict[str, Any] = {
        "limits": limits,
        "booked": course.counting,
        "since": since,
        "since_day": timeline.zone.day(since),
        "day_of": {session.id: course.day(session) for session in course.counting},
        "known": known,
        "minutes": minutes,
        "every": every,
    }
    if course.standing.state not in ("clear", "none"):
        held = frozenset(dosing.id for dosing in course.dosings if course.is_held(dosing))
        return Demand(**common, owed=held)
    first_supply, refill_from, refill_by = _refills(course, report)
    return Demand(
        **common,
        **_clearance(course),
        preparations=(limits.preparation_count and limits.preparation_count.min) or 0,
        integrations=(limits.integration_count and limits.integration_count.min) or 0,
        dosings=_dosings_lacking(course, limits, report),
        born_day=_old_enough(course, limits),
        arrivals=first_supply,
        review_by=_next_review(course, limits),
        refill_from=refill_from,
        refill_by=refill_by,
        clearing=frozenset(review.id for review in timeline.clearing_reviews),
        issue_by=_issue_by(report, timeline),
    )


def _since(course: Course) -> int:
    return EARLIEST if course.as_of is None else course.as_of


def _known(report: Report) -> frozenset[tuple[str, str]]:
    """What booked sessions break already: the rule, and the session in question."""
    known: set[tuple[str, str]] = set()
    for finding in report.findings:
        if finding.verdict != "violated":
            continue
        names = finding.sessions
        if finding.rule == _FIRST_NAMED:
            names = names[:1]
        elif finding.rule in _LAST_NAMED:
            names = names[-1:]
        known.update((finding.rule, name) for name in names)
    return frozenset(known)


def _clearance(course: Course) -> dict[str, Any]:
    """From when dosings may be held, and medicine is there."""
    clearing = course.timeline.clearing_evaluations
    cleared = course.standings.clear_from
    return {
        "has_evaluation": bool(course.evaluations),
        "cleared": NEVER if cleared is None else cleared,
        "evaluated": min((e.ends for e in clearing), default=NEVER),
        "supplied": clearing[0].ends if clearing else NEVER,
    }


def _dosings_lacking(course: Course, limits: Limits, report: Report) -> int:
    bounds, found = limits.dosing_count, len(course.dosings)
    lacking = max(0, ((bounds and bounds.min) or 0) - found)
    if found or not limits.integration_after_dosing:
        return lacking
    # What waits for a first dosing asks for it too.
    least = (limits.integration_count and limits.integration_count.min) or 0
    waits = any(f.rule == "INTEG-ORDER" and f.verdict == "pending" for f in report.findings)
    return max(lacking, 1) if waits or least > len(course.integrations) else lacking


def _old_enough(course: Course, limits: Limits) -> int:
    """The day from which a first evaluation may be; it has been where there is one."""
    return 0 if course.evaluations else day_of_age(course.plan.born, limits.minimum_age)


def _refills(course: Course, report: Report) -> tuple[tuple[tuple[int, int], ...] | None, int, int]:
    """The arrivals of tracked supplies, and the days within which a review is asked for."""
    if course.plan.supplies is None:
        return None, 0, NEVER
    arrivals, covered = [], 0
    received = [(s.received, s.dosings) for s in course.plan.supplies if s.received is not None]
    for day, dosings in sorted(received):
        covered += dosings
        arrivals.append((day.toordinal(), covered))
    windows = [
        (finding.breach.opens, finding.breach.closes)
        for finding in report.findings
        if finding.rule == "REFILL-REVIEW" and finding.verdict == "pending"
    ]
    opens = [edge.day for edge, _ in windows if isinstance(edge, DayEdge)]
    closes = [edge.day for _, edge in windows if isinstance(edge, DayEdge)]
    return tuple(arrivals), max(opens, default=0), min(closes, default=NEVER)


def _issue_by(report: Report, timeline: Timeline) -> int:
    """When an evaluation has to be over for the first medicine that waits for it."""
    closes = [
        timeline.zone.resolve(finding.breach.closes)
        for finding in report.findings
        if finding.rule == "SUPPLY-ISSUED"
        and finding.verdict == "pending"
        and finding.breach.closes is not None
    ]
    return min(closes, default=NEVER)


def _next_review(course: Course, limits: Limits) -> int:
    """The day by which the next medical contact is to be booked.

    A review that is overdue is still to come, on any day.
    """
    to_come, today = review_to_come(course, limits), course.as_of_day
    if to_come is None:
        return NEVER
    return _OPEN_END if today is not None and to_come.due < today else to_come.due

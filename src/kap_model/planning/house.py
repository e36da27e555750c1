"""House rules, which no verb of planning follows yet: each refuses, and none passes over them."""

from __future__ import annotations

import datetime as dt

from kap_model.checking import deciding_date
from kap_model.course import Course
from kap_model.errors import PlanningError, Problem
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.protocol import CareProtocol


def house_rules_from(care: CareProtocol, day: dt.date | None) -> tuple[str, ...]:
    """The ids of house rules that are in force on a date or on a later one; ``None`` = on any."""
    first = dt.date.min if day is None else day
    days = (first, *(change for change in care.changes if change > first))
    return tuple(dict.fromkeys(rule.id for each in days for rule in care.rules_on(each)))


def refuse_house_rules(care: CareProtocol, verb: str, course: Course | None = None) -> None:
    """Refuse to plan where house rules are in force: for a course, or without one on any date.

    Of a course that has not begun, those count too that come into force later.

    Raises:
        PlanningError: They are; it names them.
    """
    if not care.rules:
        return
    if course is None or not course.counting:
        named = house_rules_from(care, None if course is None else deciding_date(course))
    else:
        named = tuple([rule.id for rule in care.rules_on(deciding_date(course))])
    if named:
        raise PlanningError([Problem("protocol", in_force_reason(named, verb))])


def limits_for(care: CareProtocol, start: dt.date) -> Limits:
    """The limits of a course that begins on a date, where no house rule is in force.

    Raises:
        PlanningError: House rules are in force on it.
    """
    named = tuple([rule.id for rule in care.rules_on(start)])
    if named:
        raise PlanningError([Problem("protocol", in_force_reason(named, "draft"))])
    return care.limits_on(start)


def refuse_for_plan(care: CareProtocol, verb: str, plan: Plan, as_of: int | None) -> None:
    """As :func:`refuse_house_rules`, for a plan that was made or changed."""
    if care.rules:
        refuse_house_rules(care, verb, Course.of(plan, as_of))


def in_force_reason(named: tuple[str, ...], verb: str) -> str:
    """Why a verb refuses a protocol with these house rules."""
    rules = "the house rule" if len(named) == 1 else "the house rules"
    return f"has {rules} {', '.join(named)}, which {verb} cannot follow yet; check does"

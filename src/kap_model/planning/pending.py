"""What is still to come in a course: what ends a pending finding, and the next medical review."""

from __future__ import annotations

from typing import Final, NamedTuple

from kap_model._time import add_months
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.report import Finding
from kap_model.sessions import Kind

_KIND_OF_RULE: Final[dict[str, Kind]] = {
    "SCREEN-FIRST": "consultation",
    "MED-CLEAR": "medical-evaluation",
    "PREP-COUNT": "preparation",
    "PREP-AFTER-SUPPLY": "medical-evaluation",
    "SUPPLY-BALANCE": "medical-review",
    "REFILL-REVIEW": "medical-review",
    "SUPPLY-ISSUED": "medical-evaluation",
    "DOSE-COUNT": "dosing",
    "INTEG-EACH": "integration",
    "INTEG-ORDER": "dosing",
    "INTEG-COUNT": "integration",
    "REVIEW-AFTER": "medical-review",
    "REVIEW-QUARTER": "medical-review",
}
_BY_TRACKED_SUPPLY: Final = frozenset({"SUPPLY-BALANCE", "PREP-AFTER-SUPPLY"})
"""Where supplies are tracked, medicine that arrives is a fact to record."""


def kind_that_ends(finding: Finding, plan: Plan) -> Kind | None:
    """The kind of session that ends a pending finding; ``None`` = only people's records do."""
    if finding.rule in _BY_TRACKED_SUPPLY and plan.supplies is not None:
        return None
    return _KIND_OF_RULE.get(finding.rule)


class ReviewToCome(NamedTuple):
    """A medical contact that is to be booked: by a day, and after the day of the last one."""

    after: int
    due: int


def review_to_come(course: Course, limits: Limits) -> ReviewToCome | None:
    """The next medical review while treatment goes on, or the one whose date was missed.

    ``None`` where a contact is booked in time, treatment is over, or no such review is asked for.
    """
    every, contact = limits.review_every, _latest_contact(course)
    if every is None or every.policy != "rolling" or contact is None:
        return None
    if not _goes_on(course, limits):
        return None
    due = add_months(contact, every.months)
    for session in (*course.evaluations, *course.reviews):
        if course.starts_after_as_of(session) and course.day(session) <= due:
            return None
    return ReviewToCome(contact, due)


def _latest_contact(course: Course) -> int | None:
    """The date of the last medical contact so far, else of the first dosing that has begun."""
    contacts = (*course.evaluations, *course.reviews)
    begun = [course.day(c) for c in contacts if not course.starts_after_as_of(c)]
    if begun:
        return max(begun)
    first = course.first_dosing
    return None if first is None or course.starts_after_as_of(first) else course.day(first)


def _goes_on(course: Course, limits: Limits) -> bool:
    if limits.dosing_count is not None and limits.dosing_count.below(len(course.dosings)):
        return True
    return any(course.starts_after_as_of(dosing) for dosing in course.dosings)

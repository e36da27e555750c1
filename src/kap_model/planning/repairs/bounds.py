"""How many changes a plan needs at least: what lets a search go straight to many additions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kap_model.course import Course
from kap_model.planning.repairs.scene import Remedy
from kap_model.planning.repairs.terms import Terms
from kap_model.timeline import is_clearing


def changes_needed(terms: Terms, course: Course, remedies: Sequence[Sequence[Remedy]]) -> int:
    """A number of changes without which a plan's errors are not mended.

    Args:
        terms: What holds throughout.
        course: The plan.
        remedies: What can mend each of its errors.
    """
    return max(_unlike(terms, remedies), _missing(terms, course, remedies))


def _unlike(terms: Terms, remedies: Sequence[Sequence[Remedy]]) -> int:
    """How many errors there are of which no change mends two."""
    chosen: list[Sequence[Remedy]] = []
    for ways in sorted(remedies, key=len):
        if not any(_meet(terms, way, other) for way in ways for had in chosen for other in had):
            chosen.append(ways)
    return len(chosen)


def _meet(terms: Terms, way: Remedy, other: Remedy) -> bool:
    """Whether one change could be both."""
    if way.action != other.action or way.kind != other.kind:
        return False
    if way.session is not None and other.session is not None:
        if way.session.id != other.session.id:
            return False
        length = way.session.ends - way.session.begins
    else:
        length = terms.minutes_of(way.kind) * 60
    if way.action == "drop":
        return True
    opens = max(way.window.opens, other.window.opens)
    return opens <= min(way.window.last_start(length), other.window.last_start(length))


def _missing(terms: Terms, course: Course, remedies: Sequence[Sequence[Remedy]]) -> int:
    """The sessions that are missing by their number, and what no added one of them mends.

    Only where nothing more can come: in an open plan what is missing is not violated.
    """
    if course.is_open:
        return 0
    booked = len(course.dosings)
    count = terms.limits.dosing_count if terms.is_error("DOSE-COUNT") else None
    least = (count.min or 0) if count and course.asks_for_more else 0
    needed = []
    for dropped in range(booked + 1):
        number = max(least, booked - dropped)
        changes = dropped + number - (booked - dropped)
        beside = _beside(terms, course, number)
        if not dropped:
            needed.append(changes + beside.total() + _unmet(terms, remedies, beside))
        else:
            needed.append(changes + beside.total())
    return min(needed)


def _unmet(terms: Terms, remedies: Sequence[Sequence[Remedy]], beside: Counter[str]) -> int:
    """How many errors ask for changes other than the sessions missing, where no dosing goes."""
    others = []
    for ways in remedies:
        left = [way for way in ways if (way.action, way.kind) != ("drop", "dosing")]
        counted = ("dosing", *(kind for kind, number in beside.items() if number))
        if left and not any(way.action == "add" and way.kind in counted for way in left):
            others.append(left)
    return _unlike(terms, others)


def _beside(terms: Terms, course: Course, dosings: int) -> Counter[str]:
    """The sessions of other kinds that a course with so many dosings misses."""
    limits = terms.limits
    wanted: Counter[str] = Counter()
    if terms.is_error("INTEG-EACH"):
        wanted["integration"] = dosings * (limits.integration_per_dosing or 0)
    count = limits.preparation_count
    if count and (dosings or course.asks_for_more) and terms.is_error("PREP-COUNT"):
        wanted["preparation"] = count.min or 0
    evaluated = limits.evaluation_first is not None and terms.is_error("MED-CLEAR")
    wanted["medical-evaluation"] = int(evaluated and dosings > 0)
    wanted["medical-review"] = max(
        _reviewed_once(terms, dosings), _reviews_for_supply(terms, dosings) if evaluated else 0
    )
    wanted.subtract(Counter(session.kind for session in course.counting))
    return +wanted


def _reviewed_once(terms: Terms, dosings: int) -> int:
    """Whether so many dosings ask for a review after the first ones."""
    after = terms.limits.review_after
    if after is None or not terms.is_error("REVIEW-AFTER") or not terms.course.asks_for_more:
        return 0
    return int(dosings >= after.dosings + (after.gate == "before-next"))


def _reviews_for_supply(terms: Terms, dosings: int) -> int:
    """The reviews that bring the medicine for so many dosings."""
    limits, course = terms.limits, terms.course
    initial, refill = limits.initial_supply, limits.refill_supply
    if initial is None or dosings <= initial or not terms.is_error("SUPPLY-BALANCE"):
        return 0
    # Without an evaluation that clears, the rule on supply does not speak.
    if course.plan.supplies is not None or not all(map(is_clearing, course.evaluations)):
        return 0
    return 1 if refill is None else -(-(dosings - initial) // refill)

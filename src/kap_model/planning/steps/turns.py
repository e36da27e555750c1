"""When a rule's answer about one more session can change, as the session is moved later.

The session stands free of all others, so it is wholly before or wholly after each of them: its
place among them changes where one ends, and its date changes at a day's start. Between the turns
of a rule, what the rule says of the session stays the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from kap_model._time import (
    DAY_SECONDS,
    HOUR_SECONDS,
    LAST_DATE,
    Zone,
    day_of_age,
    last_day_of_quarter,
)
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.protocol import CareProtocol

_ENDS: Final[dict[str, tuple[str, ...]]] = {
    "SCREEN-FIRST": ("consultations", "evaluations"),
    "MED-CLEAR": ("evaluations", "reviews"),
    "PREP-COUNT": ("preparations", "dosings"),
    "PREP-ORDER": ("preparations", "dosings"),
    "PREP-AFTER-SUPPLY": ("evaluations",),
    "SUPPLY-BALANCE": ("evaluations", "dosings", "reviews"),
    "DOSE-GAP": ("dosings",),
    "DOSE-FREQUENCY": ("dosings",),
    "INTEG-EACH": ("dosings", "integrations"),
    "INTEG-ORDER": ("dosings", "integrations"),
    "INTEG-WINDOW": ("dosings", "integrations"),
    "REVIEW-AFTER": ("dosings", "reviews"),
    "REVIEW-QUARTER": ("dosings",),
    "AGE-MIN": ("evaluations", "dosings"),
}
"""The sessions whose ends may change a rule's answer; no session changes that of another rule."""


class Turns:
    """The turns of every rule, for one more session in a course."""

    def __init__(self, course: Course, care: CareProtocol) -> None:
        self.course, self.care = course, care
        self.first = course.timeline.starts[0] if course.counting else None

    def after(self, instant: int, rule: str, minutes: int, limits: Limits) -> int | None:
        """The first turn of a rule after an instant; ``None`` where its answer stays as it is."""
        course, zone = self.course, self.course.timeline.zone
        turns = [s.ends for kind in _ENDS.get(rule, ()) for s in getattr(course, kind)]
        if rule == "INTEG-WINDOW":
            reach = (limits.integration_window_hours or 0) * HOUR_SECONDS + minutes * 60
            turns += [integration.begins - reach for integration in course.integrations]
        today = zone.day(instant)
        days = {today}  # which comes twice where clocks are set back over midnight
        if rule in _DAYS:
            days.update(_DAYS[rule](_Here(course, limits, today)))
        if self.first is None or instant < self.first:
            # As the earliest session it says which dated limits are in force.
            days.update(day.toordinal() for day in self.care.changes)
        for day in days:
            if today <= day <= LAST_DATE.toordinal():
                turns += starts_of(zone, day)
        return min((turn for turn in turns if turn > instant), default=None)


class _Here(NamedTuple):
    """A course under limits, on a day."""

    course: Course
    limits: Limits
    today: int


def _arrivals(here: _Here) -> Iterable[int]:
    supplies = here.course.plan.supplies or ()
    return [s.received.toordinal() for s in supplies if s.received is not None]


def _apart(here: _Here) -> Iterable[int]:
    gap = here.limits.dosing_gap_days
    moves = () if gap is None else (gap.min or 0, -(gap.max or 0))
    return [day + move for day in here.course.timeline.dosing_days for move in moves]


def _uncrowded(here: _Here) -> Iterable[int]:
    frequency = here.limits.dosing_frequency
    days = 0 if frequency is None else frequency.days
    return [day + days for day in here.course.timeline.dosing_days]


def _contacts(here: _Here) -> Iterable[int]:
    every = here.limits.review_every
    if every is not None and every.policy == "calendar":
        return [last_day_of_quarter(here.today) + 1]
    return here.course.timeline.contact_days


def _birthday(here: _Here) -> Iterable[int]:
    """The day from which the client has the minimum age, within the calendar."""
    return [day_of_age(here.course.plan.born, here.limits.minimum_age)]


_DAYS: Final[dict[str, Callable[[_Here], Iterable[int]]]] = {
    "PREP-AFTER-SUPPLY": _arrivals,
    "SUPPLY-BALANCE": _arrivals,
    "DOSE-GAP": _apart,
    "DOSE-FREQUENCY": _uncrowded,
    "REVIEW-QUARTER": _contacts,
    "AGE-MIN": _birthday,
}
"""The days with which a rule's answer may change."""


def starts_of(zone: Zone, day: int) -> list[int]:
    """The instants at which a local date becomes a day or, clocks set back, the day before."""
    start = zone.first_instant(day)
    if zone.day(start + HOUR_SECONDS - 1) >= day:
        return [start]
    # Clocks were set back across midnight, so the day before comes twice.
    hour = range(start, start + HOUR_SECONDS)
    falls = hour[bisect_left(hour, True, key=lambda at: zone.day(at) < day)]
    rest = range(falls, falls + DAY_SECONDS)
    return [start, falls, rest[bisect_left(rest, True, key=lambda at: zone.day(at) >= day)]]

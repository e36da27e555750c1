"""How far a practice sets its dosings apart, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from kap_model._time import spoken_day
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.protocol import CareProtocol
from kap_model.usual import USUAL_OF_NAME, Usual


def pace_of_dosings(course: Course, care: CareProtocol, limits: Limits) -> str:
    """What is usual and what is asked between dosings, or that no pace is set."""
    first = course.timeline.starts[0] if course.counting else course.as_of
    day = None if first is None else dt.date.fromordinal(course.timeline.zone.day(first))
    asked = [*_limits(limits), *_house_rules(care, day)]
    usual = _usual(care.usual_on(day), course)
    if usual is None and not asked:
        return "No pace is set: ask the medical provider how far apart dosings should be."
    parts = [] if usual is None else [usual]
    parts += asked or ["no least distance is set"]
    return f"Pace: {'; '.join(parts)}."


def _usual(usual: Usual, course: Course) -> str | None:
    if usual.every is None:
        return None
    distance = USUAL_OF_NAME["every"].in_words(usual.every)
    if not course.dosings:
        return f"usually {distance} apart"
    last = max(course.timeline.dosing_days)
    return f"usually {distance} after the last one ({spoken_day(last + usual.every)})"


def _limits(limits: Limits) -> Iterator[str]:
    if limits.dosing_gap_days is not None:
        yield f"{limits.dosing_gap_days.of('day')} apart"
    if limits.dosing_frequency is not None:
        yield str(limits.dosing_frequency)


def _house_rules(care: CareProtocol, day: dt.date | None) -> Iterator[str]:
    for rule in care.rules_on(day):
        if not isinstance(rule.form, str) and rule.form.paces_dosings:
            yield f"{rule.sentence.rstrip('.')} ({rule.id})"

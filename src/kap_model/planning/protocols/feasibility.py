"""Whether some course keeps limits: by what is plain first, by search where nothing is."""

from __future__ import annotations

import datetime as dt
from typing import Final

import attrs

from kap_model.course import Course
from kap_model.errors import InvalidValue
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.counts import Counts, fewest
from kap_model.planning.drafts.drafting import lawful_course
from kap_model.planning.layout import lay_out
from kap_model.planning.outline import USUAL_MINUTES, Outline, lawful_cadence, lawful_minutes
from kap_model.planning.traits import RECORDED, WITH_FORMAT, usual_fields
from kap_model.rules.catalogue import RULES

FIRST_START: Final = dt.date(1980, 1, 1)
LAST_START: Final = dt.date(2199, 12, 31)
"""The dates on which a session may start, in UTC."""

TOGETHER: Final = "no course keeps them together"
TOO_MANY: Final = "this takes more sessions than the 10,000 that a plan holds"
TOO_LONG: Final = "this takes more days than there are until the end of 2199"


def some_course(limits: Limits, start: dt.date) -> Plan | None:
    """An active course that begins on or after a date in UTC and keeps every limit.

    It has no finding but unknown ones; ``None`` = there is no such course.
    """
    if obstacle(limits, start) is not None:
        return None
    return _usual_course(limits, start) or lawful_course(_shortest(limits), start)


def obstacle(limits: Limits, start: dt.date) -> str | None:
    """Why no course keeps limits, where numbers alone say so; ``None`` = they do not."""
    try:
        counts = fewest(limits)
    except InvalidValue:
        return TOGETHER
    if sum(counts) > MOST_SESSIONS:
        return TOO_MANY
    talks = counts.preparations + counts.integrations
    if talks and lawful_minutes(limits, "integration") is None:
        return TOGETHER
    return TOO_LONG if _days(limits, counts) > (LAST_START - start).days else None


def _days(limits: Limits, counts: Counts) -> int:
    """The days from the first dosing to the last, at least."""
    gaps = max(counts.dosings - 1, 0)
    gap, frequency = limits.dosing_gap_days or Bounds(0), limits.dosing_frequency
    days = gaps * (gap.min or 0)
    if frequency is None:
        return days
    return max(days, gaps // frequency.at_most * frequency.days)


def _usual_course(limits: Limits, start: dt.date) -> Plan | None:
    """A course laid out evenly, if that is lawful."""
    try:
        plan = lay_out(limits, _outline(limits, fewest(limits), start))
    except InvalidValue:
        return None
    course = Course.of(plan, None)
    breaches = [breach for rule in RULES for breach in rule.function(course, limits)]
    return None if any(breach.nature != "unknown" for breach in breaches) else plan


def _shortest(limits: Limits) -> Limits:
    """The same limits where every session is as short as may be, to leave the most room."""
    return attrs.evolve(
        limits,
        dosing_minutes=_from_a_minute(limits.dosing_minutes),
        therapy_minutes=_from_a_minute(limits.therapy_minutes),
    )


def _from_a_minute(bounds: Bounds | None) -> Bounds:
    if bounds is None:
        return Bounds(1)
    return bounds if bounds.min or bounds.max == 0 else Bounds(1, bounds.max)


def _outline(limits: Limits, counts: Counts, start: dt.date) -> Outline:
    lengths = {}
    for kind in WITH_FORMAT:
        length = lawful_minutes(limits, kind) or Bounds(1)
        minutes = max(USUAL_MINUTES[kind], length.min or 0)
        lengths[kind] = minutes if length.max is None else min(minutes, length.max)
    traits = usual_fields(limits, minutes=lengths, support_person=RECORDED)
    return Outline(
        id="witness",
        start=start,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(limits),
        traits=traits,
    )

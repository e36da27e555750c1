"""Whether some course keeps limits, and which rules no course can break."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import attrs

from kap_model.course import Course
from kap_model.errors import InvalidValue
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.drafting import lawful_course
from kap_model.planning.layout import lay_out
from kap_model.planning.new_sessions import (
    ANY_NUMBER,
    Counts,
    CourseSize,
    fewest,
    frequency_of,
    lawful_cadence,
    lawful_minutes,
    usual_fields,
)
from kap_model.rules.catalogue import RULES
from kap_model.sessions import (
    FORMATS,
    LONGEST_MINUTES,
    PLACES,
    RECORDED,
    THERAPIST_KINDS,
    USUAL_MINUTES,
)

# The local dates on which sessions of the years 1980 to 2199 in UTC may start, in any zone.
_MOST_DAYS_APART: Final = (dt.date(2200, 1, 1) - dt.date(1979, 12, 31)).days
_COUNTED: Final = (
    ("PREP-COUNT", "preparation_count"),
    ("DOSE-COUNT", "dosing_count"),
    ("INTEG-COUNT", "integration_count"),
)
_MEASURED: Final = (("DOSE-DURATION", "dosing_minutes"), ("THERAPY-LENGTH", "therapy_minutes"))

FIRST_START: Final = dt.date(1980, 1, 1)
LAST_START: Final = dt.date(2199, 12, 31)
"""The dates on which a session may start, in UTC."""

TOGETHER: Final = "no course keeps them together"
TOO_MANY: Final = "this takes more sessions than the 10,000 that a plan holds"
TOO_LONG: Final = "this takes more days than there are until the end of 2199"


# A no has to be certain, and so has a yes. Numbers alone can say no: counts that exclude each
# other, more sessions than a plan holds, more days than there are. A usual course that is laid
# out is a yes where the rules themselves find nothing. Only between the two the exact search is
# asked, with every session as short as may be: shorter ones fit wherever longer ones do, and no
# limit asks for more than its least length. See docs/explanation/design.md, "How the search for
# completions works".
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
    gap, frequency = limits.dosing_gap_days or ANY_NUMBER, frequency_of(limits)
    days = gaps * (gap.min or 0)
    if frequency is None:
        return days
    return max(days, gaps // frequency.at_most * frequency.days)


def _usual_course(limits: Limits, start: dt.date) -> Plan | None:
    """A course laid out evenly, if that is lawful."""
    try:
        plan = lay_out(limits, _usual_size(limits, fewest(limits), start))
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


def _usual_size(limits: Limits, counts: Counts, start: dt.date) -> CourseSize:
    lengths = {}
    for kind in THERAPIST_KINDS:
        length = lawful_minutes(limits, kind) or Bounds(1)
        minutes = max(USUAL_MINUTES[kind], length.min or 0)
        lengths[kind] = minutes if length.max is None else min(minutes, length.max)
    fields = usual_fields(limits, minutes=lengths, support_person=RECORDED)
    return CourseSize(
        id="witness",
        start=start,
        preparations=counts.preparations,
        dosings=counts.dosings,
        integrations=counts.integrations,
        every=lawful_cadence(limits),
        fields=fields,
    )


# A rule is named below only where that is certain for every plan, record and moment of judgement:
# a bound that the types of the values hold already, such as the sessions of a plan or the minutes
# of a day, or the pigeonhole where one rule covers another. What is merely unlikely is not said,
# and what only all limits together exclude is found by the search above.
def cannot_fire(limits: Limits) -> dict[str, str]:
    """The rules that read a set limit and that no plan whatsoever can break, each with why."""
    return dict(
        (
            *_counts_without_end(limits),
            *_lengths_without_end(limits),
            *_everything_offered(limits),
            *_out_of_reach(limits),
        )
    )


def _counts_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _COUNTED:
        if _spans(getattr(limits, name), 0, MOST_SESSIONS):
            yield rule, "a plan holds at most 10,000 sessions, and any number of them is allowed"


def _lengths_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _MEASURED:
        if _spans(getattr(limits, name), 1, LONGEST_MINUTES):
            yield rule, "every length that a session can have is allowed"
    if limits.effect_minutes is not None or limits.processing_minutes is not None:
        needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
        if needed <= 1:
            yield "EFFECT-FIT", "no session is shorter than a minute"


def _everything_offered(limits: Limits) -> Iterator[tuple[str, str]]:
    given = [(limits.dosing_places, PLACES), (limits.formats, FORMATS)]
    stated = [(found, choices) for found, choices in given if found is not None]
    if stated and all(set(found) == set(choices) for found, choices in stated):
        yield "MODALITY", "every place and format is allowed"


def _out_of_reach(limits: Limits) -> Iterator[tuple[str, str]]:
    gap, frequency, after = limits.dosing_gap_days, limits.dosing_frequency, limits.review_after
    # With a minimum of 0 it can fire: local dates step back where clocks are set over midnight.
    if gap is not None and gap.min is None and _spans(gap, 0, _MOST_DAYS_APART):
        yield "DOSE-GAP", "no two sessions of the years 1980 to 2199 are farther apart"
    if frequency is not None and frequency.at_most >= MOST_SESSIONS:
        yield "DOSE-FREQUENCY", "a plan holds at most 10,000 sessions"
    if after is not None and after.dosings + (after.gate == "before-next") > MOST_SESSIONS:
        yield "REVIEW-AFTER", "a plan holds at most 10,000 sessions"


def _spans(bounds: Bounds | None, lowest: int, highest: int) -> bool:
    """Whether bounds that are set hold every number from one to another."""
    return bounds is not None and bounds.holds(lowest) and bounds.holds(highest)


def covered(limits: Limits) -> dict[str, str]:
    """The rules that fire only where another one fires too, each with that one."""
    found = {}
    never = cannot_fire(limits)
    needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    lengths, gap, frequency = limits.dosing_minutes, limits.dosing_gap_days, limits.dosing_frequency
    if needed and lengths is not None and (lengths.min or 0) >= needed:
        found["EFFECT-FIT"] = "DOSE-DURATION"
    if frequency is not None and gap is not None:
        # One dosing too many lies at least so many gaps after the first of its window.
        days_needed = frequency.at_most * (gap.min or 0)
        if days_needed >= frequency.days:
            found["DOSE-FREQUENCY"] = "DOSE-GAP"
    return {rule: by for rule, by in found.items() if rule not in never}

"""Courses to begin with: laid out, or found by the search for drafts and moved to any start."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final

import attrs

from kap_model._time import FIRST_DATE, Instant, zone
from kap_model.errors import InvalidValue, PlanningError
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning._feasibility import some_course
from kap_model.planning.choices import folded, forms_of, with_facts
from kap_model.planning.draft_options import DraftOptions
from kap_model.planning.drafting import blank_course, drafted
from kap_model.planning.layout import lay_out
from kap_model.planning.new_sessions import (
    Counts,
    CourseSize,
    SessionFields,
    fewest,
    lawful_cadence,
    lawful_counts,
    lawful_minutes,
    usual_fields,
)
from kap_model.planning.search.problem import NewSession, Work
from kap_model.protocol import CareProtocol
from kap_model.sessions import RECORDED

FIRST: Final = dt.date(2027, 1, 4)
"""Where plain courses begin."""
EARLIEST: Final = dt.date(1980, 1, 2)
LATEST: Final = dt.date(2199, 3, 1)
SUPPORT: Final = ("spouse", "friend", "neighbour")
_ADULT: Final = 18
_WORK: Final = 60_000
"""What one course may take, so that drawing stays quick."""
_LONGER: Final = 20  # minutes


def shaped(limits: Limits, house: tuple[HouseRule, ...]) -> Limits:
    """Limits with what house rules say of plain kinds."""
    return folded(limits, [form for _, form in forms_of(house)])


def recorded_fields(
    fields: SessionFields, limits: Limits, house: tuple[HouseRule, ...]
) -> SessionFields:
    """Fields of new sessions, with whatever house rules ask to be known of them."""
    forms = [form for _, form in forms_of(house)]
    return {
        kind: with_facts(NewSession(kind, its), limits, forms).fields
        for kind, its in fields.items()
    }


def _longer(limits: Limits) -> dict[str, Any]:
    lawful = lawful_minutes(limits, "dosing")
    return {"minutes": {"dosing": ((lawful and lawful.min) or 0) + _LONGER}}


VARIETIES: Final[tuple[tuple[Counts, Callable[[Limits], dict[str, Any]]], ...]] = (
    (Counts(0, 0, 0), lambda _: {}),
    (Counts(0, 1, 1), lambda _: {}),
    (Counts(1, 1, 2), lambda _: {}),
    (Counts(1, 0, 0), lambda _: {}),
    (Counts(0, 0, 2), lambda _: {}),
    (Counts(0, 2, 2), lambda _: {}),
    (Counts(1, 2, 3), lambda _: {}),
    (Counts(0, 1, 1), lambda _: {"place": "remote"}),
    (Counts(0, 1, 1), lambda limits: {"every": lawful_cadence(limits) + 7}),
    (Counts(0, 1, 1), _longer),
    (Counts(0, 1, 1), lambda _: {"time": (16, 30)}),
)
"""The sessions of a course beyond the fewest, and what else is asked of it by its limits."""


@lru_cache(maxsize=512)
def searched(
    limits: Limits, house: tuple[HouseRule, ...], start: dt.date, variety: int
) -> Plan | None:
    """A course from a date on that keeps limits and house rules, of some variety.

    ``None`` = there is none, or it would take too long to find.
    """
    bounds = shaped(limits, house)
    counts = lawful_counts(bounds)
    if counts is None:
        return None
    more, further = VARIETIES[variety]
    numbers = {
        name: getattr(counts, name) + number for name, number in more._asdict().items() if number
    }
    asked = numbers | further(bounds)
    blank = attrs.evolve(blank_course(limits, house, start), work=Work(_WORK))
    try:
        return drafted(blank, DraftOptions(start=start, support_person=RECORDED, **asked))
    except PlanningError:
        return None


def moved(plan: Plan, start: dt.date, zone_name: str) -> Plan | None:
    """A course with the same hours on other dates, in another zone; ``None`` = it cannot be."""
    if not plan.sessions:
        return plan
    there, here = zone(zone_name), plan.zone
    days = start.toordinal() - here.day(plan.sessions[0].begins)
    sessions = []
    try:
        for session in plan.sessions:
            at = plan.local_start(session)
            day = here.day(session.begins) + days
            begins = there.at(day, at.hour, at.minute)
            begins = there.first_instant(day) if begins is None else begins
            sessions.append(attrs.evolve(session, start=Instant(begins)))
        return attrs.evolve(plan, timezone=zone_name, sessions=sessions)
    except InvalidValue:
        return None


def plain_courses(
    limits: Limits, house: tuple[HouseRule, ...], start: dt.date, zone_name: str
) -> Iterator[Plan]:
    """A plain course as it is laid out, and the one that the search finds, as far as there are."""
    bounds = shaped(limits, house)
    plain = laid_out(bounds, _plainest(bounds, house, start, zone_name))
    if plain is not None:
        yield plain
    if house:
        found = searched(limits, house, start, 0)
    else:
        found = None if plain is not None else some_course(limits, start)
    if found is not None:
        yield found


def _plainest(
    limits: Limits, house: tuple[HouseRule, ...], start: dt.date, zone_name: str
) -> CourseSize | None:
    try:
        counts = fewest(limits)
    except InvalidValue:
        return None
    plain = outline_of(limits, start, counts, timezone=zone_name)
    return attrs.evolve(plain, fields=recorded_fields(plain.fields, limits, house))


def outline_of(limits: Limits, start: dt.date, counts: Counts, **given: Any) -> CourseSize:
    """An outline with the usual pace and lengths where nothing else is given."""
    usual: dict[str, Any] = {
        "every": lawful_cadence(limits),
        "fields": usual_fields(limits, support_person=SUPPORT[0]),
    }
    return CourseSize(id="plan", start=start, **counts._asdict(), **{**usual, **given})


def laid_out(limits: Limits, outline: CourseSize | None) -> Plan | None:
    if outline is None:
        return None
    try:
        return lay_out(limits, outline)
    except InvalidValue:
        return None


def grown_up(plan: Plan, limits: Limits) -> Plan:
    """A plan whose client is old enough, where the protocol asks for an age."""
    if limits.minimum_age is None or not plan.sessions:
        return plan
    year = plan.local_start(plan.sessions[0]).year - limits.minimum_age
    born = max(FIRST_DATE, dt.date(max(year - _ADULT, 1), 1, 1))
    return attrs.evolve(plan, born=born)


def first_of_stage(care: CareProtocol, start: dt.date) -> dt.date:
    """A date on which the same limits and rules are in force, the same for all such dates."""
    since = max([day for day in care.changes if day <= start], default=EARLIEST)
    until = min([day for day in care.changes if day > start], default=LATEST)
    return max(since, min(FIRST, until - dt.timedelta(days=1)), EARLIEST)

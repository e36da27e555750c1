"""Strategies of lawful plans: laid out for a protocol, varied as far as they stay lawful."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.checking import ProtocolChoice, check
from kap_model.errors import InvalidValue
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan
from kap_model.planning.new_sessions import (
    Counts,
    CourseSize,
    SessionFields,
    even_pace,
    fewest,
    lawful_cadence,
    lawful_minutes,
    most,
    usual_fields,
)
from kap_model.protocol import CareProtocol
from kap_model.testing import _changes as changes
from kap_model.testing._change_strategies import varied
from kap_model.testing._grounds import (
    EARLIEST,
    LATEST,
    SUPPORT,
    Ground,
    grown_up,
    laid_out,
    limits_at,
    outline_of,
)
from kap_model.testing._plan_strategies import TELLING_DATES, zones

_MORE: Final = 3  # sessions of a kind beyond the fewest, where no limit says how many
_LONGEST_PACE: Final = 28
_LONGER: Final = 90  # minutes beyond the shortest dosing, likewise


def lawful_plans(protocol: ProtocolChoice = "core") -> SearchStrategy[Plan]:
    """Plans without any finding under a protocol, judged as a whole.

    By construction: a course is laid out for the limits in force on its start, then changed up to
    17 times, and each change that would bring a finding is left away. What varies: the counts
    within their limits; the pace (up to 28 days beyond the least) and single gaps; lengths, times
    of day, places, formats, support persons, levels, clinicians; supplies, tracked or not; how
    much of it is held and recorded; cancelled and missed sessions beside it; courses that are
    completed or were discontinued; client, birth and conditions; the zone; the start, from 1980
    to 2199, before changes of clocks and around the dates on which the protocol changes. Plans of
    a built-in practice name it.

    They shrink to a plain course of the fewest sessions from 2027-01-04 on. Where a drawn outline
    cannot be laid out evenly, which is seldom but for protocols whose limits leave little room, a
    plain course of the protocol is changed instead, so that counts and pace vary less.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.

    Raises:
        InvalidValue: It is none of these.
        PlanningError: No course keeps the protocol, or none whose facts can all be recorded;
            ``conflict`` names the limits that exclude each other.
    """
    return _lawful(Ground.of(protocol))


def _lawful(ground: Ground) -> SearchStrategy[Plan]:
    def is_lawful(plan: Plan) -> bool:
        return not check(plan, ground.care).findings

    # Without arguments: Hypothesis would print them with each failure.
    @st.composite
    def lawful(draw: st.DrawFn) -> Plan:
        plan = draw(courses(ground))
        return draw(varied(plan, limits_at(ground.care, plan), is_lawful))

    return lawful()


@st.composite
def courses(draw: st.DrawFn, ground: Ground) -> Plan:
    """Lawful courses, the counts, pace, zone and start of which are drawn; nothing else is."""
    care = ground.care
    start = draw(_starts(care))
    limits = care.limits_on(start)
    protocol, fees = draw(st.sampled_from(ground.named))
    outline = draw(_outlines(limits, start, ground.timezone))
    found = laid_out(limits, outline)
    named = changes.facts(protocol=protocol, fees=fees)
    if found is not None:
        plan = named(grown_up(found, limits))
        if not check(plan, care).findings:
            return plan
    return named(ground.spare)


@lru_cache(maxsize=128)
def _starts(care: CareProtocol) -> SearchStrategy[dt.date]:
    near = [
        day + dt.timedelta(days=days)
        for day in care.changes
        for days in (0, -1, 1, -30)
        if EARLIEST < day + dt.timedelta(days=days) < LATEST
    ]
    told = st.sampled_from([*TELLING_DATES, *near])
    return st.one_of(told, st.dates(EARLIEST, LATEST))


@st.composite
def _outlines(draw: st.DrawFn, limits: Limits, start: dt.date, zone_name: str) -> CourseSize | None:
    """What a course may be like; ``None`` where no course has lawful counts."""
    try:
        least, highest = fewest(limits), most(limits)
    except InvalidValue:
        return None
    dosings = draw(_numbers(least.dosings, highest.dosings, limits.dosing_count))
    owed = max(least.integrations, dosings * (limits.integration_per_dosing or 0))
    counts = Counts(
        draw(_numbers(least.preparations, highest.preparations, limits.preparation_count)),
        dosings,
        draw(_numbers(owed, highest.integrations, limits.integration_count)),
    )
    return outline_of(
        limits,
        start,
        counts,
        every=draw(_paces(limits)),
        fields=draw(_traits(limits)),
        timezone=draw(_zones_with(zone_name)),
        tracks_supply=draw(st.booleans()),
    )


@lru_cache(maxsize=16)
def _zones_with(name: str) -> SearchStrategy[str]:
    return st.just(name) | zones()


def _numbers(least: int, highest: int, bounds: Bounds | None) -> SearchStrategy[int]:
    """How many sessions of a kind: some more than the fewest, as far as limits let them."""
    free = bounds is None or bounds.max is None
    return st.integers(least, least + _MORE if free else max(least, min(highest, least + _MORE)))


@lru_cache(maxsize=256)
def _traits(limits: Limits) -> SearchStrategy[SessionFields]:
    """The fields of sessions: dosings as short as may be, or of any lawful length."""
    lawful = lawful_minutes(limits, "dosing") or Bounds(1)
    least = max(lawful.min or 1, 1)
    longest = least + _LONGER if lawful.max is None else max(lawful.max, least)
    given = st.none() | st.fixed_dictionaries({"dosing": st.integers(least, longest)})
    return given.map(
        lambda minutes: usual_fields(limits, minutes=minutes, support_person=SUPPORT[0])
    )


@lru_cache(maxsize=256)
def _paces(limits: Limits) -> SearchStrategy[int]:
    """Days between dosings: the usual ones, or any that the limits allow."""
    gap, frequency = limits.dosing_gap_days or Bounds(0), limits.dosing_frequency
    usual = lawful_cadence(limits)
    shortest = max(1, gap.min or 0, 0 if frequency is None else even_pace(frequency))
    longest = max(_LONGEST_PACE, shortest) if gap.max is None else max(gap.max, shortest)
    return st.just(usual) | st.integers(shortest, min(longest, shortest + _LONGEST_PACE))

"""Times for new sessions where no slots are given: once a day, or by the hour, on open days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import kap_model as kap
from kap_model._time import DAY_SECONDS, EPOCH_DAY, LATEST, zone
from kap_model.forms import Rate
from kap_model.planning.search.problem import SearchProblem, last_day_for
from kap_model.planning.search.times import (
    DAYTIME,
    USUAL_TIME,
    WHOLE_DAY,
    OpenDays,
    weekday_of,
)
from support import FIRST_DAY, plan

FIRST = FIRST_DAY.toordinal()
WEST = zone("America/Los_Angeles")
LAST = dt.date(2199, 12, 31).toordinal()


def days(first: int, last: int, is_open: Callable[[int], bool] | None = None) -> OpenDays:
    return OpenDays(zone=zone("UTC"), first=first, last=last, is_open=is_open)


def moment(day: int, hour: int = 0, minute: int = 0) -> int:
    return (FIRST + day - EPOCH_DAY) * DAY_SECONDS + hour * 3600 + minute * 60


def test_one_start_on_each_day_that_has_no_session() -> None:
    booked = plan("P1@06:00 D3@23:00/120").sessions
    found = days(FIRST, FIRST + 6).one_a_day(USUAL_TIME, booked, 0)
    assert [bay.day - FIRST for bay in found] == [0, 2, 5, 6]
    assert all((bay.opens - moment(bay.day - FIRST)) == 10 * 3600 for bay in found)
    assert all(bay.last == bay.opens for bay in found)
    # Until the next day opens, or the next session starts.
    assert [bay.closes for bay in found[:3]] == [moment(1, 6), moment(3, 10), moment(6, 10)]


def test_one_start_a_day_from_now_on() -> None:
    openings = days(FIRST, FIRST + 1)
    for now, expected in ((moment(0, 10), [0, 1]), (moment(0, 10) + 1, [1]), (moment(2), [])):
        assert [bay.day - FIRST for bay in openings.one_a_day(USUAL_TIME, (), now)] == expected


def test_closed_days_have_no_start() -> None:
    openings = days(FIRST, FIRST + 7, is_open=lambda day: weekday_of(day) == 0)
    (monday,) = openings.one_a_day(USUAL_TIME, (), 0)
    assert monday.day == FIRST + 3
    assert [bay.day for bay in openings.hours(DAYTIME, (), 0)] == [FIRST + 3]


def test_hours_of_the_day() -> None:
    openings = days(FIRST, FIRST)
    (bay,) = openings.hours(DAYTIME, (), 0)
    assert (bay.opens, bay.last, bay.closes) == (moment(0, 8), moment(0, 20) - 1, moment(0, 20))
    (bay,) = openings.hours(WHOLE_DAY, (), 0)
    assert (bay.opens, bay.last, bay.closes) == (moment(0), moment(1) - 1, moment(1))
    early, late = openings.hours(DAYTIME, plan("D0/120").sessions, 0)
    assert (early.closes, late.opens) == (moment(0, 10), moment(0, 12))


def test_a_time_that_clocks_skip_is_the_same_minute_of_the_next_hour() -> None:
    march = dt.date(2027, 3, 14).toordinal()
    openings = OpenDays(zone=WEST, first=march, last=march)
    (bay,) = openings.one_a_day((2, 30), (), 0)
    assert WEST.text(bay.opens) == "2027-03-14T03:30:00-07:00"
    (bay,) = openings.one_a_day((1, 59), (), 0)
    assert WEST.text(bay.opens) == "2027-03-14T01:59:00-08:00"


def test_a_day_that_a_zone_leaves_out_has_no_time() -> None:
    apia = zone("Pacific/Apia")
    left_out = dt.date(2011, 12, 30).toordinal()
    openings = OpenDays(zone=apia, first=left_out - 1, last=left_out + 1)
    assert [bay.day - left_out for bay in openings.hours(WHOLE_DAY, (), 0)] == [-1, 1]


def test_the_calendar_ends_with_the_last_start_of_all() -> None:
    found = days(LAST, LAST + 3).one_a_day(USUAL_TIME, (), 0)
    assert [bay.day for bay in found] == [LAST]
    (bay,) = days(LAST, LAST + 3).hours(WHOLE_DAY, (), 0)
    assert bay.last == LATEST
    assert days(LAST + 1, LAST + 3).hours(WHOLE_DAY, (), 0) == []


def test_weekdays() -> None:
    monday = dt.date(2027, 1, 11).toordinal()
    assert [weekday_of(monday + day) for day in range(8)] == [0, 1, 2, 3, 4, 5, 6, 0]


def test_the_last_day_leaves_room_for_all_that_has_to_come() -> None:
    def last(limits: kap.Limits | None = None, **wants: Any) -> int:
        demand = SearchProblem(
            limits=limits or kap.Limits(), since=0, since_day=0, choices=(), **wants
        )
        return last_day_for(demand, 100) - 100

    assert last() == 70
    assert last(preparations=2, integrations=3) == 70 + 5
    assert last(dosings=2, every=14) == 70 + 2 * (14 + 7) + 2 * 2
    assert last(dosings=2, every=14, delay=3) == last(dosings=2, every=14) + 2 * 3
    apart = kap.Limits(dosing_gap_days=kap.Bounds(min=30))
    often = (("DOSE-FREQUENCY", Rate("dosing", max=2, days=40)),)
    assert last(apart, dosings=2, every=14) == last(dosings=2, every=30)
    assert last(rules=often, dosings=2, every=14) == last(dosings=2, every=40)
    demand = SearchProblem(limits=kap.Limits(), since=0, since_day=0, choices=(), preparations=2)
    assert last_day_for(demand, 100, seldom=True) == 170 + 2 * 7
    assert last_day_for(demand, 100, closed=3) == 172 + 6

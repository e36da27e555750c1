"""Where marks and labels stand: laws of places and of the scale."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kap_model as kap
from kap_model._time import DAY_SECONDS, EARLIEST, LATEST, zone
from kap_model.display.html.axis import axis_of
from kap_model.display.html.geometry import (
    LEFT,
    MOST_ROWS,
    PITCH,
    RIGHT,
    Span,
    lanes_of,
    span_of,
)
from kap_model.testing import strategies as kap_st


def seconds(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp())


@settings(max_examples=15)
@given(plan=kap_st.plans())
def test_each_session_has_one_place_in_the_order_of_starts(plan: kap.Plan) -> None:
    if not plan.sessions:
        return
    span = span_of(plan.sessions, [])
    lanes = lanes_of(plan.sessions, span)
    placed = [s for lane in lanes for spot in lane.spots for s in spot.sessions]
    assert sorted(s.id for s in placed) == sorted(s.id for s in plan.sessions)
    assert [lane.kind for lane in lanes] == list(
        dict.fromkeys(s.kind for s in sorted(plan.sessions, key=lambda s: s.rank))
    )
    for lane in lanes:
        assert [s for spot in lane.spots for s in spot.sessions] == [
            s for s in plan.sessions if s.kind == lane.kind
        ]
        assert lane.count == sum(len(spot.sessions) for spot in lane.spots)
        assert [spot.x for spot in lane.spots] == sorted(spot.x for spot in lane.spots)
        assert 1 <= lane.rows <= MOST_ROWS
        for spot in lane.spots:
            assert LEFT + PITCH / 2 <= spot.x <= RIGHT - PITCH / 2
        for row in range(lane.rows):
            xs = [spot.x for spot in lane.spots if spot.row == row]
            assert all(after - before >= PITCH for before, after in pairwise(xs))


def test_a_span_holds_what_is_near_and_leaves_out_what_is_far() -> None:
    sessions = kap.parse("2027-01-04 D0 D70").sessions
    first, last = sessions[0].begins, sessions[-1].ends
    reach = 92 * DAY_SECONDS
    assert span_of(sessions, []) == Span(first, last)
    near = span_of(sessions, [first - reach, last + reach])
    assert near == Span(first - reach, last + reach)
    assert span_of(sessions, [first - reach - 1, last + reach + 1]) == Span(first, last)
    long = kap.parse("2027-01-04 D0 D200").sessions
    edge = long[-1].ends + (long[-1].ends - long[0].begins)
    assert span_of(long, [edge]).last == edge
    assert span_of(long, [edge + 1]).last == long[-1].ends


def test_a_span_is_never_too_short_to_read() -> None:
    sessions = kap.parse("2027-01-04 D0").sessions
    assert span_of(sessions, []).days == 6
    assert span_of((), [0]).days == 6
    exact = span_of((), [0, 6 * DAY_SECONDS])
    assert exact == Span(0, 6 * DAY_SECONDS)


def test_an_instant_outside_stands_at_the_edge() -> None:
    span = Span(0, 100)
    assert span.x(-1) == span.x(0) < span.x(50) < span.x(100) == span.x(101)
    assert span.x(50) == (LEFT + RIGHT) / 2
    assert [span.holds(instant) for instant in (-1, 0, 100, 101)] == [False, True, True, False]


def test_marks_that_would_meet_stand_below_each_other() -> None:
    (lane,) = lanes_of(kap.parse("2027-01-04 D0 D0@14:00 D1 D84").sessions, Span(0, 1))
    assert lane.rows == MOST_ROWS
    assert not lane.is_piled
    (lane,) = lanes_of(kap.parse("2027-01-04 D0 D0@14:00 D1 D84 D85").sessions, Span(0, 1))
    assert lane.rows == 1
    assert lane.is_piled
    assert lane.count == 5


# The scale.


@settings(max_examples=80)
@given(
    first=st.integers(EARLIEST, LATEST - 40 * DAY_SECONDS),
    days=st.integers(6, 80_000),
    name=st.sampled_from(kap_st.TELLING_ZONES),
)
def test_labels_of_the_scale_do_not_meet(first: int, days: int, name: str) -> None:
    span = Span(first, min(first + days * DAY_SECONDS, LATEST))
    axis = axis_of(span, zone(name))
    assert axis.large
    for ticks, room in ((axis.large, 7.5), (axis.small, 7)):
        xs = [tick.x for tick in ticks]
        assert xs == sorted(xs)
        assert all(LEFT <= x <= RIGHT for x in xs)
        named = [tick for tick in ticks if tick.label]
        for tick, following in pairwise(named):
            assert following.x - tick.x >= min(len(tick.label), 8) * room - 1
    assert bool(axis.unit) is (span.days <= 2_200)


@pytest.mark.parametrize(
    ("last", "unit", "large", "small"),
    [
        ("2027-01-20", "days", ["Jan 2027"], ["5", "6", "7"]),
        ("2027-04-20", "Mondays", ["Jan 2027", "Feb 2027"], ["11", "18", "25"]),
        ("2028-04-20", "months", ["2027", "2028"], ["Feb", "Mar", "Apr"]),
        ("2030-04-20", "quarters", ["2027", "2028"], ["Q2", "Q3", "Q4"]),
        ("2040-04-20", "", ["2027", "2028", "2029"], []),
        ("2050-04-20", "", ["2028", "2030", "2032"], []),
        ("2190-04-20", "", ["2030", "2040", "2050"], []),
    ],
)
def test_the_scale_fits_the_span(last: str, unit: str, large: list[str], small: list[str]) -> None:
    span = Span(seconds("2027-01-04T10:00:00+00:00"), seconds(f"{last}T10:00:00+00:00"))
    axis = axis_of(span, zone("UTC"))
    assert axis.unit == unit
    assert [tick.label for tick in axis.large][: len(large)] == large
    assert [tick.label for tick in axis.small][: len(small)] == small


def test_the_scale_has_the_dates_of_the_zone() -> None:
    span = Span(seconds("2027-01-04T12:00:00+00:00"), seconds("2027-01-20T12:00:00+00:00"))
    west, east = (axis_of(span, zone(name)) for name in ("Pacific/Honolulu", "Pacific/Auckland"))
    assert [axis.small[0].label for axis in (west, east)] == ["5", "6"]
    # The same date begins 23 hours later in the west.
    first = seconds("2027-01-05T11:00:00+00:00")
    assert east.small[0].x == span.x(first)
    assert west.small[1].x == span.x(first + 23 * 3600)

"""What is told without a search, and what a search answers of long courses and tight limits."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

import kap_model as kap
from kap_model._time import zone
from kap_model.forms import Space
from kap_model.planning.search.times import FreeTime, FreeTimes, OpenDays
from support import SOURCE, limits

START = "2027-01-11"


def core(**forms: Any) -> kap.CareProtocol:
    """``core`` with some limits beside or in the place of its own."""
    return kap.practices.CORE.protocol.extended("own", settings=limits(**forms).settings)


def conflict_of(protocol: kap.CareProtocol, **options: Any) -> tuple[str, ...]:
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft(protocol, START, **options)
    return caught.value.conflict


@pytest.mark.parametrize("days", [18, 20])
def test_a_pace_beyond_the_longest_gap_is_named(days: int) -> None:
    protocol = core(
        dosing_gap_days={"min": 18, "max": days},
        integration_count={"min": 16},
        integration_window_hours=48,
    )
    assert conflict_of(protocol, every="3w") == ("every", "dosing_count", "dosing_gap_days")


def test_a_pace_of_the_longest_gap_is_kept() -> None:
    protocol = core(
        dosing_gap_days={"min": 18, "max": 21},
        integration_count={"min": 16},
        integration_window_hours=48,
    )
    made = kap.draft(protocol, START, every="3w")
    days = [s.begins // 86_400 for s in made.sessions if s.kind == "dosing"]
    assert {later - day for day, later in pairwise(days)} == {21}


def test_a_pace_beyond_the_longest_gap_does_not_matter_for_one_dosing() -> None:
    protocol = core(dosing_gap_days={"max": 20}, dosing_count={"min": 1})
    sessions = kap.draft(protocol, START, every="3w").sessions
    assert [session.kind for session in sessions].count("dosing") == 1


@pytest.mark.parametrize(("at_most", "days"), [(1, 11), (2, 21)])
def test_a_frequency_that_no_gap_allows_is_named(at_most: int, days: int) -> None:
    forms = {"dosing_gap_days": {"max": 10}}
    slow = {"dosing_frequency": {"at_most": at_most, "days": days}}
    just = {"dosing_frequency": {"at_most": at_most, "days": days - 1}}
    names = {"dosing_count", "dosing_gap_days", "dosing_frequency"}
    assert set(conflict_of(core(**forms, **slow))) == names
    assert kap.draft(core(**forms, **just), START).sessions


def test_as_many_dosings_as_a_frequency_allows_need_no_distance() -> None:
    protocol = core(
        dosing_gap_days={"max": 10},
        dosing_frequency={"at_most": 2, "days": 40},
        dosing_count={"min": 2},
    )
    assert kap.draft(protocol, START).sessions


@pytest.mark.parametrize(("dosings", "integrations"), [(20, 20), (20, 36), (28, 28), (10, 45)])
@pytest.mark.parametrize("every", ["1w", "4w"])
def test_a_course_of_some_sixty_sessions_is_drafted(
    dosings: int, integrations: int, every: str
) -> None:
    protocol = core(dosing_count={"max": 60}, integration_count={"max": 60})
    made = kap.draft(protocol, START, dosings=dosings, integrations=integrations, every=every)
    kinds = [session.kind for session in made.sessions]
    assert kinds.count("dosing") == dosings
    assert kinds.count("integration") == integrations
    assert not kap.check(made, protocol).findings


@pytest.mark.parametrize(
    ("options", "conflict"),
    [
        ({"integrations": 20}, ("integrations", "integration_count")),
        ({"dosings": 12}, ("dosings", "dosing_count")),
    ],
)
def test_a_number_that_a_limit_excludes_is_named(
    options: dict[str, Any], conflict: tuple[str, ...]
) -> None:
    with pytest.raises(kap.PlanningError) as caught:
        kap.draft("regrounding", START, **options)
    assert caught.value.conflict == conflict


def test_free_times_are_one_a_day_where_each_is_a_start_on_a_date_of_its_own() -> None:
    days = OpenDays(zone=zone("UTC"), first=740_000, last=740_003)
    assert FreeTimes(days.one_a_day((10, 0), (), 0)).one_a_day
    assert not FreeTimes(days.hours(((10, 0), (11, 0)), (), 0)).one_a_day
    twice = [FreeTime(start, start, 100, 740_000) for start in (0, 50)]
    assert not FreeTimes(twice).one_a_day
    assert FreeTimes(()).one_a_day


def test_booked_sessions_that_overlap_are_met_in_canonical_order() -> None:
    # The long preparation begins before the dosing and is over after it.
    plan = kap.parse("2027-01-04 C0* E2+ P7@09:00/600 D7@12:00 I8 D40")
    made = kap.complete(plan, core(dosing_count={"min": 3}), as_of="2027-01-06T23:00:00Z")
    assert [session.kind for session in made.added].count("dosing") == 1
    kept = {finding.rule for finding in made.findings}
    assert "NO-OVERLAP" in kept


@pytest.mark.parametrize("days", [90_000, 30_000])
def test_distances_of_lifetimes_are_refused_at_once(days: int) -> None:
    """To look up the times of all those days alone would take minutes."""
    far = kap.HouseRule("HOUSE-FAR", Space("dosing", min=days, unit="days"), citation=SOURCE)
    protocol = kap.practices.CORE.protocol.extended("own", rules=[far])
    with pytest.raises(kap.PlanningError, match="has too many possible continuations"):
        kap.draft(protocol, START)
    begun = kap.parse("2027-01-11 C0* E2+ P7* D14*t I15*")
    with pytest.raises(kap.PlanningError, match="too many possible continuations"):
        kap.complete(begun, protocol, as_of="2027-01-27T00:00:00Z")


def test_distances_of_some_years_are_kept() -> None:
    protocol = core(dosing_gap_days={"min": 1_500}, dosing_count={"min": 2, "max": 2})
    drafted = kap.draft(protocol, START)
    first, second = drafted.timeline.dosings
    assert drafted.timeline.day(second) - drafted.timeline.day(first) == 1_500
    assert kap.check(drafted, protocol).ok

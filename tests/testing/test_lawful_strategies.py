"""Lawful plans: without a finding under any protocol that allows a course, varied, shrinking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, assume, find, given, settings, strategies as st

import kap_model as kap
from kap_model.planning.new_sessions import Counts
from kap_model.testing import _lawful, _searched, strategies as kst
from shipped import HOUSE

CITE = kap.Citation("a test", "here")
NAMES = ("core", "kingsley", "regrounding")
DRAWN = settings(max_examples=100, phases=[Phase.generate], database=None)


def protocol(**limits: Any) -> kap.CareProtocol:
    lines = [kap.Setting(limit=name, value=v, citation=CITE) for name, v in limits.items()]
    return kap.CareProtocol(id="own", settings=lines)


def drawn(strategy: st.SearchStrategy[kap.Plan], how: settings = DRAWN) -> list[kap.Plan]:
    plans: list[kap.Plan] = []

    @how
    @given(strategy)
    def draw(plan: kap.Plan) -> None:
        plans.append(plan)

    draw()
    return plans


def simplest(strategy: st.SearchStrategy[kap.Plan]) -> kap.Plan:
    phases = [Phase.generate, Phase.shrink]
    return find(strategy, lambda _: True, settings=settings(phases=phases, database=None))


HOUSE_PROTOCOL = kap.load_protocol(HOUSE)
EVERY = {
    "core": "core",
    "kingsley": kap.practices.KINGSLEY,
    "regrounding": kap.practices.REGROUNDING.protocol,
    "house": HOUSE_PROTOCOL,
    "no limits": kap.CareProtocol(id="free"),
    "remote groups": kap.practices.CORE.protocol.extended(
        "own",
        settings=[
            kap.Setting(limit="dosing_places", value=("remote",), citation=CITE),
            kap.Setting(limit="support_person_when_remote", value=True, citation=CITE),
            kap.Setting(limit="formats", value=("group",), citation=CITE),
        ],
    ),
    "one dosing a day": protocol(
        dosing_count=kap.Bounds(3, 4),
        dosing_gap_days=kap.Bounds(1, 1),
        integration_per_dosing=2,
        review_after=kap.ReviewAfter(1, "before-next"),
    ),
    "calendar": protocol(dosing_count=kap.Bounds(2), review_every=kap.ReviewEvery(3, "calendar")),
    "frequency": protocol(dosing_count=kap.Bounds(4, None), dosing_frequency=kap.Frequency(2, 9)),
    # Lengths that no dosing has, in courses without one.
    "no dosings": protocol(
        dosing_minutes=kap.Bounds(60, 90), effect_minutes=120, preparation_count=kap.Bounds(1, 2)
    ),
    # Later courses would need what is not lawful together.
    "until 2030": kap.CareProtocol(
        id="own",
        settings=[
            kap.Setting(limit="dosing_count", value=kap.Bounds(1, 2), citation=CITE),
            kap.Setting(limit="dosing_minutes", value=kap.Bounds(60, 90), citation=CITE),
            kap.Setting(limit="effect_minutes", value=45, citation=CITE),
            kap.Setting(limit="effect_minutes", value=91, since="2030-01-01", citation=CITE),
        ],
    ),
    # Too long for days of 24 hours from 10:00 on, so that only the search finds a course.
    "a long day": protocol(
        dosing_count=kap.Bounds(2, 2),
        dosing_gap_days=kap.Bounds(0, 0),
        dosing_minutes=kap.Bounds(600, 700),
    ),
}


@pytest.mark.parametrize("care", EVERY.values(), ids=EVERY.keys())
def test_no_rule_has_a_finding(care: Any) -> None:
    plans = drawn(kst.lawful_plans(care), settings(DRAWN, max_examples=20))
    assert len(plans) == 20
    for plan in plans:
        report = kap.check(plan, care)
        assert [str(finding) for finding in report.findings] == []
        assert report.confirmed
        assert kap.loads(kap.dumps(plan)) == plan
    assert len(set(plans)) > 8


@settings(max_examples=15, phases=[Phase.generate], database=None)
@given(kst.protocols(), st.data())
def test_any_protocol_that_allows_a_course(care: kap.CareProtocol, data: st.DataObject) -> None:
    try:
        strategy = kst.lawful_plans(care)
    except kap.PlanningError:
        assume(False)
    plan = data.draw(strategy)
    assert kap.check(plan, care).findings == ()


@cache
def plans_of_a_practice() -> list[kap.Plan]:
    # Four times as many as the counts below were chosen for: what is drawn differs by environment.
    return drawn(kst.lawful_plans("regrounding"), settings(DRAWN, max_examples=400))


class TestVariety:
    """Nothing of what the docstring names stands still."""

    @property
    def plans(self) -> list[kap.Plan]:
        return plans_of_a_practice()

    def distinct(self, of: Callable[[kap.Plan], Any]) -> int:
        return len({of(plan) for plan in self.plans})

    def having(self, has: Callable[[kap.Plan], bool]) -> int:
        return sum(map(has, self.plans))

    def test_courses(self) -> None:
        assert self.distinct(lambda p: p) > 60
        assert self.distinct(lambda p: len(p.timeline.preparations)) >= 2
        assert {len(p.timeline.dosings) for p in self.plans} >= {6, 7, 8}
        assert {len(p.timeline.integrations) for p in self.plans} >= {6, 7, 8}
        assert self.distinct(lambda p: sum(b - a for a, b in pairwise(p.timeline.dosing_days))) > 15

    def test_times(self) -> None:
        assert self.distinct(lambda p: p.timezone) > 4
        years = {p.local_start(p.sessions[0]).year for p in self.plans}
        assert len(years) > 8
        assert min(years) < 2010
        assert max(years) > 2100
        turns = self.having(lambda p: len({p.local_start(s).utcoffset() for s in p.sessions}) > 1)
        assert turns > 8

    def test_records(self) -> None:
        assert self.having(lambda p: any(s.status == "completed" for s in p.sessions)) > 20
        assert self.having(lambda p: len({s.status for s in p.sessions}) > 1) > 10
        statuses = {s.status for p in self.plans for s in p.sessions}
        assert statuses >= {"planned", "completed", "cancelled"}
        assert {p.state for p in self.plans} == {"active", "completed", "discontinued"}
        outcomes = {r.outcome for p in self.plans for r in p.timeline.reviews}
        assert outcomes == {None, "continue"}

    def test_facts(self) -> None:
        dosings = [d for p in self.plans for d in p.timeline.dosings]
        assert len({d.minutes for d in dosings}) > 5
        assert {d.place for d in dosings} == {"office", "remote"}
        assert {d.level for d in dosings} >= {None, "low", "moderate"}
        assert {d.support_person for d in dosings if d.place == "remote"} >= {"spouse"}
        assert self.having(lambda p: p.supplies is not None) > 30
        assert self.having(lambda p: p.supplies is None) > 30
        assert self.having(lambda p: p.client is not None) > 0
        assert self.having(lambda p: bool(p.conditions)) > 0
        assert self.having(lambda p: any(s.clinician for s in p.sessions)) > 3


@pytest.mark.parametrize("name", NAMES)
def test_plans_name_their_practice(name: str) -> None:
    plans = drawn(kst.lawful_plans(name), settings(DRAWN, max_examples=20))
    assert {plan.protocol for plan in plans} == {name}
    priced = kap.practices.BY_NAME[name].fees is not None
    assert {plan.fees for plan in plans} == ({name, None} if priced else {None})
    assert all(kap.check(plan).findings == () for plan in plans)


def test_plans_of_a_protocol_name_none() -> None:
    plans = drawn(kst.lawful_plans(kap.practices.CORE.protocol), settings(DRAWN, max_examples=5))
    assert {plan.protocol for plan in plans} == {None}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "core",
            "C0 E2 P7 D14/60 I15 D28/60 I29 R41 D42/60 I43 D56/60 I57 D70/60 I71 D84/60 I85",
        ),
        (
            "kingsley",
            "America/Los_Angeles C0 E2 P7 D14 I15 D28 I29 R41 D42 I43 D56 I57 D70 I71 D84 I85",
        ),
    ],
)
def test_they_shrink_to_a_plain_course(name: str, line: str) -> None:
    plan = simplest(kst.lawful_plans(name))
    assert plan.notation == f"2027-01-04 {line}"
    assert plan.id == "plan"


def test_they_shrink_to_what_is_asked_for() -> None:
    strategy = kst.lawful_plans("core")
    how = settings(max_examples=2000, phases=[Phase.generate, Phase.shrink], database=None)
    plan = find(strategy, lambda p: len(p.timeline.dosings) == 8, settings=how)
    assert {s.status for s in plan.sessions} == {"planned"}
    assert (plan.timezone, plan.supplies, plan.client) == ("UTC", None, None)
    assert plan.local_start(plan.sessions[0]).date() == dt.date(2027, 1, 4)


@pytest.mark.parametrize("day", [dt.date(2027, 6, 30), dt.date(2027, 7, 1)])
def test_dated_protocols_are_drawn_around_their_changes(day: dt.date) -> None:
    starts = _lawful._starts(HOUSE_PROTOCOL)
    assert (
        find(starts, lambda start: start == day, settings=settings(DRAWN, max_examples=2000)) == day
    )


def test_a_protocol_that_allows_no_course_is_named_with_its_limits() -> None:
    care = protocol(
        dosing_minutes=kap.Bounds(60, 90), effect_minutes=120, dosing_count=kap.Bounds(1)
    )
    with pytest.raises(kap.PlanningError) as caught:
        kst.lawful_plans(care)
    assert caught.value.conflict == ("dosing_count", "dosing_minutes", "effect_minutes")
    (problem,) = caught.value.problems
    assert problem.path == "protocol"
    assert problem.reason.startswith("allows no course; dosing_count, dosing_minutes, effect_minut")


def test_an_age_that_nobody_can_have_recorded_allows_no_course() -> None:
    care = protocol(minimum_age=400, dosing_count=kap.Bounds(1))
    with pytest.raises(kap.PlanningError) as caught:
        kst.lawful_plans(care)
    assert caught.value.conflict == ()
    assert "every fact" in str(caught.value)


def test_an_age_that_only_late_courses_have() -> None:
    plan = simplest(kst.lawful_plans(protocol(minimum_age=200, dosing_count=kap.Bounds(1))))
    assert plan.born is not None
    assert plan.born.year + 200 <= plan.local_start(plan.sessions[0]).year


def test_a_course_that_leaves_the_calendar_is_not_laid_out() -> None:
    limits = kap.practices.CORE.protocol.limits_on(None)
    care = kap.practices.CORE.protocol
    outline = _searched.outline_of(limits, dt.date(2199, 12, 1), Counts(1, 6, 6))
    assert _searched.laid_out(limits, outline) is None
    outline = _searched.outline_of(limits, dt.date(2027, 1, 4), Counts(1, 6, 6))
    plan = _searched.laid_out(limits, outline)
    assert plan is not None
    assert kap.check(plan, care).findings == ()


def test_a_change_that_cannot_be_is_none() -> None:
    plan = kap.parse("1980-01-01 C0 E2")
    assert _lawful.edited(plan, _lawful.gap(0, -40)) is None
    assert _lawful.edited(plan, _lawful.facts(id="plan")) is None
    assert _lawful.edited(plan, _lawful.gap(1, 40)) == kap.parse("1980-01-01 C0 E42")


@pytest.mark.parametrize("wrong", ["house", "", 7, None])
def test_what_is_no_protocol_is_refused(wrong: Any) -> None:
    with pytest.raises(kap.InvalidValue, match="protocol: must be a CareProtocol"):
        kst.lawful_plans(wrong)


def test_a_plain_course_is_found_once() -> None:
    before = _lawful.plain_course.cache_info().hits
    kst.lawful_plans("core")
    kst.lawful_plans("core")
    assert _lawful.plain_course.cache_info().hits > before

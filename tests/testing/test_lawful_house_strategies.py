"""Lawful plans under house rules: every form, every practice's own, found and then changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest
from hypothesis import Phase, given, settings, strategies as st

import kap_model as kap
from kap_model.forms import Allow, Count, Follow, Known, Length, Precede, Selector, Space, Span
from kap_model.planning import linting
from kap_model.planning.search import problem
from kap_model.testing import _lawful, _searched, strategies as kst
from real_courses import DOCUMENTS, protocol_of
from shipped import HOUSE_RULES
from support import SOURCE, limits

DRAWN = settings(max_examples=25, phases=[Phase.generate], database=None)
FIRST = dt.date(2027, 1, 4)
RICH = kap.load_protocol(HOUSE_RULES)
CORE = kap.practices.CORE.protocol


def housed(*forms: Any, base: kap.CareProtocol = CORE, since: str | None = None) -> Any:
    rules = [
        kap.HouseRule(f"HOUSE-{n}", form, since=since, citation=SOURCE)
        for n, form in enumerate(forms)
    ]
    return base.extended("own", rules=rules)


def drawn(strategy: st.SearchStrategy[kap.Plan]) -> list[kap.Plan]:
    plans: list[kap.Plan] = []

    @DRAWN
    @given(strategy)
    def draw(plan: kap.Plan) -> None:
        plans.append(plan)

    draw()
    return plans


PROTOCOLS = {name: protocol_of(name) for name in DOCUMENTS} | {"house-rules": RICH}


@pytest.mark.parametrize("care", PROTOCOLS.values(), ids=PROTOCOLS)
def test_no_rule_of_a_real_practice_has_a_finding(care: kap.CareProtocol) -> None:
    plans = drawn(kst.lawful_plans(care))
    assert len(plans) == 25
    assert [plan for plan in plans if kap.check(plan, care).findings] == []
    assert len(set(plans)) > 6
    assert any(plan.sessions for plan in plans)


def test_plans_under_house_rules_vary_in_counts_hours_and_supplies() -> None:
    plans = drawn(kst.lawful_plans(RICH)) + drawn(kst.lawful_plans(housed(Follow(
        Selector("dosing", first=1), "integration", min=2, until="next"
    ))))  # fmt: skip
    assert len({len(plan.timeline.dosings) for plan in plans}) > 2
    assert {plan.supplies is None for plan in plans} == {True, False}
    assert len({plan.timezone for plan in plans}) > 2


KNOWN = (
    Known("dosing", "support_person"),
    Known("dosing", "therapist_present"),
    Known("dosing", "level"),
    Known("dosing", "route"),
    Known(("medical-evaluation", "preparation"), "clinician"),
)


@pytest.mark.parametrize("form", KNOWN, ids=lambda form: form.field)
def test_what_has_to_be_known_is_recorded(form: Known) -> None:
    care = housed(form)
    plan = _lawful.BaseCourse.of(care).spare
    asked = [session for session in plan.sessions if session.kind in form.of.kind]
    assert asked
    assert all(getattr(session, form.field) is not None for session in asked)
    assert kap.check(plan, care).findings == ()


def test_what_is_recorded_is_what_other_rules_allow() -> None:
    forms = (
        Known("dosing", "level"),
        Allow(Selector("dosing", place="remote"), "level", ["low"]),
        Allow("dosing", "level", ["high"]),
        Known("dosing", "route"),
        Allow("dosing", "route", ["own", "oral"]),
        Known("medical-evaluation", "clinician"),
        Allow("medical-evaluation", "role", ["nurse"]),
    )
    course = kap.CareProtocol(id="free").extended(
        "free",
        settings=[
            kap.Setting(limit="dosing_count", value=kap.Bounds(1), citation=SOURCE),
            kap.Setting(limit="evaluation_first", value=True, citation=SOURCE),
        ],
    )
    care = housed(*forms, base=course)
    plan = _lawful.BaseCourse.of(care).spare
    (dosing,) = plan.timeline.dosings
    (evaluation,) = plan.timeline.evaluations
    assert (dosing.level, dosing.route) == ("high", "oral")
    assert evaluation.clinician is not None
    assert evaluation.clinician.role == "nurse"
    assert kap.check(plan, care).findings == ()


def test_a_contradiction_names_limits_and_house_rules() -> None:
    care = housed(Count("dosing", max=5), Length("consultation", max=400))
    with pytest.raises(kap.PlanningError) as caught:
        kst.lawful_plans(care)
    assert caught.value.conflict == ("dosing_count", "HOUSE-0")
    assert str(caught.value) == (
        "protocol: allows no course; dosing_count, HOUSE-0: no course keeps them together"
    )
    three = housed(Space("dosing", min=1, unit="weeks"), Span("dosing", max=4, unit="weeks"))
    with pytest.raises(kap.PlanningError) as caught:
        kst.lawful_plans(three)
    assert caught.value.conflict == ("dosing_count", "HOUSE-0", "HOUSE-1")


def test_limits_in_conflict_are_named_where_house_rules_come_later() -> None:
    lines = [
        kap.Setting(limit="dosing_minutes", value=kap.Bounds(60, 90), citation=SOURCE),
        kap.Setting(limit="effect_minutes", value=120, citation=SOURCE),
    ]
    care = housed(Length("dosing", max=200), base=CORE.extended("own", settings=lines))
    with pytest.raises(kap.PlanningError) as caught:
        kst.lawful_plans(
            attrs.evolve(care, rules=[attrs.evolve(care.rules[0], since="2199-06-01")])
        )
    assert caught.value.conflict == ("dosing_count", "dosing_minutes", "effect_minutes")


def test_a_protocol_of_which_nothing_is_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    care = housed(Precede("dosing", "preparation", min=2, back_to="previous"))
    monkeypatch.setattr(linting, "Work", lambda _: problem.Work(0))
    with pytest.raises(kap.PlanningError, match="is not known to allow a course") as caught:
        kst.lawful_plans(care)
    assert caught.value.conflict == ()


def test_rules_that_change_with_the_date_are_kept_on_each() -> None:
    care = housed(Follow("dosing", "integration", min=2, until="next"), since="2030-01-01")
    plans = drawn(kst.lawful_plans(care))
    assert [plan for plan in plans if kap.check(plan, care).findings] == []
    assert {_searched.first_of_stage(care, day) for day in (FIRST, dt.date(2029, 12, 31))} == {
        FIRST
    }
    later = {_searched.first_of_stage(care, dt.date(year, 1, 1)) for year in (2030, 2150)}
    assert later == {dt.date(2030, 1, 1)}


def test_a_course_is_moved_with_its_hours_and_not_beyond_the_calendar() -> None:
    plan = kap.parse("2027-01-04 C0 E2 P7@16:30")
    there = _searched.moved(plan, dt.date(2040, 2, 1), "Asia/Tokyo")
    assert there == attrs.evolve(kap.parse("2040-02-01 Asia/Tokyo C0 E2 P7@16:30"))
    assert _searched.moved(plan, dt.date(2200, 2, 1), "UTC") is None
    skipped = _searched.moved(plan, dt.date(2011, 12, 23), "Pacific/Apia")
    assert skipped is not None
    assert skipped.local_start(skipped.sessions[-1]).isoformat() == "2011-12-31T00:00:00+14:00"
    empty = attrs.evolve(plan, sessions=())
    assert _searched.moved(empty, FIRST, "UTC") is empty


def test_a_variety_that_rules_exclude_or_that_takes_too_long_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    care = housed(Allow("dosing", "place", ["office"]), Length("preparation", max=90))
    house, now = care.rules_on(None), care.limits_on(None)
    kinds = range(len(_searched.VARIETIES))
    found = [_searched.searched(now, house, FIRST, variety) for variety in kinds]
    assert found[0] is not None
    assert found[7] is None
    none = limits(preparation_count={"max": 1}, integration_count={"min": 2, "max": 2}).limits_on(
        None
    )
    never = attrs.evolve(none, dosing_count=kap.Bounds(3), integration_per_dosing=1)
    assert _searched.searched(never, house, FIRST, 0) is None
    monkeypatch.setattr(_searched, "_WORK", 1)
    _searched.searched.cache_clear()
    assert _searched.searched(now, house, FIRST, 0) is None
    _searched.searched.cache_clear()


def test_plans_that_break_a_rule_keep_the_house_rules() -> None:
    care = housed(Space("dosing", min=1, unit="weeks"), Known("dosing", "therapist_present"))
    for plan in drawn(kst.plans_breaking("DOSE-DURATION", care)):
        assert {finding.rule for finding in kap.check(plan, care).findings} == {"DOSE-DURATION"}

"""The Hypothesis strategies: valid by construction, and lawful where they say so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings, strategies as st

import kap_model as kap
from kap_model._time import zone_names
from kap_model.limits import LIMITS
from kap_model.testing import strategies as kst
from profiles import scaled


@given(kst.identifiers())
def test_identifiers_are_accepted(text: str) -> None:
    assert kap.Clinician(text, text).id == text
    assert kap.Plan(id=text, timezone="UTC", client=text, sessions=()).client == text


@given(kst.texts())
def test_texts_are_accepted(text: str) -> None:
    session = kap.Dosing(id="d1", start="2027-01-04T10:00:00Z", minutes=50, support_person=text)
    assert session.support_person == text
    assert kap.Citation(text, text).where == text


@given(kst.instants())
def test_instants_are_accepted(start: dt.datetime) -> None:
    assert kap.Consultation(id="c1", start=start, minutes=1).begins == start.timestamp()


@given(kst.zones())
def test_zones_are_listed(name: str) -> None:
    assert name in zone_names()


@settings(max_examples=scaled(50))
@given(kst.plans(max_sessions=4))
def test_plans_are_valid(plan: kap.Plan) -> None:
    assert isinstance(plan, kap.Plan)
    assert len(plan.sessions) <= 4
    assert kap.loads(kap.dumps(plan)) == plan


@given(kst.moments())
def test_moments_may_be_judged(as_of: dt.datetime | None) -> None:
    report = kap.check(kap.parse("2027-01-04 C0"), as_of=as_of)
    assert (report.as_of is None) == (as_of is None)


@given(kst.lawful_plans())
@settings(max_examples=scaled(10))
def test_lawful_plans_are_those_of_core(plan: kap.Plan) -> None:
    assert kap.check(plan, "core").findings == ()


@given(st.sampled_from(("USD", "JPY")).flatmap(kst.rates))
@settings(max_examples=scaled(10))
def test_rates_are_values(rate: object) -> None:
    assert hash(rate) == hash(rate)


def test_money_may_be_negative() -> None:
    how = settings(phases=[Phase.generate], database=None)
    owed = find(kst.money(None, -500, -1), lambda _: True, settings=how)
    assert -500 <= owed.minor < 0


def test_every_strategy_is_documented() -> None:
    strategies = [name for name in kst.__all__ if name.islower()]
    assert len(strategies) > 25
    for name in strategies:
        assert getattr(kst, name).__doc__, name
    assert sorted(kst.__all__) == kst.__all__


@pytest.mark.parametrize("spec", LIMITS, ids=lambda spec: spec.name)
@settings(max_examples=scaled(10))
@given(st.data())
def test_values_of_every_limit_are_valid(spec: Any, data: st.DataObject) -> None:
    value = data.draw(kst.limit_values(spec))
    spec.check(value)
    line = data.draw(kst.settings(spec))
    assert (line.limit, line.since) == (spec.name, None)


@pytest.mark.parametrize("spec", LIMITS, ids=lambda spec: spec.name)
def test_a_limit_may_be_asked_for_by_its_name(spec: Any) -> None:
    how = settings(phases=[Phase.generate], database=None)
    spec.check(find(kst.limit_values(spec.name), lambda _: True, settings=how))
    line = find(kst.settings(spec.name), lambda _: True, settings=how)
    assert line.limit == spec.name


def test_a_line_is_for_any_limit_where_none_is_asked_for() -> None:
    how = settings(phases=[Phase.generate], database=None)
    assert find(kst.settings(), lambda line: line.limit != LIMITS[0].name, settings=how)


DAY = dt.date(2027, 1, 4)
LARGEST = 10**15


@pytest.mark.parametrize(
    ("strategy", "given", "path"),
    [
        (kst.limit_values, ("dosing_cuont",), "spec"),
        (kst.limit_values, (None,), "spec"),
        (kst.limit_values, (5,), "spec"),
        (kst.settings, ("",), "spec"),
        (kst.settings, (["dosing_count"],), "spec"),
        (kst.money, ("usd",), "currency"),
        (kst.money, (5,), "currency"),
        (kst.money, ("USD", -1, -5), "min_minor"),
        (kst.money, (None, 1, 0), "min_minor"),
        (kst.money, ("USD", 0.0, 5), "min_minor"),
        (kst.money, ("USD", -LARGEST - 1, 5), "min_minor"),
        (kst.money, ("USD", 0, "5"), "max_minor"),
        (kst.money, ("USD", 0, LARGEST + 1), "max_minor"),
        (kst.sessions, ("s1", None, ("dosing", "dose")), "kinds[1]"),
        (kst.sessions, ("s1", None, (None,)), "kinds[0]"),
        (kst.sessions, ("s1", None, ()), "kinds"),
        (kst.sessions, ("s1", None, "dosing"), "kinds"),
        (kst.supplies, (None,), "origin"),
        (kst.supplies, (20_270_104,), "origin"),
        (kst.supplies, (dt.datetime(2027, 1, 4, tzinfo=dt.UTC),), "origin"),
    ],
)
def test_a_strategy_that_cannot_be_is_refused_at_once(strategy: Any, given: Any, path: str) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        strategy(*given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    ("strategy", "given"),
    [
        (kst.money, ("USD", -5, -1)),
        (kst.money, ("JPY", 5, 5)),
        (kst.money, (None, -LARGEST, LARGEST)),
        (kst.sessions, ("s1", None, ("dosing", "dosing"))),
        (kst.sessions, ("s1", None, ["integration"])),
        (kst.supplies, (DAY,)),
        (kst.supplies, ("2027-01-04", "x2")),
    ],
)
def test_a_strategy_at_the_edge_draws(strategy: Any, given: Any) -> None:
    how = settings(phases=[Phase.generate], database=None)
    assert find(strategy(*given), lambda _: True, settings=how) is not None


@given(kst.protocols(dated=False))
@settings(max_examples=scaled(30))
def test_protocols_without_dates(protocol: kap.CareProtocol) -> None:
    assert not list(protocol.changes)
    assert isinstance(protocol, kap.CareProtocol)


@given(kst.waivers())
@settings(max_examples=scaled(30))
def test_waivers_name_rules_of_the_catalogue(waiver: kap.Waiver) -> None:
    assert kap.check(kap.parse("2027-01-04 C0"), waivers=[waiver]).plan == "plan"

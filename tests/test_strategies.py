"""The Hypothesis strategies: valid by construction, and lawful where they say so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import kap_model as kap
from kap_model._zone import zone_names
from kap_model.limits import LIMITS
from kap_model.testing import strategies as kst


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


@settings(max_examples=50)
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
@settings(max_examples=10)
def test_lawful_plans_are_those_of_core(plan: kap.Plan) -> None:
    assert kap.check(plan, "core").findings == ()


@given(st.sampled_from(("USD", "JPY")).flatmap(kst.rates))
@settings(max_examples=10)
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
@settings(max_examples=10)
@given(st.data())
def test_values_of_every_limit_are_valid(spec: Any, data: st.DataObject) -> None:
    value = data.draw(kst.limit_values(spec))
    spec.check(value)
    line = data.draw(kst.settings(spec))
    assert (line.limit, line.since) == (spec.name, None)


@given(kst.protocols(dated=False))
@settings(max_examples=30)
def test_protocols_without_dates(protocol: kap.CareProtocol) -> None:
    assert not list(protocol.changes)
    assert isinstance(protocol, kap.CareProtocol)


@given(kst.waivers())
@settings(max_examples=30)
def test_waivers_name_rules_of_the_catalogue(waiver: kap.Waiver) -> None:
    assert kap.check(kap.parse("2027-01-04 C0"), waivers=[waiver]).plan == "plan"

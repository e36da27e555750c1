"""Fee schedules: dated lines of one currency, and the one that each session meets."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from copies import copies
from fees_support import (
    CITATION,
    adjustment,
    by,
    day,
    fee,
    flat,
    missed,
    package,
    refused,
    schedule,
    share,
    usd,
)
from kap_model.fees import (
    Claim,
    Deposit,
    Fee,
    FeeSchedule,
    Hourly,
    Periodic,
    Scale,
    Withdrawal,
)
from kap_model.fees.schedule import ITEMS, as_claims
from kap_model.sessions import FORMATS, KINDS
from kap_model.testing import strategies as kst
from profiles import scaled

EUR = kap.Money.of("5.00", "EUR")
EURO = kap.fees.Flat(amount=EUR)
MONTHLY = Periodic(amount=usd("30.00"), every="month")
HOURLY = Hourly(amount=usd("250.00"))


# --- One fee -----------------------------------------------------------------------------------


def test_what_a_fee_may_be_for() -> None:
    assert (*KINDS, "supply", "course") == ITEMS
    for item in ITEMS:
        assert fee(item, flat("1.00"), since="2027-01-01").since == day("2027-01-01")
        assert fee(item).rate is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"item": "lunch"}, "item"),
        ({"item": None}, "item"),
        ({"format": "pair"}, "format"),
        ({"item": "consultation", "format": "group"}, "format"),
        ({"item": "medical-review", "format": "individual"}, "format"),
        ({"item": "course", "format": "individual"}, "format"),
        ({"rate": usd("1.00")}, "rate"),
        ({"rate": "185.00"}, "rate"),
        ({"rate": MONTHLY}, "rate"),
        ({"item": "supply", "rate": MONTHLY}, "rate"),
        ({"item": "supply", "rate": HOURLY}, "rate"),
        ({"item": "course", "rate": HOURLY}, "rate"),
        ({"item": "course", "rate": Scale(low=usd("1.00"), high=usd("2.00"))}, "rate"),
        ({"item": "supply", "rate": by("route", office=HOURLY)}, "rate"),
        ({"item": "supply", "rate": by("route", office=MONTHLY)}, "rate"),
        ({"item": "dosing", "rate": by("route", office=MONTHLY)}, "rate"),
        ({"item": "course", "rate": by("place", office=flat("1.00"))}, "rate.label"),
        ({"item": "supply", "rate": by("format", office=flat("1.00"))}, "rate.label"),
        ({"payee": ""}, "payee"),
        ({"payee": 5}, "payee"),
        ({"name": " x"}, "name"),
        ({"since": "2027-1-1"}, "since"),
        ({"since": "2027-02-29"}, "since"),
        ({"since": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}, "since"),
        ({"citation": "page 5"}, "citation"),
        ({"citation": None}, "citation"),
    ],
)
def test_a_fee_is_checked(given: dict[str, Any], path: str) -> None:
    sound: dict[str, Any] = {"item": "dosing", "rate": flat("1.00"), "citation": CITATION}
    assert Fee(**sound).rate == flat("1.00")
    assert refused(Fee, **sound | given).path == path


def test_a_fee_for_the_course_may_be_periodic_or_by_a_label_of_the_plan() -> None:
    for rate in (MONTHLY, by("route", office=flat("1.00")), by("route", office=MONTHLY)):
        assert fee("course", rate).rate == rate
    assert fee("supply", by("route", office=flat("1.00"))).rate == by("route", office=flat("1.00"))


# --- The schedule ------------------------------------------------------------------------------


CLAIM = Claim(kind="dosing", scope=60)
STAGE = Withdrawal(stage="early", name="Early", owed=share("25 %"), citation=CITATION)
HALF, EUROS = share("50 %"), kap.fees.Share(amount=EUR)
ALL = schedule(
    fee("dosing", flat("100.00")),
    packages=[package("900.00", dosing=2)],
    adjustments=[adjustment("Discount", "-10 %")],
    deposits=[Deposit(name="Deposit", share=share("100.00"), citation=CITATION)],
    missed=[missed(0, "50 %"), missed(None, "20.00")],
    withdrawals=[STAGE],
    claims=[CLAIM],
)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"id": ""}, "id"),
        ({"id": "two words"}, "id"),
        ({"currency": "usd"}, "currency"),
        ({"currency": None}, "currency"),
        ({"currency": "EUR"}, "fees[0].rate"),
        ({"fees": "dosing"}, "fees"),
        ({"fees": None}, "fees"),
        ({"fees": [flat("1.00")]}, "fees[0]"),
        ({"fees": [fee("dosing"), fee("dosing")]}, "fees[1].since"),
        ({"fees": [fee("dosing", since="2027-01-01")] * 2}, "fees[1].since"),
        ({"fees": [fee("dosing", name="a"), fee("dosing", name="b")]}, "fees[1].since"),
        ({"fees": [fee("dosing", format="group")] * 2}, "fees[1].since"),
        ({"fees": [fee("course", name="a"), fee("supply"), fee("supply")]}, "fees[2].since"),
        ({"fees": [fee("dosing", flat("1.00")), fee("course", EURO)]}, "fees[1].rate"),
        ({"fees": [fee("dosing", by("place", office=EURO))]}, "fees[0].rate"),
        ({"fees": [fee("course"), fee("dosing", payee="house")]}, "fees[1].payee"),
        ({"packages": [attrs.evolve(ALL.packages[0], price=EUR)]}, "packages[0].price"),
        ({"packages": [*ALL.packages, *ALL.packages]}, "packages"),
        ({"packages": [ALL.fees[0]]}, "packages[0]"),
        ({"adjustments": [attrs.evolve(ALL.adjustments[0], share=EUROS)]}, "adjustments[0].amount"),
        ({"adjustments": "x"}, "adjustments"),
        ({"deposits": [attrs.evolve(ALL.deposits[0], share=EUROS)]}, "deposits[0].amount"),
        ({"deposits": [None]}, "deposits[0]"),
        ({"missed": [attrs.evolve(missed(0, "1 %"), charge=EUROS)]}, "missed[0].amount"),
        ({"missed": [missed(24, "1 %")]}, "missed"),
        ({"missed": [missed(0, "1 %"), missed(24, "1 %", "dosing")]}, "missed"),
        ({"missed": [missed(0, "1 %"), missed(0, "2 %")]}, "missed"),
        ({"missed": [missed(None, "1 %"), missed(None, "2 %")]}, "missed"),
        ({"missed": [HALF]}, "missed[0]"),
        ({"withdrawals": [attrs.evolve(STAGE, owed=EUROS)]}, "withdrawals[0].amount"),
        ({"withdrawals": [STAGE, STAGE]}, "withdrawals"),
        ({"withdrawals": [HALF]}, "withdrawals[0]"),
        ({"claims": [CLAIM, Claim(kind="dosing", scope="whole")]}, "claims"),
        ({"claims": ["dosing"]}, "claims[0]"),
    ],
)
def test_a_schedule_is_checked(given: dict[str, Any], path: str) -> None:
    assert refused(lambda: attrs.evolve(ALL, **given)).path == path


def test_lines_that_do_not_overlap_stand_side_by_side() -> None:
    made = schedule(
        fee("dosing", since="2027-01-01"),
        fee("dosing"),
        fee("dosing", format="group"),
        fee("dosing", format="individual", since="2027-01-01"),
        *[fee("course", name=name) for name in (None, "Membership", "Materials")],
    )
    assert len(made.fees) == 7


def test_what_may_be_left_out() -> None:
    bare = schedule()
    parts = (bare.fees, bare.packages, bare.adjustments, bare.deposits, bare.missed)
    assert (*parts, bare.withdrawals) == ((),) * 6
    assert bare.claims is None
    assert schedule(claims=()).claims == ()


def test_a_schedule_is_frozen_and_copied() -> None:
    for other in copies(ALL):
        assert other == ALL
        assert hash(other) == hash(ALL)
    with pytest.raises(AttributeError):
        setattr(ALL, "id", "other")  # noqa: B010 - a type checker forbids it too
    assert repr(ALL) == "<FeeSchedule house: 1 fees>"


def test_claims_stand_in_canonical_order() -> None:
    given = [Claim(kind=kind, scope="whole") for kind in reversed(KINDS)]
    claims = as_claims(iter(given))
    assert claims is not None
    assert [claim.kind for claim in claims] == list(KINDS)
    assert as_claims(None) is None


# --- The fee in force --------------------------------------------------------------------------


DATED = schedule(
    fee("dosing", flat("300.00"), since="2027-07-01"),
    fee("dosing", flat("250.00"), since="2027-01-01"),
    fee("dosing", flat("90.00"), since="2027-03-01", format="group"),
    fee("preparation", flat("1.00")),
    fee("preparation", flat("2.00"), since="2027-07-01"),
    fee("course", flat("10.00"), name="Intake"),
    fee("course", flat("20.00"), name="Intake", since="2027-07-01"),
    fee("course", MONTHLY, name="Membership", since="2027-01-01"),
)


@pytest.mark.parametrize(
    ("item", "on", "format", "amount"),
    [
        ("dosing", "2027-01-01", "individual", "250.00"),
        ("dosing", "2027-06-30", "individual", "250.00"),
        ("dosing", "2027-07-01", "individual", "300.00"),
        ("dosing", "2199-12-31", "individual", "300.00"),
        ("dosing", "2027-02-28", "group", "250.00"),
        ("dosing", "2027-03-01", "group", "90.00"),
        ("dosing", "2027-07-01", "group", "90.00"),
        ("dosing", "2027-07-01", None, "300.00"),
        ("preparation", "1980-01-01", "individual", "1.00"),
        ("preparation", "2027-06-30", "group", "1.00"),
        ("preparation", "2027-07-01", "group", "2.00"),
    ],
)
def test_the_fee_in_force(item: str, on: str, format: str | None, amount: str) -> None:
    assert DATED.fee_on(item, day(on), format).rate == flat(amount)


@pytest.mark.parametrize(
    ("item", "on", "reason"),
    [
        ("dosing", "2026-12-31", "has no fee so early in the schedule house"),
        ("integration", "2027-01-01", "has no fee in the schedule house"),
    ],
)
def test_no_fee_names_kind_and_schedule(item: str, on: str, reason: str) -> None:
    problem = refused(DATED.fee_on, item, day(on))
    assert (problem.path, problem.reason) == (item, reason)


def test_a_fee_for_a_format_only_is_for_no_other() -> None:
    made = schedule(fee("dosing", flat("90.00"), format="group"))
    assert made.fee_on("dosing", day("2027-01-01"), "group").rate == flat("90.00")
    assert refused(made.fee_on, "dosing", day("2027-01-01"), "individual").path == "dosing"


def test_fees_of_the_course_are_in_force_by_name() -> None:
    before, after = day("2027-06-30"), day("2027-07-01")
    assert [fee.rate for fee in DATED.once_on("course", before)] == [flat("10.00"), MONTHLY]
    assert [fee.rate for fee in DATED.once_on("course", after)] == [flat("20.00"), MONTHLY]
    assert DATED.once_on("supply", before) == ()
    problem = refused(DATED.once_on, "course", day("2026-12-31"))
    assert (problem.path, problem.reason) == (
        "course",
        "has no fee so early in the schedule house",
    )


# --- Laws --------------------------------------------------------------------------------------


@given(kst.fee_schedules(), st.sampled_from(KINDS), st.sampled_from((*FORMATS, None)), st.data())
def test_each_session_meets_exactly_one_fee_on_each_date(
    fees: FeeSchedule, kind: str, format: str | None, data: st.DataObject
) -> None:
    telling = [line.since for line in fees.fees if line.since is not None]
    dates = st.dates(dt.date(1980, 1, 1), dt.date(2199, 12, 31))
    on = data.draw(dates | st.sampled_from(telling) if telling else dates)
    lines = [line for line in fees.fees if line.item == kind and line.format in (None, format)]
    started = [line for line in lines if line.since is None or line.since <= on]
    if not started:
        assert refused(fees.fee_on, kind, on, format).path == kind
        return
    met = fees.fee_on(kind, on, format)
    # It is the one of its format that no other line has replaced, and nothing more special is.
    assert met in started
    assert met.format is not None or all(line.format is None for line in started)
    rivals = [line for line in started if line.format == met.format and line != met]
    assert all((line.since or dt.date.min) < (met.since or dt.date.min) for line in rivals)


@settings(max_examples=scaled(30))
@given(kst.fee_schedules("JPY"))
def test_strategies_give_schedules_of_one_currency(fees: FeeSchedule) -> None:
    assert fees.currency == "JPY"
    stated = [amount for line in fees.fees if line.rate for amount in line.rate.amounts]
    assert {amount.currency for amount in stated} <= {"JPY"}
    assert len(set(KINDS) - {line.item for line in fees.fees}) <= 1


@settings(max_examples=scaled(30))
@given(kst.fee_schedules())
def test_a_schedule_is_equal_to_its_copies(fees: FeeSchedule) -> None:
    for other in copies(fees):
        assert other == fees
        assert hash(other) == hash(fees)

"""``quote``: what is charged beside sessions that are held, and what may be claimed."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import kap_model as kap
from fees_support import (
    CITATION,
    adjustment,
    amounts,
    by,
    claimable,
    fee,
    flat,
    house,
    missed,
    package,
    problems,
    refused,
    schedule,
    usd,
)
from kap_model.fees import (
    Claim,
    Deposit,
    FirstPart,
    Hourly,
    Periodic,
    Share,
    Tier,
    Tiered,
    Together,
)
from support import plan

# --- Once per course, supplies, packages, adjustments, deposits ------------------------------


def test_fees_that_fall_due_once_or_with_each_supply() -> None:
    fees = house(
        fee("course", Periodic(amount=usd("30.00"), every="month"), name="Membership"),
        fee("course", flat("75.00", 50), name="Intake forms"),
        fee("supply", flat("60.00"), since="2027-01-01"),
        fee("supply", flat("70.00"), since="2027-02-01"),
    )
    quote = kap.quote(plan("P0 D31 S0>1=2 S31>33=2"), fees)
    assert [(line.item, str(line.amount), line.basis) for line in quote.lines[2:]] == [
        ("supply", "$60.00", "supply s1"),
        ("supply", "$70.00", "supply s2"),
        ("Membership", "$60.00", "2 months at 30.00 per month"),
        ("Intake forms", "$75.00", "once per course"),
    ]


def test_a_course_without_counting_sessions_costs_nothing() -> None:
    fees = house(fee("course", flat("75.00")))
    for line in ("S0>1=2", "D0x S0>1=2", "completed D0"):
        made = kap.Plan(id="plan", timezone="UTC", sessions=())
        if "D" in line:
            made = kap.parse(f"2027-01-01 {line}")
        quote = kap.quote(made, fees)
        assert (quote.lines, quote.total) == ((), usd("0.00"))


def test_the_first_counting_session_dates_the_course() -> None:
    fees = house(fee("course", flat("75.00")), fee("course", flat("95.00"), since="2027-01-10"))
    assert amounts(kap.quote(plan("P0x D9"), fees))["course"] == "95.00"
    assert amounts(kap.quote(plan("P0 D9"), fees))["course"] == "75.00"


def test_a_fee_for_the_course_or_a_supply_may_come_too_early() -> None:
    fees = house(
        fee("course", flat("75.00"), since="2028-01-01"),
        fee("supply", flat("5.00"), since="2028-01-01"),
    )
    assert problems(plan("P0 S0>1=2"), fees) == [
        ("s1", "supply has no fee so early in the schedule house"),
        ("course", "course has no fee so early in the schedule house"),
    ]


def test_all_reasons_are_told_by_session() -> None:
    fees = schedule(
        fee("dosing", Tiered(tiers=[Tier(minutes=90, amount=usd("435.00"))])),
        fee("integration", by("cover", insured=flat("1.00"))),
    )
    assert [path for path, _ in problems(plan("P0 D1/120 I2 D3/120 I4"), fees)] == [
        "p1",
        "d1",
        "i1",
    ]


PACKAGES = [
    package("900.00", dosing=2, integration=1),
    package("500.00", always=False, id="more", dosing=1),
]


def test_the_first_sessions_by_date_fall_inside_a_package() -> None:
    quote = kap.quote(plan("D9/120 D0/120 D3/120 I1 I4"), house(packages=PACKAGES))
    assert amounts(quote) == {
        "d2": "0.00",
        "i1": "0.00",
        "d3": "0.00",
        "i2": "185.00",
        "d1": "500.00",
        "starter package": "900.00",
    }
    assert quote.total == usd("1585.00")
    assert quote.lines[0].basis == "included in starter package"
    assert quote.lines[-1].basis == "package"


def test_unused_value_of_a_package_stays() -> None:
    assert kap.quote(plan("D0"), house(packages=PACKAGES)).total == usd("900.00")
    nothing = kap.Plan(id="plan", timezone="UTC", sessions=())
    assert kap.quote(nothing, house(packages=PACKAGES)).total == usd("900.00")


def test_a_package_may_count_several_kinds_together() -> None:
    several = attrs.evolve(
        package("900.00", preparation=1),
        together=[Together(kinds=("preparation", "integration"), count=2)],
    )
    quote = kap.quote(plan("P0 P1 I2 I3 P4"), house(packages=[several]))
    assert amounts(quote) == {
        "p1": "0.00",
        "p2": "0.00",
        "i1": "0.00",
        "i2": "185.00",
        "p3": "185.00",
        "starter package": "900.00",
    }


def test_the_price_of_a_package_may_not_be_published() -> None:
    unpriced = attrs.evolve(package("0.00", dosing=1), price=None)
    fees = house(packages=[unpriced], claims=[Claim(kind="dosing", scope="whole")])
    quote = kap.quote(plan("D0 D1/120"), fees)
    assert amounts(quote) == {"d1": None, "d2": "500.00", "starter package": None}
    assert claimable(quote) == {"d1": None, "d2": "500.00", "starter package": None}
    assert [line.basis for line in (quote.lines[0], quote.lines[-1])] == [
        "included in starter package, not published",
        "not published",
    ]
    assert quote.missing == ("dosing",)


def test_an_extra_whose_price_is_not_published_is_of_the_course() -> None:
    extra = attrs.evolve(package("0.00"), price=None)
    quote = kap.quote(plan("P0"), house(packages=[extra]))
    assert quote.missing == ("course",)
    assert quote.total == usd("185.00")


def test_a_package_that_the_client_takes() -> None:
    quote = kap.quote(plan("D0 D1 D2 D3"), house(packages=PACKAGES), packages=["more"])
    assert [line.basis for line in quote.lines[:4]] == [
        *["included in starter package"] * 2,
        "included in more package",
        "120 min at 250.00 per hour",
    ]
    assert quote.total == usd("1900.00")


def test_a_package_is_taken_once() -> None:
    fees = house(packages=PACKAGES)
    problem = refused(kap.quote, plan("D0"), fees, packages=["more", "more"])
    assert problem.path == "packages[1]"
    assert problem.reason == "must be named once; a client takes it once"
    always = kap.quote(plan("D0"), fees, packages=["starter", "more"])
    assert always == kap.quote(plan("D0"), fees, packages=["more"])


@pytest.mark.parametrize("argument", ["agreed", "labels"])
@pytest.mark.parametrize("given", [False, 0, "", [], "abc", ["a"], 1, {"a"}])
def test_choices_are_mappings(argument: str, given: Any) -> None:
    problem = refused(kap.quote, plan("D0"), house(), **{argument: given})
    assert (problem.path, problem.reason) == (argument, "must be a mapping")


@pytest.mark.parametrize("given", [None, 1, "starter", {"starter": 1}])
def test_packages_are_a_sequence(given: Any) -> None:
    problem = refused(kap.quote, plan("D0"), house(packages=PACKAGES), packages=given)
    assert problem.path == "packages"
    assert refused(kap.quote, plan("D0"), house(), packages=[[]]).path == "packages[0]"


@pytest.mark.parametrize("given", [None, 1, "2027-01-04 D0", []])
def test_a_plan_is_a_plan(given: Any) -> None:
    problem = refused(kap.quote, given, house())
    assert (problem.path, problem.reason) == ("plan", "must be a Plan")


def test_what_somebody_else_bills_needs_no_notice() -> None:
    fees = house(
        fee("medical-evaluation", flat("120.00"), payee="a partner"),
        missed=[missed(0, "50 %"), missed(24, "0 %")],
    )
    assert amounts(kap.quote(plan("E0x D1/60"), fees)) == {"d1": "250.00"}
    assert problems(plan("D0x"), fees) == [
        ("d1", "notice_hours must be recorded; the charge depends on it")
    ]


def test_cancelled_sessions_use_up_no_package() -> None:
    fees = house(packages=[package("100.00", dosing=1)], missed=[missed(None, "50 %")])
    assert amounts(kap.quote(plan("D0! D1"), fees)) == {
        "d1": "250.00",
        "d2": "0.00",
        "starter package": "100.00",
    }


def test_a_session_inside_a_package_needs_no_price_of_its_own() -> None:
    fees = schedule(packages=[package("900.00", dosing=2)])
    assert kap.quote(plan("D0 D1"), fees).complete
    assert problems(plan("D0 D1 D2"), fees)[0][0] == "d3"


@pytest.mark.parametrize(
    ("fees", "known"), [(house(packages=PACKAGES), "starter, more"), (house(), "none")]
)
def test_a_package_that_no_schedule_offers(fees: Any, known: str) -> None:
    problem = refused(kap.quote, plan("D0"), fees, packages=["most"])
    assert problem.path == "packages[0]"
    assert problem.reason == f"must be one that the schedule house offers: {known}"


def test_adjustments_apply_in_declared_order_to_the_practices_subtotal_so_far() -> None:
    fees = house(
        fee("medical-evaluation", flat("120.00"), payee="Journey Clinical"),
        adjustments=[
            adjustment("Discount", "-10 %"),
            adjustment("Voucher", "-50.00"),
            adjustment("Tax", "8.25 %"),
        ],
    )
    quote = kap.quote(plan("E0 P1 P2"), fees)
    assert [(line.item, str(line.amount), line.basis) for line in quote.lines[3:]] == [
        ("Discount", "-$37.00", "-10 % of 370.00"),
        ("Voucher", "-$50.00", "fixed"),
        ("Tax", "$23.35", "8.25 % of 283.00"),
    ]
    assert quote.total == usd("306.35")


def test_a_deposit_is_a_payment_and_no_charge() -> None:
    deposits = (
        Deposit(name="Deposit", share=Share(percent="20"), refundable=False, citation=CITATION),
        Deposit(name="Retainer", citation=CITATION),
    )
    quote = kap.quote(plan("P0"), house(deposits=deposits))
    assert quote.deposits == deposits
    assert quote.total == usd("185.00")
    assert len(quote.lines) == 1


# --- Cancelled and missed sessions -----------------------------------------------------------

TERMS = [
    missed(0, "100 %"),
    missed(24, "50 %"),
    missed(48, "0 %"),
    missed(None, "100 %"),
    missed(0, "75.00", "dosing"),
]


@pytest.mark.parametrize(
    ("token", "notice", "amount", "basis"),
    [
        ("P0x", 0, "185.00", "100 % of 185.00 per session of 50 min, 0 h of notice"),
        ("P0x", 23, "185.00", "100 % of 185.00 per session of 50 min, 23 h of notice"),
        ("P0x", 24, "92.50", "50 % of 185.00 per session of 50 min, 24 h of notice"),
        ("P0x", 47, "92.50", "50 % of 185.00 per session of 50 min, 47 h of notice"),
        ("P0x", 48, None, ""),
        ("P0!", None, "185.00", "100 % of 185.00 per session of 50 min"),
        ("D0x", 100, "75.00", "75.00 fixed, 100 h of notice"),
        ("D0/90!", None, "375.00", "100 % of 90 min at 250.00 per hour"),
    ],
)
def test_what_a_cancelled_or_missed_session_costs(
    token: str, notice: int | None, amount: str | None, basis: str
) -> None:
    made = plan(token)
    if notice is not None:
        made = plan(token, {f"{made.sessions[0].id}.notice_hours": notice})
    lines = kap.quote(made, house(missed=TERMS)).lines
    expected = [] if amount is None else [(usd(amount), basis)]
    assert [(line.amount, line.basis) for line in lines] == expected
    for line in lines:
        said = "missed" if token.endswith("!") else "cancelled"
        assert line.item == f"{line.kind}, {said}"


def test_a_charge_is_rounded_once() -> None:
    fees = house(fee("dosing", Hourly(amount=usd("250.00"))), missed=[missed(None, "50 %")])
    # 70 min are 291.666...; half of the rounded 291.67 were 145.84.
    assert amounts(kap.quote(plan("D0/70!"), fees)) == {"d1": "145.83"}


def test_notice_that_is_not_recorded_where_it_matters() -> None:
    reason = "notice_hours must be recorded; the charge depends on it"
    assert problems(plan("P0x D1x"), house(missed=TERMS)) == [("p1", f"{reason}; so for 1 more")]


@pytest.mark.parametrize("terms", [[], [missed(None, "50 %")], [missed(0, "50 %", "dosing")]])
def test_notice_does_not_matter_where_no_tier_is_for_the_kind(terms: Any) -> None:
    assert kap.quote(plan("P0x"), house(missed=terms)).lines == ()


def test_a_session_that_a_closed_course_never_recorded_costs_nothing() -> None:
    made = kap.parse("2027-01-01 completed P0 D1")
    assert kap.quote(made, house(missed=TERMS)).lines == ()


def test_a_missed_session_costs_nothing_where_only_notice_has_tiers() -> None:
    assert kap.quote(plan("P0!"), house(missed=[missed(0, "100 %")])).lines == ()


def test_what_is_free_needs_no_price() -> None:
    terms = [missed(0, "0 %"), missed(None, "0.00")]
    made = plan("C0! D1x", {"d1.notice_hours": 5})
    quote = kap.quote(made, schedule(fee("consultation"), missed=terms))
    assert quote.lines == ()
    assert quote.complete


def test_a_charge_that_is_rounded_to_nothing_has_no_line() -> None:
    fees = house(fee("dosing", flat("0.01")), missed=[missed(None, "10 %")])
    assert kap.quote(plan("D0!"), fees).lines == ()


def test_a_share_of_a_price_that_is_not_published_is_missing() -> None:
    fees = house(fee("consultation"), missed=[missed(None, "50 %")])
    quote = kap.quote(plan("C0!"), fees)
    (line,) = quote.lines
    assert (line.amount, line.basis) == (None, "50 % of a price that is not published")
    assert quote.missing == ("consultation",)


def test_a_charge_that_is_not_stated_is_missing() -> None:
    fees = house(missed=[attrs.evolve(missed(None, "0 %"), charge=None)])
    quote = kap.quote(plan("D0! E1!"), fees)
    (line,) = quote.lines
    assert (line.session, line.amount, line.basis) == ("d1", None, "not published")
    assert line.missed
    assert quote.missing == ("dosing",)


def test_an_amount_is_charged_whatever_the_price() -> None:
    fees = house(fee("consultation"), missed=[missed(None, "30.00")])
    assert amounts(kap.quote(plan("C0!"), fees)) == {"c1": "30.00"}


def test_what_others_bill_the_practice_does_not_charge() -> None:
    fees = house(missed=[missed(None, "30.00")])
    assert kap.quote(plan("E0!"), fees).lines == ()


def test_a_charge_needs_a_fee_in_force() -> None:
    fees = schedule(missed=[missed(None, "50 %")])
    assert problems(plan("D0!"), fees) == [("d1", "dosing has no fee in the schedule house")]


# --- What a superbill may claim --------------------------------------------------------------

SCOPES = [
    Claim(kind="preparation", scope="whole"),
    Claim(kind="dosing", scope=60),
    Claim(kind="integration", scope="nothing"),
]


def test_what_each_kind_may_claim() -> None:
    quote = kap.quote(plan("E0 P1 D2/90 D3/45 I4 C5"), house(claims=SCOPES))
    assert claimable(quote) == {
        "e1": None,
        "p1": "185.00",
        "d1": "250.00",
        "d2": "187.50",
        "i1": "0.00",
        "c1": "0.00",
    }


def test_what_others_bill_is_on_their_superbills() -> None:
    evaluation = fee("medical-evaluation", flat("120.00"), payee="Journey Clinical")
    claims = [Claim(kind="medical-evaluation", scope="whole")]
    assert claimable(kap.quote(plan("E0"), house(evaluation, claims=claims))) == {"e1": None}


def test_claims_are_not_stated_unless_somebody_states_them() -> None:
    assert set(claimable(kap.quote(plan("P0 D1"), house())).values()) == {None}


def test_who_states_the_claims() -> None:
    kingsley = plan("P0 D1/120", {".protocol": "kingsley"})
    assert claimable(kap.quote(kingsley, house())) == {"p1": "185.00", "d1": "250.00"}
    own = house(claims=[Claim(kind="dosing", scope=30)])
    assert claimable(kap.quote(kingsley, own)) == {"p1": "0.00", "d1": "125.00"}
    given = [Claim(kind="dosing", scope="whole")]
    assert claimable(kap.quote(kingsley, own, claims=given)) == {"p1": "0.00", "d1": "500.00"}
    assert claimable(kap.quote(kingsley, own, claims=())) == {"p1": "0.00", "d1": "0.00"}
    assert refused(kap.quote, kingsley, own, claims=["dosing"]).path == "claims[0]"


@pytest.mark.parametrize(
    ("scope", "minutes", "claimed"),
    [(60, 120, "330.00"), (60, 40, "330.00"), (90, 120, "330.00"), (30, 120, "165.00")],
)
def test_a_first_part_is_claimed_at_its_price(scope: int, minutes: int, claimed: str) -> None:
    rate = FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00"))
    fees = house(fee("dosing", rate), claims=[Claim(kind="dosing", scope=scope)])
    assert claimable(kap.quote(plan(f"D0/{minutes}"), fees)) == {"d1": claimed}


def test_a_part_of_a_line_is_rounded_once() -> None:
    fees = house(fee("dosing", flat("100.00")), claims=[Claim(kind="dosing", scope=20)])
    assert claimable(kap.quote(plan("D0/70"), fees)) == {"d1": "28.57"}


def test_cancellation_charges_and_what_a_package_holds_may_claim_nothing() -> None:
    fees = house(
        packages=[package("900.00", preparation=1)],
        missed=[missed(None, "50 %")],
        claims=[Claim(kind=kind, scope="whole") for kind in ("preparation", "dosing")],
    )
    assert claimable(kap.quote(plan("P0 D1!"), fees)) == {
        "p1": "0.00",
        "d1": "0.00",
        "starter package": None,
    }
    assert set(claimable(kap.quote(plan("P0 D1!"), attrs.evolve(fees, claims=None))).values()) == {
        None
    }

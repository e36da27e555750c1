"""Rates: what each form charges for a length, and which lengths it publishes prices for."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from fees_support import day, flat, refused, usd
from kap_model import Bounds, Money
from kap_model.fees import (
    ByLabel,
    FirstPart,
    Flat,
    Hourly,
    Option,
    Periodic,
    Scale,
    Tier,
    Tiered,
)
from kap_model.fees.rates import RATES, SESSION_LABELS
from kap_model.sessions import LONGEST_MINUTES
from kap_model.testing import strategies as kst

EUR = Money.of("5.00", "EUR")
HOURLY = Hourly(amount=usd("250.00"), published=Bounds(90, 120))
TIERED = Tiered(
    tiers=[Tier(minutes=120, amount=usd("580.00")), Tier(minutes=90, amount=usd("435.00"))]
)
FIRST_HOUR = FirstPart(minutes=60, first=usd("330.00"), rest=usd("165.00"))
SCALE = Scale(low=usd("100.00"), high=usd("150.00"))
ROUTES = ByLabel(
    label="route",
    options=[Option(label="oral", rate=flat("200.00")), Option(label="nasal", rate=HOURLY)],
)
CHARGES = [
    (flat("185.00"), 50, "185.00", "185.00 per session"),
    (flat("185.00", 50), 50, "185.00", "185.00 per session of 50 min"),
    (flat("185.00", 50), 51, "185.00", "185.00 per session of 50 min; 51 min cost the same"),
    (flat("185.00", 50), 49, "185.00", "185.00 per session of 50 min; 49 min cost the same"),
    (HOURLY, 90, "375.00", "90 min at 250.00 per hour"),
    (HOURLY, 120, "500.00", "120 min at 250.00 per hour"),
    (
        HOURLY,
        89,
        "370.83",
        "89 min at 250.00 per hour; prices are published for 90 to 120 min",
    ),
    (
        HOURLY,
        121,
        "504.17",
        "121 min at 250.00 per hour; prices are published for 90 to 120 min",
    ),
    (Hourly(amount=usd("0.30")), 1, "0.01", "1 min at 0.30 per hour"),
    (Hourly(amount=usd("0.29")), 1, "0.00", "1 min at 0.29 per hour"),
    (Hourly(amount=usd("200.00"), increment=15), 60, "200.00", "60 min at 200.00 per hour"),
    (
        Hourly(amount=usd("200.00"), increment=15),
        61,
        "250.00",
        "75 min at 200.00 per hour, 61 min in steps of 15",
    ),
    (
        Hourly(amount=usd("200.00"), increment=15),
        59,
        "200.00",
        "60 min at 200.00 per hour, 59 min in steps of 15",
    ),
    (TIERED, 1, "435.00", "435.00 for up to 90 min"),
    (TIERED, 90, "435.00", "435.00 for up to 90 min"),
    (TIERED, 91, "580.00", "580.00 for up to 120 min"),
    (TIERED, 120, "580.00", "580.00 for up to 120 min"),
    (FIRST_HOUR, 60, "330.00", "330.00 for the first 60 min"),
    (FIRST_HOUR, 59, "330.00", "330.00 for the first 60 min"),
    (FIRST_HOUR, 61, "495.00", "330.00 for the first 60 min, 165.00 for any further time"),
    (FIRST_HOUR, 180, "495.00", "330.00 for the first 60 min, 165.00 for any further time"),
]


@pytest.mark.parametrize(("rate", "minutes", "amount", "basis"), CHARGES)
def test_the_price_of_a_length(rate: Any, minutes: int, amount: str, basis: str) -> None:
    charge = rate.charge(minutes)
    assert (charge.amount, charge.basis) == (usd(amount), basis)


def test_a_length_beyond_the_last_tier_has_no_price() -> None:
    problem = refused(TIERED.charge, 121)
    assert problem.path == "minutes"
    assert problem.reason == "must be at most 120; no price is stated beyond"


def test_tiers_stand_by_length() -> None:
    assert [tier.minutes for tier in TIERED.tiers] == [90, 120]
    assert Tiered(tiers=iter(reversed(TIERED.tiers))) == TIERED


def test_a_share_of_an_hourly_price_is_not_a_share_of_a_rounded_one() -> None:
    # 70 min are 291.666...: half of it is 145.83, half of the rounded 291.67 were 145.84.
    assert HOURLY.charge(70).amount == usd("291.67")
    assert HOURLY.charge(70).part(Fraction(1, 2)) == usd("145.83")


def test_a_share_of_a_whole_price_is_rounded_once() -> None:
    charge = Flat(amount=usd("185.00"), minutes=50).charge(50)
    assert charge.part(Fraction(1, 3)) == usd("61.67")
    assert charge.part(Fraction(0)) == usd("0.00")


@given(st.integers(1, LONGEST_MINUTES), st.integers(1, LONGEST_MINUTES))
def test_a_begun_step_is_billed_whole(minutes: int, increment: int) -> None:
    exact = Hourly(amount=usd("0.60"), increment=increment).charge(minutes).exact
    assert exact is not None  # a minor unit for each billed minute
    billed = int(exact)
    assert billed == exact
    assert billed % increment == 0
    assert minutes <= billed < minutes + increment


@pytest.mark.parametrize("amount", ["100.00", "125.50", "150.00"])
def test_a_price_within_the_scale_may_be_agreed(amount: str) -> None:
    charge = SCALE.agreed(usd(amount))
    assert charge.amount == usd(amount)
    assert charge.basis == f"{amount} agreed, of 100.00 to 150.00"


@pytest.mark.parametrize("amount", [usd("99.99"), usd("150.01"), 125, "125.00", None], ids=repr)
def test_a_price_outside_the_scale_may_not(amount: Any) -> None:
    assert refused(SCALE.agreed, amount).path == "agreed"


def test_a_scale_may_have_no_upper_end() -> None:
    scale = Scale(low=usd("100.00"))
    assert scale.amounts == (usd("100.00"),)
    charge = scale.agreed(usd("900.00"))
    assert (charge.amount, charge.basis) == (usd("900.00"), "900.00 agreed, of 100.00 or more")
    assert refused(scale.agreed, usd("99.99")).path == "agreed"


def test_a_price_in_another_currency_may_not_be_agreed() -> None:
    assert refused(SCALE.agreed, Money.of("125.00", "EUR")).path == "currency"


def test_a_label_chooses_a_rate() -> None:
    assert ROUTES.option("oral") == flat("200.00")
    assert ROUTES.option("nasal") == HOURLY


@pytest.mark.parametrize("label", [None, "", "Oral", "by-air"])
def test_a_label_that_is_not_priced_is_refused_with_those_that_are(label: Any) -> None:
    problem = refused(ROUTES.option, label)
    assert (problem.path, problem.reason) == ("route", "must be one of oral, nasal")


def test_labels_that_a_session_has() -> None:
    assert SESSION_LABELS == ("format", "place", "level")


@pytest.mark.parametrize(
    ("every", "first", "last", "periods"),
    [
        ("week", "2027-01-04", "2027-01-04", 1),
        ("week", "2027-01-04", "2027-01-10", 1),
        ("week", "2027-01-04", "2027-01-11", 2),
        ("week", "2027-10-31", "2027-10-30", 1),  # clocks set back over midnight
        ("month", "2027-01-31", "2027-01-31", 1),
        ("month", "2027-01-31", "2027-02-27", 1),
        ("month", "2027-01-31", "2027-02-28", 2),
        ("month", "2027-01-31", "2027-03-30", 2),  # from the anchor, never chained
        ("month", "2027-01-31", "2027-03-31", 3),
        ("month", "2027-12-15", "2028-12-15", 13),
        ("month", "2027-10-31", "2027-10-30", 1),
        ("year", "2027-01-04", "2028-01-03", 1),
        ("year", "2027-01-04", "2028-01-04", 2),
        ("year", "2028-02-29", "2029-02-28", 2),
        ("year", "2028-02-29", "2032-02-28", 4),
        ("year", "2028-02-29", "2032-02-29", 5),
    ],
)
def test_each_begun_period_is_charged(every: str, first: str, last: str, periods: int) -> None:
    rate = Periodic(amount=usd("12.50"), every=every)
    counted = f"{periods} {every}" if periods == 1 else f"{periods} {every}s"
    charge = rate.charge(day(first), day(last))
    assert charge.amount == usd("12.50") * periods
    assert charge.basis == f"{counted} at 12.50 per {every}"


@given(st.dates(dt.date(1980, 1, 1), dt.date(2190, 1, 1)), st.integers(0, 800))
def test_a_longer_course_has_no_fewer_periods(first: dt.date, days: int) -> None:
    for every, shortest in (("week", 7), ("month", 28), ("year", 365)):
        rate = Periodic(amount=usd("0.01"), every=every)
        now = rate.charge(first, first + dt.timedelta(days=days)).amount.minor
        later = rate.charge(first, first + dt.timedelta(days=days + shortest)).amount.minor
        assert 0 <= later - now <= 1
        assert now <= days // shortest + 1


@pytest.mark.parametrize(
    ("rate", "amounts"),
    [
        (flat("185.00"), ["185.00"]),
        (HOURLY, ["250.00"]),
        (TIERED, ["435.00", "580.00"]),
        (FIRST_HOUR, ["330.00", "165.00"]),
        (SCALE, ["100.00", "150.00"]),
        (ROUTES, ["200.00", "250.00"]),
        (Periodic(amount=usd("9.00"), every="week"), ["9.00"]),
    ],
    ids=lambda value: getattr(value, "form", ""),
)
def test_a_rate_states_its_amounts(rate: Any, amounts: list[str]) -> None:
    assert rate.amounts == tuple(usd(amount) for amount in amounts)


def test_each_rate_has_a_form_of_its_own() -> None:
    forms = [rate.form for rate in RATES]
    assert forms == ["flat", "hourly", "tiers", "first-part", "scale", "by-label", "periodic"]


B = Bounds
ANY = B(1, None)
LENGTHS: list[tuple[Any, Bounds, int, tuple[int, ...]]] = [
    (flat("185.00"), B(60, 120), 50, (60,)),
    (flat("185.00"), B(None, 120), 50, (50,)),
    (flat("185.00"), B(None, 40), 50, (40,)),
    (flat("185.00", 50), B(50, 50), 30, (50,)),
    (flat("185.00", 50), B(60, 120), 30, (60,)),
    (flat("185.00", 50), B(None, 45), 30, (45,)),
    (flat("185.00", 50), B(45, None), 30, (50,)),
    (HOURLY, B(60, 120), 50, (90, 120)),
    (HOURLY, B(100, 110), 50, (100, 110)),
    (HOURLY, B(None, 100), 50, (90, 100)),
    (HOURLY, ANY, 50, (90, 120)),
    (HOURLY, B(120, 180), 50, (120, 120)),
    (Hourly(amount=usd("1.00")), B(60, 180), 50, (60, 180)),
    (Hourly(amount=usd("1.00"), published=B(90, None)), B(None, 180), 50, (90, 180)),
    (TIERED, B(60, 120), 50, (90, 120)),
    (TIERED, B(100, 120), 50, (120,)),
    (TIERED, B(91, 119), 50, (91,)),
    (TIERED, B(None, 80), 50, (50,)),
    (FIRST_HOUR, B(60, 120), 50, (60, 61)),
    (FIRST_HOUR, B(30, 60), 50, (60,)),
    (FIRST_HOUR, B(90, 120), 50, (90,)),
    (SCALE, B(60, 120), 50, (60,)),
    (SCALE, B(None, 120), 50, (50,)),
]


@pytest.mark.parametrize(("rate", "lawful", "usual", "lengths"), LENGTHS)
def test_published_lengths_that_a_protocol_allows(
    rate: Any, lawful: Bounds, usual: int, lengths: tuple[int, ...]
) -> None:
    assert rate.lengths(lawful, usual) == lengths
    assert all(lawful.holds(minutes) for minutes in lengths)


@pytest.mark.parametrize(
    ("rate", "lawful", "reason"),
    [
        (HOURLY, B(121, 180), "has prices for no length"),
        (HOURLY, B(60, 89), "has prices for no length"),
        (TIERED, B(121, None), "has prices for no length"),
        (Hourly(amount=usd("1.00")), B(60, None), "must be published"),
        (Hourly(amount=usd("1.00")), B(0, 60), "must be published"),
        (Hourly(amount=usd("1.00")), B(None, 60), "must be published"),
    ],
)
def test_no_length_that_is_both_lawful_and_published(
    rate: Any, lawful: Bounds, reason: str
) -> None:
    assert reason in refused(rate.lengths, lawful, 50).reason


MAKE: dict[str, Any] = {
    "flat": (Flat, {"amount": usd("1.00"), "minutes": 50}),
    "hourly": (Hourly, {"amount": usd("1.00"), "increment": 5, "published": B(1, 2)}),
    "tier": (Tier, {"minutes": 60, "amount": usd("1.00")}),
    "tiers": (Tiered, {"tiers": TIERED.tiers}),
    "first-part": (FirstPart, {"minutes": 60, "first": usd("1.00"), "rest": usd("1.00")}),
    "scale": (Scale, {"low": usd("1.00"), "high": usd("1.00")}),
    "option": (Option, {"label": "oral", "rate": SCALE}),
    "by-label": (ByLabel, {"label": "route", "options": ROUTES.options}),
    "periodic": (Periodic, {"amount": usd("1.00"), "every": "month"}),
}
NOT_MINUTES = (0, -1, LONGEST_MINUTES + 1, 50.0, True, "50")
NOT_PRICES = (usd("-0.01"), 1.5, 1, "1.00", None)
REFUSED: list[tuple[str, str, Any]] = [
    *[("flat", "minutes", value) for value in NOT_MINUTES],
    *[("hourly", "increment", value) for value in (*NOT_MINUTES, None)],
    *[("tier", "minutes", value) for value in (*NOT_MINUTES, None)],
    *[("first-part", "minutes", value) for value in (*NOT_MINUTES, None)],
    *[(form, "amount", price) for form in ("flat", "hourly", "tier") for price in NOT_PRICES],
    *[("first-part", name, price) for name in ("first", "rest") for price in NOT_PRICES],
    *[("scale", "low", price) for price in NOT_PRICES],
    *[("scale", "high", price) for price in NOT_PRICES if price is not None],
    *[("periodic", "amount", price) for price in NOT_PRICES],
    ("hourly", "published", (90, 120)),
    ("first-part", "rest", EUR),
    ("scale", "high", usd("0.99")),
    ("tiers", "tiers", ()),
    ("tiers", "tiers", "90"),
    ("tiers", "tiers", None),
    ("tiers", "tiers", [(90, usd("1.00"))]),
    ("tiers", "tiers", [*TIERED.tiers, TIERED.tiers[0]]),
    ("option", "label", ""),
    ("option", "label", "two words"),
    ("option", "rate", ROUTES),
    ("option", "rate", usd("1.00")),
    ("by-label", "label", "two words"),
    ("by-label", "label", None),
    ("by-label", "options", ()),
    ("by-label", "options", {"oral": SCALE}),
    ("by-label", "options", [SCALE]),
    ("by-label", "options", [*ROUTES.options, ROUTES.options[0]]),
    ("periodic", "every", "quarter"),
    ("periodic", "every", None),
]


@pytest.mark.parametrize(("form", "path", "value"), REFUSED)
def test_a_rate_is_checked(form: str, path: str, value: Any) -> None:
    cls, sound = MAKE[form]
    assert refused(cls, **sound | {path: value}).path == path


def test_what_the_table_of_refusals_starts_from_is_sound() -> None:
    for cls, sound in MAKE.values():
        made = cls(**sound)
        assert attrs.evolve(made) == made


def test_a_scale_has_one_currency() -> None:
    assert refused(Scale, low=usd("1.00"), high=EUR).path == "currency"


@given(kst.rates("JPY"))
def test_strategies_give_rates_of_every_form_in_the_currency(rate: Any) -> None:
    assert type(rate) in RATES
    assert {amount.currency for amount in rate.amounts} == {"JPY"}
    assert all(amount.minor >= 0 for amount in rate.amounts)


@given(kst.money("KWD", -5, 5))
def test_strategies_give_money_between_two_ends(money: Money) -> None:
    assert money.currency == "KWD"
    assert -5 <= money.minor <= 5

"""Real practices' other terms: cancelling, withdrawing, memberships, and whole courses."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import kap_model as kap
from fees_support import CITATION, amounts, flat, problems, usd
from kap_model.documents.protocols import limit_value
from kap_model.fees import Claim, Fee, FeeSchedule, Flat
from real_practices import fees_of
from support import SOURCE, plan


def with_prices(document: str, **prices: str) -> FeeSchedule:
    """A real practice's terms beside prices that only its clients are told."""
    published = fees_of(document)
    fees = [
        Fee(
            item=item,
            rate=Flat(amount=kap.Money.of(amount, published.currency)),
            citation=CITATION,
        )
        for item, amount in prices.items()
    ]
    return attrs.evolve(published, fees=fees)


# --- Cancelled and missed sessions -----------------------------------------------------------


KIND_OF = {
    "C": "consultation",
    "E": "medical-evaluation",
    "P": "preparation",
    "D": "dosing",
    "I": "integration",
}


def charged(fees: FeeSchedule, token: str, notice: int | None = None) -> dict[str, str | None]:
    """The lines of the one session that was not held."""
    facts = {} if notice is None else {f"{token[0].lower()}1.notice_hours": notice}
    quote = kap.quote(plan(token, facts), fees)
    return {line.item: None if line.amount is None else line.amount.text for line in quote.lines}


@pytest.mark.parametrize(
    ("document", "token", "free", "late", "fee"),
    [
        ("kismet-ketamine", "D7x", 24, 23, "150.00"),
        ("mindbloom", "E0x", 24, 23, "150.00"),
        ("still-center", "P0x", 48, 47, None),
        ("hwg", "D7x", 24, 23, None),
        ("cathexis", "C0x", 48, 47, None),
        ("cathexis", "D7x", 48, 47, None),
        ("mindspace", "E0x", 72, 71, None),
        ("mindspace", "I7x", 72, 71, None),
    ],
)
def test_a_late_cancellation_is_charged_from_the_hour_on(
    document: str, token: str, free: int, late: int, fee: str | None
) -> None:
    fees = attrs.evolve(fees_of(document), packages=())
    kind = KIND_OF[token[0]]
    for notice in (free, free + 1, 168):
        assert charged(fees, token, notice) == {}
    for notice in (late, 1, 0):
        assert charged(fees, token, notice) == {f"{kind}, cancelled": fee}
    assert charged(fees, token.replace("x", "!")) == {f"{kind}, missed": fee}
    assert problems(plan(token), fees) == [
        (f"{token[0].lower()}1", "notice_hours must be recorded; the charge depends on it")
    ]


@pytest.mark.parametrize(("document", "late"), [("still-center", 47), ("hwg", 23)])
def test_the_full_price_of_a_session_is_due_late(document: str, late: int) -> None:
    assert kap.quote(plan("D7x", {"d1.notice_hours": late}), fees_of(document)).missing == (
        "dosing",
    )
    told = with_prices(document, dosing="480.00")
    assert charged(told, "D7x", late) == {"dosing, cancelled": "480.00"}
    assert charged(told, "D7x", late + 1) == {}


@pytest.mark.parametrize(("document", "late"), [("cathexis", 47), ("mindspace", 71)])
def test_a_charge_that_no_page_states_is_asked_for_and_never_nothing(
    document: str, late: int
) -> None:
    fees = with_prices(document, dosing="480.00")
    quote = kap.quote(plan("D0 D7x", {"d2.notice_hours": late}), fees)
    (line,) = [line for line in quote.lines if line.missed]
    assert (line.amount, line.basis) == (None, f"not published, {late} h of notice")
    assert (quote.total, quote.missing) == (kap.Money.of("480.00", fees.currency), ("dosing",))
    in_time = kap.quote(plan("D0 D7x", {"d2.notice_hours": late + 1}), fees)
    assert (len(in_time.lines), in_time.complete) == (1, True)


# --- Withdrawing -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "owed", "refund"),
    [
        ("before-late-cancellation", "0.00", "1254.00"),
        ("before-prescription", "150.00", "1104.00"),
        ("one-shipment", "627.00", "627.00"),
    ],
)
def test_mindbloom_owes_by_stage(stage: str, owed: str, refund: str) -> None:
    fees = fees_of("mindbloom")
    quote = kap.quote(plan("D0 D7 D14 D21 D28 D35"), fees)
    settled = kap.withdraw(quote, fees, stage, paid=usd("1254.00"))
    assert (settled.owed, settled.refund) == (usd(owed), usd(refund))


@pytest.mark.parametrize(
    ("stage", "owed"),
    [
        ("before-first-shipment", "150.00"),
        ("introductory-first-shipment", "300.00"),
        ("starter-first-shipment", "579.00"),
        ("all-shipped", "1200.00"),
    ],
)
def test_the_earlier_mindbloom_page_owes_by_stage(stage: str, owed: str) -> None:
    fees = with_prices("mindbloom-older", dosing="200.00")
    quote = kap.quote(plan("D0 D7 D14 D21 D28 D35"), fees)
    settled = kap.withdraw(quote, fees, stage, paid=usd("0.00"))
    assert settled.owed == settled.still_due == usd(owed)


def test_the_full_price_is_owed_once_somebody_states_it() -> None:
    fees = fees_of("mindbloom-older")
    quote = kap.quote(plan("D0 D7 D14 D21 D28 D35"), fees, packages=["starter"])
    with pytest.raises(kap.InvalidValue, match=r"^quote: must be complete"):
        kap.withdraw(quote, fees, "all-shipped", paid=usd("0.00"))
    assert kap.withdraw(quote, fees, "starter-first-shipment", paid=usd("0.00")).owed == usd("579")
    (_, starter) = fees.packages
    told = attrs.evolve(fees, packages=[attrs.evolve(starter, price=usd("1158.00"), always=True)])
    quote = kap.quote(plan("D0 D7 D14 D21 D28 D35"), told)
    assert kap.withdraw(quote, told, "all-shipped", paid=usd("0.00")).owed == usd("1158.00")


@pytest.mark.parametrize(
    ("document", "stage"), [("still-center", "package-begun"), ("mindspace", "withdrawn")]
)
@pytest.mark.parametrize("paid", ["0.00", "0.01", "1234.56"])
def test_who_withdraws_pays_no_more_and_gets_nothing_back(
    document: str, stage: str, paid: str
) -> None:
    fees = fees_of(document)
    quote = kap.quote(plan("P0 D7 I14"), fees)
    assert not quote.complete  # a share of what was paid needs no price
    amount = kap.Money.of(paid, fees.currency)
    settled = kap.withdraw(quote, fees, stage, paid=amount)
    assert (settled.owed, settled.basis) == (amount, f"100 % of {paid} paid")
    assert settled.refund == settled.still_due == kap.Money.zero(fees.currency)


def test_still_keeps_its_deposit_and_a_package_that_was_begun() -> None:
    fees = with_prices("still-center", dosing="500.00")
    quote = kap.quote(plan("D0 D7"), fees)
    (deposit,) = quote.deposits
    assert (deposit.share, deposit.refundable) == (None, False)
    assert quote.total == usd("1000.00")  # a payment ahead is part of the total, not beside it
    settled = kap.withdraw(quote, fees, "package-begun", paid=usd("1000.00"))
    assert (settled.refund, settled.not_refundable) == (usd("0.00"), ("Deposit",))


# --- By week, month and year; a price that was promised --------------------------------------


@pytest.mark.parametrize(
    ("line", "monthly", "yearly"),
    [
        ("D0 D30", "100.00", "1000.00"),
        ("D0 D31", "200.00", "1000.00"),
        ("D0 D364", "1200.00", "1000.00"),
        ("D0 D365", "1300.00", "2000.00"),
    ],
)
def test_a_membership_by_the_month_or_by_the_year(line: str, monthly: str, yearly: str) -> None:
    fees = fees_of("asheville-integrative")
    by_month, by_year = (
        kap.quote(plan(line), fees, labels={"membership": word}) for word in ("monthly", "yearly")
    )
    assert (by_month.total, by_year.total) == (usd(monthly), usd(yearly))
    assert kap.compare(by_month, by_year).difference == usd(yearly) - usd(monthly)


def test_nobody_chooses_between_month_and_year_for_a_client() -> None:
    assert problems(plan("D0"), fees_of("asheville-integrative")) == [
        ("course", "membership must be one of monthly, yearly")
    ]


@pytest.mark.parametrize(
    ("line", "total"),
    [("D0", "89.00"), ("D0 D6", "89.00"), ("D0 D7", "178.00"), ("D0 D7 D14 D21 D28 D35", "534.00")],
)
def test_a_program_is_paid_by_the_week(line: str, total: str) -> None:
    quote = kap.quote(plan(line), fees_of("ember-mindbloom-reported-weekly"))
    assert (quote.total, quote.complete) == (usd(total), True)


def test_treatments_booked_before_a_change_keep_their_price() -> None:
    before, after = (
        Fee(item="integration", rate=flat(amount), since=since, citation=CITATION)
        for amount, since in (("200.00", None), ("230.00", "2027-01-10"))
    )
    fees = attrs.evolve(fees_of("field-trip-la"), fees=(before, after))
    inside = {"i1": None, "Introductory treatment program": None}
    at_their_dates = kap.quote(plan("I0 I7 I15"), fees)
    assert amounts(at_their_dates) == inside | {"i2": "200.00", "i3": "230.00"}
    booked = kap.quote(plan("I0 I7 I15"), fees, priced_on="2027-01-09")
    assert amounts(booked) == inside | {"i2": "200.00", "i3": "200.00"}


# --- Superbills by the month ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2027-01-01", "2027-01-31", ["d1"]),
        ("2027-02-01", "2027-02-28", ["i1", "d2"]),
        ("2027-03-01", "2027-03-31", []),
    ],
)
def test_a_superbill_is_of_one_month_and_of_completed_sessions_only(
    since: str, until: str, expected: list[str]
) -> None:
    # The page of `widening-circles` names no price; its months are arguments.
    prices = {"dosing": "400.00", "integration": "150.00"}
    fees = FeeSchedule(
        id="widening-circles",
        currency="USD",
        fees=[
            Fee(item=kind, rate=flat(price), citation=CITATION) for kind, price in prices.items()
        ],
        claims=[Claim(kind=kind, scope="whole") for kind in prices],
    )
    held = plan("D30/120* I31* D58/180* I59x I60!", {"i2.notice_hours": 0})
    made = kap.superbill(
        held,
        fees,
        provider=kap.Provider(name="Clinician k-1"),
        client="c-17",
        codes={"dosing": "90837", "integration": "90834"},
        since=since,
        until=until,
    )
    assert [line.session for line in made.lines] == expected


# --- Whole courses, from the counts that a page states ---------------------------------------


NOT_STATED = (
    "consultation_first",
    "evaluation_first",
    "initial_supply",
    "refill_needs_review",
    "review_every",
)


def protocol(document: str, **forms: Any) -> kap.CareProtocol:
    """The core with a practice's own counts; intake and reviews only where it asks for them."""
    forms = {**dict.fromkeys(NOT_STATED, "off"), **forms}
    return kap.practices.CORE.protocol.extended(
        document,
        settings=[
            kap.Setting(
                limit=name,
                value=form if form == "off" else limit_value(name, form),
                citation=SOURCE,
            )
            for name, form in forms.items()
        ],
    )


def exactly(count: int) -> dict[str, int]:
    return {"min": count, "max": count}


@pytest.mark.parametrize(
    ("document", "forms", "low", "high"),
    [
        (
            "innerpath-baltimore",
            {
                "consultation_first": True,
                "evaluation_first": True,
                "preparation_count": exactly(1),
                "dosing_count": exactly(3),
                "dosing_minutes": exactly(120),
                "integration_count": exactly(3),
            },
            "2350.00",
            "2500.00",
        ),
        (
            "innerpath-baltimore-group",
            {
                "formats": ["group"],
                "preparation_count": exactly(2),
                "dosing_count": exactly(3),
                "dosing_minutes": exactly(150),
                "integration_count": exactly(3),
                "therapy_minutes": exactly(90),
            },
            "1225.00",
            "1225.00",
        ),
        (
            "awakn-uk",
            {
                "preparation_count": exactly(3),
                "dosing_count": exactly(3),
                "integration_count": exactly(3),
            },
            "6000.00",
            "6000.00",
        ),
        (
            "roots-to-thrive",
            {
                "formats": ["group"],
                "preparation_count": exactly(6),
                "dosing_count": exactly(3),
                "integration_count": exactly(6),
            },
            "5850.00",
            "5850.00",
        ),
        (
            "awakn-uk",
            {
                "preparation_count": {"min": 1, "max": 2},
                "dosing_count": exactly(3),
                "integration_count": {"min": 3, "max": 4},
            },
            "6000.00",
            "6000.00",
        ),
        (
            "mindbloom",
            {
                "preparation_count": "off",
                "preparation_before_dosing": "off",
                "integration_per_dosing": "off",
                "integration_after_dosing": "off",
                "dosing_count": exactly(6),
            },
            "1254.00",
            "1254.00",
        ),
    ],
)
def test_whole_courses_cost_what_is_published(
    document: str, forms: dict[str, Any], low: str, high: str
) -> None:
    fees = fees_of(document)
    made = kap.estimate(protocol(document, **forms), fees)
    assert [end.total.text for end in (made.low, made.high)] == [low, high]
    assert made.missing == (("course",) if document == "roots-to-thrive" else ())
    for end in (made.low, made.high):
        assert kap.check(end.plan, protocol(document, **forms)).ok


def test_the_route_is_what_the_two_inner_path_totals_differ_in() -> None:
    made = kap.estimate(
        protocol(
            "innerpath-baltimore",
            preparation_count=exactly(1),
            dosing_count=exactly(3),
            integration_count=exactly(3),
        ),
        fees_of("innerpath-baltimore"),
    )
    assert [end.labels for end in (made.low, made.high)] == [
        (("route", "oral"),),
        (("route", "im"),),
    ]


def test_a_scale_that_nobody_agreed_on_is_a_range() -> None:
    made = kap.estimate(
        protocol(
            "beyond-the-brain",
            preparation_count=exactly(1),
            dosing_count=exactly(1),
            integration_per_dosing="off",
            integration_after_dosing="off",
        ),
        fees_of("beyond-the-brain"),
    )
    assert [end.total.text for end in (made.low, made.high)] == ["750.00", "1400.00"]

"""``quote``: pinned figures, which fee applies to which session, refusals, and JSON."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings

import kap_model as kap
from copies import copies
from fees_support import (
    CITATION,
    EVERY_KIND,
    adjustment,
    amounts,
    by,
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
    Deposit,
    Hourly,
    Scale,
    Tier,
    Tiered,
)
from kap_model.fees.rates import ScaleEnd
from kap_model.pricing._terms import make_terms
from kap_model.pricing.quoting import quoted
from pricing_cases import Question, quotable
from profiles import scaled
from support import plan

EXAMPLE = Path(__file__).parents[2] / "examples" / "regrounding-plan.json"
REGROUNDING = kap.practices.REGROUNDING.fees
assert REGROUNDING is not None


# --- Pinned figures --------------------------------------------------------------------------


def test_the_example_of_the_regrounding_page() -> None:
    quote = kap.quote(kap.load(EXAMPLE))
    assert quote.total == usd("3855.00")
    assert not quote.complete
    assert quote.missing == ("consultation",)
    assert quote.subtotals == {"regrounding": usd("3855.00"), "Journey Clinical": None}
    assert amounts(quote) == {
        "c1": None,
        "e1": None,
        "p1": "185.00",
        "p2": "185.00",
        "d1": "375.00",
        "i1": "185.00",
        "d2": "375.00",
        "i2": "185.00",
        "r1": None,
        "d3": "375.00",
        "i3": "185.00",
        "d4": "500.00",
        "i4": "185.00",
        "d5": "375.00",
        "i5": "185.00",
        "d6": "375.00",
        "i6": "185.00",
    }


@pytest.mark.parametrize(
    ("token", "amount", "basis"),
    [
        ("P0", "185.00", "185.00 per session of 50 min"),
        ("P0/51", "185.00", "185.00 per session of 50 min; 51 min cost the same"),
        ("I0", "185.00", "185.00 per session of 50 min"),
        ("D0/90", "375.00", "90 min at 250.00 per hour"),
        ("D0/120", "500.00", "120 min at 250.00 per hour"),
        ("D0/119", "495.83", "119 min at 250.00 per hour"),
        (
            "D0/60",
            "250.00",
            "60 min at 250.00 per hour; prices are published for 90 to 120 min",
        ),
        (
            "D0/89",
            "370.83",
            "89 min at 250.00 per hour; prices are published for 90 to 120 min",
        ),
        (
            "D0/121",
            "504.17",
            "121 min at 250.00 per hour; prices are published for 90 to 120 min",
        ),
        ("C0", None, "not published"),
        ("E0", None, "billed by Journey Clinical"),
        ("R0", None, "billed by Journey Clinical"),
    ],
)
def test_the_prices_of_the_regrounding_page(token: str, amount: str | None, basis: str) -> None:
    (line,) = kap.quote(plan(token), "regrounding").lines
    assert line.amount == (None if amount is None else usd(amount))
    assert line.basis == basis


@pytest.mark.parametrize("practice", ["core", "kingsley"])
def test_a_practice_that_publishes_no_fees_prices_nothing(practice: str) -> None:
    expected = kap.Problem("fees", f"are not published by {practice}; give a schedule of your own")
    assert refused(kap.quote, plan("D0"), practice) == expected
    assert refused(kap.quote, plan("D0", {".fees": practice})) == expected
    assert kap.quote(plan("D0", {".fees": practice}), house()).total == usd("500.00")


@pytest.mark.parametrize("fees", [None, "house", "", 5, ["regrounding"], EVERY_KIND], ids=repr)
def test_a_schedule_is_given_or_named(fees: Any) -> None:
    assert refused(kap.quote, plan("D0"), fees).path == "fees"


def test_a_schedule_that_is_given_goes_before_the_named_one() -> None:
    named = plan("D0", {".fees": "regrounding"})
    assert kap.quote(named).fees == "regrounding"
    assert kap.quote(named, house()).fees == "house"


# --- Which sessions have lines ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "priced"),
    [
        ("P0* D1 D2x D3!", ["p1", "d1"]),
        ("completed P0* D1 D2x D3!", ["p1"]),
        ("discontinued P0* D1* D2", ["p1", "d1"]),
        ("discontinued P0* D1!", ["p1", "d1"]),
    ],
)
def test_counting_sessions_are_priced(line: str, priced: list[str]) -> None:
    made = kap.parse(f"2027-01-01 {line}")
    fees = house(missed=[missed(None, "50 %")] if "!" in line and "x" not in line else [])
    assert [row.session for row in kap.quote(made, fees).lines] == priced


def test_lines_stand_in_canonical_order_then_those_of_no_session() -> None:
    fees = house(
        fee("course", flat("10.00"), name="Intake forms"),
        fee("supply", flat("5.00")),
        packages=[package("900.00", dosing=1)],
        adjustments=[adjustment("Discount", "-10 %"), adjustment("Tax", "8.25 %")],
    )
    quote = kap.quote(plan("I3 P0 D1 S0>1=2 S2>3=2"), fees)
    assert [line.session or line.item for line in quote.lines] == [
        *("p1", "d1", "i1", "supply", "supply", "Intake forms", "starter package"),
        *("Discount", "Tax"),
    ]
    assert [line.kind for line in quote.lines[3:]] == [None] * 6
    assert [line.date for line in quote.lines[3:]] == [None] * 6
    assert [line.minutes for line in quote.lines[3:]] == [None] * 6


# --- Dated fees ------------------------------------------------------------------------------

RAISED = house(
    fee("dosing", flat("250.00"), since="2027-01-01"),
    fee("dosing", flat("300.00"), since="2027-01-10"),
)


def test_the_fee_in_force_on_the_date_of_service_applies() -> None:
    assert amounts(kap.quote(plan("D8 D9"), RAISED)) == {"d1": "250.00", "d2": "300.00"}


def test_the_date_of_service_is_that_of_the_plans_zone() -> None:
    # 23:30 in Los Angeles on the 9th is the 10th in UTC.
    there = kap.parse("2027-01-09 America/Los_Angeles D0@23:30")
    assert amounts(kap.quote(there, RAISED)) == {"d1": "250.00"}
    assert kap.quote(there, RAISED).lines[0].date == dt.date(2027, 1, 9)
    assert amounts(kap.quote(attrs.evolve(there, timezone="UTC"), RAISED)) == {"d1": "300.00"}


def test_before_the_first_date_there_is_no_fee() -> None:
    assert problems(kap.parse("2026-12-31 D0 D1"), RAISED) == [
        ("d1", "dosing has no fee so early in the schedule house")
    ]


def test_a_kind_without_a_fee_is_named_with_the_schedule() -> None:
    fees = schedule(fee("dosing", flat("250.00")))
    assert problems(plan("P0 P1 D2 I3"), fees) == [
        ("p1", "preparation has no fee in the schedule house; so for 1 more"),
        ("i1", "integration has no fee in the schedule house"),
    ]


@pytest.mark.parametrize("lock", ["2027-01-09", dt.date(2027, 1, 9)])
def test_a_price_lock(lock: Any) -> None:
    assert amounts(kap.quote(plan("D8 D9"), RAISED, priced_on=lock)) == {
        "d1": "250.00",
        "d2": "250.00",
    }


def test_a_price_lock_before_the_first_fee_has_no_price() -> None:
    assert problems(plan("D8"), RAISED, priced_on="2026-12-31")[0][0] == "d1"


@pytest.mark.parametrize("lock", ["soon", "2027-1-9", 5, dt.datetime(2027, 1, 9, tzinfo=dt.UTC)])
def test_a_price_lock_is_a_date(lock: Any) -> None:
    assert refused(kap.quote, plan("D8"), RAISED, priced_on=lock).path == "priced_on"


# --- Payees and what is not published --------------------------------------------------------


def test_other_payees_have_subtotals_of_their_own() -> None:
    fees = house(
        fee("consultation"),
        fee("medical-evaluation", flat("120.00"), payee="Journey Clinical"),
        fee("supply", flat("60.00"), payee="the pharmacy"),
    )
    quote = kap.quote(plan("C0 E1 P2 R3 S0>1=2"), fees)
    assert quote.total == usd("185.00")
    assert quote.subtotals == {
        "house": usd("185.00"),
        "Journey Clinical": usd("120.00"),
        "the pharmacy": usd("60.00"),
    }
    assert quote.missing == ("consultation",)


def test_what_others_bill_leaves_a_quote_complete() -> None:
    quote = kap.quote(plan("E0 P1"), house())
    assert quote.complete
    assert quote.subtotals == {"house": usd("185.00"), "Journey Clinical": None}


def test_what_is_not_published_is_missing_kinds_first() -> None:
    fees = house(
        fee("integration"), fee("consultation"), fee("course"), fee("supply", name="Lozenges")
    )
    quote = kap.quote(plan("I0 C1 C2 S0>1=2"), fees)
    assert quote.missing == ("consultation", "integration", "supply", "course")
    assert quote.total == usd("0.00")
    assert {line.basis for line in quote.lines} == {"not published"}


# --- Formats, labels, scales -----------------------------------------------------------------


def test_a_fee_for_a_format_is_per_person() -> None:
    fees = schedule(
        fee("dosing", flat("250.00")),
        fee("dosing", flat("90.00"), format="group", name="Group dosing"),
    )
    alone, together = kap.quote(plan("D0 D1g"), fees).lines
    assert (alone.item, alone.amount, alone.basis) == (
        "dosing",
        usd("250.00"),
        "250.00 per session",
    )
    assert (together.item, together.amount, together.basis) == (
        "Group dosing",
        usd("90.00"),
        "90.00 per session, per person",
    )


BY_ROUTE = house(
    fee("dosing", by("route", oral=flat("200.00"), nasal=flat("300.00"))),
    fee("supply", by("route", oral=flat("10.00"), nasal=flat("20.00"))),
)


@pytest.mark.parametrize(
    ("rate", "facts", "amount"),
    [
        (by("place", office=flat("1.00"), remote=flat("2.00")), {}, "1.00"),
        (by("place", office=flat("1.00"), remote=flat("2.00")), {"d1.place": "remote"}, "2.00"),
        (by("format", individual=flat("1.00"), group=flat("2.00")), {"d1.format": "group"}, "2.00"),
        (by("level", low=flat("1.00"), high=flat("2.00")), {"d1.level": "high"}, "2.00"),
        (by("level", low=Hourly(amount=usd("60.00"))), {"d1.level": "low"}, "120.00"),
    ],
)
def test_a_label_of_the_session(rate: Any, facts: dict[str, Any], amount: str) -> None:
    quote = kap.quote(plan("D0/120", facts), house(fee("dosing", rate)))
    assert amounts(quote) == {"d1": amount}


def test_a_label_that_the_session_does_not_record_has_no_price() -> None:
    fees = house(fee("dosing", by("level", low=flat("1.00"))))
    assert problems(plan("D0"), fees) == [("d1", "level must be one of low")]
    fees = house(fee("consultation", by("format", individual=flat("1.00"))))
    assert problems(plan("C0"), fees) == [("c1", "format must be one of individual")]


def test_a_label_that_the_caller_chooses() -> None:
    made = plan("D0 S0>1=2")
    oral = kap.quote(made, BY_ROUTE, labels={"route": "oral"})
    assert amounts(oral) == {"d1": "200.00", "supply": "10.00"}
    assert problems(made, BY_ROUTE) == [("d1", "route must be one of oral, nasal; so for 1 more")]


def test_a_label_may_be_priced_on_some_dates_only() -> None:
    fees = house(
        fee("dosing", by("route", oral=flat("1.00"))),
        fee("dosing", by("route", nasal=flat("2.00")), since="2027-01-10"),
    )
    labels = {"route": "nasal"}
    assert amounts(kap.quote(plan("D9"), fees, labels=labels)) == {"d1": "2.00"}
    assert problems(plan("D8"), fees, labels=labels) == [("d1", "route must be one of oral")]


@pytest.mark.parametrize(
    ("labels", "path", "reason"),
    [
        ({"way": "oral"}, "labels", "must be ones that the schedule house knows: route"),
        ({"place": "office"}, "labels", "must be ones that the schedule house knows: route"),
        ({"route": "by-air"}, "labels.route", "must be one of oral, nasal"),
        ({"route": None}, "labels.route", "must be one of oral, nasal"),
        ({"route": ["oral"]}, "labels.route", "must be one of oral, nasal"),
    ],
)
def test_a_label_that_no_schedule_knows(labels: Any, path: str, reason: str) -> None:
    # Even where no session meets it: a word that is misspelt must not pass unread.
    problem = refused(kap.quote, plan("P0"), BY_ROUTE, labels=labels)
    assert (problem.path, problem.reason) == (path, reason)


def test_a_schedule_without_labels_knows_none() -> None:
    problem = refused(kap.quote, plan("P0"), house(), labels={"route": "oral"})
    assert problem.reason == "must be ones that the schedule house knows: none"


SLIDING = house(fee("integration", Scale(low=usd("100.00"), high=usd("150.00"))))


def test_a_range_needs_an_agreed_price() -> None:
    made = plan("P0 I1 I2")
    assert problems(made, SLIDING) == [
        (
            "i1",
            "integration is on a sliding scale; a quote needs the agreed price; so for 1 more",
        )
    ]
    quote = kap.quote(made, SLIDING, agreed={"integration": usd("120.00")})
    assert amounts(quote) == {"p1": "185.00", "i1": "120.00", "i2": "120.00"}
    assert quote.lines[1].basis == "120.00 agreed, of 100.00 to 150.00"


def test_a_scale_without_an_upper_end() -> None:
    fees = house(fee("integration", Scale(low=usd("100.00"))))
    quote = kap.quote(plan("I0"), fees, agreed={"integration": usd("900.00")})
    assert amounts(quote) == {"i1": "900.00"}
    assert quote.lines[0].basis == "900.00 agreed, of 100.00 or more"
    for end in ("low", "high"):
        terms = make_terms(fees, agreed=None, labels=None, packages=())._replace(scale_end=end)
        assert amounts(quoted(plan("I0"), terms)) == {"i1": "100.00"}


def test_an_agreed_price_outside_the_scale_is_refused() -> None:
    assert problems(plan("I0"), SLIDING, agreed={"integration": usd("99.99")}) == [
        ("i1", "agreed must be Money within the sliding scale")
    ]


@pytest.mark.parametrize(
    ("agreed", "path"),
    [
        ({"integration": kap.Money.of("120.00", "EUR")}, "agreed.integration"),
        ({"integration": 120}, "agreed.integration"),
        ({"integration": "120.00"}, "agreed.integration"),
        ({"dosing": usd("120.00")}, "agreed.dosing"),
        ({"integrations": usd("120.00")}, "agreed"),
        ({"course": usd("120.00")}, "agreed"),
    ],
)
def test_an_agreed_price_is_money_for_a_scale_of_the_schedule(agreed: Any, path: str) -> None:
    assert refused(kap.quote, plan("P0"), SLIDING, agreed=agreed).path == path


@pytest.mark.parametrize(("end", "amount"), [("low", "100.00"), ("high", "150.00")])
def test_an_estimate_takes_an_end_of_each_scale_that_nobody_agreed_on(
    end: ScaleEnd, amount: str
) -> None:
    open_terms = make_terms(SLIDING, agreed=None, labels=None, packages=())
    assert amounts(quoted(plan("I0"), open_terms._replace(scale_end=end))) == {"i1": amount}
    settled = make_terms(SLIDING, agreed={"integration": usd("120.00")}, labels={}, packages=())
    assert amounts(quoted(plan("I0"), settled._replace(scale_end=end))) == {"i1": "120.00"}


def test_a_scale_may_stand_under_a_label() -> None:
    scale = Scale(low=usd("100.00"), high=usd("150.00"))
    fees = house(fee("dosing", by("place", office=scale, remote=flat("90.00"))))
    quote = kap.quote(plan("D0 D1~"), fees, agreed={"dosing": usd("120.00")})
    assert amounts(quote) == {"d1": "120.00", "d2": "90.00"}


def test_a_length_beyond_the_last_tier_has_no_price() -> None:
    tiers = [Tier(minutes=90, amount=usd("435.00")), Tier(minutes=120, amount=usd("580.00"))]
    fees = house(fee("dosing", Tiered(tiers=tiers)))
    made = kap.quote(plan("D0/90 D1/91 D2/120"), fees)
    assert amounts(made) == {"d1": "435.00", "d2": "580.00", "d3": "580.00"}
    assert problems(plan("D0/120 D1/121"), fees) == [
        ("d2", "minutes must be at most 120; no price is stated beyond")
    ]


# --- JSON ------------------------------------------------------------------------------------

LINE_KEYS = ("session", "kind", "date", "minutes", "item", "amount", "payee", "claimable", "basis")
LINES: list[tuple[Any, ...]] = [
    (
        *("c1", "consultation", "2027-01-01", 50),
        *("consultation", None, "regrounding", None, "not published"),
    ),
    (
        *("e1", "medical-evaluation", "2027-01-02", 30),
        *("medical-evaluation", None, "Journey Clinical", None, "billed by Journey Clinical"),
    ),
    (
        *("p1", "preparation", "2027-01-03", 50),
        *("preparation", "185.00", "regrounding", "185.00", "185.00 per session of 50 min"),
    ),
    (None, None, None, None, "Tax", "18.50", "regrounding", None, "10 % of 185.00"),
]


def test_the_json_form() -> None:
    made = plan("C0 E1 P2", {".protocol": "kingsley"})
    assert REGROUNDING is not None
    quote = kap.quote(made, attrs.evolve(REGROUNDING, adjustments=[adjustment("Tax", "10 %")]))
    expected = {
        "plan": "plan",
        "fees": "regrounding",
        "currency": "USD",
        "complete": False,
        "missing": ["consultation"],
        "total": "203.50",
        "lines": [dict(zip(LINE_KEYS, line, strict=True)) for line in LINES],
        "subtotals": {"regrounding": "203.50", "Journey Clinical": None},
    }
    # As text, so that the order of the keys counts too.
    assert json.dumps(quote.to_dict()) == json.dumps(expected)


@settings(max_examples=scaled(25))
@given(quotable())
def test_every_quote_is_json_with_these_keys(question: Question) -> None:
    document = question.ask().to_dict()
    assert json.loads(json.dumps(document)) == document
    assert list(document) == [
        *("plan", "fees", "currency", "complete", "missing", "total", "lines", "subtotals")
    ]
    assert {tuple(line) for line in document["lines"]} <= {LINE_KEYS}


def test_a_quote_is_frozen_and_copied_and_shows_counts_and_ids_only() -> None:
    made = plan("D0*", {".client": "c-17", "d1.support_person": "spouse"})
    quote = kap.quote(made, house(deposits=[Deposit(name="Deposit", citation=CITATION)]))
    for other in copies(quote):
        assert other == quote
        assert hash(other) == hash(quote)
    assert repr(quote) == "<Quote plan: 1 lines>"
    assert repr(quote.lines[0]) == "<QuoteLine d1>"
    assert repr(attrs.evolve(quote.lines[0], session=None)) == "<QuoteLine dosing>"
    said = repr(quote) + str(quote) + json.dumps(quote.to_dict())
    assert "c-17" not in said
    assert "spouse" not in said


# --- A quote as a value --------------------------------------------------------------------------


def test_a_quote_is_deep() -> None:
    made = kap.quote(plan("P0 D1"), house())
    again = attrs.evolve(made, lines=list(made.lines), missing=[], deposits=[])
    assert (again, hash(again)) == (made, hash(made))
    assert refused(attrs.evolve, made, lines=[1]).path == "lines[0]"
    assert refused(attrs.evolve, made, missing=[1]).path == "missing[0]"
    assert refused(attrs.evolve, made, deposits=["a deposit"]).path == "deposits[0]"
    assert refused(attrs.evolve, made, currency="EUR").path == "lines"


@pytest.mark.parametrize("path", ["amount", "claimable"])
def test_a_line_holds_money(path: str) -> None:
    line = kap.quote(plan("P0"), house()).lines[0]
    problem = refused(attrs.evolve, line, **{path: 5})
    assert (problem.path, problem.reason) == (path, "must be Money")


def test_a_practice_is_taken_for_the_fees_that_it_publishes() -> None:
    plan = kap.parse("2027-01-04 C0 E2 P7 D14 I15")
    practice = kap.practices.REGROUNDING
    assert kap.quote(plan, practice) == kap.quote(plan, practice.id)
    assert kap.estimate("core", practice) == kap.estimate("core", practice.id)
    with pytest.raises(kap.InvalidValue, match="fees: are not published by kingsley"):
        kap.quote(plan, kap.practices.KINGSLEY)

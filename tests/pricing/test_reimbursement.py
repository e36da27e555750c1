"""Reimbursement: deductible, allowed amounts and coinsurance, claim by claim."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model import fees
from kap_model.money import Money
from kap_model.pricing.codes import Provider
from kap_model.pricing.reimbursement import AMOUNTS, Claimed, Reimbursement, reimbursement
from kap_model.pricing.superbills import superbill
from refusals import NO_MAPPINGS, check_fields, check_tuples, refused_at
from support import plan

MARKER = "MARKER"


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


ALLOWED = {"90834": usd("150.00"), "90837": usd("200.00")}


def claimed(day: int, code: str = "90834", charge: str = "185.00", **given: Any) -> Claimed:
    return Claimed(date=dt.date(2027, 1, day), code=code, charge=usd(charge), **given)


def paid(claims: Any, **given: Any) -> Reimbursement:
    usual: dict[str, Any] = {
        "allowed": ALLOWED,
        "deductible_left": usd("200.00"),
        "coinsurance": "30",
    }
    return reimbursement(claims, **usual | given)


def refused(claims: Any, **given: Any) -> list[str]:
    with pytest.raises(kap.InvalidValue) as caught:
        paid(claims, **given)
    return [problem.path for problem in caught.value.problems]


def rows(made: Reimbursement) -> list[tuple[str, ...]]:
    return [
        (row.allowed.text, row.deductible.text, row.reimbursed.text, row.client_pays.text)
        for row in made.rows
    ]


THREE = (claimed(1), claimed(2, "90837", "250.00"), claimed(3))


def test_the_deductible_is_used_up_and_then_the_rest_is_shared() -> None:
    made = paid(THREE)
    assert rows(made) == [
        ("150.00", "150.00", "0.00", "185.00"),
        ("200.00", "50.00", "105.00", "145.00"),
        ("150.00", "0.00", "105.00", "80.00"),
    ]
    assert {name: amount.text for name, amount in made.totals.items()} == {
        "charge": "620.00",
        "allowed": "500.00",
        "deductible": "200.00",
        "coinsurance": "90.00",
        "above_allowed": "120.00",
        "reimbursed": "210.00",
        "client_pays": "410.00",
    }
    assert made.deductible_left == usd("0.00")


def test_claims_are_taken_in_order_of_date_and_ties_as_given() -> None:
    late, first, second = claimed(9, id="late"), claimed(2, id="b"), claimed(2, id="a")
    made = paid(iter([late, first, second]))
    assert [row.claim.id for row in made.rows] == ["b", "a", "late"]
    assert [row.deductible.text for row in made.rows] == ["150.00", "50.00", "0.00"]


def test_a_charge_below_what_is_allowed_is_allowed_whole() -> None:
    made = paid([claimed(1, charge="100.00")], deductible_left=usd("0.00"))
    assert rows(made) == [("100.00", "0.00", "70.00", "30.00")]


def test_a_deductible_that_is_not_reached_leaves_nothing_to_pay_back() -> None:
    made = paid(THREE, deductible_left=usd("1000.00"))
    assert made.totals["reimbursed"] == usd("0.00")
    assert made.deductible_left == usd("500.00")


@pytest.mark.parametrize(
    ("coinsurance", "reimbursed"),
    [
        ("0", "150.00"),
        ("100", "0.00"),
        ("33.3333", "100.00"),
        (Decimal("12.5"), "131.25"),
        (Decimal("3E+1"), "105.00"),
    ],
)
def test_the_coinsurance_is_what_the_client_pays(coinsurance: Any, reimbursed: str) -> None:
    made = paid([claimed(1)], deductible_left=usd("0.00"), coinsurance=coinsurance)
    assert made.rows[0].reimbursed == usd(reimbursed)


def test_each_claim_is_rounded_once_half_away_from_zero() -> None:
    cents = [claimed(1, charge="0.01"), claimed(2, charge="0.01")]
    made = paid(cents, deductible_left=usd("0.00"), coinsurance="50")
    assert [row.reimbursed.text for row in made.rows] == ["0.01", "0.01"]
    made = paid(cents, deductible_left=usd("0.00"), coinsurance="50.01")
    assert [row.reimbursed.text for row in made.rows] == ["0.00", "0.00"]


def test_nothing_claimed_is_nothing_paid_back() -> None:
    made = paid([])
    assert made.rows == ()
    assert set(made.totals) == set(AMOUNTS)
    assert made.totals["reimbursed"] == made.totals["charge"] == Money.zero("USD")
    assert made.deductible_left == usd("200.00")


def test_a_superbill_is_claimed_line_by_line() -> None:
    practice = kap.practices.REGROUNDING.fees
    assert practice is not None
    bill = superbill(
        plan("P0* D14* I15* D28"),
        practice,
        provider=Provider(name="A"),
        client="c-17",
        codes={"preparation": "90834", "dosing": "90837", "integration": "90834"},
        claims=[
            fees.Claim(kind="preparation", scope="whole"),
            fees.Claim(kind="dosing", scope=60),
            fees.Claim(kind="integration", scope="whole"),
        ],
    )
    made = paid(bill)
    assert made.totals["charge"] == bill.total == usd("620.00")
    assert [row.claim.id for row in made.rows] == ["p1", "d1", "i1"]
    assert made.totals["reimbursed"] == usd("210.00")


def test_every_claim_without_an_allowed_amount_is_named_and_no_code() -> None:
    claims = [claimed(1, "90791"), claimed(2), claimed(3, "90853"), claimed(4, "90791")]
    with pytest.raises(kap.InvalidValue) as caught:
        paid(claims)
    assert str(caught.value).splitlines() == [
        f"claims[{index}].code: has no allowed amount" for index in (0, 2, 3)
    ]


@pytest.mark.parametrize("allowed", [None, *NO_MAPPINGS])
def test_allowed_amounts_are_a_mapping(allowed: Any) -> None:
    assert refused([], allowed=allowed) == ["allowed"]


def test_a_reimbursement_s_fields_are_checked() -> None:
    made = paid(THREE)
    check_tuples(made, "rows")
    check_fields(
        made,
        {
            "deductible_before": ("deductible_before", 200),
            "rows": ("rows", None),
            "rows[1]": ("rows", [made.rows[0], THREE[0]]),
        },
    )
    assert refused_at(Reimbursement, deductible_before=Money(0, "EUR"), rows=made.rows) == ["rows"]


@pytest.mark.parametrize("name", ["allowed", "deductible", "reimbursed"])
def test_a_row_s_fields_are_checked(name: str) -> None:
    row = paid(THREE).rows[0]
    check_fields(row, {"claim": ("claim", "p1")})
    for amount in (None, 1, usd("-0.01"), Money(1, "EUR")):
        check_fields(row, {name: (name, amount)})


def test_an_allowed_amount_of_zero_is_a_statement() -> None:
    made = paid([claimed(1, "90791")], allowed={"90791": usd("0.00")})
    assert rows(made) == [("0.00", "0.00", "0.00", "185.00")]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"claims": claimed(1)}, "claims"),
        ({"claims": [claimed(1), "90834"]}, "claims[1]"),
        (
            {"claims": [Claimed(date="2027-01-01", code="90834", charge=Money(1, "EUR"))]},
            "claims[0].charge",
        ),
        ({"allowed": [("90834", usd("1.00"))]}, "allowed"),
        ({"allowed": {"x": usd("1.00")}}, "allowed"),
        ({"allowed": {90834: usd("1.00")}}, "allowed"),
        ({"allowed": {"90834": "1.00"}}, "allowed.90834"),
        ({"allowed": {"90834": usd("-1.00")}}, "allowed.90834"),
        ({"allowed": {"90834": Money(1, "EUR")}}, "allowed.90834"),
        ({"deductible_left": usd("-0.01")}, "deductible_left"),
        ({"deductible_left": 200}, "deductible_left"),
        ({"coinsurance": "-1"}, "coinsurance"),
        ({"coinsurance": "100.01"}, "coinsurance"),
        ({"coinsurance": 30}, "coinsurance"),
        ({"coinsurance": 0.3}, "coinsurance"),
        ({"coinsurance": None}, "coinsurance"),
        ({"coinsurance": "30 %"}, "coinsurance"),
        ({"coinsurance": Decimal("NaN")}, "coinsurance"),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(given: dict[str, Any], path: str) -> None:
    assert refused(**{"claims": [claimed(1)]} | given) == [path]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"date": "2027-02-30"}, "date"),
        ({"date": None}, "date"),
        ({"code": "x"}, "code"),
        ({"charge": usd("-1.00")}, "charge"),
        ({"charge": "1.00"}, "charge"),
        ({"id": "a b"}, "id"),
    ],
)
def test_a_claim_s_fields_are_checked(given: dict[str, Any], path: str) -> None:
    cls: Any = Claimed
    sound = {"date": "2027-01-01", "code": "90834", "charge": usd("1.00")}
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**sound | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    "given",
    [
        {"coinsurance": MARKER},
        {"allowed": {f"{MARKER}{MARKER}": usd("1.00")}},
        {"allowed": {"90834": MARKER}},
        {"deductible_left": MARKER},
        {"claims": [MARKER]},
    ],
    ids=str,
)
def test_an_error_names_no_value(given: dict[str, Any]) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        paid(**{"claims": [claimed(1)]} | given)
    assert MARKER not in f"{caught.value}{caught.value!r}"
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_reimbursement_as_json() -> None:
    assert paid([claimed(1, id="p1")], deductible_left=usd("50.00")).to_dict() == {
        "currency": "USD",
        "deductible_before": "50.00",
        "deductible_left": "0.00",
        "totals": {
            "charge": "185.00",
            "allowed": "150.00",
            "deductible": "50.00",
            "coinsurance": "30.00",
            "above_allowed": "35.00",
            "reimbursed": "70.00",
            "client_pays": "115.00",
        },
        "rows": [
            {
                "id": "p1",
                "date": "2027-01-01",
                "code": "90834",
                "charge": "185.00",
                "allowed": "150.00",
                "deductible": "50.00",
                "coinsurance": "30.00",
                "above_allowed": "35.00",
                "reimbursed": "70.00",
                "client_pays": "115.00",
            }
        ],
    }


def test_a_reimbursement_as_text() -> None:
    assert str(paid([claimed(1, id="p1"), claimed(2, "90837", "250.00")])).splitlines() == [
        "  date        claim  code    charge  allowed  deductible  reimbursed  client pays",
        "  2027-01-01  p1     90834  $185.00  $150.00     $150.00       $0.00      $185.00",
        "  2027-01-02         90837  $250.00  $200.00      $50.00     $105.00      $145.00",
        "  -------------------------------------------------------------------------------",
        "  total                     $435.00  $350.00     $200.00     $105.00      $330.00",
        "",
        "  deductible left: $0.00 of $200.00",
        "  arithmetic on the figures given; an insurer decides by terms of their own",
    ]


def test_a_reimbursement_is_a_value_that_prints_no_client_data() -> None:
    made = paid([claimed(1, id="p1"), claimed(2)])
    assert repr(made) == "<Reimbursement: 2 rows>"
    assert [repr(row) for row in made.rows] == ["<Reimbursed p1>", "<Reimbursed>"]
    assert [repr(row.claim) for row in made.rows] == ["<Claimed p1>", "<Claimed>"]
    for other in copies(made):
        assert other == made
        assert hash(other) == hash(made)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(made, "rows", ())  # noqa: B010 - a type checker refuses the plain form


MINORS = st.integers(0, 50_000)
CLAIMS = st.lists(
    st.builds(
        Claimed,
        date=st.dates(dt.date(2027, 1, 1), dt.date(2027, 1, 20)),
        code=st.sampled_from(list(ALLOWED)),
        charge=MINORS.map(lambda minor: Money(minor, "USD")),
    ),
    max_size=8,
)
LIMITS = st.fixed_dictionaries(
    {code: MINORS.map(lambda minor: Money(minor, "USD")) for code in ALLOWED}
)
PERCENTS = st.integers(0, 10_000).map(lambda hundredths: Decimal(hundredths) / 100)


@given(CLAIMS, LIMITS, MINORS, PERCENTS)
def test_every_row_and_every_sum_adds_up(
    claims: list[Claimed], limits: dict[str, Money], deductible: int, percent: Decimal
) -> None:
    left = Money(deductible, "USD")
    made = reimbursement(claims, allowed=limits, deductible_left=left, coinsurance=percent)
    zero = Money.zero("USD")
    for row in made.rows:
        assert zero <= row.reimbursed <= row.allowed <= row.charge
        assert row.allowed <= limits[row.claim.code]
        assert row.charge == row.reimbursed + row.client_pays
        assert row.client_pays == row.deductible + row.coinsurance + row.above_allowed
        assert min(row.deductible, row.coinsurance, row.above_allowed) >= zero
        exact = (row.allowed - row.deductible).minor * (1 - Fraction(percent) / 100)
        assert abs(row.reimbursed.minor - exact) <= Fraction(1, 2)
    totals = made.totals
    assert totals["charge"] == Money.total((claim.charge for claim in claims), "USD")
    assert totals["charge"] == totals["reimbursed"] + totals["client_pays"]
    assert totals["deductible"] == min(left, totals["allowed"])
    assert [row.claim for row in made.rows] == sorted(claims, key=lambda claim: claim.date)


@given(CLAIMS, LIMITS, MINORS, MINORS, PERCENTS)
def test_a_larger_deductible_never_pays_more_back(
    claims: list[Claimed], limits: dict[str, Money], one: int, other: int, percent: Decimal
) -> None:
    smaller, larger = (
        reimbursement(
            claims, allowed=limits, deductible_left=Money(left, "USD"), coinsurance=percent
        )
        for left in sorted((one, other))
    )
    for less, more in zip(larger.rows, smaller.rows, strict=True):
        assert less.reimbursed <= more.reimbursed

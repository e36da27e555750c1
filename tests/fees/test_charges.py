"""What stands beside fees: shares, packages, payments ahead, missed sessions, claims."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from copies import copies
from fees_support import CITATION, adjustment, missed, package, refused, share, usd
from kap_model import Money
from kap_model.fees import Adjustment, Claim, Deposit, Missed, Package, Share, Together, Withdrawal
from kap_model.fees.charges import check_share
from kap_model.sessions import KINDS
from kap_model.testing import strategies as kst


@pytest.mark.parametrize(
    ("percent", "exact", "text"),
    [
        ("-10", Decimal(-10), "-10 %"),
        ("8.25", Decimal("8.25"), "8.25 %"),
        ("50.0", Decimal(50), "50 %"),
        ("100", Decimal(100), "100 %"),
        ("-100.0000", Decimal(-100), "-100 %"),
        ("0", Decimal(0), "0 %"),
        ("-0.0", Decimal(0), "0 %"),
        ("0.0001", Decimal("0.0001"), "0.0001 %"),
        ("999.5", Decimal("999.5"), "999.5 %"),
        (Decimal("12.50"), Decimal("12.5"), "12.5 %"),
        (Decimal("1E+2"), Decimal(100), "100 %"),
    ],
)
def test_a_percentage_has_one_spelling(percent: Any, exact: Decimal, text: str) -> None:
    made = Share(percent=percent)
    assert made.percent == exact
    assert str(made) == text
    assert made.fraction == Fraction(exact) / 100
    assert str(Share(percent=made.percent)) == text
    for other in copies(made):
        assert other == made
        assert str(other) == text


def test_a_percentage_does_not_depend_on_the_precision_that_a_program_has_set() -> None:
    with localcontext(prec=2):
        assert str(Share(percent="-99.1234")) == "-99.1234 %"
        assert str(Share(percent="100.0")) == "100 %"


@pytest.mark.parametrize(
    "percent",
    [
        *("", "10%", " 10", "1e2", "+5", "05", "1000", "0.00001", "NaN", "10\n", "\u0661"),
        *(10, 10.0, True, Decimal("NaN"), Decimal("1E+3"), "-100.01", "-101", Decimal(-101)),
    ],
    ids=repr,
)
def test_no_percentage_is_coerced_nor_takes_more_than_there_is(percent: Any) -> None:
    assert refused(Share, percent=percent).path == "percent"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({}, "percent"),
        ({"percent": "10", "amount": usd("1.00")}, "percent"),
        ({"amount": 1}, "amount"),
        ({"amount": "1.00"}, "amount"),
        ({"amount": Decimal(1)}, "amount"),
    ],
)
def test_a_share_is_a_percentage_or_an_amount(given: dict[str, Any], path: str) -> None:
    assert refused(Share, **given).path == path


@pytest.mark.parametrize(
    ("part", "price", "comes_to"),
    [
        ("50 %", "185.00", "92.50"),
        ("50 %", "0.01", "0.01"),
        ("-50 %", "0.01", "-0.01"),
        ("33.3333 %", "100.00", "33.33"),
        ("0 %", "185.00", "0.00"),
        ("75.00", "185.00", "75.00"),
        ("-75.00", "1.00", "-75.00"),
    ],
)
def test_a_share_of_a_price(part: str, price: str, comes_to: str) -> None:
    assert share(part).of(usd(price)) == usd(comes_to)


@pytest.mark.parametrize(
    ("part", "nothing"),
    [("0 %", True), ("0.00", True), ("0.01 %", False), ("0.01", False), ("-5.00", False)],
)
def test_a_share_that_comes_to_nothing_whatever_the_price(part: str, nothing: bool) -> None:  # noqa: FBT001 - a column of the table
    assert share(part).is_nothing is nothing


def test_an_amount_has_no_fraction() -> None:
    assert share("75.00").fraction == 0
    assert str(share("75.00")) == "75.00"


@given(kst.money(min_minor=-(10**6)), st.integers(-10_000, 15_000))
def test_a_percentage_is_rounded_once(price: Money, hundredths: int) -> None:
    part = Share(percent=Decimal(hundredths) / 100).of(price)
    assert abs(part.minor - Fraction(price.minor * hundredths, 10_000)) <= Fraction(1, 2)
    assert Share(percent=Decimal(hundredths) / 100).of(-price) == -part


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Share(percent="-1"), "percent"),
        (Share(amount=usd("-0.01")), "amount"),
        ("50", "charge"),
        (None, "charge"),
        (usd("5.00"), "charge"),
    ],
    ids=repr,
)
def test_what_somebody_owes_is_not_negative(value: Any, path: str) -> None:
    assert refused(check_share, value, "charge").path == path
    check_share(Share(percent="0"), "charge")
    check_share(Share(amount=usd("0.00")), "charge")


CITED: dict[str, Any] = {"citation": CITATION}
MAKE: dict[str, tuple[Any, dict[str, Any]]] = {
    "missed": (Missed, {"at_least": 24, "charge": share("50 %"), "kind": "dosing", **CITED}),
    "package": (
        Package,
        {
            "id": "starter",
            "name": "Starter",
            "price": usd("900.00"),
            "counts": [("dosing", 2)],
            "together": [Together(kinds=("integration", "preparation"), count=4)],
            "always": True,
            **CITED,
        },
    ),
    "adjustment": (Adjustment, {"name": "Tax", "share": share("8.25 %"), **CITED}),
    "deposit": (
        Deposit,
        {"name": "Deposit", "share": share("100.00"), "refundable": False, **CITED},
    ),
    "withdrawal": (
        Withdrawal,
        {"stage": "early", "name": "Before the first dosing", "owed": share("25 %"), **CITED},
    ),
    "claim": (Claim, {"kind": "dosing", "scope": 60}),
    "together": (Together, {"kinds": ("preparation", "integration"), "count": 4}),
}
OWED = (share("-1 %"), share("-0.01"), "50 %", 50, usd("5.00"))
NO_TEXT = ("", " x", "two\nlines", 5, None)
REFUSED: list[tuple[str, str, Any, str]] = [
    *[("missed", "at_least", value, "at_least") for value in (-1, 24.0, True, "24")],
    *[("missed", "kind", value, "kind") for value in ("supply", "course", "Dosing", 3)],
    *[("package", "id", value, "id") for value in ("", "two words", None)],
    *[("package", "name", value, "name") for value in NO_TEXT],
    *[("package", "price", value, "price") for value in (usd("-0.01"), 9.0, "9.00")],
    *[("package", "always", value, "always") for value in (1, None, "yes")],
    ("package", "counts", "dosing", "counts"),
    ("package", "counts", {"dosing": 2}, "counts"),
    ("package", "counts", ["dosing"], "counts"),
    ("package", "counts", [["dosing", 2]], "counts"),
    ("package", "counts", [("dosing", 2, 1)], "counts"),
    ("package", "counts", [("course", 1)], "counts"),
    ("package", "counts", [("dosing", 0)], "counts.dosing"),
    ("package", "counts", [("dosing", 1.0)], "counts.dosing"),
    ("package", "counts", [("dosing", 1), ("dosing", 2)], "counts"),
    *[("adjustment", "name", value, "name") for value in NO_TEXT],
    *[("adjustment", "share", value, "share") for value in ("10 %", usd("1.00"), None)],
    *[("deposit", "name", value, "name") for value in NO_TEXT],
    *[("deposit", "refundable", value, "refundable") for value in (0, "no")],
    *[("withdrawal", "stage", value, "stage") for value in ("", "two words", None)],
    *[("withdrawal", "name", value, "name") for value in NO_TEXT],
    *[("claim", "kind", value, "kind") for value in ("supply", "", None)],
    *[
        ("claim", "scope", value, "scope")
        for value in ("all", "", 0, -1, 1441, 60.0, True, None, ["whole"])
    ],
    *[
        (form, name, value, path)
        for form, name in (("missed", "charge"), ("withdrawal", "owed"))
        for value, path in zip(OWED, ("percent", "amount", name, name, name), strict=True)
    ],
    ("withdrawal", "owed", None, "owed"),
    ("withdrawal", "of", "total", "of"),
    ("withdrawal", "of", None, "of"),
    ("together", "count", 0, "count"),
    ("together", "count", 2.0, "count"),
    *[
        ("together", "kinds", value, "kinds")
        for value in ("dosing", (), ("dosing", "dosing"), None, {"dosing": 1})
    ],
    ("together", "kinds", ("dosing", "course"), "kinds[1]"),
    ("package", "together", [("dosing", 2)], "together[0]"),
    ("package", "together", "dosing", "together"),
    ("deposit", "share", share("-1 %"), "percent"),
    ("deposit", "share", share("-0.01"), "amount"),
    ("deposit", "share", "50 %", "share"),
    *[(form, "citation", "page 5", "citation") for form in MAKE if "citation" in MAKE[form][1]],
]


@pytest.mark.parametrize(("form", "name", "value", "path"), REFUSED)
def test_each_is_checked(form: str, name: str, value: Any, path: str) -> None:
    cls, sound = MAKE[form]
    assert refused(cls, **sound | {name: value}).path == path


@pytest.mark.parametrize("form", MAKE)
def test_each_is_frozen_and_copied(form: str) -> None:
    cls, sound = MAKE[form]
    made = cls(**sound)
    for other in copies(made):
        assert other == made
        assert hash(other) == hash(made)
    for name in sound:
        with pytest.raises(AttributeError):
            setattr(made, name, None)


def test_what_may_be_left_out() -> None:
    assert Missed(at_least=None, charge=None, **CITED).charge is None
    unpriced = Package(id="p", name="P", price=None, counts=(), **CITED)
    assert (unpriced.price, unpriced.together, unpriced.kinds) == (None, (), frozenset())
    assert missed(None, "100 %").kind is None
    assert Deposit(name="Deposit", **CITED).share is None
    assert Deposit(name="Deposit", **CITED).refundable is None
    assert adjustment("Discount", "-10 %").share.percent == -10
    cls, sound = MAKE["package"]
    del sound["always"]
    assert cls(**sound).always is False


def test_what_a_client_owes_may_be_a_share_of_what_was_paid() -> None:
    given: dict[str, Any] = {"stage": "early", "name": "Early", **CITED}
    assert Withdrawal(owed=share("25 %"), of="paid", **given).of == "paid"
    assert Withdrawal(owed=share("25.00"), **given).of == "quoted"
    assert refused(Withdrawal, owed=share("25.00"), of="paid", **given).path == "of"


def test_a_package_names_every_kind_that_it_holds() -> None:
    shared = Together(kinds=("integration", "preparation"), count=4)
    assert shared.kinds == ("preparation", "integration")
    made = attrs.evolve(package("900.00", dosing=3), together=[shared])
    assert made.kinds == {"preparation", "dosing", "integration"}


def test_a_package_counts_kinds_in_canonical_order() -> None:
    made = package("900.00", integration=1, preparation=2, dosing=3)
    assert made.counts == (("preparation", 2), ("dosing", 3), ("integration", 1))


@pytest.mark.parametrize("scope", ["whole", "nothing", 1, 60, 1440])
@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_is_whole_nothing_or_first_minutes(kind: str, scope: Any) -> None:
    assert Claim(kind=kind, scope=scope).scope == scope


@given(kst.claims())
def test_strategies_claim_each_kind_once(claims: tuple[Claim, ...]) -> None:
    assert len({claim.kind for claim in claims}) == len(claims)
    assert all(type(claim) is Claim for claim in claims)

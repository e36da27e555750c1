"""Money: exact amounts of one currency, strict at the door, rounded in one place."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from attrs import frozen

import kap_model as kap
from copies import copies
from fees_support import refused, usd
from kap_model.money import (
    LARGEST,
    Money,
    check_amount,
    check_money,
    check_price,
    minor_digits,
    text_of,
)
from needed import needed


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("185.00", "USD", 18_500),
        ("185", "USD", 18_500),
        ("185.5", "USD", 18_550),
        ("0", "USD", 0),
        ("-0.00", "USD", 0),
        ("-12.34", "USD", -1_234),
        ("999999999999.99", "USD", 99_999_999_999_999),
        ("500", "JPY", 500),
        (Decimal("500.00"), "JPY", 500),
        (Decimal("185.0000"), "USD", 18_500),
        ("1.234", "KWD", 1_234),
        ("1.2", "KWD", 1_200),
        (Decimal("185.00"), "USD", 18_500),
        (Decimal("1E+2"), "USD", 10_000),
        (Decimal("-0.5"), "EUR", -50),
    ],
)
def test_an_amount_is_read_exactly(amount: Any, currency: str, minor: int) -> None:
    assert Money.of(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "amount",
    [
        *(185.0, 185, True, None, b"185.00", Fraction(185)),
        *("", " 185.00", "185.00\n", "+5", "1,000.00", "1e3", "NaN", "05.00", ".5", "5.", "$5"),
        *("\u0665.00", "1" + "0" * 16, "1.0000", "--5"),
        *(Decimal("NaN"), Decimal("Infinity"), Decimal("-sNaN"), Decimal("1E+16")),
    ],
    ids=repr,
)
def test_no_amount_is_coerced(amount: Any) -> None:
    problem = refused(Money.of, amount, "USD")
    assert problem.path == "amount"
    assert problem.reason == 'must be an amount as text, such as "185.00"'


@pytest.mark.parametrize(
    ("amount", "currency", "most"),
    [
        ("0.001", "USD", 2),
        ("0.5", "JPY", 0),
        (Decimal("1.999"), "EUR", 2),
        (Decimal("185.1250"), "USD", 2),
        (Decimal("0.30000000000000004"), "USD", 2),
    ],
)
def test_an_amount_finer_than_the_minor_unit_is_refused(
    amount: Any, currency: str, most: int
) -> None:
    problem = refused(Money.of, amount, currency)
    assert (problem.path, problem.reason) == (
        "amount",
        f"must have at most {most} decimals in {currency}",
    )


@pytest.mark.parametrize(
    "currency", ["usd", "US", "USDX", "", "US1", "USD\n", "\u00dcSD", None, 840, ["USD"]], ids=repr
)
def test_a_currency_is_three_capital_letters(currency: Any) -> None:
    assert refused(Money, 1, currency).path == "currency"
    assert refused(Money.of, "1.00", currency).path == "currency"


@pytest.mark.parametrize("minor", [1.0, True, None, "1", 10**24 + 1, -(10**24) - 1, math.inf])
def test_minor_units_are_a_true_integer_within_limits(minor: Any) -> None:
    assert refused(Money, minor, "USD").path == "minor"


def test_the_limits_themselves_are_money() -> None:
    assert Money(LARGEST, "USD").minor == -Money(-LARGEST, "USD").minor == LARGEST
    assert (Money(LARGEST, "USD") + Money(1, "USD")).minor == LARGEST + 1
    assert refused(operator.mul, Money(LARGEST, "USD"), 10**10).path == "minor"
    for check in (check_amount, check_price):
        check(Money(LARGEST, "USD"), "amount")
        with pytest.raises(kap.InvalidValue, match=r"^amount: must not be so large$"):
            check(Money(LARGEST + 1, "USD"), "amount")
    for currency in ("USD", "JPY", "KWD"):
        largest = Money(LARGEST, currency)
        assert Money.of(largest.text, currency) == largest
        assert Money.of(f"-{largest.text}", currency) == -largest


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("10000000000000.01", "USD"),
        ("-10000000000000.01", "USD"),
        (Decimal("1E+14"), "USD"),
        ("1000000000000001", "JPY"),
    ],
)
def test_an_amount_beyond_the_limits_is_refused(amount: Any, currency: str) -> None:
    problem = refused(Money.of, amount, currency)
    assert (problem.path, problem.reason) == ("amount", "must not be so large")


@pytest.mark.parametrize(
    ("currency", "digits"), [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3)]
)
def test_decimals_of_a_currency(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@pytest.mark.parametrize(
    ("money", "text", "shown"),
    [
        (usd("3545.00"), "3545.00", "$3,545.00"),
        (usd("-0.05"), "-0.05", "-$0.05"),
        (usd("0"), "0.00", "$0.00"),
        (Money.of("1234567.80", "EUR"), "1234567.80", "\u20ac1,234,567.80"),
        (Money.of("5", "GBP"), "5.00", "\u00a35.00"),
        (Money.of("5", "CAD"), "5.00", "CA$5.00"),
        (Money.of("5", "AUD"), "5.00", "A$5.00"),
        (Money(-1_234, "JPY"), "-1234", "-1,234 JPY"),
        (Money(1_234_567, "KWD"), "1234.567", "1,234.567 KWD"),
        (Money(-99, "CHF"), "-0.99", "-0.99 CHF"),
    ],
    ids=repr,
)
def test_money_as_text(money: Money, text: str, shown: str) -> None:
    assert money.text == text
    assert str(money) == shown
    assert money.amount == Decimal(text)
    assert str(money.amount) == text
    assert repr(money) == f"Money.of({text!r}, {money.currency!r})"
    assert Money.of(money.text, money.currency) == money
    for other in copies(money):
        assert other == money


def test_arithmetic() -> None:
    assert usd("1.10") + usd("2.20") == usd("3.30")
    assert usd("1.10") - usd("2.20") == usd("-1.10")
    assert -usd("1.10") == usd("-1.10")
    assert usd("1.10") * 3 == 3 * usd("1.10") == usd("3.30")
    assert usd("1.10") * 0 == Money.zero("USD")
    assert Money.total([usd("1.10"), usd("2.20")], "USD") == usd("3.30")
    assert Money.total([], "JPY") == Money(0, "JPY")


def test_order() -> None:
    one, two = usd("1.00"), usd("2.00")
    assert one < two
    assert two > one
    assert one <= usd("1.00") <= two
    assert two >= one
    assert sorted([two, one]) == [one, two]
    assert one == usd("1.0")
    assert hash(one) == hash(usd("1.0"))
    assert one != Money.of("1.00", "EUR")
    assert one != Decimal("1.00")


APART = "unsupported operand|not supported between|can only concatenate"
TWO_OPERANDS = (operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge)


@pytest.mark.parametrize("operation", TWO_OPERANDS)
def test_currencies_never_mix(operation: Callable[[Any, Any], Any]) -> None:
    problem = refused(operation, usd("1.00"), Money.of("1.00", "EUR"))
    assert (problem.path, problem.reason) == ("currency", "must be the same; currencies never mix")


def test_a_total_never_mixes_currencies() -> None:
    assert refused(Money.total, [usd("1.00")], "EUR").path == "currency"


@pytest.mark.parametrize("other", [1, 1.5, Decimal(1), "1.00", None])
def test_money_meets_money_only(other: Any) -> None:
    for operation in TWO_OPERANDS:
        with pytest.raises(TypeError, match=APART):
            operation(usd("1.00"), other)
        with pytest.raises(TypeError, match=APART):
            operation(other, usd("1.00"))


@pytest.mark.parametrize("times", [1.5, True, Decimal(2), Fraction(1, 2), usd("2.00")], ids=repr)
def test_money_is_multiplied_by_whole_numbers_only(times: Any) -> None:
    with pytest.raises(TypeError, match=r"unsupported operand|can't multiply"):
        operator.mul(usd("1.00"), times)


def test_money_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match=r"compare it with Money\.zero\(currency\)"):
        bool(usd("0.00"))


@pytest.mark.parametrize(
    ("exact", "minor"),
    [
        (Fraction(1, 2), 1),
        (Fraction(-1, 2), -1),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(49, 100), 0),
        (Fraction(-49, 100), 0),
        (Fraction(51, 100), 1),
        (Fraction(1, 3), 0),
        (Fraction(2, 3), 1),
        (Fraction(10**15 - 1, 2), 5 * 10**14),
        (Fraction(7), 7),
    ],
)
def test_halves_are_rounded_away_from_zero(exact: Fraction, minor: int) -> None:
    assert Money.rounded(exact, "USD") == Money(minor, "USD")


def test_a_portion_is_rounded_once() -> None:
    assert usd("250.00").portion(Fraction(90, 60)) == usd("375.00")
    assert usd("250.00").portion(Fraction(50, 60)) == usd("208.33")
    assert usd("0.25").portion(Fraction(1, 10)) == usd("0.03")
    assert usd("-0.25").portion(Fraction(1, 10)) == usd("-0.03")


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        ("1.00", [1, 1, 1], ["0.34", "0.33", "0.33"]),
        ("-1.00", [1, 1, 1], ["-0.34", "-0.33", "-0.33"]),
        ("1.00", [0, 1, 0, 2], ["0.00", "0.34", "0.00", "0.66"]),
        ("0.01", [0, 5, 5], ["0.00", "0.01", "0.00"]),
        ("0.00", [1, 2], ["0.00", "0.00"]),
        ("3545.00", [1], ["3545.00"]),
    ],
)
def test_parts_by_weight(amount: str, weights: list[int], parts: list[str]) -> None:
    assert usd(amount).allocate(iter(weights)) == tuple(usd(part) for part in parts)


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [1.5], [True], [1, None]], ids=repr)
def test_weights_are_whole_numbers_one_of_them_above_zero(weights: Any) -> None:
    assert refused(usd("1.00").allocate, weights).path == "weights"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (usd("-0.01"), "must not be negative"),
        (Decimal("1.00"), "must be Money"),
        (1.5, "must be Money"),
        (None, "must be Money"),
    ],
    ids=repr,
)
def test_a_price_is_money_that_is_not_negative(value: Any, reason: str) -> None:
    problem = refused(check_price, value, "fees[3].rate.amount")
    assert (problem.path, problem.reason) == ("fees[3].rate.amount", reason)
    check_price(usd("0.00"), "amount")


@pytest.mark.parametrize(
    "text", ["1E+21", "1E-21", "1E+999999999999999999", "1E-999999999999999999"]
)
def test_a_decimal_is_read_without_writing_out_its_zeros(text: str) -> None:
    assert refused(Money.of, Decimal(text), "USD").path == "amount"


@pytest.mark.parametrize(
    ("amount", "currency", "most"),
    [("1.200", "USD", 2), ("500.00", "JPY", 0), (Decimal("1.005"), "USD", 2)],
)
def test_an_amount_has_no_more_decimals_than_its_currency(
    amount: Any, currency: str, most: int
) -> None:
    problem = refused(Money.of, amount, currency)
    assert problem.reason == f"must have at most {most} decimals in {currency}"


def test_no_refusal_echoes_an_amount() -> None:
    doors = (
        lambda: Money.of("31415.9265", "USD"),
        lambda: Money.of("31415.926", "USD"),
        lambda: Money(314_159_265_358_979_323_846_264_338, "USD"),
        lambda: usd("31415.92") + Money.of("31415.92", "EUR"),
        lambda: check_price(usd("-31415.92"), "amount"),
    )
    for door in doors:
        assert "314" not in str(refused(door))
    for one, other in itertools.combinations([usd("314.15"), Money.of("314.15", "EUR")], 2):
        assert "314" not in str(refused(operator.lt, one, other))


@frozen
class Coin:
    """A currency as another library has it."""

    code: Any


@frozen
class Fee:
    """Money as another library has it."""

    amount: Any
    currency: Any


OTHERS = [
    (Decimal("185.00"), "USD", 18_500),
    (Decimal("185.0000"), "USD", 18_500),
    (Decimal("185.5"), "USD", 18_550),
    (Decimal("-0.01"), "EUR", -1),
    (Decimal("5.00"), "JPY", 5),
    (Decimal("1.234"), "KWD", 1_234),
]


@pytest.mark.parametrize(("amount", "currency", "minor"), OTHERS)
def test_money_of_another_library_is_read_exactly(
    amount: Decimal, currency: str, minor: int
) -> None:
    same = Money(minor, currency)
    assert Money.of(Fee(amount, currency)) == Money.of(Fee(amount, Coin(currency))) == same
    assert Money.of(amount, Coin(currency)) == same
    assert Money.of(same) is same
    assert type(Money.of(Fee(amount, Coin(currency))).currency) is str


@pytest.mark.recipes
def test_money_of_a_library_that_is_in_use_is_read() -> None:
    moneyed = needed("moneyed")
    assert Money.of(moneyed.Money("185.00", "USD")) == usd("185.00")
    assert Money.of(moneyed.Money(500, "JPY")) == Money(500, "JPY")
    assert refused(Money.of, moneyed.Money("1.005", "USD")).path == "amount"


def test_a_sum_that_is_larger_than_what_is_stated_stays_itself() -> None:
    most = Money(LARGEST, "USD") * 100
    assert Money.of(most) is most


@pytest.mark.parametrize(
    ("value", "path", "reason"),
    [
        (Fee(Decimal("1.005"), "USD"), "amount", "must have at most 2 decimals in USD"),
        (Fee(Decimal("0.1"), "JPY"), "amount", "must have at most 0 decimals in JPY"),
        (Fee(Decimal("1E+14"), "USD"), "amount", "must not be so large"),
        (Fee(Decimal("NaN"), "USD"), "amount", 'must be an amount as text, such as "185.00"'),
        *(
            (
                Fee(amount, "USD"),
                "amount",
                "must be money: an exact Decimal as amount, and a currency",
            )
            for amount in (185.0, 185, "185.00", None, usd("185.00"), Fraction(185))
        ),
        *(
            (value, "amount", "must be money: an exact Decimal as amount, and a currency")
            for value in (185.0, 185, None, True, b"185.00", Coin("USD"), ())
        ),
        *(
            (
                Fee(Decimal(1), currency),
                "currency",
                "must be an ISO 4217 currency code, such as USD",
            )
            for currency in (None, "usd", 840, Coin("usd"), Coin(None), Coin(Coin("USD")))
        ),
        ("185.00", "currency", "must be an ISO 4217 currency code, such as USD"),
        (Decimal("185.00"), "currency", "must be an ISO 4217 currency code, such as USD"),
    ],
    ids=repr,
)
def test_what_is_no_exact_money_is_not_coerced(value: Any, path: str, reason: str) -> None:
    problem = refused(Money.of, value)
    assert (problem.path, problem.reason) == (path, reason)


@pytest.mark.parametrize("value", [usd("1.00"), Fee(Decimal(1), "USD")], ids=repr)
@pytest.mark.parametrize("currency", ["EUR", "USD", Coin("USD")], ids=repr)
def test_money_has_a_currency_and_takes_none_beside_it(value: Any, currency: Any) -> None:
    problem = refused(Money.of, value, currency)
    assert problem.path == "currency"
    assert problem.reason == "must not be given beside money, which has its own"


@pytest.mark.parametrize("value", [185, 185.0, None, Coin("USD")], ids=repr)
def test_beside_a_currency_what_is_no_amount_is_told_so(value: Any) -> None:
    assert refused(Money.of, value, "EUR").path == "amount"


@pytest.mark.parametrize("check", [check_money, check_amount, check_price])
def test_where_money_is_asked_for_that_of_another_library_is_told_the_door(check: Any) -> None:
    for other in (Fee(Decimal(1), "USD"), Fee(1.5, Coin("USD"))):
        problem = refused(check, other, "rate.amount")
        assert (problem.path, problem.reason) == (
            "rate.amount",
            "must be Money; make it by Money.of(value)",
        )
    for no_money in (Decimal(1), Coin("USD"), 1.5):
        assert refused(check, no_money, "amount").reason == "must be Money"
    check(usd("0.00"), "amount")


def test_no_amount_has_no_text() -> None:
    assert text_of(None) is None
    assert text_of(usd("1.50")) == "1.50"

"""Instalments: parts that sum exactly, none zero, dated from the first date."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from copies import copies
from kap_model.money import Money
from kap_model.pricing.instalments import Instalment, Instalments, instalments
from refusals import check_tuples, refused_at

TOTAL = Money.of("100.00", "USD")


def amounts(paid: Instalments) -> list[str]:
    return [part.amount.text for part in paid.parts]


def dates(paid: Instalments) -> list[str]:
    return [part.due.isoformat() for part in paid.parts]


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ("first", ["14.32", "14.28", "14.28", "14.28", "14.28", "14.28", "14.28"]),
        ("last", ["14.28", "14.28", "14.28", "14.28", "14.28", "14.28", "14.32"]),
        ("spread", ["14.29", "14.29", "14.29", "14.29", "14.28", "14.28", "14.28"]),
    ],
)
def test_where_the_odd_cents_go(odd: Any, expected: list[str]) -> None:
    assert amounts(instalments(TOTAL, 7, "2027-01-15", odd=odd)) == expected


def test_the_odd_cents_are_on_the_first_part_unless_said() -> None:
    assert amounts(instalments(TOTAL, 3, "2027-01-15")) == ["33.34", "33.33", "33.33"]


def test_one_part_is_the_whole() -> None:
    for odd in ("first", "last", "spread"):
        paid = instalments(TOTAL, 1, "2027-01-15", odd=odd)
        assert paid.parts == (Instalment(number=1, due="2027-01-15", amount=TOTAL),)


def test_dates_are_counted_from_the_first_and_never_chained() -> None:
    paid = instalments(TOTAL, 5, "2027-01-31")
    assert dates(paid) == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]
    leap = instalments(TOTAL, 3, dt.date(2028, 2, 29), every_months=12)
    assert dates(leap) == ["2028-02-29", "2029-02-28", "2030-02-28"]
    assert dates(instalments(TOTAL, 3, "2027-11-30", every_months=3))[1:] == [
        "2028-02-29",
        "2028-05-30",
    ]


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_every_minor_unit_is_a_part_at_most(currency: str) -> None:
    paid = instalments(Money(3, currency), 3, "2027-01-15")
    assert [part.amount.minor for part in paid.parts] == [1, 1, 1]
    with pytest.raises(kap.InvalidValue) as caught:
        instalments(Money(3, currency), 4, "2027-01-15")
    assert [problem.path for problem in caught.value.problems] == ["parts"]


@pytest.mark.parametrize(
    ("first", "parts", "every", "last"),
    [
        ("2200-10-31", 3, 1, "2200-12-31"),
        ("2200-12-31", 1, 1, "2200-12-31"),
        ("2198-12-01", 3, 12, "2200-12-01"),
    ],
)
def test_the_last_date_that_documents_know_is_the_last(
    first: str, parts: int, every: int, last: str
) -> None:
    assert dates(instalments(TOTAL, parts, first, every_months=every))[-1] == last
    with pytest.raises(kap.InvalidValue) as caught:
        instalments(TOTAL, parts + 1, first, every_months=every)
    assert "2200-12-31" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"total": Money.zero("USD")}, "total"),
        ({"total": Money(-1, "USD")}, "total"),
        ({"total": "100.00"}, "total"),
        ({"parts": 0}, "parts"),
        ({"parts": -1}, "parts"),
        ({"parts": 3.0}, "parts"),
        ({"parts": True}, "parts"),
        ({"parts": 10_001}, "parts"),
        ({"parts": 10_000, "every_months": 10**12 - 1}, "parts"),
        ({"first": "2027-02-30"}, "first"),
        ({"first": "soon"}, "first"),
        ({"first": dt.datetime(2027, 1, 1, tzinfo=dt.UTC)}, "first"),
        ({"odd": "middle"}, "odd"),
        ({"odd": None}, "odd"),
        ({"every_months": 0}, "every_months"),
        ({"every_months": 1.5}, "every_months"),
    ],
)
def test_a_wrong_argument_is_refused_by_its_name(given: dict[str, Any], path: str) -> None:
    usual: dict[str, Any] = {"total": TOTAL, "parts": 3, "first": "2027-01-15"}
    with pytest.raises(kap.InvalidValue) as caught:
        instalments(**usual | given)
    assert [problem.path for problem in caught.value.problems] == [path]


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"number": 0}, "number"),
        ({"due": "2027-02-30"}, "due"),
        ({"amount": Money.zero("USD")}, "amount"),
        ({"amount": 5}, "amount"),
    ],
)
def test_a_part_s_fields_are_checked(given: dict[str, Any], path: str) -> None:
    cls: Any = Instalment
    with pytest.raises(kap.InvalidValue) as caught:
        cls(**{"number": 1, "due": "2027-01-15", "amount": TOTAL} | given)
    assert [problem.path for problem in caught.value.problems] == [path]


def test_instalments_are_parts_of_one_currency() -> None:
    dollars = Instalment(number=1, due="2027-01-15", amount=TOTAL)
    euros = Instalment(number=2, due="2027-02-15", amount=Money.of("1.00", "EUR"))
    cls: Any = Instalments
    for parts in ([], [dollars, euros], dollars, None):
        assert refused_at(cls, parts=parts) == ["parts"]
    assert refused_at(cls, parts=[dollars, TOTAL]) == ["parts[1]"]


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ([(2, "2027-01-15")], "parts[0].number"),
        ([(1, "2027-01-15"), (1, "2027-02-15")], "parts[1].number"),
        ([(1, "2027-01-15"), (3, "2027-02-15")], "parts[1].number"),
        ([(1, "2027-01-15"), (2, "2027-01-14")], "parts[1].due"),
        ([(1, "2027-01-15"), (2, "2027-01-16"), (3, "2027-01-15")], "parts[2].due"),
    ],
)
def test_parts_are_numbered_from_one_and_due_dates_do_not_fall(
    rows: list[tuple[int, str]], path: str
) -> None:
    parts = [Instalment(number=number, due=due, amount=TOTAL) for number, due in rows]
    assert refused_at(Instalments, parts=parts) == [path]


def test_two_parts_may_be_due_on_one_day() -> None:
    parts = [Instalment(number=number, due="2027-01-15", amount=TOTAL) for number in (1, 2)]
    made = Instalments(parts=parts)
    assert made.total == TOTAL * 2
    check_tuples(made, "parts")


def test_instalments_as_json() -> None:
    assert instalments(TOTAL, 3, "2027-01-31").to_dict() == {
        "currency": "USD",
        "total": "100.00",
        "instalments": [
            {"number": 1, "due": "2027-01-31", "amount": "33.34"},
            {"number": 2, "due": "2027-02-28", "amount": "33.33"},
            {"number": 3, "due": "2027-03-31", "amount": "33.33"},
        ],
    }


def test_instalments_as_text() -> None:
    assert str(instalments(TOTAL, 2, "2027-01-31")).splitlines() == [
        "  part         due   amount",
        "     1  2027-01-31   $50.00",
        "     2  2027-02-28   $50.00",
        "  -------------------------",
        "             total  $100.00",
    ]


def test_instalments_are_values() -> None:
    paid = instalments(TOTAL, 2, "2027-01-31")
    assert repr(paid) == "<Instalments: 2 parts>"
    assert repr(paid.parts[0]) == "<Instalment 1>"
    for other in copies(paid):
        assert other == paid
        assert hash(other) == hash(paid)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(paid, "parts", ())  # noqa: B010 - a type checker refuses the plain form


def test_a_plain_date_and_its_text_are_the_same() -> None:
    given_as = ("2027-01-31", dt.date(2027, 1, 31), pendulum.date(2027, 1, 31))
    paid = {instalments(TOTAL, 3, first) for first in given_as}
    assert len(paid) == 1


ODD = st.sampled_from(["first", "last", "spread"])
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@st.composite
def splits(draw: st.DrawFn) -> tuple[Money, int]:
    parts = draw(st.integers(1, 40))
    return Money(draw(st.integers(parts, 10_000_000)), "USD"), parts


@given(splits(), DATES, ODD, st.integers(1, 24))
def test_parts_sum_exactly_and_none_is_zero(
    split: tuple[Money, int], first: dt.date, odd: Any, every: int
) -> None:
    total, count = split
    paid = instalments(total, count, first, odd=odd, every_months=every)
    assert paid.total == total
    assert len(paid.parts) == count
    minors = [part.amount.minor for part in paid.parts]
    assert min(minors) == total.minor // count > 0
    if odd == "spread":
        assert max(minors) - min(minors) <= 1
        assert minors == sorted(minors, reverse=True)
    else:
        others = minors[1:] if odd == "first" else minors[:-1]
        assert set(others) <= {total.minor // count}


@given(splits(), DATES, ODD, st.integers(1, 24))
def test_dates_rise_from_the_first_on_its_day_or_the_month_s_last(
    split: tuple[Money, int], first: dt.date, odd: Any, every: int
) -> None:
    total, count = split
    paid = instalments(total, count, first, odd=odd, every_months=every)
    for number, part in enumerate(paid.parts, start=1):
        years, month = divmod(first.month - 1 + (number - 1) * every, 12)
        year = first.year + years
        last = calendar.monthrange(year, month + 1)[1]
        assert part.number == number
        assert part.due == dt.date(year, month + 1, min(first.day, last))

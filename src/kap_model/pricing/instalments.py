"""``instalments``: an amount in dated parts that sum to it exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._time import LAST_DATE, add_months, civil_date
from kap_model._values import Value, as_rows, check_choice, check_integer
from kap_model.errors import refusal
from kap_model.money import Money, check_money
from kap_model.pricing._fields import check_currencies

OddCents: TypeAlias = Literal["first", "last", "spread"]
ODD_CENTS: Final = ("first", "last", "spread")


def _due(value: dt.date | str) -> dt.date:
    return civil_date(value, "due")


def _check_positive(value: Money, path: str) -> None:
    check_money(value, path)
    if value.minor <= 0:
        raise refusal(path, "must be above zero")


@frozen(kw_only=True, repr=False)
class Instalment(Value):
    """One part: its number from 1, the date on which it is due, its amount above zero."""

    number: int
    due: dt.date = field(converter=_due)
    amount: Money

    def __attrs_post_init__(self) -> None:
        check_integer(self.number, "number", 1)
        _check_positive(self.amount, "amount")

    def to_dict(self) -> dict[str, Any]:
        """The part as JSON values."""
        return {
            "number": self.number,
            "due": self.due.isoformat(),
            "amount": self.amount.text,
        }

    def __repr__(self) -> str:
        return f"<Instalment {self.number}>"


def _parts(values: Iterable[Instalment]) -> tuple[Instalment, ...]:
    parts = as_rows(values, "parts", Instalment)
    if not parts:
        raise refusal("parts", "must be one or more")
    check_currencies((part.amount for part in parts), "parts", None)
    due = dt.date.min
    for index, part in enumerate(parts):
        if part.number != index + 1:
            raise refusal(f"parts[{index}].number", "must count the parts from 1")
        if part.due < due:
            raise refusal(f"parts[{index}].due", "must not be before the part before it")
        due = part.due
    return parts


@frozen(kw_only=True, repr=False)
class Instalments(Value, HasText):
    """Parts in the order in which they are due, numbered from 1, in one currency."""

    parts: tuple[Instalment, ...] = field(converter=_parts)

    @property
    def currency(self) -> str:
        """The currency of every part."""
        return self.parts[0].amount.currency

    @property
    def total(self) -> Money:
        """The sum of the parts."""
        return Money.total((part.amount for part in self.parts), self.currency)

    def to_dict(self) -> dict[str, Any]:
        """The instalments as JSON values."""
        return {
            "currency": self.currency,
            "total": self.total.text,
            "instalments": [part.to_dict() for part in self.parts],
        }

    def __repr__(self) -> str:
        return f"<Instalments: {len(self.parts)} parts>"


def instalments(
    total: Money,
    parts: int,
    first: dt.date | str,
    *,
    odd: OddCents = "first",
    every_months: int = 1,
) -> Instalments:
    """Split an amount in equal parts, none zero, that sum to it exactly.

    Args:
        total: What is to be paid, above zero.
        parts: How many parts.
        first: When the first one is due; the others so many months after this date, each on its
            day of the month or the month's last.
        odd: Where the minor units go that do not divide: all on the ``first`` part, all on the
            ``last``, or ``spread``, one each on the first parts.
        every_months: Months between two parts.

    Raises:
        InvalidValue: A part would be zero, or due after 2200-12-31, or an argument is not what
            it should be.
    """
    _check_positive(total, "total")
    check_integer(parts, "parts", 1)
    check_integer(every_months, "every_months", 1)
    check_choice(odd, "odd", ODD_CENTS)
    if parts > total.minor:
        raise refusal("parts", "must be so few that no part is zero")
    dates = _dates(civil_date(first, "first"), parts, every_months)
    amounts = _amounts(total, parts, odd)
    return Instalments(
        parts=(
            Instalment(number=number, due=due, amount=amount)
            for number, (due, amount) in enumerate(zip(dates, amounts, strict=True), start=1)
        )
    )


def _dates(first: dt.date, parts: int, every_months: int) -> list[dt.date]:
    # The last lawful date ends its month, so months alone say whether a date is too late.
    left = (LAST_DATE.year - first.year) * 12 + LAST_DATE.month - first.month
    if (parts - 1) * every_months > left:
        raise refusal("parts", f"must be so few that the last is due by {LAST_DATE.isoformat()}")
    start = first.toordinal()
    return [dt.date.fromordinal(add_months(start, n * every_months)) for n in range(parts)]


def _amounts(total: Money, parts: int, odd: OddCents) -> tuple[Money, ...]:
    if odd == "spread":
        return total.allocate([1] * parts)
    each = Money(total.minor // parts, total.currency)
    rest = total - each * (parts - 1)
    others = (each,) * (parts - 1)
    return (rest, *others) if odd == "first" else (*others, rest)

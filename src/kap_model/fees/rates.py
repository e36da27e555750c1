"""Every form of rate: by length, a sliding scale, by a label, by period of a course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import add_months
from kap_model._values import Value, as_tuple, check_choice, check_identifier
from kap_model.errors import refusal
from kap_model.fees.by_length import Charge, FirstPart, Flat, Hourly, Tier, Tiered, shortest
from kap_model.limits import Bounds
from kap_model.money import Money, check_price

ScaleEnd: TypeAlias = Literal["low", "high"]


@frozen(kw_only=True)
class Scale(Value):
    """A sliding scale: a price to be agreed between two ends, or from one end up.

    Attributes:
        low: The lower end.
        high: The upper end; ``None`` = none is stated.
    """

    low: Money
    high: Money | None = None

    form: ClassVar[str] = "scale"

    def __attrs_post_init__(self) -> None:
        check_price(self.low, "low")
        if self.high is not None:
            check_price(self.high, "high")
            if self.high < self.low:
                raise refusal("high", "must not be below low")

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return (self.low,) if self.high is None else (self.low, self.high)

    def agreed(self, amount: Money) -> Charge:
        """The price that was agreed.

        Raises:
            InvalidValue: It lies outside the scale.
        """
        high = self.high
        within = type(amount) is Money and self.low <= amount and (high is None or amount <= high)
        if not within:
            raise refusal("agreed", "must be Money within the sliding scale")
        return Charge(amount, f"{amount.text} agreed, of {self._span}")

    def end(self, which: ScaleEnd) -> Charge:
        """One end of the scale, for an estimate; without an upper end, the lower one for both."""
        if which == "low" or self.high is None:
            return Charge(self.low, f"lowest of {self._span}")
        return Charge(self.high, f"highest of {self._span}")

    @property
    def _span(self) -> str:
        high = self.high
        return f"{self.low.text} or more" if high is None else f"{self.low.text} to {high.text}"

    def lengths(self, lawful: Bounds, usual: int) -> tuple[int, ...]:
        """The shortest lawful length; the price does not depend on it."""
        return (shortest(lawful, usual),)


PlainRate: TypeAlias = Flat | Hourly | Tiered | FirstPart | Scale
PLAIN_RATES: Final = (Flat, Hourly, Tiered, FirstPart, Scale)

PERIODS: Final = ("week", "month", "year")
_DAYS_OF_A_WEEK: Final = 7
_MONTHS: Final = {"month": 1, "year": 12}


@frozen(kw_only=True)
class Periodic(Value):
    """A price for each begun week, month or year of a course, such as a membership."""

    amount: Money
    every: str

    form: ClassVar[str] = "periodic"

    def __attrs_post_init__(self) -> None:
        check_price(self.amount, "amount")
        check_choice(self.every, "every", PERIODS)

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return (self.amount,)

    def charge(self, first: dt.date, last: dt.date) -> Charge:
        """The price of a course from its first to its last session."""
        periods = self._begun(first, last)
        counted = f"{periods} {self.every}" + ("" if periods == 1 else "s")
        return Charge(self.amount * periods, f"{counted} at {self.amount.text} per {self.every}")

    def _begun(self, first: dt.date, last: dt.date) -> int:
        months = _MONTHS.get(self.every)
        if months is None:
            # Clocks set back over midnight may date the last session before the first.
            return max((last - first).days, 0) // _DAYS_OF_A_WEEK + 1
        begun = 1
        while add_months(first.toordinal(), begun * months) <= last.toordinal():
            begun += 1
        return begun


SESSION_LABELS: Final = ("format", "place", "level")
"""Labels that are read from the session; every other one is the caller's for the whole plan."""


@frozen(kw_only=True)
class Option(Value):
    """One of several prices that a label chooses between, such as a route."""

    label: str
    rate: PlainRate | Periodic

    def __attrs_post_init__(self) -> None:
        check_identifier(self.label, "label")
        if type(self.rate) not in (*PLAIN_RATES, Periodic):
            raise refusal("rate", "must be a rate that depends on no label itself")


def _options(values: Iterable[Option]) -> tuple[Option, ...]:
    options = as_tuple(values, "options")
    if not options or any(type(option) is not Option for option in options):
        raise refusal("options", "must be one or more Option")
    if len({option.label for option in options}) != len(options):
        raise refusal("options", "must name each label once")
    return options


@frozen(kw_only=True)
class ByLabel(Value):
    """A price that depends on a label.

    Attributes:
        label: What the label says: ``format``, ``place`` or ``level``, read from the session, or
            another word, such as ``route``, that the caller chooses for the whole plan.
        options: A rate for each label.
    """

    label: str
    options: tuple[Option, ...] = field(converter=_options)

    form: ClassVar[str] = "by-label"

    def __attrs_post_init__(self) -> None:
        check_identifier(self.label, "label")

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return tuple(amount for option in self.options for amount in option.rate.amounts)

    def option(self, chosen: str | None) -> PlainRate | Periodic:
        """The rate of a label.

        Raises:
            InvalidValue: No label is given, or none such is priced.
        """
        for option in self.options:
            if option.label == chosen:
                return option.rate
        known = ", ".join(option.label for option in self.options)
        raise refusal(self.label, f"must be one of {known}")


Rate: TypeAlias = PlainRate | ByLabel | Periodic
RATES: Final = (*PLAIN_RATES, ByLabel, Periodic)

__all__ = [
    "PLAIN_RATES",
    "RATES",
    "ByLabel",
    "Charge",
    "FirstPart",
    "Flat",
    "Hourly",
    "Option",
    "Periodic",
    "PlainRate",
    "Rate",
    "Scale",
    "Tier",
    "Tiered",
]

"""Rates: what a session, a supply or a whole course costs, by its length, a label or a period."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from fractions import Fraction
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from kap_model._time import add_months
from kap_model._values import Value, as_tuple, check_choice, check_identifier, check_integer
from kap_model.errors import refusal
from kap_model.limits import Bounds
from kap_model.money import Money, check_price
from kap_model.sessions import LONGEST_MINUTES

NO_LENGTH: Final = "has prices for no length that the protocol allows"


class Charge(NamedTuple):
    """What one session costs.

    Attributes:
        amount: The price, rounded once.
        basis: How it came about, for people: ``120 min at 250.00 per hour``.
        exact: The price in minor units before it was rounded; ``None`` = it was whole.
    """

    amount: Money
    basis: str
    exact: Fraction | None = None

    def part(self, share: Fraction) -> Money:
        """A share of the exact price, rounded once."""
        exact = Fraction(self.amount.minor) if self.exact is None else self.exact
        return Money.rounded(exact * share, self.amount.currency)


@frozen(kw_only=True)
class Flat(Value):
    """One price for a session, whatever its length.

    Attributes:
        amount: The price.
        minutes: The length that it is meant for; ``None`` = not stated. Another length costs the
            same, and the line says so.
    """

    amount: Money
    minutes: int | None = None

    form: ClassVar[str] = "flat"

    def __attrs_post_init__(self) -> None:
        check_price(self.amount, "amount")
        if self.minutes is not None:
            check_integer(self.minutes, "minutes", 1, LONGEST_MINUTES)

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return (self.amount,)

    def charge(self, minutes: int) -> Charge:
        """The price of a session of a length."""
        if self.minutes is None:
            return Charge(self.amount, f"{self.amount.text} per session")
        basis = f"{self.amount.text} per session of {self.minutes} min"
        if minutes != self.minutes:
            basis += f"; {minutes} min cost the same"
        return Charge(self.amount, basis)

    def lengths(self, lawful: Bounds, usual: int) -> tuple[int, ...]:
        """The length that it is meant for, or the lawful one next to it."""
        return (shortest(lawful, usual) if self.minutes is None else nearest(lawful, self.minutes),)


def nearest(lawful: Bounds, minutes: int) -> int:
    """The lawful length next to a length."""
    longest = LONGEST_MINUTES if lawful.max is None else lawful.max
    return min(max(minutes, lawful.min or 1), longest)


def shortest(lawful: Bounds, usual: int) -> int:
    """The shortest lawful length; the usual one, as far as it is lawful, where none is stated."""
    return lawful.min or nearest(lawful, usual)


@frozen(kw_only=True)
class Hourly(Value):
    """A price per hour, pro rata.

    Attributes:
        amount: The price of 60 minutes.
        increment: Minutes are billed in steps of so many, a begun step whole.
        published: The lengths in minutes for which the practice states prices; another length is
            priced by the same rate, and the line says so.
    """

    amount: Money
    increment: int = 1
    published: Bounds | None = None

    form: ClassVar[str] = "hourly"

    def __attrs_post_init__(self) -> None:
        check_price(self.amount, "amount")
        check_integer(self.increment, "increment", 1, LONGEST_MINUTES)
        if self.published is not None and type(self.published) is not Bounds:
            raise refusal("published", "must be Bounds(min, max)")

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return (self.amount,)

    def charge(self, minutes: int) -> Charge:
        """The price of a session of a length."""
        billed = math.ceil(Fraction(minutes, self.increment)) * self.increment
        exact = self.amount.minor * Fraction(billed, 60)
        basis = f"{billed} min at {self.amount.text} per hour"
        if billed != minutes:
            basis += f", {minutes} min in steps of {self.increment}"
        if self.published is not None and not self.published.holds(minutes):
            basis += f"; prices are published for {self.published} min"
        return Charge(Money.rounded(exact, self.amount.currency), basis, exact)

    def lengths(self, lawful: Bounds, usual: int) -> tuple[int, ...]:
        """The shortest and the longest length that is lawful and published.

        Raises:
            InvalidValue: There is none, or neither the rate nor the protocol states both ends.
        """
        ranges = [lawful] if self.published is None else [lawful, self.published]
        starts = [bounds.min for bounds in ranges if bounds.min]
        ends = [bounds.max for bounds in ranges if bounds.max is not None]
        if not starts or not ends:
            raise refusal(
                "", "is priced by the hour; its shortest and longest length must be published"
            )
        if max(starts) > min(ends):
            raise refusal("", NO_LENGTH)
        return (max(starts), min(ends))


@frozen(kw_only=True)
class Tier(Value):
    """A price for sessions up to a length."""

    minutes: int
    amount: Money

    def __attrs_post_init__(self) -> None:
        check_integer(self.minutes, "minutes", 1, LONGEST_MINUTES)
        check_price(self.amount, "amount")


def _tiers(values: Iterable[Tier]) -> tuple[Tier, ...]:
    tiers = as_tuple(values, "tiers")
    if not tiers or any(type(tier) is not Tier for tier in tiers):
        raise refusal("tiers", "must be one or more Tier")
    ordered = tuple(sorted(tiers, key=lambda tier: tier.minutes))
    if len({tier.minutes for tier in ordered}) != len(ordered):
        raise refusal("tiers", "must name each length once")
    return ordered


@frozen(kw_only=True)
class Tiered(Value):
    """Prices by length: a length between two tiers takes the next one up."""

    tiers: tuple[Tier, ...] = field(converter=_tiers)

    form: ClassVar[str] = "tiers"

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return tuple(tier.amount for tier in self.tiers)

    def charge(self, minutes: int) -> Charge:
        """The price of a session of a length.

        Raises:
            InvalidValue: The length lies beyond the last tier.
        """
        for tier in self.tiers:
            if minutes <= tier.minutes:
                return Charge(tier.amount, f"{tier.amount.text} for up to {tier.minutes} min")
        longest = self.tiers[-1].minutes
        raise refusal("minutes", f"must be at most {longest}; no price is stated beyond")

    def lengths(self, lawful: Bounds, usual: int) -> tuple[int, ...]:
        """The tiers' lengths that are lawful; where none is, the shortest lawful one.

        Raises:
            InvalidValue: Every lawful length lies beyond the last tier.
        """
        stated = [tier.minutes for tier in self.tiers if lawful.holds(tier.minutes)]
        if (lawful.min or 1) > self.tiers[-1].minutes:
            raise refusal("", NO_LENGTH)
        return tuple(stated) or (shortest(lawful, usual),)


@frozen(kw_only=True)
class FirstPart(Value):
    """A price for a first part, and one for any further time.

    Attributes:
        minutes: The length of the first part.
        first: Its price, also of a shorter session.
        rest: The price of all that goes beyond it, whatever its length.
    """

    minutes: int
    first: Money
    rest: Money

    form: ClassVar[str] = "first-part"

    def __attrs_post_init__(self) -> None:
        check_integer(self.minutes, "minutes", 1, LONGEST_MINUTES)
        check_price(self.first, "first")
        check_price(self.rest, "rest")
        if self.first.currency != self.rest.currency:
            raise refusal("rest", "must be in the currency of first")

    @property
    def amounts(self) -> tuple[Money, ...]:
        """Every amount that the rate states."""
        return (self.first, self.rest)

    def charge(self, minutes: int) -> Charge:
        """The price of a session of a length."""
        basis = f"{self.first.text} for the first {self.minutes} min"
        if minutes <= self.minutes:
            return Charge(self.first, basis)
        return Charge(self.first + self.rest, f"{basis}, {self.rest.text} for any further time")

    def lengths(self, lawful: Bounds, usual: int) -> tuple[int, ...]:
        """A lawful length without further time and one with it, as far as there are."""
        candidates = (nearest(lawful, self.minutes), nearest(lawful, self.minutes + 1))
        return tuple(dict.fromkeys(candidates))


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

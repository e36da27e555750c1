"""How a price follows from a session's length: flat, hourly, in tiers, a first part and a rest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import ClassVar, Final, NamedTuple

from attrs import field, frozen

from kap_model._values import Value, as_tuple, check_integer
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

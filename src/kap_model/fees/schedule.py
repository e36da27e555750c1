"""Fee schedules: dated, cited prices of one practice in one currency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeVar

from attrs import field, frozen

from kap_model._time import date_or_none
from kap_model._values import (
    Value,
    as_tuple,
    check_choice,
    check_identifier,
    check_text,
)
from kap_model.citations import Citation, check_citation
from kap_model.errors import refusal
from kap_model.fees.charges import Adjustment, Claim, Deposit, Missed, Package, Share, Withdrawal
from kap_model.fees.rates import RATES, SESSION_LABELS, ByLabel, Flat, Periodic, Rate
from kap_model.money import Money, check_currency
from kap_model.sessions import FORMATS, KINDS, THERAPIST_KINDS

T = TypeVar("T")

SUPPLY: Final = "supply"
COURSE: Final = "course"
REPEATED_REASON: Final = "must be a date that no other line has"
OWN_PAYEE_REASON: Final = "must be named only where it is not the practice itself"
ITEMS: Final = (*KINDS, SUPPLY, COURSE)
"""What a fee may be for: a session of a kind, each supply, or the course once."""


def _since(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "since")


@frozen(kw_only=True)
class Fee(Value):
    """One dated, cited line of a schedule.

    Attributes:
        item: A kind of session, ``supply`` or ``course``.
        format: Only for sessions of this format, and then per person; ``None`` = for any other.
        rate: The price; ``None`` = without amount: not published where no payee is named, else
            billed by that payee.
        payee: Who bills it, where that is not the practice.
        name: What a quote calls it; ``None`` = the item.
        since: The first date of service on which it is in force; ``None`` = throughout.
        citation: Who says so.
    """

    item: str
    format: str | None = None
    rate: Rate | None = None
    payee: str | None = None
    name: str | None = None
    since: dt.date | None = field(default=None, converter=_since)
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_choice(self.item, "item", ITEMS)
        if self.format is not None:
            check_choice(self.format, "format", FORMATS)
            if self.item not in THERAPIST_KINDS:
                raise refusal("format", "belongs on a fee for preparation, dosing or integration")
        if self.rate is not None:
            _check_rate(self.item, self.rate)
        for path, text in (("payee", self.payee), ("name", self.name)):
            if text is not None:
                check_text(text, path)
        check_citation(self.citation, "citation")

    @property
    def place(self) -> tuple[str, str | None, str | None, dt.date | None]:
        """What no other line of a schedule may share; of a supply or the course, by name."""
        name = None if self.item in KINDS else self.name
        return self.item, self.format, name, self.since


def _check_rate(item: str, rate: Rate) -> None:
    if type(rate) not in RATES:
        raise refusal("rate", "must be a rate")
    options: tuple[Any, ...] = (rate,)
    if isinstance(rate, ByLabel):
        options = tuple(option.rate for option in rate.options)
    if item in KINDS:
        if any(isinstance(option, Periodic) for option in options):
            raise refusal("rate", "must not be periodic, which is for the course")
        return
    if isinstance(rate, ByLabel) and rate.label in SESSION_LABELS:
        raise refusal("rate.label", "must be one that is chosen for the whole plan")
    lengthless = (Flat, Periodic) if item == COURSE else (Flat,)
    if any(type(option) not in lengthless for option in options):
        raise refusal("rate", "must not depend on a length, which this item has not")


def _fees(values: Iterable[Fee]) -> tuple[Fee, ...]:
    fees = _all_of(Fee, values, "fees")
    seen = set()
    for index, fee in enumerate(fees):
        if fee.place in seen:
            raise refusal(f"fees[{index}].since", REPEATED_REASON)
        seen.add(fee.place)
    return fees


def _all_of(cls: type[T], values: Iterable[T], path: str) -> tuple[T, ...]:
    given = as_tuple(values, path)
    for index, value in enumerate(given):
        if type(value) is not cls:
            raise refusal(f"{path}[{index}]", f"must be a {cls.__name__}")
    return given


def _packages(values: Iterable[Package]) -> tuple[Package, ...]:
    packages = _all_of(Package, values, "packages")
    if len({package.id for package in packages}) != len(packages):
        raise refusal("packages", "must have ids of their own")
    return packages


def _missed(values: Iterable[Missed]) -> tuple[Missed, ...]:
    lines = _all_of(Missed, values, "missed")
    if len({(line.kind, line.at_least) for line in lines}) != len(lines):
        raise refusal("missed", "must state each kind and notice once")
    tiers = [line for line in lines if line.at_least is not None]
    for kind in {line.kind for line in tiers}:
        if min(line.at_least or 0 for line in tiers if line.kind == kind) != 0:
            raise refusal("missed", "must say what less notice costs, down to at_least 0")
    return lines


def _adjustments(values: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    return _all_of(Adjustment, values, "adjustments")


def _deposits(values: Iterable[Deposit]) -> tuple[Deposit, ...]:
    return _all_of(Deposit, values, "deposits")


def _withdrawals(values: Iterable[Withdrawal]) -> tuple[Withdrawal, ...]:
    stages = _all_of(Withdrawal, values, "withdrawals")
    if len({line.stage for line in stages}) != len(stages):
        raise refusal("withdrawals", "must name each stage once")
    return stages


def as_claims(values: Iterable[Claim] | None) -> tuple[Claim, ...] | None:
    """What superbills may claim, each kind once; ``None`` = not stated."""
    if values is None:
        return None
    claims = _all_of(Claim, values, "claims")
    if len({claim.kind for claim in claims}) != len(claims):
        raise refusal("claims", "must name each kind once")
    return tuple(sorted(claims, key=lambda claim: KINDS.index(claim.kind)))


@frozen(kw_only=True, repr=False)
class FeeSchedule(Value):
    """The prices of one practice.

    Attributes:
        id: Its name in quotes; the practice is the payee of that name.
        currency: The one currency of all its amounts.
        fees: Dated, cited lines.
        packages: Prices for stated counts.
        adjustments: Lines at the end, in order.
        deposits: Payments ahead.
        missed: What cancelled and missed sessions cost; none = nothing.
        withdrawals: What is owed by a client who withdraws, by stage.
        claims: What a superbill may claim of each kind; ``None`` = not stated.

    Raises:
        InvalidValue: Two lines for one item on one date, mixed currencies, a missing tier.
    """

    id: str
    currency: str
    fees: tuple[Fee, ...] = field(converter=_fees)
    packages: tuple[Package, ...] = field(default=(), converter=_packages)
    adjustments: tuple[Adjustment, ...] = field(default=(), converter=_adjustments)
    deposits: tuple[Deposit, ...] = field(default=(), converter=_deposits)
    missed: tuple[Missed, ...] = field(default=(), converter=_missed)
    withdrawals: tuple[Withdrawal, ...] = field(default=(), converter=_withdrawals)
    claims: tuple[Claim, ...] | None = field(default=None, converter=as_claims)

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        check_currency(self.currency, "currency")
        for path, amounts in self._amounts():
            if any(amount.currency != self.currency for amount in amounts):
                raise refusal(path, "must be in the schedule's currency; currencies never mix")
        for index, fee in enumerate(self.fees):
            if fee.payee == self.id:
                raise refusal(f"fees[{index}].payee", OWN_PAYEE_REASON)

    def _amounts(self) -> Iterator[tuple[str, tuple[Money, ...]]]:
        for index, fee in enumerate(self.fees):
            yield f"fees[{index}].rate", () if fee.rate is None else fee.rate.amounts
        for index, package in enumerate(self.packages):
            yield f"packages[{index}].price", () if package.price is None else (package.price,)
        shares: list[tuple[str, Share | None]] = []
        shares += [(f"adjustments[{i}]", a.share) for i, a in enumerate(self.adjustments)]
        shares += [(f"deposits[{i}]", d.share) for i, d in enumerate(self.deposits)]
        shares += [(f"missed[{i}]", m.charge) for i, m in enumerate(self.missed)]
        shares += [(f"withdrawals[{i}]", w.owed) for i, w in enumerate(self.withdrawals)]
        for path, share in shares:
            if share is not None and share.amount is not None:
                yield f"{path}.amount", (share.amount,)

    def fee_on(self, item: str, day: dt.date, format: str | None = None) -> Fee:
        """The line in force for a kind of session on a date of service.

        Args:
            item: The kind.
            day: The date of service.
            format: The session's format; a line for it goes before one for any.

        Raises:
            InvalidValue: There is none for the kind, or none so early.
        """
        lines = [fee for fee in self.fees if fee.item == item and fee.format in (None, format)]
        if not lines:
            raise refusal(item, f"has no fee in the schedule {self.id}")
        started = [fee for fee in lines if fee.since is None or fee.since <= day]
        if not started:
            raise refusal(item, f"has no fee so early in the schedule {self.id}")
        return max(started, key=lambda fee: (fee.format is not None, fee.since or dt.date.min))

    def once_on(self, item: str, day: dt.date) -> tuple[Fee, ...]:
        """The lines in force for the course, or for a supply, one of each name.

        Raises:
            InvalidValue: A line of some name is not in force so early.
        """
        by_name: dict[str | None, list[Fee]] = {}
        for fee in self.fees:
            if fee.item == item:
                by_name.setdefault(fee.name, []).append(fee)
        chosen = []
        for lines in by_name.values():
            started = [fee for fee in lines if fee.since is None or fee.since <= day]
            if not started:
                raise refusal(item, f"has no fee so early in the schedule {self.id}")
            chosen.append(max(started, key=lambda fee: fee.since or dt.date.min))
        return tuple(chosen)

    def __repr__(self) -> str:
        return f"<FeeSchedule {self.id}: {len(self.fees)} fees>"

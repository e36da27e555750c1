"""What a caller agreed beside a schedule: the price of a session under it, and its package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kap_model._time import date_or_none
from kap_model._values import as_mapping, as_tuple, check_choice
from kap_model.errors import refusal
from kap_model.fees.charges import Claim, Package
from kap_model.fees.rates import SESSION_LABELS, ByLabel, Charge, PlainRate, Scale, ScaleEnd
from kap_model.fees.schedule import Fee, FeeSchedule
from kap_model.money import Money, check_money
from kap_model.plan import Plan
from kap_model.sessions import KINDS, Session


class Terms(NamedTuple):
    """A schedule, and what a caller agreed beside it.

    Attributes:
        fees: The schedule.
        agreed: Prices agreed on a sliding scale, by kind.
        labels: The caller's choices for rates that depend on a label.
        packages: The packages that the client takes.
        priced_on: A price lock, or ``None``: each fee on its own date of service.
        claims: What a superbill may claim; ``None`` = not stated.
        scale_end: For estimates: the end of each sliding scale that nobody agreed on.
    """

    fees: FeeSchedule
    agreed: Mapping[str, Money]
    labels: Mapping[str, str]
    packages: tuple[Package, ...]
    priced_on: dt.date | None
    claims: tuple[Claim, ...] | None
    scale_end: ScaleEnd | None = None

    def date_of(self, day: dt.date) -> dt.date:
        """The date whose prices hold for a service on a day."""
        return self.priced_on or day

    def plain_rate(self, fee: Fee, session: Session) -> PlainRate:
        """The rate that applies to a session, its label chosen.

        Raises:
            InvalidValue: The label is not given, or not priced.
        """
        rate = fee.rate
        if isinstance(rate, ByLabel):
            own = rate.label in SESSION_LABELS
            chosen = getattr(session, rate.label, None) if own else self.labels.get(rate.label)
            rate = rate.option(chosen)
        assert isinstance(rate, PlainRate)  # noqa: S101 - a fee for sessions has no other
        return rate

    def charge(self, rate: PlainRate, session: Session) -> Charge:
        """What a session costs at a rate.

        Raises:
            InvalidValue: The length lies beyond the last tier, or no price of a scale is agreed.
        """
        if not isinstance(rate, Scale):
            return rate.charge(session.minutes)
        if session.kind in self.agreed:
            return rate.agreed(self.agreed[session.kind])
        if self.scale_end is None:
            raise refusal(session.kind, "is on a sliding scale; a quote needs the agreed price")
        return rate.end(self.scale_end)


def make_terms(
    fees: FeeSchedule,
    *,
    agreed: Mapping[str, Money] | None,
    labels: Mapping[str, str] | None,
    packages: Iterable[str],
    priced_on: dt.date | str | None = None,
    claims: tuple[Claim, ...] | None = None,
) -> Terms:
    """Terms whose every word the schedule knows.

    Raises:
        InvalidValue: A word that the schedule does not know, or a price of another currency.
    """
    prices = {} if agreed is None else as_mapping(agreed, "agreed")
    choices = {} if labels is None else as_mapping(labels, "labels")
    _check_prices(fees, prices)
    _check_choices(fees, choices)
    return Terms(
        fees=fees,
        agreed=prices,
        labels=choices,
        packages=_packages(fees, packages),
        priced_on=date_or_none(priced_on, "priced_on"),
        claims=claims if claims is not None else fees.claims,
    )


def _check_prices(fees: FeeSchedule, agreed: Mapping[str, Money]) -> None:
    for kind, amount in agreed.items():
        check_choice(kind, "agreed", KINDS)
        check_money(amount, f"agreed.{kind}")
        if amount.currency != fees.currency:
            raise refusal(f"agreed.{kind}", "must be Money in the schedule's currency")
        if not any(fee.item == kind and _has_scale(fee) for fee in fees.fees):
            raise refusal(f"agreed.{kind}", f"is on no sliding scale of the schedule {fees.id}")


def _check_choices(fees: FeeSchedule, labels: Mapping[str, str]) -> None:
    known = caller_labels(fees)
    for label, choice in labels.items():
        if label not in known:
            words = ", ".join(known) or "none"
            raise refusal("labels", f"must be ones that the schedule {fees.id} knows: {words}")
        check_choice(choice, f"labels.{label}", known[label])


def caller_labels(fees: FeeSchedule) -> dict[str, tuple[str, ...]]:
    """The labels that a caller chooses for a whole plan, with the choices that are priced."""
    choices: dict[str, tuple[str, ...]] = {}
    for fee in fees.fees:
        if isinstance(fee.rate, ByLabel) and fee.rate.label not in SESSION_LABELS:
            words = tuple(option.label for option in fee.rate.options)
            known = choices.get(fee.rate.label, ())
            choices[fee.rate.label] = tuple(dict.fromkeys((*known, *words)))
    return choices


def _has_scale(fee: Fee) -> bool:
    rates = fee.rate.options if isinstance(fee.rate, ByLabel) else ()
    return isinstance(fee.rate, Scale) or any(isinstance(o.rate, Scale) for o in rates)


def _packages(fees: FeeSchedule, chosen: Iterable[str]) -> tuple[Package, ...]:
    names, offered = as_tuple(chosen, "packages"), [package.id for package in fees.packages]
    for index, name in enumerate(names):
        if name not in offered:
            known = ", ".join(offered) or "none"
            reason = f"must be one that the schedule {fees.id} offers: {known}"
            raise refusal(f"packages[{index}]", reason)
        if name in names[:index]:
            raise refusal(f"packages[{index}]", "must be named once; a client takes it once")
    return tuple(p for p in fees.packages if p.always or p.id in names)


class _Room:
    """The places that are left in a package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.left = dict(package.counts)
        self.left_together = [group.count for group in package.together]

    def take(self, kind: str) -> bool:
        """Whether there was a place for a session of a kind; it is taken."""
        if self.left.get(kind, 0):
            self.left[kind] -= 1
            return True
        for place, group in enumerate(self.package.together):
            if self.left_together[place] and kind in group.kinds:
                self.left_together[place] -= 1
                return True
        return False


def packages_by_session(plan: Plan, packages: Iterable[Package]) -> dict[str, Package]:
    """The package of each counting session that falls inside one, by the session's id."""
    rooms = [_Room(package) for package in packages]
    inside = {}
    for session in plan.timeline.counting:
        for room in rooms:
            if room.take(session.kind):
                inside[session.id] = room.package
                break
    return inside

"""A deliberately naive second reading of section 6 of the domain contract: what a plan costs.

Written from the prose alone; it reads the plan's and the schedule's fields and calls none of their
methods, so that a property test can hold one reading against the other. Amounts are fractions of
minor units until the one place where a line is rounded. Where the prose is silent, the function's
docstring says what a practice would expect.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

KINDS = (
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)
OF_THE_SESSION = ("format", "place", "level")


class CannotBePricedError(Exception):
    """The oracle's refusal; why does not matter here."""


class Line(NamedTuple):
    session: str | None
    amount: int | None
    payee: str
    claimable: int | None


class Priced(NamedTuple):
    lines: list[Line]
    total: int
    missing: list[str]
    complete: bool
    subtotals: dict[str, int | None]


class Arguments(NamedTuple):
    agreed: Mapping[str, Any]
    labels: Mapping[str, str]
    packages: Iterable[str]
    priced_on: dt.date | None
    claims: Any


def half_away(exact: Fraction) -> int:
    """The only rounding: to a whole number of minor units."""
    whole, rest = divmod(abs(exact), 1)
    whole = int(whole) + (1 if rest >= Fraction(1, 2) else 0)
    return -whole if exact < 0 else whole


def date_of(session: Any, plan: Any) -> dt.date:
    at = dt.datetime.fromtimestamp(session.begins, dt.UTC)
    return at.astimezone(ZoneInfo(plan.timezone)).date()


# --- Which fee ---------------------------------------------------------------------------------


def latest(fees: list[Any], day: dt.date) -> Any:
    """Of one item's lines, the one in force on a date; before the first date there is none."""
    started = [fee for fee in fees if fee.since is None or fee.since <= day]
    if not started:
        return None
    return max(started, key=lambda fee: dt.date.min if fee.since is None else fee.since)


def fee_of(session: Any, schedule: Any, day: dt.date) -> Any:
    """The fee of a session; one for its format goes before the general one."""
    of_kind = [fee for fee in schedule.fees if fee.item == session.kind]
    fmt = getattr(session, "format", None)
    special = latest([fee for fee in of_kind if fee.format is not None and fee.format == fmt], day)
    general = latest([fee for fee in of_kind if fee.format is None], day)
    found = general if special is None else special
    if found is None:
        raise CannotBePricedError
    return found


def fees_of(item: str, schedule: Any, day: dt.date) -> list[Any]:
    """What falls due once per course, or per supply: one line of each name."""
    of_item = [fee for fee in schedule.fees if fee.item == item]
    names = list(dict.fromkeys(fee.name for fee in of_item))
    chosen = [latest([fee for fee in of_item if fee.name == name], day) for name in names]
    if any(fee is None for fee in chosen):
        raise CannotBePricedError
    return chosen


# --- What it comes to --------------------------------------------------------------------------


def resolved(rate: Any, session: Any, given: Arguments) -> Any:
    """The rate that a label chooses, if it depends on one."""
    if rate.form != "by-label":
        return rate
    if rate.label in OF_THE_SESSION:
        label = getattr(session, rate.label, None)
    else:
        label = given.labels.get(rate.label)
    for option in rate.options:
        if option.label == label:
            return option.rate
    raise CannotBePricedError


def exact_price(rate: Any, session: Any, given: Arguments) -> Fraction:
    """The unrounded price of a session at a rate."""
    if rate.form == "flat":
        return Fraction(rate.amount.minor)
    if rate.form == "hourly":
        steps = -(-session.minutes // rate.increment)
        return Fraction(rate.amount.minor * steps * rate.increment, 60)
    if rate.form == "tiers":
        reached = [tier for tier in rate.tiers if tier.minutes >= session.minutes]
        if not reached:
            raise CannotBePricedError
        return Fraction(min(reached, key=lambda tier: tier.minutes).amount.minor)
    if rate.form == "first-part":
        further = rate.rest.minor if session.minutes > rate.minutes else 0
        return Fraction(rate.first.minor + further)
    assert rate.form == "scale"
    agreed = given.agreed.get(session.kind)
    if agreed is None or agreed.currency != rate.low.currency:
        raise CannotBePricedError
    if agreed.minor < rate.low.minor:
        raise CannotBePricedError
    if rate.high is not None and agreed.minor > rate.high.minor:
        raise CannotBePricedError
    return Fraction(agreed.minor)


def share_of(share: Any, price: Fraction) -> Fraction:
    if share.amount is not None:
        return Fraction(share.amount.minor)
    return price * Fraction(share.percent) / 100


def claimable(kind: str, minutes: int, amount: int, rate: Any, claims: Any) -> int | None:
    """Of a line of the practice's own: whole, nothing, or its first minutes.

    Once a scope is stated, a kind that it does not name may claim nothing.
    """
    if claims is None:
        return None
    scope = {claim.kind: claim.scope for claim in claims}.get(kind, "nothing")
    if scope == "whole":
        return amount
    if scope == "nothing":
        return 0
    if rate.form == "first-part":
        # The prose says "the first part's price"; of fewer minutes, a careful reader takes less.
        length = min(rate.minutes, minutes)
        return half_away(Fraction(rate.first.minor * min(scope, length), length))
    return half_away(Fraction(amount * min(scope, minutes), minutes))


# --- Cancelled and missed sessions -------------------------------------------------------------


def missed_line(session: Any, schedule: Any) -> Any:
    """The line of the schedule that says what a cancelled or missed session costs, if any."""
    if session.status == "no-show":
        lines = [line for line in schedule.missed if line.at_least is None]
    else:
        lines = [line for line in schedule.missed if line.at_least is not None]
    own = [line for line in lines if line.kind == session.kind]
    lines = own or [line for line in lines if line.kind is None]
    if not lines or session.status == "no-show":
        return lines[0] if lines else None
    if session.notice_hours is None:
        return "unrecorded"
    reached = [line for line in lines if line.at_least <= session.notice_hours]
    return max(reached, key=lambda line: line.at_least)


def missed_charge(
    share: Any, session: Any, plan: Any, schedule: Any, given: Arguments
) -> int | Literal["unknown"]:
    """What is charged: 0 where nothing is, "unknown" for a share of an unpublished price.

    What is free needs no price, and what somebody else bills is not the practice's to charge.
    No share: it is charged, and not stated how much.
    """
    if share is not None and (
        share.percent == 0 or (share.amount is not None and share.amount.minor == 0)
    ):
        return 0
    day = date_of(session, plan) if given.priced_on is None else given.priced_on
    fee = fee_of(session, schedule, day)
    if fee.payee is not None:
        return 0
    if share is None:
        return "unknown"
    if share.amount is not None:
        return int(share.amount.minor)
    if fee.rate is None:
        return "unknown"
    return half_away(
        share_of(share, exact_price(resolved(fee.rate, session, given), session, given))
    )


# --- The quote ---------------------------------------------------------------------------------


def words_are_known(schedule: Any, given: Arguments) -> bool:
    """Whether the schedule knows every word of the arguments."""
    rates = [fee.rate for fee in schedule.fees if fee.rate is not None]
    by_label = [rate for rate in rates if rate.form == "by-label"]
    return (
        all(has_scale(kind, schedule) for kind in given.agreed)
        and all(amount.currency == schedule.currency for amount in given.agreed.values())
        and set(given.labels) <= {rate.label for rate in by_label} - set(OF_THE_SESSION)
        and all(choice in choices(label, by_label) for label, choice in given.labels.items())
        and set(given.packages) <= {package.id for package in schedule.packages}
    )


def choices(label: str, by_label: list[Any]) -> set[str]:
    return {option.label for rate in by_label if rate.label == label for option in rate.options}


def has_scale(kind: str, schedule: Any) -> bool:
    rates = [fee.rate for fee in schedule.fees if fee.item == kind and fee.rate is not None]
    rates += [option.rate for rate in rates if rate.form == "by-label" for option in rate.options]
    return any(rate.form == "scale" for rate in rates)


Place = tuple[Any, tuple[str, ...]]


def places_in(package: Any) -> list[Place]:
    """Each session that a package holds, by the kinds that it may be of; own places first."""
    places = [(package, (kind,)) for kind, count in package.counts for _ in range(count)]
    return places + [
        (package, group.kinds) for group in package.together for _ in range(group.count)
    ]


def day_for(day: dt.date, given: Arguments) -> dt.date:
    return day if given.priced_on is None else given.priced_on


def line_of_missed(
    session: Any, plan: Any, schedule: Any, given: Arguments, missing: set[str]
) -> Line | None:
    """The line of a cancelled or missed session, if it is charged."""
    line = missed_line(session, schedule)
    if line == "unrecorded":
        # What somebody else bills is never charged, whatever the notice.
        if fee_of(session, schedule, day_for(date_of(session, plan), given)).payee is not None:
            return None
        raise CannotBePricedError
    charge = 0 if line is None else missed_charge(line.charge, session, plan, schedule, given)
    if charge == "unknown":
        missing.add(session.kind)
        return Line(session.id, None, schedule.id, None)
    if charge == 0:
        return None
    return Line(session.id, charge, schedule.id, None if given.claims is None else 0)


def line_inside(session: Any, package: Any, own: str, given: Arguments) -> Line:
    """The line of a session that a package holds: no charge of its own."""
    if package.price is None:
        return Line(session.id, None, own, None)
    return Line(session.id, 0, own, None if given.claims is None else 0)


def line_of_held(
    session: Any, plan: Any, schedule: Any, given: Arguments, missing: set[str]
) -> Line:
    """The line of a counting session at its fee."""
    fee = fee_of(session, schedule, day_for(date_of(session, plan), given))
    payee = schedule.id if fee.payee is None else fee.payee
    if fee.rate is None:
        if fee.payee is None:
            missing.add(session.kind)
        return Line(session.id, None, payee, None)
    rate = resolved(fee.rate, session, given)
    amount = half_away(exact_price(rate, session, given))
    claim = None
    if fee.payee is None:
        claim = claimable(session.kind, session.minutes, amount, rate, given.claims)
    return Line(session.id, amount, payee, claim)


def price(plan: Any, schedule: Any, given: Arguments) -> Priced:
    if not words_are_known(schedule, given):
        raise CannotBePricedError
    own, missing, lines = schedule.id, set[str](), list[Line]()
    taken = [p for p in schedule.packages if p.always or p.id in given.packages]
    places = [place for package in taken for place in places_in(package)]
    for package in taken:
        if package.price is None:
            missing |= {kind for _, kinds in places_in(package) for kind in kinds} or {"course"}

    counts = ("planned", "completed") if plan.state == "active" else ("completed",)
    ordered = sorted(plan.sessions, key=lambda s: (s.begins, KINDS.index(s.kind), s.id))
    counting = [session for session in ordered if session.status in counts]
    for session in ordered:
        fitting = [place for place in places if session.kind in place[1]]
        if session.status in ("cancelled", "no-show"):
            line = line_of_missed(session, plan, schedule, given, missing)
            lines += [] if line is None else [line]
        elif session in counting and fitting:
            places.remove(fitting[0])
            lines.append(line_inside(session, fitting[0][0], own, given))
        elif session in counting:
            lines.append(line_of_held(session, plan, schedule, given, missing))

    for supply in plan.supplies or ():
        for fee in fees_of("supply", schedule, day_for(supply.issued, given)):
            lines.append(once("supply", fee, own, None, missing, given))
    if counting:
        first, last = date_of(counting[0], plan), date_of(counting[-1], plan)
        for fee in fees_of("course", schedule, day_for(first, given)):
            lines.append(once("course", fee, own, (first, last), missing, given))

    for package in taken:
        whole = None if package.price is None else package.price.minor
        lines.append(Line(None, whole, own, None))
    for adjustment in schedule.adjustments:
        so_far = sum(line.amount or 0 for line in lines if line.payee == own)
        lines.append(Line(None, half_away(share_of(adjustment.share, Fraction(so_far))), own, None))
    return summed(lines, own, missing)


def once(item: str, fee: Any, own: str, span: Any, missing: set[str], given: Arguments) -> Line:
    """A fee of the course or of a supply."""
    payee = own if fee.payee is None else fee.payee
    if fee.rate is None:
        if fee.payee is None:
            missing.add(item)
        return Line(None, None, payee, None)
    rate = resolved(fee.rate, None, given)
    periods = 1
    if rate.form == "periodic":
        periods = begun(rate.every, *span)
    return Line(None, rate.amount.minor * periods, payee, None)


def begun(every: str, first: dt.date, last: dt.date) -> int:
    """The begun weeks, months or years from the first to the last date, both days included."""
    periods = 0
    while True:
        if every == "week":
            start = first + dt.timedelta(days=7 * periods)
        else:
            months = periods * {"month": 1, "year": 12}[every]
            years, month = divmod(first.month - 1 + months, 12)
            length = calendar.monthrange(first.year + years, month + 1)[1]
            start = dt.date(first.year + years, month + 1, min(first.day, length))
        if start > max(first, last):
            return periods
        periods += 1


def summed(lines: list[Line], own: str, missing: set[str]) -> Priced:
    subtotals: dict[str, int | None] = {own: 0}
    for line in lines:
        subtotals.setdefault(line.payee, None)
        if line.amount is not None:
            subtotals[line.payee] = (subtotals[line.payee] or 0) + line.amount
    total = sum(line.amount or 0 for line in lines if line.payee == own)
    return Priced(
        lines=lines,
        total=total,
        missing=[item for item in (*KINDS, "supply", "course") if item in missing],
        complete=not missing,
        subtotals=subtotals,
    )

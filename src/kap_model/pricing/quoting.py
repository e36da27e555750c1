"""``quote``: what a plan costs, a line for each session, with how each amount came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, Final, TypeAlias

from kap_model._given import Given, Naming, Pool
from kap_model._values import check_instance
from kap_model.errors import InvalidValue, PricingError, Problem, refusal
from kap_model.fees.charges import Claim, ClaimScope, Missed, Package, Share
from kap_model.fees.rates import ByLabel, FirstPart, Flat, Periodic, PlainRate
from kap_model.fees.schedule import COURSE, ITEMS, SUPPLY, Fee, FeeSchedule, as_claims
from kap_model.money import Money
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.pricing._terms import Terms, make_terms, packages_by_session
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import Session

FeesChoice: TypeAlias = FeeSchedule | Practice | str
SchedulesGiven: TypeAlias = Given[FeeSchedule] | Pool[FeeSchedule]


def _built_in(name: str) -> FeeSchedule | None:
    return BY_NAME[name].fees


NAMING: Final = Naming(FeeSchedule, "schedule", "fees", "schedules", _built_in, PRACTICE_NAMES)
"""How plans name fee schedules."""
_MISSED: Final = {"cancelled": "cancelled", "no-show": "missed"}


def quote(
    plan: Plan,
    fees: FeesChoice | None = None,
    *,
    agreed: Mapping[str, Money] | None = None,
    labels: Mapping[str, str] | None = None,
    packages: Iterable[str] = (),
    priced_on: dt.date | str | None = None,
    claims: Iterable[Claim] | None = None,
    schedules: SchedulesGiven = (),
) -> Quote:
    """Price a plan, each line rounded once, the total the sum of the lines.

    Args:
        plan: The course; planned and completed sessions are priced, cancelled and missed ones
            where the schedule charges them.
        fees: The schedule, or a practice that publishes one, or its name; absent: the one that
            the plan names.
        agreed: Prices agreed on a sliding scale, by kind.
        labels: Choices for rates that depend on a label, such as ``{"route": "oral"}``.
        packages: The packages that the client takes, beside those that belong to every quote.
        priced_on: A price lock: every fee as on this date, instead of the date of service.
        claims: What a superbill may claim; absent: what the schedule says, else the practice
            whose protocol the plan names.
        schedules: The schedules that the plan may name by their ids, where ``fees`` is absent: in
            any order, or by their ids.

    Raises:
        NotGiven: The plan names a schedule by an id that is neither a built-in practice's nor that
            of one of ``schedules``.
        InvalidValue: There is no schedule, or a word in the arguments that it does not know.
        PricingError: A kind without a fee, a length beyond the last tier, a scale without an
            agreed price, a label that is not given, a cancelled session without hours of notice
            where they matter; with all such problems, by session.
    """
    check_instance(plan, "plan", Plan)
    schedule = chosen_fees(fees, plan.fees, schedules)
    terms = make_terms(
        schedule,
        agreed=agreed,
        labels=labels,
        packages=packages,
        priced_on=priced_on,
        claims=stated_claims(as_claims(claims), schedule, plan),
    )
    return quoted(plan, terms)


def chosen_fees(
    fees: FeesChoice | None, named: str | None, schedules: SchedulesGiven = ()
) -> FeeSchedule:
    """A schedule, from itself or from a practice that publishes one, or its name; else a plan's.

    Raises:
        NotGiven: The plan names one that is neither a built-in practice's nor given.
        InvalidValue: There is none.
    """
    pool = NAMING.pool(schedules)
    if fees is None and named is not None and named not in BY_NAME:
        return NAMING.found(named, pool)
    choice = named if fees is None else fees
    if type(choice) is FeeSchedule:
        return choice
    if choice is None:
        raise refusal("fees", "must be given, for none is named")
    if isinstance(choice, Practice):
        return published_fees(choice)
    if type(choice) is not str or choice not in BY_NAME:
        known = ", ".join(PRACTICE_NAMES)
        raise refusal("fees", f"must be a FeeSchedule, a Practice or one of {known}")
    return published_fees(BY_NAME[choice])


def published_fees(practice: Practice) -> FeeSchedule:
    """The schedule that a practice publishes.

    Raises:
        InvalidValue: It publishes none.
    """
    fees = practice.fees
    if fees is None:
        raise refusal("fees", f"are not published by {practice.id}; give a schedule of your own")
    return fees


def stated_claims(
    given: tuple[Claim, ...] | None, fees: FeeSchedule, plan: Plan
) -> tuple[Claim, ...] | None:
    """What superbills may claim: as given, else as the schedule, else as the protocol's practice.

    ``None`` where nobody states it.
    """
    if given is not None or fees.claims is not None:
        return fees.claims if given is None else given
    practice = None if plan.protocol is None else BY_NAME.get(plan.protocol)
    return None if practice is None else practice.claims


def quoted(plan: Plan, terms: Terms) -> Quote:
    """The quote of a plan under terms.

    Raises:
        PricingError: The schedule cannot price it; with all problems.
    """
    fees = terms.fees
    refusals = _Refusals()
    lines = _session_lines(plan, terms, refusals)
    once = _once_lines(plan, terms, refusals)
    if refusals.found:
        raise PricingError(refusals.problems())
    lines += [line for _, line in once]
    lines += [_package_line(package, fees) for package in terms.packages]
    lines += _adjustments(fees, lines)
    unpriced = {line.kind for line in lines if line.amount is None and line.payee == fees.id}
    unpriced |= {item for item, line in once if line.amount is None and line.payee == fees.id}
    for package in terms.packages:
        if package.price is None:
            unpriced |= package.kinds or {COURSE}
    return Quote(
        plan=plan.id,
        fees=fees.id,
        currency=fees.currency,
        lines=tuple(lines),
        missing=tuple(item for item in ITEMS if item in unpriced),
        deposits=fees.deposits,
    )


class _Refusals:
    """Why sessions and other items cannot be priced: each reason, and where it holds."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Note a refusal at a place and go on."""
        try:
            yield
        except InvalidValue as error:
            for problem in error.problems:
                reason = f"{problem.path} {problem.reason}"
                self.found.setdefault(reason, []).append(place)

    def problems(self) -> list[Problem]:
        """One problem for each reason, at the first place that has it."""
        return [
            Problem(places[0], reason + (f"; so for {len(places) - 1} more" if places[1:] else ""))
            for reason, places in self.found.items()
        ]


def _session_lines(plan: Plan, terms: Terms, refusals: _Refusals) -> list[QuoteLine]:
    inside = packages_by_session(plan, terms.packages)
    counting = {session.id for session in plan.timeline.counting}
    lines: list[QuoteLine | None] = []
    for session in plan.sessions:
        with refusals.at(session.id):
            if session.id in counting:
                lines.append(_held_line(plan, session, terms, inside.get(session.id)))
            elif session.status != "planned":
                lines.append(_missed_line(plan, session, terms))
    return [line for line in lines if line is not None]


def _held_line(plan: Plan, session: Session, terms: Terms, inside: Package | None) -> QuoteLine:
    """The line of a session that counts.

    Raises:
        InvalidValue: The schedule cannot price it.
    """
    if inside is not None:
        return _included_line(plan, session, terms, inside)
    fee, facts = _fee_for(plan, session, terms), _facts(plan, session)
    item, payee = fee.name or session.kind, fee.payee or terms.fees.id
    if fee.rate is None:
        return QuoteLine(item=item, amount=None, payee=payee, basis=_without_amount(fee), **facts)
    rate = terms.plain_rate(fee, session)
    charge = terms.charge(rate, session)
    claim, minutes = None, None
    if fee.payee is None:
        claim, minutes = _claimed(terms, session, rate, charge.amount)
    return QuoteLine(
        item=item,
        amount=charge.amount,
        payee=payee,
        basis=charge.basis if fee.format is None else f"{charge.basis}, per person",
        claimable=claim,
        claimable_minutes=minutes,
        **facts,
    )


def _included_line(plan: Plan, session: Session, terms: Terms, inside: Package) -> QuoteLine:
    zero, published = Money.zero(terms.fees.currency), inside.price is not None
    return QuoteLine(
        item=_name(plan, session, terms),
        amount=zero if published else None,
        payee=terms.fees.id,
        basis=f"included in {inside.name}" + ("" if published else ", not published"),
        claimable=zero if published and terms.claims is not None else None,
        package=inside.id,
        **_facts(plan, session),
    )


def _name(plan: Plan, session: Session, terms: Terms) -> str:
    """What the schedule calls a session; a kind that it sells in packages only has no fee."""
    try:
        return _fee_for(plan, session, terms).name or session.kind
    except InvalidValue:
        return session.kind


def _claimed(
    terms: Terms, session: Session, rate: PlainRate, amount: Money
) -> tuple[Money | None, int | None]:
    """What a superbill may claim of a line, and for how many minutes."""
    if terms.claims is None:
        return None, None
    scopes: dict[str, ClaimScope] = {claim.kind: claim.scope for claim in terms.claims}
    scope, minutes = scopes.get(session.kind, "nothing"), session.minutes
    if scope == "whole":
        return amount, minutes
    if not isinstance(scope, int):
        return Money.zero(terms.fees.currency), 0
    if isinstance(rate, FirstPart):
        # The first part's price; of fewer minutes than the first part has, no more than theirs.
        amount, minutes = rate.first, min(rate.minutes, minutes)
    claimed = min(scope, minutes)
    return amount.portion(Fraction(claimed, minutes)), claimed


def _missed_line(plan: Plan, session: Session, terms: Terms) -> QuoteLine | None:
    """The line of a cancelled or missed session, where the schedule charges it.

    Raises:
        InvalidValue: The hours of notice are not recorded, or the schedule cannot price it.
    """
    tiers = _missed_terms(session, terms)
    if not tiers:
        return None
    line = _reached(tiers, session)
    if line is not None and line.charge is not None and line.charge.is_nothing:
        return None
    fee = _fee_for(plan, session, terms)
    if fee.payee is not None:
        return None
    if line is None:
        raise refusal("notice_hours", "must be recorded; the charge depends on it")
    item = f"{fee.name or session.kind}, {_MISSED[session.status]}"
    amount, basis = _missed_amount(fee, line.charge, session, terms)
    if session.status == "cancelled":
        basis += f", {session.notice_hours} h of notice"
    if amount is not None and not amount.minor:
        return None
    claim = None if terms.claims is None or amount is None else Money.zero(terms.fees.currency)
    return QuoteLine(
        item=item,
        amount=amount,
        payee=terms.fees.id,
        basis=basis,
        claimable=claim,
        missed=True,
        **_facts(plan, session),
    )


def _missed_terms(session: Session, terms: Terms) -> list[Missed]:
    """What the schedule says of this kind, else of any, where a session is not held."""
    missed = session.status == "no-show"
    lines = [line for line in terms.fees.missed if (line.at_least is None) == missed]
    own = [line for line in lines if line.kind == session.kind]
    return own or [line for line in lines if line.kind is None]


def _reached(tiers: list[Missed], session: Session) -> Missed | None:
    """The tier of the most hours of notice that were given, of a no-show the only one.

    ``None`` where the notice is not recorded.
    """
    if session.status == "no-show":
        return tiers[0]
    hours = session.notice_hours
    if hours is None:
        return None
    reached = [tier for tier in tiers if (tier.at_least or 0) <= hours]
    return max(reached, key=lambda tier: tier.at_least or 0)


def _missed_amount(
    fee: Fee, charge: Share | None, session: Session, terms: Terms
) -> tuple[Money | None, str]:
    if charge is None:
        return None, "not published"
    if charge.amount is not None:
        return charge.amount, f"{charge} fixed"
    if fee.rate is None:
        return None, f"{charge} of a price that is not published"
    price = terms.charge(terms.plain_rate(fee, session), session)
    return price.part(charge.fraction), f"{charge} of {price.basis}"


def _once_lines(plan: Plan, terms: Terms, refusals: _Refusals) -> list[tuple[str, QuoteLine]]:
    """Lines for each supply, then for the course once; with the item of each."""
    lines: list[tuple[str, QuoteLine]] = []
    for supply in plan.supplies or ():
        with refusals.at(supply.id):
            for fee in terms.fees.once_on(SUPPLY, terms.date_of(supply.issued)):
                lines.append((SUPPLY, _once_line(fee, terms, f"supply {supply.id}")))
    counting = plan.timeline.counting
    if counting:
        first, last = date_of(plan, counting[0]), date_of(plan, counting[-1])
        with refusals.at(COURSE):
            for fee in terms.fees.once_on(COURSE, terms.date_of(first)):
                lines.append((COURSE, _once_line(fee, terms, "once per course", (first, last))))
    return lines


def _once_line(
    fee: Fee, terms: Terms, basis: str, days: tuple[dt.date, dt.date] | None = None
) -> QuoteLine:
    """The line of a fee for a supply, or for the course from its first to its last session.

    Raises:
        InvalidValue: A label is not given, or not priced.
    """
    item, payee, rate = fee.name or fee.item, fee.payee or terms.fees.id, fee.rate
    if isinstance(rate, ByLabel):
        rate = rate.option(terms.labels.get(rate.label))
    if isinstance(rate, Periodic) and days is not None:
        amount, basis, _ = rate.charge(*days)
    elif isinstance(rate, Flat):
        amount = rate.amount
    else:
        return QuoteLine(item=item, amount=None, payee=payee, basis=_without_amount(fee))
    return QuoteLine(item=item, amount=amount, payee=payee, basis=basis)


def _without_amount(fee: Fee) -> str:
    """Why a fee has no amount."""
    return "not published" if fee.payee is None else f"billed by {fee.payee}"


def _fee_for(plan: Plan, session: Session, terms: Terms) -> Fee:
    """The line of the schedule that a session meets.

    Raises:
        InvalidValue: There is none.
    """
    day = terms.date_of(date_of(plan, session))
    return terms.fees.fee_on(session.kind, day, getattr(session, "format", None))


def date_of(plan: Plan, session: Session) -> dt.date:
    """The civil date of service."""
    return dt.date.fromordinal(plan.timeline.day(session))


def _facts(plan: Plan, session: Session) -> dict[str, Any]:
    return {
        "session": session.id,
        "kind": session.kind,
        "date": date_of(plan, session),
        "minutes": session.minutes,
    }


def _package_line(package: Package, fees: FeeSchedule) -> QuoteLine:
    basis = "package" if package.price is not None else "not published"
    return QuoteLine(item=package.name, amount=package.price, payee=fees.id, basis=basis)


def _adjustments(fees: FeeSchedule, lines: list[QuoteLine]) -> list[QuoteLine]:
    """Percentages of the practice's subtotal so far, in declared order."""
    own = [line.amount for line in lines if line.payee == fees.id and line.amount is not None]
    subtotal = Money.total(own, fees.currency)
    made = []
    for adjustment in fees.adjustments:
        share = adjustment.share
        amount = share.of(subtotal)
        basis = f"{share} of {subtotal.text}" if share.amount is None else "fixed"
        made.append(QuoteLine(item=adjustment.name, amount=amount, payee=fees.id, basis=basis))
        subtotal += amount
    return made

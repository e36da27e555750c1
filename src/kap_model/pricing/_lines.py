"""One line of a quote: included, priced, billed by others, not published, missed, or once."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any, Final

from kap_model.errors import InvalidValue, refusal
from kap_model.fees.charges import ClaimScope, Missed, Package, Share
from kap_model.fees.rates import ByLabel, FirstPart, Flat, Periodic, PlainRate
from kap_model.fees.schedule import Fee
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.pricing._terms import Terms
from kap_model.pricing.quotes import QuoteLine
from kap_model.sessions import Session

_MISSED: Final = {"cancelled": "cancelled", "no-show": "missed"}


def without_amount(fee: Fee) -> str:
    """Why a fee has no amount."""
    return "not published" if fee.payee is None else f"billed by {fee.payee}"


def date_of(plan: Plan, session: Session) -> dt.date:
    """The civil date of service."""
    return dt.date.fromordinal(plan.timeline.day(session))


def fee_for(plan: Plan, session: Session, terms: Terms) -> Fee:
    """The line of the schedule that a session meets.

    Raises:
        InvalidValue: There is none.
    """
    day = terms.date_of(date_of(plan, session))
    return terms.fees.fee_on(session.kind, day, getattr(session, "format", None))


def held_line(plan: Plan, session: Session, terms: Terms, inside: Package | None) -> QuoteLine:
    """The line of a session that counts.

    Raises:
        InvalidValue: The schedule cannot price it.
    """
    if inside is not None:
        return _included_line(plan, session, terms, inside)
    fee, facts = fee_for(plan, session, terms), _facts(plan, session)
    item, payee = fee.name or session.kind, fee.payee or terms.fees.id
    if fee.rate is None:
        return QuoteLine(item=item, amount=None, payee=payee, basis=without_amount(fee), **facts)
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
        return fee_for(plan, session, terms).name or session.kind
    except InvalidValue:
        return session.kind


def missed_line(plan: Plan, session: Session, terms: Terms) -> QuoteLine | None:
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
    fee = fee_for(plan, session, terms)
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


def once_line(
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
        return QuoteLine(item=item, amount=None, payee=payee, basis=without_amount(fee))
    return QuoteLine(item=item, amount=amount, payee=payee, basis=basis)


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


def _facts(plan: Plan, session: Session) -> dict[str, Any]:
    return {
        "session": session.id,
        "kind": session.kind,
        "date": date_of(plan, session),
        "minutes": session.minutes,
    }

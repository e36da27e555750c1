"""``quote``: what a plan costs, a line for each session, with how each amount came about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeAlias

from kap_model._values import check_instance
from kap_model.errors import InvalidValue, PricingError, Problem, refusal
from kap_model.fees.charges import Claim, Package
from kap_model.fees.schedule import COURSE, ITEMS, SUPPLY, FeeSchedule, as_claims
from kap_model.money import Money
from kap_model.plan import PRACTICE_NAMES, Plan
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.pricing._lines import date_of, held_line, missed_line, once_line
from kap_model.pricing._packages import packages_by_session
from kap_model.pricing._terms import Terms, make_terms
from kap_model.pricing.quotes import Quote, QuoteLine

FeesChoice: TypeAlias = FeeSchedule | Practice | str


def quote(
    plan: Plan,
    fees: FeesChoice | None = None,
    *,
    agreed: Mapping[str, Money] | None = None,
    labels: Mapping[str, str] | None = None,
    packages: Iterable[str] = (),
    priced_on: dt.date | str | None = None,
    claims: Iterable[Claim] | None = None,
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

    Raises:
        InvalidValue: There is no schedule, or a word in the arguments that it does not know.
        PricingError: A kind without a fee, a length beyond the last tier, a scale without an
            agreed price, a label that is not given, a cancelled session without hours of notice
            where they matter; with all such problems, by session.
    """
    check_instance(plan, "plan", Plan)
    schedule = chosen_fees(fees, plan.fees)
    terms = make_terms(
        schedule,
        agreed=agreed,
        labels=labels,
        packages=packages,
        priced_on=priced_on,
        claims=stated_claims(as_claims(claims), schedule, plan),
    )
    return quoted(plan, terms)


def chosen_fees(fees: FeesChoice | None, named: str | None) -> FeeSchedule:
    """A schedule, from itself or from a practice that publishes one, or its name.

    Raises:
        InvalidValue: There is none.
    """
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
    return None if plan.protocol is None else BY_NAME[plan.protocol].claims


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


def _session_lines(plan: Plan, terms: Terms, refusals: _Refusals) -> list[QuoteLine]:
    inside = packages_by_session(plan, terms.packages)
    counting = {session.id for session in plan.timeline.counting}
    lines: list[QuoteLine | None] = []
    for session in plan.sessions:
        with refusals.at(session.id):
            if session.id in counting:
                lines.append(held_line(plan, session, terms, inside.get(session.id)))
            elif session.status != "planned":
                lines.append(missed_line(plan, session, terms))
    return [line for line in lines if line is not None]


def _package_line(package: Package, fees: FeeSchedule) -> QuoteLine:
    basis = "package" if package.price is not None else "not published"
    return QuoteLine(item=package.name, amount=package.price, payee=fees.id, basis=basis)


def _once_lines(plan: Plan, terms: Terms, refusals: _Refusals) -> list[tuple[str, QuoteLine]]:
    """Lines for each supply, then for the course once; with the item of each."""
    lines: list[tuple[str, QuoteLine]] = []
    for supply in plan.supplies or ():
        with refusals.at(supply.id):
            for fee in terms.fees.once_on(SUPPLY, terms.date_of(supply.issued)):
                lines.append((SUPPLY, once_line(fee, terms, f"supply {supply.id}")))
    counting = plan.timeline.counting
    if counting:
        first, last = date_of(plan, counting[0]), date_of(plan, counting[-1])
        with refusals.at(COURSE):
            for fee in terms.fees.once_on(COURSE, terms.date_of(first)):
                lines.append((COURSE, once_line(fee, terms, "once per course", (first, last))))
    return lines


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

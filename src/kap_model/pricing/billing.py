"""``superbill``: what a client may claim for the sessions that were held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kap_model._time import civil_date
from kap_model._values import check_choice, check_instance
from kap_model.errors import InvalidValue, PricingError, Problem, refusal
from kap_model.fees.charges import Claim, ClaimScope
from kap_model.fees.schedule import as_claims
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.pricing._lines import date_of
from kap_model.pricing.billing_codes import (
    OFFICE,
    PSYCHOTHERAPY_BANDS,
    REMOTE_PLACES,
    TELEHEALTH_AT_HOME,
    Provider,
    RemotePlace,
    TimeBand,
    as_codes,
    as_time_bands,
    check_minutes,
)
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import FeesChoice, chosen_fees, quote, stated_claims
from kap_model.pricing.superbills import Superbill, SuperbillLine
from kap_model.sessions import MEDICAL_KINDS, Session


class _Terms(NamedTuple):
    """What the caller says about a claim, checked."""

    practice: str
    scopes: Mapping[str, ClaimScope]
    codes: Mapping[str, str]
    bands: tuple[TimeBand, ...]
    remote_place: RemotePlace
    since: dt.date
    until: dt.date


def superbill(
    plan: Plan,
    fees: FeesChoice | None = None,
    *,
    provider: Provider,
    codes: Mapping[str, str],
    client: str | None = None,
    diagnoses: Iterable[str] = (),
    remote_place: RemotePlace = TELEHEALTH_AT_HOME,
    time_bands: Iterable[TimeBand] = PSYCHOTHERAPY_BANDS,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    claims: Iterable[Claim] | None = None,
    agreed: Mapping[str, Money] | None = None,
    labels: Mapping[str, str] | None = None,
    packages: Iterable[str] = (),
    priced_on: dt.date | str | None = None,
) -> Superbill:
    """The superbill of a plan's completed sessions, from its quote.

    A charge for a cancelled or missed session is never on it, nor is a medical session, which
    is not the therapist's to claim, nor what has no price of its own inside a package.

    Args:
        plan: The course; the whole of it is priced, so that packages hold what they hold there.
        fees: As for :func:`~kap_model.pricing.quoting.quote`.
        provider: Who held the sessions.
        codes: The service code by kind, or by session id, which goes first.
        client: How the payer knows the client; absent: the plan's pseudonym.
        diagnoses: Diagnosis codes.
        remote_place: Where the client is in a remote session: ``10`` at home, ``02`` elsewhere.
        time_bands: The table that codes are checked against; a code that is not in it passes.
        since: The first date of service on it, for superbills by the month; absent: no first.
        until: The last date of service on it; absent: no last.
        claims: What may be claimed of each kind, a kind that is not named nothing; absent: what
            the schedule says, else the practice whose protocol the plan names.
        agreed: Prices agreed on a sliding scale, by kind.
        labels: Choices for rates that depend on a label.
        packages: The packages that the client takes.
        priced_on: A price lock.

    Raises:
        InvalidValue: Nobody states what may be claimed, or an argument is not what it should be.
        PricingError: The plan cannot be priced; or a session that may be claimed has no
            published price, no code, or one for other minutes; with all of them, by session.
    """
    check_instance(plan, "plan", Plan)
    schedule = chosen_fees(fees, plan.fees)
    check_choice(remote_place, "remote_place", REMOTE_PLACES)
    stated = stated_claims(as_claims(claims), schedule, plan)
    if stated is None:
        raise refusal("claims", "must be given, for neither the schedule nor the plan states them")
    terms = _Terms(
        practice=schedule.id,
        scopes={claim.kind: claim.scope for claim in stated},
        codes=as_codes(codes, (session.id for session in plan.sessions)),
        bands=as_time_bands(time_bands),
        remote_place=remote_place,
        since=dt.date.min if since is None else civil_date(since, "since"),
        until=dt.date.max if until is None else civil_date(until, "until"),
    )
    if terms.until < terms.since:
        raise refusal("until", "must not be before since")
    priced = quote(
        plan,
        schedule,
        agreed=agreed,
        labels=labels,
        packages=packages,
        priced_on=priced_on,
        claims=stated,
    )
    return Superbill(
        plan=plan.id,
        fees=schedule.id,
        currency=schedule.currency,
        provider=provider,
        client=_client(client, plan),
        diagnoses=diagnoses,
        lines=_lines(plan, priced, terms),
        # A quote ends in its adjustments.
        adjustments=priced.lines[len(priced.lines) - len(schedule.adjustments) :],
    )


def _client(given: str | None, plan: Plan) -> str:
    client = plan.client if given is None else given
    if client is None:
        raise refusal("client", "must be given, for the plan names none")
    return client


def _lines(plan: Plan, priced: Quote, terms: _Terms) -> tuple[SuperbillLine, ...]:
    sessions: dict[str | None, Session] = {session.id: session for session in plan.sessions}
    lines, problems = [], []
    for quoted in priced.lines:
        session = sessions.get(quoted.session)
        if session is None or not _may_be_claimed(session, quoted, terms):
            continue
        try:
            lines.append(_line(plan, session, quoted, terms))
        except InvalidValue as error:
            problems += [Problem(session.id, f"{p.path} {p.reason}") for p in error.problems]
    if problems:
        raise PricingError(problems)
    return tuple(lines)


def _may_be_claimed(session: Session, quoted: QuoteLine, terms: _Terms) -> bool:
    if session.status != "completed" or session.kind in MEDICAL_KINDS:
        return False
    date = quoted.date
    if quoted.payee != terms.practice or date is None or not terms.since <= date <= terms.until:
        return False
    if quoted.package is not None:
        return False
    if quoted.amount is None:
        return terms.scopes.get(session.kind, "nothing") != "nothing"
    return quoted.claimable is not None and quoted.claimable.minor > 0


def _line(plan: Plan, session: Session, quoted: QuoteLine, terms: _Terms) -> SuperbillLine:
    """A session's line.

    Raises:
        InvalidValue: It has no published price, no code, or a code for other minutes.
    """
    charge, minutes = quoted.claimable, quoted.claimable_minutes
    if charge is None or minutes is None:
        raise refusal("price", "is not published, so that nothing can be claimed of it")
    code = terms.codes.get(session.id) or terms.codes.get(session.kind)
    if code is None:
        raise refusal("code", "must be given, by the session's id or its kind")
    check_minutes(code, minutes, terms.bands)
    return SuperbillLine(
        session=session.id,
        date=date_of(plan, session),
        kind=session.kind,
        code=code,
        minutes=minutes,
        place_of_service=OFFICE if session.place == "office" else terms.remote_place,
        charge=charge,
    )

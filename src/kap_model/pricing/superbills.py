"""``superbill``: what a client may hand to an insurer for the sessions that were held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._time import civil_date
from kap_model._values import (
    Value,
    as_rows,
    check_choice,
    check_identifier,
    check_instance,
    check_integer,
    check_texts,
)
from kap_model.errors import InvalidValue, PricingError, Problem, refusal
from kap_model.fees.charges import Claim, ClaimScope
from kap_model.fees.schedule import as_claims
from kap_model.money import Money, check_currencies, check_currency, check_price
from kap_model.plan import Plan
from kap_model.pricing.codes import (
    OFFICE,
    PLACES_OF_SERVICE,
    PSYCHOTHERAPY_BANDS,
    REMOTE_PLACES,
    TELEHEALTH_AT_HOME,
    PlaceOfService,
    Provider,
    RemotePlace,
    TimeBand,
    as_codes,
    as_diagnoses,
    as_time_bands,
    check_code,
    check_minutes,
)
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import (
    FeesChoice,
    SchedulesGiven,
    chosen_fees,
    date_of,
    quote,
    stated_claims,
)
from kap_model.sessions import KINDS, LONGEST_MINUTES, MEDICAL_KINDS, Session


def _date(value: dt.date | str) -> dt.date:
    return civil_date(value, "date")


@frozen(kw_only=True, repr=False)
class SuperbillLine(Value):
    """One completed session on a superbill.

    Attributes:
        session: The session's id.
        date: The civil date of service, in the plan's zone.
        kind: The session's kind.
        code: The service code that the caller gave.
        minutes: The minutes claimed: the session's, or its first ones as far as the scope goes.
        place_of_service: ``11`` in the office, ``10`` or ``02`` remote [CMS].
        charge: What is claimed; never more than the quote's line.

    Raises:
        InvalidValue: A field is of the wrong type or form, or the charge is negative.
    """

    session: str
    date: dt.date = field(converter=_date)
    kind: str
    code: str
    minutes: int
    place_of_service: PlaceOfService
    charge: Money

    def __attrs_post_init__(self) -> None:
        check_identifier(self.session, "session")
        check_choice(self.kind, "kind", KINDS)
        check_code(self.code, "code")
        check_integer(self.minutes, "minutes", 1, LONGEST_MINUTES)
        check_choice(self.place_of_service, "place_of_service", PLACES_OF_SERVICE)
        check_price(self.charge, "charge")

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "session": self.session,
            "date": self.date.isoformat(),
            "kind": self.kind,
            "code": self.code,
            "minutes": self.minutes,
            "place_of_service": self.place_of_service,
            "charge": self.charge.text,
        }

    def __repr__(self) -> str:
        return f"<SuperbillLine {self.session}>"


def _lines(values: Iterable[SuperbillLine]) -> tuple[SuperbillLine, ...]:
    return as_rows(values, "lines", SuperbillLine)


def _adjustments(values: Iterable[QuoteLine]) -> tuple[QuoteLine, ...]:
    return as_rows(values, "adjustments", QuoteLine)


@frozen(kw_only=True, repr=False)
class Superbill(Value, HasText):
    """What a client may claim for sessions that were held.

    Attributes:
        plan: The plan's id.
        fees: The id of the practice's schedule.
        currency: The currency of every amount.
        provider: Who held the sessions.
        client: The client, as the caller names them to the payer.
        diagnoses: Diagnosis codes, in the caller's order.
        lines: Completed sessions, in canonical order.
        adjustments: The whole quote's percentages and discounts. They belong to no session and
            are not allocated, but a payer sees them.

    Raises:
        InvalidValue: A field is of the wrong type or form, or an amount of another currency.
    """

    plan: str
    fees: str
    currency: str
    provider: Provider
    client: str
    diagnoses: tuple[str, ...] = field(default=(), converter=as_diagnoses)
    lines: tuple[SuperbillLine, ...] = field(converter=_lines)
    adjustments: tuple[QuoteLine, ...] = field(default=(), converter=_adjustments)

    def __attrs_post_init__(self) -> None:
        check_texts(self, "plan", "fees", "client")
        check_currency(self.currency, "currency")
        check_instance(self.provider, "provider", Provider)
        check_currencies((line.charge for line in self.lines), "lines", self.currency)
        check_currencies((x.amount for x in self.adjustments), "adjustments", self.currency)

    @property
    def total(self) -> Money:
        """The sum of the lines, without adjustments."""
        return Money.total((line.charge for line in self.lines), self.currency)

    def to_dict(self) -> dict[str, Any]:
        """The superbill as JSON values."""
        return {
            "plan": self.plan,
            "fees": self.fees,
            "currency": self.currency,
            "provider": self.provider.to_dict(),
            "client": self.client,
            "diagnoses": list(self.diagnoses),
            "total": self.total.text,
            "lines": [line.to_dict() for line in self.lines],
            "adjustments": [line.to_dict() for line in self.adjustments],
        }

    def __repr__(self) -> str:
        return f"<Superbill {self.plan}: {len(self.lines)} lines>"


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
    schedules: SchedulesGiven = (),
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
        schedules: As for :func:`~kap_model.pricing.quoting.quote`.

    Raises:
        InvalidValue: Nobody states what may be claimed, or an argument is not what it should be.
        PricingError: The plan cannot be priced; or a session that may be claimed has no
            published price, no code, or one for other minutes; with all of them, by session.
    """
    check_instance(plan, "plan", Plan)
    schedule = chosen_fees(fees, plan.fees, schedules)
    check_choice(remote_place, "remote_place", REMOTE_PLACES)
    stated = stated_claims(as_claims(claims), schedule, plan)
    if stated is None:
        raise refusal("claims", "must be given, for neither the schedule nor the plan states them")
    details = _ClaimDetails(
        practice=schedule.id,
        scopes={claim.kind: claim.scope for claim in stated},
        codes=as_codes(codes, (session.id for session in plan.sessions)),
        bands=as_time_bands(time_bands),
        remote_place=remote_place,
        since=dt.date.min if since is None else civil_date(since, "since"),
        until=dt.date.max if until is None else civil_date(until, "until"),
    )
    if details.until < details.since:
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
        lines=_claimed_lines(plan, priced, details),
        # A quote ends in its adjustments.
        adjustments=priced.lines[len(priced.lines) - len(schedule.adjustments) :],
    )


def _client(given: str | None, plan: Plan) -> str:
    client = plan.client if given is None else given
    if client is None:
        raise refusal("client", "must be given, for the plan names none")
    return client


class _ClaimDetails(NamedTuple):
    """What the caller says about a claim, checked."""

    practice: str
    scopes: Mapping[str, ClaimScope]
    codes: Mapping[str, str]
    bands: tuple[TimeBand, ...]
    remote_place: RemotePlace
    since: dt.date
    until: dt.date


def _claimed_lines(plan: Plan, priced: Quote, details: _ClaimDetails) -> tuple[SuperbillLine, ...]:
    sessions: dict[str | None, Session] = {session.id: session for session in plan.sessions}
    lines, problems = [], []
    for quoted in priced.lines:
        session = sessions.get(quoted.session)
        if session is None or not _may_be_claimed(session, quoted, details):
            continue
        try:
            lines.append(_claimed_line(plan, session, quoted, details))
        except InvalidValue as error:
            problems += [Problem(session.id, f"{p.path} {p.reason}") for p in error.problems]
    if problems:
        raise PricingError(problems)
    return tuple(lines)


def _may_be_claimed(session: Session, quoted: QuoteLine, details: _ClaimDetails) -> bool:
    if session.status != "completed" or session.kind in MEDICAL_KINDS:
        return False
    date = quoted.date
    if date is None or not details.since <= date <= details.until:
        return False
    if quoted.payee != details.practice or quoted.package is not None:
        return False
    if quoted.amount is None:
        return details.scopes.get(session.kind, "nothing") != "nothing"
    return quoted.claimable is not None and quoted.claimable.minor > 0


def _claimed_line(
    plan: Plan, session: Session, quoted: QuoteLine, details: _ClaimDetails
) -> SuperbillLine:
    """A session's line.

    Raises:
        InvalidValue: It has no published price, no code, or a code for other minutes.
    """
    charge, minutes = quoted.claimable, quoted.claimable_minutes
    if charge is None or minutes is None:
        raise refusal("price", "is not published, so that nothing can be claimed of it")
    code = details.codes.get(session.id) or details.codes.get(session.kind)
    if code is None:
        raise refusal("code", "must be given, by the session's id or its kind")
    check_minutes(code, minutes, details.bands)
    return SuperbillLine(
        session=session.id,
        date=date_of(plan, session),
        kind=session.kind,
        code=code,
        minutes=minutes,
        place_of_service=OFFICE if session.place == "office" else details.remote_place,
        charge=charge,
    )

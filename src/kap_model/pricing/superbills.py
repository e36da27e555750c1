"""Superbills as values: what a client may hand to an insurer for sessions that were held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

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
)
from kap_model.money import Money, check_currency, check_price
from kap_model.pricing._fields import check_currencies, check_texts
from kap_model.pricing.billing_codes import (
    PLACES_OF_SERVICE,
    PlaceOfService,
    Provider,
    as_diagnoses,
    check_code,
)
from kap_model.pricing.quotes import QuoteLine
from kap_model.sessions import KINDS, LONGEST_MINUTES


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

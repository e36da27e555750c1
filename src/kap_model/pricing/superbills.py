"""Superbills as values: what a client may hand to an insurer for sessions that were held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from kap_model._values import Value, as_tuple, check_choice, check_text
from kap_model.errors import refusal
from kap_model.money import Money, check_price
from kap_model.pricing.billing_codes import (
    PLACES_OF_SERVICE,
    PlaceOfService,
    Provider,
    check_code,
)
from kap_model.pricing.quotes import QuoteLine


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
    """

    session: str
    date: dt.date
    kind: str
    code: str
    minutes: int
    place_of_service: PlaceOfService
    charge: Money

    def __attrs_post_init__(self) -> None:
        check_code(self.code, "code")
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


def _diagnoses(values: Iterable[str]) -> tuple[str, ...]:
    codes = as_tuple(values, "diagnoses")
    for index, code in enumerate(codes):
        check_code(code, f"diagnoses[{index}]")
    if len(set(codes)) != len(codes):
        raise refusal("diagnoses", "must name each once")
    return codes


@frozen(kw_only=True, repr=False)
class Superbill(Value):
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
        InvalidValue: The provider, the client or a diagnosis is not what it should be.
    """

    plan: str
    fees: str
    currency: str
    provider: Provider
    client: str
    diagnoses: tuple[str, ...] = field(default=(), converter=_diagnoses)
    lines: tuple[SuperbillLine, ...]
    adjustments: tuple[QuoteLine, ...] = ()

    def __attrs_post_init__(self) -> None:
        if type(self.provider) is not Provider:
            raise refusal("provider", "must be a Provider")
        check_text(self.client, "client")

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

    def __str__(self) -> str:
        from kap_model.display.superbill_text import superbill_text

        return superbill_text(self)

    def __repr__(self) -> str:
        return f"<Superbill {self.plan}: {len(self.lines)} lines>"

"""``reimbursement``: what an out-of-network benefit may pay back, claim by claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._time import civil_date
from kap_model._values import Value, as_mapping, as_rows, check_identifier, check_instance
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.fees.charges import Share
from kap_model.money import Money, check_price
from kap_model.pricing._fields import check_currencies
from kap_model.pricing.billing_codes import check_code
from kap_model.pricing.superbills import Superbill

AMOUNTS: Final = (
    "charge",
    "allowed",
    "deductible",
    "coinsurance",
    "above_allowed",
    "reimbursed",
    "client_pays",
)
"""The amounts of a row, by the names that they have in JSON."""
_WHOLE: Final = 100


def _date(value: dt.date | str) -> dt.date:
    return civil_date(value, "date")


@frozen(kw_only=True, repr=False)
class Claimed(Value):
    """One charge that is claimed.

    Attributes:
        date: The date of service.
        code: The service code.
        charge: What was charged.
        id: The session's id, or another that names the claim; ``None`` = without.

    Raises:
        InvalidValue: A field is of the wrong type or form, or the charge is negative.
    """

    date: dt.date = field(converter=_date)
    code: str
    charge: Money
    id: str | None = None

    def __attrs_post_init__(self) -> None:
        check_code(self.code, "code")
        check_price(self.charge, "charge")
        if self.id is not None:
            check_identifier(self.id, "id")

    def __repr__(self) -> str:
        return "<Claimed>" if self.id is None else f"<Claimed {self.id}>"


@frozen(kw_only=True, repr=False)
class Reimbursed(Value):
    """What becomes of one charge.

    Attributes:
        claim: The charge.
        allowed: The part of it that the insurer's terms allow.
        deductible: The part of what is allowed that the deductible still takes.
        reimbursed: The part of the rest that is paid back.

    Raises:
        InvalidValue: A field is of the wrong type, an amount negative or of another currency.
    """

    claim: Claimed
    allowed: Money
    deductible: Money
    reimbursed: Money

    def __attrs_post_init__(self) -> None:
        check_instance(self.claim, "claim", Claimed)
        for path in ("allowed", "deductible", "reimbursed"):
            check_price(getattr(self, path), path)
            check_currencies([getattr(self, path)], path, self.charge.currency)

    @property
    def charge(self) -> Money:
        """What was charged."""
        return self.claim.charge

    @property
    def coinsurance(self) -> Money:
        """The client's part of what is allowed above the deductible."""
        return self.allowed - self.deductible - self.reimbursed

    @property
    def above_allowed(self) -> Money:
        """The part of the charge that the terms do not allow."""
        return self.charge - self.allowed

    @property
    def client_pays(self) -> Money:
        """The charge without what is paid back: deductible, coinsurance, and what is above."""
        return self.charge - self.reimbursed

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {
            "id": self.claim.id,
            "date": self.claim.date.isoformat(),
            "code": self.claim.code,
            **{name: getattr(self, name).text for name in AMOUNTS},
        }

    def __repr__(self) -> str:
        return "<Reimbursed>" if self.claim.id is None else f"<Reimbursed {self.claim.id}>"


def _rows(values: Iterable[Reimbursed]) -> tuple[Reimbursed, ...]:
    return as_rows(values, "rows", Reimbursed)


@frozen(kw_only=True, repr=False)
class Reimbursement(Value, HasText):
    """What becomes of several charges.

    Attributes:
        deductible_before: What was left of the deductible before the first claim.
        rows: In order of date.

    Raises:
        InvalidValue: A field is of the wrong type, an amount negative or of another currency.
    """

    deductible_before: Money
    rows: tuple[Reimbursed, ...] = field(converter=_rows)

    def __attrs_post_init__(self) -> None:
        check_price(self.deductible_before, "deductible_before")
        check_currencies((row.charge for row in self.rows), "rows", self.currency)

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.deductible_before.currency

    @property
    def totals(self) -> dict[str, Money]:
        """The sums of the rows, by the names of their amounts."""
        return {
            name: Money.total((getattr(row, name) for row in self.rows), self.currency)
            for name in AMOUNTS
        }

    @property
    def deductible_left(self) -> Money:
        """What is left of the deductible after the last claim."""
        return self.deductible_before - self.totals["deductible"]

    def to_dict(self) -> dict[str, Any]:
        """The reimbursement as JSON values."""
        return {
            "currency": self.currency,
            "deductible_before": self.deductible_before.text,
            "deductible_left": self.deductible_left.text,
            "totals": {name: amount.text for name, amount in self.totals.items()},
            "rows": [row.to_dict() for row in self.rows],
        }

    def __repr__(self) -> str:
        return f"<Reimbursement: {len(self.rows)} rows>"


def reimbursement(
    claims: Superbill | Iterable[Claimed],
    *,
    allowed: Mapping[str, Money],
    deductible_left: Money,
    coinsurance: str | Decimal,
) -> Reimbursement:
    """What a client would be paid back, each claim rounded once, in order of date.

    This is arithmetic on figures that the caller gives. It promises nothing of an insurer, who
    decides by terms of their own.

    Args:
        claims: A superbill, or charges; those of one date stay in the order in which they stand.
        allowed: The most that the insurer's terms allow for a service code.
        deductible_left: What the client still pays of allowed amounts before anything is paid
            back.
        coinsurance: The client's percentage of what is allowed above the deductible, from 0 to
            100, as text such as ``30`` or a Decimal.

    Raises:
        InvalidValue: A claim's code has no allowed amount, currencies mix, or an argument is not
            what it should be.
    """
    check_price(deductible_left, "deductible_left")
    limits = _limits(allowed, deductible_left.currency)
    paid_back = _paid_back(coinsurance)
    rows, left = [], deductible_left
    for claim in sorted(_claims(claims, limits, left.currency), key=lambda claim: claim.date):
        most = min(claim.charge, limits[claim.code])
        taken = min(left, most)
        left -= taken
        above = (most - taken).portion(paid_back)
        rows.append(Reimbursed(claim=claim, allowed=most, deductible=taken, reimbursed=above))
    return Reimbursement(deductible_before=deductible_left, rows=rows)


def _limits(allowed: Mapping[str, Money], currency: str) -> Mapping[str, Money]:
    limits = as_mapping(allowed, "allowed")
    for code, amount in limits.items():
        check_code(code, "allowed")
        check_price(amount, f"allowed.{code}")
        _check_currency_is(amount, currency, f"allowed.{code}")
    return limits


def _paid_back(coinsurance: str | Decimal) -> Fraction:
    try:
        percent = Share(percent=coinsurance).percent
    except InvalidValue:
        percent = None  # raised below: a share's own refusal names other bounds
    if percent is None or not 0 <= percent <= _WHOLE:
        raise refusal("coinsurance", 'must be a percentage from 0 to 100 as text, such as "30"')
    return 1 - Fraction(percent) / _WHOLE


def _claims(
    given: Superbill | Iterable[Claimed], limits: Mapping[str, Money], currency: str
) -> tuple[Claimed, ...]:
    """The claims, each of a code whose allowed amount is known."""
    charges = _of_superbill(given) if isinstance(given, Superbill) else given
    claims = as_rows(charges, "claims", Claimed)
    for index, claim in enumerate(claims):
        _check_currency_is(claim.charge, currency, f"claims[{index}].charge")
    unknown = [index for index, claim in enumerate(claims) if claim.code not in limits]
    if unknown:
        raise InvalidValue(Problem(f"claims[{i}].code", "has no allowed amount") for i in unknown)
    return claims


def _of_superbill(bill: Superbill) -> Iterator[Claimed]:
    for line in bill.lines:
        yield Claimed(date=line.date, code=line.code, charge=line.charge, id=line.session)


def _check_currency_is(amount: Money, currency: str, path: str) -> None:
    if amount.currency != currency:
        raise refusal(path, "must be in the deductible's currency; currencies never mix")

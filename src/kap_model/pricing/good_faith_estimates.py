"""Good Faith Estimates (US) as values: expected charges by provider, and disputed bills.

Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._time import add_months, civil_date
from kap_model._values import Value, as_rows, check_instance, check_integer, check_text
from kap_model.errors import refusal
from kap_model.money import Money, check_money, check_price, text_of
from kap_model.pricing._disclaimers import disclaimers
from kap_model.pricing._fields import (
    check_currencies,
    check_texts,
    check_texts_or_none,
    date_or_none,
)
from kap_model.pricing.billing_codes import as_diagnoses, check_code
from kap_model.pricing.good_faith_rules import GOOD_FAITH, GoodFaithRules


def _iso(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


def _date(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "date")


def _due(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "due")


def _until(value: dt.date | str | None) -> dt.date | None:
    return date_or_none(value, "until")


@frozen(kw_only=True, repr=False)
class GoodFaithLine(Value):
    """One service that is expected.

    Attributes:
        service: What it is, as the quote calls it.
        session: The session's id; ``None`` on a line that belongs to no session, as are ``date``
            and ``minutes``.
        date: The civil date of service.
        minutes: The session's length.
        code: The service code, where the caller gives one.
        expected: The expected charge; ``None`` = not known.

    Raises:
        InvalidValue: A field is of the wrong type or form.
    """

    service: str
    session: str | None = None
    date: dt.date | None = field(default=None, converter=_date)
    minutes: int | None = None
    code: str | None = None
    expected: Money | None = None

    def __attrs_post_init__(self) -> None:
        check_text(self.service, "service")
        check_texts_or_none(self, "session")
        if self.minutes is not None:
            check_integer(self.minutes, "minutes", 1)
        if self.code is not None:
            check_code(self.code, "code")
        if self.expected is not None:
            check_money(self.expected, "expected")

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "session": self.session,
            "date": _iso(self.date),
            "minutes": self.minutes,
            "service": self.service,
            "code": self.code,
            "expected": text_of(self.expected),
        }

    def __repr__(self) -> str:
        return f"<GoodFaithLine {self.session or self.service}>"


def _lines(values: Iterable[GoodFaithLine]) -> tuple[GoodFaithLine, ...]:
    return as_rows(values, "lines", GoodFaithLine)


@frozen(kw_only=True, repr=False)
class GoodFaithProvider(Value):
    """What one provider is expected to charge.

    Attributes:
        payee: The provider, as the quote calls it.
        details: Name, NPI, tax number and place as the caller gives them; ``None`` = not given.
        lines: The services, in the quote's order.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    payee: str
    details: str | None = None
    lines: tuple[GoodFaithLine, ...] = field(default=(), converter=_lines)

    def __attrs_post_init__(self) -> None:
        check_text(self.payee, "payee")
        check_texts_or_none(self, "details")
        check_currencies((line.expected for line in self.lines), "lines", None)

    @property
    def expected(self) -> Money | None:
        """The sum of the expected charges that are known; ``None`` where none is."""
        known = [line.expected for line in self.lines if line.expected is not None]
        return Money.total(known, known[0].currency) if known else None

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The services, each named once, that this provider has still to estimate."""
        services = [line.service for line in self.lines if line.expected is None]
        return tuple(dict.fromkeys(services))

    def to_dict(self) -> dict[str, Any]:
        """The provider as JSON values."""
        return {
            "provider": self.payee,
            "details": self.details,
            "expected": text_of(self.expected),
            "unpriced": list(self.unpriced),
            "lines": [line.to_dict() for line in self.lines],
        }

    def __repr__(self) -> str:
        return f"<GoodFaithProvider {self.payee}: {len(self.lines)} lines>"


def _issued(value: dt.date | str) -> dt.date:
    return civil_date(value, "issued")


def _providers(values: Iterable[GoodFaithProvider]) -> tuple[GoodFaithProvider, ...]:
    return as_rows(values, "providers", GoodFaithProvider)


@frozen(kw_only=True, repr=False)
class GoodFaithEstimate(Value, HasText):
    """The charges that a client who pays for a course can expect, by provider.

    Attributes:
        plan: The plan's id.
        client: The client as the paper names them.
        issued: The date of issue.
        due: The last date on which it would be issued in time; ``None`` = none was owed, or
            neither a scheduling nor a request is given.
        diagnoses: Diagnosis codes, where the caller gives them.
        providers: The practice first, then the others.
        rules: The regulation that it follows.

    Raises:
        InvalidValue: A field is of the wrong type or form, an amount of another currency than the
            regulation's, or it is issued before the regulation is in force.
    """

    plan: str
    client: str
    issued: dt.date = field(converter=_issued)
    due: dt.date | None = field(default=None, converter=_due)
    diagnoses: tuple[str, ...] = field(default=(), converter=as_diagnoses)
    providers: tuple[GoodFaithProvider, ...] = field(converter=_providers)
    rules: GoodFaithRules = GOOD_FAITH

    def __attrs_post_init__(self) -> None:
        check_texts(self, "plan", "client")
        check_instance(self.rules, "rules", GoodFaithRules)
        currency = self.rules.dispute_over.currency
        check_currencies((one.expected for one in self.providers), "providers", currency)
        if self.issued < self.rules.since:
            raise refusal("issued", "must not be before the date from which the rules are in force")

    @property
    def late(self) -> bool:
        """Whether it was issued after it was due."""
        return self.due is not None and self.issued > self.due

    @property
    def valid_until(self) -> dt.date:
        """The same day of the month in which it ends, clamped to the month's end."""
        return dt.date.fromordinal(add_months(self.issued.toordinal(), self.rules.valid_months))

    @property
    def beyond(self) -> tuple[GoodFaithLine, ...]:
        """The services dated after it ends, which need an estimate of their own."""
        last = self.valid_until
        lines = [line for provider in self.providers for line in provider.lines]
        return tuple(line for line in lines if line.date is not None and line.date > last)

    @property
    def disclaimers(self) -> tuple[str, ...]:
        """What the paper tells the client, in our own words."""
        return disclaimers(self.rules)

    def to_dict(self) -> dict[str, Any]:
        """The estimate as JSON values."""
        return {
            "plan": self.plan,
            "client": self.client,
            "issued": self.issued.isoformat(),
            "due": _iso(self.due),
            "late": self.late,
            "valid_until": self.valid_until.isoformat(),
            "currency": self.rules.dispute_over.currency,
            "diagnoses": list(self.diagnoses),
            "providers": [provider.to_dict() for provider in self.providers],
            "beyond": [line.to_dict() for line in self.beyond],
            "disclaimers": list(self.disclaimers),
            "citations": [citation.to_dict() for citation in self.rules.citations],
        }

    def __repr__(self) -> str:
        return f"<GoodFaithEstimate {self.plan}: {len(self.providers)} providers>"


@frozen(kw_only=True, repr=False)
class Dispute(Value, HasText):
    """A provider's bill that may be disputed, or that no expected charge can be held against.

    Attributes:
        payee: The provider.
        estimated: Its expected charges; ``None`` = not known, and nothing more is said.
        bill: What it billed.
        until: The last date on which a dispute may start; ``None`` where nothing is estimated.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    payee: str
    estimated: Money | None
    bill: Money
    until: dt.date | None = field(converter=_until)

    def __attrs_post_init__(self) -> None:
        check_text(self.payee, "payee")
        check_price(self.bill, "bill")
        if self.estimated is not None:
            check_money(self.estimated, "estimated")
        check_currencies([self.estimated], "estimated", self.bill.currency)

    @property
    def over(self) -> Money | None:
        """How much the bill is over the expected charges."""
        return None if self.estimated is None else self.bill - self.estimated

    def to_dict(self) -> dict[str, Any]:
        """The dispute as JSON values."""
        return {
            "provider": self.payee,
            "estimated": text_of(self.estimated),
            "billed": self.bill.text,
            "over": text_of(self.over),
            "until": _iso(self.until),
        }

    def __repr__(self) -> str:
        return f"<Dispute with {self.payee}>"

"""Good Faith Estimates (US) as values: expected charges by provider, and disputed bills.

Not legal advice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from attrs import field, frozen

from kap_model._time import add_months, civil_date
from kap_model._values import Value, as_tuple, check_text
from kap_model.errors import refusal
from kap_model.money import Money, text_of
from kap_model.pricing.good_faith_rules import GOOD_FAITH, GoodFaithRules

_EXPECTED: Final = (
    "These charges are what could be expected on the date of issue; what is done and what is "
    "charged may differ."
)
_NOT_LISTED: Final = (
    "Other services may be recommended that are scheduled or asked for separately and are not "
    "listed. Other providers may send bills of their own, with estimates of their own."
)
_HOW_TO_DISPUTE: Final = (
    "How to begin is said on www.cms.gov/nosurprises. A dispute has no effect on the quality of "
    "the care."
)
_NO_CONTRACT: Final = (
    "This is no contract: nobody is bound to take these services, or to take them from these "
    "providers."
)


def _iso(date: dt.date | None) -> str | None:
    return None if date is None else date.isoformat()


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
    """

    service: str
    session: str | None = None
    date: dt.date | None = None
    minutes: int | None = None
    code: str | None = None
    expected: Money | None = None

    def __attrs_post_init__(self) -> None:
        if self.code is not None:
            check_text(self.code, "codes")

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


@frozen(kw_only=True, repr=False)
class GoodFaithProvider(Value):
    """What one provider is expected to charge.

    Attributes:
        payee: The provider, as the quote calls it.
        details: Name, NPI, tax number and place as the caller gives them; ``None`` = not given.
        lines: The services, in the quote's order.
    """

    payee: str
    details: str | None = None
    lines: tuple[GoodFaithLine, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.details is not None:
            check_text(self.details, "providers")

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


def _diagnoses(values: Iterable[str]) -> tuple[str, ...]:
    diagnoses = as_tuple(values, "diagnoses")
    for index, code in enumerate(diagnoses):
        check_text(code, f"diagnoses[{index}]")
    return diagnoses


@frozen(kw_only=True, repr=False)
class GoodFaithEstimate(Value):
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
    """

    plan: str
    client: str
    issued: dt.date = field(converter=_issued)
    due: dt.date | None = None
    diagnoses: tuple[str, ...] = field(default=(), converter=_diagnoses)
    providers: tuple[GoodFaithProvider, ...]
    rules: GoodFaithRules = GOOD_FAITH

    def __attrs_post_init__(self) -> None:
        check_text(self.client, "client")
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
        over, days = self.rules.dispute_over, self.rules.dispute_days
        since = self.rules.since.isoformat()
        dispute = (
            f"A provider's bill of at least {over} more than the charges expected of it here may "
            f"be disputed, within {days} calendar days of the date on the first bill."
        )
        advice = f"The figures are those of the regulation since {since}. This is not legal advice."
        return (_EXPECTED, _NOT_LISTED, f"{dispute} {_HOW_TO_DISPUTE}", _NO_CONTRACT, advice)

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

    def __str__(self) -> str:
        from kap_model.display.comparison_text import good_faith_text

        return good_faith_text(self)

    def __repr__(self) -> str:
        return f"<GoodFaithEstimate {self.plan}: {len(self.providers)} providers>"


@frozen(kw_only=True, repr=False)
class Dispute(Value):
    """A provider's bill that may be disputed, or that no expected charge can be held against.

    Attributes:
        payee: The provider.
        estimated: Its expected charges; ``None`` = not known, and nothing more is said.
        bill: What it billed.
        until: The last date on which a dispute may start; ``None`` where nothing is estimated.
    """

    payee: str
    estimated: Money | None
    bill: Money
    until: dt.date | None

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

    def __str__(self) -> str:
        from kap_model.display.comparison_text import dispute_text

        return dispute_text(self)

    def __repr__(self) -> str:
        return f"<Dispute with {self.payee}>"

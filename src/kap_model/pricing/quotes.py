"""Quotes as values: lines, subtotals by payee, and the practice's total."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from attrs import field, frozen

from kap_model._doors import HasPage, HasText, csv_of, rows_of
from kap_model._values import Value, as_rows
from kap_model.fees.charges import Deposit
from kap_model.money import Money, check_money, text_of
from kap_model.pricing._fields import as_texts, check_currencies


@frozen(kw_only=True, repr=False)
class QuoteLine(Value):
    """One line of a quote.

    Attributes:
        item: What it is for.
        amount: The price, rounded once; ``None`` = not published, or billed by somebody else.
        payee: Who bills it.
        basis: How the amount came about, or why there is none.
        session: The session's id; ``None`` on a line that belongs to no session, as are
            ``kind``, ``date`` and ``minutes``.
        kind: The session's kind.
        date: The civil date of service.
        minutes: The session's length.
        claimable: What a superbill may claim; ``None`` = not stated.
        claimable_minutes: The minutes that the claimable amount is for.
        package: The id of the package that includes the session; ``None`` = none does.
        missed: Whether it charges a session that was cancelled or missed.
    """

    item: str
    amount: Money | None
    payee: str
    basis: str
    session: str | None = None
    kind: str | None = None
    date: dt.date | None = None
    minutes: int | None = None
    claimable: Money | None = None
    claimable_minutes: int | None = None
    package: str | None = None
    missed: bool = False

    def __attrs_post_init__(self) -> None:
        for path, amount in (("amount", self.amount), ("claimable", self.claimable)):
            if amount is not None:
                check_money(amount, path)

    def to_dict(self) -> dict[str, Any]:
        """The line as JSON values."""
        return {
            "session": self.session,
            "kind": self.kind,
            "date": None if self.date is None else self.date.isoformat(),
            "minutes": self.minutes,
            "item": self.item,
            "amount": text_of(self.amount),
            "payee": self.payee,
            "claimable": text_of(self.claimable),
            "basis": self.basis,
        }

    def __repr__(self) -> str:
        return f"<QuoteLine {self.session or self.item}>"


def _lines(values: Iterable[QuoteLine]) -> tuple[QuoteLine, ...]:
    return as_rows(values, "lines", QuoteLine)


def _missing(values: Iterable[str]) -> tuple[str, ...]:
    return as_texts(values, "missing")


def _deposits(values: Iterable[Deposit]) -> tuple[Deposit, ...]:
    return as_rows(values, "deposits", Deposit)


@frozen(kw_only=True, repr=False)
class Quote(Value, HasText, HasPage):
    """What a plan costs.

    Attributes:
        plan: The plan's id.
        fees: The schedule's id; the practice is the payee of that name.
        currency: The currency of every amount.
        lines: Sessions in canonical order, then the lines that belong to no session.
        missing: The items, kinds first, for which the practice publishes no price of its own.
        deposits: Payments ahead; no charges.
    """

    plan: str
    fees: str
    currency: str
    lines: tuple[QuoteLine, ...] = field(converter=_lines)
    missing: tuple[str, ...] = field(default=(), converter=_missing)
    deposits: tuple[Deposit, ...] = field(default=(), converter=_deposits)

    def __attrs_post_init__(self) -> None:
        check_currencies((line.amount for line in self.lines), "lines", self.currency)

    @property
    def complete(self) -> bool:
        """Whether every price of the practice's own is published."""
        return not self.missing

    @property
    def total(self) -> Money:
        """The sum of the practice's own lines."""
        return self._sum(self.fees)

    @property
    def subtotals(self) -> dict[str, Money | None]:
        """Each payee's sum, the practice's first; ``None`` where no amount of a payee is known."""
        payees = dict.fromkeys([self.fees, *(line.payee for line in self.lines)])
        known = {line.payee for line in self.lines if line.amount is not None} | {self.fees}
        return {payee: self._sum(payee) if payee in known else None for payee in payees}

    def _sum(self, payee: str) -> Money:
        amounts = [line.amount for line in self.lines if line.payee == payee]
        return Money.total((a for a in amounts if a is not None), self.currency)

    def to_dict(self) -> dict[str, Any]:
        """The quote as JSON values."""
        return {
            "plan": self.plan,
            "fees": self.fees,
            "currency": self.currency,
            "complete": self.complete,
            "missing": list(self.missing),
            "total": self.total.text,
            "lines": [line.to_dict() for line in self.lines],
            "subtotals": {payee: text_of(amount) for payee, amount in self.subtotals.items()},
        }

    def to_rows(self) -> list[dict[str, Any]]:
        """A row for each line, for frames; the keys are ``tables.LINE_COLUMNS``.

        All rows have the same keys: text, integers and ``None``; amounts are text, never floats.
        """
        return rows_of(self)

    def to_csv(self) -> str:
        """The rows as comma-separated text (:func:`kap_model.tables.csv_text`)."""
        return csv_of(self)

    def __repr__(self) -> str:
        return f"<Quote {self.plan}: {len(self.lines)} lines>"

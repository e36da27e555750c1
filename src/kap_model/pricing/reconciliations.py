"""Charges against quotes as values: rows with a verdict each, and a total against its lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._values import Value, as_rows, check_choice, check_text
from kap_model.money import Money, check_currency, check_money, text_of
from kap_model.pricing._fields import (
    as_texts,
    check_currencies,
    check_texts,
    check_texts_or_none,
)

Verdict: TypeAlias = Literal[
    "equal", "over", "under", "not-charged", "charged-again", "not-quoted", "no-price"
]
VERDICTS: Final[tuple[str, ...]] = get_args(Verdict)


@frozen(kw_only=True, repr=False)
class ChargeMade(Value):
    """One charge that was made.

    Attributes:
        item: The session's id, or the item of a quote's line that belongs to no session.
        amount: What was charged; a credit is negative.
        payee: Who charged it; ``None`` = not stated, so that it meets the line of any payee.
    """

    item: str
    amount: Money
    payee: str | None = None

    def __attrs_post_init__(self) -> None:
        check_text(self.item, "item")
        check_money(self.amount, "amount")
        check_texts_or_none(self, "payee")

    def __repr__(self) -> str:
        return f"<ChargeMade {self.item}>"


@frozen(kw_only=True, repr=False)
class ReconciledRow(Value):
    """One line of a quote with its charge, or a charge that meets no line.

    Attributes:
        session: The session's id; ``None`` where there is none, or it is not known.
        item: What it is for.
        payee: Who bills it; ``None`` = a charge that states nobody.
        quoted: What the quote says; ``None`` = nothing, or no amount.
        charged: What was charged; ``None`` = nothing.
        verdict: ``equal``; ``over`` or ``under`` the quote; ``not-charged``; ``charged-again``
            (each line of the name has its charge); ``not-quoted`` (there is no such line);
            ``no-price`` (the line has no amount).
        difference: Charged less quoted; what is missing counts as nothing.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    session: str | None
    item: str
    payee: str | None
    quoted: Money | None
    charged: Money | None
    verdict: Verdict
    difference: Money

    def __attrs_post_init__(self) -> None:
        check_text(self.item, "item")
        check_texts_or_none(self, "session", "payee")
        check_choice(self.verdict, "verdict", VERDICTS)
        check_money(self.difference, "difference")
        for path in ("quoted", "charged"):
            amount = getattr(self, path)
            if amount is not None:
                check_money(amount, path)
            check_currencies([amount], path, self.difference.currency)

    def to_dict(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {
            "session": self.session,
            "item": self.item,
            "payee": self.payee,
            "quoted": text_of(self.quoted),
            "charged": text_of(self.charged),
            "difference": self.difference.text,
            "verdict": self.verdict,
        }

    def __repr__(self) -> str:
        return f"<ReconciledRow {self.session or self.item}: {self.verdict}>"


def _rows(values: Iterable[ReconciledRow]) -> tuple[ReconciledRow, ...]:
    return as_rows(values, "rows", ReconciledRow)


@frozen(kw_only=True, repr=False)
class Reconciliation(Value, HasText):
    """Charges against a quote, line by line.

    Attributes:
        plan: The plan's id.
        fees: The schedule's id; the practice is the payee of that name.
        currency: The currency of every amount.
        rows: The quote's lines in its order, but for those without amount that nobody charged;
            then the charges that meet no line, in their order.

    Raises:
        InvalidValue: A field is of the wrong type or form, or an amount of another currency.
    """

    plan: str
    fees: str
    currency: str
    rows: tuple[ReconciledRow, ...] = field(converter=_rows)

    def __attrs_post_init__(self) -> None:
        check_texts(self, "plan", "fees")
        check_currency(self.currency, "currency")
        check_currencies((row.difference for row in self.rows), "rows", self.currency)

    @property
    def agrees(self) -> bool:
        """Whether every row is equal."""
        return all(row.verdict == "equal" for row in self.rows)

    @property
    def quoted(self) -> Money:
        """The sum of what was quoted, by every payee."""
        known = (row.quoted for row in self.rows if row.quoted is not None)
        return Money.total(known, self.currency)

    @property
    def charged(self) -> Money:
        """The sum of what was charged."""
        known = (row.charged for row in self.rows if row.charged is not None)
        return Money.total(known, self.currency)

    @property
    def difference(self) -> Money:
        """Charged less quoted: the sum of the rows' differences."""
        return Money.total((row.difference for row in self.rows), self.currency)

    def to_dict(self) -> dict[str, Any]:
        """The reconciliation as JSON values."""
        return {
            "plan": self.plan,
            "fees": self.fees,
            "currency": self.currency,
            "agrees": self.agrees,
            "quoted": self.quoted.text,
            "charged": self.charged.text,
            "difference": self.difference.text,
            "rows": [row.to_dict() for row in self.rows],
        }

    def __repr__(self) -> str:
        return f"<Reconciliation {self.plan}: {len(self.rows)} rows>"


def _unpriced(values: Iterable[str]) -> tuple[str, ...]:
    return as_texts(values, "unpriced")


@frozen(kw_only=True, repr=False)
class TotalCheck(Value, HasText):
    """A published total against the sum of its own lines.

    Attributes:
        plan: The plan's id.
        published: The total as published.
        itemised: The sum of the lines that have an amount.
        unpriced: The items without amount, each once, which the sum leaves out.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    plan: str
    published: Money
    itemised: Money
    unpriced: tuple[str, ...] = field(default=(), converter=_unpriced)

    def __attrs_post_init__(self) -> None:
        check_text(self.plan, "plan")
        check_money(self.published, "published")
        check_money(self.itemised, "itemised")
        check_currencies([self.itemised], "itemised", self.published.currency)

    @property
    def difference(self) -> Money:
        """Published less itemised."""
        return self.published - self.itemised

    @property
    def equal(self) -> bool:
        """Whether the two are the same."""
        return self.published == self.itemised

    def to_dict(self) -> dict[str, Any]:
        """The check as JSON values."""
        return {
            "plan": self.plan,
            "currency": self.published.currency,
            "published": self.published.text,
            "itemised": self.itemised.text,
            "difference": self.difference.text,
            "equal": self.equal,
            "unpriced": list(self.unpriced),
        }

    def __repr__(self) -> str:
        return f"<TotalCheck {self.plan}>"

"""``withdraw``: what is owed by a client who withdraws, and credits that mirror quotes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs
from attrs import field, frozen

from kap_model._doors import HasText
from kap_model._values import Value, check_instance, check_text
from kap_model.citations import Citation, check_citation
from kap_model.errors import refusal
from kap_model.fees.charges import Withdrawal
from kap_model.fees.schedule import FeeSchedule
from kap_model.money import Money, check_money, check_price
from kap_model.pricing._fields import as_texts, check_currencies, check_texts
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import FeesChoice, chosen_fees

_CREDIT: Final = "credit: "


def _not_refundable(values: Iterable[str]) -> tuple[str, ...]:
    return as_texts(values, "not_refundable")


@frozen(kw_only=True, repr=False)
class Settlement(Value, HasText):
    """What is settled with a client who withdraws.

    Attributes:
        plan: The plan's id.
        stage: The stage's name in calls.
        name: The stage in words.
        quoted: The quote's total.
        basis: How what is owed came about.
        owed: What is owed, which a fixed amount may put above the total.
        paid: What was paid.
        not_refundable: Payments ahead that the schedule declares not refundable; whether the
            stage's own terms go before that is for the practice to say.
        citation: Who says what is owed.

    Raises:
        InvalidValue: A field is of the wrong type or form, or currencies mix.
    """

    plan: str
    stage: str
    name: str
    quoted: Money
    basis: str
    owed: Money
    paid: Money
    not_refundable: tuple[str, ...] = field(converter=_not_refundable)
    citation: Citation

    def __attrs_post_init__(self) -> None:
        check_texts(self, "plan", "stage", "name", "basis")
        for path in ("quoted", "owed"):
            check_money(getattr(self, path), path)
        check_price(self.paid, "paid")
        for path in ("quoted", "owed"):
            check_currencies([getattr(self, path)], path, self.paid.currency)
        check_citation(self.citation, "citation")

    @property
    def refund(self) -> Money:
        """What the client gets back; zero or more."""
        return max(self.paid - self.owed, Money.zero(self.paid.currency))

    @property
    def still_due(self) -> Money:
        """What the client has still to pay; zero or more."""
        return max(self.owed - self.paid, Money.zero(self.paid.currency))

    def to_dict(self) -> dict[str, Any]:
        """The settlement as JSON values."""
        return {
            "plan": self.plan,
            "stage": self.stage,
            "name": self.name,
            "currency": self.paid.currency,
            "quoted": self.quoted.text,
            "basis": self.basis,
            "owed": self.owed.text,
            "paid": self.paid.text,
            "refund": self.refund.text,
            "still_due": self.still_due.text,
            "not_refundable": list(self.not_refundable),
            "citation": self.citation.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<Settlement {self.plan}>"


def withdraw(quote: Quote, fees: FeesChoice, stage: str, *, paid: Money) -> Settlement:
    """Settle with a client who withdraws at a stage of the course.

    Args:
        quote: The plan as it was quoted.
        fees: The schedule that priced it, with its terms of withdrawal.
        stage: The name of the stage.
        paid: What the client has paid so far.

    Raises:
        InvalidValue: A schedule of another id or currency, a stage that it does not know, a
            payment that is negative or in another currency, a share of a quote that is not
            complete.
    """
    check_instance(quote, "quote", Quote)
    schedule = chosen_fees(fees, None)
    if (schedule.id, schedule.currency) != (quote.fees, quote.currency):
        raise refusal("fees", "must be the schedule of the quote's id and currency")
    check_text(stage, "stage")
    terms = _terms(schedule, stage)
    check_price(paid, "paid")
    if paid.currency != quote.currency:
        raise refusal("paid", "must be in the quote's currency; currencies never mix")
    share, base = terms.owed, quote.total if terms.of == "quoted" else paid
    if share.percent and terms.of == "quoted" and not quote.complete:
        raise refusal("quote", "must be complete, for what is owed at this stage is a share of it")
    return Settlement(
        plan=quote.plan,
        stage=terms.stage,
        name=terms.name,
        quoted=quote.total,
        basis="fixed" if share.percent is None else f"{share} of {base.text} {terms.of}",
        owed=share.of(base),
        paid=paid,
        not_refundable=tuple(d.name for d in quote.deposits if d.refundable is False),
        citation=terms.citation,
    )


def _terms(fees: FeeSchedule, stage: str) -> Withdrawal:
    for terms in fees.withdrawals:
        if terms.stage == stage:
            return terms
    known = ", ".join(terms.stage for terms in fees.withdrawals) or "none"
    raise refusal("stage", f"must be one that the schedule {fees.id} knows: {known}")


def credit(quote: Quote) -> Quote:
    """The mirror of a quote, which takes back every amount; payments ahead are not part of it.

    The two totals sum to nothing, and so does each line with its mirror. The credit of a credit
    is the quote again.

    Raises:
        InvalidValue: Something else than a quote.
    """
    check_instance(quote, "quote", Quote)
    return attrs.evolve(quote, lines=tuple(_mirrored(x) for x in quote.lines), deposits=())


def _mirrored(line: QuoteLine) -> QuoteLine:
    return attrs.evolve(
        line,
        amount=None if line.amount is None else -line.amount,
        claimable=None if line.claimable is None else -line.claimable,
        basis=_mirrored_basis(line.basis),
    )


def _mirrored_basis(basis: str) -> str:
    return basis.removeprefix(_CREDIT) if basis.startswith(_CREDIT) else _CREDIT + basis

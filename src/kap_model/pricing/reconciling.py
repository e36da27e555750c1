"""``reconcile``: charges made against a quote, and a published total against its own lines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeAlias

from kap_model._values import as_rows, check_choice, check_instance
from kap_model.errors import refusal
from kap_model.money import Money, check_money
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.reconciliations import (
    ChargeMade,
    ReconciledRow,
    Reconciliation,
    TotalCheck,
    Verdict,
)

Payees: TypeAlias = Literal["practice", "all"]
PAYEES: Final = ("practice", "all")


def reconcile(quote: Quote, charges: Iterable[ChargeMade]) -> Reconciliation:
    """Hold the charges that were made against a quote.

    A charge meets the line of its session, or the line of its item that belongs to no session;
    each line is met once, by a charge of the same amount before any other.

    Raises:
        InvalidValue: Something else than a quote, or a charge of another type or currency.
    """
    check_instance(quote, "quote", Quote)
    given = as_rows(charges, "charges", ChargeMade)
    for index, charge in enumerate(given):
        if charge.amount.currency != quote.currency:
            raise refusal(
                f"charges[{index}].amount", "must be in the quote's currency; currencies never mix"
            )
    met = _met(quote.lines, given)
    taken = set(met.values())
    rows = [
        _line_row(line, given[met[place]] if place in met else None, quote.currency)
        for place, line in enumerate(quote.lines)
        if line.amount is not None or place in met
    ]
    rows += [_extra_row(charge, quote.lines) for i, charge in enumerate(given) if i not in taken]
    return Reconciliation(plan=quote.plan, fees=quote.fees, currency=quote.currency, rows=rows)


def _name(line: QuoteLine) -> str:
    return line.item if line.session is None else line.session


def _may_meet(charge: ChargeMade, line: QuoteLine) -> bool:
    return charge.item == _name(line) and charge.payee in (None, line.payee)


def _met(lines: tuple[QuoteLine, ...], charges: tuple[ChargeMade, ...]) -> dict[int, int]:
    """The charge of each line that has one, by their places."""
    unmet: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        unmet.setdefault(_name(line), []).append(place)
    met: dict[int, int] = {}
    # Who states a payee can meet fewer lines, and so goes first.
    left = sorted(enumerate(charges), key=lambda numbered: numbered[1].payee is None)
    for exactly in (True, False):
        still_left = []
        for number, charge in left:
            places = [p for p in unmet.get(charge.item, ()) if _may_meet(charge, lines[p])]
            if exactly:
                places = [p for p in places if lines[p].amount == charge.amount]
            if places:
                met[places[0]] = number
                unmet[charge.item].remove(places[0])
            else:
                still_left.append((number, charge))
        left = still_left
    return met


def _line_row(line: QuoteLine, charge: ChargeMade | None, currency: str) -> ReconciledRow:
    zero = Money.zero(currency)
    quoted = zero if line.amount is None else line.amount
    charged = zero if charge is None else charge.amount
    return ReconciledRow(
        session=line.session,
        item=line.item,
        payee=line.payee,
        quoted=line.amount,
        charged=None if charge is None else charge.amount,
        verdict=_verdict(line, charge),
        difference=charged - quoted,
    )


def _verdict(line: QuoteLine, charge: ChargeMade | None) -> Verdict:
    if charge is None:
        # What a package includes costs nothing, and nobody charges nothing.
        return "not-charged" if line.amount is not None and line.amount.minor else "equal"
    if line.amount is None:
        return "no-price"
    if charge.amount == line.amount:
        return "equal"
    return "over" if charge.amount > line.amount else "under"


def _extra_row(charge: ChargeMade, lines: tuple[QuoteLine, ...]) -> ReconciledRow:
    like = next((line for line in lines if _may_meet(charge, line)), None)
    return ReconciledRow(
        session=None if like is None else like.session,
        item=charge.item if like is None else like.item,
        payee=charge.payee if like is None else like.payee,
        quoted=None,
        charged=charge.amount,
        verdict="not-quoted" if like is None else "charged-again",
        difference=charge.amount,
    )


def reconcile_total(published: Money, quote: Quote, *, payees: Payees = "practice") -> TotalCheck:
    """Hold a published total against the lines of a quote; a difference is reported as it is.

    Args:
        published: The total as published.
        quote: The lines.
        payees: Whether the total is of the practice's own lines, or of every payee's.

    Raises:
        InvalidValue: Something else than a quote, another currency, or another word.
    """
    check_instance(quote, "quote", Quote)
    check_choice(payees, "payees", PAYEES)
    check_money(published, "published")
    if published.currency != quote.currency:
        raise refusal("published", "must be Money in the quote's currency")
    lines = [line for line in quote.lines if payees == "all" or line.payee == quote.fees]
    return TotalCheck(
        plan=quote.plan,
        published=published,
        itemised=Money.total((x.amount for x in lines if x.amount is not None), quote.currency),
        unpriced=tuple(dict.fromkeys(line.item for line in lines if line.amount is None)),
    )

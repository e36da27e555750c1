"""Quotes made directly, of any lines in any order, for the laws that hold of every quote."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st

import kap_model as kap
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import KINDS

PRACTICE = "practice"
PAYEES = (PRACTICE, PRACTICE, "laboratory", "Journey Clinical")
FIRST_DATE = dt.date(2027, 1, 4)


def usd(amount: str) -> kap.Money:
    return kap.Money.of(amount, "USD")


amounts = st.integers(-20_000, 90_000).map(lambda minor: kap.Money(minor, "USD"))
maybe_amounts = st.one_of(st.none(), st.just(usd("0.00")), amounts, amounts)


@st.composite
def lines(draw: st.DrawFn, number: int) -> QuoteLine:
    payee = draw(st.sampled_from(PAYEES))
    amount = draw(maybe_amounts)
    if draw(st.integers(0, 4)) == 0:
        item = draw(st.sampled_from(["supply", "membership", "discount"]))
        return QuoteLine(item=item, amount=amount, payee=payee, basis="once")
    kind = draw(st.sampled_from(KINDS))
    return QuoteLine(
        item=draw(st.sampled_from([kind, f"{kind}, cancelled"])),
        amount=amount,
        payee=payee,
        basis="a basis",
        session=f"s{number}",
        kind=kind,
        date=FIRST_DATE + dt.timedelta(days=draw(st.integers(0, 500))),
        minutes=draw(st.sampled_from([30, 50, 90, 120])),
        claimable=draw(maybe_amounts),
    )


@st.composite
def quotes(draw: st.DrawFn, plan: str = "plan") -> Quote:
    made: list[Any] = [draw(lines(number)) for number in range(draw(st.integers(0, 8)))]
    return Quote(plan=plan, fees=PRACTICE, currency="USD", lines=tuple(made))

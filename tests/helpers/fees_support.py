"""What the tables of prices share: fees in a line each, and a refusal's only problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import kap_model as kap
from kap_model.fees import (
    Adjustment,
    ByLabel,
    Fee,
    FeeSchedule,
    Flat,
    Hourly,
    Missed,
    Option,
    Package,
    Share,
)

CITATION = kap.Citation("a practice's own page", "fees")


def usd(amount: str) -> kap.Money:
    return kap.Money.of(amount, "USD")


def flat(amount: str, minutes: int | None = None) -> Flat:
    return Flat(amount=usd(amount), minutes=minutes)


def fee(item: str, rate: Any = None, **given: Any) -> Fee:
    return Fee(item=item, rate=rate, citation=CITATION, **given)


def schedule(*fees: Fee, **given: Any) -> FeeSchedule:
    return FeeSchedule(**{"id": "house", "currency": "USD", "fees": fees, **given})


def share(text: str) -> Share:
    """``50 %`` or ``20.00``."""
    if text.endswith("%"):
        return Share(percent=text.removesuffix("%").strip())
    return Share(amount=usd(text))


def by(label: str, **options: Any) -> ByLabel:
    """A rate for each label: ``by("route", oral=…, nasal=…)``."""
    return ByLabel(
        label=label, options=[Option(label=word, rate=rate) for word, rate in options.items()]
    )


def missed(at_least: int | None, charge: str, kind: str | None = None) -> Missed:
    return Missed(at_least=at_least, charge=share(charge), kind=kind, citation=CITATION)


def package(price: str, always: bool = True, id: str = "starter", **counts: int) -> Package:  # noqa: FBT001, FBT002 - reads as a switch
    return Package(
        id=id,
        name=f"{id} package",
        price=usd(price),
        counts=tuple((kind.replace("_", "-"), count) for kind, count in counts.items()),
        always=always,
        citation=CITATION,
    )


def adjustment(name: str, part: str) -> Adjustment:
    return Adjustment(name=name, share=share(part), citation=CITATION)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def refused(make: Callable[..., object], *arguments: Any, **given: Any) -> kap.Problem:
    """The one problem for which a value, or an argument, is refused."""
    with pytest.raises(kap.InvalidValue) as caught:
        make(*arguments, **given)
    (problem,) = caught.value.problems
    return problem


EVERY_KIND = [
    fee("consultation", flat("0.00")),
    fee("medical-evaluation", payee="Journey Clinical"),
    fee("preparation", flat("185.00", 50)),
    fee("dosing", Hourly(amount=usd("250.00"))),
    fee("integration", flat("185.00", 50)),
    fee("medical-review", payee="Journey Clinical"),
]


def house(*fees: Fee, **given: Any) -> FeeSchedule:
    """A schedule with a fee for every kind, some of them replaced."""
    items = {line.item for line in fees}
    return schedule(*[line for line in EVERY_KIND if line.item not in items], *fees, **given)


def amounts(quote: kap.Quote) -> dict[str, str | None]:
    """Each line's amount by session, or by what it is for."""
    return {
        line.session or line.item: None if line.amount is None else line.amount.text
        for line in quote.lines
    }


def claimable(quote: kap.Quote) -> dict[str, str | None]:
    return {
        line.session or line.item: None if line.claimable is None else line.claimable.text
        for line in quote.lines
    }


def problems(*arguments: Any, **given: Any) -> list[tuple[str, str]]:
    """Why a plan cannot be priced."""
    with pytest.raises(kap.PricingError) as caught:
        kap.quote(*arguments, **given)
    return [(problem.path, problem.reason) for problem in caught.value.problems]

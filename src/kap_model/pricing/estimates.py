"""Estimates as values: the lowest and the highest price, each with its witness plan."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from kap_model._doors import HasPage, HasText
from kap_model._values import Value
from kap_model.fees.schedule import ITEMS
from kap_model.money import Money
from kap_model.plan import Plan
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import KINDS


@frozen(kw_only=True, repr=False)
class EstimateEnd(Value):
    """One end of an estimate.

    Attributes:
        plan: A plan that reaches it, without violated findings.
        quote: What that plan costs.
        labels: The choices of labels that reach it, as pairs.
    """

    plan: Plan
    quote: Quote
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def total(self) -> Money:
        """The practice's total."""
        return self.quote.total

    @property
    def lines(self) -> tuple[QuoteLine, ...]:
        """The priced lines."""
        return self.quote.lines

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions of each kind the plan has."""
        kinds = [session.kind for session in self.plan.sessions]
        return {kind: kinds.count(kind) for kind in KINDS}

    def to_dict(self) -> dict[str, Any]:
        """The end as JSON values."""
        return {
            "total": self.total.text,
            "counts": self.counts,
            "lines": [line.to_dict() for line in self.lines],
        }

    def __repr__(self) -> str:
        return f"<EstimateEnd: {len(self.lines)} lines>"


@frozen(kw_only=True, repr=False)
class Estimate(Value, HasText, HasPage):
    """The price range of a protocol's lawful courses at published lengths.

    Attributes:
        protocol: The protocol's id.
        fees: The schedule's id.
        low: The cheapest course.
        high: The dearest course.
        unpublished: The kinds of which some lawful form has no published price; the ends are of
            the other forms, where there are any.
        open_ended: The items with a price and without a maximum, kinds first: of their number,
            then counted at their minimum in both ends, or of their sliding scale, then counted
            at its low end.
    """

    protocol: str
    fees: str
    low: EstimateEnd
    high: EstimateEnd
    unpublished: tuple[str, ...] = ()
    open_ended: tuple[str, ...] = ()

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.low.quote.currency

    @property
    def missing(self) -> tuple[str, ...]:
        """The items for which the practice publishes no price of its own."""
        found = {*self.low.quote.missing, *self.high.quote.missing, *self.unpublished}
        return tuple(item for item in ITEMS if item in found)

    @property
    def complete(self) -> bool:
        """Whether every price of the practice's own is published."""
        return not self.missing

    def to_dict(self) -> dict[str, Any]:
        """The estimate as JSON values."""
        return {
            "currency": self.currency,
            "complete": self.complete,
            "missing": list(self.missing),
            "open_ended": list(self.open_ended),
            "low": self.low.to_dict(),
            "high": self.high.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<Estimate {self.protocol} by {self.fees}>"

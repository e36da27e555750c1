"""Quotes and estimates as tables whose amounts line up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kap_model._time import spoken_day
from kap_model.display.estimate_text import estimate_notes
from kap_model.display.html.elements import Markup
from kap_model.display.html.tables import Column, caption, heading, line, lines, root, table
from kap_model.display.money_text import quote_notes
from kap_model.pricing.estimates import Estimate, EstimateEnd
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import KINDS

_NONE: Final = "\u2013"
_COLUMNS: Final[tuple[tuple[str, Column], ...]] = (
    ("date", "short"),
    ("session", "short"),
    ("what", "short"),
    ("amount", "number"),
    ("how", "prose"),
    ("claimable", "number"),
)


def quote_html(quote: Quote) -> str:
    """A quote: a row for each line, the practice's total, what is not in it below."""
    rows = [_row(line, quote.fees) for line in quote.lines]
    foot = (f"total of {quote.fees}", "", "", str(quote.total), "", "")
    return root(
        heading(f"{quote.plan}: {quote.total}" + ("" if quote.complete else ", not complete")),
        line(f"priced by {quote.fees}, {quote.currency}"),
        table(_COLUMNS, rows, label=f"Prices of {quote.plan}", foot=foot, more="lines"),
        lines(quote_notes(quote)),
    )


def _row(line: QuoteLine, fees: str) -> tuple[str, ...]:
    amount, basis = _amount(line, fees)
    return (
        "" if line.date is None else spoken_day(line.date.toordinal()),
        line.session or "",
        _item(line),
        amount,
        basis,
        "" if line.claimable is None else str(line.claimable),
    )


def _item(line: QuoteLine) -> str:
    """A kind as in running text; any other item as it is named."""
    return line.item.replace("-", " ") if line.item in KINDS else line.item


def _amount(line: QuoteLine, fees: str, number: int = 1) -> tuple[str, str]:
    """What the practice bills; what somebody else does stands beside."""
    if line.amount is None:
        return _NONE, line.basis
    if line.payee != fees:
        return _NONE, f"{line.amount * number} billed by {line.payee}: {line.basis}"
    return str(line.amount * number), line.basis


def estimate_html(estimate: Estimate) -> str:
    """The range, then how each end adds up."""
    low, high = estimate.low, estimate.high
    return root(
        heading(f"{estimate.protocol}: {low.total} to {high.total}"),
        line(
            f"priced by {estimate.fees}, {estimate.currency}; lawful courses at published lengths"
        ),
        *_end("lowest", low),
        *_end("highest", high),
        lines(estimate_notes(estimate)),
    )


def _end(name: str, end: EstimateEnd) -> Iterator[Markup]:
    """A row for all lines that are alike."""
    groups: dict[tuple[object, ...], list[QuoteLine]] = {}
    for one in end.lines:
        key = (one.item, one.minutes, one.amount, one.payee, one.basis)
        groups.setdefault(key, []).append(one)
    rows = []
    for alike in groups.values():
        first = alike[0]
        minutes = "" if first.minutes is None else f"{first.minutes}"
        price = _amount(first, end.quote.fees, len(alike))
        rows.append((f"{len(alike)}", _item(first), minutes, *price))
    chosen = ", ".join(f"{label} {word}" for label, word in end.labels)
    yield caption(f"{name}, {chosen}" if chosen else name)
    yield table(
        (
            ("number", "number"),
            ("what", "short"),
            ("minutes", "number"),
            ("amount", "number"),
            ("how", "prose"),
        ),
        rows,
        label=f"The {name} price",
        foot=("", "total", "", str(end.total), ""),
        more="lines",
    )

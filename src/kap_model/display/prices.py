"""Quotes and estimates, as text whose columns a person can add up and as pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from kap_model._time import spoken_day, weekday_name
from kap_model.display._html import (
    Column,
    Markup,
    caption,
    heading,
    line,
    remarks,
    root,
    table,
)
from kap_model.display._text import columns, wrapped
from kap_model.money import Money
from kap_model.pricing.estimates import Estimate, EstimateEnd
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.sessions import KINDS

_NONE: Final = "\u2013"
_LINES: Final[tuple[tuple[str, Column], ...]] = (
    ("date", "short"),
    ("session", "short"),
    ("what", "short"),
    ("amount", "number"),
    ("how", "prose"),
    ("claimable", "number"),
)
_ALIKE: Final[tuple[tuple[str, Column], ...]] = (
    ("number", "number"),
    ("what", "short"),
    ("minutes", "number"),
    ("amount", "number"),
    ("how", "prose"),
)


def quote_text(quote: Quote) -> str:
    """A quote: a row for each line, the practice's total, other payees' subtotals below."""
    rows = [f"{quote.plan}: priced by {quote.fees}, {quote.currency}", "", *_line_rows(quote)]
    return "\n".join(rows + _noted(_quote_notes(quote)))


def _line_rows(quote: Quote) -> list[str]:
    """Lines in columns, a rule, and the practice's total; what others bill stands beside."""
    rows = [_line_row(one, quote.fees) for one in quote.lines]
    name, total = f"total of {quote.fees}", str(quote.total)
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    head = max(sum(widths) + 4, len(name))
    amounts = max([len(row[3]) for row in rows] + [len(total)])
    shown = []
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        shown.append(f"  {cells:{head}}  {row[3]:>{amounts}}  {row[4]}".rstrip())
    shown.append(f"  {'':{head}}  {'-' * amounts}")
    shown.append(f"  {name:{head}}  {total:>{amounts}}")
    return shown


def _line_row(one: QuoteLine, fees: str) -> tuple[str, str, str, str, str]:
    date = ""
    if one.date is not None:
        date = f"{weekday_name(one.date)} {one.date.isoformat()}"
    amount, basis = _priced(one, one.amount, fees)
    return date, one.session or "", one.item, amount or "-", basis


def quote_html(quote: Quote) -> str:
    """A quote: a row for each line, the practice's total, what is not in it below."""
    rows = [_line_cells(one, quote.fees) for one in quote.lines]
    foot = (f"total of {quote.fees}", "", "", str(quote.total), "", "")
    return root(
        heading(f"{quote.plan}: {quote.total}" + ("" if quote.complete else ", not complete")),
        line(f"priced by {quote.fees}, {quote.currency}"),
        table(_LINES, rows, label=f"Prices of {quote.plan}", foot=foot, more="lines"),
        remarks(_quote_notes(quote)),
    )


def _line_cells(one: QuoteLine, fees: str) -> tuple[str, ...]:
    amount, basis = _priced(one, one.amount, fees)
    return (
        "" if one.date is None else spoken_day(one.date.toordinal()),
        one.session or "",
        _item(one),
        amount or _NONE,
        basis,
        "" if one.claimable is None else str(one.claimable),
    )


def _item(one: QuoteLine) -> str:
    """A kind as in running text; any other item as it is named."""
    return one.item.replace("-", " ") if one.item in KINDS else one.item


def _priced(one: QuoteLine, amount: Money | None, fees: str) -> tuple[str, str]:
    """What the practice bills, empty where it does not, and how; who else bills is said there."""
    if amount is None:
        return "", one.basis
    if one.payee != fees:
        return "", f"{amount} billed by {one.payee}: {one.basis}"
    return str(amount), one.basis


def _quote_notes(quote: Quote) -> Iterator[str]:
    """What stands beside a total, a sentence each."""
    for payee, amount in quote.subtotals.items():
        if payee != quote.fees:
            whole = all(one.amount is not None for one in quote.lines if one.payee == payee)
            known = "amounts not known" if amount is None else str(amount)
            known += "" if whole or amount is None else ", and amounts not known"
            yield f"not in the total: {payee}, {known}"
    if quote.missing:
        yield f"not complete: no price is published for {', '.join(quote.missing)}"
    for deposit in quote.deposits:
        share, shown = deposit.share, "amount not known"
        if share is not None and (quote.complete or share.amount is not None):
            shown = str(share.of(quote.total))
        yield f"paid ahead, counts toward the total: {deposit.name}, {shown}"


def estimate_text(estimate: Estimate) -> str:
    """The range first, then how each end adds up."""
    low, high = estimate.low, estimate.high
    rows = [f"{estimate.protocol}, priced by {estimate.fees}: {low.total} to {high.total}"]
    for name, end in (("lowest", low), ("highest", high)):
        rows += ["", *_end_rows(name, end)]
    return "\n".join(rows + _noted(_estimate_notes(estimate)))


def _end_rows(name: str, end: EstimateEnd) -> Iterator[str]:
    rows = []
    for one, number, amount, basis in _alike(end):
        each = one.item if one.minutes is None else f"{one.item}, {one.minutes} min"
        rows.append((f"{number} x {each}", amount or "-", basis))
    total = str(end.total)
    rule = "-" * max(len(shown) for shown in (total, *(row[1] for row in rows)))
    yield f"  {_titled(name, end)}"
    for row in columns([*rows, ("", rule, ""), ("", total, "")], right={1}):
        yield f"  {row}"


def estimate_html(estimate: Estimate) -> str:
    """The range, then how each end adds up."""
    low, high = estimate.low, estimate.high
    return root(
        heading(f"{estimate.protocol}: {low.total} to {high.total}"),
        line(
            f"priced by {estimate.fees}, {estimate.currency}; lawful courses at published lengths"
        ),
        *_end_tables("lowest", low),
        *_end_tables("highest", high),
        remarks(_estimate_notes(estimate)),
    )


def _end_tables(name: str, end: EstimateEnd) -> Iterator[Markup]:
    rows = []
    for one, number, amount, basis in _alike(end):
        minutes = "" if one.minutes is None else f"{one.minutes}"
        rows.append((f"{number}", _item(one), minutes, amount or _NONE, basis))
    yield caption(_titled(name, end))
    yield table(
        _ALIKE,
        rows,
        label=f"The {name} price",
        foot=("", "total", "", str(end.total), ""),
        more="lines",
    )


def _alike(end: EstimateEnd) -> Iterator[tuple[QuoteLine, int, str, str]]:
    """A row for all lines that are alike: the first, how many, what they come to, and how."""
    groups: dict[tuple[object, ...], list[QuoteLine]] = {}
    for one in end.lines:
        key = (one.item, one.minutes, one.amount, one.payee, one.basis)
        groups.setdefault(key, []).append(one)
    for first, *others in groups.values():
        number = 1 + len(others)
        together = None if first.amount is None else first.amount * number
        yield first, number, *_priced(first, together, end.quote.fees)


def _titled(name: str, end: EstimateEnd) -> str:
    chosen = ", ".join(f"{label} {word}" for label, word in end.labels)
    return f"{name}, {chosen}" if chosen else name


def _estimate_notes(estimate: Estimate) -> Iterator[str]:
    """What an estimate leaves open, a sentence each."""
    if estimate.open_ended:
        names = ", ".join(estimate.open_ended)
        yield f"open-ended, counted at the least: {names}"
    if estimate.missing:
        yield f"not complete: no price is published for {', '.join(estimate.missing)}"


def _noted(notes: Iterable[str]) -> list[str]:
    """Sentences below the columns, after an empty line."""
    shown = [row for note in notes for row in wrapped(note, 2, 4)]
    return ["", *shown] if shown else []


TEXT: Final = {Estimate: estimate_text, Quote: quote_text}
HTML: Final = {Estimate: estimate_html, Quote: quote_html}

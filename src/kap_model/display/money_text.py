"""Quotes as aligned text whose columns a person can add up."""

from __future__ import annotations

from collections.abc import Iterator

from kap_model._time import spoken_day
from kap_model.display.text import wrapped
from kap_model.money import Money
from kap_model.pricing.quotes import Quote, QuoteLine


def quote_text(quote: Quote) -> str:
    """A quote: a row for each line, the practice's total, other payees' subtotals below."""
    lines = [f"{quote.plan}: priced by {quote.fees}, {quote.currency}", ""]
    lines += _line_rows(quote.lines, f"total of {quote.fees}", quote.total, quote.fees)
    notes = [note for text in quote_notes(quote) for note in wrapped(text, 2, 4)]
    return "\n".join([*lines, "", *notes] if notes else lines)


def _line_rows(lines: tuple[QuoteLine, ...], name: str, total: Money, payee: str) -> list[str]:
    """Lines in columns, a rule, and the total of a payee; what others bill stands beside."""
    rows = [_row(line, payee) for line in lines]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    head = max(sum(widths) + 4, len(name))
    amounts = max([len(row[3]) for row in rows] + [len(str(total))])
    shown = []
    for row in rows:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        shown.append(f"  {cells:{head}}  {row[3]:>{amounts}}  {row[4]}".rstrip())
    shown.append(f"  {'':{head}}  {'-' * amounts}")
    shown.append(f"  {name:{head}}  {total!s:>{amounts}}")
    return shown


def _row(line: QuoteLine, payee: str) -> tuple[str, str, str, str, str]:
    date, shown, basis = "", "-", line.basis
    if line.date is not None:
        # Not %a: a weekday's name must not depend on the machine's locale.
        weekday = spoken_day(line.date.toordinal()).partition(" ")[0]
        date = f"{weekday} {line.date.isoformat()}"
    if line.amount is not None and line.payee == payee:
        shown = str(line.amount)
    elif line.amount is not None:
        basis = f"{line.amount} billed by {line.payee}: {basis}"
    return date, line.session or "", line.item, shown, basis


def quote_notes(quote: Quote) -> Iterator[str]:
    """What stands beside a total, a sentence each."""
    for payee, amount in quote.subtotals.items():
        if payee != quote.fees:
            whole = all(line.amount is not None for line in quote.lines if line.payee == payee)
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

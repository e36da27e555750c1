"""Estimates as aligned text: both ends, each with its counts, lengths and prices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kap_model.display.text import columns, wrapped
from kap_model.pricing.estimates import Estimate, EstimateEnd


def estimate_text(estimate: Estimate) -> str:
    """The range first, then how each end adds up."""
    low, high = estimate.low, estimate.high
    lines = [f"{estimate.protocol}, priced by {estimate.fees}: {low.total} to {high.total}"]
    for name, end in (("lowest", low), ("highest", high)):
        lines += ["", *_end(name, end)]
    notes = [note for text in estimate_notes(estimate) for note in wrapped(text, 2, 4)]
    return "\n".join([*lines, "", *notes] if notes else lines)


def _end(name: str, end: EstimateEnd) -> Iterator[str]:
    """A row for all lines that are alike."""
    groups = Counter(
        (line.item, line.minutes, line.amount, line.payee, line.basis) for line in end.lines
    )
    rows = []
    for (item, minutes, amount, payee, basis), number in groups.items():
        each = item if minutes is None else f"{item}, {minutes} min"
        shown, why = "-", basis
        if amount is not None and payee == end.quote.fees:
            shown = str(amount * number)
        elif amount is not None:
            why = f"{amount * number} billed by {payee}: {basis}"
        rows.append((f"{number} x {each}", shown, why))
    total = str(end.total)
    rule = "-" * max(len(shown) for shown in (total, *(row[1] for row in rows)))
    chosen = ", ".join(f"{label} {word}" for label, word in end.labels)
    yield f"  {name}, {chosen}" if chosen else f"  {name}"
    for row in columns([*rows, ("", rule, ""), ("", total, "")], right={1}):
        yield f"  {row}"


def estimate_notes(estimate: Estimate) -> Iterator[str]:
    """What an estimate leaves open, a sentence each."""
    if estimate.open_ended:
        names = ", ".join(estimate.open_ended)
        yield f"open-ended, counted at the least: {names}"
    if estimate.missing:
        yield f"not complete: no price is published for {', '.join(estimate.missing)}"

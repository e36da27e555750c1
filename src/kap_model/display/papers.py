"""Superbills, comparisons, settlements and other papers, as text in columns.

Superbills, instalments and reimbursements; comparisons, reconciliations, Good Faith Estimates,
disputes and settlements.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from kap_model._time import spoken_day
from kap_model.display._text import columns, wrapped
from kap_model.money import Money
from kap_model.pricing.comparison import ComparedRow, Comparison, Lengths
from kap_model.pricing.good_faith import (
    Dispute,
    GoodFaithEstimate,
    GoodFaithLine,
    GoodFaithProvider,
)
from kap_model.pricing.instalments import Instalments
from kap_model.pricing.reconciliation import ReconciledRow, Reconciliation, TotalCheck
from kap_model.pricing.reimbursement import Reimbursement
from kap_model.pricing.superbills import Superbill
from kap_model.pricing.withdrawal import Settlement


def superbill_text(bill: Superbill) -> str:
    """A superbill: who, for whom, a row for each session, the total, adjustments below."""
    rows = [("date", "session", "kind", "code", "minutes", "place", "charge")]
    for line in bill.lines:
        minutes, place, charge = str(line.minutes), line.place_of_service, str(line.charge)
        shown = (line.date.isoformat(), line.session, line.kind, line.code, minutes, place, charge)
        rows.append(shown)
    rows.append(("total", "", "", "", "", "", str(bill.total)))
    lines = [f"{bill.plan}: superbill of {bill.fees}, {bill.currency}", ""]
    for text in _parties(bill):
        lines += wrapped(text, 2, 4)
    lines += ["", *_with_total(rows, left=4)]
    notes = [
        f"not allocated to sessions: {line.item}, {line.amount} for the whole quote ({line.basis})"
        for line in bill.adjustments
    ]
    if notes:
        lines += ["", *(row for note in notes for row in wrapped(note, 2, 4))]
    return "\n".join(lines)


def _parties(bill: Superbill) -> Iterator[str]:
    provider = bill.provider
    named = {
        "NPI": provider.npi,
        "tax id": provider.tax_id,
        "license": provider.license,
        "telephone": provider.telephone,
    }
    numbers = [f"{name} {text}" for name, text in named.items() if text is not None]
    yield ", ".join([f"provider: {provider.name}", *numbers])
    if provider.address is not None:
        yield f"address: {provider.address}"
    yield f"client: {bill.client}"
    if bill.diagnoses:
        yield f"diagnoses: {', '.join(bill.diagnoses)}"


def instalments_text(paid: Instalments) -> str:
    """Instalments: a row for each part, and the total."""
    rows = [("part", "due", "amount")]
    rows += [(str(part.number), part.due.isoformat(), str(part.amount)) for part in paid.parts]
    rows.append(("", "total", str(paid.total)))
    return "\n".join(_with_total(rows, left=0))


def reimbursement_text(paid: Reimbursement) -> str:
    """A reimbursement: a row for each claim, the totals, the deductible that is left."""
    head = ("charge", "allowed", "deductible", "reimbursed", "client_pays")
    rows = [("date", "claim", "code", *(name.replace("_", " ") for name in head))]
    for row in paid.rows:
        amounts = (str(getattr(row, name)) for name in head)
        rows.append((row.claim.date.isoformat(), row.claim.id or "", row.claim.code, *amounts))
    totals = paid.totals
    rows.append(("total", "", "", *(str(totals[name]) for name in head)))
    notes = [f"deductible left: {paid.deductible_left} of {paid.deductible_before}"]
    notes.append("arithmetic on the figures given; an insurer decides by terms of their own")
    return "\n".join([*_with_total(rows, left=3), "", *(f"  {note}" for note in notes)])


def _with_total(rows: Sequence[tuple[str, ...]], left: int) -> list[str]:
    """A head, rows and totals in columns, a rule before the totals.

    Args:
        rows: All of them.
        left: How many columns, from the first, start at one edge; the others end at one.
    """
    shown = columns(rows, right=range(left, len(rows[0])))
    rule = "-" * (max(map(len, shown)) - 2)
    return [*shown[:-1], f"  {rule}", shown[-1]]


def comparison_text(comparison: Comparison) -> str:
    """What changes, a row each, and the practices' totals."""
    before, after = comparison.totals
    rows = [_change(row) for row in comparison.changes]
    total = ("total", "", _shift(str(before), str(after)), _signed(comparison.difference))
    names = _shift(*comparison.plans)
    fees = _shift(*comparison.fees)
    lines = [f"{names}: priced by {fees}, {comparison.currency}", ""]
    lines += columns([*rows, total], right={3})
    if any(row.payee is not None for row in comparison.changes):
        lines += ["", "  not in the totals: rows that name who bills them"]
    return "\n".join(lines if rows else [*lines, "", "  no line differs"])


def _change(row: ComparedRow) -> tuple[str, ...]:
    item = row.item if row.payee is None else f"{row.item} ({row.payee})"
    lengths = _shift(_lengths(row.a.lengths), _lengths(row.b.lengths))
    return item, _shift(str(row.a.count), str(row.b.count)), lengths, _signed(row.difference)


def _lengths(lengths: Lengths) -> str:
    return ", ".join(f"{count} x {minutes} min" for minutes, count in lengths)


def _shift(before: str, after: str) -> str:
    return before if before == after else f"{before or 'none'} -> {after or 'none'}"


def reconciliation_text(reconciliation: Reconciliation) -> str:
    """A row for each line and charge, with its verdict, and the totals."""
    answer = "agrees" if reconciliation.agrees else "does not agree"
    lines = [f"{reconciliation.plan}: {answer}, {reconciliation.currency}", ""]
    rows = [_reconciled(row, reconciliation.fees) for row in reconciliation.rows]
    total = (
        *("", "total", ""),
        *(str(reconciliation.quoted), str(reconciliation.charged)),
        *(_signed(reconciliation.difference), ""),
    )
    head = ("", "", "", "quoted", "charged", "difference", "")
    return "\n".join(lines + columns([head, *rows, total], right={3, 4, 5}))


def _reconciled(row: ReconciledRow, practice: str) -> tuple[str, ...]:
    payee = "" if row.payee in (None, practice) else str(row.payee)
    names = (row.session or "", row.item, payee)
    verdict = row.verdict.replace("-", " ")
    return *names, _shown(row.quoted), _shown(row.charged), _signed(row.difference), verdict


def total_check_text(check: TotalCheck) -> str:
    """The published total, the lines' sum, and the difference."""
    answer = "equal" if check.equal else "not equal"
    rows = [
        ("published", str(check.published)),
        ("itemised", str(check.itemised)),
        ("difference", _signed(check.difference)),
    ]
    lines = [f"{check.plan}: {answer}, {check.published.currency}", "", *columns(rows, right={1})]
    if check.unpriced:
        lines += ["", *wrapped(f"not itemised: {', '.join(check.unpriced)}, without amount", 2, 4)]
    return "\n".join(lines)


def good_faith_text(estimate: GoodFaithEstimate) -> str:
    """The paper: for whom, the dates, each provider's services and charges, what it means."""
    lines = ["Good Faith Estimate", ""]
    lines += columns(list(_dates(estimate)))
    for provider in estimate.providers:
        lines += ["", *_provider(provider)]
    if estimate.beyond:
        services = ", ".join(line.session or line.service for line in estimate.beyond)
        lines += ["", *wrapped(f"after it ends, to be estimated anew: {services}", 2, 4)]
    lines.append("")
    for text in estimate.disclaimers:
        lines += wrapped(text, 2, 4)
    sources = "; ".join(str(citation) for citation in estimate.rules.citations)
    return "\n".join([*lines, *wrapped(f"source: {sources}", 2, 4)])


def _dates(estimate: GoodFaithEstimate) -> Iterator[tuple[str, ...]]:
    yield "client", estimate.client
    if estimate.diagnoses:
        yield "diagnoses", ", ".join(estimate.diagnoses)
    yield "issued", _day(estimate.issued) + (", late" if estimate.late else "")
    if estimate.due is not None:
        yield "due", _day(estimate.due)
    yield "valid until", _day(estimate.valid_until)


def _provider(provider: GoodFaithProvider) -> list[str]:
    lines = wrapped(provider.details or f"{provider.payee}, details not given", 0, 2)
    rows = [_expected(line) for line in provider.lines]
    total = ("", "", "expected charges", "", "", _shown(provider.expected))
    lines += columns([*rows, total], right={3, 5})
    if provider.unpriced:
        services = ", ".join(provider.unpriced)
        lines += wrapped(f"to be estimated by {provider.payee}: {services}", 2, 4)
    return lines


def _expected(line: GoodFaithLine) -> tuple[str, ...]:
    date = "" if line.date is None else _day(line.date)
    minutes = "" if line.minutes is None else f"{line.minutes} min"
    amount = _shown(line.expected)
    return date, line.session or "", line.service, minutes, line.code or "", amount


def dispute_text(dispute: Dispute) -> str:
    """One sentence: what was billed, and what follows."""
    if dispute.estimated is None or dispute.until is None:
        return (
            f"{dispute.payee}: {dispute.bill} billed; no charges were estimated, so nothing says "
            "whether it may be disputed"
        )
    return (
        f"{dispute.payee}: {dispute.bill} billed, {dispute.over} over the estimate of "
        f"{dispute.estimated}; may be disputed until {_day(dispute.until)}"
    )


def settlement_text(settlement: Settlement) -> str:
    """What is owed and paid, and what goes back or is still due."""
    rows = [
        ("quoted", str(settlement.quoted), ""),
        ("owed", str(settlement.owed), settlement.basis),
        ("paid", str(settlement.paid), ""),
        ("refund", str(settlement.refund), ""),
        ("still due", str(settlement.still_due), ""),
    ]
    lines = [*wrapped(f"{settlement.plan}: withdrawal, {settlement.name}", 0, 2), ""]
    lines += [*columns(rows, right={1}), "", f"  source: {settlement.citation}"]
    if settlement.not_refundable:
        named = ", ".join(settlement.not_refundable)
        lines += wrapped(f"declared not refundable, not weighed here: {named}", 2, 4)
    return "\n".join(lines)


def _shown(amount: Money | None) -> str:
    return "-" if amount is None else str(amount)


def _signed(amount: Money | None) -> str:
    if amount is None:
        return "not known"
    return f"+{amount}" if amount.minor > 0 else str(amount)


def _day(date: dt.date) -> str:
    return spoken_day(date.toordinal())


TEXT: Final = {
    Comparison: comparison_text,
    Dispute: dispute_text,
    GoodFaithEstimate: good_faith_text,
    Instalments: instalments_text,
    Reconciliation: reconciliation_text,
    Reimbursement: reimbursement_text,
    Settlement: settlement_text,
    Superbill: superbill_text,
    TotalCheck: total_check_text,
}

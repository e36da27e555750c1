"""Superbills, instalments and reimbursements as text whose columns a person can add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kap_model.display.text import columns, wrapped
from kap_model.pricing.instalments import Instalments
from kap_model.pricing.reimbursement import Reimbursement
from kap_model.pricing.superbills import Superbill


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

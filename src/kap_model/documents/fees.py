"""Fee documents, ``kap-model/fees/1``: a practice's own prices, dated and cited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kap_model.documents import _json
from kap_model.documents._fee_reader import FEES_SCHEMA, read_schedule
from kap_model.documents._reading import read_text
from kap_model.documents.plans import read_bytes
from kap_model.fees.charges import (
    SHARE_BASES,
    Adjustment,
    Deposit,
    Missed,
    Package,
    Share,
    Together,
    Withdrawal,
)
from kap_model.fees.rates import (
    ByLabel,
    FirstPart,
    Flat,
    Hourly,
    Rate,
    Scale,
    Tiered,
)
from kap_model.fees.schedule import Fee, FeeSchedule
from kap_model.limits import Bounds
from kap_model.money import text_of


def loads_fees(text: str | bytes) -> FeeSchedule:
    """The fee schedule of a document.

    Raises:
        DocumentError: The text is not a fee document; with all its problems.
    """
    schedule: FeeSchedule = read_text(text, read_schedule, dumps_fees)
    dumps_fees(schedule)  # amounts gain decimals: only writing tells whether it can be read again
    return schedule


def load_fees(path: str | Path) -> FeeSchedule:
    """The fee schedule of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a fee document.
    """
    return loads_fees(read_bytes(path))


def dumps_fees(schedule: FeeSchedule) -> str:
    """The canonical document of a fee schedule: equal schedules have equal text.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    sections = {
        "packages": [_package(package) for package in schedule.packages],
        "adjustments": [_adjustment(line) for line in schedule.adjustments],
        "deposits": [_deposit(line) for line in schedule.deposits],
        "missed": [_missed(line) for line in schedule.missed],
        "withdrawals": [_withdrawal(line) for line in schedule.withdrawals],
    }
    written: dict[str, Any] = {
        "schema": FEES_SCHEMA,
        "id": schedule.id,
        "currency": schedule.currency,
        "fees": [_fee(fee) for fee in schedule.fees],
        **{key: lines for key, lines in sections.items() if lines},
    }
    if schedule.claims is not None:
        written["claims"] = {claim.kind: claim.scope for claim in schedule.claims}
    return _json.write(written)


def _said(**parts: Any) -> dict[str, Any]:
    return {key: part for key, part in parts.items() if part is not None}


def _fee(fee: Fee) -> dict[str, Any]:
    return _said(
        item=fee.item,
        format=fee.format,
        rate=None if fee.rate is None else _rate(fee.rate),
        payee=fee.payee,
        name=fee.name,
        since=None if fee.since is None else fee.since.isoformat(),
        citation=fee.citation.to_dict(),
    )


def _rate(rate: Rate) -> dict[str, Any]:
    own: dict[str, Any]
    match rate:
        case Flat():
            own = _said(amount=rate.amount.text, minutes=rate.minutes)
        case Hourly():
            own = _said(
                amount=rate.amount.text,
                increment=None if rate.increment == 1 else rate.increment,
                published=None if rate.published is None else _bounds(rate.published),
            )
        case Tiered():
            own = {"tiers": [{"minutes": t.minutes, "amount": t.amount.text} for t in rate.tiers]}
        case FirstPart():
            own = {"minutes": rate.minutes, "first": rate.first.text, "rest": rate.rest.text}
        case Scale():
            own = _said(low=rate.low.text, high=text_of(rate.high))
        case ByLabel():
            options = [{"label": each.label, "rate": _rate(each.rate)} for each in rate.options]
            own = {"label": rate.label, "options": options}
        case _:
            own = {"amount": rate.amount.text, "every": rate.every}
    return {"type": rate.form, **own}


def _bounds(bounds: Bounds) -> dict[str, Any]:
    return _said(min=bounds.min, max=bounds.max)


def _package(package: Package) -> dict[str, Any]:
    return _said(
        id=package.id,
        name=package.name,
        price=text_of(package.price),
        counts=dict(package.counts),
        together=[_together(group) for group in package.together] or None,
        always=package.always or None,
        citation=package.citation.to_dict(),
    )


def _together(group: Together) -> dict[str, Any]:
    return {"kinds": list(group.kinds), "count": group.count}


def _share(share: Share | None) -> dict[str, Any]:
    if share is None:
        return {}
    if share.amount is not None:
        return {"amount": share.amount.text}
    return {"percent": f"{share.percent:f}"}


def _adjustment(line: Adjustment) -> dict[str, Any]:
    return _said(name=line.name, **_share(line.share), citation=line.citation.to_dict())


def _deposit(line: Deposit) -> dict[str, Any]:
    return _said(
        name=line.name,
        **_share(line.share),
        refundable=line.refundable,
        citation=line.citation.to_dict(),
    )


def _missed(line: Missed) -> dict[str, Any]:
    return _said(
        at_least=line.at_least,
        **_share(line.charge),
        kind=line.kind,
        citation=line.citation.to_dict(),
    )


def _withdrawal(line: Withdrawal) -> dict[str, Any]:
    return _said(
        stage=line.stage,
        name=line.name,
        **_share(line.owed),
        of=None if line.of == SHARE_BASES[0] else line.of,
        citation=line.citation.to_dict(),
    )

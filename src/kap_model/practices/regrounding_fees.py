"""The prices of the Regrounding Therapy practice page, section on fees."""

from __future__ import annotations

from typing import Final

from kap_model.citations import REGROUNDING_PAGE as PAGE
from kap_model.fees.rates import Flat, Hourly
from kap_model.fees.schedule import Fee, FeeSchedule
from kap_model.limits import Bounds
from kap_model.money import Money

_PARTNER: Final = "Journey Clinical"
_THERAPY: Final = Flat(amount=Money.of("185.00", "USD"), minutes=50)

FEES: Final = FeeSchedule(
    id="regrounding",
    currency="USD",
    fees=(
        Fee(item="consultation", citation=PAGE["fees, which name no price for it"]),
        Fee(item="medical-evaluation", payee=_PARTNER, citation=PAGE["fees"]),
        Fee(item="preparation", rate=_THERAPY, citation=PAGE["fees"]),
        Fee(
            item="dosing",
            rate=Hourly(amount=Money.of("250.00", "USD"), published=Bounds(90, 120)),
            citation=PAGE["fees"],
        ),
        Fee(item="integration", rate=_THERAPY, citation=PAGE["fees"]),
        Fee(item="medical-review", payee=_PARTNER, citation=PAGE["step 7, inferred"]),
    ),
)

"""What a practice charges, as dated, cited data: rates, fee schedules, what stands beside them."""

from __future__ import annotations

from kap_model._lazy import on_first_use

# Each name stands twice: here for people, type checkers and whoever packs programs, and below for
# the interpreter, which imports a home when one of its names is first used. A test compares them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kap_model.fees.charges import (
        Adjustment as Adjustment,
        Claim as Claim,
        Deposit as Deposit,
        Missed as Missed,
        Package as Package,
        Share as Share,
        Together as Together,
        Withdrawal as Withdrawal,
    )
    from kap_model.fees.rates import (
        ByLabel as ByLabel,
        Charge as Charge,
        FirstPart as FirstPart,
        Flat as Flat,
        Hourly as Hourly,
        Option as Option,
        Periodic as Periodic,
        Scale as Scale,
        Tier as Tier,
        Tiered as Tiered,
    )
    from kap_model.fees.schedule import Fee as Fee, FeeSchedule as FeeSchedule

_HOMES = {
    "kap_model.fees.charges": (
        "Adjustment",
        "Claim",
        "Deposit",
        "Missed",
        "Package",
        "Share",
        "Together",
        "Withdrawal",
    ),
    "kap_model.fees.rates": (
        "ByLabel",
        "Charge",
        "FirstPart",
        "Flat",
        "Hourly",
        "Option",
        "Periodic",
        "Scale",
        "Tier",
        "Tiered",
    ),
    "kap_model.fees.schedule": (
        "Fee",
        "FeeSchedule",
    ),
}

if not TYPE_CHECKING:  # what is computed, type checkers are not to see
    __all__, __getattr__, __dir__ = on_first_use(globals(), _HOMES)

"""What a practice charges, as dated, cited data: rates, fee schedules, what stands beside them."""

from kap_model.fees.charges import (
    Adjustment,
    Claim,
    Deposit,
    Missed,
    Package,
    Share,
    Together,
    Withdrawal,
)
from kap_model.fees.rates import (
    ByLabel,
    Charge,
    FirstPart,
    Flat,
    Hourly,
    Option,
    Periodic,
    Scale,
    Tier,
    Tiered,
)
from kap_model.fees.schedule import Fee, FeeSchedule

__all__ = [
    "Adjustment",
    "ByLabel",
    "Charge",
    "Claim",
    "Deposit",
    "Fee",
    "FeeSchedule",
    "FirstPart",
    "Flat",
    "Hourly",
    "Missed",
    "Option",
    "Package",
    "Periodic",
    "Scale",
    "Share",
    "Tier",
    "Tiered",
    "Together",
    "Withdrawal",
]

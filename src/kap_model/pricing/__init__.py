"""What a plan costs, exactly, and the papers that follow: pure verbs over plans and fees."""

from kap_model.money import Money
from kap_model.pricing.billing import superbill
from kap_model.pricing.billing_codes import PSYCHOTHERAPY_BANDS, Provider, TimeBand
from kap_model.pricing.comparing import ComparedRow, Comparison, compare
from kap_model.pricing.estimates import Estimate, EstimateEnd
from kap_model.pricing.estimating import estimate
from kap_model.pricing.good_faith import disputable, good_faith_estimate
from kap_model.pricing.good_faith_estimates import (
    Dispute,
    GoodFaithEstimate,
    GoodFaithLine,
    GoodFaithProvider,
)
from kap_model.pricing.good_faith_rules import GOOD_FAITH, GoodFaithRules, good_faith_due
from kap_model.pricing.instalments import Instalment, Instalments, instalments
from kap_model.pricing.quotes import Quote, QuoteLine
from kap_model.pricing.quoting import quote
from kap_model.pricing.reconciliations import ChargeMade, ReconciledRow, Reconciliation, TotalCheck
from kap_model.pricing.reconciling import reconcile, reconcile_total
from kap_model.pricing.reimbursement import Claimed, Reimbursed, Reimbursement, reimbursement
from kap_model.pricing.superbills import Superbill, SuperbillLine
from kap_model.pricing.withdrawing import Settlement, credit, withdraw

__all__ = [
    "GOOD_FAITH",
    "PSYCHOTHERAPY_BANDS",
    "ChargeMade",
    "Claimed",
    "ComparedRow",
    "Comparison",
    "Dispute",
    "Estimate",
    "EstimateEnd",
    "GoodFaithEstimate",
    "GoodFaithLine",
    "GoodFaithProvider",
    "GoodFaithRules",
    "Instalment",
    "Instalments",
    "Money",
    "Provider",
    "Quote",
    "QuoteLine",
    "ReconciledRow",
    "Reconciliation",
    "Reimbursed",
    "Reimbursement",
    "Settlement",
    "Superbill",
    "SuperbillLine",
    "TimeBand",
    "TotalCheck",
    "compare",
    "credit",
    "disputable",
    "estimate",
    "good_faith_due",
    "good_faith_estimate",
    "instalments",
    "quote",
    "reconcile",
    "reconcile_total",
    "reimbursement",
    "superbill",
    "withdraw",
]

"""Where public names are that checking does not need, so that they load on first use.

Documents bring cattrs; planning, batches and pricing their own values.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "documents": (
        "dumps",
        "dumps_fees",
        "dumps_protocol",
        "dumps_slots",
        "dumps_waivers",
        "load",
        "load_fees",
        "load_protocol",
        "load_slots",
        "load_waivers",
        "loads",
        "loads_fees",
        "loads_protocol",
        "loads_slots",
        "loads_waivers",
    ),
    "batch": (
        "LineResult",
        "check_lines",
        "check_rows",
    ),
    "calendars": ("to_ical",),
    "coverage": ("RuleCounts", "RuleCoverage", "rule_coverage"),
    "display.html.plans": ("timeline_svg",),
    "planning": (
        "Change",
        "Completion",
        "Difference",
        "LimitAtOdds",
        "LimitChange",
        "Lint",
        "Move",
        "NextSteps",
        "OpenSlot",
        "Remark",
        "Repair",
        "SeverityChange",
        "Silent",
        "Step",
        "Stretch",
        "allowed",
        "complete",
        "diff",
        "draft",
        "lint",
        "next_steps",
        "repair",
    ),
    "money": ("Money",),
    "pricing.codes": (
        "PSYCHOTHERAPY_BANDS",
        "Provider",
        "TimeBand",
    ),
    "pricing.comparison": (
        "ComparedRow",
        "Comparison",
        "compare",
    ),
    "pricing.estimates": (
        "Estimate",
        "EstimateEnd",
        "estimate",
    ),
    "pricing.good_faith": (
        "Dispute",
        "GoodFaithEstimate",
        "GoodFaithLine",
        "GoodFaithProvider",
        "disputable",
        "good_faith_estimate",
    ),
    "pricing.good_faith_rules": (
        "GOOD_FAITH",
        "GoodFaithRules",
        "good_faith_due",
    ),
    "pricing.instalments": (
        "Instalment",
        "Instalments",
        "instalments",
    ),
    "pricing.quotes": (
        "Quote",
        "QuoteLine",
    ),
    "pricing.quoting": ("quote",),
    "pricing.reconciliation": (
        "ChargeMade",
        "ReconciledRow",
        "Reconciliation",
        "TotalCheck",
        "reconcile",
        "reconcile_total",
    ),
    "pricing.reimbursement": (
        "Claimed",
        "Reimbursed",
        "Reimbursement",
        "reimbursement",
    ),
    "pricing.superbills": (
        "Superbill",
        "SuperbillLine",
        "superbill",
    ),
    "pricing.withdrawal": (
        "Settlement",
        "credit",
        "withdraw",
    ),
}
_HOME: Final = {name: home for home, names in _NAMES.items() for name in names}


def home_of(name: str) -> str:
    """The module of a public name that is not loaded with the package."""
    return _HOME[name]

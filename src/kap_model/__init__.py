"""kap_model: plans of ketamine-assisted psychotherapy, checked against cited protocols.

Values are frozen; verbs are pure. ``loads`` a plan document or ``parse`` a line of notation,
``check`` it, and read ``report.ok`` and ``report.findings``; ``quote`` what it costs. No medical
advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kap_model import practices
from kap_model._version import __version__
from kap_model.checking import check
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import (
    DocumentError,
    InputError,
    InvalidValue,
    NotationError,
    PricingError,
    Problem,
)
from kap_model.limits import Bounds, Frequency, Limits, ReviewAfter, ReviewEvery
from kap_model.notation import parse
from kap_model.plan import Plan, Supply
from kap_model.practices import Fact, Practice, Published
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding, Report
from kap_model.rules import RULES
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Words
from kap_model.sessions import (
    Clinician,
    Consultation,
    Dosing,
    Integration,
    MedicalEvaluation,
    MedicalReview,
    Preparation,
    Session,
)
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    from kap_model import fees
    from kap_model.documents import (
        dumps,
        dumps_fees,
        dumps_protocol,
        dumps_waivers,
        load,
        load_fees,
        load_protocol,
        load_waivers,
        loads,
        loads_fees,
        loads_protocol,
        loads_waivers,
    )
    from kap_model.pricing import (
        GOOD_FAITH,
        PSYCHOTHERAPY_BANDS,
        ChargeMade,
        Claimed,
        ComparedRow,
        Comparison,
        Dispute,
        Estimate,
        EstimateEnd,
        GoodFaithEstimate,
        GoodFaithLine,
        GoodFaithProvider,
        GoodFaithRules,
        Instalment,
        Instalments,
        Money,
        Provider,
        Quote,
        QuoteLine,
        ReconciledRow,
        Reconciliation,
        Reimbursed,
        Reimbursement,
        Settlement,
        Superbill,
        SuperbillLine,
        TimeBand,
        TotalCheck,
        compare,
        credit,
        disputable,
        estimate,
        good_faith_due,
        good_faith_estimate,
        instalments,
        quote,
        reconcile,
        reconcile_total,
        reimbursement,
        superbill,
        withdraw,
    )

# What checking does not need loads on first use: documents bring cattrs, pricing its own values.
_DOCUMENTS: Final = (
    "dumps",
    "dumps_fees",
    "dumps_protocol",
    "dumps_waivers",
    "load",
    "load_fees",
    "load_protocol",
    "load_waivers",
    "loads",
    "loads_fees",
    "loads_protocol",
    "loads_waivers",
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load what is not loaded yet."""
        if name == "fees":
            return import_module("kap_model.fees")
        if name in __all__:
            home = "documents" if name in _DOCUMENTS else "pricing"
            globals()[name] = value = getattr(import_module(f"kap_model.{home}"), name)
            return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "GOOD_FAITH",
    "PSYCHOTHERAPY_BANDS",
    "RULES",
    "Bounds",
    "Breach",
    "CareProtocol",
    "Case",
    "ChargeMade",
    "Citation",
    "Claimed",
    "Clinician",
    "ComparedRow",
    "Comparison",
    "Consultation",
    "Course",
    "Dispute",
    "DocumentError",
    "Dosing",
    "Estimate",
    "EstimateEnd",
    "Example",
    "Fact",
    "Finding",
    "Frequency",
    "GoodFaithEstimate",
    "GoodFaithLine",
    "GoodFaithProvider",
    "GoodFaithRules",
    "InputError",
    "Instalment",
    "Instalments",
    "Integration",
    "InvalidValue",
    "Limits",
    "MedicalEvaluation",
    "MedicalReview",
    "Money",
    "NotationError",
    "Plan",
    "Practice",
    "Preparation",
    "PricingError",
    "Problem",
    "Provider",
    "Published",
    "Quote",
    "QuoteLine",
    "ReconciledRow",
    "Reconciliation",
    "Reimbursed",
    "Reimbursement",
    "Report",
    "ReviewAfter",
    "ReviewEvery",
    "Rule",
    "Session",
    "Setting",
    "Settlement",
    "Superbill",
    "SuperbillLine",
    "Supply",
    "TimeBand",
    "TotalCheck",
    "Waiver",
    "Words",
    "__version__",
    "check",
    "compare",
    "credit",
    "disputable",
    "dumps",
    "dumps_fees",
    "dumps_protocol",
    "dumps_waivers",
    "estimate",
    "fees",
    "good_faith_due",
    "good_faith_estimate",
    "instalments",
    "load",
    "load_fees",
    "load_protocol",
    "load_waivers",
    "loads",
    "loads_fees",
    "loads_protocol",
    "loads_waivers",
    "parse",
    "practices",
    "quote",
    "reconcile",
    "reconcile_total",
    "reimbursement",
    "rule",
    "superbill",
    "withdraw",
]

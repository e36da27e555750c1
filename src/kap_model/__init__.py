"""kap_model: plans of ketamine-assisted psychotherapy, checked against cited protocols.

Values are frozen; verbs are pure. ``loads`` a plan document or ``parse`` a line of notation,
``check`` it, and read ``report.ok`` and ``report.findings``; ``draft`` a course, ask for its
``next_steps``, ``quote`` what it costs. No medical advice.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kap_model import practices
from kap_model._lazy import home_of
from kap_model._version import __version__
from kap_model.checking import check
from kap_model.citations import Citation
from kap_model.course import Course
from kap_model.errors import (
    DocumentError,
    InputError,
    InvalidValue,
    NotationError,
    PlanningError,
    PricingError,
    Problem,
)
from kap_model.limits import Bounds, Frequency, Limits, ReviewAfter, ReviewEvery
from kap_model.notation import parse
from kap_model.plan import Plan, Supply
from kap_model.practices import Fact, Practice, Published
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding, Report
from kap_model.rules._rule import Breach, Case, Example, Rule, Words, rule
from kap_model.rules.catalogue import RULES
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
    from kap_model.batch import LineResult, check_lines, check_rows
    from kap_model.calendars import to_ical
    from kap_model.coverage import RuleCounts, RuleCoverage, rule_coverage
    from kap_model.display.html.plans import timeline_svg
    from kap_model.documents.fees import dumps_fees, load_fees, loads_fees
    from kap_model.documents.lists import (
        dumps_slots,
        dumps_waivers,
        load_slots,
        load_waivers,
        loads_slots,
        loads_waivers,
    )
    from kap_model.documents.plans import dumps, load, loads
    from kap_model.documents.protocols import dumps_protocol, load_protocol, loads_protocol
    from kap_model.planning import (
        Change,
        Completion,
        Difference,
        LimitAtOdds,
        LimitChange,
        Lint,
        Move,
        NextSteps,
        OpenSlot,
        Remark,
        Repair,
        SeverityChange,
        Silent,
        Step,
        Stretch,
        allowed,
        complete,
        diff,
        draft,
        lint,
        next_steps,
        repair,
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

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Load what is not loaded yet."""
        if name == "fees":
            return import_module("kap_model.fees")
        if name in __all__:
            globals()[name] = value = getattr(import_module(f"kap_model.{home_of(name)}"), name)
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
    "Change",
    "ChargeMade",
    "Citation",
    "Claimed",
    "Clinician",
    "ComparedRow",
    "Comparison",
    "Completion",
    "Consultation",
    "Course",
    "Difference",
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
    "LimitAtOdds",
    "LimitChange",
    "Limits",
    "LineResult",
    "Lint",
    "MedicalEvaluation",
    "MedicalReview",
    "Money",
    "Move",
    "NextSteps",
    "NotationError",
    "OpenSlot",
    "Plan",
    "PlanningError",
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
    "Remark",
    "Repair",
    "Report",
    "ReviewAfter",
    "ReviewEvery",
    "Rule",
    "RuleCounts",
    "RuleCoverage",
    "Session",
    "Setting",
    "Settlement",
    "SeverityChange",
    "Silent",
    "Step",
    "Stretch",
    "Superbill",
    "SuperbillLine",
    "Supply",
    "TimeBand",
    "TotalCheck",
    "Waiver",
    "Words",
    "__version__",
    "allowed",
    "check",
    "check_lines",
    "check_rows",
    "compare",
    "complete",
    "credit",
    "diff",
    "disputable",
    "draft",
    "dumps",
    "dumps_fees",
    "dumps_protocol",
    "dumps_slots",
    "dumps_waivers",
    "estimate",
    "fees",
    "good_faith_due",
    "good_faith_estimate",
    "instalments",
    "lint",
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
    "next_steps",
    "parse",
    "practices",
    "quote",
    "reconcile",
    "reconcile_total",
    "reimbursement",
    "repair",
    "rule",
    "rule_coverage",
    "superbill",
    "timeline_svg",
    "to_ical",
    "withdraw",
]

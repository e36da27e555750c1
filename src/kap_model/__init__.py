"""kap_model: plans of ketamine-assisted psychotherapy, checked against cited protocols.

Values are frozen; verbs are pure. ``loads`` a plan document or ``parse`` a line of notation,
``check`` it, and read ``report.ok`` and ``report.findings``; ``draft`` a course, ask for its
``next_steps``, ``quote`` what it costs. No medical advice.
"""

from __future__ import annotations

from kap_model._lazy import on_first_use

# Each name stands twice: here for people, type checkers and whoever packs programs, and below for
# the interpreter, which imports a home when one of its names is first used. A test compares them.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from kap_model import fees as fees, forms as forms, practices as practices
    from kap_model._version import __version__ as __version__
    from kap_model.batch import (
        LineResult as LineResult,
        check_lines as check_lines,
        check_rows as check_rows,
    )
    from kap_model.breach import Breach as Breach, Words as Words
    from kap_model.calendars import to_ical as to_ical
    from kap_model.checking import check as check, rules_under as rules_under
    from kap_model.citations import Citation as Citation
    from kap_model.course import Course as Course
    from kap_model.coverage import (
        RuleCounts as RuleCounts,
        RuleCoverage as RuleCoverage,
        rule_coverage as rule_coverage,
    )
    from kap_model.display.plans import timeline_svg as timeline_svg
    from kap_model.documents.fees import (
        dumps_fees as dumps_fees,
        load_fees as load_fees,
        loads_fees as loads_fees,
    )
    from kap_model.documents.lists import (
        dumps_slots as dumps_slots,
        dumps_waivers as dumps_waivers,
        load_slots as load_slots,
        load_waivers as load_waivers,
        loads_slots as loads_slots,
        loads_waivers as loads_waivers,
    )
    from kap_model.documents.plans import dumps as dumps, load as load, loads as loads
    from kap_model.documents.protocols import (
        dumps_protocol as dumps_protocol,
        load_protocol as load_protocol,
        loads_protocol as loads_protocol,
    )
    from kap_model.errors import (
        DocumentError as DocumentError,
        InputError as InputError,
        InvalidValue as InvalidValue,
        NotationError as NotationError,
        NotGiven as NotGiven,
        PlanningError as PlanningError,
        PricingError as PricingError,
        Problem as Problem,
    )
    from kap_model.forms.house_rules import HouseRule as HouseRule
    from kap_model.limits import (
        Bounds as Bounds,
        Frequency as Frequency,
        Limits as Limits,
        ReviewAfter as ReviewAfter,
        ReviewEvery as ReviewEvery,
    )
    from kap_model.money import Money as Money
    from kap_model.notation import parse as parse
    from kap_model.plan import Plan as Plan, Supply as Supply
    from kap_model.planning.changes import (
        DatesChange as DatesChange,
        HouseRuleChange as HouseRuleChange,
        LimitChange as LimitChange,
        SeverityChange as SeverityChange,
        UsualChange as UsualChange,
    )
    from kap_model.planning.completing import complete as complete
    from kap_model.planning.differences import Difference as Difference, diff as diff
    from kap_model.planning.drafting import draft as draft
    from kap_model.planning.linting import (
        LimitAtOdds as LimitAtOdds,
        Lint as Lint,
        Remark as Remark,
        RuleAtOdds as RuleAtOdds,
        Silent as Silent,
        Stretch as Stretch,
        lint as lint,
    )
    from kap_model.planning.moves import Move as Move, allowed as allowed
    from kap_model.planning.next_steps import next_steps as next_steps
    from kap_model.planning.repairing import repair as repair
    from kap_model.planning.results import (
        Change as Change,
        Completion as Completion,
        Repair as Repair,
    )
    from kap_model.planning.steps import (
        NextSteps as NextSteps,
        Step as Step,
    )
    from kap_model.practices._practice import (
        Fact as Fact,
        Practice as Practice,
        Published as Published,
    )
    from kap_model.pricing.codes import (
        PSYCHOTHERAPY_BANDS as PSYCHOTHERAPY_BANDS,
        Provider as Provider,
        TimeBand as TimeBand,
    )
    from kap_model.pricing.comparison import (
        ComparedRow as ComparedRow,
        Comparison as Comparison,
        compare as compare,
    )
    from kap_model.pricing.estimates import (
        Estimate as Estimate,
        EstimateEnd as EstimateEnd,
        estimate as estimate,
    )
    from kap_model.pricing.good_faith import (
        Dispute as Dispute,
        GoodFaithEstimate as GoodFaithEstimate,
        GoodFaithLine as GoodFaithLine,
        GoodFaithProvider as GoodFaithProvider,
        disputable as disputable,
        good_faith_estimate as good_faith_estimate,
    )
    from kap_model.pricing.good_faith_rules import (
        GOOD_FAITH as GOOD_FAITH,
        GoodFaithRules as GoodFaithRules,
        good_faith_due as good_faith_due,
    )
    from kap_model.pricing.instalments import (
        Instalment as Instalment,
        Instalments as Instalments,
        instalments as instalments,
    )
    from kap_model.pricing.quotes import Quote as Quote, QuoteLine as QuoteLine
    from kap_model.pricing.quoting import quote as quote
    from kap_model.pricing.reconciliation import (
        ChargeMade as ChargeMade,
        ReconciledRow as ReconciledRow,
        Reconciliation as Reconciliation,
        TotalCheck as TotalCheck,
        reconcile as reconcile,
        reconcile_total as reconcile_total,
    )
    from kap_model.pricing.reimbursement import (
        Claimed as Claimed,
        Reimbursed as Reimbursed,
        Reimbursement as Reimbursement,
        reimbursement as reimbursement,
    )
    from kap_model.pricing.superbills import (
        Superbill as Superbill,
        SuperbillLine as SuperbillLine,
        superbill as superbill,
    )
    from kap_model.pricing.withdrawal import (
        Settlement as Settlement,
        credit as credit,
        withdraw as withdraw,
    )
    from kap_model.protocol import CareProtocol as CareProtocol, Setting as Setting
    from kap_model.report import Finding as Finding, Report as Report
    from kap_model.rules._rule import (
        Case as Case,
        Example as Example,
        Rule as Rule,
        rule as rule,
    )
    from kap_model.rules.catalogue import RULES as RULES
    from kap_model.sessions import (
        AnySession as AnySession,
        Clinician as Clinician,
        Consultation as Consultation,
        Dosing as Dosing,
        EvaluationOutcome as EvaluationOutcome,
        Format as Format,
        Integration as Integration,
        Kind as Kind,
        MedicalEvaluation as MedicalEvaluation,
        MedicalReview as MedicalReview,
        Place as Place,
        Preparation as Preparation,
        ReviewOutcome as ReviewOutcome,
        Session as Session,
        Status as Status,
        session as session,
    )
    from kap_model.slots import OpenSlot as OpenSlot
    from kap_model.usual import Usual as Usual, UsualValue as UsualValue
    from kap_model.waivers import Waiver as Waiver

_HOMES = {
    "kap_model": (
        "fees",
        "forms",
        "practices",
    ),
    "kap_model._version": ("__version__",),
    "kap_model.batch": (
        "LineResult",
        "check_lines",
        "check_rows",
    ),
    "kap_model.calendars": ("to_ical",),
    "kap_model.breach": ("Breach", "Words"),
    "kap_model.checking": ("check", "rules_under"),
    "kap_model.citations": ("Citation",),
    "kap_model.course": ("Course",),
    "kap_model.coverage": (
        "RuleCounts",
        "RuleCoverage",
        "rule_coverage",
    ),
    "kap_model.display.plans": ("timeline_svg",),
    "kap_model.documents.fees": (
        "dumps_fees",
        "load_fees",
        "loads_fees",
    ),
    "kap_model.documents.lists": (
        "dumps_slots",
        "dumps_waivers",
        "load_slots",
        "load_waivers",
        "loads_slots",
        "loads_waivers",
    ),
    "kap_model.documents.plans": (
        "dumps",
        "load",
        "loads",
    ),
    "kap_model.documents.protocols": (
        "dumps_protocol",
        "load_protocol",
        "loads_protocol",
    ),
    "kap_model.errors": (
        "DocumentError",
        "InputError",
        "InvalidValue",
        "NotationError",
        "NotGiven",
        "PlanningError",
        "PricingError",
        "Problem",
    ),
    "kap_model.forms.house_rules": ("HouseRule",),
    "kap_model.limits": (
        "Bounds",
        "Frequency",
        "Limits",
        "ReviewAfter",
        "ReviewEvery",
    ),
    "kap_model.money": ("Money",),
    "kap_model.notation": ("parse",),
    "kap_model.plan": (
        "Plan",
        "Supply",
    ),
    "kap_model.planning.completing": ("complete",),
    "kap_model.planning.changes": (
        "DatesChange",
        "HouseRuleChange",
        "LimitChange",
        "SeverityChange",
        "UsualChange",
    ),
    "kap_model.planning.differences": (
        "Difference",
        "diff",
    ),
    "kap_model.planning.drafting": ("draft",),
    "kap_model.planning.linting": (
        "LimitAtOdds",
        "Lint",
        "Remark",
        "RuleAtOdds",
        "Silent",
        "Stretch",
        "lint",
    ),
    "kap_model.planning.moves": (
        "Move",
        "allowed",
    ),
    "kap_model.planning.next_steps": ("next_steps",),
    "kap_model.planning.repairing": ("repair",),
    "kap_model.planning.results": (
        "Change",
        "Completion",
        "Repair",
    ),
    "kap_model.planning.steps": (
        "NextSteps",
        "Step",
    ),
    "kap_model.practices._practice": (
        "Fact",
        "Practice",
        "Published",
    ),
    "kap_model.pricing.codes": (
        "PSYCHOTHERAPY_BANDS",
        "Provider",
        "TimeBand",
    ),
    "kap_model.pricing.comparison": (
        "ComparedRow",
        "Comparison",
        "compare",
    ),
    "kap_model.pricing.estimates": (
        "Estimate",
        "EstimateEnd",
        "estimate",
    ),
    "kap_model.pricing.good_faith": (
        "Dispute",
        "GoodFaithEstimate",
        "GoodFaithLine",
        "GoodFaithProvider",
        "disputable",
        "good_faith_estimate",
    ),
    "kap_model.pricing.good_faith_rules": (
        "GOOD_FAITH",
        "GoodFaithRules",
        "good_faith_due",
    ),
    "kap_model.pricing.instalments": (
        "Instalment",
        "Instalments",
        "instalments",
    ),
    "kap_model.pricing.quotes": (
        "Quote",
        "QuoteLine",
    ),
    "kap_model.pricing.quoting": ("quote",),
    "kap_model.pricing.reconciliation": (
        "ChargeMade",
        "ReconciledRow",
        "Reconciliation",
        "TotalCheck",
        "reconcile",
        "reconcile_total",
    ),
    "kap_model.pricing.reimbursement": (
        "Claimed",
        "Reimbursed",
        "Reimbursement",
        "reimbursement",
    ),
    "kap_model.pricing.superbills": (
        "Superbill",
        "SuperbillLine",
        "superbill",
    ),
    "kap_model.pricing.withdrawal": (
        "Settlement",
        "credit",
        "withdraw",
    ),
    "kap_model.protocol": (
        "CareProtocol",
        "Setting",
    ),
    "kap_model.report": (
        "Finding",
        "Report",
    ),
    "kap_model.rules._rule": (
        "Case",
        "Example",
        "Rule",
        "rule",
    ),
    "kap_model.rules.catalogue": ("RULES",),
    "kap_model.sessions": (
        "AnySession",
        "Clinician",
        "Consultation",
        "Dosing",
        "EvaluationOutcome",
        "Format",
        "Integration",
        "Kind",
        "MedicalEvaluation",
        "MedicalReview",
        "Place",
        "Preparation",
        "ReviewOutcome",
        "Session",
        "Status",
        "session",
    ),
    "kap_model.slots": ("OpenSlot",),
    "kap_model.usual": (
        "Usual",
        "UsualValue",
    ),
    "kap_model.waivers": ("Waiver",),
}

if not TYPE_CHECKING:  # what is computed, type checkers are not to see
    __all__, __getattr__, __dir__ = on_first_use(globals(), _HOMES)

"""A value of every public class, to try on each what is promised of all."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

import kap_model as kap
from support import SOURCE

PLAN = kap.parse("2027-01-04 E0- D1*")
REPORT = kap.check(PLAN, "kingsley")
COVERAGE = kap.rule_coverage([REPORT])
QUOTE = kap.quote(PLAN, "regrounding")
RULE = kap.RULES[0]
assert RULE.example is not None
PROBLEM = kap.Problem("$.id", "must be an id")
VALUES: dict[str, Any] = {
    "Bounds": kap.Bounds(6, 8),
    "Breach": REPORT.findings[0].breach,
    "CareProtocol": kap.practices.CORE.protocol,
    "Case": RULE.example.holds,
    "Case with facts": kap.Case("2027-01-04 D0", {"conditions": ["low"]}),
    "Citation": SOURCE,
    "Clinician": kap.Clinician("k-1", "therapist"),
    "Consultation": kap.parse("2027-01-04 C0").sessions[0],
    "Course": kap.Course.of(PLAN, None),
    "Course at a moment": kap.Course.of(PLAN, 1_800_000_000),
    "Dosing": PLAN.sessions[1],
    "Example": RULE.example,
    "Fact": kap.practices.KINGSLEY.facts[0],
    "Finding": REPORT.findings[0],
    "Frequency": kap.Frequency(2, 7),
    "Integration": kap.parse("2027-01-04 I0").sessions[0],
    "Limits": kap.practices.CORE.protocol.limits_on(None),
    "MedicalEvaluation": PLAN.sessions[0],
    "MedicalReview": kap.parse("2027-01-04 R0").sessions[0],
    "Money": QUOTE.total,
    "Plan": PLAN,
    "Practice": kap.practices.REGROUNDING,
    "Preparation": kap.parse("2027-01-04 P0").sessions[0],
    "Problem": PROBLEM,
    "Published": kap.practices.REGROUNDING.published(),
    "Published claims": kap.practices.KINGSLEY.published(),
    "Quote": QUOTE,
    "QuoteLine": QUOTE.lines[0],
    "Report": REPORT,
    "ReviewAfter": kap.ReviewAfter(1, "any-time"),
    "ReviewEvery": kap.ReviewEvery(3),
    "Rule": RULE,
    "Setting": kap.practices.CORE.protocol.settings[0],
    "Usual": kap.Usual(every=14, minutes=(("dosing", 180),), cited=(("every", SOURCE),)),
    "UsualValue": kap.UsualValue(name="minutes.dosing", value=180, citation=SOURCE),
    "Supply": kap.Supply(id="x1", issued="2027-01-06", dosings=2),
    "Waiver": kap.Waiver(rule="MODALITY", reason="r", by="b", on="2027-01-01"),
    "Words": kap.Words("Something is wrong."),
}
FORM_VALUES: dict[str, Any] = {
    "Allow": kap.forms.Allow("dosing", "place", "office"),
    "Count": kap.forms.Count("preparation", 1, 3, before="dosing"),
    "Follow": kap.forms.Follow("dosing", "integration", within=kap.forms.Within(1, 3, unit="days")),
    "Known": kap.forms.Known("dosing", "support_person"),
    "Length": kap.forms.Length("dosing", one_of=[60, 90]),
    "Order": kap.forms.Order("integration", after="dosing"),
    "Precede": kap.forms.Precede("dosing", "medical-review", back_to="previous"),
    "Rate": kap.forms.Rate("dosing", max=2, days=7),
    "Recur": kap.forms.Recur("medical-review", 3),
    "Selector": kap.forms.Selector(["dosing", "preparation"], place="remote", first=2),
    "Space": kap.forms.Space("dosing", min=1, max=3, unit="weeks"),
    "Span": kap.forms.Span("dosing", max=9, unit="weeks"),
    "Within": kap.forms.Within(max=72, unit="hours"),
}
VALUES["HouseRule"] = kap.HouseRule(
    "HOUSE-PACE",
    FORM_VALUES["Space"],
    severity={"below": "error", "above": "warning"},
    citation=SOURCE,
)
VALUES["HouseRule off"] = kap.HouseRule("HOUSE-PACE", "off", since="2028-01-01", citation=SOURCE)
VALUES["CareProtocol with house rules"] = kap.practices.CORE.protocol.extended(
    "own", rules=[VALUES["HouseRule"], VALUES["HouseRule off"]]
)
NO_VALUES = {
    # the base of sessions, errors, verbs and modules
    *("Session", "DocumentError", "InputError", "InvalidValue", "NotationError", "NotGiven"),
    "PricingError",
    *("GOOD_FAITH", "PSYCHOTHERAPY_BANDS"),
    *("AnySession", "session", "Kind", "Place", "Format", "Status"),
    *("EvaluationOutcome", "ReviewOutcome"),
    *("RULES", "__version__", "check", "parse", "practices", "rule", "load", "loads", "dumps"),
    *(
        "fees",
        "forms",
        "quote",
        "estimate",
        "compare",
        "credit",
        "withdraw",
        "superbill",
        "instalments",
    ),
    *("reimbursement", "reconcile", "reconcile_total"),
    *("disputable", "good_faith_due", "good_faith_estimate"),
    *("load_fees", "loads_fees", "dumps_fees"),
    *("PlanningError", "load_slots", "loads_slots", "dumps_slots"),
    *(
        "check_lines",
        "check_rows",
        "rule_coverage",
        "rules_under",
        "timeline_svg",
        "to_ical",
        "allowed",
        "complete",
        "diff",
        "draft",
        "lint",
        "next_steps",
        "repair",
    ),
    *("load_protocol", "loads_protocol", "dumps_protocol"),
    *("load_waivers", "loads_waivers", "dumps_waivers"),
}
USD, SHARE = kap.Money.of("5.00", "USD"), kap.fees.Share(percent="-8.25")
FLAT, NOTHING = kap.fees.Flat(amount=USD, minutes=50), kap.fees.Share(percent="0")
TIER, OPTION = kap.fees.Tier(minutes=90, amount=USD), kap.fees.Option(label="oral", rate=FLAT)
FEE_VALUES: dict[str, Any] = {
    "Adjustment": kap.fees.Adjustment(name="Tax", share=SHARE, citation=SOURCE),
    "ByLabel": kap.fees.ByLabel(label="route", options=[OPTION]),
    "Charge": FLAT.charge(50),
    "Claim": kap.fees.Claim(kind="dosing", scope=60),
    "Deposit": kap.fees.Deposit(name="Deposit", citation=SOURCE),
    "Fee": kap.fees.Fee(item="dosing", rate=FLAT, since="2027-01-01", citation=SOURCE),
    "FeeSchedule": kap.practices.REGROUNDING.fees,
    "FirstPart": kap.fees.FirstPart(minutes=60, first=USD, rest=USD),
    "Flat": FLAT,
    "Hourly": kap.fees.Hourly(amount=USD, published=kap.Bounds(90, 120)),
    "Missed": kap.fees.Missed(at_least=None, charge=NOTHING, citation=SOURCE),
    "Option": OPTION,
    "Package": kap.fees.Package(
        id="p",
        name="Two",
        price=USD,
        counts=[("dosing", 2)],
        together=[kap.fees.Together(kinds=["preparation", "integration"], count=3)],
        citation=SOURCE,
    ),
    "Periodic": kap.fees.Periodic(amount=USD, every="week"),
    "Scale": kap.fees.Scale(low=USD, high=USD),
    "Share": SHARE,
    "Tier": TIER,
    "Tiered": kap.fees.Tiered(tiers=[TIER]),
    "Together": kap.fees.Together(kinds=["preparation", "integration"], count=3),
    "Withdrawal": kap.fees.Withdrawal(stage="early", name="Early", owed=NOTHING, citation=SOURCE),
}
ESTIMATE = kap.estimate("regrounding")
COMPARISON = kap.compare(QUOTE, ESTIMATE.low.quote)
CHARGE = kap.ChargeMade(item="d1", amount=USD)
RECONCILIATION = kap.reconcile(QUOTE, [CHARGE])
PAPER = kap.good_faith_estimate(
    QUOTE,
    providers={"regrounding": "A practice"},
    client="c-17",
    issued="2027-01-01",
    scheduled="2027-01-01",
)
BILL = kap.superbill(
    kap.parse("2027-01-04 P0* D1*"),
    "regrounding",
    provider=kap.Provider(name="Clinician k-1"),
    client="c-17",
    codes={"preparation": "90834", "dosing": "90837"},
    claims=kap.practices.KINGSLEY.claims,
)
PAID = kap.reimbursement(
    BILL, allowed={"90834": USD, "90837": USD}, deductible_left=USD, coinsurance="30"
)
PUBLISHED = kap.practices.REGROUNDING.fees
assert PUBLISHED is not None
PARTS = kap.instalments(USD, 3, "2027-01-31")
WITHDRAWN = kap.withdraw(
    attrs.evolve(QUOTE, missing=()),
    attrs.evolve(PUBLISHED, withdrawals=[FEE_VALUES["Withdrawal"]]),
    "early",
    paid=USD,
)
VALUES |= {
    "ChargeMade": CHARGE,
    "Claimed": PAID.rows[0].claim,
    "ComparedRow": COMPARISON.rows[0],
    "Comparison": COMPARISON,
    "Dispute": kap.disputable(
        PAPER, {"regrounding": kap.Money.of("1000.00", "USD")}, billed="2027-02-01"
    )[0],
    "Estimate": ESTIMATE,
    "EstimateEnd": ESTIMATE.high,
    "GoodFaithEstimate": PAPER,
    "GoodFaithLine": PAPER.providers[0].lines[0],
    "GoodFaithProvider": PAPER.providers[0],
    "GoodFaithRules": PAPER.rules,
    "Instalment": PARTS.parts[0],
    "Instalments": PARTS,
    "Provider": BILL.provider,
    "Reconciliation": RECONCILIATION,
    "ReconciledRow": RECONCILIATION.rows[0],
    "Reimbursed": PAID.rows[0],
    "Reimbursement": PAID,
    "Settlement": WITHDRAWN,
    "Superbill": BILL,
    "SuperbillLine": BILL.lines[0],
    "TimeBand": kap.TimeBand(code="90834", lowest=38, highest=52, citation=SOURCE),
    "TotalCheck": kap.reconcile_total(USD, QUOTE),
}
COURSE, NOW = kap.parse("2027-01-04 C0* E2+ P7* D14*t D28"), "2027-01-20T00:00:00Z"
STEPS = kap.next_steps(COURSE, "kingsley", as_of=NOW)
MENDED = kap.repair(
    kap.parse("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 D56 I57 D70 I71 D84 I85")
)
TIGHT = kap.practices.CORE.protocol.extended(
    "tight",
    settings=[
        kap.Setting(limit="integration_count", value=kap.Bounds(max=5), citation=SOURCE),
        kap.Setting(limit="minimum_age", value=18, citation=SOURCE),
        kap.Setting(limit="minimum_age", value="off", since="2027-01-01", citation=SOURCE),
    ],
    severities={"AGE-MIN": "warning"},
)
DIFFERENCE = kap.diff("core", TIGHT, plan=COURSE)
LINT, FINE = kap.lint(TIGHT), kap.lint("kingsley")
VALUES |= {
    "Change": MENDED.changes[0],
    "Completion": kap.complete(COURSE, "kingsley", as_of=NOW),
    "DatesChange": kap.DatesChange(
        subject="dosing_count",
        since=None,
        until=dt.date(2027, 1, 1),
        before=None,
        after="at least 6",
    ),
    "Difference": DIFFERENCE,
    "HouseRuleChange": kap.HouseRuleChange(
        rule="HOUSE-PACE", before=None, after=VALUES["HouseRule"]
    ),
    "RuleAtOdds": kap.RuleAtOdds(
        rule="HOUSE-PACE", asks="One a week.", citation=VALUES["HouseRule"].citation
    ),
    "LimitAtOdds": LINT.stretches[0].conflict[0],
    "LimitChange": DIFFERENCE.limits[0],
    "LineResult": next(kap.check_lines([kap.dumps(COURSE)])),
    "Lint": LINT,
    "Move": kap.allowed(COURSE, kap.parse("2027-02-10 I0").sessions[0], as_of=NOW),
    "NextSteps": STEPS,
    "OpenSlot": kap.OpenSlot(start="2027-01-20T09:00:00Z", end="2027-01-20T12:00:00Z"),
    "Remark": kap.Remark(subject="minimum_age", says="it is never in force"),
    "Repair": MENDED,
    "RuleCounts": COVERAGE.rules[0],
    "RuleCoverage": COVERAGE,
    "SeverityChange": DIFFERENCE.severities[0],
    "UsualChange": kap.UsualChange(
        name="every", before=None, after=14, cited_before=None, cited_after=SOURCE
    ),
    "Silent": FINE.stretches[0].never[0],
    "Step": STEPS.steps[0],
    "Stretch": FINE.stretches[0],
}

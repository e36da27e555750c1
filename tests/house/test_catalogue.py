"""The catalogue: complete, described, sourced, and each rule shown by two plans."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import kap_model as kap
from kap_model import rules
from kap_model.citations import (
    BRIEF,
    CONTRACT,
    KINGSLEY_PAGE,
    PRESCRIBER_QUESTIONS,
    REGROUNDING_PAGE,
)
from kap_model.examples import plan_of, protocol_of
from kap_model.limits import LIMITS
from kap_model.practices._built_in import BY_NAME
from kap_model.rules.catalogue import RULE_OF_ID

MODULES = [
    importlib.import_module(f"kap_model.rules.{found.name}")
    for found in pkgutil.iter_modules(rules.__path__)
    if not found.name.startswith("_") and found.name != "catalogue"
]
# The source documents of each rule: the brief, the Kingsley page, the Regrounding page, the medical
# partner's page for prescribers; none.
CATALOGUE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "SCREEN-FIRST": ("advice", "KR", ("consultation_first",)),
    "MED-CLEAR": ("error", "KR", ("evaluation_first",)),
    "ROLE-SCOPE": ("error", "KR", ("medical_roles", "therapist_roles")),
    "PREP-COUNT": ("error", "UKR", ("preparation_count",)),
    "PREP-ORDER": ("warning", "KR", ("preparation_before_dosing",)),
    "PREP-AFTER-SUPPLY": ("warning", "R", ("preparation_after_supply",)),
    "SUPPLY-BALANCE": ("error", "KR", ("initial_supply", "refill_supply")),
    "SUPPLY-INITIAL": ("error", "KR", ("initial_supply",)),
    "REFILL-REVIEW": ("error", "KR", ("refill_needs_review",)),
    "SUPPLY-ISSUED": ("error", "KR", ("evaluation_first",)),
    "DOSE-COUNT": ("error", "UR", ("dosing_count",)),
    "DOSE-DURATION": ("warning", "KR", ("dosing_minutes",)),
    "EFFECT-FIT": ("warning", "KR", ("effect_minutes", "processing_minutes")),
    "MODALITY": ("error", "KR", ("dosing_places", "formats")),
    "THERAPIST-PRESENT": ("error", "KR", ("therapist_present",)),
    "SUPPORT-PERSON": ("error", "R", ("support_person_when_remote",)),
    "DOSE-LEVEL": ("warning", "R", ("dose_levels",)),
    "DOSE-GAP": ("error", "", ("dosing_gap_days",)),
    "DOSE-FREQUENCY": ("error", "", ("dosing_frequency",)),
    "DOSE-CLOSE": ("advice", "J", ()),
    "DOSE-ROUTE": ("error", "", ("routes",)),
    "INTEG-EACH": ("error", "UKR", ("integration_per_dosing",)),
    "INTEG-ORDER": ("advice", "KR", ("integration_after_dosing",)),
    "INTEG-COUNT": ("warning", "R", ("integration_count",)),
    "INTEG-WINDOW": ("warning", "", ("integration_window_hours",)),
    "THERAPY-LENGTH": ("advice", "R", ("therapy_minutes",)),
    "REVIEW-AFTER": ("error", "KR", ("review_after",)),
    "REVIEW-QUARTER": ("error", "UKR", ("review_every",)),
    "NO-OVERLAP": ("error", "", ()),
    "RECORD-OUTCOME": ("warning", "", ()),
    "AGE-MIN": ("error", "", ("minimum_age",)),
    "EXCLUSION": ("warning", "R", ("exclusions",)),
}
LETTER_OF = {
    BRIEF.title: "U",
    KINGSLEY_PAGE.title: "K",
    REGROUNDING_PAGE.title: "R",
    PRESCRIBER_QUESTIONS.title: "J",
}
each_rule = pytest.mark.parametrize("rule", kap.RULES, ids=lambda rule: rule.id)


def test_every_rule_that_is_defined_is_in_the_catalogue() -> None:
    assert MODULES
    for module in MODULES:
        defined = {value for value in vars(module).values() if isinstance(value, kap.Rule)}
        assert defined == set(module.RULES)
        assert defined <= set(kap.RULES)
    assert len(kap.RULES) == sum(len(module.RULES) for module in MODULES)


def test_the_order_and_the_ids_are_those_of_the_contract() -> None:
    assert [rule.id for rule in kap.RULES] == list(CATALOGUE)
    assert {id: rule.id for id, rule in RULE_OF_ID.items()} == {id: id for id in CATALOGUE}


@each_rule
def test_severity_sources_and_limits_are_those_of_the_contract(rule: kap.Rule) -> None:
    severity, letters, reads = CATALOGUE[rule.id]
    assert rule.severity == severity
    assert rule.reads == reads
    found = {LETTER_OF[cite.source] for cite in rule.cites if cite.source in LETTER_OF}
    assert found == set(letters)
    own = [cite for cite in rule.cites if cite.source == CONTRACT.title]
    assert bool(own) == (not letters)


@each_rule
def test_a_rule_is_described(rule: kap.Rule) -> None:
    assert re.fullmatch(r"[A-Z]+(-[A-Z]+)*", rule.id, re.ASCII)
    for text in (rule.says, rule.why):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
    assert rule.function.__doc__
    assert rule.cites
    assert len(set(rule.cites)) == len(rule.cites)


def test_every_limit_is_read_by_some_rule() -> None:
    read = {name for rule in kap.RULES for name in rule.reads}
    assert read == {spec.name for spec in LIMITS}


@each_rule
def test_a_rule_is_not_applicable_exactly_where_all_its_limits_are_unset(rule: kap.Rule) -> None:
    plan = kap.parse("2027-01-04 C0 E2 P7 D14 I15")
    assert rule.example is not None
    judged = protocol_of(rule.example)
    assert kap.check(plan, judged).rules[rule.id] != "not-applicable"
    without = kap.check(plan, kap.CareProtocol(id="nothing"))
    assert (without.rules[rule.id] == "not-applicable") == bool(rule.reads)


@each_rule
def test_the_example_that_holds_has_no_finding_at_all(rule: kap.Rule) -> None:
    assert rule.example is not None
    case = rule.example.holds
    report = kap.check(plan_of(case), protocol_of(rule.example), as_of=case.as_of)
    assert [str(finding) for finding in report.findings] == []
    assert report.rules[rule.id] == "satisfied"


@each_rule
def test_the_example_that_breaks_has_findings_of_that_rule_alone(rule: kap.Rule) -> None:
    assert rule.example is not None
    case = rule.example.breaks
    report = kap.check(plan_of(case), protocol_of(rule.example), as_of=case.as_of)
    assert {finding.rule for finding in report.findings} == {rule.id}


@each_rule
def test_the_two_examples_are_judged_alike_and_differ(rule: kap.Rule) -> None:
    assert rule.example is not None
    example = rule.example
    assert example.under in BY_NAME
    assert example.holds != example.breaks
    protocol = protocol_of(example)
    base = BY_NAME[example.under].protocol
    assert (protocol == base) == (not example.limits)


@each_rule
def test_a_rule_asks_nothing_where_its_limits_are_unset(rule: kap.Rule) -> None:
    assert rule.example is not None
    plan = plan_of(rule.example.breaks)
    report = kap.check(plan, kap.CareProtocol(id="nothing"), as_of=rule.example.breaks.as_of)
    assert (rule.id in {finding.rule for finding in report.findings}) == (not rule.reads)
    if rule.reads:
        assert rule.function(kap.Course.of(plan, None), kap.Limits()) == []


@each_rule
def test_turning_its_limits_off_turns_the_rule_off(rule: kap.Rule) -> None:
    assert rule.example is not None
    off = [kap.Setting(limit=name, value="off", citation=rule.cites[0]) for name in rule.reads]
    protocol = protocol_of(rule.example).extended("off", settings=off)
    case = rule.example.breaks
    report = kap.check(plan_of(case), protocol, as_of=case.as_of)
    assert (report.rules[rule.id] == "not-applicable") == bool(rule.reads)
    assert (report.findings == ()) == bool(rule.reads)


def test_an_examples_facts_are_put_where_they_belong() -> None:
    case = kap.Case(
        "2027-01-04 C0 D1 S0>=2", {"born": "2009-01-06", "d1.level": "low", "d1.minutes": 7}
    )
    plan = plan_of(case)
    assert plan.born is not None
    assert plan.born.isoformat() == "2009-01-06"
    (dosing,) = plan.timeline.dosings
    assert (dosing.level, dosing.minutes) == ("low", 7)

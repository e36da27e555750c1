"""A rule is said never to fire exactly where no plan whatsoever breaks it."""

from __future__ import annotations

from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from breaking import breaking
from kap_model.limits import LONGEST
from kap_model.planning.silent_rules import cannot_fire, covered
from kap_model.practices import PRACTICES
from kap_model.testing import strategies as kst
from profiles import scaled, seeds
from support import limits
from wild import wild_moment, wild_plan, wild_protocol

BOTH = {"dosing_places": ["office", "remote"], "formats": ["group", "individual"]}
# Limits in document form, and the rule that they silence, if any.
EDGES: list[tuple[dict[str, Any], str, bool]] = [
    ({"preparation_count": {"min": 0}}, "PREP-COUNT", True),
    ({"preparation_count": {"min": 1}}, "PREP-COUNT", False),
    ({"preparation_count": {"min": 0, "max": 10_000}}, "PREP-COUNT", True),
    ({"preparation_count": {"max": 9_999}}, "PREP-COUNT", False),
    ({"dosing_count": {"max": 10_000}}, "DOSE-COUNT", True),
    ({"dosing_count": {"max": 9_999}}, "DOSE-COUNT", False),
    ({"dosing_count": {"min": 1, "max": 10_000}}, "DOSE-COUNT", False),
    ({"integration_count": {"max": LONGEST}}, "INTEG-COUNT", True),
    ({"integration_count": {"max": 9_999}}, "INTEG-COUNT", False),
    ({"dosing_minutes": {"min": 1}}, "DOSE-DURATION", True),
    ({"dosing_minutes": {"min": 2}}, "DOSE-DURATION", False),
    ({"dosing_minutes": {"min": 0, "max": 1440}}, "DOSE-DURATION", True),
    ({"dosing_minutes": {"max": 1439}}, "DOSE-DURATION", False),
    ({"therapy_minutes": {"min": 1, "max": 1440}}, "THERAPY-LENGTH", True),
    ({"therapy_minutes": {"min": 1, "max": 1439}}, "THERAPY-LENGTH", False),
    ({"therapy_minutes": {"min": 2, "max": 1440}}, "THERAPY-LENGTH", False),
    ({"effect_minutes": 1}, "EFFECT-FIT", True),
    ({"processing_minutes": 1}, "EFFECT-FIT", True),
    ({"effect_minutes": 1, "processing_minutes": 1}, "EFFECT-FIT", False),
    ({"effect_minutes": 2}, "EFFECT-FIT", False),
    (BOTH, "MODALITY", True),
    ({"formats": ["individual", "group"]}, "MODALITY", True),
    ({"dosing_places": ["remote", "office"]}, "MODALITY", True),
    (BOTH | {"formats": ["group"]}, "MODALITY", False),
    (BOTH | {"dosing_places": ["remote"]}, "MODALITY", False),
    ({"dosing_gap_days": {"max": 80_355}}, "DOSE-GAP", True),
    ({"dosing_gap_days": {"max": 80_354}}, "DOSE-GAP", False),
    ({"dosing_gap_days": {"max": 80_352}}, "DOSE-GAP", False),
    # Where clocks are set back over midnight, a later dosing has an earlier date.
    ({"dosing_gap_days": {"min": 0}}, "DOSE-GAP", False),
    ({"dosing_gap_days": {"min": 1}}, "DOSE-GAP", False),
    ({"dosing_gap_days": {"min": 40}}, "DOSE-GAP", False),
    ({"dosing_frequency": {"at_most": 10_000, "days": 1}}, "DOSE-FREQUENCY", True),
    ({"dosing_frequency": {"at_most": 9_999, "days": 1}}, "DOSE-FREQUENCY", False),
    ({"review_after": {"dosings": 10_001, "gate": "any-time"}}, "REVIEW-AFTER", True),
    ({"review_after": {"dosings": 10_000, "gate": "any-time"}}, "REVIEW-AFTER", False),
    ({"review_after": {"dosings": 10_000, "gate": "before-next"}}, "REVIEW-AFTER", True),
    ({"review_after": {"dosings": 9_999, "gate": "before-next"}}, "REVIEW-AFTER", False),
    # Without a date of birth, any age is unknown.
    ({"minimum_age": 0}, "AGE-MIN", False),
    ({"integration_window_hours": LONGEST}, "INTEG-WINDOW", False),
    ({"review_every": {"months": 120}}, "REVIEW-QUARTER", False),
    ({"review_every": {"months": 1, "policy": "calendar"}}, "REVIEW-QUARTER", False),
    ({"initial_supply": LONGEST}, "SUPPLY-INITIAL", False),
    ({"initial_supply": LONGEST}, "SUPPLY-BALANCE", False),
    ({"refill_supply": LONGEST}, "SUPPLY-BALANCE", False),
]
SILENCED = [forms for forms, _, silent in EDGES if silent]


def fires(rule: str, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Any = None) -> bool:
    return rule in {one.rule for one in kap.check(plan, protocol, as_of=as_of).findings}


def applicable(limits: kap.Limits) -> set[str]:
    return {rule.id for rule in kap.RULES if rule.applies(limits)}


@pytest.mark.parametrize(("forms", "rule", "silent"), EDGES)
def test_both_sides_of_every_edge(forms: dict[str, Any], rule: str, *, silent: bool) -> None:
    protocol = limits(**forms)
    found = protocol.limits_on(None)
    assert (rule in cannot_fire(found)) is silent
    if not silent:
        assert fires(rule, breaking(rule, found), protocol)


@pytest.mark.parametrize(
    ("protocol", "never", "by_another"),
    [
        ("core", ["MODALITY"], {}),
        ("kingsley", ["MODALITY"], {"EFFECT-FIT": "DOSE-DURATION"}),
        ("regrounding", ["MODALITY"], {"EFFECT-FIT": "DOSE-DURATION"}),
    ],
)
def test_the_silent_rules_of_the_built_in_practices(
    protocol: str, never: list[str], by_another: dict[str, str]
) -> None:
    found = kap.practices.BY_NAME[protocol].protocol.limits_on(None)
    assert list(cannot_fire(found)) == never
    assert covered(found) == by_another


@pytest.mark.parametrize("practice", PRACTICES, ids=lambda practice: practice.id)
def test_every_other_rule_of_a_built_in_practice_fires_somewhere(practice: kap.Practice) -> None:
    found = practice.protocol.limits_on(None)
    for rule in applicable(found) - set(cannot_fire(found)):
        assert fires(rule, breaking(rule, found), practice.protocol)


@settings(max_examples=scaled(50))
@given(kst.protocols(dated=False))
def test_every_rule_that_is_not_named_fires_somewhere(protocol: kap.CareProtocol) -> None:
    found = protocol.limits_on(None)
    for rule in applicable(found) - set(cannot_fire(found)):
        assert fires(rule, breaking(rule, found), protocol)


def silenced(random: Random) -> kap.CareProtocol:
    """A protocol that silences some rules."""
    base = random.choice((kap.CareProtocol(id="nothing"), wild_protocol(random)))
    lines: dict[str, kap.Setting] = {}
    for forms in random.sample(SILENCED, 4):
        lines |= {line.limit: line for line in limits(**forms).settings}
    kept = [line for line in base.settings if line.limit not in lines and line.since is None]
    return attrs.evolve(base, settings=[*kept, *lines.values()])


@pytest.mark.parametrize("seed", seeds(8))
def test_a_rule_that_is_named_says_nothing_of_any_plan(seed: int) -> None:
    random, named = Random(seed), 0
    for _ in range(60):
        protocol, plan = silenced(random), wild_plan(random)
        never = cannot_fire(protocol.limits_on(None))
        report = kap.check(plan, protocol, as_of=wild_moment(random, plan))
        assert never.keys() <= applicable(protocol.limits_on(None))
        assert never.keys().isdisjoint(one.rule for one in report.findings)
        named += len(never)
    assert named > 60


@settings(max_examples=scaled(60))
@given(kst.protocols(dated=False), kst.plans(), kst.moments())
def test_no_plan_of_any_kind_breaks_a_rule_that_is_named(
    protocol: kap.CareProtocol, plan: kap.Plan, as_of: Any
) -> None:
    report = kap.check(plan, protocol, as_of=as_of)
    assert cannot_fire(protocol.limits_on(None)).keys().isdisjoint(f.rule for f in report.findings)


# --- Rules that another one covers --------------------------------------------------------------


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ({"dosing_minutes": {"min": 70}, "effect_minutes": 70}, {"EFFECT-FIT": "DOSE-DURATION"}),
        ({"dosing_minutes": {"min": 69}, "effect_minutes": 70}, {}),
        ({"dosing_minutes": {"max": 90}, "effect_minutes": 70}, {}),
        ({"effect_minutes": 70}, {}),
        ({"dosing_minutes": {"min": 70}}, {}),
        # What can never fire needs no other to cover it.
        ({"dosing_minutes": {"min": 70}, "effect_minutes": 1}, {}),
        (
            {"dosing_gap_days": {"min": 7}, "dosing_frequency": {"at_most": 2, "days": 14}},
            {"DOSE-FREQUENCY": "DOSE-GAP"},
        ),
        ({"dosing_gap_days": {"min": 7}, "dosing_frequency": {"at_most": 2, "days": 15}}, {}),
        ({"dosing_gap_days": {"max": 7}, "dosing_frequency": {"at_most": 2, "days": 1}}, {}),
        ({"dosing_gap_days": {"min": 7}}, {}),
        ({"dosing_frequency": {"at_most": 2, "days": 14}}, {}),
    ],
)
def test_rules_that_another_one_covers(forms: dict[str, Any], expected: dict[str, str]) -> None:
    assert covered(limits(**forms).limits_on(None)) == expected


@given(
    least=st.integers(0, 9),
    at_most=st.integers(1, 4),
    days=st.integers(1, 20),
    dates=st.lists(st.integers(0, 30), max_size=8),
)
def test_where_dosings_crowd_a_covering_gap_is_broken_too(
    least: int, at_most: int, days: int, dates: list[int]
) -> None:
    protocol = limits(
        dosing_gap_days={"min": least}, dosing_frequency={"at_most": at_most, "days": days}
    )
    # A day too many at an even pace keeps the gap, and so tells both sides apart.
    even = [number * max(least, 1) for number in range(at_most + 1)]
    plans = [kap.parse(" ".join(["2027-01-04", *(f"D{n}" for n in on)])) for on in (dates, even)]
    is_covered = bool(covered(protocol.limits_on(None)))
    alone = [
        fires("DOSE-FREQUENCY", plan, protocol) and not fires("DOSE-GAP", plan, protocol)
        for plan in plans
    ]
    assert not (is_covered and any(alone))
    assert is_covered or least == 0 or alone[1]


def test_a_covered_rule_never_fires_alone() -> None:
    random, seen = Random(4), 0
    for _ in range(300):
        gap, effect = random.randrange(1, 8), random.randrange(40, 130)
        protocol = limits(
            dosing_minutes={"min": random.randrange(effect, 140)},
            effect_minutes=effect,
            dosing_gap_days={"min": gap},
            dosing_frequency={"at_most": 2, "days": random.randrange(1, 2 * gap + 1)},
        )
        plan = wild_plan(random)
        report = kap.check(plan, protocol, as_of=wild_moment(random, plan))
        fired = {finding.rule for finding in report.findings}
        by_another = covered(protocol.limits_on(None))
        assert set(by_another) == {"EFFECT-FIT", "DOSE-FREQUENCY"}
        assert all(by in fired for rule, by in by_another.items() if rule in fired)
        seen += len(by_another.keys() & fired)
    assert seen > 60

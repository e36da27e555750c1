"""Plans that break one rule: findings of that rule alone, in more than one way."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings, strategies as st

import kap_model as kap
from kap_model.examples import protocol_of
from kap_model.testing import strategies as kst
from kap_model.testing._breaking import BREAKS

CITE = kap.Citation("a test", "here")
IDS = [rule.id for rule in kap.RULES]
UNKNOWN = sorted(BREAKS["unknown"])
# The limits of these are kept by no course that breaks them and nothing else.
NEVER_ALONE: dict[str, set[str]] = {
    "core": {"MODALITY"},
    "kingsley": {"EFFECT-FIT", "MODALITY"},
    "regrounding": {"EFFECT-FIT", "MODALITY", "REVIEW-AFTER"},
}
how = settings(max_examples=20, phases=[Phase.generate], database=None)


def drawn(strategy: st.SearchStrategy[kap.Plan], examples: int = 20) -> list[kap.Plan]:
    plans: list[kap.Plan] = []

    @settings(how, max_examples=examples)
    @given(strategy)
    def draw(plan: kap.Plan) -> None:
        plans.append(plan)

    draw()
    return plans


def said(plan: kap.Plan, care: Any) -> set[tuple[str, str]]:
    return {(f.rule, f.verdict) for f in kap.check(plan, care).findings}


@cache
def broken(rule: str) -> list[kap.Plan]:
    return drawn(kst.plans_breaking(rule))


@pytest.mark.parametrize("rule", IDS)
def test_findings_are_of_that_rule_alone(rule: str) -> None:
    care = kst.protocol_breaking(rule)
    plans = broken(rule)
    verdict = "unknown" if rule == "RECORD-OUTCOME" else "violated"
    assert len(plans) == 20
    assert [said(plan, care) for plan in plans] == [{(rule, verdict)}] * 20
    assert len(set(plans)) >= 8
    assert len({plan.sessions[0].begins for plan in plans}) >= 3
    assert len({len(plan.sessions) for plan in plans}) >= 2


@pytest.mark.parametrize("rule", UNKNOWN)
def test_unknown_findings_of_that_rule_alone(rule: str) -> None:
    plans = drawn(kst.plans_breaking(rule, verdict="unknown"), 10)
    care = kst.protocol_breaking(rule)
    assert [said(plan, care) for plan in plans] == [{(rule, "unknown")}] * 10


def test_every_rule_of_the_catalogue_can_be_broken() -> None:
    assert {*BREAKS["violated"], "RECORD-OUTCOME"} == set(IDS)
    assert set(UNKNOWN) < set(IDS)


@pytest.mark.parametrize("name", ["core", "kingsley", "regrounding"])
def test_rules_under_the_built_in_practices(name: str) -> None:
    limits = kap.practices.BY_NAME[name].protocol.limits_on(None)
    for rule in kap.RULES:
        if rule.reads and limits.citations.keys().isdisjoint(rule.reads):
            with pytest.raises(kap.InvalidValue, match=f"protocol: sets no limit of {rule.id}"):
                kst.plans_breaking(rule.id, name)
        elif rule.id in NEVER_ALONE[name]:
            with pytest.raises(kap.PlanningError, match="rule: no course was found that breaks"):
                kst.plans_breaking(rule.id, name)
        else:
            (plan,) = drawn(kst.plans_breaking(rule.id, name), 1)
            assert plan.protocol == name
            assert {finding.rule for finding in kap.check(plan).findings} == {rule.id}


def test_the_usual_protocol_is_that_of_the_examples() -> None:
    for rule in kap.RULES:
        assert rule.example is not None
        assert kst.protocol_breaking(rule.id) == protocol_of(rule.example)
    assert kst.protocol_breaking("INTEG-EACH") == kap.practices.CORE.protocol
    (plan,) = drawn(kst.plans_breaking("SUPPORT-PERSON"), 1)
    assert plan.protocol == "regrounding"


def ways(rule: str, of: Callable[[kap.Plan], Any]) -> set[Any]:
    return {of(plan) for plan in broken(rule)}


def test_counts_are_broken_at_both_ends() -> None:
    found = ways("DOSE-COUNT", lambda p: len(p.timeline.dosings))
    assert min(found) < 6
    assert max(found) > 8
    found = ways("PREP-COUNT", lambda p: len(p.timeline.preparations))
    assert 0 in found
    assert max(found) > 4
    limit = kst.protocol_breaking("INTEG-COUNT").limits_on(None).integration_count
    assert limit is not None
    assert limit.max is not None
    assert min(ways("INTEG-COUNT", lambda p: len(p.timeline.integrations))) > limit.max


def test_lengths_are_broken_at_both_ends() -> None:
    found = ways("DOSE-DURATION", lambda p: frozenset(d.minutes for d in p.timeline.dosings))
    lengths = {minutes for each in found for minutes in each}
    assert min(lengths) < 60
    assert max(lengths) > 180
    assert len(lengths) > 6


def test_a_missing_clearance_has_several_reasons() -> None:
    def reason(plan: kap.Plan) -> Any:
        decided = [c.outcome for c in plan.timeline.contacts if c.outcome in ("ineligible", "stop")]
        return decided[0] if decided else len(plan.timeline.evaluations)

    assert ways("MED-CLEAR", reason) >= {"stop", "ineligible", 0}


def test_records_and_states_vary() -> None:
    assert len(ways("INTEG-EACH", lambda p: p.state)) >= 2
    statuses = ways("ROLE-SCOPE", lambda p: frozenset(s.status for s in p.sessions))
    assert len(statuses) >= 2
    assert len(ways("NO-OVERLAP", lambda p: p.timezone)) >= 2


def test_they_shrink_to_a_plain_course_that_breaks_the_rule() -> None:
    phases = [Phase.generate, Phase.shrink]
    plan = find(
        kst.plans_breaking("INTEG-EACH", "kingsley"),
        lambda _: True,
        settings=settings(phases=phases, database=None),
    )
    assert plan.notation == (
        "2027-01-04 America/Los_Angeles C0 E2 P7 D14 D28 I29 R41 D42 I43 D56 I57 D70 I71 D84 I85"
    )


def own(*lines: tuple[str, Any, str | None]) -> kap.CareProtocol:
    settings_of = [
        kap.Setting(limit=n, value=v, since=since, citation=CITE) for n, v, since in lines
    ]
    return kap.CareProtocol(id="own", settings=settings_of)


COURSE = ("dosing_count", kap.Bounds(3, 4), None)


@pytest.mark.parametrize(
    ("rule", "care"),
    [
        ("DOSE-COUNT", own(("dosing_count", kap.Bounds(2), None))),
        ("DOSE-COUNT", own(("dosing_count", kap.Bounds(max=2), None))),
        ("PREP-COUNT", own(COURSE, ("preparation_count", kap.Bounds(1), None))),
        ("PREP-COUNT", own(COURSE, ("preparation_count", kap.Bounds(max=1), None))),
        ("INTEG-COUNT", own(COURSE, ("integration_count", kap.Bounds(2), None))),
        ("INTEG-EACH", own(COURSE, ("integration_per_dosing", 3, None))),
        ("DOSE-GAP", own(COURSE, ("dosing_gap_days", kap.Bounds(7, 21), None))),
        ("DOSE-FREQUENCY", own(COURSE, ("dosing_frequency", kap.Frequency(1, 1), None))),
        ("MODALITY", own(COURSE, ("formats", ("group",), None))),
        ("MODALITY", own(COURSE, ("dosing_places", ("office",), None))),
        ("EFFECT-FIT", own(COURSE, ("processing_minutes", 30, None))),
        ("REVIEW-QUARTER", own(COURSE, ("review_every", kap.ReviewEvery(3, "calendar"), None))),
        ("REVIEW-AFTER", own(COURSE, ("review_after", kap.ReviewAfter(2, "any-time"), None))),
        ("ROLE-SCOPE", own(COURSE, ("therapist_roles", ("therapist",), None))),
        # Off for later courses, where a plain one that breaks the rule is taken.
        (
            "DOSE-GAP",
            own(
                COURSE,
                ("dosing_gap_days", kap.Bounds(7, 21), None),
                ("dosing_gap_days", "off", "2030-01-01"),
            ),
        ),
    ],
)
def test_protocols_of_ones_own(rule: str, care: kap.CareProtocol) -> None:
    plans = drawn(kst.plans_breaking(rule, care), 10)
    assert [said(plan, care) for plan in plans] == [{(rule, "violated")}] * 10
    assert {plan.protocol for plan in plans} == {None}


def test_a_rule_that_has_nothing_to_speak_of() -> None:
    with pytest.raises(kap.PlanningError, match="rule: no course was found"):
        kst.plans_breaking("PREP-ORDER", own(("preparation_before_dosing", True, None)))


class TestRefusals:
    @pytest.mark.parametrize("wrong", ["INTEG-ALL", "", "integ-each", 7, None])
    def test_a_rule_that_is_not_known(self, wrong: Any) -> None:
        for ask in (kst.plans_breaking, kst.protocol_breaking):
            with pytest.raises(kap.InvalidValue) as caught:
                ask(wrong)
            (problem,) = caught.value.problems
            assert problem.path == "rule"
            assert problem.reason.startswith("must be one of SCREEN-FIRST, MED-CLEAR")

    def test_a_protocol_that_is_none(self) -> None:
        with pytest.raises(kap.InvalidValue, match="protocol: must be a CareProtocol"):
            kst.plans_breaking("INTEG-EACH", "house")

    def test_a_protocol_without_the_rules_limits(self) -> None:
        with pytest.raises(kap.InvalidValue) as caught:
            kst.plans_breaking("DOSE-GAP", "core")
        assert str(caught.value) == (
            "protocol: sets no limit of DOSE-GAP, which reads dosing_gap_days"
        )

    @pytest.mark.parametrize(
        ("rule", "verdict"),
        [
            ("INTEG-EACH", "unknown"),
            ("INTEG-EACH", "pending"),
            ("RECORD-OUTCOME", "violated"),
            ("AGE-MIN", ""),
        ],
    )
    def test_a_verdict_that_the_rule_has_not(self, rule: str, verdict: Any) -> None:
        with pytest.raises(kap.InvalidValue, match="verdict: must be"):
            kst.plans_breaking(rule, verdict=verdict)

    def test_a_protocol_that_allows_no_course(self) -> None:
        impossible = kap.CareProtocol(
            id="own",
            settings=[
                kap.Setting(limit="dosing_minutes", value=kap.Bounds(60, 90), citation=CITE),
                kap.Setting(limit="effect_minutes", value=120, citation=CITE),
                kap.Setting(limit="dosing_count", value=kap.Bounds(1), citation=CITE),
            ],
        )
        with pytest.raises(kap.PlanningError, match="protocol: allows no course"):
            kst.plans_breaking("DOSE-COUNT", impossible)

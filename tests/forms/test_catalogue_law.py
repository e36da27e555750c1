"""Section 11.4: the rules of the catalogue that a form says, said by house rules.

Under any protocol and for any plan the house rules give the findings of the catalogue's rule, but
for id, citation and severities.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

import kap_model as kap
from kap_model.forms import (
    Allow,
    Count,
    Follow,
    Known,
    Length,
    Order,
    Precede,
    Rate,
    Recur,
    Selector,
    Space,
)
from kap_model.testing import strategies
from profiles import seeds
from wild import CITATION, wild_moment, wild_plan, wild_protocol

THERAPY = ("preparation", "dosing", "integration")
MEDICAL = ("medical-evaluation", "medical-review")


def _review_after(value: kap.ReviewAfter) -> Any:
    if value.gate == "before-next":
        each = Selector("dosing", nth=value.dosings + 1)
        return Precede(each, "medical-review", back_to="previous")
    return Follow(Selector("dosing", nth=value.dosings), "medical-review", until="ever")


def _review_every(value: kap.ReviewEvery) -> Any:
    months = value.months if value.policy == "rolling" else 3
    return Recur(MEDICAL, months, policy=value.policy)


def _each(value: int) -> Any:
    return Follow("dosing", "integration", min=value)


def _modality(limits: kap.Limits) -> list[Any]:
    forms: list[Any] = []
    if limits.formats is not None:
        forms.append(Allow(THERAPY, "format", limits.formats))
    if limits.dosing_places is not None:
        forms.append(Allow("dosing", "place", limits.dosing_places))
    return forms


def _roles(limits: kap.Limits) -> list[Any]:
    forms: list[Any] = []
    if limits.medical_roles is not None:
        forms.append(Allow(MEDICAL, "role", limits.medical_roles))
    if limits.therapist_roles is not None:
        forms.append(Allow(THERAPY, "role", limits.therapist_roles))
    return forms


def _effect(limits: kap.Limits) -> list[Any]:
    if limits.effect_minutes is None and limits.processing_minutes is None:
        return []
    least = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    return [Length("dosing", min=least)]


def of(name: str, make: Callable[[Any], Any]) -> Callable[[kap.Limits], list[Any]]:
    """A form made of one limit, where it is set."""

    def forms(limits: kap.Limits) -> list[Any]:
        value = getattr(limits, name)
        return [] if value is None else [make(value)]

    return forms


IN_FORMS: dict[str, Callable[[kap.Limits], list[Any]]] = {
    "SCREEN-FIRST": of(
        "consultation_first",
        lambda _: Precede(Selector("medical-evaluation", nth=1), "consultation"),
    ),
    "ROLE-SCOPE": _roles,
    "PREP-COUNT": of(
        "preparation_count", lambda b: Count("preparation", b.min, b.max, before="dosing")
    ),
    "PREP-ORDER": of(
        "preparation_before_dosing",
        lambda _: Order(Selector("preparation", phase="course"), before="dosing"),
    ),
    "DOSE-COUNT": of(
        "dosing_count", lambda b: Count(Selector("dosing", phase="course"), b.min, b.max)
    ),
    "DOSE-DURATION": of("dosing_minutes", lambda b: Length("dosing", min=b.min, max=b.max)),
    "EFFECT-FIT": _effect,
    "MODALITY": _modality,
    "THERAPIST-PRESENT": of(
        "therapist_present", lambda _: Known("dosing", "therapist_present", by="end")
    ),
    "SUPPORT-PERSON": of(
        "support_person_when_remote",
        lambda _: Known(Selector("dosing", place="remote"), "support_person"),
    ),
    "DOSE-LEVEL": of("dose_levels", lambda levels: Allow("dosing", "level", levels)),
    "DOSE-ROUTE": of("routes", lambda routes: Allow("dosing", "route", routes)),
    "DOSE-GAP": of(
        "dosing_gap_days",
        lambda b: Space(
            "dosing", Selector("dosing", phase="course"), min=b.min, max=b.max, unit="days"
        ),
    ),
    "DOSE-FREQUENCY": of("dosing_frequency", lambda f: Rate("dosing", max=f.at_most, days=f.days)),
    "INTEG-EACH": of("integration_per_dosing", _each),
    "INTEG-ORDER": of("integration_after_dosing", lambda _: Order("integration", after="dosing")),
    "INTEG-COUNT": of(
        "integration_count", lambda b: Count(Selector("integration", phase="course"), b.min, b.max)
    ),
    "INTEG-WINDOW": of(
        "integration_window_hours",
        lambda hours: Space("dosing", "integration", max=hours, unit="hours"),
    ),
    "THERAPY-LENGTH": of(
        "therapy_minutes", lambda b: Length(("preparation", "integration"), min=b.min, max=b.max)
    ),
    "REVIEW-AFTER": of("review_after", _review_after),
    "REVIEW-QUARTER": of("review_every", _review_every),
}
TWO_RULES = ("MODALITY", "ROLE-SCOPE")
"""Of these each side is compared session by session: two rules, one finding a session."""


def said(report: kap.Report, rules: set[str]) -> list[tuple[Any, ...]]:
    return [
        (one.verdict, one.sessions, one.opens, one.due)
        for one in report.findings
        if one.rule in rules
    ]


def severities_stated(report: kap.Report, rules: set[str]) -> list[Any]:
    return [one.breach.fixed_severity for one in report.findings if one.rule in rules]


def assert_the_same(plan: kap.Plan, protocol: kap.CareProtocol, as_of: Any) -> set[str]:
    """Compare each rule with its house rules; the rules that spoke."""
    judged = kap.check(plan, protocol, as_of=as_of)
    on = deciding(plan, protocol, as_of)
    made = {rule: make(on) for rule, make in IN_FORMS.items()}
    house = [
        kap.HouseRule(f"HOUSE-{rule}-{place}", form, citation=CITATION)
        for rule, forms in made.items()
        for place, form in enumerate(forms)
    ]
    # Nothing but the lines of the review's own limit is left of the protocol.
    rest = [s for s in protocol.settings if s.limit == "dosing_count"]
    ours = kap.CareProtocol(id="house", settings=rest, rules=house)
    answer = kap.check(plan, ours, as_of=as_of)
    spoke = set()
    for rule, forms in made.items():
        ids = {f"HOUSE-{rule}-{place}" for place in range(len(forms))}
        theirs, found = said(judged, {rule}), said(answer, ids)
        if rule in TWO_RULES:
            theirs, found = sorted(set(theirs), key=str), sorted(set(found), key=str)
        assert found == theirs, rule
        if rule not in TWO_RULES:
            assert severities_stated(answer, ids) == severities_stated(judged, {rule})
        assert all(one.message.endswith(".") for one in answer.findings)
        spoke |= {rule} if theirs else set()
    return spoke


def deciding(plan: kap.Plan, protocol: kap.CareProtocol, as_of: Any) -> kap.Limits:
    from kap_model._time import moment_of_judgement
    from kap_model.checking import limits_of

    instant = None if as_of is None else moment_of_judgement(as_of)
    return limits_of(protocol, kap.Course.of(plan, instant))


@pytest.mark.law
@pytest.mark.parametrize("part", seeds(10))
def test_house_rules_say_what_the_catalogue_says(part: int) -> None:
    spoke: set[str] = set()
    for seed in range(part * 120, part * 120 + 120):
        random = Random(seed)
        plan = wild_plan(random)
        as_of = wild_moment(random, plan)
        spoke |= assert_the_same(plan, wild_protocol(random), as_of)
    assert spoke == set(IN_FORMS)


@pytest.mark.law
@given(st.data())
def test_house_rules_say_it_of_drawn_plans_too(data: st.DataObject) -> None:
    plan = data.draw(strategies.plans())
    protocol = data.draw(strategies.protocols())
    as_of = data.draw(strategies.moments())
    assert_the_same(plan, protocol, as_of)

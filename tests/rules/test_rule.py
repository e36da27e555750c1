"""Rules as rows: the forms that say them, their sentences with figures, and how they are bound."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.forms import Allow, Count, Follow, Length, Precede, Selector
from kap_model.limits import Limits
from kap_model.rules._rule import form_rule
from kap_model.rules.catalogue import RULE_OF_ID
from support import SOURCE, limits, plan

CORE = kap.practices.CORE.protocol.limits_on(None)
KINGSLEY = kap.practices.KINGSLEY.protocol.limits_on(None)
REGROUNDING = kap.practices.REGROUNDING.protocol.limits_on(None)
OF_THEIR_OWN = {
    *("MED-CLEAR", "PREP-AFTER-SUPPLY", "SUPPLY-BALANCE", "SUPPLY-INITIAL", "REFILL-REVIEW"),
    *("SUPPLY-ISSUED", "DOSE-CLOSE", "NO-OVERLAP", "RECORD-OUTCOME", "AGE-MIN", "EXCLUSION"),
}
"""The rules that no form says (11.4)."""


def test_every_other_rule_is_said_by_forms() -> None:
    assert {rule.id for rule in kap.RULES if rule.makes is None} == OF_THEIR_OWN


@pytest.mark.parametrize(
    ("rule", "under", "forms"),
    [
        ("INTEG-EACH", CORE, (Follow("dosing", "integration"),)),
        ("PREP-COUNT", REGROUNDING, (Count("preparation", 1, 2, before="dosing"),)),
        ("DOSE-GAP", CORE, ()),
        ("MED-CLEAR", CORE, ()),
        (
            "REVIEW-AFTER",
            KINGSLEY,
            (Precede(Selector("dosing", nth=3), "medical-review", back_to="previous"),),
        ),
        (
            "ROLE-SCOPE",
            Limits(therapist_roles=("guide",)),
            (Allow(("preparation", "dosing", "integration"), "role", "guide"),),
        ),
        ("EFFECT-FIT", Limits(processing_minutes=30), (Length("dosing", min=30),)),
        ("EFFECT-FIT", Limits(effect_minutes=10**6, processing_minutes=1), None),
    ],
)
def test_a_rule_gives_its_forms_under_limits(rule: str, under: Limits, forms: Any) -> None:
    # No session is as long as the greatest figure that a form takes.
    assert RULE_OF_ID[rule].forms(under) == (forms or (() if forms == () else FOREVER))


FOREVER = (Length("dosing", min=10**6),)


@pytest.mark.parametrize(
    ("rule", "under", "says"),
    [
        ("PREP-COUNT", CORE, "There are 1 to 3 preparations before the first dosing."),
        ("INTEG-EACH", CORE, "After every dosing there is an integration before the next dosing."),
        (
            "REVIEW-QUARTER",
            CORE,
            "While treatment goes on there is a medical contact at least every 3 months.",
        ),
        ("DOSE-GAP", CORE, RULE_OF_ID["DOSE-GAP"].says),
        ("MED-CLEAR", CORE, RULE_OF_ID["MED-CLEAR"].says),
        ("NO-OVERLAP", CORE, "No two sessions overlap."),
    ],
)
def test_a_sentence_has_the_figures_of_its_limits(rule: str, under: Limits, says: str) -> None:
    assert RULE_OF_ID[rule].sentence(under) == says


def test_a_rule_of_ones_own_may_be_a_form_with_words_and_a_severity_above() -> None:
    def words(_: Any, limits: Limits, _form: Any, found: int, _first: Any) -> kap.Words:
        return kap.Words(f"{found} of {limits.dosing_count}.")

    @form_rule(
        "OWN",
        "So many dosings.",
        why="A reason.",
        severity="error",
        above="advice",
        cites=(SOURCE,),
        reads=("dosing_count",),
        words=words,
    )
    def own(bounds: kap.Bounds) -> Count:
        """As many as the limit says."""
        return Count("dosing", bounds.min, bounds.max)

    protocol = limits(dosing_count={"min": 1, "max": 1})
    report = kap.check(plan("D0 D1"), protocol, rules=(own,))
    (finding,) = report.findings
    assert (finding.severity, finding.message) == ("advice", "2 of 1.")
    (finding,) = kap.check(plan("C0"), protocol, rules=[own]).findings
    assert (finding.severity, finding.message) == ("error", "0 of 1.")
    assert own.function(kap.Course.of(plan("D0"), None), protocol.limits_on(None)) == []
    assert own.function.__doc__ == "As many as the limit says."


def test_a_severity_above_is_a_severity() -> None:
    with pytest.raises(kap.InvalidValue, match="above: must be one of error, warning, advice"):
        attrs.evolve(kap.RULES[0], above="bad")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [([],), (1,), "rules"])
def test_what_is_no_rule_is_refused_however_often_it_is_asked(given: Any) -> None:
    for _ in range(2):
        with pytest.raises(kap.InvalidValue, match="rules"):
            kap.check(plan("D0"), "core", rules=given)


def test_preparations_of_a_protocol_are_kept_for_the_very_rules() -> None:
    protocol = limits(dosing_count={"min": 2})
    for _ in range(100):  # more than are kept
        own = attrs.evolve(RULE_OF_ID["DOSE-COUNT"], id="OWN")
        for _ in range(2):
            report = kap.check(plan("D0"), protocol, rules=(own,))
            assert [finding.rule for finding in report.findings] == ["OWN"]
    assert len(kap.check(plan("D0"), protocol).findings) == 1
    rules = iter(kap.RULES)
    assert len(kap.check(plan("D0"), protocol, rules=rules).rules) == len(kap.RULES)
    assert kap.check(plan("D0"), protocol, rules=rules).rules == {}


@pytest.mark.parametrize(
    ("rule", "given", "says"),
    [
        (
            "SUPPLY-BALANCE",
            {"initial_supply": 2, "refill_supply": 1},
            (
                "The medicine available at each dosing covers all dosings so far: the first for 2 "
                "dosings and each refill for 1 dosing."
            ),
        ),
        (
            "SUPPLY-BALANCE",
            {"refill_supply": 3},
            (
                "The medicine available at each dosing covers all dosings so far: each refill for "
                "3 dosings."
            ),
        ),
        (
            "SUPPLY-INITIAL",
            {"initial_supply": 1},
            "The medicine issued before the first review after a dosing covers at most 1 dosing.",
        ),
        (
            "AGE-MIN",
            {"minimum_age": 18},
            "The client is at least 18 years old at the first medical evaluation.",
        ),
        (
            "EXCLUSION",
            {"exclusions": ["asthma", "psychosis"]},
            (
                "No recorded condition is asthma or psychosis, unless the medical partner found "
                "the client eligible."
            ),
        ),
    ],
)
def test_rules_that_no_form_says_have_figures_too(rule: str, given: Any, says: str) -> None:
    assert RULE_OF_ID[rule].sentence(limits(**given).limits_on(None)) == says


def test_rules_under_a_practice_are_the_catalogue_with_its_figures() -> None:
    rules = kap.rules_under("regrounding")
    assert [rule.id for rule in rules] == [rule.id for rule in kap.RULES]
    says = {rule.id: rule.says for rule in rules}
    assert says["PREP-COUNT"] == "There are 1 to 2 preparations before the first dosing."
    with pytest.raises(kap.InvalidValue, match="protocol"):
        kap.rules_under("nowhere")


def test_what_makes_a_rule_give_way_is_a_function() -> None:
    with pytest.raises(kap.InvalidValue, match="gives_way: must be a function"):
        attrs.evolve(kap.RULES[0], gives_way="bad")  # type: ignore[arg-type]


def test_medicine_comes_with_the_first_clearing_evaluation_though_another_ends_before() -> None:
    protocol = limits(initial_supply=2, evaluation_first=True)
    early, late = "E0@09:00/120 E0@09:30/30 D0@10:30", "E0@09:00/120 E0@09:30/30 D0@11:00"
    assert [f.rule for f in kap.check(plan(early), protocol).findings] == [
        *("SUPPLY-BALANCE", "NO-OVERLAP", "NO-OVERLAP")
    ]
    assert [f.rule for f in kap.check(plan(late), protocol).findings] == ["NO-OVERLAP"]

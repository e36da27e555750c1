"""A house rule as the engine asks it: a rule whose function is its form's."""

from __future__ import annotations

from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import HouseRule
from kap_model.rules._rule import Rule

OWN_REASON = "The practice asks for it."
"""Why, where a house rule states no reason."""


def rule_of(house: HouseRule, form: RuleForm) -> Rule:
    """A house rule beside those of the catalogue."""
    return Rule(
        house.id,
        house.sentence,
        house.why or OWN_REASON,
        house.severity_of("below"),
        (house.citation,),
        (),
        form.bound(),
        above=house.severity_of("above"),
        makes=lambda: form,
        action=house.action,
    )


def rules_of_house(rules: tuple[HouseRule, ...]) -> tuple[Rule, ...]:
    """House rules in force, in their order."""
    return tuple([rule_of(each, each.form) for each in rules if isinstance(each.form, RuleForm)])

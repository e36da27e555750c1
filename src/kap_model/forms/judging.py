"""A house rule as the engine asks it: a rule whose function is its form's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import attrs

from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Limits
from kap_model.rules._rule import Breach, Rule

OWN_REASON = "The practice asks for it."
"""Why, where a house rule states no reason."""


def rule_of(house: HouseRule, find: Callable[[Course, Limits], list[Breach]]) -> Rule:
    """A house rule beside those of the catalogue."""
    by_side = type(house.severity) is tuple
    return Rule(
        house.id,
        house.sentence,
        house.why or OWN_REASON,
        house.severity_of("below"),
        (house.citation,),
        (),
        partial(_on_sides, house, find) if by_side else find,
    )


def rules_of_house(rules: tuple[HouseRule, ...]) -> tuple[Rule, ...]:
    """House rules in force, in their order."""
    return tuple(
        [rule_of(each, each.form.find) for each in rules if isinstance(each.form, RuleForm)]
    )


def _on_sides(
    house: HouseRule,
    find: Callable[[Course, Limits], list[Breach]],
    course: Course,
    limits: Limits,
) -> list[Breach]:
    """Each breach with the severity of its side."""
    breaches = find(course, limits)
    return [attrs.evolve(each, severity=house.severity_of(each.side)) for each in breaches]

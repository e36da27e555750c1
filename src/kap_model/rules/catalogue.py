"""The catalogue: every built-in rule, family by family, in the order of findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from kap_model.forms._form import RuleForm
from kap_model.limits import Limits
from kap_model.rules import dosing, intake, integration, preparation, record, review, supply
from kap_model.rules._rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *intake.RULES,
    *preparation.RULES,
    *supply.RULES,
    *dosing.RULES,
    *integration.RULES,
    *review.RULES,
    *record.RULES,
)
"""Every built-in rule, in the order of findings."""

RULE_OF_ID: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in RULES})


@lru_cache(maxsize=64)
def catalogue_forms(limits: Limits) -> Mapping[str, tuple[RuleForm, ...]]:
    """What each rule asks under limits, by its id: the rules that are on and that forms say."""
    made = {rule.id: rule.forms(limits) for rule in RULES}
    return MappingProxyType({id: forms for id, forms in made.items() if forms})


SIDED: Final = frozenset({"PREP-COUNT", "DOSE-COUNT", "DOSE-GAP", "INTEG-COUNT"})
"""The rules whose limit can be missed on two sides, each with a severity of its own."""

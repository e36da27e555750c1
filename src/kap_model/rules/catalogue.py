"""The catalogue: every built-in rule, family by family, in the order of findings."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

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

SIDED: Final = frozenset({"PREP-COUNT", "DOSE-COUNT", "DOSE-GAP", "INTEG-COUNT"})
"""The rules whose limit can be missed on two sides, each with a severity of its own."""

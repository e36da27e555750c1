"""The rules: one sentence, its sources, the limits it reads, one pure function each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kap_model.rules import (
    conduct,
    dosing,
    intake,
    integration,
    issuing,
    preparation,
    record,
    review,
    spacing,
    supply,
)
from kap_model.rules._rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *intake.RULES,
    *preparation.RULES,
    *supply.RULES,
    *issuing.RULES,
    *dosing.RULES,
    *conduct.RULES,
    *spacing.RULES,
    *integration.RULES,
    *review.RULES,
    *record.RULES,
)
"""The catalogue: every built-in rule in the order of findings."""

RULE_OF_ID: Final[Mapping[str, Rule]] = MappingProxyType({rule.id: rule for rule in RULES})

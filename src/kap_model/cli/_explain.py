"""``kap-model explain`` and ``kap-model rules``."""

from __future__ import annotations

import argparse
import difflib
from typing import Any

from kap_model.cli._result import GOOD, UNUSABLE, Result, json_text
from kap_model.display.rule_text import rule_text
from kap_model.display.text import table
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULE_OF_ID, RULES


def explain(arguments: argparse.Namespace) -> Result:
    """One rule: its sentence, why, who says so, its limits, and two plans that differ in it."""
    rule = RULE_OF_ID.get(arguments.rule)
    if rule is None:
        near = difflib.get_close_matches(arguments.rule.upper(), RULE_OF_ID, n=1)
        hint = f"did you mean {near[0]}?" if near else "kap-model rules lists them"
        return Result(UNUSABLE, complaints=(f"RULE: must be the id of a rule; {hint}",))
    if arguments.format == "json":
        return Result(GOOD, json_text(_as_dict(rule)))
    return Result(GOOD, rule_text(rule) + "\n")


def list_rules(arguments: argparse.Namespace) -> Result:
    """Every rule with its severity and its sentence."""
    if arguments.format == "json":
        return Result(GOOD, json_text({"rules": [_as_dict(rule) for rule in RULES]}))
    rows = [(rule.id, rule.severity, rule.says) for rule in RULES]
    return Result(GOOD, "\n".join(table(rows)) + "\n")


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "says": rule.says,
        "why": rule.why,
        "citations": [citation.to_dict() for citation in rule.cites],
        "reads": list(rule.reads),
    }

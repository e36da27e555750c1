"""House rules, which a verb that does not follow them refuses, so that none passes over them."""

from __future__ import annotations

import datetime as dt

from kap_model.errors import PlanningError, Problem
from kap_model.protocol import CareProtocol


def house_rules_from(care: CareProtocol) -> tuple[str, ...]:
    """The ids of house rules that are in force on some date."""
    days = (dt.date.min, *care.changes)
    return tuple(dict.fromkeys(rule.id for each in days for rule in care.rules_on(each)))


def refuse_house_rules(care: CareProtocol, verb: str) -> None:
    """Refuse a protocol that has house rules in force on some date.

    Raises:
        PlanningError: It has; it names them.
    """
    named = house_rules_from(care)
    if named:
        raise PlanningError([Problem("protocol", in_force_reason(named, verb))])


def in_force_reason(named: tuple[str, ...], verb: str) -> str:
    """Why a verb refuses a protocol with these house rules."""
    rules = "the house rule" if len(named) == 1 else "the house rules"
    return f"has {rules} {', '.join(named)}, which {verb} cannot follow yet; check does"

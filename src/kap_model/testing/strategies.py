"""Hypothesis strategies, valid by construction: plans, protocols, waivers, money and fees."""

from kap_model.testing._fee_strategies import (
    claims,
    fee_schedules,
    hourly_rates,
    money,
    rates,
)
from kap_model.testing._plan_strategies import (
    TELLING_DATES,
    TELLING_ZONES,
    clinicians,
    identifiers,
    instants,
    lawful_plans,
    local_starts,
    moments,
    plans,
    sessions,
    supplies,
    texts,
    zones,
)
from kap_model.testing._protocol_strategies import (
    bounds,
    limit_values,
    protocols,
    settings,
    waivers,
)

__all__ = [
    "TELLING_DATES",
    "TELLING_ZONES",
    "bounds",
    "claims",
    "clinicians",
    "fee_schedules",
    "hourly_rates",
    "identifiers",
    "instants",
    "lawful_plans",
    "limit_values",
    "local_starts",
    "moments",
    "money",
    "plans",
    "protocols",
    "rates",
    "sessions",
    "settings",
    "supplies",
    "texts",
    "waivers",
    "zones",
]

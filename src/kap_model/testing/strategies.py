"""Hypothesis strategies, valid by construction: any plan, lawful plans, protocols, waivers."""

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
    "clinicians",
    "identifiers",
    "instants",
    "lawful_plans",
    "limit_values",
    "local_starts",
    "moments",
    "plans",
    "protocols",
    "sessions",
    "settings",
    "supplies",
    "texts",
    "waivers",
    "zones",
]

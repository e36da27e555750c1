"""Hypothesis strategies, valid by construction: plans, protocols, waivers, money, fees, slots.

Public, with the extra ``test``. ``st.from_type`` draws the library's types by them after nothing
but ``import kap_model``; the manual's page on testing says what each of them draws.
"""

from hypothesis import strategies as _st

from kap_model.slots import OpenSlot as _OpenSlot
from kap_model.testing._breaking_strategies import plans_breaking, protocol_breaking
from kap_model.testing._course_strategies import lawful_plans
from kap_model.testing._fee_strategies import (
    claims,
    fee_schedules,
    hourly_rates,
    rates,
)
from kap_model.testing._hypothesis import register as _register
from kap_model.testing._money_strategies import money
from kap_model.testing._plan_strategies import (
    TELLING_DATES,
    TELLING_ZONES,
    clinicians,
    identifiers,
    instants,
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
    citations,
    frequencies,
    limit_values,
    protocols,
    review_cycles,
    review_gates,
    settings,
    waivers,
)
from kap_model.testing._value_strategies import findings, open_slots, reports

_register()  # for who has turned Hypothesis' entry points off
# Not among the others: planning is loaded by now, and costs an import nothing.
_st.register_type_strategy(_OpenSlot, open_slots())

__all__ = [
    "TELLING_DATES",
    "TELLING_ZONES",
    "bounds",
    "citations",
    "claims",
    "clinicians",
    "fee_schedules",
    "findings",
    "frequencies",
    "hourly_rates",
    "identifiers",
    "instants",
    "lawful_plans",
    "limit_values",
    "local_starts",
    "moments",
    "money",
    "open_slots",
    "plans",
    "plans_breaking",
    "protocol_breaking",
    "protocols",
    "rates",
    "reports",
    "review_cycles",
    "review_gates",
    "sessions",
    "settings",
    "supplies",
    "texts",
    "waivers",
    "zones",
]

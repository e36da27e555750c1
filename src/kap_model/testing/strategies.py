"""Hypothesis strategies, valid by construction: plans, protocols, waivers, money, fees, slots.

Public, with the extra ``test``. ``st.from_type`` draws the library's types by them after nothing
but ``import kap_model``; the manual's page on testing says what each of them draws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.checking import check
from kap_model.citations import Citation
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Bounds, Frequency, Limits, ReviewAfter, ReviewEvery
from kap_model.money import Money
from kap_model.plan import Plan, Supply
from kap_model.practices._built_in import PRACTICES
from kap_model.practices._practice import Practice
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding, Report
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.sessions import KINDS, SESSION_CLASSES, Clinician, Session
from kap_model.slots import OpenSlot
from kap_model.testing._breaking import plans_breaking, protocol_breaking
from kap_model.testing._fees import claims, fee_schedules, hourly_rates, money, rates
from kap_model.testing._hypothesis import register
from kap_model.testing._lawful import lawful_plans
from kap_model.testing._plans import (
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
from kap_model.testing._protocols import (
    bounds,
    citations,
    frequencies,
    house_rules,
    limit_values,
    protocols,
    review_cycles,
    review_gates,
    settings,
    usual_values,
    waivers,
)
from kap_model.usual import Usual, UsualValue
from kap_model.waivers import Waiver

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
    "house_rules",
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
    "usual_values",
    "waivers",
    "zones",
]

_LONGEST: Final = 12 * 60  # minutes that a slot is open
_LATEST: Final = dt.datetime(2199, 12, 31, tzinfo=dt.UTC)
_NUMBERS: Final = st.integers(1, 999)


def open_slots() -> SearchStrategy[OpenSlot]:
    """Times of 1 minute to 12 hours in which sessions may be held, by either role or by one."""
    return st.builds(
        lambda start, minutes, role: OpenSlot(
            start=start, end=start + dt.timedelta(minutes=minutes), role=role
        ),
        instants().map(lambda start: min(start, _LATEST)),
        st.integers(1, _LONGEST),
        st.sampled_from((None, "therapist", "medical")),
    )


def reports() -> SearchStrategy[Report]:
    """Reports of any plan under any protocol, at any moment or at none, with up to two waivers."""
    return st.builds(
        lambda plan, protocol, as_of, accepted: check(
            plan, protocol, as_of=as_of, waivers=accepted
        ),
        plans(),
        protocols(),
        moments(),
        st.lists(waivers(), max_size=2),
    )


def findings() -> SearchStrategy[Finding]:
    """Findings of any rule, violated or unknown, as reports of courses that break it have them."""
    return st.sampled_from(RULES).flatmap(lambda rule: _findings(rule.id))


def _findings(rule: str) -> SearchStrategy[Finding]:
    protocol = protocol_breaking(rule)
    return (
        plans_breaking(rule)
        .map(lambda plan: check(plan, protocol).findings)
        .flatmap(st.sampled_from)
    )


def _sessions(kinds: tuple[str, ...]) -> SearchStrategy[Session]:
    """Sessions with ids of their own, so that several make a plan."""
    return _NUMBERS.flatmap(lambda number: sessions(f"s{number}", kinds=kinds))


def _supplies() -> SearchStrategy[Supply]:
    origins = st.dates(dt.date(1980, 1, 4), dt.date(2199, 6, 30))
    return st.tuples(origins, _NUMBERS).flatmap(lambda pair: supplies(pair[0], f"x{pair[1]}"))


def _limits() -> SearchStrategy[Limits]:
    return protocols(dated=False).map(lambda protocol: protocol.limits_on(None))


_STRATEGIES: Final[Mapping[type, Callable[[], SearchStrategy[Any]]]] = {
    Plan: plans,
    Session: lambda: _sessions(KINDS),
    **{cls: partial(_sessions, (kind,)) for cls, kind in zip(SESSION_CLASSES, KINDS, strict=True)},
    Supply: _supplies,
    Clinician: clinicians,
    CareProtocol: protocols,
    Setting: lambda: settings(dated=True),
    Limits: _limits,
    UsualValue: usual_values,
    Usual: lambda: protocols(dated=False).map(lambda protocol: protocol.usual_on(None)),
    Bounds: bounds,
    Frequency: frequencies,
    ReviewEvery: review_cycles,
    ReviewAfter: review_gates,
    Citation: citations,
    Waiver: waivers,
    Report: reports,
    Finding: findings,
    Rule: lambda: st.sampled_from(RULES),
    Practice: lambda: st.sampled_from(PRACTICES),
    Money: lambda: money(None),
    FeeSchedule: fee_schedules,
    OpenSlot: open_slots,
}


def strategy_of(cls: type) -> SearchStrategy[Any]:
    """The strategy of a type that ``st.from_type`` can draw."""
    return _STRATEGIES[cls]()


register()  # for who has turned Hypothesis' entry points off

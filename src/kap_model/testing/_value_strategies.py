"""Strategies of what is neither plan, protocol nor price: slots, reports and their findings."""

from __future__ import annotations

import datetime as dt
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.checking import check
from kap_model.planning import OpenSlot
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULES
from kap_model.testing._breaking_strategies import plans_breaking, protocol_breaking
from kap_model.testing._plan_strategies import instants, moments, plans
from kap_model.testing._protocol_strategies import protocols, waivers

_LONGEST: Final = 12 * 60  # minutes that a slot is open
_LATEST: Final = dt.datetime(2199, 12, 31, tzinfo=dt.UTC)


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

"""Which strategy draws which type of the library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model.citations import Citation
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Bounds, Frequency, Limits, ReviewAfter, ReviewEvery
from kap_model.money import Money
from kap_model.plan import Plan, Supply
from kap_model.practices import PRACTICES, Practice
from kap_model.protocol import CareProtocol, Setting
from kap_model.report import Finding, Report
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.sessions import KINDS, SESSION_CLASSES, Clinician, Session
from kap_model.testing import strategies as kst
from kap_model.waivers import Waiver

_NUMBERS: Final = st.integers(1, 999)


def _sessions(kinds: tuple[str, ...]) -> SearchStrategy[Session]:
    """Sessions with ids of their own, so that several make a plan."""
    return _NUMBERS.flatmap(lambda number: kst.sessions(f"s{number}", kinds=kinds))


def _supplies() -> SearchStrategy[Supply]:
    origins = st.dates(dt.date(1980, 1, 4), dt.date(2199, 6, 30))
    return st.tuples(origins, _NUMBERS).flatmap(lambda pair: kst.supplies(pair[0], f"x{pair[1]}"))


def _limits() -> SearchStrategy[Limits]:
    return kst.protocols(dated=False).map(lambda protocol: protocol.limits_on(None))


_STRATEGIES: Final[Mapping[type, Callable[[], SearchStrategy[Any]]]] = {
    Plan: kst.plans,
    Session: lambda: _sessions(KINDS),
    Supply: _supplies,
    Clinician: kst.clinicians,
    CareProtocol: kst.protocols,
    Setting: lambda: kst.settings(dated=True),
    Limits: _limits,
    Bounds: kst.bounds,
    Frequency: kst.frequencies,
    ReviewEvery: kst.review_cycles,
    ReviewAfter: kst.review_gates,
    Citation: kst.citations,
    Waiver: kst.waivers,
    Report: kst.reports,
    Finding: kst.findings,
    Rule: lambda: st.sampled_from(RULES),
    Practice: lambda: st.sampled_from(PRACTICES),
    Money: lambda: kst.money(None),
    FeeSchedule: kst.fee_schedules,
}


def strategy_of(cls: type) -> SearchStrategy[Any]:
    """The strategy of a type that is registered."""
    if cls in SESSION_CLASSES:
        return _sessions((KINDS[SESSION_CLASSES.index(cls)],))
    return _STRATEGIES[cls]()

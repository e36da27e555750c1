"""Strategies of protocols and waivers, valid by construction."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._values import check_choice, check_instance
from kap_model.citations import Citation
from kap_model.limits import (
    LIMIT_OF_NAME,
    LIMITS,
    OFF,
    Bounds,
    Frequency,
    LimitSpec,
    ReviewAfter,
    ReviewEvery,
)
from kap_model.practices._built_in import PRACTICES
from kap_model.protocol import CareProtocol, Setting
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.severities import SEVERITIES
from kap_model.testing._plans import LABELS, TELLING_DATES, texts
from kap_model.waivers import Waiver


def bounds(lowest: int = 0, highest: int = 12) -> SearchStrategy[Bounds]:
    """Ranges with either end open or not.

    Args:
        lowest: The least that an end may be, 0 or more.
        highest: The most.
    """
    number = st.integers(lowest, highest)
    closed = st.tuples(number, number).map(sorted)
    return st.one_of(
        number.map(lambda low: Bounds(low, None)),
        number.map(lambda high: Bounds(None, high)),
        closed.map(lambda pair: Bounds(*pair)),
    )


def frequencies() -> SearchStrategy[Frequency]:
    """At most 1 to 3 dosings in 1 to 30 days."""
    return st.builds(Frequency, at_most=st.integers(1, 3), days=st.integers(1, 30))


def review_cycles() -> SearchStrategy[ReviewEvery]:
    """A medical contact every 1 to 4 months, rolling in two of three."""
    policies = st.sampled_from(("rolling", "rolling", "calendar"))
    return st.builds(ReviewEvery, months=st.integers(1, 4), policy=policies)


def review_gates() -> SearchStrategy[ReviewAfter]:
    """A medical review after 1 to 4 dosings, before the next one or at any time."""
    gates = st.sampled_from(("before-next", "any-time"))
    return st.builds(ReviewAfter, dosings=st.integers(1, 4), gate=gates)


def citations() -> SearchStrategy[Citation]:
    """Citations of any source, in any place of it."""
    return st.builds(Citation, source=texts(), where=texts())


_VALUES: Final[dict[type, SearchStrategy[Any]]] = {
    Bounds: bounds(),
    Frequency: frequencies(),
    ReviewEvery: review_cycles(),
    ReviewAfter: review_gates(),
    int: st.integers(1, 80),
    bool: st.just(True),
    tuple: st.lists(st.sampled_from(LABELS), unique=True, min_size=1, max_size=3).map(tuple),
}
_NARROWER: Final[dict[str, SearchStrategy[Any]]] = {
    "dosing_minutes": bounds(1, 200),
    "therapy_minutes": bounds(1, 200),
    "dosing_gap_days": bounds(0, 40),
    "integration_per_dosing": st.integers(1, 3),
    "initial_supply": st.integers(1, 4),
    "refill_supply": st.integers(1, 4),
    "dosing_places": st.sampled_from((("office",), ("remote",), ("office", "remote"))),
    "formats": st.sampled_from((("individual",), ("group",), ("individual", "group"))),
    "minimum_age": st.integers(0, 60),
}


def _limit(spec: LimitSpec | str) -> LimitSpec:
    """A limit, or the one that has a name."""
    if isinstance(spec, str):
        check_choice(spec, "spec", LIMIT_OF_NAME)
        return LIMIT_OF_NAME[spec]
    check_instance(spec, "spec", LimitSpec)
    return spec


def limit_values(spec: LimitSpec | str) -> SearchStrategy[Any]:
    """Values that one limit may have, within what is usual or somewhat beyond.

    Args:
        spec: The limit, of ``kap_model.limits.LIMITS``, or its name.

    Raises:
        InvalidValue: There is no such limit.
    """
    limit = _limit(spec)
    return _NARROWER.get(limit.name, _VALUES[limit.cls])


def settings(spec: LimitSpec | str | None = None, dated: bool = False) -> SearchStrategy[Setting]:  # noqa: FBT001, FBT002 - reads as a switch
    """One line of a protocol for one limit, half of them off.

    Args:
        spec: The limit, of ``kap_model.limits.LIMITS``, or its name; absent: any.
        dated: Whether half of the lines have a date, of :data:`TELLING_DATES`.

    Raises:
        InvalidValue: There is no such limit.
    """
    if spec is None:
        return st.sampled_from(LIMITS).flatmap(lambda known: settings(known, dated))
    since = st.none() | st.sampled_from(TELLING_DATES) if dated else st.none()
    return st.builds(
        Setting,
        limit=st.just(_limit(spec).name),
        value=limit_values(spec) | st.just(OFF),
        since=since,
        citation=citations(),
    )


@st.composite
def protocols(draw: st.DrawFn, dated: bool = True) -> CareProtocol:  # noqa: FBT001, FBT002 - reads as a switch
    """Any protocol: a built-in one, or any choice of limits and severities over one or over none.

    Many allow no course at all. ``dated`` says whether lines may have dates, of
    :data:`TELLING_DATES`.
    """
    base = draw(st.none() | st.sampled_from(PRACTICES))
    if base is not None and draw(st.booleans()):
        return base.protocol
    lines: dict[tuple[str, dt.date | None], Setting] = {}
    for spec in draw(st.lists(st.sampled_from(LIMITS), max_size=30)):
        line = draw(settings(spec, dated=dated))
        lines[line.limit, line.since] = line
    severities = draw(
        st.dictionaries(
            st.sampled_from(sorted(RULE_OF_ID)),
            st.sampled_from(SEVERITIES),
            max_size=3,
        )
    )
    nothing = CareProtocol(id="own") if base is None else base.protocol
    return nothing.extended("own", settings=lines.values(), severities=severities)


@st.composite
def waivers(draw: st.DrawFn) -> Waiver:
    """Any waiver of a rule of the catalogue, from a date of 2006 to 2028 on.

    Half of them end within 90 days; half name a plan, or sessions ``s0`` to ``s15``.
    """
    on = draw(st.dates(dt.date(2006, 1, 1), dt.date(2028, 12, 31)))
    ids = st.lists(st.sampled_from([f"s{n}" for n in range(16)]), unique=True, min_size=1)
    return Waiver(
        rule=draw(st.sampled_from(sorted(RULE_OF_ID))),
        plan=draw(st.none() | st.sampled_from(("plan", "p-1"))),
        sessions=draw(st.none() | ids),
        reason=draw(texts()),
        by="k-1",
        on=on,
        until=draw(st.none() | st.integers(0, 90).map(lambda days: on + dt.timedelta(days=days))),
    )

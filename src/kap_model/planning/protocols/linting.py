"""``lint``: whether a protocol can be kept, and what in it says nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from kap_model.checking import ProtocolChoice, care_of
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.conflicts import smallest_conflict
from kap_model.planning.protocols.feasibility import (
    FIRST_START,
    LAST_START,
    TOGETHER,
    obstacle,
    some_course,
)
from kap_model.planning.protocols.lints import LimitAtOdds, Lint, Remark, Silent, Stretch
from kap_model.planning.protocols.never import cannot_fire, covered
from kap_model.planning.selection import kept
from kap_model.protocol import CareProtocol, Setting
from kap_model.rules.catalogue import RULE_OF_ID, RULES

_USUAL: Final = dt.date(2027, 1, 4)
"""Where witnesses begin, where nothing else decides."""

# The dates of some zone on which sessions of these years may start.
_FIRST_LOCAL: Final = dt.date(1979, 12, 31)
_LAST_LOCAL: Final = dt.date(2200, 1, 1)

_NEVER_IN_FORCE: Final = "is never in force: no course begins before 1980 or after 2199"


def lint(protocol: ProtocolChoice) -> Lint:
    """Say whether a protocol can be kept, and which of its rules and lines say nothing.

    For each stretch of dates with limits of its own: a lawful course that begins in it, or the
    smallest set of limits in conflict; the rules that can never fire; the rules that are off.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.

    Raises:
        InvalidValue: The protocol is none of these.
    """
    care = care_of(protocol)
    spans = list(_spans(care))
    return Lint(
        protocol=care.id,
        stretches=[_stretch(span) for span in spans],
        remarks=[*_idle_lines(care), *_idle_severities(care, [span.limits for span in spans])],
    )


class _Span(NamedTuple):
    """Dates on which courses can begin, first and last, under the same limits."""

    since: dt.date | None
    first: dt.date
    last: dt.date
    limits: Limits


def _spans(care: CareProtocol) -> Iterator[_Span]:
    edges = [None, *(day for day in care.changes if FIRST_START < day <= LAST_START), None]
    since = None
    for start, end in pairwise(edges):
        limits = care.limits_on(start or FIRST_START)
        last = LAST_START if end is None else end - dt.timedelta(days=1)
        if end is None or care.limits_on(end) != limits:
            yield _Span(since, since or FIRST_START, last, limits)
            since = end


def _stretch(span: _Span) -> Stretch:
    limits = span.limits
    witness = _witness(span)
    conflict = () if witness is not None else _conflict(limits, span.first)
    return Stretch(
        since=span.since,
        witness=witness,
        conflict=[
            LimitAtOdds(limit=name, value=getattr(limits, name), citation=limits.citations[name])
            for name in conflict
        ],
        reason=None if witness is not None else _reason(limits, conflict, span.first),
        never=[Silent(rule=rule, reason=why) for rule, why in _in_order(cannot_fire(limits))],
        covered=[
            Silent(rule=rule, reason=f"where it fires, {by} fires too", covered_by=by)
            for rule, by in _in_order(covered(limits))
        ],
        off=[rule.id for rule in RULES if rule.id in _off(limits)],
    )


def _witness(span: _Span) -> Plan | None:
    """A lawful course of our days; else one from the first date, which leaves the most room."""
    usual = span.first if span.since is not None else min(_USUAL, span.last)
    found = some_course(span.limits, usual)
    return some_course(span.limits, span.first) if found is None else found


def _conflict(limits: Limits, start: dt.date) -> tuple[str, ...]:
    def feasible(names: frozenset[str]) -> bool:
        return some_course(kept(limits, names), start) is not None

    return smallest_conflict(limits.citations, feasible)


def _reason(limits: Limits, conflict: tuple[str, ...], start: dt.date) -> str:
    return obstacle(kept(limits, conflict), start) or TOGETHER


def _off(limits: Limits) -> frozenset[str]:
    unset = [r.id for r in RULES if r.reads and limits.citations.keys().isdisjoint(r.reads)]
    return frozenset(unset)


def _in_order(found: dict[str, str]) -> list[tuple[str, str]]:
    """By rule, in the order of the catalogue."""
    return [(rule.id, found[rule.id]) for rule in RULES if rule.id in found]


def _idle_lines(care: CareProtocol) -> Iterator[Remark]:
    for _, group in groupby(care.settings, key=attrgetter("limit")):
        lines = list(group)
        for line, following in pairwise(lines):
            # A limit's first line is in force before its date too.
            if following.since is not None and following.since <= _FIRST_LOCAL:
                yield _remark(line, _NEVER_IN_FORCE)
            if following.since is not None and following.since > _LAST_LOCAL:
                yield _remark(following, _NEVER_IN_FORCE)
            elif (following.value, following.citation) == (line.value, line.citation):
                yield _remark(following, "repeats the line before it")


def _remark(line: Setting, says: str) -> Remark:
    return Remark(subject=line.limit, since=line.since, says=says)


def _idle_severities(care: CareProtocol, stretches: list[Limits]) -> Iterator[Remark]:
    for rule, _ in care.severities:
        if rule not in RULE_OF_ID:
            yield Remark(subject=rule, says="is no rule of the catalogue; each check must give it")
        elif all(rule in _off(limits) for limits in stretches):
            yield Remark(subject=rule, says="has a severity set, and is off throughout")

"""Supply for the fused rules: inferred from decisions, or tracked by dates."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from zoneinfo import ZoneInfo

from fused_contacts import missing
from fused_form import (
    ADVERSE,
    CLEAR,
    DOSING,
    NEVER,
    NO_OUTCOME,
    PENDING,
    PREP_AFTER_SUPPLY,
    PREPARATION,
    REFILL_REVIEW,
    REVIEW,
    SUPPLY_BALANCE,
    SUPPLY_INITIAL,
    SUPPLY_ISSUED,
    Found,
    FusedLimits,
    FusedPlan,
    Standings,
    SupplyRow,
)
from fused_time import end_of_day, start_of_day, today


def inferred_supply(plan: FusedPlan) -> tuple[int, int, int]:
    """When a clearing evaluation ends, when the first medicine is there, when more is."""
    if plan.supplies is not None:
        return NEVER, NEVER, NEVER
    clearing = [row[3] for row in plan.clearing_evaluations]
    if not clearing:
        return NEVER, NEVER, NEVER
    after = plan.dosings[0][3]
    refills = [row[3] for row in plan.clearing_reviews if row[0] >= after]
    return min(clearing), clearing[0], min(refills, default=NEVER)


def tracked_supply(
    plan: FusedPlan,
    supplies: list[SupplyRow],
    limits: FusedLimits,
    judged: int | None,
    standings: Standings,
    found: list[Found],
) -> None:
    """Every rule that reads the dates of tracked supplies."""
    arrivals = sorted([(row[2], row[3]) for row in supplies if row[2] != NEVER])
    _arrivals(plan, arrivals, limits, judged, found)
    if supplies:
        _issues(plan, supplies, limits, judged, found)
        for row in supplies:
            _issue(row[0], plan.zone, judged, standings, found)


def _arrivals(
    plan: FusedPlan,
    arrivals: list[tuple[int, int]],
    limits: FusedLimits,
    judged: int | None,
    found: list[Found],
) -> None:
    if limits.preparation_after_supply:
        first = arrivals[0][0] if arrivals else NEVER
        for row, day in zip(plan.preparations, plan.days(PREPARATION), strict=True):
            if first > day:
                verdict = _by_end_of(day, plan.zone, judged)
                found.append((PREP_AFTER_SUPPLY, verdict, None, (row[2],)))
    days = [day for day, _ in arrivals]
    covered = [0, *accumulate(dosings for _, dosings in arrivals)]
    for number, (row, day) in enumerate(zip(plan.dosings, plan.days(DOSING), strict=True), 1):
        if covered[bisect_right(days, day)] < number:
            verdict = _by_end_of(day, plan.zone, judged)
            found.append((SUPPLY_BALANCE, verdict, None, (row[2],)))


def _issues(
    plan: FusedPlan,
    supplies: list[SupplyRow],
    limits: FusedLimits,
    judged: int | None,
    found: list[Found],
) -> None:
    first_end = plan.dosings[0][3] if plan.dosings else NEVER
    reviews = list(zip(plan.reviews, plan.days(REVIEW), strict=True))
    before = next((day for row, day in reviews if row[0] >= first_end), NEVER)
    until = NEVER if judged is None else today(judged, plan.zone)
    if sum([row[3] for row in supplies if row[0] < before and row[0] <= until]) > limits.supply:
        found.append((SUPPLY_INITIAL, "violated", None, ()))
    first = supplies[0][0]
    earliest = min([d for row, d in reviews if row[6] <= NO_OUTCOME and d > first], default=NEVER)
    for issued, *_ in supplies:
        if first < issued < earliest:
            opens = 0 if judged is None else start_of_day(first + 1, plan.zone)
            verdict = _by_end_of(issued, plan.zone, judged, opens)
            found.append((REFILL_REVIEW, verdict, None, ()))


def _issue(
    day: int, zone: ZoneInfo, judged: int | None, standings: Standings, found: list[Found]
) -> None:
    ends, states, deciders = standings
    closes = end_of_day(day, zone)
    place = bisect_right(ends, closes)
    state, decider = states[place], deciders[place]
    if state == CLEAR:
        return
    if decider is None:
        found.append((SUPPLY_ISSUED, missing(judged, closes), None, ()))
        return
    certain = False
    if state in ADVERSE:
        certain = states[bisect_right(ends, start_of_day(day, zone))] != CLEAR
    elif state == PENDING:
        certain = judged is None or day <= today(judged, zone)
    verdict = "violated" if certain else "unknown"
    found.append((SUPPLY_ISSUED, verdict, None, (decider[2],)))


def _by_end_of(day: int, zone: ZoneInfo, judged: int | None, opens: int = 0) -> str:
    return "violated" if judged is None else missing(judged, end_of_day(day, zone), opens)

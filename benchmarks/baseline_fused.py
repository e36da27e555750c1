"""The rules fused by hand: integers and tuples, as few passes as the rules allow.

What the library's design is measured against. Here no rule is a thing of its own, and no finding
carries a text, a window or a citation. Limits that neither practice sets are left out.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_left
from operator import itemgetter
from typing import Final

from fused_contacts import (
    exclusions,
    first_review,
    missing,
    quarterly_reviews,
    standings_of,
)
from fused_form import (
    ACTIVE,
    ADVERSE,
    CLEAR,
    COMPLETED,
    CONSULTATION,
    DISCONTINUED,
    DOSE_COUNT,
    DOSE_DURATION,
    DOSE_LEVEL,
    DOSING,
    EFFECT_FIT,
    EVALUATION,
    INTEG_COUNT,
    INTEG_EACH,
    INTEG_ORDER,
    MED_CLEAR,
    MEDICAL_ROLE,
    MODALITY,
    NAMED,
    NO_OUTCOME,
    NO_OVERLAP,
    NOBODY,
    PENDING,
    PLANNED,
    PREP_AFTER_SUPPLY,
    PREP_ORDER,
    RECORD_OUTCOME,
    REVIEW,
    RULES,
    SCREEN_FIRST,
    SUPPLY_BALANCE,
    SUPPORT_PERSON,
    THERAPIST_PRESENT,
    THERAPIST_ROLE,
    THERAPY_LENGTH,
    TOO_FEW_PREPARATIONS,
    TOO_MANY_PREPARATIONS,
    Finding,
    Found,
    FusedLimits,
    FusedPlan,
    Standings,
)
from fused_supply import inferred_supply, tracked_supply

_code: Final = itemgetter(0)


def check(plan: FusedPlan, limits: FusedLimits, as_of: dt.datetime | None) -> list[Finding]:
    """Every finding as rule, verdict, severity and session ids, in catalogue order."""
    at = None if as_of is None else math.floor(as_of.timestamp())
    judged = at if plan.state == ACTIVE else None
    known = plan.latest_completed if at is None else at
    standings = standings_of(plan, at, known)
    asks = plan.state != DISCONTINUED and standings[1][-1] not in ADVERSE
    found: list[Found] = []
    _every_session(plan, limits, at, known, found)
    _roles(plan, limits, found)
    _intake(plan, judged, found)
    _preparations(plan, limits, judged, found, asks=asks)
    if plan.dosings:
        _every_dosing(plan, limits, at, known, standings, found)
        first_review(plan, limits, judged, found, asks=asks)
        quarterly_reviews(plan, limits, judged, standings, found)
    _counts(plan, limits, judged, found, asks=asks)
    if plan.supplies is not None:
        tracked_supply(plan, plan.supplies, limits, judged, standings, found)
    if plan.conditions:
        exclusions(plan, limits, at, found)
    if len(found) > 1:
        found.sort(key=_code)
    severities = limits.severities
    return [(RULES[c], verdict, stated or severities[c], ids) for c, verdict, stated, ids in found]


def _every_session(  # noqa: C901, PLR0912 - fused on purpose
    plan: FusedPlan, limits: FusedLimits, at: int | None, known: int | None, found: list[Found]
) -> None:
    """Records, overlaps, modality and lengths of therapy, in canonical order."""
    active = plan.state == ACTIVE
    formats, places = limits.formats, limits.places
    shortest, longest = limits.therapy_minutes
    latest, latest_name = 0, ""
    for begins, rank, name, ends, minutes, status, outcome, _, remote, group, _ in plan.sessions:
        if status == COMPLETED:
            if at is not None and begins > at:
                found.append((RECORD_OUTCOME, "violated", "error", (name,)))
            elif outcome == NO_OUTCOME:
                found.append((RECORD_OUTCOME, "unknown", None, (name,)))
        elif status == PLANNED:
            if not active:
                found.append((RECORD_OUTCOME, "unknown", None, (name,)))
                continue
            if known is not None and ends <= known:
                found.append((RECORD_OUTCOME, "unknown", None, (name,)))
        else:
            continue
        if begins < latest:
            found.append((NO_OVERLAP, "violated", None, (latest_name, name)))
        if ends > latest:
            latest, latest_name = ends, name
        if 1 < rank < 5:
            if not formats[group] or (rank == DOSING and not places[remote]):
                found.append((MODALITY, "violated", None, (name,)))
            if rank != DOSING and not shortest <= minutes <= longest:
                found.append((THERAPY_LENGTH, "violated", None, (name,)))


def _roles(plan: FusedPlan, limits: FusedLimits, found: list[Found]) -> None:
    for row in plan.attended:
        if row[1] in (EVALUATION, REVIEW):
            if row[7] not in limits.medical_roles:
                found.append((MEDICAL_ROLE, "violated", None, (row[2],)))
        elif row[1] != CONSULTATION and row[7] not in limits.therapist_roles:
            found.append((THERAPIST_ROLE, "violated", None, (row[2],)))


def _intake(plan: FusedPlan, judged: int | None, found: list[Found]) -> None:
    if not plan.evaluations:
        return
    first = plan.evaluations[0]
    for row in plan.consultations:
        if row[3] <= first[0]:
            return
    found.append((SCREEN_FIRST, missing(judged, first[0]), None, (first[2],)))


def _preparations(
    plan: FusedPlan, limits: FusedLimits, judged: int | None, found: list[Found], *, asks: bool
) -> None:
    preparations, (fewest, most) = plan.preparations, limits.preparation_count
    if plan.dosings:
        first = plan.dosings[0]
        before = [row[2] for row in preparations if row[3] <= first[0]]
        if len(before) < fewest:
            verdict = missing(judged, first[0])
            found.append((TOO_FEW_PREPARATIONS, verdict, None, (first[2],)))
        for row in preparations:
            if row[3] > first[0]:
                found.append((PREP_ORDER, "violated", None, (row[2],)))
    else:
        before = [row[2] for row in preparations]
        if len(before) < fewest and asks:
            found.append((TOO_FEW_PREPARATIONS, missing(judged, None), None, ()))
    if len(before) > most:
        found.append((TOO_MANY_PREPARATIONS, "violated", None, tuple(before[most:])))
    if limits.preparation_after_supply and plan.supplies is None:
        cleared = min([row[3] for row in plan.clearing_evaluations], default=None)
        for row in preparations:
            if cleared is None or cleared > row[0]:
                found.append((PREP_AFTER_SUPPLY, missing(judged, row[0]), None, (row[2],)))


def _every_dosing(  # noqa: C901, PLR0912, PLR0915 - fused on purpose
    plan: FusedPlan,
    limits: FusedLimits,
    at: int | None,
    known: int | None,
    standings: Standings,
    found: list[Found],
) -> None:
    """Clearance, inferred supply, length, effect, presence, support, level, integrations."""
    judged = at if plan.state == ACTIVE else None
    contact_ends, states, deciders = standings
    contacts, place = len(contact_ends), 0
    dosings, integrations, starts = plan.dosings, plan.integrations, plan.integration_starts
    last, total, wanted = len(dosings), len(integrations), limits.integrations
    shortest, longest = limits.dosing_minutes
    effect, levels, supported = limits.effect_minutes, limits.levels, limits.support_person
    cleared, supplied, refilled = inferred_supply(plan)
    for number, row in enumerate(dosings, 1):
        begins, _, name, ends, minutes, status, _, _, remote, _, facts = row
        while place < contacts and contact_ends[place] <= begins:
            place += 1
        if states[place] != CLEAR:
            state, decider = states[place], deciders[place]
            if decider is None:
                found.append((MED_CLEAR, missing(judged, begins), None, (name,)))
            else:
                certain = state in ADVERSE or (state == PENDING and status == COMPLETED)
                verdict = "violated" if certain else "unknown"
                found.append((MED_CLEAR, verdict, None, (decider[2], name)))
        if cleared <= begins < refilled and number > (limits.supply if supplied <= begins else 0):
            found.append((SUPPLY_BALANCE, missing(judged, begins), None, (name,)))
        if not shortest <= minutes <= longest:
            found.append((DOSE_DURATION, "violated", None, (name,)))
        if minutes < effect:
            found.append((EFFECT_FIT, "violated", None, (name,)))
        level, support, therapist = facts
        if therapist is not True:
            if therapist is False:
                found.append((THERAPIST_PRESENT, "violated", None, (name,)))
            elif status == COMPLETED or (known is not None and ends <= known):
                found.append((THERAPIST_PRESENT, "unknown", None, (name,)))
        if remote and supported and support != NAMED:
            if support == NOBODY:
                verdict = "violated"
            elif (
                status == COMPLETED
                or (known is not None and ends <= known)
                or (at is not None and begins <= at)
            ):
                verdict = "unknown"
            else:
                verdict = missing(judged, begins)
            found.append((SUPPORT_PERSON, verdict, None, (name,)))
        if level is not None and levels is not None and level not in levels:
            found.append((DOSE_LEVEL, "violated", None, (name,)))
        closes = dosings[number][0] if number < last else None
        lacking, index = wanted, bisect_left(starts, ends)
        while index < total:
            integration = integrations[index]
            if closes is None or integration[3] <= closes:
                lacking -= 1
                if not lacking:
                    break
            elif integration[0] >= closes:
                break
            index += 1
        if lacking:
            severity = "advice" if closes is None and plan.state == DISCONTINUED else None
            found.append((INTEG_EACH, missing(judged, closes, ends), severity, (name,)))


def _counts(
    plan: FusedPlan, limits: FusedLimits, judged: int | None, found: list[Found], *, asks: bool
) -> None:
    for code, rows, (fewest, most) in (
        (DOSE_COUNT, plan.dosings, limits.dosing_count),
        (INTEG_COUNT, plan.integrations, limits.integration_count),
    ):
        if len(rows) < fewest and asks:
            found.append((code, missing(judged, None), None, ()))
        elif len(rows) > most:
            beyond = tuple([row[2] for row in rows[most:]])
            found.append((code, "violated", limits.surplus[code], beyond))
    for row in plan.integrations:
        if not plan.dosings:
            found.append((INTEG_ORDER, missing(judged, row[0]), None, (row[2],)))
        elif row[0] < plan.dosings[0][3]:
            found.append((INTEG_ORDER, "violated", None, (row[2],)))
        else:
            break

"""The rules as careful ordinary code writes them: aware datetimes, one function for each rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final, TypeAlias

import kap_model as kap
from datetime_course import Breaches, Course, above, below, outside
from datetime_medical import (
    exclusion,
    med_clear,
    prep_after_supply,
    prep_count,
    prep_order,
    refill_review,
    review_after,
    review_quarter,
    role_scope,
    screen_first,
    supply_balance,
    supply_initial,
    supply_issued,
)
from datetime_plan import THERAPY, Plan, Session
from kap_model.severities import StatedSeverity, severity_on

Finding: TypeAlias = tuple[str, str, str, tuple[str, ...]]
"""Rule, verdict, severity, session ids."""
_SEVERITY: Final = {rule.id: rule.severity for rule in kap.RULES}


def check(plan: Plan, protocol: kap.CareProtocol, as_of: dt.datetime | None) -> list[Finding]:
    """Every finding as rule, verdict, severity and session ids, in catalogue order."""
    course = Course(plan, protocol.limits_on(None), as_of)
    overrides = protocol.severity_of
    findings = []
    for rule, function in RULES:
        usual = overrides.get(rule)
        for verdict, sessions, stated in function(course):
            severity = _severity(rule, usual, stated)
            findings.append((rule, verdict, severity, tuple(s.id for s in sessions)))
    return findings


def _severity(rule: str, override: StatedSeverity | None, stated: str | None) -> str:
    if rule in ("RECORD-OUTCOME", "INTEG-EACH") and stated is not None:
        return stated
    above = stated == "above" or (rule == "PREP-COUNT" and stated is not None)
    if override is not None:
        return severity_on(override, "above" if above else "below")
    if stated == "above":
        return "advice" if rule == "INTEG-COUNT" else _SEVERITY[rule]
    return stated or _SEVERITY[rule]


def dose_count(c: Course) -> Breaches:
    yield from number_within(c, c.dosings, c.limits.dosing_count)


def dose_duration(c: Course) -> Breaches:
    for dosing in c.dosings:
        if outside(c.limits.dosing_minutes, dosing.minutes):
            yield "violated", (dosing,), None


def effect_fit(c: Course) -> Breaches:
    for dosing in c.dosings:
        if dosing.minutes < (c.limits.effect_minutes or 0):
            yield "violated", (dosing,), None


def modality(c: Course) -> Breaches:
    places, formats = c.limits.dosing_places or (), c.limits.formats or ()
    for s in c.sessions:
        bad_place = s.kind == "dosing" and s.place not in places
        if s.kind in THERAPY and (bad_place or s.format not in formats):
            yield "violated", (s,), None


def therapist_present(c: Course) -> Breaches:
    for dosing in c.dosings:
        if dosing.therapist_present is False:
            yield "violated", (dosing,), None
        elif dosing.therapist_present is None and c.held(dosing):
            yield "unknown", (dosing,), None


def support_person(c: Course) -> Breaches:
    if not c.limits.support_person_when_remote:
        return
    for dosing in c.dosings:
        if dosing.place == "remote" and dosing.support_person == "none":
            yield "violated", (dosing,), None
        elif dosing.place == "remote" and dosing.support_person is None:
            started = c.as_of is not None and dosing.start <= c.as_of
            verdict = "unknown" if started or c.held(dosing) else c.missing(dosing.start)
            yield verdict, (dosing,), None


def dose_level(c: Course) -> Breaches:
    levels = c.limits.dose_levels
    for dosing in c.dosings:
        if levels is not None and dosing.level is not None and dosing.level not in levels:
            yield "violated", (dosing,), None


def integ_each(c: Course) -> Breaches:
    for number, dosing in enumerate(c.dosings, start=1):
        following = c.dosings[number] if number < len(c.dosings) else None
        found = 0
        for i in c.integrations:
            if i.start >= dosing.end and (following is None or i.end <= following.start):
                found += 1
        if found < (c.limits.integration_per_dosing or 0):
            early = following is None and c.plan.state == "discontinued"
            closes = None if following is None else following.start
            yield c.missing(closes, dosing.end), (dosing,), "advice" if early else None


def integ_order(c: Course) -> Breaches:
    for i in c.integrations:
        if c.first_dosing is None:
            yield c.missing(i.start), (i,), None
        elif i.start < c.first_dosing.end:
            yield "violated", (i,), None


def integ_count(c: Course) -> Breaches:
    yield from number_within(c, c.integrations, c.limits.integration_count)


def therapy_length(c: Course) -> Breaches:
    for s in c.sessions:
        therapy = s.kind in ("preparation", "integration")
        if therapy and outside(c.limits.therapy_minutes, s.minutes):
            yield "violated", (s,), None


def no_overlap(c: Course) -> Breaches:
    latest: Session | None = None
    for s in c.sessions:
        if latest is not None and s.start < latest.end:
            yield "violated", (latest, s), None
        if latest is None or s.end > latest.end:
            latest = s


def record_outcome(c: Course) -> Breaches:
    for s in c.plan.sessions:
        if s.status == "completed" and c.starts_later(s):
            yield "violated", (s,), "error"
        elif s.status == "completed":
            if s.kind.startswith("medical") and s.outcome is None:
                yield "unknown", (s,), None
        elif s.status == "planned" and (c.plan.state != "active" or c.unrecorded(s)):
            yield "unknown", (s,), None


def number_within(c: Course, sessions: list[Session], bounds: kap.Bounds | None) -> Breaches:
    if below(bounds, len(sessions)):
        if c.asks_for_more:
            yield c.missing(None), (), None
    elif bounds is not None and above(bounds, len(sessions)):
        yield "violated", tuple(sessions[bounds.max :]), "above"


RULES: Final[tuple[tuple[str, Callable[[Course], Breaches]], ...]] = (
    ("SCREEN-FIRST", screen_first),
    ("MED-CLEAR", med_clear),
    ("ROLE-SCOPE", role_scope),
    ("PREP-COUNT", prep_count),
    ("PREP-ORDER", prep_order),
    ("PREP-AFTER-SUPPLY", prep_after_supply),
    ("SUPPLY-BALANCE", supply_balance),
    ("SUPPLY-INITIAL", supply_initial),
    ("REFILL-REVIEW", refill_review),
    ("SUPPLY-ISSUED", supply_issued),
    ("DOSE-COUNT", dose_count),
    ("DOSE-DURATION", dose_duration),
    ("EFFECT-FIT", effect_fit),
    ("MODALITY", modality),
    ("THERAPIST-PRESENT", therapist_present),
    ("SUPPORT-PERSON", support_person),
    ("DOSE-LEVEL", dose_level),
    ("INTEG-EACH", integ_each),
    ("INTEG-ORDER", integ_order),
    ("INTEG-COUNT", integ_count),
    ("THERAPY-LENGTH", therapy_length),
    ("REVIEW-AFTER", review_after),
    ("REVIEW-QUARTER", review_quarter),
    ("NO-OVERLAP", no_overlap),
    ("RECORD-OUTCOME", record_outcome),
    ("EXCLUSION", exclusion),
)

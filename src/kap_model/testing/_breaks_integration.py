"""Breaks of the rules of integration, review and record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import attrs

from kap_model._time import DAY_SECONDS, HOUR_SECONDS, add_months, last_day_of_quarter
from kap_model.plan import Plan
from kap_model.sessions import Integration, Preparation, Session
from kap_model.testing._break import Break, BreakContext, outside
from kap_model.testing._lawful import at, later

_REACH: Final = 60  # minutes beyond a limit
_DAYS: Final = (0, *range(1, 60))
_MOMENTS: Final = (30, 45, 60, 90, 600, 1440)


def no_integration(context: BreakContext) -> Plan:
    """A dosing has too few integrations after it: dropped, or held at the end of the course."""
    dosing = context.one(context.dosings)
    after = context.between(dosing, context.following(dosing))
    wanted = context.limits.integration_per_dosing or 0
    gone = after[context.one(range(wanted - 1, -1, -1)) :]
    if context.pick((False, True)) and context.following(dosing) is not None:
        ends = context.over
        return context.with_sessions(
            *[at(i, ends + number * DAY_SECONDS) for number, i in enumerate(gone, 1)]
        )
    return context.without(*gone)


def early_integration(context: BreakContext) -> Plan:
    """An integration that starts before the first dosing is over."""
    first = context.first(context.dosings)
    begins = first.begins - context.pick((90, 120, 180, 1500, 4000)) * 60
    return context.with_sessions(context.made("integration", begins))


def too_many_integrations(context: BreakContext) -> Plan:
    """More integrations at the end than the limit allows."""
    most = context.given(context.given(context.limits.integration_count).max)
    count = max(most - len(context.integrations), 0) + context.pick((1, 2, 3))
    return context.appended("integration", count)


def too_few_integrations(context: BreakContext) -> Plan:
    """No integrations beyond those that each dosing needs."""
    needed = context.limits.integration_per_dosing or 0
    gone: list[Session] = []
    for dosing in context.dosings:
        gone += context.between(dosing, context.following(dosing))[needed:]
    return context.without(*gone[context.one(range(len(gone))) :])


def late_integration(context: BreakContext) -> Plan:
    """The first integration after a dosing comes after the window."""
    hours = context.limits.integration_window_hours or 0
    dosing = context.one(reversed(context.dosings))
    begins = dosing.ends + hours * HOUR_SECONDS + context.pick((1, 10, 60, 600, 1440)) * 60
    moved = []
    for integration in context.between(dosing, context.following(dosing)):
        moved.append(at(integration, begins))
        begins += integration.minutes * 60
    return context.with_sessions(*moved)


def wrong_length(context: BreakContext) -> Plan:
    """Preparations and integrations that are shorter or longer than the limit."""
    minutes = context.one(outside(context.given(context.limits.therapy_minutes), 1, _REACH))
    talks = [s for s in context.plan.sessions if isinstance(s, (Preparation, Integration))]
    return context.with_sessions(*[attrs.evolve(s, minutes=minutes) for s in context.some(talks)])


def no_review_at_the_gate(context: BreakContext) -> Plan:
    """The review after the first dosings is missing, comes before them, or too late."""
    limit = context.given(context.limits.review_after)
    gate = context.first(context.dosings[limit.dosings - 1 : limit.dosings])
    following = context.following(gate) if limit.gate == "before-next" else None
    until = context.over if following is None else following.begins
    found = [r for r in context.reviews if gate.ends <= r.begins < until]
    choices: list[int | None] = [context.dosings[0].ends + 3 * HOUR_SECONDS]
    # Where medicine is limited, what is not reviewed early enough is not covered either.
    if context.limits.initial_supply is None:
        late = [] if following is None else [following.ends + 2 * HOUR_SECONDS]
        choices = [None, *choices, *late]
    begins = context.one(choices)
    if begins is None:
        return context.without(*found)
    moved = [at(r, begins + HOUR_SECONDS * place) for place, r in enumerate(found)]
    return context.with_sessions(*moved)


def lapsed(context: BreakContext) -> Plan:
    """The rest of the course comes after the next medical contact was due."""
    every = context.given(context.limits.review_every)
    contacts = context.plan.timeline.contact_days
    dosing = context.one(reversed(context.dosings))
    day = context.plan.zone.day(dosing.begins)
    before = [contact for contact in contacts if contact <= day]
    anchor = max(before, default=context.plan.timeline.dosing_days[0])
    ends = last_day_of_quarter(anchor)
    due = add_months(anchor, every.months) if every.policy == "rolling" else ends
    return later(context.plan, dosing, due + 1 + context.pick(_DAYS) - day)


def overlapping(context: BreakContext) -> Plan:
    """Another session while one goes on."""
    kind = context.pick(("consultation", "medical-review", "integration"))
    there = context.one(reversed(context.plan.sessions))
    begins = there.begins + context.pick(range(there.minutes)) * 60
    return context.with_sessions(context.made(kind, begins))


def not_recorded(context: BreakContext) -> Plan:
    """Of sessions that were held, or of a course that is over, one is still planned."""
    talks = [s for s in context.plan.sessions if s.kind not in ("medical-evaluation", "dosing")]
    session = context.one(talks)
    held = context.recorded_until(context.pick((context.over, session.ends + 14 * DAY_SECONDS)))
    return held.with_sessions(session)


def nothing_said_of_the_last_review(context: BreakContext) -> Plan:
    """A review after the last dosing was held, and its outcome is not recorded."""
    context = context.recorded_until(context.over)
    begins = context.over + context.pick(_MOMENTS) * 60
    return context.with_sessions(context.made("medical-review", begins, status="completed"))


def open_in_a_closed_course(context: BreakContext) -> Plan:
    """The course is over, and a session that is not held is not called off either."""
    held = context.recorded_until(context.over)
    begins = context.over + context.pick(_MOMENTS) * 60
    kind = context.pick(("integration", "preparation", "dosing", "medical-review"))
    made = context.made(kind, begins)
    return attrs.evolve(held.with_sessions(made), state="completed")


def too_young(context: BreakContext) -> Plan:
    """The client reaches the age on a later day."""
    first = context.first(context.evaluations or context.dosings)
    day, years = context.day(first), context.limits.minimum_age or 0
    born = day.replace(year=day.year - years, day=min(day.day, 28))
    latest = born + dt.timedelta(days=context.pick((4, 31, 366, 2000)))
    return attrs.evolve(context.plan, born=min(latest, dt.date(2200, 12, 31)))


def birth_not_recorded(context: BreakContext) -> Plan:
    """Nobody wrote down when the client was born."""
    return attrs.evolve(context.plan, born=None)


def excluded(context: BreakContext) -> Plan:
    """Conditions that speak against treatment, before a medical decision."""
    exclusions = context.some(context.limits.exclusions or ())
    others = context.pick(((), ("a",)))
    return attrs.evolve(context.plan, conditions=tuple({*exclusions, *others}))


VIOLATED: Final[Mapping[str, tuple[Break, ...]]] = {
    "INTEG-EACH": (no_integration,),
    "INTEG-ORDER": (early_integration,),
    "INTEG-COUNT": (too_many_integrations, too_few_integrations),
    "INTEG-WINDOW": (late_integration,),
    "THERAPY-LENGTH": (wrong_length,),
    "REVIEW-AFTER": (no_review_at_the_gate,),
    "REVIEW-QUARTER": (lapsed,),
    "NO-OVERLAP": (overlapping,),
    "AGE-MIN": (too_young,),
    "EXCLUSION": (excluded,),
}
UNKNOWN: Final[Mapping[str, tuple[Break, ...]]] = {
    "RECORD-OUTCOME": (not_recorded, nothing_said_of_the_last_review, open_in_a_closed_course),
    "AGE-MIN": (birth_not_recorded,),
}

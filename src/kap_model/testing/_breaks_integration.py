"""Breaks of the rules of integration, review and record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import attrs

from kap_model._time import DAY_SECONDS, HOUR_SECONDS, add_months, last_day_of_quarter
from kap_model.plan import Plan
from kap_model.sessions import Integration, Preparation, Session
from kap_model.testing._changes import at, later
from kap_model.testing._scene import Break, Scene, outside

_REACH: Final = 60  # minutes beyond a limit
_DAYS: Final = (0, *range(1, 60))
_MOMENTS: Final = (30, 45, 60, 90, 600, 1440)


def no_integration(scene: Scene) -> Plan:
    """A dosing has too few integrations after it: dropped, or held at the end of the course."""
    dosing = scene.one(scene.dosings)
    after = scene.between(dosing, scene.following(dosing))
    wanted = scene.limits.integration_per_dosing or 0
    gone = after[scene.one(range(wanted - 1, -1, -1)) :]
    if scene.pick((False, True)) and scene.following(dosing) is not None:
        ends = scene.over
        return scene.with_sessions(
            *[at(i, ends + number * DAY_SECONDS) for number, i in enumerate(gone, 1)]
        )
    return scene.without(*gone)


def early_integration(scene: Scene) -> Plan:
    """An integration that starts before the first dosing is over."""
    first = scene.first(scene.dosings)
    begins = first.begins - scene.pick((90, 120, 180, 1500, 4000)) * 60
    return scene.with_sessions(scene.made("integration", begins))


def too_many_integrations(scene: Scene) -> Plan:
    """More integrations at the end than the limit allows."""
    most = scene.given(scene.given(scene.limits.integration_count).max)
    count = max(most - len(scene.integrations), 0) + scene.pick((1, 2, 3))
    return scene.appended("integration", count)


def too_few_integrations(scene: Scene) -> Plan:
    """No integrations beyond those that each dosing needs."""
    needed = scene.limits.integration_per_dosing or 0
    gone: list[Session] = []
    for dosing in scene.dosings:
        gone += scene.between(dosing, scene.following(dosing))[needed:]
    return scene.without(*gone[scene.one(range(len(gone))) :])


def late_integration(scene: Scene) -> Plan:
    """The first integration after a dosing comes after the window."""
    hours = scene.limits.integration_window_hours or 0
    dosing = scene.one(reversed(scene.dosings))
    begins = dosing.ends + hours * HOUR_SECONDS + scene.pick((1, 10, 60, 600, 1440)) * 60
    moved = []
    for integration in scene.between(dosing, scene.following(dosing)):
        moved.append(at(integration, begins))
        begins += integration.minutes * 60
    return scene.with_sessions(*moved)


def wrong_length(scene: Scene) -> Plan:
    """Preparations and integrations that are shorter or longer than the limit."""
    minutes = scene.one(outside(scene.given(scene.limits.therapy_minutes), 1, _REACH))
    talks = [s for s in scene.plan.sessions if isinstance(s, (Preparation, Integration))]
    return scene.with_sessions(*[attrs.evolve(s, minutes=minutes) for s in scene.some(talks)])


def no_review_at_the_gate(scene: Scene) -> Plan:
    """The review after the first dosings is missing, comes before them, or too late."""
    limit = scene.given(scene.limits.review_after)
    gate = scene.first(scene.dosings[limit.dosings - 1 : limit.dosings])
    following = scene.following(gate) if limit.gate == "before-next" else None
    until = scene.over if following is None else following.begins
    found = [r for r in scene.reviews if gate.ends <= r.begins < until]
    choices: list[int | None] = [scene.dosings[0].ends + 3 * HOUR_SECONDS]
    # Where medicine is limited, what is not reviewed early enough is not covered either.
    if scene.limits.initial_supply is None:
        late = [] if following is None else [following.ends + 2 * HOUR_SECONDS]
        choices = [None, *choices, *late]
    begins = scene.one(choices)
    if begins is None:
        return scene.without(*found)
    moved = [at(r, begins + HOUR_SECONDS * place) for place, r in enumerate(found)]
    return scene.with_sessions(*moved)


def lapsed(scene: Scene) -> Plan:
    """The rest of the course comes after the next medical contact was due."""
    every = scene.given(scene.limits.review_every)
    contacts = scene.plan.timeline.contact_days
    dosing = scene.one(reversed(scene.dosings))
    day = scene.plan.zone.day(dosing.begins)
    before = [contact for contact in contacts if contact <= day]
    anchor = max(before, default=scene.plan.timeline.dosing_days[0])
    ends = last_day_of_quarter(anchor)
    due = add_months(anchor, every.months) if every.policy == "rolling" else ends
    return later(scene.plan, dosing, due + 1 + scene.pick(_DAYS) - day)


def overlapping(scene: Scene) -> Plan:
    """Another session while one goes on."""
    kind = scene.pick(("consultation", "medical-review", "integration"))
    there = scene.one(reversed(scene.plan.sessions))
    begins = there.begins + scene.pick(range(there.minutes)) * 60
    return scene.with_sessions(scene.made(kind, begins))


def not_recorded(scene: Scene) -> Plan:
    """Of sessions that were held, or of a course that is over, one is still planned."""
    talks = [s for s in scene.plan.sessions if s.kind not in ("medical-evaluation", "dosing")]
    session = scene.one(talks)
    held = scene.recorded_until(scene.pick((scene.over, session.ends + 14 * DAY_SECONDS)))
    return held.with_sessions(session)


def nothing_said_of_the_last_review(scene: Scene) -> Plan:
    """A review after the last dosing was held, and its outcome is not recorded."""
    scene = scene.recorded_until(scene.over)
    begins = scene.over + scene.pick(_MOMENTS) * 60
    return scene.with_sessions(scene.made("medical-review", begins, status="completed"))


def open_in_a_closed_course(scene: Scene) -> Plan:
    """The course is over, and a session that is not held is not called off either."""
    held = scene.recorded_until(scene.over)
    begins = scene.over + scene.pick(_MOMENTS) * 60
    kind = scene.pick(("integration", "preparation", "dosing", "medical-review"))
    made = scene.made(kind, begins)
    return attrs.evolve(held.with_sessions(made), state="completed")


def too_young(scene: Scene) -> Plan:
    """The client reaches the age on a later day."""
    first = scene.first(scene.evaluations or scene.dosings)
    day, years = scene.day(first), scene.limits.minimum_age or 0
    born = day.replace(year=day.year - years, day=min(day.day, 28))
    latest = born + dt.timedelta(days=scene.pick((4, 31, 366, 2000)))
    return attrs.evolve(scene.plan, born=min(latest, dt.date(2200, 12, 31)))


def birth_not_recorded(scene: Scene) -> Plan:
    """Nobody wrote down when the client was born."""
    return attrs.evolve(scene.plan, born=None)


def excluded(scene: Scene) -> Plan:
    """Conditions that speak against treatment, before a medical decision."""
    exclusions = scene.some(scene.limits.exclusions or ())
    others = scene.pick(((), ("a",)))
    return attrs.evolve(scene.plan, conditions=tuple({*exclusions, *others}))


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

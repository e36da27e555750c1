"""Breaks of the rules of intake, preparation and supply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import attrs

from kap_model._time import DAY_SECONDS
from kap_model.plan import Plan, Supply
from kap_model.sessions import MEDICAL_KINDS, Clinician, Session
from kap_model.testing._changes import at, without
from kap_model.testing._scene import Break, Scene

_STRANGERS: Final = ("volunteer", "receptionist", "medical-provider", "therapist")
_MINUTES: Final = (10, 30, 60, 90)
_DAYS: Final = tuple(range(1, 8))


def no_consultation(scene: Scene) -> Plan:
    """None at all, or none before the first evaluation."""
    first = scene.first(scene.evaluations)
    early = [c for c in scene.plan.timeline.consultations if c.ends <= first.begins]
    if scene.pick((True, False)):
        return scene.without(*early)
    late = scene.over + scene.pick(_MINUTES) * 60
    return scene.with_sessions(*[at(c, late + n * 86_400) for n, c in enumerate(early)])


def turned_down(scene: Scene) -> Plan:
    """The client is found not eligible, and medicine is taken all the same."""
    first = scene.first(scene.evaluations)
    held = scene.recorded_until(first.begins)
    return held.with_sessions(attrs.evolve(first, status="completed", outcome="ineligible"))


def never_evaluated(scene: Scene) -> Plan:
    """Medicine is taken without an evaluation."""
    return scene.without(*scene.evaluations)


def stopped(scene: Scene) -> Plan:
    """A review stops treatment, and a dosing is booked after it."""
    return _before_dosing(scene, "stop")


def undecided(scene: Scene) -> Plan:
    """A review leaves open whether treatment goes on, and a dosing is booked after it."""
    return _before_dosing(scene, "pending")


def _before_dosing(scene: Scene, outcome: str) -> Plan:
    dosing = scene.one(reversed(scene.dosings))
    begins = dosing.begins - scene.pick((1, 2, 3, 12)) * 3600
    held = scene.recorded_until(begins)
    review = scene.made("medical-review", begins, minutes=30, status="completed", outcome=outcome)
    return held.with_sessions(review)


def wrong_role(scene: Scene) -> Plan:
    """Sessions are held by somebody whose role it is not."""
    limits, plan = scene.limits, scene.plan
    medical = [s for s in plan.sessions if s.kind in MEDICAL_KINDS]
    therapist = [s for s in plan.sessions if s.kind not in (*MEDICAL_KINDS, "consultation")]
    pairs = ((medical, limits.medical_roles), (therapist, limits.therapist_roles))
    sessions, roles = scene.one([(found, r) for found, r in pairs if found and r is not None])
    role = scene.one([role for role in _STRANGERS if role not in roles])
    chosen = scene.some(sessions)
    return scene.with_sessions(*[attrs.evolve(s, clinician=Clinician("k-9", role)) for s in chosen])


def too_few_preparations(scene: Scene) -> Plan:
    """Fewer preparations before the first dosing than the limit asks for."""
    least = scene.given(scene.given(scene.limits.preparation_count).min)
    left = scene.one(range(least - 1, -1, -1))
    return scene.without(*scene.preparations[left:])


def too_many_preparations(scene: Scene) -> Plan:
    """More preparations before the first dosing than the limit allows."""
    most = scene.given(scene.given(scene.limits.preparation_count).max)
    missing = max(most - len(scene.preparations), 0) + scene.pick((1, 2, 3))
    first = scene.first(scene.dosings)
    made: list[Session] = []
    begins = first.begins - DAY_SECONDS // 4
    for number in range(missing):
        length = scene.made("preparation", begins).minutes
        begins -= (length + 10) * 60
        made.append(scene.made("preparation", begins, id=f"extra{number + 1}"))
    return scene.with_sessions(*made)


def late_preparation(scene: Scene) -> Plan:
    """A preparation after the first dosing, or while it goes on."""
    first = scene.first(scene.dosings)
    begins = scene.pick((first.ends, scene.over)) + scene.pick((0, 10, 1500, 3000, 9000)) * 60
    return scene.with_sessions(scene.made("preparation", begins))


def preparation_before_medicine(scene: Scene) -> Plan:
    """A preparation before the medicine has arrived, or before anybody cleared the client."""
    first = scene.first(scene.preparations)
    if scene.supplies:
        days = (scene.day(scene.first(scene.dosings)) - scene.day(first)).days
        arrived = scene.day(first) + dt.timedelta(days=scene.one(range(1, days + 1)))
        head, *rest = scene.tracked_supplies
        return scene.with_supplies([attrs.evolve(head, received=arrived), *rest])
    evaluation = scene.first(scene.evaluations)
    early = evaluation.begins - scene.pick(_DAYS) * DAY_SECONDS // 2
    return scene.with_sessions(at(first, min(early, evaluation.begins - first.minutes * 60)))


def too_little_medicine(scene: Scene) -> Plan:
    """Supplies that cover fewer dosings than there are, or arrive after one of them."""
    scene = scene.tracked()
    *rest, last = scene.tracked_supplies
    covered = sum(supply.dosings for supply in scene.supplies)
    spare = last.dosings - max(covered - len(scene.dosings), 0)
    short = [attrs.evolve(last, dosings=n) for n in range(spare - 1, 0, -1)]
    late = [attrs.evolve(last, received=None)]
    for dosing in reversed(scene.dosings):
        after = scene.day(dosing) + dt.timedelta(days=1)
        if after > last.issued:
            late.append(attrs.evolve(last, received=after))
    return scene.with_supplies([*rest, scene.one((*short, *late))])


def late_refill(scene: Scene) -> Plan:
    """The review that lets medicine be refilled comes after the dosing that needs it."""
    number = scene.limits.initial_supply or 0
    dosing = scene.first(scene.dosings[number : number + 1])
    first = scene.dosings[0]
    early = [r for r in scene.reviews if first.ends <= r.begins < dosing.begins]
    begins = dosing.ends + scene.pick(_MINUTES) * 60
    moved = at(scene.one(reversed(early)), begins)
    return without(scene.with_sessions(moved), [r for r in early if r.id != moved.id])


def too_much_at_first(scene: Scene) -> Plan:
    """The first medicine covers more dosings than the limit."""
    scene = scene.tracked()
    head, *rest = scene.tracked_supplies
    more = (scene.limits.initial_supply or 0) + scene.pick(range(1, 7))
    return scene.with_supplies([attrs.evolve(head, dosings=more), *rest])


def unreviewed_refill(scene: Scene) -> Plan:
    """What may be issued at first is issued in two parts, the second without a review."""
    scene = scene.tracked()
    head, *rest = scene.tracked_supplies
    first = scene.one(range(1, head.dosings))
    days = scene.pick(_DAYS)
    issued = head.issued + dt.timedelta(days=days)
    part = attrs.evolve(head, dosings=first)
    second = Supply(id="rx9", issued=issued, received=issued, dosings=head.dosings - first)
    return scene.with_supplies([part, second, *rest])


def issued_too_early(scene: Scene) -> Plan:
    """Medicine is issued before the evaluation."""
    scene = scene.tracked()
    head, *rest = scene.tracked_supplies
    first = scene.first(scene.evaluations)
    issued = scene.day(first) - dt.timedelta(days=scene.pick(_DAYS))
    return scene.with_supplies([attrs.evolve(head, issued=issued), *rest])


def issued_on_the_day_of_a_stop(scene: Scene) -> Plan:
    """After the last dosing, treatment is stopped on the day on which medicine is issued."""
    scene = scene.tracked().recorded_until(scene.over)
    begins = scene.over + scene.pick(_DAYS) * DAY_SECONDS
    stop = scene.made("medical-review", begins, status="completed", outcome="stop")
    more = Supply(id="rx9", issued=scene.day(stop), dosings=scene.pick(_DAYS))
    plan = attrs.evolve(scene.plan, supplies=(*scene.supplies, more))
    return attrs.evolve(plan, sessions=(*plan.sessions, stop))


VIOLATED: Final[Mapping[str, tuple[Break, ...]]] = {
    "SCREEN-FIRST": (no_consultation,),
    "MED-CLEAR": (stopped, turned_down, never_evaluated),
    "ROLE-SCOPE": (wrong_role,),
    "PREP-COUNT": (too_few_preparations, too_many_preparations),
    "PREP-ORDER": (late_preparation,),
    "PREP-AFTER-SUPPLY": (preparation_before_medicine,),
    "SUPPLY-BALANCE": (too_little_medicine, late_refill),
    "SUPPLY-INITIAL": (too_much_at_first,),
    "REFILL-REVIEW": (unreviewed_refill,),
    "SUPPLY-ISSUED": (issued_too_early,),
}
UNKNOWN: Final[Mapping[str, tuple[Break, ...]]] = {
    "MED-CLEAR": (undecided,),
    "SUPPLY-ISSUED": (issued_on_the_day_of_a_stop,),
}

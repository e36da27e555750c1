"""Breaks of the rules of intake, preparation and supply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import attrs

from kap_model._time import DAY_SECONDS
from kap_model.plan import Plan, Supply
from kap_model.sessions import MEDICAL_KINDS, Clinician, Session
from kap_model.testing._break import Break, BreakContext
from kap_model.testing._lawful import at, without

_STRANGERS: Final = ("volunteer", "receptionist", "medical-provider", "therapist")
_MINUTES: Final = (10, 30, 60, 90)
_DAYS: Final = tuple(range(1, 8))


def no_consultation(context: BreakContext) -> Plan:
    """None at all, or none before the first evaluation."""
    first = context.first(context.evaluations)
    early = [c for c in context.plan.timeline.consultations if c.ends <= first.begins]
    if context.pick((True, False)):
        return context.without(*early)
    late = context.over + context.pick(_MINUTES) * 60
    return context.with_sessions(*[at(c, late + n * 86_400) for n, c in enumerate(early)])


def turned_down(context: BreakContext) -> Plan:
    """The client is found not eligible, and medicine is taken all the same."""
    first = context.first(context.evaluations)
    held = context.recorded_until(first.begins)
    return held.with_sessions(attrs.evolve(first, status="completed", outcome="ineligible"))


def never_evaluated(context: BreakContext) -> Plan:
    """Medicine is taken without an evaluation."""
    return context.without(*context.evaluations)


def stopped(context: BreakContext) -> Plan:
    """A review stops treatment, and a dosing is booked after it."""
    return _before_dosing(context, "stop")


def undecided(context: BreakContext) -> Plan:
    """A review leaves open whether treatment goes on, and a dosing is booked after it."""
    return _before_dosing(context, "pending")


def _before_dosing(context: BreakContext, outcome: str) -> Plan:
    dosing = context.one(reversed(context.dosings))
    begins = dosing.begins - context.pick((1, 2, 3, 12)) * 3600
    held = context.recorded_until(begins)
    review = context.made("medical-review", begins, minutes=30, status="completed", outcome=outcome)
    return held.with_sessions(review)


def wrong_role(context: BreakContext) -> Plan:
    """Sessions are held by somebody whose role it is not."""
    limits, plan = context.limits, context.plan
    medical = [s for s in plan.sessions if s.kind in MEDICAL_KINDS]
    therapist = [s for s in plan.sessions if s.kind not in (*MEDICAL_KINDS, "consultation")]
    pairs = ((medical, limits.medical_roles), (therapist, limits.therapist_roles))
    sessions, roles = context.one([(found, r) for found, r in pairs if found and r is not None])
    role = context.one([role for role in _STRANGERS if role not in roles])
    chosen = context.some(sessions)
    return context.with_sessions(
        *[attrs.evolve(s, clinician=Clinician("k-9", role)) for s in chosen]
    )


def too_few_preparations(context: BreakContext) -> Plan:
    """Fewer preparations before the first dosing than the limit asks for."""
    least = context.given(context.given(context.limits.preparation_count).min)
    left = context.one(range(least - 1, -1, -1))
    return context.without(*context.preparations[left:])


def too_many_preparations(context: BreakContext) -> Plan:
    """More preparations before the first dosing than the limit allows."""
    most = context.given(context.given(context.limits.preparation_count).max)
    missing = max(most - len(context.preparations), 0) + context.pick((1, 2, 3))
    first = context.first(context.dosings)
    made: list[Session] = []
    begins = first.begins - DAY_SECONDS // 4
    for number in range(missing):
        length = context.made("preparation", begins).minutes
        begins -= (length + 10) * 60
        made.append(context.made("preparation", begins, id=f"extra{number + 1}"))
    return context.with_sessions(*made)


def late_preparation(context: BreakContext) -> Plan:
    """A preparation after the first dosing, or while it goes on."""
    first = context.first(context.dosings)
    begins = context.pick((first.ends, context.over)) + context.pick((0, 10, 1500, 3000, 9000)) * 60
    return context.with_sessions(context.made("preparation", begins))


def preparation_before_medicine(context: BreakContext) -> Plan:
    """A preparation before the medicine has arrived, or before anybody cleared the client."""
    first = context.first(context.preparations)
    if context.supplies:
        days = (context.day(context.first(context.dosings)) - context.day(first)).days
        arrived = context.day(first) + dt.timedelta(days=context.one(range(1, days + 1)))
        head, *rest = context.tracked_supplies
        return context.with_supplies([attrs.evolve(head, received=arrived), *rest])
    evaluation = context.first(context.evaluations)
    early = evaluation.begins - context.pick(_DAYS) * DAY_SECONDS // 2
    return context.with_sessions(at(first, min(early, evaluation.begins - first.minutes * 60)))


def too_little_medicine(context: BreakContext) -> Plan:
    """Supplies that cover fewer dosings than there are, or arrive after one of them."""
    context = context.tracked()
    *rest, last = context.tracked_supplies
    covered = sum(supply.dosings for supply in context.supplies)
    spare = last.dosings - max(covered - len(context.dosings), 0)
    short = [attrs.evolve(last, dosings=n) for n in range(spare - 1, 0, -1)]
    late = [attrs.evolve(last, received=None)]
    for dosing in reversed(context.dosings):
        after = context.day(dosing) + dt.timedelta(days=1)
        if after > last.issued:
            late.append(attrs.evolve(last, received=after))
    return context.with_supplies([*rest, context.one((*short, *late))])


def late_refill(context: BreakContext) -> Plan:
    """The review that lets medicine be refilled comes after the dosing that needs it."""
    number = context.limits.initial_supply or 0
    dosing = context.first(context.dosings[number : number + 1])
    first = context.dosings[0]
    early = [r for r in context.reviews if first.ends <= r.begins < dosing.begins]
    begins = dosing.ends + context.pick(_MINUTES) * 60
    moved = at(context.one(reversed(early)), begins)
    return without(context.with_sessions(moved), [r for r in early if r.id != moved.id])


def too_much_at_first(context: BreakContext) -> Plan:
    """The first medicine covers more dosings than the limit."""
    context = context.tracked()
    head, *rest = context.tracked_supplies
    more = (context.limits.initial_supply or 0) + context.pick(range(1, 7))
    return context.with_supplies([attrs.evolve(head, dosings=more), *rest])


def unreviewed_refill(context: BreakContext) -> Plan:
    """What may be issued at first is issued in two parts, the second without a review."""
    context = context.tracked()
    head, *rest = context.tracked_supplies
    first = context.one(range(1, head.dosings))
    days = context.pick(_DAYS)
    issued = head.issued + dt.timedelta(days=days)
    part = attrs.evolve(head, dosings=first)
    second = Supply(id="rx9", issued=issued, received=issued, dosings=head.dosings - first)
    return context.with_supplies([part, second, *rest])


def issued_too_early(context: BreakContext) -> Plan:
    """Medicine is issued before the evaluation."""
    context = context.tracked()
    head, *rest = context.tracked_supplies
    first = context.first(context.evaluations)
    issued = context.day(first) - dt.timedelta(days=context.pick(_DAYS))
    return context.with_supplies([attrs.evolve(head, issued=issued), *rest])


def issued_on_the_day_of_a_stop(context: BreakContext) -> Plan:
    """After the last dosing, treatment is stopped on the day on which medicine is issued."""
    context = context.tracked().recorded_until(context.over)
    begins = context.over + context.pick(_DAYS) * DAY_SECONDS
    stop = context.made("medical-review", begins, status="completed", outcome="stop")
    more = Supply(id="rx9", issued=context.day(stop), dosings=context.pick(_DAYS))
    plan = attrs.evolve(context.plan, supplies=(*context.supplies, more))
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

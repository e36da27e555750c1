"""Changes of plans for strategies: each one field, one distance, or one record at a time.

A change knows nothing of the plan that it will meet: places count round its sessions. Whether what
it makes is wanted is for the strategy to ask, which keeps the change or goes on without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import attrs

from kap_model._time import DAY_SECONDS, Instant
from kap_model.errors import InvalidValue
from kap_model.plan import Plan, Supply
from kap_model.planning.new_sessions import new_ids
from kap_model.sessions import (
    Dosing,
    MedicalEvaluation,
    MedicalReview,
    Session,
    TherapistSession,
)
from kap_model.timeline import PlanState

Change: TypeAlias = Callable[[Plan], Plan]
Which: TypeAlias = tuple[int, int]
"""A place among a plan's sessions, and the step from there to further ones."""


def changed(plan: Plan, change: Change) -> Plan | None:
    """What a change makes of a plan; ``None`` where that cannot be, or nothing changes."""
    try:
        made = change(plan)
    except InvalidValue:
        return None
    return None if made == plan else made


def at(session: Session, begins: int, **fields: Any) -> Session:
    """A session at another time, with other fields."""
    return attrs.evolve(session, start=Instant(begins), **fields)


def swapped(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan with these sessions in the place of those with their ids; new ids are added."""
    known = {session.id: session for session in plan.sessions}
    known.update((session.id, session) for session in sessions)
    return attrs.evolve(plan, sessions=known.values())


def without(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan without these sessions."""
    gone = {session.id for session in sessions}
    return attrs.evolve(plan, sessions=[s for s in plan.sessions if s.id not in gone])


def later(plan: Plan, first: Session, days: int) -> Plan:
    """All from a session on some days later, medicine that is issued from its date on too."""
    seconds = days * DAY_SECONDS
    day = dt.date.fromordinal(plan.zone.day(first.begins))
    after = [s for s in plan.sessions if s.begins >= first.begins]
    moved = swapped(plan, [at(s, s.begins + seconds) for s in after])
    if plan.supplies is None:
        return moved
    supplies = [_issued_later(s, days) if s.issued >= day else s for s in plan.supplies]
    return attrs.evolve(moved, supplies=supplies)


def _issued_later(supply: Supply, days: int) -> Supply:
    distance = dt.timedelta(days=days)
    received = None if supply.received is None else supply.received + distance
    return attrs.evolve(supply, issued=supply.issued + distance, received=received)


def _chosen(plan: Plan, which: Which, cls: type[Session] = Session) -> list[Session]:
    """Sessions of a class from a place on, round the plan's number of them, by a step."""
    found = [session for session in plan.sessions if isinstance(session, cls)]
    place, step = which
    return found[place % len(found) :: step] if found else []


def gap(place: int, days: int) -> Change:
    """More days before a session and all that follow it, or fewer."""

    def change(plan: Plan) -> Plan:
        return later(plan, plan.sessions[place % len(plan.sessions)], days)

    return change


def move(which: Which, minutes: int) -> Change:
    """Some sessions at another time."""

    def change(plan: Plan) -> Plan:
        moved = [at(s, s.begins + minutes * 60) for s in _chosen(plan, which)]
        return swapped(plan, moved)

    return change


def fields(cls: type[Session], which: Which, **given: Any) -> Change:
    """Other fields of some sessions of a class."""

    def change(plan: Plan) -> Plan:
        return swapped(plan, [attrs.evolve(s, **given) for s in _chosen(plan, which, cls)])

    return change


def remote(which: Which, support: str) -> Change:
    """Some of the therapist's sessions held by video, dosings with somebody at the client's."""

    def change(plan: Plan) -> Plan:
        sessions = []
        for session in _chosen(plan, which, TherapistSession):
            given: dict[str, Any] = {"place": "remote"}
            if isinstance(session, Dosing):
                given["support_person"] = support
            sessions.append(attrs.evolve(session, **given))
        return swapped(plan, sessions)

    return change


def facts(**given: Any) -> Change:
    """Other facts of the plan itself."""

    def change(plan: Plan) -> Plan:
        return attrs.evolve(plan, **given)

    return change


def missed(place: int, told: tuple[str, int | None], days: int) -> Change:
    """A session that was not held, some days before the one that was; ``told`` as in documents."""
    status, hours = told

    def change(plan: Plan) -> Plan:
        held = plan.sessions[place % len(plan.sessions)]
        given: dict[str, Any] = {"status": status, "notice_hours": hours}
        if isinstance(held, (MedicalEvaluation, MedicalReview)):
            given["outcome"] = None
        begins = held.begins - days * DAY_SECONDS
        return swapped(plan, [at(held, begins, id=new_ids(plan)(held.kind), **given)])

    return change


def recorded(session: Session) -> Session:
    """A session as it is written down once it was held, in the client's favour."""
    if session.status != "planned":
        return session
    given: dict[str, Any] = {"status": "completed"}
    if isinstance(session, MedicalEvaluation):
        given["outcome"] = "eligible"
    elif isinstance(session, MedicalReview):
        given["outcome"] = "continue"
    elif isinstance(session, Dosing) and session.therapist_present is None:
        given["therapist_present"] = True
    return attrs.evolve(session, **given)


def record(share: int) -> Change:
    """Some percents of the course, from its beginning on, held and recorded."""

    def change(plan: Plan) -> Plan:
        count = -(-len(plan.sessions) * share // 100)
        return swapped(plan, map(recorded, plan.sessions[:count]))

    return change


def close(state: PlanState, share: int) -> Change:
    """A course that is over after some percents of its sessions, all of them recorded."""

    def change(plan: Plan) -> Plan:
        count = -(-len(plan.sessions) * share // 100)
        return attrs.evolve(plan, state=state, sessions=map(recorded, plan.sessions[:count]))

    return change

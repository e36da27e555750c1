"""Repairs found by trying everything: each change of one session to each start of a short list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import attrs

import kap_model as kap
from kap_model.sessions import CLASS_OF_KIND, KINDS

Minutes = Mapping[Any, int]
Moment = dt.datetime | None


class Cost(NamedTuple):
    """What a repair costs."""

    changes: int
    minutes: int


class One(NamedTuple):
    """One session changed."""

    session: str
    minutes: int
    before: kap.Session | None
    after: kap.Session | None


def may_change(plan: kap.Plan, session: kap.Session, as_of: Moment) -> bool:
    if session.status != "planned":
        return False
    if as_of is not None:
        return session.start > as_of
    held = [s.start for s in plan.sessions if s.status == "completed"]
    return not held or session.end > max(held)


def earliest(plan: kap.Plan, as_of: Moment) -> Moment:
    if as_of is not None:
        return as_of
    return max((s.start for s in plan.sessions if s.status == "completed"), default=None)


def added(kind: str, number: int, start: dt.datetime, minutes: int) -> kap.Session:
    cls: Any = CLASS_OF_KIND[kind]
    made: kap.Session = cls(id=f"new-{number}-{kind}", start=start, minutes=minutes)
    return made


def choices(
    plan: kap.Plan,
    as_of: Moment,
    starts: Sequence[dt.datetime],
    minutes: Minutes,
    most: int,
) -> Iterator[One]:
    since = earliest(plan, as_of)
    allowed = [start for start in starts if since is None or start >= since]
    for session in plan.sessions:
        if may_change(plan, session, as_of):
            yield One(session.id, 0, session, None)
            for start in allowed:
                far = abs((start - session.start).total_seconds())
                if far:
                    after = attrs.evolve(session, start=start)
                    yield One(session.id, -int(-far // 60), session, after)
    for kind in KINDS:
        for number in range(most):
            for start in allowed:
                name = f"new-{number}-{kind}"
                yield One(name, 0, None, added(kind, number, start, minutes[kind]))


def smallest(
    plan: kap.Plan,
    protocol: kap.CareProtocol,
    as_of: Moment,
    starts: Sequence[dt.datetime],
    minutes: Minutes,
    most: int,
) -> Cost | None:
    """The least number of changes, at most two, and of minutes; ``None`` = it takes more."""
    found: dict[int, int] = {}
    for number in range(most + 1):
        every = list(choices(plan, as_of, starts, minutes, number))
        for some in combinations(every, number):
            if len({one.session for one in some}) < number:
                continue
            cost = sum(one.minutes for one in some)
            if cost < found.get(number, cost + 1) and is_mended(plan, some, protocol, as_of):
                found[number] = cost
        if found:
            return Cost(number, found[number])
    return None


def is_mended(
    plan: kap.Plan, some: Sequence[One], protocol: kap.CareProtocol, as_of: Moment
) -> bool:
    gone = {one.before.id for one in some if one.before}
    sessions = [session for session in plan.sessions if session.id not in gone]
    sessions += [one.after for one in some if one.after]
    if any(one.before is None and one.after and one.after.kind == "dosing" for one in some):
        course = kap.Course.of(plan, None if as_of is None else int(as_of.timestamp()))
        cleared = protocol.limits_on(None).evaluation_first
        if course.is_halted or (cleared and course.standing.state not in ("clear", "none")):
            return False
    changed = attrs.evolve(plan, sessions=sessions)
    return kap.check(changed, protocol, as_of=as_of).ok

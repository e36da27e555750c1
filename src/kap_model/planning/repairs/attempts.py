"""Plans on the way to their repair: what was changed so far, and what it costs besides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NamedTuple

import attrs

from kap_model.plan import Plan
from kap_model.planning.additions import beyond, with_sessions
from kap_model.planning.outline import lawful_cadence
from kap_model.planning.repairs.repairs import Change, minutes_between
from kap_model.planning.repairs.scene import Remedy
from kap_model.planning.repairs.terms import Terms, moved
from kap_model.report import Report

_DAYTIME: Final = range(8, 19)
"""Hours at which a session may be expected to start."""


class Attempt(NamedTuple):
    """What was changed on the way to a repair.

    Attributes:
        changes: Each with one session.
        minutes: How far sessions were moved, together.
    """

    changes: tuple[Change, ...] = ()
    minutes: int = 0

    @property
    def key(self) -> frozenset[Any]:
        """What makes two attempts the same, whichever change was made first."""
        return frozenset(
            (
                change.before and change.before.id,
                change.session.kind,
                change.after and change.after.begins,
            )
            for change in self.changes
        )

    @property
    def manner(self) -> tuple[Any, ...]:
        """What is done to which sessions, whatever their new times."""
        named = (
            (change.action, change.session.kind if change.before is None else change.before.id)
            for change in self.changes
        )
        return tuple(sorted(named))

    def with_remedy(self, remedy: Remedy, start: int, terms: Terms) -> Attempt:
        """One more session changed; the start is of no meaning where it is dropped."""
        session = remedy.session
        if session is None:
            its = (c for c in self.changes if c.before is None and c.session.kind == remedy.kind)
            added = terms.added(remedy.kind, sum(1 for _ in its), start)
            change = Change(action="add", after=added)
        elif remedy.action == "drop":
            change = Change(action="drop", before=session)
        else:
            change = Change(action="move", before=session, after=moved(session, start))
        return Attempt((*self.changes, change), self.minutes + change.minutes_moved)

    def plan(self, terms: Terms) -> Plan:
        """The plan with the changes made."""
        return with_changes(terms.plan, self.changes)

    def in_order(self, terms: Terms) -> Attempt:
        """The same in order of time, the added sessions of a kind numbered by it."""
        changes, numbers = [], dict.fromkeys((c.session.kind for c in self.changes), 0)
        for change in sorted(self.changes, key=_by_time):
            after = change.after
            if after is not None and change.before is None:
                named = terms.added(after.kind, numbers[after.kind], after.begins)
                numbers[after.kind] += 1
                changes.append(attrs.evolve(change, after=named))
            else:
                changes.append(change)
        return Attempt(tuple(changes), self.minutes)

    def unease(self, plan: Plan, report: Report, terms: Terms, before: Report) -> int:
        """What an addition has against it beyond errors.

        Findings that the plan did not have, hours at which nobody expects a session, a start
        before the course's own, and dosings closer than the usual distance.
        """
        added = [c.after for c in self.changes if c.before is None and c.after is not None]
        if not added:
            return 0
        ids, zone = {session.id for session in added}, plan.zone
        strange = sum(zone.clock(session.begins).hour not in _DAYTIME for session in added)
        new = sum(finding.verdict == "violated" for finding in beyond(before, report))
        apart, timeline = lawful_cadence(terms.limits), plan.timeline
        dated = zip(timeline.dosings, timeline.dosing_days, strict=True)
        close = sum(
            later - earlier < apart and not ids.isdisjoint((dosing.id, following.id))
            for (dosing, earlier), (following, later) in pairwise(dated)
        )
        booked = terms.course.counting[:1]
        early = sum(session.begins < first.begins for session in added for first in booked)
        return strange + early + new + close


class Step(NamedTuple):
    """An attempt with one more session changed, not made yet: most never are.

    Attributes:
        attempt: What was changed before.
        remedy: The change.
        start: The session's new start; of no meaning where it is dropped.
    """

    attempt: Attempt
    remedy: Remedy
    start: int = 0

    @property
    def minutes(self) -> int:
        """How far sessions are moved, together."""
        session = self.remedy.session
        if session is None or self.remedy.action == "drop":
            return self.attempt.minutes
        return self.attempt.minutes + minutes_between(session.begins, self.start)

    def made(self, terms: Terms) -> Attempt:
        """The attempt with the session changed."""
        return self.attempt.with_remedy(self.remedy, self.start, terms)


def _by_time(change: Change) -> tuple[int, int, str]:
    session = change.session
    return session.begins, session.rank, session.id


def with_changes(plan: Plan, changes: tuple[Change, ...]) -> Plan:
    """A plan with some changes made."""
    gone = {change.before.id for change in changes if change.before is not None}
    kept = [session for session in plan.sessions if session.id not in gone]
    return with_sessions(plan, [*kept, *(c.after for c in changes if c.after is not None)])

"""Plans on the way to their repair: what may be changed, and what has been changed so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

import attrs
from attrs import field, frozen

from kap_model._time import DAY_SECONDS, EARLIEST, LATEST, Instant, Moment
from kap_model.checking import deciding_date, limits_of
from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.house_rules import forms_by_id
from kap_model.forms.selectors import Selector
from kap_model.limits import Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.fitted import Fitting
from kap_model.planning.moves import beyond
from kap_model.planning.new_sessions import new_ids, with_sessions
from kap_model.planning.results import Action, Change, minutes_between
from kap_model.planning.wishes import SHORT_REST, usual_lengths, usual_pace
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULE_OF_ID, catalogue_forms
from kap_model.sessions import Session
from kap_model.severities import severity_on
from kap_model.timeline import Timeline
from kap_model.usual import Usual

_DAYTIME: Final = range(8, 19)
"""Hours at which a session may be expected to start."""


@frozen(kw_only=True, eq=False)
class Scope:
    """What holds throughout one repair.

    Attributes:
        course: The plan as it was given, at the moment of judgement.
        protocol: What judges it.
        limits: Those in force for the course.
        usual: What is usual for it.
        fitting: How added sessions are held.
        instant: ``as_of`` in seconds since 1970 UTC, or ``None``.
        since: What is added or moved starts then or later: ``as_of``; without it the start of the
            last completed session, for what was held before it is history.
        history: The ids of the sessions that are not changed.
    """

    course: Course
    protocol: CareProtocol
    limits: Limits
    usual: Usual
    fitting: Fitting
    instant: Instant | None
    since: int
    history: frozenset[str]
    _ids: dict[str, list[str]] = field(factory=dict, init=False)
    _fresh: Callable[[str], str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_fresh", new_ids(self.plan))

    @classmethod
    def of(cls, plan: Plan, protocol: CareProtocol, instant: Instant | None) -> Scope:
        """The scope of a plan at a moment, or without one."""
        course = Course.of(plan, instant)
        until, limits = course.known_until, limits_of(protocol, course)
        usual = protocol.usual_on(deciding_date(course))
        forms = forms_by_id(protocol.rules_on(deciding_date(course)))
        return cls(
            course=course,
            protocol=protocol,
            limits=limits,
            usual=usual,
            fitting=Fitting(limits, forms.values(), minutes=usual_lengths(limits, usual)),
            instant=instant,
            since=EARLIEST if until is None else until,
            history=_history(course),
        )

    @property
    def plan(self) -> Plan:
        """The plan as it was given."""
        return self.course.plan

    def is_error(self, rule: str) -> bool:
        """Whether what breaks a rule of the catalogue is an error, as far as is said of it."""
        stated = self.protocol.severity_of.get(rule, RULE_OF_ID[rule].severity)
        return severity_on(stated, "below") == "error"

    @property
    def dosings_go(self) -> bool:
        """Whether the medical decision is against treatment: planned dosings are not moved."""
        return self.course.is_halted and self.limits.evaluation_first is not None

    @property
    def may_dose(self) -> bool:
        """Whether dosings may be added: not against a decision, nor while it is open.

        Nothing that is planned changes such a standing, so the plan as it was given can tell.
        """
        standing = self.course.standing
        if self.limits.evaluation_first is None:
            return not standing.is_adverse
        return standing.state in ("clear", "none")

    @property
    def pace(self) -> int:
        """Days between dosings, as usual."""
        return usual_pace(self.limits, self.usual)

    def minutes_of(self, kind: str) -> int:
        """The least length of an added session: what limits and house rules allow somewhere."""
        return self.fitting.lengths(kind)[0]

    def id_of(self, kind: str, number: int) -> str:
        """The id of the so-manieth added session of a kind."""
        ids = self._ids.setdefault(kind, [])
        while len(ids) <= number:
            ids.append(self._fresh(kind))
        return ids[number]

    def errors(self, report: Report) -> list[Finding]:
        """The findings that a repair has to mend."""
        return [finding for finding in report.findings if finding.is_error]


def _history(course: Course) -> frozenset[str]:
    """The sessions that stay: what was held or has begun, and what no longer counts."""
    kept = {session.id for session in course.plan.sessions if not _is_planned(session, course)}
    for evaluation in course.evaluations:
        # Were it gone, a decision that found the client cleared before would mean less.
        if any(
            decision.id in kept
            and decision.ends >= evaluation.ends
            and course.standings.at(decision.ends).state not in ("none", "clear")
            for decision in course.timeline.contacts
        ):
            kept.add(evaluation.id)
    return frozenset(kept)


def _is_planned(session: Session, course: Course) -> bool:
    if session.status != "planned" or course.is_unrecorded(session):
        return False
    return course.as_of is None or session.begins > course.as_of


def moved(session: Session, start: int) -> Session:
    """A session at another time, otherwise the same."""
    return attrs.evolve(session, start=Instant(start))


class TimeWindow(NamedTuple):
    """When a session may stand, in seconds: its first start, its last start, its last end."""

    opens: int = EARLIEST
    starts_by: int = LATEST
    ends_by: int = LATEST + DAY_SECONDS

    def last_start(self, length: int) -> int:
        """The last start of a session of so many seconds."""
        return min(self.starts_by, self.ends_by - length)

    @property
    def is_narrow(self) -> bool:
        """Whether few starts lie in it."""
        return self.opens > EARLIEST and self.last_start(0) < LATEST


ANY_TIME: Final = TimeWindow()


class Remedy(NamedTuple):
    """One way to change one session: added in a window, moved into it, or dropped.

    Attributes:
        action: What is done.
        kind: The session's kind.
        session: The session; ``None`` = it is added.
        window: Where it may stand; of no meaning where it is dropped.
        wanted: What an added session is to be one of; ``None`` = no more than its kind.
    """

    action: Action
    kind: str
    session: Session | None
    window: TimeWindow
    wanted: Selector | None = None


class RepairState:
    """A plan on the way to its repair.

    Attributes:
        scope: What holds throughout.
        course: The plan as it is now.
        settled: The ids of the sessions that were changed on the way; each is changed once.
    """

    __slots__ = ("course", "scope", "settled")

    def __init__(self, scope: Scope, course: Course, settled: frozenset[str]) -> None:
        self.scope, self.course, self.settled = scope, course, settled

    @property
    def forms(self) -> Mapping[str, RuleForm]:
        """The forms of the house rules in force, by id."""
        return forms_by_id(self.scope.protocol.rules_on(deciding_date(self.course)))

    def forms_of(self, rule: str) -> tuple[RuleForm, ...]:
        """What a rule asks, as forms; none where no form says it."""
        form = self.forms.get(rule)
        if form is not None:
            return (form,)
        return catalogue_forms(limits_of(self.scope.protocol, self.course)).get(rule, ())

    def adding(
        self, kind: str, window: TimeWindow = ANY_TIME, wanted: Selector | None = None
    ) -> list[Remedy]:
        """A session of a kind, if a window is long enough and not over."""
        since = max(window.opens, self.scope.since)
        if kind == "dosing" and not self.scope.may_dose:
            return []
        too_short = window.last_start(self.scope.minutes_of(kind) * 60) < since
        if too_short or len(self.course.plan.sessions) >= MOST_SESSIONS:
            return []
        return [Remedy("add", kind, None, window, wanted)]

    def moving(self, sessions: Iterable[Session], window: TimeWindow = ANY_TIME) -> list[Remedy]:
        """Each of some sessions that may be moved."""
        found = []
        for session in self._free(sessions):
            if session.kind == "dosing" and self.scope.dosings_go:
                continue
            since = max(window.opens, self.scope.since)
            if window.last_start(session.ends - session.begins) >= since:
                found.append(Remedy("move", session.kind, session, window))
        return found

    def dropping(self, sessions: Iterable[Session]) -> list[Remedy]:
        """Each of some sessions that may be dropped, the last first."""
        return [
            Remedy("drop", session.kind, session, ANY_TIME)
            for session in reversed(self._free(sessions))
        ]

    def changing(self, sessions: Iterable[Session]) -> list[Remedy]:
        """Each of some sessions dropped or moved."""
        given = tuple(sessions)
        return self.dropping(given) + self.moving(given)

    def supplying(self, kind: str, window: TimeWindow = ANY_TIME) -> list[Remedy]:
        """A session of a kind in a window: a new one, or another that is moved there."""
        its = [session for session in self.course.counting if session.kind == kind]
        return self.adding(kind, window) + self.moving(its, window)

    def resolve(self, moment: Moment) -> int:
        """The instant of a window's edge."""
        return self.course.timeline.zone.resolve(moment)

    def _free(self, sessions: Iterable[Session]) -> list[Session]:
        kept, settled = self.scope.history, self.settled
        return [s for s in sessions if s.id not in kept and s.id not in settled]


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
                None if change.before else change.session.place,
                None if change.before else getattr(change.session, "format", None),
                None if change.before else getattr(change.session, "level", None),
                None if change.before else getattr(change.session, "route", None),
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

    def with_remedy(self, remedy: Remedy, start: int, scope: Scope) -> Attempt:
        """One more session changed; the start is of no meaning where it is dropped."""
        session = remedy.session
        if session is None:
            its = (c for c in self.changes if c.before is None and c.session.kind == remedy.kind)
            id = scope.id_of(remedy.kind, sum(1 for _ in its))
            plan = self.plan(scope)
            added = scope.fitting.session(plan, id, remedy.kind, start, remedy.wanted)
            change = Change(action="add", after=added)
        elif remedy.action == "drop":
            change = Change(action="drop", before=session)
        else:
            change = Change(action="move", before=session, after=moved(session, start))
        return Attempt((*self.changes, change), self.minutes + change.minutes_moved)

    def plan(self, scope: Scope) -> Plan:
        """The plan with the changes made."""
        return with_changes(scope.plan, self.changes)

    def in_order(self, scope: Scope) -> Attempt:
        """The same in order of time, the added sessions of a kind numbered by it."""
        changes, numbers = [], dict.fromkeys((c.session.kind for c in self.changes), 0)
        for change in sorted(self.changes, key=_by_time):
            after = change.after
            if after is not None and change.before is None:
                id = scope.id_of(after.kind, numbers[after.kind])
                numbers[after.kind] += 1
                changes.append(attrs.evolve(change, after=attrs.evolve(after, id=id)))
            else:
                changes.append(change)
        return Attempt(tuple(changes), self.minutes)

    def penalty(self, plan: Plan, report: Report, scope: Scope, before: Report) -> int:
        """What an addition has against it beyond errors.

        Findings that the plan did not have, hours at which nobody expects a session, a start
        before the course's own, dosings closer than the usual distance, and integrations on the
        day of a dosing, twice where they leave no rest after it.
        """
        added = [c.after for c in self.changes if c.before is None and c.after is not None]
        if not added:
            return 0
        ids, zone = {session.id for session in added}, plan.zone
        strange = sum(zone.clock(session.begins).hour not in _DAYTIME for session in added)
        new = sum(finding.verdict == "violated" for finding in beyond(before, report))
        apart, timeline = scope.pace, plan.timeline
        dated = zip(timeline.dosings, timeline.dosing_days, strict=True)
        close = sum(
            later - earlier < apart and not ids.isdisjoint((dosing.id, following.id))
            for (dosing, earlier), (following, later) in pairwise(dated)
        )
        booked = scope.course.counting[:1]
        early = sum(session.begins < first.begins for session in added for first in booked)
        soon = sum(_soon(session, plan.timeline) for session in added)
        return strange + early + new + close + soon


def _soon(session: Session, timeline: Timeline) -> int:
    """What a new integration has against it for coming soon after a dosing."""
    if session.kind != "integration":
        return 0
    day, rest = timeline.zone.day(session.begins), SHORT_REST * 60
    close = any(0 <= session.begins - dosing.ends < rest for dosing in timeline.dosings)
    return (day in timeline.dosing_days) + close


class RepairCandidate(NamedTuple):
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

    def made(self, scope: Scope) -> Attempt:
        """The attempt with the session changed."""
        return self.attempt.with_remedy(self.remedy, self.start, scope)


def _by_time(change: Change) -> tuple[int, int, str]:
    session = change.session
    return session.begins, session.rank, session.id


def with_changes(plan: Plan, changes: tuple[Change, ...]) -> Plan:
    """A plan with some changes made."""
    gone = {change.before.id for change in changes if change.before is not None}
    kept = [session for session in plan.sessions if session.id not in gone]
    return with_sessions(plan, [*kept, *(c.after for c in changes if c.after is not None)])

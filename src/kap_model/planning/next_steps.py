"""``next_steps``: what comes next in a course, from when on it may, and until when it should."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, TypeAlias

from attrs import evolve, frozen

from kap_model._time import LATEST, DayEdge, Instant, Moment, Zone, day_end, day_start
from kap_model.checking import ProtocolChoice, check, choose_protocol, limits_of
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan
from kap_model.planning.house import refuse_house_rules
from kap_model.planning.moves import identity
from kap_model.planning.new_sessions import new_ids, refuse_closed, usual_fields, with_sessions
from kap_model.planning.results import STEP_KINDS, NextSteps, Step, StepKind
from kap_model.planning.rule_effects import Turns, kind_that_ends, review_to_come
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import CLASS_OF_KIND, RECORDED, Session

_MINUTE: Final = 60


@frozen(kw_only=True)
class Need:
    """Something to do, before its earliest start is known.

    Attributes:
        kind: The kind of session, or ``record``.
        opens, due: Its window.
        rules: The rules that ask for it.
        findings: The findings that it answers.
        sessions: The ids of the sessions concerned.
        required: Whether a rule asks for it.
        settles_standing: Whether it records the decision on which treatment waits.
        until: The instant by which a session has to start to be of use; ``None`` = no such.
    """

    kind: StepKind
    opens: Moment | None = None
    due: Moment | None = None
    rules: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    sessions: tuple[str, ...] = ()
    required: bool = True
    settles_standing: bool = False
    until: int | None = None


def needs_of(course: Course, limits: Limits, report: Report) -> list[Need]:
    """What an active course needs, and what it has room for, as far as its standing lets it."""
    records = _records(course, limits, report.findings)
    pending = [_need(course, one) for one in report.findings if one.verdict == "pending"]
    if course.is_halted:
        return records + _merged(need for need in pending if _is_owed(course, need))
    needs = _merged([*pending, *_review_to_come(course, limits)])
    asked = {need.kind for need in needs}
    needs += [need for need in _room(course, limits) if need.kind not in asked]
    if course.standing.state in ("pending", "unrecorded"):
        needs = [need for need in needs if need.kind != "dosing"]
    return records + needs


def _need(course: Course, finding: Finding) -> Need:
    kind: StepKind = kind_that_ends(finding, course.plan) or "record"
    return Need(
        kind=kind,
        opens=finding.breach.opens,
        due=finding.breach.closes,
        rules=(finding.rule,),
        findings=(finding,),
        sessions=finding.sessions,
    )


def _is_owed(course: Course, need: Need) -> bool:
    """Whether a halted course owes it: an integration, or a fact, of a session that was held."""
    if need.kind != "record" and need.rules != ("INTEG-EACH",):
        return False
    held = {session.id for session in course.counting if course.is_held(session)}
    return held.issuperset(need.sessions)


_Key: TypeAlias = tuple[StepKind, Moment | None, Moment | None]


def _merged(needs: Iterable[Need]) -> list[Need]:
    """Needs of one kind and window as one."""
    merged: dict[_Key, Need] = {}
    for need in needs:
        key = need.kind, need.opens, need.due
        merged[key] = _joined(merged[key], need) if key in merged else need
    return list(merged.values())


def _joined(one: Need, other: Need) -> Need:
    return evolve(
        one,
        rules=tuple(dict.fromkeys((*one.rules, *other.rules))),
        findings=one.findings + other.findings,
        sessions=tuple(dict.fromkeys((*one.sessions, *other.sessions))),
    )


def _records(course: Course, limits: Limits, findings: Iterable[Finding]) -> list[Need]:
    """The facts to record, by the session that lacks them; the decision that is awaited first."""
    records: dict[str, Need] = {}
    standing = course.standing
    if standing.decider is not None and standing.state in ("pending", "unrecorded"):
        records[standing.decider.id] = Need(
            kind="record",
            rules=("MED-CLEAR",) if limits.evaluation_first else (),
            sessions=(standing.decider.id,),
            settles_standing=True,
        )
    for finding in findings:
        if finding.verdict == "unknown":
            # The session whose outcome or record is missing stands first.
            lacking = finding.sessions[:1]
            need = Need(kind="record", rules=(finding.rule,), findings=(finding,), sessions=lacking)
            known = records.get(lacking[0])
            records[lacking[0]] = need if known is None else _joined(known, need)
    return list(records.values())


def _review_to_come(course: Course, limits: Limits) -> Iterator[Need]:
    to_come = review_to_come(course, limits)
    if to_come is None:
        return
    closes = course.timeline.zone.resolve(day_end(to_come.due))
    missed = course.as_of is not None and closes <= course.as_of
    yield Need(
        kind="medical-review",
        opens=None if missed else day_start(to_come.after + 1),
        due=day_end(to_come.due),
        rules=("REVIEW-QUARTER",),
    )


def _room(course: Course, limits: Limits) -> Iterator[Need]:
    """One more of each kind that has room below its maximum."""
    first = course.first_dosing
    if first is None or course.starts_after_as_of(first):
        until = None if first is None else first.begins
        before = [p for p in course.preparations if until is None or p.ends <= until]
        if _has_room(limits.preparation_count, len(before)):
            yield Need(kind="preparation", required=False, until=until)
    if _has_room(limits.dosing_count, len(course.dosings)):
        yield Need(kind="dosing", required=False)
    if _has_room(limits.integration_count, len(course.integrations)):
        yield Need(kind="integration", required=False)
    if course.evaluations or course.reviews or first is not None:
        yield Need(kind="medical-review", required=False)


def _has_room(bounds: Bounds | None, number: int) -> bool:
    return bounds is None or bounds.max is None or number < bounds.max


class Found(NamedTuple):
    """An earliest start, if there is one, and the rules that bind it or stand in its way."""

    start: Instant | None
    rules: frozenset[str]


class _Trial(NamedTuple):
    """What one session in one place would bring about: the report, and the rules in its way."""

    after: Report
    hurdles: frozenset[str]


class EarliestStarts:
    """Finds lawful starts in one course: each trial is a check, and few are made.

    A trial that is not lawful names the rules that are in its way; the next one is made where
    the last of them can change its mind (:class:`~kap_model.planning.rule_effects.Turns`).
    """

    def __init__(self, course: Course, care: CareProtocol, before: Report, as_of: Instant) -> None:
        self.course, self.care, self.as_of = course, care, as_of
        self.turns = Turns(course, care)
        self.fresh_id = new_ids(course.plan)
        self.ids: dict[str, str] = {}
        self.trials: dict[tuple[str, int], _Trial] = {}
        self.violated = _violated(before)
        self.windows = {(identity(f), f.breach.closes) for f in before.findings}

    def find(self, need: Need) -> Found:
        """The first start from ``as_of`` on that is lawful and answers a need in its window."""
        start: int | None = max(self.as_of, self._opens(need))
        closes = self._closes(need)
        least: frozenset[str] | None = None
        while start is not None:
            start = self._free_from(need.kind, start)
            if start > LATEST or (closes is not None and start >= closes):
                break
            hurdles = self._hurdles(need, start)
            if not hurdles:
                return Found(Instant(start), self._bound_by(need, start))
            if least is None or len(hurdles) <= len(least):
                least = hurdles
            start = self._next(need.kind, start, hurdles)
        return Found(None, least or frozenset({"NO-OVERLAP"}))

    def _opens(self, need: Need) -> int:
        return self.as_of if need.opens is None else self._resolve(need.opens)

    def _closes(self, need: Need) -> int | None:
        """The instant by which a session has to start; one whose date was missed still may."""
        if need.due is None:
            return need.until
        closes = self._resolve(need.due)
        return closes if closes > self.as_of else None

    def _resolve(self, moment: Moment) -> int:
        return self.course.timeline.zone.resolve(moment)

    def _free_from(self, kind: str, start: int) -> int:
        """The first instant from a start on at which a session overlaps no other."""
        length = self._minutes(kind, start) * 60
        for session in self.course.counting:
            if session.begins >= start + length:
                break
            start = max(start, session.ends)
        return start

    def _bound_by(self, need: Need, start: int) -> frozenset[str]:
        if start == self.as_of:
            return frozenset()
        earlier = max(self.as_of, start - _MINUTE)
        too_early = need.rules if earlier < self._opens(need) else ()
        return self._hurdles(need, earlier).union(too_early)

    def _hurdles(self, need: Need, start: int) -> frozenset[str]:
        """The rules that keep a session from standing there, or from answering the need."""
        trial = self._trial(need.kind, start)
        return trial.hurdles.union(f.rule for f in need.findings if _stays(f, trial.after))

    def _in_the_way(self, session: Session, after: Report) -> Iterator[str]:
        """The rules that a session would break, or that would ask for something before it."""
        for name in _violated(after) - self.violated:
            yield name[0]
        for finding in after.findings:
            closes = finding.breach.closes
            if finding.verdict == "pending" and closes is not None:
                before_it = self._ends_before(closes, session)
                if before_it and (identity(finding), closes) not in self.windows:
                    yield finding.rule

    def _ends_before(self, closes: Moment, session: Session) -> bool:
        with_its_day = isinstance(closes, DayEdge) and closes.day == self.course.day(session)
        return with_its_day or self._resolve(closes) <= session.begins

    def _next(self, kind: str, start: int, hurdles: frozenset[str]) -> int | None:
        """Where the last of the hurdles may fall; ``None`` where one of them never does."""
        latest = start
        minutes, limits = self._minutes(kind, start), self._limits(start)
        for rule in hurdles:
            turn = self.turns.after(start, rule, minutes, limits)
            if turn is None:
                return None
            latest = max(latest, turn)
        return latest

    def _limits(self, start: int) -> Limits:
        """The limits in force once a session starts there."""
        first = self.turns.first
        at = start if first is None else min(start, first)
        return self.care.limits_on(dt.date.fromordinal(self.course.timeline.zone.day(at)))

    def _minutes(self, kind: str, start: int) -> int:
        minutes: int = usual_fields(self._limits(start))[kind]["minutes"]
        return minutes

    def _trial(self, kind: str, start: int) -> _Trial:
        trial = self.trials.get((kind, start))
        if trial is None:
            session = self._session(kind, start)
            longer = with_sessions(self.course.plan, (*self.course.plan.sessions, session))
            as_of = dt.datetime.fromtimestamp(self.as_of, dt.UTC)
            after = check(longer, self.care, as_of=as_of)
            trial = _Trial(after, frozenset(self._in_the_way(session, after)))
            self.trials[kind, start] = trial
        return trial

    def _session(self, kind: str, start: int) -> Session:
        """A session of a kind in the shortest form that the limits allow, if they allow any."""
        if kind not in self.ids:
            self.ids[kind] = self.fresh_id(kind)
        fields = usual_fields(self._limits(start), support_person=RECORDED)[kind]
        return CLASS_OF_KIND[kind](id=self.ids[kind], start=Instant(start), **fields)


def _violated(report: Report) -> Counter[tuple[Any, ...]]:
    return Counter(identity(f) for f in report.findings if f.verdict == "violated")


def _stays(finding: Finding, after: Report) -> bool:
    """Whether a finding is still there, and asks for as much as before."""
    same = [one for one in after.findings if one.rule == finding.rule]
    known = identity(finding), finding.breach.facts
    return any((identity(one), one.breach.facts) == known for one in same)


_NOTHING: Final = Found(None, frozenset())


def next_steps(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
) -> NextSteps:
    """Say what comes next in an active course, the soonest due first.

    There is one required step for each pending finding, merged by kind and window; the next
    medical review while treatment goes on, or the one whose date was missed; and one optional step
    for each kind that has room, where a lawful start is free. Facts that only people have come as
    ``record`` steps. A halted course gets the integrations owed for dosings that were held, and
    records; while the medical decision is awaited, recording it comes first and no dosing is
    listed.

    Args:
        plan: An active course, with whatever findings its history has.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment from which on sessions are booked; required.

    Raises:
        InvalidValue: ``as_of`` is absent or names no instant, the course is closed, or the
            protocol is not known.
        PlanningError: House rules are in force.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    report = check(plan, protocol, as_of=as_of)
    refuse_closed(plan)
    if report.instant is None:
        raise refusal("as_of", "must be given: what comes next depends on the moment")
    care, _ = choose_protocol(plan, protocol)
    course = Course.of(plan, report.instant)
    refuse_house_rules(care, "next_steps", course)
    starts = EarliestStarts(course, care, report, report.instant)
    steps: list[tuple[Need, Step]] = []
    for need in needs_of(course, limits_of(care, course), report):
        found = _NOTHING if need.kind == "record" else starts.find(need)
        if need.required or found.start is not None:
            steps.append((need, _step(need, found, plan.timezone)))
    steps.sort(key=lambda pair: _urgency(pair[0], pair[1], plan.zone))
    return NextSteps(
        plan=plan.id,
        protocol=report.protocol,
        protocol_source=report.protocol_source,
        timezone=plan.timezone,
        instant=report.instant,
        halted=course.is_halted,
        steps=[step for _, step in steps],
        findings=[finding for finding in report.findings if finding.verdict == "violated"],
    )


def _step(need: Need, found: Found, timezone: str) -> Step:
    return Step(
        kind=need.kind,
        earliest=found.start,
        due=need.due,
        required=need.required,
        earliest_rules=found.rules,
        due_rules=need.rules,
        sessions=need.sessions,
        findings=need.findings,
        timezone=timezone,
    )


def _urgency(need: Need, step: Step, zone: Zone) -> tuple[bool, float, bool, int, float]:
    """The awaited decision, then the soonest due; records first, then in the order of kinds."""
    return (
        not need.settles_standing,
        math.inf if step.due is None else zone.resolve(step.due),
        step.kind != "record",
        STEP_KINDS.index(step.kind),
        math.inf if step.earliest is None else step.earliest,
    )

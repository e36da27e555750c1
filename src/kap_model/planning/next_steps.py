"""``next_steps``: an agenda of a course: what to do next, from when on, and until when."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve

from kap_model._time import DayEdge, Instant, Moment
from kap_model.breach import listed, noun
from kap_model.checking import NAMING, ProtocolChoice, ProtocolsGiven, check, choose_protocol
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms.selectors import Selector
from kap_model.plan import Plan
from kap_model.planning.earliest import EarliestStarts, Found
from kap_model.planning.needs import Asking, common, is_sure, kinds_with_room, required_needs
from kap_model.planning.pacing import pace_of_dosings
from kap_model.planning.steps import DOES, NextSteps, Step, Urgency
from kap_model.planning.visits import Visit, visits_for
from kap_model.protocol import CareProtocol
from kap_model.report import Finding
from kap_model.sessions import KINDS, Dosing, Kind, Session

_WEEK: Final = 7
_OF_ALL: Final = frozenset({"SUPPLY-BALANCE", "PREP-AFTER-SUPPLY"})
"""One supply that arrives may do for several sessions."""
_ENDED_BY_CANCELING: Final = frozenset({"MED-CLEAR", "RECORD-OUTCOME"})
_STOPPED: Final = "Treatment is stopped; only a new medical decision could let it go on."
_ENDED: Final = "Treatment has ended, and what is booked still stands on the calendar."
_UNCLEARED: Final = "Every dosing needs a medical clearance."
_FIRST: Final = {"stopped": 0, "overdue": 1}
_STOPS: Final[tuple[Kind, ...]] = ("dosing", "preparation")
"""The kinds that are canceled where treatment is stopped."""


def next_steps(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
    optional: bool = False,
    protocols: ProtocolsGiven = (),
) -> NextSteps:
    """Say what to do next in a course: what stops first, then what is overdue, then by due.

    One appointment is one step: findings that one session ends are one ``book`` step that lists
    them, with the fewest appointments in all. The next medical contact while treatment goes on is
    one of them, and so is one whose date was missed. What is booked and not over comes as
    ``attend``, facts that only people have as ``record``. A course that the medical partner has
    halted gets ``cancel`` for the dosings and preparations that are booked, ``tell`` for dosings
    that were held after the decision, and the integrations owed; a plan that is not active,
    ``cancel`` for all that is booked. While the decision is awaited, to record it comes first, and
    no dosing is listed.

    Args:
        plan: A course, with whatever findings its history has.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment from which on sessions are booked; required.
        optional: Whether to say of which kinds one more is allowed, though nothing asks for it.
        protocols: As for :func:`~kap_model.check`.

    Raises:
        InvalidValue: ``as_of`` is absent or names no instant, or the protocol is not known.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    pool = NAMING.pool(protocols)
    report = check(plan, protocol, as_of=as_of, protocols=pool)
    if report.instant is None:
        raise refusal("as_of", "must be given: what comes next depends on the moment")
    if type(optional) is not bool:
        raise refusal("optional", "must be true or false")
    care, _ = choose_protocol(plan, protocol, pool)
    course = Course.of(plan, report.instant)
    asking = Asking.of(course, care, report)
    stopping = list(_stopping(asking))
    canceled = {id for step in stopping if step.do == "cancel" for id in step.sessions}
    steps = [*stopping, *_records(asking, canceled)]
    if plan.state == "active":
        steps += _booked(asking)
        steps += _bookings(asking, care, report.instant, optional=optional)
    return NextSteps(
        plan=plan.id,
        protocol=report.protocol,
        protocol_source=report.protocol_source,
        timezone=plan.timezone,
        instant=report.instant,
        state=plan.state,
        stopped_by=course.standing.decider if course.is_halted else None,
        steps=sorted(steps, key=lambda step: _turn(step, course)),
        findings=[finding for finding in report.findings if finding.verdict == "violated"],
    )


def _turn(step: Step, course: Course) -> tuple[float, ...]:
    """Optional ones last; what stops, what is overdue, the soonest due; then by what is done.

    Of what is due at once, that for which something else has to come first comes later.
    """
    return (
        not step.required,
        _FIRST.get(step.urgency, len(_FIRST)),
        math.inf if step.due is None else course.timeline.zone.resolve(step.due),
        DOES.index(step.do),
        step.do == "book" and step.earliest is None,
        len(KINDS) if step.kind is None else KINDS.index(step.kind),
        math.inf if step.earliest is None else step.earliest,
    )


def _is_booked(session: Session, course: Course) -> bool:
    """Whether a session is on the calendar and not over."""
    return session.status == "planned" and not course.is_unrecorded(session)


def _stopping(asking: Asking) -> Iterator[Step]:
    """What is canceled and told where treatment is stopped, or has ended."""
    course = asking.course
    is_over = course.plan.state != "active"
    if not is_over and not course.is_halted:
        return
    for kind in KINDS if is_over else _STOPS:
        sessions = [
            session
            for session in course.plan.sessions
            if session.kind == kind and _is_booked(session, course)
        ]
        if sessions:
            yield _cancel(asking, kind, sessions)
    if course.is_halted:
        yield from _told(asking)


def _cancel(asking: Asking, kind: Kind, sessions: list[Session]) -> Step:
    course = asking.course
    findings = [
        finding for finding in _about(asking, sessions) if finding.rule in _ENDED_BY_CANCELING
    ]
    return Step(
        do="cancel",
        kind=kind,
        number=len(sessions),
        due=Instant(min(session.begins for session in sessions)),
        urgency="stopped",
        due_rules=_rules_of(findings),
        concerns=sessions,
        findings=findings,
        because=_STOPPED if course.is_halted else _ENDED,
        timezone=course.plan.timezone,
    )


def _about(asking: Asking, sessions: Iterable[Session]) -> Iterator[Finding]:
    """The findings of which the last session concerned is one of these."""
    ids = {session.id for session in sessions}
    for finding in asking.report.findings:
        if finding.sessions and finding.sessions[-1] in ids:
            yield finding


def _told(asking: Asking) -> Iterator[Step]:
    course = asking.course
    dosings = [
        dosing
        for dosing in course.dosings
        if course.is_held(dosing) and course.standings.at(dosing.begins).is_adverse
    ]
    if dosings:
        findings = [f for f in _about(asking, dosings) if f.rule == "MED-CLEAR"]
        yield Step(
            do="tell",
            kind="dosing",
            number=len(dosings),
            urgency="stopped",
            due_rules=_rules_of(findings),
            concerns=dosings,
            because=_UNCLEARED,
            timezone=course.plan.timezone,
        )


def _rules_of(findings: Iterable[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def _records(asking: Asking, canceled: Iterable[str]) -> Iterator[Step]:
    """The facts to record, by the session that lacks them, and those with a date to record by."""
    decision = _decision(asking)
    if decision is not None:
        yield decision
    settled = {*canceled, *(() if decision is None else decision.sessions)}
    unknown: dict[str, list[Finding]] = {}
    dated: dict[object, list[Finding]] = {}
    for finding in asking.report.findings:
        # The session whose outcome or record is missing stands first.
        lacking = finding.sessions[:1]
        if finding.verdict == "unknown" and not settled.intersection(lacking):
            unknown.setdefault(lacking[0], []).append(finding)
        if finding.verdict == "pending" and _is_fact(asking, finding):
            one = finding.rule if finding.rule in _OF_ALL else (lacking, finding.breach.closes)
            dated.setdefault(one, []).append(finding)
    for findings in (*unknown.values(), *dated.values()):
        yield _record(asking, findings)


def _is_fact(asking: Asking, finding: Finding) -> bool:
    """Whether people end a pending finding by what they record; of a halted course, what is owed.

    It owes what belongs to sessions that were held.
    """
    course = asking.course
    owed = not course.is_halted or all(map(course.is_held, finding.breach.sessions))
    return owed and asking.wanted(finding) is None


def _decision(asking: Asking) -> Step | None:
    """To record the decision for which treatment waits, by the first dosing that is booked."""
    course, decider = asking.course, asking.course.standing.decider
    if decider is None or not asking.awaits_decision:
        return None
    findings = [f for f in asking.report.findings if f.verdict == "unknown"]
    its = [finding for finding in findings if finding.sessions[:1] == (decider.id,)]
    asked = ["MED-CLEAR"] if asking.limits.evaluation_first else []
    waiting = [dosing for dosing in course.dosings if _is_booked(dosing, course)]
    return evolve(
        _record(asking, its, [decider]),
        due=Instant(waiting[0].begins) if waiting else None,
        urgency="stopped",
        due_rules=[*asked, *_rules_of(its)],
        because=_waits(decider, waiting),
    )


def _waits(decider: Session, dosings: list[Dosing]) -> str:
    """Why the decision comes first, and which dosings wait for it."""
    begun = (
        f"The medical decision of {noun(decider)} {decider.id} is awaited; until it is recorded, "
        "no dosing is held"
    )
    waiting = f": {listed([d.id for d in dosings])} waits" if len(dosings) == 1 else ""
    if len(dosings) > 1:
        waiting = f": {listed([d.id for d in dosings])} wait"
    return f"{begun}{waiting}."


def _record(
    asking: Asking, findings: list[Finding], concerns: Iterable[Session] | None = None
) -> Step:
    course = asking.course
    if concerns is None:
        first = {f.breach.sessions[0].id: f.breach.sessions[0] for f in findings if f.sessions}
        concerns = first.values()
    sessions = tuple(concerns)
    # What is to be known of a session that is over was due when it ended.
    over = [session.ends for session in sessions if session.ends <= (course.as_of or 0)]
    dues: list[Moment] = [f.breach.closes for f in findings if f.breach.closes is not None]
    due = min(dues, key=course.timeline.zone.resolve, default=None)
    if due is None and over:
        due = Instant(min(over))
    return Step(
        do="record",
        kind=sessions[0].kind if sessions else None,
        due=due,
        urgency=_urgency(due, course),
        due_rules=_rules_of(findings),
        concerns=sessions,
        findings=findings,
        timezone=course.plan.timezone,
    )


def _booked(asking: Asking) -> Iterator[Step]:
    """What is booked and not over, but dosings that wait for a decision, and what is canceled."""
    course = asking.course
    left_out: tuple[str, ...] = ("dosing",) if asking.awaits_decision else ()
    if course.is_halted:
        left_out = _STOPS
    for session in course.plan.sessions:
        if _is_booked(session, course) and session.kind not in left_out:
            start = Instant(session.begins)
            yield Step(
                do="attend",
                kind=session.kind,
                earliest=start,
                due=start,
                # What goes on now is no more overdue than what comes later today.
                urgency=_urgency(start, course) if course.starts_after_as_of(session) else "today",
                concerns=[session],
                timezone=course.plan.timezone,
            )


def _bookings(
    asking: Asking, care: CareProtocol, as_of: Instant, *, optional: bool
) -> Iterator[Step]:
    """The appointments that are needed, and as asked for those that are merely allowed."""
    needs = required_needs(asking)
    if not needs and not optional:
        return
    starts = EarliestStarts(asking, care, as_of)
    zone = asking.course.timeline.zone
    found = [(visit, *starts.best(visit)) for visit in visits_for(needs, zone)]
    if any(its.start is None and len(visit.needs) > 1 for visit, _, its in found):
        # Windows that meet are not enough: what cannot be had at once is booked apart.
        visits = visits_for(needs, zone, lambda visit: starts.best(visit)[1].start is not None)
        found = [(visit, *starts.best(visit)) for visit in visits]
    pace = pace_of_dosings(asking.course, care, asking.limits)
    for visit, kind, its in found:
        keeps = its.start is None or starts.keeps_lines(its.start)
        sure = [need for need in visit.ends if keeps and is_sure(need, kind, asking)]
        unsure = [need for need in visit.ends if need not in sure]
        sorted_out = evolve(visit, ends=tuple(sure), helps=(*unsure, *visit.helps))
        yield _booking(asking, sorted_out, kind, its, pace)
    needed = {kind for _, kind, _ in found}
    for kind, until in kinds_with_room(asking) if optional else ():
        visit = Visit(wanted=Selector(kind), until=until)
        its = starts.find(visit, kind)
        if kind not in needed and its.start is not None:
            yield evolve(_booking(asking, visit, kind, its, pace), required=False)


def _booking(asking: Asking, visit: Visit, kind: Kind, found: Found, pace: str) -> Step:
    course = asking.course
    missed = [need.missed for need in visit.needs if need.missed is not None]
    due = min(missed, key=course.timeline.zone.resolve) if missed else visit.closes
    order = asking.report.findings.index
    ends, helps = [
        sorted([need.finding for need in needs if need.finding is not None], key=order)
        for needs in (visit.ends, visit.helps)
    ]
    contacts = [
        (need.rule, edge)
        for need in visit.needs
        if need.finding is None and (edge := need.missed or need.due) is not None
    ]
    concerned = {s.id: s for finding in (*ends, *helps) for s in finding.breach.sessions}
    return Step(
        do="book",
        kind=kind,
        wanted=_way(visit.wanted, kind),
        number=visit.number,
        earliest=found.start,
        due=due,
        urgency=_urgency(due, course),
        earliest_rules=sorted(found.rules, key=asking.report.rule_ids.index),
        due_rules=[need.rule for need in visit.needs],
        concerns=concerned.values(),
        findings=ends,
        helps=helps,
        contacts=contacts,
        pace=pace if kind == "dosing" else None,
        timezone=course.plan.timezone,
    )


def _way(wanted: Selector, kind: Kind) -> Selector | None:
    """How a session of a kind is to be held; ``None`` = in any way."""
    way = common(wanted, Selector(kind))
    return None if way is None or way.is_plain else way


def _urgency(due: Moment | None, course: Course) -> Urgency:
    """How soon something is wanted, by the plan's days."""
    now, today = course.as_of, course.as_of_day
    if due is None or now is None or today is None:
        return "later"
    zone = course.timeline.zone
    day = due.day if isinstance(due, DayEdge) else zone.day(due)
    if zone.resolve(due) <= now:
        return "overdue"
    if day <= today:
        return "today"
    return "week" if day - today <= _WEEK else "later"

"""``next_steps``: what comes next in a course, from when on it may, and until when it should."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from attrs import evolve, frozen

from kap_model._time import LATEST, DayEdge, Instant, Moment, Zone, day_end, day_start
from kap_model.checking import (
    NAMING,
    ProtocolChoice,
    ProtocolsGiven,
    check,
    choose_protocol,
    limits_of,
)
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.facts import Known
from kap_model.forms.house_rules import HouseRule, forms_by_id
from kap_model.forms.ordering import Follow
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan
from kap_model.planning.fitted import Fitting
from kap_model.planning.moves import identity
from kap_model.planning.new_sessions import new_ids, refuse_closed, with_sessions
from kap_model.planning.results import STEP_KINDS, NextSteps, Step, StepKind
from kap_model.planning.rule_effects import Turns, contact_to_come, review_form, what_ends
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.sessions import RECORDED, Kind, Session

_MINUTE: Final = 60


@frozen(kw_only=True)
class Need:
    """Something to do, before its earliest start is known.

    Attributes:
        kind: The kind of session, or ``record``.
        wanted: The sessions of which one answers it; ``None`` = any of the kind.
        opens, due: Its window.
        rules: The rules that ask for it.
        findings: The findings that it answers.
        sessions: The ids of the sessions concerned.
        required: Whether a rule asks for it.
        settles_standing: Whether it records the decision on which treatment waits.
        until: The instant by which a session has to start to be of use; ``None`` = no such.
    """

    kind: StepKind
    wanted: Selector | None = None
    opens: Moment | None = None
    due: Moment | None = None
    rules: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    sessions: tuple[str, ...] = ()
    required: bool = True
    settles_standing: bool = False
    until: int | None = None


@frozen
class Asking:
    """What is asked of an active course at a moment.

    Attributes:
        course: The course.
        limits: Those in force.
        report: What a check says of it.
        forms: Those of the house rules in force, by id.
    """

    course: Course
    limits: Limits
    report: Report
    forms: Mapping[str, RuleForm]

    @classmethod
    def of(cls, course: Course, care: CareProtocol, report: Report) -> Asking:
        """What a protocol asks of a course."""
        return cls(course, limits_of(care, course), report, forms_by_id(report.house_rules))

    @property
    def awaits_decision(self) -> bool:
        """Whether treatment waits for the medical decision."""
        return self.course.standing.state in ("pending", "unrecorded")


def required_needs(asking: Asking) -> list[Need]:
    """What an active course needs, as far as its standing lets it."""
    course, report = asking.course, asking.report
    records = _records(course, asking.limits, report.findings)
    pending = [_need(asking, one) for one in report.findings if one.verdict == "pending"]
    if course.is_halted:
        return records + _merged(need for need in pending if _is_owed(asking, need))
    needs = _merged([*pending, *_contacts_to_come(asking)])
    if asking.awaits_decision:
        needs = [need for need in needs if need.kind != "dosing"]
    return records + needs


def optional_needs(asking: Asking, required: Container[StepKind]) -> list[Need]:
    """What an active course has room for beside sessions of the kinds that it needs."""
    if asking.course.is_halted:
        return []
    room = [need for need in _room(asking.course, asking.limits) if need.kind not in required]
    return [need for need in room if need.kind != "dosing" or not asking.awaits_decision]


def _need(asking: Asking, finding: Finding) -> Need:
    form = asking.forms.get(finding.rule)
    wanted = what_ends(finding, asking.course.plan, form)
    # Where numbers decide what is wanted, one that stands elsewhere may end it too.
    is_counted = form is not None and wanted is not None and wanted.has_ordinal
    return Need(
        kind="record" if wanted is None else kinds_of(wanted)[0],
        wanted=wanted,
        opens=None if is_counted else finding.breach.opens,
        due=finding.breach.closes,
        rules=(finding.rule,),
        findings=(finding,),
        sessions=finding.sessions,
    )


def _is_owed(asking: Asking, need: Need) -> bool:
    """Whether a halted course owes it: an integration, or a fact, of a session that was held."""
    owed = need.kind == "integration" and all(
        rule == "INTEG-EACH" or isinstance(asking.forms.get(rule), Follow) for rule in need.rules
    )
    if need.kind != "record" and not owed:
        return False
    course = asking.course
    held = {session.id for session in course.counting if course.is_held(session)}
    return held.issuperset(need.sessions)


_Key: TypeAlias = tuple[StepKind, Selector | None, Moment | None, Moment | None]


def _merged(needs: Iterable[Need]) -> list[Need]:
    """Needs of one kind and window as one."""
    merged: dict[_Key, Need] = {}
    for need in needs:
        key = need.kind, need.wanted, need.opens, need.due
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


def _contacts_to_come(asking: Asking) -> Iterator[Need]:
    course, limits = asking.course, asking.limits
    recurring: dict[str, RuleForm | None] = {"REVIEW-QUARTER": review_form(limits)}
    for rule, form in (recurring | dict(asking.forms)).items():
        to_come = contact_to_come(form, course, limits) if isinstance(form, Recur) else None
        if to_come is None:
            continue
        closes = course.timeline.zone.resolve(day_end(to_come.due))
        missed = course.as_of is not None and closes <= course.as_of
        yield Need(
            kind=kinds_of(to_come.what)[0],
            wanted=to_come.what,
            opens=None if missed else day_start(to_come.after + 1),
            due=day_end(to_come.due),
            rules=(rule,),
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


def kinds_of(wanted: Selector) -> list[Kind]:
    """The kinds of which one is wanted, as a practice would choose: a new evaluation last."""
    return sorted(wanted.kind, key=lambda kind: kind == "medical-evaluation")


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

    def __init__(self, asking: Asking, care: CareProtocol, as_of: Instant) -> None:
        self.asking, self.course, self.care, self.as_of = asking, asking.course, care, as_of
        self.turns = Turns(self.course, care)
        self.fresh_id = new_ids(self.course.plan)
        self.ids: dict[str, str] = {}
        self.trials: dict[tuple[str, Selector | None, int], _Trial] = {}
        self.fittings: dict[tuple[Limits, tuple[HouseRule, ...]], Fitting] = {}
        before = asking.report
        self.violated = _violated(before)
        self.windows = {self._window(finding) for finding in before.findings}

    def best(self, need: Need) -> tuple[Need, Found]:
        """A need of the first of its kinds that has a start, and that start."""
        kinds: list[Kind] = [] if need.wanted is None else kinds_of(need.wanted)
        tried = [(one := evolve(need, kind=kind), self.find(one)) for kind in kinds]
        found = [each for each in tried if each[1].start is not None]
        return (found or tried or [(need, _NOTHING)])[0]

    def find(self, need: Need) -> Found:
        """The first start from ``as_of`` on that is lawful and answers a need in its window."""
        start: int | None = max(self.as_of, self._opens(need))
        closes = self._closes(need)
        least: frozenset[str] | None = None
        while start is not None:
            start = self._free_from(need, start)
            if start > LATEST or (closes is not None and start > closes):
                break
            hurdles = self._hurdles(need, start)
            if not hurdles:
                return Found(Instant(start), self._bound_by(need, start))
            if least is None or len(hurdles) <= len(least):
                least = hurdles
            start = self._next(need, start, hurdles)
        return Found(None, least or frozenset({"NO-OVERLAP"}))

    def _opens(self, need: Need) -> int:
        return self.as_of if need.opens is None else self._resolve(need.opens)

    def _closes(self, need: Need) -> int | None:
        """The last instant at which a session may start; one whose date was missed still may."""
        if need.due is None:
            return None if need.until is None else need.until - 1
        closes = self._resolve(need.due)
        if closes <= self.as_of:
            return None
        # At the very instant a window of hours is still open: whether it is, a trial says.
        return closes if need.findings else closes - 1

    def _resolve(self, moment: Moment) -> int:
        return self.course.timeline.zone.resolve(moment)

    def _free_from(self, need: Need, start: int) -> int:
        """The first instant from a start on at which a session overlaps no other."""
        length = self._minutes(need, start) * 60
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
        trial = self._trial(need, start)
        left = [f.rule for f in need.findings if _stays(f, self.asking.report, trial.after)]
        return trial.hurdles.union(left)

    def _in_the_way(self, session: Session, after: Report) -> Iterator[str]:
        """The rules that a session would break, or that would ask for something before it.

        What is to be known of it by its start is a fact: it is recorded, not booked.
        """
        for name in _violated(after) - self.violated:
            yield name[0]
        forms = forms_by_id(after.house_rules)
        for finding in after.findings:
            closes = finding.breach.closes
            if finding.verdict == "pending" and closes is not None:
                before_it = self._ends_before(closes, session)
                a_fact = isinstance(forms.get(finding.rule), Known)
                if before_it and not a_fact and self._window(finding) not in self.windows:
                    yield finding.rule

    def _window(self, finding: Finding) -> tuple[tuple[Any, ...], int | None]:
        """A finding and where its window closes, whatever closes it."""
        closes = finding.breach.closes
        return identity(finding), None if closes is None else self._resolve(closes)

    def _ends_before(self, closes: Moment, session: Session) -> bool:
        with_its_day = isinstance(closes, DayEdge) and closes.day == self.course.day(session)
        return with_its_day or self._resolve(closes) <= session.begins

    def _next(self, need: Need, start: int, hurdles: frozenset[str]) -> int | None:
        """Where the last of the hurdles may fall; ``None`` where one of them never does."""
        latest = start
        minutes, limits = self._minutes(need, start), self._limits(start)
        forms = forms_by_id(self.care.rules_on(self._deciding_date(start)))
        for rule in hurdles:
            turn = self.turns.after(start, rule, minutes, limits, forms.get(rule))
            if turn is None:
                return None
            latest = max(latest, turn)
        return latest

    def _deciding_date(self, start: int) -> dt.date:
        """The date that says which lines are in force once a session starts there."""
        first = self.turns.first
        at = start if first is None else min(start, first)
        return dt.date.fromordinal(self.course.timeline.zone.day(at))

    def _limits(self, start: int) -> Limits:
        """The limits in force once a session starts there."""
        return self.care.limits_on(self._deciding_date(start))

    def _minutes(self, need: Need, start: int) -> int:
        return self._session(need, start).minutes

    def _trial(self, need: Need, start: int) -> _Trial:
        key = need.kind, need.wanted, start
        if key not in self.trials:
            session = self._session(need, start)
            longer = with_sessions(self.course.plan, (*self.course.plan.sessions, session))
            as_of = dt.datetime.fromtimestamp(self.as_of, dt.UTC)
            after = check(longer, self.care, as_of=as_of)
            self.trials[key] = _Trial(after, frozenset(self._in_the_way(session, after)))
        return self.trials[key]

    def _session(self, need: Need, start: int) -> Session:
        """A session of a kind in the shortest form that is allowed, if any is."""
        kind = need.kind
        if kind not in self.ids:
            self.ids[kind] = self.fresh_id(kind)
        day = self._deciding_date(start)
        key = self.care.limits_on(day), self.care.rules_on(day)
        if key not in self.fittings:
            self.fittings[key] = Fitting(key[0], forms_by_id(key[1]).values(), RECORDED)
        return self.fittings[key].session(
            self.course.plan, self.ids[kind], kind, start, need.wanted
        )


def _violated(report: Report) -> Counter[tuple[Any, ...]]:
    return Counter(identity(f) for f in report.findings if f.verdict == "violated")


def _stays(finding: Finding, before: Report, after: Report) -> bool:
    """Whether a finding is still there, and asks for as much as before."""
    same = [one for one in after.findings if one.rule == finding.rule]
    form = forms_by_id(before.house_rules).get(finding.rule)
    if form is not None and form == forms_by_id(after.house_rules).get(finding.rule):
        return any(form.stays(finding.breach, one.breach) for one in same)
    known = identity(finding), finding.breach.facts
    return any((identity(one), one.breach.facts) == known for one in same)


_NOTHING: Final = Found(None, frozenset())


def next_steps(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
    protocols: ProtocolsGiven = (),
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
        protocols: As for :func:`~kap_model.check`.

    Raises:
        InvalidValue: ``as_of`` is absent or names no instant, the course is closed, or the
            protocol is not known.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    pool = NAMING.pool(protocols)
    report = check(plan, protocol, as_of=as_of, protocols=pool)
    refuse_closed(plan)
    if report.instant is None:
        raise refusal("as_of", "must be given: what comes next depends on the moment")
    care, _ = choose_protocol(plan, protocol, pool)
    course = Course.of(plan, report.instant)
    asking = Asking.of(course, care, report)
    starts = EarliestStarts(asking, care, report.instant)
    found = [starts.best(need) for need in required_needs(asking)]
    optional = optional_needs(asking, {need.kind for need, _ in found})
    found += [(need, its) for need in optional if (its := starts.find(need)).start is not None]
    steps = [(need, _step(need, its, report)) for need, its in found]
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


def _step(need: Need, found: Found, report: Report) -> Step:
    place_of = report.rule_ids.index
    return Step(
        kind=need.kind,
        earliest=found.start,
        due=need.due,
        required=need.required,
        earliest_rules=sorted(found.rules, key=place_of),
        due_rules=sorted(need.rules, key=place_of),
        sessions=need.sessions,
        findings=need.findings,
        timezone=report.timezone,
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

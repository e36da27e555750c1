"""What a course asks for next: its pending findings, and what is to be recorded, as needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from attrs import evolve, frozen

from kap_model._time import Moment, day_end, day_start
from kap_model.course import Course
from kap_model.limits import Bounds, Limits
from kap_model.planning.pending import kind_that_ends, review_to_come
from kap_model.planning.steps.steps import StepKind
from kap_model.report import Finding, Report


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

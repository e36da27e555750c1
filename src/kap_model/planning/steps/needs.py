"""What a course asks for next: its pending findings, and what is to be recorded, as needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from attrs import evolve, frozen

from kap_model._time import Moment, add_months, day_end, day_start
from kap_model.course import Course
from kap_model.limits import Bounds, Limits
from kap_model.planning.steps.steps import StepKind
from kap_model.report import Finding, Report
from kap_model.sessions import Kind

_KIND_OF_RULE: Final[dict[str, Kind]] = {
    "SCREEN-FIRST": "consultation",
    "MED-CLEAR": "medical-evaluation",
    "PREP-COUNT": "preparation",
    "PREP-AFTER-SUPPLY": "medical-evaluation",
    "SUPPLY-BALANCE": "medical-review",
    "REFILL-REVIEW": "medical-review",
    "SUPPLY-ISSUED": "medical-evaluation",
    "DOSE-COUNT": "dosing",
    "INTEG-EACH": "integration",
    "INTEG-ORDER": "dosing",
    "INTEG-COUNT": "integration",
    "REVIEW-AFTER": "medical-review",
    "REVIEW-QUARTER": "medical-review",
}
"""What ends a pending finding of each rule; of any other rule, only people can."""
_BY_TRACKED_SUPPLY: Final = frozenset({"SUPPLY-BALANCE", "PREP-AFTER-SUPPLY"})
"""Where supplies are tracked, medicine that arrives is a fact to record."""


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
    kind: StepKind = _KIND_OF_RULE.get(finding.rule, "record")
    if finding.rule in _BY_TRACKED_SUPPLY and course.plan.supplies is not None:
        kind = "record"
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
    """The next medical review while treatment goes on, or the one whose date was missed."""
    every, contact = limits.review_every, _latest_contact(course)
    if every is None or every.policy != "rolling" or contact is None:
        return
    if not _goes_on(course, limits):
        return
    due = add_months(contact, every.months)
    for session in (*course.evaluations, *course.reviews):
        if course.starts_after_as_of(session) and course.day(session) <= due:
            return
    closes = course.timeline.zone.resolve(day_end(due))
    missed = course.as_of is not None and closes <= course.as_of
    yield Need(
        kind="medical-review",
        opens=None if missed else day_start(contact + 1),
        due=day_end(due),
        rules=("REVIEW-QUARTER",),
    )


def _latest_contact(course: Course) -> int | None:
    """The date of the last medical contact so far, else of the first dosing that has begun."""
    contacts = (*course.evaluations, *course.reviews)
    begun = [course.day(c) for c in contacts if not course.starts_after_as_of(c)]
    if begun:
        return max(begun)
    first = course.first_dosing
    return None if first is None or course.starts_after_as_of(first) else course.day(first)


def _goes_on(course: Course, limits: Limits) -> bool:
    if limits.dosing_count is not None and limits.dosing_count.below(len(course.dosings)):
        return True
    return any(course.starts_after_as_of(dosing) for dosing in course.dosings)


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

"""What a repair may change: which sessions, from when on, and what may be added."""

from __future__ import annotations

from collections.abc import Callable

import attrs
from attrs import field, frozen

from kap_model._time import EARLIEST, Instant
from kap_model.checking import limits_of
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.additions import new_ids
from kap_model.planning.traits import Traits, usual_fields
from kap_model.protocol import CareProtocol
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import CLASS_OF_KIND, Session


@frozen(kw_only=True, eq=False)
class Terms:
    """What holds throughout one repair.

    Attributes:
        course: The plan as it was given, at the moment of judgement.
        protocol: What judges it.
        limits: Those in force for the course.
        fields: The fields of added sessions by kind.
        instant: ``as_of`` in seconds since 1970 UTC, or ``None``.
        since: What is added or moved starts then or later: ``as_of``; without it the start of the
            last completed session, for what was held before it is history.
        history: The ids of the sessions that are not changed.
    """

    course: Course
    protocol: CareProtocol
    limits: Limits
    fields: Traits
    instant: Instant | None
    since: int
    history: frozenset[str]
    _ids: dict[str, list[str]] = field(factory=dict, init=False)
    _fresh: Callable[[str], str] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_fresh", new_ids(self.plan))

    @classmethod
    def of(cls, plan: Plan, protocol: CareProtocol, instant: Instant | None) -> Terms:
        """The terms of a plan at a moment, or without one."""
        course = Course.of(plan, instant)
        until, limits = course.known_until, limits_of(protocol, course)
        return cls(
            course=course,
            protocol=protocol,
            limits=limits,
            fields=usual_fields(limits),
            instant=instant,
            since=EARLIEST if until is None else until,
            history=_history(course),
        )

    @property
    def plan(self) -> Plan:
        """The plan as it was given."""
        return self.course.plan

    def is_error(self, rule: str) -> bool:
        """Whether what breaks a rule is an error, as far as the protocol or the catalogue say."""
        return self.protocol.severity_of.get(rule, RULE_OF_ID[rule].severity) == "error"

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

    def minutes_of(self, kind: str) -> int:
        """The length of an added session: the shortest that a limit states, else the usual one."""
        minutes: int = self.fields[kind]["minutes"]
        return minutes

    def added(self, kind: str, number: int, start: int) -> Session:
        """An added session: the so-manieth of its kind, at a time."""
        ids = self._ids.setdefault(kind, [])
        while len(ids) <= number:
            ids.append(self._fresh(kind))
        return CLASS_OF_KIND[kind](id=ids[number], start=Instant(start), **self.fields[kind])

    def errors(self, report: Report) -> list[Finding]:
        """The findings that a repair has to mend."""
        return [f for f in report.findings if f.verdict == "violated" and f.severity == "error"]


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

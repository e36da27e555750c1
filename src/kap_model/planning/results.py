"""What planning gives, as values: completions, next steps and repairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import DayEdge, Instant, Moment, zone
from kap_model._values import (
    Value,
    as_rows,
    as_tuple,
    check_choice,
    check_identifier,
    check_instance,
)
from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.report import Finding, ProtocolSource, Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import KINDS, Kind, Session


def _added(values: Iterable[Session]) -> tuple[Session, ...]:
    return as_rows(values, "added", Session)


def _needs(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "needs", Finding)


def _findings(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "findings", Finding)


@frozen(kw_only=True, repr=False)
class Completion(Value, HasText, HasPage):
    """A plan with everything that it still needed.

    Attributes:
        plan: The plan with the added sessions; nothing that was there is moved.
        added: The new sessions, in canonical order.
        needs: What only people can record: pending and unknown findings that remain.
        findings: The violated findings that the plan had before.
        reason: Why no more was added, or ``None``.
    """

    plan: Plan
    added: tuple[Session, ...] = field(default=(), converter=_added)
    needs: tuple[Finding, ...] = field(default=(), converter=_needs)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)
    reason: str | None = None

    def __attrs_post_init__(self) -> None:
        check_instance(self.plan, "plan", Plan)

    def to_dict(self) -> dict[str, Any]:
        """The completion as JSON values; the whole plan is a document of its own."""
        local = self.plan.zone
        return {
            "plan": self.plan.id,
            "added": [
                {
                    "id": session.id,
                    "kind": session.kind,
                    "start": local.text(session.begins),
                    "minutes": session.minutes,
                    "place": session.place,
                }
                for session in self.added
            ],
            "needs": [finding.to_dict() for finding in self.needs],
            "findings": [finding.to_dict() for finding in self.findings],
            "reason": self.reason,
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a Completion is neither true nor false; read .added, .needs or .reason")

    def __repr__(self) -> str:
        return f"<Completion of {self.plan.id}: {len(self.added)} added, {len(self.needs)} needs>"


StepKind: TypeAlias = Kind | Literal["record"]
STEP_KINDS: Final[tuple[StepKind, ...]] = (*KINDS, "record")

_PLACE_OF_RULE: Final = {rule: place for place, rule in enumerate(RULE_OF_ID)}


def in_catalogue_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rule ids, each once, in the order of the catalogue, then those of house rules as given."""
    last = len(_PLACE_OF_RULE)
    return tuple(sorted(dict.fromkeys(rules), key=lambda rule: _PLACE_OF_RULE.get(rule, last)))


def _rules(values: Iterable[str]) -> tuple[str, ...]:
    rules = as_tuple(values, "rules")
    for rule in rules:
        check_identifier(rule, "rules")
    return in_catalogue_order(rules)


def _session_ids(values: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(values, "sessions")


@frozen(kw_only=True, repr=False)
class Step(Value):
    """One thing to do next: a session to book, or facts to record.

    Attributes:
        kind: The kind of session, or ``record``: facts that only people have.
        earliest: The first instant, in seconds since 1970 UTC, at which a session of that kind
            may lawfully start; ``None`` where something else has to come first, and on a record.
        due: The edge by which it is wanted: an instant, or a day's edge; ``None`` = at any time.
        required: Whether a rule asks for it; an optional step is merely allowed.
        earliest_rules: The rules that bind the earliest start: those that a start a minute
            before would break; none where ``as_of`` binds. Where there is no earliest start, the
            rules that stand in its way.
        due_rules: The rules that ask for it.
        sessions: The ids of the sessions concerned: the dosing that lacks an integration, the
            session to record.
        findings: What the plan's report says of it.
        timezone: The plan's zone.
    """

    kind: StepKind
    earliest: Instant | None = None
    due: Moment | None = None
    required: bool = True
    earliest_rules: tuple[str, ...] = field(default=(), converter=_rules)
    due_rules: tuple[str, ...] = field(default=(), converter=_rules)
    sessions: tuple[str, ...] = field(default=(), converter=_session_ids)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)
    timezone: str

    def __attrs_post_init__(self) -> None:
        check_choice(self.kind, "kind", STEP_KINDS)
        if self.earliest is not None and type(self.earliest) is not Instant:
            raise refusal("earliest", "must be an instant")
        if self.due is not None and type(self.due) not in (int, Instant, DayEdge):
            raise refusal("due", "must be an instant or a day's edge")
        if type(self.required) is not bool:
            raise refusal("required", "must be true or false")
        zone(self.timezone)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that bind either end, in catalogue order, then house rules."""
        return in_catalogue_order((*self.earliest_rules, *self.due_rules))

    @property
    def noun(self) -> str:
        """The kind in running text."""
        return self.kind.replace("-", " ")

    @property
    def says(self) -> str:
        """Why it is there, in plain English."""
        if self.findings:
            # One message a rule: what it says of further sessions is the same.
            first = {finding.rule: finding for finding in reversed(self.findings)}
            return " ".join(first[rule].message for rule in in_catalogue_order(first))
        if self.kind == "record":
            return (
                f"The medical partner has left the decision of {', '.join(self.sessions)} "
                "pending; record what is decided."
            )
        if self.required:
            return "A medical contact is due while treatment goes on."
        return f"One more {self.noun} is allowed, and none is asked for."

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON values."""
        where = zone(self.timezone)
        return {
            "kind": self.kind,
            "earliest": None if self.earliest is None else where.text(self.earliest),
            "due": None if self.due is None else where.moment_text(self.due),
            "required": self.required,
            "rules": list(self.rules),
        }

    def __repr__(self) -> str:
        return f"<Step {self.kind} {', '.join(self.rules)}>"


def _steps(values: Iterable[Step]) -> tuple[Step, ...]:
    return as_rows(values, "steps", Step)


@frozen(kw_only=True, repr=False)
class NextSteps(Value, HasText, HasPage):
    """What comes next in a course.

    Attributes:
        plan: The plan's id.
        protocol: The protocol's id.
        protocol_source: Whether the protocol came as an argument, from the plan's own name of
            it, or by default.
        timezone: The plan's zone.
        instant: ``as_of`` in seconds since 1970 UTC.
        halted: Whether the medical partner found the client ineligible or stopped treatment.
        steps: The soonest due first, those without a due date last.
        findings: What the plan violates already; no step undoes it.
    """

    plan: str
    protocol: str
    protocol_source: ProtocolSource
    timezone: str
    instant: Instant
    halted: bool
    steps: tuple[Step, ...] = field(default=(), converter=_steps)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)

    @property
    def required(self) -> tuple[Step, ...]:
        """The steps that a rule asks for."""
        return tuple(step for step in self.steps if step.required)

    @property
    def optional(self) -> tuple[Step, ...]:
        """The steps that are merely allowed."""
        return tuple(step for step in self.steps if not step.required)

    def is_overdue(self, step: Step) -> bool:
        """Whether a step was due by ``as_of``."""
        return step.due is not None and zone(self.timezone).resolve(step.due) <= self.instant

    def to_dict(self) -> dict[str, Any]:
        """The steps as JSON values."""
        return {"steps": [step.to_dict() for step in self.steps]}

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __bool__(self) -> NoReturn:
        raise TypeError("NextSteps is neither true nor false; ask len(next_steps.steps)")

    def __repr__(self) -> str:
        return f"<NextSteps of {self.plan}: {len(self.steps)} steps>"


Action: TypeAlias = Literal["add", "move", "drop"]
ACTIONS: Final[tuple[Action, ...]] = ("add", "move", "drop")


@frozen(kw_only=True, repr=False)
class Change(Value):
    """One session that is added, moved or dropped.

    Attributes:
        action: ``add``, ``move`` or ``drop``.
        before: The session as it was; ``None`` = it is added.
        after: The session as it is; ``None`` = it is dropped.
        rules: The rules that would be broken without this change, in catalogue order,
            then house rules.

    Raises:
        InvalidValue: The sessions do not fit the action.
    """

    action: Action
    before: Session | None = None
    after: Session | None = None
    rules: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        check_choice(self.action, "action", ACTIONS)
        for path, session in (("before", self.before), ("after", self.after)):
            if session is not None:
                check_instance(session, path, Session)
        if (self.before is None) is not (self.action == "add"):
            raise refusal("before", "must be there unless a session is added")
        if (self.after is None) is not (self.action == "drop"):
            raise refusal("after", "must be there unless a session is dropped")

    @property
    def session(self) -> Session:
        """The session, as it is where it is still there."""
        session: Any = self.before if self.after is None else self.after
        there: Session = session
        return there

    @property
    def minutes_moved(self) -> int:
        """How far the session moves, in minutes; a begun one counts whole. 0 unless it moves."""
        if self.before is None or self.after is None:
            return 0
        return minutes_between(self.before.begins, self.after.begins)

    def __repr__(self) -> str:
        return f"<Change: {self.action} {self.session.id}>"


def minutes_between(start: int, other: int) -> int:
    """The minutes from one instant to another; a begun one counts whole."""
    return -(-abs(other - start) // 60)


def _changes(values: Iterable[Change]) -> tuple[Change, ...]:
    return as_rows(values, "changes", Change)


@frozen(kw_only=True, repr=False)
class Repair(Value, HasText, HasPage):
    """A plan without violated errors, and what had to change for it.

    Attributes:
        plan: The repaired plan.
        changes: In the order of the sessions' times, where they are now or were.
        report: What ``check`` says about the repaired plan.
    """

    plan: Plan
    changes: tuple[Change, ...] = field(default=(), converter=_changes)
    report: Report

    def __attrs_post_init__(self) -> None:
        check_instance(self.plan, "plan", Plan)
        check_instance(self.report, "report", Report)

    @property
    def minutes_moved(self) -> int:
        """The minutes by which sessions were moved, together."""
        return sum(change.minutes_moved for change in self.changes)

    def to_dict(self) -> dict[str, Any]:
        """The repair as JSON values; times are RFC 3339 in the plan's zone."""
        return {
            "plan": self.plan.id,
            "changes": [self._row(change) for change in self.changes],
            "moved_minutes": self.minutes_moved,
        }

    def _row(self, change: Change) -> dict[str, Any]:
        return {
            "action": change.action,
            "session": change.session.id,
            "kind": change.session.kind,
            "from": self._start(change.before),
            "to": self._start(change.after),
            "rules": list(change.rules),
        }

    def _start(self, session: Session | None) -> str | None:
        return None if session is None else self.plan.zone.text(session.begins)

    def __repr__(self) -> str:
        return f"<Repair of {self.plan.id}: {len(self.changes)} changes>"

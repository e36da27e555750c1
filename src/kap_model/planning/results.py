"""What planning gives, as values: completions, next steps and repairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import DayEdge, Instant, Moment, told_day, zone
from kap_model._values import (
    Value,
    as_rows,
    as_tuple,
    check_choice,
    check_identifier,
    check_instance,
    check_integer,
)
from kap_model.errors import refusal
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.step_words import message_of, why_of
from kap_model.report import Finding, ProtocolSource, Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import KINDS, Kind, Session
from kap_model.timeline import MedicalContact, PlanState


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


Do: TypeAlias = Literal["cancel", "tell", "record", "book", "attend"]
DOES: Final[tuple[Do, ...]] = ("cancel", "tell", "record", "book", "attend")
"""What a person can be told to do; where two steps are due at once, in this order."""
Urgency: TypeAlias = Literal["stopped", "overdue", "today", "week", "later"]
URGENCIES: Final[tuple[Urgency, ...]] = ("stopped", "overdue", "today", "week", "later")

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


def _concerns(values: Iterable[Session]) -> tuple[Session, ...]:
    return as_tuple(values, "concerns")


def _helps(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "helps", Finding)


def _contacts(values: Iterable[tuple[str, Moment]]) -> tuple[tuple[str, Moment], ...]:
    return as_tuple(values, "contacts")


@frozen(kw_only=True, repr=False)
class Step(Value):
    """One thing that a person does next.

    Attributes:
        do: ``cancel`` sessions that are booked; ``tell`` the medical provider of dosings that were
            held; ``record`` facts that only people have; ``book`` appointments; ``attend`` a
            session that is booked and not over.
        kind: The kind of session; ``None`` on a record that concerns none.
        number: How many appointments are booked, or how many sessions are canceled or told of.
        earliest: The first instant, in seconds since 1970 UTC, at which a session of that kind
            may lawfully start, or does start; ``None`` where something else has to come first, and
            on what is no appointment.
        due: The edge by which it is wanted: an instant, or a day's edge; ``None`` = at any time.
            The date that was missed, where the step is overdue.
        required: Whether something asks for it; an optional step is merely allowed.
        urgency: ``stopped``: it comes first, for treatment stops or waits; ``overdue``; ``today``;
            ``week``: within seven days; ``later``.
        earliest_rules: The rules that bind the earliest start: those that a start a minute
            before would break; none where ``as_of`` binds. Where there is no earliest start, the
            rules that stand in its way.
        due_rules: The rules that ask for it.
        concerns: The sessions concerned: those to cancel, to attend, to record; the dosing that
            lacks an integration.
        findings: What of the plan's report it ends: taken anywhere in its window, it ends each.
        helps: The findings that it ends together with other steps.
        contacts: Medical contacts to come that it is, as pairs of the rule and the due date.
        pace: On a new dosing, how far it should be from others.
        because: Why, where no finding says so.
        timezone: The plan's zone.
    """

    do: Do
    kind: Kind | None = None
    number: int = 1
    earliest: Instant | None = None
    due: Moment | None = None
    required: bool = True
    urgency: Urgency = "later"
    earliest_rules: tuple[str, ...] = field(default=(), converter=_rules)
    due_rules: tuple[str, ...] = field(default=(), converter=_rules)
    concerns: tuple[Session, ...] = field(default=(), converter=_concerns)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)
    helps: tuple[Finding, ...] = field(default=(), converter=_helps)
    contacts: tuple[tuple[str, Moment], ...] = field(default=(), converter=_contacts)
    pace: str | None = None
    because: str | None = None
    timezone: str

    def __attrs_post_init__(self) -> None:
        check_choice(self.do, "do", DOES)
        check_choice(self.urgency, "urgency", URGENCIES)
        if self.kind is not None or self.do != "record":
            check_choice(self.kind, "kind", KINDS)
        check_integer(self.number, "number", 1, MOST_SESSIONS)
        for index, session in enumerate(self.concerns):
            check_instance(session, f"concerns[{index}]", Session)
        if self.do == "attend" and len(self.concerns) != 1:
            raise refusal("concerns", "must be the session to attend")
        if self.earliest is not None and type(self.earliest) is not Instant:
            raise refusal("earliest", "must be an instant")
        for path, due in (("due", self.due), *[("contacts", due) for _, due in self.contacts]):
            if due is not None and type(due) not in (int, Instant, DayEdge):
                raise refusal(path, "must be an instant or a day's edge")
        if type(self.required) is not bool:
            raise refusal("required", "must be true or false")
        for path in ("pace", "because"):
            if type(getattr(self, path)) not in (str, type(None)):
                raise refusal(path, "must be text")
        zone(self.timezone)

    @property
    def sessions(self) -> tuple[str, ...]:
        """The ids of the sessions concerned."""
        return tuple([session.id for session in self.concerns])

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that bind either end, in catalogue order, then house rules."""
        return in_catalogue_order((*self.earliest_rules, *self.due_rules))

    @property
    def message(self) -> str:
        """What to do and when, in one sentence."""
        return message_of(self)

    @property
    def why(self) -> str:
        """Why, in one line; empty where there is no more to say."""
        return why_of(self)

    def to_dict(self) -> dict[str, Any]:
        """The step as JSON values."""
        where = zone(self.timezone)
        return {
            "do": self.do,
            "kind": self.kind,
            "number": self.number,
            "sessions": list(self.sessions),
            "earliest": None if self.earliest is None else where.text(self.earliest),
            "due": None if self.due is None else where.moment_text(self.due),
            "urgency": self.urgency,
            "required": self.required,
            "rules": list(self.rules),
            "earliest_rules": list(self.earliest_rules),
            "due_rules": list(self.due_rules),
            "message": self.message,
            "why": self.why,
            "pace": self.pace,
            "findings": [finding.to_dict() for finding in self.findings],
            "helps": [finding.to_dict() for finding in self.helps],
            "contacts": [
                {"rule": rule, "due": where.moment_text(due)} for rule, due in self.contacts
            ],
        }

    def __repr__(self) -> str:
        return f"<Step {' '.join(filter(None, [self.do, self.kind, ', '.join(self.rules)]))}>"


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
        state: The plan's: ``active``, ``completed`` or ``discontinued``.
        stopped_by: The medical session that found the client not eligible or stopped treatment.
        steps: What stops first, then what is overdue, then by due; optional ones last.
        findings: What the plan violates already; no step undoes it.
    """

    plan: str
    protocol: str
    protocol_source: ProtocolSource
    timezone: str
    instant: Instant
    state: PlanState = "active"
    stopped_by: MedicalContact | None = None
    steps: tuple[Step, ...] = field(default=(), converter=_steps)
    findings: tuple[Finding, ...] = field(default=(), converter=_findings)

    @property
    def halted(self) -> bool:
        """Whether the medical partner found the client ineligible or stopped treatment."""
        return self.stopped_by is not None

    @property
    def required(self) -> tuple[Step, ...]:
        """The steps that something asks for."""
        return tuple(step for step in self.steps if step.required)

    @property
    def optional(self) -> tuple[Step, ...]:
        """The steps that are merely allowed."""
        return tuple(step for step in self.steps if not step.required)

    @property
    def headline(self) -> str | None:
        """That treatment is stopped and by whom, or that it has ended; else ``None``."""
        if self.stopped_by is not None:
            by = self.stopped_by
            did = (
                "found this client not eligible"
                if by.kind == "medical-evaluation"
                else "stopped treatment"
            )
            day = told_day(zone(self.timezone).day(by.begins))
            return f"STOP. The medical provider {did} ({by.id}, {day})."
        return None if self.state == "active" else f"Treatment has ended: the plan is {self.state}."

    def to_dict(self) -> dict[str, Any]:
        """The steps as JSON values."""
        return {
            "plan": self.plan,
            "protocol": self.protocol,
            "protocol_source": self.protocol_source,
            "as_of": zone("UTC").text(self.instant),
            "state": self.state,
            "halted": self.halted,
            "stopped_by": None if self.stopped_by is None else self.stopped_by.id,
            "headline": self.headline,
            "steps": [step.to_dict() for step in self.steps],
            "findings": [finding.to_dict() for finding in self.findings],
        }

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

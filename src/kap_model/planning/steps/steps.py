"""What comes next in a course, as values: steps with their earliest start and due date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._time import DayEdge, Instant, Moment, zone
from kap_model._values import Value, as_rows, as_tuple, check_choice
from kap_model.errors import refusal
from kap_model.report import Finding, ProtocolSource
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import KINDS, Kind

StepKind: TypeAlias = Kind | Literal["record"]
STEP_KINDS: Final[tuple[StepKind, ...]] = (*KINDS, "record")

_PLACE: Final = {rule: place for place, rule in enumerate(RULE_OF_ID)}


def in_catalogue_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rule ids, each once, in the order of the catalogue."""
    return tuple(sorted(set(rules), key=_PLACE.__getitem__))


def _rules(values: Iterable[str]) -> tuple[str, ...]:
    rules = as_tuple(values, "rules")
    for rule in rules:
        check_choice(rule, "rules", _PLACE)
    return in_catalogue_order(rules)


def _sessions(values: Iterable[str]) -> tuple[str, ...]:
    return as_tuple(values, "sessions")


def _findings(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "findings", Finding)


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
    sessions: tuple[str, ...] = field(default=(), converter=_sessions)
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
        """The rules that bind either end, in catalogue order."""
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

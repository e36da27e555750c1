"""What planning gives, as values: completions and repairs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal, NoReturn, TypeAlias

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._values import (
    Value,
    as_rows,
    check_choice,
    check_instance,
)
from kap_model.errors import refusal
from kap_model.plan import Plan
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULE_OF_ID
from kap_model.sessions import Session


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


_PLACE_OF_RULE: Final = {rule: place for place, rule in enumerate(RULE_OF_ID)}


def in_catalogue_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rule ids, each once, in the order of the catalogue, then those of house rules as given."""
    last = len(_PLACE_OF_RULE)
    return tuple(sorted(dict.fromkeys(rules), key=lambda rule: _PLACE_OF_RULE.get(rule, last)))


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

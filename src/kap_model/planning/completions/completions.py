"""What ``complete`` gives: the completed plan, what was added, and what people have to record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn

from attrs import field, frozen

from kap_model._doors import HasPage, HasText
from kap_model._values import Value, as_rows, check_instance
from kap_model.plan import Plan
from kap_model.report import Finding
from kap_model.sessions import Session


def _sessions(values: Iterable[Session]) -> tuple[Session, ...]:
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
    added: tuple[Session, ...] = field(default=(), converter=_sessions)
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

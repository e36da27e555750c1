"""``allowed``: what adding one session to a plan would bring about; the library's legal move.

Findings before and after are matched here, for all verbs that change a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NoReturn

from attrs import field, frozen

from kap_model._time import moment_of_judgement
from kap_model._values import Value, as_rows, check_instance
from kap_model.checking import NAMING, ProtocolChoice, ProtocolsGiven, check
from kap_model.course import Course
from kap_model.errors import refusal
from kap_model.forms.recurring import Recur
from kap_model.plan import Plan
from kap_model.planning.new_sessions import refuse_closed, with_sessions
from kap_model.report import Finding, Report
from kap_model.sessions import SESSION_CLASSES, Dosing, Session


def _is_lapse(finding: Finding) -> bool:
    """Whether a finding is a lapse of what recurs, which its window names."""
    facts = finding.breach.facts
    return finding.rule == "REVIEW-QUARTER" or isinstance(facts[0] if facts else None, Recur)


def identity(finding: Finding) -> tuple[Any, ...]:
    """What makes two findings of two checks the same one.

    The rule, its verdict and the sessions concerned; where there are none, its window. A lapse of
    medical contact is its window: which dosings fall into it changes as others are booked.
    """
    breach = finding.breach
    if breach.sessions and not _is_lapse(finding):
        return finding.rule, finding.verdict, finding.sessions
    return finding.rule, finding.verdict, breach.opens, breach.closes


def beyond(before: Report, after: Report) -> tuple[Finding, ...]:
    """The findings of one report that another does not have, in its order."""
    return _unmatched(before, after)[1]


def gone(before: Report, after: Report) -> tuple[Finding, ...]:
    """The findings of one report that are not in a later one any more, in its order."""
    return _unmatched(before, after)[0]


def _unmatched(before: Report, after: Report) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """What of each report has no counterpart in the other."""
    left: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in before.findings:
        left.setdefault(identity(finding), []).append(finding)
    new = []
    for finding in after.findings:
        alike = left.get(identity(finding), [])
        place = next((n for n, known in enumerate(alike) if _still(known, finding)), None)
        if place is None:
            new.append(finding)
        else:
            del alike[place]
    unmatched = {id(finding) for alike in left.values() for finding in alike}
    return tuple([f for f in before.findings if id(f) in unmatched]), tuple(new)


def _still(before: Finding, after: Finding) -> bool:
    """Whether a finding is the one that it was: another dosing in a known lapse is news."""
    return not _is_lapse(after) or set(after.sessions) <= set(before.sessions)


def _created(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "created", Finding)


def _settled(values: Iterable[Finding]) -> tuple[Finding, ...]:
    return as_rows(values, "settled", Finding)


@frozen(kw_only=True, repr=False)
class Move(Value):
    """What adding a session to a plan would bring about.

    Attributes:
        plan: The plan with the session.
        created: The findings that the session would create, pending and unknown ones among them.
        settled: The findings that it would end.
    """

    plan: Plan
    created: tuple[Finding, ...] = field(default=(), converter=_created)
    settled: tuple[Finding, ...] = field(default=(), converter=_settled)

    def __attrs_post_init__(self) -> None:
        check_instance(self.plan, "plan", Plan)

    @property
    def ok(self) -> bool:
        """Whether no finding that it creates is a violated error."""
        return not any(finding.is_error for finding in self.created)

    def to_dict(self) -> dict[str, Any]:
        """The move as JSON values."""
        return {
            "ok": self.ok,
            "created": [finding.to_dict() for finding in self.created],
            "settled": [finding.to_dict() for finding in self.settled],
        }

    def __bool__(self) -> NoReturn:
        raise TypeError("a Move is neither true nor false; ask move.ok")

    def __repr__(self) -> str:
        return f"<Move in {self.plan.id}: {len(self.created)} created, {len(self.settled)} settled>"


def allowed(
    plan: Plan,
    session: Session,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
    protocols: ProtocolsGiven = (),
) -> Move:
    """Say which findings adding a session would create, and which it would end.

    A dosing is never ok in a course whose medical standing, after all its contacts, is refused or
    stopped.

    Args:
        plan: An active course.
        session: A planned session with an id of its own.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment of judgement, before which the session must not start; absent: the
            plan is judged as a whole.
        protocols: As for :func:`~kap_model.check`.

    Raises:
        InvalidValue: The course is closed; the session is not planned, starts before ``as_of``
            or has an id that is in use; it is a dosing for a client who was turned down, and no
            rule of the protocol calls that an error; or what
            :func:`~kap_model.checking.check` refuses.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    pool = NAMING.pool(protocols)
    before = check(plan, protocol, as_of=as_of, protocols=pool)
    refuse_closed(plan)
    _refuse_session(plan, session, as_of)
    longer = with_sessions(plan, (*plan.sessions, session))
    after = check(longer, protocol, as_of=as_of, protocols=pool)
    move = Move(plan=longer, created=beyond(before, after), settled=gone(before, after))
    if isinstance(session, Dosing) and Course.of(longer, before.instant).is_halted:
        _refuse_unspoken(move)
    return move


def _refuse_session(plan: Plan, session: Session, as_of: dt.datetime | str | None) -> None:
    if type(session) not in SESSION_CLASSES:
        raise refusal("session", "must be a session of one of the six kinds")
    if session.status != "planned":
        raise refusal("session.status", "must be planned")
    if session.id in plan.ids:
        raise refusal("session.id", "is in use in the plan")
    if as_of is not None and session.begins < moment_of_judgement(as_of):
        raise refusal("session.start", "must not be before as_of")


def _refuse_unspoken(move: Move) -> None:
    """Refuse a dosing for a client who was turned down where no error says that it is not ok.

    MED-CLEAR says so, unless the protocol leaves it out or lowers its severity, or the dosing
    would stand before the decision.
    """
    if not any(finding.is_error and finding.rule == "MED-CLEAR" for finding in move.created):
        raise refusal(
            "session",
            "must not be a dosing: the medical partner found the client ineligible or stopped "
            "treatment",
        )

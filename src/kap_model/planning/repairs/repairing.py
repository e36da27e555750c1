"""``repair``: the smallest change of a plan that leaves no violated error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import attrs

from kap_model._time import moment_of_judgement
from kap_model.checking import ProtocolChoice, check, choose_protocol
from kap_model.course import Course
from kap_model.errors import PlanningError, Problem
from kap_model.plan import Plan
from kap_model.planning.additions import refuse_closed
from kap_model.planning.repairs.attempts import Attempt, with_changes
from kap_model.planning.repairs.remedies import remedies_for
from kap_model.planning.repairs.repairs import Change, Repair
from kap_model.planning.repairs.scene import Scene
from kap_model.planning.repairs.search import MOST_PLANS, Search
from kap_model.planning.repairs.terms import Terms
from kap_model.report import Finding, Report
from kap_model.rules.catalogue import RULES

_HISTORY = "is broken by what may not be changed; history cannot be mended"


def repair(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str | None = None,
) -> Repair:
    """Add, move and drop as few sessions as can be, so that no error is left violated.

    Of repairs with equally many changes the one that moves sessions by the fewest minutes is
    taken, of equal ones the first in canonical order. What was held or has begun stays, and so do
    cancelled and missed sessions and supplies. Without ``as_of`` the plan is judged as a whole,
    so that an unfinished one is completed.

    Args:
        plan: An active course.
        protocol: A protocol, a practice, or a built-in practice's name; absent: the one that
            the plan names, else ``core``.
        as_of: The moment of judgement; what is added or moved starts then or later.

    Raises:
        InvalidValue: The plan is not active, ``as_of`` names no instant, or the protocol is not
            known.
        PlanningError: What may not be changed breaks a rule, no change of the sessions keeps all
            rules, or none was found among the plans that a search may judge; ``conflict`` names
            the rules. Or an empty plan comes without ``as_of``.
        TypeError: The plan is no :class:`~kap_model.plan.Plan`.
    """
    if not isinstance(plan, Plan):
        raise TypeError("repair() takes a Plan; kap_model.loads() makes one of a document")
    refuse_closed(plan)
    instant = None if as_of is None else moment_of_judgement(as_of)
    care, _ = choose_protocol(plan, protocol)
    terms = Terms.of(plan, care, instant)
    report = check(plan, care, as_of=instant)
    if report.ok:
        return Repair(plan=plan, report=report)
    if instant is None and not terms.course.counting:
        reason = "is needed where a plan has no sessions, for nothing else says when it begins"
        raise PlanningError([Problem("as_of", reason)])
    _refuse_history(terms, terms.course, terms.errors(report))
    attempt = _found(terms, report)
    repaired = attempt.plan(terms)
    return Repair(
        plan=repaired,
        changes=tuple(_with_rules(attempt, terms)),
        report=check(repaired, care, as_of=instant),
    )


def _refuse_history(terms: Terms, course: Course, errors: Iterable[Finding]) -> None:
    scene = Scene(terms, course, frozenset())
    broken = {error.rule for error in errors if not remedies_for(error, scene)}
    if broken:
        raise _refusal(broken, _HISTORY)


def _refusal(rules: Iterable[str], reason: str) -> PlanningError:
    broken = set(rules)
    named = [rule.id for rule in RULES if rule.id in broken]
    return PlanningError([Problem(rule, reason) for rule in named], named)


def _found(terms: Terms, report: Report) -> Attempt:
    outcome = Search(terms, report).run()
    if outcome.attempt is not None:
        return outcome.attempt
    errors = terms.errors(report)
    rules = tuple(dict.fromkeys(error.rule for error in errors))
    if not outcome.is_over:
        fewer = outcome.changes - 1
        changes = "1 change" if fewer == 1 else f"{fewer} changes"
        reason = f"no repair of up to {changes} exists, and {MOST_PLANS:,} plans were tried"
        raise PlanningError([Problem("plan", reason)], rules)
    _refuse_alone(terms)
    reason = "cannot be kept together with the others, whatever is added, moved or dropped"
    raise _refusal(rules, reason)


def _refuse_alone(terms: Terms) -> None:
    """Refuse what history breaks once all that may be dropped is gone."""
    gone = [s for s in terms.plan.sessions if s.id not in terms.history]
    alone = with_changes(terms.plan, tuple(Change(action="drop", before=s) for s in gone))
    report = check(alone, terms.protocol, as_of=terms.instant)
    _refuse_history(terms, Course.of(alone, terms.instant), terms.errors(report))


def _with_rules(attempt: Attempt, terms: Terms) -> Iterable[Change]:
    """Each change with the rules that would be broken without it."""
    for change in attempt.changes:
        others = tuple(other for other in attempt.changes if other is not change)
        report = check(with_changes(terms.plan, others), terms.protocol, as_of=terms.instant)
        rules = dict.fromkeys(error.rule for error in terms.errors(report))
        yield attrs.evolve(change, rules=tuple(rules))

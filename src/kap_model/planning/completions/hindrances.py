"""Why a course cannot be completed: the fewest steps, limits and wishes that exclude each other."""

from __future__ import annotations

from typing import Final

import attrs

from kap_model.errors import PlanningError, Problem
from kap_model.planning.completions.task import Task
from kap_model.planning.conflicts import smallest_conflict
from kap_model.planning.pending import kind_that_ends
from kap_model.planning.selection import spoken
from kap_model.sessions import KINDS

_GAVE_UP: Final = "cannot be completed, or leaves too many completions to tell why"
_EVERY: Final = "every"
_DELAY: Final = "integration_delay"
_MINUTES: Final = "minutes"
_PLACE: Final = "place"
_SUPPORT: Final = "support_person"


def _is_solved(task: Task, names: frozenset[str] | None, free: frozenset[str]) -> bool:
    """Whether a completion is found; what takes too long to find is none."""
    try:
        return task.solved(names, free) is not None
    except PlanningError:
        return False


def no_completion(task: Task) -> PlanningError:
    """The error for a course that cannot be completed; it names what conflicts."""
    kinds = frozenset(KINDS)
    if task.slots is not None and _is_solved(task, None, kinds):
        return _no_slot(task)
    names = tuple(name for name, _ in task.limits.cited)

    def feasible(chosen: frozenset[str]) -> bool:
        wish = attrs.evolve(
            task,
            every=task.every if _EVERY in chosen else 0,
            delay=task.delay if _DELAY in chosen else 0,
            minutes=task.minutes if _MINUTES in chosen else {},
            place=task.place if _PLACE in chosen else None,
            support_person=task.support_person if _SUPPORT in chosen else None,
            slots=None,
        )
        return _is_solved(wish, chosen, frozenset())

    given = {
        _DELAY: task.delay,
        _MINUTES: task.minutes,
        _PLACE: task.place,
        _SUPPORT: task.support_person,
    }
    wishes = [_EVERY, *(name for name, value in given.items() if value)]
    conflict = smallest_conflict((*wishes, *names), feasible)
    if not conflict:
        return PlanningError([Problem("plan", _GAVE_UP)])
    said = spoken(conflict, task.limits)
    together = " together" if len(conflict) > 1 else ""
    reason = f"cannot be completed: {said} cannot be kept{together} with what is booked and held"
    return PlanningError([Problem("plan", reason)], conflict)


def _no_slot(task: Task) -> PlanningError:
    """The fewest kinds for which the open slots do not do."""
    every = frozenset(KINDS)

    def feasible(bound: frozenset[str]) -> bool:
        return _is_solved(task, None, every - bound)

    conflict = smallest_conflict(KINDS, feasible)
    # Where one kind alone has no slot, others may have none either; each is to be found.
    alone = [kind for kind in KINDS if len(conflict) == 1 and not feasible(frozenset({kind}))]
    problems = []
    for kind in alone or conflict:
        due = _due(kind, task)
        until = "" if due is None else f", due by {due}"
        others = [other for other in conflict if not alone and other != kind]
        together = f", together with {', '.join(others)}" if others else ""
        problems.append(Problem("open_slots", f"have none for a needed {kind}{until}{together}"))
    return PlanningError(problems, conflict)


def _due(kind: str, task: Task) -> str | None:
    """The first date by which a session of a kind is pending."""
    zone = task.plan.zone
    closings = [
        finding.breach.closes
        for finding in task.report.findings
        if finding.verdict == "pending" and kind_that_ends(finding, task.plan) == kind
    ]
    known = [closing for closing in closings if closing is not None]
    return zone.spoken(min(known, key=zone.resolve)) if known else None

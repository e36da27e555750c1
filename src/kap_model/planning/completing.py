"""``complete``: everything that a running course still needs, at times that keep its protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from kap_model._time import moment_of_judgement
from kap_model._values import check_choice, check_text
from kap_model.checking import ProtocolChoice, ProtocolsGiven, choose_protocol
from kap_model.errors import PlanningError, Problem, refusal
from kap_model.fees.schedule import FeeSchedule
from kap_model.plan import Plan
from kap_model.planning._completion import Task
from kap_model.planning.choices import left_out_of, names_of, only
from kap_model.planning.conflicts import smallest_conflict, spoken
from kap_model.planning.new_sessions import (
    checked_delay,
    checked_minutes,
    refuse_closed,
)
from kap_model.planning.results import Completion
from kap_model.planning.rule_effects import forms_asked, what_ends
from kap_model.planning.search.problem import Work
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.sessions import KINDS, PLACES, Place
from kap_model.slots import OpenSlot, checked_slots
from kap_model.usual import Pace, days_of

_NO_SLOT: Final = "do not do for all that is needed; for which kinds takes too long to tell"
_GAVE_UP: Final = "cannot be completed, or leaves too many completions to tell why"
_OPTIONS: Final[Mapping[str, tuple[str, Any]]] = {
    "every": ("every", None),
    "integration_delay": ("delay", None),
    "minutes": ("minutes", {}),
    "place": ("place", None),
    "support_person": ("support_person", None),
}
"""What may be asked for: each option's place in the task, and its value where nobody asks."""


def complete(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str,
    every: Pace | None = None,
    open_slots: Iterable[OpenSlot] | None = None,
    minutes: Mapping[str, int] | None = None,
    place: Place | None = None,
    support_person: str | None = None,
    integration_delay: int | None = None,
    protocols: ProtocolsGiven = (),
) -> Completion:
    """Add to a running course all that it still needs; nothing that was there is moved.

    Exact: where some completion keeps the protocol and the options, one is found, and of all that
    are as usual the one that is over first. What nobody asks for gives way, options never. It adds
    no violated finding to those that the plan has, and leaves none pending that sessions can end.
    What only people can record comes back as needs. A course that the medical partner has halted,
    or has not decided, gets the integrations of dosings that were held, and the reason why no
    more.

    Args:
        plan: An active course.
        protocol: As in ``check``.
        as_of: Now: new sessions start then or later.
        every: New dosings are at least so far from any other: ``"2w"``, ``"10d"``, or days;
            absent: two weeks, or as near to that as can be.
        open_slots: When new sessions may be held; absent: once a day at 10:00 in the plan's zone,
            between 8:00 and 20:00 where that does not do, at any time where that does not either.
        minutes: Lengths of new sessions by kind; absent: the shortest that is lawful, and published
            where a practice is named that has fees and this can be.
        place: Where new sessions of the therapist are held; absent: the office, where allowed.
        support_person: Who is there at new remote dosings.
        integration_delay: Days from a dosing to a new integration after it, at least; 0: on its
            day, hours later where that can be; absent: 1, and 0 where that cannot be or the
            protocol leaves half a day or less.
        protocols: As for :func:`~kap_model.check`.

    Raises:
        InvalidValue: A closed course, slots that overlap, or an argument that cannot be used.
        PlanningError: There is no completion; it names what conflicts.
    """
    if not isinstance(plan, Plan):
        raise refusal("plan", "must be a Plan")
    refuse_closed(plan)
    if as_of is None:
        raise refusal("as_of", "must be given: new sessions start then or later")
    if place is not None:
        check_choice(place, "place", PLACES)
    if support_person is not None:
        check_text(support_person, "support_person")
    care, _ = choose_protocol(plan, protocol, protocols)
    instant = moment_of_judgement(as_of)
    task = Task(
        plan=plan,
        care=care,
        as_of=instant,
        every=None if every is None else days_of(every),
        slots=None if open_slots is None else checked_slots(open_slots),
        fees=_fees_of(plan, protocol),
        minutes=checked_minutes(minutes),
        place=place,
        support_person=support_person,
        delay=None if integration_delay is None else checked_delay(integration_delay),
    )
    found = task.solution()
    if found is None:
        raise no_completion(task)
    return task.completion(found)


def _fees_of(plan: Plan, protocol: ProtocolChoice | None) -> FeeSchedule | None:
    """The prices of the practice whose protocol the course keeps, if it is one and has some."""
    named = plan.protocol if protocol is None else protocol
    practice = BY_NAME.get(named) if isinstance(named, str) else named
    return practice.fees if isinstance(practice, Practice) else None


def _is_solved(task: Task, names: frozenset[str] | None, free: frozenset[str]) -> bool:
    """Whether a completion is found; what takes too long to find is none."""
    try:
        return task.solved(names, free) is not None
    except PlanningError:
        return False


def no_completion(task: Task) -> PlanningError:
    """The error for a course that cannot be completed; it names what conflicts."""
    kinds, task = frozenset(KINDS), attrs.evolve(task, work=Work())
    if task.slots is not None and _is_solved(task, None, kinds):
        return _no_slot(task)
    names = (*(name for name, _ in task.limits.cited), *names_of(task.house))

    def feasible(chosen: frozenset[str]) -> bool:
        if task.work.is_done:
            return False  # no answer counts
        left_out = {its: none for name, (its, none) in _OPTIONS.items() if name not in chosen}
        rest = attrs.evolve(task, slots=None, **left_out)
        return _is_solved(rest, chosen, frozenset())

    options = [name for name, (its, _) in _OPTIONS.items() if getattr(task, its)]
    conflict = smallest_conflict((*options, *names), feasible)
    if not conflict or task.work.is_done:
        return PlanningError([Problem("plan", _GAVE_UP + left_out_of(task.house))])
    said = spoken(conflict, task.limits)
    together = " together" if len(conflict) > 1 else ""
    reason = f"cannot be completed: {said} cannot be kept{together} with what is booked and held"
    reason += left_out_of(only(task.house, conflict))
    return PlanningError([Problem("plan", reason)], conflict)


def _no_slot(task: Task) -> PlanningError:
    """The fewest kinds for which the open slots do not do."""
    every = frozenset(KINDS)

    def feasible(bound: frozenset[str]) -> bool:
        if bound in (every, frozenset()) or task.work.is_done:
            return not bound  # for none of them slots do, and for all, as was found
        return _is_solved(task, None, every - bound)

    conflict = smallest_conflict(KINDS, feasible)
    if task.work.is_done:
        return PlanningError([Problem("open_slots", _NO_SLOT + left_out_of(task.house))])
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
    zone, forms = task.plan.zone, forms_asked(task.limits, task.house)
    closings = [
        finding.breach.closes
        for finding in task.report.findings
        if finding.verdict == "pending"
        and (wanted := what_ends(finding, task.plan, forms.get(finding.rule))) is not None
        and kind in wanted.kind
    ]
    known = [closing for closing in closings if closing is not None]
    return zone.spoken(min(known, key=zone.resolve)) if known else None

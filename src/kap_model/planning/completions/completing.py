"""``complete``: everything that a running course still needs, at times that keep its protocol."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from kap_model._time import moment_of_judgement
from kap_model._values import check_choice, check_text
from kap_model.checking import ProtocolChoice, choose_protocol
from kap_model.errors import refusal
from kap_model.fees.schedule import FeeSchedule
from kap_model.plan import Plan
from kap_model.planning.additions import refuse_closed
from kap_model.planning.completions.completions import Completion
from kap_model.planning.completions.hindrances import no_completion
from kap_model.planning.completions.task import Task
from kap_model.planning.drafts.wishes import checked_delay, checked_minutes
from kap_model.planning.pace import Pace, days_of
from kap_model.practices import BY_NAME, Practice
from kap_model.sessions import PLACES, Place
from kap_model.slots import OpenSlot, checked_slots


def complete(
    plan: Plan,
    protocol: ProtocolChoice | None = None,
    *,
    as_of: dt.datetime | str,
    every: Pace = "2w",
    open_slots: Iterable[OpenSlot] | None = None,
    minutes: Mapping[str, int] | None = None,
    place: Place | None = None,
    support_person: str | None = None,
    integration_delay: int = 0,
) -> Completion:
    """Add to a running course all that it still needs; nothing that was there is moved.

    Exact: where some completion keeps the protocol, one is found, and of all the one that is over
    first. It adds no violated finding to those that the plan has, and leaves none pending that
    sessions can end. What only people can record comes back as needs. A course that the medical
    partner has halted, or has not decided, gets the integrations of dosings that were held, and
    the reason why no more.

    Args:
        plan: An active course.
        protocol: As in ``check``.
        as_of: Now: new sessions start then or later.
        every: New dosings are at least so far from any other: ``"2w"``, ``"10d"``, or days.
        open_slots: When new sessions may be held; absent: once a day at 10:00 in the plan's zone,
            between 8:00 and 20:00 where that does not do, at any time where that does not either.
        minutes: Lengths of new sessions by kind; absent: the shortest that is lawful, and published
            where a practice is named that has fees and this can be.
        place: Where new sessions of the therapist are held; absent: the office, where allowed.
        support_person: Who is there at new remote dosings.
        integration_delay: Days from a dosing to a new integration after it, at least.

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
    care, _ = choose_protocol(plan, protocol)
    task = Task(
        plan=plan,
        care=care,
        as_of=moment_of_judgement(as_of),
        every=days_of(every),
        slots=None if open_slots is None else checked_slots(open_slots),
        fees=_fees_of(plan, protocol),
        minutes=checked_minutes(minutes),
        place=place,
        support_person=support_person,
        delay=checked_delay(integration_delay),
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

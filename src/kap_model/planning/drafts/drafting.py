"""``draft``: a whole course from its first session on, lawful by construction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from kap_model._time import Instant, civil_date, zone
from kap_model._values import check_identifier, check_instance
from kap_model.checking import ProtocolChoice, care_of, check
from kap_model.errors import PlanningError, Problem, refusal
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.additions import new_ids
from kap_model.planning.conflicts import smallest_conflict
from kap_model.planning.drafts.sketching import MANNERS, Sketch, first_kind
from kap_model.planning.drafts.wishes import Wishes, wishes_of
from kap_model.planning.pace import Pace
from kap_model.planning.search.ledger import Placed
from kap_model.planning.selection import kept, spoken
from kap_model.planning.traits import RECORDED
from kap_model.practices import BY_NAME, Practice
from kap_model.sessions import CLASS_OF_KIND, Place

_GAVE_UP: Final = "excludes itself, or leaves too many courses to tell; fewer options leave fewer"


def draft(
    protocol: ProtocolChoice,
    start: dt.date | str,
    *,
    id: str = "draft",
    timezone: str | None = None,
    every: Pace | None = None,
    weekday: str | None = None,
    time: str | None = None,
    preparations: int | None = None,
    dosings: int | None = None,
    integrations: int | None = None,
    minutes: Mapping[str, int] | None = None,
    place: Place | None = None,
    support_person: str | None = None,
    integration_delay: int | None = None,
    working_days: Iterable[str] | None = None,
    closed: Iterable[dt.date | str] = (),
    fees: FeeSchedule | None = None,
    born: dt.date | str | None = None,
) -> Plan:
    """Draft a course that keeps a protocol: no finding is violated or pending.

    Whatever combination of options the protocol allows is drafted. Reviews stand where the
    protocol needs them. What is not wished for is as usual where that is lawful: an evaluation
    after two days, preparation after a week, dosings from the second week on.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.
        start: The date of the first session.
        id: The plan's id.
        timezone: Its zone; absent: the practice's, ``UTC`` for a protocol alone.
        every: Dosings are at least so far apart: ``"2w"``, ``"10d"``, or days; absent: two weeks,
            or as near to that as the protocol allows.
        weekday: The weekday of dosings, ``mon`` to ``sun``.
        time: When sessions start, ``HH:MM``; further ones of a day follow. Absent: 10:00.
        preparations: How many; absent: the fewest that are lawful.
        dosings: How many, likewise.
        integrations: How many, likewise.
        minutes: Lengths by kind; absent: the shortest that is lawful and, where the practice has
            fees, published.
        place: Of the therapist's sessions; absent: the office, where dosings may be held there.
        support_person: Who is there at remote dosings.
        integration_delay: Days from a dosing to an integration after it, at least; absent: 1.
        working_days: The weekdays on which sessions are held; absent: all.
        closed: Dates on which none is.
        fees: The prices whose published lengths count; absent: the practice's.
        born: The client's date of birth, for a protocol with a minimum age.

    Raises:
        InvalidValue: An option cannot be what it is.
        PlanningError: Options contradict the protocol or each other; ``conflict`` is the smallest
            set of limits and options that do.
    """
    practice = BY_NAME.get(protocol) if isinstance(protocol, str) else protocol
    care = care_of(protocol)
    check_identifier(id, "id")
    known = practice if isinstance(practice, Practice) else None
    local = zone(timezone if timezone is not None else known.timezone if known else "UTC")
    wishes = wishes_of(
        start=start,
        every=every,
        weekday=weekday,
        time=time,
        counts={
            "preparations": preparations,
            "dosings": dosings,
            "integrations": integrations,
        },
        minutes=minutes,
        place=place,
        support_person=support_person,
        integration_delay=integration_delay,
        working_days=working_days,
        closed=closed,
    )
    if fees is not None:
        check_instance(fees, "fees", FeeSchedule)
    schedule = fees if fees is not None or known is None else known.fees
    named = known.id if known is not None and BY_NAME.get(known.id) is known else None
    empty = Plan(
        id=id,
        timezone=local.name,
        protocol=named,
        fees=named if fees is None and schedule is not None else None,
        born=born,
        sessions=(),
    )
    first = civil_date(start, "start")
    if empty.born is not None and empty.born > first:
        raise refusal("born", "must not be after start")
    sketch = Sketch(
        plan=empty, limits=care.limits_on(first), fees=schedule, first=first.toordinal()
    )
    found = _drafted(sketch, wishes)
    if found is None:
        raise _contradiction(sketch, wishes)
    # Without sessions a dated protocol is judged by its latest limits, not by those of start.
    report = check(found, care)
    if found.sessions and any(finding.verdict != "unknown" for finding in report.findings):
        raise AssertionError("the search and the rules disagree")
    return found


def lawful_course(limits: Limits, start: dt.date) -> Plan | None:
    """Some course from a date on that keeps limits; ``None`` = they exclude each other."""
    empty = Plan(id="witness", timezone="UTC", sessions=())
    sketch = Sketch(plan=empty, limits=limits, fees=None, first=start.toordinal())
    # Somebody can be named, so that a course with remote dosings only can be.
    return _drafted(sketch, Wishes(start=start, support_person=RECORDED))


def _drafted(sketch: Sketch, wishes: Wishes) -> Plan | None:
    """The course in the most usual manner that is possible."""
    for manner in MANNERS:
        found = sketch.laid_out(sketch.limits, wishes, manner)
        if found is not None:
            return _with(sketch, found, wishes)
    return None


def _with(sketch: Sketch, found: Iterable[Placed], wishes: Wishes) -> Plan:
    fresh, traits = new_ids(sketch.plan), sketch.fields(sketch.limits, wishes)
    sessions = [
        CLASS_OF_KIND[placed.kind](
            id=fresh(placed.kind), start=Instant(placed.begins), **traits[placed.kind]
        )
        for placed in found
    ]
    return attrs.evolve(sketch.plan, sessions=sessions)


def _contradiction(sketch: Sketch, wishes: Wishes) -> PlanningError:
    """The smallest set of limits and options that exclude each other."""
    names = tuple(name for name, _ in sketch.limits.cited)
    # Whatever limits are left out, a course may begin as it would with all of them.
    sketch = attrs.evolve(sketch, opening=first_kind(sketch.limits, wishes))

    def feasible(chosen: frozenset[str]) -> bool:
        limits, wished = kept(sketch.limits, chosen), wishes.only(chosen)
        try:
            return sketch.laid_out(limits, wished, MANNERS[-1]) is not None
        except PlanningError:
            return False  # what takes too long to find is no course

    conflict = smallest_conflict((*wishes.given, *names), feasible)
    if not conflict:
        return PlanningError([Problem("draft", _GAVE_UP)])
    said = spoken(conflict, sketch.limits)
    said += " exclude each other" if len(conflict) > 1 else " cannot be kept"
    if "support_person_when_remote" in conflict and wishes.support_person is None:
        said += "; no support_person is given"
    return PlanningError([Problem("draft", said)], conflict)

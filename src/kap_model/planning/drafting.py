"""``draft``: a whole course from its first session on, lawful by construction."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from kap_model._time import EARLIEST, NEVER, Instant, civil_date, day_of_age, zone
from kap_model._values import (
    as_tuple,
    check_choice,
    check_identifier,
    check_instance,
    check_integer,
    check_text,
)
from kap_model.checking import ProtocolChoice, care_of, check
from kap_model.errors import PlanningError, Problem, refusal
from kap_model.fees.schedule import FeeSchedule
from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS, Plan
from kap_model.planning.conflicts import kept, smallest_conflict, spoken
from kap_model.planning.new_sessions import (
    DAYS_APART,
    RECORDED,
    Counts,
    Pace,
    Traits,
    are_lawful,
    checked_delay,
    checked_minutes,
    days_of,
    is_supported,
    lawful_cadence,
    new_ids,
    published_minutes,
    usual_fields,
)
from kap_model.planning.search.problem import Demand, Placed
from kap_model.planning.search.search import FEW, find_sessions
from kap_model.planning.search.times import (
    USUAL_TIME,
    Bays,
    Openings,
    Time,
    last_day_for,
    weekday_of,
)
from kap_model.practices import BY_NAME, Practice
from kap_model.sessions import CLASS_OF_KIND, KINDS, PLACES, Place

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


def _time(value: str | None) -> Time | None:
    if value is None:
        return None
    match = _CLOCK.fullmatch(value) if type(value) is str else None
    if match is None:
        raise refusal("time", "must be a time of day as HH:MM, from 00:00 to 23:59")
    return int(match[1]), int(match[2])


def _weekday(value: str | None) -> int | None:
    if value is None:
        return None
    check_choice(value, "weekday", WEEKDAYS)
    return WEEKDAYS.index(value)


def _working_days(values: Iterable[str] | None) -> tuple[int, ...] | None:
    if values is None:
        return None
    days = as_tuple(values, "working_days")
    for index, day in enumerate(days):
        check_choice(day, f"working_days[{index}]", WEEKDAYS)
    if not days:
        raise refusal("working_days", "must name at least one day")
    return tuple(sorted({WEEKDAYS.index(day) for day in days}))


def _closed(values: Iterable[dt.date | str]) -> tuple[dt.date, ...]:
    dates = as_tuple(values, "closed")
    return tuple(sorted({civil_date(day, f"closed[{i}]") for i, day in enumerate(dates)}))


@frozen(kw_only=True)
class Wishes:
    """What is wished for a course; ``None`` = no wish.

    Attributes:
        start: The date of the first session.
        every: Days between dosings, at least.
        weekday: Of dosings, Monday = 0.
        time: When sessions start; further ones of a day follow.
        preparations, dosings, integrations: How many of each.
        minutes: Lengths by kind.
        place, support_person: Of the therapist's sessions, and at remote dosings.
        integration_delay: Days from a dosing to an integration after it, at least.
        working_days: Weekdays on which sessions are held.
        closed: Dates on which none is.
    """

    start: dt.date | None = None
    every: int | None = None
    weekday: int | None = None
    time: Time | None = None
    preparations: int | None = None
    dosings: int | None = None
    integrations: int | None = None
    minutes: Mapping[str, int] | None = None
    place: Place | None = None
    support_person: str | None = None
    integration_delay: int | None = None
    working_days: tuple[int, ...] | None = None
    closed: tuple[dt.date, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what is wished for."""
        names = [attribute.name for attribute in attrs.fields(Wishes)]
        return tuple(name for name in names if getattr(self, name) not in (None, ()))

    def only(self, names: frozenset[str]) -> Wishes:
        """These wishes alone."""
        kept: dict[str, Any] = {n: getattr(self, n) for n in self.given if n in names}
        return Wishes(**kept)

    def opens(self) -> Callable[[int], bool]:
        """Says of a day whether anything is held on it."""
        working, closed = self.working_days, {day.toordinal() for day in self.closed}

        def is_open(day: int) -> bool:
            return day not in closed and (working is None or weekday_of(day) in working)

        return is_open


def wishes_of(
    *,
    start: dt.date | str,
    every: Pace | None,
    weekday: str | None,
    time: str | None,
    counts: Mapping[str, int | None],
    minutes: Mapping[str, int] | None,
    place: Place | None,
    support_person: str | None,
    integration_delay: int | None,
    working_days: Iterable[str] | None,
    closed: Iterable[dt.date | str],
) -> Wishes:
    """Options as they are given, checked one by one.

    Raises:
        InvalidValue: An option cannot be what it is.
    """
    for name, number in counts.items():
        if number is not None:
            check_integer(number, name, 0, MOST_SESSIONS)
    if place is not None:
        check_choice(place, "place", PLACES)
    if support_person is not None:
        check_text(support_person, "support_person")
    return Wishes(
        start=civil_date(start, "start"),
        every=None if every is None else days_of(every),
        weekday=_weekday(weekday),
        time=_time(time),
        minutes=checked_minutes(minutes) or None,
        place=place,
        support_person=support_person,
        integration_delay=None if integration_delay is None else checked_delay(integration_delay),
        working_days=_working_days(working_days),
        closed=_closed(closed),
        **counts,
    )


# As in the contract's example: evaluation after two days, preparation a week in, then medicine.
_LEAD_DAYS: Final = {"medical-evaluation": 2, "preparation": 7, "dosing": 14}
_ANY: Final = Bounds(0)


@frozen(kw_only=True)
class Manner:
    """How usual a course is to be, where nothing else is wished for.

    Attributes:
        leads: Whether the intake takes its usual days.
        cadence: Whether dosings are two weeks apart, or as near to that as is lawful.
        delay: Days from a dosing to an integration after it.
        one_a_day: Whether each day has one session.
        late: Whether no session starts before the usual time of day.
    """

    leads: bool = False
    cadence: bool = False
    delay: int = 0
    one_a_day: bool = False
    late: bool = False


MANNERS: Final = (
    Manner(leads=True, cadence=True, delay=1, one_a_day=True, late=True),
    Manner(cadence=True, delay=1, one_a_day=True, late=True),
    Manner(cadence=True, delay=1, late=True),
    Manner(cadence=True, late=True),
    Manner(cadence=True),
    Manner(),
)
"""The manners of a course, the most usual first; in the last one, whatever is possible is."""


@frozen(kw_only=True, eq=False)
class Sketch:
    """A course to be drafted: an empty plan, its limits, and the prices whose lengths count."""

    plan: Plan
    limits: Limits
    fees: FeeSchedule | None
    first: int
    """The first day that may be used."""
    opening: str | None = None
    """A kind that may come first though nothing asks for it."""

    def laid_out(self, limits: Limits, wishes: Wishes, manner: Manner) -> tuple[Placed, ...] | None:
        """The sessions of a course; ``None`` = limits and wishes exclude each other."""
        counts = lawful_counts(limits, wishes)
        if counts is None:
            return None
        traits = self.fields(limits, wishes)
        if not self._may_have(limits, traits, counts):
            return None
        demand = self._demand(limits, wishes, manner, counts, traits)
        most = None if manner == MANNERS[-1] else FEW
        return find_sessions(demand, self._bays(wishes, manner, demand), most)

    def _may_have(self, limits: Limits, traits: Traits, counts: Counts) -> bool:
        needed = [kind for kind, number in counts.by_kind().items() if number]
        supported = not counts.dosings or is_supported(limits, traits)
        return supported and are_lawful(limits, traits, needed)

    def fields(self, limits: Limits, wishes: Wishes) -> Traits:
        """The fields of the sessions, with lengths that are lawful and published."""
        lengths = published_minutes(limits, self.fees, dt.date.fromordinal(self.first))
        return usual_fields(
            limits,
            minutes=lengths | dict(wishes.minutes or {}),
            place=wishes.place,
            support_person=wishes.support_person,
        )

    def _demand(
        self, limits: Limits, wishes: Wishes, manner: Manner, counts: Counts, traits: Traits
    ) -> Demand:
        pace, start = wishes.every, wishes.start
        if pace is None:
            pace = lawful_cadence(limits, DAYS_APART) if manner.cadence else 0
        delay = manner.delay if wishes.integration_delay is None else wishes.integration_delay
        leads = _leads(limits, counts) if manner.leads else {}
        return Demand(
            limits=limits,
            since=max(EARLIEST, self.plan.zone.first_instant(self.first)),
            since_day=0,
            minutes={kind: fields["minutes"] for kind, fields in traits.items()},
            every=pace,
            delay=delay,
            preparations=counts.preparations,
            dosings=counts.dosings,
            integrations=counts.integrations,
            born_day=day_of_age(self.plan.born, limits.minimum_age),
            first_by=NEVER if start is None else start.toordinal(),
            opening=self.opening,
            earliest={kind: self.first + days for kind, days in leads.items()},
        )

    def _bays(self, wishes: Wishes, manner: Manner, demand: Demand) -> Mapping[str, Bays]:
        time = wishes.time or (USUAL_TIME if manner.late else (0, 0))
        openings = self._openings(wishes, demand)
        if manner.one_a_day:
            bays = Bays(openings.one_a_day(time, (), demand.since))
        else:
            bays = Bays(openings.hours((time, None), (), demand.since))
        found: dict[str, Bays] = dict.fromkeys(KINDS, bays)
        if wishes.weekday is not None:
            on_it = [bay for bay in bays.bays if weekday_of(bay.day) == wishes.weekday]
            found["dosing"] = Bays(on_it)
        return found

    def _openings(self, wishes: Wishes, demand: Demand) -> Openings:
        """The days on which sessions may be, as far as a course may need them."""
        first = self.first if demand.born_day == NEVER else max(self.first, demand.born_day)
        seldom = bool(wishes.working_days or wishes.closed)
        last = last_day_for(demand, first, seldom=seldom, closed=len(wishes.closed))
        return Openings(zone=self.plan.zone, first=self.first, last=last, is_open=wishes.opens())


def _intake(limits: Limits, counts: Counts) -> Iterator[str]:
    """The kinds of a course in the order in which they first come."""
    evaluates = limits.evaluation_first or (
        limits.preparation_after_supply and counts.preparations > 0
    )
    if limits.consultation_first and evaluates:
        yield "consultation"
    if evaluates:
        yield "medical-evaluation"
    if counts.preparations:
        yield "preparation"
    yield "dosing"


def first_kind(limits: Limits, wishes: Wishes) -> str | None:
    """The kind of a course's first session; ``None`` where its numbers exclude each other."""
    counts = lawful_counts(limits, wishes)
    return None if counts is None else next(_intake(limits, counts))


def _leads(limits: Limits, counts: Counts) -> dict[str, int]:
    """The usual days of each kind of the intake after the first of them."""
    kinds = list(_intake(limits, counts))
    usual = _LEAD_DAYS.get(kinds[0], 0)
    return {kind: days - usual for kind, days in _LEAD_DAYS.items() if kind in kinds}


def lawful_counts(limits: Limits, wishes: Wishes) -> Counts | None:
    """How many sessions of each kind; ``None`` = no lawful numbers go together."""
    preparations, dosings = limits.preparation_count or _ANY, limits.dosing_count or _ANY
    integrations, each = limits.integration_count or _ANY, limits.integration_per_dosing or 0
    prepared = (preparations.min or 0) if wishes.preparations is None else wishes.preparations
    wanted = (integrations.min or 0) if wishes.integrations is None else wishes.integrations
    dosed = wishes.dosings
    if dosed is None:
        waits = bool(wanted and limits.integration_after_dosing)
        dosed = max(dosings.min or 0, int(waits))
    integrated = max(wanted, dosed * each)
    if not (preparations.holds(prepared) and dosings.holds(dosed)):
        return None
    if integrations.above(integrated) or (wanted and not dosed and limits.integration_after_dosing):
        return None
    if wishes.integrations is not None and wishes.integrations != integrated:
        return None
    if integrations.below(integrated) or prepared + dosed + integrated > MOST_SESSIONS:
        return None
    return Counts(prepared, dosed, integrated)


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

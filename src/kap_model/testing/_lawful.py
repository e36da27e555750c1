"""Strategies of lawful plans: laid out for a protocol, edited as far as they stay lawful.

An edit knows nothing of the plan that it will meet: places count round its sessions. Whether what
it makes is wanted is for the strategy to ask, which keeps the edit or goes on without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeAlias

import attrs
from attrs import frozen
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kap_model._time import DAY_SECONDS, Instant
from kap_model.checking import ProtocolChoice, care_of, check, deciding_date, limits_of
from kap_model.course import Course
from kap_model.errors import InvalidValue, PlanningError, Problem
from kap_model.limits import Bounds, Limits
from kap_model.plan import Plan, Supply
from kap_model.planning._feasibility import NOT_KNOWN
from kap_model.planning.layout import with_supplies
from kap_model.planning.linting import lint
from kap_model.planning.new_sessions import (
    Counts,
    CourseSize,
    SessionFields,
    even_pace,
    fewest,
    frequency_of,
    lawful_cadence,
    lawful_minutes,
    most,
    new_ids,
    usual_fields,
)
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.protocol import CareProtocol
from kap_model.sessions import (
    CLASS_OF_KIND,
    ROUTES,
    THERAPIST_KINDS,
    Clinician,
    Consultation,
    Dosing,
    MedicalEvaluation,
    MedicalReview,
    Session,
    TherapistSession,
)
from kap_model.testing._plans import LABELS, TELLING_DATES, zones
from kap_model.testing._searched import (
    EARLIEST,
    FIRST,
    LATEST,
    SUPPORT,
    VARIETIES,
    first_of_stage,
    grown_up,
    laid_out,
    moved,
    outline_of,
    plain_courses,
    recorded_fields,
    searched,
    shaped,
)
from kap_model.timeline import PlanState

Edit: TypeAlias = Callable[[Plan], Plan]
Which: TypeAlias = tuple[int, int]
"""A place among a plan's sessions, and the step from there to further ones."""

_LONGER: Final = 90  # minutes beyond the shortest length, where no limit says how long
_SHORTEST: Final = 10  # minutes of sessions that have no limit
_MORE: Final = 3  # sessions of a kind beyond the fewest, where no limit says how many
_LONGEST_PACE: Final = 28  # days


def edited(plan: Plan, edit: Edit) -> Plan | None:
    """What an edit makes of a plan; ``None`` where that cannot be, or nothing changes."""
    try:
        made = edit(plan)
    except InvalidValue:
        return None
    return None if made == plan else made


def at(session: Session, begins: int, **fields: Any) -> Session:
    """A session at another time, with other fields."""
    return attrs.evolve(session, start=Instant(begins), **fields)


def swapped(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan with these sessions in the place of those with their ids; new ids are added."""
    known = {session.id: session for session in plan.sessions}
    known.update((session.id, session) for session in sessions)
    return attrs.evolve(plan, sessions=known.values())


def without(plan: Plan, sessions: Iterable[Session]) -> Plan:
    """A plan without these sessions."""
    gone = {session.id for session in sessions}
    return attrs.evolve(plan, sessions=[s for s in plan.sessions if s.id not in gone])


def later(plan: Plan, first: Session, days: int) -> Plan:
    """All from a session on some days later, medicine that is issued from its date on too."""
    seconds = days * DAY_SECONDS
    day = dt.date.fromordinal(plan.zone.day(first.begins))
    after = [s for s in plan.sessions if s.begins >= first.begins]
    moved = swapped(plan, [at(s, s.begins + seconds) for s in after])
    if plan.supplies is None:
        return moved
    supplies = [_issued_later(s, days) if s.issued >= day else s for s in plan.supplies]
    return attrs.evolve(moved, supplies=supplies)


def _issued_later(supply: Supply, days: int) -> Supply:
    distance = dt.timedelta(days=days)
    received = None if supply.received is None else supply.received + distance
    return attrs.evolve(supply, issued=supply.issued + distance, received=received)


def _chosen(plan: Plan, which: Which, cls: type[Session] = Session) -> list[Session]:
    """Sessions of a class from a place on, round the plan's number of them, by a step."""
    found = [session for session in plan.sessions if isinstance(session, cls)]
    place, step = which
    return found[place % len(found) :: step] if found else []


def gap(place: int, days: int) -> Edit:
    """More days before a session and all that follow it, or fewer."""

    def edit(plan: Plan) -> Plan:
        return later(plan, plan.sessions[place % len(plan.sessions)], days)

    return edit


def move(which: Which, minutes: int) -> Edit:
    """Some sessions at another time."""

    def edit(plan: Plan) -> Plan:
        moved = [at(s, s.begins + minutes * 60) for s in _chosen(plan, which)]
        return swapped(plan, moved)

    return edit


def fields(cls: type[Session], which: Which, **given: Any) -> Edit:
    """Other fields of some sessions of a class."""

    def edit(plan: Plan) -> Plan:
        return swapped(plan, [attrs.evolve(s, **given) for s in _chosen(plan, which, cls)])

    return edit


def remote(which: Which, support: str) -> Edit:
    """Some of the therapist's sessions held by video, dosings with somebody at the client's."""

    def edit(plan: Plan) -> Plan:
        sessions = []
        for session in _chosen(plan, which, TherapistSession):
            given: dict[str, Any] = {"place": "remote"}
            if isinstance(session, Dosing):
                given["support_person"] = support
            sessions.append(attrs.evolve(session, **given))
        return swapped(plan, sessions)

    return edit


def facts(**given: Any) -> Edit:
    """Other facts of the plan itself."""

    def edit(plan: Plan) -> Plan:
        return attrs.evolve(plan, **given)

    return edit


def missed(place: int, told: tuple[str, int | None], days: int) -> Edit:
    """A session that was not held, some days before the one that was; ``told`` as in documents."""
    status, hours = told

    def edit(plan: Plan) -> Plan:
        held = plan.sessions[place % len(plan.sessions)]
        given: dict[str, Any] = {"status": status, "notice_hours": hours}
        if isinstance(held, (MedicalEvaluation, MedicalReview)):
            given["outcome"] = None
        begins = held.begins - days * DAY_SECONDS
        return swapped(plan, [at(held, begins, id=new_ids(plan)(held.kind), **given)])

    return edit


def recorded(session: Session) -> Session:
    """A session as it is written down once it was held, in the client's favour."""
    if session.status != "planned":
        return session
    given: dict[str, Any] = {"status": "completed"}
    if isinstance(session, MedicalEvaluation):
        given["outcome"] = "eligible"
    elif isinstance(session, MedicalReview):
        given["outcome"] = "continue"
    elif isinstance(session, Dosing) and session.therapist_present is None:
        given["therapist_present"] = True
    return attrs.evolve(session, **given)


def record(share: int) -> Edit:
    """Some percents of the course, from its beginning on, held and recorded."""

    def edit(plan: Plan) -> Plan:
        count = -(-len(plan.sessions) * share // 100)
        return swapped(plan, map(recorded, plan.sessions[:count]))

    return edit


def close(state: PlanState, share: int) -> Edit:
    """A course that is over after some percents of its sessions, all of them recorded."""

    def edit(plan: Plan) -> Plan:
        count = -(-len(plan.sessions) * share // 100)
        return attrs.evolve(plan, state=state, sessions=map(recorded, plan.sessions[:count]))

    return edit


@frozen
class BaseCourse:
    """What courses are laid out on.

    Attributes:
        care: The protocol that judges them.
        spare: A plain lawful course, for what cannot be laid out otherwise.
        timezone: The zone of plain courses.
        named: What plans may say of their protocol and fees, the plainest first.
    """

    care: CareProtocol
    spare: Plan
    timezone: str
    named: tuple[tuple[str | None, str | None], ...]

    @classmethod
    def of(cls, protocol: ProtocolChoice) -> BaseCourse:
        """The base for a protocol, a practice, or a built-in practice's name.

        Raises:
            InvalidValue: It is none of these.
            PlanningError: No course keeps the protocol; ``conflict`` names the limits and the
                house rules.
        """
        care = care_of(protocol)
        practice = BY_NAME.get(protocol) if isinstance(protocol, str) else protocol
        known = practice if isinstance(practice, Practice) else None
        zone_name = "UTC" if known is None else known.timezone
        spare = plain_course(care, zone_name)
        if spare is None:
            raise _unsatisfiable(care)
        named: tuple[tuple[str | None, str | None], ...] = ((None, None),)
        if known is not None and BY_NAME.get(known.id) is known:
            fees = known.id if known.fees is not None else None
            named = ((known.id, fees), (known.id, None))
        protocol_name, fees_name = named[0]
        spare = attrs.evolve(spare, protocol=protocol_name, fees=fees_name)
        return cls(care, spare, zone_name, named)


def _unsatisfiable(care: CareProtocol) -> PlanningError:
    """The error that names what is in conflict, where limits and house rules are."""
    stretches = lint(care).stretches
    for stretch in stretches:
        names = tuple(one.name for one in stretch.conflict)
        if names:
            reason = f"allows no course; {', '.join(names)}: {stretch.reason}"
            return PlanningError([Problem("protocol", reason)], names)
    if any(stretch.undecided for stretch in stretches):
        return PlanningError([Problem("protocol", f"is not known to allow a course: {NOT_KNOWN}")])
    reason = "allows no course in which every fact that it asks for can be recorded"
    return PlanningError([Problem("protocol", reason)])


def _plain_starts(care: CareProtocol) -> list[dt.date]:
    changes_of = [day for day in care.changes if EARLIEST <= day <= LATEST]
    # The latest date leaves the most room for an age, the earliest for a long course.
    return [FIRST, *changes_of, EARLIEST, dt.date(2190, 1, 1)]


@lru_cache(maxsize=128)
def plain_course(care: CareProtocol, zone_name: str) -> Plan | None:
    """A lawful course with nothing in it that the protocol does not ask for, if there is one."""
    for start in _plain_starts(care):
        limits, house = care.limits_on(start), care.rules_on(start)
        for found in plain_courses(limits, house, start, zone_name):
            plan = grown_up(attrs.evolve(found, id="plan"), limits)
            if not check(plan, care).findings:
                return plan
    return None


def limits_at(care: CareProtocol, plan: Plan) -> Limits:
    """The limits that judge a plan, with what house rules say of plain kinds."""
    course = Course.of(plan, None)
    return shaped(limits_of(care, course), care.rules_on(deciding_date(course)))


@st.composite
def varied(draw: st.DrawFn, plan: Plan, limits: Limits, wanted: Callable[[Plan], bool]) -> Plan:
    """A plan after some edits, each of which left it as it is wanted."""
    chosen, last = draw(st.lists(any_edit(limits), max_size=16)), draw(_LAST)
    for edit in chosen if last is None else (*chosen, last):
        made = edited(plan, edit) if plan.sessions else None
        if made is not None and wanted(made):
            plan = made
    return plan


_WHICH: Final[SearchStrategy[Which]] = st.tuples(st.integers(0, 40), st.sampled_from((50, 3, 2, 1)))
_PLACES: Final = st.integers(0, 40)
_SHARES: Final = st.integers(1, 100)
_MISSED: Final = st.builds(
    missed,
    _PLACES,
    st.sampled_from((("no-show", None), ("cancelled", None), ("cancelled", 2), ("cancelled", 48))),
    st.integers(0, 5),
)
# What was held is recorded last: sessions that were held leave other edits less room.
_LAST: Final[SearchStrategy[Edit | None]] = st.one_of(
    st.none(),
    st.builds(record, _SHARES),
    st.just(close("completed", 100)),
    st.builds(close, st.just("discontinued"), _SHARES),
    st.builds(record, _SHARES),
)


@lru_cache(maxsize=256)
def any_edit(limits: Limits) -> SearchStrategy[Edit]:
    """Any edit that may leave a course within limits, each sort as likely as the others."""
    sorts: tuple[SearchStrategy[Edit], ...] = (
        st.builds(gap, _PLACES, st.integers(-10, 40)),
        st.builds(move, _WHICH, st.integers(-600, 2880)),
        _lengths(limits),
        st.builds(remote, _WHICH, st.sampled_from(SUPPORT)),
        _conduct(limits),
        _clinicians(limits),
        _facts(limits),
        _MISSED,
    )
    # Not ``one_of``, which would count the many fields of sessions one by one.
    return st.integers(0, len(sorts) - 1).flatmap(sorts.__getitem__)


def _lengths(limits: Limits) -> SearchStrategy[Edit]:
    found = []
    for kind, cls in CLASS_OF_KIND.items():
        lawful = lawful_minutes(limits, kind)
        if lawful is not None:
            least = max(lawful.min or 1, 1) if kind in THERAPIST_KINDS else _SHORTEST
            longest = least + _LONGER if lawful.max is None else lawful.max
            found.append(_with(cls, minutes=st.integers(least, longest)))
    return st.one_of(found)


def _with(cls: type[Session], **given: SearchStrategy[Any]) -> SearchStrategy[Edit]:
    return st.builds(
        lambda which, values: fields(cls, which, **values),
        _WHICH,
        st.fixed_dictionaries(given),
    )


def _conduct(limits: Limits) -> SearchStrategy[Edit]:
    """Formats, places, levels, routes, and who is there."""
    levels = st.sampled_from(limits.dose_levels or LABELS)
    return st.one_of(
        _with(TherapistSession, format=st.sampled_from(("group", "individual"))),
        _with(Session, place=st.sampled_from(("office", "remote"))),
        _with(Dosing, level=levels),
        _with(Dosing, route=st.sampled_from(limits.routes or ROUTES)),
        _with(Dosing, therapist_present=st.just(True)),
        _with(Dosing, support_person=st.sampled_from(SUPPORT)),
    )


def _clinicians(limits: Limits) -> SearchStrategy[Edit]:
    medical = st.sampled_from(limits.medical_roles or ("medical-provider",))
    therapist = st.sampled_from(limits.therapist_roles or ("therapist",))
    ids = st.sampled_from(("k-1", "k-2"))
    return st.one_of(
        _with(TherapistSession, clinician=st.builds(Clinician, ids, therapist)),
        _with(MedicalEvaluation, clinician=st.builds(Clinician, ids, medical)),
        _with(MedicalReview, clinician=st.builds(Clinician, ids, medical)),
        _with(Consultation, clinician=st.builds(Clinician, ids, therapist)),
    )


def _facts(limits: Limits) -> SearchStrategy[Edit]:
    labels = st.sampled_from((*LABELS, *(limits.exclusions or ())))
    known: dict[str, SearchStrategy[Any]] = {
        "id": st.sampled_from(("plan", "p-1")),
        "client": st.sampled_from(("c-1", "c-2")),
        "born": st.dates(dt.date(1900, 1, 1), dt.date(2012, 12, 31)),
        "conditions": st.lists(labels, unique=True, min_size=1, max_size=3).map(tuple),
    }
    single = [st.fixed_dictionaries({name: values}) for name, values in known.items()]
    return st.one_of(single).map(lambda given: facts(**given))


def lawful_plans(protocol: ProtocolChoice = "core") -> SearchStrategy[Plan]:
    """Plans without any finding under a protocol, judged as a whole.

    By construction: a course is laid out for the limits in force on its start, then changed up to
    17 times, and each change that would bring a finding is left away. What varies: the counts
    within their limits; the pace (up to 28 days beyond the least) and single gaps; lengths, times
    of day, places, formats, support persons, levels, routes, clinicians; supplies, tracked or not;
    how much of it is held and recorded; cancelled and missed sessions beside it; courses that are
    completed or were discontinued; client, birth and conditions; the zone; the start, from 1980 to
    2199, before changes of clocks and around the dates on which the protocol changes. Plans of a
    built-in practice name it. House rules are kept like limits; what cannot be laid out under them
    is drafted, in one of a few varieties, moved to the drawn start and then changed likewise.

    They shrink to a plain course of the fewest sessions from 2027-01-04 on. Where a drawn outline
    cannot be laid out evenly, which is seldom but for protocols whose limits leave little room, a
    plain course of the protocol is changed instead, so that counts and pace vary less.

    Args:
        protocol: A protocol, a practice, or a built-in practice's name.

    Raises:
        InvalidValue: It is none of these.
        PlanningError: No course keeps the protocol, or none whose facts can all be recorded;
            ``conflict`` names the limits and house rules that exclude each other.
    """
    return _lawful(BaseCourse.of(protocol))


def _lawful(base: BaseCourse) -> SearchStrategy[Plan]:
    def is_lawful(plan: Plan) -> bool:
        return not check(plan, base.care).findings

    # Without arguments: Hypothesis would print them with each failure.
    @st.composite
    def lawful(draw: st.DrawFn) -> Plan:
        plan = draw(courses(base))
        return draw(varied(plan, limits_at(base.care, plan), is_lawful))

    return lawful()


@st.composite
def courses(draw: st.DrawFn, base: BaseCourse) -> Plan:
    """Lawful courses, the counts, pace, zone and start of which are drawn; nothing else is."""
    care = base.care
    start = draw(_starts(care))
    limits, house = care.limits_on(start), care.rules_on(start)
    bounds = shaped(limits, house)
    protocol, fees = draw(st.sampled_from(base.named))
    outline = draw(_outlines(bounds, start, base.timezone))
    named = facts(protocol=protocol, fees=fees)
    made: Iterable[Plan | None] = (laid_out(bounds, outline),)
    if outline is not None and house:
        variety = draw(st.integers(0, len(VARIETIES) - 1))
        outline = attrs.evolve(outline, fields=recorded_fields(outline.fields, limits, house))
        made = _housed(care, outline, variety)
    for found in made:
        if found is not None:
            plan = named(grown_up(found, limits))
            if not check(plan, care).findings:
                return plan
    return named(base.spare)


def _housed(care: CareProtocol, outline: CourseSize, variety: int) -> Iterator[Plan | None]:
    """The course of an outline as it is laid out; else one that was found, on its dates."""
    limits, house = care.limits_on(outline.start), care.rules_on(outline.start)
    yield laid_out(shaped(limits, house), outline)
    began = first_of_stage(care, outline.start)
    found = searched(limits, house, began, variety)
    there = found and moved(found, outline.start, outline.timezone)
    if there is not None and outline.tracks_supply:
        yield with_supplies(there, limits)
    yield there
    yield found


@lru_cache(maxsize=128)
def _starts(care: CareProtocol) -> SearchStrategy[dt.date]:
    near = [
        day + dt.timedelta(days=days)
        for day in care.changes
        for days in (0, -1, 1, -30)
        if EARLIEST < day + dt.timedelta(days=days) < LATEST
    ]
    told = st.sampled_from([*TELLING_DATES, *near])
    return st.one_of(told, st.dates(EARLIEST, LATEST))


@st.composite
def _outlines(draw: st.DrawFn, limits: Limits, start: dt.date, zone_name: str) -> CourseSize | None:
    """What a course may be like; ``None`` where no course has lawful counts."""
    try:
        least, highest = fewest(limits), most(limits)
    except InvalidValue:
        return None
    dosings = draw(_numbers(least.dosings, highest.dosings, limits.dosing_count))
    owed = max(least.integrations, dosings * (limits.integration_per_dosing or 0))
    counts = Counts(
        draw(_numbers(least.preparations, highest.preparations, limits.preparation_count)),
        dosings,
        draw(_numbers(owed, highest.integrations, limits.integration_count)),
    )
    return outline_of(
        limits,
        start,
        counts,
        every=draw(_paces(limits)),
        fields=draw(_fields(limits)),
        timezone=draw(_zones_with(zone_name)),
        tracks_supply=draw(st.booleans()),
    )


@lru_cache(maxsize=16)
def _zones_with(name: str) -> SearchStrategy[str]:
    return st.just(name) | zones()


def _numbers(least: int, highest: int, bounds: Bounds | None) -> SearchStrategy[int]:
    """How many sessions of a kind: some more than the fewest, as far as limits let them."""
    free = bounds is None or bounds.max is None
    return st.integers(least, least + _MORE if free else max(least, min(highest, least + _MORE)))


@lru_cache(maxsize=256)
def _fields(limits: Limits) -> SearchStrategy[SessionFields]:
    """The fields of sessions: dosings as short as may be, or of any lawful length."""
    lawful = lawful_minutes(limits, "dosing") or Bounds(1)
    least = max(lawful.min or 1, 1)
    longest = least + _LONGER if lawful.max is None else max(lawful.max, least)
    given = st.none() | st.fixed_dictionaries({"dosing": st.integers(least, longest)})
    return given.map(
        lambda minutes: usual_fields(limits, minutes=minutes, support_person=SUPPORT[0])
    )


@lru_cache(maxsize=256)
def _paces(limits: Limits) -> SearchStrategy[int]:
    """Days between dosings: the usual ones, or any that the limits allow."""
    gap, frequency = limits.dosing_gap_days or Bounds(0), frequency_of(limits)
    usual = lawful_cadence(limits)
    shortest = max(1, gap.min or 0, 0 if frequency is None else even_pace(frequency))
    longest = max(_LONGEST_PACE, shortest) if gap.max is None else max(gap.max, shortest)
    return st.just(usual) | st.integers(shortest, min(longest, shortest + _LONGEST_PACE))

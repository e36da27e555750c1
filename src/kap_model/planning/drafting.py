"""``draft``: a whole course from its first session on, lawful by construction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs
from attrs import frozen

from kap_model._time import EARLIEST, LATEST, NEVER, Instant, civil_date, day_of_age, zone
from kap_model._values import (
    check_identifier,
    check_instance,
)
from kap_model.checking import ProtocolChoice, care_of, check
from kap_model.errors import PlanningError, Problem, refusal
from kap_model.fees.schedule import FeeSchedule
from kap_model.forms._form import RuleForm
from kap_model.forms.facts import KNOWN_FIELDS
from kap_model.forms.house_rules import HouseRule
from kap_model.limits import Limits
from kap_model.plan import Plan
from kap_model.planning.choices import (
    Given,
    choices_for,
    folded,
    forms_of,
    is_spaced,
    left_out_of,
    names_of,
    only,
)
from kap_model.planning.conflicts import excluded, kept, smallest_conflict
from kap_model.planning.draft_options import DraftOptions, checked_options
from kap_model.planning.new_sessions import (
    ANY_NUMBER,
    LEAD_DAYS,
    Counts,
    SessionFields,
    are_lawful,
    is_supported,
    new_ids,
    published_minutes,
    usual_fields,
)
from kap_model.planning.search.asked import forms_in
from kap_model.planning.search.problem import (
    Added,
    NewSession,
    Prices,
    SearchProblem,
    Work,
    last_day_for,
)
from kap_model.planning.search.search import FEW
from kap_model.planning.search.times import (
    USUAL_TIME,
    FreeTimes,
    OpenDays,
    Time,
    weekday_of,
)
from kap_model.planning.spreading import after_dosings, find_by
from kap_model.planning.wishes import (
    ANYTHING,
    NOTHING,
    Wish,
    most_usual,
    usual_delay,
    usual_lengths,
    usual_pace,
    wishes_for_draft,
)
from kap_model.practices._built_in import BY_NAME
from kap_model.practices._practice import Practice
from kap_model.protocol import CareProtocol
from kap_model.sessions import CLASS_OF_KIND, KINDS, RECORDED, Place
from kap_model.usual import Pace, Usual

_GAVE_UP: Final = "excludes itself, or leaves too many courses to tell; fewer options leave fewer"
_TOO_MUCH: Final = "excludes itself, or leaves too many courses to tell"
_EVENING: Final[Time] = (18, 0)
"""When dosings are over that start later than others."""
_WEEK: Final = 7
_SPREAD: Final = attrs.evolve(ANYTHING, spread=True)
"""Far fewer courses are so, and often one is."""


@frozen(kw_only=True, eq=False)
class Draft:
    """A course to be drafted: an empty plan, its limits, and the prices whose lengths count."""

    plan: Plan
    limits: Limits
    house: tuple[HouseRule, ...] = ()
    fees: FeeSchedule | None
    first: int
    """The first day that may be used."""
    usual: Usual = NOTHING
    least: int = 0
    """Dosings that it has even where neither a limit nor an option asks for any."""
    spaced: bool = attrs.field(
        default=attrs.Factory(lambda self: is_spaced(self.limits, self.house), takes_self=True)
    )
    """Whether dosings must not be close together, as nothing says how far apart they are."""
    work: Work = attrs.field(factory=Work)
    """What is left for all its searches together."""
    opening: str | None = None
    """A kind that may come first though nothing asks for it."""
    recorded: bool = False
    """Whether people record whatever a house rule asks to be known."""
    choices: tuple[NewSession, ...] = ()
    """The sessions that may be added, where they are chosen beforehand."""
    prices: Prices | None = None
    """What these cost, where that is bounded."""
    further: tuple[tuple[str, RuleForm], ...] = ()
    """What is asked beyond limits and house rules."""

    @property
    def start(self) -> dt.date:
        """The first date that may be used."""
        return dt.date.fromordinal(self.first)

    def laid_out(
        self,
        limits: Limits,
        house: tuple[HouseRule, ...],
        options: DraftOptions,
        wish: Wish = ANYTHING,
        every: int = 0,
    ) -> tuple[Added, ...] | None:
        """The sessions of a course; ``None`` = rules, options and the wish exclude each other.

        Args:
            limits: Those that it keeps.
            house: The house rules that it keeps.
            options: What is asked for.
            wish: What is wished for beyond that.
            every: Days between dosings, where no option says.
        """
        usual = self.usual if wish.usual else NOTHING
        said = tuple(forms_of(house))
        forms = [form for _, form in said]
        shaped = folded(limits, forms)
        counts = options.counts(shaped, self.least, usual)
        if counts is None:
            return None
        fields = self._fields(shaped, options, usual)
        if not self._may_have(shaped, fields, counts):
            return None
        if counts.dosings > 1 and _too_slow(limits, options.every or every, counts.dosings):
            return None
        if options.integrations is None:
            limits = _with_each(limits, counts, usual.integrations_each or 0)
            shaped = folded(limits, forms)
        given = Given(
            kinds=frozenset(options.minutes or ()),
            place=options.place,
            support_person=options.support_person,
            recorded=self.recorded,
        )
        problem = attrs.evolve(
            self._problem(shaped, options, wish, counts),
            rules=(*forms_in(limits, spaced=self.spaced), *said, *self.further),
            choices=self.choices or choices_for(limits, forms, fields, given),
            prices=self.prices,
            every=options.every or every,
            work=self.work,
        )
        times, most = self._times(options, wish, problem), None if wish == ANYTHING else FEW
        return find_by(wish, problem, times, most)

    def _may_have(self, limits: Limits, fields: SessionFields, counts: Counts) -> bool:
        needed = [kind for kind, number in counts.by_kind().items() if number]
        supported = not counts.dosings or is_supported(limits, fields)
        return supported and are_lawful(limits, fields, needed)

    def _fields(self, limits: Limits, options: DraftOptions, usual: Usual) -> SessionFields:
        """The fields of the sessions, with lengths that are lawful and usual, else published."""
        lengths = published_minutes(limits, self.fees, dt.date.fromordinal(self.first))
        lengths |= usual_lengths(limits, usual)
        return usual_fields(
            limits,
            minutes=lengths | dict(options.minutes or {}),
            place=options.place,
            support_person=options.support_person,
        )

    def _problem(
        self,
        limits: Limits,
        options: DraftOptions,
        wish: Wish,
        counts: Counts,
    ) -> SearchProblem:
        start, delay = options.start, options.integration_delay
        leads = _leads(limits, counts) if wish.leads else {}
        return SearchProblem(
            limits=limits,
            since=max(EARLIEST, self.plan.zone.first_instant(self.first)),
            since_day=0,
            choices=(),
            facts=frozenset(KNOWN_FIELDS),
            delay=wish.delay if delay is None else delay,
            preparations=counts.preparations,
            dosings=counts.dosings,
            integrations=counts.integrations,
            born_day=day_of_age(self.plan.born, limits.minimum_age),
            first_by=NEVER if start is None else start.toordinal(),
            opening=self.opening,
            earliest={kind: self.first + days for kind, days in leads.items()},
        )

    def _times(
        self, options: DraftOptions, wish: Wish, problem: SearchProblem
    ) -> Mapping[str, FreeTimes]:
        """When sessions of each kind may start."""
        time, since = options.time or (USUAL_TIME if wish.hours != "any" else (0, 0)), problem.since
        open_days = self._open_days(options, problem)
        self.work.pay_for_days(open_days.first, open_days.last)
        once = FreeTimes(open_days.one_a_day(time, (), since))
        found: dict[str, FreeTimes] = dict.fromkeys(KINDS, once)
        if wish.hours in ("day", "any"):
            found = dict.fromkeys(KINDS, FreeTimes(open_days.hours((time, None), (), since)))
        elif not problem.delay:
            found["integration"] = after_dosings(once, problem, self.plan.zone.day)
        if wish.hours == "later":
            found["dosing"] = FreeTimes(open_days.hours((time, _EVENING), (), since))
        elif wish.hours == "day" and options.time is not None:
            found["dosing"] = once
        if options.weekday is not None:
            dosings = found["dosing"].times
            on_it = [free for free in dosings if weekday_of(free.day) == options.weekday]
            found["dosing"] = FreeTimes(on_it)
        return found

    def _open_days(self, options: DraftOptions, problem: SearchProblem) -> OpenDays:
        """The days on which sessions may be, as far as a course may need them."""
        first = self.first if problem.born_day == NEVER else max(self.first, problem.born_day)
        seldom = bool(options.working_days or options.closed)
        last = last_day_for(problem, first, seldom=seldom, closed=len(options.closed))
        return OpenDays(zone=self.plan.zone, first=self.first, last=last, is_open=options.opens())


def _too_slow(limits: Limits, pace: int, dosings: int) -> bool:
    """Whether so many dosings have to be farther apart than they may be: no search is needed."""
    gap, frequency = limits.dosing_gap_days, limits.dosing_frequency
    if gap is None or gap.max is None:
        return False
    if frequency is not None and frequency.at_most < dosings:
        return gap.max < pace or gap.max * frequency.at_most < frequency.days
    return gap.max < pace


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


def first_kind(blank: Draft, options: DraftOptions) -> str | None:
    """The kind of a course's first session; ``None`` where its numbers exclude each other."""
    counts = options.counts(blank.limits, blank.least)
    return None if counts is None else next(_intake(blank.limits, counts))


def _leads(limits: Limits, counts: Counts) -> dict[str, int]:
    """The first usual day of each kind of the intake, counted from the first session's.

    What a course begins without is left out by whole weeks, and preparations that need more than
    one postpone dosings by whole weeks, so that dosings have the weekday of the start.
    """
    kinds = list(_intake(limits, counts))
    left_out = LEAD_DAYS.get(kinds[0], 0) // _WEEK * _WEEK
    found = {kind: LEAD_DAYS[kind] - left_out for kind in kinds[1:]}
    if len(kinds) > 1:
        prepared = found.get("preparation", 0) + counts.preparations
        found["dosing"] = max(found["dosing"], -(-prepared // _WEEK) * _WEEK)
    return found


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
    protocol needs them. What is not asked for is as the protocol calls usual, else as follows, and
    gives way where that cannot be: an evaluation after two days, preparation after a week, dosings
    from the second week on and on the weekday of the start, an integration the day after its
    dosing. What is asked for never does.

    The plan names the protocol, and the schedule whose lengths count, by their ids; one that has
    the id of a built-in practice and is not its own is not named.

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
        dosings: How many, likewise; one, where the protocol asks for none.
        integrations: How many, likewise. What is beyond one for each dosing comes after the last.
        minutes: Lengths by kind; absent: the shortest that is lawful and, where the practice has
            fees, published.
        place: Of the therapist's sessions; absent: the office, where dosings may be held there.
        support_person: Who is there at remote dosings.
        integration_delay: Days from a dosing to an integration after it, at least; 0: on its day,
            hours later; absent: 1, and 0 where that cannot be or the protocol leaves half a day or
            less.
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
    options = checked_options(
        start=start,
        every=every,
        weekday=weekday,
        time=time,
        counts={"preparations": preparations, "dosings": dosings, "integrations": integrations},
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
    empty = Plan(
        id=id,
        timezone=local.name,
        protocol=_named(care),
        fees=None if schedule is None else _priced(schedule),
        born=born,
        sessions=(),
    )
    first = civil_date(start, "start")
    if empty.born is not None and empty.born > first:
        raise refusal("born", "must not be after start")
    limits, house, day = care.limits_on(first), care.rules_on(first), first.toordinal()
    shaped = folded(limits, [form for _, form in forms_of(house)])
    blank = Draft(
        plan=empty,
        limits=limits,
        house=house,
        fees=schedule,
        first=day,
        usual=care.usual_on(first),
        least=_least_of(shaped),
    )
    found = drafted(blank, options)
    if found is None:
        raise _contradiction(blank, options)
    # Without sessions a dated protocol is judged by its latest limits, not by those of start.
    report = check(found, care)
    if found.sessions and any(finding.verdict != "unknown" for finding in report.findings):
        raise AssertionError("the search and the rules disagree")
    return found


def _named(care: CareProtocol) -> str | None:
    """The id by which a plan names a protocol; ``None`` = a built-in practice has it."""
    built_in = BY_NAME.get(care.id)
    return care.id if built_in is None or built_in.protocol == care else None


def _priced(schedule: FeeSchedule) -> str | None:
    """The id by which a plan names a schedule, likewise."""
    built_in = BY_NAME.get(schedule.id)
    return schedule.id if built_in is None or built_in.fees == schedule else None


def lawful_course(
    limits: Limits,
    start: dt.date,
    house: tuple[HouseRule, ...] = (),
    *,
    spaced: bool | None = None,
    wish: Wish | None = ANYTHING,
    every: int = 0,
    dosings: int | None = None,
    work: Work | None = None,
) -> Plan | None:
    """Some course from a date on that keeps limits and house rules; ``None`` = there is none.

    Args:
        limits: The limits.
        start: The date.
        house: The house rules.
        spaced: Whether dosings must not be close together; absent: as these limits and rules say.
        wish: How usual it has to be; ``None`` = as a draft, which may take many searches.
        every: Days between dosings, at least, where a wish says how usual it has to be.
        dosings: How many; absent: the fewest.
        work: What is left for its searches.

    Raises:
        PlanningError: The search gave up.
    """
    blank = attrs.evolve(
        blank_course(limits, house, start),
        spaced=is_spaced(limits, house) if spaced is None else spaced,
        work=Work() if work is None else work,
    )
    # Somebody can be named, so that a course with remote dosings only can be.
    options = DraftOptions(start=start, support_person=RECORDED, dosings=dosings)
    if wish is None:
        return drafted(blank, options)
    found = blank.laid_out(limits, house, options, wish, every)
    return None if found is None else _with(blank, found)


def blank_course(limits: Limits, house: tuple[HouseRule, ...], start: dt.date) -> Draft:
    """A course to be found of which people record whatever is asked to be known."""
    empty = Plan(id="witness", timezone="UTC", sessions=())
    first = start.toordinal()
    return Draft(plan=empty, limits=limits, house=house, fees=None, first=first, recorded=True)


def _with_each(limits: Limits, counts: Counts, each: int) -> Limits:
    """The limits with so many integrations after each dosing, where there are as many."""
    if counts.integrations < counts.dosings * each or each <= (limits.integration_per_dosing or 0):
        return limits
    return attrs.evolve(limits, integration_per_dosing=each)


def _least_of(limits: Limits) -> int:
    """The dosings that a draft has at least: one, but where there must be none."""
    return 0 if (limits.dosing_count or ANY_NUMBER).above(1) else 1


def drafted(blank: Draft, options: DraftOptions) -> Plan | None:
    """The most usual course that is possible."""
    shaped = folded(blank.limits, [form for _, form in forms_of(blank.house)])
    delay, pace = options.integration_delay, options.every
    wishes = wishes_for_draft(
        usual_delay(shaped, blank.usual) if delay is None else delay,
        asked=delay is not None,
        timed=options.time is not None,
    )
    paces = (0, usual_pace(shaped, blank.usual)) if pace is None else (pace, pace)
    found = most_usual(
        wishes,
        paces,
        lambda wish, every: blank.laid_out(blank.limits, blank.house, options, wish, every),
    )
    return None if found is None else _with(blank, found)


def _with(blank: Draft, found: Iterable[Added]) -> Plan:
    fresh = new_ids(blank.plan)
    sessions = [
        CLASS_OF_KIND[placed.kind](
            id=fresh(placed.kind), start=Instant(placed.begins), **placed.session.fields
        )
        for placed in found
    ]
    return attrs.evolve(blank.plan, sessions=sessions)


def _contradiction(blank: Draft, options: DraftOptions) -> PlanningError:
    """The smallest set of limits and options that exclude each other."""
    # Whatever limits are left out, a course may begin as it would with all of them.
    blank = attrs.evolve(blank, opening=first_kind(blank, options), work=Work())
    conflict = _conflict(blank, options, options.given)
    if blank.plan.zone.first_instant(blank.first) > LATEST:
        conflict = ("start",)
    if not conflict or blank.work.is_done:
        return PlanningError([Problem("draft", _GAVE_UP + left_out_of(blank.house))])
    house = only(blank.house, conflict)
    said = excluded(conflict, blank.limits, options.support_person, house) + left_out_of(house)
    return PlanningError([Problem("draft", said)], conflict)


def _conflict(blank: Draft, options: DraftOptions, asked: Iterable[str]) -> tuple[str, ...]:
    """A smallest set of limits, house rules and options, of those asked, that no course keeps."""
    names = (*(name for name, _ in blank.limits.cited), *names_of(blank.house))
    firm = frozenset(options.given).difference(asked)
    whole = frozenset((*asked, *names))

    def feasible(chosen: frozenset[str]) -> bool:
        if chosen == whole or blank.work.is_done:
            return False  # no course was found by all; without work left no answer counts
        limits, wished = kept(blank.limits, chosen), options.only(chosen | firm)
        house = only(blank.house, chosen)
        try:
            spread = blank.laid_out(limits, house, wished, _SPREAD) is not None
            return spread or blank.laid_out(limits, house, wished) is not None
        except PlanningError:
            return False  # what takes too long to find is no course

    return smallest_conflict((*asked, *names), feasible)


def no_lawful_course(blank: Draft, which: str = "course") -> PlanningError:
    """Why there is none where it was sought: the smallest set of limits and house rules.

    Args:
        blank: The course that was sought.
        which: What it is called in the reason.
    """
    blank = attrs.evolve(blank, work=Work())
    conflict = _conflict(blank, DraftOptions(start=blank.start, support_person=RECORDED), ())
    if not conflict or blank.work.is_done:
        return PlanningError([Problem("protocol", _TOO_MUCH + left_out_of(blank.house))])
    house = only(blank.house, conflict)
    said = excluded(conflict, blank.limits, RECORDED, house) + left_out_of(house)
    return PlanningError([Problem("protocol", f"allows no {which}: {said}")], conflict)

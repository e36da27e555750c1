"""When a session that is added or moved may start: the instants at which some rule's answer turns.

A session that is moved as little as may be stands against something: the moment of judgement, an
edge of the window, another session, or the first or last minute of a date that a limit names.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from itertools import product
from typing import Final, NamedTuple

from kap_model._time import (
    DAY_SECONDS,
    EARLIEST,
    HOUR_SECONDS,
    LAST_DATE,
    LATEST,
    add_months,
    day_of_age,
    last_day_of_part,
    last_day_of_quarter,
)
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import edges_around
from kap_model.forms.recurring import Recur
from kap_model.planning._repair_state import Remedy, RepairState
from kap_model.planning.new_sessions import frequency_of
from kap_model.planning.wishes import RESTS
from kap_model.rules.dosing import states_pace
from kap_model.sessions import KINDS, MEDICAL_KINDS, USUAL_HOUR, Session

_MINUTE: Final = 60
_FIRST_DAY: Final = dt.date(1979, 12, 31).toordinal()
_LAST_DAY: Final = LAST_DATE.toordinal()


class Starts(NamedTuple):
    """Candidate starts, those that a further change must make good apart.

    Attributes:
        free: Beside all other sessions.
        crowded: Where another session stands, or at a place that it may leave or come to.
    """

    free: list[int]
    crowded: list[int]


class CandidateStarts:
    """The candidate starts of one plan."""

    def __init__(self, state: RepairState) -> None:
        self.scope, self.course = state.scope, state.course
        self.zone = state.course.timeline.zone
        kept = state.scope.history | state.settled
        its = {s.ends - s.begins for s in self.course.counting if s.id not in kept}
        self.forms = tuple(state.forms.values())
        fitting = self.scope.fitting
        self.lengths = its | {n * _MINUTE for kind in KINDS for n in fitting.lengths(kind)}
        self.edges: dict[str, list[tuple[int, bool]]] = {}

    def starts(self, remedy: Remedy) -> Starts:
        """The starts for one remedy: the usual ones first, then in order of time."""
        window, session = remedy.window, remedy.session
        lengths = self._lengths(remedy)
        length = lengths[0]
        opens, last = max(window.opens, self.scope.since), window.last_start(length)
        touching = {start for each in lengths for start in self._touching(remedy, each)}
        usual = set(self._usual(remedy)) if session is None else set()
        rested = set(_after_a_rest(remedy)) if session is None else set()
        plain = {t for t in touching | usual | rested if opens <= t <= last}
        plain.update(t for t in self._on_dates(remedy) if opens <= t <= last)
        if session is not None:
            plain.discard(session.begins)
        in_order = sorted(plain, key=lambda t: (t not in usual, t not in rested, t))
        free = [t for t in in_order if self._is_free(t, length, session)]
        if not self.scope.is_error("NO-OVERLAP"):
            free = in_order
        if session is None and not (opens > EARLIEST and last < LATEST):
            return Starts(free, [])  # there is always room elsewhere
        steps = (step * sign for step in self.lengths for sign in (1, -1))
        moved = {touch + step for step in steps for touch in touching}
        crowded = plain | {t for t in moved if opens <= t <= last}
        return Starts(free, sorted(crowded - set(free) - {session and session.begins}))

    def _lengths(self, remedy: Remedy) -> list[int]:
        """How long the session may be in seconds, the least first."""
        session = remedy.session
        if session is None:
            return [minutes * _MINUTE for minutes in self.scope.fitting.lengths(remedy.kind)]
        return [session.ends - session.begins]

    def _touching(self, remedy: Remedy, length: int) -> Iterator[int]:
        """Against the edges of the window, and right before or after each other session."""
        window, session = remedy.window, remedy.session
        for edge in (max(window.opens, self.scope.since), window.last_start(length)):
            if EARLIEST < edge < LATEST:
                yield edge
        if window.starts_by < LATEST:
            yield _in_step(window.starts_by, session)
        for other in self.course.counting:
            if session is None or other.id != session.id:
                yield other.ends
                yield other.begins - length
        for other in self.scope.course.counting:  # a place that was left
            yield other.begins

    def _is_free(self, start: int, length: int, session: Session | None) -> bool:
        """Whether no other session overlaps one of this start and length."""
        begins = self.course.timeline.starts
        first, stop = bisect_left(begins, start - DAY_SECONDS), bisect_left(begins, start + length)
        return not any(
            other.ends > start and (session is None or other.id != session.id)
            for other in self.course.counting[first:stop]
        )

    def _usual(self, remedy: Remedy) -> Iterator[int]:
        """Where a person would look first: in the morning, dosings at the usual distance."""
        zone, window = self.zone, remedy.window
        for edge in (max(window.opens, self.scope.since), window.last_start(0)):
            if EARLIEST < edge < LATEST:
                for day in range(zone.day(edge) - 1, zone.day(edge) + 2):
                    if remedy.kind != "integration" or day not in self.course.timeline.dosing_days:
                        yield zone.at(day, USUAL_HOUR, 0) or edge
        if remedy.kind == "dosing":
            apart = self.scope.pace
            for session in self.course.dosings or self.scope.course.counting[-1:]:
                clock, day = zone.clock(session.begins), self.course.day(session)
                for other in filter(_is_in_range, (day - apart, day + apart)):
                    yield zone.at(other, clock.hour, clock.minute) or session.begins

    def _on_dates(self, remedy: Remedy) -> Iterator[int]:
        """The first or the last minute of the dates at which a limit or a form turns."""
        if remedy.kind not in self.edges:
            edges = set(self._edges(remedy.kind))
            self.edges[remedy.kind] = sorted(e for e in edges if _is_in_range(e[0]))
        for day, is_end in self.edges[remedy.kind]:
            if is_end:
                yield _in_step(self.zone.first_instant(day + 1) - 1, remedy.session)
            else:
                yield self.zone.first_instant(day)
        hours = self.scope.limits.integration_window_hours
        if remedy.kind == "integration" and hours is not None:
            for dosing in self.course.dosings:
                yield dosing.ends + hours * HOUR_SECONDS
        yield from self._at_hours(remedy)

    def _at_hours(self, remedy: Remedy) -> Iterator[int]:
        """As many hours from other sessions as a form says."""
        for form, sessions in self._forms_on(remedy.kind):
            hours = [number * HOUR_SECONDS for number, unit in form.distances if unit == "hours"]
            for other, far in product(sessions, hours):
                yield other.ends + far
                for length in self._lengths(remedy):
                    yield other.begins - far - length

    def _forms_on(self, kind: str) -> Iterator[tuple[RuleForm, list[Session]]]:
        """The forms whose answer depends on sessions of a kind, with all that they depend on."""
        for form in self.forms:
            kinds = {each for selector in form.selectors for each in selector.kind}
            if kind in kinds:
                yield form, [one for one in self.course.counting if one.kind in kinds]

    def _edges_of_forms(self, kind: str) -> Iterator[tuple[int, bool]]:
        for form, sessions in self._forms_on(kind):
            days = {self.course.day(session) for session in sessions}
            if self.course.as_of_day is not None:
                days.add(self.course.as_of_day)
            for day in days:
                yield from self._edges_around(form, day)

    def _edges_around(self, form: RuleForm, day: int) -> Iterator[tuple[int, bool]]:
        """The dates on both sides of where a form's answer turns about a date."""
        turns = {day, day + 1}
        turns.update(e for far in form.distances for e in edges_around(day, *far))
        if isinstance(form, Recur) and form.policy == "calendar":
            last = last_day_of_part(day, form.months)
            turns |= {last + 1, last_day_of_part(last + 1, form.months) + 1}
            turns.add(
                next(d for d in range(day, 0, -1) if last_day_of_part(d - 1, form.months) != last)
            )
        for turn in turns:
            yield turn, False
            yield turn - 1, True

    def _edges(self, kind: str) -> Iterator[tuple[int, bool]]:
        """Days of which a session may have to start on the first or last minute (true)."""
        if kind in MEDICAL_KINDS:
            yield from self._edges_of_contacts()
        elif kind == "dosing":
            yield from self._edges_of_dosings()
        if kind in ("medical-evaluation", "dosing"):
            yield from self._birthday()
        yield from self._edges_of_forms(kind)
        supplies = self.course.plan.supplies or ()
        for supply in supplies:
            if supply.received is not None and kind in ("preparation", "dosing"):
                yield supply.received.toordinal(), False

    def _edges_of_dosings(self) -> Iterator[tuple[int, bool]]:
        limits, course = self.scope.limits, self.course
        gap, frequency = limits.dosing_gap_days, frequency_of(limits)
        distances = [] if gap is None else [gap.min or 0, gap.max or 0]
        distances += [] if frequency is None else [frequency.days]
        distances += [] if states_pace(limits) else [1]
        for day in course.timeline.dosing_days:
            for distance in distances:
                yield day + distance, False
                yield day + distance, True
                yield day - distance, False
                yield day - distance, True
        for day in course.timeline.contact_days:
            yield day, False
            yield from self._reach(day)
        if not course.timeline.contact_days:
            yield from self._reach(course.timeline.dosing_days[0]) if course.dosings else ()

    def _reach(self, day: int) -> Iterator[tuple[int, bool]]:
        """The days that a medical contact on a day serves: its quarter, or the months after it."""
        every = self.scope.limits.review_every
        if every is None:
            return
        if every.policy == "rolling":
            yield add_months(day, every.months), True
            return
        last = last_day_of_quarter(day)
        yield last, True
        yield next(d for d in range(day, 0, -1) if last_day_of_quarter(d - 1) != last), False

    def _edges_of_contacts(self) -> Iterator[tuple[int, bool]]:
        every, timeline = self.scope.limits.review_every, self.course.timeline
        for day in (*timeline.contact_days, *timeline.dosing_days[:1]):
            yield day, True
            yield from self._reach(day)
        if every is not None and every.policy == "rolling":
            for day in (*timeline.contact_days, *timeline.dosing_days):
                yield _first_day_reaching(day, every.months), False
        for supply in self.course.plan.supplies or ():
            issued = supply.issued.toordinal()
            yield issued + 1, False
            yield issued, True

    def _birthday(self) -> Iterator[tuple[int, bool]]:
        yield day_of_age(self.course.plan.born, self.scope.limits.minimum_age), False


def _after_a_rest(remedy: Remedy) -> Iterator[int]:
    """Some hours after a dosing, for an integration on its day where no other is possible."""
    if remedy.kind == "integration" and remedy.window.opens > EARLIEST:
        yield from (remedy.window.opens + rest * _MINUTE for rest in RESTS)


def _is_in_range(day: int) -> bool:
    """Whether a session may stand on a date in every zone."""
    return _FIRST_DAY < day < _LAST_DAY


def _in_step(latest: int, session: Session | None) -> int:
    """The latest start by a time that is whole minutes from a session's own."""
    origin = 0 if session is None else session.begins
    return latest - (latest - origin) % _MINUTE


def _first_day_reaching(target: int, months: int) -> int:
    """The first day from which so many months lead to a day or beyond."""
    day = target - 31 * months - 3
    while add_months(day, months) < target:
        day += 1
    return day

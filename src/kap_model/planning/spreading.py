"""What a search is not asked for: a rest after dosings, and integrations beyond one for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import attrs

from kap_model._time import HOUR_SECONDS
from kap_model.planning.search.problem import Placed, SearchProblem
from kap_model.planning.search.search import find_sessions
from kap_model.planning.search.times import FreeTime, FreeTimes
from kap_model.planning.wishes import RESTS, Wish
from kap_model.sessions import LONGEST_MINUTES, Session

_MINUTE: Final = 60
_HOUR: Final = 60
_NEVER: Final = 1 << 62


def find_by(
    wish: Wish,
    problem: SearchProblem,
    times: Mapping[str, FreeTimes],
    most: int | None,
    day_of: Callable[[int], int],
) -> tuple[Placed, ...] | None:
    """The new sessions that a wish gives; ``None`` = there are none.

    Args:
        wish: How usual they are to be.
        problem: What has to come.
        times: Where new sessions of each kind may stand.
        most: As for :func:`~kap_model.planning.search.search.find_sessions`.
        day_of: The date of an instant, as an ordinal.

    Raises:
        PlanningError: There are too many courses to follow for an exact answer.
    """
    if not wish.spread or not problem.total:
        return _rested(wish.rest, problem, times, most)
    found = _rested(wish.rest, attrs.evolve(problem, integrations=0), times, most)
    return None if found is None else _Spread(wish, problem, times, day_of).over(found)


def after_dosings(
    starts: FreeTimes, problem: SearchProblem, day_of: Callable[[int], int]
) -> FreeTimes:
    """For each start of a dosing one of an integration hours after it, if the day is so long.

    Booked dosings have one too, beside what else is booked.
    """
    found = []
    for free in starts.times:
        ends = free.opens + problem.minutes["dosing"] * _MINUTE
        found.append(_hours_after(ends, free, problem, day_of) or free)
    begun = [session.begins for session in problem.booked]
    for dosing in problem.booked:
        if dosing.kind == "dosing":
            until = min([begins for begins in begun if begins >= dosing.ends], default=_NEVER)
            day = FreeTime(dosing.begins, dosing.begins, until, problem.day_of[dosing.id])
            its = _hours_after(dosing.ends, day, problem, day_of)
            found += [its] if its is not None and its.opens >= problem.since else []
    return FreeTimes(found)


def _hours_after(
    ends: int, free: FreeTime, problem: SearchProblem, day_of: Callable[[int], int]
) -> FreeTime | None:
    """A start so long after the end of a dosing as its day and the window allow."""
    hours, length = problem.limits.integration_window_hours, problem.minutes["integration"]
    for rest in RESTS:
        begins = ends + rest * _MINUTE
        fits = begins + length * _MINUTE <= free.closes and day_of(begins) == free.day
        if fits and (hours is None or rest <= hours * _HOUR):
            return FreeTime(begins, begins, free.closes, free.day)
    return None


# The search knows no rest, so each dosing is told as longer by it, and a new one may end later by
# as much; the window of its integration is shorter by the same. A booked integration that comes
# within a rest would be told to come before its dosing: one that is booked is told as it is, and
# for a new one another wish is tried.
def _rested(
    rest: int, problem: SearchProblem, times: Mapping[str, FreeTimes], most: int | None
) -> tuple[Placed, ...] | None:
    hours = problem.limits.integration_window_hours
    rest = rest if hours is None else min(rest, hours * _HOUR)
    if not rest or not (problem.each or problem.integrations or hours is not None):
        return find_sessions(problem, times, most)
    seconds, limits = rest * _MINUTE, problem.limits
    if hours is not None:
        limits = attrs.evolve(limits, integration_window_hours=hours - rest // _HOUR)
    starts = [session.begins for session in problem.booked if session.kind == "integration"]
    told = attrs.evolve(
        problem,
        limits=limits,
        booked=tuple([_with_rest(session, rest, starts) for session in problem.booked]),
        minutes={**problem.minutes, "dosing": problem.minutes["dosing"] + rest},
    )
    longer = [free._replace(closes=free.closes + seconds) for free in times["dosing"].times]
    integrations = _without_rests(times["integration"], problem, seconds)
    found = find_sessions(
        told, {**times, "dosing": FreeTimes(longer), "integration": integrations}, most
    )
    if found is None:
        return None
    found = tuple(
        one._replace(ends=one.ends - seconds) if one.kind == "dosing" else one for one in found
    )
    ends = [one.ends for one in found if one.kind == "dosing"]
    close = any(0 <= begins - end < seconds for begins in starts for end in ends)
    return None if close else found


def _with_rest(session: Session, rest: int, starts: Sequence[int]) -> Session:
    """A booked dosing as longer by a rest, where no integration is booked within it."""
    close = any(0 <= begins - session.ends < rest * _MINUTE for begins in starts)
    if session.kind != "dosing" or close:
        return session
    return attrs.evolve(session, minutes=min(session.minutes + rest, LONGEST_MINUTES))


def _without_rests(times: FreeTimes, problem: SearchProblem, seconds: int) -> FreeTimes:
    """Times for integrations without those right after booked dosings."""
    ends = [session.ends for session in problem.booked if session.kind == "dosing"]
    found = []
    for free in times.times:
        rests = [end + seconds for end in ends if end <= free.last and free.opens < end + seconds]
        opens = max([free.opens, *rests])
        if opens <= free.last:
            found.append(free._replace(opens=opens))
    return FreeTimes(found)


class _Stay(NamedTuple):
    """A session of the course, whether new or booked."""

    begins: int
    ends: int
    kind: str


class _Spread:
    """Integrations that a course asks for as a whole, put where each does most."""

    def __init__(
        self,
        wish: Wish,
        problem: SearchProblem,
        times: Mapping[str, FreeTimes],
        day_of: Callable[[int], int],
    ) -> None:
        self.wish, self.problem, self.day_of = wish, problem, day_of
        self.free = times["integration"].times
        self.length = problem.minutes["integration"] * _MINUTE
        self.there: list[_Stay] = []
        self.added: list[Placed] = []

    def over(self, found: tuple[Placed, ...]) -> tuple[Placed, ...] | None:
        """The sessions with as many integrations as have to be: one in each gap, the rest last."""
        self.there = [_Stay(s.begins, s.ends, s.kind) for s in self.problem.booked]
        self.there += [_Stay(s.begins, s.ends, s.kind) for s in found]
        self.there.sort()
        number = self.problem.integrations - len(self._starts("integration"))
        dosings = [stay for stay in self.there if stay.kind == "dosing"]
        nexts = [*self._starts("dosing")[1:], _NEVER]
        for dosing, until in reversed([*zip(dosings, nexts, strict=True)]):
            if number > 0 and not self._has_its(dosing, until) and self._put(dosing, until):
                number -= 1
        last = dosings[-1]
        for _ in range(number):
            later = self.day_of(max([last.begins, *self._starts("integration")])) + 1
            if not self._put(last, _NEVER, later) and not self._put(last, _NEVER):
                return None
        return tuple(sorted((*found, *self.added), key=lambda one: one.begins))

    def _starts(self, kind: str) -> list[int]:
        return [stay.begins for stay in self.there if stay.kind == kind]

    def _has_its(self, dosing: _Stay, until: int) -> bool:
        return any(dosing.ends <= begins < until for begins in self._starts("integration"))

    def _put(self, dosing: _Stay, until: int, day: int = 0) -> bool:
        """Put one more at the first free time from a day on before the next dosing, if there is."""
        hours, latest = self.problem.limits.integration_window_hours, until - self.length
        if hours is not None and not self._has_its(dosing, until):
            latest = min(latest, dosing.ends + hours * HOUR_SECONDS)
        since = dosing.ends + self.wish.rest * _MINUTE
        day = max(day, self.day_of(dosing.begins) + self.wish.delay)
        for free in self.free:
            begins = self._clear(max(free.opens, since))
            if begins > latest:
                return False
            if free.day >= day and begins <= free.last and begins + self.length <= free.closes:
                self.added.append(Placed("integration", begins, begins + self.length, begins))
                self.there.append(_Stay(begins, begins + self.length, "integration"))
                self.there.sort()
                return True
        return False

    def _clear(self, begins: int) -> int:
        """The first instant from one on at which an integration meets no other session."""
        for stay in self.there:
            if begins < stay.ends and stay.begins < begins + self.length:
                begins = stay.ends
        return begins

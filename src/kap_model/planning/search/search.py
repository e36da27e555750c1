"""The search for the sessions that a course still needs: exact, the earliest finish first."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from kap_model._time import NEVER, add_months, last_day_of_quarter
from kap_model.errors import PlanningError, Problem
from kap_model.planning.search.goals import FinishBounds, Goals
from kap_model.planning.search.problem import Placed, SearchProblem, State
from kap_model.planning.search.times import FreeTimes
from kap_model.planning.search.transitions import Transitions
from kap_model.slots import role_of

_MOST_FOLLOWED: Final = 8_000
FEW: Final = 2_000
"""Courses to follow where another search comes after this one."""
_GAVE_UP: Final = (
    "has too many possible continuations: none was found among the first 8,000; fewer slots, or "
    "some sessions booked by hand, leave fewer"
)


class _Extension(NamedTuple):
    """A session to be tried after a course so far, in a free time and, later, in those after it."""

    before: State
    kind: str
    place: int


def find_sessions(
    problem: SearchProblem, times: Mapping[str, FreeTimes], most: int | None = None
) -> tuple[Placed, ...] | None:
    """The new sessions of the completion that is over first; ``None`` = there is none.

    Args:
        problem: The task.
        times: Where new sessions of each kind may stand.
        most: How many courses so far are followed before ``None`` is the answer; absent: as many
            as an exact answer may need.

    Raises:
        PlanningError: There are too many courses to follow for an exact answer.
    """
    search = _Search(problem, times)
    found = search.run(_MOST_FOLLOWED if most is None else most)
    if found is None and most is None and search.heap:
        raise PlanningError([Problem("plan", _GAVE_UP)])
    return found


# Best first over states, by the bound on the finish that ``goals`` argues. A session is added as
# early as a free time allows; only where waiting may be better (a contact that is to last, a
# dosing that an integration has to follow closely) each later time is tried as well, one by one,
# since none of them is over sooner. Two states are compared where their keys are equal, that is,
# where they leave the same to be done under the same conditions; then less is better in each
# place of the rank: an earlier end leaves every free time, an earlier last dosing every distance,
# a later contact lasts longer, and older dosings leave room under a frequency. Where a dosing may
# come too early, its time is part of the key. One no better in any place is dropped, for whatever
# completes it completes the other: docs/explanation/design.md, "How the search for completions
# works".
class _Search:
    def __init__(self, problem: SearchProblem, times: Mapping[str, FreeTimes]) -> None:
        self.problem, self.times = problem, times
        self.transitions = Transitions(problem)
        self.constraints = self.transitions.constraints
        self.goals = Goals(self.transitions)
        self.bounds = FinishBounds(self.goals, times)
        self.lengths = self.bounds.lengths
        self.heap: list[tuple[int, int, int, int, State, _Extension | None]] = []
        self.order = count()
        self.best: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
        limits = problem.limits
        # Where one of these is set, a later dosing may allow what an earlier one does not.
        gap = limits.dosing_gap_days
        self.dosings_may_wait = (
            (gap is not None and gap.max is not None)
            or limits.integration_window_hours is not None
            or self.constraints.by_quarter
        )
        # INTEG-WINDOW asks for the first one after a dosing, also where none has to come.
        self.integrations_told = max(problem.each, int(limits.integration_window_hours is not None))
        self.contacts_may_wait = self.constraints.months > 0 or self.constraints.by_quarter

    def run(self, most: int) -> tuple[Placed, ...] | None:
        self._push(self.transitions.start(), 0, None)
        for _ in range(most):
            if not self.heap:
                break
            _, _, steps, _, state, extension = heapq.heappop(self.heap)
            if extension is not None:
                self._try(extension, steps - 1)
            if self._is_dominated(state):
                continue
            whole = self.goals.whole(state)
            if whole is not None:
                return _sequence(whole)
            for kind in self._kinds(state, steps):
                self._try(_Extension(state, kind, -1), steps)
        return None

    def _kinds(self, state: State, steps: int) -> list[str]:
        kinds, opening = self.goals.kinds(state), self.problem.opening
        return [*kinds, opening] if not steps and opening and opening not in kinds else kinds

    def _push(self, state: State, steps: int, extension: _Extension | None) -> None:
        finish = self.bounds.least_finish(state)
        if finish < NEVER:  # else too few free times are left, and fewer still later on
            needed = self.goals.number(state)
            heapq.heappush(self.heap, (finish, needed, steps, next(self.order), state, extension))

    def _try(self, extension: _Extension, steps: int) -> None:
        """The next free time in which the session may stand; later ones are tried when it is."""
        state, kind = extension.before, extension.kind
        times, length = self.times[kind], self.lengths[kind]
        place = self._next_place(extension, times)
        last_day = NEVER if steps else self.problem.first_by
        while place < len(times):
            free = times.times[place]
            begins = max(free.opens, state.now)
            if free.day > last_day:
                return
            if begins <= free.last and begins + length <= free.closes:
                met = self.transitions.seen_by(state, begins)
                if met is None:
                    return  # a booked session is broken by then, whatever comes later
                latest = min(free.last, free.closes - length)
                placed = Placed(kind, begins, begins + length, latest)
                made = self._with(met, placed, free.day)
                if made is not None and not self.bounds.is_lost(made):
                    self._push(made, steps + 1, _Extension(state, kind, place))
                    return
                if not self._is_wanted(kind, met):
                    # No later time changes that, but beyond the next booked session.
                    place = max(place, times.first_from(self._next_moment(begins)) - 1)
            place += 1

    def _with(self, state: State, placed: Placed, day: int) -> State | None:
        """The course with one more session, where it is wanted and lawful."""
        if not self._is_wanted(placed.kind, state):
            return None
        if placed.kind == "medical-review" and not self.goals.may_review_on(state, day):
            return None
        made = self.transitions.with_new(state, placed, day)
        months = self.constraints.months
        if made is None or placed.kind != "medical-review" or self.goals.asks_review(state):
            return made
        if months:
            return made._replace(renews=add_months(state.contact, months))
        seen = state.contact and last_day_of_quarter(state.contact) == last_day_of_quarter(day)
        return None if seen else made

    def _is_wanted(self, kind: str, met: State) -> bool:
        """Whether a kind that was offered is of use once booked sessions have been met."""
        opens = met.placed is None and kind == self.problem.opening
        return opens or self.goals.wants(kind, met)

    def _next_moment(self, begins: int) -> int:
        """When the next booked session after an instant counts."""
        moments = self.transitions.moments
        place = bisect_right(moments, begins)
        return moments[place] if place < len(moments) else NEVER

    def _next_place(self, extension: _Extension, times: FreeTimes) -> int:
        state, kind = extension.before, extension.kind
        if extension.place >= 0:
            day = times.times[extension.place].day
            if kind == "dosing" and (self.dosings_may_wait or self._waits_for_contact(state, day)):
                return extension.place + 1
            if role_of(kind) == "medical" and self.contacts_may_wait:
                return extension.place + 1
            # Later only helps beyond the next booked session.
            begins = max(times.times[extension.place].opens, state.now)
            return max(extension.place + 1, times.first_from(self._next_moment(begins)))
        place = max(times.first_from(state.now), times.first_on(self.problem.earliest.get(kind, 0)))
        if kind == "dosing" and state.dosings:
            place = max(place, times.first_on(state.last_day + self.bounds.pace(state)))
        if role_of(kind) == "medical" and state.renews:
            # A review that only renews the last contact is of use after that one would end.
            place = max(place, times.first_on(state.renews + 1))
        return place

    def _waits_for_contact(self, state: State, day: int) -> bool:
        """Whether a first dosing on a day needs a contact on that very day."""
        months = self.constraints.months
        if state.dosings or not months or not state.contact:
            return False
        return day > add_months(state.contact, months)

    def _is_dominated(self, state: State) -> bool:
        """Whether a course at least as good in every respect was met before."""
        key, rank = self._comparison(state)
        others = self.best.setdefault(key, [])
        for other in others:
            if all(mine >= its for mine, its in zip(rank, other, strict=True)):
                return True
        others.append(rank)
        return False

    def _comparison(self, state: State) -> tuple[tuple[Any, ...], tuple[int, ...]]:
        """What has to be equal to compare two courses, and what is better the less it is."""
        limits = self.problem.limits
        waits = self.dosings_may_wait
        by_quarter = self.constraints.by_quarter and state.contact
        quarter = last_day_of_quarter(state.contact) if by_quarter else 0
        key = (
            state.seen,
            state.consulted == NEVER,
            state.evaluated == NEVER,
            state.preparations,
            state.dosings,
            state.new_dosings,
            min(state.integrated, self.integrations_told),
            state.integrations if self.problem.integrations or limits.integration_count else 0,
            state.covered,
            state.reviewed,
            state.refilled,
            state.owed_by,
            state.renews,
            state.lapsed,
            (state.last_day, state.last_end, _slack(state)) if waits else (),
            quarter,
        )
        contact = -state.contact if self.constraints.months else 0
        return key, (state.now, state.last_day, contact, *state.recent)


def _slack(state: State) -> int:
    """How late the last new session might stand."""
    return 0 if state.placed is None else state.placed[0].latest


def _sequence(state: State) -> tuple[Placed, ...]:
    found = []
    track = state.placed
    while track is not None:
        placed, track = track
        found.append(placed)
    return tuple(reversed(found))

"""The search for the sessions that a course still needs: exact, the earliest finish first."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from kap_model._time import NEVER
from kap_model.errors import PlanningError, Problem
from kap_model.planning.search.goals import FinishBounds, Goals
from kap_model.planning.search.problem import GAVE_UP, Added, SearchProblem, State
from kap_model.planning.search.times import FreeTimes
from kap_model.planning.search.timing import Clockwork
from kap_model.planning.search.transitions import Transitions

FEW: Final = 2_000
"""Courses to follow where another search comes after this one."""
_PART: Final = 4
"""Such a search leaves this part of the work to those after it."""
_A_COURSE: Final = 20
"""The work of following a course, in times of sessions that are looked at."""


class _Extension(NamedTuple):
    """A session to be tried after a course so far, from an instant on."""

    before: State
    choice: int
    after: int


def find_sessions(
    problem: SearchProblem, times: Mapping[str, FreeTimes], most: int | None = None
) -> tuple[Added, ...] | None:
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
    found = search.run(most)
    if found is None and most is None and search.heap:
        raise PlanningError([Problem("plan", GAVE_UP)])
    return found


# Best first over sequences, by the bound on the finish that ``goals`` argues. The times of a
# sequence follow from it (``timing``), so that none is tried: a session comes next between the
# booked sessions where it fits first, and then, as another sequence, beyond the next of them. Two
# courses are compared where their keys are equal, that is, where they leave the same to be done
# under the same conditions; then less is better in each place of the rank: an earlier end leaves
# every free time, an earlier last dosing every distance, a later contact lasts longer, and older
# dosings leave room under a frequency. One no better in any place is dropped, for whatever
# completes it completes the other: docs/explanation/design.md, "How the search for completions
# works".
class _Search:
    def __init__(self, problem: SearchProblem, times: Mapping[str, FreeTimes]) -> None:
        self.problem = problem
        by_choice = tuple(times[choice.kind] for choice in problem.choices)
        lengths = tuple(choice.minutes * 60 for choice in problem.choices)
        self.clockwork = Clockwork(by_choice, lengths)
        self.transitions = Transitions(problem, self.clockwork)
        self.goals = Goals(self.transitions)
        self.bounds = FinishBounds(self.goals, times)
        self.heap: list[tuple[int, int, int, int, State, _Extension | None]] = []
        self.order = count()
        self.best: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}

    def run(self, most: int | None) -> tuple[Added, ...] | None:
        """The sessions; ``None`` with nothing on the heap: there are none."""
        work = self.problem.work
        least = 0 if most is None else max(0, work.left) // _PART
        for state in self.transitions.start():
            self._push(state, 0, None)
        followed = raised = 0
        while self.heap and work.left > least and followed != most:
            followed += 1
            work.left -= _A_COURSE + self.clockwork.raised - raised
            raised = self.clockwork.raised
            _, _, needed, _, state, extension = heapq.heappop(self.heap)
            if needed < 0:
                return self._sessions(state)
            steps = len(state.timing.placed)
            if extension is not None:
                self._try(extension, steps - 1)
            if self._is_dominated(state):
                continue
            wholes = self.goals.wholes(state)
            for whole in wholes:
                # At its end links may push its sessions later, so that another is over before.
                done = (self.transitions.now(whole), steps, -1, next(self.order), whole, None)
                heapq.heappush(self.heap, done)
            if any(self.transitions.now(whole) == self.transitions.now(state) for whole in wholes):
                continue
            for choice in self._choices(state, steps):
                self._try(_Extension(state, choice, 0), steps)
        return None

    def _choices(self, state: State, steps: int) -> list[int]:
        """The sessions of which one more may be of use now or later, the usual next one first."""
        found = set(self.goals.wanted(state))
        if state.seen < len(self.transitions.events):
            # A booked session may come to want them.
            asked, choices = self.goals.asked, range(len(self.problem.choices))
            found.update(c for c in choices if asked.marks[c] & asked.later)
            found.update(self.goals.of_kind["medical-review"] * self.transitions.judges_all)
        if not steps and self.problem.opening:
            found.update(self.goals.of_kind[self.problem.opening][:1])
        kinds = self.goals.order(state)
        return sorted(found, key=lambda c: (kinds.index(self.problem.choices[c].kind), c))

    def _push(self, state: State, steps: int, extension: _Extension | None) -> None:
        finish = self.bounds.least_finish(state)
        if finish < NEVER:  # else too few free times are left, and fewer still later on
            needed = self.goals.number(state)
            heapq.heappush(
                self.heap, (finish, steps + needed, needed, next(self.order), state, extension)
            )

    def _try(self, extension: _Extension, steps: int) -> None:
        """The session before the next booked one, if it may be; else beyond; later, beyond too."""
        state, choice, after = extension
        last_day = NEVER if steps else self.problem.first_by
        earliest = self.problem.earliest.get(self.problem.choices[choice].kind, 0)
        while after < NEVER:
            first = self.clockwork.first(choice, max(self.transitions.now(state), after), earliest)
            if first is None or first[1] > last_day:
                return
            after = self._next_moment(first[0])
            seen = self.transitions.seen_by(state, first[0])
            if not seen:
                return  # a booked session is broken by then, whatever comes later
            made = [new for met in seen for new in self._made(met, choice, first[0])]
            if made:
                beyond = _Extension(state, choice, after) if after < NEVER else None
                for new in made[1:]:
                    self._push(new, steps + 1, None)
                self._push(made[0], steps + 1, beyond)
                return

    def _made(self, met: State, choice: int, start: int) -> list[State]:
        """The course with one more session, where it is wanted and lawful."""
        wanted = self.goals.wanted(met)
        opens = not met.timing.placed and self.problem.choices[choice].kind == self.problem.opening
        if choice not in wanted and not opens:
            return []
        found = self.transitions.with_new(met, choice, start, wanted.get(choice))
        return [new for new in found if not self.bounds.is_lost(new)]

    def _next_moment(self, begins: int) -> int:
        """When the next booked session after an instant counts."""
        moments = self.transitions.moments
        place = bisect_right(moments, begins)
        return moments[place] if place < len(moments) else NEVER

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
        timing, problem = state.timing, self.problem
        keys: list[Any] = [
            state.seen,
            not timing.placed,
            state.evaluated == NEVER,
            state.preparations,
            state.dosings,
            state.new_dosings,
            min(state.integrated, problem.each),
            state.integrations if problem.integrations else 0,
            state.covered,
            state.refilled,
            state.owed_by,
        ]
        rank = [self.transitions.now(state)]
        if state.last is not None:
            rank.append(timing.day_of(state.last))
        for watch, memory in zip(self.goals.asked.watches, state.memories, strict=True):
            key, its = watch.compared(memory, timing)
            keys.append(key)
            rank += its
        return tuple(keys), tuple(rank)

    def _sessions(self, state: State) -> tuple[Added, ...]:
        choices = self.problem.choices
        return tuple(Added(choices[p.variant], p.begins) for p in state.timing.placed)

"""What a course so far still needs, and when it can be over at the earliest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kap_model._time import NEVER, add_months
from kap_model.planning.search.problem import State
from kap_model.planning.search.times import FreeTimes
from kap_model.planning.search.transitions import Transitions
from kap_model.sessions import MEDICAL_KINDS

_BEFORE: Final = ("consultation", "medical-evaluation", "preparation", "integration")
_DOSING_FIRST: Final = ("dosing", "medical-review")
_REVIEW_FIRST: Final = ("medical-review", "dosing")
_AFTER_DOSING: Final = ("integration", "medical-review")
_MINUTE: Final = 60


class Goals:
    """The needs of a course so far, by one problem."""

    def __init__(self, transitions: Transitions) -> None:
        self.transitions, self.problem, self.constraints = (
            transitions,
            transitions.problem,
            transitions.constraints,
        )
        self._of_kind: Mapping[str, Callable[[State], bool]] = {
            "consultation": self._wants_consultation,
            "medical-evaluation": self._wants_evaluation,
            "preparation": self._wants_preparation,
            "dosing": self._wants_dosing,
            "integration": self._wants_integration,
            "medical-review": self._wants_review,
        }

    def whole(self, state: State) -> State | None:
        """The course once all booked sessions have been met, if nothing is asked for any more."""
        found = self.transitions.seen_by(state, NEVER)
        if found is None or not self.constraints.may_follow(found):
            return None
        return found if self._is_whole(found) or not self.transitions.judges_all else None

    def _is_whole(self, state: State) -> bool:
        problem, constraints = self.problem, self.constraints
        if state.new_dosings < problem.dosings or state.integrations < problem.integrations:
            return False
        unprepared = state.preparations < problem.preparations
        if not state.dosings and (unprepared or constraints.has_too_many(state, None)):
            return False
        waits = (
            constraints.gate and not constraints.gate_holds and state.dosings >= constraints.gate
        )
        if waits and not state.reviewed:
            return False
        if problem.refill_by != NEVER and not state.refilled:
            return False
        unevaluated = problem.may_evaluate and state.evaluated == NEVER
        issued = not (unevaluated and problem.issue_by != NEVER)
        return issued and state.owed_by == NEVER and not state.renews

    def number(self, state: State) -> int:
        """How many more sessions there have to be at least."""
        problem = self.problem
        dosings = problem.dosings - state.new_dosings
        wanted = dosings * (1 + problem.each) + self.integrations(state)
        if not state.dosings and dosings:
            wanted += sum(self.intake(state).values())
        return wanted + (self.transitions.judges_all and self._lacks_review(state))

    def integrations(self, state: State) -> int:
        """How many more have to follow the last dosing."""
        if not state.dosings or not self.constraints.owes(state):
            return 0
        ahead = self.transitions.ahead["integration"][state.seen]
        return max(0, self.problem.each - state.integrated - ahead)

    def intake(self, state: State) -> dict[str, int]:
        """What has to come before the first dosing, by kind."""
        problem = self.problem
        ahead = self.transitions.ahead["preparation"][state.seen]
        lacking = {"preparation": problem.preparations - state.preparations - ahead}
        if problem.may_evaluate and state.evaluated == NEVER:
            lacking["medical-evaluation"] = 1
            if state.consulted == NEVER and problem.limits.consultation_first:
                lacking["consultation"] = 1
        return {kind: number for kind, number in lacking.items() if number > 0}

    def kinds(self, state: State) -> list[str]:
        """The kinds of which one more may be of use now or later, the usual next one first."""
        order = (*_BEFORE, *(_REVIEW_FIRST if self._is_urgent(state) else _DOSING_FIRST))
        found = [kind for kind in order if self.wants(kind, state)]
        if self.transitions.ahead["dosing"][state.seen]:
            # A booked dosing may come to want them.
            found += [kind for kind in _AFTER_DOSING if kind not in found]
        return found

    def wants(self, kind: str, state: State) -> bool:
        """Whether one more session of a kind may be of use next."""
        return self._of_kind[kind](state)

    def _wants_consultation(self, state: State) -> bool:
        asked = self.problem.limits.consultation_first and self.transitions.judges_all
        if state.consulted != NEVER or not asked:
            return False
        ahead = self.transitions.ahead["medical-evaluation"]
        if self.problem.has_evaluation:
            return ahead[state.seen] == ahead[0] > 0
        return self._wants_evaluation(state)

    def _wants_evaluation(self, state: State) -> bool:
        return self.problem.may_evaluate and state.evaluated == NEVER

    def _wants_preparation(self, state: State) -> bool:
        if state.dosings or not self.transitions.judges_all:
            return False
        return state.preparations < self.problem.preparations

    def _wants_dosing(self, state: State) -> bool:
        return state.new_dosings < self.problem.dosings and self._may_come_next(state)

    def _wants_integration(self, state: State) -> bool:
        problem = self.problem
        if state.dosings and self.constraints.owes(state) and state.integrated < problem.each:
            return True
        if state.new_dosings and self._comes_late(state):
            return True
        if not state.dosings and problem.limits.integration_after_dosing:
            return False
        coming = (problem.dosings - state.new_dosings) * problem.each
        coming += self.transitions.ahead["integration"][state.seen]
        return self.transitions.judges_all and state.integrations + coming < problem.integrations

    def _comes_late(self, state: State) -> bool:
        """Whether a booked integration may be too late to be the first after a new dosing."""
        limited = self.problem.limits.integration_window_hours is not None
        ahead = self.transitions.ahead["integration"][state.seen]
        return limited and state.last_id is None and not state.integrated and ahead > 0

    def _wants_review(self, state: State) -> bool:
        constraints = self.constraints
        renews = (constraints.months and state.contact) or constraints.by_quarter
        goes_on = self.problem.total > state.dosings
        return self.transitions.judges_all and (self.asks_review(state) or bool(goes_on and renews))

    def asks_review(self, state: State) -> bool:
        """Whether a review is asked for by itself, and not to renew the last contact alone."""
        if self.problem.refill_by != NEVER and not state.refilled:
            return True
        return self._asks_review_now(state)

    def may_review_on(self, state: State, day: int) -> bool:
        """Whether a review on a day serves what asks for it: refills ask for later ones."""
        refills = self.problem.refill_by != NEVER and not state.refilled
        return not refills or day >= self.problem.refill_from or self._asks_review_now(state)

    def _asks_review_now(self, state: State) -> bool:
        problem, constraints = self.problem, self.constraints
        if state.owed_by != NEVER:
            return True
        goes_on = problem.total > state.dosings
        if constraints.gate and not state.reviewed and state.dosings >= constraints.gate:
            return goes_on or not constraints.gate_holds
        return goes_on and state.dosings > 0 and self._is_short(state)

    def _lacks_review(self, state: State) -> bool:
        """Whether one more review has to come, whatever else does."""
        constraints = self.constraints
        last = constraints.gate + constraints.gate_holds
        if constraints.gate and not state.reviewed and self.problem.total >= last:
            return True
        return self._is_short(state)

    def _covered(self, state: State) -> float:
        return (self.problem.limits.initial_supply or 0) + state.covered

    def _is_short(self, state: State) -> bool:
        """Whether reviews have yet to bring medicine for some dosings."""
        problem = self.problem
        counts = state.evaluated != NEVER or problem.may_evaluate or problem.supplied_at_once
        if not (problem.infers_supply and counts):
            return False
        return self._covered(state) < problem.total

    def _is_urgent(self, state: State) -> bool:
        """Whether a review comes before the next dosing where both may."""
        gate = self.constraints.gate
        if gate and not state.reviewed and state.dosings >= gate:
            return True
        return self.problem.infers_supply and self._covered(state) <= state.dosings

    def _may_come_next(self, state: State) -> bool:
        """Whether a dosing may come next on some day; what is booked may still help it."""
        constraints, number = self.constraints, state.dosings + 1
        if state.seen < len(self.transitions.events):
            return True
        if number == 1:
            unevaluated = self.problem.limits.evaluation_first and state.cleared == NEVER
            return state.preparations >= self.problem.preparations and not unevaluated
        if constraints.gate_holds and number == constraints.gate + 1 and not state.reviewed:
            return False
        problem = self.problem
        counts = state.evaluated != NEVER or problem.supplied_at_once
        if problem.infers_supply and counts and self._covered(state) < number:
            return False
        return not state.lapsed and constraints.may_follow(state)


# ``least_finish`` is that of the dosings and integrations that are lacking, one after the other,
# each at the first free time, with nothing else between and no rule but the least distances.
# Every completion holds at least those in that order, and more only takes time: none is over
# before. Where a booked session could take a part, its part is left out, which only lowers the
# bound. The best bound is followed first, so the first whole course is the one that is over
# first. ``is_lost`` likewise asks what is left at best: a course is dropped only where even the
# first contact or dosing that may still come, new or booked, is too late whatever is chosen. See
# docs/explanation/design.md, "How the search for completions works".
class FinishBounds:
    """Bounds on what comes next, by the free times that are left."""

    def __init__(self, goals: Goals, times: Mapping[str, FreeTimes]) -> None:
        self.goals, self.times = goals, times
        self.transitions, self.problem = goals.transitions, goals.problem
        self.lengths = {kind: minutes * _MINUTE for kind, minutes in self.problem.minutes.items()}

    def is_lost(self, state: State) -> bool:
        """Whether what comes next is too late already, whatever is chosen."""
        if not self.transitions.judges_all:
            return False
        contact = self._next_contact(state)
        if contact > state.owed_by:
            return True
        day, soonest = self._next_dosing(state)
        if day == NEVER or not state.dosings:
            return False
        gap = self.problem.limits.dosing_gap_days
        if soonest and gap is not None and gap.above(day - state.last_day):
            return True
        months = self.transitions.constraints.months
        if not months:
            return False
        due = add_months(state.contact, months)
        return day > due >= self.problem.since_day and contact > due

    def _next_contact(self, state: State) -> int:
        """A day before which no medical contact comes next."""
        events = self.transitions.events[state.seen :]
        booked = [self.problem.day_of[s.id] for s in events if s.kind in MEDICAL_KINDS]
        return min([self._first_day("medical-review", state.now, 0), *booked])

    def _next_dosing(self, state: State) -> tuple[int, bool]:
        """A day before which no dosing comes next, and whether the next one is new."""
        new = NEVER
        if state.new_dosings < self.problem.dosings:
            lacking, day = self.goals.integrations(state), state.last_day + self.problem.delay
            now, _ = self._after("integration", lacking, state.now, day)
            new = self._first_day("dosing", now, state.last_day + self.pace(state))
        if not self.transitions.ahead["dosing"][state.seen]:
            return new, new < NEVER
        events = self.transitions.events[state.seen :]
        booked = next(session for session in events if session.kind == "dosing")
        return min(new, self.problem.day_of[booked.id]), False

    def _first_day(self, kind: str, now: int, day: int) -> int:
        """The first day on which a time for a kind is left."""
        times = self.times[kind]
        place = max(times.first_from(now), times.first_on(day))
        return times.times[place].day if place < len(times) else NEVER

    def least_finish(self, state: State) -> int:
        """A time before which no completion of a course so far is over.

        It is that of a chain of the dosings and integrations that are lacking, and nothing else.
        """
        problem, now, day = self.problem, state.now, state.last_day
        left = problem.dosings - state.new_dosings
        pace = self.pace(state) if left else 0
        first = problem.earliest.get("dosing", 0)
        # An integration that is booked may be the one that a new dosing asks for.
        each = 0 if self.transitions.ahead["integration"][state.seen] else problem.each
        if not state.dosings:
            day -= pace
            if left:
                now = self._after_intake(state)
        now, _ = self._after("integration", self.goals.integrations(state), now, day)
        for _ in range(left):
            if now == NEVER:
                return NEVER
            now, day = self._after("dosing", 1, now, max(day + pace, first))
            now, _ = self._after("integration", each, now, day + problem.delay)
        return now

    def _after_intake(self, state: State) -> int:
        """When all that comes before the first dosing can be over, where times are shared."""
        lacking = self.goals.intake(state)
        latest = state.now
        for kind in lacking:
            sharing = [other for other in lacking if self.times[other] is self.times[kind]]
            quickest = min(sharing, key=self.lengths.__getitem__)
            number = sum(lacking[other] for other in sharing)
            latest = max(latest, self._after(quickest, number, state.now, 0)[0])
        return latest

    def _after(self, kind: str, number: int, now: int, day: int) -> tuple[int, int]:
        """When so many sessions of a kind can be over, from an instant and a day on; their day."""
        times, length = self.times[kind], self.lengths[kind]
        for _ in range(number):
            place = max(times.first_from(now), times.first_on(day))
            if place >= len(times) or now == NEVER:
                return NEVER, day
            free = times.times[place]
            now, day = max(now, free.opens) + length, free.day
        return now, day

    def pace(self, state: State) -> int:
        """The days from the last dosing so far to a new one, at least."""
        gap = self.problem.limits.dosing_gap_days
        # A booked dosing may come before the new one, so that this one's distance does not count.
        if self.transitions.ahead["dosing"][state.seen]:
            return 0
        return max(self.problem.every, (gap and gap.min) or 0)

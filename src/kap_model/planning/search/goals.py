"""What a course so far still needs, and when it can be over at the earliest."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Final

from kap_model._time import NEVER
from kap_model.planning.search._counts import CountWatch
from kap_model.planning.search._distances import PartWatch, RecurWatch, SpanWatch
from kap_model.planning.search._orders import FollowWatch, PrecedeWatch
from kap_model.planning.search._watch import Watch
from kap_model.planning.search.problem import Recalled, State
from kap_model.planning.search.times import FreeTimes
from kap_model.planning.search.transitions import Transitions
from kap_model.sessions import MEDICAL_KINDS

_BEFORE: Final = ("consultation", "medical-evaluation", "preparation", "integration")
_DOSING_FIRST: Final = (*_BEFORE, "dosing", "medical-review")
_REVIEW_FIRST: Final = (*_BEFORE, "medical-review", "dosing")
_MINUTE: Final = 60
_WHOLE: Final = (CountWatch, SpanWatch)
"""The watches of what a course asks for as a whole."""

Wanted = dict[int, int | None]
"""Sessions that are of use, by their place among the choices; for each the one watch that wants
it, by its place, or ``None`` where more does."""


class Goals:
    """The needs of a course so far, by one problem."""

    def __init__(self, transitions: Transitions) -> None:
        self.transitions, self.problem = transitions, transitions.problem
        self.asked = transitions.asked
        self.of_kind: dict[str, list[int]] = {}
        """The choices of each kind."""
        self._wanted = Recalled()
        for place, choice in enumerate(self.problem.choices):
            self.of_kind.setdefault(choice.kind, []).append(place)
        self._review_bits = 0
        for place in self.of_kind.get("medical-review", ()):
            self._review_bits |= self.asked.marks[place]
        watches = [w for w in self.asked.watches if isinstance(w, FollowWatch | PrecedeWatch)]
        self._beside = [watch for watch in watches if watch.by.bit & self._review_bits]
        """The watches that may ask for a review by itself."""

    def wholes(self, state: State) -> list[State]:
        """The course once all booked sessions have been met, if nothing is asked for any more."""
        found = []
        for one in self.transitions.seen_by(state, NEVER):
            if self.transitions.judges_all and not self._has_all(one):
                continue
            ends = [
                watch.whole(memory)
                for watch, memory in zip(self.asked.watches, one.memories, strict=True)
            ]
            for chosen in product(*ends):
                links = [link for its in chosen for link in its]
                timing = self.transitions.clockwork.with_links(one.timing, links)
                if timing is not None:
                    found.append(one._replace(timing=timing))
        return found

    def _has_all(self, state: State) -> bool:
        problem = self.problem
        if state.new_dosings < problem.dosings or state.integrations < problem.integrations:
            return False
        if not state.dosings and state.preparations < problem.preparations:
            return False
        if problem.refill_by != NEVER and not state.refilled:
            return False
        unevaluated = problem.may_evaluate and state.evaluated == NEVER
        issued = not (unevaluated and problem.issue_by != NEVER)
        return issued and state.owed_by == NEVER

    def number(self, state: State) -> int:
        """How many more sessions there have to be at least."""
        problem = self.problem
        dosings = max(0, problem.dosings - state.new_dosings)
        wanted = dosings * (1 + problem.each) + self.integrations(state)
        if not state.dosings and dosings:
            wanted += sum(self.intake(state).values())
        lacks_review = self._is_short(state) or self._has_to_be_reviewed(state)
        return wanted + (self.transitions.judges_all and lacks_review)

    def integrations(self, state: State) -> int:
        """How many more have to follow the last dosing."""
        owed = self.problem.owed
        if not state.dosings or (owed is not None and state.last_name not in owed):
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
            if not state.consulted and problem.limits.consultation_first:
                lacking["consultation"] = 1
        return {kind: number for kind, number in lacking.items() if number > 0}

    def wanted(self, state: State) -> Wanted:
        """The sessions of which one more is of use next."""
        found: Wanted = self._wanted.of(state, self._wants)
        return found

    def _wants(self, state: State) -> Wanted:
        found: Wanted = {}
        if self.transitions.judges_all:
            for kind in self._kinds(state):
                found.update(dict.fromkeys(self.of_kind[kind]))
        coming = self._coming(state, found)
        for watch, memory in zip(self.asked.watches, state.memories, strict=True):
            bits = watch.wants(memory, coming)
            for place in self._usual(state, watch, self._serving(watch, bits)) if bits else ():
                if place not in found:
                    found[place] = watch.place
                elif found[place] not in (None, watch.place):
                    found[place] = None
        return found

    def _usual(self, state: State, watch: Watch, serving: list[int]) -> list[int]:
        """What is usual of the choices that serve, where a wish asks for what is usual.

        What a course asks for as a whole comes last, and of several kinds that would do it is the
        therapist's, and no preparation once there was a dosing.
        """
        choices = self.problem.choices
        if not serving or not self.problem.spread or type(watch) not in _WHOLE:
            return serving
        late = ("preparation",) if state.dosings else ()
        unusual = ("consultation", *MEDICAL_KINDS, *late)
        usual = [place for place in serving if choices[place].kind not in unusual]
        if isinstance(watch, CountWatch) and not watch.before and self._waits(state):
            return [place for place in usual if choices[place].kind != "integration"]
        return usual or serving

    def _coming(self, state: State, wanted: Wanted) -> int:
        """The bits of selectors of all that is still to come, as far as anything asks for it."""
        marks, coming = self.asked.marks, self.transitions.marks_ahead[state.seen]
        for place in wanted:
            coming |= marks[place]
        before = -1
        while before != coming:
            before, bits = coming, 0
            for watch, memory in zip(self.asked.watches, state.memories, strict=True):
                bits |= watch.brings(memory, coming)
            for its in marks:
                if its & bits:
                    coming |= its
        return coming

    def _serving(self, watch: Watch, bits: int) -> list[int]:
        """The choices that a watch wants; what only has to recur is no second evaluation."""
        choices, marks = self.problem.choices, self.asked.marks
        found = [place for place in range(len(choices)) if marks[place] & bits]
        if not isinstance(watch, RecurWatch | PartWatch):
            return found
        others = [place for place in found if choices[place].kind != "medical-evaluation"]
        return others or found

    def _kinds(self, state: State) -> list[str]:
        """The kinds that are wanted for what no form says."""
        problem, found = self.problem, []
        if problem.may_evaluate and state.evaluated == NEVER:
            found.append("medical-evaluation")
        if not state.dosings and state.preparations < problem.preparations:
            found.append("preparation")
        if state.new_dosings < problem.dosings:
            found.append("dosing")
        coming = max(0, problem.dosings - state.new_dosings) * problem.each
        coming += self.transitions.ahead["integration"][state.seen]
        early = not state.dosings and problem.limits.integration_after_dosing
        early = early or self._waits(state)
        if not early and state.integrations + coming < problem.integrations:
            found.append("integration")
        if self._asks_review(state):
            found.append("medical-review")
        return found

    def _waits(self, state: State) -> bool:
        """Whether integrations beyond one for each dosing are to come later."""
        problem, ahead = self.problem, self.transitions.ahead["dosing"][state.seen]
        return problem.spread and bool(state.new_dosings < problem.dosings or ahead)

    def _asks_review(self, state: State) -> bool:
        problem = self.problem
        if state.owed_by != NEVER or (problem.refill_by != NEVER and not state.refilled):
            return True
        return state.dosings > 0 and self._is_short(state)

    def _asks_for_review(self, state: State) -> bool:
        """Whether a rule asks for a review by itself, and not only to renew the last contact."""
        return any(
            watch.wants(state.memories[watch.place], ~0) & self._review_bits
            for watch in self._beside
        )

    def _has_to_be_reviewed(self, state: State) -> bool:
        """Whether a rule asks for a review, now or later."""
        for watch in self._beside:
            memory = state.memories[watch.place]
            if watch.each.may_select(memory[0]) or watch.wants(memory, ~0):
                return True
        return False

    def _is_short(self, state: State) -> bool:
        """Whether reviews have yet to bring medicine for some dosings."""
        problem = self.problem
        counts = state.evaluated != NEVER or problem.may_evaluate or problem.supplied_at_once
        if not (problem.infers_supply and counts):
            return False
        total = state.dosings + max(0, problem.dosings - state.new_dosings)
        total += self.transitions.ahead["dosing"][state.seen]
        return (problem.limits.initial_supply or 0) + state.covered < total

    def order(self, state: State) -> tuple[str, ...]:
        """The kinds in the order in which they usually come next."""
        covered = (self.problem.limits.initial_supply or 0) + state.covered
        short = self.problem.infers_supply and covered <= state.dosings
        return _REVIEW_FIRST if short or self._asks_for_review(state) else _DOSING_FIRST


# ``least_finish`` is that of the dosings and integrations that are lacking, one after the other,
# each at the first free time, with nothing else between and no rule but the least distances.
# Every completion holds at least those in that order, and more only takes time: none is over
# before. Where a booked session could take a part, its part is left out, which only lowers the
# bound. The best bound is followed first, so the first whole course is the one that is over
# first. See docs/explanation/design.md, "How the search for completions works".
class FinishBounds:
    """Bounds on what comes next, by the free times that are left."""

    def __init__(self, goals: Goals, times: Mapping[str, FreeTimes]) -> None:
        self.goals, self.times = goals, times
        self.transitions, self.problem = goals.transitions, goals.problem
        self.lengths = {
            kind: min(self.problem.choices[place].minutes for place in places) * _MINUTE
            for kind, places in goals.of_kind.items()
        }
        self._pace = max(self.problem.every, goals.asked.pace())
        self._finishes: dict[tuple[int, ...], int] = {}

    def is_lost(self, state: State) -> bool:
        """Whether what comes next is too late already, whatever is chosen."""
        if state.owed_by == NEVER or not self.transitions.judges_all:
            return False
        return self._next_contact(state) > state.owed_by

    def _next_contact(self, state: State) -> int:
        """A day before which no medical contact comes next."""
        events = self.transitions.events[state.seen :]
        booked = [self.problem.day_of[s.id] for s in events if s.kind in MEDICAL_KINDS]
        return min([self._first_day("medical-review", self.transitions.now(state), 0), *booked])

    def _first_day(self, kind: str, now: int, day: int) -> int:
        """The first day on which a time for a kind is left."""
        times = self.times[kind]
        place = max(times.first_from(now), times.first_on(day))
        return times.times[place].day if place < len(times) else NEVER

    def least_finish(self, state: State) -> int:
        """A time before which no completion of a course so far is over.

        It is that of a chain of the dosings and integrations that are lacking, and nothing else.
        """
        problem, now = self.problem, self.transitions.now(state)
        day = 0 if state.last is None else state.timing.day_of(state.last)
        left = max(0, problem.dosings - state.new_dosings)
        pace = self.pace(state) if left else 0
        # An integration that is booked may be the one that a new dosing asks for.
        each = 0 if self.transitions.ahead["integration"][state.seen] else problem.each
        if not state.dosings:
            day -= pace
            if left:
                now = self._after_intake(state)
        now, _ = self._after("integration", self.goals.integrations(state), now, day)
        return self._chained(left, now, day, pace, each)

    def _chained(self, left: int, now: int, day: int, pace: int, each: int) -> int:
        """When so many dosings, each with its integrations, can be over.

        Where courses follow the chain that bounds them, each finds the rest of it told already.
        """
        passed, first = [], self.problem.earliest.get("dosing", 0)
        while left and now != NEVER:
            key = (left, now, day, pace, each)
            found = self._finishes.get(key)
            if found is not None:
                now = found
                break
            passed.append(key)
            now, day = self._after("dosing", 1, now, max(day + pace, first))
            now, _ = self._after("integration", each, now, day + self.problem.delay)
            left -= 1
        self._finishes.update(dict.fromkeys(passed, now))
        return now

    def _after_intake(self, state: State) -> int:
        """When all that comes before the first dosing can be over, where times are shared."""
        lacking, now = self.goals.intake(state), self.transitions.now(state)
        latest = now
        for kind in lacking:
            sharing = [other for other in lacking if self.times[other] is self.times[kind]]
            quickest = min(sharing, key=self.lengths.__getitem__)
            number = sum(lacking[other] for other in sharing)
            latest = max(latest, self._after(quickest, number, now, 0)[0])
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
        # A booked dosing may come before the new one, so that this one's distance does not count.
        return 0 if self.transitions.ahead["dosing"][state.seen] else self._pace

"""A course session by session: what each one, new or booked, does for what comes later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from kap_model._time import HOUR_SECONDS, NEVER
from kap_model.planning.search.constraints import Constraints
from kap_model.planning.search.problem import NextSession, Placed, SearchProblem, State, Track
from kap_model.sessions import KINDS, Session


# A step adds one new session at the first start that its free time allows, after all before it.
# Booked sessions are met on the way, each at the moment at which it counts, so that every rule is
# asked in the order of time whichever of the two comes first: a dosing when it starts, for it
# needs what is there by then; all else when it is over, for only then does it serve. As early as
# can be is right but for a dosing whose first integration has a window: where that one can only
# come late, the dosing, and what stands between, are pushed along as far as their free times let
# them (``_moved``). A step that gives ``None`` ends a sequence; docs/explanation/design.md, "How
# the search for completions works".
class Transitions:
    """The steps of one search: from a course so far to one with one more session."""

    def __init__(self, problem: SearchProblem) -> None:
        self.problem = problem
        self.constraints = Constraints(problem)
        self.judges_all = problem.owed is None
        self.events = sorted(
            problem.booked, key=lambda s: (self._moment(s), s.kind == "dosing", s.id)
        )
        self.moments = [self._moment(session) for session in self.events]
        self.ahead = {kind: self._ahead(kind) for kind in KINDS}
        """For each kind, how many booked sessions come from each event on."""
        self._effects: Mapping[str, Callable[[State, NextSession], State | None]] = {
            "consultation": self._consultation,
            "medical-evaluation": self._evaluation,
            "preparation": self._preparation,
            "dosing": self._dosing,
            "integration": self._integration,
            "medical-review": self._review,
        }

    def _moment(self, session: Session) -> int:
        """When a session counts: a dosing asks when it starts, all else serves when it is over.

        What has begun already is history, and nothing new can come before its end.
        """
        asks = session.kind == "dosing" or session.begins <= self.problem.since
        return session.begins if asks else session.ends

    def _ahead(self, kind: str) -> list[int]:
        counts = [0]
        for session in reversed(self.events):
            counts.append(counts[-1] + (session.kind == kind))
        return counts[::-1]

    def start(self) -> State:
        """The course before anything new."""
        problem = self.problem
        state = State(
            now=problem.since,
            cleared=problem.cleared,
            evaluated=problem.evaluated,
            supplied=problem.supplied,
        )
        past = self.seen_by(state, problem.since) or state
        return past._replace(owed_by=min(past.owed_by, problem.review_by))

    def seen_by(self, state: State, moment: int) -> State | None:
        """The course once all booked sessions up to a moment have been met; ``None`` = broken."""
        until = bisect_right(self.moments, moment)
        found: State | None = state
        for place in range(state.seen, until):
            session = self.events[place]
            day, judged = self.problem.day_of[session.id], session.begins > self.problem.since
            if found is None or (judged and self.judges_all and day > found.owed_by):
                return None
            met = NextSession(session.begins, session.ends, day, session.id, judged)
            found = self._effects[session.kind](found, met)
        return found and found._replace(seen=until)

    def with_new(self, state: State, placed: Placed, day: int) -> State | None:
        """The course with a new session, all before it met; ``None`` = it would break a rule."""
        if day > state.owed_by:
            return None
        state = state._replace(now=placed.ends, placed=(placed, state.placed))
        met = NextSession(placed.begins, placed.ends, day, None, judged=True)
        return self._effects[placed.kind](state, met)

    def _asks(self, met: NextSession) -> bool:
        """Whether all rules are asked of a session."""
        return met.judged and self.judges_all

    def _consultation(self, state: State, met: NextSession) -> State:
        return state._replace(consulted=min(state.consulted, met.ends))

    def _evaluation(self, state: State, met: NextSession) -> State | None:
        first = self.ahead["medical-evaluation"][0] == self.ahead["medical-evaluation"][state.seen]
        if self._asks(met) and not self.constraints.may_evaluate(state, met, first=first):
            return None
        if met.name is None:
            state = state._replace(cleared=met.ends, evaluated=met.ends, supplied=met.ends)
        return self._contact(state, met.day)

    def _preparation(self, state: State, met: NextSession) -> State | None:
        if self._asks(met) and not self.constraints.may_prepare(state, met):
            return None
        if state.dosings:
            return state
        return state._replace(
            preparations=state.preparations + 1,
            new_preparations=state.new_preparations + (met.name is None),
        )

    def _dosing(self, state: State, met: NextSession) -> State | None:
        constraints, owed_by = self.constraints, state.owed_by
        if met.judged and not constraints.may_follow(state):
            return None
        if self._asks(met):
            due = constraints.contact_owed(state, met) if constraints.may_dose(state, met) else None
            if due is None:
                return None
            owed_by = min(owed_by, due)
        elif constraints.by_quarter and self.judges_all:
            owed_by = min(owed_by, constraints.quarter_owed(state.contact, met.day))
        number = state.dosings + 1
        return state._replace(
            dosings=number,
            new_dosings=state.new_dosings + (met.name is None),
            first_end=met.ends if number == 1 else state.first_end,
            gate_end=met.ends if number == constraints.gate else state.gate_end,
            last_id=met.name,
            last_day=met.day,
            last_end=met.ends,
            recent=self._recent(state, met.day),
            integrated=0,
            contact=state.contact or (met.day if constraints.months else 0),
            owed_by=owed_by,
            renews=0 if met.day > state.renews else state.renews,
        )

    def _recent(self, state: State, day: int) -> tuple[int, ...]:
        frequency = self.constraints.frequency
        if frequency is None:
            return ()
        # Sorted, for local dates may go back where clocks are set over midnight.
        return tuple(sorted((*state.recent, day))[-frequency.at_most :])

    def _integration(self, state: State, met: NextSession) -> State | None:
        limits, constraints = self.problem.limits, self.constraints
        if met.name is None and not self._has_room(state, met.day):
            return None
        state = state._replace(integrations=state.integrations + 1)
        if not state.dosings:
            early = self._asks(met) and limits.integration_after_dosing is not None
            return None if early and not constraints.knows("INTEG-ORDER", met.name) else state
        if met.begins < state.last_end:
            return state
        in_time: State | None = state
        if met.judged and not state.integrated:
            in_time = self._in_window(state, met)
        return in_time and in_time._replace(integrated=state.integrated + 1)

    def _has_room(self, state: State, day: int) -> bool:
        """INTEG-COUNT, and the wish for days between."""
        bounds = self.problem.limits.integration_count
        total = state.integrations + 1 + self.ahead["integration"][state.seen]
        too_soon = state.dosings and day < state.last_day + self.problem.delay
        return not too_soon and (bounds is None or not bounds.above(total))

    def _in_window(self, state: State, met: NextSession) -> State | None:
        """INTEG-WINDOW: the course with its last dosing as late as this integration needs."""
        hours = self.problem.limits.integration_window_hours
        if hours is None or met.begins - state.last_end <= hours * HOUR_SECONDS:
            return state
        if state.last_id is not None:
            known = met.name is not None and self.constraints.knows("INTEG-WINDOW", state.last_id)
            return state if known else None
        ends, track = met.begins - hours * HOUR_SECONDS, state.placed
        own = track[0] if met.name is None and track is not None else None
        moved = _moved(track[1] if own is not None and track is not None else track, ends, met)
        if moved is None:
            return None
        return state._replace(
            placed=moved if own is None else (own, moved),
            last_end=ends,
            first_end=ends if state.dosings == 1 else state.first_end,
            gate_end=ends if state.dosings == self.constraints.gate else state.gate_end,
        )

    def _review(self, state: State, met: NextSession) -> State | None:
        problem = self.problem
        if met.name is None or met.name in problem.clearing:
            refills = problem.refill_from <= met.day <= problem.refill_by
            brings = problem.refill if state.dosings and met.begins >= state.first_end else 0
            state = state._replace(
                refilled=state.refilled or refills, covered=state.covered + brings
            )
        if met.begins >= state.gate_end:
            state = state._replace(reviewed=True)
        return self._contact(state, met.day)

    def _contact(self, state: State, day: int) -> State | None:
        if day <= state.renews:
            return None  # without the review before it the course would be as good
        lapsed = state.lapsed or self.constraints.lapses(state, day)
        return state._replace(
            contact=max(day, state.contact), owed_by=NEVER, renews=0, lapsed=lapsed
        )


def _moved(track: Track, ends: int, following: NextSession) -> Track:
    """The new sessions with the last dosing ending later, and what follows it pushed along.

    ``None`` where a free time does not reach so far.
    """
    chain: list[Placed] = []
    node = track
    while node is not None and (not chain or chain[-1].kind != "dosing"):
        chain.append(node[0])
        node = node[1]
    limit = following.begins
    for placed in chain:
        limit = min(placed.latest, limit - placed.length)
    begins = ends - chain[-1].length
    if begins > limit:
        return None
    for placed in reversed(chain):
        begins = max(begins, placed.begins)
        node = (placed._replace(begins=begins, ends=begins + placed.length), node)
        begins += placed.length
    return node

"""A course session by session: what each one, new or booked, does for what comes later."""

from __future__ import annotations

from bisect import bisect_right
from itertools import product
from operator import attrgetter
from typing import Final, NamedTuple

from kap_model._time import NEVER
from kap_model.planning.search._watch import Met
from kap_model.planning.search.asked import WatchList
from kap_model.planning.search.problem import Recalled, SearchProblem, State
from kap_model.planning.search.timing import Anchor, Clockwork, Link, after_rest, at_least
from kap_model.sessions import KINDS, MEDICAL_KINDS, Session

_canonical: Final = attrgetter("begins", "rank", "id")
_BEFORE_ALL: Final = -1
"""When something is over that came before in the sequence."""


class _StartBounds(NamedTuple):
    """Where a new session may start: from an instant and a date on, and until such."""

    since: int = 0
    since_day: int = 0
    until: int = NEVER
    until_day: int = NEVER


# A step adds one new session as early as its free times and all links allow, after all before it.
# Booked sessions are met on the way, each at the moment at which it counts, so that every rule is
# asked in the order of time whichever of the two comes first: a dosing when it starts, for it
# needs what is there by then; all else when it is over, for only then does it serve. A new session
# stays between the booked sessions between which it was placed, however late links push it; that
# it stands beyond the next one is another sequence. A step that gives nothing ends a sequence;
# docs/explanation/design.md, "How the search for completions works".
class Transitions:
    """The steps of one search: from a course so far to one with one more session."""

    def __init__(self, problem: SearchProblem, clockwork: Clockwork) -> None:
        self.problem, self.limits, self.clockwork = problem, problem.limits, clockwork
        self.asked = WatchList(problem)
        self.judges_all = problem.owed is None
        self.events = sorted(
            problem.booked, key=lambda s: (self._moment(s), s.kind == "dosing", s.id)
        )
        self.moments = [self._moment(session) for session in self.events]
        self._one_by_one = self.events == sorted(self.events, key=_canonical)
        self._steps = Recalled()
        self.ahead = {kind: self._ahead(kind) for kind in KINDS}
        """For each kind, how many booked sessions come from each event on."""
        self.marks_ahead = [0]
        """The bits of the selectors of booked sessions from each event on."""
        starts = [NEVER]
        for session in reversed(self.events):
            self.marks_ahead.append(self.marks_ahead[-1] | self.asked.marks_of[session.id])
            starts.append(min(starts[-1], session.begins))
        self.marks_ahead.reverse()
        self.next_start = starts[::-1]
        """The first start of a booked session from each event on."""
        # Of rules with functions of their own: the last session named is the one in question.
        self._known = {(rule, names[-1]) for rule, names in problem.known if names}

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

    def now(self, state: State) -> int:
        """Nothing new starts before."""
        placed = state.timing.placed
        return placed[-1].ends if placed else self.problem.since

    def start(self) -> list[State]:
        """The course before anything new."""
        problem = self.problem
        state = State(
            memories=tuple(watch.empty for watch in self.asked.watches),
            cleared=problem.cleared,
            evaluated=problem.evaluated,
            supplied=problem.supplied,
        )
        past = self.seen_by(state, problem.since)
        return [one._replace(owed_by=min(one.owed_by, problem.review_by)) for one in past]

    def seen_by(self, state: State, moment: int) -> list[State]:
        """The course once all booked sessions up to a moment have been met, in each way it may."""
        until = bisect_right(self.moments, moment)
        if until == state.seen:
            return [state]
        if not self._one_by_one:
            return self._seen_together(state, until)
        # From one booked session to the next: a course is asked this for each session that may
        # be added to it, and for each moment from which on one may.
        steps: list[list[State]] = self._steps.of(state, lambda one: [[one]])
        for session in self.events[state.seen + len(steps) - 1 : until]:
            steps.append([more for one in steps[-1] for more in self._step(one, session)])
        return steps[until - state.seen]

    def _step(self, state: State, session: Session) -> list[State]:
        found = self._with_booked(state._replace(seen=state.seen + 1), session)
        return [] if found is None else self._met(found, session)

    def _seen_together(self, state: State, until: int) -> list[State]:
        """What has been met by an event, where booked sessions overlap."""
        batch = self.events[state.seen : until]
        found: State | None = state._replace(seen=until)
        for session in batch:
            found = found and self._with_booked(found, session)
        states = [] if found is None else [found]
        for session in sorted(batch, key=_canonical):
            states = [more for one in states for more in self._met(one, session)]
        return states

    def _met(self, state: State, session: Session) -> list[State]:
        day = self.problem.day_of[session.id]
        anchor = Anchor(-1, session.begins, session.ends, day)
        met = Met(anchor, session.id, self.asked.marks_of[session.id], session.minutes)
        links = self._wishes(state, met, session.kind)
        if session.kind == "dosing":
            state = state._replace(last=met.anchor, last_name=session.id)
        elif session.kind == "integration":
            state = state._replace(latest=met.anchor)
        found = []
        for memories, more in self._ways(state, met):
            held = [*links, *more]
            timing = self.clockwork.with_links(state.timing, held) if held else state.timing
            if timing is not None:
                found.append(state._replace(timing=timing, memories=memories))
        return found

    def _ways(
        self, state: State, met: Met
    ) -> list[tuple[tuple[tuple[object, ...], ...], list[Link]]]:
        """What all watches make of a session, in each way that they leave."""
        memories, links, choices = list(state.memories), [], []
        for place, watch in enumerate(self.asked.watches):
            ways = watch.meet(memories[place], met)
            if not ways:
                return []
            if len(ways) > 1:
                choices.append([(place, way) for way in ways])
            else:
                memories[place] = ways[0][0]
                links += ways[0][1]
        if not choices:
            return [(tuple(memories), links)]
        found = []
        for chosen in product(*choices):
            its, held = list(memories), list(links)
            for place, (memory, more) in chosen:
                its[place] = memory
                held += more
            found.append((tuple(its), held))
        return found

    def _wishes(self, state: State, met: Met, kind: str) -> list[Link]:
        """How far apart the caller wishes new sessions: dosings, and what follows them."""
        last, problem = state.last, self.problem
        is_new = met.name is None
        if last is None:
            return []
        if kind == "dosing" and problem.every and (is_new or last.place >= 0):
            return [at_least(last, met.anchor, problem.every)]
        if kind != "integration" or not is_new:
            return []
        found = [at_least(last, met.anchor, problem.delay)] if problem.delay else []
        if problem.rest:
            found.append(after_rest(last, met.anchor, problem.rest))
        if problem.apart and state.integrated >= max(1, problem.each) and state.latest is not None:
            found.append(at_least(state.latest, met.anchor, 1))
        return found

    def with_new(
        self, state: State, choice: int, start: int, only: int | None = None
    ) -> list[State]:
        """The course with a new session from an instant on, all before it met, in each way."""
        new = self.problem.choices[choice]
        kind, place = new.kind, len(state.timing.placed)
        bounds = self._bounds(state, kind)
        if bounds is None:
            return []
        if not state.timing.placed:
            bounds = bounds._replace(until_day=min(bounds.until_day, self.problem.first_by))
        met = Met(Anchor(place), None, self.asked.marks[choice], new.minutes, only, choice)
        wishes = self._wishes(state, met, kind)
        since = (max(start, bounds.since), bounds.since_day)
        until = min(bounds.until, self.next_start[state.seen] - 1)
        found = []
        after = self._after(state, kind, met)
        for memories, links in self._ways(state, met):
            for one, its_bounds in self._refilled(after, kind, bounds):
                timing = self.clockwork.with_next(
                    state.timing,
                    choice,
                    (since[0], max(since[1], its_bounds.since_day)),
                    (until, its_bounds.until_day),
                    [*wishes, *links],
                )
                if timing is not None and timing.placed[-1].day <= state.owed_by:
                    found.append(one._replace(timing=timing, memories=memories))
        return found

    def _refilled(
        self, state: State, kind: str, bounds: _StartBounds
    ) -> list[tuple[State, _StartBounds]]:
        """A review counts for a refill where it stands within its days, or it does not."""
        problem = self.problem
        if kind != "medical-review" or problem.refill_by == NEVER or state.refilled:
            return [(state, bounds)]
        within = bounds._replace(
            since_day=max(bounds.since_day, problem.refill_from),
            until_day=min(bounds.until_day, problem.refill_by),
        )
        return [(state._replace(refilled=True), within), (state, bounds)]

    def knows(self, rule: str, name: str | None) -> bool:
        """Whether a booked session breaks a rule already."""
        return name is not None and (rule, name) in self._known

    def _bounds(self, state: State, kind: str) -> _StartBounds | None:
        """Where a new session may start by the rules with functions of their own."""
        problem, day = self.problem, self.problem.earliest.get(kind, 0)
        if kind == "medical-evaluation":
            length = min(c.minutes for c in problem.choices if c.kind == kind) * 60
            until = problem.issue_by if problem.issue_by == NEVER else problem.issue_by - length
            return _StartBounds(0, max(day, problem.born_day), until, self._owed_day(state))
        if kind == "medical-review":
            return _StartBounds(0, day, until_day=self._owed_day(state))
        if kind == "preparation":
            return self._preparation_bounds(state, day)
        if kind == "integration":
            return _StartBounds(0, day) if self._has_room(state) else None
        return self._dosing_bounds(state, day) if kind == "dosing" else _StartBounds(0, day)

    def _owed_day(self, state: State) -> int:
        return state.owed_by

    def _preparation_bounds(self, state: State, day: int) -> _StartBounds | None:
        """PREP-AFTER-SUPPLY."""
        if self.limits.preparation_after_supply is None:
            return _StartBounds(0, day)
        arrivals = self.problem.arrivals
        if arrivals is None:
            return None if state.evaluated == NEVER else _StartBounds(state.evaluated, day)
        # An arrival that is not recorded is for people to record.
        return _StartBounds(0, max(day, arrivals[0][0]) if arrivals else day)

    def _has_room(self, state: State) -> bool:
        """INTEG-COUNT, with what is booked."""
        bounds = self.limits.integration_count
        total = state.integrations + 1 + self.ahead["integration"][state.seen]
        return bounds is None or not bounds.above(total)

    def _dosing_bounds(self, state: State, day: int) -> _StartBounds | None:
        """MED-CLEAR, AGE-MIN and SUPPLY-BALANCE for a new dosing."""
        problem, number, begins = self.problem, state.dosings + 1, 0
        if number == 1:
            if state.preparations < problem.preparations:
                return None
            if not problem.has_evaluation and state.evaluated == NEVER:
                day = max(day, problem.born_day)
        if self.limits.evaluation_first is not None:
            if state.cleared == NEVER:
                return None
            begins = max(0, state.cleared)
        if problem.arrivals is not None:
            return _StartBounds(begins, max(day, self._covered_on(number)))
        if self.limits.initial_supply is not None and self._is_short(state, number, None):
            return None
        return _StartBounds(begins, day)

    def _is_short(self, state: State, number: int, booked: Session | None) -> bool:
        """Whether inferred medicine does not reach for a dosing."""
        begins = self.now(state) if booked is None else booked.begins
        at_once = self.problem.supplied_at_once
        if begins < state.evaluated and not at_once:
            return False
        given = at_once or begins >= state.supplied
        first = (self.limits.initial_supply or 0) if given else 0
        return first + state.covered < number

    def _covered_on(self, number: int) -> int:
        """The day on which tracked medicine for so many dosings has arrived.

        Medicine beyond what is recorded is for people to record.
        """
        limits, arrivals = self.limits, self.problem.arrivals
        asked = limits.initial_supply is not None or limits.refill_supply is not None
        if not asked or not arrivals or arrivals[-1][1] < number:
            return 0
        return next(day for day, covered in arrivals if covered >= number)

    def _after(self, state: State, kind: str, met: Met) -> State:
        """The facts of the course with a new session."""
        if kind == "medical-evaluation":
            passed = _BEFORE_ALL
            state = state._replace(cleared=passed, evaluated=passed, supplied=passed)
        elif kind == "dosing":
            state = state._replace(
                dosings=state.dosings + 1,
                new_dosings=state.new_dosings + 1,
                last=met.anchor,
                last_name=None,
                integrated=0,
            )
        elif kind == "medical-review":
            brings = self.problem.refill if state.dosings else 0
            state = state._replace(covered=state.covered + brings)
        elif kind == "integration":
            state = state._replace(latest=met.anchor)
        return self._counted(state, kind)

    def _counted(self, state: State, kind: str) -> State:
        if kind == "consultation":
            return state._replace(consulted=True)
        if kind == "preparation" and not state.dosings:
            return state._replace(preparations=state.preparations + 1)
        if kind == "integration":
            more = 1 if state.dosings else 0
            return state._replace(
                integrations=state.integrations + 1, integrated=state.integrated + more
            )
        return state._replace(owed_by=NEVER) if kind in MEDICAL_KINDS else state

    def _with_booked(self, state: State, session: Session) -> State | None:
        """The facts of the course with a booked session; ``None`` = it would break a rule."""
        problem, kind = self.problem, session.kind
        asks = session.begins > problem.since and self.judges_all
        day = problem.day_of[session.id]
        if asks and day > state.owed_by:
            return None
        if kind == "preparation" and asks and not self._may_prepare(state, session):
            return None
        if kind == "dosing":
            if asks and not self._may_dose(state, session):
                return None
            return state._replace(dosings=state.dosings + 1, integrated=0)
        if kind == "medical-review" and session.id in problem.clearing:
            refills = problem.refill_from <= day <= problem.refill_by
            brings = problem.refill if self._is_after_first(state, session) else 0
            state = state._replace(
                refilled=state.refilled or refills, covered=state.covered + brings
            )
        return self._counted(state, kind)

    def _is_after_first(self, state: State, session: Session) -> bool:
        """Whether a booked review starts once the first dosing is over."""
        booked = [s for s in self.problem.booked if s.kind == "dosing"]
        if state.new_dosings and state.new_dosings == state.dosings:
            return True
        return bool(state.dosings and booked and booked[0].ends <= session.begins)

    def _may_prepare(self, state: State, session: Session) -> bool:
        """PREP-AFTER-SUPPLY for a booked preparation."""
        if self.limits.preparation_after_supply is None or self.problem.arrivals is not None:
            return True
        return state.evaluated <= session.begins or self.knows("PREP-AFTER-SUPPLY", session.id)

    def _may_dose(self, state: State, session: Session) -> bool:
        """MED-CLEAR and SUPPLY-BALANCE for a booked dosing."""
        cleared = self.limits.evaluation_first is None or session.begins >= state.cleared
        if not cleared and not self.knows("MED-CLEAR", session.id):
            return False
        if self.problem.arrivals is not None or self.limits.initial_supply is None:
            return True
        short = self._is_short(state, state.dosings + 1, session)
        return not short or self.knows("SUPPLY-BALANCE", session.id)

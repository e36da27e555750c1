"""The search for the sessions that a course still needs: exact, the earliest finish first.

Sessions of one course never overlap, so a course is a sequence. Each step adds one session after
those before it, as early as a bay allows; where later may be better (a contact that is to last,
a dosing that an integration has to follow closely), every later bay is tried too. Sequences that
leave the same things to be done are compared, and only the best are followed.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from kap_model._time import NEVER, add_months, last_day_of_quarter
from kap_model.errors import PlanningError, Problem
from kap_model.planning.search.demand import Demand
from kap_model.planning.search.ledger import Ledger, Placed
from kap_model.planning.search.outlook import Outlook
from kap_model.planning.search.slots import Bays
from kap_model.planning.search.walking import Walk
from kap_model.planning.search.wanting import Wants
from kap_model.slots import role_of

_MOST_FOLLOWED: Final = 8_000
FEW: Final = 2_000
"""Courses to follow where another search comes after this one."""
_GAVE_UP: Final = (
    "has too many possible continuations: none was found among the first 8,000; fewer slots, or "
    "some sessions booked by hand, leave fewer"
)


class _Move(NamedTuple):
    """A session to be tried after a course so far, in a bay and, later, in the bays after it."""

    before: Ledger
    kind: str
    place: int


def find_sessions(
    demand: Demand, bays: Mapping[str, Bays], most: int | None = None
) -> tuple[Placed, ...] | None:
    """The new sessions of the completion that is over first; ``None`` = there is none.

    Args:
        demand: The task.
        bays: Where new sessions of each kind may stand.
        most: How many courses so far are followed before ``None`` is the answer; absent: as many
            as an exact answer may need.

    Raises:
        PlanningError: There are too many courses to follow for an exact answer.
    """
    search = _Search(demand, bays)
    found = search.run(_MOST_FOLLOWED if most is None else most)
    if found is None and most is None and search.heap:
        raise PlanningError([Problem("plan", _GAVE_UP)])
    return found


class _Search:
    def __init__(self, demand: Demand, bays: Mapping[str, Bays]) -> None:
        self.demand, self.bays = demand, bays
        self.walk = Walk(demand)
        self.wants = Wants(self.walk)
        self.outlook = Outlook(self.wants, bays)
        self.lengths = self.outlook.lengths
        self.heap: list[tuple[int, int, int, int, Ledger, _Move | None]] = []
        self.order = count()
        self.best: dict[tuple[Any, ...], list[tuple[int, ...]]] = {}
        limits = demand.limits
        # Where one of these is set, a later dosing may allow what an earlier one does not.
        gap = limits.dosing_gap_days
        self.dosings_may_wait = (
            (gap is not None and gap.max is not None)
            or limits.integration_window_hours is not None
            or self.walk.lawful.by_quarter
        )
        # INTEG-WINDOW asks for the first one after a dosing, also where none has to come.
        self.integrations_told = max(demand.each, int(limits.integration_window_hours is not None))
        self.contacts_may_wait = self.walk.lawful.months > 0 or self.walk.lawful.by_quarter

    def run(self, most: int) -> tuple[Placed, ...] | None:
        self._push(self.walk.start(), 0, None)
        for _ in range(most):
            if not self.heap:
                break
            _, _, steps, _, ledger, move = heapq.heappop(self.heap)
            if move is not None:
                self._try(move, steps - 1)
            if self._is_dominated(ledger):
                continue
            whole = self.wants.whole(ledger)
            if whole is not None:
                return _sequence(whole)
            for kind in self._kinds(ledger, steps):
                self._try(_Move(ledger, kind, -1), steps)
        return None

    def _kinds(self, ledger: Ledger, steps: int) -> list[str]:
        kinds, opening = self.wants.kinds(ledger), self.demand.opening
        return [*kinds, opening] if not steps and opening and opening not in kinds else kinds

    def _push(self, ledger: Ledger, steps: int, move: _Move | None) -> None:
        finish = self.outlook.least_finish(ledger)
        if finish < NEVER:  # else too few bays are left, and fewer still later on
            needed = self.wants.number(ledger)
            heapq.heappush(self.heap, (finish, needed, steps, next(self.order), ledger, move))

    def _try(self, move: _Move, steps: int) -> None:
        """The next bay in which the session may stand; those after it are tried when it is."""
        ledger, kind = move.before, move.kind
        bays, length = self.bays[kind], self.lengths[kind]
        place = self._next_place(move, bays)
        last_day = NEVER if steps else self.demand.first_by
        while place < len(bays):
            bay = bays.bays[place]
            begins = max(bay.opens, ledger.now)
            if bay.day > last_day:
                return
            if begins <= bay.last and begins + length <= bay.closes:
                met = self.walk.seen_by(ledger, begins)
                if met is None:
                    return  # a booked session is broken by then, whatever comes later
                latest = min(bay.last, bay.closes - length)
                placed = Placed(kind, begins, begins + length, latest)
                made = self._with(met, placed, bay.day)
                if made is not None and not self.outlook.is_lost(made):
                    self._push(made, steps + 1, _Move(ledger, kind, place))
                    return
                if not self._is_wanted(kind, met):
                    # No later bay changes that, but beyond the next booked session.
                    place = max(place, bays.first_from(self._next_moment(begins)) - 1)
            place += 1

    def _with(self, ledger: Ledger, placed: Placed, day: int) -> Ledger | None:
        """The course with one more session, where it is wanted and lawful."""
        if not self._is_wanted(placed.kind, ledger):
            return None
        if placed.kind == "medical-review" and not self.wants.may_review_on(ledger, day):
            return None
        made = self.walk.with_new(ledger, placed, day)
        months = self.walk.lawful.months
        if made is None or placed.kind != "medical-review" or self.wants.asks_review(ledger):
            return made
        if months:
            return made._replace(renews=add_months(ledger.contact, months))
        seen = ledger.contact and last_day_of_quarter(ledger.contact) == last_day_of_quarter(day)
        return None if seen else made

    def _is_wanted(self, kind: str, met: Ledger) -> bool:
        """Whether a kind that was offered is of use once booked sessions have been met."""
        opens = met.placed is None and kind == self.demand.opening
        return opens or self.wants.wants(kind, met)

    def _next_moment(self, begins: int) -> int:
        """When the next booked session after an instant counts."""
        moments = self.walk.moments
        place = bisect_right(moments, begins)
        return moments[place] if place < len(moments) else NEVER

    def _next_place(self, move: _Move, bays: Bays) -> int:
        ledger, kind = move.before, move.kind
        if move.place >= 0:
            day = bays.bays[move.place].day
            if kind == "dosing" and (self.dosings_may_wait or self._waits_for_contact(ledger, day)):
                return move.place + 1
            if role_of(kind) == "medical" and self.contacts_may_wait:
                return move.place + 1
            # Later only helps beyond the next booked session.
            begins = max(bays.bays[move.place].opens, ledger.now)
            return max(move.place + 1, bays.first_from(self._next_moment(begins)))
        place = max(bays.first_from(ledger.now), bays.first_on(self.demand.earliest.get(kind, 0)))
        if kind == "dosing" and ledger.dosings:
            place = max(place, bays.first_on(ledger.last_day + self.outlook.pace(ledger)))
        if role_of(kind) == "medical" and ledger.renews:
            # A review that only renews the last contact is of use after that one would end.
            place = max(place, bays.first_on(ledger.renews + 1))
        return place

    def _waits_for_contact(self, ledger: Ledger, day: int) -> bool:
        """Whether a first dosing on a day needs a contact on that very day."""
        months = self.walk.lawful.months
        if ledger.dosings or not months or not ledger.contact:
            return False
        return day > add_months(ledger.contact, months)

    def _is_dominated(self, ledger: Ledger) -> bool:
        """Whether a course at least as good in every respect was met before."""
        key, rank = self._standing(ledger)
        others = self.best.setdefault(key, [])
        for other in others:
            if all(mine >= its for mine, its in zip(rank, other, strict=True)):
                return True
        others.append(rank)
        return False

    def _standing(self, ledger: Ledger) -> tuple[tuple[Any, ...], tuple[int, ...]]:
        """What has to be equal to compare two courses, and what is better the less it is."""
        limits = self.demand.limits
        waits = self.dosings_may_wait
        by_quarter = self.walk.lawful.by_quarter and ledger.contact
        quarter = last_day_of_quarter(ledger.contact) if by_quarter else 0
        key = (
            ledger.seen,
            ledger.consulted == NEVER,
            ledger.evaluated == NEVER,
            ledger.preparations,
            ledger.dosings,
            ledger.new_dosings,
            min(ledger.integrated, self.integrations_told),
            ledger.integrations if self.demand.integrations or limits.integration_count else 0,
            ledger.covered,
            ledger.reviewed,
            ledger.refilled,
            ledger.owed_by,
            ledger.renews,
            ledger.lapsed,
            (ledger.last_day, ledger.last_end, _slack(ledger)) if waits else (),
            quarter,
        )
        contact = -ledger.contact if self.walk.lawful.months else 0
        return key, (ledger.now, ledger.last_day, contact, *ledger.recent)


def _slack(ledger: Ledger) -> int:
    """How late the last new session might stand."""
    return 0 if ledger.placed is None else ledger.placed[0].latest


def _sequence(ledger: Ledger) -> tuple[Placed, ...]:
    found = []
    track = ledger.placed
    while track is not None:
        placed, track = track
        found.append(placed)
    return tuple(reversed(found))

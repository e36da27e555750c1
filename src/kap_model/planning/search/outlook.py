"""What a course so far can come to: when it can be over at the earliest, or that it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kap_model._time import NEVER, add_months
from kap_model.planning.search.ledger import Ledger
from kap_model.planning.search.slots import Bays
from kap_model.planning.search.wanting import Wants
from kap_model.sessions import MEDICAL_KINDS

_MINUTE: Final = 60


class Outlook:
    """Bounds on what comes next, by the bays that are left."""

    def __init__(self, wants: Wants, bays: Mapping[str, Bays]) -> None:
        self.wants, self.walk, self.demand, self.bays = wants, wants.walk, wants.demand, bays
        self.lengths = {kind: minutes * _MINUTE for kind, minutes in self.demand.minutes.items()}

    def is_lost(self, ledger: Ledger) -> bool:
        """Whether what comes next is too late already, whatever is chosen."""
        if not self.walk.judges_all:
            return False
        contact = self._next_contact(ledger)
        if contact > ledger.owed_by:
            return True
        day, soonest = self._next_dosing(ledger)
        if day == NEVER or not ledger.dosings:
            return False
        gap = self.demand.limits.dosing_gap_days
        if soonest and gap is not None and gap.above(day - ledger.last_day):
            return True
        months = self.walk.lawful.months
        if not months:
            return False
        due = add_months(ledger.contact, months)
        return day > due >= self.demand.since_day and contact > due

    def _next_contact(self, ledger: Ledger) -> int:
        """A day before which no medical contact comes next."""
        events = self.walk.events[ledger.seen :]
        booked = [self.demand.day_of[s.id] for s in events if s.kind in MEDICAL_KINDS]
        return min([self._first_day("medical-review", ledger.now, 0), *booked])

    def _next_dosing(self, ledger: Ledger) -> tuple[int, bool]:
        """A day before which no dosing comes next, and whether the next one is new."""
        new = NEVER
        if ledger.new_dosings < self.demand.dosings:
            lacking, day = self.wants.integrations(ledger), ledger.last_day + self.demand.delay
            now, _ = self._after("integration", lacking, ledger.now, day)
            new = self._first_day("dosing", now, ledger.last_day + self.pace(ledger))
        if not self.walk.ahead["dosing"][ledger.seen]:
            return new, new < NEVER
        events = self.walk.events[ledger.seen :]
        booked = next(session for session in events if session.kind == "dosing")
        return min(new, self.demand.day_of[booked.id]), False

    def _first_day(self, kind: str, now: int, day: int) -> int:
        """The first day on which a bay for a kind is left."""
        bays = self.bays[kind]
        place = max(bays.first_from(now), bays.first_on(day))
        return bays.bays[place].day if place < len(bays) else NEVER

    def least_finish(self, ledger: Ledger) -> int:
        """A time before which no completion of a course so far is over.

        It is that of a chain of the dosings and integrations that are lacking, and nothing else.
        """
        demand, now, day = self.demand, ledger.now, ledger.last_day
        left = demand.dosings - ledger.new_dosings
        pace = self.pace(ledger) if left else 0
        first = demand.earliest.get("dosing", 0)
        # An integration that is booked may be the one that a new dosing asks for.
        each = 0 if self.walk.ahead["integration"][ledger.seen] else demand.each
        if not ledger.dosings:
            day -= pace
            if left:
                now = self._after_intake(ledger)
        now, _ = self._after("integration", self.wants.integrations(ledger), now, day)
        for _ in range(left):
            if now == NEVER:
                return NEVER
            now, day = self._after("dosing", 1, now, max(day + pace, first))
            now, _ = self._after("integration", each, now, day + demand.delay)
        return now

    def _after_intake(self, ledger: Ledger) -> int:
        """When all that comes before the first dosing can be over, where bays are shared."""
        lacking = self.wants.intake(ledger)
        latest = ledger.now
        for kind in lacking:
            sharing = [other for other in lacking if self.bays[other] is self.bays[kind]]
            quickest = min(sharing, key=self.lengths.__getitem__)
            number = sum(lacking[other] for other in sharing)
            latest = max(latest, self._after(quickest, number, ledger.now, 0)[0])
        return latest

    def _after(self, kind: str, number: int, now: int, day: int) -> tuple[int, int]:
        """When so many sessions of a kind can be over, from an instant and a day on; their day."""
        bays, length = self.bays[kind], self.lengths[kind]
        for _ in range(number):
            place = max(bays.first_from(now), bays.first_on(day))
            if place >= len(bays) or now == NEVER:
                return NEVER, day
            bay = bays.bays[place]
            now, day = max(now, bay.opens) + length, bay.day
        return now, day

    def pace(self, ledger: Ledger) -> int:
        """The days from the last dosing so far to a new one, at least."""
        gap = self.demand.limits.dosing_gap_days
        # A booked dosing may come before the new one, so that this one's distance does not count.
        if self.walk.ahead["dosing"][ledger.seen]:
            return 0
        return max(self.demand.every, (gap and gap.min) or 0)

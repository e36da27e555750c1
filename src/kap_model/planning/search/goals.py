"""What a course so far still needs, and when it can be over at the earliest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kap_model._time import NEVER, add_months
from kap_model.planning.search.problem import Ledger
from kap_model.planning.search.times import Bays
from kap_model.planning.search.transitions import Walk
from kap_model.sessions import MEDICAL_KINDS

_BEFORE: Final = ("consultation", "medical-evaluation", "preparation", "integration")
_DOSING_FIRST: Final = ("dosing", "medical-review")
_REVIEW_FIRST: Final = ("medical-review", "dosing")
_AFTER_DOSING: Final = ("integration", "medical-review")


class Wants:
    """The needs of a course so far, by one demand."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.demand, self.lawful = walk, walk.demand, walk.lawful
        self._of_kind: Mapping[str, Callable[[Ledger], bool]] = {
            "consultation": self._wants_consultation,
            "medical-evaluation": self._wants_evaluation,
            "preparation": self._wants_preparation,
            "dosing": self._wants_dosing,
            "integration": self._wants_integration,
            "medical-review": self._wants_review,
        }

    def whole(self, ledger: Ledger) -> Ledger | None:
        """The course once all booked sessions have been met, if nothing is asked for any more."""
        found = self.walk.seen_by(ledger, NEVER)
        if found is None or not self.lawful.may_follow(found):
            return None
        return found if self._is_whole(found) or not self.walk.judges_all else None

    def _is_whole(self, ledger: Ledger) -> bool:
        demand, lawful = self.demand, self.lawful
        if ledger.new_dosings < demand.dosings or ledger.integrations < demand.integrations:
            return False
        unprepared = ledger.preparations < demand.preparations
        if not ledger.dosings and (unprepared or lawful.has_too_many(ledger, None)):
            return False
        waits = lawful.gate and not lawful.gate_holds and ledger.dosings >= lawful.gate
        if waits and not ledger.reviewed:
            return False
        if demand.refill_by != NEVER and not ledger.refilled:
            return False
        unevaluated = demand.may_evaluate and ledger.evaluated == NEVER
        issued = not (unevaluated and demand.issue_by != NEVER)
        return issued and ledger.owed_by == NEVER and not ledger.renews

    def number(self, ledger: Ledger) -> int:
        """How many more sessions there have to be at least."""
        demand = self.demand
        dosings = demand.dosings - ledger.new_dosings
        wanted = dosings * (1 + demand.each) + self.integrations(ledger)
        if not ledger.dosings and dosings:
            wanted += sum(self.intake(ledger).values())
        return wanted + (self.walk.judges_all and self._lacks_review(ledger))

    def integrations(self, ledger: Ledger) -> int:
        """How many more have to follow the last dosing."""
        if not ledger.dosings or not self.lawful.owes(ledger):
            return 0
        ahead = self.walk.ahead["integration"][ledger.seen]
        return max(0, self.demand.each - ledger.integrated - ahead)

    def intake(self, ledger: Ledger) -> dict[str, int]:
        """What has to come before the first dosing, by kind."""
        demand = self.demand
        ahead = self.walk.ahead["preparation"][ledger.seen]
        lacking = {"preparation": demand.preparations - ledger.preparations - ahead}
        if demand.may_evaluate and ledger.evaluated == NEVER:
            lacking["medical-evaluation"] = 1
            if ledger.consulted == NEVER and demand.limits.consultation_first:
                lacking["consultation"] = 1
        return {kind: number for kind, number in lacking.items() if number > 0}

    def kinds(self, ledger: Ledger) -> list[str]:
        """The kinds of which one more may be of use now or later, the usual next one first."""
        order = (*_BEFORE, *(_REVIEW_FIRST if self._is_urgent(ledger) else _DOSING_FIRST))
        found = [kind for kind in order if self.wants(kind, ledger)]
        if self.walk.ahead["dosing"][ledger.seen]:
            # A booked dosing may come to want them.
            found += [kind for kind in _AFTER_DOSING if kind not in found]
        return found

    def wants(self, kind: str, ledger: Ledger) -> bool:
        """Whether one more session of a kind may be of use next."""
        return self._of_kind[kind](ledger)

    def _wants_consultation(self, ledger: Ledger) -> bool:
        asked = self.demand.limits.consultation_first and self.walk.judges_all
        if ledger.consulted != NEVER or not asked:
            return False
        ahead = self.walk.ahead["medical-evaluation"]
        if self.demand.has_evaluation:
            return ahead[ledger.seen] == ahead[0] > 0
        return self._wants_evaluation(ledger)

    def _wants_evaluation(self, ledger: Ledger) -> bool:
        return self.demand.may_evaluate and ledger.evaluated == NEVER

    def _wants_preparation(self, ledger: Ledger) -> bool:
        if ledger.dosings or not self.walk.judges_all:
            return False
        return ledger.preparations < self.demand.preparations

    def _wants_dosing(self, ledger: Ledger) -> bool:
        return ledger.new_dosings < self.demand.dosings and self._may_come_next(ledger)

    def _wants_integration(self, ledger: Ledger) -> bool:
        demand = self.demand
        if ledger.dosings and self.lawful.owes(ledger) and ledger.integrated < demand.each:
            return True
        if ledger.new_dosings and self._comes_late(ledger):
            return True
        if not ledger.dosings and demand.limits.integration_after_dosing:
            return False
        coming = (demand.dosings - ledger.new_dosings) * demand.each
        coming += self.walk.ahead["integration"][ledger.seen]
        return self.walk.judges_all and ledger.integrations + coming < demand.integrations

    def _comes_late(self, ledger: Ledger) -> bool:
        """Whether a booked integration may be too late to be the first after a new dosing."""
        limited = self.demand.limits.integration_window_hours is not None
        ahead = self.walk.ahead["integration"][ledger.seen]
        return limited and ledger.last_id is None and not ledger.integrated and ahead > 0

    def _wants_review(self, ledger: Ledger) -> bool:
        lawful = self.lawful
        renews = (lawful.months and ledger.contact) or lawful.by_quarter
        goes_on = self.demand.total > ledger.dosings
        return self.walk.judges_all and (self.asks_review(ledger) or bool(goes_on and renews))

    def asks_review(self, ledger: Ledger) -> bool:
        """Whether a review is asked for by itself, and not to renew the last contact alone."""
        if self.demand.refill_by != NEVER and not ledger.refilled:
            return True
        return self._asks_review_now(ledger)

    def may_review_on(self, ledger: Ledger, day: int) -> bool:
        """Whether a review on a day serves what asks for it: refills ask for later ones."""
        refills = self.demand.refill_by != NEVER and not ledger.refilled
        return not refills or day >= self.demand.refill_from or self._asks_review_now(ledger)

    def _asks_review_now(self, ledger: Ledger) -> bool:
        demand, lawful = self.demand, self.lawful
        if ledger.owed_by != NEVER:
            return True
        goes_on = demand.total > ledger.dosings
        if lawful.gate and not ledger.reviewed and ledger.dosings >= lawful.gate:
            return goes_on or not lawful.gate_holds
        return goes_on and ledger.dosings > 0 and self._is_short(ledger)

    def _lacks_review(self, ledger: Ledger) -> bool:
        """Whether one more review has to come, whatever else does."""
        lawful = self.lawful
        last = lawful.gate + lawful.gate_holds
        if lawful.gate and not ledger.reviewed and self.demand.total >= last:
            return True
        return self._is_short(ledger)

    def _covered(self, ledger: Ledger) -> float:
        return (self.demand.limits.initial_supply or 0) + ledger.covered

    def _is_short(self, ledger: Ledger) -> bool:
        """Whether reviews have yet to bring medicine for some dosings."""
        demand = self.demand
        if not demand.infers_supply or (ledger.evaluated == NEVER and not demand.may_evaluate):
            return False
        return self._covered(ledger) < demand.total

    def _is_urgent(self, ledger: Ledger) -> bool:
        """Whether a review comes before the next dosing where both may."""
        gate = self.lawful.gate
        if gate and not ledger.reviewed and ledger.dosings >= gate:
            return True
        return self.demand.infers_supply and self._covered(ledger) <= ledger.dosings

    def _may_come_next(self, ledger: Ledger) -> bool:
        """Whether a dosing may come next on some day; what is booked may still help it."""
        lawful, number = self.lawful, ledger.dosings + 1
        if ledger.seen < len(self.walk.events):
            return True
        if number == 1:
            unevaluated = self.demand.limits.evaluation_first and ledger.cleared == NEVER
            return ledger.preparations >= self.demand.preparations and not unevaluated
        if lawful.gate_holds and number == lawful.gate + 1 and not ledger.reviewed:
            return False
        evaluated = self.demand.infers_supply and ledger.evaluated != NEVER
        if evaluated and self._covered(ledger) < number:
            return False
        return not ledger.lapsed and lawful.may_follow(ledger)


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

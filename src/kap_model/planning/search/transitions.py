"""A course session by session: what each one, new or booked, does for what comes later."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from kap_model._time import HOUR_SECONDS, NEVER
from kap_model.planning.search.constraints import Lawfulness
from kap_model.planning.search.problem import Demand, Ledger, Met, Placed, Track
from kap_model.sessions import KINDS, Session


class Walk:
    """The steps of one search: from a course so far to one with one more session."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.lawful = Lawfulness(demand)
        self.judges_all = demand.owed is None
        self.events = sorted(
            demand.booked, key=lambda s: (self._moment(s), s.kind == "dosing", s.id)
        )
        self.moments = [self._moment(session) for session in self.events]
        self.ahead = {kind: self._ahead(kind) for kind in KINDS}
        """For each kind, how many booked sessions come from each event on."""
        self._effects: Mapping[str, Callable[[Ledger, Met], Ledger | None]] = {
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
        asks = session.kind == "dosing" or session.begins <= self.demand.since
        return session.begins if asks else session.ends

    def _ahead(self, kind: str) -> list[int]:
        counts = [0]
        for session in reversed(self.events):
            counts.append(counts[-1] + (session.kind == kind))
        return counts[::-1]

    def start(self) -> Ledger:
        """The course before anything new."""
        demand = self.demand
        ledger = Ledger(
            now=demand.since,
            cleared=demand.cleared,
            evaluated=demand.evaluated,
            supplied=demand.supplied,
        )
        past = self.seen_by(ledger, demand.since) or ledger
        return past._replace(owed_by=min(past.owed_by, demand.review_by))

    def seen_by(self, ledger: Ledger, moment: int) -> Ledger | None:
        """The course once all booked sessions up to a moment have been met; ``None`` = broken."""
        until = bisect_right(self.moments, moment)
        found: Ledger | None = ledger
        for place in range(ledger.seen, until):
            session = self.events[place]
            day, judged = self.demand.day_of[session.id], session.begins > self.demand.since
            if found is None or (judged and self.judges_all and day > found.owed_by):
                return None
            met = Met(session.begins, session.ends, day, session.id, judged)
            found = self._effects[session.kind](found, met)
        return found and found._replace(seen=until)

    def with_new(self, ledger: Ledger, placed: Placed, day: int) -> Ledger | None:
        """The course with a new session, all before it met; ``None`` = it would break a rule."""
        if day > ledger.owed_by:
            return None
        ledger = ledger._replace(now=placed.ends, placed=(placed, ledger.placed))
        met = Met(placed.begins, placed.ends, day, None, judged=True)
        return self._effects[placed.kind](ledger, met)

    def _asks(self, met: Met) -> bool:
        """Whether all rules are asked of a session."""
        return met.judged and self.judges_all

    def _consultation(self, ledger: Ledger, met: Met) -> Ledger:
        return ledger._replace(consulted=min(ledger.consulted, met.ends))

    def _evaluation(self, ledger: Ledger, met: Met) -> Ledger | None:
        first = self.ahead["medical-evaluation"][0] == self.ahead["medical-evaluation"][ledger.seen]
        if self._asks(met) and not self.lawful.may_evaluate(ledger, met, first=first):
            return None
        if met.name is None:
            ledger = ledger._replace(cleared=met.ends, evaluated=met.ends, supplied=met.ends)
        return self._contact(ledger, met.day)

    def _preparation(self, ledger: Ledger, met: Met) -> Ledger | None:
        if self._asks(met) and not self.lawful.may_prepare(ledger, met):
            return None
        if ledger.dosings:
            return ledger
        return ledger._replace(
            preparations=ledger.preparations + 1,
            new_preparations=ledger.new_preparations + (met.name is None),
        )

    def _dosing(self, ledger: Ledger, met: Met) -> Ledger | None:
        lawful, owed_by = self.lawful, ledger.owed_by
        if met.judged and not lawful.may_follow(ledger):
            return None
        if self._asks(met):
            due = lawful.contact_owed(ledger, met) if lawful.may_dose(ledger, met) else None
            if due is None:
                return None
            owed_by = min(owed_by, due)
        elif lawful.by_quarter and self.judges_all:
            owed_by = min(owed_by, lawful.quarter_owed(ledger.contact, met.day))
        number = ledger.dosings + 1
        return ledger._replace(
            dosings=number,
            new_dosings=ledger.new_dosings + (met.name is None),
            first_end=met.ends if number == 1 else ledger.first_end,
            gate_end=met.ends if number == lawful.gate else ledger.gate_end,
            last_id=met.name,
            last_day=met.day,
            last_end=met.ends,
            recent=self._recent(ledger, met.day),
            integrated=0,
            contact=ledger.contact or (met.day if lawful.months else 0),
            owed_by=owed_by,
            renews=0 if met.day > ledger.renews else ledger.renews,
        )

    def _recent(self, ledger: Ledger, day: int) -> tuple[int, ...]:
        frequency = self.demand.limits.dosing_frequency
        if frequency is None:
            return ()
        # Sorted, for local dates may go back where clocks are set over midnight.
        return tuple(sorted((*ledger.recent, day))[-frequency.at_most :])

    def _integration(self, ledger: Ledger, met: Met) -> Ledger | None:
        limits, lawful = self.demand.limits, self.lawful
        if met.name is None and not self._has_room(ledger, met.day):
            return None
        ledger = ledger._replace(integrations=ledger.integrations + 1)
        if not ledger.dosings:
            early = self._asks(met) and limits.integration_after_dosing is not None
            return None if early and not lawful.knows("INTEG-ORDER", met.name) else ledger
        if met.begins < ledger.last_end:
            return ledger
        in_time: Ledger | None = ledger
        if met.judged and not ledger.integrated:
            in_time = self._in_window(ledger, met)
        return in_time and in_time._replace(integrated=ledger.integrated + 1)

    def _has_room(self, ledger: Ledger, day: int) -> bool:
        """INTEG-COUNT, and the wish for days between."""
        bounds = self.demand.limits.integration_count
        total = ledger.integrations + 1 + self.ahead["integration"][ledger.seen]
        too_soon = ledger.dosings and day < ledger.last_day + self.demand.delay
        return not too_soon and (bounds is None or not bounds.above(total))

    def _in_window(self, ledger: Ledger, met: Met) -> Ledger | None:
        """INTEG-WINDOW: the course with its last dosing as late as this integration needs."""
        hours = self.demand.limits.integration_window_hours
        if hours is None or met.begins - ledger.last_end <= hours * HOUR_SECONDS:
            return ledger
        if ledger.last_id is not None:
            known = met.name is not None and self.lawful.knows("INTEG-WINDOW", ledger.last_id)
            return ledger if known else None
        ends, track = met.begins - hours * HOUR_SECONDS, ledger.placed
        own = track[0] if met.name is None and track is not None else None
        moved = _moved(track[1] if own is not None and track is not None else track, ends, met)
        if moved is None:
            return None
        return ledger._replace(
            placed=moved if own is None else (own, moved),
            last_end=ends,
            first_end=ends if ledger.dosings == 1 else ledger.first_end,
            gate_end=ends if ledger.dosings == self.lawful.gate else ledger.gate_end,
        )

    def _review(self, ledger: Ledger, met: Met) -> Ledger | None:
        demand = self.demand
        if met.name is None or met.name in demand.clearing:
            refills = demand.refill_from <= met.day <= demand.refill_by
            brings = demand.refill if ledger.dosings and met.begins >= ledger.first_end else 0
            ledger = ledger._replace(
                refilled=ledger.refilled or refills, covered=ledger.covered + brings
            )
        if met.begins >= ledger.gate_end:
            ledger = ledger._replace(reviewed=True)
        return self._contact(ledger, met.day)

    def _contact(self, ledger: Ledger, day: int) -> Ledger | None:
        if day <= ledger.renews:
            return None  # without the review before it the course would be as good
        lapsed = ledger.lapsed or self.lawful.lapses(ledger, day)
        return ledger._replace(
            contact=max(day, ledger.contact), owed_by=NEVER, renews=0, lapsed=lapsed
        )


def _moved(track: Track, ends: int, following: Met) -> Track:
    """The new sessions with the last dosing ending later, and what follows it pushed along.

    ``None`` where a bay does not reach so far.
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

"""Whether a session may come next: the rules on where sessions stand among each other.

A faster reading of the rules, for the search; what it finds is checked by the rules themselves.
"""

from __future__ import annotations

from kap_model._time import NEVER, add_months, last_day_of_quarter
from kap_model.planning.search.problem import Demand, Ledger, Met


class Lawfulness:
    """The rules as one demand sets them."""

    def __init__(self, demand: Demand) -> None:
        self.demand = demand
        self.limits = demand.limits
        self._booked_preparations = [s.id for s in demand.booked if s.kind == "preparation"]
        every, after = self.limits.review_every, self.limits.review_after
        self.months = every.months if every is not None and every.policy == "rolling" else 0
        """Between medical contacts; 0 = no rolling policy."""
        self.by_quarter = every is not None and every.policy == "calendar"
        self.gate = 0 if after is None else after.dosings
        """The dosing after which a review is asked for; 0 = none."""
        self.gate_holds = after is not None and after.gate == "before-next"

    def knows(self, rule: str, name: str | None) -> bool:
        """Whether a booked session breaks a rule already."""
        return name is not None and (rule, name) in self.demand.known

    def may_evaluate(self, ledger: Ledger, met: Met, *, first: bool) -> bool:
        """SCREEN-FIRST, and for a new evaluation AGE-MIN and SUPPLY-ISSUED."""
        if met.name is None and (met.ends > self.demand.issue_by or met.day < self.demand.born_day):
            return False
        screened = not first or ledger.consulted <= met.begins
        return (
            screened or not self.limits.consultation_first or self.knows("SCREEN-FIRST", met.name)
        )

    def may_prepare(self, ledger: Ledger, met: Met) -> bool:
        """PREP-ORDER and PREP-AFTER-SUPPLY."""
        if ledger.dosings:
            # Where the first dosing is booked too, a booked preparation is known to be late.
            unordered = self.limits.preparation_before_dosing is not None
            if met.name is None or (unordered and not self.knows("PREP-ORDER", met.name)):
                return False
        if self.limits.preparation_after_supply is None:
            return True
        arrivals = self.demand.arrivals
        if arrivals is None:
            return ledger.evaluated <= met.begins or self.knows("PREP-AFTER-SUPPLY", met.name)
        # An arrival that is not recorded is for people to record.
        return met.name is not None or not arrivals or met.day >= arrivals[0][0]

    def may_follow(self, ledger: Ledger) -> bool:
        """INTEG-EACH: whether the last dosing has its integrations."""
        if not ledger.dosings or ledger.integrated >= self.demand.each:
            return True
        return not self.owes(ledger) or self.knows("INTEG-EACH", ledger.last_id)

    def owes(self, ledger: Ledger) -> bool:
        """Whether the last dosing's integrations are asked for."""
        return self.demand.owed is None or ledger.last_id in self.demand.owed

    def may_dose(self, ledger: Ledger, met: Met) -> bool:
        """Every rule on a dosing but the one on medical contacts."""
        number = ledger.dosings + 1
        if number == 1 and not self._is_prepared(ledger, met):
            return False
        return (
            self._is_cleared(ledger, met)
            and (number == 1 or self._is_spaced(ledger, met))
            and self._is_seldom(ledger, met)
            and self._is_reviewed(ledger, met, number)
            and self._is_covered(ledger, met, number)
        )

    def _is_cleared(self, ledger: Ledger, met: Met) -> bool:
        """MED-CLEAR."""
        cleared = self.limits.evaluation_first is None or met.begins >= ledger.cleared
        return cleared or self.knows("MED-CLEAR", met.name)

    def _is_prepared(self, ledger: Ledger, met: Met) -> bool:
        """PREP-COUNT, and AGE-MIN where the first dosing comes without an evaluation."""
        demand, found = self.demand, ledger.preparations
        unevaluated = not demand.has_evaluation and ledger.evaluated == NEVER
        if met.name is None and unevaluated and met.day < demand.born_day:
            return False
        if self.has_too_many(ledger, met):
            return False
        return found >= demand.preparations or self.knows("PREP-COUNT", met.name)

    def has_too_many(self, ledger: Ledger, first: Met | None) -> bool:
        """Whether there are too many preparations, and something new is the reason."""
        bounds, found = self.demand.preparation_bounds, ledger.preparations
        if not bounds.above(found):
            return False
        if ledger.new_preparations:
            return True
        is_new = first is not None and first.name is None
        beyond = self._booked_preparations[bounds.max : found]
        return is_new and not all(self.knows("PREP-COUNT", name) for name in beyond)

    def _is_spaced(self, ledger: Ledger, met: Met) -> bool:
        """DOSE-GAP, and the wish for new dosings."""
        days, gap = met.day - ledger.last_day, self.limits.dosing_gap_days
        if met.name is None or ledger.last_id is None:
            return days >= self.demand.every and (gap is None or gap.holds(days))
        return gap is None or gap.holds(days) or self.knows("DOSE-GAP", met.name)

    def _is_seldom(self, ledger: Ledger, met: Met) -> bool:
        """DOSE-FREQUENCY."""
        limit, recent = self.limits.dosing_frequency, ledger.recent
        if limit is None or len(recent) < limit.at_most or recent[0] <= met.day - limit.days:
            return True
        return self.knows("DOSE-FREQUENCY", met.name)

    def _is_reviewed(self, ledger: Ledger, met: Met, number: int) -> bool:
        """REVIEW-AFTER, where it holds the next dosing."""
        held = self.gate_holds and number == self.gate + 1 and not ledger.reviewed
        return not held or self.knows("REVIEW-AFTER", met.name)

    def _is_covered(self, ledger: Ledger, met: Met, number: int) -> bool:
        """SUPPLY-BALANCE; medicine beyond what is recorded is for people to record."""
        limits, arrivals = self.limits, self.demand.arrivals
        if arrivals is not None:
            asked = limits.initial_supply is not None or limits.refill_supply is not None
            if not asked or met.name is not None or not arrivals or arrivals[-1][1] < number:
                return True
            return any(day <= met.day and covered >= number for day, covered in arrivals)
        if limits.initial_supply is None or met.begins < ledger.evaluated:
            return True
        first = limits.initial_supply if met.begins >= ledger.supplied else 0
        return first + ledger.covered >= number or self.knows("SUPPLY-BALANCE", met.name)

    def contact_owed(self, ledger: Ledger, met: Met) -> int | None:
        """REVIEW-QUARTER: the day by which a dosing owes a contact; ``None`` = one has lapsed."""
        if self.by_quarter:
            return self.quarter_owed(ledger.contact, met.day)
        if not self.months or not ledger.contact:
            return NEVER
        due = add_months(ledger.contact, self.months)
        if not ledger.dosings:
            # A contact later on the date of the first dosing still is one on or before it.
            return met.day if met.day > due else NEVER
        # A lapse that is known may name no further dosing.
        known = met.name is not None and due < self.demand.since_day
        return None if ledger.lapsed or (met.day > due and not known) else NEVER

    def quarter_owed(self, contact: int, day: int) -> int:
        """The last day of a dosing's quarter, where it has no contact yet and is not over."""
        ends = last_day_of_quarter(day)
        seen = contact and last_day_of_quarter(contact) == ends
        return NEVER if seen or ends < self.demand.since_day else ends

    def lapses(self, ledger: Ledger, day: int) -> bool:
        """Whether a contact comes so late that one has lapsed before it."""
        if not self.months or not ledger.dosings or not ledger.contact:
            return False
        return day > add_months(ledger.contact, self.months) >= self.demand.since_day

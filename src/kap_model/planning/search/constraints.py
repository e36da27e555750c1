"""Whether a session may come next: the rules on where sessions stand among each other.

A faster reading of the rules, for the search; what it finds is checked by the rules themselves.
"""

from __future__ import annotations

from kap_model._time import NEVER, add_months, last_day_of_quarter
from kap_model.planning.search.problem import NextSession, SearchProblem, State


# The rules judge plans; a course so far is none, and thousands are followed. So each question is
# asked of the facts of a state and of the session that comes next, in integers, at the one moment
# at which it can turn: when that session is added. History is not judged, and what a booked
# session breaks already is known and does not count again. A second reading may be wrong; its
# word is not taken. What is found goes through ``check``, where a difference is raised as the bug
# that it is, and the tests hold its no to brute force: docs/explanation/design.md, "Why its
# answers are trusted".
class Constraints:
    """The rules as one problem sets them."""

    def __init__(self, problem: SearchProblem) -> None:
        self.problem = problem
        self.limits = problem.limits
        self._booked_preparations = [s.id for s in problem.booked if s.kind == "preparation"]
        every, after = self.limits.review_every, self.limits.review_after
        self.frequency = problem.frequency
        """The most dosings in consecutive days; ``None`` = any number."""
        self.months = every.months if every is not None and every.policy == "rolling" else 0
        """Between medical contacts; 0 = no rolling policy."""
        self.by_quarter = every is not None and every.policy == "calendar"
        self.gate = 0 if after is None else after.dosings
        """The dosing after which a review is asked for; 0 = none."""
        self.gate_holds = after is not None and after.gate == "before-next"

    def knows(self, rule: str, name: str | None) -> bool:
        """Whether a booked session breaks a rule already."""
        return name is not None and (rule, name) in self.problem.known

    def may_evaluate(self, state: State, met: NextSession, *, first: bool) -> bool:
        """SCREEN-FIRST, and for a new evaluation AGE-MIN and SUPPLY-ISSUED."""
        if met.name is None and (
            met.ends > self.problem.issue_by or met.day < self.problem.born_day
        ):
            return False
        screened = not first or state.consulted <= met.begins
        return (
            screened or not self.limits.consultation_first or self.knows("SCREEN-FIRST", met.name)
        )

    def may_prepare(self, state: State, met: NextSession) -> bool:
        """PREP-ORDER and PREP-AFTER-SUPPLY."""
        if state.dosings:
            # Where the first dosing is booked too, a booked preparation is known to be late.
            unordered = self.limits.preparation_before_dosing is not None
            if met.name is None or (unordered and not self.knows("PREP-ORDER", met.name)):
                return False
        if self.limits.preparation_after_supply is None:
            return True
        arrivals = self.problem.arrivals
        if arrivals is None:
            return state.evaluated <= met.begins or self.knows("PREP-AFTER-SUPPLY", met.name)
        # An arrival that is not recorded is for people to record.
        return met.name is not None or not arrivals or met.day >= arrivals[0][0]

    def may_follow(self, state: State) -> bool:
        """INTEG-EACH: whether the last dosing has its integrations."""
        if not state.dosings or state.integrated >= self.problem.each:
            return True
        return not self.owes(state) or self.knows("INTEG-EACH", state.last_id)

    def owes(self, state: State) -> bool:
        """Whether the last dosing's integrations are asked for."""
        return self.problem.owed is None or state.last_id in self.problem.owed

    def may_dose(self, state: State, met: NextSession) -> bool:
        """Every rule on a dosing but the one on medical contacts."""
        number = state.dosings + 1
        if number == 1 and not self._is_prepared(state, met):
            return False
        return (
            self._is_cleared(state, met)
            and (number == 1 or self._is_spaced(state, met))
            and self._is_seldom(state, met)
            and self._is_reviewed(state, met, number)
            and self._is_covered(state, met, number)
        )

    def _is_cleared(self, state: State, met: NextSession) -> bool:
        """MED-CLEAR."""
        cleared = self.limits.evaluation_first is None or met.begins >= state.cleared
        return cleared or self.knows("MED-CLEAR", met.name)

    def _is_prepared(self, state: State, met: NextSession) -> bool:
        """PREP-COUNT, and AGE-MIN where the first dosing comes without an evaluation."""
        problem, found = self.problem, state.preparations
        unevaluated = not problem.has_evaluation and state.evaluated == NEVER
        if met.name is None and unevaluated and met.day < problem.born_day:
            return False
        if self.has_too_many(state, met):
            return False
        return found >= problem.preparations or self.knows("PREP-COUNT", met.name)

    def has_too_many(self, state: State, first: NextSession | None) -> bool:
        """Whether there are too many preparations, and something new is the reason."""
        bounds, found = self.problem.preparation_bounds, state.preparations
        if not bounds.above(found):
            return False
        if state.new_preparations:
            return True
        is_new = first is not None and first.name is None
        beyond = self._booked_preparations[bounds.max : found]
        return is_new and not all(self.knows("PREP-COUNT", name) for name in beyond)

    def _is_spaced(self, state: State, met: NextSession) -> bool:
        """DOSE-GAP, and the wish for new dosings."""
        days, gap = met.day - state.last_day, self.limits.dosing_gap_days
        if met.name is None or state.last_id is None:
            return days >= self.problem.every and (gap is None or gap.holds(days))
        return gap is None or gap.holds(days) or self.knows("DOSE-GAP", met.name)

    def _is_seldom(self, state: State, met: NextSession) -> bool:
        """DOSE-FREQUENCY, or DOSE-CLOSE where the protocol states no pace."""
        limit, recent = self.frequency, state.recent
        if limit is None:
            return True
        crowded = len(recent) >= limit.at_most and recent[0] > met.day - limit.days
        if self.limits.dosing_frequency is not None:
            return not crowded or self.knows("DOSE-FREQUENCY", met.name)
        return not (crowded or met.day in recent) or self.knows("DOSE-CLOSE", met.name)

    def _is_reviewed(self, state: State, met: NextSession, number: int) -> bool:
        """REVIEW-AFTER, where it holds the next dosing."""
        held = self.gate_holds and number == self.gate + 1 and not state.reviewed
        return not held or self.knows("REVIEW-AFTER", met.name)

    def _is_covered(self, state: State, met: NextSession, number: int) -> bool:
        """SUPPLY-BALANCE; medicine beyond what is recorded is for people to record."""
        limits, arrivals = self.limits, self.problem.arrivals
        if arrivals is not None:
            asked = limits.initial_supply is not None or limits.refill_supply is not None
            if not asked or met.name is not None or not arrivals or arrivals[-1][1] < number:
                return True
            return any(day <= met.day and covered >= number for day, covered in arrivals)
        at_once = self.problem.supplied_at_once
        if limits.initial_supply is None or (met.begins < state.evaluated and not at_once):
            return True
        first = limits.initial_supply if at_once or met.begins >= state.supplied else 0
        return first + state.covered >= number or self.knows("SUPPLY-BALANCE", met.name)

    def contact_owed(self, state: State, met: NextSession) -> int | None:
        """REVIEW-QUARTER: the day by which a dosing owes a contact; ``None`` = one has lapsed."""
        if self.by_quarter:
            return self.quarter_owed(state.contact, met.day)
        if not self.months or not state.contact:
            return NEVER
        due = add_months(state.contact, self.months)
        if not state.dosings:
            # A contact later on the date of the first dosing still is one on or before it.
            return met.day if met.day > due else NEVER
        # A lapse that is known may name no further dosing.
        known = met.name is not None and due < self.problem.since_day
        return None if state.lapsed or (met.day > due and not known) else NEVER

    def quarter_owed(self, contact: int, day: int) -> int:
        """The last day of a dosing's quarter, where it has no contact yet and is not over."""
        ends = last_day_of_quarter(day)
        seen = contact and last_day_of_quarter(contact) == ends
        return NEVER if seen or ends < self.problem.since_day else ends

    def lapses(self, state: State, day: int) -> bool:
        """Whether a contact comes so late that one has lapsed before it."""
        if not self.months or not state.dosings or not state.contact:
            return False
        return day > add_months(state.contact, self.months) >= self.problem.since_day

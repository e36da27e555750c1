"""What the search is to find, and what a course so far has come to."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from attrs import field, frozen

from kap_model._time import NEVER
from kap_model.errors import PlanningError, Problem
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Rate
from kap_model.forms.distances import Unit
from kap_model.forms.ordering import Follow, Precede
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space, Span
from kap_model.limits import Limits
from kap_model.planning.search.timing import Anchor, Timing
from kap_model.sessions import DEFAULT_PLACE, Session

MOST_WORK: Final = 250_000
"""What one call may do, in times of sessions that are looked at: about a second."""


_A_DAY: Final = 3
"""The work of looking up the times of a day, in times of sessions that are looked at."""
_FREE_DAYS: Final = 4_000
GAVE_UP: Final = (
    "has too many possible continuations: none was found in the time that a call may take; fewer "
    "slots, or some sessions booked by hand, leave fewer"
)


class Work:
    """What is left of the work that one call may do; all its searches share it."""

    __slots__ = ("left",)

    def __init__(self, most: int | None = None) -> None:
        self.left = MOST_WORK if most is None else most

    @property
    def is_done(self) -> bool:
        """Whether nothing is left, so that what is not found may be there all the same."""
        return self.left <= 0

    def pay_for_days(self, first: int, last: int) -> None:
        """Spend what it takes to look up the times of many days; those of some years are free.

        Raises:
            PlanningError: Nothing is left.
        """
        paid = _A_DAY * max(0, last - first - _FREE_DAYS)
        self.left -= paid
        if paid and self.is_done:
            raise PlanningError([Problem("plan", GAVE_UP)])


class NewSession(NamedTuple):
    """A session that may be added, without its time.

    Attributes:
        kind: Its kind.
        fields: All its fields but id and start, ``minutes`` among them.
    """

    kind: str
    fields: Mapping[str, Any]

    @property
    def minutes(self) -> int:
        """Its length."""
        found: int = self.fields["minutes"]
        return found

    def field(self, name: str) -> Any:
        """A field, by its default where it is not set."""
        default = {"place": DEFAULT_PLACE.get(self.kind), "format": "individual"}.get(name)
        return self.fields.get(name, default)


class Added(NamedTuple):
    """A session that is added, and its start in seconds."""

    session: NewSession
    begins: int

    @property
    def kind(self) -> str:
        """Its kind."""
        return self.session.kind


class Prices(NamedTuple):
    """What new sessions cost, in whole numbers, and what all of them may cost together.

    Attributes:
        kinds, costs: For each choice, its kind and what one costs.
        free: How many of each kind, from the first on, cost nothing more.
        ahead: For each kind and each number of its sessions so far, what the others cost at least
            where there is a most, and at most where there is a least.
        least, most: What all of them together have to cost at least, and may cost at most.
    """

    kinds: tuple[str, ...]
    costs: tuple[int, ...]
    free: Mapping[str, int]
    ahead: Mapping[str, tuple[int, ...]]
    least: int | None = None
    most: int | None = None


@frozen(kw_only=True, eq=False)
class SearchProblem:
    """The task of a search: what is there, what has to come, and how it may stand.

    Instants are seconds since 1970 UTC, days are ordinals of local dates.

    Attributes:
        limits: Those that new sessions keep.
        rules: The forms that they make, and those of house rules, each with its rule's id.
        choices: The sessions that may be added, for each kind the most usual one first.
        booked: The counting sessions that stay where they are.
        since: New sessions start then or later; before it is history, which is not judged.
        since_day: Its date.
        day_of: The date of each booked session, by id.
        known: What is violated already: pairs of a rule and the ids of the sessions concerned.
        every: New dosings are at least so many days from any other.
        delay: Days from a dosing to a new integration after it, at least; ``rest``: minutes.
        spread: Whether each of the last dosings comes to an integration before any comes to a
            second one, and what is beyond that comes last; ``apart``: on days of their own.
        facts: The fields that new sessions have to state where a rule asks that they are known.
        preparations, integrations: How many the course has to reach.
        dosings: How many new ones there have to be.
        has_evaluation: Whether the course has a medical evaluation already.
        cleared: From when the client is cleared; ``evaluated``, ``supplied``: the first end of a
            clearing evaluation, and the end of the first one.
        born_day: The first day on which the client is old enough.
        arrivals: Days on which tracked supplies arrive, each with the dosings covered from then
            on; ``None`` = supply is not tracked.
        review_by: The day by which the next medical contact is due; ``refill_from`` and
            ``refill_by``: the days within which a review lets supplies be issued.
        clearing: The ids of booked reviews that bring medicine.
        issue_by: The instant by which an evaluation has to be over, for medicine to be issued.
        owed: The ids of booked dosings whose integrations are asked for; ``None`` = all.
        first_by: The last day for the first new session.
        opening: A kind that may come first though nothing asks for it; ``None`` = none.
        earliest: The first day on which a new session of a kind may stand.
        prices: What new sessions cost, where that is bounded.
        work: What the search may do.
    """

    limits: Limits
    rules: tuple[tuple[str, RuleForm], ...] = ()
    choices: tuple[NewSession, ...]
    booked: tuple[Session, ...] = ()
    since: int
    since_day: int
    day_of: Mapping[str, int] = field(factory=dict)
    known: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    every: int = 0
    delay: int = 0
    rest: int = 0
    spread: bool = False
    apart: bool = False
    facts: frozenset[str] = frozenset()
    preparations: int = 0
    integrations: int = 0
    dosings: int = 0
    has_evaluation: bool = False
    cleared: int = NEVER
    evaluated: int = NEVER
    supplied: int = NEVER
    born_day: int = 0
    arrivals: tuple[tuple[int, int], ...] | None = None
    review_by: int = NEVER
    refill_from: int = 0
    refill_by: int = NEVER
    clearing: frozenset[str] = frozenset()
    issue_by: int = NEVER
    owed: frozenset[str] | None = None
    first_by: int = NEVER
    opening: str | None = None
    earliest: Mapping[str, int] = field(factory=dict)
    prices: Prices | None = None
    work: Work = field(factory=Work)

    each: int = field(init=False)
    """Integrations that every dosing asks for."""
    total: int = field(init=False)
    """Dosings of the whole course."""
    may_evaluate: bool = field(init=False)
    """Whether an evaluation may have to be added."""
    infers_supply: bool = field(init=False)
    """Whether reviews bring medicine, as no supplies are written down."""
    supplied_at_once: bool = field(init=False)
    """Whether the first medicine is there from the start: nobody evaluates, nor has to."""
    refill: float = field(init=False)
    """The dosings that a review brings medicine for."""

    def __attrs_post_init__(self) -> None:
        limits, may_evaluate = self.limits, self._may_evaluate()
        infers = self.arrivals is None and limits.initial_supply is not None
        unasked = limits.evaluation_first is None and not may_evaluate
        told = {
            "each": limits.integration_per_dosing or 0,
            "total": sum(s.kind == "dosing" for s in self.booked) + self.dosings,
            "may_evaluate": may_evaluate,
            "infers_supply": infers,
            "supplied_at_once": infers and unasked and self.evaluated == NEVER,
            "refill": math.inf if limits.refill_supply is None else limits.refill_supply,
        }
        for name, value in told.items():
            object.__setattr__(self, name, value)

    def minutes_of(self, kind: str) -> int:
        """The usual length of a new session of a kind."""
        return next(choice.minutes for choice in self.choices if choice.kind == kind)

    @property
    def fewest_days(self) -> int:
        """The days in which rules allow a number of dosings, at most."""
        rates = [form.days for _, form in self.rules if isinstance(form, Rate)]
        return max(rates, default=0)

    def _may_evaluate(self) -> bool:
        limits = self.limits
        prepares = self.preparations or any(s.kind == "preparation" for s in self.booked)
        # Where supplies are written down, preparations wait for them and not for an evaluation.
        inferred = self.arrivals is None and limits.preparation_after_supply
        asked = limits.evaluation_first or (inferred and prepares)
        return not self.has_evaluation and self.owed is None and bool(asked)


# A course is a sequence, for its sessions never overlap, and times that follow from it. What may
# come next depends on what the sequence has come to: these facts, and no earlier order. So two
# courses that agree in them have the same continuations, and many sequences are followed as one
# (see ``_comparison`` in ``search``). Written as a tuple, since thousands are made.
class State(NamedTuple):
    """A course so far; instants in seconds, days as ordinals.

    Attributes:
        seen: How many booked sessions are behind.
        timing: The new sessions, each as early as can be.
        memories: What each rule's watch remembers.
        consulted: Whether there was a consultation.
        cleared: From when the client is cleared for dosings; -1 = by a new evaluation.
        evaluated: The first end of a clearing evaluation, likewise; ``supplied``: the end of the
            first one.
        preparations: Before the first dosing.
        dosings, new_dosings: All so far, and those of them that are new.
        last: The last dosing; ``last_name``: its id.
        latest: The last integration.
        integrated: Integrations since the last dosing; ``integrations``: all.
        covered: Dosings for which reviews have brought medicine.
        refilled: Whether a review since the first issue was held.
        owed_by: The last date for a contact that is owed.
    """

    seen: int = 0
    timing: Timing = Timing()
    memories: tuple[tuple[Any, ...], ...] = ()
    consulted: bool = False
    cleared: int = NEVER
    evaluated: int = NEVER
    supplied: int = NEVER
    preparations: int = 0
    dosings: int = 0
    new_dosings: int = 0
    last: Anchor | None = None
    last_name: str | None = None
    latest: Anchor | None = None
    integrated: int = 0
    integrations: int = 0
    covered: float = 0
    refilled: bool = False
    owed_by: int = NEVER


class Recalled:
    """What is worked out of a course, kept while the search is about it."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[int, tuple[State, Any]] = {}

    def of(self, state: State, work_out: Callable[[State], Any]) -> Any:
        """What is worked out of this very course; to compare courses takes longer than most."""
        found = self._kept.get(id(state))
        if found is None:
            if len(self._kept) == _MOST_RECALLED:
                self._kept.clear()
            found = self._kept[id(state)] = (state, work_out(state))
        return found[1]


_MOST_RECALLED: Final = 64
_WEEK: Final = 7
_SLACK_DAYS: Final = 70
_HOURS: Final = 24
_DAYS_OF: Final = {"days": 1, "weeks": _WEEK, "months": 31}
_DOSINGS: Final = Selector("dosing")


# Days without end cannot be searched. Each dosing takes at most its distance, and a week for its
# weekday; each other session a day, or a week where some days are closed; a closed date costs a
# day, and another where a session moves beyond it. Rules that hold sessions apart take their days.
# What is left over covers windows and reviews.
# Usual times are tried first, and their no only means that the next try has more of them: the
# last one has every free time up to this day (docs/explanation/design.md, "How the search for
# completions works").
def last_day_for(
    problem: SearchProblem, first: int, *, seldom: bool = False, closed: int = 0
) -> int:
    """The last day that new sessions may need, from a day on.

    Args:
        problem: What has to come.
        first: The first day on which everything may start.
        seldom: Whether some days have no sessions, so that each session may take a week.
        closed: The number of dates on which nothing is held.
    """
    limits = problem.limits
    gap = limits.dosing_gap_days
    pace = max(problem.every, (gap and gap.min) or 0, problem.fewest_days)
    others = problem.preparations + problem.integrations
    others += problem.total * (problem.each + problem.delay + 2)
    # Up to a week more than the pace, for dosings that wait for their weekday.
    days = problem.dosings * (pace + _WEEK) + others * (_WEEK if seldom else 1)
    return first + days + _held_apart(problem) + _SLACK_DAYS + 2 * closed


def _held_apart(problem: SearchProblem) -> int:
    """The days for which other rules may hold sessions apart, all together."""
    number = problem.total + problem.preparations + problem.total * problem.each
    number += problem.integrations
    found = 0
    for _, form in problem.rules:
        if isinstance(form, Span):
            found += days_in(form.min or 0, form.unit)
        elif isinstance(form, Space) and form.from_ != _DOSINGS:
            found += number * days_in(form.min or 0, form.unit)
        elif isinstance(form, Precede | Follow) and form.within is not None:
            found += number * days_in(form.within.min or 0, form.within.unit)
    return found


def days_in(number: int, unit: Unit) -> int:
    """The days that so many hours, days, weeks or months last, at most."""
    return number // _HOURS if unit == "hours" else number * _DAYS_OF[unit]

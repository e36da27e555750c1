"""The search as a wish has it, and times for integrations hours after their dosings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from kap_model.forms.ordering import Follow
from kap_model.forms.selectors import Selector
from kap_model.planning.search.problem import Added, SearchProblem
from kap_model.planning.search.search import find_sessions
from kap_model.planning.search.times import FreeTime, FreeTimes
from kap_model.planning.wishes import RESTS, Wish

_ONE_EACH: Final = "one each"
_MINUTE: Final = 60
_HOUR: Final = 60
_NEVER: Final = 1 << 62


def find_by(
    wish: Wish, problem: SearchProblem, times: Mapping[str, FreeTimes], most: int | None
) -> tuple[Added, ...] | None:
    """The new sessions that a wish gives; ``None`` = there are none.

    Args:
        wish: How usual they are to be.
        problem: What has to come.
        times: Where new sessions of each kind may stand.
        most: As for :func:`~kap_model.planning.search.search.find_sessions`.

    Raises:
        PlanningError: There are too many courses to follow for an exact answer.
    """
    hours = problem.limits.integration_window_hours
    rest = wish.rest if hours is None else min(wish.rest, hours * _HOUR)
    problem = attrs.evolve(
        problem, rest=rest, spread=wish.spread, apart=wish.spread and wish.hours != "any"
    )
    if wish.spread and problem.integrations and not problem.each and problem.total:
        # Of fewer integrations than dosings the last dosings have one each.
        first = max(1, problem.total - problem.integrations + 1)
        one_each = Follow(Selector("dosing", from_=first), "integration")
        booked = {(_ONE_EACH, (s.id,)) for s in problem.booked}
        problem = attrs.evolve(
            problem,
            rules=(*problem.rules, (_ONE_EACH, one_each)),
            known=problem.known | booked,
        )
    return find_sessions(problem, times, most)


def after_dosings(
    starts: FreeTimes, problem: SearchProblem, day_of: Callable[[int], int]
) -> FreeTimes:
    """For each start of a dosing one of an integration hours after it, if the day is so long.

    Booked dosings have one too, beside what else is booked.
    """
    found = []
    for free in starts.times:
        ends = free.opens + problem.minutes_of("dosing") * _MINUTE
        found.append(_hours_after(ends, free, problem, day_of) or free)
    begun = [session.begins for session in problem.booked]
    for dosing in problem.booked:
        if dosing.kind == "dosing":
            until = min([begins for begins in begun if begins >= dosing.ends], default=_NEVER)
            day = FreeTime(dosing.begins, dosing.begins, until, problem.day_of[dosing.id])
            its = _hours_after(dosing.ends, day, problem, day_of)
            found += [its] if its is not None and its.opens >= problem.since else []
    return FreeTimes(found)


def _hours_after(
    ends: int, free: FreeTime, problem: SearchProblem, day_of: Callable[[int], int]
) -> FreeTime | None:
    """A start so long after the end of a dosing as its day and the window allow."""
    hours, length = problem.limits.integration_window_hours, problem.minutes_of("integration")
    for rest in RESTS:
        begins = ends + rest * _MINUTE
        fits = begins + length * _MINUTE <= free.closes and day_of(begins) == free.day
        if fits and (hours is None or rest <= hours * _HOUR):
            return FreeTime(begins, begins, free.closes, free.day)
    return None

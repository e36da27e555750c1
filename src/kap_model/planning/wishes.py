"""What is usual of a course, and how it gives way: ever weaker wishes, tried in order.

An option and a limit never give way; what nobody asked for does. ``draft`` and ``complete`` have
lists of their own, each from the most usual course to any that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, TypeAlias, TypeVar

import attrs
from attrs import frozen

from kap_model.errors import PlanningError
from kap_model.limits import Bounds, Limits
from kap_model.planning.new_sessions import (
    ANY_NUMBER,
    DAYS_APART,
    lawful_cadence,
    lawful_minutes,
)
from kap_model.usual import Usual

T = TypeVar("T")

NOTHING: Final = Usual()
"""Nothing that a protocol calls usual."""
LONG_REST: Final = 180
"""Minutes from the end of a dosing to an integration on its day."""
SHORT_REST: Final = 60
_HALF_A_DAY: Final = 12
RESTS: Final = (LONG_REST, SHORT_REST, 15)
"""The longest that a day has room for is taken."""

Hours: TypeAlias = Literal["once", "later", "day", "any"]
"""When sessions may start: once a day at the usual time; so, but dosings later too; at any time
of the day; at any time at all."""


def usual_delay(limits: Limits, usual: Usual) -> int:
    """Days from a dosing to an integration: as is usual, else one.

    None, where nothing is usual and the limits leave half a day or less.
    """
    if usual.integration_days is not None:
        return usual.integration_days
    hours = limits.integration_window_hours
    return 1 if hours is None or hours > _HALF_A_DAY else 0


def usual_pace(limits: Limits, usual: Usual) -> int:
    """Days between dosings: as is usual, else two weeks, or the next number that is lawful."""
    return lawful_cadence(limits, usual.every or DAYS_APART)


def usual_lengths(limits: Limits, usual: Usual) -> dict[str, int]:
    """The usual lengths by kind, or the next lawful ones."""
    lawful = {kind: lawful_minutes(limits, kind) for kind in usual.minutes_of}
    return {
        kind: nearest(minutes, lawful[kind] or ANY_NUMBER)
        for kind, minutes in usual.minutes_of.items()
    }


def nearest(number: int, bounds: Bounds | None) -> int:
    """A number within bounds that is next to another."""
    if bounds is None or bounds.holds(number):
        return number
    ends = [end for end in (bounds.min, bounds.max) if end is not None]
    return min(ends, key=lambda end: abs(end - number))


@frozen(kw_only=True)
class Wish:
    """How usual a course is to be, beyond what options and limits ask for.

    Attributes:
        hours: When sessions may start.
        delay: Days from a dosing to an integration after it, at least.
        rest: Minutes from the end of a dosing to an integration after it, at least, where sessions
            may start at any time.
        leads: Whether the intake takes its usual days.
        usual: Whether numbers and lengths are as the protocol calls usual, and not the least.
        spread: Whether each dosing comes to an integration before any comes to a second one, and
            what is beyond that comes last.
    """

    hours: Hours = "any"
    delay: int = 0
    rest: int = 0
    leads: bool = False
    usual: bool = False
    spread: bool = False


ANYTHING: Final = Wish()
SPREAD_OR_ANYTHING: Final = (Wish(hours="once", spread=True), Wish(spread=True), ANYTHING)
"""To tell whether there is any course: far fewer are spread, and often one is."""


def wishes_for_draft(delay: int, *, asked: bool, timed: bool) -> tuple[Wish, ...]:
    """The wishes of a draft, the most usual course first; by the last one, any is.

    Args:
        delay: Days from a dosing to an integration after it.
        asked: Whether an option asks for them, so that they stay.
        timed: Whether an option says at what time sessions start.
    """
    best = Wish(hours="once", delay=delay, leads=True, usual=True, spread=True)
    found = [best]
    if not timed:
        found.append(attrs.evolve(best, hours="later"))
    found.append(attrs.evolve(best, delay=0))
    found += [attrs.evolve(best, hours="day", delay=days, rest=SHORT_REST) for days in (delay, 0)]
    found += [attrs.evolve(wish, leads=False) for wish in found]
    found.append(Wish(hours="day"))
    return _kept(found, delay, asked=asked)


def wishes_for_completion(delay: int, *, asked: bool, slots: bool) -> tuple[Wish, ...]:
    """The wishes of a completion, the most usual one first; by the last one, any is.

    Args:
        delay: Days from a dosing to an integration after it.
        asked: Whether an option asks for them, so that they stay.
        slots: Whether open slots say when sessions may start.
    """
    found = []
    if not slots:
        found += [Wish(hours="once", delay=days, spread=True) for days in (delay, 0)]
    found += [
        Wish(hours="any" if slots else "day", delay=days, rest=rest, spread=True)
        for days, rest in (
            (delay, SHORT_REST if delay else LONG_REST),
            (0, LONG_REST),
            (0, SHORT_REST),
        )
    ]
    if not slots:
        found.append(Wish(hours="day"))
    return _kept(found, delay, asked=asked)


def _kept(wishes: Sequence[Wish], delay: int, *, asked: bool) -> tuple[Wish, ...]:
    """Each wish once, with the delay that an option asks for; at last anything is welcome."""
    own = [attrs.evolve(wish, delay=delay) for wish in wishes] if asked else wishes
    return tuple(dict.fromkeys([*own, ANYTHING]))


def most_usual(
    wishes: Sequence[Wish], paces: tuple[int, int], find: Callable[[Wish, int], T | None]
) -> T | None:
    """What is found by the first wish that can be had; ``None`` = not even the last can.

    Dosings are as far apart as is wished, or as near to that as can be. The first wish is tried
    before the last, and the others only where both differ, so that what is usual and what is
    impossible take few searches.

    Args:
        wishes: The last one asks for nothing, so that it is had wherever another is.
        paces: The least and the wished number of days between dosings.
        find: What is found by a wish and a number of days; less of either is never harder.

    Raises:
        PlanningError: The last search was given up, and no other found anything.
    """
    found = _widest(wishes[0], paces, find)
    if found is not None:
        return found
    given_up: PlanningError | None = None
    try:
        if find(wishes[-1], paces[0]) is None:
            return None
    except PlanningError as error:
        given_up = error
    for wish in wishes[1:-1]:
        found = _widest(wish, paces, find)
        if found is not None:
            return found
    if given_up is not None:
        raise given_up
    return _widest(wishes[-1], paces, find)


def _widest(wish: Wish, paces: tuple[int, int], find: Callable[[Wish, int], T | None]) -> T | None:
    """What is found with dosings as far apart as can be, up to the wished number of days."""
    least, wished = paces
    best = find(wish, wished)
    if best is not None or least == wished:
        return best
    best = find(wish, least)
    while best is not None and wished - least > 1:
        between = (least + wished) // 2
        found = find(wish, between)
        if found is None:
            wished = between
        else:
            best, least = found, between
    return best

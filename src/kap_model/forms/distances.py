"""How far sessions lie apart: in elapsed hours, or by dates in days, weeks and months."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

from attrs import field, frozen

from kap_model._time import (
    DAY_SECONDS,
    FIRST_DATE,
    HOUR_SECONDS,
    NEVER,
    Moment,
    add_months,
    day_end,
    day_start,
)
from kap_model._values import Value, check_choice, check_integer
from kap_model.errors import refusal
from kap_model.limits import LONGEST, Bounds
from kap_model.sessions import LONGEST_MINUTES, Session
from kap_model.severities import Side

if TYPE_CHECKING:
    from kap_model.course import Course
    from kap_model.timeline import Timeline

    class _Ranged(Protocol):
        """What has a lowest and a highest distance."""

        @property
        def min(self) -> int | None: ...
        @property
        def max(self) -> int | None: ...
        @property
        def unit(self) -> Unit: ...


Unit: TypeAlias = Literal["hours", "days", "weeks", "months"]
LONGEST_OF: Final[dict[Unit, int]] = {
    "hours": LONGEST,
    "days": LONGEST,
    "weeks": 100_000,
    "months": 1_200,
}
"""No distance lies above this, by unit."""
_SLACK: Final = 2 * DAY_SECONDS + LONGEST_MINUTES * 60
"""A session's length, and what dates and clocks may add to elapsed time."""
_SECONDS_OF: Final[dict[Unit, tuple[int, int]]] = {
    "hours": (HOUR_SECONDS, HOUR_SECONDS),
    "days": (DAY_SECONDS, DAY_SECONDS),
    "weeks": (7 * DAY_SECONDS, 7 * DAY_SECONDS),
    "months": (28 * DAY_SECONDS, 31 * DAY_SECONDS),
}
"""The shortest and the longest that a unit can be."""
_BASE_OF: Final[dict[Unit, tuple[Unit, int]]] = {
    "hours": ("hours", 1),
    "days": ("days", 1),
    "weeks": ("days", 7),
    "months": ("months", 1),
}
"""Each unit as so many of one that it can be compared in."""
UNITS: Final[tuple[Unit, ...]] = tuple(LONGEST_OF)


def check_distance(
    lowest: int | None, highest: int | None, unit: Unit, units: tuple[Unit, ...] = UNITS
) -> None:
    """Refuse a lowest and a highest distance that cannot be: ``min``, ``max`` and ``unit``."""
    check_choice(unit, "unit", units)
    if lowest is None and highest is None:
        raise refusal("", "must set min, max or both")
    if lowest is not None:
        check_integer(lowest, "min", 0, LONGEST_OF[unit])
    if highest is not None:
        check_integer(highest, "max", 0, LONGEST_OF[unit])
    if lowest is not None and highest is not None and lowest > highest:
        raise refusal("max", "must not be below min")


@frozen
class Within(Value):
    """A window before or after a session, both ends included; either may be open.

    Attributes:
        min: At least so far.
        max: At most so far.
        unit: ``hours`` (elapsed, from the earlier session's end to the later one's start),
            ``days``, ``weeks`` or ``months`` (by dates).

    Raises:
        InvalidValue: No end is given, an end is no whole number from 0, or ``max`` is below
            ``min``.
    """

    min: int | None = None
    max: int | None = None
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit)

    def holds(self, course: Course | Timeline, earlier: Session, later: Session) -> bool:
        """Whether two sessions lie so far from one another."""
        return side_of(course, earlier, later, self.min, self.max, self.unit) is None

    @property
    def distances(self) -> tuple[tuple[int, Unit], ...]:
        """Its ends, those that are given."""
        return ends_of(self.min, self.max, self.unit)

    def reach(self) -> tuple[int, int]:
        """Roughly, and never too little: the seconds between the starts of two such sessions."""
        shortest, longest = _SECONDS_OF[self.unit]
        low = 0 if self.min is None else self.min * shortest - _SLACK
        return low, NEVER if self.max is None else self.max * longest + _SLACK

    def opens_after(self, course: Course, session: Session) -> Moment | None:
        """Where its window after a session opens; ``None`` = at once."""
        if self.min is None:
            return None
        if self.unit == "hours":
            return session.ends + self.min * HOUR_SECONDS
        return day_start(later_day(course.day(session), self.min, self.unit))

    def closes_after(self, course: Course, session: Session) -> Moment | None:
        """Where its window after a session closes; ``None`` = never."""
        if self.max is None:
            return None
        if self.unit == "hours":
            return session.ends + self.max * HOUR_SECONDS
        return day_end(later_day(course.day(session), self.max, self.unit))

    def opens_before(self, course: Course, session: Session) -> Moment | None:
        """Where its window before a session opens; ``None`` = it is open from the beginning."""
        if self.max is None:
            return None
        if self.unit == "hours":
            return session.begins - self.max * HOUR_SECONDS
        day = first_within(course.day(session), self.max, self.unit)
        return None if day < FIRST_DATE.toordinal() else day_start(day)

    def closes_before(self, course: Course, session: Session) -> Moment | None:
        """Where its window before a session closes; ``None`` = with the session's start."""
        if not self.min:
            return None
        if self.unit == "hours":
            return session.begins - self.min * HOUR_SECONDS
        last = last_within(course.day(session), self.min, self.unit)
        return day_end(max(last, FIRST_DATE.toordinal()))

    def __str__(self) -> str:
        return text_of(self.min, self.max, self.unit)


def is_narrower(inner: _Ranged, outer: _Ranged) -> bool:
    """Whether every distance within a range surely lies within another, too."""
    (one, times), (other, others) = _BASE_OF[inner.unit], _BASE_OF[outer.unit]
    if one != other:
        return False
    if outer.min is not None and (inner.min is None or inner.min * times < outer.min * others):
        return False
    return outer.max is None or (inner.max is not None and inner.max * times <= outer.max * others)


def ends_of(lowest: int | None, highest: int | None, unit: Unit) -> tuple[tuple[int, Unit], ...]:
    """The ends of a range of distances that are given, each with its unit."""
    return tuple([(end, unit) for end in (lowest, highest) if end is not None])


def surely(lowest: int | None, highest: int | None, unit: Unit) -> tuple[float, float]:
    """Between which distances, in seconds of hours, else in days, a range surely holds."""
    shortest, longest = _SECONDS_OF[unit]
    one = 1 if unit == "hours" else DAY_SECONDS
    low = -inf if lowest is None else lowest * longest / one
    return low, inf if highest is None else highest * shortest / one


def text_of(lowest: int | None, highest: int | None, unit: Unit) -> str:
    """A range of distances: ``1 to 3 days``, ``at most 72 hours``."""
    return Bounds(lowest, highest).of(unit[:-1])


def later_day(day: int, number: int, unit: Unit) -> int:
    """The date so many days, weeks or months after a date; months clamped to their end."""
    if unit == "months":
        return add_months(day, number)
    return day + number * (7 if unit == "weeks" else 1)


def first_within(day: int, number: int, unit: Unit) -> int:
    """The first date from which a distance reaches a date."""
    first = later_day(day, -number, unit)
    return first if later_day(first, number, unit) >= day else first + 1


def last_within(day: int, number: int, unit: Unit) -> int:
    """The last date from which a distance does not pass a date."""
    last = later_day(day, -number, unit)
    while later_day(last + 1, number, unit) <= day:
        last += 1  # from 29, 30 and 31 January one month leads to 28 February
    return last


def edges_around(day: int, number: int, unit: Unit) -> tuple[int, ...]:
    """The dates from which on it differs whether a date lies so far from a date, either way."""
    after, first, last = (
        later_day(day, number, unit),
        first_within(day, number, unit),
        last_within(day, number, unit),
    )
    return first, first + 1, last, last + 1, after, after + 1


def side_of(
    course: Course | Timeline,
    earlier: Session,
    later: Session,
    lowest: int | None,
    highest: int | None,
    unit: Unit,
) -> Side | None:
    """On which side of a range the distance from one session to another lies, if on any."""
    if unit == "hours":
        apart = later.begins - earlier.ends
        if lowest is not None and apart < lowest * HOUR_SECONDS:
            return "below"
        return "above" if highest is not None and apart > highest * HOUR_SECONDS else None
    first, other = course.day(earlier), course.day(later)
    if lowest is not None and other < later_day(first, lowest, unit):
        return "below"
    return "above" if highest is not None and other > later_day(first, highest, unit) else None

"""Where things stand in a timeline, and its scale as the plan's zone has it: pure numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from kap_model._time import DAY_SECONDS, Zone, month_name
from kap_model.sessions import SESSION_CLASSES, Kind, Session

WIDTH: Final = 960
LEFT: Final = 200
RIGHT: Final = 942
"""Between these sessions stand; lanes have their names on the left."""
PITCH: Final = 28
"""The least distance of two marks in a row."""
MOST_ROWS: Final = 4
"""Rows of a lane; where sessions stand closer, a box with a number stands for several."""

_INSET: Final = 16
_SHORTEST: Final = 6 * DAY_SECONDS
_LEAST_REACH: Final = 92 * DAY_SECONDS
_DAILY: Final = 33
_WEEKLY: Final = 180
_MONTHLY: Final = 760
_QUARTERLY: Final = 2_200
_LEAST_YEAR: Final = 44
"""The room that a year's number takes."""
_LETTER: Final = 7.5


@frozen
class TimeSpan:
    """The time that a picture shows, in seconds since 1970 UTC."""

    first: int
    last: int

    def x(self, instant: float) -> float:
        """Where an instant stands; one outside stands at the edge."""
        inside = min(max(instant, self.first), self.last)
        room = RIGHT - LEFT - 2 * _INSET
        return LEFT + _INSET + room * (inside - self.first) / (self.last - self.first)

    def holds(self, instant: float) -> bool:
        """Whether an instant is shown where it is."""
        return self.first <= instant <= self.last

    @property
    def days(self) -> float:
        """The length in days."""
        return (self.last - self.first) / DAY_SECONDS


def span_of(sessions: Sequence[Session], others: Iterable[int]) -> TimeSpan:
    """The time from the first session to the last, and what else lies near enough.

    Args:
        sessions: What is drawn, in canonical order.
        others: Instants that are shown too, unless they lie so far out that the sessions would
            be crowded: further than the course is long, and than a quarter.
    """
    beside = sorted(others)
    first = sessions[0].begins if sessions else beside[0]
    last = max([session.ends for session in sessions], default=first)
    reach = max(last - first, _LEAST_REACH)
    near = [instant for instant in beside if first - reach <= instant <= last + reach]
    first, last = min([first, *near]), max([last, *near])
    lacking = max(_SHORTEST - (last - first), 0)
    return TimeSpan(first - lacking // 2, last + lacking // 2)


@frozen
class Spot:
    """A place in a lane: of one session, or of several where there is no room for each."""

    sessions: tuple[Session, ...]
    x: float
    row: int


@frozen
class Lane:
    """The sessions of one kind.

    Attributes:
        kind: Which.
        spots: From left to right.
        rows: How many, so that no two marks meet.
        count: How many sessions.
    """

    kind: Kind
    spots: tuple[Spot, ...]
    rows: int
    count: int

    @property
    def is_piled(self) -> bool:
        """Whether some spot stands for several sessions."""
        return any(len(spot.sessions) > 1 for spot in self.spots)


def lanes_of(sessions: Sequence[Session], span: TimeSpan) -> tuple[Lane, ...]:
    """A lane for each kind that there is, in the order of kinds."""
    return tuple(_lanes(sessions, span))


def _lanes(sessions: Sequence[Session], span: TimeSpan) -> Iterator[Lane]:
    for cls in SESSION_CLASSES:
        own = [session for session in sessions if session.rank == cls.rank]
        if own:
            spots = _each(own, span)
            if spots is None:
                spots = tuple(_piles(own, span))
            yield Lane(cls.kind, spots, 1 + max(spot.row for spot in spots), len(own))


def _each(sessions: Sequence[Session], span: TimeSpan) -> tuple[Spot, ...] | None:
    """A spot for each session, or ``None`` where that takes too many rows."""
    ends: list[float] = []
    spots = []
    for session in sessions:
        x = span.x(session.begins)
        row = next((row for row, end in enumerate(ends) if end + PITCH <= x), len(ends))
        if row == MOST_ROWS:
            return None
        ends[row : row + 1] = [x]
        spots.append(Spot((session,), x, row))
    return tuple(spots)


def _piles(sessions: Sequence[Session], span: TimeSpan) -> Iterator[Spot]:
    """Sessions by columns of the picture."""
    columns: dict[int, list[Session]] = {}
    for session in sessions:
        column = int((span.x(session.begins) - LEFT) // PITCH)
        columns.setdefault(column, []).append(session)
    for column, own in columns.items():
        x = LEFT + PITCH * (column + 0.5)
        yield Spot(tuple(own), min(x, RIGHT - PITCH / 2), 0)


@frozen
class Tick:
    """A line of the scale, and what stands at it; an empty label where there is no room."""

    x: float
    label: str


@frozen
class Axis:
    """The scale.

    Attributes:
        unit: What the small ticks are; empty where there are none.
        large: Months or years, from the left edge on.
        small: Days, Mondays, months or quarters.
    """

    unit: str
    large: tuple[Tick, ...]
    small: tuple[Tick, ...]


def axis_of(span: TimeSpan, zone: Zone) -> Axis:
    """The scale that fits a span, so that no two labels meet."""
    first, last = (dt.date.fromordinal(zone.day(edge)) for edge in (span.first, span.last))
    days = span.days
    if days <= _WEEKLY:
        daily = days <= _DAILY
        dates = _days(first, last) if daily else _mondays(first, last)
        small = [(date, str(date.day)) for date in dates]
        large = [(date, f"{month_name(date)} {date.year}") for date in _months(first, last, 1)]
        return _axis(span, zone, "days" if daily else "Mondays", large, small)
    if days <= _QUARTERLY:
        monthly = days <= _MONTHLY
        dates = _months(first, last, 1 if monthly else 3)
        small = [(date, _month(date) if monthly else f"Q{date.month // 3 + 1}") for date in dates]
        unit = "months" if monthly else "quarters"
        return _axis(span, zone, unit, _years(first, last, 1), small)
    return _axis(span, zone, "", _years(first, last, _step(days)), [])


def _axis(
    span: TimeSpan,
    zone: Zone,
    unit: str,
    large: Iterable[tuple[dt.date, str]],
    small: Iterable[tuple[dt.date, str]],
) -> Axis:
    def first_of(date: dt.date) -> int:
        return zone.first_instant(date.toordinal())

    within = [(first_of(date), label) for date, label in small]
    edges = [(first_of(date), label) for date, label in large]
    named = [(span.x(x) if span.holds(x) else float(LEFT), label) for x, label in edges]
    shown = tuple(Tick(span.x(x), label) for x, label in within if span.holds(x))
    return Axis(unit, tuple(_fitting(named)), shown)


def _fitting(labels: list[tuple[float, str]]) -> Iterator[Tick]:
    """Labels that have room up to the next one; of several at the left edge the last."""
    edges = [*(x for x, _ in labels[1:]), float(RIGHT)]
    for (x, label), end in zip(labels, edges, strict=True):
        yield Tick(x, label if len(label) * _LETTER <= end - x else "")


def _step(days: float) -> int:
    """How many years apart years are named."""
    a_year = (RIGHT - LEFT) * 365 / days
    return next(step for step in (1, 2, 5, 10, 20, 50) if step * a_year >= _LEAST_YEAR)


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for day in range(first.toordinal(), last.toordinal() + 1):
        yield dt.date.fromordinal(day)


def _mondays(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    start = first.toordinal() + -first.weekday() % 7
    for day in range(start, last.toordinal() + 1, 7):
        yield dt.date.fromordinal(day)


def _months(first: dt.date, last: dt.date, step: int) -> Iterator[dt.date]:
    """The first days of months, or of quarters, from the one that holds the first date."""
    month = first.year * 12 + (first.month - 1) // step * step
    while (date := dt.date(month // 12, month % 12 + 1, 1)) <= last:
        yield date
        month += step


def _years(first: dt.date, last: dt.date, step: int) -> list[tuple[dt.date, str]]:
    years = range(first.year + -first.year % step, last.year + 1, step)
    return [(dt.date(year, 1, 1), str(year)) for year in years]


def _month(date: dt.date) -> str:
    return month_name(date)

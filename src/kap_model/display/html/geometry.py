"""Where things stand in a timeline: pure numbers, no drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import frozen

from kap_model._time import DAY_SECONDS
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


@frozen
class Span:
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


def span_of(sessions: Sequence[Session], others: Iterable[int]) -> Span:
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
    return Span(first - lacking // 2, last + lacking // 2)


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


def lanes_of(sessions: Sequence[Session], span: Span) -> tuple[Lane, ...]:
    """A lane for each kind that there is, in the order of kinds."""
    return tuple(_lanes(sessions, span))


def _lanes(sessions: Sequence[Session], span: Span) -> Iterator[Lane]:
    for cls in SESSION_CLASSES:
        own = [session for session in sessions if session.rank == cls.rank]
        if own:
            spots = _each(own, span)
            if spots is None:
                spots = tuple(_piles(own, span))
            yield Lane(cls.kind, spots, 1 + max(spot.row for spot in spots), len(own))


def _each(sessions: Sequence[Session], span: Span) -> tuple[Spot, ...] | None:
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


def _piles(sessions: Sequence[Session], span: Span) -> Iterator[Spot]:
    """Sessions by columns of the picture."""
    columns: dict[int, list[Session]] = {}
    for session in sessions:
        column = int((span.x(session.begins) - LEFT) // PITCH)
        columns.setdefault(column, []).append(session)
    for column, own in columns.items():
        x = LEFT + PITCH * (column + 0.5)
        yield Spot(tuple(own), min(x, RIGHT - PITCH / 2), 0)

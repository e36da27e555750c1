"""Times for new sessions where no open slots are given: days, and hours of the day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Final, TypeAlias

from attrs import frozen

from kap_model._time import LATEST, Zone
from kap_model.planning.search.demand import Demand
from kap_model.planning.search.slots import Bay, free_bays
from kap_model.sessions import Session

Time: TypeAlias = tuple[int, int]
"""An hour and a minute."""
Span: TypeAlias = tuple[Time, Time | None]
"""From a time of a day to another, or to its end."""

USUAL_TIME: Final[Time] = (10, 0)
DAYTIME: Final[Span] = ((8, 0), (20, 0))
WHOLE_DAY: Final[Span] = ((0, 0), None)
_HOURS: Final = 24
_WEEK: Final = 7
_SLACK_DAYS: Final = 70


def last_day_for(demand: Demand, first: int, *, seldom: bool = False, closed: int = 0) -> int:
    """The last day that new sessions may need, from a day on.

    Args:
        demand: What has to come.
        first: The first day on which everything may start.
        seldom: Whether some days have no sessions, so that each session may take a week.
        closed: The number of dates on which nothing is held.
    """
    limits = demand.limits
    gap, often = limits.dosing_gap_days, limits.dosing_frequency
    pace = max(demand.every, (gap and gap.min) or 0, often.days if often else 0)
    others = demand.preparations + demand.integrations
    others += demand.total * (demand.each + demand.delay + 2)
    # Up to a week more than the pace, for dosings that wait for their weekday.
    days = demand.dosings * (pace + _WEEK) + others * (_WEEK if seldom else 1)
    return first + days + _SLACK_DAYS + 2 * closed


@frozen(kw_only=True)
class Openings:
    """The days on which new sessions may be held, and from when on each.

    Attributes:
        zone: Whose days they are.
        first, last: The days, as ordinals.
        is_open: Says of a day whether anything is held on it; ``None`` = each day is open.
    """

    zone: Zone
    first: int
    last: int
    is_open: Callable[[int], bool] | None = None

    def one_a_day(self, time: Time, booked: Iterable[Session], since: int) -> list[Bay]:
        """A single start on each day that has no session yet."""
        sessions = list(booked)
        taken = {day for s in sessions for day in (self.zone.day(s.begins), self.zone.day(s.ends))}
        starts = sorted(session.begins for session in sessions)
        found = []
        for day, opens, closes in self._spans(time):
            if day not in taken and opens >= since:
                later = bisect_left(starts, opens)
                free_until = min([closes, *starts[later : later + 1]])
                found.append(Bay(opens, opens, free_until, day))
        return found

    def hours(self, span: Span, booked: Iterable[Session], since: int) -> list[Bay]:
        """Every free time within a span of each day; without an end, into the next open day."""
        opens, closes = span
        times = []
        for day, begins, ends in self._spans(opens):
            midnight = min(self.zone.first_instant(day + 1), ends)
            if closes is None:
                times.append((begins, midnight, ends))
            else:
                times.append((begins, midnight, min(self._at(day, closes), midnight)))
        return [bay for time in times for bay in free_bays([time], booked, since, self.zone)]

    def _spans(self, time: Time) -> Iterator[tuple[int, int, int]]:
        """The open days, each from a time of day to that of the next, if it is open, or its end."""
        days = list(self._days(time))
        for (day, begins, midnight), following in zip_longest(days, days[1:]):
            ends = midnight
            if following is not None and following[0] == day + 1:
                ends = following[1]
            yield day, begins, ends

    def _days(self, time: Time) -> Iterator[tuple[int, int, int]]:
        """The open days, each with the time at which it opens, and its end."""
        for day in range(self.first, self.last + 1):
            if self.is_open is None or self.is_open(day):
                begins = self._at(day, time)
                if begins > LATEST:
                    return
                ends = self.zone.first_instant(day + 1)
                if begins < ends:  # else the zone leaves this date out
                    yield day, begins, ends

    def _at(self, day: int, time: Time) -> int:
        """A time of a day, or where clocks skip it the same minute of the next hour they show."""
        hour, minute = time
        for later in range(_HOURS - hour):
            moment = self.zone.at(day, hour + later, minute)
            if moment is not None:
                return moment
        return self.zone.first_instant(day + 1)


def weekday_of(day: int) -> int:
    """The weekday of a day, Monday = 0."""
    return dt.date.fromordinal(day).weekday()

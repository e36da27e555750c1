"""Times for new sessions: what bookings leave free of open slots, or of the hours of each day."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Final, NamedTuple, TypeAlias

from attrs import frozen

from kap_model._time import LATEST, Zone
from kap_model.sessions import USUAL_HOUR, Session


class FreeTime(NamedTuple):
    """A free time on one date in which a session may start.

    Attributes:
        opens, last: The first and the last start, in seconds.
        closes: When the session has to be over.
        day: The date's ordinal.
    """

    opens: int
    last: int
    closes: int
    day: int


class FreeTimes:
    """Free times in order, found by the start that they still allow.

    Attributes:
        times: The free times.
        one_a_day: Whether each is a single start, on a date of its own.
    """

    __slots__ = ("_days", "_lasts", "one_a_day", "times")

    def __init__(self, times: Iterable[FreeTime]) -> None:
        self.times = sorted(times)
        self._lasts = [free.last for free in self.times]
        self._days = [free.day for free in self.times]
        single = all(free.opens == free.last for free in self.times)
        self.one_a_day = single and len(set(self._days)) == len(self._days)

    def first_from(self, start: int) -> int:
        """The place of the first one in which a session may start then or later."""
        return bisect_left(self._lasts, start)

    def first_on(self, day: int) -> int:
        """The place of the first one on a date or later."""
        return bisect_left(self._days, day)

    def __len__(self) -> int:
        return len(self.times)


def free_times(
    times: Iterable[tuple[int, int, int]], booked: Iterable[Session], since: int, zone: Zone
) -> list[FreeTime]:
    """What bookings leave free of given times, each on one date.

    Args:
        times: Each from its first start, before a last one, to when all has to be over.
        booked: The sessions that are there.
        since: Nothing is free before.
        zone: Whose dates are meant.
    """
    busy = sorted((session.begins, session.ends) for session in booked if session.ends > since)
    found: list[FreeTime] = []
    for start, before, end in times:
        opens = max(start, since)
        for begins, ends in busy:
            if ends <= opens or begins >= end:
                continue
            if begins > opens:
                found += by_date(opens, before, begins, zone)
            opens = max(opens, ends)
        found += by_date(opens, before, end, zone)
    return found


def by_date(opens: int, before: int, closes: int, zone: Zone) -> Iterator[FreeTime]:
    """One free time, with starts before an instant, as one for each local date in it."""
    before = min(before, closes, LATEST + 1)
    while opens < before:
        day = zone.day(opens)
        following = zone.first_instant(day + 1)
        # Where clocks are set back over midnight a date comes twice, and its start is behind.
        ends = min(following, before) if following > opens else before
        yield FreeTime(opens, ends - 1, closes, day)
        opens = ends


Time: TypeAlias = tuple[int, int]
"""An hour and a minute."""
HoursOfDay: TypeAlias = tuple[Time, Time | None]
"""From a time of a day to another, or to its end."""

USUAL_TIME: Final[Time] = (USUAL_HOUR, 0)
DAYTIME: Final[HoursOfDay] = ((8, 0), (20, 0))
WHOLE_DAY: Final[HoursOfDay] = ((0, 0), None)
_HOURS: Final = 24


@frozen(kw_only=True)
class OpenDays:
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

    def one_a_day(self, time: Time, booked: Iterable[Session], since: int) -> list[FreeTime]:
        """A single start on each day that has no session yet."""
        sessions = list(booked)
        taken = {day for s in sessions for day in (self.zone.day(s.begins), self.zone.day(s.ends))}
        starts = sorted(session.begins for session in sessions)
        found = []
        for day, opens, closes in self._spans(time):
            if day not in taken and opens >= since:
                later = bisect_left(starts, opens)
                free_until = min([closes, *starts[later : later + 1]])
                found.append(FreeTime(opens, opens, free_until, day))
        return found

    def hours(self, span: HoursOfDay, booked: Iterable[Session], since: int) -> list[FreeTime]:
        """Every free time within a span of each day; without an end, into the next open day."""
        opens, closes = span
        times = []
        for day, begins, ends in self._spans(opens):
            midnight = min(self.zone.first_instant(day + 1), ends)
            if closes is None:
                times.append((begins, midnight, ends))
            else:
                times.append((begins, midnight, min(self._at(day, closes), midnight)))
        return [free for time in times for free in free_times([time], booked, since, self.zone)]

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

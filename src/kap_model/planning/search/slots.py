"""The free times of open slots: where bookings leave room for one more session."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kap_model._time import LATEST, Zone
from kap_model.sessions import Session


class Bay(NamedTuple):
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


class Bays:
    """Bays in order, found by the start that they still allow."""

    __slots__ = ("_days", "_lasts", "bays")

    def __init__(self, bays: Iterable[Bay]) -> None:
        self.bays = sorted(bays)
        self._lasts = [bay.last for bay in self.bays]
        self._days = [bay.day for bay in self.bays]

    def first_from(self, start: int) -> int:
        """The place of the first bay in which a session may start then or later."""
        return bisect_left(self._lasts, start)

    def first_on(self, day: int) -> int:
        """The place of the first bay on a date or later."""
        return bisect_left(self._days, day)

    def __len__(self) -> int:
        return len(self.bays)


def free_bays(
    times: Iterable[tuple[int, int, int]], booked: Iterable[Session], since: int, zone: Zone
) -> list[Bay]:
    """The bays of given times that bookings leave free, each on one date.

    Args:
        times: Each from its first start, before a last one, to when all has to be over.
        booked: The sessions that are there.
        since: No bay opens before.
        zone: Whose dates are meant.
    """
    busy = sorted((session.begins, session.ends) for session in booked if session.ends > since)
    bays: list[Bay] = []
    for start, before, end in times:
        opens = max(start, since)
        for begins, ends in busy:
            if ends <= opens or begins >= end:
                continue
            if begins > opens:
                bays += by_date(opens, before, begins, zone)
            opens = max(opens, ends)
        bays += by_date(opens, before, end, zone)
    return bays


def by_date(opens: int, before: int, closes: int, zone: Zone) -> Iterator[Bay]:
    """One free time, with starts before an instant, as a bay for each local date in it."""
    before = min(before, closes, LATEST + 1)
    while opens < before:
        day = zone.day(opens)
        following = zone.first_instant(day + 1)
        # Where clocks are set back over midnight a date comes twice, and its start is behind.
        ends = min(following, before) if following > opens else before
        yield Bay(opens, ends - 1, closes, day)
        opens = ends

"""Time zones: where the civil dates of a plan come from.

They are read from the ``tzdata`` package, never from the machine, so that a plan means the same
everywhere.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable
from functools import cache, lru_cache
from typing import IO, TYPE_CHECKING
from zoneinfo import ZoneInfo

from attrs import field, frozen

from kap_model._time import DAY_SECONDS, DayEdge, Moment, spoken_day
from kap_model.errors import refusal

if TYPE_CHECKING:
    import pendulum


@frozen(eq=False, repr=False)
class Zone:
    """A time zone of the tzdata package: where the civil dates of a plan come from."""

    name: str
    _zone: ZoneInfo
    first_instant: Callable[[int], int] = field(init=False)
    """The first instant whose local date is a given day or later."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "first_instant", lru_cache(maxsize=4096)(self._first_instant))

    @classmethod
    def named(cls, name: str) -> Zone:
        """The zone of a name that the tzdata package has."""
        with _zone_file(name) as file:
            return cls(name, ZoneInfo.from_file(file, key=name))

    def day(self, seconds: int) -> int:
        """The ordinal of the local date at an instant."""
        return dt.datetime.fromtimestamp(seconds, self._zone).toordinal()

    def clock(self, seconds: int) -> dt.datetime:
        """The local wall time at an instant, with its offset."""
        return dt.datetime.fromtimestamp(seconds, self._zone)

    def datetime(self, seconds: int) -> pendulum.DateTime:
        """The local wall time at an instant, as a pendulum value."""
        import pendulum

        return pendulum.DateTime.fromtimestamp(seconds, _pendulum_zone(self.name))

    def text(self, seconds: int) -> str:
        """RFC 3339 in this zone with its offset; ``+00:00`` for UTC."""
        return self.clock(seconds).isoformat()

    def at(self, day: int, hour: int, minute: int) -> int | None:
        """The first instant at which a local clock shows this, or ``None`` where it never does."""
        date = dt.date.fromordinal(day)
        wall = dt.datetime(date.year, date.month, date.day, hour, minute, tzinfo=self._zone)
        seconds = int(wall.timestamp())
        shown = self.clock(seconds)
        return seconds if shown.replace(tzinfo=None) == wall.replace(tzinfo=None) else None

    def _first_instant(self, day: int) -> int:
        seconds = self.at(day, 0, 0)
        if seconds is not None:
            return seconds
        # Midnight fell into a gap, within a day's skip at most.
        date = dt.date.fromordinal(day)
        wall = dt.datetime(date.year, date.month, date.day, tzinfo=self._zone)
        latest = int(wall.timestamp())
        reach = range(latest - DAY_SECONDS, latest + 1)
        return reach[bisect_left(reach, True, key=lambda second: self.day(second) >= day)]

    def resolve(self, moment: Moment) -> int:
        """The instant of a window's edge."""
        if isinstance(moment, DayEdge):
            return self.first_instant(moment.day + moment.is_end)
        return moment

    def moment_text(self, moment: Moment) -> str:
        """A window's edge as documents show it: a date for a day's edge, else RFC 3339."""
        if isinstance(moment, DayEdge):
            return dt.date.fromordinal(moment.day).isoformat()
        return self.text(moment)

    def __reduce__(self) -> tuple[Callable[[str], Zone], tuple[str]]:
        return zone, (self.name,)

    def __repr__(self) -> str:
        return f"<Zone {self.name}>"

    def spoken(self, moment: Moment) -> str:
        """A window's edge as a person would say it."""
        if isinstance(moment, DayEdge):
            return spoken_day(moment.day)
        clock = self.clock(moment)
        return f"{spoken_day(clock.toordinal())} at {clock:%H:%M}"


@cache
def zone_names() -> frozenset[str]:
    """Every zone name that a plan may carry: the tzdata package's own list."""
    from importlib import resources

    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


def _zone_file(name: str) -> IO[bytes]:
    from importlib import resources

    return resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb")


def zone(name: str) -> Zone:
    """A zone by its exact name.

    Raises:
        InvalidValue: The name is not in the tzdata package's list.
    """
    if type(name) is not str or name not in zone_names():
        raise refusal(
            "timezone", "must be a zone name of the tzdata list, such as America/Los_Angeles"
        )
    return _zone(name)


@cache
def _zone(name: str) -> Zone:
    return Zone.named(name)


@cache
def _pendulum_zone(name: str) -> pendulum.Timezone:
    from pendulum.tz.timezone import Timezone

    with _zone_file(name) as file:
        return Timezone.from_file(file, key=name)

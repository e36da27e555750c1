"""Civil time in integers: the edges of days, and months, for the fused rules."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


@cache
def zone_of(name: str) -> ZoneInfo:
    """A zone of the tzdata package; nothing of the machine's own."""
    if name not in zone_names():
        raise ValueError("must be a zone of the tzdata list")
    source = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with source.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def today(instant: int, zone: ZoneInfo) -> int:
    """The ordinal of the local date at an instant."""
    return dt.datetime.fromtimestamp(instant, zone).toordinal()


def start_of_day(day: int, zone: ZoneInfo) -> int:
    """The first instant whose local date is this day or later."""
    date = dt.date.fromordinal(day)
    instant = int(dt.datetime(date.year, date.month, date.day, tzinfo=zone).timestamp())
    if dt.datetime.fromtimestamp(instant, zone).hour:
        while today(instant - 60, zone) >= day:
            instant -= 60
    return instant


def end_of_day(day: int, zone: ZoneInfo) -> int:
    """The first instant after a day."""
    return start_of_day(day + 1, zone)


@lru_cache(maxsize=4096)
def months_after(day: int, months: int) -> int:
    """The same day of a later month, clamped to its end."""
    date = dt.date.fromordinal(day)
    years, month = divmod(date.month - 1 + months, 12)
    year, month = date.year + years, month + 1
    return dt.date(year, month, min(date.day, calendar.monthrange(year, month)[1])).toordinal()

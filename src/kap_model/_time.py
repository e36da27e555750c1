"""The one door for time: instants, civil dates, months and quarters, and the zones of plans.

Instants are whole seconds since 1970-01-01T00:00:00Z, civil dates are proleptic ordinals, so that
rules compare integers. Zones are read from the ``tzdata`` package, never from the machine, so that
a plan means the same everywhere.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable
from functools import cache, lru_cache
from io import BytesIO
from pkgutil import get_data
from typing import TYPE_CHECKING, Final, TypeAlias
from zoneinfo import ZoneInfo

from attrs import field, frozen

from kap_model.errors import refusal

if TYPE_CHECKING:
    import pendulum

DAY_SECONDS: Final = 86_400
HOUR_SECONDS: Final = 3_600
EPOCH_DAY: Final = 719_163
"""The ordinal of 1970-01-01."""
_NAIVE_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - for times whose offset is taken off
_FIRST_YEAR: Final = 1979  # with an offset that leads into 1980, or from it
_LAST_YEAR: Final = 2200
CLOCK_LENGTH: Final = len("2027-01-18T13:00:00")
"""Before its offset a time has so many letters; a local one, which has none, no more than these."""
_AT_DAY: Final = len("2027-01-")
_AT_TIME: Final = len("2027-01-18T")
_FARTHEST: Final = dt.timedelta(hours=14)
EARLIEST: Final = 315_532_800  # 1980-01-01T00:00:00Z
LATEST: Final = 7_258_118_399  # 2199-12-31T23:59:59Z
FIRST_DATE: Final = dt.date(1900, 1, 1)
LAST_DATE: Final = dt.date(2200, 12, 31)
_MONDAY_FIRST: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)

_MONTH: Final = re.compile(r"\d{4}-\d\d-", re.ASCII)
_TIME_OF_DAY: Final = re.compile(
    r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d"
    r"(?:Z|\+(?:0\d|1[0-3]):[0-5]\d|-(?!00:00)(?:0\d|1[0-3]):[0-5]\d|[+-]14:00)",
    re.ASCII,
)
_WHOLE_SECONDS: Final = re.compile(rf"{_MONTH.pattern}\d\dT{_TIME_OF_DAY.pattern}", re.ASCII)
_NAIVE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", re.ASCII)
_FRACTION: Final = re.compile(r"(?<=:\d\d)\.\d{1,9}(?=[Z+-])", re.ASCII)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

TIME_REASON: Final = (
    "must be RFC 3339 with a capital T, whole seconds and an offset within 14:00 or Z, "
    "such as 2027-01-18T13:00:00-08:00"
)
LOCAL_TIME_REASON: Final = (
    f"{TIME_REASON}, or a local time of the plan's zone without an offset, such as 2027-01-18T13:00"
)
_WITH_OFFSET: Final = "write the offset too, such as 2027-03-14T03:30:00-07:00"
SKIPPED_REASON: Final = (
    "must be a time that clocks of the plan's zone show; they are set forward past it; "
    f"{_WITH_OFFSET}"
)
TWICE_REASON: Final = (
    f"is shown twice by clocks of the plan's zone, which are set back; {_WITH_OFFSET}"
)
CALENDAR_REASON: Final = "must be a time that the calendar has"
NEVER: Final = 2**62
"""A day, or an instant, that does not come."""
NAIVE_REASON: Final = (
    "has no offset, so it names no instant; write it with one, or make a datetime aware, such as "
    "value.replace(tzinfo=zoneinfo.ZoneInfo('America/Los_Angeles'))"
)
GAP_REASON: Final = "must be a time that local clocks show; in its own zone they are set past it"
RANGE_REASON: Final = "must lie in the years 1980 to 2199 in UTC"
DATE_REASON: Final = "must be a date (YYYY-MM-DD) from 1900-01-01 to 2200-12-31"


class Instant(int):
    """A point in time as whole seconds since 1970 in UTC; made by :func:`instant` only."""

    __slots__ = ()


def instant(value: dt.datetime | str | Instant, path: str = "start") -> Instant:
    """The instant that an aware datetime or an RFC 3339 text names.

    Raises:
        InvalidValue: No offset, a fraction of a second, another form, outside 1980-2199 UTC, or
            a local time that a datetime's own zone skips.
    """
    if type(value) is str:
        seconds = _seconds_of_text(value, path)
    elif type(value) is Instant:
        seconds = value
    elif isinstance(value, dt.datetime):
        if value.microsecond:
            raise refusal(path, TIME_REASON)
        seconds = _seconds(value, path)
    else:
        raise refusal(path, TIME_REASON)
    if not EARLIEST <= seconds <= LATEST:
        raise refusal(path, RANGE_REASON)
    return Instant(seconds)


def _on_calendar(text: str, path: str) -> dt.datetime:
    """The date and the time of a text that has the form of one, without an offset."""
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass  # raised below: the standard library's own error names the parts
    raise refusal(path, CALENDAR_REASON)


def _seconds_of_text(text: str, path: str) -> int:
    """Seconds since 1970 of RFC 3339 text."""
    try:
        return _days_of_month(text[:_AT_DAY])[text[_AT_DAY:_AT_TIME]] + _in_day(text[_AT_TIME:])
    except (ValueError, KeyError):
        pass  # raised below: the standard library's own error names the parts
    if _WHOLE_SECONDS.fullmatch(text) is None:
        raise refusal(path, TIME_REASON)
    raise refusal(path, CALENDAR_REASON)


# A plan's dates are those of some months, its times those of a clinic: read once, then found.
@lru_cache(maxsize=1024)
def _days_of_month(text: str) -> dict[str, int]:
    """Seconds from 1970 to days such as ``18T`` of one such as ``2027-01-``; else ValueError."""
    if _MONTH.fullmatch(text) is None:
        raise ValueError
    first = dt.date.fromisoformat(f"{text}01")
    ordinal, number = first.toordinal() - EPOCH_DAY, monthrange(first.year, first.month)[1]
    return {f"{day + 1:02}T": (ordinal + day) * DAY_SECONDS for day in range(number)}


@lru_cache(maxsize=4096)
def _in_day(text: str) -> int:
    """Seconds from midnight in UTC to such as ``13:00:00-08:00``; ValueError for another text."""
    if _TIME_OF_DAY.fullmatch(text) is None:
        raise ValueError
    seconds = int(text[:2]) * HOUR_SECONDS + int(text[3:5]) * 60 + int(text[6:8])
    if text[8:] == "Z":
        return seconds
    offset = int(text[9:11]) * HOUR_SECONDS + int(text[12:14]) * 60
    return seconds + offset if text[8] == "-" else seconds - offset


def _seconds(value: dt.datetime, path: str) -> int:
    """Whole seconds since 1970 of an aware time, fractions cut off."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise refusal(path, RANGE_REASON)
    offset = value.utcoffset()
    if offset is None:
        raise refusal(path, NAIVE_REASON)
    if offset.seconds % 60 or offset.microseconds or abs(offset) > _FARTHEST:
        raise refusal(path, "must have an offset of whole minutes within 14:00")
    # Plain arithmetic: pendulum's own subtraction is slow, and a fold must not be lost.
    clock = dt.datetime(*value.timetuple()[:6])  # noqa: DTZ001 - the offset is taken off
    if type(value.tzinfo) is not dt.timezone and _is_skipped(value, clock, offset):
        raise refusal(path, GAP_REASON)
    since = clock - offset - _NAIVE_EPOCH
    return since.days * DAY_SECONDS + since.seconds


def _is_skipped(value: dt.datetime, clock: dt.datetime, offset: dt.timedelta) -> bool:
    """Whether a zone's clocks are set past a time: only there the later fold is farther east."""
    other = clock.replace(tzinfo=value.tzinfo, fold=1 - value.fold).utcoffset()
    if other is None or other == offset:
        return False
    return (other > offset) == (value.fold == 0)


def moment_of_judgement(value: dt.datetime | str | Instant) -> Instant:
    """``as_of`` as an instant.

    A fraction of a second is cut off: sessions stand on whole seconds, so every comparison that
    the rules make has the same answer.
    """
    if isinstance(value, str):
        whole = _FRACTION.sub("", value)
        if _NAIVE.fullmatch(whole):
            raise refusal("as_of", NAIVE_REASON)
        return instant(whole, "as_of")
    if not isinstance(value, dt.datetime):
        if isinstance(value, dt.date):
            raise refusal("as_of", NAIVE_REASON)
        return instant(value, "as_of")
    seconds = _seconds(value, "as_of")
    if not EARLIEST <= seconds <= LATEST:
        raise refusal("as_of", RANGE_REASON)
    return Instant(seconds)


def civil_date(value: dt.date | str, path: str) -> dt.date:
    """A plain calendar date.

    Raises:
        InvalidValue: A datetime, another form, no such day, or outside 1900-01-01 to 2200-12-31.
    """
    if type(value) is str:
        if _DATE.fullmatch(value) is None:
            raise refusal(path, DATE_REASON)
        try:
            day = dt.date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None:
            raise refusal(path, "must be a day that the calendar has")
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        day = dt.date(value.year, value.month, value.day)
    else:
        raise refusal(path, DATE_REASON)
    if not FIRST_DATE <= day <= LAST_DATE:
        raise refusal(path, DATE_REASON)
    return day


def date_or_none(value: dt.date | str | None, path: str) -> dt.date | None:
    """As :func:`civil_date`, where there is one."""
    return None if value is None else civil_date(value, path)


@frozen
class DayEdge:
    """The start or the end of a civil day, as a window's edge; its text is the date alone."""

    day: int
    is_end: bool


Moment: TypeAlias = int | DayEdge


def day_start(day: int) -> DayEdge:
    """The first instant of a day, for a window that opens with it."""
    return DayEdge(day, is_end=False)


def day_end(day: int) -> DayEdge:
    """The first instant of the next day, for a window that closes with a day."""
    return DayEdge(day, is_end=True)


def month_name(date: dt.date) -> str:
    """The month, short: ``Jan``; the same in every locale."""
    return _MONTHS[date.month - 1]


def weekday_name(date: dt.date) -> str:
    """The day of the week, short: ``Mon``; the same in every locale."""
    return _MONDAY_FIRST[date.weekday()]


def spoken_day(day: int) -> str:
    """A date as a person would say it: ``Mon, Jan 18, 2027``; the same in every locale."""
    date = dt.date.fromordinal(day)
    return f"{weekday_name(date)}, {month_name(date)} {date.day}, {date.year}"


def spoken_date(date: dt.date) -> str:
    """A date as a person would say it, as :func:`spoken_day` does of its ordinal."""
    return spoken_day(date.toordinal())


def spoken_clock(clock: dt.datetime) -> str:
    """A time of day as a person would say it: ``11:00 am``; seconds only where there are some."""
    hour = (clock.hour - 1) % 12 + 1
    seconds = f":{clock.second:02}" if clock.second else ""
    return f"{hour}:{clock.minute:02}{seconds} {'am' if clock.hour < 12 else 'pm'}"  # noqa: PLR2004


def date_text(date: dt.date | None) -> str | None:
    """A date as documents write it, where there is one."""
    return None if date is None else date.isoformat()


@lru_cache(maxsize=4096)
def add_months(day: int, months: int) -> int:
    """The same day of a later month, clamped to its end: 31 January + 1 is 28 February."""
    # By hand: a check needs nothing else of pendulum, and to load it takes longer than to check.
    date = dt.date.fromordinal(day)
    month = date.year * 12 + date.month - 1 + months
    return min(_first_of_month(month) + date.day, _first_of_month(month + 1)) - 1


@lru_cache(maxsize=4096)
def last_day_of_quarter(day: int) -> int:
    """The last day of the calendar quarter that holds a day."""
    return last_day_of_part(day, 3)


def last_day_of_part(day: int, months: int) -> int:
    """The last day of that part of the calendar year, so many months long, that holds a day."""
    date = dt.date.fromordinal(day)
    return _first_of_month(date.year * 12 + ((date.month - 1) // months + 1) * months) - 1


def first_day_of_part(day: int, months: int) -> int:
    """The first day of that part of the calendar year, so many months long, that holds a day."""
    date = dt.date.fromordinal(day)
    return _first_of_month(date.year * 12 + (date.month - 1) // months * months)


def _first_of_month(month: int) -> int:
    """The first day of a month that is counted from January of the year 0."""
    return dt.date(month // 12, month % 12 + 1, 1).toordinal()


def day_of_age(born: dt.date | None, years: int | None) -> int:
    """The first day on which somebody has completed so many years.

    0 where the birth or the years are not known; ``NEVER`` where it lies beyond the calendar.
    """
    if born is None or years is None:
        return 0
    year = born.year + years
    if year > LAST_DATE.year:
        return NEVER
    if (born.month, born.day) == (2, 29):
        # The day after 28 February: 29 February where there is one, else 1 March.
        return dt.date(year, 2, 28).toordinal() + 1
    return born.replace(year=year).toordinal()


def completed_years(born: dt.date, day: int) -> int:
    """Whole years of age on a day; a birthday on 29 February counts from 1 March otherwise."""
    on = dt.date.fromordinal(day)
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@frozen(eq=False, repr=False)
class Zone:
    """A time zone of the tzdata package: where the civil dates of a plan come from."""

    name: str
    _zone: ZoneInfo
    first_instant: Callable[[int], int] = field(init=False)
    """The first instant whose local date is a given day or later."""
    at: Callable[[int, int, int], int | None] = field(init=False)
    """The first instant at which a local clock shows a day, an hour and a minute; or ``None``."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "at", lru_cache(maxsize=4096)(self._at))
        object.__setattr__(self, "first_instant", lru_cache(maxsize=4096)(self._first_instant))

    @classmethod
    def named(cls, name: str) -> Zone:
        """The zone of a name that the tzdata package has."""
        return cls(name, ZoneInfo.from_file(_zone_file(name), key=name))

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

    def local(self, text: str, path: str = "start") -> Instant:
        """The one instant at which local clocks show a time, such as ``2027-03-15T10:00``.

        Raises:
            InvalidValue: Another form, no such day, a time that local clocks skip or show twice,
                or outside 1980-2199 UTC.
        """
        if _LOCAL.fullmatch(text) is None:
            raise refusal(path, LOCAL_TIME_REASON)
        clock = _on_calendar(text, path)
        if not _FIRST_YEAR <= clock.year <= _LAST_YEAR:
            raise refusal(path, RANGE_REASON)
        first, second = (self._seconds_at(clock, fold) for fold in (0, 1))
        if first != second:
            raise refusal(path, TWICE_REASON if first < second else SKIPPED_REASON)
        return instant(Instant(first), path)

    def _seconds_at(self, clock: dt.datetime, fold: int) -> int:
        return int(clock.replace(tzinfo=self._zone, fold=fold).timestamp())

    def _at(self, day: int, hour: int, minute: int) -> int | None:
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
        return f"{spoken_day(clock.toordinal())}, {spoken_clock(clock)}"


def is_local_time(text: str) -> bool:
    """Whether a text has the form of a local time without an offset."""
    return _LOCAL.fullmatch(text) is not None


def city(name: str) -> str:
    """The place that a zone is named after: ``Los Angeles``."""
    return name.rpartition("/")[2].replace("_", " ")


@cache
def zone_names() -> frozenset[str]:
    """Every zone name that a plan may carry: the tzdata package's own list."""
    return frozenset(_file_of_tzdata("zones").decode().split())


def _zone_file(name: str) -> BytesIO:
    return BytesIO(_file_of_tzdata(f"zoneinfo/{name}"))


def _file_of_tzdata(path: str) -> bytes:
    # Not importlib.resources, which loads zipfile, tempfile and more: this asks the package's own
    # loader, so that a file in a zip or in a frozen program is found likewise.
    raw = get_data("tzdata", path)
    if raw is None:
        raise ModuleNotFoundError("No module named 'tzdata'", name="tzdata")
    return raw


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

    return Timezone.from_file(_zone_file(name), key=name)

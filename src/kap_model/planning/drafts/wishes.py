"""What is wished of a drafted course, checked on its own."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import attrs
from attrs import frozen

from kap_model._time import civil_date
from kap_model._values import as_mapping, as_tuple, check_choice, check_integer, check_text
from kap_model.errors import refusal
from kap_model.plan import MOST_SESSIONS
from kap_model.planning.pace import Pace, days_of
from kap_model.planning.search.openings import Time, weekday_of
from kap_model.sessions import KINDS, LONGEST_MINUTES, PLACES, Place

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_LONGEST_DELAY: Final = 365


def _time(value: str | None) -> Time | None:
    if value is None:
        return None
    match = _CLOCK.fullmatch(value) if type(value) is str else None
    if match is None:
        raise refusal("time", "must be a time of day as HH:MM, from 00:00 to 23:59")
    return int(match[1]), int(match[2])


def _weekday(value: str | None) -> int | None:
    if value is None:
        return None
    check_choice(value, "weekday", WEEKDAYS)
    return WEEKDAYS.index(value)


def _working_days(values: Iterable[str] | None) -> tuple[int, ...] | None:
    if values is None:
        return None
    days = as_tuple(values, "working_days")
    for index, day in enumerate(days):
        check_choice(day, f"working_days[{index}]", WEEKDAYS)
    if not days:
        raise refusal("working_days", "must name at least one day")
    return tuple(sorted({WEEKDAYS.index(day) for day in days}))


def _closed(values: Iterable[dt.date | str]) -> tuple[dt.date, ...]:
    dates = as_tuple(values, "closed")
    return tuple(sorted({civil_date(day, f"closed[{i}]") for i, day in enumerate(dates)}))


@frozen(kw_only=True)
class Wishes:
    """What is wished for a course; ``None`` = no wish.

    Attributes:
        start: The date of the first session.
        every: Days between dosings, at least.
        weekday: Of dosings, Monday = 0.
        time: When sessions start; further ones of a day follow.
        preparations, dosings, integrations: How many of each.
        minutes: Lengths by kind.
        place, support_person: Of the therapist's sessions, and at remote dosings.
        integration_delay: Days from a dosing to an integration after it, at least.
        working_days: Weekdays on which sessions are held.
        closed: Dates on which none is.
    """

    start: dt.date | None = None
    every: int | None = None
    weekday: int | None = None
    time: Time | None = None
    preparations: int | None = None
    dosings: int | None = None
    integrations: int | None = None
    minutes: Mapping[str, int] | None = None
    place: Place | None = None
    support_person: str | None = None
    integration_delay: int | None = None
    working_days: tuple[int, ...] | None = None
    closed: tuple[dt.date, ...] = ()

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what is wished for."""
        names = [attribute.name for attribute in attrs.fields(Wishes)]
        return tuple(name for name in names if getattr(self, name) not in (None, ()))

    def only(self, names: frozenset[str]) -> Wishes:
        """These wishes alone."""
        kept: dict[str, Any] = {n: getattr(self, n) for n in self.given if n in names}
        return Wishes(**kept)

    def opens(self) -> Callable[[int], bool]:
        """Says of a day whether anything is held on it."""
        working, closed = self.working_days, {day.toordinal() for day in self.closed}

        def is_open(day: int) -> bool:
            return day not in closed and (working is None or weekday_of(day) in working)

        return is_open


def wishes_of(
    *,
    start: dt.date | str,
    every: Pace | None,
    weekday: str | None,
    time: str | None,
    counts: Mapping[str, int | None],
    minutes: Mapping[str, int] | None,
    place: Place | None,
    support_person: str | None,
    integration_delay: int | None,
    working_days: Iterable[str] | None,
    closed: Iterable[dt.date | str],
) -> Wishes:
    """Options as they are given, checked one by one.

    Raises:
        InvalidValue: An option cannot be what it is.
    """
    for name, number in counts.items():
        if number is not None:
            check_integer(number, name, 0, MOST_SESSIONS)
    if place is not None:
        check_choice(place, "place", PLACES)
    if support_person is not None:
        check_text(support_person, "support_person")
    return Wishes(
        start=civil_date(start, "start"),
        every=None if every is None else days_of(every),
        weekday=_weekday(weekday),
        time=_time(time),
        minutes=checked_minutes(minutes) or None,
        place=place,
        support_person=support_person,
        integration_delay=None if integration_delay is None else checked_delay(integration_delay),
        working_days=_working_days(working_days),
        closed=_closed(closed),
        **counts,
    )


def checked_minutes(values: Mapping[str, int] | None) -> dict[str, int]:
    """Lengths by kind.

    Raises:
        InvalidValue: A kind is not known, or a length is not one of a session.
    """
    given = {} if values is None else as_mapping(values, "minutes")
    for kind, minutes in given.items():
        check_choice(kind, "minutes", KINDS)
        check_integer(minutes, f"minutes.{kind}", 1, LONGEST_MINUTES)
    return given


def checked_delay(days: int) -> int:
    """Days from a dosing to an integration.

    Raises:
        InvalidValue: They are not from 0 to 365.
    """
    check_integer(days, "integration_delay", 0, _LONGEST_DELAY)
    return days

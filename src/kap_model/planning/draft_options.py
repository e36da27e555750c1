"""What is asked for of a draft: options as they are given, checked one by one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

import attrs
from attrs import frozen

from kap_model._time import civil_date
from kap_model._values import (
    as_tuple,
    check_choice,
    check_integer,
    check_text,
)
from kap_model.errors import refusal
from kap_model.limits import Limits
from kap_model.plan import MOST_SESSIONS
from kap_model.planning.new_sessions import (
    Counts,
    checked_delay,
    checked_minutes,
    lawful_counts,
)
from kap_model.planning.search.times import (
    Time,
    weekday_of,
)
from kap_model.planning.wishes import (
    NOTHING,
    nearest,
)
from kap_model.sessions import PLACES, Place
from kap_model.usual import Pace, Usual, days_of

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)


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
class DraftOptions:
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
        names = [attribute.name for attribute in attrs.fields(DraftOptions)]
        return tuple(name for name in names if getattr(self, name) not in (None, ()))

    def only(self, names: frozenset[str]) -> DraftOptions:
        """These wishes alone."""
        kept: dict[str, Any] = {n: getattr(self, n) for n in self.given if n in names}
        return DraftOptions(**kept)

    def counts(self, limits: Limits, least: int, usual: Usual = NOTHING) -> Counts | None:
        """How many sessions of each kind; ``None`` = no lawful numbers go together.

        Args:
            limits: What bounds them.
            least: Dosings that there are even where neither a limit nor an option asks for any.
            usual: What is usual where no option says, as far as it is lawful.
        """
        prepared, dosed, integrated = self.preparations, self.dosings, self.integrations
        if prepared is None and usual.preparations is not None:
            prepared = nearest(usual.preparations, limits.preparation_count)
        if dosed is None and usual.dosings is not None:
            dosed = nearest(usual.dosings, limits.dosing_count)
        numbers = partial(lawful_counts, limits, preparations=prepared, dosings=dosed, least=least)
        found = numbers(integrations=integrated)
        if found is None or integrated is not None or not usual.integrations_each:
            return found
        wished = nearest(usual.integrations_each * found.dosings, limits.integration_count)
        return numbers(integrations=wished) or found

    def opens(self) -> Callable[[int], bool]:
        """Says of a day whether anything is held on it."""
        working, closed = self.working_days, {day.toordinal() for day in self.closed}

        def is_open(day: int) -> bool:
            return day not in closed and (working is None or weekday_of(day) in working)

        return is_open


def checked_options(
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
) -> DraftOptions:
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
    return DraftOptions(
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

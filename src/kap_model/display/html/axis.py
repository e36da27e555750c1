"""The scale of a timeline: days, weeks, months and years as the plan's zone has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from kap_model._time import Zone, spoken_day
from kap_model.display.html.geometry import LEFT, RIGHT, Span

_DAILY: Final = 33
_WEEKLY: Final = 180
_MONTHLY: Final = 760
_QUARTERLY: Final = 2_200
_LEAST_YEAR: Final = 44
"""The room that a year's number takes."""
_LETTER: Final = 7.5


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


def axis_of(span: Span, zone: Zone) -> Axis:
    """The scale that fits a span, so that no two labels meet."""
    first, last = (dt.date.fromordinal(zone.day(edge)) for edge in (span.first, span.last))
    days = span.days
    if days <= _WEEKLY:
        daily = days <= _DAILY
        dates = _days(first, last) if daily else _mondays(first, last)
        small = [(date, str(date.day)) for date in dates]
        large = [
            (date, spoken_day(date.toordinal()).split(" ", 2)[2])
            for date in _months(first, last, 1)
        ]
        return _axis(span, zone, "days" if daily else "Mondays", large, small)
    if days <= _QUARTERLY:
        monthly = days <= _MONTHLY
        dates = _months(first, last, 1 if monthly else 3)
        small = [(date, _month(date) if monthly else f"Q{date.month // 3 + 1}") for date in dates]
        unit = "months" if monthly else "quarters"
        return _axis(span, zone, unit, _years(first, last, 1), small)
    return _axis(span, zone, "", _years(first, last, _step(days)), [])


def _axis(
    span: Span,
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
    return spoken_day(date.toordinal()).split(" ")[2]

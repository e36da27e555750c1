"""Business days: Monday to Friday, less the holidays that a caller names.

Days are civil ordinals, as everywhere below the results.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from kap_model._time import civil_date
from kap_model._values import as_tuple

_SATURDAY: Final = 5


def as_holidays(values: Iterable[dt.date | str]) -> frozenset[int]:
    """The days on which a caller does no business, beside Saturdays and Sundays.

    Raises:
        InvalidValue: One of them is no date.
    """
    days = as_tuple(values, "holidays")
    return frozenset(civil_date(day, f"holidays[{i}]").toordinal() for i, day in enumerate(days))


def is_business_day(day: int, holidays: frozenset[int]) -> bool:
    """Whether business is done on a day."""
    return day not in holidays and dt.date.fromordinal(day).weekday() < _SATURDAY


def business_days_after(start: int, end: int, holidays: frozenset[int]) -> int:
    """How many business days come after a day, up to another and that included."""
    return sum(is_business_day(day, holidays) for day in range(start + 1, end + 1))


def business_day_after(start: int, count: int, holidays: frozenset[int]) -> int:
    """The business day that comes so many business days after a day."""
    day = start
    for _ in range(count):
        day += 1
        while not is_business_day(day, holidays):
            day += 1
    return day

"""How far apart dosings are wished: ``"2w"``, ``"10d"`` or a number of days."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from kap_model.errors import refusal

Pace: TypeAlias = str | int

_PACE: Final = re.compile(r"([0-9]{1,4})([dw])", re.ASCII)
_DAYS_OF: Final = {"d": 1, "w": 7}
LONGEST_PACE: Final = 366
"""Days; a course with a longer pause is not drafted."""


def days_of(every: Pace, path: str = "every") -> int:
    """The days of a pace.

    Raises:
        InvalidValue: It is no such text or number, or not from 1 day to 366.
    """
    days: object = every
    if isinstance(every, str):
        match = _PACE.fullmatch(every)
        days = match and int(match[1]) * _DAYS_OF[match[2]]
    if type(days) is not int or not 1 <= days <= LONGEST_PACE:
        raise refusal(path, "must be days or weeks, such as 10d or 2w, up to 366 days")
    return days

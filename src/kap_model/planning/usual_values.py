"""Which usual values cannot be followed, for a limit excludes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kap_model.limits import Bounds, Limits
from kap_model.sessions import LONGEST_MINUTES
from kap_model.usual import Usual

_RANGES: Final = {
    "every": "dosing_gap_days",
    "preparations": "preparation_count",
    "dosings": "dosing_count",
    "minutes.preparation": "therapy_minutes",
    "minutes.dosing": "dosing_minutes",
    "minutes.integration": "therapy_minutes",
}
"""The limit that is the range of a usual value."""
_HOURS_OF_A_DAY: Final = 24
_MINUTES_OF_AN_HOUR: Final = 60


def excluded(usual: Usual, limits: Limits) -> Iterator[tuple[str, str]]:
    """The names of each usual value that no course under these limits follows, and of the limit."""
    for name, value in usual.values.items():
        allowed: Bounds | None = getattr(limits, _RANGES[name]) if name in _RANGES else None
        if allowed is not None and not allowed.holds(value):
            yield name, _RANGES[name]
    yield from _paces(usual, limits)
    yield from _lengths(usual, limits)
    yield from _integrations(usual, limits)


def _paces(usual: Usual, limits: Limits) -> Iterator[tuple[str, str]]:
    frequency, count = limits.dosing_frequency, limits.dosing_count
    if usual.every is None or frequency is None:
        return
    # One dosing more than the most, evenly spaced, stands within the days; there may be as many.
    many = count is None or not count.above(frequency.at_most + 1)
    if many and usual.every * frequency.at_most < frequency.days:
        yield "every", "dosing_frequency"


def _lengths(usual: Usual, limits: Limits) -> Iterator[tuple[str, str]]:
    dosing, effect = usual.minutes_of.get("dosing"), limits.effect_minutes
    processing = limits.processing_minutes
    if dosing is not None and dosing < (effect or 0) + (processing or 0):
        yield "minutes.dosing", "effect_minutes" if processing is None else "processing_minutes"


def _integrations(usual: Usual, limits: Limits) -> Iterator[tuple[str, str]]:
    each, least = usual.integrations_each, limits.integration_per_dosing
    if each is not None and least is not None and each < least:
        yield "integrations_each", "integration_per_dosing"
    count = limits.dosing_count
    dosings = usual.dosings or (None if count is None else count.min) or 1
    total = limits.integration_count
    if each is not None and total is not None and total.above(each * dosings):
        yield "integrations_each", "integration_count"
    days, hours = usual.integration_days, limits.integration_window_hours
    if days is not None and hours is not None and _least_hours(days, limits) > hours:
        yield "integration_days", "integration_window_hours"


def _least_hours(days: int, limits: Limits) -> float:
    """From the latest end of a dosing to the first minute of the day so many days after its date.

    A dosing may begin in the last minute of its date, and last as long as it may.
    """
    longest = None if limits.dosing_minutes is None else limits.dosing_minutes.max
    last = min(longest or LONGEST_MINUTES, LONGEST_MINUTES)
    return (days - 1) * _HOURS_OF_A_DAY - last / _MINUTES_OF_AN_HOUR

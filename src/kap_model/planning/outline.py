"""What a drafted course should be like, before its sessions have times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from kap_model.limits import Bounds, Frequency, Limits
from kap_model.sessions import LONGEST_MINUTES

USUAL_MINUTES: Final[Mapping[str, int]] = {
    "consultation": 50,
    "medical-evaluation": 30,
    "preparation": 50,
    "dosing": 120,
    "integration": 50,
    "medical-review": 30,
}
"""Lengths where neither a protocol nor a fee states one; those of the notation."""
DAYS_APART: Final = 14
"""Days between dosings, the default cadence."""


@frozen(kw_only=True)
class Outline:
    """A course without times.

    Attributes:
        id: The plan's id.
        start: The date of the first session.
        timezone: The plan's zone.
        preparations, dosings, integrations: How many of each.
        every: Days between the dates of consecutive dosings.
        traits: Further fields of the sessions of each kind, ``minutes`` among them.
        tracks_supply: Whether supplies are written down.
    """

    id: str
    start: dt.date
    timezone: str = "UTC"
    preparations: int
    dosings: int
    integrations: int
    every: int = DAYS_APART
    traits: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    tracks_supply: bool = False


def lawful_minutes(limits: Limits, kind: str) -> Bounds | None:
    """The lawful lengths of a kind, of those that a session may have; ``None`` = there is none.

    An end that no limit states is open, so that the usual length or a fee's may stand there.
    """
    given, least = Bounds(0), 0
    if kind in ("preparation", "integration"):
        given = limits.therapy_minutes or given
    elif kind == "dosing":
        given = limits.dosing_minutes or given
        least = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    lowest, highest = max(given.min or 0, least), given.max
    longest = LONGEST_MINUTES if highest is None else min(highest, LONGEST_MINUTES)
    if max(lowest, 1) > longest:
        return None
    return Bounds(lowest, None if highest is None else longest)


def even_pace(frequency: Frequency) -> int:
    """The fewest days between evenly spaced dosings that keep a frequency."""
    return -(-frequency.days // frequency.at_most)


def lawful_cadence(limits: Limits, every: int = DAYS_APART) -> int:
    """The number of days between dosings next to a wish that the limits allow."""
    gap, frequency = limits.dosing_gap_days or Bounds(0), limits.dosing_frequency
    pace = 0 if frequency is None else even_pace(frequency)
    wished = max(every, gap.min or 0, pace)
    return wished if gap.max is None else min(wished, gap.max)

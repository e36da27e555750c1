"""Which of two values of a limit allows more, where that holds whatever the course."""

from __future__ import annotations

import math
from typing import Any, Final, Literal, TypeAlias

from kap_model.limits import Bounds, Frequency, ReviewAfter, ReviewEvery
from kap_model.sessions import FORMATS, PLACES

Direction: TypeAlias = Literal["tighter", "looser", "equal", "other"]
"""``tighter``: what the new value allows, the old one did too; ``looser``: the reverse; ``equal``:
both at once; ``other``: neither holds of every course."""

_MORE_IS_TIGHTER: Final = (
    "integration_per_dosing",
    "effect_minutes",
    "processing_minutes",
    "minimum_age",
)
_CHOICES: Final = {"dosing_places": PLACES, "formats": FORMATS}


def direction(limit: str, before: Any, after: Any) -> Direction:
    """How a limit changes from one value to another; ``None`` = not set."""
    tighter, looser = _within(limit, after, before), _within(limit, before, after)
    if tighter and looser:
        return "equal"
    if tighter:
        return "tighter"
    return "looser" if looser else "other"


def _within(limit: str, inner: Any, outer: Any) -> bool:
    """Whether all that one value of a limit allows, another allows too."""
    if limit in _CHOICES:
        inner, outer = inner or _CHOICES[limit], outer or _CHOICES[limit]
    if outer is None:
        return True
    if isinstance(outer, Bounds):
        (low, high), (lowest, highest) = _ends(limit, inner), _ends(limit, outer)
        return lowest <= low and high <= highest
    if inner is None:
        return False
    if isinstance(outer, tuple):
        more, fewer = (inner, outer) if limit == "exclusions" else (outer, inner)
        return set(fewer) <= set(more)
    if isinstance(outer, (Frequency, ReviewEvery, ReviewAfter)):
        return _implies(inner, outer)
    # A switch counts as 1 where it is set.
    return bool(outer <= inner if limit in _MORE_IS_TIGHTER else inner <= outer)


def _ends(limit: str, bounds: Bounds | None) -> tuple[float, float]:
    """The least and the greatest number that bounds allow."""
    # Dates step back where clocks are set over midnight: less than 0 days apart.
    least = -math.inf if limit == "dosing_gap_days" else 0
    low = None if bounds is None else bounds.min
    high = None if bounds is None else bounds.max
    return least if low is None else low, math.inf if high is None else high


def _implies(inner: Any, outer: Frequency | ReviewEvery | ReviewAfter) -> bool:
    """Whether who keeps one limit of this form keeps another."""
    if isinstance(outer, Frequency):
        # The days of the other limit hold so many of this one's, each with its most at the start.
        return bool(-(-outer.days // inner.days) * inner.at_most <= outer.at_most)
    if isinstance(outer, ReviewEvery) and inner.policy == outer.policy:
        return bool(outer.policy == "calendar" or inner.months <= outer.months)
    return bool(inner == outer)

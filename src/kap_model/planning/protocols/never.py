"""Rules that apply and yet say nothing: those that cannot fire, and those that another covers.

A rule is named here only where that is certain for every plan, record and moment of judgement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from kap_model.limits import Bounds, Limits
from kap_model.plan import MOST_SESSIONS
from kap_model.sessions import FORMATS, LONGEST_MINUTES, PLACES

# The local dates on which sessions of the years 1980 to 2199 in UTC may start, in any zone.
_MOST_DAYS_APART: Final = (dt.date(2200, 1, 1) - dt.date(1979, 12, 31)).days

_COUNTED: Final = (
    ("PREP-COUNT", "preparation_count"),
    ("DOSE-COUNT", "dosing_count"),
    ("INTEG-COUNT", "integration_count"),
)
_MEASURED: Final = (("DOSE-DURATION", "dosing_minutes"), ("THERAPY-LENGTH", "therapy_minutes"))


def cannot_fire(limits: Limits) -> dict[str, str]:
    """The rules that read a set limit and that no plan whatsoever can break, each with why."""
    return dict(
        (
            *_counts_without_end(limits),
            *_lengths_without_end(limits),
            *_everything_offered(limits),
            *_out_of_reach(limits),
        )
    )


def _counts_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _COUNTED:
        if _spans(getattr(limits, name), 0, MOST_SESSIONS):
            yield rule, "a plan holds at most 10,000 sessions, and any number of them is allowed"


def _lengths_without_end(limits: Limits) -> Iterator[tuple[str, str]]:
    for rule, name in _MEASURED:
        if _spans(getattr(limits, name), 1, LONGEST_MINUTES):
            yield rule, "every length that a session can have is allowed"
    if limits.effect_minutes is not None or limits.processing_minutes is not None:
        needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
        if needed <= 1:
            yield "EFFECT-FIT", "no session is shorter than a minute"


def _everything_offered(limits: Limits) -> Iterator[tuple[str, str]]:
    given = [(limits.dosing_places, PLACES), (limits.formats, FORMATS)]
    stated = [(found, choices) for found, choices in given if found is not None]
    if stated and all(set(found) == set(choices) for found, choices in stated):
        yield "MODALITY", "every place and format is allowed"


def _out_of_reach(limits: Limits) -> Iterator[tuple[str, str]]:
    gap, frequency, after = limits.dosing_gap_days, limits.dosing_frequency, limits.review_after
    # With a minimum of 0 it can fire: local dates step back where clocks are set over midnight.
    if gap is not None and gap.min is None and _spans(gap, 0, _MOST_DAYS_APART):
        yield "DOSE-GAP", "no two sessions of the years 1980 to 2199 are farther apart"
    if frequency is not None and frequency.at_most >= MOST_SESSIONS:
        yield "DOSE-FREQUENCY", "a plan holds at most 10,000 sessions"
    if after is not None and after.dosings + (after.gate == "before-next") > MOST_SESSIONS:
        yield "REVIEW-AFTER", "a plan holds at most 10,000 sessions"


def _spans(bounds: Bounds | None, lowest: int, highest: int) -> bool:
    """Whether bounds that are set hold every number from one to another."""
    return bounds is not None and bounds.holds(lowest) and bounds.holds(highest)


def covered(limits: Limits) -> dict[str, str]:
    """The rules that fire only where another one fires too, each with that one."""
    found = {}
    never = cannot_fire(limits)
    needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    lengths, gap, frequency = limits.dosing_minutes, limits.dosing_gap_days, limits.dosing_frequency
    if needed and lengths is not None and (lengths.min or 0) >= needed:
        found["EFFECT-FIT"] = "DOSE-DURATION"
    if frequency is not None and gap is not None:
        # One dosing too many lies at least so many gaps after the first of its window.
        days_needed = frequency.at_most * (gap.min or 0)
        if days_needed >= frequency.days:
            found["DOSE-FREQUENCY"] = "DOSE-GAP"
    return {rule: by for rule, by in found.items() if rule not in never}

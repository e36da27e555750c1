"""Spacing: days between dosings, and how many in so many days; off unless a practice sets it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from itertools import pairwise
from typing import Final

from kap_model.citations import CONTRACT
from kap_model.course import Course
from kap_model.limits import Bounds, Frequency, Limits
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Voice, Words, count, sentence
from kap_model.sessions import Dosing


def _gap(voice: Voice, dosing: Dosing, following: Dosing, days: int, bounds: Bounds) -> Words:
    apart, limit = count(days, "day"), bounds.of("day")
    return Words(
        f"{sentence(voice.session(dosing))} and {voice.session(following)} are {apart} apart; "
        f"the limit is {limit}.",
        apart,
        limit,
    )


@rule(
    "DOSE-GAP",
    "Consecutive dosings are within the limit's number of days of each other.",
    why="Too close leaves no time to integrate; too far apart loses the thread.",
    severity="error",
    cites=(CONTRACT["DOSE-GAP"],),
    reads=("dosing_gap_days",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D21 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D20 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"dosing_gap_days": {"min": 7}},
    ),
)
def dosing_gap(course: Course, limits: Limits) -> list[Breach]:
    """Below the minimum an error, above the maximum a warning; days are civil dates."""
    bounds = limits.dosing_gap_days
    if bounds is None:
        return []
    breaches = []
    for (dosing, day), (following, next_day) in pairwise(
        zip(course.dosings, course.timeline.dosing_days, strict=True)
    ):
        days = next_day - day
        facts = (dosing, following, days, bounds)
        if bounds.below(days):
            breaches.append(Breach("violated", (dosing, following), _gap, facts))
        elif bounds.above(days):
            breaches.append(
                Breach("violated", (dosing, following), _gap, facts, severity="warning")
            )
    return breaches


def _crowded(voice: Voice, dosing: Dosing, found: int, limit: Frequency) -> Words:
    held = count(found, "dosing")
    within = count(limit.days, "day")
    return Words(
        f"{sentence(voice.session(dosing))} makes {held} within {within}; the limit is {limit}.",
        f"{held} within {within}",
        str(limit),
    )


@rule(
    "DOSE-FREQUENCY",
    "There are at most so many dosings in any so many consecutive days.",
    why="A course has a pace that a practice may cap.",
    severity="error",
    cites=(CONTRACT["DOSE-FREQUENCY"],),
    reads=("dosing_frequency",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D21 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D20 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"dosing_frequency": {"at_most": 1, "days": 7}},
    ),
)
def dosing_frequency(course: Course, limits: Limits) -> list[Breach]:
    """For each dosing, the dosings up to it with dates in the days that end on its date."""
    limit = limits.dosing_frequency
    if limit is None:
        return []
    days: list[int] = []  # sorted, for local dates may go back where clocks are set over midnight
    breaches = []
    for dosing, day in zip(course.dosings, course.timeline.dosing_days, strict=True):
        insort(days, day)
        found = bisect_right(days, day) - bisect_left(days, day - limit.days + 1)
        if found > limit.at_most:
            breaches.append(Breach("violated", (dosing,), _crowded, (dosing, found, limit)))
    return breaches


RULES: Final[tuple[Rule, ...]] = (dosing_gap, dosing_frequency)

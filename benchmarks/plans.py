"""The plans that the benchmarks judge: a drafted course, one in progress, and long ones."""

from __future__ import annotations

import datetime as dt
from typing import Final

import attrs

import kap_model as kap

DRAFTED: Final = (
    "2027-01-04 America/Los_Angeles C0 E2 P7 P11 D14/90~s I15 D28/90~s I29 R33 D42/90 I43"
    " D56/90~s I57 D70/90~s I71 D84/90 I85 R90 D98/90~s I99"
)
"""Twenty sessions that keep every rule of both practices that states them."""

IN_PROGRESS: Final = (
    "2027-01-04 America/Los_Angeles C0* E2+ P7* P11* D14/90*~ts I15* D28/90*~ts I29* R33+ D42/90*"
    " I43 D56/90~s I57x D70/90~s I71 D84/90 I85 R90 D98/90~s I99"
)
AS_OF: Final = dt.datetime.fromisoformat("2027-02-20T12:00:00-08:00")
"""By then one dosing lacks a fact, one integration an outcome, and one is still to be booked."""


def drafted() -> kap.Plan:
    return _named(DRAFTED)


def in_progress() -> kap.Plan:
    return _named(IN_PROGRESS)


def long_course(sessions: int) -> kap.Plan:
    """A course that goes on for years: weekly dosings and integrations, a review each month."""
    words = ["1990-01-01", "C0", "E1", "P2"]
    day = 3
    while len(words) <= sessions:
        place = len(words) % 10
        words.append(f"{'R' if place == 9 else 'DI'[place % 2]}{day}")
        day += 3
    return _named(" ".join(words))


def _named(notation: str) -> kap.Plan:
    return attrs.evolve(kap.parse(notation), protocol="regrounding", fees="regrounding")

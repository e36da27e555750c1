"""The speed of planning: drafts, next steps, completions within open slots, repairs."""

from __future__ import annotations

import datetime as dt
import statistics
from functools import partial
from typing import Final

import attrs

import kap_model as kap
from measure import Work, race

START: Final = "2027-01-11"
NOW: Final = dt.datetime(2027, 1, 18, 0, 0, tzinfo=dt.UTC)
LATER: Final = dt.datetime(2027, 2, 10, 20, 0, tzinfo=dt.UTC)
SLOTS: Final = 200
SESSIONS: Final = 25

GOALS: Final = {"draft": 5.0, "next steps": 2.0, "complete": 50.0, "repair": 100.0}
"""Milliseconds."""


def slots() -> tuple[kap.OpenSlot, ...]:
    """Two hundred open slots: mornings of a therapist, and one in four of a medical partner."""
    made = []
    for number in range(SLOTS):
        day = NOW + dt.timedelta(days=number + 1)
        made.append(
            kap.OpenSlot(
                start=day + dt.timedelta(hours=9),
                end=day + dt.timedelta(hours=13),
                role="medical" if number % 4 == 0 else "therapist",
            )
        )
    return tuple(made)


def mutated() -> kap.Plan:
    """A course of 25 sessions in which one integration has gone."""
    whole = kap.draft("core", START, dosings=8, integrations=12, preparations=3)
    assert len(whole.sessions) >= SESSIONS
    gone = next(s for s in whole.sessions if s.id == "i4")
    return attrs.evolve(whole, sessions=[s for s in whole.sessions if s is not gone])


def moved() -> kap.Plan:
    """The same course in which one integration stands at the time of a dosing."""
    whole = kap.draft("core", START, dosings=8, integrations=12, preparations=3)
    at = next(s for s in whole.sessions if s.id == "d5").begins
    return attrs.evolve(
        whole,
        sessions=[attrs.evolve(s, start=at) if s.id == "i4" else s for s in whole.sessions],
    )


def works() -> dict[str, tuple[str, Work]]:
    """What is measured, by name, each with the goal that it has."""
    running = kap.parse("2027-01-04 C0* E2+ P7* D14")
    booked = kap.parse("2027-01-04 C0* E2+ P7* D14*t I15* D28*t I29* D42 D56")
    course = kap.draft("core", START, dosings=8)
    open_slots = slots()
    return {
        "draft, kingsley": ("draft", partial(kap.draft, "kingsley", START)),
        "next steps, 20 sessions": ("next steps", partial(kap.next_steps, course, as_of=NOW)),
        "next steps, 4 sessions": ("next steps", partial(kap.next_steps, running, as_of=NOW)),
        "complete, any time": ("", partial(kap.complete, running, as_of=NOW)),
        f"complete, {SLOTS} open slots": (
            "complete",
            partial(kap.complete, running, as_of=NOW, open_slots=open_slots),
        ),
        f"complete, dosings booked, {SLOTS} open slots": (
            "complete",
            partial(kap.complete, booked, "regrounding", as_of=LATER, open_slots=open_slots),
        ),
        "repair, 25 sessions, one missing": ("repair", partial(kap.repair, mutated())),
        "repair, 25 sessions, one moved": ("repair", partial(kap.repair, moved())),
        "check, 20 sessions": ("", partial(kap.check, course, as_of=NOW)),
    }


def milliseconds(rounds: int, slice_ms: float) -> dict[str, tuple[float, float | None]]:
    """The median of each, with its goal."""
    measured = works()
    figures = race({name: work for name, (_, work) in measured.items()}, rounds, slice_ms)
    return {
        name: (statistics.median(figures[name]) / 1000, GOALS.get(goal))
        for name, (goal, _) in measured.items()
    }

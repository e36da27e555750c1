"""Small cases for ``complete``: a plan, limits, a moment, open slots, each in one short text.

Days count from the line's start date, 1 January 2027 where it names none, in the line's zone. A
slot is ``10@09:00-11:00``, with an end on another day ``10@09:00-12@11:00``; ``m`` before it is
for medical sessions, ``t`` for the therapist's.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from random import Random
from typing import Any, Final, Literal, NamedTuple

import kap_model as kap
from kap_model._time import zone
from support import FIRST_DAY, limits, plan

MEDICAL: Final = ("medical-evaluation", "medical-review")
ZONE: Final = re.compile(r"[A-Z][a-z]+/[A-Za-z_]+")
ROLES: Final[dict[str, Literal["therapist", "medical"]]] = {"m": "medical", "t": "therapist"}


class Room(NamedTuple):
    """An open slot, in seconds."""

    begins: int
    ends: int
    role: Literal["therapist", "medical"] | None

    def takes(self, kind: str) -> bool:
        return self.role is None or (self.role == "medical") is (kind in MEDICAL)


class Case(NamedTuple):
    line: str
    forms: Mapping[str, Any]
    as_of: str
    slots: tuple[str, ...] | None = None
    every: int | str = "1d"
    born: dt.date | None = None

    @property
    def plan(self) -> kap.Plan:
        words = self.line.split()
        if not words or not words[0][0].isdigit():
            words.insert(0, FIRST_DAY.isoformat())
        return plan(" ".join(words), None if self.born is None else {"born": self.born})

    @property
    def protocol(self) -> kap.CareProtocol:
        return limits(**self.forms)

    @property
    def zone(self) -> str:
        return next((word for word in self.line.split() if ZONE.fullmatch(word)), "UTC")

    @property
    def first_day(self) -> dt.date:
        first = self.line.split()[0] if self.line else ""
        return dt.date.fromisoformat(first) if first[:4].isdigit() else FIRST_DAY

    def at(self, text: str) -> int:
        """``10@09:30`` in seconds."""
        day, _, clock = text.partition("@")
        hour, _, minute = (clock or "00:00").partition(":")
        where, ordinal = zone(self.zone), self.first_day.toordinal() + int(day)
        if hour == "24":
            return where.first_instant(ordinal + 1)
        found = where.at(ordinal, int(hour), int(minute))
        if found is None:  # clocks are set forward over it
            found = where.at(ordinal, int(hour) + 1, int(minute))
        assert found is not None
        return found

    @property
    def instant(self) -> int:
        return self.at(self.as_of)

    @property
    def days_apart(self) -> int:
        if isinstance(self.every, int):
            return self.every
        return int(self.every[:-1]) * (7 if self.every.endswith("w") else 1)

    @property
    def rooms(self) -> tuple[Room, ...] | None:
        if self.slots is None:
            return None
        return tuple(self._room(text) for text in self.slots)

    def _room(self, text: str) -> Room:
        mark, _, span = text.rpartition(" ")
        begins, _, ends = span.partition("-")
        if "@" not in ends:
            ends = f"{begins.partition('@')[0]}@{ends}"
        return Room(self.at(begins), self.at(ends), ROLES.get(mark))

    def __str__(self) -> str:
        """The case as a disagreement is reported."""
        slots = "any time" if self.slots is None else ", ".join(self.slots) or "no slot"
        when = f"as_of {self.as_of}; every {self.every}; born {self.born}"
        return f"{self.line!r}; {dict(self.forms)}; {when}; {slots}"


# -- drawing cases ---------------------------------------------------------------------------------

PROGRESS: Final = ("C0*", "E2+", "P4*", "D5*", "I6*", "R7+", "D8*", "I9*")
OTHERWISE: Final = {
    "C0*": ("C0x", "C3*"),
    "E2+": ("E2*", "E2?", "E2-", "E2", "E12", "E10@10:00"),
    "P4*": ("P4!", "P4", "P6*"),
    "D5*": ("D5", "D5/30*", "D5*~", "D1*", "D10@09:30"),
    "I6*": ("I6", "I6x", "I5@08:00*"),
    "R7+": ("R7", "R7?", "R7-", "R7*", "R13"),
    "D8*": ("D8", "D6@15:00*", "D12"),
    "I9*": ("I9!", "I13"),
}
BOOKED: Final = (
    "C11", "E12", "P11@14:00", "P14", "D11@08:00", "D12", "D16", "D40", "I10@15:00", "I13",
    "I17@12:00", "I41", "R11@16:00", "R13@09:00", "R30", "R45", "D12~", "I12@12:00x",
)  # fmt: skip
SUPPLIES: Final = ("S-", "S2>4=1", "S2>4=2", "S2>12=2", "S2>4=1 S12>13=1", "S2>=2", "S12>13=1")

FORMS: Final[dict[str, tuple[Any, ...]]] = {
    "dosing_count": (
        {"min": 1},
        {"min": 1, "max": 2},
        {"min": 2},
        {"min": 2, "max": 2},
        {"min": 3},
    ),
    "preparation_count": ({"min": 1}, {"min": 1, "max": 1}, {"max": 1}),
    "integration_per_dosing": (1,),
    "integration_count": ({"min": 1}, {"max": 2}, {"min": 2, "max": 2}, {"max": 1}),
    "dosing_minutes": ({"min": 60, "max": 120}, {"max": 90}, {"min": 90}),
    "effect_minutes": (100,),
    "therapy_minutes": ({"min": 45, "max": 45}, {"max": 40}),
    "dosing_gap_days": ({"min": 3}, {"max": 4}, {"min": 2, "max": 3}),
    "dosing_frequency": ({"at_most": 1, "days": 4}, {"at_most": 2, "days": 8}),
    "integration_window_hours": (1, 24, 30),
    "review_every": (
        {"months": 1, "policy": "rolling"},
        {"months": 1, "policy": "rolling"},
        {"months": 1, "policy": "calendar"},
    ),
    "review_after": (
        {"dosings": 1, "gate": "before-next"},
        {"dosings": 1, "gate": "any-time"},
        {"dosings": 2, "gate": "before-next"},
        {"dosings": 2, "gate": "any-time"},
    ),
    "initial_supply": (1,),
    "refill_supply": (1,),
    "refill_needs_review": (True,),
    "evaluation_first": (True,),
    "preparation_before_dosing": (True,),
    "integration_after_dosing": (True,),
    "consultation_first": (True,),
    "therapist_present": (True,),
    "preparation_after_supply": (True,),
    "support_person_when_remote": (True,),
    "dosing_places": (["office"], ["remote"], ["office", "remote"]),
    "minimum_age": (18,),
}
_USUAL: Final = (
    "dosing_count",
    "preparation_count",
    "integration_per_dosing",
    "evaluation_first",
    "preparation_before_dosing",
    "integration_after_dosing",
    "consultation_first",
)
_HOURS: Final = ("00:00", "08:00", "09:00", "09:30", "10:00", "12:00", "15:00", "22:30")
_SPANS: Final = (30, 50, 60, 80, 120, 150, 170, 200, 240, 300, 480, 1440, 2880)
_START: Final = "2027-01-01"
_ORIGINS: Final = (
    _START,
    _START,
    "2027-03-01 America/Los_Angeles",  # clocks are set forward on day 13
    "2027-03-18 America/Los_Angeles",  # the quarter ends with day 13
    "2026-10-19 America/Los_Angeles",  # clocks are set back on day 13
)


def _line(random: Random) -> str:
    """A course some way along, sometimes with one thing amiss, and some bookings."""
    tokens: list[str] = list(PROGRESS[: random.randint(0, len(PROGRESS))])
    if tokens and random.random() < 0.4:
        place = random.randrange(len(tokens))
        change = random.choice((None, *OTHERWISE[tokens[place]]))
        tokens[place : place + 1] = [] if change is None else [change]
    tokens += random.sample(BOOKED, random.choice((0, 0, 1, 2)))
    if random.random() < 0.2:
        tokens.append(random.choice(SUPPLIES))
    return " ".join((random.choice(_ORIGINS), *tokens))


def _slots(random: Random) -> tuple[str, ...]:
    """Up to six slots; only a medical one and a therapist's may be at the same time."""
    found: list[str] = []
    free = {"": 0, "t ": 0, "m ": 0}
    marks = random.choice((("",), ("", "t ", "m "), ("t ", "m ")))
    days = [random.choice((*range(9, 20), 10, 11, 12, 36, 41)) for _ in range(random.randint(0, 6))]
    for day in sorted(days):
        mark = random.choice(marks)
        hour, minute = map(int, random.choice(_HOURS).split(":"))
        begins = day * 1440 + hour * 60 + minute
        ends = begins + random.choice(_SPANS)
        if begins < max(free[""], *(free[role] for role in free if mark in ("", role))):
            continue
        free[mark] = ends
        found.append(f"{mark}{_clock(begins)}-{_clock(ends)}")
    return tuple(found)


def _clock(minutes: int) -> str:
    day, rest = divmod(minutes, 1440)
    return f"{day}@{rest // 60:02}:{rest % 60:02}"


def _forms(random: Random) -> dict[str, Any]:
    scarce = random.choice((0.0, 0.08, 0.16))
    chance = {"dosing_count": 0.95} | dict.fromkeys(_USUAL[1:], random.choice((0.3, 0.8)))
    chance["review_every"] = 0.3
    return {
        name: random.choice(values)
        for name, values in FORMS.items()
        if random.random() < chance.get(name, scarce)
    }


def wild_case(random: Random) -> Case:
    """A plan in any state against a few limits, with some open slots."""
    forms = _forms(random)
    born = random.choice((None, dt.date(2000, 1, 1), dt.date(2009, 1, 13)))
    return Case(
        line=_line(random),
        forms=forms,
        as_of="10@" + random.choice(("00:00", "10:00", "10:20")),
        slots=_slots(random),
        every=random.choice(("1d", "1d", "2d", 3, "1w")),
        born=born if "minimum_age" in forms else None,
    )

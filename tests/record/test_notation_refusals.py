"""Notation: what is no notation, and what notation cannot say, each refused with its place."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import pytest

import kap_model as kap

LOS_ANGELES = "America/Los_Angeles"
MARKER = "MARKER"
WHOLE_COURSE = "2027-01-04 C0 E2 P7 D14 I15"


def refused(line: str) -> kap.Problem:
    with pytest.raises(kap.NotationError) as caught:
        kap.parse(line)
    (problem,) = caught.value.problems
    return problem


WORD = "must be a session such as"
REFUSALS = [
    ("", "line", "must start with a date"),
    (" \t ", "line", "must start with a date"),
    ("C0", "word 1", "must be a date"),
    ("2027-1-4 C0", "word 1", "must be a date"),
    ("2027-02-30 C0", "word 1", "must be a day that the calendar has"),
    ("1899-12-31 C0", "word 1", "must be a date"),
    ("now C0", "word 1", "must be a date"),
    ("America/Los_Angeles 2027-01-04 C0", "word 1", "must be a date"),
    ("2027-01-04 america/los_angeles C0", "word 2", WORD),
    ("2027-01-04 completed UTC C0", "word 3", WORD),
    ("2027-01-04 UTC UTC C0", "word 3", WORD),
    ("2027-01-04 open C0", "word 2", WORD),
    ("2027-01-04 C0 UTC", "word 3", WORD),
    ("2027-01-04 C0 completed", "word 3", WORD),
    ("2027-01-04 X0", "word 2", WORD),
    ("2027-01-04 c0", "word 2", WORD),
    ("2027-01-04 C", "word 2", WORD),
    ("2027-01-04 C-1", "word 2", WORD),
    ("2027-01-04 C+1", "word 2", WORD),
    ("2027-01-04 C(1)", "word 2", WORD),
    ("2027-01-04 C(-1", "word 2", WORD),
    ("2027-01-04 C1.5", "word 2", WORD),
    ("2027-01-04 C1000000", "word 2", WORD),
    ("2027-01-04 C\u0661", "word 2", WORD),
    ("2027-01-04 C0@9:00", "word 2", WORD),
    ("2027-01-04 C0@24:00", "word 2", WORD),
    ("2027-01-04 C0@10:60", "word 2", WORD),
    ("2027-01-04 C0@10:00:00", "word 2", WORD),
    ("2027-01-04 C0@1000", "word 2", WORD),
    ("2027-01-04 C0/", "word 2", WORD),
    ("2027-01-04 C0/50@10:00", "word 2", WORD),
    ("2027-01-04 C0/10000", "word 2", WORD),
    ("2027-01-04 C0/50m", "word 2", WORD),
    ("2027-01-04 C0*/50", "word 2", WORD),
    ("2027-01-04 C0*@10:00", "word 2", WORD),
    ("2027-01-04 C0**", "word 2", WORD),
    ("2027-01-04 C0*x", "word 2", WORD),
    ("2027-01-04 E0++", "word 2", WORD),
    ("2027-01-04 E0+*", "word 2", WORD),
    ("2027-01-04 C0~*", "word 2", WORD),
    ("2027-01-04 C0~^", "word 2", WORD),
    ("2027-01-04 E0^+", "word 2", WORD),
    ("2027-01-04 P0g~", "word 2", WORD),
    ("2027-01-04 D0tg", "word 2", WORD),
    ("2027-01-04 D0st", "word 2", WORD),
    ("2027-01-04 D0t~", "word 2", WORD),
    ("2027-01-04 D0gg", "word 2", WORD),
    ("2027-01-04 D0*,", "word 2", WORD),
    ("2027-01-04 C0 E1+ P2 I3s+", "word 5", WORD),
    ("2027-01-04 C0+", "word 2", "must have an outcome on a completed E or R only"),
    ("2027-01-04 D0?", "word 2", "must have an outcome on a completed E or R only"),
    ("2027-01-04 P0*-", "word 2", "must have an outcome on a completed E or R only"),
    ("2027-01-04 E0x+", "word 2", "must have an outcome on a completed E or R only"),
    ("2027-01-04 R0!-", "word 2", "must have an outcome on a completed E or R only"),
    ("2027-01-04 C0g", "word 2", "must have the mark g on P, D or I only"),
    ("2027-01-04 E0g", "word 2", "must have the mark g on P, D or I only"),
    ("2027-01-04 R0g", "word 2", "must have the mark g on P, D or I only"),
    ("2027-01-04 C0t", "word 2", "must have the marks t and s on D only"),
    ("2027-01-04 P0t", "word 2", "must have the marks t and s on D only"),
    ("2027-01-04 I0s", "word 2", "must have the marks t and s on D only"),
    ("2027-01-04 R0ts", "word 2", "must have the marks t and s on D only"),
    ("2027-01-04 C0/0", "word 2, minutes", "must be an integer from 1 to 1440"),
    ("2027-01-04 C0/1441", "word 2, minutes", "must be an integer from 1 to 1440"),
    ("1979-12-31 C0", "word 2, start", "must lie in the years 1980 to 2199"),
    ("2199-12-31 C0 C1", "word 3, start", "must lie in the years 1980 to 2199"),
    ("2027-01-04 C999999", "word 2", "must name a day of the years 1900 to 2200"),
    ("2027-01-04 C(-99999)", "word 2", "must name a day of the years 1900 to 2200"),
    (f"2027-03-14 {LOS_ANGELES} D0@02:30", "word 3", "must be a time that local clocks show"),
    ("2011-12-30 Pacific/Apia D0", "word 3", "must be a time that local clocks show"),
    ("2027-01-04 S", "word 2", "must be a supply such as"),
    ("2027-01-04 S0", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>3", "word 2", "must be a supply such as"),
    ("2027-01-04 S0=2", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>3=", "word 2", "must be a supply such as"),
    ("2027-01-04 S-2>1=2", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>-1=2", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>3=1000000000000", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>3=2*", "word 2", "must be a supply such as"),
    ("2027-01-04 S0>3=0", "word 2, dosings", "must be an integer from 1"),
    ("2027-01-04 S3>2=1", "word 2, received", "must not be before issued"),
    ("2027-01-04 S0>(-1)=1", "word 2, received", "must not be before issued"),
    ("2027-01-04 S999999>=1", "word 2", "must name a day of the years 1900 to 2200"),
    ("2027-01-04 S0>999999=1", "word 2", "must name a day of the years 1900 to 2200"),
    ("2027-01-04 S- S-", "word 3", "must say S- only where there is no other supply"),
    ("2027-01-04 S0>=1 S-", "word 3", "must say S- only where there is no other supply"),
    ("2027-01-04 S- S0>=1", "word 3", "must not follow S-"),
]


@pytest.mark.parametrize(("line", "path", "reason"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_what_is_not_notation_is_refused_with_its_place(line: str, path: str, reason: str) -> None:
    problem = refused(line)
    assert problem.path == path
    assert reason in problem.reason


def test_a_line_of_more_than_a_million_characters_is_refused_unread() -> None:
    line = "2027-01-04 C0".ljust(1_000_000)
    assert len(kap.parse(line).sessions) == 1
    assert refused(line + " ").path == "line"


def test_too_many_sessions_are_refused() -> None:
    line = "2027-01-04 " + "C0 " * 10_000
    assert len(kap.parse(line).sessions) == 10_000
    assert refused(line + "C0").reason == "must be at most 10,000"


@pytest.mark.parametrize(
    "line",
    [
        MARKER,
        f"2027-01-04 {MARKER}",
        f"2027-01-04 S{MARKER}",
        f"2027-01-04 UTC {MARKER} C0",
        f"2027-01-04 C0 D0@{MARKER}",
    ],
)
def test_a_refusal_names_no_value(line: str) -> None:
    with pytest.raises(kap.NotationError) as caught:
        kap.parse(line)
    assert MARKER not in f"{caught.value}{caught.value!r}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("value", [None, 5, b"2027-01-04 C0", ["2027-01-04", "C0"], True])
def test_what_is_no_text_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match=r"^notation is text"):
        kap.parse(value)


AT = "2027-01-18T13:00:00-08:00"
CLINICIAN = kap.Clinician("k-1", "therapist")


def consultation(**given: Any) -> kap.Consultation:
    sound: dict[str, Any] = {"id": "d7", "start": AT, "minutes": 50}
    return kap.Consultation(**sound | given)


def dosing(**given: Any) -> kap.Dosing:
    sound: dict[str, Any] = {"id": "d7", "start": AT, "minutes": 90}
    return kap.Dosing(**sound | given)


UNSAYABLE: dict[str, kap.Session] = {
    "a clinician": consultation(clinician=CLINICIAN),
    "notice": consultation(status="cancelled", notice_hours=24),
    "no notice at all": consultation(status="cancelled", notice_hours=0),
    "a level": dosing(level="low"),
    "an absent therapist": dosing(therapist_present=False),
    "nobody": dosing(support_person="none"),
    "somebody": dosing(support_person="sister"),
    "nearly recorded": dosing(support_person="Recorded"),
    "seconds": dosing(start="2027-01-18T13:00:01-08:00"),
    "the second hour": dosing(start="2027-11-07T01:30:00-08:00"),
    "the last second": dosing(start="2027-11-07T01:59:00-08:00"),
}


@pytest.mark.parametrize("said", UNSAYABLE.values(), ids=UNSAYABLE.keys())
def test_what_notation_cannot_say_is_refused_and_not_dropped(said: kap.Session) -> None:
    plan = kap.Plan(id="p", timezone=LOS_ANGELES, sessions=[said])
    with pytest.raises(kap.NotationError) as caught:
        _ = plan.notation
    assert [problem.path for problem in caught.value.problems] == ["sessions.d7"]
    for text in ("therapist", "sister", "low"):
        assert text not in str(caught.value).replace("absent therapist", "")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"born": dt.date(1990, 5, 17)}, "born"),
        ({"conditions": ("low",)}, "conditions"),
        ({"conditions": ()}, "conditions"),
        ({"born": dt.date(1990, 5, 17), "conditions": ()}, "born"),
        ({"sessions": ()}, "sessions"),
    ],
)
def test_facts_of_a_plan_that_notation_cannot_say(given: dict[str, Any], path: str) -> None:
    plan = attrs.evolve(kap.parse(WHOLE_COURSE), **given)
    with pytest.raises(kap.NotationError) as caught:
        _ = plan.notation
    assert [problem.path for problem in caught.value.problems] == [path]
    assert "1990" not in str(caught.value)

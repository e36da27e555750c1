"""Plans are changed by verbs, each of which gives a new plan; words and numbers of other kinds."""

from __future__ import annotations

import datetime as dt
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest

import kap_model as kap

PLAN = kap.parse("2027-03-01 America/Los_Angeles C0 E2 D8 D20 S3>4=2")
START = "2027-03-20T10:00:00-07:00"


class Place(StrEnum):
    OFFICE = "office"
    HOME = "remote"


class State(str, Enum):  # noqa: UP042 - as frameworks with choices make them
    HELD = "completed"


class Length(IntEnum):
    LONG = 150


class Indexed:
    def __index__(self) -> int:
        return 90


def test_a_session_is_found_by_its_id() -> None:
    assert PLAN.session("d2") is PLAN.sessions[3]
    for unknown in ("d3", "s1"):
        with pytest.raises(
            kap.InvalidValue, match=r"^id: must be the id of a session of the plan$"
        ):
            PLAN.session(unknown)


def test_sessions_and_supplies_are_added() -> None:
    more = kap.session("dosing", id="d3", start=START, minutes=120)
    supply = kap.Supply(id="s2", issued="2027-03-15", dosings=2)
    grown = PLAN.add(more, supply)
    assert grown.session("d3") == more
    assert grown.supplies == (*(PLAN.supplies or ()), supply)
    assert PLAN.add() == PLAN
    untracked = kap.parse("2027-03-01 D8")
    assert untracked.add(more).supplies is None
    assert untracked.add(supply).supplies == (supply,)
    with pytest.raises(kap.InvalidValue, match="unique"):
        PLAN.add(PLAN.sessions[0])
    wrong: Any = "d3"
    with pytest.raises(kap.InvalidValue, match=r"^items\[1\]: must be a session or a supply$"):
        PLAN.add(more, wrong)


def test_fields_are_changed() -> None:
    held = PLAN.change("d1", status="completed", level="low")
    assert (held.session("d1").status, held.change("d1", level=None).session("d1").status) == (
        *("completed", "completed"),
    )
    assert held != PLAN
    assert held.change("d1", status="planned", level=None) == PLAN
    arrived = PLAN.change("s1", received="2027-03-06")
    assert [supply.received for supply in arrived.supplies or ()] == [dt.date(2027, 3, 6)]
    assert arrived.sessions == PLAN.sessions


@pytest.mark.parametrize(
    ("id", "fields", "said"),
    [
        ("d9", {"status": "completed"}, "id: must be the id of a session or supply of the plan"),
        ("d1", {"outcome": "eligible"}, "outcome: must be one of id, start, minutes, place"),
        ("d1", {"ends": 0}, "ends: must be one of id, start"),
        ("s1", {"minutes": 60}, "minutes: must be one of id, issued, received, dosings"),
        ("d1", {"minutes": 0}, "minutes: must be an integer from 1 to 1440"),
        ("d1", {"id": "d2"}, "sessions: must have ids that are unique"),
    ],
)
def test_what_cannot_be_is_refused(id: str, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(kap.InvalidValue, match=rf"^{said}"):
        PLAN.change(id, **fields)


def test_a_session_moved_by_local_time_keeps_its_hour_over_a_change_of_clocks() -> None:
    moved = PLAN.move("d1", "2027-03-15T10:00")
    assert str(moved.local_start(moved.session("d1"))) == "2027-03-15 10:00:00-07:00"
    assert PLAN.move("d1", START) == PLAN.move("d1", dt.datetime.fromisoformat(START))
    assert moved.move("d1", "2027-03-09T10:00") == PLAN
    for wrong in ("2027-03-14T02:30", "tomorrow"):
        with pytest.raises(kap.InvalidValue, match=r"^to: "):
            PLAN.move("d1", wrong)
    with pytest.raises(kap.InvalidValue, match=r"^id: "):
        PLAN.move("s1", START)


def test_what_is_removed_is_gone() -> None:
    assert [one.id for one in PLAN.remove("d1").sessions] == ["c1", "e1", "d2"]
    assert PLAN.remove("s1").supplies == ()
    with pytest.raises(kap.InvalidValue, match=r"^id: "):
        PLAN.remove("d9")


def test_a_session_of_a_kind() -> None:
    made = kap.session("medical-review", id="r1", start=START, minutes=30, place="office")
    assert made == kap.MedicalReview(id="r1", start=START, minutes=30, place="office")
    match made:
        case kap.MedicalReview():
            pass
        case _:
            pytest.fail("it is a review")
    wrong: Any = "booster"
    with pytest.raises(kap.InvalidValue, match=r"^kind: must be one of consultation, "):
        kap.session(wrong, id="r1", start=START, minutes=30)
    with pytest.raises(kap.InvalidValue) as caught:
        kap.session("dosing", id="d1", outcome="eligible")
    with pytest.raises(kap.InvalidValue) as missing:
        kap.session("dosing", id="d1")
    assert [problem.path for problem in caught.value.problems] == ["outcome"]
    assert [str(problem) for problem in missing.value.problems] == [
        "start: must be given",
        "minutes: must be given",
    ]


def test_words_and_numbers_of_other_kinds_are_kept_plain() -> None:
    given: Any = {"place": Place.HOME, "status": State.HELD, "minutes": Length.LONG}
    made = kap.session("dosing", id="d1", start=START, **given)
    assert made == kap.Dosing(id="d1", start=START, minutes=150, place="remote", status="completed")
    assert [type(one) for one in (made.place, made.status, made.minutes)] == [str, str, int]
    indexed: Any = Indexed()
    assert made.minutes == 150
    assert kap.session("dosing", id="d1", start=START, minutes=indexed).minutes == 90
    assert kap.Supply(id="s1", issued="2027-01-01", dosings=Length.LONG).dosings == 150
    state: Any = State.HELD
    assert type(kap.Plan(id="p", timezone="UTC", state=state, sessions=()).state) is str


@pytest.mark.parametrize(
    "given", [{"minutes": True}, {"minutes": 50.0}, {"minutes": "50"}, {"place": Length.LONG}]
)
def test_what_is_no_such_word_or_number_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(kap.InvalidValue):
        kap.session("dosing", id="d1", start=START, **{"minutes": 50} | given)

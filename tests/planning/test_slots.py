"""Open slots: what cannot be one, which overlap, and the free times that bookings leave."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

import kap_model as kap
from kap_model._time import DAY_SECONDS, EPOCH_DAY, NAIVE_REASON, RANGE_REASON, TIME_REASON, zone
from kap_model.errors import InvalidValue
from kap_model.planning.search.slots import Bay, Bays, by_date, free_bays
from kap_model.slots import OpenSlot, SlotRole, checked_slots, role_of
from support import FIRST_DAY, at, plan

UTC = zone("UTC")
FIRST = FIRST_DAY.toordinal()
ROLE = "must be one of therapist, medical"
AFTER = "must be after the start"


def moment(day: int, clock: str = "00:00") -> int:
    hour, _, minute = clock.partition(":")
    return (FIRST + day - EPOCH_DAY) * DAY_SECONDS + int(hour) * 3600 + int(minute) * 60


def slot(begins: str, ends: str, role: SlotRole | None = None, day: int = 0) -> OpenSlot:
    return OpenSlot(start=at(day, begins), end=at(day, ends), role=role)


def test_a_slot_from_texts_and_from_aware_datetimes() -> None:
    west = dt.timezone(dt.timedelta(hours=-8))
    texts = OpenSlot(start="2027-01-01T10:00:00Z", end="2027-01-01T04:00:00-08:00")
    times = OpenSlot(
        start=dt.datetime(2027, 1, 1, 10, tzinfo=dt.UTC),
        end=dt.datetime(2027, 1, 1, 4, tzinfo=west),
    )
    assert texts == times
    assert hash(texts) == hash(times)
    assert (texts.begins, texts.ends) == (moment(0, "10:00"), moment(0, "12:00"))
    assert texts.role is None
    assert texts != slot("10:00", "12:00", "medical")


def test_whose_a_slot_is() -> None:
    rows: dict[SlotRole | None, tuple[bool, bool]] = {
        None: (True, True),
        "therapist": (True, False),
        "medical": (False, True),
    }
    for role, (therapist, medical) in rows.items():
        one = slot("10:00", "12:00", role)
        assert (one.is_for("therapist"), one.is_for("medical")) == (therapist, medical)


def test_each_kind_has_its_role() -> None:
    medical = {"medical-evaluation", "medical-review"}
    for kind in ("consultation", "preparation", "dosing", "integration", *sorted(medical)):
        assert role_of(kind) == ("medical" if kind in medical else "therapist")


def test_a_repr_shows_no_time() -> None:
    assert repr(slot("10:00", "12:00")) == "<OpenSlot any role>"
    assert repr(slot("10:00", "12:00", "medical")) == "<OpenSlot medical>"


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"start": "2027-01-01T10:00:00"}, "start", TIME_REASON),
        ({"start": dt.datetime(2027, 1, 1, 10)}, "start", NAIVE_REASON),  # noqa: DTZ001 - refused
        ({"start": None}, "start", TIME_REASON),
        ({"start": "1979-12-31T23:59:59Z"}, "start", RANGE_REASON),
        ({"end": "2200-01-01T00:00:00Z"}, "end", RANGE_REASON),
        ({"end": "2027-01-01"}, "end", TIME_REASON),
        ({"end": at(0)}, "end", AFTER),
        ({"end": at(0, "09:59:59")}, "end", AFTER),
        ({"role": "nurse"}, "role", ROLE),
        ({"role": ""}, "role", ROLE),
        ({"role": ["medical"]}, "role", ROLE),
    ],
)
def test_what_cannot_be_a_slot(fields: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        OpenSlot(**{"start": at(0), "end": at(0, "12:00"), **fields})
    assert caught.value.problems == (kap.Problem(path, reason),)


def test_a_slot_of_one_second_and_of_all_time() -> None:
    assert OpenSlot(start=at(0), end=at(0, "10:00:01")).ends == moment(0, "10:00") + 1
    whole = OpenSlot(start="1980-01-01T00:00:00Z", end="2199-12-31T23:59:59Z")
    assert whole.is_for("medical")


def test_slots_come_in_order_of_start() -> None:
    late, early = slot("14:00", "15:00"), slot("09:00", "10:00")
    assert checked_slots([late, early]) == (early, late)
    assert checked_slots(iter((late, early))) == (early, late)
    assert checked_slots(()) == ()


def test_slots_may_touch_and_two_roles_may_share_a_time() -> None:
    touching = (slot("09:00", "10:00"), slot("10:00", "11:00"))
    assert checked_slots(touching) == touching
    roles = (slot("09:00", "11:00", "therapist"), slot("10:00", "12:00", "medical"))
    assert checked_slots(roles) == roles


def overlaps(*slots: OpenSlot, path: str = "open_slots") -> list[str]:
    with pytest.raises(InvalidValue) as caught:
        checked_slots(slots, path)
    return [str(problem) for problem in caught.value.problems]


def test_slots_that_overlap_for_one_role_are_refused() -> None:
    any_role, medical = slot("09:00", "11:00"), slot("10:59", "12:00", "medical")
    assert overlaps(any_role, medical) == ["open_slots[1]: overlaps open_slots[0]"]
    assert overlaps(medical, any_role) == ["open_slots[0]: overlaps open_slots[1]"]
    assert overlaps(any_role, any_role, path="slots") == ["slots[1]: overlaps slots[0]"]
    therapist = slot("10:00", "10:30", "therapist")
    assert overlaps(medical, therapist, any_role) == [
        "open_slots[0]: overlaps open_slots[2]",
        "open_slots[1]: overlaps open_slots[2]",
    ]


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("09:00", "open_slots: must be a sequence"),
        (5, "open_slots: must be a sequence"),
        ({"start": at(0)}, "open_slots: must be a sequence"),
        (slot("09:00", "10:00"), "open_slots: must be a sequence"),
        ([slot("09:00", "10:00"), (at(0), at(1))], "open_slots[1]: must be an OpenSlot"),
        ([None], "open_slots[0]: must be an OpenSlot"),
    ],
)
def test_what_is_no_list_of_slots(value: Any, problem: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        checked_slots(value)
    assert [str(one) for one in caught.value.problems] == [problem]


def span(begins: int, ends: int) -> tuple[int, int, int]:
    return begins, ends, ends


def test_bookings_part_a_free_time() -> None:
    booked = plan("P0@09:00/60 D0@11:00/120 R0@15:00").sessions
    found = free_bays([span(moment(0, "08:00"), moment(0, "15:00"))], booked, 0, UTC)
    assert found == [
        Bay(moment(0, "08:00"), moment(0, "09:00") - 1, moment(0, "09:00"), FIRST),
        Bay(moment(0, "10:00"), moment(0, "11:00") - 1, moment(0, "11:00"), FIRST),
        Bay(moment(0, "13:00"), moment(0, "15:00") - 1, moment(0, "15:00"), FIRST),
    ]


def test_bookings_that_touch_overlap_or_fill_a_free_time() -> None:
    times = [span(moment(0, "09:00"), moment(0, "11:00"))]
    whole = [Bay(moment(0, "09:00"), moment(0, "11:00") - 1, moment(0, "11:00"), FIRST)]
    rows = {
        "P0@08:10/50 D0@11:00": whole,  # up to its start, and from its end on
        "P0@08:11/50": [whole[0]._replace(opens=moment(0, "09:01"))],
        "D0@09:00/120": [],
        "D0@08:00/400": [],
        "D0@09:00/60 P0@09:30/90": [],  # two bookings at once
        "D0@10:00/60": [whole[0]._replace(last=moment(0, "10:00") - 1, closes=moment(0, "10:00"))],
    }
    for line, bays in rows.items():
        assert free_bays(times, plan(line).sessions, 0, UTC) == bays


def test_nothing_opens_before_now() -> None:
    times = [span(moment(0, "09:00"), moment(0, "11:00"))]
    for since, opens in {"08:00": "09:00", "09:00": "09:00", "10:59": "10:59"}.items():
        (bay,) = free_bays(times, (), moment(0, since), UTC)
        assert bay.opens == moment(0, opens)
    assert free_bays(times, (), moment(0, "11:00"), UTC) == []
    # A session that goes on at the moment still takes its time.
    (bay,) = free_bays(times, plan("D0@08:30/60").sessions, moment(0, "09:15"), UTC)
    assert bay.opens == moment(0, "09:30")


def test_a_free_time_over_midnight_is_a_bay_on_each_date() -> None:
    times = [span(moment(0, "22:00"), moment(2, "01:00"))]
    assert free_bays(times, (), 0, UTC) == [
        Bay(moment(0, "22:00"), moment(1) - 1, moment(2, "01:00"), FIRST),
        Bay(moment(1), moment(2) - 1, moment(2, "01:00"), FIRST + 1),
        Bay(moment(2), moment(2, "01:00") - 1, moment(2, "01:00"), FIRST + 2),
    ]
    # The dates are those of the zone.
    west = zone("America/Los_Angeles")
    days = [bay.day for bay in free_bays(times, (), 0, west)]
    assert days == [FIRST, FIRST + 1]


def test_a_date_that_comes_twice_is_no_trap() -> None:
    # Clocks in Nuuk were set back from 0:00 to 23:00 on 29 October 2022, so that date came twice.
    nuuk = zone("America/Nuuk")
    midnight = nuuk.first_instant(dt.date(2022, 10, 30).toordinal())
    bays = list(by_date(midnight - 7200, midnight + 7200, midnight + 7200, nuuk))
    assert bays[0].opens == midnight - 7200
    assert all(bay.opens <= bay.last for bay in bays)
    assert [later.opens for later in bays[1:]] == [earlier.last + 1 for earlier in bays[:-1]]
    assert bays[-1].last == midnight + 7200 - 1
    before = nuuk.at(dt.date(2022, 10, 29).toordinal(), 23, 30)
    assert before is not None
    second = before + 3600  # the same wall clock again
    (bay, *_) = by_date(second, second + 600, second + 600, nuuk)
    assert (bay.opens, bay.last) == (second, second + 599)


def test_bays_are_found_by_start_and_by_date() -> None:
    first = Bay(moment(0, "09:00"), moment(0, "09:59"), moment(0, "10:00"), FIRST)
    second = Bay(moment(2, "09:00"), moment(2, "09:00"), moment(2, "10:00"), FIRST + 2)
    bays = Bays([second, first])
    assert bays.bays == [first, second]
    assert len(bays) == 2
    assert len(Bays(())) == 0
    rows = {first.opens: 0, first.last: 0, first.last + 1: 1, second.last: 1, second.last + 1: 2}
    assert {start: bays.first_from(start) for start in rows} == rows
    assert [bays.first_on(FIRST + day) for day in range(-1, 4)] == [0, 0, 1, 1, 2]

"""How ``complete`` looks for times: slots to the minute, usual hours first, and what may wait."""

from __future__ import annotations

from typing import Any, Final

import pytest

import kap_model as kap
from support import FIRST_DAY, at, dated, limits, plan

ONE: Final[dict[str, Any]] = {
    "dosing_count": {"min": 1},
    "integration_per_dosing": 1,
    "evaluation_first": True,
}
HOURS: Final[dict[str, Any]] = {
    "dosing_count": {"min": 1},
    "integration_per_dosing": 1,
    "integration_window_hours": 2,
}
ANY_TIME: Final[dict[str, Any]] = {"review_after": {"dosings": 1, "gate": "any-time"}}


def slots(*texts: str) -> list[kap.OpenSlot]:
    """Slots as ``10@09:00-11:00``, over midnight as ``10@23:00-11@01:00``; ``m``, ``t`` before."""
    found = []
    roles: dict[str, Any] = {"m": "medical", "t": "therapist"}
    for text in texts:
        mark, _, times = text.rpartition(" ")
        begins, _, ends = times.partition("-")
        day, _, clock = begins.partition("@")
        last, _, until = ends.rpartition("@")
        role = roles.get(mark)
        start, end = at(int(day), clock), at(int(last or day), until)
        found.append(kap.OpenSlot(start=start, end=end, role=role))
    return found


def notation(line: str, forms: dict[str, Any], as_of: str, **options: Any) -> str:
    done = kap.complete(plan(line), limits(**forms), as_of=as_of, **options)
    assert done.plan.notation.startswith(f"{FIRST_DAY} C0* ")
    return done.plan.notation.removeprefix(f"{FIRST_DAY} C0* ")


# A plan after its consultation, limits, slots; the sessions, or the kinds that find no slot.
SLOTS: Final[dict[str, tuple[str, dict[str, Any], tuple[str, ...], str | tuple[str, ...]]]] = {
    "all in one slot, to the minute": (
        "",
        ONE,
        ("10@10:00-13:20",),
        "E10 D10@10:30 I10@12:30",
    ),
    "a minute too short for the last": (
        "",
        ONE,
        ("10@10:00-13:19", "12@10:00-10:50"),
        "E10 D10@10:30 I12",
    ),
    "slots of two roles that touch": (
        "",
        ONE,
        ("m 10@10:00-10:30", "t 10@10:30-13:20"),
        "E10 D10@10:30 I10@12:30",
    ),
    "slots of two roles at once": (
        "",
        ONE,
        ("m 10@10:00-10:30", "t 10@10:00-13:20"),
        "E10 D10@10:30 I10@12:30",
    ),
    "over midnight": (
        "",
        ONE,
        ("10@23:45-11@03:05",),
        "E10@23:45 D11@00:15 I11@02:15",
    ),
    "what is past is gone": (
        "",
        ONE,
        ("5@10:00-20:00", "8@06:00-13:20"),
        "E8 D8@10:30 I8@12:30",
    ),
    "around what is booked": (
        "P9@12:00/60 D9@14:00 I9@17:00",
        ONE,
        ("9@11:30-12:30", "9@13:00-14:00"),
        "E9@11:30 P9@12:00/60 D9@14:00 I9@17:00",
    ),
    "too short beside what is booked": (
        "P9@12:00/60 D9@14:00 I9@17:00",
        ONE,
        ("9@11:31-13:29", "9@17:00-20:00"),
        ("medical-evaluation",),
    ),
    "after what is booked, to the minute": (
        "P9@12:00/60 D9@14:00 I9@17:00",
        ONE,
        ("9@11:31-13:30",),
        "P9@12:00/60 E9@13:00 D9@14:00 I9@17:00",
    ),
    "nobody's time for medical sessions": (
        "",
        ONE,
        ("t 10@10:00-13:20",),
        ("medical-evaluation",),
    ),
    "another's time only": ("", ONE, ("m 10@10:00-13:20",), ("dosing",)),
    "the next slot where a kind is missing": (
        "",
        ONE,
        ("t 10@09:00-12:00", "m 11@10:00-10:30", "t 12@09:00-12:00"),
        "E11 D12@09:00 I12@11:00",
    ),
    "the dosing as late as its integration needs": (
        "",
        HOURS,
        ("10@08:00-10:30", "10@12:10-13:00"),
        "D10@08:10 I10@12:10",
    ),
    "the dosing at the end of its slot": (
        "",
        HOURS,
        ("10@08:00-10:30", "10@12:30-13:20"),
        "D10@08:30 I10@12:30",
    ),
    "no time that is near enough": (
        "",
        HOURS,
        ("10@08:00-10:30", "10@12:31-13:21"),
        ("dosing", "integration"),
    ),
    "a review between, pushed along": (
        "",
        HOURS | ANY_TIME,
        ("t 10@08:00-10:30", "m 10@10:00-10:40", "t 10@12:10-13:00"),
        "D10@08:10 R10@10:10 I10@12:10",
    ),
    "a review after, where it cannot be pushed": (
        "",
        HOURS | ANY_TIME,
        ("t 10@08:00-10:30", "m 10@10:00-10:39", "t 10@12:10-13:00", "m 10@13:00-13:30"),
        "D10@08:10 I10@12:10 R10@13:00",
    ),
    "another day where the first is too far": (
        "",
        HOURS,
        ("10@08:00-10:00", "10@12:01-13:00", "11@08:00-10:00", "11@12:00-12:50"),
        "D11@08:00 I11@12:00",
    ),
    "a booked integration bounds the dosing": (
        "I10@12:30",
        HOURS,
        ("10@08:00-10:30",),
        "D10@08:30 I10@12:30",
    ),
    "a review before the next dosing": (
        "D2* D12",
        {"review_after": {"dosings": 1, "gate": "before-next"}},
        ("m 12@09:00-09:30", "m 12@12:00-13:00"),
        "D2* R12@09:00 D12",
    ),
    "no review before the next dosing": (
        "D2* D12",
        {"review_after": {"dosings": 1, "gate": "before-next"}},
        ("m 12@09:31-10:01", "m 12@12:00-13:00"),
        ("medical-review",),
    ),
    "a review late enough to last": (
        "E1+ D2* D100",
        {"review_every": {"months": 3, "policy": "rolling"}},
        ("m 9@10:00-11:00", "m 10@10:00-11:00", "m 20@10:00-11:00"),
        "E1+ D2* R10 D100",
    ),
    "no review late enough": (
        "E1+ D2* D100",
        {"review_every": {"months": 3, "policy": "rolling"}},
        ("m 9@10:00-11:00", "m 101@10:00-11:00"),
        ("medical-review",),
    ),
    "dosings that wait for a longest gap": (
        "D2*",
        {"dosing_count": {"min": 3}, "dosing_gap_days": {"max": 30}},
        ("20@10:00-12:00", "50@10:00-12:00", "51@10:00-12:00"),
        "D2* D20 D50",
    ),
    "a frequency": (
        "D2* D5*",
        {"dosing_count": {"min": 3}, "dosing_frequency": {"at_most": 2, "days": 30}},
        ("31@10:00-12:00", "32@10:00-12:00"),
        "D2* D5* D32",
    ),
}


@pytest.mark.parametrize(("line", "forms", "texts", "found"), SLOTS.values(), ids=SLOTS.keys())
def test_slots_to_the_minute(
    line: str, forms: dict[str, Any], texts: tuple[str, ...], found: str | tuple[str, ...]
) -> None:
    if isinstance(found, str):
        assert notation(f"C0* {line}", forms, at(8), open_slots=slots(*texts)) == found
        return
    with pytest.raises(kap.PlanningError) as caught:
        kap.complete(plan(f"C0* {line}"), limits(**forms), as_of=at(8), open_slots=slots(*texts))
    assert caught.value.conflict == found


# Without slots: once a day at 10:00, by day, at any time.
FREE: Final[dict[str, tuple[str, dict[str, Any], str, str]]] = {
    "once a day at ten": ("", ONE, at(8), "E8 D9 I10"),
    "ten is over": ("", ONE, at(8, "10:01"), "E9 D10 I11"),
    "a booked day is taken": ("P9@15:00", ONE, at(8), "E8 P9@15:00 D10 I11"),
    "by day where a day is not enough": (
        "D8@15:00 I8@18:00",
        ONE,
        at(8, "11:00"),
        "E8@11:00 D8@15:00 I8@18:00",
    ),
    "from eight on": ("D9@09:00 I10", ONE, at(8, "21:00"), "E9@08:00 D9@09:00 I10"),
    "at any time where the day is not enough": (
        "D9@08:00 I10",
        ONE,
        at(8, "21:00"),
        "E8@21:00 D9@08:00 I10",
    ),
    "at night to the minute": (
        "D9@00:30 I10",
        ONE,
        at(9, "00:00"),
        "E9@00:00 D9@00:30 I10",
    ),
    "between two dosings": (
        "D8@10:30 D8@13:20",
        {"integration_per_dosing": 1},
        at(8),
        "D8@10:30 I8@12:30 D8@13:20 I8@15:20",
    ),
    "between two dosings of an evening": (
        "D8@20:30 D9@00:00",
        {"integration_per_dosing": 1},
        at(8),
        "D8@20:30 I8@22:45 D9@00:00 I9@05:00",
    ),
    "an integration on the day after, for a window of hours": (
        "D8@09:00",
        {"integration_per_dosing": 1, "integration_window_hours": 2},
        at(8, "13:00"),
        "D8@09:00 I8@13:00",
    ),
    "a first integration that is late already": (
        "D8@09:00 I9",
        {"integration_per_dosing": 2, "integration_window_hours": 2},
        at(8, "12:00"),
        "D8@09:00 I8@12:00 I9",
    ),
}


@pytest.mark.parametrize(("line", "forms", "as_of", "found"), FREE.values(), ids=FREE.keys())
def test_usual_times_first(line: str, forms: dict[str, Any], as_of: str, found: str) -> None:
    assert notation(f"C0* {line}", forms, as_of) == found


def test_the_local_day_is_the_zones() -> None:
    line = "2027-03-12 America/Los_Angeles C0*"
    done = kap.complete(plan(line), limits(**ONE), as_of="2027-03-12T10:30:00-08:00")
    assert done.plan.notation == "2027-03-12 America/Los_Angeles C0* E1 D2 I3"
    starts = [done.plan.zone.text(session.begins) for session in done.added]
    assert starts[:2] == ["2027-03-13T10:00:00-08:00", "2027-03-14T10:00:00-07:00"]


def test_whole_slots_of_a_month_are_enough() -> None:
    """Days apart count by date: a slot late on the day before is a day too early."""
    two = {"dosing_count": {"min": 2}}
    texts = ("22@10:00-12:00", "23@00:00-02:00")
    assert notation("C0* D9*", two, at(10), every="2w", open_slots=slots(*texts)) == "D9* D23@00:00"
    with pytest.raises(kap.PlanningError):
        notation("C0* D9*", two, at(10), every="2w", open_slots=slots("22@10:00-23:59"))
    # What nobody asked for gives way.
    assert notation("C0* D9*", two, at(10), open_slots=slots("22@10:00-23:59")) == "D9* D22"


def test_a_slot_that_reaches_the_day() -> None:
    two = {"dosing_count": {"min": 2}}
    found = notation("C0* D9*", two, at(10), open_slots=slots("22@20:00-23@02:00"))
    assert found == "D9* D23@00:00"


def test_a_contact_on_the_day_of_the_first_dosing_serves_it() -> None:
    forms = {"review_every": {"months": 1, "policy": "rolling"}}
    assert notation("C0* E1+ D40", forms, at(8), open_slots=slots("m 40@13:00-14:00")) == (
        "E1+ D40 R40@13:00"
    )
    with pytest.raises(kap.PlanningError):
        kap.complete(
            plan("C0* E1+ D40"), limits(**forms), as_of=at(8), open_slots=slots("m 41@09:00-10:00")
        )


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (("m 15@10:00-11:00", "m 95@10:00-11:00"), "D2* R15 R95 D100"),
        (("m 89@23:00-23:30", "m 90@00:00-00:30"), "D2* R89@23:00 R90@00:00 D100"),
    ],
)
def test_a_contact_in_each_quarter(texts: tuple[str, ...], whole: str) -> None:
    forms = {"review_every": {"months": 3, "policy": "calendar"}}
    assert notation("C0* D2* D100", forms, at(8), open_slots=slots(*texts)) == whole


def changing(first: int, then: int) -> kap.CareProtocol:
    """So many dosings, and from 1 February another number."""
    lines = {None: {"min": first}, "2027-02-01": {"min": then}}
    return kap.CareProtocol(id="dated", settings=dated("dosing_count", lines))


# What a course begins with, its dosings before and after the change, slots; the days of dosings.
DATED: Final[tuple[tuple[str, int, int, tuple[str, ...] | None, list[int]], ...]] = (
    ("", 1, 2, None, [8]),
    ("", 2, 1, None, [8, 22]),
    ("", 1, 2, ("10@10:00-12:00",), [10]),
    ("", 2, 1, ("10@10:00-12:00",), []),
    ("", 1, 2, ("40@10:00-12:00",), []),
    ("", 2, 1, ("40@10:00-12:00",), [40]),
    ("", 2, 1, ("10@10:00-11:59", "40@10:00-12:00"), [40]),
    ("C5*", 1, 2, ("40@10:00-12:00",), [40]),
    ("C5*", 2, 1, ("40@10:00-12:00",), []),
    ("C40", 1, 2, ("41@10:00-12:00",), []),
    ("C40", 2, 1, ("41@10:00-12:00",), [41]),
    ("C40", 1, 2, ("31@10:00-12:00",), []),
    ("C40", 1, 2, ("30@10:00-12:00",), [30]),
    ("C40", 2, 1, ("31@10:00-12:00",), [31]),
)


@pytest.mark.parametrize(("line", "first", "then", "texts", "days"), DATED)
def test_the_day_on_which_a_course_begins_chooses_its_limits(
    line: str, first: int, then: int, texts: tuple[str, ...] | None, days: list[int]
) -> None:
    empty = kap.Plan(id="plan", timezone="UTC", sessions=())
    course = plan(line) if line else empty
    given: dict[str, Any] = {"as_of": at(8), "open_slots": None if texts is None else slots(*texts)}
    if not days:
        with pytest.raises(kap.PlanningError) as caught:
            kap.complete(course, changing(first, then), **given)
        assert caught.value.conflict == ("dosing",)
        return
    done = kap.complete(course, changing(first, then), **given)
    found = [done.plan.zone.day(session.begins) - FIRST_DAY.toordinal() for session in done.added]
    assert found == days


def test_no_contact_in_one_of_the_quarters() -> None:
    forms = {"review_every": {"months": 3, "policy": "calendar"}}
    for texts in (("m 15@10:00-11:00",), ("m 95@10:00-11:00",), ("m 88@10:00-89@12:00",)):
        with pytest.raises(kap.PlanningError) as caught:
            kap.complete(
                plan("C0* D2* D100"), limits(**forms), as_of=at(8), open_slots=slots(*texts)
            )
        assert caught.value.conflict == ("medical-review",)


def test_a_dosing_waits_where_the_next_would_be_too_far() -> None:
    forms = {"dosing_count": {"min": 3}, "dosing_gap_days": {"max": 30}}
    open_slots = slots("16@10:00-12:00", "20@10:00-12:00", "50@10:00-12:00")
    assert notation("C0* D2*", forms, at(8), open_slots=open_slots) == "D2* D20 D50"

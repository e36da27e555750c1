"""Defaults give way, options never: for drafts, completions and repairs alike."""

from __future__ import annotations

from typing import Any, Final

import pytest

import kap_model as kap
from kap_model.errors import PlanningError
from kap_model.planning.wishes import ANYTHING, Wish, most_usual
from support import SOURCE, at, limits, plan

START: Final = "2027-01-11"
KINGSLEY: Final = kap.practices.KINGSLEY


def house(**forms: Any) -> kap.CareProtocol:
    """The protocol of a practice with some limits of its own."""
    return KINGSLEY.protocol.extended("house", settings=limits(**forms).settings)


EACH: Final[dict[str, Any]] = {"dosing_count": {"min": 2}, "integration_per_dosing": 1}
INTAKE: Final[dict[str, Any]] = {"evaluation_first": True, "preparation_count": {"min": 1}}
PREPARED: Final = {"min": 9, "max": 9}

# What a protocol and options make of a course from Monday 11 January 2027.
DRAFTS: Final[dict[str, tuple[kap.CareProtocol, dict[str, Any], str]]] = {
    "half a day asks for the day of the dosing": (
        limits(**EACH, **INTAKE, integration_window_hours=12),
        {"time": "10:00"},
        "E0 P7 D14 I14@15:00 D28 I28@15:00",
    ),
    "an hour more does not, where a dosing may be later": (
        limits(**EACH, **INTAKE, integration_window_hours=18),
        {},
        "E0 P7 D14@14:00 I15 D28@14:00 I29",
    ),
    "a time that is asked for stays": (
        limits(**EACH, **INTAKE, integration_window_hours=18),
        {"time": "10:00"},
        "E0 P7 D14 I14@15:00 D28 I28@15:00",
    ),
    "a window of one hour": (
        limits(**EACH, integration_window_hours=1),
        {},
        "D0 I0@13:00 D14 I14@13:00",
    ),
    "the day of the dosing, as it is asked for": (
        limits(**EACH),
        {"integration_delay": 0},
        "D0 I0@15:00 D14 I14@15:00",
    ),
    "an evening that has room for an hour": (
        limits(**EACH),
        {"integration_delay": 0, "time": "20:00"},
        "D0@20:00 I0@23:00 D14@20:00 I14@23:00",
    ),
    "a night that has no room": (
        limits(**EACH),
        {"integration_delay": 0, "time": "22:30"},
        "D0@22:30 I1@22:30 D14@22:30 I15@22:30",
    ),
    "more integrations than dosings come last": (
        limits(dosing_count={"min": 4, "max": 4}, integration_count={"min": 5, "max": 5}),
        {},
        "D0 I1 D14 I15 D28 I29 D42 I43 I44",
    ),
    "two after the only dosing": (
        limits(dosing_count={"min": 1}),
        {"integrations": 2},
        "D0 I1 I2",
    ),
    "fewer integrations than dosings: the last ones": (
        limits(dosing_count={"min": 3}, integration_count={"min": 2}),
        {},
        "D0 D14 I15 D28 I29",
    ),
    "one a dosing within the window, the rest whenever": (
        limits(dosing_count={"min": 2}, integration_count={"min": 4}, integration_window_hours=24),
        {},
        "D0 I1 D14 I15 I16 I17",
    ),
    "the widest pace on one weekday": (
        limits(dosing_count={"min": 3}, dosing_gap_days={"max": 10}),
        {"weekday": "mon"},
        "D0 D7 D14",
    ),
    "two a week leave two weeks": (
        limits(dosing_count={"min": 3}, dosing_frequency={"at_most": 2, "days": 7}),
        {},
        "D0 D14 D28",
    ),
    "no consultation: the weekday of the start": (
        limits(dosing_count={"min": 2}, **INTAKE),
        {},
        "E0 P7 D14 D28",
    ),
    "preparations beyond a week: whole weeks": (
        limits(dosing_count={"min": 2}, evaluation_first=True, preparation_count=PREPARED),
        {},
        "E0 P7 P8 P9 P10 P11 P12 P13 P14 P15 D21 D35",
    ),
    "preparation first": (
        limits(dosing_count={"min": 1}, preparation_count={"min": 8}),
        {},
        "P0 P1 P2 P3 P4 P5 P6 P7 D14",
    ),
    "nothing asked: one dosing": (limits(), {}, "D0"),
    "one day of a week": (
        limits(**EACH, **INTAKE),
        {"working_days": ["mon"]},
        "E0 P7 D14 I21 D28 I35",
    ),
}


@pytest.mark.parametrize(("protocol", "options", "line"), DRAFTS.values(), ids=DRAFTS.keys())
def test_drafts(protocol: kap.CareProtocol, options: dict[str, Any], line: str) -> None:
    drafted = kap.draft(protocol, START, **options)
    assert drafted.notation == f"{START} {line}"
    assert not [f for f in kap.check(drafted, protocol).findings if f.verdict != "unknown"]


RUNNING: Final = "C0* E2+ P7* D14*t"
SLOTS: Final = [
    kap.OpenSlot(start=at(day, "09:00"), end=at(day, "17:00"))
    for day in (14, 15, 16, 28, 29, 30, 42, 43, 44)
]
TWO: Final[dict[str, Any]] = {"dosing_count": {"min": 2, "max": 9}, "integration_per_dosing": 1}

# A running course at noon of its first dosing's day, whose end is that moment.
COMPLETIONS: Final[dict[str, tuple[dict[str, Any], dict[str, Any], str]]] = {
    "the next day": (TWO, {}, "I15 D28 I29"),
    "the next day, within open slots": (
        TWO,
        {"open_slots": SLOTS},
        "I15@09:00 D28@09:00 I29@09:00",
    ),
    "the day of the dosing, as it is asked for": (
        TWO,
        {"integration_delay": 0},
        "I14@15:00 D28 I28@15:00",
    ),
    "so within open slots": (
        TWO,
        {"integration_delay": 0, "open_slots": SLOTS},
        "I14@15:00 D28@09:00 I28@14:00",
    ),
    "as the window asks": (
        TWO | {"integration_window_hours": 12},
        {},
        "I14@15:00 D28 I28@15:00",
    ),
    "so within open slots that are short": (
        TWO | {"integration_window_hours": 2},
        {"open_slots": SLOTS},
        "I14@14:00 D28@09:00 I28@13:00",
    ),
    "where nothing else is open, right after the dosing": (
        TWO | {"dosing_count": {"min": 1}},
        {"open_slots": [kap.OpenSlot(start=at(14, "12:00"), end=at(14, "12:50"))]},
        "I14@12:00",
    ),
    "a longest gap under two weeks": (TWO | {"dosing_gap_days": {"max": 7}}, {}, "I15 D21 I22"),
    "a pace of two weeks that gives way to open slots": (
        TWO,
        {"open_slots": SLOTS[:3]},
        "I15@09:00 D15@09:50 I16@09:00",
    ),
    "more integrations than dosings come last": (
        TWO | {"integration_count": {"min": 4}},
        {},
        "I15 D28 I29 I30 I31",
    ),
    "so within open slots, on days apart as far as there are days": (
        TWO | {"integration_count": {"min": 4}},
        {"open_slots": SLOTS[:5]},
        "I15@09:00 D28@09:00 I29@09:00 I29@09:50 I29@10:40",
    ),
}


@pytest.mark.parametrize(("forms", "options", "line"), COMPLETIONS.values(), ids=COMPLETIONS.keys())
def test_completions(forms: dict[str, Any], options: dict[str, Any], line: str) -> None:
    done = kap.complete(plan(RUNNING), limits(**forms), as_of=at(14, "12:00"), **options)
    assert done.plan.notation == f"2027-01-01 {RUNNING} {line}"


def test_a_pace_that_is_asked_for_is_named_and_a_usual_one_never() -> None:
    tight = limits(**TWO, dosing_gap_days={"max": 7})
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan(RUNNING), tight, as_of=at(14, "12:00"), every="2w")
    assert caught.value.conflict == ("every", "dosing_count", "dosing_gap_days")
    single = limits(dosing_count={"min": 1}, integration_per_dosing=1, integration_count={"max": 0})
    with pytest.raises(PlanningError) as refused:
        kap.complete(plan(RUNNING), single, as_of=at(14, "12:00"))
    assert refused.value.conflict == ("integration_per_dosing", "integration_count")


# Without a moment; what is added is an integration.
REPAIRS: Final[dict[str, tuple[dict[str, Any], str, str]]] = {
    "the next day": ({"integration_per_dosing": 1}, "D0 D14 I15", "D0 I1 D14 I15"),
    "the next day, after an early dosing": (
        {"integration_per_dosing": 1},
        "D0@07:00 D14 I15",
        "D0@07:00 I1 D14 I15",
    ),
    "several": ({"integration_per_dosing": 1}, "D0 D14 D28", "D0 I1 D14 I15 D28 I29"),
    "hours later, where the next dosing is on the next day": (
        {"integration_per_dosing": 1},
        "D0 D1 I2",
        "D0 I0@13:00 D1 I2",
    ),
    "hours later, several": (
        {"integration_per_dosing": 1, "dosing_count": {"min": 3}},
        "D0 D1 D2 I3",
        "D0 I0@13:00 D1 I1@13:00 D2 I3",
    ),
    "right after the dosing, where nothing else is left": (
        {"integration_per_dosing": 1},
        "D0 D0@12:50 I1",
        "D0 I0@12:00 D0@12:50 I1",
    ),
}


@pytest.mark.parametrize(("forms", "line", "whole"), REPAIRS.values(), ids=REPAIRS.keys())
def test_repairs(forms: dict[str, Any], line: str, whole: str) -> None:
    assert kap.repair(plan(line), limits(**forms)).plan.notation == f"2027-01-01 {whole}"


# -- usual values ----------------------------------------------------------------------------------


def with_usual(values: dict[str, Any], **forms: Any) -> kap.CareProtocol:
    lines = [
        kap.UsualValue(name=name, value=value, citation=SOURCE) for name, value in values.items()
    ]
    return kap.CareProtocol(id="usual", settings=limits(**forms).settings, usual=lines)


ALL: Final[dict[str, Any]] = {
    "every": "1w",
    "preparations": 3,
    "dosings": 2,
    "integrations_each": 2,
    "minutes.dosing": 180,
    "minutes.integration": 45,
    "integration_days": 2,
}
USUAL: Final[dict[str, tuple[kap.CareProtocol, dict[str, Any], str]]] = {
    "all of them": (
        with_usual(ALL, evaluation_first=True),
        {},
        "E0 P7 P8 P9 D14/180 I16/45 I17/45 D21/180 I23/45 I24/45",
    ),
    "each option beats them": (
        with_usual(ALL, evaluation_first=True),
        {
            "every": 10,
            "preparations": 1,
            "dosings": 3,
            "integrations": 1,
            "minutes": {"dosing": 60, "integration": 50},
            "integration_delay": 1,
        },
        "E0 P7 D14/60 D24/60 D34/60 I35",
    ),
    "a limit beats a pace": (
        with_usual({"every": "1w"}, dosing_count={"min": 2}, dosing_gap_days={"min": 10}),
        {},
        "D0 D10",
    ),
    "a limit beats numbers": (
        with_usual(
            {"dosings": 6, "preparations": 1},
            dosing_count={"min": 1, "max": 2},
            preparation_count={"min": 2},
        ),
        {},
        "P0 P1 D7 D21",
    ),
    "a limit beats lengths": (
        with_usual(
            {"minutes.dosing": 30, "minutes.preparation": 90, "minutes.integration": 50},
            preparation_count={"min": 1},
            dosing_minutes={"min": 60, "max": 120},
            therapy_minutes={"min": 45, "max": 60},
            integration_per_dosing=1,
        ),
        {},
        "P0/60 D7/60 I8",
    ),
    "a limit beats integrations of each": (
        with_usual({"integrations_each": 2, "dosings": 2}, integration_count={"max": 3}),
        {},
        "D0 I1 D14 I15 I16",
    ),
    "fewer than a limit asks for after each": (
        with_usual({"integrations_each": 1}, **EACH | {"integration_per_dosing": 2}),
        {},
        "D0 I1 I2 D14 I15 I16",
    ),
    "a limit beats days": (
        with_usual({"integration_days": 2}, **EACH, integration_window_hours=24),
        {},
        "D0 I0@15:00 D14 I14@15:00",
    ),
    "the day of the dosing": (
        with_usual({"integration_days": 0}, **EACH),
        {},
        "D0 I0@15:00 D14 I14@15:00",
    ),
    "a usual pace that only the weekday widens": (
        with_usual({"every": 10}, dosing_count={"min": 2}),
        {"weekday": "mon"},
        "D0 D14",
    ),
    "no length of a dosing is lawful, and none is asked for": (
        with_usual({"minutes.dosing": 90}, dosing_minutes={"max": 60}, effect_minutes=61),
        {"dosings": 0, "preparations": 1},
        "P0",
    ),
}


@pytest.mark.parametrize(("protocol", "options", "line"), USUAL.values(), ids=USUAL.keys())
def test_a_draft_starts_from_what_is_usual(
    protocol: kap.CareProtocol, options: dict[str, Any], line: str
) -> None:
    drafted = kap.draft(protocol, START, **options)
    assert drafted.notation == f"{START} {line}"
    assert not [f for f in kap.check(drafted, protocol).findings if f.verdict != "unknown"]


def test_usual_numbers_that_cannot_be_give_way() -> None:
    """Here the calendar has no room for so many dosings."""
    protocol = with_usual({"dosings": 5}, dosing_count={"min": 1}, dosing_gap_days={"min": 30})
    assert kap.draft(protocol, "2199-12-01").notation == "2199-12-01 D0"


def test_usual_values_are_of_the_day_on_which_a_course_begins() -> None:
    lines = [
        kap.UsualValue(name="every", value=days, since=since, citation=SOURCE)
        for since, days in (("2027-01-11", 7), ("2027-06-01", 21))
    ]
    protocol = kap.CareProtocol(id="dated", settings=limits(**EACH).settings, usual=lines)
    for start, line in (
        ("2027-01-10", "D0 I1 D14 I15"),
        ("2027-01-11", "D0 I1 D7 I8"),
        ("2027-06-01", "D0 I1 D21 I22"),
    ):
        assert kap.draft(protocol, start).notation == f"{start} {line}"
        begun = kap.complete(kap.parse(f"{start} D0*t"), protocol, as_of=f"{start}T12:00:00Z")
        assert begun.plan.notation == f"{start} {line.replace('D0', 'D0*t')}"
        mended = kap.repair(kap.parse(f"{start} D0 I1"), protocol)
        assert mended.plan.notation == f"{start} {line}"


def test_completions_and_repairs_start_from_what_is_usual() -> None:
    values = {"every": "1w", "integration_days": 2, "minutes.integration": 60}
    protocol = with_usual(values, **TWO)
    done = kap.complete(plan(RUNNING), protocol, as_of=at(14, "12:00"))
    assert done.plan.notation == f"2027-01-01 {RUNNING} I16/60 D21 I23/60"
    options: dict[str, Any] = {"every": 8, "integration_delay": 1, "minutes": {"integration": 50}}
    asked = kap.complete(plan(RUNNING), protocol, as_of=at(14, "12:00"), **options)
    assert asked.plan.notation == f"2027-01-01 {RUNNING} I15 D22 I23"
    assert kap.repair(plan("D0 I1"), protocol).plan.notation == "2027-01-01 D0 I1 D7 I8/60"


# -- how wishes are tried --------------------------------------------------------------------------

BEST: Final = Wish(delay=2)
NEXT: Final = Wish(delay=1)
WISHES: Final = (BEST, NEXT, ANYTHING)


def tried(possible: dict[Wish, int], paces: tuple[int, int]) -> tuple[Any, list[tuple[Wish, int]]]:
    """What is found where each wish can be had up to a pace, and what was tried on the way."""
    asked: list[tuple[Wish, int]] = []

    def find(wish: Wish, every: int) -> tuple[Wish, int] | None:
        asked.append((wish, every))
        return (wish, every) if every <= possible.get(wish, -1) else None

    return most_usual(WISHES, paces, find), asked


def test_the_first_wish_is_enough() -> None:
    assert tried({BEST: 14, NEXT: 14, ANYTHING: 14}, (0, 14)) == ((BEST, 14), [(BEST, 14)])


def test_what_is_impossible_takes_few_searches() -> None:
    found, asked = tried({}, (0, 14))
    assert found is None
    assert asked == [(BEST, 14), (BEST, 0), (ANYTHING, 0)]


@pytest.mark.parametrize("pace", range(15))
def test_the_widest_pace_of_the_first_wish_that_can_be_had(pace: int) -> None:
    assert tried({BEST: pace, ANYTHING: 14}, (0, 14))[0] == (BEST, pace)
    assert tried({NEXT: pace, ANYTHING: 14}, (0, 14))[0] == (NEXT, pace)
    assert tried({ANYTHING: pace}, (0, 14))[0] == (ANYTHING, pace)


def test_a_pace_that_is_asked_for_stays() -> None:
    assert tried({BEST: 13, NEXT: 14, ANYTHING: 14}, (14, 14))[0] == (NEXT, 14)


@pytest.mark.parametrize(("possible", "found"), [(True, "found"), (False, None)])
def test_where_the_last_search_is_given_up_another_may_do(
    possible: bool,  # noqa: FBT001
    found: str | None,
) -> None:
    given_up = PlanningError([kap.Problem("plan", "too many")])

    def find(wish: Wish, _: int) -> str | None:
        if wish == ANYTHING:
            raise given_up
        return "found" if possible and wish == NEXT else None

    if found is None:
        with pytest.raises(PlanningError) as caught:
            most_usual(WISHES, (0, 0), find)
        assert caught.value is given_up
    else:
        assert most_usual(WISHES, (0, 0), find) == found


def test_a_time_stays_where_a_day_holds_all_that_follows_a_dosing() -> None:
    forms: dict[str, Any] = {"dosing_count": {"min": 2}, "dosing_gap_days": {"min": 1, "max": 1}}
    drafted = kap.draft(limits(**forms, integration_per_dosing=2), START, time="09:00")
    line = "D0@09:00 I0@12:00 I0@12:50 D1@09:00 I1@12:00 I1@12:50"
    assert drafted.notation == f"{START} {line}"

"""What ``complete`` refuses, and how it names what stands in the way."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import attrs
import pytest

import kap_model as kap
from house import house
from kap_model._time import NAIVE_REASON, RANGE_REASON, TIME_REASON
from kap_model.errors import InvalidValue, PlanningError
from kap_model.forms import Follow
from support import at, limits, plan

ONE: Final[dict[str, Any]] = {
    "dosing_count": {"min": 1},
    "integration_per_dosing": 1,
    "evaluation_first": True,
}
QUARTERLY: Final = {"review_every": {"months": 3, "policy": "rolling"}}
NONE: Final = "have none for a needed "


def slot(day: int, begins: str, ends: str, role: Any = None) -> kap.OpenSlot:
    return kap.OpenSlot(start=at(day, begins), end=at(day, ends), role=role)


BOUND: Final = slot(10, "09:00", "09:29")
"""Too short for any session."""

# A plan, limits, the moment, slots: the kinds in conflict, and what is said of each.
WITHOUT_SLOT: Final[
    dict[str, tuple[str, dict[str, Any], str, list[kap.OpenSlot], tuple[str, ...], list[str]]]
] = {
    "no slots at all": (
        "C0*",
        ONE,
        at(8),
        [],
        ("medical-evaluation",),
        ["medical-evaluation", "dosing", "integration"],
    ),
    "all in the past": (
        "C0*",
        ONE,
        at(8),
        [slot(7, "10:00", "20:00")],
        ("medical-evaluation",),
        ["medical-evaluation", "dosing", "integration"],
    ),
    "none for the medical partner": (
        "C0*",
        ONE,
        at(8),
        [slot(10, "10:00", "20:00", "therapist")],
        ("medical-evaluation",),
        ["medical-evaluation"],
    ),
    "none for the therapist": (
        "C0*",
        ONE,
        at(8),
        [slot(10, "10:00", "20:00", "medical")],
        ("dosing",),
        ["dosing", "integration"],
    ),
    "an integration without a date": (
        "C0* D5*",
        {"integration_per_dosing": 1},
        at(8),
        [],
        ("integration",),
        ["integration"],
    ),
    "an integration before the next dosing": (
        "C0* D5* D12",
        {"integration_per_dosing": 1},
        at(8),
        [slot(12, "09:11", "10:00"), slot(13, "10:00", "12:00")],
        ("integration",),
        ["integration, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "a consultation": (
        "C0/1x E12",
        {"consultation_first": True},
        at(8),
        [BOUND],
        ("consultation",),
        ["consultation, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "an evaluation": (
        "C0* D12 D13",
        {"evaluation_first": True},
        at(8),
        [BOUND],
        ("medical-evaluation",),
        ["medical-evaluation, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "an evaluation before medicine is issued": (
        "C0* S12>=2",
        {"evaluation_first": True},
        at(8),
        [BOUND, slot(13, "09:00", "10:00")],
        ("medical-evaluation",),
        ["medical-evaluation, due by Wed, Jan 13, 2027"],
    ),
    "a preparation": (
        "C0* D12",
        {"preparation_count": {"min": 1}},
        at(8),
        [slot(12, "09:11", "10:00")],
        ("preparation",),
        ["preparation, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "preparations without a dosing": (
        "C0*",
        {"preparation_count": {"min": 1}},
        at(8),
        [BOUND],
        ("preparation",),
        ["preparation"],
    ),
    "a dosing before an integration": (
        "C0* I12",
        {"integration_after_dosing": True},
        at(8),
        [slot(12, "08:01", "10:00")],
        ("dosing",),
        ["dosing, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "a review for medicine": (
        "C0* E1+ D2* D3* D8@12:00",
        {"initial_supply": 2},
        at(8),
        [slot(8, "11:31", "12:30")],
        ("medical-review",),
        ["medical-review, due by Sat, Jan 9, 2027, 12:00 pm"],
    ),
    "a review by its date": (
        "C0* E1+ D2* D100",
        QUARTERLY,
        at(8),
        [slot(92, "10:00", "11:00")],
        ("medical-review",),
        ["medical-review, due by Fri, Apr 2, 2027"],
    ),
    "a review before the next dosing": (
        "C0* D2* D12 D13",
        {"review_after": {"dosings": 1, "gate": "before-next"}},
        at(8),
        [],
        ("medical-review",),
        ["medical-review, due by Wed, Jan 13, 2027, 10:00 am"],
    ),
    "a review at some time": (
        "C0* D2*",
        {"review_after": {"dosings": 1, "gate": "any-time"}},
        at(8),
        [],
        ("medical-review",),
        ["medical-review"],
    ),
    "a review that nothing is pending for": (
        "C0* E1+ D2* D12",
        QUARTERLY,
        at(8),
        [],
        (),
        [],
    ),
}


@pytest.mark.parametrize(
    ("line", "forms", "as_of", "slots", "conflict", "said"),
    WITHOUT_SLOT.values(),
    ids=WITHOUT_SLOT.keys(),
)
def test_kinds_without_a_slot_are_named(
    line: str,
    forms: dict[str, Any],
    as_of: str,
    slots: list[kap.OpenSlot],
    conflict: tuple[str, ...],
    said: list[str],
) -> None:
    given: dict[str, Any] = {"as_of": as_of, "open_slots": slots}
    if not conflict:
        # What the next review only would be good for is no reason to refuse.
        assert kap.complete(plan(line), limits(**forms), **given).added == ()
        return
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan(line), limits(**forms), **given)
    assert caught.value.conflict == conflict
    assert [str(problem) for problem in caught.value.problems] == [
        f"open_slots: {NONE}{one}" for one in said
    ]
    # Without slots it is possible.
    assert kap.complete(plan(line), limits(**forms), as_of=as_of).added


def test_kinds_that_have_slots_but_not_together() -> None:
    slots = [slot(10, "09:00", "11:00", "therapist"), slot(10, "11:00", "12:00", "medical")]
    forms: dict[str, Any] = {"dosing_count": {"min": 1}, "evaluation_first": True}
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan("C0*"), limits(**forms), as_of=at(8), open_slots=slots)
    assert caught.value.conflict == ("medical-evaluation", "dosing")
    assert [problem.path for problem in caught.value.problems] == ["open_slots", "open_slots"]
    assert all(problem.reason.startswith(NONE) for problem in caught.value.problems)


def test_a_kind_is_named_together_with_the_others() -> None:
    slots = [slot(10, "09:00", "11:00", "therapist"), slot(10, "11:00", "12:00", "medical")]
    forms: dict[str, Any] = {"dosing_count": {"min": 1}, "evaluation_first": True}
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan("C0*"), limits(**forms), as_of=at(8), open_slots=slots)
    assert [problem.reason for problem in caught.value.problems] == [
        f"{NONE}medical-evaluation, together with dosing",
        f"{NONE}dosing, together with medical-evaluation",
    ]


# What no time helps: the limits and wishes in conflict, with and without slots.
CONFLICTS: Final[dict[str, tuple[str, dict[str, Any], str, tuple[str, ...], str]]] = {
    "a gap that is over": (
        "C0* D2*",
        {"dosing_count": {"min": 2}, "dosing_gap_days": {"max": 5}},
        at(8),
        ("dosing_count", "dosing_gap_days"),
        (
            "the limit dosing_count (at least 2) and the limit dosing_gap_days (at most 5) cannot "
            "be kept together"
        ),
    ),
    "a window that is over": (
        "C0* D8@09:00",
        {"integration_per_dosing": 1, "integration_window_hours": 2},
        at(8, "13:00:01"),
        ("integration_per_dosing", "integration_window_hours"),
        (
            "the limit integration_per_dosing (1) and the limit integration_window_hours (2) "
            "cannot be kept together"
        ),
    ),
    "no room between two dosings": (
        "C0* D8@10:30 D8@13:19",
        {"integration_per_dosing": 1},
        at(8),
        ("integration_per_dosing",),
        "the limit integration_per_dosing (1) cannot be kept",
    ),
    "no more integrations": (
        "C0* I3* D8@10:30",
        {"integration_per_dosing": 1, "integration_count": {"max": 1}},
        at(6),
        ("integration_per_dosing", "integration_count"),
        (
            "the limit integration_per_dosing (1) and the limit integration_count (at most 1) "
            "cannot be kept together"
        ),
    ),
    "no lawful length": (
        "C0*",
        {"dosing_count": {"min": 1}, "dosing_minutes": {"max": 120}, "effect_minutes": 121},
        at(8),
        ("dosing_count", "dosing_minutes", "effect_minutes"),
        (
            "the limit dosing_count (at least 1), the limit dosing_minutes (at most 120) and the "
            "limit effect_minutes (121) cannot be kept together"
        ),
    ),
}


@pytest.mark.parametrize("slots", [None, [slot(9, "08:00", "20:00")]])
@pytest.mark.parametrize(
    ("line", "forms", "as_of", "conflict", "said"), CONFLICTS.values(), ids=CONFLICTS.keys()
)
def test_limits_that_nothing_can_keep_are_named(
    line: str,
    forms: dict[str, Any],
    as_of: str,
    conflict: tuple[str, ...],
    said: str,
    slots: list[kap.OpenSlot] | None,
) -> None:
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan(line), limits(**forms), as_of=as_of, open_slots=slots)
    assert caught.value.conflict == conflict
    (problem,) = caught.value.problems
    assert problem == kap.Problem(
        "plan", f"cannot be completed: {said} with what is booked and held"
    )


def test_one_step_back_from_each_conflict_there_is_a_completion() -> None:
    rows: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
        (
            "C0* D2*",
            {"dosing_count": {"min": 2}, "dosing_gap_days": {"max": 14}},
            at(6),
            {},
        ),
        (
            "C0* D2*",
            {"dosing_count": {"min": 2}, "dosing_gap_days": {"max": 13}},
            at(6),
            {"every": 13},
        ),
        (
            "C0* D8@09:00",
            {"integration_per_dosing": 1, "integration_window_hours": 2},
            at(8, "13:00"),
            {},
        ),
        ("C0* D8@10:30 D8@13:20", {"integration_per_dosing": 1}, at(8), {}),
        (
            "C0* I3* D8@10:30",
            {"integration_per_dosing": 1, "integration_count": {"max": 2}},
            at(6),
            {},
        ),
        (
            "C0*",
            {"dosing_count": {"min": 1}, "dosing_minutes": {"max": 120}, "effect_minutes": 120},
            at(8),
            {},
        ),
    ]
    for line, forms, as_of, options in rows:
        assert kap.complete(plan(line), limits(**forms), as_of=as_of, **options).added


def test_a_place_that_is_not_allowed_is_named() -> None:
    forms: dict[str, Any] = {"dosing_count": {"min": 1}, "dosing_places": ["office"]}
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan("C0*"), limits(**forms), as_of=at(8), place="remote")
    assert caught.value.conflict == ("place", "dosing_count", "dosing_places")


def test_a_place_is_not_asked_about_where_nothing_new_is_held_there() -> None:
    forms: dict[str, Any] = {"dosing_count": {"min": 1}, "dosing_places": ["office"]}
    assert kap.complete(plan("C0* D9"), limits(**forms), as_of=at(8), place="remote").added == ()
    # Lengths of what is booked are history too.
    short = limits(dosing_minutes={"max": 60}, effect_minutes=70, dosing_count={"min": 1})
    assert kap.complete(plan("C0* D9/60"), short, as_of=at(8)).added == ()


def test_nobody_as_a_support_person_is_refused() -> None:
    forms: dict[str, Any] = {"dosing_count": {"min": 1}, "support_person_when_remote": True}
    with pytest.raises(kap.InputError):
        kap.complete(
            plan("C0*"), limits(**forms), as_of=at(8), place="remote", support_person="none"
        )


@pytest.mark.parametrize("state", ["completed", "discontinued"])
def test_a_closed_course_is_refused(state: str) -> None:
    closed = plan(f"2027-01-01 {state} C0*")
    with pytest.raises(InvalidValue) as caught:
        kap.complete(closed, limits(), as_of=at(8))
    reason = f"is {state}; only an active course can be planned"
    assert caught.value.problems == (kap.Problem("plan", reason),)


DAYS: Final = "must be days or weeks, such as 10d or 2w, up to 366 days"
BAD: Final[tuple[tuple[str, Any, str, str], ...]] = (
    ("as_of", None, "as_of", "must be given: new sessions start then or later"),
    ("as_of", "2027-01-01T10:00:00", "as_of", NAIVE_REASON),
    ("as_of", dt.date(2027, 1, 1), "as_of", NAIVE_REASON),
    ("as_of", "now", "as_of", TIME_REASON),
    ("as_of", 5, "as_of", TIME_REASON),
    ("as_of", "2200-01-01T00:00:00Z", "as_of", RANGE_REASON),
    ("every", "x", "every", DAYS),
    ("every", 0, "every", DAYS),
    ("every", 367, "every", DAYS),
    ("place", "home", "place", "must be one of office, remote"),
    (
        "support_person",
        " spouse",
        "support_person",
        "must be 1 to 200 characters on one line, without spaces at the ends",
    ),
    ("open_slots", 5, "open_slots", "must be a sequence"),
    ("open_slots", BOUND, "open_slots", "must be a sequence"),
    ("open_slots", [BOUND, 5], "open_slots[1]", "must be an OpenSlot"),
    ("open_slots", [BOUND, BOUND], "open_slots[1]", "overlaps open_slots[0]"),
    (
        "protocol",
        "no-such",
        "protocol",
        "must be a CareProtocol or one of core, kingsley, regrounding",
    ),
    ("plan", None, "plan", "must be a Plan"),
    ("plan", "2027-01-01 C0*", "plan", "must be a Plan"),
)


@pytest.mark.parametrize(("name", "value", "path", "reason"), BAD)
def test_an_argument_that_cannot_be_is_refused(
    name: str, value: Any, path: str, reason: str
) -> None:
    given: dict[str, Any] = {"plan": plan("C0*"), "protocol": limits(), "as_of": at(8), name: value}
    with pytest.raises(InvalidValue) as caught:
        kap.complete(**given)
    assert caught.value.problems == (kap.Problem(path, reason),)


def test_refusals_echo_nothing_that_was_given() -> None:
    marker = "zxq-marker"
    course = plan("C0* D5*", {"client": marker, "id": marker})
    calls: list[dict[str, Any]] = [
        {"open_slots": []},
        {"place": marker},
        {"support_person": f"{marker} "},
        {"every": marker},
        {"as_of": marker},
    ]
    for options in calls:
        with pytest.raises(kap.InputError) as caught:
            kap.complete(course, limits(integration_per_dosing=1), **{"as_of": at(8), **options})
        assert marker not in str(caught.value)
        assert marker not in repr(caught.value)


def test_a_plan_that_would_grow_too_large_is_refused() -> None:
    one = plan("C0*").sessions[0]
    sessions = [
        attrs.evolve(one, id=f"c{number}", start=at(0, f"{number // 3600:02}:00:00"))
        for number in range(10_000)
    ]
    full = attrs.evolve(plan("C0*"), sessions=sessions)
    with pytest.raises(InvalidValue) as caught:
        kap.complete(full, limits(dosing_count={"min": 1}), as_of=at(8))
    assert [problem.path for problem in caught.value.problems] == ["sessions"]


def test_a_kind_without_a_slot_is_named_with_the_date_that_a_house_rule_asks_for() -> None:
    care = house(Follow("dosing", "integration"))
    with pytest.raises(PlanningError) as caught:
        kap.complete(plan("D8* D12"), care, as_of=at(9), open_slots=[BOUND])
    (problem,) = caught.value.problems
    assert str(problem) == f"open_slots: {NONE}integration, due by Wed, Jan 13, 2027, 10:00 am"

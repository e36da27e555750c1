"""Count and rate: both sides of each limit, with and without something to count up to."""

from __future__ import annotations

from typing import Any

import pytest

from house import concerned, found, message
from kap_model.forms import Count, Rate, Selector
from support import at, pending, violated

THERAPY = ("preparation", "integration")


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Count("dosing", 2, 3), "D1 D2", []),
        (Count("dosing", 2, 3), "D1", [()]),
        (Count("dosing", 2, 3), "D1 D2 D3 D4 D5", [("d4", "d5")]),
        (Count("preparation", 1, 1, before="dosing"), "P1 D2 P3", []),
        (Count("preparation", 1, 1, before="dosing"), "P2@09:11 D2", [("d1",)]),
        (Count("preparation", max=1, before="dosing"), "P1 P2 P3 D4 P5", [("p2", "p3")]),
        (Count("preparation", 2, before="dosing"), "P1 P3", []),
        (Count(THERAPY, 100, 150, sum="minutes"), "P1 I2", []),
        (Count(THERAPY, 100, 150, sum="minutes"), "P1/49 I2", [()]),
        (Count(THERAPY, 100, 150, sum="minutes"), "P1 I2 I3 P4/1", [("p1", "i1", "i2", "p2")]),
        (Count(Selector("dosing", place="remote"), max=0), "D1 D2~", [("d2",)]),
        (Count(Selector("dosing", phase="maintenance"), max=0), "D1", []),
        (Count(Selector("preparation", format="group"), 1), "P1 P2g", []),
        (Count("dosing", max=1), "D1 D2x D3!", []),
    ],
)
def test_count(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


def test_below_is_missing_until_what_it_is_counted_before() -> None:
    form = Count("preparation", 1, before="dosing")
    assert found(form, "D14", at(13)) == [pending("error", "d1", due=at(14))]
    assert found(form, "D14", at(14)) == [violated("error", "d1", due=at(14))]
    assert found(form, "C0", at(14)) == [pending("error")]
    assert found(form, "C0") == [violated("error")]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("2027-01-01 discontinued C0*", False),
        ("E0- C2", False),
        ("2027-01-01 completed C0*", True),
        ("2027-01-01 discontinued D1*", True),
        ("E0- D2", True),
    ],
)
def test_nothing_is_asked_of_a_course_that_is_over_but_before_a_session_that_is_there(
    line: str,
    asked: bool,  # noqa: FBT001 - a table's own answer
) -> None:
    assert bool(found(Count("preparation", 1, before="dosing"), line)) == asked


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Rate("dosing", max=1, days=7), "D0 D7", []),
        (Rate("dosing", max=1, days=7), "D0 D6", [("d2",)]),
        (Rate("dosing", max=2, days=1), "D1 D1@14:00 D2", []),
        (Rate("dosing", max=1, days=1), "D1 D1@14:00 D2", [("d2",)]),
        (Rate(Selector("dosing", from_=2), max=1, days=7), "D0 D6 D12", [("d3",)]),
        (Rate(("integration", "preparation"), max=1, days=2), "P0 I1 I3", [("i1",)]),
    ],
)
def test_rate(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


@pytest.mark.parametrize(
    ("form", "line", "says"),
    [
        (
            Count("preparation", 1, 3, before="dosing"),
            "D0",
            (
                "There are 0 preparations before dosing d1 on Fri, Jan 1, 2027; the limit is "
                "1 to 3 "
                "preparations."
            ),
        ),
        (
            Count("dosing", max=1),
            "D0 D1",
            "The course has 2 dosings; the limit is at most 1 dosing.",
        ),
        (
            Count(["preparation", "integration"], min=3),
            "P0 I1",
            (
                "The course has 2 preparations and integrations; the limit is at least 3 "
                "preparations and integrations."
            ),
        ),
        (
            Count(["preparation", "integration"], min=2),
            "P0",
            (
                "The course has 1 preparation or integration; the limit is at least 2 "
                "preparations and integrations."
            ),
        ),
        (
            Count(THERAPY, max=90, sum="minutes"),
            "P0 I1",
            (
                "The preparations and integrations in the course last 100 minutes together; the "
                "limit is at most 90 minutes."
            ),
        ),
        (
            Rate("dosing", max=1, days=7),
            "D0 D1",
            (
                "Dosing d2 on Sat, Jan 2, 2027 makes 2 dosings within 7 days; the limit is "
                "at most 1 "
                "in any 7 consecutive days."
            ),
        ),
        (
            Rate(THERAPY, max=1, days=7),
            "P0 I1",
            (
                "Integration i1 on Sat, Jan 2, 2027 makes 2 preparations or integrations within 7 "
                "days; the limit is at most 1 in any 7 consecutive days."
            ),
        ),
    ],
)
def test_words(form: Any, line: str, says: str) -> None:
    assert message(form, line) == says


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            Count("preparation", 1, 3, before="dosing"),
            "There are 1 to 3 preparations before the first dosing.",
        ),
        (Count("dosing", 6, 8), "There are 6 to 8 dosings in the course."),
        (Count("dosing", 1), "There is at least 1 dosing in the course."),
        (
            Count(Selector("dosing", place="remote"), max=0),
            "There are no remote dosings in the course.",
        ),
        (
            Count(Selector("dosing", first=2), 2),
            "Of the first 2 dosings, at least 2 dosings are held in the course.",
        ),
        (
            Count(THERAPY, 600, before=Selector("dosing", nth=3), sum="minutes"),
            (
                "The preparations and integrations before the third dosing last at least 600 "
                "minutes in all."
            ),
        ),
        (Rate("dosing", max=2, days=7), "There are at most 2 dosings in any 7 consecutive days."),
        (Rate("dosing", max=1, days=1), "There is at most 1 dosing on any day."),
    ],
)
def test_sentences(form: Any, says: str) -> None:
    assert form.says == says

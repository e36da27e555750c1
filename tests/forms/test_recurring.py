"""Recur: from date to date while something goes on, or in each part of the calendar year."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from house import HOUSE, concerned, found, message
from kap_model.forms import Recur, Selector
from support import SOURCE, at, on, plan, rows, violated

MEDICAL = ("medical-evaluation", "medical-review")
MONTHLY = Recur("medical-review", 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("R0 D1 D31", []),
        ("R0 D1 D32", [("d2",)]),
        ("D0 D31", []),
        ("D0 D32", [("d2",)]),
        ("R0 D1 R31 D62", [("d2",)]),
        ("R0 D1 R31 D59", []),
        ("R0 D1 D32 R33 D34", [("d2",)]),
        ("R0 D1 D31 R32 D33", [()]),
        ("R0", []),
    ],
)
def test_rolling(line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(MONTHLY, line) == expected


def test_a_lapse_has_days_for_a_window() -> None:
    assert found(MONTHLY, "R0 D1 D32") == [violated("error", "d2", opens=on(1), due=on(31))]
    assert message(MONTHLY, "R0 D1 D32") == (
        "There is no medical review after Fri, Jan 1, 2027 and by Mon, Feb 1, 2027, while "
        "treatment "
        "goes on."
    )


@pytest.mark.parametrize(
    ("while_", "line", "lapses"),
    [
        ("dosing", "R0* D1", 1),
        (Selector("dosing", phase="course"), "R0* D1", 0),
        ("dosing", "R0* D1 D2", 0),
        ("dosing", "E0*- R0* D1", 0),
    ],
)
def test_the_period_goes_on_where_dosings_are_to_come(while_: Any, line: str, lapses: int) -> None:
    two = kap.Setting(limit="dosing_count", value=kap.Bounds(2), citation=SOURCE)
    rule = kap.HouseRule(HOUSE, Recur("medical-review", 1, while_=while_), citation=SOURCE)
    protocol = kap.CareProtocol(id="own", settings=[two], rules=[rule])
    report = kap.check(plan(line), protocol, as_of=at(60))
    assert len(rows(report, HOUSE)) == lapses


@pytest.mark.parametrize(
    ("months", "line", "expected"),
    [
        (1, "R0 D30", []),
        (1, "R0 D31", [("d1",)]),
        (2, "R0 D58", []),
        (2, "R0 D59", [("d1",)]),
        (3, "R0 D89", []),
        (3, "R0 D90 D91", [("d1", "d2")]),
        (4, "R0 D119", []),
        (4, "R0 D120", [("d1",)]),
        (6, "R0 D180", []),
        (6, "R0 D181", [("d1",)]),
        (12, "R0 D364", []),
        (12, "R0 D365", [("d1",)]),
    ],
)
def test_calendar(months: int, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(Recur("medical-review", months, policy="calendar"), line) == expected


def test_a_part_of_the_year_closes_with_its_last_day() -> None:
    form = Recur(MEDICAL, 6, policy="calendar")
    assert found(form, "D0") == [violated("error", "d1", due="2027-06-30")]
    assert message(form, "D0") == (
        "The half of the calendar year that ends Wed, Jun 30, 2027 has 1 dosing and no medical "
        "contact."
    )


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            Recur("medical-review", 3),
            "While treatment goes on there is a medical review at least every 3 months.",
        ),
        (
            Recur("integration", 1, while_=Selector("dosing", place="remote")),
            "While remote dosings go on there is an integration at least every month.",
        ),
        (
            Recur("medical-review", 3, policy="calendar"),
            "There is a medical review in each calendar quarter with a dosing.",
        ),
    ],
)
def test_sentences(form: Any, says: str) -> None:
    assert form.says == says

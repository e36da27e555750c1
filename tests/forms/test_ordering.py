"""Order, precede and follow: both sides of each boundary, and the windows of what is missing."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

import kap_model as kap
from house import concerned, found, house, message
from kap_model.forms import Follow, Order, Precede, Selector, Within
from support import at, on, pending, plan, violated

DAYS = Within(1, 3, unit="days")
HOURS = Within(24, 72, unit="hours")


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Order("preparation", before="dosing"), "P14@09:10 D14", []),
        (Order("preparation", before="dosing"), "P14@09:11 D14", [("p1",)]),
        (Order("preparation", before="dosing"), "P1 P20", []),
        (Order("integration", after="dosing"), "D14 I14@12:00", []),
        (Order("integration", after="dosing"), "D14 I14@11:59", [("i1",)]),
        (Order("integration", after="dosing"), "I1 I2", [("i1",), ("i2",)]),
        (Order("dosing", before=Selector("dosing", nth=2)), "D1 D2 D3", [("d3",)]),
        (Order("dosing", after="dosing"), "D1 D1@11:00 D2", [("d2",)]),
        (Order("integration", after=Selector("dosing", nth=2)), "D1 I2 D3 I4", [("i1",)]),
    ],
)
def test_order(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


def test_what_could_still_come_before_is_pending_until_it_starts() -> None:
    form = Order("integration", after="dosing")
    assert found(form, "I5", at(1)) == [pending("error", "i1", due=at(5))]
    assert found(form, "I5", at(5)) == [violated("error", "i1", due=at(5))]
    assert message(form, "I5") == "Integration i1 on Wed, Jan 6, 2027 has no dosing before it."


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("D14 I15", []),
        ("D14 I17", []),
        ("D14 I14@12:00", [("d1",)]),
        ("D14 I18", [("d1",)]),
        ("D14 I15 D15@11:00", [("d2",)]),
        ("D14 I15 D15@10:49 I16", [("d1",)]),
        ("D14 I14@12:00 I15", []),
        ("D14 I15x", [("d1",)]),
    ],
)
def test_follow_within_days(line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(Follow("dosing", "integration", within=DAYS), line) == expected


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("D14 I15@11:59", False),
        ("D14 I15@12:00", True),
        ("D14 I17@12:00", True),
        ("D14 I17@12:01", False),
    ],
)
def test_follow_within_hours_from_the_end_to_the_start(line: str, holds: bool) -> None:  # noqa: FBT001 - a table's own answer
    assert (concerned(Follow("dosing", "integration", within=HOURS), line) == []) == holds


@pytest.mark.parametrize(
    ("line", "as_of", "expected"),
    [
        ("D14", None, [violated("error", "d1", opens=on(15), due=on(17))]),
        ("D14", at(14), [pending("error", "d1", opens=on(15), due=on(17))]),
        ("D14*", at(17, "23:59:59"), [pending("error", "d1", opens=on(15), due=on(17))]),
        ("D14*", at(18, "00:00"), [violated("error", "d1", opens=on(15), due=on(17))]),
        ("D14 D16 I17", None, [violated("error", "d1", opens=on(15), due=at(16))]),
        ("D14 D15@00:00 I16", None, [violated("error", "d1", opens=on(15), due=at(15, "00:00"))]),
    ],
)
def test_the_window_of_what_must_follow(line: str, as_of: str | None, expected: Any) -> None:
    assert found(Follow("dosing", "integration", within=DAYS), line, as_of) == expected


def test_a_window_in_hours_has_instants_for_edges() -> None:
    (row,) = found(Follow("dosing", "integration", within=HOURS), "D14")
    assert (row.opens, row.due) == (at(15, "12:00"), at(17, "12:00"))
    (row,) = found(Follow("dosing", "integration", within=Within(max=2, unit="hours")), "D14")
    assert (row.opens, row.due) == (at(14, "12:00"), at(14, "14:00"))


def test_a_window_without_an_end_does_not_close() -> None:
    form = Follow("dosing", "integration", within=Within(2, unit="days"))
    assert found(form, "D14 I15") == [violated("error", "d1", opens=on(16))]


def test_a_next_session_that_starts_as_the_window_closes_closes_it() -> None:
    form = Follow("dosing", "integration", within=Within(max=1, unit="days"))
    (row,) = found(form, "D14 D16@00:00 I17@12:00", None)
    assert row.due == at(16, "00:00")


def test_follow_counts_and_says_how_many() -> None:
    form = Follow("dosing", "integration", min=2)
    assert concerned(form, "D14 I15 D20 I21 I22") == [("d1",)]
    assert message(form, "D14 I15 D20 I21 I22") == (
        "Dosing d1 on Fri, Jan 15, 2027 has only 1 integration after it before dosing d2 on "
        "Thu, Jan 21, 2027"
        "."
    )
    assert concerned(Follow("dosing", "integration", min=0), "D14") == []


@pytest.mark.parametrize(
    ("state", "until", "severities"),
    [
        ("", "next", ["error", "error"]),
        ("discontinued", "next", ["error", "advice"]),
        ("discontinued", "ever", []),
        ("completed", "ever", ["error", "error"]),
    ],
)
def test_what_is_asked_of_a_course_that_ended_early(
    state: str, until: Any, severities: list[str]
) -> None:
    line = f"2027-01-01 {state} D1* D14*".replace("  ", " ")
    form = Follow("dosing", "integration", until=until, within=DAYS)
    assert [row.severity for row in found(form, line)] == severities


def test_a_halted_course_still_owes_what_comes_before_the_next() -> None:
    line = "E0- D14"
    assert concerned(Follow("dosing", "integration"), line) == [("d1",)]
    assert concerned(Follow("dosing", "integration", until="ever"), line) == []


def test_ever_looks_beyond_the_next() -> None:
    assert concerned(Follow("dosing", "integration", until="ever"), "D1 D2 I3 D4") == [("d3",)]
    assert message(Follow("dosing", "integration", until="ever"), "D1") == (
        "Dosing d1 on Sat, Jan 2, 2027 has no integration after it."
    )


def test_the_next_is_of_the_base_and_ordinals_choose_what_is_asked() -> None:
    form = Follow(Selector("dosing", first=1), "integration", min=2)
    assert concerned(form, "D1 I2 D3 I4 I5") == [("d1",)]
    assert concerned(form, "D1 I2 I2@12:00 D3") == []


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Precede("dosing", "preparation"), "P14@09:10 D14", []),
        (Precede("dosing", "preparation"), "P14@09:11 D14", [("d1",)]),
        (Precede("dosing", "medical-review", back_to="previous"), "R1 D2 D4", [("d2",)]),
        (Precede("dosing", "medical-review", back_to="previous"), "R1 D2 R2@12:00 D4", []),
        (Precede("dosing", "medical-review", back_to="previous"), "R1 D2 R2@11:59 D4", [("d2",)]),
        (Precede("dosing", "preparation", min=2), "P1 D2 P3 D4", [("d1",)]),
        (Precede(Selector("dosing", every=2), "medical-review"), "D1 D2 R3 D4 D5", [("d2",)]),
        (Precede("dosing", Selector("medical-review", nth=2)), "R1 D2 R3 D4", [("d1",)]),
    ],
)
def test_precede(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


@pytest.mark.parametrize(
    ("unit", "line", "holds"),
    [
        ("days", "P13 D14", True),
        ("days", "P12 D14", True),
        ("days", "P11 D14", False),
        ("days", "P14@09:10 D14", False),
        ("weeks", "P7 D14", True),
        ("weeks", "P8 D14", False),
        ("weeks", "P1 D15", True),
        ("weeks", "P0 D15", False),
        ("hours", "P14@08:10 D14", True),
        ("hours", "P14@08:11 D14", False),
        ("hours", "P14@07:10 D14", True),
        ("hours", "P14@07:09 D14", False),
        ("months", "2027-01-31 P0 D28", True),
        ("months", "2027-01-29 P0 D30", True),
        ("months", "2027-01-29 P0 D29", False),
        ("months", "2027-01-29 P0 D58", True),
        ("months", "2027-01-29 P0 D60", False),
    ],
)
def test_precede_within(unit: Any, line: str, holds: bool) -> None:  # noqa: FBT001 - a table's own answer
    form = Precede("dosing", "preparation", within=Within(1, 2, unit=unit))
    assert (concerned(form, line) == []) == holds


@pytest.mark.parametrize(
    ("within", "line", "opens", "due"),
    [
        (None, "D14", None, at(14)),
        (Within(1, 2, unit="days"), "D14", on(12), on(13)),
        (Within(0, 2, unit="days"), "D14", on(12), at(14)),
        (Within(max=2, unit="weeks"), "D14", on(0), at(14)),
        (Within(1, 2, unit="hours"), "D14", at(14, "08:00"), at(14, "09:00")),
        (Within(0, unit="hours"), "D14", None, at(14)),
        # Two months before 30 April: from the first date that reaches it, to the last.
        (Within(1, 2, unit="months"), "2027-04-30 D0", "2027-03-01", "2027-03-31"),
        (Within(1, 1, unit="months"), "2027-03-31 D0", "2027-03-01", "2027-02-28"),
        (Within(1, 1, unit="months"), "2027-02-28 D0", "2027-01-28", "2027-01-31"),
        (Within(1_000_000, 1_000_000, unit="days"), "D14", None, "1900-01-01"),
    ],
)
def test_the_window_of_what_must_precede(
    within: Within | None, line: str, opens: str | None, due: str
) -> None:
    (row,) = found(Precede("dosing", "preparation", within=within), line)
    assert (row.opens, row.due) == (opens, due)


@pytest.mark.parametrize(
    ("line", "opens"),
    [("R0 D1 D4", on(2)), ("R0 D1 D2@12:00", at(1, "12:00"))],
)
def test_the_later_of_two_openings(line: str, opens: str) -> None:
    within = Within(max=2, unit="days")
    rows = found(Precede("dosing", "medical-review", back_to="previous", within=within), line)
    assert rows[-1].opens == opens


def test_what_must_precede_is_pending_before_it_starts() -> None:
    form = Precede("dosing", "preparation")
    assert found(form, "D14", at(13)) == [pending("error", "d1", due=at(14))]
    assert found(form, "D14", at(14)) == [violated("error", "d1", due=at(14))]


def test_precede_names_the_previous_one() -> None:
    form = Precede("dosing", "medical-review", back_to="previous")
    (finding,) = kap.check(plan("R0 D1 D14"), house(form)).findings
    assert finding.message == (
        "Dosing d2 on Fri, Jan 15, 2027 has no medical review before it and after dosing d1 "
        "on Sat, Jan 2, 2027"
        "."
    )
    assert finding.required == "a medical review before it and after the previous dosing"


def test_dates_are_those_of_the_plan() -> None:
    course = attrs.evolve(plan("D14@23:30 I16@00:30"), timezone="Asia/Tokyo")
    # In Tokyo the dosing is on the 16th and the integration on the 17th.
    form = Follow("dosing", "integration", within=Within(max=1, unit="days"))
    assert concerned(form, course) == []


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (
            Follow("dosing", "integration", within=DAYS),
            "After every dosing there is an integration 1 to 3 days later.",
        ),
        (
            Follow("dosing", "integration", min=2),
            "After every dosing there are at least 2 integrations before the next dosing.",
        ),
        (
            Follow(Selector("dosing", nth=1), "medical-review", until="ever"),
            "After the first dosing there is a medical review, at any time.",
        ),
        (
            Precede("dosing", "medical-review", back_to="previous"),
            "Before every dosing there is a medical review, since the previous dosing.",
        ),
        (
            Precede(Selector("dosing", nth=1), "preparation", min=0, within=DAYS),
            "Before the first dosing there are at least 0 preparations 1 to 3 days earlier.",
        ),
        (
            Order("preparation", before="dosing"),
            "Every preparation is over before the first dosing starts.",
        ),
        (Order("integration", after="dosing"), "Every integration comes after the first dosing."),
    ],
)
def test_sentences(form: Any, says: str) -> None:
    assert form.says == says

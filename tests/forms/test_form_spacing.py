"""Space and span: both sides of each limit, in each unit, and which sessions are compared."""

from __future__ import annotations

from typing import Any

import pytest

from house import concerned, found, message
from kap_model.forms import Selector, Space, Span
from kap_model.sessions import KINDS
from support import pending, violated


def both(*ids: str) -> list[tuple[str, ...]]:
    return [ids]


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Space("dosing", min=7, unit="days"), "D0 D7", []),
        (Space("dosing", min=7, unit="days"), "D0 D6", both("d1", "d2")),
        (Space("dosing", max=2, unit="weeks"), "D0 D14@23:00", []),
        (Space("dosing", max=2, unit="weeks"), "D0 D15", both("d1", "d2")),
        (Space("dosing", min=1, unit="months"), "2027-01-31 D0 D28", []),
        (Space("dosing", min=1, unit="months"), "2027-01-31 D0 D27", both("d1", "d2")),
        (Space("dosing", max=1, unit="months"), "2027-01-31 D0 D29", both("d1", "d2")),
        (Space("dosing", min=1, unit="hours"), "D0 D0@13:00", []),
        (Space("dosing", min=1, unit="hours"), "D0 D0@12:59", both("d1", "d2")),
        (Space("dosing", min=0, unit="hours"), "D0 D0@12:00", []),
        (Space("dosing", min=0, unit="hours"), "D0 D0@11:59", both("d1", "d2")),
        (Space("dosing", max=1, unit="hours"), "D0 D0@11:59", []),
        (Space("dosing", min=0, unit="days"), "D0 D0@11:59", []),
        (Space(Selector("dosing", every=2), min=9, unit="days"), "D0 D1 D5 D9", both("d2", "d4")),
        (Space("dosing", "integration", max=1, unit="hours"), "D0 I0@13:00", []),
        (Space("dosing", "integration", max=1, unit="hours"), "D0 I0@13:01", both("d1", "i1")),
        # Before its end an integration is none of it; nor one that reaches into the next dosing.
        (Space("dosing", "integration", max=1, unit="hours"), "D0 I0@11:59", []),
        (Space("dosing", "integration", max=1, unit="hours"), "D0 I1@09:11 D1", []),
        (Space("dosing", "integration", max=1, unit="hours"), "D0 I1@09:10 D1", both("d1", "i1")),
        (Space("dosing", "integration", max=1, unit="hours"), "D0 D1 I2", both("d2", "i1")),
        (
            Space("dosing", ("dosing", "integration"), min=3, unit="days"),
            "D0 I1 D4",
            [("d1", "i1")],
        ),
        (Space("dosing", "dosing", min=3, unit="days"), "D0 D1 D4", both("d1", "d2")),
        (
            Space(Selector("dosing", first=1), "dosing", min=3, unit="days"),
            "D0 D1 D2",
            both("d1", "d2"),
        ),
        (
            Space("dosing", Selector("integration", nth=2), min=3, unit="days"),
            "D0 I1 I2",
            both("d1", "i2"),
        ),
        (
            Space("dosing", Selector("dosing", place="remote"), min=3, unit="days"),
            "D0 D1 D2~",
            [("d2", "d3")],
        ),
        (Space("dosing", "integration", min=1, unit="days"), "D0", []),
    ],
)
def test_space(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


@pytest.mark.parametrize(
    ("form", "line", "expected"),
    [
        (Span("dosing", max=9, unit="weeks"), "D0 D63", []),
        (Span("dosing", max=9, unit="weeks"), "D0 D64", both("d1", "d2")),
        (Span("dosing", min=9, unit="weeks"), "D0 D63", []),
        (Span("dosing", min=9, unit="weeks"), "D0 D62", both("d1", "d2")),
        (Span("dosing", min=1, unit="days"), "D0", both("d1")),
        (Span("dosing", min=0, unit="days"), "D0", []),
        (Span("consultation", "dosing", max=2, unit="months"), "D0", []),
        (Span("consultation", "dosing", max=2, unit="months"), "C0", []),
        (Span("consultation", "dosing", max=1, unit="months"), "2027-01-31 C0 D28", []),
        (
            Span("consultation", "dosing", max=1, unit="months"),
            "2027-01-31 C0 D29",
            both("c1", "d1"),
        ),
        (
            Span("dosing", Selector("dosing", nth=3), max=5, unit="days"),
            "D0 D2 D6 D9",
            both("d1", "d3"),
        ),
    ],
)
def test_span(form: Any, line: str, expected: list[tuple[str, ...]]) -> None:
    assert concerned(form, line) == expected


def test_too_short_a_span_can_still_grow() -> None:
    form = Span("dosing", min=9, unit="weeks")
    assert found(form, "D0 D7", "2030-01-01T00:00:00Z") == [pending("error", "d1", "d2")]
    assert found(form, "D0 D7") == [violated("error", "d1", "d2")]
    assert found(form, "2027-01-01 discontinued D0* D7*") == []
    assert found(form, "E0- D1 D7") == []


@pytest.mark.parametrize(
    ("form", "line", "says"),
    [
        (
            Space("dosing", min=7, unit="days"),
            "D0 D1",
            (
                "Dosing d1 on Fri, Jan 1, 2027 and dosing d2 on Sat, Jan 2, 2027 are 1 day "
                "apart; the "
                "limit is at least 7 days."
            ),
        ),
        (
            Space("dosing", "integration", max=3, unit="hours"),
            "D0 I0@15:30",
            (
                "Integration i1 on Fri, Jan 1, 2027, 3:30 pm is the first after dosing d1 on "
                "Fri, Jan 1, 2027"
                " and comes 3 hours 30 minutes after its end; the limit is at most 3 hours."
            ),
        ),
        (
            Space("dosing", "integration", min=3, unit="hours"),
            "D0 I0@12:00",
            (
                "Integration i1 on Fri, Jan 1, 2027, 12:00 pm is the first after dosing d1 "
                "on Fri, Jan 1, 2027"
                " and comes 0 minutes after its end; the limit is at least 3 hours."
            ),
        ),
        (
            Space("dosing", min=3, unit="hours"),
            "D0 D0@11:00",
            (
                "Dosing d2 on Fri, Jan 1, 2027, 11:00 am starts before dosing d1 on Fri, Jan "
                "1, 2027, 10:00 am"
                " is over; the limit is at least 3 hours after it."
            ),
        ),
        (
            Span("dosing", max=1, unit="weeks"),
            "D0 D8",
            (
                "From dosing d1 on Fri, Jan 1, 2027 to dosing d2 on Sat, Jan 9, 2027 there "
                "are 8 days; "
                "the limit is at most 1 week."
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
            Space("dosing", min=1, max=3, unit="weeks"),
            "Consecutive dosings are 1 to 3 weeks apart.",
        ),
        (
            Space("dosing", Selector("dosing", phase="course"), min=7, unit="days"),
            "Consecutive dosings are at least 7 days apart.",
        ),
        (
            Space(Selector("dosing", nth=1), "dosing", min=7, unit="days"),
            "The first dosing after the first dosing comes at least 7 days after it.",
        ),
        (
            Space("dosing", Selector("dosing", phase="maintenance"), max=2, unit="months"),
            "The first maintenance dosing after every dosing comes at most 2 months after it.",
        ),
        (
            Space(Selector("dosing", first=3), min=1, unit="weeks"),
            "Of the first 3 dosings, each two that follow one another are at least 1 week apart.",
        ),
        (
            Space("dosing", "integration", max=72, unit="hours"),
            "The first integration after every dosing comes at most 72 hours after it.",
        ),
        (
            Span("dosing", max=9, unit="weeks"),
            "From the first to the last dosing there are at most 9 weeks.",
        ),
        (
            Span("dosing", Selector("dosing", first=2), max=3, unit="days"),
            "From the first to the last of the first 2 dosings there are at most 3 days.",
        ),
        (
            Space(Selector("dosing", from_=6), max=12, unit="weeks"),
            (
                "Of the dosings from the sixth on, each two that follow one another are at most 12 "
                "weeks apart."
            ),
        ),
        (
            Span(KINDS, max=3, unit="days"),
            "From the first to the last session there are at most 3 days.",
        ),
        (
            Span("preparation", "dosing", max=3, unit="weeks"),
            "From the first preparation to the last dosing there are at most 3 weeks.",
        ),
        (
            Span(Selector("dosing", first=6), max=3, unit="weeks"),
            "From the first to the last of the first 6 dosings there are at most 3 weeks.",
        ),
        (
            Span(Selector("dosing", first=1), max=3, unit="weeks"),
            "From the first dosing to the first dosing there are at most 3 weeks.",
        ),
        (
            Span(Selector("dosing", nth=2), "dosing", max=3, unit="weeks"),
            "From the second dosing to the last dosing there are at most 3 weeks.",
        ),
        (
            Span("dosing", Selector("dosing", every=2), max=3, unit="days"),
            "From the first dosing to the last of every second dosing there are at most 3 days.",
        ),
        (
            Span("dosing", Selector("dosing", nth=3), max=3, unit="days"),
            "From the first dosing to the third dosing there are at most 3 days.",
        ),
    ],
)
def test_sentences(form: Any, says: str) -> None:
    assert form.says == says

"""REVIEW-AFTER, REVIEW-QUARTER: the medical partner follows the course."""

from __future__ import annotations

import pytest

import kap_model as kap
from kap_model import practices
from support import Row, at, findings, limits, on, pending, violated

BEFORE_NEXT = limits(review_after={"dosings": 2, "gate": "before-next"})
ANY_TIME = limits(review_after={"dosings": 1, "gate": "any-time"})
AFTER_TWO = limits(review_after={"dosings": 2, "gate": "any-time"})
ROLLING = limits(review_every={"months": 3})
GOING_ON = limits(review_every={"months": 3}, dosing_count={"min": 2})
CALENDAR = limits(review_every={"months": 3, "policy": "calendar"})

BEFORE_THIRD = violated("error", "d3", opens=at(28, "12:00"), due=at(42))
AFTER_FIRST = violated("error", "d1", opens=at(14, "12:00"))


class TestReviewBeforeTheNext:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("D14 D28", []),
            ("D14 D28 D42", [BEFORE_THIRD]),
            ("D14 D28 R33 D42", []),
            ("D14 D28 R28@12:00 D42", []),
            ("D14 D28 R28@11:59 D42", [BEFORE_THIRD]),
            ("D14 D28 R42@09:30 D42", []),
            ("D14 D28 R42@09:31 D42", [BEFORE_THIRD]),
            ("D14 R20 D28 D42 R43", [BEFORE_THIRD]),
            ("D14 D28 E33 D42", [BEFORE_THIRD]),
            ("D14 D28 R33? D42", []),
            ("D14 D28 R33- D42", []),
            ("D14 D28 R33* D42", []),
            ("D14 D28 R33x D42", [BEFORE_THIRD]),
            ("D14 D28 R33! D42", [BEFORE_THIRD]),
            ("D14 D28 D42 D56 D70", [BEFORE_THIRD]),
            ("D14 D28 D42x", []),
            (
                "D42 D28 D14",
                [violated("error", "d1", opens=at(28, "12:00"), due=at(42))],
            ),
            ("completed D14* D28* R33 D42*", [BEFORE_THIRD]),
            ("completed D14* D28* R33* D42*", []),
            ("discontinued D14* D28* D42*", [BEFORE_THIRD]),
            ("E2- D14 D28 D42", [BEFORE_THIRD]),
        ],
    )
    def test_a_review_lies_between(self, line: str, expected: list[Row]) -> None:
        assert findings(line, BEFORE_NEXT, "REVIEW-AFTER") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            (
                "D14 D28 D42",
                at(0),
                [pending("error", "d3", opens=at(28, "12:00"), due=at(42))],
            ),
            (
                "D14 D28 D42",
                at(42, "09:59:59"),
                [pending("error", "d3", opens=at(28, "12:00"), due=at(42))],
            ),
            ("D14 D28 D42", at(42), [BEFORE_THIRD]),
            ("completed D14* D28* D42*", at(0), [BEFORE_THIRD]),
            (
                "D14 D28 D28@12:00",
                at(0),
                [violated("error", "d3", opens=at(28, "12:00"), due=at(28, "12:00"))],
            ),
            (
                "D14 D28 D28@12:01",
                at(0),
                [pending("error", "d3", opens=at(28, "12:00"), due=at(28, "12:01"))],
            ),
        ],
    )
    def test_the_window_lies_between_the_dosings(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, BEFORE_NEXT, "REVIEW-AFTER", as_of) == expected


class TestReviewAtAnyTime:
    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("", None, []),
            ("D14", None, [AFTER_FIRST]),
            ("D14", at(0), [pending("error", "d1", opens=at(14, "12:00"))]),
            ("D14", at(900), [pending("error", "d1", opens=at(14, "12:00"))]),
            ("D14 R14@12:00", None, []),
            ("D14 R14@11:59", None, [AFTER_FIRST]),
            ("D14 R900", None, []),
            ("D14 D28 R33", None, []),
            ("D14 R10", None, [AFTER_FIRST]),
            ("D14 E20", None, [AFTER_FIRST]),
            ("D14 R20?", None, []),
            ("D14 R20-", None, []),
            ("D14 R20x", None, [AFTER_FIRST]),
            ("D28 D14", None, [violated("error", "d2", opens=at(14, "12:00"))]),
            ("completed D14*", None, [AFTER_FIRST]),
            ("completed D14*", at(0), [AFTER_FIRST]),
            ("completed D14* R20", None, [AFTER_FIRST]),
            ("discontinued D14*", None, []),
            ("E2- D14*", None, []),
            ("E2+ R10- D14", at(11), []),
            ("E2+ R10? D14", None, [AFTER_FIRST]),
        ],
    )
    def test_a_review_follows(self, line: str, as_of: str | None, expected: list[Row]) -> None:
        assert findings(line, ANY_TIME, "REVIEW-AFTER", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14", []),
            ("D14 D28", [violated("error", "d2", opens=at(28, "12:00"))]),
            ("D14 R20 D28", [violated("error", "d2", opens=at(28, "12:00"))]),
            ("D14 D28 D42 R43", []),
        ],
    )
    def test_only_a_course_with_so_many_dosings_is_asked(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, AFTER_TWO, "REVIEW-AFTER") == expected

    @pytest.mark.parametrize(
        ("protocol", "severity"),
        [
            (practices.REGROUNDING.protocol, "warning"),
            (
                limits(
                    review_after={"dosings": 1, "gate": "any-time"},
                    severities={"REVIEW-AFTER": "advice"},
                ),
                "advice",
            ),
        ],
    )
    def test_a_protocol_may_soften_it(self, protocol: kap.CareProtocol, severity: str) -> None:
        expected = [violated(severity, "d1", opens=at(14, "12:00"))]
        assert findings("D14", protocol, "REVIEW-AFTER") == expected

    def test_the_stricter_page_keeps_it_an_error(self) -> None:
        kingsley = practices.KINGSLEY.protocol
        assert findings("D14 D28 D42", kingsley, "REVIEW-AFTER") == [BEFORE_THIRD]


class TestReviewQuarterRolling:
    """Day 0 is 1 January, so what was seen on it is due again on 1 April, day 90."""

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("E0", []),
            ("E0 R200", []),
            ("E0 D14", []),
            ("E0 D90", []),
            ("E0 D90@23:00", []),
            ("E0@23:00 D90", []),
            ("E0 D91", [violated("error", "d1", opens=on(1), due=on(90))]),
            ("E0 D91@00:00", [violated("error", "d1", opens=on(1), due=on(90))]),
            ("D0 D90", []),
            ("D0 D91", [violated("error", "d2", opens=on(1), due=on(90))]),
            ("E0 E10 D14 D100", []),
            ("E0 E10 D14 D101", [violated("error", "d2", opens=on(11), due=on(100))]),
            ("E0 D14 R14@15:00 D104", []),
            ("E0 D14 R14@15:00 D105", [violated("error", "d2", opens=on(15), due=on(104))]),
            ("D14 E20 D110", []),
            ("D14 E20 D111", [violated("error", "d2", opens=on(21), due=on(110))]),
            ("D14 E105 D110", [violated("error", opens=on(15), due=on(104))]),
        ],
    )
    def test_the_walk_starts_from_the_last_contact_before_the_first_dosing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, ROLLING, "REVIEW-QUARTER") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E0 D14 R90 D91", []),
            ("E0 D14 R91 D91", [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 R92 D92", [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 D91 R92 D92", [violated("error", "d2", opens=on(1), due=on(90))]),
            ("E0 D14 D90 R92 D92", [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 D91 D95 R96", [violated("error", "d2", "d3", opens=on(1), due=on(90))]),
            ("E0 D14 D91 R91@15:00", [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 D90 R200", []),
            ("E0 D14 E90- D91", []),
            ("E0 D14 R90? D91", []),
            ("E0 D14 R90* D91", []),
            ("E0 D14 R90x D91", [violated("error", "d2", opens=on(1), due=on(90))]),
            ("E0 D14 R50 R90 D180", []),
            (
                "E0 D14 D100 R120 D130 D250",
                [
                    violated("error", "d2", opens=on(1), due=on(90)),
                    violated("error", "d4", opens=on(121), due=on(212)),
                ],
            ),
            ("E0 D14 R58 D147", []),
            ("E0 D14 R58 D148", [violated("error", "d2", opens=on(59), due=on(147))]),
        ],
    )
    def test_it_goes_on_from_contact_to_contact(self, line: str, expected: list[Row]) -> None:
        assert findings(line, ROLLING, "REVIEW-QUARTER") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2027-11-30 E0 D91", []),
            (
                "2027-11-30 E0 D92",
                [violated("error", "d1", opens="2027-12-01", due="2028-02-29")],
            ),
            (
                "2026-11-30 E0 D91",
                [violated("error", "d1", opens="2026-12-01", due="2027-02-28")],
            ),
            ("2026-11-30 E0 D90", []),
            (
                "2026-11-30 E0 D1 R90 D180",
                [violated("error", "d2", opens="2027-03-01", due="2027-05-28")],
            ),
            ("2026-11-30 E0 D1 R90 D179", []),
        ],
    )
    def test_months_end_with_the_month(self, line: str, expected: list[Row]) -> None:
        assert findings(line, ROLLING, "REVIEW-QUARTER") == expected

    @pytest.mark.parametrize(
        ("months", "day", "due"), [(1, 32, on(31)), (2, 60, on(59)), (12, 366, on(365))]
    )
    def test_the_months_are_the_limit_s(self, months: int, day: int, due: str) -> None:
        protocol = limits(review_every={"months": months, "policy": "rolling"})
        assert findings(f"E0 D{day - 1}", protocol, "REVIEW-QUARTER") == []
        assert findings(f"E0 D{day}", protocol, "REVIEW-QUARTER") == [
            violated("error", "d1", opens=on(1), due=due)
        ]

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E0 D91", at(0), [pending("error", "d1", opens=on(1), due=on(90))]),
            ("E0 D91", at(90, "23:59:59"), [pending("error", "d1", opens=on(1), due=on(90))]),
            ("E0 D91", at(91, "00:00:00"), [violated("error", "d1", opens=on(1), due=on(90))]),
            ("completed E0+ D91*", at(0), [violated("error", "d1", opens=on(1), due=on(90))]),
            ("discontinued E0+ D91*", None, [violated("error", "d1", opens=on(1), due=on(90))]),
            ("E0- D91", at(1), [pending("error", "d1", opens=on(1), due=on(90))]),
            (
                "completed E0+ D14* R80 D91*",
                None,
                [violated("error", "d2", opens=on(1), due=on(90))],
            ),
        ],
    )
    def test_it_is_due_with_the_date(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, ROLLING, "REVIEW-QUARTER", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E0 D14", at(90, "23:59:59"), []),
            ("E0 D14", at(91, "00:00:00"), [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14", None, []),
            ("E0", at(200), []),
            ("E0 D14 D28", at(200), []),
            ("E0 D14 D28x", at(200), [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 R120", at(90), []),
            ("E0 D14 R120", at(91), [violated("error", opens=on(1), due=on(90))]),
            ("E0 D14 R60", at(100), []),
            ("E0 D100", at(91), [violated("error", "d1", opens=on(1), due=on(90))]),
            ("completed E0+ D14*", at(200), []),
            ("discontinued E0+ D14*", at(200), []),
            ("E0- D14", at(200), []),
            ("E0+ D14 R20-", at(200), []),
            ("E0+ D14 R20?", at(200), [violated("error", opens=on(21), due=on(110))]),
        ],
    )
    def test_the_period_runs_on_while_dosings_are_to_come(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, GOING_ON, "REVIEW-QUARTER", as_of) == expected

    @pytest.mark.parametrize(
        "protocol",
        [
            ROLLING,
            limits(review_every={"months": 3}, dosing_count={"max": 8}),
            limits(review_every={"months": 3}, dosing_count={"min": 1}),
            limits(review_every={"months": 3}, dosing_count={"min": 0}),
        ],
    )
    def test_without_a_minimum_above_it_the_period_ends_with_the_last_dosing(
        self, protocol: kap.CareProtocol
    ) -> None:
        assert findings("E0 D14", protocol, "REVIEW-QUARTER", at(200)) == []


class TestReviewQuarterCalendar:
    """Day 89 is 31 March, the last day of the first quarter."""

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("E0", []),
            ("E0 D14", []),
            ("R89 D14", []),
            ("R89@23:00 D14", []),
            ("D14", [violated("error", "d1", due=on(89))]),
            ("R90 D14", [violated("error", "d1", due=on(89))]),
            ("E(-1) D14", [violated("error", "d1", due=on(89))]),
            ("D28 D14 D89", [violated("error", "d2", "d1", "d3", due=on(89))]),
            ("E0 D14 D90", [violated("error", "d2", due=on(180))]),
            ("E0 D14 D90 R180", []),
            ("E0 D14 D90 R181", [violated("error", "d2", due=on(180))]),
            (
                "D14 D90 D181 D273 D364",
                [
                    violated("error", "d1", due=on(89)),
                    violated("error", "d2", due=on(180)),
                    violated("error", "d3", due=on(272)),
                    violated("error", "d4", "d5", due=on(364)),
                ],
            ),
            ("E0- D14", []),
            ("R20? D14", []),
            ("R20x D14", [violated("error", "d1", due=on(89))]),
            ("E0 D379", [violated("error", "d1", due=on(455))]),
            ("completed E0 D14*", [violated("error", "d1", due=on(89))]),
            ("discontinued D14*", [violated("error", "d1", due=on(89))]),
        ],
    )
    def test_each_quarter_with_a_dosing_has_a_contact(self, line: str, expected: list[Row]) -> None:
        assert findings(line, CALENDAR, "REVIEW-QUARTER") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", at(0), [pending("error", "d1", due=on(89))]),
            ("D14", at(89, "23:59:59"), [pending("error", "d1", due=on(89))]),
            ("D14", at(90, "00:00:00"), [violated("error", "d1", due=on(89))]),
            ("completed D14*", at(0), [violated("error", "d1", due=on(89))]),
            ("E0 D14", at(200), []),
        ],
    )
    def test_it_is_due_with_the_last_day_of_the_quarter(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, CALENDAR, "REVIEW-QUARTER", as_of) == expected

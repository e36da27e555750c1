"""DOSE-GAP, DOSE-FREQUENCY: how far apart dosings lie."""

from __future__ import annotations

import pytest

from support import Row, at, findings, limits, violated

GAP = limits(dosing_gap_days={"min": 7, "max": 21})
FREQUENCY = limits(dosing_frequency={"at_most": 2, "days": 14})


class TestDoseGap:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14", []),
            ("D14 D21", []),
            ("D14 D20", [violated("error", "d1", "d2")]),
            ("D14 D35", []),
            ("D14 D36", [violated("warning", "d1", "d2")]),
            ("D14@23:00 D21@01:00", []),
            ("D14@01:00 D20@23:00", [violated("error", "d1", "d2")]),
            ("D14@01:00 D35@23:00", []),
            ("D14@23:00 D36@01:00", [violated("warning", "d1", "d2")]),
            ("D14@08:00 D14@14:00", [violated("error", "d1", "d2")]),
            (
                "D50 D20 D14",
                [violated("error", "d3", "d2"), violated("warning", "d2", "d1")],
            ),
            ("D14 D17x D21", []),
            ("D14 D21x D36", [violated("warning", "d1", "d3")]),
            ("completed D14* D20", []),
            ("completed D14* D20*", [violated("error", "d1", "d2")]),
            ("discontinued D14* D36*", [violated("warning", "d1", "d2")]),
            ("E2- D14 D20", [violated("error", "d1", "d2")]),
        ],
    )
    def test_days_between_the_dates_of_consecutive_dosings(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, GAP, "DOSE-GAP") == expected

    def test_either_end_may_be_open(self) -> None:
        low, high = limits(dosing_gap_days={"min": 7}), limits(dosing_gap_days={"max": 21})
        line = "D14 D20 D80"
        assert findings(line, low, "DOSE-GAP") == [violated("error", "d1", "d2")]
        assert findings(line, high, "DOSE-GAP") == [violated("warning", "d2", "d3")]

    def test_an_override_replaces_both_severities(self) -> None:
        mild = limits(dosing_gap_days={"min": 7, "max": 21}, severities={"DOSE-GAP": "advice"})
        assert findings("D14 D20 D80", mild, "DOSE-GAP") == [
            violated("advice", "d1", "d2"),
            violated("advice", "d2", "d3"),
        ]

    @pytest.mark.parametrize("as_of", [at(0), at(40)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        assert findings("D14 D36", GAP, "DOSE-GAP", as_of) == [violated("warning", "d1", "d2")]


class TestDoseFrequency:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D0 D7", []),
            ("D0 D7 D13", [violated("error", "d3")]),
            ("D0 D7 D14", []),
            ("D0@01:00 D7 D13@23:00", [violated("error", "d3")]),
            ("D0@23:00 D7 D14@01:00", []),
            ("D14 D7 D0 D13", [violated("error", "d4"), violated("error", "d1")]),
            ("D0 D0@14:00", []),
            ("D0 D0@14:00 D0@18:00", [violated("error", "d3")]),
            ("D0 D7 D13 D20 D27", [violated("error", "d3"), violated("error", "d4")]),
            ("D0 D7x D13", []),
            ("D0 D7! D10 D13", [violated("error", "d4")]),
            ("completed D0* D7* D13", []),
            ("completed D0* D7* D13*", [violated("error", "d3")]),
            ("E(-2)- D0 D7 D13", [violated("error", "d3")]),
        ],
    )
    def test_so_many_dosings_in_any_consecutive_days(self, line: str, expected: list[Row]) -> None:
        assert findings(line, FREQUENCY, "DOSE-FREQUENCY") == expected

    @pytest.mark.parametrize(
        ("at_most", "days", "line", "expected"),
        [
            (1, 1, "D0 D1", []),
            (1, 1, "D0 D0@14:00", [violated("error", "d2")]),
            (1, 2, "D0 D1", [violated("error", "d2")]),
            (1, 2, "D0 D2", []),
            (3, 30, "D0 D10 D20 D29", [violated("error", "d4")]),
            (3, 30, "D0 D10 D20 D30", []),
        ],
    )
    def test_the_limit_counts_the_dosing_and_its_day(
        self, at_most: int, days: int, line: str, expected: list[Row]
    ) -> None:
        protocol = limits(dosing_frequency={"at_most": at_most, "days": days})
        assert findings(line, protocol, "DOSE-FREQUENCY") == expected

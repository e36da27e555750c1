"""PREP-COUNT, PREP-ORDER, PREP-AFTER-SUPPLY: how many preparations, and when."""

from __future__ import annotations

import pytest

from support import Row, at, findings, limits, on, pending, violated

COUNT = limits(preparation_count={"min": 1, "max": 2})
ORDER = limits(preparation_before_dosing=True)
SUPPLY = limits(preparation_after_supply=True)


class TestPrepCount:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("P7 D14", []),
            ("P7 P8 D14", []),
            ("D14", [violated("error", "d1", due=at(14))]),
            ("P20 D14", [violated("error", "d1", due=at(14))]),
            ("P14@09:10 D14", []),
            ("P14@09:11 D14", [violated("error", "d1", due=at(14))]),
            ("P14@09:10/51 D14", [violated("error", "d1", due=at(14))]),
            ("D28 P20 D14", [violated("error", "d2", due=at(14))]),
            ("P20 D14x D28", []),
            ("P7x D14", [violated("error", "d1", due=at(14))]),
            ("P7! D14", [violated("error", "d1", due=at(14))]),
            ("completed P7 D14*", [violated("error", "d1", due=at(14))]),
            ("completed P7* D14*", []),
            ("discontinued D14*", [violated("error", "d1", due=at(14))]),
            ("E2- D14", [violated("error", "d1", due=at(14))]),
            ("E2+ R5- D14*", [violated("error", "d1", due=at(14))]),
        ],
    )
    def test_below_the_minimum(self, line: str, expected: list[Row]) -> None:
        assert findings(line, COUNT, "PREP-COUNT") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("P6 P7 P8 D14", [violated("warning", "p3")]),
            ("P6 P7 P8 P9 D14", [violated("warning", "p3", "p4")]),
            ("P9 P8 P7 P6 D14", [violated("warning", "p2", "p1")]),
            ("P6 P7 P14@09:10 D14", [violated("warning", "p3")]),
            ("P6 P7 P14@09:11 D14", []),
            ("P6 P7 P20 D14", []),
            ("P6 P7 P8x D14", []),
            ("P6 P7 P8", [violated("warning", "p3")]),
            ("discontinued P6* P7* P8*", [violated("warning", "p3")]),
            ("E2- P6 P7 P8", [violated("warning", "p3")]),
        ],
    )
    def test_above_the_maximum(self, line: str, expected: list[Row]) -> None:
        assert findings(line, COUNT, "PREP-COUNT") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("", None, [violated("error")]),
            ("", at(500), [pending("error")]),
            ("C0", None, [violated("error")]),
            ("C0", at(500), [pending("error")]),
            ("P7 P8", None, []),
            ("D14x", None, [violated("error")]),
            ("completed C0*", None, [violated("error")]),
            ("completed C0*", at(0), [violated("error")]),
            ("discontinued C0*", None, []),
            ("discontinued C0*", at(500), []),
            ("E2-", None, []),
            ("E2-", at(5), []),
            ("E2+ R5-", None, []),
            ("E2?", None, [violated("error")]),
            ("E2+ R5?", at(7), [pending("error")]),
            ("E2*", at(7), [pending("error")]),
        ],
    )
    def test_without_a_dosing_nothing_closes(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, COUNT, "PREP-COUNT", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", at(0), [pending("error", "d1", due=at(14))]),
            ("D14", at(14, "09:59:59"), [pending("error", "d1", due=at(14))]),
            ("D14", at(14), [violated("error", "d1", due=at(14))]),
            ("D14", at(15), [violated("error", "d1", due=at(14))]),
            ("completed D14*", at(0), [violated("error", "d1", due=at(14))]),
            ("E2- D14", at(0), [pending("error", "d1", due=at(14))]),
            ("P6 P7 P8 D14", at(0), [violated("warning", "p3")]),
        ],
    )
    def test_the_window_closes_with_the_start_of_the_first_dosing(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, COUNT, "PREP-COUNT", as_of) == expected

    @pytest.mark.parametrize(
        ("form", "line", "expected"),
        [
            ({"min": 2}, "P7 D14", [violated("error", "d1", due=at(14))]),
            ({"min": 2}, "P7 P8 P9 P10 D14", []),
            ({"max": 1}, "D14", []),
            ({"max": 1}, "P7 P8 D14", [violated("warning", "p2")]),
            ({"max": 0}, "P7 D14", [violated("warning", "p1")]),
            ({"min": 0}, "D14", []),
        ],
    )
    def test_either_end_may_be_open(
        self, form: dict[str, int], line: str, expected: list[Row]
    ) -> None:
        assert findings(line, limits(preparation_count=form), "PREP-COUNT") == expected

    def test_an_override_replaces_both_severities(self) -> None:
        mild = limits(preparation_count={"min": 1, "max": 2}, severities={"PREP-COUNT": "advice"})
        assert findings("D14", mild, "PREP-COUNT") == [violated("advice", "d1", due=at(14))]
        assert findings("P6 P7 P8 D14", mild, "PREP-COUNT") == [violated("advice", "p3")]


class TestPrepOrder:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("P7 D14", []),
            ("P14@09:10 D14", []),
            ("P14@09:11 D14", [violated("warning", "p1")]),
            ("P14@09:10/51 D14", [violated("warning", "p1")]),
            ("P20 D14", [violated("warning", "p1")]),
            ("D14 P20 P15 P3", [violated("warning", "p2"), violated("warning", "p1")]),
            ("P20 D14 D28", [violated("warning", "p1")]),
            ("P20 D14x D28", []),
            ("P20", []),
            ("P20 D14x", []),
            ("P20x D14", []),
            ("P20! D14", []),
            ("completed P20 D14*", []),
            ("completed P20* D14*", [violated("warning", "p1")]),
            ("discontinued P20* D14", []),
        ],
    )
    def test_each_preparation_ends_by_the_start_of_the_first_dosing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, ORDER, "PREP-ORDER") == expected

    @pytest.mark.parametrize("as_of", [at(0), at(20), at(30)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        assert findings("D14 P20", ORDER, "PREP-ORDER", as_of) == [violated("warning", "p1")]

    def test_an_override_replaces_the_severity(self) -> None:
        strict = limits(preparation_before_dosing=True, severities={"PREP-ORDER": "error"})
        assert findings("D14 P20", strict, "PREP-ORDER") == [violated("error", "p1")]


class TestPrepAfterSupply:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("S0>7=2 P7", []),
            ("S0>8=2 P7", [violated("warning", "p1", due=on(7))]),
            ("S0>7=2 P7@00:00", []),
            ("S0>=2 P7", [violated("warning", "p1", due=on(7))]),
            ("S- P7", [violated("warning", "p1", due=on(7))]),
            ("E2+ S- P7", [violated("warning", "p1", due=on(7))]),
            ("S0>9=1 S1>7=1 P7", []),
            ("S0>=1 S1>8=1 P7", [violated("warning", "p1", due=on(7))]),
            (
                "S0>8=2 P8 P7 P6",
                [violated("warning", "p3", due=on(6)), violated("warning", "p2", due=on(7))],
            ),
            ("S- P7x", []),
            ("completed S- P7", []),
            ("completed S- P7*", [violated("warning", "p1", due=on(7))]),
            ("S- C0 E2 D14 I15 R33", []),
        ],
    )
    def test_tracked_supply_arrives_by_the_date_of_the_preparation(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, SUPPLY, "PREP-AFTER-SUPPLY") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("S- P7", at(0), [pending("warning", "p1", due=on(7))]),
            ("S- P7", at(7, "12:00"), [pending("warning", "p1", due=on(7))]),
            ("S- P7", at(7, "23:59:59"), [pending("warning", "p1", due=on(7))]),
            ("S- P7", at(8, "00:00:00"), [violated("warning", "p1", due=on(7))]),
            ("S0>7=2 P7", at(1), []),
            ("completed S- P7*", at(0), [violated("warning", "p1", due=on(7))]),
        ],
    )
    def test_tracked_supply_is_due_with_the_date(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, SUPPLY, "PREP-AFTER-SUPPLY", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2 P7", []),
            ("E2* P7", []),
            ("E2+ P7", []),
            ("E2? P7", [violated("warning", "p1", due=at(7))]),
            ("E2- P7", [violated("warning", "p1", due=at(7))]),
            ("E1? E2+ P7", []),
            ("P7", [violated("warning", "p1", due=at(7))]),
            ("R2+ P7", [violated("warning", "p1", due=at(7))]),
            ("E7@09:30 P7", []),
            ("E7@09:31 P7", [violated("warning", "p1", due=at(7))]),
            ("E2x P7", [violated("warning", "p1", due=at(7))]),
            ("completed E2 P7*", [violated("warning", "p1", due=at(7))]),
            ("completed E2* P7*", []),
            (
                "E7 P8 P7 P6",
                [violated("warning", "p3", due=at(6)), violated("warning", "p2", due=at(7))],
            ),
            ("E2+ R5- P7", []),
        ],
    )
    def test_inferred_supply_follows_a_clearing_evaluation(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, SUPPLY, "PREP-AFTER-SUPPLY") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("P7", at(0), [pending("warning", "p1", due=at(7))]),
            ("P7", at(7, "09:59:59"), [pending("warning", "p1", due=at(7))]),
            ("P7", at(7), [violated("warning", "p1", due=at(7))]),
            ("discontinued P7*", at(0), [violated("warning", "p1", due=at(7))]),
        ],
    )
    def test_inferred_supply_is_due_at_the_start(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, SUPPLY, "PREP-AFTER-SUPPLY", as_of) == expected

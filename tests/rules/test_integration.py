"""INTEG-EACH to THERAPY-LENGTH: what follows each dosing."""

from __future__ import annotations

import pytest

import kap_model as kap
from support import Row, at, findings, limits, pending, plan, violated

EACH = limits(integration_per_dosing=1)
TWO_EACH = limits(integration_per_dosing=2)
ORDER = limits(integration_after_dosing=True)
COUNT = limits(integration_count={"min": 2, "max": 3})
WINDOW = limits(integration_window_hours=48)
LENGTH = limits(therapy_minutes={"min": 50, "max": 60})

FIRST_OF_TWO = violated("error", "d1", opens=at(14, "12:00"), due=at(28))
LAST_AT_28 = violated("error", "d2", opens=at(28, "12:00"))


class TestIntegEach:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("I3", []),
            ("D14 I15", []),
            ("D14", [violated("error", "d1", opens=at(14, "12:00"))]),
            ("D14 I15 D28 I29", []),
            ("D14 D28 I29", [FIRST_OF_TWO]),
            ("I10 D14 D28 I29", [FIRST_OF_TWO]),
            ("D14 D28 I29 I30", [FIRST_OF_TWO]),
            ("D14 I15 D28", [LAST_AT_28]),
            ("D14 I15 I16 D28", [LAST_AT_28]),
            ("D14 D28", [FIRST_OF_TWO, LAST_AT_28]),
            (
                "D28 D14",
                [
                    violated("error", "d2", opens=at(14, "12:00"), due=at(28)),
                    violated("error", "d1", opens=at(28, "12:00")),
                ],
            ),
            ("D14 I14@12:00 D28 I29", []),
            ("D14 I14@11:59 D28 I29", [FIRST_OF_TWO]),
            ("D14 I28@09:10 D28 I29", []),
            ("D14 I28@09:11 D28 I29", [FIRST_OF_TWO]),
            ("D14 I28@09:10/51 D28 I29", [FIRST_OF_TWO]),
            ("D14 I15 D28 I28@12:00", []),
            ("D14 I15 D28 I28@11:59", [LAST_AT_28]),
            ("D14 I15 D28 I900", []),
        ],
    )
    def test_after_each_dosing_and_before_the_next(self, line: str, expected: list[Row]) -> None:
        assert findings(line, EACH, "INTEG-EACH") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 I15 I16 D28 I29 I30", []),
            ("D14 I15 D28 I29 I30", [FIRST_OF_TWO]),
            ("D14 I15 I28@09:11 D28 I29 I30", [FIRST_OF_TWO]),
            ("D14 I15 I16 D28 I29", [LAST_AT_28]),
            ("D14 D28", [FIRST_OF_TWO, LAST_AT_28]),
        ],
    )
    def test_at_least_as_many_as_the_limit(self, line: str, expected: list[Row]) -> None:
        assert findings(line, TWO_EACH, "INTEG-EACH") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 I15x D28 I29", [FIRST_OF_TWO]),
            ("D14 I15! D28 I29", [FIRST_OF_TWO]),
            ("D14 D20x D28 I29", [FIRST_OF_TWO]),
            ("D14 I15 D20x", []),
            ("completed D14* I15 D28* I29*", [FIRST_OF_TWO]),
            ("completed D14* I15* D28", []),
            ("completed D14* I15* D28*", [LAST_AT_28]),
        ],
    )
    def test_counting_sessions_only(self, line: str, expected: list[Row]) -> None:
        assert findings(line, EACH, "INTEG-EACH") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14 D28 I29", at(0), [pending("error", "d1", opens=at(14, "12:00"), due=at(28))]),
            (
                "D14 D28 I29",
                at(28, "09:59:59"),
                [pending("error", "d1", opens=at(14, "12:00"), due=at(28))],
            ),
            ("D14 D28 I29", at(28), [FIRST_OF_TWO]),
            ("D14 I15 D28", at(0), [pending("error", "d2", opens=at(28, "12:00"))]),
            ("D14 I15 D28", at(900), [pending("error", "d2", opens=at(28, "12:00"))]),
            ("completed D14* D28* I29*", at(0), [FIRST_OF_TWO]),
            ("completed D14* I15* D28*", at(0), [LAST_AT_28]),
            (
                "D14 D14@12:01 I15",
                at(0),
                [pending("error", "d1", opens=at(14, "12:00"), due=at(14, "12:01"))],
            ),
            (
                "D14 D14@12:00 I15",
                at(0),
                [violated("error", "d1", opens=at(14, "12:00"), due=at(14, "12:00"))],
            ),
            (
                "D14 D14@11:00 I15",
                at(0),
                [violated("error", "d1", opens=at(14, "12:00"), due=at(14, "11:00"))],
            ),
        ],
    )
    def test_the_window_lies_between_the_dosings(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, EACH, "INTEG-EACH", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("discontinued D14*", None, [violated("advice", "d1", opens=at(14, "12:00"))]),
            ("discontinued D14*", at(20), [violated("advice", "d1", opens=at(14, "12:00"))]),
            ("discontinued D14* I15*", None, []),
            (
                "discontinued D14* D28*",
                None,
                [FIRST_OF_TWO, violated("advice", "d2", opens=at(28, "12:00"))],
            ),
            (
                "discontinued D14* I15* D28* D42",
                None,
                [violated("advice", "d2", opens=at(28, "12:00"))],
            ),
            ("completed D14*", None, [violated("error", "d1", opens=at(14, "12:00"))]),
        ],
    )
    def test_the_last_of_a_discontinued_course_is_advice(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, EACH, "INTEG-EACH", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E2+ D14* R20-", None, [violated("error", "d1", opens=at(14, "12:00"))]),
            ("E2+ D14* R20-", at(21), [pending("error", "d1", opens=at(14, "12:00"))]),
            ("E2+ D14* I15* R20-", None, []),
            ("E2+ D14* R20- D28", None, [FIRST_OF_TWO, LAST_AT_28]),
            ("E2- D14 I15 D28", at(3), [pending("error", "d2", opens=at(28, "12:00"))]),
            (
                "discontinued E2+ D14* R20-",
                None,
                [violated("advice", "d1", opens=at(14, "12:00"))],
            ),
        ],
    )
    def test_findings_on_the_dosings_of_a_halted_course_remain(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, EACH, "INTEG-EACH", as_of) == expected

    def test_an_override_replaces_the_error_and_leaves_the_advice(self) -> None:
        mild = limits(integration_per_dosing=1, severities={"INTEG-EACH": "warning"})
        assert findings("D14", mild, "INTEG-EACH") == [
            violated("warning", "d1", opens=at(14, "12:00"))
        ]
        assert findings("discontinued D14*", mild, "INTEG-EACH") == [
            violated("advice", "d1", opens=at(14, "12:00"))
        ]


class TestIntegOrder:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 I15", []),
            ("D14 I14@12:00", []),
            ("D14 I14@11:59", [violated("advice", "i1")]),
            ("D14/121 I14@12:00", [violated("advice", "i1")]),
            ("D14 I7", [violated("advice", "i1")]),
            ("I9 I7 D14 I20", [violated("advice", "i2"), violated("advice", "i1")]),
            ("D28 I20 D14", []),
            ("D14x I20 D28", [violated("advice", "i1")]),
            ("D14 I7x", []),
            ("completed D14* I7", []),
            ("completed D14* I7*", [violated("advice", "i1")]),
            ("discontinued D14* I7*", [violated("advice", "i1")]),
        ],
    )
    def test_each_integration_follows_the_first_dosing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, ORDER, "INTEG-ORDER") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("", None, []),
            ("I5", None, [violated("advice", "i1", due=at(5))]),
            ("D3x I5", None, [violated("advice", "i1", due=at(5))]),
            (
                "I6 I5",
                None,
                [violated("advice", "i2", due=at(5)), violated("advice", "i1", due=at(6))],
            ),
            ("I5", at(0), [pending("advice", "i1", due=at(5))]),
            ("I5", at(5, "09:59:59"), [pending("advice", "i1", due=at(5))]),
            ("I5", at(5), [violated("advice", "i1", due=at(5))]),
            ("completed I5*", at(0), [violated("advice", "i1", due=at(5))]),
            ("discontinued I5*", None, [violated("advice", "i1", due=at(5))]),
            ("completed D3 I5*", None, [violated("advice", "i1", due=at(5))]),
            ("E2- I5", None, [violated("advice", "i1", due=at(5))]),
            ("D14 I5", at(0), [violated("advice", "i1")]),
        ],
    )
    def test_without_a_dosing_one_is_missing(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, ORDER, "INTEG-ORDER", as_of) == expected


class TestIntegCount:
    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("I15 I16", None, []),
            ("I15 I16 I17", None, []),
            ("I15", None, [violated("warning")]),
            ("", None, [violated("warning")]),
            ("I15", at(0), [pending("warning")]),
            ("I15", at(900), [pending("warning")]),
            ("I15 I16x", None, [violated("warning")]),
            ("completed I15* I16", None, [violated("warning")]),
            ("completed I15*", at(0), [violated("warning")]),
            ("discontinued I15*", None, []),
            ("E2- I15", None, []),
            ("E2+ R5- I15", at(6), []),
            ("E2? I15", None, [violated("warning")]),
        ],
    )
    def test_below_the_minimum(self, line: str, as_of: str | None, expected: list[Row]) -> None:
        assert findings(line, COUNT, "INTEG-COUNT", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("I15 I16 I17 I18", None, [violated("advice", "i4")]),
            ("I15 I16 I17 I18", at(0), [violated("advice", "i4")]),
            ("I19 I18 I17 I16 I15", None, [violated("advice", "i2", "i1")]),
            ("I15 I16 I17 I18!", None, []),
            ("discontinued I15* I16* I17* I18*", None, [violated("advice", "i4")]),
            ("E2- I15 I16 I17 I18", None, [violated("advice", "i4")]),
        ],
    )
    def test_above_the_maximum(self, line: str, as_of: str | None, expected: list[Row]) -> None:
        assert findings(line, COUNT, "INTEG-COUNT", as_of) == expected

    def test_either_end_may_be_open(self) -> None:
        low, high = limits(integration_count={"min": 1}), limits(integration_count={"max": 1})
        assert findings("", low, "INTEG-COUNT") == [violated("warning")]
        assert findings("I15 I16", low, "INTEG-COUNT") == []
        assert findings("", high, "INTEG-COUNT") == []
        assert findings("I15 I16", high, "INTEG-COUNT") == [violated("advice", "i2")]


class TestIntegWindow:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14", []),
            ("D14 I14@12:00", []),
            ("D14 I16@12:00", []),
            ("D14 I16@12:01", [violated("warning", "d1", "i1")]),
            ("D14/121 I16@12:01", []),
            ("D14 I30 I16@12:00", []),
            ("D14 I30 I17", [violated("warning", "d1", "i2")]),
            ("D14 I14@11:59 I17", [violated("warning", "d1", "i2")]),
            ("D14 D28 I29", []),
            ("D14 I28@09:10 D28 I29", [violated("warning", "d1", "i1")]),
            ("D14 I28@09:11 D28 I29", []),
            (
                "D28 I35 D14 I21",
                [violated("warning", "d2", "i2"), violated("warning", "d1", "i1")],
            ),
            ("D14 I15x I20", [violated("warning", "d1", "i2")]),
            ("completed D14* I15 I20*", [violated("warning", "d1", "i2")]),
            ("discontinued D14* I20*", [violated("warning", "d1", "i1")]),
            ("E2- D14 I20", [violated("warning", "d1", "i1")]),
        ],
    )
    def test_the_first_integration_starts_within_the_hours(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, WINDOW, "INTEG-WINDOW") == expected

    @pytest.mark.parametrize("as_of", [at(0), at(15), at(40)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        late = [violated("warning", "d1", "i1")]
        assert findings("D14 I20", WINDOW, "INTEG-WINDOW", as_of) == late

    def test_the_hours_are_elapsed_ones(self) -> None:
        line = "2027-03-12 America/Los_Angeles D0@22:00 I{}"
        assert findings(line.format("3@01:00"), WINDOW, "INTEG-WINDOW") == []
        assert findings(line.format("3@01:01"), WINDOW, "INTEG-WINDOW") == [
            violated("warning", "d1", "i1")
        ]


class TestTherapyLength:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("P7/50 I15/60", []),
            ("P7/49", [violated("advice", "p1")]),
            ("P7/61", [violated("advice", "p1")]),
            ("I15/49", [violated("advice", "i1")]),
            ("I15/61", [violated("advice", "i1")]),
            ("I3/49 P20/49 P1/61 I2/61", [violated("advice", n) for n in ("p2", "i2", "i1", "p1")]),
            ("I7/49 P7/49", [violated("advice", n) for n in ("p1", "i1")]),
            ("C0/10 E2/10 D14/10 R33/10", []),
            ("P7/49x I15/49!", []),
            ("completed P7/49 I15/49*", [violated("advice", "i1")]),
            ("discontinued P7/49*", [violated("advice", "p1")]),
        ],
    )
    def test_preparations_and_integrations_last_within_the_limit(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, LENGTH, "THERAPY-LENGTH") == expected

    def test_either_end_may_be_open(self) -> None:
        low, high = limits(therapy_minutes={"min": 50}), limits(therapy_minutes={"max": 50})
        line = "P7/49 I15/51"
        assert findings(line, low, "THERAPY-LENGTH") == [violated("advice", "p1")]
        assert findings(line, high, "THERAPY-LENGTH") == [violated("advice", "i1")]


@pytest.mark.parametrize(
    ("line", "observed"),
    [
        ("D0/120 I1@12:01", "24 hours 1 minute"),
        ("D0/120 I1@13:00", "25 hours"),
        ("D0/120 I2@12:59", "48 hours 59 minutes"),
    ],
)
def test_how_late_an_integration_is_in_words(line: str, observed: str) -> None:
    protocol = limits(integration_window_hours=24, integration_per_dosing=1)
    (finding,) = kap.check(plan(line), protocol).findings
    assert finding.rule == "INTEG-WINDOW"
    assert (finding.observed, finding.required) == (observed, "at most 24 hours")
    assert f" comes {observed} after its end; the limit is at most 24 hours." in finding.message

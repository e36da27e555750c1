"""NO-OVERLAP, RECORD-OUTCOME, AGE-MIN, EXCLUSION: the record itself."""

from __future__ import annotations

import pytest

import kap_model as kap
from support import Row, at, findings, limits, plan, unknown, violated

NOTHING = limits()
ADULT = limits(minimum_age=18)
EXCLUDED = limits(exclusions=["psychosis", "misuse"])


class TestNoOverlap:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("C0", []),
            ("D14 I14@12:00", []),
            ("D14 I14@11:59", [violated("error", "d1", "i1")]),
            ("D14/121 I14@12:00", [violated("error", "d1", "i1")]),
            ("I14@11:59 D14", [violated("error", "d1", "i1")]),
            ("E0 C0", [violated("error", "c1", "e1")]),
            ("P0 P0", [violated("error", "p1", "p2")]),
            ("C0@23:30 P1@00:20", []),
            ("C0@23:30 P1@00:19", [violated("error", "c1", "p1")]),
            (
                "D0/1440 C0@23:00 P1@09:59",
                [violated("error", "d1", "c1"), violated("error", "d1", "p1")],
            ),
        ],
    )
    def test_no_session_starts_before_the_end_of_another(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, NOTHING, "NO-OVERLAP") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "C0/240 P0@10:30/30 I0@13:00",
                [violated("error", "c1", "p1"), violated("error", "c1", "i1")],
            ),
            (
                "C0/60 P0@10:30/60 I0@10:45",
                [violated("error", "c1", "p1"), violated("error", "p1", "i1")],
            ),
            (
                "C0/120 P0@11:00/60 I0@11:30",
                [violated("error", "c1", "p1"), violated("error", "c1", "i1")],
            ),
            (
                "C0/120 P0@11:00/61 I0@11:30",
                [violated("error", "c1", "p1"), violated("error", "p1", "i1")],
            ),
            ("C0/240 P0@10:30/30 I0@14:00", [violated("error", "c1", "p1")]),
        ],
    )
    def test_the_other_is_the_one_with_the_latest_end(self, line: str, expected: list[Row]) -> None:
        assert findings(line, NOTHING, "NO-OVERLAP") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("C0 P0x", None, []),
            ("C0! P0", None, []),
            ("C0 P0*", None, [violated("error", "c1", "p1")]),
            ("completed C0 P0*", None, []),
            ("completed C0* P0*", None, [violated("error", "c1", "p1")]),
            ("discontinued C0 P0", None, []),
            ("C0 P0", at(-5), [violated("error", "c1", "p1")]),
            ("C0 P0", at(5), [violated("error", "c1", "p1")]),
            ("E(-5)- C0 P0", None, [violated("error", "c1", "p1")]),
        ],
    )
    def test_counting_sessions_only(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, NOTHING, "NO-OVERLAP", as_of) == expected

    def test_an_override_replaces_the_severity(self) -> None:
        mild = limits(severities={"NO-OVERLAP": "warning"})
        assert findings("C0 P0", mild, "NO-OVERLAP") == [violated("warning", "c1", "p1")]


class TestRecordOutcome:
    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("C0*", at(0, "09:59:59"), [violated("error", "c1")]),
            ("C0*", at(0, "10:00:00"), []),
            ("C0*", at(9), []),
            ("C0*", None, []),
            ("E0*", at(-1), [violated("error", "e1")]),
            ("E0+", at(-1), [violated("error", "e1")]),
            ("completed C0*", at(-1), [violated("error", "c1")]),
            ("discontinued C0*", at(-1), [violated("error", "c1")]),
            ("C0x P1!", at(-1), []),
        ],
    )
    def test_what_is_completed_has_started(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, NOTHING, "RECORD-OUTCOME", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("C0", None, []),
            ("C0", at(0, "10:49:59"), []),
            ("C0", at(0, "10:50:00"), [unknown("warning", "c1")]),
            ("C0/51", at(0, "10:50:00"), []),
            ("C0 P0@10:50*", None, [unknown("warning", "c1")]),
            ("C0 P0@10:49*", None, []),
            ("C0 P5*", at(5), [unknown("warning", "c1")]),
            ("C0 P5*", at(0), [violated("error", "p1")]),
            ("C0 P5*", at(0, "10:50:00"), [unknown("warning", "c1"), violated("error", "p1")]),
            ("C0 P5", None, []),
            ("C0 P5!", None, []),
            ("C0x P5*", at(9), []),
            ("C0! P5*", at(9), []),
            (
                "I15 D14 P7 C0 E2 R33",
                at(50),
                [unknown("warning", n) for n in ("c1", "e1", "p1", "d1", "i1", "r1")],
            ),
        ],
    )
    def test_a_planned_session_that_is_over_is_unrecorded(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, NOTHING, "RECORD-OUTCOME", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("completed C0", None, [unknown("warning", "c1")]),
            ("discontinued C0", None, [unknown("warning", "c1")]),
            ("completed C0 P7* D14x I15!", None, [unknown("warning", "c1")]),
            ("completed C0", at(-5), [unknown("warning", "c1")]),
            ("completed E0", at(5), [unknown("warning", "e1")]),
        ],
    )
    def test_a_closed_plan_has_nothing_planned(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, NOTHING, "RECORD-OUTCOME", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2*", [unknown("warning", "e1")]),
            ("R33*", [unknown("warning", "r1")]),
            ("E2+ E3- E4? R5+ R6- R7?", []),
            ("E2 R33", []),
            ("E2x R33!", []),
            ("C0* P7* D14* I15*", []),
            ("completed E2*", [unknown("warning", "e1")]),
            ("R5* E2*", [unknown("warning", "e1"), unknown("warning", "r1")]),
        ],
    )
    def test_a_medical_contact_has_an_outcome(self, line: str, expected: list[Row]) -> None:
        assert findings(line, NOTHING, "RECORD-OUTCOME") == expected

    def test_an_override_leaves_the_error(self) -> None:
        mild = limits(severities={"RECORD-OUTCOME": "advice"})
        assert findings("C0 P5* E3*", mild, "RECORD-OUTCOME", at(4)) == [
            unknown("advice", "c1"),
            unknown("advice", "e1"),
            violated("error", "p1"),
        ]


def born(line: str, date: str) -> kap.Plan:
    return plan(line, {"born": date})


AGE = "The client is under the minimum age on the day of {}: "


class TestAgeMin:
    @pytest.mark.parametrize(
        ("line", "date", "expected"),
        [
            ("E2", "2009-01-03", []),
            ("E2", "2009-01-04", [violated("error", "e1")]),
            ("E2", "2010-01-03", [violated("error", "e1")]),
            ("E2", "1950-06-01", []),
            ("D14", "2009-01-15", []),
            ("D14", "2009-01-16", [violated("error", "d1")]),
            ("D1 E14", "2009-01-15", []),
            ("D1 E14", "2009-01-16", [violated("error", "e1")]),
            ("E2 E14", "2009-01-04", [violated("error", "e1")]),
            ("E14 E2", "2009-01-04", [violated("error", "e2")]),
            ("D28 D14", "2009-01-16", [violated("error", "d2")]),
            ("E2x E14", "2009-01-04", []),
            ("E2x D14", "2009-01-16", [violated("error", "d1")]),
            ("C0 P7 I15 R33", "2020-01-01", []),
            ("completed E2 D14*", "2009-01-16", [violated("error", "d1")]),
            ("discontinued E2*", "2009-01-04", [violated("error", "e1")]),
            ("E2", "2199-01-01", [violated("error", "e1")]),
        ],
    )
    def test_the_age_on_the_date_of_the_first_evaluation(
        self, line: str, date: str, expected: list[Row]
    ) -> None:
        assert findings(born(line, date), ADULT, "AGE-MIN") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2", [unknown("error", "e1")]),
            ("D14", [unknown("error", "d1")]),
            ("D1 E2", [unknown("error", "e1")]),
            ("", []),
            ("C0 R33", []),
        ],
    )
    def test_without_a_date_of_birth_it_is_unknown(self, line: str, expected: list[Row]) -> None:
        assert findings(line, ADULT, "AGE-MIN") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2026-02-28 E0", [violated("error", "e1")]),
            ("2026-03-01 E0", []),
        ],
    )
    def test_a_leap_day_counts_from_march_in_common_years(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(born(line, "2008-02-29"), ADULT, "AGE-MIN") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("2028-02-28 E0", [violated("error", "e1")]),
            ("2028-02-29 E0", []),
        ],
    )
    def test_a_leap_day_counts_from_itself_in_leap_years(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(born(line, "2008-02-29"), limits(minimum_age=20), "AGE-MIN") == expected

    @pytest.mark.parametrize("as_of", [at(0), at(900)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        young = [violated("error", "e1")]
        assert findings(born("E2", "2009-01-04"), ADULT, "AGE-MIN", as_of) == young

    @pytest.mark.parametrize(
        ("birth", "observed", "message"),
        [
            (
                "2027-01-04",
                "a birth after the session",
                "The recorded date of birth lies after {}.",
            ),
            ("2027-01-03", "0 years", AGE + "0 years old, the limit is 18."),
            ("2026-01-04", "0 years", AGE + "0 years old, the limit is 18."),
            ("2026-01-03", "1 year", AGE + "1 year old, the limit is 18."),
        ],
    )
    def test_in_words(self, birth: str, observed: str, message: str) -> None:
        (finding,) = [
            one
            for one in kap.check(born("E2", birth), ADULT).findings
            if one.rule == "AGE-MIN" and one.verdict == "violated"
        ]
        assert (finding.observed, finding.required) == (observed, "at least 18 years")
        assert finding.message == message.format("medical evaluation e1 on Sun, Jan 3, 2027")


def with_conditions(line: str, *conditions: str) -> kap.Plan:
    return plan(line, {"conditions": conditions})


ONE = [violated("warning")]


class TestExclusion:
    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            ((), []),
            (("asthma",), []),
            (("misuse",), ONE),
            (("Misuse",), []),
            (("asthma", "psychosis"), ONE),
            (("psychosis", "misuse"), ONE * 2),
        ],
    )
    def test_no_listed_condition_is_recorded(
        self, conditions: tuple[str, ...], expected: list[Row]
    ) -> None:
        assert findings(with_conditions("C0", *conditions), EXCLUDED, "EXCLUSION") == expected

    def test_conditions_that_are_not_recorded_are_not_asked_for(self) -> None:
        assert findings("C0 E2- D14", EXCLUDED, "EXCLUSION") == []

    def test_findings_stand_in_order_of_label(self) -> None:
        report = kap.check(with_conditions("C0", "psychosis", "misuse"), EXCLUDED)
        first, second = (found.message for found in report.findings if found.rule == "EXCLUSION")
        assert ("misuse" in first, "psychosis" in first) == (True, False)
        assert ("misuse" in second, "psychosis" in second) == (False, True)

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", ONE),
            ("E2", ONE),
            ("E2*", ONE),
            ("E2+", []),
            ("E2-", ONE),
            ("E2?", ONE),
            ("E2+ E5-", ONE),
            ("E2+ E5?", ONE),
            ("E2- E5+", []),
            ("E5+ E2-", []),
            ("E2+ E5*", []),
            ("E2+ E5", []),
            ("E2- E5*", ONE),
            ("E2+ E5x", []),
            ("E2+ R5-", []),
            ("R5+", ONE),
            ("E2/600+ E2@12:00-", []),
            ("E2/600- E2@12:00+", ONE),
            ("E2+ E2-", ONE),
            ("E2- E2+", ONE),
            ("E2+ E2?", ONE),
            ("E2? E2+", ONE),
            ("E2+ E2*", []),
            ("completed E2+", []),
            ("discontinued E2+ E5-", ONE),
        ],
    )
    def test_unless_the_latest_evaluation_says_eligible(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(with_conditions(line, "misuse"), EXCLUDED, "EXCLUSION") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E2+", at(2, "09:59:59"), ONE),
            ("E2+", at(2, "10:00:00"), []),
            ("E2- E5+", at(4), ONE),
            ("E2- E5+", at(6), []),
            ("E2+ E5+", at(4), []),
            ("E2+ E5-", at(4), ONE),
        ],
    )
    def test_an_eligible_evaluation_after_as_of_is_still_to_come(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(with_conditions(line, "misuse"), EXCLUDED, "EXCLUSION", as_of) == expected

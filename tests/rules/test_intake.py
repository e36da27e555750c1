"""SCREEN-FIRST, MED-CLEAR, ROLE-SCOPE: who may come to treatment, and who sees them."""

from __future__ import annotations

import pytest

import kap_model as kap
from kap_model import practices
from support import Row, at, findings, limits, pending, plan, unknown, violated

SCREEN = limits(consultation_first=True)
CLEAR = limits(evaluation_first=True)
ROLES = limits(medical_roles=["medical-provider", "nurse"], therapist_roles=["therapist"])


class TestScreenFirst:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("C0 E2", []),
            ("E2", [violated("advice", "e1", due=at(2))]),
            ("C3 E2", [violated("advice", "e1", due=at(2))]),
            ("C2@09:10 E2", []),
            ("C2@09:11 E2", [violated("advice", "e1", due=at(2))]),
            ("C2@09:10/51 E2", [violated("advice", "e1", due=at(2))]),
            ("C2@09:00 C3 E2", []),
            ("C2@09:11 C1 E2", []),
        ],
    )
    def test_a_consultation_ends_by_the_start_of_the_evaluation(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, SCREEN, "SCREEN-FIRST") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("", []),
            ("C0", []),
            ("P7 D14 I15 R33", []),
            ("C0 E2 E4", []),
            ("C3 E4 E2", [violated("advice", "e2", due=at(2))]),
            ("E2@10:00 E2@10:00", [violated("advice", "e1", due=at(2))]),
            ("E2-", [violated("advice", "e1", due=at(2))]),
        ],
    )
    def test_the_first_evaluation_is_meant(self, line: str, expected: list[Row]) -> None:
        assert findings(line, SCREEN, "SCREEN-FIRST") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E0x C1 E2", []),
            ("E0! C1 E2", []),
            ("C0x E2", [violated("advice", "e1", due=at(2))]),
            ("C0! E2", [violated("advice", "e1", due=at(2))]),
            ("C0* E2*", []),
            ("completed C0* E2*", []),
            ("completed C0 E2*", [violated("advice", "e1", due=at(2))]),
            ("completed E2", []),
            ("discontinued C0 E2*", [violated("advice", "e1", due=at(2))]),
            ("discontinued E2", []),
        ],
    )
    def test_counting_sessions_only(self, line: str, expected: list[Row]) -> None:
        assert findings(line, SCREEN, "SCREEN-FIRST") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E2", at(0), [pending("advice", "e1", due=at(2))]),
            ("E2", at(2, "09:59:59"), [pending("advice", "e1", due=at(2))]),
            ("E2", at(2), [violated("advice", "e1", due=at(2))]),
            ("E2", at(3), [violated("advice", "e1", due=at(2))]),
            ("completed E2*", at(0), [violated("advice", "e1", due=at(2))]),
            ("discontinued E2*", at(0), [violated("advice", "e1", due=at(2))]),
            ("C0 E2", at(1), []),
        ],
    )
    def test_the_window_closes_with_the_start_of_the_evaluation(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, SCREEN, "SCREEN-FIRST", as_of) == expected

    @pytest.mark.parametrize(
        ("protocol", "severity"),
        [
            (practices.CORE.protocol, "advice"),
            (practices.KINGSLEY.protocol, "warning"),
            (practices.REGROUNDING.protocol, "warning"),
            (limits(consultation_first=True, severities={"SCREEN-FIRST": "error"}), "error"),
        ],
    )
    def test_severity(self, protocol: kap.CareProtocol, severity: str) -> None:
        assert findings("E2", protocol, "SCREEN-FIRST") == [violated(severity, "e1", due=at(2))]


class TestMedClear:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14", [violated("error", "d1", due=at(14))]),
            ("D14*", [violated("error", "d1", due=at(14))]),
            ("R2+ D14", [violated("error", "d1", due=at(14))]),
            ("E15 D14", [violated("error", "d1", due=at(14))]),
            ("E14@09:30+ D14", []),
            ("E14@09:31+ D14", [violated("error", "d1", due=at(14))]),
            ("E14@09:30/31+ D14", [violated("error", "d1", due=at(14))]),
            ("E2x D14", [violated("error", "d1", due=at(14))]),
            ("E2! D14", [violated("error", "d1", due=at(14))]),
            ("completed E2 D14*", [violated("error", "d1", due=at(14))]),
            ("completed E2+ D14", []),
            ("discontinued D14", []),
        ],
    )
    def test_without_an_evaluation_before_it_one_is_missing(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, CLEAR, "MED-CLEAR") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", at(0), [pending("error", "d1", due=at(14))]),
            ("D14", at(14, "09:59:59"), [pending("error", "d1", due=at(14))]),
            ("D14", at(14), [violated("error", "d1", due=at(14))]),
            ("D14", at(20), [violated("error", "d1", due=at(14))]),
            ("E15 D14", at(0), [pending("error", "d1", due=at(14))]),
            ("completed D14*", at(0), [violated("error", "d1", due=at(14))]),
            ("discontinued D14*", at(0), [violated("error", "d1", due=at(14))]),
        ],
    )
    def test_the_window_closes_with_the_start_of_the_dosing(
        self, line: str, as_of: str, expected: list[Row]
    ) -> None:
        assert findings(line, CLEAR, "MED-CLEAR", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2+ D14", []),
            ("E2+ D14*", []),
            ("E2- D14", [violated("error", "e1", "d1")]),
            ("E2- D14*", [violated("error", "e1", "d1")]),
            ("E2+ R7- D14", [violated("error", "r1", "d1")]),
            ("E2+ R7- D14*", [violated("error", "r1", "d1")]),
            ("E2? D14", [unknown("error", "e1", "d1")]),
            ("E2? D14*", [violated("error", "e1", "d1")]),
            ("E2+ R7? D14", [unknown("error", "r1", "d1")]),
            ("E2+ R7? D14*", [violated("error", "r1", "d1")]),
            ("E2* D14", [unknown("error", "e1", "d1")]),
            ("E2* D14*", [unknown("error", "e1", "d1")]),
            ("E2+ R7* D14", [unknown("error", "r1", "d1")]),
            ("E2+ R7* D14*", [unknown("error", "r1", "d1")]),
            ("completed E2+ D14*", []),
            ("completed E2- D14*", [violated("error", "e1", "d1")]),
            ("completed E2? D14*", [violated("error", "e1", "d1")]),
            ("discontinued E2* D14*", [unknown("error", "e1", "d1")]),
        ],
    )
    def test_each_standing_has_its_verdict(self, line: str, expected: list[Row]) -> None:
        assert findings(line, CLEAR, "MED-CLEAR") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("E2 D14", None, []),
            ("E2 D14", at(2, "10:29:59"), []),
            ("E2 D14", at(2, "10:30:00"), [unknown("error", "e1", "d1")]),
            ("E2 D14", at(20), [unknown("error", "e1", "d1")]),
            ("E2 D14*", None, [unknown("error", "e1", "d1")]),
            ("E2 D14*", at(1), []),
            ("E2? D14", at(20), [unknown("error", "e1", "d1")]),
            ("E2- D14", at(0), [violated("error", "e1", "d1")]),
            ("E2+ D14", at(0), []),
            ("E2+ R7 D14", at(6), []),
            ("E2+ R7 D14", at(8), [unknown("error", "r1", "d1")]),
        ],
    )
    def test_a_booking_is_presumed_favourable_until_it_should_be_recorded(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, CLEAR, "MED-CLEAR", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "E2+ D14 R20- D28 D42",
                [violated("error", "r1", "d2"), violated("error", "r1", "d3")],
            ),
            (
                "E2+ D14* R20? D28* D42",
                [violated("error", "r1", "d2"), unknown("error", "r1", "d3")],
            ),
            ("D14 E20+ D28", [violated("error", "d1", due=at(14))]),
            (
                "D20 D14 E15-",
                [violated("error", "d2", due=at(14)), violated("error", "e1", "d1")],
            ),
            ("E2+ R14@09:30- D14", [violated("error", "r1", "d1")]),
            ("E2+ R14@09:31- D14", []),
        ],
    )
    def test_each_dosing_is_judged_at_its_own_start(self, line: str, expected: list[Row]) -> None:
        assert findings(line, CLEAR, "MED-CLEAR") == expected

    def test_an_override_replaces_the_severity(self) -> None:
        mild = limits(evaluation_first=True, severities={"MED-CLEAR": "warning"})
        assert findings("D14", mild, "MED-CLEAR") == [violated("warning", "d1", due=at(14))]
        assert findings("E2* D14", mild, "MED-CLEAR") == [unknown("warning", "e1", "d1")]


def held_by(line: str, **roles: str) -> kap.Plan:
    facts = {f"{name}.clinician": kap.Clinician("x", role) for name, role in roles.items()}
    return plan(line, facts)


class TestRoleScope:
    @pytest.mark.parametrize(
        ("line", "roles", "expected"),
        [
            ("E2", {"e1": "medical-provider"}, []),
            ("E2", {"e1": "nurse"}, []),
            ("E2", {"e1": "therapist"}, [violated("error", "e1")]),
            ("R33", {"r1": "nurse"}, []),
            ("R33", {"r1": "therapist"}, [violated("error", "r1")]),
            ("P7", {"p1": "therapist"}, []),
            ("P7", {"p1": "nurse"}, [violated("error", "p1")]),
            ("D14", {"d1": "therapist"}, []),
            ("D14", {"d1": "medical-provider"}, [violated("error", "d1")]),
            ("I15", {"i1": "therapist"}, []),
            ("I15", {"i1": "student"}, [violated("error", "i1")]),
            ("I15", {"i1": "Therapist"}, [violated("error", "i1")]),
            ("C0", {"c1": "student"}, []),
        ],
    )
    def test_each_kind_has_its_roles(
        self, line: str, roles: dict[str, str], expected: list[Row]
    ) -> None:
        assert findings(held_by(line, **roles), ROLES, "ROLE-SCOPE") == expected

    def test_nothing_is_asked_where_no_clinician_is_recorded(self) -> None:
        assert findings("C0 E2 P7 D14 I15 R33", ROLES, "ROLE-SCOPE") == []

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("E2x", []),
            ("E2!", []),
            ("E2*", [violated("error", "e1")]),
            ("completed E2", []),
            ("completed E2*", [violated("error", "e1")]),
            ("discontinued E2-", [violated("error", "e1")]),
        ],
    )
    def test_counting_sessions_only(self, line: str, expected: list[Row]) -> None:
        assert findings(held_by(line, e1="therapist"), ROLES, "ROLE-SCOPE") == expected

    def test_the_medical_kinds_are_visited_first(self) -> None:
        course = held_by(
            "E2 P7 D14 I15 R33", e1="student", p1="nurse", d1="nurse", i1="nurse", r1="therapist"
        )
        names = ("e1", "r1", "p1", "d1", "i1")
        assert findings(course, ROLES, "ROLE-SCOPE") == [violated("error", name) for name in names]

    def test_a_kind_whose_roles_are_not_set_is_not_asked(self) -> None:
        course = held_by("E2 D14", e1="student", d1="student")
        medical = limits(medical_roles=["nurse"])
        therapists = limits(therapist_roles=["therapist"])
        assert findings(course, medical, "ROLE-SCOPE") == [violated("error", "e1")]
        assert findings(course, therapists, "ROLE-SCOPE") == [violated("error", "d1")]

    @pytest.mark.parametrize("as_of", [at(0), at(2), at(40)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        course = held_by("E2 D14", e1="therapist", d1="therapist")
        assert findings(course, ROLES, "ROLE-SCOPE", as_of) == [violated("error", "e1")]

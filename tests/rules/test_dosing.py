"""Dosings: how many, how long, where, with whom, how close, by which route."""

from __future__ import annotations

from typing import Any

import pytest

import kap_model as kap
from kap_model.forms import Count, Rate, Space
from kap_model.forms._form import RuleForm
from support import Row, at, findings, limits, pending, plan, unknown, violated

COUNT = limits(dosing_count={"min": 2, "max": 3})
MINUTES = limits(dosing_minutes={"min": 60, "max": 120})
MODALITY = limits(dosing_places=["office"], formats=["individual"])
THERAPIST = limits(therapist_present=True)
SUPPORT = limits(support_person_when_remote=True)
LEVELS = limits(dose_levels=["low", "moderate"])


class TestDoseCount:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 D28", []),
            ("D14 D28 D42", []),
            ("D14", [violated("error")]),
            ("", [violated("error")]),
            ("D14 D28x", [violated("error")]),
            ("D14 D28!", [violated("error")]),
            ("D14* D28*", []),
            ("completed D14* D28*", []),
            ("completed D14* D28", [violated("error")]),
            ("discontinued D14*", []),
            ("discontinued", []),
            ("E2- D14", []),
            ("E2+ D14 R20-", []),
            ("E2+ D14 R20?", [violated("error")]),
            ("E2? D14", [violated("error")]),
            ("E2* D14", [violated("error")]),
            ("E2- E5+ D14", [violated("error")]),
        ],
    )
    def test_below_the_minimum(self, line: str, expected: list[Row]) -> None:
        assert findings(line, COUNT, "DOSE-COUNT") == expected

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14 D28 D42 D56", [violated("error", "d4")]),
            ("D14 D28 D42 D56 D70", [violated("error", "d4", "d5")]),
            ("D70 D56 D42 D28 D14", [violated("error", "d2", "d1")]),
            ("D14 D28 D42 D56x", []),
            ("discontinued D14* D28* D42* D56*", [violated("error", "d4")]),
            ("E2- D14 D28 D42 D56", [violated("error", "d4")]),
        ],
    )
    def test_above_the_maximum(self, line: str, expected: list[Row]) -> None:
        assert findings(line, COUNT, "DOSE-COUNT") == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", at(0), [pending("error")]),
            ("D14", at(5000), [pending("error")]),
            ("completed D14*", at(0), [violated("error")]),
            ("discontinued D14*", at(20), []),
            ("E2- D14", at(5), []),
            ("D14 D28 D42 D56", at(0), [violated("error", "d4")]),
        ],
    )
    def test_the_window_never_closes(self, line: str, as_of: str, expected: list[Row]) -> None:
        assert findings(line, COUNT, "DOSE-COUNT", as_of) == expected

    @pytest.mark.parametrize(
        ("form", "line", "expected"),
        [
            ({"min": 2}, "D14 D28 D42 D56", []),
            ({"min": 2}, "D14", [violated("error")]),
            ({"max": 1}, "", []),
            ({"max": 1}, "D14 D28", [violated("error", "d2")]),
            ({"max": 0}, "D14", [violated("error", "d1")]),
        ],
    )
    def test_either_end_may_be_open(
        self, form: dict[str, int], line: str, expected: list[Row]
    ) -> None:
        assert findings(line, limits(dosing_count=form), "DOSE-COUNT") == expected


class TestDoseDuration:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D14/60", []),
            ("D14/59", [violated("warning", "d1")]),
            ("D14/120", []),
            ("D14/121", [violated("warning", "d1")]),
            ("D42/59 D28/90 D14/121", [violated("warning", "d3"), violated("warning", "d1")]),
            ("D14/59x", []),
            ("completed D14/59", []),
            ("completed D14/59*", [violated("warning", "d1")]),
            ("discontinued D14/59*", [violated("warning", "d1")]),
            ("E2- D14/59", [violated("warning", "d1")]),
            ("C0/10 E2/10 P7/10 I15/10 R33/10", []),
        ],
    )
    def test_minutes_lie_within_the_limit(self, line: str, expected: list[Row]) -> None:
        assert findings(line, MINUTES, "DOSE-DURATION") == expected

    def test_either_end_may_be_open(self) -> None:
        low, high = limits(dosing_minutes={"min": 60}), limits(dosing_minutes={"max": 120})
        assert findings("D14/59 D28/600", low, "DOSE-DURATION") == [violated("warning", "d1")]
        assert findings("D14/1 D28/121", high, "DOSE-DURATION") == [violated("warning", "d2")]

    @pytest.mark.parametrize("as_of", [at(0), at(20)])
    def test_the_moment_of_judgement_changes_nothing(self, as_of: str) -> None:
        assert findings("D14/59", MINUTES, "DOSE-DURATION", as_of) == [violated("warning", "d1")]


class TestEffectFit:
    @pytest.mark.parametrize(
        ("forms", "line", "expected"),
        [
            ({"effect_minutes": 45, "processing_minutes": 15}, "D14/60", []),
            (
                {"effect_minutes": 45, "processing_minutes": 15},
                "D14/59",
                [violated("warning", "d1")],
            ),
            ({"effect_minutes": 45}, "D14/45", []),
            ({"effect_minutes": 45}, "D14/44", [violated("warning", "d1")]),
            ({"processing_minutes": 15}, "D14/15", []),
            ({"processing_minutes": 15}, "D14/14", [violated("warning", "d1")]),
            (
                {"effect_minutes": 45},
                "D28/44 D14/44",
                [violated("warning", "d2"), violated("warning", "d1")],
            ),
            ({"effect_minutes": 45}, "D14/44x D28/44!", []),
            ({"effect_minutes": 45}, "completed D14/44 D28/44*", [violated("warning", "d2")]),
            ({"effect_minutes": 45}, "P7/10 I15/10", []),
        ],
    )
    def test_a_dosing_lasts_for_the_effect_and_the_time_to_process(
        self, forms: dict[str, Any], line: str, expected: list[Row]
    ) -> None:
        assert findings(line, limits(**forms), "EFFECT-FIT") == expected


class TestModality:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("P7 D14 I15", []),
            ("D14~", [violated("error", "d1")]),
            ("D14g", [violated("error", "d1")]),
            ("D14~g", [violated("error", "d1")]),
            ("P7g", [violated("error", "p1")]),
            ("I15g", [violated("error", "i1")]),
            ("C0~ E2^ P7~ I15~ R33^", []),
            ("I3g P20g D14~", [violated("error", name) for name in ("i1", "d1", "p1")]),
            ("D14~ D14g P14g", [violated("error", name) for name in ("p1", "d1", "d2")]),
            ("D14x~ P7!g", []),
            ("completed D14~ P7*g", [violated("error", "p1")]),
            ("discontinued D14*~", [violated("error", "d1")]),
            ("E2- D14~", [violated("error", "d1")]),
        ],
    )
    def test_places_of_dosings_and_formats_are_allowed(
        self, line: str, expected: list[Row]
    ) -> None:
        assert findings(line, MODALITY, "MODALITY") == expected

    @pytest.mark.parametrize(
        ("forms", "line", "expected"),
        [
            ({"dosing_places": ["remote"]}, "D14", [violated("error", "d1")]),
            ({"dosing_places": ["remote"]}, "D14~g P7g", []),
            ({"dosing_places": ["office", "remote"]}, "D14 D28~", []),
            ({"formats": ["group"]}, "P7 D14~g I15", [violated("error", n) for n in ("p1", "i1")]),
            ({"formats": ["individual", "group"]}, "P7 P8g D14 D28g I29 I30g", []),
        ],
    )
    def test_only_what_the_protocol_sets_is_asked(
        self, forms: dict[str, Any], line: str, expected: list[Row]
    ) -> None:
        assert findings(line, limits(**forms), "MODALITY") == expected


class TestTherapistPresent:
    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", None, []),
            ("D14t", None, []),
            ("D14*t", None, []),
            ("D14*", None, [unknown("error", "d1")]),
            ("D14", at(14, "11:59:59"), []),
            ("D14", at(14, "12:00:00"), [unknown("error", "d1")]),
            ("D14t", at(20), []),
            ("D14 I14@12:00*", None, [unknown("error", "d1")]),
            ("D14 I14@11:59*", None, []),
            ("D14 I20*", at(13), []),
            ("D14 I20!", None, []),
            ("D28* D14*", None, [unknown("error", "d2"), unknown("error", "d1")]),
            ("D14x D28!", at(40), []),
            ("completed D14", None, []),
            ("completed D14*", None, [unknown("error", "d1")]),
            ("discontinued D14*", at(0), [unknown("error", "d1")]),
            ("P7* I15*", None, []),
        ],
    )
    def test_presence_is_recorded_once_a_dosing_was_held(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, THERAPIST, "THERAPIST-PRESENT", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", None, [violated("error", "d1")]),
            ("D14", at(0), [violated("error", "d1")]),
            ("D14", at(20), [violated("error", "d1")]),
            ("D14*", None, [violated("error", "d1")]),
            ("completed D14*", None, [violated("error", "d1")]),
            ("completed D14", None, []),
            ("D14x", None, []),
        ],
    )
    def test_absence_is_a_violation(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        alone = plan(line, {"d1.therapist_present": False})
        assert findings(alone, THERAPIST, "THERAPIST-PRESENT", as_of) == expected


class TestSupportPerson:
    @pytest.mark.parametrize(
        ("line", "as_of", "expected"),
        [
            ("D14", None, []),
            ("D14*", None, []),
            ("D14~s", None, []),
            ("D14*~s", None, []),
            ("D14~", None, [violated("error", "d1", due=at(14))]),
            ("D14~", at(0), [pending("error", "d1", due=at(14))]),
            ("D14~", at(14, "09:59:59"), [pending("error", "d1", due=at(14))]),
            ("D14~", at(14, "10:00:00"), [unknown("error", "d1")]),
            ("D14~", at(14, "11:00"), [unknown("error", "d1")]),
            ("D14~", at(20), [unknown("error", "d1")]),
            ("D14*~", None, [unknown("error", "d1")]),
            ("D14*~", at(0), [unknown("error", "d1")]),
            ("D14~ I14@12:00*", None, [unknown("error", "d1")]),
            ("D14~ I14@11:59*", None, [violated("error", "d1", due=at(14))]),
            ("D14~ I20*", at(13), [pending("error", "d1", due=at(14))]),
            ("completed D14~", None, []),
            ("completed D14*~", None, [unknown("error", "d1")]),
            ("discontinued D14*~", at(0), [unknown("error", "d1")]),
            ("D14x~ D28!~", None, []),
            ("P7~ I15~ D14", None, []),
            ("E2- D14~", None, [violated("error", "d1", due=at(14))]),
            (
                "D28~ D14*~",
                None,
                [unknown("error", "d2"), violated("error", "d1", due=at(28))],
            ),
        ],
    )
    def test_a_remote_dosing_names_one(
        self, line: str, as_of: str | None, expected: list[Row]
    ) -> None:
        assert findings(line, SUPPORT, "SUPPORT-PERSON", as_of) == expected

    @pytest.mark.parametrize(
        ("line", "as_of", "text", "expected"),
        [
            ("D14~", None, "none", [violated("error", "d1")]),
            ("D14~", at(0), "none", [violated("error", "d1")]),
            ("D14*~", None, "none", [violated("error", "d1")]),
            ("D14", None, "none", []),
            ("D14~", None, "nonesuch", []),
            ("D14~", None, "spouse", []),
        ],
    )
    def test_none_records_that_nobody_was_there(
        self, line: str, as_of: str | None, text: str, expected: list[Row]
    ) -> None:
        told = plan(line, {"d1.support_person": text})
        assert findings(told, SUPPORT, "SUPPORT-PERSON", as_of) == expected


class TestDoseLevel:
    @pytest.mark.parametrize(
        ("line", "levels", "expected"),
        [
            ("D14", {}, []),
            ("D14*", {}, []),
            ("D14", {"d1.level": "low"}, []),
            ("D14", {"d1.level": "moderate"}, []),
            ("D14", {"d1.level": "high"}, [violated("warning", "d1")]),
            ("D14", {"d1.level": "Low"}, [violated("warning", "d1")]),
            (
                "D28 D14",
                {"d1.level": "high", "d2.level": "mid"},
                [violated("warning", "d2"), violated("warning", "d1")],
            ),
            ("D14x", {"d1.level": "high"}, []),
            ("completed D14", {"d1.level": "high"}, []),
            ("completed D14*", {"d1.level": "high"}, [violated("warning", "d1")]),
        ],
    )
    def test_a_stated_level_is_known(
        self, line: str, levels: dict[str, str], expected: list[Row]
    ) -> None:
        assert findings(plan(line, levels), LEVELS, "DOSE-LEVEL") == expected


class TestDoseRoute:
    @pytest.mark.parametrize(
        ("line", "routes", "expected"),
        [
            ("D14", {}, []),
            ("D14", {"d1.route": "oral"}, []),
            ("D14", {"d1.route": "rectal-of-our-own"}, []),
            ("D14", {"d1.route": "nasal"}, [violated("error", "d1")]),
            ("D28 D14", {"d1.route": "nasal"}, [violated("error", "d1")]),
            ("D14x", {"d1.route": "nasal"}, []),
            ("completed D14*", {"d1.route": "nasal"}, [violated("error", "d1")]),
        ],
    )
    def test_a_stated_route_is_allowed(
        self, line: str, routes: dict[str, str], expected: list[Row]
    ) -> None:
        own = limits(routes=["oral", "rectal-of-our-own"])
        assert findings(plan(line, routes), own, "DOSE-ROUTE") == expected
        assert findings(plan(line, routes), limits(), "DOSE-ROUTE") == []

    def test_in_words(self) -> None:
        course = plan("D14", {"d1.route": "nasal"})
        (finding,) = kap.check(course, limits(routes=["oral", "sublingual"])).findings
        assert (finding.observed, finding.required) == ("nasal", "oral or sublingual")
        assert finding.message == (
            "Dosing d1 on Fri, Jan 15, 2027 states a route that the protocol does not allow."
        )


def house(form: RuleForm) -> kap.CareProtocol:
    cited = kap.Citation("House protocol", "pace")
    return kap.CareProtocol(id="own", rules=[kap.HouseRule("HOUSE-PACE", form, citation=cited)])


class TestDoseClose:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("D0 D1", []),
            ("D0 D0@13:00", ["d2"]),
            ("D0 D0@13:00 D0@16:00", ["d2", "d3"]),
            ("D0 D1 D7 D8", []),
            ("D0 D1 D6 D7", ["d3", "d4"]),
            ("D0 D3 D6", ["d3"]),
            ("D0 D3 D7", []),
            ("D0 D3x D6", []),
            ("D0 D3! D6", []),
            ("D6 D3 D0", ["d1"]),
            ("completed D0* D3 D6*", []),
            ("completed D0* D3* D6*", ["d3"]),
            ("E1- D7 D7@13:00", ["d2"]),
        ],
    )
    def test_one_a_day_and_two_a_week(self, line: str, expected: list[str]) -> None:
        close = [violated("advice", id) for id in expected]
        assert findings(line, limits(), "DOSE-CLOSE") == close

    def test_days_are_local_dates(self) -> None:
        here = "2027-01-04 America/Los_Angeles D0@18:00 D1@10:00"
        assert findings(here, limits(), "DOSE-CLOSE") == []
        same_instants = "2027-01-05 D0@02:00 D0@18:00"
        assert findings(same_instants, limits(), "DOSE-CLOSE") == [violated("advice", "d2")]

    @pytest.mark.parametrize(
        ("forms", "verdict"),
        [
            ({}, "violated"),
            ({"dosing_gap_days": {"max": 30}}, "violated"),
            ({"dosing_gap_days": {"min": 1}}, "not-applicable"),
            ({"dosing_gap_days": {"min": 1, "max": 30}}, "not-applicable"),
            ({"dosing_frequency": {"at_most": 9, "days": 7}}, "not-applicable"),
        ],
    )
    def test_it_gives_way_to_a_pace_of_the_limits(
        self, forms: dict[str, Any], verdict: str
    ) -> None:
        report = kap.check(plan("D0 D1 D2"), limits(**forms))
        assert report.rules["DOSE-CLOSE"] == verdict
        found = {finding.rule for finding in report.findings}
        assert ("DOSE-CLOSE" in found) == (verdict == "violated")

    @pytest.mark.parametrize(
        ("form", "verdict"),
        [
            (Space("dosing", min=1, unit="days"), "not-applicable"),
            (Space("dosing", "dosing", max=9, unit="weeks"), "not-applicable"),
            (Space(("preparation", "dosing"), min=1, unit="hours"), "not-applicable"),
            (Space("dosing", "integration", min=1, unit="hours"), "violated"),
            (Space("integration", "dosing", min=1, unit="hours"), "violated"),
            (Rate("dosing", max=5, days=7), "not-applicable"),
            (Rate(("dosing", "integration"), max=9, days=7), "not-applicable"),
            (Rate("integration", max=9, days=7), "violated"),
            (Count("dosing", 1), "violated"),
        ],
    )
    def test_it_gives_way_to_a_house_rule_that_states_a_pace(
        self, form: RuleForm, verdict: str
    ) -> None:
        report = kap.check(plan("D0 D1 D2 I3"), house(form))
        assert report.rules["DOSE-CLOSE"] == verdict

    def test_only_to_one_that_is_in_force(self) -> None:
        cited = kap.Citation("House protocol", "pace")
        rule = kap.HouseRule(
            "HOUSE-PACE", Rate("dosing", max=3, days=7), since="2027-02-01", citation=cited
        )
        own = kap.CareProtocol(id="own", rules=[rule])
        for line, verdict in (("2027-01-31", "violated"), ("2027-02-01", "not-applicable")):
            assert kap.check(plan(f"{line} D0 D1 D2"), own).rules["DOSE-CLOSE"] == verdict

    def test_in_words(self) -> None:
        day, week = kap.check(plan("D0 D0@13:00 D3"), limits()).findings
        usual = "at most 1 on any day, and at most 2 in any 7 consecutive days"
        assert (day.observed, day.required) == ("2 dosings within 1 day", usual)
        assert (week.observed, week.required) == ("3 dosings within 7 days", usual)
        assert week.message == (
            "Dosing d3 on Mon, Jan 4, 2027 makes 3 dosings within 7 days; where a protocol states "
            "no pace, one a day and at most 2 in any 7 consecutive days are usual."
        )
        assert week.citation.source.startswith("Journey Clinical")


class TestModalityInWords:
    """What is held, and what is allowed: of the form, of the place, and of both."""

    @pytest.mark.parametrize(
        ("mark", "forms", "held", "allowed"),
        [
            ("~", {"dosing_places": ["office"]}, "remotely", "dosings held at the office"),
            ("", {"dosing_places": ["remote"]}, "at the office", "dosings held remotely"),
            ("g", {"formats": ["individual"]}, "in a group", "sessions held individually"),
            (
                "~g",
                {"dosing_places": ["office"], "formats": ["individual"]},
                "in a group and remotely",
                "sessions held individually and dosings held at the office",
            ),
        ],
    )
    def test_of_a_dosing(self, mark: str, forms: dict[str, Any], held: str, allowed: str) -> None:
        (finding,) = kap.check(plan(f"D14{mark}"), limits(**forms)).findings
        assert finding.rule == "MODALITY"
        assert (finding.observed, finding.required) == (held, allowed)
        assert finding.message == (
            f"Dosing d1 on Fri, Jan 15, 2027 is held {held}; the protocol allows {allowed}."
        )


class TestEffectFitInWords:
    """What there is no room for: the effect, the time to process, or both."""

    @pytest.mark.parametrize(
        ("forms", "least", "parts"),
        [
            ({"effect_minutes": 100}, 100, "the usual effect of up to 100 minutes"),
            ({"processing_minutes": 61}, 61, "61 minutes to process"),
            (
                {"effect_minutes": 45, "processing_minutes": 30},
                75,
                "the usual effect of up to 45 minutes and 30 minutes to process",
            ),
        ],
    )
    def test_of_a_dosing(self, forms: dict[str, Any], least: int, parts: str) -> None:
        (finding,) = kap.check(plan("D0/60"), limits(**forms)).findings
        assert finding.rule == "EFFECT-FIT"
        assert (finding.observed, finding.required) == ("60 minutes", f"at least {least} minutes")
        assert finding.message == (
            f"Dosing d1 on Fri, Jan 1, 2027 lasts 60 minutes, which leaves no room for {parts}."
        )

"""What `check` takes: waivers, rules of one's own, protocols, and a moment of judgement."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import attrs
import pendulum
import pytest

import kap_model as kap
from kap_model import checking
from own_rules import own_rule, say, waiver
from support import SOURCE, limits

MARKER = "MARKER"
WHOLE = "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
EVERYTHING = kap.CareProtocol(id="nothing")


def test_a_rule_whose_limits_are_all_unset_is_not_applicable() -> None:
    report = kap.check(kap.parse(WHOLE), limits(formats=["individual"]))
    assert report.rules["MODALITY"] == "satisfied"
    assert report.rules["DOSE-COUNT"] == "not-applicable"
    always = {rule.id for rule in kap.RULES if not rule.reads}
    assert {r for r, v in report.rules.items() if v == "satisfied"} == always | {"MODALITY"}


class TestWaivers:
    plan = kap.parse("2027-01-04 E2+ P7* D14*t I15 D28")

    def waived(self, *waivers: kap.Waiver, as_of: str | None = None) -> list[bool]:
        report = kap.check(
            self.plan, limits(dosing_minutes={"min": 150}), waivers=waivers, as_of=as_of
        )
        return [f.waived for f in report.findings if f.rule == "DOSE-DURATION"]

    def test_of_a_rule(self) -> None:
        assert self.waived(waiver("DOSE-DURATION")) == [True, True]
        assert self.waived(waiver("MODALITY")) == [False, False]

    def test_of_sessions(self) -> None:
        assert self.waived(waiver("DOSE-DURATION", sessions=["d2"])) == [False, True]
        both = [waiver("DOSE-DURATION", sessions=[id]) for id in ("d1", "d2")]
        assert self.waived(*both) == [True, True]

    def test_of_a_plan(self) -> None:
        assert self.waived(waiver("DOSE-DURATION", plan="plan")) == [True, True]
        assert self.waived(waiver("DOSE-DURATION", plan="other")) == [False, False]

    def test_with_an_end(self) -> None:
        ending = waiver("DOSE-DURATION", until="2027-01-20")
        assert self.waived(ending) == [False, False]
        assert self.waived(ending, as_of="2027-01-20T23:59:59Z") == [True, True]
        assert self.waived(ending, as_of="2027-01-21T00:00:00Z") == [False, False]

    def test_before_it_is_in_force(self) -> None:
        later = waiver("DOSE-DURATION", on="2027-01-21")
        assert self.waived(later, as_of="2027-01-20T23:59:59Z") == [False, False]
        assert self.waived(later, as_of="2027-01-21T00:00:00Z") == [True, True]
        assert self.waived(later) == [True, True]

    def test_by_the_date_of_the_plans_zone(self) -> None:
        plan = attrs.evolve(self.plan, timezone="America/Los_Angeles")
        report = kap.check(
            plan,
            limits(dosing_minutes={"min": 150}),
            as_of="2027-01-21T07:59:59Z",
            waivers=[waiver("DOSE-DURATION", until="2027-01-20")],
        )
        assert {f.waived for f in report.findings if f.rule == "DOSE-DURATION"} == {True}

    def test_that_come_one_at_a_time(self) -> None:
        report = kap.check(
            self.plan,
            limits(dosing_minutes={"min": 150}),
            waivers=(one for one in [waiver("DOSE-DURATION")]),
        )
        assert {f.waived for f in report.findings if f.rule == "DOSE-DURATION"} == {True}

    @pytest.mark.parametrize("waivers", [["DOSE-DURATION"], [None], [{}], "DOSE-DURATION", 5])
    def test_that_are_none(self, waivers: Any) -> None:
        with pytest.raises(kap.InvalidValue) as caught:
            kap.check(self.plan, waivers=waivers)
        assert caught.value.problems[0].path.startswith("waivers")


class TestRulesOfOnesOwn:
    plan = kap.parse(WHOLE)

    def test_stand_beside_ours(self) -> None:
        rule = own_rule("OWN", kap.Breach("violated", (self.plan.sessions[0],), say))
        report = kap.check(self.plan, rules=(*kap.RULES, rule))
        assert list(report.rules) == [*[rule.id for rule in kap.RULES], "OWN"]
        assert [(f.rule, f.sessions, f.severity) for f in report.findings] == [
            ("OWN", ("c1",), "error")
        ]
        assert report.findings[0].citation == SOURCE

    def test_stand_in_the_order_in_which_they_are_given(self) -> None:
        breach = kap.Breach("violated", (), say)
        rules = tuple(own_rule(id, breach, breach) for id in ("B", "A", "C"))
        report = kap.check(self.plan, rules=rules)
        assert [f.rule for f in report.findings] == ["B", "B", "A", "A", "C", "C"]
        assert list(report.rules) == ["B", "A", "C"]

    def test_have_ids_of_their_own(self) -> None:
        for twice in ("MODALITY", "OWN"):
            with pytest.raises(kap.InvalidValue) as caught:
                kap.check(self.plan, rules=(*kap.RULES, own_rule(twice), own_rule("OWN")))
            assert [problem.path for problem in caught.value.problems] == ["rules"]

    @pytest.mark.parametrize("kind", [list, tuple, iter])
    def test_may_come_in_any_sequence(self, kind: Any) -> None:
        rules = [own_rule("B"), own_rule("A")]
        assert list(kap.check(self.plan, rules=kind(rules)).rules) == ["B", "A"]

    @pytest.mark.parametrize("rules", [["MODALITY"], [None], [say], "MODALITY", 5, None])
    def test_are_made_by_the_decorator(self, rules: Any) -> None:
        with pytest.raises(kap.InvalidValue) as caught:
            kap.check(self.plan, rules=rules)
        assert caught.value.problems[0].path.startswith("rules")

    @pytest.mark.parametrize("returned", [None, (), iter(()), True])
    def test_return_a_list(self, returned: Any) -> None:
        def function(course: kap.Course, limits: kap.Limits) -> Any:  # noqa: ARG001 - a rule's own signature
            return returned

        rule = attrs.evolve(own_rule("OWN"), function=function)
        with pytest.raises(TypeError, match="OWN must return a list"):
            kap.check(self.plan, rules=(rule,))

    def test_may_be_none_at_all(self) -> None:
        report = kap.check(kap.parse("2027-01-04 D0"), rules=())
        assert report.rules == {}
        assert report.ok

    def test_apply_where_a_limit_that_they_read_is_set(self) -> None:
        rule = own_rule("OWN", reads=("minimum_age", "dose_levels"))
        reports = [
            kap.check(self.plan, protocol, rules=(rule,))
            for protocol in (EVERYTHING, limits(minimum_age=18), limits(dose_levels=["low"]))
        ]
        assert [r.rules["OWN"] for r in reports] == ["not-applicable", "satisfied", "satisfied"]

    def test_cite_the_limit_that_is_not_kept(self) -> None:
        own = kap.Citation("House protocol", "section 9")
        protocol = kap.CareProtocol(
            id="house",
            settings=[
                kap.Setting(limit="minimum_age", value=18, citation=own),
                kap.Setting(limit="dose_levels", value=("low",), citation=CORE_CITATION),
            ],
        )
        for limit, reads, citation in (
            (None, (), SOURCE),
            (None, ("minimum_age", "dose_levels"), own),
            (None, ("exclusions", "dose_levels"), CORE_CITATION),
            ("dose_levels", ("minimum_age", "dose_levels"), CORE_CITATION),
            ("exclusions", ("exclusions", "minimum_age"), own),
        ):
            rule = own_rule("OWN", kap.Breach("violated", (), say, limit=limit), reads=reads)
            (finding,) = kap.check(self.plan, protocol, rules=(rule,)).findings
            assert finding.citation == citation

    @pytest.mark.parametrize(
        ("override", "side", "fixed", "expected"),
        [
            (None, None, None, "error"),
            (None, "warning", None, "warning"),
            ("advice", None, None, "advice"),
            ("advice", "warning", None, "advice"),
            ("advice", "warning", "error", "error"),
            (None, "warning", "advice", "advice"),
        ],
    )
    def test_have_the_severity_of_protocol_side_or_rule(
        self, override: Any, side: Any, fixed: Any, expected: str
    ) -> None:
        breach = kap.Breach("violated", (), say, severity=side, fixed_severity=fixed)
        protocol = kap.CareProtocol(
            id="house", severities=[] if override is None else [("OWN", override)]
        )
        (finding,) = kap.check(self.plan, protocol, rules=(own_rule("OWN", breach),)).findings
        assert finding.severity == expected

    def test_are_known_to_severities_and_waivers_once_given(self) -> None:
        rule = own_rule("OWN", kap.Breach("violated", (), say))
        protocol = kap.CareProtocol(id="house", severities=[("OWN", "warning")])
        for given_rules in (kap.RULES, ()):
            with pytest.raises(kap.InvalidValue) as caught:
                kap.check(self.plan, protocol, rules=given_rules)
            assert [problem.path for problem in caught.value.problems] == ["severities"]
            waivers = [waiver("MODALITY"), waiver("OWN"), waiver("OWN-2")]
            with pytest.raises(kap.InvalidValue) as caught:
                kap.check(self.plan, rules=given_rules, waivers=waivers)
            assert [problem.path for problem in caught.value.problems] == [
                "waivers[1].rule",
                "waivers[2].rule",
            ]
        report = kap.check(self.plan, protocol, rules=(rule,), waivers=[waiver("OWN")])
        assert [(f.severity, f.waived) for f in report.findings] == [("warning", True)]

    def test_leave_severities_and_waivers_of_the_catalogue_lawful(self) -> None:
        protocol = kap.CareProtocol(id="house", severities=[("MODALITY", "advice")])
        report = kap.check(self.plan, protocol, rules=(), waivers=[waiver("DOSE-COUNT")])
        assert report.rules == {}

    @pytest.mark.parametrize(
        ("given_as", "path"),
        [
            ({"id": ""}, "id"),
            ({"id": "two words"}, "id"),
            ({"id": "A\n"}, "id"),
            ({"id": None}, "id"),
            ({"says": ""}, "says"),
            ({"says": 5}, "says"),
            ({"says": True}, "says"),
            ({"why": b"x"}, "why"),
            ({"why": ["x"]}, "why"),
            ({"why": None}, "why"),
            ({"severity": "fatal"}, "severity"),
            ({"severity": None}, "severity"),
            ({"cites": ()}, "cites"),
            ({"cites": [SOURCE]}, "cites"),
            ({"cites": ("a page",)}, "cites"),
            ({"reads": ("dosing_cuont",)}, "reads"),
            ({"reads": ["dosing_count"]}, "reads"),
            ({"reads": "dosing_count"}, "reads"),
            ({"function": None}, "function"),
        ],
    )
    def test_are_checked_when_they_are_made(self, given_as: dict[str, Any], path: str) -> None:
        sound: dict[str, Any] = {"id": "OWN", "says": "s", "why": "w", "severity": "error"}
        arguments = sound | {"cites": (SOURCE,), "function": say} | given_as
        function = arguments.pop("function")
        make: Any = kap.rule
        with pytest.raises(kap.InvalidValue) as caught:
            make(**arguments)(function)
        assert [problem.path for problem in caught.value.problems] == [path]

    @pytest.mark.parametrize(
        ("given_as", "path"),
        [
            ({"nature": "broken"}, "nature"),
            ({"nature": None}, "nature"),
            ({"sessions": []}, "sessions"),
            ({"words": "Something is wrong."}, "words"),
            ({"severity": "fatal"}, "severity"),
            ({"fixed_severity": "fatal"}, "fixed_severity"),
        ],
    )
    def test_return_breaches_that_are_checked(self, given_as: dict[str, Any], path: str) -> None:
        make: Any = kap.Breach
        with pytest.raises(kap.InvalidValue) as caught:
            make(**{"nature": "violated", "sessions": (), "words": say} | given_as)
        assert [problem.path for problem in caught.value.problems] == [path]

    def test_print_their_id(self) -> None:
        assert repr(own_rule("OWN")) == "<Rule OWN>"


CORE_CITATION = kap.practices.CORE.protocol.settings[0].citation


class TestWhichProtocol:
    plan = kap.parse(WHOLE)
    named = attrs.evolve(plan, protocol="regrounding")

    @pytest.mark.parametrize(
        ("protocol", "id"),
        [
            ("core", "core"),
            ("kingsley", "kingsley"),
            (kap.practices.KINGSLEY, "kingsley"),
            (kap.practices.KINGSLEY.protocol, "kingsley"),
            (EVERYTHING, "nothing"),
        ],
    )
    def test_as_an_argument(self, protocol: Any, id: str) -> None:
        for plan in (self.plan, self.named):
            report = kap.check(plan, protocol)
            assert (report.protocol, report.protocol_source) == (id, "argument")

    def test_named_by_the_plan(self) -> None:
        report = kap.check(self.named)
        assert (report.protocol, report.protocol_source) == ("regrounding", "plan")

    def test_by_default(self) -> None:
        report = kap.check(self.plan)
        assert (report.protocol, report.protocol_source) == ("core", "default")

    @pytest.mark.parametrize("protocol", ["Core", "", "house", 5, {}, ["core"], MARKER])
    def test_an_unknown_one_is_refused_and_the_known_ones_are_named(self, protocol: Any) -> None:
        with pytest.raises(kap.InvalidValue) as caught:
            kap.check(self.plan, protocol)
        (problem,) = caught.value.problems
        assert problem.path == "protocol"
        assert "core, kingsley, regrounding" in problem.reason
        assert MARKER not in str(caught.value)


class TestTheMomentOfJudgement:
    plan = kap.parse(WHOLE)

    @pytest.mark.parametrize(
        "as_of",
        [
            "2027-01-20T09:00:00-08:00",
            "2027-01-20T17:00:00Z",
            "2027-01-20T17:00:00.999999Z",
            "2027-01-20T09:00:00.5-08:00",
            dt.datetime(2027, 1, 20, 17, tzinfo=dt.UTC),
            dt.datetime(2027, 1, 20, 17, 0, 0, 999_999, tzinfo=dt.UTC),
            dt.datetime(2027, 1, 20, 9, tzinfo=zoneinfo.ZoneInfo("America/Los_Angeles")),
            pendulum.datetime(2027, 1, 20, 9, tz="America/Los_Angeles"),
        ],
        ids=str,
    )
    def test_is_given_in_any_clock_and_told_in_utc(self, as_of: Any) -> None:
        report = kap.check(self.plan, as_of=as_of)
        assert report.as_of == "2027-01-20T17:00:00+00:00"
        assert report == kap.check(self.plan, as_of="2027-01-20T17:00:00Z")

    def test_may_be_absent(self) -> None:
        report = kap.check(self.plan)
        assert report.as_of is None
        assert report.instant is None
        assert report.to_dict()["as_of"] is None

    def test_must_have_an_offset(self) -> None:
        naive = dt.datetime(2027, 1, 20, 9)  # noqa: DTZ001 - a naive one is what is refused
        with pytest.raises(kap.InvalidValue) as caught:
            kap.check(self.plan, as_of=naive)
        (problem,) = caught.value.problems
        assert problem.path == "as_of"
        assert "replace(tzinfo=zoneinfo.ZoneInfo(" in problem.reason

    @pytest.mark.parametrize(
        "as_of", ["now", "", "2027-01-20", "2027-01-20T09:00:00", "1979-12-31T23:59:59Z", 5, MARKER]
    )
    def test_must_be_an_instant(self, as_of: Any) -> None:
        with pytest.raises(kap.InvalidValue) as caught:
            kap.check(self.plan, as_of=as_of)
        assert [problem.path for problem in caught.value.problems] == ["as_of"]
        assert MARKER not in str(caught.value)


@pytest.mark.parametrize("value", [None, "{}", WHOLE, {}, kap.RULES, kap.practices.CORE])
def test_what_is_no_plan_is_a_type_error_that_says_how_to_make_one(value: Any) -> None:
    with pytest.raises(TypeError, match="loads"):
        kap.check(value)


def test_a_course_has_the_counting_sessions_of_each_kind() -> None:
    course = kap.Course.of(kap.parse("2027-01-04 C0 C1x E2 P7 D14 I15 R33 D40!"), None)
    by_kind = (
        *(course.consultations, course.evaluations, course.preparations),
        *(course.dosings, course.integrations, course.reviews),
    )
    assert [[s.id for s in sessions] for sessions in by_kind] == [
        *(["c1"], ["e1"], ["p1"], ["d1"], ["i1"], ["r1"]),
    ]


def test_whether_something_waits_for_its_record_is_asked_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not for each finding: a long course may have thousands."""
    asked = list[kap.Course]()
    waits = checking._waits_for_records

    def counted(course: kap.Course) -> bool:
        asked.append(course)
        return waits(course)

    monkeypatch.setattr(checking, "_waits_for_records", counted)
    held = kap.parse("2027-01-04 C0* E2+ D14/10* D28/10* D42/10*")
    report = kap.check(held, "core", as_of="2027-03-01T00:00:00Z")
    assert sum(finding.past for finding in report.findings) > 3
    assert len(asked) == 1

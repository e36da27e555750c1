"""Reports: their shape, the two answers, waivers, rules of one's own, and how they read."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import zoneinfo
from typing import Any

import attrs
import pendulum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kap_model as kap
from copies import copies, pickled
from kap_model.testing import strategies as kst
from support import SOURCE, limits

MARKER = "MARKER"
WHOLE = "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
RUNNING = (
    "2027-01-04 America/Los_Angeles C0* E2+ P7* D14* I15* D28/50 R33 "
    "D42 I43 D56 I57 D70 I71 D84 I85"
)
AS_OF = "2027-01-20T09:00:00-08:00"
EVERYTHING = kap.CareProtocol(id="nothing")


def say(voice: Any, *facts: object) -> kap.Words:  # noqa: ARG001 - every wording is given a voice
    return kap.Words("Something is wrong.", "found", "asked")


def own_rule(id: str, *breaches: kap.Breach, severity: Any = "error", **given: Any) -> kap.Rule:
    def function(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return list(breaches)

    make = kap.rule(
        id, "All is well.", why="It is so.", severity=severity, cites=(SOURCE,), **given
    )
    return make(function)


def waiver(rule: str, **given: Any) -> kap.Waiver:
    sound: dict[str, Any] = {"reason": "As agreed.", "by": "t-01", "on": "2027-01-01"}
    return kap.Waiver(rule=rule, **sound | given)


def test_a_report_as_json_values() -> None:
    plan = attrs.evolve(kap.parse(RUNNING), id="p-7", protocol="kingsley")
    report = kap.check(plan, as_of=AS_OF, waivers=[waiver("DOSE-DURATION")])
    page = "Kingsley practice page on ketamine-assisted therapy"
    written = report.to_dict()
    assert list(written) == [
        "plan",
        "protocol",
        "protocol_source",
        "as_of",
        "ok",
        "confirmed",
        "rules",
        "findings",
    ]
    assert list(written["rules"]) == [rule.id for rule in kap.RULES]
    assert json.loads(json.dumps(written)) == written
    assert {key: value for key, value in written.items() if key != "rules"} == {
        "plan": "p-7",
        "protocol": "kingsley",
        "protocol_source": "plan",
        "as_of": "2027-01-20T17:00:00+00:00",
        "ok": True,
        "confirmed": False,
        "findings": [
            {
                "rule": "DOSE-DURATION",
                "verdict": "violated",
                "severity": "warning",
                "sessions": ["d2"],
                "observed": "50 minutes",
                "required": "120 to 180 minutes",
                "opens": None,
                "due": None,
                "message": "Dosing d2 on Mon 1 Feb 2027 lasts 50 minutes; the limit is "
                "120 to 180 minutes.",
                "citation": {"source": page, "where": "step 3"},
                "waived": True,
            },
            {
                "rule": "EFFECT-FIT",
                "verdict": "violated",
                "severity": "warning",
                "sessions": ["d2"],
                "observed": "50 minutes",
                "required": "at least 70 minutes",
                "opens": None,
                "due": None,
                "message": "Dosing d2 on Mon 1 Feb 2027 lasts 50 minutes, which leaves no room "
                "for the usual effect of up to 70 minutes.",
                "citation": {"source": page, "where": "step 3"},
                "waived": False,
            },
            {
                "rule": "THERAPIST-PRESENT",
                "verdict": "unknown",
                "severity": "error",
                "sessions": ["d1"],
                "observed": "not recorded",
                "required": "therapist present throughout",
                "opens": None,
                "due": None,
                "message": "It is not recorded whether the therapist was present at dosing d1 on "
                "Mon 18 Jan 2027.",
                "citation": {"source": page, "where": "step 3"},
                "waived": False,
            },
            {
                "rule": "INTEG-EACH",
                "verdict": "pending",
                "severity": "error",
                "sessions": ["d2"],
                "observed": "0 integrations",
                "required": "at least 1",
                "opens": "2027-02-01T10:50:00-08:00",
                "due": "2027-02-15T10:00:00-08:00",
                "message": "Dosing d2 on Mon 1 Feb 2027 has no integration after it before dosing "
                "d3 on Mon 15 Feb 2027.",
                "citation": {"source": page, "where": "step 4"},
                "waived": False,
            },
        ],
    }
    shown = {rule: verdict for rule, verdict in written["rules"].items() if verdict != "satisfied"}
    assert shown == {
        "PREP-AFTER-SUPPLY": "not-applicable",
        "EFFECT-FIT": "violated",
        "THERAPIST-PRESENT": "unknown",
        "SUPPORT-PERSON": "not-applicable",
        "DOSE-LEVEL": "not-applicable",
        "DOSE-GAP": "not-applicable",
        "DOSE-FREQUENCY": "not-applicable",
        "INTEG-EACH": "pending",
        "INTEG-COUNT": "not-applicable",
        "INTEG-WINDOW": "not-applicable",
        "THERAPY-LENGTH": "not-applicable",
        "AGE-MIN": "not-applicable",
        "EXCLUSION": "not-applicable",
    }


FOUR_FINDINGS = """\
p-7: ok, not confirmed
  protocol kingsley (named by the plan)
  as of Wed 20 Jan 2027 at 09:00, America/Los_Angeles
  rules: 1 violated, 1 unknown, 1 pending, 17 satisfied, 10 not applicable

Violated
  DOSE-DURATION (warning, waived): Dosing d2 on Mon 1 Feb 2027 lasts 50 minutes; the limit is
    120 to 180 minutes.
    found: 50 minutes; required: 120 to 180 minutes
    source: Kingsley practice page on ketamine-assisted therapy, step 3
  EFFECT-FIT (warning): Dosing d2 on Mon 1 Feb 2027 lasts 50 minutes, which leaves no room for
    the usual effect of up to 70 minutes.
    found: 50 minutes; required: at least 70 minutes
    source: Kingsley practice page on ketamine-assisted therapy, step 3

Unknown: only a person can record it
  THERAPIST-PRESENT (error): It is not recorded whether the therapist was present at dosing d1
    on Mon 18 Jan 2027.
    found: not recorded; required: therapist present throughout
    source: Kingsley practice page on ketamine-assisted therapy, step 3

Pending: still to come
  INTEG-EACH (error): Dosing d2 on Mon 1 Feb 2027 has no integration after it before dosing d3
    on Mon 15 Feb 2027.
    found: 0 integrations; required: at least 1
    from Mon 1 Feb 2027 at 10:50, due by Mon 15 Feb 2027 at 10:00
    source: Kingsley practice page on ketamine-assisted therapy, step 4"""


def test_a_report_as_text() -> None:
    plan = attrs.evolve(kap.parse(RUNNING), id="p-7", protocol="kingsley")
    report = kap.check(plan, as_of=AS_OF, waivers=[waiver("DOSE-DURATION")])
    assert str(report) == FOUR_FINDINGS


NO_FINDING = """\
plan: ok
  protocol core (the default, for the plan names none)
  rules: 18 satisfied, 12 not applicable"""
ONE_PENDING = """\
plan: ok
  protocol core (as asked)
  as of Mon 4 Jan 2027 at 10:00, UTC
  rules: 1 pending, 17 satisfied, 12 not applicable

Pending: still to come
  DOSE-COUNT (error): The course has 5 dosings; the limit is 6 to 8 dosings.
    found: 5 dosings; required: 6 to 8 dosings
    source: kap_model brief, dosing sessions"""
NOT_OK = """\
plan: not ok
  protocol kingsley (as asked)
  rules: 2 violated, 18 satisfied, 10 not applicable

Violated
  SUPPLY-BALANCE (error): """


@pytest.mark.parametrize(
    ("line", "protocol", "as_of", "text"),
    [
        (WHOLE, None, None, NO_FINDING),
        (WHOLE.replace(" D84 I85", ""), "core", "2027-01-04T10:00:00Z", ONE_PENDING),
        (WHOLE.replace(" R33", ""), "kingsley", None, NOT_OK),
    ],
)
def test_short_reports_as_text(
    line: str, protocol: str | None, as_of: str | None, text: str
) -> None:
    assert str(kap.check(kap.parse(line), protocol, as_of=as_of)).startswith(text)


def test_a_window_that_is_over_was_due() -> None:
    report = kap.check(kap.parse(RUNNING), "kingsley")
    expected = "    from Mon 1 Feb 2027 at 10:50, was due by Mon 15 Feb 2027 at 10:00\n"
    assert expected in str(report)


def test_a_finding_without_values_or_window_reads_well() -> None:
    def plain(voice: Any) -> kap.Words:  # noqa: ARG001 - every wording is given a voice
        return kap.Words("Something is wrong.")

    rule = own_rule("OWN", kap.Breach("violated", (), plain))
    report = kap.check(kap.parse("2027-01-04 C0"), EVERYTHING, rules=(rule,))
    assert str(report).endswith(
        "Violated\n"
        "  OWN (error): Something is wrong.\n"
        "    source: a practice's own page, the limit under test"
    )
    (finding,) = report.findings
    assert (finding.observed, finding.required, finding.opens, finding.due) == (None,) * 4
    assert str(finding) == "OWN: Something is wrong."
    assert finding.to_dict()["sessions"] == []


def test_a_report_is_neither_true_nor_false() -> None:
    for line in (WHOLE, "2027-01-04 D0"):
        report: Any = kap.check(kap.parse(line))
        with pytest.raises(TypeError, match=r"\.ok"):
            bool(report)
        with pytest.raises(TypeError, match=r"\.ok"):
            _ = report or "read as false"


NATURES: tuple[Any, ...] = ("violated", "unknown", "missing")
SEVERITIES: tuple[Any, ...] = ("error", "warning", "advice")
KINDS_OF_FINDING = list(itertools.product(NATURES, SEVERITIES, (False, True)))


def report_of(*kinds: tuple[Any, Any, bool]) -> kap.Report:
    rules = [
        own_rule(f"OWN-{place}", kap.Breach(nature, (), say), severity=severity)
        for place, (nature, severity, _) in enumerate(kinds)
    ]
    waivers = [waiver(f"OWN-{place}") for place, kind in enumerate(kinds) if kind[2]]
    return kap.check(
        kap.parse("2027-01-04 C9"),
        EVERYTHING,
        as_of="2027-01-05T00:00:00Z",
        waivers=waivers,
        rules=tuple(rules),
    )


@pytest.mark.parametrize("kind", KINDS_OF_FINDING)
def test_ok_confirmed_and_verdict_for_each_kind_of_finding(kind: tuple[Any, Any, bool]) -> None:
    nature, severity, waived = kind
    report = report_of(kind)
    (finding,) = report.findings
    verdict = "pending" if nature == "missing" else nature
    assert (finding.verdict, finding.severity, finding.waived) == (verdict, severity, waived)
    is_violated_error = verdict == "violated" and severity == "error"
    assert report.ok is (waived or not is_violated_error)
    assert report.confirmed is (verdict != "unknown" and not is_violated_error)
    assert report.rules == {"OWN-0": "satisfied" if waived else verdict}
    assert report.to_dict()["ok"] is report.ok
    assert report.to_dict()["confirmed"] is report.confirmed


def test_ok_and_confirmed_of_two_findings_are_those_of_both() -> None:
    alone = {kind: report_of(kind) for kind in KINDS_OF_FINDING}
    for one, other in itertools.product(KINDS_OF_FINDING, repeat=2):
        both = report_of(one, other)
        assert both.ok is (alone[one].ok and alone[other].ok)
        assert both.confirmed is (alone[one].confirmed and alone[other].confirmed)


def test_without_findings_a_report_is_ok_and_confirmed() -> None:
    report = kap.check(kap.parse(WHOLE))
    assert report.findings == ()
    assert report.ok is report.confirmed is True


@pytest.mark.parametrize("natures", list(itertools.permutations(NATURES)))
def test_a_rules_verdict_is_the_worst_of_its_unwaived_findings(natures: Any) -> None:
    breaches = [
        kap.Breach(nature, (session,), say)
        for nature, session in zip(natures, kap.parse("2027-01-04 C0 D1 I2").sessions, strict=True)
    ]
    rule = own_rule("OWN", *breaches)
    plan = kap.parse("2027-01-04 C0 D1 I2")
    ids = [s.id for s in plan.sessions]
    order = {"violated": 0, "unknown": 1, "missing": 2}
    worst = sorted(natures, key=order.__getitem__)
    verdicts = {"violated": "violated", "unknown": "unknown", "missing": "pending"}
    for count in range(4):
        waivers = [
            waiver("OWN", sessions=[id])
            for nature, id in zip(natures, ids, strict=True)
            if nature in worst[:count]
        ]
        report = kap.check(
            plan, EVERYTHING, as_of="2027-01-01T00:00:00Z", rules=(rule,), waivers=waivers
        )
        expected = verdicts[worst[count]] if count < 3 else "satisfied"
        assert report.rules == {"OWN": expected}
        assert [f.verdict for f in report.findings] == [verdicts[nature] for nature in natures]


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


@given(kst.plans(), kst.protocols(), kst.moments(), st.lists(kst.waivers(), max_size=2))
@settings(max_examples=20)
def test_copies_of_a_report_are_equal(
    plan: kap.Plan, protocol: kap.CareProtocol, as_of: Any, waivers: list[kap.Waiver]
) -> None:
    report = kap.check(plan, protocol, as_of=as_of, waivers=waivers)
    assert report == kap.check(plan, protocol, as_of=as_of, waivers=waivers)
    for other in copies(report):
        assert other == report
        assert hash(other) == hash(report)
        assert other.to_dict() == report.to_dict()
        assert str(other) == str(report)


def test_a_report_and_its_findings_are_frozen() -> None:
    report = kap.check(kap.parse(RUNNING), "kingsley")
    for value in (report, report.findings[0], report.findings[0].breach):
        for field in attrs.fields(type(value)):
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                setattr(value, field.name, None)
    report.rules["MODALITY"] = "violated"
    report.to_dict()["findings"].clear()
    assert report == pickled(report)
    assert report.rules["MODALITY"] == "satisfied"
    assert report.findings


MARKED = kap.Plan(
    id="p-1",
    timezone="UTC",
    client=MARKER,
    born="1990-05-17",
    conditions=[MARKER],
    sessions=[
        kap.MedicalEvaluation(
            id="e1",
            start="2027-01-06T10:00:00Z",
            minutes=30,
            clinician=kap.Clinician("k-1", MARKER),
        ),
        kap.Dosing(
            id="d1",
            start="2027-01-18T10:00:00Z",
            minutes=90,
            status="completed",
            place="remote",
            level=MARKER,
            support_person=MARKER,
            clinician=kap.Clinician("k-2", MARKER),
        ),
    ],
)
STRICT = limits(
    exclusions=[MARKER],
    dose_levels=["low"],
    minimum_age=90,
    medical_roles=["medical-provider"],
    therapist_roles=["therapist"],
    support_person_when_remote=True,
    evaluation_first=True,
)


def test_a_report_prints_counts_and_ids_only() -> None:
    report = kap.check(MARKED, STRICT)
    assert {"EXCLUSION", "DOSE-LEVEL", "AGE-MIN", "ROLE-SCOPE"} <= {f.rule for f in report.findings}
    assert repr(report) == f"<Report p-1 against under-test: {len(report.findings)} findings>"
    assert repr(report.findings[-1]) == "<Finding EXCLUSION violated >"
    shown = [f"{value!r}" for value in (report, report.findings, [report], MARKED.sessions)]
    assert MARKER not in "".join(shown)


def test_no_public_value_of_a_report_prints_what_is_known_of_the_client() -> None:
    report = kap.check(MARKED, STRICT)
    for finding in report.findings:
        for value in (finding.breach, finding.words):
            assert MARKER not in repr(value)
            assert "1990" not in repr(value)


def test_findings_name_one_kind_of_thing_each() -> None:
    report = kap.check(kap.parse("2027-01-04 E2- D14 D14"), "regrounding")
    for finding in report.findings:
        assert finding.message == finding.words.message == finding.to_dict()["message"]
        assert finding.observed == finding.words.observed
        assert finding.required == finding.words.required
        assert str(finding) == f"{finding.rule}: {finding.message}"
    order = {rule.id: place for place, rule in enumerate(kap.RULES)}
    places = [order[finding.rule] for finding in report.findings]
    assert places == sorted(places)

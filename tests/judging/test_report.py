"""Reports: their shape, the two answers, how they read, and what they do not print."""

from __future__ import annotations

import itertools
import json
from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from copies import copies, pickled
from house import HOUSE, house
from kap_model.display.reports import report_text
from kap_model.forms import Follow
from kap_model.testing import strategies as kst
from own_rules import own_rule, say, waiver
from profiles import scaled
from support import SOURCE, limits

MARKER = "MARKER"
WHOLE = "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
RUNNING = (
    "2027-01-04 America/Los_Angeles C0* E2+ P7* D14* I15* D28/50 R33 "
    "D42 I43 D56 I57 D70 I71 D84 I85"
)
AS_OF = "2027-01-20T09:00:00-08:00"
EVERYTHING = kap.CareProtocol(id="nothing")


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
        "state",
        "checked",
        "not_checked",
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
        "state": "record-first",
        "checked": 21,
        "not_checked": list(report.not_checked),
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
                "message": "Dosing d2 on Mon, Feb 1, 2027 lasts 50 minutes; the limit is "
                "120 to 180 minutes.",
                "citation": {"source": page, "where": "step 3"},
                "waived": True,
                "title": "Dosing d2 is too short",
                "action": "Book dosing d2 (Mon, Feb 1, 2027, 10:00 am) for 120 to 180 minutes.",
                "past": False,
                "code": "DOSE-DURATION",
                "values": {
                    "form": "length",
                    "min": 120,
                    "max": 180,
                    "one_of": None,
                    "session": "d2",
                    "session_kind": "dosing",
                    "session_start": "2027-02-01T10:00:00-08:00",
                    "found": 50,
                },
                "waiver": {
                    "reason": "As agreed.",
                    "by": "t-01",
                    "on": "2027-01-01",
                    "until": None,
                },
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
                "message": "Dosing d2 on Mon, Feb 1, 2027 lasts 50 minutes, which leaves no room "
                "for the usual effect of up to 70 minutes.",
                "citation": {"source": page, "where": "step 3"},
                "waived": False,
                "title": "Dosing d2 is too short for the effect to subside",
                "action": "Book dosing d2 (Mon, Feb 1, 2027, 10:00 am) for at least 70 minutes.",
                "past": False,
                "code": "EFFECT-FIT",
                "values": {
                    "session": "d2",
                    "session_kind": "dosing",
                    "session_start": "2027-02-01T10:00:00-08:00",
                    "found": 50,
                    "effect": 70,
                    "processing": None,
                },
                "waiver": None,
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
                "Mon, Jan 18, 2027.",
                "citation": {"source": page, "where": "step 3"},
                "waived": False,
                "title": "Not recorded whether the therapist was present at dosing d1",
                "action": "Record whether the therapist was present at dosing d1.",
                "past": False,
                "code": "THERAPIST-PRESENT.not-recorded",
                "values": {
                    "form": "known",
                    "field": "therapist_present",
                    "by": "end",
                    "session": "d1",
                    "session_kind": "dosing",
                    "session_start": "2027-01-18T10:00:00-08:00",
                },
                "waiver": None,
            },
            {
                "rule": "INTEG-EACH",
                "verdict": "pending",
                "severity": "error",
                "sessions": ["d2"],
                "observed": "no integration after it",
                "required": "an integration after it",
                "opens": "2027-02-01T10:50:00-08:00",
                "due": "2027-02-15T10:00:00-08:00",
                "message": "Dosing d2 on Mon, Feb 1, 2027 has no integration after it before "
                "dosing "
                "d3 on Mon, Feb 15, 2027.",
                "citation": {"source": page, "where": "step 4"},
                "waived": False,
                "title": "No integration after dosing d2",
                "action": "Book an integration between dosing d2 and dosing d3 "
                "(Mon, Feb 1, 2027, 10:50 am to Mon, Feb 15, 2027, 10:00 am).",
                "past": False,
                "code": "INTEG-EACH",
                "values": {
                    "form": "follow",
                    "by": "integration",
                    "min": 1,
                    "session": "d2",
                    "session_kind": "dosing",
                    "session_start": "2027-02-01T10:00:00-08:00",
                    "found": 0,
                    "following": "d3",
                    "following_kind": "dosing",
                    "following_start": "2027-02-15T10:00:00-08:00",
                },
                "waiver": None,
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
        "DOSE-ROUTE": "not-applicable",
        "INTEG-EACH": "pending",
        "INTEG-COUNT": "not-applicable",
        "INTEG-WINDOW": "not-applicable",
        "THERAPY-LENGTH": "not-applicable",
        "AGE-MIN": "not-applicable",
        "EXCLUSION": "not-applicable",
    }


FOUR_FINDINGS = """\
p-7: Record first
  protocol kingsley (named by the plan)
  as of Wed, Jan 20, 2027, 9:00 am (Los Angeles)
  21 of 32 rules checked: 1 violated, 1 unknown, 1 pending, 18 satisfied
  not checked, because the protocol sets no limit: preparation after the medicine arrived, a
    support person at remote dosings, the dose level, days between dosings, dosings per week,
    the route of the medicine, the number of integrations, how soon integration follows, the
    length of preparation and integration, age, medical conditions

Violated
  DOSE-DURATION (warning, waived): Dosing d2 on Mon, Feb 1, 2027 lasts 50 minutes; the limit is
    120 to 180 minutes.
    found: 50 minutes; required: 120 to 180 minutes
    accepted by t-01 on Fri, Jan 1, 2027: As agreed.
    source: Kingsley practice page on ketamine-assisted therapy, step 3
  EFFECT-FIT (warning): Dosing d2 on Mon, Feb 1, 2027 lasts 50 minutes, which leaves no room for
    the usual effect of up to 70 minutes.
    found: 50 minutes; required: at least 70 minutes
    to do: Book dosing d2 (Mon, Feb 1, 2027, 10:00 am) for at least 70 minutes.
    source: Kingsley practice page on ketamine-assisted therapy, step 3

Not recorded yet
  THERAPIST-PRESENT (error): It is not recorded whether the therapist was present at dosing d1
    on Mon, Jan 18, 2027.
    found: not recorded; required: therapist present throughout
    to do: Record whether the therapist was present at dosing d1.
    source: Kingsley practice page on ketamine-assisted therapy, step 3

Still to do
  INTEG-EACH (error): Dosing d2 on Mon, Feb 1, 2027 has no integration after it before dosing d3
    on Mon, Feb 15, 2027.
    found: no integration after it; required: an integration after it
    from Mon, Feb 1, 2027, 10:50 am, due by Mon, Feb 15, 2027, 10:00 am
    to do: Book an integration between dosing d2 and dosing d3 (Mon, Feb 1, 2027, 10:50 am to
    Mon, Feb 15, 2027, 10:00 am).
    source: Kingsley practice page on ketamine-assisted therapy, step 4"""


def test_a_report_as_text() -> None:
    plan = attrs.evolve(kap.parse(RUNNING), id="p-7", protocol="kingsley")
    report = kap.check(plan, as_of=AS_OF, waivers=[waiver("DOSE-DURATION")])
    assert str(report) == FOUR_FINDINGS


NO_FINDING = """\
plan: Follows the protocol
  protocol core (the default, for the plan names none)
  as a finished plan
  19 of 32 rules checked: 19 satisfied
  not checked, because the protocol sets no limit: preparation after the medicine arrived, time
    for the effect to subside, a support person at remote dosings, the dose level, days between
    dosings, dosings per week, the route of the medicine, the number of integrations, how soon
    integration follows, the length of preparation and integration, a review after the first
    dosings, age, medical conditions"""


ONE_PENDING = """\
plan: On track, 1 thing to do
  protocol core (as asked)
  as of Mon, Jan 4, 2027, 10:00 am (UTC)
  19 of 32 rules checked: 1 pending, 18 satisfied
  not checked, because the protocol sets no limit: preparation after the medicine arrived, time
    for the effect to subside, a support person at remote dosings, the dose level, days between
    dosings, dosings per week, the route of the medicine, the number of integrations, how soon
    integration follows, the length of preparation and integration, a review after the first
    dosings, age, medical conditions

Still to do
  DOSE-COUNT (error): The course has 5 dosings; the limit is 6 to 8 dosings.
    found: 5 dosings; required: 6 to 8 dosings
    to do: Book 1 to 3 more dosings, or end the course.
    source: kap_model brief, dosing sessions"""


NOT_OK = """\
plan: Problem
  protocol kingsley (as asked)
  as a finished plan
  21 of 32 rules checked: 2 violated, 19 satisfied
  not checked, because the protocol sets no limit: preparation after the medicine arrived, a
    support person at remote dosings, the dose level, days between dosings, dosings per week,
    the route of the medicine, the number of integrations, how soon integration follows, the
    length of preparation and integration, age, medical conditions

Violated
  SUPPLY-BALANCE (error): Dosing d3 on Mon, Feb 15, 2027 is dosing number 3; the medicine
    available by then covers 2.
    found: 2 dosings; required: 3 dosings
    was due by Mon, Feb 15, 2027, 10:00 am
    to do: Book a medical review before dosing d3, for more medicine (by Mon, Feb 15, 2027,
    10:00 am).
    likewise: dosing d4 (was due by Mon, Mar 1, 2027, 10:00 am), dosing d5 (was due by Mon, Mar
    15, 2027, 10:00 am), dosing d6 (was due by Mon, Mar 29, 2027, 10:00 am)
    source: Kingsley practice page on ketamine-assisted therapy, step 1
  REVIEW-AFTER (error): Dosing d3 on Mon, Feb 15, 2027 has no medical review before it and after
    dosing d2 on Mon, Feb 1, 2027.
    found: no medical review before it; required: a medical review before it and after the
    previous dosing
    from Mon, Feb 1, 2027, 12:00 pm, was due by Mon, Feb 15, 2027, 10:00 am
    to do: Book a medical review between dosing d2 and dosing d3 (Mon, Feb 1, 2027, 12:00 pm to
    Mon, Feb 15, 2027, 10:00 am).
    source: Kingsley practice page on ketamine-assisted therapy, step 5"""


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
    expected = "    from Mon, Feb 1, 2027, 10:50 am, was due by Mon, Feb 15, 2027, 10:00 am\n"
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


@given(kst.plans(), kst.protocols(), kst.moments(), st.lists(kst.waivers(), max_size=2))
@settings(max_examples=scaled(20))
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


def test_the_edges_of_a_window_can_be_sorted() -> None:
    """Text is of the plan's zone; a day closes with the first instant of the next."""
    report = kap.check(kap.parse("2027-01-04 America/Los_Angeles C0 E2 D14"), "kingsley")
    (lapse,) = [
        f
        for f in kap.check(kap.parse("2027-01-04 D0 D200"), "core").findings
        if f.rule == "REVIEW-QUARTER"
    ]
    assert (lapse.opens, lapse.due) == ("2027-01-05", "2027-04-04")
    assert str(lapse.opens_at) == "2027-01-05 00:00:00+00:00"
    assert str(lapse.due_at) == "2027-04-05 00:00:00+00:00"
    prepare = next(f for f in report.findings if f.rule == "PREP-COUNT")
    assert prepare.opens_at is None
    assert str(prepare.due_at) == "2027-01-18 10:00:00-08:00"


def test_a_house_rule_may_state_what_to_do() -> None:
    """Its own sentence stands in place of the form's; where nothing can be done there is none."""
    form = Follow("dosing", "integration")
    stated = house(form, action="Call the office.")
    line = kap.parse("2027-01-04 D0* D14*")
    first = kap.check(line, stated).findings[0]
    assert (first.rule, first.action) == (HOUSE, "Call the office.")
    past = next(
        f for f in kap.check(line, stated, as_of="2027-03-01T00:00:00Z").findings if f.rule == HOUSE
    )
    assert (past.past, past.action) == (True, None)


def test_a_finding_of_a_rule_that_says_no_title_is_named_by_its_rule() -> None:
    rule = own_rule("OWN", kap.Breach("violated", (), say))
    found = kap.check(kap.parse("2027-01-04 D0"), EVERYTHING, rules=[rule]).findings[0]
    assert (found.title, found.action, found.code, found.values) == (
        *("OWN is not kept", None, "OWN"),
        {},
    )


STATES: dict[str, tuple[str, str | None, str, str]] = {
    "a refusal": ("C0* E2- P7 D14 I15", "2027-01-08T00:00:00Z", "stopped", "STOP"),
    "a stop": ("C0* E2+ P7 D14* I15* R16-", "2027-01-25T00:00:00Z", "stopped", "STOP"),
    "an error": ("C0* E2+ D14* I15*", "2027-01-25T00:00:00Z", "problem", "Problem"),
    "a fact": ("C0* E2* P7 D14", "2027-01-08T00:00:00Z", "record-first", "Record first"),
    "what is missing": (
        "C0* E2+ P7 D14 I15",
        "2027-01-08T00:00:00Z",
        "on-track",
        "On track, 1 thing to do",
    ),
    "nothing": (WHOLE[11:], None, "follows", "Follows the protocol"),
}


@pytest.mark.parametrize("what", STATES)
def test_the_state_of_a_course_is_the_worst_that_is_so(what: str) -> None:
    line, as_of, state, said = STATES[what]
    report = kap.check(kap.parse(f"2027-01-04 {line}"), "core", as_of=as_of)
    assert report.state == state
    assert str(report).splitlines()[0] == f"plan: {said}"


def test_what_is_waived_needs_no_record_and_is_no_thing_to_do() -> None:
    plan = kap.parse("2027-01-04 C0* E2+ P7 D14 I15")
    report = kap.check(plan, "core", as_of="2027-01-08T00:00:00Z", waivers=[waiver("DOSE-COUNT")])
    assert report.state == "follows"


def test_what_is_not_checked_is_said_in_plain_words() -> None:
    """Rules that give way are asked by others; house rules that are not in force are named."""
    dated = kap.HouseRule(
        HOUSE, Follow("dosing", "integration"), since="2030-01-01", citation=SOURCE
    )
    protocol = kap.practices.KINGSLEY.protocol.extended("house", rules=[dated])
    report = kap.check(kap.parse(WHOLE), protocol)
    assert report.not_checked[-2:] == ("medical conditions", f"{HOUSE} (not in force)")
    assert report.checked == 21
    paced = kap.check(kap.parse(WHOLE), limits(dosing_gap_days={"min": 7}))
    assert paced.rules["DOSE-CLOSE"] == "not-applicable"
    assert "days between dosings" not in paced.not_checked
    named = [rule.about for rule in kap.RULES if rule.reads]
    assert None not in named
    assert len(set(named)) == len(named)
    own = own_rule("OWN", reads=("minimum_age",))
    assert kap.check(kap.parse(WHOLE), "core", rules=[own]).not_checked == ("OWN",)


def test_findings_of_one_cause_are_told_together() -> None:
    """Of one rule, verdict, waiver and cause: here each dosing, by what its clearance waits for."""
    plan = kap.parse("2027-01-04 C0* E2* P7* D14 I15 D28 I29")
    report = kap.check(plan, "kingsley", as_of="2027-01-12T00:00:00Z")
    assert [f.rule for f in report.findings].count("MED-CLEAR") == 2
    assert str(report).count("MED-CLEAR") == 1
    assert "    likewise: dosing d2 (Mon, Feb 1, 2027)\n" in str(report)
    told = report_text(report, full=True)
    assert told.count("MED-CLEAR") == 2
    assert "likewise" not in told
    two = [kap.Breach("violated", (), say)] * 2
    assert str(kap.check(plan, EVERYTHING, rules=[own_rule("OWN", *two)])).count("OWN") == 2

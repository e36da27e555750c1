"""JUnit: read back by a parser; what fails, what is skipped, what no text can break."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import attrs
import pytest

import kap_model as kap
from kap_model.formats import FAIL_ON, Checked, as_junit, fails
from plans_with_findings import BAD, CLEAN, GOOD, PLAN, REPORT, RUNNING, WAIVED


def suites(*checked: Checked, fail_on: tuple[str, ...] = ("error",)) -> ET.Element:
    text = as_junit(checked, fail_on=fail_on)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
    assert text.endswith(">\n")
    return ET.fromstring(text.encode())  # noqa: S314 - our own text


def tags(suite: ET.Element, tag: str) -> list[str]:
    """The names of the cases that hold such an element."""
    return [case.attrib["name"] for case in suite.iter("testcase") if case.find(tag) is not None]


def test_a_plan_is_a_suite_and_a_rule_a_case() -> None:
    root = suites(GOOD, Checked(name="x", report=CLEAN))
    assert [suite.attrib["name"] for suite in root] == ["plan", "plan"]
    for suite in root:
        cases = list(suite.iter("testcase"))
        assert [case.attrib["name"] for case in cases] == [rule.id for rule in kap.RULES]
        assert {case.attrib["classname"] for case in cases} == {"plan"}
    properties = {one.attrib["name"]: one.attrib["value"] for one in root[0].iter("property")}
    assert properties == {
        "file": "plans/one.json",
        "protocol": "regrounding",
        "protocol_source": "argument",
    }
    (as_of,) = [
        one.attrib["value"]
        for one in suites(Checked(name="x", report=RUNNING)).iter("property")
        if one.attrib["name"] == "as_of"
    ]
    assert as_of == "2027-01-20T00:00:00+00:00"


def test_counts_are_the_counts() -> None:
    root = suites(GOOD, BAD)
    total = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in root:
        counted = {
            "tests": len(list(suite.iter("testcase"))),
            "failures": len(list(suite.iter("failure"))),
            "errors": len(list(suite.iter("error"))),
            "skipped": len(list(suite.iter("skipped"))),
        }
        assert {name: int(suite.attrib[name]) for name in counted} == counted
        total = {name: total[name] + counted[name] for name in total}
    assert {name: int(root.attrib[name]) for name in total} == total
    assert total["errors"] == 1
    assert suites().attrib["tests"] == "0"


@pytest.mark.parametrize("report", [REPORT, WAIVED, RUNNING, CLEAN])
@pytest.mark.parametrize("name", FAIL_ON)
def test_a_failure_is_what_fail_on_names(report: kap.Report, name: str) -> None:
    root = suites(Checked(name="x", report=report), fail_on=(name,))
    failing = {finding.rule for finding in report.findings if fails(finding, (name,))}
    others = {finding.rule for finding in report.findings if not fails(finding, (name,))}
    assert set(tags(root[0], "failure")) == failing
    assert set(tags(root[0], "system-out")) == others


def test_skipped_is_what_does_not_apply() -> None:
    skipped = [rule for rule, verdict in REPORT.rules.items() if verdict == "not-applicable"]
    assert skipped
    assert tags(suites(GOOD)[0], "skipped") == skipped


def test_a_failure_tells_the_finding() -> None:
    finding = next(one for one in REPORT.findings if one.rule == "INTEG-EACH")
    (failure,) = suites(GOOD).iter("failure")
    assert failure.attrib == {"message": finding.message, "type": "violated error"}
    assert failure.text is not None
    assert failure.text.splitlines() == [
        f"violated (error): {finding.message}",
        "  sessions: d1",
        f"  observed: {finding.observed}",
        f"  required: {finding.required}",
        f"  opens: {finding.opens}",
        f"  due: {finding.due}",
        f"  action: {finding.action}",
        f"  source: {finding.citation}",
    ]
    assert any(
        (one.text or "").startswith("violated (error, waived): ")
        for one in suites(Checked(name="x", report=WAIVED)).iter("system-out")
    )


def test_several_findings_of_a_rule_are_one_failure() -> None:
    report = kap.check(kap.parse("2027-01-04 C0 E2 P7 D14 D28 D42"), "regrounding")
    found = [one for one in report.findings if one.rule == "INTEG-EACH"]
    assert len(found) > 1
    root = suites(Checked(name="x", report=report))
    (case,) = [one for one in root.iter("testcase") if one.attrib["name"] == "INTEG-EACH"]
    (failure,) = case
    assert failure.attrib["message"] == found[0].message
    assert all(one.message in (failure.text or "") for one in found)


def test_what_cannot_be_used_is_an_error() -> None:
    (suite,) = suites(BAD)
    assert suite.attrib["name"] == "plans/all.ndjson:7"
    (case,) = suite
    assert case.attrib == {"name": "document", "classname": "plans/all.ndjson:7"}
    (error,) = case
    assert error.tag == "error"
    assert error.attrib == {"message": "$.id: must be an id, 100% so", "type": "unusable"}
    assert error.text == "$.id: must be an id, 100% so\ncannot be read: at all"


def test_no_text_breaks_the_document() -> None:
    wild = "a<b>&\"'\x00\x1b[31m\ud800\udcff\ufffe]]>\u2028\t\n.json"
    safe = wild
    for mark in "\x00\x1b\ud800\udcff\ufffe":
        safe = safe.replace(mark, "\ufffd")
    bad = Checked(name=wild, problems=(kap.Problem("$", wild),))
    root = suites(bad, attrs.evolve(GOOD, name=wild))
    assert root[0].attrib["name"] == safe
    assert root[0][0][0].text == f"$: {safe}"
    assert next(root[1].iter("property")).attrib["value"] == safe


def test_the_text_of_a_protocol_stays_as_it_is() -> None:
    cited = kap.Setting(
        limit="minimum_age", value=30, citation=kap.Citation("Haus <姉> & Söhne", "1")
    )
    house = kap.practices.CORE.protocol.extended("house", settings=[cited])
    root = suites(Checked(name="x", report=kap.check(PLAN, house)), fail_on=("unknown",))
    assert any("source: Haus <姉> & Söhne, 1" in (one.text or "") for one in root.iter("failure"))

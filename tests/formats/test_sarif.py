"""SARIF: its shape, what a result says, what stays the same from run to run."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

import kap_model as kap
from kap_model.formats import Checked, as_sarif
from own_rules import own_rule, say
from plans_with_findings import (
    BAD,
    CLEAN,
    GOOD,
    ONE_LINE,
    PLAN,
    PRETTY,
    REPORT,
    RUNNING,
    WAIVED,
)
from sarif_shape import check_sarif

BREACH = kap.Breach("violated", (), say)


def run_of(*checked: Checked) -> Any:
    """The one run of a log that has the right shape."""
    log = json.loads(as_sarif(checked))
    check_sarif(log)
    (run,) = log["runs"]
    return run


def prints(report: kap.Report, **said: Any) -> list[str]:
    results = run_of(Checked(name="x", report=report, **said))["results"]
    return [result["partialFingerprints"]["kapModelFinding/v1"] for result in results]


@pytest.mark.parametrize("report", [REPORT, WAIVED, RUNNING, CLEAN])
def test_every_finding_is_a_result(report: kap.Report) -> None:
    run = run_of(Checked(name="x.json", report=report))
    assert [result["ruleId"] for result in run["results"]] == [f.rule for f in report.findings]
    for result, finding in zip(run["results"], report.findings, strict=True):
        assert result["message"] == {"text": finding.message}
        said = {k: v for k, v in finding.to_dict().items() if v is not None}
        for key in ("rule", "message", "waived"):
            del said[key]
        assert result["properties"] == {"plan": report.plan, **said}
        assert ("suppressions" in result) == finding.waived


def test_the_driver_lists_every_rule() -> None:
    driver = run_of()["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("kap-model", kap.__version__)
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in kap.RULES]
    for described, rule in zip(driver["rules"], kap.RULES, strict=True):
        assert described["shortDescription"]["text"] == rule.says
        assert described["fullDescription"]["text"] == rule.why
        assert all(f"Source: {cited}" in described["help"]["text"] for cited in rule.cites)
    levels = {rule["defaultConfiguration"]["level"] for rule in driver["rules"]}
    assert levels == {"error", "warning", "note"}


@pytest.mark.parametrize("text", [ONE_LINE, PRETTY])
def test_a_result_stands_where_its_session_does(text: str) -> None:
    run = run_of(attrs.evolve(GOOD, name="plans/a b.json", text=text))
    assert run["columnKind"] == "unicodeCodePoints"
    (location,) = run["results"][2]["locations"]
    there = location["physicalLocation"]
    assert there["artifactLocation"] == {"uri": "plans/a%20b.json"}
    lines = text.split("\n")
    region = there["region"]
    inside = lines[region["startLine"] - 1 : region["endLine"]]
    inside[-1] = inside[-1][: region["endColumn"] - 1]
    inside[0] = inside[0][region["startColumn"] - 1 :]
    assert json.loads("\n".join(inside))["id"] == "d1"
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "plan/d1"


def test_other_sessions_are_related_locations() -> None:
    plan = kap.parse("2027-01-04 C0 E2- P7 D14")
    report = kap.check(plan, "core")
    run = run_of(Checked(name="x", report=report, text=kap.dumps(plan)))
    result = next(result for result in run["results"] if result["ruleId"] == "MED-CLEAR")
    assert result["properties"]["sessions"] == ["e1", "d1"]
    assert result["locations"][0]["logicalLocations"][0]["name"] == "e1"
    (related,) = result["relatedLocations"]
    assert (related["id"], related["logicalLocations"][0]["name"]) == (1, "d1")


def test_a_finding_about_the_whole_plan_stands_at_its_id() -> None:
    (location,) = run_of(GOOD)["results"][3]["locations"]
    assert list(location) == ["physicalLocation"]
    region = location["physicalLocation"]["region"]
    assert ONE_LINE[region["startColumn"] - 1 : region["endColumn"] - 1] == '"plan"'


def test_what_cannot_be_used_is_a_notification() -> None:
    run = run_of(GOOD, BAD)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    notices = invocation["toolExecutionNotifications"]
    assert [notice["message"]["text"] for notice in notices] == [
        "plans/all.ndjson:7: $.id: must be an id, 100% so",
        "plans/all.ndjson:7: cannot be read: at all",
    ]
    there = notices[0]["locations"][0]["physicalLocation"]
    assert there["artifactLocation"]["uri"] == "plans/all.ndjson"
    assert there["region"]["startLine"] == 7
    assert run_of(GOOD)["invocations"] == [
        {"executionSuccessful": True, "toolExecutionNotifications": []}
    ]
    whole = run_of(attrs.evolve(BAD, line=None))["invocations"][0]["toolExecutionNotifications"]
    assert whole[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 1


def test_fingerprints_stay_when_words_places_and_verdicts_change() -> None:
    first = prints(REPORT, text=ONE_LINE)
    assert prints(REPORT, text=PRETTY, line=9) == first
    assert prints(WAIVED) == first
    as_of = kap.check(PLAN, "regrounding", as_of="2027-01-04T00:00:00Z")
    assert {finding.verdict for finding in as_of.findings} == {"violated", "pending"}
    assert set(first) <= set(prints(as_of))
    longer = kap.check(attrs.evolve(PLAN, timezone="Asia/Tokyo"), "regrounding")
    assert set(first) <= set(prints(longer))


def test_fingerprints_differ_for_different_findings() -> None:
    mine = own_rule("TWICE", BREACH, BREACH)
    twice = prints(kap.check(PLAN, "regrounding", rules=(mine,)))
    assert len(set(twice)) == 2
    assert len({one.split(":")[0] for one in twice}) == 1
    other = prints(kap.check(attrs.evolve(PLAN, id="other"), "regrounding"))
    assert set(other).isdisjoint(prints(REPORT))


def test_a_rule_of_ones_own_joins_the_catalogue() -> None:
    mine = own_rule("MINE", BREACH)
    report = kap.check(PLAN, "regrounding", rules=(mine,))
    run = run_of(Checked(name="x", report=report), GOOD)
    assert run["tool"]["driver"]["rules"][-1] == {"id": "MINE"}
    assert run["results"][0]["ruleIndex"] == len(kap.RULES)

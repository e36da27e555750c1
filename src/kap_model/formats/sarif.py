"""SARIF 2.1.0, the OASIS format of static analysis results."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

from kap_model._version import __version__
from kap_model.formats._places import Region
from kap_model.formats.checked import Checked
from kap_model.formats.failing import LEVEL_OF_SEVERITY, level
from kap_model.report import Finding, Report
from kap_model.rules import RULES
from kap_model.rules._rule import Rule

SARIF_SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
SARIF_VERSION: Final = "2.1.0"


class SarifPart(NamedTuple):
    """What one document adds to a log."""

    results: list[dict[str, Any]]
    notifications: list[dict[str, Any]]


def as_sarif(checked: Iterable[Checked]) -> str:
    """A log of one run: a result for each finding, a notification for each unusable document."""
    return sarif_log([sarif_part(one) for one in checked])


def sarif_log(parts: Sequence[SarifPart]) -> str:
    """The log of documents' parts, in order."""
    results = [result for part in parts for result in part.results]
    notifications = [notice for part in parts for notice in part.notifications]
    rules = [_descriptor(rule) for rule in RULES]
    known = {rule.id for rule in RULES}
    strangers = dict.fromkeys(r["ruleId"] for r in results if r["ruleId"] not in known)
    rules += [{"id": stranger} for stranger in strangers]
    index_of = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": "kap-model", "version": __version__, "rules": rules}},
        "invocations": [
            {
                "executionSuccessful": not notifications,
                "toolExecutionNotifications": notifications,
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            {"ruleId": result["ruleId"], "ruleIndex": index_of[result["ruleId"]], **result}
            for result in results
        ],
    }
    log = {"$schema": SARIF_SCHEMA, "version": SARIF_VERSION, "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def sarif_part(checked: Checked) -> SarifPart:
    """The results of one document, or why it could not be used."""
    report = checked.report
    if report is None:
        return SarifPart([], [_notification(checked, str(p)) for p in checked.problems])
    earlier: Counter[str] = Counter()
    results = []
    for finding in report.findings:
        print_of = _fingerprint(report, finding)
        earlier[print_of] += 1
        results.append(_result(checked, report, finding, f"{print_of}:{earlier[print_of]}"))
    return SarifPart(results, [])


def _fingerprint(report: Report, finding: Finding) -> str:
    """The same finding in another run: neither its place, its words nor its verdict count."""
    named = json.dumps([report.plan, finding.rule, *finding.sessions])
    return sha256(named.encode()).hexdigest()


def _result(checked: Checked, report: Report, finding: Finding, fingerprint: str) -> dict[str, Any]:
    (session, region), *others = checked.regions(finding)
    said = finding.to_dict()
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": level(finding),
        "message": {"text": said["message"]},
        "locations": [_location(checked, region, report.plan, session)],
        "partialFingerprints": {"kapModelFinding/v1": fingerprint},
    }
    if others:
        result["relatedLocations"] = [
            {"id": number, **_location(checked, place, report.plan, other)}
            for number, (other, place) in enumerate(others, 1)
        ]
    if finding.waived:
        result["suppressions"] = [{"kind": "external"}]
    kept = ("verdict", "severity", "sessions", "observed", "required", "opens", "due", "citation")
    values = {"plan": report.plan} | {key: said[key] for key in kept}
    result["properties"] = {key: value for key, value in values.items() if value is not None}
    return result


def _location(checked: Checked, region: Region, plan: str, session: str | None) -> dict[str, Any]:
    written: dict[str, Any] = _physical(checked, region)
    if session is not None:
        logical = {"name": session, "fullyQualifiedName": f"{plan}/{session}", "kind": "object"}
        written["logicalLocations"] = [logical]
    return written


def _physical(checked: Checked, region: Region) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": checked.uri},
            "region": {
                "startLine": region.line,
                "startColumn": region.column,
                "endLine": region.end_line,
                "endColumn": region.end_column,
            },
        }
    }


def _notification(checked: Checked, text: str) -> dict[str, Any]:
    line = checked.line or 1
    return {
        "level": "error",
        "message": {"text": f"{checked.place}: {text}"},
        "locations": [_physical(checked, Region(line, 1, line, 1))],
    }


def _descriptor(rule: Rule) -> dict[str, Any]:
    sources = "\n".join(f"Source: {citation}" for citation in rule.cites)
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.says},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.says}\n{rule.why}\n{sources}"},
        "defaultConfiguration": {"level": LEVEL_OF_SEVERITY[rule.severity]},
    }

"""JUnit's XML: a suite for each plan, a case for each rule."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from kap_model.formats.checked import Checked
from kap_model.formats.failing import fails
from kap_model.report import Finding, Report

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

# What XML 1.0 cannot hold, not even escaped.
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_COUNTS: Final = ("tests", "failures", "errors", "skipped")


def as_junit(checked: Iterable[Checked], *, fail_on: Collection[str] = ("error",)) -> str:
    """The document of checked plans, in order.

    Args:
        checked: The plans.
        fail_on: Which findings are failures, names of :data:`~kap_model.formats.FAIL_ON`; the
            others stand in the case's output.
    """
    return junit_document([junit_suite(one, fail_on) for one in checked])


def junit_document(suites: Sequence[Element]) -> str:
    """The document of suites, in order."""
    from xml.etree.ElementTree import Element, indent, tostring

    counts = {name: str(sum(int(suite.attrib[name]) for suite in suites)) for name in _COUNTS}
    root = Element("testsuites", {"name": "kap-model", **counts})
    root.extend(suites)
    indent(root)
    declared = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{declared}\n{tostring(root, encoding='unicode')}\n"


def junit_suite(checked: Checked, fail_on: Collection[str]) -> Element:
    """The suite of one plan, or that of a document that could not be used."""
    report = checked.report
    if report is None:
        return _suite(checked.place, {}, [_unusable(checked)])
    about = {
        "file": checked.place,
        "protocol": report.protocol,
        "protocol_source": report.protocol_source,
    }
    if report.as_of is not None:
        about["as_of"] = report.as_of
    cases = [_case(report, rule, fail_on) for rule in report.rule_ids]
    return _suite(report.plan, about, cases)


def _suite(name: str, about: dict[str, str], cases: list[Element]) -> Element:
    tags = [child.tag for case in cases for child in case]
    counts = (len(cases), tags.count("failure"), tags.count("error"), tags.count("skipped"))
    suite = _element("testsuite", name=name)
    for count, number in zip(_COUNTS, counts, strict=True):
        suite.set(count, str(number))
    if about:
        properties = _element("properties")
        properties.extend(_element("property", name=k, value=v) for k, v in about.items())
        suite.append(properties)
    suite.extend(cases)
    return suite


def _unusable(checked: Checked) -> Element:
    case = _element("testcase", name="document", classname=checked.place)
    reasons = [str(problem) for problem in checked.problems]
    text = "\n".join(reasons)
    case.append(_element("error", text, message="; ".join(reasons[:1]), type="unusable"))
    return case


def _case(report: Report, rule: str, fail_on: Collection[str]) -> Element:
    case = _element("testcase", name=rule, classname=report.plan)
    if rule in report.not_applicable:
        case.append(_element("skipped", message="the protocol sets no limit for this rule"))
    found = [finding for finding in report.findings if finding.rule == rule]
    failing = [finding for finding in found if fails(finding, fail_on)]
    others = [finding for finding in found if not fails(finding, fail_on)]
    if failing:
        worst = failing[0]
        text = "\n".join(_told(finding) for finding in failing)
        kind = f"{worst.verdict} {worst.severity}"
        case.append(_element("failure", text, message=worst.message, type=kind))
    if others:
        case.append(_element("system-out", "\n".join(_told(finding) for finding in others)))
    return case


def _told(finding: Finding) -> str:
    waived = ", waived" if finding.waived else ""
    said = finding.to_dict()
    lines = [f"{finding.verdict} ({finding.severity}{waived}): {said['message']}"]
    if finding.sessions:
        lines.append(f"  sessions: {', '.join(finding.sessions)}")
    for key in ("observed", "required", "opens", "due"):
        if said[key] is not None:
            lines.append(f"  {key}: {said[key]}")
    lines.append(f"  source: {finding.citation}")
    return "\n".join(lines)


def _element(tag: str, text: str = "", **attributes: str) -> Element:
    from xml.etree.ElementTree import Element

    made = Element(tag, {name: _writable(value) for name, value in attributes.items()})
    made.text = _writable(text) or None
    return made


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", text)

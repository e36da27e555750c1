"""How the findings of a case differ from those that are expected of it, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kap_model._time import city, zone
from kap_model.display._text import wrapped
from kap_model.report import Finding, Report


def mismatch_text(report: Report, expected: Mapping[str, tuple[str, ...] | None]) -> str | None:
    """What did not come and what came without being expected; ``None`` = neither.

    Args:
        report: What a check says.
        expected: The rules that must have a finding, by verdict; ``None`` = not looked at.
    """
    missing: list[str] = []
    surplus: list[str] = []
    for verdict, rules in expected.items():
        if rules is None:
            continue
        findings = [f for f in report.findings if f.verdict == verdict and not f.waived]
        found = {finding.rule for finding in findings}
        for rule in rules:
            if rule not in found:
                missing += _absent(rule, verdict, report)
        strangers = [finding for finding in findings if finding.rule not in rules]
        if strangers:
            surplus += ["", f"{verdict.capitalize()}, but not expected", *_told(strangers)]
    if not missing and not surplus:
        return None
    heading = ["", "Expected, but not found"] if missing else []
    return "\n".join([*_head(report), *heading, *missing, *surplus])


def _head(report: Report) -> Iterator[str]:
    yield f"{report.plan}: not as expected"
    yield f"  protocol {report.protocol}"
    if report.instant is not None:
        yield f"  as of {zone(report.timezone).spoken(report.instant)} ({city(report.timezone)})"


def _absent(rule: str, verdict: str, report: Report) -> list[str]:
    waived = any(f.rule == rule and f.verdict == verdict and f.waived for f in report.findings)
    reason = f"it is {report.rules[rule].replace('-', ' ')}"
    if waived:
        reason += ", for a waiver covers what was found"
    return wrapped(f"{rule}: not {verdict}; {reason}", 2, 4)


def _told(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        yield from wrapped(f"{finding.rule} ({finding.severity}): {finding.message}", 2, 4)
        if finding.sessions:
            yield from wrapped(f"sessions: {', '.join(finding.sessions)}", 4, 6)
        if finding.breach.closes is not None:
            yield f"    due: {zone(finding.timezone).spoken(finding.breach.closes)}"
        yield from wrapped(f"source: {finding.citation}", 4)

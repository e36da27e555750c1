"""What changes between two protocols as plain text: one line a fact."""

from __future__ import annotations

from collections.abc import Iterator

from kap_model._time import spoken_day
from kap_model.display.text import wrapped
from kap_model.planning.differences import Difference, Direction, LimitChange
from kap_model.protocol import Severity
from kap_model.report import Finding

DIRECTIONS: dict[Direction, str] = {
    "tighter": "tighter",
    "looser": "looser",
    "equal": "allows the same",
    "other": "differs",
}


def difference_text(difference: Difference) -> str:
    """The answer first, then limits, rules, severities, and the plan's findings."""
    answer = "no difference" if difference.same else "they differ"
    lines = [f"{difference.before} -> {difference.after}: {answer}"]
    if difference.on is not None:
        lines.append(f"  limits on {spoken_day(difference.on.toordinal())}")
    for change in difference.limits:
        lines += _limit(change)
    for label, names in (
        ("switched on", difference.switched_on),
        ("switched off", difference.switched_off),
        ("same value, other source", difference.cited_anew),
    ):
        if names:
            lines += wrapped(f"{label}: {', '.join(names)}", 2, 4)
    for severity in difference.severities:
        shift = f"{severity_text(severity.before)} -> {severity_text(severity.after)}"
        lines.append(f"  severity of {severity.rule}: {shift}")
    return "\n".join([*lines, *_plan(difference)])


def _limit(change: LimitChange) -> Iterator[str]:
    yield from wrapped(f"{change.limit} ({DIRECTIONS[change.direction]}): {change.says}", 2, 4)
    yield from wrapped(f"read by {', '.join(change.rules)}", 4)
    sources = []
    if change.cited_after is not None:
        sources.append(f"source: {change.cited_after}")
    if change.cited_before is not None:
        sources.append(f"before: {change.cited_before}")
    yield from wrapped("; ".join(sources), 4)


def severity_text(severity: Severity | None) -> str:
    """A severity that a protocol gives a rule, in words."""
    return "the rule's own" if severity is None else severity


def _plan(difference: Difference) -> Iterator[str]:
    if difference.plan is None:
        return
    if not difference.gained and not difference.lost:
        yield f"  {difference.plan}: the same findings"
    for sign, findings in (("+", difference.gained), ("-", difference.lost)):
        for finding in findings:
            yield from wrapped(f"{sign} {_finding(finding)}", 2, 4)


def _finding(finding: Finding) -> str:
    return f"{finding.rule} ({finding.severity}, {finding.verdict}): {finding.message}"

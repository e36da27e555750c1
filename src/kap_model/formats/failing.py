"""Which findings make a run fail, and how loud each is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, TypeAlias

from kap_model.protocol import SEVERITIES, Severity
from kap_model.report import Finding

FAIL_ON: Final = ("error", "warning", "advice", "pending", "unknown", "never")
"""What may make a run fail: a severity or worse, two verdicts, or nothing at all."""

Level: TypeAlias = Literal["error", "warning", "note"]
LEVEL_OF_SEVERITY: Final[dict[Severity, Level]] = {
    "error": "error",
    "warning": "warning",
    "advice": "note",
}


def fails(finding: Finding, names: Collection[str]) -> bool:
    """Whether a finding is one that names of :data:`FAIL_ON` mean; a waived one never is."""
    if finding.waived or "never" in names:
        return False
    if finding.verdict != "violated":
        return finding.verdict in names
    reached = SEVERITIES[SEVERITIES.index(finding.severity) :]
    return any(severity in names for severity in reached)


def level(finding: Finding) -> Level:
    """How loud a finding is: only what is violated is an error, and what is pending is a note."""
    if finding.verdict == "pending":
        return "note"
    loud = LEVEL_OF_SEVERITY[finding.severity]
    return "warning" if finding.verdict == "unknown" and loud == "error" else loud

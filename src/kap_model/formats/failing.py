"""What makes a run fail, and how loud it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, Protocol, TypeAlias

from kap_model.protocol import SEVERITIES, Severity
from kap_model.report import Verdict

FAIL_ON: Final = ("error", "warning", "advice", "pending", "unknown", "never")
"""What may make a run fail: a severity or worse, two verdicts, or nothing at all."""
_UNDECIDED: Final = ("pending", "unknown")

Level: TypeAlias = Literal["error", "warning", "note"]
LEVEL_OF_SEVERITY: Final[dict[Severity, Level]] = {
    "error": "error",
    "warning": "warning",
    "advice": "note",
}


class Weighed(Protocol):
    """What may make a run fail: a finding, or a note."""

    @property
    def severity(self) -> Severity:
        """How much it weighs."""
        ...

    @property
    def verdict(self) -> Verdict | None:
        """As a finding has it; ``None`` where what is said is simply so."""
        ...

    @property
    def waived(self) -> bool:
        """Whether the practice accepts it."""
        ...


def fails(found: Weighed, names: Collection[str]) -> bool:
    """Whether a finding is one that names of :data:`FAIL_ON` mean; a waived one never is."""
    if found.waived or "never" in names:
        return False
    if found.verdict in _UNDECIDED:
        return found.verdict in names
    reached = SEVERITIES[SEVERITIES.index(found.severity) :]
    return any(severity in names for severity in reached)


def level(found: Weighed) -> Level:
    """How loud a finding is: only what is so is an error, and what is pending is a note."""
    if found.verdict == "pending":
        return "note"
    loud = LEVEL_OF_SEVERITY[found.severity]
    return "warning" if found.verdict == "unknown" and loud == "error" else loud

"""Severities: how much a finding matters, and on which side of a limit."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "advice"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
"""The severities, worst first."""

Side: TypeAlias = Literal["below", "above"]
SIDES: Final[tuple[Side, ...]] = ("below", "above")
"""The sides of a limit with two ends."""

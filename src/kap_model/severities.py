"""Severities: how much a finding matters."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "advice"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "advice")
"""The severities, worst first."""

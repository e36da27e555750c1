"""The coverage of rules as text: a table in the order of the catalogue."""

from __future__ import annotations

from typing import Final

from kap_model.coverage import RuleCounts, RuleCoverage
from kap_model.display._text import columns

_HEADINGS: Final = (
    "rule",
    "satisfied",
    "violated",
    "pending",
    "unknown",
    "not applicable",
    "exercised",
)
_COUNTED: Final = range(1, len(_HEADINGS) - 1)


def coverage_text(coverage: RuleCoverage) -> str:
    """How many plans, how often each rule said what, and how many rules were exercised."""
    plans = "1 plan" if coverage.plans == 1 else f"{coverage.plans:,} plans"
    documents = "1 document" if coverage.left_out == 1 else f"{coverage.left_out:,} documents"
    left_out = f", {documents} left out" if coverage.left_out else ""
    lines = [f"rules exercised by {plans}{left_out}"]
    if coverage.rules:
        lines += columns([_HEADINGS, *(_row(row) for row in coverage.rules)], _COUNTED)
        lines.append(f"  {_summary(coverage)}")
    return "\n".join(lines)


def _row(row: RuleCounts) -> tuple[str, ...]:
    return (row.rule, *(f"{count:,}" for count in row.to_dict().values()), row.exercise)


def _summary(coverage: RuleCoverage) -> str:
    return (
        f"{len(coverage.exercised)} of {len(coverage.rules)} both ways, "
        f"{len(coverage.only_satisfied)} only satisfied, {len(coverage.only_fired)} only fired, "
        f"{len(coverage.never)} never applied"
    )


TEXT: Final = {RuleCoverage: coverage_text}

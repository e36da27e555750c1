"""Where public names are that checking does not need, so that they load on first use.

Documents bring cattrs; planning, batches and pricing their own values.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "documents": (
        "dumps",
        "dumps_fees",
        "dumps_protocol",
        "dumps_slots",
        "dumps_waivers",
        "load",
        "load_fees",
        "load_protocol",
        "load_slots",
        "load_waivers",
        "loads",
        "loads_fees",
        "loads_protocol",
        "loads_slots",
        "loads_waivers",
    ),
    "batch": (
        "LineResult",
        "check_lines",
        "check_rows",
    ),
    "calendars": ("to_ical",),
    "coverage": ("RuleCounts", "RuleCoverage", "rule_coverage"),
    "display.plans": ("timeline_svg",),
    "planning": (
        "Change",
        "Completion",
        "Difference",
        "LimitAtOdds",
        "LimitChange",
        "Lint",
        "Move",
        "NextSteps",
        "OpenSlot",
        "Remark",
        "Repair",
        "SeverityChange",
        "Silent",
        "Step",
        "Stretch",
        "allowed",
        "complete",
        "diff",
        "draft",
        "lint",
        "next_steps",
        "repair",
    ),
}
_HOME: Final = {name: home for home, names in _NAMES.items() for name in names}


def home_of(name: str) -> str:
    """The module of a public name that is not loaded with the package; most are about prices."""
    return _HOME.get(name, "pricing")

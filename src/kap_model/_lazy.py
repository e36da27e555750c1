"""Where public names are that checking does not need, so that they load on first use.

Plans' documents bring cattrs; planning, batches and pricing their own values.
"""

from __future__ import annotations

from typing import Final

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "documents.fees": ("dumps_fees", "load_fees", "loads_fees"),
    "documents.lists": (
        "dumps_slots",
        "dumps_waivers",
        "load_slots",
        "load_waivers",
        "loads_slots",
        "loads_waivers",
    ),
    "documents.plans": ("dumps", "load", "loads"),
    "documents.protocols": ("dumps_protocol", "load_protocol", "loads_protocol"),
    "batch": (
        "LineResult",
        "check_lines",
        "check_rows",
    ),
    "calendars": ("to_ical",),
    "coverage": ("RuleCounts", "RuleCoverage", "rule_coverage"),
    "display.html.plans": ("timeline_svg",),
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

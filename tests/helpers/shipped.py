"""The files of the examples."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"
BROKEN = str(EXAMPLES / "broken-course.json")
KINGSLEY = str(EXAMPLES / "kingsley-plan.json")
REGROUNDING = str(EXAMPLES / "regrounding-plan.json")
RUNNING = str(EXAMPLES / "running-course.json")
SLOTS = str(EXAMPLES / "slots" / "february.json")
HOUSE = str(EXAMPLES / "protocols" / "house.json")
HOUSE_RULES = str(EXAMPLES / "protocols" / "house-rules.json")
ACCEPTED = str(EXAMPLES / "waivers" / "house.json")
FEES = str(EXAMPLES / "fees" / "house.json")

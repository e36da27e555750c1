"""Rules, waivers and words of one's own, for tests of what the engine does with them."""

from __future__ import annotations

from typing import Any

import kap_model as kap
from support import SOURCE


def say(voice: Any, *facts: object) -> kap.Words:  # noqa: ARG001 - every wording is given a voice
    return kap.Words("Something is wrong.", "found", "asked")


def own_rule(id: str, *breaches: kap.Breach, severity: Any = "error", **given: Any) -> kap.Rule:
    def function(course: kap.Course, limits: kap.Limits) -> list[kap.Breach]:  # noqa: ARG001 - a rule's own signature
        return list(breaches)

    make = kap.rule(
        id, "All is well.", why="It is so.", severity=severity, cites=(SOURCE,), **given
    )
    return make(function)


def waiver(rule: str, **given: Any) -> kap.Waiver:
    sound: dict[str, Any] = {"reason": "As agreed.", "by": "t-01", "on": "2027-01-01"}
    return kap.Waiver(rule=rule, **sound | given)

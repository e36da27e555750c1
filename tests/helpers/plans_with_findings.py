"""Plans, documents and reports that the tests of formats share."""

from __future__ import annotations

import json

import kap_model as kap
from kap_model.formats import Checked

PLAN = kap.parse("2027-01-04 C0 E2 P7 D14 D28/30 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85")
ONE_LINE = kap.dumps(PLAN)
PRETTY = json.dumps(json.loads(ONE_LINE), indent=1)
REPORT = kap.check(PLAN, "regrounding")
"""DOSE-DURATION and EFFECT-FIT violated {d2}; INTEG-EACH violated {d1}; INTEG-COUNT violated {}."""
WAIVED = kap.check(
    PLAN,
    "regrounding",
    waivers=[kap.Waiver(rule="INTEG-EACH", reason="As agreed.", by="t-1", on="2027-01-01")],
)
RUNNING = kap.check(
    kap.parse("2027-01-04 C0* E2* P7* D14*"), "regrounding", as_of="2027-01-20T00:00:00Z"
)
CLEAN = kap.check(
    kap.parse("2027-01-04 C0 E2 P7 D14s I15 D28s I29 R33 D42s I43 D56s I57 D70s I71 D84s I85"),
    "regrounding",
)
GOOD = Checked(name="plans/one.json", report=REPORT, text=ONE_LINE)
BAD = Checked(
    name="plans/all.ndjson",
    line=7,
    problems=(
        kap.Problem("$.id", "must be an id, 100% so"),
        kap.Problem("", "cannot be read: at all"),
    ),
)

"""Repairs under house rules of each form, alone and in pairs, against trying everything."""

from __future__ import annotations

import datetime as dt
import json
from random import Random

import pytest

import kap_model as kap
from kap_model.errors import PlanningError
from kap_model.planning.repairing import repair
from kap_model.sessions import CLASS_OF_KIND, KINDS, MEDICAL_KINDS
from profiles import seeds
from repair_oracle import Cost, smallest
from wild_rules import WILD, wild_rule

pytestmark = pytest.mark.law

FIRST = dt.datetime(2027, 2, 25, tzinfo=dt.UTC)
MINUTES = {kind: 30 if kind in MEDICAL_KINDS else 60 for kind in KINDS}
USUAL = {"consultation": 50, "preparation": 50, "dosing": 120, "integration": 50} | dict.fromkeys(
    MEDICAL_KINDS, 30
)
CLOCKS = (0, 60, 600, 660, 720, 780, 1439)
STARTS = [FIRST + dt.timedelta(days=day, minutes=clock) for day in range(-3, 9) for clock in CLOCKS]


def housed(random: Random, *forms: str) -> kap.CareProtocol:
    rows = [
        wild_rule(random, f"HOUSE-{n}", form=form) | {"severity": "error"}
        for n, form in enumerate(forms)
    ]
    document = {"schema": "kap-model/protocol/1", "id": "own", "limits": {}, "rules": rows}
    return kap.loads_protocol(json.dumps(document))


def booked(random: Random, number: int) -> kap.Session:
    kind = random.choice((*KINDS, "dosing", "integration"))
    day, clock = random.randrange(6), random.choice((0, 660, 720))
    start = FIRST + dt.timedelta(days=day, minutes=clock)
    made: kap.Session = CLASS_OF_KIND[kind](id=f"s{number}", start=start, minutes=MINUTES[kind])
    return made


def found(plan: kap.Plan, care: kap.CareProtocol, as_of: dt.datetime | None) -> Cost | None:
    try:
        made = repair(plan, care, as_of=as_of)
    except PlanningError:
        return None
    assert made.report.ok
    return Cost(len(made.changes), made.minutes_moved)


@pytest.mark.parametrize("forms", [1, 2])
@pytest.mark.parametrize("seed", seeds(60))
def test_trying_everything_finds_none_smaller(seed: int, forms: int) -> None:
    random = Random(seed)
    care = housed(random, *random.choices(tuple(WILD), k=forms))
    plan = kap.Plan(
        id="p", timezone="UTC", sessions=[booked(random, n) for n in range(random.randint(1, 4))]
    )
    as_of = random.choice((None, FIRST + dt.timedelta(days=random.randrange(3))))
    theirs = smallest(plan, care, as_of, STARTS, USUAL, 1)
    ours = found(plan, care, as_of)
    if theirs is not None:
        assert ours is not None
        assert ours <= theirs

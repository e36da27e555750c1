"""A form bound for many courses finds what it finds of one: facts of a plan hide nothing."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

import kap_model as kap
from kap_model._time import moment_of_judgement
from kap_model.checking import limits_of
from kap_model.timeline import MOST_FACTS, Timeline
from profiles import seeds
from support import plan as plan_of
from wild import wild_moment, wild_plan, wild_protocol
from wild_rules import wild_rules


def forms_drawn(random: Random) -> list[Any]:
    lines = wild_rules(random, 8)
    document = {"schema": "kap-model/protocol/1", "id": "own", "limits": {}, "rules": lines}
    return [rule.form for rule in kap.loads_protocol(json.dumps(document)).rules]


@pytest.mark.law
@pytest.mark.parametrize("seed", seeds(8))
def test_a_bound_form_finds_what_the_form_finds(seed: int) -> None:
    random, found = Random(seed), 0
    for _ in range(200):
        plan, protocol = wild_plan(random), wild_protocol(random)
        moment = wild_moment(random, plan)
        instant = None if moment is None else moment_of_judgement(moment)
        course = kap.Course.of(plan, instant)
        limits = limits_of(protocol, course)
        ours = [form for rule in kap.RULES for form in rule.forms(limits)]
        for form in (*ours, *forms_drawn(random)):
            breaches = form.find(course, limits)
            assert form.bound()(course, limits) == breaches, form
            found += len(breaches)
    assert found > 1000


def test_facts_are_worked_out_once_and_not_kept_without_end() -> None:
    asked = list[str]()

    def known(timeline: Timeline) -> int:
        asked.append("known")
        return len(timeline.counting)

    timeline = plan_of("C0 D1").timeline
    assert [timeline.fact(known), timeline.fact(known)] == [2, 2]
    assert asked == ["known"]
    for number in range(MOST_FACTS):
        assert timeline.fact(lambda _, number=number: number) == number  # type: ignore[misc]
    assert timeline.fact(known) == 2
    assert asked == ["known", "known"]

"""The naive second implementation agrees with ``check``, on unlawful plans too."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

import kap_model as kap
from kap_model.limits import LIMITS
from kap_model.severities import severity_json
from kap_model.testing import strategies as kst
from oracle import LIMITS_READ, RULE_IDS, judge
from profiles import scaled, seeds
from wild import wild_moment, wild_plan, wild_protocol

pytestmark = pytest.mark.law

FIELDS = ("rule", "verdict", "severity", "sessions", "opens", "due")


def limit_values(protocol: kap.CareProtocol, day: dt.date | None) -> dict[str, Any]:
    """The limits in force in document form, chosen here without the library's own choice."""
    values: dict[str, Any] = {}
    for spec in LIMITS:
        lines = [line for line in protocol.settings if line.limit == spec.name]
        in_force = [line for line in lines if line.since is None]
        dated = sorted((line.since, line.value) for line in lines if line.since is not None)
        value = in_force[0].value if in_force else "off"
        for since, later in dated:
            if day is None or since <= day:
                value = later
        if value != "off":
            document = json.loads(
                kap.dumps_protocol(
                    kap.CareProtocol(
                        id="x",
                        settings=[
                            kap.Setting(
                                limit=spec.name, value=value, citation=kap.Citation("s", "w")
                            )
                        ],
                    )
                )
            )
            values[spec.name] = document["limits"][spec.name][0]["value"]
    return values


def first_day(plan: kap.Plan, as_of: dt.datetime | None) -> dt.date | None:
    counts = {"planned", "completed"} if plan.state == "active" else {"completed"}
    starts = [plan.local_start(s) for s in plan.sessions if s.status in counts]
    if starts:
        return min(starts).date()
    return None if as_of is None else plan.local_start(_at(as_of)).date()


def _at(moment: dt.datetime) -> kap.Session:
    return kap.Consultation(id="c", start=moment, minutes=1)


def compare(plan: kap.Plan, protocol: kap.CareProtocol, as_of: dt.datetime | None) -> kap.Report:
    report = kap.check(plan, protocol, as_of=as_of)
    expected, verdicts = judge(
        json.loads(kap.dumps(plan)),
        limit_values(protocol, first_day(plan, as_of)),
        as_of=None if as_of is None else as_of.isoformat(),
        severities={rule: severity_json(said) for rule, said in protocol.severities},
    )
    found = [{key: f[key] for key in FIELDS} for f in report.to_dict()["findings"]]
    assert found == expected
    assert report.rules == verdicts
    return report


def test_the_oracle_knows_the_same_rules_and_limits() -> None:
    assert tuple(rule.id for rule in kap.RULES) == RULE_IDS
    assert {rule.id: rule.reads for rule in kap.RULES} == LIMITS_READ


@given(kst.plans(), kst.protocols(), kst.moments())
@settings(max_examples=scaled(200))
def test_any_plan(plan: kap.Plan, protocol: kap.CareProtocol, as_of: dt.datetime | None) -> None:
    compare(plan, protocol, as_of)


@pytest.mark.parametrize("seed", seeds(8))
def test_thousands_of_wild_plans(seed: int) -> None:
    random = Random(seed)
    seen: Counter[tuple[str, str]] = Counter()
    for _ in range(500):
        plan, protocol = wild_plan(random), wild_protocol(random)
        if random.random() < 0.3:
            protocol = random.choice(kap.practices.PRACTICES).protocol
        report = compare(plan, protocol, wild_moment(random, plan))
        seen.update((finding.rule, finding.verdict) for finding in report.findings)
    # Agreement says little where nothing is found.
    assert {rule for rule, verdict in seen if verdict == "violated"} == set(RULE_IDS)
    assert len([pair for pair in seen if pair[1] == "pending"]) >= 10
    assert len([pair for pair in seen if pair[1] == "unknown"]) >= 5

"""House rules against the naive second reading: findings, verdicts, windows and their texts."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

import kap_model as kap
from forms_oracle import judge_rules, lines_in_force, reading_date, verdict_of
from profiles import seeds
from wild import wild_moment, wild_plan
from wild_rules import wild_lines, wild_rules

TOLD = ("rule", "verdict", "severity", "sessions", "opens", "due")


def protocol_of(lines: list[dict[str, Any]]) -> kap.CareProtocol:
    document = {"schema": "kap-model/protocol/1", "id": "wild", "limits": {}, "rules": lines}
    return kap.loads_protocol(json.dumps(document))


@pytest.mark.law
@pytest.mark.parametrize("seed", seeds(8))
def test_hundreds_of_wild_plans_under_wild_rules(seed: int) -> None:
    random, found = Random(seed), 0
    for _ in range(300):
        plan = wild_plan(random)
        moment = wild_moment(random, plan)
        as_of = None if moment is None else moment.isoformat()
        lines = wild_lines(random, 4) if random.random() < 0.3 else wild_rules(random, 6)
        document = json.loads(kap.dumps(plan))
        rows = lines_in_force(lines, reading_date(document, as_of))
        expected = judge_rules(document, rows, as_of=as_of, limits={})
        report = kap.check(plan, protocol_of(lines), as_of=moment)
        ids = {line["id"] for line in lines}
        told = [
            {key: finding[key] for key in TOLD}
            for finding in report.to_dict()["findings"]
            if finding["rule"] in ids
        ]
        assert told == [finding for findings in expected for finding in findings], (lines, document)
        for row, findings in zip(rows, expected, strict=True):
            assert report.rules[row["id"]] == verdict_of(findings)
        found += len(told)
    assert found > 500

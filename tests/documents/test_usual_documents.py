"""Usual values in protocol documents: lines as limits have, or a value by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

import kap_model as kap

HERE = {"source": "House protocol", "where": "section 3"}
ITSELF = {"source": "This protocol", "where": "usual"}


def document(usual: Any, **given: Any) -> str:
    return json.dumps({"schema": "kap-model/protocol/1", "id": "house", "usual": usual} | given)


def line(value: Any, **given: Any) -> dict[str, Any]:
    return {"value": value, "citation": HERE} | given


def refused(usual: Any) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        kap.loads_protocol(document(usual))
    return [str(problem) for problem in caught.value.problems]


def written(usual: Any, **given: Any) -> dict[str, Any]:
    text = kap.dumps_protocol(kap.loads_protocol(document(usual, **given)))
    assert kap.dumps_protocol(kap.loads_protocol(text)) == text
    found: dict[str, Any] = json.loads(text).get("usual", {})
    return found


def test_the_example_of_the_contract_is_one_line_throughout_of_each() -> None:
    example = {
        "every": "2w",
        "preparations": 3,
        "dosings": 6,
        "integrations_each": 1,
        "minutes": {"preparation": 60},
        "integration_days": 1,
    }
    found = kap.loads_protocol(document(example)).usual_on(None)
    assert found.values == {
        "every": 14,
        "preparations": 3,
        "dosings": 6,
        "integrations_each": 1,
        "minutes.preparation": 60,
        "integration_days": 1,
    }
    assert {each.to_dict()["where"] for each in found.citations.values()} == {"usual"}
    assert list(written(example)) == list(example)
    assert written(example)["every"] == [{"value": "2w", "citation": ITSELF}]
    assert written(example)["minutes"] == {"preparation": [{"value": 60, "citation": ITSELF}]}


def test_lines_are_dated_and_cited_as_those_of_limits() -> None:
    lines = {
        "every": [line("7d"), line("10d", since="2027-07-01"), line("off", since="2028-01-01")],
        "minutes": {"dosing": [line(180)], "medical-review": [line(20, since="2027-07-01")]},
    }
    found = written(lines)
    assert found["every"] == [
        {"value": "1w", "citation": HERE},
        {"value": "10d", "since": "2027-07-01", "citation": HERE},
        {"value": "off", "since": "2028-01-01", "citation": HERE},
    ]
    assert list(found["minutes"]) == ["dosing", "medical-review"]


def test_the_order_of_writing_makes_no_difference() -> None:
    first = {"dosings": 6, "every": [line("1w", since="2027-07-01"), line("2w")]}
    other = {"every": [line("14d"), line("7d", since="2027-07-01")], "dosings": 6}
    assert written(first) == written(other)
    assert list(written(first)) == ["every", "dosings"]


@pytest.mark.parametrize("usual", [{}, {"minutes": {}}])
def test_nothing_is_written_where_nothing_is_usual(usual: Any) -> None:
    assert "usual" not in json.loads(kap.dumps_protocol(kap.loads_protocol(document(usual))))


def test_a_built_in_base_keeps_its_limits_beside_usual_values() -> None:
    protocol = kap.loads_protocol(document({"dosings": "off"}, extends="kingsley"))
    assert protocol.limits_on(None) == kap.practices.KINGSLEY.protocol.limits_on(None)
    assert protocol.usual_on(None) == kap.Usual()


PACE = "must be days or weeks, such as 10d or 2w, up to 366 days"
DATE = "must be a day that the calendar has"
COUNT = "must be an integer from 0 to 10000"


@pytest.mark.parametrize(
    ("usual", "problems"),
    [
        ([], ["$.usual: must be an object"]),
        ({"every": 14}, [f"$.usual.every: {PACE}"]),
        ({"every": [line(14)]}, [f"$.usual.every[0].value: {PACE}"]),
        ({"every": "367d"}, [f"$.usual.every: {PACE}"]),
        ({"every": []}, ["$.usual.every: must hold at least one line"]),
        ({"evry": "2w"}, ['$.usual: has an unknown usual value "evry"; did you mean every?']),
        ({"minutes": 60}, ["$.usual.minutes: must be an object"]),
        (
            {"minutes": {"dosng": 60}},
            ['$.usual.minutes: has an unknown kind of session "dosng"; did you mean dosing?'],
        ),
        ({"minutes": {"dosing": 0}}, ["$.usual.minutes.dosing: must be an integer from 1 to 1440"]),
        ({"preparations": "3"}, [f"$.usual.preparations: {COUNT}"]),
        ({"preparations": [3]}, ["$.usual.preparations[0]: must be an object"]),
        (
            {"preparations": -1, "dosings": [line(6, since="2027-13-01")], "other": 1},
            [
                f"$.usual.preparations: {COUNT}",
                f"$.usual.dosings[0].since: {DATE}",
                '$.usual: has an unknown usual value "other"',
            ],
        ),
        (
            {"dosings": [line(6), line(7)]},
            ["$.usual.dosings[1]: must have a since, as another line has none"],
        ),
        ({"dosings": [{"value": 6}]}, ["$.usual.dosings[0]: lacks citation"]),
        (
            {"dosings": [line(6, until="2027-01-01")]},
            ['$.usual.dosings[0]: has an unknown key "until"'],
        ),
    ],
)
def test_what_is_no_usual_value_is_refused_with_its_place(usual: Any, problems: list[str]) -> None:
    assert refused(usual) == problems

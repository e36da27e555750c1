"""Unknown keys are named where no health data can stand, never in plans; examples of the right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

import kap_model as kap
from kap_model.documents.protocols import example_of, limit_value
from kap_model.limits import LIMITS, Bounds, LimitSpec
from kap_model.testing.cases import load_case

CITED: Final = {"citation": {"source": "s", "where": "w"}}
STRANGE: Final = "strange_word"
LOADS: Final[dict[str, Any]] = {
    "plan": kap.loads,
    "protocol": kap.loads_protocol,
    "fees": kap.loads_fees,
    "waivers": kap.loads_waivers,
    "slots": kap.loads_slots,
}
EMPTY: Final[dict[str, dict[str, Any]]] = {
    "protocol": {"id": "p"},
    "fees": {"id": "f", "currency": "USD", "fees": []},
    "waivers": {"waivers": []},
    "slots": {"slots": []},
}
PLAN: Final = {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": []}


def refused(kind: str, document: Any) -> list[str]:
    with pytest.raises(kap.DocumentError) as caught:
        LOADS[kind](json.dumps(document))
    return [str(problem) for problem in caught.value.problems]


def document(kind: str, **given: Any) -> dict[str, Any]:
    return {"schema": f"kap-model/{kind}/1", **EMPTY[kind], **given}


def ruled(**given: Any) -> dict[str, Any]:
    row = {"id": "HOUSE-RULE", "form": "rate", "of": "dosing", "max": 1, "days": 7, **CITED}
    return document("protocol", rules=[row | given])


NAMED: Final = [
    *[(kind, document(kind, **{STRANGE: 1}), "$", "key") for kind in EMPTY],
    ("protocol", document("protocol", limits={STRANGE: []}), "$.limits", "limit"),
    ("protocol", document("protocol", usual={STRANGE: 1}), "$.usual", "usual value"),
    (
        "protocol",
        document("protocol", usual={"minutes": {STRANGE: 1}}),
        "$.usual.minutes",
        "kind of session",
    ),
    ("protocol", document("protocol", severities={STRANGE: "error"}), "$.severities", "rule"),
    (
        "protocol",
        document("protocol", limits={"minimum_age": [{"value": 18, STRANGE: 1, **CITED}]}),
        "$.limits.minimum_age[0]",
        "key",
    ),
    ("protocol", ruled(**{STRANGE: 1}), "$.rules[0]", "key"),
    ("protocol", ruled(of={"kind": "dosing", STRANGE: 1}), "$.rules[0].of", "key"),
    ("fees", document("fees", claims={STRANGE: 1}), "$.claims", "key"),
    (
        "waivers",
        document(
            "waivers",
            waivers=[{"rule": "AGE-MIN", "reason": "r", "by": "b", "on": "2027-01-01", STRANGE: 1}],
        ),
        "$.waivers[0]",
        "key",
    ),
    (
        "slots",
        document(
            "slots",
            slots=[{"start": "2027-01-01T10:00:00Z", "end": "2027-01-01T12:00:00Z", STRANGE: 1}],
        ),
        "$.slots[0]",
        "key",
    ),
]


@pytest.mark.parametrize(("kind", "given", "path", "thing"), NAMED)
def test_what_is_not_known_is_named_where_no_health_data_can_stand(
    kind: str, given: Any, path: str, thing: str
) -> None:
    assert refused(kind, given) == [f'{path}: has an unknown {thing} "{STRANGE}"']


@pytest.mark.parametrize("kind", EMPTY)
def test_a_document_that_does_not_say_its_kind_may_be_a_plan(kind: str) -> None:
    told = refused(kind, EMPTY[kind] | {STRANGE: 1})
    assert told == ["$: has an unknown key", "$: lacks schema"]
    others: tuple[Any, ...] = ("kap-model/plan/1", 5, [], {})
    for schema in others:
        told = refused(kind, document(kind, schema=schema, **{STRANGE: 1}))
        assert "$.schema: must be kap-model/" + kind + "/1" in told
        assert STRANGE not in "".join(told)


@pytest.mark.parametrize(
    "given",
    [
        {STRANGE: 1},
        {"sessions": [{"id": "d", "kind": "dosing", "start": "2027-01-01T10:00:00Z"}]},
        {"supplies": [{"id": "x", "issued": "2027-01-01", "dosings": 1}]},
    ],
)
def test_a_plan_never_names_what_is_not_known(given: dict[str, Any], tmp_path: Path) -> None:
    text = json.dumps(PLAN | given).replace('{"id": "', f'{{"{STRANGE}": 1, "id": "')
    path = tmp_path / "case.json"
    path.write_text(text, encoding="utf-8")
    for loads in (lambda: kap.loads(text), lambda: load_case(path)):
        with pytest.raises(kap.DocumentError, match="has an unknown key") as caught:
            loads()
        assert STRANGE not in str(caught.value)
    told = refused("plan", PLAN | given | {"schema": "kap-model/protocol/1"})
    assert told == ["$.schema: must be kap-model/plan/1"]


def test_a_near_miss_is_named_beside_what_may_be_meant() -> None:
    told = refused("protocol", document("protocol", limits={"dosing_cuont": []}))
    assert told == ['$.limits: has an unknown limit "dosing_cuont"; did you mean dosing_count?']
    told = refused("plan", PLAN | {"sesions": []})
    assert told == ["$: has an unknown key; did you mean sessions?"]


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("", '""'),
        ("größe", '"größe"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("a\nb\x1b[31m", '"a\\nb\\u001b[31m"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("\ud800", '"\\ud800"'),
        ("\x85\u2028", '"\\u0085\\u2028"'),
        ("x" * 40, f'"{"x" * 40}"'),
        ("x" * 41, f'"{"x" * 40}…"'),
        ("\n" * 50_000, f'"{chr(92)}n{"".join([chr(92) + "n"] * 39)}{chr(92)}u2026"'),
    ],
)
def test_a_key_is_shown_on_one_line_not_too_long_with_nothing_invisible(
    key: str, shown: str
) -> None:
    (told,) = refused("fees", document("fees", **{key: 1}))
    assert told == f"$: has an unknown key {shown}"
    assert told.isprintable()


@pytest.mark.parametrize("spec", LIMITS, ids=lambda spec: spec.name)
def test_each_limit_shows_an_example_that_it_takes(spec: LimitSpec) -> None:
    example = example_of(spec)
    assert limit_value(spec.name, example) is not None
    shown = json.dumps(example)
    for wrong in ("6", ["", 5], {"x": 1}, 0.5):
        with pytest.raises(kap.DocumentError) as caught:
            limit_value(spec.name, wrong)
        told = "\n".join(problem.reason for problem in caught.value.problems)
        if type(example) is type(wrong):
            continue  # what is wrong in it is told
        if example is True:
            assert told == 'must be true, or "off" to leave the limit unset'
        else:
            assert f"such as {shown}" in told


@pytest.mark.parametrize("wrong", [6, "6", [], True])
def test_a_range_is_shown_for_a_number(wrong: Any) -> None:
    given = document("protocol", limits={"dosing_count": [{"value": wrong, **CITED}]})
    path = "$.limits.dosing_count[0].value"
    assert refused("protocol", given) == [
        f'{path}: must be an object such as {{"min": 6, "max": 6}}'
    ]


@pytest.mark.parametrize("lines", [{"min": 6, "max": 6}, 6, "off"])
def test_a_limit_without_lines_shows_one(lines: Any) -> None:
    (told,) = refused("protocol", document("protocol", limits={"dosing_count": lines}))
    path, _, shown = told.partition(": must be a list of lines such as ")
    assert path == "$.limits.dosing_count"
    protocol = document("protocol", limits={"dosing_count": json.loads(shown)})
    assert kap.loads_protocol(json.dumps(protocol)).limits_on(None).dosing_count == Bounds(6, 6)


def test_other_objects_show_a_short_example_too_and_long_ones_none() -> None:
    given = document("protocol", limits={"minimum_age": [{"value": 18, "citation": "a page"}]})
    shown = '{"source": "House protocol", "where": "section 2"}'
    place = "$.limits.minimum_age[0].citation"
    assert refused("protocol", given) == [f"{place}: must be an object such as {shown}"]
    assert refused("protocol", 5) == refused("plan", 5) == ["$: must be an object"]

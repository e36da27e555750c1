"""What a schema cannot say: each thing on its list, by documents that the loader alone refuses."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from documents.test_schema_agreement import DOORS, REASONS, problems_of, validator
from kap_model.documents.schemas import BEYOND, schema
from telling_values import FLAT

FEE: Final = {"item": "dosing", "citation": {"source": "s", "where": "w"}}
CITED: Final = {"citation": FEE["citation"]}
SLOT: Final = {"start": "2027-01-11T09:00:00Z", "end": "2027-01-11T10:00:00Z"}
PACKAGE: Final = {"id": "p", "name": "n", "counts": {}, **CITED}
WITHDRAWAL: Final = {"stage": "s", "name": "n", "percent": "5", **CITED}


def plan(**given: Any) -> dict[str, Any]:
    return {"schema": "kap-model/plan/1", "id": "p", "timezone": "UTC", "sessions": []} | given


def dosing(**given: Any) -> dict[str, Any]:
    sound = {"id": "d", "kind": "dosing", "start": "2027-01-01T10:00:00Z", "minutes": 50}
    return plan(sessions=[sound | given])


def supply(**given: Any) -> dict[str, Any]:
    return {"id": "x", "issued": "2027-01-05", "dosings": 1} | given


def protocol(**limits: Any) -> dict[str, Any]:
    lines = {
        name: [{"value": value, **CITED} for value in values] for name, values in limits.items()
    }
    return {"schema": "kap-model/protocol/1", "id": "p", "limits": lines}


def usual(**values: Any) -> Any:
    return {"schema": "kap-model/protocol/1", "id": "p", "usual": values}


def ruled(*rows: dict[str, Any], **given: Any) -> dict[str, Any]:
    """A protocol of house rules, of one id and citation unless they say another."""
    lines = [{"id": "HOUSE-RULE", **row, **CITED} for row in rows]
    return {"schema": "kap-model/protocol/1", "id": "p", "rules": lines} | given


def fees(*rows: Any, **given: Any) -> dict[str, Any]:
    return {"schema": "kap-model/fees/1", "id": "f", "currency": "USD", "fees": [*rows]} | given


def priced(**rate: Any) -> dict[str, Any]:
    return fees({**FEE, "rate": rate})


def waivers(**given: Any) -> dict[str, Any]:
    row = {"rule": "MED-CLEAR", "reason": "r", "by": "b", "on": "2027-01-01"}
    return {"schema": "kap-model/waivers/1", "waivers": [row | given]}


def slots(*rows: Any) -> dict[str, Any]:
    return {"schema": "kap-model/slots/1", "slots": [*rows]}


BARE: Final = {
    "plan": plan(),
    "protocol": protocol(),
    "fees": fees(),
    "waivers": waivers(),
    "slots": slots(),
}
OWN: Final[dict[str, dict[str, list[Any]]]] = {
    "plan": {
        "The text and": [plan(conditions=[f"a{n:059}" for n in range(15_860)])],
        "Integers": [dosing(minutes=50.0), plan(supplies=[supply(dosings=1.0)])],
        "Texts": [dosing(support_person=text) for text in ("a\u200bb", "\ue000", "\ud800")],
        "Dates": [plan(born="2027-02-29"), plan(supplies=[supply(issued="1900-02-29")])],
        "Times": [
            dosing(start=start)
            for start in (
                "2027-02-30T10:00:00Z",
                "1979-12-31T23:59:59Z",
                "1980-01-01T00:00:00+00:01",
                "2200-01-01T00:00:00Z",
            )
        ],
        "Local times": [
            dosing(start=start) | {"timezone": "America/Los_Angeles"}
            for start in ("2027-03-14T02:30", "2027-11-07T01:30:00")
        ],
        "Ids are": [
            plan(supplies=[supply(), supply()]),
            dosing() | {"supplies": [supply(id="d")]},
        ],
        "The time zone": [plan(timezone=name) for name in ("utc", "America/Springfield", "EST6")],
        "No supply": [plan(supplies=[supply(received="2027-01-04")])],
        "A support": [dosing(support_person=text) for text in ("None", "NONE", "\uff4eone")],
    },
    "protocol": {
        "Integers": [
            protocol(minimum_age=[18.0]),
            ruled({"form": "rate", "of": {"kind": "dosing", "nth": 2.0}, "max": 1.0, "days": 7.0}),
            ruled({"form": "length", "of": "dosing", "one_of": [60.0]}),
        ],
        "Texts": [
            {
                "schema": "kap-model/protocol/1",
                "id": "p",
                "limits": {
                    "minimum_age": [{"value": 18, "citation": {"source": "a\u200b", "where": "w"}}]
                },
            }
        ],
        "Dates": [
            {
                "schema": "kap-model/protocol/1",
                "id": "p",
                "limits": {"minimum_age": [{"value": 18, "since": "2027-02-29", **CITED}]},
            },
            ruled({"form": "off", "since": "2027-02-29"}),
        ],
        "No range": [
            protocol(dosing_count=[{"min": 8, "max": 6}]),
            ruled({"form": "count", "of": "dosing", "min": 8, "max": 6}),
            ruled({"form": "space", "from": "dosing", "min": 8, "max": 6, "unit": "days"}),
            ruled(
                {
                    "form": "follow",
                    "each": "dosing",
                    "by": "integration",
                    "within": {"min": 3, "max": 1, "unit": "days"},
                }
            ),
        ],
        "No two lines": [
            protocol(minimum_age=[18, 21]),
            {
                "schema": "kap-model/protocol/1",
                "id": "p",
                "limits": {
                    "minimum_age": [{"value": n, "since": "2027-01-01", **CITED} for n in (18, 21)]
                },
            },
            ruled(*[{"form": "off"}] * 2),
            ruled(*[{"form": "off", "since": "2027-01-01"}] * 2),
            usual(dosings=[{"value": n, **CITED} for n in (6, 8)]),
            usual(minutes={"dosing": [{"value": 90, "since": "2027-01-01", **CITED}] * 2}),
        ],
        "Severities name": [
            ruled({"form": "off"}, severities={"HOUSE-RULES": "error"}),
            ruled(severities={"HOUSE-RULE": "error"}),
        ],
        "No space": [
            ruled(
                {
                    "form": "space",
                    "from": from_,
                    "to": {"kind": ["dosing", "preparation"], "nth": 2},
                    "min": 1,
                    "unit": "days",
                }
            )
            for from_ in ("dosing", ["consultation", "preparation"])
        ],
        "No house rule": [
            ruled({"form": "known", "of": "integration", "field": "level"}),
            ruled({"form": "known", "of": ["dosing", "integration"], "field": "support_person"}),
            ruled(
                {"form": "allow", "of": "medical-review", "field": "format", "values": ["group"]}
            ),
            ruled({"form": "allow", "of": "preparation", "field": "level", "values": ["low"]}),
        ],
        "No selector": [
            ruled(
                {"form": "rate", "of": {"kind": "dosing", "level": level}, "max": 1, "days": 7},
                limits={"dose_levels": [{"value": ["low"], **CITED}]},
            )
            for level in ("high", ["low", "high"])
        ],
    },
    "fees": {
        "Integers": [
            priced(type="flat", amount="1.00", minutes=50.0),
            fees(claims={"dosing": 60.0}),
        ],
        "Texts": [fees({**FEE, "payee": "a\u200b"}), fees({**FEE, "name": "\ue000"})],
        "Dates": [fees({**FEE, "since": "2027-02-29"})],
        "No range": [
            priced(type="hourly", amount="1.00", published={"min": 2, "max": 1}),
        ],
        "Amounts have": [
            priced(type="flat", amount="1.005"),
            priced(type="flat", amount="1.5") | {"currency": "JPY"},
        ],
        "Amounts are": [priced(type="flat", amount="10000000000000.01")],
        "No scale": [priced(type="scale", low="2.00", high="1.99")],
        "No two tiers": [priced(type="tiers", tiers=[{"minutes": 1, "amount": "1.00"}] * 2)],
        "No two options": [
            priced(type="by-label", label="route", options=[{"label": "a", "rate": FLAT}] * 2)
        ],
        "No two fees": [
            fees(FEE, {**FEE, "name": "n"}),
            fees({**FEE, "item": "course"}, {**FEE, "item": "course"}),
            fees(*[{**FEE, "since": "2027-01-01"}] * 2),
        ],
        "No payee": [fees({**FEE, "payee": "f"})],
        "No two packages": [fees(packages=[PACKAGE, {**PACKAGE, "name": "m"}])],
        "No two lines": [fees(missed=[CITED, CITED]), fees(missed=[{**CITED, "at_least": 0}] * 2)],
        "Lines for": [fees(missed=[{**CITED, "at_least": 24}])],
        "No two withdrawals": [fees(withdrawals=[WITHDRAWAL, {**WITHDRAWAL, "name": "m"}])],
    },
    "waivers": {
        "Texts": [waivers(reason="a\u200bb")],
        "Dates": [waivers(on="2027-02-29")],
        "No waiver": [waivers(until="2026-12-31")],
    },
    "slots": {
        "Times": [slots({**SLOT, "end": end}) for end in ("2027-02-29T10:00:00Z",)]
        + [slots({**SLOT, "end": "2200-01-01T00:00:00Z"})],
        "Every slot": [slots({**SLOT, "end": SLOT["start"]})],
        "No two slots": [slots(SLOT, SLOT), slots({**SLOT, "role": "medical"}, SLOT)],
    },
}


def read(text: str | bytes) -> Any:
    """The values of a text in any encoding of Unicode, with a byte order mark or without."""
    if isinstance(text, bytes) and text.startswith(codecs.BOM_UTF8):
        text = text.removeprefix(codecs.BOM_UTF8)
    return json.loads(text)


def shown(name: str, line: str) -> list[str | bytes]:
    """Documents that show one thing on the list."""
    text = json.dumps(BARE[name])
    common: dict[str, list[str | bytes]] = {
        "The text and": [text + " " * 1_000_000],
        "The text is": [codecs.BOM_UTF8 + text.encode(), text.encode("utf-16")],
        "No object": [text[:-1] + ", " + text[1:]],
    }
    found: list[str | bytes] = []
    for start, texts in common.items():
        found += texts if line.startswith(start) else ()
    for start, documents in OWN[name].items():
        if line.startswith(start):
            found += [json.dumps(each, separators=(",", ":")) for each in documents]
    return found


@pytest.mark.parametrize(
    ("name", "line"), [(name, line) for name in DOORS for line in BEYOND[name]]
)
def test_each_thing_on_the_list_is_the_loader_s_alone(name: str, line: str) -> None:
    documents = shown(name, line)
    assert documents
    for text in documents:
        validator(name).validate(read(text))
        problems = problems_of(name, text)
        assert problems
        for problem in problems:
            assert re.match(REASONS[line], problem.reason), problem


@pytest.mark.parametrize("name", DOORS)
def test_nothing_is_shown_that_is_not_on_the_list(name: str) -> None:
    starts = OWN[name]
    assert all(any(line.startswith(start) for line in BEYOND[name]) for start in starts)
    assert {line for lines in BEYOND.values() for line in lines} == set(REASONS)
    assert problems_of(name, json.dumps(BARE[name])) == ()


def test_more_sessions_than_a_plan_may_have_are_refused_by_both() -> None:
    row = {"kind": "dosing", "start": "2027-01-01T10:00:00Z", "minutes": 1}
    rows = [{"id": f"d{number}", **row} for number in range(10_001)]
    for count, taken in ((10_000, True), (10_001, False)):
        text = json.dumps(plan(sessions=rows[:count]), separators=(",", ":"))
        assert (problems_of("plan", text) == ()) == taken
    # Validating ten thousand takes long; the bound is the same without what each must be.
    bound = {"maxItems": schema("plan")["properties"]["sessions"]["maxItems"]}
    assert Draft202012Validator(bound).is_valid(rows[:10_000])
    assert not Draft202012Validator(bound).is_valid(rows)

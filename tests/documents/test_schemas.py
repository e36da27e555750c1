"""The schemas that are published: sound, strict, explained, and shipped as they are made."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any, Final

import pytest
from hypothesis import given, settings, strategies as st
from jsonschema import Draft202012Validator

import kap_model as kap
from kap_model.cli import main
from kap_model.cli.lookups import print_schema
from kap_model.documents.fees import loads_fees
from kap_model.documents.lists import loads_slots, loads_waivers
from kap_model.documents.plans import loads
from kap_model.documents.protocols import loads_protocol
from kap_model.documents.schemas import BEYOND, NAMES, schema, schema_text
from kap_model.testing import strategies
from own_rules import own_rule
from profiles import scaled
from shipped import (
    ACCEPTED,
    BROKEN,
    FEES,
    HOUSE,
    HOUSE_RULES,
    KINGSLEY,
    REGROUNDING,
    RUNNING,
    SLOTS,
)

pytestmark = pytest.mark.installed


LOADERS: Final[dict[str, Callable[[str], Any]]] = {
    "plan": loads,
    "protocol": loads_protocol,
    "fees": loads_fees,
    "waivers": loads_waivers,
    "slots": loads_slots,
}
SHIPPED: Final = {
    "plan": (BROKEN, KINGSLEY, REGROUNDING, RUNNING),
    "protocol": (HOUSE, HOUSE_RULES),
    "fees": (FEES,),
    "waivers": (ACCEPTED,),
    "slots": (SLOTS,),
}
CONDITIONS: Final = frozenset({"if", "then", "else", "not", "dependentSchemas"})
DATA: Final = frozenset({"examples", "default", "enum", "const"})
BY_NAME: Final = frozenset({"properties", "$defs", "dependentSchemas"})
DIALECTAL: Final = re.compile(r"\(\?|\\[^.nx]|\$.")
"""What dialects of regular expressions read differently, or not at all."""


def validator(name: str) -> Any:
    return Draft202012Validator(schema(name))


def parts(value: Any, *, conditions: bool = True) -> Iterator[dict[str, Any]]:
    """Every schema within a schema; those in conditions only where asked for."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key in DATA or (key in CONDITIONS and not conditions):
                continue
            for each in inner.values() if key in BY_NAME else (inner,):
                yield from parts(each, conditions=conditions)
    elif isinstance(value, list):
        for inner in value:
            yield from parts(inner, conditions=conditions)


@pytest.mark.parametrize("name", NAMES)
class TestEverySchema:
    def test_is_a_schema_of_its_dialect_under_its_own_name(self, name: str) -> None:
        made = schema(name)
        assert made["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        assert made["$id"] == f"urn:kap-model:{name}:1"
        Draft202012Validator.check_schema(made)

    def test_is_shipped_as_it_is_made(self, name: str) -> None:
        files = resources.files("kap_model") / "schemas"
        shipped = (files / f"{name}.schema.json").read_text(encoding="utf-8")
        assert shipped == schema_text(name), f"run docs/generate.py: {name} is stale"

    def test_text_is_the_schema(self, name: str) -> None:
        text = schema_text(name)
        assert json.loads(text) == schema(name)
        assert text.isascii()
        assert text.endswith("}\n")

    def test_objects_take_no_other_key(self, name: str) -> None:
        for part in parts(schema(name), conditions=False):
            if part.get("type") == "object" and "properties" in part:
                chosen = [
                    branch["then"]["$ref"]
                    for branch in part.get("allOf", ())
                    if "$ref" in branch["then"]
                ]
                assert part.get("additionalProperties") is False or chosen

    def test_says_what_everything_is(self, name: str) -> None:
        for part in parts(schema(name), conditions=False):
            described = [*part.get("properties", {}).values(), *part.get("$defs", {}).values()]
            if part.get("type") == "object":
                assert part["title"]
                described.append(part)
            for each in described:
                assert each["description"].endswith("."), each
        for each in schema(name).get("$defs", {}).values():
            assert each["title"]

    def test_every_definition_is_there_and_used(self, name: str) -> None:
        made = schema(name)
        used = {part["$ref"] for part in parts(made) if "$ref" in part}
        assert used == {f"#/$defs/{each}" for each in made["$defs"]}

    def test_an_error_is_never_one_of_many_forms(self, name: str) -> None:
        for part in parts(schema(name)):
            assert not {"oneOf", "anyOf"} & set(part)

    def test_patterns_are_read_alike_everywhere(self, name: str) -> None:
        patterns = [part["pattern"] for part in parts(schema(name)) if "pattern" in part]
        assert len(patterns) >= 2
        for pattern in patterns:
            assert DIALECTAL.search(pattern) is None, pattern

    def test_examples_keep_it(self, name: str) -> None:
        made = schema(name)
        assert made["examples"]
        whole = Draft202012Validator(made)
        for part in parts(made):
            for example in part.get("examples", ()):
                assert [e.message for e in whole.evolve(schema=part).iter_errors(example)] == []

    def test_defaults_keep_it(self, name: str) -> None:
        whole = validator(name)
        for part in parts(schema(name)):
            if "default" in part:
                assert whole.evolve(schema=part).is_valid(part["default"])

    def test_is_made_anew_for_every_caller(self, name: str) -> None:
        made = schema(name)
        made["$defs"].clear()
        made["examples"].clear()
        assert schema(name)["$defs"]
        assert schema(name)["examples"]

    def test_says_what_it_cannot_say(self, name: str) -> None:
        comment = schema(name).get("$comment", "")
        assert (comment == "") == (name == "report")
        for number, sentence in enumerate(BEYOND[name], 1):
            assert f" {number}. {sentence}" in comment
        assert comment.count(".") == sum(1 + each.count(".") for each in BEYOND[name])

    def test_is_printed_by_the_command_line(self, name: str) -> None:
        result = print_schema(argparse.Namespace(name=name))
        assert (result.status, result.output, result.complaints) == (0, schema_text(name), ())


def test_nothing_else_is_shipped() -> None:
    files = (resources.files("kap_model") / "schemas").iterdir()
    assert {each.name for each in files} == {f"{name}.schema.json" for name in NAMES}


@pytest.mark.parametrize("name", ["plans", "", "MARKER"])
def test_an_unknown_schema_is_refused_without_its_name(name: str) -> None:
    with pytest.raises(kap.InvalidValue) as caught:
        schema(name)
    assert str(caught.value) == "name: must be one of " + ", ".join(NAMES)
    result = print_schema(argparse.Namespace(name=name))
    assert result.status == 2
    assert result.output == ""
    assert result.complaints == ("NAME: must be one of " + ", ".join(NAMES),)


@pytest.mark.parametrize("name", LOADERS)
def test_examples_load(name: str) -> None:
    for example in schema(name)["examples"]:
        assert LOADERS[name](json.dumps(example))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_examples_keep_it(name: str) -> None:
    for file in SHIPPED[name]:
        with open(file, encoding="utf-8") as text:  # noqa: PTH123 - a path as commands take it
            validator(name).validate(json.load(text))


@pytest.mark.parametrize("name", ["protocol", "waivers"])
def test_a_practice_s_own_rules_can_be_named(name: str) -> None:
    own = own_rule("OWN-RULE")
    document: dict[str, Any] = {"schema": "kap-model/protocol/1", "id": "p"}
    if name == "protocol":
        document["severities"] = {own.id: "advice"}
    else:
        row = {"rule": own.id, "reason": "r", "by": "b", "on": "2027-01-01"}
        document = {"schema": "kap-model/waivers/1", "waivers": [row]}
    assert not validator(name).is_valid(document)
    wider = Draft202012Validator(schema(name, rules=(*kap.RULES, own)))
    wider.validate(document)


class TestErrorsAreReadable:
    """The branch that was meant is the only one that is told about."""

    def errors(self, name: str, document: Any) -> list[tuple[str, str]]:
        found = validator(name).iter_errors(document)
        return sorted((error.json_path, error.message) for error in found)

    def test_of_a_session_that_has_another_kind_s_key(self) -> None:
        plan = schema("plan")["examples"][0]
        plan["sessions"][0]["level"] = "low"
        (error,) = self.errors("plan", plan)
        assert error[0] == "$.sessions[0]"
        assert "'level' was unexpected" in error[1]

    def test_of_an_outcome_on_a_session_that_was_not_held(self) -> None:
        plan = schema("plan")["examples"][0]
        plan["sessions"][1]["status"] = "planned"
        assert self.errors("plan", plan) == [("$.sessions[1].status", "'completed' was expected")]

    @pytest.mark.parametrize("wrong", [5, None, [], "dosing"])
    def test_of_a_session_that_is_no_object(self, wrong: Any) -> None:
        plan = schema("plan")["examples"][0]
        plan["sessions"] = [wrong]
        (error,) = self.errors("plan", plan)
        assert error[0] == "$.sessions[0]"
        assert "is not of type 'object'" in error[1]

    def test_of_a_kind_that_there_is_not(self) -> None:
        plan = schema("plan")["examples"][0]
        plan["sessions"][0]["kind"] = "dose"
        (error,) = self.errors("plan", plan)
        assert error[0] == "$.sessions[0].kind"
        assert "is not one of ['consultation', " in error[1]

    def test_of_a_rate_that_its_item_cannot_have(self) -> None:
        fees = schema("fees")["examples"][0]
        citation = fees["fees"][0]["citation"]
        rate = {"type": "hourly", "amount": "1.00"}
        fees["fees"] = [{"item": "supply", "rate": rate, "citation": citation}]
        (error,) = self.errors("fees", fees)
        assert error == ("$.fees[0].rate.type", "'hourly' is not one of ['flat', 'by-label']")

    def test_of_a_limit_that_is_neither_off_nor_its_form(self) -> None:
        protocol = schema("protocol")["examples"][0]
        (line,) = protocol["limits"]["dosing_gap_days"]
        line["value"] = "none"
        place = "$.limits.dosing_gap_days[0].value"
        assert self.errors("protocol", protocol) == [(place, "'off' was expected")]
        line["value"] = 7
        assert self.errors("protocol", protocol) == [(place, "7 is not of type 'object'")]


class TestReports:
    """What a check says keeps the schema of reports, and nothing less or more does."""

    @settings(max_examples=scaled(60))
    @given(strategies.plans(8), strategies.protocols(), strategies.moments(), st.data())
    def test_every_report_keeps_it(
        self, plan: kap.Plan, protocol: kap.CareProtocol, as_of: Any, data: st.DataObject
    ) -> None:
        waivers = data.draw(st.lists(strategies.waivers(), max_size=2))
        report = kap.check(plan, protocol, as_of=as_of, waivers=waivers)
        validator("report").validate({"reports": [report.to_dict()]})

    def test_the_command_line_keeps_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        main(["check", "--format", "json", BROKEN, KINGSLEY])
        printed = json.loads(capsys.readouterr().out)
        assert len(printed["reports"]) == 2
        validator("report").validate(printed)

    def test_every_key_is_there_and_no_other(self) -> None:
        (example,) = schema("report")["examples"]
        whole = validator("report")
        for path in ("reports", 0), ("reports", 0, "findings", 0):
            document = json.loads(json.dumps(example))
            holder = document
            for step in path:
                holder = holder[step]
            for key in list(holder):
                value = holder.pop(key)
                assert not whole.is_valid(document), key
                holder[key] = value
            assert whole.is_valid(document)
            holder["other"] = None
            assert not whole.is_valid(document)

    @pytest.mark.parametrize(
        ("key", "accepted", "refused"),
        [
            ("verdict", ["violated", "unknown", "pending"], ["satisfied", "not-applicable", None]),
            ("due", [None, "2027-01-04", "2027-01-04T00:00:00-08:00"], ["soon", 5, "2027-01-04T"]),
            ("observed", [None, "2 dosings"], [2, ["2"]]),
            ("waived", [True, False], [None, 0]),
        ],
    )
    def test_each_value_is_of_its_form(self, key: str, accepted: Any, refused: Any) -> None:
        (example,) = schema("report")["examples"]
        finding = example["reports"][0]["findings"][0]
        for value in accepted:
            finding[key] = value
            assert validator("report").is_valid(example)
        for value in refused:
            finding[key] = value
            assert not validator("report").is_valid(example)

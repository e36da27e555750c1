"""One declaration a document: what is read swiftly is sound, and each kind loads by itself."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given, settings, strategies as st

import kap_model as kap
from documents.test_schema_agreement import DOORS, SAMPLES
from kap_model.documents import _forms, _rates, fees, lists, plans, protocols
from kap_model.documents._shape import REFUSED, Choice, Reading, Shape, read_value
from kap_model.errors import DocumentError
from kap_model.limits import LIMITS
from kap_model.testing import cases
from mutations import changed_documents
from profiles import scaled

RULES: Final = frozenset(rule.id for rule in kap.RULES)
KINDS: Final[dict[str, tuple[Any, Any]]] = {
    "plan": (plans.PLAN.read, None),
    "protocol": (protocols._PROTOCOL.read, RULES),
    "fees": (fees._read_schedule, None),
    "waivers": (lists._WAIVERS.read, tuple(RULES)),
    "slots": (lists._SLOTS.read, None),
}


def thorough(kind: str, raw: Any) -> Any:
    """What is read where every field is tried by itself, or the problems."""
    read, given_by = KINDS[kind]
    reading = Reading(given_by, document=raw)
    value: Any = REFUSED
    with contextlib.suppress(Exception):  # the end of a list of problems that is full
        value = read(reading, raw, "$")
    return reading.problems or value


@pytest.mark.law
@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
@settings(max_examples=scaled(60))
def test_what_is_read_swiftly_has_no_problem(kind: str, data: st.DataObject) -> None:
    documents = DOORS[kind].documents
    changed = changed_documents(documents, tuple(SAMPLES[kind]))
    try:
        raw = json.loads(data.draw(documents | changed))
    except ValueError:
        return
    read, given_by = KINDS[kind]
    try:
        found = read_value(read, raw, given_by)
    except DocumentError as error:
        found = list(error.problems)
    assert found == thorough(kind, raw)


def shapes() -> Iterator[tuple[str, Shape]]:
    """Every shape that a module declares."""
    for module in (_forms, _rates, fees, lists, plans, protocols, cases):
        for name, value in vars(module).items():
            if isinstance(value, Shape):
                yield f"{module.__name__.rpartition('.')[2]}.{name}", value
            if isinstance(value, Choice):
                yield from ((f"{name}.{word}", shape) for word, shape in value.shapes.items())
    yield "protocols.line", protocols._line(LIMITS[0].name)


SHAPES: Final = dict(shapes())
HOMES: Final = ("plans", "protocols", "fees", "lists")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_what_a_field_is_tried_in_is_sound(shape: Shape) -> None:
    reading = Reading("USD")
    assert shape._tried(reading.sound(shape)) is None
    assert reading.problems == []
    assert set(shape.sound) <= {key.name for key in shape.keys}


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_what_a_key_is_judged_beside_is_a_key_too(shape: Shape) -> None:
    names = {key.name for key in shape.keys}
    assert len(names) == len(shape.keys)
    for key in shape.keys:
        assert {*key.beside, *(key.alone or ())} <= names - {key.name}


@pytest.mark.parametrize("home", HOMES)
def test_a_kind_of_document_loads_by_itself(home: str) -> None:
    strangers = {"fees", "planning", "pricing", *(f"documents.{kind}" for kind in HOMES)}
    strangers -= {home, f"documents.{home}"}
    code = (
        f"import sys, kap_model.documents.{home}; "
        f"print([m for m in {sorted(strangers)} if 'kap_model.' + m in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"

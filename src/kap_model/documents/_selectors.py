"""Selectors and windows in protocol documents: which sessions a house rule means, how far apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final

from kap_model.documents._forms import ID, choice, named, where, whole
from kap_model.documents._shape import REFUSED, Form, Key, Reading, Schema, Shape
from kap_model.errors import InvalidValue, Problem
from kap_model.forms.distances import LONGEST_OF, UNITS, Unit, Within
from kap_model.forms.selectors import KINDS_WITH, PHASES, Selector
from kap_model.limits import LONGEST
from kap_model.sessions import FORMATS, KINDS, PLACES

IN_PYTHON: Final = {"from": "from_", "while": "while_"}
"""Keys that are words of Python, by the names that they have there."""
_OF_PYTHON: Final = re.compile(r"^(from|while)_(?=[.[]|$)")


def made(cls: Callable[..., Any], values: Mapping[str, Any]) -> Any:
    """A value of its keys, refused by the names that these have in documents."""
    try:
        return cls(**{IN_PYTHON.get(name, name): value for name, value in values.items()})
    except InvalidValue as error:
        problems = [Problem(_OF_PYTHON.sub(r"\1", p.path), p.reason) for p in error.problems]
    raise InvalidValue(problems)


# Selectors.


def _some(item: Schema) -> Schema:
    return {"type": "array", "items": item, "minItems": 1, "uniqueItems": True}


def _shortest(words: tuple[str, ...]) -> str | list[str]:
    return words[0] if len(words) == 1 else list(words)


def _one_or_some(item: Form) -> Form:
    """A word, or a list of words."""
    schema = {"if": {"type": "array"}, "then": _some(item.schema), "else": item.schema}
    return Form(schema, write=_shortest)


def _with_kind(field: str) -> Schema:
    """What must hold of the kinds beside a field that not all have."""
    has = {"enum": list(KINDS_WITH[field])}
    kind = {"if": {"type": "array"}, "then": {"contains": has}, "else": has}
    return {"if": {"required": [field]}, "then": {"properties": {"kind": kind}}}


def _alone(ordinal: str, *others: str) -> Schema:
    without = {"properties": dict.fromkeys(others, False)}
    return {"if": {"required": [ordinal]}, "then": without}


_ORDINAL: Final = whole(1, LONGEST)
_SELECTOR: Final = Shape(
    Selector,
    "Selector",
    "Which sessions: of a kind or of several, and as needed of a place, a format, a level, a "
    "route, and by their number among these.",
    (
        Key("kind", _one_or_some(choice(KINDS)), "A kind of session, or several."),
        Key("place", _one_or_some(choice(PLACES)), "Only sessions held in one of these places."),
        Key(
            "format",
            _one_or_some(choice(FORMATS)),
            "Only sessions held so; a session of a kind without a format is not selected.",
            beside=("kind",),
        ),
        Key(
            "level",
            _one_or_some(ID),
            "Only dosings for which one of these levels is recorded.",
            beside=("kind",),
        ),
        Key(
            "route",
            _one_or_some(ID),
            "Only dosings for which one of these routes is recorded.",
            beside=("kind",),
        ),
        Key("phase", choice(PHASES), "Only sessions of the course, or of maintenance after it."),
        Key("first", _ORDINAL, "The first so many of them."),
        Key("nth", _ORDINAL, "The one with this number."),
        Key("every", _ORDINAL, "The one with this number, with twice this number and so on."),
        Key(
            "from",
            _ORDINAL,
            "The one with this number and the later ones.",
            get=attrgetter("from_"),
        ),
    ),
    sound={"kind": "dosing"},
    make=lambda **values: made(Selector, values),
    more={
        "allOf": [
            _with_kind("format"),
            _with_kind("level"),
            _with_kind("route"),
            _alone("first", "nth", "every", "from"),
            _alone("nth", "every", "from"),
            _alone("every", "from"),
        ],
        "examples": [{"kind": "dosing", "place": "remote", "first": 2}],
    },
)


def read_selector(reading: Reading, raw: Any, path: str) -> Any:
    if isinstance(raw, dict):
        return _SELECTOR.read(reading, raw, path)
    if not isinstance(raw, str | list):
        reading.add(path, "must be a kind of session, a list of kinds or an object")
        return REFUSED
    try:
        return Selector(raw)
    except InvalidValue as error:
        for problem in error.problems:
            reading.add(path + problem.path.removeprefix("kind"), problem.reason)
    return REFUSED


def _write_selector(selector: Selector) -> Any:
    written = _SELECTOR.write(selector)
    return written["kind"] if len(written) == 1 else written


SELECTS: Final = Form(named("selector").schema, read_selector, _write_selector)


# Distances.


def _longest(unit: Unit) -> Schema:
    most = {"maximum": LONGEST_OF[unit]}
    return {"if": where("unit", unit), "then": {"properties": {"min": most, "max": most}}}


AN_END: Final[Schema] = {"if": {"not": {"required": ["min"]}}, "then": {"required": ["max"]}}
BY_UNIT: Final[Schema] = {"allOf": [_longest("weeks"), _longest("months")]}
NUMBER: Final = whole(0, LONGEST)
OF_UNITS: Final = (
    "Hours are elapsed, from the earlier session's end to the later one's start; days, weeks and "
    "months are by dates."
)
_WITHIN_SHAPE: Final = Shape(
    Within,
    "Window",
    "How far apart; both ends count, and either may be left out, not both.",
    (
        Key("min", NUMBER, "At least so far; absent = from the start.", beside=("unit",)),
        Key("max", NUMBER, "At most so far; absent = without end.", beside=("min", "unit")),
        Key("unit", choice(UNITS), OF_UNITS),
    ),
    sound={"min": 0, "unit": "hours"},
    more={**AN_END, **BY_UNIT, "examples": [{"min": 1, "max": 3, "unit": "days"}]},
)
WITHIN: Final = named("window", _WITHIN_SHAPE)


def selector_schemas() -> dict[str, Schema]:
    """The definitions of selectors and windows, by name."""
    selector = {
        "title": "Selector",
        "description": "A kind of session, a list of kinds, or an object that says more.",
        "if": {"type": "object"},
        "then": named("selector-object").schema,
        "else": _one_or_some(choice(KINDS)).schema,
    }
    return {
        "selector": selector,
        "selector-object": _SELECTOR.schema(),
        "window": _WITHIN_SHAPE.schema(),
    }

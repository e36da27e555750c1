"""Reading a document's objects into values, with every problem found on the way.

A value's constructor is the only judge of its fields. To find all problems of an object at once,
each field is tried by itself in an otherwise sound instance of the same class.
"""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from kap_model._values import MOST_PROBLEMS
from kap_model.documents import _json
from kap_model.documents._json import RepeatedKeys
from kap_model.errors import DocumentError, InvalidValue, Problem

_LONGEST_HINTED: Final = 40


class _Enough(Exception):
    """The list of problems is full."""


class _Refused:
    """What stands for a value that could not be read."""


REFUSED: Final = _Refused()


class Problems:
    """The problems of one document, bounded."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, path: str, reason: str) -> None:
        """Note one problem; at the bound, stop reading."""
        if len(self.found) == MOST_PROBLEMS:
            self.found.append(Problem("$", f"has more problems than these {MOST_PROBLEMS}"))
            raise _Enough
        self.found.append(Problem(path, reason))

    def unknown_key(self, path: str, key: str, known: Iterable[str], thing: str = "key") -> None:
        """Note a key that nothing knows, without its name; a near miss gets a hint."""
        near: list[str] = []
        if len(key) <= _LONGEST_HINTED:
            near = difflib.get_close_matches(key, list(known), n=1, cutoff=0.75)
        hint = f"; did you mean {near[0]}?" if near else ""
        self.add(path, f"has an unknown {thing}{hint}")


Nested: TypeAlias = Callable[[Problems, Any, str], Any]


@frozen
class Shape:
    """How a document writes the values of one class.

    Attributes:
        make: The class's constructor.
        keys: Every key that belongs there.
        required: The keys that must be there.
        sound: Arguments of a sound instance, in which each field is tried.
        beside: For a field that is judged together with others: their names.
        permissive: Arguments that let a field pass where those others are refused themselves.
        nested: Readers of the fields that are objects, or arrays of objects.
        arrays: The fields that are arrays of plain values.
        elsewhere: Keys of sibling classes, for a clearer reason.
        whole: Notes problems that no single field has.
        schema: What ``schema`` must say, on a whole document.
    """

    make: Callable[..., Any]
    keys: tuple[str, ...]
    required: tuple[str, ...]
    sound: Mapping[str, Any]
    beside: Mapping[str, tuple[str, ...]] = field(factory=dict)
    permissive: Mapping[str, Mapping[str, Any]] = field(factory=dict)
    nested: Mapping[str, Nested] = field(factory=dict)
    arrays: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    whole: Callable[[Problems, dict[str, Any], str], None] | None = None
    schema: str | None = None


def read_document(raw: Any, reader: Nested) -> Any:
    """The value of a whole document.

    Raises:
        DocumentError: With all problems, at most 100 and a last line that says there are more.
    """
    problems = Problems()
    value: Any = REFUSED
    with contextlib.suppress(_Enough):
        value = reader(problems, raw, "$")
    if problems.found:
        raise DocumentError(problems.found)
    return value


def read_text(text: str | bytes, reader: Nested, dump: Callable[[Any], str]) -> Any:
    """The value of a document's text, which can be written again.

    Raises:
        DocumentError: With all problems.
    """
    raw = _json.parse(text)
    _json.refuse_deep_nesting(text)
    value = read_document(raw, reader)
    refuse_outgrown(text, value, dump)
    return value


def refuse_outgrown(text: str | bytes, value: Any, dump: Callable[[Any], str]) -> None:
    """Refuse a document whose canonical form is too large: what is accepted is accepted again."""
    if _json.may_outgrow(text):
        dump(value)


def read_object(problems: Problems, raw: Any, path: str, shape: Shape) -> Any:
    """One object as a value, or ``REFUSED`` with its problems noted."""
    before = len(problems.found)
    if not check_object(problems, raw, path):
        return REFUSED
    named = raw.get("schema")
    if shape.schema is not None and type(named) is str and named != shape.schema:
        problems.add(f"{path}.schema", f"must be {shape.schema}")
        return REFUSED  # another kind of document: its other problems would only confuse
    _note_keys(problems, raw, path, shape)
    values: dict[str, Any] = {}
    for key in shape.keys:
        if key in raw:
            value = _read_field(problems, raw, path, key, shape)
            if value is not REFUSED:
                values[key] = value
    if shape.whole is not None:
        shape.whole(problems, raw, path)
    if len(problems.found) > before:
        return REFUSED
    try:
        return shape.make(**values)
    except InvalidValue as error:
        note_refusal(problems, path, error)
        return REFUSED


def _note_keys(problems: Problems, raw: dict[str, Any], path: str, shape: Shape) -> None:
    for key in raw:
        if key in shape.elsewhere and key not in shape.keys:
            problems.add(f"{path}.{key}", "does not belong here")
        elif key not in shape.keys:
            problems.unknown_key(path, key, shape.keys)
    for key in shape.required:
        if key not in raw:
            problems.add(path, f"lacks {key}")


def read_list(problems: Problems, raw: Any, path: str, reader: Nested) -> Any:
    """One array as a tuple of values, or ``REFUSED`` with its problems noted."""
    if type(raw) is not list:
        problems.add(path, "must be an array")
        return REFUSED
    values = [reader(problems, item, f"{path}[{index}]") for index, item in enumerate(raw)]
    return REFUSED if any(value is REFUSED for value in values) else tuple(values)


def check_object(problems: Problems, raw: Any, path: str) -> bool:
    """Whether this is an object that names each key once; notes it where not."""
    if isinstance(raw, RepeatedKeys):
        problems.add(path, "has a key twice")
    if not isinstance(raw, dict):
        problems.add(path, "must be an object")
        return False
    return True


def _read_field(problems: Problems, raw: dict[str, Any], path: str, key: str, shape: Shape) -> Any:
    value, place = raw[key], f"{path}.{key}"
    if value is None:
        advice = "" if key in shape.required else "; leave the key out"
        problems.add(place, f"must not be null{advice}")
        return REFUSED
    if key in shape.arrays and type(value) is not list:
        problems.add(place, "must be an array")
        return REFUSED
    if key in shape.nested:
        return shape.nested[key](problems, value, place)
    refusal = _refusal(shape, key, value, raw)
    if refusal is None:
        return value
    note_refusal(problems, path, refusal)
    return REFUSED


def _refusal(shape: Shape, key: str, value: Any, raw: dict[str, Any]) -> InvalidValue | None:
    """Why the class refuses a field, in a sound instance with the fields beside it."""
    arguments = {**shape.sound, **shape.permissive.get(key, {})}
    for other in shape.beside.get(key, ()):
        if other not in raw:
            arguments.pop(other, None)
            arguments |= {k: v for k, v in shape.sound.items() if k == other}
        elif _alone(shape, other, raw[other]) is None:
            arguments[other] = raw[other]
    return _tried(shape, {**arguments, key: value})


def _alone(shape: Shape, key: str, value: Any) -> InvalidValue | None:
    return _tried(shape, {**shape.sound, **shape.permissive.get(key, {}), key: value})


def _tried(shape: Shape, arguments: dict[str, Any]) -> InvalidValue | None:
    try:
        shape.make(**arguments)
    except InvalidValue as error:
        return error
    return None


def note_refusal(problems: Problems, path: str, error: InvalidValue) -> None:
    """Note why a constructor refused, below the path of what it was to make."""
    for problem in error.problems:
        place = problem.path
        separator = "." if place and not place.startswith("[") else ""
        problems.add(f"{path}{separator}{place}", problem.reason)

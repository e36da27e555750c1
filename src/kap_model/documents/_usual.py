"""Usual values in protocol documents: dated, cited lines of each, or one value by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any, Final

from kap_model.citations import Citation
from kap_model.documents._forms import (
    CITATION,
    DATE,
    PACE,
    SOUND_CITATION,
    array,
    array_of,
    named,
    note_repeated_dates,
    whole,
    word_or,
)
from kap_model.documents._shape import REFUSED, Form, Key, Reading, Schema, Shape, strict
from kap_model.limits import OFF
from kap_model.sessions import KINDS
from kap_model.usual import USUAL_OF_NAME, USUALS, UsualSpec, UsualValue

ITSELF: Final = Citation(source="This protocol", where="usual")
"""Who says so, where a document has a value by itself."""
_MINUTES: Final = "minutes"
_NAMES: Final = tuple(dict.fromkeys(spec.name.partition(".")[0] for spec in USUALS))


def read_usual(reading: Reading, raw: Any, path: str) -> Any:
    """The lines of an object of usual values, or ``REFUSED`` with its problems noted."""
    if not reading.is_object(raw, path):
        return REFUSED
    parts = list(_parts(reading, raw, path))
    return REFUSED if REFUSED in parts else tuple(line for part in parts for line in part)


def _parts(reading: Reading, raw: dict[str, Any], path: str) -> Iterator[Any]:
    for name, said in raw.items():
        place = f"{path}.{name}"
        if name not in _NAMES:
            reading.add_unknown(path, name, _NAMES, "usual value")
        elif name != _MINUTES:
            yield _read_lines(USUAL_OF_NAME[name], reading, said, place)
        elif reading.is_object(said, place):
            yield from _lengths(reading, said, place)


def _lengths(reading: Reading, raw: dict[str, Any], path: str) -> Iterator[Any]:
    for kind, said in raw.items():
        if kind in KINDS:
            spec = USUAL_OF_NAME[f"{_MINUTES}.{kind}"]
            yield _read_lines(spec, reading, said, f"{path}.{kind}")
        else:
            reading.add_unknown(path, kind, KINDS, "kind of session")


def _read_lines(spec: UsualSpec, reading: Reading, raw: Any, path: str) -> Any:
    """A list of lines; a value by itself is one line throughout, which the document says."""
    if type(raw) is list:
        note_repeated_dates(reading, raw, path)
        return array_of(_line(spec).read)(reading, raw, path)
    value = _read_value(spec, reading, raw, path)
    if value is REFUSED:
        return REFUSED
    return (UsualValue(name=spec.name, value=value, citation=ITSELF),)


def _read_value(spec: UsualSpec, reading: Reading, raw: Any, path: str) -> Any:
    if type(raw) is str and raw == OFF:
        return OFF
    # A document has a pace with its unit: a bare number could be days or weeks.
    judged = "" if spec.is_pace and type(raw) is int else raw
    return reading.checked(spec.read, judged, path)


def _written(spec: UsualSpec, value: Any) -> Any:
    return PACE.written(value) if spec.is_pace and value != OFF else value


@cache
def _line(spec: UsualSpec) -> Shape:
    """The shape of the lines of one usual value."""
    return Shape(
        UsualValue,
        "Usual value",
        "One dated, cited line of what is usual.",
        (
            Key(
                "value",
                Form({}, partial(_read_value, spec), partial(_written, spec)),
                f'What is usual, or "{OFF}" where nothing is any more.',
                judged=False,
            ),
            Key("since", DATE, "The first date on which it is usual; absent = throughout."),
            Key("citation", CITATION, "Who says so.", judged=False),
        ),
        sound={"value": OFF, "citation": SOUND_CITATION},
        make=partial(UsualValue, name=spec.name),
    )


def write_usual(lines: Iterable[UsualValue]) -> dict[str, Any]:
    """Lines in canonical order as a document has them, each spelled out."""
    written: dict[str, Any] = {}
    for line in lines:
        name, _, kind = line.name.partition(".")
        holder = written.setdefault(name, {}) if kind else written
        row = _line(USUAL_OF_NAME[line.name]).write(line)
        holder.setdefault(kind or name, []).append(row)
    return written


def usual_line() -> Schema:
    """The schema of a line, whatever its value."""
    return _line(USUALS[0]).schema()


def usual_schema() -> Schema:
    """The schema of the object of usual values."""
    parts = {spec.name: _lines_schema(spec) for spec in USUALS}
    lengths: dict[str, Schema] = {kind: parts.pop(f"{_MINUTES}.{kind}") for kind in KINDS}
    minutes = strict(lengths, (), title="Usual lengths", description="Lengths in minutes, by kind.")
    return strict(
        {name: parts.get(name, minutes) for name in _NAMES},
        (),
        title="Usual values",
        description="What the practice calls typical or recommended. No rule reads it; drafts and "
        "completions start from it where no option is given.",
    )


def _lines_schema(spec: UsualSpec) -> Schema:
    says = f"{spec.says[:1].upper()}{spec.says[1:]}"
    number = whole(spec.lowest, spec.highest).schema
    pace = {"if": {"const": OFF}, "else": PACE.schema}
    value = pace if spec.is_pace else word_or((OFF,), number)
    row = {**named("usual-line").schema, "properties": {"value": {"description": says, **value}}}
    lines = array(row, "One line or more, each for dates of its own.", minItems=1)
    itself = "A value by itself stands for one line throughout, which this protocol says."
    return {
        "description": f"{says}. {itself}",
        "if": {"type": "array"},
        "then": lines,
        "else": value,
    }

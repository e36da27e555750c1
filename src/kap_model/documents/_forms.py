"""The forms that documents share, and how their schemas are put together.

Patterns keep to what every dialect of regular expressions reads alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from attrs import evolve

from kap_model._time import zone
from kap_model._values import LARGEST_INTEGER, LONGEST_TEXT
from kap_model.citations import Citation
from kap_model.documents._shape import REFUSED, Choice, Form, Key, Read, Reading, Schema, Shape
from kap_model.limits import LONGEST, Bounds
from kap_model.usual import pace_of

# What a form may say.


def choice(words: Iterable[str]) -> Form:
    """One of some words."""
    return Form({"enum": list(words)})


def whole(lowest: int, highest: int = LARGEST_INTEGER) -> Form:
    """A whole number between two bounds, ends included."""
    return Form({"type": "integer", "minimum": lowest, "maximum": highest})


def named(name: str, of: Shape | Choice | None = None) -> Form:
    """A form that schemas know by a name: an object of a shape, else a plain value."""
    schema = {"$ref": f"#/$defs/{name}"}
    return Form(schema) if of is None else Form(schema, of.read, of.write)


def described(form: Form, says: str) -> Form:
    """A form with what it means where it stands in no key."""
    return evolve(form, schema={"description": says, **form.schema})


def many(item: Form, **more: Any) -> Form:
    """An array of one form, as a tuple; ``more`` are keywords of its schema."""
    schema = {"type": "array", "items": item.schema, **more}
    if item.read is None:
        return Form(schema, _plain_array, list)
    return Form(schema, array_of(item.read), lambda values: [item.written(each) for each in values])


def array_of(read: Read) -> Read:
    """Reads an array, each item of it as given; ``REFUSED`` where one is."""

    def read_array(reading: Reading, raw: Any, path: str) -> Any:
        if not reading.is_array(raw, path):
            return REFUSED
        values = [read(reading, item, f"{path}[{index}]") for index, item in enumerate(raw)]
        return REFUSED if any(value is REFUSED for value in values) else tuple(values)

    return read_array


def _plain_array(reading: Reading, raw: Any, path: str) -> Any:
    return raw if reading.is_array(raw, path) else REFUSED


def array(items: Schema, description: str, **more: Any) -> Schema:
    """The schema of an array, with what it means."""
    return {"description": description, "type": "array", "items": items, **more}


def word_or(words: tuple[str, ...], other: Schema) -> Schema:
    """The schema of one of some words, or of something that is no text."""
    word = {"const": words[0]} if len(words) == 1 else {"enum": list(words)}
    return {"if": {"type": "string"}, "then": word, "else": other}


def where(key: str, *words: str) -> Schema:
    """The condition that a key says one of some words."""
    said = {"const": words[0]} if len(words) == 1 else {"enum": list(words)}
    return {"type": "object", "properties": {key: said}, "required": [key]}


def only_where(key: str, *words: str) -> Schema:
    """What must hold beside a key that belongs only where another one says some word."""
    condition = where(key, *words)
    return {"properties": condition["properties"], "required": condition["required"]}


def chosen_by(
    key: str, branches: Mapping[str, str], *, title: str, description: str, says: str
) -> Schema:
    """An object whose form one key's word chooses, so that only that form's errors are told.

    Args:
        key: The key.
        branches: For each word, the name of its form.
        title: The object's name.
        description: What it is.
        says: What the key means.
    """
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": {key: {"description": says, **choice(branches).schema}},
        "required": [key],
        "allOf": [
            {"if": where(key, word), "then": named(name).schema} for word, name in branches.items()
        ],
    }


# The forms themselves.


KIND_OF_DOCUMENT: Final = "Which kind of document this is."
"""What ``schema`` means, in every document."""


def _in_utc(seconds: int) -> str:
    return zone("UTC").text(seconds)


FLAG: Final = Form({"type": "boolean"})
ID: Final = named("id")
TEXT: Final = named("text")
DATE: Final = evolve(named("date"), write=dt.date.isoformat)
TIME: Final = evolve(named("time"), write=_in_utc)
ZONE: Final = named("zone")
PACE: Final = evolve(named("pace"), write=pace_of)

_CITATION: Final = Shape(
    Citation,
    "Citation",
    "Who says so, and where.",
    (
        Key("source", TEXT, "The document, as a reader would look for it."),
        Key("where", TEXT, "The step, section or paragraph in it."),
    ),
    sound={"source": "s", "where": "w"},
    more={"examples": [{"source": "House protocol", "where": "section 2"}]},
)
BOUNDS_SHAPE: Final = Shape(
    Bounds,
    "Range",
    "A lowest and a highest number; either may be left out, not both.",
    (
        Key("min", whole(0, LONGEST), "The lowest number, itself included; absent = no lowest."),
        Key(
            "max",
            whole(0, LONGEST),
            "The highest number, itself included; absent = no highest.",
            beside=("min",),
        ),
    ),
    sound={"min": 0},
    more={"minProperties": 1, "examples": [{"min": 6, "max": 6}, {"min": 6, "max": 8}, {"min": 7}]},
)
CITATION: Final = named("citation", _CITATION)
SOUND_CITATION: Final = _CITATION.sound
BOUNDS: Final = named("range", BOUNDS_SHAPE)


# Lines of one thing, each for dates of its own.


def note_repeated_dates(reading: Reading, lines: Any, path: str) -> None:
    """Note that there are no lines of one thing, or several for one date."""
    if lines == []:
        reading.add(path, "must hold at least one line")
    rows = enumerate(lines if type(lines) is list else ())
    note_repeated(reading, [(f"{path}[{index}]", line) for index, line in rows])


def note_repeated(reading: Reading, lines: list[tuple[str, Any]]) -> None:
    """Note lines of one thing, each with its path, that are for one date."""
    seen: set[str | None] = set()
    for path, line in lines:
        since = line.get("since") if isinstance(line, dict) else ()
        if not isinstance(since, (str, type(None))):
            continue
        if since in seen and since is None:
            reading.add(path, "must have a since, as another line has none")
        elif since in seen:
            reading.add(f"{path}.since", "must be a date that no other line has")
        seen.add(since)


# What schemas say of them.


def _line(pattern: str, title: str, description: str, **more: Any) -> Schema:
    """A text of one line; some dialects let the end of a pattern stand before a last newline."""
    lone = {"type": "string", "pattern": f"^{pattern}$", "not": {"pattern": "\\n"}}
    return {"title": title, "description": description, **lone, **more}


_MONTH_DAY: Final = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_HOUR: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK: Final = f"{_HOUR}:[0-5][0-9]"
_OFFSET: Final = (
    "(Z|[+](0[0-9]|1[0-3]):[0-5][0-9]|-(0[1-9]|1[0-3]):[0-5][0-9]"
    "|-00:(0[1-9]|[1-5][0-9])|[+-]14:00)"
)
# The first and the last date reach into the years 1980 to 2199 by their offset.
_DAY: Final = f"((19[89][0-9]|2[01][0-9][0-9])-{_MONTH_DAY}|1979-12-31|2200-01-01)"
_CONTROLS: Final = "\\x00-\\x1f\\x7f-\\x9f\u2028\u2029"
_SPACES: Final = " \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_AMOUNT: Final = "(0|[1-9][0-9]{0,15})(\\.[0-9]{1,3})?"

_IDENTIFIER: Final = _line(
    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "Id or label",
    "1 to 64 letters, digits, dots, underscores or hyphens, starting with a letter or digit.",
    examples=["s-1"],
)
_TEXT: Final = _line(
    f"[^{_SPACES}{_CONTROLS}]([^{_CONTROLS}]*[^{_SPACES}{_CONTROLS}])?",
    "Short text",
    f"1 to {LONGEST_TEXT} characters on one line, without spaces at the ends.",
    maxLength=LONGEST_TEXT,
)
_DATE: Final = _line(
    f"(19[0-9][0-9]|2[01][0-9][0-9]|2200)-{_MONTH_DAY}",
    "Date",
    "A date, YYYY-MM-DD, from 1900-01-01 to 2200-12-31.",
    examples=["2027-01-06"],
)
_INSTANT: Final = _line(
    f"{_DAY}T{_CLOCK}{_OFFSET}",
    "Time",
    "RFC 3339 with a capital T, whole seconds and an offset within 14:00 (not -00:00) or Z.",
    examples=["2027-01-18T13:00:00-08:00"],
)
START: Final = _line(
    f"{_DAY}T{_HOUR}(:[0-5][0-9]({_OFFSET})?)?",
    "Start",
    "RFC 3339 as a time, or without an offset a local time of the plan's zone, with seconds or "
    "without.",
    examples=["2027-01-18T13:00:00-08:00", "2027-01-18T13:00"],
)
"""What the schema of plans says of starts."""
_ZONE: Final = _line(
    "[A-Za-z][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]+)*",
    "Time zone",
    "A zone name of the tzdata list, in its exact case.",
    examples=["America/Los_Angeles", "UTC"],
)
# From 1 to 366 days, of four digits at most.
_PACE: Final = _line(
    "((0{0,3}[1-9]|0{0,2}[1-9][0-9]|0?[12][0-9][0-9]|0?3[0-5][0-9]|0?36[0-6])d"
    "|(0{0,3}[1-9]|0{0,2}[1-4][0-9]|0{0,2}5[0-2])w)",
    "Pace",
    "Days or weeks from one dosing to the next, up to 366 days.",
    examples=["2w", "10d"],
)
_CURRENCY: Final = _line("[A-Z]{3}", "Currency", "An ISO 4217 code in capitals.", examples=["USD"])
_PRICE: Final = _line(
    f"({_AMOUNT}|-0(\\.0{{1,3}})?)",
    "Price",
    "An amount as text, never a number, in the schedule's currency; not negative.",
    examples=["185.00"],
)
_SIGNED_AMOUNT: Final = _line(
    f"-?{_AMOUNT}",
    "Amount",
    "An amount as text, never a number, in the schedule's currency; negative to take off.",
    examples=["-25.00"],
)
_PART: Final = _line(
    "((0|[1-9][0-9]{0,2})(\\.[0-9]{1,4})?|-0(\\.0{1,4})?)",
    "Percentage",
    "A percentage as text, never a number; below 1000, not negative.",
    examples=["50", "8.25"],
)
_SIGNED_PART: Final = _line(
    "(-?(0|[1-9][0-9]?)(\\.[0-9]{1,4})?|[1-9][0-9]{2}(\\.[0-9]{1,4})?|-100(\\.0{1,4})?)",
    "Percentage",
    "A percentage as text, never a number; from -100, below 1000.",
    examples=["-10"],
)
SHARED: Final[Mapping[str, Schema]] = {
    "id": _IDENTIFIER,
    "text": _TEXT,
    "date": _DATE,
    "time": _INSTANT,
    "zone": _ZONE,
    "pace": _PACE,
    "currency": _CURRENCY,
    "price": _PRICE,
    "signed-amount": _SIGNED_AMOUNT,
    "percentage": _PART,
    "signed-percentage": _SIGNED_PART,
    "citation": _CITATION.schema(),
    "range": BOUNDS_SHAPE.schema(),
}
"""The forms that documents share, by the name under which schemas refer to them."""


def with_definitions(schema: Schema, own: Mapping[str, Schema] = MappingProxyType({})) -> Schema:
    """A schema with the definitions that it refers to, of its own and shared, and no others."""
    known = {**own, **SHARED}
    used: list[str] = []
    waiting = list(_references(schema))
    while waiting:
        name = waiting.pop(0)
        if name not in used:
            used.append(name)
            waiting += _references(known[name])
    return {**schema, "$defs": {name: known[name] for name in known if name in used}}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rpartition("/")[2]
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)

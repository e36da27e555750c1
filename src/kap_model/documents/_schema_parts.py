"""What the schemas share: builders of schemas as data, and the forms of ids, texts, dates, times.

Patterns keep to what every dialect of regular expressions reads alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import attrs

from kap_model._values import LARGEST_INTEGER, LONGEST_TEXT
from kap_model.citations import Citation
from kap_model.limits import LONGEST, Bounds

Schema: TypeAlias = dict[str, Any]
Properties: TypeAlias = Mapping[str, Schema]

_NONE: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})
_SHOWN_DEFAULTS: Final = (str, int, bool)


def ref(name: str, description: str, **more: Any) -> Schema:
    """A shared form, with what it means here."""
    return {"description": description, "$ref": f"#/$defs/{name}", **more}


def choice(words: Iterable[str], description: str) -> Schema:
    """One of some words."""
    return {"description": description, "enum": list(words)}


def integer(lowest: int, highest: int, description: str, **more: Any) -> Schema:
    """A whole number between two bounds, ends included."""
    bounds = {"type": "integer", "minimum": lowest, "maximum": highest}
    return {"description": description, **bounds, **more}


def count(description: str, lowest: int = 1) -> Schema:
    """A whole number without a highest of its own."""
    return integer(lowest, LARGEST_INTEGER, description)


def flag(description: str) -> Schema:
    """True or false."""
    return {"description": description, "type": "boolean"}


def array(items: Schema, description: str, **more: Any) -> Schema:
    """An array of one form."""
    return {"description": description, "type": "array", "items": items, **more}


def schema_name(name: str) -> Schema:
    """What ``schema`` must say."""
    return {"description": "Which kind of document this is.", "const": name}


def strict(
    properties: Properties, required: Iterable[str], *, title: str, description: str, **more: Any
) -> Schema:
    """An object with these keys and no others."""
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def record(
    cls: type[Any],
    properties: Properties,
    *,
    title: str,
    description: str,
    leading: tuple[str, ...] = (),
    written_as: Mapping[str, tuple[str, ...]] = _NONE,
    optional: tuple[str, ...] = (),
    **more: Any,
) -> Schema:
    """A strict object whose keys, required ones and defaults are those of a class.

    Args:
        cls: The class that a document's object is read into.
        properties: What each key says.
        title: The object's name.
        description: What it is.
        leading: Required keys that stand before the class's own.
        written_as: For a field that a document writes otherwise: its keys there, none required.
        optional: Fields that the class asks for and a document may leave out.
        more: Further keywords.
    """
    fields = {a.alias: a for a in attrs.fields(cls) if a.init}
    keys, required = [*leading], [*leading]
    for name, each in fields.items():
        keys += written_as.get(name, (name,))
        if each.default is attrs.NOTHING and name not in written_as and name not in optional:
            required.append(name)
    said = {key: _with_default(properties[key], fields.get(key)) for key in keys}
    return strict(said, required, title=title, description=description, **more)


def _with_default(schema: Schema, of: attrs.Attribute[Any] | None) -> Schema:
    if of is None or not isinstance(of.default, _SHOWN_DEFAULTS):
        return schema
    return {**schema, "default": of.default}


def chosen_by(key: str, branches: Properties, *, title: str, description: str, says: str) -> Schema:
    """An object whose form one key's word chooses, so that only that form's errors are told."""
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": {key: choice(branches, says)},
        "required": [key],
        "allOf": [{"if": where(key, word), "then": branch} for word, branch in branches.items()],
    }


def where(key: str, *words: str) -> Schema:
    """The condition that a key says one of some words."""
    said = {"const": words[0]} if len(words) == 1 else {"enum": list(words)}
    return {"type": "object", "properties": {key: said}, "required": [key]}


def only_where(key: str, *words: str) -> Schema:
    """What must hold beside a key that belongs only where another one says some word."""
    condition = where(key, *words)
    return {"properties": condition["properties"], "required": condition["required"]}


def word_or(words: tuple[str, ...], other: Schema, description: str) -> Schema:
    """One of some words, or something that is no text."""
    word = {"const": words[0]} if len(words) == 1 else {"enum": list(words)}
    return {"description": description, "if": {"type": "string"}, "then": word, "else": other}


def _line(pattern: str, title: str, description: str, **more: Any) -> Schema:
    """A text of one line; some dialects let the end of a pattern stand before a last newline."""
    lone = {"type": "string", "pattern": f"^{pattern}$", "not": {"pattern": "\\n"}}
    return {"title": title, "description": description, **lone, **more}


_MONTH_DAY: Final = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK: Final = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
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
_ZONE: Final = _line(
    "[A-Za-z][A-Za-z0-9._+-]*(/[A-Za-z0-9._+-]+)*",
    "Time zone",
    "A zone name of the tzdata list, in its exact case.",
    examples=["America/Los_Angeles", "UTC"],
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
_CITATION: Final = record(
    Citation,
    {
        "source": ref("text", "The document, as a reader would look for it."),
        "where": ref("text", "The step, section or paragraph in it."),
    },
    title="Citation",
    description="Who says so, and where.",
    examples=[{"source": "House protocol", "where": "section 2"}],
)
_BOUNDS: Final = record(
    Bounds,
    {
        "min": integer(0, LONGEST, "The lowest number, itself included; absent = no lowest."),
        "max": integer(0, LONGEST, "The highest number, itself included; absent = no highest."),
    },
    title="Range",
    description="A lowest and a highest number; either may be left out, not both.",
    minProperties=1,
    examples=[{"min": 6, "max": 8}, {"min": 7}],
)

SHARED: Final[Properties] = {
    "id": _IDENTIFIER,
    "text": _TEXT,
    "date": _DATE,
    "time": _INSTANT,
    "zone": _ZONE,
    "currency": _CURRENCY,
    "price": _PRICE,
    "signed-amount": _SIGNED_AMOUNT,
    "percentage": _PART,
    "signed-percentage": _SIGNED_PART,
    "citation": _CITATION,
    "range": _BOUNDS,
}
"""The forms that documents share, by the name under which schemas refer to them."""


def with_definitions(schema: Schema, own: Properties = MappingProxyType({})) -> Schema:
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

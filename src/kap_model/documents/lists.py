"""Waiver and slot documents: a list of findings that are accepted, one of open times.

Waivers are the findings that a practice accepts, and why; slots are when new sessions may be held.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._forms import (
    DATE,
    ID,
    KIND_OF_DOCUMENT,
    TEXT,
    TIME,
    choice,
    described,
    many,
    named,
    with_definitions,
)
from kap_model.documents._shape import Document, Form, Key, Reading, Schema, Shape, Unread, tag
from kap_model.rules._rule import Rule
from kap_model.rules.catalogue import RULES
from kap_model.slots import ROLES, OpenSlot, checked_slots
from kap_model.waivers import Waiver

if TYPE_CHECKING:
    from pathlib import Path

WAIVERS_SCHEMA: Final = "kap-model/waivers/1"
SLOTS_SCHEMA: Final = "kap-model/slots/1"


def loads_waivers(text: str | bytes, *, rules: tuple[Rule, ...] = RULES) -> tuple[Waiver, ...]:
    """The waivers of a document, in its order.

    Args:
        text: The document.
        rules: The rules that waivers may name; a practice's own stand beside ours.

    Raises:
        DocumentError: The text is not a waivers document; with all its problems.
    """
    waivers: tuple[Waiver, ...] = _WAIVERS_DOCUMENT.loads(text, _ids_of(rules))
    return waivers


def load_waivers(path: str | Path, *, rules: tuple[Rule, ...] = RULES) -> tuple[Waiver, ...]:
    """The waivers of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a waivers document.
    """
    return loads_waivers(_json.read_bytes(path), rules=rules)


def dumps_waivers(waivers: tuple[Waiver, ...]) -> str:
    """The canonical document of waivers, in their order.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _WAIVERS_DOCUMENT.dumps(waivers)


def loads_slots(text: str | bytes) -> tuple[OpenSlot, ...]:
    """The open slots of a document, in order of start.

    Raises:
        DocumentError: The text is not a slots document, or slots of one role overlap; with all
            its problems.
    """
    slots: tuple[OpenSlot, ...] = _SLOTS_DOCUMENT.loads(text)
    return slots


def load_slots(path: str | Path) -> tuple[OpenSlot, ...]:
    """The open slots of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a slots document.
    """
    return loads_slots(_json.read_bytes(path))


def dumps_slots(slots: tuple[OpenSlot, ...]) -> str:
    """The canonical document of open slots, in UTC.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _SLOTS_DOCUMENT.dumps(slots)


def _themselves(values: Any) -> Any:
    return values


def _list_of(schema: str, key: str, item: Form, meaning: str, **shape: Any) -> Shape:
    """The shape of a document that is one list.

    Args:
        schema: The document's own name.
        key: Where the list stands.
        item: One of it.
        meaning: What it is, for the schema.
        shape: The rest of the shape.
    """
    rows = Key(key, many(item), meaning, _themselves, required=True, judged=False)
    keys = (tag("schema", schema, KIND_OF_DOCUMENT), rows)
    return Shape(None, keys=keys, sound={key: []}, **shape)


def _ids_of(rules: Iterable[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)


def _read_rule(reading: Reading, raw: Any, path: str) -> Any:
    return reading.checked(lambda rule: check_choice(rule, "", reading.given), raw, path)


_WAIVER: Final = Shape(
    Waiver,
    "Waiver",
    "A finding that a practice has looked at and accepts.",
    (
        Key("rule", Form({}, _read_rule), "The rule whose findings are accepted.", judged=False),
        Key("plan", ID, "The plan; absent = any plan."),
        Key(
            "sessions",
            many(described(ID, "The id of a session."), minItems=1, uniqueItems=True),
            "Only findings all of whose sessions are named here; absent = every finding.",
        ),
        Key("reason", TEXT, "Why, in one line."),
        Key("by", ID, "Who decided, a pseudonym."),
        Key("on", DATE, "The date from which it is in force."),
        Key(
            "until",
            DATE,
            "Its last date, not before on; absent = it does not end.",
            beside=("on",),
        ),
    ),
    sound={"rule": Unread("R"), "reason": "r", "by": "b", "on": "1900-01-01"},
)
_SLOT: Final = Shape(
    OpenSlot,
    "Slot",
    "A time in which sessions may be held.",
    (
        Key("start", TIME, "When it opens, with its offset; years 1980 to 2199 in UTC."),
        Key("end", TIME, "When it closes, after its start."),
        Key(
            "role",
            choice(ROLES),
            "Whose time it is: therapist (consultation, preparation, dosing, integration) or "
            "medical (evaluation, review); absent = both.",
        ),
    ),
    sound={"start": "1980-01-01T00:00:00Z", "end": "2199-12-31T23:59:59Z"},
)
_EXAMPLE_WAIVER: Final = {
    "plan": "plan-0042",
    "sessions": ["e1"],
    "reason": "The client came with a referral from a colleague.",
    "by": "t-01",
    "on": "2027-01-05",
    "until": "2027-12-31",
}
_EXAMPLE_SLOT: Final = {
    "start": "2027-02-17T13:00:00-08:00",
    "end": "2027-02-17T17:00:00-08:00",
    "role": "therapist",
}
_WAIVERS: Final = _list_of(
    WAIVERS_SCHEMA,
    "waivers",
    named("waiver", _WAIVER),
    "The waivers.",
    title="Waivers",
    says="Findings that a practice accepts: they stay visible and no longer count.",
    make=lambda waivers: waivers,
)
_SLOTS: Final = _list_of(
    SLOTS_SCHEMA,
    "slots",
    named("slot", _SLOT),
    "The slots, in any order.",
    title="Slots",
    says="When new sessions may be held.",
    make=lambda slots: checked_slots(slots, "slots"),
    more={"examples": [{"schema": SLOTS_SCHEMA, "slots": [_EXAMPLE_SLOT]}]},
)
_WAIVERS_DOCUMENT: Final = Document(
    _WAIVERS.read, _WAIVERS.write, without_health_data=WAIVERS_SCHEMA
)
_SLOTS_DOCUMENT: Final = Document(_SLOTS.read, _SLOTS.write, without_health_data=SLOTS_SCHEMA)


def waivers_schema(rules: tuple[Rule, ...]) -> Schema:
    """The schema of ``kap-model/waivers/1`` where these rules are known."""
    example = {"rule": rules[0].id, **_EXAMPLE_WAIVER}
    whole = _WAIVERS.schema() | {"examples": [{"schema": WAIVERS_SCHEMA, "waivers": [example]}]}
    waiver = _WAIVER.schema(rule=choice(_ids_of(rules)).schema)
    return with_definitions(whole, {"waiver": waiver})


def slots_schema() -> Schema:
    """The schema of ``kap-model/slots/1``."""
    return with_definitions(_SLOTS.schema(), {"slot": _SLOT.schema()})

"""Plan documents, ``kap-model/plan/1``: a strict loader and a canonical dumper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import attrs
import cattrs

from kap_model._time import Zone
from kap_model._values import check_choice
from kap_model.documents import _json
from kap_model.documents._reading import (
    REFUSED,
    Problems,
    Shape,
    check_object,
    read_document,
    read_list,
    read_object,
)
from kap_model.errors import DocumentError, InvalidValue
from kap_model.plan import MOST_SESSIONS, Plan, Supply
from kap_model.sessions import (
    CLASS_OF_KIND,
    DEFAULT_PLACE,
    KINDS,
    SESSION_CLASSES,
    Clinician,
    Session,
)

PLAN_SCHEMA: Final = "kap-model/plan/1"
_KEYS: Final = tuple(a.alias for a in attrs.fields(Plan))
_SESSION_KEYS: Final = (
    "id",
    "start",
    "minutes",
    "place",
    "format",
    "status",
    "clinician",
    "outcome",
    "level",
    "support_person",
    "therapist_present",
    "notice_hours",
)
"""The keys of sessions in canonical order; ``kind`` stands after ``id``."""


def loads(text: str | bytes) -> Plan:
    """The plan of a document.

    Nothing is coerced, guessed or dropped. All problems are found at once, at most 100, each with
    its JSON path and reason, and no value of the document is ever named.

    Raises:
        DocumentError: The text is not a plan document.
    """
    raw = _json.parse(text)
    try:
        plan: Plan = _CONVERTER.structure(raw, Plan)
    except (InvalidValue, TypeError, KeyError, AttributeError) as error:
        refused = error
    else:
        return plan
    # Outside the handler, so that no error carries another one, with its values, along.
    _refuse(text)
    raise refused


def load(path: str | Path) -> Plan:
    """The plan of a document file.

    Raises:
        OSError: The file cannot be read.
        DocumentError: It is not a plan document.
    """
    return loads(read_bytes(path))


def dumps(plan: Plan) -> str:
    """The canonical document of a plan: equal plans have equal text.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    text = _json.write(_CONVERTER.unstructure(plan))
    if len(text.encode("utf-8")) > _json.MOST_BYTES:
        raise _json.refuse("must be at most 1 MB")
    return text


def read_bytes(path: str | Path) -> bytes:
    """A file's bytes, no more of them than would be refused."""
    with Path(path).open("rb") as file:
        return file.read(_json.MOST_BYTES + 1)


def _refuse(text: str | bytes) -> None:
    """Raise all problems of a text that is not a plan; where there are none, return."""
    _json.refuse_deep_nesting(text)
    read_document(_json.parse(text), _read_plan)


# The swift way: take the document apart and let the constructors judge. Whatever is wrong raises
# there, and the thorough way below then says what and where.


def _structure_plan(raw: dict[str, Any], _: object) -> Plan:
    if raw.pop("schema") != PLAN_SCHEMA or None in raw.values():
        raise TypeError("not a plan")
    raw["sessions"] = [_structure_session(item) for item in _array(raw["sessions"])]
    if "supplies" in raw:
        raw["supplies"] = [_structure_supply(item) for item in _array(raw["supplies"])]
    return Plan(**_once(raw))


def _structure_session(raw: dict[str, Any]) -> Session:
    make = CLASS_OF_KIND[_once(raw).pop("kind")]
    if None in raw.values():
        raise TypeError("null")
    if "clinician" in raw:
        raw["clinician"] = Clinician(**_once(raw["clinician"]))
    return make(**raw)


def _structure_supply(raw: dict[str, Any]) -> Supply:
    if None in raw.values():
        raise TypeError("null")
    return Supply(**_once(raw))


def _once(raw: Any) -> dict[str, Any]:
    if type(raw) is not dict:
        raise TypeError("not an object that names each key once")
    return raw


def _array(raw: Any) -> list[Any]:
    if type(raw) is not list:
        raise TypeError("not an array")
    return raw


# The thorough way.

_SOUND_SESSION: Final = {"id": "s", "start": "2027-01-01T00:00:00Z", "minutes": 1}
_SUPPLY: Final = Shape(
    make=Supply,
    keys=("id", "issued", "received", "dosings"),
    required=("id", "issued", "dosings"),
    sound={"id": "s", "issued": "1900-01-01", "dosings": 1},
    beside={"received": ("issued",)},
)
_CLINICIAN: Final = Shape(
    make=Clinician,
    keys=("id", "role"),
    required=("id", "role"),
    sound={"id": "c", "role": "r"},
)


def _read_clinician(problems: Problems, raw: Any, path: str) -> Any:
    return read_object(problems, raw, path, _CLINICIAN)


def _session_shape(cls: type[Session]) -> Shape:
    own = {a.alias for a in attrs.fields(cls) if a.init}

    def make(kind: str = cls.kind, **values: Any) -> Session:
        return cls(**values)

    return Shape(
        make=make,
        keys=("kind", *[key for key in _SESSION_KEYS if key in own]),
        required=("id", "kind", "start", "minutes"),
        sound=_SOUND_SESSION,
        beside={"outcome": ("status",), "notice_hours": ("status",)},
        permissive={"outcome": {"status": "completed"}, "notice_hours": {"status": "cancelled"}},
        nested={"clinician": _read_clinician},
        elsewhere=frozenset(_SESSION_KEYS),
    )


_SESSION_SHAPES: Final = {cls.kind: _session_shape(cls) for cls in SESSION_CLASSES}


def _read_session(problems: Problems, raw: Any, path: str) -> Any:
    if not check_object(problems, raw, path):
        return REFUSED
    kind = raw.get("kind")
    if type(kind) is not str or kind not in _SESSION_SHAPES:
        reason = "must be one of " + ", ".join(KINDS)
        problems.add(*((f"{path}.kind", reason) if "kind" in raw else (path, "lacks kind")))
        return REFUSED
    return read_object(problems, raw, path, _SESSION_SHAPES[kind])


def _read_sessions(problems: Problems, raw: Any, path: str) -> Any:
    if type(raw) is list and len(raw) > MOST_SESSIONS:
        problems.add(path, "must be at most 10,000")
        return REFUSED
    return read_list(problems, raw, path, _read_session)


def _read_supplies(problems: Problems, raw: Any, path: str) -> Any:
    return read_list(problems, raw, path, lambda p, item, at: read_object(p, item, at, _SUPPLY))


def _note_repeated_ids(problems: Problems, raw: dict[str, Any], path: str) -> None:
    seen: set[str] = set()
    for key in ("sessions", "supplies"):
        items = raw.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            identifier = item.get("id") if isinstance(item, dict) else None
            if isinstance(identifier, str) and identifier in seen:
                problems.add(
                    f"{path}.{key}[{index}].id", "must be unique over sessions and supplies"
                )
            elif isinstance(identifier, str):
                seen.add(identifier)


def _make_plan(schema: str = PLAN_SCHEMA, **values: Any) -> Plan:
    check_choice(schema, "schema", (PLAN_SCHEMA,))
    return Plan(**values)


_PLAN: Final = Shape(
    make=_make_plan,
    keys=("schema", *_KEYS),
    required=("schema", "id", "timezone", "sessions"),
    sound={"id": "p", "timezone": "UTC", "sessions": ()},
    nested={"sessions": _read_sessions, "supplies": _read_supplies},
    whole=_note_repeated_ids,
)


def _read_plan(problems: Problems, raw: Any, path: str) -> Any:
    return read_object(problems, raw, path, _PLAN)


def _unstructure_plan(plan: Plan) -> dict[str, Any]:
    zone = plan.zone
    written: dict[str, Any] = {"schema": PLAN_SCHEMA, "id": plan.id}
    for key, value in (("protocol", plan.protocol), ("fees", plan.fees)):
        if value is not None:
            written[key] = value
    written["timezone"] = plan.timezone
    if plan.state != "active":
        written["state"] = plan.state
    if plan.client is not None:
        written["client"] = plan.client
    if plan.born is not None:
        written["born"] = plan.born.isoformat()
    if plan.conditions is not None:
        written["conditions"] = list(plan.conditions)
    written["sessions"] = [_unstructure_session(session, zone) for session in plan.sessions]
    if plan.supplies is not None:
        written["supplies"] = _unstructure_supplies(plan.supplies)
    return written


def _unstructure_session(session: Session, zone: Zone) -> dict[str, Any]:
    written: dict[str, Any] = {
        "id": session.id,
        "kind": session.kind,
        "start": zone.text(session.begins),
        "minutes": session.minutes,
    }
    if session.place != DEFAULT_PLACE[session.kind]:
        written["place"] = session.place
    for key in _SESSION_KEYS[4:]:
        value = getattr(session, key, None)
        if value is None or (key, value) in (("format", "individual"), ("status", "planned")):
            continue
        written[key] = {"id": value.id, "role": value.role} if key == "clinician" else value
    return written


def _unstructure_supplies(supplies: Iterable[Supply]) -> list[dict[str, Any]]:
    return [
        {"id": s.id, "issued": s.issued.isoformat()}
        | ({} if s.received is None else {"received": s.received.isoformat()})
        | {"dosings": s.dosings}
        for s in supplies
    ]


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    converter.register_structure_hook(Plan, _structure_plan)
    converter.register_unstructure_hook(Plan, _unstructure_plan)
    return converter


_CONVERTER: Final = _converter()

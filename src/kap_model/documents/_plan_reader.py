"""The thorough reader of plan documents: slower than the swift one, and it finds every problem."""

from __future__ import annotations

from typing import Any, Final

import attrs

from kap_model._values import check_choice
from kap_model.documents._reading import (
    REFUSED,
    Problems,
    Shape,
    check_object,
    read_list,
    read_object,
)
from kap_model.plan import MOST_SESSIONS, Plan, Supply
from kap_model.sessions import KINDS, SESSION_CLASSES, Clinician, Session

PLAN_SCHEMA: Final = "kap-model/plan/1"
_KEYS: Final = tuple(a.alias or a.name for a in attrs.fields(Plan))
SESSION_KEYS: Final = (
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
        check_choice(kind, "kind", (cls.kind,))
        return cls(**values)

    return Shape(
        make=make,
        keys=("kind", *[key for key in SESSION_KEYS if key in own]),
        required=("id", "kind", "start", "minutes"),
        sound=_SOUND_SESSION,
        beside={"outcome": ("status",), "notice_hours": ("status",)},
        permissive={"outcome": {"status": "completed"}, "notice_hours": {"status": "cancelled"}},
        nested={"clinician": _read_clinician},
        elsewhere=frozenset(SESSION_KEYS),
    )


_SESSION_SHAPES: Final = {cls.kind: _session_shape(cls) for cls in SESSION_CLASSES}


def _read_session(problems: Problems, raw: Any, path: str) -> Any:
    kind = raw.get("kind") if isinstance(raw, dict) else None
    if type(kind) is str and kind in _SESSION_SHAPES:
        return read_object(problems, raw, path, _SESSION_SHAPES[kind])
    if check_object(problems, raw, path):
        if "kind" in raw:
            problems.add(f"{path}.kind", "must be one of " + ", ".join(KINDS))
        else:
            problems.add(path, "lacks kind")
    return REFUSED


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


PLAN_SHAPE: Final = Shape(
    make=_make_plan,
    keys=("schema", *_KEYS),
    required=("schema", "id", "timezone", "sessions"),
    sound={"id": "p", "timezone": "UTC", "sessions": ()},
    nested={"sessions": _read_sessions, "supplies": _read_supplies},
    arrays=("conditions",),
    whole=_note_repeated_ids,
    schema=PLAN_SCHEMA,
)


def read_plan(problems: Problems, raw: Any, path: str) -> Any:
    """A plan, or ``REFUSED`` with every problem noted."""
    return read_object(problems, raw, path, PLAN_SHAPE)

"""Plan documents, ``kap-model/plan/1``: a strict loader and a canonical dumper."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, Final

import cattrs

from kap_model._time import Zone
from kap_model.documents import _json
from kap_model.documents._plan_reader import PLAN_SCHEMA, SESSION_KEYS, read_plan
from kap_model.documents._reading import read_document, refuse_outgrown
from kap_model.errors import InvalidValue
from kap_model.plan import Plan, Supply
from kap_model.sessions import CLASS_OF_KIND, DEFAULT_PLACE, Clinician, Session


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
        refuse_outgrown(text, plan, dumps)
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
    return _json.write(_CONVERTER.unstructure(plan))


def read_bytes(path: str | Path) -> bytes:
    """A file's bytes, no more of them than would be refused."""
    with Path(path).open("rb") as file:
        return read_limited(file)


def read_limited(file: BinaryIO) -> bytes:
    """A stream's bytes, no more of them than would be refused."""
    return file.read(_json.MOST_BYTES + 1)


def _refuse(text: str | bytes) -> None:
    """Raise all problems of a text that is not a plan; where there are none, return."""
    _json.refuse_deep_nesting(text)
    read_document(_json.parse(text), read_plan)


# Take the document apart and let the constructors judge. Whatever is wrong raises there, and the
# thorough reader then says what and where.


def _structure_plan(raw: dict[str, Any], _: object) -> Plan:
    if raw.pop("schema") != PLAN_SCHEMA or None in raw.values():
        raise TypeError("not a plan")
    raw["sessions"] = [_structure_session(item) for item in _array(raw["sessions"])]
    if "supplies" in raw:
        raw["supplies"] = [_structure_supply(item) for item in _array(raw["supplies"])]
    return Plan(**_once(raw))


def _structure_session(raw: Any) -> Session:
    if type(raw) is not dict or None in raw.values():
        raise TypeError("not a session")
    make = CLASS_OF_KIND[raw.pop("kind")]
    if "clinician" in raw:
        raw["clinician"] = Clinician(**_once(raw["clinician"]))
    if len(raw) == 3:  # noqa: PLR2004 - the required ones, handed over faster by name
        return make(id=raw["id"], start=raw["start"], minutes=raw["minutes"])
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


def _unstructure_plan(plan: Plan) -> dict[str, Any]:
    zone = plan.zone
    written: dict[str, Any] = {
        "schema": PLAN_SCHEMA,
        "id": plan.id,
        "protocol": plan.protocol,
        "fees": plan.fees,
        "timezone": plan.timezone,
        "state": None if plan.state == "active" else plan.state,
        "client": plan.client,
        "born": None if plan.born is None else plan.born.isoformat(),
        "conditions": None if plan.conditions is None else list(plan.conditions),
    }
    written = {key: value for key, value in written.items() if value is not None}
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
    for key in SESSION_KEYS[4:]:
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

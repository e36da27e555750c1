"""A loader written by hand for the library's own values: each key by name, no hooks, no cattrs.

The constructors judge the fields, as they do for the library's loader; what is left to compare is
the way from JSON to them.
"""

from __future__ import annotations

from typing import Any, Final

import kap_model as kap
from strict_json import parse_json

_CLASSES: Final[dict[str, Any]] = {
    "consultation": kap.Consultation,
    "medical-evaluation": kap.MedicalEvaluation,
    "preparation": kap.Preparation,
    "dosing": kap.Dosing,
    "integration": kap.Integration,
    "medical-review": kap.MedicalReview,
}
_COMMON: Final = ("place", "status", "clinician", "notice_hours")
_OPTIONAL: Final[dict[str, tuple[str, ...]]] = {
    "consultation": _COMMON,
    "medical-evaluation": (*_COMMON, "outcome"),
    "preparation": (*_COMMON, "format"),
    "dosing": (*_COMMON, "format", "level", "support_person", "therapist_present"),
    "integration": (*_COMMON, "format"),
    "medical-review": (*_COMMON, "outcome"),
}
_PLAN_KEYS: Final = ("protocol", "fees", "state", "client", "born", "conditions")


def loads(text: str | bytes) -> kap.Plan:
    """The plan of a document.

    Raises:
        ValueError: The text is no plan document.
    """
    try:
        return _plan(parse_json(text))
    except (TypeError, KeyError, AttributeError):
        raise ValueError("$: must be a plan document") from None


def _plan(raw: Any) -> kap.Plan:
    if type(raw) is not dict or raw.get("schema") != "kap-model/plan/1":
        raise ValueError("$.schema: must be kap-model/plan/1")
    given = _given(raw, _PLAN_KEYS, ("schema", "id", "timezone", "sessions", "supplies"))
    if "supplies" in raw:
        given["supplies"] = [_supply(item) for item in _array(raw["supplies"])]
    return kap.Plan(
        id=raw.get("id", ""),
        timezone=raw.get("timezone", ""),
        sessions=[_session(item) for item in _array(raw.get("sessions"))],
        **given,
    )


def _session(raw: Any) -> kap.Session:
    if type(raw) is not dict or raw.get("kind") not in _CLASSES:
        raise ValueError("$.sessions: must be sessions of known kinds")
    kind = raw["kind"]
    given = _given(raw, _OPTIONAL[kind], ("id", "kind", "start", "minutes"))
    if "clinician" in given:
        given["clinician"] = kap.Clinician(**given["clinician"])
    session: kap.Session = _CLASSES[kind](
        id=raw.get("id"), start=raw.get("start"), minutes=raw.get("minutes"), **given
    )
    return session


def _supply(raw: Any) -> kap.Supply:
    given = _given(raw, ("received",), ("id", "issued", "dosings"))
    return kap.Supply(id=raw["id"], issued=raw["issued"], dosings=raw["dosings"], **given)


def _given(raw: dict[str, Any], optional: tuple[str, ...], others: tuple[str, ...]) -> Any:
    given = {key: raw[key] for key in optional if key in raw}
    if len(given) + sum(key in raw for key in others) != len(raw) or None in raw.values():
        raise ValueError("$: has an unknown key or null")
    return given


def _array(raw: Any) -> list[Any]:
    if type(raw) is not list:
        raise ValueError("$: must be an array")
    return raw

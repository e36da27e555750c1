"""A loader written by hand: JSON text to the fused form, with every check of the library's."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any, Final, NoReturn

from fused_form import NEVER, NO_FACTS, UNNAMED, DosingFacts, FusedPlan, Row, SupplyRow
from fused_time import zone_names, zone_of
from strict_json import (
    DATE,
    EARLIEST,
    IDENTIFIER,
    LARGEST,
    LATEST,
    MOST_SESSIONS,
    START,
    is_line,
    parse_json,
    says_none,
)

_PRACTICES: Final = ("core", "kingsley", "regrounding")
_STATES: Final = {"active": 0, "completed": 1, "discontinued": 2}
_STATUSES: Final = {"planned": 0, "completed": 1, "cancelled": 2, "no-show": 3}
_PLACES: Final = {"office": False, "remote": True}
_FORMATS: Final = {"individual": False, "group": True}
_RANKS: Final = {
    "consultation": 0,
    "medical-evaluation": 1,
    "preparation": 2,
    "dosing": 3,
    "integration": 4,
    "medical-review": 5,
}
_OUTCOMES: Final[dict[int, dict[str, int]]] = {
    1: {"eligible": 0, "pending": 2, "ineligible": 3},
    5: {"continue": 0, "pending": 2, "stop": 3},
}
_PLAN_KEYS: Final = frozenset(
    [
        "schema",
        "id",
        "protocol",
        "fees",
        "timezone",
        "state",
        "client",
        "born",
        "conditions",
        "sessions",
        "supplies",
    ]
)
_COMMON: Final = frozenset(
    ["id", "kind", "start", "minutes", "place", "status", "clinician", "notice_hours"]
)
_KEYS: Final = (
    _COMMON,
    _COMMON | {"outcome"},
    _COMMON | {"format"},
    _COMMON | {"format", "level", "support_person", "therapist_present"},
    _COMMON | {"format"},
    _COMMON | {"outcome"},
)
_SUPPLY_KEYS: Final = frozenset(("id", "issued", "received", "dosings"))
_CLINICIAN_KEYS: Final = frozenset(("id", "role"))
_identifier: Final = IDENTIFIER.fullmatch
_start: Final = START.fullmatch
_wall: Final = dt.datetime.fromisoformat
_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - offsets are taken off the wall times
_FIRST: Final = dt.date(1900, 1, 1)
_LAST: Final = dt.date(2200, 12, 31)


def loads(text: str | bytes) -> FusedPlan:
    """The fused form of a plan document.

    Raises:
        ValueError: The text is no plan document; with the path of its first problem.
    """
    raw = _object(parse_json(text), "$")
    if not raw.keys() <= _PLAN_KEYS:
        _refuse("$", "has an unknown key")
    if raw.get("schema") != "kap-model/plan/1":
        _refuse("$.schema", "must be kap-model/plan/1")
    _label(raw.get("id"), "$.id")
    state = _choice(raw, "state", _STATES, 0, "$") if "state" in raw else 0
    if "client" in raw:
        _label(raw["client"], "$.client")
    if "born" in raw:
        _date(raw["born"], "$.born")
    if "fees" in raw:
        _practice(raw["fees"], "$.fees")
    protocol = _practice(raw["protocol"], "$.protocol") if "protocol" in raw else "core"
    zone = raw.get("timezone")
    if type(zone) is not str or zone not in zone_names():
        _refuse("$.timezone", "must be a zone of the tzdata list")
    conditions = _conditions(raw["conditions"]) if "conditions" in raw else None
    rows = _sessions(raw.get("sessions"))
    supplies = _supplies(raw["supplies"]) if "supplies" in raw else None
    names = {row[2] for row in rows}
    if supplies:
        names.update([row[1] for row in supplies])
    if len(names) != len(rows) + len(supplies or ()):
        _refuse("$.sessions", "must have ids that are unique over sessions and supplies")
    return FusedPlan(protocol, state, zone_of(zone), rows, supplies, conditions)


@cache
def _offset(text: str) -> int:
    """The seconds of an offset; its form is known to be sound, so there are few."""
    if text == "Z":
        return 0
    seconds = int(text[1:3]) * 3600 + int(text[4:6]) * 60
    return -seconds if text[0] == "-" else seconds


def _refuse(path: str, reason: str) -> NoReturn:
    raise ValueError(f"{path}: {reason}")


def _object(raw: Any, path: str) -> dict[str, Any]:
    if type(raw) is not dict:
        _refuse(path, "must be an object")
    return raw


def _label(value: Any, path: str) -> str:
    if type(value) is not str or _identifier(value) is None:
        _refuse(path, "must be a label")
    return value


def _practice(value: Any, path: str) -> str:
    if type(value) is not str or value not in _PRACTICES:
        _refuse(path, "must be a built-in practice")
    return value


def _choice(raw: dict[str, Any], key: str, choices: dict[str, int], default: int, path: str) -> int:
    if key not in raw:
        return default
    value = raw[key]
    if type(value) is not str or value not in choices:
        _refuse(f"{path}.{key}", "must be one of " + ", ".join(choices))
    return choices[value]


def _date(value: Any, path: str) -> int:
    if type(value) is not str or DATE.fullmatch(value) is None:
        _refuse(path, "must be a date")
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        _refuse(path, "must be a day that the calendar has")
    if not _FIRST <= day <= _LAST:
        _refuse(path, "must be a date from 1900-01-01 to 2200-12-31")
    return day.toordinal()


def _conditions(raw: Any) -> list[str]:
    if type(raw) is not list:
        _refuse("$.conditions", "must be an array")
    for index, label in enumerate(raw):
        _label(label, f"$.conditions[{index}]")
    if len(set(raw)) != len(raw):
        _refuse("$.conditions", "must name each label once")
    return sorted(raw)


def _sessions(raw: Any) -> list[Row]:
    if type(raw) is not list or len(raw) > MOST_SESSIONS:
        _refuse("$.sessions", "must be an array of at most 10,000")
    return [_session(item, index) for index, item in enumerate(raw)]


def _session(raw: Any, index: int) -> Row:  # noqa: C901, PLR0912 - one pass for speed
    if type(raw) is not dict:
        _refuse(f"$.sessions[{index}]", "must be an object")
    kind = raw.get("kind")
    if type(kind) is not str or kind not in _RANKS:
        _refuse(f"$.sessions[{index}].kind", "must be a kind of session")
    rank = _RANKS[kind]
    if not raw.keys() <= _KEYS[rank]:
        _refuse(f"$.sessions[{index}]", "has an unknown key")
    name = raw.get("id")
    if type(name) is not str or _identifier(name) is None:
        _refuse(f"$.sessions[{index}].id", "must be a label")
    start = raw.get("start")
    if type(start) is not str or _start(start) is None:
        _refuse(f"$.sessions[{index}].start", "must be RFC 3339 with whole seconds")
    try:
        wall = _wall(start[:19]) - _EPOCH
    except ValueError:
        _refuse(f"$.sessions[{index}].start", "must be a time that the calendar has")
    begins = wall.days * 86_400 + wall.seconds - _offset(start[19:])
    if not EARLIEST <= begins <= LATEST:
        _refuse(f"$.sessions[{index}].start", "must lie in the years 1980 to 2199")
    minutes = raw.get("minutes")
    if type(minutes) is not int or not 1 <= minutes <= 1440:
        _refuse(f"$.sessions[{index}].minutes", "must be an integer from 1 to 1440")
    status, role, facts = 0, None, NO_FACTS
    remote, group = rank in (1, 5), False
    outcome = 1 if remote else 0
    if len(raw) > 4:
        path = f"$.sessions[{index}]"
        status = _choice(raw, "status", _STATUSES, 0, path)
        remote = _flag(raw, "place", _PLACES, path, default=remote)
        group = _flag(raw, "format", _FORMATS, path, default=False)
        if "outcome" in raw:
            outcome = _outcome(raw, rank, status, path)
        if "clinician" in raw:
            role = _clinician(raw["clinician"], path)
        if "notice_hours" in raw:
            _notice(raw["notice_hours"], status, path)
        if rank == 3:
            facts = _dosing_facts(raw, path)
    ends = begins + minutes * 60
    return begins, rank, name, ends, minutes, status, outcome, role, remote, group, facts


def _flag(
    raw: dict[str, Any], key: str, choices: dict[str, bool], path: str, *, default: bool
) -> bool:
    if key not in raw:
        return default
    value = raw[key]
    if type(value) is not str or value not in choices:
        _refuse(f"{path}.{key}", "must be one of " + ", ".join(choices))
    return choices[value]


def _outcome(raw: dict[str, Any], rank: int, status: int, path: str) -> int:
    outcome = _choice(raw, "outcome", _OUTCOMES[rank], 1, path)
    if status != 1:
        _refuse(f"{path}.outcome", "belongs on a completed session only")
    return outcome


def _clinician(raw: Any, path: str) -> str:
    path = f"{path}.clinician"
    raw = _object(raw, path)
    if not raw.keys() <= _CLINICIAN_KEYS:
        _refuse(path, "has an unknown key")
    _label(raw.get("id"), f"{path}.id")
    return _label(raw.get("role"), f"{path}.role")


def _notice(hours: Any, status: int, path: str) -> None:
    if type(hours) is not int or not 0 <= hours <= LARGEST:
        _refuse(f"{path}.notice_hours", "must be an integer from 0")
    if status != 2:
        _refuse(f"{path}.notice_hours", "belongs on a cancelled session only")


def _dosing_facts(raw: dict[str, Any], path: str) -> DosingFacts:
    level, support, therapist = None, UNNAMED, None
    if "level" in raw:
        level = _label(raw["level"], f"{path}.level")
    if "support_person" in raw:
        support = _support(raw["support_person"], f"{path}.support_person")
    if "therapist_present" in raw:
        therapist = raw["therapist_present"]
        if type(therapist) is not bool:
            _refuse(f"{path}.therapist_present", "must be true or false")
    return level, support, therapist


def _support(text: Any, path: str) -> int:
    if type(text) is not str or not is_line(text):
        _refuse(path, "must be 1 to 200 characters on one line")
    if text == "none":
        return 2
    if says_none(text):
        _refuse(path, "must say none in lower case where nobody was there")
    return 1


def _supplies(raw: Any) -> list[SupplyRow]:
    if type(raw) is not list:
        _refuse("$.supplies", "must be an array")
    return sorted([_supply(item, f"$.supplies[{index}]") for index, item in enumerate(raw)])


def _supply(raw: Any, path: str) -> SupplyRow:
    raw = _object(raw, path)
    if not raw.keys() <= _SUPPLY_KEYS:
        _refuse(path, "has an unknown key")
    name = _label(raw.get("id"), f"{path}.id")
    issued = _date(raw.get("issued"), f"{path}.issued")
    received = _date(raw["received"], f"{path}.received") if "received" in raw else NEVER
    if received < issued:
        _refuse(f"{path}.received", "must not be before issued")
    dosings = raw.get("dosings")
    if type(dosings) is not int or not 1 <= dosings <= LARGEST:
        _refuse(f"{path}.dosings", "must be an integer from 1")
    return issued, name, received, dosings

"""A plan as ordinary code would hold it: dataclasses over aware datetimes and zoneinfo zones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

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

KINDS: Final = (
    "consultation",
    "medical-evaluation",
    "preparation",
    "dosing",
    "integration",
    "medical-review",
)
OUTCOMES: Final = {
    "medical-evaluation": ("eligible", "ineligible", "pending"),
    "medical-review": ("continue", "stop", "pending"),
}
THERAPY: Final = ("preparation", "dosing", "integration")
PRACTICES: Final = ("core", "kingsley", "regrounding")
STATES: Final = ("active", "completed", "discontinued")
STATUSES: Final = ("planned", "completed", "cancelled", "no-show")
PLAN_KEYS: Final = frozenset(
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
COMMON_KEYS: Final = frozenset(
    ["id", "kind", "start", "minutes", "place", "status", "clinician", "notice_hours"]
)
FIRST_DATE: Final = dt.date(1900, 1, 1)
LAST_DATE: Final = dt.date(2200, 12, 31)


@dataclass(frozen=True)
class Session:
    id: str
    kind: str
    start: dt.datetime
    end: dt.datetime
    date: dt.date
    minutes: int
    place: str
    format: str
    status: str
    role: str | None
    outcome: str | None
    level: str | None
    support_person: str | None
    therapist_present: bool | None

    @property
    def order(self) -> tuple[dt.datetime, int, str]:
        return self.start, KINDS.index(self.kind), self.id


@dataclass(frozen=True)
class Supply:
    id: str
    issued: dt.date
    received: dt.date | None
    dosings: int


@dataclass(frozen=True)
class Plan:
    protocol: str
    zone: ZoneInfo
    state: str
    conditions: list[str]
    sessions: list[Session]
    supplies: list[Supply] | None


def loads(text: str | bytes) -> Plan:
    """The plan of a document.

    Raises:
        ValueError: The text is no plan document; with the path of its first problem.
    """
    raw = parse_json(text)
    known_keys(raw, PLAN_KEYS, "$")
    required(raw, ("schema", "id", "timezone", "sessions"), "$")
    choice(raw, "schema", ("kap-model/plan/1",), "$")
    label(raw, "id", "$")
    label(raw, "client", "$")
    date(raw, "born", "$")
    choice(raw, "fees", PRACTICES, "$")
    if type(raw["timezone"]) is not str or raw["timezone"] not in zone_names():
        raise ValueError("$.timezone: must be a zone of the tzdata list")
    zone = zone_of(raw["timezone"])
    items = array(raw, "sessions", "$")
    if len(items) > MOST_SESSIONS:
        raise ValueError("$.sessions: must be at most 10,000")
    sessions = [_session(item, zone, f"$.sessions[{n}]") for n, item in enumerate(items)]
    supplies = None
    if "supplies" in raw:
        items = array(raw, "supplies", "$")
        supplies = [_supply(item, f"$.supplies[{n}]") for n, item in enumerate(items)]
        supplies.sort(key=lambda supply: (supply.issued, supply.id))
    ids = [session.id for session in sessions] + [supply.id for supply in supplies or []]
    if len(set(ids)) != len(ids):
        raise ValueError("$.sessions: must have ids that are unique over sessions and supplies")
    return Plan(
        protocol=choice(raw, "protocol", PRACTICES, "$") or "core",
        zone=zone,
        state=choice(raw, "state", STATES, "$") or "active",
        conditions=_conditions(raw),
        sessions=sorted(sessions, key=lambda session: session.order),
        supplies=supplies,
    )


def known_keys(raw: Any, keys: frozenset[str], path: str) -> None:
    if type(raw) is not dict:
        raise ValueError(f"{path}: must be an object")
    if not raw.keys() <= keys:
        raise ValueError(f"{path}: has an unknown key")


def required(raw: dict[str, Any], keys: tuple[str, ...], path: str) -> None:
    for key in keys:
        if key not in raw:
            raise ValueError(f"{path}: lacks {key}")


def array(raw: dict[str, Any], key: str, path: str) -> list[Any]:
    value = raw[key]
    if type(value) is not list:
        raise ValueError(f"{path}.{key}: must be an array")
    return value


def choice(raw: dict[str, Any], key: str, choices: tuple[str, ...], path: str) -> str | None:
    if key not in raw:
        return None
    value = raw[key]
    if type(value) is not str or value not in choices:
        raise ValueError(f"{path}.{key}: must be one of {', '.join(choices)}")
    return value


def label(raw: dict[str, Any], key: str, path: str) -> str | None:
    if key not in raw:
        return None
    value = raw[key]
    if type(value) is not str or not IDENTIFIER.fullmatch(value):
        raise ValueError(f"{path}.{key}: must be a label")
    return value


def integer(raw: dict[str, Any], key: str, lowest: int, highest: int, path: str) -> int:
    value = raw[key]
    if type(value) is not int or not lowest <= value <= highest:
        raise ValueError(f"{path}.{key}: must be an integer from {lowest} to {highest}")
    return value


def date(raw: dict[str, Any], key: str, path: str) -> dt.date | None:
    if key not in raw:
        return None
    value = raw[key]
    try:
        if type(value) is str and DATE.fullmatch(value):
            day = dt.date.fromisoformat(value)
            if FIRST_DATE <= day <= LAST_DATE:
                return day
    except ValueError:
        pass
    raise ValueError(f"{path}.{key}: must be a date from 1900-01-01 to 2200-12-31")


def moment(value: Any, path: str) -> dt.datetime:
    """An RFC 3339 text as a time in UTC."""
    try:
        if type(value) is str and START.fullmatch(value):
            start = dt.datetime.fromisoformat(value)
            if EARLIEST <= start.timestamp() <= LATEST:
                return start.astimezone(dt.UTC)
    except ValueError:
        pass
    raise ValueError(f"{path}: must be RFC 3339, of the years 1980 to 2199")


def support_text(value: Any, path: str) -> str:
    if type(value) is not str or not is_line(value):
        raise ValueError(f"{path}: must be 1 to 200 characters on one line")
    if says_none(value) and value != "none":
        raise ValueError(f"{path}: must say none in lower case where nobody was there")
    return value


def _conditions(raw: dict[str, Any]) -> list[str]:
    if "conditions" not in raw:
        return []
    labels = array(raw, "conditions", "$")
    for index, value in enumerate(labels):
        label({f"[{index}]": value}, f"[{index}]", "$.conditions")
    if len(set(labels)) != len(labels):
        raise ValueError("$.conditions: must name each label once")
    return sorted(labels)


def _session(raw: Any, zone: ZoneInfo, path: str) -> Session:
    if type(raw) is not dict:
        raise ValueError(f"{path}: must be an object")
    required(raw, ("id", "kind", "start", "minutes"), path)
    kind = choice(raw, "kind", KINDS, path) or ""
    known_keys(raw, _keys(kind), path)
    start = moment(raw["start"], f"{path}.start")
    minutes = integer(raw, "minutes", 1, 1440, path)
    status = choice(raw, "status", STATUSES, path) or "planned"
    if "notice_hours" in raw:
        integer(raw, "notice_hours", 0, LARGEST, path)
        if status != "cancelled":
            raise ValueError(f"{path}.notice_hours: belongs on a cancelled session only")
    if "outcome" in raw and status != "completed":
        raise ValueError(f"{path}.outcome: belongs on a completed session only")
    support = raw.get("support_person")
    if "support_person" in raw:
        support = support_text(support, f"{path}.support_person")
    therapist = raw.get("therapist_present")
    if "therapist_present" in raw and type(therapist) is not bool:
        raise ValueError(f"{path}.therapist_present: must be true or false")
    usual = "remote" if kind in OUTCOMES else "office"
    return Session(
        id=label(raw, "id", path) or "",
        kind=kind,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        date=start.astimezone(zone).date(),
        minutes=minutes,
        place=choice(raw, "place", ("office", "remote"), path) or usual,
        format=choice(raw, "format", ("individual", "group"), path) or "individual",
        status=status,
        role=_role(raw, path),
        outcome=choice(raw, "outcome", OUTCOMES.get(kind, ()), path),
        level=label(raw, "level", path),
        support_person=support,
        therapist_present=therapist,
    )


def _keys(kind: str) -> frozenset[str]:
    if kind in OUTCOMES:
        return COMMON_KEYS | {"outcome"}
    if kind == "dosing":
        return COMMON_KEYS | {"format", "level", "support_person", "therapist_present"}
    return COMMON_KEYS | {"format"} if kind in THERAPY else COMMON_KEYS


def _role(raw: dict[str, Any], path: str) -> str | None:
    if "clinician" not in raw:
        return None
    clinician = raw["clinician"]
    known_keys(clinician, frozenset(("id", "role")), f"{path}.clinician")
    required(clinician, ("id", "role"), f"{path}.clinician")
    label(clinician, "id", f"{path}.clinician")
    return label(clinician, "role", f"{path}.clinician")


def _supply(raw: Any, path: str) -> Supply:
    known_keys(raw, frozenset(("id", "issued", "received", "dosings")), path)
    required(raw, ("id", "issued", "dosings"), path)
    issued, received = date(raw, "issued", path) or FIRST_DATE, date(raw, "received", path)
    if received is not None and received < issued:
        raise ValueError(f"{path}.received: must not be before issued")
    dosings = integer(raw, "dosings", 1, LARGEST, path)
    return Supply(label(raw, "id", path) or "", issued, received, dosings)

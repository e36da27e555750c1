"""Plan documents, ``kap-model/plan/1``: a strict loader and a canonical dumper.

The plan's shape is what the document may say. Beside it stands the swift way in and out, by hand:
most documents are sound, and what is loaded a thousand times a second must not be tried field by
field. A law holds the two to each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import attrs

from kap_model._time import (
    CLOCK_LENGTH,
    LOCAL_TIME_REASON,
    TIME_REASON,
    Instant,
    Zone,
    instant,
    zone,
    zone_names,
)
from kap_model.documents import _json
from kap_model.documents._filled import once, session_of
from kap_model.documents._forms import (
    DATE,
    FLAG,
    ID,
    KIND_OF_DOCUMENT,
    START,
    TEXT,
    TIME,
    ZONE,
    array_of,
    choice,
    chosen_by,
    described,
    many,
    named,
    only_where,
    whole,
    with_definitions,
)
from kap_model.documents._shape import (
    REFUSED,
    Choice,
    Form,
    Key,
    Reading,
    Schema,
    Shape,
    read_value,
    tag,
)
from kap_model.errors import InvalidValue
from kap_model.plan import MOST_SESSIONS, STATES, Plan, Supply
from kap_model.sessions import (
    DEFAULT_PLACE,
    EVALUATION_OUTCOMES,
    FORMATS,
    LONGEST_MINUTES,
    PLACES,
    REVIEW_OUTCOMES,
    ROUTES,
    SESSION_CLASSES,
    STATUSES,
    Clinician,
    Session,
)

if TYPE_CHECKING:
    from pathlib import Path

    import cattrs

PLAN_SCHEMA: Final = "kap-model/plan/1"
_GAINED: Final = len(":00-08:00")
"""So much longer a session's start becomes at most, beyond what any time does."""


def loads(text: str | bytes) -> Plan:
    """The plan of a document.

    Nothing is coerced, guessed or dropped. All problems are found at once, at most 100, each with
    its JSON path and reason, and no value of the document is ever named.

    Raises:
        DocumentError: The text is not a plan document.
    """
    return _loaded(text, _json.parse(text))


class StrayOffset(NamedTuple):
    """A session whose start is written with an offset that the plan's zone does not have then.

    Attributes:
        session: Its id.
        written: Its start, as the document has it.
        begins: The instant that this names.
    """

    session: str
    written: str
    begins: Instant


def loads_with_strays(text: str | bytes) -> tuple[Plan, tuple[StrayOffset, ...]]:
    """The plan of a document, and each start that another offset may have moved, in its order.

    A time in UTC that ends with ``Z`` is meant so; what is written with a local offset may have
    kept that of another date.

    Raises:
        DocumentError: The text is not a plan document.
    """
    raw = _json.parse(text)
    rows: Any = raw.get("sessions") if type(raw) is dict else None
    # The swift way takes the rows apart, and whatever they are it may refuse.
    listed = rows if type(rows) is list else ()
    written: list[tuple[Any, Any]] = [
        (row.get("id"), row.get("start")) for row in listed if type(row) is dict
    ]
    plan = _loaded(text, raw)
    begins = {session.id: session.begins for session in plan.sessions}
    strays = [
        StrayOffset(id, start, begins[id])
        for id, start in written
        if start[CLOCK_LENGTH:] not in ("", "Z", plan.zone.text(begins[id])[CLOCK_LENGTH:])
    ]
    return plan, tuple(strays)


def _loaded(text: str | bytes, raw: Any) -> Plan:
    try:
        plan = _structure_plan(raw)
    except (InvalidValue, TypeError, KeyError, AttributeError) as error:
        refused = error
    else:
        if _json.may_outgrow(text, _GAINED):
            dumps(plan)  # what is accepted is accepted again
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
    return loads(_json.read_bytes(path))


def dumps(plan: Plan) -> str:
    """The canonical document of a plan: equal plans have equal text.

    Raises:
        DocumentError: The document would be larger than 1 MB, so that it could not be loaded.
    """
    return _json.write(written(plan))


def written(plan: Plan) -> dict[str, Any]:
    """What the canonical document of a plan holds, as JSON values."""
    values: dict[str, Any] = _converter().unstructure(plan)
    return values


def _refuse(text: str | bytes) -> None:
    """Raise all problems of a text that is not a plan; where there are none, return."""
    _json.refuse_deep_nesting(text)
    read_value(PLAN.read, _json.parse(text))


def _read_start(reading: Reading, raw: Any, path: str) -> Any:
    """A start with its offset, or a local one by the plan's zone; by UTC where that is unsound."""
    try:
        if type(raw) is str and len(raw) <= CLOCK_LENGTH:
            return _zone_of(reading.document).local(raw, "")
        return instant(raw, "")
    except InvalidValue as error:
        reason = error.problems[0].reason
    reading.add(path, LOCAL_TIME_REASON if reason == TIME_REASON else reason)
    return REFUSED


def _zone_of(document: Any) -> Zone:
    name = document.get("timezone") if isinstance(document, dict) else None
    return zone(name if type(name) is str and name in zone_names() else "UTC")


# What the document may say.

_CLINICIAN: Final = Shape(
    Clinician,
    "Clinician",
    "Who holds a session.",
    (
        Key("id", ID, "A pseudonym."),
        Key(
            "role",
            ID,
            "A role of the protocol.",
            more={"examples": ["therapist", "medical-provider"]},
        ),
    ),
    sound={"id": "c", "role": "r"},
)
_SUPPLY: Final = Shape(
    Supply,
    "Supply",
    "One dispensing of medicine.",
    (
        Key("id", ID, "A pseudonym, unique over sessions and supplies."),
        Key("issued", DATE, "The date of the prescription, in the plan's zone."),
        Key(
            "received",
            DATE,
            "The date of arrival, not before issued; absent = not arrived.",
            beside=("issued",),
        ),
        Key("dosings", whole(1), "How many dosings it covers."),
    ),
    sound={"id": "s", "issued": "1900-01-01", "dosings": 1},
)
_SESSION_KEYS: Final = (
    Key("id", ID, "A pseudonym, unique over sessions and supplies."),
    Key(
        "start",
        attrs.evolve(named("start"), read=_read_start, write=TIME.write),
        "When it starts; years 1980 to 2199 in UTC.",
    ),
    Key("minutes", whole(1, LONGEST_MINUTES), "Its length.", more={"examples": [50, 120]}),
    Key("place", choice(PLACES), "Where it is held."),
    Key("format", choice(FORMATS), "Alone or in a group."),
    Key(
        "status",
        choice(STATUSES),
        "Completed = it was held; medicine taken is a completed dosing.",
    ),
    Key(
        "clinician",
        named("clinician", _CLINICIAN),
        "Who holds it; absent = not recorded.",
        judged=False,
    ),
    Key(
        "outcome",
        Form({}),
        "What it decided, on a completed one; absent = not recorded.",
        beside=("status",),
        alone={"status": "completed"},
    ),
    Key("level", ID, "The dose level, a label of the protocol; absent = not recorded."),
    Key(
        "route",
        ID,
        "How the medicine is taken, one of these or a label of the practice's own; absent = not "
        "recorded.",
        more={"examples": list(ROUTES)},
    ),
    Key(
        "support_person",
        TEXT,
        "Who was with the client, by relation, no name; none = nobody; absent = not recorded.",
        more={"examples": ["spouse", "none"]},
    ),
    Key(
        "therapist_present",
        FLAG,
        "Whether the therapist was present the whole time; absent = not recorded.",
    ),
    Key(
        "notice_hours",
        whole(0),
        "Hours of notice, on a cancelled session only.",
        beside=("status",),
        alone={"status": "cancelled"},
    ),
)
SESSION_KEYS: Final = tuple(key.name for key in _SESSION_KEYS)
"""The keys of sessions in canonical order; ``kind`` stands after ``id``."""

_KIND_SAYS: Final = "What kind of session it is."
_SAYS: Final = {
    "consultation": "The first talk with the therapist.",
    "medical-evaluation": "The medical partner's evaluation of eligibility.",
    "preparation": "A preparation, before the first dosing.",
    "dosing": "A dosing: medicine, with the therapist.",
    "integration": "An integration, after a dosing.",
    "medical-review": "A follow-up with the medical partner.",
}
_OUTCOMES: Final = {
    "medical-evaluation": EVALUATION_OUTCOMES,
    "medical-review": REVIEW_OUTCOMES,
}


def _session(cls: type[Session]) -> Shape:
    own = {each.alias for each in attrs.fields(cls) if each.init}
    outcome = choice(_OUTCOMES.get(cls.kind, ()))
    first, *others = [
        attrs.evolve(key, form=outcome) if key.name == "outcome" else key
        for key in _SESSION_KEYS
        if key.name in own
    ]
    beside = {"outcome": "completed", "notice_hours": "cancelled"}
    return Shape(
        cls,
        cls.kind.replace("-", " ").capitalize(),
        _SAYS[cls.kind],
        (first, tag("kind", cls.kind, _KIND_SAYS), *others),
        sound={"id": "s", "start": "2027-01-01T00:00:00Z", "minutes": 1},
        elsewhere=frozenset(SESSION_KEYS),
        more={
            "dependentSchemas": {
                key: only_where("status", status) for key, status in beside.items() if key in own
            }
        },
    )


_SESSIONS: Final[dict[str, Shape]] = {cls.kind: _session(cls) for cls in SESSION_CLASSES}
_SESSION: Final = Choice("kind", _SESSIONS)


def _read_sessions(reading: Reading, raw: Any, path: str) -> Any:
    if type(raw) is list and len(raw) > MOST_SESSIONS:
        reading.add(path, "must be at most 10,000")
        return REFUSED
    return array_of(_SESSION.read)(reading, raw, path)


def _note_repeated_ids(reading: Reading, raw: dict[str, Any], path: str) -> None:
    seen: set[str] = set()
    for key in ("sessions", "supplies"):
        items = raw.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            identifier = item.get("id") if isinstance(item, dict) else None
            if isinstance(identifier, str) and identifier in seen:
                reading.add(
                    f"{path}.{key}[{index}].id", "must be unique over sessions and supplies"
                )
            elif isinstance(identifier, str):
                seen.add(identifier)


_EXAMPLE: Final = {
    "schema": PLAN_SCHEMA,
    "id": "plan-0042",
    "protocol": "regrounding",
    "fees": "regrounding",
    "timezone": "America/Los_Angeles",
    "client": "c-17",
    "sessions": [
        {
            "id": "c1",
            "kind": "consultation",
            "start": "2027-01-04T10:00:00-08:00",
            "minutes": 50,
            "place": "remote",
        },
        {
            "id": "e1",
            "kind": "medical-evaluation",
            "start": "2027-01-06T09:00:00-08:00",
            "minutes": 30,
            "status": "completed",
            "clinician": {"id": "m-03", "role": "medical-provider"},
            "outcome": "eligible",
        },
        {
            "id": "d1",
            "kind": "dosing",
            "start": "2027-01-18T13:00:00-08:00",
            "minutes": 120,
            "place": "remote",
            "level": "low",
            "support_person": "spouse",
            "therapist_present": True,
        },
    ],
    "supplies": [{"id": "rx1", "issued": "2027-01-06", "received": "2027-01-09", "dosings": 2}],
}

PLAN: Final = Shape(
    Plan,
    "Plan",
    "One client's course of ketamine-assisted psychotherapy, planned or recorded. "
    "Ids and client are pseudonyms.",
    (
        tag("schema", PLAN_SCHEMA, KIND_OF_DOCUMENT),
        Key("id", ID, "The plan's pseudonym.", more={"examples": ["plan-0042"]}),
        Key(
            "protocol",
            ID,
            "The id of the protocol that applies: a built-in practice's name, else that of a "
            "protocol which is given beside the plan; absent = as asked.",
        ),
        Key("fees", ID, "The id of the fee schedule that applies, likewise; absent = as asked."),
        Key("timezone", ZONE, "Where its civil dates come from."),
        Key("state", choice(STATES), "Discontinued = ended early, by choice or advice."),
        Key("client", ID, "The client's pseudonym, never a name; absent = not recorded."),
        Key("born", DATE, "The client's date of birth; absent = not recorded."),
        Key(
            "conditions",
            many(described(ID, "A label that a protocol's exclusions may name."), uniqueItems=True),
            "Recorded conditions, each once; empty = none, absent = not recorded.",
        ),
        Key(
            "sessions",
            attrs.evolve(
                many(named("session", _SESSION), maxItems=MOST_SESSIONS), read=_read_sessions
            ),
            "The course, in any order.",
            judged=False,
        ),
        Key(
            "supplies",
            many(named("supply", _SUPPLY)),
            "Medicine; empty = tracked and none, absent = not tracked.",
            judged=False,
        ),
    ),
    sound={"id": "p", "timezone": "UTC", "sessions": []},
    whole=_note_repeated_ids,
    more={"examples": [_EXAMPLE]},
)
"""The plan's shape: it finds every problem, and says what the swift way in takes for granted."""


def plan_schema() -> Schema:
    """The schema of ``kap-model/plan/1``."""
    session = chosen_by(
        "kind",
        {kind: kind for kind in _SESSIONS},
        title="Session",
        description="One session of the course; its kind says what else belongs to it.",
        says=_KIND_SAYS,
    )
    own = {"session": session}
    own |= {kind: shape.schema() for kind, shape in _SESSIONS.items()}
    own |= {"clinician": _CLINICIAN.schema(), "supply": _SUPPLY.schema(), "start": START}
    return with_definitions(PLAN.schema(), own)


# The swift way: take the document apart and let the constructors judge. Whatever is wrong raises
# there, and the shape then says what and where.


def _structure_plan(raw: dict[str, Any]) -> Plan:
    if raw.pop("schema") != PLAN_SCHEMA or None in raw.values():
        raise TypeError("not a plan")
    name = raw["timezone"]
    raw["sessions"] = [session_of(item, name) for item in _array(raw["sessions"])]
    if "supplies" in raw:
        raw["supplies"] = [_structure_supply(item) for item in _array(raw["supplies"])]
    return Plan(**once(raw))


def _structure_supply(raw: dict[str, Any]) -> Supply:
    if None in raw.values():
        raise TypeError("null")
    return Supply(**once(raw))


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


@cache
def _converter() -> cattrs.Converter:
    import cattrs  # who only reads plans does not wait for it

    converter = cattrs.Converter()
    converter.register_unstructure_hook(Plan, _unstructure_plan)
    return converter

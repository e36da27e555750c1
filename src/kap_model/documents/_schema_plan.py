"""The schema of plan documents."""

from __future__ import annotations

from typing import Any, Final

import attrs

from kap_model.documents._plan_reader import PLAN_SCHEMA, SESSION_KEYS
from kap_model.documents._schema_parts import (
    Properties,
    Schema,
    array,
    choice,
    chosen_by,
    count,
    flag,
    integer,
    only_where,
    record,
    ref,
    schema_name,
    strict,
    with_definitions,
)
from kap_model.plan import MOST_SESSIONS, PRACTICE_NAMES, STATES, Plan, Supply
from kap_model.sessions import (
    EVALUATION_OUTCOMES,
    FORMATS,
    LONGEST_MINUTES,
    PLACES,
    REVIEW_OUTCOMES,
    SESSION_CLASSES,
    STATUSES,
    Clinician,
    Session,
)

_KEYS: Final = ("id", "kind", *SESSION_KEYS[1:])
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
_SESSION_PROPERTIES: Final[Properties] = {
    "id": ref("id", "A pseudonym, unique over sessions and supplies."),
    "start": ref("time", "When it starts, with its offset; years 1980 to 2199 in UTC."),
    "minutes": integer(1, LONGEST_MINUTES, "Its length.", examples=[50, 120]),
    "place": choice(PLACES, "Where it is held."),
    "format": choice(FORMATS, "Alone or in a group."),
    "status": choice(STATUSES, "Completed = it was held; medicine taken is a completed dosing."),
    "clinician": ref("clinician", "Who holds it; absent = not recorded."),
    "level": ref("id", "The dose level, a label of the protocol; absent = not recorded."),
    "support_person": ref(
        "text",
        "Who was with the client, by relation, no name; none = nobody; absent = not recorded.",
        examples=["spouse", "none"],
    ),
    "therapist_present": flag(
        "Whether the therapist was present the whole time; absent = not recorded."
    ),
    "notice_hours": count("Hours of notice, on a cancelled session only.", 0),
}


def _session(cls: type[Session]) -> Schema:
    own = {a.alias: a for a in attrs.fields(cls) if a.init}
    properties: dict[str, Schema] = {}
    for key in _KEYS:
        if key == "kind":
            properties[key] = {"description": "What kind of session it is.", "const": cls.kind}
        elif key == "outcome" and cls.kind in _OUTCOMES:
            properties[key] = choice(
                _OUTCOMES[cls.kind], "What it decided, on a completed one; absent = not recorded."
            )
        elif key in own:
            default: Any = own[key].default
            shown = {"default": default} if isinstance(default, str) else {}
            properties[key] = {**_SESSION_PROPERTIES[key], **shown}
    beside = {"outcome": "completed", "notice_hours": "cancelled"}
    return strict(
        properties,
        ("id", "kind", "start", "minutes"),
        title=cls.kind.replace("-", " ").capitalize(),
        description=_SAYS[cls.kind],
        dependentSchemas={
            key: only_where("status", status) for key, status in beside.items() if key in properties
        },
    )


_SESSION: Final = chosen_by(
    "kind",
    {cls.kind: {"$ref": f"#/$defs/{cls.kind}"} for cls in SESSION_CLASSES},
    title="Session",
    description="One session of the course; its kind says what else belongs to it.",
    says="What kind of session it is.",
)
_CLINICIAN: Final = record(
    Clinician,
    {
        "id": ref("id", "A pseudonym."),
        "role": ref("id", "A role of the protocol.", examples=["therapist", "medical-provider"]),
    },
    title="Clinician",
    description="Who holds a session.",
)
_SUPPLY: Final = record(
    Supply,
    {
        "id": ref("id", "A pseudonym, unique over sessions and supplies."),
        "issued": ref("date", "The date of the prescription, in the plan's zone."),
        "received": ref("date", "The date of arrival, not before issued; absent = not arrived."),
        "dosings": count("How many dosings it covers."),
    },
    title="Supply",
    description="One dispensing of medicine.",
)
_PROPERTIES: Final[Properties] = {
    "schema": schema_name(PLAN_SCHEMA),
    "id": ref("id", "The plan's pseudonym.", examples=["plan-0042"]),
    "protocol": choice(PRACTICE_NAMES, "The practice whose protocol applies; absent = as asked."),
    "fees": choice(PRACTICE_NAMES, "The practice whose fees apply; absent = as asked."),
    "timezone": ref("zone", "Where its civil dates come from."),
    "state": choice(STATES, "Discontinued = ended early, by choice or advice."),
    "client": ref("id", "The client's pseudonym, never a name; absent = not recorded."),
    "born": ref("date", "The client's date of birth; absent = not recorded."),
    "conditions": array(
        ref("id", "A label that a protocol's exclusions may name."),
        "Recorded conditions, each once; empty = none, absent = not recorded.",
        uniqueItems=True,
    ),
    "sessions": array(
        {"$ref": "#/$defs/session"}, "The course, in any order.", maxItems=MOST_SESSIONS
    ),
    "supplies": array(
        {"$ref": "#/$defs/supply"}, "Medicine; empty = tracked and none, absent = not tracked."
    ),
}
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


def plan_schema() -> Schema:
    """The schema of ``kap-model/plan/1``."""
    whole = record(
        Plan,
        _PROPERTIES,
        title="Plan",
        description="One client's course of ketamine-assisted psychotherapy, planned or recorded. "
        "Ids and client are pseudonyms.",
        leading=("schema",),
        examples=[_EXAMPLE],
    )
    own: dict[str, Schema] = {"session": _SESSION}
    own |= {cls.kind: _session(cls) for cls in SESSION_CLASSES}
    own |= {"clinician": _CLINICIAN, "supply": _SUPPLY}
    return with_definitions(whole, own)

"""Plan documents as pydantic models, strict and with a discriminated union, and hand checks.

The models say what a document may hold; what is decided between fields is checked by validators,
and the rules are those of the ordinary code.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

import datetime_plan as plain
from fused_time import zone_names, zone_of
from strict_json import DATE, LARGEST, MOST_SESSIONS, is_line, parse_json, says_none

Label = Annotated[str, StringConstraints(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
PracticeName = Literal["core", "kingsley", "regrounding"]
ABSENT: Final[Any] = None
"""The default of a field that may be absent but not null."""


def _moment(value: Any) -> dt.datetime:
    return plain.moment(value, "start")


def _date(value: Any) -> dt.date:
    if type(value) is not str or DATE.fullmatch(value) is None:
        raise ValueError("must be a date")
    day = dt.date.fromisoformat(value)
    if not plain.FIRST_DATE <= day <= plain.LAST_DATE:
        raise ValueError("must be a date from 1900-01-01 to 2200-12-31")
    return day


Moment = Annotated[dt.datetime, BeforeValidator(_moment)]
Date = Annotated[dt.date, BeforeValidator(_date)]


class Strict(BaseModel):
    """No coercion, no unknown key; an absent field has no value of its type, so null is none."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Clinician(Strict):
    id: Label
    role: Label


class BaseSession(Strict):
    id: Label
    start: Moment
    minutes: int = Field(ge=1, le=1440)
    place: Literal["office", "remote"] = "office"
    status: Literal["planned", "completed", "cancelled", "no-show"] = "planned"
    clinician: Clinician = ABSENT
    notice_hours: int = Field(default=ABSENT, ge=0, le=LARGEST)

    @model_validator(mode="after")
    def _notice_on_a_cancelled_session(self) -> Self:
        if self.notice_hours is not None and self.status != "cancelled":
            raise ValueError("notice_hours belongs on a cancelled session only")
        return self


class Consultation(BaseSession):
    kind: Literal["consultation"]


class MedicalSession(BaseSession):
    place: Literal["office", "remote"] = "remote"

    @model_validator(mode="after")
    def _outcome_on_a_completed_session(self) -> Self:
        if getattr(self, "outcome", None) is not None and self.status != "completed":
            raise ValueError("outcome belongs on a completed session only")
        return self


class MedicalEvaluation(MedicalSession):
    kind: Literal["medical-evaluation"]
    outcome: Literal["eligible", "ineligible", "pending"] = ABSENT


class MedicalReview(MedicalSession):
    kind: Literal["medical-review"]
    outcome: Literal["continue", "stop", "pending"] = ABSENT


class TherapistSession(BaseSession):
    format: Literal["individual", "group"] = "individual"


class Preparation(TherapistSession):
    kind: Literal["preparation"]


class Integration(TherapistSession):
    kind: Literal["integration"]


class Dosing(TherapistSession):
    kind: Literal["dosing"]
    level: Label = ABSENT
    support_person: str = ABSENT
    therapist_present: bool = ABSENT

    @field_validator("support_person")
    @classmethod
    def _one_short_line(cls, text: str) -> str:
        if not is_line(text):
            raise ValueError("must be 1 to 200 characters on one line")
        if says_none(text) and text != "none":
            raise ValueError("must say none in lower case where nobody was there")
        return text


Session = Annotated[
    Consultation | MedicalEvaluation | Preparation | Dosing | Integration | MedicalReview,
    Field(discriminator="kind"),
]


class Supply(Strict):
    id: Label
    issued: Date
    received: Date = ABSENT
    dosings: int = Field(ge=1, le=LARGEST)

    @model_validator(mode="after")
    def _received_once_issued(self) -> Self:
        if self.received is not None and self.received < self.issued:
            raise ValueError("received must not be before issued")
        return self


class Plan(Strict):
    schema_: Literal["kap-model/plan/1"] = Field(alias="schema")
    id: Label
    protocol: PracticeName = ABSENT
    fees: PracticeName = ABSENT
    timezone: str
    state: Literal["active", "completed", "discontinued"] = "active"
    client: Label = ABSENT
    born: Date = ABSENT
    conditions: list[Label] = ABSENT
    sessions: list[Session] = Field(max_length=MOST_SESSIONS)
    supplies: list[Supply] = ABSENT

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in zone_names():
            raise ValueError("must be a zone of the tzdata list")
        return name

    @field_validator("conditions")
    @classmethod
    def _each_once(cls, labels: list[str]) -> list[str]:
        if len(set(labels)) != len(labels):
            raise ValueError("must name each label once")
        return sorted(labels)

    @model_validator(mode="after")
    def _unique_ids(self) -> Self:
        ids = [item.id for item in (*self.sessions, *(self.supplies or ()))]
        if len(set(ids)) != len(ids):
            raise ValueError("ids must be unique over sessions and supplies")
        return self


def loads(text: str | bytes) -> plain.Plan:
    """The plan of a document, as the rules of the ordinary code read it.

    Raises:
        ValueError: The text is no plan document; with the path of each problem.
    """
    document = Plan.model_validate(parse_json(text))
    zone = zone_of(document.timezone)
    supplies = None
    if document.supplies is not None:
        supplies = [plain.Supply(s.id, s.issued, s.received, s.dosings) for s in document.supplies]
        supplies.sort(key=lambda supply: (supply.issued, supply.id))
    sessions = [_plain(session, zone) for session in document.sessions]
    return plain.Plan(
        protocol=document.protocol or "core",
        zone=zone,
        state=document.state,
        conditions=document.conditions or [],
        sessions=sorted(sessions, key=lambda session: session.order),
        supplies=supplies,
    )


def _plain(session: Session, zone: dt.tzinfo) -> plain.Session:
    get = session.__dict__.get
    start, minutes, clinician = session.start, session.minutes, session.clinician
    return plain.Session(
        id=session.id,
        kind=session.kind,
        start=start,
        end=start + dt.timedelta(minutes=minutes),
        date=start.astimezone(zone).date(),
        minutes=minutes,
        place=session.place,
        format=get("format", "individual"),
        status=session.status,
        role=None if clinician is None else clinician.role,
        outcome=get("outcome"),
        level=get("level"),
        support_person=get("support_person"),
        therapist_present=get("therapist_present"),
    )

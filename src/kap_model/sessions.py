"""The six kinds of session, each its own small frozen class over a shared base.

Sources: both practice pages, steps 1-5 [K] and 1-7 [R]. What cannot be, cannot be said: an outcome
on a preparation, or on a session that was not held, cannot be constructed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

import attrs
from attrs import field, frozen

from kap_model._time import Instant, instant, zone
from kap_model._values import (
    Value,
    check_choice,
    check_identifier,
    check_integer,
    check_text,
    says,
    settle,
)
from kap_model.errors import InvalidValue, Problem, refusal

if TYPE_CHECKING:
    import pendulum

Kind: TypeAlias = Literal[
    "consultation", "medical-evaluation", "preparation", "dosing", "integration", "medical-review"
]
Place: TypeAlias = Literal["office", "remote"]
Format: TypeAlias = Literal["individual", "group"]
Status: TypeAlias = Literal["planned", "completed", "cancelled", "no-show"]
EvaluationOutcome: TypeAlias = Literal["eligible", "ineligible", "pending"]
ReviewOutcome: TypeAlias = Literal["continue", "stop", "pending"]

MEDICAL_KINDS: Final = ("medical-evaluation", "medical-review")
THERAPIST_KINDS: Final = ("preparation", "dosing", "integration")
"""What the therapist holds alone or in a group, in canonical order."""
PLACES: Final = ("office", "remote")
FORMATS: Final = ("individual", "group")
STATUSES: Final = ("planned", "completed", "cancelled", "no-show")
EVALUATION_OUTCOMES: Final = ("eligible", "ineligible", "pending")
REVIEW_OUTCOMES: Final = ("continue", "stop", "pending")

ROUTES: Final = ("sublingual", "oral", "intramuscular", "intravenous", "nasal")
"""Known routes of the medicine; a practice may have labels of its own beside them."""

LONGEST_MINUTES: Final = 1440
NOBODY: Final = "none"
"""The support person's text that records that nobody was there."""
RECORDED: Final = "recorded"
"""The support person's text where somebody is there and who it is does not matter."""

USUAL_MINUTES: Final[Mapping[str, int]] = {
    "consultation": 50,
    "medical-evaluation": 30,
    "preparation": 50,
    "dosing": 120,
    "integration": 50,
    "medical-review": 30,
}
"""Lengths where nothing states one."""
USUAL_HOUR: Final = 10
"""When a session starts where nothing states a time."""


@frozen
class Clinician(Value):
    """Who held a session: a pseudonymous id and a role such as ``therapist``."""

    id: str = field()
    role: str = field()

    def __attrs_post_init__(self) -> None:
        check_identifier(self.id, "id")
        check_identifier(self.role, "role")

    def __repr__(self) -> str:
        return f"<Clinician {self.id}>"


@frozen(kw_only=True, repr=False)
class Session(Value):
    """What every kind of session has; construct one of the six kinds.

    Attributes:
        id: A pseudonym, unique in its plan.
        begins: The start in seconds since 1970 UTC; given as ``start``, an aware datetime or
            an RFC 3339 text of the years 1980-2199.
        ends: ``begins`` and the elapsed minutes.
        minutes: The length, 1-1440.
        place: ``office`` or ``remote``; the default depends on the kind.
        status: ``planned``, ``completed``, ``cancelled`` or ``no-show``.
        clinician: Who holds it, where recorded.
        notice_hours: Hours of notice, on a cancelled session only.

    Raises:
        InvalidValue: A field is of the wrong type, out of range, or not of this kind or status.
    """

    kind: ClassVar[Kind]
    rank: ClassVar[int]
    """The kind's place in the canonical order of kinds."""

    id: str
    begins: Instant = field(alias="start", converter=instant)
    minutes: int
    place: Place = "office"
    status: Status = "planned"
    clinician: Clinician | None = None
    notice_hours: int | None = None
    ends: int = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not hasattr(self, "kind"):
            raise refusal("kind", "must be one of the six kinds")
        if type(self.id) is not str:
            settle(self, "id")
        check_identifier(self.id, "id")
        if type(self.minutes) is not int or not 1 <= self.minutes <= LONGEST_MINUTES:
            settle(self, "minutes")
            check_integer(self.minutes, "minutes", 1, LONGEST_MINUTES)
        if type(self.place) is not str or self.place not in PLACES:
            settle(self, "place")
            check_choice(self.place, "place", PLACES)
        if type(self.status) is not str or self.status not in STATUSES:
            settle(self, "status")
            check_choice(self.status, "status", STATUSES)
        if self.clinician is not None and type(self.clinician) is not Clinician:
            raise refusal("clinician", "must be a Clinician")
        if self.notice_hours is not None:
            settle(self, "notice_hours")
            check_integer(self.notice_hours, "notice_hours", 0)
            if self.status != "cancelled":
                raise refusal("notice_hours", "belongs on a cancelled session only")
        object.__setattr__(self, "ends", self.begins + self.minutes * 60)

    @property
    def start(self) -> pendulum.DateTime:
        """The start as an aware time in UTC; ``Plan.local_start`` gives it in the plan's zone."""
        return zone("UTC").datetime(self.begins)

    @property
    def end(self) -> pendulum.DateTime:
        """The end, start plus elapsed minutes, as an aware time in UTC."""
        return zone("UTC").datetime(self.ends)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


@frozen(kw_only=True, repr=False)
class Consultation(Session):
    """The first talk with the therapist, before the medical evaluation [K step 1, R step 1]."""

    kind: ClassVar[Kind] = "consultation"
    rank: ClassVar[int] = 0


@frozen(kw_only=True, repr=False)
class MedicalEvaluation(Session):
    """The medical partner's evaluation of eligibility, by video [K step 1, R step 2].

    Attributes:
        outcome: ``eligible``, ``ineligible`` or ``pending``, on a completed one; absent where
            not recorded.
    """

    kind: ClassVar[Kind] = "medical-evaluation"
    rank: ClassVar[int] = 1
    place: Place = "remote"
    outcome: EvaluationOutcome | None = None

    def __attrs_post_init__(self) -> None:
        Session.__attrs_post_init__(self)
        _check_outcome(self, EVALUATION_OUTCOMES)


@frozen(kw_only=True, repr=False)
class MedicalReview(Session):
    """A follow-up with the medical partner [K step 5, R step 7].

    Remote unless it says otherwise, as the evaluation is; the pages name no medium for it.

    Attributes:
        outcome: ``continue``, ``stop`` or ``pending``, on a completed one; absent where not
            recorded.
    """

    kind: ClassVar[Kind] = "medical-review"
    rank: ClassVar[int] = 5
    place: Place = "remote"
    outcome: ReviewOutcome | None = None

    def __attrs_post_init__(self) -> None:
        Session.__attrs_post_init__(self)
        _check_outcome(self, REVIEW_OUTCOMES)


@frozen(kw_only=True, repr=False)
class TherapistSession(Session):
    """What preparation, dosing and integration share: held alone or in a group."""

    format: Format = "individual"

    def __attrs_post_init__(self) -> None:
        Session.__attrs_post_init__(self)
        if type(self.format) is not str or self.format not in FORMATS:
            settle(self, "format")
            check_choice(self.format, "format", FORMATS)


@frozen(kw_only=True, repr=False)
class Preparation(TherapistSession):
    """A preparation session, before the first dosing [K step 2, R step 4]."""

    kind: ClassVar[Kind] = "preparation"
    rank: ClassVar[int] = 2


@frozen(kw_only=True, repr=False)
class Dosing(TherapistSession):
    """A dosing session: medicine, with the therapist present [K step 3, R step 5].

    Attributes:
        level: The dose level, a label; absent where not recorded.
        route: How the medicine is taken, a label: one of ``ROUTES`` or a practice's own; absent
            where not recorded.
        support_person: Who was with the client; ``none`` records that nobody was.
        therapist_present: Whether the therapist was present the whole time.
    """

    kind: ClassVar[Kind] = "dosing"
    rank: ClassVar[int] = 3
    level: str | None = None
    route: str | None = None
    support_person: str | None = None
    therapist_present: bool | None = None

    def __attrs_post_init__(self) -> None:
        TherapistSession.__attrs_post_init__(self)
        if self.level is not None:
            settle(self, "level")
            check_identifier(self.level, "level")
        if self.route is not None:
            settle(self, "route")
            check_identifier(self.route, "route")
        if self.support_person is not None:
            settle(self, "support_person")
            check_text(self.support_person, "support_person")
            if self.support_person != NOBODY and says(self.support_person, NOBODY):
                raise refusal(
                    "support_person", "must say none in lower case where nobody was there"
                )
        if self.therapist_present is not None and type(self.therapist_present) is not bool:
            raise refusal("therapist_present", "must be true or false")


@frozen(kw_only=True, repr=False)
class Integration(TherapistSession):
    """An integration session, after a dosing [K step 4, R step 6]."""

    kind: ClassVar[Kind] = "integration"
    rank: ClassVar[int] = 4


def _check_outcome(session: MedicalEvaluation | MedicalReview, outcomes: tuple[str, ...]) -> None:
    if session.outcome is None:
        return
    settle(session, "outcome")
    check_choice(session.outcome, "outcome", outcomes)
    if session.status != "completed":
        raise refusal("outcome", "belongs on a completed session only")


SESSION_CLASSES: Final[tuple[type[Session], ...]] = (
    Consultation,
    MedicalEvaluation,
    Preparation,
    Dosing,
    Integration,
    MedicalReview,
)
"""The six kinds in canonical order."""

AnySession: TypeAlias = (
    Consultation | MedicalEvaluation | Preparation | Dosing | Integration | MedicalReview
)
"""A session of one of the six kinds, for ``match`` and type checkers."""

KINDS: Final[tuple[Kind, ...]] = tuple(cls.kind for cls in SESSION_CLASSES)
CLASS_OF_KIND: Final[dict[str, type[Session]]] = {cls.kind: cls for cls in SESSION_CLASSES}
DEFAULT_PLACE: Final[dict[str, Place]] = {
    cls.kind: attrs.fields(cls).place.default for cls in SESSION_CLASSES
}
"""Where each kind is held unless its session says otherwise."""


def session(kind: Kind, **fields: Any) -> AnySession:
    """A session of a kind, such as ``session("dosing", id="d1", start=…, minutes=120)``.

    Args:
        kind: One of the six kinds.
        **fields: What its class takes.

    Raises:
        InvalidValue: There is no such kind, the kind has no such field, or a field is missing, of
            the wrong type or out of range.
    """
    check_choice(kind, "kind", KINDS)
    cls = CLASS_OF_KIND[kind]
    check_fields(cls, fields)
    missing = [a.alias for a in attrs.fields(cls) if a.init and a.default is attrs.NOTHING]
    problems = [Problem(name, "must be given") for name in missing if name not in fields]
    if problems:
        raise InvalidValue(problems)
    made: Any = cls(**fields)
    return made  # type: ignore[no-any-return]


def check_fields(cls: type, fields: Iterable[str]) -> None:
    """Refuse names of fields that a class has not, and say which it has."""
    known = [a.alias for a in attrs.fields(cls) if a.init]
    problems = [
        Problem(name, "must be one of " + ", ".join(known)) for name in fields if name not in known
    ]
    if problems:
        raise InvalidValue(problems)

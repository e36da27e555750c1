"""What each session is like: how long, where and how held, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import inf
from operator import attrgetter
from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs
from attrs import frozen

from kap_model._values import as_tuple, check_choice, check_choices, check_integer, check_labels
from kap_model.breach import Breach, Voice, Words, called, count, noun, sentence
from kap_model.course import Course
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.forms._form import RuleForm, RuleFunction
from kap_model.forms.selectors import KINDS_WITH, Selector, of_selector
from kap_model.forms.wording import either, every
from kap_model.limits import Bounds, Limits
from kap_model.sessions import FORMATS, KINDS, LONGEST_MINUTES, NOBODY, PLACES, Clinician, Session
from kap_model.timeline import Fact, Timeline

AllowedField: TypeAlias = Literal["place", "format", "level", "route", "role"]
KnownField: TypeAlias = Literal[
    "level", "route", "clinician", "support_person", "therapist_present"
]
By: TypeAlias = Literal["start", "end"]
ALLOWED_FIELDS: Final[tuple[AllowedField, ...]] = ("place", "format", "level", "route", "role")
KNOWN_FIELDS: Final[tuple[KnownField, ...]] = (
    "level",
    "route",
    "clinician",
    "support_person",
    "therapist_present",
)
BY: Final[tuple[By, ...]] = ("start", "end")
WORDS_OF: Final[dict[str, tuple[str, ...]]] = {"place": PLACES, "format": FORMATS}
"""The words of the fields that know them all; the others take labels."""


def _minutes(values: Iterable[int] | None) -> tuple[int, ...] | None:
    if values is None:
        return None
    minutes = as_tuple(values, "one_of")
    problems: list[Problem] = []
    for index, value in enumerate(minutes):
        try:
            check_integer(value, f"one_of[{index}]", 1, LONGEST_MINUTES)
        except InvalidValue as error:
            problems += error.problems
    if problems:
        raise InvalidValue(problems)
    if not minutes:
        raise refusal("one_of", "must name at least one length")
    if len(set(minutes)) != len(minutes):
        raise refusal("one_of", "must name each once")
    return tuple(sorted(minutes))


def _lasts(voice: Voice, session: Session, form: Length) -> Words:
    lasts, limit = count(session.minutes, "minute"), form.limit
    wrong = "does not last as long as the protocol asks"
    if form.bounds is not None:
        wrong = "is too short" if form.bounds.below(session.minutes) else "is too long"
    return Words(
        f"{sentence(voice.session(session))} lasts {lasts}; the limit is {limit}.",
        lasts,
        limit,
        title=f"{sentence(called(session))} {wrong}",
        action=voice.change("Book", session, so_that=f" for {limit}"),
        values=voice.told(
            **form.figures("min", "max", "one_of"), session=session, found=session.minutes
        ),
    )


_LENGTHS: Final = range(1, LONGEST_MINUTES + 1)
_MINUTES: Final = attrgetter("minutes")
_CLINICIAN: Final = attrgetter("clinician")
_STATUS: Final = attrgetter("status")


@lru_cache(maxsize=1024)
def _lengths(of: Selector) -> Fact[tuple[float, float]]:
    """The fact how long the shortest and the longest session last."""

    def lengths(timeline: Timeline) -> tuple[float, float]:
        minutes: set[int] = set()
        for sessions in of.by_kind(timeline):
            minutes.update(map(_MINUTES, sessions))
        return (min(minutes), max(minutes)) if minutes else (inf, 0)

    return lengths


@frozen
class Length(RuleForm):
    """Each session lasts so long.

    Attributes:
        of: Which sessions.
        min: At least so many minutes.
        max: At most so many minutes.
        one_of: One of these numbers of minutes, instead of the two.

    Raises:
        InvalidValue: Nothing is given, or ``one_of`` beside ``min`` or ``max``.
    """

    form: ClassVar[str] = "length"

    of: Selector = attrs.field(converter=of_selector)
    min: int | None = attrs.field(default=None, kw_only=True)
    max: int | None = attrs.field(default=None, kw_only=True)
    one_of: tuple[int, ...] | None = attrs.field(default=None, converter=_minutes, kw_only=True)
    bounds: Bounds | None = attrs.field(init=False, eq=False, repr=False)
    """``min`` and ``max`` together; ``None`` where ``one_of`` is given."""

    def __attrs_post_init__(self) -> None:
        if self.one_of is None:
            object.__setattr__(self, "bounds", Bounds(self.min, self.max))
        elif self.min is not None or self.max is not None:
            raise refusal("one_of", "must stand alone, without min and max")
        else:
            object.__setattr__(self, "bounds", None)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session that is too short, too long or between."""
        return [
            Breach("violated", (session,), _lasts, (session, self))
            for session in self.of.of(course)
            if not self.holds(session.minutes)
        ]

    def bound(self) -> RuleFunction:
        """With the shortest and the longest as the fact; of a list of lengths it goes through."""
        if self.bounds is None:
            return self.find
        lowest, highest = self.min or 0, inf if self.max is None else self.max
        lengths, find = _lengths(self.of), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            shortest, longest = course.timeline.fact(lengths)
            return [] if lowest <= shortest and longest <= highest else find(course, limits)

        return found

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another allows no length that it does not, of its sessions and maybe more."""
        if all(map(self.holds, _LENGTHS)):
            return True
        return (
            isinstance(other, Length)
            and self.of.is_within(other.of)
            and all(self.holds(minutes) for minutes in _LENGTHS if other.holds(minutes))
        )

    def holds(self, minutes: int) -> bool:
        """Whether a session may last so long."""
        if self.bounds is None:
            return minutes in (self.one_of or ())
        return self.bounds.holds(minutes)

    @property
    def limit(self) -> str:
        """``60 to 180 minutes``, ``60, 90 or 120 minutes``."""
        if self.bounds is not None:
            return self.bounds.of("minute")
        lengths = self.one_of or ()
        unit = "minute" if lengths == (1,) else "minutes"
        return f"{either(tuple(str(length) for length in lengths))} {unit}"

    @property
    def says(self) -> str:
        """Such as ``Every dosing lasts 60 to 180 minutes``."""
        return f"{sentence(every(self.of))} lasts {self.limit}."


def _values(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else as_tuple(values, "values")


_SPOKEN: Final = {
    "individual": "individually",
    "group": "in a group",
    "office": "at the office",
    "remote": "remotely",
}


_LABELED: Final = {"level": "dose level", "route": "route"}


def _value_of(session: Session, field: str) -> str | None:
    """What a session's field holds; ``None`` = it is not recorded, or there is no such field."""
    if field == "role":
        return None if session.clinician is None else session.clinician.role
    value: str | None = getattr(session, field, None)
    return value


_NONE: Final = frozenset((None,))


def _any_clinician(timeline: Timeline) -> bool:
    """Whether some clinician is recorded at all."""
    return any(map(_CLINICIAN, timeline.counting))


@lru_cache(maxsize=1024)
def _stated(of: Selector, field: str) -> Fact[frozenset[str | None]]:
    """The fact what is stated in a field of some sessions; ``None`` is not left out."""
    value = attrgetter("clinician" if field == "role" else field)
    kinds = KINDS_WITH.get(field, KINDS)

    def stated(timeline: Timeline) -> frozenset[str | None]:
        if field == "role" and not timeline.fact(_any_clinician):
            return _NONE
        values: set[Any] = set()
        for sessions in of.by_kind(timeline):
            if of.is_plain or field == "role":
                values.update(
                    map(value, sessions if sessions and sessions[0].kind in kinds else ())
                )
            else:
                values.update([getattr(session, field, None) for session in sessions])
        return frozenset([one.role if type(one) is Clinician else one for one in values])

    return stated


def _not_allowed(voice: Voice, session: Session, form: Allow, value: str) -> Words:
    named, allowed = sentence(voice.session(session)), form.allowed
    found, required, wrong = value, allowed, ""
    if form.field in WORDS_OF:
        found, required = _SPOKEN[value], f"{noun(session)}s held {allowed}"
        said = f"{named} is held {found}; the protocol allows {required}."
        wrong = f"is held in a {form.field} that the protocol does not allow"
        action = voice.change("Hold", session, so_that=f" {allowed}")
    elif form.field == "role":
        said = f"{named} is recorded with the role {value}; the protocol asks for {allowed}."
        wrong = "is held by another role than the protocol asks for"
        action = voice.change("Give", session, so_that=f" to a clinician with the role {allowed}")
    else:
        label = _LABELED[form.field]
        said = f"{named} states a {label} that the protocol does not allow."
        wrong = f"states a {label} that the protocol does not allow"
        action = voice.change("Plan", session, so_that=f" with the {label} {allowed}")
    return Words(
        said,
        found,
        required,
        title=f"{sentence(called(session))} {wrong}",
        action=action,
        values=voice.told(**form.figures("field", "values"), session=session, found=value),
    )


@frozen
class Allow(RuleForm):
    """A field of each session, where it is recorded, is one of these values.

    Attributes:
        of: Which sessions.
        field: ``place``, ``format``, ``level``, ``route`` or ``role`` (the clinician's).
        values: What it may be, one or several.

    Raises:
        InvalidValue: No session that ``of`` selects has the field, or a value is none of its.
    """

    form: ClassVar[str] = "allow"

    of: Selector = attrs.field(converter=of_selector)
    field: AllowedField
    values: tuple[str, ...] = attrs.field(converter=_values)

    def __attrs_post_init__(self) -> None:
        check_choice(self.field, "field", ALLOWED_FIELDS)
        kinds = KINDS_WITH.get(self.field)
        if kinds is not None and not set(kinds) & set(self.of.kind):
            raise refusal("field", "must be one that a kind of session selected by of has")
        if self.field in WORDS_OF:
            check_choices(self.values, "values", WORDS_OF[self.field])
        else:
            check_labels(self.values, "values")
        if not self.values:
            raise refusal("values", "must name at least one")

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session whose field has another value."""
        return [
            Breach("violated", (session,), _not_allowed, (session, self, value))
            for session in self.of.of(course)
            if (value := _value_of(session, self.field)) is not None and value not in self.values
        ]

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another allows no value that it does not, of its sessions and maybe more."""
        words = WORDS_OF.get(self.field)
        if words is not None and set(words) <= set(self.values):
            return True
        return (
            isinstance(other, Allow)
            and self.field == other.field
            and self.of.is_within(other.of)
            and set(other.values) <= set(self.values)
        )

    def holds(self, session: Session) -> bool:
        """Whether a session that it selects has a value that it allows, or none recorded."""
        return _value_of(session, self.field) in (None, *self.values)

    def bound(self) -> RuleFunction:
        """With all that is stated in the field as the fact."""
        allowed, find = frozenset((*self.values, None)), self.find
        stated = _stated(self.of, self.field)

        def found(course: Course, limits: Limits) -> list[Breach]:
            return [] if course.timeline.fact(stated) <= allowed else find(course, limits)

        return found

    @property
    def allowed(self) -> str:
        """``at the office or remotely``, ``low or moderate``."""
        return either(tuple(_SPOKEN.get(value, value) for value in self.values))

    @property
    def says(self) -> str:
        """Such as ``Every dosing is held at the office``."""
        which = every(self.of)
        if self.field in WORDS_OF:
            return f"{sentence(which)} is held {self.allowed}."
        if self.field == "role":
            return f"Who holds {which} has the role {self.allowed}, where it is recorded."
        return f"The {self.field} of {which}, where it is recorded, is {self.allowed}."


_ASKED: Final = {
    "level": ("the dose level", "a recorded dose level"),
    "route": ("the route", "a recorded route"),
    "clinician": ("the clinician", "a recorded clinician"),
    "support_person": ("the support person", "a named support person"),
    "therapist_present": ("whether the therapist was present", "therapist present throughout"),
}
"""What a field is in running text, and what is asked for."""


def _stated_lacking(voice: Voice, session: Session, form: Known) -> Words:
    named, found, case = sentence(voice.session(session)), "nobody", "lacking"
    if form.field == "therapist_present":
        said, found = f"{named} is held without the therapist present.", "therapist absent"
        title = f"The therapist is not present at {called(session)}"
        action = voice.change("Hold", session, so_that=" with the therapist present, or cancel it")
    else:
        remote = form.of.place == ("remote",)
        said = f"{named} has nobody there to support the client."
        if remote:
            said = f"{named} is remote, and nobody is there to support the client."
        title = f"Nobody is with the client at {called(session)}"
        action = voice.change("Name who will be with the client at", session, so_that=_or(remote))
    values = voice.told(**form.figures("field", "by"), session=session)
    return Words(said, found, form.required, title=title, action=action, case=case, values=values)


def _or(remote: bool) -> str:  # noqa: FBT001 - said of one who asks for it by name
    return ", or hold it at the office" if remote else ""


def _not_recorded(voice: Voice, session: Session, form: Known) -> Words:
    named = voice.session(session)
    said = f"{sentence(form.asked)} of {named} is not recorded."
    title = f"{sentence(form.asked)} of {called(session)} is not recorded"
    action = f"Record {form.asked} of {called(session)}{voice.when and f' {voice.when}'}."
    if form.field == "therapist_present":
        said = f"It is not recorded whether the therapist was present at {named}."
        title = f"Not recorded whether the therapist was present at {called(session)}"
        action = f"Record whether the therapist was present at {called(session)}."
    elif form.field == "support_person":
        remote = form.of.place == ("remote",)
        said = (
            f"{sentence(named)} {'is remote and names' if remote else 'names'} no support person."
        )
        title = f"No support person is named for {called(session)}"
        action = f"Name who is with the client at {called(session)}{_or(remote)}."
    values = voice.told(**form.figures("field", "by"), session=session)
    return Words(
        said,
        "not recorded",
        form.required,
        title=title,
        action=action,
        case="not-recorded",
        values=values,
    )


_LACKING: Final[dict[str, object]] = {"therapist_present": False, "support_person": NOBODY}
"""What says of a field that there is none of it."""
_NOTHING: Final = object()


@lru_cache(maxsize=1024)
def _due(of: Selector, field: str, by: By) -> Fact[float]:
    """The fact from when on there is something to be said of a field.

    From the beginning, where a session states it as lacking, is completed without it, or was to
    state it by its start; else from the end of the first session without it.
    """
    stated, lacking = attrgetter(field), _LACKING.get(field, _NOTHING)

    def due(timeline: Timeline) -> float:
        sessions = of.chosen(timeline)
        values = list(map(stated, sessions))
        if lacking in values:
            return -inf
        if None not in values:
            return inf
        if by == "start":
            return -inf
        unstated: Sequence[Session] = sessions
        if any(value is not None for value in values):
            unstated = [one for one, value in zip(sessions, values, strict=True) if value is None]
        some_held = timeline.latest_completed_start is not None
        if some_held and "completed" in map(_STATUS, unstated):
            return -inf
        return min([session.ends for session in unstated])

    return due


@frozen
class Known(RuleForm):
    """A field of each session is recorded, and not as lacking.

    Attributes:
        of: Which sessions.
        field: ``level``, ``route``, ``clinician``, ``support_person`` or
            ``therapist_present``.
        by: By when: the session's ``start``, or its ``end``.

    Raises:
        InvalidValue: Not every kind that ``of`` selects has the field.
    """

    form: ClassVar[str] = "known"

    of: Selector = attrs.field(converter=of_selector)
    field: KnownField
    by: By = attrs.field(default="start", kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_choice(self.field, "field", KNOWN_FIELDS)
        if self.field != "clinician" and self.of.kind != ("dosing",):
            raise refusal("field", "must be one that each kind of session selected by of has")
        check_choice(self.by, "by", BY)

    def find(self, course: Course, limits: Limits) -> list[Breach]:
        """One finding for each session of which it is not recorded, or recorded as lacking."""
        breaches = []
        lacking = _LACKING.get(self.field, _NOTHING)
        for session in self.of.of(course):
            value = getattr(session, self.field)
            facts = (session, self)
            if value == lacking:
                breaches.append(Breach("violated", (session,), _stated_lacking, facts))
            elif value is None and self._is_due(course, session):
                breaches.append(Breach("unknown", (session,), _not_recorded, facts))
            elif value is None and self.by == "start":
                closes = session.begins
                breaches.append(Breach("missing", (session,), _not_recorded, facts, closes=closes))
        return breaches

    def bound(self) -> RuleFunction:
        """With from when on there is something to be said as the fact."""
        due, find = _due(self.of, self.field, self.by), self.find

        def found(course: Course, limits: Limits) -> list[Breach]:
            since, known = course.timeline.fact(due), course.known_until
            if since > (-inf if known is None else known):
                return []
            return find(course, limits)

        return found

    def implied_by(self, other: RuleForm | None) -> bool:
        """Whether another asks for the same of its sessions and maybe more, no later."""
        return (
            isinstance(other, Known)
            and self.field == other.field
            and self.of.is_within(other.of)
            and other.by in ("start", self.by)
        )

    def _is_due(self, course: Course, session: Session) -> bool:
        """Whether it is too late to record it in time."""
        started = course.as_of is not None and not course.starts_after_as_of(session)
        return course.is_held(session) or (self.by == "start" and started)

    @property
    def asked(self) -> str:
        """``the support person``."""
        return _ASKED[self.field][0]

    @property
    def required(self) -> str:
        """``a named support person``."""
        return _ASKED[self.field][1]

    @property
    def says(self) -> str:
        """Such as ``The support person of every remote dosing is recorded before it starts``."""
        when = "before it starts" if self.by == "start" else "once it is over"
        if self.field == "therapist_present":
            return f"The therapist is present at {every(self.of)}, which is recorded {when}."
        if self.field == "support_person":
            return f"A support person is named for {every(self.of)} {when}."
        return f"{sentence(self.asked)} of {every(self.of)} is recorded {when}."

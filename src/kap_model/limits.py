"""The limits that a protocol may set: their names, units and types. No rule holds a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import Value, check_choice, check_choices, check_integer, check_labels
from kap_model.citations import Citation
from kap_model.errors import refusal
from kap_model.sessions import FORMATS, PLACES

OFF: Final = "off"
"""What a dated line says where its limit, or its house rule, is unset from its date on."""
LONGEST: Final = 1_000_000
"""No count, length or age of a limit lies above this."""


@frozen
class Bounds(Value):
    """A lowest and a highest lawful number, ends included; either may be open.

    Raises:
        InvalidValue: Not whole numbers from 0, none of the two given, or the lowest above the
            highest.
    """

    min: int | None = None
    max: int | None = None

    def __attrs_post_init__(self) -> None:
        if self.min is None and self.max is None:
            raise refusal("", "must set min, max or both")
        if self.min is not None:
            check_integer(self.min, "min", 0, LONGEST)
        if self.max is not None:
            check_integer(self.max, "max", 0, LONGEST)
        if self.min is not None and self.max is not None and self.min > self.max:
            raise refusal("max", "must not be below min")

    def below(self, number: int) -> bool:
        """Whether a number is under the lowest."""
        return self.min is not None and number < self.min

    def above(self, number: int) -> bool:
        """Whether a number is over the highest."""
        return self.max is not None and number > self.max

    def holds(self, number: int) -> bool:
        """Whether a number lies within."""
        return not (self.below(number) or self.above(number))

    def of(self, thing: str) -> str:
        """The range with its unit: ``6 to 8 dosings``, ``at least 1 day``."""
        plural = (self.min if self.max is None else self.max) != 1
        return f"{self} {thing}s" if plural else f"{self} {thing}"

    def __str__(self) -> str:
        if self.max is None:
            return f"at least {self.min}"
        if self.min is None:
            return f"at most {self.max}"
        return str(self.min) if self.min == self.max else f"{self.min} to {self.max}"


ReviewPolicy: TypeAlias = Literal["rolling", "calendar"]
ReviewGate: TypeAlias = Literal["before-next", "any-time"]
REVIEW_POLICIES: Final = ("rolling", "calendar")
REVIEW_GATES: Final = ("before-next", "any-time")


@frozen
class ReviewEvery(Value):
    """A medical contact at least every so many months.

    Attributes:
        months: 1 or more; read by the rolling policy only.
        policy: ``rolling``: from contact to contact; ``calendar``: in each calendar quarter with
            a dosing.
    """

    months: int
    policy: ReviewPolicy = "rolling"

    def __attrs_post_init__(self) -> None:
        check_integer(self.months, "months", 1, 120)
        check_choice(self.policy, "policy", REVIEW_POLICIES)

    def __str__(self) -> str:
        if self.policy == "calendar":
            return "each calendar quarter with a dosing"
        return "every month" if self.months == 1 else f"every {self.months} months"


@frozen
class ReviewAfter(Value):
    """A medical review after so many dosings.

    Attributes:
        dosings: 1 or more.
        gate: ``before-next``: before the next dosing; ``any-time``: at some time after.
    """

    dosings: int
    gate: ReviewGate

    def __attrs_post_init__(self) -> None:
        check_integer(self.dosings, "dosings", 1, LONGEST)
        check_choice(self.gate, "gate", REVIEW_GATES)

    def __str__(self) -> str:
        when = "before the next" if self.gate == "before-next" else "at any time after"
        return f"after dosing {self.dosings}, {when}"


@frozen
class Frequency(Value):
    """At most so many dosings in any so many consecutive days."""

    at_most: int
    days: int

    def __attrs_post_init__(self) -> None:
        check_integer(self.at_most, "at_most", 1, LONGEST)
        check_integer(self.days, "days", 1, LONGEST)

    def __str__(self) -> str:
        if self.days == 1:
            return f"at most {self.at_most} on any day"
        return f"at most {self.at_most} in any {self.days} consecutive days"


Labels: TypeAlias = tuple[str, ...]
Switch: TypeAlias = Literal[True]
"""A limit that is on, or not set."""


@frozen(kw_only=True, cache_hash=True, repr=False)
class Limits(Value):
    """The limits in force for one course; ``None`` = not set, so that its rules do not apply."""

    preparation_count: Bounds | None = None
    dosing_count: Bounds | None = None
    integration_per_dosing: int | None = None
    integration_count: Bounds | None = None
    dosing_minutes: Bounds | None = None
    effect_minutes: int | None = None
    processing_minutes: int | None = None
    therapy_minutes: Bounds | None = None
    dosing_gap_days: Bounds | None = None
    dosing_frequency: Frequency | None = None
    integration_window_hours: int | None = None
    review_every: ReviewEvery | None = None
    review_after: ReviewAfter | None = None
    initial_supply: int | None = None
    refill_supply: int | None = None
    refill_needs_review: Literal[True] | None = None
    evaluation_first: Literal[True] | None = None
    preparation_before_dosing: Literal[True] | None = None
    integration_after_dosing: Literal[True] | None = None
    consultation_first: Literal[True] | None = None
    therapist_present: Literal[True] | None = None
    preparation_after_supply: Literal[True] | None = None
    support_person_when_remote: Literal[True] | None = None
    medical_roles: Labels | None = None
    therapist_roles: Labels | None = None
    dosing_places: Labels | None = None
    formats: Labels | None = None
    dose_levels: Labels | None = None
    routes: Labels | None = None
    exclusions: Labels | None = None
    minimum_age: int | None = None
    cited: tuple[tuple[str, Citation], ...] = ()
    """Where each set limit comes from, as pairs of the limit's name and a citation."""

    citations: Mapping[str, Citation] = field(init=False, eq=False)
    """Where each set limit comes from, by the limit's name."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "citations", MappingProxyType(dict(self.cited)))

    def __repr__(self) -> str:
        return f"<Limits: {len(self.cited)} set>"


@frozen
class LimitSpec:
    """What one limit is.

    Attributes:
        name: Its name in :class:`Limits` and in protocol documents.
        says: What it limits, in one phrase, with the unit.
        form: How a document writes it.
        cls: The type of its values.
        check: Refuses a value that cannot be this limit.
    """

    name: str
    says: str
    form: str
    cls: type
    check: Callable[[object], None]


def _object(name: str, says: str, cls: type, form: str) -> LimitSpec:
    def check(value: object) -> None:
        if type(value) is not cls:
            raise refusal("", f"must be a {cls.__name__}")

    return LimitSpec(name, says, form, cls, check)


def _range(name: str, says: str) -> LimitSpec:
    return _object(name, says, Bounds, '{"min": n, "max": m}, either may be left out')


def _integer(name: str, says: str, lowest: int = 1) -> LimitSpec:
    def check(value: object) -> None:
        check_integer(value, "", lowest, LONGEST)

    return LimitSpec(name, says, "an integer", int, check)


def _switch(name: str, says: str) -> LimitSpec:
    def check(value: object) -> None:
        if value is not True:
            raise refusal("", "must be true")

    return LimitSpec(name, says, "true", bool, check)


def _list(name: str, says: str, choices: tuple[str, ...] = ()) -> LimitSpec:
    def check(value: object) -> None:
        if choices:
            check_choices(value, "", choices)
        else:
            check_labels(value, "")
        if not value:
            raise refusal("", "must name at least one label")

    form = "a list of " + (" and ".join(choices) if choices else "labels")
    return LimitSpec(name, says, form, tuple, check)


LIMITS: Final[tuple[LimitSpec, ...]] = (
    _range("preparation_count", "preparations before the first dosing"),
    _range("dosing_count", "dosings in the course"),
    _integer("integration_per_dosing", "integrations after each dosing"),
    _range("integration_count", "integrations in the course"),
    _range("dosing_minutes", "the length of a dosing session in minutes"),
    _integer("effect_minutes", "the longest usual effect in minutes"),
    _integer("processing_minutes", "time to process after the effect in minutes"),
    _range("therapy_minutes", "the length of a preparation or integration in minutes"),
    _range("dosing_gap_days", "days between the dates of consecutive dosings"),
    _object(
        "dosing_frequency",
        "the most dosings in consecutive days",
        Frequency,
        '{"at_most": n, "days": w}',
    ),
    _integer(
        "integration_window_hours",
        "hours from a dosing's end to the start of its first integration",
    ),
    _object(
        "review_every",
        "how often a medical contact is due",
        ReviewEvery,
        '{"months": n, "policy": "rolling" or "calendar"}',
    ),
    _object(
        "review_after",
        "the dosing after which a medical review is due",
        ReviewAfter,
        '{"dosings": n, "gate": "before-next" or "any-time"}',
    ),
    _integer("initial_supply", "dosings that the first medicine covers"),
    _integer("refill_supply", "dosings that each refill covers"),
    _switch("refill_needs_review", "a refill needs a medical review"),
    _switch("evaluation_first", "medical clearance comes before medicine"),
    _switch("preparation_before_dosing", "preparations come before the first dosing"),
    _switch("integration_after_dosing", "integrations come after the first dosing"),
    _switch("consultation_first", "a consultation comes before the medical evaluation"),
    _switch("therapist_present", "the therapist is present during each dosing"),
    _switch("preparation_after_supply", "preparations come once medicine has arrived"),
    _switch("support_person_when_remote", "a remote dosing names a support person"),
    _list("medical_roles", "roles that hold medical evaluations and reviews"),
    _list("therapist_roles", "roles that hold preparations, dosings and integrations"),
    _list("dosing_places", "places of dosings", PLACES),
    _list("formats", "formats of the therapist's sessions", FORMATS),
    _list("dose_levels", "dose levels, lowest first"),
    _list("routes", "routes by which the medicine is taken"),
    _list("exclusions", "conditions that speak against treatment"),
    _integer("minimum_age", "the client's minimum age in years", 0),
)
"""Every limit, in the order of reference pages and canonical protocols."""

LIMIT_OF_NAME: Final[Mapping[str, LimitSpec]] = MappingProxyType(
    {spec.name: spec for spec in LIMITS}
)


def in_words(value: object) -> str:
    """A limit's value in plain words: ``6 to 8``, ``yes``, ``office, remote``."""
    if value is True:
        return "yes"
    return ", ".join(value) if isinstance(value, tuple) else str(value)

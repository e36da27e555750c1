"""What each session is like: how long, where and how held, and what is recorded of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, Literal, TypeAlias

import attrs
from attrs import frozen

from kap_model._values import as_tuple, check_choice, check_choices, check_integer, check_labels
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.selectors import KINDS_WITH, Selector, of_selector
from kap_model.limits import Bounds
from kap_model.sessions import FORMATS, LONGEST_MINUTES, PLACES

AllowedField: TypeAlias = Literal["place", "format", "level", "role"]
KnownField: TypeAlias = Literal["level", "clinician", "support_person", "therapist_present"]
By: TypeAlias = Literal["start", "end"]
ALLOWED_FIELDS: Final[tuple[AllowedField, ...]] = ("place", "format", "level", "role")
KNOWN_FIELDS: Final[tuple[KnownField, ...]] = (
    "level",
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


def _values(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else as_tuple(values, "values")


@frozen
class Allow(RuleForm):
    """A field of each session, where it is recorded, is one of these values.

    Attributes:
        of: Which sessions.
        field: ``place``, ``format``, ``level`` or ``role`` (the clinician's).
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


@frozen
class Known(RuleForm):
    """A field of each session is recorded, and not as lacking.

    Attributes:
        of: Which sessions.
        field: ``level``, ``clinician``, ``support_person`` or ``therapist_present``.
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

"""When new sessions may be held: open slots of a therapist or a medical partner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._time import Instant, instant
from kap_model._values import Value, as_tuple, check_choice
from kap_model.errors import InvalidValue, Problem, refusal
from kap_model.sessions import MEDICAL_KINDS

SlotRole: TypeAlias = Literal["therapist", "medical"]
ROLES: Final[tuple[SlotRole, ...]] = ("therapist", "medical")


def _start(value: dt.datetime | str | Instant) -> Instant:
    return instant(value, "start")


def _end(value: dt.datetime | str | Instant) -> Instant:
    return instant(value, "end")


@frozen(kw_only=True, repr=False)
class OpenSlot(Value):
    """A time in which sessions may be held.

    Attributes:
        start, end: Aware datetimes or RFC 3339 texts; kept as seconds since 1970 UTC.
        role: Whose time it is: ``therapist`` (consultation, preparation, dosing, integration),
            ``medical`` (evaluation, review), or ``None`` for both.

    Raises:
        InvalidValue: A time without an offset, an end that is not after the start, another role.
    """

    begins: Instant = field(alias="start", converter=_start)
    ends: Instant = field(alias="end", converter=_end)
    role: SlotRole | None = None

    def __attrs_post_init__(self) -> None:
        if self.role is not None:
            check_choice(self.role, "role", ROLES)
        if self.ends <= self.begins:
            raise refusal("end", "must be after the start")

    def is_for(self, role: SlotRole) -> bool:
        """Whether a role's sessions may be held in it."""
        return self.role is None or self.role == role

    def __repr__(self) -> str:
        return f"<OpenSlot {self.role or 'any role'}>"


def checked_slots(slots: Iterable[OpenSlot], path: str = "open_slots") -> tuple[OpenSlot, ...]:
    """Open slots in order of start.

    Raises:
        InvalidValue: One is no slot, or two that one role may use overlap.
    """
    given = as_tuple(slots, path)
    for index, slot in enumerate(given):
        if type(slot) is not OpenSlot:
            raise refusal(f"{path}[{index}]", "must be an OpenSlot")
    problems: dict[int, Problem] = {}
    in_order = sorted(range(len(given)), key=lambda index: (given[index].begins, index))
    for role in ROLES:
        for earlier, later in pairwise(i for i in in_order if given[i].is_for(role)):
            if given[later].begins < given[earlier].ends:
                problems[later] = Problem(f"{path}[{later}]", f"overlaps {path}[{earlier}]")
    if problems:
        raise InvalidValue([problems[index] for index in sorted(problems)])
    return tuple(given[index] for index in in_order)


def role_of(kind: str) -> SlotRole:
    """Whose slots a kind of session is held in."""
    return "medical" if kind in MEDICAL_KINDS else "therapist"

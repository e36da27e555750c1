"""How far sessions lie apart: in elapsed hours, or by dates in days, weeks and months."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import Value, check_choice, check_integer
from kap_model.errors import refusal
from kap_model.limits import LONGEST

Unit: TypeAlias = Literal["hours", "days", "weeks", "months"]
LONGEST_OF: Final[dict[Unit, int]] = {
    "hours": LONGEST,
    "days": LONGEST,
    "weeks": 100_000,
    "months": 1_200,
}
"""No distance lies above this, by unit."""
UNITS: Final[tuple[Unit, ...]] = tuple(LONGEST_OF)


def check_distance(
    lowest: int | None, highest: int | None, unit: Unit, units: tuple[Unit, ...] = UNITS
) -> None:
    """Refuse a lowest and a highest distance that cannot be: ``min``, ``max`` and ``unit``."""
    check_choice(unit, "unit", units)
    if lowest is None and highest is None:
        raise refusal("", "must set min, max or both")
    if lowest is not None:
        check_integer(lowest, "min", 0, LONGEST_OF[unit])
    if highest is not None:
        check_integer(highest, "max", 0, LONGEST_OF[unit])
    if lowest is not None and highest is not None and lowest > highest:
        raise refusal("max", "must not be below min")


@frozen
class Within(Value):
    """A window before or after a session, both ends included; either may be open.

    Attributes:
        min: At least so far.
        max: At most so far.
        unit: ``hours`` (elapsed, from the earlier session's end to the later one's start),
            ``days``, ``weeks`` or ``months`` (by dates).

    Raises:
        InvalidValue: No end is given, an end is no whole number from 0, or ``max`` is below
            ``min``.
    """

    min: int | None = None
    max: int | None = None
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit)

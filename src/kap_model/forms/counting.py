"""How many: in all or before something, and in any so many consecutive days."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import check_choice, check_integer
from kap_model.forms._form import RuleForm
from kap_model.forms.selectors import Selector, before_selector, of_selector
from kap_model.limits import LONGEST, Bounds

Summed: TypeAlias = Literal["sessions", "minutes"]
SUMS: Final[tuple[Summed, ...]] = ("sessions", "minutes")


@frozen
class Count(RuleForm):
    """So many sessions, or so many minutes of them: in the course, or before something.

    Attributes:
        of: What is counted.
        min: At least so many.
        max: At most so many.
        before: Only what is over before the first of these starts; without such a session, all.
        sum: Whether ``sessions`` are counted or their ``minutes``.

    Raises:
        InvalidValue: Neither ``min`` nor ``max`` is given, or ``max`` is below ``min``.
    """

    form: ClassVar[str] = "count"
    sided: ClassVar[bool] = True

    of: Selector = field(converter=of_selector)
    min: int | None = None
    max: int | None = None
    before: Selector | None = field(default=None, converter=before_selector, kw_only=True)
    sum: Summed = field(default="sessions", kw_only=True)
    bounds: Bounds = field(init=False, eq=False, repr=False)
    """``min`` and ``max`` together."""

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "bounds", Bounds(self.min, self.max))
        check_choice(self.sum, "sum", SUMS)


@frozen
class Rate(RuleForm):
    """At most so many sessions in any so many consecutive days.

    Attributes:
        of: What is counted.
        max: At most so many, 1 or more.
        days: In so many days, 1 or more.

    Raises:
        InvalidValue: A number is no whole number from 1.
    """

    form: ClassVar[str] = "rate"

    of: Selector = field(converter=of_selector)
    max: int = field(kw_only=True)
    days: int = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_integer(self.max, "max", 1, LONGEST)
        check_integer(self.days, "days", 1, LONGEST)

"""How far apart: one session from the next, and the first from the last."""

from __future__ import annotations

from typing import ClassVar, Final

from attrs import field, frozen

from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import Unit, check_distance
from kap_model.forms.selectors import Selector, from_selector, to_selector

UNITS_OF_DATES: Final[tuple[Unit, ...]] = ("days", "weeks", "months")


@frozen
class Space(RuleForm):
    """Sessions that follow one another are so far apart.

    Attributes:
        from_: From which sessions; ``from`` in documents.
        to: To the first of these after each; without it, to the next that ``from_`` selects.
        min: At least so far.
        max: At most so far.
        unit: ``hours``, ``days``, ``weeks`` or ``months``.

    Raises:
        InvalidValue: Neither end is given, or ``to`` has an ordinal and shares a kind with
            ``from_``.
    """

    form: ClassVar[str] = "space"
    sided: ClassVar[bool] = True

    from_: Selector = field(converter=from_selector)
    to: Selector | None = field(default=None, converter=to_selector)
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit)
        to = self.to
        if to is not None and to.has_ordinal and set(to.kind) & set(self.from_.kind):
            raise refusal(
                "to", "must have no ordinal where it shares a kind with from; span may be meant"
            )


@frozen
class Span(RuleForm):
    """From the first of some sessions to the last of some it is so long.

    Attributes:
        from_: From the first of these; ``from`` in documents.
        to: To the last of these; without it, of those that ``from_`` selects.
        min: At least so long.
        max: At most so long.
        unit: ``days``, ``weeks`` or ``months``.

    Raises:
        InvalidValue: Neither end is given, or ``max`` is below ``min``.
    """

    form: ClassVar[str] = "span"
    sided: ClassVar[bool] = True

    from_: Selector = field(converter=from_selector)
    to: Selector | None = field(default=None, converter=to_selector)
    min: int | None = field(default=None, kw_only=True)
    max: int | None = field(default=None, kw_only=True)
    unit: Unit = field(kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_distance(self.min, self.max, self.unit, UNITS_OF_DATES)

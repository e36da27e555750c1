"""What comes before or after what: each session's place, and what each needs beside it."""

from __future__ import annotations

from typing import ClassVar, Final, Literal, TypeAlias

from attrs import field, frozen

from kap_model._values import check_choice, check_integer
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.distances import Within
from kap_model.forms.selectors import (
    Selector,
    after_selector,
    before_selector,
    by_selector,
    each_selector,
)
from kap_model.limits import LONGEST

BackTo: TypeAlias = Literal["any", "previous"]
Until: TypeAlias = Literal["next", "ever"]
BACK_TO: Final[tuple[BackTo, ...]] = ("any", "previous")
UNTIL: Final[tuple[Until, ...]] = ("next", "ever")


@frozen
class Order(RuleForm):
    """Each session is before the first of something, or after it.

    Attributes:
        each: Whose place is asked for.
        before: Each is over before the first of these starts; nothing is asked without one.
        after: Each starts once the first of these is over.

    Raises:
        InvalidValue: Not exactly one of ``before`` and ``after`` is given.
    """

    form: ClassVar[str] = "order"

    each: Selector = field(converter=each_selector)
    before: Selector | None = field(default=None, converter=before_selector, kw_only=True)
    after: Selector | None = field(default=None, converter=after_selector, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.before is None) == (self.after is None):
            raise refusal("", "must set exactly one of before and after")


def _check_enough(number: int, within: Within | None) -> None:
    check_integer(number, "min", 0, LONGEST)
    if within is not None and type(within) is not Within:
        raise refusal("within", "must be a Within")


@frozen
class Precede(RuleForm):
    """Before each session there is something.

    Attributes:
        each: Before what.
        by: What there is.
        min: How many of them.
        back_to: ``any``: at any time before; ``previous``: since the previous session that
            ``each`` selects without its ordinal, where there is one.
        within: How far before.

    Raises:
        InvalidValue: ``min`` is no whole number from 0, or a word is not known.
    """

    form: ClassVar[str] = "precede"

    each: Selector = field(converter=each_selector)
    by: Selector = field(converter=by_selector)
    min: int = field(default=1, kw_only=True)
    back_to: BackTo = field(default="any", kw_only=True)
    within: Within | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.back_to, "back_to", BACK_TO)


@frozen
class Follow(RuleForm):
    """After each session there is something.

    Attributes:
        each: After what.
        by: What there is.
        min: How many of them.
        until: ``next``: before the next session that ``each`` selects without its ordinal, where
            there is one; ``ever``: at any time after.
        within: How far after.

    Raises:
        InvalidValue: ``min`` is no whole number from 0, or a word is not known.
    """

    form: ClassVar[str] = "follow"

    each: Selector = field(converter=each_selector)
    by: Selector = field(converter=by_selector)
    min: int = field(default=1, kw_only=True)
    until: Until = field(default="next", kw_only=True)
    within: Within | None = field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        _check_enough(self.min, self.within)
        check_choice(self.until, "until", UNTIL)

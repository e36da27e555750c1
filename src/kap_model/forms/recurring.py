"""What comes again and again while something goes on."""

from __future__ import annotations

from typing import ClassVar, Final

from attrs import field, frozen

from kap_model._values import check_choice, check_integer
from kap_model.errors import refusal
from kap_model.forms._form import RuleForm
from kap_model.forms.selectors import Selector, of_selector, while_selector
from kap_model.limits import REVIEW_POLICIES, ReviewPolicy

MOST_MONTHS: Final = 120
EQUAL_PARTS: Final = (1, 2, 3, 4, 6, 12)
"""The months of equal parts of the calendar year."""


@frozen
class Recur(RuleForm):
    """While something goes on, something comes at least every so many months.

    Attributes:
        of: What comes.
        months: 1 to 120; of the calendar policy 1, 2, 3, 4, 6 or 12.
        policy: ``rolling``: from date to date; ``calendar``: in each part of the calendar year
            with a session of ``while_``.
        while_: What goes on; ``while`` in documents.

    Raises:
        InvalidValue: Months that cannot be, or a word that is not known.
    """

    form: ClassVar[str] = "recur"

    of: Selector = field(converter=of_selector)
    months: int
    policy: ReviewPolicy = field(default="rolling", kw_only=True)
    while_: Selector = field(default=Selector("dosing"), converter=while_selector, kw_only=True)

    def __attrs_post_init__(self) -> None:
        check_integer(self.months, "months", 1, MOST_MONTHS)
        check_choice(self.policy, "policy", REVIEW_POLICIES)
        if self.policy == "calendar" and self.months not in EQUAL_PARTS:
            raise refusal("months", "must be 1, 2, 3, 4, 6 or 12 in the calendar year")

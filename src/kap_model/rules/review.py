"""Review: a medical look after the first dosings, and a medical contact at least each quarter."""

from __future__ import annotations

from typing import Final

from kap_model.citations import BRIEF, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.forms._form import RuleForm
from kap_model.forms.ordering import Follow, Precede
from kap_model.forms.recurring import Recur
from kap_model.forms.selectors import Selector
from kap_model.limits import LONGEST, ReviewAfter, ReviewEvery
from kap_model.rules._rule import Case, Example, Rule, form_rule
from kap_model.sessions import MEDICAL_KINDS

QUARTER_MONTHS: Final = 3


@form_rule(
    "REVIEW-AFTER",
    "A medical review follows the first dosings.",
    about="a review after the first dosings",
    why="The medical partner looks at the effects before treatment goes on.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 5"], REGROUNDING_PAGE["step 7"]),
    reads=("review_after",),
    example=Example(
        under="kingsley",
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R42@09:30 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 D42 R42@12:00 I43 D56 I57 D70 I71 D84 I85"
        ),
        limits={"initial_supply": "off"},
    ),
)
def review_after(limit: ReviewAfter) -> RuleForm:
    """Gate ``before-next``: before the dosing that follows; ``any-time``: at some time after."""
    if limit.gate == "any-time":
        return Follow(Selector("dosing", nth=limit.dosings), "medical-review", until="ever")
    following = Selector("dosing", nth=min(limit.dosings + 1, LONGEST))
    return Precede(following, "medical-review", back_to="previous")


@form_rule(
    "REVIEW-QUARTER",
    "While treatment goes on there is a medical contact at least each quarter.",
    about="a medical contact each quarter",
    why="The medical partner monitors the course as long as it goes on.",
    severity="error",
    cites=(BRIEF["medical review"], KINGSLEY_PAGE["step 5"], REGROUNDING_PAGE["step 7"]),
    reads=("review_every",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D122 I123"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D123 I124"),
    ),
)
def quarterly_review(limit: ReviewEvery) -> RuleForm:
    """Contacts are the dates of evaluations and reviews, whatever their outcome."""
    months = QUARTER_MONTHS if limit.policy == "calendar" else limit.months
    return Recur(MEDICAL_KINDS, months, policy=limit.policy)


RULES: Final[tuple[Rule, ...]] = (review_after, quarterly_review)

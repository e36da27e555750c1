"""Integration: after every dosing, after the first, in number, in time, in length."""

from __future__ import annotations

from typing import Final

from kap_model.citations import BRIEF, CONTRACT, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.facts import Length
from kap_model.forms.ordering import Follow, Order
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space
from kap_model.limits import Bounds, Switch
from kap_model.rules._rule import Case, Example, Rule, form_rule


@form_rule(
    "INTEG-EACH",
    "After every dosing there is an integration before the next dosing.",
    about="integration after each dosing",
    why="What arose in the dosing is worked through before the next one; the lasting change is "
    "made there.",
    severity="error",
    cites=(BRIEF["integration"], KINGSLEY_PAGE["step 4"], REGROUNDING_PAGE["step 6"]),
    reads=("integration_per_dosing",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I28@09:10 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 D28 I28@12:00 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def integration_after_every_dosing(wanted: int) -> RuleForm:
    """From a dosing's end to the next one's start; after the last, at any time."""
    return Follow("dosing", "integration", min=wanted)


@form_rule(
    "INTEG-ORDER",
    "Each integration comes after the first dosing.",
    about="integration before the first dosing",
    why="There is nothing to integrate before it; the session is a preparation.",
    severity="advice",
    cites=(KINGSLEY_PAGE["step 4"], REGROUNDING_PAGE["step 6"]),
    reads=("integration_after_dosing",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I14@12:00 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 I14@09:00 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def integration_order(on: Switch) -> RuleForm:
    """Where there is no dosing, one may still come before the integration starts."""
    return Order("integration", after="dosing")


@form_rule(
    "INTEG-COUNT",
    "The integrations of a course number within the limit.",
    about="the number of integrations",
    why="A practice plans and prices so many.",
    severity="warning",
    above="advice",
    cites=(REGROUNDING_PAGE["fees"],),
    reads=("integration_count",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85 I86"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85 I86 I87"
        ),
        limits={"integration_count": {"min": 6, "max": 7}},
    ),
)
def integration_count(bounds: Bounds) -> RuleForm:
    """Below the minimum nothing is asked of a discontinued or halted course."""
    return Count(Selector("integration", phase="course"), bounds.min, bounds.max)


@form_rule(
    "INTEG-WINDOW",
    "The first integration after a dosing starts within the limit's hours of its end.",
    about="how soon integration follows",
    why="A practice may want what arose to be worked through while it is fresh.",
    severity="warning",
    cites=(CONTRACT["INTEG-WINDOW"],),
    reads=("integration_window_hours",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I17@12:00 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I17@12:01 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
        limits={"integration_window_hours": 72},
    ),
)
def integration_window(hours: int) -> RuleForm:
    """Where no integration follows, INTEG-EACH speaks."""
    return Space("dosing", "integration", max=hours, unit="hours")


@form_rule(
    "THERAPY-LENGTH",
    "Each preparation and integration lasts within the limit.",
    about="the length of preparation and integration",
    why="The price of a session is stated for a length.",
    severity="advice",
    cites=(REGROUNDING_PAGE["fees"],),
    reads=("therapy_minutes",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7/50 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7/51 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"therapy_minutes": {"min": 50, "max": 50}},
    ),
)
def therapy_length(bounds: Bounds) -> RuleForm:
    """Preparations and integrations together, in canonical order."""
    return Length(("preparation", "integration"), min=bounds.min, max=bounds.max)


RULES: Final[tuple[Rule, ...]] = (
    integration_after_every_dosing,
    integration_order,
    integration_count,
    integration_window,
    therapy_length,
)

"""Preparation: how many, before the first dosing, once the medicine is there."""

from __future__ import annotations

from math import inf
from typing import Final

from kap_model._time import day_end
from kap_model.citations import BRIEF, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count
from kap_model.forms.ordering import Order
from kap_model.forms.selectors import Selector
from kap_model.limits import Bounds, Limits, Switch
from kap_model.rules._rule import (
    Breach,
    Case,
    Example,
    Rule,
    Voice,
    Words,
    called,
    form_rule,
    rule,
    sentence,
)
from kap_model.sessions import Preparation
from kap_model.timeline import Timeline


@form_rule(
    "PREP-COUNT",
    "The preparations before the first dosing number within the limit.",
    about="the number of preparations",
    why="The client learns what to expect and sets intentions before taking the medicine.",
    severity="error",
    above="warning",
    cites=(BRIEF["preparation sessions"], KINGSLEY_PAGE["step 2"], REGROUNDING_PAGE["fees"]),
    reads=("preparation_count",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P14@09:10 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
        breaks=Case("2027-01-04 C0 E2 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
    ),
)
def preparation_count(bounds: Bounds) -> RuleForm:
    """An error below the minimum, a warning above the maximum."""
    return Count("preparation", bounds.min, bounds.max, before="dosing")


@form_rule(
    "PREP-ORDER",
    "Each preparation is over before the first dosing starts.",
    about="preparations before the first dosing",
    why="A preparation prepares for the medicine; after it, the session is an integration.",
    severity="warning",
    cites=(KINGSLEY_PAGE["step 2"], REGROUNDING_PAGE["step 4"]),
    reads=("preparation_before_dosing",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 P14@09:10 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 P14@12:00 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def preparation_order(on: Switch) -> RuleForm:
    """Asks nothing where there is no dosing."""
    return Order(Selector("preparation", phase="course"), before="dosing")


def _no_medicine(voice: Voice, preparation: Preparation) -> Words:
    record = f"Record the supply received {voice.when}, or move"
    verb = "Move" if voice.outlook == "late" else record
    return Words(
        f"{sentence(voice.session(preparation))} comes before the medicine has arrived.",
        "no medicine received by then",
        "medicine received on or before its date",
        title=f"The medicine has not arrived before {called(preparation)}",
        action=voice.change(verb, preparation, so_that=" to after the medicine arrives"),
        case="tracked",
        values=voice.told(session=preparation),
    )


def _no_clearance(voice: Voice, preparation: Preparation) -> Words:
    return Words(
        f"{sentence(voice.session(preparation))} comes before a medical evaluation has cleared "
        "the client, so the medicine cannot have arrived.",
        "no clearing medical evaluation before it",
        "a clearing medical evaluation before it",
        title=f"No medical clearance before {called(preparation)}",
        action=voice.book(f"a medical evaluation before {called(preparation)}", preparation),
        case="inferred",
        values=voice.told(session=preparation),
    )


@rule(
    "PREP-AFTER-SUPPLY",
    "Each preparation comes once the medicine has arrived.",
    about="preparation after the medicine arrived",
    why="The preparation is scheduled when the client has the lozenges.",
    severity="warning",
    cites=(REGROUNDING_PAGE["step 4"],),
    reads=("preparation_after_supply",),
    example=Example(
        under="regrounding",
        holds=Case(
            "2027-01-04 C0 E2 P2@10:30 D14/90 I15 D28/90 I29 R33 D42/90 I43 D56/90 I57 D70/90 I71"
            " D84/90 I85"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P2@09:10 D14/90 I15 D28/90 I29 R33 D42/90 I43 D56/90 I57 D70/90 I71"
            " D84/90 I85"
        ),
        limits={},
    ),
)
def preparation_after_supply(course: Course, limits: Limits) -> list[Breach]:
    """By the arrival of a tracked supply; where none is tracked, by a clearing evaluation."""
    if limits.preparation_after_supply is None:
        return []
    if course.plan.supplies is None:
        return _after_clearance(course)
    received = [s.received.toordinal() for s in course.plan.supplies if s.received is not None]
    arrived = min(received, default=None)
    breaches = []
    for preparation in course.preparations:
        day = course.day(preparation)
        if arrived is None or arrived > day:
            closes = day_end(day)
            breaches.append(
                Breach("missing", (preparation,), _no_medicine, (preparation,), closes=closes)
            )
    return breaches


def _clear_from(timeline: Timeline) -> float:
    """The end of the first clearing evaluation; never, without one."""
    return min([e.ends for e in timeline.clearing_evaluations], default=inf)


def _after_clearance(course: Course) -> list[Breach]:
    clear_from = course.timeline.fact(_clear_from)
    if course.preparations and course.preparations[0].begins >= clear_from:
        return []
    breaches = []
    for preparation in course.preparations:
        if clear_from > preparation.begins:
            closes = preparation.begins
            breaches.append(
                Breach("missing", (preparation,), _no_clearance, (preparation,), closes=closes)
            )
    return breaches


RULES: Final[tuple[Rule, ...]] = (preparation_count, preparation_order, preparation_after_supply)

"""Issuing: medicine is issued under a medical clearance."""

from __future__ import annotations

from typing import Final

from kap_model._time import day_end, day_start
from kap_model.citations import KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.plan import Supply
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Voice, Words, decision
from kap_model.standing import MedicalContact

_CLEARED: Final = "medical clearance on the day of issue"


def _issued_unevaluated(voice: Voice, supply: Supply) -> Words:
    return Words(
        f"Supply {supply.id} is issued {voice.day(supply.issued.toordinal())} without a medical "
        "evaluation by then.",
        "no medical evaluation by then",
        "a medical evaluation that finds the client eligible",
    )


def _issued_uncleared(voice: Voice, supply: Supply, decider: MedicalContact, state: str) -> Words:
    spoken = decision(state)
    return Words(
        f"Supply {supply.id} is issued {voice.day(supply.issued.toordinal())} although "
        f"{voice.session(decider)} {spoken}.",
        spoken,
        _CLEARED,
    )


def _issued_in_doubt(voice: Voice, supply: Supply, decider: MedicalContact, state: str) -> Words:
    spoken, issued = decision(state), voice.day(supply.issued.toordinal())
    if state in ("refused", "stopped"):
        message = (
            f"Supply {supply.id} is issued {issued}, the day on which {voice.session(decider)} "
            f"{spoken}; which came first is not recorded."
        )
    elif state == "pending":
        message = (
            f"Supply {supply.id} is to be issued {issued}; {voice.session(decider)} {spoken}, "
            "and what follows is not recorded."
        )
    else:
        message = f"Supply {supply.id} is issued {issued}; {voice.session(decider)} {spoken}."
    return Words(message, spoken, _CLEARED)


@rule(
    "SUPPLY-ISSUED",
    "Medicine is issued under a medical clearance.",
    why="The partner prescribes once the client is found eligible, and not while the question "
    "is open.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 1"], REGROUNDING_PAGE["step 3"]),
    reads=("evaluation_first",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S2>4=2 S33>35=6"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S1>4=2 S33>35=6"
        ),
    ),
)
def supply_issued(course: Course, limits: Limits) -> list[Breach]:
    """By the standing at the end of the day of issue."""
    supplies = course.plan.supplies
    if limits.evaluation_first is None or not supplies:
        return []
    breaches = []
    for supply in supplies:
        breach = _issue(course, supply)
        if breach is not None:
            breaches.append(breach)
    return breaches


def _issue(course: Course, supply: Supply) -> Breach | None:
    day = supply.issued.toordinal()
    zone = course.timeline.zone
    standing = course.standings.at(zone.resolve(day_end(day)))
    if standing.state == "clear":
        return None
    decider = standing.decider
    if decider is None:
        return Breach("missing", (), _issued_unevaluated, (supply,), closes=day_end(day))
    certain = False
    if standing.is_adverse:
        certain = course.standings.at(zone.resolve(day_start(day))).state != "clear"
    elif standing.state == "pending":
        as_of_day = course.as_of_day
        certain = not course.is_open or (as_of_day is not None and day <= as_of_day)
    return Breach(
        "violated" if certain else "unknown",
        (decider,),
        _issued_uncleared if certain else _issued_in_doubt,
        (supply, decider, standing.state),
    )


RULES: Final[tuple[Rule, ...]] = (supply_issued,)

"""Supply: medicine for the dosings so far, and a review before each refill.

Inferred where a plan does not track its supplies; tracked by their dates where it does.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from itertools import accumulate
from math import inf
from typing import Final

from kap_model._time import day_end, day_start
from kap_model.breach import RECORD_FIRST
from kap_model.citations import KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.plan import Supply
from kap_model.rules._rule import (
    Breach,
    Case,
    Example,
    Rule,
    Scalar,
    Voice,
    Words,
    called,
    count,
    decision,
    listed,
    rule,
    sentence,
)
from kap_model.sessions import Dosing, MedicalReview
from kap_model.timeline import MedicalContact, Timeline


def _reviews_after_first_dosing(course: Course) -> list[MedicalReview]:
    first = course.first_dosing
    if first is None:
        return []
    return [review for review in course.reviews if review.begins >= first.ends]


def _covered_at_first(limits: Limits) -> str:
    return (
        "The medicine issued before the first review after a dosing covers at most "
        f"{count(limits.initial_supply or 0, 'dosing')}."
    )


def _covered(limits: Limits) -> str:
    initial, refill = limits.initial_supply, limits.refill_supply
    parts = [] if initial is None else [f"the first for {count(initial, 'dosing')}"]
    parts += [] if refill is None else [f"each refill for {count(refill, 'dosing')}"]
    return f"The medicine available at each dosing covers all dosings so far: {listed(parts)}."


def _not_covered(voice: Voice, dosing: Dosing, number: int, covered: int) -> Words:
    review = f"a medical review before {called(dosing)}, for more medicine"
    return _short(voice, dosing, number, covered, "inferred", voice.book(review, dosing))


def _not_received(voice: Voice, dosing: Dosing, number: int, covered: int) -> Words:
    action: str | None = (
        f"Record the supply that arrives for {called(dosing)} {voice.when}, or ask for a refill."
    )
    if voice.outlook == "late":
        action = voice.change("Move or cancel", dosing)
    return _short(voice, dosing, number, covered, "tracked", action)


def _short(
    voice: Voice, dosing: Dosing, number: int, covered: int, case: str, action: str | None
) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} is dosing number {number}; the medicine available by "
        f"then covers {covered}.",
        count(covered, "dosing"),
        count(number, "dosing"),
        title=f"Not enough medicine for {called(dosing)}",
        action=action,
        case=case,
        values=voice.told(session=dosing, number=number, covered=covered),
    )


@rule(
    "SUPPLY-BALANCE",
    "The medicine available at each dosing covers all dosings so far.",
    about="medicine for each dosing",
    why="The first prescription covers so many dosings; more comes after a medical follow-up.",
    severity="error",
    cites=(
        KINGSLEY_PAGE["step 1"],
        KINGSLEY_PAGE["step 5"],
        REGROUNDING_PAGE["step 3"],
        REGROUNDING_PAGE["step 7"],
    ),
    reads=("initial_supply", "refill_supply"),
    tells=_covered,
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R42@09:30 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 D42 R42@12:00 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def supply_balance(course: Course, limits: Limits) -> list[Breach]:
    """Tracked: received on or before the dosing's date. Inferred: available at its start."""
    if limits.initial_supply is None and limits.refill_supply is None:
        return []
    if course.plan.supplies is not None:
        return _tracked_balance(course, course.plan.supplies)
    if limits.initial_supply is None:
        return []
    if limits.evaluation_first is not None and not course.timeline.clearing_evaluations:
        return []  # MED-CLEAR speaks
    return _inferred_balance(course, limits.initial_supply, limits.refill_supply)


def _before_refills(timeline: Timeline) -> float:
    """How many dosings start before medicine beyond the first is there; all, if that comes late.

    More than any, where the first clearing evaluation is not the one that is over first.
    """
    clearing, dosings = timeline.clearing_evaluations, timeline.dosings
    if not clearing or not dosings:
        return 0
    if min([evaluation.ends for evaluation in clearing]) < clearing[0].ends:
        return inf
    first_ends = dosings[0].ends
    refills = [r.ends for r in timeline.clearing_reviews if r.begins >= first_ends]
    return bisect_left([dosing.begins for dosing in dosings], min(refills, default=inf))


def _inferred_balance(course: Course, initial: int, refill: int | None) -> list[Breach]:
    clearing = course.timeline.clearing_evaluations
    if clearing and refill is None and course.timeline.fact(_before_refills) <= initial:
        return []
    first = course.first_dosing
    if first is None:
        return []
    # Where no evaluation is asked for and none clears, the first medicine is there from the start.
    cleared_from = min([e.ends for e in clearing], default=first.begins)
    supplied_from = clearing[0].ends if clearing else first.begins
    first_ends = first.ends
    refills = [r.ends for r in course.timeline.clearing_reviews if r.begins >= first_ends]
    refills.sort()
    unlimited_from = refills[0] if refills and refill is None else None
    breaches = []
    for number, dosing in enumerate(course.dosings, 1):
        begins = dosing.begins
        if unlimited_from is not None and begins >= unlimited_from:
            break
        if begins < cleared_from:
            continue
        covered = initial if begins >= supplied_from else 0
        if refill is not None:
            covered += bisect_right(refills, begins) * refill
        if covered < number:
            facts = (dosing, number, covered)
            breaches.append(Breach("missing", (dosing,), _not_covered, facts, closes=begins))
    return breaches


def _tracked_balance(course: Course, supplies: tuple[Supply, ...]) -> list[Breach]:
    arrivals = sorted([(s.received.toordinal(), s.dosings) for s in supplies if s.received])
    days = [day for day, _ in arrivals]
    covered_after = [0, *accumulate(dosings for _, dosings in arrivals)]
    breaches = []
    for number, day in enumerate(course.timeline.dosing_days, 1):
        covered = covered_after[bisect_right(days, day)]
        if covered < number:
            dosing = course.dosings[number - 1]
            facts = (dosing, number, covered)
            breaches.append(Breach("missing", (dosing,), _not_received, facts, closes=day_end(day)))
    return breaches


def _too_much(voice: Voice, covered: int, limit: int) -> Words:
    return Words(
        f"Medicine for {count(covered, 'dosing')} is issued before the first medical review that "
        f"follows a dosing; the limit until then is {limit}.",
        count(covered, "dosing"),
        f"at most {limit}",
        title="Too much medicine issued before the first review",
        action=f"Have medicine for at most {count(limit, 'dosing')} issued before the first "
        "review.",
        values=voice.told(covered=covered, limit=limit),
    )


@rule(
    "SUPPLY-INITIAL",
    "The medicine issued before the first review after a dosing covers no more than the limit.",
    about="how much medicine is issued at first",
    why="The first medicine is limited until the partner has followed up on its effects.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 1"], REGROUNDING_PAGE["step 3"]),
    reads=("initial_supply",),
    tells=_covered_at_first,
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S2>4=2 S33>35=6"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S2>4=3 S33>35=6"
        ),
    ),
)
def initial_supply(course: Course, limits: Limits) -> list[Breach]:
    """Of tracked supplies; in an open plan, those issued on or before the date of ``as_of``."""
    limit = limits.initial_supply
    supplies = course.plan.supplies
    if limit is None or not supplies:
        return []
    reviews = _reviews_after_first_dosing(course)
    before = course.day(reviews[0]) if reviews else dt.date.max.toordinal()
    as_of_day = course.as_of_day if course.is_open else None
    covered = surely = 0
    for supply in supplies:
        issued = supply.issued.toordinal()
        if issued < before and (as_of_day is None or issued <= as_of_day):
            covered += supply.dosings
            # A review today would still come before what is issued on its own date.
            surely += supply.dosings if as_of_day is None or issued < as_of_day else 0
    if covered <= limit:
        return []
    return [Breach("violated", (), _too_much, (covered, limit), decided_later=surely <= limit)]


def _no_review(voice: Voice, supply: Supply, first: int) -> Words:
    issued = voice.day(supply.issued.toordinal())
    return Words(
        f"Supply {supply.id} is issued {issued}, and no medical review since {voice.day(first)} "
        "lets treatment continue.",
        "no medical review that lets treatment continue",
        "a medical review that lets treatment continue",
        title="No medical review before a refill is issued",
        action=_before_issue(voice, "a medical review", supply),
        values=voice.told(**_issued(supply), since=voice.date(first)),
    )


def _issued(supply: Supply) -> dict[str, Scalar]:
    return {"supply": supply.id, "issued": supply.issued.isoformat()}


def _before_issue(voice: Voice, what: str, supply: Supply) -> str | None:
    if voice.outlook == "late":
        return RECORD_FIRST
    return voice.book(f"{what} before supply {supply.id} is issued")


@rule(
    "REFILL-REVIEW",
    "Each refill follows a medical review held since the first supply was issued.",
    about="a review before each refill",
    why="Refills are prescribed at follow-ups, as appropriate.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 5"], REGROUNDING_PAGE["step 7"]),
    reads=("refill_needs_review",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S2>4=2 S33>35=6"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"
            " S2>4=2 S32>35=6"
        ),
        limits={"initial_supply": "off"},
    ),
)
def refill_review(course: Course, limits: Limits) -> list[Breach]:
    """One finding for each later supply, in order of issue."""
    supplies = course.plan.supplies
    if limits.refill_needs_review is None or not supplies:
        return []
    first = supplies[0].issued.toordinal()
    reviewed = [day for r in course.timeline.clearing_reviews if (day := course.day(r)) > first]
    earliest = min(reviewed, default=dt.date.max.toordinal())
    breaches = []
    for supply in supplies:
        issued = supply.issued.toordinal()
        if first < issued < earliest:
            breaches.append(
                Breach(
                    "missing",
                    (),
                    _no_review,
                    (supply, first),
                    opens=day_start(first + 1),
                    closes=day_end(issued),
                )
            )
    return breaches


_CLEARED: Final = "medical clearance on the day of issue"


def _issued_unevaluated(voice: Voice, supply: Supply) -> Words:
    return Words(
        f"Supply {supply.id} is issued {voice.day(supply.issued.toordinal())} without a medical "
        "evaluation by then.",
        "no medical evaluation by then",
        "a medical evaluation that finds the client eligible",
        title="No medical evaluation before medicine is issued",
        action=_before_issue(voice, "a medical evaluation", supply),
        case="none",
        values=voice.told(**_issued(supply)),
    )


def _issued_uncleared(voice: Voice, supply: Supply, decider: MedicalContact, state: str) -> Words:
    spoken = decision(state)
    return Words(
        f"Supply {supply.id} is issued {voice.day(supply.issued.toordinal())} although "
        f"{voice.session(decider)} {spoken}.",
        spoken,
        _CLEARED,
        title="Medicine is issued without a medical clearance",
        action=f"Have supply {supply.id} issued only once the medical provider clears treatment.",
        case=state,
        values=voice.told(**_issued(supply), decider=decider, standing=state),
    )


def _issued_in_doubt(voice: Voice, supply: Supply, decider: MedicalContact, state: str) -> Words:
    spoken, issued = decision(state), voice.day(supply.issued.toordinal())
    if state in ("refused", "stopped"):
        message = (
            f"Supply {supply.id} is issued {issued}, the day on which {voice.session(decider)} "
            f"{spoken}; which came first is not recorded."
        )
        action = f"Ask the medical provider which came first, {called(decider)} or the supply."
    elif state == "pending":
        message = (
            f"Supply {supply.id} is to be issued {issued}; {voice.session(decider)} {spoken}, "
            "and what follows is not recorded."
        )
        action = f"Ask the medical provider to decide before supply {supply.id} is issued."
    else:
        message = f"Supply {supply.id} is issued {issued}; {voice.session(decider)} {spoken}."
        action = f"Record the outcome of {called(decider)}."
    return Words(
        message,
        spoken,
        _CLEARED,
        title="Not known whether medicine is issued under a medical clearance",
        action=action,
        case=f"{state}-in-doubt",
        values=voice.told(**_issued(supply), decider=decider, standing=state),
    )


@rule(
    "SUPPLY-ISSUED",
    "Medicine is issued under a medical clearance.",
    about="clearance before medicine is issued",
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


RULES: Final[tuple[Rule, ...]] = (supply_balance, initial_supply, refill_review, supply_issued)

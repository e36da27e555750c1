"""Dosing: how many, how long, where and in which format."""

from __future__ import annotations

from typing import Final

from kap_model.citations import BRIEF, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Bounds, Limits
from kap_model.rules._rule import Breach, Case, Example, Rule, Voice, Words, count, rule, sentence
from kap_model.sessions import FORMATS, PLACES, Dosing, Session, TherapistSession
from kap_model.timeline import in_canonical_order


def _dosings(voice: Voice, found: int, bounds: Bounds) -> Words:
    held = count(found, "dosing")
    return Words(f"The course has {held}; the limit is {bounds}.", held, str(bounds))


@rule(
    "DOSE-COUNT",
    "The dosings of a course number within the limit.",
    why="Six to eight dosings are the general guideline; fewer are an unfinished course.",
    severity="error",
    cites=(BRIEF["dosing sessions"], REGROUNDING_PAGE["fees"], REGROUNDING_PAGE["step 7"]),
    reads=("dosing_count",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71"),
    ),
)
def dosing_count(course: Course, limits: Limits) -> list[Breach]:
    """Below the minimum nothing is asked of a discontinued or halted course."""
    bounds = limits.dosing_count
    if bounds is None:
        return []
    found = len(course.dosings)
    if bounds.min is not None and found < bounds.min and course.asks_for_more:
        return [Breach("missing", (), _dosings, (found, bounds))]
    if bounds.max is not None and found > bounds.max:
        return [Breach("violated", course.dosings[bounds.max :], _dosings, (found, bounds))]
    return []


def _length(voice: Voice, session: Session, bounds: Bounds) -> Words:
    return Words(
        f"{sentence(voice.session(session))} lasts {session.minutes} minutes; "
        f"the limit is {bounds} minutes.",
        f"{session.minutes} minutes",
        f"{bounds} minutes",
    )


@rule(
    "DOSE-DURATION",
    "Each dosing session lasts within the limit.",
    why="The medicine takes its time, and the therapist stays throughout.",
    severity="warning",
    cites=(KINGSLEY_PAGE["step 3"], REGROUNDING_PAGE["step 5"]),
    reads=("dosing_minutes",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14/60 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14/59 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
    ),
)
def dosing_duration(course: Course, limits: Limits) -> list[Breach]:
    """One finding for each dosing that is too short or too long."""
    bounds = limits.dosing_minutes
    if bounds is None:
        return []
    lowest, highest = bounds.min or 0, bounds.max
    breaches = []
    for dosing in course.dosings:
        if dosing.minutes < lowest or (highest is not None and dosing.minutes > highest):
            breaches.append(Breach("violated", (dosing,), _length, (dosing, bounds)))
    return breaches


def _too_short(voice: Voice, dosing: Dosing, effect: int, processing: int) -> Words:
    after = f" and {processing} minutes to process" if processing else ""
    return Words(
        f"{sentence(voice.session(dosing))} lasts {dosing.minutes} minutes; the usual effect of "
        f"up to {effect} minutes{after} does not fit in it.",
        f"{dosing.minutes} minutes",
        f"at least {effect + processing} minutes",
    )


@rule(
    "EFFECT-FIT",
    "Each dosing session is at least as long as the longest usual effect and the time to process.",
    why="The session ends with time to talk once the effects have subsided.",
    severity="warning",
    cites=(KINGSLEY_PAGE["step 3"], REGROUNDING_PAGE["how ketamine feels"]),
    reads=("effect_minutes", "processing_minutes"),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14/100 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14/99 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"effect_minutes": 70, "processing_minutes": 30},
    ),
)
def effect_fits(course: Course, limits: Limits) -> list[Breach]:
    """An unset time to process counts as 0, and so does an unset effect."""
    if limits.effect_minutes is None and limits.processing_minutes is None:
        return []
    effect, processing = limits.effect_minutes or 0, limits.processing_minutes or 0
    breaches = []
    for dosing in course.dosings:
        if dosing.minutes < effect + processing:
            breaches.append(Breach("violated", (dosing,), _too_short, (dosing, effect, processing)))
    return breaches


def _not_allowed(voice: Voice, session: Session, found: str, allowed: tuple[str, ...]) -> Words:
    choice = " or ".join(allowed)
    return Words(
        f"{sentence(voice.session(session))} is {found}; it takes {choice}.", found, choice
    )


@rule(
    "MODALITY",
    "Each dosing's place and each therapist session's format is one that the practice offers.",
    why="A practice states where dosings may be held and whether groups are offered.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 3"], KINGSLEY_PAGE["what KAP is"], REGROUNDING_PAGE["step 5"]),
    reads=("dosing_places", "formats"),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7g D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
    ),
)
def modality(course: Course, limits: Limits) -> list[Breach]:
    """One finding for each session, whether place, format or both are not offered."""
    breaches = []
    for session in in_canonical_order(_not_offered(course, limits)):
        formats, places = limits.formats, limits.dosing_places
        if formats is not None and session.format not in formats:
            facts, limit = (session, str(session.format), formats), "formats"
        else:
            facts, limit = (session, str(session.place), places or ()), "dosing_places"
        breaches.append(Breach("violated", (session,), _not_allowed, facts, limit=limit))
    return breaches


def _not_offered(course: Course, limits: Limits) -> list[TherapistSession]:
    found: list[TherapistSession] = []
    places = limits.dosing_places
    if limits.formats is not None and len(limits.formats) < len(FORMATS):
        found += _in_another_format(course, limits.formats)
    if places is not None and len(places) < len(PLACES):
        for dosing in course.dosings:
            if dosing.place not in places and dosing not in found:
                found.append(dosing)
    return found


def _in_another_format(course: Course, formats: tuple[str, ...]) -> list[TherapistSession]:
    found: list[TherapistSession] = []
    # One loop a kind: the interpreter reads the fields of one class at a time much faster.
    for preparation in course.preparations:
        if preparation.format not in formats:
            found.append(preparation)
    for dosing in course.dosings:
        if dosing.format not in formats:
            found.append(dosing)
    for integration in course.integrations:
        if integration.format not in formats:
            found.append(integration)
    return found


RULES: Final[tuple[Rule, ...]] = (dosing_count, dosing_duration, effect_fits, modality)

"""Conduct: who is there during a dosing, and at which level it is held."""

from __future__ import annotations

from typing import Final

from kap_model.citations import KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Voice, Words, sentence
from kap_model.sessions import NOBODY, Dosing


def _therapist_absent(voice: Voice, dosing: Dosing) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} is held without the therapist present.",
        "therapist absent",
        "therapist present throughout",
    )


def _presence_unrecorded(voice: Voice, dosing: Dosing) -> Words:
    return Words(
        f"It is not recorded whether the therapist was present at {voice.session(dosing)}.",
        "not recorded",
        "therapist present throughout",
    )


@rule(
    "THERAPIST-PRESENT",
    "The therapist is present during each dosing.",
    why="The client is under the effect of the medicine and may need support at any time.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 3"], REGROUNDING_PAGE["step 5"]),
    reads=("therapist_present",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"d1.therapist_present": False},
        ),
    ),
)
def therapist_presence(course: Course, limits: Limits) -> list[Breach]:
    """Absent is a violation; not recorded on a dosing that was held is an open fact."""
    if limits.therapist_present is None:
        return []
    breaches = []
    until = course.known_until
    for dosing in course.dosings:
        if dosing.therapist_present:
            continue
        if dosing.therapist_present is False:
            breaches.append(Breach("violated", (dosing,), _therapist_absent, (dosing,)))
        elif until is not None and course.is_held(dosing):
            breaches.append(Breach("unknown", (dosing,), _presence_unrecorded, (dosing,)))
    return breaches


_SUPPORT: Final = "a named support person"


def _nobody(voice: Voice, dosing: Dosing) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} is remote, and nobody is there to support the client.",
        "nobody",
        _SUPPORT,
    )


def _unnamed(voice: Voice, dosing: Dosing) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} is remote and names no support person.",
        "not recorded",
        _SUPPORT,
    )


@rule(
    "SUPPORT-PERSON",
    "A remote dosing names a support person.",
    why="At home somebody is available while the client cannot look after themselves.",
    severity="error",
    cites=(REGROUNDING_PAGE["step 5"],),
    reads=("support_person_when_remote",),
    example=Example(
        under="regrounding",
        holds=Case(
            "2027-01-04 C0 E2 P7 D14/90~s I15 D28/90 I29 R33 D42/90 I43 D56/90 I57 D70/90 I71"
            " D84/90 I85"
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14/90~ I15 D28/90 I29 R33 D42/90 I43 D56/90 I57 D70/90 I71"
            " D84/90 I85"
        ),
    ),
)
def support_person(course: Course, limits: Limits) -> list[Breach]:
    """Until the dosing starts somebody can still be named; afterwards it is an open fact."""
    if limits.support_person_when_remote is None:
        return []
    breaches = []
    for dosing in course.dosings:
        if dosing.place != "remote":
            continue
        if dosing.support_person is None:
            started = course.as_of is not None and not course.starts_after_as_of(dosing)
            if started or course.is_held(dosing):
                breaches.append(Breach("unknown", (dosing,), _unnamed, (dosing,)))
            else:
                breaches.append(
                    Breach("missing", (dosing,), _unnamed, (dosing,), closes=dosing.begins)
                )
        elif dosing.support_person == NOBODY:
            breaches.append(Breach("violated", (dosing,), _nobody, (dosing,)))
    return breaches


def _unknown_level(voice: Voice, dosing: Dosing, levels: tuple[str, ...]) -> Words:
    return Words(
        f"{sentence(voice.session(dosing))} states a dose level that the protocol does not know.",
        dosing.level,
        " or ".join(levels),
    )


@rule(
    "DOSE-LEVEL",
    "A stated dose level is one that the protocol knows.",
    why="Levels are words with a meaning at the practice; another word means nothing there.",
    severity="warning",
    cites=(REGROUNDING_PAGE["low and moderate dose"],),
    reads=("dose_levels",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"d1.level": "moderate"},
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"d1.level": "high"},
        ),
        limits={"dose_levels": ["low", "moderate"]},
    ),
)
def dose_level(course: Course, limits: Limits) -> list[Breach]:
    """A level that is not recorded breaks nothing."""
    levels = limits.dose_levels
    if levels is None:
        return []
    breaches = []
    for dosing in course.dosings:
        if dosing.level is not None and dosing.level not in levels:
            breaches.append(Breach("violated", (dosing,), _unknown_level, (dosing, levels)))
    return breaches


RULES: Final[tuple[Rule, ...]] = (therapist_presence, support_person, dose_level)

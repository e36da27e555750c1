"""Dosing: how many, how long, where and in which format."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from itertools import pairwise
from typing import Final

from kap_model.citations import BRIEF, CONTRACT, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Bounds, Frequency, Limits
from kap_model.rules._rule import Breach, Case, Example, Rule, Voice, Words, count, rule, sentence
from kap_model.sessions import FORMATS, NOBODY, PLACES, Dosing, Session, TherapistSession
from kap_model.timeline import in_canonical_order


def _dosings(voice: Voice, found: int, bounds: Bounds) -> Words:
    held = count(found, "dosing")
    limit = bounds.of("dosing")
    return Words(f"The course has {held}; the limit is {limit}.", held, limit)


@rule(
    "DOSE-COUNT",
    "The dosings of a course number within the limit.",
    why="A practice states a guideline for the number; below it a course is unfinished.",
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
    if bounds.below(found) and course.asks_for_more:
        return [Breach("missing", (), _dosings, (found, bounds))]
    if bounds.max is not None and found > bounds.max:
        return [Breach("violated", course.dosings[bounds.max :], _dosings, (found, bounds))]
    return []


def _length(voice: Voice, session: Session, bounds: Bounds) -> Words:
    lasts, limit = count(session.minutes, "minute"), bounds.of("minute")
    return Words(
        f"{sentence(voice.session(session))} lasts {lasts}; the limit is {limit}.", lasts, limit
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
    parts = []
    if effect:
        parts.append(f"the usual effect of up to {count(effect, 'minute')}")
    if processing:
        parts.append(f"{count(processing, 'minute')} to process")
    lasts = count(dosing.minutes, "minute")
    needed = f"at least {count(effect + processing, 'minute')}"
    return Words(
        f"{sentence(voice.session(dosing))} lasts {lasts}, which leaves no room for "
        f"{' and '.join(parts)}.",
        lasts,
        needed,
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


_HELD: Final = {
    "individual": "individually",
    "group": "in a group",
    "office": "at the office",
    "remote": "remotely",
}


def _not_offered(
    voice: Voice,
    session: TherapistSession,
    formats: tuple[str, ...] | None,
    places: tuple[str, ...] | None,
) -> Words:
    found, offered = [], []
    if formats is not None:
        found.append(_HELD[session.format])
        offered += [f"sessions held {_HELD[format]}" for format in formats]
    if places is not None:
        found.append(_HELD[session.place])
        offered += [f"dosings held {_HELD[place]}" for place in places]
    held, allowed = " and ".join(found), " and ".join(offered)
    return Words(
        f"{sentence(voice.session(session))} is held {held}; the protocol allows {allowed}.",
        held,
        allowed,
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
    formats = FORMATS if limits.formats is None else limits.formats
    places = PLACES if limits.dosing_places is None else limits.dosing_places
    off: list[TherapistSession] = []
    if not course.timeline.formats.issubset(formats):
        for sessions in (course.preparations, course.dosings, course.integrations):
            off += [session for session in sessions if session.format not in formats]
    if len(places) < len(PLACES):
        for dosing in course.dosings:
            if dosing.place not in places and dosing.format in formats:
                off.append(dosing)
    return [_modality(session, formats, places) for session in in_canonical_order(off)]


def _modality(
    session: TherapistSession, formats: tuple[str, ...], places: tuple[str, ...]
) -> Breach:
    in_format, in_place = session.format in formats, session.place in places
    limit = "dosing_places" if in_format else "formats"
    facts = (
        session,
        None if in_format else formats,
        None if in_place or session.kind != "dosing" else places,
    )
    return Breach("violated", (session,), _not_offered, facts, limit=limit)


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


def _gap(voice: Voice, dosing: Dosing, following: Dosing, days: int, bounds: Bounds) -> Words:
    apart, limit = count(days, "day"), bounds.of("day")
    return Words(
        f"{sentence(voice.session(dosing))} and {voice.session(following)} are {apart} apart; "
        f"the limit is {limit}.",
        apart,
        limit,
    )


@rule(
    "DOSE-GAP",
    "Consecutive dosings are within the limit's number of days of each other.",
    why="Too close leaves no time to integrate; too far apart loses the thread.",
    severity="error",
    cites=(CONTRACT["DOSE-GAP"],),
    reads=("dosing_gap_days",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D21 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D20 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"dosing_gap_days": {"min": 7}},
    ),
)
def dosing_gap(course: Course, limits: Limits) -> list[Breach]:
    """Below the minimum an error, above the maximum a warning; days are civil dates."""
    bounds = limits.dosing_gap_days
    if bounds is None:
        return []
    breaches = []
    for (dosing, day), (following, next_day) in pairwise(
        zip(course.dosings, course.timeline.dosing_days, strict=True)
    ):
        days = next_day - day
        facts = (dosing, following, days, bounds)
        if bounds.below(days):
            breaches.append(Breach("violated", (dosing, following), _gap, facts))
        elif bounds.above(days):
            breaches.append(
                Breach("violated", (dosing, following), _gap, facts, severity="warning")
            )
    return breaches


def _crowded(voice: Voice, dosing: Dosing, found: int, limit: Frequency) -> Words:
    held = count(found, "dosing")
    within = count(limit.days, "day")
    return Words(
        f"{sentence(voice.session(dosing))} makes {held} within {within}; the limit is {limit}.",
        f"{held} within {within}",
        str(limit),
    )


@rule(
    "DOSE-FREQUENCY",
    "There are at most so many dosings in any so many consecutive days.",
    why="A course has a pace that a practice may cap.",
    severity="error",
    cites=(CONTRACT["DOSE-FREQUENCY"],),
    reads=("dosing_frequency",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D21 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D20 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"dosing_frequency": {"at_most": 1, "days": 7}},
    ),
)
def dosing_frequency(course: Course, limits: Limits) -> list[Breach]:
    """For each dosing, the dosings up to it with dates in the days that end on its date."""
    limit = limits.dosing_frequency
    if limit is None:
        return []
    days: list[int] = []  # sorted, for local dates may go back where clocks are set over midnight
    breaches = []
    for dosing, day in zip(course.dosings, course.timeline.dosing_days, strict=True):
        insort(days, day)
        found = bisect_right(days, day) - bisect_left(days, day - limit.days + 1)
        if found > limit.at_most:
            breaches.append(Breach("violated", (dosing,), _crowded, (dosing, found, limit)))
    return breaches


RULES: Final[tuple[Rule, ...]] = (
    dosing_count,
    dosing_duration,
    effect_fits,
    modality,
    therapist_presence,
    support_person,
    dose_level,
    dosing_gap,
    dosing_frequency,
)

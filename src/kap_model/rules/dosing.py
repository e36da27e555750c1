"""Dosing: how many, how long, where and in which format."""

from __future__ import annotations

from typing import Final

from kap_model.citations import BRIEF, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Bounds, Limits
from kap_model.rules._breach import Breach
from kap_model.rules._rule import Case, Example, Rule, rule
from kap_model.rules._words import Voice, Words, count, sentence
from kap_model.sessions import FORMATS, PLACES, Dosing, Session, TherapistSession
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


RULES: Final[tuple[Rule, ...]] = (dosing_count, dosing_duration, effect_fits, modality)

"""Dosing: how many, how long, where and in which format."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from math import inf
from operator import sub
from typing import Any, Final

from kap_model._time import DAY_SECONDS
from kap_model.citations import (
    BRIEF,
    CONTRACT,
    KINGSLEY_PAGE,
    PRESCRIBER_QUESTIONS,
    REGROUNDING_PAGE,
)
from kap_model.course import Course
from kap_model.forms._form import RuleForm
from kap_model.forms.counting import Count, Rate
from kap_model.forms.facts import Allow, Known, Length
from kap_model.forms.selectors import Selector
from kap_model.forms.spacing import Space
from kap_model.forms.wording import either
from kap_model.limits import LONGEST, Bounds, Frequency, Labels, Limits, Switch
from kap_model.rules._rule import (
    Breach,
    Case,
    Example,
    Rule,
    Voice,
    Words,
    called,
    count,
    form_rule,
    rule,
    sentence,
)
from kap_model.sessions import (
    FORMATS,
    PLACES,
    THERAPIST_KINDS,
    Format,
    Place,
    Session,
    TherapistSession,
)
from kap_model.timeline import Timeline, in_canonical_order


@form_rule(
    "DOSE-COUNT",
    "The dosings of a course number within the limit.",
    about="the number of dosings",
    why="A practice states a guideline for the number; below it a course is unfinished.",
    severity="error",
    cites=(BRIEF["dosing sessions"], REGROUNDING_PAGE["fees"], REGROUNDING_PAGE["step 7"]),
    reads=("dosing_count",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71"),
    ),
)
def dosing_count(bounds: Bounds) -> RuleForm:
    """Below the minimum nothing is asked of a discontinued or halted course."""
    return Count(Selector("dosing", phase="course"), bounds.min, bounds.max)


@form_rule(
    "DOSE-DURATION",
    "Each dosing session lasts within the limit.",
    about="the length of dosings",
    why="The medicine takes its time, and the therapist stays throughout.",
    severity="warning",
    cites=(KINGSLEY_PAGE["step 3"], REGROUNDING_PAGE["step 5"]),
    reads=("dosing_minutes",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14/60 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14/59 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
    ),
)
def dosing_duration(bounds: Bounds) -> RuleForm:
    """One finding for each dosing that is too short or too long."""
    return Length("dosing", min=bounds.min, max=bounds.max)


def _too_short(voice: Voice, limits: Limits, dosing: Session, limit: str) -> Words:
    parts = []
    if limits.effect_minutes:
        parts.append(f"the usual effect of up to {count(limits.effect_minutes, 'minute')}")
    if limits.processing_minutes:
        parts.append(f"{count(limits.processing_minutes, 'minute')} to process")
    lasts = count(dosing.minutes, "minute")
    needed = (limits.effect_minutes or 0) + (limits.processing_minutes or 0)
    required = f"at least {count(needed, 'minute')}"
    return Words(
        f"{sentence(voice.session(dosing))} lasts {lasts}, which leaves no room for "
        f"{' and '.join(parts)}.",
        lasts,
        required,
        title=f"{sentence(called(dosing))} is too short for the effect to subside",
        action=voice.change("Book", dosing, so_that=f" for {required}"),
        values=voice.told(
            session=dosing,
            found=dosing.minutes,
            effect=limits.effect_minutes,
            processing=limits.processing_minutes,
        ),
    )


@form_rule(
    "EFFECT-FIT",
    "Each dosing session is at least as long as the longest usual effect and the time to process.",
    about="time for the effect to subside",
    why="The session ends with time to talk once the effects have subsided.",
    severity="warning",
    cites=(KINGSLEY_PAGE["step 3"], REGROUNDING_PAGE["how ketamine feels"]),
    reads=("effect_minutes", "processing_minutes"),
    words=_too_short,
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14/100 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14/99 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"effect_minutes": 70, "processing_minutes": 30},
    ),
)
def effect_fits(effect: int | None, processing: int | None) -> RuleForm:
    """An unset time to process counts as 0, and so does an unset effect."""
    return Length("dosing", min=min((effect or 0) + (processing or 0), LONGEST))


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
    ways = [either(tuple(_HELD[way] for way in ways)) for ways in (formats, places) if ways]
    return Words(
        f"{sentence(voice.session(session))} is held {held}; the protocol allows {allowed}.",
        held,
        allowed,
        title=f"{sentence(called(session))} is held in a way that the protocol does not allow",
        action=voice.change("Hold", session, so_that=f" {' and '.join(ways)}"),
        values=voice.told(
            session=session,
            format=None if formats is None else session.format,
            place=None if places is None else session.place,
            formats=None if formats is None else ", ".join(formats),
            places=None if places is None else ", ".join(places),
        ),
    )


def _modality_forms(
    places: tuple[Place, ...] | None, formats: tuple[Format, ...] | None
) -> tuple[RuleForm | None, RuleForm | None]:
    return (
        None if places is None else Allow("dosing", "place", places),
        None if formats is None else Allow(THERAPIST_KINDS, "format", formats),
    )


def _formats_held(timeline: Timeline) -> frozenset[str]:
    held = (timeline.preparations, timeline.dosings, timeline.integrations)
    return frozenset([session.format for sessions in held for session in sessions])


def _places_of_dosings(timeline: Timeline) -> frozenset[str]:
    return frozenset([dosing.place for dosing in timeline.dosings])


@rule(
    "MODALITY",
    "Each dosing's place and each therapist session's format is one that the practice offers.",
    about="place and format of sessions",
    why="A practice states where dosings may be held and whether groups are offered.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 3"], KINGSLEY_PAGE["what KAP is"], REGROUNDING_PAGE["step 5"]),
    reads=("dosing_places", "formats"),
    makes=_modality_forms,
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7g D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"formats": ["individual"]},
    ),
)
def modality(course: Course, limits: Limits) -> list[Breach]:
    """One finding for each session, whether place, format or both are not offered.

    Its two forms would give two: a law holds them to the sessions that they find.
    """
    formats = FORMATS if limits.formats is None else limits.formats
    places = PLACES if limits.dosing_places is None else limits.dosing_places
    timeline, off = course.timeline, list[TherapistSession]()
    if len(formats) < len(FORMATS) and not timeline.fact(_formats_held).issubset(formats):
        for sessions in (course.preparations, course.dosings, course.integrations):
            off += [session for session in sessions if session.format not in formats]
    if len(places) < len(PLACES) and not timeline.fact(_places_of_dosings).issubset(places):
        for dosing in course.dosings:
            if dosing.place not in places and dosing.format in formats:
                off.append(dosing)
    if not off:
        return []
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


@form_rule(
    "THERAPIST-PRESENT",
    "The therapist is present during each dosing.",
    about="the therapist at dosings",
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
def therapist_presence(on: Switch) -> RuleForm:
    """Absent is a violation; not recorded on a dosing that was held is an open fact."""
    return Known("dosing", "therapist_present", by="end")


@form_rule(
    "SUPPORT-PERSON",
    "A remote dosing names a support person.",
    about="a support person at remote dosings",
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
def support_person(on: Switch) -> RuleForm:
    """Until the dosing starts somebody can still be named; afterwards it is an open fact."""
    return Known(Selector("dosing", place="remote"), "support_person")


@form_rule(
    "DOSE-LEVEL",
    "A stated dose level is one that the protocol knows.",
    about="the dose level",
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
def dose_level(levels: Labels) -> RuleForm:
    """A level that is not recorded breaks nothing."""
    return Allow("dosing", "level", levels)


@form_rule(
    "DOSE-GAP",
    "Consecutive dosings are within the limit's number of days of each other.",
    about="days between dosings",
    why="Too close leaves no time to integrate; too far apart loses the thread.",
    severity="error",
    above="warning",
    cites=(CONTRACT["DOSE-GAP"],),
    reads=("dosing_gap_days",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D21 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D20 I22 R33 D42 I43 D56 I57 D70 I71 D84 I85"),
        limits={"dosing_gap_days": {"min": 7}},
    ),
)
def dosing_gap(bounds: Bounds) -> RuleForm:
    """Below the minimum an error, above the maximum a warning; days are civil dates."""
    to = Selector("dosing", phase="course")
    return Space("dosing", to, min=bounds.min, max=bounds.max, unit="days")


@form_rule(
    "DOSE-FREQUENCY",
    "There are at most so many dosings in any so many consecutive days.",
    about="dosings per week",
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
def dosing_frequency(limit: Frequency) -> RuleForm:
    """For each dosing, the dosings up to it with dates in the days that end on its date."""
    return Rate("dosing", max=limit.at_most, days=limit.days)


CLOSE: Final = Frequency(2, 7)
"""What DOSE-CLOSE takes for the most dosings in so many days, beside one a day."""


def states_pace(limits: Limits, house: tuple[Any, ...] = ()) -> bool:
    """Whether a protocol says how close dosings may be, by its limits or a house rule in force."""
    gap = limits.dosing_gap_days
    stated = limits.dosing_frequency is not None or (gap is not None and gap.min is not None)
    return stated or any(rule.form.paces_dosings for rule in house)


_SLACK: Final = 3 * DAY_SECONDS
"""Where starts are so much farther apart than days are long, their dates are as many days apart."""


def _surely_apart(timeline: Timeline) -> bool:
    """Whether dosings are so far apart that their dates need not be known."""
    starts = [dosing.begins for dosing in timeline.dosings]
    nearest = min(map(sub, starts[1:], starts), default=inf)
    crowded = CLOSE.days * DAY_SECONDS + _SLACK
    if nearest * CLOSE.at_most >= crowded:
        return True
    crowd = min(map(sub, starts[CLOSE.at_most :], starts), default=inf)
    return nearest >= _SLACK and crowd >= crowded


def _close(voice: Voice, dosing: Session, found: int, days: int) -> Words:
    held, within = count(found, "dosing"), count(days, "day")
    return Words(
        f"{sentence(voice.session(dosing))} makes {held} within {within}; where a protocol states "
        f"no pace, one a day and {CLOSE} are usual.",
        f"{held} within {within}",
        f"at most 1 on any day, and {CLOSE}",
        title=f"{sentence(called(dosing))} is close to the dosing before it",
        action=voice.change(
            "Ask the prescriber about the pace, or move", dosing, so_that=" to a later day"
        ),
        case="day" if days == 1 else "week",
        values=voice.told(
            session=dosing, found=found, days=days, a_day=1, max=CLOSE.at_most, in_days=CLOSE.days
        ),
    )


@rule(
    "DOSE-CLOSE",
    "Where the protocol states no pace, dosings are on days of their own, and at most two are in "
    "any seven consecutive days.",
    why="The pages set no interval, and silence would read as approval of any.",
    severity="advice",
    cites=(PRESCRIBER_QUESTIONS["at most two dosings a week"],),
    gives_way=states_pace,
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D17 I18 R19 D21 I22 D42 I43 D56 I57 D70 I71"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D17 I18 R19 D20 I22 D42 I43 D56 I57 D70 I71"),
    ),
)
def dosings_close(course: Course, limits: Limits) -> list[Breach]:
    """One finding for each dosing too many of its day, or of the seven days that end with it."""
    if states_pace(limits) or course.timeline.fact(_surely_apart):
        return []
    days: list[int] = []  # sorted, for local dates may go back where clocks are set over midnight
    breaches = []
    for dosing, day in zip(course.dosings, course.timeline.dosing_days, strict=True):
        insort(days, day)
        upto = bisect_right(days, day)
        today = upto - bisect_left(days, day)
        found = upto - bisect_left(days, day - CLOSE.days + 1)
        if found > CLOSE.at_most:
            breaches.append(Breach("violated", (dosing,), _close, (dosing, found, CLOSE.days)))
        elif today > 1:
            breaches.append(Breach("violated", (dosing,), _close, (dosing, today, 1)))
    return breaches


@form_rule(
    "DOSE-ROUTE",
    "A stated route is one by which the practice gives the medicine.",
    about="the route of the medicine",
    why="Each route asks for a place, people and a length of its own.",
    severity="error",
    cites=(CONTRACT["DOSE-ROUTE"],),
    reads=("routes",),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"d1.route": "sublingual"},
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"d1.route": "intravenous"},
        ),
        limits={"routes": ["sublingual", "oral"]},
    ),
)
def dose_route(routes: Labels) -> RuleForm:
    """A route that is not recorded breaks nothing."""
    return Allow("dosing", "route", routes)


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
    dosings_close,
    dose_route,
)

"""Record: no two sessions at once, outcomes written down, age and exclusions."""

from __future__ import annotations

from math import inf
from operator import attrgetter, lt
from typing import Final

from kap_model._time import completed_years
from kap_model.citations import CONTRACT, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.rules._rule import (
    Breach,
    Case,
    Example,
    Rule,
    Voice,
    Words,
    called,
    count,
    rule,
    sentence,
)
from kap_model.sessions import MEDICAL_KINDS, MedicalEvaluation, Session
from kap_model.timeline import Timeline, in_walking_order


def _overlapping(voice: Voice, earlier: Session, later: Session) -> Words:
    return Words(
        f"{sentence(voice.timed(later))} starts before {voice.timed(earlier)} is over.",
        "at the same time",
        "one session at a time",
        title=f"{sentence(called(earlier))} and {called(later)} overlap",
        action=voice.change("Move or cancel", later)
        if later.status != "completed"
        else voice.change("Move or cancel", earlier),
        values=voice.told(earlier=earlier, session=later),
    )


_ENDS: Final = attrgetter("ends")


def _one_by_one(timeline: Timeline) -> bool:
    """Whether each session starts once the one before it is over; then none overlaps any other."""
    return not any(map(lt, timeline.starts[1:], map(_ENDS, timeline.counting)))


@rule(
    "NO-OVERLAP",
    "No two sessions overlap.",
    why="A client is in one session at a time; one of the two is booked wrongly.",
    severity="error",
    cites=(CONTRACT["NO-OVERLAP"],),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R29@10:50 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R29@10:49 D42 I43 D56 I57 D70 I71 D84 I85"
        ),
    ),
)
def no_overlap(course: Course, limits: Limits) -> list[Breach]:
    """Each session against the earlier one that ends last."""
    breaches: list[Breach] = []
    if course.timeline.fact(_one_by_one):
        return breaches
    latest, free_from = None, 0
    for session in course.counting:
        if session.begins < free_from and latest is not None:
            breaches.append(Breach("violated", (latest, session), _overlapping, (latest, session)))
        ends = session.ends
        if ends > free_from:
            latest, free_from = session, ends
    return breaches


def _to_record(timeline: Timeline) -> tuple[bool, float, float]:
    """What is to be recorded: whether an outcome, and by when what is planned or completed.

    The first planned session's end, and the last completed one's start.
    """
    undecided = any(c.status == "completed" and c.outcome is None for c in timeline.contacts)
    planned = [session.ends for session in timeline.counting if session.status == "planned"]
    last_start = timeline.latest_completed_start
    return undecided, min(planned, default=inf), -inf if last_start is None else last_start


def _not_held_yet(voice: Voice, session: Session) -> Words:
    return Words(
        f"{sentence(voice.session(session))} is recorded as completed, and starts after the moment "
        "of judgement.",
        "completed",
        "planned until it is held",
        title=f"{sentence(called(session))} is recorded as completed before it is held",
        action=f"Record {called(session)} as planned until it is held.",
        case="early",
        values=voice.told(session=session),
    )


def _unrecorded(voice: Voice, session: Session) -> Words:
    return Words(
        f"What became of {voice.session(session)} is not recorded.",
        "planned",
        "completed, cancelled or no-show",
        title=f"Nothing is recorded of {called(session)}",
        action=f"Record whether {called(session)} was held, cancelled or missed.",
        case="status",
        values=voice.told(session=session),
    )


def _no_outcome(voice: Voice, session: Session) -> Words:
    return Words(
        f"The outcome of {voice.session(session)} is not recorded.",
        "no outcome",
        "an outcome",
        title=f"No outcome is recorded of {called(session)}",
        action=f"Record the outcome of {called(session)}.",
        case="outcome",
        values=voice.told(session=session),
    )


@rule(
    "RECORD-OUTCOME",
    "What became of each session is recorded, and nothing is recorded before it happened.",
    why="Whoever books next must know what was held and what the medical partner decided.",
    severity="warning",
    cites=(CONTRACT["RECORD-OUTCOME"],),
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            as_of="2027-01-04T10:49:00Z",
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            as_of="2027-01-04T10:50:00Z",
        ),
    ),
)
def outcomes_recorded(course: Course, limits: Limits) -> list[Breach]:
    """At most one finding for each session of the plan, whatever its status."""
    breaches: list[Breach] = []
    as_of, until = course.as_of, course.known_until
    is_active = course.plan.state == "active"
    if is_active:
        if until is None:
            return breaches  # all is planned, and nothing says what is over
        undecided, first_end, last_start = course.timeline.fact(_to_record)
        if not (undecided or first_end <= until or (as_of is not None and last_start > as_of)):
            return breaches
    for session in course.plan.sessions:
        if session.status == "completed":
            if as_of is not None and session.begins > as_of:
                breaches.append(
                    Breach(
                        "violated", (session,), _not_held_yet, (session,), fixed_severity="error"
                    )
                )
            elif session.kind in MEDICAL_KINDS and getattr(session, "outcome", None) is None:
                breaches.append(Breach("unknown", (session,), _no_outcome, (session,)))
        elif session.status == "planned" and (not is_active or course.is_unrecorded(session)):
            breaches.append(Breach("unknown", (session,), _unrecorded, (session,)))
    return breaches


def _too_young(voice: Voice, session: Session, years: int, limit: int) -> Words:
    required = f"at least {count(limit, 'year')}"
    if years < 0:
        return Words(
            f"The recorded date of birth lies after {voice.session(session)}.",
            "a birth after the session",
            required,
            title=f"The date of birth lies after {called(session)}",
            action="Correct the date of birth.",
            case="born-later",
            values=voice.told(session=session, limit=limit),
        )
    age = count(years, "year")
    return Words(
        f"The client is under the minimum age on the day of {voice.session(session)}: "
        f"{age} old, the limit is {limit}.",
        age,
        required,
        title="The client is younger than the protocol asks",
        action=voice.change(
            "Correct the date of birth if it is wrong; else cancel",
            session,
        ),
        case="younger",
        values=voice.told(session=session, years=years, limit=limit),
    )


def _birth_unrecorded(voice: Voice, session: Session, limit: int) -> Words:
    return Words(
        f"The date of birth is not recorded, so the client's age at {voice.session(session)} "
        "is not known.",
        "not recorded",
        f"at least {count(limit, 'year')}",
        title="The date of birth is not recorded",
        action="Record the date of birth.",
        case="unknown",
        values=voice.told(session=session, limit=limit),
    )


def _old_enough(limits: Limits) -> str:
    years = count(limits.minimum_age or 0, "year")
    return f"The client is at least {years} old at the first medical evaluation."


@rule(
    "AGE-MIN",
    "The client has reached the minimum age at the first medical evaluation.",
    about="age",
    why="A practice may state an age below which it does not treat.",
    severity="error",
    cites=(CONTRACT["AGE-MIN"],),
    reads=("minimum_age",),
    tells=_old_enough,
    example=Example(
        holds=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"born": "2009-01-06"},
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"born": "2009-01-07"},
        ),
        limits={"minimum_age": 18},
    ),
)
def minimum_age(course: Course, limits: Limits) -> list[Breach]:
    """On the date of the first evaluation, else of the first dosing."""
    limit = limits.minimum_age
    if limit is None or not (course.evaluations or course.dosings):
        return []
    session: Session = (course.evaluations or course.dosings)[0]
    if course.plan.born is None:
        return [Breach("unknown", (session,), _birth_unrecorded, (session, limit))]
    years = completed_years(course.plan.born, course.day(session))
    if years < limit:
        facts, decided_later = (session, years, limit), not course.evaluations
        return [Breach("violated", (session,), _too_young, facts, decided_later=decided_later)]
    return []


def _excluded(voice: Voice, condition: str, latest: MedicalEvaluation | None) -> Words:
    decided = "no medical evaluation with an outcome says eligible"
    if latest is not None:
        decided = f"the latest outcome, of {voice.session(latest)}, does not say eligible"
    return Words(
        f"The recorded condition {condition} speaks against treatment, and {decided}.",
        condition,
        "no such condition, or a medical evaluation that says eligible",
        title="A recorded condition speaks against treatment",
        action="Ask the medical provider to decide, and record the outcome of an evaluation.",
        case="undecided" if latest is None else "not-eligible",
        values=voice.told(condition=condition, latest=latest),
    )


def _none_recorded(limits: Limits) -> str:
    conditions = " or ".join(limits.exclusions or ())
    return (
        f"No recorded condition is {conditions}, unless the medical partner found the client "
        "eligible."
    )


@rule(
    "EXCLUSION",
    "No recorded condition speaks against treatment, unless the medical partner found the client "
    "eligible.",
    about="medical conditions",
    why="Some conditions may rule treatment out; the medical evaluation decides.",
    severity="warning",
    cites=(REGROUNDING_PAGE["who might benefit"],),
    reads=("exclusions",),
    tells=_none_recorded,
    example=Example(
        holds=Case(
            "2027-01-04 C0* E2+ P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"conditions": ["active-substance-misuse"]},
        ),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D84 I85",
            {"conditions": ["active-substance-misuse"]},
        ),
        limits={"exclusions": ["active-substance-misuse"]},
    ),
)
def exclusion(course: Course, limits: Limits) -> list[Breach]:
    """By the latest evaluation with an outcome; the medical decision overrides the list."""
    if limits.exclusions is None or not course.plan.conditions:
        return []
    decided = [e for e in course.evaluations if course.event(e) not in ("held", "to come")]
    latest = in_walking_order(decided)[-1] if decided else None
    if latest is not None and course.event(latest) == "favourable":
        return []
    return [
        Breach("violated", (), _excluded, (condition, latest), decided_later=True)
        for condition in course.plan.conditions
        if condition in limits.exclusions
    ]


RULES: Final[tuple[Rule, ...]] = (no_overlap, outcomes_recorded, minimum_age, exclusion)

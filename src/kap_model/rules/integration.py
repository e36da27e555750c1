"""Integration: after every dosing, after the first, in number, in time, in length."""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from kap_model._time import HOUR_SECONDS
from kap_model.citations import BRIEF, CONTRACT, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import LONGEST, Bounds, Limits
from kap_model.rules._rule import Breach, Case, Example, Rule, Voice, Words, count, rule, sentence
from kap_model.sessions import Dosing, Integration, Session
from kap_model.timeline import in_canonical_order


def _between(course: Course, opens: int, closes: int | None, enough: int) -> list[Integration]:
    """The first integrations after one dosing and, unless it is the last, before the next."""
    found: list[Integration] = []
    integrations = course.integrations
    for index in range(bisect_left(course.timeline.integration_starts, opens), len(integrations)):
        integration = integrations[index]
        if len(found) == enough or (closes is not None and integration.begins >= closes):
            break
        if closes is None or integration.ends <= closes:
            found.append(integration)
    return found


def _missing(
    voice: Voice, dosing: Dosing, following: Dosing | None, found: int, wanted: int
) -> Words:
    number = "no integration" if found == 0 else f"only {count(found, 'integration')}"
    until = "" if following is None else f" before {voice.session(following)}"
    return Words(
        f"{sentence(voice.session(dosing))} has {number} after it{until}.",
        count(found, "integration"),
        f"at least {wanted}",
    )


@rule(
    "INTEG-EACH",
    "After every dosing there is an integration before the next dosing.",
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
def integration_after_every_dosing(course: Course, limits: Limits) -> list[Breach]:
    """From a dosing's end to the next one's start; after the last, at any time."""
    wanted = limits.integration_per_dosing
    if wanted is None:
        return []
    breaches = []
    dosings, integrations = course.dosings, course.integrations
    starts, total, last = course.timeline.integration_starts, len(integrations), len(dosings)
    for number, dosing in enumerate(dosings, 1):
        following = dosings[number] if number < last else None
        closes = None if following is None else following.begins
        place = bisect_left(starts, dosing.ends)
        if wanted == 1 and place < total and (closes is None or integrations[place].ends <= closes):
            continue  # the usual case, without a list
        found = len(_between(course, dosing.ends, closes, wanted))
        if found < wanted:
            ended_early = following is None and course.plan.state == "discontinued"
            breaches.append(
                Breach(
                    "missing",
                    (dosing,),
                    _missing,
                    (dosing, following, found, wanted),
                    opens=dosing.ends,
                    closes=closes,
                    fixed_severity="advice" if ended_early else None,
                )
            )
    return breaches


def _too_early(voice: Voice, integration: Integration, first: Dosing) -> Words:
    return Words(
        f"{sentence(voice.timed(integration))} starts before the first dosing, "
        f"{voice.timed(first)}, is over.",
        "before the first dosing is over",
        "after the first dosing",
    )


def _nothing_to_integrate(voice: Voice, integration: Integration) -> Words:
    return Words(
        f"{sentence(voice.session(integration))} has no dosing before it.",
        "no dosing before it",
        "a dosing that ends before it starts",
    )


@rule(
    "INTEG-ORDER",
    "Each integration comes after the first dosing.",
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
def integration_order(course: Course, limits: Limits) -> list[Breach]:
    """Where there is no dosing, one may still come before the integration starts."""
    if limits.integration_after_dosing is None:
        return []
    first = course.first_dosing
    breaches = []
    for integration in course.integrations:
        if first is None:
            closes = integration.begins
            breaches.append(
                Breach(
                    "missing", (integration,), _nothing_to_integrate, (integration,), closes=closes
                )
            )
        elif integration.begins < first.ends:
            breaches.append(Breach("violated", (integration,), _too_early, (integration, first)))
        else:
            break  # in order of start, so all others come after the first dosing too
    return breaches


def _integrations(voice: Voice, found: int, bounds: Bounds) -> Words:
    held = count(found, "integration")
    limit = bounds.of("integration")
    return Words(f"The course has {held}; the limit is {limit}.", held, limit)


@rule(
    "INTEG-COUNT",
    "The integrations of a course number within the limit.",
    why="A practice plans and prices so many.",
    severity="warning",
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
def integration_count(course: Course, limits: Limits) -> list[Breach]:
    """Below the minimum nothing is asked of a discontinued or halted course."""
    bounds = limits.integration_count
    if bounds is None:
        return []
    found = len(course.integrations)
    facts = (found, bounds)
    if bounds.below(found) and course.asks_for_more:
        return [Breach("missing", (), _integrations, facts)]
    if bounds.max is not None and found > bounds.max:
        return [Breach("violated", course.integrations[bounds.max :], _integrations, facts)]
    return []


def _late(voice: Voice, dosing: Dosing, integration: Integration, hours: int) -> Words:
    # A begun minute counts whole: what is late by a second must not read as in time.
    waited, minutes = divmod(-(-(integration.begins - dosing.ends) // 60), 60)
    parts = [count(waited, "hour")] if waited else []
    parts += [count(minutes, "minute")] if minutes else []
    observed, limit = " ".join(parts), count(hours, "hour")
    return Words(
        f"{sentence(voice.timed(integration))} is the first after {voice.session(dosing)} and "
        f"comes {observed} after its end; the limit is {limit}.",
        observed,
        f"at most {limit}",
    )


@rule(
    "INTEG-WINDOW",
    "The first integration after a dosing starts within the limit's hours of its end.",
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
def integration_window(course: Course, limits: Limits) -> list[Breach]:
    """Where no integration follows, INTEG-EACH speaks."""
    hours = limits.integration_window_hours
    if hours is None:
        return []
    breaches = []
    dosings = course.dosings
    for number, dosing in enumerate(dosings, 1):
        closes = dosings[number].begins if number < len(dosings) else None
        for first in _between(course, dosing.ends, closes, 1):
            if first.begins - dosing.ends > hours * HOUR_SECONDS:
                breaches.append(Breach("violated", (dosing, first), _late, (dosing, first, hours)))
    return breaches


def _length(voice: Voice, session: Session, bounds: Bounds) -> Words:
    lasts, limit = count(session.minutes, "minute"), bounds.of("minute")
    return Words(
        f"{sentence(voice.session(session))} lasts {lasts}; the practice states {limit}.",
        lasts,
        limit,
    )


@rule(
    "THERAPY-LENGTH",
    "Each preparation and integration lasts within the limit.",
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
def therapy_length(course: Course, limits: Limits) -> list[Breach]:
    """Preparations and integrations together, in canonical order."""
    bounds = limits.therapy_minutes
    if bounds is None:
        return []
    lowest, highest = bounds.min or 0, LONGEST if bounds.max is None else bounds.max
    off: list[Session] = []
    # One loop a kind: the interpreter reads the fields of one class at a time much faster.
    for preparation in course.preparations:
        if not lowest <= preparation.minutes <= highest:
            off.append(preparation)
    for integration in course.integrations:
        if not lowest <= integration.minutes <= highest:
            off.append(integration)
    return [
        Breach("violated", (session,), _length, (session, bounds))
        for session in in_canonical_order(off)
    ]


RULES: Final[tuple[Rule, ...]] = (
    integration_after_every_dosing,
    integration_order,
    integration_count,
    integration_window,
    therapy_length,
)

"""Review: a medical look after the first dosings, and a medical contact at least each quarter."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Final

from kap_model._time import add_months, day_end, day_start, last_day_of_quarter
from kap_model.citations import BRIEF, KINGSLEY_PAGE, REGROUNDING_PAGE
from kap_model.course import Course
from kap_model.limits import Limits, ReviewAfter, ReviewEvery
from kap_model.rules._rule import Breach, Case, Example, Rule, Voice, Words, count, rule, sentence
from kap_model.sessions import Dosing


def _unreviewed(
    voice: Voice, dosing: Dosing, following: Dosing | None, limit: ReviewAfter
) -> Words:
    until = "" if following is None else f" before {voice.session(following)}"
    return Words(
        f"{sentence(voice.session(dosing))} has no medical review after it{until}.",
        "no medical review",
        f"a medical review {limit}",
    )


@rule(
    "REVIEW-AFTER",
    "A medical review follows the first dosings.",
    why="The medical partner looks at the effects before treatment goes on.",
    severity="error",
    cites=(KINGSLEY_PAGE["step 5"], REGROUNDING_PAGE["step 7"]),
    reads=("review_after",),
    example=Example(
        under="kingsley",
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R42@09:30 D42 I43 D56 I57 D70 I71 D84 I85"),
        breaks=Case(
            "2027-01-04 C0 E2 P7 D14 I15 D28 I29 D42 R42@12:00 I43 D56 I57 D70 I71 D84 I85"
        ),
        limits={"initial_supply": "off"},
    ),
)
def review_after(course: Course, limits: Limits) -> list[Breach]:
    """Gate ``before-next``: before the dosing that follows; ``any-time``: at some time after."""
    limit = limits.review_after
    if limit is None or len(course.dosings) < limit.dosings:
        return []
    dosing = course.dosings[limit.dosings - 1]
    if limit.gate == "any-time":
        following = closes = None
        if not course.asks_for_more:
            return []
    elif len(course.dosings) == limit.dosings:
        return []
    else:
        following = course.dosings[limit.dosings]
        closes = following.begins
    for review in course.reviews:
        if review.begins >= dosing.ends and (closes is None or review.ends <= closes):
            return []
    concerned = dosing if following is None else following
    facts = (dosing, following, limit)
    return [Breach("missing", (concerned,), _unreviewed, facts, opens=dosing.ends, closes=closes)]


def _lapsed(voice: Voice, since: int, due: int, limit: ReviewEvery) -> Words:
    return Words(
        f"There is no medical contact after {voice.day(since)} and by {voice.day(due)}, "
        "while treatment goes on.",
        f"none by {voice.day(due)}",
        f"a medical contact {limit}",
    )


def _empty_quarter(voice: Voice, closes: int, dosings: int, limit: ReviewEvery) -> Words:
    return Words(
        f"The calendar quarter that ends {voice.day(closes)} has {count(dosings, 'dosing')} and no "
        "medical contact.",
        "no medical contact in the quarter",
        f"a medical contact {limit}",
    )


@rule(
    "REVIEW-QUARTER",
    "While treatment goes on there is a medical contact at least each quarter.",
    why="The medical partner monitors the course as long as it goes on.",
    severity="error",
    cites=(BRIEF["medical review"], KINGSLEY_PAGE["step 5"], REGROUNDING_PAGE["step 7"]),
    reads=("review_every",),
    example=Example(
        holds=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D122 I123"),
        breaks=Case("2027-01-04 C0 E2 P7 D14 I15 D28 I29 R33 D42 I43 D56 I57 D70 I71 D123 I124"),
    ),
)
def quarterly_review(course: Course, limits: Limits) -> list[Breach]:
    """Contacts are the dates of evaluations and reviews, whatever their outcome."""
    limit = limits.review_every
    if limit is None or not course.dosings:
        return []
    if limit.policy == "calendar":
        return _calendar(course, limit)
    return _rolling(course, course.timeline.contact_days, limit, _period_end(course, limits))


def _period_end(course: Course, limits: Limits) -> int:
    """The last dosing's date; today's where the course is still to go on."""
    last = max(course.timeline.dosing_days)
    bounds, as_of_day = limits.dosing_count, course.as_of_day
    if not course.is_open or as_of_day is None or bounds is None or bounds.min is None:
        return last
    goes_on = len(course.dosings) < bounds.min and not course.is_halted
    return max(last, as_of_day) if goes_on else last


def _rolling(
    course: Course, contacts: tuple[int, ...], limit: ReviewEvery, end: int
) -> list[Breach]:
    first = course.timeline.dosing_days[0]
    following = bisect_right(contacts, first)
    contact = contacts[following - 1] if following else first
    breaches: list[Breach] = []
    dated: list[tuple[int, int]] = []
    while (due := add_months(contact, limit.months)) < end:
        later = contacts[following] if following < len(contacts) else None
        if later is None or later > due:
            dated = dated or _dated(course)
            breaches.append(
                Breach(
                    "missing",
                    _between(course, dated, due, later),
                    _lapsed,
                    (contact, due, limit),
                    opens=day_start(contact + 1),
                    closes=day_end(due),
                )
            )
        if later is None:
            break
        contact, following = later, following + 1
    return breaches


def _dated(course: Course) -> list[tuple[int, int]]:
    """Each dosing's date and place in canonical order; local dates may step back with a clock."""
    return sorted([(day, place) for place, day in enumerate(course.timeline.dosing_days)])


def _between(
    course: Course, dated: list[tuple[int, int]], due: int, later: int | None
) -> tuple[Dosing, ...]:
    """The dosings dated after a due date and before the next contact's date."""
    start = bisect_left(dated, (due + 1, 0))
    stop = len(dated) if later is None else bisect_left(dated, (later, 0))
    return tuple([course.dosings[place] for place in sorted(p for _, p in dated[start:stop])])


def _calendar(course: Course, limit: ReviewEvery) -> list[Breach]:
    seen = {last_day_of_quarter(day) for day in course.timeline.contact_days}
    dosings: dict[int, list[Dosing]] = {}
    for dosing, day in zip(course.dosings, course.timeline.dosing_days, strict=True):
        dosings.setdefault(last_day_of_quarter(day), []).append(dosing)
    return [
        Breach("missing", tuple(its), _empty_quarter, (ends, len(its), limit), closes=day_end(ends))
        for ends, its in sorted(dosings.items())
        if ends not in seen
    ]


RULES: Final[tuple[Rule, ...]] = (review_after, quarterly_review)

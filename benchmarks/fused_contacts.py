"""Medical contacts for the fused rules: standing, reviews that are due, exclusions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from fused_form import (
    ADVERSE,
    CLEAR,
    COMPLETED,
    EVALUATION,
    EXCLUSION,
    FAVOURABLE,
    NO_OUTCOME,
    NONE,
    PENDING,
    REFUSED,
    REVIEW,
    REVIEW_AFTER,
    REVIEW_QUARTER,
    STOPPED,
    UNDECIDED,
    UNFAVOURABLE,
    UNRECORDED,
    Found,
    FusedLimits,
    FusedPlan,
    Row,
    Standings,
)
from fused_time import end_of_day, months_after, start_of_day, today

TO_COME = 4
"""An event beside the outcomes: a booking, or good news from after the moment of judgement."""


def missing(judged: int | None, closes: int | None, opens: int = 0) -> str:
    """The verdict on something missing; ``judged`` is the moment where the plan is open."""
    if judged is None:
        return "violated"
    return "pending" if closes is None or (closes > judged and closes > opens) else "violated"


def standings_of(plan: FusedPlan, at: int | None, known: int | None) -> Standings:
    """The walk over evaluations and reviews by their end."""
    contacts = [(row[3], row[6], row) for row in plan.evaluations + plan.reviews]
    contacts.sort()
    state = first_state = NONE
    decider: Row | None = None
    first_decider: Row | None = None
    ends: list[int] = []
    states: list[int] = [state]
    deciders: list[Row | None] = [decider]
    for end, event, row in contacts:
        if event == NO_OUTCOME:
            if row[5] != COMPLETED and (known is None or end > known):
                event = TO_COME  # noqa: PLW2901 - an outcome becomes an event
        elif event == FAVOURABLE and at is not None and row[0] > at:
            event = TO_COME  # noqa: PLW2901 - likewise
        if row[1] == EVALUATION:
            after = _evaluated(state, event)
            if after is not None:
                state, decider = after, row
            after = _evaluated(first_state, event)
            if after is not None:
                first_state, first_decider = after, row
        else:
            after = _reviewed(state, event, by_review=decider is not None and decider[1] == REVIEW)
            if after == CLEAR:
                state, decider = first_state, row if first_state == CLEAR else first_decider
            elif after is not None:
                state, decider = after, row
        ends.append(end)
        states.append(state)
        deciders.append(decider)
    return ends, states, deciders


def _evaluated(state: int, event: int) -> int | None:
    if event == FAVOURABLE:
        return CLEAR
    if event == UNFAVOURABLE:
        return REFUSED
    if event == UNDECIDED:
        return None if state in ADVERSE else PENDING
    if event == NO_OUTCOME:
        return UNRECORDED if state in (NONE, CLEAR, UNRECORDED) else None
    return CLEAR if state == NONE else None


def _reviewed(state: int, event: int, *, by_review: bool) -> int | None:
    question = by_review and state in (PENDING, UNRECORDED)
    if event == UNFAVOURABLE:
        return None if state == REFUSED else STOPPED
    if event == FAVOURABLE:
        return CLEAR if question or state in (CLEAR, STOPPED) else None
    if event == UNDECIDED:
        return PENDING if question or state in (CLEAR, UNRECORDED) else None
    if event == NO_OUTCOME and (state == CLEAR or (by_review and state == UNRECORDED)):
        return UNRECORDED
    return None


def first_review(
    plan: FusedPlan, limits: FusedLimits, judged: int | None, found: list[Found], *, asks: bool
) -> None:
    """REVIEW-AFTER."""
    dosings, (number, before_next) = plan.dosings, limits.review_after
    if not number or len(dosings) < number:
        return
    concerned, closes = dosings[number - 1], None
    opens = concerned[3]
    if before_next:
        if len(dosings) == number:
            return
        concerned = dosings[number]
        closes = concerned[0]
    elif not asks:
        return
    for row in plan.reviews:
        if row[0] >= opens and (closes is None or row[3] <= closes):
            return
    found.append((REVIEW_AFTER, missing(judged, closes, opens), None, (concerned[2],)))


def quarterly_reviews(
    plan: FusedPlan,
    limits: FusedLimits,
    judged: int | None,
    standings: Standings,
    found: list[Found],
) -> None:
    """REVIEW-QUARTER, from contact to contact."""
    days = plan.days(3)
    end = max(days)
    few = len(days) < limits.dosing_count[0]
    if judged is not None and few and standings[1][-1] not in ADVERSE:
        end = max(end, today(judged, plan.zone))
    contacts = sorted({*plan.days(EVALUATION), *plan.days(REVIEW)})
    following = bisect_right(contacts, days[0])
    contact = contacts[following - 1] if following else days[0]
    dated: list[tuple[int, int]] = []
    while (due := months_after(contact, limits.review_months)) < end:
        later = contacts[following] if following < len(contacts) else None
        if later is None or later > due:
            dated = dated or sorted((day, place) for place, day in enumerate(days))
            stop = len(dated) if later is None else bisect_left(dated, (later, 0))
            late = sorted(place for _, place in dated[bisect_left(dated, (due + 1, 0)) : stop])
            verdict = "violated"
            if judged is not None:
                opens = start_of_day(contact + 1, plan.zone)
                verdict = missing(judged, end_of_day(due, plan.zone), opens)
            names = tuple([plan.dosings[place][2] for place in late])
            found.append((REVIEW_QUARTER, verdict, None, names))
        if later is None:
            break
        contact, following = later, following + 1


def exclusions(plan: FusedPlan, limits: FusedLimits, at: int | None, found: list[Found]) -> None:
    """EXCLUSION, by the latest evaluation with an outcome."""
    decided = [
        (row[3], row[6], row)
        for row in plan.evaluations
        if row[6] != NO_OUTCOME and (row[6] != FAVOURABLE or at is None or row[0] <= at)
    ]
    if decided and max(decided)[1] == FAVOURABLE:
        return
    for condition in plan.conditions or ():
        if condition in limits.exclusions:
            found.append((EXCLUSION, "violated", None, ()))

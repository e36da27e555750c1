"""Rules on medical contacts, preparation and supply as careful ordinary code writes them."""

from __future__ import annotations

from datetime_course import DAY, Breaches, Course, above, below, by_end, months_after
from datetime_plan import THERAPY, Session


def screen_first(c: Course) -> Breaches:
    for first in c.evaluations[:1]:
        if not any(talk.end <= first.start for talk in c.consultations):
            yield c.missing(first.start), (first,), None


def med_clear(c: Course) -> Breaches:
    for dosing in c.dosings:
        now = c.decision(dosing.start)
        if now.decider is None:
            yield c.missing(dosing.start), (dosing,), None
        elif now.state != "clear":
            taken = now.state == "pending" and dosing.status == "completed"
            yield "violated" if now.adverse or taken else "unknown", (now.decider, dosing), None


def role_scope(c: Course) -> Breaches:
    medical, therapist = c.limits.medical_roles or (), c.limits.therapist_roles or ()
    for s in c.sessions:
        if s.kind.startswith("medical") and s.role is not None and s.role not in medical:
            yield "violated", (s,), None
    for s in c.sessions:
        if s.kind in THERAPY and s.role is not None and s.role not in therapist:
            yield "violated", (s,), None


def prep_count(c: Course) -> Breaches:
    first, bounds = c.first_dosing, c.limits.preparation_count
    found = [p for p in c.preparations if first is None or p.end <= first.start]
    if below(bounds, len(found)):
        if first is not None:
            yield c.missing(first.start), (first,), None
        elif c.asks_for_more:
            yield c.missing(None), (), None
    elif bounds and above(bounds, len(found)):
        yield "violated", tuple(found[bounds.max :]), "warning"


def prep_order(c: Course) -> Breaches:
    for p in c.preparations:
        if c.first_dosing is not None and p.end > c.first_dosing.start:
            yield "violated", (p,), None


def prep_after_supply(c: Course) -> Breaches:
    if not c.limits.preparation_after_supply:
        return
    cleared = [e for e in c.evaluations if clearing(e)]
    for p in c.preparations:
        if c.plan.supplies is None:
            if not any(e.end <= p.start for e in cleared):
                yield c.missing(p.start), (p,), None
        elif not any(s.received and s.received <= p.date for s in c.plan.supplies):
            yield c.missing_by_day(p.date), (p,), None


def supply_balance(c: Course) -> Breaches:
    for number, dosing in enumerate(c.dosings, start=1):
        if c.plan.supplies is not None:
            received = [s for s in c.plan.supplies if s.received and s.received <= dosing.date]
            if sum(s.dosings for s in received) < number:
                yield c.missing_by_day(dosing.date), (dosing,), None
        elif inferred_supply_is_short(c, number, dosing):
            yield c.missing(dosing.start), (dosing,), None


def inferred_supply_is_short(c: Course, number: int, dosing: Session) -> bool:
    cleared = [e for e in c.evaluations if clearing(e)]
    if not any(e.end <= dosing.start for e in cleared):
        return False
    if any(clearing(r) and r.end <= dosing.start for r in reviews_after_first(c)):
        return False
    first = c.limits.initial_supply or 0
    return number > (first if cleared[0].end <= dosing.start else 0)


def supply_initial(c: Course) -> Breaches:
    reviews = reviews_after_first(c)
    covered = 0
    for s in c.plan.supplies or []:
        expected = c.open and c.today is not None and s.issued > c.today
        if not expected and (not reviews or s.issued < reviews[0].date):
            covered += s.dosings
    if covered > (c.limits.initial_supply or 0):
        yield "violated", (), None


def refill_review(c: Course) -> Breaches:
    supplies = c.plan.supplies or []
    for s in supplies:
        first = supplies[0].issued
        if s.issued > first and not any(
            clearing(r) and first < r.date <= s.issued for r in c.reviews
        ):
            yield c.missing_by_day(s.issued, opens=first + DAY), (), None


def supply_issued(c: Course) -> Breaches:
    for s in c.plan.supplies or []:
        now = c.decision_on(s.issued + DAY)
        if now.decider is None:
            yield c.missing_by_day(s.issued), (), None
        elif now.adverse:
            certain = c.decision_on(s.issued).state != "clear"
            yield "violated" if certain else "unknown", (now.decider,), None
        elif now.state == "pending":
            past = not c.open or (c.today is not None and s.issued <= c.today)
            yield "violated" if past else "unknown", (now.decider,), None
        elif now.state == "unrecorded":
            yield "unknown", (now.decider,), None


def review_after(c: Course) -> Breaches:
    limit = c.limits.review_after
    if limit is None or len(c.dosings) < limit.dosings:
        return
    dosing = c.dosings[limit.dosings - 1]
    after = [r for r in c.reviews if r.start >= dosing.end]
    if limit.gate == "any-time":
        if not after and c.asks_for_more:
            yield c.missing(None, dosing.end), (dosing,), None
    elif len(c.dosings) > limit.dosings:
        following = c.dosings[limit.dosings]
        if not any(r.end <= following.start for r in after):
            yield c.missing(following.start, dosing.end), (following,), None


def review_quarter(c: Course) -> Breaches:
    limit = c.limits.review_every
    if limit is None or not c.dosings:
        return
    end = max(dosing.date for dosing in c.dosings)
    if c.today and c.open and not c.halted and below(c.limits.dosing_count, len(c.dosings)):
        end = max(end, c.today)
    contacts = sorted({s.date for s in (*c.evaluations, *c.reviews)})
    first = c.dosings[0].date
    contact = max((day for day in contacts if day <= first), default=first)
    while (due := months_after(contact, limit.months)) < end:
        following = next((day for day in contacts if day > contact), None)
        if following is None or following > due:
            late = [d for d in c.dosings if d.date > due]
            late = [d for d in late if following is None or d.date < following]
            yield c.missing_by_day(due, opens=contact + DAY), tuple(late), None
        if following is None:
            return
        contact = following


def exclusion(c: Course) -> Breaches:
    events = [c.event(e) for e in by_end(c.evaluations)]
    decided = [event for event in events if event not in ("held", "to come")]
    if not decided or decided[-1] != "favourable":
        for condition in c.plan.conditions:
            if condition in (c.limits.exclusions or ()):
                yield "violated", (), None


def clearing(contact: Session) -> bool:
    return contact.outcome in ("eligible", "continue", None)


def reviews_after_first(c: Course) -> list[Session]:
    first = c.first_dosing
    return [] if first is None else [r for r in c.reviews if r.start >= first.end]
